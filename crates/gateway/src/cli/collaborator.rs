use administration::people;
use anyhow::Result;
use clap::{Args, Subcommand};
use domain::clock::Timestamp;
use domain::command::Command;
use domain::facts::Pin;
use store::Committed;

use super::session::{InWorkspace, OfProvider, parse_moment};
use crate::config::Settings;
use crate::output;

/// `gatehouse collaborator …`
#[derive(Debug, Subcommand)]
pub(super) enum Collaborator {
    /// Set an environment role by hand; the next sync may overwrite it, unless it is pinned
    SetRole(SetRole),
    /// Deactivate: a hold that only an administrator lifts
    Deactivate(OnePerson),
    /// Lift a hold, and take back a removal
    Activate(OnePerson),
    /// Take out of the workspace; the identity provider or a login brings back
    Remove(OnePerson),
    /// Decide through which identity provider somebody signs in; former links end
    Link(Link),
    /// End every session
    EndSessions(OnePerson),
    /// Send the invitation again; its earlier links no longer work
    Invite(OnePerson),
}

#[derive(Debug, Args)]
pub(super) struct OnePerson {
    #[command(flatten)]
    within: InWorkspace,
    /// A userName, or either id
    user: String,
}

#[derive(Debug, Args)]
pub(super) struct SetRole {
    #[command(flatten)]
    person: OnePerson,
    /// The environment, such as prod
    environment: String,
    /// The role
    role: String,
    /// Keep syncs from overwriting it until then (RFC 3339, such as 2026-12-31T00:00:00Z)
    #[arg(long, value_name = "TIME", requires = "reason", value_parser = parse_moment)]
    pin_until: Option<Timestamp>,
    /// Why it is pinned
    #[arg(long, value_name = "TEXT", requires = "pin_until")]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Link {
    #[command(flatten)]
    person: OnePerson,
    #[command(flatten)]
    idp: OfProvider,
    /// The NameID that the identity provider sends for them; without it, their next login there finds them by their userName
    #[arg(long, value_name = "NAMEID")]
    name_id: Option<String>,
}

impl Link {
    fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.person.within.open(settings)?;
        let connection = self.idp.get(&acting)?;
        let id = people::get(&acting, &self.person.user)?.id;
        people::link(&acting, id, &connection, self.name_id)?;
        output::line(format!("{} signs in through {} from now on.", self.person.user, connection.name))
    }
}

impl Collaborator {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::SetRole(SetRole { person, environment, role, pin_until, reason }) => {
                let pin = pin_until.zip(reason).map(|(until, reason)| Pin { until, reason });
                person.run(settings, &Command::SetRole { environment, role, pin })
            }
            Self::Deactivate(person) => person.run(settings, &Command::Hold),
            Self::Activate(person) => person.run(settings, &Command::Activate),
            Self::Remove(person) => person.run(settings, &Command::Remove),
            Self::Link(link) => link.run(settings),
            Self::EndSessions(person) => person.run(settings, &Command::EndSessions),
            Self::Invite(person) => person.run(settings, &Command::ResendInvitation),
        }
    }
}

impl OnePerson {
    fn run(&self, settings: &Settings, command: &Command) -> Result<()> {
        let acting = self.within.open(settings)?;
        let id = people::get(&acting, &self.user)?.id;
        let committed = acting.command(id, command)?;
        output::line(tell(command, &committed))
    }
}

/// What was done, in a sentence.
fn tell(command: &Command, committed: &Committed) -> String {
    let person = &committed.person;
    let (name, status) = (&person.user_name, person.status().as_str());
    match command {
        Command::SetRole { environment, role, pin: Some(pin) } => {
            format!("{name} has the role {role} in {environment}, whatever syncs say until {}.", pin.until.to_rfc3339())
        }
        Command::SetRole { environment, role, .. } if committed.changed => {
            format!("{name} has the role {role} in {environment}.")
        }
        Command::SetRole { environment, role, .. } => format!("{name} already had the role {role} in {environment}."),
        Command::ResendInvitation => {
            let to = person.lifecycle.invitation.as_ref().map_or("nobody", |open| open.to.as_str());
            format!("An invitation is on its way to {to}.")
        }
        Command::EndSessions => format!("Every session of {name} has ended."),
        _ if committed.changed => format!("{name} is now {status}."),
        _ => format!("{name} was already {status}."),
    }
}
