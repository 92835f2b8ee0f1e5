//! Resource paths: what stands before the question mark.
//!
//! ```text
//! path      = [ "/" ] [ segment *( "/" segment ) [ "/" ] ]
//! segment   = "$filter(" expression ")" *arguments / "$crossjoin(" identifier *( "," identifier ) ")"
//!           / "$count" / "$ref" / "$value" / "$each" / "$query"
//!           / "$metadata" / "$batch" / "$entity" / "$all"             ; these and $crossjoin at the start only
//!           / name *arguments / key
//! arguments = "(" BWS [ argument *( BWS "," BWS argument ) ] BWS ")"
//! argument  = [ identifier "=" ] ( literal / "@" identifier )         ; without a name: one alone
//! key       = 1*any
//! ```
//! Slashes separate segments before anything is decoded; only within the parentheses of `$filter`, outside quotes,
//! they do not. A segment that does not read as a name, with arguments or without, can still be a key or a position,
//! so that every segment keeps its whole text. Names that begin with `$` are read only as written here.

use super::chars;
use super::error::{Error, Span};
use super::lex::TokenKind;
use super::limits::{Limit, Limits};
use super::member::is_key;
use super::parser::{Parser, Result};
use super::text::Text;
use super::tree::{Argument, Arguments, Expr, LiteralKind, Name};

/// A path as sent, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourcePath {
    /// Its segments; none for the service itself.
    pub segments: Vec<Segment>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// What it reads as.
    pub kind: SegmentKind,
    /// The whole of it, decoded: what it is as a key.
    pub text: String,
    /// Where it stands in the decoded path.
    pub span: Span,
}

/// What a segment reads as.
#[derive(Debug, Clone, PartialEq)]
pub enum SegmentKind {
    /// An entity set, property, type, operation; with arguments a key or a call, with several a call and a key.
    Name {
        /// The name.
        name: Name,
        /// What stands in parentheses after it.
        arguments: Vec<Arguments>,
    },
    /// No name: a key or a position. The text says which.
    Key,
    /// `$filter(…)`, perhaps with a key after it.
    Filter {
        /// What the items have to fulfil.
        condition: Expr,
        /// What stands in parentheses after that.
        arguments: Vec<Arguments>,
    },
    /// `$count`
    Count,
    /// `$ref`
    Ref,
    /// `$value`
    Value,
    /// `$each`
    Each,
    /// `$query`
    Query,
    /// `$metadata`
    Metadata,
    /// `$batch`
    Batch,
    /// `$entity`
    Entity,
    /// `$all`
    All,
    /// `$crossjoin(…)`
    Crossjoin(Vec<Name>),
}

/// Reads the path of a URL relative to the service root, as sent.
pub fn parse(path: &str, limits: &Limits) -> Result<ResourcePath> {
    let whole = Span { start: 0, end: path.len() };
    if path.len() > limits.length {
        return Err(Error::limit(path, whole, "bytes", limits.length, Limit::Length).within(PLACE));
    }
    let text = Text::of_path(path).map_err(|error| error.within(PLACE))?;
    read(&text, limits).map_err(|error| error.within(PLACE))
}

const PLACE: &str = "the path";

fn read(text: &Text, limits: &Limits) -> Result<ResourcePath> {
    let mut parser = Parser::new(text, limits)?;
    let mut segments: Vec<Segment> = Vec::new();
    for span in split(text) {
        parser.admit(segments.len() + 1, Limit::Depth, "segments of a path")?;
        parser.confine(span);
        let kind = parser.segment(segments.is_empty())?;
        let follows = segments.last().is_none_or(|before| may_follow(&before.kind, &kind, segments.len()));
        if !follows {
            return Err(Error::unexpected(text.as_str(), span, "the end of the path"));
        }
        let text = text.as_str().get(span.start..span.end).unwrap_or_default().to_owned();
        segments.push(Segment { kind, text, span });
    }
    Ok(ResourcePath { segments })
}

/// What is over with a segment, and what after some segments only some may follow.
fn may_follow(before: &SegmentKind, next: &SegmentKind, position: usize) -> bool {
    use SegmentKind::{All, Batch, Count, Crossjoin, Each, Entity, Key, Metadata, Name, Query, Ref, Value};
    match before {
        Count | Ref | Value | Query | Metadata | Batch => false,
        Each => matches!(next, Name { .. }),
        Crossjoin(_) => matches!(next, Query),
        // The type to read an entity, or all of them, as.
        Entity | All => matches!(next, Name { arguments, .. } if arguments.is_empty()),
        Name { .. } | Key | SegmentKind::Filter { .. } => position > 0,
    }
}

