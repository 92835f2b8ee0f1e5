//! The trees of query options.

use super::super::error::Span;
use super::{Expr, Name, Step};

/// A query option: what one item of a query string, or of the parentheses after a selected or expanded item, says.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What it says.
    pub kind: ChoiceKind,
    /// Where it stands in its text; of an option of a query string, where its value does.
    pub span: Span,
}

/// The query options.
#[derive(Debug, Clone, PartialEq)]
pub enum ChoiceKind {
    /// `$apply`
    Apply(Vec<Transformation>),
    /// `$compute`
    Compute(Vec<Computed>),
    /// `$count`
    Count(bool),
    /// `$deltatoken`
    DeltaToken(String),
    /// `$expand`
    Expand(Vec<ExpandItem>),
    /// `$filter`
    Filter(Expr),
    /// `$format`
    Format(String),
    /// `$id`
    Id(String),
    /// `$index`
    Index(i64),
    /// `$levels`; `None` for `max`
    Levels(Option<u64>),
    /// `$orderby`
    OrderBy(Vec<OrderItem>),
    /// `$schemaversion`; `None` for `*`
    SchemaVersion(Option<String>),
    /// `$search`
    Search(Search),
    /// `$select`
    Select(Vec<SelectItem>),
    /// `$skip`
    Skip(u64),
    /// `$skiptoken`
    SkipToken(String),
    /// `$top`
    Top(u64),
    /// `@name=value`
    Alias(String, Expr),
    /// An option of the service's own, its value if it has one.
    Custom(String, Option<String>),
}

/// `price mul 2 as double`
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// What.
    pub expr: Expr,
    /// Its name.
    pub alias: Name,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderItem {
    /// By what.
    pub expr: Expr,
    /// `desc`?
    pub descending: bool,
}

/// One item of `$select`.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectItem {
    /// `*`
    All,
    /// `microsoft.graph.*`: the operations of a namespace.
    Operations(Name),
    /// A property, a path, an operation.
    Path {
        /// Names and annotations, at least one.
        path: Vec<Step>,
        /// `(a,b)` after an operation: its parameters' names.
        parameters: Vec<Name>,
        /// `($filter=…;$top=1)`
        options: Vec<Choice>,
    },
}

/// One item of `$expand`.
#[derive(Debug, Clone)]
pub struct ExpandItem {
    /// The names and annotations before the end; of `$value` none.
    pub path: Vec<Step>,
    /// What stands at the end.
    pub tail: ExpandTail,
    /// What stands in the parentheses.
    pub options: Vec<Choice>,
    /// Where.
    pub span: Span,
}

/// How an item of `$expand` ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpandTail {
    /// With a name.
    Name,
    /// `/$ref`
    Ref,
    /// `/$count`
    Count,
    /// `*`
    Star,
    /// `*/$ref`
    StarRef,
    /// `$value`
    Value,
}

/// What to search for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// `blue`
    Word(String),
    /// `"deep blue"`
    Phrase(String),
    /// `'…'`: text whose own operators are not to be read, in particular while it is typed.
    Raw(String),
    /// `NOT a`
    Not(Box<Search>),
    /// `a AND b`, `a b`
    And(Vec<Search>),
    /// `a OR b`
    Or(Vec<Search>),
}

/// A step of `$apply`.
#[derive(Debug, Clone, PartialEq)]
pub enum Transformation {
    /// `aggregate(…)`
    Aggregate(Vec<Aggregate>),
    /// `groupby((…),…)`
    GroupBy {
        /// The grouping paths.
        by: Vec<Grouping>,
        /// What is done with each group.
        then: Vec<Transformation>,
    },
    /// `filter(…)`
    Filter(Expr),
    /// `search(…)`
    Search(Search),
    /// `compute(…)`
    Compute(Vec<Computed>),
    /// `orderby(…)`
    OrderBy(Vec<OrderItem>),
    /// `skip(n)`
    Skip(u64),
    /// `top(n)`
    Top(u64),
    /// `identity`
    Identity,
    /// `concat(…,…)`
    Concat(Vec<Vec<Transformation>>),
    /// `join(Sales as Sale,…)`, `outerjoin(…)`
    Join {
        /// Are rows kept that lead to nothing?
        outer: bool,
        /// The way to what is joined.
        path: Vec<Step>,
        /// What each of those is called.
        alias: Name,
        /// What is done with them before.
        then: Vec<Transformation>,
    },
    /// `topcount(n,by)` and its kin.
    Extreme {
        /// Which.
        method: Extreme,
        /// How many, how much.
        amount: Expr,
        /// By what.
        by: Expr,
    },
    /// A transformation that is known, or a function of the service's own, whose arguments are not read.
    Other(Name),
}

/// `aggregate(price with sum as total)`
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// What is aggregated; a custom aggregate is its own method.
    pub expr: Expr,
    /// `with …`
    pub method: Option<Name>,
    /// `from … with …`: the groupings over which it is aggregated first, innermost first.
    pub from: Vec<(Vec<Grouping>, Option<Name>)>,
    /// `as …`
    pub alias: Option<Name>,
}

/// What groups are made by.
#[derive(Debug, Clone, PartialEq)]
pub enum Grouping {
    /// A path of names.
    Path(Vec<Step>),
    /// `rollup(…)`
    Rollup(Vec<Vec<Step>>),
    /// `rolluprecursive(…)`, its arguments not read.
    RollupRecursive,
}

/// The transformations that keep the greatest or the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as written")]
pub enum Extreme {
    TopCount,
    TopSum,
    TopPercent,
    BottomCount,
    BottomSum,
    BottomPercent,
}

impl PartialEq for Choice {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for ExpandItem {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.tail == other.tail && self.options == other.options
    }
}
