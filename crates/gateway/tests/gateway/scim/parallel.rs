//! Many at once: providers push in parallel and try again, and none of them names a version.

use std::sync::Barrier;
use std::thread;

use serde_json::json;

use crate::common::answer::Answer;
use crate::common::scim::{ENTERPRISE, user};

on_both_databases! {
    /// Look-then-insert would let several through.
    fn of_two_hundred_creations_of_one_name_at_once_one_makes_a_person(gate: &Gate) {
        let scim = gate.acme.scim();
        let names = ["ann@acme.test", "ANN@acme.test", "Ann@Acme.test"];
        let answers = at_once(200, |number| scim.create(&user(names[number % names.len()])));
        let made: Vec<String> = answers.iter().filter(|answer| answer.status == 201).map(Answer::id).collect();
        assert_eq!(made.len(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert!(answer.refused(409, Some("uniqueness")).contains(&made[0]), "{answer:?}");
        }
        assert_eq!(scim.get("/Users").expect(200).ids(), made);
        assert_eq!(gate.audit("collaborator.provisioned").len(), 1);
    }

    fn parallel_patches_of_different_attributes_of_one_person_lose_nothing(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        let department = format!("{ENTERPRISE}:department");
        let paths = [
            "displayName", "nickName", "title", "userType", "locale", "name.givenName", "name.middleName",
            "emails[type eq \"home\"].value", "phoneNumbers[type eq \"work\"].value", &department,
        ];
        let answers = at_once(60, |number| scim.patch(&id, paths[number % paths.len()], json!(format!("v{number}"))));
        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:#?}");
        let ann = scim.get(&format!("/Users/{id}")).expect(200);
        assert_eq!(ann.header("etag"), "W/\"61\"");
        let shown = ann.json();
        let found = [
            &shown["displayName"], &shown["nickName"], &shown["title"], &shown["userType"], &shown["locale"],
            &shown["name"]["givenName"], &shown["name"]["middleName"], &shown["emails"][1]["value"],
            &shown["phoneNumbers"][0]["value"], &shown[ENTERPRISE]["department"],
        ];
        for (at, value) in found.iter().enumerate() {
            let number: usize = value.as_str().unwrap().trim_start_matches('v').parse().unwrap();
            assert_eq!(number % paths.len(), at, "{shown:#}");
        }
    }

    fn members_who_are_added_to_one_group_at_once_are_all_in_it(gate: &Gate) {
        let scim = gate.acme.scim();
        let people: Vec<String> = (0..40).map(|number| scim.provision(&format!("p{number}@acme.test"))).collect();
        let group = format!("/Groups/{}", scim.make_group("Sales", &[]));
        let add = |number: usize| {
            let member = json!([{ "value": people[number] }]);
            scim.operate(&group, json!([{ "op": "add", "path": "members", "value": member }]))
        };
        let answers = at_once(people.len(), add);
        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:#?}");
        let shown = scim.get(&group).expect(200).json();
        let mut members: Vec<&str> =
            shown["members"].as_array().unwrap().iter().map(|member| member["value"].as_str().unwrap()).collect();
        let mut expected: Vec<&str> = people.iter().map(String::as_str).collect();
        members.sort_unstable();
        expected.sort_unstable();
        assert_eq!(members, expected);
    }
}

/// So many of a request, all begun at one moment.
pub(crate) fn at_once(times: usize, request: impl Fn(usize) -> Answer + Sync) -> Vec<Answer> {
    let start = Barrier::new(times);
    thread::scope(|scope| {
        let (start, request) = (&start, &request);
        let send = |number| {
            move || {
                start.wait();
                request(number)
            }
        };
        let all: Vec<_> = (0..times).map(|number| scope.spawn(send(number))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}
