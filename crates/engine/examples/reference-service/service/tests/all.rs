//! All entities of the service.

use engine::Dialect;

use super::{Client, ROOT};

fn ask(client: &Client, url: &str) -> (u16, String) {
    client.ask(&format!("GET {url}"), &[], "")
}

fn ids(body: &str) -> Vec<String> {
    body.split("@odata.id\":\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn every_entity_says_what_and_where_it_is() {
    every_entity_says_it_once(&Client::new());
    // Also where all entities say their ids.
    every_entity_says_it_once(&Client::with(Dialect { ids: true, ..Dialect::OASIS }));
}

fn every_entity_says_it_once(client: &Client) {
    let (status, body) = ask(client, "/$all");
    assert_eq!(status, 200, "{body}");
    assert!(
        body.starts_with("{\"@odata.context\":\"http://shop.example/$metadata#Collection(Edm.EntityType)\""),
        "{body}"
    );
    let ids = ids(&body);
    let sets = ["Categories", "Products", "ProductDescriptions", "MediaItems", "ReadOnlyItems", "DecimalSamples"];
    let expected: usize =
        sets.iter().map(|set| ask(client, &format!("/{set}/$count")).1.parse::<usize>().unwrap()).sum::<usize>() + 1;
    assert_eq!(ids.len(), expected);
    assert_eq!(body.matches("\"@odata.type\":").count(), expected, "each has its type once");
    for id in &ids {
        let (status, body) = ask(client, id.strip_prefix(ROOT).unwrap());
        assert_eq!(status, 200, "{id}: {body}");
    }
    let full = client.ask("GET /$all", &[("accept", "application/json;odata.metadata=full")], "").1;
    assert_eq!(super::all::ids(&full), ids);
    assert!(
        !client.ask("GET /$all", &[("accept", "application/json;odata.metadata=none")], "").1.contains("@odata.id")
    );
}

#[test]
fn it_is_searched_counted_and_paged() {
    let client = Client::new();
    let whole = ids(&ask(&client, "/$all").1);
    for size in [1, 3, 7] {
        for count in ["", "?$count=true"] {
            let (mut url, mut pages) = (format!("/$all{count}"), Vec::new());
            loop {
                let prefer = format!("odata.maxpagesize={size}");
                let (status, body) = client.ask(&format!("GET {url}"), &[("prefer", &prefer)], "");
                assert_eq!(status, 200, "{body}");
                assert_eq!(body.contains(&format!("\"@odata.count\":{}", whole.len())), !count.is_empty(), "{body}");
                pages.extend(ids(&body));
                match body.split("nextLink\":\"").nth(1).and_then(|rest| rest.split('"').next()) {
                    Some(next) => url = next.strip_prefix(ROOT).unwrap().to_owned(),
                    None => break,
                }
            }
            assert_eq!(pages, whole, "{size} {count}");
        }
    }
    assert_eq!(ids(&ask(&client, "/$all?$top=1&$skip=2").1), whole[2..3]);
    let found = ask(&client, "/$all?$search=Laptop&$count=true").1;
    assert!(!ids(&found).is_empty() && ids(&found).len() < whole.len(), "{found}");
    for (url, status, what) in [
        ("/$all?$filter=true", 400, "`$filter` does not apply here"),
        ("/$all?$select=ID", 400, "`$select` does not apply here"),
        ("/$all?$skiptoken=x", 400, "skip token"),
        ("/$all/$count", 404, "$count"),
        ("/$crossjoin(Products,Categories)", 501, "`$crossjoin` is not supported"),
    ] {
        let (found, body) = ask(&client, url);
        assert!(found == status && body.contains(what), "{url}: {found} {body}");
    }
    assert_eq!(client.ask("POST /$all", &[], "{}").0, 405);
}

#[test]
fn those_of_a_type_are_the_set_they_are_in() {
    let client = Client::new();
    let names = |url: &str| {
        let body = ask(&client, url).1;
        body.split("\"Name\":\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        names("/$all/ComplianceService.Product?$filter=Price gt 900&$orderby=Price"),
        ["Laptop", "Premium Laptop Pro"]
    );
    assert_eq!(names("/$all/ComplianceService.SpecialProduct").len(), 3);
    assert_eq!(ask(&client, "/$all/ComplianceService.Product?$top=1").0, 200);
    assert_eq!(ids(&ask(&client, "/$all/ComplianceService.CompanyInfo").1).len(), 1);
    assert_eq!(ask(&client, "/$all/ComplianceService.Nothing").0, 404);
    let options = [("content-type", "text/plain")];
    assert_eq!(client.ask("POST /$all/$query", &options, "$top=2").1.matches("@odata.id").count(), 2);
}
