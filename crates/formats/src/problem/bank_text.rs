//! The part of the catalogue that speaks of statements in text form: MT940, Norma 43, OFX.

use super::quoted;
use crate::record::{Problem, Status};

// ---- Statements as a whole ----

/// Named like a statement and holding none.
pub fn no_statement() -> Problem {
    Problem::new(
        Status::Quarantine,
        "no_statement",
        "",
        "El archivo se presenta como extracto bancario (MT940, Norma 43 u OFX) pero no contiene \
         ningún movimiento ni cuenta. Descargue de nuevo el extracto desde el banco.",
        "The file presents itself as a bank statement (MT940, Norma 43 or OFX) but holds neither \
         entries nor an account. Download the statement from the bank again.",
    )
}

/// More entries than one file may hold.
pub fn too_many_entries(limit: usize) -> Problem {
    Problem::new(
        Status::Reject,
        "too_many_entries",
        "",
        format!("El extracto pasa de {limit} movimientos. Descárguelo por periodos más cortos."),
        format!("The statement has more than {limit} entries. Download it in shorter periods."),
    )
}

/// A report of a day that is not over (MT942).
pub fn interim_report(place: &str) -> Problem {
    Problem::new(
        Status::Ignore,
        "interim_report",
        place,
        "Es un avance intradía (MT942): sus movimientos no son definitivos y vendrán otra vez en \
         el extracto. Se muestra, pero no se contabiliza. No hay nada que hacer.",
        "This is an intraday report (MT942): its entries are not final and come again in the \
         statement. It is shown and not booked. Nothing to do.",
    )
}

/// Only investments.
pub fn investments_only() -> Problem {
    Problem::new(
        Status::Ignore,
        "investments_only",
        "",
        "Es un extracto de inversiones, sin cuenta bancaria ni tarjeta: no contiene cobros. No hay \
         nada que hacer.",
        "This is a statement of investments, without bank account or card: it holds no payments. \
         Nothing to do.",
    )
}

/// An answer without a statement: a sign-on, a list of accounts.
pub fn no_accounts() -> Problem {
    Problem::new(
        Status::Ignore,
        "no_accounts",
        "",
        "Es una respuesta OFX del banco sin extracto de ninguna cuenta. Si esperaba movimientos, \
         descárguelo de nuevo eligiendo cuenta y fechas.",
        "This is an OFX answer of the bank without the statement of any account. If entries were \
         expected, download it again choosing account and dates.",
    )
}

/// The bank answered with an error instead of a statement.
pub fn bank_refused(status: Status, code: &str, message: &str) -> Problem {
    let (code, message) = (quoted(code), quoted(message));
    Problem::new(
        status,
        "bank_refused",
        "",
        format!(
            "El banco no entregó el extracto; respondió con el error {code}: {message}. Corrija lo \
             que indica y descárguelo de nuevo."
        ),
        format!(
            "The bank did not deliver the statement; it answered with error {code}: {message}. \
             Correct what it says and download it again."
        ),
    )
}

/// The text stops before its end.
pub fn truncated_statement(has_statements: bool) -> Problem {
    Problem::new(
        if has_statements { Status::Warn } else { Status::Reject },
        "truncated_statement",
        "",
        "El extracto está cortado: termina antes de cerrarse y pueden faltar movimientos. \
         Descárguelo de nuevo completo.",
        "The statement is cut short: it ends before it is closed, and entries may be missing. \
         Download it again.",
    )
}

/// No account is named.
pub fn missing_account(place: &str) -> Problem {
    Problem::new(
        Status::Warn,
        "missing_account",
        place,
        "El extracto no dice de qué cuenta es. Indíquela al importarlo.",
        "The statement does not say which account it is of. Choose the account when importing.",
    )
}

/// A second account inside one statement.
pub fn second_account(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Quarantine,
        "second_account",
        place,
        format!(
            "El extracto nombra una segunda cuenta, {text}, que puede ser un texto mal rotulado. \
             Confirme de qué cuenta es antes de importarlo."
        ),
        format!(
            "The statement names a second account, {text}, which may be a text under the wrong \
             tag. Confirm which account it is of before importing."
        ),
    )
}

