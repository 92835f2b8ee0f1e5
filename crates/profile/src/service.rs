//! The service: a store, and what its operations need of it. They stand in modules by what they are about; `resources`
//! has them as the protocol calls them.

use std::sync::Arc;

use auth::Caller;
use engine::{Capabilities, Dialect, Info, Kind, Problem, Turns};
use store::{Commit, Precondition, Snapshot, Store};
use tokio::sync::Mutex;

use crate::effects::Effects;
use crate::group::Group;
use crate::problems::{from_store, no_person, unknown_caller};
use crate::rules::PERSON;
use crate::settings::{ITEMS_SETTING, Settings};
use crate::target::Owner;

/// People and their profiles, over a store.
#[derive(Clone)]
pub struct Service {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) effects: Arc<dyn Effects>,
    pub(crate) settings: Arc<Settings>,
    /// The turn of changes of names.
    pub(crate) names: Arc<Mutex<()>>,
    /// Of changes that race with others.
    pub(crate) turns: Arc<Turns>,
    /// Where changes are kept back; `store` is its overlay then.
    pub(crate) group: Option<Arc<Group>>,
}

impl Service {
    /// The service over this store.
    pub fn new(store: Arc<dyn Store>, effects: Arc<dyn Effects>, settings: Settings) -> Self {
        Self { store, effects, settings: Arc::new(settings), names: Arc::default(), turns: Arc::default(), group: None }
    }

    /// The person's data; a problem when there is no such person.
    pub(crate) async fn snapshot(&self, caller: &Caller, owner: Owner) -> Result<Arc<Snapshot>, Problem> {
        let snapshot = self.store.snapshot(owner.partition()).await.map_err(|error| from_store(&error))?;
        // A partition without its person is what a deleted one leaves until it is swept.
        snapshot.filter(|snapshot| !snapshot.items(PERSON).is_empty()).ok_or_else(|| match caller.user_id() {
            Some(id) if id == owner.id => unknown_caller(&id.to_string()),
            _ => no_person(&owner.id.to_string()),
        })
    }

    /// Carries out a commit: `Ok(None)` when the partition had changed meanwhile.
    pub(crate) async fn commit(&self, mut commit: Commit) -> Result<Option<u64>, Problem> {
        let at = commit.at;
        commit.audit.salt = self.effects.salt(commit.partition.owner, at);
        match self.store.commit(commit).await {
            Ok(rev) => {
                if self.group.is_none() {
                    self.effects.committed(at);
                }
                Ok(Some(rev))
            }
            // What bounded it may include what the caller does not see.
            Err(store::Error::Conflict(Precondition::AtMost { collection, .. })) => {
                let message = format!(
                    "the collection `{collection}` holds {} items already, as many as the setting `{ITEMS_SETTING}` admits",
                    self.settings.items_per_collection
                );
                Err(Problem::new(Kind::QuotaReached, message))
            }
            Err(store::Error::Conflict(_)) => Ok(None),
            Err(error) => Err(from_store(&error)),
        }
    }
}

/// How the service speaks before anything is set: as Graph does, and POSTs with a key make one thing.
pub const DIALECT: Dialect = Dialect {
    capabilities: Capabilities { repeatable: true, ..Dialect::GRAPH.capabilities },
    changes_ends: false,
    ..Dialect::GRAPH
};

/// What the service says of itself as a whole.
pub(crate) const INFO: Info<'static> = Info {
    title: "Vitae",
    description: "Profiles of the people of an organization.",
    version: env!("CARGO_PKG_VERSION"),
    servers: &["/v1.0", "/beta"],
};
