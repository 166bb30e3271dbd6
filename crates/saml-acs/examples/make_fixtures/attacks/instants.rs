//! Responses of the identity provider itself that are too early, too late, or at no time at all.

use super::Attack;

const RESPONSE_ISSUED: &str = "IssueInstant=\"2026-11-22T09:59:58.123Z\"";
const ASSERTION_ISSUED: &str = "IssueInstant=\"2026-11-22T09:59:58.124Z\"";
const CONDITIONS: &str =
    "<saml2:Conditions NotBefore=\"2026-11-22T09:54:58.124Z\" NotOnOrAfter=\"2026-11-22T10:04:58.124Z\">";
const CONFIRMED_UNTIL: &str = "NotOnOrAfter=\"2026-11-22T10:04:58.124Z\" Recipient";
const AUTHENTICATED: &str = "AuthnInstant=\"2026-11-22T06:12:31.000Z\"";

pub(super) fn all() -> Vec<Attack> {
    [issued(), forms(), validity(), sessions()].into_iter().flatten().collect()
}

fn issued() -> Vec<Attack> {
    let at = |check, name, why, old: &str, time: &str| {
        Attack::new(check, name, why).said(old, format!("IssueInstant=\"{time}\""))
    };
    let future =
        |name, old| at("issued_in_future", name, "A clock is wrong, or prepared.", old, "2026-11-22T10:01:01Z");
    let old = |name, old| at("issued_too_long_ago", name, "Somebody kept it for long.", old, "2026-11-22T08:58:59Z");
    vec![
        future("response", RESPONSE_ISSUED),
        future("assertion", ASSERTION_ISSUED),
        at(
            "issued_in_future",
            "far",
            "As far in the future as can be written.",
            ASSERTION_ISSUED,
            "262142-12-31T23:59:59Z",
        ),
        at(
            "issued_in_future",
            "by_offset",
            "The hour is right, the offset is not.",
            ASSERTION_ISSUED,
            "2026-11-22T09:59:58-01:00",
        ),
        old("response", RESPONSE_ISSUED),
        old("assertion", ASSERTION_ISSUED),
        at("issued_too_long_ago", "epoch", "When computers began to count.", ASSERTION_ISSUED, "1970-01-01T00:00:00Z"),
        at(
            "issued_too_long_ago",
            "by_offset",
            "The hour is right, the offset is not.",
            ASSERTION_ISSUED,
            "2026-11-22T09:59:58+02:00",
        ),
        Attack::new("issue_instant_missing", "assertion", "Nobody knows how old it is.")
            .said(format!(" {ASSERTION_ISSUED}"), ""),
        Attack::new("issue_instant_missing", "response", "The same of the response.")
            .said(format!(" {RESPONSE_ISSUED}"), ""),
    ]
}

fn forms() -> Vec<Attack> {
    let malformed = |name, why, time: &str| {
        Attack::new("malformed_time", name, why).said(ASSERTION_ISSUED, format!("IssueInstant=\"{time}\""))
    };
    vec![
        malformed("words", "Not a time.", "today"),
        malformed("no_such_day", "A day that no calendar has.", "2026-02-30T10:00:00Z"),
        malformed("date_only", "A day is no instant.", "2026-11-22"),
        malformed("seconds", "Seconds since 1970.", "1795341598"),
        malformed("space_for_t", "A space between day and hour.", "2026-11-22 09:59:58Z"),
        malformed("small_letters", "Letters are capitals.", "2026-11-22t09:59:58z"),
        malformed("leap_second", "A minute with 61 seconds.", "2026-11-22T09:59:60Z"),
        malformed("hour_25", "A day with 25 hours.", "2026-11-22T25:00:00Z"),
        malformed("after_midnight", "Hour 24 has one instant only.", "2026-11-22T24:00:01Z"),
        malformed("no_seconds", "An instant without seconds.", "2026-11-22T09:59Z"),
        malformed("empty_fraction", "A point without digits behind it.", "2026-11-22T09:59:58.Z"),
        malformed("comma", "A comma before the fraction.", "2026-11-22T09:59:58,124Z"),
        malformed("far_offset", "No place on earth is as far away.", "2026-11-22T09:59:58+14:01"),
        malformed("short_year", "A year of two digits.", "26-11-22T09:59:58Z"),
        malformed("long_year", "A year with a zero too many.", "02026-11-22T09:59:58Z"),
        malformed("negative_year", "Before our era.", "-2026-11-22T09:59:58Z"),
        malformed("arabic_digits", "Digits of another script.", "\u{662}\u{660}\u{662}\u{666}-11-22T09:59:58Z"),
        Attack::new("malformed_time", "empty", "An empty time is not an absent one.")
            .said(CONFIRMED_UNTIL, "NotOnOrAfter=\"\" Recipient"),
        Attack::new("malformed_time", "conditions", "Conditions from no time on.")
            .said(CONDITIONS, CONDITIONS.replace("2026-11-22T09:54:58.124Z", "whenever")),
        Attack::new("malformed_time", "session", "A session that ends at no time.")
            .said(AUTHENTICATED, format!("{AUTHENTICATED} SessionNotOnOrAfter=\"never\"")),
    ]
}

