//! PostgreSQL: a pool of connections, a transaction a write.

use std::time::Duration;

use diesel::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

use crate::error::StoreError;

/// The connection that the shared queries are compiled for here.
pub(crate) type Conn = PgConnection;

#[path = "queries/mod.rs"]
pub(crate) mod queries;

/// The database's own clock, in microseconds since 1970.
pub(crate) const NOW: &str = "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT";

/// Text comparison in this database's words.
pub(crate) mod text {
    use diesel::sql_types::{Integer, Text};

    diesel::define_sql_function! {
        /// Where the first text holds the second, from 1; 0 where it does not.
        #[sql_name = "strpos"]
        fn position(text: Text, part: Text) -> Integer;
    }
    diesel::define_sql_function! {
        /// A part of a text, counted in characters.
        fn substr(text: Text, start: Integer, length: Integer) -> Text;
    }
    diesel::define_sql_function! {
        /// The length of a text in characters.
        fn length(text: Text) -> Integer;
    }
}

/// Rows that are held until the transaction ends.
pub(crate) mod lock {
    use diesel::prelude::*;

    use super::Conn;
    use crate::error::StoreError;
    use crate::schema::connections;

    /// A connection: whoever writes a row that refers to it waits, and was waited for.
    pub(crate) fn connection(conn: &mut Conn, id: &str) -> Result<(), StoreError> {
        let row = connections::table.find(id).select(connections::id).for_update();
        row.first::<String>(conn).optional()?;
        Ok(())
    }
}

const CONNECTIONS: u32 = 16;

/// A PostgreSQL database.
pub(crate) struct Postgres {
    pool: Pool<ConnectionManager<Conn>>,
}

impl Postgres {
    pub(crate) fn open(url: &str) -> Result<Self, StoreError> {
        // One connection first: its error says what is wrong, where the pool's would only say "timed out".
        Conn::establish(url).map_err(|error| StoreError::Address(format!("can't reach PostgreSQL: {error}")))?;
        let pool = Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            .build(ConnectionManager::new(url))
            .map_err(|error| StoreError::Address(format!("can't reach PostgreSQL: {error}")))?;
        Ok(Self { pool })
    }

    pub(crate) fn read<T>(&self, body: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        body(&mut *self.pool.get()?)
    }

    pub(crate) fn snapshot<T>(&self, body: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = self.pool.get()?;
        (*connection).build_transaction().repeatable_read().read_only().run(body)
    }

    pub(crate) fn write<T>(&self, body: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = self.pool.get()?;
        (*connection).transaction(body)
    }
}
