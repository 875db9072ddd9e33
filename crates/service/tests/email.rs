//! The e-mail channel against a real SMTP server on loopback, with the faults servers have.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::id::MessageId;
use puntual_service::channels::email::SettingsError;
use puntual_service::channels::{
    Attachment, Delivery, EmailChannel, EmailSettings, Envelope, Security,
};
use puntual_service::render::{Language, MessageFields, render_email, standard_template};
use puntual_service::statement_pdf::{file_name, statement_pdf};
use support::mime_reader::Part;
use support::samples;
use support::smtp_server::{Fault, SmtpServer};

fn settings(server: &SmtpServer) -> EmailSettings {
    EmailSettings {
        host: "127.0.0.1".into(),
        port: server.address.port(),
        security: Security::None,
        user: None,
        password: None,
        from: "Comercial Ñuble SpA <cobros@acreedor.example>".into(),
        reply_to: Some("Ana Díaz <ana@acreedor.example>".into()),
        helo: Some("test.example".into()),
        timeout_seconds: 2,
    }
}

fn channel(server: &SmtpServer) -> EmailChannel {
    EmailChannel::new(settings(server)).unwrap()
}

fn envelope(number: i64) -> Envelope {
    Envelope {
        message_id: MessageId(number),
        released_at_seconds: 1_795_219_200,
        to: "Peñaflor <pagos@cliente.example>".into(),
        subject: "Su cuenta con Comercial Ñuble SpA: recordatorio".into(),
        text: "Hola\n.\n..dos puntos\nFin".into(),
        html: "<p>Hola</p>".into(),
        attachments: Vec::new(),
        headers: vec![("Auto-Submitted".into(), "auto-generated".into())],
    }
}

/// What the channel says of one message that meets this fault, and how many were stored.
fn outcome(fault: Fault) -> (Delivery, usize) {
    let server = SmtpServer::start(&[fault]);
    let delivery = channel(&server).send(&envelope(1));
    assert_eq!(server.attempts(), 1, "never tried twice by itself");
    (delivery, server.received().len())
}

