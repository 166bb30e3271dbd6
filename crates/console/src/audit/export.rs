//! The entries that are asked for as a file. It is written page by page, as fast as it is read.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use administration::audit_export::{EntryWriter, Format};
use domain::id::WorkspaceId;
use futures_util::stream::try_unfold;
use store::{AuditFilter, Store, StoreError};
use url::form_urlencoded::parse;

use super::asked::Asked;
use crate::error::ConsoleError;
use crate::session::ConsoleSession;

/// What is sealed by now and meets the filter, oldest first, as `gatehouse audit export` writes it.
pub(crate) async fn export(
    session: ConsoleSession,
    site: web::Data<Site>,
    request: HttpRequest,
) -> Result<HttpResponse, ConsoleError> {
    let query = request.query_string().to_owned();
    let (format, media_type, ending) = match form_of(&query) {
        Some("csv") => (Format::Csv, "text/csv; charset=utf-8", "csv"),
        Some("ndjson") => (Format::Ndjson, "application/x-ndjson", "ndjson"),
        _ => return Err(ConsoleError::NotFound),
    };
    let (store, workspace) = (site.store.clone(), session.workspace().id);
    let reading = blocking(move || Reading::begin(store, workspace, &Asked::of(&query), format)).await?;
    let name = format!("{}-activity-{}.{ending}", session.handle(), site.now().format("%Y-%m-%d"));
    let parts = try_unfold(Some(reading), |reading| async move {
        match reading {
            Some(reading) => blocking(move || reading.next()).await.map(Some),
            None => Ok::<_, ExportError>(None),
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(parts))
}

fn form_of(query: &str) -> Option<&'static str> {
    let (_, value) = parse(query.as_bytes()).find(|(name, _)| name == "format")?;
    ["csv", "ndjson"].into_iter().find(|known| *known == value)
}

/// Why an export ends before its end. The reader gets less than was announced, so that it can't pass for whole.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// An export that goes on.
struct Reading {
    store: Store,
    workspace: WorkspaceId,
    filter: AuditFilter,
    /// The last number that was written.
    after: i64,
    writer: EntryWriter<Part>,
    part: Part,
}

impl Reading {
    fn begin(store: Store, workspace: WorkspaceId, asked: &Asked, format: Format) -> Result<Self, ConsoleError> {
        let filter = asked.filter(&store, workspace)?.map_err(|wrong| {
            ConsoleError::Unreadable(wrong.first().unwrap_or("The filter can’t be read.").to_owned())
        })?;
        let last = store.last_sealed(workspace)?;
        let part = Part::default();
        let writer = EntryWriter::begin(format, part.clone()).map_err(|_| ConsoleError::Unavailable)?;
        let filter = AuditFilter { through: Some(last), ..filter };
        Ok(Self { store, workspace, filter, after: 0, writer, part })
    }

    /// The next part, and what goes on after it; nothing goes on after the last one.
    fn next(mut self) -> Result<(Bytes, Option<Self>), ExportError> {
        let page = self.store.audit_page(self.workspace, &self.filter, self.after)?;
        let Some(last) = page.last() else {
            self.writer.finish()?;
            return Ok((self.part.take(), None));
        };
        self.after = last.seq;
        page.iter().try_for_each(|entry| self.writer.write(entry))?;
        Ok((self.part.take(), Some(self)))
    }
}

/// What was written and not yet sent.
#[derive(Clone, Default)]
struct Part(Arc<Mutex<Vec<u8>>>);

impl Part {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
