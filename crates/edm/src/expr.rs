//! Expressions after binding: every name is resolved, every type known, every operand promoted. What they mean is
//! [`crate::eval`]'s.
//!
//! There is no way to make an ill-typed tree: the constructors check and promote, and say what they found and expected.
//! A binder only resolves names and calls them. Parameter aliases and computed properties are inlined by cloning.

mod coerce;
mod error;
mod functions;
mod lambda;
#[cfg(test)]
pub(crate) mod notation;
mod operators;
mod pattern;
mod reach;
mod shape;
#[cfg(test)]
mod tests;
mod types;

use crate::model::{Navigation, Property, StructType, Type};
use crate::value::Value;

pub use error::TypeError;
pub use functions::Function;
pub use operators::{Arithmetic, Binary, Comparison, Unary};
pub use pattern::Pattern;
pub use reach::{Origin, Reach};
pub use shape::Shape;

pub(crate) use coerce::{decimal_to_f32, decimal_to_f64};
pub(crate) use lambda::Lambda;
pub(crate) use shape::{Class, Rank};

use crate::eval::search::Search;

/// Deepest nesting of an expression. The evaluator recurses, and must not exhaust a thread's stack.
pub const MAX_DEPTH: u16 = 128;

/// Choices that services make differently about which operands go together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// A date literal may be compared with an instant: it stands for midnight in UTC. OData refuses, Graph does not.
    pub dates_as_instants: bool,
}

/// A bound expression.
#[derive(Debug, Clone)]
pub struct Expr {
    pub(crate) node: Node,
    shape: Shape,
    size: Size,
}

/// How much there is of an expression.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    nodes: u32,
    // INVARIANT: at most MAX_DEPTH.
    depth: u16,
    /// One more than the highest variable that a lambda in it binds.
    slots: u16,
}

/// What kind of node it is.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Literal(Value),
    /// Properties one below the other; none means the base itself.
    Path(Base, Vec<Step>),
    /// A slot of a row that `$apply` made.
    Column(usize),
    /// What was found elsewhere in the service beforehand.
    Outside(usize),
    Follow(Box<Expr>, &'static Navigation),
    List(Vec<Expr>),
    /// Two or more, so that a long chain is not deep.
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Compare(Comparison, Box<[Expr; 2]>),
    In(Box<[Expr; 2]>),
    Has(Box<[Expr; 2]>),
    Arithmetic(Arithmetic, Box<[Expr; 2]>),
    Call(Function, Vec<Expr>),
    Matches(Box<Expr>, Pattern),
    Any(Box<Lambda>),
    All(Box<Lambda>),
    Filter(Box<Lambda>),
    Search(Box<Expr>, Search),
    Count(Box<Expr>),
    /// The only item of a list, or null.
    Item(Box<Expr>),
    Case(Vec<(Expr, Expr)>),
    Cast(Box<Expr>, Type),
    IsOf(Box<Expr>, Type),
    Promote(Rank, Box<Expr>),
}

/// Where a path begins.
#[derive(Debug, Clone)]
pub(crate) enum Base {
    /// `$it`
    Row,
    /// `$it` within nested options: the row of the request.
    Outermost,
    /// What the lambda of that slot is at.
    Variable(u16),
    /// A value come by otherwise.
    Expr(Box<Expr>),
}

/// One property of a path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) ordinal: usize,
    pub(crate) property: &'static Property,
}

/// A name for what a lambda (or `$count($filter=…)`, as `$this`) is at. The binder numbers them; an
/// inner one hides the one around it of the same number.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    pub(crate) slot: u16,
    shape: Shape,
}

impl Variable {
    /// A variable for the items of a list.
    pub fn new(slot: u16, list: &Expr) -> Self {
        Self { slot, shape: list.shape.item() }
    }
}

impl Expr {
    /// A literal of that type; a list of them when the value is one.
    pub fn literal(value: Value, ty: Type) -> Self {
        let shape = match value {
            Value::Null => Shape::Null,
            Value::List(_) => Shape::Many(ty),
            _ => Shape::One(ty),
        };
        Self::leaf(Node::Literal(value), shape)
    }

    /// The literal null.
    pub fn null() -> Self {
        Self::leaf(Node::Literal(Value::Null), Shape::Null)
    }

    /// `$it`: the row itself, of the type that the resource path names.
    pub fn row(ty: Type) -> Self {
        Self::leaf(Node::Path(Base::Row, Vec::new()), Shape::One(ty))
    }

