//! Samples of pages that are lists.

use super::{bucket_of, buckets, customer, document, tax_id, today, whole, wobble};
use crate::web::format::Amount;
use crate::web::layout::Frame;
use crate::web::part::badge::{Channel, State, Verdict};
use crate::web::part::form::Choice;
use crate::web::part::table::Paging;
use crate::web::view::PromiseLine;
use crate::web::view::bank::{AccountRow, BankView, Chain, EntryRow, Known, ReturnedRow, Why};
use crate::web::view::customers::{CustomerRow, CustomersView, Totals};
use crate::web::view::documents::{DocumentRow, DocumentsView};
use crate::web::view::home::{Case, Counters, HomeView, LastContact, NextAction};
use crate::web::view::search::{FoundCustomer, SearchView};
use puntual_core::acceptance::{self, Acceptance};
use puntual_core::ratio::Ratio;

pub(super) fn paging(total: u64) -> Paging {
    Paging { page: 1, per_page: 50, total }
}

const SEGMENTS: [&str; 4] = ["PyME", "Grandes cuentas", "Sector público", "Nuevos"];
const PEOPLE: [&str; 3] = ["Marta Ibáñez", "Luis Paredes", "Ana Solís"];

impl HomeView {
    /// A day with every kind of case.
    pub fn sample(f: &Frame) -> HomeView {
        HomeView {
            counters: Counters {
                to_contact: 38,
                contacted: 12,
                promises_today: 4,
                promises_broken: 2,
                disputes: 3,
                unapplied_payments: 5,
                without_next_action: 0,
                received_today: whole(f, 4_820),
            },
            currency: Some(f.numbers.home()),
            cases: (0..14).map(|index| case(f, index)).collect(),
            paging: paging(38),
        }
    }
}

fn case(f: &Frame, index: usize) -> Case {
    let why = [
        ["Rompió su promesa de ayer por $ 2.400.000", "empeora desde 14-08-2026"],
        ["Vence tramo 31–60 en 2 días", "sin contacto hace 21 días"],
        ["Primera vez que se atrasa", "cliente desde 2019"],
        ["Toca llamada 1 de la estrategia", "mora de 8 días"],
    ];
    let oldest = [64, 29, 12, 8, 128, 95, 41, 3][index % 8] + (index / 8) as i32;
    let channel = [Channel::Call, Channel::Email, Channel::Whatsapp][index % 3];
    let promise = PromiseLine {
        amount: whole(f, 2_400),
        on: today() - 1,
        state: [State::Broken, State::Promised][index % 2],
    };
    let last = LastContact { on: today() - 6, channel, outcome: "No contesta".to_owned() };
    let next = NextAction {
        channel,
        on: today(),
        what: "Llamada 1: pedir fecha de pago".to_owned(),
        allowed_until: index.is_multiple_of(2).then(|| "20:00".to_owned()),
        waits: (index % 2 == 1).then(|| {
            ("Desde el 23-11-2026 a las 08:00".to_owned(), "CL-LPC-37: Ley 19.496".to_owned())
        }),
    };
    Case {
        rank: index as u64 + 1,
        customer: customer(index),
        tax_id: tax_id(f, index),
        segment: SEGMENTS[index % 4].to_owned(),
        why: why[index % 4].map(str::to_owned).to_vec(),
        overdue: whole(f, 9_800 - index as i128 * 611),
        not_due: whole(f, if index.is_multiple_of(3) { 0 } else { 1_300 + index as i128 * 97 }),
        disputed: whole(f, if index == 4 { 800 } else { 0 }),
        oldest_days: oldest,
        bucket: bucket_of(oldest),
        last: (index != 2).then_some(last),
        promise: (index.is_multiple_of(5) || index == 3).then_some(promise),
        next: (index != 6).then_some(next),
        is_done: index == 1,
    }
}

fn choices(words: &[&str]) -> Vec<Choice> {
    words.iter().map(|word| Choice::new(word.to_lowercase(), *word)).collect()
}

impl CustomersView {
    /// A page of customers.
    pub fn sample(f: &Frame) -> CustomersView {
        let verdicts = [
            Verdict::Worsening,
            Verdict::StableOnTime,
            Verdict::Lapse,
            Verdict::StableLate,
            Verdict::Improving,
            Verdict::Insufficient,
        ];
        let row = |index: usize| {
            let open = 12_600 - index as i128 * 640;
            let oldest = [64, 0, 12, 38, 128, 95, 0][index % 7];
            let overdue = if oldest == 0 { 0 } else { open * (20 + wobble(index, 60)) / 100 };
            let shares = [30, 25, 20, 10, 10, 5].map(|share| open * (share + wobble(index, 9)));
            let aging = buckets().into_iter().zip(shares).take(1 + index % 6).collect();
            CustomerRow {
                customer: customer(index),
                tax_id: tax_id(f, index),
                segment: SEGMENTS[index % 4].to_owned(),
                collector: PEOPLE[index % 3].to_owned(),
                open: whole(f, open),
                overdue: whole(f, overdue),
                oldest_days: oldest,
                aging,
                collection_period: Ratio::new(412 + wobble(index, 300), 10),
                verdict: verdicts[index % 6],
            }
        };
        CustomersView {
            customers: 412,
            totals: vec![Totals {
                open: whole(f, 182_400),
                overdue: whole(f, 61_300),
                unapplied: whole(f, 2_150),
            }],
            rows: (0..16).map(row).collect(),
            paging: paging(412),
            segments: choices(&SEGMENTS),
            collectors: choices(&PEOPLE),
            buckets: buckets(),
        }
    }
}

