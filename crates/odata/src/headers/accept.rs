//! In which form the client wants the answer: `Accept` (RFC 9110, section 12.5.1) and `$format`.
//!
//! A range counts when its parameters can be met (OData JSON Format 4.01, section 3); of those that count, the
//! heaviest decides, of equal ones the most specific, then the first. What is excluded with `q=0` is not answered, even
//! where a wider range admits it.

use edm::check::brief;
use http::{HeaderMap, HeaderValue, header};

use super::media::{MediaType, is_utf8};
use crate::payload::Metadata;
use crate::problem::{Kind, Problem};
use crate::syntax::prefer::pieces;

/// Most ranges that are looked at.
const MAX_RANGES: usize = 64;

/// What an answer can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media<'a> {
    /// Entities, collections, values and their like: `application/json`.
    Json,
    /// A count: `text/plain`. Clients that ask for JSON get it too, a bare number is both.
    Text,
    /// `$metadata`: XML unless JSON is asked for.
    Schema,
    /// `$batch`: either form, by itself that of the request.
    Batch {
        /// Is the request JSON?
        json: bool,
    },
    /// `/$value` and streams: bytes of this media type. `application/octet-stream` admits them all.
    Raw(&'a str),
}

/// What the answer is, of what it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Answer {
    /// `application/json`
    #[default]
    Json,
    /// `text/plain`
    Text,
    /// `application/xml`
    Xml,
    /// `multipart/mixed`
    Multipart,
    /// The media type that the bytes have.
    Raw,
}

/// What was agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Chosen {
    pub(super) answer: Answer,
    pub(super) metadata: Metadata,
    pub(super) ieee754: bool,
}

/// What the service can answer, the usual first.
fn offers(media: Media<'_>) -> [(Answer, &str); 2] {
    const JSON: (Answer, &str) = (Answer::Json, "application/json");
    const MULTIPART: (Answer, &str) = (Answer::Multipart, "multipart/mixed");
    match media {
        Media::Json => [JSON, JSON],
        Media::Text => [(Answer::Text, "text/plain"), (Answer::Text, "application/json")],
        Media::Schema => [(Answer::Xml, "application/xml"), JSON],
        Media::Batch { json: true } => [JSON, MULTIPART],
        Media::Batch { json: false } => [MULTIPART, JSON],
        Media::Raw(name) => [(Answer::Raw, name), (Answer::Raw, "application/octet-stream")],
    }
}

/// What the client's `Accept` headers agree on; without any, the usual.
pub(super) fn by_headers(headers: &HeaderMap, media: Media<'_>) -> Result<Chosen, Problem> {
    let mut values = headers.get_all(header::ACCEPT).into_iter();
    // Nearly every request needs no closer look.
    match (values.next().map(HeaderValue::as_bytes), values.next()) {
        (None | Some(b"*/*"), None) => return Ok(usual(media)),
        (Some(b"application/json"), None) if media == Media::Json => return Ok(usual(media)),
        _ => {}
    }
    let values = headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<&str> =
        values.flat_map(|value| pieces(value, ',')).filter(|range| !range.is_empty()).take(MAX_RANGES).collect();
    match ranges.as_slice() {
        [] => Ok(usual(media)),
        ranges => choose(ranges, media, "Accept"),
    }
}

/// What the value of `$format` agrees on: an abbreviation or a media type.
pub(super) fn by_format(format: &str, media: Media<'_>) -> Result<Chosen, Problem> {
    let format = format.trim();
    let abbreviations = [("json", "application/json"), ("xml", "application/xml"), ("atom", "application/atom+xml")];
    let short = abbreviations.into_iter().find(|(short, _)| short.eq_ignore_ascii_case(format));
    match short.map_or(format, |(_, long)| long) {
        "" => Err(Problem::new(Kind::BadQuery, "found nothing, expected `json` or a media type").at("$format")),
        long => choose(&[long], media, "$format"),
    }
}

fn usual(media: Media<'_>) -> Chosen {
    let [(answer, _), _] = offers(media);
    Chosen { answer, ..Chosen::default() }
}

/// An offer that a range of the client's covers.
struct Candidate {
    /// In thousandths.
    weight: u16,
    /// Greater for a type than for a range, and for each parameter.
    specificity: usize,
    answer: Answer,
    parameters: Parameters,
}

impl Candidate {
    /// Does its range, which says no, exclude what the other would answer?
    fn excludes(&self, other: &Candidate) -> bool {
        let (own, chosen) = (&self.parameters, other.chosen());
        self.weight == 0
            && self.specificity > other.specificity
            && self.answer == chosen.answer
            && own.metadata.is_none_or(|metadata| metadata == chosen.metadata)
            && own.ieee754.is_none_or(|ieee754| ieee754 == chosen.ieee754)
    }

    fn chosen(&self) -> Chosen {
        let Parameters { metadata, ieee754 } = self.parameters;
        let metadata = metadata.unwrap_or_default();
        Chosen { answer: self.answer, metadata, ieee754: ieee754.unwrap_or_default() }
    }
}

