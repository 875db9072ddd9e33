//! Electronic invoices and what travels with them: CFDI (Mexico) and DTE (Chile).
//!
//! Decides, by the root element, which reader an XML belongs to, and names what is recognised and
//! not read. Namespaces and prefixes are not trusted; local names are.
pub mod cfdi;
pub mod cfdi_payments;
pub mod dte;
pub mod dte_events;
pub mod dte_totals;
pub mod fields;
pub mod ownership;
pub mod repeats;
pub mod sat_metadata;

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

fn recognise(root: Node<'_, '_>) -> Content {
    if let Some(content) = read_known(root) {
        return content;
    }
    if let Some(problem) = known_but_not_read(root) {
        return alone("xml", problem);
    }
    // Somebody's envelope around a document we do read.
    let inner = root.descendants().skip(1).filter(Node::is_element).find_map(read_known);
    inner.unwrap_or_else(|| alone("xml", problem::unknown_xml(xml::name(root))))
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
        "Perception" | "Retention" | "DespatchAdvice" | "ApplicationResponse" => {
            ignored("Comprobante sin cuenta por cobrar", "Document without a receivable")
        }
        _ => not_imported(root),
    }
}

/// Whether it is what the SAT answers when asked for the state of a CFDI.
fn answers_query(root: Node<'_, '_>) -> bool {
    let has = |wanted: &str| root.descendants().any(|node| xml::name(node) == wanted);
    has("CodigoEstatus") && has("Estado")
}

fn not_imported(root: Node<'_, '_>) -> Option<Problem> {
    let namespace = root.tag_name().namespace().unwrap_or("");
    let standard = match xml::name(root) {
        "Facturae" => "Facturae",
        "Invoice" | "CreditNote" | "DebitNote" | "AttachedDocument" => "UBL",
        "CrossIndustryInvoice" => "CII",
        "FatturaElettronica" => "FatturaPA",
        "Document" if namespace.contains("iso:20022") => "ISO 20022",
        "OFX" => "OFX",
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
