//! One command at work: the store, the workspace, and who sits at the terminal.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use domain::access::EffectiveAccess;
use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, Source, Subject};
use domain::clock::{Clock, Timestamp, to_micros};
use domain::collaborator::{Person, UserName};
use domain::command::Context;
use domain::connection::ConnectionName;
use domain::environment::{GroupName, RoleName};
use domain::explain::predict;
use domain::group::Group;
use domain::id::{GroupId, PersonId, ScimId};
use domain::order::moment;
use domain::workspace::{Workspace, WorkspaceHandle};
use serde_json::Value;
use store::{Connection, KeyPurpose, Store};
use web::random;

use crate::clock::SystemClock;
use crate::config::Settings;
use crate::output;

/// Which workspace.
#[derive(Debug, Args)]
pub(super) struct InWorkspace {
    /// The workspace's handle
    #[arg(long, value_name = "HANDLE")]
    workspace: String,
}

impl InWorkspace {
    /// The workspace of that handle.
    pub(super) fn named(handle: &str) -> Self {
        Self { workspace: handle.to_owned() }
    }
}

/// Which of a workspace's identity providers.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct OfProvider {
    /// The name of the identity provider, where the workspace has several
    #[arg(long = "idp", value_name = "NAME")]
    pub(super) name: Option<ConnectionName>,
}

impl OfProvider {
    /// Its connection, if there is one; where none is named, the only one, or none where there is none yet.
    pub(super) fn find(&self, session: &Session) -> Result<Option<Connection>> {
        let mut connections = session.store.connections(session.workspace.id)?;
        match &self.name {
            Some(name) => connections.retain(|connection| connection.name == *name),
            None if connections.len() > 1 => {
                let names: Vec<&str> = connections.iter().map(|connection| connection.name.as_str()).collect();
                bail!("say which identity provider is meant: --idp {}", names.join(" or --idp "))
            }
            None => {}
        }
        Ok(connections.pop())
    }

    /// Its connection.
    pub(super) fn get(&self, session: &Session) -> Result<Connection> {
        self.find(session)?.with_context(|| {
            let handle = &session.workspace.handle;
            match &self.name {
                Some(name) => {
                    format!("there is no identity provider {name} in {handle}: see `gatehouse saml idp list`")
                }
                None => format!(
                    "no identity provider is set: gatehouse saml idp set --workspace {handle} --metadata FILE_OR_URL"
                ),
            }
        })
    }
}

/// A command that works in a workspace.
pub(super) struct Session {
    pub(super) store: Store,
    pub(super) workspace: Workspace,
    pub(super) now: Timestamp,
}

impl Session {
    pub(super) fn open(settings: &Settings, within: &InWorkspace) -> Result<Self> {
        let store = settings.open_existing_store()?;
        check_version(&store)?;
        // What is sealed or encrypted under a wrong master key could never be proven or read again: stop before that.
        store.keys(KeyPurpose::AccessToken, None)?;
        let handle = WorkspaceHandle::new(&within.workspace)?;
        let workspace = store.find_workspace(&handle)?.with_context(|| format!("there is no workspace {handle}"))?;
        Ok(Self { store, workspace, now: SystemClock.now() })
    }

    /// When and by whom.
    pub(super) fn context(&self) -> Context {
        Context { now: self.now, actor: operator(), request: RequestOrigin::default(), connection: None }
    }

    /// An audit entry of this command.
    pub(super) fn entry(
        &self,
        kind: EventKind,
        subject: Subject,
        before: Option<Value>,
        after: Option<Value>,
    ) -> AuditEntry {
        AuditEntry {
            workspace: self.workspace.id,
            at: self.now,
            kind,
            source: Source::Manual,
            actor: operator(),
            subject,
            before,
            after,
            request: RequestOrigin::default(),
        }
    }

    /// A group to be added by hand.
    pub(super) fn new_group(&self, name: &str) -> Result<Group> {
        let id = GroupId::new(random::new_id(self.now)?);
        Ok(Group::new(self.workspace.id, id, GroupName::new(name)?, false, self.now))
    }

    /// The role of that name.
    pub(super) fn get_role(&self, name: &str) -> Result<RoleName> {
        let roles = self.store.roles(self.workspace.id)?;
        let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
        let found = roles.iter().find(|role| role.name.as_str() == name);
        found
            .map(|role| role.name.clone())
            .with_context(|| format!("there is no role {name}; there are {}", names.join(", ")))
    }

    /// Decides everybody's access anew, as the workspace has become: it is in force when this returns. Where this is cut off, a
    /// server goes on with it.
    pub(super) fn settle(&self) -> Result<()> {
        const AT_ONCE: i64 = 500;
        let now = SystemClock.now();
        let all = self.store.count_due(self.workspace.id, now)?;
        let mut left = all;
        while left > 0 && self.store.reconsider_due(now, AT_ONCE)? > 0 {
            left = self.store.count_due(self.workspace.id, now)?;
            if all > AT_ONCE {
                output::remark(format!("decided anew: {} of {all} people", all - left));
            }
        }
        Ok(())
    }

    /// The workspace as an entry's subject.
    pub(super) fn subject(&self) -> Subject {
        Subject {
            kind: "workspace",
            id: Some(self.workspace.id.to_string()),
            name: Some(self.workspace.handle.to_string()),
        }
    }

    /// What the first login is going to give to somebody who awaits it.
    pub(super) fn predict(&self, person: &Person) -> Result<Option<EffectiveAccess>> {
        let catalogue = self.store.catalogue(self.workspace.id, &BTreeSet::new())?;
        Ok(predict(person, &self.workspace, &catalogue, self.now))
    }

    /// The person of a `userName` (folded) or of either id: the living one, else the latest.
    pub(super) fn get_person(&self, user: &str) -> Result<Person> {
        let workspace = self.workspace.id;
        if let Some(person) =
            PersonId::parse(user).map(|id| self.store.find_person(workspace, id)).transpose()?.flatten()
        {
            return Ok(person);
        }
        if let Some(person) =
            ScimId::parse(user).map(|id| self.store.find_by_scim_id(workspace, id)).transpose()?.flatten()
        {
            return Ok(person);
        }
        match self.store.find_by_name(workspace, &UserName::new(user)?)? {
            Some(person) => Ok(person),
            None => bail!("there is no {user} in the workspace {}", self.workspace.handle),
        }
    }
}

/// Whoever sits at the terminal.
pub(super) fn operator() -> Actor {
    Actor::CommandLine { name: std::env::var("USER").ok().filter(|name| !name.is_empty()) }
}

fn check_version(store: &Store) -> Result<()> {
    let pending = store.pending_migrations()?;
    if pending.is_empty() {
        return Ok(());
    }
    bail!("the database is not at this version: run `gatehouse migrate` first")
}

/// A moment on the command line.
pub(super) fn parse_moment(text: &str) -> std::result::Result<Timestamp, String> {
    let known = moment(text).map(to_micros);
    known.ok_or_else(|| "write it as RFC 3339 has it, such as 2026-12-31T00:00:00Z".to_owned())
}
