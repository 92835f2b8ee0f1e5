//! Expressions that speak of more than their row: `$root`, `$it` within nested options, and what `$apply` joins.

use engine::{Dialect, Limits};
use expect_test::expect;

use super::Client;
use super::paths::{check, told};

#[test]
fn expressions_reach_from_the_root() {
    let client = Client::new();
    let check = |url: &str, expected: &str| check(&client, url, expected);
    check("/Products?$filter=Price gt $root/Products(LAPTOP)/Price", "200 Premium Laptop Pro");
    check("/Products?$filter=Price eq $root/Products/LAPTOP/Price", "200 Laptop");
    check("/Products?$filter=Name eq $root/Products(@k)/Name&@k=LAPTOP", "200 Laptop");
    check("/Products/$count?$filter=CategoryID eq $root/Products(LAPTOP)/Category/ID", "200 5");
    check("/Products/$count?$filter=$root/Categories/any(c:c/Name eq 'Kitchen' and c/ID eq CategoryID)", "200 1");
    check("/Products/$count?$filter=Price ge $root/Products/$count mul 100", "200 3");
    check("/Products?$filter=$root/Products/all(p:p/Price le $it/Price)", "200 Premium Laptop Pro");
    check("/Products/$count?$filter=$root/Company/Name ne null", "200 7");
    // Along relationships of what is there.
    check("/Products/$count?$filter=$root/Products(LAPTOP)/Category/Products/$count eq 5", "200 7");
    check("/Categories?$filter=$root/Products/any(p:p/Category/ID eq $it/ID and p/Price lt 16)", "200 Kitchen");
    check(
        "/Categories?$filter=$root/Products(LAPTOP)/Category/Products/any(p:p/CategoryID eq $it/ID)",
        "200 Electronics",
    );
    // In every option, nested ones among them.
    check("/Products?$orderby=Price sub $root/Products(LAPTOP)/Price desc&$top=2", "200 Premium Laptop Pro, Laptop");
    check("/Products(MUG)?$compute=$root/Products(LAPTOP)/Name as Name2&$select=Name,Name2", "200 Coffee Mug");
    check(
        "/Categories?$expand=Products($filter=Price gt $root/Products(LAPTOP)/Price;$select=Name)&$filter=Name eq 'Electronics'",
        "200 Electronics, Premium Laptop Pro",
    );
    check("/GetTopProducts()?$filter=Price gt $root/Products(LAPTOP)/Price", "200 Premium Laptop Pro");
    // What is not there is null.
    let none = "$root/Products(00000000-0000-0000-0000-000000000000)";
    check(&format!("/Products/$count?$filter={none} eq null"), "200 7");
    check(&format!("/Products/$count?$filter=Price gt {none}/Price"), "200 0");
}

/// What is told of each, a line each.
fn tell(client: &Client, urls: &[&str]) -> String {
    urls.iter().map(|url| format!("{url}\n  {}\n", told(client, "GET", url, ""))).collect()
}

