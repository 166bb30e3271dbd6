//! The way in and the way out.

use crate::desk::at_a_desk;

#[test]
fn an_administrator_signs_in_through_the_identity_provider_and_out_again() {
    at_a_desk(|desk| {
        Box::pin(async move {
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
        })
    });
}

#[test]
fn the_owner_sets_up_a_second_factor_before_anything_else() {
    at_a_desk(|desk| {
        Box::pin(async move {
            desk.sign_in_as_owner().await;
            desk.arrive("/console/acme").await;
            desk.open("/console/acme/account").await;
            desk.look_at("account").await;
        })
    });
}

#[test]
fn a_collaborator_who_does_not_administer_is_told_so() {
    at_a_desk(|desk| {
        Box::pin(async move {
            desk.open("/console/acme/sign-in").await;
            desk.window.click("through-saml").await;
            desk.window.click("pick-bjorn").await;
            desk.window.headed("You do not administer this workspace").await;
            desk.look_at("not-an-administrator").await;
        })
    });
}
