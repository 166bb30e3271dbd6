//! What SCIM and SAML say of a person, side by side.

use std::collections::BTreeSet;

use domain::collaborator::{Person, ProviderState};
use domain::facts::GroupsClaim;
use domain::id::ConnectionId;
use domain::link_health::{Mismatch, link_health};
use store::SamlLink;

use crate::page::{machine, shown};

/// One fact in the words of both sides.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) scim: String,
    pub(super) saml: String,
    /// Whether the two say different things.
    pub(super) differs: bool,
}

/// A NameID that names the person.
pub(super) struct Link {
    pub(super) connection: String,
    pub(super) name_id: String,
    pub(super) since: (String, String),
}

impl Link {
    pub(super) fn of(link: SamlLink, named: &impl Fn(ConnectionId) -> String) -> Self {
        let since = (shown(&link.since), machine(&link.since));
        Self { connection: named(link.connection), name_id: link.name_id, since }
    }
}

const NOTHING: &str = "—";

/// Both sides of everything that either says.
pub(super) fn rows(person: &Person) -> Vec<Row> {
    let health = link_health(person);
    let mut rows = identity(person, health.mismatches());
    rows.extend(roles(person, health.mismatches()));
    rows.push(groups(person));
    rows
}

fn identity(person: &Person, mismatches: &[Mismatch]) -> Vec<Row> {
    let said = person.facts.identity.as_ref();
    let is_managed = person.lifecycle.is_managed();
    let by_scim = |text: Option<String>| text.filter(|_| is_managed).unwrap_or_else(|| NOTHING.to_owned());
    let by_saml = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
    let profile = said.map(|said| &said.profile);
    let address_differs = mismatches.iter().any(|one| matches!(one, Mismatch::Address { .. }));
    let row = |name: &str, scim, saml, differs| Row { name: name.to_owned(), scim, saml, differs };
    vec![
        row(
            "Last heard of",
            by_scim(scim_state(person)),
            by_saml(person.facts.asserted.as_ref().map(|a| shown(&a.at))),
            false,
        ),
        row(
            "Name to find by",
            by_scim(Some(person.user_name.to_string())),
            by_saml(said.map(|said| said.login_name.to_string())),
            address_differs,
        ),
        row(
            "E-mail address",
            by_scim(person.profile.primary_email().map(str::to_owned)),
            by_saml(profile.and_then(|profile| profile.email.clone())),
            address_differs,
        ),
        row(
            "Name",
            by_scim(person.profile.display_name()),
            by_saml(profile.and_then(|profile| profile.full_name.clone().or(profile.given_name.clone()))),
            false,
        ),
        row("External id", by_scim(person.external_id.clone()), NOTHING.to_owned(), false),
    ]
}

fn scim_state(person: &Person) -> Option<String> {
    match person.lifecycle.provider {
        ProviderState::Unmanaged => None,
        ProviderState::Active(at) => Some(format!("active since {}", shown(&at))),
        ProviderState::Deactivated(at) => Some(format!("deactivated {}", shown(&at))),
        ProviderState::Deleted(at) => Some(format!("deleted {}", shown(&at))),
    }
}

/// Role attributes by their names, whichever side sends them.
fn roles(person: &Person, mismatches: &[Mismatch]) -> Vec<Row> {
    let (scim, saml) = (&person.facts.provisioned.roles, person.facts.asserted.as_ref().map(|said| &said.roles));
    let names: BTreeSet<&String> = scim.keys().chain(saml.into_iter().flat_map(|roles| roles.keys())).collect();
    let of = |name: &String| {
        let scim_value = scim.get(name).map_or_else(|| NOTHING.to_owned(), |stated| quoted(&stated.value));
        let values = saml.and_then(|roles| roles.get(name));
        let saml_value = values.map_or_else(|| NOTHING.to_owned(), |values| quoted(&values.join(", ")));
        let differs = mismatches.iter().any(|one| match one {
            Mismatch::Role { scim, saml, .. } => quoted(scim) == scim_value && quoted(saml) == saml_value,
            Mismatch::Address { .. } => false,
        });
        Row { name: name.clone(), scim: scim_value, saml: saml_value, differs }
    };
    names.into_iter().map(of).collect()
}

fn groups(person: &Person) -> Row {
    let scim = person.access.groups.iter().filter(|group| group.origins.contains_key(&domain::access::Origin::Scim));
    let scim: Vec<&str> = scim.map(|group| group.name.as_str()).collect();
    let saml = match person.facts.asserted.as_ref().map(|said| &said.groups) {
        None | Some(GroupsClaim::Absent) => NOTHING.to_owned(),
        Some(GroupsClaim::Empty) => "(an empty attribute)".to_owned(),
        Some(GroupsClaim::Overage) => "too many to send: no information".to_owned(),
        Some(GroupsClaim::Values(values)) => values.join(", "),
    };
    let scim = if scim.is_empty() { NOTHING.to_owned() } else { scim.join(", ") };
    Row { name: "Groups".to_owned(), scim, saml, differs: false }
}

/// An empty value is a value.
fn quoted(value: &str) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { value.to_owned() }
}
