//! The demo: three made-up creditors with two years of business, as plain values, so that they
//! are loaded through the very pipeline that reads real files.
//!
//! Pure: the same (country, today, seed) always gives the same values, to the cent; there is no
//! clock and no randomness but a splitmix64 of our own. Nothing here is copied from a real
//! company. E-mails end in the reserved `.example`, telephones lie in ranges nobody has.
//!
//! Every fact carries the day it became known ([`Known::on`]), which for most is its own day and
//! for some payments one to three days later: a loader that records each fact on that day gets a
//! history in which `known_at` means something. Nothing is dated or known after `today`.
//!
//! Conventions, those of the plain customers/invoices/payments/allocations files:
//! - a document is named within its creditor by its number alone, whatever its type;
//! - credit notes have a positive total, refer to their invoice, and take effect by an allocation
//!   whose source is the note's number;
//! - a payment is in the currency of what it pays (UF too, as if at the value of its day), and
//!   what its allocations leave over is unapplied;
//! - a returned cheque is an allocation of negative amount whose source is the payment: that
//!   payment is void, its money is not unapplied;
//! - allocations to a document in instalments settle the earliest due first.
//!
//! # Stories
//! Most customers live by habit (`habits.rs`, `trading.rs`, `talk.rs`). Some play a part, so that
//! every screen has something to show; [`stories()`] lists them, and each is true today whatever
//! day today is:
//!
//! | Story | What is to be seen |
//! |---|---|
//! | `LoyalLapse` | on time for two years, one invoice 24 days overdue: a lapse |
//! | `Worsening` | later and later for four months: a trend |
//! | `Improving` | from a month late to on time |
//! | `Disputer` | two overdue invoices in dispute, the rest paid |
//! | `BigSlow` | the largest, always 75 days after issue |
//! | `PublicBody` | forty days late, always pays |
//! | `BrokenPromises` | two promises broken |
//! | `OverLimit` | new, over its limit, partly overdue |
//! | `BouncedCheque` | paid by a cheque that came back |
//! | `Silent` | overdue, no contact point |
//! | `CoveredByAdvance` | overdue, but an unapplied advance covers all: must not be reminded |
//! | `DueThisWeek` | all due in five to seven days: preventive reminder |
//! | `DueToday`, `ThreeDaysOverdue` | one invoice, due today; one, three days ago |
//! | `TwoCurrencies` | local currency and dollars |
//! | `Instalments` | four instalments: two paid, one overdue, one to come |
//! | `OnHold` | overdue, collection on hold |
//! | `WrittenOff` | debt given up, an old rest open |

mod book;
mod customers;
mod habits;
mod identity;
mod names;
mod random;
mod rates;
mod records;
mod scripts;
mod stories;
mod talk;
mod tax_ids;
#[cfg(test)]
mod tests;
mod trading;

pub use stories::{Story, StoryKind, stories};

use book::Book;
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_formats::record::{
    AllocationRecord, CustomerRecord, DisputeRecord, DocumentRecord, PartyRecord, PaymentRecord,
    PromiseRecord, RateRecord,
};
use random::Draw;
use rates::Rates;
use tax_ids::Taxpayer;

/// Months of history before the current one.
const MONTHS: i32 = 23;

/// The countries that have a demo creditor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Country {
    /// Chile: CLP, with some invoices in UF and dollars.
    Chile,
    /// Mexico: MXN, with some invoices in dollars.
    Mexico,
    /// Spain: EUR.
    Spain,
}

impl Country {
    /// The three, in the order they are shown.
    pub const ALL: [Country; 3] = [Country::Chile, Country::Mexico, Country::Spain];

    /// ISO 3166 alpha-2.
    pub fn code(self) -> &'static str {
        match self {
            Country::Chile => "CL",
            Country::Mexico => "MX",
            Country::Spain => "ES",
        }
    }

    /// The currency its creditor keeps its books in.
    pub fn currency(self) -> Currency {
        match self {
            Country::Chile => Currency::CLP,
            Country::Mexico => Currency::MXN,
            Country::Spain => Currency::EUR,
        }
    }
}

/// A fact and the day it became known: the day it is to be recorded on, never before its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known<T> {
    /// Day it became known.
    pub on: Day,
    /// The fact.
    pub record: T,
}

/// A person who collects for the creditor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoAgent {
    /// What customers' `collector` says, and the name to sign in with.
    pub login: &'static str,
    /// Name.
    pub name: &'static str,
    /// E-mail, in `.example`.
    pub email: &'static str,
}

/// How a past contact was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactChannel {
    /// Telephone call.
    Call,
    /// E-mail.
    Email,
    /// WhatsApp message.
    Whatsapp,
    /// Visit.
    Visit,
    /// Nobody was contacted: a note of our own.
    Note,
}

impl ContactChannel {
    /// Stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            ContactChannel::Call => "call",
            ContactChannel::Email => "email",
            ContactChannel::Whatsapp => "whatsapp",
            ContactChannel::Visit => "visit",
            ContactChannel::Note => "note",
        }
    }
}

