//! What the grammar decides by name: which kind of thing a name stands for, and so what may follow it.
//!
//! The grammar has a rule for each kind (`entitySetName`, `complexProperty` …) that all read alike; the file of cases
//! lists the names that each admits. Here a path is walked with the set of kinds that it may have led to.

mod context;
mod expressions;
mod options;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use odata::syntax::Text;
use odata::syntax::path::{ResourcePath, Segment, SegmentKind};
use odata::syntax::prefer::Pattern;
use odata::syntax::tree::{Argument, Arguments, ExprKind, LiteralKind, Name, Root};

/// Kinds of things a path can lead to, as bits.
type Kinds = u32;

const ENTITIES: Kinds = 1;
const ENTITY: Kinds = 1 << 1;
const COMPLEXES: Kinds = 1 << 2;
const COMPLEX: Kinds = 1 << 3;
const PRIMITIVES: Kinds = 1 << 4;
const PRIMITIVE: Kinds = 1 << 5;
const STREAM: Kinds = 1 << 6;
/// The same after a cast: no second one may follow.
const ENTITIES_CAST: Kinds = 1 << 7;
const ENTITY_CAST: Kinds = 1 << 8;
const COMPLEXES_CAST: Kinds = 1 << 9;
const COMPLEX_CAST: Kinds = 1 << 10;
/// A type at the start of a path: something has to follow.
const TYPE: Kinds = 1 << 11;
/// An entity by key segments, of which there may be more.
const KEYED: Kinds = 1 << 12;
/// Over, but for `/$query`.
const CALLED: Kinds = 1 << 13;
/// `$each`: over, but for an operation.
const EACH: Kinds = 1 << 14;
/// `$all`, `$entity`: over, but for a cast.
const ALL: Kinds = 1 << 15;
/// Over.
const DONE: Kinds = 1 << 16;

const ANY_ENTITIES: Kinds = ENTITIES | ENTITIES_CAST;
const ANY_ENTITY: Kinds = ENTITY | ENTITY_CAST | KEYED;
const ANY_COMPLEXES: Kinds = COMPLEXES | COMPLEXES_CAST;
const ANY_COMPLEX: Kinds = COMPLEX | COMPLEX_CAST;
const COLLECTIONS: Kinds = ANY_ENTITIES | ANY_COMPLEXES | PRIMITIVES;
const OPERATED: Kinds = COLLECTIONS | ANY_ENTITY | ANY_COMPLEX | PRIMITIVE | STREAM;

/// Functions by what they return; the rules of function imports end in `Import`.
const FUNCTIONS: [(&str, Kinds); 6] = [
    ("entityColFunction", ENTITIES),
    ("entityFunction", ENTITY),
    ("complexColFunction", COMPLEXES),
    ("complexFunction", COMPLEX),
    ("primitiveColFunction", PRIMITIVES),
    ("primitiveFunction", PRIMITIVE),
];

const PROPERTIES: [(&str, Kinds); 8] = [
    ("entityColNavigationProperty", ENTITIES),
    ("entityNavigationProperty", ENTITY),
    ("complexColProperty", COMPLEXES),
    ("complexProperty", COMPLEX),
    ("primitiveColProperty", PRIMITIVES),
    ("primitiveKeyProperty", PRIMITIVE),
    ("primitiveNonKeyProperty", PRIMITIVE),
    ("streamProperty", STREAM),
];

/// What is wrong with a name.
pub(crate) type Verdict = Result<(), String>;

pub(crate) struct Names {
    lists: BTreeMap<String, BTreeSet<String>>,
    /// The variables of the lambdas around what is looked at.
    scope: RefCell<Vec<String>>,
}

impl Names {
    pub(crate) fn new(lists: BTreeMap<String, BTreeSet<String>>) -> Self {
        Self { lists, scope: RefCell::default() }
    }

    /// Does the rule admit the name? A rule that lists nothing admits every name.
    pub(crate) fn admits(&self, rule: &str, name: &str) -> bool {
        let listed = |names: &BTreeSet<String>| match rule {
            // The only list of encoded text.
            "keyPathLiteral" => {
                names.iter().any(|known| Text::of_path(known).is_ok_and(|known| known.as_str() == name))
            }
            _ => names.contains(name),
        };
        self.lists.get(rule).is_none_or(listed)
    }

