use administration::roles;
use anyhow::Result;
use clap::{Args, Subcommand};
use domain::environment::RoleName;
use domain::role::{self, Privilege, Privileges};
use serde_json::{Value, json};

use super::listing::Listing;
use super::session::{InWorkspace, settle};
use crate::config::Settings;

/// `gatehouse role …`
#[derive(Debug, Subcommand)]
pub(super) enum Role {
    /// Add an environment role; names are compared exactly
    Add(Named),
    /// Replace the privileges of a role that was added
    Set(Named),
    /// Print the roles with their privileges
    List(Listing),
}

#[derive(Debug, Args)]
pub(super) struct Named {
    #[command(flatten)]
    within: InWorkspace,
    /// Its name
    name: String,
    /// What the application lets its holders do, such as recipes.run; may be given several times. /session and the access
    /// token carry it
    #[arg(long = "privilege", value_name = "NAME")]
    privileges: Vec<Privilege>,
}

impl Role {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::Add(named) => named.add(settings),
            Self::Set(named) => named.set(settings),
            Self::List(list) => {
                list.run(settings, |acting| Ok(acting.store.roles(acting.workspace.id)?), (describe, text))
            }
        }
    }
}

impl Named {
    fn add(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        roles::add(&acting, self.role()?)?;
        settle(&acting)
    }

    fn set(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        Ok(roles::set(&acting, self.role()?)?)
    }

    fn role(&self) -> Result<role::Role> {
        let privileges = Privileges::new(self.privileges.iter().cloned())?;
        Ok(role::Role { name: RoleName::new(&self.name)?, privileges })
    }
}

fn describe(role: &domain::role::Role) -> Value {
    let kind = if role.is_system() { "system" } else { "custom" };
    json!({ "name": role.name, "type": kind, "privileges": role.privileges })
}

fn text(role: &domain::role::Role) -> String {
    format!("{:<24} {}", role.name.as_str(), role.privileges).trim_end().to_owned()
}
