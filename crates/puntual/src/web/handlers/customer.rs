//! Ficha 360: a customer's page, whole, with forms as they were typed when one was refused.

use super::conduct;
use super::words::{self, Words};
use super::{amount, customer_ref, documents, outcome, shown_buckets, strip};
use crate::web::chart::{Line, Lines, Unit};
use crate::web::url::PAGE;
use crate::web::view::CustomerRef;
use crate::web::view::customer::{
    Behaviour, ContactPoint, CustomerView, Event, EventKind, Forms, GroupLine, Held, Identity,
    JoinedRow, Position, customer,
};
use crate::web::visit::{Answer, Visit};
use puntual_core::id::CustomerId;
use puntual_core::id::{DocumentId, MessageId};
use puntual_service::clock::civil_in_zone;
use puntual_service::error::ServiceError;
use puntual_service::listing::Page;
use puntual_service::merges::Joined;
use puntual_service::overview::{self, Overview, Question};
use puntual_service::{contacts, messages, statements, strategies, timelines, worklist};

/// Documents of a customer's page.
const DOCUMENTS: usize = 25;

/// A customer to link to, by its id.
pub(super) fn named(visit: &Visit, id: CustomerId) -> Result<CustomerRef, ServiceError> {
    let view = visit.app().portfolio(&visit.ctx)?;
    let found = view.names.get(id).map(customer_ref);
    found.ok_or_else(|| ServiceError::NotFound(id.to_string()))
}

/// `GET /clientes/{id}`.
pub fn show(visit: &Visit) -> Answer {
    let id: CustomerId = visit.id()?;
    page(visit, id, None)
}

/// The page; with a form that was refused in place of the empty one.
pub fn page(visit: &Visit, id: CustomerId, refused: Option<Forms>) -> Answer {
    let kind = visit.param("ver").and_then(timelines::Kind::parse);
    let before = visit.param("antes").and_then(|text| text.parse().ok());
    let shows_all = matches!(visit.param("docs"), Some("all"));
    let question = Question {
        all_documents: shows_all,
        page: Page { size: DOCUMENTS, ..visit.page(DOCUMENTS) },
        timeline: timelines::Question { kind, before, ..timelines::Question::default() },
        buckets: visit.buckets()?,
    };
    let found = overview::of_customer(visit.app(), &visit.ctx, visit.at(), id, &question)?;
    if found.customer.id != id && refused.is_none() {
        // Who is merged is shown as who stands for it, under its own address.
        return visit
            .go(&visit.frame().to(&format!("/clientes/{}", found.customer.id)).to_string(), None);
    }
    let openings = super::guard::openings(visit, id)?;
    let view = CustomerView { openings, ..view(visit, &question, &found, refused) };
    visit.html(customer(&visit.frame(), &view))
}

fn view(
    visit: &Visit,
    question: &Question,
    found: &Overview,
    refused: Option<Forms>,
) -> CustomerView {
    let words = visit.words();
    let buckets = shown_buckets(&question.buckets);
    let id = found.customer.id;
    let more = found.timeline.next.map(|next| visit.url.with("antes", next).without(PAGE));
    let forms = refused.unwrap_or_else(|| super::customer_forms::empty(visit, found));
    CustomerView {
        customer: CustomerRef { id, name: found.customer.name.clone() },
        identity: identity(visit, found),
        positions: found.positions.iter().map(|p| position(&buckets, p)).collect(),
        holds: held(words, found),
        behaviour: behaviour(visit, found),
        documents: found.documents.rows.iter().map(|r| documents::shown(r, &buckets)).collect(),
        paging: visit.paging(DOCUMENTS, found.documents.document_count),
        timeline: found.timeline.items.iter().map(|item| event(visit, item)).collect(),
        timeline_more: more.map(|url| format!("{url}#historia")),
        contacts: contact_points(&found.contact_points),
        openings: Vec::new(),
        joined: found.joined.iter().map(|one| joined(visit, one)).collect(),
        group: group(found),
        forms,
    }
}

fn joined(visit: &Visit, joined: &Joined) -> JoinedRow {
    let (customer, row) = (&joined.customer, &joined.merge);
    let day = visit.words().date(row.merge.since);
    let said = [("who", row.actor.as_str()), ("day", &day), ("why", &row.why)];
    JoinedRow {
        name: format!("{} · {}", customer.code, customer.name),
        said: visit.locale().fill("merge.said", &said),
        part: format!("/uniones/{}/separar", row.id),
    }
}

