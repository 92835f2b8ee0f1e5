//! Which connections go: on which nothing is asked, and whose answers are not taken. Who takes a long one slowly stays.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::unconstrained;
use tokio::time::{Sleep, sleep};

/// How often a connection is looked at.
const LOOK: Duration = Duration::from_secs(10);

/// A connection on which no request begins or ends for so many looks is closed: idle, or sending its headers by the
/// drop, or not taking its answers.
const QUIET: u32 = 6;

/// The same while there is little room for others.
const QUIET_WHEN_SCARCE: u32 = 1;

/// Who has an answer before them is not quiet for as many looks as they took so many bytes of it. Once a minute is
/// enough.
const PACE: u64 = 64 << 10;

/// The most that counts for later looks: what the system may have taken at once and be handing out since (`tcp_wmem`).
const AHEAD: u64 = 4 << 20;

/// What happens on a connection.
#[derive(Default)]
pub(super) struct Activity {
    /// Requests that began.
    pub(super) begun: AtomicU64,
    /// Those that ended; what they are answered may be under way still.
    pub(super) ended: AtomicU64,
    /// Bytes of answers that were taken.
    taken: AtomicU64,
    /// Whether there is more than is taken at the moment.
    stalled: AtomicBool,
}

impl Activity {
    /// Whether anything was asked.
    pub(super) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed) > 0
    }

    /// What became of an attempt to hand on more of an answer.
    pub(super) fn wrote(&self, written: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(length)) = written {
            // Nobody else counts here, so that the two need not be one step.
            self.taken.store(self.taken.load(Ordering::Relaxed) + *length as u64, Ordering::Relaxed);
        }
        self.waits(written.is_pending());
    }

    /// Whether there is more than is taken at the moment.
    pub(super) fn waits(&self, stalled: bool) {
        self.stalled.store(stalled, Ordering::Relaxed);
    }
}

/// Tells when a connection has fallen idle. Its timer is looked at when it has fired, not with every request.
pub(super) struct Idle {
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
    pub(super) fn new() -> Idle {
        Idle { timer: Box::pin(sleep(LOOK)), armed: false, seen: 0, taken: 0, ahead: 0, quiet: 0 }
    }

    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
        activity: &Activity,
        is_scarce: impl Fn() -> bool,
    ) -> Poll<()> {
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
        let stalled = activity.stalled.load(Ordering::Relaxed);
        let active = begun != ended || begun != std::mem::replace(&mut self.seen, ended);
        // What was taken whole with its request is done with. In HTTP/2 an answer waits for its client to open the
        // window, and all that may be written is: then only what is taken later tells that there is more.
        self.ahead = match (stalled, active) {
            (true, _) => (self.ahead + more).min(AHEAD),
            (false, true) => 0,
            (false, false) => (self.ahead + more).min(PACE),
        };
        if active {
            return false;
        }
        let paid = self.ahead.checked_sub(PACE);
        self.ahead = paid.unwrap_or(self.ahead);
        paid.is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

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

    /// In HTTP/2 a client that takes its time opens the window by the piece, and each is taken at once.
    #[tokio::test(start_paused = true)]
    async fn who_opens_a_window_slowly_is_waited_for_too() {
        let opens = async |bytes: usize, seconds: u64, scarce: bool| {
            let (activity, mut idle) = (Activity::default(), Idle::new());
            let start = tokio::time::Instant::now();
            let opening = async {
                loop {
                    activity.wrote(&Poll::Ready(Ok(bytes)));
                    sleep(Duration::from_secs(seconds)).await;
                }
            };
            tokio::select! {
                () = poll_fn(|context| idle.poll(context, &activity, || scarce)) => {}
                () = opening => {}
                () = sleep(Duration::from_secs(10_000)) => {}
            }
            start.elapsed().as_secs()
        };
        assert_eq!(opens(32 << 10, 16, false).await, 10_000, "2 KB/s");
        assert_eq!(opens(32 << 10, 4, true).await, 10_000, "8 KB/s, many wait");
        assert_eq!(opens(32 << 10, 16, true).await, 10, "many wait, and longer than that for this one");
        assert_eq!(opens(17, 1, false).await, 60, "what acknowledges a PING");
        assert_eq!(opens(1 << 30, 20_000, false).await, 70);
    }

    /// An answer that was taken whole buys no time for a connection on which nothing is asked any more.
    #[tokio::test(start_paused = true)]
    async fn what_was_taken_before_does_not_count() {
        let answered = |activity: &Activity| {
            activity.begun.fetch_add(1, Ordering::Relaxed);
            activity.wrote(&Poll::Ready(Ok(1 << 30)));
            activity.ended.fetch_add(1, Ordering::Relaxed);
        };
        assert_eq!(stays(answered, false).await, 70);
        assert_eq!(stays(answered, true).await, 20);
    }
}
