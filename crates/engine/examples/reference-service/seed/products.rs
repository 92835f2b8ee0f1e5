//! The products of the shop in its first state, as stored members by type and category.

use edm::StructType;

use crate::model::{PRODUCT, SPECIAL_PRODUCT};

/// Type, name of the category, members.
pub(super) const PRODUCTS: &[(&StructType, &str, &str)] = &[
    (
        &SPECIAL_PRODUCT,
        "Electronics",
        r#"
            "Name":"Laptop","Price":999.99,"Rating":200,"Temperature":-10,"Quantity":1200,"Weight":3.14,
            "Data":"dGVzdA","ReleaseDate":"2024-01-15","OpenTime":"09:30:00",
            "ShippingTime":"P1D","ProcessingTime":"PT45S","Offset":"P0D",
            "Status":"InStock,Featured","CreatedAt":"2024-01-15T10:30:00Z",
            "ShippingAddress":{"Street":"123 Tech Way","City":"Seattle","State":"WA","PostalCode":"98101","Country":"USA"},
            "Dimensions":{"Length":35.5,"Width":25,"Height":2.5,"Unit":"cm"},
            "Location":{"type":"Point","coordinates":[-122.3321,47.6062]},
            "Route":{"type":"LineString","coordinates":[[-122.3321,47.6062],[-122.4194,47.2529]]},
            "Area":{"type":"Polygon","coordinates":[[[-122.5,47.5],[-122,47.5],[-122,47.8],[-122.5,47.8],[-122.5,47.5]]]},
            "SpecialProperty":"Covered for two more years","SpecialFeature":"Help by telephone"
        "#,
    ),
    (
        &PRODUCT,
        "Electronics",
        r#"
            "Name":"Wireless Mouse","Price":29.99,"Rating":110,"Temperature":5,"Quantity":300,"Weight":0.09,
            "Data":"AQID","ReleaseDate":"2024-01-20","OpenTime":"08:15:00",
            "ShippingTime":"PT2H","ProcessingTime":"PT1.5S","Offset":"-P1D",
            "Status":"InStock,OnSale","CreatedAt":"2024-03-20T14:45:00Z",
            "ShippingAddress":{"Street":"456 Innovation Blvd","City":"San Francisco","State":"CA","PostalCode":"94102","Country":"USA"},
            "Dimensions":{"Length":10,"Width":6,"Height":4,"Unit":"cm"},
            "Location":{"type":"Point","coordinates":[-122.4194,37.7749]},
            "Route":{"type":"LineString","coordinates":[[-122.4194,37.7749],[-122.2711,37.8044]]},
            "Area":{"type":"Polygon","coordinates":[[[-122.5,37.7],[-122.3,37.7],[-122.3,37.9],[-122.5,37.9],[-122.5,37.7]]]}
        "#,
    ),
    (
        &PRODUCT,
        "Kitchen",
        r#"
            "Name":"Coffee Mug","Price":15.5,"Rating":0,"Temperature":-5,"Quantity":-200,"Weight":0,
            "Data":"","ReleaseDate":"2024-01-01","OpenTime":"00:00:00",
            "ShippingTime":"P2D","ProcessingTime":"PT30M","Offset":"P0D",
            "Status":"InStock","CreatedAt":"2023-11-05T09:15:00Z",
            "ShippingAddress":{"Street":"789 Home St","City":"Portland","State":"OR","PostalCode":"97201","Country":"USA"},
            "Dimensions":{"Length":8,"Width":8,"Height":10,"Unit":"cm"},
            "Location":{"type":"Point","coordinates":[-122.6765,45.5231]},
            "Route":{"type":"LineString","coordinates":[[-122.6765,45.5231],[-122.6587,45.5152]]},
            "Area":{"type":"Polygon","coordinates":[[[-122.8,45.4],[-122.5,45.4],[-122.5,45.7],[-122.8,45.7],[-122.8,45.4]]]}
        "#,
    ),
    (
        &PRODUCT,
        "Furniture",
        r#"
            "Name":"Office Chair","Price":249.99,"Rating":255,"Temperature":127,"Quantity":32767,"Weight":150,
            "ReleaseDate":"2024-12-31","OpenTime":"23:59:59",
            "ShippingTime":"P1DT2H30M","ProcessingTime":"PT45S","Offset":"P0D",
            "Status":"Discontinued","CreatedAt":"2023-08-12T16:20:00Z"
        "#,
    ),
    (
        &PRODUCT,
        "Electronics",
        r#"
            "Name":"Smartphone","Price":799.99,"Rating":0,"Temperature":0,"Quantity":0,"Weight":0,
            "Status":"InStock,OnSale,Featured","CreatedAt":"2024-06-28T11:00:00Z",
            "ShippingAddress":{"Street":"321 Mobile Ave","City":"Austin","State":"TX","PostalCode":"78701","Country":"USA"},
            "Dimensions":{"Length":15,"Width":7.5,"Height":0.8,"Unit":"cm"},
            "Location":{"type":"Point","coordinates":[-97.7431,30.2672]},
            "Route":{"type":"LineString","coordinates":[[-97.7431,30.2672],[-97.7426,30.2849]]},
            "Area":{"type":"Polygon","coordinates":[[[-98,30.1],[-97.5,30.1],[-97.5,30.5],[-98,30.5],[-98,30.1]]]}
        "#,
    ),
    (
        &SPECIAL_PRODUCT,
        "Electronics",
        r#"
            "Name":"Premium Laptop Pro","Price":1999.99,"Rating":0,"Temperature":0,"Quantity":0,"Weight":0,
            "Status":"InStock,Featured","CreatedAt":"2024-07-01T10:00:00Z",
            "ShippingAddress":{"Street":"999 Premium Way","City":"New York","State":"NY","PostalCode":"10001","Country":"USA"},
            "Dimensions":{"Length":40,"Width":28,"Height":2,"Unit":"cm"},
            "Location":{"type":"Point","coordinates":[-74.006,40.7128]},
            "Route":{"type":"LineString","coordinates":[[-74.006,40.7128],[-73.9352,40.7306]]},
            "Area":{"type":"Polygon","coordinates":[[[-74.1,40.6],[-73.8,40.6],[-73.8,40.9],[-74.1,40.9],[-74.1,40.6]]]},
            "SpecialProperty":"Covered for five more years","SpecialFeature":"Help within a day"
        "#,
    ),
    (
        &SPECIAL_PRODUCT,
        "Electronics",
        r#"
            "Name":"Gaming Mouse Ultra","Price":149.99,"Rating":0,"Temperature":0,"Quantity":0,"Weight":0,
            "Status":"InStock,OnSale","CreatedAt":"2024-07-15T14:30:00Z",
            "ShippingAddress":{"Street":"888 Gaming Blvd","City":"Los Angeles","State":"CA","PostalCode":"90001","Country":"USA"},
            "Dimensions":{"Length":12.5,"Width":7.5,"Height":4.5,"Unit":"cm"},
            "Location":{"type":"Point","coordinates":[-118.2437,34.0522]},
            "Route":{"type":"LineString","coordinates":[[-118.2437,34.0522],[-118.3687,34.1016]]},
            "Area":{"type":"Polygon","coordinates":[[[-118.5,33.9],[-118,33.9],[-118,34.3],[-118.5,34.3],[-118.5,33.9]]]},
            "SpecialProperty":"Glows in every color","SpecialFeature":"Buttons that learn"
        "#,
    ),
];
