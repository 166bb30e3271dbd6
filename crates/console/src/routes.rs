//! Every route of the console, with who may use it. What is not in this table does not exist.

use std::sync::{Arc, Mutex};

use actix_web::middleware::from_fn;
use actix_web::{guard, web};

use crate::gate::gate;
use crate::set_up::SetUp;
use crate::{access, account, assets, audit, connections, enter, guide, home, people, scim, sessions, set_up, sign_in};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privilege {
    /// Anybody: the way in.
    Anyone,
    /// Whoever administers the workspace: its Environment admins in dev, and its owner.
    Administrator,
    /// The owner alone.
    Owner,
}

/// A route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// `Get` or `Post`.
    pub method: &'static str,
    /// Who may use it.
    pub who: Privilege,
    /// Its path.
    pub path: &'static str,
}

/// What the console knows of the process that it is part of.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether there is a mail server to hand invitations to.
    pub sends_mail: bool,
    /// Held by whoever walks over a log: a walk reads all of it, and one at a time is enough for anybody.
    pub walking: Arc<Mutex<()>>,
}

macro_rules! routes {
    ($($method:ident $who:ident $path:literal => $handler:path;)+) => {
        /// Every route.
        pub const ROUTES: &[Route] =
            &[$(Route { method: stringify!($method), who: Privilege::$who, path: $path }),+];

        fn add_all(config: &mut web::ServiceConfig) {
            $(config.service(
                web::resource($path)
                    .guard(guard::$method())
                    .wrap(from_fn(|request, next| gate(Privilege::$who, request, next)))
                    .to($handler),
            );)+
        }
    };
}

