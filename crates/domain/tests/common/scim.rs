//! SCIM users to send.

use std::collections::BTreeMap;

use domain::collaborator::{Profile, UserName};
use domain::command::ScimUser;
use domain::custom_attribute::CustomAttributes;
use serde_json::{Value, json};

/// A SCIM user that says nothing but a name.
pub fn user(user_name: &str) -> NewUser {
    NewUser(ScimUser {
        user_name: UserName::new(user_name).unwrap(),
        external_id: None,
        active: None,
        roles: None,
        profile: Profile::default(),
        custom_attributes: CustomAttributes::default(),
    })
}

/// A SCIM user in the making.
#[derive(Debug, Clone)]
pub struct NewUser(ScimUser);

impl NewUser {
    pub fn name(&self) -> UserName {
        self.0.user_name.clone()
    }

    pub fn external_id(mut self, id: &str) -> Self {
        self.0.external_id = Some(id.to_owned());
        self
    }

    pub fn active(mut self, active: bool) -> Self {
        self.0.active = Some(active);
        self
    }

    /// With the role extension, and this attribute in it.
    pub fn role(mut self, attribute: &str, value: &str) -> Self {
        self.0.roles.get_or_insert_default().insert(attribute.to_owned(), value.to_owned());
        self
    }

    /// With the role extension, but no attribute in it.
    pub fn no_roles(mut self) -> Self {
        self.0.roles = Some(BTreeMap::new());
        self
    }

    pub fn attribute(mut self, name: &str, value: Value) -> Self {
        self.0.profile.0.insert(name.to_owned(), value);
        self
    }

    /// Sent by a client that knows these added attributes.
    pub fn knowing(mut self, attributes: &CustomAttributes) -> Self {
        self.0.custom_attributes = attributes.clone();
        self
    }

    pub fn display_name(self, name: &str) -> Self {
        self.attribute("displayName", json!(name))
    }
}

impl From<NewUser> for ScimUser {
    fn from(user: NewUser) -> Self {
        user.0
    }
}
