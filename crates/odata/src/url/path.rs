//! Resource paths: `users('ada@fjord.example')/profile/skills/{id}` to segments, and entities back to paths.
//!
//! ```text
//! path     = segment *( "/" segment ) [ "/" ]
//! segment  = text *( "(" [ argument *( "," argument ) ] ")" )
//!          / "$filter(" expression ")" *( "(" argument ")" )
//! argument = [ name "=" ] literal
//! literal  = [ prefix ] "'" *( no-quote / "''" ) "'" / "@" name / 1*( no-comma )
//! ```
//! Which segments exist, and whether a text is a name or a key, is decided in [`crate::address`].

mod scan;
mod write;

use std::borrow::Cow;

use edm::check::brief;

use super::decode;
use crate::problem::{Kind, Problem};

pub(crate) use write::encoded;
pub use write::{key, key_predicate};

/// Most bytes of a path, as sent.
const MAX_LENGTH: usize = 16 * 1024;
/// Most segments of a path.
const MAX_SEGMENTS: usize = 100;
/// As many segments as most paths have at most.
const USUAL_SEGMENTS: usize = 8;

/// One segment of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The whole segment, decoded: what it means as a key.
    pub text: Cow<'a, str>,
    /// What stands in the parentheses, if the segment has the form of a call.
    pub arguments: Option<Vec<Argument>>,
    /// What stands in further parentheses: the key of one of the items that a call or a `$filter` yields.
    pub further: Vec<Vec<Argument>>,
    /// The expression of a `$filter(…)`.
    pub condition: Option<String>,
    /// Where the name ends.
    name_length: usize,
}

impl<'a> Segment<'a> {
    /// A segment without parentheses, decoded.
    fn word(text: Cow<'a, str>) -> Self {
        let name_length = text.len();
        Self { text, arguments: None, further: Vec::new(), condition: None, name_length }
    }

    /// The part before the parentheses, if the segment has the form of a call; else the whole.
    pub fn name(&self) -> &str {
        self.text.get(..self.name_length).unwrap_or(&self.text)
    }

    /// Is it this word alone, without parentheses?
    pub fn is(&self, word: &str) -> bool {
        self.arguments.is_none() && self.text.eq_ignore_ascii_case(word)
    }

    /// Does it have parentheses after its name?
    pub(crate) fn is_call(&self) -> bool {
        self.arguments.is_some() || self.condition.is_some()
    }
}

/// A key value or argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name, if given.
    pub name: Option<String>,
    /// The type in front of the quote: `duration`, `shop.Stock`.
    pub prefix: Option<String>,
    /// Its text: unquoted if it was a string literal.
    pub text: String,
    /// Was it quoted?
    pub quoted: bool,
}

impl Argument {
    /// The argument that a text by itself is, such as the value of a parameter alias.
    pub fn of(text: &str) -> Option<Self> {
        let (argument, after) = scan::literal(text.trim())?;
        after.is_empty().then_some(argument)
    }

    /// The parameter alias that it stands for, with the `@`.
    pub fn alias(&self) -> Option<&str> {
        let is_name = |name: &str| !name.is_empty() && name.chars().all(scan::is_word);
        (!self.quoted && self.text.strip_prefix('@').is_some_and(is_name)).then_some(&self.text)
    }
}

/// Splits a path, as sent, into its segments. A slash at the end is allowed; an empty segment is not.
pub fn parse(path: &str) -> Result<Vec<Segment<'_>>, Problem> {
    if path.len() > MAX_LENGTH {
        let message = format!("found a path of {} bytes, expected at most {MAX_LENGTH}", path.len());
        return Err(Problem::new(Kind::UriTooLong, message));
    }
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let plain = is_plain(path);
    let mut segments = Vec::with_capacity(USUAL_SEGMENTS);
    let mut rest = (!path.is_empty()).then_some(path);
    while let Some(path) = rest {
        if segments.len() == MAX_SEGMENTS {
            let message = format!("found a path of more segments, expected at most {MAX_SEGMENTS}");
            return Err(Problem::new(Kind::UnknownSegment, message));
        }
        let (first, after) = scan::split_first(path);
        segments.push(if plain && !first.is_empty() { Segment::word(Cow::Borrowed(first)) } else { segment(first)? });
        rest = after;
    }
    Ok(segments)
}

