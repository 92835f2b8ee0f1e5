//! What the service says of itself, to anyone.

use super::{assert_refused, server};

#[test]
fn the_service_describes_itself_without_a_token() {
    let server = server();
    for root in ["/beta", "/v1.0"] {
        let get = |target: &str| server.anyone("GET", &format!("{root}{target}")).send().expect(200);
        for address in ["", "/"] {
            let document = get(address).json();
            assert_eq!(document["@odata.context"], format!("http://{}{root}/$metadata", server.address()));
            let named = |name: &str| {
                let entries = document["value"].as_array().unwrap();
                entries.iter().find(|entry| entry["name"] == name).unwrap()["kind"].as_str().unwrap().to_owned()
            };
            assert_eq!((named("users"), named("me")), ("EntitySet".to_owned(), "Singleton".to_owned()));
        }
        let schema = get("/$metadata");
        assert_eq!(schema.header("content-type"), Some("application/xml"));
        assert_eq!(schema.header("odata-version"), Some("4.0"));
        assert!(schema.text().contains("<edmx:Edmx ") && schema.text().contains("Name=\"skillProficiency\""));
        assert_eq!(get("/$metadata?$format=json").json()["$Version"], "4.01");
        assert_eq!(get("/openapi.json").json()["info"]["title"], "Vitae");
    }
}

#[test]
fn only_what_describes_the_service_is_public() {
    let server = server();
    for (method, target) in [
        ("GET", "/beta/$metadata/x"),
        ("GET", "/beta/$metadata/../me"),
        ("GET", "/beta/$metadata%2F..%2Fme"),
        ("GET", "/beta/openapi.json/me"),
        ("GET", "/beta/$metadata(me)"),
        ("POST", "/beta/$metadata"),
        ("OPTIONS", "/beta/me"),
    ] {
        assert_eq!(server.anyone(method, target).send().status, 401, "{method} {target}");
    }
    // With a token it is the method that is wrong.
    assert_refused(server.ada("POST", "/beta/$metadata"), 405, "Request_BadRequest");
    assert_refused(server.ada("MERGE", "/beta/me"), 501, "notSupported");
    let options = server.ada("OPTIONS", "/beta/me/profile").send().expect(204);
    assert_eq!(options.header("allow"), Some("GET, HEAD, PATCH, DELETE"));
    // A token that is no good does no harm where none is needed.
    server.anyone("GET", "/beta/$metadata").token("abc").send().expect(200);
}

#[test]
fn a_schema_that_is_known_is_not_sent_again() {
    let server = server();
    let schema = server.anyone("GET", "/beta/$metadata").send().expect(200);
    let tag = schema.header("etag").unwrap();
    let again = server.anyone("GET", "/v1.0/$metadata").header("if-none-match", tag).send().expect(304);
    assert_eq!((again.header("etag"), again.body.len()), (Some(tag), 0));
    let head = server.anyone("HEAD", "/beta/$metadata").send().expect(200);
    assert_eq!((head.header("content-length"), head.header("etag")), (schema.header("content-length"), Some(tag)));
    assert!(head.body.is_empty());
    let newer = server.anyone("GET", "/beta/$metadata").header("odata-maxversion", "4.01").send().expect(200);
    assert_eq!(newer.header("odata-version"), Some("4.01"));
    assert_ne!(newer.header("etag"), Some(tag));
}
