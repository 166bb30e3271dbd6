//! One environment's role (product rules §3.1 to §3.4).

use std::collections::BTreeSet;

use super::{Basis, EnvironmentAccess, Evaluation, Input, InputState, Inputs, Rule, Voice, notes};
use crate::audit::Source;
use crate::clock::Timestamp;
use crate::environment::{Catalogue, Environment, RoleName};
use crate::policy::{AbsentRole, RoleAuthority, UnknownRole};

/// Decides one environment.
pub(super) fn decide(environment: &Environment, evaluation: &Evaluation<'_>) -> EnvironmentAccess {
    let previous = evaluation.previous.find(&environment.name);
    let mut inputs = read_inputs(environment, evaluation);
    let newest = pinned(&inputs, evaluation)
        .or_else(|| candidates(&inputs, previous, evaluation).into_iter().max_by_key(|candidate| candidate.basis));
    let authority = evaluation.policy.role_authority;
    let decision = match (newest, previous) {
        (Some(candidate), earlier)
            if earlier.is_none_or(|e| {
                !has_a_say(e.basis, authority) || e.basis < Some(candidate.basis) || is_resolved_anew(e, &candidate)
            }) =>
        {
            resolve(&candidate, environment, earlier, evaluation)
        }
        (_, Some(earlier)) => Decision::unchanged(earlier),
        (_, None) => Decision::awaiting(),
    };
    inputs.previous = match previous {
        Some(earlier) if earlier.basis == decision.basis => earlier.inputs.previous.clone(),
        earlier => earlier.and_then(|e| e.role.clone()),
    };
    let mut notes = notes::about_roles(&inputs, &decision, evaluation);
    let in_force_until = in_force_until(&decision, environment, evaluation);
    if is_stale(environment, evaluation) {
        inputs.saml.outlive();
        notes.extend(in_force_until.and_then(|_| notes::suspended(environment, &decision)));
    }
    EnvironmentAccess {
        environment: environment.name.clone(),
        role: decision.role,
        source: decision.source,
        since: decision.since,
        in_force_until,
        rule: decision.rule,
        basis: decision.basis,
        inputs,
        notes,
    }
}

/// When the last login is too long ago for what it gave.
fn end_of_force(environment: &Environment, evaluation: &Evaluation<'_>) -> Option<Timestamp> {
    let login = evaluation.facts.asserted.as_ref()?;
    Some(login.at + environment.max_age?.duration())
}

/// Of a role that an assertion gave: any later login renews it, also one that is silent about it.
fn in_force_until(decision: &Decision, environment: &Environment, evaluation: &Evaluation<'_>) -> Option<Timestamp> {
    let is_by_assertion = decision.source == Some(Source::SamlAutoSync);
    end_of_force(environment, evaluation).filter(|_| is_by_assertion)
}

fn is_stale(environment: &Environment, evaluation: &Evaluation<'_>) -> bool {
    end_of_force(environment, evaluation).is_some_and(|end| end <= evaluation.now)
}

/// What was decided, and by whose word.
pub(super) struct Decision {
    pub(super) role: Option<RoleName>,
    pub(super) source: Option<Source>,
    since: Option<Timestamp>,
    pub(super) rule: Rule,
    pub(super) basis: Option<Basis>,
}

impl Decision {
    fn unchanged(earlier: &EnvironmentAccess) -> Self {
        Self {
            role: earlier.role.clone(),
            source: earlier.source,
            since: earlier.since,
            rule: earlier.rule,
            basis: earlier.basis,
        }
    }

    fn awaiting() -> Self {
        Self { role: None, source: None, since: None, rule: Rule::AwaitingFirstLogin, basis: None }
    }
}

/// A voice that has a say, and what it says.
struct Candidate {
    basis: Basis,
    opinion: Opinion,
}

enum Opinion {
    Role(RoleName, Source, Rule),
    Unknown,
    Silent,
}

