//! Which related entities have to be at hand before a query is carried out.

use edm::expr::{Expr, Origin, Reach};

use super::Query;

impl Query {
    /// Its own expressions, but for those of `$apply`.
    fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let computed = self.compute.iter().map(|computed| &computed.expr);
        self.filter.iter().chain(computed).chain(self.order.keys.iter().map(|key| &key.expr))
    }

    /// The relationships, from the row of the request on or from what was found elsewhere, along which expressions go,
    /// those of nested options too.
    pub fn reach_from(&self, origin: Origin) -> Reach {
        let mut reach = Reach::default();
        self.exprs().for_each(|expr| reach.merge(expr.reach_from(origin)));
        self.expand.iter().for_each(|expand| reach.merge(expand.query.reach_from(origin)));
        if let Some(select) = &self.select {
            select.queries().into_iter().for_each(|query| reach.merge(query.reach_from(origin)));
        }
        reach
    }

    /// The relationships, from its rows on, along which its expressions and expanded items go.
    pub fn reach(&self) -> Reach {
        let mut reach = Reach::default();
        self.exprs().for_each(|expr| reach.merge(expr.reach()));
        if let Some(pipeline) = &self.apply {
            reach.merge(pipeline.sequence.reach());
        }
        for expand in &self.expand {
            reach.merge(Reach { along: vec![(expand.navigation, expand.query.reach())] });
        }
        reach
    }
}
