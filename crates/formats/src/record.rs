//! What every format is read into. One file becomes a [`ReadFile`]: a list of records, each with
//! its own outcome, and the problems found, each with its place.
//!
//! A record holds what the source says, as the source says it: amounts are decimals in the
//! source's currency, ids are text. Nothing here knows what the portfolio already holds; that is
//! decided by the import.

mod bank;
mod dues;
mod party;

pub use bank::*;
pub use dues::*;
pub use party::*;
use puntual_core::date::Day;
use rust_decimal::Decimal;

/// What becomes of a document or a file. Ordered from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Status {
    /// Read without remarks.
    #[default]
    Ok,
    /// Read; something should be looked at.
    Warn,
    /// Recognised, and not a receivable (payroll, purchases, a waybill).
    Ignore,
    /// Readable, but must not reach the ledger before a person confirms it.
    Quarantine,
    /// Unreadable or hostile; nothing of it is kept.
    Reject,
}

impl Status {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Ignore => "ignore",
            Status::Quarantine => "quarantine",
            Status::Reject => "reject",
        }
    }
}

/// Something wrong or noteworthy in the input: where, what kind, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is for the record it is attached to.
    pub status: Status,
    /// Where: a member of a zip, a line, a row and column, an element. Empty for the whole file.
    pub place: String,
    /// Stable machine-readable code, `snake_case`.
    pub code: &'static str,
    /// What is wrong and what to do, in Spanish.
    pub es: String,
    /// The same in English.
    pub en: String,
}

/// The class of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum DocumentKind {
    /// Factura.
    #[default]
    Invoice,
    /// Nota de crédito, CFDI de egreso, factura rectificativa negativa.
    CreditNote,
    /// Nota de débito.
    DebitNote,
    /// Boleta, ticket: a consumer receipt.
    Receipt,
    /// Complemento de pago (REP): evidence of payments, not a debt.
    PaymentReceipt,
    /// Cheque, letra or pagaré held as a receivable.
    Instrument,
    /// Factura de compra, self-billed by the buyer.
    SelfBilled,
    /// CFDI de nómina.
    Payroll,
    /// CFDI de traslado, carta porte.
    Transport,
    /// Guía de despacho.
    DeliveryNote,
    /// Anything else recognised that is not a receivable.
    Other,
    /// The source does not say what it is; such a document always waits for a person.
    Unstated,
}

impl DocumentKind {
    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            DocumentKind::Invoice => "invoice",
            DocumentKind::CreditNote => "credit_note",
            DocumentKind::DebitNote => "debit_note",
            DocumentKind::Receipt => "receipt",
            DocumentKind::PaymentReceipt => "payment_receipt",
            DocumentKind::Instrument => "instrument",
            DocumentKind::SelfBilled => "self_billed",
            DocumentKind::Payroll => "payroll",
            DocumentKind::Transport => "transport",
            DocumentKind::DeliveryNote => "delivery_note",
            DocumentKind::Other => "other",
            DocumentKind::Unstated => "unstated",
        }
    }
}

/// What a reference to another document means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum ReferenceEffect {
    /// The whole of the referenced document is cancelled (SII CodRef 1).
    Cancels,
    /// Amounts are corrected (SII CodRef 3; CFDI 01, 03).
    Adjusts,
    /// Only text is corrected (SII CodRef 2).
    CorrectsText,
    /// This document replaces the referenced one (CFDI 04).
    Replaces,
    /// An advance is applied (CFDI 07).
    AppliesAdvance,
    /// A purchase order, goods receipt or anything without effect on the debt.
    #[default]
    Mentions,
}

/// A reference to another document.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ReferenceRecord {
    /// What it means for the referenced document.
    pub effect: ReferenceEffect,
    /// The format's own relation code (`04`, CodRef).
    pub relation: Option<String>,
    /// Type of the referenced document (`33`, `801`).
    pub type_code: Option<String>,
    /// Its number.
    pub number: Option<String>,
    /// Its official uid, upper case.
    pub uuid: Option<String>,
    /// Its date.
    pub date: Option<Day>,
    /// Why, in words.
    pub reason: Option<String>,
}

