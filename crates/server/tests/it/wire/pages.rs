//! Lists in pages, after Graph's reading of `$top` and after OData's, and the text of queries.

use serde_json::{Value, json};

use super::{assert_refused, server};
use crate::harness::{Reply, Request, Server};

/// Grace with so many skills, named by number.
fn with_skills(count: usize) -> Server {
    let server = server();
    server.grace("DELETE", "/beta/me/profile").send().expect(204);
    for number in 0..count {
        let skill = json!({ "displayName": format!("S{number:03}") });
        server.grace("POST", "/beta/me/profile/skills").json(&skill).send().expect(201);
    }
    server
}

/// Follows the links from page to page: the sizes of the pages and the names on all of them.
fn follow(server: &Server, target: &str, dress: &dyn Fn(Request) -> Request) -> (Vec<usize>, Vec<String>) {
    let (mut sizes, mut names) = (Vec::new(), Vec::new());
    let mut target = target.to_owned();
    loop {
        let page = dress(server.grace("GET", &target)).send().expect(200).json();
        let items = page["value"].as_array().unwrap();
        sizes.push(items.len());
        names.extend(items.iter().map(|item| item["displayName"].as_str().unwrap_or_default().to_owned()));
        assert!(sizes.len() < 100, "the pages do not end");
        let Some(next) = page["@odata.nextLink"].as_str() else { return (sizes, names) };
        target = next.strip_prefix(server.ready("VITAE_URL")).expect("the link is on the origin used").to_owned();
    }
}

fn expected(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|number| format!("S{number:03}")).collect()
}

const SKILLS: &str = "/beta/me/profile/skills";

