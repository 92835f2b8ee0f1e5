//! Paths within expressions.
//!
//! ```text
//! path      = ( "$it" / "$this" / "$these" / "@" identifier / step ) *( "/" step ) / "$root/" step *( "/" step )
//! step      = name [ arguments *arguments ] / annotation / key-segment / "$filter(" expression ")" *arguments
//!           / "$count" [ "(" option *( ";" option ) ")" ]                         ; $filter and $search, at the end
//!           / ( "any" / "all" ) "(" BWS [ identifier BWS ":" BWS expression ] BWS ")"  ; at the end, `all` not empty
//! arguments = "(" BWS [ argument *( BWS "," BWS argument ) ] BWS ")"
//! argument  = identifier "=" expression / literal / "@" identifier                ; without a name: one alone
//! annotation = "@" name [ "#" identifier ]
//! key-segment = bare literal / word with a quote or an escaped slash in it
//! ```
//! Whether `Items(1)` has a key or an argument, and whether a name is a property, a type, a variable or a key, is
//! for the model to say.

use super::error::{Error, Span};
use super::lex::TokenKind;
use super::limits::Limit;
use super::options::Within;
use super::parser::{Parser, Result};
use super::tree::{Argument, Arguments, Expr, ExprKind, LiteralKind, Name, Path, Quantifier, Root, Step};

