//! What the DIAN (Colombia) wraps and answers: the container in which an invoice is handed to its
//! buyer (`AttachedDocument`), the validation of the tax office inside it, and the events of an
//! invoice (`ApplicationResponse` 030 to 034, and those of the RADIAN).
//!
//! Decides what of a container is the invoice and whether the DIAN took it. Sources: DIAN Anexo Técnico 1.9 and of the RADIAN,
//! Decreto 1154 de 2020; formats reference §4.

use super::fields::{self, Fields};
use super::ubl::Profile;
use super::{Content, outcome, ubl, ubl_answers, ubl_parties};
use crate::problem;
use crate::record::{
    AssignmentRecord, EventKind, EventRecord, PartyRecord, Problem, Record, Status,
};
use crate::xml::{self, attribute, child, children, path, text};
use roxmltree::Node;

/// Where a container keeps a document: as text, whole or escaped, or in base 64.
const PLACES: [&[&str]; 2] = [
    &["Attachment", "ExternalReference", "Description"],
    &["Attachment", "EmbeddedDocumentBinaryObject"],
];

/// Reads the document inside an `AttachedDocument`, and holds it back if the DIAN refused it.
pub fn attached(root: Node<'_, '_>) -> Content {
    let mut content = match read_inner(root) {
        Some(Ok(content)) => content,
        Some(Err(problem)) => return refused(problem),
        None => return refused(problem::nothing_attached()),
    };
    if let Some(reason) = refusal(root) {
        for record in &mut content.records {
            if let Record::Document(document) = record {
                let problem = problem::refused_by_tax_office(Status::Quarantine, &reason);
                document.problems.push(problem);
                document.status = outcome(&document.problems);
            }
        }
    }
    content
}

fn refused(problem: Problem) -> Content {
    Content { format: "ubl", records: Vec::new(), problems: vec![problem] }
}

/// The first place that holds a document, and what was read of it.
fn read_inner(holder: Node<'_, '_>) -> Option<Result<Content, Problem>> {
    let found = PLACES.iter().find_map(|place| path(holder, place))?;
    // Some programs leave out the marks of a text and nest the document itself.
    if let Some(inner) = found.children().find(Node::is_element) {
        return Some(read_document(inner));
    }
    let written = inner_xml(found)?;
    Some(match xml::parse(&written) {
        Ok(inner) => super::check_crowd(inner.root_element())
            .and_then(|()| read_document(inner.root_element())),
        Err(problem) => Err(problem),
    })
}

/// A container holds an invoice, a note, or an event; never another container.
fn read_document(inner: Node<'_, '_>) -> Result<Content, Problem> {
    match xml::name(inner) {
        "ApplicationResponse" => Ok(ubl_answers::read(inner)),
        _ if ubl::is_document(inner) => Ok(ubl::read(inner)),
        other => Err(problem::unknown_xml(other)),
    }
}

/// The text of a document kept inside another, its marks restored.
fn inner_xml(holder: Node<'_, '_>) -> Option<String> {
    let kept: String =
        holder.descendants().filter(Node::is_text).filter_map(|piece| piece.text()).collect();
    let kept = kept.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if kept.starts_with('<') {
        return Some(kept.to_owned());
    }
    if kept.starts_with("&lt;") {
        // Escaped twice.
        let plain = kept.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        return Some(plain.replace("&apos;", "'").replace("&amp;", "&"));
    }
    let bytes = base64(kept)?;
    let decoded = crate::decode::xml(&bytes);
    decoded.text.starts_with('<').then(|| decoded.text.into_owned())
}

/// Base 64 (RFC 4648), blanks passed over; `None` when it is anything else.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

/// Why the DIAN refused the document of a container, when it did (code 04).
fn refusal(root: Node<'_, '_>) -> Option<String> {
    let lines = children(root, "ParentDocumentLineReference");
    for reference in lines.filter_map(|line| child(line, "DocumentReference")) {
        let stated = text(reference, &["ResultOfVerification", "ValidationResultCode"]);
        if stated.is_some_and(|code| code.trim_start_matches('0') == "4") {
            return Some("04".to_owned());
        }
        if let Some(Ok(answer)) = read_inner(reference) {
            for record in answer.records {
                if let Record::Event(event) = record
                    && event.code.as_deref() == Some("04")
                {
                    return Some(event.reason.unwrap_or_else(|| "04".to_owned()));
                }
            }
        }
    }
    None
}