#[test]
fn what_is_not_at_the_root_is_told() {
    expect![[r#"
        /Products?$filter=$root/Nothing/any()
          400 Resource not found for the segment 'Nothing'.
        /Products?$filter=$root/Products(1)/Price gt 1
          400 found a key that does not fit, `Product` is keyed by `ID` (Edm.Guid)
        /Products?$filter=$root/Products(LAPTOP)/Prize gt 1
          400 Could not find a property named 'Prize' on type 'ComplianceService.Product'. Did you mean `Price`?
        /Products?$filter=$root/GetTopProducts()/any()
          501 `$root` before anything but entities is not supported yet
        /Products?$filter=$root/Products/Price gt 1
          400 found `Price` after `Collection(Product)`, expected `any`, `all`, `$filter` or `$count`
        /Products?$filter=$root/Products/$filter(Price gt 900)/$count eq 2
          200 Laptop, Wireless Mouse, Coffee Mug, Office Chair, Smartphone, Premium Laptop Pro, Gaming Mouse Ultra
        /Products/$filter($root/Products/$count gt 1)
          501 `$root` here is not supported yet
        /Products?$apply=filter($root/Products/$count gt 1)
          501 `$root` here is not supported yet
        /Products?$apply=identity&$filter=$root/Products/$count gt 1
          501 `$root` here is not supported yet
    "#]]
    .assert_eq(&tell(
        &Client::new(),
        &[
            "/Products?$filter=$root/Nothing/any()",
            "/Products?$filter=$root/Products(1)/Price gt 1",
            "/Products?$filter=$root/Products(LAPTOP)/Prize gt 1",
            "/Products?$filter=$root/GetTopProducts()/any()",
            "/Products?$filter=$root/Products/Price gt 1",
            "/Products?$filter=$root/Products/$filter(Price gt 900)/$count eq 2",
            "/Products/$filter($root/Products/$count gt 1)",
            "/Products?$apply=filter($root/Products/$count gt 1)",
            "/Products?$apply=identity&$filter=$root/Products/$count gt 1",
        ],
    ));
}

#[test]
fn only_so_much_is_read_elsewhere() {
    let limits = Limits { items: 3, ..Limits::LENIENT };
    let client = Client::with(Dialect { limits, ..Dialect::OASIS });
    check(&client, "/Categories/$count?$filter=$root/Categories/any(c:c/ID eq ID)", "200 3");
    check(
        &client,
        "/Categories/$count?$filter=$root/Products/any()",
        "400 found more than 3 entities of a collection behind `$root`, the most that the setting `query.items` admits",
    );
    // Nor as often as one likes.
    let client = Client::with(Dialect { max_held: 20_000, ..Dialect::OASIS });
    let often = |times: usize| vec!["$root/Products/any(p:p/ID eq ID)"; times].join(" or ");
    check(&client, &format!("/Products/$count?$filter={}", often(1)), "200 7");
    check(
        &client,
        &format!("/Products/$count?$filter={}", often(50)),
        "400 found more than 0 megabytes of entities behind `$root`, the most that the setting `query.memory_mb` admits",
    );
}

#[test]
fn nested_options_speak_of_the_row_of_the_request() {
    expect![[r#"
        /Products?$filter=Name eq 'Laptop'&$expand=Category($expand=Products($filter=Price gt $it/Price))
          200 Laptop, Electronics, Premium Laptop Pro
        /Products(LAPTOP)?$expand=Category($expand=Products($filter=Name eq $it/Name))
          200 Laptop, Electronics, Laptop
        /Categories?$expand=Products($filter=$it/Products/$count gt 4)&$select=Name
          200 Electronics, Laptop, Wireless Mouse, Smartphone, Premium Laptop Pro, Gaming Mouse Ultra, Kitchen, Furniture
        /Categories?$filter=Name eq 'Kitchen'&$expand=Products($compute=concat($it/Name,Name) as Both;$select=Both)
          200 Kitchen
        /Categories?$expand=Products($orderby=Price mul case($it/Name eq 'Electronics':-1,true:1))
          200 Electronics, Premium Laptop Pro, Laptop, Smartphone, Gaming Mouse Ultra, Wireless Mouse, Kitchen, Coffee Mug, Furniture, Office Chair
        /Categories?$select=ID&$expand=Products/$count($filter=Name gt $it/Name)
          200 {"@odata.context":"http://shop.example/$metadata#Categories(ID)","value":[{"ID":"00000000-0000-4000-8000-000000000001","Products@odata.count":5},{"ID":"00000000-0000-4000-8000-000000000002","Products@odata.count":0},{"ID":"00000000-0000-4000-8000-000000000003","Products@odata.count":1}]}
        /Products(LAPTOP)/Category?$expand=Products($filter=Name gt $it/Name)
          200 Electronics, Laptop, Wireless Mouse, Smartphone, Premium Laptop Pro, Gaming Mouse Ultra
        /GetTopProducts()?$expand=Category($expand=Products($filter=Name eq $it/Name))&$top=2
          200 Premium Laptop Pro, Electronics, Premium Laptop Pro, Laptop, Electronics, Laptop
    "#]].assert_eq(&tell(
        &Client::new(),
        &[
            "/Products?$filter=Name eq 'Laptop'&$expand=Category($expand=Products($filter=Price gt $it/Price))",
            "/Products(LAPTOP)?$expand=Category($expand=Products($filter=Name eq $it/Name))",
            "/Categories?$expand=Products($filter=$it/Products/$count gt 4)&$select=Name",
            "/Categories?$filter=Name eq 'Kitchen'&$expand=Products($compute=concat($it/Name,Name) as Both;$select=Both)",
            "/Categories?$expand=Products($orderby=Price mul case($it/Name eq 'Electronics':-1,true:1))",
            "/Categories?$select=ID&$expand=Products/$count($filter=Name gt $it/Name)",
            "/Products(LAPTOP)/Category?$expand=Products($filter=Name gt $it/Name)",
            "/GetTopProducts()?$expand=Category($expand=Products($filter=Name eq $it/Name))&$top=2",
        ],
    ));
}

#[test]
fn related_entities_are_joined() {
    expect![[r##"
        /Products?$apply=filter(Name eq 'Laptop')/join(Descriptions as D)
          200 Laptop, Laptop
        /Products?$apply=join(Descriptions as D)/filter(D/LanguageKey eq 'DE')
          200 Laptop
        /Products?$apply=filter(Price lt 30)/outerjoin(Descriptions as D)
          200 Wireless Mouse, Wireless Mouse, Coffee Mug
        /Products?$apply=join(Descriptions as D)/groupby((Name),aggregate($count as N))
          200 Laptop, Wireless Mouse, Coffee Mug, Smartphone
        /Products?$apply=outerjoin(Descriptions as D)/aggregate($count as All,D/LanguageKey with countdistinct as Languages)
          200 {"@odata.context":"http://shop.example/$metadata#Products(All,Languages)","value":[{"All@odata.type":"#Decimal","All":10,"Languages@odata.type":"#Decimal","Languages":4}]}
        /Categories?$apply=join(Products as P)/filter(P/Price gt 900)/aggregate(P/Price with max as Dearest)
          200 {"@odata.context":"http://shop.example/$metadata#Categories(Dearest)","value":[{"Dearest":1999.99}]}
    "##]].assert_eq(&tell(
        &Client::new(),
        &[
            "/Products?$apply=filter(Name eq 'Laptop')/join(Descriptions as D)",
            "/Products?$apply=join(Descriptions as D)/filter(D/LanguageKey eq 'DE')",
            "/Products?$apply=filter(Price lt 30)/outerjoin(Descriptions as D)",
            "/Products?$apply=join(Descriptions as D)/groupby((Name),aggregate($count as N))",
            "/Products?$apply=outerjoin(Descriptions as D)/aggregate($count as All,D/LanguageKey with countdistinct as Languages)",
            "/Categories?$apply=join(Products as P)/filter(P/Price gt 900)/aggregate(P/Price with max as Dearest)",
        ],
    ));
}

/// What is aggregated is written in the form that is asked for, as anything else.
#[test]
fn aggregates_heed_the_form() {
    let client = Client::new();
    let url = "GET /Products?$apply=groupby((ReleaseDate),aggregate($count as n,ReleaseDate with max as d))/top(1)";
    let ask =
        |accept: &str| client.ask(url, &[("accept", accept)], "").1.split("\"value\":").nth(1).unwrap().to_owned();
    assert_eq!(
        ask("application/json"),
        r##"[{"ReleaseDate":"2024-01-15","n@odata.type":"#Decimal","n":1,"d@odata.type":"#ComplianceService.ReleaseDateValue","d":"2024-01-15"}]}"##
    );
    assert_eq!(
        ask("application/json;odata.metadata=none;IEEE754Compatible=true"),
        r#"[{"ReleaseDate":"2024-01-15","n":"1","d":"2024-01-15"}]}"#
    );
    assert_eq!(
        ask("application/json;odata.metadata=full"),
        r##"[{"ReleaseDate@odata.type":"#ComplianceService.ReleaseDateValue","ReleaseDate":"2024-01-15","n@odata.type":"#Decimal","n":1,"d@odata.type":"#ComplianceService.ReleaseDateValue","d":"2024-01-15"}]}"##
    );
}

/// What is computed in a complex value stands behind its members, in the form that is asked for.
#[test]
fn values_within_values_are_computed() {
    let client = Client::new();
    let ask = |select: &str, accept: &str| {
        let url = format!("GET /Products?$filter=Name eq 'Laptop' or Name eq 'Office Chair'&$select={select}");
        let body = client.ask(&url, &[("accept", accept)], "").1;
        body.split("\"value\":").nth(1).unwrap_or(&body).to_owned()
    };
    let none = "application/json;odata.metadata=none";
    let computed = "ShippingAddress($compute=length(City) as n,City as c;$select=State,n,c)";
    assert_eq!(
        ask(computed, none),
        r#"[{"ShippingAddress":{"State":"WA","n":7,"c":"Seattle"}},{"ShippingAddress":null}]}"#
    );
    let minimal = ask(computed, "application/json");
    assert!(
        minimal.contains(r##""ShippingAddress":{"State":"WA","n@odata.type":"#Int32","n":7,"c":"Seattle"}"##),
        "{minimal}"
    );
    let all = ask("ShippingAddress($compute=length(City) as n)", none);
    assert!(all.contains(r#""Country":"USA","n":7}"#), "{all}");
    // The same at the address of the value.
    let products = client.ask("GET /Products?$select=ID&$filter=Name eq 'Laptop'", &[], "").1;
    let id = products.split("\"ID\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let url = format!("GET /Products({id})/ShippingAddress?$compute=length(City) as n&$select=City,n");
    assert_eq!(client.ask(&url, &[("accept", none)], "").1, r#"{"City":"Seattle","n":7}"#);
    let text = client.ask(&url, &[], "").1;
    assert!(text.ends_with(r##""City":"Seattle","n@odata.type":"#Int32","n":7}"##), "{text}");
    // And of what an operation returns.
    let stats =
        client.ask("GET /GetProductStats()?$compute=totalProducts add 1 as n&$select=n", &[("accept", none)], "");
    assert_eq!(stats, (200, r#"{"n":8}"#.to_owned()));
    // What is asked of the values of a single property does not narrow it to nothing.
    assert_eq!(
        ask("Dimensions($compute=Length mul 2 as l;$select=Unit)", none),
        r#"[{"Dimensions":{"Unit":"cm"}},{"Dimensions":null}]}"#
    );
}

/// A relationship of which `$apply` has left a part may be selected.
#[test]
fn what_apply_has_left_of_a_relationship_is_selected() {
    let url = "GET /Products?$apply=groupby((Category/Name,Rating))&$select=Category&$top=1";
    let (status, body) = Client::new().ask(url, &[("accept", "application/json;odata.metadata=none")], "");
    assert_eq!((status, body.as_str()), (200, r#"{"value":[{"Category":{"Name":"Electronics"}}]}"#));
}
