//! Many clients at once: nobody's change is lost, no limit is passed, and time goes forward.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::harness::{Line, Reply, Request, Server};

const CLIENTS: usize = 8;

/// Does the same as several clients at once, each with a line of its own, and collects what they tell.
fn at_once<T: Send>(server: &Server, act: impl Fn(usize, &mut dyn FnMut(Request) -> Reply) -> T + Sync) -> Vec<T> {
    let address = server.address();
    thread::scope(|scope| {
        let act = &act;
        let clients = (0..CLIENTS).map(|number| {
            scope.spawn(move || {
                let mut line = Line::open(address).unwrap();
                act(number, &mut |request| line.ask(&request).unwrap())
            })
        });
        let clients: Vec<_> = clients.collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

fn place() -> (tempfile::TempDir, Server) {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "3"]);
    (place, server)
}

fn made(server: &Server, collection: &str, body: &Value) -> String {
    let made = server.ada("POST", collection).json(body).send().expect(201).json();
    format!("{collection}/{}", made["id"].as_str().unwrap())
}

#[test]
fn of_those_who_saw_the_same_version_one_wins() {
    let (_place, server) = place();
    let item = made(&server, "/beta/me/profile/awards", &json!({ "description": "0" }));
    let rounds = 25;
    let barrier = Barrier::new(CLIENTS);
    let wins = at_once(&server, |number, ask| {
        let mut wins = Vec::new();
        for round in 0..rounds {
            let seen = ask(server.ada("GET", &item)).expect(200);
            // Nobody writes before everybody has read, and nobody reads before everybody has written.
            barrier.wait();
            let tag = seen.header("etag").unwrap();
            let body = json!({ "description": format!("{number} in {round}") });
            let answer = ask(server.ada("PATCH", &item).header("if-match", tag).json(&body));
            match answer.status {
                200 => wins.push((round, answer)),
                412 => assert_eq!(answer.code(), "resourceModified"),
                other => panic!("{other}: {}", answer.text()),
            }
            barrier.wait();
        }
        wins
    });
    let mut wins: Vec<(i32, Reply)> = wins.into_iter().flatten().collect();
    wins.sort_by_key(|(round, _)| *round);
    let rounds_won: Vec<i32> = wins.iter().map(|(round, _)| *round).collect();
    assert_eq!(rounds_won, (0..rounds).collect::<Vec<_>>(), "exactly one wins each round");
    let (_, last) = wins.last().unwrap();
    assert_eq!(server.get(&item).expect(200).body, last.body);
    let tags: BTreeSet<_> = wins.iter().map(|(_, answer)| answer.header("etag").unwrap()).collect();
    assert_eq!(tags.len(), wins.len(), "every version has a tag of its own");
}

#[test]
fn no_update_is_lost() {
    let (_place, server) = place();
    let item = made(&server, "/beta/me/profile/awards", &json!({ "description": "0" }));
    let won = at_once(&server, |_, ask| {
        let mut won = 0;
        while won < 20 {
            let seen = ask(server.ada("GET", &item)).expect(200);
            let count: u64 = seen.json()["description"].as_str().unwrap().parse().unwrap();
            let body = json!({ "description": (count + 1).to_string() });
            let answer = ask(server.ada("PATCH", &item).header("if-match", seen.header("etag").unwrap()).json(&body));
            assert!(matches!(answer.status, 200 | 412), "{}", answer.text());
            won += u64::from(answer.status == 200);
        }
        won
    });
    let total: u64 = won.iter().sum();
    assert_eq!(server.get(&item).expect(200).json()["description"], total.to_string());
}

#[test]
fn changes_of_different_members_all_stay() {
    let (_place, server) = place();
    let item = made(&server, "/beta/me/profile/certifications", &json!({}));
    let members = [
        "certificationId",
        "description",
        "displayName",
        "issuingAuthority",
        "issuingCompany",
        "thumbnailUrl",
        "webUrl",
        "isSearchable",
    ];
    let last = |number: usize, round: usize| match members[number] {
        "isSearchable" => json!(round % 2 == 1),
        name if name.ends_with("Url") => json!(format!("https://fjord.example/{round}")),
        _ => json!(round.to_string()),
    };
    at_once(&server, |number, ask| {
        for round in 0..30 {
            let body = json!({ members[number]: last(number, round) });
            ask(server.ada("PATCH", &item).json(&body)).expect(200);
        }
    });
    let now = server.get(&item).expect(200).json();
    for (number, member) in members.iter().enumerate() {
        assert_eq!(now[member], last(number, 29), "{member}");
    }
}

#[test]
fn a_person_whom_many_give_a_manager_has_the_last() {
    let (_place, server) = place();
    let head = json!({
        "accountEnabled": true, "displayName": "Head", "mailNickname": "head", "userPrincipalName": "head@fjord.example",
        "passwordProfile": { "password": "unused" },
    });
    let report = made(&server, "/beta/users", &head);
    let manager = format!("{report}/manager/$ref");
    let others = server.get("/beta/users?$select=id&$filter=displayName%20ne%20'Head'").expect(200).json();
    let others: Vec<&str> = others["value"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    at_once(&server, |number, ask| {
        for round in 0..40 {
            let other = others[(number + round) % others.len()];
            let body = json!({ "@odata.id": format!("{}/beta/users/{other}", server.ready("VITAE_URL")) });
            ask(server.ada("PUT", &manager).json(&body)).expect(204);
        }
    });
    let last = server.get(&format!("{report}/manager?$select=id")).expect(200).json();
    assert!(others.contains(&last["id"].as_str().unwrap()), "{last}");
}

#[test]
fn the_thousandth_item_is_the_last() {
    let (_place, server) = place();
    let skills = "/beta/me/profile/skills";
    let before: usize = server.get(&format!("{skills}/$count")).expect(200).text().parse().unwrap();
    let accepted = at_once(&server, |_, ask| {
        // More than fit, whatever the others do.
        for accepted in 0..=1_000 {
            let answer = ask(server.ada("POST", skills).json(&json!({})));
            if answer.status == 400 {
                assert_eq!(answer.code(), "quotaLimitReached");
                return accepted;
            }
            answer.expect(201);
        }
        panic!("a collection has no end");
    });
    assert_eq!(before + accepted.iter().sum::<usize>(), 1_000);
    assert_eq!(server.get(&format!("{skills}/$count")).expect(200).text(), "1000");
    let profile = server.get("/beta/me/profile").expect(200).json();
    assert_eq!(profile["skills"].as_array().unwrap().len(), 1_000);
    // Where one goes, one can come.
    let id = profile["skills"][500]["id"].as_str().unwrap();
    server.ada("DELETE", &format!("{skills}/{id}")).send().expect(204);
    let answers = at_once(&server, |_, ask| ask(server.ada("POST", skills).json(&json!({}))).status);
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
    server.ada("POST", "/beta/me/profile/languages").json(&json!({})).send().expect(201);
}

#[test]
fn times_of_creation_strictly_increase() {
    let (_place, server) = place();
    let collections = ["skills", "awards", "notes", "websites"];
    let seen = at_once(&server, |number, ask| {
        let mut times = Vec::new();
        for round in 0..40 {
            let target = format!("/beta/me/profile/{}", collections[(number + round) % collections.len()]);
            let answer = ask(server.ada("POST", &target).json(&json!({}))).expect(201).json();
            times.push(answer["createdDateTime"].as_str().unwrap().to_owned());
        }
        times
    });
    for times in &seen {
        assert!(times.windows(2).all(|pair| ticks(&pair[0]) < ticks(&pair[1])), "as each client saw it: {times:?}");
    }
    let profile = server.get("/beta/me/profile").expect(200).json();
    let lists = profile.as_object().unwrap().values().filter_map(Value::as_array);
    let mut all: Vec<String> = Vec::new();
    for list in lists {
        let times = list.iter().map(|item| item["createdDateTime"].as_str().unwrap().to_owned());
        let times: Vec<String> = times.collect();
        assert!(times.windows(2).all(|pair| ticks(&pair[0]) < ticks(&pair[1])), "as lists are ordered");
        all.extend(times);
    }
    let distinct: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(distinct.len(), all.len(), "no two items of a person have the same time");
}

/// A time in a form that sorts: trailing zeros of the fraction are not on the wire.
fn ticks(time: &str) -> String {
    let (whole, fraction) = time.trim_end_matches('Z').split_once('.').unwrap_or((time.trim_end_matches('Z'), ""));
    format!("{whole}.{fraction:0<7}")
}

#[test]
fn a_person_whom_many_rename_is_found_by_one_name() {
    let (_place, server) = place();
    let person = json!({ "displayName": "Many", "userPrincipalName": "name0@fjord.example" });
    let id = server.ada("POST", "/beta/users").json(&person).send().expect(201).json()["id"].clone();
    let target = format!("/beta/users/{}", id.as_str().unwrap());
    at_once(&server, |number, ask| {
        for round in 0..25 {
            let name = format!("name{}@fjord.example", (number + round) % 3);
            ask(server.ada("PATCH", &target).json(&json!({ "userPrincipalName": name }))).expect(200);
        }
    });
    let now = server.get(&target).expect(200).json()["userPrincipalName"].clone();
    for number in 0..3 {
        let name = format!("name{number}@fjord.example");
        let found = server.get(&format!("/beta/users/{name}"));
        match now == *name {
            true => assert_eq!(found.expect(200).json()["id"], id),
            false => {
                found.expect(404);
                let body = json!({ "displayName": "Another", "userPrincipalName": name });
                server.ada("POST", "/beta/users").json(&body).send().expect(201);
            }
        }
    }
}

/// A client that hangs up finds the person made, or the name free: not a name that is taken by nobody.
#[test]
fn who_hangs_up_leaves_no_name_behind() {
    let (_place, server) = place();
    let person = |number: u64| {
        let body = json!({ "displayName": "Gone", "userPrincipalName": format!("gone{number}@fjord.example") });
        server.ada("POST", "/beta/users").json(&body)
    };
    let people = 48;
    for number in 0..people {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(&person(number).to_bytes("close")).unwrap();
        // Long enough to have begun, too short to be sure of the end.
        (0..number % 6).for_each(|_| _ = server.anyone("GET", "/healthz").send());
    }
    for number in 0..people {
        let found = || server.get(&format!("/beta/users/gone{number}@fjord.example")).status;
        let made = person(number).send().status;
        // What was begun may still be under way.
        let settles = || (0..1_000).any(|_| found() == 200);
        assert!(made == 201 || made == 409 && settles(), "{number}: {made}, and yet there is nobody of that name");
    }
}

#[test]
fn a_name_that_many_want_goes_to_one() {
    let (_place, server) = place();
    for round in 0..10 {
        let body = json!({ "displayName": "Wanted", "userPrincipalName": format!("Wanted{round}@fjord.example") });
        let answers = at_once(&server, |_, ask| ask(server.ada("POST", "/beta/users").json(&body)).status);
        assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|status| matches!(status, 201 | 409)), "{answers:?}");
    }
    assert_eq!(server.get("/beta/users/$count").expect(200).text(), "13");
}

