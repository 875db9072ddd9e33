//! Ficha 360: who the customer is, what they owe, how they pay, what was said, what to do now.

use super::customer_conduct::{Conduct, conduct};
use super::documents::{self, DocumentRow};
use super::guard::OpenChannel;
use super::{CustomerRef, customer_forms, customer_history};
use crate::web::chart::{self, Lines};
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::badge::{self, Bucket, Channel, Verdict};
use crate::web::part::figure;
use crate::web::part::form::{Choice, Typed};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, fact, facts, remark, tabs};
use crate::web::part::table::{Paging, pager};
use crate::web::url::{PAGE, Url};
use maud::{Markup, html};
use puntual_core::date::Day;
use puntual_core::id::ContactPointId;
use puntual_core::ratio::Ratio;

/// What a customer's page shows.
#[derive(Clone, Debug)]
pub struct CustomerView {
    /// Who.
    pub customer: CustomerRef,
    /// Identity.
    pub identity: Identity,
    /// What they owe, one line per currency.
    pub positions: Vec<Position>,
    /// Reasons not to contact or to contact with care now.
    pub holds: Vec<Held>,
    /// How they pay.
    pub behaviour: Behaviour,
    /// The documents of this page.
    pub documents: Vec<DocumentRow>,
    /// Which part of the documents this is.
    pub paging: Paging,
    /// What happened, newest first.
    pub timeline: Vec<Event>,
    /// Whether there is more than shown, and where.
    pub timeline_more: Option<String>,
    /// How to reach them.
    pub contacts: Vec<ContactPoint>,
    /// When each channel is open.
    pub openings: Vec<OpenChannel>,
    /// Who is merged into it.
    pub joined: Vec<JoinedRow>,
    /// The group it belongs to, when it belongs to one.
    pub group: Option<GroupLine>,
    /// The forms of this page with what was typed.
    pub forms: Forms,
}

/// A customer that is merged into this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedRow {
    /// Its code and name.
    pub name: String,
    /// Who said so, when and why, in the reader's language.
    pub said: String,
    /// Where it is taken back.
    pub part: String,
}

/// The group a customer belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupLine {
    /// Its head.
    pub head: CustomerRef,
    /// How many companies.
    pub count: i64,
    /// What they owe together, by currency: open, past due, not applied.
    pub totals: Vec<[Amount; 3]>,
}

/// A reason to wait or to take care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// In the reader's language.
    pub text: String,
    /// Where a post lifts it, for whoever may.
    pub lift: Option<String>,
}

/// Who a customer is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Identity {
    /// Name of the tax id in its country: RUT, RFC, NIF.
    pub tax_id_name: String,
    /// Tax id as printed.
    pub tax_id: String,
    /// Whether its check digit is right; `None` where there is none to check.
    pub tax_id_is_valid: Option<bool>,
    /// The creditor's own code.
    pub code: String,
    /// Segment.
    pub segment: String,
    /// Who looks after it.
    pub collector: String,
    /// Agreed payment terms, in words.
    pub terms: String,
    /// Since when a customer.
    pub since: Option<Day>,
    /// The strategy and its step, in words.
    pub strategy: String,
}

/// What a customer owes in one currency, as of the page's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Net of what is not applied.
    pub net: Amount,
    /// Past due.
    pub overdue: Amount,
    /// Not due yet.
    pub not_due: Amount,
    /// In dispute, contained in the two above.
    pub disputed: Amount,
    /// Credits and payments not applied, as a positive amount.
    pub unapplied: Amount,
    /// Under promises in force.
    pub promised: Amount,
    /// Credit limit, when there is one.
    pub limit: Option<Amount>,
    /// Open amounts by bucket.
    pub aging: Vec<(Bucket, i128)>,
    /// Days past due of the oldest open document.
    pub oldest_days: i32,
}

/// How a customer pays.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// The verdict (domain reference B1).
    pub verdict: Verdict,
    /// Since when, for a trend.
    pub since: Option<Day>,
    /// Why, with figures, in the reader's language.
    pub evidence: Vec<String>,
    /// Weighted collection period of the last 12 months, in days.
    pub collection_period: Option<Ratio>,
    /// Agreed terms in days, weighted over the same documents.
    pub agreed_days: Option<Ratio>,
    /// Average days late of payments in the last 12 months.
    pub days_late: Option<Ratio>,
    /// Payments these are taken from.
    pub n: i64,
    /// Promises kept and made in the last 12 months.
    pub promises_kept: (i64, i64),
    /// The last payment.
    pub last_payment: Option<(Amount, Day)>,
    /// Signals, habits and score.
    pub conduct: Conduct,
    /// Collection period against terms, 24 months.
    pub chart: Lines,
}

