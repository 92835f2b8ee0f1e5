//! Search expressions to search conditions: words and phrases become what is looked for.

use edm::eval::search::{Phrase, Search};

use crate::syntax::tree;

/// The condition that a search expression says.
pub(crate) fn bind(search: &tree::Search) -> Search {
    match search {
        tree::Search::Word(text) | tree::Search::Phrase(text) => Search::Phrase(Phrase::new(text)),
        // Text as it is typed: each of its words is wanted.
        tree::Search::Raw(text) => {
            Search::And(text.split_whitespace().map(|word| Search::Phrase(Phrase::new(word))).collect())
        }
        tree::Search::Not(term) => Search::Not(Box::new(bind(term))),
        tree::Search::And(terms) => Search::And(terms.iter().map(bind).collect()),
        tree::Search::Or(terms) => Search::Or(terms.iter().map(bind).collect()),
    }
}
