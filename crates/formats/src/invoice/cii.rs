//! The UN/CEFACT cross-industry invoice: Factur-X, ZUGFeRD 2 and XRechnung (`CrossIndustryInvoice`),
//! and ZUGFeRD 1 (`CrossIndustryDocument`), in every profile from MINIMUM to EXTENDED.
//!
//! Decides the kind of document, whose it is, its amounts and what it refers to. Refuses to know
//! whether it obeys the rules of its profile: a lean profile simply says less. The two standards
//! differ in the names of the outer elements only. Sources: EN 16931-1 and CEN/TS 16931-3-3 (terms
//! BT-… and BG-…), ZUGFeRD 1.0, UNTDID 1001; formats reference §5.

use super::cii_terms;
use super::fields::{self, Fields};
use super::ubl::{CREDIT_CODES, INVOICE_CODES};
use super::{Content, outcome, ubl_totals};
use crate::problem;
use crate::record::{
    AssignmentRecord, DocumentKind, DocumentRecord, DueRecord, PartyRecord, Record,
    ReferenceEffect, ReferenceRecord,
};
use crate::xml::{child, children, name, path, squeezed, text};
use puntual_core::date::Day;
use puntual_core::tax_id::{self, TaxIdCheck};
use roxmltree::Node;
use rust_decimal::Decimal;

/// Reads one invoice.
pub fn read(root: Node<'_, '_>) -> Content {
    let records = vec![Record::Document(Box::new(document(root)))];
    Content { format: "cii", records, problems: Vec::new() }
}

/// The parts of an invoice, in the names of either standard.
struct Parts<'a, 'i> {
    context: Option<Node<'a, 'i>>,
    header: Option<Node<'a, 'i>>,
    trade: Option<Node<'a, 'i>>,
    agreement: Option<Node<'a, 'i>>,
    settlement: Option<Node<'a, 'i>>,
}

fn parts<'a, 'i>(root: Node<'a, 'i>) -> Parts<'a, 'i> {
    let either =
        |node: Node<'a, 'i>, new: &str, old: &str| child(node, new).or_else(|| child(node, old));
    let trade = either(root, "SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction");
    let inside = |new: &str, old: &str| trade.and_then(|trade| either(trade, new, old));
    Parts {
        context: either(root, "ExchangedDocumentContext", "SpecifiedExchangedDocumentContext"),
        header: either(root, "ExchangedDocument", "HeaderExchangedDocument"),
        trade,
        agreement: inside("ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement"),
        settlement: inside(
            "ApplicableHeaderTradeSettlement",
            "ApplicableSupplyChainTradeSettlement",
        ),
    }
}

fn document(root: Node<'_, '_>) -> DocumentRecord {
    let parts = parts(root);
    let mut fields = Fields::default();
    let profile = ["GuidelineSpecifiedDocumentContextParameter", "ID"];
    let mut document = DocumentRecord {
        // The name of the root tells the standard where no profile is named.
        version: parts
            .context
            .and_then(|node| text(node, &profile))
            .or_else(|| Some(name(root).to_owned())),
        type_code: parts.header.and_then(|node| text(node, &["TypeCode"])),
        number: parts.header.and_then(|node| text(node, &["ID"])),
        seller: party(parts.agreement, "SellerTradeParty"),
        buyer: party(parts.agreement, "BuyerTradeParty"),
        lines: Some(count_lines(parts.trade)),
        ..DocumentRecord::default()
    };
    fields.mend_names(&mut document.seller);
    fields.mend_names(&mut document.buyer);
    let issued = parts.header.and_then(|node| child(node, "IssueDateTime"));
    document.issue_date = day(issued, "IssueDateTime", &mut fields);
    document.issue_text = issued.and_then(whole_text);
    document.kind = kind(document.type_code.as_deref(), &mut fields);
    if let Some(settlement) = parts.settlement {
        read_currency(settlement, &mut document, &mut fields);
        read_totals(settlement, &mut document, &mut fields);
        cii_terms::read(settlement, &mut document, &mut fields);
        read_payee(settlement, &mut document, &mut fields);
    }
    document.references = references(&parts, &document);
    check(&parts, &document, &mut fields);
    document.status = outcome(&fields.problems);
    document.problems = fields.problems;
    document
}

