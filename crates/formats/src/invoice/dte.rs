//! DTE of Chile: lone documents and envelopes (`EnvioDTE`, `EnvioBOLETA`, `SetDTE`), with or
//! without the namespace of the SII. Types 33, 34, 39, 41, 43, 46, 52, 56, 61 and 110–112.
//!
//! Decides what each document is, when it is due, what it refers to, and whether it is fit for
//! the ledger. Refuses to know what the buyer answered: that comes in files of its own. Sources:
//! SII, "Formato Documentos Tributarios Electrónicos"; formats reference §2.

use super::dte_totals;
use super::fields::{self, Fields};
use super::{Content, outcome};
use crate::problem;
use crate::record::{
    DocumentKind, DocumentRecord, DueRecord, DueSource, PartyRecord, Problem, Record,
    ReferenceEffect, ReferenceRecord,
};
use crate::terms_text::terms_days;
use crate::xml::{child, children, name, path, text};
use puntual_core::tax_id::{self, TaxIdCheck};
use roxmltree::Node;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The three elements that hold a document.
const BODIES: [&str; 3] = ["Documento", "Exportaciones", "Liquidacion"];

/// Reads a lone document or every document of an envelope.
pub fn read(root: Node<'_, '_>) -> Content {
    let found: Vec<Node<'_, '_>> = match name(root) {
        body if BODIES.contains(&body) => vec![root],
        _ => root.descendants().filter(|node| node.is_element() && name(*node) == "DTE").collect(),
    };
    let alone = found.len() == 1;
    let mut records = Vec::with_capacity(found.len());
    for (index, node) in found.iter().enumerate() {
        let place = if alone { String::new() } else { format!("DTE {}", index + 1) };
        records.push(read_one(*node, place));
    }
    let mut problems = check_cover(root, &records);
    if records.is_empty() {
        problems.push(problem::no_documents());
    }
    Content { format: "dte", records, problems }
}

fn read_one(node: Node<'_, '_>, place: String) -> Record {
    let is_body = BODIES.contains(&name(node));
    let body = match is_body {
        true => Some(node),
        false => node.children().find(|inner| inner.is_element() && BODIES.contains(&name(*inner))),
    };
    let Some((body, header)) = body.and_then(|body| Some((body, child(body, "Encabezado")?)))
    else {
        return Record::Refused(problem::hollow_document(&place));
    };
    let signed = is_body || child(node, "Signature").is_some();
    Record::Document(Box::new(document(body, header, place, signed)))
}

fn document(
    body: Node<'_, '_>,
    header: Node<'_, '_>,
    place: String,
    signed: bool,
) -> DocumentRecord {
    let mut fields = Fields::default();
    let type_code = text(header, &["IdDoc", "TipoDTE"]);
    let mut document = DocumentRecord {
        kind: kind(type_code.as_deref(), &mut fields),
        type_code,
        number: text(header, &["IdDoc", "Folio"]),
        issue_text: text(header, &["IdDoc", "FchEmis"]),
        seller: seller(header),
        buyer: buyer(header),
        lines: u32::try_from(children(body, "Detalle").count()).ok(),
        ..DocumentRecord::default()
    };
    fields.mend_names(&mut document.seller);
    fields.mend_names(&mut document.buyer);
    document.issue_date = fields.day("FchEmis", document.issue_text.as_deref());
    dte_totals::read(header, &mut document, &mut fields);
    read_terms(header, &mut document, &mut fields);
    document.references =
        children(body, "Referencia").map(|node| reference(node, &document)).collect();
    check(&document, signed, &mut fields);
    document.place = described(place, &document);
    for problem in &mut fields.problems {
        problem.place.clone_from(&document.place);
    }
    document.status = outcome(&fields.problems);
    document.problems = fields.problems;
    document
}

/// "DTE 2 (33 folio 1014)", so that a person finds it in the envelope; empty when it is alone.
fn described(place: String, document: &DocumentRecord) -> String {
    if place.is_empty() {
        return place;
    }
    let type_code = document.type_code.as_deref().unwrap_or("?");
    let number = document.number.as_deref().unwrap_or("?");
    format!("{place} ({type_code} folio {number})")
}

