//! Instructions to the bank: direct debits (pain.008) and transfers (pain.001).
//!
//! Decides whether a file says of itself what it holds. A count or a sum that differs keeps the
//! whole order waiting; what a bank would refuse in a line is remarked on.

use super::branch::{Branch, Step, Twig, XmlStream};
use super::party::{account_number, amount, party, reference, remittance, side_amount};
use super::{MAX_HELD, Outlet, Stop};
use crate::invoice::fields::day;
use crate::problem;
use crate::record::{OrderBatchRecord, OrderLineRecord, PaymentOrderRecord, Problem, Record};
use puntual_core::bank_id;
use rust_decimal::Decimal;
use std::collections::HashSet;
use std::io::Read;

/// Most remarks kept of one order: the rest would say the same.
const MAX_REMARKS: usize = 100;

/// The order while it passes.
struct Reading {
    order: PaymentOrderRecord,
    lines: usize,
    sum: Decimal,
    known: HashSet<String>,
}

/// Reads a message whose element has just begun.
pub fn read<R: Read>(
    xml: &mut XmlStream<R>,
    collects: bool,
    outlet: &mut Outlet<'_>,
) -> Result<(), Stop> {
    let version = xml.namespace().map(str::to_owned);
    let order = PaymentOrderRecord { collects, version, ..PaymentOrderRecord::default() };
    let (lines, sum) = (0, Decimal::ZERO);
    let mut reading = Reading { order, lines, sum, known: HashSet::new() };
    let mut branch = Branch::default();
    while xml.step()? == Step::Open {
        if xml.name() == "PmtInf" {
            reading.read_batch(xml, outlet)?;
            continue;
        }
        xml.read_whole(&mut branch)?;
        let twig = branch.root();
        if twig.name() == "GrpHdr" {
            reading.order.id = twig.text("MsgId");
            reading.order.declared_count = reading.count(twig.child("NbOfTxs"));
            reading.order.declared_sum = reading.sum(twig.child("CtrlSum"));
        }
    }
    if reading.order.batches.is_empty() {
        return Err(problem::no_orders().into());
    }
    let (count, sum) = (reading.order.declared_count, reading.order.declared_sum);
    reading.compare("", count, sum, reading.lines, reading.sum);
    reading.order.place.clone_from(reading.order.id.as_ref().unwrap_or(&String::new()));
    outlet.put(Record::PaymentOrder(Box::new(reading.order)))
}

impl Reading {
    fn read_batch<R: Read>(
        &mut self,
        xml: &mut XmlStream<R>,
        outlet: &mut Outlet<'_>,
    ) -> Result<(), Stop> {
        let place = format!("lote {}", self.order.batches.len() + 1);
        let mut branch = Branch::default();
        let mut batch = OrderBatchRecord::default();
        let (mut declared_count, mut declared_sum) = (None, None);
        let (lines_before, sum_before) = (self.lines, self.sum);
        while xml.step()? == Step::Open {
            xml.read_whole(&mut branch)?;
            let twig = branch.root();
            match (twig.name(), self.order.collects) {
                ("PmtInfId", _) => batch.id = twig.own_text(),
                ("NbOfTxs", _) => declared_count = self.count(Some(twig)),
                ("CtrlSum", _) => declared_sum = self.sum(Some(twig)),
                ("PmtTpInf", _) => take_type(&mut batch, twig),
                ("ReqdColltnDt" | "ReqdExctnDt", _) => {
                    let text = twig.first_text(&["Dt", "DtTm"]).or_else(|| twig.own_text());
                    batch.on = text.as_deref().and_then(day);
                    if let (Some(text), None) = (text, batch.on) {
                        self.remark(problem::bad_date(twig.name(), &text), &place);
                    }
                }
                ("CdtrAcct", true) | ("DbtrAcct", false) => batch.account = account_number(twig),
                ("CdtrSchmeId", true) => batch.creditor_id = scheme_id(twig),
                ("DrctDbtTxInf", true) | ("CdtTrfTxInf", false) => {
                    outlet.count(1, xml.consumed_bytes())?;
                    if self.lines >= MAX_HELD {
                        return Err(problem::too_many_to_hold(MAX_HELD).into());
                    }
                    let place = format!("{place}, orden {}", batch.lines.len() + 1);
                    let line = self.line(twig, &mut batch, &place);
                    batch.lines.push(line);
                }
                _ => {}
            }
        }
        let (lines, sum) = (self.lines - lines_before, self.sum - sum_before);
        self.compare(&place, declared_count, declared_sum, lines, sum);
        self.check_batch(&batch, &place);
        self.order.batches.push(batch);
        Ok(())
    }

