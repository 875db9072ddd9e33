//! Documentos: every document behind every number, filtered by what the number was.
//!
//! Decides which documents a filter leaves and their order, from the portfolio in memory; the rows
//! of the page shown are completed from the store. A document with several due dates is one row.
//! What was imported and undone is not shown: it never should have been.

use crate::App;
use crate::acceptances;
use crate::ctx::Ctx;
use crate::document_order::{Documents, Light, sort};
pub use crate::document_status::Status;
use crate::document_status::{Stand, credit_left, status, written_off_minor};
use crate::error::ServiceError;
use crate::listing::{Direction, Page};
use crate::portfolios::{CustomerName, View};
use crate::standings::Standings;
use crate::words;
pub use puntual_core::acceptance::{Acceptance, State};
use puntual_core::access::Deed;
use puntual_core::aging::BucketSet;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId};
use puntual_core::portfolio::{AsOf, Line, MovementKind, Scope as Whose, Who};
use puntual_store::document;
pub use puntual_store::document::Document;
use puntual_store::receivable::{self, Receivable};
use puntual_store::{Tx, customer, succession};
use std::collections::{HashMap, HashSet};

/// Most documents one beginning of a number can mean.
const MOST_BY_NUMBER: i64 = 2_000;

/// States documents are filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentState {
    /// Something is open of it.
    Open,
    /// Open, nothing past due.
    NotDue,
    /// Something is past due.
    Overdue,
    /// Open and disputed.
    Disputed,
    /// Nothing is open any more, and it was not given up.
    Paid,
    /// Nothing is open any more because it was given up as uncollectible.
    WrittenOff,
}

impl DocumentState {
    /// Every state.
    pub const ALL: [DocumentState; 6] = [
        DocumentState::Open,
        DocumentState::NotDue,
        DocumentState::Overdue,
        DocumentState::Disputed,
        DocumentState::Paid,
        DocumentState::WrittenOff,
    ];

    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            DocumentState::Open => "open",
            DocumentState::NotDue => "not_due",
            DocumentState::Overdue => "overdue",
            DocumentState::Disputed => "disputed",
            DocumentState::Paid => "paid",
            DocumentState::WrittenOff => "written_off",
        }
    }

    /// The state of a code.
    pub fn parse(code: &str) -> Option<DocumentState> {
        DocumentState::ALL.into_iter().find(|state| state.as_str() == code)
    }

    fn is_open(self) -> bool {
        !matches!(self, DocumentState::Paid | DocumentState::WrittenOff)
    }
}

/// Which documents are wanted; an empty filter wants all of them.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The beginning of a number, or words of the customer's name, code or tax id.
    pub text: String,
    /// Only this customer's.
    pub customer: Option<CustomerId>,
    /// Name of the customers' segment; `Some("")` for those in none.
    pub segment: Option<String>,
    /// Name of the customers' collector; `Some("")` for those of nobody.
    pub collector: Option<String>,
    /// Only this kind: `invoice`, `credit_note`, `debit_note`, `receipt`, `instrument`.
    pub kind: Option<String>,
    /// Only what is open in the bucket at this position.
    pub bucket: Option<usize>,
    /// Only this currency.
    pub currency: Option<Currency>,
    /// Only in this state.
    pub state: Option<DocumentState>,
    /// Only due up to this day.
    pub due_until: Option<Day>,
    /// Only where the acceptance stands so.
    pub acceptance: Option<State>,
}

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sort {
    /// What is open first, by due date; then the rest, newest first.
    #[default]
    OpenFirst,
    /// The next due date that is open, or the last.
    Due,
    /// Date of issue.
    Issued,
    /// Days past due.
    OverdueDays,
    /// Open amount.
    Open,
    /// Total.
    Total,
    /// Customer's name.
    Customer,
}

/// The question.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Which documents.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Which way.
    pub direction: Direction,
    /// Which part.
    pub page: Page,
    /// Buckets days past due are named by.
    pub buckets: BucketSet,
}

/// One document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The document as issued.
    pub document: Document,
    /// Who owes it.
    pub customer: CustomerName,
    /// The next due date that is open, or the last if none is.
    pub due_on: Day,
    /// What is open of it, smallest units; for a credit note, credit left, as a negative amount.
    pub open_minor: i64,
    /// Of it, disputed.
    pub disputed_minor: i64,
    /// Days past due of its oldest open instalment; zero or less when not due.
    pub overdue_days: i32,
    /// Position of the bucket those days fall in.
    pub bucket: usize,
    /// How it stands.
    pub status: Status,
    /// Whether part of it was settled.
    pub is_partly_paid: bool,
    /// How many instalments it has; 0 for a credit note.
    pub instalments: usize,
    /// Where its acceptance stands, where there is one.
    pub acceptance: Option<Acceptance>,
}

