//! Sockets: accepting connections, keeping idle and stalled ones from piling up, and letting go in good order.
//!
//! What a request means is not known here.

mod seats;
mod unheard;

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
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

use self::seats::{Seat, Seats};
use self::unheard::Spoken;
use crate::app::{App, Way};
use crate::clock::stopwatch;
use crate::failure::{Failure, Outcome};
use crate::tls::Tls;

/// How often a connection is looked at.
const LOOK: Duration = Duration::from_secs(10);

/// A connection on which no request begins or ends for so many looks is closed: idle, or sending its headers by the drop,
/// or not taking its answers.
const QUIET: u32 = 6;

/// The same while there is little room for others.
const QUIET_WHEN_SCARCE: u32 = 1;

/// Who has an answer before them is not quiet for as many looks as they took so many bytes of it. Once a minute is enough.
const PACE: u64 = 64 << 10;

/// The most that counts for later looks: what the system may have taken at once and be handing out since (`tcp_wmem`).
const AHEAD: u64 = 4 << 20;

/// How long a connection may take that found no seat but a spare one: to agree on keys, to ask, and to be answered.
const MOMENT: Duration = Duration::from_secs(1);

/// How long requests that are under way may take once the service is asked to end.
const DRAIN: Duration = Duration::from_secs(10);

/// How long a client may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The most bytes of a request's first line and headers. In HTTP/2, of the list once unpacked (RFC 9113, section 6.5.2);
/// h2 derives from it how many CONTINUATION frames may follow each other (five; CVE-2024-27316).
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
            let serving: Pin<Box<dyn Future<Output = ()> + Send>> = match &self.tls {
                None => Box::pin(converse(stream, line, builder, stop)),
                Some(tls) => Box::pin(shake_hands(tls.acceptor(), stream, line, builder, stop)),
            };
            match spare {
                false => tokio::spawn(serving),
                true => tokio::spawn(async { _ = timeout(MOMENT, serving).await }),
            };
        }
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

/// What happens on a connection.
#[derive(Default)]
struct Activity {
    /// Requests that began.
    begun: AtomicU64,
    /// Those that ended; what they are answered may be under way still.
    ended: AtomicU64,
    /// Bytes of answers that were taken.
    taken: AtomicU64,
    /// Whether there is more than is taken at the moment.
    stalled: AtomicBool,
}

impl Activity {
    /// Whether anything was asked.
    fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed) > 0
    }

    /// What became of an attempt to hand on more of an answer.
    fn wrote(&self, written: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(length)) = written {
            // Nobody else counts here, so that the two need not be one step.
            self.taken.store(self.taken.load(Ordering::Relaxed) + *length as u64, Ordering::Relaxed);
        }
        self.stalled.store(written.is_pending(), Ordering::Relaxed);
    }
}

/// What the requests of a connection have in common.
struct Line {
    app: Arc<App>,
    peer: IpAddr,
    encrypted: bool,
    activity: Activity,
    seat: Seat,
    /// When there was something to do on it, as yet undone; 0 when there is nothing.
    woken: AtomicU64,
    /// How many requests of all connections had been begun then.
    begun: AtomicU64,
    /// The same of what is being done.
    since: [AtomicU64; 2],
}

impl Line {
    fn new(app: Arc<App>, peer: IpAddr, encrypted: bool, seat: Seat) -> Line {
        let line = Line {
            app,
            peer,
            encrypted,
            activity: Activity::default(),
            seat,
            woken: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            since: Default::default(),
        };
        line.ring();
        line
    }

    /// Something came. The first time counts, for a clock costs more than a look.
    fn ring(&self) {
        if self.woken.load(Ordering::Relaxed) == 0 {
            self.begun.store(self.app.admission.begun(), Ordering::Relaxed);
            self.woken.store(stopwatch(), Ordering::Relaxed);
        }
    }

