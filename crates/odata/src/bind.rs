//! Expressions bound: every name looked up in the model, every type checked. From what was said ([`crate::syntax`]) to
//! what is meant ([`edm::expr`]).
//!
//! Every "there is no such property" of an expression arises here. What an expression means is `edm::eval`'s. A binder
//! serves one request: it knows the parameter aliases, and what names stand for on the level that is being bound.

mod alias;
mod apply;
mod literal;
mod object;
mod option;
mod outside;
mod path;
mod scope;
mod search;
#[cfg(test)]
mod tests;

use edm::Model;
use edm::Type;
use edm::expr::{Arithmetic, Binary, Comparison, Expr, Function, Rules, TypeError, Unary};

use crate::address::Address;
use crate::problem::{Kind, Problem};
use crate::syntax::tree::{self, ExprKind};
use crate::syntax::{Limit, Limits, beyond};

pub use option::Computed;
pub use scope::Level;
use scope::Scope;
pub(crate) use search::bind as search;

/// Binds the expressions of one request.
pub struct Binder<'a> {
    model: &'static Model,
    rules: Rules,
    limits: Limits,
    /// The query option that is being bound, for messages.
    option: &'static str,
    /// What names stand for, innermost last.
    scopes: Vec<Scope>,
    /// `$it`: the row of the request, where it can be had.
    it: Option<Expr>,
    /// The number of the next lambda variable.
    slot: u16,
    aliases: alias::Aliases<'a>,
    /// How many expressions within each other are being bound.
    depth: usize,
    /// Nodes that came from aliases and computed properties: each use makes a copy.
    copied: usize,
    /// What has to be found elsewhere, by the slot in which expressions expect it.
    elsewhere: Vec<Address>,
    /// Will it be looked for?
    reads_elsewhere: bool,
    /// What `$apply` made of the rows of the level.
    applied: Option<apply::Applied>,
}

impl<'a> Binder<'a> {
    /// A binder for names of that model.
    pub fn new(model: &'static Model, rules: Rules, limits: Limits) -> Self {
        Self {
            model,
            rules,
            limits,
            option: "$filter",
            scopes: Vec::new(),
            it: None,
            slot: 0,
            aliases: alias::Aliases::default(),
            depth: 0,
            copied: 0,
            elsewhere: Vec::new(),
            reads_elsewhere: false,
            applied: None,
        }
    }

    /// Lets expressions speak of what is elsewhere in the service: [`Binder::finish`] says what has to be found.
    #[must_use]
    pub fn reading_elsewhere(self) -> Self {
        Self { reads_elsewhere: true, ..self }
    }

    /// What has to be found elsewhere before anything that was bound is evaluated, by slot.
    pub fn finish(self) -> Vec<Address> {
        self.elsewhere
    }

