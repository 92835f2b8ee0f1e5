//! Every construct of the sample model, in both forms and both versions.
//!
//! The whole documents are kept in `goldens/`, for the validators of `clients/validate/`.

use std::path::PathBuf;

use edm::Model;
use edm::testing::MODEL;
use expect_test::{Expect, expect};

use super::{Capabilities, Version};
use crate::openapi::{self, Info};

/// The lines of the XML element that begins so, without their common indentation.
fn check(begin: &str, expected: &Expect) {
    check_version(Version::V4_01, begin, expected);
}

fn check_version(version: Version, begin: &str, expected: &Expect) {
    let document = super::xml(&MODEL, &Capabilities::ADVANCED, version);
    expected.assert_eq(&block(&document, begin));
}

/// The lines of the member of that name of the schema in JSON.
fn check_json(begin: &str, expected: &Expect) {
    let document = super::json(&MODEL, &Capabilities::ADVANCED, Version::V4_01);
    expected.assert_eq(&block(&document, begin));
}

/// The first line that begins so, and those up to the one that closes it.
fn block(document: &str, begin: &str) -> String {
    let mut lines = document.lines().skip_while(|line| !line.trim_start().starts_with(begin)).peekable();
    let indentation = lines.peek().map_or(0, |line| line.len() - line.trim_start().len());
    let mut found = String::new();
    for line in lines {
        found.push_str(&line[indentation..]);
        found.push('\n');
        let same = line.len() - line.trim_start().len() == indentation;
        let opens = line.ends_with(['{', '[']) || (line.ends_with('>') && !line.contains("/>") && !line.contains("</"));
        if same && !opens {
            break;
        }
    }
    found
}

fn golden(name: &str, generated: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("goldens").join(name);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::write(&path, generated).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept == generated, "goldens/{name} differs; if that is meant, run `UPDATE_GOLDENS=1 cargo test -p odata`");
}

/// The sample model but for a function that is named like a type, which a schema must not have.
fn sound() -> Model {
    let is_type = |name: &str| MODEL.structs.iter().any(|ty| ty.name == name);
    let operations: Vec<_> = MODEL.operations.iter().copied().filter(|one| !is_type(one.name)).collect();
    Model { operations: operations.leak(), ..MODEL }
}

#[test]
fn documents_are_as_kept() {
    let (model, capabilities) = (sound(), Capabilities::ADVANCED);
    golden("metadata.xml", &super::xml(&model, &capabilities, Version::V4_01));
    golden("metadata.json", &super::json(&model, &capabilities, Version::V4_01));
    golden("metadata-4.0.xml", &super::xml(&model, &capabilities, Version::V4_0));
    golden("metadata-4.0.json", &super::json(&model, &capabilities, Version::V4_0));
    let servers = &["https://shop.example/odata"];
    let info = Info { title: "Shop", description: "The sample model.", version: "1.0", servers };
    golden("openapi.json", &openapi::document(&model, &capabilities, &info));
}

#[test]
fn bases_come_before_derived_types() {
    for kind in ["EntityType", "ComplexType"] {
        let document = super::xml(&MODEL, &Capabilities::ADVANCED, Version::V4_01);
        let mut declared = Vec::new();
        for line in document.lines().filter(|line| line.trim_start().starts_with(&format!("<{kind} "))) {
            let value = |name: &str| Some(line.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.to_owned());
            if let Some(base) = value("BaseType") {
                assert!(declared.contains(&base), "{line}");
            }
            declared.extend(value("Name").map(|name| format!("shop.{name}")));
        }
    }
}

