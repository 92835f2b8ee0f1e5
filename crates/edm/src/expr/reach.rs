//! Which related rows an expression needs: the navigation properties it follows, seen from its row.
//!
//! A lambda variable is what its list is made of, and so are the items that `$filter` and casts leave of it.

use super::{Base, Expr, Lambda, Node};
use crate::model::Navigation;

/// Navigation properties to load, and those to load from there.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Each navigation property once, in the order in which they were come by.
    pub along: Vec<(&'static Navigation, Reach)>,
}

impl Reach {
    /// Nothing but the row itself.
    pub const NONE: Reach = Reach { along: Vec::new() };

    /// Is nothing needed beyond the row?
    pub fn is_empty(&self) -> bool {
        self.along.is_empty()
    }

    /// Takes in what another needs.
    pub fn merge(&mut self, other: Reach) {
        for (navigation, further) in other.along {
            match self.along.iter_mut().find(|(known, _)| std::ptr::eq(*known, navigation)) {
                Some((_, known)) => known.merge(further),
                None => self.along.push((navigation, further)),
            }
        }
    }

    /// What is needed from where a navigation property leads, if it is needed at all.
    pub fn find(&self, navigation: &Navigation) -> Option<&Reach> {
        self.along.iter().find(|(known, _)| std::ptr::eq(*known, navigation)).map(|(_, further)| further)
    }
}

impl Expr {
    /// The navigation properties that have to be loaded before it is evaluated, seen from its row.
    pub fn reach(&self) -> Reach {
        let mut walk = Walk { places: Vec::new(), slots: vec![Places::new(); usize::from(self.slots())] };
        walk.visit(self);
        walk.reach(None)
    }
}

/// Where a value may come from: a place of the walk, or the row itself (`None`). Several after `case` or in lists.
type Places = Vec<Option<usize>>;

/// What has been come by.
struct Walk {
    /// Navigation properties and the places from which they lead on.
    places: Vec<(Option<usize>, &'static Navigation)>,
    /// Where what each lambda is at comes from.
    slots: Vec<Places>,
}

impl Walk {
    /// Goes through an expression; says where its value comes from. No deeper than the expression is.
    fn visit(&mut self, expr: &Expr) -> Places {
        match &expr.node {
            Node::Literal(_) => Places::new(),
            Node::Path(Base::Row, _) => vec![None],
            Node::Path(Base::Variable(slot), _) => self.slots.get(usize::from(*slot)).cloned().unwrap_or_default(),
            Node::Path(Base::Expr(from), _) => self.visit(from),
            Node::Follow(from, navigation) => {
                let from = self.visit(from);
                from.into_iter().map(|place| Some(self.follow(place, navigation))).collect()
            }
            Node::Filter(lambda) => self.lambda(lambda),
            Node::Any(lambda) | Node::All(lambda) => {
                self.lambda(lambda);
                Places::new()
            }
            Node::Search(from, _) | Node::Cast(from, _) | Node::Promote(_, from) => self.visit(from),
            Node::Count(from) | Node::IsOf(from, _) | Node::Not(from) | Node::Negate(from) | Node::Matches(from, _) => {
                self.visit(from);
                Places::new()
            }
            Node::Compare(_, pair) | Node::In(pair) | Node::Has(pair) | Node::Arithmetic(_, pair) => {
                self.visit_all(pair.as_slice());
                Places::new()
            }
            Node::And(operands) | Node::Or(operands) | Node::Call(_, operands) => {
                self.visit_all(operands);
                Places::new()
            }
            Node::List(items) => self.visit_all(items),
            Node::Case(pairs) => {
                self.visit_all(pairs.iter().map(|(condition, _)| condition));
                self.visit_all(pairs.iter().map(|(_, value)| value))
            }
        }
    }

    fn visit_all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> Places {
        let mut places = Places::new();
        for expr in exprs {
            for place in self.visit(expr) {
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        places
    }

    /// The places of the list, which are those of its items.
    fn lambda(&mut self, lambda: &Lambda) -> Places {
        let source = self.visit(&lambda.source);
        // A lambda around this one may use the same slot.
        let outer = self.put(lambda.slot, source.clone());
        self.visit(&lambda.predicate);
        self.put(lambda.slot, outer);
        source
    }

    fn put(&mut self, slot: u16, places: Places) -> Places {
        self.slots.get_mut(usize::from(slot)).map_or_else(Places::new, |slot| std::mem::replace(slot, places))
    }

    fn follow(&mut self, from: Option<usize>, navigation: &'static Navigation) -> usize {
        let same =
            |(known, along): &(Option<usize>, &'static Navigation)| *known == from && std::ptr::eq(*along, navigation);
        self.places.iter().position(same).unwrap_or_else(|| {
            self.places.push((from, navigation));
            self.places.len() - 1
        })
    }

    /// No deeper than the expression: each place was come by one level above the place before.
    fn reach(&self, from: Option<usize>) -> Reach {
        let onward = self.places.iter().enumerate().filter(|(_, (known, _))| *known == from);
        Reach { along: onward.map(|(at, (_, navigation))| (*navigation, self.reach(Some(at)))).collect() }
    }
}
