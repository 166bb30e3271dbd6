//! Every key with its words.

use super::{Section, Setting};

/// Every key, in the order in which an administrator meets what it decides.
pub const SECTIONS: &[Section] = &[
    Section { title: "Who comes in", settings: WHO_COMES_IN },
    Section { title: "Environment roles", settings: ROLES },
    Section { title: "Collaborator groups", settings: GROUPS },
    Section { title: "Logins that begin at the identity provider", settings: IDP_INITIATED },
    Section { title: "What a login request asks for", settings: REQUESTS },
    Section { title: "Sessions", settings: SESSIONS },
    Section { title: "Records", settings: RECORDS },
    Section { title: "SCIM", settings: SCIM },
];

const fn choice(
    key: &'static str,
    title: &'static str,
    about: &'static str,
    choices: &'static [(&'static str, &'static str)],
) -> Setting {
    Setting { key, title, about, choices, hint: "" }
}

const fn free(key: &'static str, title: &'static str, about: &'static str, hint: &'static str) -> Setting {
    Setting { key, title, about, choices: &[], hint }
}

const WHO_COMES_IN: &[Setting] = &[
    choice(
        "jit",
        "People whom nobody has provisioned",
        "What becomes of somebody who signs in with a valid assertion and is not known here.",
        &[
            ("everyone", "They become a collaborator at that moment."),
            (
                "known",
                "They are refused, unless they were here before and an administrator removed them: those come back.",
            ),
            ("nobody", "They are refused, also those whom an administrator removed. Only SCIM brings people in."),
        ],
    ),
    choice(
        "invitations",
        "What accepts an invitation",
        "Whoever SCIM creates is invited by mail. This says what a login before they used the link does.",
        &[
            (
                "verify_first",
                "The login is held: a page says that the invitation has to be accepted first, and offers to send it again.",
            ),
            ("sso_accepts", "The login verifies the person and accepts the invitation."),
        ],
    ),
    free(
        "invitation_lifetime",
        "How long an invitation works",
        "The link in a mail opens nothing any more after this time.",
        "A whole number and a unit: 12h or 7d. It counts for invitations that are sent from now on.",
    ),
];

const ROLES: &[Setting] = &[
    choice(
        "role_authority",
        "Who decides environment roles",
        "Whose word counts. A change decides everybody\u{2019}s roles anew, at once.",
        &[
            (
                "hybrid",
                "Each login where its assertion names a role, else SCIM. After the first login a changed SCIM value counts at once.",
            ),
            ("scim", "SCIM alone, at once and before the first login. Roles in assertions are ignored."),
            ("saml", "Logins alone. Role values of SCIM are kept and ignored."),
        ],
    ),
    choice(
        "unknown_role",
        "A role that does not exist here",
        "What a value does that is no role\u{2019}s exact name. It is told in the audit log each time.",
        &[
            ("keep", "The person\u{2019}s earlier role stays; without one they get the default role."),
            ("default", "The person gets the default role of the environment."),
            ("refuse_login", "The login is refused. An unknown value from SCIM keeps the earlier role until then."),
        ],
    ),
    choice(
        "absent_role",
        "No word about a role",
        "What a login does to the role of an environment that neither its assertion nor SCIM names.",
        &[
            ("keep", "The person\u{2019}s earlier role stays; without one they get the default role."),
            ("default", "The person gets the default role of the environment, whatever they had."),
        ],
    ),
];

const GROUPS: &[Setting] = &[
    choice(
        "absent_groups",
        "No word about groups",
        "What a login does whose assertion has no groups, or an empty list.",
        &[
            ("keep", "Everybody stays in the groups that an earlier login gave them."),
            ("clear", "Memberships by earlier logins end. Those by SCIM and by hand stay."),
        ],
    ),
    choice(
        "unknown_group",
        "A group that does not exist here",
        "What a group name in an assertion does that means none of our groups.",
        &[
            ("skip", "It is skipped, and told in the audit log."),
            ("create", "The group is created, and the person is in it."),
        ],
    ),
    choice(
        "split_groups",
        "Several groups in one value",
        "Whether a single value that means no group is taken for a list with commas.",
        &[
            ("on", "It is split at its commas: \u{201c}Finance, Sales\u{201d} is two groups."),
            ("off", "It is one name, commas and all."),
        ],
    ),
    free(
        "group_prefix",
        "Prefix of the provider\u{2019}s names",
        "What the identity provider puts before the names of groups, and we take off.",
        "Up to 100 characters, such as WKT_; empty for none. It counts from each person\u{2019}s next login on.",
    ),
];

