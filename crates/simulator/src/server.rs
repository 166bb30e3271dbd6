//! The routes.

use std::net::TcpListener;

use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::DefaultHeaders,
    web::{Data, FormConfig, ServiceConfig, get, post, resource},
};

use crate::{
    identity_provider::IdentityProvider,
    pages::{edit, people, provision, sign_in, slo, sso},
    simulator::Simulator,
};

/// Base64 of the longest `AuthnRequest`, and room for the other fields.
const FORM_LIMIT: usize = 256 * 1024;

pub(crate) fn serve(simulator: Simulator, listener: TcpListener) -> std::io::Result<Server> {
    let simulator = Data::new(simulator);
    let server = HttpServer::new(move || {
        App::new()
            .wrap(DefaultHeaders::new().add(("Cache-Control", "no-store")).add(("X-Content-Type-Options", "nosniff")))
            .app_data(simulator.clone())
            .app_data(FormConfig::default().limit(FORM_LIMIT))
            .configure(|routes| configure(routes, &simulator.identity_provider))
    });
    Ok(server.workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run())
}

pub(crate) fn configure(routes: &mut ServiceConfig, provider: &IdentityProvider) {
    let (sso_path, slo_path) = (provider.sso_path(), provider.slo_path());
    routes
        .route("/", get().to(people::show))
        .route("/metadata", get().to(people::metadata))
        .route("/sign-out", post().to(sign_in::sign_out))
        .service(resource("/people/{key}").route(get().to(edit::show)).route(post().to(edit::save)))
        .route("/people/{key}/sign-in", post().to(sign_in::sign_in))
        .route("/people/{key}/tile", post().to(sign_in::open_tile))
        .route("/people/{key}/push", post().to(provision::push))
        .route("/people/{key}/deactivate", post().to(provision::deactivate))
        .route("/people/{key}/reactivate", post().to(provision::reactivate))
        .service(resource(slo_path).route(get().to(slo::redirect_binding)).route(post().to(slo::post_binding)))
        .service(resource(sso_path).route(get().to(sso::redirect_binding)).route(post().to(sso::post_binding)));
}
