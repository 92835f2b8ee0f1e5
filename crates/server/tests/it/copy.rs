//! `vitae copy`: an organization moves from a file to a database and back, while its server runs; what ends a copy
//! before its time; and what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use store::testing::{Engine, Place};
use tempfile::TempDir;

use crate::harness::{Ended, Reply, Request, Server, laid_out, run, statements, vitae};
use crate::shared::{ADA, GRACE, command, settle, started, token_with};

const LEAVER: &str = "cccccccc-cccc-4ccc-8ccc-cccccccccccc";

/// An organization with a directory of its own.
struct Organization {
    place: TempDir,
}

impl Organization {
    fn new() -> Organization {
        let place = tempfile::tempdir().expect("a directory for the story");
        settle(place.path(), "sqlite");
        Organization { place }
    }

    fn path(&self) -> &Path {
        self.place.path()
    }

    /// A server over that store.
    fn serve(&self, store: &str) -> Server {
        settle(self.path(), store);
        started(self.path(), 0)
    }

    fn copy(&self, from: &str, to: &str) -> Ended {
        run(vitae().args(["copy", "--from", from, "--to", to]).current_dir(self.path()))
    }

    /// The settings of the server that ran last, and its data, are sound.
    fn check(&self) {
        let ended = command(self.path(), &["check"]);
        assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    }
}

fn ask(server: &Server, who: &str, method: &str, target: &str) -> Request {
    let request = Request::new(server.address(), method, target);
    request.host(Some("people.example")).token(&token_with(who, &["hr"]))
}

fn get(server: &Server, target: &str) -> Reply {
    ask(server, ADA, "GET", target).send()
}

fn new_item(server: &Server, who: &str, collection: &str, body: &Value) -> Value {
    let request = ask(server, who, "POST", &format!("/beta/me/profile/{collection}")).json(body);
    request.send().expect(201).json()
}

/// People with items that were made, changed and removed, one of whom is gone again.
fn inhabit(server: &Server) {
    for who in [ADA, GRACE, LEAVER] {
        for number in 0..3 {
            new_item(server, who, "skills", &json!({ "displayName": format!("Skill {number}") }));
        }
        let gone = new_item(server, who, "skills", &json!({ "displayName": "gone" }));
        new_item(
            server,
            who,
            "notes",
            &json!({ "detail": { "contentType": "text", "content": "A note, \u{fc}ber alles" } }),
        );
        let target = format!("/beta/me/profile/skills/{}", gone["id"].as_str().unwrap());
        ask(server, who, "PATCH", &target).json(&json!({ "proficiency": "expert" })).send().expect(200);
        ask(server, who, "DELETE", &target).send().expect(204);
    }
    ask(server, ADA, "DELETE", &format!("/beta/users/{LEAVER}")).send().expect(204);
}

/// What is read: status, tag and body of each answer.
fn answers(server: &Server) -> Vec<(String, u16, Option<String>, String)> {
    let mut targets = vec![
        "/beta/me".to_owned(),
        "/beta/me/profile".to_owned(),
        "/beta/me/profile/skills?$top=2".to_owned(),
        "/beta/me/profile/skills?$count=true&$orderby=displayName%20desc".to_owned(),
        "/beta/me/profile/notes".to_owned(),
        "/beta/users?$count=true".to_owned(),
        format!("/beta/users/{GRACE}@fjord.example"),
        format!("/beta/users/{GRACE}/profile"),
        format!("/beta/users/{LEAVER}"),
        format!("/beta/users/{LEAVER}@fjord.example"),
        "/beta/users?$filter=startswith(displayName,'b')".to_owned(),
    ];
    let skills = get(server, "/beta/me/profile/skills").expect(200).json();
    let ids = skills["value"].as_array().unwrap().iter().map(|skill| skill["id"].as_str().unwrap());
    targets.extend(ids.map(|id| format!("/beta/me/profile/skills/{id}")));
    let read = |target: &String| {
        let reply = get(server, target);
        (target.clone(), reply.status, reply.header("etag").map(str::to_owned), without_ids(&reply))
    };
    targets.iter().map(read).collect()
}

