//! Expressions in options: names, aliases, computed properties.

use edm::model::build;
use expect_test::expect;

use super::{Applies, bound, check, check_over};

#[test]
fn relationships_within_expressions() {
    check(
        &[
            "$filter=Maker/Name eq 'x'&$orderby=Maker/Name desc,Reviews/$count",
            "$filter=Reviews/any(r:r/Stars gt 3) and Opinions/all(r:r/Text ne null)",
            "$filter=Reviews/$count($filter=Stars gt 3;$search=good) gt 1",
            "$filter=Related/$filter(Price gt 2)/any(r:r/Maker/Name eq Name)",
            "$filter=shop.Bundle/Count gt 2 and Related/shop.Bundle/any(b:b/Count eq 1)",
            "$filter=isof(shop.Bundle) and isof('shop.Bundle') and Maker/shop.Maker/Name eq 'x'",
            "$filter=cast(Price,'Edm.String') eq '3' and isof($it,shop.Article)",
            "$filter=$this/Name eq 'x' and $it/Name eq 'x'",
            "$filter=Maker/Nmae eq 'x'",
            "$filter=Maker/Reviews/Stars eq 3",
            "$filter=Reviews(3f2504e0-4f89-11d3-9a0c-0305e82c3301)/Stars eq 3",
            "$filter=Reviews/3f2504e0-4f89-11d3-9a0c-0305e82c3301/Stars eq 3",
            "$filter=$root/Articles/any()",
            "$filter=shop.Total(rate=1) gt 2",
            "$filter=Totl(rate=1) gt 2",
            "$filter=@Core.Description eq 'x'",
            "$filter=Name/@Core.Description eq 'x'",
            "$filter=Reviews/all()",
            "$filter=Name/any()",
            "$filter=Reviews/$count($filter=Stars gt 3;$filter=Stars gt 4) gt 1",
            "$filter=isof('no type') or true",
            "$filter=isof(shop.Nothing)",
            "$filter=isof(Collection(Edm.String))",
        ],
        &expect![[r#"
            $filter=Maker/Name eq 'x'&$orderby=Maker/Name desc,Reviews/$count
              filter of 5, by 3 nodes desc, by 3 nodes
            $filter=Reviews/any(r:r/Stars gt 3) and Opinions/all(r:r/Text ne null)
              filter of 15
            $filter=Reviews/$count($filter=Stars gt 3;$search=good) gt 1
              filter of 11
            $filter=Related/$filter(Price gt 2)/any(r:r/Maker/Name eq Name)
              filter of 14
            $filter=shop.Bundle/Count gt 2 and Related/shop.Bundle/any(b:b/Count eq 1)
              filter of 17
            $filter=isof(shop.Bundle) and isof('shop.Bundle') and Maker/shop.Maker/Name eq 'x'
              filter of 12
            $filter=cast(Price,'Edm.String') eq '3' and isof($it,shop.Article)
              filter of 8
            $filter=$this/Name eq 'x' and $it/Name eq 'x'
              filter of 9
            $filter=Maker/Nmae eq 'x'
              400 RequestBroker--ParseUri $filter: Could not find a property named 'Nmae' on type 'shop.Maker'. Did you mean `Name`? It stands in `Maker/Nmae`.
            $filter=Maker/Reviews/Stars eq 3
              400 BadRequest $filter: found `Stars` after `Collection(Review)`, expected `any`, `all`, `$filter` or `$count`
            $filter=Reviews(3f2504e0-4f89-11d3-9a0c-0305e82c3301)/Stars eq 3
              filter of 11
            $filter=Reviews/3f2504e0-4f89-11d3-9a0c-0305e82c3301/Stars eq 3
              501 notSupported $filter: the key `3f2504e0-4f89-11d3-9a0c-0305e82c3301` within an expression is not supported yet
            $filter=$root/Articles/any()
              filter of 3
            $filter=shop.Total(rate=1) gt 2
              501 notSupported $filter: the function `shop.Total` within an expression is not supported yet
            $filter=Totl(rate=1) gt 2
              400 BadRequest $filter: there is no function `Totl`
            $filter=@Core.Description eq 'x'
              501 notSupported $filter: the annotation `Core.Description` within an expression is not supported yet
            $filter=Name/@Core.Description eq 'x'
              501 notSupported $filter: the annotation `Core.Description` within an expression is not supported yet
            $filter=Reviews/all()
              400 BadRequest $filter: invalid $filter: found `)` at column 13, expected a variable
            $filter=Name/any()
              400 BadRequest $filter: `any`: found `Edm.String`, expected a list
            $filter=Reviews/$count($filter=Stars gt 3;$filter=Stars gt 4) gt 1
              400 BadRequest $filter: the query option `$filter` must not appear more than once
            $filter=isof('no type') or true
              400 BadRequest $filter: invalid $filter: found `)` at column 15, expected an operator or `,` and a type
            $filter=isof(shop.Nothing)
              400 BadRequest $filter: there is no type `shop.Nothing`
            $filter=isof(Collection(Edm.String))
              501 notSupported $filter: a type of collections in `cast` and `isof` is not supported yet
        "#]],
    );
}

#[test]
fn literals_stand_for_what_they_meet() {
    check(
        &[
            "$filter=Condition eq 'Used' and Condition eq 1 and Condition in ('New',7) and Condition eq shop.Condition'New'",
            "$filter=Stock has 'Store' and Stock has shop.Stock'Store,Online'",
            "$filter=Lead gt 'PT1H' and CreatedAt sub duration'P1D' lt now()",
            "$filter=Released eq 2020-01-01 and CreatedAt gt 2020-01-01T00:00:00Z",
            "$filter=CreatedAt gt 2020-01-01",
            "$filter=Condition eq 'Old'",
            "$filter=Condition eq 2",
            "$filter=Lead gt 'an hour'",
            "$filter=Name eq 5",
            "$filter=Name",
            "$filter=Tags",
            "$filter=Nmae eq 'x'",
            "$filter=Name eq 'x' adn Price gt 2",
            "$filter=Name%20eq%20'x",
            "$filter=Name+eq+'a%2Bb%26c%0Ad'",
            "$filter= Name eq 'x' ",
            "$filter=Name%0Aeq%0D%0A'x'",
            "$filter=",
            "$filter",
        ],
        &expect![[r#"
            $filter=Condition eq 'Used' and Condition eq 1 and Condition in ('New',7) and Condition eq shop.Condition'New'
              filter of 21
            $filter=Stock has 'Store' and Stock has shop.Stock'Store,Online'
              filter of 9
            $filter=Lead gt 'PT1H' and CreatedAt sub duration'P1D' lt now()
              filter of 11
            $filter=Released eq 2020-01-01 and CreatedAt gt 2020-01-01T00:00:00Z
              filter of 9
            $filter=CreatedAt gt 2020-01-01
              400 BadRequest $filter: `gt`: found `Edm.DateTimeOffset` and `Edm.Date`, expected two operands of comparable types
            $filter=Condition eq 'Old'
              400 BadRequest $filter: found `Old`, expected one of `New`, `Used`, `Broken`
            $filter=Condition eq 2
              400 BadRequest $filter: found `2`, expected one of `New`, `Used`, `Broken`
            $filter=Lead gt 'an hour'
              400 BadRequest $filter: found `an hour`, expected a duration such as `PT1H30M`
            $filter=Name eq 5
              400 BadRequest $filter: `eq`: found `Edm.String` and `Edm.Int64`, expected two operands of comparable types
            $filter=Name
              400 BadRequest $filter: found a value of type `Edm.String`, expected a condition
            $filter=Tags
              400 BadRequest $filter: found a list, expected a condition
            $filter=Nmae eq 'x'
              400 RequestBroker--ParseUri $filter: Could not find a property named 'Nmae' on type 'shop.Article'. Did you mean `Name`?
            $filter=Name eq 'x' adn Price gt 2
              400 BadRequest $filter: invalid $filter: found `adn` at column 13, expected an operator
            $filter=Name%20eq%20'x
              400 BadRequest $filter: invalid $filter: found `'x` at column 9, expected a closing quote
            $filter=Name+eq+'a%2Bb%26c%0Ad'
              filter of 4
            $filter= Name eq 'x' 
              filter of 4
            $filter=Name%0Aeq%0D%0A'x'
              filter of 4
            $filter=
              400 BadRequest $filter: invalid $filter: found the end at column 1, expected an expression
            $filter
              400 BadRequest $filter: invalid $filter: found the end at column 1, expected an expression
        "#]],
    );
}

#[test]
fn aliases_stand_for_expressions() {
    check(
        &[
            "$filter=Name eq @n&@n='x'",
            "$filter=Name eq @n",
            "$filter=Price gt @a and Sold lt @b&@a=@b add 1&@b=2",
            "$filter=Name in @names&@names=[\"a\",\"b\"]",
            "$filter=@on&@on=Maker/Name eq 'x'",
            "$filter=Origin eq @o&@o={\"City\":\"Oslo\",\"Place\":{\"Latitude\":1,\"Longitude\":2}}",
            "$filter=@o ne Origin&@o={\"@odata.type\":\"%23shop.Address\",\"City\":@c}&@c='x'",
            "$filter=Reviews/any(r:r/Text eq @n)&@n='x'",
            "$orderby=@key desc&@key=length(Name)",
            "$compute=length(@n) as n&@n='x'",
            "$expand=Reviews(@p=3;$filter=Stars gt @p)&$filter=Price eq @p&@p='x'",
            "$expand=Reviews($filter=Stars gt @p)&@p=3",
            "$filter=@n/City eq 'x'&@n=Origin",
            "@unused=1",
            "$filter=Name eq @N&@n=1",
            "$filter=@a&@a=not @b&@b=not @a",
            "$filter=Origin eq @o&@o={\"Place\":@o}",
            "$filter=Name eq @n&@n='x'&@n='y'",
            "$filter=Name eq @n&@n='x",
            "$filter=Name eq @n&@n",
            "@n.a=1",
            "@=1",
            "$filter=Origin eq @o&@o={\"Ctiy\":1}",
            "$filter=Origin eq @o&@o={\"City\":1}",
            "$filter=Origin eq @o&@o={\"City\":null,\"City\":null}",
            "$filter=Name eq @o&@o={}",
            "$filter=@o eq @o&@o={}",
            "$filter=length(@o) eq 1&@o={}",
        ],
        &expect![[r#"
            $filter=Name eq @n&@n='x'
              filter of 4
            $filter=Name eq @n
              filter of 4
            $filter=Price gt @a and Sold lt @b&@a=@b add 1&@b=2
              filter of 11
            $filter=Name in @names&@names=["a","b"]
              filter of 6
            $filter=@on&@on=Maker/Name eq 'x'
              filter of 5
            $filter=Origin eq @o&@o={"City":"Oslo","Place":{"Latitude":1,"Longitude":2}}
              filter of 43
            $filter=@o ne Origin&@o={"@odata.type":"%23shop.Address","City":@c}&@c='x'
              filter of 23
            $filter=Reviews/any(r:r/Text eq @n)&@n='x'
              filter of 7
            $orderby=@key desc&@key=length(Name)
              by 3 nodes desc
            $compute=length(@n) as n&@n='x'
              `Edm.Int32` as n
            $expand=Reviews(@p=3;$filter=Stars gt @p)&$filter=Price eq @p&@p='x'
              400 BadRequest $filter: `eq`: found `Edm.Double` and `Edm.String`, expected two operands of comparable types
            $expand=Reviews($filter=Stars gt @p)&@p=3
              expand Reviews[filter of 4] (Reviews())
            $filter=@n/City eq 'x'&@n=Origin
              filter of 5
            @unused=1
              nothing
            $filter=Name eq @N&@n=1
              filter of 4
            $filter=@a&@a=not @b&@b=not @a
              400 BadRequest $filter: found `@a` within its own value, expected a value without it
            $filter=Origin eq @o&@o={"Place":@o}
              400 BadRequest $filter: found `@o` within its own value, expected a value without it
            $filter=Name eq @n&@n='x'&@n='y'
              400 BadRequest @n: the parameter alias `@n` must not appear more than once
            $filter=Name eq @n&@n='x
              400 BadRequest @n: found `'x` at column 1 of `@n`, expected a closing quote
            $filter=Name eq @n&@n
              400 BadRequest @n: found the end at column 1 of `@n`, expected an expression
            @n.a=1
              400 BadRequest : found `@n.a` at column 1 of the query, expected a parameter alias
            @=1
              400 BadRequest : found `@` at column 1 of the query, expected a parameter alias
            $filter=Origin eq @o&@o={"Ctiy":1}
              400 RequestBroker--ParseUri $filter: Could not find a property named 'Ctiy' on type 'shop.Address'. Did you mean `City`?
            $filter=Origin eq @o&@o={"City":1}
              400 BadRequest $filter: `eq`: found `Edm.String` and `Edm.Int64`, expected two operands of comparable types
            $filter=Origin eq @o&@o={"City":null,"City":null}
              400 BadRequest $filter: found `City` twice in an object of type `Address`, expected it once
            $filter=Name eq @o&@o={}
              400 BadRequest $filter: found an object beside `Edm.String`, expected a complex value
            $filter=@o eq @o&@o={}
              501 notSupported $filter: an object other than beside `eq` and `ne` is not supported yet
            $filter=length(@o) eq 1&@o={}
              501 notSupported $filter: an object other than beside `eq` and `ne` is not supported yet
        "#]],
    );
}

#[test]
fn computed_properties_have_names() {
    check(
        &[
            "$compute=Price mul 2 as double,double add 1 as more&$filter=more gt 3&$orderby=double desc&$select=Name,DOUBLE,more",
            "$filter=n gt 3&$compute=length(Name) as n",
            "$compute=Origin as o&$filter=o/City eq 'x'",
            "$compute=Maker/Name as m&$filter=Related/any(r:r/Name eq m)",
            "$compute=Reviews/any(r:r/Stars gt 3) as liked&$filter=Related/any(r:liked and r/Price gt 1)",
            "$expand=Reviews($compute=Stars add 1 as s;$select=s;$orderby=s)",
            "$compute=1 as one&$expand=Reviews($filter=one eq 1)",
            "$compute=length(Name) as n&$filter=Related/$count($filter=n gt 1) gt 1",
            "$compute=more add 1 as less,1 as more",
            "$compute=1 as Name",
            "$compute=1 as maker",
            "$compute=1 as a,2 as a",
            "$compute=1 as double&$select=doubel",
            "$compute=Origin as o&$select=o/City",
            "$compute=1",
            "$compute=1 as a b",
        ],
        &expect![[r#"
            $compute=Price mul 2 as double,double add 1 as more&$filter=more gt 3&$orderby=double desc&$select=Name,DOUBLE,more
              `Edm.Double` as double, `Edm.Double` as more, filter of 8, select Name double more, by 4 nodes desc (Name,double,more)
            $filter=n gt 3&$compute=length(Name) as n
              `Edm.Int32` as n, filter of 5
            $compute=Origin as o&$filter=o/City eq 'x'
              `Address` as o, filter of 5
            $compute=Maker/Name as m&$filter=Related/any(r:r/Name eq m)
              `Edm.String` as m, filter of 9
            $compute=Reviews/any(r:r/Stars gt 3) as liked&$filter=Related/any(r:liked and r/Price gt 1)
              `Edm.Boolean` as liked, filter of 15
            $expand=Reviews($compute=Stars add 1 as s;$select=s;$orderby=s)
              expand Reviews[`Edm.Int64` as s, select s, by 4 nodes] (Reviews(s))
            $compute=1 as one&$expand=Reviews($filter=one eq 1)
              400 RequestBroker--ParseUri $filter: Could not find a property named 'one' on type 'shop.Review'.
            $compute=length(Name) as n&$filter=Related/$count($filter=n gt 1) gt 1
              400 RequestBroker--ParseUri $filter: Could not find a property named 'n' on type 'shop.Article'. Did you mean `Name`?
            $compute=more add 1 as less,1 as more
              400 RequestBroker--ParseUri $compute: Could not find a property named 'more' on type 'shop.Article'.
            $compute=1 as Name
              400 BadRequest $compute: found the name `Name`, which is a property of the type, expected one that is not taken
            $compute=1 as maker
              400 BadRequest $compute: found the name `maker`, which is a property of the type, expected one that is not taken
            $compute=1 as a,2 as a
              400 BadRequest $compute: found the name `a`, which is computed already, expected one that is not taken
            $compute=1 as double&$select=doubel
              400 RequestBroker--ParseUri $select: Could not find a property named 'doubel' on type 'shop.Article'. Did you mean `double`?
            $compute=Origin as o&$select=o/City
              501 notSupported $select: a member of the computed `o` is not supported yet
            $compute=1
              400 BadRequest $compute: invalid compute expression format: found the end at column 2, expected an operator or `as` and a name
            $compute=1 as a b
              400 BadRequest $compute: invalid compute expression format: found `b` at column 8, expected `,` and another item
        "#]],
    );
}

#[test]
fn searches_are_bound() {
    check(
        &["$search=blue AND NOT \"deep sea\"", "$search='as typed'", "$search=NOT", "$search=(a", "$search="],
        &expect![[r#"
            $search=blue AND NOT "deep sea"
              search
            $search='as typed'
              search
            $search=NOT
              search
            $search=(a
              400 BadRequest $search: invalid $search: found the end at column 3, expected `)`
            $search=
              400 BadRequest $search: invalid $search: found the end at column 1, expected a word, a phrase or `(`
        "#]],
    );
}

#[test]
fn values_are_their_own_rows() {
    check_over(
        build::STRING,
        Applies::Values,
        &[
            "$filter=startswith($this,'a')&$orderby=$this desc&$top=2&$skip=1&$count=true",
            "$filter=startswith($it,'a')",
            "$compute=length($it) as n&$filter=n gt 2",
            "$apply=identity",
            "$filter=Name eq 'x'",
            "$select=Name",
            "$expand=Maker",
        ],
        &expect![[r#"
            $filter=startswith($this,'a')&$orderby=$this desc&$top=2&$skip=1&$count=true
              filter of 3, by  desc, top 2, skip 1, count
            $filter=startswith($it,'a')
              filter of 3
            $compute=length($it) as n&$filter=n gt 2
              400 BadRequest $compute: `$compute` adds properties, which primitive values do not have; expected the expression itself in `$filter` or `$orderby`
            $apply=identity
              501 notSupported $apply: `$apply` to a collection of primitive values is not supported yet
            $filter=Name eq 'x'
              400 BadRequest $filter: found `Name` after `Edm.String`, which has no properties
            $select=Name
              400 BadRequest $select: the query option `$select` does not apply here, expected `$apply`, `$count`, `$filter`, `$format`, `$orderby`, `$schemaversion`, `$search`, `$skip`, `$skiptoken` or `$top`
            $expand=Maker
              400 BadRequest $expand: the query option `$expand` does not apply here, expected `$apply`, `$count`, `$filter`, `$format`, `$orderby`, `$schemaversion`, `$search`, `$skip`, `$skiptoken` or `$top`
        "#]],
    );
}

proptest::proptest! {
    #[test]
    fn never_panics(query in "([$]?(filter|orderby|compute|expand|select|search|apply|@p|@q)=(\\PC{0,8}|Name|Maker/|Reviews/any[(]r:|Related[(]| eq |'x'|@p|@q|[$]it|[$]this| as n| and |[$]levels=max|[$]filter=|/[$]count|shop[.]Bundle/|[;,*()']){0,8}&?){0,4}") {
        if let Ok(query) = bound(&query, Applies::Collection) {
            let _ = (query.context("shop"), query.reach());
        }
    }
}
