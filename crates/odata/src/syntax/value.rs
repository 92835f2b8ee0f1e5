//! Literals, arrays and objects within expressions.
//!
//! ```text
//! array  = BWS "[" BWS [ value *( BWS "," BWS value ) ] BWS "]"
//! object = BWS "{" BWS [ json-string BWS ":" BWS value *( BWS "," BWS … ) ] BWS "}"
//! value  = json-string / expression
//! ```

use super::error::Span;
use super::lex::{TokenKind, unescape, unquote};
use super::limits::Limit;
use super::parser::{Parser, Result};
use super::tree::{Expr, ExprKind, Literal, LiteralKind, Name};

impl Parser<'_> {
    pub(super) fn array(&mut self) -> Result<Expr> {
        let start = self.bump().span;
        let mut items = Vec::new();
        self.blanks();
        while !self.is_sign(']') {
            items.push(self.json_value()?);
            self.admit(items.len(), Limit::Items, "items in an array")?;
            self.blanks();
            if !self.eat(',') {
                break;
            }
            self.blanks();
            if self.is_sign(']') {
                return Err(self.unexpected("a value"));
            }
        }
        let end = self.expect(']', "an operator, `,` or `]`")?;
        self.node(ExprKind::Array(items), start.to(end))
    }

    pub(super) fn object(&mut self) -> Result<Expr> {
        let start = self.bump().span;
        let mut members = Vec::new();
        self.blanks();
        while !(self.is_sign('}') && members.is_empty()) {
            if self.peek().kind != TokenKind::Literal(LiteralKind::Json) {
                return Err(self.unexpected("a name in double quotes"));
            }
            let quoted = self.bump().span;
            self.blanks();
            self.expect(':', "`:` and a value")?;
            self.blanks();
            members.push((unescape(self.inside(quoted, 1)), self.json_value()?));
            self.admit(members.len(), Limit::Items, "members of an object")?;
            self.blanks();
            if !self.eat(',') {
                break;
            }
            self.blanks();
        }
        let end = self.expect('}', "an operator, `,` or `}`")?;
        self.node(ExprKind::Object(members), start.to(end))
    }

    fn json_value(&mut self) -> Result<Expr> {
        match self.peek().kind {
            TokenKind::Literal(LiteralKind::Json) => self.literal(LiteralKind::Json),
            _ => self.expression(),
        }
    }

    /// The kind of the literal that is next, if one is.
    pub(super) fn literal_ahead(&self) -> Option<LiteralKind> {
        match self.peek().kind {
            TokenKind::Literal(kind) => Some(kind),
            TokenKind::Name => {
                let word = self.slice(self.peek().span);
                let kind = match word {
                    "null" => LiteralKind::Null,
                    "NaN" | "INF" => LiteralKind::Special,
                    _ if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") => {
                        LiteralKind::Boolean
                    }
                    _ => return None,
                };
                // A property may be so named, and is the property where its members are asked for.
                (!matches!(self.peek_second().kind, TokenKind::Sign('/' | '('))).then_some(kind)
            }
            _ => None,
        }
    }

    /// Takes the literal of that kind, which is next.
    pub(super) fn literal(&mut self, kind: LiteralKind) -> Result<Expr> {
        let suffixed = kind == LiteralKind::Decimal && self.slice(self.peek().span).ends_with(SUFFIXES);
        if suffixed && !self.limits.lenient {
            return Err(self.unexpected("a literal"));
        }
        let span = self.bump().span;
        let prefix = match kind {
            LiteralKind::String | LiteralKind::Json => 0,
            LiteralKind::Binary
            | LiteralKind::Duration
            | LiteralKind::Geography
            | LiteralKind::Geometry
            | LiteralKind::Enum => self.slice(span).find('\'').unwrap_or_default(),
            _ => {
                let literal = Literal { kind, text: bare(kind, self.slice(span)), ty: None };
                return self.node(ExprKind::Literal(literal), span);
            }
        };
        let inside = self.inside(span, prefix + 1);
        let text = match kind {
            LiteralKind::Json => unescape(inside),
            _ => unquote(inside),
        };
        let ty = (kind == LiteralKind::Enum).then(|| {
            let span = Span { start: span.start, end: span.start + prefix };
            Name { text: self.slice(span).to_owned(), span }
        });
        self.node(ExprKind::Literal(Literal { kind, text, ty }), span)
    }

    /// The text of a literal without what stands before it and the quote after it.
    fn inside(&self, span: Span, before: usize) -> &str {
        self.slice(Span { start: span.start + before, end: span.end.saturating_sub(1) })
    }
}

/// The text of a literal without quotes, as it is kept: `+` where a blank came in its stead.
fn bare(kind: LiteralKind, text: &str) -> String {
    match kind {
        LiteralKind::DateTimeOffset => text.replace(' ', "+"),
        LiteralKind::Boolean => text.to_ascii_lowercase(),
        LiteralKind::Decimal => text.trim_end_matches(SUFFIXES).to_owned(),
        _ => text.to_owned(),
    }
}

/// Letters after numbers that tell their types, as in OData 2; the types follow from the operands here.
const SUFFIXES: [char; 6] = ['f', 'F', 'd', 'D', 'm', 'M'];
