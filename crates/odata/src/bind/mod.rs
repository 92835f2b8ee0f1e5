//! Expressions bound: every name looked up in the model, every type checked. From what was said ([`crate::syntax`]) to
//! what is meant ([`edm::expr`]).
//!
//! Every "there is no such property" of an expression arises here. What an expression means is `edm::eval`'s.

mod literal;
mod path;
mod search;
#[cfg(test)]
mod tests;

use edm::eval::search::Search;
use edm::eval::{Sort, SortKey};
use edm::expr::{Arithmetic, Binary, Comparison, Expr, Function, Rules, TypeError, Unary};
use edm::{Model, StructType, Type};

use crate::problem::{Kind, Problem};
use crate::syntax::tree::{self, ExprKind};
use crate::syntax::{self, Limits, Text};

/// Binds the expressions of one request.
pub struct Binder<'a> {
    model: &'a Model,
    rules: Rules,
    limits: Limits,
    /// The query option that is being bound, for messages.
    option: &'static str,
    /// What names stand for, innermost last.
    scopes: Vec<Scope>,
    /// The number of the next lambda variable.
    slot: u16,
}

/// What names mean within an expression or the body of a lambda.
struct Scope {
    /// The name by which its instance is called; a scope without one is what unprefixed names belong to.
    variable: Option<String>,
    /// The instance.
    instance: Expr,
}

impl<'a> Binder<'a> {
    /// A binder for names of that model.
    pub fn new(model: &'a Model, rules: Rules) -> Self {
        Self { model, rules, limits: Limits::LENIENT, option: "$filter", scopes: Vec::new(), slot: 0 }
    }

    /// `$filter`: a condition over rows of that type.
    pub fn filter(&mut self, ty: &'static StructType, text: &str) -> Result<Expr, Problem> {
        self.option = "$filter";
        let tree = syntax::expression(&Text::plain(text), &self.limits).map_err(|error| self.syntax(error))?;
        let condition = self.over(ty, &tree)?;
        match condition.shape().ty() {
            Some(ty) if ty.name() != "Edm.Boolean" => {
                Err(self.wrong(format!("found a value of type `{}`, expected a condition", ty.name())))
            }
            _ if condition.shape().is_list() => Err(self.wrong("found a list, expected a condition")),
            _ => Ok(condition),
        }
    }

    /// `$orderby`: the keys of an order over rows of that type.
    pub fn order(&mut self, ty: &'static StructType, items: &[&str]) -> Result<Sort, Problem> {
        self.option = "$orderby";
        let keys = items.iter().map(|item| self.order_key(ty, item));
        Ok(Sort { keys: keys.collect::<Result<_, _>>()? })
    }

    fn order_key(&mut self, ty: &'static StructType, item: &str) -> Result<SortKey, Problem> {
        let (text, descending) = direction(item);
        let tree = syntax::expression(&Text::plain(text), &self.limits).map_err(|error| self.syntax(error))?;
        let expr = self.over(ty, &tree)?;
        let ordered = !expr.shape().is_list() && !matches!(expr.shape().ty(), Some(Type::Struct(_)));
        match ordered {
            true => Ok(SortKey { expr, descending }),
            false => Err(self.wrong(format!("found `{text}`, expected a single primitive value to order by"))),
        }
    }

    /// `$search`: words to look for.
    pub fn search(&mut self, text: &str) -> Result<Search, Problem> {
        self.option = "$search";
        let tree = syntax::search(&Text::plain(text), &self.limits).map_err(|error| self.syntax(error))?;
        Ok(search::bind(&tree))
    }

    /// Binds an expression over rows of a type.
    fn over(&mut self, ty: &'static StructType, tree: &tree::Expr) -> Result<Expr, Problem> {
        self.scopes = vec![Scope { variable: None, instance: Expr::row(Type::Struct(ty)) }];
        self.slot = 0;
        self.expr(tree)
    }

    fn expr(&mut self, tree: &tree::Expr) -> Result<Expr, Problem> {
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
            ExprKind::Binary { operator, left, right } => {
                if let (tree::Binary::In, ExprKind::List(items)) = (operator, &right.kind) {
                    let (item, items) = (self.expr(left)?, self.all(items)?);
                    return Expr::is_in(item, items, &self.rules).map_err(|error| self.ill_typed(&error));
                }
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                self.binary(binary(*operator), left, right)
            }
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
            ExprKind::Object(_) => Err(self.not_offered("an object in an expression")),
        }
    }

    fn all(&mut self, trees: &[tree::Expr]) -> Result<Vec<Expr>, Problem> {
        trees.iter().map(|tree| self.expr(tree)).collect()
    }

    fn call(&mut self, name: &str, arguments: &[tree::Expr]) -> Result<Expr, Problem> {
        let arguments = self.all(arguments)?;
        match Function::named(name) {
            Some(function) => Expr::call(function, arguments, &self.rules).map_err(|error| self.ill_typed(&error)),
            None => Err(self.not_offered(&format!("the function `{name}`"))),
        }
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

    /// The instance that unprefixed names belong to.
    fn current(&self) -> Result<Expr, Problem> {
        let scope = self.scopes.iter().rev().find(|scope| scope.variable.is_none());
        scope.map(|scope| scope.instance.clone()).ok_or_else(|| self.wrong("found no instance here"))
    }

    fn ty(&self, name: &tree::Name) -> Result<Type, Problem> {
        let found = edm::Primitive::named(&name.text).filter(|_| name.text.starts_with("Edm.")).map(Type::Primitive);
        let found = found.or_else(|| self.model.enumeration(&name.text).map(Type::Enum));
        let found = found.or_else(|| self.model.structure(&name.text).map(Type::Struct));
        let found = found.or_else(|| self.model.definition(&name.text).map(Type::Definition));
        found.ok_or_else(|| self.wrong(format!("there is no type `{}`", name.text)))
    }

    fn syntax(&self, error: syntax::Error) -> Problem {
        Problem::from(error.within(format!("`{}`", self.option)))
    }

    fn wrong(&self, message: impl Into<String>) -> Problem {
        Problem::new(Kind::BadQuery, message).at(self.option)
    }

    fn ill_typed(&self, error: &TypeError) -> Problem {
        match error {
            TypeError::Unsupported(_) => Problem::new(Kind::NotSupported, error.to_string()).at(self.option),
            _ => self.wrong(error.to_string()),
        }
    }

    fn not_offered(&self, what: &str) -> Problem {
        Problem::new(Kind::NotSupported, format!("{what} is not supported yet")).at(self.option)
    }
}

/// `name desc`: what is ordered by, and whether the greatest comes first.
fn direction(item: &str) -> (&str, bool) {
    let split = item.rsplit_once([' ', '\t']).map(|(text, word)| (text.trim_end(), word));
    match split {
        Some((text, word)) if word.eq_ignore_ascii_case("desc") => (text, true),
        Some((text, word)) if word.eq_ignore_ascii_case("asc") => (text, false),
        _ => (item, false),
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
