use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use domain::audit::{EventKind, Subject};
use domain::environment::RoleName;
use domain::role::{self, Privilege, Privileges};
use serde_json::{Value, json};
use store::{StoreError, Unique};

use super::listing::Listing;
use super::session::{InWorkspace, Session};
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
                list.run(settings, |session| Ok(session.store.roles(session.workspace.id)?), (describe, text))
            }
        }
    }
}

impl Named {
    fn add(self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let (name, role) = (&self.name, self.role()?);
        let after = json!({ "name": name, "privileges": role.privileges });
        let entry = session.entry(EventKind::RoleAdded, Subject::named("role", name), None, Some(after));
        match session.store.add_role(role, entry) {
            Err(StoreError::Taken(Unique::RoleName)) => bail!("there is a role {name} already"),
            done => done?,
        }
        session.settle()
    }

    fn set(self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let role = self.role()?;
        let roles = session.store.roles(session.workspace.id)?;
        let known = roles.iter().find(|known| known.name == role.name);
        let known = known.with_context(|| format!("there is no role {}", role.name))?;
        if known.is_system() {
            bail!(
                "{} is a system role: the application knows it by name, and it has no privileges of its own",
                known.name
            );
        }
        if known.privileges == role.privileges {
            return Ok(());
        }
        let (before, after) = (json!({ "privileges": known.privileges }), json!({ "privileges": role.privileges }));
        let subject = Subject::named("role", &self.name);
        let entry = session.entry(EventKind::RoleUpdated, subject, Some(before), Some(after));
        Ok(session.store.set_role(role, entry)?)
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
