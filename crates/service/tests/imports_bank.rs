//! What an import does with what banks send, on both engines: repeats and overlaps add nothing, like
//! entries are kept, contradictions wait, the same money told twice is linked whatever comes first.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::currency::Currency;
use puntual_core::id::PaymentId;
use puntual_core::money::Money;
use puntual_formats::problem;
use puntual_formats::record::*;
use puntual_service::imports::{self, Input, Options};
use puntual_service::payments::{self, RecordPayment};
use puntual_store::bank_entry::{self, BankEntry, Standing, Wanted};
use puntual_store::debit_result::{self, DebitResult};
use puntual_store::import::Batch;
use puntual_store::testing::Place;
use puntual_store::{bank, customer, on_both_engines};

const IBAN: &str = "ES9121000418450200051332";

fn books(place: &Place) -> Books {
    Books::open(place, "ES", Currency::EUR, "B12345674", "2026-11-21")
}

/// An entry of the account: day, amount, the bank's reference and the customer's.
fn entry(on: &str, amount: &str, own: Option<&str>, reference: Option<&str>) -> BankEntryRecord {
    BankEntryRecord {
        account: AccountRecord { number: Some(IBAN.to_owned()), ..AccountRecord::default() },
        booked_on: Some(day(on)),
        amount: Some(amount.parse().unwrap()),
        currency: Some("EUR".to_owned()),
        is_booked: true,
        bank_reference: own.map(str::to_owned),
        reference: reference.map(str::to_owned),
        text: Some("TRANSFERENCIA RECIBIDA".to_owned()),
        ..BankEntryRecord::default()
    }
}

fn advice(of: BankEntryRecord) -> BankEntryRecord {
    BankEntryRecord { message: StatementKind::Notification, ..of }
}

fn balance(code: &str, amount: rust_decimal::Decimal) -> Option<BalanceRecord> {
    Some(BalanceRecord {
        code: code.to_owned(),
        amount: Some(amount),
        currency: Some("EUR".to_owned()),
        on: None,
    })
}

/// A file: the entries of one statement, then the statement with balances that close.
fn file(sequence: &str, entries: Vec<BankEntryRecord>) -> Vec<Record> {
    let opening: rust_decimal::Decimal = "1000".parse().unwrap();
    let sums: Vec<_> = entries.iter().filter_map(|e| e.amount).collect();
    let kind = entries.first().map(|e| e.message).unwrap_or_default();
    let statement = StatementRecord {
        place: format!("statement {sequence}"),
        kind,
        sequence: Some(sequence.to_owned()),
        account: AccountRecord { number: Some(IBAN.to_owned()), ..AccountRecord::default() },
        currency: Some("EUR".to_owned()),
        opening: balance("OPBD", opening).filter(|_| kind == StatementKind::Statement),
        closing: balance("CLBD", opening + sums.iter().sum::<rust_decimal::Decimal>())
            .filter(|_| kind == StatementKind::Statement),
        entries: entries.len(),
        sum_credit: sums.iter().filter(|a| a.is_sign_positive()).sum(),
        sum_debit: -sums.iter().filter(|a| a.is_sign_negative()).sum::<rust_decimal::Decimal>(),
        ..StatementRecord::default()
    };
    let mut records: Vec<Record> = Vec::new();
    for (at, mut entry) in entries.into_iter().enumerate() {
        entry.ordinal = at + 1;
        entry.place = format!("statement {sequence}, entry {}", at + 1);
        records.push(Record::BankEntry(Box::new(entry)));
    }
    records.push(Record::Statement(Box::new(statement)));
    records
}

fn counts(batch: &Batch) -> String {
    let c = batch.counts;
    assert_eq!(c.read, c.accepted + c.duplicates + c.quarantined + c.rejected + c.ignored);
    format!(
        "{} new, {} known, {} wait, {} ignored",
        c.accepted, c.duplicates, c.quarantined, c.ignored
    )
}

impl Books {
    fn took(&self, records: Vec<Record>) -> String {
        let batch = self.load(records);
        self.prove();
        counts(&batch)
    }

    fn entries(&self, standing: Standing) -> Vec<BankEntry> {
        let wanted = Wanted { standing, ..Wanted::default() };
        let scope = self.ctx.scope();
        self.app.store.read(|tx| bank_entry::list(tx, scope, &wanted, 1_000, 0)).unwrap()
    }

