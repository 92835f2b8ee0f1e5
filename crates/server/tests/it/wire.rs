//! Exchanges as they are on the wire: addresses, pages, versions of items, and the answer to each kind of mistake.

mod addresses;
mod answers;
mod batches;
mod edges;
mod framing;
mod lengths;
mod metadata;
mod pages;
mod refusals;
mod versions;

use serde_json::{Value, json};

use crate::harness::{Request, Server};

fn server() -> Server {
    Server::ephemeral(&["--people", "8"])
}

/// A new skill of the signed-in person.
fn skill(server: &Server, body: &Value) -> Value {
    server.ada("POST", "/beta/me/profile/skills").json(body).send().expect(201).json()
}

/// The path of a new skill of the signed-in person.
fn skill_path(server: &Server) -> String {
    let made = skill(server, &json!({ "displayName": "Falconry" }));
    format!("/beta/me/profile/skills/{}", made["id"].as_str().unwrap())
}

/// Status and code.
#[track_caller]
fn assert_refused(request: Request, status: u16, code: &str) {
    let reply = request.send();
    let said = String::from_utf8_lossy(&reply.body).into_owned();
    assert_eq!((reply.status, reply.code().as_str()), (status, code), "{said}");
}
