//! The amounts of a DTE: which currency, which taxes, whether they add up, and what is left to
//! pay. Pesos have no decimals and the SII rounds VAT per document, so a peso is forgiven.

use super::fields::{self, Fields};
use crate::problem;
use crate::record::{DocumentKind, DocumentRecord};
use crate::xml::{children, path, text};
use roxmltree::Node;
use rust_decimal::Decimal;

/// Codes of `ImptoReten` that are withheld by the buyer and lower what is paid: VAT withheld in
/// whole or part by type of goods (SII, table of additional and withheld taxes).
const WITHHELD: [&str; 18] = [
    "15", "30", "31", "32", "33", "34", "36", "37", "38", "39", "41", "46", "47", "48", "49", "53",
    "301", "331",
];

/// Reads `Totales` and what the document says of payments made before it.
pub fn read(header: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    read_currency(header, document, fields);
    let field = |name: &str| text(header, &["Totales", name]);
    document.net = fields.amount("MntNeto", field("MntNeto"));
    document.exempt = fields.amount("MntExe", field("MntExe"));
    document.tax = fields.amount("IVA", field("IVA"));
    document.total = fields.amount("MntTotal", field("MntTotal"));
    document.exchange_rate =
        text(header, &["OtraMoneda", "TpoCambio"]).and_then(|rate| fields::decimal(&rate));
    fields.require("MntTotal", field("MntTotal").as_ref());
    let others = other_taxes(header, fields);
    if others.withheld != Decimal::ZERO {
        document.withheld = Some(others.withheld);
    }
    check_pesos(document, fields);
    check_vat(header, document, fields);
    check_total(header, document, &others, fields);
    read_balance(header, document, fields);
}

/// Pesos, but for exports, which name their currency in the words of the customs table.
fn read_currency(header: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    match text(header, &["Totales", "TpoMoneda"]) {
        None => document.currency = Some("CLP".to_owned()),
        Some(words) => {
            document.currency = fields::currency_code(&words);
            if document.currency.is_none() {
                fields.note(problem::unknown_currency(&words));
            }
            document.currency_written = Some(words);
        }
    }
}

/// Everything besides net, exempt and VAT.
#[derive(Default)]
struct Others {
    withheld: Decimal,
    /// Sum of all that may raise the total.
    raising: Decimal,
    /// Sum of all that may lower it.
    lowering: Decimal,
}

fn other_taxes(header: Node<'_, '_>, fields: &mut Fields) -> Others {
    let mut others = Others::default();
    let Some(totals) = path(header, &["Totales"]) else { return others };
    for row in children(totals, "ImptoReten") {
        let amount = fields.amount("ImptoReten", text(row, &["MontoImp"])).unwrap_or_default();
        let code = text(row, &["TipoImp"]).unwrap_or_default();
        if WITHHELD.contains(&code.as_str()) {
            others.withheld = others.withheld.saturating_add(amount);
            others.lowering = others.lowering.saturating_add(amount);
        } else {
            others.raising = others.raising.saturating_add(amount);
        }
    }
    for lowering in ["CredEC", "IVANoRet", "IVATerc"] {
        let amount = fields.amount(lowering, text(totals, &[lowering])).unwrap_or_default();
        others.lowering = others.lowering.saturating_add(amount);
    }
    for raising in ["GrntDep", "IVANoRet", "IVATerc", "IVAProp"] {
        let amount = fields.amount(raising, text(totals, &[raising])).unwrap_or_default();
        others.raising = others.raising.saturating_add(amount);
    }
    for commissions in children(totals, "Comisiones") {
        for part in ["ValComNeto", "ValComExe", "ValComIVA"] {
            let amount = fields.amount(part, text(commissions, &[part])).unwrap_or_default();
            others.lowering = others.lowering.saturating_add(amount);
        }
    }
    others
}

