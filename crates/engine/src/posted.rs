//! `POST …/$query`: query options in the body, for those too long for a URL (OData URL Conventions 4.01, section 4.17).
//!
//! The request becomes the GET that it stands for, so that every address that admits GET admits this. Its next links
//! are links to that: whoever follows them needs no body.

use bytes::Bytes;
use http::Method;
use odata::headers::query_body;
use odata::syntax::{Limit, Limits, beyond};
use odata::{Kind, Problem};

use crate::exchange::Request;
use crate::metadata::Document;
use crate::method;

/// The parts of the GET that a request stands for.
pub(crate) struct Posted<'a> {
    path: &'a str,
    query: String,
}

impl<'a> Posted<'a> {
    /// Does the path end so? [`Posted::read`] then tells whether it may.
    pub(crate) fn is_meant(request: &Request<'_>) -> bool {
        before_query(request.path).is_some()
    }

    /// Reads the options of the body and joins them to those of the URL; `None` where the path does not end so.
    pub(crate) fn read(request: &Request<'a>, limits: &Limits) -> Result<Option<Self>, Problem> {
        let Some(path) = before_query(request.path) else { return Ok(None) };
        if request.method == Method::OPTIONS {
            return Ok(None);
        }
        if request.method != Method::POST {
            method::recognized(&request.method)?;
            return Err(method::not_allowed("POST"));
        }
        query_body(request.headers)?;
        let body = std::str::from_utf8(&request.body).map_err(|_| {
            Problem::new(Kind::BadBody, "found bytes that are not UTF-8, expected query options as in a URL")
        })?;
        let parts = [request.query.unwrap_or_default(), body.trim_end_matches(['\r', '\n'])];
        let given: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let query = given.join("&");
        // Where the URL alone is over the limit, that is what will be said.
        if query.len() > limits.length && parts[0].len() <= limits.length {
            let message = beyond(Limit::Length.setting(), limits.length, "bytes");
            return Err(Problem::new(Kind::TooLarge, format!("{message}, in the URL and the body together")));
        }
        Ok(Some(Self { path, query }))
    }

    /// The GET.
    pub(crate) fn request<'r>(&'r self, sent: &'r Request<'_>) -> Request<'r> {
        Request {
            method: Method::GET,
            root: sent.root,
            path: self.path,
            query: Some(self.query.as_str()).filter(|query| !query.is_empty()),
            headers: sent.headers,
            body: Bytes::new(),
            exchange: sent.exchange.clone(),
        }
    }
}

/// The path of the resource that is asked. What the service says of itself takes no part in this.
fn before_query(path: &str) -> Option<&str> {
    let (before, last) = path.trim_end_matches('/').rsplit_once('/')?;
    let is_query = ["$query", "%24query"].iter().any(|name| last.eq_ignore_ascii_case(name));
    (is_query && Document::at(before).is_none()).then_some(before)
}
