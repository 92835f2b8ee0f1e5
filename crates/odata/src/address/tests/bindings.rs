//! What the shop does not have: operations bound to values and to derived types, optional parameters, keys that look
//! like operations, bindings through contained entities.

use edm::model::build::{
    INT32, STRING, action, complex, entity, enumeration, function, import, list, many, member, of, one, parameter,
    returns, returns_list, set, to_one,
};
use edm::{EnumType, Model, Parameter, StructType};
use expect_test::{Expect, expect};

use super::describe;
use crate::address::{bind, option};
use crate::dialect::Dialect;
use crate::url::path::parse;

static POINT: StructType = complex("Point", "", &[one("X", INT32, "")]);
static COLOUR: EnumType = enumeration("Colour", "", &[member("Red", 0), member("Blue", 1)]);
static NODE: StructType = entity(
    "Node",
    None,
    "",
    &[one("Id", STRING, ""), one("At", of(&POINT), ""), one("Size", INT32, ""), list("Names", STRING, "")],
    &[many("Parts", &PART, "").contained(), to_one("Next", &NODE, "")],
)
.key(&["Id"]);
static SPECIAL: StructType = entity("Special", Some(&NODE), "", &[], &[]);
static PART: StructType =
    entity("Part", None, "", &[one("No", INT32, "")], &[to_one("Twin", &NODE, ""), to_one("Whole", &NODE, "")])
        .key(&["No"]);
static HUE: StructType = entity("Hue", None, "", &[one("Name", edm::Type::Enum(&COLOUR), "")], &[]).key(&["Name"]);

static MODEL: Model = Model {
    namespace: "m",
    alias: None,
    container: "C",
    revision: 1,
    version: None,
    structs: &[&POINT, &NODE, &SPECIAL, &PART, &HUE],
    enums: &[&COLOUR],
    definitions: &[],
    operations: &[
        &function("Kind", &[parameter("it", of(&NODE))], returns(STRING), "").bound(),
        &function("Kind", &[parameter("it", of(&SPECIAL))], returns(INT32), "").bound(),
        &action("Move", &[parameter("it", of(&NODE))], None, "").bound(),
        &action("Move", &[parameter("it", of(&SPECIAL)), parameter("by", INT32)], None, "").bound(),
        &function("Twice", &[parameter("it", INT32)], returns(INT32), "").bound().composable(),
        &function("Norm", &[parameter("it", of(&POINT))], returns(INT32), "").bound(),
        &function("Longest", &[parameter("it", STRING).list()], returns(STRING), "").bound(),
        &function("delta", &[parameter("it", of(&NODE)).list()], returns_list(of(&NODE)), "").bound().composable(),
        &function(
            "Near",
            &[parameter("x", INT32), Parameter { optional: true, ..parameter("y", INT32) }],
            returns(of(&POINT)),
            "",
        )
        .composable(),
        &function("Points", &[parameter("of", STRING).list()], returns_list(of(&POINT)), "").composable(),
    ],
    sets: &[
        set("Nodes", &NODE, &[("Next", "Nodes"), ("Parts/Twin", "Nodes"), ("m.Special/Parts/Whole", "Others")], ""),
        set("Others", &NODE, &[], ""),
        set("Hues", &HUE, &[], ""),
    ],
    singletons: &[],
    imports: &[import("Near", "Near", None), import("Points", "Points", None)],
};

fn check(paths: &[&str], expect: &Expect) {
    let lines = paths.iter().map(|url| {
        let (path, query) = url.split_once('?').map_or((*url, None), |(path, query)| (path, Some(query)));
        let address = bind(&MODEL, &Dialect::GRAPH, &parse(path).unwrap(), &|name| option(query, name));
        match address {
            Ok(address) => {
                let set = address.set(&MODEL).map_or("-", |set| set.name);
                format!("{url}\n  {} in {set}\n", describe(&address))
            }
            Err(problem) => format!("{url}\n  {} {}\n", problem.kind.status(), problem.message),
        }
    });
    expect.assert_eq(&lines.collect::<String>());
}

