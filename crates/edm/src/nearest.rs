//! The declared name a misspelt one was probably meant to be.

/// The candidate closest to `name`, if any is close enough to be worth naming.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Long hostile names cost quadratic time and resemble nothing.
    if name.is_empty() || name.len() > 64 {
        return None;
    }
    let folded = name.to_lowercase();
    let limit = (name.chars().count() / 3).clamp(1, 4);
    let rated = candidates.into_iter().filter_map(|candidate| {
        let lower = candidate.to_lowercase();
        let distance = strsim::osa_distance(&folded, &lower);
        // A name that was cut short is far away by distance, but easily told.
        let told = distance <= limit || lower.starts_with(&folded);
        told.then_some((distance, candidate))
    });
    rated.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_only_what_is_close() {
        let names = ["displayName", "proficiency", "webUrl"];
        assert_eq!(nearest("displayname", names), Some("displayName"));
        assert_eq!(nearest("profficiency", names), Some("proficiency"));
        assert_eq!(nearest("disp", names), Some("displayName"));
        assert_eq!(nearest("zebra", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest(&"d".repeat(10_000), names), None);
    }
}
