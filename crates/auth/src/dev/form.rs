//! Parameters as forms and queries carry them (`application/x-www-form-urlencoded`), read and written.

use std::fmt::Write;

use super::fault::{Fault, Wrong, shown};

/// More parameters than any client of this kind sends.
const MOST: usize = 64;

/// The longest value that is taken, in bytes; assertions are the longest.
const LONGEST: usize = 16_384;

/// The parameters of a request, each of which comes once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// The parameters of a body or query. OAuth wants each at most once (RFC 6749, section 3.1).
    pub fn parse(text: &[u8]) -> Result<Form, Fault> {
        let mut form = Form::default();
        for field in text.split(|byte| *byte == b'&').filter(|field| !field.is_empty()) {
            let at = field.iter().position(|byte| *byte == b'=').unwrap_or(field.len());
            let (name, value) = field.split_at_checked(at).unwrap_or((field, &[]));
            let name = decode(name)?;
            let value = decode(value.strip_prefix(b"=").unwrap_or(value))?;
            if form.get_any(&name).is_some() {
                return Err(malformed(format!("the parameter `{}` comes twice; expected it once", shown(&name))));
            }
            if form.fields.len() == MOST || value.len() > LONGEST {
                return Err(malformed(format!("expected at most {MOST} parameters of at most {LONGEST} bytes")));
            }
            form.fields.push((name, value));
        }
        Ok(form)
    }

    /// A parameter; one without a value counts as absent (RFC 6749, section 3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_any(name).filter(|value| !value.is_empty())
    }

    /// A parameter that must be there.
    pub fn need(&self, name: &str) -> Result<&str, Fault> {
        let missing = || format!("the request has no `{name}`; expected this parameter in it");
        self.get(name).ok_or_else(|| Fault::new(Wrong::Missing, missing()))
    }

    /// Every parameter.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn get_any(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// The parameters as they stand in a query or fragment.
pub fn encode<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        encode_into(&mut text, name);
        text.push('=');
        encode_into(&mut text, value);
    }
    text
}

fn encode_into(text: &mut String, part: &str) {
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            _ => _ = write!(text, "%{byte:02X}"),
        }
    }
}

fn decode(part: &[u8]) -> Result<String, Fault> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = rest.next().zip(rest.next()).and_then(|(high, low)| Some((hex(*high)?, hex(*low)?)));
                let (high, low) =
                    digits.ok_or_else(|| malformed("a `%` without two hexadecimal digits; expected such as `%20`"))?;
                high << 4 | low
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| malformed("a parameter that is not UTF-8"))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn malformed(message: impl Into<String>) -> Fault {
    Fault::new(Wrong::Malformed, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_forms() {
        let check = |text: &str, expected: Option<&[(&str, &str)]>| {
            let form = Form::parse(text.as_bytes()).ok();
            let fields = form.as_ref().map(|form| form.iter().collect::<Vec<_>>());
            assert_eq!(fields.as_deref(), expected, "{text}");
        };
        check("", Some(&[]));
        check("a=1&b=x+y%26%c3%a9&c&=d", Some(&[("a", "1"), ("b", "x y&é"), ("c", ""), ("", "d")]));
        check("a=b=c&&", Some(&[("a", "b=c")]));
        check("a=1&a=2", None);
        check("a=%", None);
        check("a=%4", None);
        check("a=%zz", None);
        check("a=%+1", None);
        check("a=%ff", None);
        let many: String = (0..=MOST).map(|number| format!("{number}=&")).collect();
        check(&many, None);
    }

    #[test]
    fn without_a_value_is_absent() {
        let form = Form::parse(b"a=&b=1").unwrap();
        assert_eq!((form.get("a"), form.get("b"), form.need("a").is_err()), (None, Some("1"), true));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(fields in prop::collection::btree_map(".*", ".*", 0..8)) {
            let written = encode(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            let read = Form::parse(written.as_bytes()).unwrap();
            prop_assert_eq!(read.iter().collect::<Vec<_>>(),
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
        }

        #[test]
        fn nothing_panics(text in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Form::parse(&text);
        }
    }
}
