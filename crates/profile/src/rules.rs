//! What the service adds to what clients send: defaults, computed values, and the header derived from both.
//!
//! Here, beside the model, is the only place that names properties.

mod tenant;

use std::sync::Arc;

use auth::{Actor, Caller};
use bytes::Bytes;
use edm::codec::read_raw;
use edm::{Change, DateTimeOffset, Fault, Patch, Record, StructType, Value, Violation, lazy};
use engine::{Problem, Tag};
use store::{Header, Item};
use uuid::Uuid;

use crate::access::audience;
use crate::model::{ALLOWED_AUDIENCES, ENTITY, GROUP, ITEM_FACET, MODEL, USER};

pub(crate) use tenant::{RULES, check_setting, rule, setting_exists, told_apart_by};

/// The collection in which a person's own entry is kept, beside those of the profile. Not a name that an address can
/// have.
pub(crate) const PERSON: &str = "$user";
/// The same of groups.
pub(crate) const GROUP_ENTRY: &str = "$group";
/// Where a person's data says in which groups they are: the ids of these.
pub(crate) const MEMBERSHIP: &str = "$memberOf";
/// Where it says who their manager is: the id of that person, in one item at most.
pub(crate) const MANAGER: &str = "$manager";
/// Where their photo is: a file, not members of anything.
pub(crate) const PHOTO: &str = "$photo";
/// The property by which people are found; items may show it too.
pub(crate) const PRINCIPAL_NAME: &str = "userPrincipalName";
/// Says whether a group is an audience.
const AUDIENCE_GROUP: &str = "isAudienceGroup";
/// Who may see an item that says nothing of it.
const DEFAULT_AUDIENCE: &str = "organization";

/// Where a person's data remembers what they rejected.
pub(crate) const REJECTED: &str = "$rejected";
/// Where it is noted which requests with a key of their own have made something.
pub(crate) const KEYS: &str = "$keys";
/// The same of requests that are known by what SDKs send.
pub(crate) const ATTEMPTS: &str = "$attempts";
/// Is it something that only its owner keeps, whose items have no audience to say so?
pub(crate) fn is_private(collection: &str) -> bool {
    matches!(collection, REJECTED | KEYS | ATTEMPTS | "$family" | "$contacts" | "$list")
}

/// The collection in which a person keeps whom they mean by an audience. Like that of their entry no part of the
/// profile.
pub(crate) fn list_collection(list: &str) -> &'static str {
    match list {
        "family" => "$family",
        "contacts" => "$contacts",
        _ => "$list",
    }
}

/// The circumstances of a write.
pub(crate) struct Writing<'a> {
    /// Who writes.
    pub(crate) caller: &'a Caller,
    /// The entry of the person whose data is written, as stored: it knows names that the token may not.
    pub(crate) entry: &'a [u8],
    /// Whose data is written.
    pub(crate) owner: Uuid,
    /// When.
    pub(crate) at: i64,
}

impl Writing<'_> {
    /// The caller as `createdBy` and `lastModifiedBy` show them: a person, or the app that acted without one.
    fn identity(&self, set: &Value, ty: Option<&'static StructType>) -> Value {
        let Some(ty) = ty else { return set.clone() };
        let (member, name, id) = match &self.caller.actor {
            Actor::User(user) => ("user", user.name.as_deref(), user.id.to_string()),
            Actor::App | Actor::Nobody => {
                ("application", self.caller.app.name.as_deref(), self.caller.app.id.to_string())
            }
        };
        let own = || stored(self.entry, "displayName").filter(|_| self.caller.user_id() == Some(self.owner));
        let name = name.map_or_else(own, |name| Some(Value::text(name))).unwrap_or(Value::Null);
        let mut identities = Record::new(ty);
        if let Some(identity) = ty.find(member).and_then(|(_, property)| property.ty.structure()) {
            let mut actor = Record::new(identity);
            actor.set("displayName", name);
            actor.set("id", Value::text(id));
            identities.set(member, Value::Record(actor));
        }
        Value::Record(identities)
    }

    fn stamp(&self, record: &mut Record, who: &str, when: &str) {
        let ty = record.ty().find(who).and_then(|(_, property)| property.ty.structure());
        let identity = self.identity(record.get(who), ty);
        record.set(who, identity);
        record.set(when, Value::DateTimeOffset(DateTimeOffset::from_ticks(self.at)));
    }
}

