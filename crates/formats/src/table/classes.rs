//! What the words and codes of a type or state column say a document is. A table, not code: SII
//! codes, SAP classes, and the words used in Chile, Mexico and Spain.

use super::headers;
use crate::record::DocumentKind;

/// What a row of a documents table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A document of this kind.
    Document(DocumentKind),
    /// Money received, listed among the documents.
    Payment,
    /// The word says nothing of it, or there is none: the sign decides.
    BySign,
    /// The word is not known: the sign decides, and a person should look.
    Unknown,
}

use DocumentKind::*;

/// SII document types (formato DTE, and the paper types that the RCV still lists).
fn sii(code: u32) -> Option<DocumentKind> {
    Some(match code {
        30 | 32 | 33 | 34 | 40 | 101 | 103 | 104 | 110 | 29 | 901 | 914 => Invoice,
        35 | 38 | 39 | 41 | 48 | 105 => Receipt,
        43 => Other,
        45 | 46 => SelfBilled,
        50 | 52 => DeliveryNote,
        55 | 56 | 111 => DebitNote,
        60 | 61 | 106 | 112 => CreditNote,
        _ => return None,
    })
}

/// Words and codes, normal form. Longer ones are tried as the beginning of the text.
const WORDS: &[(&str, Class)] = &[
    ("nota de credito", Class::Document(CreditNote)),
    ("nota credito", Class::Document(CreditNote)),
    ("nota de debito", Class::Document(DebitNote)),
    ("nota debito", Class::Document(DebitNote)),
    ("nota de abono", Class::Document(CreditNote)),
    ("factura rectificativa", Class::Document(CreditNote)),
    ("rectificativa", Class::Document(CreditNote)),
    ("factura de abono", Class::Document(CreditNote)),
    ("abono", Class::Document(CreditNote)),
    ("devolucion", Class::Document(CreditNote)),
    ("egreso", Class::Document(CreditNote)),
    ("credit note", Class::Document(CreditNote)),
    ("credit memo", Class::Document(CreditNote)),
    ("refund", Class::Document(CreditNote)),
    ("out refund", Class::Document(CreditNote)),
    ("debit note", Class::Document(DebitNote)),
    ("debit memo", Class::Document(DebitNote)),
    ("boleta", Class::Document(Receipt)),
    ("ticket", Class::Document(Receipt)),
    ("factura de compra", Class::Document(SelfBilled)),
    ("factura simplificada", Class::Document(Receipt)),
    ("factura", Class::Document(Invoice)),
    ("invoice", Class::Document(Invoice)),
    ("sales invoice", Class::Document(Invoice)),
    ("tax invoice", Class::Document(Invoice)),
    ("sales credit note", Class::Document(CreditNote)),
    ("sales credit memo", Class::Document(CreditNote)),
    ("sales receipt", Class::Document(Receipt)),
    ("remision", Class::Document(DeliveryNote)),
    ("delivery note", Class::Document(DeliveryNote)),
    ("fatura", Class::Document(Invoice)),
    ("rechnung", Class::Document(Invoice)),
    ("gutschrift", Class::Document(CreditNote)),
    ("out invoice", Class::Document(Invoice)),
    ("customer invoice", Class::Document(Invoice)),
    ("ingreso", Class::Document(Invoice)),
    ("guia de despacho", Class::Document(DeliveryNote)),
    ("guia despacho", Class::Document(DeliveryNote)),
    ("albaran", Class::Document(DeliveryNote)),
    ("nomina", Class::Document(Payroll)),
    ("traslado", Class::Document(Transport)),
    ("cheque", Class::Document(Instrument)),
    ("letra", Class::Document(Instrument)),
    ("pagare", Class::Document(Instrument)),
    ("complemento de pago", Class::Payment),
    ("recibo de pago", Class::Payment),
    ("recibo de cobro", Class::Payment),
    ("comprobante de ingreso", Class::Payment),
    ("pago", Class::Payment),
    ("cobro", Class::Payment),
    ("anticipo recibido", Class::Payment),
    ("payment", Class::Payment),
    ("receipt", Class::Payment),
];

