//! CFDI of Mexico, versions 3.2, 3.3 and 4.0 (and CFD 2.2 as far as its names agree): one
//! `Comprobante` becomes one document.
//!
//! Decides the kind of document, its amounts, its references, and whether it is fit for the
//! ledger. Refuses to know whether a PUE invoice was paid, or whether the SAT has cancelled it:
//! neither is in the XML. Sources: Anexo 20 of the Resolución Miscelánea Fiscal; formats
//! reference §1.

use super::cfdi_payments;
use super::fields::{self, Fields};
use super::{Content, outcome};
use crate::problem;
use crate::record::{
    DocumentKind, DocumentRecord, DueRecord, DueSource, EventKind, EventRecord, PartyRecord,
    Problem, Record, ReferenceEffect, ReferenceRecord, Status,
};
use crate::terms_text::terms_days;
use crate::xml::{attribute, child, children};
use puntual_core::tax_id::{self, TaxIdCheck};
use roxmltree::Node;
use rust_decimal::Decimal;

/// Reads one `Comprobante`.
pub fn read(node: Node<'_, '_>) -> Content {
    let document = document(node);
    Content {
        format: "cfdi",
        records: vec![Record::Document(Box::new(document))],
        problems: Vec::new(),
    }
}

fn document(node: Node<'_, '_>) -> DocumentRecord {
    let mut fields = Fields::default();
    let mut document = DocumentRecord {
        version: attribute(node, "Version"),
        series: attribute(node, "Serie"),
        number: attribute(node, "Folio"),
        lines: Some(count_lines(node)),
        seller: party(child(node, "Emisor")),
        buyer: party(child(node, "Receptor")),
        references: references(node),
        ..DocumentRecord::default()
    };
    fields.mend_names(&mut document.seller);
    fields.mend_names(&mut document.buyer);
    read_type(node, &mut document, &mut fields);
    document.uuid = stamp(node, &mut fields);
    document.issue_text = attribute(node, "Fecha");
    document.issue_date = fields.day("Fecha", document.issue_text.as_deref());
    read_money(node, &mut document, &mut fields);
    read_terms(node, &mut document);
    document.payments = cfdi_payments::read(node, &document, &mut fields);
    if document.kind != DocumentKind::PaymentReceipt && !document.payments.is_empty() {
        document.payments.clear();
        fields.note(problem::payments_out_of_place());
    }
    check(node, &document, &mut fields);
    document.status = outcome(&fields.problems);
    document.problems = fields.problems;
    document
}

fn count_lines(node: Node<'_, '_>) -> u32 {
    let lines = child(node, "Conceptos").map_or(0, |lines| children(lines, "Concepto").count());
    u32::try_from(lines).unwrap_or(u32::MAX)
}

fn party(node: Option<Node<'_, '_>>) -> PartyRecord {
    let Some(node) = node else { return PartyRecord::default() };
    let residence = attribute(node, "ResidenciaFiscal");
    PartyRecord {
        tax_id: fields::tax_id(attribute(node, "Rfc")),
        foreign_id: attribute(node, "NumRegIdTrib"),
        name: attribute(node, "Nombre"),
        // The catalogue of countries of the SAT is ISO 3166 alpha-3, foreigners only.
        country: if residence.is_some() { None } else { Some("MX".to_owned()) },
        address: attribute(node, "DomicilioFiscalReceptor").map(|code| format!("C.P. {code}")),
        ..PartyRecord::default()
    }
}

