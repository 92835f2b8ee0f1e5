//! Request headers of the protocol: what the client accepts, prefers and presumes (OData Protocol 4.01, section 8).
//!
//! | module | reads |
//! |---|---|
//! | `accept` | `Accept` and `$format`: the form of the answer |
//! | `version` | `OData-Version`, `OData-MaxVersion` |
//! | `prefer` | `Prefer`, and what of it was applied |
//! | `conditions` | `If-Match`, `If-None-Match` |
//! | `content` | `Content-Type`: what the body is |
//! | `repeat` | `Idempotency-Key`, `client-request-id`, `Retry-Attempt`: is it sent again? |
//!
//! Headers that the protocol does not know are nobody's business and left alone.

mod accept;
mod conditions;
mod content;
mod media;
mod prefer;
mod repeat;
mod version;

#[cfg(test)]
mod tests;

use edm::check::brief;
use http::{HeaderMap, HeaderName};

pub use accept::{Answer, Media};
pub use conditions::{Condition, Conditions};
pub use content::{BatchBody, JsonBody, batch_body, json_body, query_body};
pub use prefer::{Applied, Omit, Preferences};
pub use repeat::{Repeat, client_request_id};
pub use version::{Version, answer_version, body_version};

use crate::payload::Format;
use crate::problem::{Kind, Problem};

static ISOLATION: [HeaderName; 2] = [HeaderName::from_static("isolation"), HeaderName::from_static("odata-isolation")];

/// The headers that decide about the form of an answer, as `Vary` names them (RFC 9110, section 12.5.5).
pub const VARY: &str = "Accept, OData-MaxVersion, Prefer";

/// What a request's headers ask of the protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `Prefer: maxpagesize=n`
    pub max_page_size: Option<usize>,
    /// The other preferences.
    pub prefer: Preferences,
    /// `OData-MaxVersion`: the client speaks OData by its own rules, rather than Graph's.
    pub max_version: Option<Version>,
    /// `If-Match` and `If-None-Match`
    pub conditions: Conditions,
    /// In which of the media types that the resource has.
    pub answer: Answer,
    /// In which form, where that is JSON.
    pub format: Format,
}

/// Reads the protocol's headers; malformed and unacceptable ones are problems.
pub fn wishes(headers: &HeaderMap, media: Media<'_>) -> Result<Wishes, Problem> {
    Wishes::read(headers, None, media)
}

impl Wishes {
    /// Reads the protocol's headers. `$format` goes before `Accept` (OData Protocol 4.01, section 11.2.12).
    pub fn read(headers: &HeaderMap, format: Option<&str>, media: Media<'_>) -> Result<Self, Problem> {
        let chosen = match format {
            Some(format) => accept::by_format(format, media)?,
            None => accept::by_headers(headers, media)?,
        };
        // Nearly every read asks for nothing else.
        if !headers.keys().any(is_wish) {
            let format = Format { metadata: chosen.metadata, ieee754: chosen.ieee754, ..Format::default() };
            return Ok(Self { answer: chosen.answer, format, ..Self::default() });
        }
        version::of_body(headers)?;
        isolation(headers)?;
        let max_version = version::greatest(headers)?;
        let (max_page_size, prefer) = prefer::read(headers);
        let format = Format {
            metadata: chosen.metadata,
            ieee754: chosen.ieee754,
            omit_nulls: prefer.omit == Some(Omit::Nulls),
            version: max_version.unwrap_or_default(),
        };
        let conditions = Conditions::read(headers)?;
        Ok(Self { max_page_size, prefer, max_version, conditions, answer: chosen.answer, format })
    }
}

/// Is it one of the headers that [`Wishes::read`] looks at, beside `Accept`?
fn is_wish(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "if-match"
            | "if-none-match"
            | "isolation"
            | "odata-isolation"
            | "odata-maxversion"
            | "odata-version"
            | "prefer"
    )
}

/// Pages are read one by one, each at its own moment: who insists on one moment for all is refused, as the protocol
/// demands (section 8.2.4).
fn isolation(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(value) = ISOLATION.iter().find_map(|name| headers.get(name)) else { return Ok(()) };
    let text = value.to_str().unwrap_or_default().trim();
    let problem = if text.eq_ignore_ascii_case("snapshot") {
        let message = "snapshot isolation over several requests is not offered; expected no header `Isolation`";
        Problem::new(Kind::Precondition, message)
    } else {
        let message = format!("found {} in the header `Isolation`, expected `snapshot`", brief(text));
        Problem::new(Kind::BadHeader, message)
    };
    Err(problem.at("Isolation"))
}
