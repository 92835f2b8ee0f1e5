//! `$search`: words, phrases and their combination, found in the strings that the model flags searchable.
//!
//! Case and compatibility forms do not matter (NFKC, then folded). A word is a run of letters and digits, a sign `+` or
//! `#` at its end included (`C++`, `C#`); in scripts that are written without spaces every character is a word, so that
//! a phrase of them finds any part of a text.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::row::{Object, Row as _};
use super::{Datum, Env, EvalError, text};
use crate::model::{Primitive, Property};

/// A search condition. It is two-valued. Whoever builds it bounds its depth.
#[derive(Debug, Clone)]
pub enum Search {
    /// The words one after the other within one string.
    Phrase(Phrase),
    /// All of them.
    And(Vec<Search>),
    /// One of them.
    Or(Vec<Search>),
    /// It does not match.
    Not(Box<Search>),
    /// The words within one property, flagged or not: its place and itself. The last word need not be whole.
    Member(usize, &'static Property, Phrase),
}

/// Words that are looked for together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase(Vec<String>);

impl Phrase {
    /// The words of a text. Without any, it matches nothing.
    pub fn new(text: &str) -> Self {
        Self(words(text))
    }

    /// Its words, folded: keys of an index.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    fn is_in(&self, text: &[String]) -> bool {
        !self.0.is_empty() && text.windows(self.0.len()).any(|window| window == self.0)
    }

    fn begins_in(&self, text: &[String]) -> bool {
        let Some((last, before)) = self.0.split_last() else { return false };
        text.windows(self.0.len()).any(|window| {
            window.split_last().is_some_and(|(end, start)| start == before && end.starts_with(last.as_str()))
        })
    }
}

impl Search {
    /// Does it find the value: an entity or complex value by its searchable strings, a string by itself?
    pub fn matches(&self, value: &Datum<'_>, env: &Env) -> Result<bool, EvalError> {
        let mut texts = Vec::new();
        collect(value, &mut texts, env)?;
        self.holds(value, &texts, env)
    }

    fn holds(&self, value: &Datum<'_>, texts: &[Vec<String>], env: &Env) -> Result<bool, EvalError> {
        env.spend(1 + texts.len() as u64)?;
        match self {
            Search::Phrase(phrase) => Ok(texts.iter().any(|text| phrase.is_in(text))),
            Search::And(terms) => Self::until(terms, value, texts, env, false),
            Search::Or(terms) => Self::until(terms, value, texts, env, true),
            Search::Not(term) => Ok(!term.holds(value, texts, env)?),
            Search::Member(ordinal, property, phrase) => {
                let mut own = Vec::new();
                collect(&value.property(*ordinal, property), &mut own, env)?;
                Ok(own.iter().any(|text| phrase.begins_in(text)))
            }
        }
    }

    fn until(
        terms: &[Search],
        value: &Datum<'_>,
        texts: &[Vec<String>],
        env: &Env,
        end: bool,
    ) -> Result<bool, EvalError> {
        for term in terms {
            if term.holds(value, texts, env)? == end {
                return Ok(end);
            }
        }
        Ok(!end)
    }
}

/// Gathers the words of every searchable string in a value, complex values included.
fn collect(value: &Datum<'_>, texts: &mut Vec<Vec<String>>, env: &Env) -> Result<(), EvalError> {
    match value {
        Datum::String(text) => {
            // Normalizing and folding cost more by the byte than comparing does.
            env.spend_bytes(text.len().saturating_mul(8))?;
            texts.push(words(text));
        }
        Datum::List(items) => {
            for item in items.iter() {
                collect(&item, texts, env)?;
            }
        }
        Datum::Object(object) => members(object, texts, env)?,
        _ => {}
    }
    Ok(())
}

fn members(object: &Object<'_>, texts: &mut Vec<Vec<String>>, env: &Env) -> Result<(), EvalError> {
    let Some(ty) = object.dynamic_type() else { return Ok(()) };
    for (ordinal, property) in ty.all_properties() {
        env.spend(1)?;
        let is_text = property.searchable && property.ty.primitive() == Some(Primitive::String);
        if is_text || property.ty.structure().is_some() {
            collect(&object.property(ordinal, property), texts, env)?;
        }
    }
    Ok(())
}

/// The words of a text in order, folded.
pub fn words(text: &str) -> Vec<String> {
    // Folding may undo a composition; folded and composed once more, a text stays as it is.
    let folded: String = text::fold(&text.nfkc().collect::<String>()).nfkc().collect();
    let (mut words, mut word) = (Vec::new(), String::new());
    let mut letters = folded.chars().peekable();
    while let Some(letter) = letters.next() {
        if is_unspaced(letter) {
            words.extend(take(&mut word));
            words.push(letter.to_string());
        } else if letter.is_alphanumeric() || (is_combining_mark(letter) && !word.is_empty()) {
            word.push(letter);
        } else if matches!(letter, '+' | '#') && !word.is_empty() {
            word.push(letter);
            // The sign ends the word, unless it is doubled.
            while let Some(sign) = letters.next_if_eq(&letter) {
                word.push(sign);
            }
            words.extend(take(&mut word));
        } else {
            words.extend(take(&mut word));
        }
    }
    words.extend(take(&mut word));
    words
}

fn take(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

/// Thai, Lao, Myanmar, Khmer, Kana, Han.
fn is_unspaced(letter: char) -> bool {
    matches!(u32::from(letter),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}
