//! Requests of all kinds to the shop, changed by chance: none makes it fail. Long with `cargo xtask fuzz`.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use engine::Request;
use fuzz::Fuzz;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::{Client, ROOT, exchange, now};

#[rustfmt::skip]
const PIECES: &[&str] = &[
    "GET ", "POST ", "PATCH ", "PUT ", "DELETE ", "/Products", "/Categories", "/Company", "/MediaItems", "/ProductDescriptions",
    "/Orders", "(1)", "/$count", "/$ref", "/$value", "/$batch", "/$each", "/$filter(", "/Default.", "$filter=", "$select=",
    "$expand=", "$orderby=", "$search=", "$compute=", "$apply=", "$top=", "$skip=", "$skiptoken=", "$count=true", "$levels=max",
    "$index=-1", "$id=", "Name", "Price", "Status", "Category", "RelatedProducts", "/any(x:", "InStock", " has ", " eq ", " and ",
    "isof(", "cast(", "groupby((", "aggregate(", " with sum as T", "null", "'", "(", ")", ",", "&", "?", "/", ":", "{", "}", "[", "]",
    "\"", "%20", "%", "1", "-1", "1.5", "99999999999999999999", "\n", "\n\n", "Prefer: return=minimal\n", "Prefer: maxpagesize=1\n",
    "If-Match: *\n", "Accept: ", "Content-Type: text/plain\n", "OData-MaxVersion: 4.0\n", "\"@odata.bind\":", "\"@removed\":", "é",
];

/// The status of an answer to anything that HTTP can carry; those within a batch count too.
fn status(client: &Client, request: fuzz::Request) -> Option<u16> {
    let method = Method::from_bytes(request.method.as_bytes()).ok()?;
    let url: Uri = request.url.parse().ok()?;
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    for (name, value) in request.headers {
        headers.insert(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(&value).ok()?);
    }
    let (path, query, body) = (url.path(), url.query(), Bytes::from(request.body));
    let request = Request { method, root: ROOT, path, query, headers: &headers, body, exchange: exchange() };
    let response = match path {
        "/$batch" => now(client.0.batch(&(), request, &[""])),
        _ => now(client.0.serve(&(), &request)),
    };
    let inner = path == "/$batch" && String::from_utf8_lossy(&response.body).contains("\"status\":500");
    Some(if inner { 500 } else { response.status.as_u16() })
}

#[test]
fn no_request_makes_the_shop_fail() {
    let client = Client::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/shop");
    Fuzz { corpus, pieces: PIECES, rounds: 1_500, most: Duration::from_secs(2) }.run(|input| {
        let request = fuzz::Request::read(input);
        let shape = request.shape();
        match status(&client, request) {
            Some(500) => Err("a fault of ours".to_owned()),
            Some(status) => Ok(fuzz::Request::outcome(status, &shape)),
            None => Ok("no request".to_owned()),
        }
    });
}
