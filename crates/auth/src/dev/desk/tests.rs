//! What each grant gives and refuses.

mod random;

use super::*;
use crate::dev::{CLIENT, DeviceCode, Stop};
use crate::testing;
use crate::{Authenticator, Scopes};
use serde_json::json;
use std::sync::LazyLock;

const ORIGIN: &str = "https://localhost:8443";
const PUBLIC: &str = "client_id=a0000000-0000-4000-8000-000000000001";
const WEB: &str = "client_id=a0000000-0000-4000-8000-000000000002&client_secret=vitae-dev-secret";
const DAEMON: &str = "client_id=a0000000-0000-4000-8000-000000000003&client_secret=vitae-dev-secret";
const API: &str = "api://a0000000-0000-4000-8000-000000000002/access_as_user";
const BACK: &str = "redirect_uri=http://localhost:3000/cb";
const VERIFIER: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const NOW: i64 = 1_800_000_000;

struct World {
    desk: Desk,
    now: i64,
}

impl World {
    fn new() -> World {
        // One for all: its second key takes a moment to make.
        static ISSUER: LazyLock<DevIssuer> = LazyLock::new(|| DevIssuer::generate(&mut testing::random(1)));
        World { desk: Desk::new(ISSUER.clone(), Uuid::from_u128(1), testing::random(2)), now: NOW }
    }

    fn facts(&self) -> Facts<'static> {
        Facts { origin: ORIGIN, now: self.now }
    }

    fn redeem(&self, form: &str) -> Result<Grant, Fault> {
        self.desk.redeem(&Form::parse(form.as_bytes()).unwrap(), None, false, self.facts())
    }

    /// The answer to a request for a token, for the person it is about.
    fn token(&self, form: &str) -> Result<Value, Fault> {
        let grant = self.redeem(form)?;
        let member = grant.user.map(|id| Member {
            user: TokenUser { id, upn: "ada@fjord.example".into(), name: "Ada".into() },
            roles: Roles::parse("auditor"),
        });
        Ok(self.desk.answer(&grant, member.as_ref(), self.facts()))
    }

    #[track_caller]
    fn refused(&self, form: &str, wrong: Wrong) {
        let answer = self.token(form);
        assert_eq!(answer.clone().map_err(|fault| fault.wrong), Err(wrong), "{form}: {answer:?}");
    }

    /// A code for person 7.
    fn code(&self, more: &str) -> String {
        let form = format!("{more}&response_type=code&{BACK}");
        let request = match Authorization::read(&Form::parse(form.as_bytes()).unwrap(), ORIGIN) {
            Ok(request) => request,
            Err(Stop::Page(fault) | Stop::Reply(_, fault)) => panic!("{fault}"),
        };
        self.desk.authorize(&request, Uuid::from_u128(7), self.now)
    }

    fn challenged(&self) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        self.code(&format!(
            "{PUBLIC}&scope=openid profile offline_access User.Read&nonce=n&code_challenge={challenge}&code_challenge_method=S256"
        ))
    }
}

fn redeeming(code: &str, more: &str) -> String {
    format!("grant_type=authorization_code&{PUBLIC}&{BACK}&code={code}&{more}")
}

fn good(code: &str) -> String {
    redeeming(code, &format!("code_verifier={VERIFIER}"))
}

fn claims(answer: &Value, name: &str) -> Value {
    let token = answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}"));
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[test]
fn a_code_brings_tokens_once() {
    let world = World::new();
    let code = world.challenged();
    let answer = world.token(&good(&code)).unwrap();
    assert_eq!(answer["scope"], "openid profile offline_access User.Read");
    let id = claims(&answer, "id_token");
    for (name, expected) in [
        ("iss", "https://localhost:8443/00000000-0000-0000-0000-000000000001/v2.0"),
        ("aud", "a0000000-0000-4000-8000-000000000001"),
        ("nonce", "n"),
        ("oid", "00000000-0000-0000-0000-000000000007"),
        ("preferred_username", "ada@fjord.example"),
        ("ver", "2.0"),
    ] {
        assert_eq!(id[name], expected, "{name}");
    }
    assert_eq!(id["sub"], claims(&answer, "access_token")["sub"]);
    let info = URL_SAFE_NO_PAD.decode(answer["client_info"].as_str().unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&info).unwrap()["utid"], "00000000-0000-0000-0000-000000000001");
    // The second time it is somebody else who brings it: what came of it the first time is void.
    world.refused(&good(&code), Wrong::Replayed);
    let refresh = answer["refresh_token"].as_str().unwrap();
    world.refused(&format!("grant_type=refresh_token&{PUBLIC}&refresh_token={refresh}"), Wrong::Grant);
}

