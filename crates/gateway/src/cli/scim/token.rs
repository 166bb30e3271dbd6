use administration::Acting;
use anyhow::Result;
use domain::clock::Timestamp;
use domain::connection::ConnectionName;
use serde_json::{Value, json};
use store::{Connection, ScimToken};

use crate::cli::listing::Listing;
use crate::config::Settings;

/// A token at the time of the command.
struct Shown {
    token: ScimToken,
    idp: Option<ConnectionName>,
    is_in_force: bool,
}

/// `gatehouse scim token list`
pub(super) fn list(listing: Listing, settings: &Settings) -> Result<()> {
    let items = |acting: &Acting| {
        let connections = acting.store.connections(acting.workspace.id)?;
        let tokens = acting.store.scim_tokens(acting.workspace.id)?;
        Ok(tokens.into_iter().map(|token| Shown::of(token, &connections, acting.now())).collect())
    };
    listing.run(settings, items, (Shown::json, Shown::text))
}

impl Shown {
    fn of(token: ScimToken, connections: &[Connection], now: Timestamp) -> Self {
        let idp = connections.iter().find(|connection| Some(connection.id) == token.connection);
        Self { idp: idp.map(|connection| connection.name.clone()), is_in_force: token.is_in_force(now), token }
    }

    fn json(&self) -> Value {
        let ScimToken { id, name, connection: _, created_at, expires_at, last_used_at } = &self.token;
        json!({
            "id": id,
            "name": name,
            "idp": self.idp,
            "in_force": self.is_in_force,
            "created_at": created_at,
            "last_used_at": last_used_at,
            "expires_at": expires_at,
        })
    }

    fn text(&self) -> String {
        let shown = |at: Option<Timestamp>, never: &str| {
            at.map_or_else(|| never.to_owned(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string())
        };
        let ScimToken { id, name, expires_at, last_used_at, .. } = &self.token;
        let ends = match self.is_in_force {
            true => format!("ends {}", shown(*expires_at, "never")),
            false => format!("ended {}", shown(*expires_at, "")),
        };
        let idp = self.idp.as_ref().map_or("-", ConnectionName::as_str);
        format!("{id}  {name}  {idp}\n    last used {}, {ends}", shown(*last_used_at, "never"))
    }
}
