//! Well signed tokens for another time, another service, another issuer or another tenant.

use super::*;

#[test]
fn times() {
    let at = |name: &str, seconds: i64| {
        let mut changes = json!({ "nbf": NOW - 9999, "iat": NOW - 9999 });
        changes[name] = (NOW + seconds).into();
        es(changes)
    };
    check(&[
        ("expired just within the leeway", at("exp", -59), "ok"),
        ("expired at the leeway", at("exp", -60), "Expired"),
        ("expired beyond it", at("exp", -61), "Expired"),
        ("not yet, within the leeway", at("nbf", 59), "ok"),
        ("not yet, at the leeway", at("nbf", 60), "ok"),
        ("not yet, beyond it", at("nbf", 61), "NotYetValid"),
        ("issued in the future, at the leeway", at("iat", 60), "ok"),
        ("issued in the future, beyond it", at("iat", 61), "NotYetValid"),
        ("no exp", es(json!({ "exp": null })), "Claim"),
        ("exp a text", es(json!({ "exp": "1900000000" })), "Claim"),
        ("exp a fraction", es(json!({ "exp": 1_800_000_000.5 })), "ok"),
        ("exp beyond all numbers", es(json!({ "exp": 1e300 })), "ok"),
        ("exp the largest number", es(json!({ "exp": i64::MAX })), "ok"),
        ("exp before all numbers", es(json!({ "exp": -1e300 })), "Expired"),
        ("nbf a text", es(json!({ "nbf": "0" })), "Claim"),
        ("no nbf, no iat", es(json!({ "nbf": null, "iat": null })), "ok"),
    ]);
}

#[test]
fn audiences() {
    let with = |aud: Value| es(json!({ "aud": aud }));
    check(&[
        ("the app id", with("00000003-0000-0000-c000-000000000000".into()), "ok"),
        ("ours among others", with(json!(["https://other.example", "api://vitae"])), "ok"),
        ("another", with("https://graph.example".into()), "Audience"),
        ("trailing slash", with("https://graph.microsoft.com/".into()), "Audience"),
        ("other case", with("https://Graph.microsoft.com".into()), "Audience"),
        ("only others", with(json!(["a", "b"])), "Audience"),
        ("empty list", with(json!([])), "Audience"),
        ("nested list", with(json!([["api://vitae"]])), "Audience"),
        ("an object", with(json!({ "api://vitae": 1 })), "Audience"),
        ("none", with(Value::Null), "Audience"),
    ]);
}

#[test]
fn issuers_and_tenants() {
    let rsa = EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap();
    let other = EncodingKey::from_rsa_pem(OTHER_RSA.as_bytes()).unwrap();
    let signed =
        |key, kid: &str, changes| rs(key, Library::RS256, &json!({ "alg": "RS256", "kid": kid }), &entra(changes));
    let iss = |tenant: &str| format!("https://login.example/{tenant}/v2.0");
    let foreign = json!({ "iss": iss(OTHER_TENANT), "tid": OTHER_TENANT });
    check(&[
        ("good", signed(&rsa, "common", json!({})), "ok"),
        ("PS256", rs(&rsa, Library::PS256, &json!({ "alg": "PS256", "kid": "common" }), &entra(json!({}))), "ok"),
        ("another issuer's key", signed(&other, "common", json!({})), "Signature"),
        ("a key of the consumers' tenant", signed(&other, "consumers", json!({})), "Issuer"),
        ("a tenant that is not allowed", signed(&rsa, "common", foreign), "Tenant"),
        ("iss of one tenant, tid of another", signed(&rsa, "common", json!({ "tid": OTHER_TENANT })), "Issuer"),
        ("tid of one tenant, iss of another", signed(&rsa, "common", json!({ "iss": iss(OTHER_TENANT) })), "Issuer"),
        ("iss with no GUID", signed(&rsa, "common", json!({ "iss": iss("common") })), "UnknownIssuer"),
        ("iss with a path for a tenant", signed(&rsa, "common", json!({ "iss": iss("a/b") })), "UnknownIssuer"),
        ("the pattern itself", signed(&rsa, "common", json!({ "iss": iss("{tenantid}") })), "UnknownIssuer"),
        ("v1 token", es(json!({ "ver": "1.0" })), "Version"),
        ("no ver", es(json!({ "ver": null })), "Version"),
        ("v1 issuer", es(json!({ "iss": format!("https://sts.windows.net/{TENANT}/") })), "UnknownIssuer"),
        ("trailing slash", es(json!({ "iss": format!("https://vitae.localhost/{TENANT}/v2.0/") })), "UnknownIssuer"),
        ("other case", es(json!({ "iss": format!("https://VITAE.localhost/{TENANT}/v2.0") })), "UnknownIssuer"),
        ("no iss", es(json!({ "iss": null })), "Claim"),
        ("iss a list", es(json!({ "iss": ["https://kc.example/realms/a"] })), "Claim"),
        ("no tid", es(json!({ "tid": null })), "Issuer"),
        ("tid no GUID", es(json!({ "tid": "fjord" })), "Issuer"),
    ]);
}
