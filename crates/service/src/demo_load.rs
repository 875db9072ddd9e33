//! The demo company loaded: the generator's values through the same import as real files, its
//! users, its past contacts, and its days up to today.

use crate::App;
use crate::clock;
use crate::creditors::{self, NewCreditor};
use crate::ctx::Ctx;
use crate::day;
use crate::demo::{self, Country, DemoCreditor, Known};
use crate::error::ServiceError;
use crate::imports::{self, Input, Listener, Options, Progress, Recorded, keys};
use crate::users::{self, NewUser};
use puntual_core::access::Role;
use puntual_core::id::{EventId, UserId};
use puntual_formats::record::Record;
use puntual_store::creditor::Creditor;
use puntual_store::timeline::{self, Event};
use puntual_store::{creditor, customer};
use std::collections::HashMap;

/// The password of every demo user. It is printed at the start and opens nothing but the demo.
pub const PASSWORD: &str = "puntual-demo-2026";

/// E-mail of the demo's administrator, by whom a storage is known for a demo.
pub const ADMIN: &str = "direccion@demo.example";

/// Days before today on which the demo's strategy has already been at work.
const DAYS_RUN: i32 = 21;

/// Somebody who can sign in to the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoUser {
    /// E-mail.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
}

/// What a storage holds, as far as making a demo in it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// No creditor.
    Nothing,
    /// A demo, whole or left half-made.
    Demo,
    /// Somebody's books.
    Books,
}

/// What a storage holds. A demo is told by its first user, who is made with its first creditor.
pub fn holding(app: &App) -> Result<Holding, ServiceError> {
    let Some(first) = creditors::list(app)?.into_iter().next() else {
        return Ok(Holding::Nothing);
    };
    let people = users::list(app, &Ctx::new(app, first, "demo", Role::Admin))?;
    Ok(match people.iter().any(|listed| listed.user.email == ADMIN) {
        true => Holding::Demo,
        false => Holding::Books,
    })
}

/// Loads the three creditors into an empty storage, each up to its own today: for hours of every
/// day Mexico is a day behind Spain. `tell` hears what is being done.
pub fn load(
    app: &App,
    seed: u64,
    tell: &mut dyn FnMut(&str),
) -> Result<Vec<DemoUser>, ServiceError> {
    let mut signed_up = Vec::new();
    for country in Country::ALL {
        let today = clock::day_in_zone(app.clock.now_ms(), demo::time_zone(country));
        let company = demo::company(country, today, seed);
        tell(&format!("{} ({})", company.name, company.code));
        let made = make(app, &company)?;
        let ctx = Ctx::new(app, made, "demo", Role::Admin);
        // Before the rest, so that a demo left half-made is known for one.
        sign_up(app, &ctx, &company, &mut signed_up)?;
        let contacts = company.contacts.clone();
        import(app, &ctx, company)?;
        remember(app, &ctx, &contacts)?;
        for back in (1..=DAYS_RUN).rev() {
            day::run_past(app, &ctx, today - back)?;
        }
        day::run(app, &ctx, today)?;
    }
    Ok(signed_up)
}

/// The company's collectors, and with the first company those who see everything.
fn sign_up(
    app: &App,
    ctx: &Ctx,
    company: &DemoCreditor,
    signed_up: &mut Vec<DemoUser>,
) -> Result<(), ServiceError> {
    let mut people = Vec::new();
    if signed_up.is_empty() {
        people.push((ADMIN, "Dirección", Role::Admin, None));
        people.push(("supervision@demo.example", "Supervisión", Role::Supervisor, None));
        people.push(("mirada@demo.example", "Sólo lectura", Role::Viewer, None));
    }
    people.extend(company.agents.iter().map(|a| (a.email, a.name, Role::Agent, Some(a.login))));
    for (email, name, role, collector) in people {
        let new = NewUser {
            id: UserId(app.next_id()),
            email: email.to_owned(),
            name: name.to_owned(),
            role,
            password: PASSWORD.to_owned(),
            locale: "es".to_owned(),
            collector: collector.map(str::to_owned),
        };
        users::create(app, ctx, new)?;
        signed_up.push(DemoUser { email: email.to_owned(), name: name.to_owned(), role });
    }
    Ok(())
}

/// Whether part of the file waits for something: in the demo everything it names is there.
fn is_waiting(report: &imports::FileReport) -> bool {
    report.problems.iter().any(|problem| problem.code == "waiting")
}

