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
    kind: Kind,
}

/// What comes back by way of the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    IdToken,
    Both,
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
            Ok(Asked { wanted, prompt, challenge, nonce, kind }) => Ok(Authorization {
                app,
                reply,
                wanted,
                prompt,
                hint: form.get("login_hint").map(str::to_owned),
                challenge,
                nonce,
                kind,
            }),
            Err(fault) => Err(Stop::Reply(reply, fault)),
        }
    }

    /// Whether a code comes back.
    pub fn wants_code(&self) -> bool {
        self.kind != Kind::IdToken
    }

    /// Whether an ID token comes back by way of the browser.
    pub fn wants_id_token(&self) -> bool {
        self.kind != Kind::Code
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
    let is_token = kind(form).is_ok_and(|kind| kind != Kind::Code);
    match form.get("response_mode") {
        // Tokens would stay in logs and histories.
        Some("query") if is_token => Err(Fault::new(
            Wrong::Malformed,
            "the response_mode 'query' is not offered for an id_token; expected fragment or form_post",
        )),
        None if is_token => Ok(Mode::Fragment),
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
    kind: Kind,
}

/// What is asked for. Access tokens do not come by way of the browser (RFC 9700, section 2.1.2).
fn kind(form: &Form) -> Result<Kind, Fault> {
    let asked = form.need("response_type")?;
    let mut words: Vec<&str> = asked.split_ascii_whitespace().collect();
    words.sort_unstable();
    match words.as_slice() {
        ["code"] => Ok(Kind::Code),
        ["id_token"] => Ok(Kind::IdToken),
        ["code", "id_token"] => Ok(Kind::Both),
        _ => {
            let message =
                format!("the response_type '{}' is not offered; expected code, id_token or both", shown(asked));
            Err(Fault::new(Wrong::ResponseType, message))
        }
    }
}

impl Asked {
    fn read(form: &Form, app: &App, origin: &str) -> Result<Asked, Fault> {
        let kind = kind(form)?;
        for name in ["state", "nonce"] {
            if form.get(name).is_some_and(|value| value.len() > LONGEST) {
                return Err(Fault::new(Wrong::Malformed, format!("`{name}` is longer than {LONGEST} bytes")));
            }
        }
        let wanted = Wanted::delegated(app, form.need("scope")?, origin)?;
        if kind != Kind::Code {
            // Without it, somebody else's token could be brought (OpenID Connect Core, section 3.2.2.1).
            form.need("nonce")?;
            if !wanted.openid {
                return Err(Fault::new(Wrong::Scope, "an id_token is for the scope `openid`; expected it in `scope`"));
            }
        }
        Ok(Asked {
            wanted,
            kind,
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
    /// The answer with what was asked for.
    pub fn grant(&self, code: Option<String>, id_token: Option<String>) -> Delivery {
        let fields = [("code", code), ("id_token", id_token)];
        self.deliver(fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
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
            Ok(good) => match good.reply.grant(Some("c".to_owned()), None) {
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
            with_query.reply.grant(Some("c".to_owned()), None),
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
        let number = |from: &str, to: &str| match with(from, to) {
            Err(Stop::Reply(_, fault)) => fault.number(),
            _ => 0,
        };
        for kind in ["token", "id_token%20token", "code%20token", "code%20code", "none"] {
            assert_eq!(number("response_type=code", &format!("response_type={kind}")), 700_054, "{kind}");
        }
        for kind in ["id_token", "code%20id_token"] {
            let asking = |more: &str| format!("response_type={kind}&{more}");
            assert_eq!(number("response_type=code&scope=", &asking("scope=openid%20")), 900_144, "no nonce");
            assert_eq!(number("response_type=code", &asking("nonce=n")), 70_011, "no openid");
            let by_query = asking("nonce=n&response_mode=query&scope=openid%20");
            assert_eq!(number("response_type=code&scope=", &by_query), 9_002_313);
        }
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
