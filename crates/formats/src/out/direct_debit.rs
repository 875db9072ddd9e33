//! Direct debits for a bank of the SEPA area: pain.008.001.02 and pain.008.001.08.
//!
//! Decides whether an order is fit to be sent and how its collections are grouped: one batch for
//! each scheme, sequence and day, because a batch has one of each. Refuses to know which invoices
//! are collected and whether a mandate is in force; the caller does.

use super::sepa::{Faults, MAX_ID, OrderParty, PostalAddress, Xml, control_sum};
use crate::problem;
use crate::record::Problem;
use puntual_core::bank_id;
use puntual_core::date::Day;
use puntual_core::money::Money;
use std::collections::{BTreeMap, HashSet};

/// The version of the message a bank asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebitVersion {
    /// pain.008.001.02, taken since 2014.
    V02,
    /// pain.008.001.08, of the rulebooks since 2023.
    V08,
}

/// The scheme: what the debtor may take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DebitScheme {
    /// Anybody; may be taken back within eight weeks.
    Core,
    /// Businesses only; may not be taken back.
    B2b,
}

/// Where a collection stands in the life of its mandate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DebitSequence {
    /// First of several. Since 2016 `Recurrent` may be used for it too.
    First,
    /// One of several.
    Recurrent,
    /// The only one.
    OneOff,
    /// Last of several.
    Final,
}

/// What the debtor signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebitMandate {
    /// Its unique reference.
    pub id: String,
    /// Day of the signature.
    pub signed_on: Day,
    /// The reference it had before, when it changed since the last collection.
    pub previous_id: Option<String>,
    /// The account it had before, when it changed since the last collection.
    pub previous_iban: Option<String>,
}

/// One collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// Our id, which comes back with a return. Unique in the order.
    pub end_to_end: String,
    /// How much, in euros.
    pub amount: Money,
    /// The scheme.
    pub scheme: DebitScheme,
    /// Its place in the life of the mandate.
    pub sequence: DebitSequence,
    /// Day on which the debtor's account is to be debited.
    pub due_on: Day,
    /// The mandate.
    pub mandate: DebitMandate,
    /// Name of the debtor.
    pub debtor: String,
    /// Account of the debtor, an IBAN.
    pub debtor_iban: String,
    /// Code of the debtor's bank.
    pub debtor_bic: Option<String>,
    /// Where the debtor lives; needed for accounts outside the European Economic Area.
    pub debtor_address: Option<PostalAddress>,
    /// What the debtor reads on the statement.
    pub text: Option<String>,
}

/// An order of direct debits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectDebitOrder {
    /// The version to write.
    pub version: DebitVersion,
    /// Our id of the message, at most 30 letters; batches add a number to it.
    pub message_id: String,
    /// When it was made, `2026-03-31T09:00:00`, in our own zone.
    pub created_at: String,
    /// Who collects; with its creditor identifier.
    pub creditor: OrderParty,
    /// Whether the bank books a batch as one entry.
    pub books_batches: bool,
    /// What is collected.
    pub collections: Vec<Collection>,
}

/// Longest id of a message that leaves room for the number of a batch.
const MAX_MESSAGE_ID: usize = 30;

/// The file to send.
///
/// # Errors
/// Everything the bank would refuse, each with its collection. Nothing is written then.
pub fn write(order: &DirectDebitOrder) -> Result<String, Vec<Problem>> {
    let faults = check(order);
    if !faults.is_empty() {
        return Err(faults);
    }
    let (namespace, is_new) = match order.version {
        DebitVersion::V02 => ("urn:iso:std:iso:20022:tech:xsd:pain.008.001.02", false),
        DebitVersion::V08 => ("urn:iso:std:iso:20022:tech:xsd:pain.008.001.08", true),
    };
    let mut xml = Xml::begin(namespace, "CstmrDrctDbtInitn");
    let sum = control_sum(order.collections.iter().map(|collection| collection.amount));
    let totals = (order.collections.len(), sum.as_str());
    xml.group_header(&order.message_id, &order.created_at, totals, &order.creditor);
    let mut batches: BTreeMap<_, Vec<&Collection>> = BTreeMap::new();
    for collection in &order.collections {
        let key = (collection.due_on, collection.scheme, collection.sequence);
        batches.entry(key).or_default().push(collection);
    }
    for ((_, collections), number) in batches.into_iter().zip(1..) {
        write_batch(&mut xml, order, number, &collections, is_new);
    }
    Ok(xml.end())
}

