//! The fragment of a context URL: what a payload holds.
//!
//! ```text
//! fragment = "$ref" / "Collection($ref)" / type [ items ] / path [ items ] [ "/$entity" / "/$delta" ]
//!          / path ( "/$deletedEntity" / "/$link" / "/$deletedLink" )
//! type     = qualified-name / "Collection(" qualified-name ")"
//! path     = identifier [ key ] *( "/" name [ key ] )
//! key      = "(" ( value / identifier "=" value *( "," identifier "=" value ) ) ")"
//! value    = literal / duration / members of an enumeration, as in payloads: without prefix and quotes
//! items    = "(" [ item *( "," item ) ] ")"
//! item     = "*" / namespace ".*" / step *( "/" step ) [ "+" ] [ items ]     ; step = name / annotation
//! ```
//! Fragments are written by this service, and read to check what it wrote. They are not percent-decoded.

use edm::Primitive;

use super::error::{Error, Span};
use super::lex::TokenKind;
use super::limits::Limits;
use super::parser::{Parser, Result};
use super::text::Text;
use super::tree::{Argument, Arguments, Expr, ExprKind, Literal, LiteralKind, Name, Step, TypeName};
use super::{chars, literal};

/// What a payload holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Context {
    /// `$ref`, or a collection of references.
    Reference {
        /// `Collection($ref)`?
        collection: bool,
    },
    /// A value of a type.
    Type {
        /// The type.
        ty: TypeName,
        /// The members that are there.
        items: Option<Vec<Item>>,
    },
    /// What a path leads to.
    Path {
        /// Names, some with keys.
        path: Vec<(Name, Option<Arguments>)>,
        /// The members that are there.
        items: Option<Vec<Item>>,
        /// What of it.
        suffix: Option<Suffix>,
    },
}

/// What a payload holds of what the path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as written")]
pub enum Suffix {
    Entity,
    Delta,
    DeletedEntity,
    Link,
    DeletedLink,
}

/// A member that is there.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `*`
    All,
    /// `Model.*`
    Operations(Name),
    /// A property, an annotation, an operation.
    Path {
        /// Names and annotations.
        steps: Vec<Step>,
        /// Expanded to any depth (`+`)?
        recursive: bool,
        /// What is there of it; of an operation, the names of its parameters.
        items: Option<Vec<Item>>,
    },
}

const SUFFIXES: &[(&str, Suffix)] = &[
    ("$entity", Suffix::Entity),
    ("$delta", Suffix::Delta),
    ("$deletedEntity", Suffix::DeletedEntity),
    ("$link", Suffix::Link),
    ("$deletedLink", Suffix::DeletedLink),
];

/// Reads what follows the number sign.
pub fn parse(fragment: &str, limits: &Limits) -> Result<Context> {
    if let Some(start) = fragment.find('%') {
        let span = Span { start, end: start + 1 };
        return Err(Error::unexpected(fragment, span, "no percent-encoding"));
    }
    let text = Text::plain(fragment);
    let mut parser = Parser::new(&text, limits)?;
    let context = parser.context()?;
    parser.finish(context, "the end of the fragment")
}

