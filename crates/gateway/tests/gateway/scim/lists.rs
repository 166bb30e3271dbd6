//! Lists: pages, counts and searches (RFC 7644 §3.4.2.4 and §3.4.3).

use serde_json::{Value, json};

use crate::common::scim::{PATCH, Scim, user, with};
use crate::gate::Gate;

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// `startIndex`, `itemsPerPage`, `totalResults` and the ids of a page.
fn page(scim: &Scim, query: &str) -> (i64, i64, i64, Vec<String>) {
    let answer = scim.get(&format!("/Users?{query}")).expect(200);
    let number = |name: &str| answer.json()[name].as_i64().unwrap();
    assert_eq!(answer.json()["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    (number("startIndex"), number("itemsPerPage"), number("totalResults"), answer.ids())
}

fn five(scim: &Scim) -> Vec<String> {
    (1..=5).map(|nth| scim.provision(&format!("person{nth}@acme.test"))).collect()
}

on_both_databases! {
    fn pages_are_cut_where_the_client_says_and_the_edges_forgive(gate: &Gate) {
        let scim = gate.acme.scim();
        let all = five(&scim);
        for (query, start, ids) in [
            ("", 1, &all[..]),
            ("startIndex=1&count=2", 1, &all[..2]),
            ("startIndex=3&count=2", 3, &all[2..4]),
            ("startIndex=5&count=2", 5, &all[4..]),
            ("startIndex=6&count=2", 6, &[]),
            ("startIndex=0&count=2", 1, &all[..2]),
            ("startIndex=-7", 1, &all[..]),
            ("count=0", 1, &[]),
            ("count=-3", 1, &[]),
            ("count=99999999999999999999", 1, &all[..]),
            ("startIndex=99999999999999999999", i64::MAX, &[]),
            ("STARTINDEX=2&Count=1", 2, &all[1..2]),
            ("startIndex=%202%20&count=1", 2, &all[1..2]),
        ] {
            assert_eq!(page(&scim, query), (start, i64::try_from(ids.len()).unwrap(), 5, ids.to_vec()), "{query}");
        }
        let filtered = scim.get("/Users?filter=userName%20co%20%22person%22&startIndex=4&count=5").expect(200);
        assert_eq!((filtered.json()["totalResults"].as_i64(), filtered.ids()), (Some(5), all[3..].to_vec()));
    }

    fn a_search_by_post_says_the_same_as_a_query(gate: &Gate) {
        let scim = gate.acme.scim();
        let all = five(&scim);
        let search = |endpoint: &str, body: Value| {
            scim.send_json("POST", &format!("{endpoint}/.search"), &with(body, "schemas", json!([SEARCH])))
        };
        let found = search(
            "/Users",
            json!({ "filter": "userName co \"PERSON\"", "startIndex": 2, "count": 2, "attributes": ["userName"] }),
        )
        .expect(200);
        assert_eq!((found.ids(), found.json()["totalResults"].as_i64()), (all[1..3].to_vec(), Some(5)));
        assert!(found.json()["Resources"][0].get("emails").is_none());
        let less = search("/Users", json!({ "excludedAttributes": ["emails"], "count": "1" })).expect(200).json();
        assert!(less["Resources"][0].get("emails").is_none() && less["Resources"][0]["userName"].is_string());
        let ops = scim.make_group("Ops", &[&all[0]]);
        assert_eq!(search("/Groups", json!({ "filter": "displayName eq \"Ops\"" })).expect(200).ids(), [ops.as_str()]);
        assert_eq!(
            search("", json!({ "startIndex": 5, "count": 2 })).expect(200).ids(),
            [all[4].as_str(), ops.as_str()]
        );
        assert!(!search("/Roles", json!({})).expect(200).ids().is_empty());
    }
}

#[test]
fn numbers_that_are_none_are_refused() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for query in [
        "startIndex=abc",
        "count=abc",
        "count=",
        "startIndex=",
        "count=1.5",
        "startIndex=1e2",
        "count=0x10",
        "count=1&count=2",
        "startIndex=1&STARTINDEX=1",
        "filter=id%20pr&filter=id%20pr",
    ] {
        scim.get(&format!("/Users?{query}")).bad("invalidValue");
    }
    for body in [
        json!({ "count": true }),
        json!({ "startIndex": [1] }),
        json!({ "count": 1.5 }),
        json!({ "count": "x" }),
        json!({ "filter": 7 }),
        json!({ "attributes": 7 }),
        json!({ "attributes": [7] }),
        json!({ "sortBy": {} }),
    ] {
        scim.send_json("POST", "/Users/.search", &body).bad("invalidValue");
    }
}

#[test]
fn a_search_that_says_that_it_is_something_else_is_refused_and_unknown_members_are_passed_over() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    for body in
        [json!({ "schemas": [PATCH] }), json!({ "schemas": "x" }), json!({ "schemas": [] }), json!([]), json!("x")]
    {
        scim.send_json("POST", "/Users/.search", &body).bad("invalidSyntax");
    }
    for body in [
        json!({}),
        json!({ "schemas": [SEARCH], "limit": 1 }),
        json!({ "schemas": [SEARCH], "filter": null, "attributes": [] }),
    ] {
        assert_eq!(scim.send_json("POST", "/Users/.search", &body).expect(200).ids(), [id.as_str()]);
    }
}

