//! How much a text may ask for. Every limit is checked while reading, so that nothing costs more than it admits; a text
//! beyond one is told the setting that could admit more.

use std::fmt::Display;

/// What parsers and binders admit. Configuration may make its own: `Limits { nodes: 500, ..Limits::LENIENT }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one text, decoded.
    pub length: usize,
    /// Nodes of the trees made from one text.
    pub nodes: usize,
    /// Levels of nesting, of parentheses, operators and options alike. A megabyte of stack holds a hundred of them
    /// even where nothing is optimised.
    pub depth: usize,
    /// Levels of `any` and `all` within each other.
    pub lambdas: usize,
    /// Items of a list, an array or an object.
    pub items: usize,
    /// Levels of `$expand` within each other.
    pub expands: usize,
    /// Items of `$expand` in one request, those that `*` and `$levels` stand for included.
    pub expanded: usize,
    /// Keys of one order: each is read from every row.
    pub keys: usize,
    /// Read what is widely written though the grammar has no place for it: blanks after commas and semicolons between
    /// items, `not(…)` without a blank, and numbers with a letter for their type (`2.5f`).
    pub lenient: bool,
}

impl Limits {
    /// The grammar to the letter.
    pub const STRICT: Limits = Limits {
        length: 16 * 1024,
        nodes: 2_000,
        depth: 100,
        lambdas: 8,
        items: 1_000,
        expands: 4,
        expanded: 200,
        keys: 16,
        lenient: false,
    };

    /// The same, and what the clients of Graph write.
    pub const LENIENT: Limits = Limits { lenient: true, ..Self::STRICT };
}

/// One of [`Limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::length`].
    Length,
    /// [`Limits::nodes`].
    Nodes,
    /// [`Limits::depth`].
    Depth,
    /// [`Limits::lambdas`].
    Lambdas,
    /// [`Limits::items`].
    Items,
    /// [`Limits::expands`].
    Expands,
    /// [`Limits::expanded`].
    Expanded,
    /// [`Limits::keys`].
    Keys,
}

impl Limit {
    /// The name under which services let it be set.
    pub const fn setting(self) -> &'static str {
        match self {
            Limit::Length => "query.length",
            Limit::Nodes => "query.nodes",
            Limit::Depth => "query.depth",
            Limit::Lambdas => "query.lambdas",
            Limit::Items => "query.items",
            Limit::Expands => "query.expands",
            Limit::Expanded => "query.expanded",
            Limit::Keys => "query.order_keys",
        }
    }
}

impl Limits {
    /// How much of it is admitted.
    pub const fn most(&self, limit: Limit) -> usize {
        match limit {
            Limit::Length => self.length,
            Limit::Nodes => self.nodes,
            Limit::Depth => self.depth,
            Limit::Lambdas => self.lambdas,
            Limit::Items => self.items,
            Limit::Expands => self.expands,
            Limit::Expanded => self.expanded,
            Limit::Keys => self.keys,
        }
    }
}

/// What is said of a request that asks for more than that setting admits.
pub fn beyond(setting: &str, most: impl Display, what: &str) -> String {
    format!("found more than {most} {what}, the most that the setting `{setting}` admits")
}

impl Default for Limits {
    fn default() -> Self {
        Self::LENIENT
    }
}
