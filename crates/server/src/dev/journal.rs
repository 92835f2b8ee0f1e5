//! The latest requests, for tests that ask what a client really sent. No query values, headers or bodies are kept.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

/// How many requests are remembered.
const LENGTH: usize = 1_000;

/// The requests, oldest first.
#[derive(Debug, Default)]
pub(super) struct Journal {
    entries: Mutex<VecDeque<Entry>>,
}

/// One request.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) method: http::Method,
    pub(super) uri: http::Uri,
    pub(super) status: u16,
    pub(super) request_id: http::HeaderValue,
}

impl Journal {
    /// Remembers a request, and forgets the oldest where there are too many.
    pub(super) fn add(&self, entry: Entry) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= LENGTH {
            entries.pop_front();
        }
        entries.push_back(entry);
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
        let options = self.uri.query().unwrap_or_default().split('&').filter(|option| !option.is_empty());
        let names: Vec<&str> = options.map(|option| option.split_once('=').map_or(option, |(name, _)| name)).collect();
        json!({
            "method": self.method.as_str(),
            "path": self.uri.path(),
            "queryOptions": names,
            "status": self.status,
            "requestId": self.request_id.to_str().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(uri: &str) -> Entry {
        let request_id = http::HeaderValue::from_static("1");
        Entry { method: http::Method::GET, uri: uri.parse().unwrap(), status: 200, request_id }
    }

    #[test]
    fn keeps_names_of_options_but_no_values() {
        let shown = entry("/beta/users?$filter=secret%20eq%201&access_token=t&x").to_json();
        assert_eq!(shown["queryOptions"], json!(["$filter", "access_token", "x"]));
        assert!(!shown.to_string().contains("secret"));
    }

    #[test]
    fn keeps_the_latest() {
        let journal = Journal::default();
        for number in 0..LENGTH + 5 {
            journal.add(entry(&format!("/{number}")));
        }
        let shown = journal.to_json();
        assert_eq!(shown["value"].as_array().unwrap().len(), LENGTH);
        assert_eq!(shown["value"][0]["path"], "/5");
        journal.clear();
        assert_eq!(journal.to_json(), json!({ "value": [] }));
    }
}
