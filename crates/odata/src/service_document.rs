//! The service document: what stands at the root of a service (OData JSON Format 4.01, section 5).
//!
//! It lists sets, singletons, and functions that can be called without arguments. Actions change something and are not
//! listed.

use edm::Model;
use edm::json::write_string;
use edm::model::OperationKind;

use crate::csdl;
use crate::payload::Metadata;

/// What is listed.
struct Entry {
    kind: &'static str,
    name: &'static str,
    title: &'static str,
}

/// The document of the service under that root, which has no slash at its end.
///
/// Addresses are relative to the context; without metadata there is none, and they are absolute.
pub fn write(model: &Model, root: &str, metadata: Metadata) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    out.push(b'{');
    if metadata != Metadata::None {
        out.extend_from_slice(b"\"@odata.context\":");
        write_string(&mut out, &[root, "/$metadata"].concat());
        out.push(b',');
    }
    out.extend_from_slice(b"\"value\":[");
    for (position, entry) in entries(model).enumerate() {
        if position > 0 {
            out.push(b',');
        }
        let url = if metadata == Metadata::None { [root, "/", entry.name].concat() } else { entry.name.to_owned() };
        write_entry(&mut out, &entry, &url);
    }
    out.extend_from_slice(b"]}");
    out
}

fn write_entry(out: &mut Vec<u8>, entry: &Entry, url: &str) {
    let members = [("name", entry.name), ("title", entry.title), ("kind", entry.kind), ("url", url)];
    let present = members.into_iter().filter(|(_, value)| !value.is_empty());
    for (position, (name, value)) in present.enumerate() {
        out.push(if position == 0 { b'{' } else { b',' });
        write_string(out, name);
        out.push(b':');
        write_string(out, value);
    }
    out.push(b'}');
}

fn entries(model: &Model) -> impl Iterator<Item = Entry> {
    // A title is no sentence.
    let title = |description: &'static str| description.trim_end_matches('.');
    let sets = model.sets.iter();
    let sets = sets.map(move |set| Entry { kind: "EntitySet", name: set.name, title: title(set.description) });
    let singletons = model.singletons.iter().map(move |singleton| Entry {
        kind: "Singleton",
        name: singleton.name,
        title: title(singleton.description),
    });
    let functions = model.imports.iter().filter_map(move |import| {
        let plain = |operation: &&edm::Operation| {
            operation.kind == OperationKind::Function && operation.parameters.iter().all(|one| one.optional)
        };
        let operation = csdl::imported(model, import).find(plain)?;
        Some(Entry { kind: "FunctionImport", name: import.name, title: title(operation.description) })
    });
    sets.chain(singletons).chain(functions)
}

#[cfg(test)]
mod tests {
    use edm::testing::MODEL;
    use expect_test::{Expect, expect};

    use super::*;

    /// The document with a line for each entry.
    fn check(metadata: Metadata, expected: &Expect) {
        let document = write(&MODEL, "http://a.example/v1", metadata);
        edm::json::parse(&document).unwrap();
        expected.assert_eq(&String::from_utf8(document).unwrap().replace("{\"name", "\n{\"name"));
    }

    #[test]
    fn what_can_be_reached_is_listed() {
        let usual = expect![[r#"
            {"@odata.context":"http://a.example/v1/$metadata","value":[
            {"name":"Articles","title":"What the shop sells","kind":"EntitySet","url":"Articles"},
            {"name":"Makers","title":"Who makes the articles","kind":"EntitySet","url":"Makers"},
            {"name":"Blurbs","title":"What is said of articles, by language","kind":"EntitySet","url":"Blurbs"},
            {"name":"Pictures","title":"Pictures with their bytes","kind":"EntitySet","url":"Pictures"},
            {"name":"Archive","title":"Makers of old, to be read only","kind":"EntitySet","url":"Archive"},
            {"name":"Shop","title":"The shop itself","kind":"Singleton","url":"Shop"},
            {"name":"Bestseller","title":"The article sold most","kind":"Singleton","url":"Bestseller"},
            {"name":"Top","title":"The dearest articles","kind":"FunctionImport","url":"Top"},
            {"name":"Totals","title":"Figures over all articles","kind":"FunctionImport","url":"Totals"}]}"#]];
        check(Metadata::Minimal, &usual);
        check(Metadata::Full, &usual);
    }

    #[test]
    fn without_a_context_addresses_are_absolute() {
        check(
            Metadata::None,
            &expect![[r#"
            {"value":[
            {"name":"Articles","title":"What the shop sells","kind":"EntitySet","url":"http://a.example/v1/Articles"},
            {"name":"Makers","title":"Who makes the articles","kind":"EntitySet","url":"http://a.example/v1/Makers"},
            {"name":"Blurbs","title":"What is said of articles, by language","kind":"EntitySet","url":"http://a.example/v1/Blurbs"},
            {"name":"Pictures","title":"Pictures with their bytes","kind":"EntitySet","url":"http://a.example/v1/Pictures"},
            {"name":"Archive","title":"Makers of old, to be read only","kind":"EntitySet","url":"http://a.example/v1/Archive"},
            {"name":"Shop","title":"The shop itself","kind":"Singleton","url":"http://a.example/v1/Shop"},
            {"name":"Bestseller","title":"The article sold most","kind":"Singleton","url":"http://a.example/v1/Bestseller"},
            {"name":"Top","title":"The dearest articles","kind":"FunctionImport","url":"http://a.example/v1/Top"},
            {"name":"Totals","title":"Figures over all articles","kind":"FunctionImport","url":"http://a.example/v1/Totals"}]}"#]],
        );
    }
}
