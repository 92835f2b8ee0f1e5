//! `if` of a request in a batch: a condition on what the requests before it gave (OData JSON Format 4.01, section
//! 19.1).
//!
//! What it refers to (`$id/$succeeded`, `$id`, `$id/path/to/value`) is put in as a literal; what then stands there is
//! an expression like that of a filter, but over nothing: other names mean nothing in it.

use edm::Primitive;
use edm::eval::Datum;
use edm::expr::Expr;
use edm::json::{self, Kind as Json, Node};
use odata::bind::Binder;
use odata::syntax::literal::is_value;
use odata::syntax::prefer::is_request_id;
use odata::syntax::{Limit, Limits, beyond};
use odata::{Kind, Problem};

use crate::rows::Meter;

/// What became of an earlier request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome<'a> {
    pub(super) succeeded: bool,
    /// The body of its answer.
    pub(super) body: &'a [u8],
}

/// Is the condition true? `earlier` tells what became of a request, by its id.
pub(super) fn holds<'a>(
    binder: impl Fn() -> Binder<'a>,
    condition: &str,
    earlier: &dyn Fn(&str) -> Option<Outcome<'a>>,
    meter: &Meter,
) -> Result<bool, Problem> {
    let limits = *binder().limits();
    let mut bodies = Bodies { earlier, parsed: Vec::new() };
    let mut bind = |bare: bool| -> Result<Expr, Problem> {
        let text = resolved(condition, &mut bodies, bare, &limits)?;
        binder().alone("if", &text)
    };
    // JSON does not tell a date from a text that is spelled like one: what it meets does.
    let expr = bind(false).or_else(|problem| bind(true).map_err(|_| problem)).map_err(|problem| problem.at("if"))?;
    meter.spend("if", |env| expr.matches(&Datum::Null, env))
}

/// Most references of one condition: each goes through the body of an answer.
const MOST_REFERENCES: usize = 100;

/// What became of earlier requests, each body parsed once.
struct Bodies<'e, 'a> {
    earlier: &'e dyn Fn(&str) -> Option<Outcome<'a>>,
    parsed: Vec<(&'a [u8], Option<Node<'a>>)>,
}

impl<'a> Bodies<'_, 'a> {
    fn parsed(&mut self, body: &'a [u8]) -> Option<&Node<'a>> {
        let known = self.parsed.iter().position(|(known, _)| std::ptr::eq(*known, body));
        let at = known.unwrap_or_else(|| {
            self.parsed.push((body, json::parse(body).ok()));
            self.parsed.len() - 1
        });
        self.parsed.get(at).and_then(|(_, node)| node.as_ref())
    }
}

