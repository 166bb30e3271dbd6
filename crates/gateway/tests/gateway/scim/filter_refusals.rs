//! Filters that can't be answered are `400 invalidFilter` with a sentence, and never an empty list.

use serde_json::json;

use crate::common::scim::{ENTERPRISE, GROUP, USER};
use crate::gate::Gate;

/// What is wrong with the text itself.
const MALFORMED: [&str; 58] = [
    "",
    " ",
    "userName",
    "userName eq",
    "userName eq ",
    "eq \"x\"",
    "userName \"x\"",
    "userName xx \"x\"",
    "userName equals \"x\"",
    "userName = \"x\"",
    "userName == \"x\"",
    "userName eq \"x\" and",
    "and userName pr",
    "userName pr or",
    "userName pr and and id pr",
    "userName pr id pr",
    "userName pr, id pr",
    "userName pr; id pr",
    "(userName pr",
    "userName pr)",
    "()",
    "not",
    "not userName pr",
    "not (userName pr",
    "not ()",
    "! (userName pr)",
    "userName pr \"x\"",
    "userName eq \"a\" \"b\"",
    "userName eq \"",
    "userName eq \"a",
    "userName eq a\"",
    "userName eq 'a'",
    "userName eq \u{201c}a\u{201d}",
    "userName eq \"a\\\"",
    "userName co \"\\x\"",
    "userName co \"\\u00g1\"",
    "userName co \"\\ud800\"",
    "userName co \"a\nb\"",
    "userName eq [\"a\"]",
    "userName eq {\"a\":1}",
    "emails[type eq \"work\"",
    "emails]type eq \"x\"",
    "emails[]",
    "emails[type]",
    "emails[type eq \"a\"] \"b\"",
    "[type eq \"x\"]",
    "emails[ims[type eq \"x\"]]",
    "-userName pr",
    ".userName pr",
    "1userName pr",
    "\u{1f600} pr",
    "user Name pr",
    "$ pr",
    "userName/value pr",
    "userName pr /* */",
    "userName pr --",
    "%",
    "?",
];

/// What names nothing that can be searched.
const UNKNOWN: [&str; 22] = [
    "nothing eq \"x\"",
    "nothing pr",
    "emails.nothing eq \"x\"",
    "emails[nothing eq \"x\"]",
    "name.nothing pr",
    "userName.value pr",
    "emails.value.x pr",
    "urn:x:y eq \"x\"",
    "urn:x:y:z pr",
    "userName[value eq \"x\"]",
    "emails.type[value eq \"x\"]",
    "department eq \"x\"",
    "workato_role eq \"x\"",
    "password eq \"x\"",
    "password pr",
    "password eq null",
    "meta.nothing pr",
    "schemas eq \"urn:x\"",
    "schemas[value pr]",
    "members pr",
    "groups.$ref pr",
    "schemas.value pr",
];

/// What the type of an attribute does not have.
const UNFIT: [&str; 30] = [
    "active gt true",
    "active co \"t\"",
    "active eq 1",
    "active eq yes",
    "active eq \"perhaps\"",
    "active ge false",
    "userName eq 1",
    "userName eq true",
    "userName gt null",
    "userName co null",
    "userName eq bjensen",
    "userName eq 1.5e3",
    "displayName eq bjensen",
    "emails eq bjensen",
    "externalId co jens",
    "externalId sw jens",
    "externalId eq true",
    "externalId gt bjensen",
    "meta.created gt \"2011-05-13\"",
    "meta.created gt 2011",
    "meta.created eq \"yesterday\"",
    "meta.created co \"2011\"",
    "meta.lastModified eq true",
    "x509Certificates.value gt \"A\"",
    "name eq \"Ann\"",
    "addresses eq \"x\"",
    "meta eq \"x\"",
    "meta.version eq \"W/\\\"1\\\"\"",
    "meta.location eq \"x\"",
    "meta.resourceType eq User",
];

#[test]
fn what_cannot_be_read_found_or_compared_is_refused_with_a_sentence() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    scim.provision("ann@acme.test");
    for filter in MALFORMED.iter().chain(&UNKNOWN).chain(&UNFIT) {
        let answer = scim.filter("/Users", filter);
        assert_eq!(answer.status, 400, "{filter}: {answer:?}");
        answer.bad("invalidFilter");
    }
    for filter in ["", "userName", "nothing pr", "active gt true", "userName eq \"a"] {
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter });
        scim.send_json("POST", "/Users/.search", &body).bad("invalidFilter");
    }
}

#[test]
fn a_urn_alone_is_no_attribute_and_the_sentence_says_what_is() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for urn in [USER, ENTERPRISE] {
        assert!(scim.filter("/Users", &format!("{urn} pr")).bad("invalidFilter").contains("colon"));
    }
    scim.filter("/Users", &format!("{GROUP}:displayName pr")).bad("invalidFilter");
    scim.filter("/Users", &format!("{ENTERPRISE}:nothing pr")).bad("invalidFilter");
    scim.filter("/Users", &format!("{ENTERPRISE}.department pr")).bad("invalidFilter");
    let told = scim.filter("/Users", "department eq \"x\"").bad("invalidFilter");
    assert!(told.contains(&format!("{ENTERPRISE}:department")), "{told}");
}

#[test]
fn the_other_endpoints_refuse_what_they_lack() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for (endpoint, filter) in [
        ("/Groups", "userName pr"),
        ("/Groups", "members.display pr"),
        ("/Groups", "nothing pr"),
        ("/Groups", ""),
        ("/Groups", "displayName eq Ops"),
        ("/Roles", "userName pr"),
        ("/Roles", "nothing pr"),
        ("", "nothing pr"),
        ("", "password pr"),
        ("", "userName eq"),
    ] {
        scim.filter(endpoint, filter).bad("invalidFilter");
    }
}

#[test]
fn a_filter_has_limits_of_length_depth_and_number() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let nested = |levels: usize| format!("{}id pr{}", "(".repeat(levels), ")".repeat(levels));
    let many = |count: usize| vec!["id pr"; count].join(" or ");
    scim.filter("/Users", &nested(50)).expect(200);
    scim.filter("/Users", &many(200)).expect(200);
    for filter in [
        nested(51),
        nested(2_000),
        "not (".repeat(100) + "id pr" + &")".repeat(100),
        many(201),
        format!("userName eq \"{}\"", "x".repeat(4_096)),
        "x".repeat(60_000),
    ] {
        scim.filter("/Users", &filter).bad("invalidFilter");
    }
}

/// Read with a replacement for what is no UTF-8, such a filter would find nobody and say nothing.
#[test]
fn a_query_that_is_no_utf_8_is_refused() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for filter in ["%ff", "userName%20eq%20%22%ff%22", "userName%20eq%20%22a%c3%22", "userName%20eq%20%22%ed%a0%80%22"]
    {
        assert!(scim.get(&format!("/Users?filter={filter}")).bad("invalidFilter").contains("UTF-8"), "{filter}");
    }
    for query in ["attributes=%ff", "sortBy=%c3%28", "count=%ff"] {
        scim.get(&format!("/Users?{query}")).bad("invalidValue");
    }
    scim.get("/Users?filter=userName%20eq%20%22%C3%A9%22").expect(200);
}
