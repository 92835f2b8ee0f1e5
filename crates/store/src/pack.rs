//! Lists kept inside one column: each text or token is preceded by its length, four bytes, little end first.

use std::sync::Arc;

use bytes::Bytes;

use crate::{Error, IndexRow, Op, Result, Touched};

const PUT: u8 = 1;
const DELETE: u8 = 2;

/// Packs an item's index rows. The rows come sorted, each once.
pub(crate) fn postings(rows: &[IndexRow]) -> Option<Vec<u8>> {
    let mut packed = Vec::new();
    for row in rows {
        put(&mut packed, row.path.as_bytes());
        put(&mut packed, &row.token);
    }
    (!rows.is_empty()).then_some(packed)
}

pub(crate) fn unpack_postings(packed: Option<&[u8]>) -> Result<Vec<IndexRow>> {
    let mut rest = packed.unwrap_or_default();
    let mut rows = Vec::new();
    while !rest.is_empty() {
        let path = text(&mut rest)?;
        rows.push(IndexRow { path, token: Bytes::copy_from_slice(take(&mut rest)?) });
    }
    Ok(rows)
}

pub(crate) fn touched(touched: &[Touched]) -> Vec<u8> {
    let mut packed = Vec::new();
    for one in touched {
        packed.push(match one.op {
            Op::Put => PUT,
            Op::Delete => DELETE,
        });
        put(&mut packed, one.collection.as_bytes());
        put(&mut packed, one.id.as_bytes());
    }
    packed
}

pub(crate) fn unpack_touched(mut rest: &[u8]) -> Result<Vec<Touched>> {
    let mut touched = Vec::new();
    while let Some((op, after)) = rest.split_first() {
        rest = after;
        let op = match *op {
            PUT => Op::Put,
            DELETE => Op::Delete,
            _ => return Err(damaged()),
        };
        touched.push(Touched { collection: text(&mut rest)?, id: text(&mut rest)?, op });
    }
    Ok(touched)
}

fn put(packed: &mut Vec<u8>, bytes: &[u8]) {
    // A column holds less than 2^30 bytes, so a longer text fails when it is stored.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    packed.extend_from_slice(&length.to_le_bytes());
    packed.extend_from_slice(bytes);
}

fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let (length, after) = rest.split_first_chunk().ok_or_else(damaged)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let (bytes, after) = after.split_at_checked(length).ok_or_else(damaged)?;
    *rest = after;
    Ok(bytes)
}

fn text(rest: &mut &[u8]) -> Result<Arc<str>> {
    std::str::from_utf8(take(rest)?).map(Arc::from).map_err(|_| damaged())
}

fn damaged() -> Error {
    Error::Corrupt("a packed list cannot be read".to_owned())
}
