//! Whose documents these are. A file sent to a creditor may hold its purchases, or somebody
//! else's sales; neither may become a receivable of that creditor.

use super::fields::comparable;
use crate::problem;
use crate::record::{DocumentKind, PartyRecord, Record, Status};

/// Marks a record that does not belong to the creditors of those tax ids: a purchase of theirs is
/// ignored, a document between strangers waits for a person. Without ids nothing is checked.
pub fn check(record: &mut Record, creditor_tax_ids: &[String]) {
    if creditor_tax_ids.is_empty() {
        return;
    }
    let (verdict, problems, status) = match record {
        Record::Document(document) => {
            // A self-billed invoice is issued by the buyer: the creditor is its receiver.
            let (creditor, other) = match document.kind {
                DocumentKind::SelfBilled => (&document.buyer, &document.seller),
                _ => (&document.seller, &document.buyer),
            };
            let verdict = verdict(creditor, &[other], creditor_tax_ids);
            (verdict, &mut document.problems, &mut document.status)
        }
        Record::Event(event) => {
            let assignee = event.assignment.as_ref().map(|given| PartyRecord {
                tax_id: given.assignee_tax_id.clone(),
                ..PartyRecord::default()
            });
            let mut others = vec![&event.buyer];
            others.extend(assignee.as_ref());
            let verdict = verdict(&event.seller, &others, creditor_tax_ids);
            (verdict, &mut event.problems, &mut event.status)
        }
        _ => return,
    };
    if *status == Status::Ignore {
        return;
    }
    match verdict {
        Verdict::Ours => {}
        Verdict::Purchase => {
            *status = Status::Ignore;
            problems.push(problem::purchase());
        }
        Verdict::Strangers(seller) => {
            *status = Status::Quarantine.max(*status);
            problems.push(problem::not_our_document(&seller));
        }
    }
}

enum Verdict {
    Ours,
    Purchase,
    /// The seller's id, for the message.
    Strangers(String),
}

fn verdict(creditor: &PartyRecord, others: &[&PartyRecord], ours: &[String]) -> Verdict {
    let is_ours = |party: &PartyRecord| ours.iter().any(|our| is_called(party, our));
    if is_ours(creditor) {
        Verdict::Ours
    } else if others.iter().any(|party| is_ours(party)) {
        Verdict::Purchase
    } else {
        Verdict::Strangers(creditor.tax_id.clone().unwrap_or_default())
    }
}

/// Whether one of the ids of a party is that id, in any of its writings: with or without the
/// check digit of a NIT, with or without the country before a VAT number.
fn is_called(party: &PartyRecord, id: &str) -> bool {
    let whole = party.whole_tax_id();
    let ids = [&party.tax_id, &whole].into_iter().flatten().chain(&party.other_ids);
    let country = party.country.as_deref().unwrap_or("");
    let wanted = comparable(id);
    let bare = |id: &str| match id.strip_prefix(country) {
        Some(rest) if !country.is_empty() && rest.len() > 4 => comparable(rest),
        _ => id.to_owned(),
    };
    ids.map(|theirs| comparable(theirs))
        .any(|theirs| theirs == wanted || bare(&theirs) == bare(&wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::DocumentRecord;

    fn status(kind: DocumentKind, seller: &str, buyer: &str) -> Status {
        let party = |id: &str| PartyRecord { tax_id: Some(id.into()), ..PartyRecord::default() };
        let document = DocumentRecord {
            kind,
            seller: party(seller),
            buyer: party(buyer),
            ..DocumentRecord::default()
        };
        let mut record = Record::Document(Box::new(document));
        check(&mut record, &["77.777.777-7".to_owned()]);
        record.status()
    }

    #[test]
    fn an_id_is_the_same_in_every_writing() {
        let party = |country: &str, id: &str| PartyRecord {
            country: Some(country.to_owned()),
            tax_id: Some(id.to_owned()),
            ..PartyRecord::default()
        };
        assert!(is_called(&party("ES", "ESB12345674"), "B-12345674"));
        assert!(is_called(&party("ES", "B12345674"), "esb12345674"));
        let nit = PartyRecord { check_digit: Some('4'), ..party("CO", "800197268") };
        assert!(is_called(&nit, "800.197.268-4") && is_called(&nit, "800197268"));
        assert!(!is_called(&nit, "800.197.268-5"));
        let other_ids = vec!["987654321".to_owned()];
        assert!(is_called(
            &PartyRecord { other_ids, ..party("NO", "NO987654321MVA") },
            "987654321"
        ));
        assert!(!is_called(&PartyRecord::default(), "987654321"));
    }

    #[test]
    fn sales_purchases_and_strangers() {
        use DocumentKind::{Invoice, SelfBilled};
        assert_eq!(status(Invoice, "77777777-7", "88888888-8"), Status::Ok);
        assert_eq!(status(Invoice, "88888888-8", "077777777-7"), Status::Ignore);
        assert_eq!(status(Invoice, "88888888-8", "99999999-9"), Status::Quarantine);
        assert_eq!(status(SelfBilled, "88888888-8", "77777777-7"), Status::Ok);
        assert_eq!(status(SelfBilled, "77777777-7", "88888888-8"), Status::Ignore);
    }
}
