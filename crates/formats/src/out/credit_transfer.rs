//! Transfers for a bank of the SEPA area, refunds as a rule: pain.001.001.03 and pain.001.001.09.
//!
//! Decides whether an order is fit to be sent and how its transfers are grouped: one batch for each
//! day. Refuses to know why anybody is paid.

use super::sepa::{Faults, MAX_ID, OrderParty, PostalAddress, Xml, control_sum};
use crate::problem;
use crate::record::Problem;
use puntual_core::date::Day;
use puntual_core::money::Money;
use std::collections::{BTreeMap, HashSet};

/// The version of the message a bank asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferVersion {
    /// pain.001.001.03, taken since 2014.
    V03,
    /// pain.001.001.09, of the rulebooks since 2023.
    V09,
}

/// One transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Our id. Unique in the order.
    pub end_to_end: String,
    /// How much, in euros.
    pub amount: Money,
    /// Day on which our account is to be debited.
    pub on: Day,
    /// Name of who is paid.
    pub payee: String,
    /// Account of who is paid, an IBAN.
    pub payee_iban: String,
    /// Code of its bank.
    pub payee_bic: Option<String>,
    /// Where the payee lives; needed for accounts outside the European Economic Area.
    pub payee_address: Option<PostalAddress>,
    /// What the payee reads on the statement.
    pub text: Option<String>,
}

/// An order of transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferOrder {
    /// The version to write.
    pub version: TransferVersion,
    /// Our id of the message, at most 30 letters; batches add a number to it.
    pub message_id: String,
    /// When it was made, `2026-03-31T09:00:00`, in our own zone.
    pub created_at: String,
    /// Who pays.
    pub payer: OrderParty,
    /// Whether the bank books a batch as one entry.
    pub books_batches: bool,
    /// What is paid.
    pub transfers: Vec<Transfer>,
}

/// Longest id of a message that leaves room for the number of a batch.
const MAX_MESSAGE_ID: usize = 30;

/// The file to send.
///
/// # Errors
/// Everything the bank would refuse, each with its transfer. Nothing is written then.
pub fn write(order: &TransferOrder) -> Result<String, Vec<Problem>> {
    let faults = check(order);
    if !faults.is_empty() {
        return Err(faults);
    }
    let namespace = match order.version {
        TransferVersion::V03 => "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03",
        TransferVersion::V09 => "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09",
    };
    let mut xml = Xml::begin(namespace, "CstmrCdtTrfInitn");
    let sum = control_sum(order.transfers.iter().map(|transfer| transfer.amount));
    let totals = (order.transfers.len(), sum.as_str());
    xml.group_header(&order.message_id, &order.created_at, totals, &order.payer);
    let mut batches: BTreeMap<Day, Vec<&Transfer>> = BTreeMap::new();
    for transfer in &order.transfers {
        batches.entry(transfer.on).or_default().push(transfer);
    }
    for ((on, transfers), number) in batches.into_iter().zip(1..) {
        write_batch(&mut xml, order, number, on, &transfers);
    }
    Ok(xml.end())
}

fn write_batch(xml: &mut Xml, order: &TransferOrder, number: usize, on: Day, all: &[&Transfer]) {
    let is_new = order.version == TransferVersion::V09;
    xml.open("PmtInf");
    xml.text("PmtInfId", &format!("{}/{number}", order.message_id));
    xml.text("PmtMtd", "TRF");
    xml.text("BtchBookg", if order.books_batches { "true" } else { "false" });
    xml.text("NbOfTxs", &all.len().to_string());
    xml.text("CtrlSum", &control_sum(all.iter().map(|transfer| transfer.amount)));
    xml.text("PmtTpInf/SvcLvl/Cd", "SEPA");
    xml.text(if is_new { "ReqdExctnDt/Dt" } else { "ReqdExctnDt" }, &on.to_string());
    xml.party("Dbtr", &order.payer.name, None, is_new);
    xml.account("DbtrAcct", &order.payer.iban);
    xml.agent("DbtrAgt", order.payer.bic.as_deref(), is_new);
    xml.text("ChrgBr", "SLEV");
    for transfer in all {
        xml.open("CdtTrfTxInf");
        xml.text("PmtId/EndToEndId", &transfer.end_to_end);
        xml.amount("Amt/InstdAmt", transfer.amount);
        if let Some(bic) = &transfer.payee_bic {
            xml.agent("CdtrAgt", Some(bic), is_new);
        }
        xml.party("Cdtr", &transfer.payee, transfer.payee_address.as_ref(), is_new);
        xml.account("CdtrAcct", &transfer.payee_iban);
        xml.remittance(transfer.text.as_deref());
        xml.close(1);
    }
    xml.close(1);
}

fn check(order: &TransferOrder) -> Vec<Problem> {
    let mut faults = Faults::default();
    if order.transfers.is_empty() {
        faults.add("", problem::nothing_to_send());
    }
    faults.check_id("", "MsgId", &order.message_id, MAX_MESSAGE_ID);
    faults.check_moment(&order.created_at);
    faults.check_name("", &order.payer.name);
    faults.check_account("", &order.payer.iban);
    faults.check_bic("", order.payer.bic.as_deref());
    let mut known = HashSet::new();
    for (transfer, number) in order.transfers.iter().zip(1..) {
        let place = format!("pago {number} ({})", transfer.end_to_end);
        faults.check_id(&place, "EndToEndId", &transfer.end_to_end, MAX_ID);
        faults.check_amount(&place, transfer.amount);
        faults.check_name(&place, &transfer.payee);
        faults.check_account(&place, &transfer.payee_iban);
        faults.check_bic(&place, transfer.payee_bic.as_deref());
        faults.check_address(&place, &transfer.payee_iban, transfer.payee_address.as_ref());
        if !known.insert(transfer.end_to_end.as_str()) {
            faults.add(&place, problem::repeated_identifier(&transfer.end_to_end));
        }
    }
    faults.0
}
