//! The second pass: rows to records. Decides which rows are records and hands each to the reader
//! of its kind; keeps the control sums. Documents are read in [`super::documents`], the rest here.

use super::bank::entries::{self, Entries};
use super::cells::{Cells, Memory};
use super::classes::Class;
use super::documents;
use super::grouped::Groups;
use super::mapping::{Field, RowKind};
use super::plan::{self, Plan};
use super::problems;
use super::rows::{self, Row, Value};
use super::summary::{CurrencySums, TableSummary};
use crate::record::{
    AllocationKind, AllocationRecord, ApplicationRecord, CustomerRecord, DisputeRecord,
    DocumentRecord, PartyRecord, PaymentRecord, Problem, PromiseRecord, RateRecord, Record, Status,
};
use crate::terms_text;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Where records go; it may ask to stop.
pub type Sink<'k> = dyn FnMut(Record) -> ControlFlow<()> + 'k;

/// Turns the rows of one table into records.
pub struct Converter<'p> {
    pub(super) plan: &'p Plan,
    pub(super) memory: Memory,
    pub(super) classes: HashMap<String, Class>,
    /// What was counted so far.
    pub summary: TableSummary,
    groups: Groups,
    pub(super) entries: Entries,
    /// A document that following rows may still add references to.
    pending: Option<Box<DocumentRecord>>,
    base_currency: Option<Currency>,
}

/// What a row of the source is.
enum RowSort {
    Record,
    Continuation,
    Skipped,
    CutShort,
}

impl<'p> Converter<'p> {
    /// A converter for one table. `base_currency` is the creditor's own, for exchange rates.
    pub fn new(plan: &'p Plan, summary: TableSummary, base_currency: Option<Currency>) -> Self {
        Converter {
            plan,
            memory: Memory::default(),
            classes: HashMap::new(),
            summary,
            groups: Groups::default(),
            entries: Entries::default(),
            pending: None,
            base_currency,
        }
    }

    /// Reads one row below the header.
    pub fn row(&mut self, number: usize, row: Row<'_>, sink: &mut Sink<'_>) -> ControlFlow<()> {
        if self.plan.bank.is_some() {
            return entries::read(self, number, row, sink);
        }
        match self.sort(row) {
            RowSort::Skipped => return ControlFlow::Continue(()),
            RowSort::Continuation => {
                self.summary.continuation_rows += 1;
                let mut cells = Cells::new(self.plan, row, number);
                if let Some(document) = &mut self.pending {
                    document.references.extend(documents::reference(&mut cells));
                }
                return ControlFlow::Continue(());
            }
            RowSort::CutShort => {
                self.summary.rows += 1;
                let place = Cells::new(self.plan, row, number).place;
                let columns = self.plan.headers.len();
                let problem = problems::short_row(&place, row.width(), columns);
                return self.emit(Record::Refused(problem), sink);
            }
            RowSort::Record => {}
        }
        self.summary.rows += 1;
        if self.plan.column(Field::DocumentNumber).is_some_and(|c| row.value(c) != Value::Empty) {
            self.summary.numbered_rows += 1;
        }
        let cells = Cells::new(self.plan, row, number);
        let record = match self.plan.rows {
            Some(RowKind::Documents) => documents::read(self, cells),
            Some(RowKind::DocumentLines) => {
                let line = documents::read_line(self, cells);
                self.groups.add_line(line);
                return ControlFlow::Continue(());
            }
            Some(RowKind::Instalments) => {
                match documents::read(self, cells) {
                    Record::Document(document) => self.groups.add_instalment(*document),
                    other => return self.emit(other, sink),
                }
                return ControlFlow::Continue(());
            }
            Some(RowKind::Customers) => self.customer(cells),
            Some(RowKind::Payments) => self.payment(cells),
            Some(RowKind::Allocations) => self.allocation(cells),
            Some(RowKind::Rates) => self.rate(cells),
            Some(RowKind::Disputes) => self.dispute(cells),
            Some(RowKind::Promises) => self.promise(cells),
            Some(RowKind::Purchases | RowKind::BankEntries) | None => {
                return ControlFlow::Continue(());
            }
        };
        if self.plan.column(Field::RowNumber).is_some() && self.plan.is_layout("rcv_sales") {
            return self.hold(record, sink);
        }
        self.emit(record, sink)
    }

