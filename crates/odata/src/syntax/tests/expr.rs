//! Expressions.

use super::check;

#[test]
fn operators_by_their_binding() {
    check("detail/jobTitle eq 'Clerk'", "(eq detail/jobTitle 'Clerk')");
    check("a or b and c", "(or a (and b c))");
    check("(a or b) and c", "(and (or a b) c)");
    check("a and b and c", "(and a b c)");
    check("(a and b) and c", "(and (and a b) c)");
    check("a and (b and c)", "(and a (and b c))");
    check("a or b or c and d or e", "(or a b (and c d) e)");
    check("a eq b eq c", "(eq (eq a b) c)");
    check("a gt b eq c lt d", "(eq (gt a b) (lt c d))");
    check("1 add 2 mul 3 sub 4", "(sub (add 1 (mul 2 3)) 4)");
    check("7 div 2 divby 3 mod 4", "(mod (divby (div 7 2) 3) 4)");
    check("Name EQ 'Soup' AND Price LT 2.75", "(and (eq Name 'Soup') (lt Price 2.75))");
    check("a\teq \t b", "(eq a b)");
    check("style has Store.Colours'Purple,4'", "(has style Store.Colours'Purple,4')");
    check("style has 'Purple' eq true", "(eq (has style 'Purple') true)");
}

#[test]
fn signs() {
    check("-Price", "(- Price)");
    check("-1", "-1");
    check("- 1", "(- 1)");
    check("--1", "(- -1)");
    check("-(1 add 2)", "(- (add 1 2))");
    check("-a mul b", "(mul (- a) b)");
    check("2 sub -1", "(sub 2 -1)");
    check("-INF", "-INF");
    check("-INFO", "(- INFO)");
    check("+1", "+1");
    check("+a", "found `+` at column 1, expected an expression");
}

#[test]
fn literals() {
    check("null", "null");
    check("Null", "Null");
    check("TRUE", "true");
    check("'O''Hara'", "'O''Hara'");
    check("3.14e-2", "3.14e-2");
    check("NaN", "NaN");
    check("nan", "nan");
    check("2019-05-17", "2019-05-17");
    check("-10000-04-01", "-10000-04-01");
    check("2019-05-17T13:52Z", "2019-05-17T13:52Z");
    check("2019-05-17T13:52:01.123456789012+01:00", "2019-05-17T13:52:01.123456789012+01:00");
    check("11:22:33.4", "11:22:33.4");
    check("a1234567-89ab-cdef-0123-456789abcdef", "a1234567-89ab-cdef-0123-456789abcdef");
    check("0f0e0d0c-0b0a-0908-0706-050403ABCDEF", "0f0e0d0c-0b0a-0908-0706-050403ABCDEF");
    check("duration'P1DT2H3M4.5S'", "duration'P1DT2H3M4.5S'");
    check("BINARY'T0RhdGE'", "binary'T0RhdGE'");
    check("geography'SRID=0;Point(12.51 41.9)'", "geography'SRID=0;Point(12.51 41.9)'");
    check("42.", "found `42.` at column 1, expected a literal");
    check("5x", "found `5x` at column 1, expected a literal");
    check("'abc", "found `'abc` at column 1, expected a closing quote");
    check("duration'1D'", "found `duration'1D'` at column 1, expected a duration such as `P1DT2H`");
    check("binary'Zm9v='", "found `binary'Zm9v='` at column 1, expected base64url in the quotes");
    check(
        "datetime'2020-01-01'",
        "found `datetime` at column 1, expected a qualified type, `binary` or `duration` before the quote",
    );
}

#[test]
fn functions() {
    check("contains(a,b)", "(contains a b)");
    check("contains( a , concat(b, 'x') )", "(contains a (concat b 'x'))");
    check("now()", "(now)");
    check("now( )", "(now)");
    check("substring(a,1)", "(substring a 1)");
    check("substring(a,1,2)", "(substring a 1 2)");
    check("ToLower(a) eq 'x'", "(eq (tolower a) 'x')");
    check("geo.distance(a,b)", "(geo.distance a b)");
    check("date(a) eq date", "(eq (date a) date)");
    check("isof(Customer)", "(isof Customer)");
    check("isof( a , Edm.String )", "(isof a Edm.String)");
    check("cast(a,Collection(Edm.String))", "(cast a Collection(Edm.String))");
    check("cast('1',Edm.Int32) add 1", "(add (cast '1' Edm.Int32) 1)");
    check("case(a gt 0:1,a lt 0:-1,true:0)", "(case ((gt a 0) 1) ((lt a 0) -1) (true 0))");
    check("contains(a)", "found `)` at column 11, expected an operator or `,` and another argument");
    check("contains(a,b,c)", "found `,` at column 13, expected an operator or `)`");
    check("now(1)", "found `1` at column 5, expected `)`");
    check("contians(a,'x')", "found `contians` at column 1, expected a function, perhaps `contains`");
    check("frob(a,'x')", "found `frob` at column 1, expected a function, or a key in the parentheses");
    check("case(a)", "found `)` at column 7, expected an operator or `:` and a value");
    check("cast(a,)", "found `)` at column 8, expected the name of a type");
}

