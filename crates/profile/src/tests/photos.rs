//! Photos of people, and what else a person card asks for.

use std::io::Cursor;

use auth::{Caller, testing};
use engine::{Request, Response};
use http::{HeaderMap, HeaderValue, Method};
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value as Json, json};
use store::{PartitionKey, PartitionKind};
use uuid::Uuid;

use super::harness::{ADA, GRACE, TENANT, World, ada, app, grace};

const FILE: &str = "me/photo/$value";

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let image = DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, image::Rgb([20, 90, 160])));
    image.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

impl World {
    /// Sends a file and says what is answered, whatever that is.
    fn raw(
        &self,
        caller: &Caller,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Response {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let exchange = self.exchange();
        let (root, body, headers) = ("http://here/beta", body.to_vec().into(), &map);
        let request = Request { method, root, path, query: None, headers, body, exchange };
        self.wait(self.service.serve(caller, &request))
    }

    fn photograph(&self, caller: &Caller, path: &str, file: &[u8]) -> u16 {
        self.raw(caller, Method::PUT, path, &[("content-type", "image/png")], file).status.as_u16()
    }
}

fn code(response: &Response) -> (u16, String) {
    let body: Json = serde_json::from_slice(&response.body).unwrap_or_default();
    (response.status.as_u16(), body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

fn size(response: &Response) -> (u32, u32) {
    assert_eq!(response.status, 200);
    assert_eq!(response.headers["content-type"], "image/jpeg");
    let image = image::load_from_memory_with_format(&response.body, ImageFormat::Jpeg).unwrap();
    (image.width(), image.height())
}

#[test]
fn a_photo_is_put_read_replaced_and_deleted() {
    let world = World::new();
    let me = grace("User.ReadWrite");
    for url in ["me/photo", FILE, "me/photos/48x48", "me/photos/48x48/$value"] {
        assert_eq!(code(&world.raw(&me, Method::GET, url, &[], b"")), (404, "ImageNotFound".into()), "{url}");
    }
    assert_eq!(world.get(&me, "me/photos").ok(200)["value"], json!([]));
    assert_eq!(code(&world.raw(&me, Method::DELETE, FILE, &[], b"")), (404, "ImageNotFound".into()));
    assert_eq!(world.photograph(&me, FILE, &picture(900, 600)), 204);
    let read = world.raw(&me, Method::GET, FILE, &[], b"");
    assert_eq!(size(&read), (648, 432));
    let photo = world.get(&me, "me/photo").ok(200);
    assert_eq!(photo["@odata.context"], format!("http://here/beta/$metadata#users('{GRACE}')/photo/$entity"));
    assert_eq!((&photo["id"], &photo["width"], &photo["height"]), (&json!("648x432"), &json!(648), &json!(432)));
    assert_eq!(photo["@odata.mediaContentType"], "image/jpeg");
    let tag = read.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(photo["@odata.etag"], tag);
    let again = world.raw(&me, Method::GET, FILE, &[("if-none-match", &tag)], b"");
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));

    // Graph takes both, and PnPjs, which says that all it sends is JSON, this one.
    let patched = world.raw(&me, Method::PATCH, FILE, &[("content-type", "application/json")], &picture(50, 50));
    assert_eq!(patched.status, 204);
    assert_eq!(size(&world.raw(&me, Method::GET, FILE, &[], b"")), (50, 50));
    for method in [Method::PUT, Method::PATCH] {
        let headers = [("if-match", &*tag), ("content-type", "image/png")];
        assert_eq!(world.raw(&me, method, FILE, &headers, &picture(9, 9)).status, 412);
    }
    assert_eq!(world.findings(), Vec::<String>::new());
    assert_eq!(world.delete(&me, "me/photo").status, 204);
    assert_eq!(code(&world.raw(&me, Method::GET, FILE, &[], b"")), (404, "ImageNotFound".into()));
    assert_eq!(world.photograph(&me, FILE, &picture(50, 50)), 204);
    assert_eq!(world.raw(&me, Method::DELETE, FILE, &[], b"").status, 204);
    assert_eq!(world.get(&me, "me?$expand=photo").ok(200)["photo"], Json::Null);
}

#[test]
fn photos_come_in_sizes_and_along_with_people() {
    let world = World::new();
    assert_eq!(world.photograph(&ada(), FILE, &picture(300, 200)), 204);
    let sizes = world.get(&ada(), "me/photos").ok(200);
    let ids: Vec<_> = sizes["value"].as_array().unwrap().iter().map(|size| size["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["48x48", "64x64", "96x96", "120x120"]);
    assert_eq!(world.get(&ada(), "me/photos/$count").ok(200), json!(4));
    assert_eq!(world.get(&ada(), "me/photos/96X96").ok(200)["width"], 96);
    assert_eq!(size(&world.raw(&ada(), Method::GET, "me/photos/96x96/$value", &[], b"")), (96, 96));
    assert_eq!(size(&world.raw(&ada(), Method::GET, "me/photos('48x48')/$value", &[], b"")), (48, 48));
    for url in ["me/photos/240x240/$value", "me/photos/17x17", "me/photos/x"] {
        assert_eq!(code(&world.raw(&ada(), Method::GET, url, &[], b"")), (404, "ImageNotFound".into()), "{url}");
    }
    let people = world.get(&grace("User.Read.All"), "users?$expand=photo&$select=displayName").ok(200);
    assert_eq!((&people["value"][0]["photo"]["width"], &people["value"][1]["photo"]), (&json!(300), &Json::Null));
    assert_eq!(world.get(&ada(), "me?$expand=photos").ok(200)["photos"].as_array().unwrap().len(), 4);
    // One smaller than every size is told in the smallest.
    assert_eq!(world.photograph(&ada(), FILE, &picture(30, 20)), 204);
    assert_eq!(size(&world.raw(&ada(), Method::GET, "me/photos/48x48/$value", &[], b"")), (20, 20));
}

#[test]
fn a_photo_stays_with_the_person_and_goes_with_them() {
    let world = World::new();
    let file = format!("users/{GRACE}/photo/$value");
    assert_eq!(world.photograph(&ada(), &file, &picture(60, 60)), 204);
    assert_eq!(world.delete(&ada(), &format!("users/{GRACE}/profile")).status, 204);
    assert_eq!(size(&world.raw(&ada(), Method::GET, &file, &[], b"")), (60, 60));
    let partition = PartitionKey { tenant: TENANT, kind: PartitionKind::User, owner: GRACE };
    let rows = world.wait(world.store().audit(partition, 1, 99)).unwrap();
    let values: Json = serde_json::from_slice(rows[0].values.as_ref().unwrap()).unwrap();
    assert_eq!(values[0]["new"], json!({"id": "60x60"}));
    assert_eq!(world.delete(&ada(), &format!("users/{GRACE}")).status, 204);
    let gone = world.raw(&ada(), Method::GET, &file, &[], b"");
    assert_eq!(code(&gone), (404, "Request_ResourceNotFound".into()));
}

#[test]
fn what_is_no_photo_is_told() {
    let world = World::new();
    let put = |kind: &str, file: &[u8]| code(&world.raw(&ada(), Method::PUT, FILE, &[("content-type", kind)], file));
    let png = picture(9, 9);
    for (kind, file, status, expect) in [
        ("image/png", &b"GIF89a"[..], 415, "unsupportedMediaType"),
        ("image/gif", &png, 415, "unsupportedMediaType"),
        ("application/json", &b"{}"[..], 415, "unsupportedMediaType"),
        ("image/png", &png[..40], 400, "BadRequest"),
        ("image/png", &b""[..], 400, "BadRequest"),
        ("image/png", &vec![0; (4 << 20) + 1], 413, "requestTooLarge"),
        ("image/jpeg", &png, 204, ""),
        ("IMAGE/PNG; q=1", &png, 204, ""),
    ] {
        assert_eq!(put(kind, file), (status, expect.to_owned()), "{kind}");
    }
    for (method, url) in [
        (Method::PATCH, "me/photo"),
        (Method::PUT, "me/photo"),
        (Method::POST, "me/photos"),
        (Method::DELETE, "me/photos/48x48"),
        (Method::POST, FILE),
    ] {
        let answer = world.raw(&ada(), method.clone(), url, &[("content-type", "application/json")], b"{}");
        assert_eq!(answer.status, 405, "{method} {url}");
        if url.starts_with("me/photos") {
            let options = world.raw(&ada(), Method::OPTIONS, url, &[], b"");
            for allow in [&answer.headers["allow"], &options.headers["allow"]] {
                let changes = ["POST", "PATCH", "PUT", "DELETE"].map(|change| allow.to_str().unwrap().contains(change));
                assert_eq!(changes, [false; 4], "{method} {url}: {allow:?}");
            }
        }
    }
}

#[test]
fn scopes_and_roles_of_photos() {
    let world = World::new();
    let file = format!("users/{ADA}/photo/$value");
    let (denied, role) = ("Authorization_RequestDenied".to_owned(), "ErrorAccessDeniedForRole".to_owned());
    let put = |caller: &Caller, url: &str| {
        code(&world.raw(caller, Method::PUT, url, &[("content-type", "image/png")], &picture(9, 9)))
    };
    assert_eq!(put(&ada(), FILE).0, 204);
    assert_eq!(put(&grace("User.ReadWrite"), FILE).0, 204);
    assert_eq!(put(&grace("User.Read.All"), FILE), (403, denied.clone()));
    assert_eq!(put(&grace("User.ReadWrite"), &file), (403, denied.clone()));
    assert_eq!(put(&grace("User.ReadWrite.All"), &file), (403, role));
    assert_eq!(put(&app("robot", "User.ReadWrite.All"), &file).0, 204);
    let get = |caller: &Caller, url: &str| code(&world.raw(caller, Method::GET, url, &[], b""));
    world.get(&grace("User.Read"), "users?$expand=photo").error(403, &denied);
    assert_eq!(get(&grace("User.Read"), FILE).0, 200);
    assert_eq!(get(&grace("User.ReadBasic.All"), &file).0, 200);
    assert_eq!(get(&grace("User.Read"), &file), (403, denied));
    let stranger = testing::person(Uuid::from_u128(0xbad), ADA, "User.ReadWrite.All");
    assert_eq!(get(&stranger, &file), (404, "Request_ResourceNotFound".into()));
}

#[test]
fn what_a_person_card_asks_for_is_there_or_cleanly_not() {
    let world = World::new();
    let user = format!("users/{GRACE}");
    for url in [
        user.clone(),
        format!("{user}?$expand=manager($levels=max;$select=id,displayName,userPrincipalName)&$count=true"),
        format!("{user}/directReports?$select=id,displayName"),
        format!("{user}/memberOf"),
        format!("{user}/profile"),
        "me".into(),
    ] {
        world.get(&ada(), &url).ok(200);
    }
    assert_eq!(code(&world.raw(&ada(), Method::GET, &format!("{user}/photo/$value"), &[], b"")).0, 404);
    assert_eq!(code(&world.raw(&ada(), Method::GET, &format!("{user}/manager"), &[], b"")).0, 404);
    for url in [
        format!("{user}/presence"),
        format!("{user}/people"),
        format!("{user}/messages"),
        format!("{user}/chats"),
        format!("{user}/drive"),
        format!("{user}/insights/used"),
        format!("{user}/transitiveMemberOf"),
        "me/presence".into(),
        "me/people?$search=\"ada\"&$top=5".into(),
        "me/messages?$search=\"from:ada@fjord.example\"".into(),
        "me/chats".into(),
        "me/insights/shared?$filter=lastShared/sharedBy/address eq 'ada@fjord.example'".into(),
        "me/mailFolders/inbox".into(),
        "me/drive/sharedWithMe".into(),
        "me/events".into(),
        "me/joinedTeams".into(),
    ] {
        let message = world.get(&ada(), &url).error(404, "Request_ResourceNotFound");
        assert!(message.contains("does not keep"), "{url}: {message}");
    }
}