fn write_batch(
    xml: &mut Xml,
    order: &DirectDebitOrder,
    number: usize,
    collections: &[&Collection],
    is_new: bool,
) {
    let Some(first) = collections.first() else { return };
    xml.open("PmtInf");
    xml.text("PmtInfId", &format!("{}/{number}", order.message_id));
    xml.text("PmtMtd", "DD");
    xml.text("BtchBookg", if order.books_batches { "true" } else { "false" });
    xml.text("NbOfTxs", &collections.len().to_string());
    let amounts = collections.iter().map(|collection| collection.amount);
    xml.text("CtrlSum", &control_sum(amounts));
    xml.open("PmtTpInf");
    xml.text("SvcLvl/Cd", "SEPA");
    xml.text("LclInstrm/Cd", first.scheme.code());
    xml.text("SeqTp", first.sequence.code());
    xml.close(1);
    xml.text("ReqdColltnDt", &first.due_on.to_string());
    xml.party("Cdtr", &order.creditor.name, None, is_new);
    xml.account("CdtrAcct", &order.creditor.iban);
    xml.agent("CdtrAgt", order.creditor.bic.as_deref(), is_new);
    xml.text("ChrgBr", "SLEV");
    xml.open("CdtrSchmeId/Id/PrvtId/Othr");
    let scheme_id = order.creditor.scheme_id.as_deref().and_then(bank_id::sepa_creditor);
    xml.text("Id", &scheme_id.unwrap_or_default());
    xml.text("SchmeNm/Prtry", "SEPA");
    xml.close(4);
    for collection in collections {
        write_collection(xml, collection, is_new);
    }
    xml.close(1);
}

fn write_collection(xml: &mut Xml, collection: &Collection, is_new: bool) {
    xml.open("DrctDbtTxInf");
    xml.text("PmtId/EndToEndId", &collection.end_to_end);
    xml.amount("InstdAmt", collection.amount);
    xml.open("DrctDbtTx/MndtRltdInf");
    let mandate = &collection.mandate;
    xml.text("MndtId", &mandate.id);
    xml.text("DtOfSgntr", &mandate.signed_on.to_string());
    if mandate.previous_id.is_some() || mandate.previous_iban.is_some() {
        xml.text("AmdmntInd", "true");
        xml.open("AmdmntInfDtls");
        if let Some(previous) = &mandate.previous_id {
            xml.text("OrgnlMndtId", previous);
        }
        if let Some(previous) = &mandate.previous_iban {
            xml.account("OrgnlDbtrAcct", previous);
        }
        xml.close(1);
    }
    xml.close(2);
    xml.agent("DbtrAgt", collection.debtor_bic.as_deref(), is_new);
    xml.party("Dbtr", &collection.debtor, collection.debtor_address.as_ref(), is_new);
    xml.account("DbtrAcct", &collection.debtor_iban);
    xml.remittance(collection.text.as_deref());
    xml.close(1);
}

fn check(order: &DirectDebitOrder) -> Vec<Problem> {
    let mut faults = Faults::default();
    if order.collections.is_empty() {
        faults.add("", problem::nothing_to_send());
    }
    faults.check_id("", "MsgId", &order.message_id, MAX_MESSAGE_ID);
    faults.check_moment(&order.created_at);
    let creditor = &order.creditor;
    faults.check_name("", &creditor.name);
    faults.check_account("", &creditor.iban);
    faults.check_bic("", creditor.bic.as_deref());
    let scheme_id = creditor.scheme_id.as_deref().unwrap_or("");
    if bank_id::sepa_creditor(scheme_id).is_none() {
        faults.add("", problem::wrong_creditor_id(scheme_id));
    }
    let mut known = HashSet::new();
    for (collection, number) in order.collections.iter().zip(1..) {
        let place = format!("cobro {number} ({})", collection.end_to_end);
        check_collection(&mut faults, &place, collection);
        if !known.insert(collection.end_to_end.as_str()) {
            faults.add(&place, problem::repeated_identifier(&collection.end_to_end));
        }
    }
    faults.0
}

fn check_collection(faults: &mut Faults, place: &str, collection: &Collection) {
    let mandate = &collection.mandate;
    faults.check_id(place, "EndToEndId", &collection.end_to_end, MAX_ID);
    faults.check_id(place, "MndtId", &mandate.id, MAX_ID);
    if let Some(previous) = &mandate.previous_id {
        faults.check_id(place, "OrgnlMndtId", previous, MAX_ID);
    }
    if let Some(previous) = &mandate.previous_iban {
        faults.check_account(place, previous);
    }
    if mandate.signed_on > collection.due_on {
        let (signed, due) = (mandate.signed_on.to_string(), collection.due_on.to_string());
        faults.add(place, problem::mandate_signed_later(&signed, &due));
    }
    faults.check_amount(place, collection.amount);
    faults.check_name(place, &collection.debtor);
    faults.check_account(place, &collection.debtor_iban);
    faults.check_bic(place, collection.debtor_bic.as_deref());
    faults.check_address(place, &collection.debtor_iban, collection.debtor_address.as_ref());
}

impl DebitScheme {
    /// The code of the message (`LclInstrm/Cd`).
    pub fn code(self) -> &'static str {
        match self {
            DebitScheme::Core => "CORE",
            DebitScheme::B2b => "B2B",
        }
    }
}

impl DebitSequence {
    /// The code of the message (`SeqTp`).
    pub fn code(self) -> &'static str {
        match self {
            DebitSequence::First => "FRST",
            DebitSequence::Recurrent => "RCUR",
            DebitSequence::OneOff => "OOFF",
            DebitSequence::Final => "FNAL",
        }
    }
}
