//! What is written within an entity: another, or a collection of others, with what was asked of them.

use std::cell::LazyCell;

use edm::expr::Reach;
use odata::Query;
use odata::payload::Writer;
use odata::query::Form;

use super::{Frame, Shown, View, Written};
use crate::collection::Shaping;
use crate::home::Home;
use crate::paging::Plan;
use crate::resources::Entity;
use crate::rows::{Around, related};

impl Frame<'_> {
    /// A collection, or another entity, within an entity, whose context is the one given.
    pub(super) fn write_shown(
        &self,
        writer: &mut Writer,
        host: &Host<'_>,
        context: &LazyCell<Vec<u8>, impl FnOnce() -> Vec<u8>>,
        shown: &Shown<'_>,
    ) -> Written {
        let navigation = shown.navigation;
        let name = navigation.name;
        let Some((reach, entities)) = related(host.entity, host.reach, navigation) else { return Ok(()) };
        let query = shown.expand.map_or(host.usual, |expand| &expand.query);
        let form = shown.expand.map_or(Form::Entities, |expand| expand.form);
        let ty = shown.expand.and_then(|expand| expand.cast).unwrap_or(navigation.target);
        let home = Home::at(self.model, host.path, navigation);
        let is_mixed = navigation.mixed && shown.expand.is_none_or(|expand| expand.cast.is_none());
        let within = View::new(self.model, ty, query, reach).mixed(is_mixed).amid(host.around);
        if !navigation.collection {
            return self.write_single(writer, &home, form, &within, name, entities.first());
        }
        let Some(expand) = shown.expand else {
            // All of it, as it was loaded.
            writer.context(name, context, &["/", name]);
            writer.open_list(name);
            self.write_items(writer, &home, &within, entities)?;
            writer.close_list();
            return Ok(());
        };
        if self.inner_contexts && form == Form::Entities {
            writer.context(name, context, &["/", name, &expand.query.context(self.model.namespace)]);
        }
        self.write_expanded(writer, &home, form, &within, name, entities)
    }

    /// A collection within an entity, of which is written what was asked for.
    fn write_expanded(
        &self,
        writer: &mut Writer,
        home: &Home<'_>,
        form: Form,
        view: &View<'_>,
        name: &str,
        entities: &[Entity],
    ) -> Written {
        let View { ty, query, reach, .. } = *view;
        let shaping = Shaping { query, reach, meter: self.meter, around: self.around(view) };
        let of_type = entities.iter().filter(|entity| entity.row.ty.is_a(ty)).cloned().collect();
        let kept = shaping.kept(of_type)?;
        if query.count || form == Form::Count {
            writer.count(name, kept.len());
        }
        if form == Form::Count {
            return Ok(());
        }
        let page = shaping.first_page(kept, &Plan::whole(query))?;
        writer.open_list(name);
        match form {
            Form::References => self.write_references(writer, home, &page),
            _ => self.write_items(writer, home, view, &page)?,
        }
        writer.close_list();
        Ok(())
    }

    fn write_single(
        &self,
        writer: &mut Writer,
        home: &Home<'_>,
        form: Form,
        view: &View<'_>,
        name: &str,
        entity: Option<&Entity>,
    ) -> Written {
        let Some(entity) = entity.filter(|entity| entity.row.ty.is_a(view.ty)) else {
            writer.null_member(name);
            return Ok(());
        };
        writer.open_member(name);
        match form {
            Form::References => writer.reference(&self.address(home, &entity.row)),
            _ => self.write(writer, home, view, entity)?,
        }
        writer.close();
        Ok(())
    }
}

/// The entity that others are written within.
pub(super) struct Host<'a> {
    pub(super) entity: &'a Entity,
    pub(super) reach: &'a Reach,
    pub(super) around: Around<'a>,
    /// Its canonical path.
    pub(super) path: &'a str,
    /// What is asked of those that are written without being asked for.
    pub(super) usual: &'a Query,
}
