//! What has to be loaded with entities, for what a query shows of them.

use edm::expr::{Origin, Reach};
use edm::{Navigation, StructType};
use odata::Query;

/// The relationships that the model writes into every entity, as far as the query wants them: the selected ones;
/// without a selection, all, unless something is expanded.
pub(super) fn inline(ty: &'static StructType, query: &Query) -> impl Iterator<Item = &'static Navigation> {
    let wanted = move |navigation: &&'static Navigation| {
        let is = |other: &'static Navigation| std::ptr::eq(other, *navigation);
        let expanded = query.expand.iter().any(|expand| is(expand.navigation));
        let selected = match &query.select {
            None => query.expand.is_empty(),
            Some(select) if select.navigation.iter().any(|named| is(named)) => true,
            Some(select) => select.all && query.expand.is_empty(),
        };
        navigation.inline && selected && !expanded
    };
    // What is in a collection seldom has any.
    let all = ty.has_navigation().then(|| ty.all_navigation());
    all.into_iter().flatten().filter(wanted)
}

/// What has to be loaded with entities of a type for what a query asks of them.
pub(crate) fn reach(ty: &'static StructType, query: &Query) -> Reach {
    let mut reach = level(ty, query);
    if !query.expand.is_empty() || query.select.is_some() {
        reach.merge(query.reach_from(Origin::Outermost));
    }
    reach
}

fn level(ty: &'static StructType, query: &Query) -> Reach {
    let mut reach = query.reach();
    reach.merge(Reach { along: inline(ty, query).map(|navigation| (navigation, Reach::NONE)).collect() });
    for expand in &query.expand {
        let within = level(expand.cast.unwrap_or(expand.navigation.target), &expand.query);
        reach.merge(Reach { along: vec![(expand.navigation, within)] });
    }
    reach
}
