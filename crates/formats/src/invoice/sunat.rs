//! What the SUNAT (Peru) adds to UBL: the form of payment with its instalments, what the buyer
//! deducts by law, the codes of its notes, and its receipts (CDR).
//!
//! The credit of an invoice is less than its total when part is withheld (retención), goes to the
//! seller's account at the Banco de la Nación (detracción) or was paid at once; that part is told
//! apart, so that nobody is asked for it. Sources: Resolución de Superintendencia 193-2020/SUNAT,
//! SUNAT guides of UBL 2.0 and 2.1 with their catalogues; formats reference §4.

use super::fields::{self, Fields};
use crate::problem;
use crate::record::{
    DocumentKind, DocumentRecord, DueRecord, EventKind, EventRecord, PartyRecord, ReferenceEffect,
    ReferenceRecord, Status,
};
use crate::xml::{attribute, child, children, name, text};
use roxmltree::Node;
use rust_decimal::Decimal;

/// `Contado` or `Credito`, as written.
pub(super) fn form_of_payment(root: Node<'_, '_>) -> Option<String> {
    forms(root).find(|form| !is_instalment(form)).map(|form| form.means)
}

/// One of the payment terms of id `FormaPago`.
struct Form<'a, 'i> {
    means: String,
    terms: Node<'a, 'i>,
}

fn forms<'a, 'i: 'a>(root: Node<'a, 'i>) -> impl Iterator<Item = Form<'a, 'i>> + use<'a, 'i> {
    terms_of(root, "FORMAPAGO").filter_map(|terms| {
        let means = text(terms, &["PaymentMeansID"])?;
        Some(Form { means, terms })
    })
}

fn is_instalment(form: &Form<'_, '_>) -> bool {
    form.means.to_ascii_uppercase().starts_with("CUOTA")
}

/// Payment terms of an id, however accented.
fn terms_of<'a, 'i: 'a>(
    root: Node<'a, 'i>,
    wanted: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    children(root, "PaymentTerms").filter(move |terms| {
        let id = text(*terms, &["ID"]).unwrap_or_default().to_uppercase().replace('Ó', "O");
        id == wanted
    })
}

/// The instalments of an invoice on credit (`Cuota001` …).
pub(super) fn instalments(root: Node<'_, '_>, fields: &mut Fields) -> Vec<DueRecord> {
    forms(root)
        .filter(is_instalment)
        .map(|form| DueRecord {
            date: fields
                .day("Cuota/PaymentDueDate", text(form.terms, &["PaymentDueDate"]).as_deref()),
            amount: fields.amount("Cuota/Amount", text(form.terms, &["Amount"])),
        })
        .collect()
}

/// Reads what only the SUNAT writes into a document already read.
pub(super) fn read(root: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    document.references.extend(advances(root));
    if document.kind == DocumentKind::CreditNote {
        check_note(document, fields);
    } else {
        read_deductions(root, document, fields);
        check_perception(root, document, fields);
    }
}

/// Invoices of advances that this one takes off (catalogue 12, codes 02 and 03; in UBL 2.0 the id of
/// the prepaid payment).
fn advances(root: Node<'_, '_>) -> Vec<ReferenceRecord> {
    let advance = |number: Option<String>, code: &str| {
        let number = number.filter(|number| number.contains('-'))?;
        let type_code = match code {
            "02" => "01",
            "03" => "03",
            _ => return None,
        };
        Some(ReferenceRecord {
            effect: ReferenceEffect::AppliesAdvance,
            type_code: Some(type_code.to_owned()),
            number: Some(number),
            ..ReferenceRecord::default()
        })
    };
    let additional = children(root, "AdditionalDocumentReference").filter_map(|node| {
        advance(text(node, &["ID"]), &text(node, &["DocumentTypeCode"]).unwrap_or_default())
    });
    let prepaid = children(root, "PrepaidPayment").filter_map(|node| {
        let id = child(node, "ID")?;
        advance(text(id, &[]), &attribute(id, "schemeID").unwrap_or_default())
    });
    let mut found: Vec<ReferenceRecord> = additional.chain(prepaid).collect();
    found.dedup();
    found
}

/// A note that does not say the type of what it names: the series tells a boleta from an invoice.
pub(super) fn complete(reference: &mut ReferenceRecord) {
    let series = reference.number.as_deref().unwrap_or("").to_uppercase();
    let boleta = series.starts_with('B') || series.starts_with("EB");
    let implied = || if boleta { "03" } else { "01" }.to_owned();
    reference.type_code.get_or_insert_with(implied);
}

/// Catalogue 09: what a credit note does to the invoice it names.
pub(super) fn effect(code: &str) -> ReferenceEffect {
    match code {
        // Annulment, wrong RUC, return of everything.
        "01" | "02" | "06" => ReferenceEffect::Cancels,
        // Description; amounts and dates of instalments, which leave the total as it is.
        "03" | "13" => ReferenceEffect::CorrectsText,
        _ => ReferenceEffect::Adjusts,
    }
}