/// The type as 3.3 and later write it (one letter) or in the words of 3.2. Payrolls of 3.2 are of
/// type egreso, told by their complement; a waybill without payments is no receivable either.
fn read_type(node: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let written = attribute(node, "TipoDeComprobante");
    document.kind = match written.as_deref().map(str::to_uppercase).as_deref() {
        None => DocumentKind::Unstated,
        Some("I" | "INGRESO") => DocumentKind::Invoice,
        Some("E" | "EGRESO") => DocumentKind::CreditNote,
        Some("P" | "PAGO") => DocumentKind::PaymentReceipt,
        Some("N" | "NOMINA" | "NÓMINA") => DocumentKind::Payroll,
        Some("T" | "TRASLADO") => DocumentKind::Transport,
        Some(_) => DocumentKind::Other,
    };
    let carries = |name: &str| complements(node).any(|found| found.tag_name().name() == name);
    if carries("Nomina") && document.kind != DocumentKind::Invoice {
        document.kind = DocumentKind::Payroll;
    }
    let waybill = carries("CartaPorte") && document.kind == DocumentKind::PaymentReceipt;
    if waybill && !carries("Pagos") {
        fields.note(problem::not_a_receivable("CFDI con carta porte", "CFDI with waybill"));
    }
    match document.kind {
        DocumentKind::Unstated => fields.note(problem::missing_field("TipoDeComprobante")),
        DocumentKind::Other => {
            fields.note(problem::unknown_type(written.as_deref().unwrap_or("")));
        }
        DocumentKind::Payroll => {
            fields.note(problem::not_a_receivable("Recibo de nómina", "Payroll receipt"));
        }
        DocumentKind::Transport => {
            fields.note(problem::not_a_receivable("CFDI de traslado", "Transport CFDI"));
        }
        _ => {}
    }
    document.type_code = written;
}

/// The elements inside every `Complemento` of the document itself; an addenda may hold copies of
/// other documents and is not looked into.
pub(super) fn complements<'a, 'i: 'a>(
    node: Node<'a, 'i>,
) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    children(node, "Complemento").flat_map(|inner| inner.children()).filter(Node::is_element)
}

/// The fiscal UUID of the first stamp.
fn stamp(node: Node<'_, '_>, fields: &mut Fields) -> Option<String> {
    let named = complements(node).filter(|found| found.tag_name().name() == "TimbreFiscalDigital");
    // Some programs put the stamp beside the complements.
    let stamps: Vec<String> = named
        .chain(children(node, "TimbreFiscalDigital"))
        .filter_map(|stamp| fields::uuid(attribute(stamp, "UUID")))
        .collect();
    let first = stamps.first()?.clone();
    if stamps.len() > 1 {
        fields.note(problem::several_stamps());
    }
    if !fields::is_uuid(&first) {
        fields.note(problem::odd_uuid(&first));
    }
    Some(first)
}

fn references(node: Node<'_, '_>) -> Vec<ReferenceRecord> {
    let mut found = Vec::new();
    for group in children(node, "CfdiRelacionados") {
        let relation = attribute(group, "TipoRelacion");
        for related in children(group, "CfdiRelacionado") {
            found.push(ReferenceRecord {
                effect: effect(relation.as_deref()),
                relation: relation.clone(),
                uuid: fields::uuid(attribute(related, "UUID")),
                ..ReferenceRecord::default()
            });
        }
    }
    found
}

/// Catalogue c_TipoRelacion of Anexo 20.
fn effect(relation: Option<&str>) -> ReferenceEffect {
    match relation {
        Some("01" | "02" | "03") => ReferenceEffect::Adjusts,
        Some("04") => ReferenceEffect::Replaces,
        Some("07") => ReferenceEffect::AppliesAdvance,
        _ => ReferenceEffect::Mentions,
    }
}

