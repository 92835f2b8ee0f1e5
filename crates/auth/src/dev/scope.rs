//! What an app asks for: the `scope` of a request, held against what the app has.

use super::AUDIENCES;
use super::apps::{APPS, App};
use super::fault::{Fault, Wrong, shown};
use crate::scopes::{Scope, Scopes};

/// Whom an access token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    /// This service.
    Vitae,
    /// An app that is an API itself.
    Api(&'static App),
}

/// What was asked for, all of which the app has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub(super) resource: Resource,
    /// The permissions at this service.
    pub(super) scopes: Scopes,
    /// Whether an ID token is wanted, and an e-mail address in it.
    pub(super) openid: bool,
    pub(super) email: bool,
    /// Whether a refresh token is wanted.
    pub(super) offline: bool,
    /// What was granted, in the spelling that was asked: clients look tokens up by it.
    pub(super) text: String,
}

/// The last part of a scope that stands for all the app has.
const ALL: &str = ".default";

impl Wanted {
    const NOTHING: Wanted = Wanted {
        resource: Resource::Vitae,
        scopes: Scopes::NONE,
        openid: false,
        email: false,
        offline: false,
        text: String::new(),
    };

    /// What an app asks for on behalf of a person. `origin` is where the service was found, which also names it.
    pub fn delegated(app: &App, text: &str, origin: &str) -> Result<Wanted, Fault> {
        let mut wanted = Wanted::NOTHING;
        let mut resource = None;
        for word in text.split_ascii_whitespace() {
            wanted.tell("", word);
            match word {
                "openid" => wanted.openid = true,
                "email" => wanted.email = true,
                "profile" => {}
                "offline_access" => wanted.offline = true,
                _ => {
                    let own = wanted.permission(app, word, origin)?;
                    if resource.is_some_and(|other| other != own) {
                        return Err(Fault::new(
                            Wrong::Resources,
                            "the scopes are of more than one service; ask for one service at a time",
                        ));
                    }
                    resource = Some(own);
                }
            }
        }
        wanted.resource = resource.unwrap_or(Resource::Vitae);
        Ok(wanted)
    }

    /// What an app asks for on its own behalf: one service, with `/.default`.
    pub fn application(app: &App, text: &str, origin: &str) -> Result<Wanted, Fault> {
        let expected = |found: &str| {
            let message = format!(
                "the scope '{}' is not valid; an app that acts for itself asks for one such as {}/{ALL}",
                shown(found),
                super::AUDIENCE
            );
            Fault::new(Wrong::DefaultScope, message)
        };
        let Some((name, ALL)) = text.trim().rsplit_once('/') else { return Err(expected(text)) };
        match resource(name, origin)? {
            Resource::Vitae => Ok(Wanted { scopes: app.application, text: text.trim().to_owned(), ..Wanted::NOTHING }),
            Resource::Api(_) => Err(expected(text)),
        }
    }

    /// Adds to what was granted.
    fn tell(&mut self, service: &str, name: &str) {
        let before = if self.text.is_empty() { "" } else { " " };
        let between = if service.is_empty() { "" } else { "/" };
        self.text.extend([before, service, between, name]);
    }

    /// The scopes as a token says them.
    pub(super) fn in_token(&self) -> String {
        match self.resource {
            Resource::Vitae => self.scopes.to_string(),
            Resource::Api(api) => api.offers.unwrap_or_default().to_owned(),
        }
    }

    /// The scopes as people are shown them.
    pub fn shown(&self) -> String {
        let what = self.in_token();
        match (&self.resource, what.is_empty()) {
            (_, true) => "who you are".to_owned(),
            (Resource::Vitae, _) => what,
            (Resource::Api(api), _) => format!("{what} of {}", api.name),
        }
    }

    /// The same or, where the request has scopes of its own, those, with what else was wanted at first.
    pub(super) fn narrowed(self, app: &App, text: Option<&str>, origin: &str) -> Result<Wanted, Fault> {
        let Some(text) = text else { return Ok(self) };
        let new = Wanted::delegated(app, text, origin)?;
        Ok(Wanted {
            openid: new.openid || self.openid,
            email: new.email || self.email,
            offline: new.offline || self.offline,
            ..new
        })
    }

    /// Takes in one permission and says whose it is.
    fn permission(&mut self, app: &App, word: &str, origin: &str) -> Result<Resource, Fault> {
        let (service, name) = word.rsplit_once('/').unwrap_or(("", word));
        let own = if service.is_empty() { Resource::Vitae } else { resource(service, origin)? };
        let refused = |expected: String| {
            Fault::new(
                Wrong::Scope,
                format!("the app '{}' has no scope '{}'; it has {expected}", app.name, shown(word)),
            )
        };
        match own {
            Resource::Vitae if name == ALL => {
                self.scopes = app.delegated;
                app.delegated.iter().for_each(|scope| self.tell(service, scope.name()));
            }
            Resource::Vitae => {
                let known = Scope::all().find(|scope| scope.name().eq_ignore_ascii_case(name));
                let known = known.filter(|scope| app.delegated.contains(*scope));
                let known = known
                    .ok_or_else(|| refused(format!("{}, openid, profile, email and offline_access", app.delegated)))?;
                self.scopes = self.scopes.with(known);
            }
            Resource::Api(api) => {
                let offered = api.offers.unwrap_or_default();
                if name != ALL && name != offered {
                    return Err(refused(format!("{offered} of the app '{}'", api.name)));
                }
                if name == ALL {
                    self.tell(service, offered);
                }
            }
        }
        Ok(own)
    }
}

