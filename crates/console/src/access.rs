//! Access: who may do what where, by which words of the identity provider that comes, and under which policy.

pub(crate) mod environments;
pub(crate) mod groups;
pub(crate) mod mappings;
pub(crate) mod matrix;
pub(crate) mod members;
pub(crate) mod policy;
pub(crate) mod review;
pub(crate) mod roles;

use url::form_urlencoded::Serializer;

use crate::page::Shell;

/// Which of its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Overview,
    Environments,
    Roles,
    Groups,
    Mappings,
    Policy,
}

const TABS: [(Tab, &str, &str); 6] = [
    (Tab::Overview, "/access", "Overview"),
    (Tab::Environments, "/access/environments", "Environments"),
    (Tab::Roles, "/access/roles", "Roles"),
    (Tab::Groups, "/access/groups", "Groups"),
    (Tab::Mappings, "/access/mappings", "Group mapping"),
    (Tab::Policy, "/access/policy", "Policy"),
];

impl Tab {
    /// All of them: address, name, and whether this is it.
    fn all(self, shell: &Shell) -> impl Iterator<Item = (String, &'static str, bool)> {
        TABS.iter().map(move |(tab, below, name)| (shell.path(below), *name, *tab == self))
    }
}

/// An address with a query.
pub(crate) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let said = pairs.iter().filter(|(_, value)| !value.is_empty());
    match Serializer::new(String::new()).extend_pairs(said).finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_only_what_there_is_to_say_and_escapes_it() {
        assert_eq!(with_query("/a", &[("q", ""), ("role.dev", "A&B = c")]), "/a?role.dev=A%26B+%3D+c");
        assert_eq!(with_query("/a", &[("q", "")]), "/a");
    }
}
