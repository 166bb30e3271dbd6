//! Changes of connections on trial: in force at once, and taken back unless an administrator signs in through the connection in
//! time. Whoever is signed in stays.

use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, Source};
use domain::clock::Timestamp;
use domain::policy::Span;
use store::{Connection, Store, StoreError, Trial};

use crate::acting::Acting;
use crate::connections::{audited, subject};
use crate::error::AdministrationError;

/// The shortest trial: nobody signs in faster.
pub const SHORTEST: Span = Span::seconds(60);
/// The longest: nobody remembers it for longer.
pub const LONGEST: Span = Span::seconds(86_400);
/// Trials that are looked at in one go.
const AT_ONCE: i64 = 50;

/// When a trial of that length ends.
pub(crate) fn end(length: Span, now: Timestamp) -> Result<Timestamp, AdministrationError> {
    match (SHORTEST..=LONGEST).contains(&length) {
        true => Ok(now + length.duration()),
        false => Err(AdministrationError::TrialLength),
    }
}

/// Puts back, now, what the connection was before its trial.
pub fn roll_back(acting: &Acting, connection: &Connection) -> Result<Connection, AdministrationError> {
    let none = || AdministrationError::NotOnTrial(connection.name.clone());
    let trial = acting.store.find_trial(connection.id)?.ok_or_else(none)?;
    let before = trial.before.clone();
    let (was, is) = (Some(audited(connection)), Some(audited(&before)));
    let entry = acting.entry(EventKind::ConnectionRolledBack, subject(&before), was, is);
    match acting.store.roll_back(connection.clone(), trial, entry)? {
        true => Ok(before),
        false => Err(AdministrationError::ConnectionOvertaken(connection.entity_id.clone())),
    }
}

/// Puts back what was on trial and was not confirmed in time.
pub fn roll_back_due(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    for (trial, connection) in store.due_trials(now, AT_ONCE)? {
        let (entity_id, before) = (connection.entity_id.clone(), trial.before.entity_id.clone());
        let entry = entry(&trial, &connection, now);
        if store.roll_back(connection, trial, entry)? {
            tracing::warn!(
                entity_id,
                before,
                "no administrator signed in through it in time: the connection is put back"
            );
        }
    }
    Ok(())
}

fn entry(trial: &Trial, connection: &Connection, at: Timestamp) -> AuditEntry {
    AuditEntry {
        workspace: connection.workspace,
        at,
        kind: EventKind::ConnectionRolledBack,
        source: Source::System,
        actor: Actor::System,
        subject: subject(&trial.before),
        before: Some(audited(connection)),
        after: Some(audited(&trial.before)),
        request: RequestOrigin::default(),
    }
}
