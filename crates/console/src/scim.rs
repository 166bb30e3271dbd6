//! SCIM: whether the identity provider may provision people here, with which tokens, and what it asked for.

pub(crate) mod overview;
pub(crate) mod requests;
pub(crate) mod tokens;

use crate::page::Shell;

const HERE: &str = "/scim";

/// Which of its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Overview,
    Requests,
}

const TABS: [(Tab, &str, &str); 2] =
    [(Tab::Overview, "/scim", "Provisioning"), (Tab::Requests, "/scim/requests", "Request log")];

impl Tab {
    /// All of them: address, name, and whether this is it.
    fn all(self, shell: &Shell) -> impl Iterator<Item = (String, &'static str, bool)> {
        TABS.iter().map(move |(tab, below, name)| (shell.path(below), *name, *tab == self))
    }
}
