//! Which app asks for a token, and that it is the one it says.

use super::{Facts, mark};
use crate::dev::apps::App;
use crate::dev::fault::{Fault, Wrong};
use crate::dev::form::Form;
use crate::token::Token;
use serde_json::Value;

/// The `client_assertion_type` of the only kind there is.
const JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The app that asks, which has proved to be it where it can.
pub(super) fn client(form: &Form, basic: Option<(&str, &str)>, facts: Facts<'_>) -> Result<&'static App, Fault> {
    if let (None, Some(assertion)) = (basic, form.get("client_assertion")) {
        return asserted(form, assertion, facts);
    }
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
            format!("the app '{}' proves itself by `client_secret` or `client_assertion`; found neither", app.name),
        )),
    }
}

/// The app that proves itself by a token of its own making (RFC 7523), as with a certificate. None is registered here,
/// just as the secret is none: what the token says is held against the app, and who signed it is not.
fn asserted(form: &Form, assertion: &str, facts: Facts<'_>) -> Result<&'static App, Fault> {
    if form.need("client_assertion_type")? != JWT {
        return Err(Fault::new(Wrong::Malformed, format!("expected `client_assertion_type` to be {JWT}")));
    }
    let bad = |message: String| Fault::new(Wrong::ClientAssertion, format!("the client assertion {message}"));
    let claims = Token::parse(assertion).map_err(|error| bad(format!("is not taken: {}", error.explain())))?.claims;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let id = text("sub").unwrap_or_default();
    let app = App::find(form.get("client_id").unwrap_or(id))?;
    if text("iss") != Some(id) || !id.eq_ignore_ascii_case(app.id) {
        return Err(bad(format!("is another app's; expected `iss` and `sub` to be {}", app.id)));
    }
    if app.secret.is_none() {
        let message = format!("the app '{}' is public and proves nothing; send no client_assertion", app.name);
        return Err(Fault::new(Wrong::NeedlessSecret, message));
    }
    let here = |aud: &Value| {
        let rest = aud.as_str().and_then(|aud| aud.strip_prefix(facts.origin));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_meant = match claims.get("aud") {
        Some(Value::Array(all)) => all.iter().any(here),
        Some(one) => here(one),
        None => false,
    };
    if !is_meant {
        return Err(bad(format!("is meant for somebody else; expected `aud` to be an address below {}", facts.origin)));
    }
    // Python's clock tells fractions, and some send them.
    match claims.get("exp").and_then(Value::as_f64) {
        Some(end) if (facts.now as f64) < end => Ok(app),
        Some(_) => Err(bad("has expired".into())),
        None => Err(bad("has no `exp`".into())),
    }
}
