//! `vitae serve` and its settings.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::{Ended, Request, Server, run, vitae};

const TENANT: &str = "11111111-1111-4111-8111-111111111111";

/// A place with settings and the key file of an issuer.
fn place(settings: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    // The keys of a development server serve as those of an organization's issuer.
    let dev = Server::ephemeral(&["--people", "1"]);
    fs::write(place.path().join("keys.json"), dev.anyone("GET", "/.well-known/jwks.json").send().body).unwrap();
    fs::write(place.path().join("vitae.toml"), settings).unwrap();
    place
}

fn issuer() -> String {
    format!(
        "[[issuers]]\nname = 'https://login.example'\naudiences = ['api://vitae']\nalgorithms = ['ES256']\ntenant = '{TENANT}'\njwks = 'keys.json'\n"
    )
}

fn serve(place: &Path, args: &[&str]) -> Ended {
    run(vitae().arg("serve").args(args).current_dir(place))
}

#[test]
fn an_unknown_key_stops_it_with_line_and_nearest_key() {
    let place = place(&format!("public_url = 'https://people.example'\n\nlistn = '127.0.0.1:0'\n{}", issuer()));
    let ended = serve(place.path(), &["--config", "vitae.toml"]);
    assert_eq!(ended.code, 2);
    assert_eq!(ended.stderr, "vitae: vitae.toml:3: no setting is called `listn`; did you mean `listen`?\n");
    assert!(!place.path().join("vitae-data").exists(), "nothing is touched");
}

#[test]
fn unsafe_settings_stop_it() {
    let place = place("listen = '0.0.0.0:0'\n");
    let ended = serve(place.path(), &[]);
    assert_eq!(ended.code, 2);
    for part in [
        "vitae.toml:1: `listen` takes tokens in clear text",
        "no token issuer",
        "no `public_url` and no `allowed_hosts`",
    ] {
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    }
    assert_eq!(serve(place.path(), &["--config", "absent.toml"]).code, 2);
}

#[test]
fn print_config_says_where_each_value_came_from() {
    let place = place(&format!("public_url = 'https://people.example'\nlog.level = 'warn'\n{}", issuer()));
    let ended = run(vitae()
        .args(["serve", "--print-config"])
        .envs([("VITAE_PAGES_SIZE", "50"), ("VITAE_QUERY_NODES", "300")])
        .current_dir(place.path()));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for line in [
        "listen = \"127.0.0.1:8080\"  # default",
        "public_url = \"https://people.example\"  # vitae.toml:1",
        "log.level = \"warn\"  # vitae.toml:2",
        "pages.size = 50  # VITAE_PAGES_SIZE",
        "query.nodes = 300  # VITAE_QUERY_NODES",
        "query.depth = 100  # default",
        "issuers[0].jwks = \"keys.json\"  # vitae.toml:8",
    ] {
        assert!(ended.stdout.lines().any(|printed| printed == line), "{line}\n{}", ended.stdout);
    }
}

fn started(place: &Path) -> Server {
    let ready = place.join("ready.env");
    let mut command = vitae();
    command.args(["serve", "--ready-file"]).arg(&ready).current_dir(place);
    Server::start(command, "vitae", &ready)
}