/// A page of documents.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The rows of the page.
    pub rows: Vec<Row>,
    /// How many documents the filter leaves.
    pub document_count: usize,
    /// What is open of them by currency, smallest units; credit notes left out.
    pub open: Vec<(Currency, i64)>,
    /// Currencies to choose from.
    pub currencies: Vec<Currency>,
}

/// The documents a question asks for, as of a day.
pub fn list(app: &App, ctx: &Ctx, at: AsOf, question: &Question) -> Result<Listed, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| {
        let (view, scope) = (app.portfolios.view_in(tx, ctx.scope())?, ctx.scope());
        let view = view.known(at.known_at);
        let standings = match question.filter.customer {
            Some(id) => Standings::of_customer(tx, scope, view.names.merged(), id, at.as_of)?,
            None => Standings::load(tx, scope, view.names.merged(), at.as_of, ctx.today)?,
        };
        list_in(tx, ctx, &view, &standings, at, question)
    })
}

/// The same inside a transaction that is open already.
pub(crate) fn list_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    standings: &Standings,
    at: AsOf,
    question: &Question,
) -> Result<Listed, ServiceError> {
    let filter = &question.filter;
    let chosen = Chosen::load(tx, ctx, view, filter)?;
    let mut found = Vec::new();
    if filter.kind.as_deref() != Some("credit_note") {
        found = debts(view, standings, at, question);
    }
    found.extend(credits(tx, ctx, view, at, filter)?);
    found.retain(|light| chosen.admits(light));
    drop_undone(tx, ctx, &mut found)?;
    if let Some(state) = filter.acceptance {
        let among: Vec<(DocumentId, Day)> =
            found.iter().filter(|l| !l.is_credit).map(|l| (l.document, l.issued)).collect();
        let standing = acceptances::standing_in(tx, ctx, at.as_of, state, &among)?;
        found.retain(|light| standing.contains(&light.document));
    }
    if filter.segment.is_some() || filter.collector.is_some() {
        found.retain(|light| is_of_group(view, filter, light.customer));
    }
    let open = open_by_currency(&found);
    let page = question.page.range(found.len());
    sort(ctx, view, question, &mut found, page.end);
    let shown = &found[page];
    Ok(Listed {
        rows: complete(tx, ctx, view, standings, at, &question.buckets, shown)?,
        document_count: found.len(),
        open,
        currencies: view.portfolio.currencies(),
    })
}

/// Leaves out what was imported and undone: it never should have been.
fn drop_undone(tx: &mut Tx<'_>, ctx: &Ctx, found: &mut Vec<Light>) -> Result<(), ServiceError> {
    let ended = found.iter().filter(|light| light.has_ended && light.open_minor == 0);
    let ended: Vec<DocumentId> = ended.map(|light| light.document).collect();
    let mut undone = HashSet::new();
    for part in ended.chunks(4_000) {
        undone.extend(succession::undone_among(tx, ctx.scope(), part)?);
    }
    found.retain(|light| !undone.contains(&light.document));
    Ok(())
}

/// Whether a customer is in the segment and of the collector wanted.
fn is_of_group(view: &View, filter: &Filter, customer: CustomerId) -> bool {
    let Some(name) = view.names.get(customer) else { return false };
    let segment = view.names.segment_name(name.segment);
    let collector = view.names.collector_name(name.collector);
    filter.segment.as_deref().is_none_or(|wanted| wanted == segment)
        && filter.collector.as_deref().is_none_or(|wanted| wanted == collector)
}

fn open_by_currency(found: &[Light]) -> Vec<(Currency, i64)> {
    let mut open: Vec<(Currency, i64)> = Vec::new();
    for light in found.iter().filter(|light| !light.is_credit) {
        match open.iter_mut().find(|(currency, _)| *currency == light.currency) {
            Some((_, minor)) => *minor += light.open_minor,
            None => open.push((light.currency, light.open_minor)),
        }
    }
    open.sort_unstable_by_key(|(currency, _)| *currency);
    open
}

/// Which documents the filter's words and kind leave, looked up once.
struct Chosen {
    only: Option<HashSet<DocumentId>>,
    never: HashSet<DocumentId>,
    by_number: HashSet<DocumentId>,
    by_customer: HashSet<CustomerId>,
    has_text: bool,
}

