//! The one way in which anything about people is written.

use std::sync::PoisonError;

use domain::collaborator::Person;
use domain::decide::{Change, NewSession, Write};

use crate::Store;
use crate::backend::write;
use crate::error::{StoreError, Unique};

/// How often a lost compare-and-set is decided anew before the caller is told that the database is busy.
const ATTEMPTS: usize = 32;

/// A change that is on disk.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The person as they are now.
    pub person: Person,
    /// The session that began; none also where a login is held.
    pub session: Option<NewSession>,
    /// Whether there was anything to write.
    pub changed: bool,
}

impl Store {
    /// Writes everything that a decision says in one transaction: the person's row by compare-and-set on version and
    /// epoch, links, session, audit entries, outgoing events. A row that somebody else wrote since is
    /// [`StoreError::Conflict`].
    pub fn commit(&self, change: Change) -> Result<Committed, StoreError> {
        let changed = change.write != Write::Nothing;
        let person = change.person.clone();
        let session = change.login.as_ref().and_then(|login| login.session.clone());
        if changed || !change.audit.is_empty() {
            write!(self, |q, conn| q::commit::commit(conn, &change))?;
        }
        Ok(Committed { person, session, changed })
    }

    /// Loads, decides and commits, and begins again from a fresh state where somebody else was faster. A request with
    /// `If-Match` compares inside `decide`, and so is refused instead of repeated. A login that lost its name or NameID to
    /// a login at the same moment begins again as well: it is let in as the person whom the other one made. One that lost
    /// its browser to another begins again and ends that one's session.
    pub fn decide_and_commit<E: From<StoreError>>(
        &self,
        mut decide: impl FnMut(&Self) -> Result<Change, E>,
    ) -> Result<Committed, E> {
        self.until_not_overtaken(|| {
            let change = decide(self)?;
            let signs_in = change.login.is_some();
            match self.commit(change) {
                Err(StoreError::Conflict) => Ok(None),
                Err(StoreError::Taken(Unique::UserName | Unique::NameId | Unique::Browser)) if signs_in => Ok(None),
                done => done.map(Some).map_err(E::from),
            }
        })
    }

    /// Attempts until one is not overtaken by another writer, which it tells by `None`. From the second on attempts take
    /// turns, so that many who change one thing at once don't overtake each other for ever.
    pub(crate) fn until_not_overtaken<T, E: From<StoreError>>(
        &self,
        mut attempt: impl FnMut() -> Result<Option<T>, E>,
    ) -> Result<T, E> {
        if let Some(done) = attempt()? {
            return Ok(done);
        }
        let _turn = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 1..ATTEMPTS {
            if let Some(done) = attempt()? {
                return Ok(done);
            }
        }
        Err(E::from(StoreError::Busy))
    }
}
