//! What is measured against: Vitae with people in a new data directory, and the bare server with Vitae's own answers.
//!
//! The bare server gets the very bytes that Vitae answered before, so the bodies are equal, not only their sizes.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tempfile::TempDir;

use crate::bare::Route;
use crate::bench::build;
use crate::bench::case::{Case, Work};
use crate::bench::http::{self, Answer};
use crate::bench::load::Load;
use crate::bench::pin::Pins;
use crate::bench::process::Process;
use crate::bench::production::{self, Production};
use crate::failure::{Because, Failure, Outcome};

/// People among whom writing is spread: enough that none gets near the quota of a collection, nor anything like it.
const PEOPLE: &str = "500";

/// What is created, in turn.
const NEW: [(&str, &str); 4] = [
    (
        "skills",
        r#"{"categories":["professional"],"displayName":"API Design","proficiency":"generalProfessional","webUrl":null,"collaborationTags":["ableToMentor"]}"#,
    ),
    (
        "certifications",
        r#"{"certificationId":"KB-1235466333663322","displayName":"Blackbelt in Marketing","issuedDate":"2021-03-04","issuingAuthority":"International Academy","issuingCompany":"International Academy","webUrl":"https://academy.example/blackbelt"}"#,
    ),
    (
        "interests",
        r#"{"categories":["sports"],"displayName":"Chess","description":"World domination, one pawn at a time"}"#,
    ),
    (
        "notes",
        r#"{"displayName":"To do","detail":{"contentType":"text","content":"Call the printer about the cards"}}"#,
    ),
];

/// A server and how to reach it.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// The name under which it is asked.
    pub(crate) host: String,
}

/// Both servers and what to ask them. The folder is last: it goes when they are gone.
pub(crate) struct Scene {
    pub(crate) vitae: Server,
    pub(crate) bare: Server,
    token: String,
    /// The token of whose collection and item are read.
    own_token: String,
    ten: String,
    item: String,
    people: Vec<String>,
    _folder: TempDir,
}

/// A folder on the disk that the build is on: what is under the system's own may be kept in memory, where durable
/// writing costs nothing.
pub(crate) fn folder() -> Outcome<TempDir> {
    let beside = build::sibling("")?;
    tempfile::Builder::new().prefix("bench-").tempdir_in(beside).or_fail("cannot make a folder")
}

impl Server {
    /// A process that answers under that URL.
    pub(crate) fn at(process: Process, url: &str) -> Outcome<Server> {
        let host = url.strip_prefix("http://").ok_or_else(|| Failure::new("a server told no address"))?.to_owned();
        let address = host.parse().or_fail("a server told no address")?;
        Ok(Server { process, address, host })
    }
}

impl Scene {
    /// Starts both and makes the data.
    pub(crate) fn set(program: &Path, pins: &Pins) -> Outcome<Scene> {
        let folder = folder()?;
        let Production { server: vitae, token, owner, own_token } =
            production::start(pins, program, folder.path(), PEOPLE)?;
        let ask = |method, path: &str, body: &str| {
            http::exchange(vitae.address, &http::request(method, path, &vitae.host, &token, body))
        };
        let people = ids(&ask("GET", "/beta/users?$select=id,userPrincipalName&$top=999", "")?.json(200)?)?;
        let ten = format!("/beta/users/{owner}/profile/skills");
        let mut item = String::new();
        for _ in 0..10 {
            let made = id(&ask("POST", &ten, NEW[0].1)?.json(201)?)?;
            item = format!("{ten}/{made}");
        }
        let mut routes = Vec::new();
        for path in [&item, &ten, PROFILE] {
            routes.push(route("GET", path, 200, ask("GET", path, "")?)?);
        }
        let writer = people.first().ok_or_else(|| Failure::new("nobody is there"))?;
        for (collection, body) in NEW {
            let answer = ask("POST", &posted(writer, collection), body)?;
            routes.push(route("POST", &posted("{user}", collection), 201, answer)?);
        }
        let bare = bare(pins, folder.path(), &routes)?;
        Ok(Scene { vitae, bare, token, own_token, ten, item, people, _folder: folder })
    }

    /// The load of a case for one of the servers.
    pub(crate) fn load(&self, case: &Case, server: &Server) -> Load {
        // People read their own; who writes for everybody administers them.
        let is_own = matches!(case.work, Work::Item | Work::Ten | Work::Filtered);
        let token = if is_own { &self.own_token } else { &self.token };
        let request = |method, path: &str, body| http::request(method, path, &server.host, token, body);
        let requests: Arc<[Bytes]> = match case.work {
            Work::Item => [request("GET", &self.item, "")].into(),
            Work::Ten => [request("GET", &self.ten, "")].into(),
            Work::Filtered => [request("GET", &format!("{}?$filter={FILTER}", self.ten), "")].into(),
            Work::Profile => [request("GET", PROFILE, "")].into(),
            Work::Post => {
                let each = NEW.iter().flat_map(|(collection, body)| {
                    self.people.iter().map(move |person| request("POST", &posted(person, collection), body))
                });
                each.collect()
            }
        };
        let status = if case.work == Work::Post { 201 } else { 200 };
        let (address, connections) = (server.address, case.connections);
        Load { address, connections, requests, next: Arc::default(), status, is_restless: true }
    }
}

const PROFILE: &str = "/beta/me/profile";

/// Five operators and a function, true of every item.
const FILTER: &str =
    "displayName%20eq%20'API%20Design'%20and%20(proficiency%20ne%20'expert'%20or%20length(displayName)%20gt%204)";

fn posted(person: &str, collection: &str) -> String {
    format!("/beta/users/{person}/profile/{collection}")
}

fn bare(pins: &Pins, folder: &Path, routes: &[Route]) -> Outcome<Server> {
    let file = folder.join("routes.json");
    std::fs::write(&file, serde_json::to_vec(routes).or_fail("routes")?).or_fail(file.display())?;
    let mut command = pins.server(build::sibling("xtask")?);
    let process = Process::start(command.args(["bare", "--routes"]).arg(&file))?;
    let said = process.ready("ready")?;
    Server::at(process, said.first().map_or("", String::as_str))
}

fn route(method: &str, path: &str, status: u16, answer: Answer) -> Outcome<Route> {
    answer.json(status)?;
    let Answer { content_type, body, .. } = answer;
    Ok(Route { method: method.to_owned(), path: path.to_owned(), status, content_type, body })
}

pub(crate) fn id(entity: &Value) -> Outcome<String> {
    let id = entity.get("id").and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| Failure::new("an answer without id"))
}

/// The ids of all but those whose profiles are read and must stay as they are.
fn ids(people: &Value) -> Outcome<Vec<String>> {
    let people = people.get("value").and_then(Value::as_array).ok_or_else(|| Failure::new("no list of people"))?;
    let others = people.iter().filter(|person| !is_read(person));
    others.map(id).collect()
}

fn is_read(person: &Value) -> bool {
    let name = person.get("userPrincipalName").and_then(Value::as_str);
    name.is_some_and(|name| ["ada@fjord.example", "bench@fjord.example"].contains(&name))
}
