//! The endpoints that programs ask: tokens, codes for devices, and who a token is of.

use auth::dev::{Fault, Wrong, subject};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use engine::{Kind, Response};
use http::header::{AUTHORIZATION, ORIGIN};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::endpoint::DEVICE_PAGE;
use super::{Call, SignIn, answer};
use crate::app::Refusal;

impl SignIn {
    /// The token endpoint.
    pub(super) async fn token(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let headers = &call.arrival.head.headers;
        let basic = basic(headers)?;
        let basic = basic.as_ref().map(|(id, secret)| (id.as_str(), secret.as_str()));
        let is_page = headers.get(ORIGIN).is_some_and(|origin| origin != call.facts.origin);
        let grant = self.desk.redeem(&call.form, basic, is_page, call.facts)?;
        let member = match grant.user {
            None => None,
            Some(id) => {
                let gone = || {
                    Fault::new(Wrong::Person, "the person is no longer in the directory; somebody else must sign in")
                };
                let member = self.present(call.app, &id.to_string()).await.ok_or_else(gone)?;
                self.prepared().await;
                Some(member)
            }
        };
        Ok(answer(StatusCode::OK, &self.desk.answer(&grant, member.as_ref(), call.facts)))
    }

    /// The endpoint that gives a device its codes.
    pub(super) fn device_code(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let code = self.desk.begin_device(&call.form, call.facts)?;
        let page = format!("{}{DEVICE_PAGE}", call.facts.origin);
        let message = format!(
            "To sign in, use a web browser to open the page {page} and enter the code {} to authenticate.",
            code.user_code
        );
        Ok(answer(
            StatusCode::OK,
            &json!({
                "user_code": code.user_code,
                "device_code": code.device_code,
                "verification_uri": page,
                "verification_uri_complete": format!("{page}?user_code={}", code.user_code),
                "expires_in": code.expires_in,
                "interval": code.interval,
                "message": message,
            }),
        ))
    }

    /// Whose token it is, in the shape of Graph's `/oidc/userinfo`.
    pub(super) async fn user_info(&self, call: &Call<'_>) -> Result<Value, Refusal> {
        let caller = call.app.admit(&call.arrival.head.headers, call.arrival.now).await?;
        let unfit = || Refusal::new(Kind::ScopeMissing, "the token is an app's own; expected one of a person");
        let id = caller.user_id().ok_or_else(unfit)?;
        let member = self.present(call.app, &id.to_string()).await;
        let gone = || Refusal::new(Kind::ResourceNotFound, "the person is no longer in the directory");
        let user = member.ok_or_else(gone)?.user;
        Ok(json!({
            "sub": subject(id, &caller.app.id),
            "name": user.name,
            "email": user.upn,
            "picture": format!("{}/v1.0/me/photo/$value", call.facts.origin),
        }))
    }
}

/// Id and secret of an app from its header (RFC 6749, section 2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Fault> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let read = || {
        let (scheme, text) = header.to_str().ok()?.split_once(' ')?;
        let text = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(text.trim()).ok()).flatten()?;
        let (id, secret) = std::str::from_utf8(&text).ok()?.split_once(':')?;
        // Both are encoded as in a form before they are put together.
        let form = auth::dev::Form::parse(format!("id={id}&secret={secret}").as_bytes()).ok()?;
        Some((form.get("id")?.to_owned(), form.get("secret")?.to_owned()))
    };
    let unfit = || Fault::new(Wrong::Malformed, "the Authorization header is not Basic with id and secret of an app");
    read().ok_or_else(unfit).map(Some)
}
