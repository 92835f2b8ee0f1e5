//! The answer to `$apply`: the list of what its rows have, for the context URL.
//!
//! Rows that are not given ones are transient: they have neither id nor links, and the extension's examples show no
//! annotation that says so. [`crate::payload::Writer::made`] writes them.

use edm::apply::{Layout, PathStep, Pipeline, Seen};

/// What is written in parentheses after the collection in the context URL: the properties that all rows have
/// (OData Extension for Data Aggregation 4.0, section 3.1.1), as far as `keep` leaves them. `None` if the rows are
/// whole and nothing is added: the context is that of the collection.
pub(crate) fn select_list(pipeline: &Pipeline, keep: impl Fn(&str) -> bool) -> Option<String> {
    let layouts = pipeline.sequence.layouts();
    let untouched = |layout: &Layout| layout.is_whole() && layout.columns().is_empty();
    if layouts.iter().all(untouched) {
        return None;
    }
    let all_whole = layouts.iter().all(Layout::is_whole);
    let mut items: Vec<String> = if all_whole { vec!["*".to_owned()] } else { paths(layouts, &keep) };
    let first = layouts.first().map(Layout::columns).unwrap_or_default();
    for name in first.iter().filter_map(|slot| name_of(pipeline, *slot)).filter(|name| keep(name)) {
        let has = |layout: &Layout| layout.columns().iter().any(|slot| name_of(pipeline, *slot) == Some(name));
        if layouts.iter().all(has) {
            items.push(name.to_owned());
        }
    }
    Some(if items.is_empty() { "@Core.AnyStructure".to_owned() } else { items.join(",") })
}

fn name_of(pipeline: &Pipeline, slot: usize) -> Option<&str> {
    pipeline.columns.get(slot).map(|column| column.name.as_str())
}

/// The declared properties that all rows have, those of nested values in parentheses.
fn paths(layouts: &[Layout], keep: &impl Fn(&str) -> bool) -> Vec<String> {
    let Some(parted) = layouts.iter().find(|layout| !layout.is_whole()) else { return Vec::new() };
    let common = parted.paths().iter().filter(|path| {
        let names: Vec<_> = path.iter().map(PathStep::name).collect();
        names.first().is_some_and(|name| keep(name)) && layouts.iter().all(|layout| layout.sees(&names) == Seen::Whole)
    });
    let common: Vec<&[PathStep]> = common.map(Vec::as_slice).collect();
    nested(&common)
}

fn nested(paths: &[&[PathStep]]) -> Vec<String> {
    let mut items = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for name in paths.iter().filter_map(|path| path.first()).map(PathStep::name) {
        if done.contains(&name) {
            continue;
        }
        done.push(name);
        let below: Vec<&[PathStep]> = paths.iter().filter_map(|path| below(path, name)).collect();
        let whole = below.iter().any(|rest| rest.is_empty());
        items.push(if whole { name.to_owned() } else { format!("{name}({})", nested(&below).join(",")) });
    }
    items
}

fn below<'a>(path: &'a [PathStep], name: &str) -> Option<&'a [PathStep]> {
    path.split_first().filter(|(step, _)| step.name() == name).map(|(_, rest)| rest)
}
