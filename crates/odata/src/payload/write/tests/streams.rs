//! Streams of an entity, and media entities, as they are told of in JSON.

use edm::testing::{ARTICLE, PICTURE};
use expect_test::expect;

use super::forms::{FULL, NONE, article, check};
use crate::payload::{Format, Instance, Media};

#[test]
fn streams() {
    let photo = ARTICLE.find("Photo").map(|(_, property)| property);
    let media = [Media { property: photo, content_type: "image/png", etag: Some("\"9\"") }];
    let instance = Instance { media: &media, ..article() };
    check(
        Format::PLAIN,
        &ARTICLE,
        "Name,Photo",
        &instance,
        &expect![[r#"
            {"@odata.context":"http://a/$metadata#Articles/$entity"
            "@odata.id":"http://a/Articles(1)"
            "@odata.etag":"W/\"7\""
            "Name":"a"
            "Photo@odata.mediaContentType":"image/png"
            "Photo@odata.mediaEtag":"\"9\""}
        "#]],
    );
    check(
        Format::PLAIN,
        &ARTICLE,
        "Name",
        &instance,
        &expect![[r#"
            {"@odata.context":"http://a/$metadata#Articles/$entity"
            "@odata.id":"http://a/Articles(1)"
            "@odata.etag":"W/\"7\""
            "Name":"a"}
        "#]],
    );
    check(
        NONE,
        &ARTICLE,
        "Name,Photo",
        &instance,
        &expect![[r#"
        {"Name":"a"}
    "#]],
    );
    check(
        FULL,
        &ARTICLE,
        "Photo",
        &instance,
        &expect![[r##"
            {"@odata.context":"http://a/$metadata#Articles/$entity"
            "@odata.type":"#shop.Article"
            "@odata.id":"http://a/Articles(1)"
            "@odata.etag":"W/\"7\""
            "@odata.editLink":"http://a/Articles(1)"
            "Photo@odata.mediaEditLink":"http://a/Articles(1)/Photo"
            "Photo@odata.mediaReadLink":"http://a/Articles(1)/Photo"
            "Photo@odata.mediaContentType":"image/png"
            "Photo@odata.mediaEtag":"\"9\""
            "#shop.Total":{"title":"Total"
            "target":"http://a/Articles(1)/shop.Total(rate=@rate)"}
            "#shop.Discounted(percent)":{"title":"Discounted"
            "target":"http://a/Articles(1)/shop.Discounted(percent=@percent)"}
            "#shop.Discounted(percent,rate)":{"title":"Discounted"
            "target":"http://a/Articles(1)/shop.Discounted(percent=@percent,rate=@rate)"}
            "#shop.Similar":{"title":"Similar"
            "target":"http://a/Articles(1)/shop.Similar()"}
            "#shop.Raise":{"title":"Raise"
            "target":"http://a/Articles(1)/shop.Raise"}
            "#shop.Retire":{"title":"Retire"
            "target":"http://a/Articles(1)/shop.Retire"}}
        "##]],
    );
    let media = [Media { property: None, content_type: "image/svg+xml", etag: None }];
    let members = br#""ID":"2","Name":"p","ContentType":"image/svg+xml","Size":5"#;
    let picture = Instance { media: &media, id: Some("http://a/Pictures(2)"), ..Instance::stored(&PICTURE, members) };
    check(
        Format::PLAIN,
        &PICTURE,
        "",
        &picture,
        &expect![[r#"
            {"@odata.context":"http://a/$metadata#Articles/$entity"
            "@odata.id":"http://a/Pictures(2)"
            "@odata.mediaContentType":"image/svg+xml"
            "ID":"2"
            "Name":"p"
            "ContentType":"image/svg+xml"
            "Size":5}
        "#]],
    );
    check(
        FULL,
        &PICTURE,
        "",
        &picture,
        &expect![[r##"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.type":"#shop.Picture"
        "@odata.id":"http://a/Pictures(2)"
        "@odata.editLink":"http://a/Pictures(2)"
        "@odata.mediaEditLink":"http://a/Pictures(2)/$value"
        "@odata.mediaReadLink":"http://a/Pictures(2)/$value"
        "@odata.mediaContentType":"image/svg+xml"
        "ID@odata.type":"#Guid"
        "ID":"2"
        "Name":"p"
        "ContentType":"image/svg+xml"
        "Size@odata.type":"#Int64"
        "Size":5}
    "##]],
    );
}
