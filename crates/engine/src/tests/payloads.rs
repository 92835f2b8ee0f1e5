//! What is in an answer: contexts, selections, what is expanded.

use edm::testing::{ARTICLE, sample};
use expect_test::{Expect, expect};

use super::double::id;
use super::{Client, show, text};

fn check(client: &Client, urls: &[&str], expect: &Expect) {
    let told = urls.iter().map(|url| format!("{url}\n{}\n", show(&client.get(url))));
    expect.assert_eq(&told.collect::<String>());
}

#[test]
fn contexts_and_selections() {
    let client = Client::graph();
    client.maker(&[(3, Some("ok"))]);
    let maker = &*format!("makers/{}", id(1));
    check(
        &client,
        &[
            "Makers",
            "Makers?$select=name",
            maker,
            &format!("{maker}?$select=NAME,ID"),
            &format!("{maker}?$select=*"),
            &format!("{maker}?$select=Reviews"),
            &format!("{maker}/Reviews({})?$select=Text", id(2)),
            &format!("{maker}/reviews?$count=true"),
            &format!("{maker}/Articles"),
            "Shop",
            "Shop?$select=Head/City,Name",
        ],
        &expect![[r#"
            Makers
            200
            {"@odata.context":"~/$metadata#Makers","value":[{"@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}]}
            Makers?$select=name
            200
            {"@odata.context":"~/$metadata#Makers(Name)","value":[{"@odata.etag":"W/\"0000000000000001\"","Name":"Ada"}]}
            makers/00000000-0000-0000-0000-000000000001
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}
            makers/00000000-0000-0000-0000-000000000001?$select=NAME,ID
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(Name,ID)/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}
            makers/00000000-0000-0000-0000-000000000001?$select=*
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(*)/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}
            makers/00000000-0000-0000-0000-000000000001?$select=Reviews
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(Reviews)/$entity","@odata.etag":"W/\"0000000000000001\""}
            makers/00000000-0000-0000-0000-000000000001/Reviews(00000000-0000-0000-0000-000000000002)?$select=Text
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews(Text)/$entity","@odata.etag":"W/\"0000000000000001\"","Text":"ok"}
            makers/00000000-0000-0000-0000-000000000001/reviews?$count=true
            200
            {"@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews","@odata.count":1,"value":[{"@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000002","Stars":3,"Text":"ok"}]}
            makers/00000000-0000-0000-0000-000000000001/Articles
            200
            {"@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Articles","value":[]}
            Shop
            200
            {"@odata.context":"~/$metadata#Shop","Name":"","Founded":0,"IsOpen":true,"Discount":0.5,"Logo":null,"Head":{"Street":null,"City":null,"Place":null,"Floor":0}}
            Shop?$select=Head/City,Name
            200
            {"@odata.context":"~/$metadata#Shop(Head/City,Name)","Name":"","Head":{"City":null}}
        "#]],
    );
}

#[test]
fn expanded_collections() {
    let client = Client::graph();
    client.maker(&[(3, Some("b")), (1, None), (2, Some("a"))]);
    let maker = &*format!("Makers({})", id(1));
    check(
        &client,
        &[
            &format!("{maker}?$expand=Reviews"),
            &format!("{maker}?$expand=Reviews($select=Stars;$orderby=Stars desc;$top=2;$count=true)&$select=Name"),
            &format!("{maker}?$expand=Reviews($select=Text;$orderby=Text;$skip=1)&$select=ID"),
            &format!("{maker}?$expand=Reviews($top=0)&$select=ID"),
            &format!("{maker}?$expand=Reviews($skip=9),Articles&$select=ID"),
        ],
        &expect![[r#"
            Makers(00000000-0000-0000-0000-000000000001)?$expand=Reviews
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(Reviews())/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada","Reviews@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews","Reviews":[{"@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000002","Stars":3,"Text":"b"},{"@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000003","Stars":1,"Text":null},{"@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000004","Stars":2,"Text":"a"}]}
            Makers(00000000-0000-0000-0000-000000000001)?$expand=Reviews($select=Stars;$orderby=Stars desc;$top=2;$count=true)&$select=Name
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(Name,Reviews(Stars))/$entity","@odata.etag":"W/\"0000000000000001\"","Name":"Ada","Reviews@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews(Stars)","Reviews@odata.count":3,"Reviews":[{"@odata.etag":"W/\"0000000000000001\"","Stars":3},{"@odata.etag":"W/\"0000000000000001\"","Stars":2}]}
            Makers(00000000-0000-0000-0000-000000000001)?$expand=Reviews($select=Text;$orderby=Text;$skip=1)&$select=ID
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(ID,Reviews(Text))/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Reviews@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews(Text)","Reviews":[{"@odata.etag":"W/\"0000000000000001\"","Text":"a"},{"@odata.etag":"W/\"0000000000000001\"","Text":"b"}]}
            Makers(00000000-0000-0000-0000-000000000001)?$expand=Reviews($top=0)&$select=ID
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(ID,Reviews())/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Reviews@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews","Reviews":[]}
            Makers(00000000-0000-0000-0000-000000000001)?$expand=Reviews($skip=9),Articles&$select=ID
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(ID,Reviews(),Articles())/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Articles@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Articles","Articles":[],"Reviews@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews","Reviews":[]}
        "#]],
    );
}

