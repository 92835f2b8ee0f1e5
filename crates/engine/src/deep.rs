//! What is answered of an entity that was made together with others: at least all that was made (OData Protocol 4.01,
//! section 11.4.2.2).

use edm::StructType;
use edm::expr::Reach;
use odata::Query;
use odata::payload::{Body, Entity, Linked};
use odata::query::{Expand, Form};

use crate::payload;

/// What an answer shows, and what has to be loaded for it.
pub(crate) struct Shape {
    pub(crate) query: Query,
    pub(crate) reach: Reach,
}

impl Shape {
    /// What a query asks for and, where the body makes related entities, these; what the query says of them goes first.
    pub(crate) fn of(ty: &'static StructType, query: &Query, body: &Entity) -> Self {
        let mut query = query.clone();
        expand(&mut query, [body].into_iter());
        let reach = payload::reach(ty, &query);
        Self { query, reach }
    }
}

/// Has the query expand the relationships at whose ends the bodies make entities.
fn expand<'a>(query: &mut Query, bodies: impl Iterator<Item = &'a Entity>) {
    for (navigation, linked) in bodies.flat_map(|body| &body.links) {
        let Linked::New(ends) = linked else { continue };
        let made = || ends.iter().filter_map(made);
        if made().next().is_none() {
            continue;
        }
        let is_it = |expand: &Expand| std::ptr::eq(expand.navigation, *navigation);
        let known = query.expand.iter().position(is_it);
        let at = known.unwrap_or_else(|| {
            query.expand.push(Expand {
                navigation,
                from: None,
                cast: None,
                form: Form::Entities,
                query: Query::default(),
                recursive: false,
            });
            query.expand.len() - 1
        });
        if let Some(item) = query.expand.get_mut(at) {
            expand(&mut item.query, made());
        }
    }
}

fn made(end: &Body) -> Option<&Entity> {
    match end {
        Body::Entity(entity) => Some(entity),
        Body::Reference(_) => None,
    }
}
