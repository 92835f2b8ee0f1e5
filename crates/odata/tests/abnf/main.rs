//! The published cases of the grammar, rule by rule: each input that has to be accepted is, each that must not is not.
//!
//! The cases are read from `$VITAE_SHARED/spec/odata/abnf-cases.json`; without that variable there is nothing to run.

#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "a test may fail, and tells its tally"
)]

mod agree;
mod json;
mod names;
mod oracle;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use json::Json;
use names::Names;

/// Cases that do not come out as published, each with the reason.
const ARGUED: &[(&str, &str, &str)] = &[];

/// A case as published.
struct Case {
    name: String,
    rule: String,
    input: String,
    /// Must it be refused?
    refused: bool,
}

#[test]
fn published_cases() {
    let Some((names, cases)) = published() else { return };
    let mut tally: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut misses = Vec::new();
    for case in &cases {
        let (passed, total) = tally.entry(&case.rule).or_default();
        *total += 1;
        match judge(&names, case) {
            None => *passed += 1,
            Some(why) => misses.push(format!("{}: `{}` ({}): {why}", case.rule, case.input, case.name)),
        }
    }
    for (rule, (passed, total)) in &tally {
        println!("{passed:>4}/{total:<4} {rule}");
    }
    let passed: usize = tally.values().map(|(passed, _)| passed).sum();
    println!("{passed:>4}/{:<4} in all, {} argued misses", cases.len(), ARGUED.len());
    assert!(misses.is_empty(), "{} misses:\n{}", misses.len(), misses.join("\n"));
}

/// The cases with a letter left out, doubled or replaced: whatever is said of them, nothing panics.
#[test]
fn mutated_cases() {
    let Some((names, cases)) = published() else { return };
    for case in &cases {
        let letters: Vec<char> = case.input.chars().collect();
        for at in 0..letters.len() {
            for replaced in ["", "''", "(", ")", "/", "%", " ", ",", "$", "@", "1", "\"", "é"] {
                let (before, after) = letters.split_at(at);
                let doubled = if replaced == "''" { after } else { after.split_at(1).1 };
                let input: String =
                    before.iter().copied().chain(replaced.chars()).chain(doubled.iter().copied()).collect();
                let _ = rules::matches(&names, &case.rule, &input);
            }
        }
    }
}

/// Why the case did not come out; `None` if it did, or if that is argued.
fn judge(names: &Names, case: &Case) -> Option<String> {
    let argued = ARGUED.iter().any(|(rule, input, _)| *rule == case.rule && *input == case.input);
    let why = match (rules::matches(names, &case.rule, &case.input), case.refused) {
        (None, _) => "nothing reads this rule".to_owned(),
        (Some(Ok(())), true) => "accepted, has to be refused".to_owned(),
        (Some(Err(why)), false) => format!("refused: {why}"),
        (Some(Ok(())), false) | (Some(Err(_)), true) => return None,
    };
    (!argued).then_some(why)
}

/// The names and the cases; `None` if it is not said where they are.
fn published() -> Option<(Names, Vec<Case>)> {
    let Some(shared) = std::env::var_os("VITAE_SHARED") else {
        eprintln!("skipped: VITAE_SHARED is not set, so there are no published cases to read");
        return None;
    };
    let file = Path::new(&shared).join("spec/odata/abnf-cases.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Some(read(&json::parse(&text)))
}

fn read(file: &Json) -> (Names, Vec<Case>) {
    let lists = file.get("constraints").expect("`constraints`").object().iter().map(|(rule, names)| {
        let names: BTreeSet<String> = names.list().iter().map(|name| name.text().to_owned()).collect();
        (rule.clone(), names)
    });
    let cases = file.get("cases").expect("`cases`").list().iter().map(|case| Case {
        name: case.get("name").map_or("", Json::text).to_owned(),
        rule: case.get("rule").expect("`rule`").text().to_owned(),
        input: case.get("input").expect("`input`").text().to_owned(),
        refused: case.get("failAt").map(Json::number).is_some(),
    });
    (Names::new(lists.collect()), cases.collect())
}
