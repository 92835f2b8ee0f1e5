//! `vitae serve` and its token issuers: a world of two, one with many tenants and keys of several owners, one as a
//! product with its own claims would be.

mod attacks;
mod checks;
mod issuers;
mod privacy;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Reply, Request, Server, Signer, TestIssuer, ec, merge, vitae};

const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const OTHER_TENANT: &str = "22222222-2222-4222-8222-222222222222";
const ADA: &str = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const GRACE: &str = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
const AUDIENCE: &str = "00000000-aaaa-4000-8000-00000000000a";

struct World {
    /// Of many tenants; RS256.
    entra: TestIssuer,
    /// Of one tenant, with mapped claims; ES256.
    keycloak: TestIssuer,
    server: Server,
    _place: TempDir,
}

impl World {
    /// With further lines of settings for the first and the second issuer.
    fn new(of_entra: &str, of_keycloak: &str) -> World {
        let (entra, keycloak) = issuers();
        let place = tempfile::tempdir().expect("a directory for the story");
        settings(place.path(), &entra, &keycloak, of_entra, of_keycloak);
        let server = started(place.path());
        World { entra, keycloak, server, _place: place }
    }

    fn ask(&self, method: &str, target: &str, token: &str) -> Request {
        Request::new(self.server.address(), method, target).host(Some("people.example")).token(token)
    }

    fn me(&self, token: &str) -> Reply {
        self.ask("GET", "/beta/me", token).send()
    }

    /// The claims of a good delegated token of the first issuer, with changes; null takes a claim away.
    fn entra_claims(&self, changes: Value) -> Value {
        let now = now();
        let mut claims = json!({
            "aud": AUDIENCE, "iss": self.entra.address(&format!("/{TENANT}/v2.0")), "iat": now, "nbf": now,
            "exp": now + 3600, "azp": "app-1", "name": "Ada Berg", "oid": ADA, "preferred_username": "ada@fjord.example",
            "scp": "User.ReadWrite.All", "sub": "pairwise", "tid": TENANT, "ver": "2.0",
        });
        merge(&mut claims, changes);
        claims
    }

    /// A token of the first issuer with changed claims.
    fn entra_token(&self, changes: Value) -> String {
        Signer::Rsa.sign(&header(json!({})), &self.entra_claims(changes))
    }

    /// A token of the second issuer, signed with its P-256 key of this number, with changed claims.
    fn keycloak_token(&self, key: u64, changes: Value) -> String {
        let now = now();
        let mut claims = json!({
            "aud": ["account", "vitae"], "iss": self.keycloak.address("/realms/people"), "iat": now, "exp": now + 300,
            "azp": "web", "typ": "Bearer", "sub": GRACE, "preferred_username": "grace@fjord.example",
            "name": "Grace Hop", "scope": "openid profile User.ReadWrite User.Read.All",
            "realm_access": { "roles": ["offline_access", "hr"] },
        });
        merge(&mut claims, changes);
        ec(key).sign(&claims)
    }
}

fn issuers() -> (TestIssuer, TestIssuer) {
    let entra = TestIssuer::start("/{tenantid}/v2.0", Vec::new());
    let owned = |path: &str| json!({ "issuer": entra.address(path) });
    let keys = vec![
        Signer::Rsa.jwk("common", owned("/{tenantid}/v2.0")),
        Signer::OtherRsa.jwk("consumers", owned(&format!("/{OTHER_TENANT}/v2.0"))),
    ];
    entra.change(|says| says.keys = keys);
    let keycloak = TestIssuer::start("/realms/people", vec![Signer::Ec(1).jwk(ec(1).kid(), json!({}))]);
    (entra, keycloak)
}

fn settings(place: &Path, entra: &TestIssuer, keycloak: &TestIssuer, of_entra: &str, of_keycloak: &str) {
    let text = format!(
        "listen = '127.0.0.1:0'\npublic_url = 'https://people.example'\ntrusted_proxies = ['127.0.0.1']\n\
         authorization_uri = 'https://login.example/authorize'\n\
         [[issuers]]\nkind = 'entra'\nname = '{}'\ndiscovery = '{}'\naudiences = ['{AUDIENCE}']\n\
         tenants = ['{TENANT}']\n{of_entra}\n\
         [[issuers]]\nkind = 'keycloak'\nname = '{}'\ndiscovery = '{}'\naudiences = ['vitae']\n\
         algorithms = ['ES256']\ntenant = '{TENANT}'\n{of_keycloak}\n",
        entra.address("/{tenantid}/v2.0"),
        entra.discovery(),
        keycloak.address("/realms/people"),
        keycloak.discovery(),
    );
    std::fs::write(place.join("vitae.toml"), text).expect("a file can be written");
}

fn started(place: &Path) -> Server {
    let ready = place.join("ready.env");
    let mut command = vitae();
    command.args(["serve", "--ready-file"]).arg(&ready).current_dir(place);
    Server::start(command, "vitae", &ready)
}

/// The header of the first issuer's tokens, with changes.
fn header(changes: Value) -> Value {
    let mut header = json!({ "alg": "RS256", "typ": "JWT", "kid": "common" });
    merge(&mut header, changes);
    header
}

/// The time of day, which `vitae serve` judges tokens by, in seconds.
#[expect(clippy::disallowed_methods, reason = "the server's clock is the machine's")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    i64::try_from(since.as_secs()).expect("it is before the end of time")
}