/// Document types of the SII that exist in electronic form.
fn kind(type_code: Option<&str>, fields: &mut Fields) -> DocumentKind {
    match type_code {
        Some("33" | "34" | "110") => DocumentKind::Invoice,
        Some("43") => {
            fields.note(problem::settlement_invoice());
            DocumentKind::Invoice
        }
        Some("39" | "41") => DocumentKind::Receipt,
        Some("46") => DocumentKind::SelfBilled,
        Some("52") => {
            fields.note(problem::not_a_receivable("Guía de despacho", "Delivery note"));
            DocumentKind::DeliveryNote
        }
        Some("56" | "111") => DocumentKind::DebitNote,
        Some("61" | "112") => DocumentKind::CreditNote,
        Some(other) => {
            fields.note(problem::unknown_type(other));
            DocumentKind::Other
        }
        None => {
            fields.note(problem::missing_field("TipoDTE"));
            DocumentKind::Unstated
        }
    }
}

fn seller(header: Node<'_, '_>) -> PartyRecord {
    let field = |name: &str| text(header, &["Emisor", name]);
    PartyRecord {
        tax_id: fields::tax_id(field("RUTEmisor")),
        // Receipts call it RznSocEmisor.
        name: field("RznSoc").or_else(|| field("RznSocEmisor")),
        country: Some("CL".to_owned()),
        email: field("CorreoEmisor"),
        phone: field("Telefono"),
        address: joined([field("DirOrigen"), field("CmnaOrigen"), field("CiudadOrigen")]),
        ..PartyRecord::default()
    }
}

fn buyer(header: Node<'_, '_>) -> PartyRecord {
    let field = |name: &str| text(header, &["Receptor", name]);
    let foreign_id = text(header, &["Receptor", "Extranjero", "NumId"]);
    PartyRecord {
        tax_id: fields::tax_id(field("RUTRecep")),
        code: field("CdgIntRecep"),
        name: field("RznSocRecep"),
        country: if foreign_id.is_some() { None } else { Some("CL".to_owned()) },
        foreign_id,
        email: field("CorreoRecep"),
        contact: field("Contacto"),
        address: joined([field("DirRecep"), field("CmnaRecep"), field("CiudadRecep")]),
        ..PartyRecord::default()
    }
}

