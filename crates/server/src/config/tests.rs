//! What is said about settings.

use std::path::Path;

use expect_test::{Expect, expect};

use super::*;

fn nothing(_: &str) -> Option<String> {
    None
}

fn of(text: &str, environment: &Environment<'_>) -> Config {
    Config::of(text, Some(Path::new("vitae.toml")), environment)
}

fn check(text: &str, expected: &Expect) {
    let config = of(text, &nothing);
    expected.assert_eq(&config.faults.lines().join("\n"));
}

const ISSUER: &str = "
[[issuers]]
name = 'https://login.example'
audiences = ['api://vitae']
algorithms = ['ES256']
tenant = '11111111-1111-4111-8111-111111111111'
pem = '''
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----
'''
";

#[test]
fn accepts_what_is_sound() {
    check(&format!("public_url = 'https://people.example'\n{ISSUER}"), &expect![[""]]);
}

#[test]
fn names_line_and_nearest_key() {
    check(
        &format!(
            "public_url = 'https://people.example'\nlistn = '127.0.0.1:1'\nlevel = 'info'\n[log]\nlevle = 'info'\n{ISSUER}audience = 'x'\n"
        ),
        &expect![[r#"
            vitae.toml:2: no setting is called `listn`; did you mean `listen`?
            vitae.toml:3: no setting is called `level`; did you mean `log.level`?
            vitae.toml:5: no setting is called `log.levle`; did you mean `log.level`?
            vitae.toml:18: no setting is called `audience`; did you mean `audiences`?"#]],
    );
}

#[test]
fn names_line_and_form_of_values() {
    check(
        &format!(
            "public_url = 'people.example'\nallowed_hosts = ['a b']\nworkers = 0\ncache_mb = '1'\nstore = 'mysql://u:secret@db'\nlog.level = 'loud'\nlisten = 1.5\nauthorization_uri = 'login.example'\n{ISSUER}"
        ),
        &expect![[r#"
            vitae.toml:1: `public_url` is an origin such as "https://people.example", without a path, not "people.example"
            vitae.toml:2: `allowed_hosts` is a list of hosts such as "inside:8080", not ["a b"]
            vitae.toml:3: `workers` is a number from 1 to 256, not 0
            vitae.toml:4: `cache_mb` is a number from 1 to 1048576, not "1"
            vitae.toml:5: `store` is "sqlite" or an address such as "postgres://user@host/name", not "mysql://u:***@db"
            vitae.toml:6: `log.level` is "off" or "error" or "warn" or "info" or "debug" or "trace", not "loud"
            vitae.toml:7: `listen` is a text, a number, true or false, or a list of texts, not a float
            vitae.toml:8: `authorization_uri` is an address such as "https://login.example/authorize", not "login.example""#]],
    );
}

#[test]
fn refuses_what_is_unsafe() {
    check(
        &format!("allowed_hosts = ['inside']\nlisten = '0.0.0.0:80'\n{ISSUER}"),
        &expect![
            "vitae.toml:2: `listen` takes tokens in clear text from other machines; set `tls.certificate` and `tls.key`, or put a proxy with TLS before it and its https `public_url` here, or set `insecure_http = true`"
        ],
    );
    check(
        &format!("insecure_http = true\nallowed_hosts = ['inside']\nlisten = '0.0.0.0:80'\n{ISSUER}"),
        &expect![[""]],
    );
    check(
        "",
        &expect![[r#"
            no token issuer: nobody could sign in; declare one with [[issuers]]
            no `public_url` and no `allowed_hosts`: the service would not know its own name; set one"#]],
    );
    check(
        &format!("public_url = 'https://people.example'\n{}", ISSUER.replace("tenant =", "version =")),
        &expect!["vitae.toml:3: this issuer needs either `tenant` or `tenants`, for it must not speak for any"],
    );
}

#[test]
fn says_where_settings_were_looked_for() {
    let config = Config::of("", None, &nothing);
    expect![[r#"
        no token issuer: nobody could sign in; declare one with [[issuers]]; there is no `vitae.toml` here, name the settings with --config
        no `public_url` and no `allowed_hosts`: the service would not know its own name; set one"#]].assert_eq(&config.faults.lines().join("\n"));
}

#[test]
fn a_page_is_no_larger_than_the_largest() {
    let name = "public_url = 'https://people.example'\n";
    let config = of(&format!("pages.max = 50\n{name}{ISSUER}"), &nothing);
    assert_eq!((config.settings.page_size, config.faults.lines()), (50, vec![]));
    assert!(config.print().lines().any(|line| line == "pages.size = 50  # default"));
    check(
        &format!("pages.max = 50\npages.size = 51\n{name}{ISSUER}"),
        &expect!["vitae.toml:2: `pages.size` is larger than `pages.max`, which is 50"],
    );
}

#[test]
fn kinds_have_defaults_of_their_own() {
    let printed = |lines: &str| {
        let text =
            format!("public_url = 'https://people.example'\n[[issuers]]\nname = 'https://login.example'\n{lines}");
        let config = of(&text, &nothing);
        assert_eq!(config.faults.lines(), [""; 0], "{lines}");
        let issuer = config.settings.issuers.first().unwrap();
        assert!(issuer.remote.is_some() && issuer.issuer.keys.is_empty());
        config.print()
    };
    let fixed = "audiences = ['a']\ntenant = '11111111-1111-4111-8111-111111111111'\n";
    let discovery = "discovery = 'https://login.example/.well-known/openid-configuration'\n";
    let entra = printed(&format!("kind = 'entra'\n{fixed}{discovery}claims.app = 'appid'\n"));
    for line in [
        "issuers[0].version = \"2.0\"  # default of entra",
        "issuers[0].claims.user = [\"oid\"]  # default of entra",
        "issuers[0].claims.app = \"appid\"  # vitae.toml:8",
        "issuers[0].keys.refresh = \"24h\"  # default",
    ] {
        assert!(entra.lines().any(|printed| printed == line), "{line}\n{entra}");
    }
    for kind in ["oidc", "entra-v1", "keycloak", "authentik", "kanidm"] {
        printed(&format!("kind = '{kind}'\n{fixed}jwks_uri = 'https://login.example/keys'\n"));
    }
}

#[test]
fn names_what_is_wrong_with_an_issuer() {
    let place = |lines: &str| format!("public_url = 'https://people.example'\n{ISSUER}{lines}\n");
    check(
        &place("kind = 'okta'\ndiscovery = 'http://login.example/'\nkeys.window = 'soon'\nnetworks = ['here']"),
        &expect![[r#"
            vitae.toml:14: `kind` of an issuer is "oidc" or "entra" or "entra-v1" or "keycloak" or "authentik" or "kanidm", not "okta"
            vitae.toml:15: `discovery` of an issuer is an https address; only this machine itself is asked by http, not "http://login.example/"
            vitae.toml:16: `keys.window` of an issuer is a time such as "1h30m", at least 1s, not "soon"
            vitae.toml:17: `networks` of an issuer is a list of addresses such as "10.0.0.0/8", not ["here"]"#]],
    );
    check(
        &place("jwks_uri = 'https://login.example/keys'"),
        &expect![
            "vitae.toml:3: this issuer has keys of its own and others to be fetched; it needs `discovery`, `jwks_uri`, `jwks` or `pem`"
        ],
    );
    check(
        &place("ca = 'absent.pem'").replace("pem = '''", "jwks_uri = 'http://[::1]/'\nkid = '''"),
        &expect![
            "vitae.toml:3: this issuer has a `ca` that cannot be read: `absent.pem`: I/O error: No such file or directory (os error 2)"
        ],
    );
}

#[test]
fn says_where_toml_breaks() {
    // What seems to be missing may be there: of it nothing is said.
    check(
        "listen = '127.0.0.1:1'\ndata = \n",
        &expect!["vitae.toml:2: not TOML: string values must be quoted, expected literal string"],
    );
}

#[test]
fn the_environment_goes_before_the_file() {
    let environment = |name: &str| match name {
        "VITAE_LOG_LEVEL" => Some("debug".to_owned()),
        "VITAE_ALLOWED_HOSTS" => Some("a, b:1".to_owned()),
        "VITAE_WORKERS" => Some("many".to_owned()),
        _ => None,
    };
    let config = of(&format!("log.level = 'warn'\ndata = '/d'\n{ISSUER}"), &environment);
    assert_eq!(config.faults.lines(), ["VITAE_WORKERS: `workers` is a whole number, not `many`"]);
    assert_eq!(config.settings.log_level, "debug");
    assert_eq!(config.settings.allowed_hosts.len(), 2);
    let printed = config.print();
    for line in [
        "log.level = \"debug\"  # VITAE_LOG_LEVEL",
        "data = \"/d\"  # vitae.toml:2",
        "listen = \"127.0.0.1:8080\"  # default",
        "# public_url is not set",
        "issuers[0].leeway = 60  # default",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
}

#[test]
fn every_default_is_taken() {
    for key in keys::KEYS {
        let value = key.default.value();
        assert!(value == Value::Unset || (key.set)(&mut Settings::default(), &value).is_ok(), "{}", key.name);
    }
    for key in issuer::ISSUER_KEYS {
        let value = key.default.value();
        assert!(value == Value::Unset || (key.set)(&mut issuer::Facts::default(), &value).is_ok(), "{}", key.name);
    }
}

/// The limits that the settings give are those that the service is told of, and their defaults the usual ones.
#[test]
fn limits_of_queries_have_their_usual_defaults() {
    let config = of("", &nothing);
    assert_eq!(config.settings.limits, Limits::LENIENT);
    assert_eq!(config.settings.max_steps, engine::Dialect::GRAPH.max_steps);
    assert_eq!(config.settings.memory_mb << 20, engine::Dialect::GRAPH.max_held);
    let config = of("[query]\nnodes = 300\nitems = 15\nsteps = 5000", &nothing);
    assert_eq!(config.settings.limits, Limits { nodes: 300, items: 15, ..Limits::LENIENT });
    assert_eq!(config.settings.max_steps, 5_000);
}
