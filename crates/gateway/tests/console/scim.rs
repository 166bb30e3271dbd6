//! Provisioning: on and off, tokens that are shown once, and what the identity provider asked for.

const SCIM: &str = "/console/acme/scim";

at_a_desk! {
    async fn a_token_is_made_shown_once_and_revoked(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open(SCIM).await;
        desk.look_at("scim").await;
        desk.window.press("#overlap option[value='1d']").await;
        desk.window.press("#ends option[value='30d']").await;
        desk.window.click("make").await;
        let token = desk.window.find("token").await.text().await.unwrap();
        assert!(token.starts_with("gh-scim-"), "{token}");
        desk.look_at("scim-token").await;
        desk.window.click("done").await;
        desk.arrive(SCIM).await;
        assert!(!desk.window.source().await.contains(&token));
        assert_eq!(desk.window.all("#tokens tbody tr").await.len(), 2);
        desk.look_at("scim-tokens").await;
        desk.window.press("#tokens summary").await;
        desk.window.press("#tokens button.danger").await;
        desk.is_told("The token is revoked").await;
        assert_eq!(desk.window.all("#tokens tbody tr").await.len(), 1);
    }

    async fn scim_is_switched_off_and_on(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open(SCIM).await;
        desk.window.press("section[aria-labelledby='switch-title'] summary").await;
        desk.window.click("disable").await;
        desk.window.find("enable").await;
        desk.look_at("scim-off").await;
        desk.window.click("enable").await;
        desk.is_told("SCIM is on.").await;
    }

    async fn the_request_log_is_looked_through(desk: &Desk) {
        desk.sign_in_as_ann().await;
        // Requests are stored within a second.
        let mut left = 100;
        desk.open(&format!("{SCIM}/requests")).await;
        while desk.window.all("tbody summary").await.is_empty() && left > 0 {
            desk.open(&format!("{SCIM}/requests")).await;
            left -= 1;
        }
        desk.window.press("tbody summary").await;
        desk.look_at("scim-requests").await;
        desk.window.fill("q", "ann@acme.test").await;
        desk.window.click("find").await;
        desk.is_told("value=\"ann@acme.test\"").await;
        let rows = desk.window.all("tbody tr").await.len();
        assert!(rows > 0 && rows < 25, "{rows}");
        desk.window.press("tbody th a").await;
        desk.window.headed("SCIM request").await;
        desk.look_at("scim-request").await;
    }
}
