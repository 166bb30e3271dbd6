use administration::{groups, people};
use anyhow::Result;
use clap::{Args, Subcommand};

use super::session::InWorkspace;
use crate::config::Settings;
use crate::output;

/// `gatehouse group …`
#[derive(Debug, Subcommand)]
pub(super) enum Group {
    /// Add a collaborator group
    Add(Add),
    /// Let a name that the identity provider sends mean one of our groups
    Map(Map),
    /// Let a name that the identity provider sends mean no group of ours any more
    Unmap(Unmap),
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
pub(super) struct Unmap {
    #[command(flatten)]
    within: InWorkspace,
    /// The name that the identity provider sends
    provider_name: String,
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
            Self::Unmap(unmap) => unmap.run(settings),
            Self::Join(member) => member.set(settings, true),
            Self::Leave(member) => member.set(settings, false),
        }
    }
}

impl Add {
    fn run(self, settings: &Settings) -> Result<()> {
        groups::add(&self.within.open(settings)?, &self.name)?;
        Ok(())
    }
}

impl Map {
    fn run(self, settings: &Settings) -> Result<()> {
        Ok(groups::map(&self.within.open(settings)?, &self.provider_name, &self.group)?)
    }
}

impl Unmap {
    fn run(self, settings: &Settings) -> Result<()> {
        Ok(groups::unmap(&self.within.open(settings)?, &self.provider_name)?)
    }
}

impl Member {
    fn set(self, settings: &Settings, member: bool) -> Result<()> {
        let acting = self.within.open(settings)?;
        let group = groups::get(&acting, &self.group)?;
        let person = people::get(&acting, &self.user)?;
        let committed = groups::set_member(&acting, &group, person.id, member)?;
        let name = group.name;
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
