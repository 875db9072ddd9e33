//! The rules of late interest by country and debtor (domain reference C3).
//!
//! Decides which law governs, which published rates it refers to, its ceiling, its compensation
//! and from which day it counts. Each rule carries how sure it is; none of it is legal advice, and
//! rates agreed by contract go before it.

use super::rate::{AnnualRate, Confidence, RateTable};
use super::{DayCount, InterestError, Note};
use crate::currency::Currency;
use crate::date::Day;
use crate::hours::Person;

/// A law of late interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// ES: late payment in commercial operations, public buyers too.
    EsLatePayment,
    /// ES: a consumer, from the demand on.
    EsCivil,
    /// CL: invoices, from the first day late.
    ClInvoices,
    /// CL: a consumer, as agreed and within the maximum.
    ClCredit,
    /// MX: commerce.
    MxCommerce,
    /// MX: a consumer.
    MxCivil,
    /// CO: commerce.
    CoCommerce,
    /// PE: invoices on credit.
    PeInvoices,
    /// PE: a consumer, as agreed.
    PeCivil,
    /// AR: as agreed, else the central bank's rules.
    ArCivil,
}

impl Law {
    /// Stable code, `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Law::EsLatePayment => "es_late_payment",
            Law::EsCivil => "es_civil",
            Law::ClInvoices => "cl_invoices",
            Law::ClCredit => "cl_credit",
            Law::MxCommerce => "mx_commerce",
            Law::MxCivil => "mx_civil",
            Law::CoCommerce => "co_commerce",
            Law::PeInvoices => "pe_invoices",
            Law::PeCivil => "pe_civil",
            Law::ArCivil => "ar_civil",
        }
    }

    /// The law as it is cited on a letter.
    pub fn citation(self) -> &'static str {
        match self {
            Law::EsLatePayment => "Ley 3/2004, arts. 5, 7.2 y 8",
            Law::EsCivil => "Código Civil, arts. 1100 y 1108",
            Law::ClInvoices => "Ley 19.983 (mod. Ley 21.131)",
            Law::ClCredit => "Ley 18.010, arts. 6 y 6 bis",
            Law::MxCommerce => "Código de Comercio, art. 362",
            Law::MxCivil => "Código Civil Federal, art. 2395",
            Law::CoCommerce => "Código de Comercio, art. 884",
            Law::PeInvoices => "Decreto de Urgencia 013-2020, art. 9.1",
            Law::PeCivil => "Código Civil, arts. 1242 a 1246",
            Law::ArCivil => "Código Civil y Comercial, art. 768",
        }
    }

    /// What is written beside a receipt of principal so that the interest is not lost.
    pub fn reservation(self) -> &'static str {
        match self {
            // CdC 318: taking principal without reserving interest extinguishes it.
            Law::EsLatePayment | Law::EsCivil => {
                "Sin perjuicio de los intereses devengados y de los costes de cobro, que se \
                 reservan expresamente."
            }
            // CC 1595 inc. 2 of the Bello codes: a receipt of principal that does not mention
            // interest presumes it paid.
            Law::ClInvoices | Law::ClCredit | Law::CoCommerce => {
                "Este recibo se refiere sólo al capital: los intereses devengados se reservan \
                 expresamente y no se presumen pagados."
            }
            Law::MxCommerce | Law::MxCivil | Law::PeInvoices | Law::PeCivil | Law::ArCivil => {
                "Los intereses devengados se reservan expresamente."
            }
        }
    }
}

/// A published rate times a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The series.
    pub series: &'static str,
    /// How many times.
    pub num: u32,
    /// Over how many.
    pub den: u32,
}

const fn once(series: &'static str) -> Term {
    Term { series, num: 1, den: 1 }
}

/// Where the rate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rates {
    /// One agreed rate.
    Agreed(AnnualRate),
    /// What is published.
    Published(Term),
}

/// The most an agreed rate may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ceiling {
    /// The most.
    pub most: Term,
    /// What is taken instead of a rate above it; the most itself when absent.
    pub instead: Option<Term>,
}

/// What the law gives beside interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compensation {
    /// Nothing.
    None,
    /// One amount per document.
    Fixed {
        /// Smallest units.
        minor: i64,
        /// Its currency.
        currency: Currency,
    },
    /// A share of what was unpaid when it became late.
    Share {
        /// Basis points.
        bps: u32,
    },
}

