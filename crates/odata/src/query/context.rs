//! The select list of a context URL: what the answer holds (OData JSON Format 4.01, sections 10.7 to 10.10).

use edm::StructType;

use super::{Expand, Form, Query, Select};

impl Query {
    /// What the answer holds, as it stands in a context URL: `(id,detail/company,skills(displayName))`; nothing where
    /// it holds the usual. Types in it are qualified by the namespace.
    pub fn context(&self, namespace: &str) -> String {
        let mut names = self.select.as_ref().map(|select| select.names(namespace)).unwrap_or_default();
        for expand in self.expand.iter().filter(|expand| expand.form != Form::Count) {
            let name = expand.name(namespace);
            names.retain(|known| *known != name);
            names.push(expand.context(namespace, &name));
        }
        if names.is_empty() { String::new() } else { format!("({})", names.join(",")) }
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
