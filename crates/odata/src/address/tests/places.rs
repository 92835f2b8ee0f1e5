//! Casts, filters, tails, what stands at the root, and what an address says of itself.

use edm::testing::MODEL;
use expect_test::{Expect, expect};

use super::{GUID, bound, check, describe, step};
use crate::address::{Address, bind};
use crate::dialect::Dialect;
use crate::url::path::parse;

#[test]
fn casts() {
    check(
        &[
            "Articles/shop.Bundle",
            "Articles/SHOP.bundle/$count",
            "Articles/shop.Article/shop.Bundle",
            &format!("Articles({GUID})/shop.Bundle/Count"),
            &format!("Articles/{GUID}/shop.bundle/Related/shop.Bundle({GUID})/Note"),
            "Bestseller/shop.Ware/Name",
            "Shop/Head/shop.ShopAddress/Floor",
            "Bestseller/Origin/shop.ShopAddress/Floor",
            "Bestseller/Origin/Floor",
            "Bestseller/Depots/shop.ShopAddress/$count",
            "Articles/shop.Maker",
            "Articles/shop.Thing",
            "Articles/shop.Nothing",
            "Articles/shop.Bundel",
            "Bestseller/Name/shop.Bundle",
            "Bestseller/shop.Bundle(1)",
            "shop.Bundle",
        ],
        &expect![[r#"
            Articles/shop.Bundle
              [Bundle]: set Articles, as Bundle
            Articles/SHOP.bundle/$count
              [Bundle] Count: set Articles, as Bundle
            Articles/shop.Article/shop.Bundle
              [Bundle]: set Articles, as Article, as Bundle
            Articles(00000000-0000-0000-0000-000000000001)/shop.Bundle/Count
              Count: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], as Bundle, .Count
            Articles/00000000-0000-0000-0000-000000000001/shop.bundle/Related/shop.Bundle(00000000-0000-0000-0000-000000000001)/Note
              Note: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], as Bundle, to Related, as Bundle, ID=[Guid(00000000-0000-0000-0000-000000000001)], .Note
            Bestseller/shop.Ware/Name
              Name: one Bestseller, as Article, .Name
            Shop/Head/shop.ShopAddress/Floor
              Floor: one Shop, .Head, as ShopAddress, .Floor
            Bestseller/Origin/shop.ShopAddress/Floor
              Floor: one Bestseller, .Origin, as ShopAddress, .Floor
            Bestseller/Origin/Floor
              400 Resource not found for the segment 'Floor'.
            Bestseller/Depots/shop.ShopAddress/$count
              Depots Count: one Bestseller, .Depots, as ShopAddress
            Articles/shop.Maker
              400 found a cast to `Maker`, which is neither `Article` nor derived from it
            Articles/shop.Thing
              400 found a cast to `Thing`, which is neither `Article` nor derived from it
            Articles/shop.Nothing
              400 Resource not found for the segment 'shop.Nothing'. Did you mean `shop.Thing`?
            Articles/shop.Bundel
              400 Resource not found for the segment 'shop.Bundel'. Did you mean `shop.Bundle`?
            Bestseller/Name/shop.Bundle
              400 Resource not found for the segment 'shop.Bundle'.
            Bestseller/shop.Bundle(1)
              400 Resource not found for the segment 'shop.Bundle(1)'.
            shop.Bundle
              400 Resource not found for the segment 'shop.Bundle'.
        "#]],
    );
}

