//! For tests of every crate: a model that holds one of everything, records made up for any type, and what the check of
//! the compiler cannot see.
//!
//! The model is a shop of our own. It is data to try code on; nothing serves it.

mod sample;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::model::build::{
    BINARY, BOOLEAN, BYTE, DATE_TIME, DECIMAL, DOUBLE, GEOGRAPHY_LINE_STRING, GEOGRAPHY_POINT, GEOGRAPHY_POLYGON, GUID,
    INT16, INT32, INT64, SBYTE, SINGLE, STREAM, STRING, action, collection, complex, def, definition, en, entity,
    enumeration, function, import, list, many, member, of, one, parameter, returns, returns_list, set, singleton,
    to_one,
};
use crate::model::{Default, EnumType, Model, Primitive, StructKind, StructType, Type, TypeDefinition};

#[cfg(test)]
pub(crate) use sample::Dice;
pub use sample::sample;

/// One of everything a model can say.
pub static MODEL: Model = Model {
    namespace: "shop",
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

/// What is wrong with a model beyond what [`Model::check`] sees: types that nothing declares, relationships that do not
/// lead back, names that point nowhere or mean two things, descriptions that are no sentence.
pub fn faults(model: &Model) -> Vec<String> {
    let mut faults = Vec::new();
    for ty in model.structs.iter().copied() {
        struct_faults(model, ty, &mut faults);
    }
    for ty in model.enums {
        sentence(ty.name, ty.description, &mut faults);
        if ty.members.is_empty() {
            faults.push(format!("{} has no members", ty.name));
        }
        let numbers: BTreeSet<i64> = ty.members.iter().map(|member| member.value).collect();
        if numbers.len() < ty.members.len() {
            faults.push(format!("{} has two members of one number", ty.name));
        }
    }
    for ty in model.definitions {
        sentence(ty.name, ty.description, &mut faults);
    }
    for operation in model.operations {
        sentence(operation.name, operation.description, &mut faults);
        let parameters = operation.parameters.iter().map(|parameter| parameter.ty);
        for ty in parameters.chain(operation.returns.iter().map(|result| result.ty)) {
            type_faults(model, operation.name, ty, &mut faults);
        }
        if operation.bound && operation.parameters.is_empty() {
            faults.push(format!("{} is bound to nothing", operation.name));
        }
    }
    name_faults(model, &mut faults);
    container_faults(model, &mut faults);
    faults
}

/// In a schema one name has one meaning; only operations share theirs, as overloads.
fn name_faults(model: &Model, faults: &mut Vec<String>) {
    let types = model.structs.iter().map(|ty| ty.name).chain(model.enums.iter().map(|ty| ty.name));
    let declared = types.chain(model.definitions.iter().map(|ty| ty.name)).chain([model.container]);
    let operations: BTreeSet<&str> = model.operations.iter().map(|operation| operation.name).collect();
    let mut names = BTreeSet::new();
    for name in declared.chain(operations) {
        if !names.insert(name) {
            faults.push(format!("{name} means two things in the schema"));
        }
    }
}

fn struct_faults(model: &Model, ty: &'static StructType, faults: &mut Vec<String>) {
    sentence(ty.name, ty.description, faults);
    for property in ty.properties {
        let place = format!("{}.{}", ty.name, property.name);
        sentence(&place, property.description, faults);
        type_faults(model, &place, property.ty, faults);
        let initial = property.initial();
        if !property.nullable
            && initial.is_null()
            && !property.required
            && property.mode == crate::model::Mode::Settable
        {
            faults.push(format!("{place} is never null but has no initial value"));
        }
        if property.default.is_some() && initial.is_null() {
            faults.push(format!("{place} has a default that is no value of its type"));
        }
    }
    for navigation in ty.navigation {
        let place = format!("{}.{}", ty.name, navigation.name);
        sentence(&place, navigation.description, faults);
        type_faults(model, &place, Type::Struct(navigation.target), faults);
        if navigation.target.kind != StructKind::Entity {
            faults.push(format!("{place} leads to a complex type"));
        }
        if let Some(partner) = navigation.partner {
            let back = navigation.target.find_navigation(partner);
            if back.is_none_or(|back| back.partner != Some(navigation.name) || !ty.is_a(back.target)) {
                faults.push(format!("{place} names the partner {partner}, which does not lead back"));
            }
        }
        for (dependent, principal) in navigation.constraint {
            if ty.find(dependent).is_none() || navigation.target.find(principal).is_none() {
                faults.push(format!("{place} constrains {dependent} to {principal}, which are not both properties"));
            }
        }
        if let Some(path) = navigation.shortcut {
            let end = path.iter().try_fold(ty, |ty, step| ty.find_navigation(step).map(|step| step.target));
            if !end.is_some_and(|end| std::ptr::eq(end, navigation.target)) {
                faults.push(format!("{place} is short for a path that does not lead there"));
            }
        }
    }
    let mut names = BTreeSet::new();
    let aliases = ty.all_navigation().flat_map(|navigation| navigation.aliases);
    for name in ty.names().chain(aliases.chain(ty.drops).chain(ty.declines).copied()) {
        if !names.insert(name.to_ascii_lowercase()) {
            faults.push(format!("{}.{name} means two things", ty.name));
        }
    }
    for name in ty.key.iter().chain(ty.alternate_keys.iter().copied().flatten()) {
        if ty.find(name).is_none() {
            faults.push(format!("{} has the key {name}, which is no property", ty.name));
        }
    }
}

fn container_faults(model: &Model, faults: &mut Vec<String>) {
    for set in model.sets {
        sentence(set.name, set.description, faults);
        if set.ty.key_properties().is_empty() {
            faults.push(format!("{} holds entities without a key", set.name));
        }
        binding_faults(model, set.name, set.ty, set.bindings, faults);
    }
    for singleton in model.singletons {
        sentence(singleton.name, singleton.description, faults);
        binding_faults(model, singleton.name, singleton.ty, singleton.bindings, faults);
        let member_of = singleton.member_of.map(|set| model.set(set));
        if member_of.is_some_and(|set| set.is_none_or(|set| !std::ptr::eq(set.ty, singleton.ty))) {
            faults.push(format!("{} is member of no set of its type", singleton.name));
        }
    }
    for import in model.imports {
        let known = model.operations.iter().any(|operation| operation.name == import.operation && !operation.bound);
        if !known || import.set.is_some_and(|set| model.set(set).is_none()) {
            faults.push(format!("{} imports what is not there", import.name));
        }
    }
}

fn binding_faults(
    model: &Model,
    place: &str,
    ty: &'static StructType,
    bindings: &[(&str, &str)],
    faults: &mut Vec<String>,
) {
    for navigation in ty.all_navigation().filter(|navigation| !navigation.contained) {
        let bound = bindings.iter().find(|(name, _)| *name == navigation.name).and_then(|(_, set)| model.set(set));
        if !bound.is_some_and(|set| navigation.target.is_a(set.ty)) {
            faults.push(format!("{place}/{} is bound to no set of its type", navigation.name));
        }
    }
    for (name, _) in bindings {
        if ty.find_navigation(name).is_none_or(|navigation| navigation.contained) {
            faults.push(format!("{place} binds {name}, which is no relationship to elsewhere"));
        }
    }
}

fn type_faults(model: &Model, place: &str, ty: Type, faults: &mut Vec<String>) {
    let declared = match ty {
        Type::Primitive(_) => true,
        Type::Enum(ty) => model.enums.iter().any(|declared| std::ptr::eq(*declared, ty)),
        Type::Struct(ty) => model.structs.iter().any(|declared| std::ptr::eq(*declared, ty)),
        Type::Definition(ty) => model.definitions.iter().any(|declared| std::ptr::eq(*declared, ty)),
    };
    if !declared {
        faults.push(format!("{place} is of type {}, which the model does not list", ty.name()));
    }
}

fn sentence(place: &str, description: &str, faults: &mut Vec<String>) {
    if description.len() < 2 || !description.ends_with('.') || description.starts_with(char::is_lowercase) {
        faults.push(format!("{place} is not described in a sentence"));
    }
}
