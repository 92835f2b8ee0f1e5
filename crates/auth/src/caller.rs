//! Who is calling: the outcome of a verified token.
//!
//! Nothing here decides what the caller may do or see; scopes and roles are carried, not interpreted.

use crate::roles::Roles;
use crate::scopes::Scopes;
use std::sync::Arc;
use uuid::Uuid;

/// A caller whose token was verified. Shared as `Arc<Caller>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant all of the call happens in.
    pub tenant: Uuid,
    /// The person the app acts for, or the app itself.
    pub actor: Actor,
    /// The app that sent the request; known for delegated calls too.
    pub app: AppIdentity,
    /// The permissions the token carries: delegated ones, or application ones.
    pub scopes: Scopes,
    /// The person's roles in the tenant; those of an app are always the default.
    pub roles: Roles,
    /// When the token was issued, in Unix seconds, where it says so.
    pub issued: Option<i64>,
    /// When the token expires, in Unix seconds, without leeway.
    pub expires: i64,
    /// The token's `iss`, exactly as sent.
    pub issuer: Arc<str>,
}

/// On whose behalf a call is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person, through an app (a delegated token).
    User(UserIdentity),
    /// The app itself (an app-only token).
    App,
    /// Nobody that is known: there was no token, and the tenant has public pages.
    Nobody,
}

/// A person, as the token names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserIdentity {
    /// The id within the tenant; the only part that identifies.
    pub id: Uuid,
    /// The display name, when the token carries one.
    pub name: Option<Arc<str>>,
    /// The user principal name, when the token carries one. For display and hints; never an identity.
    pub upn: Option<Arc<str>>,
}

/// An app, as the token names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppIdentity {
    /// The client id at the issuer.
    pub id: Arc<str>,
    /// The display name, when the token carries one.
    pub name: Option<Arc<str>>,
}

impl Caller {
    /// Whoever reads the public pages of a tenant without a token.
    pub fn nobody(tenant: Uuid) -> Self {
        Self {
            tenant,
            actor: Actor::Nobody,
            app: AppIdentity { id: Arc::from(""), name: None },
            scopes: Scopes::NONE,
            roles: Roles::EMPLOYEE,
            issued: None,
            expires: i64::MAX,
            issuer: Arc::from(""),
        }
    }

    /// Whether an app acts for a person, as opposed to for itself.
    pub fn is_delegated(&self) -> bool {
        self.user().is_some()
    }

    /// The person acted for; none for an app-only caller.
    pub fn user(&self) -> Option<&UserIdentity> {
        match &self.actor {
            Actor::User(user) => Some(user),
            Actor::App | Actor::Nobody => None,
        }
    }

    /// The id of the person acted for; none for an app-only caller.
    pub fn user_id(&self) -> Option<Uuid> {
        self.user().map(|user| user.id)
    }
}
