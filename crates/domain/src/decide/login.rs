//! The login by a verified assertion (product rules §2.2, §2.6 to §2.11, §4).

use serde_json::{Value, json};

use super::draft::Draft;
use super::{Change, LinkWrite, NewSession, Refusal, State, UsedLogin};
use crate::access::InputState;
use crate::audit::EventKind;
use crate::collaborator::{Acceptance, Lifecycle, Person, ProviderState};
use crate::command::{Context, LoginAttempt};
use crate::facts::{AssertedIdentity, AssertedProfile};
use crate::name_id::NameId;
use crate::policy::{Invitations, Jit, RoleAuthority, UnknownRole};
use crate::text;

/// Signs a person in: facts, access, link and session together, or a refusal and nothing.
pub(super) fn sign_in(state: State<'_>, attempt: LoginAttempt, context: &Context) -> Result<Change, Refusal> {
    let mut draft = match state.person.clone() {
        Some(person) => {
            if !person.lifecycle.belongs_to(Some(attempt.connection)) {
                return Err(Refusal::AnotherProvider(person.user_name.to_string()));
            }
            check_named(&state, &person, &attempt)?;
            check_standing(&state, &person)?;
            Draft::of(&state, person, context)
        }
        None => newcomer(&state, &attempt, context)?,
    };
    draft.fresh = attempt.new_person.uuid();
    draft.transition(None, |lifecycle| lifecycle.removed = None);
    if is_unverified(&draft) {
        draft.hold_login();
        draft.use_login(used(attempt, None, context));
        return Ok(draft.finish());
    }
    admit(&mut draft);
    draft.person.lifecycle.connection = Some(attempt.connection);
    update_profile(&mut draft, &attempt.profile);
    let mut facts = attempt.facts.clone();
    facts.at = draft.now;
    draft.person.facts.asserted = Some(facts);
    draft.person.facts.identity = Some(identity(&attempt));
    draft.evaluate();
    refuse_unknown_role(&draft)?;
    if attempt.linkable && !state.name_ids.contains(&attempt.name_id) {
        let person = draft.person.id;
        draft.link(LinkWrite::Add { connection: attempt.connection, name_id: attempt.name_id.clone(), person });
    }
    begin_session(&mut draft, attempt);
    Ok(draft.finish())
}

fn identity(attempt: &LoginAttempt) -> AssertedIdentity {
    AssertedIdentity {
        name_id: attempt.name_id.clone(),
        login_name: attempt.login_name.to_string(),
        profile: attempt.profile.clone(),
    }
}

/// Once linked, (connection, NameID) decides, exactly; before that, only a name that is the same by the narrow key.
fn check_named(state: &State<'_>, person: &Person, attempt: &LoginAttempt) -> Result<(), Refusal> {
    if state.name_ids.contains(&attempt.name_id) {
        return Ok(());
    }
    if !person.user_name.is_meant_by(&attempt.login_name) {
        return Err(Refusal::NameOnlySimilar(attempt.login_name.to_string(), person.user_name.to_string()));
    }
    let key = text::login_key(&attempt.name_id);
    if state.name_ids.iter().any(|linked| text::login_key(linked) != key) {
        return Err(Refusal::LinkedToAnother(person.user_name.to_string()));
    }
    Ok(())
}

/// Who is kept out stays out, and nothing is created (§2.8); somebody removed by hand may come back (§2.6).
fn check_standing(state: &State<'_>, person: &Person) -> Result<(), Refusal> {
    let lifecycle = &person.lifecycle;
    match lifecycle.provider {
        ProviderState::Deactivated(_) | ProviderState::Deleted(_) => return Err(Refusal::DeactivatedByProvider),
        ProviderState::Unmanaged | ProviderState::Active(_) => {}
    }
    if lifecycle.hold.is_some() {
        return Err(Refusal::DeactivatedByAdministrator);
    }
    if lifecycle.removed.is_some() && state.workspace.policy.jit == Jit::Nobody {
        return Err(Refusal::NotProvisioned(Jit::Nobody));
    }
    Ok(())
}

