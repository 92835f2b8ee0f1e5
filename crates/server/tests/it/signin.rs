//! The sign-in of a development server: what it publishes, gives and refuses, and that no service has it.
//!
//! That real libraries sign in with it is shown in `clients/signin`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Reply, Request, Server};

const CLIENT: &str = "a0000000-0000-4000-8000-000000000001";
const WEB: &str = "a0000000-0000-4000-8000-000000000002";
const DAEMON: &str = "a0000000-0000-4000-8000-000000000003";
const BACK: &str = "http://localhost:3000/cb";
const VERIFIER: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

struct World {
    server: Server,
    tenant: String,
}

impl World {
    fn new() -> World {
        let server = Server::ephemeral(&["--people", "3", "--clock", "2030-01-01T00:00:00Z"]);
        let tenant = server.ready("VITAE_TENANT_ID").to_owned();
        World { server, tenant }
    }

    fn ask(&self, method: &str, endpoint: &str) -> Request {
        self.server.anyone(method, &format!("/{}/oauth2/v2.0/{endpoint}", self.tenant))
    }

    fn post(&self, endpoint: &str, form: &str) -> Request {
        self.ask("POST", endpoint).header("content-type", "application/x-www-form-urlencoded").body(form)
    }

    fn token(&self, form: &str) -> Reply {
        self.post("token", form).send()
    }

    #[track_caller]
    fn refused(&self, form: &str, error: &str, number: u32) {
        let reply = self.token(form);
        let body = reply.json();
        assert_eq!((body["error"].as_str(), &body["error_codes"]), (Some(error), &json!([number])), "{form}: {body}");
        let text = body["error_description"].as_str().unwrap();
        assert!(text.starts_with(&format!("AADSTS{number}: ")) && text.contains(" Trace ID: "), "{text}");
        assert_eq!(body["timestamp"], text.rsplit_once("Timestamp: ").unwrap().1);
        assert_eq!(reply.status, if error == "invalid_client" { 401 } else { 400 });
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }

    /// A request for a code, with more parameters.
    fn asking(&self, more: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        format!(
            "client_id={CLIENT}&response_type=code&redirect_uri={BACK}&scope=openid%20offline_access%20User.Read&state=s%261\
             &code_challenge={challenge}&code_challenge_method=S256{more}"
        )
    }

    /// What the browser gets when Ada chooses herself.
    fn choose(&self, more: &str) -> Reply {
        self.post("authorize", &format!("{}&vitae_user={}", self.asking(more), self.server.ready("VITAE_USER_ID")))
            .send()
    }

    fn code(&self) -> String {
        answered(&self.choose("").expect(302), "code")
    }

    fn redeemed(&self) -> Value {
        self.token(&redeeming(&self.code())).expect(200).json()
    }
}

fn redeeming(code: &str) -> String {
    format!("grant_type=authorization_code&client_id={CLIENT}&code={code}&redirect_uri={BACK}&code_verifier={VERIFIER}")
}

fn refreshing(answer: &Value) -> String {
    format!("grant_type=refresh_token&client_id={CLIENT}&refresh_token={}", answer["refresh_token"].as_str().unwrap())
}

/// A parameter of the address a browser is sent to.
fn answered(reply: &Reply, name: &str) -> String {
    let address = reply.header("location").expect("the browser is sent somewhere");
    let field = address.split(['?', '&', '#']).find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    field.unwrap_or_else(|| panic!("no {name} in {address}")).to_owned()
}

fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn a_person_signs_in_and_the_token_is_good() {
    let world = World::new();
    let page = world.ask("GET", &format!("authorize?{}", world.asking(""))).send().expect(200);
    let html = page.text();
    assert!(html.contains("For development only") && html.contains("ada@fjord.example"), "{html}");
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    let reply = world.choose("").expect(302);
    assert!(reply.header("location").unwrap().starts_with(&format!("{BACK}?code=")));
    assert_eq!(answered(&reply, "state"), "s%261");
    let answer = world.token(&redeeming(&answered(&reply, "code"))).expect(200).json();
    let token = answer["access_token"].as_str().unwrap();
    world.server.anyone("GET", "/beta/me/profile/skills").token(token).send().expect(200);
    world.server.anyone("PATCH", "/beta/me").token(token).json(&json!({})).send().expect(403);
    world.server.anyone("GET", "/beta/me").token(answer["id_token"].as_str().unwrap()).send().expect(401);
    let told = world.server.anyone("GET", "/oidc/userinfo").token(token).send().expect(200).json();
    assert_eq!((&told["sub"], &told["email"]), (&claims(&answer["id_token"])["sub"], &json!("ada@fjord.example")));
    world.server.anyone("GET", "/oidc/userinfo").send().expect(401);
    world.server.app("GET", "/oidc/userinfo").send().expect(403);
}

