//! Where mail goes: to a server over SMTP, or into a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use lettre::message::Mailbox;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::response::{Category, Code, Severity};
use lettre::{FileTransport, Message, SmtpTransport, Transport};
use url::Url;

/// How long a mail server may take for one step.
const PATIENCE: Duration = Duration::from_secs(20);

/// Hands messages on.
pub struct Mailer {
    way: Way,
    from: Mailbox,
}

enum Way {
    Smtp(Box<SmtpTransport>),
    Folder(FileTransport, PathBuf),
}

/// The settings of mail can't be used.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// The address of the server or the folder.
    #[error("mail.url must be smtp://[USER:PASSWORD@]HOST[:PORT], smtps://… or file://FOLDER: {0}")]
    Url(String),
    /// The sender.
    #[error("mail.from must be an address such as gatehouse@example.com, or Gatehouse <gatehouse@example.com>: {0}")]
    From(String),
}

/// Why a message was not delivered.
pub(crate) struct Undelivered {
    pub(crate) cause: String,
    /// Whether it is of no use to try again.
    pub(crate) is_final: bool,
}

impl Mailer {
    /// Reads the settings; nothing is connected yet.
    ///
    /// # Errors
    /// Where an address can't be read, or a folder does not exist.
    pub fn new(url: &str, from: &str) -> Result<Self, MailerError> {
        let from = from.parse().map_err(|error| MailerError::From(format!("{error}")))?;
        Ok(Self { way: Way::to(url)?, from })
    }

    /// Tries whether it takes mail, without sending any: the server is greeted, with its password where it has one.
    ///
    /// # Errors
    /// What the server or the folder answers.
    pub fn try_out(&self) -> Result<(), String> {
        match &self.way {
            Way::Smtp(server) => match server.test_connection() {
                Ok(true) => Ok(()),
                Ok(false) => Err("the server hangs up".to_owned()),
                Err(error) => Err(error.to_string()),
            },
            Way::Folder(_, folder) => takes_files(folder).map_err(|error| error.to_string()),
        }
    }

    pub(crate) fn from(&self) -> &Mailbox {
        &self.from
    }

    pub(crate) fn send(&self, message: &Message) -> Result<(), Undelivered> {
        match &self.way {
            Way::Smtp(server) => server.send(message).map(drop).map_err(|error| Undelivered {
                is_final: error.status().is_some_and(is_about_the_mail),
                cause: error.to_string(),
            }),
            Way::Folder(mails, _) => {
                mails.send(message).map(drop).map_err(|error| Undelivered { cause: error.to_string(), is_final: false })
            }
        }
    }
}

/// A file is made there, and removed.
fn takes_files(folder: &Path) -> io::Result<()> {
    let trial = folder.join(".gatehouse-doctor");
    fs::write(&trial, "")?;
    fs::remove_file(trial)
}

/// RFC 5321 §4.2.1: 5yz is "permanent negative", and x5z speaks of the mail itself. Any other reply, such as that the password
/// is wrong, is a matter of settings: the invitation goes out once these are right.
fn is_about_the_mail(code: Code) -> bool {
    code.severity == Severity::PermanentNegativeCompletion && code.category == Category::MailSystem
}

impl Way {
    fn to(text: &str) -> Result<Self, MailerError> {
        let wrong = |why: String| MailerError::Url(why);
        let url = Url::parse(text).map_err(|error| wrong(error.to_string()))?;
        if url.scheme() == "file" {
            let folder = url.to_file_path().map_err(|()| wrong("the folder's path is no path".to_owned()))?;
            return match folder.is_dir() {
                true => Ok(Self::Folder(FileTransport::new(&folder), folder)),
                false => Err(wrong(format!("there is no folder {}", folder.display()))),
            };
        }
        let server = SmtpTransport::from_url(text).map_err(|error| wrong(error.to_string()))?;
        let server = match with_starttls(&url) {
            Some(tls) => server.tls(tls.map_err(|error| wrong(error.to_string()))?),
            None => server,
        };
        Ok(Self::Smtp(Box::new(server.timeout(Some(PATIENCE)).build())))
    }
}

/// On `smtp://` STARTTLS is used where the server offers it, and insisted on where there is a password to protect. What the
/// address says itself (`?tls=required`) counts.
fn with_starttls(url: &Url) -> Option<Result<Tls, lettre::transport::smtp::Error>> {
    let says = url.query_pairs().any(|(name, _)| name == "tls");
    if url.scheme() != "smtp" || says {
        return None;
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let tls = if url.password().is_some() { Tls::Required } else { Tls::Opportunistic };
    Some(TlsParameters::new(host).map(tls))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(url: &str) -> String {
        Mailer::new(url, "gate@acme.test").err().map_or_else(|| panic!("{url} was taken"), |error| error.to_string())
    }

    #[test]
    fn an_address_that_leads_nowhere_is_told_of_at_once() {
        for url in ["", "mail.acme.test", "http://mail.acme.test", "file:///no/such/folder"] {
            assert!(error(url).starts_with("mail.url must be smtp://"), "{url}: {}", error(url));
        }
        assert!(Mailer::new("smtp://mail.acme.test", "nobody").is_err());
        for url in ["smtp://mail.acme.test", "smtps://ann:secret@mail.acme.test:465", "smtp://h:2525?tls=required"] {
            assert!(Mailer::new(url, "Gatehouse <gate@acme.test>").is_ok(), "{url}");
        }
    }

    /// A password must not cross the network in the clear because a server, or somebody in between, offers no STARTTLS.
    #[test]
    fn a_password_is_sent_over_tls_only() {
        let url = |text: &str| Url::parse(text).unwrap();
        let tls = |text: &str| with_starttls(&url(text)).map(Result::unwrap);
        assert!(matches!(tls("smtp://ann:secret@mail.acme.test"), Some(Tls::Required(_))));
        assert!(matches!(tls("smtp://mail.acme.test"), Some(Tls::Opportunistic(_))));
        assert!(tls("smtps://ann:secret@mail.acme.test").is_none());
    }
}
