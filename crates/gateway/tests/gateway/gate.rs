//! A real gateway on a port of its own, at ten in the morning until a test moves the clock.

use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, LazyLock, mpsc};
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use administration::metadata::{Wanted, check};
use administration::workspace::{WorkspacePlan, create};
use chrono::{DateTime, Duration, Utc};
use console::SetUp;
use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, SealedEntry, Source, Subject};
use domain::clock::{Clock, FixedClock, Timestamp};
use domain::collaborator::{Person, UserName};
use domain::command::{Command, Context};
use domain::custom_attribute::{CustomAttribute, Shape};
use domain::environment::{Environment, GroupName, RoleName};
use domain::explain::explain;
use domain::group::Group;
use domain::id::{GroupId, WorkspaceId};
use domain::policy::{Invitations, Policy};
use domain::role::Role;
use domain::workspace::WorkspaceHandle;
use gateway::app;
use gateway::config::Settings;
use secrecy::ExposeSecret;
use serde_json::Value;
use simulator::IdentityProvider;
use store::{AuditFilter, Connection, Link, LinkPurpose, MasterKey, NewWorkspace, Owner, Store};

use crate::common::database::Database;
use crate::common::provider::Workspace;

/// Makes two tests of each story: one on SQLite, one on PostgreSQL.
macro_rules! on_both_databases {
    ($($(#[$about:meta])* fn $name:ident($gate:ident: &Gate) $story:block)+) => {$(
        $(#[$about])*
        mod $name {
            #[allow(unused_imports, reason = "each story uses its own part")]
            use super::*;

            fn story($gate: &crate::gate::Gate) $story

            #[test]
            fn sqlite() {
                story(&crate::gate::Gate::on_sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(gate) = crate::gate::Gate::on_postgres() {
                    story(&gate);
                }
            }
        }
    )+};
}

/// 2026-11-22, ten in the morning.
pub(crate) fn ten_o_clock() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_341_600, 0).unwrap()
}

/// A key takes a while to make, so all workspaces trust the same identity provider unless a test makes another.
static PROVIDER: LazyLock<IdentityProvider> =
    LazyLock::new(|| IdentityProvider::generate("http://okta.test", ten_o_clock()).unwrap());

/// A running gateway with the workspace `acme`; it ends with the test.
pub(crate) struct Gate {
    pub(crate) acme: Workspace,
    pub(crate) base_url: String,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) store: Store,
    _server: Server,
    // Dropped last.
    database: Database,
}

/// A gateway that has no workspace yet, and the token that opens its set-up.
pub(crate) struct Bare {
    pub(crate) base_url: String,
    pub(crate) token: String,
    pub(crate) store: Store,
    _server: Server,
    _database: Database,
}

impl Bare {
    pub(crate) fn on_sqlite() -> Self {
        Self::on(Database::sqlite())
    }

    pub(crate) fn on_postgres() -> Option<Self> {
        Database::postgres().map(Self::on)
    }

    fn on(database: Database) -> Self {
        let store = open(&database);
        store.migrate().unwrap();
        let (listener, listen) = listen();
        let token = ::web::random::secret().unwrap();
        let clock = Arc::new(FixedClock::at(ten_o_clock()));
        let server = serve_with(store.clone(), clock, load_settings("", &listen), listener, SetUp::by(&token));
        let (base_url, token) = (format!("http://{listen}"), token.expose_secret().to_owned());
        Self { base_url, token, store, _server: server, _database: database }
    }
}

/// A server that ends with the test.
struct Server {
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

/// A further node of a gateway: on its database, under its base URL, at an address of its own.
pub(crate) struct Node {
    pub(crate) address: String,
    _server: Server,
}

impl Gate {
    pub(crate) fn on_sqlite() -> Self {
        Self::on(Database::sqlite())
    }

    /// With settings of its own, such as the address by which the outside knows it; it listens at [`Self::base_url`].
    pub(crate) fn with_settings(text: &str) -> Self {
        Self::on_with(Database::sqlite(), text)
    }

    /// `None` where no server is given to test with.
    pub(crate) fn on_postgres() -> Option<Self> {
        Database::postgres().map(Self::on)
    }

    fn on(database: Database) -> Self {
        Self::on_with(database, "")
    }

    fn on_with(database: Database, settings: &str) -> Self {
        let store = open(&database);
        store.migrate().unwrap();
        let clock = Arc::new(FixedClock::at(ten_o_clock()));
        let (listener, listen) = listen();
        let settings = load_settings(settings, &listen);
        let known_as = settings.server.base_url().unwrap().to_string();
        let server = serve(store.clone(), clock.clone(), settings, listener);
        let acme = make_workspace(&store, "acme", &known_as, &clock);
        Self { acme, base_url: format!("http://{listen}"), clock, store, _server: server, database }
    }

    /// Another node. SQLite has one writer, so that this is for PostgreSQL.
    pub(crate) fn add_node(&self) -> Node {
        let (listener, listen) = listen();
        let settings = load_settings(&format!("server.base_url = \"{}\"", self.base_url), &listen);
        let server = serve(open(&self.database), self.clock.clone(), settings, listener);
        Node { address: format!("http://{listen}"), _server: server }
    }

