//! The pages of the sign-in: plain HTML that works without scripts. Every text that comes from outside is escaped, and
//! a policy keeps browsers from running or loading anything else.

use std::fmt::Write;

use auth::dev::Fault;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use engine::Response;
use http::StatusCode;
use http::header::CACHE_CONTROL;
use sha2::{Digest, Sha256};

use super::people::{Choice, SHOWN};
use super::{NO_STORE, ids};
use crate::app::Arrival;

/// What a page asks a person.
pub(super) struct Asking<'a> {
    /// The app's name.
    pub(super) app: &'a str,
    /// What it asks for.
    pub(super) wanted: &'a str,
    pub(super) choices: &'a [Choice],
    /// What was searched for.
    pub(super) find: &'a str,
    /// What the page sends along with the choice.
    pub(super) fields: &'a [(&'a str, &'a str)],
    /// The app's address, to which the choice may lead.
    pub(super) answer_to: Option<&'a str>,
}

const STYLE: &str = include_str!("page.css");

/// Sends the form that a browser without scripts shows a button for.
const SUBMIT: &str = "document.forms[0].submit()";

/// The page on which somebody is chosen.
pub(super) fn people(asking: &Asking<'_>) -> Response {
    let mut hidden = String::new();
    write_hidden(&mut hidden, asking.fields);
    let mut list = String::new();
    for choice in asking.choices {
        let (focus, note) = if choice.is_expected { (" autofocus", " <em>expected by the app</em>") } else { ("", "") };
        let _ = write!(
            list,
            "<li><button name=\"vitae_user\" value=\"{}\"{focus}><strong>{}</strong> <span>{}</span>{note}</button></li>",
            Escaped(&choice.id),
            Escaped(&choice.name),
            Escaped(&choice.upn)
        );
    }
    let told = match asking.choices.len() {
        0 => "<p>Nobody is called so.</p>".to_owned(),
        SHOWN.. => format!("<p>These are the first {SHOWN}; look for others by name.</p>"),
        _ => String::new(),
    };
    let (app, find) = (Escaped(asking.app), Escaped(asking.find));
    let content = format!(
        "<h1>Who signs in to {app}?</h1><p>It asks for: {}</p>\
         <form method=\"get\">{hidden}<label for=\"find\">Name or address</label> \
         <input id=\"find\" name=\"vitae_find\" type=\"search\" value=\"{find}\" autocomplete=\"off\"> <button>Find</button></form>\
         <form method=\"post\">{hidden}<ul>{list}</ul>{told}\
         <p><button name=\"vitae_cancel\" value=\"1\">Cancel: do not let it in</button></p></form>",
        Escaped(asking.wanted)
    );
    page(StatusCode::OK, &format!("Sign in to {}", asking.app), &content, asking.answer_to, None)
}

/// The page on which the code of a device is entered; the last one may have been wrong.
pub(super) fn enter_code(fault: Option<&Fault>) -> Response {
    let trouble = fault
        .map(|fault| format!("<p role=\"alert\" id=\"trouble\" class=\"trouble\">{}</p>", Escaped(&fault.to_string())));
    let described = if trouble.is_some() { " aria-describedby=\"trouble\" aria-invalid=\"true\"" } else { "" };
    let content = format!(
        "<h1>Sign in on a device</h1>{}<form method=\"post\"><label for=\"code\">Code that the device shows</label> \
         <input id=\"code\" name=\"user_code\" required autofocus autocomplete=\"off\" autocapitalize=\"characters\" \
         spellcheck=\"false\"{described}> <button>Next</button></form>",
        trouble.unwrap_or_default()
    );
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    page(status, "Sign in on a device", &content, None, None)
}

/// A page that only tells something.
pub(super) fn told(title: &str, text: &str) -> Response {
    page(StatusCode::OK, title, &format!("<h1>{}</h1><p>{}</p>", Escaped(title), Escaped(text)), None, None)
}

