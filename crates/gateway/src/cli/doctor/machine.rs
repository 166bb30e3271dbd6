//! What is the same for all workspaces.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::Duration;
use domain::clock::Clock;
use openssl::asn1::Asn1Time;
use openssl::x509::X509;
use store::{KeyPurpose, Store};

use super::Finding;
use crate::app;
use crate::clock::SystemClock;
use crate::config::{Settings, Tls};

/// So many days before the certificate of HTTPS ends it is told.
const WARN_DAYS: i32 = 30;
/// Logins and links are measured by times; most identity providers allow a minute.
const MOST_SKEW: Duration = Duration::seconds(5);

/// The settings, which could be read where this is reached.
pub(super) fn configuration(settings: &Settings) -> Vec<Finding> {
    let base_url = match settings.server.base_url() {
        Ok(base_url) => base_url,
        Err(error) => return vec![Finding::trouble("configuration", format!("{error:#}"), "Set server.base_url.")],
    };
    let is_local = ["localhost", "127.0.0.1", "[::1]"].contains(&base_url.host());
    let address = if base_url.is_https() || is_local {
        Finding::ok("configuration", format!("known to the outside as {base_url}"))
    } else {
        Finding::warning(
            "configuration",
            format!("known to the outside as {base_url}, in the clear"),
            "Set server.base_url to an https address, and server.tls or a reverse proxy in front.",
        )
    };
    std::iter::once(address).chain(settings.server.tls.as_ref().map(tls)).chain(key_file(settings)).collect()
}

fn tls(tls: &Tls) -> Finding {
    if let Err(error) = app::acceptor(tls) {
        return Finding::trouble(
            "HTTPS",
            format!("{error:#}"),
            "Set server.tls.cert and server.tls.key to a chain and its key, in PEM.",
        );
    }
    match days_left(&tls.cert) {
        Some(days) if days < 0 => Finding::trouble("HTTPS", "the certificate has ended", "Renew server.tls.cert."),
        Some(days) if days < WARN_DAYS => {
            Finding::warning("HTTPS", format!("the certificate ends in {days} days"), "Renew server.tls.cert.")
        }
        _ => Finding::ok("HTTPS", "certificate and key fit"),
    }
}

fn days_left(certificate: &Path) -> Option<i32> {
    let certificate = X509::from_pem(&fs::read(certificate).ok()?).ok()?;
    let left = Asn1Time::days_from_now(0).ok()?.diff(certificate.not_after()).ok()?;
    Some(if left.days < 0 || left.secs < 0 { -1 } else { left.days })
}

/// Whoever reads the master key can be anybody.
fn key_file(settings: &Settings) -> Option<Finding> {
    let file = settings.secrets.key_file(&settings.database.url)?;
    let mode = fs::metadata(&file).ok()?.permissions().mode() & 0o777;
    let (shown, is_open) = (file.display(), mode & 0o077 != 0);
    Some(if is_open {
        let finding = format!("others may read the master key in {shown} (mode {mode:o})");
        Finding::warning("keys", finding, format!("chmod 600 {shown}"))
    } else {
        Finding::ok("keys", format!("only its owner may read the master key in {shown}"))
    })
}

/// The database, at this version and under this master key.
pub(super) fn store(settings: &Settings) -> (Option<Store>, Vec<Finding>) {
    let shown = settings.database.url.split('@').next_back().unwrap_or_default().to_owned();
    let store = match settings.open_existing_store() {
        Ok(store) => store,
        Err(error) => {
            let remedy =
                "Set database.url and secrets.master_key or secrets.master_key_file; `gatehouse init` makes a new one.";
            return (None, vec![Finding::trouble("database", format!("{error:#}"), remedy)]);
        }
    };
    match store.pending_migrations() {
        Ok(pending) if pending.is_empty() => {}
        Ok(pending) => {
            let finding = format!("{} migration(s) are missing", pending.len());
            return (None, vec![Finding::trouble("database", finding, "Run `gatehouse migrate`.")]);
        }
        Err(error) => {
            return (
                None,
                vec![Finding::trouble("database", error.to_string(), "See that the database takes writes.")],
            );
        }
    }
    let database = Finding::ok("database", format!("{shown}, at this version"));
    match store.keys(KeyPurpose::AccessToken, None) {
        Ok(keys) => {
            let finding = format!("the master key opens what it protects; {} key(s) sign access tokens", keys.len());
            (Some(store), vec![database, Finding::ok("keys", finding)])
        }
        Err(error) => {
            let remedy = "Set the master key that this database was made with, from its copy.";
            (None, vec![database, Finding::trouble("keys", error.to_string(), remedy)])
        }
    }
}

pub(super) fn clock(store: &Store) -> Option<Finding> {
    let skew = (store.database_clock().ok()? - SystemClock.now()).num_milliseconds().abs();
    Some(if skew > MOST_SKEW.num_milliseconds() {
        let finding = format!("this machine and the database are {} s apart", skew / 1_000);
        Finding::warning(
            "clock",
            finding,
            "Set both clocks by NTP: logins are refused for times that are ahead or over.",
        )
    } else {
        Finding::ok("clock", "this machine and the database agree")
    })
}

pub(super) fn mail(settings: &Settings, store: &Store) -> Vec<Finding> {
    let waiting = store.waiting_mails().unwrap_or_default();
    let mailer = settings.server.base_url().and_then(|base_url| settings.mail.mailer(&base_url));
    let way = match mailer {
        Ok(None) => Finding::warning(
            "mail",
            format!("mail.url is not set: {waiting} invitation(s) wait to be sent"),
            "Set mail.url to smtp://USER:PASSWORD@HOST:PORT, or to file://FOLDER to see what would be sent.",
        ),
        Ok(Some(mailer)) => match mailer.try_out() {
            Ok(()) => Finding::ok("mail", format!("mail is taken; {waiting} invitation(s) wait to be sent")),
            Err(error) => {
                Finding::trouble("mail", error, "See that the server of mail.url can be reached and knows its user.")
            }
        },
        Err(error) => Finding::trouble("mail", format!("{error:#}"), "Set mail.url and mail.from."),
    };
    let mut trouble = store.mail_trouble().unwrap_or_default();
    trouble.dedup();
    let refused = trouble.into_iter().take(3).map(|why| {
        Finding::warning(
            "mail",
            format!("an invitation was not taken: {why}"),
            "It is tried again until its link has expired.",
        )
    });
    std::iter::once(way).chain(refused).collect()
}