    fn line(
        &mut self,
        twig: Twig<'_>,
        batch: &mut OrderBatchRecord,
        place: &str,
    ) -> OrderLineRecord {
        let (who, account) = match self.order.collects {
            true => ("Dbtr", "DbtrAcct"),
            false => ("Cdtr", "CdtrAcct"),
        };
        if let Some(own_type) = twig.child("PmtTpInf") {
            take_type(batch, own_type);
        }
        let own_scheme = twig.path("DrctDbtTx/CdtrSchmeId").and_then(scheme_id);
        batch.creditor_id = batch.creditor_id.take().or(own_scheme);
        let paths = ["InstdAmt", "Amt/InstdAmt", "Amt/EqvtAmt/Amt"];
        let sum = paths.iter().find_map(|path| twig.path(path));
        let (value, currency) = side_amount(sum).unzip();
        if value.is_none() {
            let text = sum.and_then(Twig::own_text).unwrap_or_default();
            self.remark(problem::unreadable_amount("InstdAmt", &text), place);
        }
        let (text, creditor_reference) = remittance(twig);
        let mandates = ["MndtRltdInf/MndtId", "DrctDbtTx/MndtRltdInf/MndtId"];
        let line = OrderLineRecord {
            end_to_end: reference(twig.text("PmtId/EndToEndId")),
            amount: value,
            currency: currency.flatten(),
            mandate: twig.first_text(&mandates),
            party: twig.child(who).map(party).unwrap_or_default(),
            account: twig.child(account).and_then(account_number),
            text: text.or(creditor_reference),
        };
        self.lines += 1;
        self.sum += value.unwrap_or_default();
        self.check_line(&line, place);
        line
    }

    fn check_line(&mut self, line: &OrderLineRecord, place: &str) {
        if let Some(account) = line.account.as_deref().filter(|account| is_wrong_iban(account)) {
            self.remark(problem::odd_account(account), place);
        }
        if self.order.collects && line.mandate.is_none() {
            self.remark(problem::debit_without_mandate(), place);
        }
        if let Some(id) = &line.end_to_end
            && !self.known.insert(id.clone())
        {
            self.remark(problem::repeated_end_to_end(id), place);
        }
    }

    fn check_batch(&mut self, batch: &OrderBatchRecord, place: &str) {
        if let Some(account) = batch.account.as_deref().filter(|account| is_wrong_iban(account)) {
            self.remark(problem::odd_account(account), place);
        }
        if let Some(id) = batch.creditor_id.as_deref()
            && bank_id::sepa_creditor(id).is_none()
        {
            self.remark(problem::odd_creditor_id(id), place);
        }
    }

    /// Compares what is declared with what was read.
    fn compare(
        &mut self,
        place: &str,
        declared_count: Option<usize>,
        declared_sum: Option<Decimal>,
        count: usize,
        sum: Decimal,
    ) {
        if let Some(declared) = declared_count.filter(|declared| *declared != count) {
            self.order.problems.push(problem::order_count(declared, count).at(place));
        }
        if let Some(declared) = declared_sum.filter(|declared| *declared != sum) {
            self.order.problems.push(problem::order_sum(declared, sum).at(place));
        }
    }

    /// A declared number of transactions.
    fn count(&mut self, twig: Option<Twig<'_>>) -> Option<usize> {
        let text = twig?.own_text()?;
        let read = text.parse().ok();
        if read.is_none() {
            self.order.problems.push(problem::unreadable_amount("NbOfTxs", &text));
        }
        read
    }

    /// A declared control sum.
    fn sum(&mut self, twig: Option<Twig<'_>>) -> Option<Decimal> {
        let text = twig?.own_text()?;
        let read = amount(&text);
        if read.is_none() {
            self.order.problems.push(problem::unreadable_amount("CtrlSum", &text));
        }
        read
    }

    fn remark(&mut self, problem: Problem, place: &str) {
        if self.order.problems.len() < MAX_REMARKS {
            self.order.problems.push(problem.at(place));
        }
    }
}

fn take_type(batch: &mut OrderBatchRecord, twig: Twig<'_>) {
    let instrument = twig.first_text(&["LclInstrm/Cd", "LclInstrm/Prtry"]);
    batch.instrument = batch.instrument.take().or(instrument);
    batch.sequence = batch.sequence.take().or_else(|| twig.text("SeqTp"));
}

fn scheme_id(twig: Twig<'_>) -> Option<String> {
    twig.first_text(&["Id/PrvtId/Othr/Id", "Id/PrvtId/OthrId/Id", "Id/OrgId/Othr/Id"])
}

/// Whether an account has the shape of an IBAN and fails its check.
fn is_wrong_iban(account: &str) -> bool {
    let starts = account.as_bytes();
    let is_like = starts.len() >= 15
        && starts[..2].iter().all(u8::is_ascii_alphabetic)
        && starts[2..4].iter().all(u8::is_ascii_digit);
    is_like && bank_id::iban(account).is_none()
}