const IDP_INITIATED: &[Setting] = &[
    choice(
        "idp_initiated",
        "Logins that nobody asked for",
        "What an assertion does that answers no request of ours, as from a tile on the provider\u{2019}s dashboard.",
        &[
            (
                "bounce",
                "It is thrown away and a login of our own begins, once: the tile works, and nothing unasked-for is trusted.",
            ),
            ("allow", "It signs the person in. A stolen assertion could do that as well."),
            ("refuse", "It is refused: the provider\u{2019}s tile does not work."),
        ],
    ),
    free(
        "start_url",
        "Where a login ends",
        "Where somebody lands who asked for no page of the application.",
        "A path such as /session, or an http(s) address of the application.",
    ),
];

const REQUESTS: &[Setting] = &[
    choice(
        "saml_request_binding",
        "How a request travels",
        "By which binding a browser carries a login request to the identity provider.",
        &[
            ("metadata", "By redirect where the provider\u{2019}s metadata offers it, else by POST."),
            ("redirect", "By redirect, always."),
            ("post", "By a form that posts itself, always."),
        ],
    ),
    choice(
        "saml_sign_requests",
        "Which requests are signed",
        "Whether the identity provider can tell that a request is ours.",
        &[
            ("metadata", "Those to a provider whose metadata asks for it."),
            ("always", "All of them."),
            ("never", "None of them."),
        ],
    ),
    choice(
        "saml_name_id_policy",
        "What kind of name is asked for",
        "Which NameID a request asks the identity provider to send.",
        &[
            ("omitted", "Nothing is asked: the provider sends what it is set to."),
            ("unspecified", "Any kind that the provider likes, said explicitly."),
            ("email_address", "An e-mail address."),
            ("persistent", "A lasting pseudonym."),
        ],
    ),
    choice(
        "saml_force_authn",
        "Sign in anew each time",
        "Whether people have to sign in at the identity provider though they are signed in there.",
        &[
            ("on", "They have to, for each login; an assertion of an older sign-in is refused."),
            ("off", "A session at the provider is enough."),
        ],
    ),
    free(
        "saml_authn_context",
        "How people must have signed in",
        "Classes of authentication, one of which a login must have: others are refused.",
        "none, or up to 8 with commas between them: password_protected_transport, multi_factor, or URIs.",
    ),
    choice(
        "expired_certificates",
        "Certificates whose time is over",
        "What becomes of what a provider signs with the key of an expired certificate.",
        &[
            ("accept", "It counts: SAML takes a certificate for a container of its key. It is told before and after."),
            ("refuse", "It is refused: nobody signs in until the provider\u{2019}s metadata has another certificate."),
        ],
    ),
];

const SESSIONS: &[Setting] = &[
    free(
        "session_lifetime",
        "How long a session lives",
        "After this time people sign in anew. The identity provider may say less.",
        "A whole number and a unit: 30m, 12h or 7d. It counts for sessions that begin from now on.",
    ),
    free(
        "console_session_lifetime",
        "How long a session of this console lives",
        "After this time administrators sign in anew, however busy they are.",
        "A whole number and a unit: 8h or 12h. It counts for sessions that begin from now on.",
    ),
    free(
        "console_idle_timeout",
        "How long this console waits",
        "A session of the console ends after this time without a click.",
        "A whole number and a unit: 15m or 1h. It counts at once, for open sessions as well.",
    ),
    choice(
        "single_logout",
        "Signing out everywhere",
        "Whether signing out here goes on to the identity provider.",
        &[
            ("on", "The provider is asked to sign the person out everywhere."),
            ("off", "The session ends here alone. What the provider asks for is obeyed all the same."),
        ],
    ),
];

const RECORDS: &[Setting] = &[
    free(
        "audit_retention",
        "How long the audit log is kept",
        "Older entries are removed for ever; what is left still proves itself.",
        "A whole number and a unit, a day at least: 30d or 365d.",
    ),
    free(
        "trace_retention",
        "How long login traces have names",
        "After this time the login tracer keeps when and why a login failed, and forgets whose it was.",
        "A whole number and a unit: 12h or 30d.",
    ),
];

const SCIM: &[Setting] = &[
    choice(
        "scim_client",
        "Whose SCIM client it is",
        "In whose dialect requests are answered, and under whose name they are logged.",
        &[
            ("learned", "That of the client whose name is in the request\u{2019}s User-Agent."),
            ("okta", "Okta\u{2019}s."),
            ("entra", "Microsoft Entra ID\u{2019}s."),
            ("onelogin", "OneLogin\u{2019}s."),
            ("generic", "Nobody\u{2019}s in particular: the standard\u{2019}s."),
        ],
    ),
    choice(
        "capability.advanced_security",
        "The capability for SCIM",
        "Whether this workspace may use SCIM at all.",
        &[
            ("on", "SCIM can be switched on."),
            ("off", "Every SCIM request is refused, with that reason. People and tokens stay."),
        ],
    ),
];
