//! Members of stored JSON without parsing it: where each begins and ends.
//!
//! It reads only what [`crate::record::Record::write_members`] wrote (no white space, distinct names); on anything else
//! it ends early, it never panics.

/// The members of stored bytes, as (name, raw value).
pub struct Members<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Iterates over stored members (without braces).
pub fn members(bytes: &[u8]) -> Members<'_> {
    Members { bytes, at: 0 }
}

/// The raw value of one member.
pub fn member<'a>(bytes: &'a [u8], name: &str) -> Option<&'a [u8]> {
    members(bytes).find(|(found, _)| *found == name.as_bytes()).map(|(_, raw)| raw)
}

/// The raw items of a list (without brackets).
pub fn items(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let end = end_of_value(bytes, start)?;
        at = end + 1;
        bytes.get(start..end)
    })
}

/// The members of a raw object value: what stands between its braces.
pub fn inside(raw: &[u8]) -> Option<&[u8]> {
    raw.strip_prefix(b"{")?.strip_suffix(b"}")
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.at;
        let after_name = end_of_string(self.bytes, name)?;
        let value = after_name + 1;
        let end = end_of_value(self.bytes, value)?;
        self.at = end + 1;
        Some((self.bytes.get(name + 1..after_name - 1)?, self.bytes.get(value..end)?))
    }
}

/// The position after the string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes.get(start) != Some(&b'"') {
        return None;
    }
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The position after the value that begins at `start`: the next comma or end on its own level.
fn end_of_value(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_u32;
    let mut at = start;
    loop {
        match bytes.get(at) {
            None => return (depth == 0 && at > start).then_some(at),
            Some(b'"') => {
                at = end_of_string(bytes, at)?;
                continue;
            }
            Some(b'{' | b'[') => depth += 1,
            Some(b'}' | b']') => depth = depth.checked_sub(1)?,
            Some(b',') if depth == 0 => return Some(at),
            Some(_) => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{inside, member, members};

    #[test]
    fn finds_members_by_name_only_on_their_own_level() {
        let bytes = br#""a":"x\",\"b\":1","n":{"b":[1,{"c":"}"}]},"b":null"#;
        assert_eq!(members(bytes).count(), 3);
        assert_eq!(member(bytes, "b"), Some(&b"null"[..]));
        let nested = member(bytes, "n").and_then(inside).unwrap();
        assert_eq!(member(nested, "b"), Some(&br#"[1,{"c":"}"}]"#[..]));
        assert_eq!(member(bytes, "c"), None);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = members(&bytes).count();
        }
    }
}