#[test]
fn names_of_types_without_their_namespace() {
    check(
        &[
            "Articles/Bundle",
            &format!("Articles/Bundle({GUID})"),
            &format!("Articles({GUID})/Bundle/Name"),
            "Articles/bundle",
            "Articles/Maker",
            "Bundle",
            "$entity/Bundle",
            "Bestseller/Maker",
            "Bestseller/Maker/Maker",
        ],
        &expect![[r#"
            Articles/Bundle
              [Bundle]: set Articles, as Bundle
            Articles/Bundle(00000000-0000-0000-0000-000000000001)
              Bundle: set Articles, as Bundle, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Articles(00000000-0000-0000-0000-000000000001)/Bundle/Name
              Name: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], as Bundle, .Name
            Articles/bundle
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles/Maker
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Bundle
              400 Resource not found for the segment 'Bundle'.
            $entity/Bundle
              $entity Bundle: as Bundle
            Bestseller/Maker
              Maker: one Bestseller, to Maker
            Bestseller/Maker/Maker
              Maker: one Bestseller, to Maker, as Maker
        "#]],
    );
}

#[test]
fn filters_and_tails() {
    check(
        &[
            "Articles/$filter(Price%20gt%201)/$count",
            "Articles/$filter(Maker/Name eq 'a/b')",
            "Articles/$filter(@f)/$each",
            "Articles/$filter",
            "Articles/$filter()",
            "Bestseller/$filter(true)",
            "Bestseller/Sizes/$filter($it gt 1)/$count",
            "Bestseller/Sizes/$each",
            "Articles/$query",
            "Bestseller/Name/$query",
            "$query",
            "Articles/$count/$query",
            &format!("Articles({GUID})/Related/$ref"),
            &format!("Articles({GUID})/Related({GUID})/$ref"),
            &format!("Articles({GUID})/Maker/$ref"),
            "Pictures/$value",
            &format!("Pictures({GUID})/$value"),
            "Bestseller/Photo",
            "Bestseller/Photo/$value",
            "Bestseller/Origin/$value",
            "Bestseller/Tags/$value",
            "Bestseller/Name/Length",
        ],
        &expect![[r#"
            Articles/$filter(Price%20gt%201)/$count
              [Article] Count: set Articles, where Price gt 1
            Articles/$filter(Maker/Name eq 'a/b')
              [Article]: set Articles, where Maker/Name eq 'a/b'
            Articles/$filter(@f)/$each
              [Article] Each: set Articles, where @f
            Articles/$filter
              400 found `$filter` alone, expected a condition in parentheses after it
            Articles/$filter()
              400 found `$filter()`, expected a condition in its parentheses
            Bestseller/$filter(true)
              400 `$filter` does not apply at this address
            Bestseller/Sizes/$filter($it gt 1)/$count
              Sizes Count: one Bestseller, .Sizes, where $it gt 1
            Bestseller/Sizes/$each
              400 `$each` does not apply at this address
            Articles/$query
              [Article] Query: set Articles
            Bestseller/Name/$query
              Name Query: one Bestseller, .Name
            $query
              400 Resource not found for the segment '$query'.
            Articles/$count/$query
              400 Resource not found for the segment '$query'.
            Articles(00000000-0000-0000-0000-000000000001)/Related/$ref
              [Article] Ref: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Related
            Articles(00000000-0000-0000-0000-000000000001)/Related(00000000-0000-0000-0000-000000000001)/$ref
              Article Ref: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Related, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Articles(00000000-0000-0000-0000-000000000001)/Maker/$ref
              Maker Ref: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Maker
            Pictures/$value
              400 `$value` does not apply at this address
            Pictures(00000000-0000-0000-0000-000000000001)/$value
              Picture Value: set Pictures, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Bestseller/Photo
              Photo: one Bestseller, .Photo
            Bestseller/Photo/$value
              Photo Value: one Bestseller, .Photo
            Bestseller/Origin/$value
              400 `$value` does not apply at this address
            Bestseller/Tags/$value
              400 `$value` does not apply at this address
            Bestseller/Name/Length
              400 Resource not found for the segment 'Length'.
        "#]],
    );
}

#[test]
fn what_stands_at_the_root() {
    check(
        &[
            "$metadata",
            "$METADATA/",
            "$metadata/x",
            "$metadata()",
            "$batch",
            "$entity",
            "$entity/shop.Bundle",
            "$entity/shop.Bundle/shop.Bundle",
            "$entity/shop.Address",
            "$entity/Name",
            "$all",
            "$all/shop.Article",
            "$crossjoin(Articles,Makers)",
            "$value",
        ],
        &expect![[r#"
            $metadata
              Metadata:
            $METADATA/
              Metadata:
            $metadata/x
              400 Resource not found for the segment 'x'.
            $metadata()
              400 Resource not found for the segment '$metadata()'.
            $batch
              Batch:
            $entity
              $entity:
            $entity/shop.Bundle
              $entity Bundle: as Bundle
            $entity/shop.Bundle/shop.Bundle
              400 Resource not found for the segment 'shop.Bundle'.
            $entity/shop.Address
              400 Resource not found for the segment 'shop.Address'.
            $entity/Name
              400 Resource not found for the segment 'Name'.
            $all
              $all:
            $all/shop.Article
              $all Article: as Article
            $crossjoin(Articles,Makers)
              501 `$crossjoin` is not supported yet
            $value
              400 Resource not found for the segment '$value'.
        "#]],
    );
}

fn check_said(paths: &[&str], expect: &Expect) {
    let lines = paths.iter().map(|path| {
        let address = bound(path).unwrap();
        let names = |steps: &[crate::Step]| steps.iter().map(step).collect::<Vec<_>>().join(", ");
        let ty = address.ty().map_or("-", |ty| ty.name);
        let set = address.set(&MODEL).map_or("-", |set| set.name);
        let contained = if address.is_contained() { " contained" } else { "" };
        let properties = names(address.properties());
        let path = path.replace(GUID, "1");
        format!("{path}\n  {ty} in {set}{contained} [{properties}]\n")
    });
    expect.assert_eq(&lines.collect::<String>());
}

#[test]
fn what_an_address_says_of_itself() {
    let deep = format!("Articles({GUID})/Reviews({GUID})/Text");
    check_said(
        &[
            "",
            "Articles",
            "Shop",
            "Shop/Head/shop.ShopAddress/Floor",
            "Shop/Window",
            "Bestseller",
            "Bestseller/shop.Bundle/Origin/City",
            "Bestseller/Maker",
            &format!("Archive({GUID})/Articles/shop.Bundle"),
            &format!("Archive({GUID})/Articles({GUID})/Maker/Name"),
            &format!("Articles({GUID})/Blurbs"),
            &format!("Articles({GUID})/Reviews"),
            &deep,
            "Bestseller/Praise",
            "Bestseller/Depots/shop.ShopAddress",
            "Bestseller/Depots/0",
            "Bestseller/Depots/0/shop.ShopAddress",
            "Bestseller/Depots/0/City",
            "Bestseller/Tags/0",
            "Top(count=1)",
            "Totals",
            "Reset",
            "Bestseller/Similar/Average",
            "Bestseller/Similar",
            "Articles/$filter(true)/shop.Bundle/$count",
        ],
        &expect![[r#"

              - in - []
            Articles
              Article in Articles []
            Shop
              ShopInfo in - []
            Shop/Head/shop.ShopAddress/Floor
              ShopInfo in - [.Head, as ShopAddress, .Floor]
            Shop/Window
              Article in Articles []
            Bestseller
              Article in Articles []
            Bestseller/shop.Bundle/Origin/City
              Bundle in Articles [.Origin, .City]
            Bestseller/Maker
              Maker in Makers []
            Archive(1)/Articles/shop.Bundle
              Bundle in Articles []
            Archive(1)/Articles(1)/Maker/Name
              Maker in Makers [.Name]
            Articles(1)/Blurbs
              Blurb in Blurbs []
            Articles(1)/Reviews
              Review in - contained []
            Articles(1)/Reviews(1)/Text
              Review in - contained [.Text]
            Bestseller/Praise
              Review in - contained []
            Bestseller/Depots/shop.ShopAddress
              Article in Articles [.Depots, as ShopAddress]
            Bestseller/Depots/0
              Article in Articles [.Depots, [0]]
            Bestseller/Depots/0/shop.ShopAddress
              Article in Articles [.Depots, [0], as ShopAddress]
            Bestseller/Depots/0/City
              Article in Articles [.Depots, [0], .City]
            Bestseller/Tags/0
              Article in Articles [.Tags, [0]]
            Top(count=1)
              Article in Articles []
            Totals
              - in - []
            Reset
              - in - []
            Bestseller/Similar/Average
              - in - []
            Bestseller/Similar
              Article in Articles []
            Articles/$filter(true)/shop.Bundle/$count
              Bundle in Articles []
        "#]],
    );
}

#[test]
fn the_dialect_says_what_a_path_to_nothing_is() {
    for path in ["Articles(1)", "Articles/abc", "Artcles", "Bestseller/x", "Articles/shop.Maker", "Shop/$count"] {
        let problem = bind(&MODEL, &Dialect::OASIS, &parse(path).unwrap(), &|_| None).unwrap_err();
        assert_eq!(problem.kind.status(), 404, "{path}");
    }
    for path in ["Echo", "Top(count='x')", "Totals/Count"] {
        let problem = bind(&MODEL, &Dialect::OASIS, &parse(path).unwrap(), &|_| None).unwrap_err();
        assert_eq!(problem.kind.status(), 400, "{path}");
    }
}

#[test]
fn what_a_call_and_a_property_belong_to() {
    let check = |path: &str, owner: &str, binding: Option<&str>| {
        let address = bound(path).unwrap();
        assert_eq!(describe(&address.owner()), owner, "{path}");
        assert_eq!(address.binding().map(|address| describe(&address)).as_deref(), binding, "{path}");
    };
    check("Articles/$count", "[Article]: set Articles", None);
    check("Shop/Head/shop.ShopAddress/Floor/$value", "ShopInfo: one Shop", None);
    check(
        "Bestseller/shop.Bundle/Retire",
        "Nothing: one Bestseller, as Bundle, call Retire(article)",
        Some("Bundle: one Bestseller, as Bundle"),
    );
    check("Reset", "Operation: call Reset()|Reset(makers)", Some("root:"));
    check(
        "Articles/$filter(a)/$each/Retire",
        "Nothing: set Articles, where a, call Retire(article)",
        Some("[Article]: set Articles, where a"),
    );
}

proptest::proptest! {
    /// Steps alone say where they lead.
    #[test]
    fn steps_lead_where_the_path_does(
        path in "(Articles|Bestseller|Shop|Makers|Top)(/(shop[.]Bundle|[$]filter[(]a[)]|-?[01]|00000000-0000-0000-0000-000000000001|Maker|Articles|Reviews|Similar|Origin|Depots|Head|shop[.]ShopAddress|City|Tags|Recount)){0,6}"
    ) {
        if let Ok(address) = bound(&path) {
            let again = Address { tail: address.tail, ..Address::of(address.steps.clone()) };
            proptest::prop_assert_eq!(describe(&again), describe(&address));
        }
    }
}
