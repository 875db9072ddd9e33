//! Payments into the books: rows of payment files and the payments a complement proves.

use super::chunk::{Chunk, LOOKUP};
use super::verdict::{self, Verdict};
use super::{amount, keys, settle};
use crate::error::ServiceError;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, PaymentId, TxId};
use puntual_core::posting::{Posting, Source};
use puntual_formats::record::{ApplicationRecord, DocumentRecord, PaymentRecord};
use puntual_store::payment::{self, Payment};
use puntual_store::pending::Pending;
use std::collections::{HashMap, HashSet};

/// A payment with everything decided that does not depend on what is stored.
struct Draft {
    key: String,
    /// Key of the same payment as an unstamped complement proved it.
    twin_key: Option<String>,
    customer: CustomerId,
    currency: Currency,
    amount_minor: i64,
    on: Day,
    content_hash: i64,
    number: Option<String>,
    method: Option<String>,
    reference: Option<String>,
    place: String,
    /// What it pays: document key and amount.
    applications: Vec<(String, i64)>,
}

/// Takes in payment rows; answers one verdict for each, in order.
pub fn take(
    chunk: &mut Chunk<'_, '_>,
    records: &[&PaymentRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let mut prepared = Vec::with_capacity(records.len());
    for record in records {
        prepared.push(prepare(chunk, record).map(|draft| vec![draft]));
    }
    settle_prepared(chunk, prepared)
}

/// Takes in payment complements: each document record proves one or more payments.
pub fn take_complements(
    chunk: &mut Chunk<'_, '_>,
    records: &[&DocumentRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let mut prepared = Vec::with_capacity(records.len());
    for record in records {
        prepared.push(complement(chunk, record));
    }
    settle_prepared(chunk, prepared)
}

fn settle_prepared(
    chunk: &mut Chunk<'_, '_>,
    prepared: Vec<Result<Vec<Draft>, Verdict>>,
) -> Result<Vec<Verdict>, ServiceError> {
    let mut seen: HashMap<String, i64> = HashMap::new();
    let keys_of = |draft: &'_ Draft| [Some(draft.key.clone()), draft.twin_key.clone()];
    let wanted: Vec<String> =
        prepared.iter().flatten().flatten().flat_map(keys_of).flatten().collect();
    for part in wanted.chunks(LOOKUP) {
        for stored in payment::by_keys(chunk.tx, chunk.scope(), part.iter().map(String::as_str))? {
            seen.insert(stored.pay_key, stored.content_hash);
        }
    }
    let mut verdicts = Vec::with_capacity(prepared.len());
    let mut added = Vec::new();
    for drafts in prepared {
        verdicts.push(match drafts {
            Err(refused) => refused,
            Ok(drafts) => judge(&mut seen, drafts, &mut added),
        });
    }
    write(chunk, added)?;
    Ok(verdicts)
}

fn judge(seen: &mut HashMap<String, i64>, drafts: Vec<Draft>, added: &mut Vec<Draft>) -> Verdict {
    let mut verdict = Verdict::Duplicate;
    for draft in drafts {
        let twin = draft.twin_key.as_ref().and_then(|key| seen.get(key));
        if twin == Some(&draft.content_hash) {
            continue;
        }
        match seen.get(&draft.key) {
            None => {
                seen.insert(draft.key.clone(), draft.content_hash);
                added.push(draft);
                verdict = Verdict::accepted();
            }
            Some(hash) if *hash == draft.content_hash => {}
            Some(_) => {
                let number = draft.number.as_deref().unwrap_or(&draft.key);
                return verdict::quarantine(
                    &draft.place,
                    "conflict",
                    format!("El pago {number} ya está registrado con otro monto, fecha o cliente."),
                    format!(
                        "Payment {number} is already recorded with another amount, date or customer."
                    ),
                );
            }
        }
    }
    verdict
}

fn missing(place: &str, es: &str, en: &str) -> Verdict {
    verdict::quarantine(
        place,
        "missing_field",
        format!("Al pago le falta {es}."),
        format!("The payment lacks its {en}."),
    )
}

fn currency_of(
    chunk: &Chunk<'_, '_>,
    place: &str,
    code: Option<&str>,
) -> Result<Currency, Verdict> {
    match code.map(str::trim).filter(|code| !code.is_empty()) {
        None => Ok(chunk.ctx.creditor.currency),
        Some(code) => code.parse().map_err(|_| {
            verdict::quarantine(
                place,
                "unknown_currency",
                format!("La moneda {code:?} no es un código ISO 4217 conocido."),
                format!("The currency {code:?} is not a known ISO 4217 code."),
            )
        }),
    }
}

fn prepare(chunk: &mut Chunk<'_, '_>, record: &PaymentRecord) -> Result<Draft, Verdict> {
    let place = record.place.clone();
    let currency = currency_of(chunk, &place, record.currency.as_deref())?;
    let on = record.date.ok_or_else(|| missing(&place, "la fecha", "date"))?;
    let wanted = record.amount.ok_or_else(|| missing(&place, "el monto", "amount"))?;
    let amount_minor = match amount::minor(wanted, currency) {
        Ok(minor) if minor > 0 => minor,
        _ => {
            return Err(verdict::quarantine(
                &place,
                "bad_amount",
                format!("El monto {wanted} no es un pago en {currency}."),
                format!("The amount {wanted} is not a payment in {currency}."),
            ));
        }
    };
    let (customer, _) = chunk
        .directory
        .resolve(chunk.app, chunk.ctx, &record.payer)
        .ok_or_else(|| missing(&place, "el cliente", "customer"))?;
    let number = record.number.as_deref().map(keys::normal_number).filter(|n| !n.is_empty());
    if number.as_deref().is_some_and(keys::is_too_long) {
        return Err(verdict::too_long(&place));
    }
    let (amount_text, day) = (amount_minor.to_string(), on.to_string());
    let who = customer.0.to_string();
    let content_hash = keys::hash64(&[&who, currency.code(), &amount_text, &day]);
    let key = match &number {
        Some(number) => format!("n:{number}"),
        None => {
            // Two equal payments on one day are two payments: the second of a file is another.
            let text = record.reference.as_deref().unwrap_or_default();
            let operation = record.operation.as_deref().unwrap_or_default();
            let same = keys::hash64(&[&who, currency.code(), &amount_text, &day, text, operation]);
            format!("x:{same:016x}:{}", chunk.repeats(same))
        }
    };
    let applications = applications(chunk, &record.applications, currency);
    Ok(Draft {
        key,
        twin_key: None,
        customer,
        currency,
        amount_minor,
        on,
        content_hash,
        number,
        method: record.method.clone(),
        reference: record.reference.clone().or_else(|| record.operation.clone()),
        place,
        applications,
    })
}

fn applications(
    chunk: &Chunk<'_, '_>,
    records: &[ApplicationRecord],
    currency: Currency,
) -> Vec<(String, i64)> {
    records
        .iter()
        .filter_map(|application| {
            let paid_minor = amount::minor_rounded(application.paid?, currency).ok()?;
            let key = match &application.uuid {
                Some(uuid) => format!("uuid:{}", uuid.to_uppercase()),
                None => {
                    let number = keys::full_number(
                        application.series.as_deref(),
                        application.number.as_deref(),
                    );
                    let reference = puntual_formats::record::ReferenceRecord {
                        number: Some(number),
                        ..Default::default()
                    };
                    keys::reference_key(&reference, &chunk.ctx.creditor.country)?
                }
            };
            (paid_minor > 0).then_some((key, paid_minor))
        })
        .collect()
}

/// The payments of one complement. Each is split by the currency of what it pays: amounts paid are
/// in the currency of the invoice (Anexo 20, complemento de pagos).
fn complement(chunk: &mut Chunk<'_, '_>, record: &DocumentRecord) -> Result<Vec<Draft>, Verdict> {
    let number = keys::full_number(record.series.as_deref(), record.number.as_deref());
    let unstamped = format!("{number}|{}", record.issue_text.as_deref().unwrap_or_default());
    let own = record.uuid.as_ref().unwrap_or(&unstamped);
    let (customer, _) = chunk
        .directory
        .resolve(chunk.app, chunk.ctx, &record.buyer)
        .ok_or_else(|| verdict::missing(record, "customer"))?;
    let mut drafts = Vec::new();
    for (position, paid) in record.payments.iter().enumerate() {
        let place = paid.place.clone();
        let on = paid
            .date
            .or(record.issue_date)
            .ok_or_else(|| verdict::missing(record, "issue_date"))?;
        let currency = currency_of(chunk, &place, paid.currency.as_deref())?;
        for (currency, amount_minor, applications) in parts(chunk, paid, currency) {
            let texts = (amount_minor.to_string(), on.to_string(), customer.0.to_string());
            drafts.push(Draft {
                key: format!("rep:{own}:{position}:{currency}"),
                twin_key: (record.uuid.is_some() && !number.is_empty())
                    .then(|| format!("rep:{unstamped}:{position}:{currency}")),
                customer,
                currency,
                amount_minor,
                on,
                content_hash: keys::hash64(&[&texts.2, currency.code(), &texts.0, &texts.1]),
                number: (!number.is_empty()).then(|| number.clone()),
                method: paid.method.clone(),
                reference: paid.operation.clone().or_else(|| paid.reference.clone()),
                place: place.clone(),
                applications,
            });
        }
    }
    match drafts.is_empty() {
        false => Ok(drafts),
        true => Err(Verdict::Ignored),
    }
}

type Part = (Currency, i64, Vec<(String, i64)>);

fn parts(chunk: &Chunk<'_, '_>, paid: &PaymentRecord, currency: Currency) -> Vec<Part> {
    let of = |application: &ApplicationRecord| {
        application.currency.as_deref().and_then(|code| code.parse().ok()).unwrap_or(currency)
    };
    let mut currencies: Vec<Currency> = paid.applications.iter().map(of).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let received = paid.amount.and_then(|a| amount::minor_rounded(a, currency).ok()).unwrap_or(0);
    let mut applied_of_received = 0;
    let mut parts = Vec::new();
    for part in currencies {
        let mine: Vec<ApplicationRecord> =
            paid.applications.iter().filter(|a| of(a) == part).cloned().collect();
        let applications = applications(chunk, &mine, part);
        let sum: i64 = applications.iter().map(|(_, minor)| minor).sum();
        if part == currency {
            applied_of_received += sum;
        } else {
            // Units of the invoice's currency per unit of the payment's.
            let converted = mine.iter().filter_map(|a| {
                let rate = a.equivalence.filter(|rate| !rate.is_zero())?;
                amount::minor_rounded(a.paid?.checked_div(rate)?, currency).ok()
            });
            applied_of_received += converted.sum::<i64>();
        }
        parts.push((part, sum, applications));
    }
    let rest = received - applied_of_received;
    match parts.iter_mut().find(|(part, _, _)| *part == currency) {
        Some((_, sum, _)) => *sum += rest.max(0),
        None if rest > 0 => parts.push((currency, rest, Vec::new())),
        None => {}
    }
    parts.retain(|(_, sum, _)| *sum > 0);
    parts
}

fn write(chunk: &mut Chunk<'_, '_>, added: Vec<Draft>) -> Result<(), ServiceError> {
    let wanted: HashSet<String> = added
        .iter()
        .flat_map(|draft| draft.applications.iter().map(|(key, _)| key.clone()))
        .collect();
    let debts = settle::find_debts(chunk, &wanted)?;
    let mut keys_added = Vec::with_capacity(added.len());
    for draft in added {
        let id = PaymentId(chunk.app.next_id());
        let posting = Posting {
            tx: TxId(chunk.app.next_id()),
            customer: draft.customer,
            currency: draft.currency,
            effective_on: draft.on,
            recorded_on: chunk.recorded_on(draft.on),
        };
        chunk.book.post(posting.payment(id, draft.amount_minor)?);
        for (key, amount_minor) in &draft.applications {
            match debts.get(key) {
                Some(settle::Found::Debt(debt)) if debt.currency == draft.currency => {
                    let posting = settle::of_debt(chunk, debt, draft.on);
                    settle::apply(chunk, Source::Payment(id), debt, *amount_minor, posting)?;
                }
                Some(_) => {}
                None => wait(chunk, &draft, id, key, *amount_minor),
            }
        }
        chunk.book.add_payment(Payment {
            id,
            customer: draft.customer,
            pay_key: draft.key.clone(),
            content_hash: draft.content_hash,
            number: draft.number,
            received_on: draft.on,
            currency: draft.currency,
            amount_minor: draft.amount_minor,
            unapplied_minor: 0,
            method: draft.method,
            reference: draft.reference,
            import: Some(chunk.import),
            reversed_at: None,
            recorded_at: chunk.recorded_at(draft.on),
        });
        chunk.payments.insert(draft.key.clone(), id);
        keys_added.push(draft.key);
    }
    settle::serve_payments(chunk, &keys_added)
}

fn wait(chunk: &mut Chunk<'_, '_>, draft: &Draft, id: PaymentId, key: &str, amount_minor: i64) {
    chunk.waiting.push(Pending {
        id: chunk.app.next_id(),
        target_key: key.to_owned(),
        kind: "cash".to_owned(),
        source: Some(id.0),
        amount_minor: Some(amount_minor),
        currency: Some(draft.currency),
        effective_on: draft.on,
        recorded_on: chunk.recorded_on(draft.on),
        place: draft.place.clone(),
        import: Some(chunk.import),
        ..Pending::default()
    });
}
