//! What makes a person that person: names, yearly events, interests, notes.

use serde_json::{Value, json};

use super::page::{Page, tenure, with};
use super::text::{ascii, slug};

/// The name as the directory has it, then its forms in other scripts and languages.
pub(super) fn names(page: &mut Page<'_>) -> Vec<Value> {
    let mut names = vec![native_form(page)];
    if page.who.given.is_foreign() {
        names.push(latin_form(page, &format!("{}-Latn", page.who.origin.primary())));
    } else if page.who.latin_name() != ascii(&page.who.latin_name()) && page.often(60) {
        names.push(english_form(page));
    }
    names
}

fn native_form(page: &mut Page<'_>) -> Value {
    let (given, family) = (page.who.given, page.who.family);
    let maiden = (page.who.woman && page.dice.chance(20)).then(|| page.dice.pick(&page.who.origin.surnames).1.native);
    let nicknames = &page.everyday().nicknames;
    let nickname = page.dice.chance(20).then(|| page.dice.pick(nicknames));
    let pronunciation = if given.reading.is_empty() {
        page.dice.chance(15).then(
            || json!({ "displayName": slug(&page.who.latin_name()).replace('-', "·"), "first": null, "last": null }),
        )
    } else {
        let whole = format!("{} {}", family.reading, given.reading);
        Some(
            json!({ "displayName": whole, "first": given.reading, "last": family.reading, "maiden": null, "middle": null }),
        )
    };
    let name = json!({
        "displayName": page.who.native_name(),
        "first": given.native,
        "last": family.native,
        "maiden": maiden.filter(|maiden| *maiden != family.native),
        "middle": null,
        "nickname": nickname,
        "initials": initials(page),
        "title": page.life.is_doctor().then_some("Dr."),
        "suffix": page.life.is_doctor().then_some("PhD"),
        "languageTag": page.who.origin.tag,
    });
    page.supplied(with(name, [("pronunciation", pronunciation.into())]))
}

fn latin_form(page: &mut Page<'_>, tag: &str) -> Value {
    let name = json!({
        "displayName": page.who.latin_name(),
        "first": page.who.given.latin,
        "last": page.who.family.latin,
        "initials": initials(page),
        "languageTag": tag,
        "pronunciation": null,
    });
    page.item(name)
}

/// The name without the letters that English lacks.
fn english_form(page: &mut Page<'_>) -> Value {
    let name = json!({
        "displayName": ascii(&page.who.latin_name()),
        "first": ascii(page.who.given.latin),
        "last": ascii(page.who.family.latin),
        "languageTag": "en-US",
    });
    page.item(name)
}

fn initials(page: &Page<'_>) -> String {
    [page.who.given.latin, page.who.family.latin].iter().filter_map(|name| ascii(name).chars().next()).collect()
}

/// Birthday, work anniversary, and what else is worth a cake.
pub(super) fn anniversaries(page: &mut Page<'_>) -> Vec<Value> {
    let birthday =
        json!({ "type": "birthday", "date": page.life.birth.day(page.dice.between(1, 28)), "displayName": null });
    let mut anniversaries = vec![if page.dice.chance(40) { page.private(birthday) } else { page.item(birthday) }];
    let joined = json!({ "type": "work", "date": page.life.hired.day(1), "displayName": "Joined Fjord Engineering" });
    anniversaries.push(page.item(joined));
    let grown_up = page.life.birth.plus(27 * 12);
    if tenure(page) > 60 && page.often(35) {
        let wedding = json!({ "type": "wedding", "date": grown_up.day(page.dice.between(1, 28)) });
        anniversaries.push(page.private(wedding));
    }
    if page.often(16) {
        let events = &page.everyday().events;
        let date = page.life.hired.plus(-7).day(page.dice.between(1, 28));
        let event = json!({ "type": "other", "date": date, "displayName": page.dice.pick(events) });
        anniversaries.push(page.item(event));
    }
    anniversaries
}

/// Pastimes, most in English, one in the person's own language.
pub(super) fn interests(page: &mut Page<'_>) -> Vec<Value> {
    let known = &page.everyday().interests;
    let (shared, local) = (page.amount(1, 4), page.amount(0, 1));
    let mut chosen = page.dice.some(known, shared);
    chosen
        .extend(page.dice.some(&page.who.origin.interests, local).into_iter().map(|name| [name, "hobby", "", "", ""]));
    let mut interests = Vec::with_capacity(chosen.len());
    for [name, category, description, ..] in chosen {
        let described = !description.is_empty() && page.dice.chance(70);
        let interest = json!({
            "displayName": name,
            "categories": [category],
            "description": described.then_some(description),
            "collaborationTags": page.collaboration_tags(),
            "webUrl": page.dice.chance(15).then(|| format!("https://clubs.example.com/{category}")),
            "thumbnailUrl": page.thumbnail("interests"),
        });
        interests.push(page.guess(interest));
    }
    interests
}

/// Notes in English or in the person's own language, as text or as HTML.
pub(super) fn notes(page: &mut Page<'_>) -> Vec<Value> {
    let known = &page.everyday().notes;
    let (shared, local) = (page.amount(0, 2), page.amount(0, 1));
    let mut chosen = page.dice.some(known, shared);
    let own = page.dice.some(&page.who.origin.notes, local);
    chosen.extend(own.into_iter().map(|[title, content, ..]| [title, "text", content, "", ""]));
    let mut notes = Vec::with_capacity(chosen.len());
    for [title, kind, content, ..] in chosen {
        let detail = json!({ "contentType": kind, "content": content.replace("\\n", "\n") });
        let note = with(json!({ "displayName": title, "thumbnailUrl": null }), [("detail", detail)]);
        notes.push(page.item(note));
    }
    notes
}
