//! The types of the shop, in the order in which `$metadata` lists them.

use edm::model::build::{
    BINARY, BYTE, DATE_TIME, DECIMAL, DOUBLE, GEOGRAPHY_LINE_STRING, GEOGRAPHY_POINT, GEOGRAPHY_POLYGON, GUID, INT16,
    INT32, INT64, SBYTE, SINGLE, STREAM, STRING, complex, def, definition, en, entity, enumeration, many, member, of,
    one, to_one,
};
use edm::model::{Default, EnumType, Primitive, StructType, TypeDefinition};

/// All structured types, bases before derived types.
pub(super) const STRUCTS: &[&StructType] = &[
    &CATEGORY,
    &PRODUCT,
    &SPECIAL_PRODUCT,
    &PRODUCT_DESCRIPTION,
    &MEDIA_ITEM,
    &READ_ONLY_ITEM,
    &DECIMAL_SAMPLE,
    &COMPANY_INFO,
    &ADDRESS,
    &DIMENSIONS,
    &PRODUCT_STATS,
    &PRICES_RESET,
];

/// What products are grouped by.
pub(crate) static CATEGORY: StructType = entity(
    "Category",
    None,
    "A group of products.",
    &[
        one("ID", GUID, "Number of the category.").not_null().computed(),
        one("Name", STRING, "Name of the category, unique.").required().max(100),
        one("Description", STRING, "What belongs to the category.").max(500),
    ],
    &[many("Products", &PRODUCT, "Products of the category.").partner("Category")],
)
.key(&["ID"])
.alternate_keys(&[&["Name"]]);

/// One of every primitive, a stream, and every kind of relationship.
pub(crate) static PRODUCT: StructType = entity(
    "Product",
    None,
    "Something the shop sells.",
    &[
        one("ID", GUID, "Number of the product.").not_null().computed(),
        one("Name", STRING, "Product display name").required().max(100).searchable(),
        one("Description", STRING, "Detailed product description").max(500),
        one("Price", DOUBLE, "What it costs.").required(),
        one("Rating", BYTE, "How well buyers like it.").not_null(),
        one("Temperature", SBYTE, "At how many degrees it is kept.").not_null(),
        one("Quantity", INT16, "How many there are; fewer than none are owed.").not_null(),
        one("Weight", SINGLE, "How heavy it is.").not_null(),
        one("Data", BINARY, "What the till reads."),
        one("ReleaseDate", def(&RELEASE_DATE), "First day of sale."),
        one("OpenTime", def(&TIME_OF_DAY), "Time of day from which it is sold."),
        one("ShippingTime", def(&DURATION), "How long it is under way."),
        one("ProcessingTime", def(&DURATION), "How long it takes to pack."),
        one("Offset", def(&DURATION), "How much later its sale begins elsewhere."),
        one("CategoryID", GUID, "Number of the category."),
        one("Status", en(&PRODUCT_STATUS), "Whether and how it is on sale.").not_null(),
        one("Version", INT32, "How often it changed.").not_null().default(Default::Integer(1)).concurrency(),
        one("CreatedAt", DATE_TIME, "When it was entered.").not_null().computed(),
        one("SerialNumber", STRING, "Unique serial number assigned at creation").max(50).immutable(),
        one("ProductType", STRING, "Name of its type.").not_null().max(50).default(Default::Text("Product")),
        one("ShippingAddress", of(&ADDRESS), "Where it is sent from."),
        one("Dimensions", of(&DIMENSIONS), "How large it is."),
        one("Location", GEOGRAPHY_POINT, "Where it is stored."),
        one("Route", GEOGRAPHY_LINE_STRING, "How it gets to the buyer."),
        one("Area", GEOGRAPHY_POLYGON, "Where it is sold."),
        one("Photo", STREAM, "How it looks."),
    ],
    &[
        to_one("Category", &CATEGORY, "The group it belongs to.")
            .partner("Products")
            .constraint(&[("CategoryID", "ID")]),
        many("Descriptions", &PRODUCT_DESCRIPTION, "What is said of it.").partner("Product").cascades(),
        many("RelatedProducts", &PRODUCT, "What goes with it."),
    ],
)
.key(&["ID"]);

/// A derived entity type.
pub(crate) static SPECIAL_PRODUCT: StructType = entity(
    "SpecialProduct",
    Some(&PRODUCT),
    "A product with something special.",
    &[
        one("SpecialProperty", STRING, "What is special.").max(200),
        one("SpecialFeature", STRING, "What comes with it.").max(100),
    ],
    &[],
);

