//! The answer to a request for a token: the tokens, and what clients need to keep them.

use super::{Desk, Facts, Family, Grant, Member, REFRESH, TOKEN, mark};
use crate::dev::scope::Resource;
use crate::dev::{App, Authorization, TokenRequest, TokenUser, Wanted};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use uuid::Uuid;

impl Desk {
    /// The answer to a request that is entitled to this, for this person where it is for one.
    pub fn answer(&self, grant: &Grant, member: Option<&Member>, facts: Facts<'_>) -> Value {
        let request = self.asking(grant.app, &grant.wanted, member, facts);
        let mut answer = Map::new();
        let mut say = |name: &str, value: Value| _ = answer.insert(name.to_owned(), value);
        say("token_type", "Bearer".into());
        say("expires_in", TOKEN.into());
        say("ext_expires_in", TOKEN.into());
        match &request.user {
            None => say("access_token", self.issuer.mint(&request).into()),
            Some(user) => self.tell_of_person(grant, &request, user, facts, say),
        }
        answer.into()
    }

    /// The ID token that an app gets by way of the browser, if it asked for one; `code` is what comes with it.
    pub fn id_token(
        &self,
        authorization: &Authorization,
        member: &Member,
        code: Option<&str>,
        facts: Facts<'_>,
    ) -> Option<String> {
        let Authorization { app, wanted, nonce, .. } = authorization;
        let request = self.asking(app, wanted, Some(member), facts);
        let sign = || self.issuer.id_token(&request, &member.user, facts.origin, nonce.as_deref(), wanted.email, code);
        authorization.wants_id_token().then(sign)
    }

    fn asking(&self, app: &App, wanted: &Wanted, member: Option<&Member>, facts: Facts<'_>) -> TokenRequest {
        TokenRequest {
            tenant: self.tenant,
            user: member.map(|member| member.user.clone()),
            app_id: app.id.to_owned(),
            app_name: app.name.to_owned(),
            scopes: wanted.scopes,
            roles: member.map(|member| member.roles).unwrap_or_default(),
            ttl: TOKEN,
            now: facts.now,
        }
    }

    fn tell_of_person(
        &self,
        grant: &Grant,
        request: &TokenRequest,
        user: &TokenUser,
        facts: Facts<'_>,
        mut say: impl FnMut(&str, Value),
    ) {
        let wanted = &grant.wanted;
        let access = match wanted.resource {
            Resource::Vitae => self.issuer.mint(request),
            Resource::Api(api) => self.issuer.api_token(request, user, facts.origin, api.id, &wanted.in_token()),
        };
        say("scope", wanted.text.clone().into());
        say("access_token", access.into());
        if wanted.openid {
            let nonce = grant.nonce.as_deref();
            say("id_token", self.issuer.id_token(request, user, facts.origin, nonce, wanted.email, None).into());
        }
        // What clients of Entra call an account by.
        let info = json!({ "uid": user.id, "utid": self.tenant }).to_string();
        say("client_info", URL_SAFE_NO_PAD.encode(info).into());
        if let Some(token) = self.next_refresh(grant, user.id, facts.now) {
            say("refresh_token", token.into());
        }
    }

    /// The refresh token that follows, if one is wanted.
    fn next_refresh(&self, grant: &Grant, user: Uuid, now: i64) -> Option<String> {
        let id = grant.family.as_ref().filter(|_| grant.wanted.offline)?;
        let state = &mut *self.state();
        let secret = state.secret();
        state.families.take(&mark(id));
        let family = Family {
            app: grant.app,
            user,
            wanted: grant.wanted.clone(),
            current: Some(mark(&secret)),
            expires: now.saturating_add(REFRESH),
        };
        state.families.put(mark(id), family);
        Some(format!("{id}.{secret}"))
    }
}
