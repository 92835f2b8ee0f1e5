//! Mistakes: which status and code each kind has, and which of several is told.

use serde_json::{Value, json};

use super::{assert_refused, server, skill_path};
use crate::harness::{Request, Server, run, vitae};

const SKILLS: &str = "/beta/me/profile/skills";

#[test]
fn each_kind_of_mistake_has_its_code() {
    let server = server();
    let item = skill_path(&server);
    let nil = "00000000-0000-0000-0000-000000000000";
    let ada = |method: &str, target: &str| server.ada(method, target);
    let post = |body: &str| ada("POST", SKILLS).header("content-type", "application/json").body(body);
    for (request, status, code) in [
        (ada("GET", &format!("{SKILLS}/{nil}")), 404, "itemNotFound"),
        (ada("PATCH", &format!("{SKILLS}/{nil}")).json(&json!({})), 404, "itemNotFound"),
        (ada("DELETE", &format!("{SKILLS}/x")), 404, "itemNotFound"),
        (ada("GET", &format!("/beta/users/{nil}")), 404, "Request_ResourceNotFound"),
        (ada("GET", "/beta/users/nobody@fjord.example/profile/skills"), 404, "Request_ResourceNotFound"),
        (
            ada("POST", "/beta/users/nobody@fjord.example/profile/skills").json(&json!({})),
            404,
            "Request_ResourceNotFound",
        ),
        (ada("GET", "/beta/persons"), 400, "BadRequest"),
        (ada("GET", "/beta/me/profile/skils"), 400, "BadRequest"),
        (ada("GET", "/beta/me/profile/skills//"), 400, "BadRequest"),
        (ada("GET", &format!("{SKILLS}?$select=nothing")), 400, "RequestBroker--ParseUri"),
        (ada("GET", &format!("{SKILLS}?$orderby=nothing")), 400, "RequestBroker--ParseUri"),
        (ada("GET", "/beta/me/profile?$expand=nothing"), 400, "RequestBroker--ParseUri"),
        (ada("GET", &format!("{SKILLS}?$nothing=1")), 400, "BadRequest"),
        (ada("GET", &format!("{item}?$top=1")), 400, "BadRequest"),
        (post(r#"{"nothing":1}"#), 400, "RequestBodyRead"),
        (post(r#"{"displayName":1}"#), 400, "BadRequest"),
        (post(r#"{"proficiency":"wizard"}"#), 400, "BadRequest"),
        (post("{,}"), 400, "BadRequest"),
        (post("[]"), 400, "BadRequest"),
        (post(""), 400, "BadRequest"),
        (ada("POST", SKILLS).body("{}"), 400, "BadRequest"),
        (ada("POST", SKILLS).header("content-type", "text/plain").body("{}"), 400, "BadRequest"),
        (
            ada("POST", &format!("{SKILLS}/$ref")).json(&json!({ "@odata.id": "https://x.example/1" })),
            400,
            "BadRequest",
        ),
        (server.anyone("GET", "/beta/me"), 401, "InvalidAuthenticationToken"),
        (server.app("GET", "/beta/me/profile"), 400, "BadRequest"),
        (
            server.app("POST", "/beta/users/ada@fjord.example/profile/skills").json(&json!({})),
            403,
            "Authorization_RequestDenied",
        ),
        (
            server.grace("POST", "/beta/users/ada@fjord.example/profile/skills").json(&json!({})),
            403,
            "Authorization_RequestDenied",
        ),
        (ada("GET", "/beta/me").header("accept", "application/xml"), 406, "notAcceptable"),
        (
            ada("POST", "/beta/users").json(&json!({ "displayName": "A", "userPrincipalName": "ADA@fjord.example" })),
            409,
            "nameAlreadyExists",
        ),
        (ada("PATCH", &item).header("if-match", "\"x\"").json(&json!({})), 412, "resourceModified"),
        (post(&" ".repeat((1 << 20) + 1)), 413, "requestTooLarge"),
    ] {
        assert_refused(request, status, code);
    }
}

#[test]
fn a_method_that_is_not_offered_is_answered_with_those_that_are() {
    let server = server();
    let item = skill_path(&server);
    for (method, target, allow) in [
        ("PUT", item.as_str(), "GET, HEAD, PATCH, DELETE"),
        ("POST", item.as_str(), "GET, HEAD, PATCH, DELETE"),
        ("DELETE", SKILLS, "GET, HEAD, POST"),
        ("PATCH", SKILLS, "GET, HEAD, POST"),
        ("PUT", "/beta/me/profile", "GET, HEAD, PATCH, DELETE"),
        ("POST", "/beta/me/profile", "GET, HEAD, PATCH, DELETE"),
        ("DELETE", "/beta/me", "GET, HEAD, PATCH"),
        ("PATCH", "/beta/users", "GET, HEAD, POST"),
        ("POST", "/beta/users/$count", "GET, HEAD"),
        ("PUT", "/beta/me/profile/languages/$ref", "GET, HEAD, POST"),
        ("POST", "/beta/me/displayName", "GET, HEAD, PUT, PATCH, DELETE"),
    ] {
        let reply = server.ada(method, target).send().expect(405);
        assert_eq!(
            (reply.header("allow"), reply.code().as_str()),
            (Some(allow), "Request_BadRequest"),
            "{method} {target}"
        );
    }
    server.get(&item).expect(200);
}

#[test]
fn what_is_not_there_yet_says_its_name() {
    let server = server();
    for option in ["$apply=nest(identity%20as%20n)", "$DeltaToken=x", "deltatoken=x"] {
        let reply = server.get(&format!("{SKILLS}?{option}")).expect(501);
        let name = option.split('=').next().unwrap().trim_start_matches('$').to_lowercase();
        assert_eq!(
            (reply.code().as_str(), reply.json()["error"]["target"].as_str()),
            ("notSupported", Some(format!("${name}").as_str()))
        );
    }
}

#[test]
fn every_mistake_of_a_body_is_told_with_its_place() {
    let server = server();
    let body = r#"{"displayName":[],"proficeincy":"expert","proficiency":"wizard","categories":["a",1],"allowedAudiences":"me,family",
        "webUrl":"javascript:alert(1)","inference":{"confidenceScore":"much","certainty":1},"isSearchable":"yes","collaborationTags":null}"#;
    let reply = server.ada("POST", SKILLS).header("content-type", "application/json").body(body).send().expect(400);
    let error = reply.json()["error"].clone();
    let details = error["details"].as_array().unwrap();
    let told: Vec<(&str, &str)> =
        details.iter().map(|detail| (detail["target"].as_str().unwrap(), detail["code"].as_str().unwrap())).collect();
    let expected = [
        ("/displayName", "BadRequest"),
        ("/proficeincy", "RequestBodyRead"),
        ("/proficiency", "BadRequest"),
        ("/categories/1", "BadRequest"),
        ("/allowedAudiences", "BadRequest"),
        ("/webUrl", "BadRequest"),
        ("/inference/confidenceScore", "BadRequest"),
        ("/inference/certainty", "RequestBodyRead"),
        ("/isSearchable", "BadRequest"),
        ("/collaborationTags", "BadRequest"),
    ];
    assert_eq!(told, expected);
    assert_eq!((error["code"].as_str(), error["target"].as_str()), (Some("BadRequest"), Some("/displayName")));
    let message = |at: usize| details[at]["message"].as_str().unwrap();
    assert!(message(1).contains("did you mean `proficiency`"), "{}", message(1));
    for level in ["elementary", "expert", "advancedProfessional"] {
        assert!(message(2).contains(level), "{}", message(2));
    }
}

/// A token of a data directory.
fn token(place: &std::path::Path, args: &[&str]) -> String {
    let ended = run(vitae().arg("token").arg("--data").arg(Server::data(place)).args(args));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    ended.stdout.trim().to_owned()
}

/// 401, 405, malformed 400, scope 403, role 403, existence 404, body 400, 412: a request with all of these faults is
/// mended one by one.
#[test]
fn of_several_mistakes_the_first_in_order_is_told() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "4"]);
    let item = skill_path(&server);
    let id = item.rsplit('/').next().unwrap();
    let grace = |scopes: &str| token(place.path(), &["--user", "grace@fjord.example", "--scopes", scopes]);
    let (reader, writer) = (grace("User.Read"), grace("User.ReadWrite.All"));
    let admin = server.ready("VITAE_TOKEN").to_owned();
    let ask = |method: &str, target: &str, token: Option<&str>, body: &Value| -> Request {
        let request = server.anyone(method, target).header("if-match", "\"stale\"").json(body);
        token.map_or_else(|| server.anyone(method, target).json(body), |token| request.token(token))
    };
    let absent = "/beta/users/nobody@fjord.example/profile/skills/x";
    let hers = format!("/beta/users/ada@fjord.example/profile/skills/{id}");
    let wrong = json!({ "nothing": 1 });
    assert_refused(ask("PUT", &format!("{absent}?$nothing"), None, &wrong), 401, "InvalidAuthenticationToken");
    assert_refused(ask("PUT", &format!("{absent}?$nothing"), Some(&reader), &wrong), 405, "Request_BadRequest");
    assert_refused(ask("PATCH", &format!("{absent}?$nothing"), Some(&reader), &wrong), 400, "BadRequest");
    assert_refused(ask("PATCH", absent, Some(&reader), &wrong), 403, "Authorization_RequestDenied");
    assert_refused(ask("PATCH", absent, Some(&writer), &wrong), 403, "ErrorAccessDeniedForRole");
    assert_refused(ask("PATCH", absent, Some(&admin), &wrong), 404, "Request_ResourceNotFound");
    let gone = format!("/beta/users/ada@fjord.example/profile/skills/{}", id.replace('-', ""));
    assert_refused(ask("PATCH", &gone, Some(&admin), &wrong), 404, "itemNotFound");
    assert_refused(ask("PATCH", &hers, Some(&admin), &wrong), 400, "RequestBodyRead");
    assert_refused(ask("PATCH", &hers, Some(&admin), &json!({})), 412, "resourceModified");
    let mended = server.anyone("PATCH", &hers).token(&admin).json(&json!({})).send();
    mended.expect(200);
}

#[test]
fn what_the_service_says_of_an_item_no_address_changes() {
    let server = server();
    let item = skill_path(&server);
    let before = server.get(&item).expect(200).json();
    let value = json!({ "value": null });
    for (method, property) in [
        ("DELETE", "createdBy"),
        ("PATCH", "createdBy"),
        ("DELETE", "createdBy/user"),
        ("PUT", "createdBy/user/displayName"),
        ("DELETE", "createdBy/user/displayName"),
        ("PUT", "lastModifiedBy/user/id"),
        ("DELETE", "id"),
        ("PUT", "id"),
        ("PUT", "createdDateTime"),
        ("PUT", "createdDateTime/$value"),
    ] {
        let request = server.ada(method, &format!("{item}/{property}"));
        let reply = if method == "DELETE" { request.send() } else { request.json(&value).send() };
        assert_eq!(reply.status, 400, "{method} {property}: {}", reply.text());
    }
    assert_eq!(server.get(&item).expect(200).json(), before);
    server.ada("PUT", &format!("{item}/displayName")).json(&json!({ "value": "Rust" })).send().expect(204);
    assert_eq!(server.get(&format!("{item}/displayName/$value")).expect(200).text(), "Rust");
}
