//! Rows of a statement to entries, and the statement they belong to after the last of them. Reads
//! what a row says; which sign, order and year that means was proved before
//! (see [`super::prove`]).

use super::BankPlan;
use super::amounts::{Figures, Side};
use super::chain::{Follower, Order};
use super::proof::{account_key, side_in_words};
use super::rows::{self, Sort};
use super::{dates, payer, preamble, problems};
use crate::bank::Tally;
use crate::record::{
    AccountRecord, BalanceRecord, BankEntryRecord, PartyRecord, Record, StatementRecord,
};
use crate::table::cells::Cells;
use crate::table::civil;
use crate::table::convert::{Converter, Sink};
use crate::table::headers;
use crate::table::mapping::Field;
use crate::table::number;
use crate::table::problems as table_problems;
use crate::table::rows::Row;
use puntual_core::date::Day;
use puntual_core::tax_id;
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Most rows of text added to one entry.
const MAX_LINES: usize = 8;
/// Most breaks of the chain told one by one; the statement tells the rest.
const MAX_JUMPS: u32 = 50;
/// Most statements of one file; accounts beyond them share the last.
const MAX_STATEMENTS: usize = 2_000;

/// The statements of a table while their rows pass.
#[derive(Default)]
pub struct Entries {
    open: Vec<Open>,
    by_account: HashMap<String, usize>,
    pending: Option<Pending>,
    last_day: Option<Day>,
    jumps: u32,
}

/// A statement whose entries are still passing.
#[derive(Default)]
struct Open {
    statement: StatementRecord,
    tally: Tally,
    follower: Follower,
    last_balance: Option<Decimal>,
    opening: Option<Decimal>,
    closing: Option<Decimal>,
    days: Option<(Day, Day)>,
}

/// An entry that the row below may still complete.
struct Pending {
    entry: Box<BankEntryRecord>,
    last_row: usize,
    lines: usize,
}

/// Reads one row below the header.
pub fn read(
    converter: &mut Converter<'_>,
    number: usize,
    row: Row<'_>,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let plan = converter.plan;
    let Some(bank) = plan.bank.as_deref() else { return ControlFlow::Continue(()) };
    let summary = &mut converter.summary;
    match rows::sort(plan, row) {
        Sort::Header => summary.repeated_headers += 1,
        Sort::Note => summary.note_rows += 1,
        Sort::Total => summary.total_rows += 1,
        Sort::Continuation => match continued(converter, bank, number, row) {
            true => converter.summary.continuation_rows += 1,
            false => converter.summary.note_rows += 1,
        },
        sort @ (Sort::Opening | Sort::Closing) => {
            summary.total_rows += 1;
            stated_balance(converter, bank, sort, Cells::new(plan, row, number));
        }
        Sort::Entry => {
            summary.rows += 1;
            let (entry, balance) = entry(converter, bank, Cells::new(plan, row, number));
            release(converter, bank, balance, sink)?;
            converter.entries.pending = Some(Pending { entry, last_row: number, lines: 0 });
            if !bank.waits_for_next {
                return release(converter, bank, None, sink);
            }
        }
    }
    ControlFlow::Continue(())
}

/// Hands over the last entry and the statements. To be called after the last row.
pub fn finish(converter: &mut Converter<'_>, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let Some(bank) = converter.plan.bank.as_deref() else { return ControlFlow::Continue(()) };
    release(converter, bank, None, sink)?;
    for open in std::mem::take(&mut converter.entries.open) {
        let statement = open.into_statement(bank);
        converter.summary.statements += 1;
        converter.emit(Record::Statement(Box::new(statement)), sink)?;
    }
    ControlFlow::Continue(())
}