/// Does every segment say itself, as nearly every path's do: no escapes, no parentheses?
fn is_plain(path: &str) -> bool {
    // All bytes are looked at, many at once.
    path.bytes().fold(true, |plain, byte| plain & byte.is_ascii_graphic() & (byte != b'%') & (byte != b'('))
}

fn segment(raw: &str) -> Result<Segment<'_>, Problem> {
    if raw.is_empty() {
        return Err(Problem::new(Kind::UnknownSegment, "found an empty path segment"));
    }
    let text = decode(raw, |_| false)?;
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|letter| scan::is_word(letter) || letter == '$');
    let call = text.strip_suffix(')').and_then(|rest| rest.split_once('(')).filter(|(name, _)| is_name(name));
    let Some((name, _)) = call else {
        return Ok(Segment::word(text));
    };
    let name_length = name.len();
    let after = text.get(name_length..).unwrap_or_default();
    let (condition, after) = match name.eq_ignore_ascii_case("$filter") {
        true => scan::condition(after).map(|(condition, after)| (Some(condition.to_owned()), after)).unzip(),
        false => (Some(None), Some(after)),
    };
    let expected = if name.eq_ignore_ascii_case("$filter") { "a condition" } else { "a key" };
    let groups = after.and_then(scan::groups).ok_or_else(|| {
        let message = format!("found {}, expected {expected} in its parentheses", brief(&text));
        Problem::new(Kind::UnknownSegment, message)
    })?;
    let condition = condition.flatten();
    let mut groups = groups.into_iter();
    let arguments = if condition.is_none() { groups.next() } else { None };
    let further = groups.collect();
    Ok(Segment { arguments, further, condition, name_length, text })
}

#[cfg(test)]
mod tests {
    use super::{Argument, parse};

    fn check(path: &str, expect: &str) {
        let written = match parse(path) {
            Ok(segments) => segments
                .iter()
                .map(|segment| {
                    let condition = segment.condition.iter().map(|condition| format!("{{{condition}}}"));
                    let groups = segment.arguments.iter().chain(&segment.further).map(|group| written(group));
                    segment.name().to_owned() + &condition.chain(groups).collect::<String>()
                })
                .collect::<Vec<_>>()
                .join(" | "),
            Err(problem) => format!("{}: {}", problem.kind.code(), problem.message),
        };
        assert_eq!(written, expect, "{path}");
    }

    fn written(group: &[Argument]) -> String {
        let texts = group.iter().map(|argument| {
            let name = argument.name.as_deref().unwrap_or_default();
            let prefix = argument.prefix.as_deref().map(|prefix| format!("{prefix}'")).unwrap_or_default();
            let alias = if argument.alias().is_some() { "alias " } else { "" };
            format!("{name}:{prefix}{alias}{}", argument.text)
        });
        format!("[{}]", texts.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn calls_literals_and_filters() {
        check("Top()('a')/x", "Top[][:a] | x");
        check("Top(count=@c)(@k)", "Top[count:alias @c][:alias @k]");
        check(
            "f(a=duration'PT1H',b=shop.Stock'None,Store',c=binary'YQ==')",
            "f[a:duration'PT1H b:shop.Stock'None,Store c:binary'YQ==]",
        );
        check("f( a = 1 , b = '@x' )", "f[a:1 b:@x]");
        check("f(''')(')", "f[:')(]");
        check("a/$filter(b/c eq 'd)(/' and (e))/f", "a | $filter{b/c eq 'd)(/' and (e)} | f");
        check("a/%24Filter%28b/c%20eq%20%27)%27%29(1)/f", "a | $Filter{b/c eq ')'}[:1] | f");
        check("a/$filter(@f)", "a | $filter{@f}");
        check("a/$filter(b/c", "a | $filter(b | c");
        check("a/$filter()x)", "BadRequest: found `$filter()x)`, expected a condition in its parentheses");
        check("f()x()", "BadRequest: found `f()x()`, expected a key in its parentheses");
        check(&"a/".repeat(101), "BadRequest: found a path of more segments, expected at most 100");
        check(&"a".repeat(16_385), "uriTooLong: found a path of 16385 bytes, expected at most 16384");
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
