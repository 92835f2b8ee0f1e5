//! How to reach a person: account, addresses, e-mail, phones, pages on the web.

use serde_json::{Value, json};

use super::page::{Page, company_page, with};
use super::text::slug;
use super::vocabulary::City;

/// The directory's account; user name and age group are the server's to fill.
pub(super) fn account(page: &mut Page<'_>) -> Vec<Value> {
    let home = page.who.home;
    let persona = if page.who.is_guest() { "internalGuest" } else { "internalMember" };
    vec![page.supplied(json!({
        "countryCode": home.code,
        "preferredLanguageTag": { "locale": home.tag, "displayName": home.language },
        "userPersona": persona,
        "originTenantInfo": null,
    }))]
}

/// Office, home, and sometimes a place by the sea.
pub(super) fn addresses(page: &mut Page<'_>) -> Vec<Value> {
    let office = office(page);
    let mut addresses = vec![page.item(office)];
    let (home, city) = (page.who.home, page.life.city);
    if page.often(70) {
        let street = page.dice.pick(&home.streets);
        let detail = json!({
            "type": "home",
            "street": page.dice.digits(street),
            "city": city.own_name,
            "postalCode": page.dice.digits(city.postal_code),
            "countryOrRegion": home.own_country,
        });
        let place = near(page, city);
        let address = with(json!({ "displayName": "Home" }), [("detail", detail), ("geoCoordinates", place)]);
        addresses.push(page.private(address));
    }
    if page.often(16) {
        let place = near(page, city);
        let detail = json!({ "type": "other", "city": city.own_name, "street": null, "countryOrRegion": home.country });
        let address = with(json!({ "displayName": "Cabin 🏡" }), [("detail", detail), ("geoCoordinates", place)]);
        addresses.push(page.private(address));
    }
    addresses
}

fn office(page: &mut Page<'_>) -> Value {
    let city = page.life.city;
    json!({
        "displayName": "Office",
        "detail": {
            "type": "business",
            "street": page.life.street,
            "city": city.name,
            "postalCode": page.life.postal_code,
            "countryOrRegion": page.who.home.country,
            "state": null,
            "postOfficeBox": page.dice.chance(20).then(|| page.dice.digits("P.O. Box %##")),
        },
        "geoCoordinates": { "latitude": city.latitude, "longitude": city.longitude, "altitude": 4.5 },
    })
}

/// A place within a few kilometres, to four decimals; none is given in some cases.
fn near(page: &mut Page<'_>, city: City) -> Value {
    let mut shift = |degrees: f64| ((degrees * 10_000.0).round() + f64::from(page.dice.between(-400, 400))) / 10_000.0;
    let (latitude, longitude) = (shift(city.latitude), shift(city.longitude));
    if page.dice.chance(30) {
        Value::Null
    } else {
        json!({ "latitude": latitude, "longitude": longitude, "altitude": null })
    }
}

/// The address that is the user name, and private ones.
pub(super) fn emails(page: &mut Page<'_>) -> Vec<Value> {
    let main = json!({ "address": page.who.upn(), "displayName": page.who.display_name(), "type": "work" });
    let mut emails = vec![page.supplied(main)];
    let kinds = [
        ("personal", "mail.example.com", "Private"),
        ("other", "alumni.example.org", "Alumni"),
        ("main", "post.example.net", "Archive"),
    ];
    let count = if page.who.is_newcomer() { 0 } else { page.amount(0, 2) };
    for (kind, host, label) in kinds.into_iter().take(count) {
        let email = json!({ "address": format!("{}@{host}", page.who.alias), "displayName": label, "type": kind });
        emails.push(if kind == "personal" { page.private(email) } else { page.item(email) });
    }
    emails
}

/// Desk and mobile, then whatever else still rings.
pub(super) fn phones(page: &mut Page<'_>) -> Vec<Value> {
    let mut phones =
        vec![page.item(json!({ "displayName": "Desk", "number": page.life.landline, "type": "business" }))];
    phones.push(page.item(json!({ "displayName": null, "number": page.life.mobile, "type": "mobile" })));
    let others = [
        ("Home", "home"),
        ("Assistant", "assistant"),
        ("Workshop fax", "businessFax"),
        ("On-call pager", "pager"),
        ("Boat, channel 16", "radio"),
        ("Car", "other"),
    ];
    let count = page.amount(0, 2);
    for (label, kind) in page.dice.some(&others, count) {
        let phone = json!({ "displayName": label, "number": page.dice.digits(page.who.home.landline), "type": kind });
        phones.push(if kind == "home" { page.private(phone) } else { page.item(phone) });
    }
    phones
}

/// Accounts on services of the same made-up web.
pub(super) fn web_accounts(page: &mut Page<'_>) -> Vec<Value> {
    let services = &page.everyday().services;
    let count = page.amount(0, 4);
    let mut accounts = Vec::with_capacity(count);
    for [name, address, status, description, _] in page.dice.some(services, count) {
        let user =
            if page.dice.chance(50) { page.who.alias.clone() } else { format!("@{}", slug(page.who.given.latin)) };
        let account = json!({
            "service": { "name": name, "webUrl": address },
            "userId": user,
            "webUrl": format!("{address}/{}", page.who.alias),
            "statusMessage": page.dice.chance(60).then_some(status),
            "description": page.dice.chance(70).then_some(description),
            "thumbnailUrl": page.thumbnail("accounts"),
        });
        accounts.push(page.guess(account));
    }
    accounts
}

/// Pages of one's own.
pub(super) fn websites(page: &mut Page<'_>) -> Vec<Value> {
    let sites = &page.everyday().websites;
    let count = page.amount(0, 2);
    let mut websites = Vec::with_capacity(count);
    for [name, category, host, description, _] in page.dice.some(sites, count) {
        let address = if page.dice.chance(25) {
            company_page(&format!("people/{}", page.who.alias))
        } else {
            format!("https://{host}/{}", page.who.alias)
        };
        let site = json!({
            "displayName": name,
            "categories": [category],
            "description": page.dice.chance(70).then_some(description),
            "webUrl": address,
            "thumbnailUrl": page.thumbnail("websites"),
        });
        websites.push(page.item(site));
    }
    websites
}
