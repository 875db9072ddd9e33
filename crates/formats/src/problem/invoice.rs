//! The part of the catalogue that speaks of invoices and payments.

use super::{quoted, whole};
use crate::record::{Problem, Status};

// ---- Documents ----

/// An amount that is no plain decimal.
pub fn bad_amount(field: &str, text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Quarantine,
        "bad_amount",
        format!("El monto {field} dice {text}, que no es un número. Compruébelo con el emisor."),
        format!("The amount {field} says {text}, which is no number. Check it with the issuer."),
    )
}

/// A date that does not exist or is of an absurd year.
pub fn bad_date(field: &str, text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Quarantine,
        "bad_date",
        format!("La fecha {field} dice {text}, que no existe. Corríjala antes de importar."),
        format!("The date {field} says {text}, which does not exist. Correct it before importing."),
    )
}

/// Something without which the document cannot be a receivable.
pub fn missing_field(field: &str) -> Problem {
    whole(
        Status::Quarantine,
        "missing_field",
        format!("Falta {field}. Complete el documento o pida el original al emisor."),
        format!("{field} is missing. Complete the document or ask the issuer for the original."),
    )
}

/// A tax id that fails its check where that means a mistake.
pub fn bad_tax_id(field: &str, text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Quarantine,
        "bad_tax_id",
        format!("{field} dice {text}: el dígito verificador no corresponde. Compruebe el número."),
        format!("{field} says {text}: its check digit does not agree. Check the number."),
    )
}

/// A tax id of an odd shape in a document the tax office accepted.
pub fn odd_tax_id(field: &str, text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Warn,
        "odd_tax_id",
        format!("{field} dice {text}, que no tiene la forma esperada. Compruebe que sea correcto."),
        format!("{field} says {text}, which is not of the usual shape. Check that it is right."),
    )
}

/// A currency whose words are not known.
pub fn unknown_currency(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Quarantine,
        "unknown_currency",
        format!("La moneda {text} no se reconoce. Indique su código ISO antes de importar."),
        format!("Currency {text} is not recognised. Give its ISO code before importing."),
    )
}

/// The parts do not add up to the total. `far` when rounding cannot explain it.
pub fn total_mismatch(total: &str, computed: &str, far: bool) -> Problem {
    whole(
        if far { Status::Quarantine } else { Status::Warn },
        "total_mismatch",
        format!(
            "El total dice {total}, pero sus partes suman {computed}. Confirme con el emisor qué \
             monto vale antes de cobrar."
        ),
        format!(
            "The total says {total}, but its parts add up to {computed}. Confirm with the issuer \
             which amount holds before collecting."
        ),
    )
}

/// An invoice for less than nothing.
pub fn negative_total(total: &str) -> Problem {
    whole(
        Status::Quarantine,
        "negative_total",
        format!("El total es negativo ({total}). Debería ser una nota de crédito; revíselo."),
        format!("The total is negative ({total}). It should be a credit note; review it."),
    )
}

/// The type of the document is not said, or is not one that exists.
pub fn unknown_type(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Quarantine,
        "unknown_type",
        format!("El tipo de documento {text} no se reconoce. Decida qué es antes de importarlo."),
        format!("Document type {text} is not recognised. Decide what it is before importing."),
    )
}

/// Two copies of one document that disagree.
pub fn conflicting_copies(place: &str, other: &str) -> Problem {
    Problem::new(
        Status::Quarantine,
        "conflicting_copies",
        place,
        format!(
            "El mismo documento aparece dos veces con contenido distinto (la otra copia: {other}). \
             Averigüe cuál vale y descarte la otra."
        ),
        format!(
            "The same document appears twice with different content (the other copy: {other}). \
             Find out which holds and discard the other."
        ),
    )
}

/// Names spoiled before the document was encoded.
pub fn names_repaired(name: &str) -> Problem {
    let name = quoted(name);
    whole(
        Status::Warn,
        "names_repaired",
        format!("Los acentos venían estropeados en origen y se repararon: {name}. Revíselos."),
        format!("Accents came spoiled from the source and were repaired: {name}. Check them."),
    )
}

/// A document that does not say its currency.
pub fn currency_missing() -> Problem {
    whole(
        Status::Warn,
        "currency_missing",
        "No dice en qué moneda está; se tomará la del acreedor. Confírmela.",
        "It does not say its currency; the creditor's own is taken. Confirm it.",
    )
}

/// A foreign currency without its rate.
pub fn exchange_rate_missing(currency: &str) -> Problem {
    whole(
        Status::Warn,
        "exchange_rate_missing",
        format!("Está en {currency} y no trae tipo de cambio. Se usará el de su tabla de cambios."),
        format!("It is in {currency} without an exchange rate. The one of your rates is used."),
    )
}

