//! `serve`, and what commands change while it runs.

use serde_json::Value;

use crate::acme::{acme, acme_on};
use crate::common::answer::send;
use crate::common::database::Database;
use crate::common::program::{INIT, Machine};
use crate::common::scim::Scim;

#[test]
fn a_server_answers_until_it_is_asked_to_end() {
    let (machine, workspace) = acme();
    let serving = machine.serve();
    for path in ["/healthz", "/readyz"] {
        send("GET", &format!("{}{path}", machine.base_url()), &[], None).expect(200);
    }
    workspace.scim().provision("ann@acme.test");
    assert_eq!(serving.terminate(), Some(0));
    let serving = machine.serve();
    assert_eq!(workspace.scim().get("/Users").expect(200).json()["totalResults"], 1, "nothing is lost");
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn the_same_commands_work_on_postgresql() {
    let Some(database) = Database::postgres() else { return };
    let (machine, workspace) = acme_on(Machine::new().with("GATEHOUSE_DATABASE__URL", &database.url()));
    assert!(machine.path("gatehouse.master-key").exists() && !machine.path("gatehouse.db").exists());
    let serving = machine.serve();
    workspace.scim().provision("ann@acme.test");
    machine.ok(&["workspace", "set", "--workspace", "acme", "idp_initiated=refuse"]);
    let mut browser = workspace.signed_in("ann@acme.test");
    machine.ok(&["collaborator", "remove", "--workspace", "acme", "ann@acme.test"]);
    assert!(browser.session().is_none());
    assert_eq!(machine.json(&["explain", "--workspace", "acme", "--json", "ann@acme.test"])["status"], "removed");
    assert_eq!(machine.json(&["audit", "verify", "--workspace", "acme", "--json"])["valid"], true);
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn changes_are_in_force_on_the_running_server_when_the_command_returns() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    workspace.scim().provision("ann@acme.test");
    let set = |change: &str| machine.ok(&["workspace", "set", "--workspace", "acme", change]);

    let mut browser = workspace.browser();
    let unsolicited = || workspace.sign(&workspace.response_for("ann@acme.test"));
    set("idp_initiated=refuse");
    workspace.post(&mut browser, &unsolicited(), "").expect(403);
    set("idp_initiated=allow");
    workspace.post(&mut browser, &unsolicited(), "").expect(303);

    set("capability.advanced_security=off");
    workspace.scim().get("/Users").expect(403);
    set("capability.advanced_security=on");
    workspace.scim().get("/Users").expect(200);
    machine.ok(&["scim", "disable", "--workspace", "acme"]);
    workspace.scim().get("/Users").expect(403);
    machine.ok(&["scim", "enable", "--workspace", "acme"]);
    assert_eq!(workspace.scim().get("/Users").expect(200).json()["totalResults"], 1, "nobody is lost");
}

#[test]
fn a_refreshed_token_works_at_once_and_the_old_one_no_longer() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    let refresh = |more: &[&str]| {
        let printed = machine.json(&[&["scim", "token", "refresh", "--workspace", "acme", "--json"], more].concat());
        assert_eq!(printed.as_object().unwrap().len(), 1);
        Scim::new(&machine.base_url(), printed["scim_token"].as_str().unwrap())
    };
    let (first, second) = (workspace.scim(), refresh(&[]));
    first.get("/Users").expect(401);
    second.get("/Users").expect(200);
    let third = refresh(&["--overlap", "30m"]);
    second.get("/Users").expect(200);
    third.get("/Users").expect(200);
    assert_eq!(machine.ok(&["scim", "token", "revoke", "--workspace", "acme"]), "Ended 2 token(s).\n");
    third.get("/Users").expect(401);
}

#[test]
fn a_token_ends_by_itself_or_by_its_id_and_is_told_of_before() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    let refresh =
        ["scim", "token", "refresh", "--workspace", "acme", "--json", "--expires-in", "9d", "--overlap", "1h"];
    let printed = machine.json(&refresh);
    let second = Scim::new(&machine.base_url(), printed["scim_token"].as_str().unwrap());
    second.get("/Users").expect(200);
    let doctor = machine.ok(&["doctor"]);
    assert!(doctor.contains("the last token of an identity provider ends in 8 days"), "{doctor}");
    let lines = machine.ok(&["scim", "token", "list", "--workspace", "acme", "--json"]);
    let tokens: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(tokens.len(), 2);
    assert!(tokens.iter().all(|token| token["in_force"] == true && token["idp"] == "default"), "{tokens:?}");
    assert!(tokens[0]["last_used_at"].is_string() && tokens[0]["expires_at"].is_string(), "{tokens:?}");
    let text = machine.ok(&["scim", "token", "list", "--workspace", "acme"]);
    assert!(text.contains("last used 20") && text.contains("last used never"), "{text}");

    let id = tokens[0]["id"].as_str().unwrap();
    let revoke = ["scim", "token", "revoke", "--workspace", "acme", id];
    assert_eq!(machine.ok(&revoke), "Ended 1 token(s).\n");
    second.get("/Users").expect(401);
    workspace.scim().get("/Users").expect(200);
    assert!(machine.fails(&revoke).contains("there is no token"));
    let entries = machine.ok(&["audit", "list", "--workspace", "acme", "--kind", "scim_token.revoked", "--json"]);
    assert!(entries.contains(&format!("{{\"type\":\"scim_token\",\"id\":\"{id}\"")), "{entries}");
}

