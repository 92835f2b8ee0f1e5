//! The record of a change, written in the change's own transaction: who did what to which items, as ids that stay for
//! ever, and apart from that the values before and after, which are erased with the person.

use auth::Caller;
use bytes::Bytes;
use edm::json::write_string;
use engine::Exchange;
use store::{Item, Record};

/// What a change does, in the words of the audit log.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Activity {
    Create,
    Update,
    Delete,
    Clear,
    Load,
    /// Of a request it is noted that all of it is done: nothing that an auditor is told.
    Note,
}

/// The word for [`Activity::Note`].
pub(crate) const NOTE: &str = "note";

/// A record in the making.
///
/// `what` is `{"activity", "user", "app", "request", "changes": [{"collection", "id"}]}`, the values
/// `[{"old", "new"}]`, one for each of the changes.
pub(crate) struct Audit {
    what: Vec<u8>,
    values: Vec<u8>,
}

impl Audit {
    pub(crate) fn new(caller: &Caller, activity: Activity, exchange: &Exchange) -> Self {
        let mut what = Vec::with_capacity(320);
        let word = match activity {
            Activity::Create => "create",
            Activity::Update => "update",
            Activity::Delete => "delete",
            Activity::Clear => "clear",
            Activity::Load => "load",
            Activity::Note => NOTE,
        };
        what.extend_from_slice(b"{\"activity\":");
        write_string(&mut what, word);
        if let Some(user) = caller.user_id() {
            what.extend_from_slice(b",\"user\":");
            write_string(&mut what, &user.to_string());
        }
        what.extend_from_slice(b",\"app\":");
        write_string(&mut what, &caller.app.id);
        what.extend_from_slice(b",\"request\":");
        write_string(&mut what, &exchange.request_id);
        what.extend_from_slice(b",\"changes\":[");
        Self { what, values: Vec::with_capacity(1024) }
    }

    /// One item before and after.
    pub(crate) fn item(mut self, before: Option<&Item>, after: Option<&Item>) -> Self {
        let Some(item) = after.or(before) else { return self };
        let first = self.values.is_empty();
        self.what.extend_from_slice(if first { b"{\"collection\":" } else { b",{\"collection\":" });
        write_string(&mut self.what, &item.collection);
        self.what.extend_from_slice(b",\"id\":");
        write_string(&mut self.what, &item.id);
        self.what.push(b'}');
        self.values.push(if first { b'[' } else { b',' });
        let mut separator = b'{';
        for (name, item) in [("old", before), ("new", after)] {
            if let Some(item) = item {
                self.values.push(separator);
                separator = b',';
                write_string(&mut self.values, name);
                self.values.extend_from_slice(b":{");
                self.values.extend_from_slice(&item.body);
                self.values.push(b'}');
            }
        }
        self.values.push(b'}');
        self
    }

    /// The record but for its salt, which the commit draws.
    pub(crate) fn finish(mut self) -> Record {
        self.what.extend_from_slice(b"]}");
        if self.values.is_empty() {
            self.values.push(b'[');
        }
        self.values.push(b']');
        Record { what: self.what.into(), values: self.values.into(), ..Record::default() }
    }
}

/// The records of several changes in one, each as it is.
pub(crate) fn combine(records: &[Record]) -> Record {
    let joined =
        |part: fn(&Record) -> &Bytes| records.iter().map(|record| &part(record)[..]).collect::<Vec<_>>().join(&b',');
    let what = [b"{\"activity\":\"group\",\"records\":[", &joined(|record| &record.what)[..], b"]}"].concat();
    let values = [b"[", &joined(|record| &record.values)[..], b"]"].concat();
    let salt = records.last().map(|record| record.salt).unwrap_or_default();
    Record { what: what.into(), values: values.into(), salt }
}
