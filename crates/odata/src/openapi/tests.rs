//! The document of the sample model. The whole is kept in `goldens/` by the tests of the schema.

mod schemas;

use std::collections::BTreeSet;

use edm::json::{Kind, Node, parse};
use edm::testing::MODEL;
use expect_test::{Expect, expect};

use super::{Info, document};
use crate::csdl::Capabilities;
use crate::csdl::tests::block;

const INFO: Info<'static> =
    Info { title: "Shop", description: "A sample.", version: "1.0", servers: &["https://shop.example/odata"] };

fn text(capabilities: &Capabilities) -> String {
    document(&MODEL, capabilities, &INFO)
}

/// The methods and operation ids below paths that begin so.
fn check_paths(begin: &str, expected: &Expect) {
    check_paths_of(&Capabilities::ALL, begin, expected);
}

fn check_paths_of(capabilities: &Capabilities, begin: &str, expected: &Expect) {
    let text = text(capabilities);
    let document = parse(text.as_bytes()).unwrap();
    let mut found = String::new();
    for (path, item) in members(member(&document, "paths")).iter().filter(|(path, _)| path.starts_with(begin)) {
        let operations = members(item).iter().filter(|(method, _)| method != "parameters");
        let operations = operations.map(|(method, one)| format!("{method} {}", string(member(one, "operationId"))));
        found.push_str(&format!("{path}: {}\n", operations.collect::<Vec<_>>().join(", ")));
    }
    expected.assert_eq(&found);
}

/// The lines of a component.
fn check_component(name: &str, expected: &Expect) {
    expected.assert_eq(&block(&text(&Capabilities::ALL), &format!("\"{name}\": {{")));
}

fn members<'a, 'b>(node: &'b Node<'a>) -> &'b [(std::borrow::Cow<'a, str>, Node<'a>)] {
    match &node.kind {
        Kind::Object(members) => members,
        other => panic!("{other:?}"),
    }
}

fn member<'a, 'b>(node: &'b Node<'a>, name: &str) -> &'b Node<'a> {
    &members(node).iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1
}

