//! Samples of Remesas.

use super::{customer, today, whole};
use crate::web::layout::Frame;
use crate::web::part::form::Typed;
use crate::web::view::remittances::*;

impl BatchRow {
    fn sample(f: &Frame, index: usize) -> BatchRow {
        let states = [BatchState::Made, BatchState::Credited, BatchState::Cancelled];
        BatchRow {
            id: format!("rem_{index}"),
            message: format!("R0A1B2C{index}"),
            made_on: today() - index as i32,
            collect_on: today() + 15,
            notify_on: today() + 1,
            lines: 12,
            total: whole(f, 18_240),
            state: states[index % 3],
        }
    }
}

impl RemittancesView {
    /// A batch in each state.
    pub fn sample(f: &Frame) -> RemittancesView {
        RemittancesView {
            rows: (0..3).map(|index| BatchRow::sample(f, index)).collect(),
            collector: ["ES50000B12345674", "ES9121000418450200051332", ""].map(Typed::of),
            is_set: true,
            days: ["2026-12-07", "2026-12-07"].map(Typed::of),
        }
    }
}

impl BatchProposalView {
    /// Two receivables, told late.
    pub fn sample(f: &Frame) -> BatchProposalView {
        let row = |index: usize| ProposedRow {
            id: format!("rec_{index}"),
            customer: customer(index),
            number: format!("F-{index}"),
            due_on: today() + index as i32,
            amount: whole(f, 1_210),
            mandate: format!("M-{index}"),
        };
        BatchProposalView {
            id: "rem_1".to_owned(),
            due_until: today() + 5,
            collect_on: today() + 5,
            notify_on: today(),
            is_notice_late: true,
            rows: vec![row(0), row(1)],
            total: whole(f, 2_420),
            left_out: vec!["3 sin mandato, por 900,00 €".to_owned()],
        }
    }
}

impl BatchView {
    /// A batch with a debit that came back.
    pub fn sample(f: &Frame) -> BatchView {
        let row = |index: usize| LineRow {
            customer: customer(index),
            number: format!("F-{index}"),
            end_to_end: format!("R0A1B2C0000{index}"),
            amount: whole(f, 1_210),
            result: (index == 1).then(|| ("RJCT AM04".to_owned(), today())),
            remedy: (index == 1).then(|| "volver a cobrar".to_owned()),
        };
        BatchView { batch: BatchRow::sample(f, 0), rows: vec![row(0), row(1)], is_due: true }
    }
}

impl MandatesView {
    /// One in use and one revoked.
    pub fn sample() -> MandatesView {
        let row = |index: usize| MandateRow {
            id: format!("mdt_{index}"),
            customer: customer(index),
            reference: format!("M-000{index}"),
            kind: "CORE · recurrente".to_owned(),
            signed_on: today() - 90,
            account: "ES91 … 1332".to_owned(),
            revoked: (index == 1).then(|| (today(), "MD01".to_owned())),
        };
        MandatesView {
            rows: vec![row(0), row(1)],
            new_id: "mdt_9".to_owned(),
            form: Default::default(),
        }
    }
}
