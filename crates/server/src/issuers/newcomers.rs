//! People who come with a valid token before anybody put them into the directory: where their issuer may, they are put
//! there now.
//!
//! Off unless the settings say otherwise. Someone who was deleted comes back, empty, as long as the issuer vouches for
//! them.

use auth::Caller;
use engine::{Kind, Problem};
use serde_json::{Value, json};

use crate::wiring::Api;

/// Makes sure that the person a caller acts for is in the directory, if they can be. Where the store cannot say or take
/// it for the moment, that is the answer: they may well exist.
pub(crate) async fn welcome(api: &Api, caller: &Caller) -> Result<(), Problem> {
    let (Some(person), Some(id)) = (person(caller), caller.user_id()) else { return Ok(()) };
    let tenant = caller.tenant;
    if api.knows(tenant, id).await? {
        return Ok(());
    }
    match api.enter(tenant, person).await {
        Ok(()) => tracing::info!(%tenant, "a person was put into the directory at first sight"),
        Err(problem) if matches!(problem.kind, Kind::Unavailable | Kind::Internal) => {
            // What the load was about is nobody's business here; it may name the person.
            let message = "the storage cannot take the person at the moment";
            return Err(Problem { retry_after: problem.retry_after, ..Problem::new(problem.kind, message) });
        }
        // Two requests at once both find nobody; the later has nothing left to do.
        Err(_) if api.knows(tenant, id).await? => {}
        // The reason may name the person, which logs must not.
        Err(_) => tracing::warn!(
            %tenant,
            "a person could not be put into the directory: the name is taken or cannot be one"
        ),
    }
    Ok(())
}

/// The entry of the caller's person, from what the token says.
fn person(caller: &Caller) -> Option<Value> {
    let user = caller.user()?;
    let Some(upn) = user.upn.as_deref() else {
        tracing::warn!(
            tenant = %caller.tenant,
            "a person could not be put into the directory: the token has none of the claims `claims.upn`"
        );
        return None;
    };
    let name = user.name.as_deref().unwrap_or(upn);
    Some(json!({ "id": user.id, "userPrincipalName": upn, "displayName": name }))
}

#[cfg(test)]
mod tests;
