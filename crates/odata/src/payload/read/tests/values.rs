//! Values of every type, and what is none.

use edm::StructType;
use edm::testing::ARTICLE;
use expect_test::expect;

use super::super::Intent;
use super::{check, check_for, told};

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
                BadRequest /Quantity: found the string `1`, expected a whole number from -32768 to 32767
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
                BadRequest /Cost: found the string `NaN`, expected a number
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
                BadRequest /Price: found the string `1.5`, expected a number
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
                BadRequest /IsHeavy: found the string `true`, expected `true` or `false`
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
                BadRequest /Position: found `here`, expected GeoJSON such as `{"type":"Point","coordinates":[10.75,59.91]}`
                BadRequest /Photo: found `x`, expected no value: streams are written at their own address
            {"Name":"\ud83e\udd80 \u0000 é"}
              Name: "🦀 \u0000 é"
        "#]],
    );
    let long = format!(r#"{{"Name":"{}","Data":"{}"}}"#, "é".repeat(101), "A".repeat(100));
    expect![[r#"
        400 BadRequest
            BadRequest /Name: found 101 characters, expected at most 100
            BadRequest /Data: found 75 bytes, expected at most 64"#]]
    .assert_eq(&told(&ARTICLE, &long, Intent::Update));
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
              nothing
            {"Stock":"Store,Later"}
              nothing
            {"Stock":8}
              nothing
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
              nothing
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
              Origin: merge {nothing}
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
