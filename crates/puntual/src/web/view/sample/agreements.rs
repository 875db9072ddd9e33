//! Sample values of interest, agreements and the provision.

use super::{customer, document, today, whole};
use crate::web::frame::Frame;
use crate::web::part::form::Typed;
use crate::web::view::agreements::{
    AgreementRow, AgreementView, AgreementsView, Deeds, InstalmentRow, PreviewView, PromiseRow,
    ProposalView, Proposed,
};
use crate::web::view::interest::{ClaimView, Found, InterestView, NoteRow, SegmentRow};
use crate::web::view::provision::{CurrencyProvision, ProvisionLine, ProvisionView};
use puntual_core::id::{AgreementId, DocumentId};
use puntual_core::ratio::Ratio;

impl InterestView {
    /// A claim in two segments, with every remark and a note.
    pub fn sample(f: &Frame) -> InterestView {
        let segment = |index: i32| SegmentRow {
            from: today() - 60 + index * 30,
            to: today() - 31 + index * 30,
            days: 30,
            principal: whole(f, 1_190),
            rate: "10,15".to_owned(),
            basis_days: 365,
            amount: whole(f, 10),
        };
        let claim = ClaimView {
            principal: whole(f, 1_190),
            interest: whole(f, 20),
            compensation: whole(f, 12),
            total: whole(f, 1_222),
            segments: (0..2).map(segment).collect(),
            law: "Ley 3/2004, arts. 5, 7.2 y 8".to_owned(),
            confidence: "H",
            reservation: "Los intereses devengados se reservan expresamente.",
            vat: "outside",
            remarks: vec![f.t("interest.note.goes_on").to_owned()],
            charge: Some("doc_9".to_owned()),
        };
        InterestView {
            document: document(0),
            customer: customer(0),
            until: Typed::of(today().to_string()),
            found: Found::Claim(Box::new(claim)),
            notes: vec![NoteRow {
                document: DocumentId(7),
                through: today() - 61,
                amount: whole(f, 31),
                take_back: "evt_1".to_owned(),
            }],
        }
    }
}

const STATES: [&str; 5] = ["accepted", "broken", "proposed", "completed", "withdrawn"];

fn row(f: &Frame, index: usize) -> AgreementRow {
    let late = if index == 1 { 9 } else { 0 };
    AgreementRow {
        id: AgreementId(index as i64 + 1),
        number: format!("CONV-{}", index + 1),
        customer: customer(index),
        state: STATES[index].to_owned(),
        total: whole(f, 1_500),
        paid: whole(f, 300),
        next: (index < 2).then(|| (today() - late, whole(f, 400))),
        overdue_days: late.into(),
    }
}

fn instalments(f: &Frame, in_force: bool) -> Vec<InstalmentRow> {
    let one = |index: i32| InstalmentRow {
        due: today().add_months(index),
        principal: whole(f, 400),
        interest: whole(f, 4),
        amount: whole(f, 404),
        left: in_force.then(|| whole(f, if index == 0 { 0 } else { 404 })),
    };
    (0..4).map(one).collect()
}

impl AgreementsView {
    /// An agreement in each state and some promises.
    pub fn sample(f: &Frame) -> AgreementsView {
        let promise = |index: usize| PromiseRow {
            customer: customer(index),
            amount: whole(f, 250),
            on: today() + index as i32,
        };
        AgreementsView {
            rows: (0..STATES.len()).map(|index| row(f, index)).collect(),
            promises: (0..3).map(promise).collect(),
        }
    }
}

impl ProposalView {
    /// A form half filled, with what it comes to and what exceeds the limits.
    pub fn sample(f: &Frame) -> ProposalView {
        let preview = PreviewView {
            debt: whole(f, 1_600),
            interest: whole(f, 16),
            total: whole(f, 1_616),
            debts: vec![("F-1042".to_owned(), whole(f, 1_600))],
            instalments: instalments(f, false),
            approver: Some("role.supervisor"),
            excess: vec![f.t("wrong.too_much_discount").to_owned()],
        };
        let wrong = Typed { value: "x".to_owned(), error: Some("No es un monto.".to_owned()) };
        ProposalView {
            customer: customer(0),
            typed: Proposed {
                currency: f.numbers.home().code().to_owned(),
                documents: vec![DocumentId(1)],
                down: wrong,
                count: Typed::of("4"),
                first: Typed::of(today().to_string()),
                every: "month".to_owned(),
                spread: "equal".to_owned(),
                nature: "novation".to_owned(),
                error: Some(f.t("wrong.nothing_owed").to_owned()),
                ..Proposed::default()
            },
            preview: Some(preview),
            command_id: "agr_1".to_owned(),
        }
    }
}

impl AgreementView {
    /// An agreement in force with everything that can be done.
    pub fn sample(f: &Frame) -> AgreementView {
        let id = || Some("evt_1".to_owned());
        AgreementView {
            row: row(f, 0),
            debts: vec![(DocumentId(1), "F-1042".to_owned(), whole(f, 1_600))],
            instalments: instalments(f, true),
            story: vec![f.t("agreement.novation").to_owned()],
            deeds: Deeds { approve: id(), accept: id(), withdraw: id() },
        }
    }
}

impl ProvisionView {
    /// One currency with its rates, and one without.
    pub fn sample(f: &Frame) -> ProvisionView {
        let rate = |index: usize| Ratio { num: 2 * index as i128 + 1, den: 100 };
        let line = |index: usize, is_known: bool| ProvisionLine {
            age: super::buckets()[index].label(f),
            exposed: whole(f, 900),
            provided: whole(f, 900),
            rate: is_known.then(|| rate(index)),
            loss: is_known.then(|| whole(f, 18)),
        };
        let one = |is_known: bool| CurrencyProvision {
            currency: f.numbers.home(),
            lines: (0..6).map(|index| line(index, is_known)).collect(),
            disputed: whole(f, 40),
            exposed: whole(f, 5_400),
            loss: is_known.then(|| whole(f, 108)),
            over_six_months: whole(f, 70),
            followed: 312,
            moved: (0..6)
                .map(|index| {
                    let shares = (0..10).map(|at| (at < 8).then(|| rate(at))).collect();
                    (super::buckets()[index].label(f), whole(f, 800), shares)
                })
                .collect(),
        };
        ProvisionView {
            view: "ifrs9".to_owned(),
            forward: Typed::of("1"),
            cohort: (today() - 730, today()),
            moved_from: today().add_months(-1),
            matrix: "flow-1",
            currencies: vec![one(true), one(false)],
        }
    }
}
