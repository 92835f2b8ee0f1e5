//! The characters of the grammar, and what is easier read by a function than by rules.

use odata::syntax::{Text, is_identifier};

/// Something that is read by a function.
pub(crate) struct Terminal {
    name: &'static str,
    /// How many bytes of the text it takes.
    pub(crate) read: fn(&str) -> Option<usize>,
    /// Examples of it.
    pub(crate) samples: &'static [&'static str],
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name)
    }
}

/// The terminal of that name.
pub(crate) fn find(name: &str) -> Option<&'static Terminal> {
    TERMINALS.iter().find(|terminal| terminal.name == name)
}

const fn terminal(name: &'static str, read: fn(&str) -> Option<usize>, samples: &'static [&'static str]) -> Terminal {
    Terminal { name, read, samples }
}

const SOME: &[&str] = &["a", "Z", "7", "-", ".", "_", "~", "%20", "%2F", "%C3%A9", "!", "*", ",", ":", "@", "$", "("];

static TERMINALS: &[Terminal] = &[
    terminal("ALPHA", |text| one(text, |letter| letter.is_ascii_alphabetic()), &["a", "Q"]),
    terminal("DIGIT", |text| one(text, |letter| letter.is_ascii_digit()), &["0", "1", "5", "9"]),
    terminal("nonzero", |text| one(text, |letter| matches!(letter, '1'..='9')), &["1", "9"]),
    terminal("HEX", |text| one(text, |letter| letter.is_ascii_hexdigit()), &["0", "9", "a", "F"]),
    terminal("DQUOTE", |text| one(text, |letter| letter == '"'), &["\""]),
    terminal("SP", |text| one(text, |letter| letter == ' '), &[" "]),
    terminal("HTAB", |text| one(text, |letter| letter == '\t'), &["\t"]),
    terminal(
        "visible",
        |text| one(text, |letter| letter.is_ascii_graphic() || !letter.is_ascii()),
        &["a", "1", "/", ":"],
    ),
    terminal("plain", |text| one(text, is_plain), &["a", "B", "3", "-", "_"]),
    terminal("pct", |text| escaped(text).map(|_| 3), &["%20", "%C3%A9"]),
    terminal("pchar", |text| either(text, |letter| is_plain(letter) || "$&'=!()*+,;:@".contains(letter), ""), SOME),
    terminal("qchar", |text| either(text, |letter| is_plain(letter) || "$'=!()*+,;:@/?".contains(letter), ""), SOME),
    // Blanks and letters that should be encoded are let through: decoding comes first here.
    terminal("string-char", |text| either(text, |letter| in_text(letter, "$&=!()*+,;:@ "), "'"), SOME),
    terminal("no-quote", |text| either(text, |letter| in_text(letter, "$=!()*+,;:@/?"), "'"), SOME),
    terminal("phrase-char", |text| either(text, |letter| in_text(letter, "$'=!()*+,;:@/?"), "\""), SOME),
    terminal("word-char", |text| either(text, |letter| in_text(letter, "!*+,:@/?$="), "\"()"), &["a", "B", "3", "-"]),
    terminal("word-start", |text| either(text, |letter| in_text(letter, "!*+,:@/?$="), "\"()'"), &["a", "B", "3", "-"]),
    terminal("json-char", |text| either(text, |letter| in_text(letter, "$'=!()*+,;:@/? {}[]"), "\"\\"), SOME),
    terminal("c-char", |text| one(text, |letter| letter != '\''), &["a", "(", "/", "é"]),
    terminal("<identifier>", identifier, &["Total", "x", "Any_1"]),
    terminal("lambda-declared", identifier, &["d", "e", "f"]),
    terminal("lambdaVariableExpr", identifier, &[]),
    terminal("keyPathLiteral", |text| many(text, |text| (find("pchar")?.read)(text)), &["1"]),
    terminal("customName", custom, &["find"]),
    terminal(
        "media",
        media,
        &["application/json", "text/plain;charset=utf-8", "application/json%3Bodata.metadata=full"],
    ),
    terminal("guid-digits", guid, &["a1234567-89ab-cdef-0123-456789ABCDEF", "F0000000-0000-0000-0000-000000000000"]),
    terminal("g-number", number, &["1", "-2.5", "0.1e-5", "INF", "NaN"]),
    terminal("annotation-name", annotation, &["@Namespace.EntityTerm"]),
];

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-._~".contains(letter)
}