/// An invoice, note, receipt or payment receipt.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DocumentRecord {
    /// Outcome of this document alone.
    pub status: Status,
    /// Where it stands: member of a zip, position in an envelope, row of a sheet.
    pub place: String,
    /// Its class.
    pub kind: DocumentKind,
    /// Version of the format (`4.0`).
    pub version: Option<String>,
    /// Official type code (`I`, `33`).
    pub type_code: Option<String>,
    /// Series.
    pub series: Option<String>,
    /// Number or folio, as written.
    pub number: Option<String>,
    /// Official unique id (UUID, CUFE), upper case.
    pub uuid: Option<String>,
    /// Civil date of issue.
    pub issue_date: Option<Day>,
    /// The source's own date text, with time if it has one.
    pub issue_text: Option<String>,
    /// Due dates, in the document's order.
    pub dues: Vec<DueRecord>,
    /// Where the due dates come from.
    pub due_source: DueSource,
    /// The due dates the document states as a whole, where `dues` is not the same: it lists
    /// instalments besides, dates of discounts, or several that disagree, of which `dues` has the
    /// one believed.
    pub stated_dues: Option<Vec<Day>>,
    /// Terms as text.
    pub payment_terms: Option<String>,
    /// Days of credit understood from the terms.
    pub terms_days: Option<i32>,
    /// PUE or PPD in Mexico; `1` cash, `2` credit in Chile.
    pub payment_method: Option<String>,
    /// Means of payment code.
    pub payment_form: Option<String>,
    /// What the payer is asked to quote.
    pub payment_reference: Option<String>,
    /// Account to pay into; an IBAN without blanks where it is one.
    pub iban: Option<String>,
    /// Discounts for paying early, in the document's order.
    pub early_payments: Vec<EarlyPaymentRecord>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// What the source wrote, where that is not the code (`Pesos`, `DOLAR USA`).
    pub currency_written: Option<String>,
    /// The code written beside the amounts, where the document itself names no currency.
    pub amounts_currency: Option<String>,
    /// Rate to the creditor's own currency stated by the document.
    pub exchange_rate: Option<Decimal>,
    /// Exempt amount.
    pub exempt: Option<Decimal>,
    /// Sum before discount and taxes.
    pub subtotal: Option<Decimal>,
    /// Discount on the subtotal.
    pub discount: Option<Decimal>,
    /// Net of taxes.
    pub net: Option<Decimal>,
    /// Taxes charged.
    pub tax: Option<Decimal>,
    /// Taxes withheld.
    pub withheld: Option<Decimal>,
    /// Local taxes charged (Mexico).
    pub local_tax: Option<Decimal>,
    /// Local taxes withheld (Mexico).
    pub local_withheld: Option<Decimal>,
    /// Total of the document. Signed as the source writes it; the kind says what it is.
    pub total: Option<Decimal>,
    /// What is to be collected, when the source says it apart from the total.
    pub payable: Option<Decimal>,
    /// The part of what is payable that the buyer is not to be asked for, because it keeps it or
    /// pays it elsewhere by law (Peru: retención, detracción) or paid it at once.
    pub deducted: Option<Decimal>,
    /// What was paid before or at issue, when the document says so (SII MntCancel).
    pub prepaid: Option<Decimal>,
    /// What the source says is still open, in exports of open items.
    pub open: Option<Decimal>,
    /// Day the source says it was fully paid.
    pub cleared_on: Option<Day>,
    /// Whether the source marks it as disputed.
    pub disputed: Option<bool>,
    /// Who issued it.
    pub seller: PartyRecord,
    /// Who owes it.
    pub buyer: PartyRecord,
    /// Number of detail lines.
    pub lines: Option<u32>,
    /// Documents it refers to.
    pub references: Vec<ReferenceRecord>,
    /// For payment receipts: the payments it proves.
    pub payments: Vec<PaymentRecord>,
    /// Cesión or factoring: who must be paid now.
    pub assignment: Option<AssignmentRecord>,
    /// Where the same document stands earlier in the same file, when it does.
    pub duplicate_of: Option<String>,
    /// Problems of this document.
    pub problems: Vec<Problem>,
}

impl DocumentRecord {
    /// Whether its buyer issued it for the seller (UNTDID 1001: 261, 389, 527; `AF` in Facturae):
    /// its number is of the buyer's series, so that two buyers may give the same.
    pub fn is_self_billed(&self) -> bool {
        let code = self.type_code.as_deref().unwrap_or("");
        matches!(code, "261" | "389" | "527") || code.starts_with("AF/")
    }
}

