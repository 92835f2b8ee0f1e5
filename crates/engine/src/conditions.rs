//! The conditions that stand in a path (`/$filter(…)`): bound, joined with those of the query, met by the entities on
//! the way.

use edm::Type;
use edm::expr::{Binary, Expr, Reach};
use odata::query::{self, Options, Scope};
use odata::{Kind, Place, Problem, Query};

use crate::resources::{Action, Entity, Resources};
use crate::route::{Checkpoint, Route};
use crate::rows::{Loaded, Meter};
use crate::service::{Service, not_of_type, nothing};

impl<R: Resources> Service<R> {
    /// The conditions that stand in the path: those on what is listed join the one in the query, the one on a single
    /// entity is given back.
    pub(crate) fn narrow(
        &self,
        query: &mut Query,
        route: &Route<'_>,
        options: &Options,
    ) -> Result<Option<Expr>, Problem> {
        let entities = self.conditions(Type::Struct(route.entity_type()), &route.filters, options)?;
        let items = self.conditions(route.row(), &route.item_filters, options)?;
        let (listed, single) = match route.place {
            Place::Collection(_) => (entities, None),
            _ => (items, entities),
        };
        query.filter = self.both(listed, query.filter.take())?;
        Ok(single)
    }

    /// The conditions of a path over rows of that type as one.
    pub(crate) fn conditions(&self, ty: Type, texts: &[&str], options: &Options) -> Result<Option<Expr>, Problem> {
        let scope = Scope { ty, rules: self.dialect.rules, limits: self.dialect.limits };
        texts.iter().try_fold(None, |before, text| {
            self.both(before, Some(query::condition(self.resources.model(), scope, options, text)?))
        })
    }

    pub(crate) fn both(&self, one: Option<Expr>, other: Option<Expr>) -> Result<Option<Expr>, Problem> {
        let (one, other) = match (one, other) {
            (Some(one), Some(other)) => (one, other),
            (one, other) => return Ok(one.or(other)),
        };
        let both = Expr::binary(Binary::And, one, other, &self.dialect.rules);
        both.map(Some).map_err(|error| Problem::new(Kind::BadQuery, error.to_string()).at("$filter"))
    }

    /// Are the entities on the way what the address says?
    pub(crate) async fn pass(
        &self,
        caller: &R::Caller,
        route: &Route<'_>,
        options: &Options,
        meter: &Meter,
    ) -> Result<(), Problem> {
        for Checkpoint { address, ty, filters } in &route.checkpoints {
            let condition = self.conditions(Type::Struct(ty), filters, options)?;
            let reach = condition.as_ref().map(Expr::reach).unwrap_or_default();
            let target = self.resources.authorize(caller, address, Action::Read).await?;
            let entity = self.resources.read(caller, &target, &reach).await?;
            let Some(entity) = entity.filter(|entity| entity.row.ty.is_a(ty)) else { return Err(not_of_type(ty)) };
            if let Some(condition) = &condition {
                meet(condition, &entity, &reach, meter)?;
            }
        }
        Ok(())
    }
}

/// Does the entity meet a condition of the path?
pub(crate) fn meet(condition: &Expr, entity: &Entity, reach: &Reach, meter: &Meter) -> Result<(), Problem> {
    match meter.spend("$filter", |env| condition.matches(&Loaded::new(entity, reach), env))? {
        true => Ok(()),
        false => Err(nothing("the entity is not among those of the condition")),
    }
}