/// Adds the texts of a row to the entry above it; `false` when there is none right above.
fn continued(converter: &mut Converter<'_>, bank: &BankPlan, number: usize, row: Row<'_>) -> bool {
    let Some(pending) = &mut converter.entries.pending else { return false };
    if number > pending.last_row + 1 || pending.lines >= MAX_LINES {
        return false;
    }
    let mut cells = Cells::new(converter.plan, row, number);
    let more = texts(&mut cells, bank);
    (pending.last_row, pending.lines) = (number, pending.lines + 1);
    let text = pending.entry.text.take();
    pending.entry.text = joined(text.into_iter().chain(more));
    pending.entry.problems.append(&mut cells.problems);
    true
}

/// Opening or closing balance on a row of its own.
fn stated_balance(
    converter: &mut Converter<'_>,
    bank: &BankPlan,
    sort: Sort,
    mut cells: Cells<'_>,
) {
    let figures = Figures::read(&mut cells);
    let either = figures.balance.or(figures.amount).or(figures.credit).or(figures.debit);
    let Some(balance) = either else { return };
    let currency = cells.currency(&mut converter.memory);
    let index = converter.entries.statement_of(&cells, bank, currency.as_deref());
    let open = &mut converter.entries.open[index];
    match sort {
        Sort::Opening => open.opening = Some(balance),
        _ => open.closing = Some(balance),
    }
    if open.last_balance.is_none() {
        open.follower.start(balance);
        open.last_balance = Some(balance);
    }
}

/// One row as an entry, and its balance. Sign and sums are settled when it is released.
fn entry(
    converter: &mut Converter<'_>,
    bank: &BankPlan,
    mut cells: Cells<'_>,
) -> (Box<BankEntryRecord>, Option<Decimal>) {
    let plan = converter.plan;
    let figures = Figures::read(&mut cells);
    let currency = currency(converter, &mut cells);
    let statement = converter.entries.statement_of(&cells, bank, currency.as_deref());
    let amount = amount(converter, bank, &mut cells, &figures, currency.as_deref());
    let value_on = day(&mut cells, bank, Field::ValueDate);
    let booked_on = booked_on(converter, bank, &mut cells, value_on);
    let mut entry = Box::new(BankEntryRecord {
        account: converter.entries.open[statement].statement.account.clone(),
        statement,
        booked_on,
        value_on,
        amount,
        currency,
        is_booked: is_booked(&cells),
        bank_code: column_text(&cells, Field::EntryCode),
        bank_reference: column_text(&cells, Field::Operation),
        reference: column_text(&cells, Field::Reference),
        text: joined(texts(&mut cells, bank)),
        balance: figures.balance,
        ..BankEntryRecord::default()
    });
    other_side(&mut entry, &mut cells, bank, plan.country.as_deref());
    entry.place = cells.place;
    entry.problems = cells.problems;
    (entry, figures.balance)
}

fn currency(converter: &mut Converter<'_>, cells: &mut Cells<'_>) -> Option<String> {
    let stated = cells.currency(&mut converter.memory);
    if stated.is_some() {
        return stated;
    }
    // `579,68 USD`
    let written = [Field::Amount, Field::Credit, Field::Debit, Field::Balance];
    written.into_iter().filter(|field| cells.plan.column(*field).is_some()).find_map(|field| {
        let text = cells.text(field)?;
        let has_code = text.chars().filter(char::is_ascii_uppercase).count() == 3;
        let found = (has_code || text.contains('€')).then(|| preamble::currency_in(&text))??;
        let known = if text.contains('€') { "€" } else { &found };
        preamble::currency_code(known, cells.plan.country.as_deref())
    })
}

/// The signed amount; without one that can be read, the problem is noted.
fn amount(
    converter: &mut Converter<'_>,
    bank: &BankPlan,
    cells: &mut Cells<'_>,
    figures: &Figures,
    currency: Option<&str>,
) -> Option<Decimal> {
    let has_bad = cells.problems.iter().any(|problem| problem.code == "bad_amount");
    let net = figures.net(bank.family, bank.basis).filter(|_| !has_bad);
    let Some(net) = net else {
        if !has_bad {
            cells.problems.push(table_problems::missing(&cells.place, "missing_amount"));
        }
        return None;
    };
    let net = cells.in_currency(net, currency, &mut converter.memory);
    Some(if bank.is_turned { -net } else { net })
}

