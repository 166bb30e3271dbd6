//! Settings: defaults, file, environment, command line, in rising order.

mod saml;

use std::fs;
use std::io::Write;
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ::web::base_url::BaseUrl;
use ::web::limit::Rates;
use ::web::random;
use anyhow::{Context, Result, bail};
use domain::policy::Span;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use invitations::Mailer;
use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use store::{MasterKey, Store};

use crate::output::remark;
pub use saml::Saml;

/// The commented default configuration: it is the manual as well.
pub const DEFAULTS: &str = include_str!("../../../config/gatehouse.default.toml");

/// All settings.
#[derive(Debug, Clone, Deserialize)]
pub struct Settings {
    /// The HTTP server.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// The master key.
    #[serde(default)]
    pub secrets: Secrets,
    /// Logins.
    pub saml: Saml,
    /// Mail.
    pub mail: Mail,
    /// Logs.
    pub log: Log,
    /// Whether somebody chose the database, rather than the defaults.
    #[serde(skip)]
    pub database_given: bool,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
pub struct Server {
    /// Where to listen.
    pub listen: String,
    base_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` counts.
    #[serde(deserialize_with = "addresses")]
    pub trusted_proxies: Vec<IpAddr>,
    shutdown_grace: String,
    /// How often one client may ask.
    pub limits: Rates,
    /// Certificate and key for HTTPS.
    pub tls: Option<Tls>,
}

/// `[server.tls]`
#[derive(Debug, Clone, Deserialize)]
pub struct Tls {
    /// A PEM certificate chain.
    pub cert: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://…`
    pub url: String,
    /// Whether `serve` migrates.
    pub migrate: bool,
}

/// `[secrets]`
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Secrets {
    master_key: Option<SecretString>,
    master_key_file: Option<PathBuf>,
}

/// `[mail]`
#[derive(Debug, Clone, Deserialize)]
pub struct Mail {
    url: Option<SecretString>,
    from: Option<String>,
}

impl Mail {
    /// What sends mail; none where no address is set.
    pub fn mailer(&self, base_url: &BaseUrl) -> Result<Option<Mailer>> {
        let Some(url) = &self.url else { return Ok(None) };
        let from = self.from.clone().unwrap_or_else(|| format!("Gatehouse <no-reply@{}>", base_url.host()));
        Ok(Some(Mailer::new(url.expose_secret(), &from)?))
    }
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
pub struct Log {
    /// `text` or `json`.
    pub format: LogFormat,
    /// A filter.
    pub level: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// What the command line overrides: keys with their values.
pub type Overrides = Vec<(&'static str, String)>;

impl Settings {
    /// Reads all sources.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self> {
        let mut figment = Figment::new();
        if let Some(file) = file {
            let text = fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
            check_keys(&text).with_context(|| file.display().to_string())?;
            figment = figment.merge(Toml::string(&text));
        }
        figment = figment.merge(Env::prefixed("GATEHOUSE_").split("__").ignore(&["secrets.master_key"]));
        // A key of digits alone must not be read as a number.
        if let Ok(key) = std::env::var("GATEHOUSE_SECRETS__MASTER_KEY") {
            figment = figment.merge(Serialized::default("secrets.master_key", key));
        }
        for (key, value) in overrides {
            figment = figment.merge(Serialized::default(key, value));
        }
        let database_given = figment.find_value("database.url").is_ok();
        let figment = figment.join(Toml::string(DEFAULTS));
        let mut settings: Self = figment.extract().context("the configuration can't be used")?;
        settings.database_given = database_given;
        settings.server.shutdown_grace().map(drop)?;
        settings.saml.settings().map(drop)?;
        settings.mail.mailer(&settings.server.base_url()?).map(drop)?;
        Ok(settings)
    }

    /// The store, with the master key that is configured or lies beside the database.
    pub fn open_store(&self) -> Result<Store> {
        let key = self.secrets.find_key(&self.database.url)?.with_context(|| {
            let file = key_file(&self.database.url);
            format!("there is no master key: set secrets.master_key or secrets.master_key_file, or make a workspace with `gatehouse init` ({} does not exist)", file.display())
        })?;
        Ok(Store::open(&self.database.url, &key)?)
    }

    /// The store to serve from. Where nothing was ever made, neither a database file nor a key, both are made: the console's set-up
    /// goes on from there.
    pub fn open_store_to_serve(&self) -> Result<Store> {
        let is_new = self.database.url.strip_prefix("sqlite://").is_some_and(|path| !Path::new(path).exists());
        if is_new { self.open_or_create_store() } else { self.open_store() }
    }

    /// The store of a database that is there already: a mistyped address must not make another one.
    pub fn open_existing_store(&self) -> Result<Store> {
        match self.database.url.strip_prefix("sqlite://") {
            Some(path) if !Path::new(path).exists() => {
                bail!("there is no database {path}: is the address right? `gatehouse init` makes a new one")
            }
            _ => self.open_store(),
        }
    }

    /// The store; the master key is made where there is none.
    pub fn open_or_create_store(&self) -> Result<Store> {
        let key = match self.secrets.find_key(&self.database.url)? {
            Some(key) => key,
            None => {
                // A wrong address must not leave a key behind.
                Store::check_address(&self.database.url)?;
                create_key(&key_file(&self.database.url))?
            }
        };
        Ok(Store::open(&self.database.url, &key)?)
    }
}

impl Server {
    /// The address that the outside knows.
    pub fn base_url(&self) -> Result<BaseUrl> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let default = format!("{scheme}://{}", self.listen);
        Ok(BaseUrl::parse(self.base_url.as_deref().unwrap_or(&default))?)
    }

