//! UBL 2.0 and 2.1 (ISO/IEC 19845): `Invoice`, `CreditNote`, `DebitNote` and the self-billed forms,
//! as EN 16931 and Peppol BIS profile them, the DIAN (Colombia) and the SUNAT (Peru).
//!
//! Decides what each document is, when it is due, what it refers to and whether it is fit for the
//! ledger. Refuses to know what buyer and tax office answered: that comes in files of its own.
//! Sources: EN 16931-1, Peppol BIS Billing 3.0, DIAN Anexo Técnico 1.9, SUNAT guides of UBL 2.1;
//! formats reference §4.

use super::fields::{self, Fields};
use super::{Content, outcome, sunat, ubl_parties, ubl_terms, ubl_totals};
use crate::problem;
use crate::record::{
    AssignmentRecord, DocumentKind, DocumentRecord, DueRecord, Record, ReferenceEffect,
    ReferenceRecord,
};
use crate::xml::{child, children, name, text};
use roxmltree::Node;
use rust_decimal::Decimal;

/// Whose rules a document follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    /// EN 16931, Peppol, and any UBL that says nothing else.
    European,
    /// Colombia.
    Dian,
    /// Peru.
    Sunat,
}

/// Whether an element is a document of UBL 2 that can be a debt.
pub fn is_document(node: Node<'_, '_>) -> bool {
    const ROOTS: [&str; 5] =
        ["Invoice", "CreditNote", "DebitNote", "SelfBilledInvoice", "SelfBilledCreditNote"];
    let namespace = node.tag_name().namespace().unwrap_or("");
    let is_ubl = namespace.contains(":ubl:schema:xsd:") && namespace.ends_with("-2");
    ROOTS.contains(&name(node)) && (is_ubl || child(node, "AccountingSupplierParty").is_some())
}

/// Reads one document.
pub fn read(root: Node<'_, '_>) -> Content {
    let record = Record::Document(Box::new(document(root)));
    Content { format: "ubl", records: vec![record], problems: Vec::new() }
}

fn document(root: Node<'_, '_>) -> DocumentRecord {
    let profile = profile(root);
    let mut fields = Fields::default();
    let mut document = DocumentRecord {
        // Peppol leaves it out; all that is read here is of the second version's namespaces.
        version: text(root, &["UBLVersionID"]).or_else(|| Some("2".to_owned())),
        number: text(root, &["ID"]),
        issue_text: text(root, &["IssueDate"]),
        seller: ubl_parties::account_party(root, "AccountingSupplierParty", profile, &mut fields),
        buyer: ubl_parties::account_party(root, "AccountingCustomerParty", profile, &mut fields),
        lines: Some(count_lines(root)),
        ..DocumentRecord::default()
    };
    document.uuid = uuid(root, profile, &mut fields);
    document.issue_date = fields.day("IssueDate", document.issue_text.as_deref());
    if let (Some(date), Some(time)) = (&document.issue_text, text(root, &["IssueTime"])) {
        document.issue_text = Some(format!("{date}T{time}"));
    }
    read_type(root, profile, &mut document, &mut fields);
    ubl_totals::read(root, profile, &mut document, &mut fields);
    ubl_terms::read(root, profile, &mut document, &mut fields);
    document.references = references(root, profile, &document);
    read_payee(root, profile, &mut document, &mut fields);
    document.exchange_rate = exchange_rate(root, &document);
    if profile == Profile::Sunat {
        sunat::read(root, &mut document, &mut fields);
    }
    check(&document, profile, &mut fields);
    document.status = outcome(&fields.problems);
    document.problems = fields.problems;
    document
}