#[test]
fn access_tokens_are_good_here_and_id_tokens_are_not() {
    let world = World::new();
    let answer = world.token(&good(&world.challenged())).unwrap();
    let authenticator = Authenticator::new(vec![world.desk.issuer.as_issuer().unwrap()], 0).unwrap();
    let admit = |name: &str| {
        let header = format!("Bearer {}", answer[name].as_str().unwrap());
        authenticator.authenticate(Some(header.as_bytes()), NOW + 1)
    };
    let caller = admit("access_token").unwrap();
    assert_eq!((caller.scopes, caller.user_id()), (Scopes::parse("User.Read"), Some(Uuid::from_u128(7))));
    assert_eq!(caller.roles, Roles::parse("auditor"));
    assert!(admit("id_token").is_err());
}

#[test]
fn a_code_is_bound_to_who_asked_for_it() {
    let mut world = World::new();
    let code = world.challenged();
    world.refused(&redeeming(&code, ""), Wrong::Missing);
    world.refused(&redeeming(&code, &format!("code_verifier={}", VERIFIER.to_lowercase())), Wrong::Verifier);
    world.refused(&good(&code).replace("3000", "3001"), Wrong::OtherRedirect);
    world.refused(&good(&code).replace(PUBLIC, WEB), Wrong::Grant);
    world.refused(&good("x"), Wrong::Grant);
    world.refused(&format!("{}&scope=Mail.Send", good(&code)), Wrong::Scope);
    world.now += CODE;
    world.refused(&good(&code), Wrong::Expired);
    world.now -= 1;
    world.token(&good(&code)).unwrap();
}

#[test]
fn pages_need_a_challenge_and_nobody_can_drop_one() {
    let world = World::new();
    let code = world.code(&format!("{PUBLIC}&scope=User.Read"));
    world.refused(&good(&code), Wrong::Verifier);
    let form = Form::parse(redeeming(&code, "").as_bytes()).unwrap();
    assert_eq!(world.desk.redeem(&form, None, true, world.facts()).unwrap_err().wrong, Wrong::NoVerifier);
    let answer = world.token(&redeeming(&code, "")).unwrap();
    assert!(answer.get("id_token").is_none() && answer.get("refresh_token").is_none(), "neither was asked for");
}

#[test]
fn refresh_tokens_rotate() {
    let mut world = World::new();
    let refresh = |answer: &Value, app: &str, more: &str| {
        format!("grant_type=refresh_token&{app}&refresh_token={}{more}", answer["refresh_token"].as_str().unwrap())
    };
    let first = world.token(&good(&world.challenged())).unwrap();
    world.refused(&refresh(&first, WEB, ""), Wrong::Grant);
    world.refused(&format!("grant_type=refresh_token&{PUBLIC}&refresh_token=x"), Wrong::Grant);
    world.refused(&refresh(&first, PUBLIC, "&scope=Mail.Send"), Wrong::Scope);
    world.now += REFRESH - 1;
    let second = world.token(&refresh(&first, PUBLIC, "")).unwrap();
    assert_eq!(claims(&second, "id_token").get("nonce"), None);
    let third = world.token(&refresh(&second, PUBLIC, "&scope=User.ReadWrite offline_access")).unwrap();
    assert_eq!(claims(&third, "access_token")["scp"], "User.ReadWrite");
    world.refused(&refresh(&second, PUBLIC, ""), Wrong::Grant);
    world.refused(&refresh(&third, PUBLIC, ""), Wrong::Grant);
    let mut other = World::new();
    let first = other.token(&good(&other.challenged())).unwrap();
    other.now += REFRESH;
    other.refused(&refresh(&first, PUBLIC, ""), Wrong::Expired);
}

#[test]
fn apps_prove_themselves() {
    let world = World::new();
    let ask = |app: &str| format!("grant_type=client_credentials&{app}&scope=https://graph.microsoft.com/.default");
    let answer = world.token(&ask(DAEMON)).unwrap();
    let token = claims(&answer, "access_token");
    assert_eq!((&token["idtyp"], &token["roles"][0]), (&"app".into(), &"User.Read.All".into()));
    assert!(answer.get("refresh_token").is_none() && answer.get("id_token").is_none());
    world.refused(&ask(PUBLIC), Wrong::NotAllowed);
    world.refused(&ask(&DAEMON.replace("vitae", "other")), Wrong::Secret);
    world.refused(&ask(DAEMON.split_once('&').unwrap().0), Wrong::NoSecret);
    world.refused(&ask(&format!("{PUBLIC}&client_secret=x")), Wrong::NeedlessSecret);
    world.refused(&ask("client_id=x&client_secret=y"), Wrong::App);
    world.refused(&ask("client_secret=y"), Wrong::Missing);
    world.refused(&ask(DAEMON).replace("https://graph.microsoft.com/.default", "User.Read"), Wrong::DefaultScope);
    let id = "a0000000-0000-4000-8000-000000000003";
    let basic = |form: &str, secret: &str| {
        let form = Form::parse(form.as_bytes()).unwrap();
        world.desk.redeem(&form, Some((id, secret)), false, world.facts()).map(|_| ()).map_err(|fault| fault.wrong)
    };
    assert_eq!(basic(&ask("x=y"), "vitae-dev-secret"), Ok(()));
    assert_eq!(basic(&ask("x=y"), "wrong"), Err(Wrong::Secret));
    assert_eq!(basic(&ask(PUBLIC), "vitae-dev-secret"), Err(Wrong::Malformed));
}

