//! Single properties of an entity (OData Protocol 4.01, sections 11.2.4 and 11.4.9).

use edm::codec::read_raw;
use edm::{Change, Mode, Patch, Property, StructType, Value, lazy};
use http::{Method, StatusCode};
use odata::headers::{Applied, Condition};
use odata::payload::{Intent, raw_text};
use odata::query::Query;
use odata::{Kind, Problem, Tail};

use crate::exchange::Response;
use crate::nested::{self, NestedLists};
use crate::reading::{applied, condition, followed, text, with_tag};
use crate::resources::{Basis, Content, Resources, Row};
use crate::service::{Heard, Service, Understood, no_content, nothing};
use crate::task::Task;

impl<R: Resources> Service<R> {
    pub(crate) async fn read_property(&self, task: Task, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Some(entity) = self.entity(understood).await? else { return Ok(no_content()) };
        let row = &entity.row;
        if condition(understood, row, true)? == Condition::NotModified {
            return Ok(with_tag(Response::empty(StatusCode::NOT_MODIFIED), row));
        }
        let Some(property) = understood.route.properties.last() else { return Ok(no_content()) };
        let raw = value_at(&row.members, &understood.route.properties)?;
        match task {
            _ if raw == b"null" && !property.collection => Ok(with_tag(no_content(), row)),
            Task::CountProperty => self.count_items(understood, property, &raw),
            Task::ReadRaw => Ok(with_tag(raw_answer(property, &raw)?, row)),
            _ => Ok(with_tag(self.answer_property(understood, row, property, &raw)?, row)),
        }
    }

    fn count_items(
        &self,
        understood: &Understood<'_, R>,
        property: &'static Property,
        raw: &[u8],
    ) -> Result<Response, Problem> {
        let query = Query { count: true, ..understood.query.clone() };
        let items = nested::list(&query, property.ty, raw, &understood.meter, understood.meter.around())?;
        Ok(text(items.count.unwrap_or(0)))
    }

    /// The value of a property as the body of an answer.
    fn answer_property(
        &self,
        understood: &Understood<'_, R>,
        row: &Row,
        property: &'static Property,
        raw: &[u8],
    ) -> Result<Response, Problem> {
        let Understood { meter, heard, .. } = understood;
        let Heard { query, route, wishes, .. } = &**heard;
        let frame = self.frame(understood);
        let names = route.property_path(frame.model.namespace);
        let path = self.home(understood).path_of(row);
        let mut writer = frame.writer(std::iter::empty());
        writer.open();
        writer.context("", &frame.context(&path), &[&names, &query.context(frame.model.namespace)]);
        let lists = NestedLists::new(query.select.as_ref(), meter);
        let nested = lists.any().then_some(&lists as &dyn odata::payload::Nested);
        let items = nested::list(query, property.ty, raw, meter, meter.around())?;
        if let Some(count) = items.count {
            writer.count("", count);
        }
        writer.items(frame.model, property.ty, &items, query.select.as_ref(), nested);
        writer.close();
        let body = writer.finish();
        lists.finish()?;
        let response = self.json(StatusCode::OK, wishes.format, body);
        Ok(applied(response, &followed(wishes)))
    }

    pub(crate) async fn change_property(
        &self,
        task: Task,
        understood: &Understood<'_, R>,
    ) -> Result<Response, Problem> {
        let Understood { caller, request, target, heard, .. } = understood;
        let Heard { route, .. } = &**heard;
        let mut attempts = self.attempts(request.path);
        loop {
            attempts.next().await?;
            let row = self.some_entity(understood).await?.row;
            check_settable(row.ty, &route.properties)?;
            let change = self.property_change(task, understood, &row)?;
            condition(understood, &row, false)?;
            let patch = around(row.ty, &route.properties, change)?;
            let content = Content { ty: row.ty, patch, links: Vec::new() };
            let basis = Basis { tag: row.tag, replace: false };
            let changed = self.resources.update(caller, target, content, basis, &request.exchange).await?;
            if let Some(row) = attempts.done(changed) {
                return self.changed_property(task, understood, &row);
            }
        }
    }

