//! Everything out again: documents, customers, payments, ledger, timeline, streamed into CSV,
//! XLSX or JSON lines.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::BankAccountId;
use puntual_core::money::Money;
use puntual_formats::out::{Cell, Export, ExportError, ExportFormat};
use puntual_store::{Tx, bank, bank_entry, customer, document, ledger, merge, payment, timeline};
use std::collections::HashMap;
use std::io::{Seek, Write};
use std::path::Path;

/// What can be taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Documents as issued, with what is open now.
    Documents,
    /// Customers.
    Customers,
    /// Payments received.
    Payments,
    /// The ledger: both legs of every entry.
    Ledger,
    /// What happened with customers.
    Timeline,
    /// Entries of bank accounts, with what is known of their money.
    Bank,
}

impl From<ExportError> for ServiceError {
    fn from(error: ExportError) -> ServiceError {
        ServiceError::Unavailable(error.to_string())
    }
}

/// Writes a subject into a new file whose extension says the format. Returns the number of rows.
pub fn to_file(app: &App, ctx: &Ctx, subject: Subject, path: &Path) -> Result<u64, ServiceError> {
    let format = ExportFormat::of_name(&path.to_string_lossy()).ok_or_else(|| {
        ServiceError::invalid("out", "the file must end in .csv, .xlsx or .jsonl")
    })?;
    let file = std::fs::File::create(path)
        .map_err(|error| ServiceError::Unavailable(format!("{}: {error}", path.display())))?;
    write(app, ctx, subject, format, std::io::BufWriter::new(file))
}

/// Writes a subject into anything.
pub fn write<W: Write + Seek + Send>(
    app: &App,
    ctx: &Ctx,
    subject: Subject,
    format: ExportFormat,
    to: W,
) -> Result<u64, ServiceError> {
    ctx.require(Deed::Export)?;
    let mut export = Export::new(format, to, columns(subject))?;
    let mut rows = 0;
    app.store.read(|tx| {
        let mut sink = |cells: &[Cell<'_>]| {
            rows += 1;
            Ok::<(), ServiceError>(export.row(cells)?)
        };
        match subject {
            Subject::Documents => documents(tx, ctx, &mut sink),
            Subject::Customers => customers(tx, ctx, &mut sink),
            Subject::Payments => payments(tx, ctx, &mut sink),
            Subject::Ledger => entries(tx, ctx, &mut sink),
            Subject::Timeline => events(tx, ctx, &mut sink),
            Subject::Bank => bank_entries(tx, ctx, &mut sink),
        }
    })?;
    export.finish()?;
    Ok(rows)
}

const BANK_COLUMNS: [&str; 20] = [
    "id",
    "account",
    "message",
    "state",
    "booked_on",
    "value_on",
    "currency",
    "amount",
    "balance",
    "text",
    "reference",
    "bank_reference",
    "counterparty",
    "counterparty_tax_id",
    "counterparty_account",
    "mandate",
    "return_reason",
    "same_as",
    "payment",
    "why",
];

fn columns(subject: Subject) -> &'static [&'static str] {
    match subject {
        Subject::Documents => &[
            "id",
            "customer",
            "kind",
            "type_code",
            "number",
            "uid",
            "issue_date",
            "currency",
            "net",
            "tax",
            "total",
            "payment_terms",
            "assigned_to",
            "replaced_by",
            "source",
        ],
        Subject::Customers => &[
            "id",
            "code",
            "name",
            "tax_id",
            "country",
            "segment",
            "collector",
            "currency",
            "terms_days",
            "credit_limit",
            "belongs_to",
            "merged_into",
        ],
        Subject::Payments => &[
            "id",
            "customer",
            "number",
            "date",
            "currency",
            "amount",
            "unapplied",
            "method",
            "reference",
            "reversed",
        ],
        Subject::Ledger => &[
            "seq",
            "transaction",
            "kind",
            "account",
            "customer",
            "receivable",
            "source",
            "currency",
            "debit",
            "credit",
            "effective_on",
            "recorded_on",
            "reverses",
            "actor",
        ],
        Subject::Bank => &BANK_COLUMNS,
        Subject::Timeline => &[
            "id", "customer", "date", "kind", "channel", "outcome", "text", "balance", "currency",
            "actor",
        ],
    }
}

type Sink<'s> = dyn FnMut(&[Cell<'_>]) -> Result<(), ServiceError> + 's;

fn money(minor: Option<i64>, currency: Currency) -> Cell<'static> {
    minor.map(|minor| Money::new(minor, currency)).into()
}

fn documents(tx: &mut Tx<'_>, ctx: &Ctx, sink: &mut Sink<'_>) -> Result<(), ServiceError> {
    let merged = merge::merged(tx, ctx.scope())?;
    document::for_each(tx, ctx.scope(), |d| {
        if d.undone_at.is_some() {
            return Ok(());
        }
        let (id, customer) = (d.id.to_string(), merged.survivor(d.customer).to_string());
        sink(&[
            Cell::Text(&id),
            Cell::Text(&customer),
            Cell::Text(&d.kind),
            d.type_code.as_deref().into(),
            Cell::Text(&d.number),
            d.uid.as_deref().into(),
            Cell::Day(d.issue_date),
            Cell::Text(d.currency.code()),
            money(d.net_minor, d.currency),
            money(d.tax_minor, d.currency),
            money(Some(d.total_minor), d.currency),
            d.payment_terms.as_deref().into(),
            d.assigned_to.as_deref().into(),
            d.replaced_by.as_deref().into(),
            d.source_place.as_deref().into(),
        ])
    })
}

