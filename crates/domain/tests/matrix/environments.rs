//! All environments at once: each is decided on its own.

use domain::environment::RoleName;
use domain::id::PersonId;

use super::table::table;
use crate::common::{World, assertion, role, user};

const ANN: &str = "ann@acme.test";

pub(crate) fn tables() -> Vec<String> {
    type Story = fn(&mut World) -> PersonId;
    let stories: [(&str, Story); 5] = [
        ("login: dev Admin, prod NoAccess", |world| {
            world.post(user(ANN));
            world.login(assertion(ANN).role("workato_role", "Admin").role("workato_role_prod", "NoAccess")).unwrap()
        }),
        ("SCIM: dev Member, test Operator; login: dev Admin, prod admn", |world| {
            world.post(user(ANN).role("workato_role", "Member").role("workato_role_test", "Operator"));
            world.login(assertion(ANN).role("workato_role", "Admin").role("workato_role_prod", "admn")).unwrap()
        }),
        ("login: dev Admin under the alias workato_role_dev", |world| {
            world.post(user(ANN));
            world.login(assertion(ANN).role("workato_role_dev", "Admin")).unwrap()
        }),
        ("login: all Admin; then manual: prod Analyst", |world| {
            let ann = world.post(user(ANN));
            let all = assertion(ANN).role("workato_role", "Admin").role("workato_role_test", "Admin");
            world.login(all.role("workato_role_prod", "Admin")).unwrap();
            world.set_role(ann, "prod", "Analyst").unwrap()
        }),
        ("the default of prod is No access; login silent", |world| {
            world.catalogue.environments.iter_mut().last().unwrap().default_role = no_access();
            world.post(user(ANN));
            world.login(assertion(ANN)).unwrap()
        }),
    ];
    let rows: Vec<_> = stories
        .iter()
        .map(|(story, live)| {
            let mut world = World::new();
            let ann = live(&mut world);
            let [dev, test, prod] = ["dev", "test", "prod"].map(|environment| world.role(ann, environment));
            [(*story).to_owned(), dev, test, prod]
        })
        .collect();
    vec![table("Environments: each is decided on its own (hybrid)", ["what happened", "dev", "test", "prod"], &rows)]
}

fn no_access() -> RoleName {
    role("No access")
}
