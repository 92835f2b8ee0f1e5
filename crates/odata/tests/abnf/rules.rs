//! Which entry point of the parsers reads which rule of the grammar.
//!
//! URLs are split, decoded and read; expressions are decoded and read; values are read as they stand, for payloads
//! know no percent-encoding.

mod values;

use edm::Primitive;
use odata::syntax::literal::{is_enum, is_value};
use odata::syntax::prefer::Preference;
use odata::syntax::tree::{ChoiceKind, Expr, ExprKind, Literal, LiteralKind, Root, Search, Step, Typed};
use odata::syntax::{Limits, Text, context, expression, options, path, prefer, search, url};

use self::values::value_rule;
use super::names::{Names, Verdict};

/// Does the rule match the whole input? `None` if no entry point reads it.
pub(crate) fn matches(names: &Names, rule: &str, input: &str) -> Option<Verdict> {
    url_rule(names, rule, input)
        .or_else(|| option_rule(names, rule, input))
        .or_else(|| expression_rule(names, rule, input))
        .or_else(|| literal_rule(names, rule, input))
        .or_else(|| value_rule(names, rule, input))
        .or_else(|| header_rule(names, rule, input))
}

const LIMITS: Limits = Limits::STRICT;

fn said<T>(result: Result<T, odata::syntax::Error>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

fn check(holds: bool, why: &str) -> Verdict {
    if holds { Ok(()) } else { Err(why.to_owned()) }
}

// URLs.

fn url_rule(names: &Names, rule: &str, input: &str) -> Option<Verdict> {
    Some(match rule {
        "odataUri" => absolute(names, input),
        "odataRelativeUri" => relative(names, input),
        "resourcePath" => resource_path(names, input),
        "context" => fragment(names, input),
        _ => return None,
    })
}

fn resource_path(names: &Names, input: &str) -> Verdict {
    names.path(&said(path::parse(input, &LIMITS))?)
}

fn relative(names: &Names, input: &str) -> Verdict {
    if let Some((before, context)) = input.split_once('#').filter(|_| input.starts_with("$metadata")) {
        fragment(names, &format!("#{context}"))?;
        return relative(names, before);
    }
    let url = said(url::parse(input, &LIMITS))?;
    check(!url.path.segments.is_empty() || url.options.is_empty(), "options without a path")?;
    names.path(&url.path)?;
    names.options(&url.options)
}

fn fragment(names: &Names, input: &str) -> Verdict {
    let fragment = input.strip_prefix('#').ok_or("no number sign")?;
    names.context(&said(context::parse(fragment, &LIMITS))?)
}

/// The service root can end at any slash.
fn absolute(names: &Names, input: &str) -> Verdict {
    let (scheme, rest) = input.split_once("://").ok_or("no scheme")?;
    check(["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)), "unknown scheme")?;
    let (host, rest) = rest.split_once('/').ok_or("no slash after the host")?;
    let host = Text::of_path(host).map_err(|error| error.to_string())?;
    let letters = |letter: char| if letter.is_ascii() && letter != ' ' { letter } else { 'a' };
    let ascii: String = host.as_str().chars().map(letters).collect();
    check(ascii.parse::<http::uri::Authority>().is_ok(), "no host")?;
    let query = rest.find('?').unwrap_or(rest.len());
    let slashes = rest.char_indices().filter(|(at, letter)| *letter == '/' && *at < query).map(|(at, _)| at + 1);
    let mut verdict = Err(String::new());
    for start in std::iter::once(0).chain(slashes) {
        let part = &rest[start..];
        let root = rest[..start].split('/').rev().skip(1).all(|segment| !segment.is_empty());
        verdict = if part.is_empty() { Ok(()) } else { relative(names, part) };
        if root && verdict.is_ok() {
            break;
        }
    }
    verdict
}

// Query options.

fn option_rule(names: &Names, rule: &str, input: &str) -> Option<Verdict> {
    let expected = match rule {
        "queryOptions" => {
            return Some(said(options::parse(input, &LIMITS)).and_then(|options| names.options(&options)));
        }
        "systemQueryOption" => |kind: &ChoiceKind| !matches!(kind, ChoiceKind::Custom(..) | ChoiceKind::Alias(..)),
        "customQueryOption" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Custom(..)),
        "aliasAndValue" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Alias(..)),
        "compute" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Compute(_)),
        "deltatoken" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::DeltaToken(_)),
        "expand" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Expand(_)),
        "filter" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Filter(_)),
        "format" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Format(_)),
        "id" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Id(_)),
        "index" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Index(_)),
        "inlinecount" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Count(_)),
        "orderby" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::OrderBy(_)),
        "schemaversion" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::SchemaVersion(_)),
        "search" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Search(_)),
        "select" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Select(_)),
        "skip" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Skip(_)),
        "skiptoken" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::SkipToken(_)),
        "top" => |kind: &ChoiceKind| matches!(kind, ChoiceKind::Top(_)),
        _ => return None,
    };
    Some(said(options::parse(input, &LIMITS)).and_then(|options| {
        let single = matches!(options.as_slice(), [option] if expected(&option.kind));
        check(single, "other options than that")?;
        names.options(&options)
    }))
}