/// The group, when there is more than the customer itself in it.
fn group(found: &Overview) -> Option<GroupLine> {
    let members = &found.group.members;
    let head = members.first().filter(|_| members.len() > 1)?;
    let total = |total: &puntual_service::customers::Total| {
        [total.open_minor, total.overdue_minor, total.unapplied_minor]
            .map(|minor| amount(minor, total.currency))
    };
    Some(GroupLine {
        head: customer_ref(&head.customer),
        count: i64::try_from(members.len()).unwrap_or(i64::MAX),
        totals: found.group.totals.iter().map(total).collect(),
    })
}

fn identity(visit: &Visit, found: &Overview) -> Identity {
    let (customer, words) = (&found.customer, visit.words());
    let tax_id = found.tax_id.as_ref();
    let step = found.last_step.as_ref().map(|action| words.step(&action.step));
    let strategy = strategies::of_customer(visit.app(), &visit.ctx, customer.id);
    let strategy = strategy.ok().map(|own| format!("{} · {}", own.id, own.name));
    let strategy = strategy.into_iter().chain(step).collect::<Vec<_>>().join(" · ");
    Identity {
        tax_id_name: tax_id.map_or("", |line| line.name).to_owned(),
        tax_id: tax_id.map(|line| line.text.clone()).unwrap_or_default(),
        tax_id_is_valid: tax_id.and_then(|line| line.is_valid),
        code: customer.code.clone(),
        segment: customer.segment.clone().unwrap_or_default(),
        collector: customer.collector.clone().unwrap_or_default(),
        terms: customer.terms_days.map(|days| words.days(days)).unwrap_or_default(),
        since: found.since,
        strategy,
    }
}

fn position(
    buckets: &[crate::web::part::badge::Bucket],
    position: &overview::Position,
) -> Position {
    let balance = &position.balance;
    let of = |minor| amount(minor, balance.currency);
    Position {
        net: of(balance.open_minor - balance.unapplied_minor),
        overdue: of(balance.overdue_minor),
        not_due: of(balance.not_due_minor()),
        disputed: of(balance.disputed_minor),
        unapplied: of(balance.unapplied_minor),
        promised: of(position.promised_minor),
        limit: position.limit_minor.map(of),
        aging: strip(buckets, &balance.buckets),
        oldest_days: balance.oldest_overdue_days,
    }
}

/// Reasons to wait or to take care: holds, and disputes that stand.
fn held(words: Words, found: &Overview) -> Vec<Held> {
    let t = words.locale;
    let holds = found.holds.iter().map(|hold| {
        let until = match hold.until {
            Some(until) => t.fill("hold.until", &[("day", &words.date(until))]),
            None => t.fill("hold.since", &[("day", &words.date(hold.since))]),
        };
        Held {
            text: format!("{} {until}: {}", words.hold(&hold.kind), hold.why),
            lift: Some(format!("/retenciones/{}/levantar", hold.id)),
        }
    });
    let disputes = found.disputes.iter().filter(|dispute| dispute.closed_on.is_none());
    let disputes = disputes.map(|dispute| {
        let listed = found.documents.rows.iter().find(|row| row.document.id == dispute.document);
        let number = listed.map(|row| row.document.number.clone()).unwrap_or_default();
        let text = t.fill(
            "dispute.stands",
            &[
                ("document", &number),
                ("day", &words.date(dispute.opened_on)),
                ("reason", &words.dispute_reason(&dispute.reason)),
            ],
        );
        Held { text, lift: None }
    });
    holds.chain(disputes).collect()
}

fn behaviour(visit: &Visit, found: &Overview) -> Behaviour {
    let (b, judgement) = (&found.behaviour, &found.conduct.judgement);
    let words = visit.words();
    let t = |key| words.locale.t(key).to_owned();
    let line = |label, hue, values| Line { label, hue, values };
    let (kept, judged) = b.promises_kept;
    Behaviour {
        verdict: words::verdict(judgement.verdict),
        since: judgement.since.map(|(_, day)| day),
        evidence: evidence(words, judgement),
        conduct: conduct::shown(words, &found.conduct),
        collection_period: b.collection_period,
        agreed_days: b.agreed_days,
        days_late: b.days_late,
        n: i64::try_from(b.last_year.count).unwrap_or(i64::MAX),
        promises_kept: (kept as i64, judged as i64),
        last_payment: b
            .last_payment
            .as_ref()
            .map(|paid| (amount(paid.amount_minor, paid.currency), paid.received_on)),
        chart: Lines {
            unit: Unit::Days,
            days: b.months.iter().map(|month| month.until).collect(),
            lines: vec![
                line(
                    t("col.collection_period"),
                    "l-1",
                    b.months.iter().map(|month| month.collection_period).collect(),
                ),
                line(
                    t("customer.agreed"),
                    "l-ref",
                    b.months.iter().map(|month| month.agreed_days).collect(),
                ),
            ],
            band: Vec::new(),
        },
    }
}

