//! The directory's own entry of a person: what `POST /users` would take, and the roles.

use serde_json::{Map, Value, json};

use super::page::{COMPANY, Page};
use super::person::ADA;

/// Where the guests are employed.
const GUEST_COMPANY: &str = "Havblikk Consulting";

impl Page<'_> {
    /// Everything about the person but the profile.
    pub(super) fn directory(&mut self) -> Map<String, Value> {
        let mut entry = self.members();
        let mut roles = Vec::new();
        roles.extend((self.who.index == ADA).then_some("peopleAdministrator"));
        roles.extend(self.who.is_auditor().then_some("auditor"));
        roles.extend(self.who.is_guest().then_some("guest"));
        if !roles.is_empty() {
            entry.insert("roles".to_owned(), json!(roles));
        }
        entry
    }

    fn members(&mut self) -> Map<String, Value> {
        let [given, family] = self.who.shown();
        let department = self.tenant.department(self.who.index).map(|department| department.name);
        let company = if self.who.is_guest() { GUEST_COMPANY } else { COMPANY };
        let has_mobile = !self.dice.chance(15);
        let private = self.dice.chance(30).then(|| format!("{}@mail.example.com", self.who.alias));
        let value = json!({
            "id": self.who.id,
            "userPrincipalName": self.who.upn(),
            "mailNickname": self.who.alias,
            "accountEnabled": true,
            "displayName": self.who.display_name(),
            "givenName": given,
            "surname": family,
            "jobTitle": self.life.title(),
            "mail": self.who.upn(),
            "otherMails": Vec::from_iter(private),
            "mobilePhone": has_mobile.then_some(&self.life.mobile),
            "businessPhones": [self.life.landline],
            "officeLocation": self.life.office,
            "preferredLanguage": self.who.home.tag,
            "department": department,
            "companyName": company,
            "employeeId": format!("F{:05}", 1000 + self.who.index),
            "usageLocation": self.who.home.code,
            "streetAddress": self.life.street,
            "city": self.life.city.name,
            "postalCode": self.life.postal_code,
            "country": self.who.home.country,
            "hireDate": format!("{}T00:00:00Z", self.life.hired.day(1)),
            "aboutMe": (!self.who.is_newcomer()).then_some(self.who.origin.about),
        });
        if let Value::Object(members) = value { members } else { Map::new() }
    }
}
