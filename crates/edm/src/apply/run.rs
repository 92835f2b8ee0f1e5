//! Carrying transformations out.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::eval::{Datum, Env, EvalError, Row as _, Sort, write_key};
use crate::expr::Expr;
use crate::model::StructType;

use super::row::Projection;
use super::{Grouping, Pipeline, Row, Step};

/// What a copied row costs: memory is bounded with work.
const COPY: u64 = 32;

impl Pipeline {
    /// Transforms rows of its type.
    pub fn run<'a>(&'a self, rows: impl IntoIterator<Item = Datum<'a>>, env: &Env) -> Result<Vec<Row<'a>>, EvalError> {
        self.run_over(rows, 0, env)
    }

    /// The same, but for rows that stand for fewer than so many of the given ones together.
    pub fn run_over<'a>(
        &'a self,
        rows: impl IntoIterator<Item = Datum<'a>>,
        least: usize,
        env: &Env,
    ) -> Result<Vec<Row<'a>>, EvalError> {
        let rows = rows.into_iter().enumerate().map(|(at, row)| Row::given(at, row)).collect();
        Runner { ty: self.ty, least, env }.all(&self.sequence.steps, rows)
    }
}

/// Orders rows, equal ones as they came.
pub(super) fn sorted<'a>(sort: &'a Sort, rows: Vec<Row<'a>>, env: &Env) -> Result<Vec<Row<'a>>, EvalError> {
    let count = rows.len() as u64;
    env.spend(count.saturating_mul(u64::from(64 - count.leading_zeros())))?;
    let mut keyed = Vec::with_capacity(rows.len());
    for row in rows {
        keyed.push((sort.values(&row, env)?, row));
    }
    keyed.sort_by(|(left, _), (right, _)| sort.compare(left, right));
    Ok(keyed.into_iter().map(|(_, row)| row).collect())
}

struct Runner<'e> {
    ty: &'static StructType,
    /// Fewer given rows are not told of together.
    least: usize,
    env: &'e Env,
}

/// Rows that agree in what they are grouped by.
struct Group<'a> {
    values: Vec<Datum<'a>>,
    rows: Vec<Row<'a>>,
}

