//! A response that came without the cookie it needs is posted once more, from a page of our own.

use ::web::client::Client;
use ::web::form_page::FormPage;
use actix_web::HttpResponse;
use domain::workspace::Workspace;
use store::LoginRequest;
use url::Url;

use super::Form;
use super::steps::Login;
use crate::connection::IdentityProvider;
use crate::refusal::LoginError;

/// The page that posts a response again.
pub(super) struct Again {
    acs_url: Url,
    /// Where the answer may lead: to the application, or by a bounce to the identity provider.
    onwards: Vec<Url>,
    form: Form,
}

impl Login {
    /// Whether the browser may have kept back what this response needs. Browsers do that with what another site posts: on
    /// plain HTTP, where `SameSite=None` can't be had, once a cookie is two minutes old.
    ///
    /// The second post comes from our own origin. It brings the cookies of this browser and of no other, so it proves what
    /// the first would have proven. It is marked, so that there is no third.
    pub(super) fn lacks_cookies(&self, request: Option<&LoginRequest>, form: &Form) -> bool {
        let base_url = &self.site.base_url;
        let brought = match request {
            Some(request) => self.cookies.secret_for(&request.id, base_url).is_some(),
            // Under HTTPS a browser's id always comes along: where it does not, there is none yet.
            None => base_url.is_https() || self.cookies.browser(base_url).is_some(),
        };
        self.cross_origin && !brought && form.again.is_none()
    }

    pub(super) fn again(
        &self,
        workspace: &Workspace,
        provider: Option<&IdentityProvider>,
        form: &Form,
    ) -> Result<Again, LoginError> {
        let acs_url = Url::parse(&self.site.base_url.saml_acs(&workspace.handle));
        let start_url = Url::parse(workspace.policy.start_url.as_str()).ok();
        let addresses = provider.into_iter().flat_map(IdentityProvider::single_sign_on);
        Ok(Again {
            acs_url: acs_url.map_err(|error| LoginError::Failed(error.to_string()))?,
            onwards: addresses.map(|(_, url)| url.clone()).chain(start_url).collect(),
            form: form.clone(),
        })
    }
}

impl Again {
    /// Refused until the second post comes: so far nothing proves that this browser began the login.
    pub(super) fn respond(&self, client: &Client) -> HttpResponse {
        let fields = [
            ("SAMLResponse", self.form.saml_response.as_str()),
            ("RelayState", self.form.relay_state.as_deref().unwrap_or_default()),
            ("Again", "1"),
        ];
        let page = FormPage {
            title: "One moment",
            message: "Your identity provider has answered. Your browser has to carry the answer on from this page.",
            reference: Some(client.request_id()),
            action: &self.acs_url,
            fields: &fields,
            button: "Continue",
            onwards: &self.onwards,
        };
        page.respond_with(HttpResponse::Forbidden())
    }
}
