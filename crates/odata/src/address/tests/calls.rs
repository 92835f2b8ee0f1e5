//! Functions and actions: overloads, arguments, what follows them.

use edm::testing::MODEL;
use expect_test::expect;

use super::{GUID, bind, bound, check, option, parse};
use crate::dialect::Dialect;

#[test]
fn plain_options_that_are_arguments() {
    let check = |dialect: &Dialect, url: &str, expect: &str| {
        let (path, query) = url.split_once('?').unwrap();
        let options = |name: &str| option(Some(query), name);
        let found = match bind(&MODEL, dialect, &parse(path).unwrap(), &options) {
            Ok(address) => {
                let call = address.call().unwrap();
                let values = call.arguments.iter().map(|(parameter, value)| format!("{}={value:?}", parameter.name));
                format!("{} of {}", values.collect::<Vec<_>>().join(" "), call.implicit.join(","))
            }
            Err(problem) => problem.message,
        };
        assert_eq!(found, expect, "{url}");
    };
    check(&Dialect::OASIS, "Top()?count=3", "count=Integer(3) of count");
    check(&Dialect::OASIS, "Top?@count=3", "count=Integer(3) of ");
    check(&Dialect::OASIS, "Top(count=3)?count=true", "count=Integer(3) of ");
    check(&Dialect::OASIS, "Echo()?text='a b'", "text=String(\"a b\") of text");
    check(&Dialect::OASIS, "Echo()?text=a+b", "text=String(\"a b\") of text");
    let refused = "found `a` for the parameter `text` of `Echo`, expected a value of type `Edm.String` in single quotes, not null";
    check(&Dialect::OASIS, "Echo()?@text=a", refused);
    check(&Dialect::GRAPH, "Echo()?text=a", refused);
    check(&Dialect::OASIS, "Echo(text=@x)?@x='a%00b'", "text=String(\"a\\0b\") of ");
}

