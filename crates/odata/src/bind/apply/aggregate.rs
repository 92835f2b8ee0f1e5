//! `aggregate(…)`: expressions, methods, aliases.

use edm::apply::{Aggregate, Method, Sequence};
use edm::expr::Shape;
use edm::{StructType, check};

use crate::bind::Binder;
use crate::problem::Problem;
use crate::syntax::tree::{self, ExprKind, Name, Path, Root, Step};

impl Binder<'_> {
    /// One row of aggregates in place of all.
    pub(super) fn aggregation(
        &mut self,
        ty: &'static StructType,
        items: &[tree::Aggregate],
        sequence: &mut Sequence,
    ) -> Result<(), Problem> {
        if let [item] = items
            && !item.from.is_empty()
        {
            return self.aggregate_from(ty, item, sequence);
        }
        let aggregates = self.aggregates(ty, items)?;
        self.sized(sequence);
        sequence.aggregate(aggregates);
        Ok(())
    }

    fn aggregates(
        &mut self,
        ty: &'static StructType,
        items: &[tree::Aggregate],
    ) -> Result<Vec<(usize, Aggregate)>, Problem> {
        let mut aggregates = Vec::with_capacity(items.len());
        for item in items {
            if !item.from.is_empty() {
                return Err(self.not_offered("`from` beside other items of `aggregate`"));
            }
            let aggregate = self.aggregate(&item.expr, item.method.as_ref())?;
            let Some(alias) = &item.alias else {
                return Err(self.wrong("`aggregate`: found no name, expected `as` and a name for the result"));
            };
            self.admit_alias(ty, alias)?;
            aggregates.push((alias, aggregate));
        }
        let mut slots = Vec::with_capacity(aggregates.len());
        for (alias, aggregate) in aggregates {
            // Within one `aggregate` no alias may stand twice either.
            self.admit_alias(ty, alias)?;
            slots.push((self.add_column(&alias.text, Shape::One(aggregate.ty())), aggregate));
        }
        Ok(slots)
    }

    pub(super) fn aggregate(&mut self, expr: &tree::Expr, method: Option<&Name>) -> Result<Aggregate, Problem> {
        let method = method.map(|name| self.method(name)).transpose()?;
        match (counted(expr), method) {
            (Some([]), None) => Ok(Aggregate::count()),
            (Some(_), Some(_)) => {
                Err(self.wrong("`aggregate`: found a method after `$count`, expected `as` and a name"))
            }
            (Some(_), None) => {
                let count = self.expr(expr)?;
                Aggregate::new(Method::Sum, count).map_err(|error| self.ill_typed(&error))
            }
            (None, Some(method)) => {
                let expr = self.expr(expr)?;
                Aggregate::new(method, expr).map_err(|error| self.ill_typed(&error))
            }
            (None, None) => {
                let bound = self.expr(expr);
                match (&expr.kind, bound) {
                    (ExprKind::Path(_), Err(_)) => Err(self.not_offered("a custom aggregate")),
                    (_, Err(problem)) => Err(problem),
                    (_, Ok(_)) => Err(self.wrong(format!(
                        "`aggregate`: found `{}` without a method, expected `with` and {}",
                        expr,
                        methods()
                    ))),
                }
            }
        }
    }

    pub(super) fn method(&self, name: &Name) -> Result<Method, Problem> {
        match Method::named(&name.text) {
            Some(method) => Ok(method),
            None if name.text.contains('.') => Err(self.not_offered(&format!("the method `{}`", name.text))),
            None => {
                let expected = check::one_of(&name.text, METHODS.iter().copied());
                Err(self.wrong(format!("found the method `{}`, {expected}", name.text)))
            }
        }
    }
}

/// The methods that the extension declares.
const METHODS: [&str; 5] = ["sum", "min", "max", "average", "countdistinct"];

fn methods() -> String {
    format!("one of `{}`", METHODS.join("`, `"))
}

/// What stands before `/$count`, if the expression is a path that ends so.
fn counted(expr: &tree::Expr) -> Option<&[Step]> {
    match &expr.kind {
        ExprKind::Path(Path { root: Root::Implied, steps }) => match steps.as_slice() {
            [before @ .., Step::Count(_)] => Some(before),
            _ => None,
        },
        _ => None,
    }
}