#[test]
fn four_zero_and_four_oh_one_differ_in_keyless_types_only() {
    let [old, new] = [Version::V4_0, Version::V4_01].map(|version| super::xml(&MODEL, &Capabilities::ADVANCED, version));
    let different: Vec<_> = old.lines().zip(new.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(old.lines().count(), new.lines().count());
    let trimmed: Vec<_> = different.iter().map(|(old, new)| (old.trim(), new.trim())).collect();
    expect![[r#"
        [
            (
                "<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.0\">",
                "<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.01\">",
            ),
            (
                "<EntityType Name=\"ShopInfo\" Abstract=\"true\">",
                "<EntityType Name=\"ShopInfo\">",
            ),
        ]
    "#]].assert_debug_eq(&trimmed);
}

#[test]
fn references_come_in_single_quotes() {
    check("<edmx:Reference", &expect![[r#"
        <edmx:Reference Uri="https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml">
          <edmx:Include Namespace='Org.OData.Core.V1'/>
        </edmx:Reference>
    "#]]);
}

#[test]
fn schema_says_its_version() {
    let document = super::xml(&MODEL, &Capabilities::ADVANCED, Version::V4_01);
    let lines: Vec<_> = document.lines().skip_while(|line| !line.contains("<Schema ")).take(3).collect();
    expect![[r#"
            <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="shop">
              <Annotation Term="Org.OData.Core.V1.SchemaVersion" String="1.0"/>
              <Annotation Term="Org.OData.Core.V1.DefaultNamespace" Bool="true"/>"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn enumerations() {
    check("<EnumType Name=\"Stock\"", &expect![[r#"
        <EnumType Name="Stock" UnderlyingType="Edm.Int32" IsFlags="true">
          <Member Name="None" Value="0"/>
          <Member Name="Store" Value="1"/>
          <Member Name="Online" Value="2"/>
          <Member Name="Partner" Value="4"/>
          <Member Name="Later" Value="8"/>
        </EnumType>
    "#]]);
    check("<Annotations Target=\"shop.Stock/Later\"", &expect![[r#"
        <Annotations Target="shop.Stock/Later">
          <Annotation Term="Org.OData.Core.V1.Description" String="Stands for members that the client may not know."/>
        </Annotations>
    "#]]);
    check_json("\"Stock\": {", &expect![[r#"
        "Stock": {
          "$Kind": "EnumType",
          "$UnderlyingType": "Edm.Int32",
          "$IsFlags": true,
          "@Org.OData.Core.V1.Description": "Where an article can be had.",
          "None": 0,
          "Store": 1,
          "Online": 2,
          "Partner": 4,
          "Later": 8,
          "Later@Org.OData.Core.V1.Description": "Stands for members that the client may not know."
        },
    "#]]);
}

#[test]
fn type_definitions() {
    check("<TypeDefinition Name=\"ReleaseDate\"", &expect![[r#"
        <TypeDefinition Name="ReleaseDate" UnderlyingType="Edm.Date"/>
    "#]]);
    check("<TypeDefinition Name=\"OpeningTime\"", &expect![[r#"
        <TypeDefinition Name="OpeningTime" UnderlyingType="Edm.TimeOfDay" Precision="12"/>
    "#]]);
    check_json("\"LeadTime\": {", &expect![[r#"
        "LeadTime": {
          "$Kind": "TypeDefinition",
          "$UnderlyingType": "Edm.Duration",
          "$Precision": 9,
          "@Org.OData.Core.V1.Description": "The time a delivery takes."
        },
    "#]]);
}

#[test]
fn complex_types() {
    check("<ComplexType Name=\"Address\"", &expect![[r#"
        <ComplexType Name="Address" OpenType="true">
          <Property Name="Street" Type="Edm.String" MaxLength="100"/>
          <Property Name="City" Type="Edm.String" MaxLength="50"/>
          <Property Name="Place" Type="shop.Place"/>
        </ComplexType>
    "#]]);
    check("<ComplexType Name=\"ShopAddress\"", &expect![[r#"
        <ComplexType Name="ShopAddress" BaseType="shop.Address">
          <Property Name="Floor" Type="Edm.Int16" Nullable="false"/>
        </ComplexType>
    "#]]);
    check_json("\"ShopAddress\": {", &expect![[r#"
        "ShopAddress": {
          "$Kind": "ComplexType",
          "$BaseType": "shop.Address",
          "@Org.OData.Core.V1.Description": "Where customers come.",
          "Floor": {
            "$Type": "Edm.Int16",
            "@Org.OData.Core.V1.Description": "Which floor."
          }
        },
    "#]]);
}

#[test]
fn entity_types() {
    check("<EntityType Name=\"Thing\"", &expect![[r#"
        <EntityType Name="Thing" Abstract="true">
          <Key>
            <PropertyRef Name="ID"/>
          </Key>
          <Property Name="ID" Type="Edm.Guid" Nullable="false"/>
        </EntityType>
    "#]]);
    check("<EntityType Name=\"Article\"", &expect![[r#"
        <EntityType Name="Article" BaseType="shop.Thing">
          <Property Name="Name" Type="Edm.String" Nullable="false" MaxLength="100"/>
          <Property Name="Description" Type="Edm.String" MaxLength="500"/>
          <Property Name="Price" Type="Edm.Double" Nullable="false"/>
          <Property Name="Cost" Type="Edm.Decimal" Precision="38" Scale="18"/>
          <Property Name="Rating" Type="Edm.Byte" Nullable="false"/>
          <Property Name="Temperature" Type="Edm.SByte" Nullable="false"/>
          <Property Name="Quantity" Type="Edm.Int16" Nullable="false"/>
          <Property Name="Sold" Type="Edm.Int64"/>
          <Property Name="Weight" Type="Edm.Single" Nullable="false"/>
          <Property Name="IsHeavy" Type="Edm.Boolean"/>
          <Property Name="Data" Type="Edm.Binary" MaxLength="64"/>
          <Property Name="Released" Type="shop.ReleaseDate"/>
          <Property Name="Opens" Type="shop.OpeningTime"/>
          <Property Name="Lead" Type="shop.LeadTime"/>
          <Property Name="MakerID" Type="Edm.Guid"/>
          <Property Name="Stock" Type="shop.Stock" Nullable="false"/>
          <Property Name="Condition" Type="shop.Condition" DefaultValue="New"/>
          <Property Name="Version" Type="Edm.Int32" Nullable="false" DefaultValue="1"/>
          <Property Name="CreatedAt" Type="Edm.DateTimeOffset" Nullable="false" Precision="7"/>
          <Property Name="SerialNumber" Type="Edm.String" MaxLength="50"/>
          <Property Name="Kind" Type="Edm.String" Nullable="false" DefaultValue="Article"/>
          <Property Name="Page" Type="Edm.String"/>
          <Property Name="Language" Type="Edm.String"/>
          <Property Name="Tags" Type="Collection(Edm.String)" Nullable="false"/>
          <Property Name="Sizes" Type="Collection(Edm.Int32)" Nullable="true"/>
          <Property Name="Conditions" Type="Collection(shop.Condition)" Nullable="false"/>
          <Property Name="Origin" Type="shop.Address"/>
          <Property Name="Depots" Type="Collection(shop.Address)" Nullable="false"/>
          <Property Name="Position" Type="Edm.GeographyPoint"/>
          <Property Name="Route" Type="Edm.GeographyLineString"/>
          <Property Name="Area" Type="Edm.GeographyPolygon"/>
          <Property Name="Remark" Type="Edm.String"/>
          <Property Name="Photo" Type="Edm.Stream"/>
          <NavigationProperty Name="Maker" Type="shop.Maker" Partner="Articles">
            <ReferentialConstraint Property="MakerID" ReferencedProperty="ID"/>
          </NavigationProperty>
          <NavigationProperty Name="Blurbs" Type="Collection(shop.Blurb)" Partner="Article">
            <OnDelete Action="Cascade"/>
          </NavigationProperty>
          <NavigationProperty Name="Related" Type="Collection(shop.Article)"/>
          <NavigationProperty Name="Reviews" Type="Collection(shop.Review)" ContainsTarget="true"/>
          <NavigationProperty Name="Badges" Type="Collection(shop.Badge)" ContainsTarget="true"/>
          <NavigationProperty Name="Praise" Type="Collection(shop.Review)"/>
        </EntityType>
    "#]]);
    check("<EntityType Name=\"Blurb\"", &expect![[r#"
        <EntityType Name="Blurb">
          <Key>
            <PropertyRef Name="ArticleID"/>
            <PropertyRef Name="Language"/>
          </Key>
          <Property Name="ArticleID" Type="Edm.Guid" Nullable="false"/>
          <Property Name="Language" Type="Edm.String" Nullable="false" MaxLength="2"/>
          <Property Name="Text" Type="Edm.String" Nullable="false" MaxLength="500"/>
          <NavigationProperty Name="Article" Type="shop.Article" Nullable="false" Partner="Blurbs">
            <ReferentialConstraint Property="ArticleID" ReferencedProperty="ID"/>
          </NavigationProperty>
        </EntityType>
    "#]]);
    check("<EntityType Name=\"Picture\"", &expect![[r#"
        <EntityType Name="Picture" BaseType="shop.Thing" HasStream="true">
          <Property Name="Name" Type="Edm.String" Nullable="false" MaxLength="100"/>
          <Property Name="ContentType" Type="Edm.String" Nullable="false" MaxLength="100"/>
          <Property Name="Size" Type="Edm.Int64"/>
        </EntityType>
    "#]]);
    check_json("\"Blurb\": {", &expect![[r#"
        "Blurb": {
          "$Kind": "EntityType",
          "$Key": ["ArticleID", "Language"],
          "@Org.OData.Core.V1.Description": "What is said of an article in one language.",
          "ArticleID": {
            "$Type": "Edm.Guid",
            "@Org.OData.Core.V1.Description": "Number of the article.",
            "@Org.OData.Core.V1.Immutable": true
          },
          "Language": {
            "$MaxLength": 2,
            "@Org.OData.Core.V1.Description": "The language in two letters.",
            "@Org.OData.Core.V1.Immutable": true
          },
          "Text": {
            "$MaxLength": 500,
            "@Org.OData.Core.V1.Description": "What is said."
          },
          "Article": {
            "$Kind": "NavigationProperty",
            "$Type": "shop.Article",
            "$Partner": "Blurbs",
            "$ReferentialConstraint": {"ArticleID": "ID"},
            "@Org.OData.Core.V1.Description": "The article."
          }
        },
    "#]]);
    check_json("\"Picture\": {", &expect![[r#"
        "Picture": {
          "$Kind": "EntityType",
          "$BaseType": "shop.Thing",
          "$HasStream": true,
          "@Org.OData.Core.V1.Description": "A picture.",
          "Name": {
            "$MaxLength": 100,
            "@Org.OData.Core.V1.Description": "What it shows."
          },
          "ContentType": {
            "$MaxLength": 100,
            "@Org.OData.Core.V1.Description": "Its format."
          },
          "Size": {
            "$Type": "Edm.Int64",
            "$Nullable": true,
            "@Org.OData.Core.V1.Description": "How many bytes."
          }
        },
    "#]]);
}

#[test]
fn keyless_types_are_abstract_to_old_clients() {
    check_version(Version::V4_0, "<EntityType Name=\"ShopInfo\"", &expect![[r#"
        <EntityType Name="ShopInfo" Abstract="true">
          <Property Name="Name" Type="Edm.String" Nullable="false"/>
          <Property Name="Founded" Type="Edm.Int32" Nullable="false"/>
          <Property Name="IsOpen" Type="Edm.Boolean" DefaultValue="true"/>
          <Property Name="Discount" Type="Edm.Double" Nullable="false" DefaultValue="0.5"/>
          <Property Name="Logo" Type="Edm.Binary"/>
          <Property Name="Head" Type="shop.ShopAddress" Nullable="false"/>
          <NavigationProperty Name="Window" Type="Collection(shop.Article)"/>
        </EntityType>
    "#]]);
}

#[test]
fn annotations_of_types_and_properties() {
    check("<Annotations Target=\"shop.Article\"", &expect![[r#"
        <Annotations Target="shop.Article">
          <Annotation Term="Org.OData.Core.V1.Description" String="Something the shop sells."/>
          <Annotation Term="Org.OData.Core.V1.AlternateKeys">
            <Collection>
              <Record>
                <PropertyValue Property="Key">
                  <Collection>
                    <Record>
                      <PropertyValue Property="Name" PropertyPath="SerialNumber"/>
                      <PropertyValue Property="Alias" String="SerialNumber"/>
                    </Record>
                  </Collection>
                </PropertyValue>
              </Record>
            </Collection>
          </Annotation>
        </Annotations>
    "#]]);
    for (name, expected) in [
        ("ID", expect![[r#"
            <Annotations Target="shop.Thing/ID">
              <Annotation Term="Org.OData.Core.V1.Description" String="The number."/>
              <Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/>
            </Annotations>
        "#]]),
        ("SerialNumber", expect![[r#"
            <Annotations Target="shop.Article/SerialNumber">
              <Annotation Term="Org.OData.Core.V1.Description" String="Number given once for all."/>
              <Annotation Term="Org.OData.Core.V1.Immutable" Bool="true"/>
            </Annotations>
        "#]]),
    ] {
        let ty = if name == "ID" { "Thing" } else { "Article" };
        check(&format!("<Annotations Target=\"shop.{ty}/{name}\""), &expected);
    }
    check("<Annotations Target=\"shop.Article/Kind\"", &expect![[r#"
        <Annotations Target="shop.Article/Kind">
          <Annotation Term="Org.OData.Core.V1.Description" String="One of a few words."/>
          <Annotation Term="Org.OData.Validation.V1.AllowedValues">
            <Collection>
              <Record>
                <PropertyValue Property="Value" String="Article"/>
              </Record>
              <Record>
                <PropertyValue Property="Value" String="Bundle"/>
              </Record>
            </Collection>
          </Annotation>
        </Annotations>
    "#]]);
    check("<Annotations Target=\"shop.Article/Page\"", &expect![[r#"
        <Annotations Target="shop.Article/Page">
          <Annotation Term="Org.OData.Core.V1.Description" String="Address of a page about it."/>
          <Annotation Term="Org.OData.Core.V1.IsURL" Bool="true"/>
        </Annotations>
    "#]]);
    check("<Annotations Target=\"shop.Article/Language\"", &expect![[r#"
        <Annotations Target="shop.Article/Language">
          <Annotation Term="Org.OData.Core.V1.Description" String="Language of the label."/>
          <Annotation Term="Org.OData.Validation.V1.Pattern" String="^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$"/>
        </Annotations>
    "#]]);
    check("<Annotations Target=\"shop.Article/Remark\"", &expect![[r#"
        <Annotations Target="shop.Article/Remark">
          <Annotation Term="Org.OData.Core.V1.Description" String="For the staff."/>
          <Annotation Term="Org.OData.Core.V1.LongDescription" String="Left out of an answer unless `$select` names it."/>
        </Annotations>
    "#]]);
    check("<Annotations Target=\"shop.Article/Photo\"", &expect![[r#"
        <Annotations Target="shop.Article/Photo">
          <Annotation Term="Org.OData.Core.V1.Description" String="How it looks."/>
          <Annotation Term="Org.OData.Core.V1.MediaType" String="image/png"/>
        </Annotations>
    "#]]);
}

#[test]
fn annotations_of_navigation() {
    check("<Annotations Target=\"shop.Article/Badges\"", &expect![[r#"
        <Annotations Target="shop.Article/Badges">
          <Annotation Term="Org.OData.Core.V1.Description" String="What it is marked with."/>
          <Annotation Term="Org.OData.Core.V1.AutoExpand" Bool="true"/>
        </Annotations>
    "#]]);
    check("<Annotations Target=\"shop.Article/Praise\"", &expect![[r#"
        <Annotations Target="shop.Article/Praise">
          <Annotation Term="Org.OData.Core.V1.Description" String="What makers say."/>
          <Annotation Term="Org.OData.Core.V1.LongDescription" String="Short for `Maker/Reviews`."/>
        </Annotations>
    "#]]);
    check_json("\"Maker\": {", &expect![[r#"
        "Maker": {
          "$Kind": "NavigationProperty",
          "$Type": "shop.Maker",
          "$Nullable": true,
          "$Partner": "Articles",
          "$ReferentialConstraint": {"MakerID": "ID"},
          "@Org.OData.Core.V1.Description": "Who makes it."
        },
    "#]]);
}

#[test]
fn operations() {
    check("<Function Name=\"Total\"", &expect![[r#"
        <Function Name="Total" IsBound="true">
          <Annotation Term="Org.OData.Core.V1.Description" String="The price with tax."/>
          <Parameter Name="article" Type="shop.Article" Nullable="false"/>
          <Parameter Name="rate" Type="Edm.Double" Nullable="false"/>
          <ReturnType Type="Edm.Double" Nullable="false"/>
        </Function>
    "#]]);
    check("<Function Name=\"Similar\"", &expect![[r#"
        <Function Name="Similar" IsBound="true" IsComposable="true">
          <Annotation Term="Org.OData.Core.V1.Description" String="Articles much like this one."/>
          <Parameter Name="article" Type="shop.Article" Nullable="false"/>
          <ReturnType Type="Collection(shop.Article)"/>
        </Function>
    "#]]);
    check("<Action Name=\"Retire\"", &expect![[r#"
        <Action Name="Retire" IsBound="true">
          <Annotation Term="Org.OData.Core.V1.Description" String="Takes the article out of stock."/>
          <Parameter Name="article" Type="shop.Article" Nullable="false"/>
        </Action>
    "#]]);
    check_json("\"Top\": [", &expect![[r#"
        "Top": [
          {
            "$Kind": "Function",
            "$IsComposable": true,
            "@Org.OData.Core.V1.Description": "The dearest articles.",
            "$ReturnType": {
              "$Type": "shop.Article",
              "$Collection": true
            }
          },
          {
            "$Kind": "Function",
            "$IsComposable": true,
            "@Org.OData.Core.V1.Description": "As many of the dearest articles.",
            "$Parameter": [
              {
                "$Name": "count",
                "$Type": "Edm.Int64"
              }
            ],
            "$ReturnType": {
              "$Type": "shop.Article",
              "$Collection": true
            }
          }
        ],
    "#]]);
    check_json("\"Reset\": [", &expect![[r#"
        "Reset": [
          {
            "$Kind": "Action",
            "@Org.OData.Core.V1.Description": "Puts everything back."
          },
          {
            "$Kind": "Action",
            "@Org.OData.Core.V1.Description": "Puts the articles of some makers back.",
            "$Parameter": [
              {
                "$Name": "makers",
                "$Collection": true
              }
            ],
            "$ReturnType": {"$Type": "Edm.Int32"}
          }
        ],
    "#]]);
}

#[test]
fn the_container() {
    check("<EntityContainer Name=\"Container\"", &expect![[r#"
        <EntityContainer Name="Container">
          <EntitySet Name="Articles" EntityType="shop.Article">
            <NavigationPropertyBinding Path="Maker" Target="Makers"/>
            <NavigationPropertyBinding Path="Blurbs" Target="Blurbs"/>
            <NavigationPropertyBinding Path="Related" Target="Articles"/>
          </EntitySet>
          <EntitySet Name="Makers" EntityType="shop.Maker">
            <NavigationPropertyBinding Path="Articles" Target="Articles"/>
          </EntitySet>
          <EntitySet Name="Blurbs" EntityType="shop.Blurb">
            <NavigationPropertyBinding Path="Article" Target="Articles"/>
          </EntitySet>
          <EntitySet Name="Pictures" EntityType="shop.Picture"/>
          <EntitySet Name="Archive" EntityType="shop.Maker">
            <NavigationPropertyBinding Path="Articles" Target="Articles"/>
          </EntitySet>
          <Singleton Name="Shop" Type="shop.ShopInfo">
            <NavigationPropertyBinding Path="Window" Target="Articles"/>
          </Singleton>
          <Singleton Name="Bestseller" Type="shop.Article">
            <NavigationPropertyBinding Path="Maker" Target="Makers"/>
            <NavigationPropertyBinding Path="Blurbs" Target="Blurbs"/>
            <NavigationPropertyBinding Path="Related" Target="Articles"/>
          </Singleton>
          <FunctionImport Name="Top" Function="shop.Top" EntitySet="Articles"/>
          <FunctionImport Name="Totals" Function="shop.Totals"/>
          <FunctionImport Name="Echo" Function="shop.Echo"/>
          <ActionImport Name="Reset" Action="shop.Reset"/>
        </EntityContainer>
    "#]]);
    check("<Annotations Target=\"shop.Container/Articles\"", &expect![[r#"
        <Annotations Target="shop.Container/Articles">
          <Annotation Term="Org.OData.Core.V1.Description" String="What the shop sells."/>
          <Annotation Term="Org.OData.Capabilities.V1.InsertRestrictions">
            <Record>
              <PropertyValue Property="Insertable" Bool="true"/>
              <PropertyValue Property="RequiredProperties">
                <Collection>
                  <PropertyPath>Name</PropertyPath>
                  <PropertyPath>Price</PropertyPath>
                </Collection>
              </PropertyValue>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.UpdateRestrictions">
            <Record>
              <PropertyValue Property="Updatable" Bool="true"/>
              <PropertyValue Property="Upsertable" Bool="false"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.DeleteRestrictions">
            <Record>
              <PropertyValue Property="Deletable" Bool="true"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.CountRestrictions">
            <Record>
              <PropertyValue Property="Countable" Bool="true"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.SearchRestrictions">
            <Record>
              <PropertyValue Property="Searchable" Bool="true"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.ChangeTracking">
            <Record>
              <PropertyValue Property="Supported" Bool="true"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Core.V1.OptimisticConcurrency">
            <Collection>
              <PropertyPath>Version</PropertyPath>
            </Collection>
          </Annotation>
        </Annotations>
    "#]]);
    check("<Annotations Target=\"shop.Container/Archive\"", &expect![[r#"
        <Annotations Target="shop.Container/Archive">
          <Annotation Term="Org.OData.Core.V1.Description" String="Makers of old, to be read only."/>
          <Annotation Term="Org.OData.Capabilities.V1.InsertRestrictions">
            <Record>
              <PropertyValue Property="Insertable" Bool="false"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.UpdateRestrictions">
            <Record>
              <PropertyValue Property="Updatable" Bool="false"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.DeleteRestrictions">
            <Record>
              <PropertyValue Property="Deletable" Bool="false"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.CountRestrictions">
            <Record>
              <PropertyValue Property="Countable" Bool="true"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.SearchRestrictions">
            <Record>
              <PropertyValue Property="Searchable" Bool="true"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.ChangeTracking">
            <Record>
              <PropertyValue Property="Supported" Bool="false"/>
            </Record>
          </Annotation>
        </Annotations>
    "#]]);
}

#[test]
fn a_service_says_what_it_offers() {
    let modest = Capabilities {
        conformance: None,
        filter_functions: &["eq"],
        encodings: &[],
        batch: None,
        search: false,
        default_namespace: false,
        ..Capabilities::ADVANCED
    };
    let document = super::xml(&MODEL, &modest, Version::V4_01);
    assert!(!document.contains("DefaultNamespace"));
    assert!(document.contains("<PropertyValue Property=\"Searchable\" Bool=\"false\"/>"));
    expect![[r#"
        <Annotations Target="shop.Container">
          <Annotation Term="Org.OData.Core.V1.ODataVersions" String="4.01"/>
          <Annotation Term="Org.OData.Capabilities.V1.SupportedFormats">
            <Collection>
              <String>application/json;odata.metadata=minimal</String>
              <String>application/json;odata.metadata=full</String>
              <String>application/json;odata.metadata=none</String>
            </Collection>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.SupportedMetadataFormats">
            <Collection>
              <String>application/xml</String>
              <String>application/json</String>
            </Collection>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.TopSupported" Bool="true"/>
          <Annotation Term="Org.OData.Capabilities.V1.SkipSupported" Bool="true"/>
          <Annotation Term="Org.OData.Capabilities.V1.ComputeSupported" Bool="true"/>
          <Annotation Term="Org.OData.Capabilities.V1.FilterFunctions">
            <Collection>
              <String>eq</String>
            </Collection>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.KeyAsSegmentSupported" Bool="true"/>
          <Annotation Term="Org.OData.Capabilities.V1.QuerySegmentSupported" Bool="true"/>
          <Annotation Term="Org.OData.Capabilities.V1.CrossJoinSupported" Bool="false"/>
          <Annotation Term="Org.OData.Capabilities.V1.AsynchronousRequestsSupported" Bool="false"/>
          <Annotation Term="Org.OData.Capabilities.V1.BatchSupported" Bool="false"/>
          <Annotation Term="Org.OData.Capabilities.V1.DeepInsertSupport">
            <Record>
              <PropertyValue Property="Supported" Bool="false"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.DeepUpdateSupport">
            <Record>
              <PropertyValue Property="Supported" Bool="false"/>
            </Record>
          </Annotation>
        </Annotations>
    "#]].assert_eq(&block(&document, "<Annotations Target=\"shop.Container\""));
}

/// Relationships inside contained entities and of derived types are bound where one set holds their targets.
mod deeper_bindings {
    use super::{Capabilities, Version, block, expect};
    use edm::Model;
    use edm::model::build::{GUID, entity, many, one, set, to_one};
    use edm::model::{Property, StructType};

    const ID: &[Property] = &[one("ID", GUID, "Number.").not_null()];

    static NODE: StructType = entity(
        "Node",
        None,
        "A node.",
        ID,
        &[many("Leaves", &LEAF, "Leaves.").contained(), many("Nodes", &NODE, "Nodes.").contained()],
    )
    .key(&["ID"]);
    static LEAF: StructType =
        entity("Leaf", None, "A leaf.", ID, &[to_one("Owner", &OWNER, "Owner.")]).key(&["ID"]);
    static OWNER: StructType = entity("Owner", None, "An owner.", ID, &[]).key(&["ID"]);
    static ROOT: StructType =
        entity("Root", Some(&NODE), "A root.", &[], &[to_one("Keeper", &OWNER, "Keeper.")]);
    static TREE: Model = Model {
        namespace: "tree",
        container: "Container",
        revision: 1,
        version: None,
        structs: &[&NODE, &LEAF, &OWNER, &ROOT],
        enums: &[],
        definitions: &[],
        operations: &[],
        sets: &[set("Nodes", &NODE, &[], "Nodes."), set("Owners", &OWNER, &[], "Owners.")],
        singletons: &[],
        imports: &[],
    };

    #[test]
    fn are_found() {
        let document = super::super::xml(&TREE, &Capabilities::ADVANCED, Version::V4_01);
        expect![[r#"
            <EntityContainer Name="Container">
              <EntitySet Name="Nodes" EntityType="tree.Node">
                <NavigationPropertyBinding Path="Leaves/Owner" Target="Owners"/>
                <NavigationPropertyBinding Path="tree.Root/Keeper" Target="Owners"/>
              </EntitySet>
              <EntitySet Name="Owners" EntityType="tree.Owner"/>
            </EntityContainer>
        "#]].assert_eq(&block(&document, "<EntityContainer Name"));
    }
}

#[test]
fn text_is_escaped() {
    let quoted = super::element::element("A").with("b", "<'\"&\n>").child(super::element::element("C").text("<&"));
    expect![[r#"
        <?xml version="1.0" encoding="utf-8"?>
        <A b="&lt;&apos;&quot;&amp;&#10;&gt;">
          <C>&lt;&amp;</C>
        </A>
    "#]].assert_eq(&quoted.document());
}