/// One answer to a document: of the DIAN (02, 04), of the buyer (030 to 034), or of the RADIAN.
pub(super) fn event(
    root: Node<'_, '_>,
    response: Node<'_, '_>,
    fields: &mut Fields,
) -> EventRecord {
    let verdict = path(response, &["Response", "ResponseCode"]);
    let code = verdict.and_then(|node| text(node, &[]));
    let kind = kind(code.as_deref(), fields);
    let reference = child(response, "DocumentReference");
    let named = |field: &str| reference.and_then(|reference| text(reference, &[field]));
    let party = |role: &str, fields: &mut Fields| {
        let node = child(root, role);
        node.map(|node| ubl_parties::bare_party(node, Profile::Dian, fields)).unwrap_or_default()
    };
    let (sender, receiver) = (party("SenderParty", fields), party("ReceiverParty", fields));
    let words = text(response, &["Response", "Description"]);
    // The concept of a claim stands beside its code (031: goods not delivered, and the like).
    let concept = verdict.and_then(|node| attribute(node, "name"));
    let reason: Vec<String> = words.into_iter().chain(concept).collect();
    let reason = (!reason.is_empty()).then(|| reason.join(": "));
    if kind == EventKind::Rejected && code.as_deref() == Some("04") {
        let shown = reason.as_deref().unwrap_or("04");
        fields.note(problem::refused_by_tax_office(Status::Warn, shown));
    }
    let assignment = (kind == EventKind::Assigned).then(|| assignment(root, &sender, &receiver));
    let (seller, buyer) = roles(code.as_deref().unwrap_or(""), sender, receiver);
    let uuid = fields::uuid(named("UUID"));
    fields.require("DocumentReference/UUID", uuid.as_ref().or(named("ID").as_ref()));
    EventRecord {
        kind,
        type_code: named("DocumentTypeCode"),
        number: named("ID"),
        uuid,
        issue_date: named("IssueDate").and_then(|date| fields::day(&date)),
        seller,
        buyer,
        code,
        reason,
        assignment,
        ..EventRecord::default()
    }
}

/// The events of the DIAN and the RADIAN. An endorsement in property and the transfers change who
/// must be paid, and the cancellation of an endorsement (040) gives the claim back; one as pledge or
/// for collection, a guarantee or a mandate do not change the debt.
fn kind(code: Option<&str>, fields: &mut Fields) -> EventKind {
    match code {
        Some("02") => EventKind::Confirmed,
        Some("04") => EventKind::Rejected,
        Some("031") => EventKind::Claimed,
        Some("030") => EventKind::Delivered,
        Some("032") => EventKind::GoodsReceived,
        Some("033" | "034") => EventKind::Accepted,
        Some("037" | "047" | "049") => EventKind::Assigned,
        Some("040") => EventKind::AssignmentCancelled,
        Some("050") => EventKind::AssignmentNotified,
        Some(code) if code.parse::<u8>().is_ok_and(|code| matches!(code, 35..=60)) => {
            EventKind::Noted
        }
        other => {
            fields.note(problem::unknown_type(other.unwrap_or("")));
            EventKind::Noted
        }
    }
}

/// Who sold and who owes: the buyer sends what it accepts, claims or pays, the tax office what it
/// validates, and the seller the rest.
fn roles(code: &str, sender: PartyRecord, receiver: PartyRecord) -> (PartyRecord, PartyRecord) {
    match code {
        "02" | "04" => (receiver, PartyRecord::default()),
        "030" | "031" | "032" | "033" | "035" | "045" => (receiver, sender),
        _ => (sender, receiver),
    }
}

fn assignment(root: Node<'_, '_>, from: &PartyRecord, to: &PartyRecord) -> AssignmentRecord {
    AssignmentRecord {
        assignor_tax_id: from.whole_tax_id(),
        assignee_tax_id: to.whole_tax_id(),
        assignee_name: to.name.clone(),
        on: text(root, &["IssueDate"]).and_then(|date| fields::day(&date)),
        ..AssignmentRecord::default()
    }
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base_64_of_any_length_and_nothing_else() {
        for (text, bytes) in
            [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v\n YmFy", "foobar"), ("PGEvPg", "<a/>")]
        {
            assert_eq!(base64(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(base64("no es base 64 €"), None);
    }
}