    /// `$it` within nested options: the row of the request, of that type, which the rows in question are a part of.
    pub fn outermost(ty: Type) -> Self {
        Self::leaf(Node::Path(Base::Outermost, Vec::new()), Shape::One(ty))
    }

    /// `$root/…`: an entity or collection elsewhere in the service, found beforehand: see
    /// [`Row::outside`](crate::eval::Row::outside).
    pub fn outside(slot: usize, ty: Type, collection: bool) -> Self {
        Self::leaf(Node::Outside(slot), Shape::of(ty, collection))
    }

    /// What a row that [`crate::apply`] made holds in a slot beside the properties of its type.
    pub fn column(slot: usize, shape: Shape) -> Self {
        Self::leaf(Node::Column(slot), shape)
    }

    /// What a lambda is at.
    pub fn variable(variable: Variable) -> Self {
        Self::leaf(Node::Path(Base::Variable(variable.slot), Vec::new()), variable.shape)
    }

    /// A property of a structured value: what [`StructType::find`] gave.
    pub fn property(self, (ordinal, property): (usize, &'static Property)) -> Result<Self, TypeError> {
        self.structure("/")?;
        let shape = Shape::of(property.ty, property.collection);
        let step = Step { ordinal, property };
        match self.node {
            Node::Path(base, mut steps) => {
                steps.push(step);
                let size = Size { nodes: self.size.nodes.saturating_add(1), ..self.size };
                Ok(Self { node: Node::Path(base, steps), shape, size })
            }
            _ => {
                let size = Size::above([&self])?;
                Ok(Self { node: Node::Path(Base::Expr(Box::new(self)), vec![step]), shape, size })
            }
        }
    }

    /// The entity or entities that a navigation property leads to.
    pub fn follow(self, navigation: &'static Navigation) -> Result<Self, TypeError> {
        self.structure("/")?;
        let shape = Shape::of(Type::Struct(navigation.target), navigation.collection);
        let size = Size::above([&self])?;
        Ok(Self { node: Node::Follow(Box::new(self), navigation), shape, size })
    }

    /// A list written item by item.
    pub fn list(items: Vec<Expr>, rules: &Rules) -> Result<Self, TypeError> {
        let (items, shape) = coerce::unite("[]", items, rules)?;
        let shape = shape.ty().map_or(Shape::Nulls, Shape::Many);
        let size = Size::above(&items)?;
        Ok(Self { node: list_node(items), shape, size })
    }

    /// What it yields.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How many nodes it has, for limits.
    pub fn nodes(&self) -> u32 {
        self.size.nodes
    }

    /// The value, if it is a literal.
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.node {
            Node::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// The properties along the way, if it is a plain path from the row.
    pub fn as_path(&self) -> Option<impl Iterator<Item = &'static Property>> {
        match &self.node {
            Node::Path(Base::Row, steps) => Some(steps.iter().map(|step| step.property)),
            _ => None,
        }
    }

    /// Does it begin at an entity that `$apply` put into a column? What that is related to is not at hand.
    pub fn is_joined(&self) -> bool {
        match &self.node {
            Node::Column(_) => true,
            Node::Cast(from, _) | Node::Path(Base::Expr(from), _) => from.is_joined(),
            _ => false,
        }
    }

    pub(crate) fn slots(&self) -> u16 {
        self.size.slots
    }

    fn leaf(node: Node, shape: Shape) -> Self {
        Self { node, shape, size: Size { nodes: 1, depth: 1, slots: 0 } }
    }

    /// The type whose members may be named after it.
    fn structure(&self, name: &'static str) -> Result<&'static StructType, TypeError> {
        match self.shape {
            Shape::One(Type::Struct(ty)) => Ok(ty),
            other => Err(TypeError::operands(name, &[other], "a single value with properties before it")),
        }
    }
}

/// A list of nothing but literals is one itself.
fn list_node(items: Vec<Expr>) -> Node {
    let literals: Option<Vec<Value>> = items.iter().map(|item| item.as_literal().cloned()).collect();
    literals.map_or(Node::List(items), |values| Node::Literal(Value::List(values)))
}

impl Size {
    fn above<'a>(children: impl IntoIterator<Item = &'a Expr>) -> Result<Self, TypeError> {
        let mut size = Size { nodes: 1, depth: 0, slots: 0 };
        for child in children {
            size.nodes = size.nodes.saturating_add(child.size.nodes);
            size.depth = size.depth.max(child.size.depth);
            size.slots = size.slots.max(child.size.slots);
        }
        if size.depth >= MAX_DEPTH {
            return Err(TypeError::TooDeep);
        }
        size.depth += 1;
        Ok(size)
    }
}
