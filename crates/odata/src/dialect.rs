//! What differs between services that speak OData: data, not branches.

use std::borrow::Cow;

use edm::expr::Rules;

use crate::csdl::Capabilities;
use crate::payload::{Format, Metadata};
use crate::problem::Kind;
use crate::syntax::Limits;

/// The names under which services let limits of a [`Dialect`] be set; those of texts are with [`crate::syntax::Limit`].
pub mod setting {
    /// [`Dialect::max_steps`](super::Dialect::max_steps).
    pub const STEPS: &str = "query.steps";
    /// [`Dialect::max_held`](super::Dialect::max_held), in megabytes.
    pub const HELD: &str = "query.memory_mb";
    /// [`Dialect::max_page_size`](super::Dialect::max_page_size).
    pub const PAGE: &str = "pages.max";
    /// [`Dialect::batch_limit`](super::Dialect::batch_limit).
    pub const BATCH: &str = "batch.requests";
}

/// The choices a service makes where OData leaves one, or where it departs from OData.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// Items a page holds when the client does not say.
    pub page_size: usize,
    /// Most items a page may hold.
    pub max_page_size: usize,
    /// Is `$top` the size of each page (true), or a limit on all pages together (false)? A client that asks for
    /// OData's reading (`OData-MaxVersion`, `Prefer: maxpagesize`) gets it in either case.
    pub top_is_page_size: bool,
    /// May an entity be replaced by PUT?
    pub put: bool,
    /// Is a replaced entity answered to a client that does not say whether it wants it? A changed one is.
    pub answers_replaced: bool,
    /// Is an entity made that a change addresses and that is not there (OData Protocol 4.01, section 11.4.4)?
    pub upsert: bool,
    /// Is a change refused whose body names another key than the address? Elsewhere the key in a body counts for
    /// nothing; in a replacement it always does.
    pub key_must_fit: bool,
    /// May `$count` be said of a single entity, of which it says nothing? Clients of Graph mark queries of its
    /// directory with it.
    pub counts_entities: bool,
    /// Does `$filter=` say nothing, rather than being malformed? The Graph Toolkit asks so for members of groups.
    pub empty_filters: bool,
    /// May the text behind the name of a string parameter (`f()?name=text`) stand without quotes?
    pub bare_strings: bool,
    /// The problem of a body that is not JSON by its `Content-Type`.
    pub foreign_body: Kind,
    /// The problem of a path that names nothing, a key of the wrong type included.
    pub unknown_segment: Kind,
    /// Does every entity say its id at minimal metadata, also where clients can reckon it?
    pub ids: bool,
    /// Do the items of a collection say their positions where a client writes `$index` without a value? OData leaves
    /// that form open; where it is said to 4.0, which has no such option, it is unknown.
    pub positions: bool,
    /// Does an answer say why it is what it is where a client prefers `explain`?
    pub explains: bool,
    /// May an entity be made or changed together with others that it is related to?
    pub deep_changes: bool,
    /// Are entities made, changed and removed at the ends of relationships, too, or only where they are at home?
    pub changes_ends: bool,
    /// May it, where it may not, be made or changed together with relationships to others that exist (`@odata.bind`)?
    pub binds: bool,
    /// Does each collection within an entity say its own context?
    pub inner_contexts: bool,
    /// Are strings compared without regard to case?
    pub ignore_case: bool,
    /// Which operands go together.
    pub rules: Rules,
    /// How much the text of a query may ask for.
    pub limits: Limits,
    /// Steps that the expressions of one request may take.
    pub max_steps: u64,
    /// Most bytes of entities held at once for a query that needs all of a collection (`$apply`).
    pub max_held: usize,
    /// Most requests of a batch.
    pub batch_limit: usize,
    /// Is a batch in JSON refused to clients that ask for OData 4.0, which has none?
    pub json_batch_needs_401: bool,
    /// Are the headers of answers in a JSON batch spelled `Content-Type`, and not in lower case as OData has it (JSON
    /// Format 4.01, section 20)?
    pub batch_title_case: bool,
    /// Content type of a successful JSON answer in its usual form; [`Dialect::json_type`] has the others.
    pub json: &'static str,
    /// What is published as offered.
    pub capabilities: Capabilities,
}

impl Dialect {
    /// Content type of a JSON answer of that form, spelled like the usual one.
    pub fn json_type(&self, format: Format) -> Cow<'static, str> {
        let level = match format.metadata {
            Metadata::None => "odata.metadata=none",
            Metadata::Minimal if !format.ieee754 => return Cow::Borrowed(self.json),
            Metadata::Minimal => "odata.metadata=minimal",
            Metadata::Full => "odata.metadata=full",
        };
        let mut text = self.json.replace("odata.metadata=minimal", level);
        if format.ieee754 && self.json.contains(";IEEE754Compatible=") {
            text = text.replace(";IEEE754Compatible=false", ";IEEE754Compatible=true");
        } else if format.ieee754 {
            text.push_str(";IEEE754Compatible=true");
        }
        Cow::Owned(text)
    }

    /// As Microsoft Graph does it.
    pub const GRAPH: Dialect = Dialect {
        page_size: 100,
        max_page_size: 999,
        top_is_page_size: true,
        put: false,
        answers_replaced: true,
        upsert: false,
        key_must_fit: false,
        counts_entities: true,
        empty_filters: true,
        bare_strings: false,
        // Graph answers 400 throughout.
        foreign_body: Kind::BadBody,
        unknown_segment: Kind::UnknownSegment,
        ids: false,
        positions: false,
        explains: false,
        deep_changes: false,
        changes_ends: true,
        binds: true,
        inner_contexts: true,
        ignore_case: false,
        rules: Rules { dates_as_instants: true },
        limits: Limits::LENIENT,
        max_steps: edm::eval::Env::DEFAULT_LIMIT,
        max_held: 64 << 20,
        batch_limit: 20,
        json_batch_needs_401: false,
        // Graph's JavaScript client looks for this spelling.
        batch_title_case: true,
        json: "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
        // Graph documents both, and its toolkits use either.
        capabilities: Capabilities { media_patch: true, ..Capabilities::SERVED },
    };

    /// As OData 4.01 recommends.
    pub const OASIS: Dialect = Dialect {
        page_size: usize::MAX,
        max_page_size: usize::MAX,
        top_is_page_size: false,
        put: true,
        answers_replaced: false,
        upsert: true,
        key_must_fit: true,
        counts_entities: false,
        empty_filters: false,
        bare_strings: true,
        foreign_body: Kind::UnsupportedMediaType,
        unknown_segment: Kind::ResourceNotFound,
        ids: false,
        positions: false,
        explains: false,
        deep_changes: true,
        changes_ends: true,
        binds: true,
        inner_contexts: false,
        ignore_case: false,
        rules: Rules { dates_as_instants: false },
        limits: Limits::LENIENT,
        max_steps: edm::eval::Env::DEFAULT_LIMIT,
        max_held: 64 << 20,
        batch_limit: 100,
        json_batch_needs_401: true,
        batch_title_case: false,
        json: "application/json;odata.metadata=minimal",
        capabilities: Capabilities { upsert: true, deep_insert: true, ..Capabilities::SERVED },
    };
}
