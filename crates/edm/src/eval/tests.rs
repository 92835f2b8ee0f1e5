//! The evaluator against an oracle, against laws that need none, and against what others got wrong.

mod around;
mod bind;
mod differential;
mod laws;
mod meaning;
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "values of tests are small, or narrowing is what is tested"
)]
mod oracle;
mod peers;
#[expect(clippy::cast_possible_truncation, reason = "values of tests are small")]
mod rows;
#[expect(clippy::cast_possible_truncation, reason = "values of tests are small")]
mod trees;

use std::fmt;

use crate::model::Type;
use crate::value::Value;

/// An expression as it is written: names and literals, nothing promoted. Both sides start from it.
#[derive(Debug, Clone)]
struct Tree {
    kind: Kind,
    node: Node,
}

/// The static type of a tree, one for each that the rows have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Dec,
    Single,
    Double,
    Text,
    Stock,
    Condition,
    Guid,
    Binary,
    Instant,
    Day,
    Clock,
    Span,
    Address,
    Place,
    Texts,
    Ints,
    Conditions,
    Addresses,
}

#[derive(Debug, Clone)]
enum Node {
    Null,
    Literal(Value),
    /// Properties of the row (no slot) or of a variable.
    Path(Option<u16>, Vec<&'static str>),
    List(Vec<Tree>),
    Unary(&'static str, Box<Tree>),
    Binary(&'static str, Box<Tree>, Box<Tree>),
    Call(&'static str, Vec<Tree>),
    Any(Box<Tree>, Option<(u16, Box<Tree>)>),
    All(Box<Tree>, u16, Box<Tree>),
    Filter(Box<Tree>, u16, Box<Tree>),
    Count(Box<Tree>),
    /// The only item of a list; of several the first.
    Item(Box<Tree>),
    Case(Vec<(Tree, Tree)>),
    Cast(Box<Tree>, Type),
    IsOf(Box<Tree>, Type),
}

impl Tree {
    fn new(kind: Kind, node: Node) -> Self {
        Self { kind, node }
    }

    fn unary(name: &'static str, operand: Tree) -> Self {
        Self::new(operand.kind, Node::Unary(name, Box::new(operand)))
    }

    fn binary(kind: Kind, name: &'static str, left: Tree, right: Tree) -> Self {
        Self::new(kind, Node::Binary(name, Box::new(left), Box::new(right)))
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |trees: &[Tree]| trees.iter().map(Tree::to_string).collect::<Vec<_>>().join(", ");
        match &self.node {
            Node::Null => write!(f, "null"),
            Node::Literal(value) => write!(f, "{value:?}"),
            Node::Path(slot, names) => {
                let base = slot.map_or("$it".to_owned(), |slot| format!("v{slot}"));
                write!(f, "{base}/{}", names.join("/"))
            }
            Node::List(items) => write!(f, "[{}]", join(items)),
            Node::Unary(name, operand) => write!(f, "({name} {operand})"),
            Node::Binary(name, left, right) => write!(f, "({left} {name} {right})"),
            Node::Call(name, arguments) => write!(f, "{name}({})", join(arguments)),
            Node::Any(list, None) => write!(f, "{list}/any()"),
            Node::Any(list, Some((slot, body))) => write!(f, "{list}/any(v{slot}: {body})"),
            Node::All(list, slot, body) => write!(f, "{list}/all(v{slot}: {body})"),
            Node::Filter(list, slot, body) => write!(f, "{list}/$filter(v{slot}: {body})"),
            Node::Count(list) => write!(f, "{list}/$count"),
            Node::Item(list) => write!(f, "{list}(…)"),
            Node::Case(pairs) => {
                let pairs: Vec<_> = pairs.iter().map(|(when, then)| format!("{when}: {then}")).collect();
                write!(f, "case({})", pairs.join(", "))
            }
            Node::Cast(operand, ty) => write!(f, "cast({operand}, {})", ty.name()),
            Node::IsOf(operand, ty) => write!(f, "isof({operand}, {})", ty.name()),
        }
    }
}
