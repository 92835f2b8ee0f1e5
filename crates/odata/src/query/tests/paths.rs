//! `$select` and `$orderby`.

use expect_test::expect;

use super::check;

#[test]
fn select_names_members() {
    check(
        &[
            "$select=Name,price",
            "select=NAME,Name, name",
            "$select=*",
            "$select=*,Origin/City",
            "$select=Origin/City,Origin/Place/Latitude",
            "$select=Origin/City,Origin",
            "$select=Origin,Origin/City",
            "$select=Origin/*",
            "$select=Name,Badges,badges,Opinions",
            "$select=Depots/City",
        ],
        &expect![[r#"
            $select=Name,price
              select Name Price (Name,Price)
            select=NAME,Name, name
              select Name (Name)
            $select=*
              select * (*)
            $select=*,Origin/City
              select * Origin/City (*,Origin/City)
            $select=Origin/City,Origin/Place/Latitude
              select Origin/City Origin/Place/Latitude (Origin/City,Origin/Place/Latitude)
            $select=Origin/City,Origin
              select Origin (Origin)
            $select=Origin,Origin/City
              select Origin (Origin)
            $select=Origin/*
              select Origin/* (Origin/*)
            $select=Name,Badges,badges,Opinions
              select Name Badges Reviews (Name,Badges,Reviews)
            $select=Depots/City
              select Depots/City (Depots/City)
        "#]],
    );
}

#[test]
fn select_refuses() {
    check(
        &[
            "$select=",
            "$select=Name,",
            "$select=Nmae",
            "$select=Origin/Ctiy",
            "$select=Origin,Origin/Nothing",
            "$select=Name/City",
            "$select=Badges/Label",
            "$select=Depots($top=1)",
            "$select=(Name",
            "$select=Name/*",
            "$select=*/Name",
        ],
        &expect![[r#"
            $select=
              400 BadRequest $select: invalid $select: found the end at column 1, expected a name
            $select=Name,
              400 BadRequest $select: invalid $select: found the end at column 6, expected a name
            $select=Nmae
              400 RequestBroker--ParseUri $select: Could not find a property named 'Nmae' on type 'shop.Article'. Did you mean `Name`?
            $select=Origin/Ctiy
              400 RequestBroker--ParseUri $select: Could not find a property named 'Ctiy' on type 'shop.Address'. Did you mean `City`?
            $select=Origin,Origin/Nothing
              400 RequestBroker--ParseUri $select: Could not find a property named 'Nothing' on type 'shop.Address'.
            $select=Name/City
              400 BadRequest $select: `Name` has no members, expected nothing after it
            $select=Badges/Label
              501 notSupported $select: paths along the relationship `Badges` are not supported yet in `$select`
            $select=Depots($top=1)
              select Depots Depots with [top 1] (Depots)
            $select=(Name
              400 BadRequest $select: invalid $select: found `(` at column 1, expected a name
            $select=Name/*
              400 BadRequest $select: `Name` has no members, expected nothing after it
            $select=*/Name
              400 BadRequest $select: invalid $select: found `/` at column 2, expected `,` and another item
        "#]],
    );
}

#[test]
fn order_is_by_paths() {
    check(
        &[
            "$orderby=Name",
            "$orderby=Origin/Place/Latitude%20DESC,name%09asc",
            "$orderby=Name,Price,name desc",
            "$orderby=Stock,Released,Sold",
            "$orderby=Tags",
            "$orderby=Origin",
            "$orderby=Depots/City",
            "$orderby=Photo",
            "$orderby=Position",
            "$orderby=Data",
            "$orderby=Origin/City/x",
            "$orderby=Nmae",
            "$orderby=Maker/Name",
            "$orderby=Name up",
            "$orderby=Name asc asc",
            "$orderby=length(Name)",
            "$orderby=,",
            "$orderby=",
        ],
        &expect![[r#"
            $orderby=Name
              by Name
            $orderby=Origin/Place/Latitude%20DESC,name%09asc
              by Origin/Place/Latitude desc, by Name
            $orderby=Name,Price,name desc
              by Name, by Price
            $orderby=Stock,Released,Sold
              by Stock, by Released, by Sold
            $orderby=Tags
              400 BadRequest $orderby: found the list `Tags`, expected a single primitive value to order by
            $orderby=Origin
              400 BadRequest $orderby: found `Origin`, expected a single primitive value to order by
            $orderby=Depots/City
              400 BadRequest $orderby: found `City` after `Collection(Address)`, expected `any`, `all`, `$filter` or `$count`
            $orderby=Photo
              400 BadRequest $orderby: found `Photo`, expected a single primitive value to order by
            $orderby=Position
              400 BadRequest $orderby: found `Position`, expected a single primitive value to order by
            $orderby=Data
              400 BadRequest $orderby: found `Data`, expected a single primitive value to order by
            $orderby=Origin/City/x
              400 BadRequest $orderby: found `x` after `Edm.String`, which has no properties
            $orderby=Nmae
              400 RequestBroker--ParseUri $orderby: Could not find a property named 'Nmae' on type 'shop.Article'. Did you mean `Name`?
            $orderby=Maker/Name
              by 3 nodes
            $orderby=Name up
              400 BadRequest $orderby: invalid $orderby: found `up` at column 6, expected `asc`, `desc`, `,` or an operator
            $orderby=Name asc asc
              400 BadRequest $orderby: invalid $orderby: found `asc` at column 10, expected `asc`, `desc`, `,` or an operator
            $orderby=length(Name)
              by 3 nodes
            $orderby=,
              400 BadRequest $orderby: invalid $orderby: found `,` at column 1, expected an expression
            $orderby=
              400 BadRequest $orderby: invalid $orderby: found the end at column 1, expected an expression
        "#]],
    );
}

#[test]
fn select_takes_options_and_types() {
    check(
        &[
            "$select=Tags($filter=startswith($this,'a');$orderby=$this desc;$top=2;$skip=1;$count=true)",
            "$select=Depots($select=City;$top=1),Origin($select=City,Street)",
            "$select=Depots($filter=City eq 'Oslo' and $this/Street ne null;$search=x)",
            "$select=Origin($compute=length(City) as n;$select=n)",
            "$select=shop.Bundle/Count,Name",
            "$select=Origin/shop.ShopAddress/Floor",
            "$select=shop.*,Name,shop.Total",
            "$select=Name($top=1)",
            "$select=Name(percent)",
            "$select=shop.Total(percent)",
            "$select=Origin($top=1)",
            "$select=Tags($select=x)",
            "$select=Tags($top=1),Tags($top=2)",
            "$select=Reviews($top=1)",
            "$select=Tags($filter=$it eq 'x')",
            "$select=other.*",
            "$select=shop.Maker/Name",
            "$select=shop.Bundle",
            "$select=@Core.x",
        ],
        &expect![[r#"
            $select=Tags($filter=startswith($this,'a');$orderby=$this desc;$top=2;$skip=1;$count=true)
              select Tags Tags with [filter of 3, by  desc, top 2, skip 1, count] (Tags)
            $select=Depots($select=City;$top=1),Origin($select=City,Street)
              select Depots/City Origin/City Origin/Street Depots with [top 1] (Depots/City,Origin/City,Origin/Street)
            $select=Depots($filter=City eq 'Oslo' and $this/Street ne null;$search=x)
              select Depots Depots with [search, filter of 9] (Depots)
            $select=Origin($compute=length(City) as n;$select=n)
              select Origin/n Origin with [`Edm.Int32` as n] (Origin/n)
            $select=shop.Bundle/Count,Name
              select shop.Bundle/Count Name (shop.Bundle/Count,Name)
            $select=Origin/shop.ShopAddress/Floor
              select Origin/shop.ShopAddress/Floor (Origin/shop.ShopAddress/Floor)
            $select=shop.*,Name,shop.Total
              select Name (Name)
            $select=Name($top=1)
              400 BadRequest $top: the query option `$top` does not apply here, expected no option
            $select=Name(percent)
              400 BadRequest $select: found names in parentheses, expected them after an operation
            $select=shop.Total(percent)
              select
            $select=Origin($top=1)
              400 BadRequest $top: the query option `$top` does not apply here, expected `$compute` or `$select`
            $select=Tags($select=x)
              400 BadRequest $select: the query option `$select` does not apply here, expected `$count`, `$filter`, `$orderby`, `$search`, `$skip` or `$top`
            $select=Tags($top=1),Tags($top=2)
              400 BadRequest $select: `Tags` must not be selected more than once with options
            $select=Reviews($top=1)
              400 BadRequest $select: found options after `Reviews`, expected them in `$expand`
            $select=Tags($filter=$it eq 'x')
              400 BadRequest $filter: `eq`: found `Article` and `Edm.String`, expected two operands of comparable types
            $select=other.*
              400 BadRequest $select: found the namespace `other`, expected `shop`
            $select=shop.Maker/Name
              400 BadRequest $select: found the type `shop.Maker`, expected `Article` or one derived from it
            $select=shop.Bundle
              501 notSupported $select: a selection that ends with the type `Bundle` is not supported yet
            $select=@Core.x
              501 notSupported $select: the annotation `Core.x` in a path is not supported yet
        "#]],
    );
}
