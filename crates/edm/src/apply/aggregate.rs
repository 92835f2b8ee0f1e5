//! Aggregation methods (OData Extension for Data Aggregation 4.0, section 3.2.1.3).

use std::collections::HashSet;

use bigdecimal::BigDecimal;

use crate::eval::number::{Number, decimal, quotient};
use crate::eval::{Datum, Env, EvalError, Row, order, write_key};
use crate::expr::{Class, Expr, Rank, TypeError};
use crate::model::{Primitive, Type, build};

/// How values become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as written")]
pub enum Method {
    Sum,
    Min,
    Max,
    Average,
    CountDistinct,
    /// How many there are; of rows, or of values that are not null.
    Count,
}

/// A value over all rows.
#[derive(Debug, Clone)]
pub struct Aggregate {
    method: Method,
    /// What is aggregated of each row; the items of a list one by one. Without it, the rows are counted.
    expr: Option<Expr>,
    ty: Type,
}

impl Method {
    const ALL: [Self; 6] =
        [Method::Sum, Method::Min, Method::Max, Method::Average, Method::CountDistinct, Method::Count];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Method::Sum => "sum",
            Method::Min => "min",
            Method::Max => "max",
            Method::Average => "average",
            Method::CountDistinct => "countdistinct",
            Method::Count => "count",
        }
    }

    /// The method of that name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name().eq_ignore_ascii_case(name))
    }
}

impl Aggregate {
    /// The number of rows.
    pub fn count() -> Self {
        Self { method: Method::Count, expr: None, ty: build::DECIMAL }
    }

    /// The values of an expression, made one.
    pub fn new(method: Method, expr: Expr) -> Result<Self, TypeError> {
        let shape = expr.shape();
        let wrong = |expected: &'static str| TypeError::operands(method.name(), &[shape], expected);
        let ty = match (method, shape.ty()) {
            (Method::CountDistinct | Method::Count, _) => build::DECIMAL,
            (Method::Sum, Some(ty)) => sum(ty).ok_or_else(|| wrong("numbers"))?,
            (Method::Average, Some(ty)) => mean(ty).ok_or_else(|| wrong("numbers"))?,
            (Method::Min | Method::Max, Some(ty)) if Class::of(ty).is_ordered() => ty,
            (Method::Min | Method::Max, _) => return Err(wrong("values that have an order")),
            (Method::Sum | Method::Average, None) => return Err(wrong("numbers")),
        };
        Ok(Self { method, expr: Some(expr), ty })
    }

    /// The type of the result.
    pub fn ty(&self) -> Type {
        self.ty
    }

    pub(super) fn expr(&self) -> Option<&Expr> {
        self.expr.as_ref()
    }

    /// The value over some rows.
    pub(super) fn over<'a>(&'a self, rows: &[super::Row<'a>], env: &Env) -> Result<Datum<'a>, EvalError> {
        let Some(expr) = &self.expr else {
            return Ok(count(rows.len()));
        };
        let mut state = State::new(self.method);
        for row in rows {
            env.spend(1)?;
            match expr.eval(row as &dyn Row<'a>, env)? {
                Datum::Null => {}
                Datum::List(items) => {
                    for item in items.iter().filter(|item| !item.is_null()) {
                        state.add(item, env)?;
                    }
                }
                value => state.add(value, env)?,
            }
        }
        Ok(state.finish(self.method, self.ty))
    }
}

/// A type that holds every sum: of what 32 bits hold, 64 bits.
fn sum(ty: Type) -> Option<Type> {
    match Class::of(ty) {
        Class::Number(Rank::Integer) if ty.primitive() != Some(Primitive::Int64) => Some(build::INT64),
        Class::Number(Rank::Integer | Rank::Decimal) => Some(build::DECIMAL),
        Class::Number(Rank::Single | Rank::Double) => Some(build::DOUBLE),
        _ => None,
    }
}

fn mean(ty: Type) -> Option<Type> {
    match Class::of(ty) {
        Class::Number(Rank::Integer | Rank::Decimal) => Some(build::DECIMAL),
        Class::Number(Rank::Single | Rank::Double) => Some(build::DOUBLE),
        _ => None,
    }
}

fn count<'a>(count: usize) -> Datum<'a> {
    decimal(&BigDecimal::from(count as u64))
}

/// What is kept of the values so far.
enum State<'a> {
    Total(Total),
    Best(Option<Datum<'a>>, Method),
    Distinct(HashSet<Vec<u8>>),
    Count(usize),
}

impl<'a> State<'a> {
    fn new(method: Method) -> Self {
        match method {
            Method::Sum | Method::Average => State::Total(Total::default()),
            Method::Min | Method::Max => State::Best(None, method),
            Method::CountDistinct => State::Distinct(HashSet::new()),
            Method::Count => State::Count(0),
        }
    }

