//! Which related entities an expression speaks of: what has to be loaded with a row before the expression is evaluated.

use crate::model::Navigation;

/// Navigation properties of an entity, and of the entities that they lead to.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Each at most once.
    pub along: Vec<(&'static Navigation, Reach)>,
}

impl Reach {
    /// Nothing but the row itself.
    pub const NONE: Reach = Reach { along: Vec::new() };

    /// Nothing but the row itself?
    pub fn is_empty(&self) -> bool {
        self.along.is_empty()
    }
}
