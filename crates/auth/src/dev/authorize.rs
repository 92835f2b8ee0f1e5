//! A request for authorization, held against the app, and the way its answer goes back.
//!
//! Where app or address are in doubt nothing is sent there: such a failure is for the person to read (RFC 6749,
//! section 4.1.2.1).

use super::apps::App;
use super::fault::{Fault, Wrong, shown};
use super::form::{Form, encode};
use super::scope::Wanted;

/// The longest `nonce` and `state`, in bytes.
const LONGEST: usize = 4096;

/// A sound request.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// The app that asks.
    pub app: &'static App,
    /// How it is answered.
    pub reply: Reply,
    /// What it asks for.
    pub wanted: Wanted,
    /// Whom to ask.
    pub prompt: Prompt,
    /// Who is expected to sign in.
    pub hint: Option<String>,
    pub(super) challenge: Option<String>,
    pub(super) nonce: Option<String>,
}

/// Whether a person is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Unless they are signed in.
    Maybe,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where and how an answer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The app's address.
    pub address: String,
    mode: Mode,
    state: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Query,
    Fragment,
    FormPost,
}

/// An answer under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The browser is sent to this address.
    Redirect(String),
    /// The browser posts these fields there.
    Post {
        /// The app's address.
        address: String,
        /// Names and values.
        fields: Vec<(&'static str, String)>,
    },
}

/// Why a request goes no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The person is told; the app is not.
    Page(Fault),
    /// The app is told.
    Reply(Reply, Fault),
}

impl Authorization {
    /// The request with these parameters, at this origin.
    pub fn read(form: &Form, origin: &str) -> Result<Authorization, Stop> {
        let (app, address) = trusted(form).map_err(Stop::Page)?;
        // Known first, so that every other mistake can be told in the way that was asked for.
        let mode = mode(form);
        let state = form.get("state").filter(|state| state.len() <= LONGEST).map(str::to_owned);
        let reply = Reply { address, mode: mode.clone().unwrap_or(Mode::Query), state };
        let rest = mode.and_then(|_| Asked::read(form, app, origin));
        match rest {
            Ok(Asked { wanted, prompt, challenge, nonce }) => Ok(Authorization {
                app,
                reply,
                wanted,
                prompt,
                hint: form.get("login_hint").map(str::to_owned),
                challenge,
                nonce,
            }),
            Err(fault) => Err(Stop::Reply(reply, fault)),
        }
    }
}

/// The app, and an address that is its own.
fn trusted(form: &Form) -> Result<(&'static App, String), Fault> {
    let app = App::find(form.need("client_id")?)?;
    let address = form.need("redirect_uri")?;
    if app.accepts(address) {
        return Ok((app, address.to_owned()));
    }
    let expected = match app.has_people {
        true => "expected one on this machine, such as http://localhost:3000/callback",
        false => "nobody signs in to it",
    };
    let message = format!("the redirect URI '{}' is none of the app '{}'; {expected}", shown(address), app.name);
    Err(Fault::new(Wrong::Redirect, message))
}

fn mode(form: &Form) -> Result<Mode, Fault> {
    match form.get("response_mode") {
        None | Some("query") => Ok(Mode::Query),
        Some("fragment") => Ok(Mode::Fragment),
        Some("form_post") => Ok(Mode::FormPost),
        Some(other) => {
            let message =
                format!("the response_mode '{}' is not offered; expected query, fragment or form_post", shown(other));
            Err(Fault::new(Wrong::Malformed, message))
        }
    }
}

/// What is asked for, once it is known who asks.
struct Asked {
    wanted: Wanted,
    prompt: Prompt,
    challenge: Option<String>,
    nonce: Option<String>,
}

impl Asked {
    fn read(form: &Form, app: &App, origin: &str) -> Result<Asked, Fault> {
        let kind = form.need("response_type")?;
        if kind != "code" {
            let message = format!("the response_type '{}' is not offered; expected code", shown(kind));
            return Err(Fault::new(Wrong::ResponseType, message));
        }
        for name in ["state", "nonce"] {
            if form.get(name).is_some_and(|value| value.len() > LONGEST) {
                return Err(Fault::new(Wrong::Malformed, format!("`{name}` is longer than {LONGEST} bytes")));
            }
        }
        Ok(Asked {
            wanted: Wanted::delegated(app, form.need("scope")?, origin)?,
            prompt: prompt(form)?,
            challenge: challenge(form)?,
            nonce: form.get("nonce").map(str::to_owned),
        })
    }
}

fn prompt(form: &Form) -> Result<Prompt, Fault> {
    match form.get("prompt") {
        None => Ok(Prompt::Maybe),
        Some("login" | "select_account" | "consent" | "create") => Ok(Prompt::Always),
        Some("none") => Ok(Prompt::Never),
        Some(other) => {
            let message = format!(
                "the prompt '{}' is not offered; expected login, select_account, consent or none",
                shown(other)
            );
            Err(Fault::new(Wrong::Malformed, message))
        }
    }
}

