//! What goes on in the background while the gateway serves.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::rt;
use administration::metadata::{refresh_due, warn_of_certificates};
use administration::trials::roll_back_due;
use invitations::{Mailer, send_due};
use scim_api::RequestLog;
use store::{CommandError, StoreError};

/// An entry has its number within a second of its commit.
const SEAL_EVERY: Duration = Duration::from_millis(500);
const MAIL_EVERY: Duration = Duration::from_secs(1);
const RECONSIDER_EVERY: Duration = Duration::from_secs(1);
/// People whose access is decided anew in one go.
const RECONSIDERED: i64 = 200;
/// A connection by which nobody can sign in is put back within so long after its time.
const ROLL_BACK_EVERY: Duration = Duration::from_secs(2);
const REFRESH_EVERY: Duration = Duration::from_secs(10);
const WARN_EVERY: Duration = Duration::from_secs(3_600);
const FLUSH_EVERY: Duration = Duration::from_secs(1);
const FORGET_EVERY: Duration = Duration::from_secs(60);
const PRUNE_EVERY: Duration = Duration::from_secs(3_600);

const NOT_STORED: &str = "the SCIM request log can't be stored";

/// Starts the sealer of the audit log, the sender of mail, and the removal of what has expired or is no longer kept.
pub(crate) fn start(site: &Site, requests: RequestLog, mailer: Option<Mailer>) {
    repeat("the audit log can't be sealed", SEAL_EVERY, site, |site| site.store.seal().map(drop));
    repeat(NOT_STORED, FLUSH_EVERY, site, move |site| requests.flush(&site.store));
    match mailer {
        Some(mailer) => repeat("invitations can't be sent", MAIL_EVERY, site, move |site| send_due(site, &mailer)),
        None => tell_of_waiting_mail(site),
    }
    repeat("access that changes with time can't be decided", RECONSIDER_EVERY, site, reconsider_due);
    repeat("metadata can't be refreshed", REFRESH_EVERY, site, |site| refresh_due(&site.store, site.now()));
    repeat("connections on trial can't be put back", ROLL_BACK_EVERY, site, |site| {
        roll_back_due(&site.store, site.now())
    });
    repeat("certificates can't be looked at", WARN_EVERY, site, |site| warn_of_certificates(&site.store, site.now()));
    repeat("expired rows can't be removed", FORGET_EVERY, site, |site| {
        site.limits.forget_idle();
        site.store.forget_expired(site.now())
    });
    repeat("old audit entries can't be removed", PRUNE_EVERY, site, |site| {
        let removed = site.store.prune_audit(site.now())?;
        if removed > 0 {
            tracing::info!(removed, "audit entries older than their retention were removed");
        }
        Ok::<_, StoreError>(())
    });
    repeat("old login attempts can't be made nameless", PRUNE_EVERY, site, |site| {
        site.store.forget_login_traces(site.now()).map(drop)
    });
}

/// A pin is over, for instance.
fn reconsider_due(site: &Site) -> Result<(), CommandError> {
    while site.store.reconsider_due(site.now(), RECONSIDERED)? > 0 {}
    Ok(())
}

fn tell_of_waiting_mail(site: &Site) {
    match site.store.waiting_mails() {
        Ok(0) => {}
        Ok(waiting) => tracing::warn!(waiting, "invitations wait to be sent: set mail.url"),
        Err(error) => tracing::error!(cause = %error, "invitations that wait can't be counted"),
    }
}

/// What is left to do when the last request was answered: those since the last flush are stored. What is not sealed yet
/// the next start seals, or the next command that reads the log.
pub(crate) async fn finish(site: Site, requests: RequestLog) {
    if let Err(error) = blocking(move || requests.flush(&site.store)).await {
        tracing::error!(cause = %error, "{NOT_STORED}");
    }
}

fn repeat<E: Display + From<StoreError> + Send + 'static>(
    trouble: &'static str,
    every: Duration,
    site: &Site,
    work: impl Fn(&Site) -> Result<(), E> + Send + Sync + 'static,
) {
    let (site, work) = (site.clone(), Arc::new(work));
    rt::spawn(async move {
        let mut ticks = rt::time::interval(every);
        loop {
            ticks.tick().await;
            let (site, work) = (site.clone(), work.clone());
            if let Err(error) = blocking(move || work(&site)).await {
                tracing::error!(cause = %error, "{trouble}");
            }
        }
    });
}
