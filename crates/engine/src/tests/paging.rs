//! Pages, in both modes.

use expect_test::expect;

use super::double::{Caller, id};
use super::{Client, ROOT, header, show, text};
use crate::Dialect;
use crate::exchange::Response;

/// The stars on a page.
fn stars(response: &Response) -> Vec<i64> {
    let text = text(response);
    assert_eq!(response.status, 200, "{text}");
    let stars = text.split("\"Stars\":").skip(1);
    stars.map(|rest| rest.split([',', '}']).next().unwrap().parse().unwrap()).collect()
}

fn next(response: &Response) -> Option<String> {
    let text = text(response);
    let (_, rest) = text.split_once("\"@odata.nextLink\":\"")?;
    Some(rest.split('"').next().unwrap().to_owned())
}

/// The stars page by page; headers go with the first request, or with each.
fn pages(client: &Client, url: &str, headers: &[(&str, &str)], each: bool) -> Vec<Vec<i64>> {
    let mut answer = client.send("GET", url, headers, "");
    let mut pages = vec![stars(&answer)];
    while let Some(link) = next(&answer) {
        assert!(pages.len() < 50, "pages without end");
        answer = client.send("GET", &link, if each { headers } else { &[] }, "");
        pages.push(stars(&answer));
    }
    pages
}

/// A maker with reviews of one star, two stars and so on.
fn many(client: &Client, count: u8) -> String {
    let reviews: Vec<_> = (1..=count).map(|stars| (stars, None)).collect();
    client.maker(&reviews) + "/Reviews"
}

