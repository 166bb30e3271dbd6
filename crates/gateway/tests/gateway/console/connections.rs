//! Identity providers in the console: added, changed on trial and for good, tested, removed; and our own keys.

use std::thread;
use std::time::Duration as Pause;

use chrono::Duration;
use serde_json::json;
use simulator::{IdentityProvider, ResponseParameters};
use store::Connection;

use super::visit::{Visit, hidden};
use crate::common::answer::Answer;
use crate::common::provider::{Workspace, groups, role};
use crate::gate::{Gate, ten_o_clock};

const ANN: &str = "ann@acme.test";
const ADMIN: &str = "Environment admin";
/// What a browser would run if it were not shown as text.
const MARKUP: &str = "<script>alert(1)</script>\"'";
const AS_TEXT: &str = "&#60;script&#62;alert(1)&#60;/script&#62;";

#[track_caller]
fn is_text(page: &Answer) {
    assert!(page.body.contains(AS_TEXT), "it is not there: {page:?}");
    assert!(!page.body.contains("<script>alert"), "it would run: {page:?}");
}

fn connections(gate: &Gate) -> Vec<Connection> {
    gate.store.connections(gate.stored(&gate.acme).id).unwrap()
}

fn another() -> IdentityProvider {
    IdentityProvider::generate("http://new.test", ten_o_clock()).unwrap()
}

/// The form of a connection that stays as it is, with these fields in place of its own.
fn change(visit: &mut Visit, idp: &str, fields: &[(&str, &str)]) -> Answer {
    let path = format!("/connections/idp/{idp}/change");
    let read = hidden(&visit.get(&path).expect(200), "read");
    visit.post(&path, &[&[("read", read.as_str())], fields].concat())
}

/// The page to which a change leads.
#[track_caller]
fn told(visit: &mut Visit, answer: &Answer) -> Answer {
    visit.follow(answer).expect(200)
}

fn is_on_trial(gate: &Gate) -> bool {
    gate.store.find_trial(connections(gate)[0].id).unwrap().is_some()
}

fn wait_until_put_back(gate: &Gate) {
    for _ in 0..600 {
        if !is_on_trial(gate) {
            return;
        }
        thread::sleep(Pause::from_millis(20));
    }
    panic!("the connection is still on trial")
}

/// A test login of acme's, in the browser of that visit; gives the page that the console shows.
#[track_caller]
fn test_login(gate: &Gate, visit: &mut Visit, response: impl Fn(ResponseParameters) -> ResponseParameters) -> Answer {
    let begun = gate.acme.begin_at(&mut visit.browser, "/saml/acme/login?test=1");
    let answered = response(gate.acme.response_for(ANN).answering(&begun.request_id));
    let answer = gate.acme.post(&mut visit.browser, &gate.acme.sign(&answered), &begun.relay_state).expect(303);
    let to = answer.location().strip_prefix(&gate.base_url).unwrap().to_owned();
    visit.browser.get(&to)
}