/// From which day interest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The day after the due date, without notice.
    DayAfterDue,
    /// The day after payment was demanded.
    DayAfterDemand,
}

/// How value added tax treats the charge; from memory, for the adviser to confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vat {
    /// It is compensation and bears no tax.
    Outside,
    /// It is part of the price and bears the tax of what was sold.
    PartOfPrice,
    /// It depends.
    AskAdviser,
}

impl Vat {
    /// Stable code, `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Vat::Outside => "outside",
            Vat::PartOfPrice => "part_of_price",
            Vat::AskAdviser => "ask_adviser",
        }
    }
}

/// What a contract says of late interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The rate.
    pub rate: AnnualRate,
    /// How days are counted; as the law does when absent.
    pub day_count: Option<DayCount>,
}

/// The rules one debt follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regime {
    /// The law.
    pub law: Law,
    /// Where its rate comes from.
    pub rates: Rates,
    /// The most an agreed rate may be.
    pub ceiling: Option<Ceiling>,
    /// The law's own rate, when an agreed one much below it would be abusive.
    pub abusive_below: Option<Term>,
    /// How days are counted.
    pub day_count: DayCount,
    /// What comes beside interest.
    pub compensation: Compensation,
    /// From which day it counts.
    pub start: Start,
    /// Whether an amount under dispute bears no interest while the dispute is open.
    pub disputes_suspend: bool,
    /// How value added tax treats it.
    pub vat: Vat,
    /// How sure the rule is.
    pub confidence: Confidence,
}

const ES_DEMORA: Term = once("es-demora");
const CL_CORRIENTE: Term = once("cl-corriente");
const CL_MAXIMO: Term = once("cl-maximo-convencional");
const CO_USURA: Term = Term { series: "co-bancario-corriente", num: 3, den: 2 };
const PE_MAXIMO: Term = once("pe-bcrp-maximo");

/// The rules of a debt: of the country whose law governs it (ISO 3166 alpha-2), who owes it, and
/// what was agreed.
///
/// # Errors
/// [`InterestError::NoLegalRate`] where the law gives none and none was agreed.
pub fn regime(
    country: &str,
    person: Person,
    agreed: Option<Agreed>,
) -> Result<Regime, InterestError> {
    let none = || InterestError::NoLegalRate(country.to_owned());
    let law = law(country, person).ok_or_else(none)?;
    let rates = match (agreed, legal_rate(law)) {
        (Some(agreed), _) => Rates::Agreed(agreed.rate),
        (None, Some(term)) => Rates::Published(term),
        (None, None) => return Err(none()),
    };
    let day_count = agreed.and_then(|agreed| agreed.day_count);
    Ok(Regime {
        law,
        rates,
        ceiling: ceiling(law),
        abusive_below: (law == Law::EsLatePayment).then_some(ES_DEMORA),
        day_count: day_count.unwrap_or(match law {
            // Ley 18.010 art. 11: years of 360 days.
            Law::ClInvoices | Law::ClCredit => DayCount::Actual360,
            _ => DayCount::Actual365,
        }),
        compensation: match law {
            Law::EsLatePayment => Compensation::Fixed { minor: 4_000, currency: Currency::EUR },
            Law::ClInvoices => Compensation::Share { bps: 100 },
            _ => Compensation::None,
        },
        start: match (law, agreed) {
            (Law::EsCivil, None) => Start::DayAfterDemand,
            _ => Start::DayAfterDue,
        },
        // CL Ley 19.983 art. 3 and PE DU 013-2020 arts. 7 and 8: a buyer who objects in time has
        // not accepted the invoice.
        disputes_suspend: matches!(law, Law::ClInvoices | Law::PeInvoices),
        vat: match law {
            Law::EsLatePayment | Law::EsCivil => Vat::Outside,
            Law::ClInvoices | Law::ClCredit | Law::MxCommerce | Law::MxCivil => Vat::PartOfPrice,
            Law::CoCommerce | Law::PeInvoices | Law::PeCivil | Law::ArCivil => Vat::AskAdviser,
        },
        confidence: match law {
            Law::EsLatePayment | Law::EsCivil | Law::PeInvoices => Confidence::High,
            Law::ClInvoices | Law::MxCommerce => Confidence::Medium,
            _ => Confidence::Low,
        },
    })
}

