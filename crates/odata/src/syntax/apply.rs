//! `$apply`: the transformations of the aggregation extension that are read. The others are recognized by name.
//!
//! ```text
//! apply          = transformation *( "/" transformation )
//! transformation = "identity" / name "(" BWS … BWS ")"
//!                ; aggregate( item *( "," item ) )     groupby( "(" grouping *( "," grouping ) ")" [ "," apply ] )
//!                ; filter( expression )    compute( computed *( "," computed ) )    concat( apply 1*( "," apply ) )
//!                ; search( search )    orderby( order *( "," order ) )    skip( digits )    top( digits )
//!                ; topcount( expression "," expression ), and topsum, toppercent, bottomcount, bottomsum, …
//! item           = ( "$count" / expression ) [ RWS "with" RWS name ] *( RWS "from" RWS groupings [ with ] )
//!                  [ RWS "as" RWS identifier ]
//! grouping       = path / "rollup(" path *( "," path ) ")" / "rolluprecursive(" … ")"
//! ```
//! Blanks may stand around each comma. Names of transformations are read as written here, leniently in any case.

use super::error::Span;
use super::function::EXTREMES;
use super::lex::TokenKind;
use super::limits::Limit;
use super::parser::{Parser, Result};
use super::tree::{Aggregate, Expr, ExprKind, Extreme, Grouping, Path, Root, Step, Transformation};

/// Transformations that are known by name only.
const UNREAD: &[&str] = &["nest", "addnested", "ancestors", "descendants", "traverse"];

/// Those that are read, but for the ones that keep the greatest or the least.
const READ: &[&str] =
    &["aggregate", "groupby", "filter", "search", "compute", "orderby", "skip", "top", "concat", "join", "outerjoin"];

