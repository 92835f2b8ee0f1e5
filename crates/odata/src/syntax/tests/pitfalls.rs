//! Where parsers of OData go wrong, each with the rule that holds here.

use super::check;
use crate::syntax::path::{self, SegmentKind};
use crate::syntax::tree::{ChoiceKind, ExprKind};
use crate::syntax::{Limits, Text, literal, options, url};
use edm::Primitive;

fn accepted(url: &str) -> bool {
    url::parse(url, &Limits::STRICT).is_ok()
}

/// The single option of a query, printed.
fn option(query: &str) -> String {
    match options::parse(query, &Limits::STRICT) {
        Ok(options) => options.iter().map(ToString::to_string).collect(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn text_is_split_before_it_is_decoded_and_decoded_once() {
    assert_eq!(option("$filter=a%20eq%20'%3D%26%3F%2F'"), "$filter=a eq '=&?/'");
    assert_eq!(option("$filter=a eq 'b=c?d'"), "$filter=a eq 'b=c?d'");
    assert_eq!(option("$filter=a eq '%2525'"), "$filter=a eq '%25'");
    let path = path::parse("users/a%252Fb%2Fc", &Limits::STRICT).unwrap();
    assert_eq!(path.segments[1].text, "a%2Fb/c");
}

#[test]
fn a_plus_sign_is_a_blank_in_queries_and_itself_in_paths() {
    assert_eq!(option("$filter=a+eq+'b+c%2B'"), "$filter=a eq 'b c+'");
    let path = path::parse("users('a+b')", &Limits::STRICT).unwrap();
    assert_eq!(path.segments[0].text, "users('a+b')");
    // An offset from which the client did not escape the sign.
    assert_eq!(option("$filter=a gt 2024-01-01T00:00:00+02:00"), "$filter=a gt 2024-01-01T00:00:00+02:00");
    assert_eq!(option("$filter=a gt 2024-01-01T00:00+02:00 and b"), "$filter=a gt 2024-01-01T00:00+02:00 and b");
    assert_eq!(option("$filter=a gt 2024-01-01T00:00%2B02:00"), "$filter=a gt 2024-01-01T00:00+02:00");
}

#[test]
fn quotes_are_doubled_whether_escaped_or_not() {
    assert_eq!(option("$filter=a eq 'O''Hara'"), "$filter=a eq 'O''Hara'");
    assert_eq!(option("$filter=a eq %27O%27'Hara'"), "$filter=a eq 'O''Hara'");
    assert!(!accepted("A?$filter=a eq 'O%27Hara'"));
    assert!(!accepted("Customers('O%27Hara')"));
}

#[test]
fn delimiters_within_quotes_and_parentheses_do_not_delimit() {
    assert_eq!(option("$expand=a($filter=b eq 'x;y,z)';$top=1),c"), "$expand=a($filter=b eq 'x;y,z)';$top=1),c");
    assert_eq!(option("$select=a($select=b,c),d"), "$select=a($select=b,c),d");
    assert_eq!(option("$filter=a eq '%26%3D'"), "$filter=a eq '&='");
    assert!(!accepted("A?$expand=Leader($search=bl(ack)"));
    assert!(accepted("A?$expand=Leader($search='bl(ack')"));
    assert!(accepted("A?$expand=Leader($search=a%3Bb)"), "an escaped semicolon belongs to the word");
    assert!(accepted("A?$expand=Leader($search=a;$top=1)"));
}

#[test]
fn blanks_stand_only_where_the_grammar_has_them() {
    assert!(!accepted("A?$filter= true"));
    assert!(!accepted("A?$filter =true"));
    assert!(!accepted("A?$filter=true "));
    assert!(accepted("A?$filter=( true )"));
    assert!(accepted("A?$filter=a\teq%09b"));
    assert!(accepted("A?$filter=contains( a\t,b )"));
    assert!(!accepted("A?$filter=a  eqb"));
}

#[test]
fn fractions_of_seconds_and_long_years() {
    assert!(literal::is_value(Primitive::DateTimeOffset, "2020-01-01T00:00:00.123456789012Z"));
    assert!(!literal::is_value(Primitive::DateTimeOffset, "2020-01-01T00:00:00.1234567890123Z"));
    assert!(literal::is_value(Primitive::DateTimeOffset, "2016-12-31T23:59:60Z"), "a leap second");
    assert!(!literal::is_value(Primitive::DateTimeOffset, "2015-05-05T24:00Z"));
    assert!(literal::is_value(Primitive::TimeOfDay, "07:59"));
    // Well formed; that no such year can be stored is said when it is bound.
    check("a gt -10000-04-01", "(gt a -10000-04-01)");
}

#[test]
fn durations_have_days_and_parts_of_days() {
    assert!(literal::is_value(Primitive::Duration, "-P3DT11H22M33.4444S"));
    for bad in ["+P1D", "P1Y", "P1M", "P", "PT", "P1DT", "PT1.S"] {
        assert!(!literal::is_value(Primitive::Duration, bad), "{bad}");
    }
    check("a eq duration'PT1H'", "(eq a duration'PT1H')");
    check("a eq 'PT1H'", "(eq a 'PT1H')");
}

#[test]
fn enumeration_literals_in_all_forms() {
    check("a eq Store.Colours'Purple,Plain'", "(eq a Store.Colours'Purple,Plain')");
    check("a in (Store.Colours'Purple','Plain',32)", "(in a (list Store.Colours'Purple' 'Plain' 32))");
    check("a has Store.Colours'-32'", "(has a Store.Colours'-32')");
    check(
        "a eq Store.Colours''",
        "found `Store.Colours''` at column 6, expected members of an enumeration in the quotes",
    );
}

#[test]
fn aliases_take_any_value_and_are_read_anywhere() {
    assert_eq!(option("@p={\"a\":[$root/A(1),null]}"), "@p={\"a\":[$root/A(1),null]}");
    check("a eq @missing", "(eq a @missing)");
    check("@a/b eq @c/any(x:x eq @d)", "(eq @a/b @c/(any x (eq x @d)))");
}

#[test]
fn keys_in_parentheses_as_segments_by_name_and_alias() {
    for good in ["users('a@b')", "users/a@b", "users(userPrincipalName='a@b')", "users(@k)?@k='a'"] {
        assert!(accepted(good), "{good}");
    }
    // A key and a function that are spelt alike: the segment keeps both readings.
    let path = path::parse("skills/delta", &Limits::STRICT).unwrap();
    assert!(matches!(&path.segments[1].kind, SegmentKind::Name { name, .. } if name.text == "delta"));
    assert_eq!(path.segments[1].text, "delta");
}

#[test]
fn a_count_is_the_end_of_a_path_and_takes_options() {
    assert!(accepted("Products/$count?$filter=a gt 1&$search=b"));
    assert!(!accepted("Products/$count/a"));
    assert!(!accepted("Products/$ref/$count"));
}

#[test]
fn filter_segments_take_expressions_and_aliases_and_compose() {
    assert!(accepted("P/$filter(@f)/$filter(a/b gt 3)/$count?@f=a gt 1"));
    assert!(accepted("P/$filter(a gt 3)/$each/N.act"));
    assert!(accepted("P/$filter(a eq ')')/$each"));
    assert!(!accepted("P/$each/$count"));
}

#[test]
fn options_may_come_in_the_body() {
    assert!(accepted("People/$query"));
    assert!(!accepted("People/$query/$count"));
    // The body reads as a query string does.
    assert_eq!(option("$filter=a%20eq%201"), "$filter=a eq 1");
}

#[test]
fn the_dollar_sign_is_optional_and_names_have_any_case() {
    let options = options::parse("filter=a&$FILTER=b&Filter=c", &Limits::STRICT).unwrap();
    assert!(options.iter().all(|option| matches!(option.kind, ChoiceKind::Filter(_))));
}

#[test]
fn lambda_variables_keep_their_spelling_and_their_scope() {
    check("A/any(x:X eq x)", "A/(any x (eq X x))");
    check("A/any(x:x/B/any(y:y/C/any(z:z eq x)))", "A/(any x x/B/(any y y/C/(any z (eq z x))))");
}

#[test]
fn colons_separate_unless_they_make_a_time() {
    check("case(a eq 1:2)", "(case ((eq a 1) 2))");
    check("case(a eq 10 :20)", "(case ((eq a 10) 20))");
    check("case(a eq 10:20)", "found `)` at column 16, expected an operator or `:` and a value");
    check("A/any(x:10 eq x)", "A/(any x (eq 10 x))");
}

#[test]
fn lists_hold_literals() {
    check("a in ()", "(in a (list))");
    check("a in ('')", "(in a (list ''))");
    check("a in (null)", "(in a (list null))");
    check("GivenName in (GivenName)", "(in GivenName GivenName)");
    check("GivenName in (GivenName,Surnames)", "found `,` at column 24, expected an operator or `)`");
}

#[test]
fn has_and_in_bind_tighter_than_not() {
    check("not x eq y", "(eq (not x) y)");
    check("not x in (1)", "(not (in x (list 1)))");
    check("-x in (1)", "(- (in x (list 1)))");
    check("-1 in (1)", "(in -1 (list 1))");
    check("a eq b in (true)", "(eq a (in b (list true)))");
    check("not contains(a,'b')", "(not (contains a 'b'))");
}

#[test]
fn search_is_a_language_of_its_own() {
    assert_eq!(option("$search=cat dog"), "$search=cat AND dog");
    assert_eq!(option("$search=a or b"), "$search=a AND or AND b");
    assert_eq!(option("$search=\"displayName:x y\""), "$search=\"displayName:x y\"");
    assert_eq!(option("$search='\"cat'"), "$search='\"cat'");
}

#[test]
fn more_than_the_limits_is_refused_by_name() {
    let refuse =
        |text: &str| super::super::expression(&Text::plain(text), &Limits::STRICT).map(|_| ()).unwrap_err().to_string();
    let ends = |text: &str, end: &str| assert!(refuse(text).contains(end), "{}", refuse(text));
    ends(&"(".repeat(200), "more than 100 levels of nesting");
    ends(&vec!["1"; 200].join(" add "), "more than 100 levels of nesting");
    ends(&vec!["a"; 2500].join(" or "), "more than 2000 parts");
    ends(&format!("a in ({})", vec!["1"; 1001].join(",")), "more than 1000 items in a list");
    ends(&"a".repeat(20_000), "more than 16384 bytes");
    ends(&format!("{}a{}", "a/any(x:".repeat(9), ")".repeat(9)), "more than 8 `any` and `all` within each other");
    assert!(option(&format!("$expand={}a{}", "a($expand=".repeat(4), ")".repeat(4))).contains("4 levels of `$expand`"));
}

#[test]
fn names_keep_their_case_words_of_the_language_do_not() {
    check("displayname EQ DisplayName", "(eq displayname DisplayName)");
    check("CONTAINS(a,b) Or Not c", "(or (contains a b) (not c))");
    check("a eq Null", "(eq a Null)");
    check("a eq inf", "(eq a inf)");
    check("A/ANY(x:x)", "A/(any x x)");
    check("$IT/a", "found `$IT` at column 1, expected `$it`, `$this` or `$root`");
}

#[test]
fn letters_after_numbers_tell_their_types_leniently() {
    let read = |text: &str, limits: &Limits| super::super::expression(&Text::plain(text), limits).map(|_| ());
    for text in ["a eq 2.5f", "a eq -1.5e2F", "a eq 7m", "a add 0.0d gt 1", "a in (1f,2d)"] {
        assert!(read(text, &Limits::LENIENT).is_ok(), "{text}");
        assert!(read(text, &Limits::STRICT).is_err(), "{text}");
    }
    for text in ["a eq 2.5ff", "a eq 2.5x", "a eq 2019-12-31f", "a eq 1.f"] {
        assert!(read(text, &Limits::LENIENT).is_err(), "{text}");
    }
}

#[test]
fn patterns_are_arguments_like_others() {
    let expr = super::read("matchesPattern(a,'^(?=x)')").unwrap();
    assert!(matches!(expr.kind, ExprKind::Call { .. }));
    check("matchespattern(a,'[')", "(matchespattern a '[')");
}
