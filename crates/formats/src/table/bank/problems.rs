//! What can be wrong with a statement that is a table, in words for the person who sent it.

use crate::problem::quoted;
use crate::record::{Problem, Status};
use rust_decimal::Decimal;

fn table(code: &'static str, es: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem::new(Status::Warn, code, "", es, en)
}

/// The balances prove that money received is written negative.
pub fn signs_turned() -> Problem {
    table(
        "signs_turned",
        "Los saldos prueban que este banco escribe los abonos en negativo (o en la columna del debe): \
         se invirtieron los signos. Guarde el perfil de la cuenta si está conforme.",
        "The balances prove that this bank writes credits negative (or in the debit column): the \
         signs were turned. Save the profile of the account if you agree.",
    )
}

/// Amounts without sign got theirs from the balances.
pub fn signs_from_balances() -> Problem {
    table(
        "signs_from_balances",
        "Los importes vienen sin signo; se tomó de cómo cambia el saldo. Revise los totales de cargos \
         y abonos.",
        "The amounts have no sign; it was taken from how the balance moves. Check the totals of \
         debits and credits.",
    )
}

/// Balances that no reading of the amounts explains.
pub fn balances_unexplained() -> Problem {
    table(
        "balances_unexplained",
        "Los saldos no corresponden a los movimientos: faltan filas, o la columna no es el saldo de \
         la cuenta. Descargue el extracto completo y revise los totales.",
        "The balances do not follow from the entries: rows are missing, or the column is not the \
         balance of the account. Download the whole statement and check the totals.",
    )
}

/// No balance proves the signs, and the words contradict them.
pub fn doubtful_signs() -> Problem {
    table(
        "doubtful_signs",
        "Los textos (depósito, compra, comisión…) contradicen los signos y no hay saldos que los \
         prueben. Si este banco escribe los abonos en negativo, elija «signos invertidos» en el perfil \
         de la cuenta.",
        "The texts (deposit, purchase, fee…) contradict the signs and there are no balances to prove \
         them. If this bank writes credits negative, choose \"signs inverted\" in the profile of the \
         account.",
    )
}

/// The year of dates without one came from the file's name or the day it was received.
pub fn assumed_year(year: i32) -> Problem {
    table(
        "assumed_year",
        format!("Las fechas vienen sin año; se tomó {year} para las más nuevas. Revíselas."),
        format!("The dates have no year; {year} was taken for the newest. Check them."),
    )
}

/// Dates without year, and nothing tells it.
pub fn no_year() -> Problem {
    table(
        "no_year",
        "Las fechas vienen sin año y nada en el archivo lo dice. Ponga el año en el nombre del archivo \
         (por ejemplo cartola-2025-01.csv) y vuelva a importar.",
        "The dates have no year and nothing in the file tells it. Put the year in the name of the \
         file (such as statement-2025-01.csv) and import again.",
    )
}

/// One date that cannot have its year.
pub fn date_without_year(place: &str, text: &str) -> Problem {
    let text = quoted(text);
    Problem::new(
        Status::Warn,
        "date_without_year",
        place,
        format!("No se sabe de qué año es {text}. Complete la fecha."),
        format!("It is not known of which year {text} is. Complete the date."),
    )
}

/// An entry without a date under one that has it.
pub fn date_from_above(place: &str) -> Problem {
    Problem::new(
        Status::Warn,
        "date_from_above",
        place,
        "La fila no trae fecha; se tomó la de la fila anterior. Revísela.",
        "The row has no date; that of the row above was taken. Check it.",
    )
}

/// A balance that is not the one before and the entry.
pub fn balance_jump(place: &str, expected: Decimal, balance: Decimal) -> Problem {
    Problem::new(
        Status::Warn,
        "balance_jump",
        place,
        format!(
            "El saldo es {balance} y los movimientos dan {expected}: entre esta fila y la vecina \
             faltan movimientos, o se editó el archivo. Descargue el extracto completo."
        ),
        format!(
            "The balance is {balance} and the entries give {expected}: between this row and the \
             next entries are missing, or the file was edited. Download the whole statement."
        ),
    )
}

/// No sign, and no balance on the other side to tell it.
pub fn sign_not_known(place: &str) -> Problem {
    Problem::new(
        Status::Quarantine,
        "sign_not_known",
        place,
        "El importe no trae signo y no hay un saldo vecino que lo pruebe. Diga si es un cargo o un \
         abono.",
        "The amount has no sign and no balance beside it proves it. Say whether it is a debit or a \
         credit.",
    )
}

/// The same column's question of decimals, answered by what money looks like.
pub fn taken_as_thousands() -> Problem {
    table(
        "assumed_decimal_style",
        "Todos los importes llevan tres cifras tras su único signo (833.000) y se leyeron como miles. \
         Revise los totales.",
        "Every amount has three digits after its only sign (833.000) and was read as thousands. Check \
         the totals.",
    )
}
