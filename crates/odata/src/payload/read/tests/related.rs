//! Entities within entities: types, deep inserts, references.

use std::fmt::Write as _;

use edm::model::build::{INT64, STRING, entity, many, one, to_one};
use edm::testing::{ARTICLE, BLURB, BUNDLE, MAKER, MODEL, THING};
use edm::{Model, StructType};
use expect_test::{Expect, expect};

use super::super::{Body, Entity, Intent, Linked, Reading};
use super::{describe, faults};

pub(super) const RELATED: Reading = Reading { related: true, ..Reading::new(&MODEL) };

pub(super) fn described(entity: &Entity) -> String {
    let mut text = format!("{} {{{}}}", entity.ty.name, describe(entity.ty, &entity.patch));
    for (navigation, linked) in &entity.links {
        match linked {
            Linked::References(ids) => write!(text, " {} <- {ids:?}", navigation.name).unwrap(),
            Linked::New(bodies) => {
                let bodies: Vec<_> = bodies.iter().map(body).collect();
                write!(text, " {} = [{}]", navigation.name, bodies.join("; ")).unwrap();
            }
        }
    }
    if let Some(etag) = &entity.etag {
        write!(text, " if {etag}").unwrap();
    }
    text
}

fn body(body: &Body) -> String {
    match body {
        Body::Entity(entity) => described(entity),
        Body::Reference(id) => format!("-> {id}"),
    }
}

fn check(intent: Intent, ty: &'static StructType, bodies: &[&str], expect: &Expect) {
    let mut lines = String::new();
    for text in bodies {
        let told = RELATED.entity(ty, text.as_bytes(), intent);
        writeln!(lines, "{text}\n  {}", told.map_or_else(|problem| faults(&problem), |read| body(&read))).unwrap();
    }
    expect.assert_eq(&lines);
}

