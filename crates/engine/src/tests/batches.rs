//! Many requests in one.

use expect_test::{Expect, expect};

use super::double::{Caller, id};
use super::{Client, ROOT, header, now, text};
use crate::exchange::{Exchange, Request, Response};
use crate::{Dialect, Service};

impl Client {
    fn batch(&self, headers: &[(&'static str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let exchange = Exchange { request_id: "r".into(), client_request_id: "c".into(), now: 0, stopwatch: None };
        let (method, body) = (http::Method::POST, body.to_owned().into());
        let request = Request { method, root: ROOT, path: "/$batch", query: None, headers: &headers, body, exchange };
        now(self.service.batch(&self.caller, request, &["/v1", "/v2"]))
    }

    fn json_batch(&self, requests: &str) -> String {
        let body = format!("{{\"requests\":[{requests}]}}");
        show(&self.batch(&[("content-type", "application/json")], &body))
    }
}

/// Statuses and bodies, of errors only the message.
fn show(response: &Response) -> String {
    let body = text(response).replace(ROOT, "~").replace("http://a.example", "~~");
    let mut out = format!("{} {}\n", response.status.as_u16(), header(response, "content-type"));
    for answer in body.replace("{\"id\":", "\n{\"id\":").replace('\r', "").lines() {
        let answer = answer.replace("\"odata-version\":\"4.0\"", "");
        let answer = match answer.split_once(",\"innerError\"") {
            Some((before, after)) if after.contains("\"}}}") => {
                before.to_owned() + "}}" + after.split_once("\"}}}").unwrap().1
            }
            _ => answer,
        };
        if !answer.is_empty() {
            out += &answer;
            out.push('\n');
        }
    }
    out
}

fn makers(client: &Client) -> String {
    let names = text(&client.get("Makers?$select=Name"));
    names.split("\"Name\":").skip(1).filter_map(|rest| rest.split('"').nth(1)).collect::<Vec<_>>().join(" ")
}

fn request(id: &str, method: &str, url: &str, more: &str) -> String {
    format!(r#"{{"id":"{id}","method":"{method}","url":"{url}"{more}}}"#)
}

fn post(id: &str, url: &str, name: &str, more: &str) -> String {
    let headers = r#""headers":{"content-type":"application/json"}"#;
    request(id, "POST", url, &format!(r#",{headers},"body":{{"Name":"{name}"}}{more}"#))
}

fn check(requests: &[String], expect: &Expect) -> Client {
    let client = Client::graph();
    expect.assert_eq(&client.json_batch(&requests.join(",")));
    client
}

#[test]
fn requests_run_in_order_wherever_they_point() {
    let maker = format!("Makers({})", id(1));
    let client = check(
        &[
            post("a", "/Makers", "Ada", ""),
            request("b", "GET", &format!("/v2/{maker}?$select=Name"), ""),
            request("c", "GET", "http://A.example/v1/Makers/$count", ""),
            request("d", "GET", "http://b.example/v1/Makers", ""),
            request("e", "HEAD", "Makers/$count", ""),
            request("f", "POST", "/v2/$batch", ",\"body\":{}"),
            request("g", "GET", "nothing", ",\"headers\":{\"Authorization\":\"Bearer x\",\"Accept\":\"*/*\"}"),
            request("h", "DELETE", &maker, ",\"headers\":{\"If-Match\":\"W/\\\"9\\\"\"}"),
            request("i", "GET", "Makers", ",\"if\":\"$a/Name eq 'Ada'\""),
        ],
        &expect![""],
    );
    assert_eq!(makers(&client), "Ada");
}

#[test]
fn dependencies() {
    check(
        &[
            request("1", "GET", "nothing", ""),
            request("2", "GET", "Makers/$count", ",\"dependsOn\":[\"1\"]"),
            request("3", "GET", "Makers/$count", ",\"depends_on\":[\"2\"]"),
            request("4", "GET", "Makers/$count", ""),
            request("5", "GET", "Makers/$count", ",\"dependsOn\":[\"4\"]"),
        ],
        &expect![""],
    );
}

#[test]
fn references_to_what_was_made() {
    let review = r#","headers":{"content-type":"application/json"},"body":{"Stars":3}"#;
    let client = check(
        &[
            post("New", "Makers", "Ada", ""),
            request("2", "POST", "$new/Reviews", review),
            request("3", "GET", "/$New?$select=Name", ""),
            request("4", "PATCH", "$3", ",\"body\":{\"Name\":\"Bob\"}"),
            request("5", "GET", "nothing", ""),
            request("6", "GET", "$5/x", ""),
            request("7", "GET", "$8", ""),
        ],
        &expect![""],
    );
    assert_eq!(makers(&client), "Bob");
}

#[test]
fn a_group_succeeds_or_fails_as_one() {
    let group = ",\"atomicityGroup\":\"g\"";
    let fails = |client: &Client| assert_eq!(makers(client), "");
    fails(&check(
        &[
            post("1", "Makers", "Ada", group),
            request("2", "GET", "$1?$select=Name", group),
            request("3", "DELETE", &format!("Makers({})", id(9)), group),
            post("4", "Makers", "Bob", group),
            request("5", "GET", "Makers/$count", ",\"dependsOn\":[\"g\"]"),
            request("6", "GET", "Makers/$count", ""),
        ],
        &expect![""],
    ));
    let after = ",\"atomicityGroup\":\"g\",\"dependsOn\":[\"0\"]";
    fails(&check(
        &[request("0", "GET", "nothing", ""), post("1", "Makers", "Ada", after), post("2", "Makers", "Bob", group)],
        &expect![""],
    ));
    let client = check(
        &[
            post("1", "Makers", "Ada", group),
            request("2", "PATCH", "$1", &format!(",\"body\":{{\"Name\":\"Bob\"}}{group}")),
            request("3", "GET", "$1?$select=Name", ",\"dependsOn\":[\"g\"]"),
        ],
        &expect![""],
    );
    assert_eq!(makers(&client), "Bob");
}

#[test]
fn a_group_that_is_overtaken_runs_again() {
    let client = Client::graph();
    let group = ",\"atomicityGroup\":\"g\"";
    let requests = [post("1", "Makers", "Ada", group), post("2", "Makers", "Bob", group)].join(",");
    client.double.overtake(3);
    assert!(client.json_batch(&requests).contains("\"status\":201"));
    assert_eq!(makers(&client), "Ada Bob");
    client.double.overtake(100);
    assert_eq!(client.json_batch(&requests).matches("\"status\":503").count(), 2);
    assert_eq!(makers(&client), "Ada Bob");
}

#[test]
fn each_request_is_authorized() {
    let client = Client::graph().as_caller(Caller::Reader);
    let answers = client.json_batch(&[request("1", "GET", "Makers", ""), post("2", "Makers", "Ada", "")].join(","));
    assert!(
        answers.contains("\"id\":\"1\",\"status\":200") && answers.contains("\"id\":\"2\",\"status\":403"),
        "{answers}"
    );
}

#[test]
fn bodies_in_base64_and_headers_of_the_batch() {
    let client = Client::graph();
    let headers = r#","headers":{"content-type":"application/json"},"body":"eyJOYW1lIjoiQWRhIn0=""#;
    let body = format!("{{\"requests\":[{}]}}", request("1", "POST", "Makers", headers));
    let response = client.batch(&[("content-type", "application/json"), ("odata-maxversion", "4.01")], &body);
    assert_eq!(header(&response, "odata-version"), "4.01");
    assert!(text(&response).contains("\"odata-version\":\"4.01\""), "{}", text(&response));
    assert_eq!(makers(&client), "Ada");
}

#[test]
fn what_is_no_batch() {
    let client = Client::graph();
    let many = (0..21).map(|number| request(&number.to_string(), "GET", "x", "")).collect::<Vec<_>>().join(",");
    expect![""].assert_eq(&client.json_batch(&many));
    expect![""].assert_eq(&client.json_batch("1"));
    expect![""].assert_eq(&show(&client.batch(&[("content-type", "text/plain")], "")));
    let strict = Client::new(Dialect::OASIS);
    let json = ("content-type", "application/json");
    expect![""].assert_eq(&show(&strict.batch(&[json, ("odata-maxversion", "4.0")], "{\"requests\":[]}")));
    expect![""].assert_eq(&show(&strict.batch(&[json], "{\"requests\":[]}")));
}

const MULTIPART: &str = "--b
Content-Type: application/http

GET nothing HTTP/1.1

--b
Content-Type: multipart/mixed; boundary=c

--c
Content-Type: application/http
Content-ID: one

POST /v1/Makers HTTP/1.1
Host: a.example
Content-Type: application/json

{\"Name\":\"Ada\"}
--c
Content-Type: application/http
Content-ID: two

PATCH $one HTTP/1.1
Content-Type: application/json
If-Match: TAG

{\"Name\":\"Bob\"}
--c--
--b
Content-Type: application/http

GET $one?$select=Name HTTP/1.1

--b--";

#[test]
fn multipart() {
    let of = |prefer: &'static str, body: &str| {
        let client = Client::graph();
        let headers = [("content-type", "multipart/mixed; boundary=b"), ("prefer", prefer)];
        let answer = show(&client.batch(&headers, body));
        (answer, makers(&client))
    };
    // Nothing runs after a failure.
    let (answer, left) = of("x", MULTIPART);
    assert_eq!((answer.matches("HTTP/1.1").count(), &*left), (1, ""));
    let (answer, left) = of("odata.continue-on-error", &MULTIPART.replace("TAG", "*"));
    expect![""].assert_eq(&answer);
    assert_eq!(left, "Bob");
    let (answer, left) = of("continue-on-error", &MULTIPART.replace("TAG", "W/\"9\""));
    expect![""].assert_eq(&answer);
    assert_eq!(left, "");
}

#[test]
fn a_service_without_groups_says_so() {
    fn is_send<T: Send>(_: T) {}
    let client = Client::graph();
    let service: &Service<_> = &client.service;
    let headers = http::HeaderMap::new();
    let exchange = Exchange { request_id: "r".into(), client_request_id: "c".into(), now: 0, stopwatch: None };
    let method = http::Method::GET;
    let request = Request { method, root: ROOT, path: "", query: None, headers: &headers, body: "".into(), exchange };
    is_send(service.batch(&client.caller, request, &[]));
}