routes! {
    Get Anyone "/" => sign_in::lead_here;
    Get Anyone "/console" => sign_in::lead_here;
    Get Anyone "/console/" => sign_in::choose;
    Get Anyone "/console/_assets/{name}" => assets::serve;
    Get Anyone "/console/_set-up" => set_up::show;
    Post Anyone "/console/_set-up" => set_up::make;
    Get Anyone "/console/{workspace}/sign-in" => sign_in::show;
    Post Anyone "/console/{workspace}/sign-in" => sign_in::as_owner;
    Get Anyone "/console/{workspace}/enter" => enter::through_saml;
    Post Administrator "/console/{workspace}/sign-out" => sessions::sign_out;
    Get Administrator "/console/{workspace}" => home::show;
    Get Administrator "/console/{workspace}/people" => people::list::show;
    Get Administrator "/console/{workspace}/people/bulk" => people::bulk::confirm;
    Post Administrator "/console/{workspace}/people/bulk" => people::bulk::act;
    Get Administrator "/console/{workspace}/people/{person}" => people::person::show;
    Get Administrator "/console/{workspace}/people/{person}/receipt" => people::receipt::show;
    Get Administrator "/console/{workspace}/people/{person}/confirm/{action}" => people::actions::confirm;
    Post Administrator "/console/{workspace}/people/{person}/do/{action}" => people::actions::act;
    Post Administrator "/console/{workspace}/people/{person}/role" => people::actions::set_role;
    Post Administrator "/console/{workspace}/people/{person}/groups" => people::actions::join;
    Post Administrator "/console/{workspace}/people/{person}/groups/leave" => people::actions::leave;
    Post Administrator "/console/{workspace}/people/{person}/link" => people::actions::link;
    Post Administrator "/console/{workspace}/people/{person}/sessions/end" => people::actions::end_session;
    Get Administrator "/console/{workspace}/access" => access::matrix::show;
    Get Administrator "/console/{workspace}/access/environments" => access::environments::list;
    Post Administrator "/console/{workspace}/access/environments" => access::environments::add;
    Get Administrator "/console/{workspace}/access/environments/{environment}" => access::environments::show;
    Post Administrator "/console/{workspace}/access/environments/{environment}" => access::environments::set;
    Post Administrator "/console/{workspace}/access/environments/{environment}/remove" => access::environments::remove;
    Get Administrator "/console/{workspace}/access/roles" => access::roles::list;
    Post Administrator "/console/{workspace}/access/roles" => access::roles::add;
    Get Administrator "/console/{workspace}/access/role" => access::roles::show;
    Post Administrator "/console/{workspace}/access/role" => access::roles::set;
    Get Administrator "/console/{workspace}/access/groups" => access::groups::list;
    Post Administrator "/console/{workspace}/access/groups" => access::groups::add;
    Get Administrator "/console/{workspace}/access/groups/{group}" => access::members::list;
    Post Administrator "/console/{workspace}/access/groups/{group}/members" => access::members::add;
    Post Administrator "/console/{workspace}/access/groups/{group}/members/remove" => access::members::remove;
    Get Administrator "/console/{workspace}/access/mappings" => access::mappings::list;
    Post Administrator "/console/{workspace}/access/mappings" => access::mappings::add;
    Post Administrator "/console/{workspace}/access/mappings/remove" => access::mappings::remove;
    Get Administrator "/console/{workspace}/access/policy" => access::policy::show;
    Post Administrator "/console/{workspace}/access/policy" => access::policy::save;
    Post Administrator "/console/{workspace}/access/policy/edit" => access::policy::edit;
    Post Administrator "/console/{workspace}/access/policy/review" => access::review::show;
    Get Administrator "/console/{workspace}/connections" => connections::list::show;
    Get Administrator "/console/{workspace}/connections/new" => connections::change::begin;
    Post Administrator "/console/{workspace}/connections/new" => connections::change::add;
    Get Administrator "/console/{workspace}/connections/idp/{idp}" => connections::show::show;
    Get Administrator "/console/{workspace}/connections/idp/{idp}/change" => connections::change::show;
    Post Administrator "/console/{workspace}/connections/idp/{idp}/change" => connections::change::change;
    Post Administrator "/console/{workspace}/connections/idp/{idp}/fetch" => connections::show::fetch;
    Post Administrator "/console/{workspace}/connections/idp/{idp}/roll-back" => connections::show::roll_back;
    Get Administrator "/console/{workspace}/connections/idp/{idp}/remove" => connections::remove::ask;
    Post Administrator "/console/{workspace}/connections/idp/{idp}/remove" => connections::remove::remove;
    Get Administrator "/console/{workspace}/connections/logins" => connections::logins::list;
    Get Administrator "/console/{workspace}/connections/logins/{reference}" => connections::logins::show;
    Get Administrator "/console/{workspace}/connections/tests/{reference}" => connections::logins::show_test;
    Get Administrator "/console/{workspace}/connections/keys" => connections::keys::list;
    Post Administrator "/console/{workspace}/connections/keys/add" => connections::keys::add;
    Post Administrator "/console/{workspace}/connections/keys/activate" => connections::keys::activate;
    Post Administrator "/console/{workspace}/connections/keys/remove" => connections::keys::remove;
    Get Administrator "/console/{workspace}/scim" => scim::overview::show;
    Post Administrator "/console/{workspace}/scim/enable" => scim::overview::enable;
    Post Administrator "/console/{workspace}/scim/disable" => scim::overview::disable;
    Post Administrator "/console/{workspace}/scim/tokens" => scim::tokens::make;
    Post Administrator "/console/{workspace}/scim/tokens/revoke" => scim::tokens::revoke;
    Get Administrator "/console/{workspace}/scim/requests" => scim::requests::list;
    Get Administrator "/console/{workspace}/scim/requests/{number}" => scim::requests::show;
    Get Administrator "/console/{workspace}/audit" => audit::list;
    Get Administrator "/console/{workspace}/audit/export" => audit::export;
    Post Administrator "/console/{workspace}/audit/verify" => audit::verify;
    Get Administrator "/console/{workspace}/audit/{seq}" => audit::show;
    Get Administrator "/console/{workspace}/sessions" => sessions::list;
    Post Administrator "/console/{workspace}/sessions/end" => sessions::end;
    Get Administrator "/console/{workspace}/guide" => guide::choose;
    Get Administrator "/console/{workspace}/guide/{product}/{step}" => guide::step;
    Post Administrator "/console/{workspace}/guide/{product}/metadata" => guide::put_metadata;
    Post Administrator "/console/{workspace}/guide/{product}/provisioning" => guide::provision;
    Get Owner "/console/{workspace}/account" => account::show;
    Post Owner "/console/{workspace}/account/password" => account::change_password;
    Post Owner "/console/{workspace}/account/second-factor" => account::set_up_second_factor;
}

/// Adds the console. The set-up is open while there is no workspace.
pub fn configure(config: &mut web::ServiceConfig, set_up: SetUp, settings: Settings) {
    config.app_data(web::Data::new(set_up)).app_data(web::Data::new(settings));
    add_all(config);
}
