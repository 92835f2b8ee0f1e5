//! What holds for every list, order and page size; and for every request, that it is answered.

use proptest::prelude::{prop, proptest};
use proptest::{option, prop_assert, prop_assert_eq};

use super::double::Caller;
use super::{Client, text};

const ORDERS: [&str; 7] =
    ["", "Text", "Text desc", "Stars", "Stars desc,Text", "Text,Stars desc", "Text desc,Stars desc,ID desc"];

/// The items of an answer as JSON texts, and its link.
fn read(body: &str) -> (Vec<String>, Option<String>) {
    let node = edm::json::parse(body.as_bytes()).unwrap();
    let edm::json::Kind::Object(members) = node.kind else { panic!("{body}") };
    let (mut items, mut link) = (Vec::new(), None);
    for (name, node) in members {
        match (name.as_ref(), node.kind) {
            ("value", edm::json::Kind::Array(list)) => {
                for item in &list {
                    let mut out = Vec::new();
                    edm::json::write(&mut out, item);
                    items.push(String::from_utf8(out).unwrap());
                }
            }
            ("@odata.nextLink", edm::json::Kind::String(text)) => link = Some(text.into_owned()),
            _ => {}
        }
    }
    (items, link)
}

proptest! {
    #[test]
    fn pages_make_up_the_list(
        rows in prop::collection::vec((0_u8..4, option::of("[abB\u{e9}]{0,2}")), 0..24),
        order in 0..ORDERS.len(),
        (size, skip) in (1_usize..9, 0_usize..9),
        graph: bool,
        limit in option::of(0_usize..30),
    ) {
        let client = Client::graph();
        let maker = client.maker(&[]);
        for (stars, text) in &rows {
            client.review(&maker, *stars, text.as_deref());
        }
        let order = if order == 0 { String::new() } else { format!("&$orderby={}", ORDERS[order]) };
        let (whole, link) = read(&text(&client.get(&format!("{maker}/Reviews?$top=999{order}"))));
        prop_assert_eq!(link, None);
        let prefer = format!("maxpagesize={size}");
        let (mut url, headers) = match graph {
            true => (format!("{maker}/Reviews?$top={size}&$skip={skip}{order}"), vec![]),
            false => {
                let top = limit.map(|limit| format!("&$top={limit}")).unwrap_or_default();
                (format!("{maker}/Reviews?$skip={skip}{order}{top}"), vec![("prefer", &*prefer)])
            }
        };
        let limit = limit.filter(|_| !graph).unwrap_or(usize::MAX);
        let expect: Vec<String> = whole.into_iter().skip(skip).take(limit).collect();
        let mut found = Vec::new();
        for _ in 0..=rows.len() {
            let (items, link) = read(&text(&client.send("GET", &url, &headers, "")));
            prop_assert!(items.len() <= size);
            found.extend(items);
            match link {
                Some(link) => url = link,
                None => break,
            }
        }
        prop_assert_eq!(found, expect);
    }

    #[test]
    fn every_request_is_answered(
        method in "GET|HEAD|POST|PATCH|PUT|DELETE",
        path in "(Makers|Shop|Bestseller|Archive)([(/](00000000-0000-0000-0000-000000000001|Reviews|Name|[$]count|[$]ref|\\PC{0,5})\\)?){0,3}",
        query in option::of("([$]?(select|expand|orderby|top|skip|count|skiptoken|x)=(Name|Reviews|Stars|[0-9]{1,4}|true|\\PC{0,5})&?){0,3}"),
        headers in prop::collection::vec(("if-match|if-none-match|prefer|accept|content-type|odata-maxversion", "[ -~]{0,12}|application/json"), 0..3),
        body in "\\PC{0,9}|[{](\"(Name|Stars|ID|@odata.type)\":([0-9]|\"a\"|null),?){0,2}[}]",
    ) {
        let client = Client::graph();
        client.maker(&[(1, None)]);
        let url = match &query {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        for caller in [Caller::Owner, Caller::Reader] {
            let answer = client.as_caller(caller).send(&method, &url, &headers, &body);
            let status = answer.status.as_u16();
            prop_assert!(matches!(status, 200 | 201 | 204 | 304 | 400 | 403..=406 | 412 | 501), "{} {}", status, text(&answer));
        }
    }
}
