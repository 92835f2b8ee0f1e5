//! Sockets: accepting connections, keeping idle and stalled ones from piling up, and letting go in good order.
//!
//! What a request means is not known here.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};

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
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.wished() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let watcher = connections.watcher();
                tokio::spawn(converse(stream, peer, Arc::clone(&app), Arc::clone(&builder), watcher));
            }
            Err(error) => {
                // Most likely no file descriptor is left; accepting at once would only fail again.
                tracing::warn!(error = %error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    app.draining.store(true, Ordering::Relaxed);
    tracing::info!(connections = connections.count(), "stopping: finishing the requests under way");
    let _ = tokio::time::timeout(DRAIN, connections.shutdown()).await;
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

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    app: Arc<App>,
    builder: Arc<Builder<TokioExecutor>>,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // Answers are written whole, so waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let activity = Arc::new(Activity::default());
    let service = {
        let activity = Arc::clone(&activity);
        service_fn(move |request: http::Request<Incoming>| {
            let (app, activity) = (Arc::clone(&app), Arc::clone(&activity));
            async move {
                activity.begun.fetch_add(1, Ordering::Relaxed);
                let response: http::Response<Full<_>> = app.respond(request, peer.ip()).await;
                activity.ended.fetch_add(1, Ordering::Relaxed);
                Ok::<_, std::convert::Infallible>(response)
            }
        })
    };
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    let mut connection = pin!(watcher.watch(connection));
    let mut seen = 0;
    loop {
        match tokio::time::timeout(IDLE, connection.as_mut()).await {
            // How a connection ends is the client's affair; there is nobody left to tell.
            Ok(_) => return,
            Err(_) => {
                let (begun, ended) = (activity.begun.load(Ordering::Relaxed), activity.ended.load(Ordering::Relaxed));
                if begun == ended && begun == seen {
                    return;
                }
                seen = ended;
            }
        }
    }
}
