//! The way of a request from the socket to the protocol and back. [`App::answer`] names its stages in order.
//!
//! What is served below the version roots is the protocol's business.

mod admission;
mod body;
mod caller;
mod cors;
mod forwarded;
mod host;
mod ids;
mod place;
mod refusal;
mod seal;
mod sent;

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use auth::{Authenticator, Caller};
use bytes::Bytes;
use engine::{Kind, Problem, Request, Response};
use http::request::Parts;
use http::{Method, StatusCode};
use hyper::body::Incoming;
use store::Store;
use tokio::time::{sleep, timeout};

pub(crate) use admission::{Admission, Bounds, CHANGES, CONNECTIONS, PER_CALLER, REQUESTS, WAIT};
pub(crate) use body::{BATCH_BODY, Most, gather};
pub(crate) use cors::Origins;
pub(crate) use forwarded::Network;
pub(crate) use host::{Hosts, Known, Origin, is_loopback};
pub(crate) use ids::Ids;
pub(crate) use refusal::Refusal;
pub(crate) use sent::Sent;

use self::admission::{Share, Waited};
use self::place::{Asked, ROOTS};
use crate::clock::stopwatch;
use crate::dev::{Hooks, Passage};
use crate::effects::Effects;
use crate::issuers::{Keeper, newcomers};
use crate::wiring::Api;

/// A running service.
pub(crate) struct App {
    pub(crate) api: Api,
    pub(crate) authenticator: Arc<Authenticator>,
    /// Who asks without a token, where there are public pages.
    pub(crate) public: Option<Arc<Caller>>,
    /// Fetches the keys of issuers; `vitae dev` has none to fetch.
    pub(crate) keeper: Option<Keeper>,
    pub(crate) effects: Arc<Effects>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hosts: Hosts,
    pub(crate) origins: Origins,
    pub(crate) admission: Arc<Admission>,
    /// The largest body of a batch, in bytes.
    pub(crate) batch_body: usize,
    /// Where a client without a token gets one.
    pub(crate) authorization_uri: String,
    /// Only `vitae dev` has them.
    pub(crate) hooks: Option<Hooks>,
    /// Set once the service is about to end.
    pub(crate) draining: AtomicBool,
}

/// A request that has arrived.
pub(crate) struct Arrival<'a> {
    pub(crate) head: &'a Parts,
    pub(crate) ids: &'a Ids,
    /// When, in ticks.
    pub(crate) now: i64,
    /// From where.
    peer: IpAddr,
    /// For how long it lay there before it was begun.
    waited: Waited,
    /// Whether there is room for no more than a probe.
    spare: bool,
}

/// What a connection says of a request on it.
pub(crate) struct Way {
    pub(crate) peer: IpAddr,
    pub(crate) encrypted: bool,
    /// Whether all other connections are taken: then only probes are answered.
    pub(crate) spare: bool,
    /// When the request came, on [`stopwatch`].
    pub(crate) since: u64,
    /// How many requests had been begun then.
    pub(crate) begun: u64,
}

impl App {
    /// Answers a request, whatever happens on the way. What `app` borrows the service from is dropped when it is done.
    pub(crate) async fn respond(
        app: impl AsRef<App>,
        request: http::Request<Incoming>,
        Way { peer, encrypted, spare, since, begun }: Way,
    ) -> Result<http::Response<Sent>, Infallible> {
        let own = app.as_ref();
        let waited = own.admission.begin(begun, || stopwatch().saturating_sub(since));
        let (head, mut body) = request.into_parts();
        let ids = Ids::new(own.effects.request_id(), &head.headers);
        let arrival = Arrival { head: &head, ids: &ids, now: own.effects.time(), peer, waited, spare };
        let origin = own.hosts.origin(&head, peer, encrypted);
        let secure = origin.as_ref().is_ok_and(Origin::is_secure);
        let mut share = None;
        let response = match unharmed(pin!(own.answer(&arrival, origin, &mut body, &mut share))).await {
            Some(Ok(response)) => response,
            Some(Err(refusal)) => {
                if refusal.is_held() && !own.draining.load(Ordering::Relaxed) {
                    let hold = if spare { admission::HOLD_OF_SPARE } else { admission::HOLD };
                    Box::pin(sleep(hold)).await;
                }
                refusal.answer(&ids.exchange(arrival.now, None))
            }
            None => Response::problem(&mishap(&ids), &ids.exchange(arrival.now, None)),
        };
        body::discard(&head.headers, body);
        let response = own.seal(&arrival, secure, response);
        own.record(&arrival, response.status());
        Ok(response.map(|body| Sent::new(body, share)))
    }

