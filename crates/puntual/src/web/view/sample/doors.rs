//! Samples of what comes in: what came, the mailbox, the keys of programs, customers come twice.

use super::{customer, today};
use crate::web::layout::Frame;
use crate::web::part::form::{Choice, Typed};
use crate::web::part::table::Paging;
use crate::web::url::Url;
use crate::web::view::doors::*;
use crate::web::view::imports::Counts;
use crate::web::view::inbox::*;
use crate::web::view::likely_duplicates::*;
use puntual_core::id::ImportId;

impl InboxView {
    /// Something in every state, by several doors.
    pub fn sample(f: &Frame) -> InboxView {
        use CameState::*;
        let row = |(index, state): (usize, CameState)| CameRow {
            name: ["F10482.xml", "cartola.ofx", "foto.jpg", "clientes.xlsx"][index].to_owned(),
            import: (state != Failed).then(|| ImportId(300_000_000 + index as i64)),
            files: [1, 3, 0, 1][index],
            door: f.t("inbox.mail").to_owned(),
            origin: "ventas@piedraazul.example · Facturas de noviembre".to_owned(),
            on: today() - index as i32,
            at: "09:42".to_owned(),
            counts: Counts { read: 12, accepted: 11, quarantined: 1, ..Counts::default() },
            waiting: i64::from(state == Done),
            state,
            refused: match state {
                Failed => {
                    vec![("No se reconoce.".to_owned(), Some("/importar/archivo/a1".to_owned()))]
                }
                _ => Vec::new(),
            },
        };
        InboxView {
            rows: [Done, Taken, Failed, Undone].into_iter().enumerate().map(row).collect(),
            paging: Paging { page: 1, per_page: 50, total: 4 },
            quarantined: 3,
            doors: vec![
                (Url::new("/importar/bandeja"), f.t("inbox.every_door").to_owned(), true),
                (
                    Url::new("/importar/bandeja").with("por", "mail"),
                    f.t("inbox.mail").to_owned(),
                    false,
                ),
            ],
        }
    }
}

impl MailboxView {
    /// A mailbox that could not be reached.
    pub fn sample() -> MailboxView {
        MailboxView {
            host: Typed::of("imap.losandes.example"),
            port: Typed::of("993"),
            security: "tls".to_owned(),
            user: Typed::of("facturas"),
            has_password: true,
            folder: Typed::of("INBOX"),
            done_folder: Typed::of("Puntual"),
            authority_file: Typed::default(),
            is_set: true,
            last: Some((false, "El servidor no responde.".to_owned())),
        }
    }
}

impl ApiView {
    /// A key just made, one in use, one taken back.
    pub fn sample() -> ApiView {
        let row = |index: usize| TokenRow {
            id: format!("a{index}"),
            name: ["ERP ventas", "Respaldo nocturno"][index].to_owned(),
            start: "ptl_1.0a2b3c".to_owned(),
            user: "marta@losandes.example".to_owned(),
            made_on: today() - 30,
            used_on: (index == 0).then(today),
            is_revoked: index == 1,
        };
        ApiView {
            rows: vec![row(0), row(1)],
            users: vec![Choice::new("usr_1", "marta@losandes.example")],
            name: Typed::default(),
            made: Some("ptl_1.0a2b3c4d5e6f".to_owned()),
        }
    }
}

impl LikelyView {
    /// One pair.
    pub fn sample() -> LikelyView {
        LikelyView {
            rows: vec![LikelyRow {
                one: (customer(0), "C-001 · 76192083-9".to_owned()),
                other: (customer(1), "N-ANDINA".to_owned()),
                points: 80,
                reasons: vec!["mismo nombre".to_owned(), "mismo dominio de correo".to_owned()],
                command_id: "evt_1".to_owned(),
            }],
            turned_down: vec![TurnedDownRow {
                one: customer(2),
                other: customer(3),
                on: today() - 3,
                who: "Marta Ibáñez".to_owned(),
                why: "Dos socios con el mismo apellido".to_owned(),
            }],
            paging: Paging { page: 1, per_page: 50, total: 1 },
        }
    }
}
