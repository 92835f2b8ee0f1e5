//! What a person does and has done: positions, projects, responsibilities, and what came of them.

use serde_json::{Value, json};

use super::life::{Job, Life, Month, NOW};
use super::page::{COMPANY, Page, company_page, related, related_manager, tenure, with};
use super::person::depth;
use super::text::{Row, slug};
use super::vocabulary::{Department, web_address};

/// Every employment, the present one first.
pub(super) fn positions(page: &mut Page<'_>) -> Vec<Value> {
    let jobs = std::mem::take(&mut page.life.jobs);
    let mut positions = Vec::with_capacity(jobs.len());
    for job in jobs.iter().rev() {
        let position = match job.elsewhere {
            Some(employer) => former_position(page, job, employer),
            None => own_position(page, job),
        };
        positions.push(if job.end.is_none() { page.supplied(position) } else { page.item(position) });
    }
    page.life.jobs = jobs;
    positions
}

fn own_position(page: &mut Page<'_>, job: &Job) -> Value {
    let is_current = job.end.is_none();
    let company = own_company(page);
    let rank = if page.who.is_director() { 4 } else { 1 + usize::from(page.who.is_senior()) + page.dice.below(2) };
    let level = page.everyday().levels.get(if is_current { rank } else { rank - 1 });
    let detail = json!({
        "jobTitle": job.title,
        "role": page.tenant.department(page.who.index).map(|department| department.name),
        "level": level,
        "layer": depth(page.who.index),
        "employeeId": format!("F{:05}", 1000 + page.who.index),
        "employeeType": if page.who.is_guest() { "Contractor" } else { "Employee" },
        "secondaryJobTitle": page.dice.chance(10).then_some("Safety representative"),
        "startMonthYear": job.start.day(1),
        "endMonthYear": job.end.map(|end| end.day(1)),
        "summary": page.dice.chance(40).then(|| format!("{} in {}.", job.title, page.life.city.name)),
        "description": null,
    });
    let colleagues = if is_current { colleagues(page, 1, 4) } else { json!([]) };
    let manager = if is_current { related_manager(page) } else { Value::Null };
    with(
        json!({ "isCurrent": is_current, "categories": ["professional"] }),
        [("detail", with(detail, [("company", company)])), ("manager", manager), ("colleagues", colleagues)],
    )
}

fn own_company(page: &Page<'_>) -> Value {
    let department = page.tenant.department(page.who.index);
    json!({
        "displayName": COMPANY,
        "pronunciation": "fyoord",
        "department": department.map(|department| department.name),
        "companyCode": format!("FJ-{}", page.who.home.code),
        "costCenter": department.map(|department| format!("{}-{}", department.code, page.who.home.code)),
        "officeLocation": page.life.office,
        "webUrl": company_page(""),
        "address": {
            "type": "business",
            "street": page.life.street,
            "city": page.life.city.name,
            "postalCode": page.life.postal_code,
            "countryOrRegion": page.who.home.country,
        },
    })
}

fn former_position(page: &mut Page<'_>, job: &Job, employer: &str) -> Value {
    let city = page.dice.pick(&page.who.origin.cities);
    json!({
        "detail": {
            "company": {
                "displayName": employer,
                "department": null,
                "webUrl": web_address(employer),
                "address": { "type": "business", "city": city.name, "countryOrRegion": page.who.origin.country },
            },
            "jobTitle": job.title,
            "startMonthYear": job.start.day(1),
            "endMonthYear": job.end.map(|end| end.day(1)),
        },
        "isCurrent": false,
        "manager": null,
    })
}

/// References to people nearby, some of them labelled.
fn colleagues(page: &mut Page<'_>, least: i32, most: i32) -> Value {
    let labels = &page.everyday().labels;
    let count = page.amount(least, most);
    let peers = page.tenant.peers(page.who.index, count, &mut page.dice);
    let mut references = Vec::with_capacity(peers.len());
    for peer in &peers {
        let label = page.dice.chance(20).then(|| page.dice.pick(labels));
        references.push(related(peer, "colleague", label));
    }
    Value::Array(references)
}

/// Projects of the person's department, at times of another, within the years at the company.
pub(super) fn projects(page: &mut Page<'_>) -> Vec<Value> {
    let mut known: Vec<(Row, &Department)> = Vec::new();
    for department in own_and_other(page) {
        known.extend(department.projects.iter().map(|project| (*project, department)));
    }
    let count = page.amount(0, 4);
    let mut projects = Vec::with_capacity(count);
    for ([name, client, unit, summary, _], department) in page.dice.some(&known, count) {
        let start = Life::month_in(page.life.hired, NOW.plus(-3), &mut page.dice);
        let end = start.plus(page.dice.between(4, 30));
        let detail = json!({
            "company": { "displayName": COMPANY, "department": department.name, "webUrl": company_page("projects") },
            "jobTitle": page.life.title(),
            "role": page.dice.pick(&["Project lead", "Designer", "Reviewer", "Test engineer", "Sponsor's contact"]),
            "startMonthYear": start.day(1),
            "endMonthYear": (end < NOW).then(|| end.day(1)),
            "description": summary,
            "summary": null,
        });
        let client_page = if client == COMPANY { Some(company_page("")) } else { web_address(client) };
        let sponsors = page.tenant.peers(page.who.index, 1, &mut page.dice);
        let sponsors = sponsors.iter().map(|sponsor| related(sponsor, "sponsor", None)).collect();
        let project = json!({
            "displayName": name,
            "client": { "displayName": client, "department": unit, "webUrl": client_page },
            "categories": [department.name],
            "collaborationTags": page.collaboration_tags(),
            "thumbnailUrl": page.thumbnail("projects"),
        });
        let further = [("detail", detail), ("colleagues", colleagues(page, 0, 3)), ("sponsors", sponsors)];
        projects.push(page.guess(with(project, further)));
    }
    projects
}

