//! Resource paths: `users('ada@fjord.example')/profile/skills/{id}` to segments.
//!
//! ```text
//! path     = segment *( "/" segment ) [ "/" ]
//! segment  = text [ "(" [ argument *( "," argument ) ] ")" ]
//! argument = [ name "=" ] literal
//! literal  = "'" *( no-quote / "''" ) "'" / 1*( no-comma )
//! ```
//! Which segments exist, and whether a text is a name or a key, is decided in [`crate::address`].

use std::borrow::Cow;

use edm::check::brief;
use edm::{Primitive, StructType};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::decode;
use crate::problem::{Kind, Problem};

/// One segment of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The whole segment, decoded: what it means as a key.
    pub text: Cow<'a, str>,
    /// What stands in the parentheses, if the segment has the form of a call.
    pub arguments: Option<Vec<Argument>>,
    /// Where the name ends.
    name_length: usize,
}

impl Segment<'_> {
    /// The part before the parentheses, if the segment has the form of a call; else the whole.
    pub fn name(&self) -> &str {
        self.text.get(..self.name_length).unwrap_or(&self.text)
    }

    /// Is it this word alone, without parentheses?
    pub fn is(&self, word: &str) -> bool {
        self.arguments.is_none() && self.text.eq_ignore_ascii_case(word)
    }
}

/// A key value or argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name, if given.
    pub name: Option<String>,
    /// Its text: unquoted if it was a string literal.
    pub text: String,
    /// Was it a string literal?
    pub quoted: bool,
}

/// Splits a path, as sent, into its segments. A slash at the end is allowed; an empty segment is not.
pub fn parse(path: &str) -> Result<Vec<Segment<'_>>, Problem> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Ok(Vec::new());
    }
    path.split('/').map(segment).collect()
}

/// How a path names one entity of a collection by the text of its key: `('…')`, without quotes where the key is no
/// string.
pub fn key(ty: &'static StructType, id: &str) -> String {
    let is_text =
        |name: &&'static str| ty.find(name).is_some_and(|(_, key)| key.ty.primitive() == Some(Primitive::String));
    let encoded = utf8_percent_encode(id, UNRESERVED);
    match ty.key_properties().iter().any(is_text) {
        true => format!("('{}')", encoded.to_string().replace("%27", "%27%27")),
        false => format!("({encoded})"),
    }
}

/// What stands for itself in every part of a URL (RFC 3986, section 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn segment(raw: &str) -> Result<Segment<'_>, Problem> {
    if raw.is_empty() {
        return Err(Problem::new(Kind::UnknownSegment, "found an empty path segment"));
    }
    let text = decode(raw, &[])?;
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$'))
    };
    let call = text.strip_suffix(')').and_then(|rest| rest.split_once('(')).filter(|(name, _)| is_name(name));
    let Some((name, inside)) = call else {
        return Ok(Segment { name_length: text.len(), text, arguments: None });
    };
    let arguments = arguments(inside).ok_or_else(|| {
        Problem::new(Kind::UnknownSegment, format!("found {}, expected a key in its parentheses", brief(&text)))
    })?;
    Ok(Segment { name_length: name.len(), text, arguments: Some(arguments) })
}

/// `'a','b'`, `id='a'`, `1`; `None` when malformed.
fn arguments(inside: &str) -> Option<Vec<Argument>> {
    let mut arguments = Vec::new();
    let mut rest = inside.trim();
    while !rest.is_empty() {
        let (name, literal) = named(rest);
        let (text, quoted, after) = literal_of(literal)?;
        arguments.push(Argument { name: name.map(str::to_owned), text, quoted });
        let after = after.trim_start();
        match after.strip_prefix(',') {
            Some(more) if !more.trim().is_empty() => rest = more.trim_start(),
            Some(_) => return None,
            None if after.is_empty() => break,
            None => return None,
        }
    }
    Some(arguments)
}

fn named(text: &str) -> (Option<&str>, &str) {
    match text.split_once('=') {
        Some((name, literal)) if name.trim().chars().all(|letter| letter.is_alphanumeric() || letter == '_') => {
            (Some(name.trim()), literal.trim_start())
        }
        _ => (None, text),
    }
}

/// A literal at the start of the text: its value, whether it was quoted, and what follows.
fn literal_of(text: &str) -> Option<(String, bool, &str)> {
    let Some(mut rest) = text.strip_prefix('\'') else {
        let end = text.find(',').unwrap_or(text.len());
        let (literal, after) = text.split_at_checked(end)?;
        let literal = literal.trim();
        return (!literal.is_empty() && !literal.contains('\'')).then(|| (literal.to_owned(), false, after));
    };
    let mut value = String::new();
    loop {
        let (before, after) = rest.split_once('\'')?;
        value.push_str(before);
        match after.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, true, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn check(path: &str, expect: &str) {
        let written = match parse(path) {
            Ok(segments) => segments
                .iter()
                .map(|segment| match &segment.arguments {
                    None => segment.name().to_owned(),
                    Some(arguments) => {
                        let texts: Vec<_> = arguments
                            .iter()
                            .map(|argument| format!("{}:{}", argument.name.as_deref().unwrap_or(""), argument.text))
                            .collect();
                        format!("{}[{}]", segment.name(), texts.join(" "))
                    }
                })
                .collect::<Vec<_>>()
                .join(" | "),
            Err(problem) => format!("{}: {}", problem.kind.code(), problem.message),
        };
        assert_eq!(written, expect, "{path}");
    }

    #[test]
    fn paths_become_segments() {
        check("", "");
        check("/me/profile/", "me | profile");
        check("users('a%27%27b')/profile", "users[:a'b] | profile");
        check("users/a%2Fb", "users | a/b");
        check("users(%27%23ext%27)", "users[:#ext]");
        check("sources(sourceId='x,y')", "sources[sourceId:x,y]");
        check("things(a=1,b='2')/$count", "things[a:1 b:2] | $count");
        check("users('a)b(')", "users[:a)b(]");
        check("users()", "users[]");
        check("me//profile", "BadRequest: found an empty path segment");
        check("users('a'b)", "BadRequest: found `users('a'b)`, expected a key in its parentheses");
        check("users('a',)", "BadRequest: found `users('a',)`, expected a key in its parentheses");
        check("users/%zz", "BadRequest: found `%`, expected two hexadecimal digits after it in the URL");
        check("users/%00", "BadRequest: found a control character in the URL");
        check("users/%ff", "BadRequest: found bytes that are not UTF-8 in the URL");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(path: String) {
            let _ = parse(&path);
        }
    }
}
