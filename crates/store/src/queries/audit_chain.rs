use diesel::prelude::*;
use domain::id::WorkspaceId;

use super::Conn;
use super::audit::{BATCH, Row};
use crate::chain::{ChainReport, ChainWalk, EarlierHead, Head};
use crate::error::StoreError;
use crate::schema::{audit_entries, audit_heads};
use crate::vault::Vault;

/// Walks the chain from its first entry, and looks for the one that an earlier head names.
pub(crate) fn verify(
    conn: &mut Conn,
    vault: &Vault,
    workspace: WorkspaceId,
    earlier: Option<&Head>,
) -> Result<ChainReport, StoreError> {
    let key = workspace.to_string();
    let mut walk = ChainWalk::default();
    walk_to_the_end(conn, vault, &key, &mut walk)?;
    let head = read_head(conn, vault, &key)?;
    walk.arrive(&head);
    let verdict = earlier.map(|earlier| judge(conn, vault, &key, earlier, walk.seq)).transpose()?;
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

fn judge(conn: &mut Conn, vault: &Vault, key: &str, earlier: &Head, last: i64) -> Result<EarlierHead, StoreError> {
    if earlier.signature != vault.sign_head(key, earlier.seq, &earlier.hash) {
        return Ok(EarlierHead::Forged);
    }
    let found: Option<Option<String>> = audit_entries::table
        .filter(audit_entries::workspace_id.eq(key))
        .filter(audit_entries::seq.eq(earlier.seq))
        .select(audit_entries::hash)
        .first(conn)
        .optional()?;
    Ok(EarlierHead::compare(earlier, found.flatten().as_deref(), last))
}
