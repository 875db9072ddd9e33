//! Tables whose headers are known word for word: what their columns mean, and what the layout
//! fixes that the columns need not prove. A table, not code. Everything else is guessed from the
//! headers alone.

use super::headers::Header;
use super::mapping::{DateOrder, Field, RowKind};
use Field::*;

/// One known layout.
#[derive(Debug)]
pub struct Layout {
    /// Its name in summaries.
    pub name: &'static str,
    /// What its rows are; `None` when the file is recognised and of no use here.
    pub rows: Option<RowKind>,
    /// Country whose ids and currency it uses, when it can only be one.
    pub country: Option<&'static str>,
    /// Its currency, when it can only be one.
    pub currency: Option<&'static str>,
    /// Its date order, when it can only be one.
    pub order: Option<DateOrder>,
    /// Normal forms of the headers that must all be there, separated by `|`.
    pub requires: &'static str,
    /// Headers with their fields; what is not named is not read. Empty: guess.
    pub columns: &'static [(&'static str, Field)],
}

/// First match wins.
pub const LAYOUTS: &[Layout] = &[
    // SII, Registro de Compras y Ventas, detalle de ventas.
    Layout {
        name: "rcv_sales",
        rows: Some(RowKind::Documents),
        country: Some("CL"),
        currency: Some("CLP"),
        order: Some(DateOrder::Dmy),
        requires: "tipo doc|rut cliente|folio|fecha docto|monto total",
        columns: &[
            ("nro", RowNumber),
            ("tipo doc", DocumentType),
            ("rut cliente", TaxId),
            ("razon social", CustomerName),
            ("folio", DocumentNumber),
            ("fecha docto", IssueDate),
            ("monto exento", Exempt),
            ("monto neto", Net),
            ("monto iva", Tax),
            ("monto total", Total),
            ("tipo docto referencia", AppliesToType),
            ("folio docto referencia", AppliesTo),
        ],
    },
    Layout {
        name: "rcv_purchases",
        rows: Some(RowKind::Purchases),
        country: Some("CL"),
        currency: Some("CLP"),
        order: Some(DateOrder::Dmy),
        requires: "tipo doc|rut proveedor|folio|fecha docto|monto total",
        columns: &[],
    },
    // SAP FBL5N, open items of customers: long headers, the short ones of lists, and field names.
    sap("n documento|clase de documento|importe en moneda doc", SAP_ES),
    sap("n documento|clase de documento|importe en moneda local", SAP_ES),
    sap("n doc|cl|importe en md", SAP_ES),
    sap("n doc|cl|importe en ml", SAP_ES),
    sap("document number|document type|amount in doc curr", SAP_EN),
    sap("document number|document type|amount in local currency", SAP_EN),
    sap("document no|type|amount in doc curr", SAP_EN),
    sap("document no|typ|amt in loc cur", SAP_EN),
    sap("belegnummer|belegart|betrag in belegwahrung", SAP_DE),
    sap("belegnummer|belegart|betrag in hauswahrung", SAP_DE),
    sap("belnr|blart|wrbtr", SAP_FIELDS),
    sap("belnr|blart|dmbtr", SAP_FIELDS),
    Layout {
        name: "highradius_extract",
        rows: Some(RowKind::Documents),
        country: None,
        currency: None,
        order: None,
        requires: "business code|cust number|document create date|due in date|total open amount",
        columns: &[
            ("cust number", CustomerCode),
            ("name customer", CustomerName),
            ("clear date", ClearedDate),
            ("document create date", IssueDate),
            ("due in date", DueDate),
            ("invoice currency", Currency),
            ("document type", DocumentType),
            ("total open amount", Total),
            ("cust payment terms", Terms),
            ("invoice id", DocumentNumber),
        ],
    },
    // Odoo, list of customer invoices: Spanish, English, and names of fields.
    guessed("odoo_invoices", RowKind::Documents, None, "numero|fecha de factura|total firmado"),
    guessed(
        "odoo_invoices",
        RowKind::Documents,
        None,
        "number|invoice partner display name|total signed",
    ),
    guessed(
        "odoo_invoices",
        RowKind::Documents,
        None,
        "invoice date due|amount total signed|amount residual signed",
    ),
    // Chile: Softland, Defontana, Nubox and Bsale.
    guessed(
        "softland_receivables",
        RowKind::Documents,
        Some("CL"),
        "cod aux|nombre auxiliar|tipo doc|numero|saldo",
    ),
    guessed(
        "defontana_receivables",
        RowKind::Documents,
        Some("CL"),
        "codigo legal|documento|numero|vencimiento|saldo",
    ),
    guessed(
        "nubox_collections",
        RowKind::Payments,
        Some("CL"),
        "rut cliente|tipo doc|folio|monto|medio de pago",
    ),
    guessed(
        "bsale_documents",
        RowKind::Documents,
        Some("CL"),
        "tipo documento|n documento|fecha emision|rut cliente|saldo por pagar",
    ),
    // Mexico: CONTPAQi Comercial and Aspel SAE.
    guessed(
        "contpaqi_receivables",
        RowKind::Documents,
        Some("MX"),
        "codigo cliente|serie|folio|vencimiento|tipo de cambio|saldo",
    ),
    guessed(
        "aspel_receivables",
        RowKind::Documents,
        Some("MX"),
        "clave|nombre|documento|vencimiento|cargos|abonos|saldo",
    ),
    // Spain: Sage 50 and Holded. A3's "cartera" has no header (see `text::CARTERA_HEADERS`).
    guessed(
        "sage50_instalments",
        RowKind::Instalments,
        Some("ES"),
        "factura|vencimiento|n vto|importe vto|cobrado",
    ),
    guessed(
        "holded_sales",
        RowKind::DocumentLines,
        Some("ES"),
        "num factura|nif|concepto|precio unidad|unidades",
    ),
    // Own company list beside the bulk files.
    Layout {
        name: "companies",
        rows: None,
        country: None,
        currency: None,
        order: None,
        requires: "company|name|currency",
        columns: &[],
    },
];

