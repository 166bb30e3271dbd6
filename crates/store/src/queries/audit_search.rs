//! Reading the log by a filter. One index gives the numbers in their order: that of the subjects, else that of the kinds, else
//! that of the sources. Where several values of its field are asked for, each is read by itself, and what was found is put in
//! order here.

use diesel::prelude::*;
use domain::audit::{EventKind, SealedEntry};
use domain::id::WorkspaceId;

use super::Conn;
use super::audit::{BATCH, Row};
use super::audit_counts::spans_within;
use crate::audit::{AuditFilter, AuditPage, AuditPlace};
use crate::error::StoreError;
use crate::record::micros;
use crate::schema::audit_entries;

type Query<'f> = audit_entries::BoxedQuery<'f, <Conn as Connection>::Backend>;

/// In which order, and from which number on; the number itself is left out.
#[derive(Clone, Copy)]
enum Way {
    Older(i64),
    Newer(i64),
}

/// A part of the log, of which an index knows the order.
enum Part<'f> {
    Subject(&'f str),
    Kind(EventKind),
    Whole,
}

/// The next entries after a number, oldest first.
pub(crate) fn list(
    conn: &mut Conn,
    workspace: WorkspaceId,
    filter: &AuditFilter,
    after: i64,
) -> Result<Vec<SealedEntry>, StoreError> {
    let key = workspace.to_string();
    let found = numbers(conn, &key, filter, Way::Newer(after), BATCH)?;
    entries(conn, &key, &found)
}

/// A page, newest first.
pub(crate) fn page(
    conn: &mut Conn,
    workspace: WorkspaceId,
    filter: &AuditFilter,
    place: AuditPlace,
    limit: usize,
) -> Result<AuditPage, StoreError> {
    let key = workspace.to_string();
    let (way, newest_first) = match place {
        AuditPlace::Newest => (Way::Older(i64::MAX), true),
        AuditPlace::OlderThan(seq) => (Way::Older(seq), true),
        AuditPlace::NewerThan(seq) => (Way::Newer(seq), false),
    };
    let mut found = numbers(conn, &key, filter, way, bound(limit.saturating_add(1)))?;
    let goes_on = found.len() > limit;
    found.truncate(limit);
    found.sort_unstable_by(|one, other| other.cmp(one));
    let back = match (way, found.first(), found.last()) {
        (Way::Older(_), Some(newest), _) => Way::Newer(*newest),
        (Way::Newer(_), _, Some(oldest)) => Way::Older(*oldest),
        (Way::Older(seq), ..) => Way::Newer(seq.saturating_sub(1)),
        (Way::Newer(seq), ..) => Way::Older(seq.saturating_add(1)),
    };
    let goes_back = !numbers(conn, &key, filter, back, 1)?.is_empty();
    let (has_newer, has_older) = if newest_first { (goes_back, goes_on) } else { (goes_on, goes_back) };
    let mut entries = entries(conn, &key, &found)?;
    entries.reverse();
    Ok(AuditPage { entries, has_newer, has_older })
}

/// How many match; so many where it is more.
pub(crate) fn count(
    conn: &mut Conn,
    workspace: WorkspaceId,
    filter: &AuditFilter,
    at_most: usize,
) -> Result<usize, StoreError> {
    Ok(numbers(conn, &workspace.to_string(), filter, Way::Newer(0), bound(at_most))?.len())
}

fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The numbers of the entries that match, in order.
fn numbers(conn: &mut Conn, key: &str, filter: &AuditFilter, way: Way, limit: i64) -> Result<Vec<i64>, StoreError> {
    let Some((mut first, mut last)) = spans_within(conn, key, filter.since, filter.until)? else {
        return Ok(Vec::new());
    };
    last = last.min(filter.through.unwrap_or(i64::MAX));
    match way {
        Way::Older(seq) => last = last.min(seq.saturating_sub(1)),
        Way::Newer(seq) => first = first.max(seq.saturating_add(1)),
    }
    let mut found = Vec::new();
    for part in parts(filter) {
        found.extend(numbers_of(conn, key, filter, &part, (first, last), way, limit)?);
    }
    found.sort_unstable();
    if let Way::Older(_) = way {
        found.reverse();
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

fn parts(filter: &AuditFilter) -> Vec<Part<'_>> {
    match (&filter.subjects, &filter.kinds) {
        (Some(subjects), _) => subjects.iter().map(|subject| Part::Subject(subject)).collect(),
        (None, Some(kinds)) => kinds.iter().copied().map(Part::Kind).collect(),
        (None, None) => vec![Part::Whole],
    }
}

fn numbers_of(
    conn: &mut Conn,
    key: &str,
    filter: &AuditFilter,
    part: &Part<'_>,
    (first, last): (i64, i64),
    way: Way,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    let mut query = of_part(key, part, filter)
        .filter(audit_entries::seq.ge(first))
        .filter(audit_entries::seq.le(last))
        .select(audit_entries::seq.assume_not_null())
        .limit(limit);
    if let Some(since) = filter.since {
        query = query.filter(audit_entries::at.ge(micros(since)));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit_entries::at.lt(micros(until)));
    }
    let query = match way {
        Way::Older(_) => query.order(audit_entries::seq.desc()),
        Way::Newer(_) => query.order(audit_entries::seq.asc()),
    };
    Ok(query.load(conn)?)
}

/// What belongs to the part and meets the rest of the filter. No index has these expressions: without statistics, SQLite takes
/// the index of a kind or a source for as good as that of a subject.
fn of_part<'f>(key: &'f str, part: &Part<'f>, filter: &'f AuditFilter) -> Query<'f> {
    let (kind, source) = (audit_entries::kind.concat(""), audit_entries::source.concat(""));
    let names = || filter.kinds.iter().flatten().map(|kind| kind.as_str());
    let log = audit_entries::table.filter(audit_entries::workspace_id.eq(key)).into_boxed();
    let part_of_it = match part {
        Part::Subject(subject) if filter.kinds.is_some() => {
            log.filter(audit_entries::subject_id.eq(*subject)).filter(kind.eq_any(names()))
        }
        Part::Subject(subject) => log.filter(audit_entries::subject_id.eq(*subject)),
        Part::Kind(kind) => log.filter(audit_entries::kind.eq(kind.as_str())),
        Part::Whole => log,
    };
    match (&filter.source, part) {
        (None, _) => part_of_it,
        (Some(wanted), Part::Whole) => part_of_it.filter(audit_entries::source.eq(wanted)),
        (Some(wanted), _) => part_of_it.filter(source.eq(wanted)),
    }
}

/// The entries of these numbers, oldest first.
fn entries(conn: &mut Conn, key: &str, numbers: &[i64]) -> Result<Vec<SealedEntry>, StoreError> {
    let rows: Vec<Row> = audit_entries::table
        .filter(audit_entries::workspace_id.eq(key))
        .filter(audit_entries::seq.eq_any(numbers))
        .order(audit_entries::seq)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::into_entry).collect()
}
