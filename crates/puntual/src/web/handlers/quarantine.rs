//! Cuarentena: what waits for a person beside what is stored, the decision, the decisions made.

use super::{ROWS, words};
use crate::web::format::Amount;
use crate::web::view::document_url;
use crate::web::view::quarantine::{
    CaseView, Decision, FieldRow, QuarantineRow, QuarantineView, case as case_page, quarantine,
};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::access::Deed;
use puntual_core::id::ImportId;
use puntual_service::clock::{civil_in_zone, day_in_zone};
use puntual_service::error::ServiceError;
use puntual_service::imports::compare::{self, Comparison, FieldPair, Value};
use puntual_service::imports::quarantine::{self as service, Case};
use puntual_service::imports::replace::Dependent;
use puntual_service::imports::{self, Decided, Refusal};

/// The largest file read again to show a list; a record's own page reads any.
const LIST_BYTES: usize = 256 * 1024;

/// `GET /importar/cuarentena`.
pub fn list(visit: &Visit) -> Answer {
    visit.ctx.require(Deed::Import)?;
    let shows_decided = visit.param("ver") == Some("decididos");
    let page = visit.page(ROWS);
    let skip = (page.number.max(1) - 1).saturating_mul(ROWS);
    let (limit, skip) = (ROWS as i64, i64::try_from(skip).unwrap_or(i64::MAX));
    let part = |is_decided: bool, limit| match is_decided {
        true => service::decided(visit.app(), &visit.ctx, limit, skip),
        false => service::waiting(visit.app(), &visit.ctx, limit, skip),
    };
    let (cases, total) = part(shows_decided, limit)?;
    let (_, others) = part(!shows_decided, 0)?;
    let (waiting, decided) = if shows_decided { (others, total) } else { (total, others) };
    let compared = compare::compare(visit.app(), &visit.ctx, cases, LIST_BYTES)?;
    let view = QuarantineView {
        rows: compared.iter().map(|one| row(visit, one)).collect(),
        paging: visit.paging(ROWS, usize::try_from(total).unwrap_or_default()),
        waiting,
        decided,
        shows_decided,
    };
    visit.html(quarantine(&visit.frame(), &view))
}

fn issue_of(visit: &Visit) -> Result<(ImportId, i64), ServiceError> {
    let text = visit.path_text("id");
    let missing = || ServiceError::NotFound(text.to_owned());
    let (import, issue) = text.split_once('.').ok_or_else(missing)?;
    Ok((import.parse().map_err(|_| missing())?, issue.parse().map_err(|_| missing())?))
}

fn id_of(case: &Case) -> String {
    format!("{}.{}", case.issue.import, case.issue.id)
}

/// `GET /importar/cuarentena/{id}`.
pub fn show(visit: &Visit) -> Answer {
    let case = service::case(visit.app(), &visit.ctx, issue_of(visit)?)?;
    let this = id_of(&case);
    let mut compared = compare::compare(visit.app(), &visit.ctx, vec![case], usize::MAX)?;
    let missing = || ServiceError::NotFound(this.clone());
    let one = compared.pop().ok_or_else(missing)?;
    let (waiting, _) = service::waiting(visit.app(), &visit.ctx, 1_000, 0)?;
    let ids: Vec<String> = waiting.iter().map(id_of).collect();
    let after = ids.iter().position(|id| *id == this).map_or(0, |at| at + 1);
    let next = ids.get(after).or(ids.first()).filter(|id| **id != this);
    let is_spanish = visit.locale().is_spanish();
    let said = |problem: &imports::Problem| {
        (problem.place.clone(), if is_spanish { &problem.es } else { &problem.en }.clone())
    };
    let hash = one.case.issue.source_hash.as_ref().filter(|_| one.is_kept);
    let frame = visit.frame();
    let view = CaseView {
        row: row(visit, &one),
        problems: one.problems.iter().map(said).collect(),
        file: hash.map(|hash| format!("/importar/archivo/{hash}")),
        stored: one.stored.map(|document| document_url(&frame, document)),
        next: next.cloned(),
    };
    visit.html(case_page(&frame, &view))
}

/// `GET /importar/archivo/{hash}`: a kept file as it came.
pub fn file(visit: &Visit) -> Answer {
    let hash = visit.path_text("hash");
    let (name, content) = service::kept_file(visit.app(), &visit.ctx, hash)?;
    let name = name.rsplit('/').next().unwrap_or_default();
    visit.file(name, "application/octet-stream", content)
}

