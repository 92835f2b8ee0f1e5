//! Sockets: requests in, answers out. A host for demonstrations and tests: no encryption, no limits on time.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use engine::{Exchange, Kind, Problem, Request, RequestId, Response, Service};
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, HeaderValue, Method};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;

use crate::jobs::{self, Jobs};
use crate::service::Shop;

/// The largest body.
const LIMIT: usize = 16 << 20;

/// Serves until the process ends.
pub(crate) async fn serve(listener: TcpListener, shop: Service<Shop>) -> std::io::Result<()> {
    let host = Arc::new(Host { shop, jobs: Jobs::default(), requests: AtomicU64::new(0) });
    loop {
        let (stream, _) = listener.accept().await?;
        // Answers are written whole, so waiting for more to send only delays them.
        stream.set_nodelay(true)?;
        let host = Arc::clone(&host);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let host = Arc::clone(&host);
                async move { Ok::<_, Infallible>(host.respond(request).await) }
            });
            // How a connection ends is the client's affair.
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

struct Host {
    shop: Service<Shop>,
    jobs: Jobs,
    requests: AtomicU64,
}

impl Host {
    async fn respond(&self, request: http::Request<Incoming>) -> http::Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let exchange = self.exchange(&head.headers);
        let response = match Limited::new(body, LIMIT).collect().await {
            Ok(body) => {
                let authority = head.uri.authority().map(http::uri::Authority::as_str);
                let named = authority.or_else(|| head.headers.get(HOST)?.to_str().ok());
                let root = format!("http://{}", named.unwrap_or("localhost"));
                // HEAD is GET without the body, which is left out at the end.
                let method = if head.method == Method::HEAD { Method::GET } else { head.method.clone() };
                if let Some(response) = self.jobs.answer(&method, head.uri.path(), &head.headers, &exchange) {
                    return sealed(&head.method, response);
                }
                let request = Request {
                    method,
                    root: &root,
                    path: head.uri.path(),
                    query: head.uri.query(),
                    headers: &head.headers,
                    body: body.to_bytes(),
                    exchange,
                };
                let response = match head.uri.path() {
                    "/$batch" | "/%24batch" => self.shop.batch(&(), request, &[""]).await,
                    _ => self.shop.serve(&(), &request).await,
                };
                match jobs::wished(&head.headers) {
                    true => self.jobs.keep(&root, response),
                    false => response,
                }
            }
            Err(_) => {
                let message = format!("found a body that is broken or larger than {LIMIT} bytes");
                Response::problem(&Problem::new(Kind::TooLarge, message), &exchange)
            }
        };
        sealed(&head.method, response)
    }

    fn exchange(&self, headers: &HeaderMap) -> Exchange {
        let request_id = RequestId::from(HeaderValue::from(self.requests.fetch_add(1, Ordering::Relaxed)));
        let given = headers.get("client-request-id").cloned();
        let client_request_id = given.map_or_else(|| request_id.clone(), RequestId::from);
        Exchange { client_request_id, request_id, now: now(), stopwatch: None }
    }
}

fn sealed(method: &Method, response: Response) -> http::Response<Full<Bytes>> {
    let Response { status, mut headers, mut body, .. } = response;
    headers.entry("odata-version").or_insert(HeaderValue::from_static("4.0"));
    if *method == Method::HEAD && !body.is_empty() {
        headers.insert(CONTENT_LENGTH, std::mem::take(&mut body).len().into());
    }
    let mut sealed = http::Response::new(Full::new(body));
    *sealed.status_mut() = status;
    *sealed.headers_mut() = headers;
    sealed
}

/// Now, in ticks of 100 ns since 1970.
#[expect(clippy::disallowed_methods, reason = "the clock of the process, read here only")]
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos() / 100).unwrap_or(i64::MAX)
}