/// Does a new item say who may see it?
pub(crate) fn names_audience(ty: &'static StructType, patch: &Patch) -> bool {
    !matches!(patch.get(ty, "allowedAudiences"), None | Some(Change::Set(Value::Null)))
}

/// A new item of a profile. `usual` are those who see it if it names nobody, where the tenant says so.
pub(crate) fn new_item(
    ty: &'static StructType,
    mut patch: Patch,
    id: Uuid,
    usual: Option<i64>,
    writing: &Writing<'_>,
) -> Record {
    if !names_audience(ty, &patch) {
        patch.remove(ty, "allowedAudiences");
    }
    let mut record = Record::new(ty);
    let usual = usual.or_else(|| ALLOWED_AUDIENCES.member(DEFAULT_AUDIENCE).map(|member| member.value));
    record.set("allowedAudiences", usual.map_or(Value::Null, Value::Enum));
    patch.apply(&mut record);
    record.set("id", Value::text(id.to_string()));
    if ty.find(PRINCIPAL_NAME).is_some() {
        name_owner(&mut record, stored(writing.entry, PRINCIPAL_NAME).unwrap_or(Value::Null));
    }
    writing.stamp(&mut record, "createdBy", "createdDateTime");
    writing.stamp(&mut record, "lastModifiedBy", "lastModifiedDateTime");
    record
}

/// Writes the owner's user principal name into an item that shows it.
pub(crate) fn name_owner(record: &mut Record, name: Value) {
    record.set(PRINCIPAL_NAME, name);
}

/// A member of a person's entry as it is stored.
pub(crate) fn stored(entry: &[u8], name: &str) -> Option<Value> {
    let (_, property) = USER.find(name)?;
    read_raw(property.ty, property.collection, lazy::member(entry, property.name)?).ok()
}

/// A changed item.
pub(crate) fn changed_item(mut record: Record, patch: Patch, writing: &Writing<'_>) -> Result<Record, Problem> {
    if patch.get(record.ty(), "allowedAudiences") == Some(&Change::Set(Value::Null)) {
        let message = "null is not an audience; expected one or more of them, or `me` for nobody else";
        return Err(Problem::violations(vec![Violation::new(Fault::Null, "/allowedAudiences", message)]));
    }
    patch.apply(&mut record);
    writing.stamp(&mut record, "lastModifiedBy", "lastModifiedDateTime");
    Ok(record)
}

/// A new entry of the directory.
pub(crate) fn new_person(patch: Patch, id: Uuid, at: i64) -> Result<Record, Problem> {
    let mut record = Record::new(&USER);
    patch.apply(&mut record);
    record.set("id", Value::text(id.to_string()));
    record.set("createdDateTime", Value::DateTimeOffset(DateTimeOffset::from_ticks(at)));
    check_person(&record)?;
    if record.get("mailNickname").is_null() {
        let local = principal_name(&record).split('@').next().unwrap_or_default().to_owned();
        record.set("mailNickname", Value::text(local));
    }
    Ok(record)
}

/// A changed entry of the directory.
pub(crate) fn changed_person(mut record: Record, patch: Patch) -> Result<Record, Problem> {
    patch.apply(&mut record);
    check_person(&record)?;
    Ok(record)
}

/// A new group.
pub(crate) fn new_group(patch: Patch, id: Uuid, at: i64) -> Result<Record, Problem> {
    let mut record = Record::new(&GROUP);
    record.set(AUDIENCE_GROUP, Value::Boolean(false));
    patch.apply(&mut record);
    record.set("id", Value::text(id.to_string()));
    record.set("createdDateTime", Value::DateTimeOffset(DateTimeOffset::from_ticks(at)));
    check_name(&record).map_or(Ok(record), |violation| Err(Problem::violations(vec![violation])))
}