impl Chosen {
    fn load(
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        view: &View,
        filter: &Filter,
    ) -> Result<Chosen, ServiceError> {
        let scope = ctx.scope();
        let mut chosen = Chosen {
            only: None,
            never: HashSet::new(),
            by_number: HashSet::new(),
            by_customer: HashSet::new(),
            has_text: false,
        };
        match filter.kind.as_deref() {
            None | Some("credit_note") => {}
            Some("invoice") => {
                chosen.never = document::ids_not_invoices(tx, scope)?.into_iter().collect();
            }
            Some(kind) => {
                chosen.only = Some(document::ids_of_kind(tx, scope, kind)?.into_iter().collect());
            }
        }
        let text = filter.text.trim();
        if !text.is_empty() {
            chosen.has_text = true;
            let number = text.to_uppercase();
            let numbered = document::by_number_prefix(tx, scope, &number, MOST_BY_NUMBER)?;
            chosen.by_number = numbered.into_iter().map(|document| document.id).collect();
            let ids = customer::ids_matching(tx, scope, &words::query(text))?;
            chosen.by_customer = ids.into_iter().map(|id| view.names.survivor(id)).collect();
        }
        Ok(chosen)
    }

    fn admits(&self, light: &Light) -> bool {
        let named = !self.has_text
            || self.by_number.contains(&light.document)
            || self.by_customer.contains(&light.customer);
        let only = self.only.as_ref().is_none_or(|only| only.contains(&light.document));
        named && only && !self.never.contains(&light.document)
    }
}

/// The documents that create debt, as the filter wants them.
fn debts(view: &View, standings: &Standings, at: AsOf, question: &Question) -> Vec<Light> {
    let filter = &question.filter;
    let only_open = filter.bucket.is_some() || filter.state.is_some_and(DocumentState::is_open);
    let mut list = match only_open {
        true => open_debts(view, at, question),
        false => every_debt(view, at, filter),
    };
    list.retain(|light| {
        let (is_open, is_late) = (light.open_minor > 0, light.overdue_days > 0);
        let in_time = filter.due_until.is_none_or(|until| light.due <= until);
        in_time
            && match filter.state {
                None => true,
                Some(DocumentState::Open) => is_open,
                Some(DocumentState::NotDue) => is_open && !is_late,
                Some(DocumentState::Overdue) => is_open && is_late,
                Some(DocumentState::Disputed) => {
                    standings.disputed_minor(light.document, light.open_minor) > 0
                }
                Some(DocumentState::Paid | DocumentState::WrittenOff) => !is_open,
            }
    });
    list
}

fn whose(filter: &Filter) -> Whose {
    let who = filter.customer.map_or(Who::All, Who::Customer);
    Whose { who, currency: filter.currency }
}

/// Those with something open, in the filter's bucket if it names one.
fn open_debts(view: &View, at: AsOf, question: &Question) -> Vec<Light> {
    let filter = &question.filter;
    let mut found = Documents::default();
    // Of a document in instalments only those in the bucket: the list adds up to the number that
    // opened it.
    let wanted = filter.bucket;
    for one in view.portfolio.open_documents(at, whose(filter), &question.buckets, wanted) {
        found.add(Light {
            document: one.document,
            customer: one.customer,
            currency: one.currency,
            issued: one.issued,
            due: one.due,
            total_minor: one.amount_minor,
            open_minor: one.open_minor,
            overdue_days: one.overdue_days,
            is_credit: false,
            has_ended: false,
        });
    }
    found.list
}

/// All of them, the settled ones too; of those given up or those paid, only these.
fn every_debt(view: &View, at: AsOf, filter: &Filter) -> Vec<Light> {
    let wants_given_up = filter.state.map(|state| state == DocumentState::WrittenOff);
    let most = if filter.customer.is_some() { 0 } else { view.portfolio.len() };
    let mut found = Documents::with_capacity(most);
    for line in view.portfolio.lines(whose(filter)).filter(|line| line.counts(at)) {
        let open_minor = line.open_minor(at).max(0);
        let has_ended = open_minor == 0 && has_ended(&line, at);
        if has_ended && wants_given_up.is_some() {
            continue;
        }
        let given_up = || written_off_minor(&line, at) > 0;
        if open_minor == 0 && wants_given_up.is_some_and(|wanted| wanted != given_up()) {
            continue;
        }
        found.add(Light {
            document: line.document(),
            customer: line.customer(),
            currency: line.currency(),
            issued: line.issued(),
            due: line.due(),
            total_minor: line.amount_minor(),
            open_minor,
            overdue_days: at.as_of - line.due(),
            is_credit: false,
            has_ended,
        });
    }
    found.list
}

