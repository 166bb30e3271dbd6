//! The core `User` schema (RFC 7643 §4.1 and §8.7.1).

use std::sync::{Arc, LazyLock};

use super::{Attribute, Kind, Returned, Schema, USER_URN};

static USER: LazyLock<Arc<Schema>> = LazyLock::new(|| {
    Arc::new(Schema {
        id: USER_URN.into(),
        name: "User".into(),
        description: "A person who may collaborate in the workspace.".into(),
        attributes: singular().into_iter().chain(multi_valued()).collect(),
    })
});

pub(super) fn schema() -> Arc<Schema> {
    Arc::clone(&USER)
}

fn singular() -> Vec<Attribute> {
    vec![
        Attribute::string(
            "userName",
            "The name by which the person signs in, unique in the workspace whatever its case.",
        )
        .required()
        .unique(),
        name(),
        Attribute::string("displayName", "The name to show to others."),
        Attribute::string("nickName", "How the person likes to be called."),
        Attribute::reference("profileUrl", &["external"], "A page about the person."),
        Attribute::string("title", "The person's title, such as Vice President."),
        Attribute::string("userType", "How the person relates to the organisation, such as Employee or Contractor."),
        Attribute::string("preferredLanguage", "The languages the person prefers, as in an Accept-Language header."),
        Attribute::string("locale", "Where the person is, for formats of dates and numbers, such as en-US."),
        Attribute::string("timezone", "The person's time zone by its IANA name, such as Europe/Berlin."),
        Attribute::new("active", Kind::Boolean, "Whether the person may use the workspace.").never_unassigned(),
        Attribute::string("password", "Taken and thrown away: people sign in through the identity provider.")
            .case_exact()
            .write_only()
            .returned(Returned::Never)
            .unsearchable(),
    ]
}

fn multi_valued() -> Vec<Attribute> {
    vec![
        plural("emails", "The person's e-mail addresses.", text_value().one_line(), &["work", "home", "other"]),
        plural(
            "phoneNumbers",
            "The person's telephone numbers.",
            text_value(),
            &["work", "home", "mobile", "fax", "pager", "other"],
        ),
        plural(
            "ims",
            "The person's instant messaging addresses.",
            text_value(),
            &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
        ),
        plural(
            "photos",
            "Addresses of pictures of the person.",
            Attribute::reference("value", &["external"], "The address of the picture."),
            &["photo", "thumbnail"],
        ),
        addresses(),
        groups(),
        plural("entitlements", "What the person is entitled to, as the identity provider names it.", text_value(), &[]),
        plural(
            "roles",
            "The person's roles as the identity provider names them; they grant nothing here.",
            text_value(),
            &[],
        ),
        plural(
            "x509Certificates",
            "The person's certificates.",
            Attribute::new("value", Kind::Binary, "The certificate in DER form, Base64."),
            &[],
        ),
    ]
}

fn name() -> Attribute {
    let attributes = vec![
        Attribute::string("formatted", "The whole name as it is written."),
        Attribute::string("familyName", "The family name."),
        Attribute::string("givenName", "The given name."),
        Attribute::string("middleName", "The middle names."),
        Attribute::string("honorificPrefix", "What stands before the name, such as Dr."),
        Attribute::string("honorificSuffix", "What stands after the name, such as III."),
    ];
    Attribute::complex("name", "The parts of the person's name.", attributes)
}

/// A multi-valued attribute with the usual sub-attributes (RFC 7643 §2.4).
fn plural(
    name: &'static str,
    description: &'static str,
    value: Attribute,
    types: &'static [&'static str],
) -> Attribute {
    let display = Attribute::string("display", "The value as it is shown to people.");
    Attribute::complex(name, description, vec![value, display, kind(types), primary()]).many()
}

fn text_value() -> Attribute {
    Attribute::string("value", "The value itself.")
}

fn kind(types: &'static [&'static str]) -> Attribute {
    Attribute::string("type", "What the value is used for.").usually(types)
}

fn primary() -> Attribute {
    Attribute::new("primary", Kind::Boolean, "Whether this is the preferred value; at most one is.")
}

fn addresses() -> Attribute {
    let attributes = vec![
        Attribute::string("formatted", "The whole address as it is written on a letter."),
        Attribute::string("streetAddress", "Street, house number and the like."),
        Attribute::string("locality", "The city or town."),
        Attribute::string("region", "The state or region."),
        Attribute::string("postalCode", "The postal code."),
        Attribute::string("country", "The country by its ISO 3166-1 alpha-2 code."),
        kind(&["work", "home", "other"]),
        primary(),
    ];
    Attribute::complex("addresses", "The person's postal addresses.", attributes).many()
}

fn groups() -> Attribute {
    let attributes = vec![
        Attribute::string("value", "The `id` of the group.").case_exact().read_only(),
        Attribute::reference("$ref", &["Group"], "The address of the group.").read_only().unsearchable(),
        Attribute::string("display", "The name of the group.").read_only(),
        Attribute::string("type", "Whether the person is a member directly.")
            .read_only()
            .unsearchable()
            .usually(&["direct", "indirect"]),
    ];
    Attribute::complex("groups", "The groups that provisioning put the person into.", attributes)
        .many()
        .read_only()
        .unsortable()
}