fn make(app: &App, company: &DemoCreditor) -> Result<Creditor, ServiceError> {
    let made = creditors::create(
        app,
        NewCreditor {
            code: Some(company.code.to_owned()),
            name: company.name.to_owned(),
            tax_id: company.tax_id.clone(),
            country: company.country.code().to_owned(),
            currency: company.currency,
            time_zone: Some(company.time_zone.to_owned()),
        },
    )?;
    let domain = company.code.to_lowercase();
    let complete = Creditor {
        email: Some(format!("cobranza@{domain}.example")),
        phone: Some("+00 000 000 000".to_owned()),
        address: Some("Calle Ficticia 123".to_owned()),
        how_to_pay: Some(format!(
            "Transferencia a {} (cuenta ficticia 000-000000-00), indicando el número de factura.",
            company.name
        )),
        ..made
    };
    app.store.write(|tx| creditor::update(tx, &complete))?;
    Ok(complete)
}

/// Notes what is said while the demo loads: refusals would be a mistake of the generator.
#[derive(Default)]
struct Strict {
    refused: Vec<String>,
}

impl Listener for Strict {
    fn file(&mut self, report: imports::FileReport) {
        if report.counts.rejected + report.counts.quarantined > 0 || is_waiting(&report) {
            let first = report.problems.first().map(|p| p.en.clone()).unwrap_or_default();
            self.refused.push(format!("{}: {first}", report.name));
        }
    }

    fn progress(&mut self, _progress: &Progress) {}
}

/// The generator names a document by its number alone; the books by series and number.
fn name_by_series(company: &mut DemoCreditor) {
    let names: HashMap<String, String> = company
        .documents
        .iter()
        .filter_map(|known| {
            let number = known.record.number.clone()?;
            let full = keys::full_number(known.record.series.as_deref(), Some(&number));
            Some((number, full))
        })
        .collect();
    let rename = |name: &mut String| {
        if let Some(full) = names.get(name) {
            name.clone_from(full);
        }
    };
    for known in &mut company.allocations {
        rename(&mut known.record.document);
        known.record.source.iter_mut().for_each(rename);
    }
    company.promises.iter_mut().for_each(|known| rename(&mut known.record.document));
    company.disputes.iter_mut().for_each(|known| rename(&mut known.record.document));
    let references = company.documents.iter_mut().flat_map(|d| d.record.references.iter_mut());
    references.filter(|r| r.uuid.is_none()).filter_map(|r| r.number.as_mut()).for_each(rename);
}

fn import(app: &App, ctx: &Ctx, mut company: DemoCreditor) -> Result<(), ServiceError> {
    name_by_series(&mut company);
    fn all<T>(list: Vec<Known<T>>, wrap: impl Fn(T) -> Record) -> Vec<Record> {
        list.into_iter().map(|known| wrap(known.record)).collect()
    }
    let parts = [
        ("clientes", all(company.customers, |c| Record::Customer(Box::new(c)))),
        ("tipos de cambio", company.rates.into_iter().map(Record::Rate).collect()),
        ("documentos", all(company.documents, |d| Record::Document(Box::new(d)))),
        ("pagos", all(company.payments, |p| Record::Payment(Box::new(p)))),
        ("aplicaciones", all(company.allocations, Record::Allocation)),
        ("disputas", all(company.disputes, Record::Dispute)),
        ("promesas", all(company.promises, Record::Promise)),
    ];
    let options = Options { recorded: Recorded::Effective, ..Options::default() };
    let mut strict = Strict::default();
    for (name, records) in parts {
        let inputs = vec![Input::Records { name: name.to_owned(), records }];
        imports::import(app, ctx, inputs, &options, &mut strict)?;
    }
    match strict.refused.is_empty() {
        true => Ok(()),
        false => Err(ServiceError::Bug(format!("the demo was refused: {:?}", strict.refused))),
    }
}

/// Writes past contacts onto the timelines, as known on their own day.
fn remember(app: &App, ctx: &Ctx, contacts: &[demo::DemoContact]) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    app.store.write(|tx| {
        let mut ids = HashMap::new();
        customer::for_each::<ServiceError>(tx, scope, |c| {
            ids.insert(c.code, c.id);
            Ok(())
        })?;
        let events: Vec<Event> = contacts
            .iter()
            .filter_map(|contact| {
                let customer = *ids.get(&contact.customer_code)?;
                let is_note = contact.channel == demo::ContactChannel::Note;
                Some(Event {
                    id: EventId(app.next_id()),
                    customer,
                    happened_on: contact.day,
                    kind: if is_note { "note" } else { "contact" }.to_owned(),
                    channel: (!is_note).then(|| contact.channel.as_str().to_owned()),
                    outcome: (!is_note).then(|| contact.outcome.as_str().to_owned()),
                    body: Some(contact.text.clone()),
                    subject: None,
                    balance_minor: None,
                    currency: None,
                    actor: contact.agent.to_owned(),
                    recorded_at: clock::instant_of(contact.day, 11 * 60, &ctx.creditor.time_zone),
                })
            })
            .collect();
        timeline::append(tx, scope, &events)?;
        Ok(())
    })
}
