//! That the copy and the codec are the same, and that nothing panics.

use edm::model::build::DOUBLE;
use edm::testing::{ADDRESS, ARTICLE, BUNDLE, MODEL, PICTURE, SHOP, SHOP_ADDRESS, sample};
use edm::{Primitive, StructType, Type, Value};

use super::super::codec::{Codec, Object};
use super::forms::{FULL, NO_NULLS, NONE, STRINGS, entity, text};
use crate::payload::{Format, Instance, Items, Layout, Metadata, Writer, raw_text, raw_value};
use crate::query::Select;

/// As the codec writes it in the plain form, however that is reached.
fn through_codec(ty: &'static StructType, select: Option<&Select>, members: &[u8]) -> String {
    let codec = Codec { format: Format::PLAIN, model: &MODEL, nested: None, types: &[] };
    let mut out = vec![b'{'];
    codec.members(&mut Object { out: &mut out, comma: false }, ty, select, members);
    out.push(b'}');
    String::from_utf8(out).unwrap()
}

fn spliced(ty: &'static StructType, select: Option<&Select>, members: &[u8]) -> String {
    let mut writer = Writer::with_capacity(0);
    writer.open();
    writer.entity(&Layout::new(&MODEL, ty, select), &Instance::stored(ty, members));
    writer.close();
    text(writer)
}

proptest::proptest! {
    #[test]
    fn the_copy_and_the_codec_are_the_same(seed: u64) {
        for ty in [&ARTICLE, &BUNDLE, &SHOP, &PICTURE, &ADDRESS, &SHOP_ADDRESS] {
            let stored = sample(ty, seed).to_members();
            proptest::prop_assert_eq!(through_codec(ty, None, &stored), spliced(ty, None, &stored));
            for text in ["*", "Name", "Name,Origin/City,Depots/Place/Names,Tags,Remark"] {
                let Some(select) = super::try_select(ty, text) else { continue };
                let select = Some(&select);
                proptest::prop_assert_eq!(through_codec(ty, select, &stored), spliced(ty, select, &stored));
            }
        }
    }

    /// Whatever the form, the answer is JSON, and reads back as what was stored.
    #[test]
    fn every_form_is_json(seed: u64, full: bool, ieee754: bool, omit_nulls: bool) {
        let metadata = if full { Metadata::Full } else { Metadata::Minimal };
        let format = Format { metadata, ieee754, omit_nulls, ..Format::PLAIN };
        let stored = sample(&ARTICLE, seed).to_members();
        let instance = Instance { id: Some("i"), ..Instance::stored(&ARTICLE, &stored) };
        let layout = Layout::new(&MODEL, &ARTICLE, None);
        let answer = entity(format, &layout, &instance);
        let node = edm::json::parse(answer.as_bytes()).map_err(|error| proptest::test_runner::TestCaseError::fail(error.to_string()))?;
        let edm::json::Kind::Object(members) = &node.kind else { panic!("no object") };
        for (name, raw) in edm::lazy::members(&stored) {
            let name = std::str::from_utf8(name).unwrap();
            let (_, property) = ARTICLE.find(name).unwrap();
            let written = members.iter().any(|(known, _)| known == name);
            let left_out = property.on_request || (omit_nulls && raw == b"null");
            proptest::prop_assert_eq!(written, !left_out, "{}", name);
            let wide = matches!(property.ty, Type::Primitive(Primitive::Int64 | Primitive::Decimal));
            if wide && written && raw != b"null" {
                let quoted = format!("\"{name}\":\"{}\"", std::str::from_utf8(raw).unwrap());
                proptest::prop_assert_eq!(answer.contains(&quoted), ieee754);
            }
        }
    }

    #[test]
    fn no_members_make_it_panic(members: Vec<u8>, raw: Vec<u8>) {
        for format in [FULL, STRINGS, NO_NULLS, NONE] {
            let mut writer = Writer::with_format(0, format);
            writer.open();
            writer.entity(&Layout::new(&MODEL, &ARTICLE, None), &Instance::stored(&ARTICLE, &members));
            for (_, property) in ARTICLE.all_properties() {
                writer.value(&MODEL, property.ty, &Items { raw: raw.clone(), ..Items::default() }, None, None);
                let _any = raw_text(property, &raw);
            }
        }
    }

    #[test]
    fn no_geography_makes_it_panic(json in r#"\{"type":"(Point|LineString|Polygon|MultiPolygon|GeometryCollection)","(coordinates|geometries)":[\[\]0-9,]{0,20}\}"#) {
        let _any = raw_value(DOUBLE, &Value::Geography(json.into()), None);
    }
}
