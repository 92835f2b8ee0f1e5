//! The latest requests, for tests that ask what a client really sent. No query values, headers or bodies are kept.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use http::{Method, StatusCode, Uri};
use serde_json::{Value, json};
use uuid::Uuid;

/// How many requests are remembered.
const LENGTH: usize = 1_000;

/// The requests, oldest first.
#[derive(Debug, Default)]
pub(super) struct Journal {
    entries: Mutex<VecDeque<Entry>>,
}

/// One request. The texts are copied: sharing them would keep alive the buffers that connections read into.
#[derive(Debug, Default)]
struct Entry {
    method: Method,
    path: String,
    /// The names of its query options, separated by `&`.
    options: String,
    status: u16,
    request_id: Uuid,
}

impl Journal {
    /// Remembers a request, and forgets the oldest where there are too many.
    pub(super) fn add(&self, method: &Method, uri: &Uri, status: StatusCode, request_id: Uuid) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        // The room of the oldest is used again.
        let oldest = if entries.len() < LENGTH { None } else { entries.pop_front() };
        let Entry { mut path, mut options, .. } = oldest.unwrap_or_default();
        path.clear();
        path.push_str(uri.path());
        options.clear();
        uri.query().into_iter().for_each(|query| write_names(&mut options, query));
        entries.push_back(Entry { method: method.clone(), path, options, status: status.as_u16(), request_id });
    }

    /// Forgets all.
    pub(super) fn clear(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What is remembered, as JSON.
    pub(super) fn to_json(&self) -> Value {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        json!({ "value": entries.iter().map(Entry::to_json).collect::<Vec<Value>>() })
    }
}

impl Entry {
    fn to_json(&self) -> Value {
        let names: Vec<&str> = self.options.split('&').filter(|name| !name.is_empty()).collect();
        json!({
            "method": self.method.as_str(),
            "path": self.path,
            "queryOptions": names,
            "status": self.status,
            "requestId": self.request_id,
        })
    }
}

fn write_names(names: &mut String, query: &str) {
    for option in query.split('&') {
        names.push_str(option.split_once('=').map_or(option, |(name, _)| name));
        names.push('&');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(journal: &Journal, uri: &str) {
        journal.add(&Method::GET, &uri.parse().unwrap(), StatusCode::OK, Uuid::nil());
    }

    #[test]
    fn keeps_names_of_options_but_no_values() {
        let journal = Journal::default();
        add(&journal, "/beta/users?$filter=secret%20eq%201&&access_token=t&x");
        assert_eq!(journal.to_json()["value"][0]["queryOptions"], json!(["$filter", "access_token", "x"]));
        assert!(!format!("{journal:?}").contains("secret"));
    }

    #[test]
    fn keeps_the_latest() {
        let journal = Journal::default();
        for number in 0..LENGTH + 5 {
            add(&journal, &format!("/{number}?{number}=1"));
        }
        let shown = journal.to_json();
        assert_eq!(shown["value"].as_array().unwrap().len(), LENGTH);
        assert_eq!(shown["value"][0]["path"], "/5");
        assert_eq!(shown["value"][0]["queryOptions"], json!(["5"]));
        journal.clear();
        assert_eq!(journal.to_json(), json!({ "value": [] }));
    }
}