#[test]
fn grants_that_are_not_offered() {
    let world = World::new();
    world.refused(&format!("grant_type=password&{PUBLIC}&username=ada&password=x&scope=User.Read"), Wrong::GrantType);
    world.refused(&format!("grant_type=x&{PUBLIC}"), Wrong::GrantType);
    world.refused(PUBLIC, Wrong::Missing);
}

#[test]
fn an_api_acts_on_behalf_of_its_caller() {
    let mut world = World::new();
    let code = world.code(&format!("{PUBLIC}&scope={API}"));
    let answer = world.token(&redeeming(&code, "")).unwrap();
    let token = claims(&answer, "access_token");
    assert_eq!(
        (&token["aud"], &token["scp"]),
        (&"a0000000-0000-4000-8000-000000000002".into(), &"access_as_user".into())
    );
    assert_eq!(token["iss"], world.desk.issuer_at(ORIGIN));
    let ask = |app: &str, token: &str| {
        format!(
            "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&{app}&requested_token_use=on_behalf_of\
             &scope=https://graph.microsoft.com/.default offline_access&assertion={token}"
        )
    };
    let assertion = answer["access_token"].as_str().unwrap().to_owned();
    let behalf = world.token(&ask(WEB, &assertion)).unwrap();
    let token = claims(&behalf, "access_token");
    assert_eq!(
        (&token["azp"], &token["oid"]),
        (&"a0000000-0000-4000-8000-000000000002".into(), &"00000000-0000-0000-0000-000000000007".into())
    );
    assert!(behalf.get("refresh_token").is_some());
    world.refused(&ask(PUBLIC, &assertion), Wrong::NotAllowed);
    world.refused(&ask(DAEMON, &assertion), Wrong::NotAllowed);
    world.refused(&ask(WEB, "x"), Wrong::Assertion);
    world.refused(&ask(WEB, &format!("{assertion}A")), Wrong::Assertion);
    world.refused(&ask(WEB, behalf["access_token"].as_str().unwrap()), Wrong::AssertionAudience);
    world.refused(&ask(WEB, &assertion).replace("on_behalf_of", "other"), Wrong::Malformed);
    let other = DevIssuer::generate(&mut testing::random(9));
    world.refused(&ask(WEB, &other.sign(&token)), Wrong::Assertion);
    world.now += TOKEN;
    world.refused(&ask(WEB, &assertion), Wrong::Assertion);
    // An ID token says who, but not that the app may act.
    let id = World::new();
    let answer = id
        .token(&format!(
            "grant_type=authorization_code&{WEB}&{BACK}&code={}",
            id.code(&format!("{}&scope=openid", WEB.split_once('&').unwrap().0))
        ))
        .unwrap();
    id.refused(&ask(WEB, answer["id_token"].as_str().unwrap()), Wrong::Assertion);
}

#[test]
fn an_app_may_prove_itself_by_a_token_of_its_own() {
    let world = World::new();
    let id = "a0000000-0000-4000-8000-000000000003";
    let key = DevIssuer::generate(&mut testing::random(5));
    let ask = |changes: Value, more: &str| {
        let mut claims = json!({ "iss": id, "sub": id, "aud": format!("{ORIGIN}/t/oauth2/v2.0/token"), "exp": NOW + 60, "jti": "1" });
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        format!(
            "grant_type=client_credentials&scope=https://graph.microsoft.com/.default{more}&client_assertion_type=\
             urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion={}",
            key.sign(&claims)
        )
    };
    let named = format!("&client_id={id}");
    for more in ["", &named] {
        assert_eq!(claims(&world.token(&ask(json!({}), more)).unwrap(), "access_token")["azp"], id);
    }
    world.token(&ask(json!({ "aud": ["x", ORIGIN], "exp": 1_800_000_000.5 }), "")).unwrap();
    for (changes, wrong) in [
        (json!({ "exp": NOW }), Wrong::ClientAssertion),
        (json!({ "exp": null }), Wrong::ClientAssertion),
        (json!({ "aud": "https://login.example/token" }), Wrong::ClientAssertion),
        (json!({ "aud": format!("{ORIGIN}.evil.example/") }), Wrong::ClientAssertion),
        (json!({ "iss": "x" }), Wrong::ClientAssertion),
        (json!({ "iss": "x", "sub": "x" }), Wrong::App),
        (json!({ "iss": CLIENT.id, "sub": CLIENT.id }), Wrong::NeedlessSecret),
    ] {
        world.refused(&ask(changes, ""), wrong);
    }
    world.refused(&ask(json!({}), &format!("&client_id={}", crate::dev::WEB.id)), Wrong::ClientAssertion);
    world.refused(&ask(json!({}), "").replace("jwt-bearer", "saml2-bearer"), Wrong::Malformed);
    world.refused(&ask(json!({}), "").replace("client_assertion=ey", "client_assertion=x"), Wrong::ClientAssertion);
}

