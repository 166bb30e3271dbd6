//! What every door needs: who asks, sessions and their cookies, access tokens, randomness, limits of trust, plain pages.

pub mod access_token;
pub mod action_page;
pub mod base_url;
pub mod blocking;
pub mod client;
pub mod csrf;
pub mod form_page;
pub mod limit;
pub mod page;
pub mod password;
pub mod random;
pub mod routes;
pub mod same_origin;
pub mod second_factor;
pub mod session;
pub mod site;

pub use site::Site;
