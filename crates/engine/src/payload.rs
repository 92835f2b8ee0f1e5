//! Answers: entities and what was asked of them to JSON with its annotations.

mod reach;
mod within;

use std::cell::LazyCell;

use edm::eval::Row as Seen;
use edm::expr::Reach;
use edm::{Model, Navigation, StructType, Type, Value};
use odata::payload::{Computed, Format, Instance, Layout, Media, Metadata, Writer, escaped};
use odata::query::Expand;
use odata::{Problem, Query};

use crate::home::Home;
use crate::nested::{self, NestedLists};
use crate::resources::{Entity, Row, Stream};
use crate::route::Route;
use crate::rows::{Around, Loaded, Meter};
use crate::tag::Tag;

use self::reach::inline;
pub(crate) use self::reach::reach;
use self::within::Host;

/// What an answer is written by.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) model: &'static Model,
    /// The root under which the client found the service.
    pub(crate) root: &'a str,
    pub(crate) format: Format,
    /// Are the contexts of what is written within entities spelled out?
    pub(crate) inner_contexts: bool,
    /// Do entities say their ids at minimal metadata?
    pub(crate) ids: bool,
    pub(crate) meter: &'a Meter,
}

/// What is shown of the entities of one collection, or of one entity.
pub(crate) struct View<'a> {
    ty: &'static StructType,
    query: &'a Query,
    reach: &'a Reach,
    shown: Vec<Shown<'a>>,
    navigation: Vec<&'static Navigation>,
    layout: Layout<'a>,
    /// Are entities written as they are stored, but for what is selected?
    plain: bool,
    /// Around entities that are written within others; others have what the request has.
    around: Option<Around<'a>>,
}

/// What is written within an entity, and what was asked of it.
struct Shown<'a> {
    navigation: &'static Navigation,
    expand: Option<&'a Expand>,
}

impl<'a> View<'a> {
    /// Entities of this type, with what was loaded along with them.
    pub(crate) fn new(model: &'static Model, ty: &'static StructType, query: &'a Query, reach: &'a Reach) -> Self {
        let expanded = query.expand.iter().map(|expand| Shown { navigation: expand.navigation, expand: Some(expand) });
        let inline = inline(ty, query).map(|navigation| Shown { navigation, expand: None });
        let mut shown: Vec<_> = expanded.chain(inline).collect();
        // What the model writes into every entity comes in its order.
        if !query.expand.is_empty() {
            let place = |navigation| ty.all_navigation().position(|known| std::ptr::eq(known, navigation));
            // What only a derived type has comes last.
            shown.sort_by_key(|shown| place(shown.navigation).unwrap_or(usize::MAX));
        }
        let mut navigation: Vec<_> = shown.iter().map(|shown| shown.navigation).collect();
        navigation.dedup_by(|left, right| std::ptr::eq(*left, *right));
        let layout = Layout::new(model, ty, query.select.as_ref());
        let plain = shown.is_empty() && query.compute.is_empty() && !query.select.as_ref().is_some_and(nested::asks);
        Self { ty, query, reach, shown, navigation, layout, plain, around: None }
    }

    /// The same of entities that a route leads to.
    pub(crate) fn of(model: &'static Model, route: &Route<'_>, query: &'a Query, reach: &'a Reach) -> Self {
        Self::new(model, route.entity_type(), query, reach).mixed(route.is_mixed())
    }

    /// The same of entities that name their types.
    fn mixed(self, mixed: bool) -> Self {
        Self { layout: self.layout.mixed(mixed), ..self }
    }

    /// The same amid other things.
    fn amid(self, around: Around<'a>) -> Self {
        Self { around: Some(around), ..self }
    }

    /// Is the whole key of an entity of this type among what is shown?
    pub(crate) fn tells_key(&self, ty: &'static StructType) -> bool {
        let select = self.query.select.as_ref();
        select.is_none_or(|select| {
            ty.key_properties().iter().all(|name| select.all || select.find(name.as_bytes()).is_some())
        })
    }
}

