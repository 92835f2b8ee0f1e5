//! What a service offers, which is its own to say: the model knows only what each set permits.

/// How much of OData a service implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the specification")]
pub enum Conformance {
    Minimal,
    Intermediate,
    Advanced,
}

impl Conformance {
    pub(super) fn name(self) -> &'static str {
        match self {
            Conformance::Minimal => "Minimal",
            Conformance::Intermediate => "Intermediate",
            Conformance::Advanced => "Advanced",
        }
    }
}

/// How batches are answered.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// Media types of batch bodies.
    pub formats: &'static [&'static str],
    /// Does it honour `Prefer: continue-on-error`?
    pub continue_on_error: bool,
    /// May a request body refer to an entity made by an earlier request?
    pub references_in_bodies: bool,
    /// May a reference reach from one change set to another?
    pub references_across_change_sets: bool,
    /// May a condition refer to the ETag of an earlier answer?
    pub etag_references: bool,
    /// `if`: a condition in place of dependencies.
    pub dependency_conditions: bool,
}

/// What a service offers beyond its model (`Org.OData.Capabilities.V1`): what is said here is published in `$metadata`
/// and OpenAPI, and clients rely on it. A flag is set when every resource of the service keeps what it says.
#[derive(Debug, Clone, Copy)]
pub struct Capabilities {
    /// The level it claims; none before every demand of that level is met (OData Protocol 4.01, section 13.1).
    pub conformance: Option<Conformance>,
    /// Media types of answers: each level of metadata that is really written.
    pub formats: &'static [&'static str],
    /// Compressions of request bodies.
    pub encodings: &'static [&'static str],
    /// `$filter` on every set, on `/$count`, and within `$expand`.
    pub filter: bool,
    /// Functions and operators of `$filter`; empty when all may be tried, or none.
    pub filter_functions: &'static [&'static str],
    /// `$batch`, and how; none where the address is unknown.
    pub batch: Option<Batch>,
    /// `$top` on every collection.
    pub top: bool,
    /// `$skip` on every collection.
    pub skip: bool,
    /// `$count` and `/$count` on every collection.
    pub count: bool,
    /// `$search` on every set.
    pub search: bool,
    /// `$compute`, its results in `$select`, `$filter` and `$orderby`.
    pub compute: bool,
    /// Keys as path segments: `users/{id}` beside `users('{id}')`.
    pub key_as_segment: bool,
    /// Items of lists of values by their position: `tags/0`, `tags/-1`, read, changed and removed. The lists keep their
    /// order.
    pub ordered: bool,
    /// `POST …/$query` wherever GET is.
    pub query_segment: bool,
    /// `$crossjoin(…)`
    pub cross_join: bool,
    /// `Prefer: respond-async` with a status monitor.
    pub asynchronous: bool,
    /// Entities with related ones in one POST.
    pub deep_insert: bool,
    /// Entities with related ones in one PATCH.
    pub deep_update: bool,
    /// A PATCH or PUT of what does not exist creates it.
    pub upsert: bool,
    /// PATCH of the bytes of a stream, where PUT sets them: it does the same.
    pub media_patch: bool,
    /// PATCH and DELETE of all members of a collection at once: `…/$each`, `…/$filter(…)/$each`.
    pub each: bool,
    /// A PATCH of a collection whose body is a delta.
    pub delta_update: bool,
    /// `Prefer: track-changes`, on the sets whose changes are kept.
    pub track_changes: bool,
    /// Options of a property within `$select`: `$select=tags($filter=…;$orderby=…;$top=…;$skip=…;$count=…)`.
    pub select_options: bool,
    /// `$select` and `$expand` with a POST or PATCH.
    pub modification_options: bool,
    /// Annotations within `$filter` and `$orderby`.
    pub annotation_values: bool,
    /// Operations and derived types may be named in paths without their namespace.
    pub default_namespace: bool,
    /// A POST with an `Idempotency-Key` makes what it makes once. The engine only reads the header.
    pub repeatable: bool,
}

impl Capabilities {
    /// What the engine answers as it stands, for any model; grows with it. The engine's tests send each thing and
    /// compare. A service whose resources or host do less, or more, says so with
    /// `Capabilities { asynchronous: true, ..Capabilities::SERVED }`.
    pub const SERVED: Capabilities = Capabilities {
        conformance: Some(Conformance::Advanced),
        formats: FORMATS,
        encodings: &["gzip"],
        filter: true,
        filter_functions: FILTER_FUNCTIONS,
        batch: Some(Batch {
            formats: &["application/json", "multipart/mixed"],
            continue_on_error: true,
            references_in_bodies: false,
            references_across_change_sets: true,
            etag_references: true,
            dependency_conditions: true,
        }),
        top: true,
        skip: true,
        count: true,
        search: true,
        compute: true,
        key_as_segment: true,
        ordered: true,
        query_segment: true,
        cross_join: false,
        asynchronous: false,
        deep_insert: false,
        deep_update: false,
        upsert: false,
        media_patch: false,
        each: true,
        delta_update: false,
        // Of sets whose changes are kept; the others say themselves that theirs are not.
        track_changes: true,
        select_options: true,
        modification_options: true,
        annotation_values: false,
        default_namespace: true,
        repeatable: false,
    };

    /// Everything that the documents can tell, for tests of how they tell it.
    #[cfg(test)]
    pub(crate) const ALL: Capabilities =
        Capabilities { upsert: true, delta_update: true, repeatable: true, ..Capabilities::SERVED };
}

/// The levels of metadata, as `Accept` names them.
const FORMATS: &[&str] = &[
    "application/json;odata.metadata=minimal",
    "application/json;odata.metadata=full",
    "application/json;odata.metadata=none",
];

/// The operators and canonical functions of OData 4.01 but those on shapes of the earth.
const FILTER_FUNCTIONS: &[&str] = &[
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "and",
    "or",
    "not",
    "has",
    "in",
    "add",
    "sub",
    "mul",
    "div",
    "divby",
    "mod",
    "any",
    "all",
    "case",
    "concat",
    "contains",
    "endswith",
    "indexof",
    "length",
    "startswith",
    "substring",
    "hassubset",
    "hassubsequence",
    "matchespattern",
    "tolower",
    "toupper",
    "trim",
    "date",
    "day",
    "fractionalseconds",
    "hour",
    "maxdatetime",
    "mindatetime",
    "minute",
    "month",
    "now",
    "second",
    "time",
    "totaloffsetminutes",
    "totalseconds",
    "year",
    "ceiling",
    "floor",
    "round",
    "cast",
    "isof",
];