/// One client counts while the others come and go.
#[test]
fn a_page_and_its_count_are_of_one_moment() {
    let (_place, server) = place();
    let lists = ["/beta/me/profile/skills", "/beta/users"];
    at_once(&server, |number, ask| {
        for round in 0..40 {
            let list = lists[round % lists.len()];
            if number < 2 {
                let page = ask(server.ada("GET", &format!("{list}?$count=true&$top=999"))).expect(200).json();
                assert_eq!(page["@odata.count"], page["value"].as_array().unwrap().len(), "{list}");
                continue;
            }
            let name = format!("Guest{number}in{round}@fjord.example");
            let body = match list.ends_with("users") {
                true => json!({ "displayName": "Guest", "userPrincipalName": name }),
                false => json!({}),
            };
            let made = ask(server.ada("POST", list).json(&body)).expect(201).json();
            ask(server.ada("DELETE", &format!("{list}/{}", made["id"].as_str().unwrap()))).expect(204);
        }
    });
}

#[test]
fn of_equal_posts_with_one_key_one_makes_something() {
    let (_place, server) = place();
    let person = |round| json!({ "displayName": "Kari", "userPrincipalName": format!("kari{round}@fjord.example") });
    let item = |_| json!({ "displayName": "Club" });
    let counted = |list: &str| server.get(&format!("{list}/$count")).expect(200).text().parse::<usize>().unwrap();
    let bodies: [(&str, &(dyn Fn(usize) -> Value + Sync)); 3] =
        [("/beta/me/profile/skills", &item), ("/beta/users", &person), ("/beta/groups", &item)];
    for (list, body) in bodies {
        let (before, rounds) = (counted(list), 5);
        for round in 0..rounds {
            let key = format!("{list}-{round}");
            // A key of one's own, or what an SDK sends when it tries again.
            let known = match round % 2 {
                0 => vec![("idempotency-key", key.as_str())],
                _ => vec![("client-request-id", key.as_str()), ("retry-attempt", "1")],
            };
            let barrier = Barrier::new(CLIENTS);
            let made: BTreeSet<_> = at_once(&server, |_, ask| {
                let request = server.ada("POST", list).json(&body(round));
                let request = known.iter().fold(request, |request, (name, value)| request.header(name, value));
                barrier.wait();
                let answer = ask(request).expect(201);
                (answer.header("location").unwrap().to_owned(), answer.header("etag").unwrap().to_owned())
            })
            .into_iter()
            .collect();
            assert_eq!(made.len(), 1, "{list}: {made:?}");
        }
        assert_eq!(counted(list), before + rounds, "{list}");
    }
    // None of those who came too late gave up the name of who was made.
    for round in 0..5 {
        let again = server.ada("POST", "/beta/users").json(&person(round)).send().expect(409);
        assert_eq!(again.code(), "nameAlreadyExists");
    }
}

#[test]
fn one_id_for_all_requests_is_no_obstacle() {
    let (_place, server) = place();
    let list = "/beta/me/profile/awards";
    let before = server.get(&format!("{list}/$count")).expect(200).text().parse::<usize>().unwrap();
    let made = at_once(&server, |_, ask| {
        let post = || server.ada("POST", list).header("client-request-id", "always").json(&json!({}));
        (0..10).map(|_| ask(post()).expect(201).header("location").unwrap().to_owned()).collect::<Vec<_>>()
    });
    let made: BTreeSet<_> = made.into_iter().flatten().collect();
    assert_eq!(made.len(), CLIENTS * 10);
    assert_eq!(server.get(&format!("{list}/$count")).expect(200).text(), (before + CLIENTS * 10).to_string());
}
