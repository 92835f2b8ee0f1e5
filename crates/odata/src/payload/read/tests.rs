//! Bodies of the test model, as tables.

use std::fmt::Write as _;

use edm::testing::{ARTICLE, BLURB, MODEL, SHOP};
use edm::{Change, Patch, Record, StructType};
use expect_test::{Expect, expect};

use super::{Body, Intent, read};
use crate::problem::Problem;

/// What a body says, member by member, in canonical form.
fn describe(ty: &'static StructType, patch: &Patch) -> String {
    let mut parts = Vec::new();
    for (ordinal, change) in &patch.changes {
        let property = ty.property(*ordinal).unwrap();
        let mut out = Vec::new();
        match change {
            Change::Set(value) => value.write(property.ty, &mut out),
            Change::Merge(nested) => {
                let nested = describe(property.ty.structure().unwrap(), nested);
                out.extend_from_slice(format!("merge {{{nested}}}").as_bytes());
            }
        }
        parts.push(format!("{}: {}", property.name, String::from_utf8(out).unwrap()));
    }
    parts.join(", ")
}

fn faults(problem: &Problem) -> String {
    let mut text = format!("{} {}", problem.kind.status(), problem.kind.code());
    if problem.details.is_empty() {
        write!(text, "\n    {}: {}", problem.target.as_deref().unwrap_or("-"), problem.message).unwrap();
    }
    for detail in &problem.details {
        write!(text, "\n    {} {}: {}", detail.kind.code(), detail.target, detail.message).unwrap();
    }
    text
}

fn told(ty: &'static StructType, body: &str, intent: Intent) -> String {
    match read(&MODEL, ty, body.as_bytes(), intent) {
        Ok(Body::Entity(patch)) => describe(ty, &patch),
        Ok(Body::Reference(id)) => format!("reference to {id}"),
        Err(problem) => faults(&problem),
    }
}

fn check_for(intent: Intent, ty: &'static StructType, bodies: &[&str], expect: &Expect) {
    let lines = bodies.iter().map(|body| format!("{body}\n  {}\n", told(ty, body, intent)));
    expect.assert_eq(&lines.collect::<String>());
}

/// Changes of an article.
fn check(bodies: &[&str], expect: &Expect) {
    check_for(Intent::Update, &ARTICLE, bodies, expect);
}