/// The claim was assigned to someone else (cesión, factoring).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AssignmentRecord {
    /// Order of the assignment; the highest holds the claim.
    pub sequence: Option<u32>,
    /// Who gave it.
    pub assignor_tax_id: Option<String>,
    /// Who holds it now.
    pub assignee_tax_id: Option<String>,
    /// Name of the holder.
    pub assignee_name: Option<String>,
    /// Amount assigned.
    pub amount: Option<Decimal>,
    /// Last due date stated.
    pub last_due: Option<Day>,
    /// When it was assigned.
    pub on: Option<Day>,
}

impl AssignmentRecord {
    /// Who holds the claim, by name or else by id; `?` when the source does not say.
    pub fn holder(&self) -> String {
        let known = self.assignee_name.as_ref().or(self.assignee_tax_id.as_ref());
        known.cloned().unwrap_or_else(|| "?".to_owned())
    }
}

/// Something that happened to a document issued before, told by another file than its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum EventKind {
    /// The buyer accepted it, or is taken to have (SII EstadoDTE 0; DIAN 033, 034).
    #[default]
    Accepted,
    /// The buyer's system received the file, which says nothing of the debt (SII RecepcionDTE).
    Delivered,
    /// The buyer accepted it with remarks (SII EstadoDTE 1).
    AcceptedWithRemarks,
    /// The buyer claims against it: content, goods, price (SII EstadoDTE 2, DIAN 031, Peppol RE).
    Claimed,
    /// The tax office refused it, or the buyer's system could not take the file.
    Rejected,
    /// The goods or services were received (Chile, Ley 19.983).
    GoodsReceived,
    /// The claim was assigned (cesión).
    Assigned,
    /// An assignment was taken back: the seller holds the claim again (RADIAN 040).
    AssignmentCancelled,
    /// The buyer was told who holds the claim and must be paid (RADIAN 050).
    AssignmentNotified,
    /// The seller asked the tax office to cancel it, and the buyer has to agree (acuse of the SAT).
    CancellationRequested,
    /// It was cancelled with the tax office (SAT).
    Cancelled,
    /// The tax office lists it as in force (SAT), or accepted it when it was issued (SUNAT, DIAN).
    Confirmed,
    /// Something that changes neither debt nor holder (RADIAN: aval, inscripción, mandato).
    Noted,
}

impl EventKind {
    /// The word used in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Accepted => "accepted",
            EventKind::Delivered => "delivered",
            EventKind::AcceptedWithRemarks => "accepted_with_remarks",
            EventKind::Claimed => "claimed",
            EventKind::Rejected => "rejected",
            EventKind::GoodsReceived => "goods_received",
            EventKind::Assigned => "assigned",
            EventKind::AssignmentCancelled => "assignment_cancelled",
            EventKind::AssignmentNotified => "assignment_notified",
            EventKind::CancellationRequested => "cancellation_requested",
            EventKind::Cancelled => "cancelled",
            EventKind::Confirmed => "confirmed",
            EventKind::Noted => "noted",
        }
    }
}

/// An event on a document, which it names by uid or by (seller, type, number).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EventRecord {
    /// Outcome of this event alone.
    pub status: Status,
    /// Where it stands.
    pub place: String,
    /// What happened.
    pub kind: EventKind,
    /// Official type code of the document (`33`).
    pub type_code: Option<String>,
    /// Its number.
    pub number: Option<String>,
    /// Its official uid, upper case.
    pub uuid: Option<String>,
    /// When the document was issued.
    pub issue_date: Option<Day>,
    /// Who issued it.
    pub seller: PartyRecord,
    /// Who owes it.
    pub buyer: PartyRecord,
    /// Its total.
    pub total: Option<Decimal>,
    /// When the event happened, as written.
    pub at_text: Option<String>,
    /// The day of the event.
    pub on: Option<Day>,
    /// The format's own code of the verdict (EstadoDTE).
    pub code: Option<String>,
    /// Why, in words.
    pub reason: Option<String>,
    /// For [`EventKind::Assigned`]: to whom and how much.
    pub assignment: Option<AssignmentRecord>,
    /// Problems of this event.
    pub problems: Vec<Problem>,
}

