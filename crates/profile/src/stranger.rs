//! Why a caller with a good token is nobody in the directory, where whoever let them in knows: answers that miss them say
//! so, while a request is answered.

tokio::task_local! {
    static WHY: String;
}

/// Does the work for a caller whom the directory cannot take, for that reason.
pub async fn because<T>(why: String, work: impl Future<Output = T>) -> T {
    WHY.scope(why, work).await
}

/// What is to be done about it, as the answer says it.
pub(crate) fn advice() -> String {
    WHY.try_with(|why| format!(" The token is valid, but the directory cannot take its person: {why}.")).unwrap_or_else(
        // Nobody knows better.
        |_| {
            " The token is valid, but the directory does not know this person; just-in-time creation \
             (`create_people = true` for the issuer) puts people there when they come."
                .to_owned()
        },
    )
}
