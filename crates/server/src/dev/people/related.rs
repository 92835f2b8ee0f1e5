//! Who is related to whom in a fixture: names become ids, and the members of groups are told by the people themselves,
//! as they are kept.

use std::collections::HashMap;

use serde_json::{Value, json};

/// People and groups, related by ids alone.
pub(super) fn resolved(mut people: Vec<Value>, mut groups: Vec<Value>) -> Result<(Vec<Value>, Vec<Value>), String> {
    let places = places(&people);
    for place in 0..people.len() {
        let Some(name) = people.get(place).and_then(|person| person.get("manager")).cloned() else { continue };
        let manager = found(&places, &name).map_err(|why| format!("person {place}: /manager: {why}"))?;
        let id = people.get(manager).and_then(|person| person.get("id")).cloned();
        if let (Some(person), Some(id)) = (people.get_mut(place), id) {
            person["manager"] = id;
        }
    }
    for (place, group) in groups.iter_mut().enumerate() {
        let Some(members) = group.as_object_mut().and_then(|group| group.remove("members")) else { continue };
        let wrong = |why: String| format!("group {place}: /members: {why}");
        let members = members.as_array().ok_or_else(|| wrong("expected a list of people".into()))?;
        for name in members {
            let member = found(&places, name).map_err(wrong)?;
            if let Some(person) = people.get_mut(member).and_then(Value::as_object_mut) {
                let id = group.get("id").cloned().unwrap_or_default();
                match person.entry("memberOf").or_insert_with(|| json!([])).as_array_mut() {
                    Some(groups) if groups.contains(&id) => {}
                    Some(groups) => groups.push(id),
                    None => return Err(format!("person {member}: /memberOf: expected a list of ids")),
                }
            }
        }
    }
    Ok((people, groups))
}

/// Where each person is, by id and by name.
fn places(people: &[Value]) -> HashMap<String, usize> {
    let names = people.iter().enumerate().flat_map(|(place, person)| {
        ["id", "userPrincipalName"].map(|name| Some((person.get(name)?.as_str()?.to_lowercase(), place)))
    });
    names.flatten().collect()
}

fn found(places: &HashMap<String, usize>, name: &Value) -> Result<usize, String> {
    let name =
        name.as_str().ok_or_else(|| format!("found {name}, expected the id or userPrincipalName of a person"))?;
    let place = places.get(&name.to_lowercase()).copied();
    place.ok_or_else(|| format!("found `{name}`, expected someone of the fixture"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, more: &Value) -> Value {
        let mut person = json!({ "id": id, "userPrincipalName": format!("{id}@fjord.example") });
        person.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        person
    }

    #[test]
    fn names_become_ids() {
        let people =
            vec![person("1", &json!({ "manager": "2@FJORD.example" })), person("2", &json!({ "memberOf": ["g"] }))];
        let groups =
            vec![json!({ "id": "g", "members": ["1", "2@fjord.example"] }), json!({ "id": "h", "members": ["2"] })];
        let (people, groups) = resolved(people, groups).unwrap();
        assert_eq!(people[0]["manager"], "2");
        assert_eq!((&people[0]["memberOf"], &people[1]["memberOf"]), (&json!(["g"]), &json!(["g", "h"])));
        assert_eq!(groups, [json!({ "id": "g" }), json!({ "id": "h" })]);
    }

    #[test]
    fn whoever_is_not_there_is_told() {
        let check = |people: Vec<Value>, groups: Vec<Value>, expect: &str| {
            assert_eq!(resolved(people, groups), Err(expect.to_owned()));
        };
        let nobody = "person 0: /manager: found `x`, expected someone of the fixture";
        check(vec![person("1", &json!({ "manager": "x" }))], vec![], nobody);
        let number = "person 0: /manager: found 7, expected the id or userPrincipalName of a person";
        check(vec![person("1", &json!({ "manager": 7 }))], vec![], number);
        check(vec![], vec![json!({ "members": "x" })], "group 0: /members: expected a list of people");
        check(
            vec![],
            vec![json!({ "members": ["x"] })],
            "group 0: /members: found `x`, expected someone of the fixture",
        );
    }
}