fn string<'b>(node: &'b Node<'_>) -> &'b str {
    match &node.kind {
        Kind::String(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sets_and_what_they_contain() {
    check_paths(
        "/Makers",
        &expect![[r#"
        /Makers: get Makers.list, post Makers.create
        /Makers/$count: get Makers.count
        /Makers/{Maker-ID}: get Makers.get, patch Makers.update, delete Makers.delete
        /Makers/{Maker-ID}/Articles: get Makers.Articles.list
        /Makers/{Maker-ID}/Articles/$count: get Makers.Articles.count
        /Makers/{Maker-ID}/Articles/$ref: get Makers.Articles.getRef, post Makers.Articles.addRef, delete Makers.Articles.deleteRef
        /Makers/{Maker-ID}/Reviews: get Makers.Reviews.list, post Makers.Reviews.create
        /Makers/{Maker-ID}/Reviews/$count: get Makers.Reviews.count
        /Makers/{Maker-ID}/Reviews/{Review-ID}: get Makers.Reviews.get, patch Makers.Reviews.update, delete Makers.Reviews.delete
    "#]],
    );
}

#[test]
fn keys_of_several_parts() {
    check_paths(
        "/Blurbs(",
        &expect![[r#"
        /Blurbs(ArticleID={Blurb-ArticleID},Language='{Blurb-Language}'): get Blurbs.get, patch Blurbs.update, delete Blurbs.delete
        /Blurbs(ArticleID={Blurb-ArticleID},Language='{Blurb-Language}')/Article: get Blurbs.Article.get
        /Blurbs(ArticleID={Blurb-ArticleID},Language='{Blurb-Language}')/Article/$ref: get Blurbs.Article.getRef, put Blurbs.Article.setRef
    "#]],
    );
}

#[test]
fn keys_in_parentheses() {
    let capabilities = Capabilities { key_as_segment: false, default_namespace: false, ..Capabilities::ALL };
    check_paths_of(
        &capabilities,
        "/Articles(",
        &expect![[r#"
        /Articles({Article-ID}): get Articles.get, patch Articles.update, delete Articles.delete
        /Articles({Article-ID})/Photo: get Articles.Photo.get, put Articles.Photo.put
        /Articles({Article-ID})/shop.Total(rate={rate}): get Articles.Total.rate
        /Articles({Article-ID})/shop.Discounted(percent={percent}): get Articles.Discounted.percent
        /Articles({Article-ID})/shop.Discounted(percent={percent},rate={rate}): get Articles.Discounted.percent.rate
        /Articles({Article-ID})/shop.Similar(): get Articles.Similar
        /Articles({Article-ID})/shop.Raise: post Articles.Raise
        /Articles({Article-ID})/shop.Retire: post Articles.Retire
        /Articles({Article-ID})/Maker: get Articles.Maker.get
        /Articles({Article-ID})/Maker/$ref: get Articles.Maker.getRef, put Articles.Maker.setRef, delete Articles.Maker.deleteRef
        /Articles({Article-ID})/Blurbs: get Articles.Blurbs.list
        /Articles({Article-ID})/Blurbs/$count: get Articles.Blurbs.count
        /Articles({Article-ID})/Blurbs/$ref: get Articles.Blurbs.getRef, post Articles.Blurbs.addRef, delete Articles.Blurbs.deleteRef
        /Articles({Article-ID})/Related: get Articles.Related.list
        /Articles({Article-ID})/Related/$count: get Articles.Related.count
        /Articles({Article-ID})/Related/$ref: get Articles.Related.getRef, post Articles.Related.addRef, delete Articles.Related.deleteRef
        /Articles({Article-ID})/Reviews: get Articles.Reviews.list, post Articles.Reviews.create
        /Articles({Article-ID})/Reviews/$count: get Articles.Reviews.count
        /Articles({Article-ID})/Reviews({Review-ID}): get Articles.Reviews.get, patch Articles.Reviews.update, delete Articles.Reviews.delete
        /Articles({Article-ID})/Badges: get Articles.Badges.list, post Articles.Badges.create
        /Articles({Article-ID})/Badges/$count: get Articles.Badges.count
        /Articles({Article-ID})/Badges({Badge-ID}): get Articles.Badges.get, patch Articles.Badges.update, delete Articles.Badges.delete
        /Articles({Article-ID})/Praise: get Articles.Praise.list, post Articles.Praise.create
        /Articles({Article-ID})/Praise/$count: get Articles.Praise.count
        /Articles({Article-ID})/Praise({Review-ID}): get Articles.Praise.get, patch Articles.Praise.update, delete Articles.Praise.delete
    "#]],
    );
}

#[test]
fn what_is_read_only() {
    check_paths(
        "/Archive",
        &expect![[r#"
            /Archive: get Archive.list
            /Archive/$count: get Archive.count
            /Archive/{Maker-ID}: get Archive.get
            /Archive/{Maker-ID}/Articles: get Archive.Articles.list
            /Archive/{Maker-ID}/Articles/$count: get Archive.Articles.count
            /Archive/{Maker-ID}/Articles/$ref: get Archive.Articles.getRef
            /Archive/{Maker-ID}/Reviews: get Archive.Reviews.list
            /Archive/{Maker-ID}/Reviews/$count: get Archive.Reviews.count
            /Archive/{Maker-ID}/Reviews/{Review-ID}: get Archive.Reviews.get
        "#]],
    );
}

#[test]
fn media_and_streams() {
    check_paths(
        "/Pictures",
        &expect![[r#"
        /Pictures: get Pictures.list, post Pictures.create
        /Pictures/$count: get Pictures.count
        /Pictures/{Picture-ID}: get Pictures.get, patch Pictures.update, delete Pictures.delete
        /Pictures/{Picture-ID}/$value: get Pictures.value.get, put Pictures.value.put
    "#]],
    );
    check_paths(
        "/Bestseller/Photo",
        &expect![[r#"
        /Bestseller/Photo: get Bestseller.Photo.get, put Bestseller.Photo.put
    "#]],
    );
}

#[test]
fn singletons() {
    check_paths(
        "/Shop",
        &expect![[r#"
        /Shop: get Shop.get, patch Shop.update
        /Shop/Window: get Shop.Window.list
        /Shop/Window/$count: get Shop.Window.count
        /Shop/Window/$ref: get Shop.Window.getRef, post Shop.Window.addRef, delete Shop.Window.deleteRef
    "#]],
    );
}

#[test]
fn relationships_have_references() {
    check_paths(
        "/Bestseller/Maker",
        &expect![[r#"
        /Bestseller/Maker: get Bestseller.Maker.get
        /Bestseller/Maker/$ref: get Bestseller.Maker.getRef, put Bestseller.Maker.setRef, delete Bestseller.Maker.deleteRef
    "#]],
    );
    check_paths(
        "/Bestseller/Related",
        &expect![[r#"
        /Bestseller/Related: get Bestseller.Related.list
        /Bestseller/Related/$count: get Bestseller.Related.count
        /Bestseller/Related/$ref: get Bestseller.Related.getRef, post Bestseller.Related.addRef, delete Bestseller.Related.deleteRef
    "#]],
    );
}

#[test]
fn operations() {
    check_paths(
        "/Articles/Average",
        &expect![[r#"
        /Articles/Average(): get Articles.Average
    "#]],
    );
    check_paths(
        "/Bestseller/Discounted",
        &expect![[r#"
        /Bestseller/Discounted(percent={percent}): get Bestseller.Discounted.percent
        /Bestseller/Discounted(percent={percent},rate={rate}): get Bestseller.Discounted.percent.rate
    "#]],
    );
    check_paths(
        "/Top",
        &expect![[r#"
        /Top(): get Top
        /Top(count={count}): get Top.count
    "#]],
    );
    check_paths(
        "/Echo",
        &expect![[r#"
        /Echo(text='{text}'): get Echo.text
    "#]],
    );
    check_paths(
        "/Reset",
        &expect![[r#"
        /Reset: post Reset
    "#]],
    );
}

#[test]
fn the_service_itself() {
    check_paths(
        "/$",
        &expect![[r#"
        /$metadata: get metadata
        /$batch: post batch
    "#]],
    );
}

#[test]
fn what_a_service_lacks_is_not_described() {
    let modest =
        Capabilities { filter: false, search: false, compute: false, count: false, batch: None, ..Capabilities::ALL };
    let text = text(&modest);
    for absent in ["$filter", "$search", "$compute", "/$count", "/$batch", "batch-requests"] {
        assert!(!text.contains(&format!("\"{absent}")), "{absent}");
    }
}

#[test]
fn operation_ids_are_unique() {
    let text = text(&Capabilities::ALL);
    let mut seen = BTreeSet::new();
    // Deeper ones are those of links.
    for line in text.lines().filter(|line| line.starts_with("        \"operationId\"")) {
        assert!(seen.insert(line.trim()), "{line}");
    }
    assert!(seen.len() > 100);
}

#[test]
fn references_lead_somewhere() {
    let text = text(&Capabilities::ALL);
    let document = parse(text.as_bytes()).unwrap();
    let targets: BTreeSet<&str> =
        text.split("\"$ref\": \"#/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(targets.len() > 50);
    for target in targets {
        target.split('/').fold(&document, |node, step| member(node, step));
    }
}

#[test]
fn what_was_created_links_to_what_can_be_done_with_it() {
    let text = text(&Capabilities::ALL);
    let document = parse(text.as_bytes()).unwrap();
    let paths = members(member(&document, "paths"));
    let find = |node: &Node<'_>, name: &str| members(node).iter().any(|(known, _)| known == name);
    let mut takes = std::collections::BTreeMap::new();
    for (path, item) in paths {
        for (method, one) in members(item).iter().filter(|(method, _)| method != "parameters") {
            let variables = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
            takes.insert(string(member(one, "operationId")), (method, variables.collect::<BTreeSet<_>>()));
        }
    }
    let mut seen = 0;
    for (path, item) in paths.iter().filter(|(_, item)| find(item, "post")) {
        let post = member(item, "post");
        if !string(member(post, "operationId")).ends_with(".create") {
            continue;
        }
        for (name, link) in members(member(member(member(post, "responses"), "201"), "links")) {
            let (method, variables) = &takes[string(member(link, "operationId"))];
            let expected =
                ["get", "patch", "delete"][["get", "update", "delete"].iter().position(|it| it == name).unwrap()];
            assert_eq!(*method, expected, "{path}");
            let given = members(member(link, "parameters"));
            assert_eq!(&given.iter().map(|(name, _)| &**name).collect::<BTreeSet<_>>(), variables, "{path}");
            assert!(given.iter().all(|(_, from)| string(from).starts_with('$')), "{path}");
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}
