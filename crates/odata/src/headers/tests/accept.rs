//! Which form an answer has.

use super::super::{Media, Wishes, wishes};
use super::headers;
use crate::Dialect;
use crate::payload::{Format, Metadata};

#[test]
fn answers_must_be_acceptable() {
    let check = |value, media| wishes(&headers(&[("accept", value)]), media).is_ok();
    for (value, json, text) in [
        ("application/json", true, true),
        ("application/json;odata.metadata=minimal, text/html;q=0.5", true, true),
        ("APPLICATION/*", true, true),
        ("text/html, */*;q=0.1", true, true),
        ("", true, true),
        (" , ", true, true),
        ("text/plain", false, true),
        ("text/*", false, true),
        ("application/xml", false, false),
        ("application/json;q=0", false, false),
        ("application/json; q=0.0, text/plain", false, true),
        ("*", false, false),
    ] {
        assert_eq!((check(value, Media::Json), check(value, Media::Text)), (json, text), "{value}");
    }
}

/// What is agreed on: the type, its parameters where they are not the usual ones; else the message.
fn show(read: Result<Wishes, crate::Problem>) -> String {
    match read {
        Ok(Wishes { answer, format: Format { metadata, ieee754, .. }, .. }) => {
            let metadata = if metadata == Metadata::Minimal { String::new() } else { format!(" {metadata:?}") };
            format!("{answer:?}{metadata}{}", if ieee754 { " strings" } else { "" })
        }
        Err(problem) => format!("{} {}", problem.kind.status(), problem.message),
    }
}

#[test]
fn ranges_are_weighed() {
    for (value, expect) in [
        ("application/json", "Json"),
        ("application/json;odata.metadata=full", "Json Full"),
        ("application/json;metadata=none", "Json None"),
        ("application/json; ODATA.METADATA = \"FULL\" ; ieee754compatible=TRUE", "Json Full strings"),
        ("application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8", "Json"),
        ("application/json;IEEE754Compatible=true;ExponentialDecimals=true", "Json strings"),
        ("application/json;streaming=false", "Json"),
        ("*/*;odata.metadata=full", "Json Full"),
        // The heaviest, then the most specific, then the first.
        ("application/json;q=0.5, application/json;odata.metadata=full;q=0.6", "Json Full"),
        ("application/json, application/json;odata.metadata=full", "Json Full"),
        ("application/json;odata.metadata=none, application/json;odata.metadata=full", "Json None"),
        ("application/json;odata.metadata=none;q=0.001, */*;q=0.002", "Json"),
        ("application/json;odata.metadata=none;q=1.0;x=y, */*", "Json None"),
        // The weight may stand before other parameters (RFC 9110, section 12.5.1).
        ("application/json;q=0.5;odata.metadata=full", "Json Full"),
        ("application/json;q=0.5;odata.metadata=full;x=y, application/json;q=0.6;metadata=none", "Json None"),
        ("text/html, application/xhtml+xml, application/json;metadata=full;q=0.1", "Json Full"),
        ("application/json;odata.metadata=verbose, application/json;odata.metadata=none;q=0.1", "Json None"),
        // What is no weight weighs all.
        ("application/json;q=1", "Json"),
        ("application/json;q=x", "Json"),
        ("application/json;odata.metadata=full;q=0, application/json", "Json"),
        ("application/json;odata.metadata=minimal;q=0, application/json;odata.metadata=full", "Json Full"),
    ] {
        assert_eq!(show(wishes(&headers(&[("accept", value)]), Media::Json)), expect, "{value}");
    }
    let two = headers(&[("accept", "text/html"), ("accept", "application/json;odata.metadata=full")]);
    assert_eq!(show(wishes(&two, Media::Json)), "Json Full");
}

#[test]
fn what_cannot_be_met_is_named() {
    let known = "`odata.metadata`, `odata.streaming`, `IEEE754Compatible`, `ExponentialDecimals` or `charset`";
    for (value, found, expected) in [
        ("application/json;odata.metadata=verbose", "odata.metadata=verbose", "`none`, `minimal` or `full`"),
        ("application/json;IEEE754Compatible=yes", "IEEE754Compatible=yes", "`true` or `false`"),
        ("application/json;odata.streaming=1", "odata.streaming=1", "`true` or `false`"),
        ("application/json;charset=utf-16", "charset=utf-16", "`utf-8`"),
        ("text/html, application/json;odata=verbose", "odata=verbose", known),
    ] {
        let expect = format!("406 found `{found}`, expected {expected} in `Accept`");
        assert_eq!(show(wishes(&headers(&[("accept", value)]), Media::Json)), expect, "{value}");
    }
    let refused = "406 the requested format is not available: the answer is `application/json`; expected the header `Accept` to admit it";
    for value in ["application/xml", "application/json;q=0, */*", "application/*;q=0, */*", "*/json", "application"] {
        assert_eq!(show(wishes(&headers(&[("accept", value)]), Media::Json)), refused, "{value}");
    }
}

