//! Random well-typed trees.

mod conditions;

use super::rows::{Dice, PROPERTIES, value};
use super::{Kind, Node, Tree};
use crate::model::build;

/// Patterns that the oracle has by heart.
pub(super) const PATTERNS: &[&str] = &["^a", "b$", "^$", "", "日", "^.$", "[0-9]", "a|x"];
const NUMBERS: &[Kind] = &[Kind::Int, Kind::Dec, Kind::Single, Kind::Double];
const LISTS: &[Kind] = &[Kind::Texts, Kind::Ints, Kind::Conditions];
const SINGLES: &[Kind] = &[
    Kind::Bool,
    Kind::Int,
    Kind::Dec,
    Kind::Single,
    Kind::Double,
    Kind::Text,
    Kind::Stock,
    Kind::Condition,
    Kind::Guid,
    Kind::Instant,
    Kind::Day,
    Kind::Clock,
    Kind::Span,
];

/// Makes trees; knows the variables in scope.
pub(super) struct Trees<'d> {
    pub(super) dice: &'d mut Dice,
    scope: Vec<(u16, Kind)>,
}

impl<'d> Trees<'d> {
    pub(super) fn new(dice: &'d mut Dice) -> Self {
        Self { dice, scope: Vec::new() }
    }

    /// A tree of a kind, at most so deep.
    pub(super) fn tree(&mut self, kind: Kind, depth: u32) -> Tree {
        if self.dice.one_in(20) {
            return Tree::new(kind, Node::Null);
        }
        if depth == 0 || self.dice.one_in(6) {
            return self.leaf(kind);
        }
        if self.dice.one_in(12) && !matches!(kind, Kind::Bool) && SINGLES.contains(&kind) {
            return self.case(kind, depth);
        }
        if let (Some(list), true) = (kind.list(), self.dice.one_in(12)) {
            let list = self.certain(list, depth - 1);
            return Tree::new(kind, Node::Item(Box::new(list)));
        }
        match kind {
            Kind::Bool => self.condition(depth - 1),
            Kind::Int => self.integer(depth - 1),
            Kind::Dec | Kind::Single | Kind::Double => self.number(kind, depth - 1),
            Kind::Text => self.text(depth - 1),
            Kind::Instant | Kind::Day | Kind::Clock | Kind::Span => self.temporal(kind, depth - 1),
            Kind::Texts | Kind::Ints | Kind::Conditions | Kind::Addresses => self.list(kind, depth - 1),
            Kind::Guid if self.dice.one_in(3) => {
                let operand = self.certain(Kind::Text, depth - 1);
                Tree::new(kind, Node::Cast(Box::new(operand), build::GUID))
            }
            _ => self.leaf(kind),
        }
    }

