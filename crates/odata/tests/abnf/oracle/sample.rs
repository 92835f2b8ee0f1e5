//! Texts that a rule describes, at random.

use fuzz::Dice;

use super::notation::Node;
use super::{Oracle, reader, terminal};

/// One of them.
pub(crate) fn pick<T: Clone>(dice: &mut Dice, from: &[T]) -> T {
    from[dice.below(from.len())].clone()
}

/// Makes texts; knows how deep each rule must be at least.
pub(crate) struct Sampler<'o, 'n> {
    oracle: &'o Oracle<'n>,
    heights: Vec<usize>,
}

/// No text has the rule: a rule without an end.
const ENDLESS: usize = 1 << 20;

impl<'o, 'n> Sampler<'o, 'n> {
    pub(crate) fn new(oracle: &'o Oracle<'n>) -> Self {
        let mut sampler = Self { oracle, heights: vec![ENDLESS; oracle.grammar.rules.len()] };
        loop {
            let heights: Vec<usize> =
                oracle.grammar.rules.iter().map(|(_, node)| 1 + sampler.height(node)).map(|h| h.min(ENDLESS)).collect();
            if heights == sampler.heights {
                return sampler;
            }
            sampler.heights = heights;
        }
    }

    /// A text of the rule, about so deep.
    pub(crate) fn text(&self, rule: &str, depth: usize, dice: &mut Dice) -> String {
        let number = self.oracle.number(rule).expect("a rule that is known");
        let mut made = Made { sampler: self, dice, scope: Vec::new(), text: String::new() };
        made.node(&Node::Rule(number), depth);
        made.text
    }

    fn height(&self, node: &Node) -> usize {
        match node {
            Node::Text { .. } | Node::Terminal(_) | Node::Listed(_) | Node::Repeat(0, ..) => 0,
            Node::Rule(number) => self.heights[*number],
            Node::Sequence(parts) => parts.iter().map(|part| self.height(part)).max().unwrap_or(0),
            Node::Choice(choices) => choices.iter().map(|choice| self.height(choice)).min().unwrap_or(0),
            Node::Repeat(_, _, inner) => self.height(inner),
        }
    }
}

struct Made<'a, 'o, 'n> {
    sampler: &'a Sampler<'o, 'n>,
    dice: &'a mut Dice,
    /// The variables of the lambdas around.
    scope: Vec<String>,
    text: String,
}

impl Made<'_, '_, '_> {
    fn node(&mut self, node: &Node, depth: usize) {
        match node {
            Node::Text { text, exact } => {
                let text = match (exact, self.dice.below(12)) {
                    (false, 0) => text.to_ascii_uppercase(),
                    _ => text.clone(),
                };
                self.text.push_str(&text);
            }
            Node::Terminal(terminal) => self.terminal(terminal),
            Node::Listed(rule) => self.listed(rule),
            Node::Rule(number) => {
                let outer = self.scope.len();
                let (name, body) = &self.sampler.oracle.grammar.rules[*number];
                // Blanks that need not be, and blanks by the dozen, are rare.
                match (name.as_str(), self.dice.below(8)) {
                    ("BWS", 1..) => {}
                    ("RWS", 1..) => self.text.push_str("%20"),
                    _ => self.node(body, depth.saturating_sub(1)),
                }
                if matches!(name.as_str(), "anyExpr" | "allExpr") {
                    self.scope.truncate(outer);
                }
            }
            Node::Sequence(parts) => parts.iter().for_each(|part| self.node(part, depth)),
            Node::Choice(choices) => {
                let lowest = choices.iter().map(|choice| self.sampler.height(choice)).min().unwrap_or(0);
                let fits = |choice: &&Node| self.sampler.height(choice) <= depth.max(lowest);
                let choices: Vec<&Node> = choices.iter().filter(fits).collect();
                let choice = pick(self.dice, &choices);
                self.node(choice, depth);
            }
            Node::Repeat(least, most, inner) => {
                let deep = self.sampler.height(inner) > depth;
                let more = if deep { 0 } else { self.dice.below(3).min(most - least) };
                (0..least + more).for_each(|_| self.node(inner, depth));
            }
        }
    }

    fn terminal(&mut self, terminal: &'static terminal::Terminal) {
        let text = match format!("{terminal:?}").as_str() {
            "lambdaVariableExpr" if self.scope.is_empty() => "$it".to_owned(),
            "lambdaVariableExpr" => pick(self.dice, &self.scope),
            name => {
                let text = pick(self.dice, terminal.samples).to_owned();
                if name == "lambda-declared" {
                    self.scope.push(text.clone());
                }
                text
            }
        };
        self.text.push_str(&text);
    }

    fn listed(&mut self, rule: &str) {
        let names = self.sampler.oracle.names.listed(rule);
        match names.is_empty() {
            true => self.terminal(terminal::find(reader(rule)).expect("a terminal")),
            false => {
                let name = pick(self.dice, &names);
                self.text.push_str(&name);
            }
        }
    }
}
