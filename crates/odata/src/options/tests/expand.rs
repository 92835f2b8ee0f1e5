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
            "$expand=Reviews()",
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
            $expand=Reviews()
              expand Reviews[nothing] (Reviews())
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
              400 BadRequest $expand: found nothing where a name was expected in ``
            $expand=Reviws
              400 RequestBroker--ParseUri $expand: Could not find a property named 'Reviws' on type 'shop.Article'. Did you mean `Reviews`?
            $expand=Name
              400 BadRequest $expand: `Name` is part of every answer, expected a relationship to expand
            $expand=Reviews,Opinions
              400 BadRequest $expand: `Reviews` must not be expanded more than once
            $expand=*
              501 notSupported $expand: `*` in `$expand` is not supported yet
            $expand=Maker/Reviews
              501 notSupported $expand: `Maker/Reviews` in `$expand` is not supported yet
            $expand=$ref
              501 notSupported $expand: `$ref` in `$expand` is not supported yet
            $expand=Reviews($filter=Stars gt 3)
              501 notSupported $filter: the query option `$filter` is not supported yet
            $expand=Reviews($levels=2)
              501 notSupported $levels: the query option `$levels` is not supported yet
            $expand=Reviews($skiptoken=x)
              400 BadRequest $skiptoken: the query option `$skiptoken` does not apply here
            $expand=Reviews($top=1;$top=2)
              400 BadRequest $top: the query option `$top` must not appear more than once
            $expand=Reviews(mine=1)
              400 BadRequest $expand: unknown query option `mine`
            $expand=Reviews($tpo=1)
              400 BadRequest $tpo: unknown query option `$tpo`; did you mean `$top`?
            $expand=Maker($top=1)
              400 BadRequest $top: the query option `$top` does not apply here
            $expand=Maker($select=Nmae)
              400 RequestBroker--ParseUri $select: Could not find a property named 'Nmae' on type 'shop.Maker'. Did you mean `Name`?
            $expand=Reviews($top=1
              400 BadRequest $expand: found a parenthesis that is not closed in `Reviews($top=1`
            $expand=Reviews)
              400 BadRequest $expand: found `)` without `(` at column 8 of `Reviews)`
            $expand=Reviews($top=1)x
              400 BadRequest $expand: found `Reviews($top=1)x`, expected nothing after the closing parenthesis
            $expand=Reviews($top=1)($top=2)
              400 BadRequest $expand: found `)` without `(` at column 7 of `$top=1)($top=2`
            $expand=Reviews(;)
              400 BadRequest $expand: found nothing where a name was expected in `;`
            $expand=Related($expand=Related($expand=Related($expand=Related($expand=Related))))
              400 BadRequest $expand: found `$expand` nested deeper than 4 levels
        "#]],
    );
}
