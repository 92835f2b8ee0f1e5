//! `$apply` bound: names of properties and aliases looked up, methods and amounts checked. What a transformation means
//! is `edm::apply`'s.
//!
//! Not offered (501): `nest` and `addnested`, transformations within `join`, hierarchies, custom aggregates and
//! methods, `from` beside other items.

mod aggregate;
mod from;
mod group;
mod scope;
#[cfg(test)]
mod tests;

use edm::apply::{Extreme, Layout, Measure, Pipeline, Sequence};
use edm::check::brief;
use edm::expr::Shape;
use edm::{StructKind, StructType, Type};

use super::Binder;
use crate::problem::Problem;
use crate::syntax::tree::{self, Transformation};

pub(super) use scope::Applied;

impl Binder<'_> {
    /// `$apply` over the rows of the current level, which have a structured type. What is bound afterwards on the level
    /// is about its result.
    pub fn apply(&mut self, trees: &[Transformation]) -> Result<Pipeline, Problem> {
        self.within("$apply");
        // What rows are made of does not reach beyond them.
        self.reads_elsewhere = false;
        let Some(ty) = self.current()?.shape().ty().and_then(|ty| ty.structure()) else {
            return Err(self.not_offered("`$apply` to a collection of primitive values"));
        };
        self.applied = Some(Applied::new(ty));
        let sequence = self.sequence(ty, trees, vec![Layout::given()])?;
        let columns = match &mut self.applied {
            Some(applied) => applied.finish(sequence.layouts()),
            None => Vec::new(),
        };
        self.name_columns();
        Ok(Pipeline { ty, columns, sequence })
    }

    /// Transformations over rows of these structures.
    fn sequence(
        &mut self,
        ty: &'static StructType,
        trees: &[Transformation],
        layouts: Vec<Layout>,
    ) -> Result<Sequence, Problem> {
        let mut sequence = Sequence::over(layouts);
        for tree in trees {
            self.see(&sequence);
            self.transformation(ty, tree, &mut sequence)?;
        }
        self.see(&sequence);
        Ok(sequence)
    }

    fn transformation(
        &mut self,
        ty: &'static StructType,
        tree: &Transformation,
        sequence: &mut Sequence,
    ) -> Result<(), Problem> {
        match tree {
            Transformation::Identity => {}
            Transformation::Filter(tree) => {
                let condition = self.condition(tree)?;
                self.sized(sequence);
                sequence.filter(condition);
            }
            Transformation::Search(search) => sequence.search(super::search::bind(search, None)),
            Transformation::OrderBy(items) => {
                let sort = self.order(items)?;
                self.sized(sequence);
                sequence.order_by(sort);
            }
            Transformation::Skip(count) => sequence.skip(*count),
            Transformation::Top(count) => sequence.top(*count),
            Transformation::Extreme { method, amount, by } => {
                let extreme = self.extreme(*method, amount, by)?;
                self.sized(sequence);
                sequence.extreme(extreme);
            }
            Transformation::Compute(items) => self.computed_columns(ty, items, sequence)?,
            Transformation::Aggregate(items) => self.aggregation(ty, items, sequence)?,
            Transformation::GroupBy { by, then } => self.group_by(ty, by, then, sequence)?,
            Transformation::Concat(branches) => self.concat(ty, branches, sequence)?,
            Transformation::Join { outer, path, alias, then } => {
                if then.iter().any(|inner| !matches!(inner, Transformation::Identity)) {
                    return Err(self.not_offered("a transformation within `join`"));
                }
                self.join(ty, *outer, path, alias, sequence)?;
            }
            Transformation::Other(name) => return Err(self.other(name)),
        }
        Ok(())
    }

    fn concat(
        &mut self,
        ty: &'static StructType,
        branches: &[Vec<Transformation>],
        sequence: &mut Sequence,
    ) -> Result<(), Problem> {
        let layouts = sequence.layouts().to_vec();
        let branches = branches.iter().map(|branch| self.sequence(ty, branch, layouts.clone()));
        sequence.concat(branches.collect::<Result<_, _>>()?);
        Ok(())
    }

    fn join(
        &mut self,
        ty: &'static StructType,
        outer: bool,
        path: &[tree::Step],
        alias: &tree::Name,
        sequence: &mut Sequence,
    ) -> Result<(), Problem> {
        let path = tree::Path { root: tree::Root::Implied, steps: path.to_vec() };
        let list = self.path(&path)?;
        let (Some(Type::Struct(item)), true) = (list.shape().ty(), list.shape().is_list()) else {
            let found = list.shape().name();
            return Err(
                self.wrong(format!("`join`: found {found}, expected a collection of entities or complex values"))
            );
        };
        self.admit_alias(ty, alias)?;
        let slot = self.add_column(&alias.text, Shape::One(Type::Struct(item)));
        sequence.join(list, slot, outer);
        Ok(())
    }

    /// A transformation that is only known by name, if at all: those with a namespace are functions of the model.
    fn other(&self, name: &tree::Name) -> Problem {
        let function = name.split().1;
        let known = self.model.operations.iter().any(|operation| operation.name.eq_ignore_ascii_case(function));
        match name.split().0.is_some() && !known {
            true => {
                self.wrong(format!("found {}, expected a transformation or a function of the model", brief(&name.text)))
            }
            false => self.not_offered(&format!("the transformation `{}`", name.text)),
        }
    }

    fn computed_columns(
        &mut self,
        ty: &'static StructType,
        items: &[tree::Computed],
        sequence: &mut Sequence,
    ) -> Result<(), Problem> {
        let mut computed = Vec::with_capacity(items.len());
        for item in items {
            let expr = self.expr(&item.expr)?;
            self.admit_alias(ty, &item.alias)?;
            if expr.shape().ty().and_then(|ty| ty.structure()).is_some_and(|ty| ty.kind == StructKind::Entity) {
                return Err(self.not_offered("an entity as a computed value"));
            }
            let slot = self.add_column(&item.alias.text, expr.shape());
            computed.push((slot, expr));
        }
        self.sized(sequence);
        sequence.compute(computed);
        Ok(())
    }

    fn extreme(&mut self, method: tree::Extreme, amount: &tree::Expr, by: &tree::Expr) -> Result<Extreme, Problem> {
        let (name, measure, greatest) = named(method);
        let amount = self.expr(amount)?;
        let by = self.expr(by)?;
        match amount.as_literal() {
            Some(amount) => Extreme::new(name, measure, greatest, amount, by).map_err(|error| self.ill_typed(&error)),
            None => Err(self.not_offered(&format!("an amount of `{name}` other than a number"))),
        }
    }
}

fn named(method: tree::Extreme) -> (&'static str, Measure, bool) {
    match method {
        tree::Extreme::TopCount => ("topcount", Measure::Count, true),
        tree::Extreme::TopSum => ("topsum", Measure::Sum, true),
        tree::Extreme::TopPercent => ("toppercent", Measure::Percent, true),
        tree::Extreme::BottomCount => ("bottomcount", Measure::Count, false),
        tree::Extreme::BottomSum => ("bottomsum", Measure::Sum, false),
        tree::Extreme::BottomPercent => ("bottompercent", Measure::Percent, false),
    }
}
