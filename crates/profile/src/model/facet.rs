//! What all items of a profile share: key, audience, provenance and who wrote it when.

use edm::model::build::{BOOLEAN, DATE_TIME, DOUBLE, STRING, complex, en, entity, enumeration, list, member, of, one};
use edm::model::{EnumType, StructType};

/// Anything that has a key.
pub static ENTITY: StructType = entity(
    "entity",
    None,
    "Anything that has a key.",
    &[one("id", STRING, "The key, given by the service.").not_null().computed()],
    &[],
)
.abstract_type()
.key(&["id"]);

/// The base of every item in a collection of a profile.
pub(crate) static ITEM_FACET: StructType = entity(
    "itemFacet",
    Some(&ENTITY),
    "One fact in a profile, with its audience and its origin.",
    &[
        one("allowedAudiences", en(&ALLOWED_AUDIENCES), "Who besides its owner may see the item."),
        one("createdBy", of(&IDENTITY_SET), "Who added the item.").computed(),
        one("createdDateTime", DATE_TIME, "When the item was added.").computed(),
        one("inference", of(&INFERENCE_DATA), "How sure the item is, if a program guessed it."),
        one("isSearchable", BOOLEAN, "False keeps the item out of every search across people."),
        one("lastModifiedBy", of(&IDENTITY_SET), "Who changed the item last.").computed(),
        one("lastModifiedDateTime", DATE_TIME, "When the item was changed last.").computed(),
        one("source", of(&PERSON_DATA_SOURCES), "What kind of system the item came from."),
        list("sources", of(&PROFILE_SOURCE_ANNOTATION), "Which systems supplied which properties of the item."),
    ],
    &[],
)
.abstract_type();

/// Who may see an item.
pub(crate) static ALLOWED_AUDIENCES: EnumType = enumeration(
    "allowedAudiences",
    "Circles of people who may see an item; several can be combined.",
    &[
        member("me", 0),
        member("family", 1),
        member("contacts", 2),
        member("groupMembers", 4),
        member("organization", 8),
        member("federatedOrganizations", 16),
        member("everyone", 32),
        member("unknownFutureValue", 64),
    ],
)
.flags()
.evolvable("unknownFutureValue");

pub(super) static IDENTITY_SET: StructType = complex(
    "identitySet",
    "Those who took part in an action: a program, a device, a person.",
    &[
        one("application", of(&IDENTITY), "The program that acted."),
        one("device", of(&IDENTITY), "The device that was used."),
        one("user", of(&IDENTITY), "The person who acted or for whom the program acted."),
    ],
)
.open();

pub(super) static IDENTITY: StructType = complex(
    "identity",
    "One actor.",
    &[
        one("displayName", STRING, "How the actor was called at the time."),
        one("id", STRING, "The actor's identifier."),
    ],
)
.open();

pub(super) static INFERENCE_DATA: StructType = complex(
    "inferenceData",
    "What is known about a guess.",
    &[
        one("confidenceScore", DOUBLE, "How sure the program was that guessed."),
        one("userHasVerifiedAccuracy", BOOLEAN, "Whether the person confirmed the guess."),
    ],
);

pub(super) static PERSON_DATA_SOURCES: StructType = complex(
    "personDataSources",
    "Kinds of systems that data came from.",
    &[list("type", STRING, "Names of the kinds, such as `User`.").or_single()],
)
.also(&["personDataSource"]);

pub(super) static PROFILE_SOURCE_ANNOTATION: StructType = complex(
    "profileSourceAnnotation",
    "A system and the properties it supplied.",
    &[
        one("isDefaultSource", BOOLEAN, "Whether the system is the one that is used unless another is named."),
        list("properties", STRING, "Names of the properties that came from the system."),
        one("sourceId", STRING, "Identifier of the system."),
    ],
);

/// What a person may say in `collaborationTags`, a list of plain strings on the wire.
pub(super) const COLLABORATION_TAGS: &[&str] = &["askMeAbout", "ableToMentor", "wantsToLearn", "wantsToImprove"];
