//! Banco: accounts, entries and what came back.

use super::{ROWS, amount};
use crate::web::part::badge::State;
use crate::web::url::SEARCH;
use crate::web::view::CustomerRef;
use crate::web::view::bank::{
    AccountRow, BankView, Chain, EntryRow, Known, ReturnedRow, Why, bank,
};
use crate::web::visit::{Answer, Visit};
use puntual_core::id::BankAccountId;
use puntual_service::bank::{self, AccountState, KnownPayment, Question, Returned, Row, Standing};
use std::collections::HashMap;

/// `GET /banco`.
pub fn list(visit: &Visit) -> Answer {
    let (app, ctx) = (visit.app(), &visit.ctx);
    let accounts = bank::accounts(app, ctx)?;
    let question = Question {
        account: visit.param("cuenta").and_then(|id| id.parse().ok()),
        standing: visit.param("estado").and_then(standing).unwrap_or_default(),
        text: visit.param(SEARCH).unwrap_or_default().to_owned(),
        page: visit.page(ROWS),
    };
    let listed = bank::list(app, ctx, &question)?;
    let numbers: HashMap<BankAccountId, &str> =
        accounts.iter().map(|state| (state.account.id, state.account.number.as_str())).collect();
    let count = |(standing, count): &(Standing, usize)| {
        let (state, code) = shown(*standing);
        (state, code, i64::try_from(*count).unwrap_or(i64::MAX))
    };
    let view = BankView {
        counts: listed.counts.iter().map(count).collect(),
        returned: bank::returned(app, ctx)?.iter().map(returned_row).collect(),
        rows: listed.rows.iter().map(|row| entry_row(row, &numbers)).collect(),
        paging: visit.paging(ROWS, listed.entry_count),
        accounts: accounts.iter().map(account_row).collect(),
    };
    visit.html(bank(&visit.frame(), &view))
}

/// The badge of a standing and its code in addresses.
fn shown(standing: Standing) -> (State, &'static str) {
    match standing {
        Standing::Any | Standing::Open => (State::Unidentified, "open"),
        Standing::Linked => (State::SameMoney, "linked"),
        Standing::Announced => (State::Announced, "announced"),
        Standing::Returned => (State::Returned, "returned"),
    }
}

fn standing(code: &str) -> Option<Standing> {
    bank::ALL_STANDINGS.into_iter().find(|standing| shown(*standing).1 == code)
}

fn account_row(state: &AccountState) -> AccountRow {
    let (account, last) = (&state.account, state.last.as_ref());
    AccountRow {
        id: account.id.to_string(),
        number: account.number.clone(),
        name: account.name.clone(),
        currency: account.currency,
        statements: i64::try_from(state.statements).unwrap_or(i64::MAX),
        last_on: last.and_then(|statement| statement.to_on.or(statement.from_on)),
        closing: last
            .and_then(|statement| statement.closing_minor)
            .map(|minor| amount(minor, account.currency)),
        chain: match state.chain {
            bank::Chain::Unstated => Chain::Unstated,
            bank::Chain::Closed => Chain::Closed,
            bank::Chain::Gap { after, before } => Chain::Gap(after, before),
            bank::Chain::Broken { on } => Chain::Broken(on),
        },
    }
}

fn customer(known: &KnownPayment) -> CustomerRef {
    CustomerRef { id: known.payment.customer, name: known.customer_name.clone() }
}

fn returned_row(returned: &Returned) -> ReturnedRow {
    let result = &returned.result;
    let named = [&result.end_to_end, &result.original_batch, &result.original_message];
    let why = [&result.reason, &result.reason_text].map(Option::as_deref);
    ReturnedRow {
        on: result.resulted_on,
        instruction: named.into_iter().flatten().next().cloned().unwrap_or_default(),
        mandate: result.mandate.clone(),
        amount: result.amount_minor.map(|minor| amount(minor, result.currency)),
        reason: why.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        customer: returned.payment.as_ref().map(customer),
    }
}

fn entry_row(row: &Row, numbers: &HashMap<BankAccountId, &str>) -> EntryRow {
    let entry = &row.entry;
    let references =
        [&entry.reference, &entry.creditor_reference, &entry.mandate, &entry.bank_reference];
    let mut said: Vec<&str> = Vec::new();
    for reference in references.into_iter().flatten() {
        if !said.contains(&reference.as_str()) {
            said.push(reference);
        }
    }
    let party = [&entry.counterparty_name, &entry.counterparty_tax_id].map(Option::as_deref);
    EntryRow {
        booked_on: entry.booked_on,
        value_on: entry.value_on.filter(|day| *day != entry.booked_on),
        account: numbers.get(&entry.account).copied().unwrap_or_default().to_owned(),
        text: entry.text.clone().unwrap_or_default(),
        references: said.join(" · "),
        party: party.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        amount: amount(entry.amount_minor, entry.currency),
        state: shown(row.standing).0,
        known: known(row),
        inside: i64::try_from(row.details.len()).unwrap_or(i64::MAX),
    }
}

fn known(row: &Row) -> Known {
    let why = row.entry.link_why.as_deref().map(reasons).unwrap_or_default();
    match (&row.same_as, &row.payment) {
        (Some(other), _) => {
            let key = match other.message.as_str() {
                "statement" => "bank.told_by_statement",
                _ => "bank.told_by_notification",
            };
            Known::Entry(key, other.booked_on, why)
        }
        (None, Some(payment)) => Known::Payment(customer(payment), why),
        (None, None) => Known::Nothing,
    }
}

/// The evidence kept with a link, in its own words, as pages say it.
fn reasons(kept: &str) -> Vec<Why> {
    let one = |word: &str| match word.split_once(':').unwrap_or((word, "")) {
        ("reference", reference) => Some(Why::Reference(reference.to_owned())),
        ("days_apart", days) => days.parse().ok().map(Why::DaysApart),
        ("tax_id", _) => Some(Why::Said("bank.why.tax_id")),
        ("payer_name", _) => Some(Why::Said("bank.why.payer_name")),
        ("only_one", _) => Some(Why::Said("bank.why.only_one")),
        _ => None,
    };
    kept.split(' ').filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use puntual_core::same_money::{self, Evidence};

    #[test]
    fn every_evidence_of_the_core_has_its_words() {
        let all = [
            Evidence::Reference("F101".to_owned()),
            Evidence::TaxId,
            Evidence::PayerName,
            Evidence::OnlyOne,
            Evidence::DaysApart(2),
        ];
        let shown = reasons(&same_money::words(&all));
        assert_eq!(shown.len(), all.len());
        assert_eq!(shown[0], Why::Reference("F101".to_owned()));
        assert_eq!(shown[4], Why::DaysApart(2));
    }
}