/// What a verdict rests on, in two sentences.
fn evidence(words: Words, judgement: &puntual_core::behaviour::Judgement) -> Vec<String> {
    let Some(e) = &judgement.evidence else {
        return vec![words.locale.t("evidence.too_little").to_owned()];
    };
    let days = |millidays: i64| {
        let ratio = puntual_core::ratio::Ratio { num: millidays.into(), den: 1_000 };
        words.numbers.ratio(ratio, 1)
    };
    let mut lines = vec![words.locale.fill(
        "evidence.usual",
        &[
            ("usual", &days(e.usual_millidays)),
            ("n", &e.baseline.to_string()),
            ("recent", &days(e.recent_millidays)),
        ],
    )];
    if e.recent_above > 0 {
        let n = e.recent_above.to_string();
        lines.push(words.locale.fill("evidence.above", &[("n", &n)]));
    }
    lines
}

fn contact_points(points: &[contacts::ContactPoint]) -> Vec<ContactPoint> {
    let shown = points.iter().filter_map(|point| {
        Some(ContactPoint {
            id: point.id,
            channel: words::channel(&point.kind)?,
            value: point.value.clone(),
            person: point.person.clone().unwrap_or_default(),
            is_valid: point.state != "bounced",
            opted_out: point.state == "opted_out",
        })
    });
    shown.collect()
}

fn event(visit: &Visit, item: &timelines::Item) -> Event {
    let words = visit.words();
    let at = item.at_ms.filter(|_| item.kind != timelines::Kind::Document).map(|at_ms| {
        let (_, minute) = civil_in_zone(at_ms, &visit.ctx.creditor.time_zone);
        format!("{:02}:{:02}", minute / 60, minute % 60)
    });
    let (what, detail) = outcome::told(words, item);
    Event {
        on: item.on,
        at: at.unwrap_or_default(),
        kind: kind(item.kind),
        what,
        detail,
        who: item.actor.clone(),
        amount: item.amount.map(Into::into),
        url: match (item.kind, item.subject) {
            (timelines::Kind::Document, Some(id)) => {
                Some(format!("/documentos/{}", DocumentId(id)))
            }
            (timelines::Kind::Message, Some(id)) => Some(format!("/mensajes/{}", MessageId(id))),
            _ => None,
        },
    }
}

fn kind(kind: timelines::Kind) -> EventKind {
    let found = EventKind::ALL.into_iter().find(|known| known.code() == kind.as_str());
    found.unwrap_or(EventKind::System)
}

/// `GET /clientes/{id}/estado-de-cuenta.pdf`.
pub fn statement(visit: &Visit) -> Answer {
    let id: CustomerId = visit.id()?;
    let as_of = visit.at().as_of;
    let content = statements::statement(visit.app(), &visit.ctx, id, as_of)?;
    visit.file(&format!("estado-de-cuenta-{id}-al-{as_of}.pdf"), "application/pdf", content)
}

/// `GET /clientes/{id}/siguiente`: the next case of the day, worked out only when it is asked for.
pub fn next_case(visit: &Visit) -> Answer {
    let id: CustomerId = visit.id()?;
    let next = worklist::following(visit.app(), &visit.ctx, &visit.worklist()?, id)?;
    visit.go(&next.map_or_else(|| "/".to_owned(), |next| format!("/clientes/{}", next.id)), None)
}

/// `GET /clientes/{id}/aviso.pdf`: what the next message would carry, without sending it.
pub fn preview(visit: &Visit) -> Answer {
    let id: CustomerId = visit.id()?;
    let found = messages::preview(visit.app(), &visit.ctx, id)?;
    let preview = found.ok_or_else(|| ServiceError::NotFound(id.to_string()))?;
    visit.file(&preview.attachment_name, "application/pdf", preview.attachment)
}
