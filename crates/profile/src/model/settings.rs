//! What administrators set for the whole organization.

use edm::model::Default;
use edm::model::StructType;
use edm::model::build::{BOOLEAN, DOUBLE, STRING, complex, en, entity, list, many, of, one, to_one};

use super::facet::{ALLOWED_AUDIENCES, ENTITY};

/// The root of what administrators set. It has no key, for there is only one.
pub(crate) static ADMIN: StructType = entity(
    "admin",
    None,
    "The root of what administrators set.",
    &[],
    &[to_one("people", &PEOPLE_ADMIN_SETTINGS, "What administrators set about people.").contained().not_null()],
);

/// What administrators set about people.
pub(crate) static PEOPLE_ADMIN_SETTINGS: StructType = entity(
    "peopleAdminSettings",
    Some(&ENTITY),
    "What administrators set about people.",
    &[],
    &[
        to_one("itemInsights", &INSIGHTS_SETTINGS, "Whether insights are drawn from what people do.").contained(),
        to_one("namePronunciation", &NAME_PRONUNCIATION_SETTINGS, "Whether people say how their names are spoken.")
            .contained(),
        to_one("photoUpdateSettings", &PHOTO_UPDATE_SETTINGS, "Who may change photos.").contained(),
        many("profileCardProperties", &PROFILE_CARD_PROPERTY, "What the card of a person shows.").contained(),
        many("profilePropertySettings", &PROFILE_PROPERTY_SETTING, "Which source wins for which property.").contained(),
        many("profileSources", &PROFILE_SOURCE, "Systems that supply facts about people.").contained(),
        to_one("pronouns", &PRONOUNS_SETTINGS, "Whether people state their pronouns.").contained(),
    ],
);

pub(super) static INSIGHTS_SETTINGS: StructType = entity(
    "insightsSettings",
    Some(&ENTITY),
    "Whether insights are drawn from what people do.",
    &[
        one("disabledForGroup", STRING, "Identifier of a group whose members are left out."),
        one("isEnabledInOrganization", BOOLEAN, "Whether insights are on."),
    ],
    &[],
);

pub(super) static NAME_PRONUNCIATION_SETTINGS: StructType = entity(
    "namePronunciationSettings",
    Some(&ENTITY),
    "Whether people say how their names are spoken.",
    &[one("isEnabledInOrganization", BOOLEAN, "Whether it is on.").not_null()],
    &[],
);

pub(super) static PHOTO_UPDATE_SETTINGS: StructType = entity(
    "photoUpdateSettings",
    Some(&ENTITY),
    "Who may change photos.",
    &[list("allowedRoles", STRING, "Identifiers of the roles that may; none means everyone changes their own.")],
    &[],
);

pub(super) static PRONOUNS_SETTINGS: StructType = entity(
    "pronounsSettings",
    Some(&ENTITY),
    "Whether people state their pronouns.",
    &[one("isEnabledInOrganization", BOOLEAN, "Whether it is on.").not_null()],
    &[],
);

/// A property on the card of a person.
pub(crate) static PROFILE_CARD_PROPERTY: StructType = entity(
    "profileCardProperty",
    Some(&ENTITY),
    "A property of the directory that the card of a person shows.",
    &[
        list("annotations", of(&PROFILE_CARD_ANNOTATION), "How the property is labelled."),
        one("directoryPropertyName", STRING, "Name of the property, which is also the key.").immutable(),
        one("isVisible", BOOLEAN, "Whether the card shows it.").not_null().default(Default::Boolean(true)),
    ],
    &[],
);

/// What holds of one property, or of all.
pub(crate) static PROFILE_PROPERTY_SETTING: StructType = entity(
    "profilePropertySetting",
    Some(&ENTITY),
    "What holds of a property: which source wins, who may see it, who sees it unless something else is said.",
    &[
        // The published schema has it since; it names there one of four audiences, here any.
        one("allowedAudiences", en(&ALLOWED_AUDIENCES), "The widest audience of the items of the collection `name`."),
        // Not in Graph.
        one("defaultAudiences", en(&ALLOWED_AUDIENCES), "Who may see an item that says nothing of it (Vitae)."),
        one("displayName", STRING, "Label of the setting."),
        one("name", STRING, "Name of the property; none means all properties of the organization."),
        list("prioritizedSourceUrls", STRING, "Addresses of the sources, the strongest first.").url(),
        // Not in Graph.
        one("shownConfidence", DOUBLE, "How sure a guess must be to be shown before it is confirmed (Vitae)."),
    ],
    &[],
);

/// A system that supplies facts.
pub(crate) static PROFILE_SOURCE: StructType = entity(
    "profileSource",
    Some(&ENTITY),
    "A system that supplies facts about people.",
    &[
        one("displayName", STRING, "Name of the system."),
        one("kind", STRING, "Product the system runs."),
        list("localizations", of(&PROFILE_SOURCE_LOCALIZATION), "Its name in further languages.").not_null(),
        one("sourceId", STRING, "Identifier that the organization gave the system.").immutable(),
        one("webUrl", STRING, "Address of the system.").url(),
    ],
    &[],
)
.alternate_keys(&[&["sourceId"]]);

pub(super) static PROFILE_CARD_ANNOTATION: StructType = complex(
    "profileCardAnnotation",
    "The label of a property on the card.",
    &[
        one("displayName", STRING, "The label where no language fits."),
        list("localizations", of(&DISPLAY_NAME_LOCALIZATION), "The label in further languages."),
    ],
);

pub(super) static DISPLAY_NAME_LOCALIZATION: StructType = complex(
    "displayNameLocalization",
    "A label in one language.",
    &[one("displayName", STRING, "The label."), one("languageTag", STRING, "The language (BCP 47).").language_tag()],
);

pub(super) static PROFILE_SOURCE_LOCALIZATION: StructType = complex(
    "profileSourceLocalization",
    "The name of a system in one language.",
    &[
        one("displayName", STRING, "The name."),
        one("languageTag", STRING, "The language (BCP 47).").language_tag(),
        one("webUrl", STRING, "Address of the system in that language.").url(),
    ],
);
