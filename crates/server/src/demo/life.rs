//! A life in order: born, studied, worked elsewhere, came to the company, was promoted. The items of a profile tell it
//! from several sides.

use super::dice::Dice;
use super::person::{Identity, Tenant};
use super::vocabulary::City;

/// The last month the demo tenant knows of. A constant, for the people must not change with the clock.
pub(super) const NOW: Month = Month::new(2026, 3);

/// A month, counted from the year 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(i32);

/// The facts of one life.
pub(super) struct Life {
    /// Month of birth.
    pub(super) birth: Month,
    /// Studies, in order of time.
    pub(super) studies: Vec<Study>,
    /// Employments, in order of time; those at the company come last and the very last is held now.
    pub(super) jobs: Vec<Job>,
    /// The month of joining the company.
    pub(super) hired: Month,
    /// City of residence.
    pub(super) city: City,
    /// Street and number there.
    pub(super) street: String,
    /// Postal code there.
    pub(super) postal_code: String,
    /// Room at the office.
    pub(super) office: String,
    /// Mobile number.
    pub(super) mobile: String,
    /// Number on the desk.
    pub(super) landline: String,
}

/// A programme of study.
pub(super) struct Study {
    /// School.
    pub(super) school: &'static str,
    /// Where it is.
    pub(super) city: City,
    /// Degree: name and abbreviation.
    pub(super) degree: (&'static str, &'static str),
    /// First and last month.
    pub(super) months: (Month, Month),
}

/// An employment.
pub(super) struct Job {
    /// Former employer; `None` for the company itself.
    pub(super) elsewhere: Option<&'static str>,
    /// Title.
    pub(super) title: &'static str,
    /// First month.
    pub(super) start: Month,
    /// Last month; `None` for the position held now.
    pub(super) end: Option<Month>,
}

/// Degrees and the years they take, in order.
const DEGREES: [(&str, &str, i32); 3] =
    [("Bachelor of Science", "BSc", 3), ("Master of Science", "MSc", 2), ("Doctor of Philosophy", "PhD", 4)];

impl Month {
    /// A month of a year.
    pub(super) const fn new(year: i32, month: i32) -> Self {
        Self(year * 12 + month - 1)
    }

    /// So many months later.
    pub(super) const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// The months from an earlier one to this.
    pub(super) const fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// The year.
    pub(super) const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// A day of the month as a date; the 28th is the last day that all months have.
    pub(super) fn day(self, day: i32) -> String {
        format!("{:04}-{:02}-{:02}", self.year(), self.0.rem_euclid(12) + 1, day.clamp(1, 28))
    }
}

impl Life {
    /// Draws a life.
    pub(super) fn draw(tenant: &Tenant, who: &Identity<'_>, dice: &mut Dice) -> Self {
        let birth = Month::new(
            if who.is_director() { dice.between(1962, 1979) } else { dice.between(1963, 1999) },
            dice.between(1, 12),
        );
        let studies = studies(who, birth, dice);
        let ready = studies.last().map_or(birth.plus(20 * 12), |study| study.months.1.plus(2));
        let years = NOW.since(ready).max(2);
        let hired = if who.is_newcomer() { NOW } else { ready.plus(dice.between(0, years * 4 / 5)).min(NOW.plus(-1)) };
        let city = if who.index < 2 {
            who.home.cities.first().copied().unwrap_or_default()
        } else {
            dice.pick(&who.home.cities)
        };
        let street = dice.pick(&who.home.streets);
        let code = tenant.department(who.index).map_or("", |department| department.code);
        let mut jobs = if who.is_newcomer() { Vec::new() } else { former_jobs(tenant, who, (ready, hired), dice) };
        let titles = own_titles(tenant, who, jobs.len(), dice);
        jobs.extend(own_jobs(titles, hired, dice));
        Self {
            birth,
            studies,
            jobs,
            hired,
            city,
            street: dice.digits(street),
            postal_code: dice.digits(city.postal_code),
            office: dice.digits(&format!("{code} %.%##")),
            mobile: dice.digits(who.home.mobile),
            landline: dice.digits(who.home.landline),
        }
    }

