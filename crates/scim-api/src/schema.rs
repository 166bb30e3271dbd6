//! The schema registry: the one source for what an attribute is called, what type it has, who may write it, and when it
//! is returned. Validation, PATCH, filters, projection and the discovery endpoints all read it.

pub mod attribute;
mod common;
mod custom;
mod enterprise;
mod group;
mod role;
mod target;
mod user;
mod workato_role;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use attribute::{Attribute, Kind, Mutability, Returned, Uniqueness};
use domain::custom_attribute::CustomAttributes;
use domain::environment::Environment;
use domain::schema_urn;
pub use group::MAX_MEMBERS;
pub use target::{Located, Target};
pub use workato_role::RoleAttribute;

/// URN of the core `User` schema (RFC 7643 §4.1).
pub const USER_URN: &str = schema_urn::USER;
/// URN of the core `Group` schema (RFC 7643 §4.2).
pub const GROUP_URN: &str = schema_urn::GROUP;
/// URN of the read-only schema of environment roles.
pub const ROLE_URN: &str = schema_urn::ROLE;
/// URN of the enterprise extension (RFC 7643 §4.3).
pub const ENTERPRISE_URN: &str = schema_urn::ENTERPRISE;
/// URN of the extension that carries environment roles.
pub const WORKATO_ROLE_URN: &str = schema_urn::WORKATO_ROLE;

/// A schema: a URN and its attributes (RFC 7643 §7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The URN.
    pub id: Cow<'static, str>,
    /// A name for people.
    pub name: Cow<'static, str>,
    /// What it is for.
    pub description: Cow<'static, str>,
    /// The attributes in the order in which they are published.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// The attribute of this name or alias, in any case (RFC 7643 §2.1).
    pub fn find_attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.is_called(name))
    }
}

/// A kind of resource: its core schema and extensions (RFC 7643 §6).
#[derive(Debug, Clone)]
pub struct ResourceType {
    /// `User`; also the `id` of the resource type and the `meta.resourceType` of its resources.
    pub name: &'static str,
    /// The endpoint below the base URL, with its slash.
    pub endpoint: &'static str,
    /// What such a resource stands for.
    pub description: &'static str,
    /// The schema whose attributes stand at the top level.
    pub core: Arc<Schema>,
    /// Schemas whose attributes stand below their URN; none of them is required.
    pub extensions: Vec<Arc<Schema>>,
}

/// The schemas of one workspace. Cheap to build: only the extensions of `User` depend on the workspace.
#[derive(Debug, Clone)]
pub struct Registry {
    user: ResourceType,
    group: ResourceType,
    role: ResourceType,
    custom_attributes: CustomAttributes,
}

impl Registry {
    /// The registry of a workspace whose environment roles are carried by these attributes, and which added those to its
    /// people.
    pub fn new(role_attributes: &[RoleAttribute], custom_attributes: CustomAttributes) -> Self {
        let mut extensions = vec![enterprise::schema(), Arc::new(workato_role::schema(role_attributes))];
        extensions.extend(custom::schemas(&custom_attributes));
        let user = ResourceType {
            name: "User",
            endpoint: "/Users",
            description: "A person who may collaborate in the workspace.",
            core: user::schema(),
            extensions,
        };
        let group = ResourceType {
            name: "Group",
            endpoint: "/Groups",
            description: "A collaborator group of the workspace.",
            core: group::schema(),
            extensions: Vec::new(),
        };
        let role = ResourceType {
            name: "Role",
            endpoint: "/Roles",
            description: "A role that a person may have in an environment.",
            core: role::schema(),
            extensions: Vec::new(),
        };
        Self { user, group, role, custom_attributes }
    }

    /// The attributes that the workspace added to those of `User`.
    pub fn custom_attributes(&self) -> &CustomAttributes {
        &self.custom_attributes
    }

    /// The resource type `User`.
    pub fn user(&self) -> &ResourceType {
        &self.user
    }

    /// The resource type `Group`.
    pub fn group(&self) -> &ResourceType {
        &self.group
    }

    /// The resource type `Role`, which is read only.
    pub fn role(&self) -> &ResourceType {
        &self.role
    }

    /// Role values under the names by which their attributes are sent now; those without an attribute are left out.
    pub fn role_values(&self, said: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let roles = self.user.extensions.iter().find(|schema| schema.id == WORKATO_ROLE_URN);
        let canonical = |name: &str| roles?.find_attribute(name).map(|attribute| attribute.name.to_string());
        said.into_iter().filter_map(|(name, value)| Some((canonical(&name)?, value))).collect()
    }

    /// All resource types.
    pub fn resource_types(&self) -> impl Iterator<Item = &ResourceType> {
        [&self.user, &self.group, &self.role].into_iter()
    }

    /// All schemas, each once.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        self.resource_types().flat_map(ResourceType::schemas)
    }
}

/// The registry of a workspace with the default environments, to which nothing was added.
impl Default for Registry {
    fn default() -> Self {
        Self::new(&RoleAttribute::of_environments(&Environment::defaults()), CustomAttributes::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_and_attribute_is_described_and_named_once() {
        let registry = Registry::default();
        for schema in registry.schemas() {
            assert!(schema.description.ends_with('.'), "{}", schema.id);
            assert_named_once(&schema.id, &schema.attributes);
        }
    }

    fn assert_named_once(of: &str, attributes: &[Attribute]) {
        for (index, attribute) in attributes.iter().enumerate() {
            let name = &attribute.name;
            assert!(attribute.description.ends_with('.'), "{of}.{name}");
            assert!(!attributes[index + 1..].iter().any(|other| other.is_called(name)), "{of}.{name} twice");
            assert_eq!(attribute.kind == Kind::Complex, !attribute.sub_attributes.is_empty(), "{of}.{name}");
            assert_named_once(&format!("{of}.{name}"), &attribute.sub_attributes);
        }
    }

    #[test]
    fn a_user_has_all_core_attributes_of_the_rfc() {
        let registry = Registry::default();
        let names: Vec<&str> =
            registry.user().core.attributes.iter().map(|attribute| attribute.name.as_ref()).collect();
        assert_eq!(
            names.join(" "),
            "userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active password \
             emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates"
        );
    }

    #[test]
    fn the_role_extension_has_the_names_of_the_workspace() {
        let registry = Registry::new(&[RoleAttribute::new("stage_role", &["stage"])], CustomAttributes::default());
        let roles = registry.schemas().find(|schema| schema.id == WORKATO_ROLE_URN).unwrap();
        assert_eq!(roles.find_attribute("STAGE").unwrap().name, "stage_role");
        assert_eq!(roles.find_attribute("workato_role"), None);
    }
}
