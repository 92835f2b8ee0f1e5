//! The people and groups of an organization.
//!
//! Of the many members of Graph's `user`, Vitae keeps those that say who someone is and where they work. Lengths are
//! the ones Graph documents.

use edm::model::build::{BOOLEAN, DATE_TIME, INT32, STRING, entity, list, many, one, to_one};
use edm::model::{Default, Navigation, StructType};

use super::PROFILE;
use super::facet::ENTITY;
use super::work::PERSON_RESPONSIBILITY;

/// Whom a person means by the audiences of which they alone know who is meant. Not in Graph, which does not say how
/// these audiences are told; each list is named as its audience.
pub(crate) static AUDIENCE_LISTS: StructType = entity(
    "audienceLists",
    None,
    "Whom the person means by `family` and by `contacts` (Vitae).",
    &[],
    &[
        many("family", &USER, "Who sees what the person shows to `family`."),
        many("contacts", &USER, "Who sees what the person shows to `contacts`."),
    ],
);

/// A person of the organization.
pub static USER: StructType = entity(
    "user",
    Some(&ENTITY),
    "A person with an account in the organization.",
    &[
        list("businessPhones", STRING, "Telephone numbers at work.").not_null(),
        one("displayName", STRING, "Name under which the person is listed.").required().max(256).searchable().indexed(),
        one("givenName", STRING, "Given name.").max(64),
        one("jobTitle", STRING, "What the person's job is called.").max(128).searchable().indexed(),
        one("mail", STRING, "Mail address at work."),
        one("mobilePhone", STRING, "Mobile telephone number.").max(64),
        one("officeLocation", STRING, "Building, floor or room in which the person works."),
        one("preferredLanguage", STRING, "Language in which the person wants to be addressed (BCP 47).").language_tag(),
        one("surname", STRING, "Family name.").max(64),
        one("userPrincipalName", STRING, "Name with which the person signs in, unique in the organization.").required(),
        // From here on: answered only when `$select` names them.
        one("aboutMe", STRING, "What the person says in general.").on_request(),
        one("accountEnabled", BOOLEAN, "Whether the person may sign in.")
            .not_null()
            .default(Default::Boolean(true))
            .on_request(),
        one("birthday", DATE_TIME, "Birthday, as midnight UTC of the day.").on_request(),
        one("city", STRING, "City of the place of work.").max(128).on_request(),
        one("companyName", STRING, "Company the person works for.").max(64).on_request(),
        one("country", STRING, "Country or region of the place of work.").max(128).on_request(),
        one("createdDateTime", DATE_TIME, "When the account was made.").computed().on_request(),
        one("department", STRING, "Department the person works in.").max(64).searchable().indexed().on_request(),
        one("employeeHireDate", DATE_TIME, "When the person's employment begins or began.").on_request(),
        one("employeeId", STRING, "Number the organization gave the person.").on_request(),
        one("employeeType", STRING, "Kind of contract, such as `Contractor`.").on_request(),
        one("faxNumber", STRING, "Fax number.").on_request(),
        one("hireDate", DATE_TIME, "When the person joined, in the field that older clients use.").on_request(),
        one("mailNickname", STRING, "The part of the mail address before the `@`.").max(64).on_request(),
        one("mySite", STRING, "Address of the person's own site.").url().on_request(),
        list("otherMails", STRING, "Further mail addresses.").not_null().on_request(),
        one("postalCode", STRING, "Postal code of the place of work.").max(40).on_request(),
        one("preferredName", STRING, "What the person wants to be called.").on_request(),
        one("showInAddressList", BOOLEAN, "False keeps the person out of address lists.").on_request(),
        one("state", STRING, "State or province of the place of work.").max(128).on_request(),
        one("streetAddress", STRING, "Street and house of the place of work.").max(1024).on_request(),
        one("usageLocation", STRING, "Country in which services are used, in two letters (ISO 3166).")
            .max(2)
            .on_request(),
        one("userType", STRING, "Whether the person is a member or a guest.")
            .one_of(&["Member", "Guest"])
            .default(Default::Text("Member"))
            .on_request(),
    ],
    &[
        to_one("profile", &PROFILE, "What the person tells about themselves.").contained().not_null(),
        // The one collection that was published below the person rather than below the profile.
        many("responsibilities", &PERSON_RESPONSIBILITY, "What the person is in charge of.")
            .contained()
            .short_for(&["profile", "responsibilities"]),
        to_one("manager", &USER, "To whom the person reports.").partner("directReports").mixed(),
        many("directReports", &USER, "Who reports to the person.").partner("manager").mixed(),
        to_one("audienceLists", &AUDIENCE_LISTS, "Whom the person means by `family` and by `contacts` (Vitae).")
            .contained()
            .not_null(),
        many("memberOf", &GROUP, "Groups the person belongs to.").partner("members").mixed(),
        to_one("photo", &PROFILE_PHOTO, "What the person looks like.").contained(),
        many("photos", &PROFILE_PHOTO, "The photo in several sizes, squares cut from its middle.")
            .contained()
            .derived(),
    ],
)
.alternate_keys(&[&["userPrincipalName"]])
// Graph demands a password on creation, so every client sends one; Vitae holds none.
.drops(&["passwordProfile", "passwordPolicies"])
.declines(&[
    "activities",
    "adhocCalls",
    "ageGroup",
    "agreementAcceptances",
    "analytics",
    "appConsentRequestsForApproval",
    "appRoleAssignedResources",
    "appRoleAssignments",
    "approvals",
    "assignedLicenses",
    "assignedPlans",
    "authentication",
    "authorizationInfo",
    "calendar",
    "calendarGroups",
    "calendarView",
    "calendars",
    "chats",
    "cloudClipboard",
    "cloudLicensing",
    "cloudPCs",
    "cloudRealtimeCommunicationInfo",
    "communications",
    "consentProvidedForMinor",
    "contactFolders",
    "contacts",
    "createdObjects",
    "creationType",
    "customSecurityAttributes",
    "dataSecurityAndGovernance",
    "deletedDateTime",
    "deviceEnrollmentConfigurations",
    "deviceEnrollmentLimit",
    "deviceKeys",
    "deviceManagementTroubleshootingEvents",
    "devices",
    "drive",
    "drives",
    "employeeExperience",
    "employeeLeaveDateTime",
    "employeeOrgData",
    "events",
    "extensions",
    "externalUserState",
    "externalUserStateChangeDateTime",
    "followedSites",
    "identities",
    "identityParentId",
    "imAddresses",
    "inferenceClassification",
    "infoCatalogs",
    "informationProtection",
    "insights",
    "interests",
    "invitedBy",
    "isLicenseReconciliationNeeded",
    "isManagementRestricted",
    "isResourceAccount",
    "joinedGroups",
    "joinedTeams",
    "lastPasswordChangeDateTime",
    "legalAgeGroupClassification",
    "licenseAssignmentStates",
    "licenseDetails",
    "mailFolders",
    "mailboxSettings",
    "managedAppRegistrations",
    "managedDevices",
    "messages",
    "mobileAppIntentAndStates",
    "mobileAppTroubleshootingEvents",
    "notifications",
    "oauth2PermissionGrants",
    "onPremisesDistinguishedName",
    "onPremisesDomainName",
    "onPremisesExtensionAttributes",
    "onPremisesImmutableId",
    "onPremisesLastSyncDateTime",
    "onPremisesObjectIdentifier",
    "onPremisesProvisioningErrors",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesSipInfo",
    "onPremisesSyncBehavior",
    "onPremisesSyncEnabled",
    "onPremisesUserPrincipalName",
    "onenote",
    "onlineMeetings",
    "outlook",
    "ownedDevices",
    "ownedObjects",
    "pastProjects",
    "pendingAccessReviewInstances",
    "people",
    "permissionGrants",
    "planner",
    "preferredDataLocation",
    "presence",
    "print",
    "provisionedPlans",
    "proxyAddresses",
    "refreshTokensValidFromDateTime",
    "registeredDevices",
    "schools",
    "scopedRoleMemberOf",
    "security",
    "securityIdentifier",
    "serviceProvisioningErrors",
    "settings",
    "signInActivity",
    "signInSessionsValidFromDateTime",
    "skills",
    "solutions",
    "sponsors",
    "teamwork",
    "tasks",
    "todo",
    "transitiveMemberOf",
    "transitiveReports",
    "usageRights",
    "virtualEvents",
    "windowsInformationProtectionDeviceRegistrations",
]);

