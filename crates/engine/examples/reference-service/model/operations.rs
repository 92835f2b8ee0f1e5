//! The functions and actions of the shop, one line per overload. What they do stands in `crate::operations`.

use edm::model::build::{DOUBLE, INT64, STRING, action, function, of, parameter, returns, returns_list};
use edm::model::{Operation, Parameter, ReturnType};

use super::{PRICES_RESET, PRODUCT, PRODUCT_STATS};

const ON_PRODUCT: Parameter = parameter("bindingParameter", of(&PRODUCT));
const ON_PRODUCTS: Parameter = parameter("bindingParameter", of(&PRODUCT)).list();
const A_PRODUCT: ReturnType = returns(of(&PRODUCT));
const PRODUCTS: ReturnType = returns_list(of(&PRODUCT));

const COUNT: Parameter = parameter("count", INT64);
const DISCOUNT: Parameter = parameter("discount", DOUBLE);
const PERCENTAGE: Parameter = parameter("percentage", DOUBLE);

pub(super) const OPERATIONS: &[&Operation] = &[
    &function("GetTopProducts", &[], PRODUCTS, "The products, dearest first.").composable(),
    &function("GetTopProducts", &[COUNT], PRODUCTS, "So many of the dearest products.").composable(),
    &function(
        "GetTopProducts",
        &[COUNT, parameter("category", STRING)],
        PRODUCTS,
        "So many of the dearest products of a category.",
    )
    .composable(),
    &function("GetProductStats", &[], returns(of(&PRODUCT_STATS)), "Figures over all products."),
    &function(
        "FindProducts",
        &[parameter("name", STRING), parameter("maxPrice", DOUBLE)],
        PRODUCTS,
        "Products with a text in their name that cost no more than a price.",
    )
    .composable(),
    &function("Calculate", &[parameter("value", INT64)], returns(INT64), "Twice the value."),
    &function("Calculate", &[parameter("a", INT64), parameter("b", INT64)], returns(INT64), "The sum."),
    &function("Convert", &[parameter("input", STRING)], returns(STRING), "Says that it is a text."),
    &function("Convert", &[parameter("number", INT64)], returns(STRING), "Says that it is a number."),
    &function("GetTotalPrice", &[ON_PRODUCT, parameter("taxRate", DOUBLE)], returns(DOUBLE), "The price with tax.")
        .bound(),
    &function("GetRelatedProducts", &[ON_PRODUCT], PRODUCTS, "Others of the same category.").bound().composable(),
    &function("CalculatePrice", &[ON_PRODUCT, DISCOUNT], returns(DOUBLE), "The price after a discount.").bound(),
    &function(
        "CalculatePrice",
        &[ON_PRODUCT, DISCOUNT, parameter("tax", DOUBLE)],
        returns(DOUBLE),
        "The price after a discount, with tax.",
    )
    .bound(),
    &function("GetInfo", &[ON_PRODUCT, parameter("format", STRING)], returns(STRING), "The product in one line.")
        .bound(),
    &function("GetAveragePrice", &[ON_PRODUCTS], returns(DOUBLE), "The mean of the prices.").bound(),
    &action("ApplyDiscount", &[ON_PRODUCT, PERCENTAGE], Some(A_PRODUCT), "Lowers the price by a percentage.").bound(),
    &action("IncreasePrice", &[ON_PRODUCT, parameter("amount", DOUBLE)], None, "Raises the price.").bound(),
    &action("Activate", &[ON_PRODUCT], None, "Puts the product on sale again.").bound(),
    &action(
        "CalculateDiscount",
        &[ON_PRODUCT, PERCENTAGE],
        Some(returns(DOUBLE)),
        "Says what the price would be after a discount.",
    )
    .bound(),
    &action("MarkAllAsReviewed", &[ON_PRODUCTS], None, "Takes note that all were looked at.").bound(),
    &action("ResetAllPrices", &[], Some(returns(of(&PRICES_RESET))), "Gives products their first price back."),
    &action("ResetProducts", &[], None, "Does nothing yet."),
    &action("Process", &[PERCENTAGE], None, "Lowers every price by a percentage."),
    &action(
        "Process",
        &[PERCENTAGE, parameter("minPrice", DOUBLE)],
        None,
        "Lowers the prices that are no less than a price by a percentage.",
    ),
    &action("Reseed", &[], Some(returns(STRING)), "Puts everything back as it was in the beginning."),
];
