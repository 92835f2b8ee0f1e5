//! What differs between services that speak OData: data, not branches.

use crate::problem::Kind;

/// The choices a service makes where OData leaves one, or where it departs from OData.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// Items a page holds when the client does not say.
    pub page_size: usize,
    /// Most items a page may hold.
    pub max_page_size: usize,
    /// Is `$top` the size of each page (true), or a limit on all pages together (false)? A client that asks for
    /// OData's reading (`OData-MaxVersion`, `Prefer: maxpagesize`) gets it in either case.
    pub top_is_page_size: bool,
    /// May an entity be replaced by PUT?
    pub put: bool,
    /// The problem of a path that names nothing, a key of the wrong type included.
    pub unknown_segment: Kind,
    /// Content type of a successful JSON answer.
    pub json: &'static str,
}

impl Dialect {
    /// As Microsoft Graph does it.
    pub const GRAPH: Dialect = Dialect {
        page_size: 100,
        max_page_size: 999,
        top_is_page_size: true,
        put: false,
        unknown_segment: Kind::UnknownSegment,
        json: "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
    };

    /// As OData 4.01 recommends.
    pub const OASIS: Dialect = Dialect {
        page_size: usize::MAX,
        max_page_size: usize::MAX,
        top_is_page_size: false,
        put: true,
        unknown_segment: Kind::ResourceNotFound,
        json: "application/json;odata.metadata=minimal",
    };
}
