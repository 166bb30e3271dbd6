//! A test login: its response passes every check of a login, and what access it would give is worked out, but nobody is signed
//! in. Request and assertion are used up, so that what was tested signs nobody in later either.

use ::web::Site;
use actix_web::HttpResponse;
use domain::audit::EventKind;
use domain::decide::Change;
use domain::workspace::Workspace;
use serde_json::json;
use store::{LoginRequest, StoreError};

use super::Form;
use super::again::Again;
use super::decision::{Drawn, decided, lets_in};
use super::see_other;
use super::steps::{Login, Seen};
use crate::browser;
use crate::door::Verified;
use crate::refusal::LoginError;

/// A test that is over, one way or the other.
pub(super) struct Tested {
    /// The page of the console that shows it.
    location: String,
    /// The request that is used up; none where the test was refused.
    request_id: Option<String>,
}

impl Tested {
    pub(super) fn respond(&self, site: &Site) -> HttpResponse {
        let removal = self.request_id.as_deref().map(|id| browser::removal(id, &site.base_url));
        see_other(&self.location, removal.into_iter().collect())
    }
}

impl Login {
    /// What the login would change, thrown away; what it would use up, used up.
    pub(super) fn test(&self, workspace: &Workspace, verified: &Verified, request: &str) -> Result<Tested, LoginError> {
        let Verified { connection, assertion, .. } = verified;
        let drawn = Drawn::for_a_test(Some(request.to_owned()), self.site.now())?;
        let context = self.context(connection, assertion);
        let change = decided(&self.site.store, workspace, connection, assertion, &drawn, &context)?;
        self.finish(workspace, verified, change)?;
        self.warn_of_sha1(workspace, assertion);
        Ok(self.shown_test(workspace, Some(request.to_owned())))
    }

    fn finish(&self, workspace: &Workspace, verified: &Verified, change: Change) -> Result<(), LoginError> {
        let result = if lets_in(&change) { "passed" } else { "held" };
        let entry = self.entry(workspace, EventKind::LoginTested, Some(verified), json!({ "result": result }));
        let trace = self.test_trace(workspace, verified, &change, &entry.subject);
        let login = change.login.ok_or_else(|| LoginError::Failed("a login that uses nothing up".to_owned()))?;
        Ok(self.site.store.finish_test(login, entry, trace, self.settings.traces_kept)?)
    }

    pub(super) fn shown_test(&self, workspace: &Workspace, request_id: Option<String>) -> Tested {
        let location = self.site.base_url.console_test(&workspace.handle, self.client.request_id());
        Tested { location, request_id }
    }

    /// A test whose cookie did not come along is posted again before anything of it is read: a refusal could not be shown.
    pub(super) fn test_again(&self, workspace: &Workspace, form: &Form) -> Result<Option<Again>, LoginError> {
        if !self.cross_origin {
            return Ok(None);
        }
        let test = self.find_test(workspace, form.relay_state.as_deref())?;
        let lacking = test.filter(|test| self.lacks_cookies(Some(test), form));
        lacking.map(|_| self.again(workspace, None, form)).transpose()
    }

    /// Whether a refused response is that of a test which this browser began. A verified response says which request it
    /// answers. Of another one that is not to be believed, and needs not be: RelayState names the test, the cookie proves
    /// who began it, and all that is won is the way to a page for administrators.
    pub(super) fn is_test_of_this_browser(&self, workspace: &Workspace, seen: &Seen<'_>) -> bool {
        let handle = match seen.verified {
            Some(verified) => verified.assertion.in_response_to(),
            None => seen.form.and_then(|form| form.relay_state.as_deref()),
        };
        // Where the database fails, the refusal is told as any.
        let test = self.find_test(workspace, handle).ok().flatten();
        test.is_some_and(|test| self.begun_here(&test).is_ok())
    }

    /// The outstanding test whose request has this id, which is its RelayState as well.
    fn find_test(&self, workspace: &Workspace, handle: Option<&str>) -> Result<Option<LoginRequest>, StoreError> {
        // No other RelayState of ours begins like an id.
        let Some(id) = handle.filter(|handle| handle.starts_with('_')) else { return Ok(None) };
        let found = self.site.store.find_login_request(workspace.id, id, self.site.now())?;
        Ok(found.filter(|request| request.is_test))
    }
}
