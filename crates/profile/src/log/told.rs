//! What the store recorded of a commit, taken apart as far as it is asked for. Written by [`crate::audit`].

use edm::lazy;
use store::{AuditRow, seal};
use uuid::Uuid;

use crate::audit::NOTE;

/// One thing that was done.
pub(super) struct Told<'a> {
    /// Who did what to which items, without braces.
    what: &'a [u8],
    /// The values of each change, as a list without brackets; `None` once erased.
    values: Option<&'a [u8]>,
}

/// One item that was changed.
pub(super) struct Touched<'a> {
    /// Whose it is, where the record lies elsewhere.
    pub(super) owner: Option<Uuid>,
    pub(super) collection: String,
    pub(super) id: String,
    /// Its members before.
    pub(super) old: Option<&'a [u8]>,
    /// Its members after.
    pub(super) new: Option<&'a [u8]>,
}

/// The things that a commit did, of which an auditor is told.
pub(super) fn of(row: &AuditRow) -> Vec<Told<'_>> {
    if seal::is_seal(&row.what) {
        return Vec::new();
    }
    let values = row.values.as_deref();
    // An older release kept everything together.
    let (what, values) = match (row.what.is_empty(), values) {
        (true, told) => (told.unwrap_or_default(), None.filter(|_: &&[u8]| told.is_none()).or(told.map(|_| &[][..]))),
        (false, values) => (&row.what[..], values.and_then(listed)),
    };
    let what = lazy::inside(what).unwrap_or_default();
    let mut told: Vec<_> = match lazy::member(what, "records").and_then(listed) {
        Some(records) => {
            let mut each = values.map(lazy::items);
            let one = |what| Told {
                what: lazy::inside(what).unwrap_or_default(),
                values: each.as_mut().map(|each| each.next().and_then(listed).unwrap_or_default()),
            };
            lazy::items(records).map(one).collect()
        }
        None => vec![Told { what, values }],
    };
    told.retain(|told| told.activity() != NOTE);
    told
}

/// The items of a list, without brackets.
fn listed(raw: &[u8]) -> Option<&[u8]> {
    raw.strip_prefix(b"[")?.strip_suffix(b"]")
}

impl<'a> Told<'a> {
    /// What was done, in the words of [`crate::audit::Activity`].
    pub(super) fn activity(&self) -> String {
        self.text("activity").unwrap_or_default()
    }

    /// The person who did it.
    pub(super) fn user(&self) -> Option<Uuid> {
        Uuid::try_parse(&self.text("user")?).ok()
    }

    /// The app that did it.
    pub(super) fn app(&self) -> Option<String> {
        self.text("app")
    }

    pub(super) fn request(&self) -> Option<String> {
        self.text("request")
    }

    /// Was something read, not changed?
    pub(super) fn is_reading(&self) -> bool {
        self.activity() == "read"
    }

    /// Were the values erased?
    pub(super) fn is_erased(&self) -> bool {
        self.values.is_none()
    }

    /// The items it was done to.
    pub(super) fn touched(&self) -> impl Iterator<Item = Touched<'a>> {
        let changes = lazy::member(self.what, "changes").and_then(listed).unwrap_or_default();
        let mut values = lazy::items(self.values.unwrap_or_default());
        lazy::items(changes).map(move |change| {
            let change = lazy::inside(change).unwrap_or_default();
            let values = values.next().and_then(lazy::inside).unwrap_or_default();
            let side = |name| lazy::member(values, name).or(lazy::member(change, name)).and_then(lazy::inside);
            Touched {
                owner: text(change, "owner").and_then(|owner| Uuid::try_parse(&owner).ok()),
                collection: text(change, "collection").unwrap_or_default(),
                id: text(change, "id").unwrap_or_default(),
                old: side("old"),
                new: side("new"),
            }
        })
    }

    fn text(&self, name: &str) -> Option<String> {
        text(self.what, name)
    }
}

fn text(members: &[u8], name: &str) -> Option<String> {
    let raw = lazy::member(members, name)?;
    let value = edm::codec::read_raw(edm::model::build::STRING, false, raw).ok()?;
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::{PartitionKey, PartitionKind};

    fn row(what: &str, values: Option<&str>) -> AuditRow {
        let partition = PartitionKey { owner: Uuid::nil(), tenant: Uuid::nil(), kind: PartitionKind::User };
        let (what, values) = (what.to_owned().into(), values.map(|values| values.to_owned().into()));
        AuditRow { partition, rev: 1, at: 1, what, values, link: None }
    }

    fn check(what: &str, values: Option<&str>, expect: &[&str]) {
        let row = row(what, values);
        let side = |side: Option<&[u8]>| side.map_or("-".to_owned(), |side| String::from_utf8_lossy(side).into_owned());
        let show = |told: &Told<'_>| {
            let touched =
                told.touched().map(|one| format!(" {}/{} {} {}", one.collection, one.id, side(one.old), side(one.new)));
            format!("{}{}{}", told.activity(), if told.is_erased() { "!" } else { "" }, touched.collect::<String>())
        };
        assert_eq!(of(&row).iter().map(show).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn takes_records_apart() {
        let create = r#"{"activity":"create","app":"a","request":"r","changes":[{"collection":"skills","id":"1"}]}"#;
        check(create, Some(r#"[{"new":{"a":1}}]"#), &[r#"create skills/1 - "a":1"#]);
        check(create, None, &["create! skills/1 - -"]);
        let group = format!(r#"{{"activity":"group","records":[{create},{create}]}}"#);
        let values = r#"[[{"new":{"a":1}}],[{"old":{"b":2}}]]"#;
        check(&group, Some(values), &[r#"create skills/1 - "a":1"#, r#"create skills/1 "b":2 -"#]);
        check(&group, None, &["create! skills/1 - -", "create! skills/1 - -"]);
        check(r#"{"activity":"load","changes":[]}"#, Some("[]"), &["load"]);
        let note = r#"{"activity":"note","changes":[]}"#;
        check(note, Some("[]"), &[]);
        let group = format!(r#"{{"activity":"group","records":[{note},{create}]}}"#);
        check(&group, Some(r#"[[],[{"new":{"a":1}}]]"#), &[r#"create skills/1 - "a":1"#]);
    }

    #[test]
    fn takes_older_records_apart() {
        let old = r#"{"activity":"update","changes":[{"collection":"skills","id":"1","old":{"a":1},"new":{"a":2}}]}"#;
        check("", Some(old), &[r#"update skills/1 "a":1 "a":2"#]);
        check("", None, &["!"]);
    }

    #[test]
    fn is_not_upset() {
        for what in ["{", "[]", "{}", r#"{"records":5}"#, r#"{"changes":{}}"#, "\u{0}seal", r#"{"records":[1,{]}"#] {
            for values in [None, Some(""), Some("["), Some("[[[{"), Some("{\"a\"")] {
                let row = row(what, values);
                of(&row).iter().for_each(|told| assert!(told.touched().count() < 9));
            }
        }
    }
}
