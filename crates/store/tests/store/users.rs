//! SCIM users to provision.

use domain::collaborator::{Person, Profile, UserName};
use domain::command::ScimUser;
use domain::custom_attribute::CustomAttributes;
use serde_json::{Value, json};

/// A SCIM user that says nothing but a name.
pub(crate) fn user(user_name: &str) -> NewUser {
    NewUser(ScimUser {
        user_name: UserName::new(user_name).unwrap(),
        external_id: None,
        active: None,
        roles: None,
        profile: Profile::default(),
        custom_attributes: CustomAttributes::default(),
    })
}

/// The user that leaves a person as they are.
pub(crate) fn same(person: &Person) -> NewUser {
    NewUser(ScimUser {
        user_name: person.user_name.clone(),
        external_id: person.external_id.clone(),
        active: None,
        roles: None,
        profile: person.profile.clone(),
        custom_attributes: CustomAttributes::default(),
    })
}

/// A SCIM user in the making.
#[derive(Debug, Clone)]
pub(crate) struct NewUser(ScimUser);

impl NewUser {
    pub(crate) fn named(mut self, user_name: &str) -> Self {
        self.0.user_name = UserName::new(user_name).unwrap();
        self
    }

    pub(crate) fn external_id(mut self, id: &str) -> Self {
        self.0.external_id = Some(id.to_owned());
        self
    }

    pub(crate) fn active(mut self, active: bool) -> Self {
        self.0.active = Some(active);
        self
    }

    /// With the role extension, and this attribute in it.
    pub(crate) fn role(mut self, attribute: &str, value: &str) -> Self {
        self.0.roles.get_or_insert_default().insert(attribute.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn attribute(mut self, name: &str, value: Value) -> Self {
        self.0.profile.0.insert(name.to_owned(), value);
        self
    }

    /// Sent by a client that knows these added attributes.
    pub(crate) fn knowing(mut self, attributes: &CustomAttributes) -> Self {
        self.0.custom_attributes = attributes.clone();
        self
    }

    pub(crate) fn display_name(self, name: &str) -> Self {
        self.attribute("displayName", json!(name))
    }

    pub(crate) fn emails<const N: usize>(self, addresses: [&str; N]) -> Self {
        let emails: Vec<Value> = addresses.iter().map(|address| json!({ "value": address, "type": "work" })).collect();
        self.attribute("emails", json!(emails))
    }
}

impl From<NewUser> for ScimUser {
    fn from(user: NewUser) -> Self {
        user.0
    }
}