/// Every customer, the merged ones too with who stands for them.
fn customers(tx: &mut Tx<'_>, ctx: &Ctx, sink: &mut Sink<'_>) -> Result<(), ServiceError> {
    let merged = merge::merged(tx, ctx.scope())?;
    customer::for_each(tx, ctx.scope(), |c| {
        let id = c.id.to_string();
        let stands = merged.is_merged(c.id).then(|| merged.survivor(c.id).to_string());
        let parent = c.parent.map(|parent| parent.to_string());
        let currency = c.currency.unwrap_or(ctx.creditor.currency);
        sink(&[
            Cell::Text(&id),
            Cell::Text(&c.code),
            Cell::Text(&c.name),
            c.tax_id.as_deref().into(),
            c.country.as_deref().into(),
            c.segment.as_deref().into(),
            c.collector.as_deref().into(),
            Cell::Text(currency.code()),
            c.terms_days.map_or(Cell::Empty, Cell::Integer),
            money(c.credit_limit_minor, currency),
            parent.as_deref().into(),
            stands.as_deref().into(),
        ])
    })
}

fn payments(tx: &mut Tx<'_>, ctx: &Ctx, sink: &mut Sink<'_>) -> Result<(), ServiceError> {
    let merged = merge::merged(tx, ctx.scope())?;
    payment::for_each(tx, ctx.scope(), |p| {
        let (id, customer) = (p.id.to_string(), merged.survivor(p.customer).to_string());
        sink(&[
            Cell::Text(&id),
            Cell::Text(&customer),
            p.number.as_deref().into(),
            Cell::Day(p.received_on),
            Cell::Text(p.currency.code()),
            money(Some(p.amount_minor), p.currency),
            money(Some(p.unapplied_minor), p.currency),
            p.method.as_deref().into(),
            p.reference.as_deref().into(),
            Cell::Flag(p.reversed_at.is_some()),
        ])
    })
}

/// Both legs of each entry, so that any accounting program can read them.
fn entries(tx: &mut Tx<'_>, ctx: &Ctx, sink: &mut Sink<'_>) -> Result<(), ServiceError> {
    ledger::for_each_after(tx, ctx.scope(), 0, |stored| {
        let e = &stored.entry;
        let (transaction, customer) = (e.tx.to_string(), e.customer.to_string());
        let receivable = e.receivable.map(|id| id.to_string());
        let amount = Cell::Money(Money::new(e.amount_minor, e.currency));
        for (account, debit, credit) in
            [(e.debit, amount, Cell::Empty), (e.credit, Cell::Empty, amount)]
        {
            sink(&[
                Cell::Integer(stored.seq),
                Cell::Text(&transaction),
                Cell::Text(e.kind.as_str()),
                Cell::Text(account.as_str()),
                Cell::Text(&customer),
                receivable.as_deref().into(),
                e.source.map_or(Cell::Empty, Cell::Integer),
                Cell::Text(e.currency.code()),
                debit,
                credit,
                Cell::Day(e.effective_on),
                Cell::Day(e.recorded_on),
                e.reverses.map_or(Cell::Empty, Cell::Integer),
                Cell::Text(&stored.actor),
            ])?;
        }
        Ok(())
    })
}

fn events(tx: &mut Tx<'_>, ctx: &Ctx, sink: &mut Sink<'_>) -> Result<(), ServiceError> {
    timeline::for_each(tx, ctx.scope(), |e| {
        let (id, customer) = (e.id.to_string(), e.customer.to_string());
        let currency = e.currency.unwrap_or(ctx.creditor.currency);
        sink(&[
            Cell::Text(&id),
            Cell::Text(&customer),
            Cell::Day(e.happened_on),
            Cell::Text(&e.kind),
            e.channel.as_deref().into(),
            e.outcome.as_deref().into(),
            e.body.as_deref().into(),
            money(e.balance_minor, currency),
            e.currency.as_ref().map(Currency::code).into(),
            Cell::Text(&e.actor),
        ])
    })
}

/// The name of an export file: what, of whom, as of when.
pub fn file_name(ctx: &Ctx, what: &str, as_of: Day, extension: &str) -> String {
    format!("{what}-{}-al-{as_of}.{extension}", ctx.creditor.code.to_lowercase())
}

fn bank_entries(tx: &mut Tx<'_>, ctx: &Ctx, sink: &mut Sink<'_>) -> Result<(), ServiceError> {
    let numbers: HashMap<BankAccountId, String> =
        bank::accounts(tx, ctx.scope())?.into_iter().map(|a| (a.id, a.number)).collect();
    bank_entry::for_each(tx, ctx.scope(), |e| {
        let id = e.id.to_string();
        let (same_as, payment) =
            (e.linked_to.map(|id| id.to_string()), e.payment.map(|id| id.to_string()));
        sink(&[
            Cell::Text(&id),
            numbers.get(&e.account).map(String::as_str).into(),
            Cell::Text(&e.message),
            Cell::Text(&e.state),
            Cell::Day(e.booked_on),
            e.value_on.map_or(Cell::Empty, Cell::Day),
            Cell::Text(e.currency.code()),
            money(Some(e.amount_minor), e.currency),
            money(e.balance_minor, e.currency),
            e.text.as_deref().into(),
            e.reference.as_deref().into(),
            e.bank_reference.as_deref().into(),
            e.counterparty_name.as_deref().into(),
            e.counterparty_tax_id.as_deref().into(),
            e.counterparty_account.as_deref().into(),
            e.mandate.as_deref().into(),
            e.return_reason.as_deref().into(),
            same_as.as_deref().into(),
            payment.as_deref().into(),
            e.link_why.as_deref().into(),
        ])
    })
}
