//! Times that are written unusually, or lie at the edge of what is accepted.

use serde_json::json;

use super::Good;

const CONDITIONS: &str =
    "<saml2:Conditions NotBefore=\"2026-11-22T09:54:58.124Z\" NotOnOrAfter=\"2026-11-22T10:04:58.124Z\">";
const AUTHENTICATED: &str = "AuthnInstant=\"2026-11-22T06:12:31.000Z\"";
const ISSUED: &str = "IssueInstant=\"2026-11-22T09:59:58.124Z\"";
const CONFIRMED: &str = "NotOnOrAfter=\"2026-11-22T10:04:58.124Z\" Recipient";

pub(super) fn all() -> Vec<Good> {
    [forms(), edges(), sessions()].into_iter().flatten().collect()
}

fn timed(name: &'static str, why: &'static str) -> Good {
    Good::okta("times", name, why)
}

fn forms() -> Vec<Good> {
    let nano = "\"2026-11-22T10:04:58.12400000000000000000000001Z\" Recipient";
    vec![
        timed("legal_forms", "Fractions of any length, offsets, hour 24 and no zone at all are legal.")
            .changed("\"2026-11-22T09:59:58.123Z\"", "\"2026-11-22T09:59:58\"")
            .changed("\"2026-11-22T09:59:58.124Z\"", "\"2026-11-22T11:59:58.124+02:00\"")
            .changed("\"2026-11-22T10:04:58.124Z\" Recipient", nano)
            .changed("\"2026-11-22T09:54:58.124Z\"", "\"2026-11-21T24:00:00-05:00\"")
            .changed("\"2026-11-22T10:04:58.124Z\"><saml2:Aud", "\"2026-11-22T10:04:58.1245\"><saml2:Aud")
            .says("/not_on_or_after", json!("2026-11-22T10:05:58.124500Z")),
        timed("white_space", "White space around a time, which its type ignores.")
            .changed(AUTHENTICATED, "AuthnInstant=\" 2026-11-22T06:12:31Z \""),
        timed("seven_digits", "Fractions of seven digits, as .NET writes them.")
            .changed(ISSUED, "IssueInstant=\"2026-11-22T09:59:58.1240000Z\"")
            .changed(CONDITIONS, CONDITIONS.replace("124Z", "1240000Z")),
        timed("midnight", "Hour 24 at the end of the day before.")
            .changed(AUTHENTICATED, "AuthnInstant=\"2026-11-21T24:00:00Z\"")
            .says("/authn_instant", json!("2026-11-22T00:00:00Z")),
        timed("far_offsets", "The largest offsets to either side.")
            .changed(CONDITIONS, CONDITIONS.replace("2026-11-22T09:54:58.124Z", "2026-11-22T23:54:58.124+14:00"))
            .changed(AUTHENTICATED, "AuthnInstant=\"2026-11-21T16:12:31-14:00\""),
    ]
}

fn edges() -> Vec<Good> {
    let until = |name, why, time: &str, read| {
        timed(name, why)
            .changed(CONDITIONS, CONDITIONS.replace("2026-11-22T10:04:58.124Z", time))
            .says("/not_on_or_after", json!(read))
    };
    vec![
        until(
            "within_tolerance",
            "Expired 30 seconds ago by our clock: clocks differ.",
            "2026-11-22T09:59:30Z",
            "2026-11-22T10:00:30Z",
        ),
        until(
            "last_instant",
            "The last instant within the tolerance.",
            "2026-11-22T09:59:00.001Z",
            "2026-11-22T10:00:00.001Z",
        ),
        until(
            "long_conditions",
            "Valid for days: at most an hour after its issue is taken.",
            "2026-11-29T10:00:00Z",
            "2026-11-22T11:00:58.124Z",
        ),
        timed("first_instant", "Valid in a minute by our clock, to the instant.")
            .changed(CONDITIONS, CONDITIONS.replace("2026-11-22T09:54:58.124Z", "2026-11-22T10:01:00Z")),
        timed("issued_within_tolerance", "Issued in a minute by our clock.")
            .changed(ISSUED, "IssueInstant=\"2026-11-22T10:01:00Z\""),
        timed("issued_an_hour_ago", "As old as it may be.")
            .changed(ISSUED, "IssueInstant=\"2026-11-22T08:59:00Z\"")
            .says("/not_on_or_after", json!("2026-11-22T10:00:00Z"))
            .changed(CONDITIONS, CONDITIONS.replace("10:04:58.124Z", "10:30:00Z")),
        timed("confirmed_within_tolerance", "A confirmation that ran out 59 seconds ago.")
            .changed(CONFIRMED, "NotOnOrAfter=\"2026-11-22T09:59:01Z\" Recipient"),
        timed("no_times_in_conditions", "Conditions that only restrict the audience.")
            .changed(CONDITIONS, "<saml2:Conditions>")
            .says("/not_on_or_after", json!("2026-11-22T11:00:58.124Z")),
        timed("only_not_before", "Conditions without an end.")
            .changed(CONDITIONS, "<saml2:Conditions NotBefore=\"2026-11-22T09:54:58.124Z\">")
            .says("/not_on_or_after", json!("2026-11-22T11:00:58.124Z")),
    ]
}

fn sessions() -> Vec<Good> {
    let endless = "SessionNotOnOrAfter=\"9999-12-31T23:59:59.999Z\" SessionIndex=\"_4d";
    vec![
        timed("endless_session", "A session end in the far future.")
            .changed("SessionIndex=\"_4d", endless)
            .says("/session_not_on_or_after", json!("9999-12-31T23:59:59.999Z")),
        timed("old_session", "Signed in at the identity provider weeks ago.")
            .changed(AUTHENTICATED, "AuthnInstant=\"2026-10-01T08:00:00Z\"")
            .says("/authn_instant", json!("2026-10-01T08:00:00Z")),
        timed("fresh_session", "Signed in in half a minute by our clock.")
            .changed(AUTHENTICATED, "AuthnInstant=\"2026-11-22T10:00:30Z\"")
            .says("/authn_instant", json!("2026-11-22T10:00:30Z")),
        timed("ending_session", "A session that ended 59 seconds ago by our clock.")
            .changed("SessionIndex=\"_4d", "SessionNotOnOrAfter=\"2026-11-22T09:59:01Z\" SessionIndex=\"_4d")
            .says("/session_not_on_or_after", json!("2026-11-22T09:59:01Z")),
    ]
}
