//! What a person sees: the identity provider's own pages in a headless Chromium. The response crosses from one site to
//! another, so the cookie that binds a login to this browser has to come along.

use crate::acme::{Acme, assert_is_anns};
use crate::common::chromium::{Window, in_a_browser};
use crate::peer::{Product, Ways};

/// The key that sends a form (WebDriver, section 17.4.2).
const ENTER: char = '\u{e007}';

with_each_peer! {
    fn a_login_that_begins_here_ends_where_it_was_asked_to(product: Product) {
        let Some(acme) = Acme::trusting(product, Ways::default()) else { return };
        in_a_browser(|window| async move {
            window.open(&format!("{}/saml/acme/login?return_to=/session?from=app", acme.base_url)).await;
            sign_in(&window).await;
            window.arrive(&format!("{}/session?from=app", acme.base_url)).await;
            assert_is_anns(&window.json().await);
        });
    }

    /// The unsolicited response is thrown away and a login of our own begins, for which nobody has to sign in again.
    fn a_tile_leads_through_a_bounce_to_the_session(product: Product) {
        let Some(acme) = Acme::trusting(product, Ways::default()) else { return };
        in_a_browser(|window| async move {
            window.open(&acme.peer.tile(&acme.entity_id, "/session?from=tile")).await;
            sign_in(&window).await;
            window.arrive(&format!("{}/session?from=tile", acme.base_url)).await;
            assert_is_anns(&window.json().await);
        });
    }
}

async fn sign_in(window: &Window) {
    window.find("username").await.send_keys("ann").await.unwrap();
    window.find("password").await.send_keys(&format!("ann-password{ENTER}")).await.unwrap();
}
