//! For tests of every crate: a model that holds one of everything, records made up for any type, and what the check of
//! the compiler cannot see.
//!
//! The model is a shop of our own. It is data to try code on; nothing serves it.

mod faults;
mod sample;

#[cfg(test)]
mod tests;

use crate::model::build::{
    BINARY, BOOLEAN, BYTE, DATE_TIME, DECIMAL, DOUBLE, GEOGRAPHY_LINE_STRING, GEOGRAPHY_POINT, GEOGRAPHY_POLYGON, GUID,
    INT16, INT32, INT64, SBYTE, SINGLE, STREAM, STRING, action, collection, complex, def, definition, en, entity,
    enumeration, function, import, list, many, member, of, one, parameter, returns, returns_list, set, singleton,
    to_one,
};
use crate::model::{Default, EnumType, Model, Primitive, StructType, TypeDefinition};

pub use faults::faults;
#[cfg(test)]
pub(crate) use sample::Dice;
pub use sample::sample;

/// One of everything a model can say.
pub static MODEL: Model = Model {
    namespace: "shop",
    alias: None,
    container: "Container",
    revision: 1,
    version: Some("1.0"),
    structs: &[
        &THING,
        &ARTICLE,
        &BUNDLE,
        &MAKER,
        &BLURB,
        &REVIEW,
        &BADGE,
        &PICTURE,
        &SHOP,
        &ADDRESS,
        &SHOP_ADDRESS,
        &PLACE,
        &FIGURES,
    ],
    enums: &[&STOCK, &CONDITION],
    definitions: &[&RELEASE_DATE, &OPENING_TIME, &LEAD_TIME],
    operations: &[
        &function(
            "Total",
            &[parameter("article", of(&ARTICLE)), parameter("rate", DOUBLE)],
            returns(DOUBLE),
            "The price with tax.",
        )
        .bound(),
        &function(
            "Discounted",
            &[parameter("article", of(&ARTICLE)), parameter("percent", DOUBLE)],
            returns(DOUBLE),
            "The price after a discount.",
        )
        .bound(),
        &function(
            "Discounted",
            &[parameter("article", of(&ARTICLE)), parameter("percent", DOUBLE), parameter("rate", DOUBLE)],
            returns(DOUBLE),
            "The price after a discount, with tax.",
        )
        .bound(),
        &function("Average", &[parameter("articles", of(&ARTICLE)).list()], returns(DOUBLE), "The mean of the prices.")
            .bound(),
        &function(
            "Similar",
            &[parameter("article", of(&ARTICLE))],
            returns_list(of(&ARTICLE)),
            "Articles much like this one.",
        )
        .bound()
        .composable(),
        &function("Top", &[], returns_list(of(&ARTICLE)), "The dearest articles.").composable(),
        &function("Top", &[parameter("count", INT64)], returns_list(of(&ARTICLE)), "As many of the dearest articles.")
            .composable(),
        &function("Totals", &[], returns(of(&FIGURES)), "Figures over all articles."),
        &function("Echo", &[parameter("text", STRING)], returns(STRING), "The same text."),
        &action(
            "Raise",
            &[parameter("article", of(&ARTICLE)), parameter("amount", DOUBLE)],
            Some(returns(of(&ARTICLE))),
            "Raises the price.",
        )
        .bound(),
        &action("Retire", &[parameter("article", of(&ARTICLE))], None, "Takes the article out of stock.").bound(),
        &action("Recount", &[parameter("articles", of(&ARTICLE)).list()], None, "Counts the stock anew.").bound(),
        &action("Reset", &[], None, "Puts everything back."),
        &action(
            "Reset",
            &[parameter("makers", STRING).list()],
            Some(returns(INT32)),
            "Puts the articles of some makers back.",
        ),
    ],
    sets: &[
        set("Articles", &ARTICLE, ARTICLE_BINDINGS, "What the shop sells.").change_tracked(),
        set("Makers", &MAKER, &[("Articles", "Articles")], "Who makes the articles."),
        set("Blurbs", &BLURB, &[("Article", "Articles")], "What is said of articles, by language."),
        set("Pictures", &PICTURE, &[], "Pictures with their bytes."),
        set("Archive", &MAKER, &[("Articles", "Articles")], "Makers of old, to be read only.").read_only(),
    ],
    singletons: &[
        singleton("Shop", &SHOP, "The shop itself.").bindings(&[("Window", "Articles")]),
        singleton("Bestseller", &ARTICLE, "The article sold most.").member_of("Articles").bindings(ARTICLE_BINDINGS),
    ],
    imports: &[
        import("Top", "Top", Some("Articles")),
        import("Totals", "Totals", None),
        import("Echo", "Echo", None),
        import("Reset", "Reset", None),
    ],
};

