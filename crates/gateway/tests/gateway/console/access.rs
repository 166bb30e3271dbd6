//! Access: what an administrator sees of it, changes, and is told before it is changed.

use serde_json::json;
use simulator::SamlAttribute;

use super::visit::Visit;
use crate::common::answer::Answer;
use crate::common::provider::{groups, role};
use crate::common::scim::{ROLES, Scim, user, with};
use crate::gate::Gate;

const ANN: &str = "ann@acme.test";

fn ann(gate: &Gate) -> Visit {
    Visit::administrator(gate, ANN)
}

/// Sends a form and gives the page that tells what came of it.
#[track_caller]
fn done(visit: &mut Visit, below: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = visit.post(below, fields);
    visit.follow(&answer).expect(200)
}

#[track_caller]
fn says(page: &Answer, words: &str) {
    assert!(page.body.contains(words), "no {words:?} in {page:?}");
}

#[track_caller]
fn is_silent_about(page: &Answer, words: &str) {
    assert!(!page.body.contains(words), "{words:?} in {page:?}");
}

/// The cells of a table's row, without markup.
#[track_caller]
fn row(page: &Answer, beginning: &str) -> Vec<String> {
    let rows = page.body.split("<tr>").map(|row| row.split("</tr>").next().unwrap());
    let texts = rows.map(|row| row.replace("</th>", "</td>").split("</td>").map(text).collect::<Vec<_>>());
    let mut found = texts.filter(|cells: &Vec<String>| cells[0].starts_with(beginning));
    found.next().unwrap_or_else(|| panic!("no row {beginning}: {page:?}"))
}

