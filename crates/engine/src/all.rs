//! `$all`: every entity of the sets and singletons (OData URL Conventions 4.01, section 4.16), set after set, each in
//! its default order.
//!
//! The entities have no type in common that names properties, so that only search and paging apply. `$all/ns.Type` is
//! the one set of such entities where there is only one, and takes whatever options that takes.

use std::sync::Arc;

use edm::expr::Reach;
use edm::{Model, StructType};
use http::StatusCode;
use odata::headers::{Applied, Media, Wishes};
use odata::payload::Metadata;
use odata::query::{self, Applies, Options, Scope};
use odata::{Address, Kind, Problem, Query, Step};

use crate::collection::Shaping;
use crate::exchange::{Request, Response};
use crate::home::Home;
use crate::paging::{Binding, Place, Plan, with_token};
use crate::payload::{self, Frame, View};
use crate::reading::applied;
use crate::resources::{Action, Entity, Resources, Row, Target, Window};
use crate::rows::Meter;
use crate::service::Service;

/// Entities read at once.
const CHUNK: usize = 512;
/// To what skip tokens are bound.
const PATH: &str = "$all";

/// A set or singleton whose entities take part.
struct Source<T> {
    target: T,
    ty: &'static StructType,
    reach: Reach,
    /// Is it a single entity?
    alone: bool,
}

/// Entities that were found, each with the source it is from.
struct Found {
    entities: Vec<(usize, Entity)>,
    count: usize,
    more: bool,
    /// So many are still to be left out.
    skip: usize,
    limit: usize,
    /// Where the page before ended: the source, and the place there.
    start: Option<(usize, i64, Arc<str>)>,
}

impl Found {
    /// Takes the next entities of a source.
    fn take(&mut self, source: usize, entities: Vec<Entity>) {
        for entity in entities {
            self.count += 1;
            let row = &entity.row;
            if self.start.as_ref().is_some_and(|(start, at, id)| (source, row.at, &row.id) <= (*start, *at, id)) {
                continue;
            }
            match (self.skip, self.entities.len() < self.limit) {
                (0, true) => self.entities.push((source, entity)),
                (0, false) => self.more = true,
                _ => self.skip -= 1,
            }
        }
    }
}

/// The address of all entities of a type where they are in one set.
pub(crate) fn only_set(model: &'static Model, ty: &'static StructType) -> Option<Address> {
    let alone = model.singletons.iter().any(|one| one.member_of.is_none() && related(ty, one.ty));
    let mut sets = model.sets.iter().filter(|set| related(ty, set.ty));
    let (set, None, false) = (sets.next()?, sets.next(), alone) else { return None };
    let cast = (ty.is_a(set.ty) && !std::ptr::eq(ty, set.ty)).then_some(Step::Cast(ty));
    Some(Address::of([Step::Set(set)].into_iter().chain(cast).collect()))
}

fn related(ty: &'static StructType, other: &'static StructType) -> bool {
    ty.is_a(other) || other.is_a(ty)
}

impl<R: Resources> Service<R> {
    /// Answers a request for all entities, or all that are of a type.
    pub(crate) async fn all(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        ty: Option<&'static StructType>,
    ) -> Result<Response, Problem> {
        let options = Options::read(request.query, &self.dialect.limits)?;
        let scope = Scope { ty: edm::model::build::STRING, rules: self.dialect.rules, limits: self.dialect.limits };
        let query = query::bind(self.resources.model(), scope, &options, Applies::All)?;
        self.check_offered(&query, false)?;
        let wishes = Wishes::read(request.headers, query.format.as_deref(), Media::Json)?;
        let key = self.resources.caller_key(caller);
        let binding = Binding { key: &self.paging_key, caller: &key, path: PATH, options: &options };
        let plan = match &query.skip_token {
            Some(token) => binding.plan(token)?.within(wishes.max_page_size),
            None => Plan::first(&query, &wishes, &self.dialect)?,
        };
        let meter = self.meter(request);
        let sources = self.sources(caller, ty).await?;
        let found = self.search_all(caller, &sources, (&query, &meter), &plan, ty).await?;
        let next = found.entities.last().filter(|_| found.more).and_then(|(at, entity)| {
            let plan = plan.next(place(*at, entity), found.entities.len())?;
            let query = with_token(request.query, "$skiptoken", &binding.token(&plan));
            Some(format!("{}/{}?{query}", request.root, request.path.trim_start_matches('/')))
        });
        let frame = self.frame_with(request, &wishes, &meter);
        let count = query.count.then_some(found.count);
        let body = write(&frame, ty, &sources, &found.entities, count, next.as_deref())?;
        let response = self.json(StatusCode::OK, wishes.format, body);
        Ok(applied(response, &Applied::new().max_page_size(wishes.max_page_size).omit(wishes.prefer.omit)))
    }