/// All text inside an element, in one line.
pub(super) fn whole_text(node: Node<'_, '_>) -> Option<String> {
    let pieces = node.descendants().filter(Node::is_text).filter_map(|piece| piece.text());
    squeezed(&pieces.collect::<String>())
}

/// A date written as `20261121` (format code 102, or 203 and 204 with the time) or as ISO 8601.
/// Other codes are of weeks, months or nothing at all; if the value is a date it is believed.
pub(super) fn day(node: Option<Node<'_, '_>>, field: &str, fields: &mut Fields) -> Option<Day> {
    let node = node?;
    let written = whole_text(node)?;
    let read = plain_day(&written);
    let code = node.descendants().find_map(|inner| inner.attribute("format")).unwrap_or("102");
    match read {
        None => fields.note(problem::bad_date(field, &written)),
        Some(_) if !matches!(code.trim(), "102" | "203" | "204") => {
            fields.note(problem::odd_date_format(field, code, &written));
        }
        Some(_) => {}
    }
    read
}

/// The civil date at the beginning of `20261121`, `202611211530` or `2026-11-21T15:30:00`.
pub(super) fn plain_day(written: &str) -> Option<Day> {
    let digits = written.bytes().all(|b| b.is_ascii_digit());
    match (digits, written.len()) {
        (true, 8 | 12 | 14) => {
            let (year, month, day) = (&written[..4], &written[4..6], &written[6..8]);
            fields::day(&format!("{year}-{month}-{day}"))
        }
        (true, _) => None,
        (false, _) => fields::day(written),
    }
}

