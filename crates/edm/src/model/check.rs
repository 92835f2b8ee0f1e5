//! The check of a model against itself, run by the compiler: `const _: () = MODEL.check();`.

use super::{EnumType, Model, StructType};

impl Model {
    /// Stops the build when two things share a name, a base chain is too long, a derived property repeats an inherited
    /// one, a key names no property, or a sentinel is no member.
    #[expect(clippy::indexing_slicing, reason = "const fn has no iterators; every index is below a length")]
    pub const fn check(&self) {
        let mut i = 0;
        while i < self.structs.len() {
            let ty = self.structs[i];
            let mut j = 0;
            while j < i {
                assert!(!same(ty.name, self.structs[j].name), "two types share a name");
                j += 1;
            }
            check_struct(ty);
            i += 1;
        }
        i = 0;
        while i < self.enums.len() {
            check_enum(self.enums[i]);
            i += 1;
        }
        i = 0;
        while i < self.sets.len() {
            let mut j = 0;
            while j < i {
                assert!(!same(self.sets[i].name, self.sets[j].name), "two sets share a name");
                j += 1;
            }
            i += 1;
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "const fn has no iterators; every index is below a length")]
const fn check_struct(ty: &StructType) {
    let mut i = 0;
    while i < ty.properties.len() {
        let name = ty.properties[i].name;
        let mut j = 0;
        while j < i {
            assert!(!same(name, ty.properties[j].name), "two properties share a name");
            j += 1;
        }
        if let Some(base) = ty.base {
            assert!(!declares(base, name, 8), "a derived type repeats an inherited property");
        }
        i += 1;
    }
    i = 0;
    while i < ty.navigation.len() {
        assert!(!declares(ty, ty.navigation[i].name, 8), "a navigation property shares a property's name");
        i += 1;
    }
    i = 0;
    while i < ty.key.len() {
        assert!(declares(ty, ty.key[i], 8), "a key names no property");
        i += 1;
    }
}

/// `depth` bounds the walk, so that a circle of base types stops the build instead of hanging it.
#[expect(clippy::indexing_slicing, reason = "const fn has no iterators; every index is below a length")]
const fn declares(ty: &StructType, name: &str, depth: usize) -> bool {
    assert!(depth > 0, "a chain of base types is too long or a circle");
    let mut i = 0;
    while i < ty.properties.len() {
        if same(ty.properties[i].name, name) {
            return true;
        }
        i += 1;
    }
    match ty.base {
        Some(base) => declares(base, name, depth - 1),
        None => false,
    }
}

#[expect(clippy::indexing_slicing, reason = "const fn has no iterators; every index is below a length")]
const fn check_enum(ty: &EnumType) {
    let mut sentinel = ty.sentinel.is_none();
    let mut i = 0;
    while i < ty.members.len() {
        let mut j = 0;
        while j < i {
            assert!(!same(ty.members[i].name, ty.members[j].name), "two members share a name");
            j += 1;
        }
        if let Some(name) = ty.sentinel {
            sentinel = sentinel || same(name, ty.members[i].name);
        }
        i += 1;
    }
    assert!(sentinel, "the sentinel of an enumeration is none of its members");
}

/// Equal but for ASCII case: the addresses and names of requests are matched that way.
const fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}
