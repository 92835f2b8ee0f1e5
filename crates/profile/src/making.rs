//! POSTs: what they say is made, then related to others; where one comes again, what is missing of that is done.

use auth::Caller;
use engine::{Content, Exchange, Once, Problem, Row};
use uuid::Uuid;

use crate::directory::{Roll, Spot};
use crate::once::{Ground, Sent};
use crate::problems::{from_store, not_offered};
use crate::service::Service;
use crate::target::Target;
use crate::tenant::Place;

/// The list of those whose partition it is, where what is made there has one of its own.
fn entered_in(target: &Target) -> Option<Roll> {
    match target {
        Target::People { tenant, .. } => Some(Roll::People(*tenant)),
        Target::Directory(tenant, Spot::Groups) => Some(Roll::Groups(*tenant)),
        _ => None,
    }
}

impl Service {
    /// Makes what a request says, or finds what it made when it came before.
    pub(crate) async fn make(
        &self,
        caller: &Caller,
        target: &Target,
        content: Content<Target>,
        sent: Option<Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        let Content { patch, links, .. } = content;
        self.check_links(caller, &links).await?;
        let row = match target {
            Target::People { tenant, .. } => self.create_person(caller, *tenant, patch, sent, exchange).await,
            Target::Directory(tenant, spot) => self.create_in_spot(caller, *tenant, spot, patch, sent, exchange).await,
            Target::Collection(owner, collection) => {
                self.create_item(caller, *owner, collection, patch, sent, exchange).await
            }
            Target::Setting(tenant, Place::Many(navigation)) => {
                self.create_setting(caller, *tenant, navigation, patch, sent, exchange).await
            }
            _ => Err(not_offered("creating here")),
        }?;
        let Some((sent, roll)) = sent.zip(entered_in(target)).filter(|_| !links.is_empty()) else {
            self.bind(caller, &row.id, &links, None, exchange).await?;
            return Ok(row);
        };
        let partition = roll.partition(Uuid::try_parse(&row.id).unwrap_or_default());
        let found = self.store.snapshot(partition).await.map_err(|error| from_store(&error))?;
        // Also where it was made before: that may have been cut short. What is whole by now, others may have changed
        // since.
        if found.is_some_and(|found| sent.is_open(&found)) {
            self.bind(caller, &row.id, &links, Some(row.at), exchange).await?;
            self.close(caller, &sent, (partition, &row.id), exchange).await?;
        }
        Ok(row)
    }

    /// What a request has made when it came before, where nothing is left to do of it.
    pub(crate) async fn made_whole(
        &self,
        target: &Target,
        once: &Once,
        exchange: &Exchange,
    ) -> Result<Option<Row>, Problem> {
        let Some(roll) = entered_in(target) else { return Ok(None) };
        let sent = self.sent(once, true, exchange);
        match self.ground(Some(&sent), roll, self.effects.now()).await? {
            Ground::Made(found) if !sent.is_open(&found) => roll.entry_in(&found).map(Some),
            _ => Ok(None),
        }
    }
}
