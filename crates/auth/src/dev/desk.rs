//! Who gets which token: authorization codes, refresh tokens, secrets, and tokens brought on behalf of somebody.
//!
//! Knows no sockets and no people: time, origin and who a person is come from outside. All it holds is bounded and
//! gone with the process.

mod client;
mod issue;
#[cfg(test)]
mod tests;

use self::client::client;
use super::apps::App;
use super::authorize::Authorization;
use super::device::Pending;
use super::fault::{Fault, Wrong};
use super::foreign::issuer_at;
use super::form::Form;
use super::scope::Wanted;
use super::shelf::{Mark, Shelf, mark};
use super::{DevIssuer, TokenUser};
use crate::roles::Roles;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// How long things are good, in seconds: a code, a token, a refresh token since it was last used, a session.
const CODE: i64 = 600;
const TOKEN: i64 = 3600;
const REFRESH: i64 = 90 * 86_400;
const SESSION: i64 = 86_400;

/// How many of each are kept; the oldest go first.
const MOST: usize = 1024;

/// A source of random bytes.
type Random = Box<dyn FnMut(&mut [u8]) + Send>;

/// The state of a development issuer.
pub struct Desk {
    issuer: DevIssuer,
    tenant: Uuid,
    state: Mutex<State>,
}

pub(super) struct State {
    random: Random,
    codes: Shelf<Code>,
    families: Shelf<Family>,
    sessions: Shelf<Session>,
    pub(super) devices: Shelf<Pending>,
}

/// Facts of a request.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Where the service was found: scheme, host and port.
    pub origin: &'a str,
    /// The time, in Unix seconds.
    pub now: i64,
}

/// An authorization code that was given out.
struct Code {
    app: &'static App,
    address: String,
    challenge: Option<String>,
    nonce: Option<String>,
    user: Uuid,
    wanted: Wanted,
    expires: i64,
    /// The refresh tokens that come of it.
    family: String,
    used: bool,
}

/// A refresh token and those that came before it, which are void.
struct Family {
    app: &'static App,
    user: Uuid,
    wanted: Wanted,
    /// The one that is good; none while the next is being made.
    current: Option<Mark>,
    expires: i64,
}

struct Session {
    user: Uuid,
    expires: i64,
}

/// What a request is entitled to, before anybody looked whether its person is still there.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The app it was given to.
    pub app: &'static App,
    /// The person it is for; none for an app's own.
    pub user: Option<Uuid>,
    pub(super) wanted: Wanted,
    pub(super) nonce: Option<String>,
    /// Where its refresh tokens belong, if it gets any.
    pub(super) family: Option<String>,
}

/// A person as tokens say it.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who it is.
    pub user: TokenUser,
    /// What they are.
    pub roles: Roles,
}

impl Desk {
    /// A desk that has given out nothing yet.
    pub fn new(issuer: DevIssuer, tenant: Uuid, random: impl FnMut(&mut [u8]) + Send + 'static) -> Desk {
        let state = State {
            random: Box::new(random),
            codes: Shelf::new(MOST),
            families: Shelf::new(MOST),
            sessions: Shelf::new(MOST),
            devices: Shelf::new(MOST),
        };
        Desk { issuer, tenant, state: Mutex::new(state) }
    }

    /// The tenant.
    pub fn tenant(&self) -> Uuid {
        self.tenant
    }

    /// The public keys.
    pub fn jwks(&self) -> String {
        self.issuer.published_jwks()
    }

