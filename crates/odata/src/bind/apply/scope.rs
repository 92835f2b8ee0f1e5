//! What names mean where `$apply` has been at work: aliases are columns, and of the declared properties only those can
//! be named that are left.

use edm::apply::{Column, Layout, Pipeline, Seen, Sequence};
use edm::expr::{Expr, Shape};
use edm::model::build;
use edm::nearest::nearest;
use edm::{Model, StructType, Type};

use crate::bind::Binder;
use crate::problem::Problem;
use crate::syntax::tree::{Name, Path, Root, Step};

/// The rows that transformations have made so far.
pub(in crate::bind) struct Applied {
    ty: &'static StructType,
    columns: Vec<Column>,
    layouts: Vec<Layout>,
    /// Columns that the transformation being bound has added.
    added: Vec<usize>,
    /// The slot for the number of rows, once it is asked for.
    size: Option<usize>,
    /// Are the transformations all bound?
    finished: bool,
}

impl Applied {
    pub(super) fn new(ty: &'static StructType) -> Self {
        let layouts = vec![Layout::given()];
        Self { ty, columns: Vec::new(), layouts, added: Vec::new(), size: None, finished: false }
    }

    pub(super) fn finish(&mut self, layouts: &[Layout]) -> Vec<Column> {
        self.layouts = layouts.to_vec();
        self.added.clear();
        self.finished = true;
        self.columns.clone()
    }

    fn in_scope(&self) -> impl Iterator<Item = (usize, &Column)> {
        let slots = self.layouts.iter().flat_map(Layout::columns).chain(&self.added);
        slots.filter_map(|slot| Some((*slot, self.columns.get(*slot)?)))
    }

    /// The slots that a name means: as written if there is one, else without regard to case.
    fn slots(&self, name: &str) -> Vec<usize> {
        let those = |fits: &dyn Fn(&Column) -> bool| {
            let mut slots: Vec<_> = self.in_scope().filter(|(_, column)| fits(column)).map(|(slot, _)| slot).collect();
            slots.sort_unstable();
            slots.dedup();
            slots
        };
        let exact = those(&|column| column.name == name);
        if exact.is_empty() { those(&|column| column.name.eq_ignore_ascii_case(name)) } else { exact }
    }

    /// The column of that name; `Err` when rows have columns of several types by that name.
    pub(super) fn slot(&self, name: &str) -> Result<Option<usize>, ()> {
        match self.slots(name).as_slice() {
            [] => Ok(None),
            [slot] => Ok(Some(*slot)),
            _ => Err(()),
        }
    }

    /// Is something left, in some rows, of what these declared names lead to?
    pub(super) fn sees(&self, names: &[&str]) -> bool {
        self.layouts.iter().any(|layout| layout.sees(names) != Seen::No)
    }

    fn column(&self, slot: usize) -> Expr {
        Expr::column(slot, self.columns.get(slot).map_or(Shape::Null, |column| column.shape))
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.in_scope().map(|(_, column)| column.name.as_str()).collect();
        for name in self.ty.names().filter(|name| self.sees(&[name])) {
            names.push(name);
        }
        names
    }
}

