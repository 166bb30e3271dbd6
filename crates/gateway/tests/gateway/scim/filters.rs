//! Filters: whom each finds (RFC 7644 §3.4.2.2), on both databases.

use serde_json::{Value, json};

use crate::common::scim::{ENTERPRISE, ROLES, Scim, USER};
use crate::gate::Gate;

/// Four people who differ in everything that a filter can ask for: A, B, D and E.
pub(super) struct World {
    pub(super) scim: Scim,
    pub(super) ids: Vec<(String, char)>,
    /// What A's resource says.
    a: Value,
}

impl World {
    pub(super) fn on(gate: &Gate) -> Self {
        let scim = gate.acme.scim();
        let a = json!({
            "schemas": [USER, ENTERPRISE, ROLES], "userName": "bjensen@example.com", "externalId": "bjensen",
            "displayName": "Babs Jensen", "nickName": "Babs",
            "name": { "familyName": "O'Malley", "givenName": "Barbara" }, "title": "Tour Guide", "userType": "Employee",
            "profileUrl": "https://login.example.com/bjensen",
            "emails": [{ "value": "bjensen@example.com", "type": "work", "primary": true },
                { "value": "babs@jensen.org", "type": "home" }],
            "phoneNumbers": [{ "value": "555-555-5555", "type": "work" }, { "value": "555-555-4444", "type": "mobile" }],
            "photos": [{ "value": "https://photos.example.com/1.jpg", "type": "photo" }],
            "x509Certificates": [{ "value": "AQID" }],
            "addresses": [{ "type": "work", "locality": "Hollywood", "country": "US", "primary": true,
                "formatted": "100 Plaza\nHollywood" }, { "type": "home", "locality": "Rome" }],
            ENTERPRISE: { "employeeNumber": "701984", "department": "Tour Operations",
                "manager": { "value": "26118915", "$ref": "../Users/26118915" } },
            ROLES: { "workato_role": "Member" },
        });
        let b = json!({
            "userName": "jsmith@EXAMPLE.com", "externalId": "JSmith", "name": { "familyName": "Smith" },
            "userType": "Intern", "active": false,
            "emails": [{ "value": "jsmith@example.org", "type": "home" }], "title": "",
        });
        let d = "\u{fc}n\u{ef}code \"quote\"\\@x.test";
        let d = json!({ "userName": d, "displayName": "100% _legit_", "locale": "en-US" });
        let e = json!({ "userName": "zo\u{eb}@x.test", "nickName": "%" });
        let ids: Vec<(String, char)> =
            [a, b, d, e].iter().zip("ABDE".chars()).map(|(body, letter)| (scim.make(body), letter)).collect();
        let a = scim.get(&format!("/Users/{}", ids[0].0)).json();
        Self { scim, ids, a }
    }

    pub(super) fn found(&self, endpoint: &str, filter: &str) -> String {
        let list = self.scim.filter(endpoint, filter);
        assert_eq!(list.status, 200, "{filter}: {list:?}");
        assert_eq!(list.json()["totalResults"], list.ids().len(), "{filter}");
        let letter = |id: &String| self.ids.iter().find(|(known, _)| known == id).map_or('?', |(_, letter)| *letter);
        let mut letters: Vec<char> = list.ids().iter().map(letter).collect();
        letters.sort_unstable();
        letters.into_iter().collect()
    }

    pub(super) fn check(&self, cases: &[(&str, &str)]) {
        for (filter, wanted) in cases {
            assert_eq!(self.found("/Users", filter), *wanted, "{filter}");
        }
    }
}

