//! Links that are sent to people. A link holds no secret of its own and none is stored: it is signed under the master key,
//! and the person's row says whether it still counts.

use domain::id::{PersonId, WorkspaceId};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::Store;

/// What a link is for: one that was made for one purpose is worth nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// To accept the invitation of that number.
    AcceptInvitation,
    /// To have the invitation sent again, until that moment (seconds since 1970).
    ResendInvitation,
}

/// Whom a link is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The person.
    pub person: PersonId,
    /// A number, as its purpose has it.
    pub number: i64,
}

const CONTENT: usize = 16 + 16 + 8;
const SIGNATURE: usize = 16;

impl Store {
    /// The link as a part of an address.
    pub fn sign_link(&self, purpose: LinkPurpose, link: &Link) -> String {
        let content = content(link);
        let signature = self.vault.sign_link(purpose.label(), &content);
        hex::encode(content) + &hex::encode(&signature[..SIGNATURE])
    }

    /// What [`sign_link`](Self::sign_link) wrote for that purpose; none where it wrote no such thing.
    pub fn open_link(&self, purpose: LinkPurpose, text: &str) -> Option<Link> {
        let mut bytes = [0; CONTENT + SIGNATURE];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        let (content, signature) = bytes.split_at(CONTENT);
        let expected = self.vault.sign_link(purpose.label(), content);
        let is_ours: bool = expected.get(..SIGNATURE)?.ct_eq(signature).into();
        is_ours.then(|| read(content)).flatten()
    }
}

impl LinkPurpose {
    fn label(self) -> &'static str {
        match self {
            Self::AcceptInvitation => "accept",
            Self::ResendInvitation => "resend",
        }
    }
}

fn content(link: &Link) -> Vec<u8> {
    [link.workspace.uuid().as_bytes().as_slice(), link.person.uuid().as_bytes(), &link.number.to_be_bytes()].concat()
}

fn read(content: &[u8]) -> Option<Link> {
    let (workspace, rest) = content.split_at_checked(16)?;
    let (person, number) = rest.split_at_checked(16)?;
    Some(Link {
        workspace: WorkspaceId::new(Uuid::from_slice(workspace).ok()?),
        person: PersonId::new(Uuid::from_slice(person).ok()?),
        number: i64::from_be_bytes(number.try_into().ok()?),
    })
}
