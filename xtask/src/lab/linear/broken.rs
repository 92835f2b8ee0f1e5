//! The checker's own test: histories as a broken service would make them, each of which must be found, and such as a
//! sound one may make, of which none may be.

use fuzz::Dice;
use fuzz::linear::linearizable;

use super::history::{ANY, Ask, Event, Shown, State, Told};
use crate::failure::{Failure, Outcome};

/// Random sound histories that are tried.
const SOUND: usize = 200;

fn item(left: u64, right: u64, tag: u64) -> Told {
    Told::Item(Shown { left, right, tag })
}

fn at(begun: u64, ended: u64, ask: Ask, told: Told) -> Event {
    Event { process: 0, begun, ended, ask, told }
}

fn create() -> Event {
    at(0, 1, Ask::Create { left: 1, right: 1 }, item(1, 1, 1))
}

fn read(begun: u64, told: Told) -> Event {
    at(begun, begun + 1, Ask::Read, told)
}

fn left(to: u64, tag: Option<u64>) -> Ask {
    Ask::Change { left: Some(to), right: None, tag }
}

fn right(to: u64) -> Ask {
    Ask::Change { left: None, right: Some(to), tag: None }
}

/// What no single copy would have answered, by name.
fn broken() -> Vec<(&'static str, Vec<Event>)> {
    let remove = |begun| at(begun, begun + 1, Ask::Remove { tag: None }, Told::Removed);
    vec![
        (
            "lost update",
            vec![
                create(),
                at(2, 9, left(2, None), item(2, 1, 2)),
                at(3, 8, right(3), item(1, 3, 3)),
                read(10, item(1, 3, 3)),
            ],
        ),
        ("update undone", vec![create(), at(2, 3, left(2, None), item(2, 1, 2)), read(4, item(1, 1, 3))]),
        ("stale read", vec![create(), at(2, 3, left(2, None), item(2, 1, 2)), read(4, item(1, 1, 1))]),
        (
            "reads going back",
            vec![create(), at(2, 20, left(2, None), item(2, 1, 2)), read(3, item(2, 1, 2)), read(5, item(1, 1, 1))],
        ),
        (
            "double success of one tag",
            vec![create(), at(2, 9, left(2, Some(1)), item(2, 1, 2)), at(3, 8, left(3, Some(1)), item(3, 1, 3))],
        ),
        ("tag refused though current", vec![create(), at(2, 3, left(2, Some(1)), Told::Modified)]),
        ("tag kept by a change", vec![create(), at(2, 3, left(2, None), item(2, 1, 1))]),
        ("resurrected", vec![create(), remove(2), read(4, item(1, 1, 1))]),
        ("changed after removal", vec![create(), remove(2), at(4, 5, left(2, None), item(2, 1, 2))]),
        ("removed twice", vec![create(), remove(2), remove(4)]),
        ("gone by itself", vec![create(), read(2, Told::Absent)]),
        ("there before creation", vec![read(0, item(1, 1, 1)), at(2, 3, create().ask, create().told)]),
        ("never written", vec![create(), read(2, item(9, 1, 2))]),
        (
            "undone after being seen",
            vec![create(), at(2, 0, left(2, None), Told::Unknown), read(3, item(2, 1, 2)), read(5, item(1, 1, 1))],
        ),
    ]
}

/// What is allowed, by name.
fn sound() -> Vec<(&'static str, Vec<Event>)> {
    let unknown = at(2, 0, left(2, Some(1)), Told::Unknown);
    vec![
        (
            "both of two at once",
            vec![create(), at(2, 9, left(2, None), item(2, 3, 3)), at(3, 8, right(3), item(1, 3, 2))],
        ),
        ("old value during a change", vec![create(), at(2, 9, left(2, None), item(2, 1, 2)), read(3, item(1, 1, 1))]),
        (
            "one of two wins",
            vec![create(), at(2, 9, left(2, Some(1)), item(2, 1, 2)), at(3, 8, left(3, Some(1)), Told::Modified)],
        ),
        ("unanswered and never done", vec![create(), unknown, read(9, item(1, 1, 1))]),
        ("unanswered and done late", vec![create(), unknown, read(9, item(1, 1, 1)), read(11, item(2, 1, 5))]),
        ("absent before creation", vec![read(0, Told::Absent), at(0, 5, create().ask, create().told)]),
    ]
}

/// A history that a sound service made: the requests take effect one at a time, each within its own time.
fn random(dice: &mut Dice) -> Vec<Event> {
    let mut state: State = None;
    let (mut number, mut now) = (1, 10);
    let mut events = Vec::new();
    for _ in 0..40 {
        number += 1;
        now += 2;
        let known = state.map(|shown: Shown| shown.tag).filter(|_| dice.below(2) == 0);
        let fresh = Shown { left: number, right: number, tag: number };
        let (ask, told, next) = match (dice.below(6), state) {
            (_, None) if events.is_empty() => {
                (Ask::Create { left: number, right: number }, Told::Item(fresh), Some(fresh))
            }
            (0, Some(_)) if number > 30 => (Ask::Remove { tag: known }, Told::Removed, None),
            (1 | 2, Some(old)) => {
                let new = Shown { left: number, tag: number, ..old };
                let told = if dice.below(8) == 0 { Told::Unknown } else { Told::Item(new) };
                (left(number, known), told, Some(if told == Told::Unknown { Shown { tag: ANY, ..new } } else { new }))
            }
            (3, Some(_)) => (left(number, Some(ANY + 1)), Told::Modified, state),
            (_, Some(old)) => {
                let shown = if old.tag == ANY { Shown { tag: number, ..old } } else { old };
                (Ask::Read, Told::Item(shown), Some(shown))
            }
            (_, None) => (Ask::Read, Told::Absent, None),
        };
        state = next;
        let (before, after) = (dice.below(12) as u64, dice.below(12) as u64);
        events.push(at(now - before.min(now), now + after, ask, told));
    }
    events
}

/// Tries the checker and tells what it was tried with.
pub(super) fn test(seed: u64) -> Outcome<String> {
    let broken = broken();
    for (name, history) in &broken {
        if linearizable(history, None).is_ok() {
            return Err(Failure::new(format_args!("the checker did not find: {name}")));
        }
    }
    for (name, history) in sound() {
        if let Err(fault) = linearizable(&history, None) {
            return Err(Failure::new(format_args!("the checker refused what is allowed: {name}: {fault:?}")));
        }
    }
    let mut dice = Dice::new(seed);
    for _ in 0..SOUND {
        let history = random(&mut dice);
        if let Err(fault) = linearizable(&history, None) {
            return Err(Failure::new(format_args!("the checker refused a sound history: {fault:?} of {history:?}")));
        }
    }
    Ok(format!("all {} broken histories found, {} sound ones accepted", broken.len(), SOUND + sound().len()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checker_tells_broken_from_sound() {
        super::test(1).unwrap();
    }
}
