//! The little of JSON that the file of cases needs.

use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub(crate) enum Json {
    Text(String),
    Number(usize),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.get(name),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Json::Text(text) => text,
            other => panic!("expected text, found {other:?}"),
        }
    }

    pub(crate) fn list(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            other => panic!("expected a list, found {other:?}"),
        }
    }

    pub(crate) fn object(&self) -> &BTreeMap<String, Json> {
        match self {
            Json::Object(members) => members,
            other => panic!("expected an object, found {other:?}"),
        }
    }

    pub(crate) fn number(&self) -> usize {
        match self {
            Json::Number(number) => *number,
            other => panic!("expected a number, found {other:?}"),
        }
    }
}

pub(crate) fn parse(text: &str) -> Json {
    let mut letters = text.chars().peekable();
    value(&mut letters)
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn next(letters: &mut Letters<'_>) -> char {
    while letters.peek().is_some_and(|letter| letter.is_whitespace()) {
        letters.next();
    }
    *letters.peek().expect("the text goes on")
}

fn value(letters: &mut Letters<'_>) -> Json {
    match next(letters) {
        '"' => Json::Text(string(letters)),
        '[' => {
            let mut items = Vec::new();
            sequence(letters, ']', |letters| items.push(value(letters)));
            Json::List(items)
        }
        '{' => {
            let mut members = BTreeMap::new();
            sequence(letters, '}', |letters| {
                let name = string(letters);
                assert_eq!(next(letters), ':');
                letters.next();
                members.insert(name, value(letters));
            });
            Json::Object(members)
        }
        _ => {
            let mut digits = String::new();
            while letters.peek().is_some_and(char::is_ascii_digit) {
                digits.extend(letters.next());
            }
            Json::Number(digits.parse().expect("a number"))
        }
    }
}

fn sequence(letters: &mut Letters<'_>, close: char, mut item: impl FnMut(&mut Letters<'_>)) {
    letters.next();
    while next(letters) != close {
        item(letters);
        if next(letters) == ',' {
            letters.next();
            next(letters);
        }
    }
    letters.next();
}

fn string(letters: &mut Letters<'_>) -> String {
    letters.next();
    let mut units: Vec<u16> = Vec::new();
    loop {
        let letter = letters.next().expect("a closing quote");
        let plain = match letter {
            '"' => return String::from_utf16(&units).expect("whole characters"),
            '\\' => match letters.next().expect("an escape") {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'u' => {
                    let code: String = letters.by_ref().take(4).collect();
                    units.push(u16::from_str_radix(&code, 16).expect("an escape"));
                    continue;
                }
                other => other,
            },
            letter => letter,
        };
        units.extend_from_slice(plain.encode_utf16(&mut [0; 2]));
    }
}
