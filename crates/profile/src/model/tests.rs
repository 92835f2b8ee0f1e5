//! The model against what is known of the published schema, and against its own rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use edm::model::{EnumType, Format, Mode, Navigation, Property, StructKind, StructType};
use edm::testing::faults;

use super::{ADMIN, AUDIENCE_LISTS, AUDIT_LOG_ROOT, DIRECTORY_AUDIT, GROUP, MODEL, PROFILE, USER, log};

/// The lines that the published schema does not have: `responsibilities` is served below the profile like every other
/// collection, and what a tenant decides about audiences has to be said somewhere.
const OURS: &[&str] = &[
    "entity profile / responsibilities -> [personResponsibility]",
    "entity profilePropertySetting / allowedAudiences allowedAudiences?",
    "entity profilePropertySetting / defaultAudiences allowedAudiences?",
    "entity profilePropertySetting / shownConfidence Edm.Double?",
];

#[test]
fn declares_what_the_published_schema_declares() {
    let facts = facts(include_str!("facts.txt"));
    let mut declared = declared();
    OURS.iter().for_each(|ours| assert!(declared.remove(*ours), "gone from the model: {ours}"));
    let missing: Vec<_> = facts.difference(&declared).collect();
    let surplus: Vec<_> = declared.difference(&facts).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "published, not declared: {missing:#?}\ndeclared, not published: {surplus:#?}"
    );
}

/// Every fact with the header it stands under.
fn facts(text: &str) -> BTreeSet<String> {
    let mut header = "";
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| match line.strip_prefix("  ") {
            Some(fact) => format!("{} / {fact}", title(header)),
            None => {
                header = line;
                line.to_owned()
            }
        })
        .collect()
}

/// Kind and name: the first two words.
fn title(header: &str) -> String {
    header.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// The model in the words of the fact table, but for the types of which it keeps only a part.
fn declared() -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let partly: [&StructType; 9] = [
        &AUDIENCE_LISTS,
        &USER,
        &GROUP,
        &ADMIN,
        &AUDIT_LOG_ROOT,
        &DIRECTORY_AUDIT,
        &log::APP_IDENTITY,
        &log::USER_IDENTITY,
        &log::TARGET_RESOURCE,
    ];
    for ty in MODEL.structs.iter().filter(|ty| !partly.iter().any(|own| std::ptr::eq(**ty, *own))) {
        let header = struct_header(ty);
        lines.extend(ty.properties.iter().map(|property| format!("{} / {}", title(&header), property_fact(property))));
        lines.extend(
            ty.navigation.iter().map(|navigation| format!("{} / {}", title(&header), navigation_fact(navigation))),
        );
        lines.insert(header);
    }
    for ty in MODEL.enums {
        let header = enum_header(ty);
        lines.extend(ty.members.iter().map(|member| format!("{} / {} {}", title(&header), member.name, member.value)));
        lines.insert(header);
    }
    lines
}

fn struct_header(ty: &StructType) -> String {
    let kind = match ty.kind {
        StructKind::Entity => "entity",
        StructKind::Complex => "complex",
    };
    let mut words = vec![kind, ty.name];
    words.extend(ty.base.map(|base| [":", base.name]).into_iter().flatten());
    words.extend(ty.is_abstract.then_some("abstract"));
    words.extend(ty.is_open.then_some("open"));
    words.extend(ty.key.iter().flat_map(|name| ["key", name]));
    words.extend(ty.alternate_keys.iter().flat_map(|key| key.iter()).flat_map(|name| ["alternate", name]));
    words.extend(ty.aliases.iter().flat_map(|name| ["also", name]));
    words.join(" ")
}

fn property_fact(property: &Property) -> String {
    let readonly = if property.mode == Mode::Computed { " readonly" } else { "" };
    format!("{} {}{readonly}", property.name, type_fact(property.ty.name(), property.nullable, property.collection))
}

fn navigation_fact(navigation: &Navigation) -> String {
    assert!(navigation.contained, "{}", navigation.name);
    format!("{} -> {}", navigation.name, type_fact(navigation.target.name, navigation.nullable, navigation.collection))
}

fn type_fact(name: &str, nullable: bool, collection: bool) -> String {
    let question = if nullable { "?" } else { "" };
    if collection { format!("[{name}{question}]") } else { format!("{name}{question}") }
}

fn enum_header(ty: &EnumType) -> String {
    let flags = if ty.is_flags { " flags" } else { "" };
    let sentinel = ty.sentinel.map(|name| format!(" sentinel {name}")).unwrap_or_default();
    format!("enum {}{flags}{sentinel}", ty.name)
}

#[test]
fn is_consistent() {
    assert_eq!(faults(&MODEL), Vec::<String>::new());
}

fn properties() -> impl Iterator<Item = (&'static StructType, &'static Property)> {
    MODEL.structs.iter().flat_map(|ty| ty.properties.iter().map(|property| (*ty, property)))
}

#[test]
fn addresses_on_the_web_are_checked() {
    for (ty, property) in properties() {
        let name = property.name;
        let is_address = name.ends_with("Url") || name.ends_with("Urls") || name == "mySite";
        assert_eq!(property.format == Format::HttpUrl, is_address, "{}.{name}", ty.name);
    }
}

#[test]
fn language_tags_are_checked() {
    let tags = ["languageTag", "locale", "preferredLanguage", "tag"];
    for (ty, property) in properties() {
        assert_eq!(
            property.format == Format::LanguageTag,
            tags.contains(&property.name),
            "{}.{}",
            ty.name,
            property.name
        );
    }
}

