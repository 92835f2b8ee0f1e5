//! Rules of the tenant's settings: what may be said in them, and what a stored one means.

use std::sync::Arc;

use edm::codec::read_raw;
use edm::{Fault, Record, StructType, Value, Violation, lazy};
use engine::{Kind, Problem};
use store::Item;

use crate::access::Rule;
use crate::model::{PROFILE, PROFILE_CARD_PROPERTY, PROFILE_PROPERTY_SETTING, PROFILE_SOURCE};

/// The collection of settings in which the rules of audiences are.
pub(crate) const RULES: &str = "profilePropertySettings";

/// The property that tells a setting from others of its collection, and is its key where `true`.
pub(crate) fn told_apart_by(ty: &'static StructType) -> Option<(&'static str, bool)> {
    match () {
        () if std::ptr::eq(ty, &PROFILE_PROPERTY_SETTING) => Some(("name", false)),
        () if std::ptr::eq(ty, &PROFILE_SOURCE) => Some(("sourceId", false)),
        () if std::ptr::eq(ty, &PROFILE_CARD_PROPERTY) => Some(("directoryPropertyName", true)),
        () => None,
    }
}

/// What a stored setting decides, and of which collection; of all where it names none.
pub(crate) fn rule(item: &Item) -> (Option<Arc<str>>, Rule) {
    let member = |name: &str| {
        let (_, property) = PROFILE_PROPERTY_SETTING.find(name)?;
        read_raw(property.ty, property.collection, lazy::member(&item.body, property.name)?).ok()
    };
    let audience = |name: &str| match member(name)? {
        Value::Enum(mask) => Some(mask),
        _ => None,
    };
    let confidence = match member("shownConfidence") {
        Some(Value::Double(confidence)) => Some(confidence),
        _ => None,
    };
    let ceiling = audience("allowedAudiences").map(|mask| u32::try_from(mask).unwrap_or(0));
    let name = member("name").and_then(|name| name.as_str().map(Arc::from));
    (name, Rule { ceiling, usual: audience("defaultAudiences"), confidence })
}

/// Can the setting be kept as it is?
pub(crate) fn check_setting(record: &Record) -> Result<(), Problem> {
    let mut violations = Vec::new();
    if std::ptr::eq(record.ty(), &PROFILE_PROPERTY_SETTING) {
        check_rule(record, &mut violations);
    } else if let Some((name, _)) = told_apart_by(record.ty())
        && record.get(name).as_str().is_none_or(|text| text.trim().is_empty())
    {
        violations.push(Violation::new(Fault::Form, format!("/{name}"), "found nothing, expected a name"));
    }
    if violations.is_empty() { Ok(()) } else { Err(Problem::violations(violations)) }
}

/// A rule of audiences for something that is no collection would protect nothing, and look as if it did.
fn check_rule(record: &Record, violations: &mut Vec<Violation>) {
    let decides = ["allowedAudiences", "defaultAudiences", "shownConfidence"];
    let decides = decides.into_iter().any(|name| !record.get(name).is_null());
    if let Some(name) = record.get("name").as_str().filter(|_| decides)
        && !PROFILE.all_navigation().any(|collection| collection.name == name)
    {
        let names: Vec<_> = PROFILE.all_navigation().map(|collection| collection.name).collect();
        let message = format!("found `{name}`, expected null for all collections, or one of {}", names.join(", "));
        violations.push(Violation::new(Fault::Form, "/name", message));
    }
    if let Value::Double(confidence) = record.get("shownConfidence")
        && !(0.0..=1.0).contains(confidence)
    {
        let message = format!("found {confidence}, expected a number from 0 to 1");
        violations.push(Violation::new(Fault::Form, "/shownConfidence", message));
    }
}

/// Another setting of the collection is told by the same name.
pub(crate) fn setting_exists(ty: &'static StructType, value: &Value) -> Problem {
    let property = told_apart_by(ty).map_or("id", |(name, _)| name);
    let found = value.as_str().map_or_else(|| "no name".to_owned(), |name| format!("the name `{name}`"));
    let message = format!("another entry of the collection has {found}; there is one for each");
    Problem::new(Kind::NameExists, message).at(format!("/{property}"))
}