/// The body; that of an error without the id and the time of the request.
fn without_ids(reply: &Reply) -> String {
    if reply.status < 400 { reply.text() } else { format!("{} {}", reply.code(), reply.message()) }
}

/// The rest of a list whose first page was read elsewhere.
fn next_page(server: &Server, first: &str) -> Vec<u8> {
    let first: Value = serde_json::from_str(first).unwrap();
    let next = first["@odata.nextLink"].as_str().unwrap().strip_prefix("https://people.example").unwrap();
    get(server, next).expect(200).body
}

fn stopped(server: Server) {
    assert_eq!(server.terminate().0.code(), Some(0));
}

#[test]
fn there_and_back_nothing_is_changed() {
    let (organization, database) = (Organization::new(), laid_out());
    let server = organization.serve("sqlite");
    inhabit(&server);
    let before = answers(&server);
    let missing = before.iter().filter(|(_, status, ..)| *status != 200);
    assert!(missing.clone().all(|(target, ..)| target.contains(LEAVER)) && missing.count() == 2, "{before:?}");
    let rest = next_page(&server, &before[2].3);
    stopped(server);

    let there = organization.copy("sqlite:vitae-data", &database.url);
    assert_eq!(there.code, 0, "{}{}", there.stdout, there.stderr);
    assert!(there.stdout.contains("` holds all that `sqlite:vitae-data` does: "), "{}", there.stdout);
    let server = organization.serve(&database.url);
    organization.check();
    assert_eq!(answers(&server), before);
    assert_eq!(next_page(&server, &before[2].3), rest);
    new_item(&server, GRACE, "skills", &json!({ "displayName": "Learnt there" }));
    let before = answers(&server);
    stopped(server);

    let back = ["copy", "--from", &database.url, "--to", "sqlite:back", "--stopped"];
    let back = run(vitae().args(back).current_dir(organization.path()));
    assert_eq!(back.code, 0, "{}{}", back.stdout, back.stderr);
    fs::rename(organization.path().join("vitae-data"), organization.path().join("before")).unwrap();
    fs::rename(organization.path().join("back"), organization.path().join("vitae-data")).unwrap();
    let server = organization.serve("sqlite");
    organization.check();
    assert_eq!(answers(&server), before);
    assert_eq!(next_page(&server, &before[2].3), rest);
    stopped(server);
    organization.check();

    // The database has not seen what was done since, and is brought up to date; the first directory holds nothing of
    // it.
    let again = organization.copy("sqlite:vitae-data", &database.url);
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    let refused = organization.copy("sqlite:before", &database.url);
    assert_eq!(refused.code, 1);
    assert!(refused.stdout.contains(&format!("User {GRACE} of tenant")), "{}", refused.stdout);
    assert!(refused.stderr.contains("holds what is not from this source"), "{}", refused.stderr);
    let server = organization.serve(&database.url);
    organization.check();
    assert_eq!(answers(&server), before);
}

