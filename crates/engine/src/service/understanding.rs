//! What a request says, then what it means and whether its caller may do it. Of data only what decides that is read
//! here, such as conditions in the path, and what `$root` names; nothing is changed.

use std::ops::Deref;

use edm::expr::{Expr, Reach};
use http::Method;
use odata::headers::{Repeat, Version, Wishes};
use odata::query::{self, Applies, Options, Scope};
use odata::{Address, Kind, Problem, Query};

use super::Service;
use crate::calls::not_offered;
use crate::changes;
use crate::elsewhere;
use crate::exchange::Request;
use crate::metadata;
use crate::paging::Plan;
use crate::payload;
use crate::resources::Resources;
use crate::route::Route;
use crate::rows::Meter;
use crate::task::{self, Task};
use crate::timings::Timings;

/// What a request says, which needs nobody's data to be understood.
pub(crate) struct Heard<'a> {
    pub(crate) route: Route<'a>,
    pub(crate) options: Options,
    pub(crate) query: Query,
    /// What the path says of the one entity that it leads to or through.
    pub(super) condition: Option<Expr>,
    pub(crate) reach: Reach,
    pub(crate) wishes: Wishes,
    /// Where something is to be made: by what the request is known when it comes again.
    pub(crate) repeat: Option<Repeat<'a>>,
    pub(crate) first: Plan,
}

/// A request that is understood: what is said, what is meant, and that the caller may do it.
pub(crate) struct Understood<'a, R: Resources> {
    pub(crate) caller: &'a R::Caller,
    pub(crate) request: &'a Request<'a>,
    pub(crate) address: &'a Address,
    /// Boxed: it is large, and handed on from stage to stage.
    pub(crate) heard: Box<Heard<'a>>,
    pub(crate) meter: Meter,
    pub(crate) target: R::Target,
}

impl<'a, R: Resources> Deref for Understood<'a, R> {
    type Target = Heard<'a>;

    fn deref(&self) -> &Heard<'a> {
        &self.heard
    }
}

impl<R: Resources> Service<R> {
    /// What is said?
    pub(super) fn hear<'a>(
        &self,
        request: &'a Request<'_>,
        address: &Address,
        route: Route<'a>,
        task: Task,
    ) -> Result<Box<Heard<'a>>, Problem> {
        let limits = self.dialect.limits;
        let options = Options::read_beside(request.query, &limits, &route.arguments)?;
        // Where something is changed, a condition that was lost would change all there is.
        let options = match self.dialect.empty_filters && matches!(request.method, Method::GET | Method::HEAD) {
            true => options.without_empty_filter(),
            false => options,
        };
        let scope = Scope { ty: route.row(), rules: self.dialect.rules, limits };
        let tells_changes = matches!(task, Task::List | Task::Count) && self.resources.keeps_history();
        let applies = match task.applies(address) {
            Applies::Entity if route.identified => Applies::Identified,
            // The address of a delta link says all that its list was asked for.
            Applies::Count if tells_changes && options.value(changes::TOKEN).is_some() => Applies::Collection,
            applies => applies,
        };
        let options = match self.dialect.counts_entities && applies == Applies::Entity {
            true => options.without_count()?,
            false => options,
        };
        let mut query = query::bind(self.resources.model(), scope, &options, applies)?;
        self.check_offered(&query, tells_changes)?;
        if matches!(task, Task::ReadProperty | Task::CountProperty) {
            check_whole(&query, "what lies within an entity")?;
        }
        let condition = self.narrow(&mut query, &route, &options)?;
        // What a stream is, is known only when it is read; what is accepted is asked then.
        let format = if task == Task::ReadMedia { Some(task::ANY) } else { query.format.as_deref() };
        let mut wishes = Wishes::read(request.headers, format, task.media(address))?;
        self.check_positions(&query, &mut wishes)?;
        let repeat = if task == Task::Create { Repeat::read(request.headers)? } else { None };
        let first = Plan::first(&query, &wishes, &self.dialect)?;
        let mut reach = payload::reach(route.entity_type(), &query);
        reach.merge(condition.as_ref().map(Expr::reach).unwrap_or_default());
        Ok(Box::new(Heard { route, options, query, condition, reach, wishes, repeat, first }))
    }

    /// What is meant, and may the caller do it?
    pub(super) async fn understand<'a>(
        &self,
        caller: &'a R::Caller,
        request: &'a Request<'a>,
        address: &'a Address,
        heard: Box<Heard<'a>>,
        task: Task,
        timings: &mut Timings,
    ) -> Result<Understood<'a, R>, Problem> {
        let target = self.resources.authorize(caller, &heard.route.resource, task.action()).await?;
        timings.mark("authorize");
        let mut meter = self.meter(request);
        if !heard.query.elsewhere.is_empty() {
            meter.supply(Box::pin(elsewhere::find(self, caller, &heard.query)).await?);
        }
        if !heard.route.checkpoints.is_empty() {
            Box::pin(self.pass(caller, &heard.route, &heard.options, &meter)).await?;
        }
        Ok(Understood { caller, request, address, heard, meter, target })
    }

    /// Refuses what a query may ask and is not answered; nothing is silently left out.
    pub(crate) fn check_offered(&self, query: &Query, tells_changes: bool) -> Result<(), Problem> {
        if let Some(version) = &query.schema_version {
            metadata::schema_version(self.resources.model(), version)?;
        }
        let asked = [(query.delta_token.is_some() && !tells_changes, "$deltatoken"), (query.index.is_some(), "$index")];
        match asked.into_iter().find(|(asked, _)| *asked) {
            Some((_, name)) => {
                let message = format!("the query option `{name}` is not supported");
                Err(Problem::new(Kind::NotSupported, message).at(name))
            }
            None => Ok(()),
        }
    }

    /// Positions are told by services that say so, over a whole collection: pages do not know theirs.
    fn check_positions(&self, query: &Query, wishes: &mut Wishes) -> Result<(), Problem> {
        match query.positions {
            false => Ok(()),
            true if !self.dialect.positions => Err(query::not_here("$index", &Applies::Collection.taken())),
            true if wishes.max_version == Some(Version::V4) => {
                Err(Problem::new(Kind::BadQuery, "unknown query option `$index` in OData 4.0").at("$index"))
            }
            true => {
                wishes.max_page_size = None;
                Ok(())
            }
        }
    }
}

/// Refuses what only collections of entities are asked for, of something that comes whole.
pub(crate) fn check_whole(query: &Query, what: &str) -> Result<(), Problem> {
    if query.apply.is_some() {
        return Err(not_offered(&format!("`$apply` to {what}")).at("$apply"));
    }
    match query.skip_token {
        Some(_) => {
            let message = format!("found `$skiptoken`, but {what} comes in one page; expected no such option");
            Err(Problem::new(Kind::BadQuery, message).at("$skiptoken"))
        }
        None => Ok(()),
    }
}
