//! Reading entities and collections (OData Protocol 4.01, section 11.2).

use std::borrow::Cow;
use std::sync::Arc;

use edm::StructType;
use edm::expr::Reach;
use http::header::ETAG;
use http::{HeaderValue, StatusCode};
use odata::headers::{Applied, Condition, Conditions, Wishes};
use odata::syntax::beyond;
use odata::{Kind, Place, Problem, Query, setting};

use crate::collection::{self, Gathering, Shaping};
use crate::exchange::Response;
use crate::home::Home;
use crate::paging::{self, Binding, Plan, with_token};
use crate::payload::{self, Page, View};
use crate::resources::{Entity, Resources, Row, Target, Window};
use crate::service::{Heard, Service, Understood, no_content};

/// Entities read at once while looking for those that a filter keeps, or that come first in an order.
pub(crate) const CHUNK: usize = 512;
/// The fewest, where few may be enough.
const SMALL_CHUNK: usize = 64;

/// How far a collection is read that is read piece by piece.
pub(crate) struct Pieces {
    /// How many entities to read next, if there are more.
    next: Option<usize>,
    after: Option<(i64, Arc<str>)>,
}

impl Pieces {
    /// All of it, from the beginning.
    pub(crate) fn all() -> Self {
        Self::of(CHUNK, None)
    }

    /// From that place on.
    fn of(first: usize, after: Option<&paging::Place>) -> Self {
        Self { next: Some(first), after: after.map(|place| (place.at, place.id.clone())) }
    }
}

/// A page that was found.
pub(crate) struct Found {
    pub(crate) entities: Vec<Entity>,
    pub(crate) count: Option<usize>,
    pub(crate) next: Option<Plan>,
    /// Where the history of the collection ended when its first page was read.
    pub(crate) since: Option<u64>,
}

impl<R: Resources> Service<R> {
    pub(crate) async fn read(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Some(entity) = self.entity(understood).await? else { return Ok(no_content()) };
        match condition(understood, &entity.row, true)? {
            Condition::Holds => self.answer_entity(understood, StatusCode::OK, &entity),
            Condition::NotModified => Ok(with_tag(Response::empty(StatusCode::NOT_MODIFIED), &entity.row)),
        }
    }

    /// An entity as the body of an answer.
    pub(crate) fn answer_entity(
        &self,
        understood: &Understood<'_, R>,
        status: StatusCode,
        entity: &Entity,
    ) -> Result<Response, Problem> {
        self.answer_shaped(understood, status, entity, &understood.query, &understood.reach)
    }

    /// The same of what another query asks for, loaded with its reach.
    pub(crate) fn answer_shaped(
        &self,
        understood: &Understood<'_, R>,
        status: StatusCode,
        entity: &Entity,
        query: &Query,
        reach: &Reach,
    ) -> Result<Response, Problem> {
        let Understood { target, heard, .. } = understood;
        let Heard { route, wishes, .. } = &**heard;
        let frame = self.frame(understood);
        let view = View::of(frame.model, route, query, reach);
        let suffix = if route.is_alone() { "" } else { "/$entity" };
        let cast = route.cast_text(frame.model.namespace);
        let rest = [&*cast, &query.context(frame.model.namespace), suffix];
        let home = self.home(understood);
        let body = frame.entity(&container(target, &home), &rest, &home, &view, entity)?;
        let response = with_tag(self.json(status, wishes.format, body), &entity.row);
        Ok(applied(response, &followed(wishes)))
    }

    pub(crate) async fn list(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { target, heard, .. } = understood;
        let Heard { route, query, reach, wishes, .. } = &**heard;
        // Boxed, as what is rare is below, for it would make the future of every request larger.
        if query.apply.is_some() {
            return Box::pin(self.list_applied(understood)).await;
        }
        if let Some(token) = &query.delta_token {
            return self.list_changes(understood, token).await;
        }
        // Before the rows are read: what changes meanwhile is told twice rather than never.
        let since = self.tracked(understood).await?;
        let found = self.find(understood, since).await?;
        let next = self.next_link(understood, found.next.as_ref());
        let delta = found.since.filter(|_| next.is_none()).map(|since| self.delta_link(understood, since));
        let frame = self.frame(understood);
        let cast = route.cast_text(frame.model.namespace);
        let page = Page {
            cast: &cast,
            entities: &found.entities,
            count: found.count,
            next: next.as_deref(),
            delta: delta.as_deref(),
            first: (query.positions && query.skip_token.is_none()).then_some(understood.first.skip),
        };
        let view = View::of(frame.model, route, query, reach);
        let home = self.home(understood);
        let body = frame.collection(&container(target, &home), &home, &view, &page)?;
        let response = self.json(StatusCode::OK, wishes.format, body);
        let followed = followed(wishes).max_page_size(wishes.max_page_size);
        Ok(applied(response, &followed.track_changes(found.since.is_some(), wishes.format.version)))
    }

