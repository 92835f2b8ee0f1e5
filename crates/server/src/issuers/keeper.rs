//! Keeps the keys of issuers current: in the background, and when a token names a key that is not there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use auth::{Authenticator, Fetch, KeySet, KeySource, Published, Schedule, SourceError};

use tokio::time::Instant;

use super::{Http, Remote};

/// The issuers whose keys are fetched.
pub(crate) struct Keeper {
    watched: Vec<Arc<Watched>>,
}

/// One of them.
struct Watched {
    name: Arc<str>,
    source: KeySource,
    fetch: Box<dyn Fetch>,
    authenticator: Arc<Authenticator>,
    schedule: Mutex<Schedule>,
    /// When keeping began, by the clock of the timers, which nobody sets.
    begun: Instant,
    /// Held while the issuer is asked: whoever else wants to know waits for the same answer.
    asking: tokio::sync::Mutex<()>,
}

/// Why keys are wanted.
#[derive(Debug, Clone, Copy)]
enum Why {
    /// Their time has come, or there are none yet.
    Due,
    /// A token names one that is not there.
    UnknownKey,
}

impl Keeper {
    /// Fetches keys for these issuers, by name, of an authenticator.
    pub(crate) fn new(remotes: Vec<(Arc<str>, Remote)>, authenticator: &Arc<Authenticator>) -> Result<Keeper, String> {
        let mut watched = Vec::with_capacity(remotes.len());
        for (name, remote) in remotes {
            let fetch = Box::new(Http::new(&remote.route).map_err(|error| format!("issuer `{name}`: {error}"))?);
            let schedule = Schedule::new(remote.pace);
            watched.push(Watched::new(name, remote.source, schedule, fetch, Arc::clone(authenticator)));
        }
        Ok(Keeper { watched })
    }

    /// Begins to keep keys current, for as long as the runtime lives.
    pub(crate) fn start(&self) {
        for watched in &self.watched {
            tokio::spawn(Arc::clone(watched).stay_current());
        }
    }

    /// A token names a key that this issuer does not have, as far as is known: looks, unless that was done just now.
    pub(crate) async fn find_key(&self, issuer: &str) {
        self.ask(issuer, Why::UnknownKey).await;
    }

    /// There are no keys of this issuer at all: looks, unless that was done just now.
    pub(crate) async fn find_keys(&self, issuer: &str) {
        self.ask(issuer, Why::Due).await;
    }

    /// Seconds until this issuer is asked again.
    pub(crate) fn pause(&self, issuer: &str) -> u32 {
        let pause = self.watched(issuer).map_or(0, |watched| watched.schedule().pause(watched.seconds()));
        u32::try_from(pause).unwrap_or(u32::MAX).max(1)
    }

    async fn ask(&self, issuer: &str, why: Why) {
        if let Some(watched) = self.watched(issuer) {
            // A task of its own: a client that hangs up must not stop what others wait for.
            let _ = tokio::spawn(Arc::clone(watched).refresh(why)).await;
        }
    }

    fn watched(&self, issuer: &str) -> Option<&Arc<Watched>> {
        self.watched.iter().find(|watched| *watched.name == *issuer)
    }
}

impl Watched {
    fn new(
        name: Arc<str>,
        source: KeySource,
        schedule: Schedule,
        fetch: Box<dyn Fetch>,
        authenticator: Arc<Authenticator>,
    ) -> Arc<Watched> {
        let (begun, schedule, asking) = (Instant::now(), Mutex::new(schedule), tokio::sync::Mutex::default());
        Arc::new(Watched { name, source, fetch, authenticator, schedule, begun, asking })
    }

    /// Since keeping began.
    fn seconds(&self) -> u64 {
        self.begun.elapsed().as_secs()
    }

    async fn stay_current(self: Arc<Self>) {
        loop {
            let pause = self.schedule().pause(self.seconds());
            if pause > 0 {
                tokio::time::sleep(Duration::from_secs(pause)).await;
            } else {
                Arc::clone(&self).refresh(Why::Due).await;
            }
        }
    }

    /// Asks the issuer for its keys, unless that has just been done or is too early.
    async fn refresh(self: Arc<Self>, why: Why) {
        let before = self.schedule().attempts();
        let _asking = self.asking.lock().await;
        let wanted = {
            let mut schedule = self.schedule();
            schedule.attempts() == before
                && match why {
                    Why::Due => schedule.pause(self.seconds()) == 0,
                    Why::UnknownKey => schedule.take_look(self.seconds()),
                }
        };
        if wanted {
            let published = self.source.look(&self.name, &*self.fetch).await;
            self.note(published);
        }
    }

    fn note(&self, published: Result<Published, SourceError>) {
        let mut schedule = self.schedule();
        match published {
            Ok(published) => {
                if !schedule.is_well() {
                    tracing::info!(issuer = %self.name, keys = published.keys.len(), "keys fetched");
                }
                schedule.succeeded(self.seconds());
                self.replace(published.keys);
            }
            Err(error) => {
                let expired = schedule.failed(self.seconds());
                let next = schedule.pause(self.seconds());
                tracing::warn!(issuer = %self.name, %error, next_try_s = next, expired, "no keys fetched; {}", error.mend());
                if expired {
                    self.replace(KeySet::default());
                }
            }
        }
    }

    fn replace(&self, keys: KeySet) {
        if let Err(error) = self.authenticator.replace_keys(&self.name, keys) {
            tracing::error!(%error, "keys of nobody");
        }
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