#[test]
fn expanded_entities_and_inlined_collections() {
    let client = Client::graph();
    let article = format!("Articles({})", id(client.double.add("Articles", sample(&ARTICLE, 1))));
    let without = format!("{article}?$select=ID&$expand=Maker($select=Name)");
    check(
        &client,
        &[&without],
        &expect![[r#"
        Articles(00000000-0000-0000-0000-000000000001)?$select=ID&$expand=Maker($select=Name)
        200 etag: W/"0000000000000001";
        {"@odata.context":"~/$metadata#Articles(ID,Maker(Name))/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Maker":null}
    "#]],
    );
    client.maker(&[]);
    check(
        &client,
        &[
            &without,
            &format!("{article}?$select=ID,Badges"),
            &format!("{article}?$select=ID,Reviews"),
            &format!("{article}?$select=ID&$expand=Maker,Badges"),
        ],
        &expect![[r#"
            Articles(00000000-0000-0000-0000-000000000001)?$select=ID&$expand=Maker($select=Name)
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Articles(ID,Maker(Name))/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Maker":{"@odata.etag":"W/\"0000000000000001\"","Name":"Ada"}}
            Articles(00000000-0000-0000-0000-000000000001)?$select=ID,Badges
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Articles(ID,Badges)/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Badges@odata.context":"~/$metadata#Articles(00000000-0000-0000-0000-000000000001)/Badges","Badges":[]}
            Articles(00000000-0000-0000-0000-000000000001)?$select=ID,Reviews
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Articles(ID,Reviews)/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001"}
            Articles(00000000-0000-0000-0000-000000000001)?$select=ID&$expand=Maker,Badges
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Articles(ID,Maker(),Badges())/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Maker":{"@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000002","Name":"Ada"},"Badges@odata.context":"~/$metadata#Articles(00000000-0000-0000-0000-000000000001)/Badges","Badges":[]}
        "#]],
    );
}

#[test]
fn nothing_asked_for_is_left_out_silently() {
    let client = Client::graph();
    let maker = client.maker(&[]);
    check(
        &client,
        &[
            "Makers?$expand=Reviews",
            &format!("{maker}?$expand=Articles($expand=Reviews)"),
            "Makers?$skiptoken=x",
            "Makers?$skiptoken=x&$skip=1",
        ],
        &expect![[r#"
            Makers?$expand=Reviews
            200
            {"@odata.context":"~/$metadata#Makers(Reviews())","value":[{"@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada","Reviews@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews","Reviews":[]}]}
            Makers(00000000-0000-0000-0000-000000000001)?$expand=Articles($expand=Reviews)
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(Articles(Reviews()))/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada","Articles@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Articles(Reviews())","Articles":[]}
            Makers?$skiptoken=x
            400
            "code":"BadRequest","message":"the skip token is not one that this service gave you for this query; expected an `@odata.nextLink` unchanged","target":"$skiptoken"
            Makers?$skiptoken=x&$skip=1
            400
            "code":"BadRequest","message":"`$skip` and `$skiptoken` both say where the page begins; expected one of them","target":"$skip"
        "#]],
    );
    let created = client.json("POST", "Makers?$expand=Reviews", r#"{"Name":"a"}"#);
    assert!(text(&created).contains(r#""Reviews":[]"#), "{}", text(&created));
    let created = client.json("POST", "Makers?$select=Name", r#"{"Name":"a"}"#);
    expect![[r#"
        201 etag: W/"0000000000000001"; location: http://a.example/v1/Makers(00000000-0000-0000-0000-000000000003);
        {"@odata.context":"~/$metadata#Makers(Name)/$entity","@odata.etag":"W/\"0000000000000001\"","Name":"a"}"#]]
    .assert_eq(&show(&created));
    let changed = client.json("PATCH", &format!("{maker}?$expand=Reviews&$select=Name"), r#"{"Name":"b"}"#);
    expect![[r#"
        200 etag: W/"0000000000000002";
        {"@odata.context":"~/$metadata#Makers(Name,Reviews())/$entity","@odata.etag":"W/\"0000000000000002\"","Name":"b","Reviews@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews","Reviews":[]}"#]].assert_eq(&show(&changed));
}

#[test]
fn errors_are_whole() {
    let client = Client::graph();
    let answer = client.get(&format!("Makers({})", id(9)));
    assert_eq!(super::header(&answer, "content-type"), "application/json");
    expect![[r#"{"error":{"code":"itemNotFound","message":"The item does not exist.","innerError":{"date":"1970-01-01T00:00:00","request-id":"r","client-request-id":"c"}}}"#]].assert_eq(&super::text(&answer));
    let answer = client.json("POST", "Makers", r#"{"Nmae":"a","ID":1}"#);
    expect![[r#"{"error":{"code":"RequestBodyRead","message":"2 mistakes in the body, the first at `/Nmae`: The property 'Nmae' does not exist on type 'shop.Maker'; did you mean `Name`?","target":"/Nmae","details":[{"code":"RequestBodyRead","message":"The property 'Nmae' does not exist on type 'shop.Maker'; did you mean `Name`?","target":"/Nmae"},{"code":"BadRequest","message":"found no `Name`, expected one","target":"/Name"}],"innerError":{"date":"1970-01-01T00:00:00","request-id":"r","client-request-id":"c"}}}"#]].assert_eq(&super::text(&answer));
}
