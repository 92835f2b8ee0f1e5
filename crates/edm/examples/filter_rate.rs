//! What a filter costs over stored rows: `cargo run --release -p edm --example filter_rate`.
//!
//! A thousand rows of some 700 to 1,000 bytes, a filter of five operators one of some fifty nodes, a lambda, the best
//! of several rounds.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measuring tool: it prints and takes the time")]
#![expect(clippy::expect_used, reason = "a measuring tool stops when something is wrong")]

use std::hint::black_box;
use std::time::Instant;

use edm::eval::{Env, Stored};
use edm::expr::{Binary, Expr, Function, Rules, Unary, Variable};
use edm::testing::{ARTICLE, sample};
use edm::{DateTimeOffset, Type, Value};

const ROWS: u64 = 1_000;
const ROUNDS: u32 = 30;

fn main() {
    let rows: Vec<Vec<u8>> = (0..ROWS).map(row).collect();
    let bytes: usize = rows.iter().map(Vec::len).sum();
    println!("{} rows, {} bytes each on average", rows.len(), bytes / rows.len());
    for (name, filter) in
        [("one operator", one()), ("five operators", five()), ("many nodes", many()), ("lambda", lambda())]
    {
        let (nanos, kept) = best(&filter, &rows);
        println!("{name:>15}: {:>3} nodes, {nanos:>6} ns/row, {kept} kept", filter.nodes());
    }
}

/// A row much like an item of a profile.
fn row(seed: u64) -> Vec<u8> {
    let mut record = sample(&ARTICLE, seed);
    let text = |words: usize| Value::text(format!("article {seed} ").repeat(words));
    for (name, value) in [
        ("Name", text(2)),
        ("Description", text(4)),
        ("Price", Value::Double((seed % 100) as f64 + 0.5)),
        ("Route", Value::Null),
        ("Area", Value::Null),
        ("Position", Value::Null),
        ("Depots", Value::List(Vec::new())),
        ("Remark", Value::Null),
    ] {
        record.set(name, value);
    }
    record.to_members()
}

fn best(filter: &Expr, rows: &[Vec<u8>]) -> (u128, usize) {
    let now = DateTimeOffset::parse("2026-01-01T00:00:00Z").expect("a date");
    let round = || {
        let env = Env::new(now);
        let start = Instant::now();
        let kept = rows.iter().filter(|row| keeps(filter, row, &env)).count();
        (start.elapsed().as_nanos() / u128::from(ROWS), black_box(kept))
    };
    (0..ROUNDS).map(|_| round()).min().expect("some rounds")
}

fn keeps(filter: &Expr, members: &[u8], env: &Env) -> bool {
    filter.matches(&Stored::new(&ARTICLE, members), env).expect("an answer")
}

fn path(names: &[&str]) -> Expr {
    names.iter().fold(Expr::row(Type::Struct(&ARTICLE)), |expr, name| {
        let ty = expr.shape().ty().and_then(|ty| ty.structure()).expect("a structure");
        expr.property(ty.find(name).expect("a property")).expect("a path")
    })
}

fn text(text: &str) -> Expr {
    Expr::literal(Value::text(text), edm::model::build::STRING)
}

fn integer(number: i64) -> Expr {
    Expr::literal(Value::Integer(number), edm::model::build::INT32)
}

fn binary(operator: &str, left: Expr, right: Expr) -> Expr {
    let operator = Binary::named(operator).expect("an operator");
    Expr::binary(operator, left, right, &Rules::default()).expect("types that fit")
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    Expr::call(Function::named(name).expect("a function"), arguments, &Rules::default()).expect("types that fit")
}

fn one() -> Expr {
    binary("eq", path(&["Name"]), text("article 7 article 7 "))
}

/// `startswith(Name,'article') and Price ge 10 and Quantity ne 7 and (Condition eq 'New' or Kind eq 'Bundle')`
fn five() -> Expr {
    let starts = call("startswith", vec![path(&["Name"]), text("article")]);
    let price = binary("ge", path(&["Price"]), integer(10));
    let quantity = binary("ne", path(&["Quantity"]), integer(7));
    let either =
        binary("or", binary("eq", path(&["Condition"]), text("New")), binary("eq", path(&["Kind"]), text("Bundle")));
    binary("and", binary("and", binary("and", starts, price), quantity), either)
}

/// Every part false but the last, so that all are reckoned.
fn many() -> Expr {
    let contains = |name: &str, what: &str| call("contains", vec![call("tolower", vec![path(&[name])]), text(what)]);
    let year = binary("eq", call("year", vec![path(&["CreatedAt"])]), integer(-5));
    let sum =
        binary("lt", binary("add", binary("mul", path(&["Price"]), integer(3)), path(&["Quantity"])), integer(-99_999));
    let parts = [
        contains("Name", "zebra"),
        year,
        sum,
        binary("eq", path(&["Origin", "Place", "Latitude"]), integer(-1)),
        binary("gt", call("length", vec![path(&["Name"])]), integer(1_000)),
    ];
    let any = parts.into_iter().reduce(|left, right| binary("or", left, right)).expect("parts");
    let negated = Expr::unary(Unary::Not, binary("ge", path(&["Price"]), integer(-1))).expect("a condition");
    binary("or", binary("or", any, negated), binary("ne", path(&["Kind"]), text("neither")))
}

/// `Tags/any(t: startswith(t,'zebra'))`
fn lambda() -> Expr {
    let tags = path(&["Tags"]);
    let tag = Variable::new(0, &tags);
    Expr::any(tags, tag, call("startswith", vec![Expr::variable(tag), text("zebra")])).expect("a condition")
}