fn validity() -> Vec<Attack> {
    let from = |name, why, time| {
        let new = CONDITIONS.replace("2026-11-22T09:54:58.124Z", time);
        Attack::new("not_yet_valid", name, why).said(CONDITIONS, new)
    };
    let until = |name, why, time| {
        let new = CONDITIONS.replace("2026-11-22T10:04:58.124Z", time);
        Attack::new("expired", name, why).said(CONDITIONS, new)
    };
    let never = |name, why, times: [&str; 2]| {
        let new = format!("<saml2:Conditions NotBefore=\"{}\" NotOnOrAfter=\"{}\">", times[0], times[1]);
        Attack::new("never_valid", name, why).said(CONDITIONS, new)
    };
    vec![
        from("tomorrow", "Valid from tomorrow on.", "2026-11-23T10:00:00Z"),
        from("beyond_tolerance", "Valid in 61 seconds.", "2026-11-22T10:01:01Z"),
        from("just_beyond_tolerance", "Valid a millisecond after the tolerance.", "2026-11-22T10:01:00.001Z"),
        until("yesterday", "Valid until yesterday.", "2026-11-21T10:00:00Z"),
        until("at_the_tolerance", "Valid until a minute ago, to the instant.", "2026-11-22T09:59:00Z"),
        until("by_offset", "The hour is right, the offset is not.", "2026-11-22T10:04:58+01:00"),
        never(
            "crossed",
            "Valid from later on than it is valid until.",
            ["2026-11-22T10:00:30Z", "2026-11-22T09:59:30Z"],
        ),
        never("empty", "Valid from the instant on at which it ends.", ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"]),
        Attack::new("bearer_expired", "a_minute_ago", "May not be presented any more, though the conditions hold.")
            .said(CONFIRMED_UNTIL, "NotOnOrAfter=\"2026-11-22T09:58:59Z\" Recipient"),
        Attack::new("bearer_expired", "at_the_tolerance", "May be presented until a minute ago, to the instant.")
            .said(CONFIRMED_UNTIL, "NotOnOrAfter=\"2026-11-22T09:59:00Z\" Recipient"),
    ]
}

fn sessions() -> Vec<Attack> {
    let ending = |name, why, time: &str| {
        Attack::new("session_over", name, why)
            .said(AUTHENTICATED, format!("{AUTHENTICATED} SessionNotOnOrAfter=\"{time}\""))
    };
    let authenticated = |name, why, new: &str| Attack::new("authn_instant", name, why).said(AUTHENTICATED, new);
    vec![
        ending("ended", "The identity provider's session is over.", "2026-11-22T09:58:00Z"),
        ending("at_the_tolerance", "It ended a minute ago, to the instant.", "2026-11-22T09:59:00Z"),
        authenticated("missing", "Nobody says when the person signed in.", ""),
        authenticated("tomorrow", "Somebody who will sign in tomorrow.", "AuthnInstant=\"2026-11-23T06:12:31Z\""),
        authenticated(
            "beyond_tolerance",
            "Somebody who will sign in in 61 seconds.",
            "AuthnInstant=\"2026-11-22T10:01:01Z\"",
        ),
        Attack::new("malformed_time", "authentication", "Signed in at no time.")
            .said(AUTHENTICATED, "AuthnInstant=\"\""),
    ]
}
