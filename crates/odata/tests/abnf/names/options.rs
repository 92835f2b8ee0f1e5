//! Names in query options: what can be selected and expanded.

use odata::syntax::tree::{Choice, ChoiceKind, ExpandItem, ExpandTail, SelectItem, Step};
use odata::syntax::{Limits, Text};

use super::{COMPLEX, COMPLEXES, ENTITIES, ENTITY, FUNCTIONS, Names, PRIMITIVE, PRIMITIVES, STREAM, Verdict};

pub(super) const SELECT_START: u32 = 1;
pub(super) const SELECT_TYPE: u32 = 1 << 1;
pub(super) const SELECT_PATH: u32 = 1 << 2;
pub(super) const SELECT_PATH_CAST: u32 = 1 << 3;
pub(super) const SELECTED: u32 = 1 << 4;
pub(super) const SELECTED_LIST: u32 = 1 << 5;
pub(super) const SELECT_OPERATION: u32 = 1 << 6;
pub(super) const SELECT_FUNCTION: u32 = 1 << 7;

const EXPAND_START: u32 = 1;
const EXPAND_PATH: u32 = 1 << 1;
const EXPANDED: u32 = 1 << 2;
const EXPANDED_CAST: u32 = 1 << 3;
const EXPANDED_STREAM: u32 = 1 << 4;

impl Names {
    pub(crate) fn options(&self, options: &[Choice]) -> Verdict {
        options.iter().try_for_each(|option| self.option(&option.kind))
    }

    fn option(&self, option: &ChoiceKind) -> Verdict {
        match option {
            ChoiceKind::Filter(expr) | ChoiceKind::Alias(_, expr) => self.expr(expr),
            ChoiceKind::Compute(items) => items.iter().try_for_each(|item| self.expr(&item.expr)),
            ChoiceKind::OrderBy(items) => items.iter().try_for_each(|item| self.expr(&item.expr)),
            ChoiceKind::Select(items) => items.iter().try_for_each(|item| self.select(item)),
            ChoiceKind::Expand(items) => items.iter().try_for_each(|item| self.expand(item)),
            ChoiceKind::Custom(name, value) => self.custom(name, value.as_deref()),
            _ => Ok(()),
        }
    }

    fn custom(&self, name: &str, value: Option<&str>) -> Verdict {
        if self.admits("customName", name) {
            return Ok(());
        }
        // The value of a parameter of the same name.
        let value = value
            .filter(|_| self.admits("parameterName", name))
            .map(|value| odata::syntax::expression(&Text::plain(value), &Limits::STRICT));
        match value {
            Some(Ok(expr)) => self.expr(&expr),
            _ => Err(format!("no option `{name}`")),
        }
    }

    fn select(&self, item: &SelectItem) -> Verdict {
        let refuse = || Err(format!("{item:?} cannot be selected"));
        let (path, parameters, options) = match item {
            SelectItem::All => return Ok(()),
            SelectItem::Operations(name) => {
                return if self.namespace(Some(&name.text)) { Ok(()) } else { refuse() };
            }
            SelectItem::Path { path, parameters, options } => (path, parameters, options),
        };
        self.options(options)?;
        if !parameters.iter().all(|name| self.admits("parameterName", &name.text)) {
            return refuse();
        }
        let mut kinds = SELECT_START;
        for step in path {
            kinds = self.select_step(kinds, step);
        }
        let narrow = options.iter().all(|option| {
            !matches!(option.kind, ChoiceKind::Compute(_) | ChoiceKind::Select(_) | ChoiceKind::Alias(..))
        });
        let fits = match (options.is_empty(), parameters.is_empty()) {
            (true, true) => kinds & (SELECTED | SELECTED_LIST | SELECT_PATH | SELECT_PATH_CAST | SELECT_OPERATION) != 0,
            (true, false) => kinds & SELECT_FUNCTION != 0,
            (false, _) => kinds & (SELECT_PATH | SELECT_PATH_CAST) != 0 || (narrow && kinds & SELECTED_LIST != 0),
        };
        if fits { Ok(()) } else { refuse() }
    }

    pub(super) fn select_step(&self, kinds: u32, step: &Step) -> u32 {
        let property = kinds & (SELECT_START | SELECT_TYPE | SELECT_PATH | SELECT_PATH_CAST) != 0;
        let start = kinds & (SELECT_START | SELECT_TYPE) != 0;
        let mut after = 0;
        match step {
            Step::Name { name, .. } => {
                let led = if property { self.property(name) } else { 0 };
                for (of, then) in [
                    (ENTITIES | ENTITY | PRIMITIVE, SELECTED),
                    (PRIMITIVES, SELECTED_LIST),
                    (COMPLEXES | COMPLEX, SELECT_PATH),
                ] {
                    after |= if led & of != 0 { then } else { 0 };
                }
                if start && self.qualified("action", name) {
                    after |= SELECT_OPERATION;
                }
                if start && self.kinds(&FUNCTIONS, "", name) != 0 {
                    after |= SELECT_OPERATION | SELECT_FUNCTION;
                }
                let complex = self.qualified("complexTypeName", name);
                if kinds & SELECT_START != 0 && (complex || self.qualified("entityTypeName", name)) {
                    after |= SELECT_TYPE;
                }
                if kinds & SELECT_PATH != 0 && complex {
                    after |= SELECT_PATH_CAST;
                }
            }
            Step::Annotation { term, .. } if property && self.namespace(term.split().0) => {
                after |= SELECTED_LIST | SELECT_PATH;
            }
            _ => {}
        }
        after
    }

    fn expand(&self, item: &ExpandItem) -> Verdict {
        let mut kinds = EXPAND_START | EXPAND_PATH;
        for step in &item.path {
            kinds = self.expand_step(kinds, step);
        }
        let fits = match item.tail {
            ExpandTail::Value => true,
            ExpandTail::Star | ExpandTail::StarRef => kinds & EXPAND_PATH != 0,
            ExpandTail::Ref | ExpandTail::Count => kinds & (EXPANDED | EXPANDED_CAST) != 0,
            ExpandTail::Name => {
                let stream = if item.options.is_empty() { EXPANDED_STREAM } else { 0 };
                kinds & (EXPANDED | EXPANDED_CAST | stream) != 0
            }
        };
        match fits {
            true => self.options(&item.options),
            false => Err(format!("{item:?} cannot be expanded")),
        }
    }

    fn expand_step(&self, kinds: u32, step: &Step) -> u32 {
        let on = kinds & EXPAND_PATH != 0;
        let mut after = 0;
        match step {
            Step::Name { name, .. } => {
                let led = if on { self.property(name) } else { 0 };
                for (of, then) in
                    [(ENTITIES | ENTITY, EXPANDED), (COMPLEXES | COMPLEX, EXPAND_PATH), (STREAM, EXPANDED_STREAM)]
                {
                    after |= if led & of != 0 { then } else { 0 };
                }
                let entity = self.qualified("entityTypeName", name);
                if (kinds & EXPAND_START != 0 && entity) || (on && self.qualified("complexTypeName", name)) {
                    after |= EXPAND_PATH;
                }
                if kinds & EXPANDED != 0 && entity {
                    after |= EXPANDED_CAST;
                }
            }
            Step::Annotation { term, .. } if on => {
                let admitted = self.admits("entityAnnotationInQuery", &format!("@{}", term.text));
                after |= if admitted { EXPANDED } else { 0 };
                after |= if self.namespace(term.split().0) { EXPAND_PATH } else { 0 };
            }
            _ => {}
        }
        after
    }
}
