//! What a person has learnt: skills, languages, certifications, studies.

use serde_json::{Value, json};

use super::life::{Life, Month, NOW};
use super::page::{Page, with};
use super::text::{Row, slug};
use super::vocabulary::{Locale, web_address};

/// Levels of a skill, the last standing for none given.
const SKILL_LEVELS: [Option<&str>; 6] = [
    Some("elementary"),
    Some("limitedWorking"),
    Some("generalProfessional"),
    Some("advancedProfessional"),
    Some("expert"),
    None,
];

/// Levels of a language, rising.
const LANGUAGE_LEVELS: [&str; 6] =
    ["elementary", "conversational", "limitedWorking", "professionalWorking", "fullProfessional", "nativeOrBilingual"];

/// Languages without a country of their own: name and tag.
const FURTHER_LANGUAGES: [(&str, &str); 6] = [
    ("Norwegian Sign Language", "nsl"),
    ("Latin", "la"),
    ("Esperanto", "eo"),
    ("Spanish (Latin America)", "es-419"),
    ("Serbian (Latin)", "sr-Latn-RS"),
    ("Swedish (Finland)", "sv-FI"),
];

/// Skills of the trade, common ones, and some in the person's own language.
pub(super) fn skills(page: &mut Page<'_>) -> Vec<Value> {
    let department = page.tenant.department(page.who.index);
    let trade = department.map(|department| department.skills.as_slice()).unwrap_or_default();
    let common = &page.everyday().skills;
    let local: Vec<Row> = page.who.origin.skills.iter().map(|name| [*name, "professional", "", "", ""]).collect();
    let counts = (page.amount(3, 6), page.amount(0, 3), page.amount(0, 1));
    let mut chosen = page.dice.some(trade, counts.0);
    chosen.extend(page.dice.some(common, counts.1));
    chosen.extend(page.dice.some(&local, counts.2));
    chosen.into_iter().map(|row| skill(page, row)).collect()
}

fn skill(page: &mut Page<'_>, [name, category, path, ..]: Row) -> Value {
    let further = &page.everyday().categories;
    let mut categories = vec![category];
    if page.dice.chance(25) {
        categories.push(page.dice.pick(further));
        categories.dedup();
    }
    if page.dice.chance(10) {
        categories.clear();
    }
    let has_page = !path.is_empty() || page.dice.chance(15);
    let path = if path.is_empty() { slug(name) } else { path.to_owned() };
    let skill = json!({
        "displayName": name,
        "proficiency": page.dice.pick(&SKILL_LEVELS),
        "categories": categories,
        "collaborationTags": page.collaboration_tags(),
        "webUrl": (has_page && !path.is_empty()).then(|| format!("https://skills.example.com/{path}")),
        "thumbnailUrl": null,
    });
    page.guess(skill)
}

/// The mother tongue, the language of the place, English, and what was picked up on the way.
pub(super) fn languages(page: &mut Page<'_>) -> Vec<Value> {
    let (origin, home) = (page.who.origin, page.who.home);
    let mut languages = vec![language(page, (origin.language, origin.tag), [5, 5, 5])];
    if home.primary() != origin.primary() {
        let level = 1 + page.dice.below(3);
        languages.push(language(page, (home.language, home.tag), [level + 1, level, level.saturating_sub(1)]));
    }
    if origin.primary() != "en" && home.primary() != "en" {
        let (level, behind) = (2 + page.dice.below(3), page.dice.below(2));
        languages.push(language(page, ("English", "en"), [level, level, level - behind]));
    }
    let count = page.amount(0, 2);
    let locales = &page.tenant.vocabulary.locales;
    let others: Vec<&Locale> =
        locales.iter().filter(|other| !["en", origin.primary(), home.primary()].contains(&other.primary())).collect();
    for other in page.dice.some(&others, count) {
        let level = page.dice.below(4);
        languages.push(language(
            page,
            (other.language, other.tag),
            [level, level.saturating_sub(1), level.saturating_sub(2)],
        ));
    }
    if page.often(20) {
        let further = page.dice.pick(&FURTHER_LANGUAGES);
        languages.push(single_level(page, further));
    }
    languages
}

