//! `Prefer: explain`, an extension: an answer that was read says at its end why it is what it is.

use edm::json::write_string;
use http::Method;
use odata::Problem;

use crate::exchange::Response;
use crate::resources::Resources;
use crate::service::{Service, Understood};

/// The annotation that holds the explanation.
const ANNOTATION: &str = "@vitae.explain";

impl<R: Resources> Service<R> {
    /// The answer with its explanation, if it is an object that was read.
    pub(crate) async fn explained(
        &self,
        understood: &Understood<'_, R>,
        mut response: Response,
    ) -> Result<Response, Problem> {
        let object = response.body.strip_suffix(b"}").filter(|_| is_json(&response)).map(<[u8]>::to_vec);
        let Some(mut body) = object.filter(|_| understood.request.method == Method::GET) else { return Ok(response) };
        let lines = self.resources.explain(understood.caller, &understood.target).await?;
        if body.last() != Some(&b'{') {
            body.push(b',');
        }
        write_string(&mut body, ANNOTATION);
        body.extend_from_slice(b":[");
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                body.push(b',');
            }
            write_string(&mut body, line);
        }
        body.extend_from_slice(b"]}");
        response.body = body.into();
        let before = response.headers.get("preference-applied").and_then(|value| value.to_str().ok());
        let applied = before.map_or_else(|| "explain".to_owned(), |before| format!("{before}, explain"));
        response.set("preference-applied", applied);
        Ok(response)
    }
}

fn is_json(response: &Response) -> bool {
    let media = response.headers.get("content-type").and_then(|value| value.to_str().ok());
    response.status.is_success() && media.is_some_and(|media| media.starts_with("application/json"))
}
