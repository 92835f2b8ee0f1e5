//! `$select` and `$expand`.
//!
//! ```text
//! select      = select-item *( "," select-item )
//! select-item = "*" / namespace ".*" / name-path [ "(" name *( "," name ) ")" / options ]
//! expand      = expand-item *( "," expand-item )
//! expand-item = "$value" / [ name-path "/" ] "*" [ "/$ref" / "(" levels ")" ]
//!             / name-path [ "/$ref" / "/$count" ] [ options ]
//! name-path   = ( name / annotation ) *( "/" ( name / annotation ) )
//! options     = "(" option *( ";" option ) ")"         ; which ones, see `options`
//! ```

use super::error::Span;
use super::lex::TokenKind;
use super::limits::Limit;
use super::options::Within;
use super::parser::{Parser, Result};
use super::tree::{Choice, ExpandItem, ExpandTail, Name, SelectItem, Step};

impl Parser<'_> {
    pub(super) fn select(&mut self) -> Result<Vec<SelectItem>> {
        let mut items = vec![self.select_item()?];
        while self.comma() {
            items.push(self.select_item()?);
            self.admit(items.len(), Limit::Items, "selected items")?;
        }
        Ok(items)
    }

    fn select_item(&mut self) -> Result<SelectItem> {
        self.count_node()?;
        if self.eat('*') {
            return Ok(SelectItem::All);
        }
        let mut path = vec![self.plain_step()?];
        if let [Step::Name { name, .. }] = path.as_slice()
            && self.is_sign('.')
            && self.peek_second().kind == TokenKind::Sign('*')
        {
            self.bump();
            self.bump();
            return Ok(SelectItem::Operations(name.clone()));
        }
        while self.eat('/') {
            // Every member of a complex value: not in the grammar, yet written.
            let all = self.limits.lenient && self.is_sign('*');
            path.push(if all { Step::Name { name: self.name(), arguments: None } } else { self.plain_step()? });
        }
        let parameters = self.parameter_names()?;
        let options = if parameters.is_empty() { self.nested_options(Within::Select)? } else { Vec::new() };
        Ok(SelectItem::Path { path, parameters, options })
    }

    /// A name or an annotation.
    pub(super) fn plain_step(&mut self) -> Result<Step> {
        self.count_node()?;
        match self.peek().kind {
            TokenKind::Name => Ok(Step::Name { name: self.name(), arguments: None }),
            TokenKind::At => self.annotation(),
            _ => Err(self.unexpected("a name")),
        }
    }

    /// `(a,b)` after the name of an operation; no option of a property looks like it.
    fn parameter_names(&mut self) -> Result<Vec<Name>> {
        let mut names = Vec::new();
        let before = self.at();
        if !self.eat('(') {
            return Ok(names);
        }
        if self.peek().kind != TokenKind::Name || !matches!(self.peek_second().kind, TokenKind::Sign(',' | ')')) {
            self.seek(before);
            return Ok(names);
        }
        names.push(self.identifier("the name of a parameter")?);
        while self.comma() {
            names.push(self.identifier("the name of a parameter")?);
            self.admit(names.len(), Limit::Items, "parameters")?;
        }
        self.expect(')', "`,` or `)`")?;
        Ok(names)
    }

    pub(super) fn expand(&mut self) -> Result<Vec<ExpandItem>> {
        self.expands += 1;
        self.admit(self.expands, Limit::Expands, "levels of `$expand`")?;
        let mut items = vec![self.expand_item()?];
        while self.comma() {
            items.push(self.expand_item()?);
            self.admit(items.len(), Limit::Items, "expanded items")?;
        }
        self.expands -= 1;
        Ok(items)
    }

    fn expand_item(&mut self) -> Result<ExpandItem> {
        self.count_node()?;
        let start = self.peek().span;
        let mut path = Vec::new();
        let tail = self.expand_path(&mut path)?;
        let options = self.expand_options(tail)?;
        let end = Span { start: self.at(), end: self.at() };
        Ok(ExpandItem { path, tail, options, span: start.to(end) })
    }

    fn expand_path(&mut self, path: &mut Vec<Step>) -> Result<ExpandTail> {
        // Of all the words with a dollar sign the one that is read in any case.
        if self.peek().kind == TokenKind::System && self.slice(self.peek().span).eq_ignore_ascii_case("$value") {
            self.bump();
            return Ok(ExpandTail::Value);
        }
        loop {
            if self.eat('*') {
                let reference = self.is_sign('/');
                if reference {
                    self.bump();
                    self.system("$ref")?;
                }
                return Ok(if reference { ExpandTail::StarRef } else { ExpandTail::Star });
            }
            path.push(self.plain_step()?);
            if !self.eat('/') {
                return Ok(ExpandTail::Name);
            }
            for (word, tail) in [("$ref", ExpandTail::Ref), ("$count", ExpandTail::Count)] {
                if self.is_system(word) {
                    self.bump();
                    return Ok(tail);
                }
            }
        }
    }

    fn expand_options(&mut self, tail: ExpandTail) -> Result<Vec<Choice>> {
        match tail {
            ExpandTail::Name => self.nested_options(Within::Expand),
            ExpandTail::Ref => self.nested_options(Within::ExpandRef),
            ExpandTail::Count => self.nested_options(Within::CountStep),
            ExpandTail::Star => self.nested_options(Within::Star),
            ExpandTail::StarRef | ExpandTail::Value => Ok(Vec::new()),
        }
    }

    fn is_system(&self, word: &str) -> bool {
        self.peek().kind == TokenKind::System && self.slice(self.peek().span) == word
    }

    fn system(&mut self, word: &'static str) -> Result<()> {
        match self.is_system(word) {
            true => _ = self.bump(),
            false => return Err(self.unexpected(format!("`{word}`"))),
        }
        Ok(())
    }
}
