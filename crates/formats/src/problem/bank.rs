//! What can be wrong with what a bank sends.

use super::{quoted, whole};
use crate::record::{Problem, Status};
use puntual_core::date::Day;
use rust_decimal::Decimal;

/// Opening balance and movements do not give the closing balance.
pub fn balance_chain(place: &str, closing: Decimal, reached: Decimal) -> Problem {
    Problem::new(
        Status::Warn,
        "balance_chain",
        place,
        format!(
            "El saldo inicial y los movimientos dan {reached}, pero el extracto dice {closing}: \
             faltan movimientos o el archivo fue modificado. Descargue el extracto completo."
        ),
        format!(
            "Opening balance and movements give {reached}, but the statement says {closing}: \
             movements are missing or the file was edited. Download the whole statement."
        ),
    )
}

// ---- ISO 20022 ----

/// An ISO 20022 envelope without any message that is read.
pub fn no_message() -> Problem {
    whole(
        Status::Reject,
        "no_message",
        "El archivo no contiene ningún mensaje de banco de los que se leen (camt.052, 053, \
         054; pain.001, 002, 008). Compruebe que la descarga esté completa.",
        "The file contains none of the bank messages that are read (camt.052, 053, 054; \
         pain.001, 002, 008). Check that the download is complete.",
    )
}

/// A message of account reports without any.
pub fn message_without_statement() -> Problem {
    whole(
        Status::Reject,
        "message_without_statement",
        "El mensaje no contiene ningún extracto. Descárguelo de nuevo desde el banco.",
        "The message contains no statement. Download it from the bank again.",
    )
}

/// A status report that says nothing of anything.
pub fn no_answer() -> Problem {
    whole(
        Status::Reject,
        "no_answer",
        "La respuesta del banco no dice el estado de ninguna orden. Descárguela de nuevo.",
        "The answer of the bank gives the status of no instruction. Download it again.",
    )
}

/// A payment order without a batch.
pub fn no_orders() -> Problem {
    whole(
        Status::Reject,
        "no_orders",
        "El archivo no contiene ninguna orden de cobro ni de pago. Vuelva a generarlo.",
        "The file contains no instruction to collect or to pay. Generate it again.",
    )
}

/// More movements than are held in memory at a time.
pub fn too_many_to_hold(limit: usize) -> Problem {
    whole(
        Status::Reject,
        "too_many_to_hold",
        format!(
            "El archivo tiene más de {limit} movimientos y llegó dentro de otro o por la web. \
                 Impórtelo solo, desde el disco del servidor, o divídalo."
        ),
        format!(
            "The file has more than {limit} movements and came inside another or over the web. \
                 Import it alone, from the disk of the server, or split it."
        ),
    )
}

/// Something without which a movement cannot be counted.
pub fn missing_in_entry(field: &str) -> Problem {
    whole(
        Status::Quarantine,
        "missing_in_entry",
        format!(
            "Falta {field} en el movimiento. Compruébelo en la banca en línea antes de \
                 aceptarlo."
        ),
        format!("{field} is missing in the movement. Check it with the bank before accepting it."),
    )
}

/// An amount of a bank that is no plain, positive decimal.
pub fn unreadable_amount(field: &str, text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Quarantine,
        "unreadable_amount",
        format!(
            "El importe {field} dice {text}, que no es un número sin signo. Compruébelo en la \
                 banca en línea."
        ),
        format!(
            "The amount {field} says {text}, which is no unsigned number. Check it with the \
                 bank."
        ),
    )
}

/// More decimals than the currency has.
pub fn too_many_decimals(text: &str, currency: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Quarantine,
        "too_many_decimals",
        format!(
            "El importe {text} tiene más decimales que la moneda {currency}. Compruébelo con el \
                 banco."
        ),
        format!(
            "Amount {text} has more decimals than currency {currency}. Check it with the bank."
        ),
    )
}

/// Neither credit nor debit.
pub fn unknown_direction(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Quarantine,
        "unknown_direction",
        format!(
            "El sentido del movimiento dice {text} en vez de CRDT (abono) o DBIT (cargo). \
                 Compruébelo en la banca en línea."
        ),
        format!(
            "The direction of the movement says {text} instead of CRDT or DBIT. Check it with \
                 the bank."
        ),
    )
}

/// A movement without any date, which is given that of its statement where that has one.
pub fn entry_without_date(given: Option<Day>) -> Problem {
    match given {
        Some(day) => whole(
            Status::Warn,
            "entry_without_date",
            format!(
                "El movimiento no tiene fecha; se le da la del extracto, {day}. Compruébela en la \
                 banca en línea."
            ),
            format!(
                "The movement has no date; it is given that of the statement, {day}. Check it with \
                 the bank."
            ),
        ),
        None => whole(
            Status::Quarantine,
            "entry_without_date",
            "El movimiento no tiene fecha contable ni fecha valor. Compruébelo en la banca en \
             línea.",
            "The movement has neither booking date nor value date. Check it with the bank.",
        ),
    }
}