/// The challenge (RFC 7636): SHA-256 only, for a plain one proves nothing.
fn challenge(form: &Form) -> Result<Option<String>, Fault> {
    let Some(challenge) = form.get("code_challenge") else { return Ok(None) };
    if form.get("code_challenge_method") != Some("S256") {
        return Err(Fault::new(Wrong::Malformed, "a `code_challenge` comes with `code_challenge_method` S256"));
    }
    let sound =
        challenge.len() == 43 && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !sound {
        return Err(Fault::new(
            Wrong::Malformed,
            "`code_challenge` is 43 letters of base64url: the SHA-256 of the verifier",
        ));
    }
    Ok(Some(challenge.to_owned()))
}

impl Reply {
    /// The answer with a code.
    pub fn grant(&self, code: String) -> Delivery {
        self.deliver(vec![("code", code)])
    }

    /// The answer that nothing came of it. The description is what the failure is explained with elsewhere too.
    pub fn refuse(&self, fault: &Fault, description: String) -> Delivery {
        self.deliver(vec![("error", fault.error().to_owned()), ("error_description", description)])
    }

    fn deliver(&self, mut fields: Vec<(&'static str, String)>) -> Delivery {
        fields.extend(self.state.clone().map(|state| ("state", state)));
        let address = &self.address;
        let mark = match self.mode {
            Mode::FormPost => return Delivery::Post { address: address.clone(), fields },
            Mode::Fragment => '#',
            Mode::Query if address.contains('?') => '&',
            Mode::Query => '?',
        };
        Delivery::Redirect(format!(
            "{address}{mark}{}",
            encode(fields.iter().map(|(name, value)| (*name, value.as_str())))
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "client_id=a0000000-0000-4000-8000-000000000001&response_type=code&scope=User.Read&\
        redirect_uri=http%3A%2F%2Flocalhost%3A5%2Fcb&state=s%261";

    fn read(more: &str) -> Result<Authorization, Stop> {
        Authorization::read(&Form::parse(format!("{GOOD}&{more}").as_bytes()).unwrap(), "http://localhost:8080")
    }

    fn check(more: &str, expected: &str) {
        let shown = match read(more) {
            Ok(good) => match good.reply.grant("c".to_owned()) {
                Delivery::Redirect(address) => address,
                Delivery::Post { address, fields } => format!("{address} {fields:?}"),
            },
            Err(Stop::Page(fault)) => format!("page {}", fault.number()),
            Err(Stop::Reply(_, fault)) => format!("{} {}", fault.error(), fault.number()),
        };
        assert_eq!(shown, expected, "{more}");
    }

    #[test]
    fn answers_go_back_as_asked() {
        check("", "http://localhost:5/cb?code=c&state=s%261");
        check("response_mode=fragment", "http://localhost:5/cb#code=c&state=s%261");
        check("response_mode=form_post", r#"http://localhost:5/cb [("code", "c"), ("state", "s&1")]"#);
        let form = GOOD.replace("%2Fcb", "%2Fcb%3Fx%3D1");
        let with_query = Authorization::read(&Form::parse(form.as_bytes()).unwrap(), "").unwrap();
        assert_eq!(
            with_query.reply.grant("c".to_owned()),
            Delivery::Redirect("http://localhost:5/cb?x=1&code=c&state=s%261".to_owned())
        );
    }

    #[test]
    fn what_is_wrong_is_told_to_the_app() {
        check("response_mode=telepathy", "invalid_request 9002313");
        check("prompt=maybe", "invalid_request 9002313");
        check("code_challenge=x&code_challenge_method=S256", "invalid_request 9002313");
        check(&format!("code_challenge={}&code_challenge_method=plain", "a".repeat(43)), "invalid_request 9002313");
        check(&format!("code_challenge={}", "a".repeat(43)), "invalid_request 9002313");
        check(&format!("nonce={}", "a".repeat(5000)), "invalid_request 9002313");
        let with =
            |from: &str, to: &str| Authorization::read(&Form::parse(GOOD.replace(from, to).as_bytes()).unwrap(), "");
        let number = |from, to| match with(from, to) {
            Err(Stop::Reply(_, fault)) => fault.number(),
            _ => 0,
        };
        assert_eq!(number("response_type=code", "response_type=id_token"), 700_054);
        assert_eq!(number("response_type=code", "x=y"), 900_144);
        assert_eq!(number("scope=User.Read", "scope=Mail.Send"), 70_011);
    }

    #[test]
    fn what_is_wrong_with_the_app_is_told_to_nobody_else() {
        let number = |from: &str, to: &str| match Authorization::read(
            &Form::parse(GOOD.replace(from, to).as_bytes()).unwrap(),
            "",
        ) {
            Err(Stop::Page(fault)) => fault.number(),
            _ => 0,
        };
        assert_eq!(number("client_id=a0", "client_id=b0"), 700_016);
        assert_eq!(number("client_id=", "x="), 900_144);
        assert_eq!(number("%2Flocalhost", "%2Fevil.example"), 50_011);
        assert_eq!(number("redirect_uri=", "x="), 900_144);
        assert_eq!(number("000001", "000003"), 50_011);
    }
}
