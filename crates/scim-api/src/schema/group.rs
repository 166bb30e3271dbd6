//! The core `Group` schema (RFC 7643 §4.2 and §8.7.1).

use std::sync::{Arc, LazyLock};

use super::{Attribute, GROUP_URN, Returned, Schema};

/// The most members that one request may name. About as many fit into the largest body.
pub const MAX_MEMBERS: usize = 20_000;

static GROUP: LazyLock<Arc<Schema>> = LazyLock::new(|| {
    Arc::new(Schema {
        id: GROUP_URN.into(),
        name: "Group".into(),
        description: "A collaborator group of the workspace.".into(),
        attributes: vec![
            // RFC 7643 §4.2: displayName is "REQUIRED".
            Attribute::string("displayName", "The name of the group, unique in the workspace.").required().unique(),
            members(),
        ],
    })
});

pub(super) fn schema() -> Arc<Schema> {
    Arc::clone(&GROUP)
}

/// Sub-attributes are immutable: a membership is added or removed, never changed (RFC 7643 §8.7.1).
fn members() -> Attribute {
    let attributes = vec![
        Attribute::string("value", "The `id` of the person.").case_exact().immutable(),
        Attribute::reference("$ref", &["User"], "The address of the person.").immutable().unsearchable(),
        Attribute::string("type", "What kind of resource the member is; groups cannot be members.")
            .immutable()
            .unsearchable()
            .usually(&["User"]),
        // RFC 7643 §8.7.1 has no display: whoever wants it asks for members.display.
        Attribute::string("display", "The person's userName.").read_only().returned(Returned::Request).unsearchable(),
    ];
    Attribute::complex("members", "The people whom provisioning put into the group.", attributes)
        .many()
        .unsortable()
        .at_most(MAX_MEMBERS)
}
