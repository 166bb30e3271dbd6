//! What is wrong with a moment: most often one of two clocks.

use chrono::{DateTime, Utc};

use crate::error::Excerpt;
use crate::tracer::facts::words;
use crate::tracer::{Circumstances, moment};

pub(super) fn malformed(found: &Excerpt) -> String {
    format!(
        "The time {found} is not written as XML has it, such as 2026-11-22T10:00:00Z. The identity provider wrote it so: correct its \
         template or plug-in for this application."
    )
}

pub(super) fn no_instant(element: &str) -> String {
    format!(
        "The IssueInstant of {element} is missing, so that its age is not known. SAML demands it (core 2.3.3, 3.2.2): correct the \
         identity provider's template or plug-in for this application."
    )
}

/// What is said to begin after now.
pub(super) fn ahead(what: &str, at: DateTime<Utc>, c: &Circumstances<'_>) -> String {
    format!(
        "It is {what} {}, which is {} ahead of this gateway's clock ({}). Set both clocks by NTP: that of {} and that of this host. A \
         difference of {} is let through, and up to 10 minutes by saml.clock_tolerance.",
        moment(at),
        words(at - c.now),
        moment(c.now),
        c.product().name,
        words(c.tolerance)
    )
}

pub(super) fn too_old(at: DateTime<Utc>, c: &Circumstances<'_>) -> String {
    format!(
        "It was issued at {}, {} before this gateway's clock ({}); after {} a response is too old. If it is one person, the browser \
         posted an old page again: begin the login anew at {}. If it is everybody, the clocks differ: set both by NTP.",
        moment(at),
        words(c.now - at),
        moment(c.now),
        words(c.longest_age),
        c.login_url
    )
}

pub(super) fn over(what: &str, until: DateTime<Utc>, c: &Circumstances<'_>) -> String {
    format!(
        "{what} {}, which is {} ago by this gateway's clock ({}). If it is one person, the browser posted an old page again, or \
         somebody a stolen one: begin the login anew at {}. If it is everybody, the clocks differ: set both by NTP. Where {} lets you \
         set how long assertions live, five minutes are right.",
        moment(until),
        words(c.now - until),
        moment(c.now),
        c.login_url,
        c.product().name
    )
}

pub(super) fn never(c: &Circumstances<'_>) -> String {
    format!(
        "The Conditions end before they begin, so that the assertion is never valid. The identity provider wrote it so: correct its \
         template or plug-in for this application, or, where {} lets you set how long assertions live, set five minutes.",
        c.product().name
    )
}

pub(super) fn authn_instant(c: &Circumstances<'_>) -> String {
    format!(
        "The AuthnStatement does not say when the person signed in, or names a time ahead of this gateway's clock ({}). Set both clocks \
         by NTP: that of {} and that of this host. Where AuthnInstant is missing, correct the identity provider's template.",
        moment(c.now),
        c.product().name
    )
}

pub(super) fn session_over(at: DateTime<Utc>, c: &Circumstances<'_>) -> String {
    format!(
        "The identity provider says that its own session of the person ended at {} (SessionNotOnOrAfter), {} ago. Sign out there and in \
         again. If it is everybody, set both clocks by NTP, or give sessions in {} a longer life.",
        moment(at),
        words(c.now - at),
        c.product().name
    )
}
