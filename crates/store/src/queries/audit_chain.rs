use diesel::dsl::min;
use diesel::prelude::*;
use domain::id::WorkspaceId;

use super::Conn;
use super::audit::{BATCH, Row};
use crate::chain::{Anchor, ChainReport, ChainWalk, EarlierHead, Head};
use crate::error::StoreError;
use crate::schema::{audit_anchors, audit_entries, audit_heads};
use crate::vault::Vault;

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
    let unsealed = audit_entries::table
        .filter(audit_entries::workspace_id.eq(&key))
        .filter(audit_entries::seq.is_null())
        .count()
        .get_result(conn)?;
    Ok(walk.report(head, unsealed, earlier.map(|earlier| earlier.seq).zip(verdict)))
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
