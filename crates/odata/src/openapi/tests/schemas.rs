//! Types as schemas.

use expect_test::expect;

use super::check_component;

#[test]
fn entities_have_three_schemas() {
    check_component(
        "shop.Blurb",
        &expect![[r##"
        "shop.Blurb": {
          "description": "What is said of an article in one language.",
          "type": "object",
          "properties": {
            "@odata.etag": {
              "type": "string",
              "readOnly": true,
              "description": "Version of the entity, for `If-Match`."
            },
            "ArticleID": {
              "type": "string",
              "format": "uuid",
              "description": "Number of the article."
            },
            "Language": {
              "type": "string",
              "maxLength": 2,
              "description": "The language in two letters."
            },
            "Text": {
              "type": "string",
              "maxLength": 500,
              "description": "What is said."
            },
            "Article": {
              "anyOf": [
                {"$ref": "#/components/schemas/shop.Article"},
                {"$ref": "#/components/schemas/shop.Bundle"}
              ],
              "description": "The article."
            }
          }
        },
    "##]],
    );
    check_component(
        "shop.Blurb-create",
        &expect![[r#"
        "shop.Blurb-create": {
          "description": "What is said of an article in one language.",
          "type": "object",
          "required": ["Language", "Text"],
          "properties": {
            "ArticleID": {
              "type": "string",
              "format": "uuid",
              "description": "Number of the article."
            },
            "Language": {
              "type": "string",
              "maxLength": 2,
              "description": "The language in two letters."
            },
            "Text": {
              "type": "string",
              "maxLength": 500,
              "description": "What is said."
            }
          }
        },
    "#]],
    );
    check_component(
        "shop.Blurb-update",
        &expect![[r#"
        "shop.Blurb-update": {
          "description": "What is said of an article in one language.",
          "type": "object",
          "properties": {
            "Text": {
              "type": "string",
              "maxLength": 500,
              "description": "What is said."
            }
          }
        },
    "#]],
    );
    check_component(
        "shop.Blurb-collection",
        &expect![[r##"
        "shop.Blurb-collection": {
          "type": "object",
          "required": ["value"],
          "properties": {
            "@odata.context": {
              "type": "string",
              "description": "What the list holds."
            },
            "@odata.count": {
              "type": "integer",
              "minimum": 0,
              "description": "How many there are in all, if `$count` asked."
            },
            "@odata.nextLink": {
              "type": "string",
              "description": "Address of the next page, if there is one."
            },
            "value": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/shop.Blurb"}
            }
          }
        },
    "##]],
    );
}

#[test]
fn values() {
    check_component(
        "Cost",
        &expect![[r#"
            "Cost": {
              "anyOf": [
                {
                  "type": "number",
                  "format": "decimal"
                },
                {
                  "type": "string",
                  "pattern": "^[-+]?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?$"
                },
                {"type": "null"}
              ],
              "description": "What it cost the shop."
            },
        "#]],
    );
    check_component(
        "Temperature",
        &expect![[r#"
        "Temperature": {
          "type": "integer",
          "format": "int8",
          "minimum": -128,
          "maximum": 127,
          "description": "At how many degrees it is kept."
        },
    "#]],
    );
    check_component(
        "Kind",
        &expect![[r#"
        "Kind": {
          "type": "string",
          "enum": ["Article", "Bundle"],
          "default": "Article",
          "description": "One of a few words."
        },
    "#]],
    );
    check_component(
        "Page",
        &expect![[r#"
        "Page": {
          "type": ["string", "null"],
          "format": "uri",
          "description": "Address of a page about it."
        },
    "#]],
    );
    check_component(
        "Tags",
        &expect![[r#"
        "Tags": {
          "type": "array",
          "items": {"type": "string"},
          "description": "Words to find it by."
        },
    "#]],
    );
    check_component(
        "Condition",
        &expect![[r##"
        "Condition": {
          "anyOf": [
            {"$ref": "#/components/schemas/shop.Condition"},
            {"type": "null"}
          ],
          "default": "New",
          "description": "How worn it is."
        },
    "##]],
    );
    check_component(
        "Origin",
        &expect![[r##"
            "Origin": {
              "anyOf": [
                {"$ref": "#/components/schemas/shop.Address"},
                {"$ref": "#/components/schemas/shop.ShopAddress"},
                {"type": "null"}
              ],
              "description": "Where it comes from."
            },
        "##]],
    );
    check_component(
        "Position",
        &expect![[r#"
        "Position": {
          "type": ["object", "null"],
          "required": ["type", "coordinates"],
          "properties": {
            "type": {
              "type": "string",
              "const": "Point"
            },
            "coordinates": {"type": "array"}
          },
          "description": "Where it stands."
        },
    "#]],
    );
    check_component(
        "shop.Stock",
        &expect![[r#"
        "shop.Stock": {
          "type": "string",
          "pattern": "^(None|Store|Online|Partner|Later)(,(None|Store|Online|Partner|Later))*$",
          "examples": ["None", "Store", "Online", "Partner", "Later"],
          "description": "Where an article can be had."
        },
    "#]],
    );
}
