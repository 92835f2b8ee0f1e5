//! What types and their members are annotated with.

use expect_test::expect;

use super::{check, check_json};

#[test]
fn annotations_of_types_and_properties() {
    check(
        "<Annotations Target=\"shop.Article\"",
        &expect![[r#"
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
    "#]],
    );
    check(
        "<Annotations Target=\"shop.Thing/ID\"",
        &expect![[r#"
            <Annotations Target="shop.Thing/ID">
              <Annotation Term="Org.OData.Core.V1.Description" String="The number."/>
              <Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/>
            </Annotations>
        "#]],
    );
    check(
        "<Annotations Target=\"shop.Article/SerialNumber\"",
        &expect![[r#"
            <Annotations Target="shop.Article/SerialNumber">
              <Annotation Term="Org.OData.Core.V1.Description" String="Number given once for all."/>
              <Annotation Term="Org.OData.Core.V1.Immutable" Bool="true"/>
            </Annotations>
        "#]],
    );
    check(
        "<Annotations Target=\"shop.Article/Kind\"",
        &expect![[r#"
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
    "#]],
    );
    check(
        "<Annotations Target=\"shop.Article/Page\"",
        &expect![[r#"
        <Annotations Target="shop.Article/Page">
          <Annotation Term="Org.OData.Core.V1.Description" String="Address of a page about it."/>
          <Annotation Term="Org.OData.Core.V1.IsURL" Bool="true"/>
        </Annotations>
    "#]],
    );
    check(
        "<Annotations Target=\"shop.Article/Language\"",
        &expect![[r#"
        <Annotations Target="shop.Article/Language">
          <Annotation Term="Org.OData.Core.V1.Description" String="Language of the label."/>
          <Annotation Term="Org.OData.Validation.V1.Pattern" String="^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$"/>
        </Annotations>
    "#]],
    );
    check(
        "<Annotations Target=\"shop.Article/Remark\"",
        &expect![[r#"
        <Annotations Target="shop.Article/Remark">
          <Annotation Term="Org.OData.Core.V1.Description" String="For the staff."/>
          <Annotation Term="Org.OData.Core.V1.LongDescription" String="Left out of an answer unless `$select` names it."/>
        </Annotations>
    "#]],
    );
    check(
        "<Annotations Target=\"shop.Article/Photo\"",
        &expect![[r#"
        <Annotations Target="shop.Article/Photo">
          <Annotation Term="Org.OData.Core.V1.Description" String="How it looks."/>
          <Annotation Term="Org.OData.Core.V1.MediaType" String="image/png"/>
        </Annotations>
    "#]],
    );
}

#[test]
fn annotations_of_navigation() {
    check(
        "<Annotations Target=\"shop.Article/Badges\"",
        &expect![[r#"
        <Annotations Target="shop.Article/Badges">
          <Annotation Term="Org.OData.Core.V1.Description" String="What it is marked with."/>
          <Annotation Term="Org.OData.Core.V1.AutoExpand" Bool="true"/>
        </Annotations>
    "#]],
    );
    check(
        "<Annotations Target=\"shop.Article/Praise\"",
        &expect![[r#"
        <Annotations Target="shop.Article/Praise">
          <Annotation Term="Org.OData.Core.V1.Description" String="What makers say."/>
          <Annotation Term="Org.OData.Core.V1.LongDescription" String="Short for `Maker/Reviews`."/>
        </Annotations>
    "#]],
    );
    check_json(
        "\"Maker\": {",
        &expect![[r#"
        "Maker": {
          "$Kind": "NavigationProperty",
          "$Type": "shop.Maker",
          "$Nullable": true,
          "$Partner": "Articles",
          "$ReferentialConstraint": {"MakerID": "ID"},
          "@Org.OData.Core.V1.Description": "Who makes it."
        },
    "#]],
    );
}
