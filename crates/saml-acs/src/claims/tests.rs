//! In which order the rules are applied: the tracer says that those before the failed one hold.

use domain::name_id::Qualifiers;

use super::*;
use crate::tracer::{CHECKS, Fault};

const ISSUER: &str = "http://idp.test";
const AUDIENCE: &str = "https://gate.test/saml/acme/metadata";
const ACS_URL: &str = "https://gate.test/saml/acme/acs";

fn now() -> DateTime<Utc> {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn at(minutes: i64) -> Option<DateTime<Utc>> {
    Some(now() + Duration::minutes(minutes))
}

fn rules() -> Rules<'static> {
    let (tolerance, longest_age) = (Duration::seconds(60), Duration::hours(1));
    Rules { issuer: ISSUER, audience: AUDIENCE, acs_url: ACS_URL, times: Times { now: now(), tolerance, longest_age } }
}

/// Nothing in it is right.
fn wrong() -> (ResponseClaims, AssertionClaims) {
    let response = ResponseClaims {
        version: None,
        issuer: None,
        issue_instant: None,
        destination: None,
        in_response_to: Some("_other".to_owned()),
        status: None,
        signed: true,
    };
    let assertion = AssertionClaims {
        id: "_assertion".to_owned(),
        version: None,
        issuer: None,
        issue_instant: None,
        name_id: None,
        bearers: Vec::new(),
        conditions: None,
        authn_statements: Vec::new(),
        attributes: Vec::new(),
    };
    (response, assertion)
}

/// Mends one thing.
type Mend = fn(&mut ResponseClaims, &mut AssertionClaims);

fn conditions(assertion: &mut AssertionClaims) -> &mut Conditions {
    assertion.conditions.as_mut().unwrap()
}

fn bearer(assertion: &mut AssertionClaims) -> &mut BearerConfirmation {
    &mut assertion.bearers[0]
}

const MENDS: [Mend; 31] = [
    |r, _| r.version = Some("2.0".to_owned()),
    |r, _| r.destination = Some(ACS_URL.to_owned()),
    |r, _| r.status = Some(SUCCESS.to_owned()),
    |r, _| r.issuer = Some(ISSUER.to_owned()),
    |r, _| r.issue_instant = at(2),
    |r, _| r.issue_instant = at(-62),
    |r, _| r.issue_instant = at(0),
    |_, a| a.version = Some("2.0".to_owned()),
    |_, a| a.issuer = Some(ISSUER.to_owned()),
    |_, a| a.issue_instant = at(2),
    |_, a| a.issue_instant = at(-62),
    |_, a| a.issue_instant = at(0),
    |_, a| {
        let (not_before, not_on_or_after) = (at(2), at(-2));
        let unknown = vec!["Phase".to_owned()];
        a.conditions = Some(Conditions { not_before, not_on_or_after, unknown, ..Conditions::default() });
    },
    |_, a| conditions(a).unknown.clear(),
    |_, a| conditions(a).not_before = at(1),
    |_, a| conditions(a).not_on_or_after = at(1),
    |_, a| conditions(a).not_before = at(0),
    |_, a| conditions(a).audience_restrictions = vec![vec!["urn:other".to_owned()]],
    |_, a| conditions(a).audience_restrictions = vec![vec![AUDIENCE.to_owned()]],
    |_, a| a.bearers = vec![BearerConfirmation { not_before: at(0), ..BearerConfirmation::default() }],
    |_, a| bearer(a).recipient = Some(ACS_URL.to_owned()),
    |_, a| bearer(a).not_before = None,
    |_, a| bearer(a).not_on_or_after = at(-2),
    |_, a| bearer(a).not_on_or_after = at(1),
    |_, a| bearer(a).in_response_to = Some("_other".to_owned()),
    |_, a| a.authn_statements = vec![AuthnStatement { session_not_on_or_after: at(-2), ..AuthnStatement::default() }],
    |_, a| a.authn_statements[0].authn_instant = at(0),
    |_, a| a.authn_statements[0].session_not_on_or_after = at(1),
    |_, a| a.name_id = Some(NameId { value: " ".to_owned(), qualifiers: Qualifiers::default() }),
    |_, a| a.name_id = Some(NameId { value: "ann@acme.test".to_owned(), qualifiers: Qualifiers::default() }),
    |_, _| {},
];

/// Where everything is wrong, each mended fault uncovers the next one of the table, and none before it.
#[test]
fn faults_come_to_light_in_the_order_of_the_table() {
    let (mut response, mut assertion) = wrong();
    let mut told = Vec::new();
    for mend in MENDS {
        if let Err(error) = check(&response, &assertion, &rules()) {
            let failed = Fault::Response(error).failed();
            let named = |check: &crate::tracer::Check| Some(check.stage) == failed.stage && check.name == failed.check;
            told.push(CHECKS.iter().position(named).unwrap());
        }
        mend(&mut response, &mut assertion);
    }
    assert!(check(&response, &assertion, &rules()).is_ok());
    told.dedup();
    let begin = CHECKS.iter().position(|check| check.name == "version").unwrap();
    let end = CHECKS.iter().position(|check| check.name == "in_response_to").unwrap() + 5;
    assert_eq!(told, (begin..end).collect::<Vec<_>>(), "each of the claims, in its turn");
}
