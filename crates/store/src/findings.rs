//! What a check has found wrong, in bounded room: one cause can break every row.

/// How many findings of a kind are told in full.
const TOLD: usize = 100;

/// The findings of a check: the first of each kind as they are, the others by number.
#[derive(Debug, Default)]
pub struct Findings {
    told: Vec<String>,
    /// How many there are of each kind.
    kinds: Vec<(&'static str, usize)>,
}

impl Findings {
    /// Adds one of a kind, which goes by what several of it are called: `items that belong to no partition`.
    pub fn add(&mut self, kind: &'static str, what: impl FnOnce() -> String) {
        let found = match self.kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, found)) => {
                *found = found.saturating_add(1);
                *found
            }
            None => {
                self.kinds.push((kind, 1));
                1
            }
        };
        if found <= TOLD {
            self.told.push(what());
        }
    }

    /// How many there are, told in full or not.
    pub fn count(&self) -> usize {
        self.kinds.iter().fold(0, |count, (_, found)| count.saturating_add(*found))
    }

    /// A line for each that is told in full, then one for each kind of which there are more.
    pub fn into_lines(mut self) -> Vec<String> {
        for (kind, found) in self.kinds {
            if let Some(more) = found.checked_sub(TOLD).filter(|more| *more > 0) {
                self.told.push(format!("and {more} more {kind}"));
            }
        }
        self.told
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
}
