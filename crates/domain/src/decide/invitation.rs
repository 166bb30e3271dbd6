//! Invitations (product rules §2.1, §2.2): issued to whoever waits for one, whatever the door; used once.

use chrono::Duration;
use serde_json::json;

use super::draft::Draft;
use super::{Change, Refusal, State};
use crate::audit::EventKind;
use crate::clock::Timestamp;
use crate::collaborator::{Acceptance, Invitation, Person, Status};
use crate::command::Context;

/// How long nobody can have the invitation sent again.
const RESEND_AFTER: Duration = Duration::minutes(20);

/// The person is verified, by the link that carries this number.
pub(super) fn accept(state: State<'_>, number: i64, context: &Context) -> Result<Change, Refusal> {
    let person = state.person.clone().ok_or(Refusal::NotFound)?;
    let open = person.lifecycle.invitation.clone().filter(|open| open.number == number);
    let open = open.ok_or(Refusal::InvitationOver)?;
    if context.now >= open.expires_at {
        return Err(Refusal::InvitationExpired(open.expires_at));
    }
    let mut draft = Draft::of(&state, person, context);
    let now = draft.now;
    draft.transition(Some(EventKind::InvitationAccepted), |lifecycle| {
        lifecycle.acceptance = Acceptance::Accepted(now);
    });
    Ok(draft.finish())
}

/// The invitation goes out once more; its earlier links are dead.
pub(super) fn resend(state: State<'_>, context: &Context) -> Result<Change, Refusal> {
    let person = state.person.clone().ok_or(Refusal::NotFound)?;
    if person.status() != Status::Invited {
        return Err(Refusal::NotInvited(person.status().as_str()));
    }
    if let Some(Invitation { to, issued_at, .. }) = &person.lifecycle.invitation
        && context.now < *issued_at + RESEND_AFTER
    {
        return Err(Refusal::InvitedJustNow { to: to.clone(), at: *issued_at + RESEND_AFTER });
    }
    if person.address().is_none() {
        return Err(Refusal::NoAddress);
    }
    let mut draft = Draft::of(&state, person, context);
    draft.person.lifecycle.invitation = None;
    Ok(draft.finish())
}

/// Whoever waits to be verified has an open invitation to the address that is theirs now, and nobody else has one.
/// Gives the one that has to be sent.
pub(super) fn settle(person: &mut Person, number: i64, lifetime: Duration, now: Timestamp) -> Option<Invitation> {
    let to = person.address().filter(|_| person.status() == Status::Invited).map(str::to_owned);
    let open = person.lifecycle.invitation.take();
    let to = to?;
    match open {
        Some(open) if open.to == to => {
            person.lifecycle.invitation = Some(open);
            None
        }
        _ => {
            let new = Invitation { number, to, issued_at: now, expires_at: now + lifetime };
            person.lifecycle.invitation = Some(new.clone());
            Some(new)
        }
    }
}

impl Draft<'_> {
    /// A login by somebody who is not verified yet: used up, and nothing else (`invitations = verify_first`).
    pub(super) fn hold_login(&mut self) {
        let after = json!({ "check": "not_verified", "detail": Refusal::NOT_VERIFIED });
        self.record(EventKind::LoginFailed, None, Some(after));
    }
}

impl Refusal {
    const NOT_VERIFIED: &'static str = "the person has not used the link in the invitation yet";
}
