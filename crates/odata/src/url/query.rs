//! Query options: `?$select=id&$top=5` to names and values, and the splitting of a value into its items.
//!
//! The `$` in front of a system name is optional, names match without case. What a value means is decided in
//! [`crate::options`].

use std::borrow::Cow;

use edm::check::brief;

use super::decode;
use crate::problem::{Kind, Problem};

/// The system query options of OData 4.01.
pub const SYSTEM: &[&str] = &[
    "$apply",
    "$compute",
    "$count",
    "$deltatoken",
    "$expand",
    "$filter",
    "$format",
    "$id",
    "$index",
    "$levels",
    "$orderby",
    "$schemaversion",
    "$search",
    "$select",
    "$skip",
    "$skiptoken",
    "$top",
];

/// A system query option as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its name from [`SYSTEM`].
    pub name: &'static str,
    /// Its decoded value.
    pub value: String,
}

/// The system options of a query string, in order. Options that are no system names and have no `$` are the client's
/// own and left out; unknown names with `$` and repeated names are problems.
pub fn parse(query: Option<&str>) -> Result<Vec<Given>, Problem> {
    let mut options = Vec::new();
    for part in query.unwrap_or_default().split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if let Some(name) = system_name(&plain(name)?)? {
            add(&mut options, name, plain(value)?.into_owned())?;
        }
    }
    Ok(options)
}

/// The system option that a part of a query string, as sent, gives a value to.
pub fn option_of(part: &str) -> Option<&'static str> {
    let name = part.split('=').next().unwrap_or_default();
    system_name(&plain(name).ok()?).ok()?
}

/// The same for the options in the parentheses of an expanded item, already decoded and separated by semicolons.
pub fn parse_nested(text: &str) -> Result<Vec<Given>, Problem> {
    let mut options = Vec::new();
    for part in split(text, ';')? {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let unknown = || Problem::new(Kind::BadQuery, format!("unknown query option {}", brief(name))).at("$expand");
        let name = system_name(name.trim())?.ok_or_else(unknown)?;
        add(&mut options, name, value.trim().to_owned())?;
    }
    Ok(options)
}

fn add(options: &mut Vec<Given>, name: &'static str, value: String) -> Result<(), Problem> {
    if options.iter().any(|option| option.name == name) {
        let message = format!("the query option `{name}` must not appear more than once");
        return Err(Problem::new(Kind::BadQuery, message).at(name));
    }
    options.push(Given { name, value });
    Ok(())
}

/// The text that a part of a query string stands for: `+` is a space. White space that is no space may stand between
/// the words of an expression.
fn plain(text: &str) -> Result<Cow<'_, str>, Problem> {
    let admitted = &['\t', '\n', '\r'];
    if !text.contains('+') {
        return decode(text, admitted);
    }
    decode(&text.replace('+', " "), admitted).map(|text| Cow::Owned(text.into_owned()))
}

/// The system option a name means; `None` for the client's own.
fn system_name(name: &str) -> Result<Option<&'static str>, Problem> {
    let bare = name.strip_prefix('$').unwrap_or(name);
    let known =
        SYSTEM.iter().copied().find(|system| system.get(1..).is_some_and(|system| system.eq_ignore_ascii_case(bare)));
    if known.is_none() && name.starts_with('$') {
        let hint = edm::nearest::nearest(name, SYSTEM.iter().copied());
        let hint = hint.map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default();
        let target: String = name.chars().take(80).collect();
        return Err(Problem::new(Kind::BadQuery, format!("unknown query option {}{hint}", brief(name))).at(target));
    }
    Ok(known)
}

/// Splits at a separator that stands outside parentheses and quotes. Items are trimmed; empty ones are a problem.
pub fn split(text: &str, separator: char) -> Result<Vec<&str>, Problem> {
    let mut items = Vec::new();
    let (mut depth, mut quoted, mut start) = (0_usize, false, 0);
    let problem = |message: String| Problem::new(Kind::BadQuery, message);
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => {
                let unopened = || {
                    let column = text.get(..at).unwrap_or_default().chars().count() + 1;
                    problem(format!("found `)` without `(` at column {column} of {}", brief(text)))
                };
                depth = depth.checked_sub(1).ok_or_else(unopened)?;
            }
            _ if letter == separator && depth == 0 => {
                items.push(text.get(start..at).unwrap_or_default());
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    if depth > 0 || quoted {
        let what = if quoted { "quote" } else { "parenthesis" };
        return Err(problem(format!("found a {what} that is not closed in {}", brief(text))));
    }
    items.push(text.get(start..).unwrap_or_default());
    let items: Vec<&str> = items.into_iter().map(str::trim).collect();
    match items.iter().any(|item| item.is_empty()) {
        true => Err(problem(format!("found nothing where a name was expected in {}", brief(text)))),
        false => Ok(items),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, split};

    fn check(query: &str, expect: &str) {
        let written = match parse(Some(query)) {
            Ok(options) => {
                options.iter().map(|option| format!("{}={}", option.name, option.value)).collect::<Vec<_>>().join(" & ")
            }
            Err(problem) => problem.message,
        };
        assert_eq!(written, expect, "{query}");
    }

    #[test]
    fn options_are_decoded_once_after_splitting() {
        check("$select=id%2CdisplayName&top=5", "$select=id,displayName & $top=5");
        check("%24Filter=a+eq+%27x%26y%2Bz%27", "$filter=a eq 'x&y+z'");
        check("mine=1&also&$top=2", "$top=2");
        check("$top=1&TOP=2", "the query option `$top` must not appear more than once");
        check("$flter=x", "unknown query option `$flter`; did you mean `$filter`?");
        check("$select=%", "found `%`, expected two hexadecimal digits after it in the URL");
        check("", "");
    }

    #[test]
    fn items_split_outside_parentheses_and_quotes() {
        assert_eq!(split("a($select=x,y), b", ',').unwrap(), ["a($select=x,y)", "b"]);
        assert_eq!(split("a eq ',', b", ',').unwrap(), ["a eq ','", "b"]);
        for bad in ["a,,b", "", "a(", "a)", "'a"] {
            assert!(split(bad, ',').is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(query: String) {
            let _ = parse(Some(&query));
            let _ = split(&query, ',');
        }
    }
}
