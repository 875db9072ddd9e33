//! The amounts of a Facturae: whether they add up, and what is to be collected.
//!
//! `InvoiceTotal` is net plus taxes less withholding; some issuers leave the withholding for the
//! amount to collect, so both are accepted. What is collected is `TotalExecutableAmount` (formats
//! reference §0.1 and §3).

use super::fields::{self, Fields};
use crate::problem;
use crate::record::DocumentRecord;
use crate::xml::{child, children, path, text};
use roxmltree::Node;
use rust_decimal::Decimal;

/// Reads `InvoiceTotals`.
pub fn read(node: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let mut amount = |name: &str| fields.amount(name, text(node, &["InvoiceTotals", name]));
    document.subtotal = amount("TotalGrossAmount");
    document.discount = amount("TotalGeneralDiscounts");
    document.net = amount("TotalGrossAmountBeforeTaxes");
    document.tax = amount("TotalTaxOutputs");
    document.withheld = amount("TotalTaxesWithheld");
    document.total = amount("InvoiceTotal");
    let on_account = amount("TotalPaymentsOnAccount");
    let outstanding = amount("TotalOutstandingAmount");
    document.payable = amount("TotalExecutableAmount").or(outstanding);
    document.prepaid = on_account.or_else(|| {
        listed(node, "PaymentsOnAccount", "PaymentOnAccount", "PaymentOnAccountAmount")
    });
    fields.require("InvoiceTotal", text(node, &["InvoiceTotals", "InvoiceTotal"]).as_ref());
    let withheld = document.withheld.or_else(|| taxes(node, "TaxesWithheld")).unwrap_or_default();
    check_total(node, document, withheld, fields);
    check_payable(node, document, withheld, fields);
}

/// A cent of rounding per line, and one for each tax total.
fn cents(document: &DocumentRecord) -> Decimal {
    Decimal::new(i64::from(document.lines.unwrap_or(0)) + 2, 2)
}

/// Sum of the taxes of a group, with the surcharge of equivalence, for invoices that leave out the
/// total of the group.
fn taxes(node: Node<'_, '_>, group: &str) -> Option<Decimal> {
    let mut sum = Decimal::ZERO;
    for tax in children(child(node, group)?, "Tax") {
        for part in ["TaxAmount", "EquivalenceSurchargeAmount"] {
            let amount = text(tax, &[part, "TotalAmount"]).and_then(|text| fields::decimal(&text));
            sum = sum.checked_add(amount.unwrap_or_default())?;
        }
    }
    Some(sum)
}

/// Sum of a list among the totals, `None` when there is no such list.
fn listed(node: Node<'_, '_>, list: &str, item: &str, amount: &str) -> Option<Decimal> {
    children(path(node, &["InvoiceTotals", list])?, item)
        .filter_map(|one| text(one, &[amount]))
        .filter_map(|text| fields::decimal(&text))
        .try_fold(Decimal::ZERO, Decimal::checked_add)
}

fn check_total(
    node: Node<'_, '_>,
    document: &DocumentRecord,
    withheld: Decimal,
    fields: &mut Fields,
) {
    let (Some(total), Some(net)) = (document.total, document.net) else { return };
    let charged = document.tax.or_else(|| taxes(node, "TaxesOutputs")).unwrap_or_default();
    let Some(gross) = net.checked_add(charged) else { return };
    let Some(computed) = gross.checked_sub(withheld) else { return };
    let difference = fields::apart(total, computed).min(fields::apart(total, gross));
    if difference > cents(document) {
        let far = difference > Decimal::ONE;
        let (total, computed) = (total.normalize().to_string(), computed.normalize().to_string());
        fields.note(problem::total_mismatch(&total, &computed, far));
    }
}

/// To collect = total − subsidies − payments on account − amounts kept back as guarantee − payment
/// in kind + disbursements + financial expenses; less the withholding, where the total has it yet.
fn check_payable(
    node: Node<'_, '_>,
    document: &DocumentRecord,
    withheld: Decimal,
    fields: &mut Fields,
) {
    let (Some(payable), Some(total)) = (document.payable, document.total) else { return };
    let parts: [(&[&str], bool); 4] = [
        (&["AmountsWithheld", "WithholdingAmount"], true),
        (&["PaymentInKind", "PaymentInKindAmount"], true),
        (&["TotalReimbursableExpenses"], false),
        (&["TotalFinancialExpenses"], false),
    ];
    let totals = child(node, "InvoiceTotals");
    let value = |names: &[&str]| {
        totals.and_then(|totals| text(totals, names)).and_then(|text| fields::decimal(&text))
    };
    let before = [document.prepaid, listed(node, "Subsidies", "Subsidy", "SubsidyAmount")];
    let before = before.into_iter().flatten().try_fold(Decimal::ZERO, Decimal::checked_add);
    let computed = parts.iter().try_fold(total, |sum, (names, minus)| {
        let part = value(names).unwrap_or_default();
        if *minus { sum.checked_sub(part) } else { sum.checked_add(part) }
    });
    let Some(computed) = computed.zip(before).and_then(|(sum, off)| sum.checked_sub(off)) else {
        return;
    };
    let slack = cents(document);
    let fits = |expected: Decimal| fields::apart(payable, expected) <= slack;
    if !fits(computed) && !computed.checked_sub(withheld).is_some_and(fits) {
        let far = payable.abs() > computed.abs().saturating_add(Decimal::ONE);
        let (payable, computed) =
            (payable.normalize().to_string(), computed.normalize().to_string());
        fields.note(problem::payable_mismatch(&payable, &computed, far));
    }
}

/// Instalments add up to what is owed or to the total, but for a cent of rounding each.
pub fn check_instalments(document: &DocumentRecord, fields: &mut Fields) {
    let sum = document
        .dues
        .iter()
        .try_fold(Decimal::ZERO, |sum, due| sum.checked_add(due.amount.unwrap_or_default()));
    let Some(sum) = sum.filter(|sum| !sum.is_zero()) else { return };
    let slack = Decimal::new(document.dues.len() as i64 + 1, 2);
    let owed = [document.payable, document.total];
    let fits = owed.iter().flatten().any(|owed| fields::apart(sum, *owed) <= slack);
    if !fits && let Some(owed) = owed.into_iter().flatten().next() {
        let (sum, owed) = (sum.normalize().to_string(), owed.normalize().to_string());
        fields.note(problem::instalments_mismatch(&sum, &owed));
    }
}