fn check_pesos(document: &DocumentRecord, fields: &mut Fields) {
    if document.currency.as_deref() != Some("CLP") {
        return;
    }
    let amounts = [
        ("MntTotal", document.total),
        ("MntNeto", document.net),
        ("MntExe", document.exempt),
        ("IVA", document.tax),
    ];
    for (field, amount) in amounts {
        if let Some(amount) = amount.filter(|amount| !amount.fract().is_zero()) {
            fields.note(problem::decimals_in_pesos(field, &amount.normalize().to_string()));
        }
    }
}

/// VAT is the rate on the net, rounded once for the document; nets worked back from gross prices
/// may be a peso off, and so may their VAT.
fn check_vat(header: Node<'_, '_>, document: &DocumentRecord, fields: &mut Fields) {
    let rate = text(header, &["Totales", "TasaIVA"]).and_then(|rate| fields::decimal(&rate));
    let (Some(rate), Some(net), Some(vat)) = (rate, document.net, document.tax) else { return };
    let Some(expected) =
        net.checked_mul(rate).map(|hundredfold| hundredfold / Decimal::ONE_HUNDRED)
    else {
        return;
    };
    if (vat - expected).abs() > Decimal::TWO {
        let expected = expected.round().normalize().to_string();
        fields.note(problem::vat_mismatch(&vat.normalize().to_string(), &expected));
    }
}

/// MntTotal = MntNeto + MntExe + IVA and the other taxes. Which of those raise the total and which
/// lower it depends on the trade, so with them a range is accepted.
fn check_total(
    header: Node<'_, '_>,
    document: &DocumentRecord,
    others: &Others,
    fields: &mut Fields,
) {
    let Some(total) = document.total else { return };
    if total.is_sign_negative() && !total.is_zero() {
        fields.note(problem::negative_total(&total.normalize().to_string()));
        return;
    }
    let export = path(header, &["Totales", "TpoMoneda"]).is_some();
    // Receipts may give the total alone, or the exempt part of a taxed one.
    let partial = document.net.is_none() && document.kind == DocumentKind::Receipt;
    if partial || (document.net.is_none() && document.exempt.is_none()) {
        return;
    }
    let parts = [document.net, document.exempt, document.tax];
    let sum =
        parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.unwrap_or_default()));
    let Some(computed) = sum else { return };
    let (Some(least), Some(most)) =
        (computed.checked_sub(others.lowering), computed.checked_add(others.raising))
    else {
        return;
    };
    let slack = Decimal::ONE;
    if total < least - slack || total > most + slack {
        let (shown, computed) = (total.normalize().to_string(), computed.normalize().to_string());
        fields.note(problem::total_mismatch(&shown, &computed, !export));
    }
}

/// What was paid at or before issue (`MntCancel`) and what is left (`SaldoInsol`).
fn read_balance(header: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let field = |name: &str| text(header, &["IdDoc", name]);
    document.prepaid = fields.amount("MntCancel", field("MntCancel"));
    let left = fields.amount("SaldoInsol", field("SaldoInsol"));
    let Some(total) = document.total else { return };
    let payable = left.or_else(|| document.prepaid.and_then(|paid| total.checked_sub(paid)));
    let Some(payable) = payable else { return };
    if payable.is_sign_negative() || payable > total {
        let (payable, total) = (payable.normalize().to_string(), total.normalize().to_string());
        fields.note(problem::odd_balance(&payable, &total));
    } else {
        document.payable = Some(payable);
    }
}

/// Instalments add up to what is owed, but for a unit of rounding each.
pub fn check_instalments(document: &DocumentRecord, fields: &mut Fields) {
    let Some(total) = document.total else { return };
    let sum = document
        .dues
        .iter()
        .try_fold(Decimal::ZERO, |sum, due| sum.checked_add(due.amount.unwrap_or_default()));
    let Some(sum) = sum else { return };
    let slack = Decimal::from(document.dues.len() as u64);
    let fits = |owed: Decimal| (sum - owed).abs() <= slack;
    if !fits(total) && !document.payable.is_some_and(fits) {
        let owed = document.payable.unwrap_or(total).normalize().to_string();
        fields.note(problem::instalments_mismatch(&sum.normalize().to_string(), &owed));
    }
}
