use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use domain::access::Origin;
use domain::audit::{EventKind, Subject};
use domain::command::Command;
use domain::environment::{ALL_COLLABORATORS, GroupName};
use serde_json::json;
use store::{StoreError, Unique};

use super::session::{InWorkspace, Session};
use crate::config::Settings;
use crate::output;

/// `gatehouse group …`
#[derive(Debug, Subcommand)]
pub(super) enum Group {
    /// Add a collaborator group
    Add(Add),
    /// Let a name that the identity provider sends mean one of our groups
    Map(Map),
    /// Put somebody into a group by hand; no sync takes them out
    Join(Member),
    /// Take back that somebody was put into a group by hand; what syncs say of it stays
    Leave(Member),
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

#[derive(Debug, Args)]
pub(super) struct Member {
    #[command(flatten)]
    within: InWorkspace,
    /// The group
    group: String,
    /// A userName, or either id
    user: String,
}

impl Group {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::Add(add) => add.run(settings),
            Self::Map(map) => map.run(settings),
            Self::Join(member) => member.set(settings, true),
            Self::Leave(member) => member.set(settings, false),
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

impl Member {
    fn set(self, settings: &Settings, member: bool) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let name = GroupName::new(&self.group)?;
        let group = session.store.find_group_by_name(session.workspace.id, &name)?;
        let group = group.with_context(|| format!("there is no group {name}"))?.name;
        let id = session.get_person(&self.user)?.id;
        let command = Command::SetMembership { group, origin: Origin::Manual, member };
        let committed = session.store.command(&session.workspace, id, &command, &session.context())?;
        let still = committed.person.access.groups.iter().find(|known| known.name == name);
        let others: Vec<&str> =
            still.iter().flat_map(|known| known.origins.keys()).map(|origin| origin.as_str()).collect();
        let user = &committed.person.user_name;
        output::line(match (member, committed.changed, others.is_empty()) {
            (true, true, _) => format!("{user} is in {name}."),
            (true, false, _) => format!("{user} already was in {name} by hand."),
            (false, _, true) => format!("{user} is not in {name}."),
            (false, _, false) => format!("{user} is still in {name}, because {} says so.", others.join(" and ")),
        })
    }
}