    /// Keeps a document back until the rows that continue it have been seen.
    fn hold(&mut self, record: Record, sink: &mut Sink<'_>) -> ControlFlow<()> {
        let flow = self.release(sink);
        match record {
            Record::Document(document) => self.pending = Some(document),
            other => return self.emit(other, sink),
        }
        flow
    }

    fn release(&mut self, sink: &mut Sink<'_>) -> ControlFlow<()> {
        match self.pending.take() {
            Some(document) => self.emit(Record::Document(document), sink),
            None => ControlFlow::Continue(()),
        }
    }

    /// Hands over what was kept back. To be called after the last row.
    pub fn finish(&mut self, sink: &mut Sink<'_>) -> ControlFlow<()> {
        entries::finish(self, sink)?;
        self.release(sink)?;
        for mut document in std::mem::take(&mut self.groups).into_documents() {
            if self.plan.rows == Some(RowKind::DocumentLines) {
                self.sum(
                    document.currency.as_deref(),
                    document.total,
                    document.open,
                    paid(&document),
                );
            }
            documents::settle(&mut document);
            self.emit(Record::Document(Box::new(document)), sink)?;
        }
        ControlFlow::Continue(())
    }

    pub(super) fn emit(&mut self, record: Record, sink: &mut Sink<'_>) -> ControlFlow<()> {
        self.summary.count_outcome(record.status());
        sink(record)
    }

    /// The control sums of a currency.
    pub(super) fn sums_of(&mut self, currency: Option<&str>) -> &mut CurrencySums {
        let code = currency.unwrap_or("");
        let index = match self.summary.sums.iter().position(|sums| sums.currency == code) {
            Some(index) => index,
            None => {
                let sums = CurrencySums { currency: code.to_owned(), ..CurrencySums::default() };
                self.summary.sums.push(sums);
                self.summary.sums.len() - 1
            }
        };
        &mut self.summary.sums[index]
    }

    /// Adds to the control sums of a currency.
    pub(super) fn sum(
        &mut self,
        currency: Option<&str>,
        total: Option<Decimal>,
        open: Option<Decimal>,
        paid: Option<Decimal>,
    ) {
        self.summary.settled_rows += u64::from(open.is_some_and(|open| open.is_zero()));
        let sums = self.sums_of(currency);
        sums.rows += 1;
        for (sum, amount) in
            [(&mut sums.total, total), (&mut sums.open, open), (&mut sums.paid, paid)]
        {
            if let Some(amount) = amount {
                let so_far = sum.unwrap_or_default();
                *sum = so_far.checked_add(amount).or(Some(so_far));
            }
        }
    }

    fn sort(&mut self, row: Row<'_>) -> RowSort {
        let plan = self.plan;
        if plan.is_layout("rcv_sales")
            && plan.column(Field::RowNumber).is_some_and(|c| row.value(c) == Value::Empty)
        {
            return RowSort::Continuation;
        }
        let keys = [Field::DocumentNumber, Field::CustomerCode, Field::TaxId, Field::PaymentNumber];
        let key = match plan.column(Field::DocumentNumber) {
            Some(column) => Some(column),
            None => keys.iter().find_map(|key| plan.column(*key)),
        };
        let Some(key) = key else { return RowSort::Record };
        match row.value(key) {
            Value::Empty => {}
            Value::Text(text) => {
                if text.len() == plan.headers[key].written.len() && self.is_header(row, key) {
                    self.summary.repeated_headers += 1;
                    return RowSort::Skipped;
                }
                if !rows::names_a_total(text) {
                    return RowSort::Record;
                }
            }
            _ => return RowSort::Record,
        }
        self.sort_without_key(row)
    }

