//! What an operator says of a token issuer: its name, audiences, algorithms, keys, and how its claims are read.
//!
//! Only declarations and their check; where keys come from is said in `source`.

use crate::ids::guid;
use crate::keys::KeySet;
use crate::roles::{Role, Roles};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use thiserror::Error;
use uuid::Uuid;

/// Stands in an issuer's name for the tenant id, as in Entra's tenant-independent metadata.
pub(crate) const TENANT_PLACEHOLDER: &str = "{tenantid}";

/// The largest leeway for clocks that differ.
const MAX_LEEWAY: u32 = 300;

/// A signature algorithm a token may use. There are only asymmetric ones: whoever can check cannot forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA with PKCS #1 v1.5 padding and SHA-256.
    Rs256,
    /// RSA with PSS padding and SHA-256.
    Ps256,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm, with its name in token headers.
    const TABLE: [(Algorithm, &str); 4] = [
        (Algorithm::Rs256, "RS256"),
        (Algorithm::Ps256, "PS256"),
        (Algorithm::Es256, "ES256"),
        (Algorithm::EdDsa, "EdDSA"),
    ];

    /// Every algorithm.
    pub const ALL: [Algorithm; 4] = [Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa];

    /// The algorithm with exactly this name.
    pub fn from_name(name: &str) -> Option<Algorithm> {
        Algorithm::TABLE.iter().find(|(_, known)| *known == name).map(|(algorithm, _)| *algorithm)
    }

    /// The name in token headers.
    pub fn name(self) -> &'static str {
        Algorithm::TABLE.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which tenant the callers of an issuer belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tenancy {
    /// Always this one. A token that names another is refused.
    Fixed(Uuid),
    /// The one the token's tenant claim names, when it is in the list; any, without a list.
    FromClaim {
        /// The tenants the issuer may speak for.
        allowed: Option<Vec<Uuid>>,
    },
}

/// How a person's id comes from the subject claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserIds {
    /// The claim is the id, and must be a GUID. Right for one issuer per tenant, such as Entra or Keycloak.
    #[default]
    Verbatim,
    /// The id is a digest of issuer and claim: any text will do, and two issuers never name the same person.
    Derived,
}

/// The claims an issuer uses, by notion. In each list the first claim that is present counts.
/// A name that begins with `/` is a JSON pointer (`/realm_access/roles`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The person's id.
    pub user: Vec<String>,
    /// The person's display name.
    pub name: Vec<String>,
    /// The person's user principal name.
    pub upn: Vec<String>,
    /// The tenant.
    pub tenant: Vec<String>,
    /// Delegated permissions: words in a text, or a list. Present, even empty, it makes the token delegated.
    pub scopes: Vec<String>,
    /// Claims that only an app's own token has. They make it one even where the issuer gives it scopes.
    pub app_only: Vec<String>,
    /// Application permissions: a list, or words in a text.
    pub app_permissions: Vec<String>,
    /// A person's roles. Unlike elsewhere all claims of this list count.
    pub roles: Vec<String>,
    /// The client id of the app.
    pub app: Vec<String>,
    /// The display name of the app.
    pub app_name: Vec<String>,
}

impl Default for ClaimNames {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        ClaimNames {
            user: names(&["oid", "sub"]),
            name: names(&["name"]),
            upn: names(&["upn", "preferred_username"]),
            tenant: names(&["tid"]),
            scopes: names(&["scp", "scope"]),
            app_only: Vec::new(),
            app_permissions: names(&["roles"]),
            roles: names(&["wids", "roles"]),
            app: names(&["azp", "appid", "client_id"]),
            app_name: names(&["app_displayname"]),
        }
    }
}

/// A token issuer and the rules its tokens are read by. [`Issuer::new`] has the defaults; the fields are for narrowing.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// The exact `iss`, or a pattern with `{tenantid}` where each tenant has its own.
    pub name: Arc<str>,
    /// The `aud` values this service answers to, exact.
    pub audiences: Vec<String>,
    /// The algorithms tokens may use; RS256 unless said otherwise.
    pub algorithms: Vec<Algorithm>,
    /// The keys tokens are checked with.
    pub keys: KeySet,
    /// Where the tenant comes from.
    pub tenancy: Tenancy,
    /// Which claims mean what.
    pub claims: ClaimNames,
    /// Where a person's id comes from.
    pub user_ids: UserIds,
    /// The `ver` its tokens carry; unchecked when none is given.
    pub version: Option<Arc<str>>,
    /// How many seconds the clocks may differ: 60, at most 300.
    pub leeway: u32,
    /// Whether the header must say `at+jwt` (RFC 9068). Entra's says `JWT`.
    pub require_at_jwt: bool,
    /// Further names of roles in claims, compared exactly.
    pub role_names: Vec<(String, Role)>,
    /// Roles given to people here rather than by a claim.
    pub assigned_roles: HashMap<Uuid, Roles>,
    /// Whether its people may be put into the directory when they are first seen. Nothing here does so.
    pub creates_people: bool,
    /// Whether it speaks for a partner organization: its people and apps are guests, whatever roles they claim.
    pub is_partner: bool,
}

impl Issuer {
    /// An issuer with the usual rules.
    pub fn new(name: &str, audiences: &[&str], keys: KeySet, tenancy: Tenancy) -> Issuer {
        Issuer {
            name: name.into(),
            audiences: audiences.iter().map(|audience| (*audience).to_owned()).collect(),
            algorithms: vec![Algorithm::Rs256],
            keys,
            tenancy,
            claims: ClaimNames::default(),
            user_ids: UserIds::default(),
            version: None,
            leeway: 60,
            require_at_jwt: false,
            role_names: Vec::new(),
            assigned_roles: HashMap::new(),
            creates_people: false,
            is_partner: false,
        }
    }

    /// Whether the declaration is one that can be trusted to mean something.
    pub(crate) fn check(&self) -> Result<(), IssuerError> {
        let fault = if self.name.is_empty() {
            "the name is empty"
        } else if self.audiences.is_empty() || self.audiences.iter().any(String::is_empty) {
            "it needs at least one audience, and none may be empty"
        } else if self.algorithms.is_empty() {
            "it allows no algorithm"
        } else if self.leeway > MAX_LEEWAY {
            "the leeway is over 300 s"
        } else if self.name.contains(TENANT_PLACEHOLDER) && matches!(self.tenancy, Tenancy::Fixed(_)) {
            "a name with `{tenantid}` needs the tenant from a claim"
        } else if self.is_partner && self.user_ids == UserIds::Verbatim {
            "it is a partner's, whose people could take the ids of others; derive theirs"
        } else {
            return Ok(());
        };
        Err(IssuerError::Unusable { issuer: self.name.clone(), fault })
    }

    /// Whether `iss` is this issuer's name, or fits its pattern with some tenant in the middle.
    pub(crate) fn is_named(&self, iss: &str) -> bool {
        match self.name.split_once(TENANT_PLACEHOLDER) {
            None => *self.name == *iss,
            Some((before, after)) => {
                iss.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).and_then(guid).is_some()
            }
        }
    }
}

/// Why a list of issuers cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IssuerError {
    /// A declaration is unusable by itself.
    #[error("issuer `{issuer}`: {fault}")]
    Unusable {
        /// The issuer's name.
        issuer: Arc<str>,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// Two issuers have one name.
    #[error("issuer `{0}` is declared twice")]
    Twice(Arc<str>),
    /// Keys were meant for an issuer that is not there.
    #[error("no issuer is named `{0}`")]
    Unknown(String),
}
