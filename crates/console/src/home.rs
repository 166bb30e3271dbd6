//! The first page of a workspace: what needs attention, how many people there are, and what happened lately.

mod attention;
mod standing;
#[cfg(test)]
mod tests;

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::audit::EventKind;
use domain::collaborator::Status;

use self::attention::{Finding, attention};
use self::standing::{Standing, first_day};
use crate::chart::{Chart, Series};
use crate::error::ConsoleError;
use crate::figures::{at_least, grouped};
use crate::page::{Place, Shell, page};
use crate::routes::Settings;
use crate::session::ConsoleSession;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    findings: Vec<Finding>,
    figures: Vec<Figure>,
    charts: Vec<Chart>,
}

/// How many people are in a status.
struct Figure {
    number: String,
    words: &'static str,
    place: String,
}

pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, ConsoleError> {
    let standing = {
        let (site, workspace) = (site.clone(), session.workspace().clone());
        blocking(move || Standing::read(&site, workspace, settings.sends_mail)).await?
    };
    page(&HomePage {
        shell: Shell::new(&session, Place::Home, "Home"),
        findings: attention(&standing),
        figures: figures(&standing),
        charts: charts(&standing),
    })
}

fn figures(standing: &Standing) -> Vec<Figure> {
    let all = [
        (Status::Active, "active"),
        (Status::Invited, "invited"),
        (Status::Deactivated, "deactivated"),
        (Status::Removed, "removed"),
    ];
    let figure = |(status, words): (Status, &'static str)| {
        let count = standing.statuses.get(status.as_str());
        let number = count.map_or_else(|| grouped(0), |count| at_least(count.number, count.is_all));
        Figure { number, words, place: format!("/people?status={}", status.as_str()) }
    };
    all.into_iter().map(figure).collect()
}

fn charts(standing: &Standing) -> Vec<Chart> {
    let series = |name, kind| Series { name, counts: standing.counts(kind) };
    let chart = |id, title, series| Chart::new(id, title, first_day(standing.now), series);
    vec![
        chart(
            "provisioning",
            "Provisioning",
            vec![
                series("Provisioned", EventKind::CollaboratorProvisioned),
                series("Deactivated", EventKind::CollaboratorDeactivated),
                series("Reactivated", EventKind::CollaboratorReactivated),
            ],
        ),
        chart(
            "logins",
            "Logins",
            vec![series("Succeeded", EventKind::LoginSucceeded), series("Refused", EventKind::LoginFailed)],
        ),
    ]
}
