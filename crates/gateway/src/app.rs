//! The HTTP server: every door on one address.

use std::future::{Future, poll_fn};
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use ::web::Site;
use ::web::access_token::AccessTokens;
use ::web::base_url::BaseUrl;
use ::web::client::Client;
use ::web::limit::Limits;
use ::web::page::Page;
use actix_web::dev::{Server as ActixServer, ServerHandle};
use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::rt::signal::unix::{self, SignalKind};
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, Result};
use console::SetUp;
use domain::clock::Clock;
use openssl::ssl::{SslAcceptor, SslAcceptorBuilder, SslFiletype, SslMethod};
use scim_api::RequestLog;
use store::Store;

use crate::config::{Server, Settings, Tls};
use crate::{telemetry, worker};

/// What the doors share.
pub fn site(store: Store, clock: Arc<dyn Clock>, base_url: BaseUrl, server: &Server) -> Result<Site> {
    let access_tokens = AccessTokens::load(&store, clock.now()).context("the signing key of access tokens")?;
    let limits = Limits::new(server.limits, clock.clone());
    Ok(Site {
        store,
        clock,
        limits: Arc::new(limits),
        base_url,
        access_tokens: Arc::new(access_tokens),
        trusted_proxies: server.trusted_proxies.clone().into(),
    })
}

/// A server that is bound; it answers while [`run`](Self::run) is awaited.
pub struct Serving {
    http: ActixServer,
    site: Site,
    requests: RequestLog,
}

impl Serving {
    /// Stops it from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.http.handle()
    }

    /// Serves until a signal or the handle stops it, finishes the requests in flight, and stores what waits to be.
    pub async fn run(self) -> io::Result<()> {
        let ended = self.http.await;
        worker::finish(self.site, self.requests).await;
        ended
    }
}

/// Serves on a listener that is bound already, until SIGTERM, SIGINT or the server's handle stops it; `set_up` opens the console's
/// first run. Call it inside an actix system: background work is started with it.
pub fn serve(site: Site, listener: TcpListener, settings: &Settings, set_up: SetUp) -> Result<Serving> {
    let (server, saml) = (&settings.server, settings.saml.settings()?);
    let mailer = settings.mail.mailer(&site.base_url)?;
    let console = console::Settings { sends_mail: mailer.is_some(), ..console::Settings::default() };
    let grace = server.shutdown_grace()?.duration().num_seconds().unsigned_abs();
    let shared = web::Data::new(site.clone());
    let requests = RequestLog::default();
    let request_log = web::Data::new(requests.clone());
    let http = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .app_data(request_log.clone())
            .wrap(from_fn(telemetry::trace))
            .configure(::web::routes::configure)
            .configure(scim_api::configure)
            .configure(invitations::configure)
            .configure(|config| console::configure(config, set_up.clone(), console.clone()))
            .configure(|config| saml_acs::configure(config, saml))
            .default_service(web::to(nothing_here))
    })
    .shutdown_timeout(grace)
    .shutdown_signal(signalled()?)
    .client_request_timeout(Duration::from_secs(10));
    let http = match &server.tls {
        Some(tls) => http.listen_openssl(listener, acceptor(tls)?),
        None => http.listen(listener),
    };
    let http = http.context("can't serve")?.run();
    worker::start(&site, requests.clone(), mailer);
    Ok(Serving { http, site, requests })
}

/// Ends with the first signal to stop. Left to itself, actix drops the requests in flight at a SIGINT.
fn signalled() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut signals = [unix::signal(SignalKind::terminate())?, unix::signal(SignalKind::interrupt())?];
    Ok(poll_fn(move |context| match signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    }))
}

async fn nothing_here(client: Client) -> HttpResponse {
    let message = "There is nothing at this address.";
    Page { title: "Nothing here", message, reference: Some(client.request_id()) }.respond(StatusCode::NOT_FOUND)
}

pub(crate) fn acceptor(tls: &Tls) -> Result<SslAcceptorBuilder> {
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    acceptor
        .set_certificate_chain_file(&tls.cert)
        .with_context(|| format!("can't use the certificate in {}", tls.cert.display()))?;
    acceptor
        .set_private_key_file(&tls.key, SslFiletype::PEM)
        .with_context(|| format!("can't use the key in {}", tls.key.display()))?;
    acceptor.check_private_key().context("the TLS key does not belong to the certificate")?;
    Ok(acceptor)
}
