//! One transaction inside an entry (`TxDtls`).

use super::branch::Twig;
use super::party::{account_number, joined, party, reference, remittance, side_amount};
use crate::record::{EntryDetailRecord, PartyRecord};
use rust_decimal::Decimal;

/// A party with its account.
#[derive(Debug, Default)]
pub struct Side {
    pub party: PartyRecord,
    pub account: Option<String>,
}

impl Side {
    fn is_known(&self) -> bool {
        self.party.name.is_some() || self.account.is_some() || self.party.tax_id.is_some()
    }
}

/// A transaction before its entry is known in full: which side is the other one, and which sign
/// it has, depend on the entry.
#[derive(Debug, Default)]
pub struct Detail {
    pub record: EntryDetailRecord,
    /// `CRDT` or `DBIT`, where it has its own.
    pub direction: Option<String>,
    pub debtor: Side,
    pub creditor: Side,
    /// Which of them it moved depends on the currency of the entry.
    pub amounts: Amounts,
    /// Sum of the charges.
    pub charges: Option<Decimal>,
    pub bank_code: Option<String>,
    pub batch: Option<String>,
}

/// Reads a transaction. `Ntry` of the first versions may be one itself.
pub fn read(twig: Twig<'_>) -> Detail {
    let (text, creditor_reference) = remittance(twig);
    let additional = twig.children("AddtlTxInf").filter_map(Twig::own_text);
    let (return_reason, return_text) = returned(twig);
    let refs = |paths: &[&str]| twig.child("Refs").and_then(|refs| refs.first_text(paths));
    Detail {
        record: EntryDetailRecord {
            end_to_end: reference(refs(&["EndToEndId"])),
            // The bank's own first, then what the banks agreed on between themselves.
            bank_reference: ["AcctSvcrRef", "UETR", "TxId", "ClrSysRef"]
                .iter()
                .find_map(|name| reference(refs(&[name]))),
            creditor_reference,
            mandate: reference(refs(&["MndtId"])),
            text: text.or_else(|| joined(additional)),
            return_reason,
            return_text,
            ..EntryDetailRecord::default()
        },
        direction: twig.text("CdtDbtInd"),
        debtor: side(twig, "Dbtr", "DbtrAcct", "UltmtDbtr"),
        creditor: side(twig, "Cdtr", "CdtrAcct", "UltmtCdtr"),
        amounts: Amounts::of(twig),
        charges: charges(twig),
        bank_code: bank_code(twig),
        batch: reference(refs(&["PmtInfId"])),
    }
}

/// An amount and its currency.
type Told = (Decimal, Option<String>);

/// The amounts an entry or a transaction tells: its own (of a transaction, since version 4), what
/// was transacted, what was ordered, and the counter-value.
#[derive(Debug, Default)]
pub struct Amounts([Option<Told>; 4]);

impl Amounts {
    /// Reads them.
    pub fn of(twig: Twig<'_>) -> Amounts {
        const PATHS: [&str; 4] =
            ["Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt", "AmtDtls/CntrValAmt/Amt"];
        Amounts(PATHS.map(|path| side_amount(twig.path(path))))
    }

    /// What it moves, in the currency booked where it says so.
    pub fn moved(&self, booked: Option<&str>) -> Option<Told> {
        let mut found = self.0.iter().flatten();
        let is_booked = |told: &&Told| told.1.is_none() || told.1.as_deref() == booked;
        found.find(is_booked).or_else(|| self.0.iter().flatten().next()).cloned()
    }

    /// What was ordered, or else its counter-value, in another currency than what was booked.
    pub fn original(&self, booked: Option<&str>) -> Option<(Decimal, String)> {
        let [own, transacted, ordered, counter_value] = &self.0;
        [ordered, counter_value, transacted, own].into_iter().flatten().find_map(|told| {
            let currency = told.1.clone().filter(|currency| Some(currency.as_str()) != booked)?;
            Some((told.0, currency))
        })
    }
}

/// Charges: one total, or the sum of its records. Positive when the bank keeps them.
pub fn charges(twig: Twig<'_>) -> Option<Decimal> {
    let mut sum = None;
    for charges in twig.children("Chrgs") {
        let total = side_amount(charges.child("TtlChrgsAndTaxAmt")).map(|(amount, _)| amount);
        let alone = side_amount(charges.child("Amt")).map(|(amount, _)| amount);
        let records = charges.children("Rcrd").filter_map(|record| {
            let (amount, _) = side_amount(record.child("Amt"))?;
            let is_refund = record.text("CdtDbtInd").as_deref() == Some("CRDT");
            Some(if is_refund { -amount } else { amount })
        });
        let listed = records.reduce(|sum, amount| sum + amount);
        if let Some(amount) = total.or(alone).or(listed) {
            sum = Some(sum.unwrap_or_default() + amount);
        }
    }
    sum
}

/// The bank's code: domain, family and subfamily of ISO 20022, or else the bank's own.
pub fn bank_code(twig: Twig<'_>) -> Option<String> {
    let code = twig.child("BkTxCd")?;
    let Some(domain) = code.child("Domn") else { return code.text("Prtry/Cd") };
    let parts = ["Cd", "Fmly/Cd", "Fmly/SubFmlyCd"].iter().filter_map(|path| domain.text(path));
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Why it came back: code and words.
pub fn returned(twig: Twig<'_>) -> (Option<String>, Option<String>) {
    let Some(returned) = twig.child("RtrInf") else { return (None, None) };
    let reason = returned.first_text(&["Rsn/Cd", "Rsn/Prtry", "RtrRsn/Cd", "RtrRsn/Prtry"]);
    let words = returned
        .all()
        .filter(|twig| matches!(twig.name(), "AddtlInf" | "AddtlRtrRsnInf"))
        .filter_map(Twig::own_text);
    (reason, joined(words))
}

fn side(twig: Twig<'_>, name: &str, account: &str, ultimate: &str) -> Side {
    let Some(parties) = twig.child("RltdPties") else { return Side::default() };
    let mut found = parties.child(name).map(party).unwrap_or_default();
    // Who ordered it in the end: the name that an invoice carries, where the payer has none.
    if let Some(behind) = parties.child(ultimate).map(party).filter(|_| found.name.is_none()) {
        found = behind;
    }
    Side { party: found, account: parties.child(account).and_then(account_number) }
}

impl Detail {
    /// Takes the side that is not ours. A credit comes from its debtor and a debit goes to its
    /// creditor; what comes back keeps the roles it had when it left.
    pub fn take_other_side(&mut self, is_credit: bool, is_return: bool, own: Option<&str>) -> Side {
        let debtor = std::mem::take(&mut self.debtor);
        let creditor = std::mem::take(&mut self.creditor);
        let (usual, opposite) = match is_credit != is_return {
            true => (debtor, creditor),
            false => (creditor, debtor),
        };
        let is_own = |side: &Side| own.is_some() && side.account.as_deref() == own;
        let must_swap = is_own(&usual) || (is_return && !usual.is_known());
        match must_swap && opposite.is_known() && !is_own(&opposite) {
            true => opposite,
            false if is_own(&usual) => Side::default(),
            false => usual,
        }
    }
}
