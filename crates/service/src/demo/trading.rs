//! Everyday business: what the customers without a story are invoiced month after month, and how
//! they settle it by habit, with the accidents every ledger has (credit and debit notes, part
//! payments, withholdings, returned cheques, advances, write-offs).

use super::book::{Book, CashKey, DocId};
use super::customers::Customer;
use super::identity;
use super::random::Draw;
use puntual_core::calendar::Calendar;
use puntual_core::date::Day;

/// Quantiles of an invoice's net amount, per cent of what is usual for the customer.
const AMOUNT_PERCENT: &[i64] =
    &[8, 22, 34, 45, 56, 66, 77, 88, 100, 114, 130, 150, 178, 220, 300, 470];

/// Why credit notes are written.
const CREDIT_REASONS: &[&str] =
    &["Devolución de mercadería", "Diferencia de precio", "Descuento por volumen", "Faltante"];

/// Why debit notes are written.
const DEBIT_REASONS: &[&str] = &["Intereses por mora", "Diferencia de precio", "Flete omitido"];

/// Writes everything one customer without a story does.
pub(super) fn trade(book: &mut Book, customer: usize, seed: u64) {
    let who: &Customer = &book.customers[customer];
    let code = who.party.code.as_deref().unwrap_or_default();
    let draw = &mut Draw::new(seed, &format!("{code} trading"));
    let mut docs = Vec::new();
    for (issue, net_minor) in sales(book, who, book.first, book.today, draw) {
        let currency = match who.second_currency {
            Some(second) if draw.chance(220) => second,
            _ => who.currency,
        };
        let net_minor = book.rates.in_currency(net_minor, currency, issue).max(1);
        let in_instalments = who.terms_days >= 30 && draw.chance(35);
        let instalments = if in_instalments { draw.days(2, 4) } else { 1 };
        let due_days: Vec<Day> =
            (0..instalments).map(|part| issue + who.terms_days + 30 * part).collect();
        docs.push(book.invoice(customer, currency, issue, &due_days, net_minor));
    }
    for doc in docs {
        settle(book, doc, draw);
    }
    returned_cheques(book, customer, draw);
    if draw.chance(30) {
        let day = book.calendar.working_day_on_or_after(book.today - draw.days(3, 200));
        let amount = who.typical_net_minor * draw.between(10, 60) / 100;
        book.advance(
            customer,
            who.currency,
            day,
            book.rates.in_currency(amount, who.currency, day),
        );
    }
}

/// Days and net amounts (creditor's own currency) invoiced to a customer, in order.
fn sales(book: &Book, who: &Customer, first: Day, today: Day, draw: &mut Draw) -> Vec<(Day, i64)> {
    let mut sales = Vec::new();
    let mut month = first.month_start();
    let mut growth_milli = 940;
    while month <= today {
        let days = working_days(book.calendar, month, today);
        let whole_month = working_days(book.calendar, month, month.month_end()).len() as u64;
        let (_, number, _) = month.ymd();
        let season = identity::seasons(book.country)[number as usize - 1];
        // Expected invoices times 10⁸: rate ‰, season %, growth ‰.
        let expected = who.monthly_milli * season * growth_milli * days.len() as u64 / whole_month;
        let mut count = expected / 100_000_000;
        if draw.below(100_000_000) < expected % 100_000_000 {
            count += 1;
        }
        for _ in 0..count {
            let tail = days.len().saturating_sub(3);
            let at_month_end = month.month_end() <= today && draw.chance(250);
            let day = *draw.pick(if at_month_end { &days[tail..] } else { &days });
            let net_minor = who.typical_net_minor * draw.quantile(AMOUNT_PERCENT) / 100;
            if day >= who.since {
                sales.push((day, net_minor));
            }
        }
        month = month.add_months(1);
        growth_milli += 5;
    }
    sales.sort_by_key(|(day, _)| *day);
    sales
}

/// Working days of the month of `day`, up to `last` included.
fn working_days(calendar: &Calendar, day: Day, last: Day) -> Vec<Day> {
    let end = day.month_end().min(last);
    let days = (day.month_start().0..=end.0).map(Day);
    days.filter(|day| calendar.is_working_day(*day)).collect()
}

