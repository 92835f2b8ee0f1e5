//! For tests: expressions over articles as text, close to OData's. The real syntax is another crate's.
//!
//! Literals name their type: `1`, `1.5` (decimal), `1.5d`, `1.5f`, `'text'`, `date'…'`, `at'…'`, `time'…'`,
//! `duration'…'`, `guid'…'`, `binary'…'`, `Stock'…'`, `Condition'…'`.

use super::{Binary, Expr, Function, Rules, TypeError, Unary, Variable};
use crate::model::{Model, Primitive, Type, build};
use crate::testing::{ARTICLE, MODEL};
use crate::value::{Value, enum_number, number_from_text, primitive_from_text};

/// The expression that a text means over an article.
pub(crate) fn parse(text: &str) -> Result<Expr, TypeError> {
    parse_with(text, &Rules::default())
}

pub(crate) fn parse_with(text: &str, rules: &Rules) -> Result<Expr, TypeError> {
    let mut parser = Parser { tokens: tokens(text), at: 0, scope: Vec::new(), next: 0, rules: *rules };
    let expr = parser.expr(0)?;
    assert_eq!(parser.at, parser.tokens.len(), "{text}: {:?} is left", &parser.tokens[parser.at..]);
    Ok(expr)
}

/// A string keeps its first quote, so that it cannot be taken for a name.
fn tokens(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let start = at;
        let word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$');
        while at < letters.len() && word(letters[at]) {
            at += 1;
        }
        if letters.get(at) == Some(&'\'') {
            at += 1;
            while letters[at] != '\'' {
                at += 1;
            }
            at += 1;
            tokens.push(letters[start..at - 1].iter().collect());
        } else if at > start {
            tokens.push(letters[start..at].iter().collect());
        } else {
            at += 1;
            tokens.extend((letters[start] != ' ').then(|| letters[start].to_string()));
        }
    }
    tokens
}

struct Parser {
    tokens: Vec<String>,
    at: usize,
    scope: Vec<(String, Variable)>,
    next: u16,
    rules: Rules,
}

fn precedence(operator: Binary) -> u8 {
    match operator.name() {
        "or" => 1,
        "and" => 2,
        "eq" | "ne" => 3,
        "gt" | "ge" | "lt" | "le" => 4,
        "add" | "sub" => 5,
        "mul" | "div" | "divby" | "mod" => 6,
        _ => 8,
    }
}

impl Parser {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn take(&mut self) -> String {
        self.at += 1;
        self.tokens[self.at - 1].clone()
    }

    fn skip(&mut self, token: &str) -> bool {
        let found = self.peek() == token;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) {
        assert!(self.skip(token), "found {:?}, expected {token}", self.peek());
    }

    fn expr(&mut self, least: u8) -> Result<Expr, TypeError> {
        let mut left = match self.peek() {
            "not" => {
                self.take();
                Expr::unary(Unary::Not, self.expr(7)?)?
            }
            "-" => {
                self.take();
                Expr::unary(Unary::Negate, self.expr(7)?)?
            }
            _ => self.postfix()?,
        };
        while let Some(operator) = Binary::named(self.peek()).filter(|operator| precedence(*operator) > least) {
            self.take();
            if operator == Binary::In && self.skip("(") {
                left = Expr::is_in(left, self.list(")")?, &self.rules)?;
                continue;
            }
            let right = self.expr(precedence(operator))?;
            left = Expr::binary(operator, left, right, &self.rules)?;
        }
        Ok(left)
    }

    fn postfix(&mut self) -> Result<Expr, TypeError> {
        let mut expr = self.primary()?;
        while self.skip("/") {
            let name = self.take();
            expr = match name.as_str() {
                "$count" => Expr::count(expr)?,
                "any" | "all" | "$filter" => self.lambda(&name, expr)?,
                name => member(expr, name)?,
            };
        }
        Ok(expr)
    }

    fn lambda(&mut self, name: &str, list: Expr) -> Result<Expr, TypeError> {
        self.expect("(");
        if self.skip(")") {
            return Expr::any_item(list);
        }
        let variable = Variable::new(self.next, &list);
        self.next += 1;
        let called = self.take();
        self.expect(":");
        self.scope.push((called, variable));
        let body = self.expr(0)?;
        self.scope.pop();
        self.expect(")");
        match name {
            "any" => Expr::any(list, variable, body),
            "all" => Expr::all(list, variable, body),
            _ => Expr::filter(list, variable, body),
        }
    }