const _: () = MODEL.check();

const ARTICLE_BINDINGS: &[(&str, &str)] = &[("Maker", "Makers"), ("Blurbs", "Blurbs"), ("Related", "Articles")];

/// Abstract, with the key that most types inherit.
pub static THING: StructType =
    entity("Thing", None, "Anything with a number.", &[one("ID", GUID, "The number.").not_null().computed()], &[])
        .abstract_type()
        .key(&["ID"]);

/// Every primitive, every facet, every kind of navigation.
pub static ARTICLE: StructType = entity(
    "Article",
    Some(&THING),
    "Something the shop sells.",
    &[
        one("Name", STRING, "What it is called.").required().max(100).searchable().indexed(),
        one("Description", STRING, "What it is like.").max(500),
        one("Price", DOUBLE, "What it costs.").required(),
        one("Cost", DECIMAL, "What it cost the shop.").digits(38, 18),
        one("Rating", BYTE, "Stars given.").not_null(),
        one("Temperature", SBYTE, "At how many degrees it is kept.").not_null(),
        one("Quantity", INT16, "How many there are.").not_null(),
        one("Sold", INT64, "How many were ever sold."),
        one("Weight", SINGLE, "How heavy it is.").not_null(),
        one("IsHeavy", BOOLEAN, "Whether it takes two to carry."),
        one("Data", BINARY, "What the till reads.").max(64),
        one("Released", def(&RELEASE_DATE), "First day of sale."),
        one("Opens", def(&OPENING_TIME), "Time of day from which it is sold."),
        one("Lead", def(&LEAD_TIME), "How long delivery takes."),
        one("MakerID", GUID, "Number of the maker."),
        one("Stock", en(&STOCK), "Where it can be had.").not_null(),
        one("Condition", en(&CONDITION), "How worn it is.").default(Default::Member("New")),
        one("Version", INT32, "How often it changed.").not_null().default(Default::Integer(1)).concurrency(),
        one("CreatedAt", DATE_TIME, "When it was entered.").not_null().computed(),
        one("SerialNumber", STRING, "Number given once for all.").max(50).immutable(),
        one("Kind", STRING, "One of a few words.")
            .one_of(&["Article", "Bundle"])
            .not_null()
            .default(Default::Text("Article")),
        one("Page", STRING, "Address of a page about it.").url(),
        one("Language", STRING, "Language of the label.").language_tag(),
        list("Tags", STRING, "Words to find it by.").not_null().or_single().searchable().indexed(),
        list("Sizes", INT32, "Sizes it comes in; null stands for made to measure."),
        list("Conditions", en(&CONDITION), "Conditions in which it is on sale.").not_null(),
        one("Origin", of(&ADDRESS), "Where it comes from."),
        list("Depots", of(&ADDRESS), "Where it is stored.").not_null(),
        one("Position", GEOGRAPHY_POINT, "Where it stands."),
        one("Route", GEOGRAPHY_LINE_STRING, "How it got here."),
        one("Area", GEOGRAPHY_POLYGON, "Where it is sold."),
        one("Remark", STRING, "For the staff.").on_request(),
        one("Photo", STREAM, "How it looks.").media_type("image/png"),
    ],
    &[
        to_one("Maker", &MAKER, "Who makes it.").partner("Articles").constraint(&[("MakerID", "ID")]),
        many("Blurbs", &BLURB, "What is said of it.").partner("Article").cascades(),
        many("Related", &ARTICLE, "What goes with it."),
        many("Reviews", &REVIEW, "What buyers say.").contained().also(&["Opinions"]),
        collection("Badges", &BADGE, "What it is marked with."),
        many("Praise", &REVIEW, "What makers say.").contained().short_for(&["Maker", "Reviews"]),
    ],
)
.alternate_keys(&[&["SerialNumber"]])
.also(&["Ware"])
.drops(&["Secret"])
.declines(&["Supplier"]);

/// Derived from an entity type.
pub static BUNDLE: StructType = entity(
    "Bundle",
    Some(&ARTICLE),
    "Several articles at one price.",
    &[
        one("Count", INT32, "How many articles.").not_null().default(Default::Integer(2)),
        one("Note", STRING, "What is special."),
    ],
    &[],
);

