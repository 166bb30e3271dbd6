//! SCIM of a workspace, and its tokens.

use domain::audit::{EventKind, Subject};
use domain::clock::Timestamp;
use domain::id::TokenId;
use domain::policy::Span;
use domain::workspace::Workspace;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{Connection, NewToken};
use web::random::{self, NoRandomness};

use crate::acting::Acting;
use crate::error::{AdministrationError, ScimPrerequisite};

/// What has to be there first, and is missing (product rules §2.12).
pub fn missing(acting: &Acting) -> Result<Option<ScimPrerequisite>, AdministrationError> {
    if !acting.workspace.policy.advanced_security.0 {
        return Ok(Some(ScimPrerequisite::Capability));
    }
    let has_connection = !acting.store.connections(acting.workspace.id)?.is_empty();
    Ok((!has_connection).then_some(ScimPrerequisite::Connection))
}

/// Switches SCIM on; what was there before is there again.
pub fn enable(acting: &Acting) -> Result<(), AdministrationError> {
    if let Some(missing) = missing(acting)? {
        return Err(missing.into());
    }
    let entry = acting.entry(EventKind::ScimEnabled, acting.subject(), None, Some(json!({ "scim": "enabled" })));
    Ok(acting.store.set_scim_enabled(true, entry)?)
}

/// Switches SCIM off; people and tokens stay.
pub fn disable(acting: &Acting) -> Result<(), AdministrationError> {
    let entry = acting.entry(EventKind::ScimDisabled, acting.subject(), None, Some(json!({ "scim": "disabled" })));
    Ok(acting.store.set_scim_enabled(false, entry)?)
}

/// Puts a new token of a connection in force, to be shown once; its old ones fail at once, or after the overlap. It ends by itself
/// where that is wished.
pub fn refresh_token(
    acting: &Acting,
    connection: Option<&Connection>,
    overlap: Option<Span>,
    expires_in: Option<Span>,
) -> Result<SecretString, AdministrationError> {
    let secret = new_secret()?;
    let token = new_token(&acting.workspace, connection, &secret, acting.now())?;
    let token = NewToken { expires_at: expires_in.map(|span| acting.now() + span.duration()), ..token };
    let (idp, overlapping) = (connection.map(|known| &known.name), overlap.map(|span| span.to_string()));
    let after = json!({ "token": token.name, "idp": idp, "overlap": overlapping, "expires_at": token.expires_at });
    let entry = acting.entry(EventKind::ScimTokenRefreshed, acting.subject(), None, Some(after));
    let others_end_at = overlap.map(|span| acting.now() + span.duration());
    acting.store.replace_scim_token(token, others_end_at, entry)?;
    Ok(secret)
}

/// Ends every token of the workspace; says how many.
pub fn revoke_tokens(acting: &Acting) -> Result<usize, AdministrationError> {
    let entry = acting.entry(EventKind::ScimTokenRevoked, acting.subject(), None, None);
    Ok(acting.store.revoke_scim_tokens(acting.workspace.id, entry)?)
}

/// Ends one token of the workspace.
pub fn revoke_token(acting: &Acting, id: &str) -> Result<(), AdministrationError> {
    let unknown = || AdministrationError::NoSuchToken(id.to_owned(), acting.workspace.handle.clone());
    let known = TokenId::parse(id).ok_or_else(unknown)?;
    let tokens = acting.store.scim_tokens(acting.workspace.id)?;
    let token = tokens.into_iter().find(|token| token.id == known).ok_or_else(unknown)?;
    let subject = Subject { kind: "scim_token", id: Some(known.to_string()), name: Some(token.name) };
    let entry = acting.entry(EventKind::ScimTokenRevoked, subject, None, None);
    if acting.store.revoke_scim_token(known, entry)? { Ok(()) } else { Err(unknown()) }
}

/// The secret of a new token; its beginning says what it is, wherever it may be found.
pub(crate) fn new_secret() -> Result<SecretString, NoRandomness> {
    Ok(format!("gh-scim-{}", random::secret()?.expose_secret()).into())
}

/// What is stored of a token.
pub(crate) fn new_token(
    workspace: &Workspace,
    connection: Option<&Connection>,
    secret: &SecretString,
    now: Timestamp,
) -> Result<NewToken, NoRandomness> {
    Ok(NewToken {
        id: TokenId::new(random::new_id(now)?),
        workspace: workspace.id,
        connection: connection.map(|connection| connection.id),
        name: format!("SCIM token of {}", now.format("%Y-%m-%d %H:%M:%S")),
        hash: random::hash(secret),
        created_at: now,
        expires_at: None,
    })
}
