//! `Prefer` and `Preference-Applied` (RFC 7240; OData Protocol 4.01, section 8.2.8).
//!
//! Preferences are wishes: one that makes no sense is not followed, and no error; of several the first counts.

use http::{HeaderMap, HeaderName};

use crate::payload::Version;
use crate::syntax::prefer::{Pattern, Preference, pieces, preference};

static PREFER: HeaderName = HeaderName::from_static("prefer");

/// Most preferences that are looked at.
const MAX_PREFERENCES: usize = 32;
/// What OData 4.0 puts before the names of its preferences.
const PREFIX: &str = "odata.";
const UNKNOWN_MEMBERS: &str = "include-unknown-enum-members";
const EXPLAIN: &str = "explain";

/// What may be left out of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Omit {
    /// Members that are null.
    Nulls,
    /// Members that have their default value.
    Defaults,
}

/// What a request would like, but for the size of pages. `respond-async` is no preference here: every answer is given
/// at once, and `Preference-Applied` never says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// `return`: what was written (true), or nothing (false).
    pub representation: Option<bool>,
    /// `omit-values`
    pub omit: Option<Omit>,
    /// `include-annotations`
    pub annotations: Option<Vec<Pattern>>,
    /// `include-unknown-enum-members`: enumeration members beyond the sentinel by their own names (Graph).
    pub unknown_members: bool,
    /// `continue-on-error`
    pub continue_on_error: Option<bool>,
    /// `track-changes`
    pub track_changes: bool,
    /// `allow-entityreferences`
    pub entity_references: bool,
    /// `explain`: why the answer is what it is (Vitae).
    pub explain: bool,
    /// Are the protocol's preferences written with `odata.` in front, as OData 4.0 has them?
    pub prefixed: bool,
}

/// The size of pages, and what else is preferred.
pub(super) fn read(headers: &HeaderMap) -> (Option<usize>, Preferences) {
    let (mut size, mut wishes) = (None, Preferences::default());
    let values = headers.get_all(&PREFER).into_iter().filter_map(|value| value.to_str().ok());
    let pieces = values.flat_map(|value| pieces(value, ',')).take(MAX_PREFERENCES);
    let pieces = pieces.inspect(|piece| wishes.prefixed |= is_prefixed(piece)).collect::<Vec<_>>();
    for preference in pieces.into_iter().flat_map(understood) {
        match preference {
            // The greatest number stands for those that are none.
            Preference::MaxPageSize(u64::MAX) | Preference::MaxPageSize(0) => {}
            Preference::MaxPageSize(given) => size = size.or(usize::try_from(given).ok()),
            Preference::ReturnRepresentation(given) => {
                wishes.representation.get_or_insert(given);
            }
            Preference::OmitDefaults(given) => {
                wishes.omit.get_or_insert(if given { Omit::Defaults } else { Omit::Nulls });
            }
            Preference::IncludeAnnotations(given) => {
                wishes.annotations.get_or_insert(given);
            }
            Preference::ContinueOnError(given) => {
                wishes.continue_on_error.get_or_insert(given);
            }
            Preference::TrackChanges => wishes.track_changes = true,
            Preference::AllowEntityReferences => wishes.entity_references = true,
            Preference::Other(text) if text.eq_ignore_ascii_case(UNKNOWN_MEMBERS) => wishes.unknown_members = true,
            Preference::Other(text) if text.eq_ignore_ascii_case(EXPLAIN) => wishes.explain = true,
            Preference::Callback(_) | Preference::RespondAsync | Preference::Wait(_) | Preference::Other(_) => {}
        }
    }
    (size, wishes)
}

/// Between commas stands one preference; clients also write several with semicolons between, and numbers in quotes.
fn understood(piece: &str) -> Vec<Preference> {
    let read = |text: &str| preference(text).or_else(|_| preference(&text.replace('"', "")));
    match read(piece) {
        Ok(Preference::Other(_)) | Err(_) => pieces(piece, ';').filter_map(|part| read(part).ok()).collect(),
        Ok(preference) => vec![preference],
    }
}

fn is_prefixed(piece: &str) -> bool {
    piece.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// The preferences that an answer follows, as `Preference-Applied` says them: by the names that the client gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    text: String,
    prefix: &'static str,
}

impl Applied {
    /// Says nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says nothing yet, to a request that prefers this.
    pub fn to(prefer: &Preferences) -> Self {
        Self { text: String::new(), prefix: if prefer.prefixed { PREFIX } else { "" } }
    }

    /// `maxpagesize=n`
    #[must_use]
    pub fn max_page_size(self, size: Option<usize>) -> Self {
        self.own(size.map(|size| format!("maxpagesize={size}")))
    }

    /// `return=…`: what was written (true), or nothing (false).
    #[must_use]
    pub fn representation(self, given: Option<bool>) -> Self {
        self.maybe(given.map(|given| format!("return={}", if given { "representation" } else { "minimal" })))
    }

    /// `omit-values=…`
    #[must_use]
    pub fn omit(self, given: Option<Omit>) -> Self {
        let name = |omit| match omit {
            Omit::Nulls => "nulls",
            Omit::Defaults => "defaults",
        };
        self.maybe(given.map(|omit| format!("omit-values={}", name(omit))))
    }

    /// `include-annotations="…"`
    #[must_use]
    pub fn annotations(self, patterns: Option<&[Pattern]>) -> Self {
        let name = |pattern: &Pattern| {
            let qualifier = pattern.qualifier.as_ref().map(|qualifier| format!("#{qualifier}")).unwrap_or_default();
            format!("{}{}{qualifier}", if pattern.exclude { "-" } else { "" }, pattern.term)
        };
        let list = |patterns: &[Pattern]| patterns.iter().map(name).collect::<Vec<_>>().join(",");
        self.own(patterns.map(|patterns| format!("include-annotations=\"{}\"", list(patterns))))
    }

    /// `include-unknown-enum-members`
    #[must_use]
    pub fn unknown_members(self, given: bool) -> Self {
        self.maybe(given.then(|| UNKNOWN_MEMBERS.to_owned()))
    }

    /// `continue-on-error`, with `=false` where it was declined.
    #[must_use]
    pub fn continue_on_error(self, given: Option<bool>) -> Self {
        self.own(given.map(|given| if given { "continue-on-error" } else { "continue-on-error=false" }.to_owned()))
    }

    /// `track-changes`, which 4.0 calls `odata.track-changes`.
    #[must_use]
    pub fn track_changes(self, given: bool, version: Version) -> Self {
        let prefix = if version == Version::V4 { "odata." } else { "" };
        self.maybe(given.then(|| format!("{prefix}track-changes")))
    }

    /// `allow-entityreferences`
    #[must_use]
    pub fn entity_references(self, given: bool) -> Self {
        self.own(given.then(|| "allow-entityreferences".to_owned()))
    }

    /// The value of the header; `None` when nothing was applied.
    pub fn value(&self) -> Option<&str> {
        (!self.text.is_empty()).then_some(self.text.as_str())
    }

    /// One of the protocol's own.
    fn own(self, text: Option<String>) -> Self {
        let text = text.map(|text| [self.prefix, &text].concat());
        self.maybe(text)
    }

    fn maybe(mut self, text: Option<String>) -> Self {
        if let Some(text) = text {
            if !self.text.is_empty() {
                self.text.push_str(", ");
            }
            self.text.push_str(&text);
        }
        self
    }
}