#[test]
fn an_id_token_may_come_by_way_of_the_browser() {
    let world = World::new();
    let member = Member {
        user: TokenUser { id: Uuid::from_u128(7), upn: "ada@fjord.example".into(), name: "Ada".into() },
        roles: Roles::default(),
    };
    let read = |kind: &str| {
        let form = format!("{PUBLIC}&response_type={kind}&{BACK}&scope=openid&nonce=n");
        Authorization::read(&Form::parse(form.as_bytes()).unwrap(), ORIGIN).unwrap()
    };
    let token = |kind: &str, code| world.desk.id_token(&read(kind), &member, code, world.facts());
    assert_eq!(token("code", Some("c")), None);
    assert!(!read("id_token").wants_code() && read("id_token code").wants_code());
    let alone = claims(&json!({ "t": token("id_token", None) }), "t");
    assert_eq!((&alone["nonce"], &alone["c_hash"], &alone["aud"]), (&json!("n"), &Value::Null, &json!(CLIENT.id)));
    // The example of OpenID Connect Core, section A.4.
    let both = token("code id_token", Some("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"));
    assert_eq!(claims(&json!({ "t": both }), "t")["c_hash"], "LDktKdoQak3Pk0cnXxCltA");
    let delivered = read("code id_token").reply.grant(Some("c".into()), Some("t".into()));
    assert_eq!(delivered, crate::dev::Delivery::Redirect("http://localhost:3000/cb#code=c&id_token=t".into()));
}

#[test]
fn a_device_waits_for_its_code() {
    let mut world = World::new();
    let begin = |world: &World| {
        world
            .desk
            .begin_device(&Form::parse(format!("{PUBLIC}&scope=User.Read openid").as_bytes()).unwrap(), world.facts())
            .unwrap()
    };
    let ask = |code: &DeviceCode| {
        format!("grant_type=urn:ietf:params:oauth:grant-type:device_code&{PUBLIC}&device_code={}", code.device_code)
    };
    let code = begin(&world);
    assert_eq!((code.user_code.len(), code.user_code.chars().nth(4)), (9, Some('-')));
    world.refused(&ask(&code), Wrong::Pending);
    world.refused(&ask(&code).replace(PUBLIC, WEB), Wrong::Grant);
    let typed = code.user_code.to_lowercase().replace('-', " ");
    assert_eq!(world.desk.device(&typed, NOW).unwrap().wanted.shown(), "User.Read");
    assert_eq!(world.desk.device("AAAA-AAAA", NOW).unwrap_err().wrong, Wrong::UserCode);
    world.desk.settle_device(&typed, Some(Uuid::from_u128(7)), NOW).unwrap();
    assert_eq!(world.desk.settle_device(&typed, None, NOW).unwrap_err().wrong, Wrong::UserCode, "once");
    let answer = world.token(&ask(&code)).unwrap();
    assert!(answer.get("id_token").is_some());
    world.refused(&ask(&code), Wrong::Grant);
    let declined = begin(&world);
    world.desk.settle_device(&declined.user_code, None, NOW).unwrap();
    world.refused(&ask(&declined), Wrong::DeviceDeclined);
    let late = begin(&world);
    world.now += late.expires_in;
    world.refused(&ask(&late), Wrong::DeviceExpired);
    assert_eq!(world.desk.device(&late.user_code, world.now).unwrap_err().wrong, Wrong::UserCode);
}

#[test]
fn sessions_end() {
    let world = World::new();
    let secret = world.desk.begin_session(Uuid::from_u128(7), NOW);
    assert_eq!(world.desk.session(&secret, NOW + SESSION - 1), Some(Uuid::from_u128(7)));
    assert_eq!(world.desk.session(&secret, NOW + SESSION), None);
    world.desk.end_session(&secret);
    assert_eq!(world.desk.session(&secret, NOW), None);
    let code = world.challenged();
    world.desk.clear();
    world.refused(&good(&code), Wrong::Grant);
}

#[test]
fn says_nothing_of_its_secrets() {
    assert_eq!(format!("{:?}", World::new().desk), "Desk { tenant: 00000000-0000-0000-0000-000000000001, .. }");
}