    /// The stages of a request, in order. The protocol's own follow in [`engine::Service::serve`].
    async fn answer(
        &self,
        arrival: &Arrival<'_>,
        origin: Result<Origin<'_>, Refusal>,
        body: &mut Incoming,
        share: &mut Option<Share>,
    ) -> Result<Response, Refusal> {
        let head = arrival.head;
        if let Some(response) = self.health(head.uri.path(), arrival.spare).await {
            return Ok(response);
        }
        if arrival.spare {
            return Err(self.admission.no_seat());
        }
        let origin = origin?;
        if let Some(response) = place::of_all(head).or_else(|| self.preflight(head)) {
            return Ok(response);
        }
        let (_open, instead) = match &self.hooks {
            Some(hooks) => match hooks.before(self, arrival, origin, body).await? {
                Passage::Open(open, instead) => (Some(open), instead),
                Passage::Answered(response) => return Ok(response),
            },
            None => (None, None),
        };
        let asked = Asked::of(head, &origin)?;
        self.admission.look(arrival.waited, asked.is_change)?;
        if let Some(response) = self.describe(arrival, &asked) {
            return Ok(response);
        }
        let response = self.answer_caller(arrival, &asked, body, share).await?;
        match instead.map(Refusal::from).or_else(|| self.challenge(response.status)) {
            Some(refusal) => Err(refusal),
            None => Ok(response),
        }
    }

    /// The stages from the caller on: who it is, what it sends, what comes of it.
    async fn answer_caller(
        &self,
        arrival: &Arrival<'_>,
        asked: &Asked<'_>,
        body: &mut Incoming,
        share: &mut Option<Share>,
    ) -> Result<Response, Refusal> {
        let head = arrival.head;
        let caller = match self.nobody(&head.headers) {
            Some(nobody) => nobody,
            None => self.admit(&head.headers, arrival.now).await?,
        };
        // A body that comes slowly, or an answer that is not taken, is at the expense of its caller alone.
        *share = Some(self.admission.share(&caller, arrival.peer)?);
        let body = body::gather(&head.headers, body, self.most(head, asked)).await?;
        let _place = self.admission.enter(asked.is_change)?;
        self.carry_out(&caller, self.request(arrival, asked, body), asked).await
    }

    /// The answer to a page of another origin that asks what it may send.
    fn preflight(&self, head: &Parts) -> Option<Response> {
        cors::is_preflight(&head.method, &head.headers).then(|| self.origins.preflight(&head.headers))
    }

    /// What the service answers to a caller, whom it may have to make first.
    async fn carry_out(&self, caller: &Caller, request: Request<'_>, asked: &Asked<'_>) -> Result<Response, Refusal> {
        let creates_people = self.authenticator.creates_people(&caller.issuer);
        let answer = pin!(async {
            let lack = match creates_people {
                true => Box::pin(newcomers::welcome(&self.api, caller)).await?,
                false => None,
            };
            let answer = pin!(async {
                match asked.is_batch {
                    // Boxed: its future is twice that of a single request, and each connection has room for the largest.
                    true => Box::pin(self.api.batch(caller, request, &ROOTS)).await,
                    false => self.api.serve(caller, &request).await,
                }
            });
            Ok(match lack {
                None => answer.await,
                Some(why) => Box::pin(profile::stranger::because(why, answer)).await,
            })
        });
        // Whether the caller is there and what is there of them is one question, unless it has to be asked again.
        match creates_people && !asked.is_change {
            true => store::of_one_moment(answer).await,
            false => answer.await,
        }
    }

