//! What other servers got wrong about paging, encoding and names, each named after the report; what is about values is
//! with the evaluator.

use serde_json::{Value as Json, json};

use super::harness::{World, ada};

const URL: &str = "/me/profile/positions";

/// Jobs, some of them without what they are ordered by.
fn world() -> World {
    let world = World::new();
    for (number, company) in [None, Some("b"), None, Some("a"), Some("b"), None, Some("c+d")].iter().enumerate() {
        let detail = json!({"jobTitle": format!("{number}"), "company": {"displayName": company}});
        let categories: Vec<&str> = company.iter().copied().collect();
        world.post(&ada(), URL, &json!({"detail": detail, "categories": categories})).ok(201);
    }
    world
}

/// The titles on all pages, following the links as they are.
fn titles(world: &World, query: &str) -> Vec<String> {
    let (mut found, mut url) = (Vec::new(), format!("{URL}?{query}"));
    loop {
        let page = world.get(&ada(), &url).ok(200);
        let title = |item: &Json| item["detail"]["jobTitle"].as_str().unwrap().to_owned();
        found.extend(page["value"].as_array().unwrap().iter().map(title));
        match page["@odata.nextLink"].as_str() {
            Some(link) => url = link.strip_prefix("http://here/beta").unwrap().to_owned(),
            None => return found,
        }
    }
}

/// WebApi#1943, #2041, AspNetCoreOData#525, #859, #1054, #1061, #1147: rows were lost, answers failed, links were
/// missing.
#[test]
fn pages_follow_each_other_over_keys_that_are_null_nested_or_descending() {
    let world = world();
    for order in [
        "detail/company/displayName",
        "detail/company/displayName desc",
        "detail/company/displayName desc,detail/jobTitle desc",
        "detail/company/displayName eq null,createdDateTime desc",
        "detail/company/pronunciation",
        "categories/$count desc",
    ] {
        let whole = titles(&world, &format!("$orderby={}&$top=999", order.replace(' ', "%20")));
        assert_eq!(whole.len(), 7, "{order}");
        for size in 1..=7 {
            let paged = titles(&world, &format!("$orderby={}&$top={size}", order.replace(' ', "%20")));
            assert_eq!(paged, whole, "{order} by {size}");
        }
    }
}

/// WebApi#1953, #2177, CAP v2-adapter#67: the link held times and plus signs that did not survive being sent back.
#[test]
fn links_over_times_and_plus_signs_can_be_sent_as_they_are() {
    let world = world();
    for order in ["createdDateTime%20desc", "detail/company/displayName%20desc"] {
        let page = world.get(&ada(), &format!("{URL}?$orderby={order}&$top=1&$filter=createdDateTime%20gt%202000-01-01T00:00:00%2B02:00%20or%20true")).ok(200);
        let link = page["@odata.nextLink"].as_str().unwrap();
        assert!(link.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+'), "{link}");
        assert_eq!(titles(&world, &format!("$orderby={order}&$top=2")).len(), 7);
    }
}

/// WebApi#2211, odata.net#2172, odata-v4-parser#18: a plus sign, encoded or not, is what its sender meant.
#[test]
fn plus_signs_in_literals_are_read_as_they_were_written() {
    let world = world();
    let check = |filter: &str, expected: usize| {
        let counted = world.get(&ada(), &format!("{URL}/$count?$filter={filter}")).ok(200);
        assert_eq!(counted, json!(expected), "{filter}");
    };
    check("detail/company/displayName%20eq%20'c%2Bd'", 1);
    // In a query it is a blank, but for the offset of a time, which has no other reading.
    check("detail/company/displayName+eq+'c+d'", 0);
    check("createdDateTime+lt+2999-01-01T00:00:00+02:00", 7);
    check("createdDateTime%20lt%202999-01-01T00:00:00%2B02:00", 7);
}

/// AspNetCoreOData#1190, #1192: names in another case were found in one release and not in the next.
#[test]
fn names_are_found_in_any_case() {
    let world = world();
    let same = [
        "$filter=detail/jobTitle%20eq%20'1'",
        "$FILTER=Detail/JobTitle%20EQ%20'1'",
        "filter=DETAIL/JOBTITLE%20eq%20'1'",
    ];
    for query in same {
        assert_eq!(titles(&world, query), ["1"], "{query}");
    }
}
