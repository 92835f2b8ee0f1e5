//! How a person is called and reached: names, accounts, addresses, mail, telephone, sites.

use edm::model::build::{DOUBLE, STRING, complex, en, entity, enumeration, list, member, of, one};
use edm::model::{Default, EnumType, StructType};

use super::facet::ITEM_FACET;

pub(super) static USER_ACCOUNT_INFORMATION: StructType = entity(
    "userAccountInformation",
    Some(&ITEM_FACET),
    "An account with which the person signs in.",
    &[
        one("ageGroup", STRING, "Legal age group of the person, empty when it is not known.")
            .not_null()
            .default(Default::Text(""))
            .computed(),
        one("countryCode", STRING, "Country of the account in two letters."),
        one("originTenantInfo", of(&ORIGIN_TENANT_INFO), "Where an account from another organization is at home."),
        one("preferredLanguageTag", of(&LOCALE_INFO), "Language in which the person wants to be addressed."),
        one("userPersona", en(&USER_PERSONA), "Whether the account belongs to a member or a guest."),
        one("userPrincipalName", STRING, "Name with which the person signs in.").computed(),
    ],
    &[],
);

pub(super) static ITEM_ADDRESS: StructType = entity(
    "itemAddress",
    Some(&ITEM_FACET),
    "A postal address of the person.",
    &[
        one("detail", of(&PHYSICAL_ADDRESS), "The address in its parts."),
        one("displayName", STRING, "What the person calls the address."),
        one("geoCoordinates", of(&GEO_COORDINATES), "Where on earth it is."),
    ],
    &[],
);

pub(super) static ITEM_EMAIL: StructType = entity(
    "itemEmail",
    Some(&ITEM_FACET),
    "A mail address of the person.",
    &[
        one("address", STRING, "The mail address."),
        one("displayName", STRING, "What the person calls the address."),
        one("type", en(&EMAIL_TYPE), "What the address is used for.").not_null().default(Default::Member("unknown")),
    ],
    &[],
);

pub(super) static ITEM_PHONE: StructType = entity(
    "itemPhone",
    Some(&ITEM_FACET),
    "A telephone number of the person.",
    &[
        one("displayName", STRING, "What the person calls the number."),
        one("number", STRING, "The number as the person writes it."),
        one("type", en(&PHONE_TYPE), "What the number is used for.").not_null().default(Default::Member("other")),
    ],
    &[],
);

pub(super) static PERSON_NAME: StructType = entity(
    "personName",
    Some(&ITEM_FACET),
    "The person's name as written in one language.",
    &[
        one("displayName", STRING, "The whole name in the order its language asks for.").searchable().indexed(),
        one("first", STRING, "Given name."),
        one("initials", STRING, "Initials."),
        one("languageTag", STRING, "Language of this form of the name (BCP 47).").language_tag(),
        one("last", STRING, "Family name."),
        one("maiden", STRING, "Family name at birth."),
        one("middle", STRING, "Names between the first and the last."),
        one("nickname", STRING, "What friends call the person.").searchable().indexed(),
        one("pronunciation", of(&PERSON_NAME_PRONOUNCIATION), "How the name is said."),
        one("suffix", STRING, "What follows the name, such as a degree."),
        one("title", STRING, "What precedes the name, such as a form of address."),
    ],
    &[],
);

pub(super) static WEB_ACCOUNT: StructType = entity(
    "webAccount",
    Some(&ITEM_FACET),
    "An account of the person with a service on the web.",
    &[
        one("description", STRING, "What the person does there."),
        one("service", of(&SERVICE_INFORMATION), "The service."),
        one("statusMessage", STRING, "What the person last announced there."),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
        one("userId", STRING, "Name of the person there."),
        one("webUrl", STRING, "Address of the person's page there.").url(),
    ],
    &[],
);

pub(super) static PERSON_WEBSITE: StructType = entity(
    "personWebsite",
    Some(&ITEM_FACET),
    "A web site of or about the person.",
    &[
        list("categories", STRING, "Labels the person gave the site."),
        one("description", STRING, "What the site is about."),
        one("displayName", STRING, "Name of the site."),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
        one("webUrl", STRING, "Address of the site.").url(),
    ],
    &[],
);

pub(super) static ORIGIN_TENANT_INFO: StructType = complex(
    "originTenantInfo",
    "Where an account from another organization is at home.",
    &[
        one("originTenantId", STRING, "Identifier of the home organization."),
        one("originUserId", STRING, "Identifier of the person in the home organization."),
    ],
);

pub(super) static LOCALE_INFO: StructType = complex(
    "localeInfo",
    "A language as spoken in a region.",
    &[
        one("displayName", STRING, "Name of the language for readers."),
        one("locale", STRING, "Tag of the language (BCP 47).").language_tag(),
    ],
);

pub(super) static PHYSICAL_ADDRESS: StructType = complex(
    "physicalAddress",
    "A postal address in its parts.",
    &[
        one("city", STRING, "City or village."),
        one("countryOrRegion", STRING, "Country or region, in any spelling."),
        one("postOfficeBox", STRING, "Number of the post office box."),
        one("postalCode", STRING, "Postal code."),
        one("state", STRING, "State, province or county."),
        one("street", STRING, "Street and house."),
        one("type", en(&PHYSICAL_ADDRESS_TYPE), "What the address is used for."),
    ],
);

pub(super) static GEO_COORDINATES: StructType = complex(
    "geoCoordinates",
    "A place on earth.",
    &[
        one("altitude", DOUBLE, "Metres above sea level."),
        one("latitude", DOUBLE, "Degrees north of the equator."),
        one("longitude", DOUBLE, "Degrees east of Greenwich."),
    ],
);

pub(super) static PERSON_NAME_PRONOUNCIATION: StructType = complex(
    "personNamePronounciation",
    "How the parts of a name are said.",
    &[
        one("displayName", STRING, "How the whole name is said."),
        one("first", STRING, "How the given name is said."),
        one("last", STRING, "How the family name is said."),
        one("maiden", STRING, "How the family name at birth is said."),
        one("middle", STRING, "How the middle names are said."),
    ],
)
.also(&["yomiPersonName"]);

pub(super) static SERVICE_INFORMATION: StructType = complex(
    "serviceInformation",
    "A service on the web.",
    &[one("name", STRING, "Name of the service."), one("webUrl", STRING, "Address of the service.").url()],
);

pub(super) static EMAIL_TYPE: EnumType = enumeration(
    "emailType",
    "Uses of a mail address.",
    &[member("unknown", 0), member("work", 1), member("personal", 2), member("main", 3), member("other", 4)],
);

pub(super) static PHONE_TYPE: EnumType = enumeration(
    "phoneType",
    "Uses of a telephone number.",
    &[
        member("home", 0),
        member("business", 1),
        member("mobile", 2),
        member("other", 3),
        member("assistant", 4),
        member("homeFax", 5),
        member("businessFax", 6),
        member("otherFax", 7),
        member("pager", 8),
        member("radio", 9),
    ],
);

pub(super) static PHYSICAL_ADDRESS_TYPE: EnumType = enumeration(
    "physicalAddressType",
    "Uses of a postal address.",
    &[member("unknown", 0), member("home", 1), member("business", 2), member("other", 3)],
);

pub(super) static USER_PERSONA: EnumType = enumeration(
    "userPersona",
    "Ways of belonging to an organization.",
    &[
        member("unknown", 0),
        member("externalMember", 1),
        member("externalGuest", 2),
        member("internalMember", 3),
        member("internalGuest", 4),
        member("unknownFutureValue", 5),
    ],
)
.evolvable("unknownFutureValue");
