//! The list of people: who is found, page by page, and what is done about several of them at once.

use domain::collaborator::Status;
use serde_json::json;
use simulator::SamlAttribute;

use super::visit::Visit;
use crate::common::answer::Answer;
use crate::common::provider::{groups, role};
use crate::common::scim::{ROLES, user, with};
use crate::gate::Gate;

const ANN: &str = "ann@acme.test";

fn ann(gate: &Gate) -> Visit {
    Visit::administrator(gate, ANN)
}

/// The userNames that a list shows, in its order.
fn names(page: &Answer) -> Vec<String> {
    let rows = page.body.split("name=\"person\"").skip(1);
    let name = |row: &str| row.split("<span class=\"soft\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    rows.map(name).collect()
}

#[track_caller]
fn list(visit: &mut Visit, query: &str) -> Vec<String> {
    names(&visit.get(&format!("/people?{query}")).expect(200))
}

/// The address that a link of that id has, within the workspace's console.
fn link(page: &Answer, id: &str) -> Option<String> {
    let tag = page.body.split("<a ").find(|tag| tag.split('>').next().unwrap().contains(&format!("id=\"{id}\"")))?;
    let address = tag.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&").replace("&#38;", "&");
    Some(address.strip_prefix("/console/acme").unwrap().to_owned())
}

#[track_caller]
fn says(page: &Answer, words: &str) {
    assert!(page.body.contains(words), "no {words:?} in {page:?}");
}

fn id(gate: &Gate, name: &str) -> String {
    gate.person(name).id.to_string()
}

/// Ticks people in the list and goes on to the page that asks once more.
#[track_caller]
fn ask(gate: &Gate, visit: &mut Visit, action: &str, people: &[&str]) -> Answer {
    let ticked: String = people.iter().map(|name| format!("&person={}", id(gate, name))).collect();
    visit.get(&format!("/people/bulk?action={action}&back=status%3Dinvited{ticked}")).expect(200)
}

/// Does it about them, and gives what is told of it.
#[track_caller]
fn act(gate: &Gate, visit: &mut Visit, action: &str, people: &[&str], more: &[(&str, &str)]) -> String {
    let asked = ask(gate, visit, action, people);
    let mut fields: Vec<(String, String)> =
        asked.form_fields().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    fields.retain(|(name, _)| ["csrf", "action", "person", "back"].contains(&name.as_str()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let told = visit.post_with("/people/bulk", &[&fields, more].concat()).expect(303);
    assert!(told.location().ends_with("/people?status=invited"), "{told:?}");
    let page = visit.follow(&told).expect(200);
    let notice = page.body.split("id=\"notice\"").nth(1).unwrap_or_else(|| panic!("no notice: {page:?}"));
    notice.split("<p>").nth(1).unwrap().split("</p>").next().unwrap().to_owned()
}

fn status(gate: &Gate, name: &str) -> Status {
    gate.person(name).status()
}

on_both_databases! {
    fn people_are_found_by_how_their_names_and_addresses_begin(gate: &Gate) {
        let mut ann = ann(gate);
        let scim = gate.acme.scim();
        let bob = with(user("Bob@acme.test"), "displayName", json!("Robert O'Hara"));
        scim.make(&with(bob, "emails", json!([{ "value": "bob@home.test" }])));
        scim.make(&with(user("carol@acme.test"), "name", json!({ "givenName": "Carol", "familyName": "Moss" })));
        assert_eq!(list(&mut ann, ""), ["carol@acme.test", "Bob@acme.test", ANN], "the newest first");
        assert_eq!(list(&mut ann, "order=name"), [ANN, "Bob@acme.test", "carol@acme.test"]);
        for found in ["bOB@", "robert o'h", "bob@home", "okta-Bob@acme.test", "Robert"] {
            let query: String = url::form_urlencoded::byte_serialize(found.as_bytes()).collect();
            assert_eq!(list(&mut ann, &format!("q={query}")), ["Bob@acme.test"], "{found}");
        }
        assert_eq!(list(&mut ann, "q=moss"), ["carol@acme.test"]);
        for nobody in ["ob@", "okta-bob", "%25", "_", "*"] {
            assert_eq!(list(&mut ann, &format!("q={nobody}")), [""; 0], "{nobody}");
        }
        says(&ann.get("/people?q=nobody").expect(200), "Nobody is like this.");
    }

    fn people_are_found_by_what_they_are(gate: &Gate) {
        let mut ann = ann(gate);
        gate.add_group("Finance");
        let scim = gate.acme.scim();
        scim.make(&with(user("bob@acme.test"), ROLES, json!({ "workato_role": "Member" })));
        let said = vec![role("Environment manager"), groups(&["Finance"]), SamlAttribute::new("workato_role_prod", &["No access"])];
        gate.acme.sign_in_with(&mut gate.acme.browser(), "bob@acme.test", said).expect(303);
        let carol = scim.provision("carol@acme.test");
        scim.patch(&carol, "active", json!(false)).expect(200);
        let dan = scim.provision("dan@acme.test");
        scim.delete(&dan).expect(204);
        gate.set_policy(&[("jit", "everyone")]);
        gate.acme.signed_in("eve@acme.test");
        scim.provision("fay@acme.test");
        gate.administer("fay@acme.test", &domain::command::Command::Hold);
        let (bob, carol, eve, fay) = ("bob@acme.test", "carol@acme.test", "eve@acme.test", "fay@acme.test");
        for (query, found) in [
            ("", vec![fay, eve, carol, bob, ANN]),
            ("status=active", vec![eve, bob, ANN]),
            ("status=deactivated", vec![fay, carol]),
            ("status=deleted", vec!["dan@acme.test"]),
            ("status=removed", vec![]),
            ("hold=held", vec![fay]),
            ("source=saml", vec![eve]),
            ("source=scim&status=active", vec![bob, ANN]),
            ("login=never", vec![fay, carol]),
            ("login=seen", vec![eve, bob, ANN]),
            ("health=mismatched", vec![bob]),
            ("health=saml_only", vec![eve]),
            ("group=Finance", vec![bob]),
            ("group=All+collaborators&status=active", vec![eve, bob, ANN]),
            ("role.dev=Environment+manager", vec![bob]),
            ("role.prod=No+access", vec![bob]),
            ("role.prod=NoAccess", vec![bob]),
            ("role.dev=Environment+admin&role.prod=Member", vec![ANN]),
            ("q=bob&status=invited", vec![]),
            ("unknown=1&status=nonsense", vec![fay, eve, carol, bob, ANN]),
        ] {
            assert_eq!(list(&mut ann, query), found, "{query}");
        }
        gate.administer(bob, &domain::command::Command::Remove);
        assert_eq!(list(&mut ann, "role.dev=Environment+manager"), [""; 0]);
        assert_eq!(list(&mut ann, "role.dev=Environment+manager&status=removed"), [bob], "kept aside");
        let page = ann.get("/people?status=removed").expect(200);
        says(&page, "Environment manager, kept aside");
        says(&ann.get("/people?status=deactivated").expect(200), "held");
    }

    fn pages_follow_each_other_in_either_direction(gate: &Gate) {
        let mut ann = ann(gate);
        let scim = gate.acme.scim();
        for number in 0..60 {
            scim.provision(&format!("p{number:02}@acme.test"));
        }
        for order in ["", "order=name"] {
            let first = ann.get(&format!("/people?{order}")).expect(200);
            says(&first, "<strong>61</strong> people");
            assert_eq!((names(&first).len(), link(&first, "former")), (50, None));
            let second = ann.get(&link(&first, "next").unwrap()).expect(200);
            assert_eq!((names(&second).len(), link(&second, "next")), (11, None));
            let all = [names(&first), names(&second)].concat();
            let mut sorted = all.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!(sorted.len(), 61, "nobody twice");
            let back = ann.get(&link(&second, "former").unwrap()).expect(200);
            assert_eq!(names(&back), names(&first));
        }
        let page = ann.get("/people?q=p&turn=after&at=nonsense&key=%00").expect(200);
        assert_eq!(names(&page).len(), 50);
        for odd in ["turn=after&at=-1", "turn=before&at=9223372036854775807", "order=name&turn=before&key=&at=0", "order=name&turn=after&at=1"] {
            ann.get(&format!("/people?{odd}")).expect(200);
        }
    }

    fn several_people_are_deactivated_and_activated_after_a_question(gate: &Gate) {
        let mut ann = ann(gate);
        for name in ["bob@acme.test", "carol@acme.test"] {
            gate.acme.scim().provision(name);
        }
        let mut bob = gate.acme.signed_in("bob@acme.test");
        let asked = ask(gate, &mut ann, "deactivate", &["bob@acme.test", "carol@acme.test"]);
        says(&asked, "Deactivate: 2 people?");
        says(&asked, "All sessions end at once");
        says(&asked, "bob@acme.test");
        assert!(bob.session().is_some(), "a question changes nothing");
        let told = act(gate, &mut ann, "deactivate", &["bob@acme.test", "carol@acme.test"], &[]);
        assert_eq!(told, "2 people are deactivated, and their sessions ended.");
        assert!(bob.session().is_none());
        assert_eq!(status(gate, "carol@acme.test"), Status::Deactivated);
        let entry = &gate.audit("collaborator.deactivated")[0];
        assert_eq!((entry.source.as_str(), entry.actor["type"].as_str()), ("manual", Some("administrator")));
        assert_eq!(entry.actor["name"], ANN);
        assert_eq!(entry.after.as_ref().unwrap()["sessions_ended"], 1);
        let told = act(gate, &mut ann, "deactivate", &["bob@acme.test"], &[]);
        assert_eq!(told, "Nothing had to be changed for 1 person.");
        let told = act(gate, &mut ann, "activate", &["bob@acme.test", "carol@acme.test"], &[]);
        assert_eq!(told, "2 people are let in again.");
    }

    fn who_is_refused_keeps_nobody_else_from_it(gate: &Gate) {
        let mut ann = ann(gate);
        for name in ["bob@acme.test", "carol@acme.test"] {
            gate.acme.scim().provision(name);
        }
        gate.acme.signed_in("carol@acme.test");
        gate.advance(chrono::Duration::minutes(21));
        let told = act(gate, &mut ann, "invite", &["bob@acme.test", "carol@acme.test"], &[]);
        assert_eq!(told, "1 person is sent the invitation again. Not done for Ann Lee: This person needs no invitation: they are active.");
        let told = act(gate, &mut ann, "invite", &["bob@acme.test"], &[]);
        assert!(told.starts_with("Not done for Ann Lee: An invitation was sent to bob@acme.test: it can be sent again at"), "{told}");
    }

    fn several_people_are_put_into_a_group_signed_out_and_removed(gate: &Gate) {
        let mut ann = ann(gate);
        gate.add_group("Finance");
        for name in ["bob@acme.test", "carol@acme.test"] {
            gate.acme.scim().provision(name);
        }
        let (both, mut bob) = (["bob@acme.test", "carol@acme.test"], gate.acme.signed_in("bob@acme.test"));
        let told = act(gate, &mut ann, "join", &both, &[("group", "Finance")]);
        assert_eq!(told, "2 people are put into the group.");
        assert_eq!(list(&mut ann, "group=Finance").len(), 2);
        let told = act(gate, &mut ann, "join", &both, &[("group", "Nothing of ours")]);
        assert_eq!(told, "There is no group Nothing of ours.");
        let told = act(gate, &mut ann, "end-sessions", &both, &[]);
        assert_eq!(told, "2 people are signed out everywhere.");
        assert!(bob.session().is_none());
        let told = act(gate, &mut ann, "remove", &both, &[]);
        assert_eq!(told, "2 people are removed, and their sessions ended.");
        assert_eq!(list(&mut ann, "status=removed").len(), 2);
    }

    fn nothing_is_done_without_people_or_a_known_action_or_beyond_the_workspace(gate: &Gate) {
        let mut ann = ann(gate);
        let none = ann.get("/people/bulk?action=deactivate&back=q%3Dbob").expect(303);
        assert!(none.location().ends_with("/console/acme/people?q=bob"), "{none:?}");
        says(&ann.follow(&none), "Tick the people first");
        ann.get(&format!("/people/bulk?action=delete&person={}", id(gate, ANN))).expect(404);
        let globex = gate.add_workspace("globex");
        let scim_id = globex.scim().provision("eve@globex.test");
        let page = ann.get(&format!("/people/bulk?action=deactivate&person={scim_id}&person=x")).expect(200);
        assert!(!page.body.contains("eve@globex.test"), "{page:?}");
        let token = ann.token();
        ann.post_with("/people/bulk", &[("csrf", &token), ("action", "deactivate"), ("person", &scim_id)]).expect(303);
        assert_eq!(globex.scim().get(&format!("/Users/{scim_id}")).expect(200).json()["active"], true);
        let evil = ann.get("/people/bulk?action=deactivate&back=https%3A%2F%2Fevil.test").expect(303);
        assert_eq!(evil.location(), "/console/acme/people");
    }

    fn an_administrator_is_told_that_they_are_among_them_and_may_still_do_it(gate: &Gate) {
        let mut ann = ann(gate);
        says(&ask(gate, &mut ann, "end-sessions", &[ANN]), "You are one of them.");
        let token = ann.token();
        let fields = [("csrf", token.as_str()), ("action", "end-sessions"), ("person", &id(gate, ANN))];
        ann.post_with("/people/bulk", &fields).expect(303);
        ann.get("/people").expect(303);
    }

    /// Whatever a provider puts into a field is text in the list and in the question.
    fn markup_is_shown_as_text(gate: &Gate) {
        let mut ann = ann(gate);
        let evil = "<img src=x onerror=alert(1)>\"'&";
        let body = with(user(&format!("{evil}@acme.test")), "displayName", json!(format!("{evil}<script>")));
        gate.acme.scim().make(&with(body, "externalId", json!(evil)));
        gate.acme.scim().make_group(&format!("{evil}group"), &[]);
        let query: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        let person = gate.find_person(&format!("{evil}@acme.test")).unwrap().id;
        let asked = format!("/people/bulk?action=join&person={person}&back=q%3D{query}");
        let searched = format!("/people?q={query}&group={query}&status={query}&role.dev={query}&order={query}");
        for path in ["/people".to_owned(), searched, asked] {
            let page = ann.get(&path).expect(200);
            assert!(!page.body.contains("<img") && !page.body.contains("<script>"), "{path}: {page:?}");
            assert!(page.body.contains("&#60;img") || page.body.contains("&lt;img"), "{path}: {page:?}");
        }
    }

    /// RFC 7643 §2.1: no attribute's name begins with a `#`. What the console filters by is out of SCIM's reach.
    fn scim_can_neither_filter_nor_sort_nor_write_what_the_console_filters_by(gate: &Gate) {
        let scim = gate.acme.scim();
        let forged = with(with(user("bob@acme.test"), "#status", json!("active")), "#hold", json!("held"));
        scim.make(&forged);
        for path in ["#status", "#role:dev", "#group", "urn:ietf:params:scim:schemas:core:2.0:User:#status"] {
            let answer = scim.filter("/Users", &format!("{path} eq \"invited\""));
            assert!(answer.status == 400 || answer.json()["totalResults"] == 0, "{path}: {answer:?}");
            let query: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            let sorted = scim.get(&format!("/Users?sortBy={query}"));
            assert!([200, 400].contains(&sorted.status), "{path}: {sorted:?}");
            let present = scim.filter("/Users", &format!("{path} pr"));
            assert!(present.status == 400 || present.json()["totalResults"] == 0, "{path}: {present:?}");
        }
        let mut ann = ann(gate);
        assert_eq!(list(&mut ann, "hold=held"), [""; 0]);
        assert_eq!(list(&mut ann, "status=invited"), ["bob@acme.test"]);
    }
}

/// Fifty people with the longest names that SCIM takes: a page stays light, and no more than fifty are asked about.
#[test]
fn a_page_of_the_longest_names_is_light() {
    let gate = Gate::on_sqlite();
    let mut ann = ann(&gate);
    let mut ids = String::new();
    for number in 0..52 {
        let name = format!("{number}{}@acme.test", "n".repeat(900));
        let body = with(user(&name), "displayName", json!("\u{1f600}".repeat(500)));
        gate.acme.scim().make(&body);
        ids.push_str(&format!("&person={}", id(&gate, &name)));
    }
    let page = ann.get("/people").expect(200);
    assert_eq!(names(&page).len(), 50);
    assert!(page.body.len() < 100_000, "{} bytes", page.body.len());
    let asked = ann.get(&format!("/people/bulk?action=remove{ids}")).expect(200);
    says(&asked, "Remove: 50 people?");
    says(&asked, "Fifty people at once at the most");
    assert!(asked.body.len() < 100_000, "{} bytes", asked.body.len());
}
