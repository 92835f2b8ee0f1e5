//! What a binder does: names looked up, constructors called. The types are the constructors' business.

use super::{Kind, Node, Tree};
use crate::expr::{Binary, Expr, Function, Rules, TypeError, Unary, Variable};
use crate::model::{StructType, Type, build};
use crate::testing::{ADDRESS, ARTICLE, CONDITION, PLACE, STOCK};

/// The expression that a tree over articles means.
pub(super) fn bind(tree: &Tree) -> Expr {
    expr(tree, &mut Vec::new()).unwrap_or_else(|error| panic!("{tree}: {error}"))
}

pub(super) fn expr(tree: &Tree, scope: &mut Vec<Variable>) -> Result<Expr, TypeError> {
    let rules = Rules::default();
    Ok(match &tree.node {
        Node::Null => Expr::null(),
        Node::Literal(value) => Expr::literal(value.clone(), tree.kind.ty()),
        Node::Path(slot, names) => {
            let base = match slot {
                None => Expr::row(Type::Struct(&ARTICLE)),
                Some(slot) => Expr::variable(*scope.iter().rfind(|variable| variable.slot == *slot).unwrap()),
            };
            names.iter().try_fold(base, |expr, name| step(expr, name))?
        }
        Node::List(items) => Expr::list(all(items, scope)?, &rules)?,
        Node::Unary("not", operand) => Expr::unary(Unary::Not, expr(operand, scope)?)?,
        Node::Unary(_, operand) => Expr::unary(Unary::Negate, expr(operand, scope)?)?,
        Node::Binary("in", item, list) => match &list.node {
            Node::List(members) => Expr::is_in(expr(item, scope)?, all(members, scope)?, &rules)?,
            _ => Expr::binary(Binary::In, expr(item, scope)?, expr(list, scope)?, &rules)?,
        },
        Node::Binary(name, left, right) => {
            Expr::binary(Binary::named(name).unwrap(), expr(left, scope)?, expr(right, scope)?, &rules)?
        }
        Node::Call(name, arguments) => Expr::call(Function::named(name).unwrap(), all(arguments, scope)?, &rules)?,
        Node::Any(list, None) => Expr::any_item(expr(list, scope)?)?,
        Node::Any(list, Some((slot, body))) => {
            let (list, variable, body) = lambda(list, *slot, body, scope)?;
            Expr::any(list, variable, body)?
        }
        Node::All(list, slot, body) => {
            let (list, variable, body) = lambda(list, *slot, body, scope)?;
            Expr::all(list, variable, body)?
        }
        Node::Filter(list, slot, body) => {
            let (list, variable, body) = lambda(list, *slot, body, scope)?;
            Expr::filter(list, variable, body)?
        }
        Node::Count(list) => Expr::count(expr(list, scope)?)?,
        Node::Item(list) => Expr::item(expr(list, scope)?)?,
        Node::Case(pairs) => {
            let pair = |(when, then): &(Tree, Tree)| Ok((expr(when, scope)?, expr(then, scope)?));
            Expr::case(pairs.iter().map(pair).collect::<Result<_, TypeError>>()?, &rules)?
        }
        Node::Cast(operand, ty) => Expr::cast(expr(operand, scope)?, *ty)?,
        Node::IsOf(operand, ty) => Expr::is_of(expr(operand, scope)?, *ty)?,
    })
}

pub(super) fn step(expr: Expr, name: &str) -> Result<Expr, TypeError> {
    let ty: &'static StructType = expr.shape().ty().and_then(|ty| ty.structure()).unwrap();
    expr.property(ty.find(name).unwrap())
}

fn all(trees: &[Tree], scope: &mut Vec<Variable>) -> Result<Vec<Expr>, TypeError> {
    trees.iter().map(|tree| expr(tree, scope)).collect()
}

fn lambda(list: &Tree, slot: u16, body: &Tree, scope: &mut Vec<Variable>) -> Result<(Expr, Variable, Expr), TypeError> {
    let list = expr(list, scope)?;
    let variable = Variable::new(slot, &list);
    scope.push(variable);
    let body = expr(body, scope);
    scope.pop();
    Ok((list, variable, body?))
}

impl Kind {
    /// The model's type, of a list that of its items.
    pub(super) fn ty(self) -> Type {
        match self {
            Kind::Bool => build::BOOLEAN,
            Kind::Int | Kind::Ints => build::INT32,
            Kind::Dec => build::DECIMAL,
            Kind::Single => build::SINGLE,
            Kind::Double => build::DOUBLE,
            Kind::Text | Kind::Texts => build::STRING,
            Kind::Stock => Type::Enum(&STOCK),
            Kind::Condition | Kind::Conditions => Type::Enum(&CONDITION),
            Kind::Guid => build::GUID,
            Kind::Binary => build::BINARY,
            Kind::Instant => build::DATE_TIME,
            Kind::Day => build::DATE,
            Kind::Clock => build::TIME_OF_DAY,
            Kind::Span => build::DURATION,
            Kind::Address | Kind::Addresses => Type::Struct(&ADDRESS),
            Kind::Place => Type::Struct(&PLACE),
        }
    }

    pub(super) fn item(self) -> Kind {
        match self {
            Kind::Texts => Kind::Text,
            Kind::Ints => Kind::Int,
            Kind::Conditions => Kind::Condition,
            Kind::Addresses => Kind::Address,
            other => other,
        }
    }

    /// The lists whose items are of the kind, where rows have such.
    pub(super) fn list(self) -> Option<Kind> {
        match self {
            Kind::Text => Some(Kind::Texts),
            Kind::Int => Some(Kind::Ints),
            Kind::Condition => Some(Kind::Conditions),
            _ => None,
        }
    }

    /// Numbers by rank; `None` for other kinds.
    pub(super) fn rank(self) -> Option<u8> {
        match self {
            Kind::Int => Some(0),
            Kind::Dec => Some(1),
            Kind::Single => Some(2),
            Kind::Double => Some(3),
            _ => None,
        }
    }
}
