//! `$expand` and the options in its parentheses.

use expect_test::expect;

use super::check;

#[test]
fn expand_nests_options() {
    check(
        &[
            "$expand=Reviews",
            "expand=opinions,Maker",
            "$expand=Reviews($select=Text;$top=2;$skip=1;$orderby=Stars desc,Text;$count=true)",
            "$expand=Reviews( top=2 ; select=Text )",
            "$expand=Maker($select=Name;$expand=Reviews($select=Text))&$select=Name",
            "$select=Badges&$expand=Badges",
        ],
        &expect![[r#"
            $expand=Reviews
              expand Reviews[nothing] (Reviews())
            expand=opinions,Maker
              expand Reviews[nothing], expand Maker[nothing] (Reviews(),Maker())
            $expand=Reviews($select=Text;$top=2;$skip=1;$orderby=Stars desc,Text;$count=true)
              expand Reviews[select Text, by Stars desc, by Text, top 2, skip 1, count] (Reviews(Text))
            $expand=Reviews( top=2 ; select=Text )
              expand Reviews[select Text, top 2] (Reviews(Text))
            $expand=Maker($select=Name;$expand=Reviews($select=Text))&$select=Name
              select Name, expand Maker[select Name, expand Reviews[select Text]] (Name,Maker(Name,Reviews(Text)))
            $select=Badges&$expand=Badges
              select Badges, expand Badges[nothing] (Badges())
        "#]],
    );
}

#[test]
fn expand_refuses() {
    check(
        &[
            "$expand=",
            "$expand=Reviws",
            "$expand=Name",
            "$expand=Reviews,Opinions",
            "$expand=Maker()",
            "$expand=Reviews( )",
            "$select=Tags()",
            "$expand=*",
            "$expand=Maker/Reviews",
            "$expand=$ref",
            "$expand=Reviews($filter=Stars gt 3)",
            "$expand=Reviews($levels=2)",
            "$expand=Reviews($skiptoken=x)",
            "$expand=Reviews($top=1;$top=2)",
            "$expand=Reviews(mine=1)",
            "$expand=Reviews($tpo=1)",
            "$expand=Maker($top=1)",
            "$expand=Maker($select=Nmae)",
            "$expand=Reviews($top=1",
            "$expand=Reviews)",
            "$expand=Reviews($top=1)x",
            "$expand=Reviews($top=1)($top=2)",
            "$expand=Reviews(;)",
            "$expand=Related($expand=Related($expand=Related($expand=Related($expand=Related))))",
        ],
        &expect![[r#"
            $expand=
              400 BadRequest $expand: invalid $expand: found the end at column 1, expected a name
            $expand=Reviws
              400 RequestBroker--ParseUri $expand: Could not find a property named 'Reviws' on type 'shop.Article'. Did you mean `Reviews`?
            $expand=Name
              400 BadRequest $expand: `Name` is part of every answer, expected a relationship to expand
            $expand=Reviews,Opinions
              400 BadRequest $expand: `Reviews` must not be expanded more than once
            $expand=Maker()
              400 BadRequest $expand: invalid $expand: found `)` at column 7, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $expand=Reviews( )
              400 BadRequest $expand: invalid $expand: found `)` at column 10, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $select=Tags()
              400 BadRequest $select: invalid $select: found `)` at column 6, expected `$compute`, `$count`, `$filter`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $expand=*
              expand Maker[nothing], expand Blurbs[nothing], expand Related[nothing], expand Reviews[nothing], expand Badges[nothing], expand Praise[nothing] (Maker(),Blurbs(),Related(),Reviews(),Badges(),Praise())
            $expand=Maker/Reviews
              400 BadRequest $expand: found `Reviews` after the relationship `Maker`, expected `Maker($expand=Reviews)`
            $expand=$ref
              400 BadRequest $expand: invalid $expand: found `$ref` at column 1, expected a name
            $expand=Reviews($filter=Stars gt 3)
              expand Reviews[filter of 4] (Reviews())
            $expand=Reviews($levels=2)
              expand Reviews[nothing] (Reviews())
            $expand=Reviews($skiptoken=x)
              400 BadRequest $expand: invalid $expand: found `$skiptoken` at column 9, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $expand=Reviews($top=1;$top=2)
              400 BadRequest $top: the query option `$top` must not appear more than once
            $expand=Reviews(mine=1)
              400 BadRequest $expand: invalid $expand: found `mine` at column 9, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $expand=Reviews($tpo=1)
              400 BadRequest $expand: invalid $expand: found `$tpo` at column 9, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $expand=Maker($top=1)
              400 BadRequest $top: the query option `$top` does not apply here, expected `$compute`, `$expand`, `$select` or `$levels`
            $expand=Maker($select=Nmae)
              400 RequestBroker--ParseUri $select: Could not find a property named 'Nmae' on type 'shop.Maker'. Did you mean `Name`?
            $expand=Reviews($top=1
              400 BadRequest $expand: invalid $expand: found the end at column 15, expected `;` or `)`
            $expand=Reviews)
              400 BadRequest $expand: invalid $expand: found `)` at column 8, expected `,` and another item
            $expand=Reviews($top=1)x
              400 BadRequest $expand: invalid $expand: found `x` at column 16, expected `,` and another item
            $expand=Reviews($top=1)($top=2)
              400 BadRequest $expand: invalid $expand: found `(` at column 16, expected `,` and another item
            $expand=Reviews(;)
              400 BadRequest $expand: invalid $expand: found `;` at column 9, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $expand=Related($expand=Related($expand=Related($expand=Related($expand=Related))))
              400 BadRequest $expand: invalid $expand: found more than 4 levels of `$expand`, the most that the setting `query.expands` admits, at column 65
        "#]],
    );
}

#[test]
fn forms_casts_and_levels() {
    check(
        &[
            "$expand=Reviews/$ref,Maker/$ref",
            "$expand=Reviews/$count($filter=Stars gt 3),Reviews($top=1)",
            "$expand=shop.Bundle/Reviews,Related/shop.Bundle($select=Count)",
            "$expand=Related/$ref($filter=Price gt 1;$top=2)",
            "$expand=Related($levels=3;$select=Name)",
            "$expand=Related($levels=1)",
            "$expand=Related($levels=max;$expand=Maker)",
            "$expand=Maker($expand=Articles($expand=Related($levels=max)))",
            "$expand=Maker($select=Name),*",
            "$expand=*/$ref",
            "$expand=Related($expand=*)&$select=*",
            "$expand=Reviews($filter=Stars gt 3;$search=good;$compute=Stars add 1 as s;$select=s)",
            "$expand=Related($levels=0)",
            "$expand=Related($levels=-1)",
            "$expand=Related($levels=x)",
            "$expand=Maker($levels=2)",
            "$expand=Related($levels=2;$expand=Related)",
            "$expand=Maker/$count",
            "$expand=Maker/$ref($top=1)",
            "$expand=Reviews/$count($top=1)",
            "$expand=Origin/Place",
            "$expand=Photo",
            "$expand=$value",
            "$expand=shop.Maker/Reviews",
            "$expand=Maker/shop.Review",
            "$expand=Related/shop.Nothing",
            "$expand=shop.Bundle",
            "$expand=@Core.x",
            "$expand=Reviews($filter=$it/Name eq Text)",
            "$expand=Reviews($top=3000000000)",
            "$expand=Reviews($apply=aggregate($count as n))",
        ],
        &expect![[r#"
            $expand=Reviews/$ref,Maker/$ref
              expand Reviews/$ref[nothing], expand Maker/$ref[nothing] (Reviews(),Maker())
            $expand=Reviews/$count($filter=Stars gt 3),Reviews($top=1)
              expand Reviews/$count[filter of 4], expand Reviews[top 1] (Reviews())
            $expand=shop.Bundle/Reviews,Related/shop.Bundle($select=Count)
              expand Bundle/Reviews[nothing], expand Related/Bundle[select Count] (shop.Bundle/Reviews(),Related/shop.Bundle(Count))
            $expand=Related/$ref($filter=Price gt 1;$top=2)
              expand Related/$ref[filter of 4, top 2] (Related())
            $expand=Related($levels=3;$select=Name)
              expand Related+[select Name, expand Related+[select Name, expand Related+[select Name]]] (Related+(Name))
            $expand=Related($levels=1)
              expand Related[nothing] (Related())
            $expand=Related($levels=max;$expand=Maker)
              expand Related+[expand Maker[nothing], expand Related+[expand Maker[nothing], expand Related+[expand Maker[nothing], expand Related+[expand Maker[nothing]]]]] (Related+(Maker()))
            $expand=Maker($expand=Articles($expand=Related($levels=max)))
              expand Maker[expand Articles[expand Related+[expand Related+[nothing]]]] (Maker(Articles(Related+())))
            $expand=Maker($select=Name),*
              expand Maker[select Name], expand Blurbs[nothing], expand Related[nothing], expand Reviews[nothing], expand Badges[nothing], expand Praise[nothing] (Maker(Name),Blurbs(),Related(),Reviews(),Badges(),Praise())
            $expand=*/$ref
              expand Maker/$ref[nothing], expand Blurbs/$ref[nothing], expand Related/$ref[nothing], expand Reviews/$ref[nothing], expand Badges/$ref[nothing], expand Praise/$ref[nothing] (Maker(),Blurbs(),Related(),Reviews(),Badges(),Praise())
            $expand=Related($expand=*)&$select=*
              select *, expand Related[expand Maker[nothing], expand Blurbs[nothing], expand Related[nothing], expand Reviews[nothing], expand Badges[nothing], expand Praise[nothing]] (*,Related(Maker(),Blurbs(),Related(),Reviews(),Badges(),Praise()))
            $expand=Reviews($filter=Stars gt 3;$search=good;$compute=Stars add 1 as s;$select=s)
              expand Reviews[`Edm.Int64` as s, search, filter of 4, select s] (Reviews(s))
            $expand=Related($levels=0)
              400 BadRequest $expand: invalid $expand: found `0` at column 17, expected `max` or a number from 1
            $expand=Related($levels=-1)
              400 BadRequest $expand: invalid $expand: found `-1` at column 17, expected `max` or a number from 1
            $expand=Related($levels=x)
              400 BadRequest $expand: invalid $expand: found `x` at column 17, expected `max` or a number from 1
            $expand=Maker($levels=2)
              expand Maker[nothing] (Maker())
            $expand=Related($levels=2;$expand=Related)
              400 BadRequest $expand: `Related` must not be expanded more than once
            $expand=Maker/$count
              400 BadRequest $expand: found `$count` after `Maker`, which leads to one entity
            $expand=Maker/$ref($top=1)
              400 BadRequest $top: the query option `$top` does not apply here, expected no option
            $expand=Reviews/$count($top=1)
              400 BadRequest $expand: invalid $expand: found `$top` at column 16, expected `$filter` or `$search`
            $expand=Origin/Place
              501 notSupported $expand: a path through `Origin` in `$expand` is not supported yet
            $expand=Photo
              501 notSupported $expand: the stream `Photo` in `$expand` is not supported yet
            $expand=$value
              501 notSupported $expand: `$value` in `$expand` is not supported yet
            $expand=shop.Maker/Reviews
              400 BadRequest $expand: found the type `shop.Maker`, expected `Article` or one derived from it
            $expand=Maker/shop.Review
              400 BadRequest $expand: found the type `shop.Review`, expected `Maker` or one derived from it
            $expand=Related/shop.Nothing
              400 BadRequest $expand: there is no type `shop.Nothing`
            $expand=shop.Bundle
              400 BadRequest $expand: found `Bundle`, expected a relationship after it
            $expand=@Core.x
              501 notSupported $expand: the annotation `Core.x` in a path is not supported yet
            $expand=Reviews($filter=$it/Name eq Text)
              expand Reviews[filter of 5] (Reviews())
            $expand=Reviews($top=3000000000)
              400 BadRequest $top: found `3000000000` for `$top`, expected a whole number from 0 to 2147483647
            $expand=Reviews($apply=aggregate($count as n))
              501 notSupported $expand: `$apply` within `$expand` is not supported yet
        "#]],
    );
}
