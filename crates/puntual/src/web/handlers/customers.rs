//! Clientes: the list and its export.

use super::sheet::{Cell, Sheet};
use super::{ROWS, amount, bucket_at, customer_ref, shown_buckets, strip, words};
use crate::web::part::form::Choice;
use crate::web::url::SEARCH;
use crate::web::view::customers::{CustomerRow, CustomersView, Totals, customers};
use crate::web::visit::{Answer, Visit};
use puntual_service::customers::{self, CustomerState, Filter, Listed, Question, Row, Sort};
use puntual_service::error::ServiceError;
use puntual_service::listing::{Direction, LARGEST_SIZE, Page};

fn question(visit: &Visit, page: Page) -> Result<Question, ServiceError> {
    let buckets = visit.buckets()?;
    let mut question =
        Question { page, direction: Direction::Down, buckets, ..Question::default() };
    let buckets = shown_buckets(&question.buckets);
    question.filter = Filter {
        text: visit.param(SEARCH).unwrap_or_default().to_owned(),
        segment: visit.param("segmento").map(str::to_owned),
        collector: visit.param("agente").map(str::to_owned),
        bucket: bucket_at(&buckets, visit.param("tramo")),
        currency: visit.param("moneda").and_then(|code| code.parse().ok()),
        state: visit.param("estado").and_then(CustomerState::parse),
        group: visit.param("grupo").and_then(|id| id.parse().ok()),
    };
    if let Some((column, direction)) = visit.sort() {
        question.direction = direction;
        question.sort = match column {
            "cliente" => Sort::Name,
            "segmento" => Sort::Segment,
            "agente" => Sort::Collector,
            "saldo" => Sort::Open,
            "dias" => Sort::OldestDays,
            "ppc" => Sort::CollectionPeriod,
            "veredicto" => Sort::Verdict,
            _ => Sort::Overdue,
        };
    }
    Ok(question)
}

/// `GET /clientes`.
pub fn list(visit: &Visit) -> Answer {
    let question = question(visit, visit.page(ROWS))?;
    let listed = customers::list(visit.app(), &visit.ctx, visit.at(), &question)?;
    let f = visit.frame();
    visit.html(customers_page(visit, &f, &question, &listed))
}

fn customers_page(
    visit: &Visit,
    f: &crate::web::frame::Frame,
    question: &Question,
    listed: &Listed,
) -> maud::Markup {
    let buckets = shown_buckets(&question.buckets);
    let choices = |names: &[String]| names.iter().map(|name| Choice::new(name, name)).collect();
    let view = CustomersView {
        customers: i64::try_from(listed.customer_count).unwrap_or(i64::MAX),
        totals: listed
            .totals
            .iter()
            .map(|total| Totals {
                open: amount(total.open_minor, total.currency),
                overdue: amount(total.overdue_minor, total.currency),
                unapplied: amount(total.unapplied_minor, total.currency),
            })
            .collect(),
        rows: listed.rows.iter().map(|row| shown(row, &buckets)).collect(),
        paging: visit.paging(ROWS, listed.row_count),
        segments: choices(&listed.segments),
        collectors: choices(&listed.collectors),
        buckets,
    };
    customers(f, &view)
}

fn shown(row: &Row, buckets: &[crate::web::part::badge::Bucket]) -> CustomerRow {
    let balance = &row.balance;
    CustomerRow {
        customer: customer_ref(&row.customer),
        tax_id: row.customer.tax_id.clone().unwrap_or_default(),
        segment: row.segment.clone(),
        collector: row.collector.clone(),
        open: amount(balance.open_minor, balance.currency),
        overdue: amount(balance.overdue_minor, balance.currency),
        oldest_days: balance.oldest_overdue_days,
        aging: strip(buckets, &balance.buckets),
        collection_period: row.collection_period,
        verdict: words::verdict(row.verdict),
    }
}

/// `GET /clientes/exportar`: every row the filters leave, in the order shown.
pub fn export(visit: &Visit) -> Answer {
    let mut question = question(visit, Page { number: 1, size: LARGEST_SIZE })?;
    let mut sheet = Sheet::new(visit, &titles(visit, &question))?;
    loop {
        let listed = customers::list(visit.app(), &visit.ctx, visit.at(), &question)?;
        for row in &listed.rows {
            sheet.row(&cells(row))?;
        }
        if question.page.number * LARGEST_SIZE >= listed.row_count {
            return sheet.send(visit, "clientes");
        }
        question.page.number += 1;
    }
}

fn titles(visit: &Visit, question: &Question) -> Vec<String> {
    let locale = visit.locale();
    let said = |keys: &[&'static str]| -> Vec<String> {
        keys.iter().map(|key| locale.t(key).to_owned()).collect()
    };
    let mut titles = said(&[
        "customer.code",
        "col.customer",
        "settings.tax_id",
        "filter.segment",
        "filter.collector",
        "filter.currency",
        "col.open",
        "col.overdue",
    ]);
    titles.extend(question.buckets.labels().iter().cloned());
    titles.extend(said(&[
        "col.unapplied",
        "col.disputed",
        "col.oldest",
        "col.collection_period",
        "col.behaviour",
    ]));
    titles
}

fn cells(row: &Row) -> Vec<Cell> {
    let balance = &row.balance;
    let money = |minor| Cell::Money(minor, balance.currency);
    let mut cells = vec![
        Cell::Text(row.customer.code.clone()),
        Cell::Text(row.customer.name.clone()),
        Cell::Text(row.customer.tax_id.clone().unwrap_or_default()),
        Cell::Text(row.segment.clone()),
        Cell::Text(row.collector.clone()),
        Cell::Text(balance.currency.code().to_owned()),
        money(balance.open_minor),
        money(balance.overdue_minor),
    ];
    cells.extend(balance.buckets.iter().map(|minor| money(*minor)));
    cells.extend([
        money(balance.unapplied_minor),
        money(balance.disputed_minor),
        Cell::Integer(balance.oldest_overdue_days.into()),
        Cell::Ratio(row.collection_period),
        Cell::Text(row.verdict.as_str().to_owned()),
    ]);
    cells
}
