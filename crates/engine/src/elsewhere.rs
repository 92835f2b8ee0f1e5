//! `$root/…` in expressions: entities and collections elsewhere in the service, read before anything is evaluated, as
//! the caller may see them. What is not there, or not for the caller, is null.

use edm::expr::Origin;
use odata::syntax::{Limit, beyond};
use odata::{Address, Kind, Place, Problem, Query, setting};

use crate::calls::not_offered;
use crate::payload;
use crate::resources::{Action, Resources, Window};
use crate::route::Route;
use crate::rows::Elsewhere;
use crate::service::Service;

/// What the expressions of a query speak of, by slot.
pub(crate) async fn find<R: Resources>(
    service: &Service<R>,
    caller: &R::Caller,
    query: &Query,
) -> Result<Vec<Elsewhere>, Problem> {
    let most = service.dialect.max_held;
    let (mut found, mut held) = (Vec::with_capacity(query.elsewhere.len()), 0_usize);
    for (slot, address) in query.elsewhere.iter().enumerate() {
        let mut elsewhere =
            Elsewhere { entities: Vec::new(), reach: query.reach_from(Origin::Outside(slot)), many: false };
        read(service, caller, address, &mut elsewhere).await?;
        held = elsewhere.entities.iter().map(payload::size).fold(held, usize::saturating_add);
        if held > most {
            let message = beyond(setting::HELD, most >> 20, "megabytes of entities behind `$root`");
            return Err(Problem::new(Kind::BadQuery, message));
        }
        found.push(elsewhere);
    }
    Ok(found)
}

async fn read<R: Resources>(
    service: &Service<R>,
    caller: &R::Caller,
    address: &Address,
    found: &mut Elsewhere,
) -> Result<(), Problem> {
    let route = Route::of(address).filter(|route| route.checkpoints.is_empty() && route.filters.is_empty());
    let route = route.ok_or_else(|| not_offered("this path behind `$root`"))?;
    found.many = matches!(route.place, Place::Collection(_));
    let action = if found.many { Action::List } else { Action::Read };
    // Whoever finds that something is not there, it is null.
    let is_absence = |problem: &Problem| matches!(problem.kind, Kind::ItemNotFound | Kind::ResourceNotFound);
    let target = match service.resources.authorize(caller, &route.resource, action).await {
        Err(problem) if is_absence(&problem) => return Ok(()),
        target => target?,
    };
    found.entities = match found.many {
        true => {
            let most = service.dialect.limits.items;
            let window = Window { limit: Some(most.saturating_add(1)), ..Window::ALL };
            let entities = service.resources.list(caller, &target, &found.reach, &window).await?;
            if entities.len() > most {
                let message = beyond(Limit::Items.setting(), most, "entities of a collection behind `$root`");
                return Err(Problem::new(Kind::BadQuery, message));
            }
            entities
        }
        false => match service.resources.read(caller, &target, &found.reach).await {
            Err(problem) if is_absence(&problem) => Vec::new(),
            read => read?.into_iter().collect(),
        },
    };
    found.entities.retain(|entity| entity.row.ty.is_a(route.entity_type()));
    Ok(())
}
