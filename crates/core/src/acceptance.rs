//! Whether the buyer has accepted a document, until when it may claim against it, and whether it may
//! still refuse that the document is cancelled. Silence becomes an answer by the calendar alone.
//!
//! Decides the state and the last day from what is known of the document and what was told of it.
//! Refuses to know who told it and what a claim does to the debt. Terms run only where the law gives
//! them: elsewhere there is a state when somebody told one, and no last day.

use crate::calendar::Calendar;
use crate::date::Day;

/// Something told of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// The buyer's system, or the tax office, received the file.
    Delivered,
    /// The goods or services were received.
    GoodsReceived,
    /// The buyer accepted it, with remarks or without.
    Accepted,
    /// The buyer claims against it.
    Claimed,
    /// The seller asked to cancel it.
    CancellationRequested,
    /// The tax office cancelled it.
    Cancelled,
}

/// What the term hangs on.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// Country of the creditor, ISO 3166 alpha-2.
    pub country: &'f str,
    /// `invoice`, `receipt`, `debit_note`…
    pub kind: &'f str,
    /// Official type code (`33`, `01`).
    pub type_code: Option<&'f str>,
    /// Method of payment as the document writes it.
    pub payment_method: Option<&'f str>,
    /// When it was issued.
    pub issued: Day,
    /// What was told of it, in any order.
    pub told: &'f [(Told, Day)],
}

/// Where an acceptance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The buyer may still claim.
    Running,
    /// The term begins when the goods are received.
    AwaitingGoods,
    /// The buyer said so.
    Accepted,
    /// The term passed without a claim.
    Tacit,
    /// The buyer claimed in time.
    Claimed,
    /// The buyer may still refuse that it is cancelled.
    CancellationAsked,
    /// The term to refuse the cancellation passed: it counts as accepted.
    CancellationTacit,
}

/// The acceptance of a document as of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Where it stands.
    pub state: State,
    /// The last day to claim, or to refuse; absent where no term runs.
    pub deadline: Option<Day>,
    /// The law the term is of.
    pub law: Option<&'static str>,
    /// Whether the term is counted from the issue because nobody told when it was received.
    pub is_start_assumed: bool,
}

/// Ley 19.983, art. 3 (Chile): running days from receipt to claim. Receipt of the goods is an answer.
const CHILE_DAYS: i32 = 8;
/// Decreto de Urgencia 013-2020, art. 7 (Peru): running days to object an invoice on credit.
const PERU_DAYS: i32 = 8;
/// Código de Comercio art. 773 and Decreto 1074 de 2015 art. 2.2.2.53.4 (Colombia): working days
/// after the receipt of goods or services (event 032) until an invoice on credit is accepted.
const COLOMBIA_WORKING_DAYS: i32 = 3;
/// RMF rule 2.7.1.34 with CFF art. 12 (Mexico): working days for the buyer to refuse that a CFDI is
/// cancelled, known as the 72 hours; silence is consent.
const MEXICO_WORKING_DAYS: i32 = 3;

/// The acceptance of a document as of a day; `None` where nothing runs and nothing was told.
/// `calendar` is the one of the creditor's country.
pub fn acceptance(facts: &Facts<'_>, as_of: Day, calendar: &Calendar) -> Option<Acceptance> {
    cancellation(facts, as_of, calendar).or_else(|| answer(facts, as_of, calendar))
}

/// The first day something was told, as far as it is known by then.
fn first(facts: &Facts<'_>, wanted: Told, as_of: Day) -> Option<Day> {
    let days = facts.told.iter().filter(|(told, day)| *told == wanted && *day <= as_of);
    days.map(|(_, day)| *day).min()
}

fn cancellation(facts: &Facts<'_>, as_of: Day, calendar: &Calendar) -> Option<Acceptance> {
    if facts.country != "MX" || first(facts, Told::Cancelled, as_of).is_some() {
        return None;
    }
    let asked = facts
        .told
        .iter()
        .filter(|(told, day)| *told == Told::CancellationRequested && *day <= as_of);
    // Asked again after a refusal, the term begins again.
    let asked = asked.map(|(_, day)| *day).max()?;
    let deadline = calendar.add_working_days(asked, MEXICO_WORKING_DAYS);
    let is_over = as_of > deadline;
    Some(Acceptance {
        state: if is_over { State::CancellationTacit } else { State::CancellationAsked },
        deadline: Some(deadline),
        law: Some("RMF 2.7.1.34, CFF art. 12"),
        is_start_assumed: false,
    })
}

