//! A database per test.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::notice::say_once;

/// An empty database that is gone when the test ends.
pub(crate) enum Database {
    Sqlite(TempDir),
    Postgres { server: String, name: String },
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(TempDir::new().unwrap())
    }

    /// `None` where no server is given to test with.
    pub(crate) fn postgres() -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("GATEHOUSE_TEST_POSTGRES") else {
            say_once(
                "the PostgreSQL half is skipped: GATEHOUSE_TEST_POSTGRES is not set (scripts/with-postgres sets it)",
            );
            return None;
        };
        let name = format!("gatehouse_gate_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        psql(&server, &format!("CREATE DATABASE {name}"));
        Some(Self::Postgres { server, name })
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("gatehouse.db").display()),
            Self::Postgres { server, name } => {
                let (server, _) = server.rsplit_once('/').unwrap();
                format!("{server}/{name}")
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { server, name } = self {
            psql(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn psql(server: &str, statement: &str) {
    let done = Command::new("psql").args(["--quiet", "--no-psqlrc", "--command", statement, server]).output();
    let done = done.unwrap_or_else(|error| panic!("psql (Debian: postgresql-client) can't be run: {error}"));
    assert!(done.status.success(), "{statement}: {}", String::from_utf8_lossy(&done.stderr));
}