/// No closing balance.
pub fn missing_closing_balance(place: &str) -> Problem {
    Problem::new(
        Status::Warn,
        "missing_closing_balance",
        place,
        "Falta el saldo final: el extracto puede estar cortado. Compruebe que estén todos los \
         movimientos.",
        "The closing balance is missing: the statement may be cut short. Check that all entries \
         are there.",
    )
}

/// A page that does not go on where the one before ends.
pub fn missing_page(place: &str) -> Problem {
    Problem::new(
        Status::Warn,
        "missing_page",
        place,
        "Esta página del extracto no continúa la anterior: falta una página. Importe también el \
         archivo que la contiene.",
        "This page of the statement does not go on from the one before: a page is missing. Import \
         the file that holds it too.",
    )
}

/// A balance that cannot be read.
pub fn unreadable_balance(place: &str, code: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Warn,
        "unreadable_balance",
        place,
        format!(
            "El saldo {code} dice {text}, que no se entiende; no se pudo comprobar la cuadratura. \
             Compare el saldo con el banco."
        ),
        format!(
            "Balance {code} says {text}, which is not understood, so the balances could not be \
             proved. Compare the balance with the bank."
        ),
    )
}

/// Counts or sums declared by the bank that are not those of the entries.
pub fn declared_totals(place: &str) -> Problem {
    Problem::new(
        Status::Warn,
        "declared_totals",
        place,
        "Los totales que declara el banco no son los de los movimientos leídos: faltan movimientos \
         o el archivo fue modificado. Descargue el extracto completo.",
        "The totals the bank declares are not those of the entries read: entries are missing or \
         the file was edited. Download the whole statement.",
    )
}

// ---- Records of Norma 43 ----

/// Entries before any header (11).
pub fn missing_header_record(place: &str) -> Problem {
    Problem::new(
        Status::Quarantine,
        "missing_header_record",
        place,
        "Falta el registro 11 de cabecera de cuenta: no se sabe de qué cuenta ni en qué moneda \
         son los movimientos. Descargue el fichero completo.",
        "The account header (record 11) is missing: nobody knows of which account or currency \
         the entries are. Download the whole file.",
    )
}

/// No final record of the account (33).
pub fn missing_final_record(place: &str) -> Problem {
    Problem::new(
        Status::Warn,
        "missing_final_record",
        place,
        "Falta el registro 33 de final de cuenta: no se pudo comprobar el saldo y pueden faltar \
         movimientos. Compare el saldo con el banco.",
        "The final record of the account (33) is missing: the balance could not be proved and \
         entries may be missing. Compare the balance with the bank.",
    )
}

/// No end of file (88).
pub fn missing_end_record() -> Problem {
    Problem::new(
        Status::Warn,
        "missing_end_record",
        "",
        "Falta el registro 88 de fin de fichero: puede estar cortado. Compruebe que estén todos \
         los movimientos.",
        "The end of the file (record 88) is missing: it may be cut short. Check that all entries \
         are there.",
    )
}

/// The end of the file (88) counts other records than there are.
pub fn record_count(place: &str, stated: &str, found: usize) -> Problem {
    let stated = quoted(stated);
    Problem::new(
        Status::Warn,
        "record_count",
        place,
        format!(
            "El registro 88 dice que hay {stated} registros, pero hay {found}: faltan líneas o el \
             fichero fue modificado. Descárguelo de nuevo."
        ),
        format!(
            "Record 88 says there are {stated} records, but there are {found}: lines are missing \
             or the file was edited. Download it again."
        ),
    )
}

/// A record of no known kind.
pub fn unknown_record(place: &str, code: &str) -> Problem {
    let code = quoted(code);
    Problem::new(
        Status::Warn,
        "unknown_record",
        place,
        format!(
            "Hay registros {code}, que la Norma 43 no tiene; se pasaron por alto. Compruebe que \
             el fichero no esté dañado."
        ),
        format!(
            "There are records {code}, which Norma 43 does not have; they were passed over. Check \
             that the file is not damaged."
        ),
    )
}

/// A currency number that is not known.
pub fn unknown_currency_number(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Quarantine,
        "unknown_currency",
        place,
        format!(
            "La moneda de la cuenta dice {text}, que no es un número de moneda conocido (978 es el \
             euro). Confirme la moneda antes de importar."
        ),
        format!(
            "The currency of the account says {text}, which is no known currency number (978 is \
             the euro). Confirm the currency before importing."
        ),
    )
}

