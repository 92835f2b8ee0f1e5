//! `groupby(…)`: grouping paths, and `rollup` as the groupings it stands for (section 3.2.3).

use edm::apply::{Grouping, MAX_GROUPINGS, PathStep, Sequence};
use edm::expr::Expr;
use edm::{StructType, Type};

use crate::bind::Binder;
use crate::problem::Problem;
use crate::syntax::tree::{self, Name, Step, Transformation};

impl Binder<'_> {
    pub(super) fn group_by(
        &mut self,
        ty: &'static StructType,
        by: &[tree::Grouping],
        then: &[Transformation],
        sequence: &mut Sequence,
    ) -> Result<(), Problem> {
        let before = sequence.layouts().to_vec();
        let mut branches = Vec::new();
        for grouping in self.groupings(ty, by)? {
            let mut branch = Sequence::over(before.clone());
            let then = match then {
                [] => None,
                then => Some(self.sequence(ty, then, before.clone())?),
            };
            branch.group_by(grouping, then);
            branches.push(branch);
            self.see(sequence);
        }
        match <[Sequence; 1]>::try_from(branches) {
            Ok([only]) => sequence.append(only),
            Err(branches) => sequence.concat(branches),
        }
        Ok(())
    }

    /// Each list of what to group by: more than one if there are rollups, the finest first.
    pub(super) fn groupings(
        &mut self,
        ty: &'static StructType,
        by: &[tree::Grouping],
    ) -> Result<Vec<Vec<Grouping>>, Problem> {
        let mut all: Vec<Vec<Grouping>> = vec![Vec::new()];
        for grouping in by {
            let choices: Vec<Vec<Grouping>> = match grouping {
                tree::Grouping::Path(path) => vec![vec![self.grouping(ty, path)?]],
                tree::Grouping::Rollup(levels) => self.rollup(ty, levels)?,
                tree::Grouping::RollupRecursive => return Err(self.not_offered("`rolluprecursive`")),
            };
            let count = all.len().saturating_mul(choices.len());
            if count > MAX_GROUPINGS {
                let message = format!("`rollup`: found {count} groupings, expected at most {MAX_GROUPINGS}");
                return Err(self.wrong(message));
            }
            let extended = all.iter().flat_map(|done| choices.iter().map(|next| [done.as_slice(), next].concat()));
            all = extended.collect();
        }
        Ok(all)
    }

    /// The levels from the finest to the coarsest; with `null` in front, a last one of all rows, where the coarsest is
    /// null. One level is all there is of a hierarchy that no annotation names.
    fn rollup(&mut self, ty: &'static StructType, levels: &[Vec<Step>]) -> Result<Vec<Vec<Grouping>>, Problem> {
        let (all, levels) = match levels {
            [first, rest @ ..] if is_null(first) && !rest.is_empty() => (true, rest),
            levels => (false, levels),
        };
        let levels = levels.iter().map(|path| self.grouping(ty, path)).collect::<Result<Vec<_>, _>>()?;
        let by = |count: usize| levels.iter().take(count).cloned().collect();
        let mut choices: Vec<Vec<Grouping>> = (1..=levels.len()).rev().map(by).collect();
        match levels.first() {
            Some(Grouping::Path(steps, _)) if all => choices.push(vec![Grouping::Path(steps.clone(), Expr::null())]),
            Some(Grouping::Column(_)) if all => return Err(self.not_offered("`rollup` of a column to `null`")),
            _ => {}
        }
        Ok(choices)
    }

    fn grouping(&mut self, ty: &'static StructType, path: &[Step]) -> Result<Grouping, Problem> {
        if let ([Step::Name { name, arguments: None }], Some(applied)) = (path, &self.applied) {
            match applied.slot(&name.text) {
                Ok(Some(slot)) => return Ok(Grouping::Column(slot)),
                Ok(None) => {}
                Err(()) => {
                    let message = format!("`groupby`: found `{}`, which is of several types here", name.text);
                    return Err(self.wrong(format!("{message}, expected a name of one type")));
                }
            }
        }
        if let ([Step::Name { name, .. }, _, ..], Some(applied)) = (path, &self.applied)
            && matches!(applied.slot(&name.text), Ok(Some(_)))
        {
            return Err(self.not_offered("grouping by a part of what was joined"));
        }
        let (mut steps, mut expr) = (Vec::new(), Expr::row(Type::Struct(ty)));
        for step in path {
            let Step::Name { name, arguments: None } = step else {
                return Err(self.wrong("`groupby`: expected a path of names"));
            };
            let (step, next) = self.grouping_step(expr, name)?;
            steps.push(step);
            expr = next;
        }
        self.refuse_lost(path)?;
        match expr.shape().ty().and_then(|ty| ty.primitive()) {
            Some(edm::Primitive::Stream) => Err(self.wrong("`groupby`: found a stream, expected a value")),
            _ => Ok(Grouping::Path(steps, expr)),
        }
    }

    fn grouping_step(&self, from: Expr, name: &Name) -> Result<(PathStep, Expr), Problem> {
        if name.split().0.is_some() {
            return Err(self.not_offered("a type in a path of `groupby`"));
        }
        let Some(ty) = from.shape().ty().and_then(|ty| ty.structure()) else {
            let found = from.shape().name();
            return Err(self.wrong(format!("`groupby`: found `{}` after {found}, which has no properties", name.text)));
        };
        let (step, next) = match (ty.find(&name.text), ty.find_navigation(&name.text)) {
            (Some((ordinal, property)), _) => {
                (PathStep::Property(ordinal, property), from.property((ordinal, property)))
            }
            (None, Some(navigation)) => (PathStep::Follow(navigation), from.follow(navigation)),
            (None, None) => return Err(self.unknown(ty, &name.text)),
        };
        let next = next.map_err(|error| self.ill_typed(&error))?;
        match next.shape().is_list() {
            true => Err(self.wrong(format!("`groupby`: found the list `{}`, expected single values", name.text))),
            false => Ok((step, next)),
        }
    }
}

fn is_null(path: &[Step]) -> bool {
    matches!(path, [Step::Name { name, arguments: None }] if name.text == "null")
}
