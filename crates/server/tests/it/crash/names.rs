//! Those who make people, rename and delete them until the line breaks: names span more than one transaction.

use serde_json::{Value, json};

use super::writer::answer;
use crate::harness::{Line, Reply, Request};

/// One who makes people, renames them and deletes some.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Ids and names as acknowledged.
    people: Vec<(String, String)>,
    /// Ids deleted, with the names that are free again.
    deleted: Vec<(String, String)>,
    /// The names a person may have after the write that was under way, the old one first; with an id if there was one.
    doubt: Option<(Option<String>, Vec<String>)>,
}

impl Names {
    pub(crate) fn write(
        address: &str,
        prefix: &str,
        request: &dyn Fn(&str, &str) -> Request,
        acknowledge: &mut dyn FnMut(),
    ) -> Names {
        let mut names = Names::default();
        let Ok(mut line) = Line::open(address) else { return names };
        for number in 0.. {
            if names.step(&mut line, &format!("{prefix}n{number}@fjord.example"), number, request).is_err() {
                break;
            }
            names.doubt = None;
            acknowledge();
        }
        names
    }

    fn step(
        &mut self,
        line: &mut Line,
        name: &str,
        number: usize,
        request: &dyn Fn(&str, &str) -> Request,
    ) -> std::io::Result<()> {
        let last = self.people.last().cloned().filter(|_| !number.is_multiple_of(3));
        match last {
            None => {
                self.doubt = Some((None, vec![name.to_owned()]));
                let body = json!({ "displayName": "Somebody", "userPrincipalName": name });
                let made = answer(line, &request("POST", "/beta/users").json(&body), 201)?;
                self.people.push((made["id"].as_str().unwrap().to_owned(), name.to_owned()));
            }
            Some((id, old)) if number % 3 == 1 => {
                self.doubt = Some((Some(id.clone()), vec![old, name.to_owned()]));
                let target = format!("/beta/users/{id}");
                answer(line, &request("PATCH", &target).json(&json!({ "userPrincipalName": name })), 200)?;
                self.people.pop();
                self.people.push((id, name.to_owned()));
            }
            Some((_, old)) if number.is_multiple_of(2) => {
                let target = format!("/beta/users/{old}");
                let (id, _) = self.people.pop().unwrap();
                self.doubt = Some((Some(id.clone()), vec![old.clone()]));
                answer(line, &request("DELETE", &target), 204)?;
                self.deleted.push((id, old));
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Names that nobody of the acknowledged has.
    pub(crate) fn free(&self) -> impl Iterator<Item = &str> {
        let doubtful = self.doubt.iter().flat_map(|(_, names)| names);
        let free = self.deleted.iter().map(|(_, name)| name).chain(doubtful);
        free.map(String::as_str).filter(|name| !self.people.iter().any(|(_, known)| known == name))
    }

    /// Everyone acknowledged is listed and found by their name; everyone deleted is neither.
    pub(crate) fn judge(&self, listed: &[Value], get: &dyn Fn(&str) -> Reply) {
        let name_of = |id: &str| {
            let person = listed.iter().find(|person| person["id"] == id);
            person.map(|person| person["userPrincipalName"].as_str().unwrap().to_owned())
        };
        for (id, name) in &self.people {
            let may = match &self.doubt {
                Some((Some(doubtful), names)) if doubtful == id => names.clone(),
                _ => vec![name.clone()],
            };
            let now = name_of(id).unwrap_or_else(|| panic!("{name} is lost"));
            assert!(may.contains(&now), "{now}, expected one of {may:?}");
            assert_eq!(get(&format!("/beta/users/{now}")).expect(200).json()["id"], id.as_str());
            for other in may.iter().filter(|other| **other != now) {
                get(&format!("/beta/users/{other}")).expect(404);
            }
        }
        for (id, name) in &self.deleted {
            assert_eq!(name_of(id), None, "{name} came back");
            get(&format!("/beta/users/{name}")).expect(404);
        }
    }
}
