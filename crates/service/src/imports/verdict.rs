//! What became of a record, and why.

use puntual_core::currency::Currency;
use puntual_formats::record::{DocumentRecord, PaymentOrderRecord, Problem, Status};

/// The outcome of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It entered the books; with remarks, if any.
    Accepted(Vec<Problem>),
    /// It was there already.
    Duplicate,
    /// It waits for a person. The key names the document it concerns, when there is one.
    Quarantined(Problem, Option<String>),
    /// It was refused.
    Rejected(Problem),
    /// It is no business of this portfolio.
    Ignored,
    /// The same, with what there is to say of it.
    Noted(Problem),
    /// It only frames other records and counts for none itself; with remarks, if any.
    Framing(Vec<Problem>),
}

impl Verdict {
    /// Accepted without remarks.
    pub fn accepted() -> Verdict {
        Verdict::Accepted(Vec::new())
    }
}

fn problem(status: Status, place: &str, code: &'static str, es: String, en: String) -> Problem {
    Problem { status, place: place.to_owned(), code, es, en }
}

/// A record that waits for a person.
pub fn quarantine(place: &str, code: &'static str, es: String, en: String) -> Verdict {
    Verdict::Quarantined(problem(Status::Quarantine, place, code, es, en), None)
}

/// Several documents bear the number a record names.
pub fn ambiguous_document(place: &str, number: &str) -> Verdict {
    quarantine(
        place,
        "ambiguous_document",
        format!("Hay varios documentos con el número {number}; indique cuál."),
        format!("Several documents bear the number {number}; say which one."),
    )
}

/// A remark on a record that was accepted.
pub fn remark(place: &str, code: &'static str, es: String, en: String) -> Problem {
    problem(Status::Warn, place, code, es, en)
}

/// The same key with other content.
pub fn conflict(record: &DocumentRecord, number: &str, key: &str) -> Verdict {
    let total = record.payable.or(record.total).map(|t| t.to_string()).unwrap_or_default();
    let day = record.issue_date.map(|day| day.to_string()).unwrap_or_else(|| "—".to_owned());
    let es = format!(
        "El documento {number} ya está registrado con otro contenido (este trae total {total}, \
         fecha {day}). Compare ambos y decida cuál vale."
    );
    let en = format!(
        "Document {number} is already recorded with other content (this one has total {total}, \
         date {day}). Compare both and decide which one holds."
    );
    let problem = problem(Status::Quarantine, &record.place, "conflict", es, en);
    Verdict::Quarantined(problem, Some(key.to_owned()))
}

/// Something a document cannot do without.
pub fn missing(record: &DocumentRecord, what: &str) -> Verdict {
    let (es, en) = match what {
        "total" => ("el total", "its total"),
        "issue_date" => ("la fecha de emisión", "its issue date"),
        "number" => ("el número", "its number"),
        _ => {
            ("el cliente (código, identificación o nombre)", "the customer (code, tax id or name)")
        }
    };
    quarantine(
        &record.place,
        "missing_field",
        format!("Falta {es}. Complete el documento en su origen o confírmelo a mano."),
        format!("{en} is missing. Complete the document at its source or confirm it by hand."),
    )
}

/// An amount with more decimals than its currency has.
pub fn decimals(record: &DocumentRecord, currency: Currency) -> Verdict {
    quarantine(
        &record.place,
        "too_many_decimals",
        format!(
            "El monto tiene más decimales de los que {currency} admite ({}).",
            currency.decimals()
        ),
        format!("The amount has more decimals than {currency} allows ({}).", currency.decimals()),
    )
}

/// An amount that no ledger holds.
pub fn too_large(record: &DocumentRecord) -> Verdict {
    quarantine(
        &record.place,
        "amount_too_large",
        "El monto es demasiado grande para ser verdad. Revise el archivo.".to_owned(),
        "The amount is too large to be true. Check the file.".to_owned(),
    )
}

/// What there is to say of instructions to the bank: they move no money by themselves.
pub fn order(record: &PaymentOrderRecord) -> Problem {
    if let Some(found) = record.problems.iter().max_by_key(|problem| problem.status) {
        return found.clone();
    }
    let count: usize = record.batches.iter().map(|batch| batch.lines.len()).sum();
    let id = record.id.as_deref().unwrap_or("?");
    problem(
        Status::Ignore,
        &record.place,
        "payment_order",
        format!(
            "Son {count} órdenes al banco (mensaje {id}): no mueven dinero por sí mismas. Lo que \
             resulte llegará en el extracto o en la respuesta del banco."
        ),
        format!(
            "These are {count} orders to the bank (message {id}): they move no money by \
             themselves. What comes of them will be in the statement or the bank's answer."
        ),
    )
}

/// A number, code or tax id longer than any is.
pub fn too_long(place: &str) -> Verdict {
    quarantine(
        place,
        "field_too_long",
        "Un número, código o identificación es demasiado largo para serlo. Revise las columnas."
            .to_owned(),
        "A number, code or tax id is too long to be one. Check the columns.".to_owned(),
    )
}

/// A currency that is not one.
pub fn currency(record: &DocumentRecord, code: &str) -> Verdict {
    unknown_currency(&record.place, code)
}

/// The same, at a place.
pub fn unknown_currency(place: &str, code: &str) -> Verdict {
    quarantine(
        place,
        "unknown_currency",
        format!("La moneda {code:?} no es un código ISO 4217 conocido."),
        format!("The currency {code:?} is not a known ISO 4217 code."),
    )
}

impl Verdict {
    /// Adds this record to the counts.
    pub fn count(&self, counts: &mut puntual_store::import::Counts) {
        counts.read += i64::from(!matches!(self, Verdict::Framing(_)));
        match self {
            Verdict::Framing(_) => {}
            Verdict::Accepted(_) => counts.accepted += 1,
            Verdict::Duplicate => counts.duplicates += 1,
            Verdict::Quarantined(..) => counts.quarantined += 1,
            Verdict::Rejected(_) => counts.rejected += 1,
            Verdict::Ignored | Verdict::Noted(_) => counts.ignored += 1,
        }
    }

    /// What there is to say about the record, with the key of the document concerned.
    pub fn problems(&self) -> Vec<(&Problem, Option<&str>)> {
        match self {
            Verdict::Accepted(remarks) | Verdict::Framing(remarks) => {
                remarks.iter().map(|remark| (remark, None)).collect()
            }
            Verdict::Quarantined(problem, key) => vec![(problem, key.as_deref())],
            Verdict::Rejected(problem) | Verdict::Noted(problem) => vec![(problem, None)],
            Verdict::Duplicate | Verdict::Ignored => Vec::new(),
        }
    }
}