/// Something on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The day it happened.
    pub on: Day,
    /// The hour, `HH:MM`, in the creditor's zone; empty for events of a whole day.
    pub at: String,
    /// What kind.
    pub kind: EventKind,
    /// What happened, in the reader's language.
    pub what: String,
    /// The rest: a note's text, a message's subject, references.
    pub detail: String,
    /// Who did it.
    pub who: String,
    /// The amount it is about.
    pub amount: Option<Amount>,
    /// What it leads to.
    pub url: Option<String>,
}

/// Kinds of events, which the timeline filters by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A call, visit or reply.
    Contact,
    /// A message sent or held back.
    Message,
    /// Money received, applied or reversed.
    Payment,
    /// A promise made, kept or broken.
    Promise,
    /// A dispute.
    Dispute,
    /// A note.
    Note,
    /// A document issued or cancelled.
    Document,
    /// Anything the program did.
    System,
}

impl EventKind {
    /// All, in the order of the filter.
    pub const ALL: [EventKind; 8] = [
        EventKind::Contact,
        EventKind::Message,
        EventKind::Payment,
        EventKind::Promise,
        EventKind::Dispute,
        EventKind::Note,
        EventKind::Document,
        EventKind::System,
    ];

    /// How addresses write it.
    pub fn code(self) -> &'static str {
        match self {
            EventKind::Contact => "contact",
            EventKind::Message => "message",
            EventKind::Payment => "payment",
            EventKind::Promise => "promise",
            EventKind::Dispute => "dispute",
            EventKind::Note => "note",
            EventKind::Document => "document",
            EventKind::System => "system",
        }
    }

    /// Its icon and the key of its word.
    pub(super) fn look(self) -> (&'static str, &'static str) {
        match self {
            EventKind::Contact => ("phone", "event.contact"),
            EventKind::Message => ("mail", "event.message"),
            EventKind::Payment => ("coin", "event.payment"),
            EventKind::Promise => ("promise", "event.promise"),
            EventKind::Dispute => ("flag", "event.dispute"),
            EventKind::Note => ("note", "event.note"),
            EventKind::Document => ("file", "event.document"),
            EventKind::System => ("gear", "event.system"),
        }
    }
}

/// A way to reach a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactPoint {
    /// Its id.
    pub id: ContactPointId,
    /// By which channel.
    pub channel: Channel,
    /// The address or number.
    pub value: String,
    /// Whose it is, and their role.
    pub person: String,
    /// Whether it works; a bounced address does not.
    pub is_valid: bool,
    /// Whether they asked not to be reached this way.
    pub opted_out: bool,
}

/// The forms of the page. Each carries the id its command will have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forms {
    /// Which one stands open.
    pub open: Option<OpenForm>,
    /// What may come of a contact: code and word.
    pub outcomes: Vec<Choice>,
    /// How a payment may be made: code and word.
    pub methods: Vec<Choice>,
    /// Contact.
    pub contact: ContactForm,
    /// Promise.
    pub promise: PromiseForm,
    /// Note.
    pub note: NoteForm,
    /// Payment.
    pub payment: PaymentForm,
    /// Hold: the id the command will have, and what a hold may be for.
    pub hold: (String, Vec<Choice>),
    /// Way to reach the customer: the id the command will have.
    pub point_id: String,
}

/// One of the forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum OpenForm {
    Contact,
    Promise,
    Note,
    Payment,
}

/// A contact and its outcome. Posts to `/clientes/{id}/gestion`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ContactForm {
    /// The id the command will have.
    pub command_id: String,
    /// Channel code.
    pub channel: String,
    /// Outcome code.
    pub outcome: Typed,
    /// What was said.
    pub note: Typed,
    /// When to come back to it, `YYYY-MM-DD`.
    pub next_on: Typed,
}

/// A promise to pay. Posts to `/clientes/{id}/promesa`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PromiseForm {
    /// The id the command will have.
    pub command_id: String,
    /// Amount as the country writes it.
    pub amount: Typed,
    /// Currency code.
    pub currency: String,
    /// For when, `YYYY-MM-DD`.
    pub on: Typed,
    /// Who promised.
    pub person: Typed,
}

