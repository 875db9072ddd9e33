//! What became of instructions sent to the bank, before settlement (pain.002).
//!
//! Decides which answers there are: one for each transaction named, and one for a message or batch
//! that is refused as a whole or that names none.

use super::branch::{Branch, Step, Twig, XmlStream};
use super::party::{amount, joined, reference, side_amount};
use super::{Outlet, Stop};
use crate::invoice::fields::day;
use crate::problem;
use crate::record::{DebitResultRecord, Record};
use puntual_core::date::Day;
use std::io::Read;

/// An answer and what those below it inherit.
#[derive(Clone, Default)]
struct Answer {
    outcome: Option<String>,
    reason: Option<String>,
    reason_text: Option<String>,
}

impl Answer {
    fn of(twig: Twig<'_>, status: &str) -> Answer {
        let begun = Answer { outcome: twig.text(status), ..Answer::default() };
        twig.children("StsRsnInf").fold(begun, Answer::with_reason)
    }

    /// Adds a reason; the first code counts, all the words do.
    fn with_reason(self, twig: Twig<'_>) -> Answer {
        let codes = ["Rsn/Cd", "Rsn/Prtry", "StsRsn/Cd", "StsRsn/Prtry"];
        let words = twig.all().filter(|twig| matches!(twig.name(), "AddtlInf" | "AddtlStsRsnInf"));
        let said = self.reason_text.into_iter().chain(words.filter_map(Twig::own_text));
        Answer {
            outcome: self.outcome,
            reason: self.reason.or_else(|| twig.first_text(&codes)),
            reason_text: joined(said),
        }
    }

    fn is_refusal(&self) -> bool {
        self.outcome.as_deref() == Some("RJCT")
    }

    /// What is not said of the part is what was said of the whole.
    fn or(self, whole: &Answer) -> Answer {
        let is_same = self.outcome.is_none() || self.outcome == whole.outcome;
        let inherited = if is_same { whole.clone() } else { Answer::default() };
        Answer {
            outcome: self.outcome.or(inherited.outcome),
            reason: self.reason.or(inherited.reason),
            reason_text: self.reason_text.or(inherited.reason_text),
        }
    }
}

/// The message while it passes.
#[derive(Default)]
struct Report {
    on: Option<Day>,
    message: Option<String>,
    group: Answer,
    answers: usize,
}

/// Reads a message whose element has just begun.
pub fn read<R: Read>(xml: &mut XmlStream<R>, outlet: &mut Outlet<'_>) -> Result<(), Stop> {
    let mut report = Report::default();
    let mut branch = Branch::default();
    let mut batches = 0;
    loop {
        match xml.step()? {
            Step::Open if xml.name() == "OrgnlPmtInfAndSts" => {
                batches += 1;
                report.read_batch(xml, batches, outlet)?;
            }
            Step::Open => {
                xml.read_whole(&mut branch)?;
                let twig = branch.root();
                match twig.name() {
                    "GrpHdr" => report.on = twig.text("CreDtTm").as_deref().and_then(day),
                    "OrgnlGrpInfAndSts" | "OrgnlGrpInf" => {
                        report.message = reference(twig.text("OrgnlMsgId"));
                        report.group = Answer::of(twig, "GrpSts");
                        if report.group.is_refusal() {
                            report.put_whole(&report.group.clone(), None, "mensaje", outlet)?;
                        }
                    }
                    // Until version 2 without a batch around it.
                    "TxInfAndSts" => report.put(twig, None, &report.group.clone(), outlet, xml)?,
                    _ => {}
                }
            }
            Step::Close | Step::End => break,
        }
    }
    if report.answers == 0 {
        if report.group.outcome.is_none() {
            return Err(problem::no_answer().into());
        }
        report.put_whole(&report.group.clone(), None, "mensaje", outlet)?;
    }
    Ok(())
}

impl Report {
    fn read_batch<R: Read>(
        &mut self,
        xml: &mut XmlStream<R>,
        number: usize,
        outlet: &mut Outlet<'_>,
    ) -> Result<(), Stop> {
        let mut branch = Branch::default();
        let (mut batch, mut own, mut names_any) = (None, Answer::default(), false);
        let place = format!("lote {number}");
        while xml.step()? == Step::Open {
            xml.read_whole(&mut branch)?;
            let twig = branch.root();
            match twig.name() {
                "OrgnlPmtInfId" => batch = reference(twig.own_text()),
                "PmtInfSts" => own.outcome = twig.own_text(),
                "StsRsnInf" => own = own.with_reason(twig),
                "TxInfAndSts" => {
                    let whole = own.clone().or(&self.group);
                    // Refused as a whole: what is listed is why, and not all there is.
                    if !names_any && own.is_refusal() {
                        self.put_whole(&whole, batch.clone(), &place, outlet)?;
                    }
                    names_any = true;
                    self.put(twig, batch.clone(), &whole, outlet, xml)?;
                }
                _ => {}
            }
        }
        if !names_any && own.outcome.is_some() {
            self.put_whole(&own.or(&self.group), batch, &place, outlet)?;
        }
        Ok(())
    }

    /// The answer to a message or batch as a whole.
    fn put_whole(
        &mut self,
        answer: &Answer,
        batch: Option<String>,
        place: &str,
        outlet: &mut Outlet<'_>,
    ) -> Result<(), Stop> {
        self.answers += 1;
        let found = DebitResultRecord { place: place.to_owned(), ..self.result(answer, batch) };
        outlet.put(Record::DebitResult(Box::new(found)))
    }

    fn result(&self, answer: &Answer, batch: Option<String>) -> DebitResultRecord {
        DebitResultRecord {
            original_message: self.message.clone(),
            original_batch: batch,
            outcome: answer.outcome.clone(),
            reason: answer.reason.clone(),
            reason_text: answer.reason_text.clone(),
            on: self.on,
            ..DebitResultRecord::default()
        }
    }

    /// The answer to one transaction.
    fn put<R: Read>(
        &mut self,
        twig: Twig<'_>,
        batch: Option<String>,
        whole: &Answer,
        outlet: &mut Outlet<'_>,
        xml: &XmlStream<R>,
    ) -> Result<(), Stop> {
        self.answers += 1;
        outlet.count(1, xml.consumed_bytes())?;
        let place = format!("respuesta {}", self.answers);
        let mut found = self.result(&Answer::of(twig, "TxSts").or(whole), batch);
        let original = twig.child("OrgnlTxRef");
        let sum = original.and_then(|original| {
            let paths = ["Amt/InstdAmt", "Amt/EqvtAmt/Amt", "InstdAmt", "IntrBkSttlmAmt"];
            paths.iter().find_map(|path| original.path(path))
        });
        let (value, currency) = side_amount(sum).unzip();
        if let Some(text) = sum.and_then(Twig::own_text).filter(|text| amount(text).is_none()) {
            let unreadable = problem::unreadable_amount("InstdAmt", &text);
            found.problems.push(unreadable.at(place.as_str()));
        }
        found.place = place;
        found.end_to_end = reference(twig.text("OrgnlEndToEndId"));
        found.mandate = original.and_then(|original| {
            original.first_text(&["MndtRltdInf/MndtId", "MndtRltdInf/DrctDbtMndt/MndtId"])
        });
        (found.amount, found.currency) = (value, currency.flatten());
        if found.end_to_end.is_none() {
            found.end_to_end = reference(twig.text("OrgnlInstrId"));
        }
        if found.end_to_end.is_none() && found.mandate.is_none() {
            found.problems.push(problem::answer_to_nothing().at(found.place.as_str()));
        }
        outlet.put(Record::DebitResult(Box::new(found)))
    }
}
