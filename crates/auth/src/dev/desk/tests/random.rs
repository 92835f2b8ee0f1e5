//! No request makes the desk panic, or gives it a person.

use proptest::prelude::*;

use super::*;

/// Parameters that requests have, with values that go a little way.
fn parameters() -> impl Strategy<Value = String> {
    let values = [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "device_code",
        "password",
        "a.b",
        "openid",
        "S256",
        "none",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "on_behalf_of",
        "http://localhost:3000/cb",
        "code",
        "form_post",
        "a0000000-0000-4000-8000-000000000001",
        "a0000000-0000-4000-8000-000000000002",
        "vitae-dev-secret",
        "eyJhIjoxfQ.e30.AA",
        "https://graph.microsoft.com/.default",
        "%F0%9F%98%80",
        "//",
        "",
    ];
    let names = [
        "grant_type",
        "client_id",
        "client_secret",
        "scope",
        "code",
        "refresh_token",
        "device_code",
        "assertion",
        "requested_token_use",
        "redirect_uri",
        "response_type",
        "response_mode",
        "code_verifier",
        "code_challenge",
        "state",
        "prompt",
    ];
    let field = (prop::sample::select(names.to_vec()), prop::sample::select(values.to_vec()));
    prop::collection::vec(field, 0..10)
        .prop_map(|fields| fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
}

proptest! {
    #[test]
    fn no_request_panics_or_is_given_a_person(text in parameters()) {
        let world = World::new();
        let Ok(form) = Form::parse(text.as_bytes()) else { return Ok(()) };
        let _ = Authorization::read(&form, ORIGIN);
        let _ = world.desk.begin_device(&form, world.facts());
        if let Ok(grant) = world.desk.redeem(&form, None, false, world.facts()) {
            prop_assert_eq!(grant.user, None, "nobody has signed in");
        }
    }
}
