//! Trees that are true, false or null: comparisons, memberships, lambdas and what combines them.

use super::super::rows::value;
use super::super::{Kind, Node, Tree};
use super::{LISTS, NUMBERS, PATTERNS, SINGLES, Trees};
use crate::model::build;
use crate::testing::{ADDRESS, ARTICLE, BUNDLE, CONDITION, STOCK};
use crate::value::{Value, enum_text};

const COMPARISONS: &[&str] = &["eq", "ne", "gt", "ge", "lt", "le"];

impl Trees<'_> {
    pub(super) fn condition(&mut self, depth: u32) -> Tree {
        match self.dice.below(15) {
            0 | 1 => {
                let name = self.dice.pick(&["and", "or"]);
                let (left, right) = (self.tree(Kind::Bool, depth), self.tree(Kind::Bool, depth));
                Tree::binary(Kind::Bool, name, left, right)
            }
            2 => {
                let operand = self.tree(Kind::Bool, depth);
                Tree::new(Kind::Bool, Node::Unary("not", Box::new(operand)))
            }
            3..=5 => self.comparison(depth),
            6 => self.membership(depth),
            7 => {
                let kind = self.dice.pick(&[Kind::Stock, Kind::Condition]);
                let (left, right) = (self.certain(kind, depth), self.enum_literal(kind));
                Tree::binary(Kind::Bool, "has", left, right)
            }
            8 => {
                let name = self.dice.pick(&["contains", "startswith", "endswith"]);
                self.call(Kind::Bool, name, &[Kind::Text, Kind::Text], depth)
            }
            9 => {
                let name = self.dice.pick(&["contains", "startswith", "endswith", "hassubset", "hassubsequence"]);
                let kind = self.dice.pick(LISTS);
                self.call(Kind::Bool, name, &[kind, kind], depth)
            }
            10 => {
                let kind = self.dice.pick(&[Kind::Double, Kind::Text, Kind::Condition, Kind::Address]);
                let operand = self.certain(kind, depth);
                let ty = match kind {
                    Kind::Address => crate::model::Type::Struct(&ADDRESS),
                    _ => self.dice.pick(&[build::INT32, build::INT64, build::DOUBLE, build::STRING]),
                };
                Tree::new(Kind::Bool, Node::IsOf(Box::new(operand), ty))
            }
            11 if self.dice.one_in(3) => {
                let row = Tree::new(Kind::Place, Node::Path(None, Vec::new()));
                let ty = crate::model::Type::Struct(if self.dice.one_in(2) { &ARTICLE } else { &BUNDLE });
                Tree::new(Kind::Bool, Node::IsOf(Box::new(row), ty))
            }
            11 => {
                let list = self.any_list(depth);
                Tree::new(Kind::Bool, Node::Any(Box::new(list), None))
            }
            12 if self.dice.one_in(2) => {
                let operand = self.certain(Kind::Text, depth);
                Tree::new(Kind::Bool, Node::Cast(Box::new(operand), build::BOOLEAN))
            }
            12 => {
                let pattern = Value::text(self.dice.pick(PATTERNS));
                let arguments = vec![self.tree(Kind::Text, depth), Tree::new(Kind::Text, Node::Literal(pattern))];
                Tree::new(Kind::Bool, Node::Call("matchespattern", arguments))
            }
            _ => {
                let (list, slot, body) = self.lambda(depth);
                let node =
                    if self.dice.one_in(2) { Node::Any(list, Some((slot, body))) } else { Node::All(list, slot, body) };
                Tree::new(Kind::Bool, node)
            }
        }
    }

    pub(super) fn any_list(&mut self, depth: u32) -> Tree {
        let kind = self.dice.pick(&[Kind::Texts, Kind::Ints, Kind::Conditions, Kind::Addresses]);
        self.certain(kind, depth)
    }

    pub(super) fn lambda(&mut self, depth: u32) -> (Box<Tree>, u16, Box<Tree>) {
        let list = self.any_list(depth);
        let slot = self.scope.len() as u16;
        self.scope.push((slot, list.kind.item()));
        let body = self.tree(Kind::Bool, depth);
        self.scope.pop();
        (Box::new(list), slot, Box::new(body))
    }

    fn comparison(&mut self, depth: u32) -> Tree {
        let equality = self.dice.pick(&["eq", "ne"]);
        if self.dice.one_in(5) {
            let kind = self.dice.pick(&[Kind::Binary, Kind::Address, Kind::Texts, Kind::Ints, Kind::Conditions]);
            let (left, right) = (self.tree(kind, depth), self.tree(kind, depth));
            return Tree::binary(Kind::Bool, equality, left, right);
        }
        let kind = self.dice.pick(SINGLES);
        let left = self.tree(kind, depth);
        let right = match kind {
            Kind::Stock | Kind::Condition if self.dice.one_in(2) => self.enum_literal(kind),
            Kind::Span if self.dice.one_in(3) => Tree::new(Kind::Text, Node::Literal(Value::text("P1D"))),
            _ => {
                let other = if kind.rank().is_some() { self.dice.pick(NUMBERS) } else { kind };
                self.tree(other, depth)
            }
        };
        let comparison = self.dice.pick(COMPARISONS);
        Tree::binary(Kind::Bool, comparison, left, right)
    }

    /// As the type has it, as a quoted name, or as a number.
    fn enum_literal(&mut self, kind: Kind) -> Tree {
        let Value::Enum(number) = value(kind, self.dice, true) else { return Tree::new(kind, Node::Null) };
        let ty = if kind == Kind::Stock { &STOCK } else { &CONDITION };
        match self.dice.below(3) {
            0 => Tree::new(kind, Node::Literal(Value::Enum(number))),
            1 => Tree::new(Kind::Text, Node::Literal(Value::text(enum_text(ty, number)))),
            _ => Tree::new(Kind::Int, Node::Literal(Value::Integer(number))),
        }
    }

    fn membership(&mut self, depth: u32) -> Tree {
        let kind = self.dice.pick(&[
            Kind::Int,
            Kind::Int,
            Kind::Text,
            Kind::Text,
            Kind::Condition,
            Kind::Condition,
            Kind::Double,
            Kind::Instant,
            Kind::Dec,
            Kind::Single,
            Kind::Stock,
            Kind::Guid,
            Kind::Day,
            Kind::Clock,
            Kind::Span,
        ]);
        let list = match kind {
            Kind::Text if self.dice.one_in(3) => self.list(Kind::Texts, depth),
            Kind::Int if self.dice.one_in(3) => self.list(Kind::Ints, depth),
            Kind::Condition if self.dice.one_in(3) => self.list(Kind::Conditions, depth),
            Kind::Condition => {
                let quoted = |number: i64| Value::text(enum_text(&CONDITION, number));
                let mut items = vec![Tree::new(Kind::Text, Node::Literal(quoted(self.dice.pick(&[0, 1, 7]))))];
                if self.dice.one_in(2) {
                    items.push(Tree::new(Kind::Text, Node::Null));
                }
                Tree::new(Kind::Texts, Node::List(items))
            }
            _ => {
                let items = (0..self.dice.below(4))
                    .map(|_| match self.dice.one_in(5) {
                        true => Tree::new(kind, Node::Null),
                        false => {
                            let lower = self.promotable(kind);
                            Tree::new(lower, Node::Literal(value(lower, self.dice, true)))
                        }
                    })
                    .collect();
                Tree::new(Kind::Texts, Node::List(items))
            }
        };
        let item = self.tree(kind, depth);
        Tree::binary(Kind::Bool, "in", item, list)
    }
}
