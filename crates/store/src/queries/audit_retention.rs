use diesel::prelude::*;
use domain::audit::EventKind;
use domain::id::WorkspaceId;

use super::audit::{Row, lock_head};
use super::audit_chain::read_anchor;
use super::{Conn, audit_counts};
use crate::chain::Anchor;
use crate::error::StoreError;
use crate::retention::Removed;
use crate::schema::{audit_anchors, audit_entries};
use crate::vault::Vault;

/// Entries removed in one go.
const BATCH: i64 = 2_000;

/// Removes a batch of the oldest entries, of those written before this moment, and lets the chain begin behind them. The
/// head's row is locked first: of several that remove or seal one works at a time.
pub(crate) fn prune(
    conn: &mut Conn,
    vault: &Vault,
    workspace: WorkspaceId,
    before: i64,
) -> Result<Removed, StoreError> {
    let key = workspace.to_string();
    let (head, _) = lock_head(conn, vault, &key)?;
    let anchor = read_anchor(conn, vault, &key)?.ok_or(StoreError::BrokenChain)?;
    let first_kept = first_since(conn, &key, &anchor, before)?.map_or(head, |seq| seq.min(head));
    let rows: Vec<Row> = audit_entries::table
        .filter(audit_entries::workspace_id.eq(&key))
        .filter(audit_entries::seq.gt(anchor.seq))
        .filter(audit_entries::seq.lt(first_kept))
        .order(audit_entries::seq)
        .limit(BATCH)
        .select(Row::as_select())
        .load(conn)?;
    let only_removals = rows.iter().all(|row| row.kind == EventKind::AuditPruned.as_str());
    let last = last_proven(vault, &anchor, &rows)?;
    if !rows.is_empty() {
        remove(conn, &key, &anchor, &last)?;
        put_anchor(conn, vault, &key, &last)?;
    }
    Ok(Removed { entries: rows.len(), through: last.seq, only_removals })
}

/// The first entry that has to stay, by its time. The older ones behind it stay as well: a chain has no holes.
fn first_since(conn: &mut Conn, key: &str, anchor: &Anchor, moment: i64) -> Result<Option<i64>, StoreError> {
    let seq: Option<Option<i64>> = audit_entries::table
        .filter(audit_entries::workspace_id.eq(key))
        .filter(audit_entries::seq.gt(anchor.seq))
        .filter(audit_entries::at.ge(moment))
        .order(audit_entries::seq)
        .select(audit_entries::seq)
        .first(conn)
        .optional()?;
    Ok(seq.flatten())
}

/// The last of the rows as the place where the chain is to begin. Each link is checked first: a forgery is evidence and
/// stays, and no anchor is ever signed over one.
fn last_proven(vault: &Vault, anchor: &Anchor, rows: &[Row]) -> Result<Anchor, StoreError> {
    let (mut seq, mut hash) = (anchor.seq, anchor.hash.clone());
    for row in rows {
        seq += 1;
        hash = vault.link(&hash, &row.sealed_text(seq)?);
        if (row.seq, row.hash.as_ref()) != (Some(seq), Some(&hash)) {
            return Err(StoreError::BrokenChain);
        }
    }
    Ok(Anchor { seq, hash })
}

fn remove(conn: &mut Conn, key: &str, anchor: &Anchor, last: &Anchor) -> Result<(), StoreError> {
    let old = audit_entries::table
        .filter(audit_entries::workspace_id.eq(key))
        .filter(audit_entries::seq.gt(anchor.seq))
        .filter(audit_entries::seq.le(last.seq));
    diesel::delete(old).execute(conn)?;
    audit_counts::forget_spans(conn, key, last.seq)
}

fn put_anchor(conn: &mut Conn, vault: &Vault, key: &str, anchor: &Anchor) -> Result<(), StoreError> {
    let seq = audit_anchors::seq.eq(anchor.seq);
    let hash = audit_anchors::hash.eq(&anchor.hash);
    let signature = vault.sign_anchor(key, anchor.seq, &anchor.hash);
    let signature = audit_anchors::signature.eq(&signature);
    diesel::insert_into(audit_anchors::table)
        .values((audit_anchors::workspace_id.eq(key), seq, hash, signature))
        .on_conflict(audit_anchors::workspace_id)
        .do_update()
        .set((seq, hash, signature))
        .execute(conn)?;
    Ok(())
}
