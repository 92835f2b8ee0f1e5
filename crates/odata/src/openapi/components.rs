//! What the paths refer to, besides the types of the model.

use edm::Model;

use super::values::many;
use super::{answers, parameters, schemas};
use crate::csdl::tree::Object;

/// Schemas, parameters, responses and the way to sign in.
pub(super) fn all(model: &Model) -> Object {
    let schemas = Object::new()
        .and(schemas::all(model))
        .with("reference", reference())
        .with("references", object(&[], Object::new().with("value", many(reference(), true))))
        .with("error", error())
        .with("batch-requests", batch_requests())
        .with("batch-responses", batch_responses());
    let bearer = Object::new().with("type", "http").with("scheme", "bearer").with("bearerFormat", "JWT");
    Object::new()
        .with("schemas", schemas)
        .with("parameters", Object::new().and(parameters::all(model)))
        .with("responses", answers::problems())
        .with("headers", answers::all_headers())
        .with("securitySchemes", Object::new().with("bearer", bearer))
}

fn text() -> Object {
    Object::new().with("type", "string")
}

fn object(required: &[&'static str], properties: Object) -> Object {
    let required = (!required.is_empty()).then(|| required.to_vec());
    Object::new().with("type", "object").maybe("required", required).with("properties", properties)
}

fn reference() -> Object {
    object(&["@odata.id"], Object::new().with("@odata.id", text().with("description", "Address of an entity.")))
}

/// Problems as OData writes them, with what Graph adds.
fn error() -> Object {
    let fault = || {
        Object::new()
            .with("code", text().with("description", "What kind of problem it is."))
            .with("message", text().with("description", "What was found and what was expected."))
            .with("target", text().with("description", "Where: a JSON pointer, or the name of an option or header."))
    };
    let detail = object(&["code", "message"], fault());
    let inner = Object::new().with("date", text()).with("request-id", text()).with("client-request-id", text());
    let fault = fault()
        .with("details", many(detail, true).with("description", "Each of several problems."))
        .with("innerError", object(&[], inner).with("description", "How to find the request in the logs."));
    object(&["error"], Object::new().with("error", object(&["code", "message"], fault)))
}

fn batch_requests() -> Object {
    let request = Object::new()
        .with("id", text())
        .with("method", text())
        .with("url", text())
        .with("headers", Object::new().with("type", "object").with("additionalProperties", text()))
        .with("body", Object::new())
        .with("dependsOn", many(text(), true))
        .with("atomicityGroup", text());
    let requests = many(object(&["id", "method", "url"], request), true);
    object(&["requests"], Object::new().with("requests", requests))
}

fn batch_responses() -> Object {
    let response = Object::new()
        .with("id", text())
        .with("status", Object::new().with("type", "integer"))
        .with("headers", Object::new().with("type", "object").with("additionalProperties", text()))
        .with("body", Object::new());
    let responses = many(object(&["id", "status"], response), true);
    object(&["responses"], Object::new().with("responses", responses))
}
