//! Books on either engine for the tests of imports and figures: records made in a line each, files
//! of bytes, and what the reports say of them.
#![allow(dead_code, reason = "each test file needs some of these")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use puntual_core::access::Role;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::ImportId;
use puntual_core::portfolio::{AsOf, Window};
use puntual_formats::record::*;
use puntual_service::App;
use puntual_service::check;
use puntual_service::clock::{self, Clock};
use puntual_service::creditors::{self, NewCreditor};
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use puntual_service::imports::{self, FileReport, Input, Listener, Options, Progress, Recorded};
use puntual_service::reports::{self, AgingQuestion, Grouping};
use puntual_store::creditor;
use puntual_store::import::{Batch, Issue};
use puntual_store::testing::Place;
use serde_json::Value;
use std::path::PathBuf;

/// `2026-11-24` and the like.
pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Another place of the same engine.
pub fn another(place: &Place) -> Place {
    match place.url.starts_with("sqlite:") {
        true => Place::sqlite(),
        false => Place::postgres().unwrap(),
    }
}

/// A file of the shared folder beside the repository; says so when it is not there.
pub fn shared(path: &str) -> Option<PathBuf> {
    let full = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if !full.exists() {
        eprintln!("SKIPPED: ../shared/{path} is not there");
        return None;
    }
    Some(full)
}

/// Keeps the reports of an import's files.
#[derive(Default)]
pub struct Reports(pub Vec<FileReport>);

impl Listener for Reports {
    fn file(&mut self, report: FileReport) {
        self.0.push(report);
    }
    fn progress(&mut self, _progress: &Progress) {}
}

/// A creditor's books with the clock standing still until it is moved.
pub struct Books {
    pub app: App,
    pub ctx: Ctx,
    country: &'static str,
}

impl Books {
    pub fn chile(place: &Place) -> Books {
        Books::open(place, "CL", Currency::CLP, "76192083-9", "2026-11-21")
    }

    pub fn mexico(place: &Place) -> Books {
        Books::open(place, "MX", Currency::MXN, "EKU9003173C9", "2026-11-21")
    }

    pub fn open(
        place: &Place,
        country: &'static str,
        currency: Currency,
        tax_id: &str,
        today: &str,
    ) -> Books {
        let zone = "Etc/UTC";
        let now = Clock::Fixed(clock::instant_of(day(today), 12 * 60, zone));
        let app = App::open(&place.url, now, 1).unwrap();
        let new = NewCreditor {
            code: Some("C1".to_owned()),
            name: "Casa".to_owned(),
            tax_id: tax_id.to_owned(),
            country: country.to_owned(),
            currency,
            time_zone: Some(zone.to_owned()),
        };
        let made = creditors::create(&app, new).unwrap();
        let ctx = Ctx::new(&app, made, "ana@example.com", Role::Admin);
        Books { app, ctx, country }
    }

    /// Moves the clock to noon of a day.
    pub fn on(&mut self, today: &str) -> &mut Books {
        self.app.clock = Clock::Fixed(clock::instant_of(day(today), 12 * 60, "Etc/UTC"));
        self.ctx = Ctx::new(&self.app, self.ctx.creditor.clone(), "ana@example.com", Role::Admin);
        self
    }

    pub fn import_as(&self, inputs: Vec<Input>, options: &Options) -> (Batch, Vec<FileReport>) {
        let mut reports = Reports::default();
        let batch = imports::import(&self.app, &self.ctx, inputs, options, &mut reports).unwrap();
        let c = batch.counts;
        let parts = c.accepted + c.duplicates + c.quarantined + c.rejected + c.ignored;
        assert_eq!(c.read, parts, "{c:?}");
        let of_files: i64 = reports.0.iter().map(|r| r.counts.read).sum();
        assert_eq!(c.read, of_files, "{c:?}");
        (batch, reports.0)
    }

    /// Imports records as facts known on the day each took effect.
    pub fn load(&self, records: Vec<Record>) -> Batch {
        let options = Options { recorded: Recorded::Effective, ..Options::default() };
        let input = Input::Records { name: "records".to_owned(), records };
        self.import_as(vec![input], &options).0
    }

    /// Imports files of bytes, as uploaded.
    pub fn upload(&self, files: &[(&str, &[u8])]) -> (Batch, Vec<FileReport>) {
        let inputs = files
            .iter()
            .map(|(name, content)| Input::Bytes {
                name: (*name).to_owned(),
                content: content.to_vec(),
            })
            .collect();
        self.import_as(inputs, &Options::default())
    }

    pub fn undo(&self, import: ImportId) -> Result<Batch, ServiceError> {
        imports::undo(&self.app, &self.ctx, import)
    }

    pub fn issues(&self, import: ImportId) -> Vec<Issue> {
        imports::batch(&self.app, &self.ctx, import).unwrap().unwrap().1
    }

    pub fn ledger_seq(&self) -> i64 {
        self.app.store.read(|tx| creditor::ledger_seq(tx, self.ctx.scope())).unwrap()
    }

    /// The ageing report of a day.
    pub fn aging(&self, at: AsOf) -> Value {
        reports::aging_json(&self.app, &self.ctx, &AgingQuestion::new(at)).unwrap()
    }

    /// One line per currency: `CLP 0 | 100 | 0 | 0 | 0 | 0 | u 5 | b 95`.
    pub fn totals(&self, on: &str) -> String {
        lines(&self.aging(AsOf::day(day(on)))["totals"])
    }

    /// The same with what was known on a day.
    pub fn totals_known(&self, on: &str, known_at: &str) -> String {
        lines(&self.aging(AsOf::known(day(on), day(known_at)))["totals"])
    }

