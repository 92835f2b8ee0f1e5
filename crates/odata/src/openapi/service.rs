//! The paths that every service has. What describes the service needs no token: it holds no data.

use super::answers::{Asks, answer, empty, responses};
use super::parameters::named;
use super::paths::{body, operation};
use super::values::{component, many};
use crate::csdl::Capabilities;
use crate::csdl::tree::Object;

/// The tag of these paths.
pub(super) const TAG: &str = "service";

/// The service document, its schema, batches.
pub(super) fn paths(capabilities: &Capabilities) -> Object {
    let paths = Object::new()
        .with("/", Object::new().with("get", root()))
        .with("/$metadata", Object::new().with("get", metadata()));
    paths.maybe("/$batch", capabilities.batch.is_some().then(|| Object::new().with("post", batch())))
}

fn root() -> Object {
    let text = || Object::new().with("type", "string");
    let entry = Object::new().with("name", text()).with("title", text()).with("kind", text()).with("url", text());
    let entry = Object::new().with("type", "object").with("required", vec!["name", "url"]).with("properties", entry);
    let properties = Object::new().with("@odata.context", text()).with("value", many(entry, true));
    let list = Object::new().with("type", "object").with("required", vec!["value"]).with("properties", properties);
    operation(TAG, "root".to_owned(), "List what the service offers".to_owned())
        .with("security", Vec::<Object>::new())
        .with("parameters", vec![named("format"), named("max-version"), named("if-none-match")])
        .with("responses", responses(Asks::Description, found(answer("The sets and singletons.", list, WITH))))
}

fn metadata() -> Object {
    let xml = Object::new().with("schema", Object::new().with("type", "string"));
    let json = Object::new().with("schema", Object::new().with("type", "object"));
    let content = Object::new().with("application/xml", xml).with("application/json", json);
    let schema = empty("The schema.", WITH).with("content", content);
    operation(TAG, "metadata".to_owned(), "Get the schema of the service".to_owned())
        .with("security", Vec::<Object>::new())
        .with("parameters", vec![named("format"), named("max-version"), named("if-none-match")])
        .with("responses", responses(Asks::Description, found(schema)))
}

/// Headers of documents.
const WITH: &[&str] = &["ETag", "Vary"];

fn found(answer: Object) -> [(&'static str, Object); 2] {
    [("200", answer), ("304", empty("Not changed.", WITH))]
}

fn batch() -> Object {
    let answers = answer("An answer to each.", component("schemas", "batch-responses"), &["Preference-Applied"]);
    operation(TAG, "batch".to_owned(), "Send many requests in one".to_owned())
        .with("parameters", vec![named("prefer")])
        .with("requestBody", body(component("schemas", "batch-requests")))
        .with("responses", responses(Asks::Send, [("200", answers)]))
}
