//! The model: every collection of a profile, the people and groups around it, the tenant's settings, and what their
//! types are made of.
//!
//! Only data, checked while compiling. Routing, validation, JSON, binding, `$metadata` and index keys read it; what
//! cannot be said as data is in the rules. Wire spelling is in the strings, and the order of lines is the order on the
//! wire.
//!
//! To add a collection: one line in [`PROFILE`], its type in the module of its kind, and that type in [`MODEL`]. The
//! fact table beside the tests (`model/facts.txt`) gets the same lines once more, so that nothing is lost by accident.
//!
//! # What search finds
//!
//! Across people one looks for a thing by its name: a skill, a language, a job, a school. So it is names that are
//! `.searchable().indexed()`, always both, because a search across people takes its candidates from the index. Notes,
//! descriptions and contact details are about one person and are found by reading that person's page.

mod contact;
mod directory;
mod facet;
mod life;
mod log;
mod settings;
mod work;

#[cfg(test)]
mod tests;

use edm::model::Model;
use edm::model::StructType;
use edm::model::build::{collection, entity, set, singleton};

pub(crate) use directory::{AUDIENCE_LISTS, PROFILE_PHOTO};
pub use directory::{GROUP, Relation, USER};
pub use facet::ENTITY;
pub(crate) use facet::{ALLOWED_AUDIENCES, ITEM_FACET};
pub(crate) use log::{AUDIT_LOG_ROOT, DIRECTORY_AUDIT};
pub(crate) use settings::{
    ADMIN, PEOPLE_ADMIN_SETTINGS, PROFILE_CARD_PROPERTY, PROFILE_PROPERTY_SETTING, PROFILE_SOURCE,
};

/// What one person tells, as a set of collections.
pub static PROFILE: StructType = entity(
    "profile",
    Some(&ENTITY),
    "All that is told about one person, one collection per kind of fact.",
    &[],
    &[
        collection("account", &contact::USER_ACCOUNT_INFORMATION, "Accounts the person signs in with.")
            .also(&["accounts"]),
        collection("addresses", &contact::ITEM_ADDRESS, "Places where post reaches the person."),
        collection("anniversaries", &life::PERSON_ANNUAL_EVENT, "Days of the year that matter to the person."),
        collection("awards", &work::PERSON_AWARD, "Honours the person received."),
        collection("certifications", &work::PERSON_CERTIFICATION, "Certificates the person holds or held."),
        collection(
            "educationalActivities",
            &work::EDUCATIONAL_ACTIVITY,
            "Schools attended and what was studied there.",
        ),
        collection("emails", &contact::ITEM_EMAIL, "Mail addresses of the person."),
        collection("interests", &life::PERSON_INTEREST, "Subjects the person cares about."),
        collection("languages", &work::LANGUAGE_PROFICIENCY, "Languages and how well the person knows them."),
        collection("names", &contact::PERSON_NAME, "The person's name, once per language or script."),
        collection("notes", &life::PERSON_ANNOTATION, "Free text about the person."),
        collection("patents", &work::ITEM_PATENT, "Patents granted to the person or applied for."),
        collection("phones", &contact::ITEM_PHONE, "Telephone numbers of the person."),
        collection("positions", &work::WORK_POSITION, "Jobs the person has or had."),
        collection("projects", &work::PROJECT_PARTICIPATION, "Projects the person takes or took part in."),
        collection("publications", &work::ITEM_PUBLICATION, "Works the person published."),
        collection("responsibilities", &work::PERSON_RESPONSIBILITY, "What the person is in charge of."),
        collection("skills", &work::SKILL_PROFICIENCY, "What the person can do, and how well."),
        collection("webAccounts", &contact::WEB_ACCOUNT, "Accounts of the person with services on the web."),
        collection("websites", &contact::PERSON_WEBSITE, "Sites the person keeps or is shown on."),
    ],
);

