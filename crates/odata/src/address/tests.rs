//! Addresses of the test model, as tables.

use edm::testing::MODEL;
use expect_test::{Expect, expect};

use super::{Address, Place, Step, Tail, bind, option};
use crate::dialect::Dialect;
use crate::problem::Problem;
use crate::url::path::{key, parse};

mod bindings;
mod calls;
mod items;
mod keys;
mod places;
mod references;

/// A path, perhaps with query options.
fn bound(url: &str) -> Result<Address, Problem> {
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    bind(&MODEL, &Dialect::GRAPH, &parse(path)?, &|name| option(query, name))
}

fn step(step: &Step) -> String {
    match step {
        Step::Set(set) => format!("set {}", set.name),
        Step::Singleton(singleton) => format!("one {}", singleton.name),
        Step::Key(key) => format!("{}={:?}", key.names.join("+"), key.values),
        Step::Navigation(navigation) => format!("to {}", navigation.name),
        Step::Property(property) => format!(".{}", property.name),
        Step::Item(position) => format!("[{position}]"),
        Step::Cast(ty) => format!("as {}", ty.name),
        Step::Filter(text) => format!("where {text}"),
        Step::Call(call) => {
            let forms = call.candidates.iter().map(|operation| {
                let names: Vec<&str> = operation.parameters.iter().map(|parameter| parameter.name).collect();
                format!("{}({})", operation.name, names.join(","))
            });
            let arguments = call.arguments.iter().map(|(parameter, value)| format!(" {}={value:?}", parameter.name));
            format!("call {}{}", forms.collect::<Vec<_>>().join("|"), arguments.collect::<String>())
        }
    }
}

fn describe(address: &Address) -> String {
    let place = match address.place {
        Place::Root => "root".to_owned(),
        Place::Collection(ty) => format!("[{}]", ty.name),
        Place::Entity(ty) => ty.name.to_owned(),
        Place::Property(property) => property.name.to_owned(),
        Place::Item(property) => format!("{}[]", property.name),
        Place::Value(ty, false) => ty.name().to_owned(),
        Place::Value(ty, true) => format!("[{}]", ty.name()),
        Place::EntityById(ty) => format!("$entity{}", ty.map(|ty| format!(" {}", ty.name)).unwrap_or_default()),
        Place::All(ty) => format!("$all{}", ty.map(|ty| format!(" {}", ty.name)).unwrap_or_default()),
        other => format!("{other:?}"),
    };
    let tail = if address.tail == Tail::Resource { String::new() } else { format!(" {:?}", address.tail) };
    let steps: Vec<String> = address.steps.iter().map(step).collect();
    format!("{place}{tail}: {}", steps.join(", ")).trim().to_owned()
}

fn check(paths: &[&str], expect: &Expect) {
    let lines = paths.iter().map(|path| match bound(path) {
        Ok(address) => format!("{path}\n  {}\n", describe(&address)),
        Err(problem) => format!("{path}\n  {} {}\n", problem.kind.status(), problem.message),
    });
    expect.assert_eq(&lines.collect::<String>());
}

const GUID: &str = "00000000-0000-0000-0000-000000000001";