fn read_inputs(environment: &Environment, evaluation: &Evaluation<'_>) -> Inputs {
    let facts = evaluation.facts;
    let saml = facts.asserted.as_ref().map_or(Input::ABSENT, |asserted| {
        let values = environment.saml_attributes.iter().filter_map(|name| asserted.roles.get(name)).flatten();
        Input::read(values.map(String::as_str), Some(asserted.at), evaluation.catalogue)
    });
    let stated: Vec<_> =
        environment.scim_attributes.iter().filter_map(|name| facts.provisioned.roles.get(name)).collect();
    let scim_at = stated.iter().map(|stated| stated.at).max();
    let scim = Input::read(stated.iter().map(|stated| stated.value.as_str()), scim_at, evaluation.catalogue);
    let manual = facts.manual.roles.get(&environment.name).map_or(Input::ABSENT, |stated| Input {
        state: InputState::Present,
        value: Some(stated.value.to_string()),
        at: Some(stated.at),
        pin: facts.manual.pins.get(&environment.name).cloned(),
    });
    Inputs { saml, scim, manual, previous: None, default: environment.default_role.clone() }
}

impl Input {
    const ABSENT: Self = Self { state: InputState::Absent, value: None, at: None, pin: None };

    /// Several different values for one environment are as good as unknown; the same one repeated is one.
    fn read<'a>(values: impl Iterator<Item = &'a str>, at: Option<Timestamp>, catalogue: &Catalogue) -> Self {
        let distinct: BTreeSet<&str> = values.collect();
        let mut rest = distinct.iter();
        let state = match (rest.next(), rest.next()) {
            (None, _) => return Self::ABSENT,
            (Some(_), Some(_)) => InputState::Unknown,
            (Some(value), None) if value.trim().is_empty() => InputState::Empty,
            (Some(value), None) if catalogue.find_role(value).is_some() => InputState::Present,
            (Some(_), None) => InputState::Unknown,
        };
        let value = distinct.into_iter().collect::<Vec<_>>().join(", ");
        Self { state, value: Some(value), at, pin: None }
    }

    /// It was said too long ago.
    fn outlive(&mut self) {
        if self.state == InputState::Present {
            self.state = InputState::Stale;
        }
    }

    fn opinion(&self, catalogue: &Catalogue, source: Source, rule: Rule) -> Opinion {
        match self.state {
            InputState::Absent | InputState::Empty => Opinion::Silent,
            InputState::Unknown => Opinion::Unknown,
            InputState::Present | InputState::Stale => self
                .value
                .as_deref()
                .and_then(|value| catalogue.find_role(value))
                .map_or(Opinion::Unknown, |role| Opinion::Role(role, source, rule)),
        }
    }
}

/// A decision stands only as long as the policy still listens to the voice that made it.
fn has_a_say(basis: Option<Basis>, authority: RoleAuthority) -> bool {
    match basis.map(|basis| basis.voice) {
        Some(Voice::Login) => authority != RoleAuthority::Scim,
        Some(Voice::Scim) => authority != RoleAuthority::Saml,
        Some(Voice::First | Voice::Administrator) | None => true,
    }
}

/// Whether the word that decided means something else by now: the catalogue has got the role since, or a pin is over.
fn is_resolved_anew(earlier: &EnvironmentAccess, candidate: &Candidate) -> bool {
    let may_change =
        earlier.rule.is_by_hand() || matches!(earlier.rule, Rule::UnknownKeepsRole | Rule::UnknownGivesDefault);
    may_change && earlier.basis == Some(candidate.basis) && matches!(candidate.opinion, Opinion::Role(..))
}

/// Whether SCIM took back the value that decided.
fn is_withdrawn(scim: &Input, previous: Option<&EnvironmentAccess>) -> bool {
    let silent = matches!(scim.state, InputState::Absent | InputState::Empty);
    let by_value = |rule| !matches!(rule, Rule::EarlierRoleStays | Rule::DefaultRole);
    let by_scim = |e: &EnvironmentAccess| e.basis.is_some_and(|basis| basis.voice == Voice::Scim);
    silent && previous.is_some_and(|e| by_scim(e) && by_value(e.rule))
}

/// A role that is pinned at this moment silences every other voice.
fn pinned(inputs: &Inputs, evaluation: &Evaluation<'_>) -> Option<Candidate> {
    let (at, value, pin) = (inputs.manual.at?, inputs.manual.value.as_deref()?, inputs.manual.pin.as_ref()?);
    let role = evaluation.catalogue.find_role(value).filter(|_| evaluation.now < pin.until)?;
    let opinion = Opinion::Role(role, Source::Manual, Rule::AdministratorPinnedRole);
    Some(Candidate { basis: Basis { at, voice: Voice::Administrator }, opinion })
}

