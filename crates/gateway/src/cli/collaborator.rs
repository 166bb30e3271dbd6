use std::collections::BTreeSet;

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::command::Command;
use domain::decide::{Refusal, State, decide};
use store::{Committed, StoreError};

use super::session::{InWorkspace, Session};
use crate::config::Settings;
use crate::output;

/// `gatehouse collaborator …`
#[derive(Debug, Subcommand)]
pub(super) enum Collaborator {
    /// Set an environment role by hand; the next sync may overwrite it
    SetRole(SetRole),
    /// Deactivate: a hold that only an administrator lifts
    Deactivate(OnePerson),
    /// Lift a hold, and take back a removal
    Activate(OnePerson),
    /// Take out of the workspace; the identity provider or a login brings back
    Remove(OnePerson),
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
}

impl Collaborator {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::SetRole(SetRole { person, environment, role }) => {
                person.run(settings, &Command::SetRole { environment, role })
            }
            Self::Deactivate(person) => person.run(settings, &Command::Hold),
            Self::Activate(person) => person.run(settings, &Command::Activate),
            Self::Remove(person) => person.run(settings, &Command::Remove),
            Self::EndSessions(person) => person.run(settings, &Command::EndSessions),
            Self::Invite(person) => person.run(settings, &Command::ResendInvitation),
        }
    }
}

impl OnePerson {
    fn run(&self, settings: &Settings, command: &Command) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let id = session.get_person(&self.user)?.id;
        let committed = session.store.decide_and_commit(|store| -> Result<_, Refused> {
            let workspace = &session.workspace;
            let state = State {
                workspace,
                catalogue: &store.catalogue(workspace.id, &BTreeSet::new())?,
                person: store.find_person(workspace.id, id)?,
                namesakes: Vec::new(),
                name_ids: Vec::new(),
            };
            Ok(decide(state, command.clone(), &session.context())?)
        })?;
        output::line(tell(command, &committed))
    }
}

/// What was done, in a sentence.
fn tell(command: &Command, committed: &Committed) -> String {
    let person = &committed.person;
    let (name, status) = (&person.user_name, person.status().as_str());
    match command {
        Command::SetRole { environment, role } if committed.changed => {
            format!("{name} has the role {role} in {environment}.")
        }
        Command::SetRole { environment, role } => format!("{name} already had the role {role} in {environment}."),
        Command::ResendInvitation => {
            let to = person.lifecycle.invitation.as_ref().map_or("nobody", |open| open.to.as_str());
            format!("An invitation is on its way to {to}.")
        }
        Command::EndSessions => format!("Every session of {name} has ended."),
        _ if committed.changed => format!("{name} is now {status}."),
        _ => format!("{name} was already {status}."),
    }
}

/// Why an administrator's command came to nothing.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Refusal(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}
