//! What kinds of tokens there are, and which caller a good one names.

use super::*;

#[test]
fn a_fixed_tenant_and_mapped_claims() {
    let ed = EncodingKey::from_ed_pem(ED.as_bytes()).unwrap();
    let signed = |typ: &str, changes: Value| {
        let mut all = claims(json!({ "aud": "api", "iss": "https://kc.example/realms/a", "tid": null, "oid": null,
            "scp": null, "scope": "openid User.Read.All", "realm_access": { "roles": ["auditor", "offline_access"] } }));
        merge(&mut all, changes);
        rs(&ed, Library::EdDSA, &json!({ "alg": "EdDSA", "typ": typ, "kid": "any" }), &all)
    };
    let caller = caller(&signed("at+jwt", json!({})));
    assert_eq!((caller.tenant.to_string().as_str(), caller.scopes.to_string().as_str()), (TENANT, "User.Read.All"));
    assert_eq!(caller.roles.to_string(), "auditor");
    assert_eq!(caller.user_id().unwrap().get_version_num(), 8);
    check(&[
        ("its own tenant", signed("at+jwt", json!({ "tid": TENANT })), "ok"),
        ("a tenant that is no text", signed("at+jwt", json!({ "tid": 5 })), "Tenant"),
        ("another tenant", signed("at+jwt", json!({ "tid": OTHER_TENANT })), "Tenant"),
        ("typ JWT where at+jwt is required", signed("JWT", json!({})), "Type"),
        ("refresh token", signed("at+jwt", json!({ "typ": "Refresh" })), "Type"),
        ("ID token", signed("at+jwt", json!({ "typ": "ID" })), "Type"),
    ]);
}

#[test]
fn kinds_of_tokens() {
    let id_token = json!({ "scp": null, "azp": null, "nonce": "n", "aud": "api://vitae" });
    let app = |changes: Value| {
        let mut all =
            claims(json!({ "scp": null, "name": null, "preferred_username": null, "sub": ADA, "idtyp": "app",
            "roles": ["User.Read.All"] }));
        merge(&mut all, changes);
        dev().sign(&all)
    };
    check(&[
        ("ID token", es(id_token), "Type"),
        ("ID token without nonce", es(json!({ "scp": null })), "Type"),
        ("ID token with app roles", es(json!({ "scp": null, "roles": ["User.ReadWrite.All"] })), "Type"),
        ("at_hash", es(json!({ "at_hash": "x" })), "Type"),
        ("Cognito's ID token", es(json!({ "token_use": "id" })), "Type"),
        ("a nonce beside scopes", es(json!({ "nonce": "n" })), "ok"),
        ("app", app(json!({})), "ok"),
        ("app without idtyp", app(json!({ "idtyp": null })), "ok"),
        ("app without permissions", app(json!({ "roles": null })), "ok"),
        ("app without permissions and idtyp", app(json!({ "roles": null, "idtyp": null })), "Type"),
        ("idtyp user without scopes", app(json!({ "idtyp": "user" })), "Type"),
        ("a person's roles only", app(json!({ "idtyp": null, "upn": "ada@fjord.example" })), "Type"),
        ("no client id", es(json!({ "azp": null })), "Subject"),
        ("oid no GUID", es(json!({ "oid": "ada" })), "Subject"),
        ("oid empty falls to no one", es(json!({ "oid": "" })), "Subject"),
        ("oid nil", es(json!({ "oid": Uuid::nil().to_string() })), "Subject"),
        ("oid in braces", es(json!({ "oid": format!("{{{ADA}}}") })), "Subject"),
        ("no one", es(json!({ "oid": null, "sub": null })), "Subject"),
    ]);
}

#[test]
fn a_delegated_caller() {
    let caller = caller(&es(json!({})));
    let user = caller.user().unwrap();
    assert_eq!(user.id.to_string(), ADA);
    assert_eq!((user.name.as_deref(), user.upn.as_deref()), (Some("Ada"), Some("ada@fjord.example")));
    assert_eq!((&*caller.app.id, caller.app.name.as_deref()), ("app-1", Some("App One")));
    assert_eq!((caller.scopes, caller.roles), (Scopes::parse("User.Read"), Roles::EMPLOYEE));
    assert_eq!((caller.issued, caller.expires), (Some(NOW), NOW + 3600));
    assert_eq!(&*caller.issuer, format!("https://vitae.localhost/{TENANT}/v2.0"));
}

#[test]
fn scopes_and_roles_together_give_the_narrower() {
    let both = caller(&es(json!({ "roles": ["User.ReadWrite.All", "People Administrator"] })));
    assert!(both.is_delegated());
    assert_eq!(both.scopes.to_string(), "User.Read");
    assert_eq!(both.roles.to_string(), "peopleAdministrator");
    let empty = caller(&es(json!({ "scp": "", "roles": ["User.ReadWrite.All"], "idtyp": "app" })));
    assert!(empty.is_delegated() && empty.scopes.is_empty());
    let list = caller(&es(json!({ "scp": ["User.Read", "User.Read.All"] })));
    assert_eq!(list.scopes.to_string(), "User.Read User.Read.All");
    let guest = caller(&es(json!({ "acct": 1, "wids": ["024906de-61e5-49c8-8572-40335f1e0e10"] })));
    assert_eq!(guest.roles.to_string(), "peopleAdministrator,guest");
}

