//! Nothing leaves by the side door: whatever is stored becomes a row only as something that is visible, and who makes
//! something visible without asking who looks is listed here, with why that is right.

use std::fs;
use std::path::{Path, PathBuf};

/// Files that write rows themselves: of nothing stored, or of a row that was made of something visible.
const ROWS: &[(&str, &str)] = &[
    ("access.rs", "the one place in which what is stored becomes a row"),
    ("log.rs", "entries of the log, whose values are judged one by one"),
    ("items.rs", "a profile, of which the row tells only whose it is"),
    ("lists.rs", "the lists of a person, which tell nothing themselves"),
    ("people.rs", "the basic properties of a row"),
    ("photos.rs", "photos, which have no audience"),
    ("tenant.rs", "the root of the settings, and settings nobody has made yet"),
    ("log.rs", "entries of the log, of which each item is judged by itself"),
];

/// Files that say of something stored that it has no audience, so that the scopes of the call are all that decides.
const ENTRIES: &[(&str, &str)] = &[
    ("access.rs", "where that is declared"),
    ("directory/groups.rs", "groups"),
    ("directory/roll.rs", "the person or group that a request has made"),
    ("people.rs", "entries of people"),
    ("tenant.rs", "settings of the tenant"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.ends_with("tests") => {}
            true => sources(&path, found),
            false => found.push(path),
        }
    }
}

/// Is the text in the line, and not the end of a longer name?
fn says(line: &str, text: &str) -> bool {
    line.match_indices(text)
        .any(|(at, _)| !line.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric)))
}

/// Files whose code has the text, and are not listed; and those that are listed and do not have it.
fn unlisted(text: &str, listed: &[(&str, &str)]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "the sources are not where they were");
    let has = |file: &PathBuf| {
        let code = fs::read_to_string(file).unwrap();
        code.lines().any(|line| !line.trim_start().starts_with("//") && says(line, text))
    };
    let name = |file: &PathBuf| file.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    let found: Vec<String> = files.iter().filter(|file| has(file)).map(name).collect();
    let mut wrong: Vec<String> =
        found.iter().filter(|file| !listed.iter().any(|(known, _)| known == file)).cloned().collect();
    wrong.extend(
        listed
            .iter()
            .filter(|(known, _)| !found.iter().any(|file| file == known))
            .map(|(gone, _)| format!("not in {gone}")),
    );
    wrong
}

#[test]
fn rows_are_made_of_what_is_visible() {
    assert_eq!(unlisted("Row {", ROWS), Vec::<String>::new());
    assert_eq!(unlisted("fn entry(item", &ENTRIES[..1]), Vec::<String>::new());
    assert_eq!(unlisted("Visible::entry(", &ENTRIES[1..]), Vec::<String>::new());
    // The bytes of an item and its mask are nobody's business but that of who judges, writes or checks them.
    assert_eq!(unlisted("Visible(item", &[("access.rs", "the check")]), Vec::<String>::new());
    assert_eq!(unlisted("item.audience", &[("access.rs", "the check")]), Vec::<String>::new());
    assert_eq!(unlisted("header.audience", &[("access/explain.rs", "what the check has said")]), Vec::<String>::new());
}