#[test]
fn members() {
    check("$it/a/b", "$it/a/b");
    check("$root/Employees('A1')/Name", "$root/Employees('A1')/Name");
    check("$root/Employees/1/Name", "$root/Employees/1/Name");
    check("Model.Leader/Level", "Model.Leader/Level");
    check("Price/@Measures.Currency#local", "Price/@Measures.Currency#local");
    check("@Core.Messages/any(m:m/severity eq 'error')", "@Core.Messages/(any m (eq m/severity 'error'))");
    check("@a/Price gt 3", "(gt @a/Price 3)");
    check("Items/any()", "Items/(any)");
    check("Items/ALL( x : x/a )", "Items/(all x x/a)");
    check("Items/any(x:x/Parts/all(y:y eq x/a))", "Items/(any x x/Parts/(all y (eq y x/a)))");
    check("Items/$count($filter=a gt 1;search=b) ge 2", "(ge Items/$count($filter=a gt 1;$search=b) 2)");
    check("Items/$filter(a gt 1)/$count", "Items/(filter (gt a 1))/$count");
    check("Items/$filter(a gt 1)(ID='x')/b", "Items/(filter (gt a 1))(ID='x')/b");
    check("Model.F(a=1,b=@p,c=[1])/G()", "Model.F(a=1,b=@p,c=[1])/G()");
    check("any(x:x)", "found `any` at column 1, expected a path to a collection before `any` and `all`");
    check("Items/all()", "found `)` at column 11, expected a variable");
    check("Items/any(x)", "found `)` at column 12, expected `:` and a condition");
    check("Items/$count/a", "found `/` at column 13, expected an operator");
    check("Items/$count($top=1)", "found `$top` at column 14, expected `$filter` or `$search`");
    check("Items/$value", "found `$value` at column 7, expected a name, `$count` or `$filter`");
    check("Items(1,2)", "found `,` at column 8, expected `)`");
    check("Items( 1)", "found ` 1` at column 7, expected no blanks around it");
    check("F( a=1 , b=2 )", "F(a=1,b=2)");
    check("$root", "found the end at column 6, expected `/` and an entity set or singleton");
    check("$that", "found `$that` at column 1, expected `$it`, `$this` or `$root`");
    check("a/", "found the end at column 3, expected a name");
    check("a//b", "found `/` at column 3, expected a name");
}

#[test]
fn lists_arrays_objects() {
    check("a in (1,2)", "(in a (list 1 2))");
    check("a in ( 'x' , null )", "(in a (list 'x' null))");
    check("a in ()", "(in a (list))");
    check("a in (b)", "(in a b)");
    check("a in b/c", "(in a b/c)");
    check("a in (1 add 2)", "(in a (add 1 2))");
    check("a in [\"x\",'y']", "(in a (array \"x\" 'y'))");
    check("[[],{},true,-1]", "(array (array) (object) true -1)");
    check("{\"a b\" : [1] , \"c\\u0041\":x add 1}", "(object (a b (array 1)) (cA (add x 1)))");
    check("a in (b,c)", "found `,` at column 8, expected an operator or `)`");
    check("a in (1,b)", "found `b` at column 9, expected a literal: lists hold nothing else");
    check("a in (1,)", "found `)` at column 9, expected a literal: lists hold nothing else");
    check("[1,]", "found `]` at column 4, expected a value");
    check("{\"a\":1,}", "found `}` at column 8, expected a name in double quotes");
    check("{a:1}", "found `a` at column 2, expected a name in double quotes");
    check("[\"\\x\"]", "found `\"\\` at column 2, expected an escape of JSON after `\\`");
    check("\"a\"", "found `\"a\"` at column 1, expected an expression: double quotes stand in arrays and objects only");
}

#[test]
fn faults_say_where() {
    check("", "found the end at column 1, expected an expression");
    check("a eqq b", "found `eqq` at column 3, expected an operator");
    check("a eq", "found the end at column 5, expected a blank after the operator");
    check("a eq ", "found the end at column 6, expected an expression");
    check("a eq(b)", "found `(` at column 5, expected a blank after the operator");
    check("a and", "found the end at column 6, expected a blank after the operator");
    check("(a", "found the end at column 3, expected an operator or `)`");
    check("a)", "found `)` at column 2, expected an operator");
    check("é eq ü x", "found `x` at column 8, expected an operator");
    check("a = 1", "found `=` at column 3, expected an operator");
    check("a == 1", "found `=` at column 3, expected an operator");
    check("a eq b ", "found ` ` at column 7, expected an operator");
    check("a has 1", "found `1` at column 7, expected members of an enumeration in quotes");
    check("a has 'x y'", "found `'x y'` at column 7, expected members of an enumeration in quotes");
}
