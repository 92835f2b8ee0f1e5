//! `aggregate(A with sum from p with average as D)`: short for `groupby((p),aggregate(A with sum as A1))`, then
//! `aggregate(A1 with average as D)` (section 3.2.1.5). Offered where it is the only item: one of several would have to
//! be carried out beside the others.

use edm::apply::{Aggregate, Layout, Sequence};
use edm::expr::{Expr, Shape};
use edm::{StructType, check::brief};

use crate::bind::Binder;
use crate::problem::Problem;
use crate::syntax::tree::{self, Grouping, Name};

/// Most `from`s of one item: each is a level of groups within groups.
const MOST: usize = 4;

impl Binder<'_> {
    /// The one item of an `aggregate` that has a `from`.
    pub(super) fn aggregate_from(
        &mut self,
        ty: &'static StructType,
        item: &tree::Aggregate,
        sequence: &mut Sequence,
    ) -> Result<(), Problem> {
        let Some(alias) = &item.alias else {
            return Err(self.wrong("`aggregate`: found no name, expected `as` and a name for the result"));
        };
        self.admit_alias(ty, alias)?;
        if item.from.len() > MOST {
            return Err(self.wrong(format!("`aggregate`: found more than {MOST} `from`, the most that is admitted")));
        }
        let before = sequence.layouts().to_vec();
        let (steps, _) = self.level(ty, item, &item.from, &alias.text, &before)?;
        self.sized(sequence);
        sequence.append(steps);
        Ok(())
    }

    /// Goes inwards: the last `from` is the outermost. Gives the column that holds the result.
    fn level(
        &mut self,
        ty: &'static StructType,
        item: &tree::Aggregate,
        from: &[(Vec<Grouping>, Option<Name>)],
        name: &str,
        before: &[Layout],
    ) -> Result<(Sequence, Expr), Problem> {
        let mut sequence = Sequence::over(before.to_vec());
        let aggregate = match from {
            [] => self.aggregate(&item.expr, item.method.as_ref())?,
            [inner @ .., (by, method)] => {
                let Some(method) = method else { return Err(self.not_offered("a custom aggregate")) };
                let method = self.method(method)?;
                let mut groupings = self.groupings(ty, by)?;
                let (Some(by), true) = (groupings.pop(), groupings.is_empty()) else {
                    return Err(self.wrong(format!("`from`: found a `rollup`, expected paths, at {}", brief(name))));
                };
                let (then, column) = self.level(ty, item, inner, "", before)?;
                sequence.group_by(by, Some(then));
                Aggregate::new(method, column).map_err(|error| self.ill_typed(&error))?
            }
        };
        let shape = Shape::One(aggregate.ty());
        let slot = self.add_column(name, shape);
        sequence.aggregate(vec![(slot, aggregate)]);
        Ok((sequence, Expr::column(slot, shape)))
    }
}
