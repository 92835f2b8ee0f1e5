//! Types and their members.

use expect_test::expect;

use super::{Version, check, check_json, check_version};

#[test]
fn enumerations() {
    check(
        "<EnumType Name=\"Stock\"",
        &expect![[r#"
        <EnumType Name="Stock" UnderlyingType="Edm.Int32" IsFlags="true">
          <Member Name="None" Value="0"/>
          <Member Name="Store" Value="1"/>
          <Member Name="Online" Value="2"/>
          <Member Name="Partner" Value="4"/>
          <Member Name="Later" Value="8"/>
        </EnumType>
    "#]],
    );
    check(
        "<Annotations Target=\"shop.Stock/Later\"",
        &expect![[r#"
        <Annotations Target="shop.Stock/Later">
          <Annotation Term="Org.OData.Core.V1.Description" String="Stands for members that the client may not know."/>
        </Annotations>
    "#]],
    );
    check_json(
        "\"Stock\": {",
        &expect![[r#"
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
    "#]],
    );
}

#[test]
fn type_definitions() {
    check(
        "<TypeDefinition Name=\"ReleaseDate\"",
        &expect![[r#"
        <TypeDefinition Name="ReleaseDate" UnderlyingType="Edm.Date"/>
    "#]],
    );
    check(
        "<TypeDefinition Name=\"OpeningTime\"",
        &expect![[r#"
        <TypeDefinition Name="OpeningTime" UnderlyingType="Edm.TimeOfDay" Precision="12"/>
    "#]],
    );
    check_json(
        "\"LeadTime\": {",
        &expect![[r#"
        "LeadTime": {
          "$Kind": "TypeDefinition",
          "$UnderlyingType": "Edm.Duration",
          "$Precision": 9,
          "@Org.OData.Core.V1.Description": "The time a delivery takes."
        },
    "#]],
    );
}

#[test]
fn complex_types() {
    check(
        "<ComplexType Name=\"Address\"",
        &expect![[r#"
        <ComplexType Name="Address" OpenType="true">
          <Property Name="Street" Type="Edm.String" MaxLength="100"/>
          <Property Name="City" Type="Edm.String" MaxLength="50"/>
          <Property Name="Place" Type="shop.Place"/>
        </ComplexType>
    "#]],
    );
    check(
        "<ComplexType Name=\"ShopAddress\"",
        &expect![[r#"
        <ComplexType Name="ShopAddress" BaseType="shop.Address">
          <Property Name="Floor" Type="Edm.Int16" Nullable="false"/>
        </ComplexType>
    "#]],
    );
    check_json(
        "\"ShopAddress\": {",
        &expect![[r#"
        "ShopAddress": {
          "$Kind": "ComplexType",
          "$BaseType": "shop.Address",
          "@Org.OData.Core.V1.Description": "Where customers come.",
          "Floor": {
            "$Type": "Edm.Int16",
            "@Org.OData.Core.V1.Description": "Which floor."
          }
        },
    "#]],
    );
}

#[test]
fn entity_types() {
    check(
        "<EntityType Name=\"Thing\"",
        &expect![[r#"
        <EntityType Name="Thing" Abstract="true">
          <Key>
            <PropertyRef Name="ID"/>
          </Key>
          <Property Name="ID" Type="Edm.Guid" Nullable="false"/>
        </EntityType>
    "#]],
    );
    check(
        "<EntityType Name=\"Article\"",
        &expect![[r#"
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
    "#]],
    );
    check(
        "<EntityType Name=\"Blurb\"",
        &expect![[r#"
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
    "#]],
    );
    check(
        "<EntityType Name=\"Picture\"",
        &expect![[r#"
        <EntityType Name="Picture" BaseType="shop.Thing" HasStream="true">
          <Property Name="Name" Type="Edm.String" Nullable="false" MaxLength="100"/>
          <Property Name="ContentType" Type="Edm.String" Nullable="false" MaxLength="100"/>
          <Property Name="Size" Type="Edm.Int64"/>
        </EntityType>
    "#]],
    );
    check_json(
        "\"Blurb\": {",
        &expect![[r#"
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
    "#]],
    );
    check_json(
        "\"Picture\": {",
        &expect![[r#"
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
    "#]],
    );
}

#[test]
fn keyless_types_are_abstract_to_old_clients() {
    check_version(
        Version::V4,
        "<EntityType Name=\"ShopInfo\"",
        &expect![[r#"
        <EntityType Name="ShopInfo" Abstract="true">
          <Property Name="Name" Type="Edm.String" Nullable="false"/>
          <Property Name="Founded" Type="Edm.Int32" Nullable="false"/>
          <Property Name="IsOpen" Type="Edm.Boolean" DefaultValue="true"/>
          <Property Name="Discount" Type="Edm.Double" Nullable="false" DefaultValue="0.5"/>
          <Property Name="Logo" Type="Edm.Binary"/>
          <Property Name="Head" Type="shop.ShopAddress" Nullable="false"/>
          <NavigationProperty Name="Window" Type="Collection(shop.Article)"/>
        </EntityType>
    "#]],
    );
}
