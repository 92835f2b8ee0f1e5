//! Who person n is: id, names, user name, home, department, manager. Computed from the number alone, so that anyone may
//! refer to anyone.
//!
//! The first two are the same for every seed; the others come from the seed. People refer only to people with a lower
//! number, or to one of the first ten: with ten people or more no reference leads nowhere.

use super::dice::Dice;
use super::groups;
use super::text::slug;
use super::vocabulary::{Department, Locale, Name, Vocabulary};

/// The domain of every user name and address.
pub(super) const DOMAIN: &str = "fjord.example";
/// The number of the administrator.
pub(super) const ADA: usize = 0;
/// The number of the ordinary employee.
pub(super) const GRACE: usize = 1;
/// The number of the chief executive.
const CHIEF: usize = 2;
/// The number of the first director; directors follow in the order of the departments.
const FIRST_DIRECTOR: usize = 3;
/// People below this number may be referred to by everybody.
const FIRST_TEN: usize = 10;
/// People below this number report to a director.
const FIRST_STAFF: usize = 66;
/// The streams of one person; the numbers are part of the promise that a seed keeps its people.
const STREAMS: u64 = 4;
/// Steps through the name combinations; primes larger than any list of names.
const STEPS: [usize; 5] = [3571, 4999, 6007, 7919, 9973];

/// What a stream of draws is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// Id and home.
    Identity,
    /// Ids of the items.
    Ids,
    /// Everything else.
    Life,
}

/// The tenant: the vocabulary and who comes from where.
pub(super) struct Tenant {
    seed: u64,
    /// The words.
    pub(super) vocabulary: Vocabulary,
    /// For each of fifty places in turn: the locale, and how many places of that locale come before.
    slots: Vec<(usize, usize)>,
    /// For each locale, how its name combinations are walked: step and offset.
    walks: Vec<(usize, usize)>,
    /// The ids of the groups.
    groups: [String; 3],
}

/// What is known of a person without looking at the profile.
pub(super) struct Identity<'t> {
    /// The number.
    pub(super) index: usize,
    /// The directory's id.
    pub(super) id: String,
    /// The part of the user name before the `@`.
    pub(super) alias: String,
    /// Where the person comes from.
    pub(super) origin: &'t Locale,
    /// Where the person lives.
    pub(super) home: &'t Locale,
    /// Given name.
    pub(super) given: Name,
    /// Family name.
    pub(super) family: Name,
    /// Which form of gendered names and titles applies.
    pub(super) woman: bool,
}

impl Tenant {
    /// The tenant of a seed.
    pub(super) fn new(seed: u64) -> Self {
        let vocabulary = Vocabulary::new();
        let mut dice = Dice::new(seed, u64::MAX);
        let slots = slots(&vocabulary.locales, &mut dice);
        let walks = vocabulary.locales.iter().map(|_| (dice.pick(&STEPS), dice.below(10_000))).collect();
        Self { seed, vocabulary, slots, walks, groups: groups::ids(seed) }
    }

    /// The draws of one person for one purpose.
    pub(super) fn dice(&self, index: usize, purpose: Purpose) -> Dice {
        Dice::new(self.seed, (index as u64).wrapping_mul(STREAMS).wrapping_add(purpose as u64))
    }

    /// Who person `index` is; `None` only if the vocabulary has no locale.
    pub(super) fn identity(&self, index: usize) -> Option<Identity<'_>> {
        let mut dice = self.dice(index, Purpose::Identity);
        let id = dice.guid();
        match index {
            ADA => self.fixed(index, id, ["ada", "Ada", "Nordahl"], ["nb-NO", "nb-NO"]),
            GRACE => self.fixed(index, id, ["grace", "Grace", "Adéyẹmí"], ["en-NG", "sv-SE"]),
            _ => self.drawn(index, id, &mut dice),
        }
    }

    /// The department of a person: that of the director above.
    pub(super) fn department(&self, index: usize) -> Option<&Department> {
        let mut top = index;
        while let Some(manager) = manager(top).filter(|_| !(CHIEF..FIRST_TEN).contains(&top)) {
            top = manager;
        }
        self.vocabulary.departments.get(top.saturating_sub(CHIEF))
    }

    /// The ids of the groups that a person is in.
    pub(super) fn groups(&self, index: usize) -> Vec<&str> {
        groups::of(&self.groups, index)
    }

    /// Distinct people near a person whom references may name.
    pub(super) fn peers(&self, index: usize, count: usize, dice: &mut Dice) -> Vec<Identity<'_>> {
        let end = index.max(FIRST_TEN);
        let near: Vec<usize> =
            (end.saturating_sub(40)..end).filter(|peer| *peer != index && Some(*peer) != manager(index)).collect();
        dice.some(&near, count).into_iter().filter_map(|peer| self.identity(peer)).collect()
    }

    fn fixed(
        &self,
        index: usize,
        id: String,
        [alias, given, family]: [&'static str; 3],
        tags: [&str; 2],
    ) -> Option<Identity<'_>> {
        let [origin, home] = tags.map(|tag| self.vocabulary.locales.iter().find(|locale| locale.tag == tag));
        let plain = |name| Name { native: name, latin: name, reading: "" };
        Some(Identity {
            index,
            id,
            alias: alias.to_owned(),
            origin: origin?,
            home: home?,
            given: plain(given),
            family: plain(family),
            woman: true,
        })
    }

    fn drawn(&self, index: usize, id: String, dice: &mut Dice) -> Option<Identity<'_>> {
        let period = self.slots.len();
        let place = index.checked_sub(CHIEF)?;
        let (number, before) = *self.slots.get(place.checked_rem(period)?)?;
        let origin = self.vocabulary.locales.get(number)?;
        let (step, offset) = *self.walks.get(number)?;
        let nth = (place / period) * origin.share + before;
        let (given, family, woman, round) = name(origin, nth, step, offset)?;
        let settled = origin.share > 1 || !dice.chance(40);
        let home = if settled { origin } else { self.nordic(dice).unwrap_or(origin) };
        let mut alias = format!("{}.{}", slug(given.latin), slug(family.latin));
        if round > 0 {
            alias.push_str(&(round + 1).to_string());
        }
        Some(Identity { index, id, alias, origin, home, given, family, woman })
    }

    /// One of the countries where the company is at home.
    fn nordic(&self, dice: &mut Dice) -> Option<&Locale> {
        let large: Vec<&Locale> = self.vocabulary.locales.iter().filter(|locale| locale.share > 3).collect();
        large.get(dice.below(large.len())).copied()
    }
}

