//! Changes that others may overtake: each is tried on what was read, and again on what is there then.

use engine::{Attempts, Changed, Problem};
use uuid::Uuid;

use crate::service::Service;

impl Service {
    /// Tries until something comes of it; `None` says that others were quicker, with the same person, group or tenant.
    pub(crate) async fn retrying<T, F>(&self, owner: Uuid, attempt: impl Fn() -> F) -> Result<T, Problem>
    where
        F: Future<Output = Result<Option<T>, Problem>>,
    {
        // Nobody races for what is kept back, nor where all changes take turns, within which others are not waited for.
        let is_race = self.group.is_none() && self.effects.turn().is_none();
        let mut attempts = Attempts::new(is_race.then(|| self.turns.lane(&owner)));
        loop {
            attempts.next().await?;
            let changed = attempt().await?.map_or(Changed::Conflict, Changed::Done);
            if let Some(done) = attempts.done(changed) {
                return Ok(done);
            }
        }
    }
}
