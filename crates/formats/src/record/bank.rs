//! What a bank says: statements, their entries, and what became of direct debits.
//!
//! A file of any size is a sequence: the entries of a statement first, then the statement itself
//! with its balances and sums, so that a reader needs to hold neither.

use super::{PartyRecord, Problem};
use puntual_core::date::Day;
use rust_decimal::Decimal;

/// What kind of message an account's entries come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum StatementKind {
    /// Booked entries of a period (camt.053, MT940, Norma 43, OFX, an export of the bank's page).
    #[default]
    Statement,
    /// Entries of a day that is not over (camt.052, MT942): announced, not final.
    Report,
    /// Single entries told as they are booked (camt.054): the same money comes again in the
    /// statement.
    Notification,
}

impl StatementKind {
    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            StatementKind::Statement => "statement",
            StatementKind::Report => "report",
            StatementKind::Notification => "notification",
        }
    }
}

/// An account as the bank writes it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Hash)]
pub struct AccountRecord {
    /// IBAN, CLABE or account number, as written, without blanks.
    pub number: Option<String>,
    /// Code of the bank, where it stands apart (Norma 43, OFX).
    pub bank: Option<String>,
    /// Code of the office, where it stands apart (Norma 43).
    pub office: Option<String>,
    /// Whose account it is.
    pub holder: Option<String>,
    /// Kind of account, as written (`CHECKING`).
    pub kind: Option<String>,
}

/// A balance a statement declares.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BalanceRecord {
    /// The format's own code: `OPBD`, `CLBD`, `60F`, `62F`…
    pub code: String,
    /// Amount, negative when the account is overdrawn.
    pub amount: Option<Decimal>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Of which day.
    pub on: Option<Day>,
}

/// One statement, after its entries.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct StatementRecord {
    /// Where it stands: message, block, sheet.
    pub place: String,
    /// What kind of message.
    pub kind: StatementKind,
    /// Version or namespace of the format, as written.
    pub version: Option<String>,
    /// The bank's id of the statement (`Stmt/Id`, `:20:`).
    pub id: Option<String>,
    /// Its number in the bank's sequence (`ElctrncSeqNb`, `:28C:`).
    pub sequence: Option<String>,
    /// The account.
    pub account: AccountRecord,
    /// Currency of the account, ISO 4217, as far as the file says.
    pub currency: Option<String>,
    /// Whether the currency is that of a balance or an entry, because the file does not name that
    /// of the account.
    pub is_currency_inferred: bool,
    /// First day of the period.
    pub from: Option<Day>,
    /// The period's start as written, where it has a time.
    pub from_text: Option<String>,
    /// Last day of the period.
    pub to: Option<Day>,
    /// The period's end as written, where it has a time.
    pub to_text: Option<String>,
    /// Every balance declared, in order.
    pub balances: Vec<BalanceRecord>,
    /// Balance before the first entry.
    pub opening: Option<BalanceRecord>,
    /// Balance after the last entry.
    pub closing: Option<BalanceRecord>,
    /// Entries read.
    pub entries: usize,
    /// Entries whose amount could not be read.
    pub unreadable_amounts: usize,
    /// Single transactions inside entries.
    pub details: usize,
    /// Sum of the credits, in the account's currency.
    pub sum_credit: Decimal,
    /// Sum of the debits, positive.
    pub sum_debit: Decimal,
    /// What else the format says of the statement, for people and for checks from outside: name
    /// and value, in the order of the format.
    pub remarks: Vec<(&'static str, String)>,
    /// Problems of the statement: a balance chain that does not close, counts that differ.
    pub problems: Vec<Problem>,
}

