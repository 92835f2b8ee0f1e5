//! Objects beside `eq` and `ne`: `origin eq {"city":"Oslo"}`, mostly by way of an alias. A complex value equals one
//! whose members are equal, those that are not named being null or empty.

use edm::expr::{Binary, Comparison, Expr, Unary};
use edm::{StructType, Type};

use super::Binder;
use crate::problem::Problem;
use crate::syntax::tree::{self, ExprKind};

impl Binder<'_> {
    /// The equality of a complex value and an object; `None` if the operation is no such thing.
    pub(super) fn structural(
        &mut self,
        operator: tree::Binary,
        left: &tree::Expr,
        right: &tree::Expr,
    ) -> Result<Option<Expr>, Problem> {
        if !matches!(operator, tree::Binary::Eq | tree::Binary::Ne) {
            return Ok(None);
        }
        let (value, object) = match (self.is_object(left), self.is_object(right)) {
            (false, true) => (left, right),
            (true, false) => (right, left),
            _ => return Ok(None),
        };
        let value = self.expr(value)?;
        let equal = self.equal_object(value, object)?;
        match operator {
            tree::Binary::Ne => Expr::unary(Unary::Not, equal).map(Some).map_err(|error| self.ill_typed(&error)),
            _ => Ok(Some(equal)),
        }
    }

    fn is_object(&self, tree: &tree::Expr) -> bool {
        matches!(tree.kind, ExprKind::Object(_)) || self.aliased_object(tree).is_some()
    }

    fn equal_object(&mut self, value: Expr, object: &tree::Expr) -> Result<Expr, Problem> {
        self.copy(&value)?;
        match (&object.kind, self.aliased_object(object)) {
            (ExprKind::Object(members), _) => self.equal_members(&value, members),
            (_, Some(at)) => self.with_alias(at, |binder, object| binder.equal_object(value, object)),
            (_, None) => Err(self.not_offered("this object")),
        }
    }

    fn equal_members(&mut self, value: &Expr, members: &[(String, tree::Expr)]) -> Result<Expr, Problem> {
        let Some(Type::Struct(ty)) = value.shape().ty().filter(|_| !value.shape().is_list()) else {
            return Err(
                self.wrong(format!("found an object beside {}, expected a complex value", value.shape().name()))
            );
        };
        if let Some((name, _)) = members.iter().find(|(name, _)| !is_annotation(name) && ty.find(name).is_none()) {
            return Err(self.unknown(ty, name));
        }
        let mut equal = self.compare(Comparison::Ne, value.clone(), Expr::null())?;
        for (ordinal, property) in ty.all_properties() {
            let of_value = value.clone().property((ordinal, property)).map_err(|error| self.ill_typed(&error))?;
            let same = self.equal_member(ty, property.name, of_value, members)?;
            equal = self.binary(Binary::And, equal, same)?;
        }
        Ok(equal)
    }

    fn equal_member(
        &mut self,
        ty: &'static StructType,
        name: &str,
        value: Expr,
        members: &[(String, tree::Expr)],
    ) -> Result<Expr, Problem> {
        self.copy(&value)?;
        let mut named = members.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        match (named.next(), named.next()) {
            (_, Some((again, _))) => {
                Err(self.wrong(format!("found `{again}` twice in an object of type `{}`, expected it once", ty.name)))
            }
            (Some((_, object)), None) if self.is_object(object) => self.equal_object(value, object),
            (Some((_, member)), None) => {
                let member = self.expr(member)?;
                self.compare(Comparison::Eq, value, member)
            }
            (None, None) if value.shape().is_list() => {
                let none = Expr::list(Vec::new(), &self.rules).map_err(|error| self.ill_typed(&error))?;
                self.compare(Comparison::Eq, value, none)
            }
            (None, None) => self.compare(Comparison::Eq, value, Expr::null()),
        }
    }

    fn compare(&self, comparison: Comparison, left: Expr, right: Expr) -> Result<Expr, Problem> {
        self.binary(Binary::Compare(comparison), left, right)
    }
}

/// `@odata.type` and its kin say nothing of members.
fn is_annotation(name: &str) -> bool {
    name.contains('@')
}