    pub(crate) async fn references(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { address, heard, .. } = understood;
        let Heard { wishes, .. } = &**heard;
        let frame = self.frame(understood);
        let body = if let Place::Collection(_) = address.place {
            let found = self.find(understood, None).await?;
            let next = self.next_link(understood, found.next.as_ref());
            let (next, count) = (next.as_deref(), found.count);
            let page = Page { cast: "", entities: &found.entities, count, next, delta: None, first: None };
            frame.references(&self.home(understood), &page)
        } else {
            let Some(entity) = self.entity(understood).await? else { return Ok(no_content()) };
            frame.reference(&self.home(understood), &entity.row)
        };
        let response = self.json(StatusCode::OK, wishes.format, body);
        Ok(applied(response, &Applied::to(&wishes.prefer).max_page_size(wishes.max_page_size)))
    }

    pub(crate) async fn count(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, target, meter, heard, .. } = understood;
        let Heard { query, reach, .. } = &**heard;
        if let Some(token) = &query.delta_token {
            return self.count_changes(understood, token).await;
        }
        let count = match self.is_whole(understood) {
            _ if query.apply.is_some() => self.count_applied(understood).await?,
            true => self.resources.count(caller, target).await?,
            false => {
                let shaping = Shaping::new(query, reach, meter);
                let (mut count, mut pieces) = (0, Pieces::all());
                while let Some(entities) = Box::pin(self.piece(understood, &mut pieces)).await? {
                    count += shaping.kept(entities)?.len();
                }
                count
            }
        };
        Ok(text(count))
    }

    /// The page of the collection that is asked for.
    async fn find(&self, understood: &Understood<'_, R>, since: Option<u64>) -> Result<Found, Problem> {
        let Understood { caller, meter, target, heard, .. } = understood;
        let Heard { query, reach, .. } = &**heard;
        let plan = &self.plan(understood, since)?;
        let since = plan.since;
        let shaping = Shaping::new(query, reach, meter);
        let ordered = !query.order.keys.is_empty();
        if self.is_whole(understood) && !ordered {
            let window = collection::window(plan);
            let (entities, count) = match query.count {
                true => {
                    let counted = Box::pin(self.resources.list_counted(caller, target, reach, &window));
                    counted.await.map(|(entities, count)| (entities, Some(count)))?
                }
                false => (self.resources.list(caller, target, reach, &window).await?, None),
            };
            let (entities, next) = shaping.page(entities, plan)?;
            return Ok(Found { entities, count, next, since });
        }
        let mut found = Gathering::new(shaping, plan);
        let mut pieces = match query.count || ordered {
            true => Pieces::all(),
            false => Pieces::of(found.wanted().clamp(SMALL_CHUNK, CHUNK), plan.after.as_ref()),
        };
        while let Some(entities) = Box::pin(self.piece(understood, &mut pieces)).await? {
            found.take(entities)?;
            if found.is_full() && !query.count {
                break;
            }
        }
        let count = query.count.then_some(found.count);
        let (entities, next) = found.page();
        Ok(Found { entities, count, next, since })
    }

    /// What page is asked for: where a token says so, the one that its page before planned.
    fn plan(&self, understood: &Understood<'_, R>, since: Option<u64>) -> Result<Plan, Problem> {
        let Heard { query, wishes, first, .. } = &*understood.heard;
        match &query.skip_token {
            Some(token) => {
                let plan = self.binding(understood, |binding| binding.plan(token))?;
                Ok(plan.within(wishes.max_page_size))
            }
            None => Ok(Plan { since, ..first.clone() }),
        }
    }

    /// Is no entity of the collection left out?
    fn is_whole(&self, understood: &Understood<'_, R>) -> bool {
        understood.route.cast.is_none() && !collection::is_selective(&understood.query)
    }

    /// The next entities of a collection in default order, of the type that is asked for; `None` after the last.
    async fn piece(&self, understood: &Understood<'_, R>, pieces: &mut Pieces) -> Result<Option<Vec<Entity>>, Problem> {
        let Understood { caller, target, heard, .. } = understood;
        let Heard { reach, route, .. } = &**heard;
        self.piece_of(caller, target, reach, route.cast, pieces).await
    }

    /// The same of any collection.
    pub(crate) async fn piece_of(
        &self,
        caller: &R::Caller,
        target: &R::Target,
        reach: &Reach,
        cast: Option<&'static StructType>,
        pieces: &mut Pieces,
    ) -> Result<Option<Vec<Entity>>, Problem> {
        let Some(size) = pieces.next else { return Ok(None) };
        let window = Window { after: pieces.after.take(), skip: 0, limit: Some(size) };
        let mut entities = self.resources.list(caller, target, reach, &window).await?;
        pieces.after = entities.last().map(|entity| (entity.row.at, entity.row.id.clone()));
        pieces.next = (entities.len() >= size).then_some(size.saturating_mul(2).min(CHUNK));
        if let Some(cast) = cast {
            entities.retain(|entity| entity.row.ty.is_a(cast));
        }
        Ok(Some(entities))
    }

    /// All entities of the type that is asked for, as far as they may be held at once.
    pub(crate) async fn whole(&self, understood: &Understood<'_, R>) -> Result<Vec<Entity>, Problem> {
        let most = self.dialect.max_held;
        let (mut all, mut held, mut pieces) = (Vec::new(), 0_usize, Pieces::all());
        while let Some(mut entities) = self.piece(understood, &mut pieces).await? {
            held = entities.iter().map(payload::size).fold(held, usize::saturating_add);
            if held > most {
                let message = beyond(setting::HELD, most >> 20, "megabytes of entities");
                return Err(Problem::new(Kind::BadQuery, format!("{message}; choose fewer by `/$filter`")).at("$apply"));
            }
            all.append(&mut entities);
        }
        Ok(all)
    }

    /// The link to the page of a plan.
    fn next_link(&self, understood: &Understood<'_, R>, plan: Option<&Plan>) -> Option<String> {
        let request = understood.request;
        plan.map(|plan| {
            let query =
                with_token(request.query, "$skiptoken", &self.binding(understood, |binding| binding.token(plan)));
            format!("{}/{}?{query}", request.root, request.path.trim_start_matches('/'))
        })
    }

    /// What the skip tokens of a request are bound to.
    pub(crate) fn binding<T>(&self, understood: &Understood<'_, R>, with: impl FnOnce(Binding<'_>) -> T) -> T {
        let caller = self.resources.caller_key(understood.caller);
        let path = understood.target.path();
        with(Binding { key: &self.paging_key, caller: &caller, path: &path, options: &understood.options })
    }

    /// The entity that a row is, with all that it is asked along with.
    pub(crate) async fn complete(
        &self,
        understood: &Understood<'_, R>,
        row: Row,
        reach: &Reach,
    ) -> Result<Entity, Problem> {
        if reach.is_empty() {
            return Ok(row.into());
        }
        let target = self.member(understood, &row).await?;
        let entity = self.resources.read(understood.caller, &target, reach).await?;
        Ok(entity.unwrap_or_else(|| row.into()))
    }
}

