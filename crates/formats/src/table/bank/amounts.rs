//! The figures of one row of a statement and the signed amount they make, by the family its
//! columns are of: one signed column, debits beside credits, or an amount with a letter that says
//! which. Decides nothing about which reading of a family is right: the balances do
//! (see [`super::chain`]).

use crate::table::cells::Cells;
use crate::table::headers;
use crate::table::mapping::Field;
use crate::table::plan::Plan;
use rust_decimal::Decimal;

/// Which side of the account an entry is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Money that went out.
    Debit,
    /// Money that came in.
    Credit,
}

/// How the columns say amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// One column with its sign.
    Signed,
    /// A column of debits and one of credits.
    Split,
    /// One column, and another (or a letter after the figure) that says the side.
    Flagged,
}

/// One of two readings of a family. Which one a bank uses is proved over the whole column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Basis {
    /// Signed: as written. Split: both columns positive. Flagged: the side gives the sign.
    #[default]
    Plain,
    /// Signed: less the fee beside it. Split: debits are written negative. Flagged: the figure
    /// has its own sign already.
    Other,
}

/// Both readings, in the order of arrays indexed by them.
pub const BASES: [Basis; 2] = [Basis::Plain, Basis::Other];

/// The figures of a row as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// The single amount.
    pub amount: Option<Decimal>,
    /// The debit column.
    pub debit: Option<Decimal>,
    /// The credit column.
    pub credit: Option<Decimal>,
    /// The side, where a column or a letter says it.
    pub side: Option<Side>,
    /// A fee beside the amount.
    pub fee: Option<Decimal>,
    /// The balance after the entry.
    pub balance: Option<Decimal>,
}

impl Figures {
    /// Reads the figures of a row; what is no figure is noted in the cells.
    pub fn read(cells: &mut Cells<'_>) -> Figures {
        let (amount, by_letter) = figure(cells, Field::Amount);
        let (debit, _) = figure(cells, Field::Debit);
        let (credit, _) = figure(cells, Field::Credit);
        let (balance, balance_side) = figure(cells, Field::Balance);
        let by_column = side_of(cells);
        Figures {
            amount,
            debit,
            credit,
            side: by_column.or(by_letter),
            fee: figure(cells, Field::Fee).0,
            balance: balance.map(|balance| match balance_side {
                Some(Side::Debit) => -balance.abs(),
                _ => balance,
            }),
        }
    }

    /// The signed amount under a reading; `None` when no figure is there.
    pub fn net(&self, family: Family, basis: Basis) -> Option<Decimal> {
        match (family, basis) {
            (Family::Split, _) => {
                if self.debit.is_none() && self.credit.is_none() {
                    return self.amount;
                }
                let debit = self.debit.unwrap_or_default();
                let out = if basis == Basis::Plain { -debit } else { debit };
                self.credit.unwrap_or_default().checked_add(out)
            }
            (Family::Flagged, Basis::Plain) => self.amount.map(|amount| match self.side {
                Some(Side::Debit) => -amount,
                _ => amount,
            }),
            (Family::Signed, Basis::Other) => {
                self.amount.and_then(|amount| amount.checked_sub(self.fee.unwrap_or_default()))
            }
            (Family::Flagged, Basis::Other) | (Family::Signed, Basis::Plain) => self.amount,
        }
    }
}

/// The side that its column says. `C` is a credit beside `D`, and a charge (`cargo`) beside `A`.
fn side_of(cells: &Cells<'_>) -> Option<Side> {
    let text = match cells.plan.column(Field::DebitOrCredit) {
        Some(column) => cells.row.text(column),
        None => cells.text(Field::DebitOrCredit)?,
    };
    let c_is_charge = cells.plan.bank.as_ref().is_some_and(|bank| bank.c_is_charge);
    match side_named(&text) {
        Some(_) if c_is_charge && text.trim().eq_ignore_ascii_case("c") => Some(Side::Debit),
        side => side,
    }
}

/// The family of the columns; letters after the figures are met later.
pub fn family_of(plan: &Plan) -> Family {
    if plan.column(Field::Debit).is_some() || plan.column(Field::Credit).is_some() {
        Family::Split
    } else if plan.has(Field::DebitOrCredit) {
        Family::Flagged
    } else {
        Family::Signed
    }
}

/// A figure, and the side a letter after it says. Signs and blanks without a digit, which
/// spreadsheets show for zero (`$ -`), are no figure.
fn figure(cells: &mut Cells<'_>, field: Field) -> (Option<Decimal>, Option<Side>) {
    if !cells.plan.has(field) {
        return (None, None);
    }
    let Some(text) = cells.text(field) else { return (None, None) };
    if !text.chars().any(char::is_alphanumeric) {
        return (None, None);
    }
    (cells.amount(field), side_after(&text))
}

