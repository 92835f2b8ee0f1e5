//! What is published as offered is served, and what is served is published.

use edm::Record;
use edm::testing::ARTICLE;
use odata::csdl::{Batch, Capabilities, Conformance};

use super::double::id;
use super::{Client, header, text};
use crate::Dialect;

const CLAIMED: Capabilities = Dialect::GRAPH.capabilities;

/// Is a request of that kind answered?
fn is_served(dialect: &Dialect, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> bool {
    let client = Client::new(dialect.clone());
    client.maker(&[(3, None)]);
    client.send(method, &url.replace("{maker}", &format!("Makers({})", id(1))), headers, body).status.is_success()
}

fn is_read(url: &str) -> bool {
    is_served(&Dialect::GRAPH, "GET", url, &[], "")
}

const V401: (&str, &str) = ("odata-version", "4.01");
const JSON: (&str, &str) = ("content-type", "application/json");
const PLAIN: (&str, &str) = ("content-type", "text/plain");

#[test]
fn what_is_not_served_is_not_claimed() {
    for (name, claimed, served) in [
        ("filter", CLAIMED.filter, is_read("Makers?$filter=contains(Name,'a')")),
        ("search", CLAIMED.search, is_read("Makers?$search=a")),
        ("compute", CLAIMED.compute, is_read("Makers?$compute=length(Name) as a&$select=a")),
        ("top", CLAIMED.top, is_read("Makers?$top=1")),
        ("skip", CLAIMED.skip, is_read("Makers?$skip=1")),
        ("count", CLAIMED.count, is_read("Makers/$count") && is_read("Makers?$count=true")),
        ("key_as_segment", CLAIMED.key_as_segment, is_read(&format!("Makers/{}", id(1)))),
        ("ordered", CLAIMED.ordered, is_ordered()),
        ("cross_join", CLAIMED.cross_join, is_read("$crossjoin(Makers,Articles)")),
        ("annotation_values", CLAIMED.annotation_values, is_read("Makers?$filter=@odata.etag ne null")),
        (
            "select_options",
            CLAIMED.select_options,
            is_read("Articles?$select=Tags($filter=$this ne 'a';$orderby=$this)"),
        ),
        ("select_options", CLAIMED.select_options, is_read("Articles?$select=Tags($top=1;$skip=1;$count=true)")),
        ("default_namespace", CLAIMED.default_namespace, is_read("Makers/Maker")),
        (
            "query_segment",
            CLAIMED.query_segment,
            is_served(&Dialect::GRAPH, "POST", "Makers/$query", &[PLAIN], "$top=1"),
        ),
        ("modification_options", CLAIMED.modification_options, is_shaped()),
        ("asynchronous", CLAIMED.asynchronous, is_put_off()),
        ("track_changes", CLAIMED.track_changes, is_tracked()),
    ] {
        assert_eq!(claimed, served, "{name}: claimed, served");
    }
}

#[test]
fn changes_that_are_not_served_are_not_claimed() {
    for dialect in [Dialect::GRAPH, Dialect::OASIS] {
        let claimed = dialect.capabilities;
        let is_served = |method, url: &str, body| is_served(&dialect, method, url, &[JSON, V401], body);
        let offered = Client::new(dialect.clone()).send("OPTIONS", "Bestseller/Photo", &[], "");
        let blurb = format!("Blurbs(ArticleID={},Language='en')", id(7));
        for (name, claimed, served) in [
            ("each", claimed.each, is_served("PATCH", "Makers/$filter(Name eq 'Ada')/$each", r#"{"Name":"B"}"#)),
            ("each", claimed.each, is_served("DELETE", "{maker}/Reviews/$each", "")),
            ("media_patch", claimed.media_patch, header(&offered, "allow").contains("PATCH")),
            ("delta_update", claimed.delta_update, is_served("PATCH", "{maker}/Reviews", DELTA)),
            ("upsert", claimed.upsert, is_served("PATCH", &blurb, r#"{"Text":"a"}"#)),
            ("deep_insert", claimed.deep_insert, is_served("POST", "Makers", DEEP)),
            ("deep_update", claimed.deep_update, is_served("PATCH", "{maker}", DEEP)),
        ] {
            assert_eq!(claimed, served, "{name}: claimed, served");
        }
    }
}

const DELTA: &str = r##"{"@context":"#$delta","value":[{"Stars":4}]}"##;
const DEEP: &str = r#"{"Name":"Bob","Reviews":[{"Stars":4}]}"#;

/// Does `$select` shape the answer to a change?
fn is_shaped() -> bool {
    let client = Client::graph();
    let made = text(&client.json("POST", "Makers?$select=Name", r#"{"Name":"Bob"}"#));
    made.contains("\"Name\":\"Bob\"") && !made.contains("\"ID\"")
}

/// Can an item be read, changed and removed by its position?
fn is_ordered() -> bool {
    let client = Client::graph();
    let path = format!("Articles({})/Tags", id(client.double.add("Articles", Record::new(&ARTICLE))));
    let two = client.json("PUT", &path, r#"{"value":["a","b"]}"#);
    let changed = client.json("PATCH", &format!("{path}/-1"), r#"{"value":"c"}"#);
    let removed = client.send("DELETE", &format!("{path}/0"), &[], "");
    let left = text(&client.get(&format!("{path}/0/$value")));
    [two, changed, removed].iter().all(|answer| answer.status.is_success()) && left == "c"
}

fn is_put_off() -> bool {
    let answer = Client::graph().send("GET", "Makers", &[("prefer", "respond-async")], "");
    header(&answer, "preference-applied").contains("respond-async")
}

fn is_tracked() -> bool {
    let answer = Client::graph().send("GET", "Makers", &[("prefer", "track-changes")], "");
    text(&answer).contains("deltaLink")
}

#[test]
fn formats_are_those_that_are_written() {
    let known = ["minimal", "full", "none"].map(|level| format!("application/json;odata.metadata={level}"));
    for format in &known {
        let claimed = CLAIMED.formats.contains(&format.as_str());
        let answer = Client::graph().send("GET", "Makers", &[("accept", format)], "");
        let level = format.trim_start_matches("application/json;");
        assert_eq!(claimed, header(&answer, "content-type").contains(level), "{format}");
    }
    assert!(CLAIMED.formats.iter().all(|format| known.iter().any(|known| known == format)));
}

#[test]
fn functions_of_filter_are_those_that_are_evaluated() {
    let expression = |name: &str| match name {
        "eq" | "ne" | "gt" | "ge" | "lt" | "le" => format!("Name {name} 'a'"),
        "and" | "or" => format!("Name eq 'a' {name} Name eq 'b'"),
        "add" | "sub" | "mul" | "div" | "divby" | "mod" => format!("7 {name} 2 eq 3"),
        "not" => "not contains(Name,'a')".to_owned(),
        "in" => "Name in ('a','b')".to_owned(),
        "has" => "Stock has shop.Stock'Store'".to_owned(),
        "any" | "all" => format!("Tags/{name}(t:t eq 'a')"),
        "case" => "case(Name eq 'a':1,true:2) eq 1".to_owned(),
        "cast" => "cast(Price,Edm.String) eq '1'".to_owned(),
        "isof" => "isof(Price,Edm.Decimal)".to_owned(),
        "concat" => "concat(Name,'a') eq 'b'".to_owned(),
        "contains" | "endswith" | "startswith" | "matchespattern" => format!("{name}(Name,'a')"),
        "hassubset" | "hassubsequence" => format!("{name}(Tags,[\"a\"])"),
        "indexof" => "indexof(Name,'a') eq 1".to_owned(),
        "substring" => "substring(Name,1) eq 'a'".to_owned(),
        "length" => "length(Name) eq 1".to_owned(),
        "tolower" | "toupper" | "trim" => format!("{name}(Name) eq 'a'"),
        "now" | "maxdatetime" | "mindatetime" => format!("{name}() gt 2020-01-01T00:00:00Z"),
        "date" => "date(now()) gt 2020-01-01".to_owned(),
        "time" => "time(now()) gt 01:00:00".to_owned(),
        "totalseconds" => "totalseconds(duration'PT1S') eq 1".to_owned(),
        "ceiling" | "floor" | "round" => format!("{name}(1.5) eq 1"),
        _ => format!("{name}(now()) eq 1"),
    };
    for name in CLAIMED.filter_functions {
        let answer = Client::graph().get(&format!("Articles?$filter={}", expression(name)));
        assert!(answer.status.is_success(), "{name}: {}", text(&answer));
    }
    let shapes = Client::graph().get("Articles?$filter=geo.length(geography'SRID=0;LineString(0 0,1 1)') gt 1");
    assert_eq!(shapes.status.as_u16(), 501, "{}", text(&shapes));
}

#[test]
fn batches_are_as_claimed() {
    let Some(Batch {
        formats,
        continue_on_error,
        references_in_bodies,
        references_across_change_sets,
        etag_references,
        dependency_conditions,
    }) = CLAIMED.batch
    else {
        panic!("batches are served")
    };
    let json = |more: &str| {
        let made = r#"{"id":"1","method":"POST","url":"Makers","headers":{"content-type":"application/json"},"body":{"Name":"A"}}"#;
        let client = Client::graph();
        let answer = text(&client.batch(&[JSON], &format!("{{\"requests\":[{made},{more}]}}")));
        answer.split_once("\"id\":\"2\"").is_some_and(|(_, second)| second.starts_with(",\"status\":2"))
    };
    assert!(formats.contains(&"application/json") && json(r#"{"id":"2","method":"GET","url":"$1"}"#));
    let bound = r#"{"id":"2","method":"POST","url":"Articles","headers":{"content-type":"application/json"},"body":{"Maker@odata.bind":"$1"}}"#;
    assert_eq!(references_in_bodies, json(bound));
    let guarded = r#"{"id":"2","method":"DELETE","url":"$1","headers":{"if-match":"$1"}}"#;
    assert_eq!(etag_references, json(guarded));
    let conditional = r#"{"id":"2","method":"GET","url":"Makers","if":"$1/Name eq 'A'"}"#;
    assert_eq!(dependency_conditions, json(conditional));

    let (sets, wish) = (two_change_sets("$1"), [MULTIPART, ("prefer", "continue-on-error")]);
    let client = Client::graph();
    let answer = client.batch(&wish, &sets);
    assert_eq!(formats.contains(&"multipart/mixed"), header(&answer, "content-type").starts_with("multipart/mixed"));
    assert_eq!(references_across_change_sets, text(&answer).contains("\"Name\":\"Bob\""), "{}", text(&answer));
    assert_eq!(continue_on_error, header(&answer, "preference-applied") == "continue-on-error");
    assert_eq!(formats.len(), 2);
}

const MULTIPART: (&str, &str) = ("content-type", "multipart/mixed;boundary=b");

/// A maker is made in one change set and renamed in the next.
fn two_change_sets(reference: &str) -> String {
    let set = |boundary: &str, id: u8, line: &str, body: &str| {
        format!(
            "--b\nContent-Type: multipart/mixed;boundary={boundary}\n\n--{boundary}\nContent-Type: application/http\n\
             Content-ID: {id}\n\n{line} HTTP/1.1\nContent-Type: application/json\n\n{body}\n--{boundary}--\n"
        )
    };
    let made = set("c", 1, "POST Makers", r#"{"Name":"Ada"}"#);
    let changed = set("d", 2, &format!("PATCH {reference}"), r#"{"Name":"Bob"}"#);
    (made + &changed + "--b--\n").replace('\n', "\r\n")
}

/// What the level *Advanced* asks of a service beyond its lower levels' options, and that can be left out.
#[test]
fn a_level_is_claimed_when_all_its_demands_are_met() {
    let client = Client::graph();
    client.maker(&[]);
    let conditional = r#"{"requests":[{"id":"1","method":"GET","url":"Makers","if":"$root/Makers/$count gt 0"}]}"#;
    let conditional = !text(&client.batch(&[JSON], conditional)).contains("\"status\":501");
    let met = CLAIMED.batch.is_some()
        && CLAIMED.query_segment
        && CLAIMED.each
        && CLAIMED.compute
        && CLAIMED.select_options
        && conditional
        && is_read("$all")
        && is_read(&format!("$entity?$id=Makers({})", id(1)));
    assert_eq!(CLAIMED.conformance == Some(Conformance::Advanced), met);
    let schema = text(&client.get("/$metadata"));
    assert_eq!(schema.contains("ConformanceLevel"), CLAIMED.conformance.is_some());
}