fn joined(parts: [Option<String>; 3]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Due dates: instalments, else the date of the document, else its days of credit. A missing
/// `FmaPago` is credit (SII format, 2019-11).
fn read_terms(header: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let field = |name: &str| text(header, &["IdDoc", name]);
    document.payment_method = Some(field("FmaPago").unwrap_or_else(|| "2".to_owned()));
    document.payment_form = field("MedioPago");
    document.payment_terms = field("TermPagoGlosa");
    let due = fields.day("FchVenc", field("FchVenc").as_deref());
    let instalments = path(header, &["IdDoc"])
        .into_iter()
        .flat_map(|id| children(id, "MntPagos").collect::<Vec<_>>())
        .map(|row| DueRecord {
            date: fields.day("MntPagos/FchPago", text(row, &["FchPago"]).as_deref()),
            amount: fields.amount("MntPagos/MntPago", text(row, &["MntPago"])),
        })
        .collect::<Vec<_>>();
    let stated_days = field("TermPagoDias").and_then(|days| days.parse::<i32>().ok());
    document.terms_days = stated_days
        .filter(|days| (0..=999).contains(days))
        .or_else(|| document.payment_terms.as_deref().and_then(terms_days));
    if !instalments.is_empty() {
        document.stated_dues = due.map(|due| vec![due]);
        document.dues = instalments;
        document.due_source = DueSource::Instalments;
        dte_totals::check_instalments(document, fields);
    } else if due.is_some() {
        document.dues = vec![DueRecord { date: due, amount: None }];
        document.due_source = DueSource::Document;
    } else if let (Some(issued), Some(days)) = (document.issue_date, document.terms_days) {
        document.dues = vec![DueRecord { date: Some(issued + days), amount: None }];
        document.due_source = DueSource::Terms;
    }
}

/// References carry an effect only in notes; an invoice merely mentions its order.
fn reference(node: Node<'_, '_>, document: &DocumentRecord) -> ReferenceRecord {
    let relation = text(node, &["CodRef"]);
    let type_code = text(node, &["TpoDocRef"]);
    let note = matches!(document.kind, DocumentKind::CreditNote | DocumentKind::DebitNote);
    // Orders, contracts and the like have three-digit codes from 800 on, or letters.
    let to_tax_document = matches!(
        type_code.as_deref(),
        Some(
            "30" | "32"
                | "33"
                | "34"
                | "35"
                | "38"
                | "39"
                | "41"
                | "43"
                | "45"
                | "46"
                | "55"
                | "56"
                | "60"
                | "61"
                | "101"
                | "104"
                | "106"
                | "110"
                | "111"
                | "112"
        )
    );
    let effect = match relation.as_deref() {
        _ if !note || !to_tax_document => ReferenceEffect::Mentions,
        Some("1") => ReferenceEffect::Cancels,
        Some("2") => ReferenceEffect::CorrectsText,
        _ => ReferenceEffect::Adjusts,
    };
    ReferenceRecord {
        effect,
        relation,
        type_code,
        number: text(node, &["FolioRef"]),
        uuid: None,
        date: text(node, &["FchRef"]).and_then(|date| fields::day(&date)),
        reason: text(node, &["RazonRef"]),
    }
}

fn check(document: &DocumentRecord, signed: bool, fields: &mut Fields) {
    fields.require("Folio", document.number.as_ref());
    fields.require("FchEmis", document.issue_text.as_ref());
    fields.require("RUTEmisor", document.seller.tax_id.as_ref());
    check_rut("RUTEmisor", &document.seller, fields);
    // A receipt may be anonymous.
    if document.kind != DocumentKind::Receipt {
        fields.require("RUTRecep", document.buyer.tax_id.as_ref());
    }
    check_rut("RUTRecep", &document.buyer, fields);
    if !signed {
        fields.note(problem::unsigned());
    }
    let credit = document.kind == DocumentKind::CreditNote;
    let early =
        |due: &DueRecord| due.date.zip(document.issue_date).is_some_and(|(due, on)| due < on);
    if !credit && document.dues.iter().any(early) {
        fields.note(problem::due_before_issue());
    }
    let total = document.total.unwrap_or_default();
    let text_only =
        document.references.iter().any(|found| found.effect == ReferenceEffect::CorrectsText);
    let others = document
        .references
        .iter()
        .any(|found| matches!(found.effect, ReferenceEffect::Adjusts | ReferenceEffect::Cancels));
    if text_only && !others && total != Decimal::ZERO {
        fields.note(problem::text_note_with_amount(&total.normalize().to_string()));
    }
}

/// A RUT that fails its check is a mistake of whoever made the file: the SII admits none.
fn check_rut(field: &str, party: &PartyRecord, fields: &mut Fields) {
    let Some(written) = &party.tax_id else { return };
    match tax_id::check("CL", written) {
        TaxIdCheck::BadCheckDigit(_) | TaxIdCheck::Malformed => {
            fields.note(problem::bad_tax_id(field, written));
        }
        _ => {}
    }
}

/// The cover of an envelope states how many documents of each type it holds.
fn check_cover(root: Node<'_, '_>, records: &[Record]) -> Vec<Problem> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for record in records {
        if let Record::Document(document) = record {
            *found.entry(document.type_code.as_deref().unwrap_or("")).or_default() += 1;
        }
    }
    let covers = root.descendants().filter(|node| node.is_element() && name(*node) == "SubTotDTE");
    let mut stated: BTreeMap<String, u64> = BTreeMap::new();
    for row in covers {
        let type_code = text(row, &["TpoDTE"]).unwrap_or_default();
        let count = text(row, &["NroDTE"]).and_then(|count| count.parse().ok()).unwrap_or(0_u64);
        let sum = stated.entry(type_code).or_default();
        *sum = sum.saturating_add(count);
    }
    let mut problems = Vec::new();
    for (type_code, count) in &stated {
        let held = found.get(type_code.as_str()).copied().unwrap_or(0);
        if *count != held as u64 {
            problems.push(problem::cover_count(type_code, &count.to_string(), held));
        }
    }
    if !stated.is_empty() {
        for (type_code, held) in found.iter().filter(|(code, _)| !stated.contains_key(**code)) {
            problems.push(problem::cover_count(type_code, "0", *held));
        }
    }
    problems
}
