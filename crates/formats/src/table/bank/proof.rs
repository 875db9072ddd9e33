//! What the rows of a statement prove over the whole table: how signs are written, in which order
//! rows stand, which year dates without one belong to, and (where the figures alone do not tell)
//! which sign separates decimals. Goes over the rows once more for it; holds none.

use super::amounts::{self, BASES, Family, Figures, Signs};
use super::chain::{Chain, Order, Verdict};
use super::dates::{self, ShortVotes};
use super::entries;
use super::problems;
use super::rows::{self, Sort};
use crate::read::ReadOptions;
use crate::record::Problem;
use crate::table::cells::Cells;
use crate::table::civil;
use crate::table::mapping::{DateOrder, DecimalStyle, Field, SignRule};
use crate::table::opening::Table;
use crate::table::plan::Plan;
use crate::table::proof::NumberReading;
use crate::table::rows::Row;
use puntual_core::date::Day;
use rust_decimal::Decimal;
use std::ops::ControlFlow;

/// What one pass over the rows found.
#[derive(Default)]
struct Survey {
    chain: Chain,
    /// The same by whole days, for banks that write the balance of the day beside each entry.
    days: Days,
    signs: Signs,
    shorts: ShortVotes,
    /// Days later and earlier than the row above.
    later: u64,
    earlier: u64,
    last_day: Option<Day>,
    newest: Option<Day>,
    continuations: u64,
    /// Entries that say in words what they are, with and against their sign.
    words: (u64, u64),
}

/// Proves how the statement is read and writes it into the plan. Adds what a person should know to
/// `found`, and takes away questions that the balances answer.
///
/// # Errors
/// When the source cannot be read.
pub fn prove(
    table: &mut Table<'_>,
    name: &str,
    plan: &mut Plan,
    options: &ReadOptions,
    found: &mut Vec<Problem>,
) -> Result<(), Problem> {
    settle_decimals(table, plan, found)?;
    let mut survey = survey(table, plan)?;
    if let Some(bank) = &mut plan.bank {
        let has_letters = survey.signs.letters > 0 && bank.family == Family::Signed;
        if has_letters || survey.signs.c_is_charge() {
            bank.c_is_charge = survey.signs.c_is_charge();
            bank.family = Family::Flagged;
            survey = self::survey(table, plan)?;
        }
    }
    settle_signs(plan, &survey, found);
    settle_years(plan, &survey, name, options, found);
    settle_preamble(plan);
    Ok(())
}

fn survey(table: &mut Table<'_>, plan: &Plan) -> Result<Survey, Problem> {
    let mut survey = Survey::default();
    table.each(&mut |number, row| {
        if number > plan.header_row && !row.is_blank() && !row.is_rule() {
            survey.add(plan, number, row);
        }
        ControlFlow::Continue(())
    })?;
    survey.days.close();
    Ok(survey)
}

/// The entries of one day of one account as if they were one.
#[derive(Default)]
struct Days {
    chain: Chain,
    account: String,
    day: Option<Day>,
    nets: [Option<Decimal>; 2],
    balance: Option<Decimal>,
}

impl Days {
    fn add(
        &mut self,
        account: &str,
        day: Option<Day>,
        nets: [Option<Decimal>; 2],
        balance: Option<Decimal>,
    ) {
        if day != self.day || account != self.account {
            self.close();
            self.day = day;
            account.clone_into(&mut self.account);
        }
        for (sum, net) in self.nets.iter_mut().zip(nets) {
            *sum = Some(sum.unwrap_or_default() + net.unwrap_or_default());
        }
        self.balance = balance.or(self.balance);
    }

    fn close(&mut self) {
        self.chain.add(&self.account, self.nets, self.balance);
        (self.nets, self.balance) = ([None; 2], None);
    }
}