/// The segments of a path, a slash at either end not counted.
fn split(text: &Text) -> Vec<Span> {
    let path = text.as_str();
    let start = usize::from(path.starts_with('/') && !text.is_escaped(0));
    let last = path.len().saturating_sub(1);
    let end = if path.len() > start && path.ends_with('/') && !text.is_escaped(last) { last } else { path.len() };
    let mut spans = Vec::new();
    if start >= end {
        return spans;
    }
    let mut begin = start;
    // Parentheses that are open in a `$filter`, and whether a quote is.
    let (mut open, mut quoted) = (0_usize, false);
    for (offset, byte) in path.get(start..end).unwrap_or_default().bytes().enumerate() {
        let at = start + offset;
        match byte {
            b'/' if (open == 0 || quoted) && !text.is_escaped(at) => {
                spans.push(Span { start: begin, end: at });
                (begin, open, quoted) = (at + 1, 0, false);
            }
            b'(' if !quoted && (open > 0 || path.get(begin..at) == Some("$filter")) => open += 1,
            b')' if !quoted => open = open.saturating_sub(1),
            b'\'' if open > 0 => quoted = !quoted,
            _ => {}
        }
    }
    spans.push(Span { start: begin, end });
    spans
}

impl Parser<'_> {
    fn segment(&mut self, first: bool) -> Result<SegmentKind> {
        self.count_node()?;
        let text = self.rest();
        match text {
            // Dots alone are not to be taken for a key.
            "" | "." | ".." => return Err(self.whole_unexpected("the text of a segment")),
            _ if text.starts_with("$filter(") && !first => return self.filter_segment(),
            _ if text.starts_with("$crossjoin(") && first => return self.crossjoin(),
            _ if text.starts_with('$') => {
                let special = if first { AT_START } else { FURTHER };
                let found = special.iter().find(|(name, _)| *name == text).map(|(_, kind)| kind.clone());
                return found.ok_or_else(|| self.whole_unexpected("a segment that OData defines"));
            }
            _ => {}
        }
        match self.named_segment()? {
            Some(kind) => Ok(kind),
            None if first => Err(self.whole_unexpected("the name of an entity set, singleton or operation")),
            None => Ok(SegmentKind::Key),
        }
    }

    fn whole_unexpected(&self, expected: &'static str) -> Error {
        Error::unexpected(self.text(), Span { start: self.at(), end: self.text().len() }, expected)
    }

    fn filter_segment(&mut self) -> Result<SegmentKind> {
        self.bump();
        let condition = self.condition()?;
        let mut arguments = Vec::new();
        while self.is_sign('(') {
            arguments.push(self.path_arguments()?);
        }
        self.finish(SegmentKind::Filter { condition, arguments }, "`/` or the end of the path")
    }

    fn crossjoin(&mut self) -> Result<SegmentKind> {
        self.bump();
        self.bump();
        let mut names = vec![self.identifier("an entity set")?];
        while self.eat(',') {
            names.push(self.identifier("an entity set")?);
            self.admit(names.len(), Limit::Items, "entity sets")?;
        }
        self.expect(')', "`,` or `)`")?;
        self.finish(SegmentKind::Crossjoin(names), "`/` or the end of the path")
    }

    /// A name with or without arguments. `None` if the segment is nothing of the kind and so may be a key.
    fn named_segment(&mut self) -> Result<Option<SegmentKind>> {
        let text = self.rest();
        let length = chars::dotted(text);
        let (name, after) = text.split_at_checked(length).unwrap_or_default();
        let call = after.starts_with('(') && (after.ends_with(')') || after.starts_with("('"));
        if length == 0 || !(after.is_empty() || call) || !name.split('.').all(chars::fits) {
            return Ok(None);
        }
        let span = Span { start: self.at(), end: self.at() + length };
        let name = Name { text: name.to_owned(), span };
        self.seek(span.end);
        let mut arguments = Vec::new();
        while self.is_sign('(') {
            arguments.push(self.path_arguments()?);
        }
        self.finish(Some(SegmentKind::Name { name, arguments }), "`/` or the end of the path")
    }

    /// The parentheses of a key or a call.
    fn path_arguments(&mut self) -> Result<Arguments> {
        self.argument_list(Self::path_argument)
    }

    fn path_argument(&mut self) -> Result<Argument> {
        let named = self.names_argument();
        let name = match named {
            true => Some(self.identifier("the name of an argument")?),
            false => None,
        };
        if named {
            self.bump();
        }
        let literal =
            self.literal_ahead().filter(|kind| if named { *kind != LiteralKind::Json } else { is_key(*kind) });
        let value = match (literal, self.peek().kind) {
            (Some(kind), _) => self.literal(kind)?,
            (None, TokenKind::At) => self.alias()?,
            _ => return Err(self.unexpected("a literal or a parameter alias")),
        };
        Ok(Argument { name, value })
    }
}

/// Segments of that form at the start of a path.
const AT_START: &[(&str, SegmentKind)] = &[
    ("$metadata", SegmentKind::Metadata),
    ("$batch", SegmentKind::Batch),
    ("$entity", SegmentKind::Entity),
    ("$all", SegmentKind::All),
];

/// Segments of that form after the start.
const FURTHER: &[(&str, SegmentKind)] = &[
    ("$count", SegmentKind::Count),
    ("$ref", SegmentKind::Ref),
    ("$value", SegmentKind::Value),
    ("$each", SegmentKind::Each),
    ("$query", SegmentKind::Query),
];
