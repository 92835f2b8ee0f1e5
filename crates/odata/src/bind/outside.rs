//! `$root/…` within expressions: an entity or collection elsewhere in the service (OData URL Conventions 4.01, section
//! 5.1.1.14.2). It does not depend on the row, so the service reads it beforehand; what follows in the path is read off
//! it like off any other value.
//!
//! Not offered (501): operations there, and `$root` where nobody would read it: in conditions of a path and of a batch,
//! and in and after `$apply`.

use edm::Type;
use edm::expr::Expr;

use super::Binder;
use crate::address::{self, Address, Place, Tail};
use crate::dialect::Dialect;
use crate::problem::Problem;
use crate::syntax::tree::Step;
use crate::url::path;

impl Binder<'_> {
    /// As many steps as lead along entities, and the steps that are left.
    pub(super) fn outside<'s>(&mut self, steps: &'s [Step]) -> Result<(Expr, &'s [Step]), Problem> {
        let mut found = None;
        let mut text = String::new();
        for (at, step) in steps.iter().enumerate() {
            let Some(segment) = segment(step) else { break };
            text.extend(["/", &segment]);
            match self.elsewhere(&text) {
                Ok(Some(place)) => found = Some((place, at + 1)),
                Ok(None) => break,
                Err(problem) if found.is_none() => return Err(self.wrong(problem.message)),
                // What follows is told of as it stands in an expression.
                Err(_) => break,
            }
        }
        let Some(((address, ty, collection), taken)) = found else {
            return Err(self.not_offered("`$root` before anything but entities"));
        };
        if !self.reads_elsewhere {
            return Err(self.not_offered("`$root` here"));
        }
        let slot = self.elsewhere.len();
        self.elsewhere.push(address);
        Ok((Expr::outside(slot, ty, collection), steps.get(taken..).unwrap_or_default()))
    }

    /// The entity or collection at that path below the root, if it is one.
    fn elsewhere(&self, text: &str) -> Result<Option<(Address, Type, bool)>, Problem> {
        let alias = |name: &str| self.aliases.text(name.strip_prefix('@')?);
        let address = address::bind(self.model, &Dialect::OASIS, &path::parse(text)?, &alias)?;
        let called = address.steps.iter().any(|step| matches!(step, address::Step::Call(_)));
        Ok(match address.place {
            _ if called || address.tail != Tail::Resource => None,
            Place::Entity(ty) => Some((address, Type::Struct(ty), false)),
            Place::Collection(ty) => Some((address, Type::Struct(ty), true)),
            _ => None,
        })
    }
}

/// The step as a segment of a URL, if it can be one.
fn segment(step: &Step) -> Option<String> {
    match step {
        Step::Name { .. } | Step::Segment(_) => Some(path::encoded(&step.to_string())),
        _ => None,
    }
}
