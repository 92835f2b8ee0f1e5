//! What can go wrong here, in the words of the answer.

use engine::{Kind, Problem};
use store::Error;

use crate::stranger;

/// The item does not exist, or not for this caller: one answer for both.
pub(crate) fn no_item() -> Problem {
    Problem::new(Kind::ItemNotFound, "The item does not exist.")
}

/// There is no such person or group in this tenant.
pub(crate) fn no_person(name: &str) -> Problem {
    let name: String = name.chars().take(120).collect();
    let message =
        format!("Resource '{name}' does not exist or one of its queried reference-property objects are not present.");
    Problem::new(Kind::ResourceNotFound, message)
}

/// Only people are related to people and groups by reference.
pub(crate) fn not_a_person() -> Problem {
    Problem::new(Kind::BadBody, "found a reference to something else, expected one to a person: `users/{id}`")
        .at("/@odata.id")
}

/// People are in groups and in nothing else.
pub(crate) fn not_a_group() -> Problem {
    Problem::new(Kind::BadBody, "found a reference to something else, expected one to a group: `groups/{id}`")
        .at("/@odata.id")
}

/// Who is at the end of a relationship is changed and deleted where they are at home, not on the way to them.
pub(crate) fn elsewhere() -> Problem {
    let message =
        "this is the end of a relationship, expected a request to `users/{id}` or `groups/{id}`, or to `$ref` here";
    Problem::new(Kind::MethodNotAllowed, message).allowing("GET, HEAD")
}

/// Nobody is made at the end of a relationship.
pub(crate) fn only_related() -> Problem {
    let message = "nobody is made here, expected a POST to `users` or `groups`, and then one to `$ref` here";
    Problem::new(Kind::MethodNotAllowed, message).allowing("GET, HEAD")
}

/// The person has no photo, or not in that size.
pub(crate) fn no_photo() -> Problem {
    Problem::new(Kind::ImageNotFound, "The photo does not exist.")
}

/// A photo is a file, and nothing else of it changes.
pub(crate) fn only_a_file(allow: &str) -> Problem {
    let message = "a photo changes as a whole, expected a PUT of the file to `photo/$value`";
    Problem::new(Kind::MethodNotAllowed, message).allowing(allow)
}

/// The token is good, but nobody in the directory is the person it was given to.
pub(crate) fn unknown_caller(id: &str) -> Problem {
    let mut problem = no_person(id);
    problem.message.push_str(&stranger::advice());
    problem
}

/// A known part of the API that this service does not offer.
pub(crate) fn not_offered(what: &str) -> Problem {
    Problem::new(Kind::NotSupported, format!("{what} is not supported yet"))
}

/// What the store could not do.
pub(crate) fn from_store(error: &Error) -> Problem {
    match error {
        Error::Unavailable(_) | Error::Conflict(_) => {
            Problem::new(Kind::Unavailable, "the storage cannot take the request at the moment").again_after(1)
        }
        Error::OutOfGroup(what) => {
            let message = format!(
                "found {what} in requests that succeed or fail together, expected changes within one person; nobody is created, renamed or deleted among them"
            );
            Problem::new(Kind::BadBody, message)
        }
        _ => Problem::new(Kind::Internal, "the storage failed; the log says why"),
    }
}
