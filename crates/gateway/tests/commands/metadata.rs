//! Metadata by address: fetched again and again, and whatever goes wrong with it, the last that could be used stays.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use domain::clock::Clock;
use gateway::clock::SystemClock;
use serde_json::Value;
use simulator::{Encryption, IdentityProvider};

use crate::acme::{PROVIDER, acme};
use crate::common::mail_server::read_when_there;
use crate::common::program::Machine;
use crate::common::provider::Workspace;

/// A web server that answers everything with one answer, until it is told another.
struct Publisher {
    url: String,
    asked: Arc<AtomicUsize>,
    answer: Arc<Mutex<String>>,
}

impl Publisher {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/metadata", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new(String::new()));
        let shared = answer.clone();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let Ok(mut connection) = connection else { return };
                // The requests have no body and come in one piece.
                let _ = connection.read(&mut [0; 4096]);
                count.fetch_add(1, Ordering::Relaxed);
                let _ = connection.write_all(shared.lock().unwrap().as_bytes());
            }
        });
        Self { url, asked, answer }
    }

    fn publish(&self, metadata: &str) {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", metadata.len());
        *self.answer.lock().unwrap() = head + metadata;
    }

    fn answer(&self, answer: &str) {
        *self.answer.lock().unwrap() = answer.to_owned();
    }
}

const REFRESH: [&str; 5] = ["saml", "idp", "refresh", "--workspace", "acme"];

/// Acme, whose identity provider publishes its metadata.
fn published() -> (Machine, Workspace, Publisher) {
    let (machine, workspace) = acme();
    let publisher = Publisher::start();
    publisher.publish(&PROVIDER.metadata());
    machine.ok(&["saml", "idp", "set", "--workspace", "acme", "--metadata", &publisher.url]);
    (machine, workspace, publisher)
}

fn shown(machine: &Machine) -> Value {
    machine.json(&["saml", "idp", "show", "--workspace", "acme", "--json"])
}

/// The metadata with both keys, as in the midst of a rotation.
fn with_both_keys(new: &IdentityProvider) -> String {
    let key = |metadata: &str| {
        let (start, end) = (metadata.find("<md:KeyDescriptor").unwrap(), metadata.find("<md:NameIDFormat").unwrap());
        metadata[start..end].to_owned()
    };
    let old = PROVIDER.metadata();
    let both = key(&old) + &key(&new.metadata());
    old.replace(&key(&old), &both)
}