    /// The sets and singletons that the service serves and the caller may read; a problem where they may read none.
    async fn sources(
        &self,
        caller: &R::Caller,
        ty: Option<&'static StructType>,
    ) -> Result<Vec<Source<R::Target>>, Problem> {
        let model = self.resources.model();
        let sets = model.sets.iter().map(|set| (Step::Set(set), set.ty, false));
        let singletons = model.singletons.iter().filter(|one| one.member_of.is_none());
        let all = sets.chain(singletons.map(|one| (Step::Singleton(one), one.ty, true)));
        let (mut sources, mut refused) = (Vec::new(), None);
        for (step, own, alone) in all.filter(|(_, own, _)| ty.is_none_or(|ty| related(ty, own))) {
            let action = if alone { Action::Read } else { Action::List };
            match self.resources.authorize(caller, &Address::of(vec![step]), action).await {
                Ok(target) => {
                    let reach = payload::reach(own, &Query::default());
                    sources.push(Source { target, ty: own, reach, alone });
                }
                // What the model declares and nobody serves has no entities.
                Err(problem) if problem.kind == Kind::NotSupported => {}
                Err(problem) if matches!(problem.kind, Kind::ScopeMissing | Kind::RoleMissing) => {
                    refused.get_or_insert(problem);
                }
                Err(problem) => return Err(problem),
            }
        }
        refused.filter(|_| sources.is_empty()).map_or(Ok(sources), Err)
    }

    async fn search_all(
        &self,
        caller: &R::Caller,
        sources: &[Source<R::Target>],
        (query, meter): (&Query, &Meter),
        plan: &Plan,
        ty: Option<&'static StructType>,
    ) -> Result<Found, Problem> {
        let start = plan.after.as_ref().map(|place| (source_of(place), place.at, place.id.clone()));
        let mut found =
            Found { entities: Vec::new(), count: 0, more: false, skip: plan.skip, limit: plan.limit(), start };
        // What is counted is read from the beginning, what is shown from where the page before ended.
        let first = found.start.as_ref().filter(|_| !query.count).cloned();
        for (at, source) in sources.iter().enumerate() {
            let mut after = match &first {
                Some((first, ..)) if at < *first => continue,
                Some((first, position, id)) if at == *first => Some((*position, id.clone())),
                _ => None,
            };
            let shaping = Shaping::new(query, &source.reach, meter);
            loop {
                let (mut entities, last) = self.some_of(caller, source, after.take()).await?;
                entities.retain(|entity| ty.is_none_or(|ty| entity.row.ty.is_a(ty)));
                found.take(at, shaping.kept(entities)?);
                if found.more && !query.count {
                    return Ok(found);
                }
                let Some(last) = last else { break };
                after = Some(last);
            }
        }
        Ok(found)
    }

    /// The next entities of a source, and where they end if there may be more.
    async fn some_of(
        &self,
        caller: &R::Caller,
        source: &Source<R::Target>,
        after: Option<(i64, Arc<str>)>,
    ) -> Result<(Vec<Entity>, Option<(i64, Arc<str>)>), Problem> {
        if source.alone {
            let entity = self.resources.read(caller, &source.target, &source.reach).await?;
            let comes_after = |row: &Row| after.as_ref().is_none_or(|(at, id)| (row.at, &row.id) > (*at, id));
            return Ok((entity.into_iter().filter(|entity| comes_after(&entity.row)).collect(), None));
        }
        let window = Window { after, skip: 0, limit: Some(CHUNK) };
        let entities = self.resources.list(caller, &source.target, &source.reach, &window).await?;
        let last = entities.last().filter(|_| entities.len() >= CHUNK);
        let last = last.map(|entity| (entity.row.at, entity.row.id.clone()));
        Ok((entities, last))
    }
}

/// The place of an entity: its source goes before what places it there.
fn place(source: usize, Entity { row, .. }: &Entity) -> Place {
    Place { values: vec![source.to_string().into_bytes()], cut: false, at: row.at, id: row.id.clone() }
}

fn source_of(place: &Place) -> usize {
    let text = place.values.first().and_then(|raw| std::str::from_utf8(raw).ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Each entity says of what type it is and where it is: neither follows from the context.
fn write<T: Target>(
    frame: &Frame<'_>,
    ty: Option<&'static StructType>,
    sources: &[Source<T>],
    entities: &[(usize, Entity)],
    count: Option<usize>,
    next: Option<&str>,
) -> Result<Vec<u8>, Problem> {
    let query = Query::default();
    let frame = &Frame { ids: true, ..*frame };
    let mut writer = frame.writer(entities.iter().map(|(_, entity)| entity));
    writer.open();
    let name = ty.map_or("Edm.EntityType".to_owned(), |ty| format!("{}.{}", frame.model.namespace, ty.name));
    writer.context("", &frame.context(&format!("Collection({name})")), &[]);
    if let Some(count) = count {
        writer.count("", count);
    }
    if let Some(next) = next {
        writer.next_link(next);
    }
    writer.open_list("value");
    for (at, entity) in entities {
        let Some(source) = sources.get(*at) else { continue };
        let path = source.target.container();
        let home = if source.alone { Home::alone(path) } else { Home::collection(path) };
        let view = View::new(frame.model, source.ty, &query, &source.reach);
        writer.open_item();
        if frame.format.metadata == Metadata::Minimal && std::ptr::eq(entity.row.ty, source.ty) {
            writer.type_of(frame.model, source.ty);
        }
        frame.write(&mut writer, &home, &view, entity)?;
        writer.close();
    }
    writer.close_list();
    writer.close();
    Ok(writer.finish())
}
