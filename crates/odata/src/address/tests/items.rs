//! Positions in lists of values, and the numbers that are none.

use expect_test::expect;

use super::{GUID, check};

#[test]
fn items_of_lists_have_positions() {
    check(
        &[
            "Bestseller/Tags/0",
            "Bestseller/Tags/-1",
            "Bestseller/Tags/007",
            "Bestseller/Tags/%2D1",
            "Bestseller/Tags/99999999999999999999",
            "Bestseller/Tags/-99999999999999999999",
            "Bestseller/Tags/0/$value",
            "Bestseller/Tags/0/$query",
            "Bestseller/Depots/0",
            "Bestseller/Depots/0/City",
            "Bestseller/Depots/-2/City/$value",
            "Bestseller/Depots/shop.Address/0/City",
            "Bestseller/Depots/0/shop.ShopAddress/Floor",
            &format!("Articles({GUID})/shop.Bundle/Sizes/1"),
        ],
        &expect![[r#"
            Bestseller/Tags/0
              Tags[]: one Bestseller, .Tags, [0]
            Bestseller/Tags/-1
              Tags[]: one Bestseller, .Tags, [-1]
            Bestseller/Tags/007
              Tags[]: one Bestseller, .Tags, [7]
            Bestseller/Tags/%2D1
              Tags[]: one Bestseller, .Tags, [-1]
            Bestseller/Tags/99999999999999999999
              Tags[]: one Bestseller, .Tags, [9223372036854775807]
            Bestseller/Tags/-99999999999999999999
              Tags[]: one Bestseller, .Tags, [-9223372036854775808]
            Bestseller/Tags/0/$value
              Tags[] Value: one Bestseller, .Tags, [0]
            Bestseller/Tags/0/$query
              Tags[] Query: one Bestseller, .Tags, [0]
            Bestseller/Depots/0
              Depots[]: one Bestseller, .Depots, [0]
            Bestseller/Depots/0/City
              City: one Bestseller, .Depots, [0], .City
            Bestseller/Depots/-2/City/$value
              City Value: one Bestseller, .Depots, [-2], .City
            Bestseller/Depots/shop.Address/0/City
              City: one Bestseller, .Depots, as Address, [0], .City
            Bestseller/Depots/0/shop.ShopAddress/Floor
              Floor: one Bestseller, .Depots, [0], as ShopAddress, .Floor
            Articles(00000000-0000-0000-0000-000000000001)/shop.Bundle/Sizes/1
              Sizes[]: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], as Bundle, .Sizes, [1]
        "#]],
    );
}

#[test]
fn numbers_are_not_positions_everywhere() {
    check(
        &[
            "Bestseller/Tags/+1",
            "Bestseller/Tags/1.0",
            "Bestseller/Tags/-",
            "Bestseller/Tags/",
            "Bestseller/Tags/0()",
            "Bestseller/Tags/0/0",
            "Bestseller/Tags/0/$count",
            "Bestseller/Tags/0/$filter(true)",
            "Bestseller/Tags/$count/0",
            "Bestseller/Tags/$filter(true)/0",
            "Bestseller/Depots/shop.ShopAddress/0",
            "Bestseller/Depots/0/$value",
            "Bestseller/Depots/0/Floor",
            "Bestseller/Depots/0/Contry",
            "Bestseller/Name/0",
            "Bestseller/Origin/0",
            "Articles/0",
            "Articles/-1",
            &format!("Articles({GUID})/Reviews/0"),
            &format!("Articles({GUID})/0"),
        ],
        &expect![[r#"
            Bestseller/Tags/+1
              400 Resource not found for the segment '+1'.
            Bestseller/Tags/1.0
              400 Resource not found for the segment '1.0'.
            Bestseller/Tags/-
              400 Resource not found for the segment '-'.
            Bestseller/Tags/
              Tags: one Bestseller, .Tags
            Bestseller/Tags/0()
              400 Resource not found for the segment '0()'.
            Bestseller/Tags/0/0
              400 Resource not found for the segment '0'.
            Bestseller/Tags/0/$count
              400 `$count` does not apply at this address
            Bestseller/Tags/0/$filter(true)
              400 `$filter` does not apply at this address
            Bestseller/Tags/$count/0
              400 Resource not found for the segment '0'.
            Bestseller/Tags/$filter(true)/0
              501 an item of a part of a list by its position is not supported yet
            Bestseller/Depots/shop.ShopAddress/0
              501 an item of a part of a list by its position is not supported yet
            Bestseller/Depots/0/$value
              400 `$value` does not apply at this address
            Bestseller/Depots/0/Floor
              400 Resource not found for the segment 'Floor'.
            Bestseller/Depots/0/Contry
              400 Resource not found for the segment 'Contry'.
            Bestseller/Name/0
              400 Resource not found for the segment '0'.
            Bestseller/Origin/0
              400 Resource not found for the segment '0'.
            Articles/0
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles/-1
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles(00000000-0000-0000-0000-000000000001)/Reviews/0
              400 found a key that does not fit, `Review` is keyed by `ID` (Edm.Guid)
            Articles(00000000-0000-0000-0000-000000000001)/0
              400 Resource not found for the segment '0'.
        "#]],
    );
}
