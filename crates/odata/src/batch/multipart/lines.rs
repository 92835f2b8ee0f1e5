//! Lines, headers and what stands between boundaries.

/// The first line, without its end, and the rest.
pub(super) fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n');
    let (line, rest) = end.and_then(|end| text.split_at_checked(end + 1)).unwrap_or((text, &[]));
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

/// The lines before the first empty one, folded lines joined, and what follows it.
pub(super) fn head_and_body(mut text: &[u8]) -> (Vec<Vec<u8>>, &[u8]) {
    let mut head: Vec<Vec<u8>> = Vec::new();
    while !text.is_empty() {
        let (first, rest) = line(text);
        text = rest;
        if first.is_empty() {
            break;
        }
        match head.last_mut() {
            Some(last) if first.starts_with(b" ") || first.starts_with(b"\t") => {
                last.push(b' ');
                last.extend_from_slice(first.trim_ascii());
            }
            _ => head.push(first.to_vec()),
        }
    }
    (head, text)
}

/// What stands between the boundaries; what is before the first and after the last is nobody's.
pub(super) fn split<'a>(text: &'a [u8], boundary: &str) -> Result<Vec<&'a [u8]>, String> {
    let mut pieces = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let (first, after) = line(rest);
        let next = text.len() - after.len();
        if let Some(last) = delimiter(first, boundary) {
            if let Some(start) = open {
                pieces.push(without_newline(text.get(start..at).unwrap_or_default()));
            }
            if last {
                return Ok(pieces);
            }
            open = Some(next);
        }
        at = next;
    }
    let found = if open.is_some() { "the end of the body" } else { "no boundary" };
    Err(format!("found {found}, expected `--{boundary}--` after the last part"))
}

/// Is the line a boundary, and if so the last?
fn delimiter(line: &[u8], boundary: &str) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary.as_bytes())?;
    match rest.trim_ascii_end() {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

/// The line end before a boundary belongs to the boundary.
fn without_newline(piece: &[u8]) -> &[u8] {
    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
    piece.strip_suffix(b"\r").unwrap_or(piece)
}