#[test]
fn top_is_the_page_size_of_graph() {
    let client = Client::graph();
    let url = many(&client, 5);
    let pages = |query: &str| pages(&client, &format!("{url}?{query}"), &[], false);
    assert_eq!(pages(""), [vec![1, 2, 3, 4, 5]]);
    assert_eq!(pages("$top=2"), [vec![1, 2], vec![3, 4], vec![5]]);
    assert_eq!(pages("$top=5"), [vec![1, 2, 3, 4, 5]]);
    assert_eq!(pages("$top=4&$skip=3"), [vec![4, 5]]);
    assert_eq!(pages("$top=2&$skip=1"), [vec![2, 3], vec![4, 5]]);
    assert_eq!(pages("$skip=5"), [vec![]]);
    assert_eq!(pages("$skip=2147483647"), [vec![]]);
    assert_eq!(pages("$top=0"), [vec![]]);
    assert_eq!(pages("$top=999"), [vec![1, 2, 3, 4, 5]]);
    expect![[r#"
        400
        "code":"BadRequest","message":"found `1000` for `$top`, expected at most 999 as the setting `pages.max` says","target":"$top""#]]
    .assert_eq(&show(&client.get(&format!("{url}?$top=1000"))));
}

#[test]
fn a_page_holds_a_hundred() {
    let client = Client::graph();
    let url = many(&client, 201);
    let lengths: Vec<usize> = pages(&client, &url, &[], false).iter().map(Vec::len).collect();
    assert_eq!(lengths, [100, 100, 1]);
}

#[test]
fn top_is_a_limit_of_odata() {
    let client = Client::graph();
    let url = many(&client, 7);
    let odata = |query: &str| pages(&client, &format!("{url}?{query}"), &[("odata-maxversion", "4.01")], false);
    assert_eq!(odata("$top=3"), [vec![1, 2, 3]]);
    assert_eq!(odata("$top=0"), [vec![]]);
    assert_eq!(odata("$top=2147483647&$skip=6"), [vec![7]]);
    let small = |query: &str| pages(&client, &format!("{url}?{query}"), &[("prefer", "odata.maxpagesize=2")], false);
    assert_eq!(small("$top=5"), [vec![1, 2], vec![3, 4], vec![5]]);
    assert_eq!(small("$top=4"), [vec![1, 2], vec![3, 4]]);
    assert_eq!(small("$top=1"), [vec![1]]);
    assert_eq!(small("$top=5&$skip=4"), [vec![5, 6], vec![7]]);
    assert_eq!(small(""), [vec![1, 2], vec![3, 4], vec![5, 6], vec![7]]);
    // A limit far above the largest page is none of the next page's business.
    assert_eq!(small("$top=2000000000"), [vec![1, 2], vec![3, 4], vec![5, 6], vec![7]]);
    let oasis = Client::new(Dialect::OASIS);
    let url = many(&oasis, 7);
    assert_eq!(pages(&oasis, &format!("{url}?$top=3"), &[], false), [vec![1, 2, 3]]);
    assert_eq!(pages(&oasis, &url, &[], false).len(), 1);
}

#[test]
fn page_sizes_are_wishes() {
    let client = Client::graph();
    let url = many(&client, 3);
    let applied = |value: &str| {
        let answer = client.send("GET", &url, &[("prefer", value)], "");
        (header(&answer, "preference-applied").to_owned(), stars(&answer).len())
    };
    assert_eq!(applied("maxpagesize=2"), ("maxpagesize=2".into(), 2));
    assert_eq!(applied("odata.maxpagesize=5000"), ("odata.maxpagesize=5000".into(), 3));
    assert_eq!(applied("maxpagesize=0"), (String::new(), 3));
    // Later pages become smaller if the client asks so.
    let first = client.send("GET", &url, &[("prefer", "maxpagesize=2")], "");
    let second = client.send("GET", &next(&first).unwrap(), &[("prefer", "maxpagesize=9")], "");
    assert_eq!(stars(&second), [3]);
    let url = format!("{url}?$top=2");
    let second = client.send("GET", &next(&client.get(&url)).unwrap(), &[("prefer", "maxpagesize=1")], "");
    assert_eq!(stars(&second), [3]);
}

#[test]
fn links_are_absolute_and_keep_the_query() {
    let client = Client::graph();
    let url = many(&client, 3);
    let answer = client.get(&format!("{url}?$top=1&%73kip=1&mine=x%20y&$select=Stars"));
    let link = next(&answer).unwrap();
    let (front, token) = link.split_once("$skiptoken=").unwrap();
    assert_eq!(front, format!("{ROOT}/{url}?$top=1&mine=x%20y&$select=Stars&"));
    assert!(token.len() < 200 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    assert_eq!(stars(&client.get(&link)), [3]);
}

#[test]
fn the_count_is_of_all() {
    let client = Client::graph();
    let url = many(&client, 5);
    for query in ["$count=true&$top=2", "$count=true&$skip=4", "$count=true&$top=0"] {
        let answer = client.get(&format!("{url}?{query}"));
        assert!(text(&answer).contains("\"@odata.count\":5,"), "{query}");
    }
    let answer = client.get(&next(&client.get(&format!("{url}?$count=true&$top=2"))).unwrap());
    assert!(text(&answer).contains("\"@odata.count\":5,"));
    assert!(!text(&client.get(&format!("{url}?$count=false"))).contains("@odata.count"));
    assert_eq!(text(&client.get(&format!("{url}/$count"))), "5");
}

#[test]
fn orders_with_nulls_and_ties() {
    let client = Client::graph();
    let texts = [(1, Some("b")), (2, None), (3, Some("B")), (4, Some("a")), (5, None), (6, Some("b"))];
    let url = client.maker(&texts) + "/Reviews";
    for (order, expect) in [
        ("Text", [2, 5, 3, 4, 1, 6]),
        ("Text desc", [1, 6, 4, 3, 2, 5]),
        ("Text,Stars desc", [5, 2, 3, 4, 6, 1]),
        ("Stars desc", [6, 5, 4, 3, 2, 1]),
    ] {
        for size in 1..7 {
            let pages = pages(&client, &format!("{url}?$orderby={order}&$top={size}"), &[], false);
            assert_eq!(pages.concat(), expect, "{order} by {size}");
            assert_eq!(pages.len(), 6_usize.div_ceil(size), "{order} by {size}");
        }
    }
}

#[test]
fn items_come_and_go_between_pages() {
    for order in ["", "&$orderby=Stars", "&$orderby=Text,Stars"] {
        let client = Client::graph();
        let maker = client.maker(&[]);
        let numbers: Vec<i64> = [1, 3, 5, 7].map(|stars| client.review(&maker, stars, Some("x"))).to_vec();
        let url = format!("{maker}/Reviews?$top=2{order}");
        let link = next(&client.get(&url)).unwrap();
        // What ended the page before is deleted, and so is something to come; something new comes last.
        client.double.remove(&format!("{maker}/Reviews"), numbers[1]);
        client.double.remove(&format!("{maker}/Reviews"), numbers[2]);
        client.review(&maker, 9, Some("x"));
        assert_eq!(stars(&client.get(&link)), [7, 9], "{order}");
    }
}

#[test]
fn long_order_values_do_not_make_long_links() {
    let client = Client::graph();
    let maker = client.maker(&[]);
    let long = |end: &str| "æ".repeat(5000) + end;
    let numbers =
        [(1, "b"), (2, "a"), (3, "c"), (4, "a")].map(|(stars, end)| client.review(&maker, stars, Some(&long(end))));
    let url = format!("{maker}/Reviews?$top=1&$orderby=Text");
    assert_eq!(pages(&client, &url, &[], false).concat(), [2, 4, 1, 3]);
    let link = next(&client.get(&next(&client.get(&url)).unwrap())).unwrap();
    assert!(link.len() < 800, "{}", link.len());
    // Without the item that ended the page nothing is left out, though something may come again.
    client.double.remove(&format!("{maker}/Reviews"), numbers[3]);
    let rest = pages(&client, &link, &[], false).concat();
    assert!(rest.ends_with(&[1, 3]), "{rest:?}");
}

#[test]
fn tokens_are_for_one_caller_and_one_query() {
    let client = Client::graph();
    let url = many(&client, 3);
    let other = many(&client, 3);
    let link = next(&client.get(&format!("{url}?$top=1"))).unwrap();
    let (_, token) = link.split_once("$skiptoken=").unwrap();
    assert_eq!(client.as_caller(Caller::Other).get(&link).status, 400);
    let forged = |at: usize| {
        let mut forged = token.as_bytes().to_vec();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        format!("{url}?$top=1&$skiptoken={}", String::from_utf8(forged).unwrap())
    };
    for at in 0..token.len() - 1 {
        assert_eq!(client.get(&forged(at)).status, 400, "{at}");
    }
    for query in [
        format!("{other}?$top=1&$skiptoken={token}"),
        format!("{url}?$top=2&$skiptoken={token}"),
        format!("{url}?$skiptoken={token}"),
        format!("{url}?$top=1&$orderby=Stars&$skiptoken={token}"),
        format!("{url}?$top=1&$skiptoken={token}&$count=true"),
        format!("{url}?$top=1&$skiptoken={token}&$skip=1"),
        format!("{url}?$top=1&$skiptoken="),
        format!("{url}?$top=1&$skiptoken=AAAA"),
        format!("{url}?$top=1&$skiptoken={token}{token}"),
    ] {
        assert_eq!(client.get(&query).status, 400, "{query}");
    }
    // The order of options, their case, own options and other spellings of the path are the same query.
    let spelled = format!("{}?mine=1&skiptoken={token}&%24TOP=1", url.to_lowercase());
    assert_eq!(stars(&client.get(&spelled)), [2]);
    expect![[r#"
        400
        "code":"BadRequest","message":"the skip token is not one that this service gave you for this query; expected an `@odata.nextLink` unchanged","target":"$skiptoken""#]].assert_eq(&show(&client.get(&format!("Makers({})/Reviews?$skiptoken=x", id(1)))));
}
