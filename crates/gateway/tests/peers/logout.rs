//! Single logout with real products, in both directions and by both bindings. They check our signatures, and sign themselves.

use url::Url;

use crate::acme::Acme;
use crate::common::answer::Answer;
use crate::peer::{Product, Ways};
use crate::visitor::Visitor;

const BINDINGS: [&str; 2] = ["HTTP-Redirect", "HTTP-POST"];

fn by(logout_by: &'static str) -> Ways {
    Ways { wants_signed_requests: true, logout_by, ..Ways::default() }
}

/// Ann with a session on either side.
fn signed_in(acme: &Acme) -> Visitor<'_> {
    let mut visitor = Visitor::new(acme);
    let asked = visitor.begin("/session");
    let posted = visitor.sign_in(&asked);
    visitor.post(&posted).expect(303);
    assert!(visitor.at_gateway.session().is_some());
    visitor
}

/// Presses "sign out" at the gateway.
fn log_out(acme: &Acme, visitor: &mut Visitor<'_>) -> (Url, Answer) {
    let answer = visitor.at_gateway.log_out_from(&acme.base_url);
    assert!(visitor.at_gateway.session().is_none(), "it is over here already");
    (Url::parse(&acme.base_url).unwrap().join("/logout").unwrap(), answer)
}

with_each_peer! {
    fn who_signs_out_here_is_signed_out_there(product: Product) {
        for binding in BINDINGS {
            let Some(acme) = Acme::trusting(product, by(binding)) else { return };
            let mut visitor = signed_in(&acme);
            assert!(!visitor.is_asked_for_a_password(), "the identity provider knows Ann");
            let (from, answer) = log_out(&acme, &mut visitor);
            assert_eq!(answer.status, if binding == "HTTP-POST" { 200 } else { 303 }, "{answer:#?}");
            let (at, page) = visitor.walk(&from, answer);
            assert_eq!(at.path(), "/saml/acme/slo", "{page:#?}\n{}", acme.peer.log());
            assert!(page.clone().expect(200).body.contains("<h1>Signed out</h1>"), "{page:#?}");
            let told = acme.audit("logout.completed");
            assert_eq!(told.len(), 1, "{binding}: {told:?} {:?}", acme.audit("logout.failed"));
            assert_eq!(told[0]["after"]["request"], acme.audit("session.ended")[0]["after"]["request"]);
            assert!(visitor.is_asked_for_a_password(), "{binding}: the identity provider does not know Ann any more");
        }
    }

    fn who_signs_out_there_is_signed_out_here(product: Product) {
        for binding in BINDINGS {
            let Some(acme) = Acme::trusting(product, by(binding)) else { return };
            let (mut visitor, mut elsewhere) = (signed_in(&acme), signed_in(&acme));
            let (at, page) = visitor.walk_from_peer(&acme.peer.sign_out());
            assert!(at.as_str().starts_with(&acme.peer.url), "{at} {page:#?}\n{}", acme.peer.log());
            let page = page.expect(200);
            if product == Product::Pysaml2 {
                assert_eq!(page.body, "urn:oasis:names:tc:SAML:2.0:status:Success");
            }
            assert!(visitor.at_gateway.session().is_none(), "{binding}: {:?}", acme.audit("logout.failed"));
            assert!(visitor.is_asked_for_a_password());
            // SimpleSAMLphp names the session by its index; pysaml2, as it is told here, means all of Ann's.
            let ended = acme.audit("session.ended");
            assert_eq!(elsewhere.at_gateway.session().is_some(), product == Product::SimpleSamlPhp, "{ended:?}");
            assert_eq!(ended.len(), if product == Product::SimpleSamlPhp { 1 } else { 2 });
            for entry in ended {
                assert_eq!(entry["after"]["reason"], "single logout");
                assert_eq!(entry["actor"]["type"], "logout_message");
            }
        }
    }

    /// Without this the first test would not show that our signature is looked at.
    fn a_logout_that_was_changed_on_the_way_is_refused_there(product: Product) {
        let Some(acme) = Acme::trusting(product, by("HTTP-Redirect")) else { return };
        let mut visitor = signed_in(&acme);
        let (from, mut answer) = log_out(&acme, &mut visitor);
        let changed = answer.location().replace("&SigAlg", "&RelayState=another&SigAlg");
        answer.headers.insert("location", changed.parse().unwrap());
        let (at, page) = visitor.walk(&from, answer);
        assert!(at.as_str().starts_with(&acme.peer.url), "{at}");
        assert!(page.status == 403 || page.body.contains("Unhandled exception"), "{page:#?}");
        assert!(!visitor.is_asked_for_a_password(), "Ann is signed in there as before");
        assert!(acme.audit("logout.completed").is_empty());
    }

    /// The answer of a real product, with a byte of it changed.
    fn an_answer_that_was_changed_on_the_way_is_refused_here(product: Product) {
        let Some(acme) = Acme::trusting(product, by("HTTP-Redirect")) else { return };
        let mut visitor = signed_in(&acme);
        let (_, answer) = log_out(&acme, &mut visitor);
        let to_peer = Url::parse(answer.location()).unwrap();
        let answer = visitor.until_it_leaves_peer(&to_peer);
        let changed = answer.as_str().replace("SAMLResponse=", "RelayState=another&SAMLResponse=");
        let changed = Url::parse(&changed).unwrap();
        visitor.at_gateway.get(&format!("{}?{}", changed.path(), changed.query().unwrap())).expect(403);
        assert_eq!(acme.audit("logout.failed")[0]["after"]["check"], "signature_invalid");
        visitor.at_gateway.get(&format!("{}?{}", answer.path(), answer.query().unwrap())).expect(200);
        assert_eq!(acme.audit("logout.completed").len(), 1);
    }
}