/// SAP's list of items, under the headers of one language.
const fn sap(requires: &'static str, columns: &'static [(&'static str, Field)]) -> Layout {
    Layout {
        name: "sap_items",
        rows: Some(RowKind::Documents),
        country: None,
        currency: None,
        order: None,
        requires,
        columns,
    }
}

/// A list known by some of its headers, whose columns their names say: people add and remove
/// columns in these programs.
const fn guessed(
    name: &'static str,
    rows: RowKind,
    country: Option<&'static str>,
    requires: &'static str,
) -> Layout {
    Layout { name, rows: Some(rows), country, currency: None, order: None, requires, columns: &[] }
}

const SAP_ES: &[(&str, Field)] = &[
    ("cuenta", CustomerCode),
    ("cliente", CustomerCode),
    ("deudor", CustomerCode),
    ("nombre 1", CustomerName),
    ("nombre", CustomerName),
    ("n documento", DocumentNumber),
    ("clase de documento", DocumentType),
    ("fecha de documento", IssueDate),
    ("fecha documento", IssueDate),
    ("vencimiento neto", DueDate),
    ("fecha de vencimiento neto", DueDate),
    ("importe en moneda doc", Open),
    ("moneda del documento", Currency),
    ("moneda documento", Currency),
    ("importe en moneda local", Amount),
    ("referencia", Reference),
    ("n doc", DocumentNumber),
    ("cl", DocumentType),
    ("fecha doc", IssueDate),
    ("venc neto", DueDate),
    ("vence neto", DueDate),
    ("importe en md", Open),
    ("mon", Currency),
    ("importe en ml", Amount),
    ("indicador debe haber", DebitOrCredit),
    ("d h", DebitOrCredit),
    ("compens", ClearedDate),
    ("fecha compensacion", ClearedDate),
    ("fecha de compensacion", ClearedDate),
    ("condiciones de pago", Terms),
];

const SAP_EN: &[(&str, Field)] = &[
    ("account", CustomerCode),
    ("customer", CustomerCode),
    ("name 1", CustomerName),
    ("name", CustomerName),
    ("document number", DocumentNumber),
    ("document type", DocumentType),
    ("document date", IssueDate),
    ("net due date", DueDate),
    ("amount in doc curr", Open),
    ("document currency", Currency),
    ("amount in local currency", Amount),
    ("reference", Reference),
    ("clearing date", ClearedDate),
    ("payment terms", Terms),
    ("terms of payment", Terms),
    ("document no", DocumentNumber),
    ("type", DocumentType),
    ("typ", DocumentType),
    ("doc date", IssueDate),
    ("net due dt", DueDate),
    ("curr", Currency),
    ("amt in loc cur", Amount),
    ("debit credit ind", DebitOrCredit),
    ("clearing", ClearedDate),
];

const SAP_DE: &[(&str, Field)] = &[
    ("konto", CustomerCode),
    ("kontonummer", CustomerCode),
    ("debitor", CustomerCode),
    ("name 1", CustomerName),
    ("name", CustomerName),
    ("belegnummer", DocumentNumber),
    ("belegart", DocumentType),
    ("belegdatum", IssueDate),
    ("nettofalligkeit", DueDate),
    ("betrag in belegwahrung", Open),
    ("belegwahrung", Currency),
    ("betrag in hauswahrung", Amount),
    ("referenz", Reference),
    ("ausgleichsdatum", ClearedDate),
    ("zahlungsbedingung", Terms),
    ("soll haben kennz", DebitOrCredit),
];

/// Names of the fields of table BSID, whose amounts have their sign in `SHKZG`.
const SAP_FIELDS: &[(&str, Field)] = &[
    ("kunnr", CustomerCode),
    ("name1", CustomerName),
    ("stcd1", TaxId),
    ("belnr", DocumentNumber),
    ("blart", DocumentType),
    ("bldat", IssueDate),
    ("faedt", DueDate),
    ("netdt", DueDate),
    ("wrbtr", Open),
    ("waers", Currency),
    ("dmbtr", Amount),
    ("shkzg", DebitOrCredit),
    ("xblnr", Reference),
    ("augdt", ClearedDate),
    ("zterm", Terms),
];

/// The layout of these headers, if it is a known one.
pub fn recognise(headers: &[Header]) -> Option<&'static Layout> {
    let has = |name: &str| headers.iter().any(|header| header.normal == name);
    LAYOUTS.iter().find(|layout| layout.requires.split('|').all(has))
}