/// Told by the namespaces of the extensions, which are the tax offices' own, else by what only
/// they write.
pub(super) fn profile(root: Node<'_, '_>) -> Profile {
    let declares =
        |mark: &str| root.namespaces().any(|space| space.uri().to_ascii_lowercase().contains(mark));
    let says = |field: &str| text(root, &[field]).unwrap_or_default();
    if declares("dian:gov:co") || declares("dian.gov.co") || says("ProfileID").starts_with("DIAN") {
        return Profile::Dian;
    }
    let peruvian = || {
        let supplier = child(root, "AccountingSupplierParty");
        let id = supplier.and_then(|supplier| {
            text(supplier, &["Party", "PartyIdentification", "ID"])
                .or_else(|| text(supplier, &["CustomerAssignedAccountID"]))
        });
        let is_ruc = |id: String| id.len() == 11 && id.bytes().all(|b| b.is_ascii_digit());
        matches!(says("CustomizationID").as_str(), "1.0" | "2.0") && id.is_some_and(is_ruc)
    };
    if declares("sunat:") || peruvian() { Profile::Sunat } else { Profile::European }
}

fn count_lines(root: Node<'_, '_>) -> u32 {
    let is_line = |node: &Node<'_, '_>| {
        matches!(name(*node), "InvoiceLine" | "CreditNoteLine" | "DebitNoteLine")
    };
    u32::try_from(root.children().filter(is_line).count()).unwrap_or(u32::MAX)
}

/// The official uid: CUFE or CUDE of the DIAN (SHA-384; SHA-1 until 2019), or a plain UUID.
fn uuid(root: Node<'_, '_>, profile: Profile, fields: &mut Fields) -> Option<String> {
    let uuid = fields::uuid(text(root, &["UUID"]))?;
    let is_hash = matches!(uuid.len(), 96 | 40) && uuid.bytes().all(|b| b.is_ascii_hexdigit());
    if profile == Profile::Dian && !is_hash {
        fields.note(problem::odd_cufe(&uuid));
    }
    Some(uuid)
}

/// Credit notes of UNTDID 1001; some countries write them in an `Invoice`.
pub(super) const CREDIT_CODES: [&str; 13] =
    ["81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"];

/// Invoices of UNTDID 1001 as EN 16931 and its national lists admit them.
pub(super) const INVOICE_CODES: [&str; 42] = [
    "71", "80", "82", "84", "102", "202", "203", "204", "211", "218", "219", "295", "326", "331",
    "380", "382", "383", "384", "385", "386", "387", "388", "389", "390", "393", "394", "395",
    "456", "457", "471", "472", "473", "500", "501", "527", "553", "575", "623", "633", "875",
    "876", "877",
];

/// What the document is: its root says it, and its type code where the root leaves it open.
fn read_type(
    root: Node<'_, '_>,
    profile: Profile,
    document: &mut DocumentRecord,
    fields: &mut Fields,
) {
    let code = ["InvoiceTypeCode", "CreditNoteTypeCode", "DebitNoteTypeCode"]
        .iter()
        .find_map(|field| text(root, &[field]));
    let said = code.as_deref().unwrap_or("");
    document.kind = match (name(root), profile) {
        ("CreditNote" | "SelfBilledCreditNote", _) => DocumentKind::CreditNote,
        ("DebitNote", _) => DocumentKind::DebitNote,
        (_, Profile::European) if CREDIT_CODES.contains(&said) => DocumentKind::CreditNote,
        (_, Profile::Dian) if said == "91" => DocumentKind::CreditNote,
        (_, Profile::Dian) if said == "92" => DocumentKind::DebitNote,
        (_, Profile::Sunat) if said == "07" => DocumentKind::CreditNote,
        (_, Profile::Sunat) if said == "08" => DocumentKind::DebitNote,
        _ => DocumentKind::Invoice,
    };
    let ignored = match (profile, said) {
        (Profile::European, "325") => Some(("Factura proforma", "Pro forma invoice")),
        (Profile::European, "130") => Some(("Hoja de datos para facturar", "Invoicing data sheet")),
        (Profile::Dian, "05" | "95") => {
            Some(("Documento soporte de una compra", "Support document of a purchase"))
        }
        _ => None,
    };
    let usual = match profile {
        Profile::European => INVOICE_CODES.contains(&said) || CREDIT_CODES.contains(&said),
        // Invoices, notes, and the equivalent documents from 20 (tickets) to 94.
        Profile::Dian => said.parse::<u8>().is_ok_and(|code| matches!(code, 1..=4 | 20..=94)),
        Profile::Sunat => matches!(said, "01" | "03" | "07" | "08"),
    };
    match ignored {
        Some((es, en)) => fields.note(problem::not_a_receivable(es, en)),
        None if !said.is_empty() && !usual => fields.note(problem::unusual_type(said)),
        None => {}
    }
    let implied = match (profile, document.kind) {
        (Profile::Sunat, DocumentKind::CreditNote) => Some("07"),
        (Profile::Sunat, DocumentKind::DebitNote) => Some("08"),
        (Profile::Dian, DocumentKind::CreditNote) => Some("91"),
        (Profile::Dian, DocumentKind::DebitNote) => Some("92"),
        _ => None,
    };
    document.type_code = code.or_else(|| implied.map(str::to_owned));
}

