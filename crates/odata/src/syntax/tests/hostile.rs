//! Texts made to cost much. They are refused, or read, in time that grows with their length alone.

use std::time::{Duration, Instant};

use crate::syntax::{Limits, Text, expression, options, path, search};

/// As much as the limits can be opened: what remains is the shape of the algorithms, and the stack.
const OPEN: Limits = Limits {
    length: 1 << 20,
    nodes: 1 << 20,
    depth: 100,
    lambdas: 250,
    items: 1 << 20,
    expands: 250,
    lenient: true,
    ..Limits::STRICT
};

fn hostile() -> Vec<(&'static str, String)> {
    let chain = |item: &str, count: usize, separator: &str| vec![item; count].join(separator);
    vec![
        ("10,000 terms", chain("a eq 1", 10_000, " or ")),
        ("10,000 summands", chain("1", 10_000, " add ")),
        ("1,000 parentheses", format!("{}a{}", "(".repeat(1_000), ")".repeat(1_000))),
        ("100,000 open parentheses", "(".repeat(100_000)),
        ("1,000 negations", "not ".repeat(1_000) + "a"),
        ("10,000 signs", "-".repeat(10_000) + "a"),
        ("100 functions", format!("{}a{}", "contains(".repeat(100), ",a)".repeat(100))),
        ("100 lists", format!("{}1{}", "a in (".repeat(100), ")".repeat(100))),
        ("1,000 casts", format!("{}a{}", "cast(".repeat(1_000), ",N.T)".repeat(1_000))),
        ("1,000 types", "isof(".repeat(1_000)),
        ("200 lambdas", format!("{}a{}", "a/any(x:".repeat(200), ")".repeat(200))),
        ("10,000 steps", chain("a", 10_000, "/")),
        ("10,000 keys", "a".to_owned() + &"(1)".repeat(10_000)),
        ("100,000 digits", "1".repeat(100_000)),
        ("100,000 quotes", "'".repeat(99_999)),
        ("100,000 blanks", format!("a eq{}", " ".repeat(100_000))),
        ("100,000 dots", format!("a{}", ".a".repeat(50_000))),
        ("100,000 braces", "[".repeat(50_000) + &"{".repeat(50_000)),
        ("100,000 items", format!("a in ({})", chain("1", 50_000, ","))),
        ("100,000 hyphens", "1-".repeat(50_000)),
        ("1,000 collections", format!("geography'SRID=0;{}", "GeometryCollection(".repeat(1_000)) + "'"),
        ("100,000 searched words", chain("NOT", 25_000, " ")),
        ("100,000 searched parentheses", "(".repeat(100_000)),
        ("200 expansions", format!("$expand={}a{}", "a($expand=".repeat(200), ")".repeat(200))),
        ("10,000 segments", chain("$filter(a", 10_000, "/")),
        ("10,000 options", (0..10_000).map(|number| format!("@a{number}=1&")).collect()),
    ]
}

/// Reads it as everything it might be.
fn read(text: &str, limits: &Limits) {
    let plain = Text::plain(text);
    let _ = expression(&plain, limits).map(|expr| expr.to_string());
    let _ = search(&plain, limits).map(|search| search.to_string());
    let _ = options::parse(text, limits);
    let _ = options::parse(&format!("$orderby={text}"), limits);
    let _ = path::parse(text, limits);
}

#[test]
fn costs_grow_with_length_alone() {
    // Ten milliseconds a reading when optimised, of which there are five; slower machines take part in tests.
    let most = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 50 });
    for (name, text) in hostile() {
        for limits in [Limits::STRICT, OPEN] {
            let spent = (0..3).map(|_| {
                #[expect(clippy::disallowed_methods, reason = "time is what is measured")]
                let start = Instant::now();
                read(&text, &limits);
                start.elapsed()
            });
            let spent = spent.min().unwrap_or_default();
            println!("{spent:>12?} {name}");
            assert!(spent < most, "{name} took {spent:?}");
        }
    }
}

/// No level that the limit admits overflows the stack of a thread, neither in reading nor in printing nor in dropping.
#[test]
fn the_stack_suffices() {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(|| {
        for (_, text) in hostile() {
            read(&text, &Limits::STRICT);
        }
    });
    thread.unwrap().join().unwrap();
}
