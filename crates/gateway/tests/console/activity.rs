//! The activity log and the first page.

use crate::desk::Desk;

/// Waits until what was done is sealed, and so on the page.
async fn settle(desk: &Desk) {
    desk.machine.ok(&["audit", "list", "--workspace", "acme", "--limit", "1"]);
}

at_a_desk! {
    async fn an_administrator_finds_out_who_did_what(desk: &Desk) {
        desk.machine.ok(&["collaborator", "set-role", "--workspace", "acme", "ann@acme.test", "prod", "Environment manager"]);
        desk.sign_in_as_ann().await;
        settle(desk).await;
        desk.window.press("nav.menu a[href$='/audit']").await;
        desk.arrive("/console/acme/audit").await;
        desk.window.headed("Activity").await;
        desk.look_at("activity").await;
        desk.window.press("#kind option[value='access.*']").await;
        desk.window.fill("person", "ann@acme.test").await;
        desk.window.click("show").await;
        let shown = desk.window.text().await;
        assert!(shown.contains("The access of ann@acme.test changed"), "{shown}");
        desk.window.press("#entries summary").await;
        desk.look_at("activity-filtered").await;
        desk.window.press("#entries details a").await;
        assert!(desk.window.text().await.contains("Environment manager"));
        desk.look_at("activity-entry").await;
    }

    async fn a_filter_that_means_nothing_says_so(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open("/console/acme/audit").await;
        desk.window.fill("person", "nobody@acme.test").await;
        desk.window.click("show").await;
        assert!(desk.window.find("person-error").await.text().await.unwrap().contains("Nobody here has"));
        desk.look_at("activity-mend").await;
        desk.window.click("clear").await;
        desk.window.find("entries").await;
    }

    async fn the_log_is_verified_at_the_press_of_a_button(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open("/console/acme/audit").await;
        desk.window.click("verify").await;
        let told = desk.window.find("notice").await.text().await.unwrap();
        assert!(told.contains("The log is whole"), "{told}");
        desk.look_at("activity-verified").await;
    }

    async fn the_first_page_tells_what_needs_attention(desk: &Desk) {
        desk.sign_in_as_ann().await;
        settle(desk).await;
        desk.open("/console/acme").await;
        let told = desk.window.find("attention").await.text().await.unwrap();
        assert!(told.contains("What needs attention"), "{told}");
        desk.look_at("home").await;
        desk.window.press("#provisioning-numbers summary").await;
        desk.look_at("home-in-numbers").await;
    }
}