fn read_money(node: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    document.currency_written = attribute(node, "Moneda");
    if let Some(written) = &document.currency_written {
        document.currency = fields::currency_code(written);
        if document.currency.is_none() {
            fields.note(problem::unknown_currency(written));
        }
    }
    // Rates are not money: a wrong one does not change what is owed.
    document.exchange_rate = attribute(node, "TipoCambio").and_then(|rate| fields::decimal(&rate));
    document.subtotal = fields.amount("SubTotal", attribute(node, "SubTotal"));
    document.discount = fields.amount("Descuento", attribute(node, "Descuento"));
    document.total = fields.amount("Total", attribute(node, "Total"));
    document.net = document
        .subtotal
        .and_then(|gross| gross.checked_sub(document.discount.unwrap_or_default()));
    if let Some(taxes) = child(node, "Impuestos") {
        let charged = attribute(taxes, "TotalImpuestosTrasladados");
        let withheld = attribute(taxes, "TotalImpuestosRetenidos");
        document.tax = fields.amount("TotalImpuestosTrasladados", charged);
        document.withheld = fields.amount("TotalImpuestosRetenidos", withheld);
    }
    let local = complements(node).find(|found| found.tag_name().name() == "ImpuestosLocales");
    if let Some(local) = local {
        document.local_tax =
            fields.amount("TotaldeTraslados", attribute(local, "TotaldeTraslados"));
        document.local_withheld =
            fields.amount("TotaldeRetenciones", attribute(local, "TotaldeRetenciones"));
    }
}

/// A CFDI has no due date. Its terms in words are the best there is (formats reference §1).
fn read_terms(node: Node<'_, '_>, document: &mut DocumentRecord) {
    let old = document.version.as_deref().is_some_and(|version| version < "3.3");
    if old {
        // In 3.2 `formaDePago` says how many payments, in words, and `metodoDePago` by what means.
        document.payment_form = attribute(node, "MetodoDePago");
        document.payment_method = attribute(node, "FormaDePago").map(|words| {
            let upper = words.to_uppercase();
            let several = upper.contains("PARCIAL") || upper.contains("DIFERIDO");
            if several { "PPD".to_owned() } else { "PUE".to_owned() }
        });
    } else {
        document.payment_method = attribute(node, "MetodoPago");
        document.payment_form = attribute(node, "FormaPago");
    }
    document.payment_terms = attribute(node, "CondicionesDePago");
    if !matches!(document.kind, DocumentKind::Invoice | DocumentKind::DebitNote) {
        return;
    }
    document.terms_days = document.payment_terms.as_deref().and_then(terms_days);
    if let (Some(issued), Some(days)) = (document.issue_date, document.terms_days) {
        document.dues = vec![DueRecord { date: Some(issued + days), amount: None }];
        document.due_source = DueSource::Terms;
    }
}

fn check(node: Node<'_, '_>, document: &DocumentRecord, fields: &mut Fields) {
    fields.require("Fecha", document.issue_text.as_ref());
    fields.require("Emisor/Rfc", document.seller.tax_id.as_ref());
    fields.require("Receptor/Rfc", document.buyer.tax_id.as_ref());
    fields.require("Total", attribute(node, "Total").as_ref());
    check_rfc("Emisor/Rfc", &document.seller, fields);
    check_rfc("Receptor/Rfc", &document.buyer, fields);
    if document.uuid.is_none() {
        fields.note(problem::unstamped());
    }
    let lines = child(node, "Conceptos").into_iter().flat_map(|lines| children(lines, "Concepto"));
    if lines.into_iter().any(|line| child(line, "ACuentaTerceros").is_some()) {
        fields.note(problem::third_party_lines());
    }
    if matches!(document.kind, DocumentKind::Invoice | DocumentKind::CreditNote) {
        check_currency(document, fields);
        check_total(node, document, fields);
    }
}

/// From 3.3 on the currency is required, and its rate where it is not the peso. `XXX` (no
/// currency) is for payments and transport only.
fn check_currency(document: &DocumentRecord, fields: &mut Fields) {
    if document.version.as_deref().is_some_and(|version| version < "3.3") {
        return;
    }
    match document.currency.as_deref() {
        None if document.currency_written.is_none() => fields.note(problem::currency_missing()),
        Some("XXX") => fields.note(problem::unknown_currency("XXX")),
        Some(foreign) if foreign != "MXN" && document.exchange_rate.is_none() => {
            fields.note(problem::exchange_rate_missing(foreign));
        }
        _ => {}
    }
}

