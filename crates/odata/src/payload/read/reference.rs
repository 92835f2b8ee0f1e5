//! References: bodies that say which entity, not what it is.

use edm::json::{Kind as Json, Node};

use super::{Members, Reading, object, parse};
use crate::problem::{Kind, Problem};

/// The id, if an object is an entity reference: control information only, and that among it.
pub(super) fn id<'n>(members: &'n Members<'_>) -> Option<&'n str> {
    let id = members.iter().find(|(name, _)| matches!(name.as_ref(), "@odata.id" | "@id"));
    match id {
        Some((_, Node { kind: Json::String(id), .. })) if members.iter().all(|(name, _)| name.contains('@')) => {
            Some(id)
        }
        _ => None,
    }
}

impl Reading {
    /// Reads the body of a change of one reference (`…/$ref`): `{"@odata.id":"…"}`, as of 4.01 also `@id`. The address
    /// is as it stands there, relative or not.
    pub fn reference(self, body: &[u8]) -> Result<String, Problem> {
        let node = parse(body)?;
        let members = object(&node, || EXPECTED.to_owned())?;
        id(members).map(str::to_owned).ok_or_else(|| no_reference(members))
    }

    /// Reads the body of a replacement of all references (4.01): `{"value":[{"@odata.id":"…"}]}`.
    pub fn references(self, body: &[u8]) -> Result<Vec<String>, Problem> {
        let node = parse(body)?;
        let expected = || "an object with the references as `value`".to_owned();
        let members = object(&node, expected)?;
        let value = members.iter().find(|(name, _)| name == "value").map(|(_, node)| &node.kind);
        let Some(Json::Array(items)) = value else {
            let found = value.map_or("no `value`".to_owned(), Json::describe);
            let message = format!("found {found}, expected an array of references");
            return Err(Problem::new(Kind::BadBody, message).at("/value"));
        };
        let read = items.iter().enumerate().map(|(position, item)| {
            let at = |problem: Problem| problem.at(format!("/value/{position}"));
            let members = object(item, || EXPECTED.to_owned()).map_err(at)?;
            id(members).map(str::to_owned).ok_or_else(|| at(no_reference(members)))
        });
        read.collect()
    }
}

const EXPECTED: &str = "a reference such as `{\"@odata.id\":\"Collection(key)\"}`";

fn no_reference(members: &Members<'_>) -> Problem {
    let other = members.iter().find(|(name, _)| !name.contains('@'));
    let found = match other {
        Some((name, _)) => format!("the member {}", edm::check::brief(name)),
        None => "no `@odata.id` with an address".to_owned(),
    };
    Problem::new(Kind::BadBody, format!("found {found}, expected {EXPECTED}"))
}