/// A changed group.
pub(crate) fn changed_group(mut record: Record, patch: Patch) -> Result<Record, Problem> {
    patch.apply(&mut record);
    check_name(&record).map_or(Ok(record), |violation| Err(Problem::violations(vec![violation])))
}

/// Do its members see what others in it show to the groups they are in? Told from the entry as stored.
pub(crate) fn is_audience_group(entry: &[u8]) -> bool {
    lazy::member(entry, AUDIENCE_GROUP) == Some(b"true")
}

/// Is who is in the group for nobody else to know? Told from the entry as stored.
pub(crate) fn hides_members(entry: &[u8]) -> bool {
    lazy::member(entry, "visibility") == Some(b"\"HiddenMembership\"")
}

/// The name with which a person signs in.
pub(crate) fn principal_name(person: &Record) -> &str {
    person.get(PRINCIPAL_NAME).as_str().unwrap_or_default()
}

/// How a person or group is called.
pub(crate) fn display_name(record: &Record) -> &str {
    record.get("displayName").as_str().unwrap_or_default()
}

/// User principal names are found without regard to case. Their alphabet is plain ASCII, so that this is one rule for
/// everybody and no two of them only look alike.
pub(crate) fn folded(name: &str) -> Arc<str> {
    name.to_ascii_lowercase().into()
}

fn check_person(record: &Record) -> Result<(), Problem> {
    let mut violations = Vec::new();
    let name = principal_name(record);
    if !is_principal_name(name) {
        let message =
            format!("found `{name}`, expected `name@domain` of letters, digits and any of `'.-_!#^~` (before the `@`)");
        violations.push(Violation::new(Fault::Form, "/userPrincipalName", message));
    }
    violations.extend(check_name(record));
    if violations.is_empty() { Ok(()) } else { Err(Problem::violations(violations)) }
}

/// People and groups are called something.
fn check_name(record: &Record) -> Option<Violation> {
    let message = "found an empty name, expected at least one character";
    display_name(record).trim().is_empty().then(|| Violation::new(Fault::Form, "/displayName", message))
}

/// The alphabet that Graph documents for user principal names.
fn is_principal_name(name: &str) -> bool {
    let local = |letter: char| letter.is_ascii_alphanumeric() || "'.-_!#^~".contains(letter);
    let label =
        |label: &str| !label.is_empty() && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    name.split_once('@').is_some_and(|(front, domain)| {
        (1..=64).contains(&front.len())
            && front.chars().all(local)
            && domain.len() <= 255
            && domain.split('.').all(label)
    })
}

/// Has the owner confirmed what a program guessed?
pub(crate) fn is_confirmed(record: &Record) -> bool {
    let inference = record.get("inference").as_record();
    inference.is_some_and(|inference| inference.get("userHasVerifiedAccuracy") == &Value::Boolean(true))
}

/// What is guessed, the same however it is spelt: the name of the item, or else all that the item alone says.
pub(crate) fn guessed(record: &Record) -> String {
    if let Some(name) = record.get("displayName").as_str() {
        return name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    }
    let mut said = record.clone();
    ITEM_FACET.all_properties().for_each(|(_, property)| _ = said.set(property.name, Value::Null));
    String::from_utf8_lossy(&said.to_members()).to_lowercase()
}

/// What is written beside an item's body: derived from the body, the version before, and who created it.
pub(crate) fn header(record: &Record, before: Option<&Header>, writing: &Writing<'_>) -> Header {
    let derived = derived(record);
    let (creator_app, creator_user, created) = match before {
        Some(before) => (before.creator_app.clone(), before.creator_user, before.created),
        None => (Some(writing.caller.app.id.clone()), writing.caller.user_id(), writing.at),
    };
    let version = before.map_or(1, |before| before.version + 1);
    Header { version, creator_app, creator_user, created, modified: writing.at, revision: MODEL.revision, ..derived }
}

