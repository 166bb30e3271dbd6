//! What a verified assertion says of a person: their name, their profile, and the facts that the merge reads.

use std::collections::{BTreeMap, BTreeSet};

use domain::clock::{Timestamp, to_micros};
use domain::collaborator::UserName;
use domain::connection::AttributeNames;
use domain::environment::Environment;
use domain::facts::{AssertedFacts, AssertedProfile, GroupsClaim};
use domain::id::ConnectionId;

use crate::refusal::LoginError;
use crate::verify::VerifiedAssertion;

/// Entra ID sends this instead of groups where a person has more of them than fit.
const GROUPS_OVERAGE: &str = "http://schemas.microsoft.com/claims/groups.link";

/// The longest NameID, in bytes: it is a key (SAML core §8.3.7 allows 256 characters).
const NAME_ID_LENGTH: usize = 1_024;

/// The names of all attributes that are read of any of the connections, once each.
pub(crate) fn read(connections: &[&AttributeNames], environments: &[Environment]) -> Vec<String> {
    let usual = AttributeNames::default();
    let mut seen = BTreeSet::new();
    let connections: &[&AttributeNames] = if connections.is_empty() { &[&usual] } else { connections };
    let each = connections.iter().flat_map(|names| {
        let profile = [names.email(), names.full_name(), names.given_name(), names.family_name()];
        let roles = environments.iter().flat_map(|environment| names.roles(environment)).map(|(name, _)| name);
        profile.into_iter().flatten().chain(roles).chain([names.groups()])
    });
    each.filter(|name| seen.insert(*name)).map(str::to_owned).collect()
}

/// The name by which an unlinked person is found: `workato_email` where it is sent, else the NameID (product rules §4).
pub(crate) fn login_name(assertion: &VerifiedAssertion, names: &AttributeNames) -> Result<UserName, LoginError> {
    if assertion.name_id().len() > NAME_ID_LENGTH {
        return Err(LoginError::refused("name_id", format!("the NameID has over {NAME_ID_LENGTH} bytes")));
    }
    let email = single(assertion, &names.email());
    let name = email.as_deref().unwrap_or_else(|| assertion.name_id());
    UserName::new(name).map_err(|error| LoginError::refused("name_id", error.to_string()))
}

/// What it says of the profile.
pub(crate) fn profile(assertion: &VerifiedAssertion, names: &AttributeNames) -> AssertedProfile {
    let email = single(assertion, &names.email()).or_else(|| looks_like_address(assertion.name_id()));
    AssertedProfile {
        email,
        full_name: single(assertion, &names.full_name()),
        given_name: single(assertion, &names.given_name()),
        family_name: single(assertion, &names.family_name()),
    }
}

/// What it says of access.
pub(crate) fn facts(
    assertion: &VerifiedAssertion,
    connection: ConnectionId,
    names: &AttributeNames,
    environments: &[Environment],
    now: Timestamp,
) -> AssertedFacts {
    let sent = environments.iter().flat_map(|environment| names.roles(environment));
    let roles = sent.filter_map(|(name, known_as)| Some((known_as.to_owned(), values(assertion, name)?)));
    AssertedFacts {
        at: to_micros(now),
        connection,
        roles: roles.collect::<BTreeMap<_, _>>(),
        groups: groups(assertion, names.groups()),
    }
}

fn groups(assertion: &VerifiedAssertion, name: &str) -> GroupsClaim {
    match values(assertion, name) {
        Some(values) if values.iter().all(|value| value.trim().is_empty()) => GroupsClaim::Empty,
        Some(values) => GroupsClaim::Values(values),
        None if values(assertion, GROUPS_OVERAGE).is_some() => GroupsClaim::Overage,
        None => GroupsClaim::Absent,
    }
}

/// All values of all attributes of that name; none where there is no such attribute. One without a value is empty.
fn values(assertion: &VerifiedAssertion, name: &str) -> Option<Vec<String>> {
    let mut named = assertion.attributes().iter().filter(|attribute| attribute.name == name).peekable();
    named.peek()?;
    let mut values: Vec<String> = named.flat_map(|attribute| attribute.values.iter().cloned()).collect();
    if values.is_empty() {
        values.push(String::new());
    }
    Some(values)
}

/// The one value that is said under any of the names; several different ones are none.
fn single(assertion: &VerifiedAssertion, names: &[&str]) -> Option<String> {
    let said = names.iter().filter_map(|name| values(assertion, name)).flatten();
    let mut said: Vec<String> = said.filter(|value| !value.trim().is_empty()).collect();
    said.dedup();
    if said.len() == 1 { said.pop() } else { None }
}

fn looks_like_address(name_id: &str) -> Option<String> {
    let (local, host) = name_id.split_once('@')?;
    let plain = !local.is_empty() && host.contains('.') && !name_id.contains(char::is_whitespace);
    plain.then(|| name_id.to_owned())
}
