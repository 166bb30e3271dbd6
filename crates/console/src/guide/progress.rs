//! How far a workspace is set up, read from what is there.

use ::web::Site;
use domain::workspace::Workspace;
use store::{RequestFilter, TraceFilter};

use crate::error::ConsoleError;

/// What is done and what is not.
pub(crate) struct Progress {
    /// The entity id of the identity provider.
    pub(crate) provider: Option<String>,
    /// Whether somebody has come through it, in a test or to stay.
    pub(crate) has_login: bool,
    /// Whether SCIM is on.
    pub(crate) scim: bool,
    /// Whether there is a token.
    pub(crate) has_token: bool,
    /// Whether a request was answered well.
    pub(crate) has_request: bool,
}

impl Progress {
    pub(crate) fn of(site: &Site, workspace: &Workspace) -> Result<Self, ConsoleError> {
        let (store, id) = (&site.store, workspace.id);
        let provider = store.connections(id)?.into_iter().next().map(|connection| connection.entity_id);
        let logins = store.login_trace_page(id, &TraceFilter::default(), None, 20)?;
        let requests = store.scim_request_page(id, &RequestFilter::default(), None, 20)?;
        Ok(Self {
            provider,
            has_login: logins.iter().any(|(_, trace)| trace.failed_check.is_none() && trace.story.is_some()),
            scim: workspace.scim_enabled,
            has_token: store.count_scim_tokens(id, site.now())? > 0,
            has_request: requests.iter().any(|(_, request)| request.status < 400),
        })
    }

    /// Each step with whether it is done.
    pub(crate) fn steps(&self) -> [(&'static str, bool); 5] {
        [
            ("An identity provider is connected", self.provider.is_some()),
            ("A login came through it", self.has_login),
            ("SCIM is on", self.scim),
            ("There is a SCIM token", self.has_token),
            ("A SCIM request arrived", self.has_request),
        ]
    }

    pub(crate) fn is_done(&self) -> bool {
        self.steps().iter().all(|(_, done)| *done)
    }
}
