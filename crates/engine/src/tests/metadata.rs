//! What a service says of itself.

use expect_test::{Expect, expect};

use super::{Client, header, show, text};

type Told<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Status and headers of each answer, and how its body begins; of an error all.
fn check(requests: &[Told<'_>], expected: &Expect) {
    let client = Client::graph();
    let told = requests.iter().map(|(method, url, headers)| {
        let answer = client.send(method, url, headers, "");
        if answer.status.is_client_error() || answer.status.is_server_error() {
            return format!("{method} {url} {headers:?}\n{}\n", show(&answer));
        }
        let names = ["content-type", "odata-version", "vary", "allow"].map(|name| header(&answer, name));
        let tag = if header(&answer, "etag").starts_with("W/\"") { "tagged" } else { "" };
        let body = text(&answer).replace(['\n', ' '], "");
        let begin: String = body.chars().take(70).collect();
        format!("{method} {url} {headers:?}\n{} {} {tag}\n{begin}\n", answer.status.as_u16(), names.join(" | "))
    });
    expected.assert_eq(&told.collect::<String>());
}

#[test]
fn forms_are_negotiated() {
    check(
        &[
            ("GET", "", &[]),
            ("GET", "/", &[("accept", "application/json;odata.metadata=none")]),
            ("GET", "/?$format=application/json;odata.metadata=full", &[("odata-maxversion", "4.01")]),
            ("GET", "/$metadata", &[]),
            ("HEAD", "/%24metadata/", &[("accept", "*/*")]),
            ("GET", "/$metadata", &[("odata-maxversion", "4.01")]),
            ("GET", "/$metadata", &[("odata-maxversion", "4.0"), ("accept", "application/xml")]),
            ("GET", "/$metadata", &[("accept", "application/json")]),
            ("GET", "/$metadata", &[("accept", "application/json"), ("odata-maxversion", "4.0")]),
            ("GET", "/$metadata?format=json", &[("accept", "application/xml")]),
            ("GET", "/$metadata?$format=xml&$schemaversion=1.0&own=x", &[]),
            ("GET", "/$metadata?$schemaversion=*", &[]),
            ("GET", "/openapi.json", &[]),
            ("OPTIONS", "/$metadata", &[]),
        ],
        &expect![[r#"
            GET  []
            200 application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8 | 4.0 | Accept, OData-MaxVersion |  tagged
            {"@odata.context":"http://a.example/v1/$metadata","value":[{"name":"Ar
            GET / [("accept", "application/json;odata.metadata=none")]
            200 application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=false;charset=utf-8 | 4.0 | Accept, OData-MaxVersion |  tagged
            {"value":[{"name":"Articles","title":"Whattheshopsells","kind":"Entity
            GET /?$format=application/json;odata.metadata=full [("odata-maxversion", "4.01")]
            200 application/json;odata.metadata=full;odata.streaming=true;IEEE754Compatible=false;charset=utf-8 | 4.01 | Accept, OData-MaxVersion |  tagged
            {"@odata.context":"http://a.example/v1/$metadata","value":[{"name":"Ar
            GET /$metadata []
            200 application/xml | 4.0 | Accept, OData-MaxVersion |  tagged
            <?xmlversion="1.0"encoding="utf-8"?><edmx:Edmxxmlns:edmx="http://docs.
            HEAD /%24metadata/ [("accept", "*/*")]
            200 application/xml | 4.0 | Accept, OData-MaxVersion |  tagged
            <?xmlversion="1.0"encoding="utf-8"?><edmx:Edmxxmlns:edmx="http://docs.
            GET /$metadata [("odata-maxversion", "4.01")]
            200 application/xml | 4.01 | Accept, OData-MaxVersion |  tagged
            <?xmlversion="1.0"encoding="utf-8"?><edmx:Edmxxmlns:edmx="http://docs.
            GET /$metadata [("odata-maxversion", "4.0"), ("accept", "application/xml")]
            200 application/xml | 4.0 | Accept, OData-MaxVersion |  tagged
            <?xmlversion="1.0"encoding="utf-8"?><edmx:Edmxxmlns:edmx="http://docs.
            GET /$metadata [("accept", "application/json")]
            200 application/json | 4.01 | Accept, OData-MaxVersion |  tagged
            {"$Version":"4.01","$EntityContainer":"shop.Container","$Reference":{"
            GET /$metadata [("accept", "application/json"), ("odata-maxversion", "4.0")]
            200 application/json | 4.0 | Accept, OData-MaxVersion |  tagged
            {"$Version":"4.0","$EntityContainer":"shop.Container","$Reference":{"h
            GET /$metadata?format=json [("accept", "application/xml")]
            200 application/json | 4.01 | Accept, OData-MaxVersion |  tagged
            {"$Version":"4.01","$EntityContainer":"shop.Container","$Reference":{"
            GET /$metadata?$format=xml&$schemaversion=1.0&own=x []
            200 application/xml | 4.0 | Accept, OData-MaxVersion |  tagged
            <?xmlversion="1.0"encoding="utf-8"?><edmx:Edmxxmlns:edmx="http://docs.
            GET /$metadata?$schemaversion=* []
            200 application/xml | 4.0 | Accept, OData-MaxVersion |  tagged
            <?xmlversion="1.0"encoding="utf-8"?><edmx:Edmxxmlns:edmx="http://docs.
            GET /openapi.json []
            200 application/json | 4.0 | Accept, OData-MaxVersion |  tagged
            {"openapi":"3.1.0","info":{"title":"Container","description":"","versi
            OPTIONS /$metadata []
            204  |  | Accept, OData-MaxVersion, Prefer | GET, HEAD 

        "#]],
    );
}

#[test]
fn mistakes_are_told() {
    check(
        &[
            ("GET", "", &[("accept", "application/xml")]),
            ("GET", "/$metadata", &[("accept", "text/html")]),
            ("GET", "/$metadata?$format=atom", &[]),
            ("GET", "/$metadata?$schemaversion=2.0", &[]),
            ("GET", "/$metadata?$top=1", &[]),
            ("GET", "/?$select=name", &[]),
            ("GET", "/$metadata?$tpo=1", &[]),
            ("GET", "/openapi.json?$format=json", &[]),
            ("GET", "/$metadata", &[("odata-maxversion", "3.0")]),
            ("GET", "/$metadata", &[("if-match", "\"x\"")]),
            ("POST", "/$metadata", &[]),
            ("DELETE", "", &[]),
            ("BREW", "/openapi.json", &[]),
        ],
        &expect![[r#"
            GET  [("accept", "application/xml")]
            406
            "code":"notAcceptable","message":"the requested format is not available: the answer is `application/json`; expected the header `Accept` to admit it","target":"Accept"
            GET /$metadata [("accept", "text/html")]
            406
            "code":"notAcceptable","message":"the requested format is not available: the answer is `application/xml` or `application/json`; expected the header `Accept` to admit it","target":"Accept"
            GET /$metadata?$format=atom []
            406
            "code":"notAcceptable","message":"the requested format is not available: the answer is `application/xml` or `application/json`; expected `$format` to admit it","target":"$format"
            GET /$metadata?$schemaversion=2.0 []
            404
            "code":"Request_ResourceNotFound","message":"the schema has no version `2.0`, expected `1.0` or `*`","target":"$schemaversion"
            GET /$metadata?$top=1 []
            400
            "code":"BadRequest","message":"the query option `$top` does not apply here, expected `$format` or `$schemaversion`","target":"$top"
            GET /?$select=name []
            400
            "code":"BadRequest","message":"the query option `$select` does not apply here, expected `$format` or `$schemaversion`","target":"$select"
            GET /$metadata?$tpo=1 []
            400
            "code":"BadRequest","message":"unknown query option `$tpo`; did you mean `$top`?","target":"$tpo"
            GET /openapi.json?$format=json []
            400
            "code":"BadRequest","message":"the query option `$format` does not apply here, expected `$schemaversion`","target":"$format"
            GET /$metadata [("odata-maxversion", "3.0")]
            406
            "code":"notAcceptable","message":"found `3.0` in the header `OData-MaxVersion`, expected `4.0`, `4.01` or later","target":"OData-MaxVersion"
            GET /$metadata [("if-match", "\"x\"")]
            412
            "code":"resourceModified","message":"the resource is not what `If-Match` presumes: it has changed since it was read, or has no tag; read it again and repeat the change","target":"If-Match"
            POST /$metadata []
            405 allow: GET, HEAD;
            "code":"Request_BadRequest","message":"Specified HTTP method is not allowed for the request target. Expected one of GET, HEAD."
            DELETE  []
            405 allow: GET, HEAD;
            "code":"Request_BadRequest","message":"Specified HTTP method is not allowed for the request target. Expected one of GET, HEAD."
            BREW /openapi.json []
            501
            "code":"notSupported","message":"found the method `BREW`, expected one of GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS"
        "#]],
    );
}

#[test]
fn documents_that_are_known_are_not_sent_again() {
    let client = Client::graph();
    let mut tags = Vec::new();
    for url in
        ["", "/?$format=application/json;metadata=none", "/$metadata", "/$metadata?$format=json", "/openapi.json"]
    {
        let first = client.get(url);
        let tag = header(&first, "etag").to_owned();
        let again = client.send("GET", url, &[("if-none-match", &tag)], "");
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{url}");
        assert_eq!(header(&again, "etag"), tag, "{url}");
        assert_eq!(client.send("GET", url, &[("if-none-match", "\"other\"")], "").body, first.body, "{url}");
        assert!(!tags.contains(&tag), "{url}");
        tags.push(tag);
    }
    // Written once: the bytes are the same ones.
    let [first, second] = [client.get("/$metadata"), client.get("/$metadata")];
    assert_eq!(first.body.as_ptr(), second.body.as_ptr());
}
