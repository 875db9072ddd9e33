//! What can be wrong with Facturae and CII, and with a PDF that carries an invoice inside.

use super::{quoted, whole};
use crate::record::{Problem, Status};

// ---- Facturae ----

/// A copy: the original may be here already, or come later.
pub fn copy_of_invoice(class: &str) -> Problem {
    whole(
        Status::Warn,
        "copy_of_invoice",
        format!(
            "Es una copia (clase {class}), no el original. Si el original ya se importó no se \
             repetirá; compruebe que no se haya rectificado después."
        ),
        format!(
            "This is a copy (class {class}), not the original. If the original was imported it is \
             not repeated; check that it was not corrected later."
        ),
    )
}

/// The cover of a lot announces another number of invoices than it holds.
pub fn lot_count(stated: &str, found: usize) -> Problem {
    let stated = quoted(stated);
    whole(
        Status::Warn,
        "lot_count",
        format!(
            "El lote anuncia {stated} factura(s) y trae {found}. Compruebe que el archivo esté \
             completo."
        ),
        format!(
            "The lot announces {stated} invoice(s) and holds {found}. Check that the file is \
             complete."
        ),
    )
}

/// The cover of a lot announces another sum than its invoices have.
pub fn lot_amount(stated: &str, found: &str) -> Problem {
    whole(
        Status::Warn,
        "lot_amount",
        format!(
            "El lote anuncia un total de {stated} y sus facturas suman {found}. Compruebe que el \
             archivo esté completo."
        ),
        format!(
            "The lot announces a total of {stated} and its invoices add up to {found}. Check that \
             the file is complete."
        ),
    )
}

/// A factura rectificativa that does not say what it corrects.
pub fn corrects_nothing() -> Problem {
    whole(
        Status::Warn,
        "corrects_nothing",
        "Es una factura rectificativa que no dice cuál rectifica. Aplíquela a mano.",
        "This corrective invoice does not say which invoice it corrects. Apply it by hand.",
    )
}

/// A rectificativa with a positive amount whose method does not say that it is a difference.
pub fn direction_not_said(method: &str, amount: &str) -> Problem {
    let es = format!(
        "La rectificativa es por {amount} y su método de corrección ({method}) no dice si ese importe \
         se suma, se resta o es el total corregido. Confírmelo con quien la emitió."
    );
    let en = format!(
        "This corrective invoice is for {amount} and its method of correction ({method}) does not say \
         whether that is added, taken off or the corrected whole. Confirm it with its issuer."
    );
    whole(Status::Quarantine, "direction_not_said", &es, &en)
}

// ---- CII ----

/// The document says of itself that it is a test.
pub fn test_document() -> Problem {
    whole(
        Status::Warn,
        "test_document",
        "El documento se declara de prueba. Si no es una factura de verdad, no lo importe.",
        "The document declares itself a test. If it is no real invoice, do not import it.",
    )
}

/// A date written in a format whose code says otherwise.
pub fn odd_date_format(field: &str, code: &str, text: &str) -> Problem {
    let (code, text) = (quoted(code), quoted(text));
    whole(
        Status::Warn,
        "odd_date_format",
        format!(
            "La fecha {field} ({text}) lleva el código de formato {code}, que no es el de una \
             fecha; se leyó como año, mes y día. Compruébela."
        ),
        format!(
            "The date {field} ({text}) carries format code {code}, which is not that of a date; \
             it was read as year, month and day. Check it."
        ),
    )
}

// ---- PDF ----

/// A PDF without an invoice that can be read inside.
pub fn pdf_without_invoice() -> Problem {
    whole(
        Status::Reject,
        "pdf_not_read",
        "Es un PDF sin factura electrónica adjunta (Factur-X, ZUGFeRD): la representación impresa \
         no se importa. Pida o descargue el XML de la factura.",
        "This is a PDF without an e-invoice attached (Factur-X, ZUGFeRD): the printed form is not \
         imported. Ask for or download the XML.",
    )
}

/// A PDF that is encrypted.
pub fn pdf_encrypted() -> Problem {
    whole(
        Status::Reject,
        "pdf_encrypted",
        "El PDF está cifrado y no se puede ver si lleva una factura dentro. Guárdelo sin \
         contraseña ni restricciones, o pida el XML.",
        "The PDF is encrypted, so it cannot be seen whether it carries an invoice. Save it without \
         password and restrictions, or ask for the XML.",
    )
}

/// A PDF that cannot be opened.
pub fn pdf_damaged() -> Problem {
    whole(
        Status::Reject,
        "pdf_damaged",
        "El PDF está dañado o incompleto y no se puede abrir. Descárguelo de nuevo o pida el XML \
         de la factura.",
        "The PDF is damaged or incomplete and cannot be opened. Download it again or ask for the \
         XML.",
    )
}

/// A PDF that grows beyond all proportion.
pub fn pdf_bomb() -> Problem {
    whole(
        Status::Reject,
        "pdf_bomb",
        "El PDF crece sin proporción al descomprimirse, como los que se usan en ataques. No se \
         importó nada; pida el XML a su origen.",
        "The PDF grows out of all proportion when expanded, as attacks do. Nothing was imported; \
         ask for the XML at its source.",
    )
}
