use diesel::dsl::{exists, max};
use diesel::prelude::*;
use domain::audit::{AuditEntry, EventKind, OutgoingEvent, SealedEntry};
use domain::id::{PersonId, WorkspaceId};
use serde_json::Value;

use super::{Conn, audit_counts};
use crate::error::StoreError;
use crate::record::{id, json, micros, parsed, timestamp};
use crate::schema::{audit_anchors, audit_entries, audit_heads, outbox, workspaces};
use crate::vault::Vault;

/// Entries sealed or read in one go.
pub(super) const BATCH: i64 = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_entries, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
pub(crate) struct Row {
    ordinal: i64,
    workspace_id: String,
    pub(super) at: i64,
    pub(super) kind: String,
    source: String,
    actor: String,
    subject: String,
    subject_id: Option<String>,
    before: Option<String>,
    after: Option<String>,
    request_id: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
    pub(super) seq: Option<i64>,
    pub(super) hash: Option<String>,
}

impl Row {
    /// The text that a link of the chain covers: every field, in order, each told apart from the next.
    pub(super) fn sealed_text(&self, seq: i64) -> Result<String, StoreError> {
        json(&(
            (&self.workspace_id, seq, self.at, &self.kind, &self.source, &self.actor, &self.subject),
            (&self.subject_id, &self.before, &self.after, &self.request_id, &self.ip, &self.user_agent),
        ))
    }

    pub(super) fn into_entry(self) -> Result<SealedEntry, StoreError> {
        let value =
            |text: &Option<String>| -> Result<Option<Value>, StoreError> { text.as_deref().map(parsed).transpose() };
        Ok(SealedEntry {
            seq: self.seq.unwrap_or_default(),
            at: timestamp(self.at)?.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            actor: parsed(&self.actor)?,
            subject: parsed(&self.subject)?,
            before: value(&self.before)?,
            after: value(&self.after)?,
            kind: self.kind,
            source: self.source,
            request_id: self.request_id,
            ip: self.ip,
            user_agent: self.user_agent,
            hash: self.hash.unwrap_or_default(),
        })
    }
}