    /// The work before the first keys and the first token that others check, which may take a second.
    pub fn preparation(&self) -> impl FnOnce() + Send + 'static {
        let issuer = self.issuer.clone();
        move || issuer.prepare()
    }

    /// The `iss` of tokens that others check.
    pub fn issuer_at(&self, origin: &str) -> String {
        issuer_at(origin, self.tenant)
    }

    /// Forgets all that was given out.
    pub fn clear(&self) {
        let state = &mut *self.state();
        state.codes.clear();
        state.families.clear();
        state.sessions.clear();
        state.devices.clear();
    }

    /// A secret by which the person's browser is known from now on.
    pub fn begin_session(&self, user: Uuid, now: i64) -> String {
        let state = &mut *self.state();
        let secret = state.secret();
        state.sessions.put(mark(&secret), Session { user, expires: now.saturating_add(SESSION) });
        secret
    }

    /// The person signed in with this secret.
    pub fn session(&self, secret: &str, now: i64) -> Option<Uuid> {
        self.state().sessions.get(&mark(secret)).filter(|session| now < session.expires).map(|session| session.user)
    }

    /// Signs that person out.
    pub fn end_session(&self, secret: &str) {
        self.state().sessions.take(&mark(secret));
    }

    /// A code for the app, on behalf of this person.
    pub fn authorize(&self, request: &Authorization, user: Uuid, now: i64) -> String {
        let state = &mut *self.state();
        let (secret, family) = (state.secret(), state.secret());
        let code = Code {
            app: request.app,
            address: request.reply.address.clone(),
            challenge: request.challenge.clone(),
            nonce: request.nonce.clone(),
            user,
            wanted: request.wanted.clone(),
            expires: now.saturating_add(CODE),
            family,
            used: false,
        };
        state.codes.put(mark(&secret), code);
        secret
    }

    /// What a request for a token is entitled to. `basic` holds id and secret from its header; `is_page` tells whether
    /// a page of another origin asks.
    pub fn redeem(
        &self,
        form: &Form,
        basic: Option<(&str, &str)>,
        is_page: bool,
        facts: Facts<'_>,
    ) -> Result<Grant, Fault> {
        let kind = form.need("grant_type")?;
        let app = client(form, basic, facts)?;
        match kind {
            "authorization_code" => self.redeem_code(form, app, is_page, facts),
            "refresh_token" => self.redeem_refresh(form, app, facts),
            "client_credentials" => redeem_secret(form, app, facts),
            // Older clients of Entra leave the namespace out.
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => self.redeem_device(form, app, facts),
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => self.redeem_assertion(form, app, facts),
            "password" => Err(Fault::new(
                Wrong::GrantType,
                "the grant type 'password' is not offered: nobody has a password here; sign in by authorization_code or device_code",
            )),
            _ => Err(Fault::new(
                Wrong::GrantType,
                "the grant type is not offered; expected authorization_code, refresh_token, client_credentials, \
                 urn:ietf:params:oauth:grant-type:device_code or urn:ietf:params:oauth:grant-type:jwt-bearer",
            )),
        }
    }

    fn redeem_code(&self, form: &Form, app: &'static App, is_page: bool, facts: Facts<'_>) -> Result<Grant, Fault> {
        let key = mark(form.need("code")?);
        let state = &mut *self.state();
        let code = state.codes.get(&key).filter(|code| code.app == app);
        let code = code.ok_or_else(|| Fault::new(Wrong::Grant, "the code is none that was given to this app"))?;
        if code.used {
            let family = mark(&code.family);
            state.families.take(&family);
            return Err(Fault::new(
                Wrong::Replayed,
                "the code was already redeemed; its refresh tokens are void now, too",
            ));
        }
        if facts.now >= code.expires {
            return Err(Fault::new(Wrong::Expired, format!("the code has expired: it was good for {CODE} s")));
        }
        code.check(form, is_page)?;
        let wanted = code.wanted.clone().narrowed(app, form.get("scope"), facts.origin)?;
        code.used = true;
        Ok(Grant { app, user: Some(code.user), wanted, nonce: code.nonce.clone(), family: Some(code.family.clone()) })
    }

    /// Takes the refresh token out of use. One that was used before tells that somebody else has it (RFC 9700,
    /// section 4.14.2), and all that came of it is void.
    fn redeem_refresh(&self, form: &Form, app: &'static App, facts: Facts<'_>) -> Result<Grant, Fault> {
        let unknown = || {
            Fault::new(
                Wrong::Grant,
                "the refresh token is none that was given to this app, or the server was started or reset since",
            )
        };
        let (id, secret) = form.need("refresh_token")?.split_once('.').ok_or_else(unknown)?;
        let state = &mut *self.state();
        let family = state.families.get(&mark(id)).filter(|family| family.app == app).ok_or_else(unknown)?;
        if facts.now >= family.expires {
            return Err(Fault::new(Wrong::Expired, "the refresh token has expired: it was not used for 90 days"));
        }
        if family.current != Some(mark(secret)) {
            state.families.take(&mark(id));
            return Err(Fault::new(
                Wrong::Grant,
                "the refresh token was used before; each is good once, and all that came of it are void now",
            ));
        }
        let wanted = family.wanted.clone().narrowed(app, form.get("scope"), facts.origin)?;
        family.current = None;
        Ok(Grant { app, user: Some(family.user), wanted, nonce: None, family: Some(id.to_owned()) })
    }

    fn redeem_assertion(&self, form: &Form, app: &'static App, facts: Facts<'_>) -> Result<Grant, Fault> {
        if app.secret.is_none() || app.offers.is_none() {
            let message = format!("the app '{}' is no API and may not act on behalf of its callers", app.name);
            return Err(Fault::new(Wrong::NotAllowed, message));
        }
        if form.need("requested_token_use")? != "on_behalf_of" {
            return Err(Fault::new(Wrong::Malformed, "expected `requested_token_use` to be on_behalf_of"));
        }
        let bad = |message: &str| Fault::new(Wrong::Assertion, message);
        let claims = self
            .issuer
            .confirm(form.need("assertion")?)
            .ok_or_else(|| bad("the assertion is no token of this issuer"))?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("aud") != Some(app.id) {
            let message = format!("the assertion is not meant for the app that brings it; expected `aud` {}", app.id);
            return Err(Fault::new(Wrong::AssertionAudience, message));
        }
        if claims.get("exp").and_then(Value::as_i64).is_none_or(|end| facts.now >= end) {
            return Err(bad("the assertion has expired"));
        }
        let user = text("scp").and(text("oid")).and_then(crate::ids::guid);
        let user =
            user.ok_or_else(|| bad("the assertion is not an access token of a person; expected `scp` and `oid`"))?;
        let wanted = Wanted::delegated(app, form.need("scope")?, facts.origin)?;
        let family = Some(self.state().secret());
        Ok(Grant { app, user: Some(user), wanted, nonce: None, family })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A new secret of 256 bits.
    pub(super) fn secret(&mut self) -> String {
        let mut bytes = [0; 32];
        self.draw(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(super) fn draw(&mut self, bytes: &mut [u8]) {
        (self.random)(bytes);
    }
}

impl Code {
    /// Whether who redeems it is who asked for it.
    fn check(&self, form: &Form, is_page: bool) -> Result<(), Fault> {
        let address = form.need("redirect_uri")?;
        if address != self.address {
            let message = format!("the redirect URI is another than the code was sent to; expected '{}'", self.address);
            return Err(Fault::new(Wrong::OtherRedirect, message));
        }
        let Some(challenge) = &self.challenge else {
            return match form.get("code_verifier") {
                Some(_) => Err(Fault::new(
                    Wrong::Verifier,
                    "there is a code_verifier, but the code was asked for without a code_challenge",
                )),
                None if is_page => Err(Fault::new(
                    Wrong::NoVerifier,
                    "a page redeems a code only with PKCE; ask for it with a code_challenge",
                )),
                None => Ok(()),
            };
        };
        let verifier = form.need("code_verifier")?;
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == *challenge {
            return Ok(());
        }
        Err(Fault::new(
            Wrong::Verifier,
            "the code_verifier does not match the code_challenge that the code was asked for with",
        ))
    }
}

fn redeem_secret(form: &Form, app: &'static App, facts: Facts<'_>) -> Result<Grant, Fault> {
    if app.secret.is_none() {
        let message = format!("the app '{}' is public and cannot act for itself; use one with a secret", app.name);
        return Err(Fault::new(Wrong::NotAllowed, message));
    }
    let wanted = Wanted::application(app, form.need("scope")?, facts.origin)?;
    Ok(Grant { app, user: None, wanted, nonce: None, family: None })
}

/// Without what it gave out.
impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}
