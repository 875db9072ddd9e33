//! Payment terms: from the day of issue and what was agreed to the day or days money is due.
//!
//! Also decides which source is believed when a document does not name its due date, and says
//! which one it was. Knows nothing of holidays (a due date is what the contract says) and nothing
//! of formats.

use crate::date::Day;
use crate::money::Money;

/// How the due date of one instalment follows from the date of issue. The fields apply in order:
/// days, then end of month, then days after it, then the customer's fixed pay days.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Delay {
    /// Calendar days from the date of issue.
    pub net_days: i32,
    /// Whether the date then moves to the end of its month ("fin de mes", EOM).
    pub end_of_month: bool,
    /// Calendar days after that.
    pub days_after: i32,
    /// Days of the month on which the customer pays ("días de pago fijos"): the date moves to the
    /// next of them. 31 is the last day of any month. Empty when there are none.
    pub pay_days: Vec<u32>,
}

/// What was agreed: one instalment or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Instalments with their weights in the total; never empty.
    parts: Vec<(u64, Delay)>,
}

/// An amount and the day it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Day it is due. Late begins the day after.
    pub on: Day,
    /// How much.
    pub amount: Money,
}

/// Which source a due date was taken from, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DueSource {
    /// The document names the date.
    Document,
    /// The document lists instalments.
    Instalments,
    /// Worked out from the document's own terms text.
    Terms,
    /// Terms agreed with the customer, or the creditor's default.
    CustomerPolicy,
    /// What earlier documents of the customer usually had.
    History,
    /// The term the law gives where none was agreed.
    LegalDefault,
    /// Nothing is known: due on issue.
    IssueDate,
}

impl DueSource {
    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            DueSource::Document => "document",
            DueSource::Instalments => "instalments",
            DueSource::Terms => "terms",
            DueSource::CustomerPolicy => "customer_policy",
            DueSource::History => "history",
            DueSource::LegalDefault => "legal_default",
            DueSource::IssueDate => "issue_date",
        }
    }
}

/// Everything that may be known about when a document is due.
#[derive(Clone, Debug, Default)]
pub struct DueEvidence<'a> {
    /// Dates the document names, each with its amount when it says one.
    pub stated: &'a [(Day, Option<Money>)],
    /// Terms text of the document (`30 DIAS`, `30/60/90`).
    pub terms_text: Option<&'a str>,
    /// Days agreed with the customer.
    pub customer_days: Option<i32>,
    /// The creditor's default days.
    pub creditor_days: Option<i32>,
    /// Days usual in the customer's earlier documents ([`usual_days`]).
    pub usual_days: Option<i32>,
    /// Country whose law gives the default term, ISO 3166 alpha-2.
    pub country: Option<&'a str>,
}

impl Delay {
    /// A number of calendar days from the date of issue.
    pub fn net(days: i32) -> Delay {
        Delay { net_days: days, ..Delay::default() }
    }

    /// The due date of a document issued on `issued`.
    pub fn due(&self, issued: Day) -> Day {
        let mut day = issued + self.net_days;
        if self.end_of_month {
            day = day.month_end();
        }
        next_pay_day(day + self.days_after, &self.pay_days)
    }
}

/// The first day on or after `day` whose day of month is in `pay_days` (31 = last of the month).
fn next_pay_day(day: Day, pay_days: &[u32]) -> Day {
    let is_pay_day = |candidate: Day| {
        let (_, _, of_month) = candidate.ymd();
        let last = candidate == candidate.month_end();
        pay_days.iter().any(|wanted| *wanted == of_month || (last && *wanted > of_month))
    };
    (0..62).map(|ahead| day + ahead).find(|candidate| is_pay_day(*candidate)).unwrap_or(day)
}

impl Terms {
    /// One instalment after a number of calendar days.
    pub fn net(days: i32) -> Terms {
        Terms::single(Delay::net(days))
    }

    /// One instalment.
    pub fn single(delay: Delay) -> Terms {
        Terms { parts: vec![(1, delay)] }
    }

    /// Instalments in proportion to their weights, or `None` for an empty list.
    pub fn instalments(parts: Vec<(u64, Delay)>) -> Option<Terms> {
        (!parts.is_empty()).then_some(Terms { parts })
    }

    /// Days of the last instalment, when all of them are plain days.
    pub fn days(&self) -> Option<i32> {
        let plain = self.parts.iter().all(|(_, delay)| *delay == Delay::net(delay.net_days));
        self.parts.iter().map(|(_, delay)| delay.net_days).max().filter(|_| plain)
    }

