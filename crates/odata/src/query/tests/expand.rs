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
              400 BadRequest $expand: found the end at column 1 of `$expand`, expected a name
            $expand=Reviws
              400 RequestBroker--ParseUri $expand: Could not find a property named 'Reviws' on type 'shop.Article'. Did you mean `Reviews`?
            $expand=Name
              400 BadRequest $expand: `Name` is part of every answer, expected a relationship to expand
            $expand=Reviews,Opinions
              400 BadRequest $expand: `Reviews` must not be expanded more than once
            $expand=*
              expand Maker[nothing], expand Blurbs[nothing], expand Related[nothing], expand Reviews[nothing], expand Badges[nothing], expand Praise[nothing] (Maker(),Blurbs(),Related(),Reviews(),Badges(),Praise())
            $expand=Maker/Reviews
              400 BadRequest $expand: found `Reviews` after the relationship `Maker`, expected `Maker($expand=Reviews)`
            $expand=$ref
              400 BadRequest $expand: found `$ref` at column 1 of `$expand`, expected a name
            $expand=Reviews($filter=Stars gt 3)
              expand Reviews[filter of 4] (Reviews())
            $expand=Reviews($levels=2)
              400 BadRequest $expand: `Reviews` does not lead to where it begins, expected no `$levels`
            $expand=Reviews($skiptoken=x)
              400 BadRequest $expand: found `$skiptoken` at column 9 of `$expand`, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $expand=Reviews($top=1;$top=2)
              400 BadRequest $top: the query option `$top` must not appear more than once
            $expand=Reviews(mine=1)
              400 BadRequest $expand: found `mine` at column 9 of `$expand`, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $expand=Reviews($tpo=1)
              400 BadRequest $expand: found `$tpo` at column 9 of `$expand`, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $expand=Maker($top=1)
              400 BadRequest $top: the query option `$top` does not apply here
            $expand=Maker($select=Nmae)
              400 RequestBroker--ParseUri $select: Could not find a property named 'Nmae' on type 'shop.Maker'. Did you mean `Name`?
            $expand=Reviews($top=1
              400 BadRequest $expand: found the end at column 15 of `$expand`, expected `;` or `)`
            $expand=Reviews)
              400 BadRequest $expand: found `)` at column 8 of `$expand`, expected `,` and another item
            $expand=Reviews($top=1)x
              400 BadRequest $expand: found `x` at column 16 of `$expand`, expected `,` and another item
            $expand=Reviews($top=1)($top=2)
              400 BadRequest $expand: found `(` at column 16 of `$expand`, expected `,` and another item
            $expand=Reviews(;)
              400 BadRequest $expand: found `;` at column 9 of `$expand`, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`
            $expand=Related($expand=Related($expand=Related($expand=Related($expand=Related))))
              400 BadRequest $expand: found more than 4 levels of `$expand`, the most that is admitted, at column 65 of `$expand`
        "#]],
    );
}
