//! Headers, and what the memory of verified tokens may not forget.

use super::*;

#[test]
fn headers() {
    let world = world();
    let good = es(json!({}));
    let check = |header: &str, expected: &str| {
        let result = world.authenticate(Some(header.as_bytes()), NOW);
        assert_eq!(outcome(&result), expected, "{}", header.replace(&good, "GOOD"));
    };
    assert_eq!(outcome(&world.authenticate(None, NOW)), "Missing");
    for header in ["", " ", "\t", "Bearer", "Bearer ", "bearer\t "] {
        check(header, "Missing");
    }
    for scheme in ["Bearer ", "bearer ", "BEARER ", "  Bearer \t ", "\tbEaReR\t"] {
        check(&format!("{scheme}{good}"), "ok");
        check(&format!("{scheme}{good} \t"), "ok");
    }
    for header in ["Basic abc", "Basic", "Bearers abc", "Negotiate", &good] {
        check(header, "Scheme");
    }
    for separator in [", Bearer ", ",Bearer ", " Bearer ", ",\tbearer "] {
        check(&format!("Bearer {good}{separator}{good}"), "MultipleTokens");
    }
    check(&format!("Bearer Bearer {good}"), "MultipleTokens");
    check(&format!("Bearer {good},{good}"), "Malformed");
    check(&format!("Bearer \u{feff}{good}"), "Malformed");
    assert_eq!(outcome(&world.authenticate(Some(b"Bearer \xff"), NOW)), "Malformed");
    let twice = [good.as_bytes(), good.as_bytes()];
    assert_eq!(outcome(&world.authenticate_all(twice, NOW)), "MultipleTokens");
    let once = format!("Bearer {good}");
    assert_eq!(outcome(&world.authenticate_all([once.as_bytes()], NOW)), "ok");
}

#[test]
fn the_limit_is_on_the_byte() {
    let with = |pad: usize| format!("Bearer {}", es(json!({ "pad": "p".repeat(pad) })));
    // Three bytes of a claim are four of the token, so the limit is met by trying.
    let within = (5000..6200).map(with).rfind(|header| header.len() <= 8192).unwrap();
    assert_eq!(outcome(&world().authenticate(Some(within.as_bytes()), NOW)), "ok");
    let at = format!("{within}{}", " ".repeat(8192 - within.len()));
    assert_eq!(outcome(&world().authenticate(Some(at.as_bytes()), NOW)), "ok");
    assert_eq!(outcome(&world().authenticate(Some(format!("{at} ").as_bytes()), NOW)), "TooLarge");
}

#[test]
fn a_remembered_token_still_expires() {
    let world = world();
    let header = format!("Bearer {}", es(json!({})));
    let at = |now| outcome(&world.authenticate(Some(header.as_bytes()), now));
    assert_eq!((at(NOW).as_str(), world.cache.len()), ("ok", 1));
    assert_eq!(at(NOW + 3659), "ok");
    assert_eq!(at(NOW + 3660), "Expired");
    assert_eq!(at(NOW - 61), "NotYetValid");
    assert_eq!(at(NOW), "ok");
}

#[test]
fn only_good_tokens_are_remembered() {
    let world = world();
    let good = format!("Bearer {}", es(json!({})));
    let a = world.authenticate(Some(good.as_bytes()), NOW).unwrap();
    let b = world.authenticate(Some(good.replace("Bearer", "bearer").as_bytes()), NOW).unwrap();
    assert!(Arc::ptr_eq(&a, &b));
    let (rest, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = rest.split_once('.').unwrap();
    let forged =
        format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims(json!({ "oid": TENANT })).to_string()));
    assert_eq!(outcome(&world.authenticate(Some(forged.as_bytes()), NOW)), "Signature", "same end, other claims");
    assert_eq!(world.cache.len(), 1);
}

#[test]
fn new_keys_end_old_tokens() {
    let world = world();
    let header = format!("Bearer {}", es(json!({})));
    let at = || outcome(&world.authenticate(Some(header.as_bytes()), NOW));
    assert_eq!(at(), "ok");
    let caller = world.authenticate(Some(header.as_bytes()), NOW).unwrap();
    world.replace_keys(crate::dev::ISSUER, KeySet::from_jwks(&dev().jwks()).unwrap()).unwrap();
    let again = world.authenticate(Some(header.as_bytes()), NOW).unwrap();
    assert!(Arc::ptr_eq(&caller, &again), "the same keys forget nothing");
    let other = DevIssuer::generate(&mut testing::random(2));
    world.replace_keys(crate::dev::ISSUER, KeySet::from_jwks(&other.jwks()).unwrap()).unwrap();
    assert_eq!(at(), "UnknownKey");
    let other = format!("Bearer {}", other.sign(&claims(json!({}))));
    assert_eq!(outcome(&world.authenticate(Some(other.as_bytes()), NOW)), "ok");
    assert!(world.replace_keys("https://nobody.example", KeySet::default()).is_err());
}
