//! Paths that go on after what an operation returns, and conditions within paths.

use super::Client;

/// The status of a GET, and of its body the names in it, or else the whole.
#[track_caller]
pub(super) fn check(client: &Client, url: &str, expected: &str) {
    check_as(client, "GET", url, "", expected);
}

#[track_caller]
fn check_as(client: &Client, method: &str, url: &str, body: &str, expected: &str) {
    assert_eq!(told(client, method, url, body), expected, "{url}");
}

/// The status, and of the body the names in it, or else the whole.
pub(super) fn told(client: &Client, method: &str, url: &str, body: &str) -> String {
    let products = client.products();
    let url = ["LAPTOP", "PREMIUM", "MUG"].iter().fold(url.to_owned(), |url, name| {
        let wanted = match *name {
            "LAPTOP" => "Laptop",
            "PREMIUM" => "Premium Laptop Pro",
            _ => "Coffee Mug",
        };
        url.replace(name, &id(client, &products, wanted))
    });
    let (status, body) = client.ask(&format!("{method} {url}"), &[], body);
    let body = body.split_once("\"message\":\"").map_or(body.as_str(), |(_, rest)| rest.split('"').next().unwrap());
    let names: Vec<&str> = body.split("\"Name\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let told = if names.is_empty() { body.to_owned() } else { names.join(", ") };
    format!("{status} {told}").trim_end().to_owned()
}

fn id(client: &Client, products: &[String], name: &str) -> String {
    let is_called = |id: &&String| client.ask(&format!("GET /Products({id})/Name/$value"), &[], "").1 == name;
    products.iter().find(is_called).cloned().unwrap()
}

#[test]
fn what_a_function_returns_is_a_collection_like_others() {
    let client = Client::new();
    check(&client, "/GetTopProducts()/$count", "200 7");
    check(&client, "/GetTopProducts()/$count?$filter=Price gt 900", "200 2");
    check(&client, "/GetTopProducts()/$filter(Price gt 900)", "200 Premium Laptop Pro, Laptop");
    check(&client, "/GetTopProducts()/$filter(@p)/$count?@p=Price gt 900", "200 2");
    check(&client, "/GetTopProducts()/$filter(Price gt 900)?$filter=Price lt 1000", "200 Laptop");
    check(&client, "/GetTopProducts()/ComplianceService.SpecialProduct/$count", "200 3");
    check(&client, "/GetTopProducts()?$orderby=Name&$top=2&$skip=1", "200 Gaming Mouse Ultra, Laptop");
    check(
        &client,
        "/GetTopProducts(count=3)?$filter=Category/Name eq 'Electronics'&$count=true&$top=1",
        "200 Premium Laptop Pro",
    );
    check(
        &client,
        "/GetTopProducts()?$skiptoken=x",
        "400 found `$skiptoken`, but what an operation returns comes in one page; expected no such option",
    );
    check(
        &client,
        "/GetTopProducts()?$apply=aggregate($count as n)",
        "501 `$apply` to what an operation returns is not supported",
    );
    let (_, refs) = client.ask("GET /GetTopProducts(count=2)/$ref", &[], "");
    assert_eq!(refs.matches("@odata.id\":\"http://shop.example/Products(").count(), 2, "{refs}");
}

#[test]
fn paths_go_on_behind_what_a_function_returns() {
    let client = Client::new();
    check(&client, "/GetTopProducts()(LAPTOP)", "200 Laptop");
    check(&client, "/GetTopProducts(count=1)(LAPTOP)", "404 the result has no such entity");
    check(&client, "/GetTopProducts()(LAPTOP)/Name/$value", "200 Laptop");
    check(&client, "/GetTopProducts()(LAPTOP)/Category", "200 Electronics");
    check(&client, "/GetTopProducts()(LAPTOP)/Category/Products/$count", "200 5");
    check(
        &client,
        "/GetTopProducts()(LAPTOP)/GetTotalPrice(taxRate=0)",
        "200 {\"@odata.context\":\"http://shop.example/$metadata#Edm.Double\",\"value\":999.99}",
    );
    check(&client, "/GetTopProducts()(LAPTOP)/GetRelatedProducts()/$count", "200 4");
    check(
        &client,
        "/GetTopProducts()(LAPTOP)/GetRelatedProducts()(PREMIUM)/GetRelatedProducts()(LAPTOP)/Name/$value",
        "200 Laptop",
    );
    check(&client, "/GetTopProducts()/$filter(Price gt 900)(LAPTOP)/Name/$value", "200 Laptop");
    check(
        &client,
        "/GetTopProducts()/$filter(Price gt 1000)(LAPTOP)/Name/$value",
        "404 the entity is not among those of the condition",
    );
    check(&client, "/GetTopProducts()(PREMIUM)/ComplianceService.SpecialProduct/Name/$value", "200 Premium Laptop Pro");
    check(
        &client,
        "/GetTopProducts()(MUG)/ComplianceService.SpecialProduct/Name/$value",
        "404 the entity is not of the type `SpecialProduct`",
    );
    check(
        &client,
        "/GetTopProducts()/GetAveragePrice()",
        "501 calling an operation on a collection that another returned is not supported",
    );
    check(&client, "/GetTopProducts()(LAPTOP)/Nothing", "404 Resource not found for the segment 'Nothing'.");
    let (_, reference) = client.ask(&format!("GET /GetTopProducts()({})/$ref", client.products()[0]), &[], "");
    assert!(reference.contains("@odata.id\":\"http://shop.example/Products("), "{reference}");
}

#[test]
fn what_a_function_returns_is_only_read_but_actions_are_called_on_it() {
    let client = Client::new();
    let refused = "405 Specified HTTP method is not allowed for the request target. Expected one of GET, HEAD.";
    check_as(&client, "DELETE", "/GetTopProducts()(LAPTOP)", "", refused);
    check_as(&client, "PATCH", "/GetTopProducts()(LAPTOP)/Category", "{}", refused);
    check_as(&client, "POST", "/GetTopProducts()(LAPTOP)/IncreasePrice", "{\"amount\":1}", "204");
    check(&client, "/Products(LAPTOP)/Price/$value", "200 1000.99");
}

#[test]
fn conditions_in_paths_are_about_what_they_stand_behind() {
    let client = Client::new();
    check(&client, "/Products/$filter(@f)/$count?@f=Price gt 900", "200 2");
    check(&client, "/Products/$filter(Price gt 900)(LAPTOP)/Category", "200 Electronics");
    check(
        &client,
        "/Products/$filter(@f)(MUG)/Category?@f=Price gt 900",
        "404 the entity is not among those of the condition",
    );
    check(
        &client,
        "/Products/$filter(Price gt 900)(LAPTOP)/GetTotalPrice(taxRate=0)",
        "200 {\"@odata.context\":\"http://shop.example/$metadata#Edm.Double\",\"value\":999.99}",
    );
    check(
        &client,
        "/Products/$filter(Price gt 900)(MUG)/GetTotalPrice(taxRate=0)",
        "404 the entity is not among those of the condition",
    );
    check(
        &client,
        "/Products/$filter(Price gt 900)/GetAveragePrice()",
        "501 calling an operation on part of a collection is not supported",
    );
    check(&client, "/Products/$filter(Category/Name eq 'Kitchen')(MUG)/Name/$value", "200 Coffee Mug");
}

#[test]
fn query_options_come_in_the_body_too() {
    let client = Client::new();
    let ask = |url: &str, body: &str| {
        let (status, body) = client.ask(&format!("POST {url}"), &[("content-type", "text/plain")], body);
        format!("{status} {body}")
    };
    assert_eq!(ask("/Products/$filter(@f)/$count/$query", "@f=Price%20gt%20900"), "200 2");
    assert_eq!(ask("/GetTopProducts(count=3)/$count/$query", "$filter=Price lt 1000"), "200 2");
    assert_eq!(ask("/Products(@k)/Name/$value/$query", &format!("@k={}", client.products()[0])).get(..3), Some("200"));
}

#[test]
fn keys_stand_within_expressions() {
    let client = Client::new();
    check(&client, "/Categories?$filter=Products(LAPTOP)/Price gt 900", "200 Electronics");
    check(&client, "/Categories?$filter=Products(ID=MUG) ne null", "200 Kitchen");
    check(&client, "/Categories/$count?$filter=Products(LAPTOP) eq null", "200 2");
    check(&client, "/Categories?$filter=Products(@k)/Category/Name eq 'Kitchen'&@k=MUG", "200 Kitchen");
    check(&client, "/Categories?$orderby=Products(LAPTOP)/Price desc&$top=1", "200 Electronics");
    check(&client, "/Categories?$filter=Products/$filter(Price gt 900)(LAPTOP) ne null", "200 Electronics");
    check(
        &client,
        "/Categories?$filter=Products/any(p:p/Category/Products(LAPTOP)/Price eq p/Price)",
        "200 Electronics",
    );
    let english = "/Products/$count?$filter=Descriptions(ProductID=$it/ID,LanguageKey='EN') ne null";
    let any = "/Products/$count?$filter=Descriptions/any(d:d/LanguageKey eq 'EN')";
    assert_eq!(client.ask(&format!("GET {english}"), &[], ""), client.ask(&format!("GET {any}"), &[], ""));
    for (condition, expected) in [
        (
            "Descriptions('EN') ne null",
            "400 found a key that does not fit, `ProductDescription` is keyed by `ProductID` and `LanguageKey`",
        ),
        (
            "Descriptions(LanguageKey='EN') ne null",
            "400 found a key that does not fit, `ProductDescription` is keyed by `ProductID` and `LanguageKey`",
        ),
        ("Category(LAPTOP) ne null", "400 found a key after `Category`, which leads to one entity"),
        (
            "RelatedProducts(1) ne null",
            "400 `eq`: found `Edm.Guid` and `Edm.Int64`, expected two operands of comparable types",
        ),
        ("GetTotalPrice(taxRate=1) gt 1", "501 the function `GetTotalPrice` within an expression is not supported yet"),
    ] {
        check(&client, &format!("/Products?$filter={condition}"), expected);
    }
}

/// The context of a property says the type that has it, where the declared one has not (OData Protocol 4.01, section
/// 10.13).
#[test]
fn contexts_of_properties_of_derived_types() {
    let client = Client::new();
    let context = |url: &str| {
        let body = client.ask(&format!("GET {url}"), &[], "").1;
        body.split("/$metadata#").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let products = client.ask("GET /Products?$select=ID&$filter=Name eq 'Laptop'", &[], "").1;
    let id = products.split("\"ID\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let place = format!("Products({id})");
    let derived = format!("{place}/ComplianceService.SpecialProduct/SpecialProperty");
    assert_eq!(context(&format!("/{derived}")), derived);
    let plain = format!("/{place}/ComplianceService.SpecialProduct/ShippingAddress/City");
    assert_eq!(context(&plain), format!("{place}/ShippingAddress/City"));
}

/// An action presumes of what it is called on what the request says (OData Protocol 4.01, section 11.5.5.1).
#[test]
fn actions_heed_conditions() {
    let client = Client::new();
    let products = client.ask("GET /Products?$select=ID&$filter=Name eq 'Laptop'", &[], "").1;
    let id = products.split("\"ID\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let url = format!("POST /Products({id})/ApplyDiscount?$select=Price");
    let call = |header: (&str, &str)| client.ask(&url, &[header], "{\"percentage\":50}").0;
    let price = || client.ask(&format!("GET /Products({id})/Price/$value"), &[], "").1;
    assert_eq!(call(("if-match", "W/\"9\"")), 412);
    assert_eq!(call(("if-none-match", "*")), 412);
    assert_eq!(call(("if-match", "?")), 400);
    assert_eq!(price(), "999.99");
    assert_eq!(call(("if-match", "W/\"0000000000000001\"")), 200);
    assert_eq!(call(("if-match", "W/\"0000000000000001\"")), 412);
    assert_eq!(call(("if-match", "*")), 200);
    assert_eq!(price(), "249.9975");
    // A collection has no tag.
    let all = |tag: &str| client.ask("POST /Products/MarkAllAsReviewed", &[("if-match", tag)], "").0;
    assert_eq!((all("*"), all("W/\"0000000000000001\"")), (204, 412));
}
