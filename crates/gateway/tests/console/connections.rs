//! Identity providers: looked at, tested, changed on trial, put back and confirmed; and our own keys.

use std::fs;

use domain::clock::Clock;
use gateway::clock::SystemClock;
use simulator::IdentityProvider;
use url::Url;

use crate::common::answer::send;
use crate::desk::Desk;

const PROVIDER: &str = "/console/acme/connections/idp/default";

const CERTIFICATE: [&str; 2] = ["<ds:X509Certificate>", "</ds:X509Certificate>"];

fn certificate(metadata: &str) -> &str {
    let (_, after) = metadata.split_once(CERTIFICATE[0]).unwrap();
    after.split_once(CERTIFICATE[1]).unwrap().0
}

fn another() -> IdentityProvider {
    IdentityProvider::generate("http://other.test", SystemClock.now()).unwrap()
}

/// Chooses a file for the form that the browser shows.
async fn upload(desk: &Desk, metadata: &str) {
    let file = desk.machine.path("metadata.xml");
    fs::write(&file, metadata).unwrap();
    desk.window.find("file").await.send_keys(file.to_str().unwrap()).await.unwrap();
}

/// The simulator's metadata with a certificate that is not its own: whoever signs in through it is refused.
fn with_a_wrong_certificate(desk: &Desk) -> String {
    let known = desk.machine.json(&["saml", "idp", "show", "--workspace", "acme", "--json"]);
    let sso = Url::parse(known["single_sign_on"][0]["url"].as_str().unwrap()).unwrap();
    let metadata = send("GET", sso.join("/metadata").unwrap().as_str(), &[], None).expect(200).body;
    let other = another().metadata();
    metadata.replace(certificate(&metadata), certificate(&other))
}

at_a_desk! {
    async fn a_test_login_is_shown_check_by_check(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open("/console/acme/connections").await;
        desk.look_at("connections").await;
        desk.window.click("idp-default").await;
        desk.arrive(PROVIDER).await;
        desk.look_at("connection").await;
        desk.window.click("test").await;
        desk.go_on().await;
        desk.window.headed("Test login").await;
        let told = desk.window.text().await;
        assert!(told.contains("Test passed.") && told.contains("nobody was signed in"), "{told}");
        desk.look_at("test-passed").await;
    }

    async fn a_change_on_trial_is_put_back_or_confirmed_by_a_login(desk: &Desk) {
        desk.sign_in_as_ann().await;
        let metadata = with_a_wrong_certificate(desk);
        desk.open(&format!("{PROVIDER}/change")).await;
        desk.look_at("connection-change").await;
        upload(desk, &metadata).await;
        desk.window.click("save").await;
        desk.is_told("on trial for 10 minutes").await;
        desk.look_at("connection-on-trial").await;
        desk.window.click("test").await;
        desk.go_on().await;
        desk.window.headed("Test login").await;
        let fix = desk.window.find("fix").await.text().await.unwrap();
        assert!(fix.contains("known here are"), "{fix}");
        desk.look_at("test-refused").await;
        desk.open("/console/acme/connections/logins").await;
        desk.look_at("logins").await;
        desk.window.click("failed").await;
        desk.window.click("find").await;
        desk.is_told("checked=\"\"").await;
        assert_eq!(desk.window.all("tbody tr").await.len(), 1);
        desk.window.press("tbody th a").await;
        desk.window.headed("Test login").await;

        desk.open(PROVIDER).await;
        desk.window.click("roll-back").await;
        desk.is_told("It is as it was before the trial").await;
        desk.window.click("change").await;
        desk.window.fill("called-5", "memberOf").await;
        desk.window.click("save").await;
        desk.is_told("on trial for 10 minutes").await;
        desk.window.click("confirm").await;
        desk.go_on().await;
        desk.arrive(PROVIDER).await;
        let told = desk.window.text().await;
        assert!(told.contains("memberOf") && !told.contains("On trial"), "{told}");
        let entries = desk.machine.ok(&["audit", "list", "--workspace", "acme", "--kind", "connection.confirmed", "--json"]);
        assert!(entries.contains("an administrator signed in"), "{entries}");
    }

    async fn an_identity_provider_is_added_and_removed(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open("/console/acme/connections").await;
        desk.window.click("add").await;
        desk.arrive("/console/acme/connections/new").await;
        desk.look_at("connection-new").await;
        desk.window.fill("name", "entra").await;
        desk.window.fill("url", "http://127.0.0.1:9/metadata").await;
        desk.window.click("save").await;
        let error = desk.window.find("metadata-error").await.text().await.unwrap();
        assert!(error.contains("leads into a private network"), "{error}");
        desk.look_at("connection-wrong").await;
        upload(desk, &another().metadata()).await;
        desk.window.click("save").await;
        desk.arrive("/console/acme/connections/idp/entra").await;
        desk.window.click("remove").await;
        desk.arrive("/console/acme/connections/idp/entra/remove").await;
        desk.look_at("connection-remove").await;
        desk.window.click("remove").await;
        desk.arrive("/console/acme/connections").await;
        assert!(desk.window.text().await.contains("entra is removed."));
    }

    async fn our_keys_are_changed(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open("/console/acme/connections/keys").await;
        desk.window.click("add-signing").await;
        desk.is_told("A second key is made").await;
        desk.look_at("keys").await;
        desk.window.press("td.actions form button").await;
        desk.is_told("is the active one from now on").await;
        desk.window.press("td.actions summary").await;
        desk.window.press("td.actions button.danger").await;
        desk.is_told("The key is removed.").await;
    }
}
