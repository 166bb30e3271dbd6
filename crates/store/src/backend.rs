//! Which database it is. Queries are written once and compiled for each; the two macros choose.

use crate::error::StoreError;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;

/// The database behind a store.
pub(crate) enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Backend {
    pub(crate) fn open(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            Sqlite::open(path).map(Self::Sqlite)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Postgres::open(url).map(Self::Postgres)
        } else {
            Err(StoreError::Address("database.url must begin with sqlite:// or postgres://".to_owned()))
        }
    }
}

/// Reads outside any transaction of ours: `read!(store, |q, conn| q::people::find(conn, …))`.
macro_rules! read {
    ($store:expr, |$q:ident, $conn:ident| $body:expr) => {
        match &*$store.backend {
            crate::backend::Backend::Sqlite(db) => db.read(|$conn| {
                use crate::sqlite::queries as $q;
                $body
            }),
            crate::backend::Backend::Postgres(db) => db.read(|$conn| {
                use crate::postgres::queries as $q;
                $body
            }),
        }
    };
}

/// Reads that have to agree with each other: all of them see the database at one moment.
macro_rules! snapshot {
    ($store:expr, |$q:ident, $conn:ident| $body:expr) => {
        match &*$store.backend {
            crate::backend::Backend::Sqlite(db) => db.snapshot(|$conn| {
                use crate::sqlite::queries as $q;
                $body
            }),
            crate::backend::Backend::Postgres(db) => db.snapshot(|$conn| {
                use crate::postgres::queries as $q;
                $body
            }),
        }
    };
}

/// Writes in one transaction, all or nothing. The body owns what it uses: on SQLite it travels to the writer.
macro_rules! write {
    ($store:expr, |$q:ident, $conn:ident| $body:expr) => {
        match &*$store.backend {
            crate::backend::Backend::Sqlite(db) => db.write(move |$conn| {
                use crate::sqlite::queries as $q;
                $body
            }),
            crate::backend::Backend::Postgres(db) => db.write(move |$conn| {
                use crate::postgres::queries as $q;
                $body
            }),
        }
    };
}

pub(crate) use {read, snapshot, write};
