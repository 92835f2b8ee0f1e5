//! Many requests in one.

mod multipart;

use expect_test::{Expect, expect};

use super::double::{Caller, id};
use super::{Client, ROOT, header, now, text};
use crate::Dialect;
use crate::exchange::{Exchange, Request, Response};

impl Client {
    pub(super) fn batch(&self, headers: &[(&'static str, &str)], body: &str) -> Response {
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
        let answer = answer.replace("\"OData-Version\":\"4.0\"", "");
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
        &expect![[r#"
            200 application/json
            {"responses":[
            {"id":"a","status":201,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"","Location":"~/Makers(00000000-0000-0000-0000-000000000001)",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}},
            {"id":"b","status":200,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"",},"body":{"@odata.context":"~~/v2/$metadata#Makers(Name)/$entity","@odata.etag":"W/\"0000000000000001\"","Name":"Ada"}},
            {"id":"c","status":200,"headers":{"Content-Type":"text/plain;charset=utf-8",},"body":"1"},
            {"id":"d","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"found the URL `http://b.example/v1/Makers`, expected one of this service at ~~","target":"url"}}},
            {"id":"e","status":200,"headers":{"Content-Type":"text/plain;charset=utf-8",}},
            {"id":"f","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"found a batch within a batch, expected another request","target":"url"}}},
            {"id":"g","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"Resource not found for the segment 'nothing'."}}},
            {"id":"h","status":412,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"resourceModified","message":"the resource is not what `If-Match` presumes: it has changed since it was read, or has no tag; read it again and repeat the change","target":"If-Match"}}},
            {"id":"i","status":200,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",},"body":{"@odata.context":"~/$metadata#Makers","value":[{"@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}]}}]}
        "#]],
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
        &expect![[r#"
            200 application/json
            {"responses":[
            {"id":"1","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"Resource not found for the segment 'nothing'."}}},
            {"id":"2","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `1` has failed, and this one with it"}}},
            {"id":"3","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `2` has failed, and this one with it"}}},
            {"id":"4","status":200,"headers":{"Content-Type":"text/plain;charset=utf-8",},"body":"0"},
            {"id":"5","status":200,"headers":{"Content-Type":"text/plain;charset=utf-8",},"body":"0"}]}
        "#]],
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
        &expect![[r#"
            200 application/json
            {"responses":[
            {"id":"New","status":201,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"","Location":"~/Makers(00000000-0000-0000-0000-000000000001)",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}},
            {"id":"2","status":201,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"","Location":"~/Makers(00000000-0000-0000-0000-000000000001)/Reviews(00000000-0000-0000-0000-000000000002)",},"body":{"@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000002","Stars":3,"Text":null}},
            {"id":"3","status":200,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"",},"body":{"@odata.context":"~/$metadata#Makers(Name)/$entity","@odata.etag":"W/\"0000000000000001\"","Name":"Ada"}},
            {"id":"4","status":200,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000002\"",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000002\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Bob"}},
            {"id":"5","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"Resource not found for the segment 'nothing'."}}},
            {"id":"6","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `5` has failed, and this one with it"}}},
            {"id":"7","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"found `$8` in the URL, expected the id of an earlier request","target":"url"}}}]}
        "#]],
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
        &expect![[r#"
            200 application/json
            {"responses":[
            {"id":"1","atomicityGroup":"g","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `3` of the same group has failed, and this one with it"}}},
            {"id":"2","atomicityGroup":"g","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `3` of the same group has failed, and this one with it"}}},
            {"id":"3","atomicityGroup":"g","status":404,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"itemNotFound","message":"The item does not exist."}}},
            {"id":"4","atomicityGroup":"g","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `3` of the same group has failed, and this one with it"}}},
            {"id":"5","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `g` has failed, and this one with it"}}},
            {"id":"6","status":200,"headers":{"Content-Type":"text/plain;charset=utf-8",},"body":"0"}]}
        "#]],
    ));
    let after = ",\"atomicityGroup\":\"g\",\"dependsOn\":[\"0\"]";
    fails(&check(
        &[request("0", "GET", "nothing", ""), post("1", "Makers", "Ada", after), post("2", "Makers", "Bob", group)],
        &expect![[r#"
            200 application/json
            {"responses":[
            {"id":"0","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"Resource not found for the segment 'nothing'."}}},
            {"id":"1","atomicityGroup":"g","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `0` has failed, and this one with it"}}},
            {"id":"2","atomicityGroup":"g","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `0` has failed, and this one with it"}}}]}
        "#]],
    ));
    let client = check(
        &[
            post("1", "Makers", "Ada", group),
            request("2", "PATCH", "$1", &format!(",\"body\":{{\"Name\":\"Bob\"}}{group}")),
            request("3", "GET", "$1?$select=Name", ",\"dependsOn\":[\"g\"]"),
        ],
        &expect![[r#"
            200 application/json
            {"responses":[
            {"id":"1","atomicityGroup":"g","status":201,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"","Location":"~/Makers(00000000-0000-0000-0000-000000000001)",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}},
            {"id":"2","atomicityGroup":"g","status":200,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000002\"",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000002\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Bob"}},
            {"id":"3","status":200,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000002\"",},"body":{"@odata.context":"~/$metadata#Makers(Name)/$entity","@odata.etag":"W/\"0000000000000002\"","Name":"Bob"}}]}
        "#]],
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
    assert!(text(&response).contains("\"OData-Version\":\"4.01\""), "{}", text(&response));
    assert_eq!(makers(&client), "Ada");
}

#[test]
fn what_is_no_batch() {
    let client = Client::graph();
    let many = (0..21).map(|number| request(&number.to_string(), "GET", "x", "")).collect::<Vec<_>>().join(",");
    expect![[r#"
        400 application/json
        {"error":{"code":"BadRequest","message":"found more than 20 requests in the batch, the most that the setting `batch.requests` admits","target":"/requests"}}
    "#]].assert_eq(&client.json_batch(&many));
    expect![[r#"
        400 application/json
        {"error":{"code":"BadRequest","message":"found the number `1`, expected a request: an object with `id`, `method` and `url`","target":"/requests/0"}}
    "#]].assert_eq(&client.json_batch("1"));
    expect![[r#"
        400 application/json
        {"error":{"code":"BadRequest","message":"found `text/plain` in the header `Content-Type` of a batch, expected `application/json` or `multipart/mixed`","target":"Content-Type"}}
    "#]].assert_eq(&show(&client.batch(&[("content-type", "text/plain")], "")));
    let strict = Client::new(Dialect::OASIS);
    let json = ("content-type", "application/json");
    expect![[r#"
        400 application/json
        {"error":{"code":"BadRequest","message":"found a batch in JSON with `OData-MaxVersion: 4.0`, expected `multipart/mixed` or 4.01","target":"OData-MaxVersion"}}
    "#]].assert_eq(&show(&strict.batch(&[json, ("odata-maxversion", "4.0")], "{\"requests\":[]}")));
    expect![[r#"
        200 application/json
        {"responses":[]}
    "#]]
    .assert_eq(&show(&strict.batch(&[json], "{\"requests\":[]}")));
}

#[test]
fn conditions_decide_in_place_of_dependencies() {
    let on = |condition: &str, more: &str| format!(r#","if":"{condition}"{more}"#);
    check(
        &[
            post("a", "Makers", "Ada", ""),
            request("b", "DELETE", &format!("Makers({})", id(9)), ""),
            post("c", "Makers", "Bob", &on("$a/$succeeded and $a/Name eq 'Ada'", "")),
            post("d", "Makers", "Cy", &on("$b/$succeeded", r#","dependsOn":["b"]"#)),
            post("e", "Makers", "Di", &on("not $b/$succeeded", r#","dependsOn":["b"]"#)),
            request("f", "GET", "Makers/$count", &on("$d/$succeeded or $e/ID ne null", r#","dependsOn":["d","e"]"#)),
            post("g", "Makers", "Ed", &on("$x/$succeeded", "")),
            post("h", "Makers", "Flo", r#","atomicityGroup":"all""#),
            post("i", "Makers", "Gus", &on("$h/Name eq 'Gus'", r#","atomicityGroup":"all""#)),
            request("j", "GET", "Makers?$select=Name", &on("$all/$succeeded", "")),
            request("k", "GET", "Makers?$select=Name", &on("Name eq 'Ada'", "")),
        ],
        &expect![[r#"
            200 application/json
            {"responses":[
            {"id":"a","status":201,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"","Location":"~/Makers(00000000-0000-0000-0000-000000000001)",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}},
            {"id":"b","status":404,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"itemNotFound","message":"The item does not exist."}}},
            {"id":"c","status":201,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"","Location":"~/Makers(00000000-0000-0000-0000-000000000002)",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000002","Name":"Bob"}},
            {"id":"d","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the condition of the request is not true","target":"if"}}},
            {"id":"e","status":201,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"","Location":"~/Makers(00000000-0000-0000-0000-000000000003)",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000003","Name":"Di"}},
            {"id":"f","status":200,"headers":{"Content-Type":"text/plain;charset=utf-8",},"body":"3"},
            {"id":"g","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"found `$x`, expected the id of an earlier request","target":"if"}}},
            {"id":"h","atomicityGroup":"all","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `i` of the same group has failed, and this one with it"}}},
            {"id":"i","atomicityGroup":"all","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the condition of the request is not true","target":"if"}}},
            {"id":"j","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"found `$all`, expected the id of an earlier request","target":"if"}}},
            {"id":"k","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"found no instance here","target":"if"}}}]}
        "#]],
    );
}

#[test]
fn a_batch_may_move_between_threads() {
    fn is_send<T: Send>(_: T) {}
    let client = Client::graph();
    let headers = http::HeaderMap::new();
    let exchange = Exchange { request_id: "r".into(), client_request_id: "c".into(), now: 0, stopwatch: None };
    let method = http::Method::GET;
    let request = Request { method, root: ROOT, path: "", query: None, headers: &headers, body: "".into(), exchange };
    is_send(client.service.batch(&client.caller, request, &[]));
}

#[test]
fn queries_may_stand_in_the_body() {
    let client = Client::graph();
    client.maker(&[]);
    let more = r#","headers":{"content-type":"text/plain"},"body":"$select=Name&$top=1""#;
    let answer = client.json_batch(&request("1", "POST", "/Makers/$query", more));
    assert!(answer.contains("\"status\":200") && answer.contains("\"Name\":\"Ada\""), "{answer}");
}

#[test]
fn entity_tags_of_earlier_answers_are_referred_to() {
    let guarded = |id: &str, tag: &str| {
        let headers = format!(r#","headers":{{"content-type":"application/json","if-match":"{tag}"}}"#);
        request(id, "PATCH", "$1", &format!(r#"{headers},"body":{{"Name":"{id}"}}"#))
    };
    check(
        &[
            post("1", "Makers", "Ada", ""),
            guarded("2", "$1"),
            // That was the tag before the change.
            guarded("3", "$1"),
            guarded("4", " $2"),
            guarded("5", "$3"),
            guarded("6", "$x"),
            request("7", "GET", "Makers/$count", ""),
            guarded("8", "$7"),
            request("9", "GET", "$1?$select=Name", r#","headers":{"if-none-match":"$4"}"#),
        ],
        &expect![[r#"
            200 application/json
            {"responses":[
            {"id":"1","status":201,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"","Location":"~/Makers(00000000-0000-0000-0000-000000000001)",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}},
            {"id":"2","status":200,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000002\"",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000002\"","ID":"00000000-0000-0000-0000-000000000001","Name":"2"}},
            {"id":"3","status":412,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"resourceModified","message":"the resource is not what `If-Match` presumes: it has changed since it was read, or has no tag; read it again and repeat the change","target":"If-Match"}}},
            {"id":"4","status":200,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000003\"",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000003\"","ID":"00000000-0000-0000-0000-000000000001","Name":"4"}},
            {"id":"5","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"the request `3` has failed, and this one with it","target":"If-Match"}}},
            {"id":"6","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"found `$x`, expected the id of an earlier request","target":"If-Match"}}},
            {"id":"7","status":200,"headers":{"Content-Type":"text/plain;charset=utf-8",},"body":"1"},
            {"id":"8","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"the answer to the request `7` has no entity tag, expected one","target":"If-Match"}}},
            {"id":"9","status":304,"headers":{"ETag":"W/\"0000000000000003\"",}}]}
        "#]],
    );
}

#[test]
fn options_of_a_batch() {
    let asked = |query: &str| {
        let client = Client::graph();
        let headers = [("content-type", "application/json")];
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let exchange = Exchange { request_id: "r".into(), client_request_id: "c".into(), now: 0, stopwatch: None };
        let (method, query) = (http::Method::POST, Some(query));
        let body = "{\"requests\":[]}".into();
        let request = Request { method, root: ROOT, path: "/$batch", query, headers: &headers, body, exchange };
        show(&now(client.service.batch(&client.caller, request, &["/v1"])))
    };
    assert_eq!(asked("$format=json&own=1"), "200 application/json\n{\"responses\":[]}\n");
    let parts = "200 multipart/mixed; boundary=batchresponse_r\n--batchresponse_r--\n";
    assert_eq!(asked("$format=multipart/mixed"), parts);
    assert!(asked("$format=xml").starts_with("406 "));
    assert!(asked("$top=1").contains("the query option `$top` does not apply here"));
}