/// A term to claim: when it began, if it has, and its last day.
struct Term {
    deadline: Option<Day>,
    law: &'static str,
    is_start_assumed: bool,
}

fn term(facts: &Facts<'_>, as_of: Day, calendar: &Calendar) -> Option<Term> {
    let delivered = first(facts, Told::Delivered, as_of);
    let received = delivered.unwrap_or(facts.issued);
    let is_start_assumed = delivered.is_none();
    let is_cash = facts.payment_method.is_some_and(is_cash);
    match facts.country {
        // Exports and receipts of consumers cannot be assigned under that law.
        "CL" if facts.kind == "invoice" && !matches!(facts.type_code, Some("110")) => Some(Term {
            deadline: Some(received + CHILE_DAYS),
            law: "Ley 19.983, art. 3",
            is_start_assumed,
        }),
        "PE" if facts.kind == "invoice" && facts.type_code != Some("03") && !is_cash => {
            Some(Term {
                deadline: Some(received + PERU_DAYS),
                law: "DU 013-2020, art. 7",
                is_start_assumed,
            })
        }
        "CO" if facts.kind == "invoice" && !is_cash => {
            let goods = first(facts, Told::GoodsReceived, as_of);
            Some(Term {
                deadline: goods.map(|on| calendar.add_working_days(on, COLOMBIA_WORKING_DAYS)),
                law: "C.Co. art. 773, Decreto 1074/2015 art. 2.2.2.53.4",
                is_start_assumed: false,
            })
        }
        _ => None,
    }
}

/// `1` is cash for the DIAN; the SUNAT writes the word.
fn is_cash(method: &str) -> bool {
    method == "1" || method.eq_ignore_ascii_case("contado")
}

fn answer(facts: &Facts<'_>, as_of: Day, calendar: &Calendar) -> Option<Acceptance> {
    let term = term(facts, as_of, calendar);
    let deadline = term.as_ref().and_then(|term| term.deadline);
    let claimed = first(facts, Told::Claimed, as_of);
    let accepted = match facts.country {
        "CL" => [Told::Accepted, Told::GoodsReceived]
            .into_iter()
            .filter_map(|told| first(facts, told, as_of).map(|day| (told, day)))
            // Goods received and claimed against are claimed.
            .filter(|(told, day)| *told == Told::Accepted || claimed.is_none_or(|c| *day < c))
            .map(|(_, day)| day)
            .min(),
        _ => first(facts, Told::Accepted, as_of),
    };
    // A claim after the last day, or after accepting, has no effect.
    let in_time = claimed.filter(|claimed| deadline.is_none_or(|last| *claimed <= last));
    let state = match (accepted, in_time) {
        (Some(_), _) => State::Accepted,
        (None, Some(_)) => State::Claimed,
        (None, None) => match (&term, deadline) {
            (None, _) => return None,
            (Some(_), None) => State::AwaitingGoods,
            (Some(_), Some(last)) if as_of <= last => State::Running,
            (Some(_), Some(_)) => State::Tacit,
        },
    };
    Some(Acceptance {
        state,
        deadline,
        law: term.as_ref().map(|term| term.law),
        is_start_assumed: term.as_ref().is_some_and(|term| term.is_start_assumed),
    })
}