    /// How long requests in flight may take after a signal.
    pub fn shutdown_grace(&self) -> Result<Span> {
        self.shutdown_grace.parse().map_err(|error: String| anyhow::anyhow!("server.shutdown_grace: {error}"))
    }
}

impl Secrets {
    /// The file that the master key is read from; none where it is set itself.
    pub(crate) fn key_file(&self, database: &str) -> Option<PathBuf> {
        let given = self.master_key.is_some();
        (!given).then(|| self.master_key_file.clone().unwrap_or_else(|| key_file(database)))
    }

    fn find_key(&self, database: &str) -> Result<Option<MasterKey>> {
        if let Some(key) = &self.master_key {
            return Ok(Some(MasterKey::from_hex(key.expose_secret()).context("secrets.master_key")?));
        }
        let file = self.master_key_file.clone().unwrap_or_else(|| key_file(database));
        if !file.exists() && self.master_key_file.is_none() {
            return Ok(None);
        }
        let text: SecretString = fs::read_to_string(&file)
            .with_context(|| format!("can't read the master key in {}", file.display()))?
            .into();
        Ok(Some(MasterKey::from_hex(text.expose_secret()).with_context(|| file.display().to_string())?))
    }
}

/// Every key there is: a misspelt one must not be taken silently.
const KEYS: [&str; 24] = [
    "server.listen",
    "server.base_url",
    "server.trusted_proxies",
    "server.shutdown_grace",
    "server.limits.scim_burst",
    "server.limits.scim_per_second",
    "server.limits.login_burst",
    "server.limits.login_per_second",
    "server.tls.cert",
    "server.tls.key",
    "database.url",
    "database.migrate",
    "secrets.master_key",
    "secrets.master_key_file",
    "saml.max_response_bytes",
    "saml.max_depth",
    "saml.max_nodes",
    "saml.clock_tolerance",
    "saml.max_response_age",
    "saml.traces_kept",
    "mail.url",
    "mail.from",
    "log.format",
    "log.level",
];

fn check_keys(text: &str) -> Result<()> {
    let file: figment::value::Dict = Figment::from(Toml::string(text)).extract()?;
    let mut found = Vec::new();
    collect_keys("", &figment::value::Value::from(file), &mut found);
    match found.iter().find(|key| !KEYS.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => bail!("there is no setting {key}; the settings are {}", KEYS.join(", ")),
    }
}

fn collect_keys(prefix: &str, value: &figment::value::Value, found: &mut Vec<String>) {
    match value {
        figment::value::Value::Dict(_, entries) => {
            for (name, value) in entries {
                let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                collect_keys(&key, value, found);
            }
        }
        _ => found.push(prefix.to_owned()),
    }
}

/// A list, or in the environment one text with commas between the addresses.
fn addresses<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<IpAddr>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<IpAddr>),
        Text(String),
    }
    match Written::deserialize(source)? {
        Written::List(addresses) => Ok(addresses),
        Written::Text(text) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| part.parse().map_err(|_| D::Error::custom(format!("{part} is no IP address")))).collect()
        }
    }
}

/// Beside a SQLite file; for a database elsewhere, in the working folder.
fn key_file(database: &str) -> PathBuf {
    match database.strip_prefix("sqlite://") {
        Some(path) => PathBuf::from(format!("{path}.master-key")),
        None => PathBuf::from("gatehouse.master-key"),
    }
}

fn create_key(file: &Path) -> Result<MasterKey> {
    let digits: String = random::bytes::<32>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    match made {
        Ok(mut open) => writeln!(open, "{digits}").with_context(|| format!("can't write {}", file.display()))?,
        Err(error) => bail!("can't make the master key file {}: {error}", file.display()),
    }
    remark(format!("made a master key in {} (mode 0600): keep a copy of it elsewhere", file.display()));
    Ok(MasterKey::from_hex(&digits)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_complete() {
        let settings = Settings::load(None, &Vec::new()).unwrap();
        assert_eq!(settings.server.base_url().unwrap().to_string(), "http://127.0.0.1:8080");
        assert!(!settings.database_given);
    }

    #[test]
    fn the_command_line_outweighs_the_rest() {
        let overrides = vec![("server.listen", "127.0.0.1:9".to_owned()), ("database.url", "sqlite://x".to_owned())];
        let settings = Settings::load(None, &overrides).unwrap();
        assert_eq!((settings.server.listen.as_str(), settings.database.url.as_str()), ("127.0.0.1:9", "sqlite://x"));
        assert!(settings.database_given);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Settings::load(Some(Path::new("/nowhere.toml")), &Vec::new()).unwrap_err();
        assert!(error.to_string().contains("/nowhere.toml"), "{error}");
    }
}