    fn leaf(&mut self, kind: Kind) -> Tree {
        let mut paths: Vec<(Option<u16>, Vec<&'static str>)> =
            PROPERTIES.iter().filter(|(_, found, _)| *found == kind).map(|(name, ..)| (None, vec![*name])).collect();
        let mut bases = vec![(None, vec!["Origin"])];
        for (slot, found) in &self.scope {
            if *found == kind {
                paths.extend([(Some(*slot), Vec::new()), (Some(*slot), Vec::new())]);
            }
            if *found == Kind::Address {
                bases.push((Some(*slot), Vec::new()));
            }
        }
        for (slot, base) in bases {
            let below: &[&[&str]] = match kind {
                Kind::Text => &[&["City"], &["Street"]],
                Kind::Place => &[&["Place"]],
                Kind::Double => &[&["Place", "Latitude"]],
                Kind::Texts => &[&["Place", "Names"]],
                _ => &[],
            };
            paths.extend(below.iter().map(|names| (slot, [base.as_slice(), names].concat())));
        }
        let literal = paths.is_empty() || self.dice.one_in(3);
        if literal {
            return Tree::new(kind, Node::Literal(value(kind, self.dice, true)));
        }
        let (slot, names) = paths[self.dice.below(paths.len())].clone();
        Tree::new(kind, Node::Path(slot, names))
    }

    fn case(&mut self, kind: Kind, depth: u32) -> Tree {
        let pairs = (0..=self.dice.below(3))
            .map(|at| {
                // The first has the kind itself, the others may have to be promoted to it.
                let lower = if at > 0 { self.promotable(kind) } else { kind };
                (self.tree(Kind::Bool, depth - 1), self.certain(lower, depth - 1))
            })
            .collect();
        Tree::new(kind, Node::Case(pairs))
    }

    fn promotable(&mut self, kind: Kind) -> Kind {
        let lower: Vec<Kind> = NUMBERS.iter().copied().filter(|number| number.rank() <= kind.rank()).collect();
        if kind.rank().is_some() { self.dice.pick(&lower) } else { kind }
    }

    /// Not the literal null, which would hide the kind from the binder.
    fn certain(&mut self, kind: Kind, depth: u32) -> Tree {
        loop {
            let tree = self.tree(kind, depth);
            if !matches!(tree.node, Node::Null) {
                return tree;
            }
        }
    }

    fn call(&mut self, kind: Kind, name: &'static str, arguments: &[Kind], depth: u32) -> Tree {
        let arguments = arguments.iter().map(|kind| self.tree(*kind, depth)).collect();
        Tree::new(kind, Node::Call(name, arguments))
    }

    fn integer(&mut self, depth: u32) -> Tree {
        match self.dice.below(9) {
            0..=2 => {
                let name = self.dice.pick(&["add", "sub", "mul", "div", "mod"]);
                let (left, right) = (self.certain(Kind::Int, depth), self.tree(Kind::Int, depth));
                Tree::binary(Kind::Int, name, left, right)
            }
            3 => {
                let operand = self.certain(Kind::Int, depth);
                Tree::unary("-", operand)
            }
            4 => match self.dice.one_in(2) {
                true => self.call(Kind::Int, "length", &[Kind::Text], depth),
                false => self.call(Kind::Int, "indexof", &[Kind::Text, Kind::Text], depth),
            },
            5 => {
                let name = self.dice.pick(&["year", "month", "day", "hour", "minute", "second", "totaloffsetminutes"]);
                let from = match name {
                    "year" | "month" | "day" if self.dice.one_in(2) => Kind::Day,
                    "hour" | "minute" | "second" if self.dice.one_in(2) => Kind::Clock,
                    _ => Kind::Instant,
                };
                self.call(Kind::Int, name, &[from], depth)
            }
            6 => {
                let kind = self.dice.pick(LISTS);
                match self.dice.one_in(2) {
                    true => self.call(Kind::Int, "length", &[kind], depth),
                    false => self.call(Kind::Int, "indexof", &[kind, kind], depth),
                }
            }
            7 => {
                let (list, slot, body) = self.lambda(depth);
                let kind = list.kind;
                let filtered = Tree::new(kind, Node::Filter(list, slot, body));
                Tree::new(Kind::Int, Node::Count(Box::new(filtered)))
            }
            _ => {
                let from = self.dice.pick(&[Kind::Text, Kind::Double, Kind::Dec, Kind::Single, Kind::Stock]);
                let operand = self.certain(from, depth);
                let ty = self.dice.pick(&[build::INT32, build::BYTE, build::INT64]);
                Tree::new(Kind::Int, Node::Cast(Box::new(operand), ty))
            }
        }
    }

    fn number(&mut self, kind: Kind, depth: u32) -> Tree {
        match self.dice.below(8) {
            0..=3 => {
                let name = self.dice.pick(&["add", "sub", "mul", "div", "mod", "divby"]);
                let other = self.promotable(kind);
                let (left, right) = (self.certain(kind, depth), self.tree(other, depth));
                match self.dice.one_in(2) && !matches!(right.node, Node::Null) {
                    true => Tree::binary(kind, name, right, left),
                    false => Tree::binary(kind, name, left, right),
                }
            }
            4 => {
                let name = self.dice.pick(&["round", "floor", "ceiling"]);
                let operand = self.certain(kind, depth);
                Tree::new(kind, Node::Call(name, vec![operand]))
            }
            5 => {
                let operand = self.certain(kind, depth);
                Tree::unary("-", operand)
            }
            6 if kind == Kind::Dec => match self.dice.below(4) {
                0 => self.call(kind, "fractionalseconds", &[Kind::Instant], depth),
                1 => self.call(kind, "fractionalseconds", &[Kind::Clock], depth),
                2 => self.call(kind, "totalseconds", &[Kind::Span], depth),
                _ => {
                    let (left, right) = (self.certain(Kind::Int, depth), self.certain(Kind::Int, depth));
                    Tree::binary(kind, "divby", left, right)
                }
            },
            _ => {
                let from = self.dice.pick(&[Kind::Text, Kind::Int, Kind::Double, Kind::Dec, Kind::Single]);
                let operand = self.certain(from, depth);
                Tree::new(kind, Node::Cast(Box::new(operand), kind.ty()))
            }
        }
    }

    fn text(&mut self, depth: u32) -> Tree {
        match self.dice.below(6) {
            0 => self.call(Kind::Text, "concat", &[Kind::Text, Kind::Text], depth),
            1 => {
                let name = self.dice.pick(&["tolower", "toupper", "trim"]);
                self.call(Kind::Text, name, &[Kind::Text], depth)
            }
            2 => self.call(Kind::Text, "substring", &[Kind::Text, Kind::Int], 0),
            3 => self.call(Kind::Text, "substring", &[Kind::Text, Kind::Int, Kind::Int], depth),
            4 => {
                let from = self.dice.pick(SINGLES);
                let operand = self.certain(from, depth);
                Tree::new(Kind::Text, Node::Cast(Box::new(operand), build::STRING))
            }
            _ => self.leaf(Kind::Text),
        }
    }

    fn temporal(&mut self, kind: Kind, depth: u32) -> Tree {
        let name = self.dice.pick(&["add", "sub"]);
        match (kind, self.dice.below(4)) {
            (Kind::Day, 0) => self.call(kind, "date", &[Kind::Instant], depth),
            (Kind::Clock, _) => self.call(kind, "time", &[Kind::Instant], depth),
            (Kind::Span, 0) => {
                let of = self.dice.pick(&[Kind::Day, Kind::Instant]);
                let (left, right) = (self.certain(of, depth), self.certain(of, depth));
                Tree::binary(kind, "sub", left, right)
            }
            (Kind::Span, 1) => {
                let by = self.dice.pick(NUMBERS);
                let name = self.dice.pick(&["mul", "div", "divby"]);
                let (left, right) = (self.certain(kind, depth), self.tree(by, depth));
                Tree::binary(kind, name, left, right)
            }
            (Kind::Span, 2) => {
                let operand = self.certain(kind, depth);
                Tree::unary("-", operand)
            }
            (Kind::Instant, 0) => {
                let name = self.dice.pick(&["now", "mindatetime", "maxdatetime"]);
                Tree::new(kind, Node::Call(name, Vec::new()))
            }
            (_, 1) | (Kind::Span, 3) => {
                let operand = self.certain(Kind::Text, depth);
                Tree::new(kind, Node::Cast(Box::new(operand), kind.ty()))
            }
            _ => {
                let (left, right) = (self.certain(kind, depth), self.tree(Kind::Span, depth));
                Tree::binary(kind, name, left, right)
            }
        }
    }

    fn list(&mut self, kind: Kind, depth: u32) -> Tree {
        match self.dice.below(5) {
            0 if kind != Kind::Addresses => {
                let arguments = vec![self.certain(kind, depth), self.tree(kind, depth)];
                Tree::new(kind, Node::Call("concat", arguments))
            }
            1 => {
                let list = self.certain(kind, depth);
                let start = self.tree(Kind::Int, 0);
                Tree::new(kind, Node::Call("substring", vec![list, start]))
            }
            2 if kind == Kind::Texts => {
                let items = (0..=self.dice.below(3)).map(|_| self.certain(Kind::Text, depth)).collect();
                Tree::new(kind, Node::List(items))
            }
            _ => self.leaf(kind),
        }
    }
}
