//! Conciliación: the queue of bank lines, one line, and what people decide of it.

use super::contact::{command_id, told_or_wrong};
use super::{ROWS, amount, matching_words as told, typed};
use crate::web::part::form::Typed;
use crate::web::url::SEARCH;
use crate::web::view::CustomerRef;
use crate::web::view::matching::{
    AppliedRow, IgnoredRow, LineRow, LineView, MatchingView, ProposalRow, Stand,
    line as shown_line, matching as shown,
};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::access::{Deed, may};
use puntual_core::currency::Currency;
use puntual_core::id::{BankEntryId, CustomerId, DocumentId, EventId};
use puntual_core::matching::{Adjustment, Debt, Proposal, Status};
use puntual_service::error::ServiceError;
use puntual_service::matching::{self, Accept, MatchedLine, Queue};

/// Lines set aside that are shown.
const MOST_IGNORED: usize = 20;

/// `GET /cobros`.
pub fn list(visit: &Visit) -> Answer {
    let queue = matching::queue(visit.app(), &visit.ctx, None)?;
    let asked = visit.param("estado");
    let wanted = Stand::ALL.into_iter().find(|stand| Some(stand.code()) == asked);
    let fits = |line: &&MatchedLine| wanted.is_none_or(|stand| stand_of(line) == stand);
    let lines: Vec<&MatchedLine> = queue.lines.iter().filter(fits).collect();
    let range = visit.page(ROWS).range(lines.len());
    let count = |stand: Stand| {
        let n = queue.lines.iter().filter(|line| stand_of(line) == stand).count();
        (stand, i64::try_from(n).unwrap_or(i64::MAX))
    };
    let ignored = queue.ignored.iter().take(MOST_IGNORED).map(|(entry, decision)| IgnoredRow {
        id: entry.id.to_string(),
        on: entry.booked_on,
        text: entry.text.clone().unwrap_or_default(),
        amount: amount(entry.amount_minor, entry.currency),
        why: format!("{} ({})", decision.why, decision.actor),
    });
    let view = MatchingView {
        counts: Stand::ALL.into_iter().map(count).collect(),
        rows: lines[range].iter().map(|line| row(visit, &queue, line)).collect(),
        ignored: ignored.collect(),
        paging: visit.paging(ROWS, lines.len()),
        may_apply: may(visit.ctx.role, Deed::RecordPayment),
    };
    visit.html(shown(&visit.frame(), &view))
}

fn stand_of(line: &MatchedLine) -> Stand {
    match line.found.status {
        Status::Applied => Stand::Certain,
        Status::Proposed => Stand::Proposed,
        Status::Ambiguous => Stand::Ambiguous,
        Status::None => Stand::Unknown,
    }
}

fn row(visit: &Visit, queue: &Queue, line: &MatchedLine) -> LineRow {
    let entry = &line.entry;
    let party = [&entry.counterparty_name, &entry.counterparty_tax_id].map(Option::as_deref);
    let proposals = line.found.proposals.iter();
    LineRow {
        id: entry.id.to_string(),
        on: entry.value_on.unwrap_or(entry.booked_on),
        text: entry.text.clone().unwrap_or_default(),
        party: party.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        amount: amount(entry.amount_minor, entry.currency),
        stand: stand_of(line),
        proposals: proposals.map(|one| proposal(visit, queue, one, entry.currency)).collect(),
        doubts: line.found.doubts.iter().map(|one| told::doubt(visit, queue, one)).collect(),
    }
}

fn proposal(visit: &Visit, queue: &Queue, one: &Proposal, currency: Currency) -> ProposalRow {
    let line = |(document, minor): &(DocumentId, i64)| AppliedRow {
        address: format!("/documentos/{document}"),
        number: queue.debt(*document).map(|debt| debt.number.clone()).unwrap_or_default(),
        due: queue.debt(*document).map_or(visit.ctx.today, |debt| debt.due),
        amount: amount(*minor, currency),
    };
    let sent = |(document, minor): &(DocumentId, i64)| format!("{document}:{minor}");
    let adjusted = one.adjustments.iter().map(|(document, how, minor)| {
        told::adjustment(visit, queue, *document, how, *minor, currency)
    });
    let adjusted_sent = one.adjustments.iter().map(|(document, how, minor)| {
        let how = match how {
            Adjustment::Discount => "discount".to_owned(),
            Adjustment::SmallDifference => "difference".to_owned(),
            Adjustment::CreditNote(note) => note.to_string(),
        };
        format!("{document}:{how}:{minor}")
    });
    let evidence = one.evidence.iter().map(|one| told::evidence(visit, queue, one, currency));
    ProposalRow {
        customer: customer_of(queue, one.customer),
        lines: one.lines.iter().map(line).collect(),
        adjustments: adjusted.collect(),
        on_account: Some(one.on_account_minor)
            .filter(|minor| *minor > 0)
            .map(|minor| amount(minor, currency)),
        evidence: evidence.collect(),
        lines_field: one.lines.iter().map(sent).collect::<Vec<_>>().join(" "),
        adjustments_field: adjusted_sent.collect::<Vec<_>>().join(" "),
    }
}