/// A photo of a person.
pub(crate) static PROFILE_PHOTO: StructType = entity(
    "profilePhoto",
    Some(&ENTITY),
    "A photo of a person, in one size.",
    &[one("height", INT32, "Height in pixels.").computed(), one("width", INT32, "Width in pixels.").computed()],
    &[],
)
.media();

/// A group of people.
pub static GROUP: StructType = entity(
    "group",
    Some(&ENTITY),
    "A group of people of the organization.",
    &[
        one("createdDateTime", DATE_TIME, "When the group was made.").computed(),
        one("description", STRING, "What the group is for."),
        one("displayName", STRING, "Name of the group.").required().max(256).searchable().indexed(),
        list("groupTypes", STRING, "Kinds of the group, such as `Unified`.").not_null(),
        // Not in Graph, where nothing says which groups the audience `groupMembers` means.
        one("isAudienceGroup", BOOLEAN, "Whether members see what others of the group show to `groupMembers` (Vitae).")
            .not_null(),
        one("mail", STRING, "Mail address of the group."),
        one("mailEnabled", BOOLEAN, "Whether mail can be sent to the group.").default(Default::Boolean(false)),
        one("mailNickname", STRING, "The part of the mail address before the `@`.").max(64),
        one("securityEnabled", BOOLEAN, "Whether the group may be given rights.").default(Default::Boolean(true)),
        one("visibility", STRING, "Who sees the group and may join.").one_of(&[
            "Public",
            "Private",
            "HiddenMembership",
        ]),
    ],
    &[many("members", &USER, "People in the group.").partner("memberOf").mixed()],
)
.declines(&[
    "acceptedSenders",
    "allowExternalSenders",
    "appRoleAssignments",
    "assignedLabels",
    "assignedLicenses",
    "autoSubscribeNewMembers",
    "calendar",
    "calendarView",
    "classification",
    "conversations",
    "createdOnBehalfOf",
    "deletedDateTime",
    "drive",
    "drives",
    "events",
    "expirationDateTime",
    "extensions",
    "groupLifecyclePolicies",
    "hasMembersWithLicenseErrors",
    "hideFromAddressLists",
    "hideFromOutlookClients",
    "isArchived",
    "isAssignableToRole",
    "isManagementRestricted",
    "isSubscribedByMail",
    "licenseProcessingState",
    "memberOf",
    "membersWithLicenseErrors",
    "membershipRule",
    "membershipRuleProcessingState",
    "onPremisesDomainName",
    "onPremisesLastSyncDateTime",
    "onPremisesNetBiosName",
    "onPremisesProvisioningErrors",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled",
    "onenote",
    "owners",
    "permissionGrants",
    "photo",
    "photos",
    "planner",
    "preferredDataLocation",
    "preferredLanguage",
    "proxyAddresses",
    "rejectedSenders",
    "renewedDateTime",
    "securityIdentifier",
    "serviceProvisioningErrors",
    "settings",
    "sites",
    "team",
    "theme",
    "threads",
    "transitiveMemberOf",
    "transitiveMembers",
    "uniqueName",
    "unseenCount",
    "welcomeMessageEnabled",
    "writebackConfiguration",
]);

/// The relationships of people and groups that code follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// To whom a person reports.
    Manager,
    /// Who reports to a person.
    Reports,
    /// The groups of a person.
    MemberOf,
    /// The people in a group.
    Members,
    /// The photo of a person.
    Photo,
    /// The same in several sizes.
    Photos,
}

impl Relation {
    /// Which one a navigation property is, if it is one of a person or group.
    pub fn of(navigation: &Navigation) -> Option<Self> {
        match navigation.name {
            "manager" => Some(Relation::Manager),
            "directReports" => Some(Relation::Reports),
            "memberOf" => Some(Relation::MemberOf),
            "members" => Some(Relation::Members),
            "photo" => Some(Relation::Photo),
            "photos" => Some(Relation::Photos),
            _ => None,
        }
    }
}