    /// What describes the service lies directly below its root; nearly every request is for something deeper.
    fn describe(&self, arrival: &Arrival<'_>, asked: &Asked<'_>) -> Option<Response> {
        let shallow = !asked.path.trim_matches('/').contains('/');
        shallow.then(|| self.api.describe(&self.request(arrival, asked, Bytes::new()))).flatten()
    }

    /// How large the body may be.
    fn most(&self, head: &Parts, asked: &Asked<'_>) -> Most {
        match asked.is_batch {
            true => Most { bytes: self.batch_body, setting: Some(BATCH_BODY) },
            false => Most::of(&head.headers),
        }
    }

    /// Is the process alive, and can it serve? For supervisors, which know neither names nor tokens. On a spare seat
    /// the store has no longer than a part of the moment that these are taken for.
    async fn health(&self, path: &str, spare: bool) -> Option<Response> {
        let status = match path {
            "/healthz" => StatusCode::OK,
            "/readyz" if self.draining.load(Ordering::Relaxed) => StatusCode::SERVICE_UNAVAILABLE,
            "/readyz" => {
                let ping = self.store.ping();
                let is_ready = match spare {
                    false => ping.await.is_ok(),
                    true => Box::pin(timeout(admission::PATIENCE_ON_SPARE, ping)).await.is_ok_and(|pong| pong.is_ok()),
                };
                if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
            }
            _ => return None,
        };
        let mut response = Response::empty(status);
        response.set("content-type", "text/plain");
        response.body = Bytes::from_static(if status == StatusCode::OK { b"ok\n" } else { b"unavailable\n" });
        Some(response)
    }

    fn request<'a>(&self, arrival: &Arrival<'a>, asked: &'a Asked<'a>, body: Bytes) -> Request<'a> {
        let head = arrival.head;
        // HEAD is GET without the body, which is left out at the end.
        let method = if head.method == Method::HEAD { Method::GET } else { head.method.clone() };
        let stopwatch = self.hooks.is_some().then_some(stopwatch as fn() -> u64);
        Request {
            method,
            root: &asked.root,
            path: asked.path,
            query: head.uri.query(),
            headers: &head.headers,
            body,
            exchange: arrival.ids.exchange(arrival.now, stopwatch),
        }
    }

    fn record(&self, arrival: &Arrival<'_>, status: StatusCode) {
        let Parts { method, uri, .. } = arrival.head;
        tracing::debug!(
            http.method = %method,
            http.path = %Impersonal(uri.path()),
            http.status = status.as_u16(),
            request.id = arrival.ids.request.to_str().unwrap_or_default(),
            "request answered"
        );
        if let Some(hooks) = &self.hooks {
            hooks.after(arrival, status);
        }
    }
}

fn mishap(ids: &Ids) -> Problem {
    tracing::error!(request.id = ids.request.to_str().unwrap_or_default(), "a request ended in a panic");
    Problem::new(Kind::Internal, "the service made a mistake; its log has more under the request id")
}

/// A path without what may name a person: segments with anything but plain letters, digits and `.-_$` are left out.
struct Impersonal<'a>(&'a str);

impl fmt::Display for Impersonal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-$".contains(&byte);
        for segment in self.0.split('/').skip(1) {
            f.write_str("/")?;
            f.write_str(if segment.bytes().all(plain) { segment } else { "*" })?;
        }
        Ok(())
    }
}

/// Runs a future to its end or to its first panic, which must not take the connection with it.
fn unharmed<F: Future>(mut future: Pin<&mut F>) -> impl Future<Output = Option<F::Output>> {
    std::future::poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => std::task::Poll::Ready(None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logged_paths_name_nobody() {
        let check = |path, expected| assert_eq!(Impersonal(path).to_string(), expected);
        check("/beta/me/profile/skills/$count", "/beta/me/profile/skills/$count");
        check("/beta/users/ada@fjord.example/profile", "/beta/users/*/profile");
        check("/beta/users/ada%40fjord.example", "/beta/users/*");
        check("/beta/users('ada@fjord.example')", "/beta/*");
    }

    #[tokio::test]
    async fn a_panic_ends_one_request_only() {
        assert_eq!(unharmed(pin!(async { 1 })).await, Some(1));
        assert_eq!(unharmed(pin!(async { panic!("on purpose") })).await, None::<()>);
    }
}
