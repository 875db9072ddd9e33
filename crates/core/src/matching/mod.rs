//! Cash application: what a line of a bank statement pays, and what speaks for it.
//!
//! Decides from the amount, what the payer wrote, who paid and when, against everything that is
//! open. Answers proposals with evidence as data, never a score, and says `Applied` only by one of
//! the rules of [`Rule`]: the payer named the documents and the amount agrees, or the payer is
//! known for certain and only one set of its debts adds up. Anything else waits for a person.
//! Refuses to guess between two that are alike. Knows nothing of where lines and debts are kept.

mod index;
mod judge;
mod payer;
pub mod reference;
pub mod subset;

use crate::currency::Currency;
use crate::date::Day;
use crate::id::{CustomerId, DocumentId};
use crate::money::Money;
pub use index::Index;
use judge::Judge;
use std::collections::HashMap;

/// A document, what is open of it and what it may be called by. One that is settled takes part
/// too, with no instalment: whoever names it paid it twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    /// The document.
    pub document: DocumentId,
    /// Who owes it.
    pub customer: CustomerId,
    /// Series and number.
    pub number: String,
    /// Official unique id.
    pub uid: Option<String>,
    /// Orders and other papers it mentions.
    pub orders: Vec<String>,
    /// Day of issue.
    pub issued: Day,
    /// Day the first open instalment is due.
    pub due: Day,
    /// Its currency.
    pub currency: Currency,
    /// What was invoiced, smallest units.
    pub total_minor: i64,
    /// What is open of each open instalment, the first due first, smallest units.
    pub instalments: Vec<i64>,
    /// Discount for paying early, where its terms grant one.
    pub discount: Option<EarlyDiscount>,
    /// Whether it is disputed: then nothing is applied without a person.
    pub is_disputed: bool,
}

/// A discount granted to whoever pays by a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlyDiscount {
    /// How much, smallest units.
    pub minor: i64,
    /// Last day on which it may be taken.
    pub until: Day,
}

/// A customer that may pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// Who.
    pub customer: CustomerId,
    /// Whose debts it may pay besides its own: the head of its group, itself when it has none.
    pub group: CustomerId,
    /// Legal name.
    pub name: String,
    /// Tax id, letters and digits only, upper case, without leading zeros.
    pub tax_id: Option<String>,
    /// Whether its account is under a legal hold: then nothing is applied without a person.
    pub is_held: bool,
}

/// What a payer was once called, confirmed by a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alias {
    /// An account, letters and digits only, upper case.
    Account(String, CustomerId),
    /// A name, in comparable words.
    Name(String, CustomerId),
}

/// Credit of a customer that a payment may have been reduced by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The credit note.
    pub document: DocumentId,
    /// Whose it is.
    pub customer: CustomerId,
    /// Its number.
    pub number: String,
    /// Its currency.
    pub currency: Currency,
    /// What is not applied yet, smallest units.
    pub left_minor: i64,
}

/// What the creditor allows without asking.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Policy {
    /// Differences up to so much are given up, smallest units of each currency.
    pub tolerance: Vec<(Currency, i64)>,
    /// And up to this share of what was to be paid, basis points.
    pub tolerance_bps: u32,
    /// Legal name of the creditor: money for a sister company names it a little otherwise.
    pub creditor_name: String,
}

/// A line of a bank statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How much came in.
    pub amount: Money,
    /// The day it took effect.
    pub on: Day,
    /// Everything the payer or the bank wrote, references included.
    pub text: String,
    /// Name of the payer, where the bank says it.
    pub payer_name: Option<String>,
    /// Its account, letters and digits only, upper case.
    pub payer_account: Option<String>,
    /// Its tax id, letters and digits only, upper case, without leading zeros.
    pub payer_tax_id: Option<String>,
}

