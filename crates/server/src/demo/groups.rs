//! The groups of the company, and who is in them: told by the number of the person alone.

use serde_json::{Value, json};

use super::dice::Dice;
use super::person::{ADA, DOMAIN, GRACE, depth};

/// The stream of the ids of groups; people draw from lower ones.
const STREAM: u64 = u64::MAX - 1;

/// A group of the company.
struct Group {
    name: &'static str,
    alias: &'static str,
    description: &'static str,
    /// Do its members see what others in it show to `groupMembers`?
    audience: bool,
    /// Is the person of that number in it?
    holds: fn(usize) -> bool,
}

const GROUPS: [Group; 3] = [
    Group {
        name: "Harbour Project",
        alias: "harbour",
        description: "Everyone who works on the new harbour.",
        audience: true,
        holds: |index| index == ADA || index == GRACE || index % 4 == 3,
    },
    Group {
        name: "Leadership",
        alias: "leadership",
        description: "The chief executive and those who report to her.",
        audience: false,
        holds: |index| index != ADA && index != GRACE && depth(index) < 2,
    },
    Group {
        name: "Boat Club",
        alias: "boats",
        description: "Rowing on Thursdays, sailing when there is wind.",
        audience: false,
        holds: |index| index == ADA || index % 6 == 5,
    },
];

/// The ids of the groups of a seed.
pub(super) fn ids(seed: u64) -> [String; GROUPS.len()] {
    let mut dice = Dice::new(seed, STREAM);
    GROUPS.map(|_| dice.guid())
}

/// The groups of a seed, as groups of the fixture format.
pub(super) fn groups(seed: u64) -> Vec<Value> {
    let group = |(group, id): (&Group, String)| {
        json!({
            "id": id,
            "displayName": group.name,
            "description": group.description,
            "mailNickname": group.alias,
            "mail": format!("{}@{DOMAIN}", group.alias),
            "mailEnabled": true,
            "securityEnabled": false,
            "groupTypes": ["Unified"],
            "visibility": "Public",
            "isAudienceGroup": group.audience,
        })
    };
    GROUPS.iter().zip(ids(seed)).map(group).collect()
}

/// The ids of the groups that a person is in.
pub(super) fn of(ids: &[String; GROUPS.len()], index: usize) -> Vec<&str> {
    GROUPS.iter().zip(ids).filter(|(group, _)| (group.holds)(index)).map(|(_, id)| id.as_str()).collect()
}
