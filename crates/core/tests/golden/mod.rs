//! The golden dataset G1 of the domain reference (§0) and short names to write facts with.
#![allow(dead_code, reason = "each test file uses a part")]

use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, ReceivableId};
use puntual_core::portfolio::{
    CreditFact, CreditSource, Facts, MovementFact, MovementKind, Portfolio, ReceivableFact,
    ReceivableKind,
};

pub const A: CustomerId = CustomerId(1);
pub const B: CustomerId = CustomerId(2);
pub const C: CustomerId = CustomerId(3);
pub const AS_OF: &str = "2026-06-30";

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A sale known from its day of issue, in EUR cents.
pub fn sale(id: i64, customer: CustomerId, issued: &str, due: &str, euros: i64) -> ReceivableFact {
    ReceivableFact {
        id: ReceivableId(id),
        customer,
        document: DocumentId(1000 + id),
        issued: day(issued),
        due: day(due),
        currency: Currency::EUR,
        amount_minor: euros * 100,
        recorded: day(issued),
        kind: ReceivableKind::Sale,
    }
}

/// A movement known from the day it takes effect.
pub fn movement(receivable: i64, on: &str, kind: MovementKind, euros: i64) -> MovementFact {
    MovementFact {
        receivable: ReceivableId(receivable),
        effective: day(on),
        recorded: day(on),
        kind,
        amount_minor: euros * 100,
    }
}

pub fn credit(customer: CustomerId, on: &str, source: CreditSource, euros: i64) -> CreditFact {
    CreditFact {
        customer,
        currency: Currency::EUR,
        effective: day(on),
        recorded: day(on),
        amount_minor: euros * 100,
        source,
    }
}

/// G1 with I9 at its booking value of 900 EUR.
pub fn g1_facts() -> Facts {
    use MovementKind::*;
    Facts {
        customers: Vec::new(),
        receivables: vec![
            sale(1, A, "2026-01-10", "2026-02-09", 1000),
            sale(2, A, "2026-02-15", "2026-03-17", 2000),
            sale(3, A, "2026-04-01", "2026-05-01", 1500),
            sale(4, A, "2026-06-05", "2026-07-05", 800),
            sale(5, B, "2026-03-01", "2026-03-31", 3000),
            sale(6, B, "2026-05-20", "2026-06-19", 1200),
            sale(7, B, "2025-12-15", "2026-01-14", 600),
            sale(8, C, "2026-06-30", "2026-06-30", 400),
            sale(9, C, "2026-05-01", "2026-05-31", 900),
        ],
        movements: vec![
            movement(1, "2026-02-20", Cash, 1000),
            MovementFact { recorded: day("2026-04-02"), ..movement(2, "2026-03-30", Cash, 500) },
            movement(2, "2026-07-05", Cash, 700),
            movement(5, "2026-03-25", Cash, 3000),
            movement(6, "2026-06-10", CreditNote, 200),
        ],
        credits: vec![
            credit(C, "2026-06-15", CreditSource::Cash, 250),
            credit(C, "2026-06-01", CreditSource::CreditNote, 100),
        ],
    }
}

pub fn g1() -> Portfolio {
    g1_facts().build().unwrap()
}
