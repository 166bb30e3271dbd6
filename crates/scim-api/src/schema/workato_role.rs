//! The extension that carries one role per environment. Which attributes it has is a setting of the workspace.

use domain::environment::Environment;

use super::{Attribute, Schema, WORKATO_ROLE_URN};

/// The name of an attribute that carries an environment's role, and further names under which it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAttribute {
    /// The canonical name, in which it is sent.
    pub name: String,
    /// Names that mean the same in what clients send.
    pub aliases: Vec<String>,
}

impl RoleAttribute {
    /// A role attribute with its aliases.
    pub fn new(name: &str, aliases: &[&str]) -> Self {
        Self { name: name.to_owned(), aliases: aliases.iter().map(|&alias| alias.to_owned()).collect() }
    }

    /// The attributes that carry the roles of these environments. The first name of each is the canonical one; an
    /// environment without a name has no attribute.
    pub fn of_environments(environments: &[Environment]) -> Vec<Self> {
        let attribute = |environment: &Environment| {
            let (name, aliases) = environment.scim_attributes.split_first()?;
            Some(Self { name: name.clone(), aliases: aliases.to_vec() })
        };
        environments.iter().filter_map(attribute).collect()
    }
}

pub(super) fn schema(role_attributes: &[RoleAttribute]) -> Schema {
    Schema {
        id: WORKATO_ROLE_URN.into(),
        name: "WorkatoRole".into(),
        description: "The person's role in each environment.".into(),
        attributes: role_attributes.iter().map(attribute).collect(),
    }
}

fn attribute(role: &RoleAttribute) -> Attribute {
    let description = "The name of the person's role in one environment, compared as it is written.";
    let attribute = Attribute::string(role.name.clone(), description).case_exact();
    Attribute { aliases: role.aliases.clone(), ..attribute }
}