    /// Indicators of the creditor as a whole, in one currency.
    pub fn indicators(&self, at: AsOf, window: Window, currency: &str) -> Value {
        let grouping = Grouping::Currency;
        let all = reports::indicators_json(&self.app, &self.ctx, at, window, grouping).unwrap();
        let rows = all["rows"].as_array().unwrap();
        rows.iter().find(|row| row["currency"] == currency).cloned().unwrap_or(Value::Null)
    }

    /// Ageing by customer and every indicator on days far and near: what must come out the same
    /// whatever the way there.
    pub fn everything(&self, days: &[&str]) -> Vec<String> {
        let mut all = Vec::new();
        for text in days {
            let at = AsOf::day(day(text));
            let report = self.aging(at);
            all.push(format!("{text} {}", lines(&report["totals"])));
            all.extend(
                report["rows"].as_array().unwrap().iter().map(|row| format!("{text} {row}")),
            );
            let window = Window::trailing(at.as_of, 90);
            let grouping = Grouping::Customer;
            let figures =
                reports::indicators_json(&self.app, &self.ctx, at, window, grouping).unwrap();
            // A customer with nothing to its name may be listed or not.
            let says = |row: &Value| {
                let values = row["values"].as_object().unwrap().values();
                values.into_iter().any(|value| value.as_f64().is_some_and(|value| value != 0.0))
            };
            let rows = figures["rows"].as_array().unwrap().iter().filter(|row| says(row));
            all.extend(rows.map(|row| format!("{text} {} {}", row["key"], row["values"])));
        }
        // Reports list customers in the order in which they were met.
        all.sort();
        all
    }

    /// The names of the checks that fail, with what they say.
    pub fn wrong(&self) -> Vec<String> {
        let checks = check::run(&self.app, &self.ctx).unwrap();
        assert!(checks.len() >= 5);
        checks.iter().filter(|c| !c.ok).map(|c| format!("{}: {}", c.name, c.detail)).collect()
    }

    pub fn prove(&self) {
        assert_eq!(self.wrong(), Vec::<String>::new());
    }
}

/// Holds two lists of lines equal; says only what differs.
#[track_caller]
pub fn same(found: &[String], expected: &[String], when: &str) {
    let differing = found.iter().zip(expected).find(|(a, b)| a != b);
    if let Some((found, expected)) = differing {
        panic!("{when}:\n{found}\ninstead of\n{expected}");
    }
    assert_eq!(found.len(), expected.len(), "{when}");
}

fn lines(rows: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |row: &Value| {
        let amounts: Vec<String> = row["amounts"].as_array().unwrap().iter().map(text).collect();
        format!(
            "{} {} | u {} | b {}",
            text(&row["currency"]),
            amounts.join(" | "),
            text(&row["unapplied"]),
            text(&row["balance"])
        )
    };
    rows.as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

fn party(code: &str) -> PartyRecord {
    PartyRecord {
        code: Some(code.to_owned()),
        name: Some(format!("Cliente {code}")),
        ..PartyRecord::default()
    }
}

/// An invoice of a customer: number, code, issue, due and total.
pub fn invoice(number: &str, code: &str, issued: &str, due: &str, total: &str) -> DocumentRecord {
    DocumentRecord {
        place: format!("doc {number}"),
        number: Some(number.to_owned()),
        issue_date: Some(day(issued)),
        issue_text: Some(issued.to_owned()),
        dues: vec![DueRecord { date: Some(day(due)), amount: None }],
        due_source: DueSource::Document,
        total: Some(total.parse().unwrap()),
        buyer: party(code),
        ..DocumentRecord::default()
    }
}

/// A credit note on `target`, by its number.
pub fn note(number: &str, code: &str, issued: &str, total: &str, target: &str) -> DocumentRecord {
    DocumentRecord {
        kind: DocumentKind::CreditNote,
        references: vec![ReferenceRecord {
            effect: ReferenceEffect::Adjusts,
            number: Some(target.to_owned()),
            ..ReferenceRecord::default()
        }],
        dues: Vec::new(),
        ..invoice(number, code, issued, issued, total)
    }
}

/// A Chilean document of the tax office's own numbering.
pub fn dte(type_code: &str, d: DocumentRecord) -> DocumentRecord {
    let kind = match type_code {
        "61" => DocumentKind::CreditNote,
        "56" => DocumentKind::DebitNote,
        "39" | "41" => DocumentKind::Receipt,
        _ => DocumentKind::Invoice,
    };
    DocumentRecord { kind, type_code: Some(type_code.to_owned()), ..d }
}

/// A reference to an official document with a CodRef.
pub fn refers(effect: ReferenceEffect, type_code: &str, number: &str) -> ReferenceRecord {
    ReferenceRecord {
        effect,
        type_code: Some(type_code.to_owned()),
        number: Some(number.to_owned()),
        ..ReferenceRecord::default()
    }
}

/// A payment row: number, code, day and amount.
pub fn payment(number: &str, code: &str, on: &str, amount: &str) -> Record {
    Record::Payment(Box::new(PaymentRecord {
        place: format!("pay {number}"),
        number: Some(number.to_owned()),
        payer: party(code),
        date: Some(day(on)),
        amount: Some(amount.parse().unwrap()),
        ..PaymentRecord::default()
    }))
}

/// A row of an allocations file.
pub fn allocation(
    kind: AllocationKind,
    document: &str,
    on: &str,
    amount: &str,
    source: Option<&str>,
) -> Record {
    Record::Allocation(AllocationRecord {
        place: format!("{document} {on} {amount}"),
        date: day(on),
        document: document.to_owned(),
        amount: amount.parse().unwrap(),
        kind,
        source: source.map(str::to_owned),
    })
}

/// As the import takes it.
pub fn record(d: DocumentRecord) -> Record {
    Record::Document(Box::new(d))
}
