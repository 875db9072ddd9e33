//! What can be wrong with what a bank sends.

use crate::record::{Problem, Status};
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
