//! What `$apply` means over rows (OData Extension for Data Aggregation 4.0, section 3): a sequence of transformations,
//! each of which makes a collection of rows out of another. Names are bound already; texts and answers are another
//! crate's.
//!
//! - A row is one that was given, a projection of given ones to what they were grouped by, or new; computed and
//!   aggregated values stand beside that in numbered columns. Whatever is left of a declared property is found where
//!   the type has it, so expressions over the type go on working: they see null where nothing is left.
//! - Nulls are not aggregated, by `countdistinct` neither. Without values `sum`, `average`, `min` and `max` are null.
//! - Sums and means of integers and decimals are exact; of floating numbers they are doubles, and NaN if one value is.
//!   `min` and `max` are NaN too if one value is.
//! - Rows are grouped as `eq` compares, save that NaN is one group. Groups come in the order of their first rows.
//! - `topcount` and its kin give rows in the order by which they choose, equal ones as they came; null is least and
//!   counts nothing.
//!
//! Work is paid from the budget of [`Env`](crate::eval::Env); nothing panics.

mod aggregate;
mod extreme;
mod layout;
mod reach;
mod row;
mod run;
#[cfg(test)]
mod tests;

use crate::eval::Sort;
use crate::eval::search::Search;
use crate::expr::{Expr, Shape};
use crate::model::StructType;

pub use aggregate::{Aggregate, Method};
pub use extreme::{Extreme, Measure};
pub use layout::{Layout, PathStep, Seen};
pub use row::{Content, Row};

/// Most groupings that the `rollup`s of one `groupby` may make.
pub const MAX_GROUPINGS: usize = 64;

/// A value that a transformation adds to rows.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its alias.
    pub name: String,
    /// What it holds.
    pub shape: Shape,
}

/// A bound `$apply`.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// The type of the rows that are given.
    pub ty: &'static StructType,
    /// What each slot of a row is.
    pub columns: Vec<Column>,
    /// What is done.
    pub sequence: Sequence,
}

/// Transformations one after the other, and what the rows are after them.
#[derive(Debug, Clone)]
pub struct Sequence {
    steps: Vec<Step>,
    /// The structures that rows may have; more than one only after `concat`.
    layouts: Vec<Layout>,
}

/// A transformation.
#[derive(Debug, Clone)]
enum Step {
    Filter(Expr),
    Search(Search),
    OrderBy(Sort),
    Skip(u64),
    Top(u64),
    Extreme(Extreme),
    /// How many rows there are, put into each of them.
    Size(usize),
    Compute(Vec<(usize, Expr)>),
    Aggregate(Vec<(usize, Aggregate)>),
    GroupBy(Vec<Grouping>, Option<Vec<Step>>),
    Concat(Vec<Vec<Step>>),
    /// A row for each item of a list, which is put into the slot; with `true`, one also where there are none.
    Join(Expr, usize, bool),
}

/// What rows are grouped by.
#[derive(Debug, Clone)]
pub enum Grouping {
    /// Declared properties and single-valued navigation, one after the other; at least one.
    Path(Vec<PathStep>, Expr),
    /// A column.
    Column(usize),
}

impl Pipeline {
    /// The slot for a column of that name and shape; the same for the same. Rows of several branches may have columns
    /// of one name and different types: those are different columns.
    pub fn slot(columns: &mut Vec<Column>, name: &str, shape: Shape) -> usize {
        let same = |column: &Column| column.name == name && alike(column.shape, shape);
        columns.iter().position(same).unwrap_or_else(|| {
            columns.push(Column { name: name.to_owned(), shape });
            columns.len() - 1
        })
    }
}

fn alike(left: Shape, right: Shape) -> bool {
    left.is_list() == right.is_list() && left.ty().map(|ty| ty.name()) == right.ty().map(|ty| ty.name())
}

impl Sequence {
    /// No transformation yet, over rows of these structures.
    pub fn over(layouts: Vec<Layout>) -> Self {
        Self { steps: Vec::new(), layouts }
    }

    /// Goes on with transformations over what there is after it.
    pub fn append(&mut self, next: Sequence) {
        self.steps.extend(next.steps);
        self.layouts = next.layouts;
    }

    /// The structures that rows may have after it.
    pub fn layouts(&self) -> &[Layout] {
        &self.layouts
    }

    /// Keeps the rows for which a condition is true.
    pub fn filter(&mut self, condition: Expr) {
        self.steps.push(Step::Filter(condition));
    }

    /// Keeps the rows that are found.
    pub fn search(&mut self, search: Search) {
        self.steps.push(Step::Search(search));
    }

    /// Orders the rows, equal ones as they came.
    pub fn order_by(&mut self, sort: Sort) {
        self.steps.push(Step::OrderBy(sort));
    }

    /// Drops the first so many rows.
    pub fn skip(&mut self, count: u64) {
        self.steps.push(Step::Skip(count));
    }

    /// Keeps the first so many rows.
    pub fn top(&mut self, count: u64) {
        self.steps.push(Step::Top(count));
    }

    /// Keeps the greatest or least rows.
    pub fn extreme(&mut self, extreme: Extreme) {
        self.steps.push(Step::Extreme(extreme));
    }

    /// Puts the number of rows into a slot of each, without naming it.
    pub fn size(&mut self, slot: usize) {
        self.steps.push(Step::Size(slot));
    }

    /// Adds computed values to each row, in order: later ones may use earlier ones.
    pub fn compute(&mut self, computed: Vec<(usize, Expr)>) {
        for layout in &mut self.layouts {
            layout.add_columns(computed.iter().map(|(slot, _)| *slot));
        }
        self.steps.push(Step::Compute(computed));
    }

    /// Makes one row of all.
    pub fn aggregate(&mut self, aggregates: Vec<(usize, Aggregate)>) {
        let mut layout = Layout::default();
        layout.add_columns(aggregates.iter().map(|(slot, _)| *slot));
        self.layouts = vec![layout];
        self.steps.push(Step::Aggregate(aggregates));
    }

    /// Transforms each group by itself; without a transformation it becomes one row. What rows were grouped by is part
    /// of the result.
    pub fn group_by(&mut self, by: Vec<Grouping>, then: Option<Sequence>) {
        let (steps, mut layouts) = match then {
            Some(then) => (Some(then.steps), then.layouts),
            None => (None, vec![Layout::default()]),
        };
        for layout in &mut layouts {
            layout.add_groupings(&by);
        }
        self.layouts = layouts;
        self.steps.push(Step::GroupBy(by, steps));
    }

    /// Makes a row for each item of a list, with the item in a slot; an `outer` one keeps rows without items, with
    /// null.
    pub fn join(&mut self, list: Expr, slot: usize, outer: bool) {
        for layout in &mut self.layouts {
            layout.add_columns(std::iter::once(slot));
        }
        self.steps.push(Step::Join(list, slot, outer));
    }

    /// Puts the results of several sequences, each over all rows, one after the other.
    pub fn concat(&mut self, branches: Vec<Sequence>) {
        let mut layouts: Vec<Layout> = Vec::new();
        let mut all = Vec::with_capacity(branches.len());
        for branch in branches {
            for layout in branch.layouts {
                if !layouts.contains(&layout) {
                    layouts.push(layout);
                }
            }
            all.push(branch.steps);
        }
        self.layouts = layouts;
        self.steps.push(Step::Concat(all));
    }
}
