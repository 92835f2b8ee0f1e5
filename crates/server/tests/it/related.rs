//! People as they are related: managers, groups and photos, over HTTP and over restarts.

use serde_json::{Value, json};

use crate::harness::{Reply, Server};

/// A PNG of 64 × 64 blue pixels.
const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0@\0\0\0@\x08\x02\0\0\0%\x0b\xe6\x89\0\0\0OIDATx\xda\xed\xcfA\x09\
    \0\0\x08\x04\xb0\x0ba:\xd3\x19\xd5\x08\xbe\x85\xc1\n,\xd5\xf3Z\x04\x04\x04\x04\x04\x04\x04\x04\x04\
    \x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\
    \x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04.\x0bK\xc5\xe0\xf1L\xf7\xde\xd4\0\0\0\0IEND\xaeB\
    `\x82";

fn names(reply: Reply) -> Vec<String> {
    let page = reply.expect(200).json();
    page["value"].as_array().unwrap().iter().map(|one| one["displayName"].as_str().unwrap().to_owned()).collect()
}

fn reference(server: &Server, path: &str) -> Value {
    json!({ "@odata.id": format!("{}/beta/{path}", server.ready("VITAE_URL")) })
}

#[test]
fn the_demo_people_have_managers_and_groups() {
    let server = Server::ephemeral(&["--people", "20"]);
    let (ada, grace) = (server.ready("VITAE_USER_ID"), server.ready("VITAE_PLAIN_USER_ID"));
    let chief = "/v1.0/me?$expand=manager($levels=max;$select=displayName)&$select=displayName";
    let mut above = server.ada("GET", chief).send().expect(200).json();
    let mut levels = 0;
    while !above["manager"].is_null() {
        above = above["manager"].take();
        levels += 1;
    }
    assert_eq!(levels, 2);
    let groups = names(server.grace("GET", "/beta/groups").send());
    assert_eq!(groups, ["Harbour Project", "Leadership", "Boat Club"]);
    let flagged = server.ada("GET", "/beta/groups?$filter=isAudienceGroup%20eq%20true").send().expect(200).json();
    let harbour = flagged["value"][0]["id"].as_str().unwrap();
    let people = server.ada("GET", &format!("/beta/groups/{harbour}/members?$select=id")).send().expect(200).json();
    let ids: Vec<&str> = people["value"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&ada) && ids.contains(&grace), "{ids:?}");
}

#[test]
fn relationships_and_photos_survive_a_restart() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "10"]);
    let put = |server: &Server, target: &str, body: &[u8]| {
        server.ada("PUT", target).header("content-type", "image/png").body(body).send()
    };
    let grace = format!("/beta/users/{}", server.ready("VITAE_PLAIN_USER_ID"));
    let group =
        server.ada("POST", "/beta/groups").json(&json!({ "displayName": "Night Watch" })).send().expect(201).json();
    let members = format!("/beta/groups/{}/members", group["id"].as_str().unwrap());
    let to_grace = reference(&server, "users/grace@fjord.example");
    server.ada("POST", &format!("{members}/$ref")).json(&to_grace).send().expect(204);
    let to_ada = reference(&server, "users/ada@fjord.example");
    server.ada("PUT", &format!("{grace}/manager/$ref")).json(&to_ada).send().expect(204);
    server.grace("GET", "/beta/me/photo/$value").send().expect(404);
    put(&server, &format!("{grace}/photo/$value"), PICTURE).expect(204);
    // A picture may be larger than other bodies, but not too large.
    assert_eq!(
        put(&server, &format!("{grace}/photo/$value"), &vec![0; 3 << 20]).expect(415).code(),
        "unsupportedMediaType"
    );
    assert_eq!(
        put(&server, &format!("{grace}/photo/$value"), &vec![0; (4 << 20) + 1]).expect(413).code(),
        "requestTooLarge"
    );

    server.kill();
    let server = Server::in_place(place.path(), &[]);
    let photo = server.grace("GET", "/beta/me/photo/$value").send().expect(200);
    assert_eq!(photo.header("content-type"), Some("image/jpeg"));
    assert!(photo.body.starts_with(&[0xFF, 0xD8, 0xFF]) && photo.body.ends_with(&[0xFF, 0xD9]));
    assert_eq!(server.grace("GET", "/v1.0/me/photo").send().expect(200).json()["width"], 64);
    assert_eq!(names(server.ada("GET", &members).send()).len(), 1);
    assert_eq!(
        server.grace("GET", "/beta/me/manager").send().expect(200).json()["userPrincipalName"],
        "ada@fjord.example"
    );
    assert!(names(server.ada("GET", "/beta/me/directReports").send()).iter().any(|name| name.starts_with("Grace")));
    server.ada("DELETE", &grace).send().expect(204);
    assert_eq!(names(server.ada("GET", &members).send()), Vec::<String>::new());
    server.ada("GET", &format!("{grace}/photo/$value")).send().expect(404);
}

#[test]
fn a_fixture_names_managers_and_members() {
    let people = json!({
        "people": [
            { "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager": "ola@fjord.example" },
            { "userPrincipalName": "ola@fjord.example", "displayName": "Ola", "roles": ["peopleAdministrator"] },
        ],
        "groups": [{ "displayName": "Choir", "members": ["KARI@fjord.example"] }],
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.json");
    std::fs::write(&file, people.to_string()).unwrap();
    let server = Server::ephemeral(&["--fixture", file.to_str().unwrap()]);
    assert_eq!(server.get("/beta/users/kari@fjord.example/manager").expect(200).json()["displayName"], "Ola");
    assert_eq!(names(server.get("/beta/users/kari@fjord.example/memberOf")), ["Choir"]);
    assert_eq!(names(server.get("/beta/users/ola@fjord.example/directReports")), ["Kari"]);
}