fn count_lines(trade: Option<Node<'_, '_>>) -> u32 {
    let lines = trade.map_or(0, |node| children(node, "IncludedSupplyChainTradeLineItem").count());
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// The party's VAT number (BT-31, BT-48), else its tax number (BT-32), else its registration
/// (BT-30, BT-47). Without any, its own identifier or global one is how the other side knows it.
fn party(agreement: Option<Node<'_, '_>>, side: &str) -> PartyRecord {
    match agreement.and_then(|node| child(node, side)) {
        Some(node) => party_record(node),
        None => PartyRecord::default(),
    }
}

fn party_record(node: Node<'_, '_>) -> PartyRecord {
    let registered = |schemes: &[&str]| {
        children(node, "SpecifiedTaxRegistration")
            .filter_map(|registration| child(registration, "ID"))
            .filter(|id| schemes.contains(&id.attribute("schemeID").unwrap_or("").trim()))
            .find_map(whole_text)
    };
    let tax_id = registered(&["VA", "VAT"])
        .or_else(|| registered(&["FC"]))
        .or_else(|| registered(&[""]))
        .or_else(|| text(node, &["SpecifiedLegalOrganization", "ID"]));
    let mut others = other_ids(node, tax_id.as_ref());
    // By its own identifier the other side knows it.
    let code = if tax_id.is_none() && !others.is_empty() { Some(others.remove(0)) } else { None };
    let contact = child(node, "DefinedTradeContact");
    let reach = |names: &[&str]| contact.and_then(|contact| text(contact, names));
    let electronic = children(node, "URIUniversalCommunication")
        .filter_map(|address| child(address, "URIID"))
        .filter(|id| id.attribute("schemeID") == Some("EM"))
        .find_map(whole_text);
    PartyRecord {
        tax_id: fields::tax_id(tax_id),
        other_ids: others,
        code,
        name: text(node, &["Name"]),
        country: text(node, &["PostalTradeAddress", "CountryID"])
            .and_then(|code| fields::country_code(&code).map(str::to_owned)),
        email: reach(&["EmailURIUniversalCommunication", "URIID"]).or(electronic),
        phone: reach(&["TelephoneUniversalCommunication", "CompleteNumber"]),
        contact: reach(&["PersonName"]).or_else(|| reach(&["DepartmentName"])),
        address: child(node, "PostalTradeAddress").and_then(address),
        ..PartyRecord::default()
    }
}

/// The ids of a party besides its tax id: identifiers, registrations, legal id.
fn other_ids(node: Node<'_, '_>, tax_id: Option<&String>) -> Vec<String> {
    let registered = children(node, "SpecifiedTaxRegistration");
    let legal = children(node, "SpecifiedLegalOrganization");
    let ids = children(node, "ID")
        .chain(children(node, "GlobalID"))
        .chain(registered.chain(legal).filter_map(|inner| child(inner, "ID")));
    let mut found: Vec<String> = Vec::new();
    for id in ids.filter_map(whole_text) {
        if Some(&id) != tax_id && !found.contains(&id) && found.len() < MAX_IDS {
            found.push(id);
        }
    }
    found
}

/// More ids than any party has.
const MAX_IDS: usize = 20;

fn address(node: Node<'_, '_>) -> Option<String> {
    let parts = ["LineOne", "LineTwo", "LineThree", "PostcodeCode", "CityName"];
    let parts: Vec<String> = parts.iter().filter_map(|part| text(node, &[part])).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What UNTDID 1001 makes of the document. Self-billed documents (261, 389, 527) name the creditor
/// as their seller all the same, whoever wrote them.
fn kind(type_code: Option<&str>, fields: &mut Fields) -> DocumentKind {
    match type_code {
        None => {
            fields.note(problem::missing_field("TypeCode"));
            DocumentKind::Unstated
        }
        Some("325") => {
            fields.note(problem::not_a_receivable("Factura proforma", "Pro forma invoice"));
            DocumentKind::Other
        }
        Some("130") => {
            let (es, en) = ("Hoja de datos para facturar", "Invoicing data sheet");
            fields.note(problem::not_a_receivable(es, en));
            DocumentKind::Other
        }
        Some(code) if CREDIT_CODES.contains(&code) => DocumentKind::CreditNote,
        Some(code) if DEBIT_NOTES.contains(&code) => DocumentKind::DebitNote,
        Some(code) if INVOICE_CODES.contains(&code) || OTHER_INVOICES.contains(&code) => {
            DocumentKind::Invoice
        }
        Some(other) => {
            fields.note(problem::unknown_type(other));
            DocumentKind::Other
        }
    }
}

/// Invoices that only earlier ZUGFeRD and national lists have.
const OTHER_INVOICES: [&str; 5] = ["751", "780", "817", "870", "935"];
/// Invoices for more, which EN 16931 does not tell from others.
const DEBIT_NOTES: [&str; 4] = ["80", "84", "383", "527"];

/// The currency of the invoice (BT-5). ZUGFeRD 1 writes it on every amount besides.
fn read_currency(settlement: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let total = summation(settlement).and_then(|totals| child(totals, "GrandTotalAmount"));
    let beside = total.and_then(|total| total.attribute("currencyID"));
    fields.currency(document, text(settlement, &["InvoiceCurrencyCode"]), beside);
    let rate = text(settlement, &["TaxApplicableTradeCurrencyExchange", "ConversionRate"]);
    document.exchange_rate = rate.and_then(|rate| fields::decimal(&rate));
}

fn summation<'a, 'i>(settlement: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    child(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
        .or_else(|| child(settlement, "SpecifiedTradeSettlementMonetarySummation"))
}

/// The total of that name in the currency of the document: tax is stated again in the currency of
/// the seller's accounts (BT-111) when that is another.
fn total(totals: Node<'_, '_>, name: &str, currency: Option<&str>) -> Option<String> {
    let in_currency = |node: &Node<'_, '_>| match (node.attribute("currencyID"), currency) {
        (Some(marked), Some(currency)) => marked.trim().eq_ignore_ascii_case(currency),
        _ => true,
    };
    children(totals, name).find(in_currency).and_then(whole_text)
}

fn read_totals(settlement: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let Some(totals) = summation(settlement) else { return };
    let currency = document.currency.clone().or_else(|| document.amounts_currency.clone());
    let mut amount = |name: &str| fields.amount(name, total(totals, name, currency.as_deref()));
    document.subtotal = amount("LineTotalAmount");
    document.discount = amount("AllowanceTotalAmount");
    document.net = amount("TaxBasisTotalAmount");
    document.tax = amount("TaxTotalAmount");
    document.total = amount("GrandTotalAmount");
    document.prepaid = amount("TotalPrepaidAmount");
    document.payable = amount("DuePayableAmount");
    let rounding = amount("RoundingAmount").unwrap_or_default();
    check_total(settlement, document, fields);
    let Some(total) = document.total else { return };
    let prepaid = document.prepaid.unwrap_or_default();
    let Some(left) = total.checked_sub(prepaid).and_then(|left| left.checked_add(rounding)) else {
        return;
    };
    match document.payable {
        None => document.payable = Some(left),
        Some(payable) if fields::apart(payable, left) > CENTS => {
            let far = payable.abs() > left.abs().saturating_add(Decimal::ONE);
            let (payable, left) = (payable.normalize().to_string(), left.normalize().to_string());
            fields.note(problem::payable_mismatch(&payable, &left, far));
        }
        Some(_) => {}
    }
}

/// EN 16931 admits no difference between totals; a cent for each tax total is forgiven.
const CENTS: Decimal = Decimal::from_parts(2, 0, 0, false, 2);

/// Total = net + tax (BR-CO-15).
fn check_total(settlement: Node<'_, '_>, document: &DocumentRecord, fields: &mut Fields) {
    let (Some(total), Some(net)) = (document.total, document.net) else { return };
    let by_rate = || {
        children(settlement, "ApplicableTradeTax")
            .filter_map(|tax| text(tax, &["CalculatedAmount"]))
            .filter_map(|text| fields::decimal(&text))
            .try_fold(Decimal::ZERO, Decimal::checked_add)
    };
    let Some(tax) = document.tax.or_else(by_rate) else { return };
    let Some(computed) = net.checked_add(tax) else { return };
    let difference = fields::apart(total, computed);
    if difference > CENTS {
        let far = difference > Decimal::ONE;
        let (total, computed) = (total.normalize().to_string(), computed.normalize().to_string());
        fields.note(problem::total_mismatch(&total, &computed, far));
    }
}

/// Whoever must be paid instead of the seller (BG-10). Types 393 and 396 say that the claim was
/// factored; elsewhere the payee may be a house bank or a sister company, which a person can tell.
fn read_payee(settlement: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let factored = matches!(document.type_code.as_deref(), Some("393" | "396"));
    let payee = child(settlement, "PayeeTradeParty").map(party_record);
    let known_as = |party: &PartyRecord| party.name.clone().or_else(|| party.tax_id.clone());
    let shown = payee.as_ref().and_then(known_as).unwrap_or_else(|| "?".to_owned());
    if factored {
        let payee = payee.unwrap_or_default();
        fields.note(problem::factored(&shown));
        document.assignment = Some(AssignmentRecord {
            assignor_tax_id: document.seller.tax_id.clone(),
            assignee_name: known_as(&payee),
            assignee_tax_id: payee.tax_id,
            on: document.issue_date,
            ..AssignmentRecord::default()
        });
    } else if payee.is_some_and(|payee| !is_same_party(&payee, &document.seller)) {
        fields.note(problem::payee_differs(&shown));
    }
}

fn is_same_party(one: &PartyRecord, other: &PartyRecord) -> bool {
    let ids = |party: &PartyRecord| -> Vec<String> {
        party.tax_id.iter().chain(&party.code).chain(&party.other_ids).cloned().collect()
    };
    let others = ids(other);
    one.name == other.name || ids(one).iter().any(|id| others.contains(id))
}

/// Preceding invoices (BG-3) and, as mere mentions, order and contract (BT-13, BT-12).
fn references(parts: &Parts<'_, '_>, document: &DocumentRecord) -> Vec<ReferenceRecord> {
    let effect = preceding_effect(document);
    let mut found = Vec::new();
    if let Some(settlement) = parts.settlement {
        found.extend(
            children(settlement, "InvoiceReferencedDocument")
                .filter_map(|node| reference(node, effect)),
        );
    }
    for (name, type_code) in
        [("BuyerOrderReferencedDocument", "220"), ("ContractReferencedDocument", "315")]
    {
        let node = parts.agreement.and_then(|node| child(node, name));
        let mention = node.and_then(|node| reference(node, ReferenceEffect::Mentions));
        found.extend(
            mention.map(|mention| ReferenceRecord {
                type_code: Some(type_code.to_owned()),
                ..mention
            }),
        );
    }
    found
}

/// What a document does to the invoice it names. A corrected invoice (384) states that invoice
/// anew, unless it is negative and only takes something off it. Final invoices name the partial
/// ones before them, which stay owed.
fn preceding_effect(document: &DocumentRecord) -> ReferenceEffect {
    let amount = document.payable.or(document.total).unwrap_or_default();
    let negative = amount.is_sign_negative() && !amount.is_zero();
    match (document.kind, document.type_code.as_deref()) {
        (DocumentKind::CreditNote | DocumentKind::DebitNote, _) => ReferenceEffect::Adjusts,
        (DocumentKind::Invoice, Some("384")) if !negative => ReferenceEffect::Replaces,
        (DocumentKind::Invoice, _) if negative => ReferenceEffect::Adjusts,
        _ => ReferenceEffect::Mentions,
    }
}

fn reference(node: Node<'_, '_>, effect: ReferenceEffect) -> Option<ReferenceRecord> {
    let issued = ["FormattedIssueDateTime", "IssueDateTime"];
    let issued = issued.iter().find_map(|name| text(node, &[name]));
    Some(ReferenceRecord {
        effect,
        type_code: text(node, &["TypeCode"]),
        // ZUGFeRD 1 calls it ID.
        number: Some(text(node, &["IssuerAssignedID"]).or_else(|| text(node, &["ID"]))?),
        date: issued.and_then(|text| plain_day(&text)),
        ..ReferenceRecord::default()
    })
}

fn check(parts: &Parts<'_, '_>, document: &DocumentRecord, fields: &mut Fields) {
    fields.require("ID", document.number.as_ref());
    fields.require("IssueDateTime", document.issue_text.as_ref());
    let totals = parts.settlement.and_then(summation);
    let grand = totals.and_then(|totals| path(totals, &["GrandTotalAmount"]));
    fields.require("GrandTotalAmount", grand.and_then(whole_text).as_ref());
    fields.require("SellerTradeParty", document.seller.name.as_ref().or(seller_id(document)));
    fields.require("BuyerTradeParty", document.buyer.name.as_ref().or(buyer_id(document)));
    check_tax_id("SellerTradeParty", &document.seller, fields);
    check_tax_id("BuyerTradeParty", &document.buyer, fields);
    let test = parts.context.and_then(|node| text(node, &["TestIndicator"]));
    if test.is_some_and(|test| test.eq_ignore_ascii_case("true") || test == "1") {
        fields.note(problem::test_document());
    }
    ubl_totals::check_sign(document, fields);
    if document.references.iter().any(|found| found.effect == ReferenceEffect::Replaces) {
        fields.note(problem::corrected_invoice());
    }
    let early =
        |due: &DueRecord| due.date.zip(document.issue_date).is_some_and(|(due, on)| due < on);
    if document.kind != DocumentKind::CreditNote && document.dues.iter().any(early) {
        fields.note(problem::due_before_issue());
    }
}

fn seller_id(document: &DocumentRecord) -> Option<&String> {
    document.seller.tax_id.as_ref().or(document.seller.code.as_ref())
}

fn buyer_id(document: &DocumentRecord) -> Option<&String> {
    document.buyer.tax_id.as_ref().or(document.buyer.code.as_ref())
}

/// A Spanish VAT number has a check character; those of other countries are not checked here. It
/// is remarked on only: nobody vouches for it, and examples abound.
fn check_tax_id(field: &str, party: &PartyRecord, fields: &mut Fields) {
    let Some(written) = party.tax_id.as_deref().filter(|id| id.starts_with("ES")) else { return };
    if matches!(tax_id::check("ES", written), TaxIdCheck::BadCheckDigit(_) | TaxIdCheck::Malformed)
    {
        fields.note(problem::odd_tax_id(field, written));
    }
}