/// The day of the entry: its own, else that of the row above, else its value date.
fn booked_on(
    converter: &mut Converter<'_>,
    bank: &BankPlan,
    cells: &mut Cells<'_>,
    value_on: Option<Day>,
) -> Option<Day> {
    let before = cells.problems.len();
    let own = day(cells, bank, Field::Date);
    let day = match (own, converter.entries.last_day) {
        (Some(day), _) => Some(day),
        _ if cells.problems.len() > before => None,
        (None, _) if value_on.is_some() => value_on,
        (None, Some(above)) => {
            cells.problems.push(problems::date_from_above(&cells.place));
            Some(above)
        }
        (None, None) => {
            cells.problems.push(table_problems::missing(&cells.place, "missing_date"));
            None
        }
    };
    converter.entries.last_day = day.or(converter.entries.last_day);
    day
}

/// A date, with the year of the statement where it has none.
fn day(cells: &mut Cells<'_>, bank: &BankPlan, field: Field) -> Option<Day> {
    cells.plan.column(field)?;
    let text = cells.text(field)?;
    if civil::read(&text).is_none()
        && let Some(short) = dates::short(&text)
    {
        let found = bank.years.and_then(|years| years.resolve(short));
        if found.is_none() {
            cells.problems.push(problems::date_without_year(&cells.place, &text));
        }
        return found;
    }
    cells.day(field)
}

/// Texts of the entry, in the order of the columns.
fn texts(cells: &mut Cells<'_>, bank: &BankPlan) -> Vec<String> {
    bank.texts.iter().filter_map(|column| cells.words_at(*column)).collect()
}

/// Texts in one, without those that another contains.
fn joined(texts: impl IntoIterator<Item = String>) -> Option<String> {
    let mut whole: Option<String> = None;
    for text in texts {
        let is_zero = text.bytes().all(|b| b == b'0');
        whole = Some(match whole {
            _ if is_zero => continue,
            None => text,
            Some(whole) if whole.to_lowercase().contains(&text.to_lowercase()) => whole,
            Some(whole) if text.to_lowercase().contains(&whole.to_lowercase()) => text,
            Some(whole) => format!("{whole}; {text}"),
        });
    }
    whole
}

/// A reference or code: without the apostrophe and `.0` of spreadsheets; zeros are none.
fn column_text(cells: &Cells<'_>, field: Field) -> Option<String> {
    cells.plan.column(field)?;
    let text = cells.text(field)?;
    let text = text.trim_start_matches('\'');
    let text = text.strip_suffix(".0").filter(|whole| !whole.contains('.')).unwrap_or(text);
    let is_empty = text.bytes().all(|b| matches!(b, b'0' | b'-' | b' '));
    (!is_empty && !number::is_scientific(text)).then(|| text.to_owned())
}

/// Entries announced or taken back are told and are not money.
pub fn is_booked(cells: &Cells<'_>) -> bool {
    if cells.plan.column(Field::State).is_none() {
        return true;
    }
    let state = cells.text(Field::State).map(|text| headers::normal(&text)).unwrap_or_default();
    const NOT_BOOKED: [&str; 16] = [
        "pendiente",
        "pending",
        "retenid",
        "por confirmar",
        "en proceso",
        "declined",
        "reverted",
        "failed",
        "rechazad",
        "cancel",
        "anulad",
        "no contab",
        "in process",
        "vorgemerkt",
        "hold",
        "on hold",
    ];
    !NOT_BOOKED.iter().any(|word| state.starts_with(word))
}

