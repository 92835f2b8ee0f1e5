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
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinSet, unconstrained};
use tokio::time::{Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;

use self::unheard::Spoken;
use crate::app::App;
use crate::failure::{Failure, Outcome};
use crate::tls::Tls;

/// A connection on which no request begins or ends for so long is closed: idle, or sending its headers by the drop.
const IDLE: Duration = Duration::from_secs(60);

/// How long requests that are under way may take once the service is asked to end.
const DRAIN: Duration = Duration::from_secs(10);

/// How long a client may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);

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

/// A socket that is listened on, and how those who come are spoken to.
pub(crate) struct Door {
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
}

impl Door {
    /// Encrypted, where there is a certificate.
    pub(crate) fn new(listener: TcpListener, tls: Option<Arc<Tls>>) -> Door {
        Door { listener, tls }
    }

    /// Lets in whoever comes, for ever.
    async fn attend(self, app: Arc<App>, builder: Arc<Builder<TokioExecutor>>, connections: watch::Sender<()>) {
        loop {
            let (stream, peer) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Most likely no file descriptor is left; accepting at once would only fail again.
                    tracing::warn!(error = %error, "cannot accept a connection");
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            // Answers are written whole, so waiting for more to send only delays them.
            let _ = stream.set_nodelay(true);
            let encrypted = self.tls.is_some();
            let line =
                Arc::new(Line { app: Arc::clone(&app), peer: peer.ip(), encrypted, activity: Activity::default() });
            let (builder, stop) = (Arc::clone(&builder), connections.subscribe());
            match &self.tls {
                None => tokio::spawn(converse(stream, line, builder, stop)),
                Some(tls) => tokio::spawn(shake_hands(tls.acceptor(), stream, line, builder, stop)),
            };
        }
    }
}

/// Serves until asked to stop, then lets the requests under way finish.
pub(crate) async fn serve(doors: Vec<Door>, app: Arc<App>, mut stop: Stop) {
    let builder = Arc::new(protocols());
    let connections = watch::Sender::new(());
    let mut attending = JoinSet::new();
    for door in doors {
        attending.spawn(door.attend(Arc::clone(&app), Arc::clone(&builder), connections.clone()));
    }
    stop.wished().await;
    attending.shutdown().await;
    app.draining.store(true, Ordering::Relaxed);
    tracing::info!(connections = connections.receiver_count(), "stopping: finishing the requests under way");
    connections.send_replace(());
    let _ = timeout(DRAIN, connections.closed()).await;
}

fn protocols() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // A timer for each request costs more than the one for each connection that `converse` has.
    builder.http1().header_read_timeout(None).max_buf_size(HEADERS as usize);
    // Streams that a client opens only to reset them cost it the connection (CVE-2023-44487); header frames without end
    // are bounded by the list's size.
    let (streams, resets) = (128, 20);
    builder.http2().max_concurrent_streams(streams).max_header_list_size(HEADERS);
    builder.http2().max_pending_accept_reset_streams(resets).max_local_error_reset_streams(128);
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
    encrypted: bool,
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

/// Agrees on keys with a client, then serves it.
async fn shake_hands(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    line: Arc<Line>,
    builder: Arc<Builder<TokioExecutor>>,
    stop: watch::Receiver<()>,
) {
    // Why a client does not go on is its affair; scanners would fill the log.
    match timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => converse(stream, line, builder, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, "no agreement on keys"),
        Err(_) => tracing::debug!("no agreement on keys in time"),
    }
}

/// Serves a connection until its client leaves it, it falls idle, or `stop` tells that the service ends.
async fn converse<S>(stream: S, line: Arc<Line>, builder: Arc<Builder<TokioExecutor>>, mut stop: watch::Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = {
        let line = Arc::clone(&line);
        // Boxed: the future is large, and the connection would copy it twice and keep room for it while idle.
        service_fn(move |request| Box::pin(App::respond(UnderWay::begin(&line), request, line.peer, line.encrypted)))
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