    /// The names of a rule, encoded as listed.
    pub(crate) fn listed(&self, rule: &str) -> Vec<String> {
        self.lists.get(rule).map(|names| names.iter().cloned().collect()).unwrap_or_default()
    }

    /// Is it a rule for names?
    pub(crate) fn lists(&self, rule: &str) -> bool {
        self.lists.contains_key(rule)
    }

    pub(crate) fn namespace(&self, namespace: Option<&str>) -> bool {
        namespace.is_none_or(|namespace| namespace.split('.').all(|part| self.admits("namespacePart", part)))
    }

    fn qualified(&self, rule: &str, name: &Name) -> bool {
        let (namespace, name) = name.split();
        self.namespace(namespace) && self.admits(rule, name)
    }

    fn kinds(&self, table: &[(&str, Kinds)], suffix: &str, name: &Name) -> Kinds {
        let admitted = table.iter().filter(|(rule, _)| self.qualified(&format!("{rule}{suffix}"), name));
        admitted.fold(0, |kinds, (_, kind)| kinds | kind)
    }

    fn property(&self, name: &Name) -> Kinds {
        if name.text.contains('.') { 0 } else { self.kinds(&PROPERTIES, "", name) }
    }

    // Resource paths.

    pub(crate) fn path(&self, path: &ResourcePath) -> Verdict {
        let mut kinds = None;
        for segment in &path.segments {
            let after = match kinds {
                None => self.first(segment)?,
                Some(kinds) => self.further(kinds, segment)?,
            };
            if after == 0 {
                return Err(format!("`{}` does not fit", segment.text));
            }
            kinds = Some(after);
        }
        Ok(())
    }

    fn first(&self, segment: &Segment) -> Result<Kinds, String> {
        let (name, arguments) = match &segment.kind {
            SegmentKind::Name { name, arguments } => (name, arguments.as_slice()),
            SegmentKind::Crossjoin(names) => {
                let all = names.iter().all(|name| self.admits("entitySetName", &name.text));
                return Ok(if all { CALLED } else { 0 });
            }
            SegmentKind::All | SegmentKind::Entity => return Ok(ALL),
            SegmentKind::Metadata | SegmentKind::Batch => return Ok(DONE),
            _ => return Ok(0),
        };
        if name.text.contains('.') {
            return Ok(0);
        }
        let mut kinds = 0;
        if self.admits("entitySetName", &name.text) {
            kinds |= self.keyed(ENTITIES, arguments)?;
        }
        if arguments.is_empty() {
            for (rule, kind) in [("singletonEntity", ENTITY), ("actionImport", DONE)] {
                kinds |= if self.admits(rule, &name.text) { kind } else { 0 };
            }
        }
        Ok(kinds | self.call("Import", name, arguments)?)
    }

    /// A call of a function, with a key after it or not.
    fn call(&self, suffix: &str, name: &Name, arguments: &[Arguments]) -> Result<Kinds, String> {
        let returned = self.kinds(&FUNCTIONS, suffix, name);
        match arguments.split_first() {
            None => Ok(if returned == 0 { 0 } else { CALLED }),
            Some((parameters, keys)) if returned != 0 && self.parameters(parameters)? => self.keyed(returned, keys),
            Some(_) => Ok(0),
        }
    }

    /// Entities, or one of them if a key is given.
    fn keyed(&self, kinds: Kinds, keys: &[Arguments]) -> Result<Kinds, String> {
        Ok(match keys {
            [] => kinds,
            [key] if kinds & ANY_ENTITIES != 0 && self.key(key) => ENTITY,
            _ => 0,
        })
    }

    fn key(&self, key: &Arguments) -> bool {
        let value = |argument: &Argument| match &argument.value.kind {
            ExprKind::Literal(literal) => literal.kind != LiteralKind::Null && self.literal(literal).is_ok(),
            ExprKind::Path(path) => matches!(path.root, Root::Alias(_)) && path.steps.is_empty(),
            _ => false,
        };
        match key.items.as_slice() {
            [] => false,
            [alone] if alone.name.is_none() => value(alone),
            // Any name may be the alias of a key property.
            several => several.iter().all(|argument| argument.name.is_some() && value(argument)),
        }
    }

    fn parameters(&self, parameters: &Arguments) -> Result<bool, String> {
        for argument in &parameters.items {
            let Some(name) = &argument.name else { return Ok(false) };
            if !self.admits("parameterName", &name.text) {
                return Ok(false);
            }
            self.expr(&argument.value)?;
        }
        Ok(true)
    }

