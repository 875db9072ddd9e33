//! Electronic invoices and what travels with them: CFDI (Mexico), DTE (Chile), Facturae (Spain),
//! UBL (Peppol, Colombia, Peru) and CII (Factur-X, ZUGFeRD, XRechnung).
//!
//! Decides, by the root element, which reader an XML belongs to, and names what is recognised and
//! not read. Namespaces and prefixes are not trusted; local names are.
pub mod cfdi;
pub mod cfdi_payments;
pub mod cii;
pub mod cii_terms;
pub mod dian;
pub mod dte;
pub mod dte_events;
pub mod dte_totals;
pub mod facturae;
pub mod facturae_totals;
pub mod fields;
pub mod ownership;
pub mod repeats;
pub mod sat_metadata;
pub mod sunat;
pub mod ubl;
pub mod ubl_answers;
pub mod ubl_parties;
pub mod ubl_terms;
pub mod ubl_totals;

use crate::read::{ReadFile, ReadOptions};
use crate::record::{Problem, Record, Status};
use crate::{decode, problem, xml};
use roxmltree::Node;

/// What an XML was recognised as, and what was read from it.
#[derive(Debug)]
pub struct Content {
    /// Name of the format, as in [`ReadFile::format`].
    pub format: &'static str,
    /// Its records.
    pub records: Vec<Record>,
    /// Problems of the file as a whole.
    pub problems: Vec<Problem>,
}

/// Reads any XML: decodes, parses safely, recognises, reads.
pub fn read_xml(name: &str, bytes: &[u8], options: &ReadOptions) -> ReadFile {
    if bytes.len() > xml::MAX_BYTES {
        return ReadFile::refused(name, "xml", problem::too_large(xml::MAX_BYTES));
    }
    let decoded = decode::xml(bytes);
    let document = match xml::parse(&decoded.text) {
        Ok(document) => document,
        Err(problem) => return ReadFile::refused(name, "xml", problem),
    };
    if let Err(problem) = check_crowd(document.root_element()) {
        return ReadFile::refused(name, "xml", problem);
    }
    let mut content = recognise(document.root_element());
    for record in &mut content.records {
        ownership::check(record, &options.creditor_tax_ids);
    }
    let mut file = ReadFile::new(name, content.format);
    file.records = content.records;
    file.problems = decoded.problems;
    file.problems.extend(content.problems);
    file.settle();
    file
}

/// Most documents of one file: what fits in the largest file when each has a kilobyte.
const MAX_DOCUMENTS: usize = 20_000;
/// Most payments, references and the like of one file.
const MAX_DETAILS: usize = 100_000;

/// Every empty element that would become a record costs a hundred times its own bytes, so their
/// number is limited before any is read.
fn check_crowd(root: Node<'_, '_>) -> Result<(), Problem> {
    let (mut documents, mut details) = (0, 0);
    for node in root.descendants().filter(Node::is_element) {
        match xml::name(node) {
            "Comprobante"
            | "DTE"
            | "DocumentoCesion"
            | "ResultadoDTE"
            | "RecepcionDTE"
            | "DocumentoRecibo"
            | "Folios"
            | "Pago"
            | "Invoice"
            | "CreditNote"
            | "DebitNote"
            | "AttachedDocument"
            | "DocumentResponse"
            | "CrossIndustryInvoice"
            | "CrossIndustryDocument" => documents += 1,
            "DoctoRelacionado"
            | "CfdiRelacionado"
            | "Referencia"
            | "MntPagos"
            | "SubTotDTE"
            | "ImptoReten"
            | "TimbreFiscalDigital"
            | "BillingReference"
            | "DiscrepancyResponse"
            | "PartyIdentification"
            | "PaymentMeans"
            | "PaymentTerms"
            | "Corrective"
            | "Installment"
            | "InvoiceReferencedDocument"
            | "SpecifiedTradePaymentTerms"
            | "SpecifiedTaxRegistration"
            | "GlobalID"
            | "ApplicableTradePaymentDiscountTerms" => details += 1,
            other if other.ends_with("DocumentReference") => details += 1,
            _ => {}
        }
    }
    match documents > MAX_DOCUMENTS || details > MAX_DETAILS {
        true => Err(problem::hostile_xml("demasiados documentos o pagos", "too many documents")),
        false => Ok(()),
    }
}

fn recognise(root: Node<'_, '_>) -> Content {
    if let Some(content) = read_known(root) {
        return content;
    }
    if let Some(problem) = known_but_not_read(root) {
        return alone("xml", problem);
    }
    wrapped(root).unwrap_or_else(|| alone("xml", problem::unknown_xml(xml::name(root))))
}

/// Somebody's envelope around documents we do read: all of them, each with its place.
fn wrapped(root: Node<'_, '_>) -> Option<Content> {
    let mut found: Vec<Content> = Vec::new();
    let mut waiting: Vec<Node<'_, '_>> = vec![root];
    while let Some(node) = waiting.pop() {
        match read_known(node) {
            Some(content) => found.push(content),
            None => waiting.extend(node.children().rev().filter(Node::is_element)),
        }
    }
    if found.len() < 2 {
        return found.pop();
    }
    let mut all = ReadFile::new("", found[0].format);
    for (index, content) in found.into_iter().enumerate() {
        let mut part = ReadFile::new("", content.format);
        part.records = content.records;
        part.problems = content.problems;
        part.prefix_places(&format!("documento {}", index + 1));
        all.records.append(&mut part.records);
        all.problems.append(&mut part.problems);
    }
    Some(Content { format: all.format, records: all.records, problems: all.problems })
}

