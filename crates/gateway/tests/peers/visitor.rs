//! Somebody's way through both sides in a browser without scripts: forms are filled in and sent by hand.

use url::Url;

use crate::acme::Acme;
use crate::common::answer::Answer;
use crate::common::browser::Browser;
use crate::form::Form;

/// One browser's cookies at both sides.
pub(crate) struct Visitor<'a> {
    acme: &'a Acme,
    pub(crate) at_gateway: Browser,
    at_peer: Browser,
}

/// What the identity provider's last page would post to the gateway.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) saml_response: String,
    pub(crate) relay_state: String,
}

/// A request that the gateway's page would post to the identity provider.
#[derive(Debug, Clone)]
pub(crate) struct PostedRequest {
    pub(crate) saml_request: String,
    pub(crate) relay_state: String,
    pub(crate) to: Url,
}

impl<'a> Visitor<'a> {
    pub(crate) fn new(acme: &'a Acme) -> Self {
        Self { acme, at_gateway: Browser::new(&acme.base_url), at_peer: Browser::new(&acme.peer.url) }
    }

    /// Begins a login at the gateway and gives the address to which it leads at the identity provider.
    pub(crate) fn begin(&mut self, return_to: &str) -> Url {
        let login = format!("/saml/acme/login?return_to={return_to}");
        Url::parse(self.at_gateway.get(&login).expect(302).location()).unwrap()
    }

    /// Begins a login whose request travels by POST.
    pub(crate) fn begin_by_post(&mut self, return_to: &str) -> PostedRequest {
        let page = self.at_gateway.get(&format!("/saml/acme/login?return_to={return_to}")).expect(200);
        let form = Form::with_field(&page.body, "SAMLRequest").unwrap_or_else(|| panic!("no request in {page:#?}"));
        let field = |name| form.find(name).unwrap().to_owned();
        PostedRequest {
            saml_request: field("SAMLRequest"),
            relay_state: field("RelayState"),
            to: Url::parse(&form.action).unwrap(),
        }
    }

    /// Carries a request to the identity provider and follows where it leads there.
    pub(crate) fn post_at_peer(&mut self, request: &PostedRequest) -> (Url, Answer) {
        let fields = [("SAMLRequest", request.saml_request.as_str()), ("RelayState", request.relay_state.as_str())];
        let answer = self.at_peer.post_form(&path_of(&request.to), &fields);
        self.follow(&request.to, answer)
    }

    /// Opens an address of the identity provider and follows where it leads there.
    pub(crate) fn open_at_peer(&mut self, address: &Url) -> (Url, Answer) {
        let answer = self.at_peer.get(&path_of(address));
        self.follow(address, answer)
    }

    /// Opens an address of the identity provider and signs in there, where it asks for that.
    pub(crate) fn sign_in(&mut self, address: &Url) -> Posted {
        let opened = self.open_at_peer(address);
        self.sign_in_on(opened)
    }

    /// Signs in on a page of the identity provider, where it asks for that.
    pub(crate) fn sign_in_on(&mut self, (at, mut page): (Url, Answer)) -> Posted {
        if let Some(mut form) = Form::with_field(&page.body, "password") {
            form.fill_in("username", "ann");
            form.fill_in("password", "ann-password");
            let to = at.join(&form.action).unwrap();
            let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = self.at_peer.post_form(&path_of(&to), &fields);
            page = self.follow(&to, answer).1;
        }
        let form = Form::with_field(&page.body, "SAMLResponse")
            .unwrap_or_else(|| panic!("no response in {page:#?}\n{}", self.acme.peer.log()));
        assert_eq!(form.action, format!("{}/saml/acme/acs", self.acme.base_url));
        Posted {
            saml_response: form.find("SAMLResponse").unwrap().to_owned(),
            relay_state: form.find("RelayState").unwrap_or_default().to_owned(),
        }
    }

    /// Goes wherever an answer leads, on either side: along redirects, and with the messages that forms carry.
    pub(crate) fn walk(&mut self, from: &Url, answer: Answer) -> (Url, Answer) {
        let (mut at, mut answer) = (from.clone(), answer);
        for _ in 0..20 {
            if matches!(answer.status, 302 | 303) {
                at = at.join(answer.location()).unwrap();
                answer = self.at(&at).get(&path_of(&at));
                continue;
            }
            let carried = ["SAMLRequest", "SAMLResponse"].iter().find_map(|name| Form::with_field(&answer.body, name));
            let Some(form) = carried else { return (at, answer) };
            at = at.join(&form.action).unwrap();
            let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            answer = self.at(&at).post_form(&path_of(&at), &fields);
        }
        panic!("they lead nowhere: {answer:#?}");
    }

    /// Opens an address of the identity provider and follows it up to where it leads at the gateway.
    pub(crate) fn until_it_leaves_peer(&mut self, address: &Url) -> Url {
        let mut at = address.clone();
        for _ in 0..10 {
            let answer = self.at_peer.get(&path_of(&at));
            at = at.join(answer.location()).unwrap();
            if at.as_str().starts_with(&self.acme.base_url) {
                return at;
            }
        }
        panic!("it stays at the identity provider: {at}");
    }

    /// Opens an address of the identity provider and goes wherever it leads.
    pub(crate) fn walk_from_peer(&mut self, address: &str) -> (Url, Answer) {
        let address = Url::parse(address).unwrap();
        let answer = self.at_peer.get(&path_of(&address));
        self.walk(&address, answer)
    }

    /// Whether the identity provider wants to know who that is before it answers a login.
    pub(crate) fn is_asked_for_a_password(&mut self) -> bool {
        let asked = self.begin("/session");
        Form::with_field(&self.open_at_peer(&asked).1.body, "password").is_some()
    }

    /// The browser at the side to which an address belongs.
    fn at(&mut self, address: &Url) -> &mut Browser {
        if address.as_str().starts_with(&self.acme.base_url) { &mut self.at_gateway } else { &mut self.at_peer }
    }

    /// Carries the response to the gateway.
    pub(crate) fn post(&mut self, posted: &Posted) -> Answer {
        post(&mut self.at_gateway, posted)
    }

    fn follow(&mut self, from: &Url, answer: Answer) -> (Url, Answer) {
        let (mut at, mut answer) = (from.clone(), answer);
        for _ in 0..10 {
            if !matches!(answer.status, 302 | 303) {
                return (at, answer);
            }
            at = at.join(answer.location()).unwrap();
            assert_eq!(at.origin(), from.origin(), "the identity provider sends the browser away");
            answer = self.at_peer.get(&path_of(&at));
        }
        panic!("the identity provider leads nowhere: {answer:#?}");
    }
}

/// Carries a response to the gateway in some browser.
pub(crate) fn post(browser: &mut Browser, posted: &Posted) -> Answer {
    let fields = [("SAMLResponse", posted.saml_response.as_str()), ("RelayState", posted.relay_state.as_str())];
    browser.post_form("/saml/acme/acs", &fields)
}

fn path_of(address: &Url) -> String {
    let query = address.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", address.path())
}
