//! Mi día, the creditor switch and the way out.

use super::words::{self, Words};
use super::{ROWS, amount, customer_ref, shown_buckets};
use crate::web::auth;
use crate::web::cookie;
use crate::web::format::Amount;
use crate::web::part::figure::shared_currency;
use crate::web::view::PromiseLine;
use crate::web::view::home::{Case, Counters, HomeView, LastContact, NextAction, home};
use crate::web::visit::{Answer, Visit};
use puntual_core::access::Role;
use puntual_core::currency::Currency;
use puntual_service::customers::ContactLine;
use puntual_service::error::ServiceError;
use puntual_service::worklist::{self, Question, Row, Show};

impl Visit {
    /// How this reader's codes become words.
    pub(super) fn words(&self) -> Words {
        Words { locale: self.locale(), numbers: self.numbers() }
    }

    /// Whose day: an agent's own customers, everybody's for the others.
    pub(super) fn worklist(&self) -> Result<Question, ServiceError> {
        let own = self.signed.user.collector.clone().filter(|_| self.signed.role == Role::Agent);
        let show = match self.param("ver") {
            Some("promesas-hoy") => Show::PromisesToday,
            Some("promesas-rotas") => Show::PromisesBroken,
            _ => Show::Everybody,
        };
        Ok(Question {
            collector: self.param("agente").map(str::to_owned).or(own),
            show,
            page: self.page(ROWS),
            buckets: self.buckets()?,
        })
    }
}

/// `GET /`.
pub fn show(visit: &Visit) -> Answer {
    let question = visit.worklist()?;
    let today = worklist::today(visit.app(), &visit.ctx, &question)?;
    let f = visit.frame();
    let home_currency = visit.ctx.creditor.currency;
    let counted = today.counters;
    let received = counted.received_today.iter().find(|(of, _)| *of == home_currency);
    let view = HomeView {
        counters: Counters {
            to_contact: count(counted.to_contact),
            contacted: count(counted.contacted),
            promises_today: count(counted.promises_today),
            promises_broken: count(counted.promises_broken),
            disputes: count(counted.disputes),
            unapplied_payments: counted.unapplied_payments,
            without_next_action: count(counted.without_next_action),
            received_today: amount(received.map_or(0, |(_, minor)| *minor), home_currency),
        },
        currency: shared_currency(today.rows.iter().map(|row| amount(0, row.ranked_by))),
        cases: today.rows.iter().map(|row| case(visit, &question, row)).collect(),
        paging: visit.paging(ROWS, today.row_count),
    };
    visit.html(home(&f, &view))
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn case(visit: &Visit, question: &Question, row: &Row) -> Case {
    let words = visit.words();
    let buckets = shown_buckets(&question.buckets);
    let of = |minor: fn(&puntual_service::balances::Balance) -> i64| -> Amount {
        let found = row.balances.iter().find(|balance| balance.currency == row.ranked_by);
        amount(found.map_or(0, minor), row.ranked_by)
    };
    let parts = row.priority.parts.iter();
    Case {
        rank: row.place as u64,
        customer: customer_ref(&row.customer),
        tax_id: row.customer.tax_id.clone().unwrap_or_default(),
        segment: row.segment.clone(),
        why: parts.map(|part| words.why(part, row.ranked_by, row.verdict)).collect(),
        overdue: of(|balance| balance.overdue_minor),
        not_due: of(|balance| balance.not_due_minor()),
        disputed: of(|balance| balance.disputed_minor),
        oldest_days: row.oldest_overdue_days,
        bucket: buckets.get(row.bucket).copied().unwrap_or(buckets[0]),
        last: row.last_contact.as_ref().and_then(|last| last_contact(words, last)),
        promise: row.promise.as_ref().map(|promise| PromiseLine {
            amount: amount(promise.amount_minor, promise.currency),
            on: promise.promised_on,
            state: words::promise(&promise.state),
        }),
        next: row.next.as_ref().and_then(|next| next_action(words, next)),
        is_done: row.is_done,
    }
}

fn last_contact(words: Words, last: &ContactLine) -> Option<LastContact> {
    Some(LastContact {
        on: last.on,
        channel: words::channel(last.channel.as_deref()?)?,
        outcome: words.outcome(last.outcome.as_deref().unwrap_or("sent")),
    })
}

fn next_action(words: Words, next: &worklist::NextAction) -> Option<NextAction> {
    let until = next.allowed_until_minute;
    Some(NextAction {
        channel: words::channel(&next.channel)?,
        on: next.on,
        what: words.step(&next.step),
        allowed_until: until.map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60)),
        waits: next.waits.as_ref().map(|waits| {
            let minute = waits.not_before.minute;
            let hour = format!("{:02}:{:02}", minute / 60, minute % 60);
            let day = words.date(waits.not_before.day);
            let when = words.locale.fill("guard.from", &[("day", &day), ("hour", &hour)]);
            (when, format!("{}: {}", waits.rule, waits.law))
        }),
    })
}

/// `POST /salir`.
pub fn leave(visit: &Visit) -> Answer {
    auth::leave(&visit.web, &visit.headers)
}

/// `POST /acreedor`: one of those they work for; what the last page showed need not exist there, so
/// it goes back to the list it came from.
pub fn choose_creditor(visit: &Visit) -> Answer {
    let asked = visit.form.text("code");
    let mut own = visit.creditors.iter();
    let Some(chosen) = own.find(|creditor| creditor.code.eq_ignore_ascii_case(asked)) else {
        return visit.go("/", None);
    };
    let back = visit.back("/");
    let path = back.split('?').next().unwrap_or("/");
    let first = path.split('/').nth(1).unwrap_or_default();
    let mut response = auth::see_other(&format!("/{first}"));
    let secure = auth::is_secure(&visit.headers);
    auth::set(&mut response, &cookie::lasting(cookie::CREDITOR, &chosen.code, secure));
    Ok(response)
}

/// The currencies a creditor may be asked about, as choices.
pub(super) fn currency_choices(list: &[Currency]) -> Vec<crate::web::part::form::Choice> {
    list.iter().map(|c| crate::web::part::form::Choice::new(c.code(), c.code())).collect()
}