    fn add(&mut self, value: Datum<'a>, env: &Env) -> Result<(), EvalError> {
        env.spend(1)?;
        match self {
            State::Total(total) => total.add(&value),
            State::Best(best, method) => {
                if best.as_ref().map_or(Ok(true), |best| beats(&value, best, *method, env))? {
                    *best = Some(value);
                }
            }
            State::Distinct(seen) => {
                let mut key = Vec::new();
                write_key(&value, env, &mut key)?;
                seen.insert(key);
            }
            State::Count(count) => *count += 1,
        }
        Ok(())
    }

    fn finish(self, method: Method, ty: Type) -> Datum<'a> {
        match self {
            State::Total(total) if total.count == 0 => Datum::Null,
            State::Total(total) if method == Method::Average => total.mean(ty),
            State::Total(total) => total.sum(ty),
            State::Best(best, _) => best.unwrap_or(Datum::Null),
            State::Distinct(seen) => count(seen.len()),
            State::Count(number) => count(number),
        }
    }
}

/// NaN beats all others, so that the result does not depend on the order of rows.
fn beats(value: &Datum<'_>, best: &Datum<'_>, method: Method, env: &Env) -> Result<bool, EvalError> {
    Ok(match order(value, best, env)? {
        Some(ordering) if method == Method::Min => ordering.is_lt(),
        Some(ordering) => ordering.is_gt(),
        None => Number::of(value).is_some_and(|number| number.to_double().is_nan()),
    })
}

/// A sum under way.
#[derive(Default)]
struct Total {
    count: u64,
    /// Integers; no number of rows exhausts this.
    whole: i128,
    exact: BigDecimal,
    float: f64,
    /// What additions to `float` lost to rounding (Neumaier).
    lost: f64,
    floats: bool,
}

impl Total {
    fn add(&mut self, value: &Datum<'_>) {
        match Number::of(value) {
            None => return,
            Some(Number::Integer(value)) => self.whole = self.whole.saturating_add(i128::from(value)),
            Some(Number::Decimal(value)) => self.exact += value.as_ref(),
            Some(number) => self.add_float(number.to_double()),
        }
        self.count = self.count.saturating_add(1);
    }

    fn add_float(&mut self, value: f64) {
        let sum = self.float + value;
        self.lost +=
            if self.float.abs() >= value.abs() { (self.float - sum) + value } else { (value - sum) + self.float };
        self.float = sum;
        self.floats = true;
    }

    fn decimal(&self) -> BigDecimal {
        &self.exact + BigDecimal::from(self.whole)
    }

    /// With floating numbers among them, it is one.
    fn double(&self) -> f64 {
        let float = if self.float.is_finite() { self.float + self.lost } else { self.float };
        float + crate::expr::decimal_to_f64(&self.decimal())
    }

    fn sum<'a>(&self, ty: Type) -> Datum<'a> {
        match ty.primitive() {
            Some(Primitive::Int64) => i64::try_from(self.whole).map_or(Datum::Null, Datum::Integer),
            Some(Primitive::Decimal) if !self.floats => decimal(&self.decimal()),
            _ => Datum::Double(self.double()),
        }
    }

    fn mean<'a>(&self, ty: Type) -> Datum<'a> {
        match ty.primitive() {
            Some(Primitive::Decimal) if !self.floats => {
                decimal(&quotient(&self.decimal(), &BigDecimal::from(self.count)))
            }
            _ => Datum::Double(self.double() / self.count as f64),
        }
    }
}