/// The text with literals in place of the references. Quoted text stays as it is.
fn resolved(text: &str, bodies: &mut Bodies<'_, '_>, bare: bool, limits: &Limits) -> Result<String, Problem> {
    let too_long = || Problem::new(Kind::BadBody, beyond(Limit::Length.setting(), limits.length, "bytes")).at("if");
    if text.len() > limits.length {
        return Err(too_long());
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut references = 0;
    while let Some(at) = rest.find(['\'', '$']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        if let Some(inside) = from.strip_prefix('\'') {
            let end = inside.find('\'').map_or(from.len(), |end| end + 2);
            let (quoted, after) = from.split_at_checked(end).unwrap_or((from, ""));
            out.push_str(quoted);
            rest = after;
            continue;
        }
        let end =
            from.char_indices().skip(1).find(|(_, letter)| !in_reference(*letter)).map_or(from.len(), |(at, _)| at);
        let (reference, after) = from.split_at_checked(end).unwrap_or((from, ""));
        references += 1;
        if references > MOST_REFERENCES {
            let message = format!("found more than {MOST_REFERENCES} references to earlier requests, expected fewer");
            return Err(Problem::new(Kind::BadBody, message).at("if"));
        }
        out.push_str(&literal(reference, bodies, bare)?);
        if out.len() > limits.length {
            return Err(too_long());
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn in_reference(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '/' | '$' | '-' | '.' | '_' | '~' | '@')
}

/// What a reference stands for, as a literal.
fn literal(reference: &str, bodies: &mut Bodies<'_, '_>, bare: bool) -> Result<String, Problem> {
    let (id, path) = reference.split_once('/').unwrap_or((reference, ""));
    let id = id.strip_prefix('$').unwrap_or(id);
    let outcome = (bodies.earlier)(id).filter(|_| is_request_id(id)).ok_or_else(|| {
        let name = edm::check::brief(reference.split('/').next().unwrap_or_default());
        let message = format!("found {name}, expected the id of an earlier request");
        Problem::new(Kind::BadBody, message).at("if")
    })?;
    if path == "$succeeded" {
        return Ok(outcome.succeeded.to_string());
    }
    let mut node = bodies.parsed(outcome.body);
    let mut count = None;
    for name in path.split('/').filter(|name| !name.is_empty()) {
        match node.map(|node| &node.kind) {
            Some(Json::Array(items)) if name == "$count" => (count, node) = (Some(items.len()), None),
            found => node = found.and_then(|found| member(found, name)),
        }
    }
    match (count, node.map(|node| &node.kind)) {
        (Some(count), _) => Ok(count.to_string()),
        (None, None | Some(Json::Null)) => Ok("null".to_owned()),
        (None, Some(Json::Bool(value))) => Ok(value.to_string()),
        (None, Some(Json::Number(text))) => Ok((*text).to_owned()),
        (None, Some(Json::String(text))) if bare && is_plain(text) => Ok(text.to_string()),
        (None, Some(Json::String(text))) => Ok(format!("'{}'", text.replace('\'', "''"))),
        (None, Some(Json::Array(_) | Json::Object(_))) => {
            let message = format!("comparing what is no single value (`{reference}`) is not supported");
            Err(Problem::new(Kind::NotSupported, message).at("if"))
        }
    }
}

/// A member of an object; of a collection, its items.
fn member<'n, 't>(node: &'n Json<'t>, name: &str) -> Option<&'n Node<'t>> {
    let Json::Object(members) = node else { return None };
    members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// Is it a literal that stands without quotes?
fn is_plain(text: &str) -> bool {
    let kinds = [Primitive::Guid, Primitive::Date, Primitive::DateTimeOffset, Primitive::TimeOfDay];
    kinds.into_iter().any(|kind| is_value(kind, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use edm::expr::Rules;

    fn check(condition: &str, expect: &str) {
        let body = br#"{"Name":"O'Hara $2","Price":12.5,"On":true,"Gone":null,"Made":"2024-01-01","Id":"00000000-0000-4000-8000-000000000001","Tags":["a","b"],"Origin":{"City":"Oslo"}}"#;
        let earlier = |id: &str| match id {
            "1" => Some(Outcome { succeeded: true, body }),
            "b-2" => Some(Outcome { succeeded: false, body: b"{\"error\":{\"code\":\"x\"}}" }),
            "raw" => Some(Outcome { succeeded: true, body: b"7 is no JSON" }),
            _ => None,
        };
        let binder = || Binder::new(&edm::testing::MODEL, Rules::default(), Limits::LENIENT);
        let meter = Meter::new(0, false, 1000);
        let found = match holds(binder, condition, &earlier, &meter) {
            Ok(held) => held.to_string(),
            Err(problem) => format!("{} {}", problem.kind.status(), problem.message),
        };
        assert_eq!(found, expect, "{condition}");
    }

    #[test]
    fn conditions_are_about_what_came_before() {
        check("$1/$succeeded", "true");
        check("$b-2/$succeeded", "false");
        check("not $b-2/$succeeded and $1/Price gt 12", "true");
        check("$1/Name eq 'O''Hara $2'", "true");
        check("contains($1/Name,'$1')", "false");
        check("$1/Origin/City in ('Oslo','Bergen')", "true");
        check("$1/Tags/$count eq 2 and $1/On", "true");
        check("$1/Made lt 2024-01-02", "true");
        check("$1/Made eq '2024-01-01'", "true");
        check("$1/Id eq 00000000-0000-4000-8000-000000000001", "true");
        check("$1/Gone eq null and $1/Other/Deep eq null and $raw/x eq null", "true");
        check("$b-2/error/code eq 'x'", "true");
        check("$1/Gone", "false");
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        check("$3/$succeeded", "400 found `$3`, expected the id of an earlier request");
        check("$1/Tags eq 'a'", "501 comparing what is no single value (`$1/Tags`) is not supported");
        check("$1/Price", "400 found a value of type `Edm.Decimal`, expected a condition");
        check("$1/$succeeded and", "400 found the end at column 9 of `if`, expected a blank after the operator");
    }

    #[test]
    fn conditions_cost_no_more_than_they_should() {
        let many = |item: &str, count: usize| vec![item; count].join(" or ");
        let refused = |condition: &str, body: &[u8], expected: &str| {
            let earlier = |id: &str| (id == "1").then_some(Outcome { succeeded: true, body });
            let binder = || Binder::new(&edm::testing::MODEL, Rules::default(), Limits::LENIENT);
            let problem = holds(binder, condition, &earlier, &Meter::new(0, false, 100_000)).unwrap_err();
            assert!(problem.message.contains(expected), "{}", problem.message);
        };
        refused(&many("$1/a eq 'b'", 101), br#"{"a":"c"}"#, "more than 100 references");
        refused(&many("$1/a eq 'b'", 20_000), br#"{"a":"c"}"#, "16384 bytes, the most that the setting `query.length`");
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(20_000));
        refused("$1/a eq 'b'", long.as_bytes(), "16384 bytes");
    }

    proptest::proptest! {
        #[test]
        fn no_condition_panics(text in "[$1/a' ()é,-]{0,40}") {
            let earlier = |id: &str| (id == "1").then_some(Outcome { succeeded: true, body: b"{\"a\":\"b\"}" });
            let binder = || Binder::new(&edm::testing::MODEL, Rules::default(), Limits::LENIENT);
            let _ = holds(binder, &text, &earlier, &Meter::new(0, false, 1000));
        }
    }
}