    /// The model that names are looked up in.
    pub fn model(&self) -> &'static Model {
        self.model
    }

    /// What may be asked for.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What is bound from now on stands in that option: messages name it.
    pub fn within(&mut self, option: &'static str) {
        self.option = option;
    }

    /// Binds an expression of the current level.
    pub fn expr(&mut self, tree: &tree::Expr) -> Result<Expr, Problem> {
        self.depth += 1;
        let bound = match self.depth > self.limits.depth {
            true => Err(self.too_many("levels of nesting", Limit::Depth)),
            false => self.kind(tree),
        };
        self.depth -= 1;
        bound
    }

    fn kind(&mut self, tree: &tree::Expr) -> Result<Expr, Problem> {
        match &tree.kind {
            ExprKind::Literal(literal) => self.literal(literal),
            ExprKind::Path(path) => self.path(path),
            ExprKind::Call { function, arguments } => self.call(function.name(), arguments),
            ExprKind::Unary { operator, operand } => {
                let operator = match operator {
                    tree::Unary::Negate => Unary::Negate,
                    tree::Unary::Not => Unary::Not,
                };
                let operand = self.expr(operand)?;
                Expr::unary(operator, operand).map_err(|error| self.ill_typed(&error))
            }
            ExprKind::Binary { operator, left, right } => self.operation(*operator, left, right),
            ExprKind::Logical { operator, terms } => self.logical(*operator, terms),
            ExprKind::List(items) | ExprKind::Array(items) => {
                let items = self.all(items)?;
                Expr::list(items, &self.rules).map_err(|error| self.ill_typed(&error))
            }
            ExprKind::Case(pairs) => {
                let pairs = pairs.iter().map(|(condition, value)| Ok((self.expr(condition)?, self.expr(value)?)));
                let pairs = pairs.collect::<Result<Vec<_>, Problem>>()?;
                Expr::case(pairs, &self.rules).map_err(|error| self.ill_typed(&error))
            }
            ExprKind::Typed { operator, operand, ty } => self.typed(*operator, operand.as_deref(), ty),
            ExprKind::Object(_) => Err(self.not_offered("an object other than beside `eq` and `ne`")),
        }
    }

    fn all(&mut self, trees: &[tree::Expr]) -> Result<Vec<Expr>, Problem> {
        trees.iter().map(|tree| self.expr(tree)).collect()
    }

    fn call(&mut self, name: &str, arguments: &[tree::Expr]) -> Result<Expr, Problem> {
        // What is not offered is said before anything else about it.
        let Some(function) = Function::named(name) else {
            return Err(self.not_offered(&format!("the function `{name}`")));
        };
        let arguments = self.all(arguments)?;
        Expr::call(function, arguments, &self.rules).map_err(|error| self.ill_typed(&error))
    }

    fn operation(&mut self, operator: tree::Binary, left: &tree::Expr, right: &tree::Expr) -> Result<Expr, Problem> {
        if operator == tree::Binary::In
            && let ExprKind::List(items) = &right.kind
        {
            let (item, items) = (self.expr(left)?, self.all(items)?);
            return Expr::is_in(item, items, &self.rules).map_err(|error| self.ill_typed(&error));
        }
        if let Some(equality) = self.structural(operator, left, right)? {
            return Ok(equality);
        }
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        self.binary(binary(operator), left, right)
    }

    fn logical(&mut self, operator: tree::Logical, terms: &[tree::Expr]) -> Result<Expr, Problem> {
        let operator = match operator {
            tree::Logical::And => Binary::And,
            tree::Logical::Or => Binary::Or,
        };
        let mut terms = self.all(terms)?.into_iter();
        let first = terms.next().unwrap_or_else(Expr::null);
        terms.try_fold(first, |left, right| self.binary(operator, left, right))
    }

    fn binary(&self, operator: Binary, left: Expr, right: Expr) -> Result<Expr, Problem> {
        Expr::binary(operator, left, right, &self.rules).map_err(|error| self.ill_typed(&error))
    }

    fn typed(
        &mut self,
        operator: tree::Typed,
        operand: Option<&tree::Expr>,
        ty: &tree::TypeName,
    ) -> Result<Expr, Problem> {
        let operand = match operand {
            Some(operand) => self.expr(operand)?,
            None => self.current()?,
        };
        if ty.collection {
            return Err(self.not_offered("a type of collections in `cast` and `isof`"));
        }
        let ty = self.ty(&ty.name)?;
        let typed = match operator {
            tree::Typed::Cast => Expr::cast(operand, ty),
            tree::Typed::IsOf => Expr::is_of(operand, ty),
        };
        typed.map_err(|error| self.ill_typed(&error))
    }

    pub(crate) fn ty(&self, name: &tree::Name) -> Result<Type, Problem> {
        let found = edm::Primitive::named(&name.text).filter(|_| name.text.starts_with("Edm.")).map(Type::Primitive);
        let found = found.or_else(|| self.model.enumeration(&name.text).map(Type::Enum));
        let found = found.or_else(|| self.model.structure(&name.text).map(Type::Struct));
        let found = found.or_else(|| self.model.definition(&name.text).map(Type::Definition));
        found.ok_or_else(|| self.wrong(format!("there is no type `{}`", name.text)))
    }

    pub(crate) fn too_many(&self, what: &str, limit: Limit) -> Problem {
        let message = beyond(limit.setting(), self.limits.most(limit), what);
        self.wrong(format!("{message}, in `{}`", self.option))
    }

    pub(crate) fn wrong(&self, message: impl Into<String>) -> Problem {
        Problem::new(Kind::BadQuery, message).at(self.option)
    }

    pub(crate) fn ill_typed(&self, error: &TypeError) -> Problem {
        match error {
            TypeError::Unsupported(_) => Problem::new(Kind::NotSupported, error.to_string()).at(self.option),
            _ => self.wrong(error.to_string()),
        }
    }

    pub(crate) fn not_offered(&self, what: &str) -> Problem {
        Problem::new(Kind::NotSupported, format!("{what} is not supported yet")).at(self.option)
    }
}

fn binary(operator: tree::Binary) -> Binary {
    match operator {
        tree::Binary::Eq => Binary::Compare(Comparison::Eq),
        tree::Binary::Ne => Binary::Compare(Comparison::Ne),
        tree::Binary::Gt => Binary::Compare(Comparison::Gt),
        tree::Binary::Ge => Binary::Compare(Comparison::Ge),
        tree::Binary::Lt => Binary::Compare(Comparison::Lt),
        tree::Binary::Le => Binary::Compare(Comparison::Le),
        tree::Binary::Add => Binary::Arithmetic(Arithmetic::Add),
        tree::Binary::Sub => Binary::Arithmetic(Arithmetic::Sub),
        tree::Binary::Mul => Binary::Arithmetic(Arithmetic::Mul),
        tree::Binary::Div => Binary::Arithmetic(Arithmetic::Div),
        tree::Binary::DivBy => Binary::Arithmetic(Arithmetic::DivBy),
        tree::Binary::Mod => Binary::Arithmetic(Arithmetic::Mod),
        tree::Binary::Has => Binary::Has,
        tree::Binary::In => Binary::In,
    }
}
