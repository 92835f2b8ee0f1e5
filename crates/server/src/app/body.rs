//! The body of a request: gathered, inflated, and never larger than the limit at any point on the way.

use std::io::Read;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use engine::Kind;
use flate2::read::MultiGzDecoder;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, TRANSFER_ENCODING};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use super::refusal::Refusal;

/// How large the body of a request may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    /// Before and after inflation.
    pub(crate) bytes: usize,
    /// The setting that says so.
    pub(crate) setting: Option<&'static str>,
}

impl Most {
    /// For all but batches and pictures.
    pub(crate) const USUAL: Most = Most { bytes: 1 << 20, setting: None };
    const PICTURE: Most = Most { bytes: 4 << 20, setting: None };

    /// Of a request that is no batch.
    pub(crate) fn of(headers: &HeaderMap) -> Most {
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.as_bytes().split_at_checked(6));
        let is_picture = kind.is_some_and(|(kind, _)| kind.eq_ignore_ascii_case(b"image/"));
        if is_picture { Most::PICTURE } else { Most::USUAL }
    }
}

/// The setting of the most megabytes in the body of a batch.
pub(crate) const BATCH_BODY: &str = "batch.body_mb";

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of a body that nobody reads is taken from the line, and for how long, so that its sender gets to the
/// answer.
const DISCARDED: usize = 16 << 20;
const DISCARDING: Duration = Duration::from_secs(5);

/// The body of a request, ready to be parsed.
pub(crate) async fn gather(headers: &HeaderMap, body: &mut Incoming, most: Most) -> Result<Bytes, Refusal> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    transferred(headers)?;
    let gzip = is_gzip(headers)?;
    if announced(headers).is_some_and(|length| length > most.bytes) {
        return Err(too_large(most));
    }
    let late = || Refusal::new(Kind::BadBody, format!("the body did not arrive within {} s", PATIENCE.as_secs()));
    let raw = tokio::time::timeout(PATIENCE, read(body, most)).await.map_err(|_| late())??;
    if gzip && !raw.is_empty() { inflate(&raw, most) } else { Ok(raw) }
}

/// Lets the sender of an unread body finish, within bounds; a line closed on them would eat the answer too.
pub(crate) fn discard(headers: &HeaderMap, mut body: Incoming) {
    // Who waits to be asked for the body is not asked.
    if body.is_end_stream() || headers.contains_key(EXPECT) {
        return;
    }
    tokio::spawn(tokio::time::timeout(DISCARDING, async move {
        let mut taken = 0;
        while let Some(Ok(frame)) = body.frame().await
            && taken < DISCARDED
        {
            taken += frame.data_ref().map_or(0, Bytes::len);
        }
    }));
}

async fn read(body: &mut Incoming, most: Most) -> Result<Bytes, Refusal> {
    let mut first = Bytes::new();
    let mut gathered = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::new(Kind::BadBody, "the body broke off before its end"))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + gathered.len() + data.len() > most.bytes {
            return Err(too_large(most));
        }
        // Most bodies come in one piece, which needs no copy.
        if first.is_empty() && gathered.is_empty() {
            first = data;
            continue;
        }
        gathered.extend_from_slice(&std::mem::take(&mut first));
        gathered.extend_from_slice(&data);
    }
    Ok(if gathered.is_empty() { first } else { gathered.freeze() })
}

fn inflate(raw: &[u8], most: Most) -> Result<Bytes, Refusal> {
    let mut inflated = Vec::with_capacity(raw.len().saturating_mul(4).min(most.bytes));
    let beyond = most.bytes as u64 + 1;
    MultiGzDecoder::new(raw).take(beyond).read_to_end(&mut inflated).map_err(|_| {
        Refusal::new(Kind::BadBody, "the body is not gzip, though Content-Encoding says so").at("content-encoding")
    })?;
    if inflated.len() > most.bytes { Err(too_large(most)) } else { Ok(inflated.into()) }
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Refusal> {
    let mut gzip = false;
    for value in headers.get_all(CONTENT_ENCODING) {
        match value.as_bytes().trim_ascii() {
            coding if coding.eq_ignore_ascii_case(b"identity") => {}
            coding if !gzip && (coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")) => {
                gzip = true;
            }
            _ => {
                let message = "the body is in a content encoding that is not understood; expected gzip, once, or none";
                return Err(Refusal::new(Kind::BadHeader, message).at("content-encoding"));
            }
        }
    }
    Ok(gzip)
}

/// Refuses a body that is encoded for its transfer in a way that nobody here has undone (RFC 9112, section 6.1).
fn transferred(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).into_iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked") => Ok(()),
        _ => {
            let message = "the body is in a transfer coding that is not understood; expected `chunked` alone";
            Err(Refusal::new(Kind::BadHeader, message).at("transfer-encoding"))
        }
    }
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(most: Most) -> Refusal {
    let says =
        most.setting.map(|setting| format!(", the most that the setting `{setting}` admits")).unwrap_or_default();
    let message = format!("the body is larger than {} bytes{says}, before or after inflation", most.bytes);
    Refusal::new(Kind::TooLarge, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn deflated(size: usize) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![b' '; size]).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn inflates_within_the_limit() {
        let most = Most::USUAL;
        assert_eq!(inflate(&deflated(most.bytes), most).unwrap().len(), most.bytes);
        assert!(inflate(&deflated(most.bytes + 1), most).is_err());
        assert!(inflate(b"{}", most).is_err());
        let mut cut = deflated(1_000);
        cut.truncate(cut.len() - 4);
        assert!(inflate(&cut, most).is_err());
    }

    #[test]
    fn knows_one_encoding() {
        let check = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, http::HeaderValue::from_static(value));
            }
            is_gzip(&headers).ok()
        };
        assert_eq!(check(&[]), Some(false));
        assert_eq!(check(&["identity"]), Some(false));
        assert_eq!(check(&["GZIP"]), Some(true));
        let transferred = |value: &'static str| {
            let header = (TRANSFER_ENCODING, http::HeaderValue::from_static(value));
            transferred(&[header].into_iter().collect()).is_ok()
        };
        assert!(transferred("chunked") && transferred("Chunked"));
        assert!(!transferred("gzip, chunked") && !transferred("chunked, chunked"));
        for values in [&["br"][..], &["gzip, gzip"], &["gzip", "gzip"], &["deflate"]] {
            assert_eq!(check(values), None, "{values:?}");
        }
    }
}