/// Something that speaks for a proposal, or tells how it comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The document is named by series and number, or by its official id: what was written.
    Reference(DocumentId, String),
    /// Its order is named: what was written.
    Order(DocumentId, String),
    /// Its number is named without its series, or only the end of it: what was written.
    Number(DocumentId, String),
    /// So many more documents are said to be paid.
    SaidMore(usize),
    /// The amount is what one document owes.
    AmountExact,
    /// The amount is what the documents named owe together: how many.
    SumExact(usize),
    /// Only one set of the payer's debts adds up: how many documents, among how many sets.
    OnlySet(usize, u64),
    /// The amount is the first instalments of the document: how many of how many.
    Instalments(usize, usize),
    /// One of so many equal parts of what was invoiced.
    EqualPart(i64),
    /// The payer's tax id is the customer's.
    TaxId,
    /// A person confirmed that this account pays for the customer.
    Account,
    /// A person confirmed that this name is the customer's.
    Alias,
    /// The payer bears the customer's name, and no other customer does.
    Name,
    /// The names are alike: share of letter pairs in common, 0–100.
    NameLike(u8),
    /// Somebody else pays: the name or tax id is not the customer's.
    OtherPayer,
    /// The customer owes nothing else.
    OnlyDebt,
    /// Less than is owed: what stays open, smallest units.
    Partial(i64),
    /// The discount for paying early was taken in time: smallest units, last day.
    Discount(i64, Day),
    /// A discount was taken after its last day: smallest units, last day.
    DiscountLapsed(i64, Day),
    /// The difference is within what the creditor gives up: smallest units.
    Tolerance(i64),
    /// Credit notes make up the difference: how many, smallest units.
    CreditNotes(usize, i64),
    /// More than is owed: what stays on account, smallest units.
    Overpaid(i64),
    /// Nobody said what for: the order of the law, due before not due, the oldest first.
    LegalOrder,
    /// Nothing but the amount speaks for it, among so many open documents.
    AmountAlone(usize),
    /// Days from the due date to the payment; negative is early.
    DaysFromDue(i32),
}

impl Evidence {
    /// Stable code, `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Evidence::Reference(..) => "reference",
            Evidence::Order(..) => "order",
            Evidence::Number(..) => "number",
            Evidence::SaidMore(_) => "said_more",
            Evidence::AmountExact => "amount_exact",
            Evidence::SumExact(_) => "sum_exact",
            Evidence::OnlySet(..) => "only_set",
            Evidence::Instalments(..) => "instalments",
            Evidence::EqualPart(_) => "equal_part",
            Evidence::TaxId => "tax_id",
            Evidence::Account => "account",
            Evidence::Alias => "alias",
            Evidence::Name => "name",
            Evidence::NameLike(_) => "name_like",
            Evidence::OtherPayer => "other_payer",
            Evidence::OnlyDebt => "only_debt",
            Evidence::Partial(_) => "partial",
            Evidence::Discount(..) => "discount",
            Evidence::DiscountLapsed(..) => "discount_lapsed",
            Evidence::Tolerance(_) => "tolerance",
            Evidence::CreditNotes(..) => "credit_notes",
            Evidence::Overpaid(_) => "overpaid",
            Evidence::LegalOrder => "legal_order",
            Evidence::AmountAlone(_) => "amount_alone",
            Evidence::DaysFromDue(_) => "days_from_due",
        }
    }
}

/// Why a person is asked, or why nothing was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The line takes money out.
    NotCredit,
    /// The text says that an earlier payment came back.
    ComesBack,
    /// Neither payer nor document is known, and no document owes this amount.
    NothingKnown,
    /// The document is disputed.
    Disputed(DocumentId),
    /// The customer's account is under a legal hold.
    Held(CustomerId),
    /// Documents of several customers are named.
    SeveralCustomers,
    /// The payer may be any of several customers.
    SeveralPayers,
    /// So many sets of debts add up alike.
    SeveralSets(usize),
    /// The only set found may be chance: there are too many sets.
    MayBeChance,
    /// The document named is paid already.
    AlreadyPaid(DocumentId),
    /// The document named is in another currency.
    OtherCurrency(DocumentId),
    /// The document was issued after the money came.
    IssuedLater(DocumentId),
    /// The customer owes nothing in this currency.
    NothingOwed(CustomerId),
    /// The text names another company of the creditor's name: what was written.
    OtherCompany(String),
    /// No rule allows this without a person.
    NoRule,
}

impl Doubt {
    /// Stable code, `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Doubt::NotCredit => "not_credit",
            Doubt::ComesBack => "comes_back",
            Doubt::NothingKnown => "nothing_known",
            Doubt::Disputed(_) => "disputed",
            Doubt::Held(_) => "held",
            Doubt::SeveralCustomers => "several_customers",
            Doubt::SeveralPayers => "several_payers",
            Doubt::SeveralSets(_) => "several_sets",
            Doubt::MayBeChance => "may_be_chance",
            Doubt::AlreadyPaid(_) => "already_paid",
            Doubt::OtherCurrency(_) => "other_currency",
            Doubt::IssuedLater(_) => "issued_later",
            Doubt::NothingOwed(_) => "nothing_owed",
            Doubt::OtherCompany(_) => "other_company",
            Doubt::NoRule => "no_rule",
        }
    }
}