    fn further(&self, kinds: Kinds, segment: &Segment) -> Result<Kinds, String> {
        let when = |of: Kinds, then: Kinds| if kinds & of != 0 { then } else { 0 };
        Ok(match &segment.kind {
            SegmentKind::Name { name, arguments } => {
                let mut after = self.member(kinds, name, arguments, &segment.text)?;
                after |=
                    when(ALL, if arguments.is_empty() && self.qualified("entityTypeName", name) { DONE } else { 0 });
                let operable = kinds & (OPERATED | EACH) != 0;
                if operable && arguments.is_empty() && self.qualified("action", name) {
                    after |= DONE;
                }
                if operable { after | self.call("", name, arguments)? } else { after }
            }
            SegmentKind::Key => {
                let ordinal = segment.text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
                when(ANY_COMPLEXES | PRIMITIVES, if ordinal { DONE } else { 0 })
                    | self.key_segment(kinds, &segment.text)
            }
            SegmentKind::Filter { condition, arguments } => {
                self.expr(condition)?;
                self.keyed(when(ANY_ENTITIES, ENTITIES), arguments)?
            }
            SegmentKind::Count => when(COLLECTIONS, DONE),
            SegmentKind::Ref => when(ANY_ENTITIES | ANY_ENTITY, DONE),
            SegmentKind::Value => when(ANY_ENTITY | PRIMITIVE, DONE),
            SegmentKind::Each => when(ANY_ENTITIES, EACH),
            SegmentKind::Query => when(OPERATED & !STREAM | CALLED, DONE),
            _ => 0,
        })
    }

    fn key_segment(&self, kinds: Kinds, text: &str) -> Kinds {
        let may = kinds & (ANY_ENTITIES | KEYED) != 0;
        if may && self.admits("keyPathLiteral", text) { KEYED } else { 0 }
    }

    /// Properties, casts and key segments, which paths of both kinds have.
    fn member(&self, kinds: Kinds, name: &Name, arguments: &[Arguments], text: &str) -> Result<Kinds, String> {
        let mut after = 0;
        if kinds & (ANY_ENTITY | ANY_COMPLEX) != 0 {
            let property = self.property(name);
            after |= if arguments.is_empty() { property } else { self.keyed(property & ENTITIES, arguments)? };
        }
        let casts = [
            (ENTITIES, "entityTypeName", ENTITIES_CAST),
            (ENTITY | KEYED, "entityTypeName", ENTITY_CAST),
            (COMPLEXES, "complexTypeName", COMPLEXES_CAST),
            (COMPLEX, "complexTypeName", COMPLEX_CAST),
        ];
        for (from, rule, to) in casts {
            if kinds & from != 0 && self.qualified(rule, name) {
                after |= self.keyed(to, arguments)?;
            }
        }
        if arguments.is_empty() {
            after |= self.key_segment(kinds, text);
        }
        Ok(after)
    }
}

impl Names {
    /// The namespaces of the annotations that are asked for.
    pub(crate) fn pattern(&self, pattern: &Pattern) -> Verdict {
        check(
            pattern.term == "*" || self.namespace(pattern.term.rsplit_once('.').map(|(namespace, _)| namespace)),
            pattern,
        )
    }
}

fn check(holds: bool, what: &impl std::fmt::Debug) -> Verdict {
    if holds { Ok(()) } else { Err(format!("{what:?} does not fit")) }
}

/// The value of an annotation can be anything.
const ANNOTATED: Kinds = OPERATED & !(ANY_ENTITIES | KEYED);

pub(crate) fn is_primitive(name: &str) -> bool {
    let plain = [
        "Binary",
        "Boolean",
        "Byte",
        "Date",
        "DateTimeOffset",
        "Decimal",
        "Double",
        "Duration",
        "Guid",
        "Int16",
        "Int32",
        "Int64",
        "SByte",
        "Single",
        "Stream",
        "String",
        "TimeOfDay",
    ];
    let shapes = ["", "Collection", "LineString", "MultiLineString", "MultiPoint", "MultiPolygon", "Point", "Polygon"];
    let shape = name.strip_prefix("Geography").or_else(|| name.strip_prefix("Geometry"));
    plain.contains(&name) || shape.is_some_and(|shape| shapes.contains(&shape))
}