/// The part of the header that the body alone decides.
pub(crate) fn derived(record: &Record) -> Header {
    let mask = match record.get("allowedAudiences") {
        Value::Enum(mask) => u32::try_from(*mask).unwrap_or(0),
        // A person's entry carries no audience: the organization sees it.
        _ if record.ty().find("allowedAudiences").is_none() => audience(DEFAULT_AUDIENCE),
        _ => 0,
    };
    let inference = record.get("inference").as_record();
    let confidence = inference.and_then(|inference| match inference.get("confidenceScore") {
        // NaN is as sure as nothing, and equals no NaN where headers are compared.
        Value::Double(score) => Some(*score).filter(|score| !score.is_nan()),
        _ => None,
    });
    Header {
        audience: mask,
        searchable: record.get("isSearchable") != &Value::Boolean(false),
        unverified_inference: inference.is_some() && !is_confirmed(record),
        confidence,
        beyond_sentinel: goes_beyond(record),
        ..Header::default()
    }
}

/// Does an enum value in it lie beyond the sentinel, where older clients do not know it?
fn goes_beyond(record: &Record) -> bool {
    record.members().any(|(property, value)| match (value, property.ty) {
        (Value::Enum(number), edm::Type::Enum(ty)) => ty.sentinel_value().is_some_and(|sentinel| *number > sentinel),
        (Value::Record(nested), _) => goes_beyond(nested),
        (Value::List(items), _) => items.iter().filter_map(Value::as_record).any(goes_beyond),
        _ => false,
    })
}

/// What is stored of a record. Copied once more, so that it takes no more memory than it is long: it stays in the
/// cache.
pub(crate) fn body(record: &Record) -> Bytes {
    Bytes::copy_from_slice(&record.to_members())
}

/// The entry of a person or group as it is stored: under the id of whom the partition is.
pub(crate) fn entry(collection: &str, record: &Record, before: Option<&Arc<Item>>, writing: &Writing<'_>) -> Arc<Item> {
    Arc::new(Item {
        collection: collection.into(),
        id: writing.owner.to_string().into(),
        header: header(record, before.map(|item| &item.header), writing),
        body: body(record),
    })
}

/// An item that says nothing but that it is there: of what somebody is related to, or what they rejected, the id.
pub(crate) fn mark(collection: &str, id: &str, writing: &Writing<'_>) -> Arc<Item> {
    let mut record = Record::new(&ENTITY);
    record.set("id", Value::text(id));
    let (header, body) = (header(&record, None, writing), body(&record));
    Arc::new(Item { collection: collection.into(), id: id.into(), header, body })
}

/// The version of an item as its ETag shows it: a hash of id, version and last change (FNV-1a, by words).
pub(crate) fn tag(item: &Item) -> Tag {
    let mut hash: u64 = 0xCBF2_9CE4_8422_2325;
    let mut mix = |word: u64| hash = (hash ^ word).wrapping_mul(0x0000_0100_0000_01B3).rotate_left(23);
    let (words, rest) = item.id.as_bytes().as_chunks();
    words.iter().for_each(|word| mix(u64::from_be_bytes(*word)));
    if !rest.is_empty() {
        mix(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    }
    mix(item.header.version);
    mix(item.header.modified.cast_unsigned());
    Tag(hash ^ hash >> 29)
}

/// The version of what is shown of something, told from that alone (FNV-1a).
pub(crate) fn tag_of(shown: &[u8]) -> Tag {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    Tag(shown.iter().fold(0xCBF2_9CE4_8422_2325, mix))
}

/// A time as index bytes that sort as the time does.
pub(crate) fn created_token(at: i64) -> [u8; 8] {
    (at.cast_unsigned() ^ 1 << 63).to_be_bytes()
}