    /// A row whose key is blank or says "total".
    fn sort_without_key(&mut self, row: Row<'_>) -> RowSort {
        let (mut amounts, mut dates, mut customer) = (false, false, false);
        for (column, field) in self.plan.fields.iter().enumerate() {
            let filled = match row.value(column) {
                Value::Empty => false,
                // "Total for ..." may stand in any column, that of the date too.
                Value::Text(text) => !rows::names_a_total(text),
                _ => true,
            };
            amounts |= filled && field.is_money();
            dates |= filled && field.is_date() && may_be_date(row.value(column));
            customer |=
                filled && matches!(field, Field::CustomerCode | Field::CustomerName | Field::TaxId);
        }
        let total = (0..row.width()).any(|column| match row.value(column) {
            Value::Text(text) => rows::names_a_total(text),
            _ => false,
        });
        if (total && !dates) || (amounts && !dates && !customer) {
            self.summary.total_rows += 1;
            return RowSort::Skipped;
        }
        let needs_amount = !matches!(self.plan.rows, Some(RowKind::Customers | RowKind::Disputes));
        if needs_amount && !amounts && !dates {
            if self.is_cut_short(row) {
                return RowSort::CutShort;
            }
            self.summary.note_rows += 1;
            return RowSort::Skipped;
        }
        RowSort::Record
    }

    /// Whether a row of a text ends before its columns do, and is more than a line of words.
    fn is_cut_short(&self, row: Row<'_>) -> bool {
        let Row::Text(_) = row else { return false };
        let filled = (0..row.width()).filter(|column| row.value(*column) != Value::Empty).count();
        let is_fixed_width = self.summary.container == "text" && self.summary.delimiter.is_none();
        row.width() < self.plan.headers.len() && (filled >= 2 || is_fixed_width)
    }

    fn is_header(&self, row: Row<'_>, key: usize) -> bool {
        let same = |column: usize| match row.value(column) {
            Value::Text(text) => text == self.plan.headers[column].written,
            _ => false,
        };
        same(key) && (0..self.plan.headers.len()).filter(|column| same(*column)).count() >= 2
    }

    /// The customer of a row.
    pub(super) fn party(&mut self, cells: &mut Cells<'_>) -> PartyRecord {
        let mut party = PartyRecord {
            code: cells.number(Field::CustomerCode),
            name: cells.words(Field::CustomerName),
            ..PartyRecord::default()
        };
        if cells.plan.has(Field::TaxId)
            && let Some((id, country, passed)) = cells.tax_id(&mut self.memory)
        {
            self.summary.invalid_ids += u64::from(!passed);
            (party.tax_id, party.country) = (Some(id), country);
        }
        for (field, place) in [
            (Field::Email, &mut party.email),
            (Field::Phone, &mut party.phone),
            (Field::Contact, &mut party.contact),
            (Field::Address, &mut party.address),
        ] {
            if cells.plan.has(field) {
                *place = cells.words(field);
            }
        }
        if cells.plan.has(Field::City)
            && let Some(city) = cells.words(Field::City)
        {
            party.address = Some(match party.address.take() {
                Some(street) => format!("{street}, {city}"),
                None => city,
            });
        }
        party
    }

    fn customer(&mut self, mut cells: Cells<'_>) -> Record {
        let party = self.party(&mut cells);
        if let Some(email) = party.email.as_deref().filter(|email| !is_email(email)) {
            note_not_understood(&mut cells, Field::Email, email);
        }
        let terms_days = terms_days(&mut cells);
        let currency = cells.currency(&mut self.memory);
        if party.code.is_none() && party.tax_id.is_none() && party.name.is_none() {
            cells.problems.push(problems::missing(&cells.place, "missing_customer"));
        }
        let on_hold = cells.flag(Field::OnHold);
        if let (None, Some(text)) = (on_hold, cells.text(Field::OnHold)) {
            note_not_understood(&mut cells, Field::OnHold, &text);
        }
        Record::Customer(Box::new(CustomerRecord {
            party,
            segment: cells.words(Field::Segment),
            currency,
            terms_days,
            credit_limit: cells.amount(Field::CreditLimit),
            on_hold,
            collector: cells.words(Field::Collector),
            place: cells.place,
            problems: cells.problems,
        }))
    }

