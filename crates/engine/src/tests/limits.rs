//! Queries made to cost much, and the limits that a service sets for them. A query over a limit is refused before
//! anything is looked for, and told which limit that is; expressions stop after so many steps, whatever they are.

use odata::query::Limits;

use super::double::id;
use super::{Client, show};
use crate::Dialect;

const LIMITS: Limits = Limits {
    length: 3_000,
    nodes: 60,
    depth: 20,
    lambdas: 2,
    items: 12,
    expands: 2,
    expanded: 5,
    keys: 3,
    ..Limits::LENIENT
};

fn client(max_steps: u64) -> Client {
    Client::new(Dialect { limits: LIMITS, max_steps, max_page_size: 7, ..Dialect::GRAPH })
}

fn chain(item: &str, count: usize, separator: &str) -> String {
    vec![item; count].join(separator)
}

#[test]
fn a_query_over_a_limit_is_refused_by_name_before_anything_is_read() {
    let client = client(1_000);
    let lambdas = |count: usize| {
        let open: String = (0..count).map(|at| format!("Reviews/any(x{at}:")).collect();
        format!("$filter={open}true{}", ")".repeat(count))
    };
    for (query, expected, setting) in [
        (format!("$filter={}", chain("Name eq 'a'", 100, " or ")), "60 parts", "query.nodes"),
        (format!("$filter=@a&@a={}", chain("Name eq 'a'", 100, " or ")), "60 parts", "query.nodes"),
        (format!("$filter={}true{}", "(".repeat(50), ")".repeat(50)), "20 levels of nesting", "query.depth"),
        (format!("$filter={}true", "not ".repeat(50)), "20 levels of nesting", "query.depth"),
        (format!("$orderby={}", chain("1", 50, " add ")), "20 levels of nesting", "query.depth"),
        (lambdas(5), "2 `any` and `all` within each other", "query.lambdas"),
        (format!("$filter=Name in ({})", chain("'a'", 30, ",")), "12 items in a list", "query.items"),
        ("$expand=Reviews($expand=a($expand=b($expand=c)))".to_owned(), "2 levels of `$expand`", "query.expands"),
        ("$orderby=Name,length(Name),concat(Name,'a'),concat(Name,'b')".to_owned(), "3 keys", "query.order_keys"),
        // Each alias doubles the one before.
        (
            "$filter=@a&@a=@b and @b&@b=@c and @c&@c=@d and @d&@d=@e and @e&@e=@f and @f&@f=Name eq 'a'".to_owned(),
            "60 parts",
            "query.nodes",
        ),
        ("$top=8".to_owned(), "at most 7", "pages.max"),
    ] {
        let answer = show(&client.get(&format!("Makers?{query}")));
        let told = answer.contains(expected) && answer.contains(&format!("the setting `{setting}`"));
        assert!(answer.starts_with("400") && told, "{query}: {answer}");
        // Neither is it of any matter whether there is anything.
        if !expected.contains("at most") && !query.starts_with("$orderby") && !query.contains("Reviews") {
            let gone = show(&client.get(&format!("Makers({})/Reviews?{query}", id(99))));
            assert!(gone.starts_with("400"), "{query}: {gone}");
        }
        let posted = show(&client.send("POST", "Makers/$query", &[("content-type", "text/plain")], &query));
        assert_eq!(posted, answer, "{query}");
    }
}

/// A URL that is too long is told apart from a body that is, and from one that both make together.
#[test]
fn a_query_that_is_too_long_is_told_as_such() {
    let client = client(1_000);
    let (half, whole) = (format!("$search={}", "a".repeat(2_000)), format!("$search={}", "a".repeat(4_000)));
    let setting = "found more than 3000 bytes, the most that the setting `query.length` admits,";
    let post = |path: &str, body: &str| show(&client.send("POST", path, &[("content-type", "text/plain")], body));
    for (status, answer) in [
        ("414", show(&client.get(&format!("Makers?{whole}")))),
        ("414", show(&client.get(&format!("$metadata?{whole}")))),
        ("414", show(&client.send("PATCH", &format!("Makers({})?{whole}", id(99)), &[], "{}"))),
        ("413", post("Makers/$query", &whole)),
        ("413", post(&format!("Makers/$query?{half}"), &half)),
        ("414", post(&format!("Makers/$query?{whole}"), &half)),
    ] {
        assert!(answer.starts_with(status) && answer.contains(setting), "{status}: {answer}");
    }
    let path = show(&client.get(&"a".repeat(17_000)));
    assert!(path.starts_with("414") && path.contains("expected at most 16384"), "{path}");
}

#[test]
fn only_so_much_is_held_at_once() {
    let told = |max_held: usize, method: &str, url: &str, body: &str| {
        let client = Client::new(Dialect { max_held, max_page_size: 3, ..Dialect::OASIS });
        client.makers(&["a", "b", "c", "d", "e"]);
        show(&client.send(method, url, &[("content-type", "application/json")], body))
    };
    let all = "Makers?$apply=aggregate($count as n)";
    assert!(told(10_000, "GET", all, "").contains(r#""n":5"#));
    for url in [all, "Makers/$count?$apply=identity"] {
        let refused = told(100, "GET", url, "");
        assert!(refused.starts_with("400") && refused.contains("the setting `query.memory_mb`"), "{refused}");
    }
    // What is changed at once is no more than a page, however much is looked through for it.
    let changed = told(100, "PATCH", "Makers/$filter(Name eq 'e')/$each", r#"{"Name":"f"}"#);
    assert!(changed.starts_with("200") || changed.starts_with("204"), "{changed}");
    let large = format!(r#"{{"Name":"f"{}}}"#, " ".repeat(60));
    let refused = told(100, "PATCH", "Makers/$filter(Name lt 'c')/$each", &large);
    assert!(refused.starts_with("400") && refused.contains("the setting `query.memory_mb`"), "{refused}");
    let refused = told(100, "PATCH", "Makers/$each", r#"{"Name":"f"}"#);
    assert!(
        refused.starts_with("400") && refused.contains("more than 3 entities, the most that the setting `pages.max`"),
        "{refused}"
    );
}

#[test]
fn expressions_stop_after_so_many_steps() {
    let run = |max_steps: u64, url: &str| {
        let client = client(max_steps);
        let reviews: Vec<_> = (0..40).map(|stars| (stars, Some("a rather long text about it"))).collect();
        client.maker(&reviews);
        show(&client.get(url))
    };
    let maker = format!("Makers({})", id(1));
    for url in [
        "Makers?$filter=Reviews/all(a:Reviews/all(b:a/Text eq b/Text))".to_owned(),
        "Makers?$orderby=Reviews/$count($filter=$it/Reviews/any(b:b/Stars gt 41))".to_owned(),
        "Makers?$compute=Reviews/$count($filter=$it/Reviews/any(b:b/Stars gt 41)) as n".to_owned(),
        "Makers?$expand=Reviews($filter=contains(concat(Text,Text),'z') or contains(concat(Text,Text),'y'))".to_owned(),
        format!("{maker}/Reviews/$count?$filter=contains(concat(Text,Text),'z') or contains(concat(Text,Text),'y')"),
        format!("{maker}/Reviews/$filter(contains(concat(Text,Text),'z') or contains(Text,'y'))"),
        format!("{maker}/Reviews?$search=z OR y OR x OR w OR v OR u"),
    ] {
        let refused = run(100, &url);
        assert!(
            refused.starts_with("400") && refused.contains("100 steps") && refused.contains("`query.steps`"),
            "{url}: {refused}"
        );
        assert!(run(1_000_000, &url).starts_with("200"), "{url}");
    }
}
