//! Random rows whose values often meet: few different ones, the awkward among them, null everywhere it may be.

use crate::record::Record;
use crate::testing::{self, ADDRESS, ARTICLE, PLACE};
use crate::time::{DateTimeOffset, Duration, TimeOfDay, parse_date};
use crate::value::Value;

use super::Kind;

/// Chance by a seed.
pub(super) struct Dice(testing::Dice);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(testing::Dice(seed))
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.0.next() % end as u64) as usize
    }

    pub(super) fn depth(&mut self, end: usize) -> u32 {
        self.below(end) as u32
    }

    pub(super) fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const TEXTS: &[&str] = &[
    "",
    "a",
    "A",
    "ab",
    "Ab",
    "b",
    " é ",
    "e\u{301}",
    "ß",
    "SS",
    "ss",
    "日本",
    "日",
    "a\"b\\",
    "𝔘x𝔘",
    "x",
    "İ",
    "ς",
    "Σ",
    "\t\u{2003}",
    "1",
    "-0.5",
    "true",
    "New",
    "Used",
    "P1D",
    "2020-02-29",
    "2020-02-29T12:00:00.5",
    "Store,Online",
    "INF",
    "00000000-0000-0000-0000-000000000001",
];
const INSTANTS: &[&str] = &[
    "2020-02-29T12:00:00.5Z",
    "2020-02-29T23:59:59.9999999Z",
    "1969-12-31T23:59:59.5Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9999999Z",
    "2019-12-31T22:30:00Z",
];
/// Instants that only literals can be: finer than stored, at other offsets.
const LITERAL_INSTANTS: &[&str] = &[
    "2020-02-29T14:00:00.5+02:00",
    "2020-01-01T00:30:00+02:00",
    "2020-02-29T12:00:00.500000000001Z",
    "2020-02-28T23:15-13:30",
];
const DAYS: &[&str] = &["2020-02-29", "2020-03-01", "1969-12-31", "9999-12-31", "-0001-01-01"];
const CLOCKS: &[&str] = &["00:00:00", "12:00:00.5", "23:59:59.123456789012", "07:59:00"];
const SPANS: &[&str] = &["PT0S", "P1D", "-PT1S", "PT0.000000001S", "P400DT5.5S", "-P1DT0.5S", "P3000000D"];
const DECIMALS: &[&str] =
    &["0", "0.10", "0.1", "-2.5", "3", "2", "99999999999999999999.123456789012345678", "-0.000000000000000001", "1e30"];

/// A value of that kind, as a row holds it or, more freely, as a literal.
pub(super) fn value(kind: Kind, dice: &mut Dice, literal: bool) -> Value {
    match kind {
        Kind::Bool => Value::Boolean(dice.one_in(2)),
        Kind::Int if literal && dice.one_in(12) => {
            Value::Integer(dice.pick(&[i64::MAX, i64::MIN, 1 << 53, -(1 << 31)]))
        }
        Kind::Int => Value::Integer(dice.pick(&[-7, -2, -1, 0, 1, 2, 3, 5, 100])),
        Kind::Dec => Value::Decimal(dice.pick(DECIMALS).parse().unwrap()),
        Kind::Single => Value::Single(dice.pick(&[0.0, -0.0, 0.1, 2.5, -7.0, 3.0, 1e30, f32::INFINITY, f32::NAN])),
        Kind::Double => {
            let numbers = [0.0, -0.0, 0.1, 0.5, -1.5, 2.0, 2.5, 3.0, 1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
            Value::Double(dice.pick(&numbers))
        }
        Kind::Text => Value::text(dice.pick(TEXTS)),
        Kind::Stock => Value::Enum(dice.pick(&[0, 1, 2, 3, 5, 7, 8])),
        Kind::Condition => Value::Enum(dice.pick(&[0, 1, 7])),
        Kind::Guid => Value::Guid(uuid::Uuid::from_u128(dice.pick(&[0, 1, 0xFFFF_0000_0000]))),
        Kind::Binary => Value::Binary(dice.pick(&[&b""[..], b"a", b"ab", b"\xff\x00"]).into()),
        Kind::Instant if literal && dice.one_in(2) => {
            Value::DateTimeOffset(DateTimeOffset::parse(dice.pick(LITERAL_INSTANTS)).unwrap())
        }
        Kind::Instant => Value::DateTimeOffset(DateTimeOffset::parse(dice.pick(INSTANTS)).unwrap()),
        Kind::Day => Value::Date(parse_date(dice.pick(DAYS)).unwrap()),
        Kind::Clock => Value::TimeOfDay(TimeOfDay::parse(dice.pick(CLOCKS)).unwrap()),
        Kind::Span => Value::Duration(Duration::parse(dice.pick(SPANS)).unwrap()),
        Kind::Place => {
            let mut place = Record::new(&PLACE);
            place.set("Latitude", value(Kind::Double, dice, literal));
            place.set("Names", list(Kind::Text, dice, false));
            Value::Record(place)
        }
        Kind::Address => {
            let mut address = Record::new(&ADDRESS);
            for (name, kind) in [("Street", Kind::Text), ("City", Kind::Text), ("Place", Kind::Place)] {
                address.set(name, maybe(kind, dice));
            }
            Value::Record(address)
        }
        Kind::Ints => list(Kind::Int, dice, true),
        list_kind => list(list_kind.item(), dice, false),
    }
}

fn maybe(kind: Kind, dice: &mut Dice) -> Value {
    if dice.one_in(3) { Value::Null } else { value(kind, dice, false) }
}

fn list(kind: Kind, dice: &mut Dice, nulls: bool) -> Value {
    let length = dice.below(4);
    Value::List((0..length).map(|_| if nulls { maybe(kind, dice) } else { value(kind, dice, false) }).collect())
}

/// The properties of a row that expressions use; the flag says which may be null.
pub(super) const PROPERTIES: &[(&str, Kind, bool)] = &[
    ("ID", Kind::Guid, false),
    ("Name", Kind::Text, false),
    ("Description", Kind::Text, true),
    ("Price", Kind::Double, false),
    ("Cost", Kind::Dec, true),
    ("Rating", Kind::Int, false),
    ("Temperature", Kind::Int, false),
    ("Quantity", Kind::Int, false),
    ("Sold", Kind::Int, true),
    ("Weight", Kind::Single, false),
    ("IsHeavy", Kind::Bool, true),
    ("Data", Kind::Binary, true),
    ("Released", Kind::Day, true),
    ("Opens", Kind::Clock, true),
    ("Lead", Kind::Span, true),
    ("MakerID", Kind::Guid, true),
    ("Stock", Kind::Stock, false),
    ("Condition", Kind::Condition, true),
    ("CreatedAt", Kind::Instant, false),
    ("SerialNumber", Kind::Text, true),
    ("Tags", Kind::Texts, false),
    ("Sizes", Kind::Ints, false),
    ("Conditions", Kind::Conditions, false),
    ("Origin", Kind::Address, true),
    ("Depots", Kind::Addresses, false),
];

/// A row.
pub(super) fn row(dice: &mut Dice) -> Record {
    let mut row = Record::new(&ARTICLE);
    for (name, kind, nullable) in PROPERTIES {
        let value = match (*name, nullable) {
            ("Rating", _) => Value::Integer(dice.pick(&[0, 1, 2, 5, 255])),
            ("Sold", _) if dice.one_in(4) => Value::Integer(dice.pick(&[i64::MAX, i64::MIN, 1 << 53])),
            (_, true) => maybe(*kind, dice),
            (_, false) => value(*kind, dice, false),
        };
        row.set(name, value);
    }
    row
}
