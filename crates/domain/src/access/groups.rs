//! Group memberships (product rules §3.5 and §3.6).

use std::collections::{BTreeMap, BTreeSet};

use super::{Evaluation, IgnoredGroup, Membership, Origin};
use crate::clock::Timestamp;
use crate::environment::{ALL_COLLABORATORS, Catalogue, GroupName};
use crate::facts::{AssertedFacts, GroupsClaim};
use crate::policy::{AbsentGroups, Policy, SplitGroups};

/// What was decided about groups.
pub(super) struct Groups {
    pub(super) memberships: Vec<Membership>,
    pub(super) ignored: Vec<IgnoredGroup>,
    pub(super) notes: Vec<String>,
    pub(super) decided_at: Option<Timestamp>,
}

/// Decides the memberships: a login newer than the last decision says so, else they stay.
pub(super) fn decide(evaluation: &Evaluation<'_>) -> Groups {
    let previous = evaluation.previous;
    match &evaluation.facts.asserted {
        Some(asserted) if previous.groups_decided_at < Some(asserted.at) => by_assertion(asserted, evaluation),
        _ => Groups {
            memberships: previous.groups.clone(),
            ignored: previous.ignored_groups.clone(),
            notes: previous.group_notes.clone(),
            decided_at: previous.groups_decided_at,
        },
    }
}

/// Every group name that the values could mean, so that the catalogue need hold no others.
pub fn group_candidates(claim: &GroupsClaim, policy: &Policy) -> BTreeSet<String> {
    let GroupsClaim::Values(values) = claim else { return BTreeSet::new() };
    let spellings = |name: &str| {
        let name = name.trim();
        let stripped = policy.group_prefix.strip(name);
        [Some(name), stripped].into_iter().flatten().map(str::to_owned).collect::<Vec<_>>()
    };
    values
        .iter()
        .flat_map(|value| std::iter::once(value.as_str()).chain(value.split(',')))
        .flat_map(spellings)
        .collect()
}

fn by_assertion(asserted: &AssertedFacts, evaluation: &Evaluation<'_>) -> Groups {
    let policy = evaluation.policy;
    let mut ignored = Vec::new();
    let mut notes = Vec::new();
    let blank = |values: &[String]| values.iter().all(|value| value.trim().is_empty());
    let given = match &asserted.groups {
        GroupsClaim::Values(values) if !blank(values) => {
            Some(known_names(values, evaluation, &mut ignored, &mut notes))
        }
        GroupsClaim::Overage => {
            let why = "The provider sent a link instead of groups (too many): no information, memberships stay";
            notes.push(why.to_owned());
            None
        }
        GroupsClaim::Absent | GroupsClaim::Empty | GroupsClaim::Values(_) => {
            let word = if asserted.groups == GroupsClaim::Absent { "no groups" } else { "an empty list of groups" };
            let clears = policy.absent_groups == AbsentGroups::Clear;
            let outcome = if clears { "SAML-given memberships end" } else { "memberships stay" };
            notes.push(format!("The assertion has {word}: {outcome}"));
            clears.then(BTreeSet::new)
        }
    };
    let earlier = &evaluation.previous.groups;
    let memberships = given.map_or_else(|| earlier.clone(), |given| replace_saml(earlier, &given, asserted.at));
    Groups { memberships, ignored, notes, decided_at: Some(asserted.at) }
}

/// The names of the list that we know; empty where `All collaborators` is among them.
fn known_names(
    values: &[String],
    evaluation: &Evaluation<'_>,
    ignored: &mut Vec<IgnoredGroup>,
    notes: &mut Vec<String>,
) -> BTreeSet<GroupName> {
    let names: Vec<&str> = values.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).collect();
    let names = split_single(names, evaluation);
    let (mut known, mut everybody) = (BTreeSet::new(), false);
    for name in names {
        match look_up(name, evaluation.catalogue, evaluation.policy) {
            Some(group) if group.as_str() == ALL_COLLABORATORS => everybody = true,
            Some(group) => {
                known.insert(group);
            }
            None if ignored.iter().any(|earlier| earlier.name == name) => {}
            None => ignored.push(IgnoredGroup { name: name.to_owned(), reason: "unknown group".to_owned() }),
        }
    }
    if everybody {
        notes.push(format!("The list names {ALL_COLLABORATORS}: SAML-given memberships end"));
        known.clear();
    } else if known.is_empty() {
        notes.push("None of the list's names is a group here: no SAML-given membership is left".to_owned());
    }
    known
}

/// Only a single value that means nothing as it is may be a list in itself; never split on `|`.
fn split_single<'a>(names: Vec<&'a str>, evaluation: &Evaluation<'_>) -> Vec<&'a str> {
    match names.as_slice() {
        [only]
            if evaluation.policy.split_groups == SplitGroups::On
                && look_up(only, evaluation.catalogue, evaluation.policy).is_none() =>
        {
            only.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
        }
        _ => names,
    }
}

/// As a group name, then through the mapping table, then without the prefix.
fn look_up(name: &str, catalogue: &Catalogue, policy: &Policy) -> Option<GroupName> {
    catalogue
        .find_group(name)
        .or_else(|| catalogue.mappings.get(name).cloned())
        .or_else(|| policy.group_prefix.strip(name).and_then(|stripped| catalogue.find_group(stripped)))
}

fn replace_saml(earlier: &[Membership], given: &BTreeSet<GroupName>, now: Timestamp) -> Vec<Membership> {
    let mut all: BTreeMap<GroupName, Membership> =
        earlier.iter().map(|membership| (membership.name.clone(), membership.clone())).collect();
    for membership in all.values_mut() {
        if !given.contains(&membership.name) {
            membership.origins.remove(&Origin::Saml);
        }
    }
    for name in given {
        let membership =
            all.entry(name.clone()).or_insert_with(|| Membership { name: name.clone(), origins: BTreeMap::new() });
        membership.origins.entry(Origin::Saml).or_insert(now);
    }
    all.into_values().filter(|membership| !membership.origins.is_empty()).collect()
}