#[test]
fn older_libraries_get_an_id_token_by_way_of_the_browser() {
    let world = World::new();
    let choose = |more: &str| {
        let asking = world.asking(more).replace("response_type=code", "response_type=code%20id_token");
        world.post("authorize", &format!("{asking}&vitae_user={}", world.server.ready("VITAE_USER_ID"))).send()
    };
    let reply = choose("&nonce=n").expect(302);
    assert!(reply.header("location").unwrap().starts_with(&format!("{BACK}#code=")));
    let told = json!(answered(&reply, "id_token"));
    let answer = world.token(&redeeming(&answered(&reply, "code"))).expect(200).json();
    assert_eq!((&claims(&told)["nonce"], &claims(&told)["sub"]), (&json!("n"), &claims(&answer["id_token"])["sub"]));
    let header = URL_SAFE_NO_PAD.decode(told.as_str().unwrap().split('.').next().unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&header).unwrap()["alg"], "RS256");
    let page = choose("&nonce=n&response_mode=form_post").expect(200).text();
    assert!(page.contains("name=\"id_token\"") && page.contains("name=\"code\""), "{page}");
    assert_eq!(answered(&choose("").expect(302), "error"), "invalid_request");
}

#[test]
fn what_is_published_is_what_tokens_say_at_every_origin() {
    let world = World::new();
    let port = world.server.address().rsplit_once(':').unwrap().1.to_owned();
    for host in ["127.0.0.1", "localhost"] {
        let origin = format!("http://{host}:{port}");
        let at = |request: Request| request.host(Some(&format!("{host}:{port}"))).send().expect(200).json();
        let discovery =
            |tenant: &str| at(world.server.anyone("GET", &format!("/{tenant}/v2.0/.well-known/openid-configuration")));
        let found = discovery(&world.tenant);
        assert_eq!(found["issuer"], format!("{origin}/{}/v2.0", world.tenant));
        let code = world.code();
        assert_eq!(claims(&at(world.post("token", &redeeming(&code)))["id_token"])["iss"], found["issuer"]);
        for tenant in ["common", "organizations"] {
            let found = discovery(tenant);
            assert_eq!(found["issuer"], format!("{origin}/{{tenantid}}/v2.0"));
            assert_eq!(found["token_endpoint"], format!("{origin}/{tenant}/oauth2/v2.0/token"));
        }
        let keys = found["jwks_uri"].as_str().unwrap().strip_prefix(&origin).unwrap();
        assert_eq!(at(world.server.anyone("GET", keys)), at(world.server.anyone("GET", "/.well-known/jwks.json")));
    }
    let other =
        world.server.anyone("GET", "/11111111-1111-4111-8111-111111111111/v2.0/.well-known/openid-configuration");
    assert_eq!(other.send().expect(400).json()["error_codes"], json!([90_002]));
    let instance = |authority: &str| {
        let path = format!(
            "/common/discovery/instance?api-version=1.1&authorization_endpoint={authority}/oauth2/v2.0/authorize"
        );
        world.server.anyone("GET", &path).send()
    };
    let found =
        instance(world.server.ready("VITAE_AUTHORITY").replace("https://localhost", "https://evil.example").as_str());
    assert_eq!(found.expect(400).json()["error"], "invalid_instance");
    instance(&format!("{}/{}", world.server.ready("VITAE_URL"), world.tenant)).expect(200);
}

#[test]
fn codes_are_good_once_for_one_app() {
    let world = World::new();
    let code = world.code();
    let good = redeeming(&code);
    world.refused(&good.replace(VERIFIER, &VERIFIER.to_lowercase()), "invalid_grant", 501_481);
    world.refused(&good.replace("3000", "3001"), "invalid_grant", 500_112);
    world.refused(&format!("{}&client_secret=vitae-dev-secret", good.replace(CLIENT, WEB)), "invalid_grant", 70_000);
    world.refused(&good.replace(CLIENT, WEB), "invalid_client", 7_000_218);
    world.refused(&good.replace(&code, "x"), "invalid_grant", 70_000);
    world.refused(&format!("{good}&code=x"), "invalid_request", 9_002_313);
    let answer = world.token(&good).expect(200).json();
    world.refused(&good, "invalid_grant", 54_005);
    world.refused(&refreshing(&answer), "invalid_grant", 70_000);
    let late = redeeming(&world.code());
    world.server.anyone("POST", "/dev/clock").json(&json!({ "advance": "10m" })).send().expect(200);
    world.refused(&late, "invalid_grant", 70_008);
}