#[test]
fn pages_have_a_hundred_items_unless_asked_otherwise() {
    let server = with_skills(230);
    let plain = |request: Request| request;
    assert_eq!(follow(&server, SKILLS, &plain), (vec![100, 100, 30], expected(0, 230)));
    // Graph: the size of a page, and the links go on.
    assert_eq!(follow(&server, &format!("{SKILLS}?$top=115"), &plain), (vec![115, 115], expected(0, 230)));
    assert_eq!(follow(&server, &format!("{SKILLS}?$top=999"), &plain), (vec![230], expected(0, 230)));
    assert_eq!(follow(&server, &format!("{SKILLS}?$skip=200&$top=20"), &plain), (vec![20, 10], expected(200, 230)));
    assert_eq!(follow(&server, &format!("{SKILLS}?$top=0"), &plain).0, [0]);
    // OData: a limit of all pages together.
    let odata = |request: Request| request.header("odata-maxversion", "4.01");
    assert_eq!(follow(&server, &format!("{SKILLS}?$top=115"), &odata), (vec![100, 15], expected(0, 115)));
    assert_eq!(follow(&server, &format!("{SKILLS}?$top=2147483647"), &odata).0, [100, 100, 30]);
    assert_eq!(follow(&server, &format!("{SKILLS}?$top=3&$skip=2"), &odata), (vec![3], expected(2, 5)));
    assert_eq!(follow(&server, &format!("{SKILLS}?$top=0"), &odata).0, [0]);
    for preference in ["odata.maxpagesize=90", "maxpagesize=90"] {
        let sized = |request: Request| request.header("prefer", preference);
        assert_eq!(follow(&server, SKILLS, &sized), (vec![90, 90, 50], expected(0, 230)));
        assert_eq!(follow(&server, &format!("{SKILLS}?$top=100"), &sized).0, [90, 10]);
    }
    let preferred = server.grace("GET", SKILLS).header("prefer", "odata.maxpagesize=5").send().expect(200);
    assert!(preferred.header("preference-applied").is_some_and(|applied| applied.ends_with("maxpagesize=5")));
    let backwards = follow(&server, &format!("{SKILLS}?$orderby=displayName%20desc&$top=70"), &plain);
    assert_eq!(backwards.1, expected(0, 230).into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn sizes_out_of_bounds_are_refused() {
    let server = server();
    for query in [
        "$top=1000",
        "$top=-1",
        "$top=",
        "$top=x",
        "$top=1.5",
        "$top=2147483648",
        "$skip=-1",
        "$skip=x",
        "$top=1&$top=1",
        "$count=1",
    ] {
        assert_refused(server.ada("GET", &format!("/beta/users?{query}")), 400, "BadRequest");
    }
    assert_refused(server.ada("GET", "/beta/users?$top=-1").header("odata-maxversion", "4.0"), 400, "BadRequest");
}

fn next(page: &Reply) -> String {
    page.json()["@odata.nextLink"].as_str().expect("there is a next page").to_owned()
}

#[test]
fn links_lead_on_under_the_name_the_client_used() {
    let server = server();
    for host in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:9"] {
        let ask = |target: &str| server.ada("GET", target).host(Some(host)).send().expect(200);
        let page = ask("/V1.0/Users?$select=id,displayName&mine=a%20b&$top=3&$count=true");
        let link = next(&page);
        let target = link.strip_prefix(&format!("http://{host}")).unwrap_or_else(|| panic!("{link}"));
        assert!(target.starts_with("/v1.0/"), "{target}");
        for part in ["$select=id,displayName", "mine=a%20b", "$top=3", "$skiptoken="] {
            assert!(target.contains(part), "{target}");
        }
        let second = ask(target);
        assert_eq!(second.json()["value"].as_array().unwrap().len(), 3);
        assert_ne!(second.json()["value"], page.json()["value"]);
    }
}

#[test]
fn a_link_is_good_for_its_caller_and_query_only() {
    let server = server();
    let link = next(&server.get("/beta/users?$top=3&$select=id"));
    let target = link.strip_prefix(server.ready("VITAE_URL")).unwrap();
    server.get(target).expect(200);
    assert_refused(server.grace("GET", target), 400, "BadRequest");
    assert_refused(server.app("GET", target), 400, "BadRequest");
    assert_refused(server.ada("GET", &target.replace("$top=3", "$top=4")), 400, "BadRequest");
    assert_refused(server.ada("GET", &target.replace("$select=id", "$select=mail")), 400, "BadRequest");
    assert_refused(server.ada("GET", &format!("{target}A")), 400, "BadRequest");
    let token = target.split("$skiptoken=").nth(1).unwrap();
    assert_refused(server.ada("GET", &format!("{SKILLS}?$top=3&$select=id&$skiptoken={token}")), 400, "BadRequest");
    for position in [0, token.len() / 2, token.len() - 1] {
        let mut forged = token.as_bytes().to_vec();
        forged[position] = if forged[position] == b'B' { b'C' } else { b'B' };
        let forged = target.replace(token, std::str::from_utf8(&forged).unwrap());
        assert_refused(server.ada("GET", &forged), 400, "BadRequest");
    }
}

#[test]
fn pages_stay_in_step_while_others_write() {
    let server = with_skills(6);
    let first = server.grace("GET", &format!("{SKILLS}?$top=3")).send().expect(200);
    let link = next(&first);
    let target = link.strip_prefix(server.ready("VITAE_URL")).unwrap();
    // The last item seen goes, the first goes, a new one comes: nothing is shown twice or left out.
    for item in [2, 0] {
        let id = first.json()["value"][item]["id"].as_str().unwrap().to_owned();
        server.grace("DELETE", &format!("{SKILLS}/{id}")).send().expect(204);
    }
    server.grace("POST", SKILLS).json(&json!({ "displayName": "S006" })).send().expect(201);
    let plain = |request: Request| request;
    assert_eq!(follow(&server, target, &plain).1, expected(3, 7));
}

#[test]
fn the_text_of_a_query_is_decoded_once() {
    let server = with_skills(3);
    let read = |query: &str| server.grace("GET", &format!("{SKILLS}?{query}")).send().expect(200).json();
    let usual = read("$orderby=displayName%20desc&$top=2&$select=displayName");
    for same in [
        "$orderby=displayName+desc&$top=2&$select=displayName",
        "%24orderby=displayName%20desc&%24top=2&%24select=displayName",
        "orderby=displayName%20desc&top=2&select=displayName",
        "$OrderBy=DISPLAYNAME%20DESC&$Top=2&$Select=DisplayName",
        "&&$orderby=displayName%20desc&$top=%32&$select=%64isplayName&",
    ] {
        assert_eq!(read(same)["value"], usual["value"], "{same}");
    }
    assert_eq!(read("custom=1&x&skills=%2524top&displayName=a")["value"].as_array().unwrap().len(), 3);
    assert_eq!(
        read("$count=TRUE&$top=0"),
        json!({ "@odata.context": read("")["@odata.context"], "@odata.count": 3, "value": [] })
    );
    for bad in [
        "$select=displayName%2520",
        "$orderby=displayName%2Bdesc",
        "$top=%2531",
        "$select=%",
        "$select=%zz",
        "$select=%ff",
    ] {
        let reply = server.grace("GET", &format!("{SKILLS}?{bad}")).send();
        assert!(matches!(reply.status, 400 | 501), "{bad}: {}", reply.text());
    }
}

#[test]
fn a_count_goes_with_every_page() {
    let server = with_skills(5);
    let first = server.grace("GET", &format!("{SKILLS}?$count=true&$top=2")).send().expect(200);
    assert_eq!(first.json()["@odata.count"], 5);
    let members: Vec<String> = first.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["@odata.context", "@odata.count", "@odata.nextLink", "value"]);
    let without = server.grace("GET", &format!("{SKILLS}?$count=false")).send().expect(200).json();
    assert_eq!(without.get("@odata.count"), None);
    let empty: Value = server.grace("GET", "/beta/me/profile/awards").send().expect(200).json();
    assert_eq!(empty["value"], json!([]));
}
