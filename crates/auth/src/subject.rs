//! Whom a token names: the person and the app, with the permissions and roles the token gives them.
//!
//! Runs last, on a token that passed every other check.

use crate::caller::{Actor, AppIdentity, Caller, UserIdentity};
use crate::claims::{Claims, words};
use crate::error::AuthError;
use crate::ids::{derived_id, guid};
use crate::issuer::UserIds;
use crate::roles::{Role, Roles};
use crate::scopes::{Scope, Scopes};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

impl Claims<'_> {
    /// The caller in a tenant already settled.
    pub(crate) fn caller(&self, tenant: Uuid, iss: &str, expires: i64) -> Result<Caller, AuthError> {
        let names = &self.issuer.claims;
        let app = AppIdentity {
            id: self
                .text(&names.app)
                .ok_or(AuthError::Subject("it has no client id (`azp`, `appid`, `client_id`)"))?
                .into(),
            name: self.text(&names.app_name).map(Arc::from),
        };
        let (actor, scopes, roles) = if self.is_delegated() {
            let user = self.user(iss)?;
            let roles = self.roles(user.id);
            // With both kinds of permission the narrower reading holds: the app's own are not granted here.
            (Actor::User(user), scopes_in(self.first(&names.scopes)), roles)
        } else {
            self.check_app_only()?;
            (Actor::App, scopes_in(self.first(&names.app_permissions)), Roles::EMPLOYEE)
        };
        let roles = if self.issuer.is_partner { Roles::EMPLOYEE.with(Role::Guest) } else { roles };
        Ok(Caller { tenant, actor, app, scopes, roles, issued: self.time("iat")?, expires, issuer: iss.into() })
    }

    /// An app's own token, and not a person's ID token that happens to carry app roles.
    fn check_app_only(&self) -> Result<(), AuthError> {
        match self.text_of("idtyp") {
            Some("app") => Ok(()),
            None if self.is_marked_app_only() => Ok(()),
            Some(_) => Err(AuthError::Type("it is a person's, but has no scope claim (`scp`, `scope`)")),
            None if self.first(&self.issuer.claims.app_permissions).is_none() => {
                Err(AuthError::Type("it has neither scopes (`scp`, `scope`) nor application permissions (`roles`)"))
            }
            None if self.text_of("oid").is_some_and(|oid| self.text_of("sub") != Some(oid)) => {
                Err(AuthError::Type("it has no scope claim (`scp`, `scope`), yet its `oid` is not its `sub`"))
            }
            None if self.text(&self.issuer.claims.upn).is_some() => {
                Err(AuthError::Type("it has no scope claim (`scp`, `scope`), yet names a person"))
            }
            None => Ok(()),
        }
    }

    fn user(&self, iss: &str) -> Result<UserIdentity, AuthError> {
        let names = &self.issuer.claims;
        let subject = self.text(&names.user).ok_or(AuthError::Subject("it has no user id (`oid`, `sub`)"))?;
        let id = match self.issuer.user_ids {
            UserIds::Verbatim => guid(subject)
                .ok_or(AuthError::Subject("the user id is not a GUID; the issuer must be configured to derive ids"))?,
            UserIds::Derived => derived_id(&[iss, subject]),
        };
        if id.is_nil() {
            return Err(AuthError::Subject("the user id is the nil GUID"));
        }
        Ok(UserIdentity { id, name: self.text(&names.name).map(Arc::from), upn: self.text(&names.upn).map(Arc::from) })
    }

    fn roles(&self, user: Uuid) -> Roles {
        let own = |name: &str| self.issuer.role_names.iter().find(|(known, _)| known == name).map(|(_, role)| *role);
        let claimed: Roles = (self.issuer.claims.roles.iter())
            .filter_map(|name| self.get(name))
            .flat_map(words)
            .filter_map(|name| own(name).or_else(|| Role::from_name(name)))
            .collect();
        let assigned = self.issuer.assigned_roles.get(&user).copied().unwrap_or_default();
        // Entra's optional claim `acct` is 1 for a guest.
        let guest = self.all.get("acct").is_some_and(|acct| acct.as_i64() == Some(1) || acct.as_str() == Some("1"));
        let roles = claimed.union(assigned);
        if guest { roles.with(Role::Guest) } else { roles }
    }
}

fn scopes_in(value: Option<&Value>) -> Scopes {
    value.into_iter().flat_map(words).filter_map(Scope::from_name).collect()
}
