use diesel::dsl::{count_star, exists, min};
use diesel::prelude::*;
use domain::decide::Change;
use domain::id::{PersonId, WorkspaceId};

use super::Conn;
use crate::error::StoreError;
use crate::mails::{MailStanding, PersonMail, WaitingMail};
use crate::record::{id, micros, timestamp};
use crate::schema::mails;

/// The most of one person that are shown: only the latest counts.
const SHOWN: i64 = 5;

/// Queues the invitation that a change issues, due at once.
pub(super) fn enqueue(conn: &mut Conn, change: &Change) -> Result<(), StoreError> {
    let Some(invitation) = &change.invitation else { return Ok(()) };
    diesel::insert_into(mails::table)
        .values((
            mails::workspace_id.eq(change.workspace.to_string()),
            mails::person_id.eq(change.person.id.to_string()),
            mails::invitation.eq(invitation.number),
            mails::attempts.eq(0),
            mails::due_at.eq(micros(invitation.issued_at)),
            mails::queued_at.eq(micros(invitation.issued_at)),
        ))
        .execute(conn)?;
    Ok(())
}

pub(crate) fn is_any_due(conn: &mut Conn, now: i64) -> Result<bool, StoreError> {
    Ok(diesel::select(exists(mails::table.filter(mails::due_at.le(now)))).get_result(conn)?)
}

/// Of two senders that see the same one, one moves it on; the other finds nothing this time.
pub(crate) fn take(conn: &mut Conn, now: i64, until: i64) -> Result<Option<WaitingMail>, StoreError> {
    let next: Option<(i64, i64)> = mails::table
        .filter(mails::due_at.le(now))
        .order((mails::due_at, mails::ordinal))
        .select((mails::ordinal, mails::due_at))
        .first(conn)
        .optional()?;
    let Some((ordinal, due_at)) = next else { return Ok(None) };
    let taken: Option<(String, String, i64, i32)> =
        diesel::update(mails::table.find(ordinal).filter(mails::due_at.eq(due_at)))
            .set((mails::due_at.eq(until), mails::attempts.eq(mails::attempts + 1)))
            .returning((mails::workspace_id, mails::person_id, mails::invitation, mails::attempts))
            .get_result(conn)
            .optional()?;
    let mail = |(workspace, person, invitation, attempts): (String, String, i64, i32)| {
        let (workspace, person) = (id(WorkspaceId::parse, &workspace)?, id(PersonId::parse, &person)?);
        Ok(WaitingMail { ordinal, workspace, person, invitation, attempts })
    };
    taken.map(mail).transpose()
}

pub(crate) fn put_off(conn: &mut Conn, mail: i64, due_at: i64, trouble: &str) -> Result<(), StoreError> {
    let later = (mails::due_at.eq(due_at), mails::trouble.eq(trouble));
    diesel::update(mails::table.find(mail)).set(later).execute(conn)?;
    Ok(())
}

pub(crate) fn remove(conn: &mut Conn, mail: i64) -> Result<(), StoreError> {
    diesel::delete(mails::table.find(mail)).execute(conn)?;
    Ok(())
}

pub(crate) fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<PersonMail>, StoreError> {
    let waiting: Vec<(i32, i64, Option<String>)> = mails::table
        .filter(mails::person_id.eq(person.to_string()))
        .order(mails::ordinal.desc())
        .limit(SHOWN)
        .select((mails::attempts, mails::due_at, mails::trouble))
        .load(conn)?;
    let mail = |(attempts, due_at, trouble)| Ok(PersonMail { attempts, due_at: timestamp(due_at)?, trouble });
    waiting.into_iter().map(mail).collect()
}

pub(crate) fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(mails::table.count().get_result(conn)?)
}

/// Those of one workspace.
pub(crate) fn standing(conn: &mut Conn, workspace: WorkspaceId) -> Result<MailStanding, StoreError> {
    let waiting = || mails::table.filter(mails::workspace_id.eq(workspace.to_string()));
    let (count, oldest): (i64, Option<i64>) = waiting().select((count_star(), min(mails::queued_at))).first(conn)?;
    let latest = waiting().filter(mails::trouble.is_not_null()).order(mails::due_at.desc());
    let trouble: Option<Option<String>> = latest.select(mails::trouble).first(conn).optional()?;
    Ok(MailStanding { waiting: count, oldest: oldest.map(timestamp).transpose()?, trouble: trouble.flatten() })
}

pub(crate) fn trouble(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let known: Vec<Option<String>> =
        mails::table.filter(mails::trouble.is_not_null()).order(mails::ordinal).select(mails::trouble).load(conn)?;
    Ok(known.into_iter().flatten().collect())
}
