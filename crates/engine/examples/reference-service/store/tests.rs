//! What is kept, changed and linked in the store of the shop, and what is refused.

use std::sync::Arc;

use bytes::Bytes;
use edm::{Navigation, Patch, StructType, Value};
use engine::{Basis, Changed, Content, Linked, Links, Media, Problem, Tag};

use super::{Change, Item, Known, OWN, State};
use crate::model::{CATEGORY, MEDIA_ITEM, PRODUCT, PRODUCT_DESCRIPTION, SHOP, SPECIAL_PRODUCT};
use crate::seed;

const NOW: i64 = 17_000_000_000_000_000;
const PATCH: Basis = Basis { tag: None, replace: false };
const PUT: Basis = Basis { tag: None, replace: true };

/// A row that a body refers to.
#[derive(Debug, Clone)]
struct Row(Arc<Item>);

impl Known for Row {
    fn item(&self, _: &State) -> Result<Arc<Item>, Problem> {
        Ok(self.0.clone())
    }
}

fn shop() -> State {
    let mut state = State::default();
    seed::fill(&mut state, NOW).unwrap();
    state
}

fn content(ty: &'static StructType, body: &str) -> Content<Row> {
    let record = edm::codec::read_raw(edm::Type::Struct(ty), false, body.as_bytes()).unwrap();
    let named = |name: &str| body.contains(&format!("\"{name}\":"));
    let members = record.as_record().unwrap().members().enumerate();
    let changes = members.filter(|(_, (property, _))| named(property.name));
    let changes = changes.map(|(at, (_, value))| (at, edm::Change::Set(value.clone()))).collect();
    Content { ty, patch: Patch { changes }, links: Vec::new() }
}

fn links(ty: &'static StructType, name: &str, ends: Vec<Linked<Row>>, all: bool) -> Links<Row> {
    Links { navigation: navigation(ty, name), ends, all }
}

