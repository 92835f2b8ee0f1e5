//! What a request asks of the resource it addresses: its query options, bound against the model.
//!
//! | module | holds |
//! |---|---|
//! | `given` | options split, decoded and named: what was said |
//! | `applies` | which options go with which kind of resource |
//! | `level` | the options of one level, whether of the request or in parentheses |
//! | `select`, `expand` | which members, which related entities |
//! | `context` | the same as it stands in a context URL |
//! | `reach` | which related entities have to be at hand |
//!
//! A name that the type does not declare is a problem that arises here or, in expressions, in [`crate::bind`]. Nothing
//! here is carried out: see `edm::eval`.

mod applies;
mod context;
mod expand;
mod given;
mod level;
mod reach;
mod select;
#[cfg(test)]
mod tests;

use edm::apply::Pipeline;
use edm::eval::Sort;
use edm::eval::search::Search;
use edm::expr::{Expr, Rules};
use edm::{Model, Navigation, StructType, Type};

use crate::address::Address;
use crate::bind::Binder;
use crate::problem::Problem;
use crate::syntax::tree::ChoiceKind;

pub use crate::bind::Computed;
pub use crate::syntax::Limits;
pub use applies::{Applies, not_here};
pub use given::{Given, Options, option_of};
pub use select::{Select, Selected};

/// What a request asks of the resource it addresses.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// `$apply`: it comes before all else, and the others are about its result.
    pub apply: Option<Pipeline>,
    /// `$compute`: properties made for the answer, in order. Where they are used they have been put in place already.
    pub compute: Vec<Computed>,
    /// `$search`
    pub search: Option<Search>,
    /// `$filter`
    pub filter: Option<Expr>,
    /// `$orderby`
    pub order: Sort,
    /// `$count=true`
    pub count: bool,
    /// `$skip`
    pub skip: Option<u64>,
    /// `$top`
    pub top: Option<u64>,
    /// `$index`: where to insert, from the end if negative.
    pub index: Option<i64>,
    /// `$index` without a value: each item of the collection is to say its position.
    pub positions: bool,
    /// `$select`; `None` for the usual members.
    pub select: Option<Select>,
    /// `$expand`: related entities to answer within.
    pub expand: Vec<Expand>,
    /// `$skiptoken`
    pub skip_token: Option<String>,
    /// `$deltatoken`
    pub delta_token: Option<String>,
    /// `$format`
    pub format: Option<String>,
    /// `$schemaversion`, `*` for the newest.
    pub schema_version: Option<String>,
    /// `$id`
    pub id: Option<String>,
    /// What expressions, those of nested options too, expect to be found elsewhere (`$root/…`), by slot. Only of the
    /// options of a request.
    pub elsewhere: Vec<Address>,
}

/// One item of `$expand`. What `*` and `$levels` stand for is written out: `$levels=2` is an item within an item.
#[derive(Debug, Clone)]
pub struct Expand {
    /// Along which navigation property.
    pub navigation: &'static Navigation,
    /// Only of entities of this derived type: the cast before the navigation property.
    pub from: Option<&'static StructType>,
    /// Only the related entities of this derived type: the cast after it.
    pub cast: Option<&'static StructType>,
    /// What is written of the related entities.
    pub form: Form,
    /// What is asked of them.
    pub query: Query,
    /// Is it one of several levels of the same (`$levels`)? Then the next one, if any is left, stands in its query.
    pub recursive: bool,
}

/// What is written of expanded entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Themselves.
    Entities,
    /// `/$ref`: where they are.
    References,
    /// `/$count`: how many there are.
    Count,
}

/// What the options are about.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// The type of the entity or value, or of each item of the collection. Rows that are no structures are `$this`.
    pub ty: Type,
    /// How operands go together.
    pub rules: Rules,
    /// How much may be asked for.
    pub limits: Limits,
}

impl Scope {
    /// With the rules of OData and the usual limits.
    pub fn of(ty: Type) -> Self {
        Self { ty, rules: Rules::default(), limits: Limits::LENIENT }
    }
}

/// Binds the options of a request against the type of the resource it addresses.
pub fn bind(model: &'static Model, scope: Scope, options: &Options, applies: Applies) -> Result<Query, Problem> {
    // Nearly every read of one entity.
    if options.iter().next().is_none() {
        return Ok(Query::default());
    }
    let mut choices = Vec::new();
    for given in options.iter() {
        choices.extend(given.choice(applies, &scope.limits)?);
    }
    let mut levels = level::Levels::new(Binder::new(model, scope.rules, scope.limits).reading_elsewhere());
    let mut query = levels.bind(scope.ty, &choices, applies, applies::Within::Request)?;
    query.elsewhere = levels.binder.finish();
    query.positions = options.iter().any(|given| given.asks_positions(applies));
    alone(&query)?;
    Ok(query)
}

/// Refuses what contradicts another option of the request.
fn alone(query: &Query) -> Result<(), Problem> {
    if query.skip.is_some() && query.skip_token.is_some() {
        let message = "`$skip` and `$skiptoken` both say where the page begins; expected one of them";
        return Err(given::bad(message).at("$skip"));
    }
    // Its rows have no places in the collection.
    let of_places = [
        ("$skiptoken", query.skip_token.is_some()),
        ("$deltatoken", query.delta_token.is_some()),
        ("$index", query.positions),
    ];
    match of_places.into_iter().find(|(_, asked)| *asked && query.apply.is_some()) {
        Some((name, _)) => {
            let message = format!("found `{name}` beside `$apply`, whose result comes whole; expected one of them");
            Err(given::bad(message).at(name))
        }
        None => Ok(()),
    }
}

/// Binds the condition of a `$filter(…)` that stands in the path, over what the scope says. Parameter aliases have the
/// values that the options give them.
pub fn condition(model: &'static Model, scope: Scope, options: &Options, text: &str) -> Result<Expr, Problem> {
    let aliases = options.iter().filter(|given| given.name.starts_with('@'));
    let aliases = aliases.map(|given| given.choice(Applies::Nothing, &scope.limits)).collect::<Result<Vec<_>, _>>()?;
    let mut binder = Binder::new(model, scope.rules, scope.limits);
    for choice in aliases.iter().flatten() {
        if let ChoiceKind::Alias(name, value) = &choice.kind {
            binder.alias(name, value);
        }
    }
    binder.filter(scope.ty, text)
}
