//! A login by somebody who is not verified yet: the page that says so, and offers to send the invitation again (product rules
//! §2.2).

use ::web::Site;
use ::web::action_page::{Action, ActionPage};
use ::web::client::Client;
use ::web::page::Page;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::Duration;
use domain::collaborator::Person;
use store::{Link, LinkPurpose};

/// How long the page can ask for the invitation.
const TICKET_HOURS: i64 = 1;

/// The page of a held login.
pub(super) struct Held {
    /// Where the invitation was sent; none where nobody knows an address.
    to: Option<String>,
    /// Where the button goes, and what it brings along: a proof of who was let in this far.
    resend: String,
    ticket: String,
}

impl Held {
    pub(super) fn of(site: &Site, person: &Person) -> Self {
        let until = site.now() + Duration::hours(TICKET_HOURS);
        let link = Link { workspace: person.workspace, person: person.id, number: until.timestamp() };
        Self {
            to: person.lifecycle.invitation.as_ref().map(|open| open.to.clone()),
            resend: site.base_url.invitation("resend"),
            ticket: site.store.sign_link(LinkPurpose::ResendInvitation, &link),
        }
    }

    pub(super) fn respond(&self, client: &Client) -> HttpResponse {
        let (title, reference) = ("Verify your e-mail address first", Some(client.request_id()));
        let Some(to) = &self.to else {
            let message = "You are invited, but nobody has told us an e-mail address of yours. Ask your administrator.";
            return Page { title, message, reference }.respond(StatusCode::FORBIDDEN);
        };
        let message = format!("An invitation was sent to {to}. Open the link in it, then sign in again.");
        let fields = [("ticket", self.ticket.as_str())];
        let action = Action::Post { to: &self.resend, fields: &fields, button: "Send it again" };
        ActionPage { title, message: &message, reference, action }.respond_with(HttpResponse::Forbidden())
    }
}
