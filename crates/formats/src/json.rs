//! A file that was read, in the words of the command-line contract: one JSON object per file.
//!
//! Decides only the shape. Amounts are the file's own, as plain decimals in strings; dates are
//! `YYYY-MM-DD`, or the file's own text where that is no date. Due dates are those the document
//! states, never those worked out from its terms.

mod bank;

use crate::read::ReadFile;
use crate::record::{
    AssignmentRecord, DocumentKind, DocumentRecord, DueSource, EventKind, EventRecord, PartyRecord,
    PaymentRecord, Problem, Record,
};
use crate::table::TableSummary;
use puntual_core::date::Day;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// The line of `puntual read` for a file.
pub fn read_line(file: &ReadFile) -> Value {
    let counts = file.counts();
    json!({
        "file": file.name,
        "format": file.format,
        "status": file.status.as_str(),
        "read": counts.read,
        "accepted": counts.accepted,
        "duplicates": counts.duplicates,
        "quarantined": counts.quarantined,
        "rejected": counts.rejected,
        "ignored": counts.ignored,
        "docs": docs(file),
        "problems": file.all_problems().into_iter().map(problem).collect::<Vec<_>>(),
    })
}

/// One problem, in both languages.
pub fn problem(problem: &Problem) -> Value {
    json!({
        "where": problem.place,
        "code": problem.code,
        "status": problem.status.as_str(),
        "message": problem.es,
        "message_en": problem.en,
    })
}

/// What a file holds: one item per entry of a zip, per sheet of a table, or per document.
pub fn docs(file: &ReadFile) -> Vec<Value> {
    if !file.members.is_empty() {
        return file.members.iter().map(member).collect();
    }
    if !file.summaries.is_empty() {
        return tables(file);
    }
    let mut returns = Vec::new();
    file.records.iter().filter_map(|record| doc(record, &mut returns)).collect()
}

/// What one record adds to them. Entries of a statement are told by it; what came back with them
/// waits in `returns` until it comes.
pub fn doc(record: &Record, returns: &mut Vec<Value>) -> Option<Value> {
    match record {
        Record::Document(found) => Some(document(found)),
        Record::Event(found) => Some(event(found)),
        Record::BankEntry(found) => {
            returns.extend(bank::returns(found));
            None
        }
        Record::Statement(found) => Some(bank::statement(found, std::mem::take(returns))),
        Record::DebitResult(found) => Some(bank::debit_result(found)),
        Record::PaymentOrder(found) => Some(bank::payment_order(found)),
        Record::Refused(found) => Some(json!({ "kind": null, "error": problem(found) })),
        _ => None,
    }
}

fn member(file: &ReadFile) -> Value {
    json!({
        "member": file.name,
        "format": file.format,
        "status": file.status.as_str(),
        "docs": docs(file),
    })
}

/// One sheet of a table.
pub fn table(summary: &TableSummary) -> Value {
    json!({
        "container": summary.container,
        "sheet": summary.sheet,
        "sheets": summary.sheets,
        "encoding": summary.encoding,
        "delimiter": summary.delimiter,
        "header_row": summary.header_row,
        "layout": summary.layout,
        "nonempty_rows": summary.nonempty_rows,
        "columns": summary.columns,
        "rows": summary.rows,
        "numbered_rows": summary.numbered_rows,
        "invalid_ids": summary.invalid_ids,
        "lists_open_items": summary.lists_open_items,
        "as_of": date(summary.as_of),
        "sum_total": amount(summary.sum_total()),
        "sum_open": amount(summary.sum_open()),
        "sum_paid": amount(summary.sum_paid()),
        "sum_debit": amount(summary.sum_debit()),
        "sum_credit": amount(summary.sum_credit()),
    })
}

/// The tables of a file. A bank statement that is a table says of itself what other statements
/// say; a table with entries of several accounts only has its sums.
fn tables(file: &ReadFile) -> Vec<Value> {
    let mut statements = file.records.iter().filter_map(|record| match record {
        Record::Statement(statement) => Some(statement),
        _ => None,
    });
    let of = |summary: &TableSummary| {
        let own: Vec<_> = statements.by_ref().take(summary.statements).collect();
        let mut out = table(summary);
        if let ([only], Value::Object(out)) = (own.as_slice(), &mut out)
            && let Value::Object(more) = bank::statement(only, Vec::new())
        {
            out.extend(more);
        }
        out
    };
    file.summaries.iter().map(of).collect()
}