fn customer_of(queue: &Queue, id: CustomerId) -> CustomerRef {
    CustomerRef { id, name: queue.customer_name(id).to_owned() }
}

/// `GET /cobros/{id}`.
pub fn show(visit: &Visit) -> Answer {
    show_typed(visit, Typed::default())
}

fn show_typed(visit: &Visit, divided: Typed) -> Answer {
    let id: BankEntryId = visit.id()?;
    let queue = matching::queue(visit.app(), &visit.ctx, None)?;
    let missing = || ServiceError::NotFound(format!("bank line {id}"));
    let (line, next) = queue.line(id).ok_or_else(missing)?;
    let entry = &line.entry;
    let references =
        [&entry.reference, &entry.creditor_reference, &entry.mandate, &entry.bank_reference];
    let references: Vec<&str> = references.into_iter().flatten().map(String::as_str).collect();
    let view = LineView {
        row: row(visit, &queue, line),
        references: references.join(" · "),
        payer_account: entry.counterparty_account.clone().unwrap_or_default(),
        next: next.map(|next| next.entry.id.to_string()),
        waiting: i64::try_from(queue.lines.len()).unwrap_or(i64::MAX) - 1,
        found: found(visit, &queue, line),
        divided,
        ignore_id: EventId(visit.app().next_id()).to_string(),
        may_apply: may(visit.ctx.role, Deed::RecordPayment),
    };
    visit.html(shown_line(&visit.frame(), &view))
}

/// What a search offers: documents, then customers on whose account the money may stay.
fn found(visit: &Visit, queue: &Queue, line: &MatchedLine) -> Vec<ProposalRow> {
    let Some(text) = visit.param(SEARCH) else { return Vec::new() };
    let entry = &line.entry;
    let offer = |customer: CustomerId, lines: Vec<(DocumentId, i64)>| {
        let placed: i64 = lines.iter().map(|(_, minor)| minor).sum();
        let one = Proposal {
            customer,
            lines,
            adjustments: Vec::new(),
            on_account_minor: entry.amount_minor - placed,
            evidence: Vec::new(),
            rule: None,
        };
        proposal(visit, queue, &one, entry.currency)
    };
    let of_debt = |debt: &Debt| {
        let open: i64 = debt.instalments.iter().sum();
        offer(debt.customer, vec![(debt.document, open.min(entry.amount_minor))])
    };
    let debts = queue.find_debts(text, entry.currency).into_iter().map(of_debt);
    let customers = queue.find_customers(text).into_iter().map(|id| offer(id, Vec::new()));
    debts.chain(customers).collect()
}

/// Where to go after a line is decided: the next one, or the queue.
fn onwards(visit: &Visit) -> String {
    match visit.form.text("siguiente").parse::<BankEntryId>() {
        Ok(next) => format!("/cobros/{next}"),
        Err(_) => "/cobros".to_owned(),
    }
}

/// `POST /cobros/{id}/aplicar`.
pub fn accept(visit: &Visit) -> Answer {
    let entry: BankEntryId = visit.id()?;
    let deed = || -> Result<Accept, ServiceError> {
        let lines = visit.form.text("lines").split_whitespace().map(line_sent);
        let adjustments = visit.form.text("adjustments").split_whitespace().map(adjustment_sent);
        Ok(Accept {
            entry,
            customer: visit.form.text("customer").parse().ok(),
            lines: lines.collect::<Result<_, _>>()?,
            adjustments: adjustments.collect::<Result<_, _>>()?,
            remembers_payer: visit.form.text("recordar") == "1",
        })
    };
    applied(visit, entry, deed())
}

fn applied(visit: &Visit, entry: BankEntryId, command: Result<Accept, ServiceError>) -> Answer {
    let done = command.and_then(|command| matching::accept(visit.app(), &visit.ctx, &command));
    let here = format!("/cobros/{entry}");
    match done {
        Ok(receipt) => {
            let payment = &receipt.payment;
            let paid = visit.words().money(payment.amount_minor, payment.currency);
            let text = visit.locale().fill("flash.matched", &[("amount", &paid)]);
            let told = match may(visit.ctx.role, Deed::ReversePayment) {
                true => Told::done(text).undone_at(format!("{here}/deshacer")),
                false => Told::done(text),
            };
            visit.go(&onwards(visit), Some(told))
        }
        Err(ServiceError::Conflict(_)) => {
            visit.go(&here, Some(Told::problem(visit.locale().t("matching.changed"))))
        }
        failed => told_or_wrong(visit, &here, failed, "flash.matched"),
    }
}

fn not_understood(field: &str) -> ServiceError {
    ServiceError::invalid(field, "not_a_number")
}

/// `doc_…:minor`, as the page wrote it.
fn line_sent(text: &str) -> Result<(DocumentId, i64), ServiceError> {
    let (document, minor) = text.split_once(':').ok_or_else(|| not_understood("lines"))?;
    let document = document.parse().map_err(|_| not_understood("lines"))?;
    Ok((document, minor.parse().map_err(|_| not_understood("lines"))?))
}

