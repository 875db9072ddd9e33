//! A creditor with customers, invoices and payments made for one test, on either engine, with the
//! clock standing where the test wants it.

use puntual_core::access::Role;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{ContactPointId, CustomerId, DocumentId, PaymentId, ReceivableId, TxId};
use puntual_core::posting::{Posting, Source};
use puntual_service::App;
use puntual_service::book::Book;
use puntual_service::channels::{EmailChannel, EmailSettings, Security};
use puntual_service::clock::{self, Clock};
use puntual_service::creditors::{self, NewCreditor};
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use puntual_store::customer::{self, ContactPoint, Customer};
use puntual_store::document::Document;
use puntual_store::ledger::Recording;
use puntual_store::payment::Payment;
use puntual_store::receivable::Receivable;
use puntual_store::testing;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A storage that lasts as long as the test.
pub struct Place {
    pub url: String,
    file: Option<PathBuf>,
}

impl Drop for Place {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            if let Some(file) = &self.file {
                let _ = std::fs::remove_file(format!("{}{end}", file.display()));
            }
        }
    }
}

/// A fresh file.
pub fn sqlite() -> Place {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let name = format!("puntual-test-{}-{number}.db", std::process::id());
    let file = std::env::temp_dir().join(name);
    let _ = std::fs::remove_file(&file);
    Place { url: format!("sqlite:{}", file.display()), file: Some(file) }
}

/// A fresh storage of each engine there is.
pub fn places() -> Vec<Place> {
    let server = testing::postgres_url().map(|url| Place { url, file: None });
    std::iter::once(sqlite()).chain(server).collect()
}

/// `2026-11-24` and the like.
pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The instant of an hour of a day in Santiago.
pub fn at(text: &str, hour: u32) -> i64 {
    clock::instant_of(day(text), hour * 60, "America/Santiago")
}

/// A creditor's books.
pub struct Books {
    pub app: App,
    pub ctx: Ctx,
}

impl Books {
    /// A Chilean creditor, the clock standing at an instant.
    pub fn open(place: &Place, now_ms: i64) -> Books {
        Books::open_as(&place.url, now_ms, 1)
    }

    /// The same as another program on the same storage.
    pub fn open_as(url: &str, now_ms: i64, node: u8) -> Books {
        let app = App::open(url, Clock::Fixed(now_ms), node).unwrap();
        let creditor = creditors::create(
            &app,
            NewCreditor {
                code: Some("ACME".into()),
                name: "Comercial Ñuble SpA".into(),
                tax_id: "76.192.083-9".into(),
                country: "CL".into(),
                currency: Currency::CLP,
                time_zone: None,
            },
        )
        .unwrap();
        let ctx = Ctx::new(&app, creditor, "test", Role::Admin);
        Books { app, ctx }
    }

    /// Moves the clock.
    pub fn at(&mut self, now_ms: i64) {
        self.app.clock = Clock::Fixed(now_ms);
        self.ctx = Ctx::new(&self.app, self.ctx.creditor.clone(), "test", Role::Admin);
    }

    /// A company with an e-mail address.
    pub fn customer(&self, code: &str) -> CustomerId {
        self.customers(&[code.to_owned()])[0]
    }

    /// Companies with an e-mail address each.
    pub fn customers(&self, codes: &[String]) -> Vec<CustomerId> {
        let made: Vec<Customer> = codes.iter().map(|code| self.new_customer(code)).collect();
        let points: Vec<ContactPoint> = made
            .iter()
            .map(|customer| ContactPoint {
                id: ContactPointId(self.app.next_id()),
                customer: customer.id,
                kind: "email".into(),
                value: format!("{}@cliente.example", customer.code.to_lowercase()),
                person: None,
                state: "ok".into(),
            })
            .collect();
        self.write(|tx, scope, now_ms| {
            customer::insert_many(tx, scope, &made, now_ms)?;
            customer::insert_contact_points(tx, scope, &points, now_ms)
        });
        made.into_iter().map(|customer| customer.id).collect()
    }

    fn new_customer(&self, code: &str) -> Customer {
        Customer {
            id: CustomerId(self.app.next_id()),
            code: code.to_owned(),
            name: format!("Cliente {code}"),
            tax_id: None,
            country: Some("CL".into()),
            person_kind: "company".into(),
            segment: None,
            collector: None,
            currency: None,
            terms_days: None,
            credit_limit_minor: None,
            locale: None,
            address: None,
            search_text: code.to_lowercase(),
            parent: None,
        }
    }

