//! Answers: rows and what was asked of them to JSON with its annotations.

use edm::{Navigation, StructType};
use odata::payload::{Projection, Writer};
use odata::{Expand, Query};

use crate::collection;
use crate::paging::Plan;
use crate::resources::{Entity, Row};

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
    /// `{root}/$metadata#{path}({select}){/suffix}`
    fn context(&self, path: &str, query: &Query, suffix: &str) -> String {
        let select = query.select.as_ref().map(|select| format!("({})", select.context())).unwrap_or_default();
        format!("{}/$metadata#{path}{select}{suffix}", self.root)
    }

    /// A single entity: its context, its tag, its members, what is expanded in it.
    pub(crate) fn entity(&self, container: &str, path: &str, entity: &Entity, related: &[Related<'_>]) -> Vec<u8> {
        let size = entity.related.iter().flatten().chain([&entity.row]).map(|row| row.members.len() + 64);
        let mut writer = Writer::with_capacity(256 + 200 * related.len() + size.sum::<usize>());
        writer.open();
        writer.context("", &self.context(container, self.query, "/$entity"));
        write_row(&mut writer, &entity.row, Projection::of(self.ty, self.query.select.as_ref()));
        for (related, rows) in related.iter().zip(&entity.related) {
            self.related(&mut writer, path, related, rows);
        }
        writer.close();
        writer.finish()
    }

    /// A collection within an entity.
    fn related(&self, writer: &mut Writer, path: &str, related: &Related<'_>, rows: &[Row]) {
        let usual = Query::default();
        let query = related.query.unwrap_or(&usual);
        let name = related.navigation.name;
        writer.context(name, &self.context(&format!("{path}/{name}"), query, ""));
        if query.count {
            writer.count(name, rows.len());
        }
        let size = query.top.map_or(usize::MAX, |top| usize::try_from(top).unwrap_or(usize::MAX));
        let skip = query.skip.map_or(0, |skip| usize::try_from(skip).unwrap_or(usize::MAX));
        let plan = Plan { size, remaining: None, skip, after: None };
        let projection = Projection::of(related.navigation.target, query.select.as_ref());
        writer.open_list(name);
        if related.query.is_some() {
            let (rows, _) = collection::page(rows.to_vec(), &query.order, &plan);
            rows.iter().for_each(|row| write_item(writer, row, projection));
        } else {
            rows.iter().for_each(|row| write_item(writer, row, projection));
        }
        writer.close_list();
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
        writer.context("", &self.context(container, self.query, ""));
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

fn write_item(writer: &mut Writer, row: &Row, projection: Projection<'_>) {
    writer.open_item();
    write_row(writer, row, projection);
    writer.close();
}

fn write_row(writer: &mut Writer, row: &Row, projection: Projection<'_>) {
    if let Some(tag) = row.tag {
        writer.etag(tag);
    }
    writer.members(projection, &row.members);
}

/// A collection to be answered within an entity, and what was asked of it.
pub(crate) struct Related<'a> {
    pub(crate) navigation: &'static Navigation,
    pub(crate) query: Option<&'a Query>,
}

/// The collections within an entity: those expanded; else those selected; else, without a selection, those that the
/// model writes into every entity.
pub(crate) fn related<'a>(ty: &'static StructType, query: &'a Query) -> Vec<Related<'a>> {
    let expanded =
        |navigation: &Navigation| query.expand.iter().find(|expand| std::ptr::eq(expand.navigation, navigation));
    if query.expand.is_empty() && query.select.is_none() {
        let inline = ty.all_navigation().filter(|navigation| navigation.inline);
        return inline.map(|navigation| Related { navigation, query: None }).collect();
    }
    let selected = query.select.as_ref().map(|select| (select.all, select.navigation.as_slice())).unwrap_or_default();
    let wanted = |navigation: &&Navigation| {
        let (all, named) = selected;
        expanded(navigation).is_some()
            || named.iter().any(|named| std::ptr::eq(*named, *navigation))
            || (all && navigation.inline && query.expand.is_empty())
    };
    let query_of = |navigation| expanded(navigation).map(|Expand { query, .. }| query);
    ty.all_navigation().filter(wanted).map(|navigation| Related { navigation, query: query_of(navigation) }).collect()
}
