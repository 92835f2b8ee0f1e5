//! Which app asks for a token, and that it is the one it says.

use super::mark;
use crate::dev::apps::App;
use crate::dev::fault::{Fault, Wrong};
use crate::dev::form::Form;

/// The app that asks, which has proved to be it where it can.
pub(super) fn client(form: &Form, basic: Option<(&str, &str)>) -> Result<&'static App, Fault> {
    let (id, secret) = match (basic, form.get("client_id")) {
        (Some((id, _)), Some(other)) if !id.eq_ignore_ascii_case(other) => {
            return Err(Fault::new(Wrong::Malformed, "header and body name different apps; expected one"));
        }
        (Some((id, secret)), _) => (id, Some(secret)),
        (None, _) => (form.need("client_id")?, form.get("client_secret")),
    };
    let app = App::find(id)?;
    match (app.secret, secret) {
        (None, None) => Ok(app),
        (Some(own), Some(secret)) if mark(own) == mark(secret) => Ok(app),
        (None, Some(_)) => Err(Fault::new(
            Wrong::NeedlessSecret,
            format!("the app '{}' is public and has no secret; send none", app.name),
        )),
        (Some(_), Some(_)) => Err(Fault::new(
            Wrong::Secret,
            format!(
                "the client secret is not that of the app '{}'; see the documentation of `vitae dev` for it",
                app.name
            ),
        )),
        (Some(_), None) => Err(Fault::new(
            Wrong::NoSecret,
            format!("the app '{}' proves itself by `client_secret`; client assertions are not offered", app.name),
        )),
    }
}
