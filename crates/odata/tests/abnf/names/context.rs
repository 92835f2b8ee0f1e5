//! Names in context URLs.

use odata::syntax::context::{Context, Item};
use odata::syntax::tree::{Arguments, Name, Step};

use super::options::{
    SELECT_FUNCTION, SELECT_OPERATION, SELECT_PATH, SELECT_PATH_CAST, SELECT_START, SELECT_TYPE, SELECTED,
    SELECTED_LIST,
};
use super::{
    ANY_ENTITIES, ANY_ENTITY, ENTITIES, ENTITY, ENTITY_CAST, KEYED, Kinds, Names, PRIMITIVE, Verdict, check,
    is_primitive,
};

impl Names {
    pub(crate) fn context(&self, context: &Context) -> Verdict {
        let (holds, items) = match context {
            Context::Reference { .. } => (true, &None),
            Context::Type { ty, items } => {
                let (namespace, name) = ty.name.split();
                let whole = ty.collection && matches!(ty.name.text.as_str(), "Edm.EntityType" | "Edm.ComplexType");
                (whole || (namespace == Some("Edm") && is_primitive(name)) || self.namespace(namespace), items)
            }
            Context::Path { path, items, suffix } => (self.context_path(path, suffix.is_some()), items),
        };
        check(holds, context)?;
        self.context_items(items.as_deref().unwrap_or_default())
    }

    fn context_path(&self, path: &[(Name, Option<Arguments>)], suffix: bool) -> bool {
        let Some(((first, key), rest)) = path.split_first() else { return false };
        let keyed = |kinds: Kinds, key: &Option<Arguments>| match key {
            Some(key) if kinds & ANY_ENTITIES != 0 && self.key(key) => ENTITY,
            Some(_) => 0,
            None => kinds,
        };
        let mut kinds = 0;
        for (rule, kind) in [("entitySetName", ENTITIES), ("singletonEntity", ENTITY)] {
            kinds |= if self.admits(rule, &first.text) { keyed(kind, key) } else { 0 };
        }
        for (name, key) in rest {
            let led = self.member(kinds, name, &[], "").unwrap_or(0) & !KEYED;
            // What contains entities may have a key even if it leads to one.
            kinds = keyed(if led & (ENTITY | ENTITY_CAST) != 0 && key.is_some() { led | ENTITIES } else { led }, key);
        }
        let suffixed = kinds & (ANY_ENTITIES | ANY_ENTITY) != 0
            && path.first().is_some_and(|(name, _)| self.admits("entitySetName", &name.text));
        kinds != 0 && (!suffix || suffixed)
    }

    fn context_items(&self, items: &[Item]) -> Verdict {
        for item in items {
            match item {
                Item::All => {}
                Item::Operations(name) => check(self.namespace(Some(&name.text)), item)?,
                Item::Path { steps, recursive, items } => {
                    let mut kinds = SELECT_START;
                    for step in steps {
                        kinds = self.context_step(kinds, step);
                    }
                    let names = items.as_deref().unwrap_or_default();
                    let parameters = names.iter().all(|name| match name {
                        Item::Path { steps, recursive: false, items: None } => {
                            matches!(steps.as_slice(), [Step::Name { name, .. }] if self.admits("parameterName", &name.text))
                        }
                        _ => false,
                    });
                    let navigation = kinds & SELECTED != 0;
                    let path = kinds & (SELECT_PATH | SELECT_PATH_CAST) != 0;
                    let function = kinds & SELECT_FUNCTION != 0 && !names.is_empty() && parameters;
                    let fits = match (recursive, items) {
                        (false, None) => kinds & !(SELECT_START | SELECT_TYPE) != 0,
                        _ => navigation || (function && !recursive),
                    };
                    check(fits || (path && items.is_none() && !recursive), item)?;
                    if !function {
                        self.context_items(names)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// As in `$select`, but only navigation properties are [`SELECTED`], the others are lists of themselves.
    fn context_step(&self, kinds: u32, step: &Step) -> u32 {
        let start = kinds & (SELECT_START | SELECT_TYPE) != 0;
        match step {
            Step::Name { name, .. } => {
                let led = if start || kinds & (SELECT_PATH | SELECT_PATH_CAST) != 0 { self.property(name) } else { 0 };
                let after = self.select_step(kinds, step) & !SELECTED;
                let qualified = if name.text.contains('.') {
                    u32::MAX
                } else {
                    !(SELECT_OPERATION | SELECT_FUNCTION | SELECT_TYPE | SELECT_PATH_CAST)
                };
                let navigation = if led & (ENTITIES | ENTITY) != 0 { SELECTED } else { 0 };
                let primitive = if led & PRIMITIVE != 0 { SELECTED_LIST } else { 0 };
                (after & qualified) | navigation | primitive
            }
            Step::Annotation { term, .. } if self.namespace(term.split().0) => {
                let entity = self.admits("entityAnnotationInFragment", &format!("@{}", term.text));
                SELECT_PATH | if entity { SELECTED } else { 0 }
            }
            _ => 0,
        }
    }
}