/// Codes that are the whole text: those of programs, of Peru's SUNAT (catálogo 01: `01`–`08`), of
/// Argentina's AFIP (`001`–`013`) and of Spain's AEAT (`F1`, `R1`–`R5`).
const CODES: &[(&str, Class)] = &[
    ("01", Class::Document(Invoice)),
    ("03", Class::Document(Receipt)),
    ("07", Class::Document(CreditNote)),
    ("08", Class::Document(DebitNote)),
    ("001", Class::Document(Invoice)),
    ("006", Class::Document(Invoice)),
    ("011", Class::Document(Invoice)),
    ("002", Class::Document(DebitNote)),
    ("007", Class::Document(DebitNote)),
    ("012", Class::Document(DebitNote)),
    ("003", Class::Document(CreditNote)),
    ("008", Class::Document(CreditNote)),
    ("013", Class::Document(CreditNote)),
    ("f1", Class::Document(Invoice)),
    ("f2", Class::Document(Receipt)),
    ("r1", Class::Document(CreditNote)),
    ("r2", Class::Document(CreditNote)),
    ("r3", Class::Document(CreditNote)),
    ("r4", Class::Document(CreditNote)),
    ("r5", Class::Document(CreditNote)),
    ("nc", Class::Document(CreditNote)),
    ("n c", Class::Document(CreditNote)),
    ("nce", Class::Document(CreditNote)),
    ("ncv", Class::Document(CreditNote)),
    ("cn", Class::Document(CreditNote)),
    ("cm", Class::Document(CreditNote)),
    ("crn", Class::Document(CreditNote)),
    ("e", Class::Document(CreditNote)),
    ("fr", Class::Document(CreditNote)),
    ("nd", Class::Document(DebitNote)),
    ("n d", Class::Document(DebitNote)),
    ("dn", Class::Document(DebitNote)),
    ("nde", Class::Document(DebitNote)),
    ("bol", Class::Document(Receipt)),
    ("bv", Class::Document(Receipt)),
    ("be", Class::Document(Receipt)),
    ("fac", Class::Document(Invoice)),
    ("fact", Class::Document(Invoice)),
    ("fv", Class::Document(Invoice)),
    ("fe", Class::Document(Invoice)),
    ("fc", Class::Document(Invoice)),
    ("fve", Class::Document(Invoice)),
    ("inv", Class::Document(Invoice)),
    ("i", Class::Document(Invoice)),
    ("f", Class::Document(Invoice)),
    ("rv", Class::Document(Invoice)),
    ("t", Class::Document(Transport)),
    ("n", Class::Document(Payroll)),
    ("p", Class::Payment),
    ("rep", Class::Payment),
    ("pmt", Class::Payment),
    ("pay", Class::Payment),
    ("ch", Class::Document(Instrument)),
    ("lt", Class::Document(Instrument)),
];

/// SAP document classes of the customer ledger (standard Customizing, transaction OBA7). `RV` and
/// `DR` are invoices unless negative, which the sign says; `AB` and the rest say nothing.
const SAP: &[(&str, Class)] = &[
    ("rv", Class::BySign),
    ("dr", Class::BySign),
    ("dg", Class::Document(CreditNote)),
    ("dz", Class::Payment),
    ("zp", Class::Payment),
    ("ab", Class::BySign),
    ("da", Class::BySign),
    ("sa", Class::BySign),
    ("dd", Class::BySign),
    ("df", Class::BySign),
    ("rx", Class::BySign),
];