    /// Entries that stand for money nobody else tells of: day and amount.
    fn alone(&self) -> Vec<String> {
        let open = self.entries(Standing::Open);
        open.iter().map(|e| format!("{} {}", e.booked_on, e.amount_minor)).collect()
    }

    fn results(&self) -> Vec<DebitResult> {
        let of = ["RTRN", "RJCT", "ACSC"];
        self.app.store.read(|tx| debit_result::list_in(tx, self.ctx.scope(), &of, 100)).unwrap()
    }

    fn pays(&self, id: i64, code: &str, on: &str, minor: i64, reference: Option<&str>) {
        let found = self.app.store.read(|tx| customer::by_code(tx, self.ctx.scope(), code));
        let command = RecordPayment {
            id: PaymentId(id),
            customer: found.unwrap().unwrap().id,
            amount: Money::new(minor, Currency::EUR),
            received_on: day(on),
            method: None,
            reference: reference.map(str::to_owned),
            indicated: Vec::new(),
        };
        payments::record(&self.app, &self.ctx, &command).unwrap();
    }
}

/// A customer with a tax id.
fn client(code: &str, tax_id: &str) -> Record {
    Record::Customer(Box::new(CustomerRecord {
        place: code.to_owned(),
        party: PartyRecord {
            code: Some(code.to_owned()),
            tax_id: Some(tax_id.to_owned()),
            name: Some(format!("Cliente {code} SL")),
            country: Some("ES".to_owned()),
            ..PartyRecord::default()
        },
        ..CustomerRecord::default()
    }))
}

fn returned(on: &str, end_to_end: &[(&str, &str)]) -> BankEntryRecord {
    let details: Vec<EntryDetailRecord> = end_to_end
        .iter()
        .map(|(id, amount)| EntryDetailRecord {
            amount: Some(format!("-{amount}").parse().unwrap()),
            end_to_end: Some((*id).to_owned()),
            mandate: Some("MND-1".to_owned()),
            return_reason: Some("AM04".to_owned()),
            return_text: Some("Fondos insuficientes".to_owned()),
            ..EntryDetailRecord::default()
        })
        .collect();
    let sum: rust_decimal::Decimal = details.iter().filter_map(|d| d.amount).sum();
    BankEntryRecord { details, ..entry(on, &sum.to_string(), None, None) }
}

fn answer(end_to_end: &str, amount: &str, outcome: &str, on: &str) -> Record {
    Record::DebitResult(Box::new(DebitResultRecord {
        place: end_to_end.to_owned(),
        original_message: Some("MSG1".to_owned()),
        end_to_end: Some(end_to_end.to_owned()),
        amount: Some(amount.parse().unwrap()),
        currency: Some("EUR".to_owned()),
        outcome: Some(outcome.to_owned()),
        reason: Some("AM04".to_owned()),
        on: Some(day(on)),
        ..DebitResultRecord::default()
    }))
}