/// One movement of an account: a line of the statement.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BankEntryRecord {
    /// Where it stands.
    pub place: String,
    /// What kind of message it came in.
    pub message: StatementKind,
    /// The account it moved; the same as its statement's.
    pub account: AccountRecord,
    /// Position of its statement among those of the file, from 0.
    pub statement: usize,
    /// Position among the entries of its statement, from 1.
    pub ordinal: usize,
    /// Day it was booked.
    pub booked_on: Option<Day>,
    /// Value date.
    pub value_on: Option<Day>,
    /// Signed amount: positive is money that came in. A reversed credit is negative.
    pub amount: Option<Decimal>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Amount in the currency of the instruction, with it, where that is another.
    pub original: Option<(Decimal, String)>,
    /// Whether the bank takes back an earlier entry (camt `RvslInd`, MT940 RC/RD).
    pub is_reversal: bool,
    /// Whether it is booked; entries pending or informative are told and not money.
    pub is_booked: bool,
    /// The bank's code of what kind of movement it is, as written (`PMNT/RCDT/ESCT`, `NTRF`, `14`).
    pub bank_code: Option<String>,
    /// The bank's own reference of the entry (`AcctSvcrRef`, after `//`, `FITID`).
    pub bank_reference: Option<String>,
    /// The customer's reference, end-to-end id or document number of the entry.
    pub reference: Option<String>,
    /// Structured creditor reference (ISO 11649, ESR…).
    pub creditor_reference: Option<String>,
    /// Mandate of a direct debit.
    pub mandate: Option<String>,
    /// Id of the batch this entry books as one (`PmtInfId`, `MsgId`).
    pub batch: Option<String>,
    /// The other side, with what identifies it.
    pub counterparty: PartyRecord,
    /// Account of the other side.
    pub counterparty_account: Option<String>,
    /// Text for people: remittance information, concept, description.
    pub text: Option<String>,
    /// What the bank charged with it, in the entry's currency; negative when it gave back.
    pub charges: Option<Decimal>,
    /// Balance after the entry, where the source lists it.
    pub balance: Option<Decimal>,
    /// Why an earlier debit or transfer came back (`AM04`), where it did.
    pub return_reason: Option<String>,
    /// The single transactions the source lists inside it: several for a batch. When there is just
    /// one, the entry says the same of itself, except the words of a return.
    pub details: Vec<EntryDetailRecord>,
    /// Problems of this entry.
    pub problems: Vec<Problem>,
}

/// One transaction inside an entry that books several.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EntryDetailRecord {
    /// Signed like the entry.
    pub amount: Option<Decimal>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// End-to-end id.
    pub end_to_end: Option<String>,
    /// The bank's reference.
    pub bank_reference: Option<String>,
    /// Structured creditor reference.
    pub creditor_reference: Option<String>,
    /// Mandate.
    pub mandate: Option<String>,
    /// The other side.
    pub counterparty: PartyRecord,
    /// Its account.
    pub counterparty_account: Option<String>,
    /// Text for people.
    pub text: Option<String>,
    /// Why it came back, as a code (`AM04`).
    pub return_reason: Option<String>,
    /// The same in words.
    pub return_text: Option<String>,
}

/// What became of one direct debit or transfer, told outside a statement (pain.002).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DebitResultRecord {
    /// Where it stands.
    pub place: String,
    /// Id of the message the instruction was sent in.
    pub original_message: Option<String>,
    /// Id of its batch.
    pub original_batch: Option<String>,
    /// Its end-to-end id; absent when the whole message or batch is meant.
    pub end_to_end: Option<String>,
    /// Mandate.
    pub mandate: Option<String>,
    /// Amount of the instruction.
    pub amount: Option<Decimal>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// `RJCT`, `ACCP`, `ACSC`, `PDNG`… (ISO 20022 external payment status).
    pub outcome: Option<String>,
    /// Reason code (`AM04`, `MD01`).
    pub reason: Option<String>,
    /// The same in words.
    pub reason_text: Option<String>,
    /// Day of the answer.
    pub on: Option<Day>,
    /// Problems of this answer.
    pub problems: Vec<Problem>,
}

/// A file of instructions to the bank, ours as a rule: direct debits (pain.008) or transfers
/// (pain.001). Shown and compared with its declared totals; it moves no money by itself.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PaymentOrderRecord {
    /// Where it stands.
    pub place: String,
    /// Whether it collects (pain.008) or pays (pain.001).
    pub collects: bool,
    /// Namespace, as written.
    pub version: Option<String>,
    /// Id of the message.
    pub id: Option<String>,
    /// Transactions declared.
    pub declared_count: Option<usize>,
    /// Control sum declared.
    pub declared_sum: Option<Decimal>,
    /// Its batches.
    pub batches: Vec<OrderBatchRecord>,
    /// Problems of the file: sums and counts that differ.
    pub problems: Vec<Problem>,
}

/// A batch of instructions of one day and one account.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct OrderBatchRecord {
    /// Its id (`PmtInfId`).
    pub id: Option<String>,
    /// Local instrument: `CORE`, `B2B`.
    pub instrument: Option<String>,
    /// Sequence: `FRST`, `RCUR`, `OOFF`, `FNAL`.
    pub sequence: Option<String>,
    /// Requested day.
    pub on: Option<Day>,
    /// The creditor's account.
    pub account: Option<String>,
    /// The creditor's id in the scheme.
    pub creditor_id: Option<String>,
    /// Its instructions.
    pub lines: Vec<OrderLineRecord>,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct OrderLineRecord {
    /// End-to-end id.
    pub end_to_end: Option<String>,
    /// Amount.
    pub amount: Option<Decimal>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Mandate.
    pub mandate: Option<String>,
    /// Who pays or is paid.
    pub party: PartyRecord,
    /// Account of that party.
    pub account: Option<String>,
    /// Text for people.
    pub text: Option<String>,
}