/// Who is on the other side: by columns of their own, else out of the text.
fn other_side(
    entry: &mut BankEntryRecord,
    cells: &mut Cells<'_>,
    bank: &BankPlan,
    country: Option<&str>,
) {
    let own_account = entry.account.number.clone().unwrap_or_default();
    let is_own = |text: &str| {
        let same = |own: &str| same_id(own, text);
        same(&own_account)
            || bank.own_ids.iter().any(|id| same(id))
            || bank.preamble.holder_id.as_deref().is_some_and(same)
    };
    let said = entry.text.as_deref().map(|text| payer::of(text, country, &is_own));
    let said = said.unwrap_or_default();
    let mut party = PartyRecord { name: said.name, ..PartyRecord::default() };
    if let Some((id, country)) = said.tax_id {
        (party.tax_id, party.country) = (Some(id), Some(country.to_owned()));
    }
    if let Some(id) = column_text(cells, Field::TaxId).filter(|id| !is_own(id)) {
        let of = cells.plan.id_country.or_else(|| tax_id::guess_country(&id));
        let check = of.map(|country| tax_id::check(country, &id));
        let key = check.as_ref().and_then(|check| check.id()).map(|id| id.key().to_owned());
        party.country = of.map(str::to_owned);
        party.tax_id = key.or_else(|| Some(id.to_uppercase()));
    }
    if cells.plan.column(Field::CustomerName).is_some()
        && let Some(name) = cells.words(Field::CustomerName)
    {
        party.name = Some(name);
    }
    let account = column_text(cells, Field::CounterpartyAccount);
    let account = account.map(|text| text.split_whitespace().collect::<String>());
    entry.counterparty_account = account.filter(|text| !is_own(text)).or(said.account);
    entry.bank_reference = entry.bank_reference.take().or(said.tracking);
    entry.counterparty = party;
}

/// Whether two ids or accounts are the same but for punctuation, zeros in front and the country.
fn same_id(one: &str, other: &str) -> bool {
    let bare = |text: &str| -> String {
        let plain = text.chars().filter(char::is_ascii_alphanumeric);
        let plain: String = plain.map(|c| c.to_ascii_uppercase()).collect();
        let plain = plain.strip_prefix("ES").unwrap_or(&plain);
        plain.trim_start_matches('0').to_owned()
    };
    let one = bare(one);
    !one.is_empty() && one == bare(other)
}

/// Settles the entry that was kept back, sums it and hands it over. `next_balance` is the balance
/// of the entry below.
fn release(
    converter: &mut Converter<'_>,
    bank: &BankPlan,
    next_balance: Option<Decimal>,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let Some(Pending { mut entry, .. }) = converter.entries.pending.take() else {
        return ControlFlow::Continue(());
    };
    if bank.is_unsigned {
        converter.entries.sign(&mut entry, bank, next_balance);
    }
    converter.entries.count(&mut entry, bank);
    let sums = converter.sums_of(entry.currency.as_deref());
    let (debit, credit) = match entry.amount {
        Some(amount) if amount.is_sign_negative() => (-amount, Decimal::ZERO),
        Some(amount) => (Decimal::ZERO, amount),
        None => (Decimal::ZERO, Decimal::ZERO),
    };
    sums.rows += 1;
    for (sum, amount) in [(&mut sums.debit, debit), (&mut sums.credit, credit)] {
        let so_far = sum.unwrap_or_default();
        *sum = so_far.checked_add(amount).or(Some(so_far));
    }
    converter.emit(Record::BankEntry(entry), sink)
}