on_both_databases! {
    fn a_further_identity_provider_is_added_by_a_file_and_shown(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        let page = owner.get("/connections").expect(200);
        for ours in ["/saml/acme/acs", "/saml/acme/metadata", "/saml/acme/slo", "/saml/acme/login"] {
            assert!(page.body.contains(&format!("<code>{}{ours}</code>", gate.base_url)), "{ours}");
        }
        let provider = another();
        // As a browser sends a form with a file.
        let boundary = "----form";
        let part = |name: &str, value: &str| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let file = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"idp.xml\"\r\nContent-Type: text/xml\r\n\r\n{}\r\n",
            provider.metadata()
        );
        let token = owner.token();
        let fields = [("csrf", token.as_str()), ("name", "new"), ("from", "file"), ("what", "groups"), ("called", "memberOf")];
        let fields: String = fields.iter().map(|(name, value)| part(name, value)).collect();
        let body = format!("{fields}{file}--{boundary}--\r\n");
        let kind = format!("multipart/form-data; boundary={boundary}");
        let headers = [("content-type", kind.as_str()), ("origin", &owner.origin.clone())];
        let added = owner.browser.send("POST", "/console/acme/connections/new", &headers, Some(body.as_bytes()));
        let page = told(&mut owner, &added);
        assert!(page.body.contains("is added. Try it by a test login"), "{page:?}");

        let made = connections(gate).pop().unwrap();
        assert_eq!((made.name.as_str(), made.entity_id.as_str()), ("new", provider.entity_id().as_str()));
        assert_eq!(made.attribute_names.groups(), "memberOf");
        for shown in [provider.sso_url().as_str(), "memberOf", "3649 days", "RSA, 2048 bits", "/saml/acme/login?idp=new&#38;test=1"] {
            assert!(page.body.contains(shown), "{shown}: {page:?}");
        }
        let entry = gate.audit("connection.updated").pop().unwrap();
        assert_eq!((&entry.actor["type"], entry.source.as_str()), (&json!("owner"), "manual"));
    }

    fn a_change_on_trial_is_taken_back_unless_an_administrator_signs_in(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        gate.acme.scim().provision(ANN);
        let (before, provider) = (connections(gate), another());
        let metadata = provider.metadata();
        let fields = [("from", "file"), ("file", metadata.as_str()), ("trial", "10m")];
        let changed = change(&mut owner, "default", &fields);
        let page = told(&mut owner, &changed);
        assert!(page.body.contains("on trial for 10 minutes") && page.body.contains("10 minutes left"), "{page:?}");
        assert!(page.body.contains(&format!("<code>{}</code> as it was", before[0].entity_id)), "{page:?}");
        assert!(page.body.contains("owner@acme.test changed it"), "{page:?}");
        assert_eq!(connections(gate)[0].entity_id, provider.entity_id());
        gate.advance(Duration::minutes(10));
        wait_until_put_back(gate);
        assert_eq!(connections(gate), before);
        let page = owner.get("/connections/idp/default").expect(200);
        assert!(!page.body.contains("On trial"), "the session of the console went on");

        change(&mut owner, "default", &fields).expect(303);
        let new = Workspace { provider, ..gate.acme.clone() };
        new.sign_in_with(&mut new.browser(), ANN, vec![role(ADMIN)]).expect(303);
        assert!(!is_on_trial(gate), "an administrator's login");

        let again = [("trial", "5m"), ("from", "keep"), ("what", "email"), ("called", "mail")];
        change(&mut owner, "default", &again).expect(303);
        assert_eq!(connections(gate)[0].attribute_names.email(), ["mail"]);
        let back = owner.post("/connections/idp/default/roll-back", &[]);
        assert!(told(&mut owner, &back).body.contains("It is as it was before the trial"));
        assert_eq!(connections(gate)[0].attribute_names.email(), ["workato_email"]);
        let late = owner.post("/connections/idp/default/roll-back", &[]);
        assert!(told(&mut owner, &late).body.contains("The identity provider default is not on trial."));
    }

    fn a_change_for_good_stays(gate: &Gate) {
        let mut ann = Visit::administrator(gate, ANN);
        change(&mut ann, "default", &[("from", "keep"), ("trial", "10m"), ("sha1", "on")]).expect(303);
        let form = ann.get("/connections/idp/default/change").expect(200);
        assert!(form.body.contains("A change is on trial.") && form.body.contains("SHA-1 is broken"), "{form:?}");
        let page = change(&mut ann, "default", &[("from", "keep"), ("trial", "none"), ("sha1", "on")]);
        assert!(told(&mut ann, &page).body.contains("The change is saved for good."));
        assert!(!is_on_trial(gate) && connections(gate)[0].weak_algorithms.permit_sha1());
        let entry = gate.audit("connection.updated").pop().unwrap();
        assert_eq!((&entry.actor["type"], &entry.actor["name"]), (&json!("administrator"), &json!(ANN)));
    }

    fn removing_says_what_ends_and_ends_it(gate: &Gate) {
        gate.acme.scim().provision("bob@acme.test");
        let mut bob = gate.acme.signed_in("bob@acme.test");
        let mut owner = Visit::owner(gate);
        let page = owner.get("/connections/idp/default/remove").expect(200);
        for ends in ["<strong>1</strong> session of", "<strong>1</strong> link between", "<strong>1</strong> SCIM token:"] {
            assert!(page.body.contains(ends), "{ends}: {page:?}");
        }
        assert!(page.body.contains("It is the only one"), "{page:?}");
        let removed = owner.post("/connections/idp/default/remove", &[]);
        assert!(told(&mut owner, &removed).body.contains("No identity provider is set up yet"));
        assert!(bob.session().is_none() && connections(gate).is_empty());
        owner.get("/connections/idp/default").expect(404);
        owner.post("/connections/idp/default/remove", &[]).expect(404);
    }

    fn a_test_login_is_shown_with_every_check_and_the_access_that_it_would_give(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        gate.acme.scim().provision(ANN);
        gate.add_group("Finance");
        let said = vec![role(ADMIN), groups(&["Finance", MARKUP])];
        let page = test_login(gate, &mut owner, |response| response.with_attributes(said.clone())).expect(200);
        for shown in ["Test passed.", "nobody was signed in", "What access it would give", ADMIN, "Finance", "unknown group"] {
            assert!(page.body.contains(shown), "{shown}: {page:?}");
        }
        assert!(page.body.contains("The browser posted a form with one SAMLResponse") && page.body.contains("already_used"));
        is_text(&page);
        assert!(owner.browser.session().is_none());

        let page = test_login(gate, &mut owner, |response| ResponseParameters { audience: MARKUP.to_owned(), ..response });
        for shown in ["Test refused.", "would be refused", "Audience URI (SP Entity ID)", "<dt>Expected</dt>"] {
            assert!(page.body.contains(shown), "{shown}: {page:?}");
        }
        is_text(&page);
        let list = owner.get("/connections/logins").expect(200);
        assert!(list.body.contains("test passed") && list.body.contains("test refused"), "{list:?}");
        is_text(&list);
    }
}

