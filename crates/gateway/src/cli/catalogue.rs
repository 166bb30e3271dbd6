use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use domain::audit::{EventKind, Subject};
use domain::environment::{ALL_COLLABORATORS, GroupName, RoleName};
use serde_json::json;
use store::{StoreError, Unique};

use super::session::{InWorkspace, Session};
use crate::config::Settings;

/// `gatehouse role …`
#[derive(Debug, Subcommand)]
pub(super) enum Role {
    /// Add an environment role; names are compared exactly
    Add(Add),
}

/// `gatehouse group …`
#[derive(Debug, Subcommand)]
pub(super) enum Group {
    /// Add a collaborator group
    Add(Add),
    /// Let a name that the identity provider sends mean one of our groups
    Map(Map),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    within: InWorkspace,
    /// Its name
    name: String,
}

#[derive(Debug, Args)]
pub(super) struct Map {
    #[command(flatten)]
    within: InWorkspace,
    /// The name that the identity provider sends
    provider_name: String,
    /// Our group
    group: String,
}

impl Role {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let Self::Add(Add { within, name }) = self;
        let session = Session::open(settings, &within)?;
        let entry =
            session.entry(EventKind::RoleAdded, Subject::named("role", &name), None, Some(json!({ "name": name })));
        match session.store.add_role(RoleName::new(&name)?, entry) {
            Err(StoreError::Taken(Unique::RoleName)) => bail!("there is a role {name} already"),
            done => Ok(done?),
        }
    }
}

impl Group {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::Add(add) => add.run(settings),
            Self::Map(map) => map.run(settings),
        }
    }
}

impl Add {
    fn run(self, settings: &Settings) -> Result<()> {
        let Self { within, name } = self;
        let session = Session::open(settings, &within)?;
        if name == ALL_COLLABORATORS {
            bail!("{ALL_COLLABORATORS} is a system group: it always exists and holds everybody");
        }
        let entry =
            session.entry(EventKind::GroupAdded, Subject::named("group", &name), None, Some(json!({ "name": name })));
        match session.store.add_group(session.new_group(&name)?, entry) {
            Err(StoreError::Taken(Unique::GroupName)) => bail!("there is a group {name} already"),
            done => Ok(done?),
        }
    }
}

impl Map {
    fn run(self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let after = json!({ "provider_name": self.provider_name, "group": self.group });
        let entry = session.entry(EventKind::GroupMapped, Subject::named("group", &self.group), None, Some(after));
        Ok(session.store.map_group(self.provider_name, GroupName::new(&self.group)?, entry)?)
    }
}
