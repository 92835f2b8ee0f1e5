//! `{"requests":[…]}` and `{"responses":[…]}`.

mod check;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use edm::json::{self, Kind as Json, Node, write_string};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};

use super::media::{content_type, is_json, is_text};
use super::{Answer, Batch, Part, add_header, malformed, too_many};
use crate::problem::Problem;

/// Most JSON values of a batch: a tree of them takes many times the room of its text.
const MAX_VALUES: usize = 200_000;

/// Reads the requests.
pub(super) fn read(body: &[u8], limit: usize) -> Result<Batch, Problem> {
    let node = json::parse_within(body, MAX_VALUES).map_err(|error| malformed("", error.to_string()))?;
    let requests = match member(&node, "requests").map(|requests| &requests.kind) {
        Some(Json::Array(requests)) => requests,
        Some(other) => {
            return Err(malformed("/requests", format!("found {}, expected a list of requests", other.describe())));
        }
        None => {
            let message = format!("found {} without `requests`, expected `{{\"requests\":[…]}}`", node.kind.describe());
            return Err(malformed("/requests", message));
        }
    };
    if requests.len() > limit {
        return Err(too_many(limit).at("/requests"));
    }
    let read = |(at, request)| Reader { request, place: format!("/requests/{at}") }.part();
    let parts = requests.iter().enumerate().map(read).collect::<Result<Vec<Part>, _>>()?;
    check::check(&parts)?;
    Ok(Batch { parts })
}

fn member<'a>(node: &'a Node<'a>, name: &str) -> Option<&'a Node<'a>> {
    match &node.kind {
        Json::Object(members) => {
            members.iter().find(|(found, _)| found == name).map(|(_, value)| value).filter(|v| v.kind != Json::Null)
        }
        _ => None,
    }
}

/// Reads one request; `place` is its JSON pointer.
struct Reader<'a> {
    request: &'a Node<'a>,
    place: String,
}

impl Reader<'_> {
    fn part(&self) -> Result<Part, Problem> {
        if !matches!(self.request.kind, Json::Object(_)) {
            return Err(self.unexpected("", self.request, "a request: an object with `id`, `method` and `url`"));
        }
        let mut headers = self.headers()?;
        let body = self.body(&mut headers)?;
        let mut depends_on = self.list("dependsOn")?;
        // One published example, and those who copied it, spell it so.
        depends_on.extend(self.list("depends_on")?);
        Ok(Part {
            id: Some(self.id()?),
            method: self.method()?,
            url: self.required("url")?,
            headers,
            body,
            depends_on,
            group: self.text("atomicityGroup")?,
            condition: self.text("if")?,
        })
    }

    fn at(&self, name: &str) -> String {
        if name.is_empty() { self.place.clone() } else { format!("{}/{name}", self.place) }
    }

    fn unexpected(&self, name: &str, found: &Node<'_>, expected: &str) -> Problem {
        malformed(self.at(name), format!("found {}, expected {expected}", found.kind.describe()))
    }

    fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        match member(self.request, name) {
            None => Ok(None),
            Some(Node { kind: Json::String(text), .. }) if !text.is_empty() => Ok(Some(text.to_string())),
            Some(other) => Err(self.unexpected(name, other, "a string that is not empty")),
        }
    }

    fn required(&self, name: &str) -> Result<String, Problem> {
        self.text(name)?.ok_or_else(|| malformed(self.at(name), format!("found a request without `{name}`")))
    }

    /// A string; a number is taken as written.
    fn id(&self) -> Result<String, Problem> {
        match member(self.request, "id") {
            Some(Node { kind: Json::Number(text), .. }) => Ok((*text).to_owned()),
            _ => self.required("id"),
        }
    }

    fn method(&self) -> Result<Method, Problem> {
        let text = self.required("method")?;
        Method::from_bytes(text.to_ascii_uppercase().as_bytes()).map_err(|_| {
            malformed(self.at("method"), format!("found {}, expected an HTTP method", edm::check::brief(&text)))
        })
    }

    fn list(&self, name: &str) -> Result<Vec<String>, Problem> {
        let Some(found) = member(self.request, name) else { return Ok(Vec::new()) };
        let Json::Array(items) = &found.kind else {
            return Err(self.unexpected(name, found, "a list of ids"));
        };
        let item = |(at, item): (usize, &Node<'_>)| match &item.kind {
            Json::String(text) => Ok(text.to_string()),
            Json::Number(text) => Ok((*text).to_owned()),
            _ => Err(self.unexpected(&format!("{name}/{at}"), item, "an id")),
        };
        items.iter().enumerate().map(item).collect()
    }

    fn headers(&self) -> Result<HeaderMap, Problem> {
        let mut headers = HeaderMap::new();
        let Some(found) = member(self.request, "headers") else { return Ok(headers) };
        let Json::Object(members) = &found.kind else {
            return Err(self.unexpected("headers", found, "an object of headers"));
        };
        for (name, value) in members {
            let place = format!("headers/{}", name.replace('~', "~0").replace('/', "~1"));
            let text = match &value.kind {
                Json::String(text) => text.as_ref(),
                Json::Number(text) => text,
                Json::Bool(true) => "true",
                Json::Bool(false) => "false",
                _ => return Err(self.unexpected(&place, value, "the text of a header")),
            };
            add_header(&mut headers, name, text).map_err(|message| malformed(self.at(&place), message))?;
        }
        Ok(headers)
    }

    /// JSON as it is; anything else as a string, which holds text or base64url.
    fn body(&self, headers: &mut HeaderMap) -> Result<Bytes, Problem> {
        let Some(body) = member(self.request, "body") else { return Ok(Bytes::new()) };
        let ty = content_type(headers);
        let Json::String(text) = &body.kind else {
            if ty.is_some_and(|ty| !is_json(ty)) {
                return Err(self.unexpected("body", body, "a string, as the body is not JSON by its `content-type`"));
            }
            if ty.is_none() {
                set_json(headers);
            }
            return Ok(to_json(body));
        };
        match ty {
            Some(ty) if is_text(ty) => Ok(Bytes::from(text.to_string())),
            // A client library encodes bodies even when they are JSON.
            Some(ty) if is_json(ty) => {
                Ok(decoded(text).filter(|body| is_object(body)).unwrap_or_else(|| to_json(body)))
            }
            _ => {
                let bytes = decoded(text).ok_or_else(|| self.unexpected("body", body, "base64url text"))?;
                // Another says no type at all of the JSON it encoded.
                if ty.is_none() && is_object(&bytes) {
                    set_json(headers);
                }
                Ok(bytes)
            }
        }
    }
}

