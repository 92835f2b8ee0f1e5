//! `$expand`: which related entities are answered within, and what is asked of them.

use edm::check::brief;
use edm::{Navigation, StructType, Type};

use super::applies::Within;
use super::level::Levels;
use super::select::qualified;
use super::{Applies, Expand, Form, Query};
use crate::problem::{Kind, Problem};
use crate::syntax::Limit;
use crate::syntax::tree::{Choice, ChoiceKind, ExpandItem, ExpandTail, Name, Step};

impl<'a> Levels<'a> {
    pub(super) fn expand(&mut self, ty: Type, items: &'a [ExpandItem]) -> Result<Vec<Expand>, Problem> {
        self.binder.within("$expand");
        self.depth += 1;
        let expanded = self.expand_items(ty, items);
        self.depth -= 1;
        expanded
    }

    fn expand_items(&mut self, ty: Type, items: &'a [ExpandItem]) -> Result<Vec<Expand>, Problem> {
        let ty = self.structure(ty)?;
        let mut expanded: Vec<Expand> = Vec::new();
        let mut stars = Vec::new();
        for item in items {
            self.binder.within("$expand");
            self.binder.refuse_lost(&item.path)?;
            self.binder.refuse_of_made("a relationship")?;
            match item.tail {
                ExpandTail::Star => stars.extend(self.star(ty, item, Form::Entities)?),
                ExpandTail::StarRef => stars.extend(self.star(ty, item, Form::References)?),
                ExpandTail::Value => return Err(self.binder.not_offered("`$value` in `$expand`")),
                ExpandTail::Name | ExpandTail::Ref | ExpandTail::Count => {
                    let item = self.expand_item(ty, item)?;
                    if expanded.iter().any(|known| is_same(known, &item)) {
                        let name = item.navigation.name;
                        return Err(Problem::new(
                            Kind::BadQuery,
                            format!("`{name}` must not be expanded more than once"),
                        )
                        .at("$expand"));
                    }
                    expanded.push(item);
                }
            }
        }
        // What is named itself is meant as it is named.
        stars.retain(|star| !expanded.iter().any(|known| std::ptr::eq(known.navigation, star.navigation)));
        for star in stars {
            if !expanded.iter().any(|known| is_same(known, &star)) {
                expanded.push(star);
            }
        }
        Ok(expanded)
    }

    fn expand_item(&mut self, ty: &'static StructType, item: &'a ExpandItem) -> Result<Expand, Problem> {
        let (from, rest) = self.casts(ty, &item.path)?;
        let source = from.unwrap_or(ty);
        let [step, rest @ ..] = rest else {
            return Err(self.binder.wrong(format!("found `{}`, expected a relationship after it", source.name)));
        };
        let name = self.plain(step)?;
        let Some(navigation) = source.find_navigation(&name.text) else {
            return Err(self.no_relationship(source, name, rest));
        };
        let (cast, rest) = self.casts(navigation.target, rest)?;
        if let [further, ..] = rest {
            return Err(self.goes_on(navigation, self.plain(further)?));
        }
        let form = match item.tail {
            ExpandTail::Ref => Form::References,
            ExpandTail::Count => Form::Count,
            _ => Form::Entities,
        };
        let expand = Expand { navigation, from, cast, form, query: Query::default(), recursive: false };
        self.nested(source, expand, &item.options)
    }

    /// The options in parentheses, level by level.
    fn nested(
        &mut self,
        source: &'static StructType,
        mut expand: Expand,
        options: &'a [Choice],
    ) -> Result<Expand, Problem> {
        let navigation = expand.navigation;
        let applies = match (navigation.collection, expand.form) {
            (true, Form::Entities) => Applies::Collection,
            (true, Form::References) => Applies::References,
            (true, Form::Count) => Applies::Count,
            (false, Form::Entities) => Applies::Entity,
            (false, Form::References) => Applies::Nothing,
            (false, Form::Count) => {
                let message = format!("found `$count` after `{}`, which leads to one entity", navigation.name);
                return Err(self.binder.wrong(message));
            }
        };
        self.account(1)?;
        let before = self.expanded;
        expand.query =
            self.bind(Type::Struct(expand.cast.unwrap_or(navigation.target)), options, applies, Within::Expand)?;
        self.binder.within("$expand");
        let levels = options.iter().find_map(|option| match option.kind {
            ChoiceKind::Levels(levels) => Some(levels),
            _ => None,
        });
        match levels {
            None => Ok(expand),
            Some(levels) => {
                let levels = self.levels(levels)?;
                self.recurse(source, &expand, levels, self.expanded - before + 1)
            }
        }
    }

