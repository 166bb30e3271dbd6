//! The sentences that say what was ignored, and why.

use super::roles::Decision;
use super::{Evaluation, Input, InputState, Inputs, Rule, Voice};
use crate::environment::{Catalogue, Environment};
use crate::policy::RoleAuthority;

/// What is to be said about one environment's decision.
pub(super) fn about_roles(inputs: &Inputs, decision: &Decision, evaluation: &Evaluation<'_>) -> Vec<String> {
    let authority = evaluation.policy.role_authority;
    let mut notes = Vec::new();
    if authority == RoleAuthority::Scim {
        notes.extend(ignored("The assertion", &inputs.saml, "SCIM alone decides roles here"));
    } else {
        notes.extend(doubtful("The assertion", &inputs.saml, evaluation.catalogue));
    }
    if authority == RoleAuthority::Saml {
        notes.extend(ignored("SCIM", &inputs.scim, "assertions alone decide roles here"));
    } else {
        notes.extend(doubtful("SCIM", &inputs.scim, evaluation.catalogue));
    }
    notes.extend(overruled(inputs, decision, evaluation));
    if decision.rule == Rule::LastAdministratorKeepsRole {
        notes.push("Any other role would leave the workspace without an administrator: the role stays".to_owned());
    }
    notes
}

/// What is to be said of a role that has outlived its login.
pub(super) fn suspended(environment: &Environment, decision: &Decision) -> Option<String> {
    let (role, max_age) = (decision.role.as_ref()?, environment.max_age?);
    Some(format!("The last login is over {max_age} ago: {role} is suspended until the next one"))
}

fn ignored(who: &str, input: &Input, why: &str) -> Option<String> {
    let value = input.value.as_deref().filter(|_| input.state != InputState::Empty)?;
    Some(format!("{who} said {value}: ignored, because {why}"))
}

fn doubtful(who: &str, input: &Input, catalogue: &Catalogue) -> Option<String> {
    let value = input.value.as_deref()?;
    match input.state {
        InputState::Empty => Some(format!("{who} sent an empty value: taken as no opinion")),
        InputState::Unknown if value.contains(", ") => Some(format!(
            "{who} said several values, {value}: an environment has one role, so they are taken as unknown"
        )),
        InputState::Unknown => Some(match catalogue.nearest_role(value) {
            Some(near) => format!("{who} said {value}, which is no role here: did you mean {near}?"),
            None => format!("{who} said {value}, which is no role here"),
        }),
        InputState::Absent | InputState::Present | InputState::Stale => None,
    }
}

fn overruled(inputs: &Inputs, decision: &Decision, evaluation: &Evaluation<'_>) -> Vec<String> {
    let authority = evaluation.policy.role_authority;
    let winner = match (decision.rule, decision.basis.map(|basis| basis.voice)) {
        (Rule::AssertionNamesRole, _) => "the assertion",
        (Rule::ScimNamesRole, Some(Voice::Login)) => "the SCIM value, because the assertion is silent",
        (Rule::ScimNamesRole, _) => "a later SCIM value",
        (Rule::AdministratorSetRole, _) => "an administrator",
        (Rule::AdministratorPinnedRole, _) => "an administrator's pin",
        (Rule::UnknownKeepsRole | Rule::UnknownGivesDefault, Some(Voice::Login)) => "the login, whose value is unknown",
        (Rule::UnknownKeepsRole | Rule::UnknownGivesDefault, _) => "a later SCIM value, which is unknown",
        _ => return Vec::new(),
    };
    let named = |input: &Input| input.value.as_deref().and_then(|value| evaluation.catalogue.find_role(value));
    let lost = |input: &Input| input.state == InputState::Present && named(input) != decision.role;
    let say = |who: &str, input: &Input| {
        format!("{who} said {}: overruled by {winner}", input.value.as_deref().unwrap_or_default())
    };
    let mut notes = Vec::new();
    if decision.rule != Rule::AssertionNamesRole && authority != RoleAuthority::Scim && lost(&inputs.saml) {
        notes.push(say("The assertion", &inputs.saml));
    }
    if decision.rule != Rule::ScimNamesRole && authority != RoleAuthority::Saml && lost(&inputs.scim) {
        notes.push(say("SCIM", &inputs.scim));
    }
    if !decision.rule.is_by_hand() && lost(&inputs.manual) {
        notes.push(say("An administrator", &inputs.manual));
    }
    notes
}
