//! The enterprise extension of `User` (RFC 7643 §4.3).

use std::sync::{Arc, LazyLock};

use super::{Attribute, ENTERPRISE_URN, Schema};

static ENTERPRISE: LazyLock<Arc<Schema>> = LazyLock::new(|| {
    Arc::new(Schema {
        id: ENTERPRISE_URN.into(),
        name: "EnterpriseUser".into(),
        description: "Where a person stands in the organisation.".into(),
        attributes: vec![
            Attribute::string("employeeNumber", "The identifier that the organisation gave to the person."),
            Attribute::string("costCenter", "The cost centre that the person's work is booked on."),
            Attribute::string("organization", "The organisation."),
            Attribute::string("division", "The division of the organisation."),
            Attribute::string("department", "The department."),
            manager(),
        ],
    })
});

pub(super) fn schema() -> Arc<Schema> {
    Arc::clone(&ENTERPRISE)
}

fn manager() -> Attribute {
    let attributes = vec![
        Attribute::string("value", "The `id` of the manager's own resource.").case_exact(),
        Attribute::reference("$ref", &["User"], "The address of the manager's own resource."),
        Attribute::string("displayName", "The manager's name.").read_only(),
    ];
    Attribute::complex("manager", "Whom the person reports to.", attributes)
}
