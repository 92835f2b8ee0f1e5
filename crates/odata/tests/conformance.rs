//! `docs/conformance.md` names a test for each clause: the tests it names are there, and it has every clause.

#![expect(clippy::unwrap_used, reason = "a test outside of the crate is all test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    fs::read_to_string(root().join("docs/conformance.md")).unwrap()
}

/// The functions of all sources below a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            // Properties over random values have parameters.
            let names = text.split("fn ").skip(1).filter_map(|rest| rest.split_once('('));
            found.extend(names.map(|(name, _)| name.to_owned()));
        }
    }
}

/// The rows of its tables, as cells.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #"));
    lines.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn every_test_that_is_named_exists() {
    let mut known = BTreeSet::new();
    functions(&root().join("crates"), &mut known);
    let page = page();
    let names = page.split('`').skip(1).step_by(2);
    let tests = names.filter(|name| {
        name.contains('_')
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    });
    let missing: Vec<&str> = tests.filter(|name| !known.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    for script in page.split('`').filter(|name| name.starts_with("clients/") && name.len() > 8) {
        assert!(root().join(script).exists(), "{script}");
    }
}

#[test]
fn what_is_met_is_shown() {
    let page = page();
    let clauses: Vec<_> = rows(&page).into_iter().filter(|row| row.len() == 4).collect();
    assert!(clauses.len() > 140, "{}", clauses.len());
    for row in clauses {
        let [number, _, verdict, shown] = row.as_slice() else { panic!("{row:?}") };
        let verdicts = ["met", "declined", "not applicable", "`"];
        assert!(verdicts.iter().any(|known| verdict.starts_with(known)), "{number}: {verdict}");
        assert!(!verdict.starts_with("met") || shown.contains('`'), "{number} is met; name the test");
    }
}

/// The list of clauses is no part of the project: `VITAE_SHARED` says where it is.
#[test]
fn every_clause_has_a_row() {
    let Some(shared) = std::env::var_os("VITAE_SHARED") else { return };
    let list = fs::read_to_string(Path::new(&shared).join("spec/odata/conformance.md")).unwrap();
    let table = list.split("## Table").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let page = page();
    let known: BTreeSet<&str> = rows(&page).iter().map(|row| row[0]).collect();
    let missing: Vec<&str> = rows(table).iter().map(|row| row[0]).filter(|number| !known.contains(number)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
