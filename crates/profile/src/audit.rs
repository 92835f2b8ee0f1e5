//! The record of a change: who, what, and the values before and after, written in the change's own transaction.

use auth::Caller;
use bytes::Bytes;
use edm::json::write_string;
use engine::Exchange;
use store::Item;

/// What a change does, in the words of the audit log.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Activity {
    Create,
    Update,
    Delete,
    Clear,
    Load,
}

/// An audit record in the making.
pub(crate) struct Audit {
    out: Vec<u8>,
    first: bool,
}

impl Audit {
    pub(crate) fn new(caller: &Caller, activity: Activity, exchange: &Exchange) -> Self {
        let mut out = Vec::with_capacity(1024);
        let word = match activity {
            Activity::Create => "create",
            Activity::Update => "update",
            Activity::Delete => "delete",
            Activity::Clear => "clear",
            Activity::Load => "load",
        };
        out.extend_from_slice(b"{\"activity\":");
        write_string(&mut out, word);
        if let Some(user) = caller.user_id() {
            out.extend_from_slice(b",\"user\":");
            write_string(&mut out, &user.to_string());
        }
        out.extend_from_slice(b",\"app\":");
        write_string(&mut out, &caller.app.id);
        out.extend_from_slice(b",\"request\":");
        write_string(&mut out, &exchange.request_id);
        out.extend_from_slice(b",\"changes\":[");
        Self { out, first: true }
    }

    /// One item before and after.
    pub(crate) fn item(mut self, before: Option<&Item>, after: Option<&Item>) -> Self {
        let Some(item) = after.or(before) else { return self };
        self.out.extend_from_slice(if self.first { b"{\"collection\":" } else { b",{\"collection\":" });
        self.first = false;
        write_string(&mut self.out, &item.collection);
        self.out.extend_from_slice(b",\"id\":");
        write_string(&mut self.out, &item.id);
        for (name, item) in [("old", before), ("new", after)] {
            if let Some(item) = item {
                self.out.extend_from_slice(b",\"");
                self.out.extend_from_slice(name.as_bytes());
                self.out.extend_from_slice(b"\":{");
                self.out.extend_from_slice(&item.body);
                self.out.push(b'}');
            }
        }
        self.out.push(b'}');
        self
    }

    pub(crate) fn finish(mut self) -> Bytes {
        self.out.extend_from_slice(b"]}");
        self.out.into()
    }
}
