//! Sockets: accepting connections, keeping idle and stalled ones from piling up, and letting go in good order.
//!
//! What a request means is not known here.

mod unheard;

use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::unconstrained;
use tokio::time::{Sleep, sleep};

use self::unheard::Spoken;
use crate::app::App;
use crate::failure::{Failure, Outcome};

/// A connection on which no request begins or ends for so long is closed: idle, or sending its headers by the drop.
const IDLE: Duration = Duration::from_secs(60);

/// How long requests that are under way may take once the service is asked to end.
const DRAIN: Duration = Duration::from_secs(10);

/// The most bytes of a request's first line and headers.
const HEADERS: u32 = 64 << 10;

/// Begins to listen.
pub(crate) async fn bind(address: SocketAddr) -> Outcome<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| Failure::failed(format_args!("cannot listen on {address}"), error))
}

/// The wish of the terminal or the system that the process ends.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    /// Begins to wait for it; from here on the signals no longer kill.
    pub(crate) fn new() -> Outcome<Stop> {
        let on = |kind| signal(kind).map_err(|error| Failure::failed("cannot wait for signals", error));
        Ok(Stop { terminate: on(SignalKind::terminate())?, interrupt: on(SignalKind::interrupt())? })
    }

    async fn wished(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Serves until asked to stop, then lets the requests under way finish.
pub(crate) async fn serve(listener: TcpListener, app: Arc<App>, mut stop: Stop) {
    let builder = Arc::new(protocols());
    let connections = watch::Sender::new(());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.wished() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let line = Arc::new(Line { app: Arc::clone(&app), peer: peer.ip(), activity: Activity::default() });
                tokio::spawn(converse(stream, line, Arc::clone(&builder), connections.subscribe()));
            }
            Err(error) => {
                // Most likely no file descriptor is left; accepting at once would only fail again.
                tracing::warn!(error = %error, "cannot accept a connection");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    app.draining.store(true, Ordering::Relaxed);
    tracing::info!(connections = connections.receiver_count(), "stopping: finishing the requests under way");
    connections.send_replace(());
    let _ = tokio::time::timeout(DRAIN, connections.closed()).await;
}

fn protocols() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // A timer for each request costs more than the one for each connection that `converse` has.
    builder.http1().header_read_timeout(None).max_buf_size(HEADERS as usize);
    builder.http2().max_concurrent_streams(128).max_header_list_size(HEADERS);
    builder
}

/// Requests that began and ended on a connection.
#[derive(Default)]
struct Activity {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// What the requests of a connection have in common.
struct Line {
    app: Arc<App>,
    peer: IpAddr,
    activity: Activity,
}

/// A request under way.
struct UnderWay(Arc<Line>);

impl UnderWay {
    fn begin(line: &Arc<Line>) -> UnderWay {
        line.activity.begun.fetch_add(1, Ordering::Relaxed);
        UnderWay(Arc::clone(line))
    }
}

impl AsRef<App> for UnderWay {
    fn as_ref(&self) -> &App {
        &self.0.app
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.activity.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// Serves a connection until its client leaves it, it falls idle, or `stop` tells that the service ends.
async fn converse(
    stream: TcpStream,
    line: Arc<Line>,
    builder: Arc<Builder<TokioExecutor>>,
    mut stop: watch::Receiver<()>,
) {
    // Answers are written whole, so waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let service = {
        let line = Arc::clone(&line);
        service_fn(move |request| App::respond(UnderWay::begin(&line), request, line.peer))
    };
    let stream = Spoken::new(stream, Arc::clone(&line.app));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    let mut idle = Idle::new();
    let mut stopped = pin!(stop.changed());
    let (mut watching, mut stopping) = (false, false);
    poll_fn(|context| {
        // Looking once is enough to be woken; after that it costs more than to know that there is nothing to see.
        if !watching || !stopping && line.app.draining.load(Ordering::Relaxed) {
            watching = true;
            if stopped.as_mut().poll(context).is_ready() {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
        // How a connection ends is the client's affair; there is nobody left to tell.
        match connection.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(()),
            Poll::Pending => idle.poll(context, &line.activity),
        }
    })
    .await;
}

/// Tells when a connection has fallen idle. Its timer is looked at when it has fired, not with every request.
struct Idle {
    timer: Pin<Box<Sleep>>,
    /// Whether the timer will wake the connection.
    armed: bool,
    seen: u64,
}

impl Idle {
    fn new() -> Idle {
        Idle { timer: Box::pin(sleep(IDLE)), armed: false, seen: 0 }
    }

    fn poll(&mut self, context: &mut Context<'_>, activity: &Activity) -> Poll<()> {
        while !self.armed || self.timer.is_elapsed() {
            // Unconstrained: a timer that waits for its turn would not be armed.
            if Pin::new(&mut unconstrained(self.timer.as_mut())).poll(context).is_pending() {
                self.armed = true;
                break;
            }
            let (begun, ended) = (activity.begun.load(Ordering::Relaxed), activity.ended.load(Ordering::Relaxed));
            if begun == ended && begun == self.seen {
                return Poll::Ready(());
            }
            self.seen = ended;
            self.timer.set(sleep(IDLE));
            self.armed = false;
        }
        Poll::Pending
    }
}
