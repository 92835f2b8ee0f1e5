//! The functions and operators of the language: names, numbers of arguments, binding power. Everything that knows one
//! of them by name loops over these tables.

use super::tree::{Binary, Extreme, Function, Logical};

/// A function: its name, the least and the greatest number of its arguments.
pub(super) const FUNCTIONS: &[(&str, Function, usize, usize)] = &[
    ("concat", Function::Concat, 2, 2),
    ("contains", Function::Contains, 2, 2),
    ("endswith", Function::EndsWith, 2, 2),
    ("indexof", Function::IndexOf, 2, 2),
    ("length", Function::Length, 1, 1),
    ("matchespattern", Function::MatchesPattern, 2, 2),
    ("startswith", Function::StartsWith, 2, 2),
    ("substring", Function::Substring, 2, 3),
    ("tolower", Function::ToLower, 1, 1),
    ("toupper", Function::ToUpper, 1, 1),
    ("trim", Function::Trim, 1, 1),
    ("year", Function::Year, 1, 1),
    ("month", Function::Month, 1, 1),
    ("day", Function::Day, 1, 1),
    ("hour", Function::Hour, 1, 1),
    ("minute", Function::Minute, 1, 1),
    ("second", Function::Second, 1, 1),
    ("fractionalseconds", Function::FractionalSeconds, 1, 1),
    ("totalseconds", Function::TotalSeconds, 1, 1),
    ("date", Function::Date, 1, 1),
    ("time", Function::Time, 1, 1),
    ("totaloffsetminutes", Function::TotalOffsetMinutes, 1, 1),
    ("mindatetime", Function::MinDateTime, 0, 0),
    ("maxdatetime", Function::MaxDateTime, 0, 0),
    ("now", Function::Now, 0, 0),
    ("round", Function::Round, 1, 1),
    ("floor", Function::Floor, 1, 1),
    ("ceiling", Function::Ceiling, 1, 1),
    ("geo.distance", Function::GeoDistance, 2, 2),
    ("geo.length", Function::GeoLength, 1, 1),
    ("geo.intersects", Function::GeoIntersects, 2, 2),
    ("hassubset", Function::HasSubset, 2, 2),
    ("hassubsequence", Function::HasSubsequence, 2, 2),
    ("isdefined", Function::IsDefined, 1, 1),
];

impl Function {
    /// The function of that name, in any case, and how few and how many arguments it takes.
    pub(super) fn find(name: &str) -> Option<(Function, usize, usize)> {
        let found = FUNCTIONS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
        found.map(|(_, function, least, most)| (*function, *least, *most))
    }

    /// As messages and printed text name it.
    pub fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, function, ..)| *function == self).map_or("", |(name, ..)| name)
    }
}

/// An operator between operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Infix {
    Logical(Logical),
    Binary(Binary),
}

/// Operators between operands and how tightly they bind. `not` and `-` stand at [`UNARY`].
pub(super) const INFIX: &[(&str, Infix, u8)] = &[
    ("or", Infix::Logical(Logical::Or), 1),
    ("and", Infix::Logical(Logical::And), 2),
    ("eq", Infix::Binary(Binary::Eq), 3),
    ("ne", Infix::Binary(Binary::Ne), 3),
    ("gt", Infix::Binary(Binary::Gt), 4),
    ("ge", Infix::Binary(Binary::Ge), 4),
    ("lt", Infix::Binary(Binary::Lt), 4),
    ("le", Infix::Binary(Binary::Le), 4),
    ("add", Infix::Binary(Binary::Add), 5),
    ("sub", Infix::Binary(Binary::Sub), 5),
    ("mul", Infix::Binary(Binary::Mul), 6),
    ("div", Infix::Binary(Binary::Div), 6),
    ("divby", Infix::Binary(Binary::DivBy), 6),
    ("mod", Infix::Binary(Binary::Mod), 6),
    ("has", Infix::Binary(Binary::Has), UNARY + 1),
    ("in", Infix::Binary(Binary::In), UNARY + 1),
];

/// How tightly `not` and `-` bind.
pub(super) const UNARY: u8 = 7;

impl Infix {
    /// The operator of that name, in any case, and its binding power.
    pub(super) fn find(name: &str) -> Option<(Infix, u8)> {
        let found = INFIX.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
        found.map(|(_, infix, power)| (*infix, *power))
    }

    /// Its name and binding power.
    pub(super) fn entry(self) -> (&'static str, u8) {
        INFIX.iter().find(|(_, infix, _)| *infix == self).map_or(("", 0), |(name, _, power)| (*name, *power))
    }
}

impl Binary {
    /// As messages and printed text name it.
    pub fn name(self) -> &'static str {
        Infix::Binary(self).entry().0
    }
}

impl Logical {
    /// As messages and printed text name it.
    pub fn name(self) -> &'static str {
        Infix::Logical(self).entry().0
    }
}

/// The transformations of `$apply` that keep the greatest or the least.
pub(super) const EXTREMES: &[(&str, Extreme)] = &[
    ("topcount", Extreme::TopCount),
    ("topsum", Extreme::TopSum),
    ("toppercent", Extreme::TopPercent),
    ("bottomcount", Extreme::BottomCount),
    ("bottomsum", Extreme::BottomSum),
    ("bottompercent", Extreme::BottomPercent),
];

impl Extreme {
    /// As messages and printed text name it.
    pub fn name(self) -> &'static str {
        EXTREMES.iter().find(|(_, extreme)| *extreme == self).map_or("", |(name, _)| name)
    }
}
