use diesel::prelude::*;
use domain::id::{KeyId, WorkspaceId};

use super::Conn;
use crate::error::StoreError;
use crate::keys::{KeyPurpose, SealedKey};
use crate::record::id;
use crate::schema::stored_keys;

pub(crate) fn find(
    conn: &mut Conn,
    purpose: KeyPurpose,
    workspace: Option<WorkspaceId>,
) -> Result<Vec<SealedKey>, StoreError> {
    let of_purpose = stored_keys::table.filter(stored_keys::purpose.eq(purpose.as_str())).into_boxed();
    let mine = match workspace {
        Some(workspace) => of_purpose.filter(stored_keys::workspace_id.eq(workspace.to_string())),
        None => of_purpose.filter(stored_keys::workspace_id.is_null()),
    };
    let rows: Vec<(String, Vec<u8>, Vec<u8>)> = mine
        .order(stored_keys::created_at)
        .select((stored_keys::id, stored_keys::public_part, stored_keys::sealed_secret))
        .load(conn)?;
    rows.into_iter()
        .map(|(key, public, sealed)| Ok(SealedKey { id: id(KeyId::parse, &key)?, public, sealed }))
        .collect()
}

pub(crate) fn insert(
    conn: &mut Conn,
    purpose: KeyPurpose,
    workspace: Option<WorkspaceId>,
    key: &SealedKey,
    now: i64,
) -> Result<(), StoreError> {
    diesel::insert_into(stored_keys::table)
        .values((
            stored_keys::id.eq(key.id.to_string()),
            stored_keys::purpose.eq(purpose.as_str()),
            stored_keys::workspace_id.eq(workspace.map(|w| w.to_string())),
            stored_keys::public_part.eq(&key.public),
            stored_keys::sealed_secret.eq(&key.sealed),
            stored_keys::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
