//! Which entries are read, and how: page by page, so that a log of any length fits.

use administration::{Acting, people};
use anyhow::{Result, bail};
use chrono::{DateTime, NaiveDate, NaiveTime};
use clap::Args;
use domain::audit::{EventKind, SealedEntry};
use domain::clock::Timestamp;
use store::AuditFilter;

use crate::cli::session::InWorkspace;
use crate::config::Settings;

/// The options that choose entries.
#[derive(Debug, Args)]
pub(super) struct Selection {
    #[command(flatten)]
    within: InWorkspace,
    /// About this person: a userName, or either id
    #[arg(long)]
    user: Option<String>,
    /// From this source
    #[arg(long, value_parser = ["scim_auto_sync", "saml_auto_sync", "manual", "system"])]
    source: Option<String>,
    /// Of this kind, such as collaborator.deactivated
    #[arg(long)]
    kind: Option<String>,
    /// Not before this moment: 2026-11-23T07:43:05Z, or a day in UTC, 2026-11-23
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Before this moment
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
}

/// A log that is open for reading.
pub(super) struct Reading {
    acting: Acting,
    filter: AuditFilter,
    /// The number at which it ends.
    pub(super) last: i64,
}

impl Selection {
    /// Opens the log: what was committed before is sealed first, and what is sealed later is left out, so that the reading
    /// ends however much a server goes on to write.
    pub(super) fn open(&self, settings: &Settings) -> Result<Reading> {
        let acting = self.within.open(settings)?;
        acting.store.seal()?;
        let last = acting.store.last_sealed(acting.workspace.id)?;
        let filter = AuditFilter { through: Some(last), ..self.filter(&acting)? };
        Ok(Reading { acting, filter, last })
    }

    fn filter(&self, acting: &Acting) -> Result<AuditFilter> {
        let kind = self.kind.as_deref().map(kind).transpose()?;
        let person = self.user.as_deref().map(|user| people::get(acting, user)).transpose()?;
        Ok(AuditFilter {
            subjects: person.map(|person| vec![person.id.to_string()]),
            source: self.source.clone(),
            kinds: kind.map(|kind| vec![kind]),
            since: self.since,
            until: self.until,
            through: None,
        })
    }
}

impl Reading {
    /// Hands out the entries, oldest first, a page at a time.
    pub(super) fn each_page(&self, mut take: impl FnMut(Vec<SealedEntry>) -> Result<()>) -> Result<()> {
        let mut after = 0;
        loop {
            let page = self.acting.store.audit_page(self.acting.workspace.id, &self.filter, after)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.seq;
            take(page)?;
        }
    }
}

fn kind(name: &str) -> Result<EventKind> {
    let Some(kind) = EventKind::parse(name) else {
        let kinds: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
        bail!("there is no kind {name}; the kinds are {}", kinds.join(", "));
    };
    Ok(kind)
}

/// A moment by RFC 3339, or a day: its first moment in UTC.
fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    let moment = DateTime::parse_from_rfc3339(text);
    moment.map(|at| at.to_utc()).map_err(|_| "write it as 2026-11-23T07:43:05Z, or as a day: 2026-11-23".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_first_moment_in_utc() {
        assert_eq!(moment("2026-11-23").unwrap(), moment("2026-11-23T00:00:00Z").unwrap());
    }

    #[test]
    fn a_moment_has_an_offset_and_nothing_is_guessed() {
        assert_eq!(moment("2026-11-23T02:00:00+02:00").unwrap(), moment("2026-11-23").unwrap());
        for text in ["yesterday", "", "2026-11-23T00:00:00", "23.11.2026", "2026-13-01"] {
            assert!(moment(text).unwrap_err().contains("2026-11-23T07:43:05Z"), "{text}");
        }
    }
}
