//! The pages, as functions from plain values to markup.
//!
//! Each file holds a page and the values it shows. A page decides what stands where; it refuses
//! to compute figures, to read requests and to know where values come from. Handlers fill the
//! values and send the answer.
pub mod acceptance;
pub mod agreements;
pub mod bank;
pub mod creditor_card;
pub mod customer;
pub mod customer_conduct;
mod customer_forms;
mod customer_history;
pub mod customer_money;
pub mod customers;
pub mod document;
pub mod documents;
pub mod doors;
pub mod errors;
pub mod forecast;
pub mod group;
pub mod guard;
pub mod home;
pub mod import_preview;
pub mod imports;
pub mod inbox;
pub mod indicators;
pub mod interest;
pub mod likely_duplicates;
pub mod login;
pub mod matching;
pub mod merges;
pub mod messages;
pub mod own_password;
pub mod provision;
pub mod quarantine;
pub mod remittances;
#[cfg(test)]
mod sample;
pub mod search;
pub mod settings;
pub mod strategies;

use super::format::Amount;
use super::layout::Frame;
use super::part::icon::icon;
use super::url::Url;
use maud::{Markup, html};
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId};

/// A customer to link to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRef {
    /// Its id.
    pub id: CustomerId,
    /// Its legal name.
    pub name: String,
}

/// A document to link to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRef {
    /// Its id.
    pub id: DocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// Its number, with its series if it has one.
    pub number: String,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Factura.
    Invoice,
    /// Nota de crédito.
    CreditNote,
    /// Nota de débito.
    DebitNote,
    /// Boleta, ticket.
    Receipt,
    /// Cheque, letra, pagaré.
    Instrument,
    /// Nota de intereses.
    ChargeNote,
    /// Convenio: the instalments that replaced other documents.
    Agreement,
}

impl DocumentKind {
    /// All, in the order filters offer them.
    pub const ALL: [DocumentKind; 7] = [
        DocumentKind::Invoice,
        DocumentKind::CreditNote,
        DocumentKind::DebitNote,
        DocumentKind::Receipt,
        DocumentKind::Instrument,
        DocumentKind::ChargeNote,
        DocumentKind::Agreement,
    ];

    /// How addresses and the store write it.
    pub fn code(self) -> &'static str {
        match self {
            DocumentKind::Invoice => "invoice",
            DocumentKind::CreditNote => "credit_note",
            DocumentKind::DebitNote => "debit_note",
            DocumentKind::Receipt => "receipt",
            DocumentKind::Instrument => "instrument",
            DocumentKind::ChargeNote => "charge_note",
            DocumentKind::Agreement => "agreement",
        }
    }

    /// The key of its word.
    pub fn key(self) -> &'static str {
        match self {
            DocumentKind::Invoice => "kind.invoice",
            DocumentKind::CreditNote => "kind.credit_note",
            DocumentKind::DebitNote => "kind.debit_note",
            DocumentKind::Receipt => "kind.receipt",
            DocumentKind::Instrument => "kind.instrument",
            DocumentKind::ChargeNote => "kind.charge_note",
            DocumentKind::Agreement => "kind.agreement",
        }
    }
}

/// The address of a customer's page, on the day this page is of.
pub fn customer_url(f: &Frame, id: CustomerId) -> Url {
    f.to(&format!("/clientes/{id}"))
}

/// The address of a document's page, on the day this page is of.
pub fn document_url(f: &Frame, id: DocumentId) -> Url {
    f.to(&format!("/documentos/{id}"))
}

/// A link to a customer; in a row it is what `Enter` opens.
fn customer_link(f: &Frame, customer: &CustomerRef) -> Markup {
    html! {
        a.row-link href=(customer_url(f, customer.id)) title=(customer.name) { (customer.name) }
    }
}

/// A link to a document with its kind.
fn document_link(f: &Frame, document: &DocumentRef) -> Markup {
    html! {
        a.row-link href=(document_url(f, document.id)) {
            span.doc-kind { (f.t(document.kind.key())) }
            " "
            span.mono { (document.number) }
        }
    }
}

/// Links that export exactly what a list shows, with its filters and its day.
fn export_links(f: &Frame, path: &str) -> Markup {
    html! {
        span.group {
            @for format in ["xlsx", "csv"] {
                a.button.quiet href=(f.url.at(path).with("formato", format)) download {
                    (icon("download"))
                    (format.to_uppercase())
                }
            }
        }
    }
}

/// A sum, and the day and words of what brought it about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromiseLine {
    /// How much was promised.
    pub amount: Amount,
    /// For when.
    pub on: Day,
    /// What became of it.
    pub state: super::part::badge::State,
}
