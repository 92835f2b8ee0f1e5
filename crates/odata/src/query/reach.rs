//! Which related entities have to be at hand before a query is carried out.

use edm::expr::{Expr, Reach};

use super::Query;

impl Query {
    /// The relationships, from its rows on, along which its expressions and expanded items go.
    pub fn reach(&self) -> Reach {
        let computed = self.compute.iter().map(|computed| &computed.expr);
        let keys = self.order.keys.iter().map(|key| &key.expr);
        let mut reach = Reach::default();
        for own in self.filter.iter().chain(computed).chain(keys).map(Expr::reach) {
            reach.merge(own);
        }
        if let Some(pipeline) = &self.apply {
            reach.merge(pipeline.sequence.reach());
        }
        for expand in &self.expand {
            reach.merge(Reach { along: vec![(expand.navigation, expand.query.reach())] });
        }
        reach
    }
}
