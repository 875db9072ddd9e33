//! The payments complement of a CFDI of type P (REP), versions 1.0 and 2.0.
//!
//! Decides what each payment applies to and whether its arithmetic holds. Amounts applied are in
//! the currency of the invoice; `ImpPagado ÷ EquivalenciaDR` is the same in the currency of the
//! payment (Anexo 20, complemento para recepción de pagos). Knows nothing of the invoices: a
//! receipt may well come before them.

use super::cfdi::complements;
use super::fields::{self, Fields};
use crate::problem;
use crate::record::{ApplicationRecord, DocumentKind, DocumentRecord, PaymentRecord, Status};
use crate::xml::{attribute, children};
use roxmltree::Node;
use rust_decimal::Decimal;

/// Difference that rounding to cents explains in one line.
const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Reads every `Pago` of the complements of `node`. `document` gives the payer and the stamp.
pub fn read(
    node: Node<'_, '_>,
    document: &DocumentRecord,
    fields: &mut Fields,
) -> Vec<PaymentRecord> {
    let mut payments = Vec::new();
    let found = complements(node).filter(|found| found.tag_name().name() == "Pagos");
    for payment in found.flat_map(|pagos| children(pagos, "Pago").collect::<Vec<_>>()) {
        let place = format!("Pago {}", payments.len() + 1);
        payments.push(read_payment(payment, place, document, fields));
    }
    let ignored = fields.problems.iter().any(|problem| problem.status == Status::Ignore);
    if payments.is_empty() && document.kind == DocumentKind::PaymentReceipt && !ignored {
        fields.note(problem::no_payments());
    }
    payments
}

fn read_payment(
    node: Node<'_, '_>,
    place: String,
    document: &DocumentRecord,
    fields: &mut Fields,
) -> PaymentRecord {
    let mut own = Fields::default();
    let date_text = attribute(node, "FechaPago");
    let mut payment = PaymentRecord {
        number: document.uuid.as_ref().map(|uuid| format!("{uuid} {place}")),
        payer: document.buyer.clone(),
        date: own.day("FechaPago", date_text.as_deref()),
        date_text,
        currency: attribute(node, "MonedaP").and_then(|written| fields::currency_code(&written)),
        exchange_rate: attribute(node, "TipoCambioP").and_then(|rate| fields::decimal(&rate)),
        amount: own.amount("Monto", attribute(node, "Monto")),
        method: attribute(node, "FormaDePagoP"),
        operation: attribute(node, "NumOperacion"),
        reference: attribute(node, "CtaOrdenante"),
        place,
        ..PaymentRecord::default()
    };
    own.require("FechaPago", payment.date_text.as_ref());
    own.require("Monto", attribute(node, "Monto").as_ref());
    payment.applications =
        children(node, "DoctoRelacionado").map(|line| read_application(line, &mut own)).collect();
    complete_single(&mut payment);
    // A draft proves no payment, so its arithmetic keeps nothing from the ledger.
    let gravity = match document.uuid {
        Some(_) => Status::Quarantine,
        None => Status::Warn,
    };
    check_lines(&payment, gravity, &mut own);
    check_sum(&payment, gravity, &mut own);
    for problem in &mut own.problems {
        if problem.place.is_empty() {
            problem.place.clone_from(&payment.place);
        }
        problem.status = problem.status.min(gravity);
    }
    payment.problems.clone_from(&own.problems);
    fields.problems.append(&mut own.problems);
    payment
}

fn read_application(node: Node<'_, '_>, own: &mut Fields) -> ApplicationRecord {
    // 2.0 calls it EquivalenciaDR, 1.0 TipoCambioDR: units of the invoice's currency per unit of
    // the payment's in both.
    let equivalence = attribute(node, "EquivalenciaDR").or_else(|| attribute(node, "TipoCambioDR"));
    ApplicationRecord {
        uuid: fields::uuid(attribute(node, "IdDocumento")),
        series: attribute(node, "Serie"),
        number: attribute(node, "Folio"),
        currency: attribute(node, "MonedaDR").and_then(|written| fields::currency_code(&written)),
        equivalence: own.amount("EquivalenciaDR", equivalence),
        instalment: attribute(node, "NumParcialidad").and_then(|number| number.parse().ok()),
        previous: own.amount("ImpSaldoAnt", attribute(node, "ImpSaldoAnt")),
        paid: own.amount("ImpPagado", attribute(node, "ImpPagado")),
        remaining: own.amount("ImpSaldoInsoluto", attribute(node, "ImpSaldoInsoluto")),
    }
}

/// Version 1.0 lets a payment of a single invoice leave out `ImpPagado`: it is the whole amount.
fn complete_single(payment: &mut PaymentRecord) {
    let (amount, currency) = (payment.amount, payment.currency.clone());
    if let [only] = payment.applications.as_mut_slice()
        && only.paid.is_none()
        && only.currency == currency
    {
        only.paid = amount;
    }
}

fn check_lines(payment: &PaymentRecord, gravity: Status, own: &mut Fields) {
    for (index, line) in payment.applications.iter().enumerate() {
        let place = format!("{}, documento {}", payment.place, index + 1);
        if line.uuid.is_none() || line.paid.is_none() {
            own.note(problem::incomplete_application(gravity, &place));
        }
        let (Some(previous), Some(paid), Some(remaining)) =
            (line.previous, line.paid, line.remaining)
        else {
            continue;
        };
        let expected = previous.checked_sub(paid);
        if expected.is_none_or(|expected| (expected - remaining).abs() > CENT) {
            own.note(problem::incoherent_balance(
                gravity,
                &place,
                &previous.normalize().to_string(),
                &paid.normalize().to_string(),
                &remaining.normalize().to_string(),
            ));
        }
    }
}

/// What is applied, in the currency of the payment, against what was paid.
fn check_sum(payment: &PaymentRecord, gravity: Status, own: &mut Fields) {
    let Some(amount) = payment.amount else { return };
    let Some(applied) = applied(payment) else { return };
    // Rates of six to ten decimals leave some cents per line.
    let lines = payment.applications.len() as i64;
    let slack = Decimal::new(lines + 1, 2) + amount.abs() * Decimal::new(1, 4);
    let (shown, shown_applied) = (amount.normalize().to_string(), applied.round_dp(2).normalize());
    if applied - amount > slack {
        own.note(problem::over_applied(
            gravity,
            &payment.place,
            &shown,
            &shown_applied.to_string(),
        ));
    } else if amount - applied > slack {
        let rest = (amount - applied).round_dp(2).normalize().to_string();
        own.note(problem::unapplied_rest(&payment.place, &rest));
    }
}

/// Sum of the lines in the currency of the payment; `None` when a line cannot be converted.
fn applied(payment: &PaymentRecord) -> Option<Decimal> {
    payment.applications.iter().try_fold(Decimal::ZERO, |sum, line| {
        let same = line.currency.is_none() || line.currency == payment.currency;
        let rate = match line.equivalence {
            Some(rate) if !same => rate,
            None if !same => return None,
            _ => Decimal::ONE,
        };
        sum.checked_add(line.paid?.checked_div(rate)?)
    })
}