/// The service of that name: this one by any of its names, or an app that is an API.
fn resource(name: &str, origin: &str) -> Result<Resource, Fault> {
    let name = name.trim_end_matches('/');
    if name == origin || AUDIENCES.contains(&name) {
        return Ok(Resource::Vitae);
    }
    let id = name.strip_prefix("api://").unwrap_or(name);
    let api = APPS.iter().find(|app| app.offers.is_some() && app.id.eq_ignore_ascii_case(id));
    api.map(Resource::Api).ok_or_else(|| {
        let apis: String =
            APPS.iter().filter(|app| app.offers.is_some()).map(|app| format!(" or api://{}", app.id)).collect();
        Fault::new(
            Wrong::Resource,
            format!("the resource '{}' was not found; expected {}{apis}", shown(name), AUDIENCES.join(" or ")),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://localhost:8443";

    fn check(text: &str, expected: &str) {
        let shown = match Wanted::delegated(&APPS[0], text, ORIGIN) {
            Ok(wanted) => {
                let marks = [(wanted.openid, "id"), (wanted.email, "email"), (wanted.offline, "offline")];
                let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
                let whose = if wanted.resource == Resource::Vitae { "vitae" } else { "api" };
                format!("{whose} [{}] {}", wanted.scopes, marks.join(","))
            }
            Err(fault) => fault.error().to_owned(),
        };
        assert_eq!(shown.trim_end(), expected, "{text}");
    }

    #[test]
    fn spellings_of_scopes() {
        check("User.Read", "vitae [User.Read]");
        check("user.read openid profile offline_access", "vitae [User.Read] id,offline");
        check("https://graph.microsoft.com/User.Read email", "vitae [User.Read] email");
        check("00000003-0000-0000-c000-000000000000/User.Read", "vitae [User.Read]");
        check("https://localhost:8443/User.ReadWrite", "vitae [User.ReadWrite]");
        check("https://graph.microsoft.com//User.Read", "vitae [User.Read]");
        check("openid", "vitae [] id");
        check("", "vitae []");
        check("api://a0000000-0000-4000-8000-000000000002/access_as_user openid", "api [] id");
        check("a0000000-0000-4000-8000-000000000002/.default", "api []");
        for all in ["https://graph.microsoft.com/.default", ".default", "api://vitae/.default"] {
            assert_eq!(Wanted::delegated(&APPS[0], all, ORIGIN).unwrap().scopes, APPS[0].delegated);
        }
    }

    #[test]
    fn refuses_what_the_app_has_not() {
        check("Mail.Send", "invalid_scope");
        check("Profile.ReadAllAudiences", "invalid_scope");
        check("https://graph.microsoft.com/", "invalid_scope");
        check("api://a0000000-0000-4000-8000-000000000002/other", "invalid_scope");
        check("https://example.com/User.Read", "invalid_resource");
        check("api://a0000000-0000-4000-8000-000000000001/access_as_user", "invalid_resource");
        check("User.Read api://a0000000-0000-4000-8000-000000000002/access_as_user", "invalid_scope");
        assert!(Wanted::delegated(&APPS[2], "User.Read", ORIGIN).is_err());
    }

    #[test]
    fn tells_what_was_granted_in_the_spelling_of_the_client() {
        let text = |text| Wanted::delegated(&APPS[0], text, ORIGIN).unwrap().text;
        assert_eq!(
            text("openid  https://graph.microsoft.com/User.Read"),
            "openid https://graph.microsoft.com/User.Read"
        );
        let all = text("https://graph.microsoft.com/.default");
        assert!(
            all.starts_with("https://graph.microsoft.com/.default https://graph.microsoft.com/User.Read "),
            "{all}"
        );
        assert!(text(".default").starts_with(".default User.Read "));
    }

    #[test]
    fn apps_ask_for_all_they_have() {
        let check =
            |text| Wanted::application(&APPS[2], text, ORIGIN).map(|wanted| wanted.scopes).map_err(|fault| fault.wrong);
        for text in ["https://graph.microsoft.com/.default", "https://localhost:8443/.default"] {
            assert_eq!(check(text), Ok(APPS[2].application));
        }
        for text in [
            "",
            "User.Read",
            ".default",
            "https://graph.microsoft.com/User.Read",
            "https://graph.microsoft.com/.default openid",
        ] {
            assert_eq!(check(text), Err(Wrong::DefaultScope), "{text}");
        }
        assert_eq!(check("https://example.com/.default"), Err(Wrong::Resource));
    }
}
