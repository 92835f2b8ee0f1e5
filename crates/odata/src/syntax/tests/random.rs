//! Properties of random texts and trees: nothing panics, and what is printed reads as what was printed.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::strategy::BoxedStrategy;
use proptest::{option, prop_assert_eq, sample};

use crate::syntax::context;
use crate::syntax::function::FUNCTIONS;
use crate::syntax::tree::{
    Argument, Arguments, Binary, Choice, ChoiceKind, Computed, ExpandItem, ExpandTail, Expr, ExprKind, Literal,
    LiteralKind, Logical, Name, OrderItem, Path, Quantifier, Root, Search, SelectItem, Step, TypeName, Typed, Unary,
};
use crate::syntax::{Limits, Span, Text, expression, literal, options, path, prefer, search, url};

/// Trees larger than those that a request may ask for are read too.
const LIMITS: Limits = Limits {
    length: 1 << 20,
    nodes: 1 << 20,
    depth: 200,
    lambdas: 200,
    items: 1 << 16,
    expands: 200,
    lenient: false,
    ..Limits::STRICT
};

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn name(text: &str) -> Name {
    Name { text: text.to_owned(), span: Span::default() }
}

fn identifiers() -> impl Strategy<Value = Name> + Clone {
    sample::select(vec!["a", "b", "Name", "eq", "asc", "été", "_x1", "nullable", "notes", "contains", "INFO"])
        .prop_map(name)
}

fn names() -> impl Strategy<Value = Name> + Clone {
    prop_oneof![identifiers(), sample::select(vec!["N.a", "microsoft.graph.user", "Sales.x"]).prop_map(name)]
}

fn literals() -> impl Strategy<Value = Expr> {
    use LiteralKind as Kind;
    let fixed = sample::select(vec![
        (Kind::Null, "null"),
        (Kind::Boolean, "true"),
        (Kind::Integer, "42"),
        (Kind::Integer, "-7"),
        (Kind::Decimal, "3.14e-2"),
        (Kind::Special, "-INF"),
        (Kind::Special, "NaN"),
        (Kind::Guid, "a1234567-89ab-cdef-0123-456789abcdef"),
        (Kind::Date, "-2019-05-17"),
        (Kind::DateTimeOffset, "2019-05-17T13:52:01.5+01:00"),
        (Kind::TimeOfDay, "11:22"),
        (Kind::Duration, "-P1DT2H"),
        (Kind::Binary, "T0RhdGE"),
        (Kind::Geography, "SRID=0;Point(1 2)"),
    ])
    .prop_map(|(kind, text)| (kind, text.to_owned(), None));
    let strings = "[^\\p{Cc}]{0,12}".prop_map(|text| (Kind::String, text, None));
    let members = Just((Kind::Enum, "Purple,-4".to_owned(), Some(name("Store.Colours"))));
    prop_oneof![4 => fixed, 2 => strings, 1 => members]
        .prop_map(|(kind, text, ty)| expr(ExprKind::Literal(Literal { kind, text, ty })))
}

fn paths(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Expr> {
    let root = sample::select(vec![Root::Implied, Root::It, Root::This, Root::Root, Root::Alias("p".to_owned())]);
    (root, vec(steps(inner.clone()), 1..4), option::of(ends(inner))).prop_map(|(root, mut steps, end)| {
        // The first step of a path is a name without a key; a call without a namespace might be a function.
        if let Some(first) = steps.first_mut() {
            *first = Step::Name { name: name("Items"), arguments: None };
        }
        steps.extend(end);
        expr(ExprKind::Path(Path { root, steps }))
    })
}

fn steps(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => names().prop_map(|name| Step::Name { name, arguments: None }),
        1 => (names(), arguments(inner.clone())).prop_map(|(name, arguments)| Step::Name { name, arguments: Some(arguments) }),
        1 => (names(), option::of(identifiers())).prop_map(|(term, qualifier)| Step::Annotation { term, qualifier }),
        1 => inner.prop_map(|condition| Step::Filter(Box::new(condition))),
        1 => Just(Step::Segment(name("17"))),
    ]
}