#[test]
fn a_reminder_with_its_statement_arrives_as_it_was_made() {
    let server = SmtpServer::start(&[]);
    let statement = samples::statement(Language::EsCl, 30);
    let template = standard_template("reminder", Language::EsCl).unwrap();
    let email = render_email(&template, &statement, &MessageFields::default()).unwrap();
    let pdf = statement_pdf(&statement).unwrap();
    let sent = Envelope {
        subject: email.subject.clone(),
        text: email.text.clone(),
        html: email.html.clone(),
        attachments: vec![Attachment {
            name: file_name(&statement),
            media_type: "application/pdf".into(),
            content: pdf.clone(),
        }],
        ..envelope(77)
    };
    let delivery = channel(&server).send(&sent);
    assert_eq!(delivery, Delivery::Sent { response: "250 stored as 1".into() });
    let [received] = &server.received()[..] else { panic!("one message") };
    assert_eq!(received.from, "<cobros@acreedor.example>");
    assert_eq!(received.to, ["<pagos@cliente.example>"]);
    let message = Part::read(&received.bytes);
    assert_eq!(message.header("message-id"), "<msg_2d@acreedor.example>");
    assert_eq!(message.header("subject"), "Su cuenta con Comercial Ñuble SpA: recordatorio");
    assert!(message.header("from").contains("Comercial Ñuble SpA"));
    assert!(message.header("reply-to").contains("Ana Díaz"));
    assert!(message.header("to").contains("Peñaflor"));
    assert_eq!(message.header("auto-submitted"), "auto-generated");
    assert!(message.header("content-type").starts_with("multipart/mixed"));
    let parts = message.parts();
    let alternatives = parts[0].parts();
    assert_eq!(alternatives[0].header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(alternatives[0].text(), email.text);
    assert_eq!(alternatives[1].header("content-type"), "text/html; charset=utf-8");
    assert_eq!(alternatives[1].text(), email.html);
    assert!(parts[1].header("content-disposition").contains("estado-de-cuenta-2026-11-21.pdf"));
    assert_eq!(parts[1].content(), pdf);
}

#[test]
fn lines_of_dots_survive() {
    let server = SmtpServer::start(&[]);
    channel(&server).send(&envelope(1));
    let message = Part::read(&server.received()[0].bytes);
    assert_eq!(message.parts()[0].text(), "Hola\n.\n..dos puntos\nFin");
}

#[test]
fn refusals_for_now_may_be_tried_again() {
    for (fault, code) in [
        (Fault::Mail(451), Some(451)),
        (Fault::Rcpt(450), Some(450)),
        (Fault::Data(421), Some(421)),
        (Fault::Text(452), Some(452)),
        (Fault::Mail(530), Some(530)),
        (Fault::DropAtMail, None),
    ] {
        let (delivery, stored) = outcome(fault);
        let Delivery::TemporaryFailure { code: given, text } = delivery else {
            panic!("{fault:?} gave {delivery:?}")
        };
        assert_eq!((given, stored), (code, 0), "{fault:?}: {text}");
        assert!(!text.is_empty());
    }
}

#[test]
fn refusals_for_good_are_told_from_those() {
    for fault in [Fault::Mail(550), Fault::Rcpt(550), Fault::Data(554), Fault::Text(552)] {
        let (delivery, stored) = outcome(fault);
        assert!(matches!(delivery, Delivery::PermanentFailure { .. }), "{fault:?}: {delivery:?}");
        assert_eq!(stored, 0);
    }
    let (delivery, _) = outcome(Fault::Rcpt(550));
    let expected = Delivery::PermanentFailure { code: Some(550), text: "no such user".into() };
    assert_eq!(delivery, expected);
}

#[test]
fn a_message_handed_over_without_an_answer_is_unknown_and_not_sent_again() {
    for fault in [Fault::DropAfterText, Fault::Nonsense, Fault::Slow(4000)] {
        let (delivery, stored) = outcome(fault);
        assert!(matches!(delivery, Delivery::Unknown { .. }), "{fault:?}: {delivery:?}");
        assert_eq!(stored, 1, "it did arrive, which the sender cannot know");
    }
}

#[test]
fn a_connection_lost_amid_a_long_text_is_a_failure_and_never_a_success() {
    let server = SmtpServer::start(&[Fault::DropMidText(1000)]);
    let mut long = envelope(5);
    // More than the buffers of both ends can hold, so that the sender notices while writing.
    long.attachments.push(Attachment {
        name: "largo.bin".into(),
        media_type: "application/octet-stream".into(),
        content: vec![0xa5; 24 << 20],
    });
    let delivery = channel(&server).send(&long);
    assert!(matches!(delivery, Delivery::TemporaryFailure { code: None, .. }), "{delivery:?}");
    // A short text fits the buffers: the sender wrote all of it and cannot know.
    let (delivery, _) = outcome(Fault::DropMidText(10));
    assert!(matches!(delivery, Delivery::Unknown { .. }), "{delivery:?}");
}

#[test]
fn no_server_is_a_failure_for_now() {
    let server = SmtpServer::start(&[]);
    let mut closed = settings(&server);
    // Bound and dropped: nothing listens there.
    closed.port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let delivery = EmailChannel::new(closed).unwrap().send(&envelope(1));
    assert!(matches!(delivery, Delivery::TemporaryFailure { code: None, .. }), "{delivery:?}");
    let busy = SmtpServer::start(&[]).offering(&[], Some("554 too busy"));
    let delivery = channel(&busy).send(&envelope(1));
    assert!(matches!(delivery, Delivery::TemporaryFailure { .. }), "{delivery:?}");
}

#[test]
fn a_second_attempt_is_the_same_message() {
    let server = SmtpServer::start(&[Fault::DropAfterText, Fault::Text(451)]);
    let channel = channel(&server);
    for _ in 0..3 {
        channel.send(&envelope(9));
    }
    let received = server.received();
    assert_eq!((server.attempts(), received.len()), (3, 2));
    assert_eq!(received[0].bytes, received[1].bytes);
}

#[test]
fn one_connection_serves_many_messages_also_after_refusals() {
    let server = SmtpServer::start(&[Fault::None, Fault::Rcpt(550), Fault::Text(451)]);
    let channel = channel(&server);
    for number in 1..=6 {
        channel.send(&envelope(number));
    }
    assert_eq!((server.connections(), server.received().len()), (1, 4));
    channel.close_idle();
    channel.send(&envelope(7));
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_connection_that_went_stale_is_replaced_before_anything_is_said() {
    let server = SmtpServer::start(&[Fault::CloseAfterReply, Fault::None, Fault::Mail(421)]);
    let channel = channel(&server);
    for number in 1..=3 {
        let delivery = channel.send(&envelope(number));
        assert!(matches!(delivery, Delivery::Sent { .. }), "{number}: {delivery:?}");
    }
    assert_eq!((server.connections(), server.received().len()), (3, 3));
}

#[test]
fn many_threads_may_send_at_once() {
    let server = SmtpServer::start(&[]);
    let channel = channel(&server);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let channel = &channel;
            scope.spawn(move || {
                for number in 0..25 {
                    let delivery = channel.send(&envelope(thread * 100 + number));
                    assert!(matches!(delivery, Delivery::Sent { .. }), "{delivery:?}");
                }
            });
        }
    });
    let ids: std::collections::BTreeSet<String> =
        server.received().iter().map(|m| Part::read(&m.bytes).header("message-id")).collect();
    assert_eq!((ids.len(), server.received().len()), (200, 200));
}

