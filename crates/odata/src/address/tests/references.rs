//! Entity ids in all their forms.

use edm::testing::MODEL;
use expect_test::expect;

use super::{GUID, describe};
use crate::address::bind_reference;
use crate::dialect::Dialect;

#[test]
fn entity_ids_in_all_forms() {
    let root = "https://Host.example/beta";
    let mut out = String::new();
    for text in [
        "Articles(#)",
        "/Articles(#)",
        "/beta/Articles(#)",
        "https://host.example/beta/Articles(#)",
        "HTTPS://HOST.example/BETA/Articles/#",
        " Bestseller ",
        "Articles(#)/shop.Bundle",
        "Articles(#)/Reviews(#)",
        "Bestseller/Maker",
        "https://host.example/betamax/Articles(#)",
        "https://other.example/beta/Articles(#)",
        "//host.example/beta/Articles(#)",
        "mailto:x",
        "Articles",
        "Articles(#)/Name",
        "Articles(#)/$ref",
        "Articles(#)?$select=Name",
        "Articles(1)",
        "Artcles(#)",
        "Articles//x",
        "",
        "/",
        "https://host.example/beta",
        "%zz",
    ] {
        let written = match bind_reference(&MODEL, &Dialect::OASIS, root, &text.replace('#', GUID)) {
            Ok(address) => describe(&address),
            Err(problem) => format!("{} {}", problem.kind.status(), problem.message),
        };
        out += &format!("{text}\n  {}\n", written.replace(GUID, "#"));
    }
    expect![[r#"
        Articles(#)
          Article: set Articles, ID=[Guid(#)]
        /Articles(#)
          Article: set Articles, ID=[Guid(#)]
        /beta/Articles(#)
          Article: set Articles, ID=[Guid(#)]
        https://host.example/beta/Articles(#)
          Article: set Articles, ID=[Guid(#)]
        HTTPS://HOST.example/BETA/Articles/#
          Article: set Articles, ID=[Guid(#)]
         Bestseller 
          Article: one Bestseller
        Articles(#)/shop.Bundle
          Bundle: set Articles, ID=[Guid(#)], as Bundle
        Articles(#)/Reviews(#)
          Review: set Articles, ID=[Guid(#)], to Reviews, ID=[Guid(#)]
        Bestseller/Maker
          Maker: one Bestseller, to Maker
        https://host.example/betamax/Articles(#)
          400 found `https://host.example/betamax/Articles(#)` as an entity reference, expected a URL under `https://Host.example/beta`
        https://other.example/beta/Articles(#)
          400 found `https://other.example/beta/Articles(#)` as an entity reference, expected a URL under `https://Host.example/beta`
        //host.example/beta/Articles(#)
          400 found `//host.example/beta/Articles(#)` as an entity reference, expected a URL under `https://Host.example/beta`
        mailto:x
          400 Resource not found for the segment 'mailto:x'.
        Articles
          400 found `Articles` as an entity reference, expected the URL of an entity
        Articles(#)/Name
          400 found `Articles(#)/Name` as an entity reference, expected the URL of an entity
        Articles(#)/$ref
          400 found `Articles(#)/$ref` as an entity reference, expected the URL of an entity
        Articles(#)?$select=Name
          400 found `Articles(#)?$select=Name` as an entity reference, expected a URL without query and fragment
        Articles(1)
          400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
        Artcles(#)
          400 Resource not found for the segment 'Artcles(#)'. Did you mean `Articles`?
        Articles//x
          400 found an empty path segment

          400 found `` as an entity reference, expected the URL of an entity
        /
          400 found `/` as an entity reference, expected the URL of an entity
        https://host.example/beta
          400 found `https://host.example/beta` as an entity reference, expected the URL of an entity
        %zz
          400 found `%`, expected two hexadecimal digits after it in the URL
    "#]]
    .assert_eq(&out);
    let address = bind_reference(&MODEL, &Dialect::GRAPH, "http://localhost:9090", &format!("/Makers({GUID})"));
    assert_eq!(address.unwrap().set(&MODEL).unwrap().name, "Makers");
}

proptest::proptest! {
    #[test]
    fn references_never_panic(root: String, text: String) {
        let _ = bind_reference(&MODEL, &Dialect::GRAPH, &root, &text);
    }
}
