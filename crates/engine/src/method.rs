//! Methods as such: which are known, and the answers that say which are offered (RFC 9110, section 9).

use edm::check::brief;
use http::{Method, StatusCode};
use odata::{Kind, Problem};

use crate::exchange::Response;

/// The methods that some address offers.
static KNOWN: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::PUT, Method::DELETE, Method::OPTIONS];

/// Methods of HTTP that no address offers.
const FOREIGN: [&str; 3] = ["TRACE", "CONNECT", "QUERY"];

/// Is it a method of HTTP?
pub(crate) fn recognized(method: &Method) -> Result<(), Problem> {
    if KNOWN.contains(method) || FOREIGN.contains(&method.as_str()) {
        return Ok(());
    }
    let names: Vec<&str> = KNOWN.iter().map(Method::as_str).collect();
    let message = format!("found the method {}, expected one of {}", brief(method.as_str()), names.join(", "));
    Err(Problem::new(Kind::NotSupported, message))
}

/// The answer to OPTIONS where these methods are offered.
pub(crate) fn options(allow: &str) -> Response {
    let mut response = Response::empty(StatusCode::NO_CONTENT);
    response.set("allow", allow);
    response
}

/// The method is known, but the address offers only these.
pub(crate) fn not_allowed(allow: &str) -> Problem {
    let message = format!("Specified HTTP method is not allowed for the request target. Expected one of {allow}.");
    Problem::new(Kind::MethodNotAllowed, message).allowing(allow)
}