#[test]
fn numbers() {
    check(
        &[
            r#"{"Rating":255,"Temperature":-128,"Quantity":32767,"Sold":9223372036854775807,"Version":-2147483648}"#,
            r#"{"Rating":1.0,"Quantity":1e3,"Sold":-0}"#,
            r#"{"Rating":256,"Temperature":-129,"Quantity":32768,"Sold":9223372036854775808,"Version":2147483648}"#,
            r#"{"Rating":1.5,"Quantity":"1","Sold":true,"Version":null}"#,
            r#"{"Price":1e300,"Weight":0.1,"Cost":12345678901234567890.123456789012345678}"#,
            r#"{"Price":"INF","Weight":"-INF"}"#,
            r#"{"Price":1e400,"Weight":1e39,"Cost":"NaN"}"#,
            r#"{"Cost":1e99999999}"#,
            r#"{"Cost":0.1234567890123456789}"#,
            r#"{"Cost":123456789012345678901}"#,
            r#"{"Cost":1e19}"#,
            r#"{"Price":"1.5"}"#,
        ],
        &expect![[r#"
            {"Rating":255,"Temperature":-128,"Quantity":32767,"Sold":9223372036854775807,"Version":-2147483648}
              Rating: 255, Temperature: -128, Quantity: 32767, Sold: 9223372036854775807, Version: -2147483648
            {"Rating":1.0,"Quantity":1e3,"Sold":-0}
              Rating: 1, Quantity: 1000, Sold: 0
            {"Rating":256,"Temperature":-129,"Quantity":32768,"Sold":9223372036854775808,"Version":2147483648}
              400 BadRequest
                BadRequest /Rating: found the number `256`, expected a whole number from 0 to 255
                BadRequest /Temperature: found the number `-129`, expected a whole number from -128 to 127
                BadRequest /Quantity: found the number `32768`, expected a whole number from -32768 to 32767
                BadRequest /Sold: found the number `9223372036854775808`, expected a whole number from -9223372036854775808 to 9223372036854775807
                BadRequest /Version: found the number `2147483648`, expected a whole number from -2147483648 to 2147483647
            {"Rating":1.5,"Quantity":"1","Sold":true,"Version":null}
              400 BadRequest
                BadRequest /Rating: found the number `1.5`, expected a whole number from 0 to 255
                BadRequest /Quantity: found `1`, expected a whole number from -32768 to 32767
                BadRequest /Sold: found `true`, expected a whole number from -9223372036854775808 to 9223372036854775807
                BadRequest /Version: null is not a valid value for the property `Version`; `Version` is not nullable
            {"Price":1e300,"Weight":0.1,"Cost":12345678901234567890.123456789012345678}
              Price: 1e300, Cost: 12345678901234567890.123456789012345678, Weight: 0.1
            {"Price":"INF","Weight":"-INF"}
              Price: "INF", Weight: "-INF"
            {"Price":1e400,"Weight":1e39,"Cost":"NaN"}
              400 BadRequest
                BadRequest /Price: found the number `1e400`, expected a number
                BadRequest /Weight: found the number `1e39`, expected a number
                BadRequest /Cost: found `NaN`, expected a number
            {"Cost":1e99999999}
              400 BadRequest
                BadRequest /Cost: found the number `1e99999999`, expected a number
            {"Cost":0.1234567890123456789}
              400 BadRequest
                BadRequest /Cost: found 19 digits after the point, expected at most 18
            {"Cost":123456789012345678901}
              400 BadRequest
                BadRequest /Cost: found 21 digits before the point, expected at most 20
            {"Cost":1e19}
              Cost: 10000000000000000000
            {"Price":"1.5"}
              400 BadRequest
                BadRequest /Price: found `1.5`, expected a number
        "#]],
    );
}

#[test]
fn other_primitives() {
    check(
        &[
            r#"{"IsHeavy":true,"Data":"-_8","MakerID":"0000000A-0000-0000-0000-000000000001"}"#,
            r#"{"Data":"+/8=","IsHeavy":null}"#,
            r#"{"Released":"2020-02-29","Opens":"07:30","Lead":"P1DT2H"}"#,
            r#"{"IsHeavy":"true","Data":"%","MakerID":"{0000000A-0000-0000-0000-000000000001}"}"#,
            r#"{"Released":"Date","Opens":"7:30","Lead":"1 day"}"#,
            r#"{"Released":"2021-02-29","Opens":"24:00","Lead":"P1Y"}"#,
            r#"{"Page":"https://a.example/ü","Language":"nb-NO","Kind":"Bundle"}"#,
            r#"{"Page":"javascript:alert(1)","Language":"norsk bokmål","Kind":"Bndle"}"#,
            r#"{"Position":{"type":"Point","coordinates":[1,2]}}"#,
            r#"{"Position":"here","Photo":"x"}"#,
            r#"{"Name":"\ud83e\udd80 \u0000 é"}"#,
        ],
        &expect![[r#"
            {"IsHeavy":true,"Data":"-_8","MakerID":"0000000A-0000-0000-0000-000000000001"}
              IsHeavy: true, Data: "-_8", MakerID: "0000000a-0000-0000-0000-000000000001"
            {"Data":"+/8=","IsHeavy":null}
              IsHeavy: null, Data: "-_8"
            {"Released":"2020-02-29","Opens":"07:30","Lead":"P1DT2H"}
              Released: "2020-02-29", Opens: "07:30:00", Lead: "P1DT2H"
            {"IsHeavy":"true","Data":"%","MakerID":"{0000000A-0000-0000-0000-000000000001}"}
              400 BadRequest
                BadRequest /IsHeavy: found `true`, expected `true` or `false`
                BadRequest /Data: found `%`, expected base64url text
                BadRequest /MakerID: found `{0000000A-0000-0000-0000-000000000001}`, expected a GUID such as `00000000-0000-0000-0000-000000000000`
            {"Released":"Date","Opens":"7:30","Lead":"1 day"}
              400 BadRequest
                BadRequest /Released: found `Date`, expected a date such as `2026-11-21`
                BadRequest /Opens: found `7:30`, expected a time of day such as `08:30:00`
                BadRequest /Lead: found `1 day`, expected a duration such as `PT1H30M`
            {"Released":"2021-02-29","Opens":"24:00","Lead":"P1Y"}
              400 BadRequest
                BadRequest /Released: found `2021-02-29`, expected a date such as `2026-11-21`
                BadRequest /Opens: found `24:00`, expected a time of day such as `08:30:00`
                BadRequest /Lead: found `P1Y`, expected a duration such as `PT1H30M`
            {"Page":"https://a.example/ü","Language":"nb-NO","Kind":"Bundle"}
              Kind: "Bundle", Page: "https://a.example/ü", Language: "nb-NO"
            {"Page":"javascript:alert(1)","Language":"norsk bokmål","Kind":"Bndle"}
              400 BadRequest
                BadRequest /Page: found `javascript:alert(1)`, expected an absolute http or https URL
                BadRequest /Language: found `norsk bokmål`, expected a language tag (BCP 47) such as `nb-NO`
                BadRequest /Kind: found `Bndle`, expected one of `Article`, `Bundle`; did you mean `Bundle`?
            {"Position":{"type":"Point","coordinates":[1,2]}}
              Position: {"type":"Point","coordinates":[1,2]}
            {"Position":"here","Photo":"x"}
              400 BadRequest
                BadRequest /Position: found `here`, expected a GeoJSON object
                BadRequest /Photo: found `x`, expected no value: streams are written at their own address
            {"Name":"\ud83e\udd80 \u0000 é"}
              Name: "🦀 \u0000 é"
        "#]],
    );
    let long = format!(r#"{{"Name":"{}","Data":"{}"}}"#, "é".repeat(101), "A".repeat(100));
    expect![[r#"
        400 BadRequest
            BadRequest /Name: found 101 characters, expected at most 100
            BadRequest /Data: found 75 bytes, expected at most 64"#]].assert_eq(&told(&ARTICLE, &long, Intent::Update));
}

#[test]
fn instants_are_kept_in_utc_to_100_ns() {
    use edm::model::build::{DATE_TIME, complex, one};
    static LOG: StructType = complex("Log", "", &[one("At", DATE_TIME, "")]);
    check_for(
        Intent::Create,
        &LOG,
        &[
            r#"{"At":"2020-07-06T06:34:12.123456789012+03:00"}"#,
            r#"{"At":"2020-07-06T06:34Z"}"#,
            r#"{"At":"2020-07-06T06:34:12.1234567890123Z"}"#,
            r#"{"At":"2020-07-06"}"#,
            r#"{"At":1594017252}"#,
        ],
        &expect![[r#"
            {"At":"2020-07-06T06:34:12.123456789012+03:00"}
              At: "2020-07-06T03:34:12.1234567Z"
            {"At":"2020-07-06T06:34Z"}
              At: "2020-07-06T06:34:00Z"
            {"At":"2020-07-06T06:34:12.1234567890123Z"}
              400 BadRequest
                BadRequest /At: found `2020-07-06T06:34:12.1234567890123Z`, expected an instant such as `2026-11-21T08:30:00Z`
            {"At":"2020-07-06"}
              400 BadRequest
                BadRequest /At: found `2020-07-06`, expected an instant such as `2026-11-21T08:30:00Z`
            {"At":1594017252}
              400 BadRequest
                BadRequest /At: found the number `1594017252`, expected an instant such as `2026-11-21T08:30:00Z`
        "#]],
    );
}

#[test]
fn enumerations() {
    check(
        &[
            r#"{"Stock":"store, ONLINE","Condition":"broken"}"#,
            r#"{"Stock":"3","Condition":7}"#,
            r#"{"Stock":7,"Condition":"1"}"#,
            r#"{"Stock":"None"}"#,
            r#"{"Stock":0}"#,
            r#"{"Stock":"Store,2"}"#,
            r#"{"Stock":"Later"}"#,
            r#"{"Stock":"Store,Later"}"#,
            r#"{"Stock":8}"#,
            r#"{"Stock":"None,Store"}"#,
            r#"{"Stock":"Store,0"}"#,
            r#"{"Stock":"Stroe"}"#,
            r#"{"Stock":"Store,"}"#,
            r#"{"Stock":""}"#,
            r#"{"Stock":16}"#,
            r#"{"Stock":-1}"#,
            r#"{"Stock":1.5}"#,
            r#"{"Stock":true,"Condition":["New"]}"#,
            r#"{"Condition":"New,Used"}"#,
            r#"{"Condition":3}"#,
            r#"{"Stock":null,"Condition":null}"#,
            r#"{"Conditions":["New",1,"nwe"]}"#,
        ],
        &expect![[r#"
            {"Stock":"store, ONLINE","Condition":"broken"}
              Stock: "Store,Online", Condition: "Broken"
            {"Stock":"3","Condition":7}
              Stock: "Store,Online", Condition: "Broken"
            {"Stock":7,"Condition":"1"}
              Stock: "Store,Online,Partner", Condition: "Used"
            {"Stock":"None"}
              Stock: "None"
            {"Stock":0}
              Stock: "None"
            {"Stock":"Store,2"}
              Stock: "Store,Online"
            {"Stock":"Later"}
  
            {"Stock":"Store,Later"}
  
            {"Stock":8}
  
            {"Stock":"None,Store"}
              400 BadRequest
                BadRequest /Stock: found `None` among others, expected it alone
            {"Stock":"Store,0"}
              400 BadRequest
                BadRequest /Stock: found `None` among others, expected it alone
            {"Stock":"Stroe"}
              400 BadRequest
                BadRequest /Stock: found `Stroe`, expected one of `None`, `Store`, `Online`, `Partner`; did you mean `Store`?
            {"Stock":"Store,"}
              400 BadRequest
                BadRequest /Stock: found `Store,`, expected one of `None`, `Store`, `Online`, `Partner`; did you mean `Store`?
            {"Stock":""}
              400 BadRequest
                BadRequest /Stock: found ``, expected one of `None`, `Store`, `Online`, `Partner`
            {"Stock":16}
              400 BadRequest
                BadRequest /Stock: found the number `16`, expected one of `None`, `Store`, `Online`, `Partner`
            {"Stock":-1}
              400 BadRequest
                BadRequest /Stock: found the number `-1`, expected one of `None`, `Store`, `Online`, `Partner`
            {"Stock":1.5}
              400 BadRequest
                BadRequest /Stock: found the number `1.5`, expected one of `None`, `Store`, `Online`, `Partner`
            {"Stock":true,"Condition":["New"]}
              400 BadRequest
                BadRequest /Stock: found `true`, expected one of `None`, `Store`, `Online`, `Partner`
                BadRequest /Condition: found an array, expected one of `New`, `Used`, `Broken`
            {"Condition":"New,Used"}
              400 BadRequest
                BadRequest /Condition: found `New,Used`, expected one of `New`, `Used`, `Broken`
            {"Condition":3}
              400 BadRequest
                BadRequest /Condition: found the number `3`, expected one of `New`, `Used`, `Broken`
            {"Stock":null,"Condition":null}
              400 BadRequest
                BadRequest /Stock: null is not a valid value for the property `Stock`; `Stock` is not nullable
            {"Conditions":["New",1,"nwe"]}
              400 BadRequest
                BadRequest /Conditions/2: found `nwe`, expected one of `New`, `Used`, `Broken`; did you mean `New`?
        "#]],
    );
    check_for(
        Intent::Create,
        &ARTICLE,
        &[
            r#"{"Name":"a","Price":1,"Stock":"Later"}"#,
            r#"{"Name":"a","Price":1,"Stock":"Store,Later"}"#,
            r#"{"Name":"a","Price":1,"Stock":8}"#,
        ],
        &expect![[r#"
            {"Name":"a","Price":1,"Stock":"Later"}
              400 BadRequest
                BadRequest /Stock: `Later` cannot be set, expected one of `None`, `Store`, `Online`, `Partner`
            {"Name":"a","Price":1,"Stock":"Store,Later"}
              400 BadRequest
                BadRequest /Stock: `Later` cannot be set, expected one of `None`, `Store`, `Online`, `Partner`
            {"Name":"a","Price":1,"Stock":8}
              400 BadRequest
                BadRequest /Stock: `Later` cannot be set, expected one of `None`, `Store`, `Online`, `Partner`
        "#]],
    );
}

#[test]
fn nulls_and_lists() {
    check(
        &[
            r#"{"Description":null,"Origin":null,"Sizes":[1,null]}"#,
            r#"{"Name":null,"Tags":null,"Rating":null,"Depots":null}"#,
            r#"{"Tags":["a",null],"Depots":[null]}"#,
            r#"{"Tags":"one"}"#,
            r#"{"Tags":5}"#,
            r#"{"Tags":[]}"#,
            r#"{"Tags":["a",["b"]]}"#,
            r#"{"Sizes":1}"#,
            r#"{"Depots":{"City":"Oslo"}}"#,
            r#"{"Origin":"Oslo"}"#,
            r#"{"Origin":[]}"#,
            r#"{"Name":["a"]}"#,
        ],
        &expect![[r#"
            {"Description":null,"Origin":null,"Sizes":[1,null]}
              Description: null, Sizes: [1,null], Origin: null
            {"Name":null,"Tags":null,"Rating":null,"Depots":null}
              400 BadRequest
                BadRequest /Name: null is not a valid value for the property `Name`; `Name` is not nullable
                BadRequest /Rating: null is not a valid value for the property `Rating`; `Rating` is not nullable
                BadRequest /Depots: null is not a valid value for the list `Depots`, expected an array
            {"Tags":["a",null],"Depots":[null]}
              400 BadRequest
                BadRequest /Tags/1: null is not a valid value for the property `Tags`; `Tags` is not nullable
                BadRequest /Depots/0: null is not a valid value for the property `Depots`; `Depots` is not nullable
            {"Tags":"one"}
              Tags: ["one"]
            {"Tags":5}
              400 BadRequest
                BadRequest /Tags: found the number `5`, expected a string
            {"Tags":[]}
              Tags: []
            {"Tags":["a",["b"]]}
              400 BadRequest
                BadRequest /Tags/1: found an array, expected a string
            {"Sizes":1}
              400 BadRequest
                BadRequest /Sizes: found the number `1`, expected an array of `Edm.Int32`
            {"Depots":{"City":"Oslo"}}
              400 BadRequest
                BadRequest /Depots: found an object, expected an array of `Address`
            {"Origin":"Oslo"}
              400 BadRequest
                BadRequest /Origin: found `Oslo`, expected an object with members of `Address (Street, City, Place)`
            {"Origin":[]}
              400 BadRequest
                BadRequest /Origin: found an array, expected an object with members of `Address (Street, City, Place)`
            {"Name":["a"]}
              400 BadRequest
                BadRequest /Name: found an array, expected a string
        "#]],
    );
}

#[test]
fn complex_values_merge_and_lists_replace() {
    check(
        &[
            r#"{"Origin":{"City":"Oslo","Place":{"Latitude":59.9}}}"#,
            r#"{"Origin":{}}"#,
            r#"{"Depots":[{"City":"Oslo"},{"Place":{"Names":["x"]}}]}"#,
            r#"{"Origin":{"Ctiy":"Oslo","Place":{"Latitude":null}},"Depots":[{"City":1},{"Place":[]}]}"#,
            &format!(r#"{{"Origin":{{"City":"{}"}}}}"#, "x".repeat(51)),
        ],
        &expect![[r#"
            {"Origin":{"City":"Oslo","Place":{"Latitude":59.9}}}
              Origin: merge {City: "Oslo", Place: merge {Latitude: 59.9}}
            {"Origin":{}}
              Origin: merge {}
            {"Depots":[{"City":"Oslo"},{"Place":{"Names":["x"]}}]}
              Depots: [{"Street":null,"City":"Oslo","Place":null},{"Street":null,"City":null,"Place":{"Latitude":0,"Longitude":0,"Names":["x"]}}]
            {"Origin":{"Ctiy":"Oslo","Place":{"Latitude":null}},"Depots":[{"City":1},{"Place":[]}]}
              400 RequestBodyRead
                RequestBodyRead /Origin/Ctiy: The property 'Ctiy' does not exist on type 'shop.Address'; did you mean `City`?
                BadRequest /Origin/Place/Latitude: null is not a valid value for the property `Latitude`; `Latitude` is not nullable
                BadRequest /Depots/0/City: found the number `1`, expected a string
                BadRequest /Depots/1/Place: found an array, expected an object with members of `Place (Latitude, Longitude, Names)`
            {"Origin":{"City":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}}
              400 BadRequest
                BadRequest /Origin/City: found 51 characters, expected at most 50
        "#]],
    );
}

#[test]
fn type_annotations() {
    check(
        &[
            r##"{"@odata.type":"#shop.Article","Name":"a"}"##,
            r#"{"@odata.type":"shop.ware"}"#,
            r#"{"@type":"SHOP.ARTICLE","Origin":{"@odata.type":"shop.Address"}}"#,
            r##"{"@odata.type":"#shop.Maker"}"##,
            r#"{"@odata.type":"Article"}"#,
            r#"{"@odata.type":""}"#,
            r#"{"@odata.type":1,"Origin":{"@odata.type":"shop.Place"}}"#,
            r#"{"Name@odata.type":"anything","@odata.etag":1,"@mine.thing":{},"Tags@odata.count":2}"#,
        ],
        &expect![[r##"
            {"@odata.type":"#shop.Article","Name":"a"}
              Name: "a"
            {"@odata.type":"shop.ware"}
  
            {"@type":"SHOP.ARTICLE","Origin":{"@odata.type":"shop.Address"}}
              Origin: merge {}
            {"@odata.type":"#shop.Maker"}
              400 BadRequest
                BadRequest /@odata.type: found the type `shop.Maker`, expected `#shop.Article`
            {"@odata.type":"Article"}
              400 BadRequest
                BadRequest /@odata.type: found the type `Article`, expected `#shop.Article`
            {"@odata.type":""}
              400 BadRequest
                BadRequest /@odata.type: found the type ``, expected `#shop.Article`
            {"@odata.type":1,"Origin":{"@odata.type":"shop.Place"}}
              400 BadRequest
                BadRequest /@odata.type: found the number `1`, expected `#shop.Article`
                BadRequest /Origin/@odata.type: found the type `shop.Place`, expected `#shop.Address`
            {"Name@odata.type":"anything","@odata.etag":1,"@mine.thing":{},"Tags@odata.count":2}
  
        "##]],
    );
}

#[test]
fn what_clients_cannot_set_is_skipped() {
    check(
        &[
            r#"{"ID":"nonsense","CreatedAt":{},"Name":"a"}"#,
            r#"{"SerialNumber":7,"serialnumber":"x"}"#,
            r#"{"Secret":"x","Name":"a"}"#,
            r#"{"supplier":"x"}"#,
            r#"{"Badges":[],"Opinions":[],"Maker":null}"#,
        ],
        &expect![[r#"
            {"ID":"nonsense","CreatedAt":{},"Name":"a"}
              Name: "a"
            {"SerialNumber":7,"serialnumber":"x"}
  
            {"Secret":"x","Name":"a"}
              Name: "a"
            {"supplier":"x"}
              400 BadRequest
                BadRequest /supplier: `supplier` is known to Microsoft Graph, this service does not keep it
            {"Badges":[],"Opinions":[],"Maker":null}
              400 BadRequest
                BadRequest /Badges: `Badges` is not part of this body, expected a request to its own address
                BadRequest /Opinions: `Reviews` is not part of this body, expected a request to its own address
                BadRequest /Maker: `Maker` is not part of this body, expected a request to its own address
        "#]],
    );
    check_for(
        Intent::Create,
        &BLURB,
        &[
            r#"{"ArticleID":"00000000-0000-0000-0000-000000000001","Language":"no","Text":"x"}"#,
            r#"{"ArticleID":"x","Text":null}"#,
        ],
        &expect![[r#"
            {"ArticleID":"00000000-0000-0000-0000-000000000001","Language":"no","Text":"x"}
              ArticleID: "00000000-0000-0000-0000-000000000001", Language: "no", Text: "x"
            {"ArticleID":"x","Text":null}
              400 BadRequest
                BadRequest /ArticleID: found `x`, expected a GUID such as `00000000-0000-0000-0000-000000000000`
                BadRequest /Text: null is not a valid value for the property `Text`; `Text` is not nullable
                BadRequest /Language: found no `Language`, expected one
        "#]],
    );
}

#[test]
fn creating_misses_what_is_required() {
    check_for(
        Intent::Create,
        &ARTICLE,
        &[r#"{}"#, r#"{"Price":"x"}"#, r#"{"name":"a","PRICE":2}"#, r#"{"Name":null,"Price":1}"#],
        &expect![[r#"
            {}
              400 BadRequest
                BadRequest /Name: found no `Name`, expected one
                BadRequest /Price: found no `Price`, expected one
            {"Price":"x"}
              400 BadRequest
                BadRequest /Price: found `x`, expected a number
                BadRequest /Name: found no `Name`, expected one
            {"name":"a","PRICE":2}
              Name: "a", Price: 2
            {"Name":null,"Price":1}
              400 BadRequest
                BadRequest /Name: null is not a valid value for the property `Name`; `Name` is not nullable
        "#]],
    );
}

#[test]
fn replacing_sets_back_what_is_not_named() {
    check_for(
        Intent::Replace,
        &SHOP,
        &[r#"{"Name":"a"}"#, r#"{"Name":"a","Head":{"City":"Oslo"},"Discount":null}"#, r#"{}"#],
        &expect![[r#"
            {"Name":"a"}
              Name: "a", Founded: 0, IsOpen: true, Discount: 0.5, Logo: null, Head: {"Street":null,"City":null,"Place":null,"Floor":0}
            {"Name":"a","Head":{"City":"Oslo"},"Discount":null}
              400 BadRequest
                BadRequest /Discount: null is not a valid value for the property `Discount`; `Discount` is not nullable
            {}
              400 BadRequest
                BadRequest /Name: found no `Name`, expected one
        "#]],
    );
    let mut article = edm::testing::sample(&ARTICLE, 3);
    let (id, serial) = (article.get("ID").clone(), article.get("SerialNumber").clone());
    let Body::Entity(patch) = read(&MODEL, &ARTICLE, br#"{"Name":"a","Price":1}"#, Intent::Replace).unwrap() else {
        panic!("not an entity");
    };
    patch.apply(&mut article);
    let mut expect = Record::new(&ARTICLE);
    for (name, value) in
        [("Name", edm::Value::text("a")), ("Price", edm::Value::Double(1.0)), ("ID", id), ("SerialNumber", serial)]
    {
        expect.set(name, value);
    }
    expect.set("CreatedAt", article.get("CreatedAt").clone());
    assert_eq!(article, expect);
}

#[test]
fn references() {
    check(
        &[
            r#"{"@odata.id":"Makers(1)"}"#,
            r##"{"@odata.context":"x#$ref","@odata.id":"Makers(1)"}"##,
            r#"{"@odata.id":"Makers(1)","Name":"a"}"#,
            r#"{"@odata.id":1}"#,
        ],
        &expect![[r#"
            {"@odata.id":"Makers(1)"}
              reference to Makers(1)
            {"@odata.context":"x#$ref","@odata.id":"Makers(1)"}
              reference to Makers(1)
            {"@odata.id":"Makers(1)","Name":"a"}
              Name: "a"
            {"@odata.id":1}
  
        "#]],
    );
}

#[test]
fn duplicates() {
    check(
        &[
            r#"{"Name":"a","Name":"b"}"#,
            r#"{"Name":"a","name":"b"}"#,
            r#"{"Name":5,"name":"b"}"#,
            r#"{"@odata.type":"shop.Article","@odata.type":"shop.Article"}"#,
            r#"{"Origin":{"City":"a","CITY":"b"}}"#,
            r#"{"ID":1,"id":2}"#,
        ],
        &expect![[r#"
            {"Name":"a","Name":"b"}
              400 BadRequest
                line 1, column 13: Unable to read JSON request payload: line 1, column 13: found the name `Name` a second time in one object.
            {"Name":"a","name":"b"}
              400 BadRequest
                BadRequest /name: found `Name` a second time
            {"Name":5,"name":"b"}
              400 BadRequest
                BadRequest /Name: found the number `5`, expected a string
                BadRequest /name: found `Name` a second time
            {"@odata.type":"shop.Article","@odata.type":"shop.Article"}
              400 BadRequest
                line 1, column 31: Unable to read JSON request payload: line 1, column 31: found the name `@odata.type` a second time in one object.
            {"Origin":{"City":"a","CITY":"b"}}
              400 BadRequest
                BadRequest /Origin/CITY: found `City` a second time
            {"ID":1,"id":2}
  
        "#]],
    );
}

#[test]
fn unknown_members_name_the_nearest() {
    check(
        &[
            r#"{"Nmae":"a"}"#,
            r#"{"DisplayName":"a"}"#,
            r#"{"Desc":"a"}"#,
            r#"{"":"a"}"#,
            r#"{"createdAtt":"a"}"#,
            r#"{"a/b~c":1}"#,
        ],
        &expect![[r#"
            {"Nmae":"a"}
              400 RequestBodyRead
                RequestBodyRead /Nmae: The property 'Nmae' does not exist on type 'shop.Article'; did you mean `Name`?
            {"DisplayName":"a"}
              400 RequestBodyRead
                RequestBodyRead /DisplayName: The property 'DisplayName' does not exist on type 'shop.Article'
            {"Desc":"a"}
              400 RequestBodyRead
                RequestBodyRead /Desc: The property 'Desc' does not exist on type 'shop.Article'; did you mean `Description`?
            {"":"a"}
              400 RequestBodyRead
                RequestBodyRead /: The property '' does not exist on type 'shop.Article'
            {"createdAtt":"a"}
              400 RequestBodyRead
                RequestBodyRead /createdAtt: The property 'createdAtt' does not exist on type 'shop.Article'
            {"a/b~c":1}
              400 RequestBodyRead
                RequestBodyRead /a~1b~0c: The property 'a/b~c' does not exist on type 'shop.Article'
        "#]],
    );
}

#[test]
fn ten_mistakes_are_told_at_once_in_document_order() {
    let body = r#"{
        "Nmae": "a",
        "Price": "dear",
        "Tags": ["a", 1],
        "Stock": "Stroe",
        "Origin": { "Ctiy": "Oslo", "Place": { "Longitude": null } },
        "Released": "Date",
        "Name": null,
        "Page": "nowhere",
        "page": "https://a.example",
        "Supplier": "x"
    }"#;
    check_for(Intent::Create, &ARTICLE, &[body], &expect![[r#"
        {
                "Nmae": "a",
                "Price": "dear",
                "Tags": ["a", 1],
                "Stock": "Stroe",
                "Origin": { "Ctiy": "Oslo", "Place": { "Longitude": null } },
                "Released": "Date",
                "Name": null,
                "Page": "nowhere",
                "page": "https://a.example",
                "Supplier": "x"
            }
          400 RequestBodyRead
            RequestBodyRead /Nmae: The property 'Nmae' does not exist on type 'shop.Article'; did you mean `Name`?
            BadRequest /Price: found `dear`, expected a number
            BadRequest /Tags/1: found the number `1`, expected a string
            BadRequest /Stock: found `Stroe`, expected one of `None`, `Store`, `Online`, `Partner`; did you mean `Store`?
            RequestBodyRead /Origin/Ctiy: The property 'Ctiy' does not exist on type 'shop.Address'; did you mean `City`?
            BadRequest /Origin/Place/Longitude: null is not a valid value for the property `Longitude`; `Longitude` is not nullable
            BadRequest /Released: found `Date`, expected a date such as `2026-11-21`
            BadRequest /Name: null is not a valid value for the property `Name`; `Name` is not nullable
            BadRequest /Page: found `nowhere`, expected an absolute http or https URL
            BadRequest /page: found `Page` a second time
            BadRequest /Supplier: `Supplier` is known to Microsoft Graph, this service does not keep it
    "#]]);
}

#[test]
fn text_that_is_no_json() {
    check(
        &[
            "",
            "null",
            "[]",
            "\"a\"",
            "{",
            "{\"Name\":\"a\",\n  \"Price\":1,\n}",
            "{\"Tags\":[\"a\",]}",
            "{\"Name\":\"a\"} x",
            "{\"Name\":\"\\ud800\"}",
            "{'Name':'a'}",
            "{\"Name\":\"a\" // b\n}",
            "{\"Price\":01}",
            "{\"Price\":NaN}",
            "\u{feff}{}",
        ],
        &expect![[r#"

              400 BadRequest
                line 1, column 1: Unable to read JSON request payload: line 1, column 1: found the end of the text, expected a value.
            null
              400 BadRequest
                -: found null, expected an object of type `Article`
            []
              400 BadRequest
                -: found an array, expected an object of type `Article`
            "a"
              400 BadRequest
                -: found `a`, expected an object of type `Article`
            {
              400 BadRequest
                line 1, column 2: Unable to read JSON request payload: line 1, column 2: found the end of the text, expected a name in double quotes.
            {"Name":"a",
              "Price":1,
            }
              400 BadRequest
                line 2, column 12: Unable to read JSON request payload: line 2, column 12: found a comma before the closing `}`, expected none.
            {"Tags":["a",]}
              400 BadRequest
                line 1, column 13: Unable to read JSON request payload: line 1, column 13: found a comma before the closing `]`, expected none.
            {"Name":"a"} x
              400 BadRequest
                line 1, column 14: Unable to read JSON request payload: line 1, column 14: found `x`, expected the end of the text.
            {"Name":"\ud800"}
              400 BadRequest
                line 1, column 10: Unable to read JSON request payload: line 1, column 10: found half of a surrogate pair.
            {'Name':'a'}
              400 BadRequest
                line 1, column 2: Unable to read JSON request payload: line 1, column 2: found `\'`, expected a name in double quotes.
            {"Name":"a" // b
            }
              400 BadRequest
                line 1, column 13: Unable to read JSON request payload: line 1, column 13: found `/`, expected `,` or `}`.
            {"Price":01}
              400 BadRequest
                line 1, column 11: Unable to read JSON request payload: line 1, column 11: found `1`, expected `,` or `}`.
            {"Price":NaN}
              400 BadRequest
                line 1, column 10: Unable to read JSON request payload: line 1, column 10: found `N`, expected a value.
            ﻿{}
              400 BadRequest
                line 1, column 1: Unable to read JSON request payload: line 1, column 1: found a byte order mark, expected JSON without one.
        "#]],
    );
    let bad = read(&MODEL, &ARTICLE, b"{\"Name\":\"\xff\"}", Intent::Update).unwrap_err();
    expect![[r#"
        400 BadRequest
            line 1, column 10: Unable to read JSON request payload: line 1, column 10: found bytes that are not UTF-8."#]].assert_eq(&faults(&bad));
}

#[test]
fn hostile_bodies_are_refused_in_few_words() {
    let deep = |levels: usize| format!("{{\"Origin\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert!(told(&ARTICLE, &deep(32), Intent::Update).contains("expected an object"));
    assert!(told(&ARTICLE, &deep(33), Intent::Update).contains("nesting deeper than 32 levels"));
    let long = "x".repeat(500_000);
    for body in [
        format!("{{\"{long}\":1}}"),
        format!("{{\"Name\":\"{long}\"}}"),
        format!("{{\"Stock\":\"{long}\"}}"),
        format!("{{\"Stock\":\"{}\"}}", "1,".repeat(300_000)),
        format!("{{\"Price\":1{}}}", "0".repeat(500_000)),
        format!("{{\"Cost\":1{}}}", "0".repeat(500_000)),
        format!("{{\"Sold\":1{}}}", "0".repeat(500_000)),
        format!("{{\"Page\":\"{long}\"}}"),
        format!("{{\"@odata.type\":\"{long}\"}}"),
        format!("{{\"{long}\":1,\"{long}\":2}}"),
        format!("{{\"Sizes\":[{}1]}}", "1,".repeat(200_000)),
    ] {
        let told = told(&ARTICLE, &body, Intent::Update);
        assert!(told.starts_with("400") && told.len() < 1000, "{}", &told[..told.len().min(300)]);
    }
}

#[test]
fn many_mistakes_are_not_all_told() {
    let unknown: Vec<String> = (0..1000).map(|number| format!("\"name{number}\":1")).collect();
    let items = "\"x\",".repeat(1000);
    for body in [
        format!("{{{}}}", unknown.join(",")),
        format!("{{\"Sizes\":[{items}1]}}"),
        format!("{{\"Depots\":[{}{{}}]}}", "{\"Nothing\":1},".repeat(1000)),
        format!("{{\"Tags\":[{}1]}}", "null,".repeat(1000)),
    ] {
        let problem = read(&MODEL, &ARTICLE, body.as_bytes(), Intent::Create).unwrap_err();
        assert_eq!(problem.details.len(), 100);
    }
}

proptest::proptest! {
    #[test]
    fn samples_are_read_back(seed: u64) {
        let record = edm::testing::sample(&ARTICLE, seed);
        let body = [b"{".as_slice(), &record.to_members(), b"}"].concat();
        let Body::Entity(patch) = read(&MODEL, &ARTICLE, &body, Intent::Create).map_err(|problem| {
            proptest::test_runner::TestCaseError::fail(faults(&problem))
        })? else {
            return Err(proptest::test_runner::TestCaseError::fail("a reference"));
        };
        let mut read = Record::new(&ARTICLE);
        patch.apply(&mut read);
        for ((property, read), (_, wrote)) in read.members().zip(record.members()) {
            if property.mode != edm::Mode::Computed {
                proptest::prop_assert_eq!(read, wrote, "{}", property.name);
            }
        }
    }

    #[test]
    fn never_panics(body: Vec<u8>, members in "[{\"](Name|Stock|Origin|Tags|@odata.type|\\PC{0,5})\":([{\\[\"0-9nt]|null|true|\\PC{0,9}){0,9}[\"\\]}]{0,3}") {
        for intent in [Intent::Create, Intent::Update, Intent::Replace] {
            let _ = read(&MODEL, &ARTICLE, &body, intent);
            let _ = read(&MODEL, &ARTICLE, members.as_bytes(), intent);
        }
    }
}