#[test]
fn sets_singletons_and_names_without_case() {
    check(
        &[
            "",
            "/",
            "Articles",
            "articles/",
            "SHOP",
            "shop/name",
            "Bestseller",
            "Shop/Head/Place/Latitude",
            "Shop/Window",
        ],
        &expect![[r#"

              root:
            /
              root:
            Articles
              [Article]: set Articles
            articles/
              [Article]: set Articles
            SHOP
              ShopInfo: one Shop
            shop/name
              Name: one Shop, .Name
            Bestseller
              Article: one Bestseller
            Shop/Head/Place/Latitude
              Latitude: one Shop, .Head, .Place, .Latitude
            Shop/Window
              [Article]: one Shop, to Window
        "#]],
    );
}

#[test]
fn keys_in_both_forms() {
    check(
        &[
            &format!("Articles/{GUID}"),
            &format!("Articles({GUID})"),
            &format!("Articles(id={GUID})"),
            "Articles(SerialNumber='x''y')",
            "articles(serialnumber='a%2Fb%20(c)')/Name",
            &format!("Blurbs(Language='no',ArticleID={GUID})/Text"),
            &format!("Makers({GUID})/Reviews/{GUID}"),
            &format!("Makers({GUID})/Reviews({GUID})/Stars"),
        ],
        &expect![[r#"
            Articles/00000000-0000-0000-0000-000000000001
              Article: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Articles(00000000-0000-0000-0000-000000000001)
              Article: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Articles(id=00000000-0000-0000-0000-000000000001)
              Article: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Articles(SerialNumber='x''y')
              Article: set Articles, SerialNumber=[String("x'y")]
            articles(serialnumber='a%2Fb%20(c)')/Name
              Name: set Articles, SerialNumber=[String("a/b (c)")], .Name
            Blurbs(Language='no',ArticleID=00000000-0000-0000-0000-000000000001)/Text
              Text: set Blurbs, ArticleID+Language=[Guid(00000000-0000-0000-0000-000000000001), String("no")], .Text
            Makers(00000000-0000-0000-0000-000000000001)/Reviews/00000000-0000-0000-0000-000000000001
              Review: set Makers, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Reviews, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Makers(00000000-0000-0000-0000-000000000001)/Reviews(00000000-0000-0000-0000-000000000001)/Stars
              Stars: set Makers, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Reviews, ID=[Guid(00000000-0000-0000-0000-000000000001)], .Stars
        "#]],
    );
}

#[test]
fn keys_that_do_not_fit() {
    check(
        &[
            "Articles/abc",
            "Articles('abc')",
            "Articles(1)",
            "Articles()",
            "Articles(Name='x')",
            &format!("Articles(ID={GUID},Name='x')"),
            "Articles(SerialNumber=x)",
            &format!("Blurbs/{GUID}"),
            &format!("Blurbs({GUID},'no')"),
            &format!("Blurbs(ArticleID={GUID},ArticleID={GUID})"),
            "Shop('x')",
            "Articles('a'",
        ],
        &expect![[r#"
            Articles/abc
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles('abc')
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles(1)
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles()
              400 Resource not found for the segment 'Articles()'.
            Articles(Name='x')
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles(ID=00000000-0000-0000-0000-000000000001,Name='x')
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles(SerialNumber=x)
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Blurbs/00000000-0000-0000-0000-000000000001
              400 found a key that does not fit, `Blurb` is keyed by `ArticleID` (Edm.Guid) and `Language` (Edm.String)
            Blurbs(00000000-0000-0000-0000-000000000001,'no')
              400 found a key that does not fit, `Blurb` is keyed by `ArticleID` (Edm.Guid) and `Language` (Edm.String)
            Blurbs(ArticleID=00000000-0000-0000-0000-000000000001,ArticleID=00000000-0000-0000-0000-000000000001)
              400 found a key that does not fit, `Blurb` is keyed by `ArticleID` (Edm.Guid) and `Language` (Edm.String)
            Shop('x')
              400 Resource not found for the segment 'Shop('x')'.
            Articles('a'
              400 Resource not found for the segment 'Articles('a''. Did you mean `Articles`?
        "#]],
    );
}

#[test]
fn aliases_and_shortcuts() {
    check(
        &[
            &format!("Articles({GUID})/Opinions"),
            &format!("Articles({GUID})/opinions({GUID})"),
            &format!("Articles({GUID})/Praise"),
            &format!("Articles({GUID})/praise({GUID})/Text"),
            &format!("Articles({GUID})/Praise/$count"),
            "Bestseller/Badges/$ref",
        ],
        &expect![[r#"
            Articles(00000000-0000-0000-0000-000000000001)/Opinions
              [Review]: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Reviews
            Articles(00000000-0000-0000-0000-000000000001)/opinions(00000000-0000-0000-0000-000000000001)
              Review: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Reviews, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Articles(00000000-0000-0000-0000-000000000001)/Praise
              [Review]: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Maker, to Reviews
            Articles(00000000-0000-0000-0000-000000000001)/praise(00000000-0000-0000-0000-000000000001)/Text
              Text: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Maker, to Reviews, ID=[Guid(00000000-0000-0000-0000-000000000001)], .Text
            Articles(00000000-0000-0000-0000-000000000001)/Praise/$count
              [Review] Count: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Maker, to Reviews
            Bestseller/Badges/$ref
              [Badge] Ref: one Bestseller, to Badges
        "#]],
    );
}

#[test]
fn tails_and_where_they_apply() {
    check(
        &[
            "Articles/$count",
            "Articles/$COUNT",
            "Articles/$ref",
            "Articles/$value",
            "Articles/$count/x",
            "Articles/$count(1)",
            "Shop/$count",
            "Shop/$ref",
            "Shop/$value",
            "Shop/Name/$value",
            "Shop/Name/$count",
            "Bestseller/Tags/$count",
            "Bestseller/Origin/City/$value",
        ],
        &expect![[r#"
            Articles/$count
              [Article] Count: set Articles
            Articles/$COUNT
              [Article] Count: set Articles
            Articles/$ref
              [Article] Ref: set Articles
            Articles/$value
              400 `$value` does not apply at this address
            Articles/$count/x
              400 Resource not found for the segment 'x'.
            Articles/$count(1)
              400 Resource not found for the segment '$count(1)'.
            Shop/$count
              400 `$count` does not apply at this address
            Shop/$ref
              ShopInfo Ref: one Shop
            Shop/$value
              ShopInfo Value: one Shop
            Shop/Name/$value
              Name Value: one Shop, .Name
            Shop/Name/$count
              400 `$count` does not apply at this address
            Bestseller/Tags/$count
              Tags Count: one Bestseller, .Tags
            Bestseller/Origin/City/$value
              City Value: one Bestseller, .Origin, .City
        "#]],
    );
}

#[test]
fn what_is_more_than_sets_and_names() {
    check(
        &[
            "$metadata",
            "$Batch",
            "Top",
            "Echo(text='x')",
            "Articles/shop.Bundle",
            &format!("Articles({GUID})/shop.bundle/Count"),
            "Bestseller/shop.Raise",
            "Bestseller/shop.Total(rate=1)",
            "Articles/$filter(Price%20gt%201)",
            "Articles/$each",
        ],
        &expect![[r#"
            $metadata
              Metadata:
            $Batch
              Batch:
            Top
              [Article]: call Top()
            Echo(text='x')
              Edm.String: call Echo(text) text=String("x")
            Articles/shop.Bundle
              [Bundle]: set Articles, as Bundle
            Articles(00000000-0000-0000-0000-000000000001)/shop.bundle/Count
              Count: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], as Bundle, .Count
            Bestseller/shop.Raise
              Article: one Bestseller, call Raise(article,amount)
            Bestseller/shop.Total(rate=1)
              Edm.Double: one Bestseller, call Total(article,rate) rate=Double(1.0)
            Articles/$filter(Price%20gt%201)
              [Article]: set Articles, where Price gt 1
            Articles/$each
              [Article] Each: set Articles
        "#]],
    );
}

#[test]
fn unknown_segments_name_the_nearest() {
    check(
        &[
            "Artcles",
            "Bestseller/Makr",
            "Bestseller/Supplier",
            "Bestseller/Revews",
            "Bestseller/Name/x",
            "Bestseller/Origin/Ctiy",
            "Bestseller/Tags/x/y",
            "Shop/Nme",
            "Shop/shop.Nothing",
            "$meta",
            "$x",
            "Articles/$cuont",
            "Articles//x",
            "zebra(",
            &"x".repeat(100),
        ],
        &expect![[r#"
            Artcles
              400 Resource not found for the segment 'Artcles'. Did you mean `Articles`?
            Bestseller/Makr
              400 Resource not found for the segment 'Makr'. Did you mean `Maker`?
            Bestseller/Supplier
              404 this service does not keep `Supplier` of `Article`
            Bestseller/Revews
              400 Resource not found for the segment 'Revews'. Did you mean `Reviews`?
            Bestseller/Name/x
              400 Resource not found for the segment 'x'.
            Bestseller/Origin/Ctiy
              400 Resource not found for the segment 'Ctiy'. Did you mean `City`?
            Bestseller/Tags/x/y
              400 Resource not found for the segment 'x'.
            Shop/Nme
              400 Resource not found for the segment 'Nme'. Did you mean `Name`?
            Shop/shop.Nothing
              400 Resource not found for the segment 'shop.Nothing'. Did you mean `shop.Thing`?
            $meta
              400 Resource not found for the segment '$meta'. Did you mean `$metadata`?
            $x
              400 Resource not found for the segment '$x'.
            Articles/$cuont
              400 Resource not found for the segment '$cuont'. Did you mean `$count`?
            Articles//x
              400 found an empty path segment
            zebra(
              400 Resource not found for the segment 'zebra('.
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
              400 Resource not found for the segment 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'.
        "#]],
    );
}

#[test]
fn keys_are_written_as_they_are_read() {
    let article = MODEL.set("Articles").unwrap().ty;
    let picture = edm::model::build::entity(
        "Named",
        None,
        "",
        &[const { edm::model::build::one("id", edm::model::build::STRING, "") }],
        &[],
    )
    .key(&["id"]);
    let named: &'static edm::StructType = Box::leak(Box::new(picture));
    assert_eq!(key(article, GUID), format!("({GUID})"));
    for id in ["plain", "o'hara@x.example", "a/b?c#d%e", "æ (1)"] {
        let segments = format!("things{}", key(named, id));
        let parsed = parse(&segments).unwrap();
        assert_eq!(parsed[0].arguments.as_ref().unwrap()[0].text, id, "{segments}");
    }
}

proptest::proptest! {
    #[test]
    fn never_panics(path in "(Articles|Shop|Blurbs|Makers|[$]?[a-zA-Z.]{0,9}|\\PC{0,9})([(/,='%)]{0,3}(\\PC{0,12}|Name|Reviews|[$]count)){0,4}") {
        let _ = bound(&path);
    }

    #[test]
    fn never_panics_on_calls(path in "(Articles|Top|Bestseller|Shop)([(/,='@%?&$]{0,2}(\\PC{0,6}|Top|shop[.]Total|Similar|[$]filter|[$]each|count|rate|@c|[0-9]{1,3})){0,8}") {
        let _ = bound(&path);
    }
}
