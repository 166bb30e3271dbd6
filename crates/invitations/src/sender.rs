//! Sends what waits, one after the other; what a server does not take now is tried again.

use chrono::Duration;
use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, Source, Subject};
use domain::collaborator::{Invitation, Person};
use domain::workspace::Workspace;
use serde_json::{Value, json};
use store::{Link, LinkPurpose, StoreError, WaitingMail};
use web::Site;

use crate::letter::Letter;
use crate::mailer::{Mailer, Undelivered};

/// How long a sender has before another may try: longer than any server takes.
const LEASE: Duration = Duration::minutes(5);
/// The wait after the first attempt; it grows fourfold with each.
const FIRST_WAIT: Duration = Duration::seconds(15);
const LONGEST_WAIT: Duration = Duration::hours(1);

/// Sends every mail that is due.
///
/// # Errors
/// Of the database alone: what a mail server says is a reason to try again, or an entry in the audit log.
pub fn send_due(site: &Site, mailer: &Mailer) -> Result<(), StoreError> {
    while let Some(mail) = site.store.take_mail(site.now(), LEASE)? {
        send(site, mailer, &mail)?;
    }
    Ok(())
}

fn send(site: &Site, mailer: &Mailer, mail: &WaitingMail) -> Result<(), StoreError> {
    let Some((workspace, person, invitation)) = wanted(site, mail)? else {
        return site.store.finish_mail(mail.ordinal, Vec::new());
    };
    match deliver(site, mailer, &workspace, &person, &invitation) {
        Ok(()) => {
            let after = json!({ "to": invitation.to, "expires_at": invitation.expires_at });
            finish(site, mail, &person, EventKind::InvitationSent, after)
        }
        Err(trouble) => {
            let next = site.now() + wait(mail.attempts);
            let attempts = mail.attempts;
            tracing::warn!(cause = %trouble.cause, attempts, "an invitation can't be sent");
            if trouble.is_final || next >= invitation.expires_at {
                let after = json!({ "to": invitation.to, "detail": trouble.cause, "attempts": attempts });
                return finish(site, mail, &person, EventKind::InvitationFailed, after);
            }
            site.store.put_mail_off(mail.ordinal, next, trouble.cause)
        }
    }
}

/// The invitation, if it is still the person's: one that was taken back or replaced is not sent.
fn wanted(site: &Site, mail: &WaitingMail) -> Result<Option<(Workspace, Person, Invitation)>, StoreError> {
    let workspace = site.store.find_workspace_by_id(mail.workspace)?;
    let person = site.store.find_person(mail.workspace, mail.person)?;
    Ok(workspace.zip(person).and_then(|(workspace, person)| {
        let open = person.lifecycle.invitation.clone();
        let open = open.filter(|open| open.number == mail.invitation && open.expires_at > site.now())?;
        Some((workspace, person, open))
    }))
}

fn deliver(
    site: &Site,
    mailer: &Mailer,
    workspace: &Workspace,
    person: &Person,
    invitation: &Invitation,
) -> Result<(), Undelivered> {
    let link = Link { workspace: person.workspace, person: person.id, number: invitation.number };
    let link = site.base_url.invitation(&site.store.sign_link(LinkPurpose::AcceptInvitation, &link));
    let letter = Letter { workspace, person, invitation, link: &link };
    let message =
        letter.message(mailer.from()).map_err(|error| Undelivered { cause: error.to_string(), is_final: true })?;
    mailer.send(&message)
}

fn finish(site: &Site, mail: &WaitingMail, person: &Person, kind: EventKind, after: Value) -> Result<(), StoreError> {
    let entry = AuditEntry {
        workspace: person.workspace,
        at: site.now(),
        kind,
        source: Source::System,
        actor: Actor::System,
        subject: Subject::person(person),
        before: None,
        after: Some(after),
        request: RequestOrigin::default(),
    };
    site.store.finish_mail(mail.ordinal, vec![entry])
}

fn wait(attempts: i32) -> Duration {
    let factor = 4_i32.checked_pow(u32::try_from(attempts - 1).unwrap_or_default()).unwrap_or(i32::MAX);
    FIRST_WAIT.checked_mul(factor).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_an_hour() {
        let seconds: Vec<i64> = (1..8).map(|attempts| wait(attempts).num_seconds()).collect();
        assert_eq!(seconds, [15, 60, 240, 960, 3_600, 3_600, 3_600]);
        assert_eq!(wait(i32::MAX), LONGEST_WAIT);
    }
}
