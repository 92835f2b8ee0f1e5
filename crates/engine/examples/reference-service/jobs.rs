//! Answers that clients fetch later (OData Protocol 4.01, section 11.6): `Prefer: respond-async` is answered with the
//! address of a status monitor.
//!
//! The shop is quick, so the work is done before the monitor is given out; what is kept is its outcome.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use engine::{Exchange, Kind, Problem, Response};
use http::{HeaderMap, Method, StatusCode};
use odata::headers::{Version, answer_version, body_version};
use odata::syntax::prefer::{self, Preference};

/// Where the monitors are.
const PATH: &str = "/$async/jobs/";

/// Outcomes kept; the oldest go first.
const KEPT: usize = 256;

/// The outcomes that are waiting to be fetched.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    outcomes: VecDeque<(u64, Response)>,
    last: u64,
}

/// Does the client rather come back for the answer? A request of a version that is not spoken is refused at once.
pub(crate) fn wished(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    // Preferences that cannot be read are not followed.
    let mut wishes = values.filter_map(|value| prefer::parse(value).ok()).flatten();
    wishes.any(|wish| wish == Preference::RespondAsync)
        && (body_version(headers).is_some() || !headers.contains_key("odata-version"))
}

impl Jobs {
    /// Keeps an outcome; the answer says where it is.
    pub(crate) fn keep(&self, root: &str, outcome: Response) -> Response {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let number = kept.last;
        kept.outcomes.push_back((number, outcome));
        if kept.outcomes.len() > KEPT {
            kept.outcomes.pop_front();
        }
        let mut response = Response::empty(StatusCode::ACCEPTED);
        response.set("location", format!("{root}{PATH}{number}"));
        response.set("preference-applied", "respond-async");
        response
    }

    /// Answers a request to a monitor; `None` when the path is that of none.
    pub(crate) fn answer(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        exchange: &Exchange,
    ) -> Option<Response> {
        let number = path.replace("%24", "$").strip_prefix(PATH)?.to_owned();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.outcomes.iter().position(|(known, _)| known.to_string() == number);
        let outcome = at.and_then(|at| kept.outcomes.get(at)).map(|(_, outcome)| outcome.clone());
        Some(match (outcome, at) {
            (Some(mut outcome), _) if *method == Method::GET => {
                if answer_version(headers) == Version::V401 {
                    outcome.set("asyncresult", outcome.status.as_u16().to_string());
                }
                outcome
            }
            (Some(_), Some(at)) if *method == Method::DELETE => {
                kept.outcomes.remove(at);
                Response::empty(StatusCode::NO_CONTENT)
            }
            (Some(_), _) => {
                let problem = Problem::new(Kind::MethodNotAllowed, "a status monitor is read or removed");
                Response::problem(&problem.allowing("GET, DELETE"), exchange)
            }
            (None, _) => {
                let message = format!("the status monitor `{number}` does not exist, or no longer");
                Response::problem(&Problem::new(Kind::ItemNotFound, message), exchange)
            }
        })
    }
}
