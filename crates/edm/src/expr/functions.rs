//! The canonical functions (OData URL Conventions 4.01, sections 5.1.1.5 to 5.1.1.10) and their signatures, each
//! declared once. `cast`, `isof` and `case` have constructors of their own; the functions of geography are not offered.

use std::collections::BTreeSet;

use super::coerce::{align, towards};
use super::shape::BOOLEAN;
use super::{Expr, Node, Pattern, Rank, Rules, Shape, Size, TypeError};
use crate::model::{Primitive, Type, build};
use crate::value::Value;

/// A canonical function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the functions by their names")]
pub enum Function {
    Ceiling,
    Concat,
    Contains,
    Date,
    Day,
    EndsWith,
    Floor,
    FractionalSeconds,
    HasSubsequence,
    HasSubset,
    Hour,
    IndexOf,
    Length,
    MatchesPattern,
    MaxDateTime,
    MinDateTime,
    Minute,
    Month,
    Now,
    Round,
    Second,
    StartsWith,
    Substring,
    Time,
    ToLower,
    ToUpper,
    TotalOffsetMinutes,
    TotalSeconds,
    Trim,
    Year,
}

/// What a parameter takes. Every one takes null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Text,
    Whole,
    Number,
    Day,
    Instant,
    Clock,
    Span,
    /// A list; several in one signature are of one type.
    List,
}

/// What a function yields.
#[derive(Debug, Clone, Copy)]
enum Yields {
    A(Type),
    /// The type of its first argument, or of the second if the first is null.
    Same,
}

/// One way to call a function.
struct Signature {
    function: Function,
    name: &'static str,
    takes: &'static [Takes],
    yields: Yields,
}

const fn signature(function: Function, name: &'static str, takes: &'static [Takes], yields: Yields) -> Signature {
    Signature { function, name, takes, yields }
}

use Takes::{Clock, Day, Instant, List, Number, Span, Text, Whole};
use Yields::{A, Same};

const SIGNATURES: &[Signature] = &[
    signature(Function::Ceiling, "ceiling", &[Number], Same),
    signature(Function::Concat, "concat", &[Text, Text], A(build::STRING)),
    signature(Function::Concat, "concat", &[List, List], Same),
    signature(Function::Contains, "contains", &[Text, Text], A(build::BOOLEAN)),
    signature(Function::Contains, "contains", &[List, List], A(build::BOOLEAN)),
    signature(Function::Date, "date", &[Instant], A(build::DATE)),
    signature(Function::Day, "day", &[Day], A(build::INT32)),
    signature(Function::Day, "day", &[Instant], A(build::INT32)),
    signature(Function::EndsWith, "endswith", &[Text, Text], A(build::BOOLEAN)),
    signature(Function::EndsWith, "endswith", &[List, List], A(build::BOOLEAN)),
    signature(Function::Floor, "floor", &[Number], Same),
    signature(Function::FractionalSeconds, "fractionalseconds", &[Instant], A(build::DECIMAL)),
    signature(Function::FractionalSeconds, "fractionalseconds", &[Clock], A(build::DECIMAL)),
    signature(Function::HasSubsequence, "hassubsequence", &[List, List], A(build::BOOLEAN)),
    signature(Function::HasSubset, "hassubset", &[List, List], A(build::BOOLEAN)),
    signature(Function::Hour, "hour", &[Instant], A(build::INT32)),
    signature(Function::Hour, "hour", &[Clock], A(build::INT32)),
    signature(Function::IndexOf, "indexof", &[Text, Text], A(build::INT32)),
    signature(Function::IndexOf, "indexof", &[List, List], A(build::INT32)),
    signature(Function::Length, "length", &[Text], A(build::INT32)),
    signature(Function::Length, "length", &[List], A(build::INT32)),
    signature(Function::MatchesPattern, "matchespattern", &[Text, Text], A(build::BOOLEAN)),
    signature(Function::MatchesPattern, "matchespattern", &[Text, Text, Text], A(build::BOOLEAN)),
    signature(Function::MaxDateTime, "maxdatetime", &[], A(build::DATE_TIME)),
    signature(Function::MinDateTime, "mindatetime", &[], A(build::DATE_TIME)),
    signature(Function::Minute, "minute", &[Instant], A(build::INT32)),
    signature(Function::Minute, "minute", &[Clock], A(build::INT32)),
    signature(Function::Month, "month", &[Day], A(build::INT32)),
    signature(Function::Month, "month", &[Instant], A(build::INT32)),
    signature(Function::Now, "now", &[], A(build::DATE_TIME)),
    signature(Function::Round, "round", &[Number], Same),
    signature(Function::Second, "second", &[Instant], A(build::INT32)),
    signature(Function::Second, "second", &[Clock], A(build::INT32)),
    signature(Function::StartsWith, "startswith", &[Text, Text], A(build::BOOLEAN)),
    signature(Function::StartsWith, "startswith", &[List, List], A(build::BOOLEAN)),
    signature(Function::Substring, "substring", &[Text, Whole], A(build::STRING)),
    signature(Function::Substring, "substring", &[Text, Whole, Whole], A(build::STRING)),
    signature(Function::Substring, "substring", &[List, Whole], Same),
    signature(Function::Substring, "substring", &[List, Whole, Whole], Same),
    signature(Function::Time, "time", &[Instant], A(build::TIME_OF_DAY)),
    signature(Function::ToLower, "tolower", &[Text], A(build::STRING)),
    signature(Function::ToUpper, "toupper", &[Text], A(build::STRING)),
    signature(Function::TotalOffsetMinutes, "totaloffsetminutes", &[Instant], A(build::INT32)),
    signature(Function::TotalSeconds, "totalseconds", &[Span], A(build::DECIMAL)),
    signature(Function::Trim, "trim", &[Text], A(build::STRING)),
    signature(Function::Year, "year", &[Day], A(build::INT32)),
    signature(Function::Year, "year", &[Instant], A(build::INT32)),
];

