//! The one way in which anything about people is written.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use chrono::Duration;
use domain::audit::{Actor, RequestOrigin};
use domain::clock::Timestamp;
use domain::collaborator::Person;
use domain::command::{Command, Context};
use domain::decide::{Change, NewSession, Refusal, State, Write, decide};
use domain::id::PersonId;
use domain::workspace::Workspace;

use crate::Store;
use crate::backend::write;
use crate::error::{StoreError, Unique};
use crate::people::Mark;

/// How often a lost compare-and-set is decided anew before the caller is told that the database is busy.
const ATTEMPTS: usize = 32;
/// How long a person about whom nothing can be decided waits to be looked at again.
const PUT_OFF: Duration = Duration::minutes(10);

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

/// Why a command about a person came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
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

    /// What a command about one person decides as things are, not yet committed. It is for commands that look at nobody else
    /// and at no group.
    pub fn decide_about(
        &self,
        workspace: &Workspace,
        person: PersonId,
        command: Command,
        context: &Context,
    ) -> Result<Change, CommandError> {
        let catalogue = self.catalogue(workspace.id, &BTreeSet::new())?;
        let person = self.find_person(workspace.id, person)?;
        let (namesakes, name_ids) = (Vec::new(), Vec::new());
        Ok(decide(State { workspace, catalogue: &catalogue, person, namesakes, name_ids }, command, context)?)
    }

    /// The same, committed.
    pub fn command(
        &self,
        workspace: &Workspace,
        person: PersonId,
        command: &Command,
        context: &Context,
    ) -> Result<Committed, CommandError> {
        self.decide_and_commit(|store| store.decide_about(workspace, person, command.clone(), context))
    }

    /// Decides anew about some of those whose time has come: what they may do changes by itself, or their workspace is
    /// another than it was. Gives how many. Where another node was faster, nothing is left to do for them.
    pub fn reconsider_due(&self, now: Timestamp, limit: i64) -> Result<usize, CommandError> {
        let due = self.due_people(now, limit)?;
        let mut decided = Vec::new();
        let outcome = due.iter().try_for_each(|(workspace, people)| {
            // The workspace as it has become since they were marked, or later.
            match self.find_workspace_by_id(*workspace)? {
                Some(workspace) => self.reconsider(&workspace, people, now, &mut decided),
                None => Ok(()),
            }
        });
        self.put_due(decided)?;
        outcome.map(|()| due.values().map(Vec::len).sum())
    }

    /// One whose row can't be read is left for later, so that everybody else's time comes.
    fn reconsider(
        &self,
        workspace: &Workspace,
        people: &[(PersonId, Mark)],
        now: Timestamp,
        decided: &mut Vec<(Person, Mark)>,
    ) -> Result<(), CommandError> {
        let context = Context { now, actor: Actor::System, request: RequestOrigin::default(), connection: None };
        for (person, mark) in people {
            match self.command(workspace, *person, &Command::Reconsider, &context) {
                Ok(committed) => decided.push((committed.person, *mark)),
                Err(error @ (CommandError::Store(StoreError::Corrupt(_)) | CommandError::Refused(_))) => {
                    tracing::error!(%person, cause = %error, "this person's access can't be decided anew");
                    self.put_off(*person, now + PUT_OFF)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
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
