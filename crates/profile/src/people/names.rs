//! The names by which people are found: claimed before the person is written, bound after it.
//!
//! Why this is enough is told in docs/adr/0007.

use std::sync::Arc;

use auth::Caller;
use edm::Patch;
use engine::{Kind, Problem};
use store::{Claimed, Commit};
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use crate::items::entry;
use crate::model::USER;
use crate::problems::from_store;
use crate::rules::{self, PRINCIPAL_NAME, folded};
use crate::service::Service;
use crate::target::Owner;

/// An unbound claim older than this (in ticks of 100 ns) was left behind by a crash.
const STALE: i64 = 60 * 10_000_000;

/// The turn of who changes names, or takes over those of others.
pub(super) type NamesTurn = OwnedMutexGuard<()>;

impl Service {
    /// Who has that user principal name. A name that a change cut short left behind is nobody's.
    pub(crate) async fn named(&self, tenant: Uuid, name: &str) -> Result<Option<Uuid>, Problem> {
        let entry = self.store.lookup(tenant, folded(name)).await.map_err(|error| from_store(&error))?;
        // A name that nobody has is looked up as far as one that somebody has.
        let id = entry.map_or(Uuid::nil(), |entry| entry.owner);
        let called = self.is_called(Owner { tenant, id }, name).await?;
        Ok(called.then_some(id))
    }

    /// Is there this person, and do they have this name? The person's own entry decides, not who holds the name.
    pub(super) async fn is_called(&self, owner: Owner, name: &str) -> Result<bool, Problem> {
        let snapshot = self.store.snapshot(owner.partition()).await.map_err(|error| from_store(&error))?;
        let own = snapshot.as_deref().and_then(|snapshot| rules::stored(entry(snapshot), PRINCIPAL_NAME));
        Ok(own.is_some_and(|own| own.as_str().is_some_and(|own| folded(own) == folded(name))))
    }

    /// Claims a user principal name for a person who has no other.
    pub(crate) async fn take_name(&self, owner: Owner, name: &str, at: i64) -> Result<(), Problem> {
        match self.claim_name(owner, name, at).await? {
            Claimed::Granted => Ok(()),
            Claimed::Held(_) => self.take_over(owner, name, at, &self.turn_to_name().await).await,
        }
    }

    /// Claims a user principal name. One whose holder is not called so, or no longer, is taken over; in turn, as its
    /// holder might be about to claim it anew.
    async fn take_over(&self, owner: Owner, name: &str, at: i64, _: &NamesTurn) -> Result<(), Problem> {
        let (store, key) = (&self.store, folded(name));
        let taken = || {
            Problem::new(Kind::NameExists, format!("another person has the userPrincipalName `{name}`"))
                .at("/userPrincipalName")
        };
        let Claimed::Held(held) = self.claim_name(owner, name, at).await? else { return Ok(()) };
        let called = self.is_called(Owner { tenant: owner.tenant, id: held.owner }, name).await?;
        // Its holder may be about to be called so.
        let under_way = !held.bound && at - held.at < STALE;
        if called || under_way {
            return Err(taken());
        }
        let claimed = if held.bound {
            // Left by a deletion or a change of name that was cut short.
            let left = store.release(owner.tenant, key.clone(), held.owner, held.at).await;
            left.map_err(|error| from_store(&error))?;
            self.claim_name(owner, name, at).await?
        } else {
            store.reclaim(owner.tenant, key, held, owner.id, at).await.map_err(|error| from_store(&error))?
        };
        match claimed {
            Claimed::Granted => Ok(()),
            Claimed::Held(_) => Err(taken()),
        }
    }

    async fn claim_name(&self, owner: Owner, name: &str, at: i64) -> Result<Claimed, Problem> {
        self.store.claim(owner.tenant, folded(name), owner.id, at).await.map_err(|error| from_store(&error))
    }

    pub(crate) async fn bind_name(&self, owner: Owner, name: &str) -> Result<(), Problem> {
        self.store.bind(owner.tenant, folded(name), owner.id).await.map_err(|error| from_store(&error)).map(|_| ())
    }

    /// Gives up what was claimed at that time or before: another server may call the person so again meanwhile.
    pub(super) async fn release_name(&self, owner: Owner, name: &str, until: i64) -> Result<(), Problem> {
        let released = self.store.release(owner.tenant, folded(name), owner.id, until).await;
        released.map_err(|error| from_store(&error)).map(|_| ())
    }

    /// Gives a person another name with this commit; `None` when the person had changed meanwhile.
    pub(super) async fn rename(
        &self,
        owner: Owner,
        old_name: &str,
        new_name: &str,
        commit: Commit,
        turn: &NamesTurn,
    ) -> Result<Option<u64>, Problem> {
        let at = commit.at;
        self.take_over(owner, new_name, at, turn).await?;
        // Where it fails, or another was first, who is called so is not known: that one may have given the person the same
        // name. A claim that nobody needs gets old.
        let done = self.commit(commit).await?;
        if done.is_some() {
            self.left(self.bind_name(owner, new_name).await)?;
            self.left(self.release_name(owner, old_name, at).await)?;
        }
        Ok(done)
    }

    /// Changes of names happen one after another: the names of one that ends must not be those of one that begins.
    pub(super) async fn turn_of_names(
        &self,
        caller: &Caller,
        owner: Owner,
        patch: &Patch,
    ) -> Result<Option<NamesTurn>, Problem> {
        let Some(edm::Change::Set(name)) = patch.get(&USER, PRINCIPAL_NAME) else { return Ok(None) };
        let snapshot = self.snapshot(caller, owner).await?;
        match rules::stored(entry(&snapshot), PRINCIPAL_NAME).as_ref() == Some(name) {
            true => Ok(None),
            false => Ok(Some(self.turn_to_name().await)),
        }
    }

    async fn turn_to_name(&self) -> NamesTurn {
        Arc::clone(&self.names).lock_owned().await
    }

    /// What came of names after the write that decides who is called what. Where it failed the change is made all the
    /// same, and must not be answered as if it were not; what is left of names is put in order by whoever wants one of
    /// them.
    pub(super) fn left(&self, done: Result<(), Problem>) -> Result<(), Problem> {
        match done {
            // In a group nothing is made yet, and nothing is going to be.
            Err(problem) if self.group.is_none() => {
                tracing::warn!("a change is made, but its user principal name is still as before: {}", problem.message);
                Ok(())
            }
            done => done,
        }
    }
}