impl Runner<'_> {
    fn all<'a>(&self, steps: &'a [Step], mut rows: Vec<Row<'a>>) -> Result<Vec<Row<'a>>, EvalError> {
        for step in steps {
            self.env.spend(1 + rows.len() as u64)?;
            rows = self.step(step, rows)?;
        }
        Ok(rows)
    }

    fn step<'a>(&self, step: &'a Step, mut rows: Vec<Row<'a>>) -> Result<Vec<Row<'a>>, EvalError> {
        match step {
            Step::Filter(condition) => kept(rows, |row| condition.matches(row, self.env)),
            Step::Search(search) => kept(rows, |row| search.matches(&row.whole(), self.env)),
            Step::OrderBy(sort) => sorted(sort, rows, self.env),
            Step::Skip(count) => {
                rows.drain(..usize::try_from(*count).unwrap_or(usize::MAX).min(rows.len()));
                Ok(rows)
            }
            Step::Top(count) => {
                rows.truncate(usize::try_from(*count).unwrap_or(usize::MAX));
                Ok(rows)
            }
            Step::Extreme(extreme) => extreme.keep(rows, self.env),
            Step::Size(slot) => {
                let size = Datum::Integer(i64::try_from(rows.len()).unwrap_or(i64::MAX));
                rows.iter_mut().for_each(|row| row.set(*slot, size.clone()));
                Ok(rows)
            }
            Step::Compute(computed) => self.compute(computed, rows),
            Step::Aggregate(aggregates) => {
                let cells = aggregates.iter().map(|(slot, aggregate)| Ok((*slot, aggregate.over(&rows, self.env)?)));
                let made = Row::new(cells.collect::<Result<_, _>>()?);
                self.told_together(made, &rows)
            }
            Step::GroupBy(by, then) => self.group_by(by, then.as_deref(), rows),
            Step::Concat(branches) => self.concat(branches, &rows),
            Step::Join(list, slot, outer) => self.join(list, *slot, *outer, &rows),
        }
    }

    fn join<'a>(&self, list: &'a Expr, slot: usize, outer: bool, rows: &[Row<'a>]) -> Result<Vec<Row<'a>>, EvalError> {
        let mut all = Vec::new();
        for row in rows {
            let items: Vec<_> = match list.eval(row, self.env)? {
                Datum::List(items) => items.iter().collect(),
                _ => Vec::new(),
            };
            let none = (outer && items.is_empty()).then_some(Datum::Null);
            for item in items.into_iter().chain(none) {
                self.env.spend(COPY.saturating_add(row.cell_count() as u64))?;
                let mut joined = row.clone();
                joined.set(slot, item);
                all.push(joined);
            }
        }
        Ok(all)
    }

    /// What was made of some rows, if enough of the given ones are behind it.
    fn told_together<'a>(&self, made: Row<'a>, rows: &[Row<'a>]) -> Result<Vec<Row<'a>>, EvalError> {
        if self.least == 0 {
            return Ok(vec![made]);
        }
        self.env.spend(rows.len() as u64)?;
        let behind: BTreeSet<usize> = rows.iter().flat_map(Row::behind).collect();
        Ok(if behind.len() < self.least { Vec::new() } else { vec![made.made_of(behind)] })
    }

    fn compute<'a>(&self, computed: &'a [(usize, Expr)], mut rows: Vec<Row<'a>>) -> Result<Vec<Row<'a>>, EvalError> {
        for row in &mut rows {
            for (slot, expr) in computed {
                self.env.spend(1)?;
                let value = expr.eval(row, self.env)?;
                row.set(*slot, value);
            }
        }
        Ok(rows)
    }

    fn concat<'a>(&self, branches: &'a [Vec<Step>], rows: &[Row<'a>]) -> Result<Vec<Row<'a>>, EvalError> {
        let mut all = Vec::new();
        for branch in branches {
            let cells: usize = rows.iter().map(Row::cell_count).sum();
            self.env.spend((rows.len() as u64).saturating_mul(COPY).saturating_add(cells as u64))?;
            all.append(&mut self.all(branch, rows.to_vec())?);
        }
        Ok(all)
    }

    fn group_by<'a>(
        &self,
        by: &'a [Grouping],
        then: Option<&'a [Step]>,
        rows: Vec<Row<'a>>,
    ) -> Result<Vec<Row<'a>>, EvalError> {
        let mut all = Vec::new();
        for group in self.groups(by, rows)? {
            let (projection, cells) = self.common(by, group.values);
            let mut result = match then {
                Some(steps) => self.all(steps, group.rows)?,
                None => self.told_together(Row::new(Vec::new()), &group.rows)?,
            };
            self.env.spend(result.len() as u64)?;
            for row in &mut result {
                row.join(projection.as_ref(), &cells);
            }
            all.append(&mut result);
        }
        Ok(all)
    }

    /// In the order of their first rows.
    fn groups<'a>(&self, by: &'a [Grouping], rows: Vec<Row<'a>>) -> Result<Vec<Group<'a>>, EvalError> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
        for row in rows {
            let (mut key, mut values) = (Vec::new(), Vec::with_capacity(by.len()));
            for grouping in by {
                let value = match grouping {
                    Grouping::Path(_, expr) => expr.eval(&row, self.env)?,
                    Grouping::Column(slot) => row.column(*slot),
                };
                write_key(&value, self.env, &mut key)?;
                values.push(value);
            }
            let at = *known.entry(key).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group { values, rows: vec![row] }),
            }
        }
        Ok(groups)
    }

    /// What the rows of a group have in common.
    fn common<'a>(
        &self,
        by: &[Grouping],
        values: Vec<Datum<'a>>,
    ) -> (Option<Rc<Projection<'a>>>, Vec<(usize, Datum<'a>)>) {
        let (mut projection, mut cells) = (None, Vec::new());
        for (grouping, value) in by.iter().zip(values) {
            match grouping {
                Grouping::Path(path, _) => {
                    projection.get_or_insert_with(|| Projection::new(self.ty)).insert(path, value);
                }
                Grouping::Column(slot) => cells.push((*slot, value)),
            }
        }
        (projection.map(Rc::new), cells)
    }
}

fn kept<'a>(rows: Vec<Row<'a>>, keep: impl Fn(&Row<'a>) -> Result<bool, EvalError>) -> Result<Vec<Row<'a>>, EvalError> {
    let mut kept = Vec::new();
    for row in rows {
        if keep(&row)? {
            kept.push(row);
        }
    }
    Ok(kept)
}
