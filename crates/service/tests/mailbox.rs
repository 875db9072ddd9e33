//! The mailbox, against a real IMAP server on this machine: Dovecot, encrypted and not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "a test waits for the server it starts")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_service::channels::Security;
use puntual_service::error::ServiceError;
use puntual_service::inbox;
use puntual_service::inbox::mail::{self, Fetched};
use puntual_service::inbox::mail_settings::{self, MailboxSettings};
use puntual_store::on_both_engines;
use puntual_store::testing::missing;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const PASSWORD: &str = "una-clave";
const CSV: &str = "customer_id,customer_name,doc_type,doc_number,issue_date,due_date,currency,amount\n\
                   C1,Molino Sur,invoice,77,2026-01-05,2026-02-04,CLP,1000\n";

/// A Dovecot of one user with a mailbox of its own.
struct Dovecot {
    root: PathBuf,
    child: Child,
    port: u16,
    tls_port: u16,
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn run(program: &str, arguments: &[&str]) {
    let done = Command::new(program).args(arguments).output().unwrap();
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
}

impl Dovecot {
    /// `None`, said loudly, where it is not installed.
    fn start() -> Option<Dovecot> {
        for program in ["/usr/sbin/dovecot", "/usr/bin/openssl"] {
            if !Path::new(program).exists() {
                missing(program);
                return None;
            }
        }
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let root =
            std::env::temp_dir().join(format!("puntual-imap-{}-{number}", std::process::id()));
        for folder in ["run", "mail/cur", "mail/new", "mail/tmp", "state"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let at = |name: &str| root.join(name).display().to_string();
        let extensions = "subjectAltName=IP:127.0.0.1,DNS:localhost";
        run(
            "/usr/bin/openssl",
            &[
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "3650",
                "-subj",
                "/CN=localhost",
                "-addext",
                extensions,
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-keyout",
                &at("key.pem"),
                "-out",
                &at("cert.pem"),
            ],
        );
        let owner =
            String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
        let owner = owner.trim();
        let (port, tls_port) = (free_port(), free_port());
        let base = root.display();
        // All of it as whoever runs the test; root's own processes need a name that is not root's.
        let as_user = if owner == "root" { "nobody" } else { owner };
        let config = format!(
            "base_dir = {base}/run\nstate_dir = {base}/state\nlog_path = {base}/log\nprotocols = imap\nlisten = 127.0.0.1\nssl = yes\nssl_cert = <{base}/cert.pem\nssl_key = <{base}/key.pem\ndisable_plaintext_auth = no\nmail_location = maildir:{base}/mail\ndefault_internal_user = {as_user}\ndefault_login_user = {as_user}\ndefault_internal_group = {group}\nfirst_valid_uid = 0\npassdb {{\n driver = static\n args = password={PASSWORD}\n}}\nuserdb {{\n driver = static\n args = uid={as_user} gid={group} home={base}\n}}\nservice imap-login {{\n chroot =\n inet_listener imap {{\n port = {port}\n }}\n inet_listener imaps {{\n port = {tls_port}\n }}\n}}\nservice anvil {{\n chroot =\n}}\n",
            group = if owner == "root" { "nogroup" } else { owner },
        );
        fs::write(root.join("dovecot.conf"), config).unwrap();
        if owner == "root" {
            run("chown", &["-R", "nobody:nogroup", &at("mail")]);
            run("chmod", &["755", &base.to_string()]);
        }
        let child = Command::new("/usr/sbin/dovecot")
            .args(["-F", "-c", &at("dovecot.conf")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let dovecot = Dovecot { root, child, port, tls_port };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", tls_port)).is_ok() {
                return Some(dovecot);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(dovecot.root.join("log")).unwrap_or_default();
        panic!("dovecot did not start: {log}");
    }

    fn deliver(&self, name: &str, message: &str) {
        let written = self.root.join("mail/tmp").join(name);
        fs::write(&written, message.replace('\n', "\r\n")).unwrap();
        let _ = Command::new("chown").args(["nobody:nogroup", written.to_str().unwrap()]).output();
        fs::rename(&written, self.root.join("mail/new").join(name)).unwrap();
    }

    fn settings(&self, security: Security) -> MailboxSettings {
        MailboxSettings {
            host: "127.0.0.1".to_owned(),
            port: if security == Security::Tls { self.tls_port } else { self.port },
            security,
            user: "facturas".to_owned(),
            password: Some(PASSWORD.to_owned()),
            folder: "INBOX".to_owned(),
            done_folder: None,
            authority_file: Some(self.root.join("cert.pem").display().to_string()),
        }
    }

    /// How many messages lie in a folder, and how many of them are marked as seen.
    fn lying(&self, folder: &str) -> (usize, usize) {
        let count = |part: &str| -> Vec<String> {
            let entries = fs::read_dir(self.root.join("mail").join(folder).join(part));
            let entries = entries.into_iter().flatten().flatten();
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        };
        let (new, cur) = (count("new"), count("cur"));
        let seen = cur.iter().filter(|name| name.rsplit(',').next().unwrap().contains('S')).count();
        (new.len() + cur.len(), seen)
    }
}

fn message(id: &str, subject: &str, attachments: &[(&str, &str, &str)]) -> String {
    let mut text = format!(
        "From: Molino <ventas@molino.example>\nTo: facturas@casa.example\nSubject: {subject}\nMessage-ID: <{id}>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nAdjunto.\n"
    );
    for (kind, name, content) in attachments {
        text += &format!(
            "--b\nContent-Type: {kind}; name=\"{name}\"\nContent-Disposition: attachment; filename=\"{name}\"\n\n{content}\n"
        );
    }
    text + "--b--\n"
}

fn fetch(books: &Books) -> Fetched {
    mail::fetch(&books.app, &books.ctx, None).unwrap().unwrap()
}

on_both_engines! {
    fn what_is_mailed_is_imported_once_and_the_message_put_away(place) {
        let Some(dovecot) = Dovecot::start() else { return };
        let books = Books::chile(place);
        assert!(mail::fetch(&books.app, &books.ctx, None).unwrap().is_none(), "no mailbox yet");
        mail_settings::save(&books.app, &books.ctx, dovecot.settings(Security::Tls)).unwrap();
        dovecot.deliver("1", &message("a@x", "Facturas", &[("text/csv", "f.csv", CSV), ("image/png", "logo.png", "x")]));
        dovecot.deliver("2", &message("b@x", "Hola", &[]));
        assert_eq!(fetch(&books), Fetched { messages: 2, attachments: 1 });
        assert_eq!(dovecot.lying(""), (2, 2), "left where they were, marked as seen");
        assert_eq!(books.totals("2026-02-04"), "CLP 1000 | 0 | 0 | 0 | 0 | 0 | u 0 | b 1000");
        assert_eq!(fetch(&books), Fetched::default());
        // The same message delivered again, and one whose id is the same and whose content is not.
        dovecot.deliver("3", &message("a@x", "Facturas", &[("text/csv", "f.csv", CSV)]));
        let forged = CSV.replace("77", "78");
        dovecot.deliver("4", &message("a@x", "Facturas", &[("text/csv", "f.csv", &forged)]));
        let moved = MailboxSettings { done_folder: Some("Leidos".to_owned()), password: None, ..dovecot.settings(Security::Tls) };
        mail_settings::save(&books.app, &books.ctx, moved).unwrap();
        assert_eq!(fetch(&books), Fetched { messages: 2, attachments: 1 });
        assert_eq!((dovecot.lying("").0, dovecot.lying(".Leidos").0), (2, 2));
        assert_eq!(books.totals("2026-02-04"), "CLP 2000 | 0 | 0 | 0 | 0 | 0 | u 0 | b 2000");
        let (came, count) = inbox::came(&books.app, &books.ctx, Some("mail"), 9, 0).unwrap();
        assert_eq!(count, 3, "{came:?}");
        let empty = came.iter().find(|one| one.name == "Hola").unwrap();
        assert_eq!((empty.state.as_str(), empty.origin.as_str()), ("failed", "ventas@molino.example"));
        assert!(came.iter().any(|one| one.origin == "ventas@molino.example · Facturas"));
        books.prove();
    }

    fn every_encryption_works_and_what_is_wrong_is_said(place) {
        let Some(dovecot) = Dovecot::start() else { return };
        let books = Books::chile(place);
        let try_with = |settings| mail_settings::test_connection(&books.app, &books.ctx, settings, None);
        for security in [Security::Tls, Security::StartTls, Security::None] {
            try_with(dovecot.settings(security)).unwrap();
        }
        let wrong = MailboxSettings { password: Some("otra".to_owned()), ..dovecot.settings(Security::Tls) };
        assert!(matches!(try_with(wrong), Err(ServiceError::Unavailable(_))));
        // A server nobody vouches for is not believed, and no password goes out in clear.
        let stranger = MailboxSettings { authority_file: None, ..dovecot.settings(Security::Tls) };
        assert!(matches!(try_with(stranger), Err(ServiceError::Unavailable(_))));
        let clear = MailboxSettings { host: "imap.example".to_owned(), ..dovecot.settings(Security::None) };
        assert!(matches!(try_with(clear), Err(ServiceError::Invalid(_))));
        // The environment's password serves where none is stored.
        let settings = MailboxSettings { password: None, ..dovecot.settings(Security::Tls) };
        mail_settings::save(&books.app, &books.ctx, settings).unwrap();
        assert!(mail::fetch(&books.app, &books.ctx, None).is_err());
        let shown = mail_settings::show(&books.app, &books.ctx).unwrap().unwrap();
        assert!(shown.last_error.is_some() && !shown.has_password);
        assert_eq!(mail::fetch(&books.app, &books.ctx, Some(PASSWORD)).unwrap(), Some(Fetched::default()));
        let shown = mail_settings::show(&books.app, &books.ctx).unwrap().unwrap();
        assert!(shown.last_error.is_none() && shown.last_read_at.is_some());
    }
}
