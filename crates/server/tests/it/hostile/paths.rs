//! Addresses and query options that try to be something else, or too much.

use serde_json::json;

use super::Target;

#[test]
fn addresses() {
    let target = Target::new();
    let long = |letter: &str, count: usize| letter.repeat(count);
    let mut paths: Vec<String> = [
        "users/%2F",
        "users/..%2F..%2Fetc%2Fpasswd",
        "users/%2E%2E",
        "users/%2E%2E/me/profile/skills",
        "users/../me/profile/skills",
        "users/.",
        "./me/profile/skills",
        "../beta/me/profile/skills",
        "..",
        "users/%00",
        "users/ada%00@fjord.example",
        "users/%0d%0aX-Y:%201",
        "users/%1b%5b31m",
        "users/%7f",
        "users/%c0%af",
        "users/%ed%a0%80",
        "users/%ff",
        "users/%",
        "users/%2",
        "users/%zz",
        "users/%252F",
        "users/%2527",
        "users/%25252e",
        "users;a=b/me",
        "me;a=b",
        "users/ada@fjord.example;x",
        "me/profile\\skills",
        "me%2Fprofile/skills",
        "/me/profile/skills",
        "me//profile/skills",
        "me/profile//",
        "users//profile",
        "users/%20",
        "users/ada@fjord.example%20",
        "users/ada@fjord.example.",
        "users/%E2%80%8Bada@fjord.example",
        "users/%EF%BD%81da@fjord.example",
        "users/%D0%B0da@fjord.example",
        "users/ada@fjord.e%CC%81xample",
        "users('a%27%27b')",
        "users('a%27b')",
        "users('",
        "users(')",
        "users(''')",
        "users('a'",
        "users('a')('b')",
        "users('a','b')",
        "users(id='a',id='b')",
        "users(id='a',)",
        "users(,)",
        "users(1)",
        "users(id=1)",
        "users(mail='a')",
        "users(nothing='ada@fjord.example')",
        "users()/profile",
        "users('%00')",
        "users(((((((())))))))",
        "me()",
        "me('a')",
        "me/profile()/skills",
        "me/profile/skills('a')('b')",
        "me/profile/skills('a','b')",
        "me/profile/skills/a/b/c/d",
        "me/profile/user",
        "me/me",
        "me/users",
        "users/me/profile",
        "$metadata/x",
        "$batch/x",
        "$root/me",
        "me/$links/profile",
        "me/profile/skills/$count/$count",
        "me/profile/skills/$count/x",
        "me/profile/skills/$each/displayName",
        "me/profile/skills/$query",
        "me/profile/skills/$ref/$ref",
        "me/profile/$value/x",
        "me/profile/skills/$all",
        "me/microsoft.graph.user/x",
        "me/__proto__",
        "me/constructor",
        "ｍｅ",
        "me\u{e9}",
        "users/🌊",
        "admin/nothing",
        "*",
        "me/profile/skills/*",
        "users/*",
        "users/%2A/profile",
        "%6De%2e",
        "me/profile/skills/%F0%9F%8C%8A",
    ]
    .map(str::to_owned)
    .into();
    paths.extend([
        format!("users/{}", long("a", 10_000)),
        format!("users('{}')", long("''", 5_000)),
        format!("me/profile/skills/{}", long("%41", 3_000)),
        format!("users({})", long("(", 10_000)),
        long("me/", 5_000),
        format!("users/{}", long("a/", 2_000)),
        format!("users({})", long("id='a',", 2_000)),
        long("%25", 10_000),
        long("x", 63_000),
    ]);
    for path in &paths {
        let what: String = path.chars().take(60).collect();
        for root in ["/beta/", "/v1.0/"] {
            let reply = target.refuses(&what, target.server.ada("GET", &format!("{root}{path}")));
            assert!(matches!(reply.status, 400 | 404 | 405 | 414 | 431 | 501), "{what}: {}", reply.status);
        }
        for method in ["PATCH", "POST", "DELETE"] {
            let request =
                target.server.ada(method, &format!("/beta/{path}")).json(&json!({ "displayName": "Hostile" }));
            target.refuses(&format!("{method} {what}"), request);
        }
    }
    target.is_sound();
}

