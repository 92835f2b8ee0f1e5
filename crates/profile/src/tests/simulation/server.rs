//! The servers: their clocks, tasks and stores, and what they do with a request.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use auth::Caller;
use engine::{Dialect, Exchange, Request};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value as Json;
use store::BoxFuture;
use uuid::Uuid;

use super::script::Sent;
use super::store::Stepped;
use super::told::{Answer, ROOM};
use crate::{Effects, Service, Settings};

pub(super) const SECOND: i64 = 10_000_000;

/// The time by which all of it happens, and what ids follow from; both go on when a server starts anew.
#[derive(Default)]
pub(super) struct Clock {
    now: AtomicI64,
    ids: AtomicU64,
}

impl Clock {
    /// Lets so much time pass (in ticks of 100 ns).
    pub(super) fn pass(&self, ticks: i64) {
        self.now.fetch_add(ticks, Ordering::SeqCst);
    }
}

/// Time, ids and tasks of a server.
#[derive(Default)]
pub(super) struct Hands {
    clock: Arc<Clock>,
    /// By how much its own clock is ahead.
    ahead: i64,
    latest: AtomicI64,
    spawned: Mutex<Vec<BoxFuture<'static, ()>>>,
}

impl Hands {
    /// The tasks begun since.
    pub(super) fn spawned(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut *self.spawned.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Effects for Hands {
    fn now(&self) -> i64 {
        self.clock.now.load(Ordering::SeqCst) + self.ahead
    }

    fn change_time(&self, floor: i64) -> i64 {
        self.clock.pass(SECOND / 100);
        let time = self.now().max(floor + 1).max(self.latest.load(Ordering::SeqCst) + 1);
        self.latest.store(time, Ordering::SeqCst);
        time
    }

    fn committed(&self, _: i64) {}

    fn turn(&self) -> Option<&Arc<tokio::sync::Mutex<()>>> {
        None
    }

    fn new_id(&self, _: Uuid, _: i64) -> Uuid {
        Uuid::from_u128(0x1_0000 + u128::from(self.clock.ids.fetch_add(1, Ordering::SeqCst)))
    }

    fn salt(&self, owner: Uuid, at: i64) -> store::Salt {
        (owner.as_u128() ^ u128::from(at.cast_unsigned())).to_be_bytes()
    }

    fn spawn(&self, work: BoxFuture<'static, ()>) {
        self.spawned.lock().unwrap_or_else(PoisonError::into_inner).push(work);
    }
}

/// Was a task woken?
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A future that is polled when it was woken, and not before.
pub(super) struct Task<T> {
    future: Pin<Box<dyn Future<Output = T> + Send>>,
    woken: Arc<Woken>,
}

impl<T> Task<T> {
    pub(super) fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self { future: Box::pin(future), woken: Arc::new(Woken(AtomicBool::new(true))) }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.woken.0.load(Ordering::SeqCst)
    }

    pub(super) fn poll(&mut self) -> Option<T> {
        self.woken.0.store(false, Ordering::SeqCst);
        match self.future.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&self.woken)))) {
            Poll::Ready(said) => Some(said),
            Poll::Pending => None,
        }
    }
}

impl<T: Send + 'static> Task<T> {
    /// The same, for nobody to hear of.
    pub(super) fn unheard(self) -> Task<()> {
        let Self { future, woken } = self;
        Task { future: Box::pin(async move { drop(future.await) }), woken }
    }
}

/// A server: one of two over the same data.
pub(super) struct Server {
    pub(super) store: Arc<Stepped>,
    pub(super) hands: Arc<Hands>,
    service: engine::Service<Service>,
}

impl Server {
    pub(super) fn start(store: Stepped, clock: &Arc<Clock>, ahead: i64) -> Self {
        let (store, clock) = (Arc::new(store), Arc::clone(clock));
        let hands = Arc::new(Hands { clock, ahead, ..Hands::default() });
        let settings = Settings { items_per_collection: ROOM, ..Settings::default() };
        let (under, effects): (Arc<dyn store::Store>, Arc<dyn Effects>) = (store.clone(), hands.clone());
        let service = engine::Service::new(Service::new(under, effects, settings), Dialect::GRAPH, [7; 32]);
        Self { store, hands, service }
    }

    /// Takes a request that arrives now, or so much later by mistake.
    pub(super) fn ask(&self, caller: Caller, sent: Sent, late: i64) -> Task<Answer> {
        let (service, now) = (self.service.clone(), self.hands.now() + late);
        Task::new(async move {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", HeaderValue::from_static("application/json"));
            for (name, value) in &sent.headers {
                headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
            }
            let exchange = Exchange { request_id: "r".into(), client_request_id: "c".into(), now, stopwatch: None };
            let body = if sent.body.is_null() { Default::default() } else { sent.body.to_string().into() };
            let (root, path, is_batch) = ("http://here/beta", sent.path.as_str(), sent.method == Method::POST);
            let request = Request { method: sent.method, root, path, query: None, headers: &headers, body, exchange };
            let response = match is_batch && path == "/$batch" {
                true => service.batch(&caller, request, &["/beta", "/v1.0"]).await,
                false => service.serve(&caller, &request).await,
            };
            let body = serde_json::from_slice(&response.body).unwrap_or(Json::Null);
            Answer { status: response.status.as_u16(), body }
        })
    }
}