fn check_note(document: &DocumentRecord, fields: &mut Fields) {
    let is = |code: &str| {
        document.references.iter().any(|found| found.relation.as_deref() == Some(code))
    };
    let total = document.payable.or(document.total).unwrap_or_default();
    if (is("03") || is("13")) && !total.is_zero() {
        fields.note(problem::text_note_with_amount(&total.normalize().to_string()));
    }
    if is("13") {
        let dates = document.dues.iter().filter_map(|due| due.date);
        let dates: Vec<String> = dates.map(|day| day.to_string()).collect();
        fields.note(problem::rescheduled(&dates.join(", ")));
    }
}

/// Detracción and retención as a document states them, in its own currency and in another.
#[derive(Default)]
struct Deductions {
    ours: Decimal,
    foreign: Option<String>,
}

impl Deductions {
    fn add(&mut self, holder: Node<'_, '_>, document: &DocumentRecord, fields: &mut Fields) {
        let (field, written) = ("PaymentTerms/Amount", amount_node(holder));
        let amount = fields.amount(field, written.and_then(|node| text(node, &[])));
        let code = written.and_then(|node| attribute(node, "currencyID"));
        let Some(amount) = amount.filter(|amount| *amount > Decimal::ZERO) else { return };
        match code {
            Some(code) if document.currency.as_deref().is_some_and(|ours| ours != code) => {
                self.foreign = Some(format!("{} {code}", amount.normalize()));
            }
            _ => self.ours = self.ours.saturating_add(amount),
        }
    }
}

fn amount_node<'a, 'i>(holder: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    child(holder, "Amount").or_else(|| child(holder, "PayableAmount"))
}

/// The part of the amount to pay that is not asked for: what the credit leaves out; without credit,
/// what is deducted by law.
fn read_deductions(root: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let mut stated = Deductions::default();
    for terms in terms_of(root, "DETRACCION").chain(monetary_totals(root, "2003")) {
        stated.add(terms, document, fields);
    }
    // Catalogue 53, code 62: retención del IGV.
    for row in children(root, "AllowanceCharge") {
        let discount = text(row, &["ChargeIndicator"]).as_deref() == Some("false");
        if discount && text(row, &["AllowanceChargeReasonCode"]).as_deref() == Some("62") {
            stated.add(row, document, fields);
        }
    }
    let Some(payable) = document.payable.filter(|payable| *payable > Decimal::ZERO) else { return };
    match asked(root, document, payable, fields) {
        Some(asked) if asked < payable => {
            let rest = payable - asked;
            // The detracción is deposited in whole soles.
            let explained = (rest - stated.ours).abs() <= Decimal::ONE || stated.foreign.is_some();
            if !explained {
                let (payable, asked) = (payable.normalize(), asked.normalize());
                fields.note(problem::part_not_asked(&payable.to_string(), &asked.to_string()));
            }
            document.deducted = Some(rest);
        }
        Some(_) => {}
        None => {
            if let Some(amount) = stated.foreign {
                fields.note(problem::deduction_in_other_currency(&amount));
            }
            document.deducted =
                Some(stated.ours).filter(|sum| *sum > Decimal::ZERO && *sum < payable);
        }
    }
}

/// What is on credit: the amount of the credit, else the sum of its instalments.
fn asked(
    root: Node<'_, '_>,
    document: &DocumentRecord,
    payable: Decimal,
    fields: &mut Fields,
) -> Option<Decimal> {
    let credit = forms(root).find(|form| form.means.to_uppercase().starts_with("CR"));
    let credit =
        credit.and_then(|form| fields.amount("FormaPago/Amount", text(form.terms, &["Amount"])));
    let parts = document.dues.iter().map(|due| due.amount);
    let sum = parts.collect::<Option<Vec<Decimal>>>().filter(|parts| !parts.is_empty());
    let sum = sum.and_then(|parts| parts.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add));
    let asked = credit.or(sum)?;
    let cents = Decimal::new(document.dues.len() as i64 + 1, 2);
    let parts_differ = sum.is_some_and(|sum| (sum - asked).abs() > cents);
    if parts_differ || asked - payable > cents {
        let sum = sum.unwrap_or(asked).normalize().to_string();
        let owed = asked.min(payable).normalize().to_string();
        fields.note(problem::instalments_mismatch(&sum, &owed));
    }
    (asked > Decimal::ZERO).then_some(asked)
}

/// The additional totals of UBL 2.0, which stand in an extension (catalogue 14).
fn monetary_totals<'a, 'i: 'a>(
    root: Node<'a, 'i>,
    wanted: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    let extensions = child(root, "UBLExtensions").into_iter().flat_map(|all| all.descendants());
    extensions.filter(move |node| {
        name(*node) == "AdditionalMonetaryTotal" && text(*node, &["ID"]).as_deref() == Some(wanted)
    })
}