#[test]
fn each_kind_of_resource_has_its_types() {
    let refused = |names: &str| {
        format!(
            "406 the requested format is not available: the answer is {names}; expected the header `Accept` to admit it"
        )
    };
    let batch = |json| Media::Batch { json };
    for (media, value, expect) in [
        (Media::Schema, "", "Xml"),
        (Media::Schema, "*/*", "Xml"),
        (Media::Schema, "application/*", "Xml"),
        (Media::Schema, "application/xml;charset=utf-8", "Xml"),
        (Media::Schema, "application/json", "Json"),
        (Media::Schema, "application/json;odata.metadata=minimal", "Json"),
        (Media::Schema, "application/json, application/xml", "Json"),
        (Media::Schema, "application/json;q=0.9, application/xml", "Xml"),
        (Media::Schema, "application/xml;q=0, */*", "Json"),
        (Media::Schema, "text/html, */*;q=0.8", "Xml"),
        (Media::Schema, "text/xml", &refused("`application/xml` or `application/json`")),
        (batch(true), "", "Json"),
        (batch(false), "", "Multipart"),
        (batch(false), "application/json", "Json"),
        (batch(true), "multipart/*", "Multipart"),
        (batch(false), "multipart/mixed;boundary=x", "Multipart"),
        (batch(true), "text/plain", &refused("`application/json` or `multipart/mixed`")),
        (Media::Raw("image/png"), "image/*", "Raw"),
        (Media::Raw("image/png"), "application/octet-stream", "Raw"),
        (Media::Raw("text/plain;charset=utf-8"), "text/plain", "Raw"),
        (Media::Raw("image/png"), "image/jpeg", &refused("`image/png`")),
    ] {
        assert_eq!(show(wishes(&headers(&[("accept", value)]), media)), expect, "{media:?} {value}");
    }
}

#[test]
fn the_option_goes_before_the_header() {
    let refused = |names: &str| {
        format!("406 the requested format is not available: the answer is {names}; expected `$format` to admit it")
    };
    for (media, format, expect) in [
        (Media::Json, "json", "Json"),
        (Media::Json, "JSON", "Json"),
        (Media::Json, "application/json;odata.metadata=full", "Json Full"),
        (Media::Json, " application/json; metadata=none ", "Json None"),
        (Media::Json, "xml", &refused("`application/json`")),
        (Media::Json, "atom", &refused("`application/json`")),
        (Media::Json, "csv", &refused("`application/json`")),
        (Media::Json, "", "400 found nothing, expected `json` or a media type"),
        (
            Media::Json,
            "application/json;odata.metadata=all",
            "406 found `odata.metadata=all`, expected `none`, `minimal` or `full` in `$format`",
        ),
        (Media::Schema, "json", "Json"),
        (Media::Schema, "xml", "Xml"),
        (Media::Schema, "atom", &refused("`application/xml` or `application/json`")),
        (Media::Text, "text/plain", "Text"),
        (Media::Text, "json", "Text"),
        (Media::Text, "xml", &refused("`text/plain`")),
    ] {
        let read = Wishes::read(&headers(&[("accept", "image/png")]), Some(format), media);
        assert_eq!(show(read), expect, "{media:?} {format}");
    }
}

#[test]
fn the_content_type_says_the_form() {
    for (metadata, ieee754) in [("none", Metadata::None), ("minimal", Metadata::Minimal), ("full", Metadata::Full)]
        .into_iter()
        .flat_map(|metadata| [(metadata, false), (metadata, true)])
    {
        let (name, format) = (metadata.0, Format { metadata: metadata.1, ieee754, ..Format::default() });
        let streaming = "odata.streaming=true";
        assert_eq!(
            Dialect::GRAPH.json_type(format),
            format!("application/json;odata.metadata={name};{streaming};IEEE754Compatible={ieee754};charset=utf-8")
        );
        let numbers = if ieee754 { ";IEEE754Compatible=true" } else { "" };
        assert_eq!(Dialect::OASIS.json_type(format), format!("application/json;odata.metadata={name}{numbers}"));
    }
}
