//! Whatever the bytes: an answer, and never a caller that nobody signed for.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn no_header_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), bearer: bool) {
        let mut header = if bearer { b"Bearer ".to_vec() } else { Vec::new() };
        header.extend(bytes);
        prop_assert!(world_once().authenticate(Some(&header), NOW).is_err());
    }

    #[test]
    fn no_parts_panic(header in "\\PC{0,60}", payload in "\\PC{0,60}", signature in "[A-Za-z0-9_-]{0,90}") {
        let token = format!("Bearer {}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        prop_assert!(world_once().authenticate(Some(token.as_bytes()), NOW).is_err());
    }

    #[test]
    fn no_claims_panic(name in 0..16_usize, value in json_value()) {
        let all = claims(json!({}));
        let name = all.as_object().unwrap().keys().nth(name % 14).unwrap().clone();
        let header = format!("Bearer {}", es(json!({ name: value })));
        let _any_outcome = world_once().authenticate(Some(header.as_bytes()), NOW);
    }

    #[test]
    fn any_changed_byte_is_refused(position in 0..400_usize, byte in 0x21..0x7f_u8) {
        let mut token = es(json!({})).into_bytes();
        let position = position % token.len();
        prop_assume!(token[position] != byte);
        token[position] = byte;
        let header = [b"Bearer ".as_slice(), &token].concat();
        prop_assert!(world_once().authenticate(Some(&header), NOW).is_err());
    }
}

/// One for all cases: making it takes longer than a case.
fn world_once() -> &'static Authenticator {
    static WORLD: std::sync::OnceLock<Authenticator> = std::sync::OnceLock::new();
    WORLD.get_or_init(world)
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 8, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::from))
}
