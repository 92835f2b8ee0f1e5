//! What a check has found wrong, in bounded room: one cause can break every row.

use std::cmp::min;

/// How many findings of a kind are told in full.
pub(crate) const TOLD: usize = 100;

/// The findings of a check: the first of each kind as they are, the others by number.
#[derive(Debug, Default)]
pub struct Findings {
    told: Vec<(&'static str, String)>,
    /// How many there are of each kind.
    kinds: Vec<(&'static str, usize)>,
}

impl Findings {
    /// Adds one of a kind, which goes by what several of it are called: `items that belong to no partition`.
    pub fn add(&mut self, kind: &'static str, what: impl FnOnce() -> String) {
        if self.count_in(kind, 1) <= TOLD {
            self.told.push((kind, what()));
        }
    }

    /// Adds more of a kind that are not told in full.
    pub(crate) fn add_more(&mut self, kind: &'static str, more: usize) {
        if more > 0 {
            self.count_in(kind, more);
        }
    }

    /// What another look has found as well. Of those that were not told in full, the lesser number.
    pub(crate) fn confirmed(mut self, again: &Self) -> Self {
        self.told.retain(|finding| again.told.contains(finding));
        for (kind, found) in &mut self.kinds {
            let known = again.kinds.iter().find(|(other, _)| other == kind).map_or(0, |(_, found)| *found);
            *found = min(*found, known);
        }
        self
    }

    /// Says how many there are now.
    fn count_in(&mut self, kind: &'static str, more: usize) -> usize {
        match self.kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, found)) => {
                *found = found.saturating_add(more);
                *found
            }
            None => {
                self.kinds.push((kind, more));
                more
            }
        }
    }

    /// How many there are, told in full or not.
    pub fn count(&self) -> usize {
        self.kinds.iter().fold(0, |count, (_, found)| count.saturating_add(*found))
    }

    /// A line for each that is told in full, then one for each kind of which there are more.
    pub fn into_lines(self) -> Vec<String> {
        let mut lines = Vec::with_capacity(self.told.len());
        for (kind, found) in self.kinds {
            let told = self.told.iter().filter(|(of, _)| *of == kind).count();
            if found > TOLD && found > told {
                lines.push(format!("and {} more {kind}", found - told));
            }
        }
        self.told.into_iter().map(|(_, line)| line).chain(lines).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Findings, TOLD};

    #[test]
    fn the_first_of_each_kind_are_told_and_the_others_counted() {
        let mut findings = Findings::default();
        for number in 0..TOLD * 3 {
            findings.add("stars", || format!("star {number}"));
        }
        findings.add("moons", || "moon".to_owned());
        (0..TOLD).for_each(|number| findings.add("suns", || format!("sun {number}")));
        assert_eq!(findings.count(), TOLD * 4 + 1);
        let lines = findings.into_lines();
        assert_eq!(lines.len(), 2 * TOLD + 2);
        assert_eq!([&*lines[0], &*lines[TOLD - 1], &*lines[TOLD]], ["star 0", "star 99", "moon"]);
        assert_eq!(lines[2 * TOLD + 1], "and 200 more stars");
        assert_eq!(Findings::default().into_lines(), Vec::<String>::new());
    }

    #[test]
    fn of_two_looks_what_both_have_found_is_told() {
        let look = |stars: std::ops::Range<usize>, moons: usize| {
            let mut findings = Findings::default();
            stars.for_each(|number| findings.add("stars", || format!("star {number}")));
            findings.add_more("moons", moons);
            findings
        };
        let both = |one: Findings, other: Findings| one.confirmed(&other).into_lines();
        assert_eq!(both(look(0..3, 0), look(1..9, 0)), ["star 1", "star 2"]);
        assert_eq!(both(look(0..3, 0), look(5..9, 0)), Vec::<String>::new());
        assert_eq!(both(look(0..TOLD + 20, 120), look(0..TOLD + 30, 0)).last().unwrap(), "and 20 more stars");
        // The first has gone; of the others one more is not told in full.
        let lines = both(look(0..TOLD + 21, 0), look(1..TOLD + 21, 0));
        assert_eq!((lines.len(), &*lines[TOLD - 1]), (TOLD, "and 21 more stars"));
    }
}