/// Neither a stranger nor another workspace's owner learns anything by a reference.
#[test]
fn what_a_test_found_is_for_this_workspaces_administrators() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision(ANN);
    gate.add_workspace("other");
    let mut owner = Visit::owner(&gate);
    test_login(&gate, &mut owner, |response| response).expect(200);
    let entry = gate.audit("login.tested").pop().unwrap();
    let path = format!("/connections/tests/{}", entry.request_id.unwrap());
    owner.get(&path).expect(200);
    assert!(Visit::stranger(&gate).get(&path).expect(303).location().contains("/sign-in?return_to="));
    Visit::owner_of(&gate, "other").get(&path).expect(404);
    let as_login = owner.get(&path.replace("tests", "logins")).expect(303);
    assert!(as_login.location().ends_with(&path), "a test has its own page: {as_login:?}");
    owner.get("/connections/tests/01a2075b-ae23-7dc4-bc6a-40831c984852").expect(404);
}

#[test]
fn logins_are_listed_newest_first_by_person_and_by_failure() {
    let gate = Gate::on_sqlite();
    let mut owner = Visit::owner(&gate);
    gate.acme.scim().provision(ANN);
    for _ in 0..28 {
        gate.acme.sign_in(&mut gate.acme.browser(), "nobody@acme.test").expect(403);
    }
    let refused = gate.acme.sign_in(&mut gate.acme.browser(), MARKUP).expect(403);
    gate.acme.sign_in(&mut gate.acme.browser(), ANN).expect(303);
    thread::sleep(Pause::from_millis(300));
    let first = owner.get("/connections/logins").expect(200);
    let rows = |page: &Answer| page.body.matches("<th scope=\"row\"").count();
    assert_eq!(rows(&first), 25);
    assert!(first.body.find("signed in").unwrap() < first.body.find("refused</span>").unwrap());
    is_text(&first);
    assert!(first.body.len() < 100_000, "{} bytes", first.body.len());
    let (_, next) = first.body.split_once("href=\"/console/acme/connections/logins?before=").unwrap();
    let older = owner.get(&format!("/connections/logins?before={}", next.split_once('"').unwrap().0)).expect(200);
    assert_eq!(rows(&older), 5);
    assert!(older.body.contains(">Newest<"));

    let of_ann = owner.get("/connections/logins?user=ANN@acme.test").expect(200);
    assert_eq!(rows(&of_ann), 1);
    assert!(of_ann.body.contains(&format!("/console/acme/people/{}", gate.person(ANN).id)), "{of_ann:?}");
    assert_eq!(rows(&owner.get("/connections/logins?failed=1&user=ann@acme.test").expect(200)), 0);
    let one = owner.get(&format!("/connections/logins/{}", refused.reference())).expect(200);
    is_text(&one);
    assert!(one.body.contains("Why, and what to do"), "{one:?}");
}

