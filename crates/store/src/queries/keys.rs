use diesel::prelude::*;
use domain::id::{KeyId, WorkspaceId};

use super::Conn;
use crate::error::StoreError;
use crate::keys::{KeyPurpose, KeyStanding, SealedKey};
use crate::record::id;
use crate::schema::stored_keys;

/// Where a key is while two change places: the index lets no two stand at the same one.
const BETWEEN: &str = "between";

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
    let rows: Vec<(String, Vec<u8>, Vec<u8>, String)> = mine
        .order((stored_keys::standing, stored_keys::created_at))
        .select((stored_keys::id, stored_keys::public_part, stored_keys::sealed_secret, stored_keys::standing))
        .load(conn)?;
    rows.into_iter()
        .map(|(key, public, sealed, standing)| {
            let standing = KeyStanding::parse(&standing)?;
            Ok(SealedKey { id: id(KeyId::parse, &key)?, public, sealed, standing })
        })
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
            stored_keys::standing.eq(key.standing.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The key must stand by.
pub(crate) fn exchange(
    conn: &mut Conn,
    purpose: KeyPurpose,
    workspace: WorkspaceId,
    key: KeyId,
) -> Result<(), StoreError> {
    let (active, standby) = (KeyStanding::Active.as_str(), KeyStanding::Standby.as_str());
    let moved = diesel::update(stored_keys::table.find(key.to_string()))
        .filter(stored_keys::purpose.eq(purpose.as_str()))
        .filter(stored_keys::workspace_id.eq(workspace.to_string()))
        .filter(stored_keys::standing.eq(standby))
        .set(stored_keys::standing.eq(BETWEEN))
        .execute(conn)?;
    found(moved)?;
    stand(conn, purpose, workspace, active, standby)?;
    found(stand(conn, purpose, workspace, BETWEEN, active)?)
}

pub(crate) fn remove_standby(
    conn: &mut Conn,
    purpose: KeyPurpose,
    workspace: WorkspaceId,
    key: KeyId,
) -> Result<(), StoreError> {
    found(remove(conn, purpose, workspace, key, KeyStanding::Standby)?)
}

/// The other key must stand by.
pub(crate) fn replace_active(
    conn: &mut Conn,
    purpose: KeyPurpose,
    workspace: WorkspaceId,
    key: KeyId,
) -> Result<(), StoreError> {
    found(remove(conn, purpose, workspace, key, KeyStanding::Active)?)?;
    found(stand(conn, purpose, workspace, KeyStanding::Standby.as_str(), KeyStanding::Active.as_str())?)
}

fn remove(
    conn: &mut Conn,
    purpose: KeyPurpose,
    workspace: WorkspaceId,
    key: KeyId,
    standing: KeyStanding,
) -> Result<usize, StoreError> {
    Ok(diesel::delete(stored_keys::table.find(key.to_string()))
        .filter(stored_keys::purpose.eq(purpose.as_str()))
        .filter(stored_keys::workspace_id.eq(workspace.to_string()))
        .filter(stored_keys::standing.eq(standing.as_str()))
        .execute(conn)?)
}

fn stand(
    conn: &mut Conn,
    purpose: KeyPurpose,
    workspace: WorkspaceId,
    from: &str,
    to: &str,
) -> Result<usize, StoreError> {
    Ok(diesel::update(stored_keys::table)
        .filter(stored_keys::purpose.eq(purpose.as_str()))
        .filter(stored_keys::workspace_id.eq(workspace.to_string()))
        .filter(stored_keys::standing.eq(from))
        .set(stored_keys::standing.eq(to))
        .execute(conn)?)
}

fn found(rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::NoSuchKey) }
}