/// VAT that is not the rate applied to the net.
pub fn vat_mismatch(vat: &str, expected: &str) -> Problem {
    whole(
        Status::Warn,
        "vat_mismatch",
        format!(
            "El IVA dice {vat} y la tasa sobre el neto da {expected}. Confírmelo con el emisor."
        ),
        format!("VAT says {vat}; the rate on the net gives {expected}. Check it with the issuer."),
    )
}

/// A purchase of the creditor's.
pub fn purchase() -> Problem {
    whole(
        Status::Ignore,
        "purchase",
        "Es una compra: el acreedor es quien debe, no quien cobra. No se importa.",
        "It is a purchase: the creditor is the one who owes. It is not imported.",
    )
}

/// A document between others.
pub fn not_our_document(seller: &str) -> Problem {
    let seller = quoted(seller);
    whole(
        Status::Quarantine,
        "not_our_document",
        format!(
            "Lo emite {seller}, que no es ninguno de sus acreedores. Compruebe que sea suyo o \
             agregue ese acreedor."
        ),
        format!(
            "Issued by {seller}, which is none of your creditors. Check that it is yours or add \
             that creditor."
        ),
    )
}

// ---- CFDI ----

/// Without the stamp of the tax office it is a draft.
pub fn unstamped() -> Problem {
    whole(
        Status::Warn,
        "unstamped",
        "El CFDI no está timbrado: no tiene UUID y vale solo como borrador. Reemplácelo por el \
         timbrado cuando exista.",
        "The CFDI is not stamped: it has no UUID and is only a draft. Replace it by the stamped one.",
    )
}

/// More than one stamp.
pub fn several_stamps() -> Problem {
    whole(
        Status::Warn,
        "several_stamps",
        "El CFDI trae más de un timbre; se usó el primero. Verifique el UUID en el portal del SAT.",
        "The CFDI carries more than one stamp; the first was used. Verify the UUID with the SAT.",
    )
}

/// A UUID that has not the shape of one.
pub fn odd_uuid(text: &str) -> Problem {
    let text = quoted(text);
    whole(
        Status::Warn,
        "odd_uuid",
        format!("El UUID {text} no tiene la forma correcta. Verifíquelo en el portal del SAT."),
        format!("UUID {text} is not of the right shape. Verify it with the SAT."),
    )
}

/// Lines collected for somebody else.
pub fn third_party_lines() -> Problem {
    whole(
        Status::Warn,
        "third_party_lines",
        "Hay conceptos cobrados por cuenta de terceros. Téngalo en cuenta al rendir lo cobrado.",
        "Some lines are collected on account of third parties. Mind that when remitting.",
    )
}

/// A type P without payments.
pub fn no_payments() -> Problem {
    whole(
        Status::Warn,
        "no_payments",
        "Es un CFDI de pago sin complemento de pagos: no prueba ningún pago. Pida el correcto.",
        "A payment CFDI without its payments complement: it proves no payment. Ask for the right one.",
    )
}

/// A payments complement in something that is not a type P.
pub fn payments_out_of_place() -> Problem {
    whole(
        Status::Warn,
        "payments_out_of_place",
        "Trae un complemento de pagos sin ser de tipo P; los pagos no se tomaron en cuenta.",
        "It carries a payments complement without being of type P; the payments were not taken.",
    )
}

/// Previous balance less payment is not the remaining balance.
pub fn incoherent_balance(
    status: Status,
    place: &str,
    previous: &str,
    paid: &str,
    remaining: &str,
) -> Problem {
    Problem::new(
        status,
        "incoherent_balance",
        place,
        format!(
            "Saldo anterior {previous} menos pagado {paid} no da el saldo insoluto {remaining}. \
             Confirme el pago y pida el complemento corregido."
        ),
        format!(
            "Previous balance {previous} less paid {paid} is not the remaining {remaining}. \
             Confirm the payment and ask for a corrected complement."
        ),
    )
}

/// The complement applies more than was paid.
pub fn over_applied(status: Status, place: &str, amount: &str, applied: &str) -> Problem {
    Problem::new(
        status,
        "over_applied",
        place,
        format!("Se pagó {amount} pero se aplica {applied}. Confirme el pago antes de aplicarlo."),
        format!("{amount} was paid but {applied} is applied. Confirm the payment before applying."),
    )
}

/// Some of the payment is not applied.
pub fn unapplied_rest(place: &str, rest: &str) -> Problem {
    Problem::new(
        Status::Warn,
        "unapplied_rest",
        place,
        format!("Del pago quedan {rest} sin aplicar a ninguna factura; quedan como saldo a favor."),
        format!("{rest} of the payment is applied to no invoice; it stays as unapplied cash."),
    )
}