/// Everything that has an address or a type.
pub static MODEL: Model = Model {
    namespace: "microsoft.graph",
    alias: Some("graph"),
    container: "GraphService",
    revision: 1,
    version: None,
    structs: &[
        &ENTITY,
        &USER,
        &PROFILE_PHOTO,
        &AUDIENCE_LISTS,
        &GROUP,
        &PROFILE,
        &ITEM_FACET,
        &contact::USER_ACCOUNT_INFORMATION,
        &contact::ITEM_ADDRESS,
        &life::PERSON_ANNUAL_EVENT,
        &work::PERSON_AWARD,
        &work::PERSON_CERTIFICATION,
        &work::EDUCATIONAL_ACTIVITY,
        &contact::ITEM_EMAIL,
        &life::PERSON_INTEREST,
        &work::LANGUAGE_PROFICIENCY,
        &contact::PERSON_NAME,
        &life::PERSON_ANNOTATION,
        &work::ITEM_PATENT,
        &contact::ITEM_PHONE,
        &work::WORK_POSITION,
        &work::PROJECT_PARTICIPATION,
        &work::ITEM_PUBLICATION,
        &work::PERSON_RESPONSIBILITY,
        &work::SKILL_PROFICIENCY,
        &contact::WEB_ACCOUNT,
        &contact::PERSON_WEBSITE,
        &facet::IDENTITY,
        &facet::IDENTITY_SET,
        &facet::INFERENCE_DATA,
        &facet::PERSON_DATA_SOURCES,
        &facet::PROFILE_SOURCE_ANNOTATION,
        &contact::ORIGIN_TENANT_INFO,
        &contact::LOCALE_INFO,
        &contact::PHYSICAL_ADDRESS,
        &contact::GEO_COORDINATES,
        &contact::PERSON_NAME_PRONOUNCIATION,
        &contact::SERVICE_INFORMATION,
        &life::ITEM_BODY,
        &life::RELATED_PERSON,
        &work::INSTITUTION_DATA,
        &work::EDUCATIONAL_ACTIVITY_DETAIL,
        &work::POSITION_DETAIL,
        &work::COMPANY_DETAIL,
        &ADMIN,
        &PEOPLE_ADMIN_SETTINGS,
        &settings::INSIGHTS_SETTINGS,
        &settings::NAME_PRONUNCIATION_SETTINGS,
        &settings::PHOTO_UPDATE_SETTINGS,
        &settings::PRONOUNS_SETTINGS,
        &settings::PROFILE_CARD_PROPERTY,
        &settings::PROFILE_PROPERTY_SETTING,
        &settings::PROFILE_SOURCE,
        &settings::PROFILE_CARD_ANNOTATION,
        &settings::DISPLAY_NAME_LOCALIZATION,
        &settings::PROFILE_SOURCE_LOCALIZATION,
        &AUDIT_LOG_ROOT,
        &DIRECTORY_AUDIT,
        &log::AUDIT_ACTIVITY_INITIATOR,
        &log::APP_IDENTITY,
        &log::USER_IDENTITY,
        &log::TARGET_RESOURCE,
        &log::MODIFIED_PROPERTY,
        &log::KEY_VALUE,
    ],
    enums: &[
        &ALLOWED_AUDIENCES,
        &contact::EMAIL_TYPE,
        &contact::PHONE_TYPE,
        &contact::PHYSICAL_ADDRESS_TYPE,
        &contact::USER_PERSONA,
        &life::BODY_TYPE,
        &life::PERSON_ANNUAL_EVENT_TYPE,
        &life::PERSON_RELATIONSHIP,
        &log::OPERATION_RESULT,
        &work::LANGUAGE_PROFICIENCY_LEVEL,
        &work::SKILL_PROFICIENCY_LEVEL,
    ],
    definitions: &[],
    operations: &[],
    sets: &[
        // Graph's clients name people so where they relate them to groups and managers.
        set("users", &USER, USER_BINDINGS, "The people of the organization.").also(&["directoryObjects"]),
        set("groups", &GROUP, &[("members", "users")], "The groups of people."),
    ],
    singletons: &[
        singleton("me", &USER, "The person on whose behalf the request is made.")
            .member_of("users")
            .bindings(USER_BINDINGS),
        singleton("admin", &ADMIN, "What administrators set for the whole organization."),
        singleton("auditLogs", &AUDIT_LOG_ROOT, "What is recorded of the organization."),
    ],
    imports: &[],
};

const USER_BINDINGS: &[(&str, &str)] = &[("manager", "users"), ("directReports", "users"), ("memberOf", "groups")];

const _: () = MODEL.check();
