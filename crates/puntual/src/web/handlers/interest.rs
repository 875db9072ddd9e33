//! Interest of a document: shown to a day, charged by a note, taken back.

use super::contact::{command_id, told_or_wrong};
use super::words::document_kind;
use super::{amount, customer_ref, typed};
use crate::web::part::form::Typed;
use crate::web::view::interest::{
    ClaimView, Found, InterestView, NoteRow, SegmentRow, interest as shown_interest,
};
use crate::web::view::{CustomerRef, DocumentRef};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::id::{DocumentId, EventId};
use puntual_core::interest::{AnnualRate, InterestError, Note};
use puntual_core::ratio::Ratio;
use puntual_service::charge_notes::{self, Charge, Charged};
use puntual_service::document_detail;
use puntual_service::error::ServiceError;
use puntual_service::interest::{self, Asked, Claimed};

/// `GET /documentos/{id}/intereses?hasta=…`.
pub fn show(visit: &Visit) -> Answer {
    let id: DocumentId = visit.id()?;
    let detail = document_detail::detail(visit.app(), &visit.ctx, visit.at(), id)?;
    let said = visit.param("hasta").filter(|text| !text.is_empty());
    let until = said.map_or(Some(visit.ctx.today), |text| text.parse().ok());
    let mut field = Typed::of(said.unwrap_or(&visit.ctx.today.to_string()));
    if until.is_none() {
        field.error = Some(visit.words().wrong("not_a_date"));
    }
    let until = until.unwrap_or(visit.ctx.today);
    let found = match interest::of_document(visit.app(), &visit.ctx, &Asked::new(id, until)) {
        Ok(interest::Answer::Claimed(claimed)) => Found::Claim(Box::new(claim(visit, &claimed))),
        Ok(interest::Answer::Refused(error)) => Found::Refused(refusal(visit, &error)),
        Err(ServiceError::Invalid(invalid)) => {
            let what = invalid.fields.first().map(|(_, what)| visit.words().wrong(what));
            Found::Refused(what.unwrap_or_default())
        }
        Err(error) => return Err(error),
    };
    let issued = &detail.document;
    let notes = charge_notes::of_document(visit.app(), &visit.ctx, id)?;
    let note = |note: &charge_notes::ChargeNote| NoteRow {
        document: note.document,
        through: note.charged_through,
        amount: amount(note.interest_minor + note.compensation_minor, issued.currency),
        take_back: EventId(visit.app().next_id()).to_string(),
    };
    let owner: CustomerRef = customer_ref(&detail.customer);
    let view = InterestView {
        document: DocumentRef {
            id,
            kind: document_kind(&issued.kind),
            number: issued.number.clone(),
        },
        customer: owner,
        until: field,
        found,
        notes: notes.iter().map(note).collect(),
    };
    visit.html(shown_interest(&visit.frame(), &view))
}

fn claim(visit: &Visit, claimed: &Claimed) -> ClaimView {
    let of = |minor| amount(minor, claimed.document.currency);
    let claim = &claimed.claim;
    let segments = claim.segments.iter().map(|segment| SegmentRow {
        from: segment.from,
        to: segment.to,
        days: segment.days.into(),
        principal: of(segment.principal_minor),
        rate: percent(visit, segment.rate),
        basis_days: segment.basis_days.into(),
        amount: of(segment.amount_minor),
    });
    let may_charge = claim.charges_minor() > 0 && claimed.until <= visit.ctx.today;
    let mut remarks: Vec<String> = claim.notes.iter().map(|note| noted(visit, *note)).collect();
    if claimed.is_person_assumed {
        remarks.push(visit.locale().t("interest.person_assumed").to_owned());
    }
    ClaimView {
        principal: of(claim.principal_minor),
        interest: of(claim.interest_minor()),
        compensation: of(claim.compensation_minor),
        total: of(claim.total_minor()),
        segments: segments.collect(),
        law: claimed.regime.law.citation().to_owned(),
        confidence: claimed.regime.confidence.as_str(),
        reservation: claimed.regime.law.reservation(),
        vat: claimed.regime.vat.code(),
        remarks,
        charge: may_charge.then(|| DocumentId(visit.app().next_id()).to_string()),
    }
}

/// Per cent with two decimals, or as many as it has.
fn percent(visit: &Visit, rate: AnnualRate) -> String {
    let decimals = if rate.ppm.is_multiple_of(100) { 2 } else { 4 };
    visit.numbers().ratio(Ratio { num: rate.ppm.into(), den: 10_000 }, decimals)
}

fn noted(visit: &Visit, note: Note) -> String {
    let key = match note {
        Note::NotLate => "interest.note.not_late",
        Note::CappedByLaw => "interest.note.capped",
        Note::PerhapsAbusive => "interest.note.abusive",
        Note::DisputeSuspends(_) => "interest.note.suspended",
        Note::DisputeGoesOn(_) => "interest.note.goes_on",
        Note::CompensationInOtherCurrency(_) => "interest.note.other_currency",
    };
    visit.locale().t(key).to_owned()
}

fn refusal(visit: &Visit, error: &InterestError) -> String {
    let locale = visit.locale();
    match error {
        InterestError::MissingRate { series, from, to, publisher } => {
            let (from, to) = (visit.words().date(*from), visit.words().date(*to));
            let values = [
                ("series", series.as_str()),
                ("from", from.as_str()),
                ("to", to.as_str()),
                ("publisher", publisher.as_str()),
            ];
            locale.fill("interest.missing_rate", &values)
        }
        InterestError::NoLegalRate(country) => {
            locale.fill("interest.no_legal_rate", &[("country", country)])
        }
        InterestError::DemandMissing => locale.t("interest.demand_missing").to_owned(),
        InterestError::OutOfRange => locale.t("interest.out_of_range").to_owned(),
    }
}

/// `POST /documentos/{id}/cobrar-intereses`.
pub fn charge(visit: &Visit) -> Answer {
    let document: DocumentId = visit.id()?;
    let back = format!("/documentos/{document}/intereses");
    let deed = || -> Result<Charged, ServiceError> {
        let until = typed::day(visit, "hasta")?.unwrap_or(visit.ctx.today);
        let asked = Asked::new(document, until);
        let command = Charge { id: command_id(visit)?, asked, due_on: None };
        charge_notes::charge(visit.app(), &visit.ctx, &command)
    };
    match deed() {
        Ok(Charged::Refused(error)) => visit.go(&back, Some(Told::problem(refusal(visit, &error)))),
        other => told_or_wrong(visit, &back, other, "flash.charged"),
    }
}

/// `POST /documentos/{id}/anular-intereses`: of the note.
pub fn take_back(visit: &Visit) -> Answer {
    let note: DocumentId = visit.id()?;
    let back = visit.back(&format!("/documentos/{note}"));
    let event = command_id::<EventId>(visit)?;
    let deed = charge_notes::take_back(visit.app(), &visit.ctx, event, note, "");
    match deed {
        Err(ServiceError::Conflict(_)) => {
            let told = Told::problem(visit.locale().t("interest.settled"));
            visit.go(&back, Some(told))
        }
        other => told_or_wrong(visit, &back, other, "flash.charge_undone"),
    }
}