// Expressions.

fn expression_rule(names: &Names, rule: &str, input: &str) -> Option<Verdict> {
    let holds: fn(&Expr) -> bool = match rule {
        "commonExpr" | "boolCommonExpr" | "boolcommonExpr" | "parameterValue" => |_| true,
        "firstMemberExpr" | "memberExpr" | "directMemberExpr" => |expr| matches!(expr.kind, ExprKind::Path(_)),
        "propertyPathExpr" | "functionExpr" => {
            |expr| matches!(&expr.kind, ExprKind::Path(path) if path.root == Root::Implied)
        }
        "annotationExpr" => |expr| matches!(expr.kind, ExprKind::Path(_)),
        "rootExpr" => |expr| matches!(&expr.kind, ExprKind::Path(path) if path.root == Root::Root),
        "isofExpr" => |expr| matches!(expr.kind, ExprKind::Typed { operator: Typed::IsOf, .. }),
        "castExpr" => |expr| matches!(expr.kind, ExprKind::Typed { operator: Typed::Cast, .. }),
        "arrayOrObject" => |expr| matches!(expr.kind, ExprKind::Array(_) | ExprKind::Object(_)),
        "array" => |expr| matches!(expr.kind, ExprKind::Array(_)),
        "object" => |expr| matches!(expr.kind, ExprKind::Object(_)),
        "methodCallExpr" | "boolMethodCallExpr" => {
            |expr| matches!(expr.kind, ExprKind::Call { .. } | ExprKind::Case(_))
        }
        "anyExpr" | "allExpr" => return Some(lambda(names, rule, input)),
        "notExpr" => return Some(operator(names, "not", input)),
        "negateExpr" => return Some(operator(names, "-", input)),
        "functionParameter" => return Some(parameter(names, input)),
        "searchExpr" => return Some(search_expression(input)),
        _ if rule.ends_with("MethodCallExpr") => |expr| matches!(expr.kind, ExprKind::Call { .. } | ExprKind::Case(_)),
        _ => return None,
    };
    Some(expr(input).and_then(|expr| {
        check(holds(&expr), "an expression, but of another kind")?;
        names.expr(&expr)
    }))
}

fn expr(input: &str) -> Result<Expr, String> {
    said(Text::of_query(input).and_then(|text| expression(&text, &LIMITS)))
}

/// What needs a collection in front.
fn lambda(names: &Names, rule: &str, input: &str) -> Verdict {
    check(input.to_ascii_lowercase().starts_with(&rule[..3]), "another word")?;
    names.expr(&expr(&format!("Names/{input}"))?)
}