/// A note. Posts to `/clientes/{id}/nota`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct NoteForm {
    /// The id the command will have.
    pub command_id: String,
    /// Its text.
    pub text: Typed,
}

/// A payment received. Posts to `/clientes/{id}/pago`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PaymentForm {
    /// The id the command will have.
    pub command_id: String,
    /// Amount as the country writes it.
    pub amount: Typed,
    /// Currency code.
    pub currency: String,
    /// When it was received, `YYYY-MM-DD`.
    pub on: Typed,
    /// Method code.
    pub method: String,
    /// Its reference.
    pub reference: Typed,
}

/// A customer's page.
pub fn customer(f: &Frame, view: &CustomerView) -> Markup {
    let identity = &view.identity;
    let beside = html! {
        span.muted { (identity.tax_id_name) " " }
        (figure::copyable(f, &identity.tax_id))
        @match identity.tax_id_is_valid {
            Some(true) => span.ok title=(f.t("customer.tax_id_ok")) { (icon("check")) },
            Some(false) => span.alarm title=(f.t("customer.tax_id_bad")) { (icon("alert")) },
            None => {}
        }
    };
    let heading =
        Heading::dated(&view.customer.name).with_beside(beside).with_actions(actions(f, view));
    let body = html! {
        (who(f, identity))
        @for hold in &view.holds { ({
            remark(
                Tone::Warning,
                html! {
                    (hold.text)
                    @if let Some(lift) = hold.lift.as_ref().filter(|_| f.may_decide()) {
                        " "
                        (customer_history::lift(f, lift))
                    }
                },
            )
        }) }
        div.columns {
            div {
                (position(f, view))
                (behaviour(f, &view.behaviour))
                (open_documents(f, view))
                (customer_history::timeline(f, view))
            }
            aside.side {
                @if f.may_write() { (customer_forms::forms(f, view)) }
                (super::guard::openings(f, &view.openings))
                (customer_history::contacts(f, view))
                (customer_history::kin(f, view))
            }
        }
    };
    page(f, heading, body)
}

fn actions(f: &Frame, view: &CustomerView) -> Markup {
    let id = view.customer.id;
    html! {
        @if f.may_write() {
            a.button.main.only-narrow href="#acciones" { (icon("phone")) (f.t("customer.log_contact")) }
        }
        a.button.quiet href=(f.to(&format!("/clientes/{id}/pagos"))) {
            (icon("coin"))
            (f.t("money.title"))
        }
        @if f.may_write() {
            a.button.quiet href=(f.to("/convenios/nuevo").with("cliente", id)) data-key="v" {
                (icon("promise"))
                (f.t("agreement.new"))
                kbd { "v" }
            }
        }
        a.button.quiet href=(f.to(&format!("/clientes/{id}/estado-de-cuenta.pdf"))) {
            (icon("download"))
            (f.t("customer.statement"))
        }
        a.button href=(f.to(&format!("/clientes/{id}/siguiente"))) data-key="." {
            (f.t("customer.next"))
            (icon("right"))
            kbd { "." }
        }
    }
}

fn who(f: &Frame, identity: &Identity) -> Markup {
    let words = [
        (f.t("customer.code"), &identity.code),
        (f.t("filter.segment"), &identity.segment),
        (f.t("filter.collector"), &identity.collector),
        (f.t("document.terms"), &identity.terms),
        (f.t("customer.strategy"), &identity.strategy),
    ];
    let mut line: Vec<Markup> = words
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(label, text)| {
            fact(
                label,
                html! {
                    (text)
                },
            )
        })
        .collect();
    if let Some(since) = identity.since {
        line.push(fact(f.t("customer.since"), figure::date(f, since)));
    }
    facts(&line)
}

fn position(f: &Frame, view: &CustomerView) -> Markup {
    let documents = f.to("/documentos").with("cliente", view.customer.id);
    let money = f.to(&format!("/clientes/{}/pagos", view.customer.id));
    html! {
        section.position {
            h2.hidden { (f.t("customer.position")) }
            @for position in &view.positions {
                (position_line(f, position, &documents.with("moneda", position.net.currency), &money))
            }
        }
    }
}