/// A composite key, given by the client.
pub(crate) static PRODUCT_DESCRIPTION: StructType = entity(
    "ProductDescription",
    None,
    "A product described in one language.",
    &[
        one("ProductID", GUID, "Number of the product.").not_null().immutable(),
        one("LanguageKey", STRING, "The language in two letters.").required().max(2).immutable(),
        one("Description", STRING, "The product in one sentence.").required().max(500).searchable(),
        one("LongText", STRING, "The product at length.").max(2000).searchable(),
        one("CustomName", STRING, "What it is called in that language."),
    ],
    &[to_one("Product", &PRODUCT, "The product described.").partner("Descriptions").constraint(&[("ProductID", "ID")])],
)
.key(&["ProductID", "LanguageKey"]);

/// A media entity.
pub(crate) static MEDIA_ITEM: StructType = entity(
    "MediaItem",
    None,
    "A file.",
    &[
        one("ID", GUID, "Number of the file.").not_null().computed(),
        one("Name", STRING, "What it is called.").required().max(100),
        one("ContentType", STRING, "Media type of its bytes.").required().max(100),
        one("Size", INT64, "How many bytes."),
        one("CreatedAt", DATE_TIME, "When it was entered.").not_null(),
        one("ModifiedAt", DATE_TIME, "When its bytes were written last.").not_null(),
    ],
    &[],
)
.media()
.key(&["ID"]);

/// Only to be read.
pub(crate) static READ_ONLY_ITEM: StructType = entity(
    "ReadOnlyItem",
    None,
    "Something nobody may change.",
    &[one("ID", GUID, "Number of the item.").not_null(), one("Name", STRING, "What it is called.").required().max(100)],
    &[],
)
.key(&["ID"]);

/// More digits than a floating number has.
pub(crate) static DECIMAL_SAMPLE: StructType = entity(
    "DecimalSample",
    None,
    "A number of many digits.",
    &[
        one("ID", GUID, "Number of the sample.").not_null().computed(),
        one("Name", STRING, "What it is called.").required().max(100),
        one("Amount", DECIMAL, "The number.").required().digits(38, 18),
    ],
    &[],
)
.key(&["ID"]);

/// The singleton.
pub(crate) static COMPANY_INFO: StructType = entity(
    "CompanyInfo",
    None,
    "A company.",
    &[
        one("ID", GUID, "Number of the company.").not_null().computed(),
        one("Name", STRING, "What it is called.").required().max(200),
        one("CEO", STRING, "Who leads it.").required().max(100),
        one("Founded", INT32, "Year of its founding.").not_null(),
        one("HeadQuarter", STRING, "Where it is.").not_null().max(200),
        one("Website", STRING, "Address of its pages.").not_null().max(100),
        one("Logo", BINARY, "Its sign.").media_type("image/svg+xml"),
        one("Version", INT32, "How often it changed.").not_null().default(Default::Integer(1)).concurrency(),
        one("UpdatedAt", DATE_TIME, "When it changed last.").not_null(),
    ],
    &[],
)
.key(&["ID"]);

static ADDRESS: StructType = complex(
    "Address",
    "Where post arrives.",
    &[
        one("Street", STRING, "Street and house.").max(100),
        one("City", STRING, "The city.").max(50),
        one("State", STRING, "The state in two letters.").max(2),
        one("PostalCode", STRING, "The postal code.").max(10),
        one("Country", STRING, "The country.").max(50),
    ],
);

static DIMENSIONS: StructType = complex(
    "Dimensions",
    "How large something is.",
    &[
        one("Length", DOUBLE, "From front to back."),
        one("Width", DOUBLE, "From side to side."),
        one("Height", DOUBLE, "From bottom to top."),
        one("Unit", STRING, "What is counted.").max(10),
    ],
);

/// What `GetProductStats` returns.
pub(crate) static PRODUCT_STATS: StructType = complex(
    "ProductStats",
    "Figures over all products.",
    &[
        one("totalProducts", INT64, "How many there are.").not_null(),
        one("averagePrice", DOUBLE, "The mean price.").not_null(),
        one("maxPrice", DOUBLE, "The highest price.").not_null(),
        one("minPrice", DOUBLE, "The lowest price.").not_null(),
    ],
);

/// What `ResetAllPrices` returns.
pub(crate) static PRICES_RESET: StructType = complex(
    "PricesReset",
    "What a reset of prices did.",
    &[
        one("message", STRING, "In words.").not_null(),
        one("updatedCount", INT32, "How many products got another price.").not_null(),
    ],
);

/// Members that combine.
pub(super) static PRODUCT_STATUS: EnumType = enumeration(
    "ProductStatus",
    "Whether and how a product is on sale.",
    &[member("None", 0), member("InStock", 1), member("OnSale", 2), member("Discontinued", 4), member("Featured", 8)],
)
.flags();

pub(super) static RELEASE_DATE: TypeDefinition = definition("ReleaseDateValue", Primitive::Date, "A day of release.");
pub(super) static TIME_OF_DAY: TypeDefinition = definition("TimeOfDayValue", Primitive::TimeOfDay, "A time of a day.");
pub(super) static DURATION: TypeDefinition = definition("DurationValue", Primitive::Duration, "A span of time.");