    /// What becomes of the property.
    fn property_change(&self, task: Task, understood: &Understood<'_, R>, row: &Row) -> Result<Change, Problem> {
        let Understood { request, address, heard, .. } = understood;
        let Heard { route, .. } = &**heard;
        let Some(property) = route.properties.last() else { return Err(nothing("no property is addressed")) };
        match task {
            Task::ClearProperty if property.collection => Ok(Change::Set(Value::List(Vec::new()))),
            Task::ClearProperty if !property.nullable => {
                let message = format!("`{}` cannot be null, expected a change of its value", property.name);
                Err(Problem::new(Kind::BadBody, message).at(format!("/{}", property.name)))
            }
            Task::ClearProperty => Ok(Change::Set(Value::Null)),
            Task::Append => {
                let item = self.reading(understood)?.item(property, &request.body)?;
                let raw = value_at(&row.members, &route.properties)?;
                let Ok(Value::List(mut items)) = read_raw(property.ty, true, &raw) else {
                    return Ok(Change::Set(Value::List(vec![item])));
                };
                items.push(item);
                Ok(Change::Set(Value::List(items)))
            }
            _ if address.tail == Tail::Value => {
                let reading = odata::payload::Reading::new(self.resources.model());
                reading.bare(property, &request.body).map(Change::Set)
            }
            _ => {
                let intent = if request.method == Method::PUT { Intent::Replace } else { Intent::Update };
                self.reading(understood)?.property(property, &request.body, intent)
            }
        }
    }

    fn changed_property(&self, task: Task, understood: &Understood<'_, R>, row: &Row) -> Result<Response, Problem> {
        let given = understood.wishes.prefer.representation;
        let wanted = given == Some(true) && task != Task::ClearProperty;
        let raw = value_at(&row.members, &understood.route.properties)?;
        let response = match understood.route.properties.last() {
            Some(property) if wanted && raw != b"null" => self.answer_property(understood, row, property, &raw)?,
            _ => no_content(),
        };
        Ok(applied(with_tag(response, row), &Applied::new().representation(given)))
    }
}

/// May clients change what lies at the end of the way? Not below what the service says itself, nor a key.
fn check_settable(ty: &'static StructType, properties: &[&'static Property]) -> Result<(), Problem> {
    let is_key = |property: &Property| ty.key_properties().contains(&property.name);
    let key = properties.first().filter(|property| is_key(property));
    match key.or_else(|| properties.iter().find(|property| property.mode != Mode::Settable)) {
        Some(property) => {
            let message = format!("`{}` cannot be changed by clients, expected another property", property.name);
            Err(Problem::new(Kind::BadBody, message).at(format!("/{}", property.name)))
        }
        None => Ok(()),
    }
}

/// The raw value at the end of a way through complex values. Below one that is null there is nothing.
pub(crate) fn value_at(members: &[u8], properties: &[&'static Property]) -> Result<Vec<u8>, Problem> {
    let mut members = members;
    let (mut raw, mut within): (Option<&[u8]>, Option<&Property>) = (None, None);
    for property in properties {
        if let Some(outer) = within {
            let inside = raw.and_then(lazy::inside);
            members = inside.ok_or_else(|| nothing(&format!("`{}` is null and has no properties", outer.name)))?;
        }
        raw = lazy::member(members, property.name);
        within = Some(property);
    }
    let initial = || {
        let mut out = Vec::new();
        if let Some(property) = properties.last() {
            property.initial().write(property.ty, &mut out);
        }
        out
    };
    Ok(raw.map_or_else(initial, <[u8]>::to_vec))
}

/// A change of a property within complex values as a change of the entity.
fn around(ty: &'static StructType, properties: &[&'static Property], change: Change) -> Result<Patch, Problem> {
    let mut owners = Vec::with_capacity(properties.len());
    let mut owner = Some(ty);
    for property in properties {
        let at = owner.and_then(|owner| owner.find(property.name));
        let (ordinal, _) = at.ok_or_else(|| nothing(&format!("there is no property `{}`", property.name)))?;
        owners.push(ordinal);
        owner = property.ty.structure();
    }
    let wrap = |change: Change, ordinal: &usize| Change::Merge(Patch { changes: vec![(*ordinal, change)] });
    match owners.iter().rev().fold(change, wrap) {
        Change::Merge(patch) => Ok(patch),
        Change::Set(_) => Err(nothing("no property is addressed")),
    }
}

/// `/$value`
fn raw_answer(property: &'static Property, raw: &[u8]) -> Result<Response, Problem> {
    let text = raw_text(property, raw)
        .ok_or_else(|| Problem::new(Kind::UnknownSegment, format!("`{}` has no bare value", property.name)))?;
    let mut response = Response::empty(StatusCode::OK);
    response.set("content-type", text.content_type);
    response.body = text.body.into();
    Ok(response)
}