#[test]
fn signing_in_happens_only_where_it_is_safe() {
    let server = SmtpServer::start(&[]).offering(&["AUTH PLAIN LOGIN"], None);
    let mut with_password = settings(&server);
    with_password.user = Some("ana".into());
    with_password.password = Some("secreto".into());
    let channel = EmailChannel::new(with_password.clone()).unwrap();
    assert!(matches!(channel.send(&envelope(1)), Delivery::Sent { .. }));
    assert_eq!(channel.check(), Ok(()));
    assert!(!format!("{with_password:?}").contains("secreto"));

    let mut wrong = with_password.clone();
    wrong.password = Some("otro".into());
    let delivery = EmailChannel::new(wrong).unwrap().send(&envelope(2));
    assert!(matches!(delivery, Delivery::TemporaryFailure { .. }), "{delivery:?}");

    let mut remote = with_password.clone();
    remote.host = "smtp.example".into();
    assert_eq!(EmailChannel::new(remote).err(), Some(SettingsError::PasswordInClear));

    // A server that does not offer STARTTLS gets neither the password nor the message.
    let plain = SmtpServer::start(&[]).offering(&["AUTH PLAIN LOGIN"], None);
    let mut encrypted = with_password;
    encrypted.port = plain.address.port();
    encrypted.security = Security::StartTls;
    let delivery = EmailChannel::new(encrypted.clone()).unwrap().send(&envelope(3));
    assert!(matches!(delivery, Delivery::TemporaryFailure { .. }), "{delivery:?}");
    encrypted.security = Security::Tls;
    let delivery = EmailChannel::new(encrypted).unwrap().send(&envelope(3));
    assert!(matches!(delivery, Delivery::TemporaryFailure { .. }), "{delivery:?}");
    assert_eq!((plain.credentials().len(), plain.received().len()), (0, 0));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let server = SmtpServer::start(&[]);
    type Change = fn(&mut EmailSettings);
    let changes: [Change; 5] = [
        |s| s.host = "smtp.example\r\nX".into(),
        |s| s.host = String::new(),
        |s| s.from = "nadie".into(),
        |s| s.reply_to = Some("a@b.example, c@d.example".into()),
        |s| s.helo = Some("a b".into()),
    ];
    for change in changes {
        let mut changed = settings(&server);
        change(&mut changed);
        assert!(EmailChannel::new(changed.clone()).is_err(), "{changed:?}");
    }
}

#[test]
fn an_injected_header_is_refused_before_any_connection() {
    let server = SmtpServer::start(&[]);
    let mut injected = envelope(1);
    injected.subject = "Hola\r\nBcc: otro@cliente.example".into();
    let delivery = channel(&server).send(&injected);
    assert!(matches!(delivery, Delivery::PermanentFailure { code: None, .. }), "{delivery:?}");
    assert_eq!(server.connections(), 0);
}
