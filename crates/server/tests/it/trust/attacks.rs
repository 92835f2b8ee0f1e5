//! The attacks on tokens, one row each, over the real service: status, code, message and challenge.

use expect_test::{Expect, expect};

use super::*;
use crate::harness::{Line, unsigned};

/// What came of a token. Addresses, which change with every run, are left out of it.
fn outcome(world: &World, reply: &Reply) -> String {
    let challenge = reply.header("www-authenticate").map(|challenge| {
        let usual = "Bearer realm=\"vitae\", authorization_uri=\"https://login.example/authorize\"";
        challenge.strip_prefix(usual).map_or_else(|| format!(" [{challenge}]"), |rest| format!(" [{rest}]"))
    });
    let message = if reply.status < 300 { String::new() } else { format!(" {}: {}", reply.code(), reply.message()) };
    format!("{}{message}{}", reply.status, challenge.unwrap_or_default())
        .replace(&world.entra.address(""), "ENTRA")
        .replace(&world.keycloak.address(""), "KEYCLOAK")
}

fn check(world: &World, rows: &[(&str, String)], expected: &Expect) {
    let mut lines = Vec::new();
    for (attack, token) in rows {
        lines.push(format!("{attack}: {}", outcome(world, &world.me(token))));
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn algorithms_and_signatures() {
    let world = World::new("create_people = true", "");
    let claims = world.entra_claims(json!({}));
    let none = |alg: &str| format!("{}.", unsigned(&header(json!({ "alg": alg })).to_string(), &claims.to_string()));
    let kid = ec(1).kid().to_owned();
    let ec_claims = world.keycloak_token(1, json!({}));
    let (message, _) = ec_claims.rsplit_once('.').unwrap();
    let of_keycloak = world.entra_claims(json!({ "iss": world.keycloak.address("/realms/people"), "aud": "vitae" }));
    let rows = [
        ("good", world.entra_token(json!({}))),
        ("alg none", none("none")),
        ("alg None", none("None")),
        ("alg NONE", none("NONE")),
        ("alg empty", none("")),
        ("alg absent", format!("{}.AAAA", unsigned(r#"{"kid":"common"}"#, &claims.to_string()))),
        ("HS256 with the public key", Signer::Hmac.sign(&header(json!({ "alg": "HS256" })), &claims)),
        ("HMAC called RS256", Signer::Hmac.sign(&header(json!({})), &claims)),
        ("RS256 with another's key", Signer::OtherRsa.sign(&header(json!({})), &claims)),
        ("ES256 with r = s = 0", format!("{message}.{}", "A".repeat(86))),
        ("ES256 at an issuer of RS256", ec(1).sign(&claims)),
        ("RS256 at an issuer of ES256", Signer::Rsa.sign(&header(json!({ "kid": kid })), &of_keycloak)),
    ];
    check(
        &world,
        &rows,
        &expect![[r#"
        good: 200
        alg none: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `alg` is not allowed; expected RS256, PS256, ES256, EdDSA"]
        alg None: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `alg` is not allowed; expected RS256, PS256, ES256, EdDSA"]
        alg NONE: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `alg` is not allowed; expected RS256, PS256, ES256, EdDSA"]
        alg empty: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `alg` is not allowed; expected RS256, PS256, ES256, EdDSA"]
        alg absent: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `alg` is not allowed; expected RS256, PS256, ES256, EdDSA"]
        HS256 with the public key: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `alg` is not allowed; expected RS256, PS256, ES256, EdDSA"]
        HMAC called RS256: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's signature does not verify with the key it names; it was changed, or signed by someone else"]
        RS256 with another's key: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's signature does not verify with the key it names; it was changed, or signed by someone else"]
        ES256 with r = s = 0: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's signature does not verify with the key it names; it was changed, or signed by someone else"]
        ES256 at an issuer of RS256: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `alg` is not allowed; expected RS256"]
        RS256 at an issuer of ES256: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `alg` is not allowed; expected ES256"]"#]],
    );
}

#[test]
fn key_ids_and_headers() {
    let world = World::new("create_people = true", "");
    let attacker = TestIssuer::start("", vec![Signer::OtherRsa.jwk("common", json!({}))]);
    let claims = world.entra_claims(json!({}));
    world.me(&world.entra_token(json!({}))).expect(200);
    let before = world.entra.asked("/keys");
    let with = |changes: Value| Signer::Rsa.sign(&header(changes), &claims);
    let forged = |changes: Value| Signer::OtherRsa.sign(&header(changes), &claims);
    let keys = attacker.address("/keys");
    let good = Signer::Rsa.sign(&header(json!({})), &claims);
    let (_, rest) = good.split_once('.').unwrap();
    let doubled = unsigned(r#"{"alg":"none","alg":"RS256","kid":"common"}"#, "");
    let rows = [
        ("kid a path", with(json!({ "kid": "../../x" }))),
        ("kid a query", with(json!({ "kid": "' or 1=1" }))),
        ("kid a number", with(json!({ "kid": 1 }))),
        ("kid absent", with(json!({ "kid": null }))),
        ("kid of 9 KB", with(json!({ "kid": "k".repeat(9 << 10) }))),
        ("jku beside a forged signature", forged(json!({ "jku": keys }))),
        ("x5u beside a forged signature", forged(json!({ "x5u": keys }))),
        ("jwk beside a forged signature", forged(json!({ "jwk": Signer::OtherRsa.jwk("common", json!({})) }))),
        ("jku and an unknown kid", forged(json!({ "jku": keys, "kid": "theirs" }))),
        ("jku on a good token is ignored", with(json!({ "jku": keys, "x5u": keys }))),
        ("crit", with(json!({ "crit": ["b64"], "b64": false }))),
        ("alg twice", format!("{doubled}{rest}")),
        ("typ of a logout token", with(json!({ "typ": "logout+jwt" }))),
    ];
    check(
        &world,
        &rows,
        &expect![[r#"
        kid a path: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `kid` is none of the current keys of ENTRA/{tenantid}/v2.0; ask for a new token, or check that it comes from there"]
        kid a query: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `kid` is none of the current keys of ENTRA/{tenantid}/v2.0; ask for a new token, or check that it comes from there"]
        kid a number: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the token is not a signed JWT in compact form: its header is not a JSON object with texts `alg`, `kid`, `typ`"]
        kid absent: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `kid` is none of the current keys of ENTRA/{tenantid}/v2.0; ask for a new token, or check that it comes from there"]
        kid of 9 KB: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the Authorization header is longer than 8192 bytes"]
        jku beside a forged signature: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's signature does not verify with the key it names; it was changed, or signed by someone else"]
        x5u beside a forged signature: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's signature does not verify with the key it names; it was changed, or signed by someone else"]
        jwk beside a forged signature: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's signature does not verify with the key it names; it was changed, or signed by someone else"]
        jku and an unknown kid: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `kid` is none of the current keys of ENTRA/{tenantid}/v2.0; ask for a new token, or check that it comes from there"]
        jku on a good token is ignored: 200
        crit: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the token is not a signed JWT in compact form: its header has `crit`, and no critical extension is understood"]
        alg twice: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the token is not a signed JWT in compact form: its header is not a JSON object with texts `alg`, `kid`, `typ`"]
        typ of a logout token: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="this is not an access token: its header says another `typ` than `JWT` or `at+jwt`"]"#]],
    );
    assert_eq!(attacker.asked_at_all(), 0, "nobody follows what a token says");
    assert_eq!(world.entra.asked("/keys"), before + 1, "one look for all unknown keys");
}

#[test]
fn forms() {
    let world = World::new("create_people = true", "");
    let claims = world.entra_claims(json!({}));
    let good = world.entra_token(json!({}));
    let text = claims.to_string();
    let twice = text.replacen('{', &format!("{{\"oid\":\"{GRACE}\","), 1);
    let nested = Signer::Rsa.sign_text(&header(json!({ "cty": "JWT" })).to_string(), &good);
    let rows = [
        ("not a token", "abc".to_owned()),
        ("encrypted, five parts", "a.b.c.d.e".to_owned()),
        ("four parts", format!("{good}.x")),
        ("a token in a token", nested),
        ("a claim twice", Signer::Rsa.sign_text(&header(json!({})).to_string(), &twice)),
        ("claims a list", Signer::Rsa.sign_text(&header(json!({})).to_string(), "[]")),
        ("padded", format!("{good}=")),
        ("over 8 KB", world.entra_token(json!({ "pad": "p".repeat(9 << 10) }))),
        ("no token", String::new()),
    ];
    check(
        &world,
        &rows,
        &expect![[r#"
        not a token: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the token is not a signed JWT in compact form: it does not have three parts separated by dots"]
        encrypted, five parts: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the token is not a signed JWT in compact form: it does not have three parts separated by dots"]
        four parts: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the token is not a signed JWT in compact form: it does not have three parts separated by dots"]
        a token in a token: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the token is not a signed JWT in compact form: its claims are not a JSON object in which each name comes once"]
        a claim twice: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the token is not a signed JWT in compact form: its claims are not a JSON object in which each name comes once"]
        claims a list: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the token is not a signed JWT in compact form: its claims are not a JSON object in which each name comes once"]
        padded: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the token is not a signed JWT in compact form: a part of it is not base64url without padding"]
        over 8 KB: 401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [, error="invalid_token", error_description="the Authorization header is longer than 8192 bytes"]
        no token: 401 InvalidAuthenticationToken: Access token is empty. []"#]],
    );
    let bare = |request: Request| outcome(&world, &request.host(Some("people.example")).send());
    let address = world.server.address();
    expect!["401 InvalidAuthenticationToken: Access token is empty. []"].assert_eq(&bare(Request::new(
        address,
        "GET",
        &format!("/beta/me?access_token={good}"),
    )));
    expect![[r#"400 BadRequest: Only one access token may be sent. [, error="invalid_request", error_description="the request carries more than one access token; send one, in one Authorization header"]"#]].assert_eq(&bare(Request::new(address, "GET", "/beta/me").token(&good).token(&good)));
    let huge = format!("Bearer {}", "k".repeat(1 << 20));
    let huge = Request::new(address, "GET", "/beta/me").header("authorization", &huge).send();
    assert_eq!(huge.status, 431, "a header of 1 MB ends before anybody looks for tokens");
}

#[test]
fn times() {
    let world = World::new("create_people = true", "");
    let now = now();
    let token = |changes| world.entra_token(changes);
    let rows = [
        ("expired, within the leeway", token(json!({ "exp": now - 40 }))),
        ("not yet, within the leeway", token(json!({ "nbf": now + 40, "iat": now + 40 }))),
        ("no exp", token(json!({ "exp": null }))),
        ("exp a text", token(json!({ "exp": "4000000000" }))),
        ("nbf a text", token(json!({ "nbf": "0" }))),
    ];
    check(
        &world,
        &rows,
        &expect![[r#"
        expired, within the leeway: 200
        not yet, within the leeway: 200
        no exp: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token has no usable `exp` claim"]
        exp a text: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token has no usable `exp` claim"]
        nbf a text: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token has no usable `nbf` claim"]"#]],
    );
    // The seconds in these messages depend on when they are read.
    for (changes, message, words) in [
        (json!({ "exp": now - 90 }), "Lifetime validation failed, the token is expired.", "the token expired 9"),
        (json!({ "nbf": now + 90 }), "Access token validation failure.", "the token becomes valid in "),
        (json!({ "iat": now + 90 }), "Access token validation failure.", "the token becomes valid in "),
    ] {
        let reply = world.me(&token(changes)).expect(401);
        assert_eq!((reply.code().as_str(), reply.message().as_str()), ("InvalidAuthenticationToken", message));
        let challenge = reply.header("www-authenticate").unwrap();
        let expected = format!("error=\"invalid_token\", error_description=\"{words}");
        assert!(challenge.contains(&expected), "{challenge}");
    }
}

#[test]
fn audiences_issuers_and_tenants() {
    let world = World::new("create_people = true", "");
    let token = |changes| world.entra_token(changes);
    let iss = |path: &str| world.entra.address(path);
    let foreign = json!({ "iss": iss(&format!("/{OTHER_TENANT}/v2.0")), "tid": OTHER_TENANT });
    let consumers = header(json!({ "kid": "consumers" }));
    let rows = [
        ("wrong aud", token(json!({ "aud": "https://graph.microsoft.com" }))),
        ("aud in other case", token(json!({ "aud": AUDIENCE.to_uppercase() }))),
        ("aud absent", token(json!({ "aud": null }))),
        ("aud a list with ours", token(json!({ "aud": ["other", AUDIENCE] }))),
        ("iss with a trailing slash", token(json!({ "iss": iss(&format!("/{TENANT}/v2.0/")) }))),
        ("iss unknown", token(json!({ "iss": "https://evil.example" }))),
        ("iss absent", token(json!({ "iss": null }))),
        ("iss the pattern itself", token(json!({ "iss": iss("/{tenantid}/v2.0") }))),
        ("tid of another tenant", token(json!({ "tid": OTHER_TENANT }))),
        ("iss of another tenant", token(json!({ "iss": iss(&format!("/{OTHER_TENANT}/v2.0")) }))),
        ("a tenant that is not served", token(foreign.clone())),
        ("tid no GUID", token(json!({ "tid": "fjord", "iss": iss("/fjord/v2.0") }))),
        ("tid absent", token(json!({ "tid": null }))),
        ("the consumers' key for our tenant", Signer::OtherRsa.sign(&consumers, &world.entra_claims(json!({})))),
        ("v1 token", token(json!({ "ver": "1.0" }))),
        ("v1 issuer", token(json!({ "ver": "1.0", "iss": format!("https://sts.windows.net/{TENANT}/") }))),
    ];
    check(
        &world,
        &rows,
        &expect![[r#"
        wrong aud: 401 InvalidAuthenticationToken: Access token validation failure. Invalid audience. [, error="invalid_token", error_description="the token is meant for another service; expected `aud` to be 00000000-aaaa-4000-8000-00000000000a"]
        aud in other case: 401 InvalidAuthenticationToken: Access token validation failure. Invalid audience. [, error="invalid_token", error_description="the token is meant for another service; expected `aud` to be 00000000-aaaa-4000-8000-00000000000a"]
        aud absent: 401 InvalidAuthenticationToken: Access token validation failure. Invalid audience. [, error="invalid_token", error_description="the token is meant for another service; expected `aud` to be 00000000-aaaa-4000-8000-00000000000a"]
        aud a list with ours: 200
        iss with a trailing slash: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `iss` is not an issuer this service trusts; expected exactly KEYCLOAK/realms/people or ENTRA/{tenantid}/v2.0"]
        iss unknown: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `iss` is not an issuer this service trusts; expected exactly KEYCLOAK/realms/people or ENTRA/{tenantid}/v2.0"]
        iss absent: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token has no usable `iss` claim"]
        iss the pattern itself: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `iss` is not an issuer this service trusts; expected exactly KEYCLOAK/realms/people or ENTRA/{tenantid}/v2.0"]
        tid of another tenant: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `iss` does not fit: it names another tenant than the tenant claim"]
        iss of another tenant: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `iss` does not fit: it names another tenant than the tenant claim"]
        a tenant that is not served: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's tenant does not fit: the issuer is not trusted for the tenant it names"]
        tid no GUID: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `iss` is not an issuer this service trusts; expected exactly KEYCLOAK/realms/people or ENTRA/{tenantid}/v2.0"]
        tid absent: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `iss` does not fit: it names another tenant than the tenant claim"]
        the consumers' key for our tenant: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `iss` does not fit: the key that signed it belongs to another issuer"]
        v1 token: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `ver` is not 2.0, which its issuer sends"]
        v1 issuer: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token's `iss` is not an issuer this service trusts; expected exactly KEYCLOAK/realms/people or ENTRA/{tenantid}/v2.0"]"#]],
    );
}

#[test]
fn kinds_and_rights() {
    let world = World::new("create_people = true", "create_people = true");
    let token = |changes| world.entra_token(changes);
    world.me(&token(json!({}))).expect(200);
    world.me(&world.keycloak_token(1, json!({}))).expect(200);
    let app = json!({ "scp": null, "idtyp": "app", "roles": ["User.Read.All"], "name": null, "preferred_username": null,
        "sub": ADA });
    let rows = [
        ("ID token", token(json!({ "scp": null, "nonce": "n" }))),
        ("ID token with app roles", token(json!({ "scp": null, "roles": ["User.ReadWrite.All"] }))),
        ("refresh token", world.keycloak_token(1, json!({ "typ": "Refresh" }))),
        ("no oid, only a pairwise sub", token(json!({ "oid": null }))),
        ("no client id", token(json!({ "azp": null }))),
        ("no scope that would do", token(json!({ "scp": "openid" }))),
        ("an app has no `me`", token(app.clone())),
    ];
    check(
        &world,
        &rows,
        &expect![[r#"
        ID token: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="this is not an access token: it has the marks of an ID token"]
        ID token with app roles: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="this is not an access token: it has no scope claim (`scp`, `scope`), yet its `oid` is not its `sub`"]
        refresh token: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="this is not an access token: it calls itself an ID, refresh or logout token"]
        no oid, only a pairwise sub: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token names no usable caller: it has no user id (`oid`, `sub`)"]
        no client id: 401 InvalidAuthenticationToken: Access token validation failure. [, error="invalid_token", error_description="the token names no usable caller: it has no client id (`azp`, `appid`, `client_id`)"]
        no scope that would do: 403 Authorization_RequestDenied: Insufficient privileges to complete the operation. One of these scopes would do: User.Read User.ReadWrite User.ReadBasic.All User.Read.All User.ReadWrite.All [Bearer error="insufficient_scope", scope="User.Read User.ReadWrite User.ReadBasic.All User.Read.All User.ReadWrite.All"]
        an app has no `me`: 400 BadRequest: /me request is only valid with delegated authentication flow."#]],
    );
    let grace = format!("/beta/users/{GRACE}");
    let change = |token: &str| world.ask("PATCH", &grace, token).json(&json!({ "displayName": "X" })).send();
    expect!["403 ErrorAccessDeniedForRole: changing other people's data needs the role `people administrator`"]
        .assert_eq(&outcome(&world, &change(&token(json!({})))));
    expect![[r#"403 Authorization_RequestDenied: Insufficient privileges to complete the operation. One of these scopes would do: User.ReadWrite.All [Bearer error="insufficient_scope", scope="User.ReadWrite.All"]"#]].assert_eq(&outcome(&world, &change(&token(app))));
}

#[test]
fn forged_tokens_leave_no_trace() {
    let world = World::new("create_people = true", "");
    let claims = world.entra_claims(json!({}));
    let forged = Signer::OtherRsa.sign(&header(json!({})), &claims);
    let mut line = Line::open(world.server.address()).unwrap();
    for _ in 0..1_000 {
        assert_eq!(line.ask(&world.ask("GET", "/beta/me", &forged)).unwrap().status, 401);
    }
    // Nobody was put into the directory on the word of a token that is not good.
    let seen = world.ask("GET", &format!("/beta/users/{ADA}"), &world.keycloak_token(1, json!({}))).send();
    seen.expect(404);
}

#[test]
fn a_service_hands_out_no_tokens() {
    let world = World::new("", "");
    for (method, path) in [
        ("GET", "/common/v2.0/.well-known/openid-configuration".to_owned()),
        ("GET", "/common/discovery/v2.0/keys".to_owned()),
        ("GET", "/common/discovery/instance".to_owned()),
        ("GET", "/.well-known/jwks.json".to_owned()),
        ("GET", format!("/{TENANT}/oauth2/v2.0/authorize")),
        ("POST", format!("/{TENANT}/oauth2/v2.0/authorize")),
        ("POST", format!("/{TENANT}/oauth2/v2.0/token")),
        ("POST", format!("/{TENANT}/oauth2/v2.0/devicecode")),
        ("GET", format!("/{TENANT}/oauth2/v2.0/logout")),
        ("GET", "/devicelogin".to_owned()),
        ("GET", "/oidc/userinfo".to_owned()),
    ] {
        let reply = Request::new(world.server.address(), method, &path).host(Some("people.example")).send();
        assert_eq!(
            reply.expect(404).message(),
            "nothing is served here; expected a path below /beta or /v1.0",
            "{path}"
        );
    }
}
