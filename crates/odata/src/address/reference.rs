//! Entity ids: the addresses that bodies and `$id` name entities by (OData Protocol 4.01, sections 4.1 and 11.4.6).

use edm::Model;

use super::{Address, Place, Tail, bind};
use crate::dialect::Dialect;
use crate::problem::{Kind, Problem};
use crate::url;

/// The entity that a text names: its URL under the service root `root` (`https://host/beta`), absolute, from the root
/// of the host (`/beta/users('a')`), or relative to the service root, with or without a slash in front.
pub fn bind_reference(model: &'static Model, dialect: &Dialect, root: &str, text: &str) -> Result<Address, Problem> {
    let wrong = |expected: &str| {
        let found: String = text.chars().take(120).collect();
        Problem::new(Kind::BadBody, format!("found `{found}` as an entity reference, expected {expected}"))
    };
    let path = relative(root, text.trim()).ok_or_else(|| wrong(&format!("a URL under `{root}`")))?;
    if path.contains(['?', '#']) {
        return Err(wrong("a URL without query and fragment"));
    }
    let bound = url::path::parse(path).and_then(|segments| bind(model, dialect, &segments, &|_| None));
    let address = bound.map_err(|problem| Problem { kind: Kind::BadBody, ..problem })?;
    match (address.place, address.tail) {
        (Place::Entity(_), Tail::Resource) => Ok(address),
        _ => Err(wrong("the URL of an entity")),
    }
}

/// The part of a reference that follows the service root; `None` if it is not under it.
fn relative<'t>(root: &str, text: &'t str) -> Option<&'t str> {
    let root = root.trim_end_matches('/');
    let path_start = root.find("://").and_then(|scheme| root.get(scheme + 3..)?.find('/').map(|at| scheme + 3 + at));
    let path = path_start.and_then(|at| root.get(at..)).unwrap_or_default();
    let absolute = text.split(['/', '?', '#']).next().is_some_and(|first| first.ends_with(':'));
    match absolute {
        true => under(root, text),
        false if text.starts_with("//") => None,
        false => Some(under(path, text).filter(|_| text.starts_with('/')).unwrap_or(text)),
    }
}

/// What follows a prefix that ends where a segment does. Host names have no case, and paths are read without it.
fn under<'t>(prefix: &str, text: &'t str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    (start.eq_ignore_ascii_case(prefix) && (rest.is_empty() || rest.starts_with('/'))).then_some(rest)
}
