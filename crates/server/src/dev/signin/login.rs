//! The endpoints that people see: who signs in to an app, who lets a device in, who signs out.
//!
//! A choice is a form that is sent from the page itself; everything it needs is in it, so nothing waits here for people
//! who never choose.

use auth::dev::{APPS, Authorization, Delivery, Fault, Member, Prompt, Stop, Wrong, encode};
use engine::Response;
use http::header::{CACHE_CONTROL, ORIGIN};
use http::{Method, StatusCode};

use super::page::{self, Asking};
use super::{COOKIE_NAME, Call, NO_STORE, SignIn, description};

/// What a page adds to the parameters of a request.
const USER: &str = "vitae_user";
const CANCEL: &str = "vitae_cancel";
const FIND: &str = "vitae_find";

/// What a person did on a page.
enum Choice {
    Nothing,
    Signed(Member),
    Declined,
}

impl SignIn {
    /// The authorization endpoint.
    pub(super) async fn authorize(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let request = match Authorization::read(&call.form, call.facts.origin) {
            Ok(request) => request,
            Err(Stop::Page(fault)) => return Err(fault),
            Err(Stop::Reply(reply, fault)) => {
                return Ok(deliver(&reply.refuse(&fault, description(&fault, call.arrival))));
            }
        };
        let refuse = |wrong, message: &str| {
            let fault = Fault::new(wrong, message);
            Ok(deliver(&request.reply.refuse(&fault, description(&fault, call.arrival))))
        };
        match self.choice(call).await? {
            Choice::Declined => return refuse(Wrong::Declined, "the person did not let the app in"),
            Choice::Signed(member) => {
                let mut response = self.grant(call, &request, &member).await;
                let session = self.desk.begin_session(member.user.id, call.facts.now);
                response.set("set-cookie", format!("{COOKIE_NAME}={session}; Path=/; HttpOnly; SameSite=Lax"));
                return Ok(response);
            }
            Choice::Nothing => {}
        }
        let signed_in = if request.prompt == Prompt::Always { None } else { self.signed_in(call, &request).await };
        match signed_in {
            Some(member) => Ok(self.grant(call, &request, &member).await),
            None if request.prompt == Prompt::Never => {
                refuse(Wrong::NoSession, "nobody is signed in who could be meant, and `prompt` is none")
            }
            None => Ok(self.ask(call, &request).await),
        }
    }

    async fn grant(&self, call: &Call<'_>, request: &Authorization, member: &Member) -> Response {
        if request.wants_id_token() {
            self.prepared().await;
        }
        let code = request.wants_code().then(|| self.desk.authorize(request, member.user.id, call.facts.now));
        let id_token = self.desk.id_token(request, member, code.as_deref(), call.facts);
        deliver(&request.reply.grant(code, id_token))
    }

    /// The person whose browser it is, unless the app expects somebody else.
    async fn signed_in(&self, call: &Call<'_>, request: &Authorization) -> Option<Member> {
        let user = self.desk.session(call.session()?, call.facts.now)?;
        let member = self.present(call.app, &user.to_string()).await?;
        let is_expected = request.hint.as_ref().is_none_or(|hint| hint.eq_ignore_ascii_case(&member.user.upn));
        is_expected.then_some(member)
    }

    async fn ask(&self, call: &Call<'_>, request: &Authorization) -> Response {
        let find = call.form.get(FIND);
        page::people(&Asking {
            app: request.app.name,
            wanted: &request.wanted.shown(),
            choices: &self.choices(call, find, request.hint.as_deref()).await,
            find: find.unwrap_or_default(),
            fields: &own_fields(call),
            answer_to: Some(&request.reply.address),
        })
    }

    /// What was chosen on a page of ours.
    async fn choice(&self, call: &Call<'_>) -> Result<Choice, Fault> {
        let (user, is_declined) = (call.form.get(USER), call.form.get(CANCEL).is_some());
        if call.arrival.head.method != Method::POST || user.is_none() && !is_declined {
            return Ok(Choice::Nothing);
        }
        // Pages of others may not choose for the person.
        if call.arrival.head.headers.get(ORIGIN).is_some_and(|origin| origin != call.facts.origin) {
            let message = format!("the choice comes from a page of another origin; expected {}", call.facts.origin);
            return Err(Fault::new(Wrong::Malformed, message));
        }
        let Some(user) = user.filter(|_| !is_declined) else { return Ok(Choice::Declined) };
        let gone = || Fault::new(Wrong::Person, "there is no such person in the directory; go back and choose another");
        self.present(call.app, user).await.map(Choice::Signed).ok_or_else(gone)
    }

    /// The page on which the code of a device is entered.
    pub(super) async fn device(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let Some(code) = call.form.get("user_code") else { return Ok(page::enter_code(None)) };
        let device = match self.desk.device(code, call.facts.now) {
            Ok(device) => device,
            Err(fault) => return Ok(page::enter_code(Some(&fault))),
        };
        let user = match self.choice(call).await? {
            Choice::Signed(member) => Some(member.user),
            Choice::Declined => None,
            Choice::Nothing => {
                let find = call.form.get(FIND);
                return Ok(page::people(&Asking {
                    app: device.app.name,
                    wanted: &device.wanted.shown(),
                    choices: &self.choices(call, find, None).await,
                    find: find.unwrap_or_default(),
                    fields: &[("user_code", &device.user_code)],
                    answer_to: None,
                }));
            }
        };
        self.desk.settle_device(&device.user_code, user.as_ref().map(|user| user.id), call.facts.now)?;
        Ok(match user {
            Some(user) => page::told(
                "Signed in",
                &format!("{} is signed in to {} on the device. You can close this page.", user.name, device.app.name),
            ),
            None => {
                page::told("Not signed in", &format!("{} was not let in. You can close this page.", device.app.name))
            }
        })
    }

    /// Signs the browser out, and leads back to an app that asks for it.
    pub(super) fn logout(&self, call: &Call<'_>) -> Response {
        if let Some(session) = call.session() {
            self.desk.end_session(session);
        }
        let address =
            call.form.get("post_logout_redirect_uri").filter(|address| APPS.iter().any(|app| app.accepts(address)));
        let mut response = match (address, call.form.get("state")) {
            (None, _) => {
                page::told("Signed out", "Nobody is signed in in this browser any more. You can close this page.")
            }
            (Some(address), None) => redirect(address),
            (Some(address), Some(state)) => {
                let mark = if address.contains('?') { '&' } else { '?' };
                redirect(&format!("{address}{mark}{}", encode([("state", state)])))
            }
        };
        response.set("set-cookie", format!("{COOKIE_NAME}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
        response
    }
}

/// The parameters of the app, without what pages add.
fn own_fields<'a>(call: &'a Call<'_>) -> Vec<(&'a str, &'a str)> {
    call.form.iter().filter(|(name, _)| ![USER, CANCEL, FIND].contains(name)).collect()
}

fn deliver(delivery: &Delivery) -> Response {
    match delivery {
        Delivery::Redirect(address) => redirect(address),
        Delivery::Post { address, fields } => page::pass_on(address, fields),
    }
}

fn redirect(address: &str) -> Response {
    let mut response = Response::empty(StatusCode::FOUND);
    response.set("location", address);
    response.headers.insert(CACHE_CONTROL, NO_STORE);
    response
}
