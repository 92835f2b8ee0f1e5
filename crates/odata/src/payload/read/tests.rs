//! Bodies of the test model, as tables.

mod calls;
mod members;
mod related;
mod single;
mod values;

use std::fmt::Write as _;

use edm::testing::{ARTICLE, MODEL};
use edm::{Change, Patch, Record, StructType};
use expect_test::{Expect, expect};

use super::{Body, Entity, Intent, read};
use crate::problem::Problem;

/// What a body says, member by member, in canonical form.
fn describe(ty: &'static StructType, patch: &Patch) -> String {
    let mut parts = Vec::new();
    for (ordinal, change) in &patch.changes {
        let property = ty.property(*ordinal).unwrap();
        let mut out = Vec::new();
        match change {
            Change::Set(value) => value.write(property.ty, &mut out),
            Change::Merge(nested) => {
                let nested = describe(property.ty.structure().unwrap(), nested);
                out.extend_from_slice(format!("merge {{{nested}}}").as_bytes());
            }
        }
        parts.push(format!("{}: {}", property.name, String::from_utf8(out).unwrap()));
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

fn faults(problem: &Problem) -> String {
    let mut text = format!("{} {}", problem.kind.status(), problem.kind.code());
    if problem.details.is_empty() {
        write!(text, "\n    {}: {}", problem.target.as_deref().unwrap_or("-"), problem.message).unwrap();
    }
    for detail in &problem.details {
        write!(text, "\n    {} {}: {}", detail.kind.code(), detail.target, detail.message).unwrap();
    }
    text
}

fn told(ty: &'static StructType, body: &str, intent: Intent) -> String {
    match read(&MODEL, ty, body.as_bytes(), intent) {
        Ok(Body::Entity(entity)) => describe(ty, &entity.patch),
        Ok(Body::Reference(id)) => format!("reference to {id}"),
        Err(problem) => faults(&problem),
    }
}

fn check_for(intent: Intent, ty: &'static StructType, bodies: &[&str], expect: &Expect) {
    let lines = bodies.iter().map(|body| format!("{body}\n  {}\n", told(ty, body, intent)));
    expect.assert_eq(&lines.collect::<String>());
}

/// Changes of an article.
fn check(bodies: &[&str], expect: &Expect) {
    check_for(Intent::Update, &ARTICLE, bodies, expect);
}

#[test]
fn text_that_is_no_json() {
    check(
        &[
            "",
            "null",
            "[]",
            "\"a\"",
            "{",
            "{\"Name\":\"a\",\n  \"Price\":1,\n}",
            "{\"Tags\":[\"a\",]}",
            "{\"Name\":\"a\"} x",
            "{\"Name\":\"\\ud800\"}",
            "{'Name':'a'}",
            "{\"Name\":\"a\" // b\n}",
            "{\"Price\":01}",
            "{\"Price\":NaN}",
            "\u{feff}{}",
        ],
        &expect![[r#"

              400 BadRequest
                line 1, column 1: Unable to read JSON request payload: line 1, column 1: found the end of the text, expected a value.
            null
              400 BadRequest
                -: found null, expected an object of type `Article`
            []
              400 BadRequest
                -: found an array, expected an object of type `Article`
            "a"
              400 BadRequest
                -: found `a`, expected an object of type `Article`
            {
              400 BadRequest
                line 1, column 2: Unable to read JSON request payload: line 1, column 2: found the end of the text, expected a name in double quotes.
            {"Name":"a",
              "Price":1,
            }
              400 BadRequest
                line 2, column 12: Unable to read JSON request payload: line 2, column 12: found a comma before the closing `}`, expected none.
            {"Tags":["a",]}
              400 BadRequest
                line 1, column 13: Unable to read JSON request payload: line 1, column 13: found a comma before the closing `]`, expected none.
            {"Name":"a"} x
              400 BadRequest
                line 1, column 14: Unable to read JSON request payload: line 1, column 14: found `x`, expected the end of the text.
            {"Name":"\ud800"}
              400 BadRequest
                line 1, column 10: Unable to read JSON request payload: line 1, column 10: found half of a surrogate pair.
            {'Name':'a'}
              400 BadRequest
                line 1, column 2: Unable to read JSON request payload: line 1, column 2: found `\'`, expected a name in double quotes.
            {"Name":"a" // b
            }
              400 BadRequest
                line 1, column 13: Unable to read JSON request payload: line 1, column 13: found `/`, expected `,` or `}`.
            {"Price":01}
              400 BadRequest
                line 1, column 11: Unable to read JSON request payload: line 1, column 11: found `1`, expected `,` or `}`.
            {"Price":NaN}
              400 BadRequest
                line 1, column 10: Unable to read JSON request payload: line 1, column 10: found `N`, expected a value.
            ﻿{}
              400 BadRequest
                line 1, column 1: Unable to read JSON request payload: line 1, column 1: found a byte order mark, expected JSON without one.
        "#]],
    );
    let bad = read(&MODEL, &ARTICLE, b"{\"Name\":\"\xff\"}", Intent::Update).unwrap_err();
    expect![[r#"
        400 BadRequest
            line 1, column 10: Unable to read JSON request payload: line 1, column 10: found bytes that are not UTF-8."#]].assert_eq(&faults(&bad));
}

#[test]
fn hostile_bodies_are_refused_in_few_words() {
    let deep = |levels: usize| format!("{{\"Origin\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert!(told(&ARTICLE, &deep(32), Intent::Update).contains("expected an object"));
    assert!(told(&ARTICLE, &deep(33), Intent::Update).contains("nesting deeper than 32 levels"));
    let long = "x".repeat(500_000);
    for body in [
        format!("{{\"{long}\":1}}"),
        format!("{{\"Name\":\"{long}\"}}"),
        format!("{{\"Stock\":\"{long}\"}}"),
        format!("{{\"Stock\":\"{}\"}}", "1,".repeat(300_000)),
        format!("{{\"Price\":1{}}}", "0".repeat(500_000)),
        format!("{{\"Cost\":1{}}}", "0".repeat(500_000)),
        format!("{{\"Sold\":1{}}}", "0".repeat(500_000)),
        format!("{{\"Page\":\"{long}\"}}"),
        format!("{{\"@odata.type\":\"{long}\"}}"),
        format!("{{\"{long}\":1,\"{long}\":2}}"),
        format!("{{\"Sizes\":[{}1]}}", "1,".repeat(200_000)),
    ] {
        let told = told(&ARTICLE, &body, Intent::Update);
        assert!(told.starts_with("400") && told.len() < 1000, "{}", told.get(..300).unwrap_or(&told));
    }
}

#[test]
fn many_mistakes_are_not_all_told() {
    let unknown: Vec<String> = (0..1000).map(|number| format!("\"name{number}\":1")).collect();
    let items = "\"x\",".repeat(1000);
    for body in [
        format!("{{{}}}", unknown.join(",")),
        format!("{{\"Sizes\":[{items}1]}}"),
        format!("{{\"Depots\":[{}{{}}]}}", "{\"Nothing\":1},".repeat(1000)),
        format!("{{\"Tags\":[{}1]}}", "null,".repeat(1000)),
    ] {
        let problem = read(&MODEL, &ARTICLE, body.as_bytes(), Intent::Create).unwrap_err();
        assert_eq!(problem.details.len(), 100);
    }
}

proptest::proptest! {
    #[test]
    fn samples_are_read_back(seed: u64) {
        let record = edm::testing::sample(&ARTICLE, seed);
        let body = [b"{".as_slice(), &record.to_members(), b"}"].concat();
        let Body::Entity(Entity { patch, .. }) = read(&MODEL, &ARTICLE, &body, Intent::Create).map_err(|problem| {
            proptest::test_runner::TestCaseError::fail(faults(&problem))
        })? else {
            return Err(proptest::test_runner::TestCaseError::fail("a reference"));
        };
        let mut read = Record::new(&ARTICLE);
        patch.apply(&mut read);
        for ((property, read), (_, wrote)) in read.members().zip(record.members()) {
            if property.mode != edm::Mode::Computed {
                proptest::prop_assert_eq!(read, wrote, "{}", property.name);
            }
        }
    }

    #[test]
    fn never_panics(body: Vec<u8>, members in "[{\"](Name|Stock|Origin|Tags|@odata.type|\\PC{0,5})\":([{\\[\"0-9nt]|null|true|\\PC{0,9}){0,9}[\"\\]}]{0,3}") {
        for intent in [Intent::Create, Intent::Update, Intent::Replace] {
            let _ = read(&MODEL, &ARTICLE, &body, intent);
            let _ = read(&MODEL, &ARTICLE, members.as_bytes(), intent);
        }
    }
}