fn navigation(ty: &'static StructType, name: &str) -> &'static Navigation {
    ty.find_navigation(name).unwrap()
}

fn named(state: &State, table: &str, name: &str) -> Arc<Item> {
    state.find_by(table, &["Name"], &[Value::text(name)]).unwrap().clone()
}

fn names(items: &[Arc<Item>]) -> String {
    items.iter().map(|item| text(item, "Name")).collect::<Vec<_>>().join(", ")
}

/// A member as it is answered.
fn text(item: &Item, name: &str) -> String {
    let (property, value) = item.record.members().find(|(property, _)| property.name == name).unwrap();
    let mut out = Vec::new();
    value.write(property.ty, &mut out);
    String::from_utf8(out).unwrap().trim_matches('"').to_owned()
}

fn create(state: &mut State, table: &'static str, content: Content<Row>) -> Result<Arc<Item>, Problem> {
    Change { state, now: NOW }.create(table, content, None, None)
}

fn update(state: &mut State, item: &Arc<Item>, content: Content<Row>, basis: Basis) -> Changed<Arc<Item>> {
    Change { state, now: NOW }.update("Products", item, content, basis).unwrap()
}

fn done(changed: Changed<Arc<Item>>) -> Arc<Item> {
    match changed {
        Changed::Done(item) => item,
        Changed::Conflict => panic!("found a conflict"),
    }
}

#[test]
fn the_first_state_is_whole() {
    let state = shop();
    let counts: Vec<String> = SHOP.sets.iter().map(|set| state.items(set.name).count().to_string()).collect();
    assert_eq!(counts.join(" "), "3 7 7 2 2 1");
    assert_eq!(state.items("Company").count(), 1);
    let laptop = named(&state, "Products", "Laptop");
    assert_eq!(laptop.record.ty().name, "SpecialProduct");
    assert_eq!(text(&laptop, "ProductType"), "SpecialProduct");
    assert_eq!(text(&laptop, "Status"), "InStock,Featured");
    assert_eq!(laptop.tag(), Some(Tag(1)));
    assert_eq!(laptop.streams["Photo"].bytes, Bytes::new());
    assert_eq!(names(&state.follow(&laptop, navigation(&PRODUCT, "Category"))), "Electronics");
    let kitchen = named(&state, "Categories", "Kitchen");
    assert_eq!(names(&state.follow(&kitchen, navigation(&CATEGORY, "Products"))), "Coffee Mug");
    let languages = state.follow(&laptop, navigation(&PRODUCT, "Descriptions"));
    assert_eq!(languages.iter().map(|item| text(item, "LanguageKey")).collect::<Vec<_>>(), ["EN", "DE"]);
    assert!(state.follow(&laptop, navigation(&PRODUCT, "RelatedProducts")).is_empty());
    assert!(state.log().position() > 0);
    assert!(state.log().since("Products", 0).is_none());
    assert!(state.log().since("Products", state.log().position()).unwrap().is_empty());
}

#[test]
fn what_the_service_says_of_a_new_row_counts() {
    let mut state = shop();
    let body = r#"{"ID":"11111111-1111-1111-1111-111111111111","Name":"Pen","Price":1,"Version":7,
        "CreatedAt":"1999-01-01T00:00:00Z","SerialNumber":"S1","ProductType":"SpecialProduct"}"#;
    let pen = create(&mut state, "Products", content(&PRODUCT, body)).unwrap();
    assert_ne!(text(&pen, "ID"), "11111111-1111-1111-1111-111111111111");
    assert_eq!(text(&pen, "ID").as_bytes()[14], b'4', "{}", text(&pen, "ID"));
    assert_eq!((text(&pen, "Version").as_str(), text(&pen, "SerialNumber").as_str()), ("1", "S1"));
    assert!(text(&pen, "CreatedAt").starts_with("2023-11-14T"));
    assert_eq!(text(&pen, "ProductType"), "Product");
    let special = create(&mut state, "Products", content(&SPECIAL_PRODUCT, r#"{"Name":"Gold","Price":9}"#)).unwrap();
    assert_eq!(text(&special, "ProductType"), "SpecialProduct");
}

#[test]
fn an_update_counts_up_and_leaves_the_rest() {
    let mut state = shop();
    let laptop = named(&state, "Products", "Laptop");
    let before = text(&laptop, "CreatedAt");
    let body = r#"{"Price":1,"SerialNumber":"new","Version":50,"CreatedAt":"1999-01-01T00:00:00Z"}"#;
    let after = done(update(&mut state, &laptop, content(&SPECIAL_PRODUCT, body), PATCH));
    assert_eq!((after.tag(), text(&after, "Price").as_str()), (Some(Tag(2)), "1"));
    assert_eq!((text(&after, "SerialNumber"), text(&after, "CreatedAt")), ("null".to_owned(), before.clone()));
    assert_eq!(text(&after, "Rating"), "200");
    let put = done(update(&mut state, &after, content(&PRODUCT, r#"{"Name":"Bare"}"#), PUT));
    assert_eq!(put.tag(), Some(Tag(3)));
    for (name, expected) in [("Price", "0"), ("Rating", "0"), ("CategoryID", "null"), ("ShippingAddress", "null")] {
        assert_eq!(text(&put, name), expected, "{name}");
    }
    assert_eq!((text(&put, "ID"), text(&put, "CreatedAt")), (text(&laptop, "ID"), before));
    assert_eq!(text(&put, "ProductType"), "SpecialProduct");
    let stale = Basis { tag: Some(Tag(1)), replace: false };
    assert!(matches!(update(&mut state, &put, content(&PRODUCT, "{}"), stale), Changed::Conflict));
}

#[test]
fn names_are_unique_and_references_lead_somewhere() {
    let mut state = shop();
    let mut check = |table, ty, body: &str, status, at: &str| {
        let problem = create(&mut state, table, content(ty, body)).unwrap_err();
        assert_eq!(
            (problem.kind.status(), problem.target.as_deref()),
            (status, Some(at)),
            "{body}: {}",
            problem.message
        );
    };
    check("Categories", &CATEGORY, r#"{"Name":"Kitchen"}"#, 409, "Name");
    let unknown = r#"{"Name":"Pen","Price":1,"CategoryID":"11111111-1111-1111-1111-111111111111"}"#;
    check("Products", &PRODUCT, unknown, 400, "/CategoryID");
    check("ProductDescriptions", &PRODUCT_DESCRIPTION, r#"{"LanguageKey":"EN","Description":"x"}"#, 400, "/ProductID");
    let laptop = text(&named(&shop(), "Products", "Laptop"), "ID");
    let twice = format!(r#"{{"ProductID":"{laptop}","LanguageKey":"EN","Description":"x"}}"#);
    check("ProductDescriptions", &PRODUCT_DESCRIPTION, &twice, 409, "ProductID");
}

#[test]
fn a_deep_insert_makes_and_links_everything() {
    let mut state = shop();
    let mut pen = content(&PRODUCT, r#"{"Name":"Pen","Price":1}"#);
    let description = |key| {
        let body = format!(r#"{{"LanguageKey":"{key}","Description":"A pen"}}"#);
        Linked::New(content(&PRODUCT_DESCRIPTION, &body))
    };
    let laptop = Row(named(&state, "Products", "Laptop"));
    pen.links = vec![
        links(&PRODUCT, "Descriptions", vec![description("EN"), description("DE")], true),
        links(&PRODUCT, "Category", vec![Linked::New(content(&CATEGORY, r#"{"Name":"Paper"}"#))], true),
        links(&PRODUCT, "RelatedProducts", vec![Linked::Known(laptop.clone())], true),
    ];
    let pen = create(&mut state, "Products", pen).unwrap();
    assert_eq!(text(&pen, "CategoryID"), text(&named(&state, "Categories", "Paper"), "ID"));
    assert_eq!(state.follow(&pen, navigation(&PRODUCT, "Descriptions")).len(), 2);
    assert_eq!(names(&state.follow(&pen, navigation(&PRODUCT, "RelatedProducts"))), "Laptop");
    assert!(state.follow(&laptop.0, navigation(&PRODUCT, "RelatedProducts")).is_empty(), "links have one direction");
    // Through the other end: a product made in a category, a description that is bound.
    let paper = named(&state, "Categories", "Paper");
    let ink = content(&PRODUCT, r#"{"Name":"Ink","Price":1}"#);
    let from = Some((&*paper, navigation(&CATEGORY, "Products")));
    let ink = Change { state: &mut state, now: NOW }.create("Products", ink, from, None).unwrap();
    assert_eq!(text(&ink, "CategoryID"), text(&paper, "ID"));
    let mut kitchen = content(&PRODUCT, "{}");
    let category = Row(named(&state, "Categories", "Kitchen"));
    kitchen.links = vec![links(&PRODUCT, "Category", vec![Linked::Known(category)], true)];
    let ink = done(update(&mut state, &ink, kitchen, PATCH));
    assert_eq!(names(&state.follow(&ink, navigation(&PRODUCT, "Category"))), "Kitchen");
}

#[test]
fn a_body_that_names_all_ends_takes_the_others_off() {
    let mut state = shop();
    let laptop = named(&state, "Products", "Laptop");
    let french = content(&PRODUCT_DESCRIPTION, r#"{"LanguageKey":"FR","Description":"Un portable"}"#);
    let mut more = content(&PRODUCT, "{}");
    more.links = vec![links(&PRODUCT, "Descriptions", vec![Linked::New(french)], false)];
    let laptop = done(update(&mut state, &laptop, more, PATCH));
    let keys = |state: &State, item: &Item| {
        let ends = state.follow(item, navigation(&PRODUCT, "Descriptions"));
        ends.iter().map(|end| text(end, "LanguageKey")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys(&state, &laptop), "EN DE FR");
    let german = state.find("ProductDescriptions", &format!("{},DE", laptop.id)).unwrap().clone();
    let mut all = content(&PRODUCT, "{}");
    all.links = vec![links(&PRODUCT, "Descriptions", vec![Linked::Known(Row(german))], true)];
    let laptop = done(update(&mut state, &laptop, all, PATCH));
    // A description cannot be without its product, a product can be without a category.
    assert_eq!((keys(&state, &laptop).as_str(), state.items("ProductDescriptions").count()), ("DE", 6));
    let mut none = content(&PRODUCT, "{}");
    none.links = vec![links(&PRODUCT, "Category", Vec::new(), true)];
    let laptop = done(update(&mut state, &laptop, none, PATCH));
    assert_eq!(text(&laptop, "CategoryID"), "null");
}

#[test]
fn links_come_and_go() {
    let mut state = shop();
    let (laptop, mouse) = (named(&state, "Products", "Laptop"), named(&state, "Products", "Wireless Mouse"));
    let (category, related) = (navigation(&PRODUCT, "Category"), navigation(&PRODUCT, "RelatedProducts"));
    let kitchen = named(&state, "Categories", "Kitchen");
    let mut change = Change { state: &mut state, now: NOW };
    change.link("Products", &laptop, related, &mouse).unwrap();
    change.link("Products", &laptop, related, &mouse).unwrap();
    change.link("Products", &laptop, category, &kitchen).unwrap();
    assert_eq!(names(&change.state.follow(&laptop, related)), "Wireless Mouse");
    let laptop = named(change.state, "Products", "Laptop");
    assert_eq!(text(&laptop, "CategoryID"), text(&kitchen, "ID"));
    change.unlink("Products", &laptop, category, None).unwrap();
    let laptop = named(change.state, "Products", "Laptop");
    assert_eq!(text(&laptop, "CategoryID"), "null");
    // Nothing there: taking it off is no mistake, naming what is not there is.
    change.unlink("Products", &laptop, category, None).unwrap();
    assert_eq!(change.unlink("Products", &laptop, related, Some(&laptop)).unwrap_err().kind.status(), 404);
    // A category without its products, through the other end.
    change.link("Categories", &kitchen, navigation(&CATEGORY, "Products"), &mouse).unwrap();
    assert_eq!(names(&change.state.follow(&kitchen, navigation(&CATEGORY, "Products"))), "Wireless Mouse, Coffee Mug");
}

#[test]
fn what_hangs_on_a_row_goes_with_it_or_is_set_free() {
    let mut state = shop();
    let (laptop, mouse) = (named(&state, "Products", "Laptop"), named(&state, "Products", "Wireless Mouse"));
    let electronics = named(&state, "Categories", "Electronics");
    let before = state.log().position();
    let mut change = Change { state: &mut state, now: NOW };
    change.link("Products", &mouse, navigation(&PRODUCT, "RelatedProducts"), &laptop).unwrap();
    change.delete("Products", &laptop, None).unwrap();
    assert!(change.state.follow(&mouse, navigation(&PRODUCT, "RelatedProducts")).is_empty());
    assert_eq!(change.state.items("ProductDescriptions").count(), 5);
    change.delete("Categories", &electronics, None).unwrap();
    assert_eq!(text(&named(&state, "Products", "Smartphone"), "CategoryID"), "null");
    let changes = state.log().since("Products", before).unwrap();
    let changes =
        changes.iter().map(|entry| format!("{}{}", if entry.removed { "-" } else { "" }, text(&entry.item, "Name")));
    let expected = "-Laptop, Wireless Mouse, Smartphone, Premium Laptop Pro, Gaming Mouse Ultra";
    assert_eq!(changes.collect::<Vec<_>>().join(", "), expected);
}

#[test]
fn streams_say_what_they_are() {
    let mut state = shop();
    let media = |content_type: &str, bytes: &'static str| Media {
        content_type: content_type.to_owned(),
        bytes: Bytes::from_static(bytes.as_bytes()),
    };
    let mut change = Change { state: &mut state, now: NOW };
    let made = change.create_media("MediaItems", &MEDIA_ITEM, media("image/png", "abc")).unwrap();
    let described = [text(&made, "ContentType"), text(&made, "Size"), made.streams[OWN].content_type.clone()];
    assert_eq!(described, ["image/png", "3", "image/png"]);
    assert!(!text(&made, "Name").is_empty());
    let after = done(change.set_media("MediaItems", &made, OWN, Some(media("text/plain", "hello")), None));
    assert_eq!((text(&after, "ContentType").as_str(), text(&after, "Size").as_str()), ("text/plain", "5"));
    let laptop = named(change.state, "Products", "Laptop");
    let after = done(change.set_media("Products", &laptop, "Photo", Some(media("image/png", "x")), laptop.tag()));
    assert_eq!((after.tag(), after.streams["Photo"].bytes.len()), (Some(Tag(2)), 1));
    let removed = done(change.set_media("Products", &after, "Photo", None, None));
    assert!(!removed.streams.contains_key("Photo"));
    let stale = change.set_media("Products", &removed, "Photo", None, Some(Tag(1)));
    assert!(matches!(stale, Changed::Conflict));
}