#[test]
fn derived_types() {
    check(
        Intent::Create,
        &ARTICLE,
        &[
            r##"{"@odata.type":"#shop.Bundle","Name":"a","Price":1,"Note":"n"}"##,
            r#"{"Name":"a","Note":"n","Price":1,"@type":"shop.bundle"}"#,
            r#"{"Name":"a","Price":1,"Note":"n"}"#,
            r##"{"@odata.type":"#shop.Thing","Name":"a","Price":1}"##,
            r##"{"@odata.type":"#shop.Nothing","Name":"a","Price":1}"##,
            r##"{"Name":"a","Price":1,"Origin":{"@odata.type":"#shop.ShopAddress","Floor":1}}"##,
        ],
        &expect![[r##"
            {"@odata.type":"#shop.Bundle","Name":"a","Price":1,"Note":"n"}
              Bundle {Name: "a", Price: 1, Note: "n"}
            {"Name":"a","Note":"n","Price":1,"@type":"shop.bundle"}
              Bundle {Name: "a", Price: 1, Note: "n"}
            {"Name":"a","Price":1,"Note":"n"}
              400 RequestBodyRead
                RequestBodyRead /Note: The property 'Note' does not exist on type 'shop.Article'
            {"@odata.type":"#shop.Thing","Name":"a","Price":1}
              400 BadRequest
                BadRequest /@odata.type: found the type `shop.Thing`, expected `#shop.Article` or `#shop.Bundle`
            {"@odata.type":"#shop.Nothing","Name":"a","Price":1}
              400 BadRequest
                BadRequest /@odata.type: found the type `shop.Nothing`, expected `#shop.Article` or `#shop.Bundle`
            {"Name":"a","Price":1,"Origin":{"@odata.type":"#shop.ShopAddress","Floor":1}}
              400 BadRequest
                BadRequest /Origin/@odata.type: found the type `shop.ShopAddress`, expected `#shop.Address`
                RequestBodyRead /Origin/Floor: The property 'Floor' does not exist on type 'shop.Address'
        "##]],
    );
    check(
        Intent::Create,
        &THING,
        &["{}", r##"{"@odata.type":"#shop.Review","Stars":1}"##],
        &expect![[r##"
        {}
          400 BadRequest
            BadRequest /@odata.type: found no type, expected `#shop.Article` or `#shop.Bundle` or `#shop.Maker` or `#shop.Review` or `#shop.Badge` or `#shop.Picture`
        {"@odata.type":"#shop.Review","Stars":1}
          Review {Stars: 1}
    "##]],
    );
    check(
        Intent::Update,
        &BUNDLE,
        &[
            r##"{"@odata.type":"#shop.Article","Note":"n"}"##,
            r##"{"@odata.type":"#shop.Thing","Note":"n"}"##,
            r##"{"@odata.type":"#shop.Review"}"##,
        ],
        &expect![[r##"
            {"@odata.type":"#shop.Article","Note":"n"}
              Bundle {Note: "n"}
            {"@odata.type":"#shop.Thing","Note":"n"}
              Bundle {Note: "n"}
            {"@odata.type":"#shop.Review"}
              400 BadRequest
                BadRequest /@odata.type: found the type `shop.Review`, expected `#shop.Bundle`
        "##]],
    );
}

#[test]
fn deep_inserts() {
    check(
        Intent::Create,
        &ARTICLE,
        &[
            r#"{"Name":"a","Price":1,"Maker":{"Name":"m","Articles":[{"Name":"b","Price":2,"Blurbs":[]}]}}"#,
            r#"{"Name":"a","Price":1,"Blurbs":[{"Language":"no","Text":"x"},{"Language":"en","Text":"y"}]}"#,
            r##"{"Name":"a","Price":1,"related":[{"@id":"Articles(1)"},{"@odata.type":"#shop.Bundle","Name":"b","Price":2,"Count":3}]}"##,
            r#"{"Name":"a","Price":1,"Opinions":[{"Stars":1}],"Maker":{"@odata.id":"Makers(1)"}}"#,
            r#"{"Name":"a","Price":1,"Maker":null}"#,
            r#"{"Name":"a","Price":1,"Maker":[],"Blurbs":{},"Related":null,"Reviews":[1]}"#,
            r#"{"Name":"a","Price":1,"Blurbs":[{"Language":"eng"}],"Maker":{"Nam":"x"}}"#,
        ],
        &expect![[r##"
            {"Name":"a","Price":1,"Maker":{"Name":"m","Articles":[{"Name":"b","Price":2,"Blurbs":[]}]}}
              Article {Name: "a", Price: 1} Maker = [Maker {Name: "m"} Articles = [Article {Name: "b", Price: 2} Blurbs = []]]
            {"Name":"a","Price":1,"Blurbs":[{"Language":"no","Text":"x"},{"Language":"en","Text":"y"}]}
              Article {Name: "a", Price: 1} Blurbs = [Blurb {Language: "no", Text: "x"}; Blurb {Language: "en", Text: "y"}]
            {"Name":"a","Price":1,"related":[{"@id":"Articles(1)"},{"@odata.type":"#shop.Bundle","Name":"b","Price":2,"Count":3}]}
              Article {Name: "a", Price: 1} Related = [-> Articles(1); Bundle {Name: "b", Price: 2, Count: 3}]
            {"Name":"a","Price":1,"Opinions":[{"Stars":1}],"Maker":{"@odata.id":"Makers(1)"}}
              Article {Name: "a", Price: 1} Reviews = [Review {Stars: 1}] Maker = [-> Makers(1)]
            {"Name":"a","Price":1,"Maker":null}
              Article {Name: "a", Price: 1} Maker = []
            {"Name":"a","Price":1,"Maker":[],"Blurbs":{},"Related":null,"Reviews":[1]}
              400 BadRequest
                BadRequest /Maker: found an array, expected an object of type `Maker`
                BadRequest /Blurbs: found an object, expected an array of objects of type `Blurb`
                BadRequest /Related: found null, expected an array of objects of type `Article`
                BadRequest /Reviews/0: found the number `1`, expected an object of type `Review`
            {"Name":"a","Price":1,"Blurbs":[{"Language":"eng"}],"Maker":{"Nam":"x"}}
              400 BadRequest
                BadRequest /Blurbs/0/Language: found 3 characters, expected at most 2
                BadRequest /Blurbs/0/Text: found no `Text`, expected one
                RequestBodyRead /Maker/Nam: The property 'Nam' does not exist on type 'shop.Maker'; did you mean `Name`?
                BadRequest /Maker/Name: found no `Name`, expected one
        "##]],
    );
    check(
        Intent::Create,
        &BLURB,
        &[r#"{"ArticleID":"00000000-0000-0000-0000-000000000001","Language":"no","Text":"x","Article":null}"#],
        &expect![[r#"
            {"ArticleID":"00000000-0000-0000-0000-000000000001","Language":"no","Text":"x","Article":null}
              400 BadRequest
                BadRequest /Article: found null, expected an object of type `Article`
        "#]],
    );
}

/// Lines of an order, which must say of which: unless they stand in it.
static ORDERS: Model = Model {
    namespace: "orders",
    alias: None,
    structs: &[&ORDER, &LINE],
    enums: &[],
    definitions: &[],
    operations: &[],
    sets: &[],
    singletons: &[],
    imports: &[],
    ..MODEL
};
static ORDER: StructType = entity(
    "Order",
    None,
    "",
    &[one("ID", INT64, "").computed()],
    &[many("Lines", &LINE, "").partner("Order"), many("Notes", &LINE, "")],
)
.key(&["ID"]);
static LINE: StructType = entity(
    "Line",
    None,
    "",
    &[one("OrderID", INT64, "").required(), one("Text", STRING, "")],
    &[to_one("Order", &ORDER, "").partner("Lines").constraint(&[("OrderID", "ID")])],
)
.key(&["OrderID"]);

#[test]
fn what_follows_from_the_place_need_not_be_named() {
    let read = |ty, body: &str| {
        let read = Reading { model: &ORDERS, ..RELATED }.entity(ty, body.as_bytes(), Intent::Create);
        read.map_or_else(|problem| faults(&problem), |read| self::body(&read))
    };
    expect![[r#"Order {nothing} Lines = [Line {Text: "a"}; Line {OrderID: 7}]"#]]
        .assert_eq(&read(&ORDER, r#"{"Lines":[{"Text":"a"},{"OrderID":7}]}"#));
    expect![[r#"
        400 BadRequest
            BadRequest /Notes/0/OrderID: found no `OrderID`, expected one"#]]
    .assert_eq(&read(&ORDER, r#"{"Notes":[{"Text":"a"}]}"#));
    expect![[r#"Line {nothing} Order <- ["Orders(1)"]"#]]
        .assert_eq(&read(&LINE, r#"{"Order@odata.bind":"Orders(1)"}"#));
}

#[test]
fn bound_references() {
    check(
        Intent::Create,
        &ARTICLE,
        &[
            r#"{"Name":"a","Price":1,"Maker@odata.bind":"Makers(1)","Related@odata.bind":["Articles(1)","http://a/Articles(2)"]}"#,
            r#"{"Name":"a","Price":1,"maker@bind":"/Makers(1)"}"#,
            r#"{"Name":"a","Price":1,"Maker@odata.bind":["Makers(1)"],"Related@odata.bind":"Articles(1)"}"#,
            r#"{"Name":"a","Price":1,"Related@odata.bind":["Articles(1)",2,null]}"#,
            r#"{"Name":"a","Price":1,"Nothing@odata.bind":"Makers(1)"}"#,
            r#"{"Name":"a","Price":1,"Maker@odata.bind":"Makers(1)","Maker":{"Name":"m"}}"#,
            r#"{"Name":"a","Price":1,"Maker@odata.navigationLink":"x","Name@mine.note":{}}"#,
        ],
        &expect![[r#"
            {"Name":"a","Price":1,"Maker@odata.bind":"Makers(1)","Related@odata.bind":["Articles(1)","http://a/Articles(2)"]}
              Article {Name: "a", Price: 1} Maker <- ["Makers(1)"] Related <- ["Articles(1)", "http://a/Articles(2)"]
            {"Name":"a","Price":1,"maker@bind":"/Makers(1)"}
              Article {Name: "a", Price: 1} Maker <- ["/Makers(1)"]
            {"Name":"a","Price":1,"Maker@odata.bind":["Makers(1)"],"Related@odata.bind":"Articles(1)"}
              400 BadRequest
                BadRequest /Maker@odata.bind: found an array, expected the address of an entity
                BadRequest /Related@odata.bind: found `Articles(1)`, expected an array of addresses
            {"Name":"a","Price":1,"Related@odata.bind":["Articles(1)",2,null]}
              400 BadRequest
                BadRequest /Related@odata.bind/1: found the number `2`, expected the address of an entity
                BadRequest /Related@odata.bind/2: found null, expected the address of an entity
            {"Name":"a","Price":1,"Nothing@odata.bind":"Makers(1)"}
              400 RequestBodyRead
                RequestBodyRead /Nothing@odata.bind: The property 'Nothing' does not exist on type 'shop.Article'
            {"Name":"a","Price":1,"Maker@odata.bind":"Makers(1)","Maker":{"Name":"m"}}
              400 BadRequest
                BadRequest /Maker: found `Maker` a second time
            {"Name":"a","Price":1,"Maker@odata.navigationLink":"x","Name@mine.note":{}}
              Article {Name: "a", Price: 1}
        "#]],
    );
}

#[test]
fn changes_refer_but_do_not_create() {
    check(
        Intent::Update,
        &ARTICLE,
        &[
            r#"{"@odata.etag":"W/\"7\"","Maker@odata.bind":"Makers(1)"}"#,
            r#"{"Maker":{"@id":"Makers(1)"},"Related":[{"@id":"Articles(1)"}]}"#,
            r#"{"Maker":null,"Related":[]}"#,
            r#"{"Maker":{"Name":"m"}}"#,
            r#"{"Related@odata.delta":[]}"#,
        ],
        &expect![[r#"
            {"@odata.etag":"W/\"7\"","Maker@odata.bind":"Makers(1)"}
              Article {nothing} Maker <- ["Makers(1)"] if W/"7"
            {"Maker":{"@id":"Makers(1)"},"Related":[{"@id":"Articles(1)"}]}
              Article {nothing} Maker = [-> Makers(1)] Related = [-> Articles(1)]
            {"Maker":null,"Related":[]}
              Article {nothing} Maker = [] Related = []
            {"Maker":{"Name":"m"}}
              400 BadRequest
                BadRequest /Maker: found an entity of type `Maker` in a change, expected a reference (`@odata.id`) or a request to its own address
            {"Related@odata.delta":[]}
              400 BadRequest
                BadRequest /Related@odata.delta: found changes of related entities, expected requests to their own addresses
        "#]],
    );
}

#[test]
fn references_alone_may_be_taken() {
    let binds = Reading { binds: true, ..Reading::new(&MODEL) };
    let read = |body: &str| match binds.entity(&ARTICLE, body.as_bytes(), Intent::Update) {
        Ok(Body::Entity(entity)) => described(&entity),
        Ok(Body::Reference(id)) => id,
        Err(problem) => faults(&problem),
    };
    expect![[r#"Article {nothing} Maker <- ["Makers(1)"] Related <- ["Articles(1)"]"#]]
        .assert_eq(&read(r#"{"Maker@odata.bind":"Makers(1)","Related@odata.bind":["Articles(1)"]}"#));
    // What is no relationship is an annotation of something, and ignored as others are.
    expect!["Article {nothing}"].assert_eq(&read(r#"{"Nothing@odata.bind":"Makers(1)"}"#));
    expect![[r#"
        400 BadRequest
            BadRequest /Maker@odata.bind: found an array, expected the address of an entity"#]]
    .assert_eq(&read(r#"{"Maker@odata.bind":["Makers(1)"]}"#));
    expect![[r#"
        400 BadRequest
            BadRequest /Maker: `Maker` is not part of this body, expected a request to its own address"#]]
    .assert_eq(&read(r#"{"Maker":{"Name":"m"}}"#));
}

#[test]
fn a_replacement_may_leave_out_what_is_required() {
    let lenient = Reading { replace_defaults: true, ..RELATED };
    let Ok(Body::Entity(entity)) = lenient.entity(&MAKER, b"{}", Intent::Replace) else { panic!("not an entity") };
    expect![[r#"Maker {Name: ""}"#]].assert_eq(&described(&entity));
    assert!(lenient.entity(&MAKER, b"{}", Intent::Create).is_err());
    assert!(RELATED.entity(&MAKER, b"{}", Intent::Replace).is_err());
}

#[test]
fn mistakes_of_related_entities_are_not_all_told() {
    let items = format!("{{\"Related\":[{}{{}}]}}", "{\"Nothing\":1},".repeat(1000));
    let bound = format!("{{\"Related@odata.bind\":[{}1]}}", "1,".repeat(1000));
    for body in [items, bound] {
        let problem = RELATED.entity(&ARTICLE, body.as_bytes(), Intent::Create).unwrap_err();
        assert!(problem.details.len() <= 102, "{}", problem.details.len());
    }
    let deep = format!("{}{}", "{\"Maker\":{\"Articles\":[".repeat(40), "]}}".repeat(40));
    let problem = RELATED.entity(&ARTICLE, deep.as_bytes(), Intent::Create).unwrap_err();
    assert!(problem.message.contains("nesting deeper"), "{}", problem.message);
}

proptest::proptest! {
    #[test]
    fn never_panics(members in "[{\"](Name|Maker|Related|Maker@odata.bind|Related@bind|@odata.type|@id|value)\":([{\\[\"0-9nt]|null|\"#shop.Bundle\"|\\{\"@id\":\"x\"\\}|\\PC{0,9}){0,9}[\"\\]}]{0,3}") {
        for intent in [Intent::Create, Intent::Update, Intent::Replace] {
            let _any = RELATED.entity(&ARTICLE, members.as_bytes(), intent);
            let _any = RELATED.delta(&ARTICLE, members.as_bytes());
        }
    }
}
