//! The pages as a browser without JavaScript meets them.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::DeflateEncoder};
use roxmltree::Document;
use samael::crypto::{CertificateDer, Crypto, CryptoProvider, ReduceMode};
use simulator::Simulator;
use url::form_urlencoded;

use crate::gateway::{Gateway, Running};

const REQUEST: &str = concat!(
    r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_request-1" Version="2.0" "#,
    r#"AssertionConsumerServiceURL="http://gate.test/saml/acme/acs"><saml:Issuer "#,
    r#"xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">http://gate.test/saml/acme/metadata</saml:Issuer>"#,
    r#"</samlp:AuthnRequest>"#,
);

/// What a browser sees.
struct Page {
    status: u16,
    location: String,
    cookie: String,
    text: String,
}

struct Browser {
    agent: ureq::Agent,
    base_url: String,
    cookie: String,
    origin: Option<String>,
}

impl Browser {
    fn new(running: &Running) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent = config.max_redirects_will_error(false).build().into();
        Self { agent, base_url: running.base_url.clone(), cookie: String::new(), origin: None }
    }

    fn get(&mut self, path: &str) -> Page {
        let request = self.agent.get(format!("{}{path}", self.base_url)).header("Cookie", &self.cookie);
        let response = request.call().unwrap();
        self.read(response)
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let origin = self.origin.as_ref().unwrap_or(&self.base_url);
        let request = self.agent.post(format!("{}{path}", self.base_url));
        let request = request.header("Cookie", &self.cookie).header("Origin", origin);
        let response = request.content_type("application/x-www-form-urlencoded").send(body).unwrap();
        self.read(response)
    }

    fn read(&mut self, mut response: ureq::http::Response<ureq::Body>) -> Page {
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (location, cookie) = (header("location").unwrap_or_default(), header("set-cookie").unwrap_or_default());
        if !cookie.is_empty() {
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        let status = response.status().as_u16();
        Page { status, location, cookie, text: response.body_mut().read_to_string().unwrap() }
    }
}

impl Page {
    /// The value of a hidden field.
    fn hidden(&self, name: &str) -> Option<String> {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.text.split_once(&start)?;
        Some(rest.split('"').next().unwrap().replace("&#43;", "+").replace("&#61;", "=").replace("&#47;", "/"))
    }

    /// The verified bytes of the response that the page posts.
    fn verified_response(&self, running: &Running) -> String {
        let xml = STANDARD.decode(self.hidden("SAMLResponse").unwrap()).unwrap();
        let certificate = CertificateDer::from(running.identity_provider.certificate_der().to_vec());
        let xml = String::from_utf8(xml).unwrap();
        Crypto::reduce_xml_to_signed(&xml, &[certificate], ReduceMode::PreDigest).unwrap()
    }
}

fn provisioned(gateway: &Gateway) -> Running {
    Running::start(gateway, |simulator: &Simulator| assert_eq!(simulator.provision_everyone().unwrap().len(), 6))
}

fn redirect_query(xml: &str, relay_state: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(xml.as_bytes()).unwrap();
    let saml_request = STANDARD.encode(encoder.finish().unwrap());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("SAMLRequest", &saml_request).append_pair("RelayState", relay_state).finish()
}

#[test]
fn signing_in_leads_to_the_gateway_and_its_request_is_answered_at_once() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    let mut browser = Browser::new(&running);

    let page = browser.post("/people/ann/sign-in", &[]);
    assert_eq!((page.status, page.location.as_str()), (303, "http://gate.test/saml/acme/login"));
    assert!(page.cookie.contains("HttpOnly") && page.cookie.contains("SameSite=Lax"));

    let sso = running.identity_provider.sso_path();
    let page = browser.get(&format!("{sso}?{}", redirect_query(REQUEST, "opaque-handle")));
    assert_eq!(page.hidden("RelayState").as_deref(), Some("opaque-handle"));
    assert!(page.text.contains("action=\"http://gate.test/saml/acme/acs\"") && page.text.contains("id=\"continue\""));
    let response = page.verified_response(&running);
    let document = Document::parse(&response).unwrap();
    assert_eq!(document.root_element().attribute("InResponseTo"), Some("_request-1"));
    assert!(response.contains("ann@acme.test") && response.contains("Operations"));
}

#[test]
fn a_stranger_is_asked_who_they_are_and_the_request_is_carried_on() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    let mut browser = Browser::new(&running);
    let sso = running.identity_provider.sso_path();

    let page = browser.get(&format!("{sso}?{}", redirect_query(REQUEST, "handle")));
    assert!(page.text.contains("Who are you?") && page.text.contains("id=\"pick-olena\""));
    let saml_request = page.hidden("SAMLRequest").unwrap();
    let page = browser.post(&sso, &[("SAMLRequest", &saml_request), ("RelayState", "handle"), ("person", "olena")]);
    assert!(page.verified_response(&running).contains("InResponseTo=\"_request-1\""));

    let page =
        browser.get(&format!("{sso}?{}", redirect_query(&REQUEST.replace(" ID=", " ForceAuthn=\"true\" ID="), "")));
    assert!(page.text.contains("Who are you?"), "ForceAuthn asks again");
    browser.post("/sign-out", &[]);
    let page = browser.post(&sso, &[("SAMLRequest", &saml_request)]);
    assert!(page.text.contains("Who are you?"), "the POST binding asks a stranger too");
}

