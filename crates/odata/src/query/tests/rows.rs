//! Bound filters over rows that know their relationships: what names mean is what they are bound to.

use std::rc::Rc;

use edm::eval::{Datum, Env, Row};
use edm::testing::{ARTICLE, BUNDLE, MAKER, REVIEW};
use edm::{DateTimeOffset, Navigation, Property, Record, StructType, Value};

use super::{Applies, bound};

/// An entity and the entities it leads to.
struct Entity {
    record: Record,
    links: Vec<(&'static str, Vec<Shared>)>,
}

#[derive(Clone)]
struct Shared(Rc<Entity>);

impl<'a> Row<'a> for Shared {
    fn whole(&self) -> Datum<'a> {
        Datum::row(self.clone())
    }

    fn dynamic_type(&self) -> Option<&'static StructType> {
        Some(self.0.record.ty())
    }

    fn property(&self, ordinal: usize, _property: &'static Property) -> Datum<'a> {
        self.0.record.value(ordinal).clone().into()
    }

    fn follow(&self, navigation: &'static Navigation) -> Datum<'a> {
        let link = self.0.links.iter().find(|(name, _)| *name == navigation.name);
        let ends = link.into_iter().flat_map(|(_, ends)| ends.iter().map(Row::whole));
        match navigation.collection {
            true => Datum::list(ends.collect::<Vec<_>>()),
            false => ends.into_iter().next().unwrap_or(Datum::Null),
        }
    }
}

fn entity(ty: &'static StructType, values: &[(&str, Value)], links: Vec<(&'static str, Vec<Shared>)>) -> Shared {
    let mut record = Record::new(ty);
    for (name, value) in values {
        assert!(record.set(name, value.clone()), "{name}");
    }
    Shared(Rc::new(Entity { record, links }))
}

/// A lamp by Ada with two reviews, which goes with a cheaper shade and a bundle of five.
fn lamp() -> Shared {
    let review =
        |stars, text: &str| entity(&REVIEW, &[("Stars", Value::Integer(stars)), ("Text", Value::text(text))], vec![]);
    let ada = entity(&MAKER, &[("Name", Value::text("Ada"))], vec![("Reviews", vec![review(1, "Lamp")])]);
    let shade = entity(
        &ARTICLE,
        &[("Name", Value::text("Shade")), ("Price", Value::Double(2.0))],
        vec![("Maker", vec![ada.clone()])],
    );
    let bundle = entity(
        &BUNDLE,
        &[("Name", Value::text("Set")), ("Price", Value::Double(20.0)), ("Count", Value::Integer(5))],
        vec![],
    );
    let mut city = Record::new(&edm::testing::ADDRESS);
    city.set("City", Value::text("Oslo"));
    entity(
        &ARTICLE,
        &[
            ("Name", Value::text("Lamp")),
            ("Price", Value::Double(9.5)),
            ("Sold", Value::Integer(7)),
            ("Tags", Value::List(vec![Value::text("warm"), Value::text("light")])),
            ("Origin", Value::Record(city)),
        ],
        vec![
            ("Maker", vec![ada]),
            ("Reviews", vec![review(5, "good"), review(2, "too good")]),
            ("Related", vec![shade, bundle]),
        ],
    )
}

#[track_caller]
fn check(options: &str, kept: bool) {
    let query = bound(options, Applies::Collection).unwrap_or_else(|problem| panic!("{options}: {}", problem.message));
    let env = Env::new(DateTimeOffset::from_ticks(0));
    assert_eq!(query.filter.unwrap().matches(&lamp(), &env).unwrap(), kept, "{options}");
}

#[test]
fn paths_follow_relationships() {
    check("$filter=Maker/Name eq 'Ada'", true);
    check("$filter=Maker/Reviews/any(r:r/Text eq Name)", true);
    check("$filter=Maker/Reviews/any(r:r/Text eq Maker/Name)", false);
    check("$filter=Blurbs/any() or Badges/any()", false);
    check("$filter=Reviews/$count eq 2 and opinions/$count eq 2", true);
    check("$filter=Reviews/all(r:r/Stars ge 2) and not Reviews/all(r:r/Stars ge 3)", true);
}

#[test]
fn lambdas_have_scopes_of_their_own() {
    check("$filter=Related/any(r:r/Price lt Price)", true);
    check("$filter=Related/any(r:r/Price lt r/Price)", false);
    check("$filter=Related/any(r:r/Maker/Name eq $it/Maker/Name and r/Name ne Name)", true);
    check("$filter=Related/any(r:Related/any(s:s/Price lt r/Price))", true);
    check("$filter=Tags/any(t:t eq 'warm' and Related/any(r:r/Name eq 'Shade'))", true);
    check("$filter=Related/any(Name:Name/Name eq 'Set')", true);
}

#[test]
fn lists_are_narrowed() {
    check("$filter=Reviews/$count($filter=Stars gt 3) eq 1", true);
    check("$filter=Tags/$count($filter=startswith($this,'w')) eq 1", true);
    check("$filter=Related/$filter(Price gt 5)/any(r:r/Name eq 'Shade')", false);
    check("$filter=Related/$filter($this/Price gt $it/Price)/$count eq 1", true);
    check("$filter=Related/$count($filter=Maker/Name eq $it/Maker/Name) eq 1", true);
}

#[test]
fn casts_mean_what_is_of_the_type() {
    check("$filter=Related/shop.Bundle/any(b:b/Count eq 5)", true);
    check("$filter=Related/shop.Bundle/$count eq 1 and Related/$count eq 2", true);
    check("$filter=shop.Bundle/Count eq null and not isof('shop.Bundle')", true);
    check("$filter=Related/all(r:isof(r,shop.Article)) and not Related/all(r:isof(r,'shop.Bundle'))", true);
}

#[test]
fn names_are_put_in_place() {
    check("$compute=Price mul 2 as d,d add 1 as e&$filter=e eq 20", true);
    check("$compute=Maker/Name as m&$filter=Related/any(r:r/Maker/Name eq m)", true);
    check("$compute=Reviews/any(r:r/Stars gt 4) as liked&$filter=Related/any(r:liked and r/Price gt 10)", true);
    check("$filter=Name eq @n&@n='Lamp'", true);
    check("$filter=Maker eq @none and Name ne @none", false);
    check("$filter=Description eq @none and Name ne @none", true);
    check("$filter=Related/any(r:@cheap)&@cheap=r/Price lt $it/Price", true);
    check("$filter=Tags/any(t:t in @words)&@words=[\"cold\",\"warm\"]", true);
}

#[test]
fn objects_equal_what_holds_the_same() {
    check("$filter=Origin eq @o&@o={\"City\":\"Oslo\"}", true);
    check("$filter=Origin eq @o&@o={\"City\":\"Oslo\",\"Street\":null}", true);
    check("$filter=Origin eq @o&@o={\"City\":\"Oslo\",\"Street\":\"x\"}", false);
    check("$filter=Origin eq @o&@o={}", false);
    check("$filter=@o ne Origin&@o={\"City\":\"Bergen\"}", true);
    check("$filter=Origin/Place eq @o&@o={\"Latitude\":1,\"Longitude\":2}", false);
    check("$filter=Origin/Place ne @o&@o={\"Latitude\":null,\"Longitude\":null}", true);
}
