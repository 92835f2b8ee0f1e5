//! Query options: of a query string, and in the parentheses of selected and expanded items and of counts.
//!
//! ```text
//! query   = option *( "&" option )                     ; split before it is decoded, as is each at its first "="
//! option  = system / alias / custom
//! system  = [ "$" ] name "=" value                     ; name in any case
//! alias   = "@" identifier "=" expression
//! custom  = text without "$" or "@" in front [ "=" text ]
//! compute = item *( "," item )                          item = expression RWS "as" RWS identifier
//! orderby = item *( "," item )                          item = expression [ RWS ( "asc" / "desc" ) ]
//! skip, top = 1*DIGIT    index = [ "-" ] 1*DIGIT    count = "true" / "false"    levels = 1*DIGIT, not zero / "max"
//! format  = "atom" / "json" / "xml" / text "/" text     schemaversion = "*" / 1*unreserved
//! skiptoken, deltatoken, id = 1*any
//! ```
//! A system option given twice is well formed; who must not accept it looks for that. What may stand in parentheses
//! depends on what stands before them, see `Within`.

use edm::nearest::nearest;

use super::chars;
use super::error::{Error, QUERY, Span};
use super::lex::TokenKind;
use super::limits::{Limit, Limits};
use super::parser::{Parser, Result};
use super::text::Text;
use super::tree::{Choice, ChoiceKind};

/// Where options stand: decides which may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Select,
    Expand,
    ExpandRef,
    CountStep,
    Star,
}

/// The system options of a query string.
pub(crate) const OF_QUERY: &[&str] = &[
    "apply",
    "compute",
    "count",
    "deltatoken",
    "expand",
    "filter",
    "format",
    "id",
    "index",
    "orderby",
    "schemaversion",
    "search",
    "select",
    "skip",
    "skiptoken",
    "top",
];

impl Within {
    /// The options that may stand there, and may an alias?
    fn options(self) -> (&'static [&'static str], bool) {
        match self {
            Within::Select => (&["compute", "count", "filter", "orderby", "search", "select", "skip", "top"], true),
            Within::Expand => (
                &[
                    "apply", "compute", "count", "expand", "filter", "levels", "orderby", "search", "select", "skip",
                    "top",
                ],
                true,
            ),
            Within::ExpandRef => (&["count", "filter", "orderby", "search", "skip", "top"], false),
            Within::CountStep => (&["filter", "search"], false),
            Within::Star => (&["levels"], false),
        }
    }
}

/// One option of a query string, decoded: its name as written, and its value if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The name.
    pub name: String,
    /// What follows the equals sign.
    pub value: Option<Text>,
}

/// The options of a query string as sent, in order. Parts that are empty are passed over.
pub fn parse(query: &str, limits: &Limits) -> Result<Vec<Choice>> {
    split(query, limits)?.into_iter().map(|part| option(part, limits)).collect()
}

/// Splits a query string as sent, then decodes names and values, once.
pub fn split(query: &str, limits: &Limits) -> Result<Vec<Part>> {
    if query.len() > limits.length {
        let whole = Span { start: 0, end: query.len() };
        return Err(Error::limit(query, whole, "bytes", limits.length, Limit::Length).within(QUERY));
    }
    if let Some(start) = query.find('#') {
        let span = Span { start, end: start + 1 };
        return Err(Error::unexpected(query, span, "`%23` in its stead").within(QUERY));
    }
    // Between and after ampersands clients leave nothing at times.
    let written = |part: &&str| !(limits.lenient && part.is_empty());
    if query.is_empty() {
        return Ok(Vec::new());
    }
    query.split('&').filter(written).map(part).collect()
}

fn part(text: &str) -> Result<Part> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    let name = Text::of_query(name).map_err(|error| error.within(QUERY))?.into_string();
    let value = value.map(Text::of_query).transpose().map_err(|error| error.within(format!("`{name}`")))?;
    Ok(Part { name, value })
}

