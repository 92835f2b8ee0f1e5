//! Query options to text, `$name=value`.

use std::fmt::{self, Display, Formatter};

use super::{joined, parenthesised};
use crate::syntax::tree::{
    Aggregate, Choice, ChoiceKind, Computed, ExpandItem, ExpandTail, Grouping, OrderItem, Search, SelectItem, Step,
    Transformation,
};

impl Display for Choice {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind.name())?;
        if matches!(self.kind, ChoiceKind::Custom(_, None)) {
            return Ok(());
        }
        f.write_str("=")?;
        match &self.kind {
            ChoiceKind::Apply(transformations) => joined(f, transformations, "/"),
            ChoiceKind::Compute(items) => joined(f, items, ","),
            ChoiceKind::Count(count) => count.fmt(f),
            ChoiceKind::Expand(items) => joined(f, items, ","),
            ChoiceKind::Filter(expr) | ChoiceKind::Alias(_, expr) => expr.fmt(f),
            ChoiceKind::Index(index) => index.fmt(f),
            ChoiceKind::Levels(None) => f.write_str("max"),
            ChoiceKind::OrderBy(items) => joined(f, items, ","),
            ChoiceKind::SchemaVersion(None) => f.write_str("*"),
            ChoiceKind::Search(search) => search.fmt(f),
            ChoiceKind::Select(items) => joined(f, items, ","),
            ChoiceKind::Levels(Some(number)) | ChoiceKind::Skip(number) | ChoiceKind::Top(number) => number.fmt(f),
            ChoiceKind::DeltaToken(text)
            | ChoiceKind::Format(text)
            | ChoiceKind::Id(text)
            | ChoiceKind::SkipToken(text)
            | ChoiceKind::SchemaVersion(Some(text))
            | ChoiceKind::Custom(_, Some(text)) => f.write_str(text),
            ChoiceKind::Custom(_, None) => Ok(()),
        }
    }
}

impl Display for Computed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {}", self.expr, self.alias)
    }
}

impl Display for OrderItem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.expr, if self.descending { " desc" } else { "" })
    }
}

impl Display for SelectItem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            SelectItem::All => f.write_str("*"),
            SelectItem::Operations(namespace) => write!(f, "{namespace}.*"),
            SelectItem::Path { path, parameters, options } => {
                joined(f, path, "/")?;
                parenthesised(f, parameters, ",")?;
                parenthesised(f, options, ";")
            }
        }
    }
}

impl Display for ExpandItem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        joined(f, &self.path, "/")?;
        let slash = if self.path.is_empty() { "" } else { "/" };
        match self.tail {
            ExpandTail::Name => {}
            ExpandTail::Ref => f.write_str("/$ref")?,
            ExpandTail::Count => f.write_str("/$count")?,
            ExpandTail::Star => write!(f, "{slash}*")?,
            ExpandTail::StarRef => write!(f, "{slash}*/$ref")?,
            ExpandTail::Value => f.write_str("$value")?,
        }
        parenthesised(f, &self.options, ";")
    }
}

impl Display for Search {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Search::Or(terms) => search_terms(f, terms, " OR ", |term| matches!(term, Search::Or(_))),
            Search::And(terms) => {
                search_terms(f, terms, " AND ", |term| matches!(term, Search::Or(_) | Search::And(_)))
            }
            Search::Not(term) => {
                f.write_str("NOT ")?;
                search_term(f, term, matches!(**term, Search::Or(_) | Search::And(_)))
            }
            Search::Phrase(text) => write!(f, "\"{text}\""),
            Search::Raw(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Search::Word(text) => f.write_str(text),
        }
    }
}

fn search_terms(f: &mut Formatter<'_>, terms: &[Search], operator: &str, open: fn(&Search) -> bool) -> fmt::Result {
    for (position, term) in terms.iter().enumerate() {
        if position > 0 {
            f.write_str(operator)?;
        }
        search_term(f, term, open(term))?;
    }
    Ok(())
}

fn search_term(f: &mut Formatter<'_>, term: &Search, open: bool) -> fmt::Result {
    // A word that is spelt like an operator is one only where it can be.
    let operator = matches!(term, Search::Word(word) if matches!(word.as_str(), "AND" | "OR" | "NOT"));
    if open || operator { write!(f, "({term})") } else { term.fmt(f) }
}

impl Display for Transformation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Transformation::Aggregate(items) => named(f, "aggregate", items),
            Transformation::GroupBy { by, then } => {
                f.write_str("groupby((")?;
                joined(f, by, ",")?;
                f.write_str(")")?;
                if !then.is_empty() {
                    f.write_str(",")?;
                    joined(f, then, "/")?;
                }
                f.write_str(")")
            }
            Transformation::Filter(expr) => write!(f, "filter({expr})"),
            Transformation::Search(search) => write!(f, "search({search})"),
            Transformation::Compute(items) => named(f, "compute", items),
            Transformation::OrderBy(items) => named(f, "orderby", items),
            Transformation::Skip(number) => write!(f, "skip({number})"),
            Transformation::Top(number) => write!(f, "top({number})"),
            Transformation::Identity => f.write_str("identity"),
            Transformation::Concat(branches) => {
                f.write_str("concat(")?;
                for (position, branch) in branches.iter().enumerate() {
                    f.write_str(if position > 0 { "," } else { "" })?;
                    joined(f, branch, "/")?;
                }
                f.write_str(")")
            }
            Transformation::Join { outer, path, alias, then } => {
                f.write_str(if *outer { "outerjoin(" } else { "join(" })?;
                joined(f, path, "/")?;
                write!(f, " as {alias}")?;
                f.write_str(if then.is_empty() { "" } else { "," })?;
                joined(f, then, "/")?;
                f.write_str(")")
            }
            Transformation::Extreme { method, amount, by } => write!(f, "{}({amount},{by})", method.name()),
            Transformation::Other(name) => write!(f, "{name}()"),
        }
    }
}

fn named<T: Display>(f: &mut Formatter<'_>, name: &str, items: &[T]) -> fmt::Result {
    write!(f, "{name}(")?;
    joined(f, items, ",")?;
    f.write_str(")")
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)?;
        if let Some(method) = &self.method {
            write!(f, " with {method}")?;
        }
        for (groupings, method) in &self.from {
            f.write_str(" from ")?;
            joined(f, groupings, ",")?;
            if let Some(method) = method {
                write!(f, " with {method}")?;
            }
        }
        match &self.alias {
            Some(alias) => write!(f, " as {alias}"),
            None => Ok(()),
        }
    }
}

impl Display for Grouping {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Grouping::Path(path) => joined(f, path, "/"),
            Grouping::Rollup(levels) => {
                f.write_str("rollup(")?;
                for (position, level) in levels.iter().enumerate() {
                    f.write_str(if position > 0 { "," } else { "" })?;
                    joined::<Step>(f, level, "/")?;
                }
                f.write_str(")")
            }
            Grouping::RollupRecursive => f.write_str("rolluprecursive()"),
        }
    }
}