/// Whether the receivable was annulled by then, or taken back by undoing its import.
fn has_ended(line: &Line<'_>, at: AsOf) -> bool {
    line.movements_until(at).any(|movement| movement.kind == MovementKind::Cancellation)
}

/// The credit notes the filter wants.
fn credits(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    at: AsOf,
    filter: &Filter,
) -> Result<Vec<Light>, ServiceError> {
    let is_wanted = filter.kind.as_deref().is_none_or(|kind| kind == "credit_note")
        && filter.bucket.is_none()
        && match filter.state {
            None => true,
            Some(state) => state == DocumentState::Open && filter.kind.is_some(),
        };
    if !is_wanted {
        return Ok(Vec::new());
    }
    let notes = document::credit_notes(tx, ctx.scope(), filter.customer, at.as_of)?;
    let lights = notes.into_iter().map(|note| Light {
        document: note.id,
        customer: view.names.survivor(note.customer),
        currency: note.currency,
        issued: note.issue_date,
        due: note.issue_date,
        total_minor: note.total_minor,
        open_minor: -note.unapplied_minor,
        overdue_days: 0,
        is_credit: true,
        has_ended: false,
    });
    let customer = filter.customer.map(|customer| view.names.survivor(customer));
    let wanted = lights.filter(|light| {
        customer.is_none_or(|customer| customer == light.customer)
            && filter.currency.is_none_or(|currency| currency == light.currency)
            && filter.due_until.is_none_or(|until| light.due <= until)
            && (filter.state.is_none() || light.open_minor != 0)
    });
    Ok(wanted.collect())
}

/// The rows of these documents, in this order; ids that are not here are left out.
pub(crate) fn rows_of(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    standings: &Standings,
    at: AsOf,
    buckets: &BucketSet,
    ids: &[DocumentId],
) -> Result<Vec<Row>, ServiceError> {
    let found = document::by_ids(tx, ctx.scope(), ids)?;
    let light = |document: &Document| Light {
        document: document.id,
        customer: document.customer,
        currency: document.currency,
        issued: document.issue_date,
        due: document.issue_date,
        total_minor: document.total_minor,
        open_minor: 0,
        overdue_days: 0,
        is_credit: document.kind == "credit_note",
        has_ended: false,
    };
    let mut lights: Vec<Light> = found.iter().map(light).collect();
    lights.sort_by_key(|light| ids.iter().position(|id| *id == light.document));
    complete(tx, ctx, view, standings, at, buckets, &lights)
}

/// Adds to the rows of the page what only they need.
fn complete(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    standings: &Standings,
    at: AsOf,
    buckets: &BucketSet,
    shown: &[Light],
) -> Result<Vec<Row>, ServiceError> {
    let mut rows = Vec::with_capacity(shown.len());
    for part in shown.chunks(1_000) {
        let ids: Vec<DocumentId> = part.iter().map(|light| light.document).collect();
        let documents = document::by_ids(tx, ctx.scope(), &ids)?;
        let acceptance = acceptances::of_documents(tx, ctx, at.as_of, &documents)?;
        let mut documents: HashMap<DocumentId, Document> =
            documents.into_iter().map(|document| (document.id, document)).collect();
        let mut receivables: HashMap<DocumentId, Vec<Receivable>> = HashMap::new();
        for one in receivable::of_documents(tx, ctx.scope(), &ids)? {
            receivables.entry(one.document).or_default().push(one);
        }
        let notes: Vec<i64> =
            part.iter().filter(|light| light.is_credit).map(|light| light.document.0).collect();
        let credit = credit_left(tx, ctx, at, &notes)?;
        for light in part {
            let Some(document) = documents.remove(&light.document) else { continue };
            let Some(name) = view.names.get(light.customer) else { continue };
            let own = receivables.remove(&document.id).unwrap_or_default();
            let mut stand = Stand::of(view, at, &own);
            if light.is_credit {
                stand.open_minor = -credit.get(&document.id.0).copied().unwrap_or(0);
            }
            let disputed_minor = standings.disputed_minor(document.id, stand.open_minor);
            let due_on = stand.due.unwrap_or(document.issue_date);
            let overdue_days = if stand.open_minor > 0 { at.as_of - due_on } else { 0 };
            rows.push(Row {
                status: status(&document, &stand, disputed_minor, overdue_days),
                is_partly_paid: stand.open_minor > 0 && stand.open_minor < stand.amount_minor,
                customer: name.clone(),
                due_on,
                open_minor: stand.open_minor,
                disputed_minor,
                overdue_days,
                bucket: buckets.bucket_of(overdue_days),
                instalments: own.len(),
                acceptance: acceptance.get(&document.id).copied(),
                document,
            });
        }
    }
    Ok(rows)
}
