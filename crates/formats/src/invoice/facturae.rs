//! Facturae of Spain, versions 3.0 to 3.2.2: single invoices and lots, signed or not.
//!
//! Decides what each invoice is (original, rectificativa, copy), what it corrects and how, who must
//! be paid, and whether it is fit for the ledger. Refuses to know whether an administration has
//! registered it (FACe) or what it chained it to (Verifactu, TicketBAI). The four namespaces differ
//! in nothing read here, and the elements inside have none. Sources: Orden EHA/962/2007 and
//! HAP/1650/2015, schemas of facturae.gob.es; formats reference §3.

use super::facturae_totals;
use super::fields::{self, Fields};
use super::{Content, outcome, ubl_totals};
use crate::problem;
use crate::record::{
    AssignmentRecord, DocumentKind, DocumentRecord, DueRecord, DueSource, OfficeRecord, OfficeRole,
    PartyRecord, Problem, Record, ReferenceEffect, ReferenceRecord,
};
use crate::terms_text::terms_days;
use crate::xml::{child, children, name, path, text};
use puntual_core::bank_id;
use puntual_core::tax_id::{self, TaxIdCheck};
use roxmltree::Node;
use rust_decimal::Decimal;

/// Most bytes that the parties of a lot may take up when every invoice has its own copy of them.
const MAX_REPEATED_BYTES: usize = 50_000_000;

/// What every invoice of a file shares.
struct Cover<'a, 'i> {
    version: Option<String>,
    seller: PartyRecord,
    buyer: PartyRecord,
    /// Problems of the parties, told of every invoice.
    problems: Vec<Problem>,
    currency: Option<String>,
    factoring: Option<Node<'a, 'i>>,
    invoices: usize,
}

/// Reads every invoice of a `Facturae`.
pub fn read(root: Node<'_, '_>) -> Content {
    let found: Vec<Node<'_, '_>> =
        child(root, "Invoices").into_iter().flat_map(|list| children(list, "Invoice")).collect();
    let cover = cover(root, found.len());
    let mut problems = Vec::new();
    let mut records = Vec::with_capacity(found.len());
    if found.is_empty() {
        problems.push(problem::no_documents());
    } else if found.len().saturating_mul(weight(&cover)) > MAX_REPEATED_BYTES {
        let (es, en) = ("datos de las partes sin medida", "parties of no measure");
        problems.push(problem::hostile_xml(es, en));
    } else {
        for (index, node) in found.iter().enumerate() {
            let place =
                if found.len() == 1 { String::new() } else { format!("factura {}", index + 1) };
            records.push(Record::Document(Box::new(document(*node, &cover, place))));
        }
        problems.extend(check_lot(root, &records));
    }
    Content { format: "facturae", records, problems }
}

fn cover<'a, 'i>(root: Node<'a, 'i>, invoices: usize) -> Cover<'a, 'i> {
    let mut fields = Fields::default();
    let parties = child(root, "Parties");
    let side = |name: &str| parties.and_then(|parties| child(parties, name));
    let (seller_node, buyer_node) = (side("SellerParty"), side("BuyerParty"));
    let (mut seller, mut buyer) = (party(seller_node), party(buyer_node));
    fields.mend_names(&mut seller);
    fields.mend_names(&mut buyer);
    let signed = is_signed(root);
    fields.require("SellerParty/TaxIdentificationNumber", seller.tax_id.as_ref());
    check_nif("SellerParty", seller_node, &seller, signed, &mut fields);
    check_nif("BuyerParty", buyer_node, &buyer, signed, &mut fields);
    Cover {
        // Every version read here is a third one.
        version: text(root, &["FileHeader", "SchemaVersion"]).or_else(|| Some("3".to_owned())),
        seller,
        buyer,
        problems: fields.problems,
        currency: text(root, &["FileHeader", "Batch", "InvoiceCurrencyCode"]),
        factoring: path(root, &["FileHeader", "FactoringAssignmentData"]),
        invoices,
    }
}