fn row(visit: &Visit, one: &Comparison) -> QuarantineRow {
    let issue = &one.case.issue;
    let zone = &visit.ctx.creditor.time_zone;
    let said = |field: &str| one.arriving(field).map(|value| value_words(visit, value));
    let number = said("document_number").or_else(|| said("payment_number"));
    let number = number.or_else(|| said("applies_to")).map(|number| {
        let kind = one.arriving("document_type").map(|value| value_words(visit, value));
        [kind, Some(number)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    let total = match one.arriving("total").or_else(|| one.arriving("amount")) {
        Some(Value::Amount(money)) => Some(Amount::new(money.minor.into(), money.currency)),
        _ => None,
    };
    let named =
        issue.doc_key.clone().or_else(|| (!issue.place.is_empty()).then(|| issue.place.clone()));
    QuarantineRow {
        id: id_of(&one.case),
        document: number.or(named).unwrap_or_else(|| issue.file.clone()),
        customer: said("customer_name").or_else(|| said("customer_code")).unwrap_or_default(),
        total,
        why: if visit.locale().is_spanish() { &issue.message_es } else { &issue.message_en }
            .clone(),
        fields: one.fields.iter().map(|pair| field_row(visit, pair)).collect(),
        source: format!("{} · {}", issue.file, issue.place),
        on: day_in_zone(one.case.came_at, zone),
        decisions: decisions(one),
        decided: decided(visit, &one.case),
    }
}

/// What can be decided: a record that contradicts a stored one cannot stand beside it.
fn decisions(one: &Comparison) -> Vec<Decision> {
    match (one.case.issue.code.as_str(), one.stored) {
        ("conflict", Some(_)) => vec![Decision::Replace, Decision::Keep],
        _ => vec![Decision::Accept, Decision::Discard],
    }
}

fn decided(visit: &Visit, case: &Case) -> Option<String> {
    let locale = visit.locale();
    let word = match case.issue.decision.as_deref()? {
        "accepted" => locale.t("quarantine.was_accepted"),
        "replaced" => locale.t("quarantine.was_replaced"),
        _ => locale.t("quarantine.was_dismissed"),
    };
    let (on, minute) = civil_in_zone(case.decided_at?, &visit.ctx.creditor.time_zone);
    let at = format!("{} {:02}:{:02}", visit.words().date(on), minute / 60, minute % 60);
    Some(format!("{word} · {} · {at}", case.decided_by.as_deref().unwrap_or("—")))
}

fn field_row(visit: &Visit, pair: &FieldPair) -> FieldRow {
    FieldRow {
        name: visit.words().field(pair.field),
        ours: pair.stored.as_ref().map(|value| value_words(visit, value)),
        theirs: pair.arriving.as_ref().map(|value| value_words(visit, value)),
        differs: pair.differs,
        is_wrong: pair.is_wrong,
    }
}

fn value_words(visit: &Visit, value: &Value) -> String {
    let shown = visit.words();
    match value {
        Value::Text(text) => text.clone(),
        Value::Kind(code) => match words::known_document_kind(code) {
            Some(kind) => visit.locale().t(kind.key()).to_owned(),
            None => (*code).to_owned(),
        },
        Value::Day(day) => shown.date(*day),
        Value::Amount(money) => shown.money(money.minor, money.currency),
        Value::Dues(dues) => {
            let due = |(day, amount): &(_, Option<puntual_core::money::Money>)| match amount {
                Some(amount) => {
                    format!("{}: {}", shown.date(*day), shown.money(amount.minor, amount.currency))
                }
                None => shown.date(*day),
            };
            dues.iter().map(due).collect::<Vec<_>>().join("; ")
        }
    }
}

/// `POST /importar/cuarentena/{id}`.
pub fn decide(visit: &Visit) -> Answer {
    let decision = match visit.form.text("decision") {
        "accept" => imports::Decision::Accept,
        "replace" => imports::Decision::Replace,
        "discard" => imports::Decision::Dismiss,
        _ => return Err(ServiceError::invalid("decision", "missing")),
    };
    let locale = visit.locale();
    let issue = issue_of(visit)?;
    let told = match imports::decide(visit.app(), &visit.ctx, issue, decision)? {
        Decided::Done => Told::done(match decision {
            imports::Decision::Accept => locale.t("flash.accepted"),
            imports::Decision::Replace => locale.t("flash.replaced"),
            imports::Decision::Dismiss => locale.t("flash.dismissed"),
        }),
        Decided::Refused(why) => {
            // The person stays with the record that could not be decided.
            let here = format!("/importar/cuarentena/{}", visit.path_text("id"));
            return visit.go(&here, Some(Told::problem(refused(visit, &why))));
        }
    };
    visit.go(&visit.back("/importar/cuarentena"), Some(told))
}

/// Why a decision was not carried out, in the reader's language.
fn refused(visit: &Visit, why: &Refusal) -> String {
    let locale = visit.locale();
    match why {
        Refusal::DecidedAlready => locale.t("refused.decided_already").to_owned(),
        Refusal::FileGone => locale.t("refused.file_gone").to_owned(),
        Refusal::Contradicts => locale.t("refused.contradicts").to_owned(),
        Refusal::NothingStored => locale.t("refused.nothing_stored").to_owned(),
        Refusal::AlreadyHere => locale.t("refused.already_here").to_owned(),
        Refusal::Needed(dependents) => {
            let list: Vec<String> = dependents.iter().map(|one| dependent(visit, one)).collect();
            locale.fill("refused.needed", &[("list", &list.join("; "))])
        }
        Refusal::Unfit(es, en) => {
            let why = if locale.is_spanish() { es } else { en };
            locale.fill("refused.unfit", &[("why", why)])
        }
    }
}

fn dependent(visit: &Visit, one: &Dependent) -> String {
    let (locale, shown) = (visit.locale(), visit.words());
    match one {
        Dependent::Payment(number, day, amount) => {
            let (day, amount) = (shown.date(*day), shown.money(amount.minor, amount.currency));
            let filled = [("number", number.as_str()), ("day", &day), ("amount", &amount)];
            locale.fill("refused.payment", &filled)
        }
        Dependent::CreditNote(number, amount) => {
            let amount = shown.money(amount.minor, amount.currency);
            locale.fill("refused.credit_note", &[("number", number), ("amount", &amount)])
        }
        Dependent::Adjustment(day, amount) => {
            let (day, amount) = (shown.date(*day), shown.money(amount.minor, amount.currency));
            locale.fill("refused.adjustment", &[("day", &day), ("amount", &amount)])
        }
        Dependent::Dispute(day) => locale.fill("refused.dispute", &[("day", &shown.date(*day))]),
        Dependent::Promise(day) => locale.fill("refused.promise", &[("day", &shown.date(*day))]),
    }
}