#[test]
fn functions_at_the_root() {
    check(
        &[
            "Top",
            "top()",
            "Top(count=3)",
            "Top(Count=@c)?@c=3",
            "Top?count=3",
            "Top()?count=3&other=1",
            "Top?@count=3",
            "Top?count=true",
            "Top(count=3)?count=4",
            "Top()/$count",
            &format!("Top()({GUID})/Name"),
            &format!("Top({GUID})"),
            &format!("Top/{GUID}"),
            "Top/$filter(Price gt 1)/shop.Bundle/$count",
            "Echo(text='a''b%2Fc')",
            "Totals",
        ],
        &expect![[r#"
            Top
              [Article]: call Top()
            top()
              [Article]: call Top()
            Top(count=3)
              [Article]: call Top(count) count=Integer(3)
            Top(Count=@c)?@c=3
              [Article]: call Top(count) count=Integer(3)
            Top?count=3
              [Article]: call Top(count) count=Integer(3)
            Top()?count=3&other=1
              [Article]: call Top(count) count=Integer(3)
            Top?@count=3
              [Article]: call Top(count) count=Integer(3)
            Top?count=true
              [Article]: call Top()
            Top(count=3)?count=4
              [Article]: call Top(count) count=Integer(3)
            Top()/$count
              [Article] Count: call Top()
            Top()(00000000-0000-0000-0000-000000000001)/Name
              Name: call Top(), ID=[Guid(00000000-0000-0000-0000-000000000001)], .Name
            Top(00000000-0000-0000-0000-000000000001)
              Article: call Top(), ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Top/00000000-0000-0000-0000-000000000001
              Article: call Top(), ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Top/$filter(Price gt 1)/shop.Bundle/$count
              [Bundle] Count: call Top(), where Price gt 1, as Bundle
            Echo(text='a''b%2Fc')
              Edm.String: call Echo(text) text=String("a'b/c")
            Totals
              Figures: call Totals()
        "#]],
    );
}

#[test]
fn functions_bound() {
    check(
        &[
            "Bestseller/Total(rate=0.25)",
            "Bestseller/shop.Total(rate=1)",
            "Bestseller/shop.total?rate=1",
            "Bestseller/Discounted(percent=10)",
            "Bestseller/Discounted(rate=1,percent=10)",
            "Bestseller/Discounted(percent=10)?rate=2",
            &format!("Articles({GUID})/shop.Bundle/Similar/Average"),
            "Articles/Average()",
            "Articles/shop.Average",
            "Articles/$filter(Price gt 1)/Average",
            "Bestseller/Similar/$count",
        ],
        &expect![[r#"
            Bestseller/Total(rate=0.25)
              Edm.Double: one Bestseller, call Total(article,rate) rate=Double(0.25)
            Bestseller/shop.Total(rate=1)
              Edm.Double: one Bestseller, call Total(article,rate) rate=Double(1.0)
            Bestseller/shop.total?rate=1
              Edm.Double: one Bestseller, call Total(article,rate) rate=Double(1.0)
            Bestseller/Discounted(percent=10)
              Edm.Double: one Bestseller, call Discounted(article,percent) percent=Double(10.0)
            Bestseller/Discounted(rate=1,percent=10)
              Edm.Double: one Bestseller, call Discounted(article,percent,rate) percent=Double(10.0) rate=Double(1.0)
            Bestseller/Discounted(percent=10)?rate=2
              Edm.Double: one Bestseller, call Discounted(article,percent,rate) percent=Double(10.0) rate=Double(2.0)
            Articles(00000000-0000-0000-0000-000000000001)/shop.Bundle/Similar/Average
              Edm.Double: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], as Bundle, call Similar(article), call Average(articles)
            Articles/Average()
              Edm.Double: set Articles, call Average(articles)
            Articles/shop.Average
              Edm.Double: set Articles, call Average(articles)
            Articles/$filter(Price gt 1)/Average
              Edm.Double: set Articles, where Price gt 1, call Average(articles)
            Bestseller/Similar/$count
              [Article] Count: one Bestseller, call Similar(article)
        "#]],
    );
}

#[test]
fn actions_keep_their_overloads() {
    check(
        &[
            "Reset",
            "Reset()",
            "Bestseller/Raise",
            "Bestseller/shop.Retire",
            "Articles/Recount",
            "Articles/$filter(Price gt 1)/$each/Retire",
            "Articles/$each/shop.Raise",
            "Articles/$each/Name",
            "Articles/$each/$count",
        ],
        &expect![[r#"
            Reset
              Operation: call Reset()|Reset(makers)
            Reset()
              Operation: call Reset()|Reset(makers)
            Bestseller/Raise
              Article: one Bestseller, call Raise(article,amount)
            Bestseller/shop.Retire
              Nothing: one Bestseller, call Retire(article)
            Articles/Recount
              Nothing: set Articles, call Recount(articles)
            Articles/$filter(Price gt 1)/$each/Retire
              Operation Each: set Articles, where Price gt 1, call Retire(article)
            Articles/$each/shop.Raise
              Operation Each: set Articles, call Raise(article,amount)
            Articles/$each/Name
              400 Resource not found for the segment 'Name'.
            Articles/$each/$count
              400 Resource not found for the segment '$count'.
        "#]],
    );
}

#[test]
fn calls_that_do_not_fit() {
    check(
        &[
            "Top(3)",
            "Top(size=3)",
            "Top(count=3,count=4)",
            "Top(count='x')",
            "Top(count=9223372036854775808)",
            "Top(count=null)",
            "Top(count=@c)",
            "Top(count=@c)?@c=@d&@d=1",
            "Top(count=@c)?@c=[1]",
            "Echo",
            "Echo(text=a)",
            "Echo('a')",
            "Echo(text='a',more=1)",
            "Totals/Count",
            "Echo(text='a')/$value",
            "Bestseller/Total(rate=1)/x",
            "Bestseller/Raise(amount=1)",
            "Reset/x",
            "Bestseller/Raise/Name",
            "Articles/Total(rate=1)",
            "Bestseller/shop.Average",
            "Makers/shop.Average",
            "Bestseller/shop.Totl(rate=1)",
            "Bestseller/Simlar",
            "shop.Top",
            "Tpo",
            "Top()(1)(2)",
        ],
        &expect![[r#"
            Top(3)
              400 found a value without a name for `Top`, expected `Top()` or `Top(count)`
            Top(size=3)
              400 found the arguments `size` for `Top`, expected `Top()` or `Top(count)`
            Top(count=3,count=4)
              400 found the arguments `count,count` for `Top`, expected `Top()` or `Top(count)`
            Top(count='x')
              400 found `x` for the parameter `count` of `Top`, expected a value of type `Edm.Int64`, not null
            Top(count=9223372036854775808)
              400 found `9223372036854775808` for the parameter `count` of `Top`, expected a value of type `Edm.Int64`, not null
            Top(count=null)
              400 found `null` for the parameter `count` of `Top`, expected a value of type `Edm.Int64`, not null
            Top(count=@c)
              400 found no value for `@c` for the parameter `count` of `Top`, expected a value of type `Edm.Int64`, not null
            Top(count=@c)?@c=@d&@d=1
              400 found `@d` as `@c` for the parameter `count` of `Top`, expected a value of type `Edm.Int64`, not null
            Top(count=@c)?@c=[1]
              400 found `[1]` as `@c` for the parameter `count` of `Top`, expected a value of type `Edm.Int64`, not null
            Echo
              400 found no arguments for `Echo`, expected `Echo(text)`
            Echo(text=a)
              400 found `a` for the parameter `text` of `Echo`, expected a value of type `Edm.String` in single quotes, not null
            Echo('a')
              400 found a value without a name for `Echo`, expected `Echo(text)`
            Echo(text='a',more=1)
              400 found the arguments `text,more` for `Echo`, expected `Echo(text)`
            Totals/Count
              400 found a segment after `Totals`, expected the end: it is not composable
            Echo(text='a')/$value
              400 found a segment after `Echo`, expected the end: it is not composable
            Bestseller/Total(rate=1)/x
              400 found a segment after `Total`, expected the end: it is not composable
            Bestseller/Raise(amount=1)
              400 found arguments in the path, expected the parameters of `Raise` in the body
            Reset/x
              400 found a segment after `Reset`, expected the end: it is not composable
            Bestseller/Raise/Name
              400 found a segment after `Raise`, expected the end: it is not composable
            Articles/Total(rate=1)
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Bestseller/shop.Average
              400 Resource not found for the segment 'shop.Average'.
            Makers/shop.Average
              400 Resource not found for the segment 'shop.Average'.
            Bestseller/shop.Totl(rate=1)
              400 Resource not found for the segment 'shop.Totl(rate=1)'. Did you mean `shop.Total`?
            Bestseller/Simlar
              400 Resource not found for the segment 'Simlar'. Did you mean `Similar`?
            shop.Top
              400 Resource not found for the segment 'shop.Top'.
            Tpo
              400 Resource not found for the segment 'Tpo'. Did you mean `Top`?
            Top()(1)(2)
              400 Resource not found for the segment 'Top()(1)(2)'.
        "#]],
    );
}

#[test]
fn what_a_call_takes() {
    let address = bound("Top?count=3&x=1").unwrap();
    let call = address.call().unwrap();
    assert!(call.takes("Count") && !call.takes("x") && !call.is_action());
    assert_eq!(call.operation().unwrap().name, "Top");
    let address = bound("Reset").unwrap();
    assert!(address.call().unwrap().is_action() && address.call().unwrap().operation().is_none());
}