fn text(html: &str) -> String {
    let words = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    words.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The group's page, by its name in the list.
#[track_caller]
fn open_group(visit: &mut Visit, name: &str) -> String {
    let list = visit.get(&format!("/access/groups?q={name}")).expect(200);
    let (before, _) = list.body.split_once(&format!(">{name}</a>")).unwrap_or_else(|| panic!("no {name}: {list:?}"));
    let address = before.rsplit_once("href=\"/console/acme").unwrap().1;
    address.trim_end_matches('"').to_owned()
}

on_both_databases! {
    fn the_matrix_counts_who_has_which_role_where_and_leads_to_them(gate: &Gate) {
        let mut ann = ann(gate);
        for name in ["bob@acme.test", "carol@acme.test"] {
            gate.acme.sign_in_with(&mut gate.acme.browser(), name, vec![role("Member")]).expect(403);
            gate.acme.scim().provision(name);
            gate.acme.sign_in_with(&mut gate.acme.browser(), name, vec![role("Member")]).expect(303);
        }
        let page = ann.get("/access").expect(200);
        let row = |name| row(&page, name)[1..4].to_vec();
        assert_eq!(row("Member"), ["2 with Member in dev", "3 with Member in test", "3 with Member in prod"]);
        assert_eq!(row("Environment admin")[..2], ["1 with Environment admin in dev", "0"]);
        says(&page, "/console/acme/people?role.dev=Environment+admin");
        says(&page, "/console/acme/people?status=active");
    }

    fn environments_are_added_changed_moved_and_removed(gate: &Gate) {
        let mut ann = ann(gate);
        let wrong = ann.post("/access/environments", &[("name", "QA"), ("saml_attributes", "qaRole"), ("default_role", "Member")]).expect(422);
        says(&wrong, "An environment&#39;s name is 1 to 32 of a-z");
        says(&wrong, ">qaRole</textarea>");
        let taken = ann.post("/access/environments", &[("name", "qa"), ("scim_attributes", "workato_role"), ("default_role", "Member")]).expect(422);
        says(&taken, "The attribute workato_role is another environment&#39;s");
        let fields = [("name", "qa"), ("saml_attributes", "qaRole\nformerRole"), ("default_role", "No access"), ("max_age", "8h"), ("place", "before:prod")];
        says(&done(&mut ann, "/access/environments", &fields), "The environment qa is added.");
        assert_eq!(gate.explain(ANN)["environments"]["qa"]["role"], "No access", "in force when the page is there");
        let edit = ann.get("/access/environments/qa").expect(200);
        says(&edit, "workato_role_qa</textarea>");
        says(&edit, "qaRole\nformerRole</textarea>");
        let fields = [("scim_attributes", "workato_role_qa"), ("saml_attributes", "qaRole"), ("default_role", "Member"), ("max_age", ""), ("place", "last")];
        ann.post("/access/environments/qa", &[&fields[..3], &[("max_age", "soon")]].concat()).expect(422);
        let overtaken = [&fields[..], &[("version", "1")]].concat();
        let told = ann.post("/access/environments/qa", &overtaken).expect(422);
        says(&told, "Another administrator has changed the policy in between");
        let version = gate.stored(&gate.acme).policy_version.to_string();
        done(&mut ann, "/access/environments/qa", &[&fields[..], &[("version", version.as_str())]].concat());
        let stored = gate.store.environments(gate.stored(&gate.acme).id).unwrap();
        assert_eq!(stored.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["dev", "test", "prod", "qa"]);
        says(&done(&mut ann, "/access/environments/qa/remove", &[]), "The environment qa is removed");
        ann.get("/access/environments/qa").expect(404);
        ann.post("/access/environments/dev/remove", &[]).expect(409);
        let told = gate.audit("environment.updated").remove(0);
        assert_eq!(told.actor, json!({ "type": "administrator", "id": gate.person(ANN).id, "name": ANN }));
        assert_eq!((told.before.unwrap()["place"].clone(), told.after.unwrap()["place"].clone()), (json!(3), json!(4)));
        assert_eq!((gate.audit("environment.added").len(), gate.audit("environment.removed").len()), (1, 1));
    }

    fn roles_are_added_and_given_privileges_and_system_roles_stay(gate: &Gate) {
        let mut ann = ann(gate);
        let wrong = ann.post("/access/roles", &[("name", "Builder"), ("privileges", "recipes.run, Run it")]).expect(422);
        says(&wrong, "\u{201c}Run\u{201d} can\u{2019}t be one: a privilege is up to 64");
        says(&wrong, "recipes.run, Run it</textarea>");
        says(&ann.post("/access/roles", &[("name", "Member")]).expect(422), "There is a role Member already.");
        says(&done(&mut ann, "/access/roles", &[("name", "A&B = <i>"), ("privileges", "")]), "The role A&#38;B = &#60;i&#62; is added.");
        let page = ann.get("/access/roles").expect(200);
        says(&page, "/access/role?name=A%26B+%3D+%3Ci%3E");
        ann.get("/access/role?name=A%26B+%3D+%3Ci%3E").expect(200);
        ann.get("/access/role?name=Member").expect(404);
        done(&mut ann, "/access/role", &[("name", "A&B = <i>"), ("privileges", "recipes.run\njobs.read")]);
        assert_eq!(row(&ann.get("/access/roles").expect(200), "A&#38;B")[2], "jobs.read, recipes.run");
        ann.post("/access/role", &[("name", "Member"), ("privileges", "recipes.run")]).expect(422);
        assert_eq!(gate.audit("role.updated").remove(0).after.unwrap(), json!({ "privileges": ["jobs.read", "recipes.run"] }));
        assert_eq!(gate.audit("role.added").remove(0).actor["type"], "administrator");
    }

    fn a_group_shows_who_says_what_and_takes_back_only_what_was_said_by_hand(gate: &Gate) {
        let mut ann = ann(gate);
        let scim: Scim = gate.acme.scim();
        let bob = scim.provision("bob@acme.test");
        scim.make_group("Sales", &[&bob]);
        let sales = open_group(&mut ann, "Sales");
        gate.acme.sign_in_with(&mut gate.acme.browser(), "bob@acme.test", vec![groups(&["Sales"])]).expect(303);
        let add = format!("{sales}/members");
        let unknown = ann.post(&add, &[("user", "nobody@acme.test")]).expect(422);
        says(&unknown, "There is no nobody@acme.test in the workspace acme.");
        says(&unknown, "value=\"nobody@acme.test\"");
        says(&done(&mut ann, &add, &[("user", "BOB@acme.test")]), "is in Sales by hand");
        done(&mut ann, &add, &[("user", ANN)]);
        assert_eq!(row(&ann.get("/access/groups").expect(200), "Sales")[1..5], ["2", "1", "1", "2"]);
        let page = ann.get(&sales).expect(200);
        let said = row(&page, "Ann Lee bob@acme.test")[2].clone();
        assert!(["SAML", "SCIM", "by hand"].iter().all(|origin| said.contains(origin)), "{said}");
        let person = gate.person("bob@acme.test").id.to_string();
        let told = done(&mut ann, &format!("{sales}/members/remove"), &[("user", &person)]);
        says(&told, "is still in Sales: SAML and SCIM say so.");
        assert!(row(&told, "Ann Lee bob@acme.test")[3].contains("by a sync"));
        says(&done(&mut ann, &format!("{sales}/members/remove"), &[("user", ANN)]), "is not in Sales any more.");
        is_silent_about(&ann.get(&format!("{sales}?q=ann%40")).expect(200), "members/remove");
        ann.get("/access/groups/01a2075b-ae23-7dc4-bc6a-40831c984852").expect(404);
    }

    fn groups_are_found_by_a_part_of_their_name_and_paged_by_key(gate: &Gate) {
        let mut ann = ann(gate);
        for n in 0..30 {
            gate.add_group(&format!("Team {n:02}"));
        }
        gate.add_group("Finance");
        let first = ann.get("/access/groups").expect(200);
        says(&first, "31 groups");
        says(&first, "All collaborators");
        let next = first.body.split("<a href=\"/console/acme").find(|part| part.contains("id=\"next\"")).unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&");
        let second = ann.get(&next).expect(200);
        is_silent_about(&second, "All collaborators");
        assert_eq!((row(&second, "Team 24")[0].as_str(), row(&second, "Team 29")[0].as_str()), ("Team 24", "Team 29"));
        is_silent_about(&second, ">Team 23<");
        let found = ann.get("/access/groups?q=nan").expect(200);
        says(&found, ">Finance</a>");
        is_silent_about(&found, "Team 01");
        says(&ann.post("/access/groups", &[("name", "Finance")]).expect(422), "There is a group Finance already.");
        says(&ann.post("/access/groups", &[("name", "All collaborators")]).expect(422), "system group");
        says(&done(&mut ann, "/access/groups", &[("name", "Legal")]), "The group Legal is added.");
    }

    fn a_name_of_the_provider_is_mapped_mapped_anew_and_forgotten(gate: &Gate) {
        let mut ann = ann(gate);
        gate.add_group("Finance");
        gate.add_group("Sales");
        let map = |group| [("name", "okta-fin"), ("group", group)];
        let unknown = ann.post("/access/mappings", &map("Trade")).expect(422);
        says(&unknown, "There is no group Trade: add it first.");
        says(&unknown, "value=\"okta-fin\"");
        done(&mut ann, "/access/mappings", &map("Sales"));
        done(&mut ann, "/access/mappings", &map("Finance"));
        assert_eq!(row(&ann.get("/access/mappings").expect(200), "okta-fin")[1], "Finance");
        let mut bob = gate.acme.browser();
        gate.acme.scim().provision("bob@acme.test");
        gate.acme.sign_in_with(&mut bob, "bob@acme.test", vec![groups(&["okta-fin"])]).expect(303);
        assert_eq!(gate.person("bob@acme.test").access.groups[0].name.as_str(), "Finance");
        says(&done(&mut ann, "/access/mappings/remove", &[("name", "okta-fin")]), "okta-fin means no group");
        ann.post("/access/mappings/remove", &[("name", "okta-fin")]).expect(409);
        let [first, second] = &gate.audit("group.mapped")[..] else { panic!("not two") };
        assert_eq!((&first.before, second.before.as_ref().unwrap()["group"].as_str()), (&None, Some("Sales")));
        assert_eq!(gate.audit("group.unmapped").remove(0).before.unwrap()["group"], "Finance");
    }

    fn a_policy_is_reviewed_before_it_is_saved_and_nobody_overwrites_another(gate: &Gate) {
        let mut ann = ann(gate);
        let version = || gate.stored(&gate.acme).policy_version.to_string();
        let before = version();
        let typed = [("version", before.as_str()), ("unknown_role", "default"), ("session_lifetime", "8h"), ("jit", "known")];
        let review = ann.post("/access/policy/review", &typed).expect(200);
        assert_eq!(row(&review, "A role that does not exist here")[2], "default The person gets the default role of the environment.");
        assert_eq!(row(&review, "How long a session lives")[1..3], ["12h", "8h"]);
        is_silent_about(&review, "name=\"jit\"");
        assert_eq!(version(), before, "nothing is saved yet");
        let back = ann.post("/access/policy/edit", &typed).expect(200);
        says(&back, "name=\"session_lifetime\" maxlength=\"2100\" spellcheck=\"false\" autocapitalize=\"none\" value=\"8h\"");
        gate.set_policy(&[("jit", "nobody")]);
        let overtaken = ann.post("/access/policy", &typed[..3]).expect(422);
        says(&overtaken, "Another administrator has changed the policy in between");
        says(&overtaken, "value=\"8h\"");
        says(&ann.post("/access/policy/review", &typed).expect(422), "Another administrator has changed the policy in between");
        let now = version();
        let fresh = [&[("version", now.as_str())], &typed[1..3]].concat();
        ann.post("/access/policy/review", &fresh).expect(200);
        says(&done(&mut ann, "/access/policy", &fresh), "The policy is saved and in force.");
        let policy = gate.stored(&gate.acme).policy;
        assert_eq!((policy.jit.to_string(), policy.session_lifetime.to_string()), ("nobody".to_owned(), "8h".to_owned()));
        let told = gate.audit("policy.changed").pop().unwrap();
        assert_eq!(told.before.unwrap(), json!({ "unknown_role": "keep", "session_lifetime": "12h" }));
        assert_eq!(told.actor["name"], ANN);
    }

    fn a_wrong_value_stands_beside_its_field_and_all_that_was_typed_stays(gate: &Gate) {
        let mut ann = ann(gate);
        let version = gate.stored(&gate.acme).policy_version.to_string();
        let typed = [("version", version.as_str()), ("session_lifetime", "a <b>while</b>"), ("audit_retention", "1h"), ("jit", "nobody")];
        let page = ann.post("/access/policy/review", &typed).expect(422);
        says(&page, "value=\"a &#60;b&#62;while&#60;/b&#62;\"");
        says(&page, "id=\"session_lifetime-error\">It is a whole number and a unit: 30s, 20m, 12h or 7d.");
        says(&page, "id=\"audit_retention-error\">It is at least 1d.");
        says(&page, "value=\"nobody\" checked");
        ann.post("/access/policy", &typed).expect(422);
        let same = ann.post("/access/policy/review", &typed[..1]).expect(422);
        says(&same, "there is nothing to save");
        assert_eq!(gate.stored(&gate.acme).policy_version.to_string(), version);
    }

    fn a_review_tells_whose_access_would_change(gate: &Gate) {
        let mut ann = ann(gate);
        gate.acme.scim().make(&with(user("bob@acme.test"), ROLES, json!({ "workato_role_test": "Environment manager" })));
        let says_bob = vec![role("Boss"), SamlAttribute::new("workato_role_test", &["No access"])];
        gate.acme.sign_in_with(&mut gate.acme.browser(), "bob@acme.test", says_bob).expect(303);
        let version = gate.stored(&gate.acme).policy_version.to_string();
        let mut review = |key, value| {
            ann.post("/access/policy/review", &[("version", version.as_str()), (key, value)]).expect(200)
        };
        let refused = review("unknown_role", "refuse_login");
        says(&refused, "id=\"at-once\">0<");
        says(&refused, "id=\"at-next-login\">1<");
        let bob = row(&refused, "Ann Lee bob@acme.test");
        assert_eq!(bob[2], "Login: let in refused: The role for dev is not known here: Boss.");
        let scim = review("role_authority", "scim");
        says(&scim, "id=\"at-once\">1<");
        assert_eq!(row(&scim, "Ann Lee bob@acme.test")[1], "test: No access Environment manager");
        says(&review("session_lifetime", "1h"), "id=\"at-next-login\">0<");
        assert_eq!(gate.audit("access.changed").len(), 2, "nothing was written: only the logins did");
    }

    /// Names of groups and roles are the identity provider's to choose, and so is what it is asked to map.
    fn markup_in_names_is_shown_as_text(gate: &Gate) {
        let mut ann = ann(gate);
        let hostile = "<script>alert(1)</script>";
        let bob = gate.acme.scim().provision("bob@acme.test");
        gate.acme.scim().make_group(hostile, &[&bob]);
        gate.add_role(hostile);
        done(&mut ann, "/access/mappings", &[("name", "\"><img src=x>"), ("group", hostile)]);
        let list = ann.get("/access/groups").expect(200);
        let group = list.body.split("href=\"/console/acme/access/groups/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        for page in ["/access", "/access/roles", "/access/groups", "/access/mappings", "/access/environments", "/access/environments/dev", &format!("/access/groups/{group}")] {
            let page = ann.get(page).expect(200);
            assert!(!page.body.contains("<script>alert") && !page.body.contains("<img"), "{page:?}");
        }
        says(&ann.get("/access/mappings").expect(200), "&#60;script&#62;");
    }
}