fn read_known(node: Node<'_, '_>) -> Option<Content> {
    match xml::name(node) {
        "Comprobante" => Some(cfdi::read(node)),
        "EnvioDTE" | "EnvioBOLETA" | "SetDTE" | "DTE" => Some(dte::read(node)),
        "Documento" | "Exportaciones" | "Liquidacion"
            if xml::child(node, "Encabezado").is_some() =>
        {
            Some(dte::read(node))
        }
        "AEC" | "DocumentoAEC" | "Cesion" | "DocumentoCesion" => {
            Some(dte_events::assignments(node))
        }
        "RespuestaDTE" => Some(dte_events::responses(node)),
        "EnvioRecibos" | "SetRecibos" => Some(dte_events::goods_receipts(node)),
        "Acuse" if xml::child(node, "Folios").is_some() => Some(cfdi::cancellations(node)),
        "AttachedDocument" => Some(dian::attached(node)),
        "ApplicationResponse" => Some(ubl_answers::read(node)),
        _ if ubl::is_document(node) => Some(ubl::read(node)),
        "Facturae" => Some(facturae::read(node)),
        "CrossIndustryInvoice" | "CrossIndustryDocument" => Some(cii::read(node)),
        _ => None,
    }
}

fn alone(format: &'static str, problem: Problem) -> Content {
    Content { format, records: Vec::new(), problems: vec![problem] }
}

/// Roots recognised and not read: not receivables, or standards this version does not import.
fn known_but_not_read(root: Node<'_, '_>) -> Option<Problem> {
    let ignored = |es: &str, en: &str| Some(problem::not_a_receivable(es, en));
    match xml::name(root) {
        "Retenciones" => {
            ignored("CFDI de retenciones e información de pagos", "CFDI of retentions")
        }
        "SPEI_Tercero" => ignored("Comprobante electrónico de pago SPEI", "SPEI proof of payment"),
        "LibroCompraVenta" | "EnvioLibro" => {
            ignored("Libro de compras y ventas", "Book of purchases and sales")
        }
        "LibroGuia" | "LibroBoleta" | "LibroBOLETA" => {
            ignored("Libro de guías o boletas", "Book of delivery notes or receipts")
        }
        "ConsumoFolios" => ignored("Reporte de consumo de folios", "Folio consumption report"),
        "AUTORIZACION" => ignored("Autorización de folios (CAF)", "Folio authorisation (CAF)"),
        "Catalogo" | "Balanza" | "Polizas" | "AuxiliarFolios" | "AuxiliarCtas" => {
            ignored("Contabilidad electrónica del SAT", "SAT electronic accounting")
        }
        "Cancelacion" | "CancelaCFD" => ignored(
            "Solicitud de cancelación (la respuesta del SAT es la que vale)",
            "Cancellation request (only the answer of the SAT counts)",
        ),
        "Envelope" | "ConsultaResult" | "ConsultaResponse" if answers_query(root) => ignored(
            "Respuesta a la consulta de estado de un CFDI, que no dice de cuál",
            "Answer to a CFDI status query, which does not say of which",
        ),
        "Nomina" => ignored("Complemento de nómina", "Payroll complement"),
        "CartaPorte" => ignored("Complemento de carta porte", "Waybill complement"),
        "RESPUESTA" | "RECEPCIONDTE" | "RESULTADO_ENVIO" | "ResultadoEnvioLibro" => {
            ignored("Respuesta técnica del SII", "Technical answer of the SII")
        }
        "SCRDMCCBDACIOMessageStructure" => ignored("Pedido (Order-X)", "Order (Order-X)"),
        "SCRDMCCBDACIDAMessageStructure" => {
            ignored("Aviso de expedición (Deliver-X)", "Despatch advice (Deliver-X)")
        }
        "Perception" | "Retention" | "DespatchAdvice" => {
            ignored("Comprobante sin cuenta por cobrar", "Document without a receivable")
        }
        "VoidedDocuments" | "SummaryDocuments" => ignored(
            "Baja o resumen de la SUNAT (su constancia es la que vale)",
            "Voiding or summary of the SUNAT (only its receipt counts)",
        ),
        "NominaIndividual" | "NominaIndividualDeAjuste" => {
            ignored("Nómina electrónica de la DIAN", "Payroll of the DIAN")
        }
        "Order" | "OrderResponse" | "ReceiptAdvice" | "RemittanceAdvice" | "Reminder"
        | "Catalogue" | "Quotation"
            if is_ubl(root) =>
        {
            ignored("Documento comercial sin deuda", "Business document without a debt")
        }
        _ => not_imported(root),
    }
}

fn is_ubl(root: Node<'_, '_>) -> bool {
    root.tag_name().namespace().is_some_and(|space| space.contains(":ubl:"))
}

/// Whether it is what the SAT answers when asked for the state of a CFDI.
fn answers_query(root: Node<'_, '_>) -> bool {
    let has = |wanted: &str| root.descendants().any(|node| xml::name(node) == wanted);
    has("CodigoEstatus") && has("Estado")
}

fn not_imported(root: Node<'_, '_>) -> Option<Problem> {
    let namespace = root.tag_name().namespace().unwrap_or("");
    let standard = match xml::name(root) {
        "Invoice" | "CreditNote" | "DebitNote" if is_ubl(root) => "UBL 1.0",
        "FatturaElettronica" => "FatturaPA",
        "CrossDomainAcknowledgementAndResponse" => "CDAR",
        "Document" if namespace.contains("iso:20022") => "ISO 20022",
        _ => return None,
    };
    Some(problem::format_not_read(standard))
}

/// The outcome of a document: ignored ones stay ignored whatever else is wrong with them.
pub(crate) fn outcome(problems: &[Problem]) -> Status {
    match problems.iter().any(|problem| problem.status == Status::Ignore) {
        true => Status::Ignore,
        false => crate::read::worst(problems),
    }
}