/// The path of the collection that the target is in or is, as contexts say it.
fn container<'a>(target: &impl Target, home: &'a Home<'_>) -> Cow<'a, str> {
    home.of_collection().unwrap_or_else(|| Cow::Owned(target.container()))
}

/// A number as text.
pub(crate) fn text(number: usize) -> Response {
    let mut response = Response::empty(StatusCode::OK);
    response.body = number.to_string().into();
    response.set_static("content-type", "text/plain;charset=utf-8");
    response
}

/// Do the conditions of the request allow to go on with the entity as it is?
pub(crate) fn condition<R: Resources>(
    understood: &Understood<'_, R>,
    row: &Row,
    reading: bool,
) -> Result<Condition, Problem> {
    as_presumed(&understood.wishes.conditions, row, reading)
}

/// Is the entity what these conditions presume?
pub(crate) fn as_presumed(conditions: &Conditions, row: &Row, reading: bool) -> Result<Condition, Problem> {
    if conditions.is_empty() {
        return Ok(Condition::Holds);
    }
    let tag = row.tag.map(|tag| tag.to_string());
    conditions.judge(tag.as_deref(), reading)
}

/// Says the version of the entity.
pub(crate) fn with_tag(mut response: Response, row: &Row) -> Response {
    if let Some(tag) = row.tag {
        let mut value = *b"W/\"0123456789abcdef\"";
        if let Some(digits) = value.get_mut(3..19) {
            digits.copy_from_slice(&tag.digits());
        }
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            response.headers.insert(ETAG, value);
        }
    }
    response
}

/// The preferences that every body follows. No annotations of a vocabulary are answered, whichever are asked for.
pub(crate) fn followed(wishes: &Wishes) -> Applied {
    Applied::to(&wishes.prefer).omit(wishes.prefer.omit).annotations(wishes.prefer.annotations.as_deref())
}

/// Says which preferences were followed.
pub(crate) fn applied(mut response: Response, applied: &Applied) -> Response {
    if let Some(value) = applied.value() {
        response.set("preference-applied", value);
    }
    response
}