impl Survey {
    fn add(&mut self, plan: &Plan, number: usize, row: Row<'_>) {
        let Some(bank) = &plan.bank else { return };
        match rows::sort(plan, row) {
            Sort::Entry => {}
            Sort::Continuation => {
                self.continuations += 1;
                return;
            }
            _ => return,
        }
        let mut cells = Cells::new(plan, row, number);
        if !entries::is_booked(&cells) {
            return;
        }
        let figures = Figures::read(&mut cells);
        self.signs.add(&figures);
        if plan.column(Field::DebitOrCredit).is_some() {
            self.signs.add_side(&cells.text(Field::DebitOrCredit).unwrap_or_default());
        }
        let nets = BASES.map(|basis| figures.net(bank.family, basis));
        let account = account_key(&cells);
        self.chain.add(&account, nets, figures.balance);
        self.add_date(plan, row);
        self.days.add(&account, self.last_day, nets, figures.balance);
        let said = bank.texts.iter().find_map(|column| side_in_words(&row.text(*column)));
        if let (Some(side), Some(net)) = (said, nets[0].filter(|net| !net.is_zero())) {
            let agrees = (side == amounts::Side::Credit) == net.is_sign_positive();
            self.words.0 += u64::from(agrees);
            self.words.1 += u64::from(!agrees);
        }
    }

    fn add_date(&mut self, plan: &Plan, row: Row<'_>) {
        let column = plan.column(Field::Date).or_else(|| plan.column(Field::ValueDate));
        let Some(column) = column else { return };
        let text = row.text(column);
        let order = plan.orders[column];
        let Some(day) = civil::read(&text).and_then(|written| civil::resolve(written, order))
        else {
            if let Some(short) = dates::short(&text) {
                self.shorts.add(short);
            }
            return;
        };
        if let Some(last) = self.last_day {
            self.later += u64::from(day > last);
            self.earlier += u64::from(day < last);
        }
        self.last_day = Some(day);
        self.newest = self.newest.max(Some(day));
    }

    /// The order that the dates show, when nearly all of them do.
    fn order_by_dates(&self) -> Option<Order> {
        match (self.later, self.earlier) {
            (later, earlier) if later > earlier * 8 => Some(Order::OldestFirst),
            (later, earlier) if earlier > later * 8 => Some(Order::NewestFirst),
            _ => None,
        }
    }
}

/// Account and currency of a row, by which balances are followed.
pub fn account_key(cells: &Cells<'_>) -> String {
    let part = |field: Field| match cells.plan.column(field) {
        Some(_) => cells.text(field).unwrap_or_default(),
        None => String::new(),
    };
    let (account, currency) = (part(Field::OwnAccount), part(Field::Currency));
    if currency.is_empty() { account } else { format!("{account} {currency}") }
}

/// The side that the first word of a text speaks of: money received or money spent.
pub fn side_in_words(text: &str) -> Option<amounts::Side> {
    let normal = crate::table::headers::normal(text);
    let first = normal.split(' ').next().unwrap_or("");
    let received = normal.contains("recibid") || normal.contains("received");
    match first {
        "deposito" | "abono" | "ingreso" | "deposit" | "incoming" => Some(amounts::Side::Credit),
        "retiro" | "compra" | "comision" | "cargo" | "withdrawal" | "purchase" | "comisiones" => {
            Some(amounts::Side::Debit)
        }
        "transferencia" | "spei" | "transfer" if received => Some(amounts::Side::Credit),
        _ => None,
    }
}

fn settle_signs(plan: &mut Plan, survey: &Survey, found: &mut Vec<Problem>) {
    let asked = plan.sign == SignRule::Inverted;
    let Some(bank) = &mut plan.bank else { return };
    let likely = survey.signs.likely(bank.family);
    let by_dates = survey.order_by_dates();
    let is_positive = bank.family == Family::Signed && survey.signs.amounts.1 == 0;
    bank.basis = likely;
    bank.order = by_dates;
    match survey.chain.verdict(by_dates, likely, is_positive) {
        Verdict::Proved(reading) => {
            bank.basis = reading.basis;
            bank.order = Some(reading.order);
            bank.is_turned = asked || reading.is_turned;
            bank.is_followed = bank.is_turned == reading.is_turned;
            if reading.is_turned && !asked {
                found.push(problems::signs_turned());
            }
        }
        Verdict::Unsigned(order) => {
            (bank.order, bank.is_unsigned, bank.is_followed) = (Some(order), true, true);
            found.push(problems::signs_from_balances());
        }
        Verdict::Unexplained => match survey.days.chain.verdict(by_dates, likely, false) {
            Verdict::Proved(reading) if by_dates.is_none_or(|order| order == reading.order) => {
                bank.basis = reading.basis;
                bank.order = Some(reading.order);
                bank.is_turned = asked || reading.is_turned;
                if reading.is_turned && !asked {
                    found.push(problems::signs_turned());
                }
            }
            _ => found.push(problems::balances_unexplained()),
        },
        Verdict::Nothing => {
            let (with, against) = survey.words;
            if bank.family == Family::Signed && !asked && against >= 3 && with == 0 {
                found.push(problems::doubtful_signs());
            }
        }
    }
    let looks_down = bank.is_unsigned && bank.order == Some(Order::NewestFirst);
    bank.waits_for_next = survey.continuations > 0 || looks_down;
}

