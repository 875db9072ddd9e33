//! The amounts of a UBL document: its currency, its taxes, what is to be collected, and whether
//! that follows from its parts.
//!
//! What is collected is `PayableAmount`, never the total: it is less what was paid before and it is
//! rounded. EN 16931 takes allowances off before tax and the DIAN and SUNAT after it, and some
//! issuers take off the taxes withheld, so every one of those sums is accepted.

use super::fields::{self, Fields};
use super::ubl::Profile;
use crate::problem;
use crate::record::{DocumentKind, DocumentRecord};
use crate::xml::{attribute, child, children, text};
use roxmltree::Node;
use rust_decimal::Decimal;

/// Reads the monetary total and the tax totals.
pub(super) fn read(
    root: Node<'_, '_>,
    profile: Profile,
    document: &mut DocumentRecord,
    fields: &mut Fields,
) {
    let totals = ["LegalMonetaryTotal", "RequestedMonetaryTotal", "AnticipatedMonetaryTotal"];
    let totals = totals.iter().find_map(|name| child(root, name));
    read_currency(root, totals, document, fields);
    let currency = document.currency.clone().or_else(|| document.amounts_currency.clone());
    document.tax = sum_of(root, "TaxTotal", currency.as_deref(), fields);
    document.withheld = sum_of(root, "WithholdingTaxTotal", currency.as_deref(), fields);
    let mut amount =
        |name: &str| fields.amount(name, totals.and_then(|totals| text(totals, &[name])));
    document.subtotal = amount("LineExtensionAmount");
    document.net = amount("TaxExclusiveAmount");
    document.discount = amount("AllowanceTotalAmount");
    document.prepaid = amount("PrepaidAmount");
    let inclusive = amount("TaxInclusiveAmount");
    let charges = amount("ChargeTotalAmount");
    let rounding = amount("PayableRoundingAmount");
    let payable = amount("PayableAmount");
    document.total = inclusive.or(payable);
    let sums = inclusive.map(|inclusive| Sums::of(document, inclusive, charges, rounding));
    document.payable = payable.or_else(|| sums.as_ref()?.plain);
    fields.require("PayableAmount", document.total.as_ref());
    check_sign(document, fields);
    if let (Some(payable), Some(sums)) = (payable, sums) {
        sums.check(payable, document, fields);
    }
    if profile == Profile::European {
        check_total(inclusive, document, fields);
    }
}

/// The currency of the document; where it names none, that of its amounts.
fn read_currency(
    root: Node<'_, '_>,
    totals: Option<Node<'_, '_>>,
    document: &mut DocumentRecord,
    fields: &mut Fields,
) {
    let payable = totals.and_then(|totals| child(totals, "PayableAmount"));
    let beside = payable.and_then(|payable| attribute(payable, "currencyID"));
    fields.currency(document, text(root, &["DocumentCurrencyCode"]), beside.as_deref());
}

/// The sum of the totals of one kind of tax in the currency of the document. A second total states
/// the tax again in the currency of the accounts (BT-111), or without its parts in the same.
fn sum_of(
    root: Node<'_, '_>,
    name: &str,
    currency: Option<&str>,
    fields: &mut Fields,
) -> Option<Decimal> {
    let is_ours = |total: &Node<'_, '_>| {
        let written = child(*total, "TaxAmount").and_then(|tax| attribute(tax, "currencyID"));
        let code = written.and_then(|code| fields::currency_code(&code));
        code.is_none() || currency.is_none() || code.as_deref() == currency
    };
    let has_parts = |total: &Node<'_, '_>| child(*total, "TaxSubtotal").is_some();
    let ours = || children(root, name).filter(is_ours);
    let some_have_parts = ours().any(|total| has_parts(&total));
    let mut sum = None;
    for total in ours().filter(|total| has_parts(total) || !some_have_parts) {
        let tax = fields.amount(name, text(total, &["TaxAmount"]))?;
        sum = Some(sum.unwrap_or(Decimal::ZERO).checked_add(tax)?);
    }
    sum
}

/// What may be left to pay of a total, by the rules of the several profiles.
struct Sums {
    /// Total less what was paid before, rounded: the rule of EN 16931 (BR-CO-16).
    plain: Option<Decimal>,
    /// The same with allowances and charges outside the total, or less taxes withheld, or both.
    others: [Option<Decimal>; 3],
    total: Decimal,
}

impl Sums {
    fn of(
        document: &DocumentRecord,
        total: Decimal,
        charges: Option<Decimal>,
        rounding: Option<Decimal>,
    ) -> Sums {
        let less = |from: Option<Decimal>, part: Option<Decimal>| {
            from.and_then(|sum| sum.checked_sub(part.unwrap_or_default()))
        };
        let more = |from: Option<Decimal>, part: Option<Decimal>| {
            from.and_then(|sum| sum.checked_add(part.unwrap_or_default()))
        };
        let plain = more(less(Some(total), document.prepaid), rounding);
        let outside = more(less(plain, document.discount), charges);
        let others = [outside, less(plain, document.withheld), less(outside, document.withheld)];
        Sums { plain, others, total }
    }

    /// Rounding is a cent per line; beyond that it is told. Asking for more than any sum explains
    /// waits for a person.
    fn check(&self, payable: Decimal, document: &DocumentRecord, fields: &mut Fields) {
        let cents = Decimal::new(i64::from(document.lines.unwrap_or(0)) + 2, 2);
        let candidates = || self.others.into_iter().chain([self.plain]).flatten();
        if candidates().any(|sum| (payable - sum).abs() <= cents) {
            return;
        }
        let Some(plain) = self.plain else { return };
        let most = candidates().map(|sum| sum.abs()).max().unwrap_or_default();
        let slack = Decimal::ONE.max(self.total.abs() / Decimal::ONE_THOUSAND);
        let far = payable.abs() - most > slack;
        let (payable, plain) = (payable.normalize().to_string(), plain.normalize().to_string());
        fields.note(problem::payable_mismatch(&payable, &plain, far));
    }
}

/// Standards let an invoice be negative, as a correction, and let what was paid exceed it; both
/// credit the customer. A negative credit note may mean either.
pub(super) fn check_sign(document: &DocumentRecord, fields: &mut Fields) {
    let negative = |amount: Option<Decimal>| amount.filter(|amount| *amount < Decimal::ZERO);
    let shown = |amount: Decimal| amount.normalize().to_string();
    let (total, payable) = (negative(document.total), negative(document.payable));
    match (document.kind, total, payable) {
        (DocumentKind::CreditNote, Some(amount), _)
        | (DocumentKind::CreditNote, None, Some(amount)) => {
            fields.note(problem::negative_note(&shown(amount)));
        }
        (_, Some(amount), _) => fields.note(problem::negative_invoice(&shown(amount))),
        (_, None, Some(amount)) => fields.note(problem::credit_balance(&shown(amount))),
        _ => {}
    }
}

/// Net and tax make the total (BR-CO-15). The DIAN writes the base of the tax where others write
/// the net, and the SUNAT no net at all.
fn check_total(inclusive: Option<Decimal>, document: &DocumentRecord, fields: &mut Fields) {
    let (Some(total), Some(net), Some(tax)) = (inclusive, document.net, document.tax) else {
        return;
    };
    let Some(computed) = net.checked_add(tax) else { return };
    let cents = Decimal::new(i64::from(document.lines.unwrap_or(0)) + 2, 2);
    if (total - computed).abs() > cents {
        let (total, computed) = (total.normalize().to_string(), computed.normalize().to_string());
        fields.note(problem::total_mismatch(&total, &computed, false));
    }
}
