//! The options of a query string: split as sent, then decoded, then named. What a value means is decided later.
//!
//! The `$` in front of a system name is optional, names match without case; `+` is a space.

use edm::check::brief;

use super::Applies;
use super::applies::{Within, admit};
use crate::problem::{Kind, Problem};
use crate::syntax::options::{self, Part};
use crate::syntax::tree::{Choice, ChoiceKind};
use crate::syntax::{Limits, Span, Text};

/// The options of a request.
#[derive(Debug, Clone, Default)]
pub struct Options {
    given: Vec<Given>,
    custom: Vec<(String, String)>,
}

/// A system option or parameter alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The name as OData writes it, with `$` or `@` in front.
    pub name: String,
    /// The name of a system option without `$`.
    system: Option<&'static str>,
    value: Text,
}

impl Options {
    /// Reads a query string as sent. System options and aliases may appear once; unknown names with `$` are problems,
    /// names without `$` and `@` the client's own.
    pub fn read(query: Option<&str>, limits: &Limits) -> Result<Self, Problem> {
        Self::read_beside(query, limits, &[])
    }

    /// The same where options of these plain names are arguments of a call, whatever else they are called like.
    pub fn read_beside(query: Option<&str>, limits: &Limits, arguments: &[&str]) -> Result<Self, Problem> {
        let mut options = Options::default();
        let Some(query) = query else { return Ok(options) };
        for Part { name, value } in options::split(query, limits)? {
            let is_argument = arguments.iter().any(|argument| argument.eq_ignore_ascii_case(&name));
            let system = options::known(&name).filter(|_| !is_argument);
            if name.eq_ignore_ascii_case("$levels") {
                let message = "the query option `$levels` does not apply here";
                return Err(bad(format!("{message}, expected it in the parentheses of `$expand`")).at("$levels"));
            }
            if system.is_none() && name.starts_with('$') {
                return Err(unknown(&name));
            }
            if system.is_none() && !name.starts_with('@') {
                options.custom.push((name, value.map(Text::into_string).unwrap_or_default()));
                continue;
            }
            let name = system.map_or(name, |system| format!("${system}"));
            options.add(Given { name, system, value: value.unwrap_or_default() })?;
        }
        Ok(options)
    }

    fn add(&mut self, given: Given) -> Result<(), Problem> {
        let name = &given.name;
        if self.value(name).is_some() {
            let what = if given.system.is_some() { "query option" } else { "parameter alias" };
            let message = format!("the {what} {} must not appear more than once", brief(name));
            return Err(bad(message).at(short(name)));
        }
        self.given.push(given);
        Ok(())
    }

    /// The same without `$count`, which must be well-formed all the same.
    pub fn without_count(mut self) -> Result<Self, Problem> {
        let is_count = |given: &Given| given.system == Some("count");
        self.given
            .iter()
            .filter(|given| is_count(given))
            .try_for_each(|given| boolean("$count", given.value()).map(drop))?;
        self.given.retain(|given| !is_count(given));
        Ok(self)
    }

    /// The same without a `$filter` that has no value.
    #[must_use]
    pub fn without_empty_filter(mut self) -> Self {
        self.given.retain(|given| given.system != Some("filter") || !given.value().is_empty());
        self
    }

    /// System options and aliases, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Given> {
        self.given.iter()
    }

    /// The text of a system option or alias, by its name with `$` or `@`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|given| given.name == name).map(Given::value)
    }

    /// The client's own options: names and values. An operation may take them as parameters.
    pub fn custom(&self) -> &[(String, String)] {
        &self.custom
    }
}

impl Given {
    /// The decoded text.
    pub fn value(&self) -> &str {
        self.value.as_str()
    }

    /// What it says, if it may be said there.
    pub(super) fn choice(&self, applies: Applies, limits: &Limits) -> Result<Option<Choice>, Problem> {
        let Some(system) = self.system else {
            let kind = options::alias_value(&self.name, &self.value, limits)?;
            return Ok(Some(self.said(kind)));
        };
        if self.asks_positions(applies) {
            return Ok(None);
        }
        admit(&self.name, applies, Within::Request)?;
        let text = self.value();
        let kind = match system {
            "top" => ChoiceKind::Top(number("$top", text)?),
            "skip" => ChoiceKind::Skip(number("$skip", text)?),
            "count" => ChoiceKind::Count(boolean("$count", text)?),
            _ => options::value_of(system, &self.value, limits)
                .map_err(|error| Problem::from(error.within(format!("`{}`", self.name))))?,
        };
        Ok(Some(self.said(kind)))
    }

    /// `$index` without a value, which asks a collection for the positions of its items.
    pub(super) fn asks_positions(&self, applies: Applies) -> bool {
        self.system == Some("index") && applies == Applies::Collection && self.value().is_empty()
    }

    fn said(&self, kind: ChoiceKind) -> Choice {
        Choice { kind, span: Span { start: 0, end: self.value().len() } }
    }
}

/// The system option, with `$`, that a part of a query string, as sent, gives a value to.
pub fn option_of(part: &str) -> Option<String> {
    let name = part.split('=').next().unwrap_or_default();
    let name = Text::of_query(name).ok()?;
    options::known(name.as_str()).map(|system| format!("${system}"))
}

pub(super) fn bad(message: impl Into<String>) -> Problem {
    Problem::new(Kind::BadQuery, message)
}

/// A name that is short enough to be repeated as a target.
fn short(name: &str) -> String {
    name.chars().take(80).collect()
}

fn unknown(name: &str) -> Problem {
    let hint = options::meant(name).map(|hint| format!("; did you mean `${hint}`?")).unwrap_or_default();
    bad(format!("unknown query option {}{hint}", brief(name))).at(short(name))
}

fn number(name: &str, text: &str) -> Result<u64, Problem> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = plain.then(|| text.parse::<u64>().ok()).flatten();
    number.map_or_else(|| Err(no_number(name, text)), |number| bounded(name, number))
}

/// The number, if it is not too great.
pub(super) fn bounded(name: &str, number: u64) -> Result<u64, Problem> {
    match i32::try_from(number) {
        Ok(_) => Ok(number),
        Err(_) => Err(no_number(name, &number.to_string())),
    }
}

fn no_number(name: &str, found: &str) -> Problem {
    bad(format!("found {} for `{name}`, expected a whole number from 0 to {}", brief(found), i32::MAX)).at(name)
}

fn boolean(name: &str, text: &str) -> Result<bool, Problem> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(bad(format!("found {} for `{name}`, expected `true` or `false`", brief(text))).at(name)),
    }
}