/// `doc_…:how:minor`, as the page wrote it.
fn adjustment_sent(text: &str) -> Result<(DocumentId, Adjustment, i64), ServiceError> {
    let wrong = || not_understood("adjustments");
    let mut parts = text.split(':');
    let (Some(document), Some(how), Some(minor), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong());
    };
    let how = match how {
        "discount" => Adjustment::Discount,
        "difference" => Adjustment::SmallDifference,
        note => Adjustment::CreditNote(note.parse().map_err(|_| wrong())?),
    };
    let document = document.parse().map_err(|_| wrong())?;
    Ok((document, how, minor.parse().map_err(|_| wrong())?))
}

/// `POST /cobros/{id}/dividir`: a document and an amount per line; the rest stays on account.
pub fn divide(visit: &Visit) -> Answer {
    let entry: BankEntryId = visit.id()?;
    let queue = matching::queue(visit.app(), &visit.ctx, None)?;
    let missing = || ServiceError::NotFound(format!("bank line {entry}"));
    let (line, _) = queue.line(entry).ok_or_else(missing)?;
    let text = visit.form.text("lines");
    let written = text.lines().filter(|one| !one.trim().is_empty());
    let read: Result<Vec<(DocumentId, i64)>, String> =
        written.map(|one| divided(visit, &queue, line, one)).collect();
    match read {
        Ok(lines) if !lines.is_empty() => {
            let command = Accept {
                entry,
                customer: None,
                lines,
                adjustments: Vec::new(),
                remembers_payer: false,
            };
            applied(visit, entry, Ok(command))
        }
        Ok(_) => show_typed(visit, refused(visit, text, visit.words().wrong("missing"))),
        Err(what) => show_typed(visit, refused(visit, text, what)),
    }
}

fn refused(_: &Visit, text: &str, error: String) -> Typed {
    Typed { value: text.to_owned(), error: Some(error) }
}

/// `F-1042 400.000`: all that is open where no amount is written.
fn divided(
    visit: &Visit,
    queue: &Queue,
    line: &MatchedLine,
    text: &str,
) -> Result<(DocumentId, i64), String> {
    let currency = line.entry.currency;
    let text = text.trim();
    let wrong =
        |number: &str| visit.locale().fill("matching.no_such_document", &[("number", number)]);
    if let Some(debt) = queue.numbered(text, currency) {
        return Ok((debt.document, debt.instalments.iter().sum()));
    }
    let (number, sum) = text.rsplit_once(char::is_whitespace).ok_or_else(|| wrong(text))?;
    let debt = queue.numbered(number, currency).ok_or_else(|| wrong(number))?;
    let minor = typed::amount(sum, visit.numbers(), currency)
        .ok_or_else(|| visit.words().wrong("not_an_amount"))?;
    Ok((debt.document, minor))
}

/// `POST /cobros/{id}/apartar`: no payment of a customer.
pub fn ignore(visit: &Visit) -> Answer {
    let entry: BankEntryId = visit.id()?;
    let id: EventId = command_id(visit)?;
    let deed = matching::ignore(visit.app(), &visit.ctx, id, entry, visit.form.text("why"));
    match deed {
        Ok(()) => {
            let told = Told::done(visit.locale().t("flash.set_aside"))
                .undone_at(format!("/cobros/{entry}/reponer"));
            visit.go(&onwards(visit), Some(told))
        }
        failed => told_or_wrong(visit, &format!("/cobros/{entry}"), failed, "flash.set_aside"),
    }
}

/// `POST /cobros/{id}/reponer`: it is looked at again.
pub fn unignore(visit: &Visit) -> Answer {
    let entry: BankEntryId = visit.id()?;
    matching::unignore(visit.app(), &visit.ctx, entry)?;
    visit.go(&format!("/cobros/{entry}"), Some(Told::done(visit.locale().t("flash.waits_again"))))
}

/// `POST /cobros/{id}/deshacer`: everything is as it was before the line was applied.
pub fn undo(visit: &Visit) -> Answer {
    let entry: BankEntryId = visit.id()?;
    let why = match visit.form.text("why") {
        "" => visit.locale().t("matching.undone"),
        why => why,
    };
    matching::undo(visit.app(), &visit.ctx, entry, why)?;
    visit.go(&format!("/cobros/{entry}"), Some(Told::done(visit.locale().t("flash.waits_again"))))
}

/// `POST /cobros/aplicar`: every line a rule allows.
pub fn apply_allowed(visit: &Visit) -> Answer {
    let queue = matching::queue(visit.app(), &visit.ctx, None)?;
    let applied = matching::apply_allowed(visit.app(), &visit.ctx, &queue)?;
    let count = applied.len().to_string();
    let text = visit.locale().fill("flash.matched_all", &[("n", &count)]);
    visit.go("/cobros", Some(Told::done(text)))
}
