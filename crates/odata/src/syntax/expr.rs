//! Expressions: operators by their binding power, everything between them by its first token.
//!
//! ```text
//! expression = operand *( RWS operator RWS operand )     ; power: or, and, eq ne, gt ge lt le, add sub, mul div divby
//!                                                        ; mod, then `not` and `-`, then has in
//! operand    = literal / "(" BWS expression BWS ")" / call / case / typed / array / object / path
//!            / "not" RWS operand / "-" BWS operand
//! call       = function "(" BWS [ expression *( BWS "," BWS expression ) ] BWS ")"
//! case       = "case(" BWS expression BWS ":" BWS expression *( BWS "," BWS … ) BWS ")"
//! typed      = ( "isof" / "cast" ) "(" BWS [ expression BWS "," BWS ] type BWS ")"
//! type       = name / "Collection(" name ")"                  ; leniently, in quotes too
//! has        = RWS "has" RWS ( string / enum )
//! in         = RWS "in" RWS ( "(" BWS [ literal *( BWS "," BWS literal ) ] BWS ")" / operand )
//! ```
//! Operators, functions, `true` and `false` are read in any case; `null`, `NaN` and `INF` only as written here. Paths
//! stand in `member`, literals, arrays and objects in `value`.

use edm::nearest::nearest;

use super::error::Span;
use super::function::{FUNCTIONS, Infix, UNARY};
use super::lex::TokenKind;
use super::limits::Limit;
use super::parser::{Parser, Result};
use super::tree::{Binary, Expr, ExprKind, Function, LiteralKind, Logical, Name, TypeName, Typed, Unary};
use super::{chars, literal};