    /// Whether the studies ended with a doctorate.
    pub(super) fn is_doctor(&self) -> bool {
        self.studies.last().is_some_and(|study| study.degree.1 == "PhD")
    }

    /// The title held now.
    pub(super) fn title(&self) -> &'static str {
        self.jobs.last().map_or("", |job| job.title)
    }

    /// A month between two, or the first where there is none between.
    pub(super) fn month_in(first: Month, last: Month, dice: &mut Dice) -> Month {
        first.plus(dice.between(0, last.since(first).max(0)))
    }

    /// The month working life began.
    pub(super) fn working_since(&self) -> Month {
        self.jobs.first().map_or(self.hired, |job| job.start)
    }
}

fn studies(who: &Identity<'_>, birth: Month, dice: &mut Dice) -> Vec<Study> {
    let doctorate = birth < Month::new(1991, 1) && dice.chance(15);
    let levels = if doctorate { 3 } else { 1 + usize::from(birth < Month::new(1998, 1) && dice.chance(60)) };
    let mut start = Month::new(birth.year() + 19, 8);
    let mut studies = Vec::with_capacity(levels);
    for (name, abbreviation, years) in DEGREES.into_iter().take(levels) {
        let end = start.plus(years * 12 - 2);
        studies.push(Study {
            school: dice.pick(&who.origin.schools),
            city: dice.pick(&who.origin.cities),
            degree: (name, abbreviation),
            months: (start, end),
        });
        start = end.plus(2);
    }
    studies
}

fn former_jobs(tenant: &Tenant, who: &Identity<'_>, (from, until): (Month, Month), dice: &mut Dice) -> Vec<Job> {
    let titles = tenant.department(who.index).map(|department| department.titles.as_slice()).unwrap_or_default();
    let count = (until.since(from) / 30).clamp(0, 3);
    let employers = dice.some(&who.origin.companies, usize::try_from(count).unwrap_or(0));
    let each = until.since(from).checked_div(i32::try_from(employers.len()).unwrap_or(1)).unwrap_or(0);
    let mut jobs = Vec::with_capacity(employers.len());
    let mut start = from;
    for (employer, title) in employers.into_iter().zip(titles) {
        // Half a year may pass between two employers.
        let end = start.plus(each - 1 - dice.between(0, 6));
        jobs.push(Job { elsewhere: Some(employer), title, start, end: Some(end) });
        start = start.plus(each);
    }
    jobs
}

fn own_jobs((first, now): (&'static str, &'static str), hired: Month, dice: &mut Dice) -> Vec<Job> {
    let tenure = NOW.since(hired);
    if tenure < 36 || first == now {
        return vec![Job { elsewhere: None, title: now, start: hired, end: None }];
    }
    let promoted = hired.plus(dice.between(18, tenure - 6));
    vec![
        Job { elsewhere: None, title: first, start: hired, end: Some(promoted.plus(-1)) },
        Job { elsewhere: None, title: now, start: promoted, end: None },
    ]
}

/// The titles a person had on joining, after so many jobs elsewhere, and has now.
fn own_titles(tenant: &Tenant, who: &Identity<'_>, before: usize, dice: &mut Dice) -> (&'static str, &'static str) {
    let Some(department) = tenant.department(who.index) else { return ("", "") };
    let rank = |number: usize| department.titles.get(number).copied().unwrap_or_default();
    match who.index {
        super::person::ADA => (rank(2), "People Systems Lead"),
        super::person::GRACE => (rank(0), rank(1)),
        _ if who.is_director() => (rank(4), department.lead),
        _ if who.is_newcomer() => (rank(0), rank(0)),
        _ if who.is_senior() => (rank(2), rank(3 + dice.below(2))),
        _ => (rank(before.min(2)), rank((before + dice.below(2)).min(3))),
    }
}