/// Writes how one invoice is settled, line by line.
fn settle(book: &mut Book, doc: DocId, draw: &mut Draw) {
    let issue = book.docs[doc].issue;
    let dues = book.docs[doc].dues.clone();
    let mut credited_minor = 0;
    if dues.len() == 1 && draw.chance(38) {
        let day = book.calendar.working_day_on_or_after(issue + draw.days(1, 25));
        let percent = if draw.chance(200) { 100 } else { draw.between(3, 40) };
        credited_minor = book.credit_note(doc, day, percent, draw.pick::<&str>(CREDIT_REASONS));
    }
    if draw.chance(7) {
        let day = book.calendar.working_day_on_or_after(issue + draw.days(20, 45));
        if day <= book.today {
            let reason = *draw.pick(DEBIT_REASONS);
            let note = book.debit_note(doc, day, day + 30, draw.between(2, 6), reason);
            let amount_minor = book.docs[note].total_minor;
            settle_line(book, note, day + 30, amount_minor, draw);
        }
    }
    for (due, amount_minor) in dues {
        settle_line(book, doc, due, amount_minor - credited_minor, draw);
    }
}

/// Writes how one due line is settled.
fn settle_line(book: &mut Book, doc: DocId, due: Day, amount_minor: i64, draw: &mut Draw) {
    let customers = book.customers;
    let habit = &customers[book.docs[doc].customer].habit;
    if draw.chance(habit.never_per_mille) {
        if draw.chance(500) && book.docs[doc].dues.len() == 1 {
            let day = book.calendar.working_day_on_or_after(due + draw.days(230, 320));
            book.write_off(doc, day);
        }
        return;
    }
    let late_days = habit.lateness_days(due, book.today, draw);
    let earliest = (due + late_days).max(book.docs[doc].issue + 1);
    let day = habit.run_day(book.calendar, earliest);
    let recorded_after = [0, 1, 2, 3][draw.weighted(&[66, 18, 10, 6])];
    let cheque = habit.by_cheque;
    match draw.weighted(&[945, 33, 12, 10]) {
        // In two parts.
        1 => {
            let part_minor = amount_minor * draw.between(35, 65) / 100;
            book.pay(doc, day, part_minor, cheque, recorded_after);
            let second = habit.run_day(book.calendar, day + draw.days(12, 45));
            book.pay(doc, second, amount_minor - part_minor, cheque, 0);
        }
        // Short by a withholding, which is given up after some months unless paid.
        2 => {
            let withheld_minor = amount_minor * draw.between(1, 4) / 100;
            book.pay(doc, day, amount_minor - withheld_minor, cheque, recorded_after);
            let later = book.calendar.working_day_on_or_after(day + draw.days(60, 120));
            if draw.chance(600) && later <= book.today && book.docs[doc].dues.len() == 1 {
                book.write_off(doc, later);
            }
        }
        // Short by a discount taken by itself, made good when asked for.
        3 => {
            let kept_minor = amount_minor * draw.between(2, 6) / 100;
            book.pay(doc, day, amount_minor - kept_minor, cheque, recorded_after);
            let second = habit.run_day(book.calendar, day + draw.days(20, 50));
            book.pay(doc, second, kept_minor, cheque, 0);
        }
        _ => {
            book.pay(doc, day, amount_minor, cheque, recorded_after);
        }
    }
}

/// Some cheques come back; most are made good by transfer weeks later.
fn returned_cheques(book: &mut Book, customer: usize, draw: &mut Draw) {
    if !book.customers[customer].habit.by_cheque {
        return;
    }
    let cheques: Vec<(CashKey, Vec<DocId>)> = book
        .cash
        .iter()
        .filter(|(key, cash)| key.customer == customer && cash.by_cheque)
        .map(|(key, cash)| (*key, cash.docs.clone()))
        .collect();
    for (key, docs) in cheques {
        let paid_later = |doc: &DocId| {
            book.docs[*doc].moves.iter().any(|index| book.movements[*index].day > key.day)
        };
        if docs.iter().any(paid_later) || !draw.chance(30) {
            continue;
        }
        let returned = book.calendar.working_day_on_or_after(key.day + draw.days(3, 7));
        book.bounce(key, returned);
        let again = book.calendar.working_day_on_or_after(returned + draw.days(8, 30));
        if draw.chance(800) {
            for doc in docs {
                let open_minor = book.docs[doc].open_minor;
                book.pay(doc, again, open_minor, false, 0);
            }
        }
    }
}
