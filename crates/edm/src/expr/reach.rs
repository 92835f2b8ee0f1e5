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
        if self.is_empty() {
            *self = other;
            return;
        }
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

/// From where relationships are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The row.
    Row,
    /// The row of the request, where this one is a part of it.
    Outermost,
    /// What was found elsewhere and stands in that slot.
    Outside(usize),
}

impl Expr {
    /// The navigation properties that have to be loaded before it is evaluated, seen from its row.
    pub fn reach(&self) -> Reach {
        self.reach_from(Origin::Row)
    }

    /// The same, seen from elsewhere.
    pub fn reach_from(&self, origin: Origin) -> Reach {
        let mut walk = Walk { places: Vec::new(), slots: vec![Places::new(); usize::from(self.slots())] };
        walk.visit(self);
        walk.reach(Place::Start(origin))
    }
}

/// Where a value may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start(Origin),
    /// One of the places of the walk.
    Along(usize),
}

/// Several after `case` or in lists.
type Places = Vec<Place>;

/// What has been come by.
struct Walk {
    /// Navigation properties and the places from which they lead on.
    places: Vec<(Place, &'static Navigation)>,
    /// Where what each lambda is at comes from.
    slots: Vec<Places>,
}

impl Walk {
    /// Goes through an expression; says where its value comes from. No deeper than the expression is.
    fn visit(&mut self, expr: &Expr) -> Places {
        match &expr.node {
            // Entities are no columns.
            Node::Literal(_) | Node::Column(_) => Places::new(),
            Node::Outside(slot) => vec![Place::Start(Origin::Outside(*slot))],
            Node::Path(Base::Row, _) => vec![Place::Start(Origin::Row)],
            Node::Path(Base::Outermost, _) => vec![Place::Start(Origin::Outermost)],
            Node::Path(Base::Variable(slot), _) => self.slots.get(usize::from(*slot)).cloned().unwrap_or_default(),
            Node::Path(Base::Expr(from), _) => self.visit(from),
            Node::Follow(from, navigation) => {
                let from = self.visit(from);
                from.into_iter().map(|place| Place::Along(self.follow(place, navigation))).collect()
            }
            Node::Filter(lambda) => self.lambda(lambda),
            Node::Any(lambda) | Node::All(lambda) => {
                self.lambda(lambda);
                Places::new()
            }
            Node::Search(from, _) | Node::Item(from) | Node::Cast(from, _) | Node::Promote(_, from) => self.visit(from),
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

    fn follow(&mut self, from: Place, navigation: &'static Navigation) -> usize {
        let same = |(known, along): &(Place, &'static Navigation)| *known == from && std::ptr::eq(*along, navigation);
        self.places.iter().position(same).unwrap_or_else(|| {
            self.places.push((from, navigation));
            self.places.len() - 1
        })
    }

    /// No deeper than the expression: each place was come by one level above the place before.
    fn reach(&self, from: Place) -> Reach {
        let onward = self.places.iter().enumerate().filter(|(_, (known, _))| *known == from);
        Reach { along: onward.map(|(at, (_, navigation))| (*navigation, self.reach(Place::Along(at)))).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::Reach;
    use crate::expr::notation::parse;
    use crate::testing::{ARTICLE, MAKER};

    /// `Maker(Reviews) Related`: what is needed, in parentheses what is needed from there.
    fn written(reach: &Reach) -> String {
        let along = reach.along.iter().map(|(navigation, further)| match further.is_empty() {
            true => navigation.name.to_owned(),
            false => format!("{}({})", navigation.name, written(further)),
        });
        along.collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(written(&parse(text).unwrap().reach()), expect, "{text}");
    }

    #[test]
    fn what_the_row_holds_needs_nothing() {
        check("Name eq 'x' and Origin/City ne null and Tags/any(t:t eq Name)", "");
        check("Depots/$filter(d:d/City eq 'Oslo')/$count gt 1 and isof($it,Bundle)", "");
        check("case(IsHeavy:Price,true:Weight) gt 3 and contains(Name,'x')", "");
    }

    #[test]
    fn relationships_are_come_by_along_paths() {
        check("Maker/Name eq 'x'", "Maker");
        check("Maker ne null", "Maker");
        check("-Rating add Maker/Reviews/$count gt 3 and Maker/Name ne null", "Maker(Reviews)");
        check("concat(Name,Maker/Name) in ('a','b') or not (Reviews/$count eq 0)", "Maker Reviews");
        check("cast($it,Bundle)/Maker/Name eq 'x' and isof(Maker,Maker)", "Maker");
        check("case(Maker ne null:Maker,true:Maker)/Reviews/$count eq 1", "Maker(Reviews)");
    }

    #[test]
    fn variables_are_what_their_lists_are_made_of() {
        check("Reviews/any(r:r/Stars gt 3)", "Reviews");
        check("Related/any(r:r/Maker/Name eq 'x')", "Related(Maker)");
        check("Related/any(r:Maker/Name eq r/Name)", "Related Maker");
        check("Related/any(r:$it/Maker ne null and r/Reviews/any())", "Related(Reviews) Maker");
        check("Related/any(r:r/Related/all(s:s/Maker eq r/Maker))", "Related(Related(Maker) Maker)");
        check("Related/$filter(r:r/Maker ne null)/any(s:s/Blurbs/any())", "Related(Maker Blurbs)");
        check("cast(Related,Bundle)/any(b:b/Badges/$count gt 1)", "Related(Badges)");
        check("Tags/any(t:Related/any(r:r/Name eq t))", "Related");
    }

    #[test]
    fn a_variable_of_the_same_number_hides_and_comes_back() {
        let list = |text: &str| parse(text).unwrap();
        let variable = crate::expr::Variable::new(0, &list("Related"));
        let maker = || {
            let follow = ARTICLE.find_navigation("Maker").unwrap();
            crate::expr::Expr::variable(variable).follow(follow).unwrap()
        };
        let inner = crate::expr::Expr::any(list("Maker/Articles"), variable, is_there(maker())).unwrap();
        let both = crate::expr::Expr::binary(
            crate::expr::Binary::And,
            inner,
            is_there(maker()),
            &crate::expr::Rules::default(),
        );
        let outer = crate::expr::Expr::any(list("Related"), variable, both.unwrap()).unwrap();
        assert_eq!(written(&outer.reach()), "Related(Maker) Maker(Articles(Maker))");
    }

    fn is_there(expr: crate::expr::Expr) -> crate::expr::Expr {
        let ne = crate::expr::Binary::Compare(crate::expr::Comparison::Ne);
        crate::expr::Expr::binary(ne, expr, crate::expr::Expr::null(), &crate::expr::Rules::default()).unwrap()
    }

    #[test]
    fn merging_unites_level_by_level() {
        let mut reach = parse("Maker/Reviews/any() and Related/any()").unwrap().reach();
        reach.merge(parse("Maker/Articles/any() or Blurbs/any() or Maker/Reviews/any()").unwrap().reach());
        assert_eq!(written(&reach), "Maker(Reviews Articles) Related Blurbs");
        let maker = reach.find(ARTICLE.find_navigation("Maker").unwrap()).unwrap();
        assert!(maker.find(MAKER.find_navigation("Reviews").unwrap()).unwrap().is_empty());
        assert!(reach.find(MAKER.find_navigation("Reviews").unwrap()).is_none());
    }
}
