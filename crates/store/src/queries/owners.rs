use diesel::prelude::*;
use domain::id::WorkspaceId;

use super::Conn;
use crate::error::StoreError;
use crate::owners::OwnerAccount;
use crate::schema::owners;
use crate::workspaces::Owner;

pub(crate) fn insert(conn: &mut Conn, workspace: WorkspaceId, owner: &Owner, now: i64) -> Result<(), StoreError> {
    diesel::insert_into(owners::table)
        .values((
            owners::workspace_id.eq(workspace.to_string()),
            owners::email.eq(&owner.email),
            owners::given_name.eq(&owner.given_name),
            owners::family_name.eq(&owner.family_name),
            owners::password_hash.eq(&owner.password_hash),
            owners::epoch.eq(1),
            owners::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

pub(crate) fn get(conn: &mut Conn, workspace: WorkspaceId) -> Result<OwnerAccount, StoreError> {
    type Row = (String, String, String, String, i64, Option<Vec<u8>>);
    let columns = (
        owners::email,
        owners::given_name,
        owners::family_name,
        owners::password_hash,
        owners::epoch,
        owners::totp_secret,
    );
    let row: Row = owners::table.find(workspace.to_string()).select(columns).first(conn)?;
    let (email, given_name, family_name, password_hash, epoch, totp_secret) = row;
    Ok(OwnerAccount { email, given_name, family_name, password_hash, epoch, has_second_factor: totp_secret.is_some() })
}

/// Sets the owner's password; the epoch ends their sessions.
pub(crate) fn set_password(
    conn: &mut Conn,
    workspace: WorkspaceId,
    password_hash: &str,
    now: i64,
) -> Result<String, StoreError> {
    diesel::update(owners::table.find(workspace.to_string()))
        .set((owners::password_hash.eq(password_hash), owners::epoch.eq(owners::epoch + 1), owners::updated_at.eq(now)))
        .execute(conn)?;
    Ok(owners::table.find(workspace.to_string()).select(owners::email).first(conn)?)
}

pub(crate) fn second_factor(conn: &mut Conn, workspace: WorkspaceId) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(owners::table.find(workspace.to_string()).select(owners::totp_secret).first(conn)?)
}

pub(crate) fn set_second_factor(
    conn: &mut Conn,
    workspace: WorkspaceId,
    factor: Option<&(Vec<u8>, i64)>,
) -> Result<(), StoreError> {
    let (secret, step) = factor.map_or((None, 0), |(secret, step)| (Some(secret), *step));
    diesel::update(owners::table.find(workspace.to_string()))
        .set((owners::totp_secret.eq(secret), owners::totp_step.eq(step)))
        .execute(conn)?;
    Ok(())
}

/// Of two sign-ins with one code one wins.
pub(crate) fn use_step(conn: &mut Conn, workspace: WorkspaceId, step: i64) -> Result<bool, StoreError> {
    let earlier = owners::table.find(workspace.to_string()).filter(owners::totp_step.lt(step));
    Ok(diesel::update(earlier).set(owners::totp_step.eq(step)).execute(conn)? == 1)
}
