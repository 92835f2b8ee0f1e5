//! Literals to values. A string or number that stands for something else, such as a member of an enumeration, becomes
//! that where it meets an operand of the type.

use edm::model::build;
use edm::value::{enum_number, primitive_from_text};
use edm::{Primitive, Type, Value};

use edm::expr::Expr;

use super::Binder;
use crate::problem::Problem;
use crate::syntax::tree::{Literal, LiteralKind};

impl Binder<'_> {
    pub(super) fn literal(&self, literal: &Literal) -> Result<Expr, Problem> {
        let primitive = match literal.kind {
            LiteralKind::Null => return Ok(Expr::null()),
            LiteralKind::String | LiteralKind::Json => {
                return Ok(Expr::literal(Value::text(literal.text.as_str()), build::STRING));
            }
            LiteralKind::Enum => return self.member(literal),
            LiteralKind::Geography | LiteralKind::Geometry => {
                return Err(self.not_offered("a geography value in an expression"));
            }
            LiteralKind::Integer => integer(&literal.text),
            LiteralKind::Decimal if literal.text.contains(['e', 'E']) => Primitive::Double,
            LiteralKind::Decimal => Primitive::Decimal,
            LiteralKind::Special => Primitive::Double,
            LiteralKind::Boolean => Primitive::Boolean,
            LiteralKind::Guid => Primitive::Guid,
            LiteralKind::Date => Primitive::Date,
            LiteralKind::DateTimeOffset => Primitive::DateTimeOffset,
            LiteralKind::TimeOfDay => Primitive::TimeOfDay,
            LiteralKind::Duration => Primitive::Duration,
            LiteralKind::Binary => Primitive::Binary,
        };
        let text =
            if primitive == Primitive::Boolean { literal.text.to_ascii_lowercase() } else { literal.text.clone() };
        match primitive_from_text(primitive, &text) {
            Some(value) => Ok(Expr::literal(value, Type::Primitive(primitive))),
            None => {
                Err(self.wrong(format!("found `{}`, expected a value that `{}` holds", literal.text, primitive.name())))
            }
        }
    }

    /// `microsoft.graph.skillProficiencyLevel'expert'`
    fn member(&self, literal: &Literal) -> Result<Expr, Problem> {
        let named = literal.ty.as_ref().and_then(|name| self.model.enumeration(&name.text));
        let Some(ty) = named else {
            let name = literal.ty.as_ref().map_or("", |name| &name.text);
            return Err(self.wrong(format!("there is no enumeration `{name}`")));
        };
        match enum_number(ty, &literal.text) {
            Some(number) => Ok(Expr::literal(Value::Enum(number), Type::Enum(ty))),
            None => Err(self.wrong(format!("`{}` is no member of `{}`", literal.text, ty.name))),
        }
    }
}

/// Integers that 64 bits cannot hold are decimals.
fn integer(digits: &str) -> Primitive {
    if digits.parse::<i64>().is_ok() { Primitive::Int64 } else { Primitive::Decimal }
}
