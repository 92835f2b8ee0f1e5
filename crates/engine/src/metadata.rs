//! What a service says of itself: the service document at its root, its schema at `$metadata`, and an OpenAPI document
//! at `openapi.json`, a name that no resource can have.
//!
//! None of it holds data: it is the same for every caller and needs no token. Schemas are written once, when they are
//! first asked for.

use std::sync::OnceLock;

use bytes::Bytes;
use edm::Model;
use http::{Method, StatusCode};
use odata::csdl::{self, Capabilities};
use odata::headers::{Answer, Condition, Media, Version, Wishes};
use odata::openapi::{self, Info};
use odata::query::{Options, not_here};
use odata::url::path::Segment;
use odata::{Dialect, Kind, Problem, service_document, url};
use sha2::{Digest, Sha256};

use crate::exchange::{Request, Response};
use crate::method;

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    /// The service document.
    Root,
    /// `$metadata`
    Schema,
    /// `openapi.json`
    OpenApi,
}

impl Document {
    /// The document at that path below the root, as sent.
    pub(crate) fn at(path: &str) -> Option<Document> {
        // Nearly every other path is longer.
        let alone = !path.trim_matches('/').contains('/');
        alone.then(|| url::path::parse(path).ok()).flatten().and_then(|segments| Document::of(&segments))
    }

    /// The document that these segments below the root name.
    pub(crate) fn of(segments: &[Segment<'_>]) -> Option<Document> {
        match segments {
            [] => Some(Document::Root),
            [segment] if segment.is("$metadata") => Some(Document::Schema),
            [segment] if segment.is("openapi.json") => Some(Document::OpenApi),
            _ => None,
        }
    }
}

/// The documents of a service.
#[derive(Debug)]
pub(crate) struct Metadata {
    model: &'static Model,
    dialect: Dialect,
    info: Info<'static>,
    /// XML in both versions, then JSON.
    schemas: [OnceLock<Written>; 4],
    openapi: OnceLock<Written>,
}

/// Bytes and the opaque part of their entity tag.
#[derive(Debug, Clone)]
struct Written {
    bytes: Bytes,
    tag: String,
}

impl Written {
    fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let digest = Sha256::digest(&bytes);
        let tag = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { bytes, tag }
    }
}

impl Metadata {
    pub(crate) fn new(model: &'static Model, dialect: Dialect, info: Info<'static>) -> Self {
        Self { model, dialect, info, schemas: Default::default(), openapi: OnceLock::new() }
    }

    /// Answers a request for one of the documents.
    pub(crate) fn answer(&self, document: Document, request: &Request<'_>) -> Result<Response, Problem> {
        method::recognized(&request.method)?;
        if request.method == Method::OPTIONS {
            return Ok(method::options("GET, HEAD"));
        }
        if ![Method::GET, Method::HEAD].contains(&request.method) {
            return Err(method::not_allowed("GET, HEAD"));
        }
        let options = Options::read(request.query, &self.dialect.limits)?;
        let format = self.options(document, &options)?;
        let media = if document == Document::Schema { Media::Schema } else { Media::Json };
        let wishes = Wishes::read(request.headers, format, media)?;
        match document {
            Document::Root => {
                let written = Written::new(service_document::write(self.model, request.root, wishes.format.metadata));
                respond(&written, &self.dialect.json_type(wishes.format), wishes.format.version, &wishes)
            }
            Document::Schema => self.schema(&wishes),
            Document::OpenApi => {
                let written = self
                    .openapi
                    .get_or_init(|| Written::new(openapi::document(self.model, self.capabilities(), &self.info)));
                respond(written, "application/json", wishes.format.version, &wishes)
            }
        }
    }

    fn schema(&self, wishes: &Wishes) -> Result<Response, Problem> {
        let [xml, xml_401, json, json_401] = &self.schemas;
        // JSON came with 4.01: who asks for it and sets no limit understands that.
        let version = match wishes.answer {
            Answer::Json => wishes.max_version.unwrap_or(Version::V401),
            _ => wishes.format.version,
        };
        let (cell, write, content_type): (_, fn(&_, &_, _) -> _, _) = match (wishes.answer, version) {
            (Answer::Json, Version::V4) => (json, csdl::json, "application/json"),
            (Answer::Json, Version::V401) => (json_401, csdl::json, "application/json"),
            (_, Version::V4) => (xml, csdl::xml, "application/xml"),
            (_, Version::V401) => (xml_401, csdl::xml, "application/xml"),
        };
        let written = cell.get_or_init(|| Written::new(write(self.model, self.capabilities(), version)));
        respond(written, content_type, version, wishes)
    }

    /// The value of `$format`; options that ask for anything else are problems.
    fn options<'a>(&self, document: Document, options: &'a Options) -> Result<Option<&'a str>, Problem> {
        let mut format = None;
        for given in options.iter() {
            match given.name.as_str() {
                "$format" if document != Document::OpenApi => format = Some(given.value()),
                "$schemaversion" => schema_version(self.model, given.value())?,
                name if document == Document::OpenApi => return Err(not_here(name, &["schemaversion"])),
                name => return Err(not_here(name, &["format", "schemaversion"])),
            }
        }
        Ok(format)
    }

    fn capabilities(&self) -> &Capabilities {
        &self.dialect.capabilities
    }
}

/// `$schemaversion`: of the versions of a schema only the present one is there (OData Protocol 4.01, section 11.2.13).
pub(crate) fn schema_version(model: &Model, value: &str) -> Result<(), Problem> {
    if value == "*" || model.version == Some(value) {
        return Ok(());
    }
    let expected = model.version.map_or_else(|| "`*`".to_owned(), |version| format!("`{version}` or `*`"));
    let message = format!("the schema has no version {}, expected {expected}", edm::check::brief(value));
    Err(Problem::new(Kind::ResourceNotFound, message).at("$schemaversion"))
}

fn respond(written: &Written, content_type: &str, version: Version, wishes: &Wishes) -> Result<Response, Problem> {
    let mut response = match wishes.conditions.judge(Some(&written.tag), true)? {
        Condition::NotModified => Response::empty(StatusCode::NOT_MODIFIED),
        Condition::Holds => {
            let mut response = Response::empty(StatusCode::OK);
            response.set("content-type", content_type);
            response.body = written.bytes.clone();
            response
        }
    };
    response.set("etag", format!("W/\"{}\"", written.tag));
    response.set_static("vary", "Accept, OData-MaxVersion");
    response.set_static("odata-version", version.text());
    Ok(response)
}
