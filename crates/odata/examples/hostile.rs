//! How long hostile input takes to be read or refused.
//!
//! `cargo run --release -p odata --example hostile`
#![expect(clippy::print_stdout, reason = "printing figures is what it is for")]
#![expect(clippy::disallowed_methods, reason = "measures real time")]

use std::hint::black_box;
use std::time::Instant;

use edm::testing::{ARTICLE, MODEL};
use odata::payload::{Intent, read};
use odata::query::{self, Applies, Options, Scope};
use odata::syntax::Limits;
use odata::{Dialect, address, url};

const MIB: usize = 1 << 20;

fn main() {
    for (name, text) in bodies() {
        let body = text.as_bytes();
        time(name, text.len(), || read(&MODEL, &ARTICLE, body, Intent::Create).is_ok());
    }
    for (name, text) in queries() {
        time(name, text.len(), || {
            let scope = Scope::of(edm::Type::Struct(&ARTICLE));
            let options = Options::read(Some(&text), &Limits::LENIENT);
            options.and_then(|options| query::bind(&MODEL, scope, &options, Applies::Collection)).is_ok()
        });
    }
    for (name, text) in paths() {
        time(name, text.len(), || {
            let segments = url::path::parse(&text);
            segments.and_then(|segments| address::bind(&MODEL, &Dialect::GRAPH, &segments, &|_| None)).is_ok()
        });
    }
}

fn bodies() -> Vec<(&'static str, String)> {
    let fill = |item: &dyn Fn(usize) -> String, room: usize| {
        let mut text = String::new();
        for number in 0.. {
            let item = item(number);
            if text.len() + item.len() > room {
                break;
            }
            text.push_str(&item);
        }
        text
    };
    let object = |inside: String| format!("{{{inside}\"Price\":1}}");
    vec![
        ("unknown members", object(fill(&|number| format!("\"a{number}\":1,"), MIB))),
        ("unknown members, all values", object(fill(&|number| format!("\"a{number}\":1,"), MIB / 4))),
        ("long unknown names", object(fill(&|number| format!("\"{number:064}\":1,"), MIB))),
        ("annotations", object(fill(&|number| format!("\"@{number}\":1,"), MIB))),
        ("escaped names", object(fill(&|number| format!("\"@\\u0061{number}\":1,"), MIB))),
        ("array of numbers, too many", format!("{{\"Sizes\":[{}1]}}", "1,".repeat(MIB / 2))),
        ("array of 49,000 numbers", format!("{{\"Sizes\":[{}1]}}", "1,".repeat(49_000))),
        ("array of 49,000 strings", format!("{{\"Tags\":[{}\"a\"]}}", "\"abc\",".repeat(49_000))),
        ("array of 49,000 bad strings", format!("{{\"Sizes\":[{}\"a\"]}}", "\"abc\",".repeat(49_000))),
        ("array of empty objects", format!("{{\"Depots\":[{}{{}}]}}", "{},".repeat(49_000))),
        ("array of small objects", format!("{{\"Depots\":[{}{{}}]}}", "{\"City\":\"a\"},".repeat(24_000))),
        ("long string", format!("{{\"Description\":\"{}\"}}", "a".repeat(MIB))),
        ("long string of escapes", format!("{{\"Description\":\"{}\"}}", "\\n".repeat(MIB / 2))),
        ("long number", format!("{{\"Price\":1{}}}", "0".repeat(MIB))),
        ("flags", format!("{{\"Stock\":\"{}\"}}", "1,".repeat(MIB / 2))),
        ("deep", "[".repeat(MIB)),
        ("many deep", format!("[{}]", format!("{}{},", "[".repeat(30), "]".repeat(30)).repeat(MIB / 61))),
        ("quotes", "\"".repeat(MIB)),
    ]
}

fn queries() -> Vec<(&'static str, String)> {
    let room = 100_000;
    vec![
        ("query of ampersands", "a&".repeat(room / 2)),
        ("query of own options", "abc=%20+&".repeat(room / 9)),
        ("query of escapes", format!("$select={}", "%61".repeat(room / 3))),
        ("query with one name many times", format!("$select={}Name", "Name,".repeat(room / 5))),
        ("query with one order many times", format!("$orderby={}Name", "Name,".repeat(room / 5))),
        (
            "query with nested parentheses",
            format!("$expand={}{}", "Related($expand=".repeat(room / 17), ")".repeat(room / 17)),
        ),
        ("query with quotes", format!("$select={}", "'".repeat(room))),
        ("query with a long path", format!("$select={}", "Origin/".repeat(room / 7))),
    ]
}

fn paths() -> Vec<(&'static str, String)> {
    let room = 100_000;
    vec![
        ("path of slashes", "/".repeat(room)),
        ("path of parentheses", "(".repeat(room)),
        (
            "path along a circle",
            format!("Bestseller{}", "/Maker/Articles(00000000-0000-0000-0000-000000000000)".repeat(room / 53)),
        ),
        ("path with many arguments", format!("Blurbs({}a=1)", "a=1,".repeat(room / 4))),
        ("path with quotes", format!("Articles('{}')", "''".repeat(room / 2))),
    ]
}

fn time(name: &str, bytes: usize, run: impl Fn() -> bool) {
    let best = (0..5).map(|_| {
        let start = Instant::now();
        let ok = black_box(run());
        (start.elapsed(), ok)
    });
    if let Some((elapsed, ok)) = best.min() {
        println!(
            "{:>9.3} ms  {bytes:>8} bytes  {}  {name}",
            elapsed.as_secs_f64() * 1000.0,
            if ok { "ok " } else { "no " }
        );
    }
}