#[test]
fn a_further_workspace_is_there_as_soon_as_it_is_made() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    let globex = [&INIT[..3], &["globex"], &INIT[4..], &["--idp-metadata", "okta.xml"]].concat();
    let made = machine.json(&globex);
    let scim = Scim::new(&machine.base_url(), made["scim_token"].as_str().unwrap());
    assert_eq!(scim.get("/Users").expect(200).json()["totalResults"], 0);
    let metadata = send("GET", made["saml_sp_metadata_url"].as_str().unwrap(), &[], None).expect(200);
    assert!(metadata.body.contains(made["saml_acs_url"].as_str().unwrap()));
    workspace.scim().get("/Users").expect(200);
}

#[test]
fn the_audit_log_is_listed_and_proven_while_the_server_writes_it() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    let id = workspace.scim().provision("ann@acme.test");
    workspace.signed_in("ann@acme.test");
    workspace.scim().delete(&id).expect(204);
    let all = machine.json_lines(&["audit", "list", "--workspace", "acme", "--json"]);
    assert!(all.iter().zip(1..).all(|(entry, seq)| entry["seq"] == seq), "{all:#?}");
    let keys = [
        "seq",
        "at",
        "kind",
        "source",
        "actor",
        "subject",
        "before",
        "after",
        "request_id",
        "ip",
        "user_agent",
        "hash",
    ];
    assert!(all.iter().all(|entry| entry.as_object().unwrap().keys().eq(keys)), "all keys are always there");
    let last = all.last().unwrap();
    assert_eq!(
        (&last["kind"], &last["subject"]["name"]),
        (&"collaborator.deactivated".into(), &"ann@acme.test".into())
    );
    assert!(last["at"].as_str().unwrap().ends_with('Z') && last["at"].as_str().unwrap().len() == 27, "{last}");

    let two = machine.json_lines(&["audit", "list", "--workspace", "acme", "--limit", "2", "--json"]);
    assert_eq!(two[..], all[all.len() - 2..]);
    let of_scim = machine.json_lines(&["audit", "list", "--workspace", "acme", "--source", "scim_auto_sync", "--json"]);
    assert_eq!(of_scim.len(), 2);
    let of_ann = machine.json_lines(&["audit", "list", "--workspace", "acme", "--user", "ANN@acme.test", "--json"]);
    assert!(of_ann.len() >= 4 && of_ann.iter().all(|entry| entry["subject"]["name"] == "ann@acme.test"));
    assert!(machine.fails(&["audit", "list", "--workspace", "acme", "--kind", "nothing"]).contains("login.failed"));

    let verified = machine.json(&["audit", "verify", "--workspace", "acme", "--json"]);
    assert_eq!((&verified["valid"], &verified["unsealed"]), (&Value::Bool(true), &0.into()));
    assert_eq!((&verified["entries"], &verified["head"]["seq"]), (&all.len().into(), &all.len().into()));
    assert_eq!(verified["head"]["hash"], last["hash"]);
    assert!(machine.ok(&["audit", "verify", "--workspace", "acme"]).contains("every link holds"));
}

#[test]
fn an_address_in_use_is_named() {
    let (machine, _) = acme();
    let _taken = std::net::TcpListener::bind(&machine.listen).unwrap();
    let ran = machine.run(&["serve"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains(&format!("can't listen on {}", machine.listen)), "{ran:?}");
}

#[test]
fn serve_migrates_unless_it_is_told_not_to() {
    let machine = Machine::new()
        .with("GATEHOUSE_DATABASE__MIGRATE", "false")
        .with("GATEHOUSE_SECRETS__MASTER_KEY", &"a1".repeat(32));
    assert!(machine.run(&["serve"]).stderr.contains("gatehouse migrate"));
    machine.ok(&["migrate"]);
    assert_eq!(machine.serve().terminate(), Some(0));
}
