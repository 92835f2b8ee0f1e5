//! Sockets: accepting connections, serving what comes on them, and letting go in good order.
//!
//! What a request means is not known here.

mod idle;
mod line;
mod seats;
mod unheard;

use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use self::idle::Idle;
use self::line::{Bell, Line, UnderWay};
use self::seats::Seats;
use self::unheard::{Breakable, Spoken};
use crate::app::App;
use crate::failure::{Failure, Outcome};
use crate::tls::Tls;

/// How long a connection may take that found no seat but a spare one: to agree on keys, to ask, and to be answered.
const MOMENT: Duration = Duration::from_secs(1);

/// How long requests that are under way may take once the service is asked to end.
const DRAIN: Duration = Duration::from_secs(10);

/// How long a client may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The most bytes of a request's first line and headers. In HTTP/2, of the list once unpacked (RFC 9113, section
/// 6.5.2); h2 derives from it how many CONTINUATION frames may follow each other (five; CVE-2024-27316).
const HEADERS: u32 = 64 << 10;

/// HTTP/2 streams of a connection at once (RFC 9113, section 5.1.2).
const STREAMS: u32 = 128;

/// Streams of a connection that may be reset before they were looked at; one more costs it the connection
/// (rapid reset, CVE-2023-44487).
const RESETS: usize = 20;

/// Streams of a connection that may be reset for their own faults (CVE-2019-9514, CVE-2025-8671).
const FAULTS: usize = 128;

/// The largest HTTP/2 frame that is taken (RFC 9113, section 4.2); the smallest bound there is.
const FRAME: u32 = 16 << 10;

/// Bytes of bodies that a connection may send before they are read (RFC 9113, section 6.9). h2 derives from it how many
/// small DATA frames may lie there (CVE-2019-9518).
const WINDOW: u32 = 1 << 20;

/// Begins to listen. `choice` is what one chooses the port by.
pub(crate) async fn bind(address: SocketAddr, choice: &str) -> Outcome<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let mend = match error.kind() {
            ErrorKind::AddrInUse => {
                format!("; stop the program that listens there, or choose another port with {choice}")
            }
            ErrorKind::PermissionDenied => {
                format!("; choose a port from 1024 on with {choice}, or let this user have lower ones")
            }
            ErrorKind::AddrNotAvailable => "; choose an address of this machine".to_owned(),
            _ => String::new(),
        };
        Failure::failed(format_args!("cannot listen on {address}"), format_args!("{error}{mend}"))
    })
}

/// Lets SIGHUP, by which other services look at their files anew, end nothing.
pub(crate) fn outlive_hangups() -> Outcome {
    // Once it was waited for, it has no effect of its own any more.
    signal(SignalKind::hangup()).map(drop).map_err(|error| Failure::failed("cannot wait for signals", error))
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

    /// Waits until it is wished.
    pub(crate) async fn wished(&mut self) {
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
    async fn attend(
        self,
        app: Arc<App>,
        builder: Arc<Builder<TokioExecutor>>,
        connections: watch::Sender<()>,
        seats: Arc<Seats>,
    ) {
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
            let Some(seat) = seats.take().await else { return };
            // Answers are written whole, so waiting for more to send only delays them.
            let _ = stream.set_nodelay(true);
            let (encrypted, spare) = (self.tls.is_some(), seat.is_spare());
            let line = Arc::new(Line::new(Arc::clone(&app), peer.ip(), encrypted, seat));
            let (builder, stop) = (Arc::clone(&builder), connections.subscribe());
            let own = Arc::clone(&line);
            let serving: Pin<Box<dyn Future<Output = ()> + Send>> = match &self.tls {
                None => Box::pin(converse(stream, line, builder, stop)),
                Some(tls) => Box::pin(shake_hands(tls.acceptor(), stream, line, builder, stop)),
            };
            match spare {
                false => tokio::spawn(serving),
                true => tokio::spawn(leave_soon(own, serving)),
            };
        }
    }
}

/// Serves a connection on a spare seat for as long as these are for.
async fn leave_soon(line: Arc<Line>, serving: impl Future<Output = ()>) {
    tokio::select! {
        _ = timeout(MOMENT, serving) => {}
        () = line.seat.is_wanted(|| line.activity.has_begun()) => {}
    }
}

/// Serves until asked to stop, then lets the requests under way finish.
pub(crate) async fn serve(doors: Vec<Door>, app: Arc<App>, mut stop: Stop) {
    let builder = Arc::new(protocols());
    let connections = watch::Sender::new(());
    let seats = Arc::new(Seats::new(app.admission.connections()));
    let mut attending = JoinSet::new();
    for door in doors {
        attending.spawn(door.attend(Arc::clone(&app), Arc::clone(&builder), connections.clone(), Arc::clone(&seats)));
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
    // Who says that they will send no more waits for the answer still.
    builder.http1().header_read_timeout(None).max_buf_size(HEADERS as usize).half_close(true);
    let mut http2 = builder.http2();
    http2.max_concurrent_streams(STREAMS).max_header_list_size(HEADERS).max_frame_size(FRAME);
    http2.initial_stream_window_size(WINDOW).initial_connection_window_size(WINDOW);
    http2.max_pending_accept_reset_streams(RESETS).max_local_error_reset_streams(FAULTS);
    builder
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
        Ok(Ok(stream)) => {
            // How long that took is the client's affair.
            line.forget();
            converse(stream, line, builder, stop).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "no agreement on keys"),
        Err(_) => tracing::debug!("no agreement on keys in time"),
    }
}

/// Serves a connection until its client leaves it, it falls idle, or `stop` tells that the service ends.
async fn converse<S>(stream: S, line: Arc<Line>, builder: Arc<Builder<TokioExecutor>>, mut stop: watch::Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Breakable + Unpin + Send + 'static,
{
    let service = {
        let line = Arc::clone(&line);
        // Boxed: the future is large, and the connection would copy it twice and keep room for it while idle.
        service_fn(move |request| Box::pin(App::respond(UnderWay::begin(&line), request, line.way())))
    };
    let stream = Spoken::new(stream, Arc::clone(&line));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    let mut idle = Idle::new();
    let mut stopped = pin!(stop.changed());
    let (mut watching, mut stopping) = (false, false);
    let mut bell = Bell::new(&line);
    poll_fn(|context| {
        line.turn();
        let context = &mut Context::from_waker(bell.before(context.waker()));
        // Looking once is enough to be woken; after that it costs more than to know that there is nothing to see.
        if !watching || !stopping && line.app.draining.load(Ordering::Relaxed) {
            watching = true;
            if stopped.as_mut().poll(context).is_ready() {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
        // How a connection ends is the client's affair; there is nobody left to tell.
        let mut served = connection.as_mut().poll(context);
        // A spare seat is for one request.
        if served.is_pending() && !stopping && line.seat.is_spare() && line.activity.has_begun() {
            stopping = true;
            connection.as_mut().graceful_shutdown();
            served = connection.as_mut().poll(context);
        }
        match served {
            Poll::Ready(_) => Poll::Ready(()),
            Poll::Pending => idle.poll(context, &line.activity, || line.seat.is_scarce()),
        }
    })
    .await;
}
