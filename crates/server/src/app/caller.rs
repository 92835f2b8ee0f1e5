//! Who is calling: from the token of a request to its caller, or to what its sender is told instead.
//!
//! What a token must be is `auth`'s.

use std::sync::Arc;

use auth::{AuthError, Caller};
use engine::{Kind, Problem};
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use odata::Detail;

use super::{App, Refusal};
use crate::clock::TICKS_PER_SECOND;
use crate::issuers::Keeper;

impl App {
    /// Who asks without a token, where there are public pages.
    pub(super) fn nobody(&self, headers: &HeaderMap) -> Option<Arc<Caller>> {
        self.public.as_ref().filter(|_| !headers.contains_key(AUTHORIZATION)).map(Arc::clone)
    }

    /// What nobody is told instead of an answer that only somebody could have.
    pub(super) fn challenge(&self, status: StatusCode) -> Option<Refusal> {
        (status == StatusCode::UNAUTHORIZED).then(|| self.unknown_caller(&AuthError::Missing))
    }

    /// Who is calling at that time, in ticks; nobody gets at data without a token.
    pub(crate) async fn admit(&self, headers: &HeaderMap, now: i64) -> Result<Arc<Caller>, Refusal> {
        let admitted = match (self.authenticate(headers, now), &self.keeper) {
            // Boxed, for it is rare and would make the future of every request larger.
            (Err(error), Some(keeper)) => Box::pin(self.second_look(headers, now, error, keeper)).await,
            (admitted, _) => admitted,
        };
        admitted.map_err(|error| self.unknown_caller(&error))
    }

    fn authenticate(&self, headers: &HeaderMap, now: i64) -> Result<Arc<Caller>, AuthError> {
        let tokens = headers.get_all(AUTHORIZATION).iter().map(http::HeaderValue::as_bytes);
        self.authenticator.authenticate_all(tokens, now.div_euclid(TICKS_PER_SECOND))
    }

    /// The same once more, where the issuer may have new keys.
    async fn second_look(
        &self,
        headers: &HeaderMap,
        now: i64,
        error: AuthError,
        keeper: &Keeper,
    ) -> Result<Arc<Caller>, AuthError> {
        match &error {
            AuthError::UnknownKey { issuer } => keeper.find_key(issuer).await,
            AuthError::NoKeys { issuer } => keeper.find_keys(issuer).await,
            _ => return Err(error),
        }
        self.authenticate(headers, now)
    }

    fn unknown_caller(&self, error: &AuthError) -> Refusal {
        let kind = match error {
            AuthError::MultipleTokens => Kind::BadHeader,
            AuthError::NoKeys { issuer } => return self.no_keys(issuer, error),
            _ => Kind::Unauthenticated,
        };
        let mut problem = Problem::new(kind, error.message());
        problem.details.push(Detail { kind, message: error.explain(), target: "authorization".to_owned() });
        Refusal::from(problem).challenged(error.challenge("vitae", &self.authorization_uri))
    }

    /// The token may be a good one, so its sender is told to come again, not to throw it away.
    fn no_keys(&self, issuer: &str, error: &AuthError) -> Refusal {
        let pause = self.keeper.as_ref().map_or(1, |keeper| keeper.pause(issuer));
        Problem::new(Kind::Unavailable, error.explain()).again_after(pause).into()
    }
}
