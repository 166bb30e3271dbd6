//! One command at work: the store, the workspace, and who sits at the terminal.

use administration::{Acting, Settling};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use domain::audit::{Actor, RequestOrigin};
use domain::clock::{Clock, Timestamp, to_micros};
use domain::command::Context;
use domain::connection::ConnectionName;
use domain::order::moment;
use domain::workspace::WorkspaceHandle;
use store::{Connection, KeyPurpose, Store};

use crate::clock::SystemClock;
use crate::config::Settings;
use crate::output;

/// From so many people on it takes long enough that somebody wants to know how far it is.
const LONG: i64 = 500;

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

    /// The operator at work in it.
    pub(super) fn open(&self, settings: &Settings) -> Result<Acting> {
        let store = settings.open_existing_store()?;
        check_version(&store)?;
        // What is sealed or encrypted under a wrong master key could never be proven or read again: stop before that.
        store.keys(KeyPurpose::AccessToken, None)?;
        let handle = WorkspaceHandle::new(&self.workspace)?;
        let workspace = store.find_workspace(&handle)?.with_context(|| format!("there is no workspace {handle}"))?;
        Ok(Acting { store, workspace, context: operator_now() })
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
    pub(super) fn find(&self, acting: &Acting) -> Result<Option<Connection>> {
        let mut connections = acting.store.connections(acting.workspace.id)?;
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
    pub(super) fn get(&self, acting: &Acting) -> Result<Connection> {
        self.find(acting)?.with_context(|| {
            let handle = &acting.workspace.handle;
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

/// Whoever sits at the terminal, now.
pub(super) fn operator_now() -> Context {
    let name = std::env::var("USER").ok().filter(|name| !name.is_empty());
    let actor = Actor::CommandLine { name };
    Context { now: SystemClock.now(), actor, request: RequestOrigin::default(), connection: None }
}

/// Decides everybody's access anew, as the workspace has become, and tells how far it is where that takes a while.
pub(super) fn settle(acting: &Acting) -> Result<()> {
    let tell = |settling: Settling| {
        if settling.all > LONG {
            output::remark(format!("decided anew: {} of {} people", settling.all - settling.left, settling.all));
        }
    };
    Ok(acting.settle(tell)?)
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
