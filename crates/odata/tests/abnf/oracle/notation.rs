//! Reads the notation of grammars (RFC 5234, with `'…'` for text in just that case and `<…>` for what is built in).

use std::collections::HashMap;

use super::terminal::{self, Terminal};

/// A part of a rule.
#[derive(Debug)]
pub(crate) enum Node {
    /// Text, in any case or in this alone.
    Text { text: String, exact: bool },
    /// What is read by a function.
    Terminal(&'static Terminal),
    /// A name out of the list of that rule.
    Listed(String),
    /// Another rule.
    Rule(usize),
    /// One after the other.
    Sequence(Vec<Node>),
    /// The first that fits.
    Choice(Vec<Node>),
    /// From so many to so many.
    Repeat(usize, usize, Box<Node>),
}

/// The rules, by number and name.
pub(crate) struct Grammar {
    pub(crate) rules: Vec<(String, Node)>,
    pub(crate) numbers: HashMap<String, usize>,
}

/// Reads a grammar; `listed` are the rules that are lists of names.
pub(crate) fn read(text: &str, listed: &dyn Fn(&str) -> bool) -> Grammar {
    let mut definitions: Vec<(String, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with(';') && !line.trim().is_empty()) {
        match (line.starts_with(' '), definitions.last_mut()) {
            (true, Some((_, body))) => body.push_str(line),
            _ => {
                let (name, body) = line.split_once(" = ").expect("`name = …`");
                definitions.push((name.to_owned(), body.to_owned()));
            }
        }
    }
    let numbers = definitions.iter().enumerate().map(|(number, (name, _))| (name.clone(), number)).collect();
    let reader = |body: &str| {
        let mut reader = Reader { rest: body, numbers: &numbers, listed };
        let node = reader.choice();
        assert!(reader.rest.is_empty(), "left over: {}", reader.rest);
        node
    };
    let rules = definitions.iter().map(|(name, body)| (name.clone(), reader(body))).collect();
    Grammar { rules, numbers }
}

struct Reader<'a> {
    rest: &'a str,
    numbers: &'a HashMap<String, usize>,
    listed: &'a dyn Fn(&str) -> bool,
}

impl Reader<'_> {
    fn eat(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn until(&mut self, end: char) -> String {
        let (text, rest) = self.rest.split_once(end).expect("an end");
        self.rest = rest;
        text.to_owned()
    }

    fn word(&mut self, of: fn(char) -> bool) -> String {
        let (word, rest) = self.rest.split_at(self.rest.find(|letter| !of(letter)).unwrap_or(self.rest.len()));
        self.rest = rest;
        word.to_owned()
    }

    fn choice(&mut self) -> Node {
        let mut choices = vec![self.sequence()];
        while self.eat('/') {
            choices.push(self.sequence());
        }
        if choices.len() == 1 { choices.swap_remove(0) } else { Node::Choice(choices) }
    }

    fn sequence(&mut self) -> Node {
        let mut parts = Vec::new();
        while !self.rest.trim_start().starts_with(['/', ')', ']']) && !self.rest.trim().is_empty() {
            parts.push(self.repeated());
        }
        if parts.len() == 1 { parts.swap_remove(0) } else { Node::Sequence(parts) }
    }

    fn repeated(&mut self) -> Node {
        self.rest = self.rest.trim_start();
        let digit = |letter: char| letter.is_ascii_digit();
        let least: String = self.word(digit);
        let star = self.eat('*');
        let most = self.word(digit);
        if least.is_empty() && !star {
            return self.element();
        }
        let number = |text: &str, missing| if text.is_empty() { missing } else { text.parse().expect("a number") };
        let from = number(&least, 0);
        let to = if star { number(&most, usize::MAX) } else { from };
        Node::Repeat(from, to, Box::new(self.element()))
    }

    fn element(&mut self) -> Node {
        if self.eat('(') {
            let node = self.choice();
            assert!(self.eat(')'), "`)` before {}", self.rest);
            node
        } else if self.eat('[') {
            let node = self.choice();
            assert!(self.eat(']'), "`]` before {}", self.rest);
            Node::Repeat(0, 1, Box::new(node))
        } else if self.eat('"') {
            Node::Text { text: self.until('"'), exact: false }
        } else if self.eat('\'') {
            Node::Text { text: self.until('\''), exact: true }
        } else if self.eat('<') {
            self.named(&format!("<{}>", self.rest.split_once('>').expect("`>`").0))
        } else {
            let name = self.word(|letter| letter.is_ascii_alphanumeric() || letter == '-');
            self.named(&name)
        }
    }

    fn named(&mut self, name: &str) -> Node {
        if name.starts_with('<') {
            self.until('>');
        }
        if (self.listed)(name) {
            return Node::Listed(name.to_owned());
        }
        match (self.numbers.get(name), terminal::find(name)) {
            (Some(number), _) => Node::Rule(*number),
            (None, Some(terminal)) => Node::Terminal(terminal),
            (None, None) => panic!("no rule `{name}` before {}", self.rest),
        }
    }
}