    /// What came up to now is being done.
    fn turn(&self) {
        // Where nothing rang, it comes now.
        self.ring();
        let [since, begun] = &self.since;
        begun.store(self.begun.load(Ordering::Relaxed), Ordering::Relaxed);
        since.store(self.woken.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// What a request that begins now has in common with the others.
    fn way(&self) -> Way {
        let [since, begun] = self.since.each_ref().map(|at| at.load(Ordering::Relaxed));
        Way { peer: self.peer, encrypted: self.encrypted, spare: self.seat.is_spare(), since, begun }
    }
}

/// Wakes a connection's task and notes when: from then on whatever came waits for a thread.
struct Bell {
    line: Arc<Line>,
    task: Waker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.line.ring();
        self.task.wake_by_ref();
    }
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
        Ok(Ok(stream)) => {
            // How long that took is the client's affair.
            line.woken.store(0, Ordering::Relaxed);
            converse(stream, line, builder, stop).await;
        }
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
        service_fn(move |request| Box::pin(App::respond(UnderWay::begin(&line), request, line.way())))
    };
    let stream = Spoken::new(stream, Arc::clone(&line));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    let mut idle = Idle::new();
    let mut stopped = pin!(stop.changed());
    let (mut watching, mut stopping) = (false, false);
    let mut bell: Option<(Waker, Waker)> = None;
    poll_fn(|context| {
        line.turn();
        let (_, bell) = match &mut bell {
            Some(known) if known.0.will_wake(context.waker()) => known,
            other => {
                let task = context.waker().clone();
                let ringing = Waker::from(Arc::new(Bell { line: Arc::clone(&line), task: task.clone() }));
                other.insert((task, ringing))
            }
        };
        let context = &mut Context::from_waker(bell);
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

/// Tells when a connection has fallen idle. Its timer is looked at when it has fired, not with every request.
struct Idle {
    timer: Pin<Box<Sleep>>,
    /// Whether the timer will wake the connection.
    armed: bool,
    /// Requests that had ended at the last look, and bytes taken.
    seen: u64,
    taken: u64,
    /// Bytes taken of the answer under way that no look has counted yet.
    ahead: u64,
    /// Looks since something happened.
    quiet: u32,
}

impl Idle {
    fn new() -> Idle {
        Idle { timer: Box::pin(sleep(LOOK)), armed: false, seen: 0, taken: 0, ahead: 0, quiet: 0 }
    }

    fn poll(&mut self, context: &mut Context<'_>, activity: &Activity, is_scarce: impl Fn() -> bool) -> Poll<()> {
        while !self.armed || self.timer.is_elapsed() {
            // Unconstrained: a timer that waits for its turn would not be armed.
            if Pin::new(&mut unconstrained(self.timer.as_mut())).poll(context).is_pending() {
                self.armed = true;
                break;
            }
            self.quiet = if self.is_quiet(activity) { self.quiet + 1 } else { 0 };
            if self.quiet >= if is_scarce() { QUIET_WHEN_SCARCE } else { QUIET } {
                return Poll::Ready(());
            }
            self.timer.set(sleep(LOOK));
            self.armed = false;
        }
        Poll::Pending
    }

    /// Whether nothing has happened since the last look: no request began or ended, and of an answer that waits to be
    /// taken too little was.
    fn is_quiet(&mut self, activity: &Activity) -> bool {
        let [begun, ended, taken] =
            [&activity.begun, &activity.ended, &activity.taken].map(|count| count.load(Ordering::Relaxed));
        let more = taken - std::mem::replace(&mut self.taken, taken);
        self.ahead = match activity.stalled.load(Ordering::Relaxed) {
            true => (self.ahead + more).min(AHEAD),
            false => 0,
        };
        if begun != ended || begun != std::mem::replace(&mut self.seen, ended) {
            return false;
        }
        let paid = self.ahead.checked_sub(PACE);
        self.ahead = paid.unwrap_or(self.ahead);
        paid.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many seconds a connection stays on which `work` is done after one second.
    async fn stays(work: impl Fn(&Activity), scarce: bool) -> u64 {
        let (activity, mut idle) = (Activity::default(), Idle::new());
        let start = tokio::time::Instant::now();
        let mut done = false;
        let closed = poll_fn(|context| idle.poll(context, &activity, || scarce));
        let worked = async {
            sleep(Duration::from_secs(1)).await;
            work(&activity);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = closed => done = true,
            () = worked => {}
            () = sleep(Duration::from_secs(1_000)) => {}
        }
        assert_eq!(done, start.elapsed().as_secs() < 1_000);
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn idle_connections_go_and_sooner_when_room_is_scarce() {
        let once = |activity: &Activity| {
            activity.begun.fetch_add(1, Ordering::Relaxed);
            activity.ended.fetch_add(1, Ordering::Relaxed);
        };
        let begun = |activity: &Activity| _ = activity.begun.fetch_add(1, Ordering::Relaxed);
        assert_eq!(stays(|_| {}, false).await, 60);
        assert_eq!(stays(|_| {}, true).await, 10);
        assert_eq!(stays(once, false).await, 70);
        assert_eq!(stays(once, true).await, 20);
        assert_eq!(stays(begun, true).await, 1_000, "a request is under way");
    }

    /// How many seconds a connection stays on which, after a first part, so many bytes of an answer are taken every so
    /// many seconds.
    async fn takes(first: usize, bytes: usize, seconds: u64, scarce: bool) -> u64 {
        let (activity, mut idle) = (Activity::default(), Idle::new());
        let start = tokio::time::Instant::now();
        let write = |bytes: usize| {
            activity.wrote(&Poll::Ready(Ok(bytes)));
            activity.wrote(&Poll::Pending);
        };
        write(first);
        let taking = async {
            loop {
                sleep(Duration::from_secs(seconds)).await;
                write(bytes);
            }
        };
        tokio::select! {
            () = poll_fn(|context| idle.poll(context, &activity, || scarce)) => {}
            () = taking => {}
            () = sleep(Duration::from_secs(10_000)) => {}
        }
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_an_answer_slowly_is_waited_for_and_who_does_not_is_not() {
        let pace = usize::try_from(PACE).unwrap();
        assert_eq!(takes(1_000, 1, 60, false).await, 60, "a byte a minute");
        assert_eq!(takes(1_000, 2_000, 1, false).await, 10_000, "a slow line");
        assert_eq!(takes(1_000, 100, 1, false).await, 60, "one that is no line");
        assert_eq!(takes(1_000, 10_000, 1, true).await, 10_000, "many wait");
        assert_eq!(takes(1_000, 2_000, 1, true).await, 10, "many wait, and longer than that for this one");
        // What the system has taken counts for as long as it hands that out, but not for ever.
        assert_eq!(takes(20 * pace, 0, 600, false).await, 260);
        assert_eq!(takes(20 * pace, 20 * pace, 240, false).await, 10_000);
        assert_eq!(takes(1 << 30, 0, 600, false).await, 700);
    }

    /// An answer that was taken whole buys no time for a connection on which nothing is asked any more.
    #[tokio::test(start_paused = true)]
    async fn what_was_taken_before_does_not_count() {
        let taken = |activity: &Activity| activity.wrote(&Poll::Ready(Ok(1 << 30)));
        assert_eq!(stays(taken, false).await, 60);
    }
}
