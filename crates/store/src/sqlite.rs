//! SQLite: a pool of readers and one writer with group commit.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error as PoolError, Pool};

use crate::error::StoreError;

/// The connection that the shared queries are compiled for here.
pub(crate) type Conn = SqliteConnection;

#[path = "queries/mod.rs"]
pub(crate) mod queries;

/// The database's own clock, in microseconds since 1970.
pub(crate) const NOW: &str = "CAST(unixepoch('subsec') * 1000000 AS INTEGER)";

/// Text comparison in this database's words.
pub(crate) mod text {
    use diesel::sql_types::{Integer, Text};

    diesel::define_sql_function! {
        /// Where the first text holds the second, from 1; 0 where it does not.
        #[sql_name = "instr"]
        fn position(text: Text, part: Text) -> Integer;
    }
    diesel::define_sql_function! {
        /// A part of a text, counted in characters; from the end where the start is negative.
        fn substr(text: Text, start: Integer, length: Integer) -> Text;
    }
    diesel::define_sql_function! {
        /// The length of a text in characters.
        fn length(text: Text) -> Integer;
    }
}

/// There is one writer, so that nothing has to be held.
pub(crate) mod lock {
    use super::Conn;
    use crate::error::StoreError;

    #[expect(clippy::unnecessary_wraps, reason = "PostgreSQL's may fail")]
    pub(crate) fn connection(_conn: &mut Conn, _id: &str) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Jobs waiting for the writer; one more is refused with "busy" (503).
const QUEUE: usize = 1_024;
/// Jobs that share one commit at the most.
const BATCH: usize = 64;
const READERS: u32 = 8;

/// A SQLite database.
pub(crate) struct Sqlite {
    readers: Pool<ConnectionManager<Conn>>,
    writer: SyncSender<Box<dyn Job>>,
}

impl Sqlite {
    pub(crate) fn open(path: &str) -> Result<Self, StoreError> {
        let address = |error: &dyn std::fmt::Display| StoreError::Address(format!("can't open {path}: {error}"));
        create_private(path).map_err(|error| address(&error))?;
        let connection = open_writer(path).map_err(|error| address(&error))?;
        let readers = Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            .test_on_check_out(false)
            .connection_customizer(Box::new(ReadOnly))
            .build(ConnectionManager::new(path))
            .map_err(|error| address(&error))?;
        let (writer, jobs) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new().name("sqlite-writer".to_owned());
        let at = path.to_owned();
        let spawned = thread.spawn(move || run_writer(&at, connection, &jobs));
        spawned.map_err(|error| address(&error))?;
        Ok(Self { readers, writer })
    }

    pub(crate) fn read<T>(&self, body: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        body(&mut *self.readers.get()?)
    }

    pub(crate) fn snapshot<T>(&self, body: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = self.readers.get()?;
        (*connection).transaction(body)
    }

    /// Hands the job to the writer and waits until the commit that holds it is on disk.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        body: impl FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        let task = Task { body: Some(body), outcome: None, reply };
        self.writer.try_send(Box::new(task)).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Database("the writer has stopped".to_owned()),
        })?;
        answer.recv().map_err(|_| StoreError::Database("the writer has stopped".to_owned()))?
    }
}

/// A new database holds people's data: its file is its owner's alone, and so are those that SQLite puts beside it.
fn create_private(path: &str) -> std::io::Result<()> {
    if path == ":memory:" || std::path::Path::new(path).exists() {
        return Ok(());
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}

/// Readers can't write: every write goes through the one writer.
#[derive(Debug)]
struct ReadOnly;

impl CustomizeConnection<Conn, PoolError> for ReadOnly {
    fn on_acquire(&self, connection: &mut Conn) -> Result<(), PoolError> {
        connection
            .batch_execute("PRAGMA busy_timeout = 10000; PRAGMA cache_size = -16384; PRAGMA query_only = ON;")
            .map_err(PoolError::QueryError)
    }
}

/// A unit of work for the writer: it runs inside a savepoint, and answers once the batch is committed.
trait Job: Send {
    /// Runs. An error of the database itself, rather than of the job, ends the batch.
    fn run(&mut self, connection: &mut Conn) -> Result<(), diesel::result::Error>;
    fn answer(self: Box<Self>, committed: bool);
}

struct Task<F, T> {
    body: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    reply: SyncSender<Result<T, StoreError>>,
}

impl<T: Send, F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send> Job for Task<F, T> {
    fn run(&mut self, connection: &mut Conn) -> Result<(), diesel::result::Error> {
        let Some(body) = self.body.take() else { return Ok(()) };
        // Nested in the batch's transaction this is a savepoint: one job's refusal takes back that job alone.
        let outcome = connection.transaction(body);
        let broken = matches!(outcome, Err(StoreError::Database(_)));
        self.outcome = Some(outcome);
        if broken { Err(diesel::result::Error::RollbackTransaction) } else { Ok(()) }
    }

    fn answer(self: Box<Self>, committed: bool) {
        let outcome = match (committed, self.outcome) {
            (true, Some(outcome)) => outcome,
            // A job that failed by itself keeps its own reason.
            (false, Some(Err(error))) => Err(error),
            // Nothing of the batch is on disk: whoever was in it may try again.
            (false, _) | (true, None) => Err(StoreError::Busy),
        };
        // Nobody waits any more where the request was given up: the commit stands all the same.
        let _ = self.reply.send(outcome);
    }
}

fn open_writer(path: &str) -> Result<Conn, StoreError> {
    let mut connection = Conn::establish(path).map_err(|error| StoreError::Address(error.to_string()))?;
    connection.batch_execute(
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -65536;",
    )?;
    Ok(connection)
}

fn run_writer(path: &str, mut connection: Conn, jobs: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(BATCH - 1));
        let committed =
            connection.immediate_transaction(|connection| batch.iter_mut().try_for_each(|job| job.run(connection)));
        if let Err(error) = &committed {
            tracing::error!(cause = %error, jobs = batch.len(), "a batch of writes was taken back");
            // A full disk makes SQLite end the transaction by itself, and what the connection believes of its savepoints
            // is wrong from then on: only a new one can be trusted.
            if let Ok(fresh) = open_writer(path) {
                connection = fresh;
            }
        }
        for job in batch {
            job.answer(committed.is_ok());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_can_not_write() {
        let folder = tempfile::TempDir::new().unwrap();
        let db = Sqlite::open(folder.path().join("gatehouse.db").to_str().unwrap()).unwrap();
        let make = "CREATE TABLE things (id INTEGER)";
        let refused = db.read(|conn| Ok(conn.batch_execute(make)?)).unwrap_err();
        assert!(refused.to_string().contains("readonly"), "{refused}");
        db.write(move |conn| Ok(conn.batch_execute(make)?)).unwrap();
        let refused = db.snapshot(|conn| Ok(conn.batch_execute("INSERT INTO things VALUES (1)")?)).unwrap_err();
        assert!(refused.to_string().contains("readonly"), "{refused}");
    }
}
