//! What an administrator does about one person by hand.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::{Acting, AdministrationError, groups, people};
use askama::Template;
use domain::audit::{EventKind, Subject};
use domain::clock::to_micros;
use domain::collaborator::Person;
use domain::command::Command;
use domain::facts::Pin;
use domain::order::moment;
use serde::Deserialize;
use serde_json::json;

use super::get;
use crate::attempt::{Wrong, attempt};
use crate::error::ConsoleError;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, tell};
use crate::session::ConsoleSession;

/// Something that can be done about a person, and about many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Deactivate,
    Activate,
    Remove,
    EndSessions,
    Invite,
}

impl Action {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Deactivate, Self::Activate, Self::Remove, Self::EndSessions, Self::Invite];

    /// In addresses and forms.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Deactivate => "deactivate",
            Self::Activate => "activate",
            Self::Remove => "remove",
            Self::EndSessions => "end-sessions",
            Self::Invite => "invite",
        }
    }

    pub(crate) fn find(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.key() == key)
    }

    /// What a button says.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Deactivate => "Deactivate",
            Self::Activate => "Activate",
            Self::Remove => "Remove",
            Self::EndSessions => "End sessions",
            Self::Invite => "Send the invitation again",
        }
    }

    /// What comes of it, for whoever is about to do it.
    pub(crate) fn consequence(self) -> &'static str {
        match self {
            Self::Deactivate => {
                "All sessions end at once, and nobody signs in as this person until an administrator lifts it: neither the \
                 identity provider nor a login brings them back. Roles and groups are kept aside. What the person owns in the \
                 application stays with the team."
            }
            Self::Activate => "The hold or the removal is taken back. Earlier roles and groups are in force again.",
            Self::Remove => {
                "All sessions end at once. A SCIM write of active: true, or the next login of somebody whom the identity \
                 provider has not deactivated, brings the person back with their earlier roles and groups. To keep somebody \
                 out, deactivate them instead."
            }
            Self::EndSessions => {
                "All sessions of the application and of the console end at once. Signing in again is allowed."
            }
            Self::Invite => "The invitation is sent to the present address. Links in earlier ones no longer work.",
        }
    }

    /// Whether it keeps somebody out.
    pub(crate) fn is_grave(self) -> bool {
        matches!(self, Self::Deactivate | Self::Remove)
    }

    pub(crate) fn command(self) -> Command {
        match self {
            Self::Deactivate => Command::Hold,
            Self::Activate => Command::Activate,
            Self::Remove => Command::Remove,
            Self::EndSessions => Command::EndSessions,
            Self::Invite => Command::ResendInvitation,
        }
    }

    /// What is told of it when it is done, behind a name.
    pub(crate) fn done(self) -> &'static str {
        match self {
            Self::Deactivate => "is deactivated, and every session is ended",
            Self::Activate => "is let in again",
            Self::Remove => "is removed, and every session is ended",
            Self::EndSessions => "is signed out everywhere",
            Self::Invite => "is sent the invitation again",
        }
    }
}

type Path = web::Path<(String, String)>;
type ActionPath = web::Path<(String, String, String)>;

#[derive(Template)]
#[template(path = "people/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    person: Person,
    action: Action,
}

/// Asks once more.
pub(crate) async fn confirm(
    session: ConsoleSession,
    site: web::Data<Site>,
    path: ActionPath,
) -> Result<HttpResponse, ConsoleError> {
    let action = Action::find(&path.2).ok_or(ConsoleError::NotFound)?;
    let person = find(&site, &session, &path.1).await?;
    let title = format!("{}: {}", action.name(), person.display_name());
    page(&ConfirmPage { shell: Shell::new(&session, Place::People, title), person, action })
}

async fn find(site: &Site, session: &ConsoleSession, id: &str) -> Result<Person, ConsoleError> {
    let (store, session, id) = (site.store.clone(), session.clone(), id.to_owned());
    blocking(move || get(&store, &session, &id)).await
}

/// Does it.
pub(crate) async fn act(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: ActionPath,
) -> Result<HttpResponse, ConsoleError> {
    let action = Action::find(&path.2).ok_or(ConsoleError::NotFound)?;
    let person = find(&site, &session, &path.1).await?;
    let id = person.id;
    let done = attempt(&site, &session, &client, move |acting| acting.command(id, &action.command())).await?;
    let notice = match done {
        Ok(committed) if committed.changed => Notice::done(format!("{} {}.", person.display_name(), action.done())),
        Ok(_) => Notice::done(format!("Nothing had to be changed for {}.", person.display_name())),
        Err(wrong) => Notice::trouble(wrong.why),
    };
    told(&site, &session, &person, notice).await
}

async fn told(
    site: &Site,
    session: &ConsoleSession,
    person: &Person,
    notice: Notice,
) -> Result<HttpResponse, ConsoleError> {
    tell(site, session, &format!("/people/{}", person.id), notice).await
}

#[derive(Deserialize)]
pub(crate) struct RoleForm {
    environment: String,
    role: String,
    #[serde(default)]
    pin_until: String,
    #[serde(default)]
    reason: String,
}

