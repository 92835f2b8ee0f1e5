//! Expressions over the test model: what binds, and what is said of what does not.

use edm::DateTimeOffset;
use edm::eval::{Env, Stored};
use edm::expr::Rules;
use edm::testing::{MODEL, sample};

use super::Binder;

fn bind(text: &str) -> Result<edm::expr::Expr, String> {
    let ty = MODEL.structure("product").unwrap();
    Binder::new(&MODEL, Rules::default())
        .filter(ty, text)
        .map_err(|problem| format!("{}: {}", problem.kind.status(), problem.message))
}

/// Does the filter keep a sample, of which something known is said?
fn keeps(text: &str) -> bool {
    let ty = MODEL.structure("product").unwrap();
    let members = sample(ty, 1).to_members();
    let expr = bind(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    expr.matches(&Stored::new(ty, &members), &Env::new(DateTimeOffset::from_ticks(0))).unwrap()
}

#[test]
fn what_is_always_true_keeps_the_row() {
    let ty = MODEL.structure("product").unwrap();
    for (_, property) in
        ty.all_properties().filter(|(_, property)| !property.collection && property.ty.structure().is_none())
    {
        if property.ty.name().starts_with("Edm.Geography") || property.ty.name() == "Edm.Stream" {
            continue;
        }
        let name = property.name;
        assert!(keeps(&format!("{name} eq {name}")), "{name}");
        assert!(keeps(&format!("{name} eq null or {name} ne null")), "{name}");
    }
    assert!(keeps("1 add 1 eq 2 and not (2 lt 1) and contains('abc','b') and 3 in (1,2,3)"));
    assert!(!keeps("1 eq 2"));
}
