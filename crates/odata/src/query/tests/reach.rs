//! Which related rows a query needs.

use edm::expr::Reach;
use expect_test::{Expect, expect};

use super::{Applies, bound};

fn written(reach: &Reach) -> String {
    let along = reach.along.iter().map(|(navigation, further)| match further.is_empty() {
        true => navigation.name.to_owned(),
        false => format!("{}({})", navigation.name, written(further)),
    });
    along.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check_reach(text: &str, expect: &Expect) {
    let query = bound(text, Applies::Collection).unwrap_or_else(|problem| panic!("{text}: {}", problem.message));
    expect.assert_eq(&written(&query.reach()));
}

#[test]
fn related_rows_are_asked_for() {
    check_reach("$filter=Name eq 'x'&$select=Name", &expect![[""]]);
    check_reach("$filter=Maker/Name eq 'x'&$orderby=Reviews/$count", &expect!["Maker Reviews"]);
    check_reach("$compute=Blurbs/$count as b&$orderby=b", &expect!["Blurbs"]);
    check_reach("$filter=@m&@m=Related/shop.Bundle/any(r:r/Maker ne null)", &expect!["Related(Maker)"]);
    check_reach(
        "$expand=Maker($expand=Reviews($filter=Stars gt 3))&$filter=Maker/Articles/any()",
        &expect!["Maker(Articles Reviews)"],
    );
    check_reach(
        "$expand=Related($levels=3;$filter=Maker/Name eq 'x')",
        &expect!["Related(Maker Related(Maker Related(Maker)))"],
    );
    check_reach("$expand=Reviews/$count,Maker/$ref", &expect!["Reviews Maker"]);
    check_reach("$filter=Related/$count($filter=Maker/Name eq $it/Name) gt 1", &expect!["Related(Maker)"]);
}
