//! In which of its forms an answer is written: what the client negotiated.
//!
//! Which form that is, headers decide; here is only what it means for the bytes.

use edm::{Model, Type};

/// How control information begins. This service writes the long form whatever the version, which 4.01 clients must
/// accept (OData JSON Format 4.01 section 4.5); this is the one place that says so.
pub(super) const CONTROL: &str = "@odata.";

/// How much control information an answer carries (OData JSON Format 4.01 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metadata {
    /// Only what paging needs.
    None,
    /// What a client that knows the model cannot reckon out.
    #[default]
    Minimal,
    /// All of it.
    Full,
}

/// The version of the protocol an answer follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// OData 4.0
    #[default]
    V4,
    /// OData 4.01
    V401,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Format {
    /// How much control information.
    pub metadata: Metadata,
    /// `IEEE754Compatible=true`: numbers that a double cannot hold are strings.
    pub ieee754: bool,
    /// `Prefer: omit-values=nulls`: members that are null are left out.
    pub omit_nulls: bool,
    /// The version of the protocol.
    pub version: Version,
}

impl Format {
    /// Minimal metadata and plain numbers: what is stored is what is sent.
    pub const PLAIN: Format =
        Format { metadata: Metadata::Minimal, ieee754: false, omit_nulls: false, version: Version::V4 };

    /// Is it the form of nearly every answer, whatever the version?
    pub fn is_usual(self) -> bool {
        self.metadata == Metadata::Minimal && !self.ieee754
    }

    /// Can stored members be copied as they are?
    pub(crate) fn is_spliceable(self) -> bool {
        !matches!(self.metadata, Metadata::Full) && !self.ieee754 && !self.omit_nulls
    }

    /// Is this control information written at all?
    pub(super) fn has(self, least: Metadata) -> bool {
        match least {
            Metadata::None => true,
            Metadata::Minimal => self.metadata != Metadata::None,
            Metadata::Full => self.metadata == Metadata::Full,
        }
    }
}

/// A type as `@odata.type` says it: `#Date`, `#shop.Article`, `#Collection(String)` (OData JSON Format 4.01 section
/// 4.6.3).
pub(super) fn type_tag(model: &Model, ty: Type, collection: bool) -> String {
    let (prefix, name) = match ty {
        Type::Primitive(primitive) => ("", primitive.name().trim_start_matches("Edm.")),
        other => (model.namespace, other.name()),
    };
    let dot = if prefix.is_empty() { "" } else { "." };
    match collection {
        true => format!("#Collection({prefix}{dot}{name})"),
        false => format!("#{prefix}{dot}{name}"),
    }
}
