//! The responses of real products: let in as they are, once, and not with a byte changed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use crate::acme::{Acme, assert_is_anns};
use crate::common::browser::Browser;
use crate::peer::{Product, Ways};
use crate::visitor::{Posted, Visitor, post};

impl Product {
    /// What it can be told to sign. SimpleSAMLphp always signs the assertion, because our metadata ask for that.
    pub(crate) fn ways(self) -> Vec<(&'static str, Ways)> {
        let both = ("both_signed", Ways::default());
        let assertion = ("assertion_signed", Ways { signs_response: false, ..Ways::default() });
        let response = ("response_signed", Ways { signs_assertion: false, ..Ways::default() });
        match self {
            Self::SimpleSamlPhp => vec![both, assertion],
            Self::Pysaml2 => vec![both, assertion, response],
        }
    }
}

with_each_peer! {
    fn whatever_is_signed_it_is_let_in_once(product: Product) {
        for (_, ways) in product.ways() {
            let Some(acme) = Acme::trusting(product, ways) else { return };
            let mut visitor = Visitor::new(&acme);
            let asked = visitor.begin("/reports/7?month=5");
            let posted = visitor.sign_in(&asked);
            let mut before = visitor.at_gateway.with_the_same_cookies();
            let answer = visitor.post(&posted).expect(303);
            assert_eq!(answer.location(), "/reports/7?month=5", "{ways:?}");
            assert_is_anns(&visitor.at_gateway.session().unwrap());

            // The same response again: here, by somebody who has stolen the cookies as well, in another browser.
            visitor.post(&posted).expect(403);
            post(&mut before, &posted).expect(403);
            assert!(before.session().is_none());
            assert_eq!(acme.last_refusal(), "in_response_to");
            let mut elsewhere = Browser::new(&acme.base_url);
            post(&mut elsewhere, &posted).expect(403);
            assert!(elsewhere.session().is_none());
            assert!(visitor.at_gateway.session().is_some());
        }
    }

    fn a_role_that_was_changed_on_the_way_is_refused_and_uses_nothing_up(product: Product) {
        let Some(acme) = Acme::trusting(product, Ways::default()) else { return };
        let mut visitor = Visitor::new(&acme);
        let asked = visitor.begin("/session");
        let posted = visitor.sign_in(&asked);
        let xml = String::from_utf8(STANDARD.decode(&posted.saml_response).unwrap()).unwrap();
        let promoted = xml.replace(">NoAccess<", ">Member<");
        assert_ne!(xml, promoted);
        let forged = Posted { saml_response: STANDARD.encode(promoted), ..posted.clone() };
        visitor.post(&forged).expect(403);
        assert_eq!(acme.last_refusal(), "digest_mismatch");
        visitor.post(&posted).expect(303);
        assert_is_anns(&visitor.at_gateway.session().unwrap());
    }

    /// For pysaml2 this is the default.
    fn sha_1_is_refused_by_its_name_until_the_connection_permits_it(product: Product) {
        let Some(acme) = Acme::trusting(product, Ways { with_sha_1: true, ..Ways::default() }) else { return };
        let mut visitor = Visitor::new(&acme);
        let asked = visitor.begin("/session");
        let posted = visitor.sign_in(&asked);
        visitor.post(&posted).expect(403);
        let check = acme.last_refusal();
        assert!(["digest_algorithm", "signature_algorithm"].contains(&check.as_str()), "{check}");
        acme.permit_sha_1();
        visitor.post(&posted).expect(303);
        assert_is_anns(&visitor.at_gateway.session().unwrap());
    }

    fn an_unsolicited_response_signs_in_once_where_the_policy_allows_it(product: Product) {
        let Some(acme) = Acme::trusting(product, Ways::default()) else { return };
        acme.set_policy("idp_initiated=allow");
        let mut visitor = Visitor::new(&acme);
        let tile = Url::parse(&acme.peer.tile(&acme.entity_id, "/reports")).unwrap();
        let posted = visitor.sign_in(&tile);
        assert_eq!(visitor.post(&posted).expect(303).location(), "/reports");
        assert_is_anns(&visitor.at_gateway.session().unwrap());

        let mut elsewhere = Browser::new(&acme.base_url);
        post(&mut elsewhere, &posted).expect(403);
        assert!(elsewhere.session().is_none());
        assert_eq!(acme.last_refusal(), "already_used");
    }

    fn an_unsolicited_response_leads_to_a_login_of_our_own_where_it_does_not(product: Product) {
        let Some(acme) = Acme::trusting(product, Ways::default()) else { return };
        let mut visitor = Visitor::new(&acme);
        let tile = Url::parse(&acme.peer.tile(&acme.entity_id, "/reports")).unwrap();
        let unsolicited = visitor.sign_in(&tile);
        let bounced = visitor.post(&unsolicited).expect(303);
        assert!(!bounced.sets_session());
        let login = Url::parse(bounced.location()).unwrap();
        assert_eq!((login.path(), login.query()), ("/saml/acme/login", Some("return_to=%2Freports")));
        let asked = visitor.begin("%2Freports");
        let posted = visitor.sign_in(&asked);
        assert_eq!(visitor.post(&posted).expect(303).location(), "/reports");
        assert_is_anns(&visitor.at_gateway.session().unwrap());
    }
}
