//! One person: every button that changes something.

use crate::desk::Desk;

/// The page of somebody whom the demo has made.
async fn open(desk: &Desk, user_name: &str) {
    let explained = desk.machine.json(&["explain", "--workspace", "acme", user_name, "--json"]);
    desk.open(&format!("/console/acme/people/{}", explained["user"]["id"].as_str().unwrap())).await;
}

/// A button that is pressed, and what is told of it.
async fn told(desk: &Desk, button: &str) -> String {
    desk.window.click(button).await;
    desk.window.find("notice").await.text().await.unwrap()
}

/// A link that asks once more, and the button there.
async fn confirmed(desk: &Desk, link: &str) -> String {
    desk.window.click(link).await;
    told(desk, "do-it").await
}

at_a_desk! {
    async fn a_person_is_looked_at_and_changed_by_hand(desk: &Desk) {
        desk.sign_in_as_ann().await;
        open(desk, "ann@acme.test").await;
        desk.look_at("person").await;
        open(desk, "bjorn@acme.test").await;
        desk.window.find("predicted").await;
        desk.window.click("set-role").await;
        desk.window.find("environment").await.select_by_value("prod").await.unwrap();
        desk.window.find("role").await.select_by_value("Environment manager").await.unwrap();
        desk.look_at("person-awaiting").await;
        assert!(told(desk, "save-role").await.contains("is Environment manager in prod, by your word"));
        desk.window.fill("group", "Finance").await;
        assert!(told(desk, "join").await.contains("is in Finance"));
        desk.window.press("section[aria-labelledby=groups-title] td.actions button").await;
        assert!(desk.window.find("notice").await.text().await.unwrap().contains("is not in Finance"));
        desk.window.click("link-anew").await;
        desk.window.fill("name-id", "bjorn.nameid").await;
        assert!(told(desk, "save-link").await.contains("signs in through default from now on"));
        assert!(desk.window.text().await.contains("bjorn.nameid"));
        desk.window.click("deactivate").await;
        desk.look_at("person-confirm").await;
        desk.window.click("rather-not").await;
        assert!(confirmed(desk, "deactivate").await.contains("is deactivated"));
        desk.look_at("person-deactivated").await;
        desk.window.click("receipt").await;
        desk.window.headed("Deprovision receipt").await;
        desk.look_at("receipt").await;
        open(desk, "bjorn@acme.test").await;
        assert!(confirmed(desk, "activate").await.contains("is let in again"));
        assert!(confirmed(desk, "remove").await.contains("is removed"));
        assert!(confirmed(desk, "activate").await.contains("is let in again"));
        // The demo has invited him just now.
        assert!(confirmed(desk, "invite").await.contains("An invitation was sent to"));
        assert!(confirmed(desk, "end-sessions").await.contains("is signed out everywhere"));
    }

    async fn a_session_of_somebody_is_ended(desk: &Desk) {
        desk.sign_in_as_ann().await;
        open(desk, "ann@acme.test").await;
        desk.window.press("section[aria-labelledby=sessions-title] td.actions button").await;
        assert_eq!(desk.window.find("notice").await.text().await.unwrap(), "The session is ended.");
        desk.open("/session").await;
        assert_eq!(desk.window.json().await["error"], "no live session");
    }
}
