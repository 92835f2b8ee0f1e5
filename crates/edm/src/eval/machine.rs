//! The walk over an expression: what each kind of node does with its children. It recurses no deeper than
//! [`crate::expr::MAX_DEPTH`].

use super::datum::Datum;
use super::row::Row;
use super::{Env, EvalError, compare, convert, number, search, sequence, temporal, text};
use crate::expr::{Base, Expr, Function, Lambda, Node, Step};

/// An evaluation under way.
pub(super) struct Machine<'e, 'a> {
    row: &'e dyn Row<'a>,
    env: &'e Env,
    /// What each lambda is at.
    slots: Vec<Datum<'a>>,
}

impl<'e, 'a> Machine<'e, 'a> {
    pub(super) fn new(expr: &Expr, row: &'e dyn Row<'a>, env: &'e Env) -> Self {
        Self { row, env, slots: vec![Datum::Null; usize::from(expr.slots())] }
    }

    /// The value of a node.
    pub(super) fn eval(&mut self, expr: &'a Expr) -> Result<Datum<'a>, EvalError> {
        match &expr.node {
            Node::Literal(value) => Ok(value.into()),
            Node::Path(base, steps) => self.path(base, steps),
            Node::Column(slot) => Ok(self.row.column(*slot)),
            Node::Outside(slot) => Ok(self.row.outside(*slot)),
            Node::Follow(from, navigation) => match &from.node {
                Node::Path(Base::Row, steps) if steps.is_empty() => Ok(self.row.follow(navigation)),
                _ => Ok(self.eval_paid(from)?.follow(navigation)),
            },
            Node::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.eval_paid(item)).collect::<Result<_, _>>()?;
                Ok(Datum::list(items))
            }
            Node::Negate(operand) => Ok(number::negate(&self.eval_paid(operand)?)),
            Node::Arithmetic(operator, operands) => {
                let (left, right) = self.pair(operands)?;
                number::arithmetic(*operator, &left, &right)
            }
            Node::Call(function, arguments) => self.call(*function, arguments),
            Node::Filter(lambda) => self.filter(lambda),
            Node::Search(list, search) => self.search(list, search),
            Node::Count(list) => self.count(list),
            Node::Item(list) => Ok(match self.eval_paid(list)? {
                Datum::List(list) => list.iter().next().unwrap_or(Datum::Null),
                _ => Datum::Null,
            }),
            Node::Case(pairs) => self.case(pairs),
            Node::Cast(operand, ty) => Ok(convert::cast(&self.eval_paid(operand)?, operand.shape(), *ty)),
            Node::Promote(rank, operand) => Ok(number::promote(self.eval_paid(operand)?, *rank)),
            Node::And(_)
            | Node::Or(_)
            | Node::Not(_)
            | Node::Compare(..)
            | Node::In(_)
            | Node::Has(_)
            | Node::Matches(..)
            | Node::Any(_)
            | Node::All(_)
            | Node::IsOf(..) => Ok(self.truth(expr)?.map_or(Datum::Null, Datum::Boolean)),
        }
    }

    /// The value of a node as a condition: true, false, or unknown.
    pub(super) fn truth(&mut self, expr: &'a Expr) -> Result<Option<bool>, EvalError> {
        self.env.spend(1)?;
        match &expr.node {
            Node::And(operands) => self.until(operands, false),
            Node::Or(operands) => self.until(operands, true),
            Node::Not(operand) => Ok(self.truth(operand)?.map(|value| !value)),
            Node::Compare(comparison, operands) => {
                let (left, right) = self.pair(operands)?;
                compare::compare(*comparison, &left, &right, self.env).map(Some)
            }
            Node::In(operands) => self.is_in(operands).map(Some),
            Node::Has(operands) => Ok(match self.pair(operands)? {
                (Datum::Enum(value), Datum::Enum(flags)) => Some(has(operands, value, flags)),
                _ => None,
            }),
            Node::Matches(subject, pattern) => match self.eval_paid(subject)? {
                Datum::String(text) => {
                    // A pattern costs more by the byte than a comparison does.
                    self.env.spend_bytes(text.len().saturating_mul(8))?;
                    Ok(Some(pattern.matches(&text)))
                }
                _ => Ok(None),
            },
            Node::Any(lambda) => self.quantify(lambda, true).map(Some),
            Node::All(lambda) => self.quantify(lambda, false).map(Some),
            Node::IsOf(operand, ty) => Ok(convert::is_of(&self.eval_paid(operand)?, operand.shape(), *ty)),
            _ => Ok(self.eval(expr)?.truth()),
        }
    }

    fn eval_paid(&mut self, expr: &'a Expr) -> Result<Datum<'a>, EvalError> {
        self.env.spend(1)?;
        self.eval(expr)
    }

    fn pair(&mut self, operands: &'a [Expr; 2]) -> Result<(Datum<'a>, Datum<'a>), EvalError> {
        let [left, right] = operands;
        Ok((self.eval_paid(left)?, self.eval_paid(right)?))
    }

    /// `and` ends with the first false, `or` with the first true; otherwise one unknown makes all unknown.
    fn until(&mut self, operands: &'a [Expr], end: bool) -> Result<Option<bool>, EvalError> {
        let mut known = true;
        for operand in operands {
            match self.truth(operand)? {
                Some(value) if value == end => return Ok(Some(end)),
                Some(_) => {}
                None => known = false,
            }
        }
        Ok(known.then_some(!end))
    }

    fn is_in(&mut self, operands: &'a [Expr; 2]) -> Result<bool, EvalError> {
        let (item, list) = self.pair(operands)?;
        let Datum::List(list) = list else { return Ok(false) };
        for member in list.iter() {
            self.env.spend(1)?;
            if compare::equal(&item, &member, self.env)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn path(&mut self, base: &'a Base, steps: &[Step]) -> Result<Datum<'a>, EvalError> {
        let (mut value, steps) = match (base, steps) {
            (Base::Row, [first, rest @ ..]) => (self.row.property(first.ordinal, first.property), rest),
            (Base::Row, []) => (self.row.whole(), steps),
            (Base::Outermost, _) => (self.row.outermost(), steps),
            (Base::Variable(slot), _) => (self.slots.get(usize::from(*slot)).cloned().unwrap_or(Datum::Null), steps),
            (Base::Expr(expr), _) => (self.eval_paid(expr)?, steps),
        };
        for step in steps {
            value = value.property(step.ordinal, step.property);
        }
        Ok(value)
    }

    /// Calls `decide` with each item of a list and what the condition says of it, until it has had enough.
    fn each(
        &mut self,
        lambda: &'a Lambda,
        mut decide: impl FnMut(Datum<'a>, Option<bool>) -> bool,
    ) -> Result<(), EvalError> {
        let Datum::List(list) = self.eval_paid(&lambda.source)? else { return Ok(()) };
        // A lambda around this one may use the same slot.
        let outer = self.put(lambda.slot, Datum::Null);
        for item in list.iter() {
            self.put(lambda.slot, item.clone());
            let verdict = self.truth(&lambda.predicate)?;
            if decide(item, verdict) {
                break;
            }
        }
        self.put(lambda.slot, outer);
        Ok(())
    }

    /// Puts a value into a slot; gives back what was there.
    fn put(&mut self, slot: u16, value: Datum<'a>) -> Datum<'a> {
        self.slots.get_mut(usize::from(slot)).map_or(Datum::Null, |place| std::mem::replace(place, value))
    }

    /// `any` ends true with the first item that is true, `all` false with the first that is not.
    fn quantify(&mut self, lambda: &'a Lambda, any: bool) -> Result<bool, EvalError> {
        let mut found = false;
        self.each(lambda, |_, verdict| {
            found = (verdict == Some(true)) == any;
            found
        })?;
        Ok(found == any)
    }

    fn filter(&mut self, lambda: &'a Lambda) -> Result<Datum<'a>, EvalError> {
        let mut kept = Vec::new();
        self.each(lambda, |item, verdict| {
            if verdict == Some(true) {
                kept.push(item);
            }
            false
        })?;
        Ok(Datum::list(kept))
    }

    fn search(&mut self, list: &'a Expr, search: &'a search::Search) -> Result<Datum<'a>, EvalError> {
        let Datum::List(list) = self.eval_paid(list)? else { return Ok(Datum::list([])) };
        let mut kept = Vec::new();
        for item in list.iter() {
            if search.matches(&item, self.env)? {
                kept.push(item);
            }
        }
        Ok(Datum::list(kept))
    }

    fn count(&mut self, list: &'a Expr) -> Result<Datum<'a>, EvalError> {
        let count = match self.eval_paid(list)? {
            Datum::List(list) => list.iter().count(),
            _ => 0,
        };
        self.env.spend(count as u64)?;
        Ok(Datum::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    fn case(&mut self, pairs: &'a [(Expr, Expr)]) -> Result<Datum<'a>, EvalError> {
        for (condition, value) in pairs {
            if self.truth(condition)? == Some(true) {
                return self.eval_paid(value);
            }
        }
        Ok(Datum::Null)
    }

    fn call(&mut self, function: Function, arguments: &'a [Expr]) -> Result<Datum<'a>, EvalError> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let value = self.eval_paid(argument)?;
            if value.is_null() {
                return Ok(Datum::Null);
            }
            values.push(value);
        }
        match values.as_slice() {
            [] => Ok(temporal::constant(function, self.env)),
            [Datum::List(list), rest @ ..] => sequence::call(function, list, rest, self.env),
            [Datum::String(subject), rest @ ..] => text::call(function, subject, rest, self.env),
            [value, ..] => Ok(temporal::part(function, value).unwrap_or_else(|| number::rounded(function, value))),
        }
    }
}

/// Flags are set when all of them are; members that do not combine are set when they are the value.
fn has([subject, _]: &[Expr; 2], value: i64, flags: i64) -> bool {
    match subject.shape().ty() {
        Some(crate::model::Type::Enum(ty)) if !ty.is_flags => value == flags,
        _ => value & flags == flags,
    }
}