/// Signed in itself, or inside the signature.
fn is_signed(root: Node<'_, '_>) -> bool {
    child(root, "Signature").is_some()
        || root.ancestors().any(|outer| outer.is_element() && name(outer) == "Signature")
}

/// Bytes of what is copied into every invoice.
fn weight(cover: &Cover<'_, '_>) -> usize {
    let party = |party: &PartyRecord| {
        let own = [
            &party.tax_id,
            &party.name,
            &party.email,
            &party.phone,
            &party.contact,
            &party.address,
        ];
        let offices = party.offices.iter().flat_map(|office| [&office.code, &office.name]);
        own.into_iter().chain(offices).flatten().map(String::len).sum::<usize>()
    };
    let factoring = cover.factoring.map_or(0, |node| node.range().len());
    party(&cover.seller) + party(&cover.buyer) + factoring
}

fn party(node: Option<Node<'_, '_>>) -> PartyRecord {
    let Some(node) = node else { return PartyRecord::default() };
    let entity = child(node, "LegalEntity").or_else(|| child(node, "Individual"));
    let field = |names: &[&str]| entity.and_then(|entity| text(entity, names));
    let surnames = ["Name", "FirstSurname", "SecondSurname"];
    let person: Vec<String> = surnames.iter().filter_map(|part| field(&[part])).collect();
    let person = (!person.is_empty()).then(|| person.join(" "));
    PartyRecord {
        tax_id: fields::tax_id(text(node, &["TaxIdentification", "TaxIdentificationNumber"])),
        name: field(&["CorporateName"]).or(person).or_else(|| field(&["TradeName"])),
        country: entity.and_then(country),
        email: field(&["ContactDetails", "ElectronicMail"]),
        phone: field(&["ContactDetails", "Telephone"]),
        contact: field(&["ContactDetails", "ContactPersons"]),
        address: entity.and_then(address),
        offices: offices(node),
        ..PartyRecord::default()
    }
}

/// Most offices of one party; an administration names four, and every invoice of a lot has a copy.
const MAX_OFFICES: usize = 20;

/// The administrative centres. FACe reads their codes as they stand in DIR3.
fn offices(party: Node<'_, '_>) -> Vec<OfficeRecord> {
    let centres = child(party, "AdministrativeCentres").into_iter();
    centres
        .flat_map(|list| children(list, "AdministrativeCentre"))
        .take(MAX_OFFICES)
        .map(|centre| OfficeRecord {
            role: match text(centre, &["RoleTypeCode"]).as_deref() {
                Some("01") => OfficeRole::Accounting,
                Some("02") => OfficeRole::Managing,
                Some("03") => OfficeRole::Processing,
                Some("04") => OfficeRole::Proposing,
                _ => OfficeRole::Other,
            },
            code: text(centre, &["CentreCode"]).map(|code| code.to_uppercase()),
            name: text(centre, &["CentreDescription"]).or_else(|| text(centre, &["Name"])),
        })
        .filter(|office| office.code.is_some() || office.name.is_some())
        .collect()
}

fn country(entity: Node<'_, '_>) -> Option<String> {
    if child(entity, "AddressInSpain").is_some() {
        return Some("ES".to_owned());
    }
    let code = text(entity, &["OverseasAddress", "CountryCode"])?;
    fields::country_code(&code).map(str::to_owned)
}

