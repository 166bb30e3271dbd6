//! Our requests in the eyes of products that check their signatures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use crate::acme::{Acme, assert_is_anns};
use crate::form::Form;
use crate::peer::{Product, Ways};
use crate::visitor::{PostedRequest, Visitor};

with_each_peer! {
    fn a_signed_request_is_understood(product: Product) {
        let Some(acme) = Acme::trusting(product, Ways { wants_signed_requests: true, ..Ways::default() }) else { return };
        let mut visitor = Visitor::new(&acme);
        let asked = visitor.begin("/session");
        assert!(asked.query_pairs().any(|(name, _)| name == "Signature"), "{asked}");
        let posted = visitor.sign_in(&asked);
        assert_eq!(visitor.post(&posted).expect(303).location(), "/session");
        assert_is_anns(&visitor.at_gateway.session().unwrap());
    }

    /// Without this the test above would not show that the signature is looked at.
    fn a_request_that_was_changed_on_the_way_is_refused_there(product: Product) {
        let Some(acme) = Acme::trusting(product, Ways { wants_signed_requests: true, ..Ways::default() }) else { return };
        let mut visitor = Visitor::new(&acme);
        let asked = visitor.begin("/session");
        let asks_for_a_password = |visitor: &mut Visitor, address: &Url| {
            Form::with_field(&visitor.open_at_peer(address).1.body, "password").is_some()
        };
        assert!(!asks_for_a_password(&mut visitor, &with_parameter(&asked, "RelayState", Some("another"))));
        assert!(!asks_for_a_password(&mut visitor, &with_parameter(&asked, "Signature", Some("AAAA"))));
        assert!(!asks_for_a_password(&mut visitor, &with_parameter(&asked, "Signature", None)));
        assert!(asks_for_a_password(&mut visitor, &asked));
    }

    fn a_signed_request_by_post_is_understood(product: Product) {
        let Some(acme) = Acme::trusting(product, Ways { wants_signed_requests: true, ..Ways::default() }) else { return };
        acme.set_policy("saml_request_binding=post");
        let mut visitor = Visitor::new(&acme);
        let asked = visitor.begin_by_post("/session");
        assert!(xml(&asked).contains("SignatureValue>"), "{asked:?}");
        let page = visitor.post_at_peer(&asked);
        let posted = visitor.sign_in_on(page);
        assert_eq!(visitor.post(&posted).expect(303).location(), "/session");
        assert_is_anns(&visitor.at_gateway.session().unwrap());
    }

    fn a_request_by_post_that_was_changed_on_the_way_is_refused_there(product: Product) {
        let Some(acme) = Acme::trusting(product, Ways { wants_signed_requests: true, ..Ways::default() }) else { return };
        acme.set_policy("saml_request_binding=post");
        let mut visitor = Visitor::new(&acme);
        let asked = visitor.begin_by_post("/session");
        let changed = xml(&asked).replacen(" Version=", " ForceAuthn=\"true\" Version=", 1);
        assert_ne!(changed, xml(&asked));
        let changed = PostedRequest { saml_request: STANDARD.encode(changed), ..asked.clone() };
        let mut asks_for_a_password =
            |request: &PostedRequest| Form::with_field(&visitor.post_at_peer(request).1.body, "password").is_some();
        assert!(!asks_for_a_password(&changed));
        assert!(asks_for_a_password(&asked));
    }
}

fn xml(request: &PostedRequest) -> String {
    String::from_utf8(STANDARD.decode(&request.saml_request).unwrap()).unwrap()
}

/// The address with one parameter set to another value, or without it.
fn with_parameter(address: &Url, name: &str, value: Option<&str>) -> Url {
    let others = address.query_pairs().into_owned().filter(|(known, _)| known != name).collect::<Vec<_>>();
    let mut changed = address.clone();
    changed.query_pairs_mut().clear().extend_pairs(others).extend_pairs(value.map(|value| (name, value)));
    changed
}
