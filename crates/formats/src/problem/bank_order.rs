//! What keeps an order from being sent to the bank.

use super::{quoted, whole};
use crate::record::{Problem, Status};

/// An order without instructions.
pub fn nothing_to_send() -> Problem {
    whole(
        Status::Reject,
        "nothing_to_send",
        "No hay nada que enviar al banco: la remesa no tiene ninguna orden. Elija al menos \
         una.",
        "There is nothing to send to the bank: the order has no instruction. Choose at \
         least one.",
    )
}

/// An id that the bank does not take as it is.
pub fn unfit_identifier(field: &str, text: &str, longest: usize) -> Problem {
    let text = quoted(text);
    whole(
        Status::Reject,
        "unfit_identifier",
        format!(
            "{field} dice {text}: debe tener de 1 a {longest} letras sin acentos, cifras o / - \
                 ? : ( ) . , ' +, sin barra al principio, al final ni doble. Corríjalo."
        ),
        format!(
            "{field} says {text}: it must have 1 to {longest} plain letters, digits or / - ? : \
                 ( ) . , ' +, with no slash at either end and no two together. Correct it."
        ),
    )
}

/// An account to be sent that is no IBAN.
pub fn wrong_account(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Reject,
        "wrong_account",
        format!(
            "La cuenta {text} no es un IBAN válido. Pida el número correcto antes de enviar la \
                 remesa."
        ),
        format!(
            "Account {text} is no valid IBAN. Ask for the right number before sending the \
                 order."
        ),
    )
}

/// A BIC of the wrong shape.
pub fn wrong_bank_code(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Reject,
        "wrong_bank_code",
        format!(
            "El código de banco {text} no es un BIC: son 8 u 11 letras o cifras en mayúsculas. \
                 Corríjalo o déjelo en blanco."
        ),
        format!(
            "Bank code {text} is no BIC: it has 8 or 11 capital letters or digits. Correct it \
                 or leave it blank."
        ),
    )
}

/// A creditor id to be sent that fails its check.
pub fn wrong_creditor_id(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Reject,
        "wrong_creditor_id",
        format!(
            "El identificador de acreedor {text} no es válido. Cópielo del contrato de adeudos \
                 con su banco."
        ),
        format!(
            "Creditor identifier {text} is not valid. Copy it from the direct-debit contract \
                 with your bank."
        ),
    )
}

/// A party whose name cannot be written.
pub fn party_without_name() -> Problem {
    whole(
        Status::Reject,
        "party_without_name",
        "Falta el nombre, o no tiene ninguna letra que el banco acepte. Complételo.",
        "The name is missing, or has no letter that the bank takes. Complete it.",
    )
}

/// An amount outside what the scheme takes.
pub fn unfit_amount(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Reject,
        "unfit_amount",
        format!(
            "El importe {text} no se puede enviar: debe ser en euros, de 0.01 a 999999999.99. \
                 Corríjalo."
        ),
        format!(
            "Amount {text} cannot be sent: it must be in euros, from 0.01 to 999999999.99. \
                 Correct it."
        ),
    )
}

/// A moment of another shape than the schema.
pub fn unfit_moment(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Reject,
        "unfit_moment",
        format!(
            "El momento de creación dice {text}; se espera como 2026-03-31T09:00:00. Corríjalo."
        ),
        format!(
            "The moment of creation says {text}; it is expected as 2026-03-31T09:00:00. Correct \
                 it."
        ),
    )
}

/// A mandate signed after the collection.
pub fn mandate_signed_later(signed: &str, due: &str) -> Problem {
    whole(
        Status::Reject,
        "mandate_signed_later",
        format!(
            "El mandato se firmó el {signed}, después del cobro del {due}. Revise las dos \
                 fechas."
        ),
        format!(
            "The mandate was signed on {signed}, after the collection of {due}. Check both \
                 dates."
        ),
    )
}

/// Two instructions of one id in an order to be sent.
pub fn repeated_identifier(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Reject,
        "repeated_identifier",
        format!(
            "La referencia {text} se repite en la remesa: una devolución no se podría atribuir. \
                 Use una por orden."
        ),
        format!(
            "Reference {text} is repeated in the order: a return could not be told apart. Use \
                 one for each."
        ),
    )
}

/// An account outside the European Economic Area without address.
pub fn address_needed(country: &str) -> Problem {
    whole(
        Status::Reject,
        "address_needed",
        format!(
            "La cuenta es de {country} y el banco exige la dirección de su titular con \
                 población y país. Complétela."
        ),
        format!(
            "The account is of {country}, and the bank asks for the address of its holder with \
                 town and country. Complete it."
        ),
    )
}