#[test]
fn refresh_tokens_rotate_and_end_with_the_person() {
    let world = World::new();
    let first = world.redeemed();
    let foreign = refreshing(&first).replace(CLIENT, &format!("{WEB}&client_secret=vitae-dev-secret"));
    world.refused(&foreign, "invalid_grant", 70_000);
    let second = world.token(&refreshing(&first)).expect(200).json();
    world.refused(&refreshing(&first), "invalid_grant", 70_000);
    world.refused(&refreshing(&second), "invalid_grant", 70_000);
    let reset = world.redeemed();
    world.server.anyone("POST", "/dev/reset").send().expect(204);
    world.refused(&refreshing(&reset), "invalid_grant", 70_000);
    let last = world.redeemed();
    let daemon = format!(
        "grant_type=client_credentials&client_id={DAEMON}&client_secret=vitae-dev-secret&scope=https://graph.microsoft.com/.default"
    );
    let app = world.token(&daemon).expect(200).json()["access_token"].as_str().unwrap().to_owned();
    let ada = format!("/beta/users/{}", world.server.ready("VITAE_USER_ID"));
    world.server.anyone("DELETE", &ada).token(&app).send().expect(204);
    world.refused(&refreshing(&last), "invalid_grant", 50_034);
}

#[test]
fn devices_wait_are_let_in_declined_or_too_late() {
    let world = World::new();
    let begin = || world.post("devicecode", &format!("client_id={CLIENT}&scope=User.Read")).send().expect(200).json();
    let poll = |code: &Value| {
        let device = code["device_code"].as_str().unwrap();
        format!("grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id={CLIENT}&device_code={device}")
    };
    let page = |form: String| world.server.anyone("POST", "/devicelogin").body(form).send();
    let shown = |code: &Value| code["user_code"].as_str().unwrap().to_lowercase();
    let (ada, code) = (world.server.ready("VITAE_USER_ID"), begin());
    world.refused(&poll(&code), "authorization_pending", 70_016);
    assert!(page(format!("user_code={}", shown(&code))).expect(200).text().contains("Vitae Demo Client"));
    assert!(page("user_code=XXXX-XXXX".to_owned()).expect(400).text().contains("AADSTS70018"));
    page(format!("user_code={}&vitae_user={ada}", shown(&code))).expect(200);
    world.token(&poll(&code)).expect(200);
    world.refused(&poll(&code), "invalid_grant", 70_000);
    let declined = begin();
    page(format!("user_code={}&vitae_cancel=1", shown(&declined))).expect(200);
    world.refused(&poll(&declined), "authorization_declined", 65_004);
    let late = begin();
    world.server.anyone("POST", "/dev/clock").json(&json!({ "advance": "15m" })).send().expect(200);
    world.refused(&poll(&late), "expired_token", 70_020);
    assert_eq!(page(format!("user_code={}", shown(&late))).status, 400);
}

#[test]
fn doubtful_apps_and_addresses_are_shown_and_never_gone_to() {
    let world = World::new();
    let ask = |form: String| world.ask("GET", &format!("authorize?{form}")).send();
    for (from, to, number) in [
        (CLIENT, "11111111-1111-4111-8111-111111111111", 700_016),
        (BACK, "https://evil.example/cb", 50_011),
        (BACK, "http://localhost.evil.example/", 50_011),
        (CLIENT, DAEMON, 50_011),
    ] {
        let reply = ask(world.asking("").replace(from, to)).expect(400);
        assert_eq!(reply.header("location"), None);
        assert!(reply.text().contains(&format!("AADSTS{number}: ")), "{}", reply.text());
    }
    let evil = ask(world.asking("").replace(CLIENT, "%3Cscript%3Ealert(1)%3C/script%3E")).expect(400).text();
    assert!(!evil.contains("<script") && evil.contains("&lt;script&gt;"), "{evil}");
    let refused = |form: String| {
        let reply = ask(form).expect(302);
        (answered(&reply, "error"), answered(&reply, "state"))
    };
    let told = |error: &str| (error.to_owned(), "s%261".to_owned());
    assert_eq!(refused(world.asking("&prompt=none")), told("login_required"));
    assert_eq!(refused(world.asking("").replace("User.Read", "Mail.Send")), told("invalid_scope"));
    assert_eq!(
        refused(world.asking("").replace("response_type=code", "response_type=token")),
        told("unsupported_response_type")
    );
    let cancelled = world.post("authorize", &world.asking("&vitae_cancel=1")).send().expect(302);
    assert_eq!(answered(&cancelled, "error"), "access_denied");
}