#[test]
fn the_keys_of_a_provider_are_rotated_and_no_login_fails() {
    let (machine, acme, publisher) = published();
    let server = machine.serve();
    acme.scim().provision("ann@acme.test");
    let renewed = Workspace { provider: PROVIDER.with_new_key(SystemClock.now()).unwrap(), ..acme.clone() };
    let signs_in = |workspace: &Workspace| workspace.sign_in(&mut workspace.browser(), "ann@acme.test").status;
    assert_eq!((signs_in(&acme), signs_in(&renewed)), (303, 403));
    publisher.publish(&with_both_keys(&renewed.provider));
    assert_eq!(machine.ok(&REFRESH), "The metadata of default has changed and is in force.\n");
    assert_eq!((signs_in(&acme), signs_in(&renewed)), (303, 303), "the provider may change over when it likes");
    publisher.publish(&renewed.provider.metadata());
    machine.ok(&REFRESH);
    assert_eq!((signs_in(&acme), signs_in(&renewed)), (403, 303), "and the former key counts no more");
    assert_eq!(machine.ok(&REFRESH), "The metadata of default is as it was.\n");
    let told = machine.json_lines(&["audit", "list", "--workspace", "acme", "--kind", "connection.updated", "--json"]);
    let counts: Vec<_> = told.iter().map(|entry| entry["after"]["certificates"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [1, 1, 2, 1]);
    assert_eq!(told[3]["source"], "system");
    drop(server);
}

#[test]
fn whatever_is_published_instead_the_last_good_metadata_stays_and_it_is_told() {
    let (machine, acme, publisher) = published();
    let server = machine.serve();
    acme.scim().provision("ann@acme.test");
    let good = PROVIDER.metadata();
    let another = IdentityProvider::generate("http://okta.test", SystemClock.now()).unwrap().metadata();
    let page =
        |body: &str| format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    let expired =
        good.replacen("<md:EntityDescriptor ", "<md:EntityDescriptor validUntil=\"2020-01-01T00:00:00Z\" ", 1);
    let without_key = good.replacen("use=\"signing\"", "use=\"encryption\"", 1);
    let huge = format!("<!--{}-->{good}", "x".repeat(1 << 20));
    let bomb = format!("<!DOCTYPE x [<!ENTITY a \"{}\">]>{good}", "b".repeat(1000));
    let hostile = [
        ("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(), "503"),
        (String::new(), "can't read the metadata"),
        (page("<html>Sign in</html>"), "not SAML metadata but \"html\"".trim_matches('"')),
        (page(&another), "describes no identity provider"),
        (page(&expired), "valid only until 2020-01-01"),
        (page(&without_key), "no signing certificate"),
        (page(&huge), "can't read the metadata"),
        (page(&bomb), "not well-formed XML"),
        (
            "HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                .to_owned(),
            "can't read",
        ),
    ];
    for (times, (answer, trouble)) in (1..).zip(&hostile) {
        publisher.answer(answer);
        let told = machine.fails(&REFRESH);
        let part = trouble.split(" \"").next().unwrap();
        assert!(told.contains(part) && told.ends_with("; the former metadata stays in force"), "{part}: {told}");
        let refresh = &shown(&machine)["metadata_refresh"];
        assert_eq!(refresh["failures"], times, "{refresh}");
        acme.sign_in(&mut acme.browser(), "ann@acme.test").expect(303);
    }
    let list = ["audit", "list", "--workspace", "acme", "--kind", "connection.refresh_failed", "--json"];
    assert_eq!(machine.json_lines(&list).len(), 1, "a row of failures is told once");
    assert!(machine.ok(&["saml", "idp", "show", "--workspace", "acme"]).contains("failed 9 time(s) since: "));
    publisher.publish(&good);
    machine.ok(&REFRESH);
    assert_eq!(shown(&machine)["metadata_refresh"]["failures"], 0);
    drop(server);
}

#[test]
fn a_server_fetches_by_itself() {
    let (machine, _, publisher) = published();
    publisher.publish(&with_both_keys(&PROVIDER.with_new_key(SystemClock.now()).unwrap()));
    let server = machine.serve();
    read_when_there(|| (shown(&machine)["signing_certificates"].as_array().unwrap().len() == 2).then_some(()));
    drop(server);
}

/// A provider that is cut off while its metadata is on the way does not come back with them.
#[test]
fn a_provider_that_is_removed_during_a_fetch_stays_removed() {
    let (machine, _, publisher) = published();
    publisher.publish(&with_both_keys(&PROVIDER.with_new_key(SystemClock.now()).unwrap()));
    let asked = publisher.asked.load(Ordering::Relaxed);
    let told = thread::scope(|scope| {
        let held = publisher.answer.lock().unwrap();
        let refresh = scope.spawn(|| machine.fails(&REFRESH));
        read_when_there(|| (publisher.asked.load(Ordering::Relaxed) > asked).then_some(()));
        machine.ok(&["saml", "idp", "remove", "--workspace", "acme"]);
        drop(held);
        refresh.join().unwrap()
    });
    assert_eq!(told, "default was changed or removed while its metadata was fetched, and nothing was written");
    assert_eq!(machine.ok(&["saml", "idp", "list", "--workspace", "acme"]), "");
    let told = machine.json_lines(&["audit", "list", "--workspace", "acme", "--kind", "connection.updated", "--json"]);
    assert_eq!(told.len(), 2, "by `init` and by `set`: {told:?}");
}

#[test]
fn metadata_from_a_file_is_not_fetched() {
    let (machine, _) = acme();
    assert!(machine.fails(&REFRESH).starts_with("the metadata of default came from a file"));
    assert_eq!(shown(&machine)["metadata_refresh"], Value::Null);
    let publisher = Publisher::start();
    publisher.publish(&PROVIDER.metadata());
    machine.ok(&["saml", "idp", "set", "--workspace", "acme", "--metadata", &publisher.url, "--no-refresh"]);
    assert_eq!(shown(&machine)["metadata_url"], Value::Null);
}

/// A private address is taken because the operator typed it; what it redirects to, at once or later, was typed by nobody.
#[test]
fn a_private_address_does_not_redirect_to_another_one() {
    let (machine, _, publisher) = published();
    let other = Publisher::start();
    other.publish(&PROVIDER.metadata());
    publisher.answer(&format!(
        "HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        other.url
    ));
    let set = ["saml", "idp", "set", "--workspace", "acme", "--metadata", &publisher.url];
    for command in [&REFRESH[..], &set[..]] {
        let told = machine.fails(command);
        assert!(told.contains("leads into a private network (127.0.0.1)"), "{told}");
    }
    machine.ok(&["saml", "idp", "set", "--workspace", "acme", "--metadata", &other.url]);
}

#[test]
fn one_is_chosen_of_the_metadata_of_several() {
    let (machine, _) = acme();
    let other = IdentityProvider::generate("http://other.test", SystemClock.now()).unwrap();
    let bare = |provider: &IdentityProvider| provider.metadata().split_once("?>").unwrap().1.to_owned();
    let federation = format!(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{}{}</md:EntitiesDescriptor>",
        bare(&PROVIDER),
        bare(&other)
    );
    std::fs::write(machine.path("federation.xml"), federation).unwrap();
    let set = ["saml", "idp", "set", "--workspace", "acme", "--metadata", "federation.xml"];
    let told = machine.fails(&set);
    assert!(
        told.contains("describes 2 identity providers: say by its entity id which one is meant (")
            && told.contains(&other.entity_id()),
        "{told}"
    );
    machine.ok(&[&set[..], &["--entity", &other.entity_id()]].concat());
    assert_eq!(shown(&machine)["entity_id"], other.entity_id());
}

/// What people sign in by at the moment: the provider's key, and ours that it encrypts for.
#[derive(Clone)]
struct Way {
    provider: IdentityProvider,
    encryption: Encryption,
}

/// The steps of both rotations, the provider's and ours, as docs/saml.md has them.
#[test]
fn both_sides_change_their_keys_while_people_sign_in_without_a_pause() {
    const PEOPLE: usize = 3;
    let (machine, acme, publisher) = published();
    let server = machine.serve();
    let key = |words: &[&'static str]| [&["saml", "key"], words, &["--workspace", "acme"]].concat();
    let our_metadata = || acme.browser().get(&acme.path("metadata")).expect(200).body;
    let first = Way { provider: PROVIDER.clone(), encryption: Encryption::for_metadata(&our_metadata()).unwrap() };
    let (way, over) = (Mutex::new(first), AtomicBool::new(false));
    let logins: [AtomicUsize; PEOPLE] = Default::default();
    let sign_in = |person: usize| {
        let name = format!("p{person}@acme.test");
        acme.scim().provision(&name);
        while !over.load(Ordering::Relaxed) {
            let Way { provider, encryption } = way.lock().unwrap().clone();
            let mut browser = acme.browser();
            let begun = acme.begin(&mut browser);
            let mut response = acme.response_for(&name).answering(&begun.request_id);
            response.encryption = Some(encryption);
            let response = provider.response_base64(&response).unwrap();
            acme.post(&mut browser, &response, &begun.relay_state).expect(303);
            logins[person].fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        let people: Vec<_> = (0..PEOPLE).map(|person| scope.spawn(move || sign_in(person))).collect();
        // Whatever was begun before is over, and what was changed since is in use.
        let a_while = || {
            let seen = logins.each_ref().map(|count| count.load(Ordering::Relaxed));
            let has_gone_on = |(count, seen): (&AtomicUsize, &usize)| count.load(Ordering::Relaxed) >= seen + 2;
            while !logins.iter().zip(&seen).all(has_gone_on) {
                assert!(!people.iter().any(|person| person.is_finished()), "a login failed");
                thread::yield_now();
            }
        };
        let renewed = PROVIDER.with_new_key(SystemClock.now()).unwrap();
        a_while();
        publisher.publish(&with_both_keys(&renewed));
        machine.ok(&REFRESH);
        way.lock().unwrap().provider = renewed.clone();
        a_while();
        publisher.publish(&renewed.metadata());
        machine.ok(&REFRESH);
        a_while();
        let listed = machine.json(&key(&["list", "--use", "encryption", "--json"]));
        let old = listed["keys"][0]["id"].as_str().unwrap().to_owned();
        let new = machine.json(&key(&["add", "--use", "encryption", "--json"]))["id"].as_str().unwrap().to_owned();
        a_while();
        machine.ok(&["saml", "key", "activate", "--workspace", "acme", &new]);
        way.lock().unwrap().encryption = Encryption::for_metadata(&our_metadata()).unwrap();
        a_while();
        machine.ok(&["saml", "key", "remove", "--workspace", "acme", &old]);
        a_while();
        over.store(true, Ordering::Relaxed);
    });
    drop(server);
}
