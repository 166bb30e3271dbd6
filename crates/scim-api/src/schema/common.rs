//! The attributes that every resource has (RFC 7643 §3.1). They belong to no schema of their own and are not published.

use std::sync::LazyLock;

use super::{Attribute, Kind, Returned, Schema};

static COMMON: LazyLock<Schema> = LazyLock::new(|| Schema {
    id: "".into(),
    name: "Common attributes".into(),
    description: "What every resource has.".into(),
    attributes: vec![schemas(), id(), external_id(), meta()],
});

pub(super) fn schema() -> &'static Schema {
    &COMMON
}

fn schemas() -> Attribute {
    Attribute::reference("schemas", &["uri"], "The schemas whose attributes the resource has.")
        .many()
        .required()
        .read_only()
        .returned(Returned::Always)
        .unsearchable()
}

fn id() -> Attribute {
    Attribute::string("id", "The identifier that the server gave to the resource.")
        .case_exact()
        .read_only()
        .returned(Returned::Always)
        .unique()
}

/// It is indexed, and an index of PostgreSQL takes no row beyond 2,704 bytes.
fn external_id() -> Attribute {
    Attribute::string("externalId", "The identifier that the provisioning client gave to the resource.")
        .case_exact()
        .at_longest(1_000)
        .one_line()
}

fn meta() -> Attribute {
    let attributes = vec![
        Attribute::string("resourceType", "The name of the resource type.").case_exact().read_only().unsearchable(),
        Attribute::new("created", Kind::DateTime, "When the resource was added.").read_only(),
        Attribute::new("lastModified", Kind::DateTime, "When the resource last changed.").read_only(),
        Attribute::reference("location", &["uri"], "The address of the resource.").read_only().unsearchable(),
        Attribute::string("version", "The weak entity tag of this state of the resource.")
            .case_exact()
            .read_only()
            .unsearchable(),
    ];
    Attribute::complex("meta", "What the server knows about the resource.", attributes).read_only()
}