impl Parser<'_> {
    pub(super) fn path(&mut self) -> Result<Expr> {
        let start = self.peek().span;
        let mut steps = Vec::new();
        let root = self.root(&mut steps)?;
        while self.may_go_on(&steps) && self.is_sign('/') {
            self.bump();
            self.step(&mut steps)?;
        }
        let end = Span { start: self.at(), end: self.at() };
        self.node(ExprKind::Path(Path { root, steps }), start.to(end))
    }

    /// `$count`, `any` and `all` are the end of a path.
    fn may_go_on(&self, steps: &[Step]) -> bool {
        !matches!(steps.last(), Some(Step::Count(_) | Step::Lambda { .. }))
    }

    fn root(&mut self, steps: &mut Vec<Step>) -> Result<Root> {
        let token = self.peek();
        let word = self.slice(token.span);
        let root = match (token.kind, word) {
            (TokenKind::System, "$it") => Root::It,
            (TokenKind::System, "$this") => Root::This,
            (TokenKind::System, "$these") => Root::These,
            (TokenKind::System, "$root") => {
                self.bump();
                self.expect('/', "`/` and an entity set or singleton")?;
                if self.peek().kind != TokenKind::Name {
                    return Err(self.unexpected("an entity set, a singleton or a function import"));
                }
                self.step(steps)?;
                return Ok(Root::Root);
            }
            // Of the rows that a transformation gets.
            (TokenKind::System, "$count") => {
                self.step(steps)?;
                return Ok(Root::Implied);
            }
            (TokenKind::System, _) => return Err(self.unexpected("`$it`, `$this` or `$root`")),
            // Without a namespace it is an alias, if there is one of that name.
            (TokenKind::At, _) if !word.contains('.') && self.peek_second().kind != TokenKind::Sign('#') => {
                Root::Alias(word.trim_start_matches('@').to_owned())
            }
            _ => {
                self.step(steps)?;
                return Ok(Root::Implied);
            }
        };
        self.bump();
        Ok(root)
    }

    fn step(&mut self, steps: &mut Vec<Step>) -> Result<()> {
        self.count_node()?;
        if !steps.is_empty()
            && let Some(key) = self.odd_segment()
        {
            steps.push(Step::Segment(key));
            return Ok(());
        }
        let token = self.peek();
        match token.kind {
            TokenKind::Name => return self.name_step(steps),
            TokenKind::At => {
                let annotation = self.annotation()?;
                steps.push(annotation);
            }
            TokenKind::System => match self.slice(token.span) {
                "$count" => {
                    self.bump();
                    let options = self.nested_options(Within::CountStep)?;
                    steps.push(Step::Count(options));
                }
                "$filter" => {
                    self.bump();
                    let condition = self.condition()?;
                    steps.push(Step::Filter(Box::new(condition)));
                    self.keys(steps)?;
                }
                _ => return Err(self.unexpected("a name, `$count` or `$filter`")),
            },
            TokenKind::Literal(kind) if is_segment(kind) && !steps.is_empty() => {
                let name = self.name();
                steps.push(Step::Segment(name));
            }
            _ => return Err(self.unexpected("a name")),
        }
        Ok(())
    }

    /// Takes a segment that can only be a key: a word with a quote in it, or an escaped slash where the one in front
    /// is not escaped. (Clients that escape all slashes mean all of them as separators.)
    fn odd_segment(&mut self) -> Option<Name> {
        let (start, rest) = (self.at(), self.rest());
        if start.checked_sub(1).is_some_and(|slash| self.is_escaped(slash)) {
            return None;
        }
        let ends = |(at, letter): &(usize, char)| match letter {
            '/' => !self.is_escaped(start + at),
            _ => matches!(letter, ' ' | '\t' | '(' | ')' | ',' | ';' | ':' | '\n' | '\r'),
        };
        let length = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
        let text = rest.get(..length)?;
        if !text.contains(['\'', '/']) || text.starts_with(['\'', '"', '$', '@']) {
            return None;
        }
        let span = Span { start, end: start + length };
        self.seek(span.end);
        Some(Name { text: text.to_owned(), span })
    }

    fn name_step(&mut self, steps: &mut Vec<Step>) -> Result<()> {
        let call = self.peek_second().kind == TokenKind::Sign('(');
        for (word, quantifier) in [("any", Quantifier::Any), ("all", Quantifier::All)] {
            if call && self.is_word(word) {
                let lambda = self.lambda(quantifier)?;
                steps.push(lambda);
                return Ok(());
            }
        }
        let name = self.name();
        let arguments = if self.is_sign('(') { Some(self.arguments(Some(&name))?) } else { None };
        let has_arguments = arguments.is_some();
        steps.push(Step::Name { name, arguments });
        if has_arguments { self.keys(steps) } else { Ok(()) }
    }

    /// Further parentheses after parentheses.
    pub(super) fn keys(&mut self, steps: &mut Vec<Step>) -> Result<()> {
        while self.is_sign('(') {
            self.count_node()?;
            let key = self.arguments(None)?;
            steps.push(Step::Key(key));
        }
        Ok(())
    }

    /// `(…)` after `$filter`.
    pub(super) fn condition(&mut self) -> Result<Expr> {
        self.expect('(', "`(` and a condition")?;
        let condition = self.expression()?;
        self.expect(')', "an operator or `)`")?;
        Ok(condition)
    }

    pub(super) fn annotation(&mut self) -> Result<Step> {
        let Span { start, end } = self.bump().span;
        let span = Span { start: start + 1, end };
        let term = Name { text: self.slice(span).to_owned(), span };
        let qualifier = match self.eat('#') {
            true => Some(self.identifier("a qualifier")?),
            false => None,
        };
        Ok(Step::Annotation { term, qualifier })
    }

    fn lambda(&mut self, quantifier: Quantifier) -> Result<Step> {
        self.bump();
        self.bump();
        self.blanks();
        if quantifier == Quantifier::Any && self.eat(')') {
            return Ok(Step::Lambda { quantifier, body: None });
        }
        self.lambdas += 1;
        self.admit(self.lambdas, Limit::Lambdas, "`any` and `all` within each other")?;
        let variable = self.identifier("a variable")?;
        self.blanks();
        self.expect(':', "`:` and a condition")?;
        self.blanks();
        let condition = self.expression()?;
        self.blanks();
        self.expect(')', "an operator or `)`")?;
        self.lambdas -= 1;
        Ok(Step::Lambda { quantifier, body: Some((variable, Box::new(condition))) })
    }

    /// The parentheses after a name: those of a function if the name is one.
    fn arguments(&mut self, name: Option<&Name>) -> Result<Arguments> {
        self.argument_list(|parser| parser.argument(name))
    }

    /// Arguments, or one value alone: around which there are no blanks.
    pub(super) fn argument_list(&mut self, mut read: impl FnMut(&mut Self) -> Result<Argument>) -> Result<Arguments> {
        let start = self.bump().span;
        let before = self.at();
        let mut blank = self.blanks();
        let mut items: Vec<Argument> = Vec::new();
        while !(items.is_empty() && self.is_sign(')')) {
            let argument = read(self)?;
            let alone = argument.name.is_none();
            items.push(argument);
            self.admit(items.len(), Limit::Items, "arguments")?;
            blank |= self.blanks();
            if alone && blank && !self.limits.lenient {
                return Err(Error::unexpected(
                    self.text(),
                    Span { start: before, end: self.at() },
                    "no blanks around it",
                ));
            }
            if alone || !self.eat(',') {
                break;
            }
            self.blanks();
            if !self.names_argument() {
                return Err(self.unexpected("the name of an argument and `=`"));
            }
        }
        let end = self.expect(')', "`)`")?;
        Ok(Arguments { items, span: start.to(end) })
    }

    pub(super) fn names_argument(&self) -> bool {
        self.peek().kind == TokenKind::Name && self.peek_second().kind == TokenKind::Sign('=')
    }

    fn argument(&mut self, name: Option<&Name>) -> Result<Argument> {
        if self.names_argument() {
            let name = self.identifier("the name of an argument")?;
            self.bump();
            return Ok(Argument { name: Some(name), value: self.expression()? });
        }
        let value = match (self.literal_ahead(), self.peek().kind) {
            (Some(kind), _) if is_key(kind) => self.literal(kind)?,
            (_, TokenKind::At) => self.alias()?,
            _ => {
                return Err(match name {
                    Some(name) => Error::unexpected(self.text(), name.span, self.function_expected(&name.text)),
                    None => self.unexpected("a key"),
                });
            }
        };
        Ok(Argument { name: None, value })
    }

    /// `@name`, and nothing more.
    pub(super) fn alias(&mut self) -> Result<Expr> {
        let span = self.peek().span;
        let name = self.slice(span).trim_start_matches('@');
        if self.peek().kind != TokenKind::At || name.contains('.') {
            return Err(self.unexpected("a parameter alias"));
        }
        let path = Path { root: Root::Alias(name.to_owned()), steps: Vec::new() };
        self.bump();
        self.node(ExprKind::Path(path), span)
    }
}

/// May a literal of that kind be a key?
pub(super) fn is_key(kind: LiteralKind) -> bool {
    use LiteralKind::{Binary, Geography, Geometry, Json, Null};
    !matches!(kind, Null | Json | Binary | Geography | Geometry)
}

/// May a literal of that kind be a segment of a path, as a key?
fn is_segment(kind: LiteralKind) -> bool {
    use LiteralKind::{Date, DateTimeOffset, Decimal, Guid, Integer, TimeOfDay};
    matches!(kind, Integer | Decimal | Guid | Date | DateTimeOffset | TimeOfDay)
}