    /// Puts the item into itself as often as `$levels` says; each level has so many items.
    fn recurse(
        &mut self,
        source: &'static StructType,
        expand: &Expand,
        levels: usize,
        items: usize,
    ) -> Result<Expand, Problem> {
        let navigation = expand.navigation;
        // What does not lead to where it begins has one level.
        let Some(from) = self.back_to(source, navigation) else { return Ok(expand.clone()) };
        if expand.query.expand.iter().any(|known| std::ptr::eq(known.navigation, navigation)) && levels > 1 {
            let message = format!("`{}` must not be expanded more than once", navigation.name);
            return Err(self.binder.wrong(message));
        }
        let recursive = levels > 1;
        let mut innermost = Expand { recursive, from, ..expand.clone() };
        for _ in 1..levels {
            self.account(items)?;
            let mut outer = Expand { recursive, from, ..expand.clone() };
            outer.query.expand.push(innermost);
            innermost = outer;
        }
        innermost.from = expand.from;
        Ok(innermost)
    }

    /// How many levels are meant from this one on: with `max`, as many as are admitted.
    fn levels(&self, levels: Option<u64>) -> Result<usize, Problem> {
        let most = self.binder.limits().expands;
        let left = most.saturating_sub(self.depth.saturating_sub(1)).max(1);
        match levels.map(|levels| usize::try_from(levels).unwrap_or(usize::MAX)) {
            None => Ok(left),
            Some(levels) if levels <= left => Ok(levels.max(1)),
            Some(_) => Err(self.binder.too_many("levels of `$expand`", Limit::Expands)),
        }
    }

    /// Is the relationship there again where it leads, and which cast does it take?
    fn back_to(
        &self,
        source: &'static StructType,
        navigation: &'static Navigation,
    ) -> Option<Option<&'static StructType>> {
        let again = |ty: &'static StructType| {
            ty.find_navigation(navigation.name).is_some_and(|found| std::ptr::eq(found, navigation))
        };
        match again(navigation.target) {
            true => Some(None),
            false => (source.is_a(navigation.target) && again(source)).then_some(Some(source)),
        }
    }

    /// `*`: every relationship, perhaps on several levels.
    fn star(&mut self, ty: &'static StructType, item: &ExpandItem, form: Form) -> Result<Vec<Expand>, Problem> {
        let (from, rest) = self.casts(ty, &item.path)?;
        if let [step, ..] = rest {
            let name = brief(&self.plain(step)?.text);
            return Err(self.binder.not_offered(&format!("{name} before `*` in `$expand`")));
        }
        let levels = item.options.iter().find_map(|option| match option.kind {
            ChoiceKind::Levels(levels) => Some(levels),
            _ => None,
        });
        let levels = levels.map_or(Ok(1), |levels| self.levels(levels))?;
        self.all(from.unwrap_or(ty), from, form, levels)
    }

    fn all(
        &mut self,
        ty: &'static StructType,
        from: Option<&'static StructType>,
        form: Form,
        levels: usize,
    ) -> Result<Vec<Expand>, Problem> {
        let mut expanded = Vec::new();
        for navigation in ty.all_navigation() {
            self.account(1)?;
            let expand = match levels {
                0 | 1 => Vec::new(),
                _ => self.all(navigation.target, None, form, levels - 1)?,
            };
            let query = Query { expand, ..Query::default() };
            expanded.push(Expand { navigation, from, cast: None, form, query, recursive: false });
        }
        Ok(expanded)
    }

    /// Types at the start of a path: the last of them, if there are any, and what follows.
    fn casts<'s>(
        &self,
        ty: &'static StructType,
        path: &'s [Step],
    ) -> Result<(Option<&'static StructType>, &'s [Step]), Problem> {
        let (mut path, mut cast) = (path, None);
        while let Some((name, rest)) = qualified(path) {
            cast = Some(self.derived(cast.unwrap_or(ty), name)?);
            path = rest;
        }
        Ok((cast, path))
    }

    fn account(&mut self, items: usize) -> Result<(), Problem> {
        self.expanded = self.expanded.saturating_add(items);
        match self.expanded > self.binder.limits().expanded {
            true => Err(self.binder.too_many("items", Limit::Expanded)),
            false => Ok(()),
        }
    }

    fn no_relationship(&self, ty: &'static StructType, name: &Name, rest: &[Step]) -> Problem {
        match ty.find(&name.text) {
            Some((_, property)) if matches!(property.ty, Type::Primitive(edm::Primitive::Stream)) => {
                self.binder.not_offered(&format!("the stream `{}` in `$expand`", property.name))
            }
            Some((_, property)) if matches!(property.ty, Type::Struct(_)) && !rest.is_empty() => {
                self.binder.not_offered(&format!("a path through `{}` in `$expand`", property.name))
            }
            Some((_, property)) => {
                let name = property.name;
                self.binder.wrong(format!("`{name}` is part of every answer, expected a relationship to expand"))
            }
            None => self.binder.unknown(ty, &name.text),
        }
    }

    fn goes_on(&self, navigation: &Navigation, further: &Name) -> Problem {
        let (name, found) = (navigation.name, brief(&further.text));
        let hint = further.text.chars().take(80).collect::<String>();
        self.binder.wrong(format!("found {found} after the relationship `{name}`, expected `{name}($expand={hint})`"))
    }
}

/// Would both be written under the same name?
fn is_same(one: &Expand, other: &Expand) -> bool {
    std::ptr::eq(one.navigation, other.navigation) && (one.form == Form::Count) == (other.form == Form::Count)
}
