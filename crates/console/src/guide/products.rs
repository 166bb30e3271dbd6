//! Identity providers in their own words: the names of their fields, in the order of their screens.

/// A product that the guide knows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// In addresses.
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    /// What it takes to begin.
    pub(crate) needs: &'static str,
    /// The SAML app and its settings.
    pub(crate) app: &'static [Line],
    /// Roles and groups.
    pub(crate) attributes: &'static [Line],
    /// Where its metadata are.
    pub(crate) metadata: &'static [Line],
    /// Provisioning.
    pub(crate) provisioning: &'static [Line],
    /// Its own test of the connection.
    pub(crate) test: &'static [Line],
}

/// One line of a guide.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Something to do.
    Do(&'static str),
    /// A field, what goes into it, and why.
    Field(&'static str, Value, &'static str),
}

/// What goes into a field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value {
    AcsUrl,
    EntityId,
    LoginUrl,
    ScimUrl,
    ScimToken,
    Text(&'static str),
}

use Line::{Do, Field};
use Value::{AcsUrl, EntityId, LoginUrl, ScimToken, ScimUrl, Text};

/// All of them, the last for everybody else.
pub(crate) const PRODUCTS: [Product; 4] = [OKTA, ENTRA, ONELOGIN, OTHER];

const OKTA: Product = Product {
    key: "okta",
    name: "Okta",
    needs: "In Okta: an administrator who may make applications, and a test person. Provisioning needs Lifecycle Management.",
    app: &[
        Do("In the Admin Console: Applications, Applications, Create App Integration, SAML 2.0, Next."),
        Do("General Settings: give it a name, then Next. These are the fields of Configure SAML:"),
        Field(
            "Single sign-on URL",
            AcsUrl,
            "Where responses are posted. Leave “Use this for Recipient URL and Destination URL” ticked.",
        ),
        Field("Audience URI (SP Entity ID)", EntityId, "It is compared to the last character."),
        Field("Default RelayState", Text("(empty)"), ""),
        Field("Name ID format", Text("Unspecified"), "Any but Transient."),
        Field("Application username", Text("Email"), "It is the NameID, and the userName of SCIM."),
        Do(
            "Show Advanced Settings: Response or Assertion Signature is Signed, Signature Algorithm RSA-SHA256, Digest Algorithm SHA256.",
        ),
    ],
    attributes: &[
        Do(
            "First add the attributes workato_role, workato_role_test and workato_role_prod to the app's profile: Directory, Profile Editor, the app, Add Attribute (string, an enumeration of the role names).",
        ),
        Do("Then the app's Attribute Statements (name, value):"),
        Field("workato_email", Text("user.email"), "What the first login is found by."),
        Field(
            "workato_full_name",
            Text("user.firstName + \" \" + user.lastName"),
            "For people whom SCIM does not manage.",
        ),
        Field("workato_role", Text("appuser.workato_role"), "The role in dev: an exact role name."),
        Field("workato_role_test", Text("appuser.workato_role_test"), ""),
        Field("workato_role_prod", Text("appuser.workato_role_prod"), ""),
        Do("And one Group Attribute Statement:"),
        Field(
            "workato_user_groups",
            Text("Matches regex: ^(Finance|Operations)$"),
            "One value for each group of the person that matches.",
        ),
        Do("Assign the app to your test person: Assignments, Assign."),
    ],
    metadata: &[Do("On the app's tab Sign On, under Metadata details, copy the Metadata URL.")],
    provisioning: &[
        Do(
            "On the app's tab General, under App Settings, Edit: set Provisioning to SCIM (Enable SCIM provisioning), and Save. The tab Provisioning appears. Under Integration, Edit:",
        ),
        Field("SCIM connector base URL", ScimUrl, ""),
        Field("Unique identifier field for users", Text("userName"), ""),
        Field(
            "Supported provisioning actions",
            Text("Import New Users and Profile Updates, Push New Users, Push Profile Updates"),
            "Push Groups as well, if groups are to come over SCIM.",
        ),
        Field("Authentication Mode", Text("HTTP Header"), ""),
        Field("Authorization: Bearer", ScimToken, "Okta puts “Bearer” in front of it by itself."),
    ],
    test: &[
        Do("In Okta, press Test Connector Configuration below these fields. The requests arrive here."),
        Do("Then Save, and under To App tick Create Users, Update User Attributes and Deactivate Users."),
    ],
};

