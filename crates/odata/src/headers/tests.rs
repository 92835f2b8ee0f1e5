//! Headers, as tables.

use http::{HeaderMap, HeaderName, HeaderValue};

mod accept;
mod content;
mod prefer;

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
fn versions_are_those_that_are_spoken() {
    let check = |name, value| {
        let wishes = wishes(&headers(&[(name, value), ("content-type", "application/json")]), Media::Json);
        wishes.map(|wishes| wishes.max_version).map_err(|problem| (problem.kind.status(), problem.message))
    };
    for (value, expect) in [
        ("4.0", Version::V4),
        ("4.0;NetFx", Version::V4),
        (" 4.0 ", Version::V4),
        ("4.01", Version::V401),
        ("4.02", Version::V401),
        ("4.1", Version::V401),
        ("5.0", Version::V401),
        ("10.0", Version::V401),
    ] {
        assert_eq!(check("OData-MaxVersion", value), Ok(Some(expect)), "{value}");
    }
    for value in ["4.0", "4.01", "4.0;x"] {
        assert_eq!(check("OData-Version", value), Ok(None), "{value}");
    }
    for (name, bad) in [
        ("OData-MaxVersion", "3.0"),
        ("OData-MaxVersion", "x"),
        ("OData-MaxVersion", ""),
        ("OData-MaxVersion", "4"),
        ("OData-MaxVersion", "4.00"),
        ("OData-MaxVersion", "4."),
        ("OData-MaxVersion", "+4.0"),
        ("OData-MaxVersion", "4.0.1"),
        ("OData-MaxVersion", "999.0"),
        ("OData-Version", "5.0"),
        ("OData-Version", "4.1"),
        ("OData-Version", "3.0"),
    ] {
        let later = if name == "OData-Version" { "`4.0` or `4.01`" } else { "`4.0`, `4.01` or later" };
        let expect = format!("found `{bad}` in the header `{name}`, expected {later}");
        let status = if name == "OData-Version" { 400 } else { 406 };
        assert_eq!(check(name, bad), Err((status, expect)));
    }
    // It speaks of the body: of none it says nothing, of one it speaks once.
    assert!(wishes(&headers(&[("OData-Version", "4.1")]), Media::Json).is_ok());
    for other in ["4.0", "4.01"] {
        let twice = [("content-type", "application/json"), ("OData-Version", "4.0"), ("OData-Version", other)];
        let problem = wishes(&headers(&twice), Media::Json).unwrap_err();
        assert_eq!((problem.kind.status(), problem.target.as_deref()), (400, Some("OData-Version")));
    }
}

#[test]
fn nothing_is_isolated() {
    for (name, value, expect) in [
        ("OData-Isolation", "snapshot", 412),
        ("Isolation", "Snapshot", 412),
        ("Isolation", "serializable", 400),
        ("Isolation", "", 400),
    ] {
        let problem = wishes(&headers(&[(name, value)]), Media::Json).unwrap_err();
        assert_eq!((problem.kind.status(), problem.target.as_deref()), (expect, Some("Isolation")), "{name}: {value}");
    }
}

proptest::proptest! {
    #[test]
    fn never_panics(
        name in "if-match|if-none-match|prefer|accept|odata-maxversion|odata-version|isolation|content-type",
        value: Vec<u8>,
        likely in "(application|\\*|text|;|/|json|=|\"|,|q|0|\\.|5|charset|boundary| |odata\\.metadata|full|maxpagesize|wait|return){0,12}",
    ) {
        for value in [value.as_slice(), likely.as_bytes()] {
            let Ok(value) = HeaderValue::from_bytes(value) else { continue };
            let headers = HeaderMap::from_iter([(name.parse::<HeaderName>().unwrap(), value)]);
            let _ = (json_body(&headers), super::query_body(&headers), super::batch_body(&headers));
            for media in [Media::Json, Media::Text, Media::Schema, Media::Batch { json: false }, Media::Raw(&likely)] {
                let _ = wishes(&headers, media).map(|wishes| wishes.conditions.judge(Some("a"), true));
                let _ = super::Wishes::read(&headers, Some(&likely), media);
            }
        }
    }
}