fn arguments(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Arguments> {
    let named = vec((identifiers(), inner), 0..3).prop_map(|items| {
        items.into_iter().map(|(name, value)| Argument { name: Some(name), value }).collect::<Vec<_>>()
    });
    let key = Just(vec![Argument {
        name: None,
        value: expr(ExprKind::Literal(Literal { kind: LiteralKind::String, text: "it's".to_owned(), ty: None })),
    }]);
    prop_oneof![named, key].prop_map(|items| Arguments { items, span: Span::default() })
}

fn ends(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Step> {
    let body =
        (identifiers(), inner.clone()).prop_map(|(variable, condition)| Some((variable, Box::new(condition)))).boxed();
    let filter = inner.prop_map(|expr| Choice { kind: ChoiceKind::Filter(expr), span: Span::default() });
    prop_oneof![
        Just(Step::Lambda { quantifier: Quantifier::Any, body: None }),
        body.clone().prop_map(|body| Step::Lambda { quantifier: Quantifier::Any, body }),
        body.prop_map(|body| Step::Lambda { quantifier: Quantifier::All, body }),
        vec(filter, 0..2).prop_map(Step::Count),
    ]
}

fn expressions() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![
        literals(),
        names().prop_map(|name| {
            let steps = vec![Step::Name { name, arguments: None }];
            expr(ExprKind::Path(Path { root: Root::Implied, steps }))
        }),
    ];
    leaf.prop_recursive(5, 48, 4, |inner| {
        let inner = inner.boxed();
        prop_oneof![
            4 => operations(inner.clone()),
            2 => paths(inner.clone()),
            2 => calls(inner.clone()),
            1 => vec(inner.clone(), 0..3).prop_map(|items| expr(ExprKind::Array(items))),
            1 => vec(("[^\\p{Cc}]{0,4}", inner), 0..3).prop_map(|members| expr(ExprKind::Object(members))),
        ]
    })
    .boxed()
}

fn operations(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Expr> {
    use Binary::{Add, Div, DivBy, Eq, Ge, Gt, Le, Lt, Mod, Mul, Ne, Sub};
    let operators = sample::select(vec![Eq, Ne, Gt, Ge, Lt, Le, Add, Sub, Mul, Div, DivBy, Mod]);
    let binary =
        |operator, left, right| expr(ExprKind::Binary { operator, left: Box::new(left), right: Box::new(right) });
    prop_oneof![
        (operators, inner.clone(), inner.clone())
            .prop_map(move |(operator, left, right)| binary(operator, left, right)),
        (sample::select(vec![Logical::And, Logical::Or]), vec(inner.clone(), 2..4))
            .prop_map(|(operator, terms)| expr(ExprKind::Logical { operator, terms })),
        (sample::select(vec![Unary::Not, Unary::Negate]), inner.clone())
            .prop_map(|(operator, operand)| expr(ExprKind::Unary { operator, operand: Box::new(operand) })),
        (inner.clone(), vec(literals(), 0..4)).prop_map(move |(left, items)| binary(
            Binary::In,
            left,
            expr(ExprKind::List(items))
        )),
        (inner.clone(), inner.clone()).prop_map(move |(left, right)| binary(Binary::In, left, right)),
        inner.prop_map(move |left| {
            let members = Literal { kind: LiteralKind::String, text: "Purple".to_owned(), ty: None };
            binary(Binary::Has, left, expr(ExprKind::Literal(members)))
        }),
    ]
}

fn calls(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Expr> {
    let functions = (sample::select(FUNCTIONS.to_vec()), vec(inner.clone(), 3)).prop_map(|(entry, mut arguments)| {
        let (_, function, _, most) = entry;
        arguments.truncate(most);
        expr(ExprKind::Call { function, arguments })
    });
    let case = vec((inner.clone(), inner.clone()), 1..3).prop_map(|branches| expr(ExprKind::Case(branches)));
    let typed = (sample::select(vec![Typed::Cast, Typed::IsOf]), option::of(inner), any::<bool>(), names()).prop_map(
        |(operator, operand, collection, name)| {
            let ty = TypeName { name, collection };
            expr(ExprKind::Typed { operator, operand: operand.map(Box::new), ty })
        },
    );
    prop_oneof![functions, case, typed]
}

fn searches() -> impl Strategy<Value = Search> {
    let leaf = prop_oneof![
        sample::select(vec!["blue", "AND", "OR", "NOT", "a,b:c", "O'Hara"])
            .prop_map(|word| Search::Word(word.to_owned())),
        Just(Search::Phrase("deep (blue".to_owned())),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Search::And),
            vec(inner.clone(), 2..4).prop_map(Search::Or),
            inner.prop_map(|term| Search::Not(Box::new(term))),
        ]
    })
}

