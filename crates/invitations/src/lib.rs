//! Invitations: mail that goes out by itself, and the page that its link leads to (product rules §2.1, §2.2).

mod door;
mod letter;
mod mailer;
mod sender;

pub use door::configure;
pub use mailer::{Mailer, MailerError};
pub use sender::send_due;