fn in_text(letter: char, more: &str) -> bool {
    is_plain(letter) || !letter.is_ascii() || more.contains(letter)
}

fn one(text: &str, holds: impl Fn(char) -> bool) -> Option<usize> {
    text.chars().next().filter(|letter| holds(*letter)).map(char::len_utf8)
}

/// The byte that an escape at the start stands for.
fn escaped(text: &str) -> Option<u8> {
    let hex = text.strip_prefix('%')?.get(..2)?;
    u8::from_str_radix(hex, 16).ok().filter(|_| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A character, or an escape of none of those.
fn either(text: &str, holds: impl Fn(char) -> bool, not: &str) -> Option<usize> {
    match escaped(text) {
        Some(byte) => (!not.contains(char::from(byte))).then_some(3),
        None => one(text, holds),
    }
}

fn many(text: &str, read: impl Fn(&str) -> Option<usize>) -> Option<usize> {
    let mut length = 0;
    while let Some(more) = read(&text[length..]).filter(|more| *more > 0) {
        length += more;
    }
    Some(length)
}

/// The longest identifier.
fn identifier(text: &str) -> Option<usize> {
    let letter = |text: &str| match escaped(text) {
        Some(byte) => (!byte.is_ascii()).then_some(3),
        None => one(text, |letter| letter.is_alphanumeric() || letter == '_' || !letter.is_ascii()),
    };
    let mut length = many(text, letter)?;
    while length > 0 && !Text::of_path(&text[..length]).is_ok_and(|text| is_identifier(text.as_str())) {
        length -= 1;
        while !text.is_char_boundary(length) {
            length -= 1;
        }
    }
    (length > 0).then_some(length)
}

fn custom(text: &str) -> Option<usize> {
    let inner = |text: &str| either(text, |letter| is_plain(letter) || "!()*+,;:@/?$'".contains(letter), "");
    let first = inner(text).filter(|_| !text.starts_with(['@', '$']))?;
    Some(first + many(&text[first..], inner)?)
}

fn annotation(text: &str) -> Option<usize> {
    let at = ["@", "%40"].into_iter().find(|at| text.starts_with(at))?.len();
    let mut length = at + identifier(&text[at..])?;
    while let Some(more) = text[length..].strip_prefix('.').and_then(identifier) {
        length += 1 + more;
    }
    let qualifier = text[length..].strip_prefix("%23").and_then(identifier);
    Some(length + qualifier.map_or(0, |more| 3 + more))
}

/// Wider than what is sampled: any two parts with a slash between.
fn media(text: &str) -> Option<usize> {
    let letter = |text: &str| (find("pchar")?.read)(text).filter(|_| !text.starts_with('&'));
    let part = |text: &str| many(text, letter).filter(|length| *length > 0);
    let first = part(text)?;
    let second = part(text[first..].strip_prefix('/')?)?;
    Some(first + 1 + second)
}

fn guid(text: &str) -> Option<usize> {
    let hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let mut digits = text.get(..36)?.char_indices();
    let fits = |(at, letter): (usize, char)| if hyphen(at) { letter == '-' } else { letter.is_ascii_hexdigit() };
    digits.all(fits).then_some(36)
}

fn number(text: &str) -> Option<usize> {
    let special = ["NaN", "INF", "-INF"].into_iter().find(|special| text.starts_with(special));
    let sign = usize::from(text.starts_with(['+', '-']));
    let digits = |from: usize| many(&text[from..], |text| one(text, |letter| letter.is_ascii_digit())).unwrap_or(0);
    let whole = digits(sign);
    let mut length = sign + whole;
    if text[length..].starts_with('.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    special.map(str::len).or((whole > 0).then_some(length))
}
