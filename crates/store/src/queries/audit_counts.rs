//! What the sealer keeps beside the log: how many entries a day has of each kind, and the times of each thousand numbers.

use std::collections::BTreeMap;

use diesel::dsl::{max, min};
use diesel::prelude::*;
use diesel::upsert::excluded;
use domain::audit::EventKind;
use domain::clock::Timestamp;
use domain::id::WorkspaceId;

use super::Conn;
use super::audit::Row;
use crate::daily_counts::{DailyCount, day_of};
use crate::error::StoreError;
use crate::record::micros;
use crate::schema::{audit_spans, daily_counts};

/// How many numbers share a row with their times.
const SPAN: i64 = 1_000;

/// Counts entries that are sealed now, the first of them under this number. The head's row is locked: nobody else counts.
pub(super) fn add(conn: &mut Conn, key: &str, first: i64, rows: &[Row]) -> Result<(), StoreError> {
    let mut counts: BTreeMap<(&str, i64), i64> = BTreeMap::new();
    let mut spans: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for (seq, row) in (first..).zip(rows) {
        *counts.entry((&row.kind, day_of(row.at))).or_default() += 1;
        let span = spans.entry(seq / SPAN).or_insert((row.at, row.at));
        *span = (span.0.min(row.at), span.1.max(row.at));
    }
    for ((kind, day), count) in counts {
        diesel::insert_into(daily_counts::table)
            .values((
                daily_counts::workspace_id.eq(key),
                daily_counts::kind.eq(kind),
                daily_counts::day.eq(day),
                daily_counts::count.eq(count),
            ))
            .on_conflict((daily_counts::workspace_id, daily_counts::kind, daily_counts::day))
            .do_update()
            .set(daily_counts::count.eq(daily_counts::count + excluded(daily_counts::count)))
            .execute(conn)?;
    }
    spans.into_iter().try_for_each(|(span, times)| widen(conn, key, span, times))
}

fn widen(conn: &mut Conn, key: &str, span: i64, (first, last): (i64, i64)) -> Result<(), StoreError> {
    let stored: Option<(i64, i64)> = audit_spans::table
        .find((key, span))
        .select((audit_spans::first_at, audit_spans::last_at))
        .first(conn)
        .optional()?;
    let (first, last) = stored.map_or((first, last), |(begin, end)| (first.min(begin), last.max(end)));
    let times = (audit_spans::first_at.eq(first), audit_spans::last_at.eq(last));
    diesel::insert_into(audit_spans::table)
        .values((audit_spans::workspace_id.eq(key), audit_spans::span.eq(span), times))
        .on_conflict((audit_spans::workspace_id, audit_spans::span))
        .do_update()
        .set(times)
        .execute(conn)?;
    Ok(())
}

/// Forgets the times of numbers that are gone, up to this one.
pub(super) fn forget_spans(conn: &mut Conn, key: &str, through: i64) -> Result<(), StoreError> {
    let gone =
        audit_spans::table.filter(audit_spans::workspace_id.eq(key)).filter(audit_spans::span.lt((through + 1) / SPAN));
    diesel::delete(gone).execute(conn)?;
    Ok(())
}

/// The first and the last number that an entry of that time may have; none where there is no such entry.
pub(super) fn spans_within(
    conn: &mut Conn,
    key: &str,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<Option<(i64, i64)>, StoreError> {
    if since.is_none() && until.is_none() {
        return Ok(Some((1, i64::MAX)));
    }
    let (first, last): (Option<i64>, Option<i64>) = audit_spans::table
        .filter(audit_spans::workspace_id.eq(key))
        .filter(audit_spans::last_at.ge(since.map_or(i64::MIN, micros)))
        .filter(audit_spans::first_at.lt(until.map_or(i64::MAX, micros)))
        .select((min(audit_spans::span), max(audit_spans::span)))
        .first(conn)?;
    Ok(first.zip(last).map(|(first, last)| (first * SPAN, last * SPAN + SPAN - 1)))
}

/// By kind and day, from this day on.
pub(crate) fn since(
    conn: &mut Conn,
    workspace: WorkspaceId,
    kinds: &[EventKind],
    first_day: i64,
) -> Result<Vec<DailyCount>, StoreError> {
    let rows: Vec<(String, i64, i64)> = daily_counts::table
        .filter(daily_counts::workspace_id.eq(workspace.to_string()))
        .filter(daily_counts::kind.eq_any(kinds.iter().map(|kind| kind.as_str())))
        .filter(daily_counts::day.ge(first_day))
        .order((daily_counts::kind, daily_counts::day))
        .select((daily_counts::kind, daily_counts::day, daily_counts::count))
        .load(conn)?;
    rows.into_iter().map(|(kind, day, count)| DailyCount::read(&kind, day, count)).collect()
}
