//! The role of one environment.

use domain::access::{Input, InputState};
use domain::decide::Refusal;
use domain::id::PersonId;

use super::table::table;
use crate::common::{World, assertion, user};

const ANN: &str = "ann@acme.test";

/// One thing that happens to Ann, concerning her role in dev.
#[derive(Clone, Copy)]
enum Step {
    /// SCIM writes the role extension with this value: the first time by `POST`, then by `PUT`.
    Scim(&'static str),
    /// SCIM writes the role extension without a value.
    ScimSilent,
    /// SCIM writes what it wrote last.
    ScimAgain,
    /// A login with these values of `workato_role`.
    Login(&'static [&'static str]),
    /// A login with `workato_role` and its alias.
    LoginAlias(&'static str, &'static str),
    /// An administrator sets the role.
    Manual(&'static str),
    /// The policy changes.
    Authority(&'static str),
}

use Step::{Authority, Login, LoginAlias, Manual, Scim, ScimAgain, ScimSilent};

const SILENT: Step = Login(&[]);

/// Before and at the first login.
const FIRST: &[&[Step]] = &[
    &[ScimSilent],
    &[Scim("Operator")],
    &[Scim("admn")],
    &[Scim("Operator"), Manual("Analyst")],
    &[Scim("Operator"), Scim("Analyst")],
    &[Scim("Member"), Login(&["Admin"])],
    &[Scim("Admin"), Login(&["NoAccess"])],
    &[ScimSilent, Login(&["No access"])],
    &[Scim("NoAccess"), SILENT],
    &[Scim("Operator"), SILENT],
    &[Scim("Operator"), Login(&[""])],
    &[ScimSilent, SILENT],
    &[ScimSilent, Login(&[""])],
    &[Scim(""), SILENT],
    &[Scim("admn"), SILENT],
    &[ScimSilent, Login(&["admn"])],
    &[Scim("Operator"), Login(&["admn"])],
    &[ScimSilent, Login(&["admin"])],
    &[ScimSilent, Login(&[" Admin"])],
    &[ScimSilent, Login(&["Admin", "Operator"])],
    &[Scim("Operator"), Login(&["Admin", "Operator"])],
    &[ScimSilent, Login(&["Admin,Operator"])],
    &[ScimSilent, Login(&["Admin", "Admin"])],
    &[ScimSilent, LoginAlias("Admin", "Operator")],
    &[ScimSilent, LoginAlias("Admin", "Admin")],
    &[Login(&["Admin"])],
    &[SILENT],
    &[ScimSilent, Manual("Analyst"), SILENT],
    &[ScimSilent, Manual("Analyst"), Login(&["Admin"])],
];

/// At a later login.
const LATER: &[&[Step]] = &[
    &[ScimSilent, Login(&["Analyst"]), Login(&["Admin"])],
    &[ScimSilent, Login(&["Analyst"]), Login(&["No access"])],
    &[ScimSilent, Login(&["Analyst"]), SILENT],
    &[ScimSilent, Login(&["Analyst"]), Login(&[""])],
    &[Scim("Operator"), Login(&["Analyst"]), SILENT],
    &[Scim("Operator"), Login(&["Analyst"]), Login(&[""])],
    &[Scim(""), Login(&["Analyst"]), SILENT],
    &[Scim("admn"), Login(&["Analyst"]), SILENT],
    &[ScimSilent, Login(&["Analyst"]), Login(&["admn"])],
    &[Scim("Operator"), Login(&["Analyst"]), Login(&["admn"])],
    &[ScimSilent, Login(&["Analyst"]), Login(&["Admin", "Operator"])],
];

/// What SCIM writes after the first login.
const SYNCED: &[&[Step]] = &[
    &[Scim("Member"), Login(&["Admin"]), Scim("Operator")],
    &[Scim("Member"), Login(&["Admin"]), ScimAgain],
    &[Scim("Member"), Login(&["Admin"]), ScimSilent],
    &[Scim("Member"), Login(&["Admin"]), Scim("")],
    &[Scim("Member"), Login(&["Admin"]), Scim("NoAccess")],
    &[Scim("Member"), Login(&["Admin"]), Scim("admn")],
    &[Login(&["Admin"]), Scim("Operator")],
    &[Scim("Operator"), SILENT, ScimSilent],
    &[Scim("Operator"), SILENT, ScimSilent, SILENT],
    &[Scim("Operator"), SILENT, Scim("")],
    &[Scim("Member"), Login(&["Admin"]), Scim("Operator"), ScimAgain],
    &[Scim("Member"), Login(&["Admin"]), Scim("Operator"), SILENT],
    &[Scim("Member"), Login(&["Admin"]), Scim("Operator"), Login(&["Admin"])],
];

/// What an administrator sets.
const MANUAL: &[&[Step]] = &[
    &[Scim("Member"), Login(&["Admin"]), Manual("Analyst")],
    &[Scim("Member"), Login(&["Admin"]), Manual("No access")],
    &[Scim("Member"), Login(&["Admin"]), Manual("Analyst"), Login(&["Admin"])],
    &[Scim("Member"), Login(&["Admin"]), Manual("Analyst"), SILENT],
    &[ScimSilent, Login(&["Admin"]), Manual("Analyst"), SILENT],
    &[Scim("Member"), Login(&["Admin"]), Manual("Analyst"), Login(&["admn"])],
    &[Scim("Member"), Login(&["Admin"]), Manual("Analyst"), ScimAgain],
    &[Scim("Member"), Login(&["Admin"]), Manual("Analyst"), Scim("Operator")],
    &[Scim("Member"), Login(&["Admin"]), Manual("Analyst"), ScimSilent],
];

/// Stories in which somebody is silent.
const SILENCE: &[&[Step]] = &[
    &[ScimSilent],
    &[ScimSilent, SILENT],
    &[ScimSilent, Login(&["Analyst"]), SILENT],
    &[ScimSilent, Login(&["Analyst"]), Login(&[""])],
    &[Scim("Operator"), Login(&["Analyst"]), SILENT],
    &[Scim(""), Login(&["Analyst"]), SILENT],
    &[ScimSilent, Login(&["Analyst"]), Login(&["admn"])],
    &[Scim("Operator"), SILENT, ScimSilent],
    &[Scim("Operator"), SILENT, Scim("")],
    &[Scim("Operator"), SILENT, ScimSilent, SILENT],
    &[ScimSilent, Login(&["Admin"]), Manual("Analyst"), SILENT],
];

/// Stories with a value that names no role.
const UNKNOWN: &[&[Step]] = &[
    &[ScimSilent, Login(&["admn"])],
    &[Scim("Operator"), Login(&["admn"])],
    &[Scim("admn"), SILENT],
    &[ScimSilent, Login(&["Analyst"]), Login(&["admn"])],
    &[Scim("Operator"), Login(&["Analyst"]), Login(&["admn"])],
    &[ScimSilent, Login(&["Analyst"]), Login(&["Admin", "Operator"])],
    &[Scim("Member"), Login(&["Analyst"]), Scim("admn")],
    &[Scim("Member"), Login(&["Analyst"]), Scim("admn"), Login(&["Admin"])],
    &[Scim("Member"), Login(&["Analyst"]), Scim("admn"), SILENT],
    &[ScimSilent, Login(&["Analyst"]), SILENT],
];

/// Stories in which the policy changes: it counts from the next step.
const CHANGED: &[&[Step]] = &[
    &[Scim("Operator"), Login(&["Admin"]), Authority("scim"), Login(&["Admin"])],
    &[Scim("Operator"), Login(&["Admin"]), Authority("scim"), Scim("Analyst")],
    &[ScimSilent, Login(&["Admin"]), Authority("scim"), SILENT],
    &[Scim("Operator"), Login(&["Admin"]), Manual("Analyst"), Authority("scim"), SILENT],
    &[Scim("Member"), Login(&["Admin"]), Scim("Operator"), Authority("saml"), Login(&["Analyst"])],
    &[Scim("Member"), Login(&["Admin"]), Scim("Operator"), Authority("saml"), SILENT],
    &[Scim("Member"), Login(&["Admin"]), Scim("Operator"), Authority("saml"), Scim("Analyst")],
    &[Authority("scim"), Scim("Operator"), Authority("hybrid"), Login(&["Admin"])],
    &[Authority("scim"), Scim("Operator"), Authority("hybrid"), SILENT],
    &[Authority("saml"), Scim("Operator"), SILENT, Authority("hybrid"), SILENT],
];

pub(crate) fn tables() -> Vec<String> {
    let all: Vec<_> = [FIRST, LATER, SYNCED, MANUAL].concat();
    vec![
        stories("Roles: role_authority = hybrid", &[], &all),
        stories("Roles: role_authority = scim", &[("role_authority", "scim")], &all),
        stories("Roles: role_authority = saml", &[("role_authority", "saml")], &all),
        stories("Roles: hybrid, absent_role = default", &[("absent_role", "default")], SILENCE),
        stories(
            "Roles: role_authority = scim, absent_role = default",
            &[("role_authority", "scim"), ("absent_role", "default")],
            SILENCE,
        ),
        stories("Roles: hybrid, unknown_role = default", &[("unknown_role", "default")], UNKNOWN),
        stories("Roles: hybrid, unknown_role = refuse_login", &[("unknown_role", "refuse_login")], UNKNOWN),
        stories(
            "Roles: role_authority = scim, unknown_role = refuse_login",
            &[("role_authority", "scim"), ("unknown_role", "refuse_login")],
            UNKNOWN,
        ),
        stories("Roles: the policy changes from hybrid on (it counts from the next step)", &[], CHANGED),
        notes("Roles: what the explanation adds (hybrid)", &[]),
        notes("Roles: what the explanation adds (role_authority = scim)", &[("role_authority", "scim")]),
        notes("Roles: what the explanation adds (role_authority = saml)", &[("role_authority", "saml")]),
    ]
}

const COLUMNS: [&str; 6] = ["what happened", "SCIM says", "assertion says", "role in dev", "given by", "rule"];

fn stories(heading: &str, policy: &[(&str, &str)], stories: &[&[Step]]) -> String {
    let rows: Vec<_> = stories.iter().map(|story| Ann::lives(story, policy).row(story)).collect();
    table(heading, COLUMNS, &rows)
}

fn notes(heading: &str, policy: &[(&str, &str)]) -> String {
    let told: [&[Step]; 8] = [
        &[Scim("Member"), Login(&["NoAccess"])],
        &[Scim("NoAccess"), Login(&["No access"])],
        &[Scim("Operator"), Login(&[""])],
        &[Scim("Operator"), Login(&["admn"])],
        &[ScimSilent, Login(&["Admin", "Operator"])],
        &[Scim("Member"), Login(&["Admin"]), Scim("Operatr")],
        &[Scim("Member"), Login(&["Admin"]), Manual("Analyst"), SILENT],
        &[Scim("Member"), Login(&["Admin"]), Manual("Analyst")],
    ];
    let rows: Vec<_> = told
        .iter()
        .map(|story| {
            let ann = Ann::lives(story, policy);
            let decision = ann.world.decision(ann.id.unwrap(), "dev");
            [describe(story), ann.role(), decision.notes.join("; ")]
        })
        .collect();
    table(heading, ["what happened", "role in dev", "notes"], &rows)
}

/// Ann, as far as her story got.
struct Ann {
    world: World,
    id: Option<PersonId>,
    /// What SCIM wrote last.
    provisioned: Option<Step>,
    /// The role before the last step.
    before: String,
    refusal: Option<Refusal>,
}

impl Ann {
    fn lives(story: &[Step], policy: &[(&str, &str)]) -> Self {
        let world =
            policy.iter().fold(World::new().with("jit", "everyone"), |world, (key, value)| world.with(key, value));
        let mut ann = Self { world, id: None, provisioned: None, before: "-".to_owned(), refusal: None };
        for step in story {
            ann.before = ann.role();
            ann.take(*step);
        }
        ann
    }

    fn take(&mut self, step: Step) {
        match step {
            Scim(value) => self.provision(step, user(ANN).role("workato_role", value)),
            ScimSilent => self.provision(step, user(ANN).no_roles()),
            ScimAgain => self.take(self.provisioned.unwrap()),
            Login(values) => {
                self.login(
                    values.iter().fold(assertion(ANN), |assertion, value| assertion.role("workato_role", value)),
                );
            }
            LoginAlias(value, alias) => {
                self.login(assertion(ANN).role("workato_role", value).role("workato_role_dev", alias));
            }
            Manual(role) => drop(self.world.set_role(self.id.unwrap(), "dev", role).unwrap().to_string()),
            Authority(value) => self.world.set_policy("role_authority", value),
        }
    }

    fn provision(&mut self, step: Step, user: crate::common::NewUser) {
        self.provisioned = Some(step);
        match self.id {
            None => self.id = Some(self.world.post(user)),
            Some(id) => assert_eq!(self.world.put(id, user), Ok(id)),
        }
    }

    fn login(&mut self, assertion: crate::common::Assertion) {
        match self.world.login(assertion) {
            Ok(id) => self.id = Some(id),
            Err(refusal) => self.refusal = Some(refusal),
        }
    }

    fn role(&self) -> String {
        self.id.map_or_else(|| "-".to_owned(), |id| self.world.role(id, "dev"))
    }

    fn row(&self, story: &[Step]) -> [String; 6] {
        let role = if self.before == self.role() { self.role() } else { format!("{} -> {}", self.before, self.role()) };
        let decision = self.world.decision(self.id.unwrap(), "dev");
        let person = self.world.person(self.id.unwrap());
        let asserted = person.facts.asserted.as_ref();
        let saml = asserted.map_or_else(|| "no login yet".to_owned(), |_| says(&decision.inputs.saml));
        if let Some(refusal) = &self.refusal {
            let refused = format!("login refused ({})", refusal.check());
            return [describe(story), says(&decision.inputs.scim), saml, role, "-".to_owned(), refused];
        }
        let source = decision.source.map_or("-", |source| source.as_str()).to_owned();
        let rule = serde_json::to_value(decision.rule).unwrap().as_str().unwrap().to_owned();
        [describe(story), says(&decision.inputs.scim), saml, role, source, rule]
    }
}

fn says(input: &Input) -> String {
    let value = input.value.as_deref().unwrap_or_default();
    match input.state {
        InputState::Absent => "absent".to_owned(),
        InputState::Empty => "empty".to_owned(),
        InputState::Present => value.to_owned(),
        InputState::Unknown => format!("unknown: {value}"),
        InputState::Stale => format!("stale: {value}"),
    }
}

fn describe(story: &[Step]) -> String {
    story.iter().map(|step| step.to_string()).collect::<Vec<_>>().join("; ")
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scim(value) => write!(f, "SCIM {value:?}"),
            ScimSilent => f.write_str("SCIM silent"),
            ScimAgain => f.write_str("SCIM the same again"),
            Login([]) => f.write_str("login silent"),
            Login(values) => {
                let values: Vec<_> = values.iter().map(|value| format!("{value:?}")).collect();
                write!(f, "login {}", values.join(" + "))
            }
            LoginAlias(value, alias) => write!(f, "login {value:?}, alias {alias:?}"),
            Manual(role) => write!(f, "manual {role:?}"),
            Authority(value) => write!(f, "role_authority = {value}"),
        }
    }
}
