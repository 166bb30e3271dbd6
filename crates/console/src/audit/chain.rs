//! How the log's chain stands, and the walk over all of it.

use std::sync::TryLockError;

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::{HttpResponse, web};
use chrono::Duration;
use domain::clock::Timestamp;
use store::{ChainReport, ChainStanding, StoreError};

use crate::error::ConsoleError;
use crate::figures::grouped;
use crate::page::{Notice, tell};
use crate::routes::Settings;
use crate::session::ConsoleSession;

/// The sealer runs twice a second. What waits longer than this tells that it does not.
const SEALED_WITHIN: Duration = Duration::minutes(1);

/// What is wrong with a chain at a glance, in a sentence.
pub(crate) fn trouble(chain: &ChainStanding, now: Timestamp) -> Option<String> {
    let waits = |since: &Timestamp| now - *since > SEALED_WITHIN;
    match (&chain.problem, chain.waiting_since.filter(waits)) {
        (Some(problem), _) => Some(format!("The activity log is not whole: {problem}.")),
        (None, Some(_)) => Some(format!("{} entries of the activity log are not sealed.", grouped(chain.unsealed))),
        (None, None) => None,
    }
}

/// Walks over the chain, and tells what it found.
pub(crate) async fn verify(
    session: ConsoleSession,
    site: web::Data<Site>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, ConsoleError> {
    let (store, workspace) = (site.store.clone(), session.workspace().id);
    let report = blocking(move || match settings.walking.try_lock() {
        Ok(_turn) => store.verify_audit(workspace, None).map(Some),
        // Somebody's walk ended badly: the next one may still begin.
        Err(TryLockError::Poisoned(_)) => store.verify_audit(workspace, None).map(Some),
        Err(TryLockError::WouldBlock) => Ok::<_, StoreError>(None),
    });
    let notice = match report.await? {
        Some(report) => found(&report),
        None => Notice::trouble("Somebody is verifying a log already. Try again in a minute."),
    };
    tell(&site, &session, "/audit", notice).await
}

fn found(report: &ChainReport) -> Notice {
    let entries = grouped(report.entries);
    let kept = if report.kept_from > 1 { format!(", from {} on", grouped(report.kept_from)) } else { String::new() };
    match &report.problem {
        None => Notice::done(format!("The log is whole: {entries} entries{kept}, and every link holds.")),
        Some(problem) => Notice::trouble(format!("The log is not whole: {problem} ({entries} entries{kept}).")),
    }
}