fn address(entity: Node<'_, '_>) -> Option<String> {
    let node = child(entity, "AddressInSpain").or_else(|| child(entity, "OverseasAddress"))?;
    let parts = ["Address", "PostCode", "Town", "PostCodeAndTown", "Province"];
    let parts: Vec<String> = parts.iter().filter_map(|part| text(node, &[part])).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A NIF of a resident has a check character. One that fails it in a signed invoice is remarked
/// on (formats reference §10: such ids exist); in an unsigned one it is taken for a mistake.
/// Residents of other countries (`E`, `U`) are identified as their own country does.
fn check_nif(
    field: &str,
    node: Option<Node<'_, '_>>,
    party: &PartyRecord,
    signed: bool,
    fields: &mut Fields,
) {
    let Some((node, written)) = node.zip(party.tax_id.as_deref()) else { return };
    let residence = text(node, &["TaxIdentification", "ResidenceTypeCode"]);
    if matches!(residence.as_deref(), Some("E" | "U")) {
        return;
    }
    let foreign =
        |id: &str| !id.starts_with("ES") && id.bytes().take(2).all(|b| b.is_ascii_uppercase());
    match tax_id::check("ES", written) {
        TaxIdCheck::Malformed if signed || foreign(written) => {
            fields.note(problem::odd_tax_id(field, written));
        }
        TaxIdCheck::BadCheckDigit(_) if signed => fields.note(problem::odd_tax_id(field, written)),
        TaxIdCheck::Malformed | TaxIdCheck::BadCheckDigit(_) => {
            fields.note(problem::bad_tax_id(field, written));
        }
        _ => {}
    }
}

fn document(node: Node<'_, '_>, cover: &Cover<'_, '_>, place: String) -> DocumentRecord {
    let mut fields = Fields { problems: cover.problems.clone() };
    let header = |name: &str| text(node, &["InvoiceHeader", name]);
    let class = header("InvoiceClass").unwrap_or_else(|| "OO".to_owned());
    let form = header("InvoiceDocumentType").unwrap_or_else(|| "FC".to_owned());
    let mut document = DocumentRecord {
        version: cover.version.clone(),
        type_code: Some(format!("{form}/{class}")),
        series: header("InvoiceSeriesCode"),
        number: header("InvoiceNumber"),
        issue_text: text(node, &["InvoiceIssueData", "IssueDate"]),
        seller: cover.seller.clone(),
        buyer: cover.buyer.clone(),
        lines: Some(count_lines(node)),
        ..DocumentRecord::default()
    };
    document.issue_date = fields.day("IssueDate", document.issue_text.as_deref());
    read_currency(node, cover, &mut document, &mut fields);
    facturae_totals::read(node, &mut document, &mut fields);
    read_class(node, &class, &mut document, &mut fields);
    document.assignment = cover.factoring.map(|given| assignment(given, cover, &document));
    if let Some(given) = &document.assignment {
        fields.note(problem::factored(given.assignee_name.as_deref().unwrap_or("?")));
    }
    read_terms(node, cover, &mut document, &mut fields);
    check(&form, &document, &mut fields);
    document.place = described(place, &document);
    for problem in &mut fields.problems {
        problem.place.clone_from(&document.place);
    }
    document.status = outcome(&fields.problems);
    document.problems = fields.problems;
    document
}

fn count_lines(node: Node<'_, '_>) -> u32 {
    let lines = child(node, "Items").map_or(0, |items| children(items, "InvoiceLine").count());
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// "factura 2 (A-1014)", so that a person finds it in the lot; empty when it is alone.
fn described(place: String, document: &DocumentRecord) -> String {
    if place.is_empty() {
        return place;
    }
    let number = [document.series.as_deref(), document.number.as_deref()];
    let number: Vec<&str> = number.into_iter().flatten().collect();
    let number: String = number.join("-").chars().take(60).collect();
    format!("{place} ({number})")
}

fn read_currency(
    node: Node<'_, '_>,
    cover: &Cover<'_, '_>,
    document: &mut DocumentRecord,
    fields: &mut Fields,
) {
    let field = |names: &[&str]| text(node, names);
    let written = field(&["InvoiceIssueData", "InvoiceCurrencyCode"]);
    fields.currency(document, written.or_else(|| cover.currency.clone()), None);
    // Rates are not money: a wrong one does not change what is owed.
    let rate = field(&["InvoiceIssueData", "ExchangeRateDetails", "ExchangeRate"]);
    document.exchange_rate = rate.and_then(|rate| fields::decimal(&rate));
}

/// What the class makes of the invoice: OO original, OR rectificativa, OC recapitulativa; CO, CR
/// and CC are copies of those, under the same number.
fn read_class(node: Node<'_, '_>, class: &str, document: &mut DocumentRecord, fields: &mut Fields) {
    match class {
        "OO" | "OC" | "OR" => {}
        "CO" | "CC" | "CR" => fields.note(problem::copy_of_invoice(class)),
        other => fields.note(problem::unknown_type(other)),
    }
    match class.ends_with('R') {
        true => read_correction(node, document, fields),
        false => ubl_totals::check_sign(document, fields),
    }
    for (field, type_code) in [
        (["InvoiceIssueData", "ReceiverTransactionReference"], ORDER),
        (["InvoiceIssueData", "ReceiverContractReference"], CONTRACT),
    ] {
        if let Some(number) = text(node, &field) {
            document.references.push(ReferenceRecord {
                type_code: Some(type_code.to_owned()),
                number: Some(number),
                ..ReferenceRecord::default()
            });
        }
    }
}

/// Orders and contracts in the list of document types of the United Nations (UNTDID 1001).
const ORDER: &str = "220";
const CONTRACT: &str = "315";

/// A rectificativa: method 01 states the whole anew, and the invoice it names is replaced; 02
/// (differences), 03 (discount by volume) and 04 (authorised by the tax office) change what is
/// owed by their own amount, down or up. Without any amount only the text is corrected. Method 01
/// with a negative amount is a common mistake for 02: a debt cannot be restated below nothing. Only
/// 02 says that a positive amount is a difference; with another method, or none, a person decides
/// whether it is charged, taken off or the whole anew.
fn read_correction(node: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let total = document.payable.or(document.total).unwrap_or_default();
    let negative = total.is_sign_negative() && !total.is_zero();
    let corrected: Vec<Node<'_, '_>> = child(node, "InvoiceHeader")
        .into_iter()
        .flat_map(|header| children(header, "Corrective"))
        .collect();
    let method = corrected.first().and_then(|first| text(*first, &["CorrectionMethod"]));
    let whole = method.as_deref() == Some("01");
    if !negative && !total.is_zero() && !matches!(method.as_deref(), Some("01" | "02")) {
        let amount = total.normalize().to_string();
        fields.note(problem::direction_not_said(method.as_deref().unwrap_or("–"), &amount));
    }
    document.kind = match whole {
        _ if negative => DocumentKind::CreditNote,
        true => DocumentKind::Invoice,
        false if total.is_zero() => DocumentKind::CreditNote,
        false => DocumentKind::DebitNote,
    };
    let effect = match whole {
        true if !negative => ReferenceEffect::Replaces,
        false if total.is_zero() => ReferenceEffect::CorrectsText,
        _ => ReferenceEffect::Adjusts,
    };
    document.references =
        corrected.into_iter().filter_map(|named| correction(named, effect)).collect();
    if document.references.is_empty() {
        fields.note(problem::corrects_nothing());
    } else if effect == ReferenceEffect::Replaces {
        fields.note(problem::corrected_invoice());
    }
}

fn correction(node: Node<'_, '_>, effect: ReferenceEffect) -> Option<ReferenceRecord> {
    let field = |name: &str| text(node, &[name]);
    // Documents are known by series and number together.
    let number = match (field("InvoiceSeriesCode"), field("InvoiceNumber")?) {
        (Some(series), number) => format!("{series}-{number}"),
        (None, number) => number,
    };
    Some(ReferenceRecord {
        effect,
        relation: field("CorrectionMethod"),
        type_code: None,
        number: Some(number),
        uuid: None,
        date: field("InvoiceIssueDate").and_then(|date| fields::day(&date)),
        reason: field("ReasonDescription").or_else(|| field("ReasonCode")),
    })
}

/// Factoring: the assignee must be paid. Its instalments are of the whole file, so an amount is
/// known only when the file holds one invoice.
fn assignment(
    node: Node<'_, '_>,
    cover: &Cover<'_, '_>,
    document: &DocumentRecord,
) -> AssignmentRecord {
    let assignee = party(child(node, "Assignee"));
    let instalments = instalments(node, &mut Fields::default());
    let sum = instalments
        .iter()
        .try_fold(Decimal::ZERO, |sum, due| sum.checked_add(due.amount.unwrap_or_default()));
    AssignmentRecord {
        sequence: None,
        assignor_tax_id: document.seller.tax_id.clone(),
        assignee_name: assignee.name.or_else(|| assignee.tax_id.clone()),
        assignee_tax_id: assignee.tax_id,
        amount: sum.filter(|sum| cover.invoices == 1 && !sum.is_zero()),
        last_due: instalments.iter().filter_map(|due| due.date).max(),
        on: None,
    }
}

fn instalments(node: Node<'_, '_>, fields: &mut Fields) -> Vec<DueRecord> {
    let rows = child(node, "PaymentDetails").into_iter();
    rows.flat_map(|details| children(details, "Installment"))
        .map(|row| DueRecord {
            date: fields.day("InstallmentDueDate", text(row, &["InstallmentDueDate"]).as_deref()),
            amount: fields.amount("InstallmentAmount", text(row, &["InstallmentAmount"])),
        })
        .collect()
}

/// Instalments of the invoice, or of the assignment when only that has them; means, account and
/// words of the first.
fn read_terms(
    node: Node<'_, '_>,
    cover: &Cover<'_, '_>,
    document: &mut DocumentRecord,
    fields: &mut Fields,
) {
    let mut source = node;
    document.dues = instalments(node, fields);
    if document.dues.is_empty()
        && let Some(factoring) = cover.factoring.filter(|_| cover.invoices == 1)
    {
        source = factoring;
        document.dues = instalments(factoring, fields);
    }
    let first = path(source, &["PaymentDetails", "Installment"]);
    let field = |names: &[&str]| first.and_then(|row| text(row, names));
    document.payment_form = field(&["PaymentMeans"]);
    document.payment_reference = field(&["PaymentReconciliationReference"]);
    document.payment_terms = field(&["CollectionAdditionalInformation"]);
    document.terms_days = document.payment_terms.as_deref().and_then(terms_days);
    if let Some(account) = field(&["AccountToBeCredited", "IBAN"]) {
        document.iban = Some(bank_id::iban(&account).unwrap_or_else(|| {
            fields.note(problem::odd_account(&account));
            account
        }));
    }
    if !document.dues.is_empty() {
        document.due_source = DueSource::Instalments;
        facturae_totals::check_instalments(document, fields);
    } else if let (Some(issued), Some(days)) = (document.issue_date, document.terms_days) {
        document.dues = vec![DueRecord { date: Some(issued + days), amount: None }];
        document.due_source = DueSource::Terms;
    }
}

fn check(form: &str, document: &DocumentRecord, fields: &mut Fields) {
    fields.require("InvoiceNumber", document.number.as_ref());
    fields.require("IssueDate", document.issue_text.as_ref());
    // A simplified invoice may leave its buyer out.
    if form != "FA" {
        fields.require("BuyerParty/TaxIdentificationNumber", document.buyer.tax_id.as_ref());
    }
    let early =
        |due: &DueRecord| due.date.zip(document.issue_date).is_some_and(|(due, on)| due < on);
    if document.kind != DocumentKind::CreditNote && document.dues.iter().any(early) {
        fields.note(problem::due_before_issue());
    }
}

/// The cover states how many invoices follow and what they come to.
fn check_lot(root: Node<'_, '_>, records: &[Record]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let stated =
        |names: &[&str]| path(root, &["FileHeader", "Batch"]).and_then(|at| text(at, names));
    if let Some(count) = stated(&["InvoicesCount"])
        && count.parse() != Ok(records.len())
    {
        problems.push(problem::lot_count(&count, records.len()));
    }
    let total = stated(&["TotalInvoicesAmount", "TotalAmount"]);
    let found = records.iter().try_fold(Decimal::ZERO, |sum, record| match record {
        Record::Document(document) => sum.checked_add(document.total?),
        _ => None,
    });
    if let (Some(total), Some(found)) = (total.and_then(|text| fields::decimal(&text)), found) {
        // The cover rounds the sum, and the invoices round themselves.
        let slack = Decimal::new(records.len() as i64 + 1, 2);
        if fields::apart(total, found) > slack {
            let (total, found) = (total.normalize().to_string(), found.normalize().to_string());
            problems.push(problem::lot_amount(&total, &found));
        }
    }
    problems
}