impl Parser<'_> {
    /// An expression, as far as it goes.
    pub(super) fn expression(&mut self) -> Result<Expr> {
        self.climb(0)
    }

    /// An expression whose operators bind at least that tightly.
    fn climb(&mut self, least: u8) -> Result<Expr> {
        self.nested(|parser| {
            let mut left = parser.operand()?;
            // Has `left` been made by the operator that is read next, so that it can take one more term?
            let mut open: Option<Logical> = None;
            while let Some((infix, power)) = parser.infix(least)? {
                let right = match infix {
                    Infix::Binary(Binary::Has) => parser.flags()?,
                    Infix::Binary(Binary::In) => parser.members()?,
                    _ => parser.climb(power + 1)?,
                };
                let span = left.span.to(right.span);
                if let (Infix::Logical(operator), ExprKind::Logical { terms, .. }) = (infix, &mut left.kind)
                    && open == Some(operator)
                {
                    terms.push(right);
                    left.span = span;
                    continue;
                }
                parser.count_level()?;
                open = match infix {
                    Infix::Logical(operator) => Some(operator),
                    Infix::Binary(_) => None,
                };
                left = parser.node(join(infix, left, right), span)?;
            }
            Ok(left)
        })
    }

    /// Takes ` operator ` if one follows that binds at least that tightly.
    fn infix(&mut self, least: u8) -> Result<Option<(Infix, u8)>> {
        let before = self.at();
        if self.blanks() && self.peek().kind == TokenKind::Name {
            let found = Infix::find(self.slice(self.peek().span)).filter(|(_, power)| *power >= least);
            if let Some(found) = found {
                self.bump();
                return match self.blanks() {
                    true => Ok(Some(found)),
                    false => Err(self.unexpected("a blank after the operator")),
                };
            }
        }
        self.seek(before);
        Ok(None)
    }

    /// What stands after `has`.
    fn flags(&mut self) -> Result<Expr> {
        match self.peek().kind {
            TokenKind::Literal(kind @ (LiteralKind::Enum | LiteralKind::String)) => {
                let token = self.peek();
                let flags = self.literal(kind)?;
                match &flags.kind {
                    ExprKind::Literal(literal) if literal::is_enum(&literal.text) => Ok(flags),
                    _ => {
                        self.seek(token.span.start);
                        Err(self.unexpected("members of an enumeration in quotes"))
                    }
                }
            }
            _ => Err(self.unexpected("members of an enumeration in quotes")),
        }
    }

    /// What stands after `in`: literals in parentheses, or anything that is a collection.
    fn members(&mut self) -> Result<Expr> {
        let start = self.peek().span;
        if !self.eat('(') {
            return self.climb(UNARY + 2);
        }
        self.blanks();
        let mut items = Vec::new();
        while let Some(kind) = self.literal_ahead() {
            items.push(self.literal(kind)?);
            self.admit(items.len(), Limit::Items, "items in a list")?;
            self.blanks();
            match (self.eat(','), items.len()) {
                (true, _) => _ = self.blanks(),
                (false, _) if self.is_sign(')') => break,
                // The literal begins a longer expression.
                (false, 1) => {
                    self.seek(start.start);
                    return self.climb(UNARY + 2);
                }
                (false, _) => return Err(self.unexpected("`,` or `)`")),
            }
            if self.literal_ahead().is_none() {
                return Err(self.unexpected("a literal: lists hold nothing else"));
            }
        }
        if items.is_empty() && !self.is_sign(')') {
            self.seek(start.start);
            return self.climb(UNARY + 2);
        }
        let end = self.expect(')', "`,` or `)`")?;
        self.node(ExprKind::List(items), start.to(end))
    }

    fn operand(&mut self) -> Result<Expr> {
        if let Some(kind) = self.literal_ahead() {
            return match kind {
                LiteralKind::Json => {
                    Err(self.unexpected("an expression: double quotes stand in arrays and objects only"))
                }
                _ => self.literal(kind),
            };
        }
        match self.peek().kind {
            TokenKind::Sign('(') => self.parenthesised(),
            TokenKind::Sign('[') => self.array(),
            TokenKind::Sign('{') => self.object(),
            TokenKind::Sign('-') => self.negated(),
            TokenKind::Blank if matches!(self.peek_second().kind, TokenKind::Sign('[' | '{')) => {
                self.bump();
                self.operand()
            }
            TokenKind::Name => self.named(),
            TokenKind::System | TokenKind::At => self.path(),
            _ => Err(self.unexpected("an expression")),
        }
    }

    /// What begins with a name: an operator, a function, else a path.
    fn named(&mut self) -> Result<Expr> {
        let word = self.slice(self.peek().span);
        let call = self.peek_second().kind == TokenKind::Sign('(');
        if word.eq_ignore_ascii_case("not")
            && (self.peek_second().kind == TokenKind::Blank || (call && self.limits.lenient))
        {
            return self.unary(Unary::Not);
        }
        if !call {
            return self.path();
        }
        if let Some((function, least, most)) = Function::find(word) {
            return self.call(function, least, most);
        }
        match word.to_ascii_lowercase().as_str() {
            "case" => self.case(),
            "isof" => self.typed(Typed::IsOf),
            "cast" => self.typed(Typed::Cast),
            "any" | "all" => Err(self.unexpected("a path to a collection before `any` and `all`")),
            _ => self.path(),
        }
    }

    fn negated(&mut self) -> Result<Expr> {
        self.unary(Unary::Negate)
    }

    fn unary(&mut self, operator: Unary) -> Result<Expr> {
        let start = self.bump().span;
        self.blanks();
        let operand = self.climb(UNARY + 1)?;
        let span = start.to(operand.span);
        self.node(ExprKind::Unary { operator, operand: Box::new(operand) }, span)
    }

    fn parenthesised(&mut self) -> Result<Expr> {
        self.bump();
        self.blanks();
        let inner = self.expression()?;
        self.blanks();
        self.expect(')', "an operator or `)`")?;
        Ok(inner)
    }

    fn call(&mut self, function: Function, least: usize, most: usize) -> Result<Expr> {
        let start = self.bump().span;
        self.bump();
        self.blanks();
        let mut arguments = Vec::new();
        while arguments.len() < most {
            if !arguments.is_empty() {
                if arguments.len() >= least && !self.is_sign(',') {
                    break;
                }
                self.expect(',', "an operator or `,` and another argument")?;
                self.blanks();
            }
            arguments.push(self.expression()?);
            self.blanks();
        }
        let end = self.expect(')', if most == 0 { "`)`" } else { "an operator or `)`" })?;
        self.node(ExprKind::Call { function, arguments }, start.to(end))
    }

    fn case(&mut self) -> Result<Expr> {
        let start = self.bump().span;
        self.bump();
        let mut branches = Vec::new();
        loop {
            self.blanks();
            let condition = self.expression()?;
            self.blanks();
            self.expect(':', "an operator or `:` and a value")?;
            self.blanks();
            branches.push((condition, self.expression()?));
            self.admit(branches.len(), Limit::Items, "branches of a `case`")?;
            self.blanks();
            if !self.eat(',') {
                break;
            }
        }
        let end = self.expect(')', "an operator, `,` or `)`")?;
        self.node(ExprKind::Case(branches), start.to(end))
    }

    fn typed(&mut self, operator: Typed) -> Result<Expr> {
        let start = self.bump().span;
        self.bump();
        self.blanks();
        let first = self.at();
        let mut operand = None;
        // Where only a type stands in the parentheses, it is the type; else what stands first is the operand.
        let mut ty = self.type_name().filter(|_| self.closes());
        if ty.is_none() {
            self.seek(first);
            operand = Some(Box::new(self.expression()?));
            self.blanks();
            self.expect(',', "an operator or `,` and a type")?;
            self.blanks();
            ty = self.type_name();
        }
        let Some(ty) = ty else { return Err(self.unexpected("the name of a type")) };
        self.blanks();
        let end = self.expect(')', "`)`")?;
        self.node(ExprKind::Typed { operator, operand, ty }, start.to(end))
    }

    fn closes(&self) -> bool {
        let next = if self.peek().kind == TokenKind::Blank { self.peek_second() } else { self.peek() };
        next.kind == TokenKind::Sign(')')
    }

    /// A type, if one stands here.
    fn type_name(&mut self) -> Option<TypeName> {
        if self.limits.lenient && self.peek().kind == TokenKind::Literal(LiteralKind::String) {
            return self.quoted_type_name();
        }
        if self.peek().kind != TokenKind::Name {
            return None;
        }
        let name = self.name();
        if name.text != "Collection" || !self.eat('(') {
            return Some(TypeName { name, collection: false });
        }
        let inner = (self.peek().kind == TokenKind::Name).then(|| self.name());
        inner.filter(|_| self.eat(')')).map(|name| TypeName { name, collection: true })
    }

    /// A type in quotes, as clients of older versions write it.
    fn quoted_type_name(&mut self) -> Option<TypeName> {
        let text = self.slice(self.peek().span).trim_matches('\'');
        let inner = text.strip_prefix("Collection(").and_then(|inner| inner.strip_suffix(')'));
        let name = inner.unwrap_or(text);
        if !name.split('.').all(chars::is_identifier) {
            return None;
        }
        let name = Name { text: name.to_owned(), span: self.bump().span };
        Some(TypeName { name, collection: inner.is_some() })
    }

    pub(super) fn node(&mut self, kind: ExprKind, span: Span) -> Result<Expr> {
        self.count_node()?;
        Ok(Expr { kind, span })
    }

    /// What was expected where a name with parentheses turned out to be neither a function nor anything else.
    pub(super) fn function_expected(&self, name: &str) -> String {
        match nearest(name, FUNCTIONS.iter().map(|(known, ..)| *known)) {
            Some(known) if known != name => format!("a function, perhaps `{known}`"),
            _ => "a function, or a key in the parentheses".to_owned(),
        }
    }
}

fn join(infix: Infix, left: Expr, right: Expr) -> ExprKind {
    match infix {
        Infix::Logical(operator) => ExprKind::Logical { operator, terms: vec![left, right] },
        Infix::Binary(operator) => ExprKind::Binary { operator, left: Box::new(left), right: Box::new(right) },
    }
}
