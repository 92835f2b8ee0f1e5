//! A request that ends before the protocol is reached: what is answered instead.

use engine::{Exchange, Kind, Problem, Response};

/// Why a stage lets a request go no further.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: Problem,
    challenge: Option<String>,
    held: bool,
}

impl Refusal {
    /// A refusal in one sentence.
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Refusal {
        Problem::new(kind, message).into()
    }

    /// The same, naming a header or member.
    pub(crate) fn at(mut self, target: &str) -> Refusal {
        self.0.problem.target = Some(target.to_owned());
        self
    }

    /// The same, saying how to authenticate.
    pub(crate) fn challenged(mut self, challenge: String) -> Refusal {
        self.0.challenge = Some(challenge);
        self
    }

    /// The same, to be told only after a while.
    pub(crate) fn held(mut self) -> Refusal {
        self.0.held = true;
        self
    }

    /// Whether it is told only after a while.
    pub(super) fn is_held(&self) -> bool {
        self.0.held
    }

    /// The answer.
    pub(crate) fn answer(&self, exchange: &Exchange) -> Response {
        let mut response = Response::problem(&self.0.problem, exchange);
        if let Some(challenge) = &self.0.challenge {
            response.set("www-authenticate", challenge);
        }
        response
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal(Box::new(Inner { problem, challenge: None, held: false }))
    }
}
