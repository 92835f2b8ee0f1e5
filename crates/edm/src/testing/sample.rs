//! Records made up from a type and a number: valid in every facet, strange in content, the same each time.
//!
//! Not for people to look at: the demo data are made elsewhere.

use bigdecimal::BigDecimal;
use uuid::Uuid;

use crate::model::{EnumType, Format, Primitive, Property, StructType, Type};
use crate::record::Record;
use crate::time::{DateTimeOffset, Duration, TimeOfDay, parse_date};
use crate::value::Value;

/// A record of `ty` whose values depend on `seed` alone. Lists may be empty and what may be null sometimes is.
pub fn sample(ty: &'static StructType, seed: u64) -> Record {
    Dice(seed).record(ty, 0)
}

/// Deeper values are null or empty: a type may hold itself.
const DEEPEST: u32 = 6;

/// Characters that writers and readers stumble over, among ordinary ones.
const LETTERS: &[char] = &[
    'a',
    'b',
    'Z',
    '0',
    ' ',
    ' ',
    '"',
    '\\',
    '/',
    '\'',
    '\n',
    '\t',
    '\u{0}',
    '\u{1f}',
    '\u{7f}',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    '@',
    '%',
    '+',
    '&',
    '<',
    'é',
    'ß',
    'Å',
    'ł',
    'Ω',
    'Ж',
    'ا',
    '日',
    '本',
    '\u{2028}',
    '\u{feff}',
    '\u{301}',
    '𝔘',
    '🦀',
    '\u{10ffff}',
];

