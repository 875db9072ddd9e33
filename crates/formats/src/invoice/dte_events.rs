//! What travels beside the DTE: assignments (`AEC`), the buyer's answers (`RespuestaDTE`) and
//! receipts of goods (`EnvioRecibos`, Ley 19.983). Each names a document by (issuer, type,
//! folio); none of them is a debt by itself.

use super::Content;
use super::fields::{self, Fields};
use crate::problem;
use crate::record::{AssignmentRecord, EventKind, EventRecord, PartyRecord, Record};
use crate::xml::{child, name, text};
use roxmltree::Node;

/// One event per assignment of an `AEC`; the highest sequence holds the claim.
pub fn assignments(root: Node<'_, '_>) -> Content {
    collect(root, "DocumentoCesion", "dte-aec", |node, fields| {
        let id = child(node, "IdDTE").unwrap_or(node);
        let mut event = named(id, fields);
        event.kind = EventKind::Assigned;
        event.at_text = text(node, &["TmstCesion"]);
        event.assignment = Some(AssignmentRecord {
            sequence: text(node, &["SeqCesion"]).and_then(|sequence| sequence.parse().ok()),
            assignor_tax_id: fields::tax_id(text(node, &["Cedente", "RUT"])),
            assignee_tax_id: fields::tax_id(text(node, &["Cesionario", "RUT"])),
            assignee_name: text(node, &["Cesionario", "RazonSocial"]),
            amount: fields.amount("MontoCesion", text(node, &["MontoCesion"])),
            last_due: text(node, &["UltimoVencimiento"]).and_then(|date| fields::day(&date)),
            on: event.at_text.as_deref().and_then(fields::day),
        });
        event
    })
}

/// One event per document answered. `ResultadoDTE` is the buyer's verdict; `RecepcionDTE` only
/// says that its system took the file, or why not.
pub fn responses(root: Node<'_, '_>) -> Content {
    let at_text = text(root, &["Resultado", "Caratula", "TmstFirmaResp"]);
    let mut content = collect(root, "ResultadoDTE", "dte-response", |node, fields| {
        let mut event = named(node, fields);
        event.code = text(node, &["EstadoDTE"]);
        event.reason = text(node, &["EstadoDTEGlosa"]);
        event.kind = match event.code.as_deref() {
            Some("0") => EventKind::Accepted,
            Some("1") => EventKind::AcceptedWithRemarks,
            Some("2") => EventKind::Claimed,
            other => {
                fields.note(problem::unknown_type(other.unwrap_or("")));
                EventKind::Delivered
            }
        };
        event
    });
    let received = collect(root, "RecepcionDTE", "dte-response", |node, fields| {
        let mut event = named(node, fields);
        event.code = text(node, &["EstadoRecepDTE"]);
        event.reason = text(node, &["RecepDTEGlosa"]);
        event.kind = match event.code.as_deref() {
            Some("0") => EventKind::Delivered,
            _ => EventKind::Rejected,
        };
        event
    });
    content.records.extend(received.records);
    content.problems.clear();
    if content.records.is_empty() {
        let (es, en) = ("Acuse técnico de un envío", "Technical receipt of an envelope");
        content.problems.push(problem::not_a_receivable(es, en));
    }
    for record in &mut content.records {
        if let Record::Event(event) = record {
            event.on = at_text.as_deref().and_then(fields::day);
            event.at_text.clone_from(&at_text);
        }
    }
    content
}

/// One event per document whose goods or services were received.
pub fn goods_receipts(root: Node<'_, '_>) -> Content {
    collect(root, "DocumentoRecibo", "dte-response", |node, fields| {
        let mut event = named(node, fields);
        event.kind = EventKind::GoodsReceived;
        event.at_text = text(node, &["TmstFirmaRecibo"]);
        event.reason = text(node, &["Recinto"]);
        event
    })
}

fn collect(
    root: Node<'_, '_>,
    wanted: &str,
    format: &'static str,
    read: impl Fn(Node<'_, '_>, &mut Fields) -> EventRecord,
) -> Content {
    let found = root.descendants().filter(|node| node.is_element() && name(*node) == wanted);
    let mut records = Vec::new();
    for node in found {
        let mut fields = Fields::default();
        let mut event = read(node, &mut fields);
        event.place = format!("{wanted} {}", records.len() + 1);
        event.on = event.on.or_else(|| event.at_text.as_deref().and_then(fields::day));
        for problem in &mut fields.problems {
            problem.place.clone_from(&event.place);
        }
        event.status = super::outcome(&fields.problems);
        event.problems = fields.problems;
        records.push(Record::Event(Box::new(event)));
    }
    let problems = if records.is_empty() { vec![problem::no_documents()] } else { Vec::new() };
    Content { format, records, problems }
}

/// The document an answer, receipt or assignment speaks of.
fn named(node: Node<'_, '_>, fields: &mut Fields) -> EventRecord {
    let party = |text: Option<String>| PartyRecord {
        tax_id: fields::tax_id(text),
        country: Some("CL".to_owned()),
        ..PartyRecord::default()
    };
    let type_code = text(node, &["TipoDTE"]).or_else(|| text(node, &["TipoDoc"]));
    let number = text(node, &["Folio"]);
    let seller = party(text(node, &["RUTEmisor"]));
    fields.require("TipoDTE", type_code.as_ref());
    fields.require("Folio", number.as_ref());
    fields.require("RUTEmisor", seller.tax_id.as_ref());
    EventRecord {
        type_code,
        number,
        issue_date: text(node, &["FchEmis"]).and_then(|date| fields::day(&date)),
        seller,
        buyer: party(text(node, &["RUTRecep"]).or_else(|| text(node, &["RUTReceptor"]))),
        total: fields.amount("MntTotal", text(node, &["MntTotal"])),
        ..EventRecord::default()
    }
}
