//! Several servers over one database: `vitae serve` twice, `vitae migrate`, and an engine that goes away.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use store::testing::{Engine, Place, Proxy, Replicas};
use tempfile::TempDir;

use crate::harness::{Ended, Reply, Request, Server, Signer, database, ec, run, vitae};

const TENANT: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const ADA: &str = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
pub(crate) const GRACE: &str = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";

/// Servers over one database, with an issuer whose people are let in when they come.
struct World {
    servers: Vec<Server>,
    place: TempDir,
    _database: Option<Place>,
}

impl World {
    fn new(servers: usize) -> World {
        let database = database();
        let layout: &[&str] = if database.is_distributed() { &["migrate", "--distributed"] } else { &["migrate"] };
        let mut world = World::laid_out(&database.url, servers, layout);
        world._database = Some(database);
        world
    }

    fn over(url: &str, servers: usize) -> World {
        World::laid_out(url, servers, &["migrate"])
    }

    fn laid_out(url: &str, servers: usize, layout: &[&str]) -> World {
        let place = tempfile::tempdir().expect("a directory for the story");
        settle(place.path(), url);
        let ended = command(place.path(), layout);
        // What else is said is about the database, which may be anybody's.
        let is_told = ended.stdout.lines().any(|line| line == "laid out version 1");
        assert!(ended.code == 0 && is_told, "{}{}", ended.stdout, ended.stderr);
        let servers = (0..servers).map(|number| started(place.path(), number)).collect();
        World { servers, place, _database: None }
    }

    fn ask(&self, server: usize, who: &str, method: &str, target: &str) -> Request {
        let request = Request::new(self.servers[server].address(), method, target);
        request.host(Some("people.example")).token(&token(who))
    }

    fn get(&self, server: usize, who: &str, target: &str) -> Reply {
        self.ask(server, who, "GET", target).send()
    }

    fn new_skill(&self, server: usize, name: &str) -> Value {
        let skill = json!({ "displayName": name, "allowedAudiences": "organization" });
        self.ask(server, ADA, "POST", "/beta/me/profile/skills").json(&skill).send().expect(201).json()
    }
}

/// Writes the settings of a server over that store.
pub(crate) fn settle(place: &Path, store: &str) {
    let keys = json!({ "keys": [Signer::Ec(7).jwk(ec(7).kid(), json!({}))] });
    fs::write(place.join("keys.json"), keys.to_string()).expect("a file can be written");
    let settings = format!(
        "listen = '127.0.0.1:0'\npublic_url = 'https://people.example'\nstore = '{store}'\ndatabase.timeout_ms = 3000\n\
         [[issuers]]\nname = 'https://login.example'\nkind = 'keycloak'\njwks = 'keys.json'\naudiences = ['vitae']\n\
         algorithms = ['ES256']\ntenant = '{TENANT}'\ncreate_people = true\nroles.people_administrator = ['hr']\n"
    );
    fs::write(place.join("vitae.toml"), settings).expect("a file can be written");
}

pub(crate) fn command(place: &Path, args: &[&str]) -> Ended {
    run(vitae().args(args).args(["--config", "vitae.toml"]).current_dir(place))
}

/// Starts a server with the settings of a place.
pub(crate) fn started(place: &Path, number: usize) -> Server {
    let ready = place.join(format!("ready{number}.env"));
    let mut command = vitae();
    command.args(["serve", "--ready-file"]).arg(&ready).current_dir(place);
    Server::start(command, "vitae", &ready)
}

fn token(who: &str) -> String {
    token_with(who, &[])
}

/// A token of a person who has these roles.
#[expect(clippy::disallowed_methods, reason = "the server's clock is the machine's")]
pub(crate) fn token_with(who: &str, roles: &[&str]) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
    ec(7).sign(&json!({
        "aud": ["account", "vitae"], "iss": "https://login.example", "iat": now, "exp": now + 300, "azp": "web",
        "typ": "Bearer", "sub": who, "preferred_username": format!("{who}@fjord.example"), "name": who,
        "scope": "openid profile User.ReadWrite User.Read.All User.ReadWrite.All", "realm_access": { "roles": roles },
    }))
}

#[test]
fn each_server_answers_with_what_the_other_was_just_told() {
    let world = World::new(2);
    world.get(0, ADA, "/beta/me").expect(200);
    for number in 0..10 {
        let (writing, reading) = (number % 2, (number + 1) % 2);
        let made = world.new_skill(writing, &format!("skill {number}"));
        let target = format!("/beta/me/profile/skills/{}", made["id"].as_str().unwrap());
        let seen = world.get(reading, ADA, &target).expect(200).json();
        assert_eq!(seen["@odata.etag"], made["@odata.etag"]);
        // Changed there, the tag of before is refused here.
        let tag = made["@odata.etag"].as_str().unwrap();
        let change = |server| {
            let change = world.ask(server, ADA, "PATCH", &target).header("if-match", tag);
            change.json(&json!({ "displayName": "changed" })).send()
        };
        change(reading).expect(200);
        change(writing).expect(412);
        world.ask(writing, ADA, "DELETE", &target).send().expect(204);
        world.get(reading, ADA, &target).expect(404);
    }
}

