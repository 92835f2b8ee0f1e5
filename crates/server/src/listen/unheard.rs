//! The form of what is answered to bytes that never became a request, how much of answers is taken, and what is not
//! read any more.
//!
//! hyper answers a malformed or overlong head by itself, with a status and nothing else. On the way out such an answer
//! gets the ids and the body that every other error has. What is served is not touched, but counted.
//!
//! What a client sent before it broke the connection off lies there still, and hyper would do it. It is not handed on.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use engine::{Kind, Response};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::line::Line;
use crate::app::{App, Ids, Refusal};

/// The most bytes that are copied to be written in one piece, which the kernel takes sooner than several.
const SMALL: usize = 2 << 10;

/// A stream that knows when its client has broken it off, by a reset: nobody is there whom an answer could reach. Who
/// closes it in order may only have said that no more will be sent (docs/adr/0020-admission.md).
pub(super) trait Breakable {
    fn is_broken(&self) -> bool;
}

impl Breakable for TcpStream {
    fn is_broken(&self) -> bool {
        // What the system has told already, so that it costs a look at memory.
        self.try_io(Interest::ERROR, || Ok(())).is_ok()
    }
}

impl Breakable for TlsStream<TcpStream> {
    fn is_broken(&self) -> bool {
        self.get_ref().0.is_broken()
    }
}

/// A connection on which hyper's own answers get a body.
pub(super) struct Spoken<S> {
    stream: S,
    line: Arc<Line>,
    /// What goes out instead of an answer of hyper's, as far as it is not written yet.
    instead: Vec<u8>,
    /// Whether a line has ended among what came since the last answer: then a head that is too long has a first line
    /// that is not.
    told: bool,
}

impl<S: AsyncWrite + Unpin> Spoken<S> {
    pub(super) fn new(stream: S, line: Arc<Line>) -> Spoken<S> {
        Spoken { stream, line, instead: Vec::new(), told: false }
    }

    /// Writes what stands in for an answer of hyper's.
    fn settle(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.instead.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.instead))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.instead.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Whether these bytes are an answer of hyper's own, for which another is ready now.
    fn stands_in(&mut self, bytes: &[u8]) -> bool {
        let told = std::mem::take(&mut self.told);
        let Some(status) = unheard(bytes) else { return false };
        // hyper tells the two apart only where the whole head is there.
        let status = if status.starts_with("31") && !told { URI_TOO_LONG } else { status };
        self.instead = answer(&self.line.app, status);
        true
    }
}

/// The status of a first line that is too long, as [`answer`] takes it (RFC 9112, section 3).
const URI_TOO_LONG: &str = "14 URI Too Long";

/// The status line of an answer that is hyper's own: one without our ids and without a body.
fn unheard(bytes: &[u8]) -> Option<&str> {
    let rest = bytes.strip_prefix(b"HTTP/1.1 4").filter(|rest| rest.len() < 256)?;
    let text = std::str::from_utf8(rest).ok()?;
    let ours = text.contains("request-id") || !text.contains("content-length: 0\r\n") || !text.ends_with("\r\n\r\n");
    text.lines().next().filter(|_| !ours)
}

/// The whole answer. `status` is the status line after `HTTP/1.1 4`.
fn answer(app: &App, status: &str) -> Vec<u8> {
    let ids = Ids::new(app.effects.request_id(), &http::HeaderMap::new());
    let (kind, message) = match status.get(..2) {
        Some("14") => (Kind::UriTooLong, "found an address that is too long, expected a head of at most 64 KB"),
        Some("31") => {
            (Kind::BadHeader, "found a request head that is too long, expected at most 64 KB and 100 headers")
        }
        _ => (
            Kind::BadHeader,
            "found bytes that are no HTTP request; expected a line such as `GET /beta/me HTTP/1.1`, with all but plain ASCII \
             percent-encoded, then headers such as `Host: localhost`, then an empty line",
        ),
    };
    let refusal = Refusal::new(kind, message);
    let Response { body, .. } = refusal.answer(&ids.exchange(app.effects.time(), None));
    let id = ids.request.to_str().unwrap_or_default();
    let mut whole = format!(
        "HTTP/1.1 4{status}\r\ncontent-type: application/json\r\nrequest-id: {id}\r\nclient-request-id: {id}\r\n\
         odata-version: 4.0\r\ncache-control: private, no-cache\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    whole.extend_from_slice(&body);
    whole
}

/// The parts in one piece; `None` if they are too long for that.
fn join<'a>(parts: &[io::IoSlice<'_>], into: &'a mut [u8; SMALL]) -> Option<&'a [u8]> {
    let mut length = 0;
    for part in parts {
        let end = length + part.len();
        into.get_mut(length..end)?.copy_from_slice(part);
        length = end;
    }
    into.get(..length)
}

impl<S: AsyncRead + Breakable + Unpin> AsyncRead for Spoken<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.stream.is_broken() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, into);
        // Nearly always the first line is in the first piece.
        self.told = self.told || into.filled().get(before..).is_some_and(|piece| piece.contains(&b'\n'));
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Spoken<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.settle(context))?;
        if self.stands_in(bytes) {
            // Taken; it is written now or with the next flush.
            return match self.settle(context) {
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                _ => Poll::Ready(Ok(bytes.len())),
            };
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.line.activity.wrote(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // An answer without a body is one part.
        if let [only] = parts {
            return self.poll_write(context, only);
        }
        ready!(self.settle(context))?;
        self.told = false;
        let mut joined = [0; SMALL];
        let written = match join(parts, &mut joined) {
            Some(joined) => Pin::new(&mut self.stream).poll_write(context, joined),
            None => Pin::new(&mut self.stream).poll_write_vectored(context, parts),
        };
        self.line.activity.wrote(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.settle(context))?;
        // What TLS has taken and cannot hand on waits here.
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.line.activity.waits(flushed.is_pending());
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.settle(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;

    use super::{SMALL, join, unheard};

    #[test]
    fn small_answers_are_written_in_one_piece() {
        let mut room = [0; SMALL];
        let check = |parts: &[&[u8]], room: &mut [u8; SMALL], expected: Option<&[u8]>| {
            let parts: Vec<_> = parts.iter().map(|part| IoSlice::new(part)).collect();
            assert_eq!(join(&parts, room), expected);
        };
        check(&[b"head", b"", b"body"], &mut room, Some(b"headbody"));
        check(&[], &mut room, Some(b""));
        check(&[&[7; SMALL - 1], b"x"], &mut room, Some(&[&[7; SMALL - 1][..], b"x"].concat()));
        check(&[&[7; SMALL], b"x"], &mut room, None);
    }

    #[test]
    fn only_answers_of_no_request_are_meant() {
        let check = |answer: &str, expected| assert_eq!(unheard(answer.as_bytes()), expected, "{answer}");
        check("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", Some("00 Bad Request"));
        check("HTTP/1.1 431 Too Large\r\ncontent-length: 0\r\ndate: now\r\n\r\n", Some("31 Too Large"));
        check("HTTP/1.1 404 Not Found\r\nrequest-id: 1\r\ncontent-length: 0\r\n\r\n", None);
        check("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}", None);
        check("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", None);
        check("", None);
    }
}