impl RoleForm {
    fn command(&self) -> Result<Command, Wrong> {
        let (until, reason) = (self.pin_until.trim(), self.reason.trim());
        let pin = match (until.is_empty(), reason.is_empty()) {
            (true, true) => None,
            (true, false) => return Err(Wrong::new("pin_until", "a reason is for a pin: say until when it holds")),
            (false, _) => {
                let whole = if until.len() == 16 { format!("{until}:00Z") } else { until.to_owned() };
                let until = moment(&whole).map(to_micros);
                let until = until
                    .ok_or_else(|| Wrong::new("pin_until", "write the end of the pin as 2026-12-31T00:00, in UTC"))?;
                Some(Pin { until, reason: reason.to_owned() })
            }
        };
        Ok(Command::SetRole { environment: self.environment.clone(), role: self.role.clone(), pin })
    }
}

/// Sets a role by hand, pinned or not; a role without a pin takes an earlier pin away.
pub(crate) async fn set_role(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: Path,
    Posted(form): Posted<RoleForm>,
) -> Result<HttpResponse, ConsoleError> {
    let person = find(&site, &session, &path.1).await?;
    let id = person.id;
    let done = match form.command() {
        Ok(command) => attempt(&site, &session, &client, move |acting| acting.command(id, &command)).await?,
        Err(wrong) => Err(wrong),
    };
    let notice = match done {
        Ok(_) => {
            Notice::done(format!("{} is {} in {}, by your word.", person.display_name(), form.role, form.environment))
        }
        Err(wrong) => Notice::trouble(wrong.why),
    };
    told(&site, &session, &person, notice).await
}

#[derive(Deserialize)]
pub(crate) struct GroupForm {
    group: String,
}

/// Puts the person into a group by hand.
pub(crate) async fn join(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: Path,
    Posted(form): Posted<GroupForm>,
) -> Result<HttpResponse, ConsoleError> {
    set_member(session, site, client, path, form, true).await
}

/// Takes that back.
pub(crate) async fn leave(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: Path,
    Posted(form): Posted<GroupForm>,
) -> Result<HttpResponse, ConsoleError> {
    set_member(session, site, client, path, form, false).await
}

async fn set_member(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: Path,
    form: GroupForm,
    member: bool,
) -> Result<HttpResponse, ConsoleError> {
    let person = find(&site, &session, &path.1).await?;
    let (id, name) = (person.id, form.group.clone());
    let set = move |acting: &Acting| -> Result<_, AdministrationError> {
        groups::set_member(acting, &groups::get(acting, &name)?, id, member)
    };
    let notice = match attempt(&site, &session, &client, set).await? {
        Err(wrong) => Notice::trouble(wrong.why),
        Ok(committed) => {
            let is_in = committed.person.access.groups.iter().any(|known| known.name.as_str() == form.group);
            let words = if is_in { "is in" } else { "is not in" };
            Notice::done(format!("{} {words} {}.", person.display_name(), form.group))
        }
    };
    told(&site, &session, &person, notice).await
}

#[derive(Deserialize)]
pub(crate) struct LinkForm {
    idp: String,
    #[serde(default)]
    name_id: String,
}

/// Decides through which identity provider the person signs in.
pub(crate) async fn link(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: Path,
    Posted(form): Posted<LinkForm>,
) -> Result<HttpResponse, ConsoleError> {
    let person = find(&site, &session, &path.1).await?;
    let (id, idp) = (person.id, form.idp.clone());
    let name_id = Some(form.name_id).filter(|name_id| !name_id.is_empty());
    let set = move |acting: &Acting| -> Result<_, AdministrationError> {
        let connections = acting.store.connections(acting.workspace.id)?;
        let connection = connections.iter().find(|known| known.name.as_str() == idp);
        let connection = connection.ok_or_else(|| AdministrationError::NoSuchProvider(idp.clone()))?;
        people::link(acting, id, connection, name_id)
    };
    let notice = match attempt(&site, &session, &client, set).await? {
        Ok(_) => Notice::done(format!("{} signs in through {} from now on.", person.display_name(), form.idp)),
        Err(wrong) => Notice::trouble(wrong.why),
    };
    told(&site, &session, &person, notice).await
}

#[derive(Deserialize)]
pub(crate) struct SessionForm {
    session: String,
}

/// Ends one session of the application.
pub(crate) async fn end_session(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: Path,
    Posted(form): Posted<SessionForm>,
) -> Result<HttpResponse, ConsoleError> {
    let person = find(&site, &session, &path.1).await?;
    let (workspace, id) = (session.workspace().id, person.id);
    let after = json!({ "reason": "ended by an administrator" });
    let entry = session.entry((&site, &client), EventKind::SessionEnded, Subject::person(&person), (None, Some(after)));
    let store = site.store.clone();
    let ended = blocking(move || store.end_session_of(workspace, id, form.session, entry)).await?;
    let notice = match ended {
        true => Notice::done("The session is ended."),
        false => Notice::trouble("The session was over already."),
    };
    told(&site, &session, &person, notice).await
}
