//! Query options.

use crate::syntax::{Limits, options};

/// The query reads as what is printed, or is refused with that message.
fn check(query: &str, expect: &str) {
    let found = match options::parse(query, &Limits::STRICT) {
        Ok(options) => options.iter().map(ToString::to_string).collect::<Vec<_>>().join(" & "),
        Err(error) => error.to_string(),
    };
    assert_eq!(found, expect, "{query}");
}

#[test]
fn simple_options() {
    check("$top=5&skip=010&$COUNT=True&index=-3", "$top=5 & $skip=10 & $count=true & $index=-3");
    check("$skiptoken=a%26b&$deltatoken=c&$id=http://h/x", "$skiptoken=a&b & $deltatoken=c & $id=http://h/x");
    check("$format=application/json;odata.metadata=full", "$format=application/json;odata.metadata=full");
    check("$schemaversion=*&find=x&also", "$schemaversion=* & find=x & also");
    check("@p='a'&@q=[1,2]", "@p='a' & @q=[1,2]");
    check("$top=-1", "found `-1` at column 1 of `$top`, expected a whole number");
    check("$top=1.0", "found `1.0` at column 1 of `$top`, expected a whole number");
    check("$top=1 2", "found `2` at column 3 of `$top`, expected nothing more");
    check("$count=1", "found `1` at column 1 of `$count`, expected `true` or `false`");
    check("$count", "found the end at column 7 of `$count`, expected `=` and a value");
    check("$format=yaml", "found `yaml` at column 1 of `$format`, expected `json`, `xml`, `atom` or a media type");
    check("$flter=x", "found `$flter` at column 1 of the query, expected a query option, perhaps `$filter`");
    check("$levels=2", "found `$levels` at column 1 of the query, expected a query option");
    check("@a.b=1", "found `@a.b` at column 1 of the query, expected a parameter alias");
    check("$skiptoken=", "found the end at column 1 of `$skiptoken`, expected a value");
}

#[test]
fn orders_and_computed_properties() {
    check("$orderby=a/b desc,c asc,length(d)", "$orderby=a/b desc,c,length(d)");
    check("$orderby=a add 1 DESC", "$orderby=a add 1 desc");
    check("$compute=a mul 2 as b,year(c) as d", "$compute=a mul 2 as b,year(c) as d");
    check(
        "$orderby=a upwards",
        "found `upwards` at column 3 of `$orderby`, expected `asc`, `desc`, `,` or an operator",
    );
    check("$orderby=a, b", "found `b` at column 4 of `$orderby`, expected an expression");
    check("$compute=a", "found the end at column 2 of `$compute`, expected an operator or `as` and a name");
    check("$compute=a as b.c", "found `b.c` at column 6 of `$compute`, expected the name of a computed property");
}

#[test]
fn selected_and_expanded_items() {
    check("$select=*,a/b,N.T/c,N.*,@N.x", "$select=*,a/b,N.T/c,N.*,@N.x");
    check("$select=N.f(p,q),a($select=b;top=1;@c=2)", "$select=N.f(p,q),a($select=b;$top=1;@c=2)");
    check(
        "$expand=a,b/N.T,c/$ref,d/$count,*,e/*/$ref,*($levels=2),$value",
        "$expand=a,b/N.T,c/$ref,d/$count,*,e/*/$ref,*($levels=2),$value",
    );
    check(
        "$expand=a($expand=b($levels=max;search=x y);$filter=c eq ';)')",
        "$expand=a($expand=b($levels=max;$search=x AND y);$filter=c eq ';)')",
    );
    check(
        "$select=a()",
        "found `)` at column 3 of `$select`, expected `$compute`, `$count`, `$filter`, `$orderby`, `$search`, `$select`, `$skip` or `$top`",
    );
    check("$select=a,", "found the end at column 3 of `$select`, expected a name");
    check(
        "$select=a(b",
        "found `b` at column 3 of `$select`, expected `$compute`, `$count`, `$filter`, `$orderby`, `$search`, `$select`, `$skip` or `$top`",
    );
    check(
        "$expand=a($format=json)",
        "found `$format` at column 3 of `$expand`, expected `$apply`, `$compute`, `$count`, `$expand`, `$filter`, `$levels`, `$orderby`, `$search`, `$select`, `$skip` or `$top`",
    );
    check(
        "$expand=a/$ref($levels=1)",
        "found `$levels` at column 8 of `$expand`, expected `$count`, `$filter`, `$orderby`, `$search`, `$skip` or `$top`",
    );
    check("$expand=a($levels=0)", "found `0` at column 11 of `$expand`, expected `max` or a number from 1");
    check("$expand=a($top=1", "found the end at column 9 of `$expand`, expected `;` or `)`");
    check("$expand=a/$value", "found `$value` at column 3 of `$expand`, expected a name");
}

#[test]
fn search() {
    check("$search=a b OR c", "$search=a AND b OR c");
    check("$search=a AND NOT (b OR c)", "$search=a AND NOT (b OR c)");
    check("$search=\"deep blue\" x", "$search=\"deep blue\" AND x");
    check("$search=NOT NOT", "$search=NOT (NOT)");
    check("$search=AND OR NOT", "$search=(AND) OR (NOT)");
    check("$search=not a and b", "$search=not AND a AND and AND b");
    check("$search='un\"done ('", "$search='un\"done ('");
    check("$search=O'Hara", "$search=O'Hara");
    check("$search= a", "$search=a");
    check("$search=", "found the end at column 1 of `$search`, expected a word, a phrase or `(`");
    check("$search=a)", "found `)` at column 2 of `$search`, expected a blank and another word");
    check("$search=(a", "found the end at column 3 of `$search`, expected `)`");
    check("$search=\"a", "found `\"` at column 1 of `$search`, expected text and a closing double quote");
    check("$search=\"\"", "found `\"` at column 1 of `$search`, expected text and a closing double quote");
    check("$search=a;b", "found `;` at column 2 of `$search`, expected a blank and another word");
}

#[test]
fn transformations() {
    let same = |text: &str| check(text, text);
    same("$apply=aggregate(Amount with sum as Total,$count as Count)");
    same(
        "$apply=groupby((Country,Product/Name),aggregate(Amount with max as Most))/filter(Most gt 3)/topcount(2,Most)",
    );
    same("$apply=groupby((rollup(Country,City)))");
    same("$apply=concat(identity,filter(a eq 1)/compute(a mul 2 as b))/orderby(a desc)/skip(1)/top(2)");
    same("$apply=aggregate(Forecast,Budget from Time with average as B)");
    same("$apply=search(a)/identity");
    check("$apply=filter( a eq 1 )", "$apply=filter(a eq 1)");
    check("$apply=join(Sales as Sale,top(1))/My.f(x=1)", "$apply=join(Sales as Sale,top(1))/My.f()");
    check("$apply=ancestors( )", "found `)` at column 12 of `$apply`, expected what the transformation needs to know");
    check("$apply=sum(a)", "found `sum` at column 1 of `$apply`, expected a transformation");
    check(
        "$apply=concat(identity)",
        "found `)` at column 16 of `$apply`, expected `,` and another sequence of transformations",
    );
    check("$apply=aggregate(a with)", "found `with` at column 13 of `$apply`, expected `)`");
}

#[test]
fn what_clients_write_beyond_the_grammar() {
    for query in ["$select=a, b", "$orderby=a , b desc", "$expand=a($select=b; $top=1)", "$filter=not(a)"] {
        assert!(options::parse(query, &Limits::STRICT).is_err(), "{query}");
        assert!(options::parse(query, &Limits::LENIENT).is_ok(), "{query}");
    }
}
