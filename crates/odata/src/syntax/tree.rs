//! What was said: the trees that the parsers make. No name in them has been looked up in a model.
//!
//! Spans count bytes of the decoded text. Two trees are equal if they say the same, wherever they stand.

mod option;

pub use option::{
    Aggregate, Choice, ChoiceKind, Computed, ExpandItem, ExpandTail, Extreme, Grouping, OrderItem, Search, SelectItem,
    Transformation,
};

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
    /// `'Clerk'`, `42`, `2020-01-01`, `Store.Colours'Purple'`
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
    /// `Store.Colours'Purple,Plain'`
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
