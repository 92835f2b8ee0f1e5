//! Query options bound against the type they apply to: `$select`, `$expand`, `$orderby`, `$top`, `$skip`, `$count`.
//!
//! A name that the type does not declare is a problem that arises here; a known option that is not implemented says so.

use edm::check::brief;
use edm::nearest::nearest;
use edm::query::{Order, OrderKey, PropertyPath};
use edm::{Model, Navigation, Property, StructType, Type};

use crate::problem::{Kind, Problem};
use crate::url::query::{self, Given};

/// Deepest nesting of `$expand`.
const MAX_EXPAND_DEPTH: usize = 4;
/// Most keys of `$orderby`: each is read from every row.
const MAX_ORDER_KEYS: usize = 16;

/// What a request asks of the resource it addresses.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The members to answer; `None` for the usual ones.
    pub select: Option<Select>,
    /// Related entities to answer within.
    pub expand: Vec<Expand>,
    /// The order of a collection.
    pub order: Order,
    /// `$top`
    pub top: Option<u64>,
    /// `$skip`
    pub skip: Option<u64>,
    /// `$count=true`
    pub count: bool,
    /// `$skiptoken`
    pub skip_token: Option<String>,
}

/// Which members of a structured value are answered.
#[derive(Debug, Clone, Default)]
pub struct Select {
    /// Every property (`*`).
    pub all: bool,
    /// These properties; of complex ones, possibly only some members.
    pub properties: Vec<(&'static Property, Option<Select>)>,
    /// These navigation properties.
    pub navigation: Vec<&'static Navigation>,
}

impl Select {
    /// Is the property among the selected, and which of its members?
    pub fn find(&self, name: &[u8]) -> Option<Option<&Select>> {
        if self.all {
            return Some(None);
        }
        let listed = self.properties.iter().find(|(property, _)| property.name.as_bytes() == name);
        listed.map(|(_, nested)| nested.as_ref())
    }

    /// The selection as it stands in a context URL, member by member: `id`, `detail/company`.
    fn names(&self) -> Vec<String> {
        let mut names = if self.all { vec!["*".to_owned()] } else { Vec::new() };
        for (property, nested) in &self.properties {
            match nested {
                None => names.push(property.name.to_owned()),
                Some(nested) => {
                    names.extend(nested.names().into_iter().map(|inner| format!("{}/{inner}", property.name)));
                }
            }
        }
        names.extend(self.navigation.iter().map(|navigation| navigation.name.to_owned()));
        names
    }
}

/// What payloads are written by.
impl From<&Select> for crate::query::Select {
    fn from(select: &Select) -> Self {
        let properties = select.properties.iter().map(|(property, nested)| crate::query::Selected {
            property,
            from: None,
            nested: nested.as_ref().map(Self::from),
            query: None,
        });
        let properties = properties.collect();
        Self { all: select.all, properties, navigation: select.navigation.clone(), computed: Vec::new() }
    }
}

impl Query {
    /// What the answer holds, as it stands in a context URL: `(id,detail/company,skills(displayName))`; nothing where
    /// it holds the usual (OData JSON Format 4.01, section 10.7).
    pub fn context(&self) -> String {
        let mut names = self.select.as_ref().map(Select::names).unwrap_or_default();
        for expand in &self.expand {
            names.retain(|name| name != expand.navigation.name);
            let nested = expand.query.context();
            names.push(format!("{}{}", expand.navigation.name, if nested.is_empty() { "()" } else { &nested }));
        }
        if names.is_empty() { String::new() } else { format!("({})", names.join(",")) }
    }
}

/// One item of `$expand`.
#[derive(Debug, Clone)]
pub struct Expand {
    /// Along which navigation property.
    pub navigation: &'static Navigation,
    /// What is asked of the related entities.
    pub query: Query,
}

/// What the options apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// A collection: everything.
    Collection,
    /// A single entity: what shapes it.
    Entity,
    /// A bare number: what restricts a collection.
    Count,
    /// Nothing.
    Nothing,
}

/// Binds the options of a query string against the type of the addressed resource.
pub fn bind(model: &Model, ty: &'static StructType, given: &[Given], applies: Applies) -> Result<Query, Problem> {
    Binder { namespace: model.namespace }.query(ty, given, applies, 0)
}

/// Binds names against types, and says in messages which namespace those are of.
struct Binder {
    namespace: &'static str,
}