    /// The dues of a document issued on `issued` for `total`; they add up to `total`, the unit
    /// left over by division going to the earlier instalments.
    pub fn dues(&self, issued: Day, total: Money) -> Vec<Due> {
        let weights: Vec<u64> = self.parts.iter().map(|(weight, _)| *weight).collect();
        let amounts = total.split(&weights);
        let days = self.parts.iter().map(|(_, delay)| delay.due(issued));
        days.zip(amounts).map(|(on, amount)| Due { on, amount }).collect()
    }

    /// Understands the terms people write: `contado`, `30`, `30 días fecha factura`, `net 30`,
    /// `2/10 n/30`, `30/60/90`, `30-60 días`, `60 días fin de mes`, `fin de mes + 15`,
    /// `30 días, pago los días 10 y 25`. `None` when in doubt.
    pub fn parse(text: &str) -> Option<Terms> {
        let text = fold(text);
        let numbers = numbers(&text);
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if numbers.is_empty() {
            let at_once =
                ["CONTADO", "INMEDIAT", "A LA VISTA", "CASH", "DUE ON RECEIPT", "IMMEDIATE"];
            return match (has(&at_once), has(END_OF_MONTH)) {
                (true, _) => Some(Terms::net(0)),
                (_, true) => Some(Terms::single(Delay { end_of_month: true, ..Delay::default() })),
                _ => None,
            };
        }
        if let Some(days) = discount_net_days(&text) {
            return Some(Terms::net(days));
        }
        if let Some(at) = text.find("DIAS DE PAGO").or_else(|| text.find("PAGO LOS DIAS")) {
            return with_pay_days(&text[..at], &text[at..]);
        }
        if let Some(at) = END_OF_MONTH.iter().filter_map(|word| text.find(word)).min() {
            return around_end_of_month(&text[..at], &text[at..]);
        }
        plausible(&numbers)?;
        let delays = numbers.iter().map(|days| (1, Delay::net(*days))).collect();
        let increasing = numbers.windows(2).all(|pair| pair[0] < pair[1]);
        increasing.then(|| Terms::instalments(delays)).flatten()
    }
}

const END_OF_MONTH: &[&str] = &["FIN DE MES", "FINAL DE MES", "FDM", "EOM", "END OF MONTH"];

/// Upper case without accents, so that `Días` and `DIAS` are one word.
fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'Á' => 'A',
        'É' => 'E',
        'Í' => 'I',
        'Ó' => 'O',
        'Ú' => 'U',
        other => other,
    };
    text.chars().flat_map(char::to_uppercase).map(plain).collect()
}

/// The whole numbers in the text, in order.
fn numbers(text: &str) -> Vec<i32> {
    let words = text.split(|c: char| !c.is_ascii_digit());
    words.filter_map(|digits| digits.parse().ok()).collect()
}

/// Terms of more than two years, or of many parts, are another kind of number.
fn plausible(numbers: &[i32]) -> Option<()> {
    (numbers.len() <= 12 && numbers.iter().all(|days| (0..=730).contains(days))).then_some(())
}

/// `2/10 n/30`, `2/10 NET 30`: two per cent within ten days, all in thirty.
fn discount_net_days(text: &str) -> Option<i32> {
    let (before, after) = text
        .split_once("NETO")
        .or_else(|| text.split_once("NET"))
        .or_else(|| text.split_once("N/"))?;
    let (offer, days) = (numbers(before), numbers(after));
    plausible(&days)?;
    match (offer.len(), days.as_slice()) {
        (0, [days]) | (2, [days]) if before.contains('/') || offer.is_empty() => Some(*days),
        _ => None,
    }
}

/// The discount that terms grant for paying early, `2/10 n/30`: its share in basis points, and the
/// days from the issue within which it may be taken (C2). `None` where none is granted.
pub fn early_discount(text: &str) -> Option<(u32, i32)> {
    let text = text.to_uppercase();
    discount_net_days(&text)?;
    let offer = text.split('N').next()?;
    let (share, days) = offer.split_once('/')?;
    let days: i32 = numbers(days).first().copied()?;
    let share = share.trim().trim_end_matches('%').trim();
    let (whole, part) = share.split_once(['.', ',']).unwrap_or((share, ""));
    let hundredths = format!("{part:0<2}");
    let whole: u32 = whole.trim().parse().ok()?;
    let hundredths: u32 = hundredths.get(..2)?.parse().ok()?;
    let bps = whole.checked_mul(100)?.checked_add(hundredths)?;
    (bps > 0 && bps <= 5_000 && (1..=365).contains(&days)).then_some((bps, days))
}