/// A language with its levels of reading, speaking and writing.
fn language(page: &mut Page<'_>, (name, tag): (&str, &str), levels: [usize; 3]) -> Value {
    let [reading, spoken, written] = levels.map(|level| LANGUAGE_LEVELS.get(level));
    let written = written.filter(|_| !page.dice.chance(8));
    let language = json!({ "displayName": name, "tag": tag, "reading": reading, "spoken": spoken, "written": written });
    page.item(language)
}

/// A language with the one level that older clients write.
fn single_level(page: &mut Page<'_>, (name, tag): (&str, &str)) -> Value {
    let level = page.dice.pick(&LANGUAGE_LEVELS);
    let language = json!({ "displayName": name, "tag": tag, "proficiency": level, "reading": null, "spoken": null, "written": null });
    page.item(language)
}

/// Certificates of the trade, some expired, some for ever.
pub(super) fn certifications(page: &mut Page<'_>) -> Vec<Value> {
    let departments = &page.tenant.vocabulary.departments;
    let own = page.tenant.department(page.who.index);
    let mut known = own.map(|department| department.certifications.clone()).unwrap_or_default();
    let other = departments.get(page.dice.below(departments.len()));
    known.extend(
        other
            .filter(|other| own.is_none_or(|own| own.code != other.code))
            .into_iter()
            .flat_map(|other| other.certifications.clone()),
    );
    let count = page.amount(0, 4);
    let mut certifications = Vec::with_capacity(count);
    for [title, company, authority, years, _] in page.dice.some(&known, count) {
        let issued = Life::month_in(page.life.working_since(), NOW.plus(-1), &mut page.dice);
        let day = page.dice.between(1, 28);
        let end = years.parse().ok().filter(|years| *years > 0).map(|years: i32| issued.plus(years * 12));
        let certification = json!({
            "displayName": title,
            "certificationId": page.dice.digits("C-%####-##"),
            "issuingCompany": company,
            "issuingAuthority": authority,
            "issuedDate": issued.day(day),
            "startDate": issued.day(day),
            "endDate": end.map(|end: Month| end.day(day)),
            "description": page.dice.chance(25).then_some("Passed at the first attempt."),
            "webUrl": page.dice.chance(50).then(|| format!("https://certificates.example.com/{}", slug(title))),
            "thumbnailUrl": page.thumbnail("badges"),
        });
        certifications.push(page.item(certification));
    }
    certifications
}

/// Studies in the person's own country, the latest first.
pub(super) fn educational_activities(page: &mut Page<'_>) -> Vec<Value> {
    let studies = std::mem::take(&mut page.life.studies);
    let everyday = page.everyday();
    let [subject, fields, ..] =
        page.tenant.department(page.who.index).map(|department| department.degree).unwrap_or_default();
    let mut activities = Vec::with_capacity(studies.len());
    for study in studies.iter().rev() {
        let (name, abbreviation) = study.degree;
        let (pastimes, honours) = (page.dice.below(3), page.dice.below(2));
        let program = json!({
            "displayName": format!("{name} in {subject}"),
            "abbreviation": abbreviation,
            "fieldsOfStudy": fields.split(", ").collect::<Vec<_>>(),
            "activities": page.dice.some(&everyday.activities, pastimes),
            "awards": page.dice.some(&everyday.honours, honours),
            "grade": page.dice.chance(60).then(|| page.dice.pick(&everyday.grades)),
            "description": null,
            "notes": page.dice.chance(15).then_some("Thesis written at a shipyard."),
            "webUrl": null,
        });
        let activity = json!({
            "institution": {
                "displayName": study.school,
                "description": null,
                "location": { "type": "business", "city": study.city.own_name, "countryOrRegion": page.who.origin.country },
                "webUrl": web_address(study.school),
            },
            "startMonthYear": study.months.0.day(1),
            "endMonthYear": study.months.1.day(1),
            "completionMonthYear": study.months.1.day(1),
        });
        activities.push(page.item(with(activity, [("program", program)])));
    }
    page.life.studies = studies;
    activities
}
