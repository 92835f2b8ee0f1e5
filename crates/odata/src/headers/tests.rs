//! Headers, as tables.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Condition, Media, Version, json_body, wishes};

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    lines
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect()
}

/// What the conditions say of a resource with the tag `a`, or of one without.
fn judge(lines: &[(&str, &str)], tag: Option<&str>, reading: bool) -> String {
    let judged = wishes(&headers(lines), Media::Json).and_then(|wishes| wishes.conditions.judge(tag, reading));
    match judged {
        Ok(Condition::Holds) => "holds".to_owned(),
        Ok(Condition::NotModified) => "not modified".to_owned(),
        Err(problem) => format!("{} {}", problem.kind.status(), problem.target.unwrap_or_default()),
    }
}

#[test]
fn a_change_presumes_a_tag() {
    for (value, expect) in [
        ("W/\"a\"", "holds"),
        ("\"a\"", "holds"),
        ("*", "holds"),
        (" * ", "holds"),
        ("\"x\", \"a\"", "holds"),
        ("\"x\",W/\"a\" , \"y\"", "holds"),
        (",\"a\",", "holds"),
        ("\"b\"", "412 If-Match"),
        ("\"A\"", "412 If-Match"),
        ("\"a,b\"", "412 If-Match"),
        ("\"\"", "412 If-Match"),
        ("a", "400 If-Match"),
        ("", "400 If-Match"),
        (",", "400 If-Match"),
        ("w/\"a\"", "400 If-Match"),
        ("W/*", "400 If-Match"),
        ("\"a", "400 If-Match"),
        ("\"a\"\"b\"", "400 If-Match"),
        ("\"a\" \"b\"", "400 If-Match"),
        ("*, \"a\"", "400 If-Match"),
    ] {
        assert_eq!(judge(&[("if-match", value)], Some("a"), false), expect, "{value}");
    }
    assert_eq!(judge(&[("if-match", "\"x\""), ("if-match", "\"a\"")], Some("a"), false), "holds");
    assert_eq!(judge(&[("if-match", "*"), ("if-match", "\"a\"")], Some("a"), false), "400 If-Match");
}

#[test]
fn a_reader_has_a_tag_already() {
    for (value, reading, expect) in [
        ("W/\"a\"", true, "not modified"),
        ("*", true, "not modified"),
        ("\"b\", \"a\"", true, "not modified"),
        ("\"b\"", true, "holds"),
        ("*", false, "412 If-None-Match"),
        ("\"a\"", false, "412 If-None-Match"),
        ("\"b\"", false, "holds"),
        ("nonsense", true, "400 If-None-Match"),
    ] {
        assert_eq!(judge(&[("if-none-match", value)], Some("a"), reading), expect, "{value}");
    }
    // Both: the first condition is judged first.
    assert_eq!(judge(&[("if-match", "\"b\""), ("if-none-match", "\"a\"")], Some("a"), true), "412 If-Match");
    assert_eq!(judge(&[("if-match", "\"a\""), ("if-none-match", "\"a\"")], Some("a"), true), "not modified");
}

#[test]
fn what_has_no_tag_matches_only_the_star() {
    assert_eq!(judge(&[("if-match", "*")], None, false), "holds");
    assert_eq!(judge(&[("if-match", "\"a\"")], None, false), "412 If-Match");
    assert_eq!(judge(&[("if-none-match", "\"a\"")], None, true), "holds");
    assert_eq!(judge(&[], None, true), "holds");
}

#[test]
fn bodies_are_json_in_utf8() {
    let check = |value| json_body(&headers(&[("content-type", value)])).is_ok();
    assert!(check("application/json") && check("Application/JSON; charset=UTF-8; odata.metadata=minimal"));
    assert!(check("application/json;charset=\"utf-8\"") && check("application/json;charset=utf8"));
    for bad in ["text/plain", "application/json; charset=utf-16", "", "application/jsonx", "application/xml", "json"] {
        assert!(!check(bad), "{bad}");
    }
    assert!(json_body(&HeaderMap::new()).is_err());
}

#[test]
fn the_first_page_size_counts() {
    for (value, expect) in [
        ("odata.maxpagesize=5", Some(5)),
        ("return=minimal, MaxPageSize = 5", Some(5)),
        ("maxpagesize=\"5\"", Some(5)),
        ("respond-async; maxpagesize=5", Some(5)),
        ("maxpagesize=5, maxpagesize=7", Some(5)),
        ("maxpagesize=5, odata.maxpagesize=none", Some(5)),
        ("maxpagesize=none", None),
        ("maxpagesize=0", None),
        ("maxpagesize=-1", None),
        ("maxpagesize=99999999999999999999999", None),
        ("maxpagesize", None),
        ("", None),
    ] {
        let found = wishes(&headers(&[("prefer", value)]), Media::Json).unwrap().max_page_size;
        assert_eq!(found, expect, "{value}");
    }
}

#[test]
fn answers_must_be_acceptable() {
    let check = |value, media| wishes(&headers(&[("accept", value)]), media).is_ok();
    for (value, json, text) in [
        ("application/json", true, true),
        ("application/json;odata.metadata=minimal, text/html;q=0.5", true, true),
        ("APPLICATION/*", true, true),
        ("text/html, */*;q=0.1", true, true),
        ("", true, true),
        (" , ", true, true),
        ("text/plain", false, true),
        ("text/*", false, true),
        ("application/xml", false, false),
        ("application/json;q=0", false, false),
        ("application/json; q=0.0, text/plain", false, true),
        ("*", false, false),
    ] {
        assert_eq!((check(value, Media::Json), check(value, Media::Text)), (json, text), "{value}");
    }
}

#[test]
fn versions_are_those_that_are_spoken() {
    let check = |name, value| {
        let wishes = wishes(&headers(&[(name, value)]), Media::Json);
        wishes.map(|wishes| wishes.max_version).map_err(|problem| problem.message)
    };
    assert_eq!(check("OData-MaxVersion", "4.0"), Ok(Some(Version::V4)));
    assert_eq!(check("OData-MaxVersion", "4.0;NetFx"), Ok(Some(Version::V4)));
    assert_eq!(check("OData-MaxVersion", "4.01"), Ok(Some(Version::V401)));
    assert_eq!(check("OData-MaxVersion", "5.0"), Ok(Some(Version::V401)));
    assert_eq!(check("OData-Version", "4.01"), Ok(None));
    for (name, bad) in
        [("OData-MaxVersion", "3.0"), ("OData-MaxVersion", "x"), ("OData-MaxVersion", ""), ("OData-Version", "5.0")]
    {
        let expect = format!("found `{bad}` in the header `{name}`, expected `4.0` or `4.01`");
        assert_eq!(check(name, bad), Err(expect));
    }
}

proptest::proptest! {
    #[test]
    fn never_panics(name in "if-match|if-none-match|prefer|accept|odata-maxversion|content-type", value: Vec<u8>) {
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            let name: HeaderName = name.parse().unwrap();
            let headers = HeaderMap::from_iter([(name, value)]);
            let _ = json_body(&headers);
            let _ = wishes(&headers, Media::Json).map(|wishes| wishes.conditions.judge(Some("a"), true));
        }
    }
}