impl State {
    /// Every state.
    pub const ALL: [State; 7] = [
        State::Running,
        State::AwaitingGoods,
        State::Accepted,
        State::Tacit,
        State::Claimed,
        State::CancellationAsked,
        State::CancellationTacit,
    ];

    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Running => "running",
            State::AwaitingGoods => "awaiting_goods",
            State::Accepted => "accepted",
            State::Tacit => "tacit",
            State::Claimed => "claimed",
            State::CancellationAsked => "cancellation_asked",
            State::CancellationTacit => "cancellation_tacit",
        }
    }

    /// The state of a code.
    pub fn parse(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn facts<'f>(country: &'f str, issued: &str, told: &'f [(Told, Day)]) -> Facts<'f> {
        let (kind, type_code, payment_method) = ("invoice", None, None);
        Facts { country, kind, type_code, payment_method, issued: day(issued), told }
    }

    fn state(facts: &Facts<'_>, as_of: &str) -> Option<(State, Option<String>)> {
        let calendar = Calendar::of_country(facts.country);
        let found = acceptance(facts, day(as_of), &calendar)?;
        Some((found.state, found.deadline.map(|day| day.to_string())))
    }

    fn is(state: State, deadline: &str) -> Option<(State, Option<String>)> {
        Some((state, Some(deadline.to_owned())))
    }

    #[test]
    fn in_chile_silence_of_eight_days_after_receipt_accepts() {
        let silent = facts("CL", "2026-03-02", &[]);
        assert_eq!(state(&silent, "2026-03-10"), is(State::Running, "2026-03-10"));
        assert_eq!(state(&silent, "2026-03-11"), is(State::Tacit, "2026-03-10"));
        let told = [(Told::Delivered, day("2026-03-05"))];
        let later = facts("CL", "2026-03-02", &told);
        assert_eq!(state(&later, "2026-03-13"), is(State::Running, "2026-03-13"));
        let told = [(Told::Claimed, day("2026-03-08")), (Told::GoodsReceived, day("2026-03-08"))];
        let claimed = facts("CL", "2026-03-02", &told);
        assert_eq!(state(&claimed, "2026-03-07"), is(State::Running, "2026-03-10"));
        assert_eq!(state(&claimed, "2026-04-30"), is(State::Claimed, "2026-03-10"));
        let told = [(Told::Claimed, day("2026-03-11"))];
        assert_eq!(
            state(&facts("CL", "2026-03-02", &told), "2026-04-30"),
            is(State::Tacit, "2026-03-10")
        );
        let told = [(Told::GoodsReceived, day("2026-03-04"))];
        assert_eq!(
            state(&facts("CL", "2026-03-02", &told), "2026-03-04"),
            is(State::Accepted, "2026-03-10")
        );
        let boleta = Facts { kind: "receipt", ..silent };
        assert_eq!(state(&boleta, "2026-03-03"), None);
        assert_eq!(state(&Facts { type_code: Some("110"), ..silent }, "2026-03-03"), None);
    }

    #[test]
    fn in_colombia_three_working_days_run_from_the_receipt_of_the_goods() {
        let silent = facts("CO", "2026-03-10", &[]);
        assert_eq!(state(&silent, "2026-06-01"), Some((State::AwaitingGoods, None)));
        // Thursday 19 March; Monday 23 is the holiday of San José.
        let told = [(Told::GoodsReceived, day("2026-03-19"))];
        let received = facts("CO", "2026-03-10", &told);
        assert_eq!(state(&received, "2026-03-25"), is(State::Running, "2026-03-25"));
        assert_eq!(state(&received, "2026-03-26"), is(State::Tacit, "2026-03-25"));
        let cash = Facts { payment_method: Some("1"), ..received };
        assert_eq!(state(&cash, "2026-03-26"), None);
    }

    #[test]
    fn in_peru_an_invoice_on_credit_may_be_objected_for_eight_days() {
        let silent = facts("PE", "2026-03-02", &[]);
        assert_eq!(state(&silent, "2026-03-10"), is(State::Running, "2026-03-10"));
        assert_eq!(state(&silent, "2026-03-11"), is(State::Tacit, "2026-03-10"));
        assert_eq!(state(&Facts { payment_method: Some("Contado"), ..silent }, "2026-03-11"), None);
    }

    #[test]
    fn in_mexico_a_cancellation_is_consented_by_three_working_days_of_silence() {
        // Friday 30 January; Monday 2 February is a day off.
        let told = [(Told::CancellationRequested, day("2026-01-30"))];
        let asked = facts("MX", "2026-01-05", &told);
        assert_eq!(state(&asked, "2026-02-05"), is(State::CancellationAsked, "2026-02-05"));
        assert_eq!(state(&asked, "2026-02-06"), is(State::CancellationTacit, "2026-02-05"));
        let told = [told[0], (Told::Cancelled, day("2026-02-06"))];
        assert_eq!(state(&facts("MX", "2026-01-05", &told), "2026-02-06"), None);
        assert_eq!(state(&facts("MX", "2026-01-05", &[]), "2026-02-06"), None);
    }

    #[test]
    fn elsewhere_there_is_a_state_when_somebody_told_one() {
        assert_eq!(state(&facts("ES", "2026-03-02", &[]), "2026-06-01"), None);
        let told = [(Told::Claimed, day("2026-03-08")), (Told::Accepted, day("2026-03-12"))];
        let answered = facts("ES", "2026-03-02", &told);
        assert_eq!(state(&answered, "2026-03-09"), Some((State::Claimed, None)));
        assert_eq!(state(&answered, "2026-03-12"), Some((State::Accepted, None)));
    }
}