impl Parser<'_> {
    pub(super) fn transformations(&mut self) -> Result<Vec<Transformation>> {
        self.nested(|parser| {
            let mut transformations = vec![parser.transformation()?];
            while parser.eat('/') {
                transformations.push(parser.transformation()?);
            }
            Ok(transformations)
        })
    }

    fn transformation(&mut self) -> Result<Transformation> {
        self.count_node()?;
        let word = self.keyword();
        let word = word.as_str();
        if self.peek().kind != TokenKind::Name {
            return Err(self.unexpected("a transformation"));
        }
        if word == "identity" {
            self.bump();
            return Ok(Transformation::Identity);
        }
        if self.peek_second().kind != TokenKind::Sign('(') {
            return Err(self.unexpected("a transformation and `(`"));
        }
        if UNREAD.contains(&word) || word.contains('.') {
            let name = self.name();
            if UNREAD.contains(&word) {
                self.refuse_empty()?;
            }
            self.pass_over()?;
            return Ok(Transformation::Other(name));
        }
        let extreme = EXTREMES.iter().find(|(known, _)| *known == word).map(|(_, extreme)| *extreme);
        if extreme.is_none() && !READ.contains(&word) {
            return Err(self.unexpected("a transformation"));
        }
        self.bump();
        self.bump();
        self.blanks();
        let transformation = match extreme {
            Some(method) => self.extreme(method)?,
            None => self.known(word)?,
        };
        self.blanks();
        self.expect(')', "`)`")?;
        Ok(transformation)
    }

    /// The next token as a word of the language.
    fn keyword(&self) -> String {
        let word = self.slice(self.peek().span);
        if self.limits.lenient { word.to_ascii_lowercase() } else { word.to_owned() }
    }

    /// What stands in the parentheses of the transformation of that name.
    fn known(&mut self, word: &str) -> Result<Transformation> {
        Ok(match word {
            "aggregate" => Transformation::Aggregate(self.listed(Self::aggregate_item)?),
            "groupby" => self.group_by()?,
            "filter" => Transformation::Filter(self.expression()?),
            "search" => Transformation::Search(self.search()?),
            "compute" => Transformation::Compute(self.listed(Self::computed)?),
            "orderby" => Transformation::OrderBy(self.listed(Self::order_item)?),
            "skip" => Transformation::Skip(self.digits("a whole number")?),
            "top" => Transformation::Top(self.digits("a whole number")?),
            "join" => self.join(false)?,
            "outerjoin" => self.join(true)?,
            _ => {
                let branches = self.listed(Self::transformations)?;
                match branches.len() {
                    1 => return Err(self.unexpected("`,` and another sequence of transformations")),
                    _ => Transformation::Concat(branches),
                }
            }
        })
    }

    /// Items with commas between, and blanks around those.
    fn listed<T>(&mut self, item: fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.next_item() {
            items.push(item(self)?);
            self.admit(items.len(), Limit::Items, "items")?;
        }
        Ok(items)
    }

    fn next_item(&mut self) -> bool {
        let before = self.at();
        self.blanks();
        if self.eat(',') {
            self.blanks();
            return true;
        }
        self.seek(before);
        false
    }

    fn extreme(&mut self, method: Extreme) -> Result<Transformation> {
        let amount = self.expression()?;
        match self.next_item() {
            true => Ok(Transformation::Extreme { method, amount, by: self.expression()? }),
            false => Err(self.unexpected("an operator or `,` and an expression")),
        }
    }

    fn group_by(&mut self) -> Result<Transformation> {
        self.expect('(', "`(` and what to group by")?;
        self.blanks();
        let by = self.listed(Self::grouping)?;
        self.blanks();
        self.expect(')', "`,` or `)`")?;
        let then = if self.next_item() { self.transformations()? } else { Vec::new() };
        Ok(Transformation::GroupBy { by, then })
    }

    fn join(&mut self, outer: bool) -> Result<Transformation> {
        let path = self.plain_path()?;
        if !self.blank_word_blank("as") {
            return Err(self.unexpected("`as` and a name"));
        }
        let alias = self.identifier("a name")?;
        let then = if self.next_item() { self.transformations()? } else { Vec::new() };
        Ok(Transformation::Join { outer, path, alias, then })
    }

    fn grouping(&mut self) -> Result<Grouping> {
        let call = self.peek_second().kind == TokenKind::Sign('(');
        match &*self.keyword() {
            "rollup" if call => {
                self.bump();
                self.bump();
                self.blanks();
                let levels = self.listed(Self::plain_path)?;
                self.blanks();
                self.expect(')', "`,` or `)`")?;
                Ok(Grouping::Rollup(levels))
            }
            "rolluprecursive" if call => {
                self.bump();
                self.pass_over()?;
                Ok(Grouping::RollupRecursive)
            }
            _ => Ok(Grouping::Path(self.plain_path()?)),
        }
    }

    fn plain_path(&mut self) -> Result<Vec<Step>> {
        let mut path = vec![self.plain_step()?];
        while self.eat('/') {
            path.push(self.plain_step()?);
        }
        Ok(path)
    }

    fn aggregate_item(&mut self) -> Result<Aggregate> {
        let expr = match &*self.keyword() {
            "$count" => self.count_of_all()?,
            _ => self.expression()?,
        };
        let method = self.aggregate_method()?;
        let mut from = Vec::new();
        while self.blank_word_blank("from") {
            from.push((self.listed(Self::grouping)?, self.aggregate_method()?));
            self.admit(from.len(), Limit::Items, "groupings")?;
        }
        let alias = match self.blank_word_blank("as") {
            true => Some(self.identifier("a name")?),
            false => None,
        };
        Ok(Aggregate { expr, method, from, alias })
    }

    /// `$count`: how many there are, without a path to what.
    fn count_of_all(&mut self) -> Result<Expr> {
        let span = self.bump().span;
        let path = Path { root: Root::Implied, steps: vec![Step::Count(Vec::new())] };
        self.node(ExprKind::Path(path), span)
    }

    fn aggregate_method(&mut self) -> Result<Option<super::tree::Name>> {
        if !self.blank_word_blank("with") {
            return Ok(None);
        }
        match self.peek().kind {
            TokenKind::Name => Ok(Some(self.name())),
            _ => Err(self.unexpected("a method such as `sum`")),
        }
    }

    /// The parentheses that are next must hold something.
    fn refuse_empty(&mut self) -> Result<()> {
        let before = self.at();
        self.bump();
        self.blanks();
        if self.is_sign(')') {
            return Err(self.unexpected("what the transformation needs to know"));
        }
        self.seek(before);
        Ok(())
    }

    /// Passes over parentheses and what stands in them.
    fn pass_over(&mut self) -> Result<()> {
        let mut open = 0_usize;
        loop {
            match self.peek().kind {
                TokenKind::Sign('(') => open += 1,
                TokenKind::Sign(')') if open == 1 => {
                    self.bump();
                    return Ok(());
                }
                TokenKind::Sign(')') => open -= 1,
                TokenKind::End | TokenKind::Broken(_) => return Err(self.unexpected("`)`")),
                _ => {}
            }
            let Span { start, end } = self.bump().span;
            debug_assert!(end > start, "every token but the last takes up room");
        }
    }
}