fn operator(names: &Names, word: &str, input: &str) -> Verdict {
    check(input.to_ascii_lowercase().starts_with(word), "another word")?;
    names.expr(&expr(input)?)
}

fn parameter(names: &Names, input: &str) -> Verdict {
    let blank = |letter: char| matches!(letter, ' ' | '\t');
    let decoded = Text::of_query(input).map_err(|error| error.to_string())?;
    check(!decoded.as_str().starts_with(blank) && !decoded.as_str().ends_with(blank), "a blank around it")?;
    let call = expr(&format!("Model.Available({input})"))?;
    let simple = match &call.kind {
        ExprKind::Path(path) => match path.steps.as_slice() {
            [Step::Name { arguments: Some(arguments), .. }] => match arguments.items.as_slice() {
                [argument] => match &argument.value.kind {
                    ExprKind::Literal(_) => argument.name.is_some(),
                    ExprKind::Path(path) => matches!(path.root, Root::Alias(_)) && path.steps.is_empty(),
                    _ => false,
                },
                _ => false,
            },
            _ => false,
        },
        _ => false,
    };
    check(simple, "no name with a literal or alias")?;
    names.expr(&call)
}

fn search_expression(input: &str) -> Verdict {
    let text = said(Text::of_query(input))?;
    check(!text.as_str().starts_with([' ', '\t']), "a blank in front")?;
    let found = said(search(&text, &LIMITS))?;
    check(!matches!(found, Search::Raw(_)), "text that is not complete")
}

// Literals: in URLs, so decoded.

fn literal_rule(names: &Names, rule: &str, input: &str) -> Option<Verdict> {
    use LiteralKind as Kind;
    let number = |literal: &Literal| matches!(literal.kind, Kind::Integer | Kind::Decimal | Kind::Special);
    let geographic = |shape: &str| geography(shape, input);
    if let Some(shape) = rule.strip_prefix("geography").or_else(|| rule.strip_prefix("geometry")) {
        return geographic(shape)
            .map(|holds| check(holds && input.starts_with(rule.trim_end_matches(shape)), "no such shape"));
    }
    let holds: &dyn Fn(&Literal) -> bool = match rule {
        "primitiveLiteral" => &|_| true,
        "keyPropertyValue" => {
            &|literal| !matches!(literal.kind, Kind::Null | Kind::Binary | Kind::Geography | Kind::Geometry)
        }
        "null" => &|literal| literal.kind == Kind::Null,
        "stringLiteral" => &|literal| literal.kind == Kind::String,
        "binaryLiteral" => &|literal| literal.kind == Kind::Binary,
        "durationLiteral" => &|literal| {
            literal.kind == Kind::Duration
                || (literal.kind == Kind::String && is_value(Primitive::Duration, &literal.text))
        },
        "enumLiteral" => &|literal| matches!(literal.kind, Kind::Enum | Kind::String) && names.members(literal).is_ok(),
        "decimalLiteral" | "doubleLiteral" | "singleLiteral" => &number,
        "sbyteLiteral" => &|literal| is_value(Primitive::SByte, &literal.text),
        "int16Literal" => &|literal| is_value(Primitive::Int16, &literal.text),
        "int32Literal" => &|literal| is_value(Primitive::Int32, &literal.text),
        "int64Literal" => &|literal| is_value(Primitive::Int64, &literal.text),
        "dateTimeOffsetLiteral" => &|literal| literal.kind == Kind::DateTimeOffset,
        "timeOfDayLiteral" => &|literal| literal.kind == Kind::TimeOfDay,
        _ => return None,
    };
    Some(expr(input).and_then(|expr| match &expr.kind {
        ExprKind::Literal(literal) => {
            check(holds(literal), "a literal of another kind")?;
            names.expr(&expr)
        }
        _ => Err("no literal".to_owned()),
    }))
}

