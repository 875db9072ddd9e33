//! The part of the catalogue that speaks of UBL documents and of what tax offices answer.

use super::{quoted, whole};
use crate::record::{Problem, Status};

/// A type code that is not among those of the standard the document follows.
pub fn unusual_type(code: &str) -> Problem {
    let code = quoted(code);
    whole(
        Status::Warn,
        "unusual_type",
        format!("El tipo de documento {code} es poco común. Compruebe que sea una deuda."),
        format!("Document type {code} is uncommon. Check that it is a debt."),
    )
}

/// The document names no currency; its amounts do.
pub fn currency_from_amounts(code: &str) -> Problem {
    let code = quoted(code);
    whole(
        Status::Warn,
        "currency_from_amounts",
        format!(
            "No dice en qué moneda está; sus montos están en {code} y se tomó esa. Confírmela."
        ),
        format!(
            "It does not say its currency; its amounts are in {code}, which is taken. Check it."
        ),
    )
}

/// The document says one currency and its amount to pay another.
pub fn currency_conflict(document: &str, amounts: &str) -> Problem {
    let (document, amounts) = (quoted(document), quoted(amounts));
    whole(
        Status::Quarantine,
        "currency_conflict",
        format!(
            "Dice estar en {document}, pero el monto por pagar está en {amounts}. Confirme con el \
             emisor cuál vale."
        ),
        format!(
            "It says to be in {document}, but the amount to pay is in {amounts}. Confirm with the \
             issuer which holds."
        ),
    )
}

/// Several due dates that disagree.
pub fn due_dates_differ(stated: &str, taken: &str) -> Problem {
    whole(
        Status::Warn,
        "due_dates_differ",
        format!("Trae vencimientos distintos ({stated}); se tomó el último, {taken}. Confírmelo."),
        format!("It states different due dates ({stated}); the last, {taken}, is taken. Check it."),
    )
}

/// An invoice for less than nothing, which standards allow as a correction.
pub fn negative_invoice(total: &str) -> Problem {
    whole(
        Status::Warn,
        "negative_invoice",
        format!("La factura es negativa ({total}): se toma como abono al cliente. Confírmelo."),
        format!("The invoice is negative ({total}): it is taken as a credit. Confirm it."),
    )
}

/// More was paid before issue than the total.
pub fn credit_balance(payable: &str) -> Problem {
    whole(
        Status::Warn,
        "credit_balance",
        format!(
            "Lo pagado antes supera el total: quedan {payable} a favor del cliente. Confírmelo con \
             el emisor."
        ),
        format!(
            "More was paid before than the total: {payable} is in favour of the customer. Confirm \
             it with the issuer."
        ),
    )
}

/// A credit note for less than nothing.
pub fn negative_note(total: &str) -> Problem {
    whole(
        Status::Quarantine,
        "negative_note",
        format!("La nota de crédito es negativa ({total}): decida si es un cargo o un abono."),
        format!("The credit note is negative ({total}): decide whether it charges or credits."),
    )
}

/// The amount to pay is not what its parts give. `far` when it asks for more than they explain.
pub fn payable_mismatch(payable: &str, computed: &str, far: bool) -> Problem {
    whole(
        if far { Status::Quarantine } else { Status::Warn },
        "payable_mismatch",
        format!(
            "El monto por pagar dice {payable}, pero el total menos lo pagado antes da {computed}. \
             Confírmelo con el emisor antes de cobrar."
        ),
        format!(
            "The amount to pay says {payable}, but the total less what was paid gives {computed}. \
             Confirm it with the issuer before collecting."
        ),
    )
}

/// A corrected invoice (384): it takes the place of the one it names.
pub fn corrected_invoice() -> Problem {
    whole(
        Status::Warn,
        "corrected_invoice",
        "Es una factura corregida: reemplaza a la que menciona, que deja de cobrarse. Confírmelo.",
        "It is a corrected invoice: it replaces the one it names, which is not collected any more. \
         Confirm it.",
    )
}

/// A factored invoice: somebody else is to be paid.
pub fn factored(payee: &str) -> Problem {
    let payee = quoted(payee);
    whole(
        Status::Warn,
        "factored",
        format!("Está cedida a {payee}: se registra, pero no se cobra como propia. Confírmelo."),
        format!("It is assigned to {payee}: recorded, but not collected as ours. Confirm it."),
    )
}

/// Another payee than the seller in an invoice that does not say it was factored.
pub fn payee_differs(payee: &str) -> Problem {
    let payee = quoted(payee);
    whole(
        Status::Warn,
        "payee_differs",
        format!("Indica que se pague a {payee}, no al emisor. Confirme quién debe cobrarla."),
        format!("It asks to pay {payee}, not the seller. Confirm who is to collect it."),
    )
}

/// A CUFE or CUDE that has not the shape of one.
pub fn odd_cufe(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Warn,
        "odd_cufe",
        format!("El CUFE {text} no tiene la forma correcta. Verifíquelo en el portal de la DIAN."),
        format!("CUFE {text} is not of the right shape. Verify it on the portal of the DIAN."),
    )
}

/// Instalments ask for less than is payable, and nothing in the document says why.
pub fn part_not_asked(payable: &str, asked: &str) -> Problem {
    whole(
        Status::Warn,
        "part_not_asked",
        format!(
            "De {payable} por pagar, el crédito es solo {asked}: el resto se toma como pagado al \
             emitir. Confírmelo."
        ),
        format!(
            "Of {payable} payable only {asked} is on credit: the rest is taken as paid at issue. \
             Confirm it."
        ),
    )
}

/// A detracción or retención in another currency than the document.
pub fn deduction_in_other_currency(amount: &str) -> Problem {
    whole(
        Status::Warn,
        "deduction_in_other_currency",
        format!(
            "La detracción o retención ({amount}) está en otra moneda y no se descontó de lo que se \
             cobrará. Descuéntela a mano."
        ),
        format!(
            "The detracción or retención ({amount}) is in another currency and was not taken off \
             what will be collected. Take it off by hand."
        ),
    )
}

/// A percepción is collected besides the amount to pay.
pub fn perception_apart(amount: &str) -> Problem {
    whole(
        Status::Warn,
        "perception_apart",
        format!("Con la percepción se cobran {amount}; se registró solo el monto del comprobante."),
        format!(
            "With the percepción {amount} is collected; only the document's amount is recorded."
        ),
    )
}

/// A credit note that changes dates of payment and no amount (SUNAT, catalogue 09, code 13).
pub fn rescheduled(dates: &str) -> Problem {
    whole(
        Status::Warn,
        "rescheduled",
        format!("La nota cambia las cuotas de la factura ({dates}). Actualice sus vencimientos."),
        format!("The note changes the instalments of the invoice ({dates}). Update its due dates."),
    )
}

/// The tax office refused the document. `status` of what it is attached to.
pub fn refused_by_tax_office(status: Status, reason: &str) -> Problem {
    let reason = quoted(reason);
    whole(
        status,
        "refused_by_tax_office",
        format!("La administración tributaria lo rechazó: {reason}. No lo cobre hasta corregirlo."),
        format!("The tax office refused it: {reason}. Do not collect it until it is corrected."),
    )
}

/// A container without the document it should hold.
pub fn nothing_attached() -> Problem {
    whole(
        Status::Reject,
        "nothing_attached",
        "El contenedor (AttachedDocument) no trae la factura adentro. Pida el archivo original.",
        "The container (AttachedDocument) has no invoice inside. Ask for the original file.",
    )
}
