//! Documentos: the list behind every number, and its export.

use super::day::currency_choices;
use super::sheet::{Cell, Sheet};
use super::{ROWS, amount, bucket_at, customer_ref, shown_buckets, words};
use crate::web::part::badge::Bucket;
use crate::web::url::SEARCH;
use crate::web::view::DocumentRef;
use crate::web::view::acceptance::key;
use crate::web::view::documents::{DocumentRow, DocumentsView, documents};
use crate::web::visit::{Answer, Visit};
use puntual_core::aging::BucketSet;
use puntual_service::documents::{self, DocumentState, Filter, Question, Row, Sort, State};
use puntual_service::error::ServiceError;
use puntual_service::listing::{LARGEST_SIZE, Page};

fn question(visit: &Visit, page: Page) -> Result<Question, ServiceError> {
    let mut question = Question { page, buckets: visit.buckets()?, ..Question::default() };
    let buckets = shown_buckets(&question.buckets);
    question.filter = Filter {
        text: visit.param(SEARCH).unwrap_or_default().to_owned(),
        customer: visit.param("cliente").and_then(|id| id.parse().ok()),
        segment: visit.param("segmento").map(str::to_owned),
        collector: visit.param("agente").map(str::to_owned),
        kind: visit.param("tipo").map(str::to_owned),
        bucket: bucket_at(&buckets, visit.param("tramo")),
        currency: visit.param("moneda").and_then(|code| code.parse().ok()),
        state: visit.param("estado").and_then(DocumentState::parse),
        acceptance: visit.param("aceptacion").and_then(State::parse),
        due_until: visit.param("vence-hasta").and_then(|day| day.parse().ok()),
    };
    if let Some((column, direction)) = visit.sort() {
        question.direction = direction;
        question.sort = match column {
            "cliente" => Sort::Customer,
            "emision" => Sort::Issued,
            "vencimiento" => Sort::Due,
            "total" => Sort::Total,
            "saldo" => Sort::Open,
            "dias" => Sort::OverdueDays,
            _ => Sort::OpenFirst,
        };
    }
    Ok(question)
}

/// `GET /documentos`.
pub fn list(visit: &Visit) -> Answer {
    let question = question(visit, visit.page(ROWS))?;
    let listed = documents::list(visit.app(), &visit.ctx, visit.at(), &question)?;
    let buckets = shown_buckets(&question.buckets);
    let customer = question.filter.customer.map(|id| {
        let named = listed.rows.iter().find(|row| row.customer.id == id);
        match named {
            Some(row) => Ok(customer_ref(&row.customer)),
            None => super::customer::named(visit, id),
        }
    });
    let view = DocumentsView {
        documents: i64::try_from(listed.document_count).unwrap_or(i64::MAX),
        open: listed.open.iter().map(|(of, minor)| amount(*minor, *of)).collect(),
        customer: customer.transpose()?,
        rows: listed.rows.iter().map(|row| shown(row, &buckets)).collect(),
        paging: visit.paging(ROWS, listed.document_count),
        currencies: currency_choices(&listed.currencies),
        buckets,
    };
    visit.html(documents(&visit.frame(), &view))
}

/// A row as pages show it.
pub(super) fn shown(row: &Row, buckets: &[Bucket]) -> DocumentRow {
    let document = &row.document;
    DocumentRow {
        document: DocumentRef {
            id: document.id,
            kind: words::document_kind(&document.kind),
            number: document.number.clone(),
        },
        customer: customer_ref(&row.customer),
        issued_on: document.issue_date,
        due_on: row.due_on,
        total: amount(document.total_minor, document.currency),
        open: amount(row.open_minor, document.currency),
        overdue_days: row.overdue_days,
        bucket: buckets.get(row.bucket).copied().unwrap_or(Bucket::CURRENT),
        state: words::status(row.status, row.is_partly_paid),
        instalments: u32::try_from(row.instalments).unwrap_or(u32::MAX),
        acceptance: row.acceptance,
    }
}

/// `GET /documentos/exportar`: every document the filters leave, in the order shown.
pub fn export(visit: &Visit) -> Answer {
    let mut question = question(visit, Page { number: 1, size: LARGEST_SIZE })?;
    let mut sheet = Sheet::new(visit, &titles(visit))?;
    loop {
        let listed = documents::list(visit.app(), &visit.ctx, visit.at(), &question)?;
        for row in &listed.rows {
            sheet.row(&cells(visit, row, &question.buckets))?;
        }
        if question.page.number * LARGEST_SIZE >= listed.document_count {
            return sheet.send(visit, "documentos");
        }
        question.page.number += 1;
    }
}

fn titles(visit: &Visit) -> Vec<String> {
    let locale = visit.locale();
    let keys = [
        "filter.kind",
        "col.document",
        "customer.code",
        "col.customer",
        "col.issued",
        "col.due",
        "filter.currency",
        "col.total",
        "col.open",
        "col.disputed",
        "col.days",
        "filter.bucket",
        "col.state",
        "acceptance.term",
        "acceptance.until",
    ];
    keys.iter().map(|key| locale.t(key).to_owned()).collect()
}

fn cells(visit: &Visit, row: &Row, buckets: &BucketSet) -> [Cell; 15] {
    let (locale, document) = (visit.locale(), &row.document);
    let money = |minor| Cell::Money(minor, document.currency);
    let bucket = buckets.labels().get(row.bucket).filter(|_| row.open_minor > 0);
    [
        Cell::Text(locale.t(words::document_kind(&document.kind).key()).to_owned()),
        Cell::Text(document.number.clone()),
        Cell::Text(row.customer.code.clone()),
        Cell::Text(row.customer.name.clone()),
        Cell::Day(document.issue_date),
        Cell::Day(row.due_on),
        Cell::Text(document.currency.code().to_owned()),
        money(document.total_minor),
        money(row.open_minor),
        money(row.disputed_minor),
        Cell::Integer(row.overdue_days.into()),
        bucket.map_or(Cell::Empty, |label| Cell::Text(label.clone())),
        Cell::Text(words::status(row.status, row.is_partly_paid).text(locale).to_owned()),
        row.acceptance.map_or(Cell::Empty, |a| Cell::Text(locale.t(key(a.state)).to_owned())),
        row.acceptance.and_then(|a| a.deadline).map_or(Cell::Empty, Cell::Day),
    ]
}
