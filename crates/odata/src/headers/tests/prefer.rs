//! What is preferred.

use super::super::{Applied, Media, Omit, Preferences, Version, wishes};
use super::headers;

#[test]
fn the_first_page_size_counts() {
    for (value, expect) in [
        ("odata.maxpagesize=5", Some(5)),
        ("return=minimal, MaxPageSize = 5", Some(5)),
        ("maxpagesize=\"5\"", Some(5)),
        ("respond-async; maxpagesize=5", Some(5)),
        ("maxpagesize=5, maxpagesize=7", Some(5)),
        ("maxpagesize=5, odata.maxpagesize=none", Some(5)),
        ("maxpagesize=none", None),
        ("maxpagesize=0", None),
        ("maxpagesize=-1", None),
        ("maxpagesize=99999999999999999999999", None),
        ("maxpagesize", None),
        ("odata.track-changes; odata.maxpagesize=5", Some(5)),
        ("callback; url=\"http://a/maxpagesize=5\"", None),
        ("x=\"maxpagesize=5,\"", None),
        ("", None),
    ] {
        let found = wishes(&headers(&[("prefer", value)]), Media::Json).unwrap().max_page_size;
        assert_eq!(found, expect, "{value}");
    }
}

#[test]
fn preferences_are_read_with_and_without_their_prefix() {
    let none = Preferences::default;
    for (value, expect) in [
        ("return=representation", Preferences { representation: Some(true), ..none() }),
        ("return=minimal, return=representation", Preferences { representation: Some(false), ..none() }),
        ("RETURN=minimal;maxpagesize=5", Preferences { representation: Some(false), ..none() }),
        ("return=all", none()),
        ("omit-values=nulls", Preferences { omit: Some(Omit::Nulls), ..none() }),
        ("omit-values=Defaults", Preferences { omit: Some(Omit::Defaults), ..none() }),
        ("omit-values=all", none()),
        ("include-unknown-enum-members", Preferences { unknown_members: true, ..none() }),
        ("continue-on-error", Preferences { continue_on_error: Some(true), ..none() }),
        ("odata.continue-on-error=false", Preferences { continue_on_error: Some(false), prefixed: true, ..none() }),
        ("odata.track-changes", Preferences { track_changes: true, prefixed: true, ..none() }),
        ("odata.allow-entityreferences", Preferences { entity_references: true, prefixed: true, ..none() }),
        ("respond-async, wait=10, callback;url=\"http://a.example/b\"", none()),
        ("x-y, foo=\"bar, return=minimal\"", none()),
    ] {
        let read = wishes(&headers(&[("prefer", value)]), Media::Json).unwrap().prefer;
        assert_eq!(read, expect, "{value}");
    }
    let read = wishes(&headers(&[("prefer", "return=minimal"), ("prefer", "omit-values=nulls")]), Media::Json).unwrap();
    assert_eq!((read.prefer.representation, read.format.omit_nulls), (Some(false), true));
}

#[test]
fn what_is_applied_is_said() {
    let lines = [
        ("prefer", "odata.include-annotations=\"-*,Core.*#q\", omit-values=defaults, maxpagesize=7, return=minimal"),
        ("prefer", "respond-async, continue-on-error, track-changes, allow-entityreferences"),
        ("prefer", "include-unknown-enum-members"),
    ];
    let wishes = wishes(&headers(&lines), Media::Json).unwrap();
    let prefer = &wishes.prefer;
    let applied = Applied::new()
        .max_page_size(wishes.max_page_size)
        .representation(prefer.representation)
        .omit(prefer.omit)
        .annotations(prefer.annotations.as_deref())
        .unknown_members(prefer.unknown_members)
        .continue_on_error(prefer.continue_on_error)
        .track_changes(prefer.track_changes, Version::V401)
        .entity_references(prefer.entity_references);
    assert_eq!(
        applied.value().unwrap(),
        "maxpagesize=7, return=minimal, omit-values=defaults, include-annotations=\"-*,Core.*#q\", \
         include-unknown-enum-members, continue-on-error, track-changes, allow-entityreferences"
    );
    let old = Preferences { prefixed: true, ..Preferences::default() };
    let applied = Applied::to(&old).max_page_size(Some(2)).omit(Some(Omit::Nulls));
    assert_eq!(applied.value(), Some("odata.maxpagesize=2, omit-values=nulls"));
    assert_eq!(Applied::new().max_page_size(None).track_changes(false, Version::V4).value(), None);
    assert_eq!(Applied::new().continue_on_error(Some(false)).value(), Some("continue-on-error=false"));
}