impl Takes {
    fn admits(self, shape: Shape) -> bool {
        let primitive = shape.primitive();
        match self {
            _ if matches!(shape, Shape::Null) => true,
            Takes::Text => primitive == Some(Primitive::String),
            Takes::Whole => shape.rank() == Some(Rank::Integer),
            Takes::Number => shape.rank().is_some(),
            Takes::Day => primitive == Some(Primitive::Date),
            Takes::Instant => primitive == Some(Primitive::DateTimeOffset),
            Takes::Clock => primitive == Some(Primitive::TimeOfDay),
            Takes::Span => primitive == Some(Primitive::Duration),
            Takes::List => shape.is_list(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Takes::Text => "`Edm.String`",
            Takes::Whole => "an integer",
            Takes::Number => "a number",
            Takes::Day => "`Edm.Date`",
            Takes::Instant => "`Edm.DateTimeOffset`",
            Takes::Clock => "`Edm.TimeOfDay`",
            Takes::Span => "`Edm.Duration`",
            Takes::List => "a list",
        }
    }
}

impl Function {
    /// The function of that name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        SIGNATURES
            .iter()
            .find(|signature| signature.name.eq_ignore_ascii_case(name))
            .map(|signature| signature.function)
    }

    /// The names of all functions, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        let repeats =
            |at: usize| at.checked_sub(1).and_then(|before| SIGNATURES.get(before)).map(|before| before.function);
        SIGNATURES
            .iter()
            .enumerate()
            .filter(move |(at, signature)| repeats(*at) != Some(signature.function))
            .map(|(_, signature)| signature.name)
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        self.signatures().next().map_or("", |signature| signature.name)
    }

    fn signatures(self) -> impl Iterator<Item = &'static Signature> {
        SIGNATURES.iter().filter(move |signature| signature.function == self)
    }

    /// The signature that takes these arguments.
    fn signature(self, found: &[Shape]) -> Result<&'static Signature, TypeError> {
        let fits =
            |signature: &&Signature| signature.takes.iter().zip(found).all(|(takes, shape)| takes.admits(*shape));
        let mut candidates = self.signatures().filter(|signature| signature.takes.len() == found.len()).peekable();
        if candidates.peek().is_none() {
            let counts: BTreeSet<usize> = self.signatures().map(|signature| signature.takes.len()).collect();
            let expected = counts.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
            return Err(TypeError::Arity { name: self.name(), found: found.len(), expected });
        }
        candidates.find(fits).ok_or_else(|| {
            let ways = self.signatures().filter(|signature| signature.takes.len() == found.len());
            let ways: Vec<String> = ways
                .map(|signature| signature.takes.iter().map(|takes| takes.name()).collect::<Vec<_>>().join(" and "))
                .collect();
            TypeError::operands(self.name(), found, ways.join(", or "))
        })
    }
}

impl Expr {
    /// A call of a canonical function.
    pub fn call(function: Function, arguments: Vec<Expr>, rules: &Rules) -> Result<Self, TypeError> {
        let arguments = match function {
            Function::TotalSeconds => arguments
                .into_iter()
                .map(|argument| towards(argument, Some(build::DURATION), rules))
                .collect::<Result<_, _>>()?,
            _ => arguments,
        };
        let found: Vec<Shape> = arguments.iter().map(|argument| argument.shape).collect();
        let signature = function.signature(&found)?;
        let arguments = match (signature.takes, <[Expr; 2]>::try_from(arguments)) {
            ([Takes::List, Takes::List], Ok([left, right])) => align(function.name(), left, right, rules)?.into(),
            (_, Ok(pair)) => pair.into(),
            (_, Err(arguments)) => arguments,
        };
        let typed = arguments.iter().find(|argument| argument.shape.ty().is_some()).or(arguments.first());
        let shape = match signature.yields {
            A(ty) => Shape::One(ty),
            Same => typed.map_or(Shape::Null, |argument| argument.shape),
        };
        if function == Function::MatchesPattern {
            return matches_pattern(arguments);
        }
        let size = Size::above(&arguments)?;
        Ok(Self { node: Node::Call(function, arguments), shape, size })
    }
}

/// The pattern is compiled once, so it must be known.
fn matches_pattern(arguments: Vec<Expr>) -> Result<Expr, TypeError> {
    let size = Size::above(&arguments)?;
    let mut arguments = arguments.into_iter();
    let subject = arguments.next().unwrap_or_else(Expr::null);
    let mut texts = Vec::new();
    for argument in arguments {
        match argument.as_literal() {
            Some(Value::String(text)) => texts.push(text.clone()),
            Some(_) => return Ok(Expr { node: Node::Literal(Value::Null), shape: BOOLEAN, size }),
            None => return Err(TypeError::Unsupported("a pattern that is not a literal".to_owned())),
        }
    }
    let pattern = Pattern::new(texts.first().map_or("", |text| text), texts.get(1).map_or("", |text| text))?;
    Ok(Expr { node: Node::Matches(Box::new(subject), pattern), shape: BOOLEAN, size })
}
