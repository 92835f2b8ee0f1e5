//! Resource paths, and paths with their options.

use crate::syntax::path::{self, ResourcePath, SegmentKind};
use crate::syntax::tree::Arguments;
use crate::syntax::{Limits, url};

/// The path reads as those segments, or is refused with that message.
fn check(path: &str, expect: &str) {
    let found = match path::parse(path, &Limits::STRICT) {
        Ok(path) => tree(&path),
        Err(error) => error.to_string(),
    };
    assert_eq!(found, expect, "{path}");
}

fn tree(path: &ResourcePath) -> String {
    let all = |arguments: &[Arguments]| arguments.iter().map(ToString::to_string).collect::<String>();
    let segments = path.segments.iter().map(|segment| match &segment.kind {
        SegmentKind::Name { name, arguments } => format!("{name}{}", all(arguments)),
        SegmentKind::Key => format!("key:{}", segment.text),
        SegmentKind::Filter { condition, arguments } => {
            format!("filter:{}{}", super::tree(condition), all(arguments))
        }
        SegmentKind::Crossjoin(names) => format!("crossjoin:{}", names.len()),
        other => format!("{other:?}").to_lowercase(),
    });
    segments.collect::<Vec<_>>().join(" | ")
}

#[test]
fn segments() {
    check("", "");
    check("/me/profile/", "me | profile");
    check("users('a%27%27b')/profile", "users('a''b') | profile");
    check("users%28%27a%27%29", "users('a')");
    check("users/a@b.example", "users | key:a@b.example");
    check("users/a%2Fb/skills", "users | key:a/b | skills");
    check("users(@k)", "users(@k)");
    check("things(a=1,b='2')/$count", "things(a=1,b='2') | count");
    check("f(p=null,q=@a)(2)/g()", "f(p=null,q=@a)(2) | g()");
    check("Products/$filter(A/B gt 3)/$filter(@p)(1)/$count", "Products | filter:(gt A/B 3) | filter:@p(1) | count");
    check("Products/$filter(@p)/$each/N.act", "Products | filter:@p | each | N.act");
    check("Suppliers/1/Emails/-1", "Suppliers | key:1 | Emails | key:-1");
    check("$all/N.T", "all | N.T");
    check("$crossjoin(A,B)/$query", "crossjoin:2 | query");
    check("users/0f0e0d0c-0b0a-0908-0706-050403abcdef", "users | key:0f0e0d0c-0b0a-0908-0706-050403abcdef");
    check("users/null", "users | null");
}

#[test]
fn what_is_no_path() {
    check("a//b", "found the end at column 3 of the path, expected the text of a segment");
    check("1", "found `1` at column 1 of the path, expected the name of an entity set, singleton or operation");
    check("a/../b", "found `..` at column 3 of the path, expected the text of a segment");
    check("a/$count/b", "found `b` at column 10 of the path, expected the end of the path");
    check("a/$ref/$count", "found `$count` at column 8 of the path, expected the end of the path");
    check("a/$Count", "found `$Count` at column 3 of the path, expected a segment that OData defines");
    check("a/$metadata", "found `$metadata` at column 3 of the path, expected a segment that OData defines");
    check("a(b)", "found `b` at column 3 of the path, expected a literal or a parameter alias");
    check("a(1;2)", "found `;` at column 4 of the path, expected `)`");
    check("a('x/y')", "found `'x` at column 3 of the path, expected a closing quote");
    check(
        "a('b'c')",
        "found `c` at column 6 of the path, expected a qualified type, `binary` or `duration` before the quote",
    );
    check("a/$filter(b", "found the end at column 12 of the path, expected an operator or `)`");
    check("a/$filter(b)x", "found `x` at column 13 of the path, expected `/` or the end of the path");
    check("a/%zz", "found `%` at column 3 of the path, expected two hexadecimal digits after it");
}

#[test]
fn options_that_go_with_the_path() {
    let accepted = |url: &str| url::parse(url, &Limits::STRICT).map(|_| ()).map_err(|error| error.to_string());
    for good in ["$metadata?$format=json", "$entity?$id=x", "$entity/N.T?$id=x&$select=a", "$batch", "A?$top=1", "A?"] {
        assert_eq!(accepted(good), Ok(()), "{good}");
    }
    for bad in
        ["$metadata?$top=1", "$entity", "$entity?$id=x&$select=a", "$batch?$filter=a", "$entity/1?$id=x", "A?a#b"]
    {
        assert!(accepted(bad).is_err(), "{bad}");
    }
}