fn law(country: &str, person: Person) -> Option<Law> {
    let consumer = person == Person::Consumer;
    Some(match (country, consumer) {
        ("ES", false) => Law::EsLatePayment,
        ("ES", true) => Law::EsCivil,
        ("CL", false) => Law::ClInvoices,
        ("CL", true) => Law::ClCredit,
        ("MX", false) => Law::MxCommerce,
        ("MX", true) => Law::MxCivil,
        ("CO", _) => Law::CoCommerce,
        ("PE", false) => Law::PeInvoices,
        ("PE", true) => Law::PeCivil,
        ("AR", _) => Law::ArCivil,
        _ => return None,
    })
}

/// The rate of the law where nothing was agreed.
fn legal_rate(law: Law) -> Option<Term> {
    match law {
        Law::EsLatePayment => Some(ES_DEMORA),
        Law::EsCivil => Some(once("es-interes-legal")),
        Law::ClInvoices => Some(CL_CORRIENTE),
        Law::MxCommerce => Some(once("mx-mercantil")),
        Law::MxCivil => Some(once("mx-civil")),
        Law::CoCommerce => Some(CO_USURA),
        Law::PeInvoices => Some(PE_MAXIMO),
        Law::ArCivil => Some(once("ar-bcra")),
        Law::ClCredit | Law::PeCivil => None,
    }
}

/// The most an agreed rate may be. What exceeds it in Chile is deemed not written, and the current
/// rate is taken (Ley 18.010 arts. 6 bis and 8).
fn ceiling(law: Law) -> Option<Ceiling> {
    match law {
        Law::ClInvoices | Law::ClCredit => {
            Some(Ceiling { most: CL_MAXIMO, instead: Some(CL_CORRIENTE) })
        }
        Law::CoCommerce => Some(Ceiling { most: CO_USURA, instead: None }),
        Law::PeInvoices | Law::PeCivil => Some(Ceiling { most: PE_MAXIMO, instead: None }),
        _ => None,
    }
}

impl Regime {
    /// The rate on `from`, the last day it holds, and what is to be said of it. `to` is the last
    /// day asked for, named where none is known.
    pub(super) fn rate_on(
        &self,
        table: &RateTable,
        from: Day,
        to: Day,
    ) -> Result<(AnnualRate, Day, Option<Note>), InterestError> {
        let agreed = match self.rates {
            Rates::Published(term) => {
                let (rate, last) = published(table, term, from, to)?;
                return Ok((rate, last, None));
            }
            Rates::Agreed(rate) => rate,
        };
        if let Some(ceiling) = self.ceiling {
            let (most, last) = published(table, ceiling.most, from, to)?;
            if agreed <= most {
                return Ok((agreed, last, None));
            }
            let (rate, until) = match ceiling.instead {
                Some(term) => published(table, term, from, to)?,
                None => (most, last),
            };
            return Ok((rate, until.min(last), Some(Note::CappedByLaw)));
        }
        // A remark needs no rate: where the legal one is not known, nothing is said.
        let legal = self.abusive_below.and_then(|term| published(table, term, from, to).ok());
        let is_low = legal.is_some_and(|(rate, _)| {
            u64::from(agreed.ppm) * 100 < u64::from(rate.ppm) * ABUSIVE_PERCENT
        });
        Ok((agreed, Day(i32::MAX), is_low.then_some(Note::PerhapsAbusive)))
    }
}

/// ES Ley 3/2004 art. 9.1: an agreed rate 70 % below the legal one.
const ABUSIVE_PERCENT: u64 = 30;

fn published(
    table: &RateTable,
    term: Term,
    from: Day,
    to: Day,
) -> Result<(AnnualRate, Day), InterestError> {
    let missing = || InterestError::MissingRate {
        series: term.series.to_owned(),
        from,
        to: table.next_known(term.series, from).map_or(to, |next| to.min(next - 1)),
        publisher: table.publisher(term.series),
    };
    let (row, last) = table.on(term.series, from).ok_or_else(missing)?;
    let ppm = u32::try_from(row.rate.times(term.num, term.den));
    let ppm = ppm.map_err(|_| InterestError::OutOfRange)?;
    Ok((AnnualRate { ppm }, last))
}
