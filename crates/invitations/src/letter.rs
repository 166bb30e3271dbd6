//! The text of an invitation, as HTML and as plain text.

use askama::Template;
use domain::collaborator::{Invitation, Person};
use domain::workspace::Workspace;
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

/// Everything that an invitation says.
pub(crate) struct Letter<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) person: &'a Person,
    pub(crate) invitation: &'a Invitation,
    pub(crate) link: &'a str,
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct Html<'a> {
    name: &'a str,
    workspace: &'a str,
    link: &'a str,
    until: &'a str,
}

#[derive(Template)]
#[template(path = "invitation.txt")]
struct Plain<'a> {
    name: &'a str,
    workspace: &'a str,
    link: &'a str,
    until: &'a str,
}

/// An invitation that can't be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LetterError {
    #[error("the address {0} can't be written to: {1}")]
    Address(String, lettre::address::AddressError),
    #[error(transparent)]
    Message(#[from] lettre::error::Error),
    #[error(transparent)]
    Template(#[from] askama::Error),
}

impl Letter<'_> {
    /// The message. Its id is that of the invitation, so that one which is sent twice is known for the same.
    pub(crate) fn message(&self, from: &Mailbox) -> Result<Message, LetterError> {
        let Invitation { to, number, expires_at, .. } = self.invitation;
        let address = to.parse().map_err(|error| LetterError::Address(to.clone(), error))?;
        let (name, workspace) = (self.person.display_name(), one_line(&self.workspace.name));
        let until = expires_at.format("%-d %B %Y, %H:%M UTC").to_string();
        let (name, link, until) = (one_line(&name), self.link, until.as_str());
        let html = Html { name: &name, workspace: &workspace, link, until }.render()?;
        let plain = Plain { name: &name, workspace: &workspace, link, until }.render()?;
        let id = format!("<invitation.{}.{number}@{}>", self.person.id, from.email.domain());
        Ok(Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, address))
            .subject(format!("You are invited to {workspace}"))
            .message_id(Some(id))
            .date(self.invitation.issued_at.into())
            .multipart(
                MultiPart::alternative()
                    .singlepart(part(ContentType::TEXT_PLAIN, plain))
                    .singlepart(part(ContentType::TEXT_HTML, html)),
            )?)
    }
}

/// As it is where mail can carry that (RFC 5322 §2.1.1: ASCII in lines of at most 998 characters): then the link is in one
/// piece, whatever reads the message.
fn part(kind: ContentType, text: String) -> SinglePart {
    let fits = text.is_ascii() && text.lines().all(|line| line.len() <= 998);
    let body = match fits {
        true => Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into(), ContentTransferEncoding::SevenBit),
        false => Body::new(text),
    };
    SinglePart::builder().header(kind).body(body)
}

/// Names come from an identity provider: none of them may end a line of ours.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(200).collect()
}