/// `60 DIAS FIN DE MES` counts the days first; `FIN DE MES + 15` counts them afterwards.
fn around_end_of_month(before: &str, after: &str) -> Option<Terms> {
    let (before, after) = (numbers(before), numbers(after));
    plausible(&before)?;
    plausible(&after)?;
    let net_days = before.first().copied().unwrap_or(0);
    let days_after = after.first().copied().unwrap_or(0);
    let delay = Delay { net_days, end_of_month: true, days_after, pay_days: Vec::new() };
    (before.len() <= 1 && after.len() <= 1).then(|| Terms::single(delay))
}

fn with_pay_days(before: &str, after: &str) -> Option<Terms> {
    let days = numbers(before);
    plausible(&days)?;
    let pay_days: Vec<u32> =
        numbers(after).iter().filter_map(|day| u32::try_from(*day).ok()).collect();
    let valid = !pay_days.is_empty() && pay_days.iter().all(|day| (1..=31).contains(day));
    let net_days = days.first().copied().unwrap_or(0);
    let end_of_month = END_OF_MONTH.iter().any(|word| before.contains(word));
    (valid && days.len() <= 1)
        .then(|| Terms::single(Delay { net_days, end_of_month, days_after: 0, pay_days }))
}

/// The dues of a document and where they come from: its own dates, its own terms, what was agreed
/// with the customer, the creditor's default, the customer's habit, the law, and at last the day
/// of issue. Dates the document states before its own issue are kept: they are its author's word.
pub fn infer(issued: Day, total: Money, evidence: &DueEvidence<'_>) -> (Vec<Due>, DueSource) {
    if let Some(found) = stated(total, evidence.stated) {
        return found;
    }
    if let Some(terms) = evidence.terms_text.and_then(Terms::parse) {
        return (terms.dues(issued, total), DueSource::Terms);
    }
    let agreed = evidence.customer_days.or(evidence.creditor_days);
    let legal = evidence.country.and_then(legal_default_days);
    let days = [
        (agreed, DueSource::CustomerPolicy),
        (evidence.usual_days, DueSource::History),
        (legal, DueSource::LegalDefault),
    ];
    let (days, source) = days
        .into_iter()
        .find_map(|(days, source)| Some((days?, source)))
        .unwrap_or((0, DueSource::IssueDate));
    (Terms::net(days).dues(issued, total), source)
}

/// The document's own dates. Amounts are used when every date has one and they add up; otherwise
/// the total is split evenly.
fn stated(total: Money, dates: &[(Day, Option<Money>)]) -> Option<(Vec<Due>, DueSource)> {
    match dates {
        [] => None,
        [(on, _)] => Some((vec![Due { on: *on, amount: total }], DueSource::Document)),
        _ => {
            let amounts: Option<Vec<Money>> = dates
                .iter()
                .map(|(_, amount)| amount.filter(|a| a.currency == total.currency))
                .collect();
            let adds_up = |amounts: &Vec<Money>| {
                amounts.iter().map(|a| i128::from(a.minor)).sum::<i128>() == i128::from(total.minor)
            };
            let amounts =
                amounts.filter(adds_up).unwrap_or_else(|| total.split(&vec![1; dates.len()]));
            let days = dates.iter().map(|(on, _)| *on);
            let dues = days.zip(amounts).map(|(on, amount)| Due { on, amount }).collect();
            Some((dues, DueSource::Instalments))
        }
    }
}

/// The term that holds by law between businesses where none was agreed, in calendar days.
/// CL: Ley 19.983 art. 2 (mod. 21.131). ES: Ley 3/2004 art. 4. CO: Ley 2024/2020 art. 3.
/// `None` where the law gives none (MX, PE, AR).
pub fn legal_default_days(country: &str) -> Option<i32> {
    match country {
        "CL" | "ES" => Some(30),
        "CO" => Some(45),
        _ => None,
    }
}

/// The days between issue and due that a customer's earlier documents usually have: those of at
/// least three documents and of at least 60 % of them; `None` when there is no such habit.
pub fn usual_days(history: &[(Day, Day)]) -> Option<i32> {
    let mut days: Vec<i32> = history.iter().map(|(issued, due)| *due - *issued).collect();
    days.sort_unstable();
    let runs = days.chunk_by(|a, b| a == b);
    // Of two equally frequent terms neither reaches 60 %, so the choice of the maximum is clear.
    let (term, count) = runs.map(|run| (run[0], run.len())).max_by_key(|(_, count)| *count)?;
    (count >= 3 && count * 10 >= days.len() * 6).then_some(term)
}