#[test]
fn only_the_page_itself_chooses() {
    let world = World::new();
    let form = format!("{}&vitae_user={}", world.asking(""), world.server.ready("VITAE_USER_ID"));
    let from = |origin: &str| world.post("authorize", &form).header("origin", origin).send();
    from(world.server.ready("VITAE_URL")).expect(302);
    for origin in ["http://localhost:3000", "https://evil.example", "null"] {
        assert_eq!(from(origin).expect(400).header("location"), None, "{origin}");
    }
    // In an address it is no choice, only a parameter.
    world.ask("GET", &format!("authorize?{form}")).send().expect(200);
    world.post("authorize", &format!("{}&vitae_user=nobody@fjord.example", world.asking(""))).send().expect(400);
}

#[test]
fn a_session_spares_the_question_until_it_ends() {
    let world = World::new();
    let cookie = world.choose("").expect(302).header("set-cookie").unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let again =
        |more: &str| world.ask("GET", &format!("authorize?{}{more}", world.asking(""))).header("cookie", cookie).send();
    for more in ["", "&prompt=none", "&prompt=none&login_hint=Ada@Fjord.Example"] {
        answered(&again(more).expect(302), "code");
    }
    assert_eq!(answered(&again("&prompt=none&login_hint=grace@fjord.example"), "error"), "login_required");
    let page = again("&login_hint=grace@fjord.example").expect(200).text();
    assert!(page.contains("expected by the app"), "{page}");
    again("&prompt=select_account").expect(200);
    let leave = |address: &str| {
        let path = format!("logout?post_logout_redirect_uri={address}&state=x");
        world.ask("GET", &path).header("cookie", cookie).send()
    };
    assert_eq!(leave("https://evil.example/").expect(200).header("location"), None);
    assert_eq!(
        leave("http://localhost:3000/bye").expect(302).header("location"),
        Some("http://localhost:3000/bye?state=x")
    );
    assert_eq!(answered(&again("&prompt=none").expect(302), "error"), "login_required");
}

#[test]
fn pages_of_this_machine_redeem_codes() {
    let world = World::new();
    let redeem = |origin: &str, form: &str| world.post("token", form).header("origin", origin).send();
    let reply = redeem("http://localhost:3000", &redeeming(&world.code())).expect(200);
    assert_eq!(reply.header("access-control-allow-origin"), Some("http://localhost:3000"));
    let reply = redeem("https://evil.example", &redeeming(&world.code()));
    assert_eq!(reply.header("access-control-allow-origin"), None);
    let plain = world.asking("").split("&code_challenge").next().unwrap().to_owned();
    let user = world.server.ready("VITAE_USER_ID");
    let code = answered(&world.post("authorize", &format!("{plain}&vitae_user={user}")).send().expect(302), "code");
    let form = redeeming(&code).replace(&format!("&code_verifier={VERIFIER}"), "");
    assert_eq!(redeem("http://localhost:3000", &form).expect(400).json()["error_codes"], json!([9_002_325]));
    world.token(&form).expect(200);
}

#[test]
fn apps_are_told_what_they_asked_wrongly() {
    let world = World::new();
    let daemon = format!("grant_type=client_credentials&client_id={DAEMON}&client_secret=vitae-dev-secret");
    world.refused(&daemon, "invalid_request", 900_144);
    world.refused(&format!("{daemon}&scope=User.Read"), "invalid_scope", 1_002_012);
    world.refused(&format!("{daemon}&scope=https://example.com/.default"), "invalid_resource", 500_011);
    world.refused(
        &format!("grant_type=password&client_id={CLIENT}&username=a&password=b"),
        "unsupported_grant_type",
        70_003,
    );
    let reply = world.ask("GET", "token").send().expect(400);
    assert_eq!(reply.json()["error_codes"], json!([900_561]));
    let id = URL_SAFE_NO_PAD.encode(format!("{DAEMON}:wrong"));
    let form = "grant_type=client_credentials&scope=https://graph.microsoft.com/.default";
    world.post("token", form).header("authorization", &format!("Basic {id}")).send().expect(401);
    // Tests can let it fail, as anything else.
    let wish = json!({ "path": "*/oauth2/v2.0/token", "status": 503 });
    world.server.anyone("POST", "/dev/fail").json(&wish).send().expect(204);
    assert_eq!(world.token(form).status, 503);
}

#[test]
fn tokens_outlive_a_change_of_port() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "2"]);
    let tenant = server.ready("VITAE_TENANT_ID").to_owned();
    let world = World { server, tenant };
    let token = world.redeemed()["access_token"].as_str().unwrap().to_owned();
    world.server.kill();
    let server = Server::in_place(place.path(), &[]);
    server.anyone("GET", "/beta/me").token(&token).send().expect(200);
}