const ENTRA: Product = Product {
    key: "entra",
    name: "Entra ID",
    needs: "In the Microsoft Entra admin center: a Cloud Application Administrator and a test person. Provisioning calls this gateway from Microsoft's servers, so it needs a public https address.",
    app: &[
        Do(
            "Enterprise applications, New application, Create your own application, “Integrate any other application you don't find in the gallery (Non-gallery)”.",
        ),
        Do("Then Single sign-on, SAML. These are the fields of Basic SAML Configuration, Edit:"),
        Field("Identifier (Entity ID)", EntityId, "It becomes the audience."),
        Field("Reply URL (Assertion Consumer Service URL)", AcsUrl, ""),
        Field("Sign on URL", LoginUrl, "The tile in My Apps begins a login of ours."),
        Field("Relay State", Text("(empty)"), ""),
        Do("Under SAML Certificates: Signing Option is Sign SAML assertion, Signing Algorithm SHA-256."),
    ],
    attributes: &[
        Do("Attributes & Claims, Edit. Namespace stays empty everywhere. Add these claims (name, source):"),
        Field("workato_email", Text("user.userprincipalname"), "What provisioning sends as userName."),
        Field("workato_full_name", Text("user.displayname"), ""),
        Field(
            "workato_role",
            Text("Claim conditions: one row a group, the role's name typed in as Value"),
            "The last row that fits wins. The same for workato_role_test and workato_role_prod.",
        ),
        Do(
            "Add a group claim: Groups assigned to the application, Source attribute Cloud-only group display names, Customize the name of the group claim:",
        ),
        Field("Name", Text("workato_user_groups"), "Namespace stays empty, Emit groups as role claims off."),
        Do("Assign your test person under Users and groups."),
    ],
    metadata: &[Do("Under Single sign-on, SAML Certificates, copy the App Federation Metadata Url.")],
    provisioning: &[
        Do("Provisioning, Get started, Provisioning Mode Automatic. Under Admin Credentials:"),
        Field("Tenant URL", ScimUrl, ""),
        Field("Secret Token", ScimToken, ""),
    ],
    test: &[
        Do(
            "In Entra ID, press Test Connection. It asks for a person that does not exist: an answer with nobody in it is what it wants.",
        ),
        Do(
            "Then Save, look at the attribute mappings (userName from userPrincipalName, active from the accountEnabled switch), and set Provisioning Status to On.",
        ),
    ],
};

