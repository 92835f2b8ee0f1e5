//! Whom a page offers to sign in as.

use auth::{Actor, AppIdentity, Caller, Roles, Scope, Scopes};
use bytes::Bytes;
use engine::Request;
use http::{HeaderMap, Method};
use serde_json::Value;

use super::{Call, SignIn};

/// How many are offered at once.
pub(super) const SHOWN: usize = 25;

/// Somebody who can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) upn: String,
    /// Whether the app expects them.
    pub(super) is_expected: bool,
}

impl SignIn {
    /// The people with this in their names, or some; first the one who is expected.
    pub(super) async fn choices(&self, call: &Call<'_>, find: Option<&str>, expected: Option<&str>) -> Vec<Choice> {
        let mut choices = self.listed(call, find).await;
        let expected = match expected.filter(|_| find.is_none()) {
            Some(name) => self.present(call.app, name).await,
            None => None,
        };
        if let Some(member) = expected {
            let id = member.user.id.to_string();
            choices.retain(|choice| choice.id != id);
            choices.insert(0, Choice { id, name: member.user.name, upn: member.user.upn, is_expected: true });
        }
        choices
    }

    /// Asks the service as any app would: it knows how to search.
    async fn listed(&self, call: &Call<'_>, find: Option<&str>) -> Vec<Choice> {
        let mut query = format!("$select=id,displayName,userPrincipalName&$orderby=displayName&$top={SHOWN}");
        if let Some(find) = find {
            let text = find.to_lowercase().replace('\'', "''");
            let filter = ["displayName", "userPrincipalName"].map(|name| format!("contains(tolower({name}),'{text}')"));
            query.push('&');
            query.push_str(&auth::dev::encode([("$filter", filter.join(" or ").as_str())]));
        }
        let request = Request {
            method: Method::GET,
            root: call.facts.origin,
            path: "/users",
            query: Some(&query),
            headers: &HeaderMap::new(),
            body: Bytes::new(),
            exchange: call.arrival.ids.exchange(call.arrival.now, None),
        };
        let response = call.app.api.serve(&self.reader(), &request).await;
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        if !response.status.is_success() {
            tracing::error!(status = response.status.as_u16(), "people could not be listed");
        }
        body.get("value").and_then(Value::as_array).into_iter().flatten().filter_map(choice).collect()
    }

    fn reader(&self) -> Caller {
        Caller {
            tenant: self.desk.tenant(),
            actor: Actor::App,
            app: AppIdentity { id: "sign-in".into(), name: None },
            scopes: Scopes::of(&[Scope::UserReadAll]),
            roles: Roles::EMPLOYEE,
            issued: None,
            expires: i64::MAX,
            issuer: "".into(),
        }
    }
}

fn choice(person: &Value) -> Option<Choice> {
    let text = |name: &str| person.get(name).and_then(Value::as_str).map(str::to_owned);
    let upn = text("userPrincipalName")?;
    Some(Choice { id: text("id")?, name: text("displayName").unwrap_or_else(|| upn.clone()), upn, is_expected: false })
}
