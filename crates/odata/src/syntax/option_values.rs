//! The values of query options as far as they are more than an expression. The grammar stands in [`super::options`].

use super::lex::TokenKind;
use super::limits::Limit;
use super::parser::{Parser, Result};
use super::tree::{ChoiceKind, Computed, LiteralKind, OrderItem};

impl Parser<'_> {
    /// The value of a system option, as far as it goes.
    pub(super) fn option_value(&mut self, name: &str) -> Result<ChoiceKind> {
        Ok(match name {
            "apply" => ChoiceKind::Apply(self.transformations()?),
            "compute" => ChoiceKind::Compute(self.computed_items()?),
            "count" => ChoiceKind::Count(self.boolean()?),
            "expand" => ChoiceKind::Expand(self.expand()?),
            "filter" => ChoiceKind::Filter(self.expression()?),
            "index" => ChoiceKind::Index(self.index()?),
            "levels" => ChoiceKind::Levels(self.levels()?),
            "orderby" => ChoiceKind::OrderBy(self.order_items()?),
            "search" => ChoiceKind::Search(self.search()?),
            "select" => ChoiceKind::Select(self.select()?),
            "skip" => ChoiceKind::Skip(self.digits("a whole number")?),
            _ => ChoiceKind::Top(self.digits("a whole number")?),
        })
    }

    fn boolean(&mut self) -> Result<bool> {
        let (yes, no) = (self.is_word("true"), self.is_word("false"));
        match yes || no {
            true => _ = self.bump(),
            false => return Err(self.unexpected("`true` or `false`")),
        }
        Ok(yes)
    }

    /// Digits; a number that is too great becomes the greatest.
    pub(super) fn digits(&mut self, expected: &'static str) -> Result<u64> {
        let written = self.slice(self.peek().span);
        match self.peek().kind {
            TokenKind::Literal(LiteralKind::Integer) if !written.starts_with(['+', '-']) => {
                self.bump();
                Ok(written.parse().unwrap_or(u64::MAX))
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    fn index(&mut self) -> Result<i64> {
        let written = self.slice(self.peek().span);
        match self.peek().kind {
            TokenKind::Literal(LiteralKind::Integer) if !written.starts_with('+') => {
                self.bump();
                let extreme = if written.starts_with('-') { i64::MIN } else { i64::MAX };
                Ok(written.parse().unwrap_or(extreme))
            }
            _ => Err(self.unexpected("a whole number")),
        }
    }

    fn levels(&mut self) -> Result<Option<u64>> {
        if self.is_word("max") {
            self.bump();
            return Ok(None);
        }
        match self.slice(self.peek().span).starts_with('0') {
            true => Err(self.unexpected("`max` or a number from 1")),
            false => self.digits("`max` or a number from 1").map(Some),
        }
    }

    pub(super) fn order_items(&mut self) -> Result<Vec<OrderItem>> {
        let mut items = vec![self.order_item()?];
        while self.comma() {
            items.push(self.order_item()?);
            self.admit(items.len(), Limit::Items, "keys of an order")?;
        }
        Ok(items)
    }

    pub(super) fn order_item(&mut self) -> Result<OrderItem> {
        let expr = self.expression()?;
        let before = self.at();
        let blank = self.blanks();
        let descending = blank && self.is_word("desc");
        match descending || (blank && self.is_word("asc")) {
            true => _ = self.bump(),
            false => self.seek(before),
        }
        Ok(OrderItem { expr, descending })
    }

    fn computed_items(&mut self) -> Result<Vec<Computed>> {
        let mut items = vec![self.computed()?];
        while self.comma() {
            items.push(self.computed()?);
            self.admit(items.len(), Limit::Items, "computed properties")?;
        }
        Ok(items)
    }

    pub(super) fn computed(&mut self) -> Result<Computed> {
        let expr = self.expression()?;
        match self.blank_word_blank("as") {
            true => Ok(Computed { expr, alias: self.identifier("the name of a computed property")? }),
            false => Err(self.unexpected("an operator or `as` and a name")),
        }
    }
}
