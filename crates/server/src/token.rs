//! `vitae token`: a token of a development server's issuer, made from the data directory, beside a running server too.

use std::sync::Arc;

use auth::{Role, Roles, Scope, Scopes};
use serde_json::json;

use crate::cli;
use crate::clock::{TICKS_PER_SECOND, wall};
use crate::data_dir::{DataDir, DevNote};
use crate::dev::{Mint, READING, roles_of, usual_scopes};
use crate::effects::Effects;
use crate::failure::{Failure, Outcome};
use crate::wiring::{Api, Choices, Person};
use crate::{run_async, storage, term};

/// Prints the token.
pub(crate) fn run(args: &cli::Token) -> Outcome {
    run_async(1, make(args))
}

async fn make(args: &cli::Token) -> Outcome {
    let directory = DataDir::existing(&args.data)?;
    let issuer = directory.existing_issuer()?;
    let note = directory.note()?.ok_or_else(|| {
        let path = directory.path().display();
        Failure::Failed(format!("no development server has come up in `{path}` yet: start `vitae dev --data {path}`"))
    })?;
    // The server's clock, where it is not the machine's: a token must be good by that one.
    let now = note.clock.unwrap_or_else(|| wall().saturating_add(note.shift)).div_euclid(TICKS_PER_SECOND);
    let mint = Mint { issuer: &issuer, tenant: note.tenant, now, ttl: args.ttl };
    let wanted = args.scopes.as_deref().map(scopes).transpose()?;
    let (token, user, granted) = match &args.app {
        Some(app) => {
            let granted = wanted.unwrap_or(READING);
            (mint.app(app, granted), None, granted)
        }
        None => {
            let person = person(args, &directory, &note).await?;
            let roles = args.roles.as_deref().map_or_else(|| Ok(roles_of(&note, person.id)), roles)?;
            let granted = wanted.unwrap_or_else(|| usual_scopes(roles));
            (mint.person(&person, granted, roles), Some(person), granted)
        }
    };
    if args.json {
        let mut answer = json!({ "access_token": token, "token_type": "Bearer", "expires_in": args.ttl, "scope": granted.to_string() });
        if let (Some(person), Some(members)) = (user, answer.as_object_mut()) {
            members.insert("user".to_owned(), json!({ "id": person.id, "userPrincipalName": person.upn }));
        }
        term::say(&answer.to_string());
    } else {
        term::say(&token);
    }
    Ok(())
}

async fn person(args: &cli::Token, directory: &DataDir, note: &DevNote) -> Outcome<Person> {
    let path = directory.store();
    let store = storage::look_into(directory).await;
    let store = store.map_err(|error| Failure::failed(format_args!("cannot read `{}`", path.display()), error))?;
    let api = Api::new(store, Arc::new(Effects::machine()), &Choices::default(), [0; 32]);
    let signed_in = note.signed_in.map(|id| id.to_string());
    let name = args
        .user
        .clone()
        .or(signed_in)
        .ok_or_else(|| Failure::Failed("nobody is signed in; say whom with --user".to_owned()))?;
    let found = api.person(note.tenant, &name).await?;
    found.ok_or_else(|| Failure::Failed(format!("nobody is called `{name}` in `{}`", directory.path().display())))
}

/// The permissions of a text; a misspelt one is an error, for its absence would show only later and elsewhere.
fn scopes(text: &str) -> Outcome<Scopes> {
    let word = |word: &str| {
        Scope::from_name(word).ok_or_else(|| {
            let nearest = edm::nearest::nearest(word, Scope::all().map(Scope::name));
            let hint = nearest.map(|name| format!("did you mean `{name}`?"));
            let hint = hint.unwrap_or_else(|| format!("expected some of {}", Scope::all().collect::<Scopes>()));
            Failure::Usage(format!("no permission is called `{word}`; {hint}"))
        })
    };
    text.split([' ', ',']).filter(|part| !part.is_empty()).map(word).collect()
}

fn roles(text: &str) -> Outcome<Roles> {
    text.split(',').filter(|part| !part.trim().is_empty()).map(|name| role(name).map_err(Failure::Usage)).collect()
}

/// The role of that name, or what is wrong with it.
pub(crate) fn role(name: &str) -> Result<Role, String> {
    let expected = "expected peopleAdministrator, auditor or guest";
    Role::from_name(name).ok_or_else(|| format!("no role is called `{}`; {expected}", name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_permissions_are_not_dropped() {
        assert_eq!(scopes("User.Read, User.ReadWrite").unwrap().to_string(), "User.Read User.ReadWrite");
        let Err(Failure::Usage(message)) = scopes("User.Reed") else { panic!("accepted") };
        assert_eq!(message, "no permission is called `User.Reed`; did you mean `User.Read`?");
        assert!(roles("people administrator,auditor").is_ok());
        assert!(roles("boss").is_err());
    }
}