/// What the document refers to: corrections and earlier invoices, then orders and the like.
fn references(
    root: Node<'_, '_>,
    profile: Profile,
    document: &DocumentRecord,
) -> Vec<ReferenceRecord> {
    let mut found = billing_references(root, profile, document);
    if found.is_empty() {
        // UBL 2.0 lets every line name its own.
        let lines = root.children().filter(|node| name(*node).ends_with("NoteLine"));
        for line in lines {
            for reference in billing_references(line, profile, document) {
                if !found.contains(&reference) {
                    found.push(reference);
                }
            }
        }
    }
    for kind in ["OrderReference", "ContractDocumentReference", "DespatchDocumentReference"] {
        for node in children(root, kind) {
            found.push(ReferenceRecord {
                type_code: Some(kind.trim_end_matches("Reference").to_owned()),
                ..named(node)
            });
        }
    }
    found
}

fn billing_references(
    holder: Node<'_, '_>,
    profile: Profile,
    document: &DocumentRecord,
) -> Vec<ReferenceRecord> {
    let mut found = Vec::new();
    for reference in children(holder, "BillingReference") {
        for node in reference.children().filter(|node| name(*node).ends_with("DocumentReference")) {
            let mut reference = named(node);
            let response = response_to(holder, reference.number.as_deref());
            reference.relation = response.and_then(|response| text(response, &["ResponseCode"]));
            reference.reason = response.and_then(|response| text(response, &["Description"]));
            if profile == Profile::Sunat {
                sunat::complete(&mut reference);
            }
            reference.effect = effect(name(node), &reference, profile, document);
            found.push(reference);
        }
    }
    // A note may say in its response alone what it corrects.
    if found.is_empty() {
        for response in children(holder, "DiscrepancyResponse") {
            let number = text(response, &["ReferenceID"]);
            let mut reference = ReferenceRecord {
                relation: text(response, &["ResponseCode"]),
                reason: text(response, &["Description"]),
                number,
                ..ReferenceRecord::default()
            };
            if profile == Profile::Sunat {
                sunat::complete(&mut reference);
            }
            reference.effect = effect("InvoiceDocumentReference", &reference, profile, document);
            if reference.number.is_some() {
                found.push(reference);
            }
        }
    }
    found
}

/// The discrepancy response that speaks of that number, or the only one.
fn response_to<'a, 'i>(holder: Node<'a, 'i>, number: Option<&str>) -> Option<Node<'a, 'i>> {
    let mut responses = children(holder, "DiscrepancyResponse");
    let first = responses.next()?;
    let of_number = |node: &Node<'_, '_>| text(*node, &["ReferenceID"]).as_deref() == number;
    match responses.next() {
        None => Some(first),
        Some(_) => children(holder, "DiscrepancyResponse").find(of_number),
    }
}

fn named(node: Node<'_, '_>) -> ReferenceRecord {
    ReferenceRecord {
        type_code: text(node, &["DocumentTypeCode"]),
        number: text(node, &["ID"]),
        uuid: fields::uuid(text(node, &["UUID"])),
        date: text(node, &["IssueDate"]).and_then(|date| fields::day(&date)),
        ..ReferenceRecord::default()
    }
}