fn option(Part { name, value }: Part, limits: &Limits) -> Result<Choice> {
    let system = known(&name);
    if system.is_none() && name.starts_with('$') {
        return Err(unknown(&name));
    }
    if system.is_none() && !name.starts_with('@') {
        return custom(name, value);
    }
    let Some(text) = value else {
        let end = Span { start: name.len(), end: name.len() };
        return Err(Error::unexpected(&name, end, "`=` and a value").within(format!("`{name}`")));
    };
    let kind = match system {
        Some(system) => value_of(system, &text, limits).map_err(|error| error.within(format!("`{name}`"))),
        None => alias_value(&name, &text, limits),
    };
    Ok(Choice { kind: kind?, span: Span { start: 0, end: text.as_str().len() } })
}

fn custom(name: String, value: Option<Text>) -> Result<Choice> {
    if name.is_empty() || name.contains([' ', '\t']) {
        let whole = Span { start: 0, end: name.len() };
        return Err(Error::unexpected(&name, whole, "the name of a query option").within(QUERY));
    }
    let value = value.map(Text::into_string);
    let span = Span { start: 0, end: value.as_ref().map_or(0, String::len) };
    Ok(Choice { kind: ChoiceKind::Custom(name, value), span })
}

/// The system option of that name, without `$` in front, in any case and with or without it; `None` for others.
pub fn known(name: &str) -> Option<&'static str> {
    let bare = name.strip_prefix('$').unwrap_or(name);
    OF_QUERY.iter().copied().find(|known| known.eq_ignore_ascii_case(bare))
}

/// The system option that was probably meant.
pub fn meant(name: &str) -> Option<&'static str> {
    nearest(name.strip_prefix('$').unwrap_or(name), OF_QUERY.iter().copied())
}

fn unknown(name: &str) -> Error {
    let expected = match meant(name) {
        Some(known) => format!("a query option, perhaps `${known}`"),
        None => "a query option".to_owned(),
    };
    Error::unexpected(name, Span { start: 0, end: name.len() }, expected).within(QUERY)
}

/// The value of the parameter alias of that name (with `@` in front).
pub(crate) fn alias_value(name: &str, text: &Text, limits: &Limits) -> Result<ChoiceKind> {
    let alias = name.trim_start_matches('@');
    if name.len() != alias.len() + 1 || !chars::is_identifier(alias) {
        let whole = Span { start: 0, end: name.len() };
        return Err(Error::unexpected(name, whole, "a parameter alias").within(QUERY));
    }
    let within = |error: Error| error.within(format!("`{name}`"));
    let mut parser = Parser::new(text, limits).map_err(within)?;
    parser.around();
    let value = parser.expression().map_err(within)?;
    parser.around();
    parser.finish(ChoiceKind::Alias(alias.to_owned(), value), "an operator").map_err(within)
}

/// The value of the system option of that name (as [`known`] gives it), the whole of the text.
pub(crate) fn value_of(name: &'static str, text: &Text, limits: &Limits) -> Result<ChoiceKind> {
    let raw = text.as_str();
    let whole = Span { start: 0, end: raw.len() };
    match name {
        "deltatoken" | "skiptoken" | "id" if raw.is_empty() => Err(Error::unexpected(raw, whole, "a value")),
        "deltatoken" => Ok(ChoiceKind::DeltaToken(raw.to_owned())),
        "skiptoken" => Ok(ChoiceKind::SkipToken(raw.to_owned())),
        "id" => Ok(ChoiceKind::Id(raw.to_owned())),
        "format" if is_format(raw) => Ok(ChoiceKind::Format(raw.to_owned())),
        "format" => Err(Error::unexpected(raw, whole, "`json`, `xml`, `atom` or a media type")),
        "schemaversion" if raw == "*" => Ok(ChoiceKind::SchemaVersion(None)),
        "schemaversion" if is_unreserved(raw) => Ok(ChoiceKind::SchemaVersion(Some(raw.to_owned()))),
        "schemaversion" => Err(Error::unexpected(raw, whole, "`*` or a version")),
        _ => {
            let mut parser = Parser::new(text, limits)?;
            parser.around();
            let kind = parser.option_value(name)?;
            parser.around();
            parser.finish(kind, after(name))
        }
    }
}