    /// Where its database is.
    pub(crate) fn database_url(&self) -> String {
        self.database.url()
    }

    /// What somebody has who may write to the database, and does not know the master key.
    pub(crate) fn intruder(&self) -> Store {
        Store::open(&self.database.url(), &MasterKey::from_hex(&"b2".repeat(32)).unwrap()).unwrap()
    }

    /// A further workspace, empty and with the same identity provider.
    pub(crate) fn add_workspace(&self, handle: &str) -> Workspace {
        make_workspace(&self.store, handle, &self.base_url, &self.clock)
    }

    /// A further workspace without an identity provider.
    pub(crate) fn add_bare_workspace(&self, handle: &str) -> WorkspaceId {
        create(&self.store, plan(handle), None, &beginning(self.clock.now())).unwrap().workspace.id
    }

    /// A further workspace as they were before there were keys for SAML.
    pub(crate) fn add_keyless_workspace(&self, handle: &str) -> WorkspaceId {
        let acme = self.stored(&self.acme);
        let id = WorkspaceId::new(::web::random::new_id(self.clock.now()).unwrap());
        let owner = Owner {
            email: "owner@keyless.test".to_owned(),
            given_name: "Olga".to_owned(),
            family_name: "Owner".to_owned(),
            password_hash: String::new(),
        };
        let workspace = domain::workspace::Workspace { id, handle: WorkspaceHandle::new(handle).unwrap(), ..acme };
        let new = NewWorkspace {
            workspace,
            environments: Environment::defaults(),
            roles: Vec::new(),
            owner,
            connection: None,
            token: None,
            request_key: None,
            decryption_key: None,
            audit: Vec::new(),
        };
        self.store.create_workspace(new).unwrap();
        id
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The stored workspace.
    pub(crate) fn stored(&self, workspace: &Workspace) -> domain::workspace::Workspace {
        self.store.find_workspace(&WorkspaceHandle::new(&workspace.handle).unwrap()).unwrap().unwrap()
    }

    /// Sets policy values of acme, as `gatehouse workspace set` does.
    pub(crate) fn set_policy(&self, values: &[(&str, &str)]) {
        let workspace = self.stored(&self.acme);
        let mut policy = workspace.policy.clone();
        values.iter().for_each(|(key, value)| policy.set(key, value).unwrap());
        self.store.set_policy(policy, workspace.policy_version, self.entry(EventKind::PolicyChanged)).unwrap();
    }

    /// Replaces the metadata of acme's identity provider, as `gatehouse saml idp set` does.
    pub(crate) fn set_metadata(&self, metadata: &str) {
        let connection = self.store.connections(self.stored(&self.acme).id).unwrap().remove(0);
        let connection = Connection { metadata: metadata.to_owned(), ..connection };
        self.store.put_connection(connection, self.entry(EventKind::ConnectionUpdated)).unwrap();
    }

    pub(crate) fn add_role(&self, name: &str) {
        self.store.add_role(Role::named(RoleName::new(name).unwrap()), self.entry(EventKind::RoleAdded)).unwrap();
    }

    /// Adds an attribute to acme's people, as `gatehouse scim attribute add` does.
    pub(crate) fn add_attribute(&self, urn: &str, name: &str, shape: Shape) {
        let attribute = CustomAttribute::new(urn, name, shape).unwrap();
        self.store.add_custom_attribute(attribute, self.entry(EventKind::ScimAttributeAdded)).unwrap();
    }

    pub(crate) fn remove_attribute(&self, urn: &str, name: &str) {
        let attributes = self.store.custom_attributes(self.stored(&self.acme).id).unwrap();
        let attribute = attributes.find(urn, name).unwrap().clone();
        self.store.remove_custom_attribute(attribute, self.entry(EventKind::ScimAttributeRemoved)).unwrap();
    }

    pub(crate) fn add_group(&self, name: &str) {
        let workspace = self.stored(&self.acme).id;
        let group = Group::new(
            workspace,
            GroupId::new(::web::random::new_id(self.clock.now()).unwrap()),
            GroupName::new(name).unwrap(),
            false,
            self.clock.now(),
        );
        self.store.add_group(group, self.entry(EventKind::GroupAdded)).unwrap();
    }

    /// An entry of an administrator's about acme.
    pub(crate) fn entry(&self, kind: EventKind) -> AuditEntry {
        AuditEntry {
            workspace: self.stored(&self.acme).id,
            at: self.clock.now(),
            kind,
            source: Source::Manual,
            actor: Actor::CommandLine { name: None },
            subject: Subject::named("workspace", "acme"),
            before: None,
            after: None,
            request: RequestOrigin::default(),
        }
    }

    /// Somebody of acme, deleted people included.
    pub(crate) fn find_person(&self, user_name: &str) -> Option<Person> {
        self.store.find_by_name(self.stored(&self.acme).id, &UserName::new(user_name).unwrap()).unwrap()
    }

    pub(crate) fn person(&self, user_name: &str) -> Person {
        self.find_person(user_name).unwrap_or_else(|| panic!("there is no {user_name}"))
    }

    /// What `gatehouse explain --json` prints.
    pub(crate) fn explain(&self, user_name: &str) -> Value {
        serde_json::to_value(explain(&self.person(user_name), self.clock.now())).unwrap()
    }

    /// What an administrator does by hand at the command line.
    pub(crate) fn administer(&self, user_name: &str, command: &Command) {
        let workspace = self.stored(&self.acme);
        let id = self.person(user_name).id;
        let actor = Actor::CommandLine { name: None };
        let context = Context { now: self.clock.now(), actor, request: RequestOrigin::default(), connection: None };
        self.store.command(&workspace, id, command, &context).unwrap();
    }

    /// The link in somebody's open invitation, as the mail has it.
    pub(crate) fn invitation(&self, user_name: &str) -> String {
        let person = self.person(user_name);
        let number = person.lifecycle.invitation.unwrap().number;
        let link = Link { workspace: person.workspace, person: person.id, number };
        format!("{}/invitations/{}", self.base_url, self.store.sign_link(LinkPurpose::AcceptInvitation, &link))
    }

    /// Why mail that waits was not taken.
    pub(crate) fn mail_trouble(&self) -> Vec<String> {
        self.store.mail_trouble().unwrap()
    }

    /// Acme's audit entries of a kind, oldest first.
    pub(crate) fn audit(&self, kind: &str) -> Vec<SealedEntry> {
        self.store.seal().unwrap();
        let filter = AuditFilter { kinds: Some(vec![EventKind::parse(kind).unwrap()]), ..AuditFilter::default() };
        self.store.audit_page(self.stored(&self.acme).id, &filter, 0).unwrap()
    }

    /// The last failed login: the check that failed, and whom the entry is about.
    pub(crate) fn last_failed_login(&self) -> (String, SealedEntry) {
        let entry = self.audit("login.failed").pop().unwrap();
        let check = entry.after.as_ref().unwrap()["check"].as_str().unwrap().to_owned();
        (check, entry)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command is sent at once; the thread's end is what tells that it was obeyed.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn make_workspace(store: &Store, handle: &str, base_url: &str, clock: &Arc<FixedClock>) -> Workspace {
    let provider = PROVIDER.clone();
    let metadata = check(&provider.metadata(), "the provider", Wanted::default(), clock.now()).unwrap();
    let made = create(store, plan(handle), Some(metadata), &beginning(clock.now())).unwrap();
    let_logins_verify(store, &made.workspace, clock.now());
    Workspace {
        handle: handle.to_owned(),
        base_url: base_url.to_owned(),
        scim_token: made.scim_token.unwrap().expose_secret().to_owned(),
        provider,
        clock: clock.clone(),
    }
}

/// Most stories begin behind the invitation; those of invitations set the policy back.
fn let_logins_verify(store: &Store, workspace: &domain::workspace::Workspace, at: Timestamp) {
    let policy = Policy { invitations: Invitations::SsoAccepts, ..workspace.policy.clone() };
    let entry = AuditEntry {
        workspace: workspace.id,
        at,
        kind: EventKind::PolicyChanged,
        source: Source::Manual,
        actor: Actor::CommandLine { name: None },
        subject: Subject::named("workspace", workspace.handle.as_str()),
        before: None,
        after: None,
        request: RequestOrigin::default(),
    };
    store.set_policy(policy, workspace.policy_version, entry).unwrap();
}

fn plan(handle: &str) -> WorkspacePlan {
    WorkspacePlan::new(handle, handle, &format!("owner@{handle}.test"), "Olga Owner").unwrap()
}

fn beginning(now: Timestamp) -> Context {
    let actor = Actor::CommandLine { name: None };
    Context { now, actor, request: RequestOrigin::default(), connection: None }
}

fn open(database: &Database) -> Store {
    Store::open(&database.url(), &MasterKey::from_hex(&"a1".repeat(32)).unwrap()).unwrap()
}

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = listener.local_addr().unwrap().to_string();
    (listener, listen)
}

fn load_settings(text: &str, listen: &str) -> Settings {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let overrides = vec![("server.listen", listen.to_owned()), ("server.shutdown_grace", "1s".to_owned())];
    Settings::load(Some(file.path()), &overrides).unwrap()
}

/// Serves in an actix system on a thread of its own.
fn serve(store: Store, clock: Arc<FixedClock>, settings: Settings, listener: TcpListener) -> Server {
    serve_with(store, clock, settings, listener, SetUp::closed())
}

fn serve_with(
    store: Store,
    clock: Arc<FixedClock>,
    settings: Settings,
    listener: TcpListener,
    set_up: SetUp,
) -> Server {
    let base_url = settings.server.base_url().unwrap();
    let site = app::site(store, clock, base_url, &settings.server).unwrap();
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = app::serve(site, listener, &settings, set_up).unwrap();
            sender.send(server.handle()).unwrap();
            server.run().await.unwrap();
        });
    });
    Server { handle: receiver.recv().unwrap(), thread: Some(thread) }
}
