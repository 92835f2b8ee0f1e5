//! What an address means in the shop: a table, a row, or the end of a relationship.

use std::sync::Arc;

use edm::{Navigation, StructType, Value};
use engine::{Address, Kind, Problem, Step};

use crate::model::SHOP;
use crate::store::{Item, Known, State, end_of, key_text};

/// A resource of the shop. That it exists is only said of what the way leads through, not of its end.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    path: String,
    /// The table in which its rows are.
    pub(crate) table: &'static str,
    /// Only rows of this type; any, where none is named.
    pub(crate) ty: Option<&'static StructType>,
    /// The relationship it is the end of, or is found at the end of.
    pub(crate) source: Option<Source>,
    pub(crate) spot: Spot,
}

/// A relationship of a row.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) table: &'static str,
    pub(crate) id: Arc<str>,
    pub(crate) navigation: &'static Navigation,
}

/// Which rows.
#[derive(Debug, Clone)]
pub(crate) enum Spot {
    All,
    /// The one with these values of these properties.
    Key(&'static [&'static str], Vec<Value>),
    /// The one at the end of a relationship to one, or nothing.
    End,
    /// The only one.
    Only,
    /// None: the service itself, on which unbound operations are called.
    Root,
}

impl engine::Target for Target {
    fn path(&self) -> String {
        self.path.clone()
    }

    fn container(&self) -> String {
        self.table.to_owned()
    }
}

impl Target {
    /// Follows an address through the state.
    pub(crate) fn find(state: &State, address: &Address) -> Result<Target, Problem> {
        let mut found = Self::begin("", None, Spot::Root);
        for step in &address.steps {
            found = match step {
                Step::Set(set) => Self::begin(set.name, Some(set.ty), Spot::All),
                Step::Singleton(singleton) => Self::begin(singleton.name, Some(singleton.ty), Spot::Only),
                Step::Key(key) => found.keyed(key.names, &key.values),
                Step::Navigation(navigation) => found.along(state, navigation)?,
                Step::Cast(ty) => {
                    Self { path: format!("{}/{}.{}", found.path, SHOP.namespace, ty.name), ty: Some(ty), ..found }
                }
                // Of the row they are in, or of what the engine makes of these rows.
                Step::Property(_) | Step::Item(_) | Step::Filter(_) | Step::Call(_) => found,
            };
        }
        Ok(found)
    }

    fn begin(table: &'static str, ty: Option<&'static StructType>, spot: Spot) -> Target {
        Target { path: table.to_owned(), table, ty, source: None, spot }
    }

    fn keyed(self, names: &'static [&'static str], values: &[Value]) -> Target {
        let path = format!("{}({})", self.path, written(names, values));
        Target { path, spot: Spot::Key(names, values.to_vec()), ..self }
    }

    fn along(self, state: &State, navigation: &'static Navigation) -> Result<Target, Problem> {
        let item = self.item(state)?;
        let table = end_of(item.record.ty(), navigation).ok_or_else(|| self.missing())?;
        let source = Some(Source { table: self.table, id: Arc::clone(&item.id), navigation });
        let spot = if navigation.collection { Spot::All } else { Spot::End };
        Ok(Target {
            path: format!("{}/{}", self.path, navigation.name),
            table,
            ty: Some(navigation.target),
            source,
            spot,
        })
    }

    /// The rows that the target is among, or is.
    pub(crate) fn items(&self, state: &State) -> Result<Vec<Arc<Item>>, Problem> {
        let rows = match &self.source {
            None => state.items(self.table).cloned().collect(),
            Some(source) => state.follow(&*source.item(state)?, source.navigation),
        };
        Ok(rows.into_iter().filter(|item| self.ty.is_none_or(|ty| item.record.ty().is_a(ty))).collect())
    }

    /// The row that the target is; `None` at the end of a relationship that leads nowhere.
    pub(crate) fn row(&self, state: &State) -> Result<Option<Arc<Item>>, Problem> {
        let rows = self.items(state)?.into_iter();
        match &self.spot {
            Spot::End => Ok(rows.into_iter().next()),
            Spot::Only => Ok(rows.into_iter().next()),
            Spot::All | Spot::Root => {
                Err(Problem::new(Kind::UnknownSegment, format!("`{}` is not a single entity", self.path)))
            }
            Spot::Key(names, values) => {
                let mut fitting =
                    rows.filter(|item| names.iter().zip(values).all(|(name, value)| item.record.get(name) == value));
                fitting.next().map(Some).ok_or_else(|| self.missing())
            }
        }
    }

    /// The same, where there must be one.
    pub(crate) fn item(&self, state: &State) -> Result<Arc<Item>, Problem> {
        self.row(state)?.ok_or_else(|| self.missing())
    }

    /// The answer where it does not exist.
    pub(crate) fn missing(&self) -> Problem {
        Problem::new(Kind::ItemNotFound, format!("`{}` does not exist", self.path))
    }
}

impl Source {
    /// The row whose relationship it is.
    pub(crate) fn item(&self, state: &State) -> Result<Arc<Item>, Problem> {
        let gone = || Problem::new(Kind::ItemNotFound, format!("`{}` has lost the member it had", self.table));
        state.find(self.table, &self.id).cloned().ok_or_else(gone)
    }
}

/// A body that refers to what does not exist is wrong itself.
impl Known for Target {
    fn item(&self, state: &State) -> Result<Arc<Item>, Problem> {
        Target::item(self, state).map_err(|problem| Problem { kind: Kind::BadBody, ..problem })
    }
}

/// A key as it stands in a path: `…`, or `a=…,b='…'`.
fn written(names: &[&str], values: &[Value]) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        value => key_text(&[value]),
    };
    match (names, values) {
        ([_], [value]) => text(value),
        _ => {
            let pairs = names.iter().zip(values).map(|(name, value)| format!("{name}={}", text(value)));
            pairs.collect::<Vec<_>>().join(",")
        }
    }
}
