//! What a tenant decided about the collections of profiles: who may see their items at most, who sees those that say
//! nothing of it, and how sure an inference must be to be shown before anybody confirmed it.
//!
//! Kept as `profilePropertySettings` (docs/adr/0013); those are written in [`crate::tenant`].

use std::sync::Arc;

use store::Snapshot;

use crate::rules::{self, RULES};

/// What is decided about the items of one collection. What is left open is decided by the rule for all, if at all.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Rule {
    /// The widest audience there is.
    pub(crate) ceiling: Option<u32>,
    /// The audience of an item that names none.
    pub(crate) usual: Option<i64>,
    /// How sure an inference must be to be shown though nobody confirmed it.
    pub(crate) confidence: Option<f64>,
}

impl Rule {
    /// Nothing is decided.
    pub(crate) const OPEN: Rule = Rule { ceiling: None, usual: None, confidence: None };

    fn or(self, other: Rule) -> Rule {
        Rule {
            ceiling: self.ceiling.or(other.ceiling),
            usual: self.usual.or(other.usual),
            confidence: self.confidence.or(other.confidence),
        }
    }
}

/// The rules of a tenant.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Policy {
    /// By collection. INVARIANT: what these leave open is filled in from `rest`.
    named: Vec<(Arc<str>, Rule)>,
    /// For every other collection.
    rest: Rule,
}

impl Policy {
    /// The rules in a tenant's settings.
    pub(crate) fn of_tenant(settings: &Snapshot) -> Self {
        let mut policy = Policy::default();
        for item in settings.items(RULES) {
            match rules::rule(item) {
                (Some(name), rule) => policy.named.push((name, rule)),
                (None, rule) => policy.rest = rule,
            }
        }
        let rest = policy.rest;
        policy.named.iter_mut().for_each(|(_, rule)| *rule = rule.or(rest));
        policy
    }

    /// The rule for a collection.
    pub(crate) fn of(&self, collection: &str) -> &Rule {
        self.named.iter().find(|(name, _)| **name == *collection).map_or(&self.rest, |(_, rule)| rule)
    }
}
