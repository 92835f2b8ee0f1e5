//! Answers: rows and what was asked of them to JSON with its annotations.

use edm::{Navigation, StructType};
use odata::payload::{Projection, Writer, escaped};
use odata::{Address, Expand, Kind, Problem, Query, Step};

use crate::collection;
use crate::paging::Plan;
use crate::resources::{Action, Entity, Row, Target};

/// What stands around the rows of an answer.
pub(crate) struct Frame<'a> {
    /// The root under which the client found the service.
    pub(crate) root: &'a str,
    /// The type of the rows.
    pub(crate) ty: &'static StructType,
    /// What was asked.
    pub(crate) query: &'a Query,
}

impl Frame<'_> {
    /// `{root}/$metadata#{path}`: how contexts begin, ready to stand in JSON.
    fn context(&self, path: &str) -> Vec<u8> {
        escaped(&[self.root, "/$metadata#", path].concat())
    }

    /// A single entity: its context, its tag, its members, what is expanded in it.
    pub(crate) fn entity(
        &self,
        address: &Address,
        target: &impl Target,
        entity: &Entity,
        related: &[Related<'_>],
    ) -> Vec<u8> {
        let related_rows = entity.related.iter().flatten().map(|entity| &entity.row);
        let size = related_rows.chain([&entity.row]).map(|row| row.members.len() + 64);
        let mut writer = Writer::with_capacity(256 + 200 * related.len() + size.sum::<usize>());
        writer.open();
        // A singleton is the only one of its kind, not one of a collection.
        let alone = matches!(address.steps.last(), Some(Step::Singleton(singleton)) if singleton.member_of.is_none());
        let suffix = if alone { "" } else { "/$entity" };
        writer.context("", &self.context(&target.container()), &[&self.query.context(), suffix]);
        write_row(&mut writer, &entity.row, Projection::of(self.ty, self.query.select.as_ref()));
        if !related.is_empty() {
            let base = self.context(&target.path());
            for (related, rows) in related.iter().zip(&entity.related) {
                write_related(&mut writer, &base, related, rows);
            }
        }
        writer.close();
        writer.finish()
    }

    /// A page of a collection.
    pub(crate) fn collection(
        &self,
        container: &str,
        rows: &[Row],
        count: Option<usize>,
        next: Option<&str>,
    ) -> Vec<u8> {
        let size = rows.iter().map(|row| row.members.len() + 64);
        let mut writer = Writer::with_capacity(512 + size.sum::<usize>());
        writer.open();
        writer.context("", &self.context(container), &[&self.query.context()]);
        if let Some(count) = count {
            writer.count("", count);
        }
        if let Some(next) = next {
            writer.next_link(next);
        }
        writer.open_list("value");
        let projection = Projection::of(self.ty, self.query.select.as_ref());
        rows.iter().for_each(|row| write_item(&mut writer, row, projection));
        writer.close_list();
        writer.close();
        writer.finish()
    }
}

/// A collection, or another entity, within an entity whose context begins like that.
fn write_related(writer: &mut Writer, base: &[u8], related: &Related<'_>, entities: &[Entity]) {
    let rows = || entities.iter().map(|entity| &entity.row);
    let name = related.navigation.name;
    let select = related.query.and_then(|query| query.select.as_ref());
    let projection = Projection::of(related.navigation.target, select);
    if !related.navigation.collection {
        let Some(row) = rows().next() else { return writer.null_member(name) };
        writer.open_member(name);
        write_row(writer, row, projection);
        return writer.close();
    }
    let Some(query) = related.query else {
        writer.context(name, base, &["/", name]);
        writer.open_list(name);
        rows().for_each(|row| write_item(writer, row, projection));
        return writer.close_list();
    };
    writer.context(name, base, &["/", name, &query.context()]);
    if query.count {
        writer.count(name, entities.len());
    }
    writer.open_list(name);
    let rows = collection::first_page(rows().cloned().collect(), &query.order, &Plan::whole(query));
    rows.iter().for_each(|row| write_item(writer, row, projection));
    writer.close_list();
}

fn write_item(writer: &mut Writer, row: &Row, projection: Projection<'_>) {
    writer.open_item();
    write_row(writer, row, projection);
    writer.close();
}

fn write_row(writer: &mut Writer, row: &Row, projection: Projection<'_>) {
    if let Some(tag) = row.tag {
        writer.etag(&tag.digits());
    }
    writer.members(projection, &row.members);
}

/// What is to be answered within an entity, and what was asked of it.
pub(crate) struct Related<'a> {
    pub(crate) navigation: &'static Navigation,
    pub(crate) query: Option<&'a Query>,
}

/// What is answered within an entity: what is expanded; else the selected among what the model writes into every
/// entity; without a selection, all of that.
pub(crate) fn related<'a>(ty: &'static StructType, query: &'a Query) -> Vec<Related<'a>> {
    let of = |navigation: &'static Navigation| {
        let expand = query.expand.iter().find(|expand| std::ptr::eq(expand.navigation, navigation));
        let query_of = expand.map(|Expand { query, .. }| query);
        let selected = match &query.select {
            None => query.expand.is_empty(),
            Some(select) if select.navigation.iter().any(|named| std::ptr::eq(*named, navigation)) => true,
            Some(select) => select.all && query.expand.is_empty(),
        };
        (query_of.is_some() || (navigation.inline && selected)).then_some(Related { navigation, query: query_of })
    };
    ty.all_navigation().filter_map(of).collect()
}

/// Refuses what a query may ask and this service does not answer yet; nothing is silently left out.
pub(crate) fn offered(action: Action, query: &Query) -> Result<(), Problem> {
    let whole = matches!(action, Action::Read | Action::Update);
    let where_to = match query.expand.first() {
        Some(_) if !whole => "of a collection or a new entity",
        _ if query.expand.iter().any(|expand| !expand.query.expand.is_empty()) => "within `$expand`",
        _ => return Ok(()),
    };
    Err(Problem::new(Kind::NotSupported, format!("`$expand` {where_to} is not supported yet")).at("$expand"))
}