/// How many partitions a copy says it has brought over.
fn brought(ended: &Ended) -> u64 {
    let line =
        ended.stdout.lines().find_map(|line| line.strip_prefix("copied and compared ")).expect("a line of figures");
    line.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn what_changes_meanwhile_comes_with_the_next_pass() {
    let (organization, database) = (Organization::new(), laid_out());
    let server = organization.serve("sqlite");
    inhabit(&server);
    let first = organization.copy("sqlite:vitae-data", &database.url);
    assert_eq!(first.code, 3, "{}{}", first.stdout, first.stderr);
    assert!(first.stdout.contains("stop it, and run the same again to finish"), "{}", first.stdout);

    // Until then nobody starts over it.
    settle(organization.path(), &database.url);
    let refused = command(organization.path(), &["serve"]);
    assert!(refused.code == 1 && refused.stderr.contains("begun and not finished"), "{}", refused.stderr);
    let unsound = command(organization.path(), &["check"]);
    assert!(unsound.code == 3 && unsound.stdout.contains("begun and not finished"), "{}", unsound.stdout);
    assert!(unsound.stdout.contains("to mend: finish the copy"), "{}", unsound.stdout);

    new_item(&server, GRACE, "skills", &json!({ "displayName": "Late" }));
    let before = answers(&server);
    stopped(server);
    let last = organization.copy("sqlite:vitae-data", &database.url);
    assert_eq!(last.code, 0, "{}{}", last.stdout, last.stderr);
    // Grace, what the server wrote at its end, and who is gone, which is compared once more.
    assert!((2..=brought(&first)).contains(&brought(&last)), "{} {}", first.stdout, last.stdout);
    let server = organization.serve(&database.url);
    organization.check();
    assert_eq!(answers(&server), before);
}

/// The data of a development server with so many people.
fn people(place: &Path, count: usize) -> PathBuf {
    let (data, ready) = (place.join(format!("people{count}")), place.join("ready.env"));
    let mut command = vitae();
    command
        .args(["dev", "--port", "0", "--people", &count.to_string(), "--data"])
        .arg(&data)
        .arg("--ready-file")
        .arg(&ready);
    stopped(Server::start(command, "ready", &ready));
    data
}

fn source(data: &Path) -> String {
    format!("sqlite:{}", data.display())
}

/// A copy into a database that is slow, once so many partitions are there.
fn under_way(data: &Path, url: &str, partitions: usize) -> Child {
    let mut command = vitae();
    command.args(["copy", "--from", &source(data), "--to", url]);
    let child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let there = format!("SELECT 1 / (count(*) / {partitions}) FROM partition WHERE live");
    while !statements(url, &there) {
        std::thread::park_timeout(Duration::from_millis(20));
    }
    child
}

fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().expect("the command ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is text");
    Ended { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Makes each partition take a while.
const SLOW: &str =
    "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$;
    CREATE TRIGGER dawdle BEFORE INSERT OR UPDATE ON partition FOR EACH ROW EXECUTE FUNCTION dawdle()";

fn data_is_sound(data: &Path) {
    let check = run(vitae().args(["check", "--data"]).arg(data));
    assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
}

#[test]
fn what_was_cut_short_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let data = people(place.path(), 40);
    let engine = Engine::start().unwrap();
    let database = laid_out_on(&engine);
    assert!(statements(&database.url, SLOW));

    // Asked to stop.
    let child = under_way(&data, &database.url, 4);
    assert!(run(std::process::Command::new("kill").arg("-INT").arg(child.id().to_string())).code == 0);
    let stopped = ended(child);
    assert!(stopped.code == 1 && stopped.stderr.contains("stopped; run the same again to go on"), "{}", stopped.stderr);
    // Killed.
    let mut child = under_way(&data, &database.url, 12);
    child.kill().unwrap();
    let killed = ended(child);
    assert_eq!((killed.code, killed.stdout.as_str()), (-1, ""), "{}", killed.stderr);
    // Its engine gone for a moment.
    let child = under_way(&data, &database.url, 20);
    engine.kill().unwrap();
    engine.restart().unwrap();
    assert!(statements(&database.url, "DROP TRIGGER dawdle ON partition"));
    let survived = ended(child);
    assert_eq!(survived.code, 0, "{}{}", survived.stdout, survived.stderr);
    assert!(brought(&survived) < 40, "{}", survived.stdout);

    let back = place.path().join("back");
    let home = run(vitae().args(["copy", "--stopped", "--from", &database.url, "--to", &source(&back)]));
    assert_eq!(home.code, 0, "{}{}", home.stdout, home.stderr);
    data_is_sound(&back);
    let none = run(vitae().args(["copy", "--from", &source(&data), "--to", &source(&back)]));
    assert_eq!((none.code, brought(&none)), (0, 0), "{}{}", none.stdout, none.stderr);
}

fn laid_out_on(engine: &Engine) -> Place {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = runtime.block_on(Place::on(&engine.url())).unwrap();
    let migrated = run(vitae().arg("migrate").env("VITAE_STORE", &place.url));
    assert_eq!(migrated.code, 0, "{}", migrated.stderr);
    place
}

#[test]
fn others_are_left_alone() {
    let place = tempfile::tempdir().unwrap();
    let (own, other) = (people(place.path(), 3), people(place.path(), 4));
    // Made from the same seed, they are of the same ids, but not the same people.
    let before = fs::read(other.join("vitae.db")).unwrap();
    let refused = run(vitae().args(["copy", "--from", &source(&own), "--to", &source(&other)]));
    assert_eq!(refused.code, 1, "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stdout.contains("another history"), "{}", refused.stdout);
    assert!(refused.stderr.contains("nothing of that was changed"), "{}", refused.stderr);
    assert!(fs::read(other.join("vitae.db")).unwrap() == before);
    data_is_sound(&other);
    // Whose they are stands beside the store.
    let copy = place.path().join("copy");
    assert_eq!(run(vitae().args(["copy", "--from", &source(&own), "--to", &source(&copy)])).code, 0);
    let refused = run(vitae().args(["dev", "--port", "0", "--data"]).arg(&copy));
    assert!(refused.code == 1 && refused.stderr.contains("lacks `dev.json`"), "{}", refused.stderr);
    // Of a service.
    let organization = Organization::new();
    stopped(organization.serve("sqlite"));
    for (from, to) in [(source(&own), "sqlite:vitae-data".to_owned()), ("sqlite:vitae-data".to_owned(), source(&own))] {
        let refused = organization.copy(&from, &to);
        assert!(refused.code == 1 && refused.stderr.contains("name another store"), "{}", refused.stderr);
    }
}

#[test]
fn what_is_asked_wrongly_is_explained() {
    let organization = Organization::new();
    let empty = crate::harness::database();
    let server = organization.serve("sqlite");
    let pid = server.pid();
    let lost = "postgres://vitae:geheim@127.0.0.1:1/people";
    let table = [
        (["/var/lib/vitae", lost], 2, "expected \"sqlite:\" with a data directory, or an address".to_owned()),
        (["sqlite:vitae-data", "mysql://db"], 2, "expected \"sqlite:\" with a data directory".to_owned()),
        (
            ["postgres://vitae:geheim@db/x?sslmode=soft", "sqlite:a"],
            2,
            "--from: found `postgres://vitae:***@db".to_owned(),
        ),
        (["host=db password=geheim", "sqlite:a"], 2, "found `host=db password=***`".to_owned()),
        (["sqlite:a", "sqlite:a"], 2, "--from and --to are both `sqlite:a`".to_owned()),
        (["sqlite:nowhere", lost], 1, "there is no data in `nowhere`".to_owned()),
        (["sqlite:vitae-data/vitae.db", lost], 2, "is a file; expected the data directory".to_owned()),
        (["sqlite:vitae-data", lost], 1, "cannot open `postgres://vitae:***@127.0.0.1:1/people`".to_owned()),
        (["sqlite:vitae-data", &empty.url], 1, "`vitae migrate` lays them out".to_owned()),
        ([&laid_out().url, "sqlite:vitae-data"], 1, format!("is in use by process {pid}")),
    ];
    for ([from, to], code, expected) in table {
        let ended = organization.copy(from, to);
        assert_eq!(ended.code, code, "{from} {to}: {}", ended.stderr);
        assert!(ended.stderr.contains(&expected) && !ended.stderr.contains("geheim"), "{from} {to}: {}", ended.stderr);
    }
    let copy = |args: &[&str]| run(vitae().arg("copy").args(args).current_dir(organization.path()));
    let running = copy(&["--from", "sqlite:vitae-data", "--to", "sqlite:b", "--stopped"]);
    assert!(running.code == 1 && running.stderr.contains(&format!("process {pid}")), "{}", running.stderr);
    let missing = copy(&["--from", "sqlite:vitae-data"]);
    assert!(
        missing.code == 2 && missing.stderr.contains("no --to; expected --to STORE, or VITAE_COPY_TO"),
        "{}",
        missing.stderr
    );
    let mut named = vitae();
    named.arg("copy").env("VITAE_COPY_FROM", "sqlite:vitae-data").env("VITAE_COPY_TO", "sqlite:b");
    let named = run(named.current_dir(organization.path()));
    assert_eq!(named.code, 3, "{}", named.stderr);
}
