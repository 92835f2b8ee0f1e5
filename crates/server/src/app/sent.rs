//! The body of an answer on its way, which counts among its caller's requests until its client has taken it.
//!
//! A long one goes by the piece. The connection asks for the next when the one before has left, or in HTTP/2 when the
//! client has opened a window for it, which a hostile one never does.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::admission::Share;

/// The most bytes that a connection gets at once. What it has got is counted no more.
const PIECE: usize = 64 << 10;

/// As much as a connection may still have before it when it asks for the last piece (400 KiB in HTTP/2). That is
/// copied, or the whole would be kept for its end.
const END: usize = 8 * PIECE;

/// A body, and the place that it holds.
pub(crate) struct Sent {
    /// What has not been asked for yet.
    rest: Bytes,
    /// Whether that is part of something much longer.
    long: bool,
    _share: Option<Share>,
}

impl Sent {
    pub(super) fn new(body: Bytes, share: Option<Share>) -> Sent {
        Sent { long: body.len() > END, rest: body, _share: share }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        if self.long && self.rest.len() <= END {
            self.rest = Bytes::copy_from_slice(&self.rest);
            self.long = false;
        }
        let length = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;

    use auth::testing;
    use uuid::Uuid;

    use super::super::admission::{Admission, Bounds};
    use super::*;

    fn next(body: &mut Sent) -> Option<Bytes> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        match Pin::new(body).poll_frame(&mut context) {
            Poll::Ready(Some(Ok(frame))) => frame.into_data().ok(),
            _ => None,
        }
    }

    #[test]
    fn answers_go_by_the_piece_and_whole() {
        for length in [0, 1, PIECE, PIECE + 1, END, END + 1, 3 * END + 7] {
            let whole: Vec<u8> = (0_u8..=250).cycle().take(length).collect();
            let mut body = Sent::new(whole.clone().into(), None);
            let mut taken = Vec::new();
            while !body.is_end_stream() {
                assert_eq!(body.size_hint().exact(), Some((length - taken.len()) as u64));
                let piece = next(&mut body).unwrap();
                assert!((1..=PIECE).contains(&piece.len()));
                taken.extend_from_slice(&piece);
            }
            assert!(next(&mut body).is_none());
            assert!(taken == whole, "{length}");
        }
    }

    /// Who does not take an answer is counted until the last piece, and keeps little of it in memory from then on.
    #[test]
    fn an_answer_counts_until_little_is_left() {
        let admission = Admission::new(Bounds { per_caller: 1, ..Bounds::USUAL });
        let caller = testing::person(Uuid::from_u128(1), Uuid::from_u128(2), "User.Read");
        let share = || admission.share(&caller, IpAddr::V4(Ipv4Addr::LOCALHOST)).ok();
        let kept = Arc::new(vec![7; 2 * END]);
        let mut body = Sent::new(Bytes::from_owner(Kept(Arc::clone(&kept))), share());
        let mut before = Vec::new();
        while !body.is_end_stream() {
            assert!(share().is_none());
            before.extend(next(&mut body));
            // What fits into the buffers of a connection.
            before.drain(..before.len().saturating_sub(END / PIECE - 1));
        }
        assert_eq!(Arc::strong_count(&kept), 1);
        drop(body);
        assert!(share().is_some());
    }

    struct Kept(Arc<Vec<u8>>);

    impl AsRef<[u8]> for Kept {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
}
