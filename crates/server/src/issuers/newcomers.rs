//! People who come with a valid token before anybody put them into the directory: where their issuer may, they are put
//! there now.
//!
//! Off unless the settings say otherwise. Someone who was deleted comes back, empty, as long as the issuer vouches for
//! them.

use auth::Caller;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::wiring::Api;

/// Makes sure that the person a caller acts for is in the directory.
pub(crate) async fn welcome(api: &Api, caller: &Caller) {
    let Some(person) = person(caller) else {
        return;
    };
    let id = caller.user_id().unwrap_or_default().to_string();
    if !matches!(api.person(caller.tenant, &id).await, Ok(None)) {
        return;
    }
    match api.load(caller.tenant, &[person], 0).await {
        Ok(_) => tracing::info!(tenant = %caller.tenant, "a person was put into the directory at first sight"),
        // Two requests at once both find nobody; the later has nothing left to do.
        Err(_) if matches!(api.person(caller.tenant, &id).await, Ok(Some(_))) => {}
        // The reason may name the person, which logs must not.
        Err(Failure::Failed(_) | Failure::Usage(_) | Failure::Found) => {
            tracing::warn!(
                tenant = %caller.tenant,
                "a person could not be put into the directory: the name is taken or cannot be one"
            );
        }
    }
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