// ---- Entries ----

/// An entry whose beginning is not one.
pub fn unreadable_entry(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Quarantine,
        "unreadable_entry",
        place,
        format!(
            "El movimiento dice {text}: no se distinguen fecha, signo e importe. Complételo a mano \
             con el extracto del banco."
        ),
        format!(
            "The entry says {text}: date, sign and amount cannot be told apart. Complete it by \
             hand from the bank's own statement."
        ),
    )
}

/// An amount that is none.
pub fn entry_amount(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Quarantine,
        "bad_amount",
        place,
        format!(
            "El importe del movimiento dice {text}, que no es un número. Complételo a mano con el \
             extracto del banco."
        ),
        format!(
            "The amount of the entry says {text}, which is no number. Complete it by hand from \
             the bank's own statement."
        ),
    )
}

/// An amount that could be another a thousand times larger.
pub fn ambiguous_amount(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Quarantine,
        "ambiguous_amount",
        place,
        format!(
            "El importe del movimiento dice {text}: la coma puede ser de decimales o de miles. \
             Confírmelo con el extracto del banco."
        ),
        format!(
            "The amount of the entry says {text}: the comma may mark decimals or thousands. \
             Confirm it with the bank's own statement."
        ),
    )
}

/// Neither debit nor credit.
pub fn unknown_sign(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Quarantine,
        "unknown_sign",
        place,
        format!(
            "La clave de cargo o abono dice {text} (1 es cargo, 2 es abono). Confirme el signo con \
             el extracto del banco."
        ),
        format!(
            "The mark of debit or credit says {text} (1 is debit, 2 is credit). Confirm the sign \
             with the bank's own statement."
        ),
    )
}

/// An entry that stops before it is whole.
pub fn incomplete_entry(place: &str) -> Problem {
    Problem::new(
        Status::Quarantine,
        "incomplete_entry",
        place,
        "El movimiento está cortado y su importe puede no estar entero. Descargue de nuevo el \
         extracto.",
        "The entry is cut short, and its amount may not be whole. Download the statement again.",
    )
}

/// No day on which it was booked.
pub fn entry_date(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Quarantine,
        "bad_date",
        place,
        format!(
            "La fecha del movimiento dice {text}, que no es un día del calendario. Indique la \
             fecha antes de importar."
        ),
        format!(
            "The date of the entry says {text}, which is no day of the calendar. Give the date \
             before importing."
        ),
    )
}

/// A second date that does not exist, beside one that does.
pub fn odd_value_date(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Warn,
        "odd_value_date",
        place,
        format!(
            "Una fecha del movimiento dice {text}, que no existe (los bancos cuentan meses de 30 \
             días); se tomó la más cercana que sí. Revísela si importa para el cobro."
        ),
        format!(
            "A date of the entry says {text}, which does not exist (banks reckon months of 30 \
             days); the nearest that does was taken. Check it where it matters."
        ),
    )
}

/// The same FITID twice.
pub fn repeated_reference(place: &str, reference: &str) -> Problem {
    let reference = quoted(reference);
    Problem::new(
        Status::Warn,
        "repeated_reference",
        place,
        format!(
            "La referencia {reference} (FITID) ya la lleva otro movimiento del archivo. Se \
             conservan los dos; compruebe que no sea el mismo."
        ),
        format!(
            "Another entry of the file bears the reference {reference} (FITID) too. Both are kept; \
             check that they are not the same."
        ),
    )
}

/// The bank corrects an entry it told before.
pub fn bank_correction(place: &str, reference: &str) -> Problem {
    let reference = quoted(reference);
    Problem::new(
        Status::Quarantine,
        "bank_correction",
        place,
        format!(
            "El banco corrige con este movimiento el {reference} que comunicó antes. Decida cuál \
             de los dos queda."
        ),
        format!(
            "With this entry the bank corrects {reference}, which it told before. Decide which of \
             the two stays."
        ),
    )
}

/// A debit that adds money.
pub fn sign_against_type(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Warn,
        "sign_against_type",
        place,
        format!(
            "El movimiento se llama cargo (DEBIT) pero su importe {text} es positivo. Se leyó como \
             abono; compruebe el signo con el banco."
        ),
        format!(
            "The entry is called a debit but its amount {text} is positive. It was read as a \
             credit; check the sign with the bank."
        ),
    )
}