const ONELOGIN: Product = Product {
    key: "onelogin",
    name: "OneLogin",
    needs: "In OneLogin: an administrator who may add apps, a plan with provisioning, and a test person.",
    app: &[
        Do(
            "Applications, Applications, Add App: search for “SCIM Provisioner with SAML” and select SCIM Provisioner with SAML (SCIM v2 Enterprise, full SAML). Give it a Display Name, Save.",
        ),
        Do("These are the fields of the tab Configuration, Application Details:"),
        Field("Audience (EntityID)", EntityId, ""),
        Field("Recipient", AcsUrl, ""),
        Field(
            "ACS (Consumer) URL Validator",
            Text("^https:\\/\\/… (the ACS URL as a regular expression)"),
            "What does not fit is refused by OneLogin itself.",
        ),
        Field("ACS (Consumer) URL", AcsUrl, ""),
        Field("Login URL", LoginUrl, "With SAML initiator: Service Provider."),
        Field("SAML nameID format", Text("Email"), "Any but Transient."),
        Field("SAML signature element", Text("Assertion"), ""),
        Do(
            "On the tab SSO set SAML Signature Algorithm to SHA-256: a new app may stand at SHA-1, and then every login fails.",
        ),
    ],
    attributes: &[
        Do("On the tab Parameters, +, tick Include in SAML assertion, Save, then choose the value:"),
        Field("workato_email", Text("Email"), ""),
        Field("workato_full_name", Text("macro: {firstname} {lastname}"), ""),
        Field(
            "workato_role",
            Text("a custom user field, or what a rule sets"),
            "An exact role name. The same for workato_role_test and workato_role_prod.",
        ),
        Field(
            "workato_user_groups",
            Text("User Roles, Semicolon Delimited input (Multi-value output)"),
            "With Multi-value parameter ticked.",
        ),
        Do("Give your test person the app: Users, the person, Applications, +."),
    ],
    metadata: &[Do("On the tab SSO, copy the Issuer URL. Or More Actions, SAML Metadata: that is a file.")],
    provisioning: &[
        Do("On the tab Configuration, API Connection:"),
        Field("SCIM Base URL", ScimUrl, ""),
        Field("SCIM Bearer Token", ScimToken, ""),
        Field("SCIM JSON Template", Text("as it is there"), ""),
    ],
    test: &[
        Do("In OneLogin, press Enable beside API Status, below these fields. The requests arrive here."),
        Do("Then on the tab Provisioning: Enable provisioning, and choose which changes need approval."),
    ],
};

const OTHER: Product = Product {
    key: "other",
    name: "Another provider",
    needs: "Any identity provider that speaks SAML 2.0, such as Keycloak, and for provisioning SCIM 2.0.",
    app: &[
        Do(
            "Make an application (also: client, relying party, service provider) for SAML 2.0. Some read all of this from our metadata, whose address is the entity ID.",
        ),
        Field(
            "Assertion consumer service (ACS), reply or single sign-on URL",
            AcsUrl,
            "Also as recipient and destination; HTTP-POST binding.",
        ),
        Field("Entity ID, audience", EntityId, "It is the address of our metadata as well."),
        Field("Where a login begins", LoginUrl, ""),
        Field("Signature", Text("assertion or response, RSA with SHA-256"), "SHA-1 is refused."),
        Field("NameID format", Text("e-mail address, persistent or unspecified"), "Any but transient."),
    ],
    attributes: &[
        Do(
            "Send these attributes, by exactly these names. Where names can't be chosen, tell us theirs under Connections afterwards.",
        ),
        Field("workato_email", Text("the e-mail address, the same as SCIM's userName"), ""),
        Field(
            "workato_role, workato_role_test, workato_role_prod",
            Text("one role name each: Environment admin, Environment manager, Member, No access"),
            "",
        ),
        Field("workato_user_groups", Text("the groups, one AttributeValue each"), ""),
    ],
    metadata: &[Do("Copy the address of its metadata, or download them as a file (EntityDescriptor, XML).")],
    provisioning: &[
        Do("Set up SCIM 2.0 provisioning with:"),
        Field("Base URL", ScimUrl, ""),
        Field("Authentication", Text("HTTP header, bearer token"), ""),
        Field("Bearer token", ScimToken, ""),
        Field("Unique identifier", Text("userName"), ""),
    ],
    test: &[Do("Let your provider test the connection, or provision one person. The requests arrive here.")],
};

/// The product of that key.
pub(crate) fn find(key: &str) -> Option<&'static Product> {
    static ALL: [Product; 4] = PRODUCTS;
    ALL.iter().find(|product| product.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_tells_what_has_to_be_copied() {
        for product in &PRODUCTS {
            let has = |lines: &[Line], wanted: Value| {
                lines.iter().any(|line| matches!(line, Field(_, value, _) if *value == wanted))
            };
            assert!(has(product.app, AcsUrl) && has(product.app, EntityId), "{}", product.name);
            assert!(has(product.provisioning, ScimUrl) && has(product.provisioning, ScimToken), "{}", product.name);
            assert_eq!(find(product.key), Some(product));
        }
    }
}