/// One document, with the keys of the contract and what else the file says.
pub fn document(document: &DocumentRecord) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("kind", kind(document.kind));
    put("status", json!(document.status.as_str()));
    put("place", json!(document.place));
    put("version", json!(document.version));
    put("type_code", json!(document.type_code));
    put("series", json!(document.series));
    put("number", json!(document.number));
    put("uuid", json!(document.uuid));
    put("issue_date", issue_date(document));
    put("issued_at", json!(document.issue_text));
    put("due_dates", due_dates(document));
    put("instalments", instalments(document));
    put("terms_days", json!(document.terms_days));
    put("payment_terms", json!(document.payment_terms));
    put("payment_method", json!(document.payment_method));
    put("payment_form", json!(document.payment_form));
    put("payment_reference", json!(document.payment_reference));
    put("iban", json!(document.iban));
    put("early_payment", early_payments(document));
    put("currency", json!(document.currency_written.as_ref().or(document.currency.as_ref())));
    put("amounts_currency", json!(document.amounts_currency));
    put("exchange_rate", amount(document.exchange_rate));
    for (key, value) in amounts(document) {
        put(key, amount(value));
    }
    put("seller_id", party_id(&document.seller));
    put("seller_name", json!(document.seller.name));
    put("buyer_id", party_id(&document.buyer));
    put("buyer_name", json!(document.buyer.name));
    if !document.buyer.offices.is_empty() {
        put("buyer_offices", offices(&document.buyer));
    }
    put("lines", json!(document.lines));
    put("refs", json!(references(document)));
    if document.kind == DocumentKind::PaymentReceipt {
        put("payments", json!(document.payments.iter().map(payment).collect::<Vec<_>>()));
    }
    if let Some(earlier) = &document.duplicate_of {
        put("duplicate_of", json!(earlier));
    }
    if let Some(assignment) = &document.assignment {
        assigned(assignment, &mut out);
    }
    Value::Object(out)
}

/// The tax id; without one, the code by which the document names the party.
fn party_id(party: &PartyRecord) -> Value {
    json!(party.tax_id.as_ref().or(party.code.as_ref()))
}

fn offices(party: &PartyRecord) -> Value {
    let rows = party.offices.iter();
    json!(
        rows.map(|office| json!({
            "role": office.role.as_str(),
            "code": office.code,
            "name": office.name,
        }))
        .collect::<Vec<_>>()
    )
}

fn early_payments(document: &DocumentRecord) -> Value {
    let rows = document.early_payments.iter();
    json!(
        rows.map(|discount| json!({
            "until": date(discount.until),
            "days": discount.days,
            "percent": amount(discount.percent),
            "amount": amount(discount.amount),
            "base": amount(discount.base),
        }))
        .collect::<Vec<_>>()
    )
}