/// A page that tells why a sign-in cannot go on.
pub(super) fn fault(fault: &Fault, arrival: &Arrival<'_>) -> Response {
    let (trace, _) = ids(arrival);
    let content = format!(
        "<h1>This sign-in cannot go on</h1><p class=\"trouble\">{}</p><p>Nothing was sent to the app. Request id: <code>{}</code></p>",
        Escaped(&fault.to_string()),
        Escaped(trace)
    );
    page(StatusCode::BAD_REQUEST, "This sign-in cannot go on", &content, None, None)
}

/// A page that posts an answer to the app.
pub(super) fn pass_on(address: &str, fields: &[(&'static str, String)]) -> Response {
    let mut hidden = String::new();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    write_hidden(&mut hidden, &fields);
    let content = format!(
        "<h1>Back to the app</h1><form method=\"post\" action=\"{}\">{hidden}<button autofocus>Go on</button></form><script>{SUBMIT}</script>",
        Escaped(address)
    );
    page(StatusCode::OK, "Back to the app", &content, Some(address), Some(SUBMIT))
}

fn write_hidden(html: &mut String, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        let _ = write!(html, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", Escaped(name), Escaped(value));
    }
}

fn page(status: StatusCode, title: &str, content: &str, answer_to: Option<&str>, script: Option<&str>) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{} (Vitae, for development)</title><style>{STYLE}</style></head><body>\
         <aside><strong>For development only.</strong> This is the make-believe sign-in of <code>vitae dev</code>: there \
         are no passwords, and anyone on this machine can be anyone. Never enter a real password here.</aside>\
         <main>{content}</main></body></html>\n",
        Escaped(title)
    );
    let mut response = Response::empty(status);
    response.set("content-type", "text/html; charset=utf-8");
    response.set("content-security-policy", policy(answer_to, script));
    response.set("x-content-type-options", "nosniff");
    response.set("x-frame-options", "DENY");
    // Not less: without it browsers do not say from which page a form comes.
    response.set("referrer-policy", "same-origin");
    response.headers.insert(CACHE_CONTROL, NO_STORE);
    response.body = html.into();
    response
}

/// What the browser may do with a page: show it, and send its forms here and to the app's address.
fn policy(answer_to: Option<&str>, script: Option<&str>) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let mut policy = format!(
        "default-src 'none'; style-src {}; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
        hash(STYLE)
    );
    if let Some((scheme, rest)) = answer_to.and_then(|address| address.split_once("://")) {
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        // A policy cannot name IPv6 addresses.
        let is_named = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-".contains(&byte));
        let source = if is_named { format!(" {scheme}://{host}") } else { format!(" {scheme}:") };
        policy.push_str(&source);
    }
    if let Some(script) = script {
        policy.push_str("; script-src ");
        policy.push_str(&hash(script));
    }
    policy
}

/// A text as it stands between tags and in quotes.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        let evil = "\"><script>alert('1')</script>&";
        let choice = Choice { id: evil.to_owned(), name: evil.to_owned(), upn: evil.to_owned(), is_expected: true };
        let asking = Asking {
            app: evil,
            wanted: evil,
            choices: &[choice],
            find: evil,
            fields: &[(evil, evil)],
            answer_to: None,
        };
        let told = [people(&asking), told(evil, evil), pass_on(evil, &[("state", evil.to_owned())])];
        for response in told {
            let html = String::from_utf8(response.body.to_vec()).unwrap();
            assert!(!html.contains("<script>alert") && html.contains("&lt;script&gt;alert(&#39;1&#39;)"), "{html}");
        }
    }

    #[test]
    fn forms_lead_to_the_app_and_nowhere_else() {
        let actions = |address| policy(Some(address), None).split("form-action ").nth(1).unwrap().to_owned();
        assert_eq!(actions("http://localhost:3000/cb?x=1"), "'self' http://localhost:3000");
        assert_eq!(actions("https://127.0.0.1"), "'self' https://127.0.0.1");
        assert_eq!(actions("http://[::1]:3000/"), "'self' http:");
        assert!(policy(None, None).ends_with("form-action 'self'"));
        assert!(policy(None, Some(SUBMIT)).contains("script-src 'sha256-"));
    }
}