impl Identity<'_> {
    /// User name and address.
    pub(super) fn upn(&self) -> String {
        format!("{}@{DOMAIN}", self.alias)
    }

    /// Whether the directory shows the name in the script of the person's country.
    pub(super) fn shows_native(&self) -> bool {
        self.origin.tag == self.home.tag && self.given.is_foreign()
    }

    /// Given and family name as the directory shows them.
    pub(super) fn shown(&self) -> [&'static str; 2] {
        if self.shows_native() {
            [self.given.native, self.family.native]
        } else {
            [self.given.latin, self.family.latin]
        }
    }

    /// The whole name as the directory shows it.
    pub(super) fn display_name(&self) -> String {
        if self.shows_native() { self.native_name() } else { self.latin_name() }
    }

    /// The whole name in the person's own language, in that language's order.
    pub(super) fn native_name(&self) -> String {
        let (given, family) = (self.given.native, self.family.native);
        match (self.origin.family_first, self.given.is_foreign()) {
            // Han and Hangul names have no space between their parts; Vietnamese ones do.
            (true, true) if self.origin.tag == "ja-JP" => format!("{family} {given}"),
            (true, true) => format!("{family}{given}"),
            (true, false) => format!("{family} {given}"),
            (false, _) => format!("{given} {family}"),
        }
    }

    /// The whole name in Latin letters, given name first.
    pub(super) fn latin_name(&self) -> String {
        format!("{} {}", self.given.latin, self.family.latin)
    }

    /// Leads a department or the company.
    pub(super) fn is_director(&self) -> bool {
        (CHIEF..FIRST_TEN).contains(&self.index)
    }

    /// Reports to a director.
    pub(super) fn is_senior(&self) -> bool {
        (FIRST_TEN..FIRST_STAFF).contains(&self.index)
    }

    /// Works here without being employed.
    pub(super) fn is_guest(&self) -> bool {
        self.index % 40 == 17
    }

    /// Reads the audit trail.
    pub(super) fn is_auditor(&self) -> bool {
        self.index == 8
    }

    /// Came last month and has filled in almost nothing.
    pub(super) fn is_newcomer(&self) -> bool {
        self.index % 50 == 29
    }
}

/// The number of a person's manager; the chief executive has none.
pub(super) fn manager(index: usize) -> Option<usize> {
    match index {
        ADA => Some(9),
        GRACE => Some(4),
        CHIEF => None,
        FIRST_DIRECTOR..FIRST_TEN => Some(CHIEF),
        FIRST_TEN..FIRST_STAFF => Some(FIRST_DIRECTOR + (index - FIRST_TEN) % 7),
        _ => Some(FIRST_TEN + (index - FIRST_STAFF) / 8),
    }
}

/// How many managers stand above a person.
pub(super) fn depth(index: usize) -> usize {
    std::iter::successors(manager(index), |above| manager(*above)).count()
}

/// Every locale once, then the remaining places of the larger ones, each part in random order: a small tenant has all
/// scripts.
fn slots(locales: &[Locale], dice: &mut Dice) -> Vec<(usize, usize)> {
    let firsts: Vec<usize> = (0..locales.len()).collect();
    let rest = locales.iter().enumerate();
    let rest: Vec<usize> =
        rest.flat_map(|(number, locale)| std::iter::repeat_n(number, locale.share.saturating_sub(1))).collect();
    let mut order = dice.some(&firsts, firsts.len());
    order.extend(dice.some(&rest, rest.len()));
    let mut before = vec![0; locales.len()];
    let mut slots = Vec::with_capacity(order.len());
    for number in order {
        if let Some(count) = before.get_mut(number) {
            slots.push((number, *count));
            *count += 1;
        }
    }
    slots
}

/// The nth name of a locale: no combination occurs twice in a round.
fn name(locale: &Locale, nth: usize, step: usize, offset: usize) -> Option<(Name, Name, bool, usize)> {
    let all = locale.given.len() * locale.surnames.len();
    let round = nth.checked_div(all)?;
    let combination = ((nth % all) * step + offset) % all;
    let (first, last) = (combination % locale.given.len(), combination / locale.given.len());
    let woman = first < locale.women;
    let (his, hers) = *locale.surnames.get(last)?;
    Some((*locale.given.get(first)?, if woman { hers } else { his }, woman, round))
}