/// SplitMix64: every seed gives a different sequence.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, zero if `end` is.
    fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    fn between(&mut self, least: i64, greatest: i64) -> i64 {
        let span = greatest.abs_diff(least).saturating_add(1);
        least.saturating_add_unsigned(self.below(span))
    }

    fn record(&mut self, ty: &'static StructType, depth: u32) -> Record {
        let mut record = Record::new(ty);
        for (_, property) in ty.all_properties() {
            let value = self.property(property, depth);
            record.set(property.name, value);
        }
        record
    }

    fn property(&mut self, property: &Property, depth: u32) -> Value {
        if !property.collection {
            return self.element(property, depth);
        }
        let length = if depth < DEEPEST { self.below(4) } else { 0 };
        Value::List((0..length).map(|_| self.element(property, depth)).collect())
    }

    fn element(&mut self, property: &Property, depth: u32) -> Value {
        if property.nullable && (depth >= DEEPEST || self.below(5) == 0) {
            return Value::Null;
        }
        match property.ty {
            Type::Struct(ty) => Value::Record(self.record(ty, depth + 1)),
            Type::Enum(ty) => self.member(ty),
            ty => ty.primitive().map_or(Value::Null, |primitive| self.primitive(primitive, property)),
        }
    }

    /// Never the sentinel, which clients must not send.
    fn member(&mut self, ty: &EnumType) -> Value {
        if ty.is_flags && self.below(2) == 0 {
            return Value::Enum(self.between(0, ty.mask()) & ty.mask());
        }
        let known: Vec<i64> =
            ty.members.iter().filter(|member| Some(member.name) != ty.sentinel).map(|member| member.value).collect();
        let index = self.index(known.len());
        known.get(index).map_or(Value::Null, |number| Value::Enum(*number))
    }

    fn primitive(&mut self, primitive: Primitive, property: &Property) -> Value {
        match primitive {
            Primitive::Boolean => Value::Boolean(self.below(2) == 0),
            Primitive::String => Value::text(self.text(property)),
            Primitive::Guid => Value::Guid(Uuid::from_u64_pair(self.next(), self.next())),
            Primitive::Date => parse_date(&self.date()).map_or(Value::Null, Value::Date),
            Primitive::DateTimeOffset => Value::DateTimeOffset(self.instant()),
            Primitive::TimeOfDay => TimeOfDay::parse(&self.time()).map_or(Value::Null, Value::TimeOfDay),
            Primitive::Duration => {
                let text =
                    format!("{}P{}DT{}", if self.below(2) == 0 { "-" } else { "" }, self.below(400), self.seconds());
                Duration::parse(&text).map_or(Value::Null, Value::Duration)
            }
            Primitive::Double => Value::Double(self.double()),
            Primitive::Single => {
                let number = f32::from_bits(u32::try_from(self.next() >> 32).unwrap_or(0));
                Value::Single(if number.is_nan() { f32::INFINITY } else { number })
            }
            Primitive::Decimal => {
                let scale = property.scale.unwrap_or(6);
                let whole = property.precision.map_or(9, |precision| precision.saturating_sub(scale).clamp(1, 9));
                let whole = self.between(0, 10_i64.pow(u32::from(whole)) - 1);
                let fraction = self.below(1_000_000);
                let text = if scale < 6 { format!("-{whole}") } else { format!("{whole}.{fraction:06}") };
                text.parse::<BigDecimal>().map_or(Value::Null, Value::Decimal)
            }
            Primitive::Binary => {
                let most = property.max_length.map_or(40, |max| u64::from(max).min(40));
                let length = self.below(most + 1);
                Value::Binary((0..length).map(|_| self.next().to_le_bytes()[0]).collect())
            }
            Primitive::Stream => Value::Null,
            integer => match integer.integer_range() {
                Some((least, greatest)) => Value::Integer(self.between(least, greatest)),
                None => self.geography(integer).map_or(Value::Null, |json| Value::Geography(json.into())),
            },
        }
    }

    fn text(&mut self, property: &Property) -> String {
        match property.format {
            Format::OneOf(values) => values.get(self.index(values.len())).copied().unwrap_or_default().to_owned(),
            Format::HttpUrl => format!("https://host-{}.example/ä/{}?q=a%20b#f", self.below(9), self.below(99)),
            Format::LanguageTag => {
                ["nb-NO", "en", "zh-Hant-TW", "de-CH-1996"].get(self.index(4)).copied().unwrap_or("en").to_owned()
            }
            Format::Any => {
                let most = property.max_length.map_or(30, |max| u64::from(max).min(30));
                let length = self.below(most + 1);
                (0..length).filter_map(|_| LETTERS.get(self.index(LETTERS.len()))).collect()
            }
        }
    }

    fn date(&mut self) -> String {
        format!("{:04}-{:02}-{:02}", self.between(1, 9999), self.between(1, 12), self.between(1, 28))
    }

    /// From year 1 to year 9999, to the tick.
    fn instant(&mut self) -> DateTimeOffset {
        const FIRST: i64 = -62_135_596_800;
        const LAST: i64 = 253_402_300_799;
        DateTimeOffset::from_ticks(
            self.between(FIRST * crate::time::TICKS_PER_SECOND, LAST * crate::time::TICKS_PER_SECOND),
        )
    }

    fn time(&mut self) -> String {
        let fraction = ["", ".5", ".0000001", ".123456789012"].get(self.index(4)).copied().unwrap_or_default();
        format!("{:02}:{:02}:{:02}{fraction}", self.below(24), self.below(60), self.below(60))
    }

    fn seconds(&mut self) -> String {
        let fraction = ["", ".5", ".000000001"].get(self.index(3)).copied().unwrap_or_default();
        format!("{}{fraction}S", self.below(100_000))
    }

    /// Any bits but those of NaN, which equals nothing.
    fn double(&mut self) -> f64 {
        let number = match self.below(3) {
            0 => f64::from_bits(self.next()),
            1 => f64::from(i32::try_from(self.between(-1000, 1000)).unwrap_or(0)) / 8.0,
            _ => [0.0, 1e16, 1e17, 1e-5, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY]
                .get(self.index(8))
                .copied()
                .unwrap_or(0.0),
        };
        if number.is_nan() { 0.5 } else { number }
    }

    fn geography(&mut self, primitive: Primitive) -> Option<String> {
        let name = primitive.name().strip_prefix("Edm.Geography")?;
        let (x, y) = (self.between(-180, 180), self.between(-90, 90));
        let point = format!("[{x},{y}]");
        Some(match name {
            "Collection" => {
                format!(r#"{{"type":"GeometryCollection","geometries":[{{"type":"Point","coordinates":{point}}}]}}"#)
            }
            "Point" => format!(r#"{{"type":"Point","coordinates":{point}}}"#),
            "MultiPoint" => format!(r#"{{"type":"MultiPoint","coordinates":[{point}]}}"#),
            "LineString" => format!(r#"{{"type":"LineString","coordinates":[{point},[0.5,1]]}}"#),
            "MultiLineString" => format!(r#"{{"type":"MultiLineString","coordinates":[[{point},[0.5,1]]]}}"#),
            "Polygon" => format!(r#"{{"type":"Polygon","coordinates":[[{point},[0.5,1],[2,3],{point}]]}}"#),
            _ => format!(r#"{{"type":"{name}","coordinates":[[[{point},[0.5,1],[2,3],{point}]]]}}"#),
        })
    }
}