impl Entries {
    /// The statement a row belongs to: one for each account and currency.
    fn statement_of(
        &mut self,
        cells: &Cells<'_>,
        bank: &BankPlan,
        currency: Option<&str>,
    ) -> usize {
        let key = format!("{} {}", account_key(cells), currency.unwrap_or(""));
        if let Some(index) = self.by_account.get(&key) {
            return *index;
        }
        if self.open.len() >= MAX_STATEMENTS {
            return self.open.len() - 1;
        }
        let own = match cells.plan.has(Field::OwnAccount) {
            true => cells.text(Field::OwnAccount).map(|text| {
                let plain: String = text.split_whitespace().collect();
                preamble::account_in(&text).unwrap_or(plain)
            }),
            false => None,
        };
        let is_stated_above = self.open.is_empty();
        let open = Open {
            statement: StatementRecord {
                account: AccountRecord {
                    number: own.or_else(|| bank.preamble.account.clone()),
                    holder: bank.preamble.holder.clone(),
                    ..AccountRecord::default()
                },
                currency: currency.map(str::to_owned).or_else(|| cells.plan.currency.clone()),
                ..StatementRecord::default()
            },
            opening: bank.opening.filter(|_| is_stated_above),
            closing: bank.closing.filter(|_| is_stated_above),
            ..Open::default()
        };
        self.open.push(open);
        self.by_account.insert(key, self.open.len() - 1);
        self.open.len() - 1
    }

    /// Gives an amount without sign that of the step its balance takes.
    fn sign(&mut self, entry: &mut BankEntryRecord, bank: &BankPlan, next: Option<Decimal>) {
        let open = &self.open[entry.statement];
        let before = match bank.order {
            Some(Order::NewestFirst) => next.or(open.opening),
            _ => open.last_balance.or(open.opening),
        };
        let step = entry.balance.zip(before).map(|(balance, before)| balance - before);
        let Some(amount) = entry.amount else { return };
        let in_words = || entry.text.as_deref().and_then(side_in_words);
        entry.amount = match (step.filter(|step| step.abs() == amount.abs()), in_words()) {
            (Some(step), _) => Some(step),
            (None, Some(Side::Debit)) => Some(-amount),
            (None, Some(Side::Credit)) => Some(amount),
            (None, None) => {
                entry.problems.push(problems::sign_not_known(&entry.place));
                Some(amount)
            }
        };
    }

    /// Counts an entry into its statement and follows the balance.
    fn count(&mut self, entry: &mut BankEntryRecord, bank: &BankPlan) {
        let open = &mut self.open[entry.statement];
        open.tally.take(entry);
        if let Some(day) = entry.booked_on {
            let (first, last) = open.days.unwrap_or((day, day));
            open.days = Some((first.min(day), last.max(day)));
        }
        open.last_balance = entry.balance.or(open.last_balance);
        let is_followed = bank.is_followed && entry.is_booked;
        let Some(order) = bank.order.filter(|_| is_followed) else { return };
        let step = open.follower.step(order, entry.amount.unwrap_or_default(), entry.balance);
        if let Some((expected, balance)) = step
            && self.jumps < MAX_JUMPS
        {
            self.jumps += 1;
            entry.problems.push(problems::balance_jump(&entry.place, expected, balance));
        }
    }
}

impl Open {
    fn into_statement(mut self, bank: &BankPlan) -> StatementRecord {
        let told = match bank.order.filter(|_| bank.is_followed) {
            Some(order) => self.follower.ends(order),
            None => (None, None),
        };
        let (first, last) = self.days.unzip();
        let statement = &mut self.statement;
        statement.from = bank.period.0.or(first);
        statement.to = bank.period.1.or(last);
        let balance = |code: &str, amount: Option<Decimal>, on: Option<Day>| {
            amount.map(|amount| BalanceRecord {
                code: code.to_owned(),
                amount: Some(amount),
                currency: statement.currency.clone(),
                on,
            })
        };
        let opening = balance("opening", self.opening.or(told.0), statement.from);
        let closing = balance("closing", self.closing.or(told.1), statement.to);
        statement.balances = opening.iter().chain(&closing).cloned().collect();
        (statement.opening, statement.closing) = (opening, closing);
        let mut statement = self.statement;
        self.tally.close(&mut statement);
        statement
    }
}
