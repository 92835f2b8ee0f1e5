//! Stories over the whole shop: through the protocol where it asks, else through what the shop offers it.

mod all;
mod each;
mod elsewhere;
mod paths;

use std::pin::pin;
use std::sync::Barrier;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use edm::expr::Reach;
use edm::{OperationKind, Value};
use engine::{
    Action, Address, Call, Changed, Dialect, Exchange, Media, Outcome, Problem, Request, Resources, Response, Service,
    Target as _,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

mod fuzz;

use super::Shop;
use crate::model::SHOP;
use crate::target::Target;

const ROOT: &str = "http://shop.example";

fn exchange() -> Exchange {
    let now = 17_000_000_000_000_000;
    Exchange { request_id: "r".into(), client_request_id: "c".into(), now, stopwatch: None }
}

/// The outcome of a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("nothing here waits"),
    }
}

struct Client(Service<Shop>);

impl Client {
    fn new() -> Client {
        Client::with(Dialect::OASIS)
    }

    fn with(dialect: Dialect) -> Client {
        Client(Service::new(Shop::new(exchange().now).unwrap(), dialect, [7; 32]))
    }

    fn shop(&self) -> &Shop {
        self.0.resources()
    }

    /// Status and body.
    fn ask(&self, request: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let response = self.send(request, headers, body);
        (response.status.as_u16(), String::from_utf8(response.body.to_vec()).unwrap())
    }

    fn send(&self, request: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let (method, url) = request.split_once(' ').unwrap();
        let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
        let parsed = |(name, value): &(&str, &str)| -> (HeaderName, HeaderValue) {
            (name.parse().unwrap(), value.parse().unwrap())
        };
        let json = ("content-type", "application/json");
        let headers: HeaderMap = headers.iter().chain([&json]).map(parsed).collect();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let (headers, body) = (&headers, Bytes::from(body.to_owned()));
        let request = Request { method, root: ROOT, path, query, headers, body, exchange: exchange() };
        now(self.0.serve(&(), &request))
    }

    fn batch(&self, body: &str) -> String {
        let headers = [("content-type", "application/json"), ("odata-maxversion", "4.01")];
        let parsed = headers.map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        let (headers, body) = (&HeaderMap::from_iter(parsed), Bytes::from(body.to_owned()));
        let (method, path) = (Method::POST, "/$batch");
        let request = Request { method, root: ROOT, path, query: None, headers, body, exchange: exchange() };
        let response = now(self.0.batch(&(), request, &[]));
        String::from_utf8(response.body.to_vec()).unwrap()
    }

