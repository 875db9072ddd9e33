//! How long the screens' read models take over a large portfolio, warm, one thread.
//!
//! `cargo bench -p puntual-service --bench reading -- 1000000` makes a book of that many invoices
//! in a file of the temporary directory (kept for the next run) and times each read model.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a bench")]

use puntual_core::access::Role;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, ImportId, PaymentId, ReceivableId, TxId};
use puntual_core::portfolio::AsOf;
use puntual_core::posting::{Posting, Source};
use puntual_service::App;
use puntual_service::book::Book;
use puntual_service::clock::{self, Clock};
use puntual_service::creditors::{self, NewCreditor};
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use puntual_service::{behaviour, customers, documents, overview, search, worklist};
use puntual_store::customer::{self, Customer};
use puntual_store::document::Document;
use puntual_store::ledger::Recording;
use puntual_store::payment::Payment;
use puntual_store::receivable::Receivable;
use std::time::Instant;

const TODAY: &str = "2026-11-24";

fn main() {
    let wanted = std::env::args().find_map(|arg| arg.parse::<i64>().ok());
    let documents = wanted.unwrap_or(20_000);
    let file = std::env::temp_dir().join(format!("puntual-bench-reading-{documents}.db"));
    let is_new = !file.exists();
    let today: Day = TODAY.parse().unwrap();
    let now_ms = clock::instant_of(today, 10 * 60, "America/Santiago");
    let app = App::open(&format!("sqlite:{}", file.display()), Clock::Fixed(now_ms), 1).unwrap();
    let creditor = creditors::create(&app, new_creditor()).unwrap();
    let ctx = Ctx::new(&app, creditor, "bench", Role::Admin);
    if is_new {
        fill(&app, &ctx, documents);
    }
    let started = Instant::now();
    let view = app.portfolio(&ctx).unwrap();
    println!("load the portfolio of {:>9}: {:>8.1?}", view.portfolio.len(), started.elapsed());
    let mut counts: Vec<(usize, CustomerId)> = Vec::new();
    for name in view.names.iter() {
        let lines = view.portfolio.lines(puntual_core::portfolio::Scope::customer(name.id));
        counts.push((lines.count(), name.id));
    }
    let (most, largest) = counts.into_iter().max().unwrap();
    println!("the largest customer has {most} invoices");
    measure(&app, &ctx, largest);
}

fn measure(app: &App, ctx: &Ctx, largest: CustomerId) {
    let at = AsOf::day(ctx.today);
    let past = AsOf::day(ctx.today - 200);
    time("customers::list", || drop(customers::list(app, ctx, at, &Default::default()).unwrap()));
    time("customers::list, 200 days ago", || {
        drop(customers::list(app, ctx, past, &Default::default()).unwrap());
    });
    let sort = customers::Sort::CollectionPeriod;
    let question = customers::Question { sort, ..Default::default() };
    time("customers::list by period", || drop(customers::list(app, ctx, at, &question).unwrap()));
    let question = overview::Question::default();
    time("overview of the largest", || {
        drop(overview::of_customer(app, ctx, at, largest, &question).unwrap());
    });
    let view = app.portfolio(ctx).unwrap();
    time("  of it, the verdict", || {
        std::hint::black_box(behaviour::of_customer(&view, largest, at));
    });
    let question = overview::Question { all_documents: true, ..Default::default() };
    time("overview, settled documents too", || {
        drop(overview::of_customer(app, ctx, at, largest, &question).unwrap());
    });
    let filter = |state| documents::Filter { state, ..Default::default() };
    let open = documents::Question {
        filter: filter(Some(documents::DocumentState::Open)),
        ..Default::default()
    };
    time("documents::list, open", || drop(documents::list(app, ctx, at, &open).unwrap()));
    let every = documents::Question::default();
    time("documents::list, all", || drop(documents::list(app, ctx, at, &every).unwrap()));
    time("worklist::today", || drop(worklist::today(app, ctx, &Default::default()).unwrap()));
    let find = |text: &str| search::search(app, ctx, at, text, &search::plain_amount).unwrap();
    time("search a name", || drop(find("cliente 77")));
    time("search an amount", || drop(find("123456")));
}

/// The best of five, after one to warm up.
fn time(what: &str, run: impl Fn()) {
    let once = || {
        let started = Instant::now();
        run();
        started.elapsed()
    };
    let first = once();
    let best = (0..5).map(|_| once()).min().unwrap();
    println!("{what:<32} {best:>8.1?}   (first {first:.1?})");
}

fn new_creditor() -> NewCreditor {
    NewCreditor {
        code: Some("BENCH".into()),
        name: "Bench".into(),
        tax_id: "76.192.083-9".into(),
        country: "CL".into(),
        currency: Currency::CLP,
        time_zone: None,
    }
}

