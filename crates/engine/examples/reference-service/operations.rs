//! What the functions and actions of the shop do.

use std::cmp::Ordering;
use std::sync::Arc;

use edm::{Operation, Record, Value};
use engine::{Kind, Problem};

use crate::model::{PRICES_RESET, PRODUCT_STATS};
use crate::seed;
use crate::store::{Change, Item};

/// On what an operation is called.
#[derive(Debug)]
pub(crate) enum Bound {
    /// On nothing.
    Nothing,
    /// On a row.
    One(Arc<Item>),
    /// On the rows of a collection.
    Many(Vec<Arc<Item>>),
}

/// What a call gave.
#[derive(Debug)]
pub(crate) enum Given {
    Nothing,
    Value(Value),
    Row(Arc<Item>),
    Rows(Vec<Arc<Item>>),
}

/// Arguments by name, already of the types that the model declares.
#[derive(Debug)]
pub(crate) struct Arguments<'a>(pub(crate) Vec<(&'a str, &'a Value)>);

impl Arguments<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn number(&self, name: &str) -> f64 {
        match self.get(name) {
            Some(Value::Double(number)) => *number,
            _ => 0.0,
        }
    }

    fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }
}

/// Calls an operation. The overload is known by the arguments.
pub(crate) fn call(
    change: &mut Change<'_>,
    operation: &Operation,
    bound: Bound,
    arguments: &Arguments<'_>,
) -> Result<Given, Problem> {
    match bound {
        Bound::Nothing => unbound(change, operation.name, arguments),
        Bound::One(product) => on_product(change, operation.name, &product, arguments),
        Bound::Many(products) => match operation.name {
            "GetAveragePrice" => Ok(double(mean(&products))),
            "MarkAllAsReviewed" => Ok(Given::Nothing),
            other => Err(unknown(other)),
        },
    }
}

fn unbound(change: &mut Change<'_>, name: &str, arguments: &Arguments<'_>) -> Result<Given, Problem> {
    let products = || change.state.items("Products").cloned().collect::<Vec<_>>();
    Ok(match name {
        "GetTopProducts" => Given::Rows(top(change, arguments)?),
        "GetProductStats" => Given::Value(stats(&products())),
        "FindProducts" => Given::Rows(found(products(), arguments)),
        "Calculate" => Given::Value(Value::Integer(calculate(arguments)?)),
        "Convert" => Given::Value(Value::text(convert(arguments))),
        "ResetAllPrices" => reset_prices(change),
        "ResetProducts" => Given::Nothing,
        "Process" => {
            let least = arguments.get("minPrice").map_or(f64::NEG_INFINITY, |_| arguments.number("minPrice"));
            for product in products().iter().filter(|product| price(product) >= least) {
                change.set(product, "Price", Value::Double(less(price(product), arguments.number("percentage"))));
            }
            Given::Nothing
        }
        "Reseed" => {
            seed::fill(change.state, change.now).map_err(|error| Problem::new(Kind::Internal, error))?;
            Given::Value(Value::text("everything is as it was in the beginning"))
        }
        other => return Err(unknown(other)),
    })
}

fn on_product(
    change: &mut Change<'_>,
    name: &str,
    product: &Arc<Item>,
    arguments: &Arguments<'_>,
) -> Result<Given, Problem> {
    let price = price(product);
    let percentage = arguments.number("percentage");
    Ok(match name {
        "GetTotalPrice" => double(price * (1.0 + arguments.number("taxRate"))),
        "GetRelatedProducts" => Given::Rows(same_category(change, product)),
        "CalculatePrice" => {
            let tax = 1.0 + arguments.number("tax") / 100.0;
            double(less(price, arguments.number("discount")) * tax)
        }
        "GetInfo" => {
            let name = product.record.get("Name").as_str().unwrap_or_default();
            let format = arguments.text("format").unwrap_or_default();
            Given::Value(Value::text(format!("Product: {name} (Price: {price:.2}) in {format} format")))
        }
        "CalculateDiscount" => double(less(price, percentage)),
        "ApplyDiscount" => Given::Row(change.set(product, "Price", Value::Double(less(price, percentage)))),
        "IncreasePrice" => {
            change.set(product, "Price", Value::Double(price + arguments.number("amount")));
            Given::Nothing
        }
        "Activate" => {
            const IN_STOCK: i64 = 1;
            const DISCONTINUED: i64 = 4;
            if let Value::Enum(status) = product.record.get("Status") {
                change.set(product, "Status", Value::Enum((status & !DISCONTINUED) | IN_STOCK));
            }
            Given::Nothing
        }
        other => return Err(unknown(other)),
    })
}

