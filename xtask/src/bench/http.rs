//! HTTP/1.1 as far as measuring needs it: requests as bytes, the head of an answer, one blocking exchange.
//!
//! Answers without a Content-Length are refused; both servers give one.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::failure::{Because, Failure, Outcome};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request as it is sent, of a signed-in person, with or without a body of JSON.
pub(crate) fn request(method: &str, path: &str, host: &str, token: &str, body: &str) -> Bytes {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n");
    if !body.is_empty() {
        text.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    Bytes::from(text)
}

/// What the head of an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Bytes of the head itself.
    pub(crate) size: usize,
    /// Bytes of the body behind it.
    pub(crate) length: usize,
}

impl Head {
    /// Reads a head; none when the bytes do not hold all of it, or no usable one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Head> {
        let size = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = bytes.get(..size)?;
        let status = std::str::from_utf8(head.get(9..12)?).ok()?.parse().ok()?;
        // 204 has no body, and no field that says so (RFC 9110, section 8.6).
        let length = if status == 204 { b"0" } else { field(head, b"content-length")? };
        let length = std::str::from_utf8(length).ok()?.parse().ok()?;
        Some(Head { status, size, length })
    }
}

/// The value of a header field.
fn field<'h>(head: &'h [u8], name: &[u8]) -> Option<&'h [u8]> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (start, rest) = line.split_at_checked(name.len())?;
        let value = rest.strip_prefix(b":")?;
        start.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
    })
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

/// Sends one request on a connection of its own and reads the answer.
pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> Outcome<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).or_fail("cannot connect")?;
    stream.set_read_timeout(Some(PATIENCE)).or_fail("cannot wait")?;
    stream.write_all(request).or_fail("cannot send")?;
    let mut bytes = Vec::new();
    let mut part = vec![0; 64 << 10];
    loop {
        let count = stream.read(&mut part).or_fail("no answer")?;
        bytes.extend_from_slice(part.get(..count).unwrap_or_default());
        if let Some(head) = Head::read(&bytes)
            && let Some(body) = bytes.get(head.size..head.size + head.length)
        {
            let content_type = field(bytes.get(..head.size).unwrap_or_default(), b"content-type").unwrap_or_default();
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).or_fail("an answer is no text");
            return Ok(Answer { status: head.status, content_type: text(content_type)?, body: text(body)? });
        }
        if count == 0 {
            return Err(Failure::new("an answer broke off"));
        }
    }
}

impl Answer {
    /// The body as JSON, if the status is the expected one.
    pub(crate) fn json(&self, expected: u16) -> Outcome<Value> {
        if self.status != expected {
            return Err(Failure::new(format_args!("expected {expected}, got {}: {}", self.status, self.body)));
        }
        serde_json::from_str(&self.body).or_fail("an answer is no JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::Head;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let bytes = b"HTTP/1.1 201 Created\r\nCONTENT-length: 12\r\nx: content-length\r\n\r\n{";
        assert_eq!(Head::read(bytes), Some(Head { status: 201, size: bytes.len() - 1, length: 12 }));
        assert_eq!(Head::read(&bytes[..40]), None);
        let empty = b"HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(Head::read(empty), Some(Head { status: 204, size: empty.len(), length: 0 }));
        assert_eq!(Head::read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), None);
    }
}
