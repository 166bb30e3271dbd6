//! The start page: everybody, what was sent over SCIM, and where the gateway is.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use crate::{
    directory::Person,
    journal::Exchange,
    pages::{error::PageError, page, request::find_signed_in},
    simulator::{Settings, Simulator},
};

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage<'a> {
    people: Vec<Person>,
    signed_in: Option<Person>,
    exchanges: Vec<Exchange>,
    settings: &'a Settings,
    entity_id: String,
}

/// `GET /`
pub(crate) async fn show(simulator: Data<Simulator>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    page(&PeoplePage {
        people: simulator.directory().people(),
        signed_in: find_signed_in(&simulator, &request),
        exchanges: simulator.provisioning.client().journal().exchanges(),
        settings: &simulator.settings,
        entity_id: simulator.identity_provider.entity_id(),
    })
}

/// `GET /metadata`
pub(crate) async fn metadata(simulator: Data<Simulator>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/xml; charset=utf-8").body(simulator.identity_provider.metadata())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::settings;

    fn render(people: Vec<Person>) -> String {
        let settings = settings();
        let page = PeoplePage {
            people,
            signed_in: None,
            exchanges: Vec::new(),
            settings: &settings,
            entity_id: String::new(),
        };
        page.render().unwrap()
    }

    #[test]
    fn everybody_has_buttons_that_tests_can_find() {
        let html = render(crate::Directory::sample().people());
        for id in ["sign-in-ann", "open-tile-ann", "edit-ann", "deactivate-ann", "person-lukasz"] {
            assert_eq!(html.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
        }
        assert!(html.contains("Олена Шевченко") && html.contains("(not sent)"));
    }

    #[test]
    fn names_and_groups_are_escaped() {
        let mut people = crate::Directory::sample().people();
        people[0].given_name = "<script>alert(1)</script>".to_owned();
        people[0].groups = vec!["\"><img src=x>".to_owned()];
        let html = render(people);
        assert!(!html.contains("<script") && !html.contains("<img"));
    }
}
