//! Fuzz targets: every parser of what clients send. Brief here, long with `cargo xtask fuzz`; inputs in `corpus/`.
//!
//! Nothing panics, nothing takes long; and what is read and printed reads as it was.

use std::path::Path;
use std::time::Duration;

use edm::Type;
use edm::testing::{ARTICLE, MODEL};
use fuzz::Fuzz;
use http::{HeaderMap, HeaderName, HeaderValue};
use odata::batch::{self, Form};
use odata::headers::{Media, Wishes, batch_body, json_body, query_body};
use odata::payload::{Intent, Reading};
use odata::query::{self, Applies, Options, Scope};
use odata::syntax::{Limits, Text, context, expression, path, prefer, search, url as address_syntax};
use odata::{Dialect, Problem, address, url};

#[rustfmt::skip]
const SYNTAX: &[&str] = &[
    "(", ")", "'", "''", "/", ",", ";", ":", "=", "&", "?", "%20", "%2F", "%27", "%", " ", "@p", "#", "$it", "$root/",
    "$count", "$filter(", "/any(x:", "/all(x:", " and ", " or ", "not ", " eq ", " in (", " has ", "-", "1", "1.5e3",
    "NaN", "null", "true", "2020-01-01", "2020-01-01T00:00:00Z", "07:59", "duration'P1D'", "binary'T0RhdGE'",
    "contains(", "substring(", "cast(", "isof(", "case(", "concat(", "matchespattern(", "[", "]", "{", "}", "\"", "\\",
    "$select=", "$expand=", "$orderby=", "$filter=", "$compute=", "$search=", "$apply=", "$levels=max", " as ", " desc",
    "groupby((", "aggregate(", "Name", "Tags", "Depots", "Origin", "Maker", "Price", "é", "\u{1F30A}",
    "99999999999999999999", "geography'SRID=0;Point(1 2)'",
];

#[rustfmt::skip]
const JSON: &[&str] = &[
    "{", "}", "[", "]", ",", ":", "\"", "null", "true", "false", "1", "-1", "1e400", "\\u0000", "\\ud800", "\"a\":", "{}", "[]",
    "\"@odata.type\":", "\"@odata.bind\":", "\"Name\":", "\"@context\":", "\"@removed\":", "\"@odata.id\":", "\"id\":\"1\"",
    "\"method\":\"GET\"", "\"url\":\"x\"", "\"dependsOn\":", "\"atomicityGroup\":\"g\"", "\"headers\":{", "\"body\":", "\"if\":",
    "é", "99999999999999999999",
];

#[rustfmt::skip]
const LINES: &[&str] = &[
    "\r\n", "\n", ":", ": ", "--b", "--b--", "--c", "boundary=", "Content-Type: ", "multipart/mixed", "application/http",
    "Content-ID: 1", "Content-Length: 3", "GET / HTTP/1.1", "Accept: ", "Prefer: ", "If-Match: ", "If-None-Match: ", "W/\"a\"",
    "*", "*/*", ";", ",", "q=0.5", "q=", "odata.metadata=full", "IEEE754Compatible=true", "charset=utf-8", "maxpagesize=3",
    "return=minimal", "include-annotations=\"*\"", "\"", "OData-MaxVersion: 4.01", "\t", "application/json", "text/plain",
];

fn fuzz(target: &str, pieces: &'static [&'static str]) -> Fuzz<'static> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    Fuzz { corpus, pieces, rounds: 4_000, most: Duration::from_secs(2) }
}

/// What came of it, in a word.
fn said<T>(result: Result<T, impl std::fmt::Display>) -> String {
    result.map_or_else(|error| error.to_string(), |_| "ok".to_owned())
}

fn problem<T>(result: Result<T, Problem>) -> String {
    result.map_or_else(|problem| problem.message, |_| "ok".to_owned())
}

#[test]
fn urls() {
    fuzz("url", SYNTAX).run(|input| {
        let text = String::from_utf8_lossy(input);
        let strict = said(address_syntax::parse(&text, &Limits::STRICT));
        let _ = address_syntax::parse(&text, &Limits::LENIENT);
        let _ = context::parse(&text, &Limits::LENIENT);
        let (path_text, query) = text.split_once('?').map_or((&*text, None), |(path, query)| (path, Some(query)));
        let _ = path::parse(path_text, &Limits::LENIENT);
        let bound = url::path::parse(path_text).and_then(|segments| {
            let option = |name: &str| address::option(query, name);
            address::bind(&MODEL, &Dialect::OASIS, &segments, &option)
        });
        Ok(format!("{strict} {}", problem(bound)))
    });
}

#[test]
fn expressions() {
    fuzz("expression", SYNTAX).run(|input| {
        let text = Text::plain(String::from_utf8_lossy(input));
        let _ = search(&text, &Limits::LENIENT);
        let strict = expression(&text, &Limits::STRICT);
        if let Ok(tree) = &strict {
            let printed = tree.to_string();
            let again = expression(&Text::plain(printed.clone()), &Limits::STRICT);
            // What is printed has a parenthesis more here and there, so that it can exceed a limit.
            if again.as_ref().is_ok_and(|again| again != tree) {
                return Err(format!("it is printed as `{printed}`, which says something else"));
            }
        }
        let _ = expression(&text, &Limits::LENIENT);
        Ok(said(strict))
    });
}

#[test]
fn queries() {
    fuzz("query", SYNTAX).run(|input| {
        let text = String::from_utf8_lossy(input);
        let bound = Options::read(Some(&text), &Limits::LENIENT)
            .and_then(|options| query::bind(&MODEL, Scope::of(Type::Struct(&ARTICLE)), &options, Applies::Collection));
        Ok(problem(bound))
    });
}

#[test]
fn bodies() {
    fuzz("body", JSON).run(|input| {
        let reading = || Reading::new(&MODEL);
        let created = problem(reading().entity(&ARTICLE, input, Intent::Create));
        let _ = reading().entity(&ARTICLE, input, Intent::Update);
        let _ = reading().references(input);
        let delta = problem(reading().delta(&ARTICLE, input));
        for property in ARTICLE.all_properties().map(|(_, property)| property) {
            let _ = reading().property(property, input, Intent::Update);
        }
        Ok(format!("{created} {delta}"))
    });
}

#[test]
fn json_batches() {
    fuzz("batch-json", JSON).run(|input| Ok(problem(batch::read(&Form::Json, input, 20))));
}

#[test]
fn multipart_batches() {
    let form = Form::Multipart { boundary: "b".to_owned() };
    fuzz("batch-multipart", LINES).run(|input| Ok(problem(batch::read(&form, input, 20))));
}

#[test]
fn headers() {
    fuzz("headers", LINES).run(|input| {
        let headers = header_map(input);
        let media = [Media::Json, Media::Text, Media::Schema, Media::Batch { json: true }, Media::Raw("image/png")];
        let mut outcome = String::new();
        for media in media {
            outcome += &problem(Wishes::read(&headers, None, media));
        }
        let text = String::from_utf8_lossy(input);
        let _ = Wishes::read(&headers, Some(&text), Media::Json);
        let _ = said(prefer::parse(&text));
        outcome += &problem(json_body(&headers));
        outcome += &problem(query_body(&headers));
        outcome += &problem(batch_body(&headers));
        if let Ok(form) = Form::of(&headers) {
            outcome += &problem(batch::read(&form, input, 20));
        }
        Ok(outcome)
    });
}

/// Of lines `name: value`; what no header can be is left out.
fn header_map(input: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n').take(50) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or_default().trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    headers
}
