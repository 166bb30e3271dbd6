//! What goes on in the background while the gateway serves.

use std::time::Duration;

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::rt;
use store::StoreError;

/// An entry has its number within a second of its commit.
const SEAL_EVERY: Duration = Duration::from_millis(500);
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// Starts the sealer of the audit log and the removal of what has expired.
pub(crate) fn start(site: &Site) {
    repeat("the audit log can't be sealed", SEAL_EVERY, site, |site| site.store.seal().map(drop));
    repeat("expired rows can't be removed", FORGET_EVERY, site, |site| site.store.forget_expired(site.now()));
}

fn repeat(trouble: &'static str, every: Duration, site: &Site, work: fn(&Site) -> Result<(), StoreError>) {
    let site = site.clone();
    rt::spawn(async move {
        let mut ticks = rt::time::interval(every);
        loop {
            ticks.tick().await;
            let site = site.clone();
            if let Err(error) = blocking(move || work(&site)).await {
                tracing::error!(cause = %error, "{trouble}");
            }
        }
    });
}