#[test]
fn an_item_has_one_owner_and_one_collection() {
    let target = Target::new();
    let id = target.item.rsplit('/').next().unwrap();
    let elsewhere = [
        format!("/beta/users/grace@fjord.example/profile/skills/{id}"),
        format!("/beta/me/profile/languages/{id}"),
        format!("/beta/me/profile/account/{id}"),
        format!("/beta/users/{id}"),
        format!("/beta/me/profile/skills/{}", id.to_uppercase()),
    ];
    for path in &elsewhere {
        for method in ["GET", "PATCH", "DELETE"] {
            let reply =
                target.refuses(path, target.server.ada(method, path).json(&json!({ "displayName": "Hostile" })));
            assert_eq!(reply.status, 404, "{method} {path}");
        }
    }
    // What another may not change is refused before it is known whether it is there.
    for key in [id, "absent"] {
        let path = format!("/beta/users/ada@fjord.example/profile/skills/{key}");
        for method in ["PATCH", "DELETE"] {
            let reply = target.refuses(&path, target.server.grace(method, &path).json(&json!({})));
            assert_eq!((reply.status, reply.code().as_str()), (403, "Authorization_RequestDenied"));
        }
    }
    target.is_sound();
}

#[test]
fn queries() {
    let target = Target::new();
    let nested = |depth: usize| (0..depth).fold("skills".to_owned(), |inner, _| format!("skills($expand={inner})"));
    let mut queries: Vec<String> = [
        "$top=1e9",
        "$top=999999999999999999999999",
        "$top=-0",
        "$top=+1x",
        "$top=0x10",
        "$top=%31%00",
        "$top=NaN",
        "$skip=99999999999999999999",
        "$skip=1e9",
        "$select=",
        "$select=,",
        "$select=a,,b",
        "$select=%00",
        "$select=i%0d%0ad",
        "$select=../id",
        "$select=id/id",
        "$select=*/*",
        "$select=createdBy/user/id/x",
        "$select=id($top=1)",
        "$select='id'",
        "$select=@odata.etag",
        "$select=__proto__",
        "$orderby=",
        "$orderby=id sideways",
        "$orderby=id%20asc%20desc",
        "$orderby=categories",
        "$orderby=createdBy",
        "$orderby=,",
        "$orderby=(((((",
        "$orderby=createdBy/x",
        "$expand=*/*",
        "$expand=skills",
        "$count=",
        "$count=maybe",
        "$count=1",
        "$skiptoken=",
        "$skiptoken=%00",
        "$skiptoken=AAAA",
        "$skiptoken=../..",
        "$skiptoken=%2B%2F%3D",
        "$=1",
        "$%00=1",
        "%24%24top=1",
        "$top=1&%24top=1",
        "$top=1&top=1",
        "$TOP=1&$top=2",
        "$nothing=1",
        "$select=id&$select=id",
        "$format=xml",
        "$apply=x",
        "$filter=((",
        "$search=\"",
        "$top",
        "$top=1%",
        "%=1",
        "$top=%ff",
        "%ff=1",
    ]
    .map(str::to_owned)
    .into();
    queries.extend([
        format!("$select={}", "nothing,".repeat(5_000)),
        format!("$orderby={}", "nothing,".repeat(5_000)),
        format!("$filter={}true", "true or ".repeat(6_000)),
        format!("$filter={}true{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("$filter={}true", "not ".repeat(10_000)),
        format!("$expand={}", nested(50)),
        format!("$expand={}", "(".repeat(20_000)),
        format!("$skiptoken={}", "A".repeat(50_000)),
        format!("$top={}", "1".repeat(50_000)),
        format!("${}=1", "x".repeat(50_000)),
        "$top=1&".repeat(5_000),
        format!("$select={}", "a/".repeat(10_000)),
        format!("$select={}", "'".repeat(9_999)),
    ]);
    for query in &queries {
        let what: String = query.chars().take(60).collect();
        let query = query.replace(' ', "%20");
        target.refuses(&what, target.server.ada("GET", &format!("/beta/me/profile/skills?{query}")));
    }
    // Options of a list mean nothing to an item, and none of them to a change.
    for query in ["$top=1", "$skip=1", "$orderby=id", "$filter=true", "$skiptoken=x"] {
        target.refuses(query, target.server.ada("GET", &format!("{}?{query}", target.item)));
        target.refuses(
            query,
            target.server.ada("PATCH", &format!("{}?{query}", target.item)).json(&json!({ "displayName": "Hostile" })),
        );
        target.refuses(query, target.server.ada("DELETE", &format!("{}?{query}", target.item)));
    }
    target.is_sound();
}