/// Whoever publishes metadata may write what they like into it.
#[test]
fn what_a_provider_writes_is_shown_as_text() {
    let gate = Gate::on_sqlite();
    let mut owner = Visit::owner(&gate);
    let provider = another();
    let hostile = provider
        .metadata()
        .replace(&provider.entity_id(), "http://x.test/&lt;script&gt;alert(1)&lt;/script&gt;&quot;'");
    let fields =
        [("from", "file"), ("file", hostile.as_str()), ("what", "groups"), ("called", MARKUP), ("trial", "10m")];
    change(&mut owner, "default", &fields).expect(303);
    is_text(&owner.get("/connections").expect(200));
    is_text(&owner.get("/connections/idp/default").expect(200));
    is_text(&owner.get("/connections/idp/default/change").expect(200));
    is_text(&owner.get("/connections/idp/default/remove").expect(200));
    let typed =
        [("name", MARKUP), ("from", "address"), ("url", MARKUP), ("certificate", MARKUP), ("entity_id", MARKUP)];
    is_text(&owner.post("/connections/new", &typed).expect(422));
}

#[test]
fn what_is_wrong_is_told_in_the_form_and_changes_nothing() {
    let gate = Gate::on_sqlite();
    let mut owner = Visit::owner(&gate);
    let before = connections(&gate);
    let metadata = another().metadata();
    let mut said = |path: &str, fields: &[(&str, &str)]| owner.post(path, fields).expect(422).body;
    let new = "/connections/new";
    assert!(said(new, &[("name", "A B"), ("from", "file"), ("file", &metadata)]).contains("1 to 32 of a-z, 0-9 and -"));
    assert!(said(new, &[("name", "b"), ("from", "file")]).contains("A new identity provider needs its metadata."));
    assert!(said(new, &[("name", "b"), ("from", "file"), ("file", "<html/>")]).contains("this is not SAML metadata"));
    let large = format!("<!--{}-->{metadata}", "x".repeat(1 << 20));
    assert!(said(new, &[("name", "b"), ("from", "file"), ("file", &large)]).contains("larger than 1048576 bytes"));
    let same = gate.acme.provider.metadata();
    let taken = said(new, &[("name", "b"), ("from", "file"), ("file", &same)]);
    assert!(
        taken.contains("another identity provider of this workspace") || taken.contains("Another identity provider")
    );
    assert!(
        said(new, &[("name", "b"), ("from", "file"), ("file", &metadata), ("certificate", "no")])
            .contains("the certificate")
    );
    let read = hidden(&owner.get("/connections/idp/default/change").expect(200), "read");
    let mut said = |fields: &[(&str, &str)]| {
        let fields = [&[("read", read.as_str()), ("from", "keep")], fields].concat();
        owner.post("/connections/idp/default/change", &fields).expect(422).body
    };
    assert!(said(&[("trial", "59s")]).contains("A trial lasts from 1m to 1d."));
    assert!(said(&[("trial", "none"), ("what", "role.qa"), ("called", "x")]).contains("There is no role.qa"));
    assert_eq!(connections(&gate), before);
}

