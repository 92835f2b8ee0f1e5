//! Operations, sets, what the service offers.

use edm::Model;
use edm::model::build::{GUID, entity, many, one, set, to_one};
use edm::model::{Property, StructType};
use edm::testing::MODEL;
use expect_test::expect;

use super::{Version, block, check, check_json};
use crate::csdl::{Capabilities, xml};

#[test]
fn operations() {
    check(
        "<Function Name=\"Total\"",
        &expect![[r#"
        <Function Name="Total" IsBound="true">
          <Annotation Term="Org.OData.Core.V1.Description" String="The price with tax."/>
          <Parameter Name="article" Type="shop.Article" Nullable="false"/>
          <Parameter Name="rate" Type="Edm.Double" Nullable="false"/>
          <ReturnType Type="Edm.Double" Nullable="false"/>
        </Function>
    "#]],
    );
    check(
        "<Function Name=\"Similar\"",
        &expect![[r#"
        <Function Name="Similar" IsBound="true" IsComposable="true">
          <Annotation Term="Org.OData.Core.V1.Description" String="Articles much like this one."/>
          <Parameter Name="article" Type="shop.Article" Nullable="false"/>
          <ReturnType Type="Collection(shop.Article)"/>
        </Function>
    "#]],
    );
    check(
        "<Action Name=\"Retire\"",
        &expect![[r#"
        <Action Name="Retire" IsBound="true">
          <Annotation Term="Org.OData.Core.V1.Description" String="Takes the article out of stock."/>
          <Parameter Name="article" Type="shop.Article" Nullable="false"/>
        </Action>
    "#]],
    );
    check_json(
        "\"Top\": [",
        &expect![[r#"
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
    "#]],
    );
    check_json(
        "\"Reset\": [",
        &expect![[r#"
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
    "#]],
    );
}

#[test]
fn the_container() {
    check(
        "<EntityContainer Name=\"Container\"",
        &expect![[r#"
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
    "#]],
    );
    check(
        "<Annotations Target=\"shop.Container/Articles\"",
        &expect![[r#"
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
                  <PropertyValue Property="DeltaUpdateSupported" Bool="true"/>
                  <PropertyValue Property="FilterSegmentSupported" Bool="true"/>
                  <PropertyValue Property="TypecastSegmentSupported" Bool="true"/>
                </Record>
              </Annotation>
              <Annotation Term="Org.OData.Capabilities.V1.DeleteRestrictions">
                <Record>
                  <PropertyValue Property="Deletable" Bool="true"/>
                  <PropertyValue Property="FilterSegmentSupported" Bool="true"/>
                  <PropertyValue Property="TypecastSegmentSupported" Bool="true"/>
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
        "#]],
    );
    check(
        "<Annotations Target=\"shop.Container/Archive\"",
        &expect![[r#"
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
    "#]],
    );
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
        ..Capabilities::ALL
    };
    let document = xml(&MODEL, &modest, Version::V401);
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
          <Annotation Term="Org.OData.Capabilities.V1.AnnotationValuesInQuerySupported" Bool="false"/>
          <Annotation Term="Org.OData.Capabilities.V1.SelectSupport">
            <Record>
              <PropertyValue Property="Supported" Bool="true"/>
              <PropertyValue Property="Filterable" Bool="true"/>
              <PropertyValue Property="Sortable" Bool="true"/>
              <PropertyValue Property="TopSupported" Bool="true"/>
              <PropertyValue Property="SkipSupported" Bool="true"/>
              <PropertyValue Property="Countable" Bool="true"/>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.ModificationQueryOptions">
            <Record>
              <PropertyValue Property="ExpandSupported" Bool="true"/>
              <PropertyValue Property="SelectSupported" Bool="true"/>
            </Record>
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
    "#]]
    .assert_eq(&block(&document, "<Annotations Target=\"shop.Container\""));
}

const ID: &[Property] = &[one("ID", GUID, "Number.").not_null()];

static NODE: StructType = entity(
    "Node",
    None,
    "A node.",
    ID,
    &[many("Leaves", &LEAF, "Leaves.").contained(), many("Nodes", &NODE, "Nodes.").contained()],
)
.key(&["ID"]);
static LEAF: StructType = entity("Leaf", None, "A leaf.", ID, &[to_one("Owner", &OWNER, "Owner.")]).key(&["ID"]);
static OWNER: StructType = entity("Owner", None, "An owner.", ID, &[]).key(&["ID"]);
static ROOT: StructType = entity("Root", Some(&NODE), "A root.", &[], &[to_one("Keeper", &OWNER, "Keeper.")]);
static TREE: Model = Model {
    namespace: "tree",
    alias: None,
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
fn deeper_relationships_are_bound_where_one_set_holds_their_targets() {
    let document = xml(&TREE, &Capabilities::ALL, Version::V401);
    expect![[r#"
        <EntityContainer Name="Container">
          <EntitySet Name="Nodes" EntityType="tree.Node">
            <NavigationPropertyBinding Path="Leaves/Owner" Target="Owners"/>
            <NavigationPropertyBinding Path="tree.Root/Keeper" Target="Owners"/>
          </EntitySet>
          <EntitySet Name="Owners" EntityType="tree.Owner"/>
        </EntityContainer>
    "#]]
    .assert_eq(&block(&document, "<EntityContainer Name"));
}
