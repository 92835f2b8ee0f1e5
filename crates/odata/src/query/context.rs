//! The select list of a context URL: what the answer holds (OData JSON Format 4.01, sections 10.7 to 10.10).

use edm::StructType;
use edm::apply::Layout;

use super::{Expand, Form, Query, Select};
use crate::applied;

impl Query {
    /// What the answer holds, as it stands in a context URL: `(id,detail/company,skills(displayName))`; nothing where
    /// it holds the usual. Types in it are qualified by the namespace.
    pub fn context(&self, namespace: &str) -> String {
        if let Some(list) = self.applied_list() {
            return format!("({list})");
        }
        let mut names = self.select.as_ref().map(|select| select.names(namespace)).unwrap_or_default();
        for expand in self.expand.iter().filter(|expand| expand.form != Form::Count) {
            let name = expand.name(namespace);
            names.retain(|known| *known != name);
            names.push(expand.context(namespace, &name));
        }
        if names.is_empty() { String::new() } else { format!("({})", names.join(",")) }
    }
}

impl Query {
    /// What is selected of the rows that `$apply` made. Whole rows are listed as those of any collection, what was
    /// added to them by its name.
    fn applied_list(&self) -> Option<String> {
        let pipeline = self.apply.as_ref()?;
        let Some(select) = &self.select else { return applied::select_list(pipeline, |_| true) };
        if pipeline.sequence.layouts().iter().all(Layout::is_whole) {
            return None;
        }
        let properties: Vec<&str> = select.properties.iter().map(|selected| selected.property.name).collect();
        let navigation = |name: &str| select.navigation.iter().any(|navigation| navigation.name == name);
        applied::select_list(pipeline, |name| {
            select.all
                || properties.contains(&name)
                || navigation(name)
                || select.computed.iter().any(|own| own == name)
        })
    }
}

impl Expand {
    fn name(&self, namespace: &str) -> String {
        let cast = self.cast.map(|cast| format!("/{namespace}.{}", cast.name)).unwrap_or_default();
        format!("{}{}{cast}", prefix(namespace, self.from), self.navigation.name)
    }

    /// Several levels are written as one, with a plus sign.
    fn context(&self, namespace: &str, name: &str) -> String {
        let (sign, nested) = match self.recursive {
            true => {
                let mut level = self.query.clone();
                level.expand.retain(|inner| !std::ptr::eq(inner.navigation, self.navigation));
                ("+", level.context(namespace))
            }
            false => ("", self.query.context(namespace)),
        };
        format!("{name}{sign}{}", if nested.is_empty() { "()" } else { &nested })
    }
}

impl Select {
    /// The selection member by member: `id`, `detail/company`, `shop.Bundle/Count`.
    pub(super) fn names(&self, namespace: &str) -> Vec<String> {
        let mut names = if self.all { vec!["*".to_owned()] } else { Vec::new() };
        for selected in &self.properties {
            let name = format!("{}{}", prefix(namespace, selected.from), selected.property.name);
            match &selected.nested {
                None => names.push(name),
                Some(nested) => {
                    names.extend(nested.names(namespace).into_iter().map(|inner| format!("{name}/{inner}")));
                }
            }
        }
        names.extend(self.navigation.iter().map(|navigation| navigation.name.to_owned()));
        names.extend(self.computed.iter().cloned());
        names
    }
}

fn prefix(namespace: &str, from: Option<&StructType>) -> String {
    from.map(|ty| format!("{namespace}.{}/", ty.name)).unwrap_or_default()
}
