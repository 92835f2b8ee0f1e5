//! Many requests in one (OData Protocol 4.01, section 11.7; JSON Format, section 19): order, dependencies, groups.
//!
//! Each request runs on its own, by the sender of the batch; what it asks and answers is [`Service::serve`]'s business.

mod condition;
mod place;
mod run;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use odata::batch::{self, Form};
use odata::headers::{Answer, Media, Repeat, VARY, Version, Wishes, answer_version};
use odata::query::{Options, not_here};
use odata::syntax::prefer::{self, Preference};
use odata::{Kind, Problem};

use crate::exchange::{Request, Response};
use crate::method::not_allowed;
use crate::resources::Resources;
use crate::service::Service;
use run::Run;

impl<R: Resources> Service<R> {
    /// Answers a request to `$batch`. `roots` are the paths below the host under which the service is found, that of
    /// the batch among them: `/beta`, `/v1.0`. A request whose URL begins with one of them is meant for that.
    pub async fn batch(&self, caller: &R::Caller, request: Request<'_>, roots: &[&str]) -> Response {
        let answer = self.answer_batch(caller, &request, roots).await;
        let mut response = answer.unwrap_or_else(|problem| Response::problem(&problem, &request.exchange));
        if answer_version(request.headers) == Version::V401 {
            response.set_static("odata-version", "4.01");
        }
        response.set_static("vary", VARY);
        response
    }

    async fn answer_batch(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        roots: &[&str],
    ) -> Result<Response, Problem> {
        if request.method != Method::POST {
            return Err(not_allowed("POST"));
        }
        let form = Form::of(request.headers)?;
        let answered = self.answered(request, &form)?;
        if form == Form::Json && self.dialect().json_batch_needs_401 {
            expect_401(request.headers)?;
        }
        let repeat = Repeat::read(request.headers)?;
        let parts = batch::read(&form, &request.body, self.dialect().batch_limit)?.parts;
        let wish = continue_on_error(request.headers);
        // In JSON, requests say themselves on which others they depend.
        let stop = !wish.unwrap_or(form == Form::Json);
        let mut run = Run::new(caller, request, roots, &parts, repeat);
        run.all(self, stop, answered == Form::Json).await;
        let (ty, body) =
            batch::write(&answered, &run.answers(), &request.exchange.request_id, self.dialect().batch_title_case);
        let mut response = Response::empty(StatusCode::OK);
        response.body = Bytes::from(body);
        if let Ok(ty) = HeaderValue::try_from(ty) {
            response.headers.insert(CONTENT_TYPE, ty);
        }
        if wish == Some(true) {
            response.set_static("preference-applied", "continue-on-error");
        }
        Ok(response)
    }

    /// The form of the answer: that of the request, unless the client asks for the other (OData Protocol 4.01, section
    /// 11.7.1). What it asks beyond the service is refused before anything runs.
    fn answered(&self, request: &Request<'_>, form: &Form) -> Result<Form, Problem> {
        let options = Options::read(request.query, &self.dialect().limits)?;
        let mut format = None;
        for given in options.iter() {
            match given.name.as_str() {
                "$format" => format = Some(given.value()),
                name => return Err(not_here(name, &["format"])),
            }
        }
        let wishes = Wishes::read(request.headers, format, Media::Batch { json: *form == Form::Json })?;
        Ok(match wishes.answer {
            Answer::Json => Form::Json,
            _ => Form::Multipart { boundary: String::new() },
        })
    }
}

/// Whether to go on after a failure, if the client says.
fn continue_on_error(headers: &HeaderMap) -> Option<bool> {
    let values = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    // Preferences that cannot be read are not followed.
    let preferences = values.filter_map(|value| prefer::parse(value).ok()).flatten();
    preferences
        .filter_map(|preference| match preference {
            Preference::ContinueOnError(wish) => Some(wish),
            _ => None,
        })
        .next()
}

fn expect_401(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.contains_key("odata-maxversion") && answer_version(headers) == Version::V4 {
        false => Ok(()),
        true => {
            let message = "found a batch in JSON with `OData-MaxVersion: 4.0`, expected `multipart/mixed` or 4.01";
            Err(Problem::new(Kind::BadHeader, message).at("OData-MaxVersion"))
        }
    }
}