impl Parser<'_> {
    fn context(&mut self) -> Result<Context> {
        match self.rest() {
            "$ref" => {
                self.bump();
                return Ok(Context::Reference { collection: false });
            }
            "Collection($ref)" => {
                self.seek(self.text().len());
                return Ok(Context::Reference { collection: true });
            }
            _ => {}
        }
        let name = self.context_name()?;
        if name.text == "Collection" && self.eat('(') {
            let ty = TypeName { name: self.context_name()?, collection: true };
            if !ty.name.text.contains('.') {
                return Err(Error::unexpected(self.text(), ty.name.span, "a type with its namespace"));
            }
            self.expect(')', "`)`")?;
            return Ok(Context::Type { ty, items: self.context_items()? });
        }
        if name.text.contains('.') {
            return Ok(Context::Type { ty: TypeName { name, collection: false }, items: self.context_items()? });
        }
        let key = self.context_key()?;
        let mut path = vec![(name, key)];
        while self.is_sign('/') && self.peek_second().kind == TokenKind::Name {
            self.bump();
            let name = self.context_name()?;
            path.push((name, self.context_key()?));
        }
        let items = self.context_items()?;
        let suffix = self.suffix(items.is_some())?;
        Ok(Context::Path { path, items, suffix })
    }

    fn context_name(&mut self) -> Result<Name> {
        self.count_node()?;
        match self.peek().kind {
            TokenKind::Name => Ok(self.name()),
            _ => Err(self.unexpected("a name")),
        }
    }

    fn suffix(&mut self, items: bool) -> Result<Option<Suffix>> {
        if !self.eat('/') {
            return Ok(None);
        }
        let found = SUFFIXES.iter().find(|(name, _)| *name == self.rest()).map(|(_, suffix)| *suffix);
        match found {
            Some(suffix) if !items || matches!(suffix, Suffix::Entity | Suffix::Delta) => {
                self.bump();
                Ok(Some(suffix))
            }
            _ => Err(self.unexpected("a name, `$entity` or `$delta`")),
        }
    }

    /// `('a')`, `(id=1)`; not `(id)`, which lists what is there.
    fn context_key(&mut self) -> Result<Option<Arguments>> {
        let start = self.peek().span;
        if !self.is_sign('(') {
            return Ok(None);
        }
        self.bump();
        let named = self.peek_second().kind == TokenKind::Sign('=');
        if !named && !self.is_context_value() {
            self.seek(start.start);
            return Ok(None);
        }
        let mut items = Vec::new();
        loop {
            let name = match named {
                true => Some(self.identifier("the name of a key")?),
                false => None,
            };
            if named {
                self.expect('=', "`=` and a value")?;
            }
            items.push(Argument { name, value: self.context_value()? });
            if !named || !self.eat(',') {
                break;
            }
        }
        let end = self.expect(')', "`)`")?;
        Ok(Some(Arguments { items, span: start.to(end) }))
    }

    /// Is what stands in the parentheses a value? A name is one only where the path goes on after it.
    fn is_context_value(&self) -> bool {
        let (inside, after) = self.rest().split_once(')').unwrap_or((self.rest(), ""));
        let goes_on = after.strip_prefix('/').is_some_and(|after| !after.starts_with('$'));
        matches!(self.peek().kind, TokenKind::Literal(_))
            || self.literal_ahead().is_some()
            || literal::is_value(Primitive::Duration, inside)
            || (goes_on && literal::is_enum(inside))
    }

    fn context_value(&mut self) -> Result<Expr> {
        let start = self.at();
        let text = without_pairs(self.rest().split(')').next().unwrap_or_default());
        let bare = match self.peek().kind {
            _ if literal::is_value(Primitive::Duration, text) => Some(LiteralKind::Duration),
            TokenKind::Literal(_) if !(text.contains(',') && literal::is_enum(text)) => None,
            _ if self.literal_ahead().is_some() => None,
            _ => literal::is_enum(text).then_some(LiteralKind::Enum),
        };
        if let Some(kind) = bare {
            let span = Span { start, end: start + text.len() };
            self.seek(span.end);
            let literal = Literal { kind, text: text.to_owned(), ty: None };
            return self.node(ExprKind::Literal(literal), span);
        }
        match self.literal_ahead() {
            Some(kind) => self.literal(kind),
            None => Err(self.unexpected("a value")),
        }
    }

    fn context_items(&mut self) -> Result<Option<Vec<Item>>> {
        if !self.eat('(') {
            return Ok(None);
        }
        self.nested(|parser| {
            let mut items = Vec::new();
            while !(items.is_empty() && parser.is_sign(')')) {
                items.push(parser.context_item()?);
                if !parser.eat(',') {
                    break;
                }
            }
            parser.expect(')', "`,` or `)`")?;
            Ok(Some(items))
        })
    }

    fn context_item(&mut self) -> Result<Item> {
        if self.eat('*') {
            return Ok(Item::All);
        }
        let mut steps = vec![self.plain_step()?];
        if let [Step::Name { name, .. }] = steps.as_slice()
            && self.eat('.')
        {
            self.expect('*', "`*`")?;
            return Ok(Item::Operations(name.clone()));
        }
        while self.eat('/') {
            steps.push(self.plain_step()?);
        }
        let recursive = self.eat('+');
        Ok(Item::Path { steps, recursive, items: self.context_items()? })
    }
}

/// The text before the comma that another pair of a name and a value follows: members of flags have commas too.
fn without_pairs(text: &str) -> &str {
    let pair = |(at, _): &(usize, &str)| {
        let after = text.get(at + 1..).unwrap_or_default();
        let name = chars::identifier(after);
        name > 0 && after.get(name..).is_some_and(|rest| rest.starts_with('='))
    };
    text.match_indices(',').find(pair).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}
