//! What the issuer publishes of itself. It speaks of the origin it was found at, which libraries compare.

use auth::dev::{Fault, Wrong};
use engine::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::endpoint::Tenant;
use super::{Call, SignIn, answer};

impl SignIn {
    /// The discovery document (OpenID Connect Discovery 1.0, section 3).
    pub(super) fn discovery(&self, tenant: Tenant<'_>, origin: &str) -> Value {
        // As Entra says it where nobody knows the tenant yet.
        let (segment, issuer) = match tenant {
            Tenant::Any(name) => (name, format!("{origin}/{{tenantid}}/v2.0")),
            Tenant::Named(name) => (name, self.desk.issuer_at(origin)),
        };
        let at = |endpoint: &str| format!("{origin}/{segment}/oauth2/v2.0/{endpoint}");
        json!({
            "issuer": issuer,
            "authorization_endpoint": at("authorize"),
            "token_endpoint": at("token"),
            "device_authorization_endpoint": at("devicecode"),
            "end_session_endpoint": at("logout"),
            "jwks_uri": format!("{origin}/{segment}/discovery/v2.0/keys"),
            "userinfo_endpoint": format!("{origin}/oidc/userinfo"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "response_types_supported": ["code", "id_token", "code id_token"],
            "grant_types_supported": [
                "authorization_code", "refresh_token", "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:jwt-bearer",
            ],
            "code_challenge_methods_supported": ["S256"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "claims_supported": [
                "sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "oid", "email",
            ],
            "request_uri_parameter_supported": false,
            "http_logout_supported": false,
            "frontchannel_logout_supported": false,
        })
    }

    /// Which authority a client of Entra is at: it asks that of those it does not know.
    pub(super) fn instance(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let origin = call.facts.origin;
        let asked = call.form.need("authorization_endpoint")?;
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        // Some clients leave the port out.
        let machine = |host: &str| host.rsplit_once(':').map_or(host, |(name, _)| name).to_owned();
        let (their_host, path) = asked.split_once("://").and_then(|(_, rest)| rest.split_once('/')).unwrap_or_default();
        let tenant = path.split('/').next().unwrap_or_default();
        if tenant.is_empty() || their_host != host && their_host != machine(host) {
            let message = format!("the authority is not this one; expected an address below {origin}/");
            return Err(Fault::new(Wrong::Instance, message));
        }
        Ok(answer(
            StatusCode::OK,
            &json!({
                "tenant_discovery_endpoint": format!("{origin}/{tenant}/v2.0/.well-known/openid-configuration"),
                "api-version": "1.1",
                "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
            }),
        ))
    }
}
