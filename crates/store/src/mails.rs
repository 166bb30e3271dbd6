//! Invitations on their way to a mail server.

use chrono::Duration;
use domain::audit::AuditEntry;
use domain::clock::Timestamp;
use domain::id::{PersonId, WorkspaceId};

use crate::Store;
use crate::backend::{read, snapshot, write};
use crate::error::StoreError;
use crate::record::micros;

/// An invitation that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingMail {
    /// Its place in the queue.
    pub ordinal: i64,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Who is invited.
    pub person: PersonId,
    /// The number of the invitation.
    pub invitation: i64,
    /// How often it was tried, this time included.
    pub attempts: i32,
}

/// An invitation of somebody that has not been handed to a mail server yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonMail {
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next.
    pub due_at: Timestamp,
    /// Why the last attempt came to nothing.
    pub trouble: Option<String>,
}

/// How it stands with the mail of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailStanding {
    /// How many wait.
    pub waiting: i64,
    /// Since when the oldest of them waits.
    pub oldest: Option<Timestamp>,
    /// Why one of them was not taken so far, where it was tried.
    pub trouble: Option<String>,
}

impl Store {
    /// What waits to be sent to a person, the latest first.
    pub fn mails_of(&self, person: PersonId) -> Result<Vec<PersonMail>, StoreError> {
        read!(self, |q, conn| q::mails::of_person(conn, person))
    }

    /// The next one that is due. It is due again after the lease, unless it is sent or put off before: a sender that dies
    /// holds nothing up.
    pub fn take_mail(&self, now: Timestamp, lease: Duration) -> Result<Option<WaitingMail>, StoreError> {
        let now_micros = micros(now);
        // Most of the time there is none: that needs no turn at writing.
        if !read!(self, |q, conn| q::mails::is_any_due(conn, now_micros))? {
            return Ok(None);
        }
        let until = micros(now + lease);
        write!(self, |q, conn| q::mails::take(conn, now_micros, until))
    }

    /// Tries again later, because of this.
    pub fn put_mail_off(&self, mail: i64, due_at: Timestamp, trouble: String) -> Result<(), StoreError> {
        write!(self, |q, conn| q::mails::put_off(conn, mail, micros(due_at), &trouble))
    }

    /// Takes it off the queue and tells of it.
    pub fn finish_mail(&self, mail: i64, entries: Vec<AuditEntry>) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::mails::remove(conn, mail)?;
            q::audit::append(conn, &entries)
        })
    }

    /// Why those that wait were not taken so far, all workspaces together.
    pub fn mail_trouble(&self) -> Result<Vec<String>, StoreError> {
        read!(self, |q, conn| q::mails::trouble(conn))
    }

    /// How it stands with the mail of one workspace.
    pub fn mail_standing(&self, workspace: WorkspaceId) -> Result<MailStanding, StoreError> {
        snapshot!(self, |q, conn| q::mails::standing(conn, workspace))
    }

    /// How many wait, all workspaces together.
    pub fn waiting_mails(&self) -> Result<i64, StoreError> {
        read!(self, |q, conn| q::mails::count(conn))
    }
}
