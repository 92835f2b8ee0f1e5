//! A path and its query options together, where one decides about the other.
//!
//! ```text
//! relative = "$batch"    [ "?" query ]        ; $format and custom options only
//!          / "$metadata" [ "?" query ]        ; likewise
//!          / "$entity" [ "/" name ] "?" query ; $id, and with a type also $select and $expand
//!          / path [ "?" query ]
//! ```

use super::error::{Error, Span};
use super::limits::Limits;
use super::options;
use super::parser::Result;
use super::path::{self, ResourcePath, SegmentKind};
use super::tree::{Choice, ChoiceKind};

/// What a URL relative to the service root says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The path.
    pub path: ResourcePath,
    /// The options, in order.
    pub options: Vec<Choice>,
}

/// Reads a URL relative to the service root, as sent.
pub fn parse(url: &str, limits: &Limits) -> Result<Reference> {
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    let path = path::parse(path, limits)?;
    let options = query.map_or_else(|| Ok(Vec::new()), |query| options::parse(query, limits))?;
    admit(&path, &options)?;
    Ok(Reference { path, options })
}

/// Do these options go with this path?
pub fn admit(path: &ResourcePath, options: &[Choice]) -> Result<()> {
    let Some(first) = path.segments.first() else { return Ok(()) };
    let cast = path.segments.len() > 1;
    let admitted = |kind: &ChoiceKind| match (&first.kind, kind) {
        (_, ChoiceKind::Custom(..) | ChoiceKind::Format(_)) => true,
        (SegmentKind::Entity, ChoiceKind::Id(_)) => true,
        (SegmentKind::Entity, ChoiceKind::Select(_) | ChoiceKind::Expand(_)) => cast,
        (SegmentKind::Metadata | SegmentKind::Batch | SegmentKind::Entity, _) => false,
        _ => true,
    };
    if let Some(option) = options.iter().find(|option| !admitted(&option.kind)) {
        let name = option.kind.name();
        let whole = Span { start: 0, end: name.len() };
        return Err(
            Error::unexpected(&name, whole, format!("no such option with `{}`", first.text)).within("the query")
        );
    }
    let id = options.iter().any(|option| matches!(option.kind, ChoiceKind::Id(_)));
    match first.kind == SegmentKind::Entity && !id {
        true => Err(Error::unexpected("", Span::default(), "`$id` with `$entity`").within("the query")),
        false => Ok(()),
    }
}
