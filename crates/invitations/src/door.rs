//! `/invitations/…`: the page behind the link, and the button that has the invitation sent again.

use ::web::Site;
use ::web::action_page::{Action, ActionPage};
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::page::Page;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::audit::Actor;
use domain::collaborator::Person;
use domain::command::{Command, Context};
use domain::decide::Refusal;
use domain::workspace::Workspace;
use serde::Deserialize;
use store::{CommandError, Link, LinkPurpose, StoreError};

/// Adds the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/invitations/resend", web::post().to(resend))
        .route("/invitations/{link}", web::get().to(show))
        .route("/invitations/{link}", web::post().to(accept));
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
enum InvitationError {
    /// Not one of our links.
    #[error("no such link")]
    Unknown,
    #[error(transparent)]
    Refused(Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CommandError> for InvitationError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(Refusal::NotFound) => Self::Unknown,
            CommandError::Refused(refusal) => Self::Refused(refusal),
            CommandError::Store(error) => Self::Store(error),
        }
    }
}

/// A link with whom it is about.
struct Opened {
    workspace: Workspace,
    person: Person,
    number: i64,
}

/// Looking changes nothing: programs that scan mail follow links.
async fn show(request: HttpRequest, site: web::Data<Site>, client: Client, link: web::Path<String>) -> HttpResponse {
    if let Err(over) = site.limits.begun_login(&request) {
        return over.page(&request);
    }
    let found = {
        let (site, link) = (site.clone(), link.clone());
        blocking(move || {
            let opened = open(&site, LinkPurpose::AcceptInvitation, &link)?;
            // What accepting would come to, decided and not written.
            let (accept, context) = (Command::AcceptInvitation(opened.number), context(&site, &client, &opened));
            site.store.decide_about(&opened.workspace, opened.person.id, accept, &context)?;
            Ok::<_, InvitationError>(opened)
        })
    };
    match found.await {
        Ok(opened) => ActionPage {
            title: &format!("You are invited to {}", opened.workspace.name),
            message: "Press the button to verify your e-mail address. After that, sign in through your organisation.",
            reference: None,
            action: Action::Post {
                to: &site.base_url.invitation(&link),
                fields: &[],
                button: &format!("Join {}", opened.workspace.name),
            },
        }
        .respond_with(HttpResponse::Ok()),
        Err(error) => refused(&request, &error),
    }
}

async fn accept(request: HttpRequest, site: web::Data<Site>, client: Client, link: web::Path<String>) -> HttpResponse {
    if let Err(over) = site.limits.login(&request) {
        return over.page(&request);
    }
    let accepted = {
        let site = site.clone();
        blocking(move || {
            let opened = open(&site, LinkPurpose::AcceptInvitation, &link)?;
            commit(&site, &client, &opened, &Command::AcceptInvitation(opened.number))?;
            Ok::<_, InvitationError>(opened)
        })
    };
    match accepted.await {
        Ok(opened) => ActionPage {
            title: "Your e-mail address is verified",
            message: &format!(
                "You are a collaborator of {} now. Sign in through your organisation.",
                opened.workspace.name
            ),
            reference: None,
            action: Action::Links(&[(site.base_url.saml_login(&opened.workspace.handle), "Sign in".to_owned())]),
        }
        .respond_with(HttpResponse::Ok()),
        Err(error) => refused(&request, &error),
    }
}

/// The form on the page of a login that is held.
#[derive(Deserialize)]
struct Ticket {
    ticket: String,
}

async fn resend(request: HttpRequest, site: web::Data<Site>, client: Client, form: web::Form<Ticket>) -> HttpResponse {
    if let Err(over) = site.limits.login(&request) {
        return over.page(&request);
    }
    let sent = blocking(move || {
        let opened = open(&site, LinkPurpose::ResendInvitation, &form.ticket)?;
        if opened.number < site.now().timestamp() {
            return Err(InvitationError::Unknown);
        }
        commit(&site, &client, &opened, &Command::ResendInvitation)
    });
    match sent.await {
        Ok(()) => {
            let message =
                "The invitation is on its way. Open the newest one: the links in earlier ones no longer work.";
            Page { title: "Sent again", message, reference: None }.respond(StatusCode::OK)
        }
        Err(error) => refused(&request, &error),
    }
}

fn open(site: &Site, purpose: LinkPurpose, text: &str) -> Result<Opened, InvitationError> {
    let Link { workspace, person, number } = site.store.open_link(purpose, text).ok_or(InvitationError::Unknown)?;
    let workspace = site.store.find_workspace_by_id(workspace)?.ok_or(InvitationError::Unknown)?;
    let person = site.store.find_person(workspace.id, person)?.ok_or(InvitationError::Unknown)?;
    Ok(Opened { workspace, person, number })
}

fn commit(site: &Site, client: &Client, opened: &Opened, command: &Command) -> Result<(), InvitationError> {
    site.store.command(&opened.workspace, opened.person.id, command, &context(site, client, opened))?;
    Ok(())
}

/// The person acts, whoever holds the link.
fn context(site: &Site, client: &Client, opened: &Opened) -> Context {
    let actor = Actor::Collaborator { id: opened.person.id.to_string() };
    Context { now: site.now(), actor, request: client.0.clone(), connection: None }
}

/// What the browser is told. Whoever has the link may know what became of the invitation, and nothing more.
fn refused(request: &HttpRequest, error: &InvitationError) -> HttpResponse {
    let client = Client::of(request);
    let page = |title, message| Page { title, message, reference: Some(client.request_id()) };
    match error {
        InvitationError::Unknown => page("Nothing here", "There is no such invitation: is the address complete?")
            .respond(StatusCode::NOT_FOUND),
        InvitationError::Refused(Refusal::InvitationExpired(_)) => page(
            "The invitation has expired",
            "Sign in through your organisation: from there the invitation can be sent again.",
        )
        .respond(StatusCode::GONE),
        InvitationError::Refused(Refusal::InvitedJustNow { at, .. }) => {
            let site = request.app_data::<web::Data<Site>>();
            let seconds = site.map_or(60, |site| (*at - site.now()).num_seconds().max(1));
            let mut response = HttpResponse::TooManyRequests();
            response.insert_header((RETRY_AFTER, seconds));
            page("Not yet", "An invitation was sent a short while ago. It can be sent again 20 minutes after that.")
                .respond_with(response)
        }
        InvitationError::Refused(Refusal::NoAddress) => {
            page("No address", "Nobody has told us an e-mail address of yours. Ask your administrator.")
                .respond(StatusCode::CONFLICT)
        }
        InvitationError::Refused(_) => page(
            "The invitation is over",
            "It was used, taken back, or replaced by a later one. If you have used it, sign in through your organisation.",
        )
        .respond(StatusCode::GONE),
        InvitationError::Store(cause) => {
            tracing::error!(request = client.request_id(), %cause, "an invitation can't be answered");
            page("Try again", "The gateway can't answer at the moment. Try again in a few seconds.")
                .respond(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}
