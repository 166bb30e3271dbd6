//! Access: environments, roles, groups, group names, and the policy.

use crate::desk::Desk;

/// A form that is sent, and the sentence that comes of it.
async fn told(desk: &Desk, button: &str) -> String {
    desk.window.click(button).await;
    desk.window.find("notice").await.text().await.unwrap()
}

at_a_desk! {
    async fn an_administrator_reads_and_edits_who_may_do_what_where(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open("/console/acme/access").await;
        desk.look_at("access").await;
        desk.open("/console/acme/access/environments").await;
        desk.window.fill("name", "qa").await;
        desk.window.fill("max_age", "soon").await;
        desk.window.click("add").await;
        desk.window.first(".error").await;
        desk.look_at("access-environments-wrong").await;
        desk.window.fill("max_age", "8h").await;
        assert_eq!(told(desk, "add").await, "The environment qa is added.");
        desk.look_at("access-environments").await;
        desk.open("/console/acme/access/environments/qa").await;
        desk.window.fill("saml_attributes", "qaRole").await;
        assert_eq!(told(desk, "save").await, "The environment qa is saved.");
        desk.open("/console/acme/access/environments/qa").await;
        desk.window.click("open-remove").await;
        desk.look_at("access-environment").await;
        assert!(told(desk, "remove").await.starts_with("The environment qa is removed"));
        desk.open("/console/acme/access/roles").await;
        desk.window.fill("name", "Builder").await;
        desk.window.fill("privileges", "recipes.run").await;
        assert_eq!(told(desk, "add").await, "The role Builder is added.");
        desk.look_at("access-roles").await;
        desk.window.press("a[href='/console/acme/access/role?name=Builder']").await;
        desk.window.headed("Role Builder").await;
        desk.window.fill("privileges", "recipes.run jobs.read").await;
        desk.look_at("access-role").await;
        assert!(told(desk, "save").await.contains("The privileges of Builder are saved."));
        desk.open("/console/acme/access/groups").await;
        desk.look_at("access-groups").await;
        desk.window.fill("name", "Legal").await;
        assert_eq!(told(desk, "add").await, "The group Legal is added. Nobody is in it yet.");
        desk.window.fill("user", "bjorn@acme.test").await;
        assert!(told(desk, "add").await.contains("is in Legal by hand"));
        desk.look_at("access-group").await;
        desk.window.press("form[action$='/members/remove'] button").await;
        desk.window.first(".empty").await;
        assert!(desk.window.text().await.contains("is not in Legal any more."));
        desk.open("/console/acme/access/mappings").await;
        desk.window.fill("name", "okta-legal").await;
        desk.window.fill("group", "Legal").await;
        assert!(told(desk, "add").await.contains("okta-legal means Legal"));
        desk.look_at("access-mappings").await;
        desk.window.press("form[action$='/mappings/remove'] button").await;
        desk.window.first(".empty").await;
        assert!(desk.window.text().await.contains("okta-legal means no group"));
    }

    async fn a_policy_is_reviewed_before_it_is_saved(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open("/console/acme/access/policy").await;
        desk.look_at("access-policy").await;
        desk.window.click("role_authority-scim").await;
        desk.window.fill("session_lifetime", "a while").await;
        desk.window.click("review").await;
        desk.window.find("policy-wrong").await;
        desk.look_at("access-policy-wrong").await;
        desk.window.fill("session_lifetime", "8h").await;
        desk.window.click("review").await;
        desk.window.find("changes").await;
        desk.look_at("access-review").await;
        desk.window.click("back").await;
        desk.window.click("review").await;
        assert_eq!(told(desk, "save").await, "The policy is saved and in force.");
        assert!(
            desk.machine
                .ok(&["workspace", "show", "--workspace", "acme"])
                .contains("session_lifetime             8h")
        );
    }
}