fn choose(ranges: &[&str], media: Media<'_>, place: &'static str) -> Result<Chosen, Problem> {
    let mut candidates = Vec::new();
    let mut fault = None;
    for range in ranges.iter().filter_map(|text| MediaType::parse(text)) {
        for (answer, _) in offers(media).into_iter().filter(|(_, name)| range.admits(name)) {
            match candidate(&range, answer) {
                Ok(candidate) => candidates.push(candidate),
                Err(message) => fault = fault.or(Some(message)),
            }
        }
    }
    let best = candidates
        .iter()
        .filter(|candidate| candidate.weight > 0 && !candidates.iter().any(|other| other.excludes(candidate)))
        // The last of equal ones is the greatest, hence from the end.
        .rev()
        .max_by_key(|candidate| (candidate.weight, candidate.specificity));
    best.map(Candidate::chosen).ok_or_else(|| unacceptable(media, place, fault))
}

fn unacceptable(media: Media<'_>, place: &'static str, fault: Option<String>) -> Problem {
    let message = fault.map_or_else(
        || {
            let names = match media {
                Media::Json => "`application/json`".to_owned(),
                Media::Text => "`text/plain`".to_owned(),
                Media::Schema => "`application/xml` or `application/json`".to_owned(),
                Media::Batch { .. } => "`application/json` or `multipart/mixed`".to_owned(),
                Media::Raw(name) => brief(name),
            };
            let place = if place == "Accept" { "the header `Accept`" } else { "`$format`" };
            format!("the requested format is not available: the answer is {names}; expected {place} to admit it")
        },
        |fault| format!("{fault} in `{place}`"),
    );
    Problem::new(Kind::NotAcceptable, message).at(place)
}

fn candidate(range: &MediaType<'_>, answer: Answer) -> Result<Candidate, String> {
    let is_weight = |(name, _): &&(&str, _)| name.eq_ignore_ascii_case("q");
    // The weight may stand anywhere; what follows it and is not known was an extension once, and is none of the type's.
    let last = range.parameters.iter().position(|parameter| is_weight(&parameter)).unwrap_or(usize::MAX);
    let counts = |(at, parameter): &(usize, &(&str, _))| *at < last || (*at > last && is_known(parameter.0));
    let own = range.parameters.iter().enumerate().filter(counts).map(|(_, parameter)| parameter);
    let parameters = match answer {
        // Those of a foreign type, or of the frame: they ask nothing of the content.
        Answer::Raw | Answer::Multipart => Parameters::default(),
        Answer::Json | Answer::Text | Answer::Xml => Parameters::read(own.clone())?,
    };
    let breadth = usize::from(range.kind != "*") + usize::from(range.subtype != "*");
    let weight = range.parameters.iter().find(is_weight).map_or(1000, |(_, value)| weight(value));
    Ok(Candidate { weight, specificity: breadth + own.count(), answer, parameters })
}

/// Is it a parameter of JSON as OData has it?
fn is_known(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let name = lower.strip_prefix("odata.").unwrap_or(&lower);
    ["metadata", "ieee754compatible", "streaming", "exponentialdecimals", "charset"].contains(&name)
}

/// `0.25` in thousandths; what is no weight weighs all.
fn weight(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if whole != "0" || !is_number {
        return 1000;
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(3);
    digits.fold(0, |weight, digit| 10 * weight + u16::from(digit - b'0'))
}

/// The parameters of JSON that matter.
#[derive(Debug, Clone, Copy, Default)]
struct Parameters {
    metadata: Option<Metadata>,
    ieee754: Option<bool>,
}

impl Parameters {
    fn read<'a>(given: impl Iterator<Item = &'a (&'a str, std::borrow::Cow<'a, str>)>) -> Result<Self, String> {
        let mut read = Self::default();
        for (name, value) in given {
            let lower = name.to_ascii_lowercase();
            let found = |expected: &str| format!("found {}, expected {expected}", brief(&format!("{name}={value}")));
            match lower.strip_prefix("odata.").unwrap_or(&lower) {
                "metadata" => {
                    read.metadata = Some(metadata(value).ok_or_else(|| found("`none`, `minimal` or `full`"))?);
                }
                "ieee754compatible" => read.ieee754 = Some(boolean(value).ok_or_else(|| found("`true` or `false`"))?),
                // It is all the same to us: streams are read as they come, and no number needs an exponent.
                "streaming" | "exponentialdecimals" => {
                    boolean(value).ok_or_else(|| found("`true` or `false`"))?;
                }
                "charset" if is_utf8(value) => {}
                "charset" => return Err(found("`utf-8`")),
                _ => {
                    let known =
                        "`odata.metadata`, `odata.streaming`, `IEEE754Compatible`, `ExponentialDecimals` or `charset`";
                    return Err(found(known));
                }
            }
        }
        Ok(read)
    }
}

fn metadata(text: &str) -> Option<Metadata> {
    [("none", Metadata::None), ("minimal", Metadata::Minimal), ("full", Metadata::Full)]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, metadata)| metadata)
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
