//! Statements, results of direct debits and payment orders in the words of the contract.

use super::{amount, date};
use crate::record::{
    BalanceRecord, BankEntryRecord, DebitResultRecord, OrderBatchRecord, PaymentOrderRecord,
    StatementRecord,
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// What came back with an entry: collections and transfers returned, each with its reason.
pub fn returns(entry: &BankEntryRecord) -> Vec<Value> {
    let of_details = entry.details.iter().filter(|detail| detail.return_reason.is_some());
    of_details
        .map(|detail| {
            json!({
                "end_to_end": detail.end_to_end,
                "mandate": detail.mandate,
                "amount": amount(detail.amount.map(|amount| amount.abs())),
                "reason": detail.return_reason,
                "info": detail.return_text,
            })
        })
        .collect()
}

/// One statement; its entries are told by their number and sums, what came back one by one.
pub fn statement(found: &StatementRecord, returns: Vec<Value>) -> Value {
    let mut out = json!({
        "kind": found.kind.as_str(),
        "place": found.place,
        "ns": found.version,
        "id": found.id,
        "seq": found.sequence,
        "number": found.sequence,
        "account": found.account.number,
        "bank": found.account.bank,
        "office": found.account.office,
        "holder": found.account.holder,
        "account_type": found.account.kind,
        "currency": found.currency.as_ref().filter(|_| !found.is_currency_inferred),
        "from": found.from_text.clone().map_or_else(|| date(found.from), Value::from),
        "to": found.to_text.clone().map_or_else(|| date(found.to), Value::from),
        "balances": found.balances.iter().map(balance).collect::<Vec<_>>(),
        "opening": amount(found.opening.as_ref().and_then(|opening| opening.amount)),
        "closing": amount(found.closing.as_ref().and_then(|closing| closing.amount)),
        "entries": found.entries,
        "tx_details": found.details,
        "unreadable_amounts": found.unreadable_amounts,
        "sum_credit": amount(Some(found.sum_credit)),
        "sum_debit": amount(Some(found.sum_debit)),
    });
    if !returns.is_empty() {
        out["returns"] = Value::from(returns);
    }
    for (name, value) in &found.remarks {
        out[*name] = json!(value);
    }
    out
}

fn balance(found: &BalanceRecord) -> Value {
    json!({
        "type": found.code,
        "amount": amount(found.amount),
        "currency": found.currency,
        "date": date(found.on),
    })
}

/// What became of one instruction.
pub fn debit_result(found: &DebitResultRecord) -> Value {
    json!({
        "kind": "payment_status",
        "place": found.place,
        "original_message": found.original_message,
        "original_batch": found.original_batch,
        "end_to_end": found.end_to_end,
        "mandate": found.mandate,
        "amount": amount(found.amount),
        "currency": found.currency,
        "outcome": found.outcome,
        "reason": found.reason,
        "reason_text": found.reason_text,
        "date": date(found.on),
    })
}

/// A file of instructions.
pub fn payment_order(found: &PaymentOrderRecord) -> Value {
    let lines = || found.batches.iter().flat_map(|batch| &batch.lines);
    json!({
        "kind": if found.collects { "direct_debit" } else { "credit_transfer" },
        "place": found.place,
        "ns": found.version,
        "msg_id": found.id,
        "declared_count": found.declared_count,
        "declared_sum": amount(found.declared_sum),
        "count": lines().count(),
        "sum": amount(Some(lines().filter_map(|line| line.amount).sum())),
        "batches": found.batches.iter().map(batch).collect::<Vec<_>>(),
        "end_to_end": lines().map(|line| line.end_to_end.clone()).collect::<Vec<_>>(),
    })
}

fn batch(found: &OrderBatchRecord) -> Value {
    let sum: Decimal = found.lines.iter().filter_map(|line| line.amount).sum();
    json!({
        "id": found.id,
        "local": found.instrument,
        "seq": found.sequence,
        "collection_date": date(found.on),
        "creditor_iban": found.account,
        "creditor_id": found.creditor_id,
        "count": found.lines.len(),
        "sum": amount(Some(sum)),
    })
}