impl Change<'_> {
    fn set(&mut self, product: &Arc<Item>, name: &str, value: Value) -> Arc<Item> {
        let mut record = product.record.clone();
        record.set(name, value);
        self.state.rewrite("Products", product, record)
    }
}

/// The dearest first; of one price, those that came first.
fn top(change: &Change<'_>, arguments: &Arguments<'_>) -> Result<Vec<Arc<Item>>, Problem> {
    let count = match arguments.integer("count") {
        None => usize::MAX,
        Some(count) => usize::try_from(count).map_err(|_| {
            Problem::new(Kind::BadQuery, format!("found {count}, expected a count of zero or more")).at("count")
        })?,
    };
    let category = arguments.text("category");
    let is_meant = |product: &&Arc<Item>| category.is_none_or(|name| in_category(change, product, name));
    let mut products: Vec<_> = change.state.items("Products").filter(is_meant).cloned().collect();
    products.sort_by(|left, right| price(right).partial_cmp(&price(left)).unwrap_or(Ordering::Equal));
    products.truncate(count);
    Ok(products)
}

fn in_category(change: &Change<'_>, product: &Item, name: &str) -> bool {
    let category = change.state.find_by("Categories", &["ID"], &[product.record.get("CategoryID").clone()]);
    category.is_some_and(|category| category.record.get("Name").as_str() == Some(name))
}

fn found(products: Vec<Arc<Item>>, arguments: &Arguments<'_>) -> Vec<Arc<Item>> {
    let (name, most) = (arguments.text("name").unwrap_or_default(), arguments.number("maxPrice"));
    let fits = |product: &Arc<Item>| {
        product.record.get("Name").as_str().is_some_and(|own| own.contains(name)) && price(product) <= most
    };
    products.into_iter().filter(fits).collect()
}

/// At most five others.
fn same_category(change: &Change<'_>, product: &Item) -> Vec<Arc<Item>> {
    let category = product.record.get("CategoryID");
    let other = |other: &&Arc<Item>| {
        other.at != product.at && !category.is_null() && other.record.get("CategoryID") == category
    };
    change.state.items("Products").filter(other).take(5).cloned().collect()
}

fn stats(products: &[Arc<Item>]) -> Value {
    let prices = || products.iter().map(|product| price(product));
    let most = prices().reduce(f64::max).unwrap_or_default();
    let least = prices().reduce(f64::min).unwrap_or_default();
    let mut stats = Record::new(&PRODUCT_STATS);
    stats.set("totalProducts", Value::Integer(i64::try_from(products.len()).unwrap_or(i64::MAX)));
    stats.set("averagePrice", Value::Double(mean(products)));
    stats.set("maxPrice", Value::Double(most));
    stats.set("minPrice", Value::Double(least));
    Value::Record(stats)
}

fn mean(products: &[Arc<Item>]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "nobody has so many products")]
    let count = products.len().max(1) as f64;
    products.iter().map(|product| price(product)).sum::<f64>() / count
}

fn calculate(arguments: &Arguments<'_>) -> Result<i64, Problem> {
    let result = match (arguments.integer("value"), arguments.integer("a"), arguments.integer("b")) {
        (Some(value), ..) => value.checked_mul(2),
        (None, left, right) => left.unwrap_or_default().checked_add(right.unwrap_or_default()),
    };
    result.ok_or_else(|| Problem::new(Kind::BadQuery, "the result is no Edm.Int64, expected smaller numbers"))
}

fn convert(arguments: &Arguments<'_>) -> String {
    match arguments.integer("number") {
        Some(number) => format!("Number: {number}"),
        None => format!("String: {}", arguments.text("input").unwrap_or_default()),
    }
}

fn reset_prices(change: &mut Change<'_>) -> Given {
    let products: Vec<_> = change.state.items("Products").cloned().collect();
    let mut count = 0;
    for product in &products {
        let first = product.record.get("Name").as_str().and_then(seed::first_price);
        if let Some(first) = first.filter(|first| price(product).to_bits() != first.to_bits()) {
            change.set(product, "Price", Value::Double(first));
            count += 1;
        }
    }
    let mut reset = Record::new(&PRICES_RESET);
    reset.set("message", Value::text("Prices reset successfully"));
    reset.set("updatedCount", Value::Integer(count));
    Given::Value(Value::Record(reset))
}

fn price(product: &Item) -> f64 {
    match product.record.get("Price") {
        Value::Double(price) => *price,
        _ => 0.0,
    }
}

fn less(price: f64, percentage: f64) -> f64 {
    price * (1.0 - percentage / 100.0)
}

fn double(number: f64) -> Given {
    Given::Value(Value::Double(number))
}

fn unknown(name: &str) -> Problem {
    Problem::new(Kind::NotSupported, format!("the operation `{name}` is declared but does nothing yet"))
}

#[cfg(test)]
mod tests;