/// The side in `1.234,56 CR`, `50,00-D`, `120,00 H`.
pub fn side_after(text: &str) -> Option<Side> {
    let digits_end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let letters = text[digits_end..].trim_matches(|c: char| !c.is_alphabetic());
    match letters.to_ascii_uppercase().as_str() {
        "CR" | "C" | "H" => Some(Side::Credit),
        "DR" | "DB" | "D" | "S" => Some(Side::Debit),
        _ => None,
    }
}

/// The side a cell of its own says: `D`, `Cargo`, `Haber`, `CRDT`, `Soll`, `+`.
pub fn side_named(text: &str) -> Option<Side> {
    let text = text.trim();
    match text {
        "+" | "(+)" => return Some(Side::Credit),
        "-" | "(-)" => return Some(Side::Debit),
        _ if text.len() > 24 || !text.starts_with(char::is_alphabetic) => return None,
        _ => {}
    }
    Some(match headers::normal(text).as_str() {
        "d" | "db" | "dr" | "debe" | "debito" | "debit" | "cargo" | "cargos" | "dbit" | "s"
        | "soll" | "retiro" | "egreso" | "salida" | "withdrawal" | "giro" | "dare" | "gasto"
        | "nota de cargo" | "nota de debito" | "saida" => Side::Debit,
        "c" | "cr" | "h" | "haber" | "credito" | "credit" | "abono" | "abonos" | "crdt"
        | "haben" | "deposito" | "ingreso" | "entrada" | "deposit" | "a" | "avere"
        | "nota de abono" | "nota de credito" => Side::Credit,
        _ => return None,
    })
}

/// Counts by which the reading of a family is chosen where no balance proves it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signs {
    /// Debits written positive and negative, in their column or beside their letter.
    pub debits: (u64, u64),
    /// Single amounts above and below zero.
    pub amounts: (u64, u64),
    /// Letters after figures.
    pub letters: u64,
    /// Sides written `A`, `C` and `D`.
    pub written: [u64; 3],
}

impl Signs {
    /// Looks at a row.
    pub fn add(&mut self, figures: &Figures) {
        let flagged = figures.amount.filter(|_| figures.side == Some(Side::Debit));
        for debit in figures.debit.into_iter().chain(flagged).filter(|debit| !debit.is_zero()) {
            match debit.is_sign_negative() {
                true => self.debits.1 += 1,
                false => self.debits.0 += 1,
            }
        }
        if let Some(amount) = figures.amount.filter(|amount| !amount.is_zero()) {
            match amount.is_sign_negative() {
                true => self.amounts.1 += 1,
                false => self.amounts.0 += 1,
            }
        }
        self.letters += u64::from(figures.side.is_some());
    }

    /// Looks at how a side is written.
    pub fn add_side(&mut self, text: &str) {
        for (count, letter) in self.written.iter_mut().zip(["a", "c", "d"]) {
            *count += u64::from(text.trim().eq_ignore_ascii_case(letter));
        }
    }

    /// Whether `C` stands for a charge: beside `A` (abono), and never beside `D`.
    pub fn c_is_charge(&self) -> bool {
        let [a, c, d] = self.written;
        a > 0 && c > 0 && d == 0
    }

    /// The reading most debits speak for.
    pub fn likely(&self, family: Family) -> Basis {
        match family {
            Family::Signed => Basis::Plain,
            _ if self.debits.1 > self.debits.0 => Basis::Other,
            _ => Basis::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_said_in_many_ways() {
        for text in ["D", "Cargo", "DÉBITO", "Soll", "-", "DBIT"] {
            assert_eq!(side_named(text), Some(Side::Debit), "{text}");
        }
        for text in ["C", "Abono", "Haben", "CR", "+", "Crédito"] {
            assert_eq!(side_named(text), Some(Side::Credit), "{text}");
        }
        for text in ["", "TEF", "12", "Compra"] {
            assert_eq!(side_named(text), None, "{text}");
        }
        assert_eq!(side_after("1.234,56 CR"), Some(Side::Credit));
        assert_eq!(side_after("50,00D"), Some(Side::Debit));
        assert_eq!(side_after("-50,00EUR"), None);
    }

    #[test]
    fn each_family_has_two_readings() {
        let ten = Some(Decimal::TEN);
        let split = Figures { debit: ten.map(|d| -d), ..Figures::default() };
        assert_eq!(split.net(Family::Split, Basis::Plain), ten);
        assert_eq!(split.net(Family::Split, Basis::Other), ten.map(|d| -d));
        let flagged = Figures { amount: ten, side: Some(Side::Debit), ..Figures::default() };
        assert_eq!(flagged.net(Family::Flagged, Basis::Plain), ten.map(|d| -d));
        assert_eq!(flagged.net(Family::Flagged, Basis::Other), ten);
    }
}
