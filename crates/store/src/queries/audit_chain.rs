use diesel::dsl::min;
use diesel::prelude::*;
use domain::id::WorkspaceId;

use super::Conn;
use super::audit::{BATCH, Row};
use crate::chain::{Anchor, ChainReport, ChainStanding, ChainWalk, EarlierHead, Head};
use crate::error::StoreError;
use crate::record::timestamp;
use crate::schema::{audit_anchors, audit_entries, audit_heads};
use crate::vault::Vault;

/// The links that a glance looks at.
const NEWEST: i64 = 100;

/// Walks the chain from the first entry that is kept, and looks for the one that an earlier head names.
pub(crate) fn verify(
    conn: &mut Conn,
    vault: &Vault,
    workspace: WorkspaceId,
    earlier: Option<&Head>,
) -> Result<ChainReport, StoreError> {
    let key = workspace.to_string();
    let mut walk = ChainWalk::begin(read_anchor(conn, vault, &key)?);
    walk.precede(first_through(conn, &key, walk.seq)?);
    walk_to_the_end(conn, vault, &key, &mut walk)?;
    let head = read_head(conn, vault, &key)?;
    walk.arrive(&head);
    let verdict = earlier.map(|earlier| judge(conn, vault, &key, earlier, &walk)).transpose()?;
    let (unsealed, _) = read_tail(conn, &key)?;
    Ok(walk.report(head, unsealed, earlier.map(|earlier| earlier.seq).zip(verdict)))
}

/// Looks at both ends of the chain, and at its newest links.
pub(crate) fn glance(conn: &mut Conn, vault: &Vault, workspace: WorkspaceId) -> Result<ChainStanding, StoreError> {
    let key = workspace.to_string();
    let mut walk = ChainWalk::begin(read_anchor(conn, vault, &key)?);
    walk.precede(first_through(conn, &key, walk.seq)?);
    if let Some(first) = first_after(conn, &key, walk.seq)? {
        walk.expect_first(first);
    }
    if let Some((seq, hash)) = some_way_back(conn, &key, walk.seq)? {
        walk.jump(seq, &hash);
    }
    walk_to_the_end(conn, vault, &key, &mut walk)?;
    let head = read_head(conn, vault, &key)?;
    walk.arrive(&head);
    let (unsealed, waiting_since) = read_tail(conn, &key)?;
    Ok(walk.standing(head, unsealed, waiting_since.map(timestamp).transpose()?))
}

/// The entry from which on the newest links are looked at; none where those behind the anchor are no more than that.
fn some_way_back(conn: &mut Conn, key: &str, anchor: i64) -> Result<Option<(i64, String)>, StoreError> {
    let found: Option<(Option<i64>, Option<String>)> = audit_entries::table
        .filter(audit_entries::workspace_id.eq(key))
        .filter(audit_entries::seq.gt(anchor))
        .order(audit_entries::seq.desc())
        .offset(NEWEST)
        .select((audit_entries::seq, audit_entries::hash))
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(seq, hash)| seq.zip(hash)))
}

/// How many are not sealed yet, and when the oldest of them was written.
fn read_tail(conn: &mut Conn, key: &str) -> Result<(i64, Option<i64>), StoreError> {
    let tail = || audit_entries::table.filter(audit_entries::workspace_id.eq(key)).filter(audit_entries::seq.is_null());
    let oldest = tail().order(audit_entries::ordinal).select(audit_entries::at).first(conn).optional()?;
    Ok((tail().count().get_result(conn)?, oldest))
}

fn walk_to_the_end(conn: &mut Conn, vault: &Vault, key: &str, walk: &mut ChainWalk) -> Result<(), StoreError> {
    loop {
        let rows: Vec<Row> = audit_entries::table
            .filter(audit_entries::workspace_id.eq(key))
            .filter(audit_entries::seq.gt(walk.seq))
            .order(audit_entries::seq)
            .limit(BATCH)
            .select(Row::as_select())
            .load(conn)?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            let seq = row.seq.unwrap_or_default();
            let expected = vault.link(&walk.hash, &row.sealed_text(seq)?);
            walk.step(seq, row.hash.as_deref().unwrap_or_default(), expected);
        }
    }
}

/// The first number, if it is not above this one.
fn first_through(conn: &mut Conn, key: &str, seq: i64) -> Result<Option<i64>, StoreError> {
    let log = audit_entries::table.filter(audit_entries::workspace_id.eq(key)).filter(audit_entries::seq.le(seq));
    Ok(log.select(min(audit_entries::seq)).first(conn)?)
}

/// The first number above this one.
fn first_after(conn: &mut Conn, key: &str, seq: i64) -> Result<Option<i64>, StoreError> {
    let log = audit_entries::table.filter(audit_entries::workspace_id.eq(key)).filter(audit_entries::seq.gt(seq));
    Ok(log.select(min(audit_entries::seq)).first(conn)?)
}

/// Where the chain begins; nothing where the retention did not write what is stored.
pub(super) fn read_anchor(conn: &mut Conn, vault: &Vault, key: &str) -> Result<Option<Anchor>, StoreError> {
    let stored: Option<(i64, String, String)> = audit_anchors::table
        .find(key)
        .select((audit_anchors::seq, audit_anchors::hash, audit_anchors::signature))
        .first(conn)
        .optional()?;
    let Some((seq, hash, signed)) = stored else { return Ok(Some(Anchor::default())) };
    Ok((signed == vault.sign_anchor(key, seq, &hash)).then_some(Anchor { seq, hash }))
}

/// The head as it is stored. One that the sealer did not write is given no signature: it would pass for genuine later.
fn read_head(conn: &mut Conn, vault: &Vault, key: &str) -> Result<Head, StoreError> {
    let stored: Option<(i64, String, String)> = audit_heads::table
        .find(key)
        .select((audit_heads::seq, audit_heads::hash, audit_heads::signature))
        .first(conn)
        .optional()?;
    let Some((seq, hash, signed)) = stored else {
        return Ok(Head { seq: 0, hash: String::new(), signature: vault.sign_head(key, 0, "") });
    };
    let genuine = signed == vault.sign_head(key, seq, &hash);
    Ok(Head { seq, hash, signature: if genuine { signed } else { String::new() } })
}

fn judge(
    conn: &mut Conn,
    vault: &Vault,
    key: &str,
    earlier: &Head,
    walk: &ChainWalk,
) -> Result<EarlierHead, StoreError> {
    if earlier.signature != vault.sign_head(key, earlier.seq, &earlier.hash) {
        return Ok(EarlierHead::Forged);
    }
    let found: Option<Option<String>> = audit_entries::table
        .filter(audit_entries::workspace_id.eq(key))
        .filter(audit_entries::seq.eq(earlier.seq))
        .select(audit_entries::hash)
        .first(conn)
        .optional()?;
    Ok(EarlierHead::compare(earlier, found.flatten().as_deref(), walk))
}