/// The percepción is collected with the document and stands outside its total.
fn check_perception(root: Node<'_, '_>, document: &DocumentRecord, fields: &mut Fields) {
    let new = terms_of(root, "PERCEPCION").filter_map(|terms| text(terms, &["Amount"]));
    let old = monetary_totals(root, "2001").filter_map(|total| text(total, &["TotalAmount"]));
    let with_it = new.chain(old).next().and_then(|amount| fields::decimal(&amount));
    if let Some(amount) = with_it.filter(|amount| Some(*amount) > document.payable) {
        fields.note(problem::perception_apart(&amount.normalize().to_string()));
    }
}

/// What the SUNAT or an OSE answered to one document (constancia de recepción): code 0 is
/// accepted, from 4000 on accepted with remarks, anything below refused.
pub(super) fn receipt(
    root: Node<'_, '_>,
    response: Node<'_, '_>,
    fields: &mut Fields,
) -> EventRecord {
    let party = |id: Option<String>| PartyRecord {
        tax_id: fields::tax_id(id),
        country: Some("PE".to_owned()),
        ..PartyRecord::default()
    };
    let code = text(response, &["Response", "ResponseCode"]);
    let description = text(response, &["Response", "Description"]).unwrap_or_default();
    let reference = child(response, "DocumentReference");
    let number = reference
        .and_then(|reference| text(reference, &["ID"]))
        .or_else(|| text(response, &["Response", "ReferenceID"]));
    let stated = reference.and_then(|reference| text(reference, &["DocumentTypeCode"]));
    let type_code = stated.or_else(|| type_in_words(&description).map(str::to_owned));
    let issuer = child(response, "IssuerParty").or_else(|| child(root, "ReceiverParty"));
    // "6-20100070970": the kind of id, then the id.
    let buyer =
        child(response, "RecipientParty").and_then(party_id).map(|id| match id.split_once('-') {
            Some((kind, id)) if kind.len() == 1 => id.to_owned(),
            _ => id,
        });
    let remarks: Vec<String> = children(root, "Note").filter_map(|note| text(note, &[])).collect();
    let kind = verdict(code.as_deref(), !remarks.is_empty(), fields);
    let said = [description].into_iter().filter(|said| !said.is_empty());
    let reason = said.chain(remarks).collect::<Vec<_>>().join("; ");
    if kind == EventKind::Rejected {
        fields.note(problem::refused_by_tax_office(Status::Warn, &reason));
    } else if is_no_debt(number.as_deref(), type_code.as_deref()) {
        let (es, en) = ("Constancia de una nota, baja o resumen", "Receipt of a note or summary");
        fields.note(problem::not_a_receivable(es, en));
    }
    fields.require("DocumentReference/ID", number.as_ref());
    EventRecord {
        kind,
        type_code,
        number,
        seller: party(issuer.and_then(party_id)),
        buyer: party(buyer),
        code,
        reason: (!reason.is_empty()).then_some(reason),
        ..EventRecord::default()
    }
}

/// The id of a party of an answer, where the SUNAT or where an OSE writes it.
pub(super) fn party_id(party: Node<'_, '_>) -> Option<String> {
    text(party, &["PartyIdentification", "ID"])
        .or_else(|| text(party, &["PartyLegalEntity", "CompanyID"]))
}

fn verdict(code: Option<&str>, has_remarks: bool, fields: &mut Fields) -> EventKind {
    match code.and_then(|code| code.parse::<u32>().ok()) {
        Some(0) if !has_remarks => EventKind::Confirmed,
        Some(0 | 4000..) => EventKind::AcceptedWithRemarks,
        Some(_) => EventKind::Rejected,
        None => {
            fields.note(problem::unknown_type(code.unwrap_or("")));
            EventKind::Noted
        }
    }
}

/// "La Nota de Credito numero F001-1, ha sido aceptada".
fn type_in_words(description: &str) -> Option<&'static str> {
    let said = description.to_lowercase().replace('é', "e");
    let known =
        [("nota de credito", "07"), ("nota de debito", "08"), ("boleta", "03"), ("factura", "01")];
    known.iter().find(|(words, _)| said.contains(words)).map(|(_, code)| *code)
}

/// Receipts of credit notes, voids (RA), summaries (RC, RR) and delivery notes name no debt.
fn is_no_debt(number: Option<&str>, type_code: Option<&str>) -> bool {
    let number = number.unwrap_or("").to_uppercase();
    ["RA-", "RC-", "RR-", "T0"].iter().any(|start| number.starts_with(start))
        || matches!(type_code, Some("07" | "09" | "20" | "31" | "40"))
}