#[test]
fn what_search_finds_is_indexed() {
    for (ty, property) in properties() {
        assert_eq!(property.searchable, property.indexed, "{}.{}", ty.name, property.name);
    }
}

#[test]
fn a_profile_consists_of_twenty_inlined_collections() {
    assert_eq!(PROFILE.navigation.len(), 20);
    for navigation in PROFILE.navigation {
        assert!(navigation.collection && navigation.contained && navigation.inline, "{}", navigation.name);
        assert!(navigation.target.base.is_some_and(|base| base.name == "itemFacet"), "{}", navigation.name);
    }
}

#[test]
fn a_user_answers_eleven_properties_unasked() {
    let unasked: BTreeSet<_> = USER
        .all_properties()
        .map(|(_, property)| property)
        .filter(|property| !property.on_request)
        .map(|property| property.name)
        .collect();
    let expected = BTreeSet::from([
        "businessPhones",
        "displayName",
        "givenName",
        "id",
        "jobTitle",
        "mail",
        "mobilePhone",
        "officeLocation",
        "preferredLanguage",
        "surname",
        "userPrincipalName",
    ]);
    assert_eq!(unasked, expected);
}

/// Where collections may be named: the model, the rules, and the demo people who fill them.
const MAY_NAME_COLLECTIONS: &[&str] = &["profile/src/model", "profile/src/rules", "server/src/demo"];

/// Literals that name a collection and mean something else, each with what it means.
const EXCEPTIONS: &[(&str, &str)] = &[("select_account", "the prompt of a sign-in")];

#[test]
fn no_other_code_names_a_collection() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for (path, text) in sources(&crates) {
        for literal in literals(shipped(&text)) {
            found.extend(named_collection(literal).map(|name| format!("{}: {name} in {literal:?}", path.display())));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// The collection that a literal names: as a whole, or in a path within it.
fn named_collection(literal: &str) -> Option<&'static str> {
    if EXCEPTIONS.iter().any(|(exception, _)| *exception == literal) {
        return None;
    }
    let words = literal.split_whitespace().filter(|word| *word == literal || word.contains('/'));
    let mut segments = words.flat_map(|word| word.split(|letter: char| !letter.is_alphanumeric()));
    segments.find_map(|segment| PROFILE.find_navigation(segment)).map(|navigation| navigation.name)
}

/// All sources that may not name collections, with their text. Modules for tests may.
fn sources(crates: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut may: Vec<PathBuf> = MAY_NAME_COLLECTIONS.iter().map(|place| crates.join(place)).collect();
    let mut open: Vec<PathBuf> = entries(crates).into_iter().map(|path| path.join("src")).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(entries(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            may.extend(test_modules(&path, &text));
            found.push((path, text));
        }
    }
    found.retain(|(path, _)| !may.iter().any(|may| path.with_extension("").starts_with(may)));
    assert!(found.len() > 10, "the sources are not where they were");
    found
}

/// The modules that a file declares for tests: under `cfg(test)`, or named `testing` for the tests of other crates.
fn test_modules(file: &Path, text: &str) -> Vec<PathBuf> {
    let is_root = file.file_stem().is_some_and(|stem| ["lib", "main", "mod"].iter().any(|root| stem == *root));
    let folder = if is_root { file.with_file_name("") } else { file.with_extension("") };
    let declared = text.split("#[cfg(test)]\nmod ").skip(1).filter_map(|after| after.lines().next()?.strip_suffix(';'));
    declared.chain(["testing"]).map(|name| folder.join(name)).collect()
}

/// What comes before the tests at the end of a file.
fn shipped(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The string literals of Rust source, without its comments. Escapes stay as written.
fn literals(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, here) = rest.split_at(at);
        let quote = here.strip_prefix("'\"'").or_else(|| here.strip_prefix("'/'"));
        rest = if let Some(comment) = here.strip_prefix("//") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(after) = quote {
            after
        } else if let Some(inner) = here.strip_prefix('"') {
            let opening = before.trim_end_matches('#');
            let closing = format!("\"{}", "#".repeat(before.len() - opening.len()));
            let end = if opening.ends_with('r') { inner.find(&closing) } else { end_of_literal(inner) };
            let Some((literal, after)) = end.map(|end| inner.split_at(end)) else { break };
            found.push(literal);
            after.strip_prefix('"').unwrap_or(after)
        } else {
            here.trim_start_matches(['/', '\''])
        };
    }
    found
}

fn end_of_literal(inner: &str) -> Option<usize> {
    let mut escaped = false;
    inner.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

#[test]
fn literals_are_found() {
    let source = r####"let a = "one"; // "two"
        let b = ['"', '/']; let c = r#"th"ree"#; /// "four"
        let d = "fi\"ve"; b"six" "####;
    assert_eq!(literals(source), ["one", "th\"ree", "fi\\\"ve", "six"]);
}

#[test]
fn a_collection_is_noticed_in_a_literal() {
    for (literal, name) in [
        ("skills", Some("skills")),
        ("/me/profile/Languages/{id}", Some("languages")),
        ("accounts", Some("account")),
        ("try `curl $URL/me/profile/notes?$top=1`", Some("notes")),
        ("these skills", None),
        ("skillset", None),
    ] {
        assert_eq!(named_collection(literal), name, "{literal}");
    }
}
