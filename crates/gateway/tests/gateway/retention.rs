//! The background work removes audit entries that are no longer kept.

use std::thread;
use std::time::Duration;

use domain::audit::EventKind;

use crate::gate::Gate;

#[test]
fn a_node_that_starts_removes_what_is_no_longer_kept() {
    let Some(gate) = Gate::on_postgres() else { return };
    gate.acme.scim().provision("ann@acme.test");
    gate.store.seal().unwrap();
    let acme = gate.stored(&gate.acme).id;
    let before = gate.store.verify_audit(acme, None).unwrap();
    assert_eq!(before.kept_from, 1);
    gate.advance(chrono::Duration::days(366));
    gate.store.append_audit(vec![gate.entry(EventKind::LoginFailed)]).unwrap();
    gate.store.seal().unwrap();
    let _other = gate.add_node();
    let mut left = 200;
    let report = loop {
        let report = gate.store.verify_audit(acme, None).unwrap();
        left -= 1;
        if report.kept_from > 1 || left == 0 {
            break report;
        }
        thread::sleep(Duration::from_millis(50));
    };
    assert_eq!((report.valid, report.kept_from), (true, before.head.seq + 1), "{report:?}");
    assert_eq!(gate.audit("audit.pruned").len(), 1);
    assert_eq!(gate.audit("collaborator.provisioned").len(), 0);
}
