//! Single properties of an entity, and items of lists (OData Protocol 4.01, sections 11.2.4, 11.4.9 and 11.4.10).

use edm::codec::read_raw;
use edm::{Change, Mode, Property, StructType, Value};
use http::{Method, StatusCode};
use odata::headers::{Applied, Condition};
use odata::payload::{Intent, raw_text};
use odata::query::Query;
use odata::{Kind, Problem, Tail};

use crate::exchange::Response;
use crate::nested::{self, NestedLists};
use crate::outcome::type_context;
use crate::part::{Edit, Part, around, check_positions, is_in_item, value_at};
use crate::reading::{applied, condition, followed, text, with_tag};
use crate::resources::{Basis, Content, Resources, Row, Target as _};
use crate::service::{Heard, Service, Understood, no_content, nothing};
use crate::task::Task;

impl<R: Resources> Service<R> {
    pub(crate) async fn read_property(&self, task: Task, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Some(entity) = self.entity(understood).await? else { return Ok(no_content()) };
        let row = &entity.row;
        if condition(understood, row, true)? == Condition::NotModified {
            return Ok(with_tag(Response::empty(StatusCode::NOT_MODIFIED), row));
        }
        let Some(part) = understood.route.properties.last() else { return Ok(no_content()) };
        let raw = value_at(&row.members, &understood.route.properties)?;
        match task {
            _ if raw == b"null" && !part.is_list() => Ok(with_tag(no_content(), row)),
            Task::CountProperty => self.count_items(understood, part.property, &raw),
            Task::ReadRaw => Ok(with_tag(raw_answer(part.property, &raw)?, row)),
            _ => Ok(with_tag(self.answer_property(understood, row, *part, &raw)?, row)),
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
        part: Part,
        raw: &[u8],
    ) -> Result<Response, Problem> {
        let Understood { meter, heard, .. } = understood;
        let Heard { query, route, wishes, .. } = &**heard;
        let frame = self.frame(understood);
        let (namespace, ty) = (frame.model.namespace, part.property.ty);
        let (path, names) = match is_in_item(&route.properties) {
            true => (type_context(namespace, ty, part.is_list()), String::new()),
            false => (self.home(understood).path_of(row), route.property_path(namespace)),
        };
        let mut writer = frame.writer(std::iter::empty());
        writer.open();
        writer.context("", &frame.context(&path), &[&names, &query.context(namespace)]);
        let lists = NestedLists::new(query.select.as_ref(), meter);
        let nested = lists.any().then_some(&lists as &dyn odata::payload::Nested);
        let items = nested::list(query, ty, raw, meter, meter.around())?;
        if let Some(count) = items.count {
            writer.count("", count);
        }
        writer.value(frame.model, ty, &items, query.select.as_ref(), nested);
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
        let mut attempts = self.attempts(&target.path());
        loop {
            attempts.next().await?;
            let row = self.some_entity(understood).await?.row;
            check_settable(row.ty, &route.properties)?;
            let edit = self.property_edit(task, understood, &row)?;
            condition(understood, &row, false)?;
            let patch = around(row.ty, &row.members, &route.properties, edit)?;
            let content = Content { ty: row.ty, patch, links: Vec::new() };
            let basis = Basis { tag: row.tag, replace: false };
            let changed = self.resources.update(caller, target, content, basis, &request.exchange).await?;
            if let Some(row) = attempts.done(changed) {
                return self.changed_property(task, understood, &row);
            }
        }
    }

    /// What becomes of the property.
    fn property_edit(&self, task: Task, understood: &Understood<'_, R>, row: &Row) -> Result<Edit, Problem> {
        let Understood { heard, .. } = understood;
        let Heard { route, .. } = &**heard;
        let Some(part) = route.properties.last() else { return Err(nothing("no property is addressed")) };
        let property = part.property;
        // What is not there is missed before the body is read.
        check_positions(&row.members, &route.properties)?;
        let change = match task {
            Task::Remove => return Ok(Edit::Remove),
            Task::ClearProperty if part.is_list() => Change::Set(Value::List(Vec::new())),
            Task::ClearProperty if !property.nullable => {
                let message = format!("`{}` cannot be null, expected a change of its value", property.name);
                return Err(Problem::new(Kind::BadBody, message).at(format!("/{}", property.name)));
            }
            Task::ClearProperty => Change::Set(Value::Null),
            Task::Append => self.appended(understood, row, property)?,
            _ => self.said(understood, *part)?,
        };
        Ok(Edit::Change(change))
    }

    /// The list with the item that the body is.
    fn appended(
        &self,
        understood: &Understood<'_, R>,
        row: &Row,
        property: &'static Property,
    ) -> Result<Change, Problem> {
        let item = self.reading(understood)?.item(property, &understood.request.body, Intent::Create)?;
        let mut added = Value::Null;
        item.apply(property.ty.structure(), &mut added);
        let raw = value_at(&row.members, &understood.route.properties)?;
        let mut items = match read_raw(property.ty, true, &raw) {
            Ok(Value::List(items)) => items,
            _ => Vec::new(),
        };
        items.push(added);
        Ok(Change::Set(Value::List(items)))
    }

    /// What the body says of a property, or of an item of it.
    fn said(&self, understood: &Understood<'_, R>, part: Part) -> Result<Change, Problem> {
        let Understood { request, address, .. } = understood;
        let intent = if request.method == Method::PUT { Intent::Replace } else { Intent::Update };
        match part.position {
            _ if address.tail == Tail::Value => {
                let reading = odata::payload::Reading::new(self.resources.model());
                reading.bare(part.property, &request.body).map(Change::Set)
            }
            Some(_) => self.reading(understood)?.item(part.property, &request.body, intent),
            None => self.reading(understood)?.property(part.property, &request.body, intent),
        }
    }

    fn changed_property(&self, task: Task, understood: &Understood<'_, R>, row: &Row) -> Result<Response, Problem> {
        let given = understood.wishes.prefer.representation;
        let wanted = given == Some(true) && !matches!(task, Task::ClearProperty | Task::Remove);
        let response = match understood.route.properties.last().filter(|_| wanted) {
            Some(part) => match value_at(&row.members, &understood.route.properties)? {
                raw if raw == b"null" => no_content(),
                raw => self.answer_property(understood, row, *part, &raw)?,
            },
            None => no_content(),
        };
        Ok(applied(with_tag(response, row), &Applied::new().representation(given)))
    }
}

/// May clients change what lies at the end of the way? Not below what the service says itself, nor a key.
fn check_settable(ty: &'static StructType, parts: &[Part]) -> Result<(), Problem> {
    let key = parts.first().filter(|first| ty.key_properties().contains(&first.property.name));
    match key.or_else(|| parts.iter().find(|part| part.property.mode != Mode::Settable)) {
        Some(Part { property, .. }) => {
            let message = format!("`{}` cannot be changed by clients, expected another property", property.name);
            Err(Problem::new(Kind::BadBody, message).at(format!("/{}", property.name)))
        }
        None => Ok(()),
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
