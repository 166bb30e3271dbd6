//! The explanation of a person's access, in the shape that the command line and the API print.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::access::{
    EffectiveAccess, EnvironmentAccess, Evaluation, IgnoredGroup, Inputs, Membership, Origin, Rule, effective_access,
};
use crate::audit::Source;
use crate::clock::Timestamp;
use crate::collaborator::{Person, Status};
use crate::environment::{Catalogue, GroupName, RoleName};
use crate::facts::{AssertedFacts, Facts, GroupsClaim};
use crate::id::{ConnectionId, PersonId, ScimId};
use crate::workspace::Workspace;

/// Effective access and why.
#[derive(Debug, Serialize)]
pub struct Explanation<'a> {
    /// Who.
    pub user: ExplainedUser<'a>,
    /// Where the person stands.
    pub status: Status,
    /// Whether there was no login yet.
    pub awaiting_first_login: bool,
    /// When the access was last evaluated.
    pub evaluated_at: Option<Timestamp>,
    /// The policy it was evaluated by.
    pub policy_version: i64,
    /// By environment, in the workspace's order.
    pub environments: Map<String, Value>,
    /// Memberships in force.
    pub groups: Vec<ExplainedGroup<'a>>,
    /// Memberships kept aside while the person is kept out.
    pub kept_groups: Vec<&'a GroupName>,
    /// Values that gave no membership.
    pub ignored_groups: &'a [IgnoredGroup],
    /// What else is to be said about groups.
    pub group_notes: &'a [String],
    /// For somebody who awaits the first login, by environment: what it gives if its assertion is silent about roles.
    pub predicted: Option<Map<String, Value>>,
}

impl Explanation<'_> {
    /// With what [`predict`] says.
    #[must_use]
    pub fn with_prediction(self, predicted: Option<&EffectiveAccess>) -> Self {
        let shown = |e: &EnvironmentAccess| json!({ "role": e.role, "source": e.source, "rule": e.rule });
        let environments = |access: &EffectiveAccess| {
            access.environments.iter().map(|e| (e.environment.to_string(), shown(e))).collect()
        };
        Self { predicted: predicted.map(environments), ..self }
    }
}

/// What the first login gives to somebody who awaits it, as far as that is known before the assertion is: what SCIM and
/// administrators have said.
pub fn predict(
    person: &Person,
    workspace: &Workspace,
    catalogue: &Catalogue,
    now: Timestamp,
) -> Option<EffectiveAccess> {
    let awaits = person.facts.asserted.is_none() && matches!(person.status(), Status::Invited | Status::Active);
    let silent = AssertedFacts {
        at: now,
        connection: ConnectionId::new(Uuid::nil()),
        roles: BTreeMap::new(),
        groups: GroupsClaim::Absent,
    };
    let facts = Facts { asserted: Some(silent), ..person.facts.clone() };
    awaits.then(|| {
        effective_access(&Evaluation {
            policy: &workspace.policy,
            policy_version: workspace.policy_version,
            catalogue,
            facts: &facts,
            previous: &person.access,
            now,
        })
    })
}

/// Who is explained.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedUser<'a> {
    /// The inner id.
    pub id: PersonId,
    /// The SCIM id.
    #[serde(rename = "scim_id")]
    pub scim_id: ScimId,
    /// As sent.
    pub user_name: &'a str,
    /// The name to show.
    pub display_name: String,
}

/// One membership.
#[derive(Debug, Serialize)]
pub struct ExplainedGroup<'a> {
    /// The group.
    pub name: &'a GroupName,
    /// Who says so.
    pub origins: Vec<Origin>,
    /// Since when.
    pub since: Option<Timestamp>,
}

#[derive(Serialize)]
struct ExplainedEnvironment<'a> {
    role: Option<&'a RoleName>,
    kept_role: Option<&'a RoleName>,
    source: Option<Source>,
    since: Option<Timestamp>,
    in_force_until: Option<Timestamp>,
    rule: Rule,
    inputs: &'a Inputs,
    notes: Vec<&'a str>,
}

/// Explains what a person may do at a moment.
pub fn explain(person: &Person, now: Timestamp) -> Explanation<'_> {
    let in_force = matches!(person.status(), Status::Invited | Status::Active);
    let access = &person.access;
    let environments = access
        .environments
        .iter()
        .map(|e| (e.environment.to_string(), json!(explain_environment(e, in_force, now))))
        .collect();
    let (groups, kept): (Vec<&Membership>, Vec<&Membership>) = access.groups.iter().partition(|_| in_force);
    Explanation {
        user: ExplainedUser {
            id: person.id,
            scim_id: person.scim_id,
            user_name: person.user_name.as_str(),
            display_name: person.display_name(),
        },
        status: person.status(),
        awaiting_first_login: person.facts.asserted.is_none(),
        evaluated_at: access.evaluated_at,
        policy_version: access.policy_version,
        environments,
        groups: groups.into_iter().map(explain_group).collect(),
        kept_groups: kept.into_iter().map(|membership| &membership.name).collect(),
        ignored_groups: &access.ignored_groups,
        group_notes: &access.group_notes,
        predicted: None,
    }
}

fn explain_environment(access: &EnvironmentAccess, let_in: bool, now: Timestamp) -> ExplainedEnvironment<'_> {
    let suspended = access.is_suspended(now);
    let in_force = let_in && !suspended;
    let mut notes: Vec<&str> = access.notes.iter().map(String::as_str).collect();
    if !let_in {
        notes.push("The person is kept out: the role is kept aside until they return");
    }
    ExplainedEnvironment {
        role: access.role.as_ref().filter(|_| in_force),
        kept_role: access.role.as_ref().filter(|_| !in_force),
        source: access.source,
        since: access.since,
        in_force_until: access.in_force_until,
        rule: if suspended { Rule::Suspended } else { access.rule },
        inputs: &access.inputs,
        notes,
    }
}

fn explain_group(membership: &Membership) -> ExplainedGroup<'_> {
    ExplainedGroup {
        name: &membership.name,
        origins: membership.origins.keys().copied().collect(),
        since: membership.since(),
    }
}