fn newcomer<'a>(state: &State<'a>, attempt: &LoginAttempt, context: &'a Context) -> Result<Draft<'a>, Refusal> {
    let jit = state.workspace.policy.jit;
    if jit != Jit::Everyone {
        return Err(Refusal::NotProvisioned(jit));
    }
    let (id, name) = (attempt.new_person, attempt.login_name.clone());
    let person = Person::new(id, state.workspace.id, name, Lifecycle::signed_in(context.now), context.now);
    let mut draft = Draft::new(state, person, context);
    let after = json!({ "userName": draft.person.user_name.as_str(), "status": draft.person.status() });
    draft.tell(EventKind::CollaboratorProvisioned, None, Some(after));
    Ok(draft)
}

/// Whether the person has to use the link in the invitation first.
fn is_unverified(draft: &Draft<'_>) -> bool {
    let is_pending = matches!(draft.person.lifecycle.acceptance, Acceptance::Pending(_));
    is_pending && draft.workspace.policy.invitations == Invitations::VerifyFirst
}

/// Accepts an open invitation (`invitations = sso_accepts`).
fn admit(draft: &mut Draft<'_>) {
    let now = draft.now;
    if matches!(draft.person.lifecycle.acceptance, Acceptance::Pending(_)) {
        draft.transition(Some(EventKind::InvitationAccepted), |l| l.acceptance = Acceptance::Accepted(now));
    }
}

/// The assertion speaks for the profile only where SCIM does not (§4).
fn update_profile(draft: &mut Draft<'_>, asserted: &AssertedProfile) {
    if draft.person.lifecycle.is_managed() {
        return;
    }
    let before = draft.person.profile.clone();
    let profile = &mut draft.person.profile.0;
    let mut name = serde_json::Map::new();
    for (key, part) in [("givenName", &asserted.given_name), ("familyName", &asserted.family_name)] {
        if let Some(part) = part {
            name.insert(key.to_owned(), json!(part));
        }
    }
    if !name.is_empty() {
        profile.insert("name".to_owned(), Value::Object(name));
    }
    if let Some(full_name) = &asserted.full_name {
        profile.insert("displayName".to_owned(), json!(full_name));
    }
    if let Some(email) = &asserted.email {
        profile.insert("emails".to_owned(), json!([{ "value": email, "type": "work", "primary": true }]));
    }
    if before != draft.person.profile && !draft.makes_person() {
        let after = Value::Object(draft.person.profile.0.clone());
        draft.tell(EventKind::CollaboratorUpdated, Some(Value::Object(before.0)), Some(after));
    }
}

fn refuse_unknown_role(draft: &Draft<'_>) -> Result<(), Refusal> {
    if draft.workspace.policy.unknown_role != UnknownRole::RefuseLogin {
        return Ok(());
    }
    draft.person.access.unresolved().map_or(Ok(()), |e| {
        let assertion = draft.workspace.policy.role_authority != RoleAuthority::Scim;
        let input = match e.inputs.saml.state {
            InputState::Unknown if assertion => &e.inputs.saml,
            _ => &e.inputs.scim,
        };
        let value = input.value.clone().unwrap_or_default();
        Err(Refusal::UnknownRole { environment: e.environment.to_string(), value })
    })
}

fn begin_session(draft: &mut Draft<'_>, attempt: LoginAttempt) {
    // The time of the clock, not of the draft: that one only puts what was said about a person in order.
    let now = draft.context.now;
    let lifetime = now + draft.workspace.policy.session_lifetime.duration();
    let expires_at = attempt.session_not_on_or_after.map_or(lifetime, |bound| bound.min(lifetime));
    let session = NewSession {
        id: attempt.session.clone(),
        person: draft.person.id,
        browser: attempt.browser.clone(),
        epoch: draft.person.epoch,
        name_id: NameId { value: attempt.name_id.clone(), qualifiers: attempt.name_id_qualifiers.clone() },
        session_index: attempt.session_index.clone(),
        authenticated_at: now,
        expires_at,
    };
    let after = json!({ "name_id": session.name_id.value, "assertion": attempt.assertion, "expires_at": expires_at });
    let login = used(attempt, Some(session), draft.context);
    draft.use_login(login);
    draft.record(EventKind::LoginSucceeded, None, Some(after));
}

fn used(attempt: LoginAttempt, session: Option<NewSession>, context: &Context) -> UsedLogin {
    UsedLogin {
        request: attempt.request,
        begun_at: attempt.begun_at,
        connection: attempt.connection,
        assertion: attempt.assertion,
        remember_until: attempt.remember_until,
        at: context.now,
        session,
        from: context.request.clone(),
    }
}