/// The other end of a relationship to one.
pub static MAKER: StructType = entity(
    "Maker",
    Some(&THING),
    "Who makes articles.",
    &[one("Name", STRING, "The maker's name.").required().max(100)],
    &[
        many("Articles", &ARTICLE, "What the maker makes.").partner("Maker"),
        many("Reviews", &REVIEW, "What the maker says.").contained(),
    ],
);

/// A composite key.
pub static BLURB: StructType = entity(
    "Blurb",
    None,
    "What is said of an article in one language.",
    &[
        one("ArticleID", GUID, "Number of the article.").not_null().immutable(),
        one("Language", STRING, "The language in two letters.").required().max(2).immutable(),
        one("Text", STRING, "What is said.").required().max(500).searchable().indexed(),
    ],
    &[to_one("Article", &ARTICLE, "The article.").not_null().partner("Blurbs").constraint(&[("ArticleID", "ID")])],
)
.key(&["ArticleID", "Language"]);

/// Contained, not written into its owner.
pub static REVIEW: StructType = entity(
    "Review",
    Some(&THING),
    "An opinion.",
    &[one("Stars", BYTE, "Stars given.").not_null().default(Default::Integer(5)), one("Text", STRING, "The opinion.")],
    &[],
);

/// Contained, written into its owner.
pub static BADGE: StructType =
    entity("Badge", Some(&THING), "A mark.", &[one("Label", STRING, "What it says.").required()], &[]);

/// A media entity.
pub static PICTURE: StructType = entity(
    "Picture",
    Some(&THING),
    "A picture.",
    &[
        one("Name", STRING, "What it shows.").not_null().max(100),
        one("ContentType", STRING, "Its format.").not_null().max(100),
        one("Size", INT64, "How many bytes."),
    ],
    &[],
)
.media();

/// A singleton without key.
pub static SHOP: StructType = entity(
    "ShopInfo",
    None,
    "The shop itself.",
    &[
        one("Name", STRING, "The shop's name.").required(),
        one("Founded", INT32, "Year of its founding.").not_null(),
        one("IsOpen", BOOLEAN, "Whether it is open.").default(Default::Boolean(true)),
        one("Discount", DOUBLE, "Discount on everything.").not_null().default(Default::Double(0.5)),
        one("Logo", BINARY, "Its sign.").media_type("image/svg+xml"),
        one("Head", of(&SHOP_ADDRESS), "Where it is.").not_null(),
    ],
    &[many("Window", &ARTICLE, "What stands in the window.")],
);

/// A complex type with a nested one, open.
pub static ADDRESS: StructType = complex(
    "Address",
    "Where post arrives.",
    &[
        one("Street", STRING, "Street and house.").max(100),
        one("City", STRING, "The city.").max(50).searchable().indexed(),
        one("Place", of(&PLACE), "Where on earth."),
    ],
)
.open();

/// A derived complex type.
pub static SHOP_ADDRESS: StructType =
    complex("ShopAddress", "Where customers come.", &[one("Floor", INT16, "Which floor.").not_null()])
        .extends(&ADDRESS);

/// The innermost complex type.
pub static PLACE: StructType = complex(
    "Place",
    "A point on earth.",
    &[
        one("Latitude", DOUBLE, "Degrees north.").not_null(),
        one("Longitude", DOUBLE, "Degrees east.").not_null(),
        list("Names", STRING, "What it is called.").not_null(),
    ],
);

/// A complex type that only operations return.
pub static FIGURES: StructType = complex(
    "Figures",
    "Figures over all articles.",
    &[one("Count", INT64, "How many.").not_null(), one("Average", DOUBLE, "The mean price.")],
);

/// Members that combine.
pub static STOCK: EnumType = enumeration(
    "Stock",
    "Where an article can be had.",
    &[member("None", 0), member("Store", 1), member("Online", 2), member("Partner", 4), member("Later", 8)],
)
.flags()
.evolvable("Later");

/// Members that do not combine.
pub static CONDITION: EnumType =
    enumeration("Condition", "How worn an article is.", &[member("New", 0), member("Used", 1), member("Broken", 7)]);

/// A named date.
pub static RELEASE_DATE: TypeDefinition = definition("ReleaseDate", Primitive::Date, "The day a sale begins.");
/// A named time of day.
pub static OPENING_TIME: TypeDefinition = definition("OpeningTime", Primitive::TimeOfDay, "The time a sale begins.");
/// A named duration.
pub static LEAD_TIME: TypeDefinition = definition("LeadTime", Primitive::Duration, "The time a delivery takes.");