/// Invoices over three years; nine in ten are paid, a third of them late.
fn fill(app: &App, ctx: &Ctx, documents: i64) {
    let customers = people(app, ctx, (documents / 50).max(10));
    let mut seed = 42_u64;
    let mut below = |end: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % end
    };
    let mut left = documents;
    while left > 0 {
        let mut book = Book::default();
        for number in 0..left.min(10_000) {
            // A few customers have most of the invoices.
            let share = below(1_000) * below(1_000) / 1_000 * below(1_000) / 1_000;
            let customer = customers[share * customers.len() / 1_000];
            let issued = ctx.today - 1_095 + below(1_090) as i32;
            let minor = 1_000 + below(3_000_000) as i64;
            let paid_on = issued + 30 + below(45) as i32 - 15;
            let paid = (below(10) > 0 && paid_on <= ctx.today).then_some(paid_on);
            add(app, &mut book, customer, (left - number, minor), issued, paid);
        }
        let recording = Recording { recorded_at: ctx.now_ms, import: None, actor: "bench" };
        let written: Result<(), ServiceError> =
            app.store.write(|tx| book.write(tx, ctx.scope(), recording));
        written.unwrap();
        left -= left.min(10_000);
    }
}

fn add(
    app: &App,
    book: &mut Book,
    customer: CustomerId,
    (number, minor): (i64, i64),
    issued: Day,
    paid: Option<Day>,
) {
    let (document, receivable) = (DocumentId(app.next_id()), ReceivableId(app.next_id()));
    let posting = |on: Day| Posting {
        tx: TxId(app.next_id()),
        customer,
        currency: Currency::CLP,
        effective_on: on,
        recorded_on: on,
    };
    book.add_document(invoice(document, customer, number, issued, minor));
    book.add_receivable(Receivable {
        id: receivable,
        customer,
        document,
        instalment: 1,
        issue_date: issued,
        due_date: issued + 30,
        due_source: "stated".into(),
        currency: Currency::CLP,
        amount_minor: minor,
        open_minor: 0,
        is_sale: true,
        recorded_on: issued,
    });
    book.post(posting(issued).issue(receivable, minor).unwrap());
    let Some(on) = paid else { return };
    let payment = PaymentId(app.next_id());
    book.add_payment(Payment {
        id: payment,
        customer,
        pay_key: payment.to_string(),
        content_hash: 0,
        number: None,
        received_on: on,
        currency: Currency::CLP,
        amount_minor: minor,
        unapplied_minor: 0,
        method: None,
        reference: None,
        import: Some(ImportId(1)),
        reversed_at: None,
        recorded_at: 0,
    });
    let posting = posting(on);
    book.post(posting.payment(payment, minor).unwrap());
    book.post(posting.allocate(Source::Payment(payment), receivable, minor).unwrap());
}

fn people(app: &App, ctx: &Ctx, count: i64) -> Vec<CustomerId> {
    let customers: Vec<Customer> = (0..count)
        .map(|number| Customer {
            id: CustomerId(app.next_id()),
            code: format!("C{number}"),
            name: format!("Cliente {number}"),
            tax_id: None,
            country: Some("CL".into()),
            person_kind: "company".into(),
            segment: Some(format!("Segmento {}", number % 7)),
            collector: Some(format!("Ejecutiva {}", number % 9)),
            currency: Some(Currency::CLP),
            terms_days: Some(30),
            credit_limit_minor: None,
            locale: None,
            address: None,
            search_text: format!("cliente {number} c{number}"),
            parent: None,
        })
        .collect();
    let written: Result<(), ServiceError> = app.store.write(|tx| {
        customer::insert_many(tx, ctx.scope(), &customers, ctx.now_ms)?;
        Ok(())
    });
    written.unwrap();
    customers.into_iter().map(|customer| customer.id).collect()
}

fn invoice(id: DocumentId, customer: CustomerId, number: i64, issued: Day, minor: i64) -> Document {
    Document {
        id,
        customer,
        kind: "invoice".into(),
        type_code: None,
        number: format!("F{number}"),
        uid: None,
        doc_key: format!("F{number}"),
        content_hash: 0,
        issue_date: issued,
        currency: Currency::CLP,
        net_minor: None,
        tax_minor: None,
        withheld_minor: None,
        total_minor: minor,
        unapplied_minor: 0,
        payment_terms: None,
        payment_method: None,
        assigned_to: None,
        replaced_by: None,
        import: None,
        source_place: None,
        source_hash: None,
        undone_at: None,
        recorded_at: 0,
    }
}
