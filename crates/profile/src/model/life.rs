//! What matters to a person beside work: anniversaries, interests, notes, and the people around them.

use edm::model::build::{DATE, STRING, complex, en, entity, enumeration, list, member, of, one};
use edm::model::{EnumType, StructType};

use super::facet::{COLLABORATION_TAGS, ITEM_FACET};

pub(super) static PERSON_ANNUAL_EVENT: StructType = entity(
    "personAnnualEvent",
    Some(&ITEM_FACET),
    "A day that comes back every year.",
    &[
        one("date", DATE, "The day it first was."),
        one("displayName", STRING, "What the person calls the day."),
        one("type", en(&PERSON_ANNUAL_EVENT_TYPE), "What happened on the day."),
    ],
    &[],
)
.also(&["personAnniversary"]);

pub(super) static PERSON_INTEREST: StructType = entity(
    "personInterest",
    Some(&ITEM_FACET),
    "A subject the person cares about.",
    &[
        list("categories", STRING, "Labels the person gave the subject."),
        list("collaborationTags", STRING, "What the person offers or seeks in it.").one_of(COLLABORATION_TAGS),
        one("description", STRING, "More about the subject."),
        one("displayName", STRING, "Name of the subject.").searchable().indexed(),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
        one("webUrl", STRING, "Address of a page about the subject.").url(),
    ],
    &[],
);

pub(super) static PERSON_ANNOTATION: StructType = entity(
    "personAnnotation",
    Some(&ITEM_FACET),
    "A note about the person.",
    &[
        one("detail", of(&ITEM_BODY), "The text of the note."),
        one("displayName", STRING, "Title of the note."),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
    ],
    &[],
);

pub(super) static ITEM_BODY: StructType = complex(
    "itemBody",
    "A text in a format.",
    &[one("content", STRING, "The text."), one("contentType", en(&BODY_TYPE), "The format of the text.")],
);

pub(super) static RELATED_PERSON: StructType = complex(
    "relatedPerson",
    "Someone else, and how the two belong together.",
    &[
        one("displayName", STRING, "Name of the other person."),
        one("relationship", en(&PERSON_RELATIONSHIP), "What the other is to the person."),
        one("relationshipLabel", STRING, "The relationship in the person's own words."),
        one("userId", STRING, "Identifier of the other person's account."),
        one("userPrincipalName", STRING, "Name with which the other person signs in, or a mail address."),
    ],
);

pub(super) static BODY_TYPE: EnumType =
    enumeration("bodyType", "Formats of a text.", &[member("text", 0), member("html", 1)]);

pub(super) static PERSON_ANNUAL_EVENT_TYPE: EnumType = enumeration(
    "personAnnualEventType",
    "Reasons to remember a day.",
    &[
        member("birthday", 0),
        member("wedding", 1),
        member("work", 2),
        member("other", 3),
        member("unknownFutureValue", 5),
    ],
)
.evolvable("unknownFutureValue");

pub(super) static PERSON_RELATIONSHIP: EnumType = enumeration(
    "personRelationship",
    "What one person can be to another.",
    &[
        member("manager", 0),
        member("colleague", 1),
        member("directReport", 2),
        member("dotLineReport", 3),
        member("assistant", 4),
        member("dotLineManager", 5),
        member("alternateContact", 6),
        member("friend", 7),
        member("spouse", 8),
        member("sibling", 9),
        member("child", 10),
        member("parent", 11),
        member("sponsor", 12),
        member("emergencyContact", 13),
        member("other", 14),
        member("unknownFutureValue", 15),
    ],
)
.evolvable("unknownFutureValue");
