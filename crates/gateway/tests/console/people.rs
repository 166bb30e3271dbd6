//! The list of people, and what is done about several of them.

at_a_desk! {
    async fn people_are_looked_for_and_several_are_dealt_with_at_once(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open("/console/acme/people").await;
        desk.look_at("people").await;
        desk.window.fill("q", "bj").await;
        desk.window.click("find").await;
        desk.window.find("everybody").await;
        let found = desk.window.text().await;
        assert!(found.contains("bjorn@acme.test") && !found.contains("ann@acme.test"), "{found}");
        desk.window.click("more-filters").await;
        desk.look_at("people-found").await;
        desk.window.click("everybody").await;
        desk.arrive("/console/acme/people").await;

        desk.window.press("input[aria-label$='bjorn@acme.test']").await;
        desk.window.press("#action option[value='join']").await;
        desk.window.click("go-on").await;
        desk.window.headed("Put into a group: 1 person?").await;
        desk.look_at("people-question").await;
        desk.window.click("rather-not").await;
        desk.arrive("/console/acme/people").await;

        desk.window.press("input[aria-label$='bjorn@acme.test']").await;
        desk.window.press("#action option[value='deactivate']").await;
        desk.window.click("go-on").await;
        desk.window.click("do-it").await;
        let told = desk.window.find("notice").await.text().await.unwrap();
        assert_eq!(told, "1 person is deactivated, and their sessions ended.");
        assert!(desk.window.text().await.contains("held"));
    }

    async fn all_of_a_page_are_ticked_at_once_where_there_is_a_script(desk: &Desk) {
        desk.sign_in_as_ann().await;
        desk.open("/console/acme/people").await;
        let people = desk.window.all("input[name=person]").await.len();
        let all = desk.window.first("input[data-all]").await;
        assert_eq!(all.is_displayed().await.unwrap(), desk.with_scripts);
        if desk.with_scripts {
            all.click().await.unwrap();
            assert_eq!(desk.window.all("input[name=person]:checked").await.len(), people);
        }
        desk.window.press("input[name=person]").await;
    }
}