fn is_format(text: &str) -> bool {
    let short = ["json", "xml", "atom"].iter().any(|short| short.eq_ignore_ascii_case(text));
    let media = text.split_once('/').is_some_and(|(ty, subtype)| {
        !ty.is_empty() && !subtype.is_empty() && !subtype.contains(['/', '?']) && !ty.contains('?')
    });
    short || media
}

fn is_unreserved(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    !text.is_empty() && text.bytes().all(plain)
}

/// What may follow a complete value of that option.
fn after(name: &str) -> &'static str {
    match name {
        "filter" => "an operator",
        "orderby" => "`asc`, `desc`, `,` or an operator",
        "compute" | "select" | "expand" => "`,` and another item",
        "search" => "a blank and another word",
        _ => "nothing more",
    }
}

impl Parser<'_> {
    /// The options in parentheses, if any follow.
    pub(super) fn nested_options(&mut self, within: Within) -> Result<Vec<Choice>> {
        if !self.eat('(') {
            return Ok(Vec::new());
        }
        self.nested(|parser| {
            parser.around();
            let mut options = vec![parser.nested_option(within)?];
            while parser.separator(';') {
                options.push(parser.nested_option(within)?);
            }
            parser.around();
            parser.expect(')', "`;` or `)`")?;
            Ok(options)
        })
    }

    fn nested_option(&mut self, within: Within) -> Result<Choice> {
        self.count_node()?;
        let (names, aliases) = within.options();
        let start = self.peek().span;
        let written = self.slice(start);
        let kind = match self.peek().kind {
            TokenKind::At if aliases && !written.contains('.') => {
                self.bump();
                self.expect('=', "`=` and a value")?;
                ChoiceKind::Alias(written.trim_start_matches('@').to_owned(), self.expression()?)
            }
            TokenKind::System | TokenKind::Name => {
                let bare = written.trim_start_matches('$');
                let known = names.iter().find(|known| known.eq_ignore_ascii_case(bare));
                let Some(name) = known else { return Err(self.unexpected(one_of(names))) };
                self.bump();
                self.expect('=', "`=` and a value")?;
                self.option_value(name)?
            }
            _ => return Err(self.unexpected(one_of(names))),
        };
        let end = Span { start: self.at(), end: self.at() };
        Ok(Choice { kind, span: start.to(end) })
    }
}

/// Names of options as a message lists them.
pub(crate) fn one_of(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`${name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.join(""),
    }
}

impl ChoiceKind {
    /// The name of the option, with `$` or `@` in front.
    pub fn name(&self) -> String {
        let name = match self {
            ChoiceKind::Apply(_) => "$apply",
            ChoiceKind::Compute(_) => "$compute",
            ChoiceKind::Count(_) => "$count",
            ChoiceKind::DeltaToken(_) => "$deltatoken",
            ChoiceKind::Expand(_) => "$expand",
            ChoiceKind::Filter(_) => "$filter",
            ChoiceKind::Format(_) => "$format",
            ChoiceKind::Id(_) => "$id",
            ChoiceKind::Index(_) => "$index",
            ChoiceKind::Levels(_) => "$levels",
            ChoiceKind::OrderBy(_) => "$orderby",
            ChoiceKind::SchemaVersion(_) => "$schemaversion",
            ChoiceKind::Search(_) => "$search",
            ChoiceKind::Select(_) => "$select",
            ChoiceKind::Skip(_) => "$skip",
            ChoiceKind::SkipToken(_) => "$skiptoken",
            ChoiceKind::Top(_) => "$top",
            ChoiceKind::Alias(name, _) => return format!("@{name}"),
            ChoiceKind::Custom(name, _) => name,
        };
        name.to_owned()
    }
}
