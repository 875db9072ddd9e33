//! Provision: the page, and the same as a file.

use super::amount;
use super::sheet::{Cell, Sheet};
use crate::web::part::form::Typed;
use crate::web::view::provision::{
    CurrencyProvision, ProvisionLine, ProvisionView, provision as shown_provision,
};
use crate::web::visit::{Answer, Visit};
use puntual_core::indicators::{MigrationMatrix, State};
use puntual_core::interest::AnnualRate;
use puntual_core::ratio::Ratio;
use puntual_service::error::ServiceError;
use puntual_service::provision::{self, MATRIX, Provisioned, Question, Report, View};

/// `GET /indicadores/provision?norma=…&factor=…`.
pub fn show(visit: &Visit) -> Answer {
    let (question, forward) = question(visit);
    let report = provision::report(visit.app(), &visit.ctx, &question)?;
    let view = ProvisionView {
        view: question.view.as_str().to_owned(),
        forward,
        cohort: (report.cohort.from, report.cohort.to),
        moved_from: report.moved_from,
        matrix: MATRIX,
        currencies: report.rows.iter().map(|row| of_currency(visit, &report, row)).collect(),
    };
    visit.html(shown_provision(&visit.frame(), &view))
}

/// What the address asks for, and the factor as it was typed.
fn question(visit: &Visit) -> (Question, Typed) {
    let said = visit.param("factor").unwrap_or("1").trim().replace(',', ".");
    let mut typed = Typed::of(said.clone());
    // A factor is read as a decimal of four places is, as a rate is.
    let factor = AnnualRate::parse(&said).map_or_else(
        |_| {
            typed.error = Some(visit.words().wrong("not_a_number"));
            Ratio { num: 1, den: 1 }
        },
        |rate| Ratio { num: rate.ppm.into(), den: 10_000 },
    );
    let view = visit.param("norma").and_then(View::parse).unwrap_or(View::Ifrs9);
    (Question { at: visit.at(), cohort: None, forward: factor, view }, typed)
}

fn of_currency(visit: &Visit, report: &Report, row: &Provisioned) -> CurrencyProvision {
    let of = |minor| amount(minor, row.currency);
    let buckets = super::shown_buckets(&report.buckets);
    let frame = visit.frame();
    let ages: Vec<String> = buckets.iter().map(|bucket| bucket.label(&frame)).collect();
    let lines = ages.iter().enumerate().map(|(at, age)| {
        let line = row.provision.as_ref().and_then(|provision| provision.lines.get(at));
        ProvisionLine {
            age: age.clone(),
            exposed: of(row.exposed[at]),
            provided: of(row.provided[at]),
            rate: line.map(|line| line.rate),
            loss: line.map(|line| of(line.loss_minor)),
        }
    });
    let moved = row.migration.iter().flat_map(|matrix| {
        let ages = ages.iter().enumerate();
        ages.map(move |(at, age)| (age.clone(), of(matrix.total(at)), shares(matrix, at)))
    });
    CurrencyProvision {
        currency: row.currency,
        lines: lines.collect(),
        disputed: of(row.disputed_minor),
        exposed: of(row.exposed.iter().sum()),
        loss: row.provision.as_ref().map(|provision| of(provision.loss_minor)),
        over_six_months: of(row.over_six_months_minor),
        followed: row
            .cohort
            .as_ref()
            .map_or(0, |cohort| i64::try_from(cohort.count).unwrap_or(i64::MAX)),
        moved: moved.collect(),
    }
}

/// Where an age's amount went, each a share of it.
fn shares(matrix: &MigrationMatrix, from: usize) -> Vec<Option<Ratio>> {
    let exits = [State::Paid, State::CreditNoted, State::WrittenOff, State::Other];
    let ages = (0..matrix.buckets().len()).map(State::Bucket);
    let share = |to: State| Ratio::new(matrix.amount(from, to).into(), matrix.total(from).into());
    exits.into_iter().chain(ages).map(share).collect()
}

/// `GET /indicadores/provision/exportar?formato=xlsx`.
pub fn export(visit: &Visit) -> Answer {
    let (question, _) = question(visit);
    let report = provision::report(visit.app(), &visit.ctx, &question)?;
    let keys = [
        "provision.currency",
        "provision.age",
        "provision.exposed",
        "provision.provided",
        "provision.rate",
        "provision.loss",
        "provision.disputed",
    ];
    let titles = keys.map(|key| visit.locale().t(key).to_owned());
    let mut sheet = Sheet::new(visit, &titles)?;
    for row in &report.rows {
        rows_of(visit, &mut sheet, &report, row)?;
    }
    sheet.send(visit, "provision")
}

fn rows_of(
    visit: &Visit,
    sheet: &mut Sheet,
    report: &Report,
    row: &Provisioned,
) -> Result<(), ServiceError> {
    let money = |minor| Cell::Money(minor, row.currency);
    let currency = || Cell::Text(row.currency.code().to_owned());
    for (at, age) in report.buckets.labels().iter().enumerate() {
        let line = row.provision.as_ref().and_then(|provision| provision.lines.get(at));
        sheet.row(&[
            currency(),
            Cell::Text(age.clone()),
            money(row.exposed[at]),
            money(row.provided[at]),
            Cell::Ratio(line.map(|line| line.rate)),
            line.map_or(Cell::Empty, |line| money(line.loss_minor)),
            Cell::Empty,
        ])?;
    }
    let total = visit.locale().t("provision.all").to_owned();
    let loss = row.provision.as_ref().map(|provision| provision.loss_minor);
    sheet.row(&[
        currency(),
        Cell::Text(total),
        money(row.exposed.iter().sum()),
        money(row.provided.iter().sum()),
        Cell::Empty,
        loss.map_or(Cell::Empty, money),
        money(row.disputed_minor),
    ])
}
