//! A value of a setting and where it came from.

use std::fmt;

use crate::storage::without_password;

/// A value, in one of the few forms there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Unset,
    Text(String),
    Number(i64),
    Switch(bool),
    List(Vec<String>),
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    /// The default of a kind of issuers.
    Kind(&'static str),
    Line {
        file: String,
        line: usize,
    },
    Variable(String),
}

impl Value {
    /// The text, when it is one and not empty.
    pub(super) fn text(&self) -> Result<&str, String> {
        match self {
            Value::Text(text) if !text.is_empty() => Ok(text),
            _ => Err("a text".to_owned()),
        }
    }

    /// The number, when it is one within the bounds.
    pub(super) fn number(&self, least: u32, most: u32) -> Result<usize, String> {
        match self {
            Value::Number(number) if (i64::from(least)..=i64::from(most)).contains(number) => {
                usize::try_from(*number).ok()
            }
            _ => None,
        }
        .ok_or_else(|| format!("a number from {least} to {most}"))
    }

    /// True or false.
    pub(super) fn switch(&self) -> Result<bool, String> {
        match self {
            Value::Switch(switch) => Ok(*switch),
            _ => Err("true or false".to_owned()),
        }
    }

    /// The entries of a list; a lone text counts as a list of one.
    pub(super) fn list(&self) -> Result<&[String], String> {
        match self {
            Value::List(entries) => Ok(entries),
            Value::Text(text) => Ok(std::slice::from_ref(text)),
            _ => Err("a list of texts".to_owned()),
        }
    }

    /// Which of these texts it is.
    pub(super) fn one_of<T: Copy>(&self, known: &[(&str, T)]) -> Result<T, String> {
        let found = self.text().ok().and_then(|text| known.iter().find(|(name, _)| *name == text));
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let names: Vec<String> = known.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            names.join(" or ")
        })
    }

    /// Each entry of the list as something else.
    pub(super) fn each<T>(&self, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
        let entries = self.list()?.iter();
        entries.map(|entry| read(entry).ok_or_else(|| format!("a list of {what}"))).collect()
    }
}

/// What is wrong with the settings, in the order of the file.
#[derive(Default)]
pub(super) struct Faults(Vec<(usize, String)>);

impl Faults {
    /// Something that stands at one place.
    pub(super) fn at(&mut self, origin: &Origin, fault: impl fmt::Display) {
        let line = if let Origin::Line { line, .. } = origin { *line } else { usize::MAX };
        let place = self.0.partition_point(|(other, _)| *other <= line);
        self.0.insert(place, (line, format!("{origin}: {fault}")));
    }

    /// Something that is missing, or wrong with the whole.
    pub(super) fn overall(&mut self, fault: &str) {
        self.0.push((usize::MAX, fault.to_owned()));
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The faults, each a line of text.
    pub(super) fn lines(&self) -> Vec<&str> {
        self.0.iter().map(|(_, fault)| fault.as_str()).collect()
    }
}

/// As TOML writes it, without passwords.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unset => f.write_str("nothing"),
            Value::Text(text) => write!(f, "{:?}", without_password(text)),
            Value::Number(number) => write!(f, "{number}"),
            Value::Switch(switch) => write!(f, "{switch}"),
            Value::List(entries) => write!(f, "{entries:?}"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::Kind(kind) => write!(f, "default of {kind}"),
            Origin::Line { file, line } => write!(f, "{file}:{line}"),
            Origin::Variable(name) => f.write_str(name),
        }
    }
}