impl Binder {
    fn query(
        &self,
        ty: &'static StructType,
        given: &[Given],
        applies: Applies,
        depth: usize,
    ) -> Result<Query, Problem> {
        let mut query = Query::default();
        for Given { name, value } in given {
            admitted(name, applies, depth)?;
            let at_name = |problem: Problem| match problem.target {
                None => problem.at(*name),
                Some(_) => problem,
            };
            match *name {
                "$select" => query.select = Some(self.select(ty, value).map_err(at_name)?),
                "$expand" => query.expand = self.expand(ty, value, depth).map_err(at_name)?,
                "$orderby" => query.order = self.order(ty, value).map_err(at_name)?,
                "$top" => query.top = Some(number(name, value)?),
                "$skip" => query.skip = Some(number(name, value)?),
                "$count" => query.count = boolean(name, value)?,
                _ => query.skip_token = Some(value.clone()),
            }
        }
        match query.skip.is_some() && query.skip_token.is_some() {
            true => Err(Problem::new(
                Kind::BadQuery,
                "`$skip` and `$skiptoken` both say where the page begins; expected one of them",
            )
            .at("$skip")),
            false => Ok(query),
        }
    }

    fn select(&self, ty: &'static StructType, text: &str) -> Result<Select, Problem> {
        let mut select = Select::default();
        for item in query::split(text, ',')? {
            if item.contains('(') {
                return Err(Problem::new(
                    Kind::NotSupported,
                    format!("options within `$select` are not supported yet, found {}", brief(item)),
                )
                .at("$select"));
            }
            let steps: Vec<&str> = item.split('/').map(str::trim).collect();
            self.select_path(ty, &mut select, &steps, "$select")?;
        }
        Ok(select)
    }

    fn select_path(
        &self,
        ty: &'static StructType,
        select: &mut Select,
        steps: &[&str],
        option: &str,
    ) -> Result<(), Problem> {
        let Some((first, rest)) = steps.split_first() else { return Ok(()) };
        if let ["*"] = steps {
            select.all = true;
            return Ok(());
        }
        if let (Some(navigation), []) = (ty.find_navigation(first), rest) {
            if !select.navigation.iter().any(|known| std::ptr::eq(*known, navigation)) {
                select.navigation.push(navigation);
            }
            return Ok(());
        }
        let (_, property) = ty.find(first).ok_or_else(|| self.unknown_property(ty, first, option))?;
        let listed = select.properties.iter_mut().position(|(known, _)| std::ptr::eq(*known, property));
        let at = listed.unwrap_or_else(|| {
            let nested = (!rest.is_empty()).then(Select::default);
            select.properties.push((property, nested));
            select.properties.len() - 1
        });
        let slot = select.properties.get_mut(at);
        match (rest, slot, property.ty) {
            ([], Some((_, nested)), _) => *nested = None,
            (_, Some((_, Some(nested))), Type::Struct(inner)) => self.select_path(inner, nested, rest, option)?,
            // The whole of it is selected already; its members still have to exist.
            (_, Some((_, None)), Type::Struct(inner)) => {
                self.select_path(inner, &mut Select::default(), rest, option)?;
            }
            _ => return Err(self.unknown_property(ty, &steps.join("/"), option)),
        }
        Ok(())
    }

    fn order(&self, ty: &'static StructType, text: &str) -> Result<Order, Problem> {
        let mut keys: Vec<OrderKey> = Vec::new();
        for item in query::split(text, ',')? {
            let key = self.order_key(ty, item)?;
            // A key that stands there already tells no more rows apart.
            if !keys.iter().any(|known| known.path == key.path) {
                keys.push(key);
            }
            if keys.len() > MAX_ORDER_KEYS {
                let message = format!("found more than {MAX_ORDER_KEYS} keys in `$orderby`, expected fewer");
                return Err(Problem::new(Kind::BadQuery, message).at("$orderby"));
            }
        }
        Ok(Order { keys })
    }

