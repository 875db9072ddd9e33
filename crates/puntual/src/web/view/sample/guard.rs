//! Samples of the law guard: a channel that is open, one that waits, one that is closed; what was
//! held back; the rules.

use super::{customer, today};
use crate::web::part::badge::Channel;
use crate::web::part::table::Paging;
use crate::web::view::guard::{BlockRow, GuardView, OpenChannel, RuleRow};

/// A channel in each state.
pub fn openings() -> Vec<OpenChannel> {
    let one = |channel, is_open, when: &str, why: &str| OpenChannel {
        channel,
        is_open,
        when: when.to_owned(),
        why: why.to_owned(),
        counted: vec!["1 de 2 por semana".to_owned()],
    };
    let law = "CL-LPC-37: Ley 19.496 (mod. Ley 21.320), art. 37";
    vec![
        one(Channel::Call, true, "Se puede ahora", ""),
        one(Channel::Email, false, "Desde el 26-11-2026 a las 08:00", law),
        one(Channel::Whatsapp, false, "no se permite", "OPT-OUT"),
    ]
}

impl GuardView {
    /// Two contacts held back, and two rules.
    pub fn sample() -> GuardView {
        let block = |index: i32, stage: &str| BlockRow {
            customer: customer(index as usize),
            on: today() - index,
            channel: Some(Channel::Email),
            step: "Recordatorio".to_owned(),
            stage: stage.to_owned(),
            rule: "CL-LPC-37".to_owned(),
            law: "Ley 19.496 (mod. Ley 21.320), art. 37".to_owned(),
            until: "2026-11-23 08:00".to_owned(),
            counted: vec!["2 de 2 por semana".to_owned()],
        };
        let rule = |id: &str, is_policy| RuleRow {
            id: id.to_owned(),
            place: "CL".to_owned(),
            law: "Ley 19.496 (mod. Ley 21.320), art. 37".to_owned(),
            confidence: "media".to_owned(),
            since: Some(today() - 2_000),
            verified_on: today(),
            is_policy,
            blocked: 12,
        };
        GuardView {
            rows: vec![block(0, "al planificar"), block(1, "al salir")],
            paging: Paging { page: 1, per_page: 2, total: 5 },
            rules: vec![rule("CL-LPC-37", false), rule("B2B-DEFAULT", true)],
            days: 90,
        }
    }
}
