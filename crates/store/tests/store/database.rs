//! A database per test.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use store::{MasterKey, Store};
use tempfile::TempDir;

/// Makes two tests of each: one on SQLite, one on PostgreSQL.
macro_rules! on_both_databases {
    ($($(#[$about:meta])* fn $name:ident($db:ident: &Database) $story:block)+) => {$(
        $(#[$about])*
        mod $name {
            #[allow(unused_imports, reason = "each story uses its own part")]
            use super::*;

            fn story($db: &crate::database::Database) $story

            #[test]
            fn sqlite() {
                story(&crate::database::Database::sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(db) = crate::database::Database::postgres() {
                    story(&db);
                }
            }
        }
    )+};
}

/// Every table that a change can touch.
const TABLES: [&str; 12] = [
    "collaborators",
    "search_attributes",
    "collaborator_groups",
    "memberships",
    "saml_links",
    "login_requests",
    "consumed_assertions",
    "sessions",
    "logout_requests",
    "ended_provider_sessions",
    "audit_entries",
    "outbox",
];

/// An empty database that is gone when the test ends.
pub(crate) struct Database {
    store: Option<Store>,
    place: Place,
}

enum Place {
    Sqlite(TempDir),
    Postgres { server: String, name: String },
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        Self::at(Place::Sqlite(TempDir::new().unwrap()))
    }

    /// `None` where no server is given to test with.
    pub(crate) fn postgres() -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("GATEHOUSE_TEST_POSTGRES") else {
            eprintln!("skipped: GATEHOUSE_TEST_POSTGRES is not set (scripts/with-postgres sets it)");
            return None;
        };
        let name = format!("gatehouse_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::establish(&server).unwrap();
        connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
        connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Some(Self::at(Place::Postgres { server, name }))
    }

    fn at(place: Place) -> Self {
        let mut database = Self { store: None, place };
        database.store = Some(database.open());
        database
    }

    /// The store that is open all the while.
    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    /// Another store on the same database, as another process has it.
    pub(crate) fn open(&self) -> Store {
        self.open_with(&"a1".repeat(32))
    }

    pub(crate) fn open_with(&self, master_key: &str) -> Store {
        Store::open(&self.url(), &MasterKey::from_hex(master_key).unwrap()).unwrap()
    }

    pub(crate) fn url(&self) -> String {
        match &self.place {
            Place::Sqlite(folder) => format!("sqlite://{}", folder.path().join("gatehouse.db").display()),
            Place::Postgres { server, name } => {
                let (server, _) = server.rsplit_once('/').unwrap();
                format!("{server}/{name}")
            }
        }
    }

    /// A connection past the store: what somebody with access to the database has.
    pub(crate) fn raw(&self) -> Raw {
        match self.url().strip_prefix("sqlite://") {
            Some(path) => {
                let mut connection = SqliteConnection::establish(path).unwrap();
                connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                Raw::Sqlite(connection)
            }
            None => Raw::Postgres(PgConnection::establish(&self.url()).unwrap()),
        }
    }

    /// How many rows there are in each table that a change can touch.
    pub(crate) fn rows(&self) -> Vec<(&'static str, i64)> {
        let mut raw = self.raw();
        TABLES.iter().map(|table| (*table, raw.count(&format!("SELECT count(*) AS n FROM {table}")))).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        drop(self.store.take());
        if let Place::Postgres { server, name } = &self.place {
            let mut connection = PgConnection::establish(server).unwrap();
            connection.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
        }
    }
}

/// SQL past the store.
pub(crate) enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Raw {
    /// Runs statements.
    pub(crate) fn run(&mut self, sql: &str) {
        self.try_run(sql).unwrap();
    }

    pub(crate) fn try_run(&mut self, sql: &str) -> QueryResult<()> {
        match self {
            Self::Sqlite(connection) => connection.batch_execute(sql),
            Self::Postgres(connection) => connection.batch_execute(sql),
        }
    }

    /// The number that a query calls `n`.
    pub(crate) fn count(&mut self, sql: &str) -> i64 {
        let query = diesel::sql_query(sql);
        let found: Count = match self {
            Self::Sqlite(connection) => query.get_result(connection).unwrap(),
            Self::Postgres(connection) => query.get_result(connection).unwrap(),
        };
        found.n
    }
}
