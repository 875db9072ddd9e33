//! Samples of Conciliación.

use super::lists::paging;
use super::{customer, today, whole};
use crate::web::frame::Frame;
use crate::web::part::form::Typed;
use crate::web::view::matching::{
    AppliedRow, IgnoredRow, LineRow, LineView, MatchingView, ProposalRow, Stand,
};

fn proposal(f: &Frame, index: usize) -> ProposalRow {
    let line = |n: usize| AppliedRow {
        address: format!("/documentos/doc_{n}"),
        number: format!("F-{:05}", 1_042 + n),
        due: today() - n as i32,
        amount: whole(f, 400 + n as i128),
    };
    ProposalRow {
        customer: customer(index),
        lines: (0..index * 3).map(line).collect(),
        adjustments: (index == 1)
            .then(|| "Descuento por pronto pago".to_owned())
            .into_iter()
            .collect(),
        on_account: (index != 1).then(|| whole(f, 12)),
        evidence: vec!["nombra F-01042 («F 1042»)".to_owned(), "monto exacto".to_owned()],
        lines_field: "doc_1:400".to_owned(),
        adjustments_field: String::new(),
    }
}

fn row(f: &Frame, index: usize) -> LineRow {
    let stand = Stand::ALL[index % 4];
    let ways = match stand {
        Stand::Certain | Stand::Proposed => 1,
        Stand::Ambiguous => 3,
        Stand::Unknown => 0,
    };
    LineRow {
        id: format!("bke_{index}"),
        on: today() - index as i32,
        text: if index == 3 { String::new() } else { "TRANSFERENCIA F 1042 Y 1 MÁS".to_owned() },
        party: if index == 2 { String::new() } else { "HOLDING ANDINO".to_owned() },
        amount: whole(f, 1_190 + index as i128),
        stand,
        proposals: (0..ways).map(|at| proposal(f, at)).collect(),
        doubts: vec!["F-01042 está en disputa".to_owned()],
    }
}

impl MatchingView {
    /// A queue with a line of every kind.
    pub fn sample(f: &Frame) -> MatchingView {
        MatchingView {
            counts: Stand::ALL.map(|stand| (stand, 7)).to_vec(),
            rows: (0..8).map(|index| row(f, index)).collect(),
            ignored: vec![IgnoredRow {
                id: "bke_9".to_owned(),
                on: today(),
                text: "TRASPASO ENTRE CUENTAS".to_owned(),
                amount: whole(f, 5_000),
                why: "traspaso propio (ana@empresa.cl)".to_owned(),
            }],
            paging: paging(8),
            may_apply: true,
        }
    }
}

impl LineView {
    /// A line with several ways.
    pub fn sample(f: &Frame) -> LineView {
        LineView {
            row: row(f, 2),
            references: "E2E-778899".to_owned(),
            payer_account: "ES9121000418450200051332".to_owned(),
            next: Some("bke_3".to_owned()),
            waiting: 6,
            found: vec![proposal(f, 1)],
            divided: Typed::default(),
            ignore_id: "evt_1".to_owned(),
            may_apply: true,
        }
    }
}