    fn payment(&mut self, mut cells: Cells<'_>) -> Record {
        let payer = self.party(&mut cells);
        let date = day_of(&mut cells);
        let currency = cells.currency(&mut self.memory);
        let amount = amount_of(&mut cells)
            .map(|amount| cells.in_currency(amount, currency.as_deref(), &mut self.memory));
        let is_bad = |code: &str| matches!(code, "bad_date" | "absurd_date");
        if date.is_none() && !cells.problems.iter().any(|problem| is_bad(problem.code)) {
            cells.problems.push(problems::missing(&cells.place, "missing_date"));
        }
        if amount.is_none() && cells.problems.iter().all(|p| p.code != "bad_amount") {
            cells.problems.push(problems::missing(&cells.place, "missing_amount"));
        }
        self.sum(currency.as_deref(), None, None, amount);
        let document = match cells.number(Field::AppliesTo) {
            Some(document) => Some(document),
            None => cells.number(Field::DocumentNumber),
        };
        let applications = document
            .map(|document| ApplicationRecord {
                number: Some(document),
                currency: currency.clone(),
                paid: amount,
                ..ApplicationRecord::default()
            })
            .into_iter()
            .collect();
        Record::Payment(Box::new(PaymentRecord {
            number: cells.number(Field::PaymentNumber),
            payer,
            date,
            exchange_rate: cells.amount(Field::ExchangeRate),
            currency,
            amount,
            method: cells.words(Field::Method),
            operation: cells.number(Field::Operation),
            reference: cells.words(Field::Reference),
            applications,
            place: cells.place,
            problems: cells.problems,
            ..PaymentRecord::default()
        }))
    }

    fn allocation(&mut self, mut cells: Cells<'_>) -> Record {
        let (date, amount) = (day_of(&mut cells), amount_of(&mut cells));
        let document = cells.number(Field::DocumentNumber);
        let kind_text = cells.text(Field::MovementKind).unwrap_or_default();
        let Some(kind) = movement(&kind_text) else {
            return Record::Refused(problems::unknown_movement(&cells.place, &kind_text));
        };
        let (Some(date), Some(document), Some(amount)) = (date, document, amount) else {
            return refused(
                cells,
                "falta fecha, documento o importe",
                "date, document or amount is missing",
            );
        };
        let source = cells.number(Field::Source);
        Record::Allocation(AllocationRecord {
            place: cells.place,
            date,
            document,
            amount,
            kind,
            source,
        })
    }

    fn rate(&mut self, mut cells: Cells<'_>) -> Record {
        let date = day_of(&mut cells);
        let currency = cells.currency(&mut self.memory);
        let direct = self
            .plan
            .column(Field::Rate)
            .is_some_and(|column| self.plan.headers[column].normal == "base minor x1e4 per unit");
        let value = match cells.amount(Field::Rate) {
            Some(value) => Some(value),
            None => cells.amount(Field::ExchangeRate),
        };
        let country = self.plan.country.as_deref();
        let base = self
            .base_currency
            .or_else(|| country.and_then(plan::currency_of).and_then(|code| code.parse().ok()));
        let scaled = match (value, direct, base) {
            (Some(value), true, _) => i64::try_from(value.round()).ok(),
            (Some(value), false, Some(base)) => value
                .checked_mul(Decimal::from(base.scale() * 10_000))
                .and_then(|value| i64::try_from(value.round()).ok()),
            _ => None,
        };
        match (date, currency, scaled) {
            (Some(date), Some(currency), Some(base_minor_e4)) if base_minor_e4 > 0 => {
                Record::Rate(RateRecord { place: cells.place, date, currency, base_minor_e4 })
            }
            _ => {
                refused(cells, "falta fecha, moneda o valor", "date, currency or value is missing")
            }
        }
    }

    fn dispute(&mut self, mut cells: Cells<'_>) -> Record {
        let document = cells.number(Field::DocumentNumber);
        let opened = match cells.day(Field::OpenedDate) {
            Some(day) => Some(day),
            None => day_of(&mut cells),
        };
        let reason = cells.words(Field::Reason);
        match (document, opened) {
            (Some(document), Some(opened)) => {
                Record::Dispute(DisputeRecord { place: cells.place, document, opened, reason })
            }
            _ => refused(cells, "falta documento o fecha", "document or date is missing"),
        }
    }