/// Appends entries; they are sealed afterwards.
pub(crate) fn append(conn: &mut Conn, entries: &[AuditEntry]) -> Result<(), StoreError> {
    for entry in entries {
        diesel::insert_into(audit_entries::table)
            .values((
                audit_entries::workspace_id.eq(entry.workspace.to_string()),
                audit_entries::at.eq(micros(entry.at)),
                audit_entries::kind.eq(entry.kind.as_str()),
                audit_entries::source.eq(entry.source.as_str()),
                audit_entries::actor.eq(json(&entry.actor)?),
                audit_entries::subject.eq(json(&entry.subject)?),
                audit_entries::subject_id.eq(&entry.subject.id),
                audit_entries::before.eq(entry.before.as_ref().map(json).transpose()?),
                audit_entries::after.eq(entry.after.as_ref().map(json).transpose()?),
                audit_entries::request_id.eq(&entry.request.request_id),
                audit_entries::ip.eq(&entry.request.ip),
                audit_entries::user_agent.eq(&entry.request.user_agent),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Puts events into the outbox.
pub(crate) fn enqueue(conn: &mut Conn, workspace: WorkspaceId, events: &[OutgoingEvent]) -> Result<(), StoreError> {
    for event in events {
        diesel::insert_into(outbox::table)
            .values((
                outbox::workspace_id.eq(workspace.to_string()),
                outbox::kind.eq(event.kind.as_str()),
                outbox::at.eq(micros(event.at)),
                outbox::payload.eq(json(&event.payload)?),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The workspaces that have entries without a number.
pub(crate) fn unsealed_workspaces(conn: &mut Conn) -> Result<Vec<WorkspaceId>, StoreError> {
    let waiting = audit_entries::table
        .filter(audit_entries::workspace_id.eq(workspaces::id))
        .filter(audit_entries::seq.is_null());
    let ids: Vec<String> = workspaces::table
        .filter(exists(waiting.select(audit_entries::ordinal)))
        .order(workspaces::created_at)
        .select(workspaces::id)
        .load(conn)?;
    ids.iter().map(|text| id(WorkspaceId::parse, text)).collect()
}

/// Gives a batch of entries their numbers and links; says how many. The head's row is locked first, so that of several
/// sealers one works at a time.
pub(crate) fn seal(conn: &mut Conn, vault: &Vault, workspace: WorkspaceId) -> Result<usize, StoreError> {
    let key = workspace.to_string();
    let (mut seq, mut hash) = lock_head(conn, vault, &key)?;
    let rows: Vec<Row> = audit_entries::table
        .filter(audit_entries::workspace_id.eq(&key))
        .filter(audit_entries::seq.is_null())
        .order(audit_entries::ordinal)
        .limit(BATCH)
        .select(Row::as_select())
        .load(conn)?;
    let first = seq + 1;
    for row in &rows {
        seq += 1;
        hash = vault.link(&hash, &row.sealed_text(seq)?);
        diesel::update(audit_entries::table.find(row.ordinal))
            .set((audit_entries::seq.eq(seq), audit_entries::hash.eq(&hash)))
            .execute(conn)?;
    }
    audit_counts::add(conn, &key, first, &rows)?;
    let signature = vault.sign_head(&key, seq, &hash);
    diesel::update(audit_heads::table.find(&key))
        .set((audit_heads::seq.eq(seq), audit_heads::hash.eq(&hash), audit_heads::signature.eq(signature)))
        .execute(conn)?;
    Ok(rows.len())
}

/// The head from which to go on. One that the sealer did not write, or none where there are or were sealed entries, means that
/// somebody wants a forged chain continued: nothing is sealed any more until that is looked into.
pub(super) fn lock_head(conn: &mut Conn, vault: &Vault, key: &str) -> Result<(i64, String), StoreError> {
    // Of several sealers at a new chain one makes the head, and the others wait for it here.
    let made = diesel::insert_into(audit_heads::table)
        .values((
            audit_heads::workspace_id.eq(key),
            audit_heads::seq.eq(0),
            audit_heads::hash.eq(""),
            audit_heads::signature.eq(vault.sign_head(key, 0, "")),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    let sealed = audit_entries::table
        .filter(audit_entries::workspace_id.eq(key.to_owned()))
        .filter(audit_entries::seq.is_not_null());
    let begun = audit_anchors::table.find(key.to_owned());
    if made == 1 && diesel::select(exists(sealed).or(exists(begun))).get_result(conn)? {
        return Err(StoreError::ForgedHead);
    }
    let (seq, hash, signature): (i64, String, String) = diesel::update(audit_heads::table.find(key))
        .set(audit_heads::seq.eq(audit_heads::seq))
        .returning((audit_heads::seq, audit_heads::hash, audit_heads::signature))
        .get_result(conn)?;
    let genuine = signature == vault.sign_head(key, seq, &hash);
    if genuine { Ok((seq, hash)) } else { Err(StoreError::ForgedHead) }
}

/// Entries about a person of these kinds, or of all where none is named; the latest first, those before a place.
pub(crate) fn about(
    conn: &mut Conn,
    workspace: WorkspaceId,
    person: PersonId,
    kinds: &[EventKind],
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, SealedEntry)>, StoreError> {
    let mut theirs = audit_entries::table
        .filter(audit_entries::workspace_id.eq(workspace.to_string()))
        .filter(audit_entries::subject_id.eq(person.to_string()))
        .into_boxed();
    if let Some(before) = before {
        theirs = theirs.filter(audit_entries::ordinal.lt(before));
    }
    if !kinds.is_empty() {
        theirs = theirs.filter(audit_entries::kind.eq_any(kinds.iter().map(|kind| kind.as_str())));
    }
    let rows: Vec<Row> =
        theirs.order(audit_entries::ordinal.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(|row| Ok((row.ordinal, row.into_entry()?))).collect()
}

/// The first entry of that kind about a person.
pub(crate) fn first_about(
    conn: &mut Conn,
    workspace: WorkspaceId,
    person: PersonId,
    kind: EventKind,
) -> Result<Option<SealedEntry>, StoreError> {
    let first: Option<Row> = audit_entries::table
        .filter(audit_entries::workspace_id.eq(workspace.to_string()))
        .filter(audit_entries::subject_id.eq(person.to_string()))
        .filter(audit_entries::kind.eq(kind.as_str()))
        .order(audit_entries::ordinal)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    first.map(Row::into_entry).transpose()
}

/// Their latest logins.
pub(super) fn logins_of(
    conn: &mut Conn,
    workspace: WorkspaceId,
    person: PersonId,
    limit: i64,
) -> Result<Vec<SealedEntry>, StoreError> {
    let found = about(conn, workspace, person, &[EventKind::LoginSucceeded], None, limit)?;
    Ok(found.into_iter().map(|(_, entry)| entry).collect())
}

/// The highest number; 0 where nothing is sealed.
pub(crate) fn last_sealed(conn: &mut Conn, workspace: WorkspaceId) -> Result<i64, StoreError> {
    let log = audit_entries::table.filter(audit_entries::workspace_id.eq(workspace.to_string()));
    let last: Option<i64> = log.select(max(audit_entries::seq)).first(conn)?;
    Ok(last.unwrap_or_default())
}
