//! `topcount`, `bottomcount`, `topsum`, `bottomsum`, `toppercent`, `bottompercent` (OData Extension for Data
//! Aggregation 4.0, section 3.3.1).

use bigdecimal::{BigDecimal, Signed as _, Zero as _};

use crate::eval::number::Number;
use crate::eval::{Datum, Env, EvalError, Row, Sort, SortKey};
use crate::expr::{Class, Expr, TypeError};
use crate::value::Value;

/// When there are rows enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// When there are so many.
    Count,
    /// When their sum reaches the amount.
    Sum,
    /// When their sum reaches so many percent of that of all.
    Percent,
}

/// The greatest or least rows.
#[derive(Debug, Clone)]
pub struct Extreme {
    measure: Measure,
    amount: BigDecimal,
    by: Sort,
}

impl Extreme {
    /// The greatest or least rows by an expression, until there are enough. `name` is for messages.
    pub fn new(
        name: &'static str,
        measure: Measure,
        greatest: bool,
        amount: &Value,
        by: Expr,
    ) -> Result<Self, TypeError> {
        let shape = by.shape();
        let class = shape.ty().map(Class::of).filter(|_| !shape.is_list());
        let fits = match measure {
            Measure::Count => class.is_some_and(Class::is_ordered),
            Measure::Sum | Measure::Percent => matches!(class, Some(Class::Number(_))),
        };
        if !fits {
            let expected = if measure == Measure::Count { "a value that has an order" } else { "a number" };
            return Err(TypeError::operands(name, &[shape], format!("{expected} as its second parameter")));
        }
        let wrong = |expected: &str| TypeError::Literal { text: text(amount), expected: expected.to_owned() };
        let datum = Datum::from(amount);
        let number = Number::of(&datum).and_then(Number::into_decimal).ok_or_else(|| wrong("a number"))?;
        let amount = number.into_owned();
        let hundred = BigDecimal::from(100);
        match measure {
            Measure::Count if !amount.is_positive() || !amount.is_integer() => Err(wrong("a positive whole number")),
            Measure::Percent if !amount.is_positive() || amount > hundred => {
                Err(wrong("a number greater than 0 and at most 100"))
            }
            _ => Ok(Self { measure, amount, by: Sort { keys: vec![SortKey { expr: by, descending: greatest }] } }),
        }
    }

    pub(super) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.by.keys.iter().map(|key| &key.expr)
    }

    pub(super) fn keep<'a>(&'a self, rows: Vec<super::Row<'a>>, env: &Env) -> Result<Vec<super::Row<'a>>, EvalError> {
        let sorted = super::run::sorted(&self.by, rows, env)?;
        let mut amounts = Vec::with_capacity(sorted.len());
        for row in &sorted {
            amounts.push(self.amount_of(row, env)?);
        }
        let total: BigDecimal =
            if self.measure == Measure::Percent { amounts.iter().flatten().sum() } else { 0.into() };
        let mut reached = BigDecimal::zero();
        let mut kept = 0;
        for amount in &amounts {
            if self.is_enough(&reached, &total) {
                break;
            }
            kept += 1;
            match amount {
                Some(amount) => reached += amount,
                // Past every amount.
                None => break,
            }
        }
        Ok(sorted.into_iter().take(kept).collect())
    }

    /// What a row counts; `None` for infinitely much.
    fn amount_of<'a>(&'a self, row: &super::Row<'a>, env: &Env) -> Result<Option<BigDecimal>, EvalError> {
        let Some(key) = self.by.keys.first().filter(|_| self.measure != Measure::Count) else {
            return Ok(Some(1.into()));
        };
        let value = key.expr.eval(row as &dyn Row<'a>, env)?;
        let Some(number) = Number::of(&value) else { return Ok(Some(BigDecimal::zero())) };
        let double = number.to_double();
        Ok(match number.into_decimal() {
            Some(amount) => Some(amount.into_owned()),
            None if double == f64::INFINITY => None,
            None => Some(BigDecimal::zero()),
        })
    }

    fn is_enough(&self, reached: &BigDecimal, total: &BigDecimal) -> bool {
        match self.measure {
            Measure::Count | Measure::Sum => *reached >= self.amount,
            Measure::Percent => {
                let (part, whole) = (reached * BigDecimal::from(100), &self.amount * total);
                // Of nothing there is no share, and of less than nothing it grows downwards.
                if total.is_negative() { part <= whole } else { !total.is_zero() && part >= whole }
            }
        }
    }
}

fn text(value: &Value) -> String {
    let mut out = Vec::new();
    value.write(crate::model::build::STRING, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
