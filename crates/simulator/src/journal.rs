//! What went over the wire by SCIM, newest first, for the page to show.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};

const CAPACITY: usize = 30;

/// One SCIM request and its answer, without headers: the token is never kept.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// When the request was sent.
    pub at: DateTime<Utc>,
    /// `GET`, `POST` or `PUT`.
    pub method: &'static str,
    /// Path and query below the SCIM base URL.
    pub path: String,
    /// The status; `None` where no answer came.
    pub status: Option<u16>,
    /// The body that was sent, indented; the password in it is masked.
    pub request_body: Option<String>,
    /// The body that came back, indented where it is JSON.
    pub response_body: String,
}

/// The last thirty exchanges.
#[derive(Debug, Default)]
pub struct Journal {
    exchanges: Mutex<VecDeque<Exchange>>,
}

impl Journal {
    /// The exchanges, newest first.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.lock().iter().cloned().collect()
    }

    pub(crate) fn record(&self, exchange: Exchange) {
        let mut exchanges = self.lock();
        exchanges.push_front(exchange);
        exchanges.truncate(CAPACITY);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