on_both_engines! {
    fn the_same_file_again_adds_nothing_and_like_entries_are_kept(place) {
        let books = books(place);
        let april = || file("68", vec![
            entry("2026-04-10", "300", None, None),
            entry("2026-04-10", "300", None, None),
            entry("2026-04-11", "-12.50", None, None),
        ]);
        assert_eq!(books.took(april()), "3 new, 0 known, 0 wait, 0 ignored");
        assert_eq!(books.took(april()), "0 new, 3 known, 0 wait, 0 ignored");
        assert_eq!(books.alone(), ["2026-04-11 -1250", "2026-04-10 30000", "2026-04-10 30000"]);
        let statements = books.app.store.read(|tx| bank::statements(tx, books.ctx.scope())).unwrap();
        assert_eq!(statements.len(), 1);
        assert_eq!((statements[0].opening_minor, statements[0].closing_minor), (Some(100_000), Some(158_750)));
    }

    fn exports_that_overlap_share_their_entries(place) {
        let books = books(place);
        let like = || entry("2026-04-10", "300", None, None);
        let at_noon = file("1", vec![entry("2026-04-09", "5", None, None), like()]);
        let in_the_evening = file("2", vec![like(), like(), entry("2026-04-11", "7", None, None)]);
        assert_eq!(books.took(at_noon.clone()), "2 new, 0 known, 0 wait, 0 ignored");
        assert_eq!(books.took(in_the_evening.clone()), "2 new, 1 known, 0 wait, 0 ignored");
        assert_eq!(books.took([at_noon, in_the_evening].concat()), "0 new, 5 known, 0 wait, 0 ignored");
        assert_eq!(books.alone().len(), 4);
    }

    fn files_of_one_run_count_their_like_entries_each_for_itself(place) {
        let books = books(place);
        let one = || file("1", vec![entry("2026-04-10", "300", None, None)]);
        // The members of a zip are one file to the run.
        assert_eq!(books.took([one(), one()].concat()), "1 new, 1 known, 0 wait, 0 ignored");
    }

    fn one_reference_of_the_bank_with_another_amount_waits(place) {
        let books = books(place);
        let of = |amount| file(amount, vec![entry("2026-04-10", amount, Some("2026041000123"), None)]);
        assert_eq!(books.took(of("300")), "1 new, 0 known, 0 wait, 0 ignored");
        let batch = books.load(of("301"));
        assert_eq!(counts(&batch), "0 new, 0 known, 1 wait, 0 ignored");
        let issues = books.issues(batch.id);
        assert_eq!(issues[0].code, "conflict");
        assert!(issues[0].message_es.contains("300.00 EUR"), "{}", issues[0].message_es);
        assert_eq!(books.alone(), ["2026-04-10 30000"]);
        books.prove();
    }

    fn a_reference_the_bank_repeats_is_not_believed(place) {
        let books = books(place);
        let of = |amount| entry("2026-04-10", amount, Some("99999999"), None);
        let first = file("1", vec![of("1"), of("2"), of("2")]);
        assert_eq!(books.took(first.clone()), "3 new, 0 known, 0 wait, 0 ignored");
        assert_eq!(books.took(first), "0 new, 3 known, 0 wait, 0 ignored");
        let later = file("2", vec![of("2"), of("2"), of("3")]);
        assert_eq!(books.took(later), "0 new, 2 known, 1 wait, 0 ignored");
        // A short one is a counter that begins anew each day.
        let counter = |on, amount| file(on, vec![entry(on, amount, Some("0017"), None)]);
        assert_eq!(books.took(counter("2026-04-12", "5")), "1 new, 0 known, 0 wait, 0 ignored");
        assert_eq!(books.took(counter("2026-04-13", "6")), "1 new, 0 known, 0 wait, 0 ignored");
    }

    fn an_advice_and_its_statement_are_one_in_any_order(place) {
        let told = || vec![
            entry("2026-04-10", "300", None, Some("F-0101")),
            entry("2026-04-10", "300", None, Some("F-0102")),
        ];
        let statement = || file("68", [told(), vec![entry("2026-04-11", "9", None, None)]].concat());
        let shifted = |of: BankEntryRecord| BankEntryRecord { booked_on: Some(day("2026-04-09")), ..of };
        let advices = || file("n", told().into_iter().map(shifted).map(advice).collect());
        let other = if place.url.starts_with("sqlite:") { Some(Place::sqlite()) } else { Place::postgres() };
        let (one, two) = (books(place), books(&other.unwrap()));
        assert_eq!(one.took(advices()), "2 new, 0 known, 0 wait, 0 ignored");
        assert_eq!(one.took(statement()), "1 new, 2 known, 0 wait, 0 ignored");
        assert_eq!(two.took(statement()), "3 new, 0 known, 0 wait, 0 ignored");
        assert_eq!(two.took(advices()), "0 new, 2 known, 0 wait, 0 ignored");
        for books in [one, two] {
            assert_eq!(books.took([statement(), advices()].concat()), "0 new, 5 known, 0 wait, 0 ignored");
            assert_eq!(books.alone(), ["2026-04-11 900", "2026-04-10 30000", "2026-04-10 30000"]);
            let linked = books.entries(Standing::Linked);
            assert!(linked.len() == 2 && linked.iter().all(|e| e.message == "notification"));
            let why: Vec<_> = linked.iter().filter_map(|e| e.link_why.as_deref()).collect();
            assert_eq!(why, ["reference:F0102 days_apart:1", "reference:F0101 days_apart:1"]);
        }
    }

    fn both_in_one_run_are_one_too(place) {
        let books = books(place);
        let of = || entry("2026-04-10", "300", None, None);
        let inputs = vec![
            Input::Records { name: "053".into(), records: file("1", vec![of()]) },
            Input::Records { name: "054".into(), records: file("2", vec![advice(of())]) },
        ];
        let batch = books.import_as(inputs, &Options::default()).0;
        assert_eq!(counts(&batch), "1 new, 1 known, 0 wait, 0 ignored");
        assert_eq!(books.alone(), ["2026-04-10 30000"]);
    }

    fn what_is_not_final_is_told_and_replaced(place) {
        let books = books(place);
        let pending = BankEntryRecord { is_booked: false, ..entry("2026-04-10", "300", None, Some("F-0101")) };
        let report = BankEntryRecord { message: StatementKind::Report, ..entry("2026-04-10", "8", None, Some("F-0102")) };
        let announced = || file("r", vec![pending.clone(), report.clone()]);
        assert_eq!(books.took(announced()), "0 new, 0 known, 0 wait, 2 ignored");
        assert_eq!(books.took(announced()), "0 new, 0 known, 0 wait, 2 ignored");
        assert_eq!((books.entries(Standing::Announced).len(), books.alone().len()), (2, 0));
        let booked = file("68", vec![entry("2026-04-11", "300", None, Some("F-0101"))]);
        assert_eq!(books.took(booked), "1 new, 0 known, 0 wait, 0 ignored");
        assert_eq!(books.entries(Standing::Announced).len(), 1);
        assert_eq!(books.alone(), ["2026-04-11 30000"]);
    }

    fn an_account_is_one_however_files_write_it(place) {
        let books = books(place);
        let parts = AccountRecord {
            number: Some("0200051332".to_owned()),
            bank: Some("2100".to_owned()),
            office: Some("0418".to_owned()),
            ..AccountRecord::default()
        };
        books.took(file("68", vec![entry("2026-04-10", "300", None, Some("F-0101"))]));
        let norma_43 = BankEntryRecord { account: parts, text: Some("ABONO".into()), ..entry("2026-04-10", "300", None, Some("F0101")) };
        assert_eq!(books.took(vec![Record::BankEntry(Box::new(norma_43))]), "0 new, 1 known, 0 wait, 0 ignored");
        let accounts = books.app.store.read(|tx| bank::accounts(tx, books.ctx.scope())).unwrap();
        assert_eq!(accounts.iter().map(|a| a.number.as_str()).collect::<Vec<_>>(), [IBAN]);
        assert_eq!(books.alone(), ["2026-04-10 30000"]);
    }

    fn what_cannot_be_believed_waits_and_stops_nothing(place) {
        let books = books(place);
        let garbled = BankEntryRecord {
            amount: None,
            problems: vec![Problem { status: Status::Quarantine, place: "e".into(), ..problem::empty_file() }],
            ..entry("2026-04-10", "1", None, None)
        };
        let dateless = BankEntryRecord { booked_on: None, ..entry("2026-04-10", "1", None, None) };
        let money = BankEntryRecord { currency: Some("XXQ".into()), ..entry("2026-04-10", "1", None, None) };
        let five = entry("2026-04-10", "1.00001", None, None);
        let good = entry("2026-04-10", "2", None, None);
        let batch = books.load(file("68", vec![garbled, dateless, money, five, good]));
        assert_eq!(counts(&batch), "1 new, 0 known, 4 wait, 0 ignored");
        let mut codes: Vec<String> = books.issues(batch.id).into_iter().map(|i| i.code).collect();
        codes.sort_by_key(|code| (code == "empty_file", code != "missing_field", code != "unknown_currency"));
        assert_eq!(codes, ["missing_field", "unknown_currency", "bad_amount", "empty_file"]);
        books.prove();
    }

    fn a_batch_is_undone_unless_another_statement_needs_it(place) {
        let books = books(place);
        let of = |amount: &str| entry("2026-04-10", amount, None, None);
        let first = books.load(file("1", vec![of("1"), of("2")]));
        let second = books.load(file("2", vec![of("2"), of("3")]));
        let refused = books.undo(first.id).unwrap_err().to_string();
        assert!(refused.contains("1 bank entries"), "{refused}");
        books.undo(second.id).unwrap();
        assert_eq!(books.alone(), ["2026-04-10 200", "2026-04-10 100"]);
        books.undo(first.id).unwrap();
        assert!(books.alone().is_empty());
        books.prove();
        assert_eq!(books.took(file("1", vec![of("1"), of("2")])), "2 new, 0 known, 0 wait, 0 ignored");
    }

    fn undoing_a_statement_lets_the_advice_stand_again(place) {
        let books = books(place);
        let of = || entry("2026-04-10", "300", None, Some("F-0101"));
        books.load(file("n", vec![advice(of())]));
        let statement = books.load(file("1", vec![of()]));
        books.undo(statement.id).unwrap();
        books.prove();
        assert_eq!(books.entries(Standing::Open)[0].message, "notification");
    }

    fn a_rehearsal_of_a_statement_leaves_nothing(place) {
        let books = books(place);
        let input = Input::Records { name: "r".into(), records: file("1", vec![entry("2026-04-10", "1", None, None)]) };
        let options = Options { dry_run: true, ..Options::default() };
        let batch = books.import_as(vec![input], &options).0;
        assert_eq!(counts(&batch), "1 new, 0 known, 0 wait, 0 ignored");
        assert!(books.alone().is_empty());
    }

    fn a_credit_is_the_payment_recorded_from_elsewhere_in_any_order(place) {
        let books = books(place);
        books.load(vec![client("A", "B12345674"), client("B", "A58818501")]);
        let by_tax_id = BankEntryRecord { text: Some("TRANSF ESB12345674 CLIENTE".into()), ..entry("2026-04-10", "300", None, None) };
        books.took(file("1", vec![by_tax_id, entry("2026-04-10", "500", None, Some("OP-778899"))]));
        assert_eq!(books.alone().len(), 2);
        // Typed in after the statement.
        books.pays(901, "B", "2026-04-12", 50_000, Some("op 778899, transferencia"));
        let linked = books.entries(Standing::Linked);
        assert_eq!(linked.iter().map(|e| e.payment).collect::<Vec<_>>(), [Some(PaymentId(901))]);
        // Of another sum, or too late: another payment.
        books.pays(902, "B", "2026-04-10", 30_001, None);
        books.pays(903, "A", "2026-04-16", 30_000, None);
        books.load(vec![]);
        assert_eq!(books.alone(), ["2026-04-10 30000"]);
        books.prove();
    }

    fn a_file_of_payments_before_or_after_the_statement_is_the_same_money(place) {
        let books = books(place);
        books.load(vec![client("A", "B12345674")]);
        let of = |on, amount| BankEntryRecord {
            counterparty: PartyRecord { tax_id: Some("ESB-12345674".into()), ..PartyRecord::default() },
            ..entry(on, amount, None, None)
        };
        books.load(vec![payment("P-1001", "A", "2026-04-09", "300")]);
        books.took(file("1", vec![of("2026-04-10", "300"), of("2026-04-10", "40")]));
        assert_eq!(books.alone(), ["2026-04-10 4000"]);
        let later = books.load(vec![payment("P-1002", "A", "2026-04-10", "40")]);
        assert!(books.alone().is_empty());
        books.prove();
        books.undo(later.id).unwrap();
        assert_eq!(books.alone(), ["2026-04-10 4000"]);
        books.prove();
    }

    fn a_payment_known_of_an_advice_goes_to_its_statement(place) {
        let books = books(place);
        books.load(vec![client("A", "B12345674"), payment("P-1001", "A", "2026-04-09", "300")]);
        let of = || entry("2026-04-10", "300", None, Some("P-1001"));
        books.took(file("n", vec![advice(of())]));
        books.took(file("1", vec![of()]));
        let linked = books.entries(Standing::Linked);
        let shown: Vec<_> = linked.iter().map(|e| (e.message.as_str(), e.payment.is_some())).collect();
        assert_eq!(shown, [("statement", true), ("notification", false)]);
    }

    fn a_returned_debit_is_one_whoever_tells_of_it(place) {
        let books = books(place);
        books.load(vec![client("A", "B12345674"), payment("F2026-0101", "A", "2026-04-01", "121")]);
        let answers = || vec![answer("F2026-0101", "121", "RJCT", "2026-04-07"), answer("F2026-0102", "60.25", "RJCT", "2026-04-07")];
        let account = || file("54", vec![advice(returned("2026-04-09", &[("F2026-0101", "121"), ("F2026-0103", "9")]))]);
        assert_eq!(books.took(answers()), "2 new, 0 known, 0 wait, 0 ignored");
        assert_eq!(books.took(account()), "1 new, 0 known, 0 wait, 0 ignored");
        assert_eq!(books.took([answers(), account()].concat()), "0 new, 3 known, 0 wait, 0 ignored");
        let mut results = books.results();
        results.sort_by_key(|r| r.instruction_key.clone());
        let shown: Vec<_> = results.iter().map(|r| (r.instruction_key.as_str(), r.outcome.as_str(), r.entry.is_some(), r.payment.is_some())).collect();
        assert_eq!(shown, [("F20260101", "RJCT", true, true), ("F20260102", "RJCT", false, false), ("F20260103", "RTRN", true, false)]);
        assert_eq!(books.entries(Standing::Returned).len(), 1);
        // Collected again and returned again is another end.
        assert_eq!(books.took(vec![answer("F2026-0101", "121", "RJCT", "2026-05-20")]), "1 new, 0 known, 0 wait, 0 ignored");
        // What it was for was settled, then came back: two ends too.
        assert_eq!(books.took(vec![answer("F2026-0101", "121", "ACSC", "2026-04-05")]), "1 new, 0 known, 0 wait, 0 ignored");
    }

    fn the_same_holds_when_the_account_tells_first(place) {
        let books = books(place);
        books.took(file("54", vec![advice(returned("2026-04-09", &[("F2026-0101", "121")]))]));
        assert_eq!(books.took(vec![answer("F2026-0101", "121", "RJCT", "2026-04-07")]), "0 new, 1 known, 0 wait, 0 ignored");
        assert_eq!(books.results().len(), 1);
        // A payment recorded later is found too.
        books.load(vec![client("A", "B12345674"), payment("F2026-0101", "A", "2026-04-01", "121")]);
        assert!(books.results()[0].payment.is_some());
    }

    fn orders_to_the_bank_are_shown_and_move_nothing(place) {
        let books = books(place);
        let order = PaymentOrderRecord { place: "pain".into(), collects: true, id: Some("MSG1".into()), ..PaymentOrderRecord::default() };
        let batch = books.load(vec![Record::PaymentOrder(Box::new(order))]);
        assert_eq!(counts(&batch), "0 new, 0 known, 0 wait, 1 ignored");
        let issues = books.issues(batch.id);
        assert_eq!((issues[0].code.as_str(), issues[0].status.as_str()), ("payment_order", "ignore"));
    }

    fn a_statement_is_read_across_chunks(place) {
        let books = books(place);
        let many: Vec<BankEntryRecord> = (0..8_500).map(|n| entry("2026-04-10", &format!("{}", 1 + n % 50), None, None)).collect();
        assert_eq!(books.took(file("1", many.clone())), "8500 new, 0 known, 0 wait, 0 ignored");
        assert_eq!(books.took(file("1", many)), "0 new, 8500 known, 0 wait, 0 ignored");
        let told = books.app.store.read(|tx| bank::told(tx, books.ctx.scope())).unwrap();
        let counts: Vec<i64> = told.values().map(|(count, _)| *count).collect();
        assert_eq!(counts, [8_500]);
    }

    fn an_entry_accepted_by_hand_enters(place) {
        let books = books(place);
        let odd = BankEntryRecord {
            problems: vec![Problem { status: Status::Quarantine, place: "e1".into(), ..problem::empty_file() }],
            place: "e1".into(),
            ..entry("2026-04-10", "3", None, None)
        };
        let input = || Input::Records { name: "r".into(), records: vec![Record::BankEntry(Box::new(odd.clone()))] };
        let first = books.import_as(vec![input()], &Options::default()).0;
        assert_eq!(counts(&first), "0 new, 0 known, 1 wait, 0 ignored");
        let options = Options { accept: ["e1".to_owned()].into(), ..Options::default() };
        let by_hand = imports::import(&books.app, &books.ctx, vec![input()], &options, &mut imports::Silent);
        assert_eq!(counts(&by_hand.unwrap()), "1 new, 0 known, 0 wait, 0 ignored");
    }
}
