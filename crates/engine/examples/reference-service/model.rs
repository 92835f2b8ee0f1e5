//! The second model: a small shop, by which the protocol is shown to know nothing of profiles.
//!
//! Constant tables only; what the shop does beyond them stands in `store` and `operations`.

mod operations;
mod types;

use edm::Model;
use edm::model::build::{import, set, singleton};

pub(crate) use types::{
    CATEGORY, COMPANY_INFO, DECIMAL_SAMPLE, MEDIA_ITEM, PRICES_RESET, PRODUCT, PRODUCT_DESCRIPTION, PRODUCT_STATS,
    READ_ONLY_ITEM, SPECIAL_PRODUCT,
};

/// The whole schema.
pub(crate) static SHOP: Model = Model {
    namespace: "ComplianceService",
    alias: None,
    container: "Container",
    revision: 1,
    version: Some("1.0"),
    structs: types::STRUCTS,
    enums: &[&types::PRODUCT_STATUS],
    definitions: &[&types::RELEASE_DATE, &types::TIME_OF_DAY, &types::DURATION],
    operations: operations::OPERATIONS,
    sets: &[
        set("Categories", &CATEGORY, &[("Products", "Products")], "What products are grouped by."),
        set(
            "Products",
            &PRODUCT,
            &[("Category", "Categories"), ("Descriptions", "ProductDescriptions"), ("RelatedProducts", "Products")],
            "What the shop sells.",
        )
        .change_tracked(),
        set(
            "ProductDescriptions",
            &PRODUCT_DESCRIPTION,
            &[("Product", "Products")],
            "Products described, by language.",
        ),
        set("MediaItems", &MEDIA_ITEM, &[], "Files with their bytes."),
        set("ReadOnlyItems", &READ_ONLY_ITEM, &[], "What nobody may change.").read_only(),
        set("DecimalSamples", &DECIMAL_SAMPLE, &[], "Numbers of many digits."),
    ],
    singletons: &[singleton("Company", &COMPANY_INFO, "Who runs the shop.")],
    imports: &[
        import("GetTopProducts", "GetTopProducts", Some("Products")),
        import("GetProductStats", "GetProductStats", None),
        import("FindProducts", "FindProducts", Some("Products")),
        import("Calculate", "Calculate", None),
        import("Convert", "Convert", None),
        import("ResetAllPrices", "ResetAllPrices", None),
        import("ResetProducts", "ResetProducts", None),
        import("Process", "Process", None),
        import("Reseed", "Reseed", None),
    ],
};

const _: () = SHOP.check();

#[cfg(test)]
mod tests;