/// A form that was loaded before another administrator's change would take that back.
#[test]
fn a_form_that_is_too_old_changes_nothing() {
    let gate = Gate::on_sqlite();
    let mut owner = Visit::owner(&gate);
    let old = hidden(&owner.get("/connections/idp/default/change").expect(200), "read");
    change(&mut owner, "default", &[("from", "keep"), ("trial", "none"), ("what", "email"), ("called", "mail")])
        .expect(303);
    let late = [("read", old.as_str()), ("from", "keep"), ("trial", "none")];
    let page = owner.post("/connections/idp/default/change", &late).expect(422);
    assert!(page.body.contains("Another administrator has changed it since"), "{page:?}");
    assert_eq!(connections(&gate)[0].attribute_names.email(), ["mail"]);
}

/// SSRF: an administrator of one workspace must not make the gateway ask what only it can reach.
#[test]
fn an_address_in_a_private_network_is_refused() {
    let gate = Gate::on_sqlite();
    let mut ann = Visit::administrator(&gate, ANN);
    let here = format!("{}/saml/acme/metadata", gate.base_url);
    let of = |url| [("name", "b"), ("from", "address"), ("url", url)];
    for url in [here.as_str(), "http://169.254.169.254/latest"] {
        let page = ann.post("/connections/new", &of(url)).expect(422);
        assert!(page.body.contains("leads into a private network"), "{url}: {page:?}");
    }
    let page = Visit::owner(&gate).post("/connections/new", &of(&here)).expect(422);
    assert!(
        !page.body.contains("private network") && page.body.contains("can\u{2019}t be used")
            || page.body.contains("can&#39;t be used"),
        "{page:?}"
    );
    let fetched = ann.post("/connections/idp/default/fetch", &[]);
    assert!(told(&mut ann, &fetched).body.contains("The metadata came from a file"));
}

#[test]
fn our_keys_are_changed_without_a_gap() {
    let gate = Gate::on_sqlite();
    let mut owner = Visit::owner(&gate);
    let ids = |page: &Answer| -> Vec<String> {
        let fields = page.form_fields().into_iter();
        fields.filter(|(name, _)| *name == "id").map(|(_, id)| id).collect()
    };
    let page = owner.get("/connections/keys").expect(200);
    assert!(ids(&page).is_empty() && page.body.matches(">active<").count() == 2, "{page:?}");
    for used in ["signing", "encryption"] {
        let added = owner.post("/connections/keys/add", &[("use", used)]);
        assert!(told(&mut owner, &added).body.contains("A second key is made"), "{used}");
    }
    owner.post("/connections/keys/add", &[("use", "signing")]).expect(303);
    let page = owner.get("/connections/keys").expect(200);
    assert!(page.body.contains("There are two keys for signing already"), "{page:?}");
    let signing = ids(&page)[0].clone();
    let activated = owner.post("/connections/keys/activate", &[("id", &signing)]);
    assert!(told(&mut owner, &activated).body.contains("is the active one from now on"));
    let kept = owner.post("/connections/keys/remove", &[("id", &signing)]);
    assert!(told(&mut owner, &kept).body.contains("This key signs"));
    let page = owner.get("/connections/keys").expect(200);
    for id in ids(&page).into_iter().filter(|id| *id != signing) {
        owner.post("/connections/keys/remove", &[("id", &id)]).expect(303);
    }
    assert_eq!(gate.audit("saml_key.removed").len(), 2);
    let unknown = owner.post("/connections/keys/remove", &[("id", "01a2075b-ae23-7dc4-bc6a-40831c984852")]);
    assert!(told(&mut owner, &unknown).body.contains("has no key"));
}