/// Finds the year of dates without one: by the period above the header, other dates of the table,
/// the name of the file, the day it was received.
fn settle_years(
    plan: &mut Plan,
    survey: &Survey,
    name: &str,
    options: &ReadOptions,
    found: &mut Vec<Problem>,
) {
    if survey.shorts.seen == 0 {
        return;
    }
    let stated = plan.column(Field::Date).and_then(|column| plan.headers[column].date_order);
    let asked = options.mapping.as_ref().and_then(|mapping| mapping.date_order);
    let order = asked.or(stated).unwrap_or_else(|| survey.shorts.order());
    let Some(bank) = &mut plan.bank else { return };
    let resolved = |written: &civil::Written| civil::resolve(*written, order);
    let above = &bank.preamble;
    let certain = above
        .to
        .as_ref()
        .and_then(resolved)
        .or_else(|| above.dates.iter().filter_map(resolved).max())
        .or(above.last_named)
        .or(survey.newest);
    let assumed = || dates::last_day_named(name).or(options.received_on);
    match (certain, assumed()) {
        (Some(day), _) => bank.years = Some(survey.shorts.years(order, day)),
        (None, Some(day)) => {
            bank.years = Some(survey.shorts.years(order, day));
            found.push(problems::assumed_year(day.ymd().0));
        }
        (None, None) => found.push(problems::no_year()),
    }
}

/// Reads dates and balances above the header in the styles proved below it.
fn settle_preamble(plan: &mut Plan) {
    let column = plan.column(Field::Date).or_else(|| plan.column(Field::ValueDate));
    let order = column.map_or(DateOrder::Dmy, |column| plan.orders[column]);
    let figures = [Field::Balance, Field::Amount, Field::Credit, Field::Debit];
    let column = figures.iter().find_map(|field| plan.column(*field));
    let reading = column.map(|column| plan.numbers[column]).unwrap_or_default();
    let Some(bank) = &mut plan.bank else { return };
    let day = |written: Option<civil::Written>| written.and_then(|w| civil::resolve(w, order));
    let amount = |text: &Option<String>| text.as_deref().and_then(|text| reading.parse(text));
    let (from, to) = (day(bank.preamble.from), day(bank.preamble.to));
    bank.period = match (from, to) {
        (Some(from), Some(to)) if to < from => (Some(to), Some(from)),
        period => period,
    };
    bank.opening = amount(&bank.preamble.opening);
    bank.closing = amount(&bank.preamble.closing);
}

/// Where figures such as `833.000` leave the decimal sign open, the balances may tell; else they
/// are thousands, because no currency that is banked here has three decimals.
fn settle_decimals(
    table: &mut Table<'_>,
    plan: &mut Plan,
    found: &mut Vec<Problem>,
) -> Result<(), Problem> {
    let is_open = |problem: &Problem| {
        matches!(problem.code, "ambiguous_decimal_style" | "assumed_decimal_style")
    };
    if !found.iter().any(is_open) {
        return Ok(());
    }
    let written = plan.numbers.clone();
    let mut held = [0_u64; 2];
    let styles = [DecimalStyle::Comma, DecimalStyle::Dot];
    for (held, style) in held.iter_mut().zip(styles) {
        plan.numbers = vec![NumberReading::Style(style); written.len()];
        *held = survey(table, plan)?.chain.most_held();
    }
    plan.numbers = written;
    found.retain(|problem| !is_open(problem));
    if held[0] == held[1] {
        found.push(problems::taken_as_thousands());
        return Ok(());
    }
    let style = if held[0] > held[1] { styles[0] } else { styles[1] };
    plan.numbers = vec![NumberReading::Style(style); plan.numbers.len()];
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_words_speak_of_money_received_or_spent() {
        assert_eq!(side_in_words("DEPÓSITO EN EFECTIVO"), Some(amounts::Side::Credit));
        assert_eq!(side_in_words("SPEI RECIBIDO"), Some(amounts::Side::Credit));
        assert_eq!(side_in_words("Compra supermercado"), Some(amounts::Side::Debit));
        assert_eq!(side_in_words("Transferencia a Juan"), None);
    }
}