/// Options as they stand in the parentheses of an expanded item.
fn nested() -> BoxedStrategy<Choice> {
    let plain = prop_oneof![
        expressions().prop_map(ChoiceKind::Filter),
        vec((expressions(), any::<bool>()), 1..3).prop_map(|items| {
            ChoiceKind::OrderBy(items.into_iter().map(|(expr, descending)| OrderItem { expr, descending }).collect())
        }),
        (expressions(), identifiers()).prop_map(|(expr, alias)| ChoiceKind::Compute(vec![Computed { expr, alias }])),
        expressions().prop_map(|expr| ChoiceKind::Alias("p".to_owned(), expr)),
        searches().prop_map(ChoiceKind::Search),
        any::<u64>().prop_map(ChoiceKind::Top),
        any::<bool>().prop_map(ChoiceKind::Count),
        option::of(1..9_u64).prop_map(ChoiceKind::Levels),
        Just(ChoiceKind::Select(vec![SelectItem::All, SelectItem::Operations(name("N.M"))])),
    ];
    let path = vec(names().prop_map(|name| Step::Name { name, arguments: None }), 1..3).boxed();
    plain
        .prop_map(|kind| Choice { kind, span: Span::default() })
        .prop_recursive(2, 8, 2, move |inner| {
            (path.clone(), vec(inner, 0..3)).prop_map(|(path, options)| {
                let item = ExpandItem { path, tail: ExpandTail::Name, options, span: Span::default() };
                Choice { kind: ChoiceKind::Expand(vec![item]), span: Span::default() }
            })
        })
        .boxed()
}

#[rustfmt::skip]
const PIECES: &[&str] = &[
     "a", "N.b", "$it", "$count", "$filter", "$root/", "/", "(", ")", "[", "]", "{", "}", ",", ";", ":", "=",
    "@p", "#", "'", "''", "\"", "\\", " ", "\t", "-", "+", "1", "2.5", "e", "2020-01-01", "T10:00", "Z", "eq", "
    and ", " in ", "not ", " has ", "any(", "all(x:", "contains(", "case(", "cast(", "$select=", "$expand=",
    "search=", "&", "?", "%2F", "%3B", "%27", "%", "é", "\u{301}", "*", ".*", "$ref", "NOT", "OR", "null",
    "duration'P1D'",
];

/// Text that resembles the language more than letters at random do.
fn babble() -> impl Strategy<Value = String> {
    vec(sample::select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

fn read_as_everything(text: &str) {
    for limits in [Limits::STRICT, Limits::LENIENT] {
        let plain = Text::plain(text);
        let _ = expression(&plain, &limits).map(|expr| expr.to_string());
        let _ = search(&plain, &limits);
        let _ = url::parse(text, &limits);
        let _ = path::parse(text, &limits);
        let _ = context::parse(text, &limits);
        for option in ["filter", "orderby", "select", "expand", "compute", "apply", "search", "top", "index", "format"]
        {
            let _ = options::parse(&format!("${option}={text}"), &limits);
        }
    }
    let _ = prefer::parse(text);
    let _ = prefer::is_header_value("OData-Error", text);
    let _ = literal::is_enum(text);
    for ty in [edm::Primitive::GeographyPolygon, edm::Primitive::Duration, edm::Primitive::Binary, edm::Primitive::Guid]
    {
        let _ = literal::is_value(ty, text);
    }
}

proptest! {
    #[test]
    fn printed_expressions_read_as_they_were(expr in expressions()) {
        let text = expr.to_string();
        let again = expression(&Text::plain(text.clone()), &LIMITS);
        prop_assert_eq!(again.map_err(|error| format!("{error} in {text}")), Ok(expr));
    }

    #[test]
    fn printed_searches_read_as_they_were(terms in searches()) {
        let text = terms.to_string();
        let again = search(&Text::plain(text.clone()), &LIMITS);
        prop_assert_eq!(again.map_err(|error| format!("{error} in {text}")), Ok(terms));
    }

    #[test]
    fn printed_options_read_as_they_were(option in nested()) {
        let item = ExpandItem {
            path: vec![Step::Name { name: name("a"), arguments: None }],
            tail: ExpandTail::Name,
            options: vec![option],
            span: Span::default(),
        };
        let text = item.to_string();
        let escaped: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        // Escaped semicolons would be part of search words.
        let escaped = escaped.replace("%3b", ";");
        let again = options::parse(&format!("$expand={escaped}"), &LIMITS);
        let expected = vec![Choice { kind: ChoiceKind::Expand(vec![item]), span: Span::default() }];
        prop_assert_eq!(again.map_err(|error| format!("{error} in {text}")), Ok(expected));
    }

    #[test]
    fn nothing_panics_on_babble(text in babble()) {
        read_as_everything(&text);
    }

    #[test]
    fn nothing_panics_on_anything(text: String) {
        read_as_everything(&text);
    }
}