fn amounts(document: &DocumentRecord) -> [(&'static str, Option<Decimal>); 12] {
    [
        ("subtotal", document.subtotal),
        ("discount", document.discount),
        ("exempt", document.exempt),
        ("net", document.net),
        ("tax", document.tax),
        ("withheld", document.withheld),
        ("local_tax", document.local_tax),
        ("local_withheld", document.local_withheld),
        ("total", document.total),
        ("prepaid", document.prepaid),
        ("payable", document.payable.or(document.total)),
        ("deducted", document.deducted),
    ]
}

fn kind(kind: DocumentKind) -> Value {
    match kind {
        DocumentKind::Unstated => Value::Null,
        stated => json!(stated.as_str()),
    }
}

fn issue_date(document: &DocumentRecord) -> Value {
    match document.issue_date {
        Some(day) => date(Some(day)),
        None => json!(document.issue_text),
    }
}

/// The due dates of the document as a whole; where nothing is said of them apart, those believed.
fn due_dates(document: &DocumentRecord) -> Value {
    let stated = matches!(document.due_source, DueSource::Document | DueSource::Instalments);
    if !stated {
        return json!([]);
    }
    let days: Vec<Day> = match &document.stated_dues {
        Some(stated) => stated.clone(),
        None => document.dues.iter().filter_map(|due| due.date).collect(),
    };
    json!(days.into_iter().map(|day| day.to_string()).collect::<Vec<_>>())
}

fn instalments(document: &DocumentRecord) -> Value {
    if document.due_source != DueSource::Instalments {
        return json!([]);
    }
    let rows = document.dues.iter();
    json!(
        rows.map(|due| json!({ "date": date(due.date), "amount": amount(due.amount) }))
            .collect::<Vec<_>>()
    )
}

fn references(document: &DocumentRecord) -> Vec<Value> {
    document
        .references
        .iter()
        .map(|found| {
            json!({
                "effect": format!("{:?}", found.effect).to_ascii_lowercase(),
                "relation": found.relation,
                "type": found.type_code,
                "number": found.number,
                "uuid": found.uuid,
                "date": date(found.date),
                "reason": found.reason,
            })
        })
        .collect()
}

fn payment(payment: &PaymentRecord) -> Value {
    let applied = payment.applications.iter().map(|line| {
        json!({
            "uuid": line.uuid,
            "series": line.series,
            "folio": line.number,
            "currency": line.currency,
            "equivalence": amount(line.equivalence),
            "installment": line.instalment,
            "prev": amount(line.previous),
            "paid": amount(line.paid),
            "left": amount(line.remaining),
        })
    });
    json!({
        "date": payment.date_text,
        "form": payment.method,
        "currency": payment.currency,
        "rate": amount(payment.exchange_rate),
        "amount": amount(payment.amount),
        "operation": payment.operation,
        "docs": applied.collect::<Vec<_>>(),
    })
}

fn event(event: &EventRecord) -> Value {
    // The contract names the answers of Chile after the DTE.
    let chilean = event.seller.country.as_deref() == Some("CL");
    let kind = match event.kind {
        EventKind::Assigned => "assignment",
        EventKind::GoodsReceived => "goods_receipt",
        EventKind::Cancelled | EventKind::CancellationRequested => "cancellation",
        EventKind::Confirmed => "confirmation",
        EventKind::AssignmentCancelled => "assignment_cancellation",
        EventKind::Noted | EventKind::AssignmentNotified => "note",
        EventKind::Delivered if chilean => "dte_reception",
        EventKind::Delivered => "reception",
        EventKind::Accepted
        | EventKind::AcceptedWithRemarks
        | EventKind::Claimed
        | EventKind::Rejected
            if chilean =>
        {
            "dte_response"
        }
        EventKind::Accepted
        | EventKind::AcceptedWithRemarks
        | EventKind::Claimed
        | EventKind::Rejected => "response",
    };
    let mut out = json!({
        "kind": kind,
        "event": event.kind.as_str(),
        "place": event.place,
        "type_code": event.type_code,
        "number": event.number,
        "uuid": event.uuid,
        "issue_date": date(event.issue_date),
        "seller_id": event.seller.tax_id,
        "buyer_id": event.buyer.tax_id,
        "total": amount(event.total),
        "timestamp": event.at_text,
        "status": event.code,
        "status_text": event.reason,
    });
    if let (Some(assignment), Value::Object(fields)) = (&event.assignment, &mut out) {
        assigned(assignment, fields);
    }
    out
}

fn assigned(assignment: &AssignmentRecord, out: &mut Map<String, Value>) {
    out.insert("seq".to_owned(), json!(assignment.sequence));
    out.insert("assignor_id".to_owned(), json!(assignment.assignor_tax_id));
    out.insert("assignee_id".to_owned(), json!(assignment.assignee_tax_id));
    out.insert("assigned_amount".to_owned(), amount(assignment.amount));
    out.insert("last_due".to_owned(), date(assignment.last_due));
}

fn amount(value: Option<Decimal>) -> Value {
    value.map_or(Value::Null, |value| json!(value.normalize().to_string()))
}

fn date(day: Option<Day>) -> Value {
    day.map_or(Value::Null, |day| json!(day.to_string()))
}
