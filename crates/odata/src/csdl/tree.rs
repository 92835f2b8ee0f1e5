//! A JSON document as a tree, written with indentation in the order in which it was put together.

use std::borrow::Cow;

use edm::json::write_string;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(Cow<'static, str>),
    List(Vec<Json>),
    Object(Object),
}

/// The members of a JSON object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Object(Vec<(Cow<'static, str>, Json)>);

impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Json>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// A member where there is a value.
    pub(crate) fn maybe(self, name: &'static str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// A member that is false when absent.
    pub(crate) fn flag(self, name: &'static str, value: bool) -> Self {
        self.maybe(name, value.then_some(true))
    }

    /// A member unless it would be empty.
    pub(crate) fn filled(self, name: &'static str, value: Object) -> Self {
        self.maybe(name, (!value.0.is_empty()).then_some(value))
    }

    pub(crate) fn and(mut self, others: impl IntoIterator<Item = (Cow<'static, str>, Json)>) -> Self {
        self.0.extend(others);
        self
    }

    pub(crate) fn members(self) -> impl Iterator<Item = (Cow<'static, str>, Json)> {
        self.0.into_iter()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The document that consists of this object.
    pub(crate) fn document(&self) -> String {
        let mut out = Vec::new();
        write_object(&mut out, self, 0);
        out.push(b'\n');
        // Every part of it was text.
        String::from_utf8(out).unwrap_or_default()
    }
}

impl Json {
    fn is_plain(&self) -> bool {
        !matches!(self, Json::List(_) | Json::Object(_))
    }
}

fn write(out: &mut Vec<u8>, value: &Json, depth: usize) {
    match value {
        Json::Bool(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Json::Integer(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Json::Number(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Json::Text(text) => write_string(out, text),
        Json::List(items) if items.iter().all(Json::is_plain) => {
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.extend_from_slice(b", ");
                }
                write(out, item, depth);
            }
            out.push(b']');
        }
        Json::List(items) => {
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                new_line(out, position, depth + 1);
                write(out, item, depth + 1);
            }
            new_line(out, 0, depth);
            out.push(b']');
        }
        Json::Object(object) => write_object(out, object, depth),
    }
}

fn write_object(out: &mut Vec<u8>, object: &Object, depth: usize) {
    if object.0.is_empty() {
        out.extend_from_slice(b"{}");
        return;
    }
    // References are many; a line for each is enough.
    if let [(name, value)] = object.0.as_slice()
        && value.is_plain()
    {
        out.push(b'{');
        write_string(out, name);
        out.extend_from_slice(b": ");
        write(out, value, depth);
        out.push(b'}');
        return;
    }
    out.push(b'{');
    for (position, (name, value)) in object.0.iter().enumerate() {
        new_line(out, position, depth + 1);
        write_string(out, name);
        out.extend_from_slice(b": ");
        write(out, value, depth + 1);
    }
    new_line(out, 0, depth);
    out.push(b'}');
}

/// Ends the line, with a comma when something precedes.
fn new_line(out: &mut Vec<u8>, position: usize, depth: usize) {
    if position > 0 {
        out.push(b',');
    }
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Json::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Json::Integer(value)
    }
}

impl From<u32> for Json {
    fn from(value: u32) -> Self {
        Json::Integer(value.into())
    }
}

impl From<u16> for Json {
    fn from(value: u16) -> Self {
        Json::Integer(value.into())
    }
}

impl From<&'static str> for Json {
    fn from(value: &'static str) -> Self {
        Json::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Json::Text(Cow::Owned(value))
    }
}

impl From<Object> for Json {
    fn from(value: Object) -> Self {
        Json::Object(value)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(values: Vec<T>) -> Self {
        Json::List(values.into_iter().map(Into::into).collect())
    }
}