/// A payment line that does not say how much or what.
pub fn incomplete_application(status: Status, place: &str) -> Problem {
    Problem::new(
        status,
        "incomplete_application",
        place,
        "El pago no dice qué factura paga o cuánto de ella. Aplíquelo a mano.",
        "The payment does not say which invoice it pays or how much of it. Apply it by hand.",
    )
}

// ---- DTE ----

/// The cover counts other documents than the envelope holds.
pub fn cover_count(type_code: &str, stated: &str, found: usize) -> Problem {
    let type_code = quoted(type_code);
    let stated = quoted(stated);
    whole(
        Status::Warn,
        "cover_count",
        format!(
            "La carátula anuncia {stated} documento(s) de tipo {type_code} y el sobre trae {found}. \
             Compruebe que el archivo esté completo."
        ),
        format!(
            "The cover announces {stated} document(s) of type {type_code} and the envelope holds \
             {found}. Check that the file is complete."
        ),
    )
}

/// Pesos with decimals.
pub fn decimals_in_pesos(field: &str, text: &str) -> Problem {
    whole(
        Status::Quarantine,
        "decimals_in_pesos",
        format!(
            "El monto {field} ({text}) tiene decimales y el peso chileno no los admite. Revíselo."
        ),
        format!(
            "The amount {field} ({text}) has decimals, and the Chilean peso has none. Review it."
        ),
    )
}

/// Without signature it is a draft.
pub fn unsigned() -> Problem {
    whole(
        Status::Warn,
        "unsigned",
        "El DTE no lleva firma electrónica: puede ser una muestra o un borrador. Verifique en el \
         SII que fue recibido.",
        "The DTE carries no electronic signature: it may be a sample or draft. Verify with the SII.",
    )
}

/// Due before issued.
pub fn due_before_issue() -> Problem {
    whole(
        Status::Warn,
        "due_before_issue",
        "El vencimiento es anterior a la emisión. Confirme la fecha con el emisor.",
        "It is due before it was issued. Confirm the date with the issuer.",
    )
}

/// Instalments that do not add up to what is owed.
pub fn instalments_mismatch(sum: &str, owed: &str) -> Problem {
    whole(
        Status::Warn,
        "instalments_mismatch",
        format!(
            "Las cuotas suman {sum} y se deben {owed}. La última cuota absorberá la diferencia."
        ),
        format!(
            "Instalments add up to {sum}, {owed} is owed. The last will absorb the difference."
        ),
    )
}

/// What is said to be left to pay cannot be.
pub fn odd_balance(balance: &str, total: &str) -> Problem {
    whole(
        Status::Warn,
        "odd_balance",
        format!("El saldo declarado ({balance}) no cabe en el total ({total}); se usó el total."),
        format!(
            "The stated balance ({balance}) does not fit the total ({total}); it was not used."
        ),
    )
}

/// A note that corrects text only, with an amount.
pub fn text_note_with_amount(total: &str) -> Problem {
    whole(
        Status::Warn,
        "text_note_with_amount",
        format!("La nota dice corregir solo texto, pero su total es {total}. Confirme su efecto."),
        format!(
            "The note says it corrects text only, but its total is {total}. Confirm its effect."
        ),
    )
}

/// A liquidación-factura: who owes whom depends on the contract.
pub fn settlement_invoice() -> Problem {
    whole(
        Status::Warn,
        "settlement_invoice",
        "Es una liquidación-factura: confirme según el mandato quién debe a quién.",
        "It is a liquidación-factura: confirm by the mandate who owes whom.",
    )
}

/// An envelope entry without a document in it.
pub fn hollow_document(place: &str) -> Problem {
    Problem::new(
        Status::Reject,
        "hollow_document",
        place,
        "No contiene encabezado: no se puede leer. Pida el documento original.",
        "It has no header and cannot be read. Ask for the original document.",
    )
}

// ---- Listing of the SAT ----

/// A listing with a header and nothing else.
pub fn empty_listing() -> Problem {
    whole(
        Status::Warn,
        "empty_listing",
        "El listado del SAT no trae ningún comprobante. Revise el período de la descarga.",
        "The SAT listing holds no documents. Check the period of the download.",
    )
}

/// A line with more or fewer columns than the header.
pub fn broken_listing_row(place: &str) -> Problem {
    Problem::new(
        Status::Reject,
        "broken_listing_row",
        place,
        "La línea no tiene las columnas del encabezado y no se leyó. Descargue el listado de nuevo.",
        "The line has not the columns of the header and was not read. Download the listing again.",
    )
}
