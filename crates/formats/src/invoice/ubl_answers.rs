//! `ApplicationResponse` of UBL 2: what tax offices and buyers answer to documents issued before.
//! One event per document answered. Those of the DIAN and the SUNAT are read by their own rules;
//! here stand those of Peppol (Invoice Response 3.0, Message Level Response).
//!
//! Refuses to know the document answered: it is named by uid, or by seller and number.

use super::fields::{self, Fields};
use super::ubl::{self, Profile};
use super::{Content, dian, outcome, sunat, ubl_parties};
use crate::problem;
use crate::record::{EventKind, EventRecord, Record};
use crate::xml::{child, children, text};
use roxmltree::Node;

/// Reads every answer of an `ApplicationResponse`.
pub fn read(root: Node<'_, '_>) -> Content {
    let profile = profile(root);
    let at = [&["IssueDate", "IssueTime"], &["ResponseDate", "ResponseTime"]]
        .iter()
        .find_map(|[date, time]| Some((text(root, &[date])?, text(root, &[time]))));
    let at_text = at.map(|(date, time)| match time {
        Some(time) => format!("{date}T{time}"),
        None => date,
    });
    let responses: Vec<Node<'_, '_>> = children(root, "DocumentResponse").collect();
    let mut records = Vec::with_capacity(responses.len());
    for (index, response) in responses.iter().enumerate() {
        let mut fields = Fields::default();
        let mut event = match profile {
            Profile::Dian => dian::event(root, *response, &mut fields),
            Profile::Sunat => sunat::receipt(root, *response, &mut fields),
            Profile::European => invoice_response(root, *response, &mut fields),
        };
        if responses.len() > 1 {
            event.place = format!("DocumentResponse {}", index + 1);
        }
        event.on = at_text.as_deref().and_then(fields::day);
        event.at_text.clone_from(&at_text);
        for problem in &mut fields.problems {
            problem.place.clone_from(&event.place);
        }
        event.status = outcome(&fields.problems);
        event.problems = fields.problems;
        records.push(Record::Event(Box::new(event)));
    }
    let problems = if records.is_empty() { vec![problem::no_documents()] } else { Vec::new() };
    Content { format: "ubl-response", records, problems }
}

/// A receipt of the SUNAT or an OSE has the version of the guide and parties with a RUC.
fn profile(root: Node<'_, '_>) -> Profile {
    let is_ruc = |id: String| id.len() == 11 && id.bytes().all(|b| b.is_ascii_digit());
    let has_ruc = |role: &str| child(root, role).and_then(sunat::party_id).is_some_and(is_ruc);
    let guide = text(root, &["CustomizationID"]);
    match ubl::profile(root) {
        Profile::European
            if matches!(guide.as_deref(), None | Some("1.0" | "2.0"))
                && (has_ruc("SenderParty") || has_ruc("ReceiverParty")) =>
        {
            Profile::Sunat
        }
        found => found,
    }
}

/// The buyer's answer in Peppol: UNCL 4343 in its subset for invoices.
fn invoice_response(
    root: Node<'_, '_>,
    response: Node<'_, '_>,
    fields: &mut Fields,
) -> EventRecord {
    let code = text(response, &["Response", "ResponseCode"]);
    let kind = match code.as_deref() {
        Some("AP" | "PD") => EventKind::Accepted,
        Some("CA") => EventKind::AcceptedWithRemarks,
        Some("RE") => EventKind::Claimed,
        // Received, in process, under query.
        Some("AB" | "IP" | "UQ") => EventKind::Delivered,
        other => {
            fields.note(problem::unknown_type(other.unwrap_or("")));
            EventKind::Noted
        }
    };
    let reference = child(response, "DocumentReference");
    let named = |field: &str| reference.and_then(|reference| text(reference, &[field]));
    let party = |nodes: [Option<Node<'_, '_>>; 2], fields: &mut Fields| {
        let node = nodes.into_iter().flatten().next();
        let read = |node| ubl_parties::bare_party(node, Profile::European, fields);
        node.map(read).unwrap_or_default()
    };
    let seller = [child(response, "IssuerParty"), child(root, "ReceiverParty")];
    let buyer = [child(response, "RecipientParty"), child(root, "SenderParty")];
    let statuses = children(response, "Response")
        .flat_map(|inner| children(inner, "Status").collect::<Vec<_>>())
        .filter_map(|status| text(status, &["StatusReason"]));
    let reason: Vec<String> =
        text(response, &["Response", "Description"]).into_iter().chain(statuses).collect();
    let number = named("ID");
    fields.require("DocumentReference/ID", number.as_ref());
    EventRecord {
        kind,
        type_code: named("DocumentTypeCode"),
        number,
        uuid: fields::uuid(named("UUID")),
        issue_date: named("IssueDate").and_then(|date| fields::day(&date)),
        seller: party(seller, fields),
        buyer: party(buyer, fields),
        code,
        reason: (!reason.is_empty()).then(|| reason.join("; ")),
        ..EventRecord::default()
    }
}
