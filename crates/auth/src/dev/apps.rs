//! The apps that a development issuer knows. They are always the same, so that their ids can be written into an app.

use super::fault::{Fault, Wrong, shown};
use crate::scopes::{Scope, Scopes};

/// A registered app.
#[derive(Debug, PartialEq, Eq)]
pub struct App {
    /// The client id.
    pub id: &'static str,
    /// The name people are shown.
    pub name: &'static str,
    /// What it proves itself by; a public app has none.
    pub secret: Option<&'static str>,
    /// Whether people sign in to it.
    pub has_people: bool,
    /// What it may ask for on behalf of people.
    pub delegated: Scopes,
    /// What it has of its own.
    pub application: Scopes,
    /// The scope it offers to other apps as an API.
    pub offers: Option<&'static str>,
}

/// The secret of every app that has one.
const SECRET: &str = "vitae-dev-secret";

/// Everything an app can do for a person; the one that is left out is for apps alone.
const FOR_PEOPLE: Scopes = Scopes::of(&[
    Scope::UserRead,
    Scope::UserReadWrite,
    Scope::UserReadBasicAll,
    Scope::UserReadAll,
    Scope::UserReadWriteAll,
    Scope::PeopleSettingsReadAll,
    Scope::PeopleSettingsReadWriteAll,
    Scope::GroupReadAll,
    Scope::GroupReadWriteAll,
    Scope::GroupMemberReadAll,
    Scope::GroupMemberReadWriteAll,
    Scope::AuditLogReadAll,
]);

/// An app without a secret, as on a desktop, a telephone or in a page.
pub const CLIENT: App = App {
    id: "a0000000-0000-4000-8000-000000000001",
    name: "Vitae Demo Client",
    secret: None,
    has_people: true,
    delegated: FOR_PEOPLE,
    application: Scopes::NONE,
    offers: None,
};

/// An app on a server, which is an API too.
pub const WEB: App = App {
    id: "a0000000-0000-4000-8000-000000000002",
    name: "Vitae Demo Web App",
    secret: Some(SECRET),
    has_people: true,
    delegated: FOR_PEOPLE,
    application: Scopes::of(&[Scope::UserReadAll]),
    offers: Some("access_as_user"),
};

/// An app that acts for itself only.
pub const DAEMON: App = App {
    id: "a0000000-0000-4000-8000-000000000003",
    name: "Vitae Demo Daemon",
    secret: Some(SECRET),
    has_people: false,
    delegated: Scopes::NONE,
    application: Scopes::of(&[
        Scope::UserReadAll,
        Scope::UserReadWriteAll,
        Scope::PeopleSettingsReadAll,
        Scope::GroupReadAll,
        Scope::GroupMemberReadAll,
    ]),
    offers: None,
};

/// The apps.
pub static APPS: [App; 3] = [CLIENT, WEB, DAEMON];

/// The longest address of an app.
const LONGEST: usize = 2048;

/// The names of this machine that an app may be at.
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl App {
    /// The app with this client id.
    pub fn find(id: &str) -> Result<&'static App, Fault> {
        APPS.iter().find(|app| app.id.eq_ignore_ascii_case(id)).ok_or_else(|| {
            let known: Vec<String> = APPS.iter().map(|app| format!("{} ({})", app.id, app.name)).collect();
            Fault::new(
                Wrong::App,
                format!("there is no app with the identifier '{}'; expected one of {}", shown(id), known.join(", ")),
            )
        })
    }

    /// Whether answers to the app may be sent there: anywhere on this machine, on any port (RFC 8252, section 7.3).
    pub fn accepts(&self, address: &str) -> bool {
        self.has_people && is_local(address)
    }
}

/// Whether the address is on this machine, without anything in it that browsers and we could read differently.
fn is_local(address: &str) -> bool {
    let rest = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"));
    let sound = |byte: u8| byte.is_ascii_graphic() && !b"#\\\"<>^`{|}".contains(&byte);
    let Some(rest) = rest.filter(|_| address.len() <= LONGEST && address.bytes().all(sound)) else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    HOSTS.iter().any(|host| match authority.strip_prefix(host) {
        Some("") => true,
        Some(port) => port.strip_prefix(':').is_some_and(|port| {
            (1..=5).contains(&port.len())
                && port.bytes().all(|byte| byte.is_ascii_digit())
                && port.parse::<u16>().is_ok()
        }),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_guids_and_differ() {
        for app in &APPS {
            assert!(crate::ids::guid(app.id).is_some());
            assert_eq!(App::find(&app.id.to_uppercase()).unwrap(), app);
        }
        assert_eq!(App::find("x").unwrap_err().wrong, Wrong::App);
    }

    #[test]
    fn answers_stay_on_this_machine() {
        for address in [
            "http://localhost",
            "http://localhost:3000/callback?x=1",
            "https://localhost:1/",
            "http://127.0.0.1:65535",
            "http://[::1]:5/a",
        ] {
            assert!(APPS[0].accepts(address), "{address}");
            assert!(!APPS[2].accepts(address), "{address}");
        }
        for address in [
            "",
            "localhost:3000",
            "http://localhost.evil.example",
            "http://evil.example/http://localhost",
            "http://localhost@evil.example",
            "http://localhost:3000@evil.example",
            "http://localhost\\@evil.example",
            "http://localhost:70000",
            "http://localhost:+80",
            "http://localhost:",
            "http://localhost/#fragment",
            "http://localhost/\r\nx",
            "http://localhost/a b",
            "HTTP://localhost",
            "javascript:alert(1)",
            "http://127.0.0.2",
        ] {
            assert!(!APPS[0].accepts(address), "{address}");
        }
        assert!(!APPS[0].accepts(&format!("http://localhost/{}", "a".repeat(LONGEST))));
    }
}