fn geography(shape: &str, input: &str) -> Option<bool> {
    let ty = shape_type(shape)?;
    let holds = |literal: &Literal| {
        matches!(literal.kind, LiteralKind::Geography | LiteralKind::Geometry) && is_value(ty, &literal.text)
    };
    Some(expr(input).is_ok_and(|expr| matches!(&expr.kind, ExprKind::Literal(literal) if holds(literal))))
}

fn shape_type(shape: &str) -> Option<Primitive> {
    Some(match shape {
        "Collection" => Primitive::GeographyCollection,
        "LineString" => Primitive::GeographyLineString,
        "MultiLineString" => Primitive::GeographyMultiLineString,
        "MultiPoint" => Primitive::GeographyMultiPoint,
        "MultiPolygon" => Primitive::GeographyMultiPolygon,
        "Point" => Primitive::GeographyPoint,
        "Polygon" => Primitive::GeographyPolygon,
        _ => return None,
    })
}

// Headers.

fn header_rule(names: &Names, rule: &str, input: &str) -> Option<Verdict> {
    let preference = said(prefer::preference(input));
    let expected: fn(&Preference) -> bool = match rule {
        "header" => {
            let (name, value) = input.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("prefer") {
                return header_rule(names, "prefer", input);
            }
            return Some(check(prefer::is_header_value(name, value), "no such header"));
        }
        "prefer" => {
            let (name, list) = input.split_once(':').unwrap_or_default();
            let list = name.eq_ignore_ascii_case("prefer").then(|| prefer::parse(list.trim_start()));
            // Preferences of others are read, but not part of this grammar.
            let known = |list: &Vec<Preference>| list.iter().all(|one| preference_fits(names, one).is_ok());
            return Some(check(matches!(list, Some(Ok(list)) if known(&list)), "no preferences"));
        }
        "asyncresult" | "content-id" | "isolation" | "odata-entityid" | "odata-error" | "odata-maxversion"
        | "odata-version" => {
            let (name, value) = input.split_once(':').unwrap_or_default();
            let same = name.eq_ignore_ascii_case(rule)
                || (rule == "isolation" && name.eq_ignore_ascii_case("odata-isolation"));
            return Some(check(same && prefer::is_header_value(name, value), "no such header"));
        }
        "request-id" => return Some(check(prefer::is_request_id(input), "no identifier")),
        "preference" => |one| !matches!(one, Preference::Other(_)),
        "allowEntityReferencesPreference" => |one| matches!(one, Preference::AllowEntityReferences),
        "callbackPreference" => |one| matches!(one, Preference::Callback(_)),
        "continueOnErrorPreference" => |one| matches!(one, Preference::ContinueOnError(_)),
        "includeAnnotationsPreference" => |one| matches!(one, Preference::IncludeAnnotations(_)),
        "maxpagesizePreference" => |one| matches!(one, Preference::MaxPageSize(_)),
        "omitValuesPreference" => |one| matches!(one, Preference::OmitDefaults(_)),
        "respondAsyncPreference" => |one| matches!(one, Preference::RespondAsync),
        "returnPreference" => |one| matches!(one, Preference::ReturnRepresentation(_)),
        "trackChangesPreference" => |one| matches!(one, Preference::TrackChanges),
        "waitPreference" => |one| matches!(one, Preference::Wait(_)),
        _ => return None,
    };
    Some(preference.and_then(|preference| {
        check(expected(&preference), "another preference")?;
        preference_fits(names, &preference)
    }))
}

fn preference_fits(names: &Names, preference: &Preference) -> Verdict {
    match preference {
        Preference::IncludeAnnotations(patterns) => patterns.iter().try_for_each(|pattern| names.pattern(pattern)),
        Preference::Other(_) => Err("a preference of others".to_owned()),
        _ => Ok(()),
    }
}

fn enumeration(names: &Names, input: &str) -> Verdict {
    check(is_enum(input), "no members")?;
    names.members(&Literal { kind: LiteralKind::Enum, text: input.to_owned(), ty: None })
}
