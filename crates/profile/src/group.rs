//! Changes that commit together: a copy of the service over an overlay of its store.
//!
//! All of them concern one person. Nobody is created, renamed or deleted among them (docs/adr/0006).

use std::sync::Arc;

use engine::{Changed, Problem};
use store::overlay::Overlay;
use tokio::sync::OwnedMutexGuard;

use crate::audit::combine;
use crate::problems::{from_store, not_offered};
use crate::service::Service;

/// What is kept back, and the turn held meanwhile.
pub(crate) struct Group {
    overlay: Arc<Overlay>,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Service {
    /// A copy of the service that keeps its changes back.
    pub(crate) async fn group(&self) -> Result<Self, Problem> {
        if self.group.is_some() {
            return Err(not_offered("a group within a group"));
        }
        let turn = self.turn().await;
        let overlay = Arc::new(Overlay::new(Arc::clone(&self.store), combine));
        let store = Arc::clone(&overlay) as Arc<dyn store::Store>;
        Ok(Self { store, group: Some(Arc::new(Group { overlay, _turn: turn })), ..self.clone() })
    }

    /// Carries out what was kept back.
    pub(crate) async fn finish_group(&self) -> Result<Changed<()>, Problem> {
        let Some(group) = &self.group else { return Ok(Changed::Done(())) };
        match group.overlay.finish().await {
            Ok(done) => {
                if let Some((_, at)) = done {
                    self.effects.committed(at);
                }
                Ok(Changed::Done(()))
            }
            Err(store::Error::Conflict(_)) => Ok(Changed::Conflict),
            Err(error) => Err(from_store(&error)),
        }
    }
}