    fn order_key(&self, ty: &'static StructType, item: &str) -> Result<OrderKey, Problem> {
        let mut words = item.split_whitespace();
        let (path, direction) = (words.next().unwrap_or_default(), words.next().unwrap_or("asc"));
        let descending = match direction.to_ascii_lowercase().as_str() {
            "asc" => false,
            "desc" => true,
            _ => return Err(expression(item)),
        };
        let plain = path.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '/'));
        if words.next().is_some() || !plain {
            return Err(expression(item));
        }
        Ok(OrderKey { path: self.property_path(ty, path)?, descending })
    }

    fn property_path(&self, ty: &'static StructType, path: &str) -> Result<PropertyPath, Problem> {
        let mut steps = Vec::new();
        let mut within = Some(ty);
        for name in path.split('/') {
            let unknown = || self.unknown_property(within.unwrap_or(ty), name, "$orderby");
            let (_, property) = within.and_then(|ty| ty.find(name)).ok_or_else(unknown)?;
            if property.collection {
                return Err(not_ordered(&format!("the list `{name}`")));
            }
            within = property.ty.structure();
            steps.push(property);
        }
        match (steps.split_first(), steps.last()) {
            (Some((first, rest)), Some(last)) if last.ty.is_ordered() => {
                Ok(PropertyPath::new(first, rest.iter().copied()))
            }
            _ => Err(not_ordered(&brief(path))),
        }
    }

    fn expand(&self, ty: &'static StructType, text: &str, depth: usize) -> Result<Vec<Expand>, Problem> {
        if depth >= MAX_EXPAND_DEPTH {
            return Err(Problem::new(
                Kind::BadQuery,
                format!("found `$expand` nested deeper than {MAX_EXPAND_DEPTH} levels"),
            )
            .at("$expand"));
        }
        let mut items: Vec<Expand> = Vec::new();
        for item in query::split(text, ',')? {
            let (name, nested) = match item.split_once('(') {
                Some((name, nested)) => (name.trim(), nested.strip_suffix(')').map(str::trim)),
                None => (item, Some("")),
            };
            let Some(nested) = nested else {
                let message = format!("found {}, expected nothing after the closing parenthesis", brief(item));
                return Err(Problem::new(Kind::BadQuery, message).at("$expand"));
            };
            if name.contains('/') || name == "*" || name.starts_with('$') {
                return Err(Problem::new(
                    Kind::NotSupported,
                    format!("{} in `$expand` is not supported yet", brief(name)),
                )
                .at("$expand"));
            }
            let navigation = ty.find_navigation(name).ok_or_else(|| self.unknown_property(ty, name, "$expand"))?;
            if items.iter().any(|known| std::ptr::eq(known.navigation, navigation)) {
                return Err(Problem::new(
                    Kind::BadQuery,
                    format!("`{}` must not be expanded more than once", navigation.name),
                )
                .at("$expand"));
            }
            let given = if nested.is_empty() { Vec::new() } else { query::parse_nested(nested)? };
            let applies = if navigation.collection { Applies::Collection } else { Applies::Entity };
            items.push(Expand { navigation, query: self.query(navigation.target, &given, applies, depth + 1)? });
        }
        Ok(items)
    }

    /// Graph's sentence, and the name that was probably meant.
    fn unknown_property(&self, ty: &'static StructType, name: &str, option: &str) -> Problem {
        if let Some(known) = ty.names().find(|known| known.eq_ignore_ascii_case(name)) {
            return match (ty.find(known), option) {
                (Some(_), "$expand") => {
                    let message = format!("`{known}` is part of every answer, expected a relationship to expand");
                    Problem::new(Kind::BadQuery, message).at(option)
                }
                _ => {
                    let message = format!("paths along the relationship `{known}` are not supported yet in `{option}`");
                    Problem::new(Kind::NotSupported, message).at(option)
                }
            };
        }
        let hint = nearest(name, ty.names()).map(|best| format!(" Did you mean `{best}`?")).unwrap_or_default();
        let name: String = name.chars().take(80).collect();
        let message =
            format!("Could not find a property named '{name}' on type '{}.{}'.{hint}", self.namespace, ty.name);
        Problem::new(Kind::UnknownQueryProperty, message).at(option)
    }
}

/// May the option be said here, and is it understood?
fn admitted(name: &str, applies: Applies, depth: usize) -> Result<(), Problem> {
    let fits = match name {
        "$select" | "$expand" => matches!(applies, Applies::Collection | Applies::Entity),
        "$orderby" | "$top" | "$skip" | "$count" => applies == Applies::Collection,
        "$skiptoken" => applies == Applies::Collection && depth == 0,
        _ if applies != Applies::Nothing => {
            let message = format!("the query option `{name}` is not supported yet");
            return Err(Problem::new(Kind::NotSupported, message).at(name));
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err(not_here(name)) }
}

fn not_here(name: &str) -> Problem {
    Problem::new(Kind::BadQuery, format!("the query option `{name}` does not apply here")).at(name)
}

fn not_ordered(what: &str) -> Problem {
    Problem::new(Kind::BadQuery, format!("found {what}, expected a single primitive value to order by")).at("$orderby")
}

fn number(name: &str, value: &str) -> Result<u64, Problem> {
    let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = plain.then(|| value.parse::<i32>().ok()).flatten();
    number.and_then(|number| u64::try_from(number).ok()).ok_or_else(|| {
        let message = format!("found {} for `{name}`, expected a whole number from 0 to {}", brief(value), i32::MAX);
        Problem::new(Kind::BadQuery, message).at(name)
    })
}

fn boolean(name: &str, value: &str) -> Result<bool, Problem> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            let message = format!("found {} for `{name}`, expected `true` or `false`", brief(value));
            Err(Problem::new(Kind::BadQuery, message).at(name))
        }
    }
}

fn expression(item: &str) -> Problem {
    let message = format!(
        "found {}, expected a property followed by `asc` or `desc`; expressions in `$orderby` are not supported yet",
        brief(item)
    );
    Problem::new(Kind::NotSupported, message).at("$orderby")
}

#[cfg(test)]
mod tests;