/// Notes and negative invoices act on the invoice they name, by the code of their country. An
/// invoice only mentions others, but for a corrected one (384), which replaces.
fn effect(
    element: &str,
    reference: &ReferenceRecord,
    profile: Profile,
    document: &DocumentRecord,
) -> ReferenceEffect {
    let owed = document.payable.or(document.total).unwrap_or_default();
    let corrects = document.kind != DocumentKind::Invoice || owed < Decimal::ZERO;
    // A note that names another note is told of its history; only debts are corrected.
    if element == "CreditNoteDocumentReference" {
        return ReferenceEffect::Mentions;
    }
    let code = reference.relation.as_deref().unwrap_or("");
    match profile {
        _ if !corrects => match document.type_code.as_deref() {
            Some("384") if profile == Profile::European => ReferenceEffect::Replaces,
            _ => ReferenceEffect::Mentions,
        },
        Profile::Sunat if document.kind == DocumentKind::CreditNote => sunat::effect(code),
        // DIAN, concepts of correction of credit notes: 2 annuls the invoice.
        Profile::Dian if document.kind == DocumentKind::CreditNote && code == "2" => {
            ReferenceEffect::Cancels
        }
        _ => ReferenceEffect::Adjusts,
    }
}

/// Whoever must be paid instead of the seller. Types 393 and 396 say that the claim was factored;
/// elsewhere the payee may be a house bank or a sister company, which a person can tell.
fn read_payee(
    root: Node<'_, '_>,
    profile: Profile,
    document: &mut DocumentRecord,
    fields: &mut Fields,
) {
    let payee = child(root, "PayeeParty")
        .map(|node| ubl_parties::bare_party(node, profile, &mut Fields::default()));
    let factored = matches!(document.type_code.as_deref(), Some("393" | "396"));
    let is_seller = payee.as_ref().is_none_or(|payee| {
        let ids = [&payee.tax_id].into_iter().flatten().chain(&payee.other_ids);
        let sellers = [&document.seller.tax_id].into_iter().flatten();
        let sellers: Vec<&String> = sellers.chain(&document.seller.other_ids).collect();
        payee.name == document.seller.name || ids.into_iter().any(|id| sellers.contains(&id))
    });
    let payee = payee.unwrap_or_default();
    let shown = payee.name.as_deref().or(payee.tax_id.as_deref()).unwrap_or("?").to_owned();
    if factored && profile == Profile::European {
        fields.note(problem::factored(&shown));
        document.assignment = Some(AssignmentRecord {
            assignor_tax_id: document.seller.tax_id.clone(),
            assignee_tax_id: payee.tax_id,
            assignee_name: payee.name,
            on: document.issue_date,
            ..AssignmentRecord::default()
        });
    } else if !is_seller {
        fields.note(problem::payee_differs(&shown));
    }
}

/// The rate from the document's currency to another, when it is stated that way round.
fn exchange_rate(root: Node<'_, '_>, document: &DocumentRecord) -> Option<Decimal> {
    ["PaymentExchangeRate", "PricingExchangeRate", "TaxExchangeRate"].iter().find_map(|kind| {
        let rate = child(root, kind)?;
        let (from, to) =
            (text(rate, &["SourceCurrencyCode"])?, text(rate, &["TargetCurrencyCode"])?);
        let fits = Some(&from) == document.currency.as_ref() && from != to;
        text(rate, &["CalculationRate"]).and_then(|rate| fields::decimal(&rate)).filter(|_| fits)
    })
}

fn check(document: &DocumentRecord, profile: Profile, fields: &mut Fields) {
    fields.require("ID", document.number.as_ref());
    fields.require("IssueDate", document.issue_text.as_ref());
    if profile != Profile::European {
        fields.require("AccountingSupplierParty", document.seller.tax_id.as_ref());
    }
    let buyer = document.buyer.tax_id.as_ref().or(document.buyer.name.as_ref());
    fields.require("AccountingCustomerParty", buyer);
    let replaces = |found: &ReferenceRecord| found.effect == ReferenceEffect::Replaces;
    if document.references.iter().any(replaces) {
        fields.note(problem::corrected_invoice());
    }
    let early =
        |due: &DueRecord| due.date.zip(document.issue_date).is_some_and(|(due, on)| due < on);
    if document.kind != DocumentKind::CreditNote && document.dues.iter().any(early) {
        fields.note(problem::due_before_issue());
    }
}
