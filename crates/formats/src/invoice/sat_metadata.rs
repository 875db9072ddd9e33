//! The listing that the SAT's mass download gives beside the CFDI: one line per document,
//! separated by `~`, with whether it is in force or cancelled, and since when.
//!
//! Each line becomes an event on a document. It is no document by itself: the listing gives an
//! amount without its currency, and no terms.

use super::fields::{self, Fields};
use crate::problem;
use crate::read::{ReadFile, ReadOptions};
use crate::record::{EventKind, EventRecord, PartyRecord, Record};
use crate::table::{CurrencySums, TableSummary};
use crate::{decode, invoice::ownership};
use rust_decimal::Decimal;

/// Whether a file starts with the header of the listing.
pub fn is_listing(visible: &[u8]) -> bool {
    const START: &[u8] = b"uuid~rfcemisor~";
    visible.get(..START.len()).is_some_and(|start| start.eq_ignore_ascii_case(START))
}

/// Reads the listing.
pub fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> ReadFile {
    let decoded = decode::xml(bytes);
    let mut lines = decoded.text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let header: Vec<String> = match lines.next() {
        Some((_, header)) => header.split('~').map(|name| name.trim().to_lowercase()).collect(),
        None => return ReadFile::refused(name, "sat-metadata", problem::empty_file()),
    };
    let mut file = ReadFile::new(name, "sat-metadata");
    file.problems = decoded.problems;
    let mut summary = TableSummary {
        container: "text",
        encoding: Some("utf-8"),
        delimiter: Some('~'),
        header_row: Some(1),
        nonempty_rows: 1,
        columns: Some(header.len()),
        layout: Some("sat_metadata"),
        ..TableSummary::default()
    };
    let mut sum = Decimal::ZERO;
    for (index, line) in lines {
        let place = format!("línea {}", index + 1);
        let cells: Vec<&str> = line.split('~').map(str::trim).collect();
        let mut record = row(&header, &cells, place);
        ownership::check(&mut record, &options.creditor_tax_ids);
        summary.nonempty_rows += 1;
        summary.rows += 1;
        if let Record::Event(event) = &record {
            sum = sum.saturating_add(event.total.unwrap_or_default());
        }
        summary.count_outcome(record.status());
        file.records.push(record);
    }
    summary.sums =
        vec![CurrencySums { rows: summary.rows, total: Some(sum), ..CurrencySums::default() }];
    if file.records.is_empty() {
        file.problems.push(problem::empty_listing());
    }
    file.summaries.push(summary);
    file.settle();
    file
}

fn row(header: &[String], cells: &[&str], place: String) -> Record {
    let cell = |name: &str| {
        let at = header.iter().position(|found| found == name)?;
        let text = cells.get(at).copied().unwrap_or("");
        (!text.is_empty()).then(|| text.to_owned())
    };
    let party = |id: &str, name: &str| PartyRecord {
        tax_id: fields::tax_id(cell(id)),
        name: cell(name),
        country: Some("MX".to_owned()),
        ..PartyRecord::default()
    };
    if cells.len() != header.len() {
        return Record::Refused(problem::broken_listing_row(&place));
    }
    let mut own = Fields::default();
    let uuid = fields::uuid(cell("uuid"));
    own.require("Uuid", uuid.as_ref());
    let status = cell("estatus");
    let cancelled_at = cell("fechacancelacion");
    let kind = match status.as_deref() {
        Some("0" | "Cancelado") => EventKind::Cancelled,
        Some("1" | "Vigente") => EventKind::Confirmed,
        other => {
            own.note(problem::unknown_type(other.unwrap_or("")));
            EventKind::Confirmed
        }
    };
    let at_text = match kind {
        EventKind::Cancelled => cancelled_at,
        _ => cell("fechacertificacionsat"),
    };
    let mut event = EventRecord {
        kind,
        type_code: cell("efectocomprobante"),
        uuid,
        issue_date: cell("fechaemision").and_then(|date| fields::day(&date)),
        seller: party("rfcemisor", "nombreemisor"),
        buyer: party("rfcreceptor", "nombrereceptor"),
        total: own.amount("Monto", cell("monto").map(|text| text.replace(['$', ','], ""))),
        on: at_text.as_deref().and_then(fields::day),
        at_text,
        code: status,
        place,
        ..EventRecord::default()
    };
    for problem in &mut own.problems {
        problem.place.clone_from(&event.place);
    }
    event.status = super::outcome(&own.problems);
    event.problems = own.problems;
    Record::Event(Box::new(event))
}
