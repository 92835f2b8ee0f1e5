//! What `kind` of an issuer stands for: other defaults, for products whose claims are known.
//!
//! Names and addresses are never defaults: where the service connects to is written in its settings.

use crate::config::key::Default as Form;

/// A kind: its name and the defaults it changes.
pub(super) type Kind = (&'static str, &'static [(&'static str, Form)]);

/// Claims by which Keycloak tells the token of a service account from a person's.
const SERVICE_ACCOUNT: Form = Form::List(&["clientAddress", "clientHost", "clientId"]);

/// Every kind. Entra's `sub` is another for each app, so it never names a person there.
pub(super) static KINDS: &[Kind] = &[
    ("oidc", &[]),
    (
        "entra",
        &[
            ("version", Form::Text("2.0")),
            ("claims.user", Form::List(&["oid"])),
            ("claims.scopes", Form::List(&["scp"])),
            ("claims.app", Form::List(&["azp"])),
        ],
    ),
    (
        "entra-v1",
        &[
            ("version", Form::Text("1.0")),
            ("claims.user", Form::List(&["oid"])),
            ("claims.upn", Form::List(&["upn"])),
            ("claims.scopes", Form::List(&["scp"])),
            ("claims.app", Form::List(&["appid"])),
        ],
    ),
    (
        "keycloak",
        &[
            ("claims.user", Form::List(&["sub"])),
            ("claims.upn", Form::List(&["preferred_username"])),
            ("claims.scopes", Form::List(&["scope"])),
            ("claims.app_only", SERVICE_ACCOUNT),
            ("claims.app_permissions", Form::List(&["/realm_access/roles"])),
            ("claims.roles", Form::List(&["/realm_access/roles"])),
            ("claims.app", Form::List(&["azp"])),
        ],
    ),
    (
        "authentik",
        &[
            ("user_ids", Form::Text("derived")),
            ("claims.user", Form::List(&["sub"])),
            ("claims.upn", Form::List(&["preferred_username"])),
            ("claims.scopes", Form::List(&["scope"])),
            ("claims.roles", Form::List(&["groups"])),
            ("claims.app", Form::List(&["azp"])),
        ],
    ),
    (
        "kanidm",
        &[
            ("algorithms", Form::List(&["ES256"])),
            ("claims.user", Form::List(&["sub"])),
            ("claims.upn", Form::List(&["preferred_username"])),
            ("claims.scopes", Form::List(&["scope"])),
            ("claims.roles", Form::List(&["groups"])),
            ("claims.app", Form::List(&["client_id"])),
        ],
    ),
];

/// The kind of this name.
pub(super) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|(known, _)| *known == name)
}

/// What `kind` can be, for a message.
pub(super) fn expected() -> String {
    let names: Vec<String> = KINDS.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    names.join(" or ")
}
