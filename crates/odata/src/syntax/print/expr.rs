//! Expressions to text.

use std::fmt::{self, Display, Formatter};

use edm::json::write_string;

use super::{joined, parenthesised};
use crate::syntax::function::{Infix, UNARY};
use crate::syntax::tree::{
    Argument, Arguments, Binary, Expr, ExprKind, Literal, LiteralKind, Name, Path, Quantifier, Root, Step, TypeName,
    Typed, Unary,
};

/// What binds tighter than every operator.
const PRIMARY: u8 = UNARY + 2;

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write(f, self, 0)
    }
}

/// Writes an expression that has to bind at least that tightly.
fn write(f: &mut Formatter<'_>, expr: &Expr, least: u8) -> fmt::Result {
    let open = power(expr) < least;
    if open {
        f.write_str("(")?;
    }
    match &expr.kind {
        ExprKind::Literal(literal) => literal.fmt(f)?,
        ExprKind::Path(path) => path.fmt(f)?,
        ExprKind::Call { function, arguments } => {
            write!(f, "{}(", function.name())?;
            joined(f, arguments, ",")?;
            f.write_str(")")?;
        }
        ExprKind::Unary { operator, operand } => unary(f, *operator, operand)?,
        ExprKind::Binary { operator, left, right } => binary(f, *operator, left, right)?,
        ExprKind::Logical { operator, terms } => {
            let (name, power) = Infix::Logical(*operator).entry();
            for (position, term) in terms.iter().enumerate() {
                if position > 0 {
                    write!(f, " {name} ")?;
                }
                write(f, term, power + 1)?;
            }
        }
        ExprKind::List(items) => {
            f.write_str("(")?;
            joined(f, items, ",")?;
            f.write_str(")")?;
        }
        ExprKind::Case(branches) => case(f, branches)?,
        ExprKind::Typed { operator, operand, ty } => typed(f, *operator, operand.as_deref(), ty)?,
        ExprKind::Array(items) => {
            f.write_str("[")?;
            joined(f, items, ",")?;
            f.write_str("]")?;
        }
        ExprKind::Object(members) => object(f, members)?,
    }
    if open { f.write_str(")") } else { Ok(()) }
}

fn power(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Unary { .. } => UNARY,
        ExprKind::Binary { operator, .. } => Infix::Binary(*operator).entry().1,
        ExprKind::Logical { operator, .. } => Infix::Logical(*operator).entry().1,
        _ => PRIMARY,
    }
}

fn unary(f: &mut Formatter<'_>, operator: Unary, operand: &Expr) -> fmt::Result {
    f.write_str(match (operator, &leftmost(operand).kind) {
        (Unary::Not, _) => "not ",
        // Next to a number the sign would be the number's.
        (Unary::Negate, ExprKind::Literal(_)) => "- ",
        (Unary::Negate, _) => "-",
    })?;
    write(f, operand, UNARY + 1)
}

/// What an expression begins with.
fn leftmost(mut expr: &Expr) -> &Expr {
    while let ExprKind::Binary { left, .. } = &expr.kind {
        expr = left;
    }
    expr
}

fn binary(f: &mut Formatter<'_>, operator: Binary, left: &Expr, right: &Expr) -> fmt::Result {
    let (name, power) = Infix::Binary(operator).entry();
    write(f, left, power)?;
    write!(f, " {name} ")?;
    write(f, right, power + 1)
}

fn case(f: &mut Formatter<'_>, branches: &[(Expr, Expr)]) -> fmt::Result {
    f.write_str("case(")?;
    for (position, (condition, value)) in branches.iter().enumerate() {
        let comma = if position > 0 { "," } else { "" };
        // Without blanks, two numbers with a colon between would be a time.
        write!(f, "{comma}{condition} : {value}")?;
    }
    f.write_str(")")
}

fn typed(f: &mut Formatter<'_>, operator: Typed, operand: Option<&Expr>, ty: &TypeName) -> fmt::Result {
    f.write_str(match operator {
        Typed::IsOf => "isof(",
        Typed::Cast => "cast(",
    })?;
    if let Some(operand) = operand {
        write!(f, "{operand},")?;
    }
    write!(f, "{ty})")
}

fn object(f: &mut Formatter<'_>, members: &[(String, Expr)]) -> fmt::Result {
    f.write_str("{")?;
    for (position, (name, value)) in members.iter().enumerate() {
        let comma = if position > 0 { "," } else { "" };
        write!(f, "{comma}{}:{value}", json(name))?;
    }
    f.write_str("}")
}

fn json(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    write_string(&mut out, text);
    String::from_utf8(out).unwrap_or_default()
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Display for TypeName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.collection {
            true => write!(f, "Collection({})", self.name),
            false => self.name.fmt(f),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let prefix = match self.kind {
            LiteralKind::Json => return f.write_str(&json(&self.text)),
            LiteralKind::String => "",
            LiteralKind::Duration => "duration",
            LiteralKind::Binary => "binary",
            LiteralKind::Geography => "geography",
            LiteralKind::Geometry => "geometry",
            LiteralKind::Enum => self.ty.as_ref().map_or("", |ty| &ty.text),
            _ => return f.write_str(&self.text),
        };
        write!(f, "{prefix}'{}'", self.text.replace('\'', "''"))
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.root {
            Root::Implied => {}
            Root::It => f.write_str("$it")?,
            Root::This => f.write_str("$this")?,
            Root::Root => f.write_str("$root")?,
            Root::These => f.write_str("$these")?,
            Root::Alias(name) => write!(f, "@{name}")?,
        }
        for (position, step) in self.steps.iter().enumerate() {
            let first = position == 0 && self.root == Root::Implied;
            if !first && !matches!(step, Step::Key(_)) {
                f.write_str("/")?;
            }
            step.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Step::Name { name, arguments: None } | Step::Segment(name) => name.fmt(f),
            Step::Name { name, arguments: Some(arguments) } => write!(f, "{name}{arguments}"),
            Step::Key(arguments) => arguments.fmt(f),
            Step::Annotation { term, qualifier: None } => write!(f, "@{term}"),
            Step::Annotation { term, qualifier: Some(qualifier) } => write!(f, "@{term}#{qualifier}"),
            Step::Count(options) => {
                f.write_str("$count")?;
                parenthesised(f, options, ";")
            }
            Step::Filter(condition) => write!(f, "$filter({condition})"),
            Step::Lambda { quantifier, body } => {
                f.write_str(match quantifier {
                    Quantifier::Any => "any(",
                    Quantifier::All => "all(",
                })?;
                if let Some((variable, condition)) = body {
                    write!(f, "{variable}:{condition}")?;
                }
                f.write_str(")")
            }
        }
    }
}

impl Display for Arguments {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        joined(f, &self.items, ",")?;
        f.write_str(")")
    }
}

impl Display for Argument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}={}", self.value),
            None => self.value.fmt(f),
        }
    }
}
