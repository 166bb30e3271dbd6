//! The activity audit log: newest first, by a filter, and one entry by itself.

mod asked;
mod chain;
mod difference;
mod export;
mod shown;
mod words;

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use domain::clock::Timestamp;
use domain::id::WorkspaceId;
use store::{AuditFilter, AuditPage, AuditPlace, ChainStanding, Store, StoreError};

use self::asked::{Asked, Family, Wrong, families, sources};
pub(crate) use self::chain::{trouble, verify};
pub(crate) use self::export::export;
use self::shown::{ALONE, AMONG_MANY, Shown};
use crate::error::ConsoleError;
use crate::figures::grouped;
use crate::page::{Place, Shell, page, page_to_mend};
use crate::session::ConsoleSession;

/// Entries of a page.
const PAGE: usize = 40;

#[derive(Template)]
#[template(path = "audit.html")]
struct LogPage {
    shell: Shell,
    asked: Asked,
    wrong: Wrong,
    families: Vec<Family>,
    sources: Vec<(&'static str, &'static str)>,
    entries: Vec<Shown>,
    /// The queries of the pages around this one.
    newer: Option<String>,
    older: Option<String>,
    chain: ChainStanding,
    trouble: Option<String>,
}

impl LogPage {
    fn export(&self, format: &str) -> String {
        self.shell.path(&format!("/audit/export?{}", self.asked.query("format", format)))
    }

    fn sealed_to(&self) -> String {
        grouped(self.chain.head.seq)
    }

    fn kept_from(&self) -> String {
        grouped(self.chain.kept_from)
    }

    fn waiting(&self) -> String {
        grouped(self.chain.unsealed)
    }
}

/// A page of the log.
pub(crate) async fn list(
    session: ConsoleSession,
    site: web::Data<Site>,
    request: HttpRequest,
) -> Result<HttpResponse, ConsoleError> {
    let asked = Asked::of(request.query_string());
    let found = {
        let (store, workspace, asked) = (site.store.clone(), session.workspace().id, asked.clone());
        blocking(move || find(&store, workspace, &asked)).await?
    };
    let shell = Shell::new(&session, Place::Audit, "Activity");
    let shown = LogPage::new(shell, asked, found, site.now());
    if shown.wrong.first().is_some() { page_to_mend(&shown) } else { page(&shown) }
}

type Found = (Result<AuditPage, Wrong>, ChainStanding);

fn find(store: &Store, workspace: WorkspaceId, asked: &Asked) -> Result<Found, StoreError> {
    let entries = match asked.filter(store, workspace)? {
        Ok(filter) => Ok(store.latest_audit(workspace, &filter, asked.place(), PAGE)?),
        Err(wrong) => Err(wrong),
    };
    Ok((entries, store.chain_standing(workspace)?))
}

impl LogPage {
    fn new(shell: Shell, asked: Asked, (found, chain): Found, now: Timestamp) -> Self {
        let (found, wrong) = match found {
            Ok(found) => (found, Wrong::default()),
            Err(wrong) => (AuditPage { entries: Vec::new(), has_newer: false, has_older: false }, wrong),
        };
        let seq = |end: Option<&domain::audit::SealedEntry>| end.map(|entry| entry.seq.to_string());
        let (first, last) = (seq(found.entries.first()), seq(found.entries.last()));
        let newer = first.filter(|_| found.has_newer).map(|seq| asked.query("newer", &seq));
        let older = last.filter(|_| found.has_older).map(|seq| asked.query("older", &seq));
        Self {
            entries: found.entries.into_iter().map(|entry| Shown::of(entry, AMONG_MANY)).collect(),
            trouble: trouble(&chain, now),
            families: families(),
            sources: sources(),
            shell,
            asked,
            wrong,
            newer,
            older,
            chain,
        }
    }
}

#[derive(Template)]
#[template(path = "audit_entry.html")]
struct EntryPage {
    shell: Shell,
    entry: Shown,
}

/// One entry by its number.
pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let (_, number) = path.into_inner();
    let seq: i64 = number.parse().map_err(|_| ConsoleError::NotFound)?;
    let (store, workspace) = (site.store.clone(), session.workspace().id);
    let found = blocking(move || {
        let place = AuditPlace::OlderThan(seq.saturating_add(1));
        store.latest_audit(workspace, &AuditFilter::default(), place, 1)
    });
    let entry = found.await?.entries.into_iter().find(|entry| entry.seq == seq).ok_or(ConsoleError::NotFound)?;
    let shell = Shell::new(&session, Place::Audit, format!("Entry {seq}"));
    page(&EntryPage { shell, entry: Shown::of(entry, ALONE) })
}
