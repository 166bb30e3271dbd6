//! Ids: one type for each kind of thing, so that none is mistaken for another.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a fresh or stored id.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// Reads the hyphenated lower-case form that [`Display`](fmt::Display) writes; anything else is not ours.
            pub fn parse(text: &str) -> Option<Self> {
                let id = Uuid::try_parse(text).ok()?;
                (id.hyphenated().to_string() == text).then_some(Self(id))
            }

            /// The id itself.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    )+};
}

ids! {
    /// A workspace (tenant).
    WorkspaceId,
    /// A person's inner id: token `sub`, audit, access. It never changes.
    PersonId,
    /// The `id` of a SCIM `User`. At first the same value as the inner id; another after `DELETE` and a new `POST`.
    ScimId,
    /// A collaborator group's inner id.
    GroupId,
    /// The `id` of a SCIM `Group`.
    ScimGroupId,
    /// A SAML connection: one identity provider of a workspace.
    ConnectionId,
    /// A SCIM token.
    TokenId,
    /// A stored key.
    KeyId,
}