fn position_line(f: &Frame, p: &Position, documents: &Url, money: &Url) -> Markup {
    let linked = |amount: Amount, state: &str| {
        let shown = figure::amount(f, amount);
        figure::behind(shown, amount.minor == 0, &documents.with("estado", state))
    };
    let mut line = vec![
        html! { div.fact.main { dt { (f.t("customer.net")) } dd { (linked(p.net, "open")) } } },
        html! { div.fact.main { dt { (f.t("col.overdue")) } dd.overdue[p.overdue.minor > 0] { (linked(p.overdue, "overdue"))
        @if p.oldest_days > 0 { small { (f.count("customer.oldest", p.oldest_days.into())) } } } } },
        fact(f.t("col.not_due"), linked(p.not_due, "not_due")),
    ];
    for (label, amount, state) in [
        (f.t("col.disputed"), p.disputed, "disputed"),
        (f.t("state.promised"), p.promised, "promised"),
    ] {
        if amount.minor != 0 {
            line.push(fact(label, linked(amount, state)));
        }
    }
    if p.unapplied.minor != 0 {
        let shown = figure::behind(figure::amount(f, p.unapplied), false, money);
        line.push(fact(f.t("col.unapplied"), shown));
    }
    if let Some(limit) = p.limit {
        let left = Amount { minor: limit.minor - p.net.minor, ..limit };
        line.push(fact(
            f.t("customer.limit"),
            html! {
                (figure::amount(f, limit))
                small.alarm[left.minor < 0] {
                    (f.t("customer.available"))
                    " "
                    (figure::amount(f, left))
                }
            },
        ));
    }
    html! {
        (facts(&line))
        (chart::strip(f, p.net.currency, &p.aging))
        (strip_legend(f, p))
    }
}

fn strip_legend(f: &Frame, p: &Position) -> Markup {
    html! {
        div.legend {
            @for (bucket, minor) in p.aging.iter().filter(|(_, minor)| *minor > 0) {
                span class={ "key " (bucket.hue()) } {
                    i {}
                    (bucket.label(f))
                    " "
                    span.muted { (f.numbers.bare(Amount::new(*minor, p.net.currency))) }
                }
            }
        }
    }
}

fn behaviour(f: &Frame, b: &Behaviour) -> Markup {
    let (kept, made) = b.promises_kept;
    let mut line = vec![
        fact(
            f.t("col.collection_period"),
            html! { strong { (figure::days(f, b.collection_period)) }
            small { (f.t("customer.agreed")) " " (figure::days(f, b.agreed_days)) } },
        ),
        fact(
            f.t("customer.days_late"),
            html! { (figure::days(f, b.days_late)) small { (f.count("customer.payments", b.n)) } },
        ),
    ];
    if made > 0 {
        let text =
            f.fill("customer.kept_of", &[("kept", &kept.to_string()), ("made", &made.to_string())]);
        line.push(fact(
            f.t("customer.promises"),
            html! {
                (text)
            },
        ));
    }
    if let Some((amount, on)) = b.last_payment {
        line.push(fact(
            f.t("customer.last_payment"),
            html! {
                (figure::amount(f, amount))
                small { (figure::near(f, on)) }
            },
        ));
    }
    html! {
        section {
            h2 {
                (f.t("customer.behaviour"))
                " "
                (badge::verdict(f, b.verdict))
                @if let Some(since) = b.since {
                    " "
                    span.muted { (f.t("customer.since_word")) " " (figure::date(f, since)) }
                }
            }
            @if !b.evidence.is_empty() {
                ul.evidence {
                    @for line in &b.evidence {
                        li { (line) }
                    }
                }
            }
            (conduct(f, &b.conduct))
            (facts(&line))
            (chart::lines(f, f.t("customer.chart"), &b.chart, None))
        }
    }
}

fn open_documents(f: &Frame, view: &CustomerView) -> Markup {
    let showing = f.url.param("docs").unwrap_or("open");
    let tab = |code: &str, key| {
        (f.url.without(PAGE).with("docs", code).to_string(), f.t(key), showing == code)
    };
    let choices =
        [tab("open", "filter.open"), tab("overdue", "state.overdue"), tab("all", "filter.all")];
    html! {
        section #documentos {
            div.section-head {
                h2 { (f.t("nav.documents")) }
                (tabs(f.t("nav.documents"), &choices))
            }
            @if view.documents.is_empty() {
                (empty(f.t("customer.no_documents"), f.t("customer.no_documents_advice"), None))
            } @else { (documents::table(f, &view.documents, false)) (pager(f, view.paging)) }
        }
    }
}
