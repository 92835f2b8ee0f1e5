//! Laws that hold whatever the table says, over random rows and trees.

use super::bind::bind;
use super::differential::now;
use super::rows::{Dice, row};
use super::trees::Trees;
use super::{Kind, Node, Tree};
use crate::eval::{Env, Stored};
use crate::testing::ARTICLE;

const ROUNDS: u64 = 3_000;

fn condition(dice: &mut Dice) -> Tree {
    let depth = 1 + dice.depth(3);
    Trees::new(dice).tree(Kind::Bool, depth)
}

fn not(tree: Tree) -> Tree {
    Tree::new(Kind::Bool, Node::Unary("not", Box::new(tree)))
}

fn is_null(tree: Tree) -> Tree {
    Tree::binary(Kind::Bool, "eq", tree, Tree::new(Kind::Bool, Node::Null))
}

/// Does a filter keep the row? `None` when it has no value there.
fn keeps(tree: &Tree, members: &[u8]) -> Option<bool> {
    bind(tree).matches(&Stored::new(&ARTICLE, members), &Env::new(now())).ok()
}

/// Runs a law over rows and conditions; it is broken where it says `Some(false)`.
fn law(name: &str, mut holds: impl FnMut(&mut Dice, Tree, &[u8]) -> Option<bool>) {
    let mut tried = 0;
    for seed in 0..ROUNDS {
        let mut dice = Dice::new(seed ^ 0x1a35);
        let members = row(&mut dice).to_members();
        let tree = condition(&mut dice);
        let text = tree.to_string();
        let verdict = holds(&mut dice, tree, &members);
        assert_ne!(verdict, Some(false), "{name}, seed {seed}: {text}");
        tried += u64::from(verdict.is_some());
    }
    assert!(tried * 2 > ROUNDS, "{name}: {tried} of {ROUNDS}");
}

#[test]
fn every_row_is_in_one_of_three_parts() {
    law("partition", |_, tree, members| {
        let parts = [tree.clone(), not(tree.clone()), is_null(tree)];
        let kept: Option<Vec<bool>> = parts.iter().map(|part| keeps(part, members)).collect();
        Some(kept?.iter().filter(|kept| **kept).count() == 1)
    });
}

#[test]
fn a_double_negation_is_none() {
    law("double negation", |_, tree, members| Some(keeps(&tree, members)? == keeps(&not(not(tree)), members)?));
}

#[test]
fn de_morgan() {
    law("de Morgan", |dice, tree, members| {
        let other = condition(dice);
        let both = |name, left, right| Tree::binary(Kind::Bool, name, left, right);
        let one = not(both("and", tree.clone(), other.clone()));
        let two = both("or", not(tree), not(other));
        Some(keeps(&one, members)? == keeps(&two, members)?)
    });
}

#[test]
fn membership_is_a_chain_of_equalities() {
    law("in is or", |dice, _, members| {
        let kind = dice.pick(&[Kind::Int, Kind::Text, Kind::Condition, Kind::Double, Kind::Dec]);
        let mut trees = Trees::new(dice);
        let item = trees.tree(kind, 2);
        let list: Vec<Tree> = (0..3).map(|_| trees.tree(kind, 0)).collect();
        let equal = |member: &Tree| Tree::binary(Kind::Bool, "eq", item.clone(), member.clone());
        let chain = list.iter().map(equal).reduce(|left, right| Tree::binary(Kind::Bool, "or", left, right))?;
        let membership = Tree::binary(Kind::Bool, "in", item.clone(), Tree::new(Kind::Texts, Node::List(list)));
        Some(keeps(&membership, members)? == keeps(&chain, members)?)
    });
}

#[test]
fn any_and_all_are_opposite_and_counts_are_lengths() {
    law("quantifiers", |dice, _, members| {
        let kind = dice.pick(&[Kind::Texts, Kind::Ints, Kind::Conditions]);
        let list = Trees::new(dice).tree(kind, 1);
        if matches!(list.node, Node::Null) {
            return None;
        }
        // Of a condition without nulls, as a comparison is: some are, or all are not.
        let item = || Tree::new(kind.item(), Node::Path(Some(0), Vec::new()));
        let body = Tree::binary(Kind::Bool, "gt", item(), Trees::new(dice).tree(kind.item(), 0));
        let lambda = |body: &Tree| (Box::new(list.clone()), Box::new(body.clone()));
        let (source, predicate) = lambda(&body);
        let any = Tree::new(Kind::Bool, Node::Any(source, Some((0, predicate))));
        let (source, predicate) = lambda(&not(body.clone()));
        let none = Tree::new(Kind::Bool, Node::All(source, 0, predicate));
        let (source, predicate) = lambda(&body);
        let filtered = Tree::new(kind, Node::Filter(source, 0, predicate));
        let count = Tree::new(Kind::Int, Node::Count(Box::new(filtered.clone())));
        let length = Tree::new(Kind::Int, Node::Call("length", vec![filtered.clone()]));
        let some = Tree::new(Kind::Bool, Node::Any(Box::new(filtered), None));
        let counted = Tree::binary(Kind::Bool, "eq", count, length);
        let any = keeps(&any, members)?;
        // `length` of a null list is null, its count zero.
        let null = keeps(&is_null(list), members)?;
        Some(any != keeps(&none, members)? && any == keeps(&some, members)? && (null || keeps(&counted, members)?))
    });
}

#[test]
fn comparisons_come_in_opposites() {
    law("opposites", |dice, _, members| {
        let kind = dice.pick(&[Kind::Int, Kind::Text, Kind::Instant, Kind::Double, Kind::Span, Kind::Condition]);
        let mut trees = Trees::new(dice);
        let (left, right) = (trees.tree(kind, 2), trees.tree(kind, 2));
        let compare = |name, left: &Tree, right: &Tree| {
            keeps(&Tree::binary(Kind::Bool, name, left.clone(), right.clone()), members)
        };
        let (lt, eq) = (compare("lt", &left, &right)?, compare("eq", &left, &right)?);
        let ne = compare("ne", &left, &right)?;
        let (gt, le, ge) =
            (compare("gt", &right, &left)?, compare("le", &left, &right)?, compare("ge", &right, &left)?);
        Some(eq != ne && lt == gt && le == ge && le == (lt || eq))
    });
}