impl Binder<'_> {
    /// What the next transformation gets.
    pub(super) fn see(&mut self, sequence: &Sequence) {
        if let Some(applied) = &mut self.applied {
            applied.layouts = sequence.layouts().to_vec();
            applied.added.clear();
        }
    }

    /// A column that the transformation adds.
    pub(super) fn add_column(&mut self, name: &str, shape: Shape) -> usize {
        let Some(applied) = &mut self.applied else { return 0 };
        let slot = Pipeline::slot(&mut applied.columns, name, shape);
        applied.added.push(slot);
        slot
    }

    /// Makes the columns of the result known by name to options that do not hold expressions.
    pub(super) fn name_columns(&mut self) {
        let Some(applied) = &self.applied else { return };
        let columns = applied.in_scope().map(|(slot, column)| (column.name.clone(), applied.column(slot)));
        for (name, column) in columns.collect::<Vec<_>>() {
            self.add_computed(&name, &column);
        }
    }

    /// Counts the rows before the transformation that has asked for their number.
    pub(super) fn sized(&mut self, sequence: &mut Sequence) {
        if let Some(slot) = self.applied.as_mut().and_then(|applied| applied.size.take()) {
            sequence.size(slot);
        }
    }

    /// An alias must not be the name of anything else (section 3.1.1).
    pub(super) fn admit_alias(&self, ty: &'static StructType, alias: &Name) -> Result<(), Problem> {
        let name = alias.text.as_str();
        let declared = |ty: &'static StructType| ty.names().any(|known| known.eq_ignore_ascii_case(name));
        let derived = self.model.structs.iter().any(|other| other.is_a(ty) && declared(other));
        let used = self.applied.as_ref().is_some_and(|applied| !applied.slots(name).is_empty());
        match (declared(ty) || derived, used) {
            (true, _) => Err(self.wrong(format!(
                "found the alias `{name}`, which is a property of `{}.{}`, expected another name",
                self.model.namespace, ty.name
            ))),
            (_, true) => Err(self.wrong(format!("found the alias `{name}` twice, expected another name"))),
            _ => Ok(()),
        }
    }

    /// Where a path begins if it is about rows that `$apply` made: at a column. Refuses what is no longer there.
    pub(in crate::bind) fn of_applied<'p>(&mut self, path: &'p Path) -> Result<Option<(Expr, &'p [Step])>, Problem> {
        let rows_only = self.scopes.iter().filter(|scope| scope.variable.is_none()).count() == 1;
        let Some(applied) = self.applied.as_mut() else { return Ok(None) };
        match (&path.root, path.steps.as_slice()) {
            (Root::Implied, [Step::Count(choices)]) | (Root::These, [Step::Count(choices)])
                if choices.is_empty() && rows_only && !applied.finished =>
            {
                let slot = Pipeline::slot(&mut applied.columns, "", Shape::One(build::INT64));
                applied.size = Some(slot);
                return Ok(Some((applied.column(slot), &[])));
            }
            (Root::Implied | Root::This, _) if !rows_only => return Ok(None),
            (Root::Implied, [Step::Name { name, arguments: None }, rest @ ..]) => {
                if self.scopes.iter().any(|scope| scope.variable.as_deref() == Some(&name.text)) {
                    return Ok(None);
                }
                match applied.slot(&name.text) {
                    Ok(Some(slot)) => return Ok(Some((applied.column(slot), rest))),
                    Ok(None) => {}
                    Err(()) => {
                        let message = format!("found `{}`, which is of several types here", name.text);
                        return Err(self.wrong(format!("{message}, expected a name of one type")));
                    }
                }
            }
            (Root::It | Root::This, _) => {}
            _ => return Ok(None),
        }
        self.refuse_lost(&path.steps)?;
        Ok(None)
    }

    /// Only rows that were given have relationships to expand and values to which options in parentheses apply: refuses
    /// `what` if `$apply` has left none of them.
    pub(crate) fn refuse_of_made(&self, what: &str) -> Result<(), Problem> {
        match self.applied.as_ref().is_none_or(|applied| applied.layouts.iter().any(Layout::is_whole)) {
            true => Ok(()),
            false => Err(self.not_offered(&format!("{what} of rows that `$apply` made"))),
        }
    }

    /// Declared properties that have been aggregated away cannot be named.
    pub(crate) fn refuse_lost(&self, steps: &[Step]) -> Result<(), Problem> {
        let Some(applied) = &self.applied else { return Ok(()) };
        let names = declared(self.model, applied.ty, steps);
        if applied.sees(&names) {
            return Ok(());
        }
        let Some(first) = names.first() else {
            return Ok(());
        };
        let known = applied.names();
        let hint = nearest(first, known.iter().copied()).map(|best| format!("; did you mean `{best}`?"));
        let names = names.join("/");
        let known = known.join("`, `");
        let hint = hint.unwrap_or_default();
        Err(self.wrong(format!("found `{names}`, which `$apply` has not left, expected one of `{known}`{hint}")))
    }
}

/// The declared names at the beginning of a path, types in it passed over.
fn declared(model: &Model, ty: &'static StructType, steps: &[Step]) -> Vec<&'static str> {
    let (mut ty, mut names) = (Some(ty), Vec::new());
    for step in steps {
        let (Step::Name { name, arguments: None }, Some(from)) = (step, ty) else { break };
        match (from.find(&name.text), from.find_navigation(&name.text)) {
            (Some((_, property)), _) => {
                names.push(property.name);
                ty = match property.ty {
                    Type::Struct(ty) if !property.collection => Some(ty),
                    _ => None,
                };
            }
            (None, Some(navigation)) => {
                names.push(navigation.name);
                ty = (!navigation.collection).then_some(navigation.target);
            }
            (None, None) => match model.structure(&name.text) {
                Some(cast) => ty = Some(cast),
                None => break,
            },
        }
    }
    names
}