#[test]
fn what_cannot_be_sorted_by_is_refused() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for query in [
        "sortBy=nothing",
        "sortBy=password",
        "sortBy=name",
        "sortBy=addresses",
        "sortBy=groups",
        "sortBy=urn:x:y",
        "sortBy=userName&sortOrder=up",
        "sortOrder=up",
        "sortBy=department",
    ] {
        scim.get(&format!("/Users?{query}")).bad("invalidValue");
    }
    for query in
        ["sortBy=", "sortOrder=", "sortBy=userName&sortOrder=DESCENDING", "sortBy=emails", "sortBy=meta.created"]
    {
        scim.get(&format!("/Users?{query}")).expect(200);
    }
}

/// All ids of a list, walked by cursor.
fn walked(scim: &Scim, list: &str) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), Some(String::new()));
    while let Some(at) = cursor {
        let answer = scim.get(&format!("{list}&cursor={at}")).expect(200);
        seen.extend(answer.ids());
        cursor = answer.json()["nextCursor"].as_str().map(str::to_owned);
    }
    seen
}

on_both_databases! {
    /// Those without a value come last, equal ones as they were made; the descending list is the same backwards.
    fn a_cursor_leads_through_a_sorted_list(gate: &Gate) {
        let scim = gate.acme.scim();
        let title = |name: &str, title| scim.make(&with(user(name), "title", title));
        let [a, b, c, d] = [("c", json!("Zoo")), ("b", json!(null)), ("d", json!("art")), ("a", json!("ZOO"))]
            .map(|(name, value)| title(name, value));
        for (order, wanted) in [
            ("sortBy=title", [&c, &a, &d, &b]),
            ("sortBy=title&sortOrder=descending", [&b, &d, &a, &c]),
            ("sortBy=userName", [&d, &b, &a, &c]),
            ("sortBy=emails&sortOrder=descending", [&c, &a, &b, &d]),
            // All were made at one moment.
            ("sortBy=meta.created", [&a, &b, &c, &d]),
            ("sortBy=meta.created&sortOrder=descending", [&d, &c, &b, &a]),
        ] {
            for size in 1..4 {
                let list = format!("/Users?{order}&count={size}");
                assert_eq!(walked(&scim, &list).iter().collect::<Vec<_>>(), wanted, "{list}");
            }
        }
    }
}

/// RFC 7644 §3.4.2.1 and RFC 9865: a list of several types has one cursor.
#[test]
fn a_cursor_leads_through_people_and_then_groups() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let mut all = five(&scim);
    all.extend(["A", "B", "C"].map(|name| scim.make_group(name, &[])));
    for size in 1..9 {
        assert_eq!(walked(&scim, &format!("?count={size}")), all, "{size}");
    }
    let sorted = walked(&scim, "?count=2&sortBy=displayName&sortOrder=descending&filter=displayName%20pr");
    assert_eq!(sorted, [all[7].clone(), all[6].clone(), all[5].clone()]);
    let first = scim.get("?count=6&cursor=").json();
    assert_eq!(first["totalResults"], 8);
    let next = first["nextCursor"].as_str().unwrap();
    scim.get(&format!("/Users?cursor={next}")).bad("invalidCursor");
}

/// RFC 9865 §2 and §2.1: how it begins, how it goes on, and what is refused.
#[test]
fn a_cursor_leads_through_the_whole_list_once() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let all = five(&scim);
    let (mut seen, mut cursor) = (Vec::new(), Some(String::new()));
    while let Some(at) = cursor {
        let answer = scim.get(&format!("/Users?count=2&cursor={at}")).expect(200);
        assert_eq!((answer.json()["totalResults"].as_i64(), answer.json().get("startIndex")), (Some(5), None));
        seen.extend(answer.ids());
        cursor = answer.json()["nextCursor"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, all);
    let next = scim.get("/Users?count=2&cursor=").json()["nextCursor"].as_str().unwrap().to_owned();
    scim.get("/Users?cursor=nonsense").bad("invalidCursor");
    scim.get(&format!("/Users?cursor={next}&startIndex=1")).bad("invalidCursor");
    scim.get(&format!("/Users?cursor={next}&filter=userName%20pr")).bad("invalidCursor");
    for count in ["0", "-1", "x"] {
        scim.get(&format!("/Users?cursor=&count={count}")).bad("invalidCount");
    }
}

/// Whoever is deleted is in no list, and whoever is switched off stays in it.
#[test]
fn the_total_counts_everybody_who_is_there() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let all = five(&scim);
    scim.delete(&all[0]).expect(204);
    scim.patch(&all[1], "active", json!(false)).expect(200);
    assert_eq!(page(&scim, "count=0").2, 4);
    assert_eq!(page(&scim, "").3, all[1..]);
    scim.create(&user("person1@acme.test")).expect(201);
    assert_eq!(page(&scim, "count=0").2, 5);
}
