//! What is read, what is refused, and what is written back.

use super::{Kind, Node, parse, parse_within, write_string};
use expect_test::{Expect, expect};

fn check_err(text: &str, expect: &Expect) {
    expect.assert_eq(&parse(text.as_bytes()).unwrap_err().to_string());
}

#[test]
fn says_where_and_what() {
    check_err(
        "{\"a\": 1,\n \"b\": 2,\n}",
        &expect!["line 2, column 8: found a comma before the closing `}`, expected none"],
    );
    check_err("[1,]", &expect!["line 1, column 3: found a comma before the closing `]`, expected none"]);
    check_err("{\"é\" 1}", &expect!["line 1, column 6: found `1`, expected `:`"]);
    check_err("{a: 1}", &expect!["line 1, column 2: found `a`, expected a name in double quotes"]);
    check_err("", &expect!["line 1, column 1: found the end of the text, expected a value"]);
    check_err("{} x", &expect!["line 1, column 4: found `x`, expected the end of the text"]);
    check_err("{\"a\":1,\"a\":2}", &expect!["line 1, column 8: found the name `a` a second time in one object"]);
    check_err("{\"a\":1,\"\\u0061\":2}", &expect!["line 1, column 8: found the name `a` a second time in one object"]);
    check_err("\"\\ud800\"", &expect!["line 1, column 2: found half of a surrogate pair"]);
    check_err("\"\\u12\"", &expect!["line 1, column 2: found `\\u`, expected four hexadecimal digits after it"]);
    check_err("NaN", &expect!["line 1, column 1: found `N`, expected a value"]);
    check_err("01", &expect!["line 1, column 2: found `1`, expected the end of the text"]);
    check_err("1.", &expect!["line 1, column 3: found the end of the text, expected a digit"]);
    check_err("\u{FEFF}{}", &expect!["line 1, column 1: found a byte order mark, expected JSON without one"]);
    check_err(
        "\"a\nb\"",
        &expect!["line 1, column 3: found `\\n`, expected control characters to be escaped in a string"],
    );
    check_err(&"[".repeat(40), &expect!["line 1, column 33: found nesting deeper than 32 levels"]);
}

#[test]
fn names_are_distinct_among_many() {
    let text = |last: usize| {
        let members: Vec<String> = (0..100).chain([last]).map(|number| format!("\"{number}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert!(parse(text(100).as_bytes()).is_ok());
    for again in [0, 15, 16, 17, 99] {
        let error = parse(text(again).as_bytes()).unwrap_err();
        assert_eq!(error.message, format!("found the name `{again}` a second time in one object"));
    }
}

#[test]
fn values_are_counted() {
    assert!(parse_within(b"{\"a\":[1,2]}", 4).is_ok());
    let error = parse_within(b"{\"a\":[1,2]}", 3).unwrap_err();
    assert_eq!(error.to_string(), "line 1, column 9: found more than 3 values, expected fewer");
}

#[test]
fn rejects_bytes_that_are_not_utf8() {
    assert_eq!(parse(b"\"a\xff\"").unwrap_err().column, 3);
    assert!(parse(&[0xFF, 0xFE, b'{', 0, b'}', 0]).is_err());
}

#[test]
fn keeps_numbers_exact_and_strings_whole() {
    assert_eq!(parse(b"1e400").unwrap(), Node { offset: 0, kind: Kind::Number("1e400") });
    let text = parse("\"\\ud83d\\ude00 é\\n\"".as_bytes()).unwrap();
    assert_eq!(text.kind, Kind::String("😀 é\n".into()));
}

proptest::proptest! {
    #[test]
    fn never_panics(bytes: Vec<u8>) {
        let _ = parse(&bytes);
    }

    #[test]
    fn strings_round_trip(text: String) {
        let mut out = Vec::new();
        write_string(&mut out, &text);
        let node = parse(&out).unwrap();
        proptest::prop_assert_eq!(node.kind, Kind::String(text.into()));
    }
}
