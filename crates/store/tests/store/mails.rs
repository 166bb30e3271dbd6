//! How it stands with a workspace's mail.

use chrono::Duration;
use store::MailStanding;

use crate::acme::Acme;
use crate::users::user;

on_both_databases! {
    fn a_workspace_knows_how_many_of_its_mails_wait_since_when_and_why(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        let standing = |of: &Acme| of.store.mail_standing(of.workspace.id).unwrap();
        assert_eq!(standing(&acme), MailStanding::default());
        let begin = acme.now();
        acme.post(user("ann@acme.test")).unwrap();
        acme.pass(Duration::hours(1));
        acme.post(user("bob@acme.test")).unwrap();
        assert_eq!(standing(&acme), MailStanding { waiting: 2, oldest: Some(begin), trouble: None });
        assert_eq!(standing(&globex), MailStanding::default());

        let mail = acme.store.take_mail(acme.now(), Duration::minutes(1)).unwrap().unwrap();
        acme.store.put_mail_off(mail.ordinal, acme.now() + Duration::hours(2), "550 no such user".to_owned()).unwrap();
        let trouble = Some("550 no such user".to_owned());
        assert_eq!(standing(&acme), MailStanding { waiting: 2, oldest: Some(begin), trouble });
        acme.store.finish_mail(mail.ordinal, Vec::new()).unwrap();
        let later = begin + Duration::hours(1);
        assert_eq!(standing(&acme), MailStanding { waiting: 1, oldest: Some(later), trouble: None });
    }
}