impl Frame<'_> {
    /// `{root}/$metadata#{path}`: how contexts begin, ready to stand in JSON.
    pub(crate) fn context(&self, path: &str) -> Vec<u8> {
        escaped(&[self.root, "/$metadata#", path])
    }

    /// A writer for about so many bytes of members.
    pub(crate) fn writer<'e>(&self, entities: impl Iterator<Item = &'e Entity>) -> Writer {
        let size: usize = entities.map(size).sum();
        Writer::with_format(512 + size, self.format)
    }

    /// A single entity: its context, its tag, its members, what is expanded in it.
    pub(crate) fn entity(
        &self,
        context: &str,
        rest: &[&str],
        home: &Home<'_>,
        view: &View<'_>,
        entity: &Entity,
    ) -> Answer {
        let mut writer = self.writer(std::iter::once(entity));
        writer.open();
        writer.context("", &self.context(context), rest);
        self.write(&mut writer, home, view, entity)?;
        writer.close();
        Ok(writer.finish())
    }

    /// A page of a collection.
    pub(crate) fn collection(&self, context: &str, home: &Home<'_>, view: &View<'_>, page: &Page<'_>) -> Answer {
        let mut writer = self.writer(page.entities.iter());
        writer.open();
        writer.context("", &self.context(context), &[page.cast, &view.query.context(self.model.namespace)]);
        if let Some(count) = page.count {
            writer.count("", count);
        }
        if let Some(next) = page.next {
            writer.next_link(next);
        }
        if let Some(delta) = page.delta {
            writer.delta_link(delta);
        }
        writer.open_list("value");
        match page.first {
            None => self.write_items(&mut writer, home, view, page.entities)?,
            Some(first) => {
                for (at, entity) in page.entities.iter().enumerate() {
                    writer.open_item();
                    writer.position(first.saturating_add(at));
                    self.write(&mut writer, home, view, entity)?;
                    writer.close();
                }
            }
        }
        writer.close_list();
        writer.close();
        Ok(writer.finish())
    }

    /// References to the entities of a page.
    pub(crate) fn references(&self, home: &Home<'_>, page: &Page<'_>) -> Vec<u8> {
        let mut writer = self.writer(std::iter::empty());
        writer.open();
        writer.context("", &self.context("Collection($ref)"), &[]);
        if let Some(count) = page.count {
            writer.count("", count);
        }
        if let Some(next) = page.next {
            writer.next_link(next);
        }
        writer.open_list("value");
        self.write_references(&mut writer, home, page.entities);
        writer.close_list();
        writer.close();
        writer.finish()
    }

    /// A reference to one entity.
    pub(crate) fn reference(&self, home: &Home<'_>, row: &Row) -> Vec<u8> {
        let mut writer = self.writer(std::iter::empty());
        writer.open();
        writer.context("", &self.context("$ref"), &[]);
        writer.reference(&self.address(home, row));
        writer.close();
        writer.finish()
    }

    /// Does every entity say its address anyway?
    pub(crate) fn tells_ids(&self) -> bool {
        match self.format.metadata {
            Metadata::None => false,
            Metadata::Minimal => self.ids,
            Metadata::Full => true,
        }
    }

    /// The canonical address of an entity, absolute.
    pub(crate) fn address(&self, home: &Home<'_>, row: &Row) -> String {
        [self.root, "/", &home.path_of(row)].concat()
    }

    /// What is around the entities of a view.
    fn around<'a>(&'a self, view: &View<'a>) -> Around<'a> {
        view.around.unwrap_or_else(|| self.meter.around())
    }

    fn write_items(&self, writer: &mut Writer, home: &Home<'_>, view: &View<'_>, entities: &[Entity]) -> Written {
        for entity in entities {
            writer.open_item();
            self.write(writer, home, view, entity)?;
            writer.close();
        }
        Ok(())
    }

    fn write_references(&self, writer: &mut Writer, home: &Home<'_>, entities: &[Entity]) {
        for Entity { row, .. } in entities {
            writer.open_item();
            writer.reference(&self.address(home, row));
            writer.close();
        }
    }

    /// Writes what there is to say of an entity into the object that is open.
    pub(crate) fn write(&self, writer: &mut Writer, home: &Home<'_>, view: &View<'_>, entity: &Entity) -> Written {
        let row = &entity.row;
        let digits = row.tag.map(Tag::digits);
        let stored =
            Instance { etag: digits.as_ref().map(<[u8; 16]>::as_slice), ..Instance::stored(row.ty, &row.members) };
        let identified = self.tells_ids();
        if view.plain && !identified && row.streams.is_none() {
            writer.entity(&view.layout, &stored);
            return Ok(());
        }
        let around = self.around(view);
        let values = self.computed(view.query, &Loaded::new(entity, view.reach).amid(around))?;
        let computed: Vec<_> = values.iter().map(|(name, ty, value)| Computed { name, ty: *ty, value }).collect();
        let around = around.within(entity, view.reach);
        let lists = NestedLists::new(view.query.select.as_ref(), self.meter).amid(around);
        let mut layout = view.layout.expanding(&view.navigation);
        if lists.any() {
            layout = layout.nesting(&lists);
        }
        let needs_path = identified || !view.shown.is_empty();
        let path = if needs_path { home.path_of(row) } else { String::new() };
        let id = if identified { [self.root, "/", &path].concat() } else { String::new() };
        let streams = row.streams.iter().flat_map(|streams| streams.iter());
        let media: Vec<_> = streams
            .map(|Stream { property, content_type }| Media { property: *property, content_type, etag: None })
            .collect();
        let id_shown = identified.then_some(id.as_str());
        writer.entity(&layout, &Instance { id: id_shown, computed: &computed, media: &media, ..stored });
        lists.finish()?;
        let host = Host { entity, reach: view.reach, around, path: &path, usual: &Query::default() };
        let context = LazyCell::new(|| self.context(&path));
        view.shown.iter().try_for_each(|shown| {
            writer.expanded(&id, shown.navigation);
            self.write_shown(writer, &host, &context, shown)
        })
    }

    /// What was asked to be computed of a row.
    pub(crate) fn computed<'v>(
        &self,
        query: &'v Query,
        row: &dyn Seen<'v>,
    ) -> Result<Vec<(&'v str, Type, Value)>, Problem> {
        let wanted = |name: &str| match &query.select {
            Some(select) => select.all || select.computed.iter().any(|computed| computed == name),
            None => true,
        };
        let computed = query.compute.iter().filter(|computed| wanted(&computed.name)).map(|computed| {
            let value = self.meter.spend("$compute", |env| Ok(computed.expr.eval(row, env)?.to_value()))?;
            let ty = nested::type_of(&computed.expr);
            Ok((computed.name.as_str(), ty, value))
        });
        computed.collect()
    }
}

/// A written answer, or why its values cannot be reckoned.
pub(crate) type Answer = Result<Vec<u8>, Problem>;
type Written = Result<(), Problem>;

/// A page that was made up.
pub(crate) struct Page<'a> {
    /// `/ns.Derived` where the address narrows the collection to a derived type.
    pub(crate) cast: &'a str,
    pub(crate) entities: &'a [Entity],
    pub(crate) count: Option<usize>,
    pub(crate) next: Option<&'a str>,
    /// On the last page, where later changes are.
    pub(crate) delta: Option<&'a str>,
    /// The position of the first, where positions are asked for.
    pub(crate) first: Option<usize>,
}

/// About how many bytes an entity takes up, with all that was loaded along with it.
pub(crate) fn size(entity: &Entity) -> usize {
    let related: usize = entity.related.iter().map(|entities| 200 + entities.iter().map(size).sum::<usize>()).sum();
    entity.row.members.len() + 64 + related
}
