//! The settings file: TOML, in which nothing goes unnoticed. Which settings exist is the tables' business.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use edm::nearest::nearest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::issuer::ISSUER_KEYS;
use super::keys::KEYS;
use super::value::{Faults, Origin, Value};

/// The name of the list of issuers.
const ISSUERS: &str = "issuers";

/// Values found in a table, by full name.
pub(super) type Found = BTreeMap<String, (Value, Origin)>;

/// One declared issuer, as found.
pub(super) struct Table {
    pub(super) found: Found,
    pub(super) origin: Origin,
    pub(super) number: usize,
}

/// A file that is being read.
pub(super) struct Reader<'f> {
    found: Found,
    issuers: Vec<Table>,
    faults: &'f mut Faults,
}

/// Where in which file one is, and among which names.
struct Place<'a> {
    text: &'a str,
    file: String,
    names: Vec<&'static str>,
}

impl<'f> Reader<'f> {
    /// Reads a text that came from this file; none where it is no TOML.
    pub(super) fn read(text: &str, file: &Path, faults: &'f mut Faults) -> Option<(Found, Vec<Table>)> {
        let mut reader = Reader { found: Found::new(), issuers: Vec::new(), faults };
        let names = KEYS.iter().map(|key| key.name).chain([ISSUERS]).collect();
        let place = Place { text, file: file.display().to_string(), names };
        match DeTable::parse(text) {
            Ok(table) => {
                reader.read_top(&place, table.get_ref());
                Some((reader.found, reader.issuers))
            }
            Err(error) => {
                let origin = place.origin(error.span().unwrap_or_default());
                reader.faults.at(&origin, format_args!("not TOML: {}", error.message().replace('\n', " ")));
                None
            }
        }
    }

    fn read_top(&mut self, place: &Place<'_>, table: &DeTable<'_>) {
        for (key, value) in table {
            if key.get_ref() == ISSUERS {
                self.read_issuers(place, value);
            } else {
                let mut found = std::mem::take(&mut self.found);
                self.read_entry(place, "", key, value, &mut found);
                self.found = found;
            }
        }
    }

    fn read_issuers(&mut self, place: &Place<'_>, value: &Spanned<DeValue<'_>>) {
        let entries = value.get_ref().as_array().map(|entries| entries.iter().collect::<Vec<_>>()).unwrap_or_default();
        let tables: Vec<_> =
            entries.iter().filter_map(|entry| Some((entry.get_ref().as_table()?, entry.span()))).collect();
        if tables.is_empty() {
            self.faults.at(&place.origin(value.span()), format_args!("`{ISSUERS}` is a list of tables: [[{ISSUERS}]]"));
        }
        let names = ISSUER_KEYS.iter().map(|key| key.name).collect();
        let inner = Place { text: place.text, file: place.file.clone(), names };
        for (number, (table, span)) in tables.into_iter().enumerate() {
            let mut found = Found::new();
            for (key, value) in table {
                self.read_entry(&inner, "", key, value, &mut found);
            }
            self.issuers.push(Table { found, origin: inner.origin(span), number });
        }
    }

    fn read_entry(
        &mut self,
        place: &Place<'_>,
        section: &str,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        found: &mut Found,
    ) {
        let name = format!("{section}{}", key.get_ref());
        let origin = place.origin(key.span());
        if place.names.contains(&name.as_str()) {
            match plain(value.get_ref()) {
                Some(plain) => _ = found.insert(name, (plain, origin)),
                None => {
                    let form = value.get_ref().type_str();
                    let fault =
                        format!("`{name}` is a text, a number, true or false, or a list of texts, not a {form}");
                    self.faults.at(&origin, fault);
                }
            }
            return;
        }
        let section = format!("{name}.");
        match value.get_ref().as_table() {
            Some(table) if place.names.iter().any(|known| known.starts_with(&section)) => {
                for (key, value) in table {
                    self.read_entry(place, &section, key, value, found);
                }
            }
            _ => self.faults.at(&origin, format_args!("no setting is called `{name}`{}", place.hint(&name))),
        }
    }
}

impl Place<'_> {
    fn origin(&self, span: Range<usize>) -> Origin {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        Origin::Line { file: self.file.clone(), line: before.matches('\n').count() + 1 }
    }

    /// The setting that was probably meant: near in spelling, or of that name in another section.
    fn hint(&self, name: &str) -> String {
        let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
        let sections = self.names.iter().filter_map(|known| known.split_once('.').map(|(section, _)| section));
        let meant = nearest(name, self.names.iter().copied().chain(sections));
        let moved = self.names.iter().copied().find(|known| last(known) == last(name));
        match meant.or(moved) {
            Some(meant) => format!("; did you mean `{meant}`?"),
            None => format!("; expected one of {}", self.names.join(", ")),
        }
    }
}

fn plain(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::Text(text.to_string())),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::Number),
        DeValue::Boolean(switch) => Some(Value::Switch(*switch)),
        DeValue::Array(entries) => {
            let texts = entries.iter().map(|entry| entry.get_ref().as_str().map(str::to_owned));
            texts.collect::<Option<Vec<String>>>().map(Value::List)
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}
