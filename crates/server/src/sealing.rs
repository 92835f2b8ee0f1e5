//! Sealing what is recorded, while a server runs: once a second if there is something new, and when the server ends.
//! What administrators saw is written first.
//!
//! What a seal is, and who of several servers makes it, is decided in [`store::seal`].

use std::sync::Arc;
use std::time::Duration;

use store::Store;
use store::seal::Sealer;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::app::App;
use crate::effects::Effects;
use crate::sightings::Sightings;

/// How often it is looked for something new: what is newer can be lost unseen.
const PERIOD: Duration = Duration::from_secs(1);

/// The task that seals.
pub(crate) struct Sealing {
    task: JoinHandle<()>,
    end: oneshot::Sender<()>,
}

impl Sealing {
    /// Begins. `holder` tells this server from others over the same store; a store that only one server can open needs
    /// none.
    pub(crate) fn start(app: &App, holder: Uuid) -> Sealing {
        let (end, ended) = oneshot::channel();
        let (store, effects) = (Arc::clone(&app.store), Arc::clone(&app.effects));
        let sealer = Sealer::new(Arc::clone(&store), holder);
        let round = Round { store, effects, sightings: app.api.sightings(), sealer };
        Sealing { task: tokio::spawn(work(round, ended)), end }
    }

    /// Seals what is left, and ends.
    pub(crate) async fn finish(self) {
        let _ = self.end.send(());
        if self.task.await.is_err() {
            tracing::error!("the task that seals the records has ended early");
        }
    }
}

/// What is done each second.
struct Round {
    store: Arc<dyn Store>,
    effects: Arc<Effects>,
    sightings: Arc<Sightings>,
    sealer: Sealer,
}

impl Round {
    async fn go(&mut self) -> store::Result<()> {
        self.sightings.write(&*self.store, &self.effects).await?;
        self.sealer.step(self.effects.time()).await.map(drop)
    }

    async fn last(&mut self) -> store::Result<()> {
        self.sightings.write(&*self.store, &self.effects).await?;
        self.sealer.finish(self.effects.time()).await.map(drop)
    }
}

async fn work(mut round: Round, mut ended: oneshot::Receiver<()>) {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = &mut ended => break,
        }
        let outcome = round.go().await;
        // Told once, not every second.
        if let (Err(error), false) = (&outcome, failing) {
            tracing::warn!(%error, "what was done cannot be recorded and sealed at the moment");
        }
        failing = outcome.is_err();
    }
    if let Err(error) = round.last().await {
        tracing::warn!(%error, "what was recorded last is not sealed");
    }
}
