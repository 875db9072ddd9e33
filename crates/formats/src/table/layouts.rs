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
    // SAP FBL5N, open items of customers.
    Layout {
        name: "sap_items",
        rows: Some(RowKind::Documents),
        country: None,
        currency: None,
        order: None,
        requires: "n documento|clase de documento|importe en moneda doc",
        columns: SAP_ES,
    },
    Layout {
        name: "sap_items",
        rows: Some(RowKind::Documents),
        country: None,
        currency: None,
        order: None,
        requires: "n documento|clase de documento|importe en moneda local",
        columns: SAP_ES,
    },
    Layout {
        name: "sap_items",
        rows: Some(RowKind::Documents),
        country: None,
        currency: None,
        order: None,
        requires: "document number|document type|amount in doc curr",
        columns: SAP_EN,
    },
    Layout {
        name: "sap_items",
        rows: Some(RowKind::Documents),
        country: None,
        currency: None,
        order: None,
        requires: "document number|document type|amount in local currency",
        columns: SAP_EN,
    },
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
];

/// The layout of these headers, if it is a known one.
pub fn recognise(headers: &[Header]) -> Option<&'static Layout> {
    let has = |name: &str| headers.iter().any(|header| header.normal == name);
    LAYOUTS.iter().find(|layout| layout.requires.split('|').all(has))
}