    /// Runs one transaction of the store.
    pub fn write<T>(
        &self,
        work: impl FnOnce(
            &mut puntual_store::Tx<'_>,
            puntual_store::Scope,
            i64,
        ) -> Result<T, puntual_store::error::StoreError>,
    ) -> T {
        let (scope, now_ms) = (self.ctx.scope(), self.ctx.now_ms);
        self.app.store.write(|tx| work(tx, scope, now_ms)).unwrap()
    }

    /// An invoice issued thirty days before it is due, in pesos.
    pub fn invoice(&self, customer: CustomerId, number: &str, due: Day, minor: i64) -> DocumentId {
        self.invoices(&[(customer, number.to_owned(), due, minor, Currency::CLP)])[0]
    }

    /// Many of them: customer, number, due day, amount, currency.
    pub fn invoices(&self, list: &[(CustomerId, String, Day, i64, Currency)]) -> Vec<DocumentId> {
        let mut book = Book::default();
        let mut ids = Vec::new();
        for (customer, number, due, minor, currency) in list {
            let document = DocumentId(self.app.next_id());
            let receivable = ReceivableId(self.app.next_id());
            let issued = *due - 30;
            let shown = self.new_document(document, *customer, number, issued, *minor);
            book.add_document(Document { currency: *currency, ..shown });
            book.add_receivable(Receivable {
                id: receivable,
                customer: *customer,
                document,
                instalment: 1,
                issue_date: issued,
                due_date: *due,
                due_source: "stated".into(),
                currency: *currency,
                amount_minor: *minor,
                open_minor: 0,
                is_sale: true,
                recorded_on: issued,
            });
            let posting = self.posting(*customer, *currency, issued);
            book.post(posting.issue(receivable, *minor).unwrap());
            ids.push(document);
        }
        self.post(book);
        ids
    }

    fn new_document(
        &self,
        id: DocumentId,
        customer: CustomerId,
        number: &str,
        issued: Day,
        minor: i64,
    ) -> Document {
        Document {
            id,
            customer,
            kind: "invoice".into(),
            type_code: None,
            number: number.to_owned(),
            uid: None,
            doc_key: number.to_owned(),
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
            recorded_at: self.ctx.now_ms,
        }
    }

    fn posting(&self, customer: CustomerId, currency: Currency, on: Day) -> Posting {
        let tx = TxId(self.app.next_id());
        Posting { tx, customer, currency, effective_on: on, recorded_on: on }
    }

    /// Money received today, applied to a document as far as `applied` says; the rest stays on
    /// account.
    pub fn pay(&self, customer: CustomerId, minor: i64, applied: Option<(DocumentId, i64)>) {
        let id = PaymentId(self.app.next_id());
        let on = self.ctx.today;
        let mut book = Book::default();
        book.add_payment(Payment {
            id,
            customer,
            pay_key: id.to_string(),
            content_hash: 0,
            number: None,
            received_on: on,
            currency: Currency::CLP,
            amount_minor: minor,
            unapplied_minor: 0,
            method: None,
            reference: None,
            import: None,
            reversed_at: None,
            recorded_at: self.ctx.now_ms,
        });
        let posting = self.posting(customer, Currency::CLP, on);
        book.post(posting.payment(id, minor).unwrap());
        if let Some((document, part)) = applied {
            let rows = self.write(|tx, scope, _| {
                puntual_store::receivable::of_documents(tx, scope, &[document])
            });
            book.post(posting.allocate(Source::Payment(id), rows[0].id, part).unwrap());
        }
        self.post(book);
    }

    fn post(&self, book: Book) {
        let recording =
            Recording { recorded_at: self.ctx.now_ms, import: None, actor: &self.ctx.actor };
        let scope = self.ctx.scope();
        let written: Result<(), ServiceError> =
            self.app.store.write(|tx| book.write(tx, scope, recording));
        written.unwrap();
    }
}

/// A channel to a server on this machine.
pub fn channel(server: SocketAddr) -> EmailChannel {
    EmailChannel::new(settings(server)).unwrap()
}

/// Settings for a server on this machine.
pub fn settings(server: SocketAddr) -> EmailSettings {
    EmailSettings {
        host: server.ip().to_string(),
        port: server.port(),
        security: Security::None,
        user: None,
        password: None,
        from: "Cobranza <cobros@acreedor.example>".into(),
        reply_to: None,
        helo: Some("test".into()),
        timeout_seconds: 5,
    }
}