#[test]
fn roles_from_configuration() {
    let mut issuer = dev().as_issuer().unwrap();
    issuer.role_names.push(("HR".into(), Role::PeopleAdministrator));
    issuer.assigned_roles.insert(ADA.parse().unwrap(), Roles::parse("auditor"));
    let authenticator = Authenticator::new(vec![issuer], 0).unwrap();
    let header = format!("Bearer {}", es(json!({ "roles": ["HR"] })));
    let caller = authenticator.authenticate(Some(header.as_bytes()), NOW).unwrap();
    assert_eq!(caller.roles.to_string(), "peopleAdministrator,auditor");
}

#[test]
fn whom_a_partner_names_is_a_guest() {
    let mut issuer = dev().as_issuer().unwrap();
    (issuer.is_partner, issuer.user_ids) = (true, UserIds::Derived);
    let authenticator = Authenticator::new(vec![issuer], 0).unwrap();
    for claims in [
        json!({ "wids": ["024906de-61e5-49c8-8572-40335f1e0e10"] }),
        json!({ "scp": null, "name": null,
        "preferred_username": null, "sub": ADA, "idtyp": "app", "roles": ["User.Read.All", "auditor"] }),
    ] {
        let header = format!("Bearer {}", es(claims));
        let caller = authenticator.authenticate(Some(header.as_bytes()), NOW).unwrap();
        assert_eq!(caller.roles.to_string(), "guest");
        assert_ne!(caller.user_id(), Some(ADA.parse().unwrap()), "theirs is not one of our ids");
    }
}

#[test]
fn an_issuer_can_mark_its_apps() {
    let mut issuer = dev().as_issuer().unwrap();
    issuer.claims.app_only = vec!["clientId".into()];
    let authenticator = Authenticator::new(vec![issuer], 0).unwrap();
    let caller = |changes| {
        let header = format!("Bearer {}", es(changes));
        authenticator.authenticate(Some(header.as_bytes()), NOW).unwrap()
    };
    let marked = caller(json!({ "clientId": "app-1", "scp": "User.ReadWrite.All", "roles": ["User.Read.All"] }));
    assert_eq!((marked.is_delegated(), marked.scopes.to_string().as_str()), (false, "User.Read.All"));
    assert!(caller(json!({})).is_delegated());
}

#[test]
fn minted_tokens_come_back() {
    let user = TokenUser { id: ADA.parse().unwrap(), upn: "ada@fjord.example".into(), name: "Ada".into() };
    let mut request = TokenRequest {
        tenant: TENANT.parse().unwrap(),
        user: Some(user),
        app_id: "app-1".into(),
        app_name: "App One".into(),
        scopes: Scopes::parse("User.Read.All AuditLog.Read.All"),
        roles: Roles::parse("auditor,peopleAdministrator"),
        ttl: 3600,
        now: NOW,
    };
    let person = caller(&dev().mint(&request));
    assert_eq!((person.scopes, person.roles, person.tenant), (request.scopes, request.roles, request.tenant));
    assert_eq!(person.user_id().unwrap().to_string(), ADA);
    request.user = None;
    let app = caller(&dev().mint(&request));
    assert_eq!((app.actor.clone(), app.scopes, app.roles), (crate::Actor::App, request.scopes, Roles::EMPLOYEE));
    request.scopes = Scopes::NONE;
    assert!(caller(&dev().mint(&request)).scopes.is_empty());
}

#[test]
fn declarations_that_cannot_be_trusted() {
    let refuse = |change: &dyn Fn(&mut Issuer)| {
        let mut issuer = dev().as_issuer().unwrap();
        change(&mut issuer);
        Authenticator::new(vec![issuer], 1).err().unwrap().to_string()
    };
    assert!(refuse(&|issuer| issuer.is_partner = true).contains("partner"));
    assert!(refuse(&|issuer| issuer.leeway = 301).contains("leeway"));
    assert!(refuse(&|issuer| issuer.audiences.clear()).contains("audience"));
    assert!(refuse(&|issuer| issuer.algorithms.clear()).contains("algorithm"));
    assert!(refuse(&|issuer| issuer.tenancy = Tenancy::Fixed(Uuid::nil())).contains("tenant"));
    assert!(refuse(&|issuer| issuer.name = "".into()).contains("name"));
    let twice = vec![dev().as_issuer().unwrap(), dev().as_issuer().unwrap()];
    assert!(matches!(Authenticator::new(twice, 1), Err(IssuerError::Twice(_))));
}