/// The check digit of an RFC is no proof: the SAT's own test ids and some real ones fail it.
/// Only the shape is remarked on.
fn check_rfc(field: &str, party: &PartyRecord, fields: &mut Fields) {
    let Some(written) = &party.tax_id else { return };
    if tax_id::check("MX", written) == TaxIdCheck::Malformed {
        fields.note(problem::odd_tax_id(field, written));
    }
}

/// Total = SubTotal − Descuento + trasladados − retenidos ± locales (Anexo 20). The total of a
/// stamped CFDI holds in law, but an amount that contradicts its parts is confirmed by a person
/// before anybody is asked to pay it.
fn check_total(node: Node<'_, '_>, document: &DocumentRecord, fields: &mut Fields) {
    let (Some(total), Some(net)) = (document.total, document.net) else { return };
    if total.is_sign_negative() && !total.is_zero() {
        fields.note(problem::negative_total(&total.normalize().to_string()));
        return;
    }
    let taxes = child(node, "Impuestos");
    let charged = document.tax.or_else(|| sum(taxes, "Traslados", "Traslado"));
    let withheld = document.withheld.or_else(|| sum(taxes, "Retenciones", "Retencion"));
    let parts = [
        (charged, false),
        (document.local_tax, false),
        (withheld, true),
        (document.local_withheld, true),
    ];
    let computed = parts.iter().try_fold(net, |sum, (part, minus)| {
        let part = part.unwrap_or_default();
        if *minus { sum.checked_sub(part) } else { sum.checked_add(part) }
    });
    let Some(computed) = computed else { return };
    let difference = (total - computed).abs();
    // A cent of rounding per line, and one for each tax total.
    let cents = Decimal::new(i64::from(document.lines.unwrap_or(0)) + 2, 2);
    if difference > cents {
        let airline = complements(node).any(|found| found.tag_name().name() == "Aerolineas");
        let far = difference > cents.max(Decimal::ONE) && !airline;
        let (total, computed) = (total.normalize().to_string(), computed.normalize().to_string());
        fields.note(problem::total_mismatch(&total, &computed, far));
    }
}

/// Sum of the `Importe` of the taxes, for documents that leave out the totals.
fn sum(taxes: Option<Node<'_, '_>>, group: &str, item: &str) -> Option<Decimal> {
    let group = child(taxes?, group)?;
    children(group, item)
        .filter_map(|tax| attribute(tax, "Importe"))
        .filter_map(|text| fields::decimal(&text))
        .try_fold(Decimal::ZERO, Decimal::checked_add)
}

/// The answer of the SAT to a cancellation request (`Acuse`): one event per folio. 201 is taken, 202
/// was taken before; any other code asks for nothing. Since 2018 most cancellations need the buyer's
/// consent (RMF 2.7.1.34), so that the acuse alone cancels nothing: the SAT's listing says it.
pub fn cancellations(node: Node<'_, '_>) -> Content {
    let at_text = attribute(node, "Fecha");
    let seller =
        PartyRecord { tax_id: fields::tax_id(attribute(node, "RfcEmisor")), ..Default::default() };
    let mut records = Vec::new();
    for (index, folio) in children(node, "Folios").enumerate() {
        let code = crate::xml::text(folio, &["EstatusUUID"]);
        let place = format!("Folios {}", index + 1);
        let done = matches!(code.as_deref(), Some("201" | "202"));
        let note = problem::not_a_receivable("Cancelación no efectuada", "Cancellation not made");
        let problems: Vec<Problem> = if done { Vec::new() } else { vec![note.at(place.as_str())] };
        records.push(Record::Event(Box::new(EventRecord {
            status: if done { Status::Ok } else { Status::Ignore },
            place,
            kind: EventKind::CancellationRequested,
            uuid: fields::uuid(crate::xml::text(folio, &["UUID"])),
            seller: seller.clone(),
            on: at_text.as_deref().and_then(fields::day),
            at_text: at_text.clone(),
            code,
            problems,
            ..EventRecord::default()
        })));
    }
    Content { format: "cfdi-acuse", records, problems: Vec::new() }
}
