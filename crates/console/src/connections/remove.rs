//! The end of a connection, after a page that says what ends with it.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::connections;
use askama::Template;
use store::{Connection, ConnectionUse};

use super::{HERE, Tab, address, get};
use crate::attempt::attempt;
use crate::error::ConsoleError;
use crate::figures::grouped;
use crate::page::{Notice, Place, Shell, page, tell};
use crate::session::ConsoleSession;

#[derive(Template)]
#[template(path = "connections/remove.html")]
struct RemovePage {
    shell: Shell,
    tab: Tab,
    connection: Connection,
    used: ConnectionUse,
    is_only: bool,
}

impl RemovePage {
    fn counted(&self, many: &i64) -> String {
        grouped(*many)
    }

    fn here(&self, below: &str) -> String {
        self.shell.path(&format!("{}{below}", address(self.connection.name.as_str())))
    }
}

/// What would end.
pub(crate) async fn ask(
    session: ConsoleSession,
    site: web::Data<Site>,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let connection = get(&site, &session, &names.1).await?;
    let (used, all) = {
        let (site, id, workspace) = (site.clone(), connection.id, session.workspace().id);
        blocking(move || {
            Ok::<_, ConsoleError>((
                site.store.connection_use(id, site.now())?,
                site.store.connections(workspace)?.len(),
            ))
        })
        .await?
    };
    let shell = Shell::new(&session, Place::Connections, format!("Remove {}", connection.name));
    page(&RemovePage { shell, tab: Tab::Providers, connection, used, is_only: all == 1 })
}

/// Removes it.
pub(crate) async fn remove(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let connection = get(&site, &session, &names.1).await?;
    let text = format!("{} is removed. Nobody signs in through it any more.", connection.name);
    match attempt(&site, &session, &client, move |acting| connections::remove(acting, &connection)).await? {
        Ok(()) => tell(&site, &session, HERE, Notice::done(text)).await,
        Err(wrong) => Err(wrong.into()),
    }
}