    /// The ids of the products, in their order.
    fn products(&self) -> Vec<String> {
        let (_, body) = self.ask("GET /Products?$select=ID", &[], "");
        body.split("\"ID\":\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    }
}

/// What a path means to the shop.
fn target(shop: &Shop, path: &str, action: Action) -> Result<Target, Problem> {
    now(shop.authorize(&(), &address(path)?, action))
}

fn address(path: &str) -> Result<Address, Problem> {
    let segments = odata::url::path::parse(path)?;
    odata::address::bind(&SHOP, &Dialect::OASIS, &segments, &|_: &str| None)
}

#[test]
fn products_are_read_made_changed_and_removed() {
    let client = Client::new();
    let laptop = client.products().remove(0);
    let (status, body) = client.ask(&format!("GET /Products({laptop})?$select=Name,Status"), &[], "");
    assert_eq!(status, 200);
    assert!(body.ends_with(r#""Name":"Laptop","Status":"InStock,Featured"}"#), "{body}");
    assert_eq!(client.ask("GET /Products/$count", &[], ""), (200, "7".to_owned()));
    let (status, body) = client.ask("POST /Products", &[], r#"{"Name":"Pen","Price":1.5,"Status":1}"#);
    assert_eq!(status, 201, "{body}");
    let pen = client.products().remove(7);
    let (status, _) = client.ask(&format!("PATCH /Products({pen})"), &[("if-match", "W/\"0000000000000001\"")], "{}");
    assert!(matches!(status, 200 | 204));
    let (status, body) = client.ask(&format!("PATCH /Products({pen})"), &[("if-match", "W/\"wrong\"")], "{}");
    assert_eq!(status, 412, "{body}");
    assert_eq!(client.ask(&format!("DELETE /Products({pen})"), &[], "").0, 204);
    assert_eq!(client.ask(&format!("GET /Products({pen})"), &[], "").0, 404);
}

/// Of two calls that presume one version, one finds it gone, however close together they come.
#[test]
fn an_action_acts_on_what_it_presumes() {
    let client = Client::new();
    let product = format!("/Products({})", client.products().remove(0));
    for round in 0..200 {
        let (_, body) = client.ask(&format!("GET {product}?$select=Price"), &[], "");
        let tag = body.split("W/\\\"").nth(1).and_then(|rest| rest.split('\\').next()).unwrap().to_owned();
        let (tag, barrier) = (format!("W/\"{tag}\""), Barrier::new(2));
        let raise = || {
            barrier.wait();
            let call = format!("POST {product}/IncreasePrice");
            client.ask(&call, &[("if-match", &tag)], r#"{"amount":1}"#).0
        };
        let mut told =
            std::thread::scope(|scope| [scope.spawn(raise), scope.spawn(raise)].map(|one| one.join().unwrap()));
        told.sort_unstable();
        assert_eq!(told, [204, 412], "round {round}");
    }
}

/// What exists and has no tag is what `*` presumes, and no tag.
#[test]
fn what_has_no_tag_is_nothing_that_a_tag_presumes() {
    let client = Client::new();
    let [one, other] = [0, 1].map(|at| format!("Products({})", client.products().remove(at)));
    let reference = format!("{{\"@odata.id\":\"{other}\"}}");
    for (request, body) in [
        ("POST /ResetAllPrices".to_owned(), "{}"),
        (format!("POST /{one}/RelatedProducts/$ref"), &*reference),
        (format!("DELETE /{one}/RelatedProducts/$ref?$id={other}"), ""),
        (format!("DELETE /{one}/Category/$ref"), ""),
    ] {
        let told = |tag: &str| client.ask(&request, &[("if-match", tag)], body).0;
        assert_eq!(told("W/\"0000000000000001\""), 412, "{request}");
        assert!(matches!(told("*"), 200 | 204), "{request}");
    }
}

/// Nulls are left out of what an operation returns, and the answer says so.
#[test]
fn what_an_operation_returns_says_what_was_preferred() {
    let client = Client::new();
    let body = |response: &Response| String::from_utf8(response.body.to_vec()).unwrap();
    for url in ["GET /GetTopProducts()?$select=Description&$top=1", "GET /GetTopProducts()?$top=2"] {
        let answer = client.send(url, &[("prefer", "omit-values=nulls")], "");
        assert_eq!(answer.headers.get("preference-applied").unwrap(), "omit-values=nulls", "{url}");
        assert!(!body(&answer).contains("null"), "{url}");
    }
}

#[test]
fn descriptions_are_made_where_their_address_says() {
    let client = Client::new();
    let laptop = client.products().remove(0);
    let at = format!("/ProductDescriptions(ProductID={laptop},LanguageKey='FR')");
    let put = |headers: &[(&str, &str)]| client.ask(&format!("PUT {at}"), headers, r#"{"Description":"Ordinateur"}"#).0;
    assert_eq!((put(&[("if-match", "*")]), put(&[]), put(&[])), (404, 201, 204));
    let (_, body) = client.ask(&format!("GET {at}/Description/$value"), &[], "");
    assert_eq!(body, "Ordinateur");
    // An address whose product does not exist is no place for one.
    let nowhere = "PATCH /ProductDescriptions(ProductID=11111111-1111-1111-1111-111111111111,LanguageKey='FR')";
    assert_eq!(client.ask(nowhere, &[], r#"{"Description":"x"}"#).0, 400);
}

#[test]
fn what_is_made_together_is_answered_together() {
    let client = Client::new();
    let body = r#"{"Name":"Desk","Price":1,"Descriptions":[{"LanguageKey":"EN","Description":"a desk"}],
        "RelatedProducts":[{"Name":"Lamp","Price":2,"Descriptions":[{"LanguageKey":"DE","Description":"Licht"}]}]}"#;
    let (status, answer) = client.ask("POST /Products", &[], body);
    assert_eq!(status, 201, "{answer}");
    assert!(answer.contains("#Products(Descriptions(),RelatedProducts(Descriptions()))/$entity"), "{answer}");
    assert!(answer.contains(r#""Description":"a desk""#) && answer.contains(r#""Description":"Licht""#), "{answer}");
    let laptop = client.products().remove(0);
    let bound = format!(r#"{{"Name":"Mat","Price":1,"RelatedProducts@odata.bind":["Products({laptop})"]}}"#);
    assert!(client.ask("POST /Products", &[], &bound).1.contains("#Products/$entity"));
    let (_, answer) = client.ask("POST /Products?$expand=Descriptions($select=LanguageKey)", &[], body);
    assert!(
        answer.contains("#Products(Descriptions(LanguageKey),RelatedProducts(Descriptions()))/$entity"),
        "{answer}"
    );
}

#[test]
fn changes_of_products_are_told() {
    let client = Client::new();
    let delta = |body: &str| {
        let (_, rest) = body.split_once(&format!("\"@odata.deltaLink\":\"{ROOT}")).unwrap();
        format!("GET {}", rest.split('"').next().unwrap())
    };
    let (_, body) = client.ask("GET /Products?$filter=Price gt 500", &[("prefer", "track-changes")], "");
    let link = delta(&body);
    client.ask("POST /Products", &[], r#"{"Name":"Desk","Price":600}"#);
    let laptop = client.products().remove(0);
    client.ask(&format!("DELETE /Products({laptop})"), &[], "");
    let (status, body) = client.ask(&link, &[], "");
    assert!(status == 200 && body.contains(r#""Name":"Desk""#), "{body}");
    assert!(
        body.contains(&format!(r#""@odata.removed":{{"reason":"deleted"}},"@odata.id":"{ROOT}/Products({laptop})""#))
    );
    // Beginning anew forgets what was.
    client.ask("POST /Reseed", &[], "");
    assert_eq!((client.ask(&link, &[], "").0, client.ask(&delta(&body), &[], "").0), (410, 410));
    // Of categories no history is kept.
    let (_, body) = client.ask("GET /Categories", &[("prefer", "track-changes")], "");
    assert!(!body.contains("deltaLink"));
}

#[test]
fn streams_that_hold_something_are_told() {
    let client = Client::new();
    let (_, body) = client.ask("GET /MediaItems?$top=1", &[], "");
    assert!(body.contains(r#""@odata.mediaContentType":"image/png""#), "{body}");
    let laptop = client.products().remove(0);
    let shown = || client.ask(&format!("GET /Products({laptop})"), &[], "").1.contains("Photo@odata.mediaContentType");
    assert!(!shown());
    client.ask(&format!("PUT /Products({laptop})/Photo"), &[], "{}");
    assert!(shown());
}

#[test]
fn functions_take_plain_options() {
    let client = Client::new();
    let status = |url: &str| client.ask(&format!("GET {url}"), &[], "").0;
    assert_eq!(status("/GetTopProducts()?count=2"), 200);
    assert_eq!(status("/GetTopProducts()?count=2&category=Electronics"), 200);
    assert_eq!(status("/GetTopProducts()?count=2&$count=true"), 200);
    assert_eq!(status("/GetTopProducts()?count=2&other=1"), 400);
}

#[test]
fn what_the_model_forbids_is_refused() {
    let client = Client::new();
    let check = |request: &str, body: &str, expected: u16| {
        let (status, answer) = client.ask(request, &[], body);
        assert_eq!(status, expected, "{request} {body}: {answer}");
    };
    check("POST /ReadOnlyItems", r#"{"Name":"x"}"#, 405);
    check("POST /Company", "{}", 405);
    check("DELETE /Company", "", 405);
    check("PUT /Products", "{}", 405);
    check("POST /Categories", r#"{"Name":"Kitchen"}"#, 409);
    check("POST /Products", r#"{"Price":1}"#, 400);
    check("POST /Products", r#"{"Name":"x","Price":1,"CategoryID":"11111111-1111-1111-1111-111111111111"}"#, 400);
    check("GET /Products(11111111-1111-1111-1111-111111111111)/Category", "", 404);
    check("GET /Nothing", "", 404);
    check("PUT /Products(11111111-1111-1111-1111-111111111111)", r#"{"Name":"x","Price":1}"#, 404);
}

#[test]
fn targets_say_where_they_are() {
    let shop = Shop::new(exchange().now).unwrap();
    let laptop = Client(Service::new(Shop::new(exchange().now).unwrap(), Dialect::OASIS, [7; 32])).products().remove(0);
    let check = |path: &str, expected: &str| {
        let path = path.replace('*', &laptop);
        let found =
            target(&shop, &path, Action::Read).map(|target| format!("{} in {}", target.path(), target.container()));
        let found = found.unwrap_or_else(|problem| problem.message).replace(&laptop, "*");
        assert_eq!(found, expected);
    };
    check("/Products", "Products in Products");
    check("/Products(*)/Category", "Products(*)/Category in Categories");
    check("/Products(*)/Category/Products", "Products(*)/Category/Products in Products");
    check("/Products/ComplianceService.SpecialProduct", "Products/ComplianceService.SpecialProduct in Products");
    check(
        "/ProductDescriptions(ProductID=*,LanguageKey='EN')",
        "ProductDescriptions(ProductID=*,LanguageKey='EN') in ProductDescriptions",
    );
    check(
        "/Products(11111111-1111-1111-1111-111111111111)",
        "Products(11111111-1111-1111-1111-111111111111) in Products",
    );
    let missing = "`Products(11111111-1111-1111-1111-111111111111)` does not exist";
    check("/Products(11111111-1111-1111-1111-111111111111)/Category", missing);
    check("/Company", "Company in Company");
    check("/GetTopProducts()", " in ");
}

#[test]
fn casts_keep_only_what_is_of_the_type() {
    let client = Client::new();
    let products = client.products();
    let count =
        |path: &str| now(client.shop().count(&(), &target(client.shop(), path, Action::Count).unwrap())).unwrap();
    assert_eq!(count("/Products/ComplianceService.SpecialProduct"), 3);
    let read = |id: &str| {
        let path = format!("/Products({id})/ComplianceService.SpecialProduct");
        now(client.shop().read(&(), &target(client.shop(), &path, Action::Read).unwrap(), &Reach::NONE))
    };
    assert_eq!(read(&products[0]).unwrap().unwrap().row.ty.name, "SpecialProduct");
    assert_eq!(read(&products[1]).unwrap_err().kind.status(), 404);
}

#[test]
fn a_reach_brings_what_it_asks_for() {
    let client = Client::new();
    let navigation = |ty: &'static edm::StructType, name| ty.find_navigation(name).unwrap();
    let descriptions = (navigation(&crate::model::PRODUCT, "Descriptions"), Reach::NONE);
    let category = (navigation(&crate::model::PRODUCT, "Category"), Reach::NONE);
    let products = (navigation(&crate::model::CATEGORY, "Products"), Reach { along: vec![descriptions, category] });
    let reach = Reach { along: vec![products] };
    let categories = target(client.shop(), "/Categories", Action::List).unwrap();
    let found = now(client.shop().list(&(), &categories, &reach, &engine::Window::ALL)).unwrap();
    let counts: Vec<(usize, usize)> = found
        .iter()
        .map(|category| {
            let products = &category.related[0];
            assert!(products.iter().all(|product| product.related[1].len() == 1));
            (products.len(), products.iter().map(|product| product.related[0].len()).sum())
        })
        .collect();
    assert_eq!(counts, [(5, 6), (1, 1), (1, 0)]);
}

#[test]
fn links_streams_and_calls() {
    let client = Client::new();
    let (shop, products) = (client.shop(), client.products());
    let at = |path: &str| target(shop, path, Action::Update).unwrap();
    let (related, mouse) =
        (format!("/Products({})/RelatedProducts", products[0]), format!("/Products({})", products[1]));
    now(shop.link(&(), &at(&related), &at(&mouse), &exchange())).unwrap();
    assert_eq!(now(shop.count(&(), &at(&related))).unwrap(), 1);
    let one = format!("{related}({})", products[1]);
    now(shop.unlink(&(), &at(&one), None, &exchange())).unwrap();
    assert_eq!(now(shop.count(&(), &at(&related))).unwrap(), 0);
    let category = at(&format!("/Products({})/Category", products[0]));
    now(shop.unlink(&(), &category, None, &exchange())).unwrap();
    assert!(now(shop.read(&(), &category, &Reach::NONE)).unwrap().is_none());
    let (_, photo) = crate::model::PRODUCT.find("Photo").unwrap();
    let empty = now(shop.media(&(), &at(&mouse), Some(photo))).unwrap().unwrap();
    assert_eq!((empty.content_type.as_str(), empty.bytes.len()), ("application/octet-stream", 0));
    let png = Media { content_type: "image/png".to_owned(), bytes: Bytes::from_static(b"x") };
    let changed = now(shop.set_media(&(), &at(&mouse), Some(photo), Some(png.clone()), None, &exchange())).unwrap();
    assert!(matches!(changed, Changed::Done(_)));
    assert_eq!(now(shop.media(&(), &at(&mouse), Some(photo))).unwrap(), Some(png));
    let operation = SHOP.operations.iter().find(|operation| operation.name == "GetTotalPrice").unwrap();
    let arguments = [(&operation.parameters[1], Value::Double(0.5))];
    let target = target(shop, &mouse, Action::Call(OperationKind::Function)).unwrap();
    let outcome =
        now(shop.call(&(), Some(&target), &Call { operation, arguments: &arguments }, &Reach::NONE, &exchange()));
    assert!(matches!(outcome.unwrap(), Outcome::Value(Value::Double(price)) if (price - 44.985).abs() < 1e-9));
}

#[test]
fn a_group_is_seen_by_itself_until_it_settles() {
    let client = Client::new();
    let laptop = format!("/Products({})", client.products()[0]);
    let (first, second) = (client.shop().stage(), client.shop().stage());
    for staged in [&first, &second] {
        let target = target(staged, &laptop, Action::Delete).unwrap();
        now(staged.delete(&(), &target, None, &exchange())).unwrap();
        let products = crate::service::tests::target(staged, "/Products", Action::Count).unwrap();
        assert_eq!(now(staged.count(&(), &products)).unwrap(), 6);
    }
    assert_eq!(client.products().len(), 7);
    assert!(matches!(first.settle(), Changed::Done(())));
    assert_eq!(client.products().len(), 6);
    assert!(matches!(second.settle(), Changed::Conflict));
}
