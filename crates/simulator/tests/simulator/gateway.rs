//! A gateway of a few lines: keeps SCIM users in memory and every request it got.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex, mpsc},
    thread,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    rt::System,
    web::{self, Bytes, Data, Path, Query},
};
use chrono::DateTime;
use serde_json::{Value, json};
use simulator::{Clock, IdentityProvider, Settings, Simulator};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Method, path and query as sent.
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

/// What the server keeps, and how it is told to misbehave.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) users: Vec<Value>,
    pub(crate) received: Vec<Received>,
    /// Answers every request so, from now on.
    pub(crate) answer: Option<(u16, String)>,
}

type Shared = Arc<Mutex<Memory>>;

/// A running gateway; stops when dropped.
pub(crate) struct Gateway {
    pub(crate) memory: Shared,
    pub(crate) scim_base_url: String,
    handle: ServerHandle,
}

impl Gateway {
    pub(crate) fn start() -> Self {
        let memory = Shared::default();
        let shared = memory.clone();
        let (address, handle) = run(move |listener| {
            let server = HttpServer::new(move || App::new().app_data(Data::new(shared.clone())).configure(routes));
            server.workers(1).disable_signals().listen(listener).unwrap().run()
        });
        Self { memory, scim_base_url: format!("{address}/scim/v2"), handle }
    }

    /// The request lines so far; forgets them.
    pub(crate) fn take_lines(&self) -> Vec<String> {
        self.take_received().into_iter().map(|received| received.line).collect()
    }

    /// The requests so far; forgets them.
    pub(crate) fn take_received(&self) -> Vec<Received> {
        std::mem::take(&mut self.memory.lock().unwrap().received)
    }

    /// Answers every request so, from now on.
    pub(crate) fn answer(&self, status: u16, body: &Value) {
        self.memory.lock().unwrap().answer = Some((status, body.to_string()));
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// A running simulator with an identity provider of its own; stops when dropped.
pub(crate) struct Running {
    pub(crate) base_url: String,
    pub(crate) identity_provider: IdentityProvider,
    handle: ServerHandle,
}

impl Running {
    /// Starts it for a gateway; `prepare` runs first, e.g. to provision everybody.
    pub(crate) fn start(gateway: &Gateway, prepare: impl FnOnce(&Simulator)) -> Self {
        let identity_provider = IdentityProvider::generate("http://127.0.0.1:1", clock()()).unwrap();
        let simulator = Simulator::new(identity_provider.clone(), settings(gateway));
        prepare(&simulator);
        let (base_url, handle) = run(move |listener| simulator.serve(listener).unwrap());
        Self { base_url, identity_provider, handle }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// 2026-11-22, ten in the morning.
pub(crate) fn clock() -> Clock {
    Arc::new(|| DateTime::from_timestamp(1_795_341_600, 0).unwrap())
}

pub(crate) fn settings(gateway: &Gateway) -> Settings {
    Settings {
        login_url: "http://gate.test/saml/acme/login".to_owned(),
        acs_url: "http://gate.test/saml/acme/acs".to_owned(),
        slo_url: "http://gate.test/saml/acme/slo".to_owned(),
        audience: "http://gate.test/saml/acme/metadata".to_owned(),
        session_url: "http://gate.test/session".to_owned(),
        scim_base_url: gateway.scim_base_url.clone(),
        scim_token: "secret-token".into(),
        clock: clock(),
    }
}

/// Runs a server on a thread of its own and returns its address.
fn run(serve: impl FnOnce(TcpListener) -> actix_web::dev::Server + Send + 'static) -> (String, ServerHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        System::new().block_on(async move {
            let server = serve(listener);
            sender.send(server.handle()).unwrap();
            server.await
        })
    });
    (address, receiver.recv().unwrap())
}

fn routes(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/scim/v2/Users").route(web::get().to(list)).route(web::post().to(create)))
        .service(web::resource("/scim/v2/Users/{id}").route(web::get().to(read)).route(web::put().to(replace)));
}

async fn list(memory: Data<Shared>, request: HttpRequest, query: Query<Vec<(String, String)>>) -> HttpResponse {
    let mut memory = memory.lock().unwrap();
    if let Some(answer) = receive(&mut memory, &request, Value::Null) {
        return answer;
    }
    let filter = query.iter().find(|(name, _)| name == "filter").map(|(_, filter)| filter.clone());
    let matches =
        |user: &&Value| filter.as_ref().is_none_or(|filter| *filter == format!("userName eq {}", user["userName"]));
    let found: Vec<Value> = memory.users.iter().filter(matches).cloned().collect();
    HttpResponse::Ok().json(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": found.len(), "startIndex": 1, "itemsPerPage": found.len(), "Resources": found
    }))
}

async fn create(memory: Data<Shared>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let mut memory = memory.lock().unwrap();
    let mut user: Value = serde_json::from_slice(&body).unwrap();
    if let Some(answer) = receive(&mut memory, &request, user.clone()) {
        return answer;
    }
    user["id"] = json!(format!("id-{}", memory.users.len() + 1));
    user["meta"] = json!({ "resourceType": "User" });
    user.as_object_mut().unwrap().remove("password");
    memory.users.push(user.clone());
    HttpResponse::Created().json(user)
}

async fn read(memory: Data<Shared>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    let mut memory = memory.lock().unwrap();
    if let Some(answer) = receive(&mut memory, &request, Value::Null) {
        return answer;
    }
    match memory.users.iter().find(|user| user["id"] == id.as_str()) {
        Some(user) => HttpResponse::Ok().json(user),
        None => HttpResponse::NotFound().json(json!({ "status": "404", "detail": "there is no such user" })),
    }
}

async fn replace(memory: Data<Shared>, request: HttpRequest, id: Path<String>, body: Bytes) -> HttpResponse {
    let mut memory = memory.lock().unwrap();
    let new: Value = serde_json::from_slice(&body).unwrap();
    if let Some(answer) = receive(&mut memory, &request, new.clone()) {
        return answer;
    }
    let user = memory.users.iter_mut().find(|user| user["id"] == id.as_str()).unwrap();
    *user = new.clone();
    HttpResponse::Ok().json(new)
}

fn receive(memory: &mut Memory, request: &HttpRequest, body: Value) -> Option<HttpResponse> {
    let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = request.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    memory.received.push(Received { line: format!("{} {}", request.method(), request.uri()), headers, body });
    let (status, body) = memory.answer.clone()?;
    let status = actix_web::http::StatusCode::from_u16(status).unwrap();
    Some(HttpResponse::build(status).content_type("application/scim+json").body(body))
}
