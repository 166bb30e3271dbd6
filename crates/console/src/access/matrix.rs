//! Environments by roles, as a picture: how many people have which role where.

use std::collections::BTreeMap;

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::environment::SYSTEM_ROLES;
use domain::facet::Facet;
use domain::people_search::Standing;
use store::{Count, Store, StoreError};

use super::{Tab, with_query};
use crate::error::ConsoleError;
use crate::figures::at_least;
use crate::page::{Place, Shell, page};
use crate::session::ConsoleSession;

/// The darkest shade of a cell.
const DARKEST: i64 = 5;

#[derive(Template)]
#[template(path = "access/matrix.html")]
struct MatrixPage {
    shell: Shell,
    tab: Tab,
    environments: Vec<String>,
    rows: Vec<Row>,
    standings: Vec<Figure>,
}

/// A role.
struct Row {
    role: String,
    is_system: bool,
    cells: Vec<Cell>,
}

/// A role in an environment.
struct Cell {
    environment: String,
    count: String,
    shade: i64,
    people: Option<String>,
}

/// How many people stand so.
struct Figure {
    name: &'static str,
    count: String,
    people: String,
}

/// What is counted.
struct Counts {
    by_role: Vec<(String, BTreeMap<String, Count>)>,
    roles: Vec<String>,
    by_status: BTreeMap<String, Count>,
}

pub(crate) async fn show(session: ConsoleSession, site: web::Data<Site>) -> Result<HttpResponse, ConsoleError> {
    let counts = {
        let (store, session) = (site.store.clone(), session.clone());
        blocking(move || count(&store, &session)).await?
    };
    let shell = Shell::new(&session, Place::Access, "Access");
    let most = counts.by_role.iter().flat_map(|(_, roles)| roles.values()).map(|count| count.number).max().unwrap_or(0);
    let rows = counts.roles.iter().map(|role| row(&shell, &counts, role, most)).collect();
    let environments = counts.by_role.iter().map(|(environment, _)| environment.clone()).collect();
    page(&MatrixPage { standings: standings(&shell, &counts), shell, tab: Tab::Overview, environments, rows })
}

fn count(store: &Store, session: &ConsoleSession) -> Result<Counts, StoreError> {
    let workspace = session.workspace().id;
    let by_role = store.count_by_role(workspace)?.into_iter();
    Ok(Counts {
        by_role: by_role.map(|(environment, roles)| (environment.to_string(), roles)).collect(),
        roles: store.roles(workspace)?.into_iter().map(|role| role.name.to_string()).collect(),
        by_status: store.count_by_facet(workspace, &Facet::Status)?,
    })
}

fn row(shell: &Shell, counts: &Counts, role: &str, most: i64) -> Row {
    let cell = |(environment, roles): &(String, BTreeMap<String, Count>)| {
        let count = roles.get(role).copied().unwrap_or(Count { number: 0, is_all: true });
        let people = with_query(&shell.path("/people"), &[(&format!("role.{environment}"), role)]);
        Cell {
            environment: environment.clone(),
            count: at_least(count.number, count.is_all),
            shade: shade(count.number, most),
            people: (count.number > 0).then_some(people),
        }
    };
    let cells = counts.by_role.iter().map(cell).collect();
    Row { role: role.to_owned(), is_system: SYSTEM_ROLES.contains(&role), cells }
}

/// The more people, the darker; a single one is not as light as nobody.
fn shade(number: i64, most: i64) -> i64 {
    match number {
        ..=0 => 0,
        number => 1 + (number * (DARKEST - 1)) / most.max(1),
    }
}

fn standings(shell: &Shell, counts: &Counts) -> Vec<Figure> {
    let figure = |standing: Standing| {
        let count = counts.by_status.get(standing.as_str())?;
        let name = match standing.as_str() {
            "invited" => "invited, awaiting the first login",
            other => other,
        };
        let people = with_query(&shell.path("/people"), &[("status", standing.as_str())]);
        Some(Figure { name, count: at_least(count.number, count.is_all), people })
    };
    Standing::ALL.into_iter().filter(|standing| *standing != Standing::Deleted).filter_map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_are_the_darkest_and_one_is_not_none() {
        assert_eq!([0, 1, 50, 99, 100].map(|number| shade(number, 100)), [0, 1, 3, 4, 5]);
        assert_eq!(shade(0, 0), 0);
    }
}
