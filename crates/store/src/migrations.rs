//! Bringing a database to this version.

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::Store;
use crate::backend::Backend;
use crate::error::StoreError;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

impl Store {
    /// Runs what is missing and names it. Several processes may do it at once: one of them does the work.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        match &*self.backend {
            Backend::Sqlite(db) => db.write(|conn| run(conn, SQLITE)),
            Backend::Postgres(db) => db.write(|conn| {
                take_turns(conn)?;
                run(conn, POSTGRES)
            }),
        }
    }

    /// What [`migrate`](Self::migrate) would run. Looking makes diesel's own table, so it takes its turn as well.
    pub fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        match &*self.backend {
            Backend::Sqlite(db) => db.write(|conn| pending(conn, SQLITE)),
            Backend::Postgres(db) => db.write(|conn| {
                take_turns(conn)?;
                pending(conn, POSTGRES)
            }),
        }
    }
}

/// On PostgreSQL even `CREATE TABLE IF NOT EXISTS` fails where two do it at once. The lock ends with the transaction.
fn take_turns(conn: &mut PgConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute("SELECT pg_advisory_xact_lock(7309512)")?)
}

fn run<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    source: EmbeddedMigrations,
) -> Result<Vec<String>, StoreError> {
    let done = conn.run_pending_migrations(source).map_err(|error| StoreError::Migration(error.to_string()))?;
    Ok(done.iter().map(ToString::to_string).collect())
}

fn pending<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    source: EmbeddedMigrations,
) -> Result<Vec<String>, StoreError> {
    let missing = conn.pending_migrations(source).map_err(|error| StoreError::Migration(error.to_string()))?;
    Ok(missing.iter().map(|migration| migration.name().to_string()).collect())
}