/// What allows a line to be applied without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The documents are named and owe the amount exactly, discounts and tolerance included.
    ReferenceExact,
    /// One document is named and the amount is less than it owes: the payer's word prevails.
    ReferencePartial,
    /// Documents are named, and one only set of the customer's others makes up the rest.
    ReferenceSet,
    /// A number without series is named, and the one document of that number owes the amount.
    NumberExact,
    /// The payer is certain, and one only of its debts, or all of them, owes the amount.
    PayerExact,
    /// The payer is certain, and one only set of its debts adds up to the amount.
    PayerSet,
    /// The payer is certain and owes one document only, at least the amount.
    OnlyDebt,
}

impl Rule {
    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::ReferenceExact => "reference_exact",
            Rule::ReferencePartial => "reference_partial",
            Rule::ReferenceSet => "reference_set",
            Rule::NumberExact => "number_exact",
            Rule::PayerExact => "payer_exact",
            Rule::PayerSet => "payer_set",
            Rule::OnlyDebt => "only_debt",
        }
    }
}

/// What settles part of a document beside the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// The discount its terms grant.
    Discount,
    /// A difference too small to be claimed.
    SmallDifference,
    /// Credit of this credit note.
    CreditNote(DocumentId),
}

/// A way to apply a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Who would be credited.
    pub customer: CustomerId,
    /// Documents with what each receives, the oldest first, smallest units.
    pub lines: Vec<(DocumentId, i64)>,
    /// What settles the rest of documents: document, how, smallest units.
    pub adjustments: Vec<(DocumentId, Adjustment, i64)>,
    /// What stays on account, smallest units.
    pub on_account_minor: i64,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// What would allow it without a person.
    pub rule: Option<Rule>,
}

/// How a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// A rule allows it to be applied.
    Applied,
    /// There is one likely way; a person confirms.
    Proposed,
    /// There are several; a person chooses.
    Ambiguous,
    /// Nothing was found.
    None,
}

impl Status {
    /// The word of the command-line contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Applied => "applied",
            Status::Proposed => "proposed",
            Status::Ambiguous => "ambiguous",
            Status::None => "none",
        }
    }
}

/// What a line came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// How it stands.
    pub status: Status,
    /// Ways to apply it, the likeliest first.
    pub proposals: Vec<Proposal>,
    /// Why a person is asked.
    pub doubts: Vec<Doubt>,
}

/// Rounds over the lines: more than any chain of lines that settle one another is long.
const ROUNDS: usize = 50;

/// A line that has been judged, and what that rested on.
struct Judged {
    found: Match,
    /// The groups whose debts it was judged by.
    groups: Vec<CustomerId>,
    /// How many lines had been applied by then.
    at: usize,
}

/// What each line comes to, in the order given (the order in which the money came). What one line
/// is applied to is no longer open for the others; a line that fits two debts alike is decided
/// when another line takes one of them.
pub fn match_lines(index: &Index, policy: &Policy, lines: &[Line]) -> Vec<Match> {
    let mut judge = Judge::new(index, policy);
    let mut all: Vec<Option<Judged>> = lines.iter().map(|_| None).collect();
    let mut applied = 0;
    let mut changed: HashMap<CustomerId, usize> = HashMap::new();
    for _ in 0..ROUNDS {
        let before = applied;
        for (line, slot) in lines.iter().zip(all.iter_mut()) {
            let is_stale = |judged: &Judged| {
                let last = judged.groups.iter().filter_map(|group| changed.get(group)).max();
                judged.found.status != Status::Applied && last.is_some_and(|at| *at > judged.at)
            };
            if slot.as_ref().is_some_and(|judged| !is_stale(judged)) {
                continue;
            }
            let (found, groups) = judge.judge(line);
            if found.status == Status::Applied {
                judge.take(&found.proposals[0]);
                applied += 1;
                changed.extend(groups.iter().map(|group| (*group, applied)));
            }
            *slot = Some(Judged { found, groups, at: applied });
        }
        if applied == before {
            break;
        }
    }
    all.into_iter().flatten().map(|judged| judged.found).collect()
}

#[cfg(test)]
mod tests;
