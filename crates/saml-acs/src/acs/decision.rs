//! What a verified assertion changes: loaded, read and decided, not yet committed.

use ::web::random::{self, NoRandomness};
use domain::access::group_candidates;
use domain::clock::{Timestamp, to_micros};
use domain::command::{Command, Context, LoginAttempt};
use domain::decide::{Change, State, decide};
use domain::id::PersonId;
use domain::workspace::Workspace;
use store::{Connection, Store};

use crate::attributes;
use crate::refusal::LoginError;
use crate::verify::VerifiedAssertion;

/// NameIDs of this format are new at every login: no link is worth keeping (SAML core §8.3.8).
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

/// What was drawn at random or remembered before anything is decided.
pub(crate) struct Drawn {
    /// The hash of the session's secret.
    pub(crate) session: String,
    /// The hash of the browser's id.
    pub(crate) browser: String,
    /// The login request that is answered.
    pub(crate) request: Option<String>,
    /// When that was sent, or when the unsolicited response came.
    pub(crate) begun_at: Timestamp,
    /// The id of whoever is new here.
    pub(crate) new_person: PersonId,
}

impl Drawn {
    /// What there is of a login that is only tried: no session begins, and nobody is made.
    pub(crate) fn for_a_test(request: Option<String>, now: Timestamp) -> Result<Self, NoRandomness> {
        let new_person = PersonId::new(random::new_id(now)?);
        Ok(Self { session: String::new(), browser: String::new(), request, begun_at: now, new_person })
    }
}

/// Whether a session would begin; otherwise the login would be held.
pub(crate) fn lets_in(change: &Change) -> bool {
    change.login.as_ref().is_some_and(|login| login.session.is_some())
}

/// Decides a login as things are.
pub(crate) fn decided(
    store: &Store,
    workspace: &Workspace,
    connection: &Connection,
    assertion: &VerifiedAssertion,
    drawn: &Drawn,
    context: &Context,
) -> Result<Change, LoginError> {
    let names = &connection.attribute_names;
    let login_name = attributes::login_name(assertion, names)?;
    let environments = store.environments(workspace.id)?;
    let facts = attributes::facts(assertion, connection.id, names, &environments, context.now);
    let catalogue = store.catalogue(workspace.id, &group_candidates(&facts.groups, &workspace.policy))?;
    let subject = store.login_subject(workspace.id, connection.id, assertion.name_id(), &login_name)?;
    let (person, name_ids) = (subject.person, subject.name_ids);
    let state = State { workspace, catalogue: &catalogue, person, namesakes: Vec::new(), name_ids };
    let attempt = LoginAttempt {
        connection: connection.id,
        name_id: assertion.name_id().to_owned(),
        name_id_qualifiers: assertion.name_id_qualifiers().clone(),
        linkable: assertion.name_id_format() != Some(TRANSIENT),
        login_name,
        profile: attributes::profile(assertion, names),
        facts,
        request: drawn.request.clone(),
        begun_at: drawn.begun_at,
        assertion: assertion.assertion_id().to_owned(),
        remember_until: assertion.not_on_or_after(),
        session: drawn.session.clone(),
        browser: drawn.browser.clone(),
        session_index: assertion.session_index().map(str::to_owned),
        session_not_on_or_after: assertion.session_not_on_or_after().map(to_micros),
        new_person: drawn.new_person,
    };
    Ok(decide(state, Command::Login(Box::new(attempt)), context)?)
}
