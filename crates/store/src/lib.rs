//! The only crate that knows SQL. One query source serves SQLite and PostgreSQL; every change about people goes through
//! [`Store::commit`].

#![expect(clippy::duplicate_mod, reason = "one query source is compiled for each database")]

mod audit;
mod backend;
mod catalogue;
mod chain;
mod commit;
mod connections;
mod console_sessions;
mod custom_attributes;
mod daily_counts;
mod error;
mod groups;
mod keys;
mod links;
mod login_traces;
mod logins;
mod logouts;
mod mails;
mod metadata;
mod migrations;
mod owners;
mod people;
mod people_search;
mod postgres;
mod receipt;
mod record;
mod retention;
mod saml_links;
mod schema;
mod scim_requests;
mod sessions;
mod sqlite;
mod tokens;
mod trials;
mod vault;
mod workspaces;

pub use audit::{AuditFilter, AuditPage, AuditPlace};
pub use chain::{ChainReport, ChainStanding, EarlierHead, Head};
pub use commit::{CommandError, Committed};
pub use connections::{Connection, ConnectionUse};
pub use console_sessions::{Holder, LiveConsoleSession, NewConsoleSession};
pub use daily_counts::DailyCount;
pub use error::{StoreError, Unique};
pub use groups::{GroupPage, Member, MemberCounts, ScimMembership};
pub use keys::{KeyPurpose, KeyStanding, NewKey, StoredKey};
pub use links::{Link, LinkPurpose};
pub use login_traces::{LoginTrace, TraceFilter, TraceStanding};
pub use logins::{LoginRequest, LoginSubject};
pub use logouts::LogoutRequest;
pub use mails::{MailStanding, PersonMail, WaitingMail};
pub use metadata::{MetadataSource, MetadataStatus};
pub use owners::OwnerAccount;
pub use people::{Page, Place, Position, Sort};
pub use people_search::{COUNTED, Count, Counts, PeopleOrder, PeoplePage, Turn};
pub use receipt::Receipt;
pub use saml_links::SamlLink;
pub use scim_requests::{RequestFilter, ScimRequest};
pub use sessions::{LiveSession, PersonSession, ProviderSession};
pub use tokens::{KnownToken, NewToken, ScimToken};
pub use trials::Trial;
pub use vault::{MasterKey, MasterKeyError};
pub use workspaces::{NewWorkspace, Owner};

use domain::clock::Timestamp;
use std::sync::{Arc, Mutex};

use backend::Backend;

/// The database with the master key: cheap to clone, shared by every door.
#[derive(Clone)]
pub struct Store {
    backend: Arc<Backend>,
    vault: Arc<vault::Vault>,
    /// Held by who was overtaken once: see [`Store::decide_and_commit`].
    turns: Arc<Mutex<()>>,
}

impl Store {
    /// Opens `sqlite://PATH` or `postgres://…` without looking at its schema.
    pub fn open(url: &str, master_key: &MasterKey) -> Result<Self, StoreError> {
        let (backend, vault) = (Backend::open(url)?, vault::Vault::new(master_key));
        Ok(Self { backend: Arc::new(backend), vault: Arc::new(vault), turns: Arc::default() })
    }

    /// Whether the address is one that can be opened, before anything is made for it.
    pub fn check_address(url: &str) -> Result<(), StoreError> {
        match url.starts_with("sqlite://") {
            true => Ok(()),
            false => Backend::open(url).map(drop),
        }
    }

    /// The database's own clock.
    pub fn database_clock(&self) -> Result<Timestamp, StoreError> {
        record::timestamp(backend::read!(self, |q, conn| q::workspaces::clock(conn))?)
    }

    /// Answers when the database takes writes and the keys can be read.
    pub fn ping(&self) -> Result<(), StoreError> {
        backend::write!(self, |q, conn| q::workspaces::ping(conn))?;
        self.keys(KeyPurpose::AccessToken, None).map(drop)
    }
}
