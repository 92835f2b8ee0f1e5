//! People who come with a valid token before anybody put them into the directory: where their issuer may, they are put
//! there now.
//!
//! Off unless the settings say otherwise. Someone who was deleted comes back, empty, as long as the issuer vouches for
//! them.

use auth::{Caller, UserIdentity};
use engine::{Kind, Problem};
use serde_json::{Value, json};

use crate::wiring::Api;

/// Makes sure that the person a caller acts for is in the directory, if they can be; else says why they cannot. Where the
/// store cannot say or take it for the moment, that is the answer: they may well exist.
pub(crate) async fn welcome(api: &Api, caller: &Caller) -> Result<Option<String>, Problem> {
    let (Some(user), tenant) = (caller.user(), caller.tenant) else { return Ok(None) };
    if api.knows(tenant, user.id).await? {
        return Ok(None);
    }
    let Some(person) = person(user) else {
        tracing::warn!(
            %tenant,
            "a person could not be put into the directory: the token has none of the claims `claims.upn`"
        );
        return Ok(Some("the token has none of the claims that the setting `claims.upn` names".to_owned()));
    };
    match api.enter(tenant, &person).await {
        Ok(()) => tracing::info!(%tenant, "a person was put into the directory at first sight"),
        Err(problem) if matches!(problem.kind, Kind::Unavailable | Kind::Internal) => {
            // What the load was about is nobody's business here; it may name the person.
            let message = "the storage cannot take the person at the moment";
            return Err(Problem { retry_after: problem.retry_after, ..Problem::new(problem.kind, message) });
        }
        // Two requests at once both find nobody; the later has nothing left to do.
        Err(_) if api.knows(tenant, user.id).await? => {}
        Err(problem) => {
            // The reason may name the person, which logs must not.
            tracing::warn!(%tenant, "a person could not be put into the directory: the name is taken or cannot be one");
            let label = format!("{}: ", profile::label(0, &person));
            return Ok(Some(problem.message.strip_prefix(&label).unwrap_or(&problem.message).to_owned()));
        }
    }
    Ok(None)
}

/// The entry of that person, from what the token says.
fn person(user: &UserIdentity) -> Option<Value> {
    let upn = user.upn.as_deref()?;
    let name = user.name.as_deref().unwrap_or(upn);
    Some(json!({ "id": user.id, "userPrincipalName": upn, "displayName": name }))
}

#[cfg(test)]
mod tests;
