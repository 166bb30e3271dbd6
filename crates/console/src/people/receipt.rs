//! The deprovision receipt: what ended, when, through which door, and how fast.

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::collaborator::Person;
use domain::order::moment;
use serde::Deserialize;
use serde_json::Value;
use store::Receipt;

use super::get;
use crate::error::ConsoleError;
use crate::page::{Place, Shell, machine, page, shown};
use crate::session::ConsoleSession;

#[derive(Template)]
#[template(path = "people/receipt.html")]
struct ReceiptPage {
    shell: Shell,
    person: Person,
    receipt: Receipt,
    at: (String, String),
    actor: String,
    sessions: Option<i64>,
    invitation: bool,
    roles: Vec<(String, String)>,
    groups: Vec<String>,
    millis: Option<String>,
    is_back: bool,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    place: Option<i64>,
}

/// The receipt of the latest end of somebody's access, or of an earlier one.
pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    path: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, ConsoleError> {
    let made = blocking(move || {
        let person = get(&site.store, &session, &path.1)?;
        let receipt = site.store.receipt(session.workspace().id, person.id, asked.place)?;
        let receipt = receipt.ok_or(ConsoleError::NotFound)?;
        let shell = Shell::new(&session, Place::People, format!("Receipt: {}", person.display_name()));
        Ok::<_, ConsoleError>(ReceiptPage::of(shell, person, receipt))
    });
    page(&made.await?)
}

impl ReceiptPage {
    fn of(shell: Shell, person: Person, receipt: Receipt) -> Self {
        let after = receipt.entry.after.as_ref();
        let at = moment(&receipt.entry.at);
        let at =
            at.map_or_else(|| (receipt.entry.at.clone(), receipt.entry.at.clone()), |at| (shown(&at), machine(&at)));
        let access = receipt.before.as_ref().unwrap_or(&person).access.clone();
        let roles = access
            .environments
            .iter()
            .filter_map(|one| Some((one.environment.to_string(), one.role.as_ref()?.to_string())));
        let said = |key: &str| after.and_then(|after| after.get(key));
        let actor = &receipt.entry.actor;
        let named = |key: &str| actor.get(key).and_then(Value::as_str);
        Self {
            shell,
            at,
            actor: named("name").or_else(|| named("issuer")).or_else(|| named("type")).unwrap_or_default().to_owned(),
            sessions: said("sessions_ended").and_then(Value::as_i64),
            invitation: said("invitation_cancelled") == Some(&Value::Bool(true)),
            roles: roles.collect(),
            groups: access.groups.iter().map(|group| group.name.to_string()).collect(),
            millis: receipt.request.as_ref().map(|request| thousandths(request.micros)),
            is_back: person.lifecycle.is_active(),
            person,
            receipt,
        }
    }

    fn to_person(&self) -> String {
        self.shell.path(&format!("/people/{}", self.person.id))
    }
}

/// Microseconds as milliseconds.
fn thousandths(micros: i64) -> String {
    format!("{}.{:03} ms", micros / 1_000, micros % 1_000)
}