#[test]
fn it_serves_under_its_own_name_and_ends_when_asked() {
    let settings = format!(
        "listen = '127.0.0.1:0'\npublic_url = 'https://people.example'\ntrusted_proxies = ['127.0.0.1']\ncors_origins = ['https://app.example']\n{}",
        issuer()
    );
    let place = place(&settings);
    let server = started(place.path());
    let ask = |target: &str| Request::new(server.address(), "GET", target);
    ask("/readyz").send().expect(200);
    ask("/beta/me").send().expect(400);
    let named = ask("/beta/me").host(Some("people.example")).header("origin", "https://app.example").send().expect(401);
    assert_eq!(named.header("strict-transport-security"), Some("max-age=31536000"));
    assert_eq!(named.header("access-control-allow-origin"), Some("https://app.example"));
    assert!(named.header("www-authenticate").unwrap().contains("authorization_uri=\"https://login.example\""));
    assert_eq!(named.header("server-timing"), None);
    ask("/beta/me").header("x-forwarded-host", "people.example").send().expect(401);
    // No hooks, no development issuer.
    ask("/dev/journal").host(Some("people.example")).send().expect(404);
    let code: Value = ask("/.well-known/jwks.json").host(Some("people.example")).send().expect(404).json();
    assert_eq!(code["error"]["code"], "Request_ResourceNotFound");
    assert_eq!(serve(place.path(), &[]).code, 1, "the directory is locked");
    let (status, _) = server.terminate();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn development_and_service_do_not_share_a_directory() {
    let place =
        place(&format!("listen = '127.0.0.1:0'\ndata = 'data'\npublic_url = 'https://people.example'\n{}", issuer()));
    started(place.path()).terminate();
    let dev = run(vitae().args(["dev", "--port", "0", "--data", "data", "--people", "1"]).current_dir(place.path()));
    assert_eq!(dev.code, 1, "{}", dev.stderr);
}

/// Settings, and what is found in them with the exit code; none when they are sound.
#[test]
fn check_looks_through_settings_and_says_how_to_mend_them() {
    let place = place("");
    let base = format!("public_url = 'https://people.example'\n{}", issuer());
    let check = |settings: &str, args: &[&str]| {
        fs::write(place.path().join("vitae.toml"), settings).unwrap();
        let ended = run(vitae().args(["check", "--config", "vitae.toml"]).args(args).current_dir(place.path()));
        (ended.code, format!("{}{}", ended.stdout, ended.stderr))
    };
    fs::write(place.path().join("file"), "").unwrap();
    fs::write(place.path().join("broken.json"), "{").unwrap();
    for (settings, findings) in [
        (base.clone(), &[][..]),
        (
            format!("listn = '127.0.0.1:1'\n{base}"),
            &["vitae.toml:1: no setting is called `listn`; did you mean `listen`?"],
        ),
        (format!("listen = 'here'\n{base}"), &["vitae.toml:1: `listen` is an address and port such as"]),
        (format!("data = 'file/data'\n{base}"), &["`file` is no directory; set `data`"]),
        (base.replace("keys.json", "gone.json"), &["vitae.toml:2: this issuer has no keys: cannot read `gone.json`"]),
        (base.replace("keys.json", "broken.json"), &["has no keys: `broken.json` is "]),
        (
            "listen = '0.0.0.0:1'\npages.size = 0\n".to_owned(),
            &[
                "vitae.toml:1: `listen` takes tokens in clear text",
                "`pages.size` is a number from 1",
                "no token issuer",
            ],
        ),
        ("listen =".to_owned(), &["vitae.toml:1: not TOML"]),
    ] {
        let (code, said) = check(&settings, &[]);
        assert_eq!(code, if findings.is_empty() { 0 } else { 3 }, "{settings}{said}");
        for finding in findings {
            assert!(said.contains(finding), "{finding}\n{said}");
        }
        assert!(!place.path().join("vitae-data").exists(), "nothing is touched");
    }
    assert_eq!(check(&base, &["--json"]), (0, "{\"findings\":[],\"sound\":true}\n".to_owned()));
    let absent = run(vitae().args(["check", "--config", "absent.toml"]).current_dir(place.path()));
    assert_eq!(absent.code, 2, "{}", absent.stderr);

    let settings = format!("listen = '127.0.0.1:0'\ndata = 'data'\n{base}");
    fs::write(place.path().join("vitae.toml"), &settings).unwrap();
    let server = started(place.path());
    // Without a certificate to look at it means nothing.
    server.signal("HUP");
    assert_eq!(check(&settings, &[]).0, 0, "beside a running server");
    assert!(server.terminate().0.success());
    fs::write(place.path().join("data/vitae.db"), "no store ".repeat(64)).unwrap();
    let (code, said) = check(&settings, &[]);
    assert!(code == 3 && said.contains("to mend: stop the server"), "{said}");
    fs::create_dir(place.path().join("dev")).unwrap();
    drop(Server::in_place(&place.path().join("dev"), &["--people", "1"]));
    let (code, said) = check(&settings.replace("'data'", "'dev/data'"), &[]);
    assert!(code == 3 && said.contains("was made by `vitae dev`"), "{said}");
}

#[test]
fn limits_are_told_with_their_settings() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("vitae.toml");
    let settings = "listen = '0.0.0.0:443'\n[pages]\nsize = 2\nmax = 3\n[batch]\nrequests = 2\nbody_mb = 1\n\
        [query]\nlength = 300\nnodes = 12\ndepth = 6\nlambdas = 1\nitems = 3\nexpands = 0\nexpanded = 0\norder_keys = 1\nsteps = 1000\n";
    fs::write(&file, settings).unwrap();
    let server = Server::ephemeral(&["--people", "300", "--config", file.to_str().unwrap()]);
    let long = "a".repeat(400);
    for (query, setting, most) in [
        ("$filter=a eq 1 or a eq 2 or a eq 3 or a eq 4 or a eq 5 or a eq 6".to_owned(), "query.nodes", "12"),
        ("$filter=((((((((true))))))))".to_owned(), "query.depth", "6"),
        (
            "$filter=profile/skills/any(s:s/categories/any(c:profile/notes/any(n:true)))".to_owned(),
            "query.lambdas",
            "1",
        ),
        ("$filter=displayName in ('a','b','c','d')".to_owned(), "query.items", "3"),
        ("$expand=profile".to_owned(), "query.expands", "0"),
        ("$orderby=displayName,mail".to_owned(), "query.order_keys", "1"),
        ("$filter=contains(displayName,concat(mail,mail))&$count=true".to_owned(), "query.steps", "1000"),
        ("$top=4".to_owned(), "pages.max", "3"),
    ] {
        let reply = server.get(&format!("/beta/users?{}", query.replace(' ', "%20"))).expect(400);
        let message = reply.message();
        assert!(message.contains(&format!("the setting `{setting}`")) && message.contains(most), "{query}: {message}");
    }
    let message = server.get(&format!("/beta/users?$search={long}")).expect(414).message();
    assert!(message.contains("300 bytes") && message.contains("the setting `query.length`"), "{message}");
    assert_eq!(server.get("/beta/users").expect(200).json()["value"].as_array().unwrap().len(), 2);

    let requests: Vec<_> =
        (0..3).map(|id| serde_json::json!({ "id": id.to_string(), "method": "GET", "url": "/me" })).collect();
    let batch = server.ada("POST", "/beta/$batch").json(&serde_json::json!({ "requests": requests })).send();
    assert!(
        batch.expect(400).message().contains("2 requests in the batch, the most that the setting `batch.requests`")
    );
    let large =
        server.ada("POST", "/beta/$batch").header("content-type", "application/json").body(vec![b' '; 1_100_000]);
    assert!(large.send().expect(413).message().contains("the setting `batch.body_mb`"));
}

#[test]
fn development_takes_limits_from_the_environment_first() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("limits.toml"), "pages.max = 50\npages.size = 3\n").unwrap();
    let dev = |variable: (&str, &str)| {
        run(vitae()
            .args(["dev", "--ephemeral", "--port", "0", "--config", "limits.toml"])
            .envs([variable])
            .current_dir(place.path()))
    };
    let ended = dev(("VITAE_PAGES_MAX", "many"));
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (2, "vitae: VITAE_PAGES_MAX: `pages.max` is a whole number, not `many`\n")
    );
    let ended = dev(("VITAE_PAGES_MAX", "2"));
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (2, "vitae: limits.toml:2: `pages.size` is larger than `pages.max`, which is 2\n")
    );
}
