//! The body of an answer on its way, which counts among its caller's requests until it has left.
//!
//! HTTP/1.1 takes a body at once, and has one for each connection. HTTP/2 takes it when the client has opened a window for
//! it, which a hostile one never does.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};

use super::admission::Share;

/// A body, and the place that it holds.
pub(crate) struct Sent {
    body: Full<Bytes>,
    _share: Option<Share>,
}

impl Sent {
    pub(super) fn new(body: Full<Bytes>, share: Option<Share>) -> Sent {
        Sent { body, _share: share }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