/// What came of a past contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactOutcome {
    /// A message left.
    Sent,
    /// Nobody answered.
    NoAnswer,
    /// Somebody else took the message.
    ThirdParty,
    /// The number or address is not theirs.
    WrongNumber,
    /// They will look into it.
    WillCheck,
    /// They say it is paid.
    SaysPaid,
    /// They promised a date.
    Promised,
    /// They dispute the debt.
    Disputed,
    /// Nothing came of it: a note.
    Noted,
}

impl ContactOutcome {
    /// Stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            ContactOutcome::Sent => "sent",
            ContactOutcome::NoAnswer => "no_answer",
            ContactOutcome::ThirdParty => "third_party",
            ContactOutcome::WrongNumber => "wrong_number",
            ContactOutcome::WillCheck => "will_check",
            ContactOutcome::SaysPaid => "says_paid",
            ContactOutcome::Promised => "promised",
            ContactOutcome::Disputed => "disputed",
            ContactOutcome::Noted => "noted",
        }
    }
}

/// A past contact with a customer, or a note about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoContact {
    /// When.
    pub day: Day,
    /// With whom.
    pub customer_code: String,
    /// Login of the agent.
    pub agent: &'static str,
    /// By which means.
    pub channel: ContactChannel,
    /// What came of it.
    pub outcome: ContactOutcome,
    /// In words, Spanish.
    pub text: String,
    /// Numbers of the documents it was about.
    pub documents: Vec<String>,
}

/// A made-up creditor and all that happened to it up to today.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoCreditor {
    /// Short code.
    pub code: &'static str,
    /// Legal name.
    pub name: &'static str,
    /// Tax id with a right check digit.
    pub tax_id: String,
    /// Country.
    pub country: Country,
    /// Currency of its books.
    pub currency: Currency,
    /// IANA time zone.
    pub time_zone: &'static str,
    /// First day of its books.
    pub first: Day,
    /// Who collects.
    pub agents: &'static [DemoAgent],
    /// Customers, in the order they became customers.
    pub customers: Vec<Known<CustomerRecord>>,
    /// Invoices, credit and debit notes, by day of issue.
    pub documents: Vec<Known<DocumentRecord>>,
    /// Payments by the day of the money; without applications, which are in `allocations`.
    pub payments: Vec<Known<PaymentRecord>>,
    /// What moved the documents' balances, by effective day.
    pub allocations: Vec<Known<AllocationRecord>>,
    /// Promises, by the day they were made.
    pub promises: Vec<Known<PromiseRecord>>,
    /// Disputes, by the day they were opened; all are unresolved today.
    pub disputes: Vec<Known<DisputeRecord>>,
    /// Exchange rates by currency and day; none for the creditor's own currency.
    pub rates: Vec<RateRecord>,
    /// Contacts and notes of the last months, by day.
    pub contacts: Vec<DemoContact>,
}

/// The clock the creditor of a country goes by.
pub fn time_zone(country: Country) -> &'static str {
    identity::creditor(country).2
}

/// The creditor of a country as it stands at the end of `today`.
pub fn company(country: Country, today: Day, seed: u64) -> DemoCreditor {
    let first = today.month_start().add_months(-MONTHS);
    let calendar = Calendar::of_country(country.code());
    let rates = Rates::new(country, first, today, seed);
    let customers = customers::portfolio(country, first, today, seed);
    let mut book = Book::new(country, &calendar, first, today, &rates, &customers);
    for (index, customer) in customers.iter().enumerate() {
        match customer.story {
            Some(kind) => scripts::play(&mut book, index, kind, seed),
            None => {
                trading::trade(&mut book, index, seed);
                talk::converse(&mut book, index, seed);
            }
        }
    }
    let (code, name, time_zone) = identity::creditor(country);
    let mut draw = Draw::new(seed, code);
    let tax_id = tax_ids::tax_id(country, Taxpayer::Company, 0, name, &mut draw);
    let seller = PartyRecord {
        tax_id: Some(tax_id.clone()),
        name: Some(name.to_owned()),
        country: Some(country.code().to_owned()),
        ..PartyRecord::default()
    };
    let numbers = records::Numbers::new(&book, seed);
    DemoCreditor {
        code,
        name,
        tax_id,
        country,
        currency: country.currency(),
        time_zone,
        first,
        agents: identity::agents(country),
        customers: known_customers(&book),
        documents: records::documents(&book, &numbers, &seller),
        payments: records::payments(&book, &numbers),
        allocations: records::allocations(&book, &numbers),
        promises: records::promises(&book, &numbers),
        disputes: records::disputes(&book, &numbers),
        rates: rates.records(),
        contacts: records::contacts(&book, &numbers),
    }
}

/// Customers known since their first document, those without any since the first day they could
/// have had one.
fn known_customers(book: &Book) -> Vec<Known<CustomerRecord>> {
    let mut since: Vec<Option<Day>> = vec![None; book.customers.len()];
    for doc in &book.docs {
        let known = since[doc.customer].unwrap_or(doc.issue);
        since[doc.customer] = Some(known.min(doc.issue));
    }
    let mut known: Vec<_> = book
        .customers
        .iter()
        .zip(since)
        .map(|(customer, first_doc)| Known {
            on: first_doc.unwrap_or(customer.since),
            record: customer.record(book.country, book.rates),
        })
        .collect();
    known.sort_by_key(|customer| customer.on);
    known
}