/// Documents in every state.
pub fn document_rows(f: &Frame, count: usize) -> Vec<DocumentRow> {
    let row = |index: usize| {
        let days = [64, 29, 12, -3, -18, 95, 128, 0, 41][index % 9];
        let state = match index % 9 {
            3 | 7 => State::DueSoon,
            4 => State::NotDue,
            5 => State::Disputed,
            8 => State::Paid,
            2 => State::Promised,
            _ => State::Overdue,
        };
        let total = whole(f, 1_190 + wobble(index, 4_000));
        let open = if state == State::Paid { Amount { minor: 0, ..total } } else { total };
        DocumentRow {
            document: document(index),
            customer: customer(index),
            issued_on: today() - days - 30,
            due_on: today() - days,
            total,
            open,
            overdue_days: days,
            bucket: bucket_of(days),
            state,
            instalments: if index % 6 == 5 { 3 } else { 1 },
            acceptance: acceptance::State::ALL.get(index).map(|state| Acceptance {
                state: *state,
                deadline: Some(today() + 3 - index as i32),
                law: None,
                is_start_assumed: false,
            }),
        }
    };
    (0..count).map(row).collect()
}

impl DocumentsView {
    /// A page of documents.
    pub fn sample(f: &Frame) -> DocumentsView {
        DocumentsView {
            documents: 1_284,
            open: vec![whole(f, 182_400)],
            customer: f.url.param("cliente").map(|_| customer(0)),
            rows: document_rows(f, 18),
            paging: paging(1_284),
            buckets: buckets(),
            currencies: vec![Choice::new("CLP", "CLP"), Choice::new("USD", "USD")],
        }
    }
}

impl BankView {
    /// Accounts with every kind of chain, and entries in every state.
    pub fn sample(f: &Frame) -> BankView {
        let chains = [
            Chain::Closed,
            Chain::Unstated,
            Chain::Gap(Some(today()), None),
            Chain::Broken(Some(today())),
        ];
        let account = |(index, chain): (usize, &Chain)| AccountRow {
            id: format!("bka_{index}"),
            number: if index == 1 { String::new() } else { format!("ES91210004184502000{index}") },
            name: (index == 0).then(|| "Comercial Ñuble SpA".to_owned()),
            currency: f.numbers.home(),
            statements: index as i64,
            last_on: (index != 1).then(today),
            closing: (index != 1).then(|| whole(f, 12_719)),
            chain: *chain,
        };
        let returned = |index: usize| ReturnedRow {
            on: today(),
            instruction: format!("F2026-010{index}"),
            mandate: (index == 0).then(|| "MND-0001".to_owned()),
            amount: (index < 2).then(|| whole(f, -121)),
            reason: "AM04 · Fondos insuficientes".to_owned(),
            customer: (index == 0).then(|| customer(0)),
        };
        BankView {
            accounts: chains.iter().enumerate().map(account).collect(),
            counts: BANK_STATES.map(|(state, code)| (state, code, 12)).to_vec(),
            returned: (0..3).map(returned).collect(),
            rows: (0..8).map(|index| bank_entry(f, index)).collect(),
            paging: paging(48),
        }
    }
}

const BANK_STATES: [(State, &str); 4] = [
    (State::Unidentified, "open"),
    (State::SameMoney, "linked"),
    (State::Announced, "announced"),
    (State::Returned, "returned"),
];

fn bank_entry(f: &Frame, index: usize) -> EntryRow {
    let why = |days| {
        vec![
            Why::Reference("F20260101".to_owned()),
            Why::Said("bank.why.tax_id"),
            Why::Said("bank.why.payer_name"),
            Why::Said("bank.why.only_one"),
            Why::DaysApart(days),
        ]
    };
    EntryRow {
        booked_on: today(),
        value_on: index.is_multiple_of(2).then(|| today() + 1),
        account: "ES9121000418450200051332".to_owned(),
        text: if index == 3 { String::new() } else { "TRANSFERENCIA RECIBIDA".to_owned() },
        references: if index == 2 { String::new() } else { "F2026-0101 · 778899".to_owned() },
        party: if index == 1 { String::new() } else { tax_id(f, index) },
        amount: whole(f, 1_190 - 400 * index as i128),
        state: BANK_STATES[index % 4].0,
        known: match index % 4 {
            0 => Known::Nothing,
            1 => Known::Payment(customer(index), why(index as i64 - 1)),
            2 => Known::Entry("bank.told_by_statement", today(), why(1)),
            _ => Known::Entry("bank.told_by_notification", today(), why(2)),
        },
        inside: index as i64 % 3,
    }
}

impl SearchView {
    /// A search that found both kinds.
    pub fn sample(f: &Frame) -> SearchView {
        let found = |index: usize| FoundCustomer {
            customer: customer(index),
            tax_id: tax_id(f, index),
            matched: if index == 1 { "+56 9 5555 0101".to_owned() } else { String::new() },
            totals: Totals {
                open: whole(f, 4_000 + index as i128 * 100),
                overdue: whole(f, 1_000),
                unapplied: whole(f, 0),
            },
        };
        SearchView {
            text: "piedra".to_owned(),
            customers: (0..3).map(found).collect(),
            documents: document_rows(f, 4),
            is_cut: true,
        }
    }
}
