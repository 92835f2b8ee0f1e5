//! Annotations before they are written: a term of a vocabulary and a constant value.

use std::borrow::Cow;

/// A term applied to something, with its value.
#[derive(Debug)]
pub(super) struct Annotation {
    pub(super) term: &'static str,
    pub(super) value: Expression,
}

/// The constant expressions that our annotations need.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Bool(bool),
    Text(Cow<'static, str>),
    /// A member of an enumeration: the qualified type and the name.
    Member(&'static str, &'static str),
    /// The path of a property.
    Property(&'static str),
    List(Vec<Expression>),
    Record(Vec<(&'static str, Expression)>),
}

/// A vocabulary: its namespace, and where its definition stands, but for the extension.
pub(super) struct Vocabulary {
    pub(super) namespace: &'static str,
    /// A shorter name for the namespace.
    pub(super) alias: Option<&'static str>,
    pub(super) address: &'static str,
}

/// The vocabularies that our terms come from.
pub(super) const VOCABULARIES: &[Vocabulary] = &[
    Vocabulary {
        namespace: "Org.OData.Core.V1",
        alias: Some("Core"),
        address: "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1",
    },
    Vocabulary {
        namespace: "Org.OData.Capabilities.V1",
        alias: None,
        address: "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Capabilities.V1",
    },
    Vocabulary {
        namespace: "Org.OData.Validation.V1",
        alias: None,
        address: "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Validation.V1",
    },
];

impl Vocabulary {
    /// Does the term belong to it?
    pub(super) fn defines(&self, term: &str) -> bool {
        let names = |prefix: &str| prefix == self.namespace || Some(prefix) == self.alias;
        term.rsplit_once('.').is_some_and(|(prefix, _)| names(prefix))
    }
}

/// A term under its whole name. Readers of JSON that meet an alias look for all terms under it.
pub(super) fn whole(term: &str) -> Cow<'_, str> {
    let split = term.split_once('.').and_then(|(alias, name)| {
        let vocabulary = VOCABULARIES.iter().find(|vocabulary| vocabulary.alias == Some(alias))?;
        Some(format!("{}.{name}", vocabulary.namespace))
    });
    split.map_or(Cow::Borrowed(term), Cow::Owned)
}

pub(super) const ALTERNATE_KEYS: &str = "Org.OData.Core.V1.AlternateKeys";
pub(super) const AUTO_EXPAND: &str = "Org.OData.Core.V1.AutoExpand";
pub(super) const COMPUTED: &str = "Org.OData.Core.V1.Computed";
pub(super) const DEFAULT_NAMESPACE: &str = "Org.OData.Core.V1.DefaultNamespace";
pub(super) const DESCRIPTION: &str = "Org.OData.Core.V1.Description";
pub(super) const IMMUTABLE: &str = "Org.OData.Core.V1.Immutable";
pub(super) const IS_URL: &str = "Org.OData.Core.V1.IsURL";
pub(super) const LONG_DESCRIPTION: &str = "Org.OData.Core.V1.LongDescription";
pub(super) const MEDIA_TYPE: &str = "Org.OData.Core.V1.MediaType";
pub(super) const ODATA_VERSIONS: &str = "Org.OData.Core.V1.ODataVersions";
pub(super) const OPTIMISTIC_CONCURRENCY: &str = "Org.OData.Core.V1.OptimisticConcurrency";
pub(super) const OPTIONAL_PARAMETER: &str = "Org.OData.Core.V1.OptionalParameter";
pub(super) const ORDERED: &str = "Org.OData.Core.V1.Ordered";
/// By the alias, as the specification speaks of it and clients look for it in XML.
pub(super) const SCHEMA_VERSION: &str = "Core.SchemaVersion";

pub(super) const ALLOWED_VALUES: &str = "Org.OData.Validation.V1.AllowedValues";
pub(super) const PATTERN: &str = "Org.OData.Validation.V1.Pattern";

pub(super) const ACCEPTABLE_ENCODINGS: &str = "Org.OData.Capabilities.V1.AcceptableEncodings";
pub(super) const ANNOTATION_VALUES: &str = "Org.OData.Capabilities.V1.AnnotationValuesInQuerySupported";
pub(super) const ASYNCHRONOUS: &str = "Org.OData.Capabilities.V1.AsynchronousRequestsSupported";
pub(super) const BATCH_SUPPORT: &str = "Org.OData.Capabilities.V1.BatchSupport";
pub(super) const BATCH_SUPPORTED: &str = "Org.OData.Capabilities.V1.BatchSupported";
pub(super) const CHANGE_TRACKING: &str = "Org.OData.Capabilities.V1.ChangeTracking";
pub(super) const COMPUTE_SUPPORTED: &str = "Org.OData.Capabilities.V1.ComputeSupported";
pub(super) const CONFORMANCE_LEVEL: &str = "Org.OData.Capabilities.V1.ConformanceLevel";
pub(super) const COUNT_RESTRICTIONS: &str = "Org.OData.Capabilities.V1.CountRestrictions";
pub(super) const CROSS_JOIN: &str = "Org.OData.Capabilities.V1.CrossJoinSupported";
pub(super) const DEEP_INSERT: &str = "Org.OData.Capabilities.V1.DeepInsertSupport";
pub(super) const DEEP_UPDATE: &str = "Org.OData.Capabilities.V1.DeepUpdateSupport";
pub(super) const DELETE_RESTRICTIONS: &str = "Org.OData.Capabilities.V1.DeleteRestrictions";
pub(super) const FILTER_FUNCTIONS: &str = "Org.OData.Capabilities.V1.FilterFunctions";
pub(super) const FILTER_RESTRICTIONS: &str = "Org.OData.Capabilities.V1.FilterRestrictions";
pub(super) const INSERT_RESTRICTIONS: &str = "Org.OData.Capabilities.V1.InsertRestrictions";
pub(super) const KEY_AS_SEGMENT: &str = "Org.OData.Capabilities.V1.KeyAsSegmentSupported";
pub(super) const MODIFICATION_OPTIONS: &str = "Org.OData.Capabilities.V1.ModificationQueryOptions";
pub(super) const QUERY_SEGMENT: &str = "Org.OData.Capabilities.V1.QuerySegmentSupported";
pub(super) const SEARCH_RESTRICTIONS: &str = "Org.OData.Capabilities.V1.SearchRestrictions";
pub(super) const SELECT_SUPPORT: &str = "Org.OData.Capabilities.V1.SelectSupport";
pub(super) const SKIP_SUPPORTED: &str = "Org.OData.Capabilities.V1.SkipSupported";
pub(super) const SUPPORTED_FORMATS: &str = "Org.OData.Capabilities.V1.SupportedFormats";
pub(super) const SUPPORTED_METADATA_FORMATS: &str = "Org.OData.Capabilities.V1.SupportedMetadataFormats";
pub(super) const TOP_SUPPORTED: &str = "Org.OData.Capabilities.V1.TopSupported";
pub(super) const UPDATE_RESTRICTIONS: &str = "Org.OData.Capabilities.V1.UpdateRestrictions";

/// The enumeration that conformance levels belong to.
pub(super) const CONFORMANCE_LEVEL_TYPE: &str = "Org.OData.Capabilities.V1.ConformanceLevelType";

/// A term that only says yes.
pub(super) fn tag(term: &'static str) -> Annotation {
    flag(term, true)
}

/// A term that says yes or no.
pub(super) fn flag(term: &'static str, value: bool) -> Annotation {
    Annotation { term, value: Expression::Bool(value) }
}

/// A term with a text.
pub(super) fn text(term: &'static str, value: impl Into<Cow<'static, str>>) -> Annotation {
    Annotation { term, value: Expression::Text(value.into()) }
}

/// A term with a list of texts.
pub(super) fn texts(term: &'static str, values: &[&'static str]) -> Annotation {
    Annotation { term, value: text_list(values) }
}

/// A term with a record.
pub(super) fn record(term: &'static str, members: Vec<(&'static str, Expression)>) -> Annotation {
    Annotation { term, value: Expression::Record(members) }
}

/// A list of texts.
pub(super) fn text_list(values: &[&'static str]) -> Expression {
    Expression::List(values.iter().map(|value| Expression::Text(Cow::Borrowed(value))).collect())
}

/// A list of property paths.
pub(super) fn path_list(paths: impl Iterator<Item = &'static str>) -> Expression {
    Expression::List(paths.map(Expression::Property).collect())
}
