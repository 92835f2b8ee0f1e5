//! The tokens a development server hands out by itself, and the file that tells scripts about them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use auth::dev::{DevIssuer, TokenRequest, TokenUser};
use auth::{Role, Roles, Scope, Scopes};
use uuid::Uuid;

use crate::data_dir::DevNote;
use crate::seeded::{self, Purpose};
use crate::wiring::Person;

/// How long the tokens are good that a server prints at its start.
pub(crate) const DAY: i64 = 86_400;

/// What administration needs.
const ADMINISTRATION: Scopes = Scopes::of(&[
    Scope::UserRead,
    Scope::UserReadWrite,
    Scope::UserReadAll,
    Scope::UserReadWriteAll,
    Scope::PeopleSettingsReadWriteAll,
    Scope::GroupReadWriteAll,
    Scope::GroupMemberReadWriteAll,
    Scope::AuditLogReadAll,
]);

/// What an ordinary employee's app asks for.
const EVERYDAY: Scopes = Scopes::of(&[Scope::UserReadWrite, Scope::UserReadAll]);

/// What an app asks for that only reads.
pub(crate) const READING: Scopes = Scopes::of(&[Scope::UserReadAll]);

/// The permissions that go with a person's roles.
pub(crate) fn usual_scopes(roles: Roles) -> Scopes {
    let usual = if roles.contains(Role::PeopleAdministrator) { ADMINISTRATION } else { EVERYDAY };
    if roles.contains(Role::Auditor) { usual.with(Scope::AuditLogReadAll) } else { usual }
}

/// The roles the note gives a person.
pub(crate) fn roles_of(note: &DevNote, id: Uuid) -> Roles {
    roles_in(&note.roles, id)
}

/// The roles of a person among those who have any.
pub(super) fn roles_in(roles: &BTreeMap<Uuid, String>, id: Uuid) -> Roles {
    roles.get(&id).map(|names| Roles::parse(names)).unwrap_or_default()
}

/// Makes tokens for one tenant at one time.
pub(crate) struct Mint<'a> {
    pub(crate) issuer: &'a DevIssuer,
    pub(crate) tenant: Uuid,
    /// Unix seconds.
    pub(crate) now: i64,
    /// Seconds.
    pub(crate) ttl: i64,
}

impl Mint<'_> {
    /// A token of a person, through the command line's app.
    pub(crate) fn person(&self, person: &Person, scopes: Scopes, roles: Roles) -> String {
        let user = TokenUser { id: person.id, upn: person.upn.clone(), name: person.name.clone() };
        self.issuer.mint(&TokenRequest { user: Some(user), roles, ..self.app_request("Vitae CLI", scopes) })
    }

    /// A token of an app for itself.
    pub(crate) fn app(&self, name: &str, scopes: Scopes) -> String {
        self.issuer.mint(&self.app_request(name, scopes))
    }

    fn app_request(&self, name: &str, scopes: Scopes) -> TokenRequest {
        TokenRequest {
            tenant: self.tenant,
            user: None,
            // The same name is the same app, everywhere.
            app_id: seeded::guid(0, Purpose::App, &[name.as_bytes()]).to_string(),
            app_name: name.to_owned(),
            scopes,
            roles: Roles::EMPLOYEE,
            ttl: self.ttl,
            now: self.now,
        }
    }
}

/// What a server has to tell once it answers.
pub(super) struct Announcement {
    pub(super) url: String,
    pub(super) tenant: Uuid,
    /// The URL by https, and the file of the authority to be trusted for it.
    pub(super) https: Option<(String, PathBuf)>,
    pub(super) signed_in: Option<(Person, String)>,
    pub(super) ordinary: Option<(Person, String)>,
    pub(super) app_token: String,
}

impl Announcement {
    /// The authority that sign-in libraries are pointed at; they want https.
    pub(super) fn authority(&self) -> String {
        let url = self.https.as_ref().map_or(&self.url, |(url, _)| url);
        format!("{url}/{}", self.tenant)
    }

    /// The lines of a ready file. No value needs quoting: they are URLs, GUIDs, tokens and quoted names.
    pub(super) fn ready_file(&self) -> String {
        let mut text = format!("VITAE_URL={}\n", self.url);
        let _ = write!(text, "VITAE_TENANT_ID={}\nVITAE_AUTHORITY={}\n", self.tenant, self.authority());
        if let Some((person, token)) = &self.signed_in {
            let _ =
                write!(text, "VITAE_TOKEN={token}\nVITAE_USER_ID={}\nVITAE_UPN={}\n", person.id, quoted(&person.upn));
        }
        if let Some((person, token)) = &self.ordinary {
            let (id, upn) = (person.id, quoted(&person.upn));
            let _ = write!(text, "VITAE_PLAIN_TOKEN={token}\nVITAE_PLAIN_UPN={upn}\nVITAE_PLAIN_USER_ID={id}\n");
        }
        let _ = writeln!(text, "VITAE_APP_TOKEN={}", self.app_token);
        if let Some((url, authority)) = &self.https {
            let _ = write!(text, "VITAE_TLS_URL={url}\nVITAE_CA={}\n", quoted(&authority.display().to_string()));
        }
        text
    }
}

/// The text as a shell reads it back: as it is when that is safe, else between single quotes.
fn quoted(text: &str) -> String {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || "@._-+/".contains(letter);
    if text.chars().all(safe) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_a_shell() {
        assert_eq!(quoted("ada@fjord.example"), "ada@fjord.example");
        assert_eq!(quoted("o'neill@fjord.example"), r"'o'\''neill@fjord.example'");
    }

    #[test]
    fn administrators_get_more() {
        assert!(usual_scopes(Roles::parse("peopleAdministrator")).contains(Scope::UserReadWriteAll));
        assert_eq!(usual_scopes(Roles::EMPLOYEE).to_string(), "User.ReadWrite User.Read.All");
        let auditor = usual_scopes(Roles::parse("auditor"));
        assert_eq!(auditor.to_string(), "User.ReadWrite User.Read.All AuditLog.Read.All");
    }
}