#[test]
fn a_request_for_another_address_is_not_answered() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    let mut browser = Browser::new(&running);
    browser.post("/people/ann/sign-in", &[]);
    let sso = running.identity_provider.sso_path();
    let page = browser.get(&format!("{sso}?{}", redirect_query(&REQUEST.replace("/acs", "/<acs"), "")));
    assert_eq!(page.status, 400);
    let page =
        browser.get(&format!("{sso}?{}", redirect_query(&REQUEST.replace("gate.test/saml/acme/acs", "evil.test"), "")));
    assert_eq!(page.status, 400);
    assert!(page.text.contains("asks for an answer to http://evil.test") && page.hidden("SAMLResponse").is_none());
    assert_eq!(browser.get(&sso).status, 400);
}

#[test]
fn the_tile_posts_an_unsolicited_response() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    let page = Browser::new(&running).post("/people/siobhan/tile", &[("RelayState", "/\"reports")]);
    let response = page.verified_response(&running);
    assert!(!response.contains("InResponseTo") && !response.contains("workato_user_groups"));
    assert_eq!(page.hidden("RelayState").as_deref(), Some("/&#34;reports"));
}

#[test]
fn deactivating_and_reactivating_put_over_scim_and_show() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    let mut browser = Browser::new(&running);

    let page = browser.post("/people/ann/deactivate", &[]);
    assert_eq!((page.status, page.location.as_str()), (303, "/#person-ann"));
    assert_eq!(gateway.memory.lock().unwrap().users[0]["active"], false);
    let page = browser.get("/");
    assert!(page.text.contains(">Deactivated, 10:00:00<") && page.text.contains("id=\"reactivate-ann\""));

    browser.post("/people/ann/reactivate", &[]);
    assert_eq!(gateway.memory.lock().unwrap().users[0]["active"], true);
    assert!(browser.get("/").text.contains(">Reactivated, 10:00:00<"));
}

#[test]
fn somebody_deactivated_is_signed_in_only_nevertheless() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    let mut browser = Browser::new(&running);
    browser.post("/people/ann/deactivate", &[]);
    browser.post("/people/ann/sign-in", &[]);
    let sso = running.identity_provider.sso_path();

    let page = browser.get(&format!("{sso}?{}", redirect_query(REQUEST, "handle")));
    assert!(page.text.contains("Okta would stop Ann Lee here") && page.hidden("SAMLResponse").is_none());
    let saml_request = page.hidden("SAMLRequest").unwrap();
    let fields =
        [("SAMLRequest", saml_request.as_str()), ("RelayState", "handle"), ("person", "ann"), ("nevertheless", "on")];
    assert!(browser.post(&sso, &fields).verified_response(&running).contains("ann@acme.test"));

    assert!(browser.post("/people/ann/tile", &[]).text.contains("id=\"sign-in-nevertheless\""));
    assert!(browser.post("/people/ann/tile", &[("nevertheless", "on")]).hidden("SAMLResponse").is_some());
}

#[test]
fn an_edit_is_kept_and_pushed() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    let mut browser = Browser::new(&running);
    assert!(browser.get("/people/ann").text.contains("value=\"Environment admin\" selected"));
    gateway.take_lines();
    let fields = [
        ("given_name", "Ann"),
        ("family_name", "Lee-Müller"),
        ("user_name", "ann@acme.test"),
        ("role_dev", "Member"),
        ("role_prod_other", "Overlord"),
        ("roles_over_scim", "on"),
        ("group", "Support"),
    ];
    browser.post("/people/ann", &fields);
    assert_eq!(gateway.take_lines(), ["GET /scim/v2/Users/id-1", "PUT /scim/v2/Users/id-1"]);
    let user = gateway.memory.lock().unwrap().users[0].clone();
    let roles = &user["urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole"];
    assert_eq!(user["displayName"], "Ann Lee-Müller");
    assert_eq!((&roles["workato_role"], &roles["workato_role_prod"]), (&"Member".into(), &"Overlord".into()));
    let response = browser.post("/people/ann/tile", &[]).verified_response(&running);
    assert!(response.contains("Overlord") && response.contains("Support") && !response.contains("workato_role_test"));
}

#[test]
fn a_refused_push_is_shown_with_the_gateways_reason_and_can_be_tried_again() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    let mut browser = Browser::new(&running);
    gateway.answer(403, &serde_json::json!({ "detail": "held <b>by</b> an administrator" }));
    browser.post("/people/ann/reactivate", &[]);
    let page = browser.get("/");
    assert!(
        page.text.contains("held &#60;b&#62;by&#60;/b&#62; an administrator") && page.text.contains("id=\"push-ann\"")
    );
    gateway.memory.lock().unwrap().answer = None;
    browser.post("/people/ann/push", &[]);
    assert!(browser.get("/").text.contains(">Profile pushed, 10:00:00<"));
}

#[test]
fn a_form_from_another_site_changes_nothing() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    let mut browser = Browser::new(&running);
    for origin in ["http://evil.test", "null", "http://127.0.0.1:9"] {
        browser.origin = Some(origin.to_owned());
        assert_eq!(browser.post("/people/ann/deactivate", &[]).status, 403, "{origin}");
    }
    assert_eq!(gateway.memory.lock().unwrap().users[0]["active"], true);
}

#[test]
fn the_metadata_is_published() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    assert_eq!(Browser::new(&running).get("/metadata").text, running.identity_provider.metadata());
}

#[test]
fn nobody_is_found_under_an_unknown_key() {
    let gateway = Gateway::start();
    let running = provisioned(&gateway);
    let page = Browser::new(&running).get("/people/%3Cb%3E");
    assert_eq!(page.status, 404);
    assert!(!page.text.contains("“<b>”"));
}