    fn promise(&mut self, mut cells: Cells<'_>) -> Record {
        let document = cells.number(Field::DocumentNumber);
        let promised = cells.day(Field::PromisedDate);
        let amount = amount_of(&mut cells);
        match (document, promised, amount) {
            (Some(document), Some(promised), Some(amount)) => {
                Record::Promise(PromiseRecord { place: cells.place, document, promised, amount })
            }
            _ => refused(
                cells,
                "falta documento, fecha prometida o importe",
                "document, promised date or amount is missing",
            ),
        }
    }
}

/// The credit days of a customer, in days or in words; what is neither is noted.
fn terms_days(cells: &mut Cells<'_>) -> Option<i32> {
    let (field, text) = [Field::TermsDays, Field::Terms]
        .into_iter()
        .find_map(|field| Some((field, cells.text(field)?)))?;
    let days = text.parse().ok().or_else(|| terms_text::terms_days(&text));
    if days.is_none() {
        note_not_understood(cells, field, &text);
    }
    days
}

fn note_not_understood(cells: &mut Cells<'_>, field: Field, text: &str) {
    let header = cells.plan.header_of(field);
    cells.problems.push(problems::not_understood(&cells.place, header, text));
}

/// Whether mail can be sent to it: one or more addresses, each with a name and a domain.
fn is_email(text: &str) -> bool {
    let is_address = |address: &str| {
        let (name, domain) = address.rsplit_once('@').unwrap_or_default();
        !name.is_empty()
            && !name.contains('@')
            && domain.split_once('.').is_some_and(|(host, end)| !host.is_empty() && end.len() >= 2)
            && !address.contains(char::is_whitespace)
    };
    let mut addresses = text.split([';', ',']).map(str::trim).filter(|part| !part.is_empty());
    addresses.clone().next().is_some() && addresses.all(is_address)
}

/// What was paid of a grouped document, for the control sums.
fn paid(document: &DocumentRecord) -> Option<Decimal> {
    Some(document.total? - document.open?)
}

/// Whether something in a column of dates can be meant as one: `Página 2` is not.
fn may_be_date(value: Value<'_>) -> bool {
    match value {
        Value::Text(text) => text.bytes().filter(u8::is_ascii_digit).count() >= 4,
        _ => true,
    }
}

/// The first date of a row whose kind has only one.
fn day_of(cells: &mut Cells<'_>) -> Option<Day> {
    [Field::Date, Field::IssueDate, Field::ClearedDate]
        .into_iter()
        .find(|field| cells.plan.column(*field).is_some())
        .and_then(|field| cells.day(field))
}

/// The first amount of a row whose kind has only one.
fn amount_of(cells: &mut Cells<'_>) -> Option<Decimal> {
    [Field::Amount, Field::Total, Field::Open, Field::Paid, Field::Credit, Field::Debit]
        .into_iter()
        .find(|field| cells.plan.column(*field).is_some())
        .and_then(|field| cells.amount(field))
}

/// A row that is no record of its kind: its own problem, or what it lacks.
fn refused(cells: Cells<'_>, what_es: &str, what_en: &str) -> Record {
    let mut worst: Option<Problem> = cells.problems.into_iter().max_by_key(|p| p.status);
    if let Some(problem) = &mut worst {
        problem.status = Status::Reject;
    }
    Record::Refused(worst.unwrap_or_else(|| problems::refused_row(&cells.place, what_es, what_en)))
}

fn movement(text: &str) -> Option<AllocationKind> {
    Some(match text.trim().to_ascii_uppercase().as_str() {
        "PAY" | "PAYMENT" | "PAGO" | "P" => AllocationKind::Payment,
        "CN" | "CREDIT_NOTE" | "NC" => AllocationKind::CreditNote,
        "REV" | "REVERSAL" | "REVERSO" | "DEVOLUCION" | "DEVOLUCIÓN" => AllocationKind::Reversal,
        "WO" | "WRITE_OFF" | "CASTIGO" => AllocationKind::WriteOff,
        _ => return None,
    })
}
