//! How much a text may ask for. Every limit is checked while reading, so that nothing costs more than it admits.

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

impl Default for Limits {
    fn default() -> Self {
        Self::LENIENT
    }
}
