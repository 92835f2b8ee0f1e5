//! What a setting is: a name, a default, a description, and how a value of it is taken.

use super::value::Value;

/// A declared setting of a `T`.
pub(super) struct Key<T: 'static> {
    /// Its name, sections before it with dots.
    pub(super) name: &'static str,
    /// What counts when nothing is set; its form is also the form of values.
    pub(super) default: Default,
    /// What it is for.
    pub(super) doc: &'static str,
    /// Takes a value, or says what was expected.
    pub(super) set: fn(&mut T, &Value) -> Result<(), String>,
}

/// A default, and with it the form of values.
#[derive(Clone, Copy)]
pub(super) enum Default {
    Text(&'static str),
    /// Text that has no default.
    NoText,
    Number(i64),
    Switch(bool),
    List(&'static [&'static str]),
}

impl<T> Key<T> {
    /// Is it about how requests are answered, whoever runs the service?
    pub(super) fn is_of_requests(&self) -> bool {
        let section = self.name.split_once('.').map(|(section, _)| section);
        matches!(section, Some("pages" | "query" | "batch" | "quotas" | "overload")) || self.name == "app_writes"
    }

    /// The environment variable that overrides it.
    pub(super) fn variable(&self) -> String {
        format!("VITAE_{}", self.name.replace('.', "_").to_uppercase())
    }
}

impl Default {
    /// The value itself.
    pub(super) fn value(self) -> Value {
        match self {
            Default::Text(text) => Value::Text(text.to_owned()),
            Default::NoText => Value::Unset,
            Default::Number(number) => Value::Number(number),
            Default::Switch(switch) => Value::Switch(switch),
            Default::List(entries) => Value::List(entries.iter().map(|entry| (*entry).to_owned()).collect()),
        }
    }

    /// A value of the same form, from the text of an environment variable.
    pub(super) fn read(self, text: &str) -> Result<Value, &'static str> {
        match self {
            Default::Text(_) | Default::NoText => Ok(Value::Text(text.to_owned())),
            Default::Number(_) => text.trim().parse().map(Value::Number).map_err(|_| "a whole number"),
            Default::Switch(_) => text.trim().parse().map(Value::Switch).map_err(|_| "true or false"),
            Default::List(_) => {
                let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
                Ok(Value::List(entries.map(str::to_owned).collect()))
            }
        }
    }
}