fn set_json(headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

fn to_json(node: &Node<'_>) -> Bytes {
    let mut out = Vec::new();
    json::write(&mut out, node);
    out.into()
}

fn is_object(body: &[u8]) -> bool {
    json::parse_within(body, MAX_VALUES).is_ok_and(|node| matches!(node.kind, Json::Object(_) | Json::Array(_)))
}

/// base64url as OData asks, ordinary base64 as clients send; padding optional.
fn decoded(text: &str) -> Option<Bytes> {
    let text = text.trim().trim_end_matches('=').replace('+', "-").replace('/', "_");
    URL_SAFE_NO_PAD.decode(text).ok().map(Bytes::from)
}

/// Writes the answers, each by the name of its request.
pub(super) fn write(answers: &[Answer], title_case: bool) -> Vec<u8> {
    let mut out = b"{\"responses\":[".to_vec();
    for (position, answer) in answers.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        let name = answer.id.clone().unwrap_or_else(|| free_name(answers, position));
        write_answer(&mut out, answer, &name, title_case);
    }
    out.extend_from_slice(b"]}");
    out
}

/// The name of an answer to a request without one, which only `multipart/mixed` has: its place, unless another is
/// called so, then further numbers. In steps of how many there are, lest two without a name come to the same.
fn free_name(answers: &[Answer], position: usize) -> String {
    let is_free = |name: &String| answers.iter().all(|answer| answer.id.as_ref() != Some(name));
    let names = (position + 1..).step_by(answers.len().max(1)).map(|number| number.to_string());
    names.take(answers.len() + 1).find(is_free).unwrap_or_default()
}

fn write_answer(out: &mut Vec<u8>, answer: &Answer, name: &str, title_case: bool) {
    out.extend_from_slice(b"{\"id\":");
    write_string(out, name);
    if let Some(group) = &answer.group {
        out.extend_from_slice(b",\"atomicityGroup\":");
        write_string(out, group);
    }
    out.extend_from_slice(b",\"status\":");
    out.extend_from_slice(answer.status.as_str().as_bytes());
    out.extend_from_slice(b",\"headers\":{");
    for (position, name) in answer.headers.keys().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write_string(out, &if title_case { titled(name.as_str()) } else { name.as_str().to_owned() });
        out.push(b':');
        let lines: Vec<_> =
            answer.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        write_string(out, &lines.join(", "));
    }
    out.push(b'}');
    write_body(out, answer);
    out.push(b'}');
}

/// The name of a header as documents spell it: each word with a capital, and what is none as it is written.
fn titled(name: &str) -> String {
    let words = name.split('-').map(|word| match word {
        "etag" => "ETag".to_owned(),
        "odata" => "OData".to_owned(),
        "entityid" => "EntityId".to_owned(),
        "www" => "WWW".to_owned(),
        _ => {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            first.to_ascii_uppercase() + rest
        }
    });
    words.collect::<Vec<_>>().join("-")
}

fn write_body(out: &mut Vec<u8>, answer: &Answer) {
    if answer.body.is_empty() {
        return;
    }
    out.extend_from_slice(b",\"body\":");
    let ty = content_type(&answer.headers).unwrap_or_default();
    match std::str::from_utf8(&answer.body) {
        Ok(text) if is_json(ty) => out.extend_from_slice(text.as_bytes()),
        Ok(text) if is_text(ty) => write_string(out, text),
        _ => write_string(out, &URL_SAFE_NO_PAD.encode(&answer.body)),
    }
}
