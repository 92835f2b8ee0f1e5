//! Every construct of the sample model, in both forms and both versions.
//!
//! The whole documents are kept in `goldens/`, for the validators of `clients/validate/`.

mod annotations;
mod container;
mod types;

use std::path::PathBuf;

use edm::testing::MODEL;
use expect_test::{Expect, expect};

use super::{Capabilities, Version};
use crate::openapi::{self, Info};

/// The lines of the XML element that begins so, without their common indentation.
fn check(begin: &str, expected: &Expect) {
    check_version(Version::V401, begin, expected);
}

fn check_version(version: Version, begin: &str, expected: &Expect) {
    let document = super::xml(&MODEL, &Capabilities::ALL, version);
    expected.assert_eq(&block(&document, begin));
}

/// The lines of the member of that name of the schema in JSON.
fn check_json(begin: &str, expected: &Expect) {
    let document = super::json(&MODEL, &Capabilities::ALL, Version::V401);
    expected.assert_eq(&block(&document, begin));
}

/// The first line that begins so, and those up to the one that closes it.
pub(crate) fn block(document: &str, begin: &str) -> String {
    let mut lines = document.lines().skip_while(|line| !line.trim_start().starts_with(begin)).peekable();
    let indentation = lines.peek().map_or(0, |line| line.len() - line.trim_start().len());
    let mut found = String::new();
    for line in lines {
        found.push_str(line.get(indentation..).unwrap_or_default());
        found.push('\n');
        let same = line.len() - line.trim_start().len() == indentation;
        let opens = line.ends_with(['{', '[']) || (line.ends_with('>') && !line.contains("/>") && !line.contains("</"));
        if same && !opens {
            break;
        }
    }
    found
}

fn golden(name: &str, generated: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("goldens").join(name);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::write(&path, generated).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept == generated, "goldens/{name} differs; if that is meant, run `UPDATE_GOLDENS=1 cargo test -p odata`");
}

#[test]
fn documents_are_as_kept() {
    let capabilities = Capabilities::ALL;
    golden("metadata.xml", &super::xml(&MODEL, &capabilities, Version::V401));
    golden("metadata.json", &super::json(&MODEL, &capabilities, Version::V401));
    golden("metadata-4.0.xml", &super::xml(&MODEL, &capabilities, Version::V4));
    golden("metadata-4.0.json", &super::json(&MODEL, &capabilities, Version::V4));
    let servers = &["https://shop.example/odata"];
    let info = Info { title: "Shop", description: "The sample model.", version: "1.0", servers };
    golden("openapi.json", &openapi::document(&MODEL, &capabilities, &info));
}

#[test]
fn bases_come_before_derived_types() {
    for kind in ["EntityType", "ComplexType"] {
        let document = super::xml(&MODEL, &Capabilities::ALL, Version::V401);
        let mut declared = Vec::new();
        for line in document.lines().filter(|line| line.trim_start().starts_with(&format!("<{kind} "))) {
            let value = |name: &str| Some(line.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.to_owned());
            if let Some(base) = value("BaseType") {
                assert!(declared.contains(&base), "{line}");
            }
            declared.extend(value("Name").map(|name| format!("shop.{name}")));
        }
    }
}

#[test]
fn four_zero_and_four_oh_one_differ_in_keyless_types_only() {
    let [old, new] = [Version::V4, Version::V401].map(|version| super::xml(&MODEL, &Capabilities::ALL, version));
    let different: Vec<_> = old.lines().zip(new.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(old.lines().count(), new.lines().count());
    let trimmed: Vec<_> = different.iter().map(|(old, new)| (old.trim(), new.trim())).collect();
    expect![[r#"
        [
            (
                "<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.0\">",
                "<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.01\">",
            ),
            (
                "<EntityType Name=\"ShopInfo\" Abstract=\"true\">",
                "<EntityType Name=\"ShopInfo\">",
            ),
        ]
    "#]]
    .assert_debug_eq(&trimmed);
}

#[test]
fn references_come_in_single_quotes() {
    check(
        "<edmx:Reference",
        &expect![[r#"
            <edmx:Reference Uri="https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml">
              <edmx:Include Namespace='Org.OData.Core.V1' Alias='Core'/>
            </edmx:Reference>
        "#]],
    );
}

#[test]
fn schema_says_its_version() {
    let document = super::xml(&MODEL, &Capabilities::ALL, Version::V401);
    let lines: Vec<_> = document.lines().skip_while(|line| !line.contains("<Schema ")).take(3).map(str::trim).collect();
    expect![[r#"
        <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="shop">
        <Annotation Term="Core.SchemaVersion" String="1.0"/>
        <Annotation Term="Org.OData.Core.V1.DefaultNamespace" Bool="true"/>"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn text_is_escaped() {
    let quoted = super::element::element("A").with("b", "<'\"&\n>").child(super::element::element("C").text("<&"));
    expect![[r#"
        <?xml version="1.0" encoding="utf-8"?>
        <A b="&lt;&apos;&quot;&amp;&#10;&gt;">
          <C>&lt;&amp;</C>
        </A>
    "#]]
    .assert_eq(&quoted.document());
}