#[test]
fn operations_on_derived_types_and_values() {
    check(
        &[
            "Nodes('a')/Kind",
            "Nodes('a')/m.Special/Kind",
            "Nodes('a')/Move",
            "Nodes('a')/m.Special/Move",
            "Nodes('a')/Size/Twice",
            "Nodes('a')/Size/m.Twice()/Twice/$value",
            "Nodes('a')/At/Norm",
            "Nodes('a')/At/X/Norm",
            "Nodes('a')/Names/Longest",
            "Nodes('a')/Names/Twice",
            "Near(x=1)",
            "Near(x=1,y=2)/X/$value",
            "Near?x=1&y=2",
            "Near(y=2)",
            "Near(x=1)/m.Point/X",
            "Points(of=@p)?@p=[\"a\",\"b\"]",
            "Points(of=@p)/$count?@p=[]",
            "Points(of='a')",
        ],
        &expect![[r#"
            Nodes('a')/Kind
              Edm.String: set Nodes, Id=[String("a")], call Kind(it) in -
            Nodes('a')/m.Special/Kind
              Edm.Int32: set Nodes, Id=[String("a")], as Special, call Kind(it) in -
            Nodes('a')/Move
              Nothing: set Nodes, Id=[String("a")], call Move(it) in -
            Nodes('a')/m.Special/Move
              Operation: set Nodes, Id=[String("a")], as Special, call Move(it,by)|Move(it) in -
            Nodes('a')/Size/Twice
              Edm.Int32: set Nodes, Id=[String("a")], .Size, call Twice(it) in -
            Nodes('a')/Size/m.Twice()/Twice/$value
              Edm.Int32 Value: set Nodes, Id=[String("a")], .Size, call Twice(it), call Twice(it) in -
            Nodes('a')/At/Norm
              Edm.Int32: set Nodes, Id=[String("a")], .At, call Norm(it) in -
            Nodes('a')/At/X/Norm
              400 Resource not found for the segment 'Norm'.
            Nodes('a')/Names/Longest
              Edm.String: set Nodes, Id=[String("a")], .Names, call Longest(it) in -
            Nodes('a')/Names/Twice
              400 Resource not found for the segment 'Twice'.
            Near(x=1)
              Point: call Near(x,y) x=Integer(1) in -
            Near(x=1,y=2)/X/$value
              X Value: call Near(x,y) x=Integer(1) y=Integer(2), .X in -
            Near?x=1&y=2
              Point: call Near(x,y) x=Integer(1) y=Integer(2) in -
            Near(y=2)
              400 found the arguments `y` for `Near`, expected `Near(x,[y])`
            Near(x=1)/m.Point/X
              X: call Near(x,y) x=Integer(1), as Point, .X in -
            Points(of=@p)?@p=["a","b"]
              [Point]: call Points(of) of=List([String("a"), String("b")]) in -
            Points(of=@p)/$count?@p=[]
              [Point] Count: call Points(of) of=List([]) in -
            Points(of='a')
              400 found `a` for the parameter `of` of `Points`, expected a value of type `Collection(Edm.String)` as a JSON array behind an alias, not null
        "#]],
    );
}

#[test]
fn keys_that_look_like_operations() {
    check(
        &[
            "Nodes/delta",
            "Nodes/Delta",
            "Nodes/delta()",
            "Nodes('delta')",
            "Nodes/m.delta",
            "Nodes/m.nothing",
            "Nodes/n.nothing",
            "Nodes/delta/a",
            "Nodes/delta()('a')/Kind",
            "Nodes/@k",
            "Hues('Blue')",
            "Hues(m.Colour'Blue')",
            "Hues/Blue",
            "Hues(1)",
            "Hues(Blue)",
            "Hues(7)",
        ],
        &expect![[r#"
            Nodes/delta
              [Node]: set Nodes, call delta(it) in -
            Nodes/Delta
              Node: set Nodes, Id=[String("Delta")] in Nodes
            Nodes/delta()
              [Node]: set Nodes, call delta(it) in -
            Nodes('delta')
              Node: set Nodes, Id=[String("delta")] in Nodes
            Nodes/m.delta
              [Node]: set Nodes, call delta(it) in -
            Nodes/m.nothing
              400 Resource not found for the segment 'm.nothing'.
            Nodes/n.nothing
              Node: set Nodes, Id=[String("n.nothing")] in Nodes
            Nodes/delta/a
              Node: set Nodes, call delta(it), Id=[String("a")] in -
            Nodes/delta()('a')/Kind
              Edm.String: set Nodes, call delta(it), Id=[String("a")], call Kind(it) in -
            Nodes/@k
              Node: set Nodes, Id=[String("@k")] in Nodes
            Hues('Blue')
              Hue: set Hues, Name=[Enum(1)] in Hues
            Hues(m.Colour'Blue')
              Hue: set Hues, Name=[Enum(1)] in Hues
            Hues/Blue
              Hue: set Hues, Name=[Enum(1)] in Hues
            Hues(1)
              Hue: set Hues, Name=[Enum(1)] in Hues
            Hues(Blue)
              400 found a key that does not fit, `Hue` is keyed by `Name` (Colour)
            Hues(7)
              400 found a key that does not fit, `Hue` is keyed by `Name` (Colour)
        "#]],
    );
}

#[test]
fn bindings_through_contained_entities() {
    check(
        &[
            "Nodes('a')/Next/Next",
            "Others('a')/Next",
            "Nodes('a')/Parts(1)",
            "Nodes('a')/Parts(1)/Twin",
            "Nodes('a')/m.Special/Parts(1)/Whole",
            "Nodes('a')/Next/Parts(1)/Twin/Next",
            "Others('a')/Parts(1)/Twin",
        ],
        &expect![[r#"
            Nodes('a')/Next/Next
              Node: set Nodes, Id=[String("a")], to Next, to Next in Nodes
            Others('a')/Next
              Node: set Others, Id=[String("a")], to Next in -
            Nodes('a')/Parts(1)
              Part: set Nodes, Id=[String("a")], to Parts, No=[Integer(1)] in -
            Nodes('a')/Parts(1)/Twin
              Node: set Nodes, Id=[String("a")], to Parts, No=[Integer(1)], to Twin in Nodes
            Nodes('a')/m.Special/Parts(1)/Whole
              Node: set Nodes, Id=[String("a")], as Special, to Parts, No=[Integer(1)], to Whole in Others
            Nodes('a')/Next/Parts(1)/Twin/Next
              Node: set Nodes, Id=[String("a")], to Next, to Parts, No=[Integer(1)], to Twin, to Next in Nodes
            Others('a')/Parts(1)/Twin
              Node: set Others, Id=[String("a")], to Parts, No=[Integer(1)], to Twin in -
        "#]],
    );
}
