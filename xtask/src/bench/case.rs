//! What is measured, and the goals that stand beside it.

/// A load under which both servers are compared.
pub(crate) struct Case {
    /// How `--only` calls it.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) connections: usize,
    pub(crate) work: Work,
    pub(crate) goal: Goal,
}

/// What the requests of a case ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Item,
    Ten,
    /// The same ten, all of which a filter keeps.
    Filtered,
    Profile,
    Post,
}

/// What a case should reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// So much of the bare server's requests per second.
    Share(f64),
    /// So many requests per second, and 99 of 100 within so many milliseconds.
    Rate(f64, f64),
    /// At most so many microseconds of CPU more than that other case.
    More(&'static str, f64),
    /// Shown, not judged.
    None,
}

/// The budgets, in the order in which they are measured: writing last, because it makes the data grow.
pub(crate) const CASES: &[Case] = &[
    Case { name: "item", title: "GET item", connections: 64, work: Work::Item, goal: Goal::Share(0.85) },
    Case { name: "ten", title: "GET collection of ten", connections: 64, work: Work::Ten, goal: Goal::Share(0.80) },
    Case {
        name: "filter",
        title: "the same, five operators",
        connections: 64,
        work: Work::Filtered,
        goal: Goal::More("ten", 30.0),
    },
    Case { name: "profile", title: "GET profile", connections: 64, work: Work::Profile, goal: Goal::Share(0.70) },
    Case { name: "post1", title: "POST durable, 1 client", connections: 1, work: Work::Post, goal: Goal::None },
    Case {
        name: "post64",
        title: "POST durable, 64 clients",
        connections: 64,
        work: Work::Post,
        goal: Goal::Rate(8_000.0, 25.0),
    },
];

/// From spawning to the first good answer, demo data present, in milliseconds.
pub(crate) const START_GOAL: f64 = 50.0;

/// Resident after start, in KiB.
pub(crate) const RESIDENT_GOAL: u64 = 40 << 10;
