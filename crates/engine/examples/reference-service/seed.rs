//! The shop in its first state. Ids, and the times that no row names, are made when it is set up.

mod products;

use std::sync::Arc;

use bytes::Bytes;
use edm::codec::read_members;
use edm::{Record, StructType, Value};
use engine::Media;

use crate::model::{CATEGORY, COMPANY_INFO, DECIMAL_SAMPLE, MEDIA_ITEM, PRODUCT_DESCRIPTION, READ_ONLY_ITEM};
use crate::store::{Item, State};

const CATEGORIES: &[(&str, &str)] = &[
    ("Electronics", "What needs a plug or a battery"),
    ("Kitchen", "What is used to cook and eat"),
    ("Furniture", "What one sits on and works at"),
];

/// Name of the product, members.
const DESCRIPTIONS: &[(&str, &str)] = &[
    (
        "Laptop",
        r#""LanguageKey":"EN","Description":"A fast laptop for work and gaming","CustomName":"Promo",
            "LongText":"A laptop with a new processor and plenty of memory, at home on the desk and on the road.""#,
    ),
    (
        "Laptop",
        r#""LanguageKey":"DE","Description":"Ein schneller Laptop für Arbeit und Spiel","CustomName":"",
            "LongText":"Ein Laptop mit neuem Prozessor und viel Speicher, zu Hause wie unterwegs zu gebrauchen.""#,
    ),
    (
        "Wireless Mouse",
        r#""LanguageKey":"EN","Description":"A wireless mouse that follows the hand","CustomName":"",
            "LongText":"A mouse without a cord whose battery lasts for months.""#,
    ),
    (
        "Wireless Mouse",
        r#""LanguageKey":"FR","Description":"Une souris sans fil qui suit la main","CustomName":"",
            "LongText":"Une souris sans fil dont la pile dure des mois entiers.""#,
    ),
    (
        "Coffee Mug",
        r#""LanguageKey":"EN","Description":"A ceramic mug that keeps coffee hot","CustomName":"",
            "LongText":"A mug with two walls: hot inside, cool outside.""#,
    ),
    (
        "Smartphone",
        r#""LanguageKey":"EN","Description":"A smartphone with a good camera","CustomName":"",
            "LongText":"A telephone that takes pictures at night and lasts all day.""#,
    ),
    (
        "Smartphone",
        r#""LanguageKey":"ES","Description":"Un teléfono con una buena cámara","CustomName":"",
            "LongText":"Un teléfono que toma fotos de noche y dura todo el día.""#,
    ),
];

/// Members, bytes.
const MEDIA_ITEMS: &[(&str, &str)] = &[
    (r#""Name":"Sample Image","ContentType":"image/png","Size":1024"#, "fake-png-binary-data"),
    (r#""Name":"Sample Document","ContentType":"application/pdf","Size":2048"#, "fake-pdf-binary-data"),
];

const READ_ONLY_ITEMS: &[&str] = &[r#""Name":"Read-only item A""#, r#""Name":"Read-only item B""#];

const DECIMAL_SAMPLES: &[&str] = &[r#""Name":"Seed Decimal","Amount":123.450000000000000000"#];

const COMPANY: &str = r#""Name":"TechStore Inc.","CEO":"Sarah Johnson","Founded":2010,
    "HeadQuarter":"Seattle, WA, USA","Website":"https://techstore.example.com""#;

const LOGO: &[u8] = br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 8L4.5 1L8 8Z"/></svg>"#;

/// The first state, with ids that `state` has not given yet. The error names a row that does not fit the model.
pub(crate) fn fill(state: &mut State, now: i64) -> Result<(), String> {
    state.clear();
    for (name, description) in CATEGORIES {
        let mut record = Record::new(&CATEGORY);
        record.set("Name", Value::text(*name));
        record.set("Description", Value::text(*description));
        state.add("Categories", record, now);
    }
    for (ty, category, members) in products::PRODUCTS {
        let mut record = read(ty, members)?;
        record.set("CategoryID", named(state, "Categories", category)?.record.get("ID").clone());
        state.add("Products", record, now);
    }
    for (product, members) in DESCRIPTIONS {
        let mut record = read(&PRODUCT_DESCRIPTION, members)?;
        record.set("ProductID", named(state, "Products", product)?.record.get("ID").clone());
        state.add("ProductDescriptions", record, now);
    }
    for (members, bytes) in MEDIA_ITEMS {
        let record = read(&MEDIA_ITEM, members)?;
        let content_type = record.get("ContentType").as_str().unwrap_or_default().to_owned();
        let media = Media { content_type, bytes: Bytes::from_static(bytes.as_bytes()) };
        state.add_with("MediaItems", record, now, Some(("", media)));
    }
    for members in READ_ONLY_ITEMS {
        state.add("ReadOnlyItems", read(&READ_ONLY_ITEM, members)?, now);
    }
    for members in DECIMAL_SAMPLES {
        state.add("DecimalSamples", read(&DECIMAL_SAMPLE, members)?, now);
    }
    let mut company = read(&COMPANY_INFO, COMPANY)?;
    company.set("Logo", Value::Binary(LOGO.into()));
    state.add("Company", company, now);
    state.forget();
    Ok(())
}

/// The price that a product of that name had in the beginning.
pub(crate) fn first_price(name: &str) -> Option<f64> {
    let records = products::PRODUCTS.iter().filter_map(|(ty, _, members)| read(ty, members).ok());
    let price =
        records.filter(|record| record.get("Name").as_str() == Some(name)).map(|record| match record.get("Price") {
            Value::Double(price) => Some(*price),
            _ => None,
        });
    price.flatten().next()
}

fn read(ty: &'static StructType, members: &str) -> Result<Record, String> {
    read_members(ty, members.as_bytes()).map_err(|error| format!("{error} in `{}`", members.trim()))
}

fn named(state: &State, table: &str, name: &str) -> Result<Arc<Item>, String> {
    let found = state.items(table).find(|item| item.record.get("Name").as_str() == Some(name));
    found.cloned().ok_or_else(|| format!("`{table}` holds nothing named `{name}`"))
}