fn candidates(inputs: &Inputs, previous: Option<&EnvironmentAccess>, evaluation: &Evaluation<'_>) -> Vec<Candidate> {
    let catalogue = evaluation.catalogue;
    let authority = evaluation.policy.role_authority;
    let login_at = evaluation.facts.asserted.as_ref().map(|asserted| asserted.at);
    let scim = || inputs.scim.opinion(catalogue, Source::ScimAutoSync, Rule::ScimNamesRole);
    let saml = inputs.saml.opinion(catalogue, Source::SamlAutoSync, Rule::AssertionNamesRole);
    let mut voices = Vec::new();
    match (authority, login_at) {
        // Where the assertion is silent the SCIM value decides, at the time of the login.
        (RoleAuthority::Hybrid, Some(at)) => {
            let opinion = if matches!(saml, Opinion::Silent) { scim() } else { saml };
            voices.push(Candidate { basis: Basis { at, voice: Voice::Login }, opinion });
        }
        (RoleAuthority::Saml, Some(at)) => {
            voices.push(Candidate { basis: Basis { at, voice: Voice::Login }, opinion: saml });
        }
        (RoleAuthority::Scim, _) => {
            let basis = if is_withdrawn(&inputs.scim, previous) {
                Basis { at: evaluation.now, voice: Voice::Scim }
            } else {
                Basis { at: Timestamp::UNIX_EPOCH, voice: Voice::First }
            };
            voices.push(Candidate { basis, opinion: Opinion::Silent });
        }
        (RoleAuthority::Hybrid | RoleAuthority::Saml, None) => {}
    }
    let scim_speaks = match authority {
        RoleAuthority::Hybrid => login_at.is_some(),
        RoleAuthority::Scim => true,
        RoleAuthority::Saml => false,
    };
    if let (true, Some(at)) = (scim_speaks, inputs.scim.at)
        && inputs.scim.state != InputState::Empty
    {
        voices.push(Candidate { basis: Basis { at, voice: Voice::Scim }, opinion: scim() });
    }
    if let (Some(at), Some(role)) = (inputs.manual.at, inputs.manual.value.as_deref())
        && let Some(role) = catalogue.find_role(role)
    {
        let opinion = Opinion::Role(role, Source::Manual, Rule::AdministratorSetRole);
        voices.push(Candidate { basis: Basis { at, voice: Voice::Administrator }, opinion });
    }
    voices
}

fn resolve(
    candidate: &Candidate,
    environment: &Environment,
    earlier: Option<&EnvironmentAccess>,
    evaluation: &Evaluation<'_>,
) -> Decision {
    let policy = evaluation.policy;
    let held = earlier.filter(|e| e.role.is_some());
    let (role, source, rule) = match (&candidate.opinion, held) {
        (Opinion::Role(role, source, rule), _) => (role.clone(), *source, *rule),
        (Opinion::Unknown, Some(held)) if policy.unknown_role != UnknownRole::Default => {
            return kept(held, candidate, Rule::UnknownKeepsRole);
        }
        (Opinion::Unknown, _) => (environment.default_role.clone(), Source::System, Rule::UnknownGivesDefault),
        (Opinion::Silent, Some(held)) if policy.absent_role == AbsentRole::Keep => {
            return kept(held, candidate, Rule::EarlierRoleStays);
        }
        (Opinion::Silent, _) => (environment.default_role.clone(), Source::System, Rule::DefaultRole),
    };
    let since = match held {
        Some(held) if held.role.as_ref() == Some(&role) => held.since,
        _ => Some(if candidate.basis.voice == Voice::First { evaluation.now } else { candidate.basis.at }),
    };
    Decision { role: Some(role), source: Some(source), since, rule, basis: Some(candidate.basis) }
}

fn kept(held: &EnvironmentAccess, candidate: &Candidate, rule: Rule) -> Decision {
    Decision { role: held.role.clone(), source: held.source, since: held.since, rule, basis: Some(candidate.basis) }
}
