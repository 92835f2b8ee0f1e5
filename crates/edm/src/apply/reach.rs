//! Which related rows transformations need.

use super::{Grouping, Sequence, Step};
use crate::expr::{Expr, Reach};

impl Sequence {
    /// The navigation properties that have to be loaded before it is carried out, seen from the rows that are given.
    pub fn reach(&self) -> Reach {
        let mut reach = Reach::default();
        for step in &self.steps {
            step.add_reach(&mut reach);
        }
        reach
    }
}

impl Step {
    fn add_reach(&self, reach: &mut Reach) {
        let mut add = |expr: &Expr| reach.merge(expr.reach());
        match self {
            Step::Filter(expr) | Step::Join(expr, ..) => add(expr),
            Step::OrderBy(sort) => sort.keys.iter().for_each(|key| add(&key.expr)),
            Step::Extreme(extreme) => extreme.exprs().for_each(add),
            Step::Compute(computed) => computed.iter().for_each(|(_, expr)| add(expr)),
            Step::Aggregate(aggregates) => aggregates.iter().filter_map(|(_, one)| one.expr()).for_each(add),
            Step::GroupBy(by, then) => {
                for grouping in by {
                    if let Grouping::Path(_, expr) = grouping {
                        add(expr);
                    }
                }
                then.iter().flatten().for_each(|step| step.add_reach(reach));
            }
            Step::Concat(branches) => branches.iter().flatten().for_each(|step| step.add_reach(reach)),
            Step::Search(_) | Step::Skip(_) | Step::Top(_) | Step::Size(_) => {}
        }
    }
}