    fn list(&mut self, end: &str) -> Result<Vec<Expr>, TypeError> {
        let mut items = Vec::new();
        while !self.skip(end) {
            items.push(self.expr(0)?);
            self.skip(",");
        }
        Ok(items)
    }

    fn primary(&mut self) -> Result<Expr, TypeError> {
        let token = self.take();
        if token == "(" {
            let inner = self.expr(0);
            self.expect(")");
            return inner;
        }
        if token == "[" {
            return Expr::list(self.list("]")?, &self.rules);
        }
        if let Some((_, variable)) = self.scope.iter().rfind(|(name, _)| *name == token) {
            return Ok(Expr::variable(*variable));
        }
        match (token.as_str(), self.peek()) {
            ("case", "(") => self.case(),
            ("cast" | "isof", "(") => self.typed(&token),
            (name, "(") => {
                let function = Function::named(name).unwrap_or_else(|| panic!("no function {name}"));
                self.take();
                let arguments = self.list(")")?;
                Expr::call(function, arguments, &self.rules)
            }
            ("$it", _) => Ok(Expr::row(Type::Struct(&ARTICLE))),
            _ => literal(&token).map_or_else(|| member(Expr::row(Type::Struct(&ARTICLE)), &token), Ok),
        }
    }

    fn case(&mut self) -> Result<Expr, TypeError> {
        self.expect("(");
        let mut pairs = Vec::new();
        while !self.skip(")") {
            let when = self.expr(0)?;
            self.expect(":");
            pairs.push((when, self.expr(0)?));
            self.skip(",");
        }
        Expr::case(pairs, &self.rules)
    }

    fn typed(&mut self, name: &str) -> Result<Expr, TypeError> {
        self.expect("(");
        let operand = self.expr(0)?;
        self.expect(",");
        let ty = type_named(&MODEL, &self.take());
        self.expect(")");
        if name == "cast" { Expr::cast(operand, ty) } else { Expr::is_of(operand, ty) }
    }
}

fn type_named(model: &Model, name: &str) -> Type {
    let enumeration = model.enumeration(name).map(Type::Enum);
    let structure = model.structure(name).map(Type::Struct);
    enumeration.or(structure).unwrap_or_else(|| Type::Primitive(Primitive::named(name).unwrap()))
}

fn member(expr: Expr, name: &str) -> Result<Expr, TypeError> {
    let Some(Type::Struct(ty)) = expr.shape().ty() else { return expr.property(ARTICLE.find("Name").unwrap()) };
    match ty.find(name) {
        Some(found) => expr.property(found),
        None => expr.follow(ty.find_navigation(name).unwrap_or_else(|| panic!("no property {name}"))),
    }
}

fn literal(token: &str) -> Option<Expr> {
    if let Some((prefix, text)) = token.split_once('\'') {
        let of = |primitive| Expr::literal(primitive_from_text(primitive, text).unwrap(), Type::Primitive(primitive));
        return Some(match prefix {
            "" => of(Primitive::String),
            "date" => of(Primitive::Date),
            "at" => of(Primitive::DateTimeOffset),
            "time" => of(Primitive::TimeOfDay),
            "duration" => of(Primitive::Duration),
            "guid" => of(Primitive::Guid),
            "binary" => of(Primitive::Binary),
            _ => {
                let ty = MODEL.enumeration(prefix).unwrap();
                Expr::literal(Value::Enum(enum_number(ty, text).unwrap()), Type::Enum(ty))
            }
        });
    }
    let number =
        |text: &str, primitive| Some(Expr::literal(number_from_text(primitive, text)?, Type::Primitive(primitive)));
    match token {
        "null" => Some(Expr::null()),
        "true" | "false" => Some(Expr::literal(Value::Boolean(token == "true"), build::BOOLEAN)),
        "INF" | "NaN" => number(token, Primitive::Double),
        _ if !token.starts_with(|letter: char| letter.is_ascii_digit()) => None,
        _ => match (token.strip_suffix('d'), token.strip_suffix('f')) {
            (Some(text), _) => number(text, Primitive::Double),
            (_, Some(text)) => number(text, Primitive::Single),
            _ if token.contains('.') => number(token, Primitive::Decimal),
            _ => number(token, Primitive::Int64),
        },
    }
}
