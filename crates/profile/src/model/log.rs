//! The audit log, as Graph shows that of a directory.
//!
//! Entries are made of what was recorded when they are read; nothing here is stored.

use edm::model::build::{DATE_TIME, STRING, complex, en, entity, enumeration, list, many, member, of, one};
use edm::model::{EnumType, StructType};

use super::facet::{ENTITY, IDENTITY};

/// The root of the audit log.
pub(crate) static AUDIT_LOG_ROOT: StructType = entity(
    "auditLogRoot",
    Some(&ENTITY),
    "The root of what is recorded of the organization.",
    &[],
    &[many("directoryAudits", &DIRECTORY_AUDIT, "What was done to people and their profiles, the latest first.")
        .contained()
        .derived()],
);

/// One thing that was done.
pub(crate) static DIRECTORY_AUDIT: StructType = entity(
    "directoryAudit",
    Some(&ENTITY),
    "One thing that somebody did to a person, a profile, a group or a setting.",
    &[
        one("activityDateTime", DATE_TIME, "When it was done.").not_null().computed(),
        one("activityDisplayName", STRING, "What was done, such as `Update user`.").not_null().computed(),
        list("additionalDetails", of(&KEY_VALUE), "Whatever else is known; among it why values are not told.")
            .computed(),
        one("category", STRING, "Kind of what it was done to, such as `UserManagement`.").not_null().computed(),
        one("correlationId", STRING, "The `request-id` of the request that did it.").computed(),
        one("initiatedBy", of(&AUDIT_ACTIVITY_INITIATOR), "Who did it.").not_null().computed(),
        one("loggedByService", STRING, "The service that recorded it: `Vitae`.").computed(),
        one("operationType", STRING, "Add, Update, Delete or Read.").computed(),
        one("result", en(&OPERATION_RESULT), "What is recorded was done: `success`.").computed(),
        one("resultReason", STRING, "Why it failed; what failed is not recorded.").computed(),
        list("targetResources", of(&TARGET_RESOURCE), "What it was done to: the person first, then each item.")
            .computed(),
    ],
    &[],
);

pub(super) static OPERATION_RESULT: EnumType = enumeration(
    "operationResult",
    "How something ended.",
    &[member("success", 0), member("failure", 1), member("timeout", 2), member("unknownFutureValue", 3)],
)
.evolvable("unknownFutureValue");

pub(super) static AUDIT_ACTIVITY_INITIATOR: StructType = complex(
    "auditActivityInitiator",
    "Who did something: a person, an app for itself, or a person by an app.",
    &[
        one("app", of(&APP_IDENTITY), "The app that sent the request."),
        one("user", of(&USER_IDENTITY), "The person for whom the app acted."),
    ],
);

pub(super) static APP_IDENTITY: StructType = complex(
    "appIdentity",
    "An app.",
    &[one("appId", STRING, "Its client id."), one("displayName", STRING, "How it is called, where that is known.")],
);

pub(super) static USER_IDENTITY: StructType = complex(
    "userIdentity",
    "A person, as the directory knows them now.",
    &[one("userPrincipalName", STRING, "The name with which the person signs in; null once they are deleted.")],
)
.extends(&IDENTITY)
.open();

pub(super) static TARGET_RESOURCE: StructType = complex(
    "targetResource",
    "Something that was changed or read.",
    &[
        one("displayName", STRING, "How the person is called now, or the collection the item is in."),
        one("id", STRING, "Its id."),
        list("modifiedProperties", of(&MODIFIED_PROPERTY), "What changed in it, as far as the reader may know."),
        one("type", STRING, "Kind of the resource, such as `User` or `skillProficiency`."),
        one("userPrincipalName", STRING, "The name with which the person signs in."),
    ],
);

pub(super) static MODIFIED_PROPERTY: StructType = complex(
    "modifiedProperty",
    "A property that changed.",
    &[
        one("displayName", STRING, "Name of the property."),
        one("newValue", STRING, "Its value afterwards, as JSON."),
        one("oldValue", STRING, "Its value before, as JSON."),
    ],
);

pub(super) static KEY_VALUE: StructType =
    complex("keyValue", "A named text.", &[one("key", STRING, "The name."), one("value", STRING, "The text.")]);
