//! Query options in the body of a request to `…/$query`.

use super::{Client, ROOT, show, text};

fn ask(client: &Client, url: &str, body: &str) -> String {
    show(&client.send("POST", url, &[("content-type", "text/plain")], body))
}

#[test]
fn it_is_the_get_that_it_stands_for() {
    let client = Client::graph();
    let maker = client.maker(&[(3, Some("good")), (5, None), (1, Some("a&b"))]);
    for (path, query) in [
        (format!("{maker}/Reviews"), "$filter=Stars%20gt%202&$select=Stars"),
        (format!("{maker}/Reviews"), "$filter=Text+eq+'a%26b'"),
        (format!("{maker}/Reviews/$count"), "$filter=@f&@f=Stars%20gt%202"),
        (format!("{maker}/Reviews/$filter(@f)"), "@f=Stars%20gt%202"),
        (format!("{maker}/Name/$value"), ""),
        (maker.clone(), "$expand=Reviews"),
        ("Makers".to_owned(), "$nope=1"),
        ("Nothing".to_owned(), "$top=1"),
    ] {
        let expected = show(&client.get(&format!("{path}?{query}")));
        assert_eq!(ask(&client, &format!("{path}/$query"), query), expected, "{path} {query}");
        assert_eq!(ask(&client, &format!("{path}/%24Query/"), &format!("{query}\r\n")), expected, "{path} {query}");
        let form = [("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(show(&client.send("POST", &format!("{path}/$query"), &form, query)), expected, "{path} {query}");
    }
}

#[test]
fn options_of_the_url_and_of_the_body_go_together() {
    let client = Client::graph();
    let maker = client.maker(&[(3, None), (5, None)]);
    let both = ask(&client, &format!("{maker}/Reviews/$query?$filter=Stars%20gt%203"), "$select=Stars");
    assert!(both.contains("\"Stars\":5") && !both.contains("\"Stars\":3") && !both.contains("Text"), "{both}");
    let twice = ask(&client, &format!("{maker}/Reviews/$query?$top=1"), "top=1");
    assert!(twice.starts_with("400") && twice.contains("must not appear more than once"), "{twice}");
}

#[test]
fn next_links_need_no_body() {
    let client = Client::graph();
    let maker = client.maker(&[(1, None), (2, None), (3, None)]);
    let first = ask(&client, &format!("{maker}/Reviews/$query?$select=Stars"), "$top=2&$orderby=Stars%20desc");
    let link = first.split("nextLink\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(link.starts_with(&format!("~/{maker}/Reviews?$select=Stars&$top=2")), "{link}");
    let last = text(&client.get(&link.replace('~', ROOT)));
    assert!(last.contains("\"Stars\":1") && !last.contains("\"Stars\":2") && !last.contains("nextLink"), "{last}");
}

#[test]
fn only_post_and_only_query_options() {
    let client = Client::graph();
    client.maker(&[]);
    let check = |method: &str, url: &str, media: &str, body: &str, expect: &str| {
        let answer = show(&client.send(method, url, &[("content-type", media)], body));
        assert!(answer.contains(expect), "{method} {url}: {answer}");
    };
    check("GET", "Makers/$query", "text/plain", "", "405 allow: POST");
    check("PATCH", "Makers/$query", "text/plain", "", "405 allow: POST");
    check("MERGE", "Makers/$query", "text/plain", "", "501");
    check("OPTIONS", "Makers/$query", "text/plain", "", "204 allow: POST");
    check("POST", "Makers/$query", "application/json", "{}", "found `application/json`");
    check("POST", "$metadata/$query", "text/plain", "", "Resource not found for the segment '$query'");
    check("POST", "$query", "text/plain", "", "Resource not found for the segment '$query'");
    check("POST", "Makers/$query/$count", "text/plain", "", "Resource not found for the segment '$count'");
    check("POST", "Makers/$query", "text/plain", "$filter=a#b", "expected `%23`");
}