/// How many times the server turns to the database for each of these, when what is asked for is in memory.
fn turns(proxy: &Proxy, world: &World, target: &str, who: &str) -> usize {
    const TIMES: usize = 100;
    (0..8).for_each(|_| _ = world.get(0, who, target).expect(200));
    let before = proxy.sent();
    (0..TIMES).for_each(|_| _ = world.get(0, who, target).expect(200));
    // Beside them the server writes something once in a while.
    (proxy.sent() - before) / TIMES
}

#[test]
fn who_reads_of_their_own_is_looked_for_and_read_by_one_question() {
    let engine = Engine::start().expect("a PostgreSQL");
    let proxy = Proxy::before(engine.port()).expect("a relay");
    let world = World::over(&proxy.url(&engine.url()), 1);
    let made = world.new_skill(0, "own");
    let id = made["id"].as_str().unwrap();
    assert_eq!(turns(&proxy, &world, &format!("/beta/me/profile/skills/{id}"), ADA), 1);
}

#[test]
fn a_narrowed_audience_holds_on_every_server_at_once() {
    let world = World::new(2);
    let made = world.new_skill(0, "open");
    let id = made["id"].as_str().unwrap();
    let (own, others) = (format!("/beta/me/profile/skills/{id}"), format!("/beta/users/{ADA}/profile/skills/{id}"));
    for _ in 0..10 {
        let set = |server, audience: &str| {
            let change = world.ask(server, ADA, "PATCH", &own);
            change.json(&json!({ "allowedAudiences": audience })).send().expect(200);
        };
        world.get(1, GRACE, &others).expect(200);
        set(0, "me");
        world.get(1, GRACE, &others).expect(404);
        set(1, "organization");
        world.get(0, GRACE, &others).expect(200);
    }
}

#[test]
fn a_page_of_one_server_goes_on_at_another() {
    let world = World::new(2);
    for number in 0..3 {
        world.new_skill(number % 2, &number.to_string());
    }
    let first = world.get(0, ADA, "/beta/me/profile/skills?$top=2").expect(200).json();
    assert_eq!(first["value"].as_array().unwrap().len(), 2);
    let next = first["@odata.nextLink"].as_str().unwrap().strip_prefix("https://people.example").unwrap();
    let rest = world.get(1, ADA, next).expect(200).json();
    assert_eq!(rest["value"].as_array().unwrap().len(), 1);
}

