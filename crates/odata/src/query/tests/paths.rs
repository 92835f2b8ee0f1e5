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
              400 BadRequest $select: found the end at column 1 of `$select`, expected a name
            $select=Name,
              400 BadRequest $select: found the end at column 6 of `$select`, expected a name
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
              400 BadRequest $select: found `(` at column 1 of `$select`, expected a name
            $select=Name/*
              400 BadRequest $select: `Name` has no members, expected nothing after it
            $select=*/Name
              400 BadRequest $select: found `/` at column 2 of `$select`, expected `,` and another item
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
              400 BadRequest $orderby: found `up` at column 6 of `$orderby`, expected `asc`, `desc`, `,` or an operator
            $orderby=Name asc asc
              400 BadRequest $orderby: found `asc` at column 10 of `$orderby`, expected `asc`, `desc`, `,` or an operator
            $orderby=length(Name)
              by 3 nodes
            $orderby=,
              400 BadRequest $orderby: found `,` at column 1 of `$orderby`, expected an expression
            $orderby=
              400 BadRequest $orderby: found the end at column 1 of `$orderby`, expected an expression
        "#]],
    );
}