/// The class that the text of a type column names.
pub fn class_of(text: &str, is_sap: bool) -> Class {
    let trimmed = text.trim();
    if let Some(kind) = trimmed.parse().ok().and_then(sii) {
        return Class::Document(kind);
    }
    let normal = headers::normal(trimmed);
    if is_sap && let Some((_, class)) = SAP.iter().find(|(code, _)| *code == normal) {
        return *class;
    }
    if let Some((_, class)) = CODES.iter().find(|(code, _)| *code == normal) {
        return *class;
    }
    let begins = |word: &str| {
        normal
            .strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' ') || rest == "s")
    };
    // "Factura de venta" and "Nota de crédito electrónica" begin with their word; the longest
    // beginning wins, so that a "factura rectificativa" is no plain "factura".
    WORDS
        .iter()
        .filter(|(word, _)| begins(word))
        .max_by_key(|(word, _)| word.len())
        .map_or(Class::Unknown, |(_, class)| *class)
}

/// What a state column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Draft, cancelled, void: no debt.
    Void,
    /// Paid in full.
    Paid,
    /// Disputed.
    Disputed,
    /// Anything else.
    Other,
}

/// Reads the text of a state column. "Cancelada" is void in Mexico and Spain, and paid in the
/// countries where people "cancel" a debt by paying it.
pub fn state_of(text: &str, country: Option<&str>) -> State {
    const CANCELLED_IS_PAID: [&str; 6] = ["CL", "PE", "CO", "AR", "EC", "UY"];
    let normal = headers::normal(text);
    let first = normal.split(' ').next().unwrap_or("");
    match normal.as_str() {
        "no pagado" | "no pagada" | "not paid" | "partially paid" => return State::Other,
        "en disputa" | "in dispute" => return State::Disputed,
        _ => {}
    }
    if first.starts_with("cancelad") && country.is_some_and(|c| CANCELLED_IS_PAID.contains(&c)) {
        return State::Paid;
    }
    match first {
        "borrador" | "draft" | "cancelado" | "cancelada" | "cancelled" | "canceled" | "anulado"
        | "anulada" | "void" | "voided" | "nula" | "nulo" | "rechazado" => State::Void,
        "pagado" | "pagada" | "paid" | "cobrado" | "cobrada" | "saldado" | "saldada"
        | "liquidado" | "liquidada" | "closed" | "cerrada" | "settled" => State::Paid,
        "disputa" | "disputado" | "disputada" | "disputed" | "litigio" => State::Disputed,
        _ => State::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_in_words_and_codes() {
        for (text, class) in [
            ("Factura Electrónica", Class::Document(Invoice)),
            ("Factura Exenta Electrónica", Class::Document(Invoice)),
            ("FACTURAS", Class::Document(Invoice)),
            ("Nota de Crédito Electrónica", Class::Document(CreditNote)),
            ("Factura rectificativa", Class::Document(CreditNote)),
            ("N/C", Class::Document(CreditNote)),
            ("61", Class::Document(CreditNote)),
            ("33", Class::Document(Invoice)),
            ("56", Class::Document(DebitNote)),
            ("credit_note", Class::Document(CreditNote)),
            ("invoice", Class::Document(Invoice)),
            ("39", Class::Document(Receipt)),
            ("Pago", Class::Payment),
            ("X2", Class::Unknown),
            ("Pagosa S.A.", Class::Unknown),
        ] {
            assert_eq!(class_of(text, false), class, "{text}");
        }
        assert_eq!(class_of("DZ", true), Class::Payment);
        assert_eq!(class_of("DG", true), Class::Document(CreditNote));
    }

    #[test]
    fn states() {
        assert_eq!(state_of("Borrador", None), State::Void);
        assert_eq!(state_of("Cancelada", None), State::Void);
        assert_eq!(state_of("Cancelada", Some("CL")), State::Paid);
        assert_eq!(state_of("No pagado", None), State::Other);
        assert_eq!(state_of("Paid – On Time", None), State::Paid);
        assert_eq!(state_of("Publicado", None), State::Other);
    }
}