#[test]
fn a_key_is_known_on_every_server() {
    let world = World::new(2);
    world.get(0, ADA, "/beta/me").expect(200);
    let made = |server: usize, key: &str| {
        let request = world.ask(server, ADA, "POST", "/beta/me/profile/skills").header("idempotency-key", key);
        request.json(&json!({ "displayName": "Rust" })).send().expect(201).json()["id"].to_string()
    };
    for round in 0..5 {
        let key = round.to_string();
        let ids: BTreeSet<String> = thread::scope(|scope| {
            let clients: Vec<_> = (0..8)
                .map(|client| {
                    scope.spawn({
                        let (made, key) = (&made, &key);
                        move || made(client % 2, key)
                    })
                })
                .collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        assert_eq!(ids.len(), 1, "{ids:?}");
        assert_eq!(BTreeSet::from([made(0, &key), made(1, &key)]), ids);
    }
    let skills = world.get(0, ADA, "/beta/me/profile/skills").expect(200).json();
    assert_eq!(skills["value"].as_array().unwrap().len(), 5);
}

#[test]
fn an_absent_engine_is_a_503_until_it_is_back() {
    let engine = Engine::start().unwrap();
    let world = World::over(&engine.url(), 1);
    world.new_skill(0, "kept");
    let health = |path: &str| Request::new(world.servers[0].address(), "GET", path).send();
    health("/readyz").expect(200);
    engine.kill().unwrap();
    for _ in 0..3 {
        let refused = world.get(0, ADA, "/beta/me/profile/skills").expect(503);
        assert_eq!(refused.header("retry-after"), Some("1"));
        let change = world.ask(0, ADA, "POST", "/beta/me/profile/skills").json(&json!({ "displayName": "lost" }));
        assert_eq!(change.send().expect(503).header("retry-after"), Some("1"));
        health("/readyz").expect(503);
        health("/healthz").expect(200);
    }
    engine.restart().unwrap();
    while health("/readyz").status != 200 {
        std::thread::park_timeout(Duration::from_millis(20));
    }
    let skills = world.get(0, ADA, "/beta/me/profile/skills").expect(200).json();
    assert_eq!(skills["value"].as_array().unwrap().len(), 1, "{skills}");
    let log = world.servers[0].log();
    assert!(log.contains("the database fails requests"), "{log}");
}

#[test]
fn commands_know_databases() {
    let world = World::new(1);
    world.new_skill(0, "kept");
    let place = world.place.path();
    let again = command(place, &["migrate"]);
    let first = again.stdout.lines().next();
    assert_eq!((again.code, first), (0, Some("the layout is at version 1, as before")), "{}", again.stderr);
    let check = command(place, &["check"]);
    assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
    let url = url(place);
    let user = user(&url);
    assert!(check.stdout.contains(&format!("the data in `postgres://{user}@")), "{}", check.stdout);
    let dev = run(vitae().args(["dev", "--port", "0", "--data", "dev", "--store"]).arg(&url).current_dir(place));
    assert!(dev.code == 1 && dev.stderr.contains("is of `vitae serve`"), "{}", dev.stderr);
    let text = fs::read_to_string(place.join("vitae.toml"))
        .unwrap()
        .replace(&format!("//{user}@"), &format!("//{user}:geheim@"));
    fs::write(place.join("vitae.toml"), &text).unwrap();
    let shown = command(place, &["serve", "--print-config"]);
    assert!(
        shown.stdout.contains(&format!("store = \"postgres://{user}:***@")) && !shown.stdout.contains("geheim"),
        "{}",
        shown.stdout
    );
    let host = url.split(['@', '/']).nth(3).unwrap();
    fs::write(place.join("vitae.toml"), text.replace(&format!("@{host}/"), "@127.0.0.1:1/")).unwrap();
    for args in [&["check"][..], &["migrate"], &["serve"]] {
        let ended = command(place, args);
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(
            ended.code != 0 && said.contains(&format!("{user}:***@")) && !said.contains("geheim"),
            "{args:?}: {said}"
        );
    }
}

#[test]
fn check_tells_what_no_service_goes_on_with() {
    let world = World::new(1);
    let (place, theirs) = (world.place.path(), database());
    Server::in_place(place, &["--people", "1", "--store", &theirs.url]).terminate();
    let text = fs::read_to_string(place.join("vitae.toml")).unwrap();
    fs::write(place.join("vitae.toml"), text.replace(&url(place), &theirs.url)).unwrap();
    for (args, code) in [(&["check"][..], 3), (&["serve"], 1)] {
        let ended = command(place, args);
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(ended.code == code && said.contains("is of `vitae dev`"), "{args:?}: {} {said}", ended.code);
    }
}

/// Who connects to it.
fn user(url: &str) -> String {
    url.split(['/', '@']).nth(2).unwrap().to_owned()
}

/// The database that the settings name.
fn url(place: &Path) -> String {
    let text = fs::read_to_string(place.join("vitae.toml")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("store = '")).unwrap();
    line.trim_end_matches('\'').to_owned()
}

#[test]
fn a_standby_that_took_over_is_found_by_servers_and_commands() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut replicas = runtime.block_on(Replicas::start(true)).unwrap();
    let world = World::over(&replicas.url(), 2);
    world.new_skill(0, "kept");
    replicas.primary.kill().unwrap();
    world.get(0, ADA, "/beta/me/profile/skills").expect(503);
    let _old = replicas.promote().unwrap();
    for server in 0..2 {
        let ready = || Request::new(world.servers[server].address(), "GET", "/readyz").send().status == 200;
        while !ready() {
            std::thread::park_timeout(Duration::from_millis(20));
        }
        world.new_skill(server, &format!("of {server}"));
    }
    let skills = world.get(0, ADA, "/beta/me/profile/skills").expect(200).json();
    assert_eq!(skills["value"].as_array().unwrap().len(), 3, "{skills}");
    let place = world.place.path();
    let mut said = String::new();
    for (args, code) in [(&["migrate"][..], 0), (&["check"], 0), (&["serve", "--print-config"], 0)] {
        let ended = command(place, args);
        said = format!("{}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.code, code, "{args:?}: {said}");
    }
    assert!(said.contains(&format!("store = \"{}\"", replicas.url())), "{said}");
    let copied =
        run(vitae().args(["copy", "--stopped", "--from", &replicas.url(), "--to", "sqlite:home"]).current_dir(place));
    assert_eq!(copied.code, 0, "{}{}", copied.stdout, copied.stderr);
    let text = fs::read_to_string(place.join("vitae.toml")).unwrap();
    fs::write(place.join("vitae.toml"), text.replace("read-write", "standby")).unwrap();
    let refused = command(place, &["check"]);
    assert!(refused.code == 3 && refused.stdout.contains("servers write"), "{}{}", refused.stdout, refused.stderr);
}
