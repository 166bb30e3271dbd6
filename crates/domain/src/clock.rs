//! Time as an argument. The wall clock itself is read in one place of the gateway.

use std::sync::Mutex;

use chrono::{DateTime, Duration, SubsecRound, Utc};

/// A moment in UTC with microseconds, the precision that both databases keep.
pub type Timestamp = DateTime<Utc>;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment, in microseconds.
    fn now(&self) -> Timestamp;

    /// The time since some moment, which only grows: for rates, which a corrected wall clock must not disturb.
    fn steady(&self) -> std::time::Duration;
}

/// Cuts a moment to microseconds, so that what is stored equals what was decided.
pub fn to_micros(at: Timestamp) -> Timestamp {
    at.trunc_subsecs(6)
}

/// A clock that stands still until it is moved, for tests.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// Stands at the given moment.
    pub fn at(moment: Timestamp) -> Self {
        Self(Mutex::new(to_micros(moment)))
    }

    /// Moves forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn steady(&self) -> std::time::Duration {
        self.now().signed_duration_since(Timestamp::UNIX_EPOCH).to_std().unwrap_or_default()
    }
}
