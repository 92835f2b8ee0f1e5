//! Trees and strings to JSON text.

use super::{Kind, Node};

/// Writes a tree back as compact JSON, numbers as they were.
pub fn write(out: &mut Vec<u8>, node: &Node<'_>) {
    match &node.kind {
        Kind::Null => out.extend_from_slice(b"null"),
        Kind::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Kind::Number(text) => out.extend_from_slice(text.as_bytes()),
        Kind::String(text) => write_string(out, text),
        Kind::Array(items) => {
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write(out, item);
            }
            out.push(b']');
        }
        Kind::Object(members) => {
            out.push(b'{');
            for (position, (name, value)) in members.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_string(out, name);
                out.push(b':');
                write(out, value);
            }
            out.push(b'}');
        }
    }
}

/// Writes a string as JSON: quotes, backslashes and control characters escaped, everything else as it is.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    write_escaped(out, text);
    out.push(b'"');
}

/// Writes what stands between the quotes of a JSON string.
pub fn write_escaped(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let needs_escape = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    // Without an early end this is one pass of wide instructions, and most text needs no escapes.
    if !bytes.iter().fold(false, |found, byte| found | needs_escape(byte)) {
        out.extend_from_slice(bytes);
        return;
    }
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if !matches!(byte, b'"' | b'\\' | 0..=0x1F) {
            continue;
        }
        out.extend_from_slice(bytes.get(done..at).unwrap_or_default());
        done = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
}
