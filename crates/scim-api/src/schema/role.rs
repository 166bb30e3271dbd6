//! The schema of environment roles, which identity providers read to offer a choice.

use std::sync::{Arc, LazyLock};

use super::{Attribute, ROLE_URN, Schema};

static ROLE: LazyLock<Arc<Schema>> = LazyLock::new(|| {
    Arc::new(Schema {
        id: ROLE_URN.into(),
        name: "EnvironmentRole".into(),
        description: "A role that a person may have in an environment.".into(),
        attributes: vec![
            Attribute::string("displayName", "The name of the role as it is shown to people.").required().read_only(),
            Attribute::string("value", "What to send in an attribute of the role extension, exactly so.")
                .required()
                .case_exact()
                .unique()
                .read_only(),
            Attribute::string("type", "Whether every workspace has the role or this one added it.")
                .read_only()
                .usually(&["system", "custom"]),
        ],
    })
});

pub(super) fn schema() -> Arc<Schema> {
    Arc::clone(&ROLE)
}
