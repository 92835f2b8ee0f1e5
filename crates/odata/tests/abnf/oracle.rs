//! An oracle of the grammar: reads `oracle/grammar.abnf` and says whether a text is what a rule describes; and makes
//! texts that are.
//!
//! It knows nothing of the parsers. Like the reader that the published grammar is tried with, it takes the first
//! alternative that fits and never comes back to it; [`Oracle::could`] tries them all.

mod notation;
mod sample;
mod terminal;

use std::collections::HashMap;
use std::rc::Rc;

use odata::syntax::Text;

use super::names::Names;
use notation::{Grammar, Node};
pub(crate) use sample::{Sampler, pick};

pub(crate) struct Oracle<'n> {
    grammar: Grammar,
    names: &'n Names,
}

impl<'n> Oracle<'n> {
    pub(crate) fn new(names: &'n Names) -> Self {
        let listed = |rule: &str| names.lists(rule);
        Self { grammar: notation::read(include_str!("oracle/grammar.abnf"), &listed), names }
    }

    /// Has the grammar the rule?
    pub(crate) fn knows(&self, rule: &str) -> bool {
        self.number(rule).is_some()
    }

    /// Does the rule match the whole text, by the first alternatives that fit?
    pub(crate) fn accepts(&self, rule: &str, text: &str) -> bool {
        self.run(rule, text, true)
    }

    /// Does it match by any alternatives?
    pub(crate) fn could(&self, rule: &str, text: &str) -> bool {
        self.run(rule, text, false)
    }

    fn number(&self, rule: &str) -> Option<usize> {
        let same = |name: &&String| name.eq_ignore_ascii_case(rule);
        let name = self.grammar.numbers.keys().find(same)?;
        self.grammar.numbers.get(name).copied()
    }

    fn run(&self, rule: &str, text: &str, first: bool) -> bool {
        let text = normal(text);
        let mut matcher = Matcher { oracle: self, text: &text, first, memory: HashMap::new() };
        let number = self.number(rule).expect("a rule that is known");
        matcher.rule(number, 0).contains(&text.len())
    }

    /// Is the text one of the names of a list?
    fn admits(&self, rule: &str, text: &str) -> bool {
        Text::of_path(text).is_ok_and(|text| self.names.admits(rule, text.as_str()))
    }
}

/// The text with nothing encoded that need not be.
fn normal(text: &str) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, after) = rest.split_at(at);
        normal.push_str(before);
        let byte = after.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok()).map(char::from);
        match byte.filter(|letter| letter.is_ascii_alphanumeric() || "-._~".contains(*letter)) {
            Some(letter) => normal.push(letter),
            None => normal.push_str(after.get(..3).unwrap_or(after)),
        }
        rest = after.get(3..).unwrap_or_default();
    }
    normal + rest
}

/// How a list of names is read before it is looked up.
fn reader(rule: &str) -> &'static str {
    match rule {
        "keyPathLiteral" => "keyPathLiteral",
        "customName" => "customName",
        _ if rule.contains("Annotation") => "annotation-name",
        _ => "<identifier>",
    }
}

struct Matcher<'a, 'n> {
    oracle: &'a Oracle<'n>,
    text: &'a str,
    first: bool,
    memory: HashMap<(usize, usize), Rc<[usize]>>,
}

impl Matcher<'_, '_> {
    fn rule(&mut self, number: usize, at: usize) -> Rc<[usize]> {
        if let Some(known) = self.memory.get(&(number, at)) {
            return known.clone();
        }
        let oracle = self.oracle;
        let ends: Rc<[usize]> = self.node(&oracle.grammar.rules[number].1, at).into();
        self.memory.insert((number, at), ends.clone());
        ends
    }

    /// Where the node can end that begins there; in the order of its alternatives.
    fn node(&mut self, node: &Node, at: usize) -> Vec<usize> {
        let rest = &self.text[at..];
        match node {
            Node::Text { text, exact } => {
                let found = rest.get(..text.len()).filter(|found| match exact {
                    true => found == text,
                    false => found.eq_ignore_ascii_case(text),
                });
                found.map(|found| at + found.len()).into_iter().collect()
            }
            Node::Terminal(terminal) => (terminal.read)(rest).map(|length| at + length).into_iter().collect(),
            Node::Listed(rule) => {
                let read = terminal::find(reader(rule)).expect("a terminal").read;
                let admitted = read(rest).filter(|length| self.oracle.admits(rule, &rest[..*length]));
                admitted.map(|length| at + length).into_iter().collect()
            }
            Node::Rule(number) => self.rule(*number, at).to_vec(),
            Node::Sequence(parts) => parts.iter().fold(vec![at], |ends, part| self.each(&ends, part)),
            Node::Choice(choices) => {
                let mut ends = Vec::new();
                for choice in choices {
                    ends.extend(self.node(choice, at));
                    if self.first && !ends.is_empty() {
                        break;
                    }
                }
                unique(ends)
            }
            Node::Repeat(least, most, inner) => self.repeat(*least, *most, inner, at),
        }
    }

    fn each(&mut self, from: &[usize], node: &Node) -> Vec<usize> {
        unique(from.iter().flat_map(|at| self.node(node, *at)).collect())
    }

    fn repeat(&mut self, least: usize, most: usize, inner: &Node, at: usize) -> Vec<usize> {
        let mut all = if least == 0 { vec![at] } else { Vec::new() };
        let mut ends = vec![at];
        for count in 1..=most {
            ends = self.each(&ends, inner);
            ends.retain(|end| count < least || !all.contains(end));
            if ends.is_empty() {
                break;
            }
            if count >= least {
                all.extend(&ends);
            }
        }
        // The most of them is what fits first.
        if self.first { all.into_iter().next_back().into_iter().collect() } else { all }
    }
}

fn unique(mut ends: Vec<usize>) -> Vec<usize> {
    let mut seen = Vec::new();
    ends.retain(|end| {
        let new = !seen.contains(end);
        seen.push(*end);
        new
    });
    ends
}
