//! What the requests of a JSON batch say of each other: ids, groups, dependencies (JSON Format 4.01, section 19.1).

use std::collections::{HashMap, HashSet};

use edm::check::brief;

use crate::batch::{Part, malformed};
use crate::problem::Problem;

/// Is every name given once, are groups in one piece, and does every request depend on earlier ones alone?
pub(super) fn check(parts: &[Part]) -> Result<(), Problem> {
    let mut ids: HashMap<String, usize> = HashMap::new();
    let mut groups: HashSet<String> = HashSet::new();
    for (at, part) in parts.iter().enumerate() {
        let id = folded(part.id.as_deref().unwrap_or_default());
        if let Some(before) = ids.insert(id.clone(), at) {
            return Err(problem(
                at,
                "id",
                format!("{} is the id of request {before} already, expected another", brief(&id)),
            ));
        }
        let group = part.group.as_deref().map(folded);
        let continues = at.checked_sub(1).and_then(|before| parts.get(before)).map(|before| before.group.as_deref());
        if let Some(group) = &group
            && continues != Some(part.group.as_deref())
            && !groups.insert(group.clone())
        {
            let message =
                format!("{} has ended before, expected the requests of a group one after another", brief(group));
            return Err(problem(at, "atomicityGroup", message));
        }
        for (place, dependency) in part.depends_on.iter().enumerate() {
            let known = folded(dependency);
            let found = match () {
                () if known == id => "the request itself".to_owned(),
                () if group.as_ref() == Some(&known) => "the request's own group".to_owned(),
                () if ids.contains_key(&known) || groups.contains(&known) => continue,
                () => not_earlier(parts.get(at..).unwrap_or_default(), dependency),
            };
            let message = format!("found {found}, expected an earlier request or group");
            return Err(problem(at, &format!("dependsOn/{place}"), message));
        }
    }
    match groups.iter().find_map(|group| ids.get(group)) {
        Some(at) => Err(problem(*at, "id", "found the name of a group, expected another id".to_owned())),
        None => Ok(()),
    }
}

/// What the name is of, if neither an earlier request nor an earlier group has it.
fn not_earlier(later: &[Part], name: &str) -> String {
    match later.iter().any(|part| part.is_called(name)) {
        true => format!("{}, which comes later", brief(name)),
        false => format!("{}, which is no request of this batch", brief(name)),
    }
}

/// Ids are not case-sensitive.
fn folded(id: &str) -> String {
    id.to_lowercase()
}

fn problem(at: usize, member: &str, message: String) -> Problem {
    malformed(format!("/requests/{at}/{member}"), message)
}
