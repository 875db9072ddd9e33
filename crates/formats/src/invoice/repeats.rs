//! The same document twice in one file (an envelope, or a zip of downloads): the second is marked
//! as a duplicate; when the two disagree on what they say, both wait for a person. What the
//! portfolio already holds is not known here.

use super::fields::comparable;
use crate::problem;
use crate::read::ReadFile;
use crate::record::{DocumentRecord, Record, Status};
use std::collections::HashMap;

/// Formats whose documents are compared.
const MARKED: [&str; 5] = ["cfdi", "dte", "facturae", "ubl", "cii"];

/// Where a document stands: the path of members to its file, and its place in the records.
type Address = (Vec<usize>, usize);

/// Finds repeated documents in the invoices of a file and of its members.
pub fn mark(file: &mut ReadFile) {
    let mut seen: HashMap<String, Address> = HashMap::new();
    let mut found: Vec<(Address, Address)> = Vec::new();
    collect(file, &mut Vec::new(), &mut seen, &mut found);
    for (first, second) in found {
        let (Some(a), Some(b)) = (document(file, &first), document(file, &second)) else {
            continue;
        };
        let alike = says(a) == says(b);
        let (first_place, second_place) = (shown(a), shown(b));
        if alike {
            if let Some(later) = document_mut(file, &second) {
                later.duplicate_of = Some(first_place);
            }
        } else {
            let pair = [(&first, second_place), (&second, first_place)];
            for (address, other) in pair {
                if let Some(disputed) = document_mut(file, address) {
                    disputed.status = disputed.status.max(Status::Quarantine);
                    disputed.problems.push(problem::conflicting_copies(&disputed.place, &other));
                }
            }
        }
    }
    settle(file);
}

fn collect(
    file: &ReadFile,
    path: &mut Vec<usize>,
    seen: &mut HashMap<String, Address>,
    found: &mut Vec<(Address, Address)>,
) {
    if MARKED.contains(&file.format) {
        for (at, record) in file.records.iter().enumerate() {
            let Record::Document(document) = record else { continue };
            let Some(key) = key(file.format, document) else { continue };
            let here = (path.clone(), at);
            match seen.get(&key) {
                Some(first) => found.push((first.clone(), here)),
                None => {
                    seen.insert(key, here);
                }
            }
        }
    }
    for (at, member) in file.members.iter().enumerate() {
        path.push(at);
        collect(member, path, seen, found);
        path.pop();
    }
}

/// The business key: the official uid; for a DTE issuer, type and folio; for a Facturae issuer,
/// series, number, year and whether it is a rectificativa, a copy being the same invoice; for a
/// seller of UBL or CII, class and number, in CII with the date; for an unstamped CFDI everything
/// that tells it from another (formats reference §1 to §5).
fn key(format: &str, document: &DocumentRecord) -> Option<String> {
    if document.status == Status::Ignore {
        return None;
    }
    if let Some(uuid) = &document.uuid {
        return Some(format!("uuid {uuid}"));
    }
    let seller = document.seller.tax_id.as_deref().or(document.seller.code.as_deref())?;
    let seller = comparable(seller);
    if format == "ubl" {
        let number = document.number.as_deref()?;
        let buyer = document.buyer.tax_id.as_deref().filter(|_| document.is_self_billed());
        let (kind, buyer) = (document.kind.as_str(), buyer.unwrap_or(""));
        return Some(format!("ubl {seller} {kind} {number} {buyer}"));
    }
    let type_code = document.type_code.as_deref()?;
    let number = document.number.as_deref()?;
    let folio = number.trim_start_matches('0');
    let series = document.series.as_deref().unwrap_or("");
    let issued = document.issue_text.as_deref().unwrap_or("");
    Some(match format {
        "dte" => format!("dte {seller} {type_code} {folio}"),
        "facturae" => {
            let year = document.issue_date?.ymd().0;
            let corrects = type_code.ends_with('R');
            format!("facturae {seller} {series} {number} {year} {corrects}")
        }
        "cii" => format!("cii {seller} {} {number} {issued}", document.kind.as_str()),
        _ => {
            let total = document.total?.normalize();
            format!("draft {seller} {type_code} {series} {folio} {issued} {total}")
        }
    })
}

/// What two copies of one document must agree on.
fn says(document: &DocumentRecord) -> impl PartialEq + use<> {
    (
        document.total.map(|total| total.normalize()),
        document.buyer.tax_id.as_deref().map(comparable),
        document.issue_date,
        document.currency.clone(),
    )
}

fn shown(document: &DocumentRecord) -> String {
    match document.place.is_empty() {
        true => document.number.clone().or_else(|| document.uuid.clone()).unwrap_or_default(),
        false => document.place.clone(),
    }
}

fn leaf<'a>(file: &'a ReadFile, path: &[usize]) -> Option<&'a ReadFile> {
    path.iter().try_fold(file, |at, index| at.members.get(*index))
}

fn document<'a>(file: &'a ReadFile, address: &Address) -> Option<&'a DocumentRecord> {
    match leaf(file, &address.0)?.records.get(address.1)? {
        Record::Document(document) => Some(document),
        _ => None,
    }
}

fn document_mut<'a>(file: &'a mut ReadFile, address: &Address) -> Option<&'a mut DocumentRecord> {
    let leaf = address.0.iter().try_fold(file, |at, index| at.members.get_mut(*index))?;
    match leaf.records.get_mut(address.1)? {
        Record::Document(document) => Some(document),
        _ => None,
    }
}

/// The outcomes of invoices and of what contains them, again; tables keep their own.
fn settle(file: &mut ReadFile) {
    file.members.iter_mut().for_each(settle);
    if MARKED.contains(&file.format) || !file.members.is_empty() {
        file.settle();
    }
}
