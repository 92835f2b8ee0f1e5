//! Reading the claims of a token by its issuer's names for them.
//!
//! Judges nothing; what the claims must be is said in `admission`, whom they name in `subject`.

use crate::error::AuthError;
use crate::issuer::Issuer;
use serde_json::{Map, Value};

/// The claims of one token beside its issuer's rules.
pub(crate) struct Claims<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) all: &'a Map<String, Value>,
}

impl<'a> Claims<'a> {
    /// A claim by name or JSON pointer; null counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        let found = match name.strip_prefix('/') {
            None => self.all.get(name),
            Some(path) => {
                let (first, rest) = path.split_once('/').unwrap_or((path, ""));
                let top = self.all.get(first);
                if rest.is_empty() { top } else { top.and_then(|value| value.pointer(&format!("/{rest}"))) }
            }
        };
        found.filter(|value| !value.is_null())
    }

    /// The first present of these claims.
    pub(crate) fn first(&self, names: &[String]) -> Option<&'a Value> {
        names.iter().find_map(|name| self.get(name))
    }

    /// The first present of these claims, when it is a text that is not empty.
    pub(crate) fn text(&self, names: &[String]) -> Option<&'a str> {
        self.first(names).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    pub(crate) fn text_of(&self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(Value::as_str)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A time in seconds; a fraction is dropped. Present but no number is an error, never "no limit".
    pub(crate) fn time(&self, name: &'static str) -> Result<Option<i64>, AuthError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and both ends mean far away")]
        let fraction = |seconds: f64| seconds as i64;
        value.as_i64().or_else(|| value.as_f64().map(fraction)).map(Some).ok_or(AuthError::Claim(name))
    }

    /// Whether an app acts for a person.
    pub(crate) fn is_delegated(&self) -> bool {
        !self.is_marked_app_only() && self.first(&self.issuer.claims.scopes).is_some()
    }

    /// Whether the issuer says by a claim of its own that an app acts for itself.
    pub(crate) fn is_marked_app_only(&self) -> bool {
        self.first(&self.issuer.claims.app_only).is_some()
    }
}

/// The words of a text, or the texts of a list, each whole.
pub(crate) fn words(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    let text = value.as_str().into_iter().flat_map(str::split_whitespace);
    list.chain(text)
}
