//! `multipart/mixed`: parts between boundaries (RFC 2046, section 5.1), each an HTTP request or a change set of them.

mod lines;
mod write;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, Method};

use super::media::{boundary, content_type, essence};
use super::{Batch, Part, add_header, malformed, reference, too_many};
use crate::problem::Problem;
use lines::{head_and_body, line, split};

pub(super) use write::write;

/// Reads the requests. Lines may end in CRLF or LF.
pub(super) fn read(boundary: &str, body: &[u8], limit: usize) -> Result<Batch, Problem> {
    let mut reader = Reader { parts: Vec::new(), limit };
    let pieces = split(body, boundary).map_err(|message| malformed("", message))?;
    for (number, piece) in (1..).zip(pieces) {
        reader.piece(piece, &format!("part {number}"), number)?;
    }
    Ok(Batch { parts: reader.parts })
}

struct Reader {
    parts: Vec<Part>,
    limit: usize,
}

impl Reader {
    /// A part of the batch: a request, or a change set.
    fn piece(&mut self, piece: &[u8], place: &str, number: usize) -> Result<(), Problem> {
        let (headers, content) = section(piece, place)?;
        let ty = content_type(&headers).unwrap_or_default();
        if !essence(ty).eq_ignore_ascii_case("multipart/mixed") {
            return self.request(&headers, content, place, None);
        }
        let boundary = boundary(ty).map_err(|problem| problem.at(place))?;
        let pieces = split(content, &boundary).map_err(|message| malformed(place, message))?;
        for (within, piece) in (1..).zip(pieces) {
            let place = format!("{place}, request {within}");
            let (headers, content) = section(piece, &place)?;
            self.request(&headers, content, &place, Some(format!("changeset-{number}")))?;
        }
        Ok(())
    }

    /// Does the URL begin with the id of an earlier request of the group? What that makes nobody else can read yet.
    fn refers(&self, url: &str, group: Option<&str>) -> bool {
        let id = reference(url).map(|(id, _)| id);
        id.is_some() && self.parts.iter().any(|part| part.group.as_deref() == group && part.id.as_deref() == id)
    }

    fn request(
        &mut self,
        outer: &HeaderMap,
        content: &[u8],
        place: &str,
        group: Option<String>,
    ) -> Result<(), Problem> {
        if self.parts.len() >= self.limit {
            return Err(too_many(self.limit).at(place));
        }
        expect_http(outer, group.is_some()).map_err(|message| malformed(place, message))?;
        let id = match outer.get("content-id").map(|id| id.to_str().unwrap_or_default().trim()) {
            Some("") => return Err(malformed(place, "found an empty `Content-ID`, expected an id")),
            id => id.map(str::to_owned),
        };
        let (first, rest) = line(content);
        let (method, url) = request_line(first).map_err(|message| malformed(place, message))?;
        if group.is_some() && method == Method::GET && !self.refers(url, group.as_deref()) {
            let message =
                "found GET in a change set, expected a request that changes something, or one for what that has made";
            return Err(malformed(place, message));
        }
        let (mut headers, body) = section(rest, place)?;
        let length = headers.remove(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let body = length.and_then(|length: usize| body.get(..length)).unwrap_or(body);
        let url = with_host(url, &mut headers);
        let body = Bytes::copy_from_slice(body);
        self.parts.push(Part { id, method, url, headers, body, depends_on: Vec::new(), group, condition: None });
        Ok(())
    }
}

fn section<'a>(text: &'a [u8], place: &str) -> Result<(HeaderMap, &'a [u8]), Problem> {
    let (lines, body) = head_and_body(text);
    let mut headers = HeaderMap::new();
    for line in lines {
        let added =
            std::str::from_utf8(&line).map_err(|_| "found a header that is not UTF-8".to_owned()).and_then(|line| {
                match line.split_once(':') {
                    Some((name, value)) => add_header(&mut headers, name.trim_end(), value.trim()),
                    None => Err(format!("found {}, expected a header `Name: value`", edm::check::brief(line))),
                }
            });
        added.map_err(|message| malformed(place, message))?;
    }
    Ok((headers, body))
}

/// Do the headers of a part announce a request, as it is?
fn expect_http(headers: &HeaderMap, in_change_set: bool) -> Result<(), String> {
    let ty = content_type(headers).unwrap_or_default();
    if !essence(ty).eq_ignore_ascii_case("application/http") {
        let expected = match in_change_set {
            true => "`application/http`: change sets do not nest",
            false => "`application/http` or `multipart/mixed`",
        };
        return Err(format!("found {} as `Content-Type`, expected {expected}", edm::check::brief(ty)));
    }
    let encoding = headers.get("content-transfer-encoding").map(|value| value.to_str().unwrap_or_default().trim());
    match encoding {
        None => Ok(()),
        Some(known) if ["binary", "8bit", "7bit"].iter().any(|same| same.eq_ignore_ascii_case(known)) => Ok(()),
        Some(other) => {
            let found = edm::check::brief(other);
            Err(format!("found {found} as `Content-Transfer-Encoding`, expected `binary`"))
        }
    }
}

/// `POST /beta/users HTTP/1.1`: the method and the URL.
fn request_line(line: &[u8]) -> Result<(Method, &str), String> {
    let text = std::str::from_utf8(line).unwrap_or_default().trim();
    let read = || {
        let (method, rest) = text.split_once(' ')?;
        let (url, version) = rest.trim().rsplit_once(' ')?;
        let url = url.trim();
        let fits = version.starts_with("HTTP/") && !url.is_empty();
        fits.then_some((Method::from_bytes(method.as_bytes()).ok()?, url))
    };
    read().ok_or_else(|| format!("found {}, expected a request line `METHOD url HTTP/1.1`", edm::check::brief(text)))
}

/// A path from the root with `Host` is an absolute URL in two pieces.
fn with_host(url: &str, headers: &mut HeaderMap) -> String {
    let host = headers.remove(HOST);
    match host.as_ref().and_then(|host| host.to_str().ok()).filter(|_| url.starts_with('/')) {
        Some(host) => format!("//{host}{url}"),
        None => url.to_owned(),
    }
}
