//! What was said: the trees that the parsers make. No name in them has been looked up in a model.
//!
//! Spans count bytes of the decoded text. Two trees are equal if they say the same, wherever they stand.

use super::error::Span;

/// A name, possibly with the namespace in front: `displayName`, `microsoft.graph.user`.
#[derive(Debug, Clone, Eq)]
pub struct Name {
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
}

impl Name {
    /// The namespace, if one is written, and the name proper.
    pub fn split(&self) -> (Option<&str>, &str) {
        match self.text.rsplit_once('.') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, &self.text),
        }
    }
}

/// An expression and its place.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, parentheses around it not counted.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `'Clerk'`, `42`, `2020-01-01`, `Sales.Pattern'Yellow'`
    Literal(Literal),
    /// `detail/jobTitle`, `$it/name`, `@p`, `Products/any(p:…)`
    Path(Path),
    /// `contains(a,b)`: a function that the language has by itself.
    Call {
        /// Which.
        function: Function,
        /// Its arguments, as many as it takes.
        arguments: Vec<Expr>,
    },
    /// `not a`, `-a`
    Unary {
        /// Which.
        operator: Unary,
        /// Of what.
        operand: Box<Expr>,
    },
    /// `a eq b`
    Binary {
        /// Which.
        operator: Binary,
        /// What stands before it.
        left: Box<Expr>,
        /// What stands after it.
        right: Box<Expr>,
    },
    /// `a and b and c`: two or more.
    Logical {
        /// Which.
        operator: Logical,
        /// What it joins, in order.
        terms: Vec<Expr>,
    },
    /// `(1,2,3)` after `in`.
    List(Vec<Expr>),
    /// `case(a:b,c:d)`: conditions and values, one pair at least.
    Case(Vec<(Expr, Expr)>),
    /// `isof(a,Edm.String)`, `cast(a,Edm.String)`
    Typed {
        /// Which.
        operator: Typed,
        /// Of what; the current instance if absent.
        operand: Option<Box<Expr>>,
        /// The type.
        ty: TypeName,
    },
    /// `["a",1]`
    Array(Vec<Expr>),
    /// `{"a":1}`
    Object(Vec<(String, Expr)>),
}

/// A literal: what kind of text it is, and the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The kind, seen by its form alone.
    pub kind: LiteralKind,
    /// The text without quotes, prefix and escapes.
    pub text: String,
    /// The type in front of an enumeration literal.
    pub ty: Option<Name>,
}

/// The forms of literals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LiteralKind {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean,
    /// Digits, perhaps a sign.
    Integer,
    /// A number with a fraction or an exponent.
    Decimal,
    /// `NaN`, `INF`, `-INF`
    Special,
    /// `'…'`
    String,
    /// `"…"`, within arrays and objects only.
    Json,
    /// Five groups of hexadecimal digits.
    Guid,
    /// `2020-01-01`
    Date,
    /// `2020-01-01T00:00:00Z`
    DateTimeOffset,
    /// `07:59:59`
    TimeOfDay,
    /// `duration'PT1H'`
    Duration,
    /// `binary'T0RhdGE'`
    Binary,
    /// `Sales.Pattern'Yellow,Solid'`
    Enum,
    /// `geography'SRID=0;Point(1 2)'`
    Geography,
    /// `geometry'SRID=0;Point(1 2)'`
    Geometry,
}

/// A way to a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// The steps from there.
    pub steps: Vec<Step>,
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// At what the innermost scope is about, or at the variable or property of its first name.
    Implied,
    /// `$it`
    It,
    /// `$this`
    This,
    /// `$root`
    Root,
    /// `$these`: the collection that an `$apply` transformation gets.
    These,
    /// `@name`: a parameter alias, or else an annotation of the instance.
    Alias(String),
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A property, lambda variable, type, or with arguments a key or function.
    Name {
        /// What.
        name: Name,
        /// `(…)`: a key or arguments; what they are depends on the name.
        arguments: Option<Arguments>,
    },
    /// `(…)` after arguments or a filter: a key.
    Key(Arguments),
    /// A segment that is no name: a key as a segment.
    Segment(Name),
    /// `@Core.Messages#part`
    Annotation {
        /// The term, possibly with a namespace.
        term: Name,
        /// What follows the number sign.
        qualifier: Option<Name>,
    },
    /// `$count`, perhaps of what the options leave.
    Count(Vec<Choice>),
    /// `$filter(…)`
    Filter(Box<Expr>),
    /// `any(x:…)`, `any()`, `all(x:…)`
    Lambda {
        /// Which.
        quantifier: Quantifier,
        /// The variable and what is said of it; absent in `any()` only.
        body: Option<(Name, Box<Expr>)>,
    },
}

/// What stands in the parentheses after a name.
#[derive(Debug, Clone)]
pub struct Arguments {
    /// The items. One without a name stands alone.
    pub items: Vec<Argument>,
    /// With the parentheses.
    pub span: Span,
}

/// An argument or key value.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// What it is for.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// `any` or `all`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// One is enough.
    Any,
    /// Every one.
    All,
}

/// Operators before an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Operators that join any number of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as written")]
pub enum Logical {
    And,
    Or,
}

/// Operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as written")]
pub enum Binary {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Add,
    Sub,
    Mul,
    Div,
    DivBy,
    Mod,
    Has,
    In,
}

/// Operators that take the name of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as written")]
pub enum Typed {
    IsOf,
    Cast,
}

/// The name of a type, or of collections of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeName {
    /// The type.
    pub name: Name,
    /// `Collection(…)`?
    pub collection: bool,
}

/// The functions that the language has by itself, named as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named as written")]
pub enum Function {
    Concat,
    Contains,
    EndsWith,
    IndexOf,
    Length,
    MatchesPattern,
    StartsWith,
    Substring,
    ToLower,
    ToUpper,
    Trim,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    FractionalSeconds,
    TotalSeconds,
    Date,
    Time,
    TotalOffsetMinutes,
    MinDateTime,
    MaxDateTime,
    Now,
    Round,
    Floor,
    Ceiling,
    GeoDistance,
    GeoLength,
    GeoIntersects,
    HasSubset,
    HasSubsequence,
    IsDefined,
}

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

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Arguments {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
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
