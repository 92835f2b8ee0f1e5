//! Search expressions to search conditions: words and phrases become what is looked for.

use edm::eval::search::{Phrase, Search};
use edm::{Primitive, StructType, Type};

use crate::syntax::tree;

/// The condition that a search expression says of values of a type. `"displayName:gra"` is looked for in that property,
/// as Graph's clients mean it, if the type has one of that name.
pub(crate) fn bind(search: &tree::Search, ty: Option<Type>) -> Search {
    let all = |terms: &[tree::Search]| terms.iter().map(|term| bind(term, ty)).collect();
    match search {
        tree::Search::Word(text) | tree::Search::Phrase(text) => {
            let named = ty.and_then(|ty| ty.structure()).and_then(|ty| member(ty, text));
            named.unwrap_or_else(|| Search::Phrase(Phrase::new(text)))
        }
        // Text as it is typed: each of its words is wanted.
        tree::Search::Raw(text) => {
            Search::And(text.split_whitespace().map(|word| Search::Phrase(Phrase::new(word))).collect())
        }
        tree::Search::Not(term) => Search::Not(Box::new(bind(term, ty))),
        tree::Search::And(terms) => Search::And(all(terms)),
        tree::Search::Or(terms) => Search::Or(all(terms)),
    }
}

fn member(ty: &'static StructType, text: &str) -> Option<Search> {
    let (name, wanted) = text.split_once(':')?;
    let (ordinal, property) = ty.find(name)?;
    let is_text = property.ty.primitive() == Some(Primitive::String);
    is_text.then(|| Search::Member(ordinal, property, Phrase::new(wanted)))
}