/// The person's department and another one.
fn own_and_other<'t>(page: &mut Page<'t>) -> Vec<&'t Department> {
    let departments = &page.tenant.vocabulary.departments;
    let other = departments.get(page.dice.below(departments.len()));
    let own = page.tenant.department(page.who.index);
    let other = other.filter(|other| own.is_none_or(|own| own.code != other.code));
    own.into_iter().chain(other).collect()
}

/// What the person answers for.
pub(super) fn responsibilities(page: &mut Page<'_>) -> Vec<Value> {
    let known: Vec<Row> = own_and_other(page).iter().flat_map(|department| department.duties.clone()).collect();
    let count = page.amount(0, 3);
    let mut responsibilities = Vec::with_capacity(count);
    for [name, description, ..] in page.dice.some(&known, count) {
        let responsibility = json!({
            "displayName": name,
            "description": description,
            "collaborationTags": page.collaboration_tags(),
            "webUrl": page.dice.chance(50).then(|| company_page(&format!("handbook/{}", slug(name)))),
            "thumbnailUrl": null,
        });
        responsibilities.push(page.guess(responsibility));
    }
    responsibilities
}

/// Awards since working life began; long service only where it was long.
pub(super) fn awards(page: &mut Page<'_>) -> Vec<Value> {
    let mut known = page.everyday().awards.clone();
    known.extend(page.tenant.department(page.who.index).into_iter().flat_map(|department| department.awards.clone()));
    known.retain(|[name, ..]| !name.starts_with("Ten Years") || tenure(page) > 120);
    let count = page.amount(0, 3);
    let mut awards = Vec::with_capacity(count);
    for [name, authority, description, ..] in page.dice.some(&known, count) {
        let earliest = if name.starts_with("Ten Years") { page.life.hired.plus(120) } else { page.life.hired };
        let award = json!({
            "displayName": name,
            "issuingAuthority": authority,
            "description": page.dice.chance(80).then_some(description),
            "issuedDate": some_day(page, earliest),
            "webUrl": page.dice.chance(40).then(|| format!("https://awards.example.com/{}", slug(name))),
            "thumbnailUrl": page.thumbnail("awards"),
        });
        awards.push(page.item(award));
    }
    awards
}

/// Patents, granted or pending.
pub(super) fn patents(page: &mut Page<'_>) -> Vec<Value> {
    let known: Vec<Row> = own_and_other(page).iter().flat_map(|department| department.patents.clone()).collect();
    let count = if page.often(25) { page.amount(1, 2) } else { 0 };
    let mut patents = Vec::with_capacity(count);
    for [title, description, ..] in page.dice.some(&known, count) {
        let is_pending = page.dice.chance(35);
        let granted = some_day(page, page.life.working_since());
        let patent = json!({
            "displayName": title,
            "description": description,
            "isPending": is_pending,
            "issuedDate": (!is_pending).then_some(granted),
            "issuingAuthority": page.dice.pick(&["Northern Patent Office", "Patent Bureau of the Isles"]),
            "number": page.dice.digits("XN%######B1"),
            "webUrl": page.dice.chance(60).then(|| page.dice.digits("https://patents.example.com/XN%######")),
        });
        patents.push(page.item(patent));
    }
    patents
}

/// Papers and books; doctors have written a thesis.
pub(super) fn publications(page: &mut Page<'_>) -> Vec<Value> {
    let mut publications = Vec::new();
    if let Some(study) = page.life.studies.last().filter(|_| page.life.is_doctor()) {
        let [field, ..] =
            page.tenant.department(page.who.index).map(|department| department.degree).unwrap_or_default();
        let (title, school, end) = (format!("Contributions to {field}. Doctoral thesis"), study.school, study.months.1);
        let thesis = json!({ "displayName": title, "publisher": school, "publishedDate": end.day(15), "webUrl": null });
        publications.push(page.item(thesis));
    }
    let known: Vec<Row> = own_and_other(page).iter().flat_map(|department| department.publications.clone()).collect();
    let count = page.amount(0, 2);
    for [title, publisher, description, ..] in page.dice.some(&known, count) {
        let publication = json!({
            "displayName": title,
            "publisher": publisher,
            "description": page.dice.chance(80).then_some(description),
            "publishedDate": some_day(page, page.life.working_since()),
            "webUrl": format!("https://press.example.com/{}", slug(title)),
            "thumbnailUrl": page.thumbnail("covers"),
        });
        publications.push(page.item(publication));
    }
    publications
}

fn some_day(page: &mut Page<'_>, earliest: Month) -> String {
    let month = Life::month_in(earliest, NOW.plus(-1), &mut page.dice);
    month.day(page.dice.between(1, 28))
}