/// The batch says another number of transactions than it lists.
pub fn batch_count(declared: usize, listed: usize) -> Problem {
    whole(
        Status::Warn,
        "batch_count",
        format!(
            "El apunte dice agrupar {declared} operaciones, pero detalla {listed}. Pida al \
                 banco el detalle completo."
        ),
        format!(
            "The entry says it books {declared} transactions, but lists {listed}. Ask the bank \
                 for all."
        ),
    )
}

/// The transactions of an entry do not add up to it.
pub fn details_differ(amount: Decimal, sum: Decimal) -> Problem {
    whole(
        Status::Warn,
        "details_differ",
        format!(
            "El apunte es de {amount}, pero las operaciones que detalla suman {sum}. Se \
                 registra el importe del apunte; compruebe el detalle."
        ),
        format!(
            "The entry is of {amount}, but the transactions it lists sum to {sum}. The amount \
                 of the entry is what counts; check the list."
        ),
    )
}

/// The same as an earlier entry, without a reference that would tell them apart.
pub fn twin_entry(place: &str) -> Problem {
    whole(
        Status::Warn,
        "twin_entry",
        "Es idéntico a otro movimiento del mismo día y ninguno lleva referencia. Se \
         conservan los dos; compruebe que el banco los muestre dos veces.",
        "It is identical to another movement of the same day, and neither has a reference. \
         Both are kept; check that the bank shows both.",
    )
    .at(place)
}

/// A statement that does not say of which account.
pub fn statement_without_account() -> Problem {
    whole(
        Status::Warn,
        "statement_without_account",
        "El extracto no dice de qué cuenta es. Indíquela al conciliar.",
        "The statement does not say which account it is of. Name it when reconciling.",
    )
}

/// The summary says another number of entries than there are.
pub fn entry_count(declared: usize, read: usize) -> Problem {
    whole(
        Status::Warn,
        "entry_count",
        format!(
            "El resumen del extracto dice {declared} movimientos, pero contiene {read}. \
                 Descargue el extracto completo."
        ),
        format!(
            "The summary of the statement says {declared} movements, but it contains {read}. \
                 Download the whole statement."
        ),
    )
}

/// An answer without the id of what it answers.
pub fn answer_to_nothing() -> Problem {
    whole(
        Status::Quarantine,
        "answer_to_nothing",
        "La respuesta no lleva la referencia de la orden a la que contesta. Búsquela por \
         importe y cliente.",
        "The answer carries no reference of the instruction it answers. Find it by amount \
         and customer.",
    )
}

/// A payment order says another number of instructions than it has.
pub fn order_count(declared: usize, read: usize) -> Problem {
    whole(
        Status::Quarantine,
        "order_count",
        format!(
            "El archivo declara {declared} órdenes, pero contiene {read}. No lo envíe al banco; \
                 vuelva a generarlo."
        ),
        format!(
            "The file declares {declared} instructions, but contains {read}. Do not send it; \
                 generate it again."
        ),
    )
}

/// The control sum of a payment order differs.
pub fn order_sum(declared: Decimal, sum: Decimal) -> Problem {
    whole(
        Status::Quarantine,
        "order_sum",
        format!(
            "La suma de control dice {declared}, pero las órdenes suman {sum}. No lo envíe al \
                 banco; vuelva a generarlo."
        ),
        format!(
            "The control sum says {declared}, but the instructions sum to {sum}. Do not send \
                 it; generate it again."
        ),
    )
}

/// An account whose check digits do not agree.
pub fn odd_account(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Warn,
        "odd_account",
        format!(
            "La cuenta {text} no es un IBAN válido: sus dígitos de control no corresponden. \
                 Confírmela."
        ),
        format!("Account {text} is no valid IBAN: its check digits do not agree. Confirm it."),
    )
}

/// A creditor id of the SEPA scheme that fails its check.
pub fn odd_creditor_id(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Warn,
        "odd_creditor_id",
        format!(
            "El identificador de acreedor {text} no es válido: sus dígitos de control no \
                 corresponden. Confírmelo con el banco."
        ),
        format!(
            "Creditor identifier {text} is not valid: its check digits do not agree. Confirm it \
                 with the bank."
        ),
    )
}

/// A direct debit without mandate.
pub fn debit_without_mandate() -> Problem {
    whole(
        Status::Warn,
        "debit_without_mandate",
        "El adeudo no lleva la referencia del mandato; el banco lo rechazará. Añádala antes \
         de enviarlo.",
        "The direct debit carries no mandate reference; the bank will refuse it. Add it \
         before sending.",
    )
}

/// Two instructions of one id.
pub fn repeated_end_to_end(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Warn,
        "repeated_end_to_end",
        format!(
            "La referencia {text} se repite en el archivo: una devolución no se podrá atribuir. \
                 Use una por orden."
        ),
        format!(
            "Reference {text} is repeated in the file: a return cannot be told apart. Use one \
                 for each."
        ),
    )
}
