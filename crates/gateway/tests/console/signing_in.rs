//! The way in and the way out.

at_a_desk! {
    async fn an_administrator_signs_in_through_the_identity_provider_and_out_again(desk: &Desk) {
        desk.open("/").await;
        desk.arrive("/console/").await;
        desk.look_at("choose").await;
        desk.window.fill("workspace", "acme").await;
        desk.window.click("continue").await;
        desk.look_at("sign-in").await;
        desk.sign_in_as_ann().await;
        desk.open("/console/acme/sessions").await;
        desk.look_at("sessions").await;
        assert!(desk.window.text().await.contains("this one"));
        desk.window.click("account-menu").await;
        desk.window.click("sign-out").await;
        desk.arrive("/console/").await;
        desk.open("/console/acme/sessions").await;
        desk.window.find("through-saml").await;
    }

    async fn the_owner_sets_up_a_second_factor_before_anything_else(desk: &Desk) {
        desk.sign_in_as_owner().await;
        desk.arrive("/console/acme").await;
        desk.open("/console/acme/account").await;
        desk.look_at("account").await;
    }

    async fn a_collaborator_who_does_not_administer_is_told_so(desk: &Desk) {
        desk.open("/console/acme/sign-in").await;
        desk.window.click("through-saml").await;
        desk.pick("bjorn").await;
        desk.window.headed("You do not administer this workspace").await;
        desk.look_at("not-an-administrator").await;
    }

    /// The other session is one in another browser: that one is told to sign in again.
    async fn a_session_is_ended_and_a_password_changed(desk: &Desk) {
        let (_, password) = desk.sign_in_as_owner().await;
        desk.open("/console/acme/account").await;
        desk.window.fill("present", &password).await;
        desk.window.fill("new", "correct horse battery").await;
        desk.window.click("change-password").await;
        desk.arrive("/console/acme/account").await;
        desk.window.fill("present", "not the present one").await;
        desk.window.fill("new", "another long password").await;
        desk.window.click("change-password").await;
        assert!(desk.window.text().await.contains("That is not your present password."));
        desk.open("/console/acme/sessions").await;
        desk.window.press("td.actions button").await;
        desk.arrive("/console/").await;
    }
}
