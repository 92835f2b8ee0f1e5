//! Which set each relationship of a set's entities leads to, those in contained entities and derived types included.

use edm::Model;
use edm::model::{Navigation, StructType};

/// Pairs of path and set. What the model binds comes first; deeper relationships are bound when a single set holds
/// entities of their type.
pub(super) fn bindings(
    model: &Model,
    ty: &'static StructType,
    declared: &[(&'static str, &'static str)],
) -> Vec<(String, &'static str)> {
    let mut found: Vec<(String, &'static str)> =
        declared.iter().map(|(path, set)| ((*path).to_owned(), *set)).collect();
    deeper(model, ty, "", &mut vec![ty], &mut found);
    found
}

fn deeper(
    model: &Model,
    ty: &'static StructType,
    prefix: &str,
    way: &mut Vec<&'static StructType>,
    found: &mut Vec<(String, &'static str)>,
) {
    let derived = model.structs.iter().copied().filter(|other| !std::ptr::eq(*other, ty) && other.is_a(ty));
    let casts = derived.flat_map(|other| {
        let cast = format!("{prefix}{}.{}/", model.namespace, other.name);
        other.navigation.iter().map(move |navigation| (cast.clone(), navigation))
    });
    let own = ty.all_navigation().map(|navigation| (prefix.to_owned(), navigation));
    for (prefix, navigation) in own.chain(casts) {
        let path = format!("{prefix}{}", navigation.name);
        if !is_contained(navigation) {
            let known = found.iter().any(|(bound, _)| *bound == path);
            let set = if known { None } else { only_set(model, navigation.target) };
            found.extend(set.map(|set| (path, set)));
        } else if !way.iter().any(|seen| std::ptr::eq(*seen, navigation.target)) {
            way.push(navigation.target);
            deeper(model, navigation.target, &format!("{path}/"), way, found);
            way.pop();
        }
    }
}

/// Do its targets live in this very place? What a shortcut leads to lives at the end of the longer path.
pub(super) fn is_contained(navigation: &Navigation) -> bool {
    navigation.contained && navigation.shortcut.is_none()
}

fn only_set(model: &Model, target: &'static StructType) -> Option<&'static str> {
    let mut sets = model.sets.iter().filter(|set| target.is_a(set.ty));
    let first = sets.next()?;
    sets.next().is_none().then_some(first.name)
}