on_both_databases! {
    fn every_operator_finds_whom_it_should(gate: &Gate) {
        World::on(gate).check(&[
            ("userName eq \"bjensen@example.com\"", "A"),
            ("userName ne \"bjensen@example.com\"", "BDE"),
            ("name.familyName co \"O'Malley\"", "A"),
            ("userName sw \"J\"", "B"),
            ("userName ew \"X.TEST\"", "DE"),
            ("title pr", "A"),
            ("userName gt \"k\"", "DE"),
            ("userName ge \"bjensen@example.com\"", "ABDE"),
            ("userName lt \"c\"", "A"),
            ("userName le \"BJENSEN@example.com\"", "A"),
            ("userName co \"\"", "ABDE"),
            ("userName sw \"\"", "ABDE"),
            ("title eq \"\"", "B"),
            ("title ne \"\"", "ADE"),
            ("displayName co \"%\"", "D"),
            ("displayName ew \"_\"", "D"),
            ("displayName co \"0%l\"", ""),
            ("nickName eq \"%\"", "E"),
            ("nickName sw \"_\"", ""),
        ]);
    }

    fn words_bind_as_the_grammar_says(gate: &Gate) {
        World::on(gate).check(&[
            ("title pr and userType eq \"Employee\"", "A"),
            ("title pr or userType eq \"Intern\"", "AB"),
            ("not (title pr)", "BDE"),
            ("userName sw \"b\" or userName sw \"j\" and active eq true", "A"),
            ("(userName sw \"b\" or userName sw \"j\") and active eq false", "B"),
            ("not (userName sw \"b\") and not (userName sw \"j\")", "DE"),
            ("not (not (userName sw \"b\"))", "A"),
            ("not(userName sw \"b\")", "BDE"),
            ("NOT (userName SW \"b\") AND active EQ TRUE OR id eq \"x\"", "DE"),
            ("((((userName sw \"b\"))))", "A"),
            ("  userName   sw   \"b\"  ", "A"),
            ("userType eq \"Employee\" and (emails co \"example.com\" or emails.value co \"example.org\")", "A"),
            ("userType ne \"Employee\" and not (emails co \"example.com\" or emails.value co \"example.org\")", "DE"),
        ]);
    }

    fn booleans_moments_and_references_have_their_own_comparisons(gate: &Gate) {
        let world = World::on(gate);
        world.check(&[
            ("active eq true", "ADE"),
            ("active eq false", "B"),
            ("active ne true", "B"),
            ("active eq \"False\"", "B"),
            ("active pr", "ABDE"),
            ("active eq null", ""),
            ("emails.primary eq true", "A"),
            ("profileUrl co \"login\"", "A"),
            ("profileUrl co \"LOGIN\"", ""),
            ("photos.value sw \"https://photos\"", "A"),
            ("photos sw \"https\"", "A"),
            ("x509Certificates.value eq \"AQID\"", "A"),
            ("x509Certificates pr", "A"),
            ("meta.lastModified gt \"2011-05-13T04:42:34Z\"", "ABDE"),
            ("meta.created lt \"2011-05-13T04:42:34Z\"", ""),
            ("meta.created gt \"2011-05-13T04:42:34+02:00\"", "ABDE"),
            ("meta.created gt \"2011-05-13T04:42:34.123-08:00\"", "ABDE"),
            ("meta.created gt \"2011-05-13T04:42:34\"", "ABDE"),
        ]);
        let made = world.a["meta"]["created"].as_str().unwrap();
        assert_eq!(
            world.found("/Users", &format!("meta.created eq \"{made}\"")),
            "ABDE",
            "the clock of the tests stands still"
        );
        // One moment, told in another zone.
        let elsewhere = chrono::DateTime::parse_from_rfc3339(made)
            .unwrap()
            .with_timezone(&chrono::FixedOffset::east_opt(7_200).unwrap())
            .to_rfc3339();
        assert_eq!(
            world.found("/Users", &format!("meta.created le \"{elsewhere}\" and meta.created ge \"{elsewhere}\"")),
            "ABDE"
        );
        assert_eq!(world.found("/Users", &format!("meta.created ne \"{elsewhere}\"")), "");
    }

    fn case_is_as_the_schema_says(gate: &Gate) {
        let world = World::on(gate);
        world.check(&[
            ("USERNAME eq \"BJENSEN@EXAMPLE.COM\"", "A"),
            ("name.familyname co \"o'm\"", "A"),
            ("externalId eq \"bjensen\"", "A"),
            ("externalId eq \"BJENSEN\"", ""),
            ("externalId co \"Smith\"", "B"),
            ("externalId co \"smith\"", ""),
            ("userName sw \"ZOE\u{308}\"", "E"),
            ("userName sw \"\u{dc}N\u{cf}\"", "D"),
            (&format!("{}:DEPARTMENT eq \"TOUR operations\"", ENTERPRISE.to_uppercase()), "A"),
            (&format!("{ROLES}:workato_role eq \"Member\""), "A"),
            (&format!("{ROLES}:workato_role eq \"member\""), ""),
            (&format!("{ROLES}:workato_role_dev pr"), "A"),
        ]);
        let id = world.a["id"].as_str().unwrap();
        world.check(&[
            (&format!("id eq \"{id}\""), "A"),
            (&format!("id eq \"{}\"", id.to_uppercase()), ""),
            (&format!("id ne \"{id}\""), "BDE"),
            ("id pr", "ABDE"),
        ]);
    }

    fn null_is_no_value_and_no_value_equals_nothing(gate: &Gate) {
        World::on(gate).check(&[
            ("title eq null", "BDE"),
            ("title ne null", "A"),
            ("emails eq null", "DE"),
            ("emails ne null", "AB"),
            ("externalId eq null", "DE"),
            ("name.middleName eq null", "ABDE"),
            ("emails[display eq null]", "AB"),
            ("emails[type eq null]", ""),
            (&format!("{ENTERPRISE}:manager eq null"), "BDE"),
            ("locale ne \"x\"", "ABDE"),
            ("locale gt \"a\"", "D"),
        ]);
    }

    fn complex_and_multi_valued_attributes_are_asked_by_their_parts(gate: &Gate) {
        World::on(gate).check(&[
            ("emails eq \"babs@jensen.org\"", "A"),
            ("emails.value ew \".org\"", "AB"),
            ("emails.type eq \"work\"", "A"),
            ("emails pr", "AB"),
            ("name pr", "AB"),
            ("ims pr", ""),
            ("addresses.locality eq \"hollywood\"", "A"),
            ("addresses.formatted co \"\\n\"", "A"),
            ("phoneNumbers eq \"555-555-4444\"", "A"),
            // Each of these conditions may be met by another value; between brackets one value meets them all.
            ("emails.type eq \"home\" and emails.value co \"@example.com\"", "A"),
            ("emails[type eq \"home\" and value co \"@example.com\"]", ""),
            ("emails[type eq \"work\" and value co \"@example.com\"]", "A"),
            ("emails[not (type eq \"work\")]", "AB"),
            ("not (emails[type eq \"home\"])", "DE"),
            ("emails[type eq \"work\" or type eq \"home\"]", "AB"),
            ("emails[primary eq true]", "A"),
            ("emails[primary ne true]", "AB"),
            ("emails[(type eq \"work\") and ((value pr))]", "A"),
            ("emails[not (primary eq true) and value ew \"org\"] or ims[type eq \"xmpp\"]", "AB"),
            ("emails[type eq \"work\"].value eq \"bjensen@example.com\"", "A"),
            ("addresses[type eq \"home\" and country eq \"us\"]", ""),
            ("addresses[type eq \"work\" and country eq \"us\"]", "A"),
            ("name[familyName eq \"Smith\"]", "B"),
            (&format!("{USER}:emails[type eq \"work\"]"), "A"),
            (&format!("{ENTERPRISE}:manager[value eq \"26118915\"]"), "A"),
        ]);
    }

    fn names_may_be_qualified_and_extensions_are(gate: &Gate) {
        World::on(gate).check(&[
            (&format!("{USER}:userName sw \"J\""), "B"),
            (&format!("{USER}:name.familyName sw \"Sm\""), "B"),
            (&format!("{USER}:meta.created pr and {USER}:externalId eq \"bjensen\""), "A"),
            (&format!("{ENTERPRISE}:manager eq \"26118915\""), "A"),
            (&format!("{ENTERPRISE}:manager.value eq \"26118915\""), "A"),
            (&format!("{ENTERPRISE}:manager.$ref co \"2611\""), "A"),
            ("manager eq \"26118915\"", "A"),
            ("manager.value eq \"26118915\"", "A"),
            ("manager pr", "A"),
            ("externalId eq bjensen", "A"),
            (&format!("schemas eq \"{ENTERPRISE}\""), "A"),
            (&format!("schemas ne \"{ENTERPRISE}\""), "BDE"),
            (&format!("schemas eq \"{USER}\""), "ABDE"),
            ("meta.resourceType eq \"User\"", "ABDE"),
            ("meta.resourceType eq \"Group\"", ""),
            ("meta pr", "ABDE"),
            ("groups pr", ""),
        ]);
    }

    fn strings_are_those_of_json(gate: &Gate) {
        World::on(gate).check(&[
            ("userName co \"\\\"quote\\\"\"", "D"),
            ("userName co \"\\\\\"", "D"),
            ("userName sw \"\\u00fcn\\u00ef\"", "D"),
            ("userName eq \"bjensen\\u0040example.com\"", "A"),
            ("userName co \"\\/\"", ""),
            ("profileUrl co \"https:\\/\\/\"", "A"),
            ("displayName co \")\" or displayName co \"]\"", ""),
            ("userName eq \"\\ud83d\\ude00\"", ""),
        ]);
    }
}
