//! What texts read as, and why others do not.

mod expr;
mod hostile;
mod options;
mod path;
mod pitfalls;
mod random;

use super::tree::{Expr, ExprKind, Path, Quantifier, Root, Step, Typed, Unary};
use super::{Error, Limits, Text};

/// Reads an expression to the letter of the grammar.
fn read(text: &str) -> Result<Expr, Error> {
    super::expression(&Text::plain(text), &Limits::STRICT)
}

/// The expression reads as that tree, or is refused with that message.
fn check(text: &str, expect: &str) {
    let found = match read(text) {
        Ok(expr) => tree(&expr),
        Err(error) => error.to_string(),
    };
    assert_eq!(found, expect, "{text}");
}

/// The compact form of a tree: operators in front, parentheses around every one.
fn tree(expr: &Expr) -> String {
    let all = |head: &str, items: &[Expr]| {
        let items: Vec<String> = items.iter().map(tree).collect();
        format!("({head} {})", items.join(" ")).replace(" )", ")")
    };
    match &expr.kind {
        ExprKind::Literal(literal) => literal.to_string(),
        ExprKind::Path(path) => path_tree(path),
        ExprKind::Call { function, arguments } => all(function.name(), arguments),
        ExprKind::Unary { operator: Unary::Not, operand } => format!("(not {})", tree(operand)),
        ExprKind::Unary { operator: Unary::Negate, operand } => format!("(- {})", tree(operand)),
        ExprKind::Binary { operator, left, right } => format!("({} {} {})", operator.name(), tree(left), tree(right)),
        ExprKind::Logical { operator, terms } => all(operator.name(), terms),
        ExprKind::List(items) => all("list", items),
        ExprKind::Array(items) => all("array", items),
        ExprKind::Case(branches) => {
            let branches = branches.iter().map(|(condition, value)| format!("({} {})", tree(condition), tree(value)));
            format!("(case {})", branches.collect::<Vec<_>>().join(" "))
        }
        ExprKind::Typed { operator, operand, ty } => {
            let name = if *operator == Typed::Cast { "cast" } else { "isof" };
            let operand = operand.as_ref().map(|operand| format!("{} ", tree(operand))).unwrap_or_default();
            format!("({name} {operand}{ty})")
        }
        ExprKind::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("({name} {})", tree(value)));
            format!("(object {})", members.collect::<Vec<_>>().join(" ")).replace(" )", ")")
        }
    }
}

fn path_tree(path: &Path) -> String {
    let root = match &path.root {
        Root::Implied => "",
        Root::It => "$it",
        Root::This => "$this",
        Root::Root => "$root",
        Root::These => "$these",
        Root::Alias(name) => &format!("@{name}"),
    };
    let mut out = root.to_owned();
    for step in &path.steps {
        if !out.is_empty() && !matches!(step, Step::Key(_)) {
            out.push('/');
        }
        out.push_str(&match step {
            Step::Filter(condition) => format!("(filter {})", tree(condition)),
            Step::Lambda { quantifier, body } => {
                let name = if *quantifier == Quantifier::Any { "any" } else { "all" };
                let body = body.as_ref().map(|(variable, condition)| format!(" {variable} {}", tree(condition)));
                format!("({name}{})", body.unwrap_or_default())
            }
            other => other.to_string(),
        });
    }
    out
}
