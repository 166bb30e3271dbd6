//! Connections: the identity providers, how logins through them fare, and our own keys.

pub(crate) mod certificate;
pub(crate) mod change;
pub(crate) mod form;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod logins;
pub(crate) mod provider;
pub(crate) mod remove;
pub(crate) mod show;
pub(crate) mod traced;

use ::web::Site;
use ::web::blocking::blocking;
use store::Connection;

use crate::error::ConsoleError;
use crate::page::Shell;
use crate::session::ConsoleSession;

const HERE: &str = "/connections";

/// Which of its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Providers,
    Logins,
    Keys,
}

const TABS: [(Tab, &str, &str); 3] = [
    (Tab::Providers, "/connections", "Identity providers"),
    (Tab::Logins, "/connections/logins", "Logins"),
    (Tab::Keys, "/connections/keys", "Our keys"),
];

impl Tab {
    /// All of them: address, name, and whether this is it.
    fn all(self, shell: &Shell) -> impl Iterator<Item = (String, &'static str, bool)> {
        TABS.iter().map(move |(tab, below, name)| (shell.path(below), *name, *tab == self))
    }
}

/// The connection of that name in the workspace.
async fn get(site: &Site, session: &ConsoleSession, name: &str) -> Result<Connection, ConsoleError> {
    let (store, workspace) = (site.store.clone(), session.workspace().id);
    let connections = blocking(move || store.connections(workspace)).await?;
    let found = connections.into_iter().find(|connection| connection.name.as_str() == name);
    found.ok_or(ConsoleError::NotFound)
}

/// Where the page of a connection is.
fn address(name: &str) -> String {
    format!("{HERE}/idp/{name}")
}
