//! How many entries of a kind each day has: what charts show.

use chrono::NaiveDate;
use domain::audit::EventKind;
use domain::id::WorkspaceId;

use crate::Store;
use crate::backend::read;
use crate::error::StoreError;

const MICROS_A_DAY: i64 = 86_400 * 1_000_000;

/// So many entries of a kind on a day. Days without any have none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyCount {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// The kind.
    pub kind: EventKind,
    /// How many were sealed.
    pub count: i64,
}

impl DailyCount {
    pub(crate) fn read(kind: &str, day: i64, count: i64) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt(format!("the count of {kind} on day {day}"));
        let date = i32::try_from(day).ok().and_then(NaiveDate::from_epoch_days).ok_or_else(corrupt)?;
        Ok(Self { day: date, kind: EventKind::parse(kind).ok_or_else(corrupt)?, count })
    }
}

/// The day of a moment, counted from 1970.
pub(crate) fn day_of(micros: i64) -> i64 {
    micros.div_euclid(MICROS_A_DAY)
}

impl Store {
    /// How many entries of these kinds were sealed, by kind and day, from this day on. The retention does not change it.
    pub fn daily_counts(
        &self,
        workspace: WorkspaceId,
        kinds: &[EventKind],
        since: NaiveDate,
    ) -> Result<Vec<DailyCount>, StoreError> {
        let first = i64::from(since.to_epoch_days());
        read!(self, |q, conn| q::audit_counts::since(conn, workspace, kinds, first))
    }
}
