//! The parsers beside the oracle of the grammar: what it accepts they accept, what it refuses they refuse.

use std::collections::BTreeMap;

use fuzz::Dice;

use super::oracle::{Oracle, Sampler, pick};
use super::{published, rules};

/// How many texts of each rule: few in the suite, many with `VITAE_LONG=1`.
fn rounds() -> u64 {
    if std::env::var_os("VITAE_LONG").is_some() { 3_000 } else { 60 }
}

/// The oracle is right: it says of every published case what is published of it.
#[test]
fn the_oracle_agrees_with_the_published_cases() {
    let Some((names, cases)) = published() else { return };
    let oracle = Oracle::new(&names);
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| oracle.knows(&case.rule) && oracle.accepts(&case.rule, &case.input) == case.refused)
        .map(|case| format!("{}: `{}` ({}), refused {}", case.rule, case.input, case.name, case.refused))
        .collect();
    let unknown: Vec<&str> = cases.iter().map(|case| &*case.rule).filter(|rule| !oracle.knows(rule)).collect();
    println!("{} cases, of unknown rules {unknown:?}", cases.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

const RULES: &[(&str, usize)] = &[
    ("odataUri", 12),
    ("odataRelativeUri", 14),
    ("resourcePath", 12),
    ("queryOptions", 14),
    ("commonExpr", 9),
    ("boolCommonExpr", 12),
    ("filter", 10),
    ("orderby", 9),
    ("expand", 12),
    ("select", 11),
    ("compute", 9),
    ("search", 8),
    ("searchExpr", 8),
    ("context", 10),
    ("preference", 8),
    ("header", 9),
    ("prefer", 9),
    ("firstMemberExpr", 10),
    ("propertyPathExpr", 10),
    ("anyExpr", 9),
    ("allExpr", 9),
    ("isofExpr", 8),
    ("notExpr", 9),
    ("primitiveLiteral", 8),
    ("primitiveValue", 8),
    ("customQueryOption", 5),
    ("systemQueryOption", 12),
    ("functionParameter", 7),
    ("dateTimeOffsetValue", 6),
    ("dateTimeOffsetLiteral", 6),
    ("decimalValue", 5),
    ("binaryValue", 5),
    ("durationValue", 5),
    ("durationLiteral", 6),
    ("timeOfDayValue", 5),
    ("date", 5),
    ("enumValue", 5),
    ("enumLiteral", 6),
    ("stringLiteral", 5),
    ("stringInUrl", 5),
    ("guid", 5),
    ("boolean", 5),
    ("deltatoken", 5),
    ("skiptoken", 5),
    ("includeAnnotationsPreference", 6),
    ("maxpagesizePreference", 5),
    ("request-id", 4),
    ("arrayOrObject", 10),
    ("rootExpr", 10),
    ("annotationExpr", 8),
    ("castExpr", 8),
    ("methodCallExpr", 9),
    ("functionExpr", 9),
    ("keyPredicate", 6),
    ("aliasAndValue", 9),
    ("format", 5),
    ("schemaversion", 5),
    ("fullPolygonLiteral", 9),
];

#[test]
fn what_the_grammar_makes_is_accepted() {
    let Some((names, _)) = published() else { return };
    let oracle = Oracle::new(&names);
    let sampler = Sampler::new(&oracle);
    let mut misses: BTreeMap<(&str, String), String> = BTreeMap::new();
    let (mut tried, mut made) = (0, 0);
    for (rule, depth) in RULES {
        for seed in 0..rounds() {
            let mut dice = Dice::new(seed);
            let deep = 2 + dice.below(*depth);
            let text = sampler.text(rule, deep, &mut dice);
            made += 1;
            if text.len() > 4_000 || !oracle.accepts(rule, &text) {
                continue;
            }
            tried += 1;
            let verdict = rules::matches(&names, rule, &text).expect("a rule that is read");
            if let Err(why) = verdict {
                let kind = why.rsplit_once("expected").map_or(&*why, |(_, kind)| kind).chars().take(24).collect();
                let known = misses.entry((rule, kind)).or_default();
                if known.is_empty() || text.len() + why.len() < known.len() {
                    *known = format!("{text}   {why}");
                }
            }
        }
    }
    println!("{tried} of {made} made");
    let listed: Vec<String> = misses.into_iter().map(|((rule, _), text)| format!("{rule}: {text}")).collect();
    assert!(listed.is_empty(), "{}", listed.join("\n"));
}

/// What is put into texts in place of, or between, their letters.
const PIECES: &[&str] = &[
    "",
    "",
    "",
    "'",
    "(",
    ")",
    "/",
    "%20",
    ",",
    "$",
    "@",
    "1",
    "-",
    ":",
    "=",
    ".",
    "\"",
    "eq",
    "%20and%20",
    "not%20",
    "x",
    ";",
    "%2F",
    "%27",
    "$it",
    "null",
    "&",
    "*",
    "[",
    "}",
    "any(",
    "/$count",
];

/// Texts that are almost right: where no reading of them fits the grammar, the parsers refuse them.
#[test]
fn what_the_grammar_cannot_read_is_refused() {
    let Some((names, cases)) = published() else { return };
    let oracle = Oracle::new(&names);
    let sampler = Sampler::new(&oracle);
    let mut misses: BTreeMap<(&str, &str), String> = BTreeMap::new();
    let (mut tried, mut made) = (0, 0);
    // Of hosts the grammar knows more than we need; a key is read as part of a path here.
    for (rule, depth) in RULES.iter().filter(|(rule, _)| !matches!(*rule, "odataUri" | "keyPredicate")) {
        let known: Vec<&str> =
            cases.iter().filter(|case| case.rule == *rule && !case.refused).map(|case| &*case.input).collect();
        for seed in 0..rounds() * 2 {
            let mut dice = Dice::new(!seed);
            let deep = 2 + dice.below(*depth / 2);
            let whole = match known.is_empty() || dice.below(2) == 0 {
                true => sampler.text(rule, deep, &mut dice),
                false => pick(&mut dice, &known).to_owned(),
            };
            let (text, piece) = mutated(&whole, &mut dice);
            made += 1;
            if text.len() > 200 || oracle.could(rule, &text) {
                continue;
            }
            tried += 1;
            if rules::matches(&names, rule, &text).expect("a rule that is read").is_ok()
                && !is_argued(&oracle, rule, &text)
            {
                let known = misses.entry((rule, piece)).or_default();
                if known.is_empty() || text.len() < known.len() {
                    *known = text;
                }
            }
        }
    }
    println!("{tried} of {made} made");
    let listed: Vec<String> =
        misses.into_iter().map(|((rule, piece), text)| format!("{rule} `{piece}`: {text}")).collect();
    assert!(listed.is_empty(), "{}", listed.join("\n"));
}

fn mutated(text: &str, dice: &mut Dice) -> (String, &'static str) {
    let letters: Vec<char> = text.chars().collect();
    let (start, piece) = (dice.below(letters.len() + 1), pick(dice, PIECES));
    let cut = if piece.is_empty() { 1 } else { dice.below(3) };
    let (before, after) = letters.split_at(start);
    let after = after.get(cut..).unwrap_or_default();
    (before.iter().copied().chain(piece.chars()).chain(after.iter().copied()).collect(), piece)
}

/// Where we read more than the grammar does: each line is a reason, and the text as the grammar would have it.
///
/// Characters that should be encoded are read as themselves throughout, slashes in quotes among them, and encoded ones
/// as what they stand for: decoding comes first.
fn is_argued(oracle: &Oracle<'_>, rule: &str, text: &str) -> bool {
    // What is no option but part of one cannot hold an ampersand when it gets here.
    let url = ["odata", "resource", "query", "system", "custom", "alias"].iter().any(|part| rule.starts_with(part));
    let option = [
        "filter",
        "orderby",
        "expand",
        "select",
        "compute",
        "search",
        "deltatoken",
        "skiptoken",
        "format",
        "schemaversion",
        "context",
        "header",
        "prefer",
        "preference",
    ];
    let part = !url && !option.contains(&rule) && text.contains('&');
    let slashes = text.replace("%2F", "/").replace("%2f", "/");
    let instead = [
        text.to_owned(),
        slashes.clone(),
        // Slashes at the end of a path, and in front of it, are not counted.
        slashes.trim_matches('/').replace("/?", "?"),
        // `skiptoken` and `deltatoken` go without the dollar sign too, as all other options do.
        text.replace("skiptoken=", "$skiptoken=").replace("deltatoken=", "$deltatoken=").replace("$$", "$"),
        // A query sent as a body has several lines.
        text.replace("%0A", "%20").replace("%0D", "%20"),
        // `+` in front of an offset became a blank on the way.
        with_plus(text),
        // Within geographic text a blank may be encoded.
        text.replace("%20", " "),
        // Blanks in the parentheses of a key as in those of arguments.
        text.replace("(%20", "(").replace(",%20", ",").replace("%20)", ")"),
    ];
    part || instead.iter().any(|text| oracle.could(rule, &encoded(text)))
}

/// With a plus sign for blanks that hours and minutes follow.
fn with_plus(text: &str) -> String {
    let mut parts = text.split("%20");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let offset = matches!(part.as_bytes(), [b'0'..=b'9', b'0'..=b'9', b':' | b'%', ..]);
        whole += if offset { "%2B" } else { "%20" };
        whole += part;
    }
    whole
}

/// With everything encoded that has to be.
fn encoded(text: &str) -> String {
    let mut quoted = false;
    let mut encoded = String::new();
    for letter in text.replace("%27", "'").chars() {
        quoted ^= letter == '\'';
        match letter {
            '"' | '[' | ']' | '{' | '}' | '|' | '\\' | '^' | '`' | '<' | '>' => {
                encoded.push_str(&format!("%{:02X}", u32::from(letter)));
            }
            '/' | '?' if quoted => encoded.push_str(&format!("%{:02X}", u32::from(letter))),
            _ => encoded.push(letter),
        }
    }
    encoded
}