/// A payment and what it pays.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PaymentRecord {
    /// Where it stands in the source.
    pub place: String,
    /// The source's own id of the payment.
    pub number: Option<String>,
    /// Who paid.
    pub payer: PartyRecord,
    /// Day the money was received.
    pub date: Option<Day>,
    /// The source's own date text.
    pub date_text: Option<String>,
    /// Currency of the amount.
    pub currency: Option<String>,
    /// Rate to the creditor's own currency.
    pub exchange_rate: Option<Decimal>,
    /// Amount received.
    pub amount: Option<Decimal>,
    /// Means of payment.
    pub method: Option<String>,
    /// Operation number of the bank.
    pub operation: Option<String>,
    /// Free text.
    pub reference: Option<String>,
    /// What it pays.
    pub applications: Vec<ApplicationRecord>,
    /// Problems of this payment.
    pub problems: Vec<Problem>,
}

/// One line of what a payment pays, in a payment complement.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ApplicationRecord {
    /// Official uid of the invoice paid, upper case.
    pub uuid: Option<String>,
    /// Its series.
    pub series: Option<String>,
    /// Its folio.
    pub number: Option<String>,
    /// Currency of the invoice; `paid` is in it.
    pub currency: Option<String>,
    /// Units of the invoice's currency per unit of the payment's.
    pub equivalence: Option<Decimal>,
    /// Number of the part payment.
    pub instalment: Option<u32>,
    /// Balance before.
    pub previous: Option<Decimal>,
    /// Amount paid, in the invoice's currency.
    pub paid: Option<Decimal>,
    /// Balance after.
    pub remaining: Option<Decimal>,
}

/// A customer as listed in a customers file.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CustomerRecord {
    /// Row.
    pub place: String,
    /// Code, name, tax id, contact data.
    pub party: PartyRecord,
    /// Segment or group.
    pub segment: Option<String>,
    /// Usual currency.
    pub currency: Option<String>,
    /// Days of credit agreed.
    pub terms_days: Option<i32>,
    /// Credit limit in `currency`.
    pub credit_limit: Option<Decimal>,
    /// Whether collection is on hold.
    pub on_hold: Option<bool>,
    /// Who collects.
    pub collector: Option<String>,
    /// Problems of this row.
    pub problems: Vec<Problem>,
}

/// What moved a document's balance, in an allocations file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AllocationKind {
    /// A payment was applied.
    Payment,
    /// A credit note was applied.
    CreditNote,
    /// A payment bounced: the amount is negative and the document is open again.
    Reversal,
    /// Written off.
    WriteOff,
}

/// One movement of a document's balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocationRecord {
    /// Row.
    pub place: String,
    /// When it took effect.
    pub date: Day,
    /// Number of the document.
    pub document: String,
    /// Amount taken off the balance; negative for reversals. In the document's currency.
    pub amount: Decimal,
    /// What it is.
    pub kind: AllocationKind,
    /// Number of the payment or credit note it comes from.
    pub source: Option<String>,
}

/// An exchange rate for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateRecord {
    /// Row.
    pub place: String,
    /// Day the rate is for.
    pub date: Day,
    /// Currency priced.
    pub currency: String,
    /// Smallest units of the creditor's own currency, times 10 000, per one unit of `currency`.
    pub base_minor_e4: i64,
}

/// A dispute of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeRecord {
    /// Row.
    pub place: String,
    /// Number of the document.
    pub document: String,
    /// When it was opened.
    pub opened: Day,
    /// Reason code or words.
    pub reason: Option<String>,
}

/// A promise to pay a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromiseRecord {
    /// Row.
    pub place: String,
    /// Number of the document.
    pub document: String,
    /// When it will be paid.
    pub promised: Day,
    /// How much, in the document's currency.
    pub amount: Decimal,
}

/// Anything a file can contain.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A document. Boxed: it is by far the largest.
    Document(Box<DocumentRecord>),
    /// A customer.
    Customer(Box<CustomerRecord>),
    /// A payment.
    Payment(Box<PaymentRecord>),
    /// A movement of a document's balance.
    Allocation(AllocationRecord),
    /// An exchange rate.
    Rate(RateRecord),
    /// A dispute.
    Dispute(DisputeRecord),
    /// A promise.
    Promise(PromiseRecord),
    /// Something that happened to a document. Boxed for its size.
    Event(Box<EventRecord>),
    /// A movement of a bank account. Boxed for its size, as are the next three.
    BankEntry(Box<BankEntryRecord>),
    /// A bank statement, after its entries.
    Statement(Box<StatementRecord>),
    /// What became of a direct debit or transfer.
    DebitResult(Box<DebitResultRecord>),
    /// Instructions to the bank.
    PaymentOrder(Box<PaymentOrderRecord>),
    /// A row or document that could not be turned into a record; its problem says why.
    Refused(Problem),
}
