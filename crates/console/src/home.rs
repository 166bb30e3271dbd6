//! The first page of a workspace.

use actix_web::HttpResponse;
use askama::Template;

use crate::error::ConsoleError;
use crate::page::{Place, Shell, page};
use crate::session::ConsoleSession;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
}

pub(crate) async fn show(session: ConsoleSession) -> Result<HttpResponse, ConsoleError> {
    page(&HomePage { shell: Shell::new(&session, Place::Home, "Home") })
}
