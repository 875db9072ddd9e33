//! `puntual interest` and `puntual rate`: late interest explained, and the rates it rests on.

use super::output::{columns, json_line, line};
use super::{Common, Failure, Outcome, day};
use clap::{Args, Subcommand};
use puntual_core::date::Day;
use puntual_core::hours::Person;
use puntual_core::id::InterestRateId;
use puntual_core::interest::InterestError;
use puntual_core::money::plain;
use puntual_service::interest::{self, Answer, Asked, Claimed};
use puntual_service::interest_rates::{self, LoadRate};
use serde_json::json;
use std::path::PathBuf;

/// Late interest and fixed compensation of a document, segment by segment.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual interest --document F-1042 --until 2026-06-30 --json")]
pub struct Interest {
    /// Number or id of the document.
    #[arg(long)]
    document: String,
    /// The last day that counts, past or future.
    #[arg(long, value_parser = day)]
    until: Day,
    /// Agreed rate in per cent a year; the creditor's usual terms or the law when absent.
    #[arg(long)]
    rate: Option<String>,
    /// Agreed count of days: 365, 360, actual/actual or 30/360; needs --rate.
    #[arg(long, requires = "rate")]
    basis: Option<String>,
    /// The day payment was demanded, where the law asks for it (consumers in Spain).
    #[arg(long, value_parser = day)]
    demanded_on: Option<Day>,
    /// What the debtor is: consumer, sole_trader, micro_small_company, company, public_body.
    #[arg(long)]
    debtor: Option<String>,
}

/// Rates of late interest.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual rate list")]
pub struct Rate {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Every series with its rates, their sources and how sure they are.
    #[command(after_help = "Example: puntual rate list --json")]
    List,
    /// Load a rate as published, or a file of them.
    #[command(after_help = "Example: puntual rate load --series es-demora --from 2026-07-01 \
                            --to 2026-12-31 --percent 10.15 --source BOE-A-2026-12345")]
    Load(Load),
}

#[derive(Args, Debug)]
struct Load {
    /// A file like those of crates/core/rates; instead of the rest.
    #[arg(long, conflicts_with_all = ["series", "from", "to", "percent", "source"])]
    file: Option<PathBuf>,
    /// Its series, as `puntual rate list` names it.
    #[arg(long, required_unless_present = "file")]
    series: Option<String>,
    /// First day.
    #[arg(long, value_parser = day, required_unless_present = "file")]
    from: Option<Day>,
    /// Last day; until further notice when absent.
    #[arg(long, value_parser = day)]
    to: Option<Day>,
    /// Per cent a year: 10.15
    #[arg(long, required_unless_present = "file")]
    percent: Option<String>,
    /// Where it was published: BOE-A-2026-12345
    #[arg(long, required_unless_present = "file")]
    source: Option<String>,
}

/// Runs `puntual interest`.
pub fn interest(common: &Common, command: &Interest) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let agreed = match &command.rate {
        Some(rate) => interest_rates::terms(rate, command.basis.as_deref().unwrap_or_default())?,
        None => None,
    };
    let person = match &command.debtor {
        Some(word) => Some(Person::parse(word).ok_or_else(|| {
            let known: Vec<&str> = Person::ALL.iter().map(|person| person.as_str()).collect();
            Failure::Usage(format!("--debtor {word:?} is none of {}", known.join(", ")))
        })?),
        None => None,
    };
    let document = interest::find(&app, &ctx, &command.document)?;
    let asked = Asked {
        agreed,
        demanded_on: command.demanded_on,
        person,
        ..Asked::new(document, command.until)
    };
    match interest::of_document(&app, &ctx, &asked)? {
        Answer::Refused(error) => Err(Failure::Refused(refusal(&error))),
        Answer::Claimed(claimed) => {
            match common.json {
                true => json_line(&interest::json(&claimed)),
                false => print(&claimed),
            }
            Ok(Outcome::Done)
        }
    }
}

/// Why no interest is told, and what to do about it, in both languages.
pub(super) fn refusal(error: &InterestError) -> String {
    match error {
        InterestError::MissingRate { series, from, to, publisher } => format!(
            "falta la tasa {series} del {from} al {to}. Se publica en: {publisher}. Cárguela con: \
             puntual rate load --series {series} --from {from} --to DÍA --percent TASA \
             --source PUBLICACIÓN (no rate of {series} is known from {from} to {to}: load it as \
             published)"
        ),
        InterestError::NoLegalRate(country) => format!(
            "la ley de {country} no da tasa para esta deuda: sólo la pactada, con --rate ({error})"
        ),
        InterestError::DemandMissing => format!(
            "el interés corre desde el requerimiento de pago: diga qué día fue con --demanded-on, o \
             con --debtor company si el deudor es una empresa ({error})"
        ),
        InterestError::OutOfRange => format!("los montos no caben ({error})"),
    }
}

fn print(claimed: &Claimed) {
    let currency = claimed.document.currency;
    let money = |minor: i64| plain(minor.into(), currency);
    let mut rows =
        vec![["desde", "hasta", "días", "capital", "tasa %", "base", "interés"].map(str::to_owned)];
    for segment in &claimed.claim.segments {
        rows.push([
            segment.from.to_string(),
            segment.to.to_string(),
            segment.days.to_string(),
            money(segment.principal_minor),
            segment.rate.to_string(),
            segment.basis_days.to_string(),
            money(segment.amount_minor),
        ]);
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(Vec::from).collect();
    for text in columns(&rows, &[false, false, true, true, true, true, true]) {
        line(&text);
    }
    let claim = &claimed.claim;
    let sums = [
        ("capital pendiente", claim.principal_minor),
        ("intereses", claim.interest_minor()),
        ("compensación", claim.compensation_minor),
        ("total", claim.total_minor()),
    ];
    let sums: Vec<Vec<String>> =
        sums.iter().map(|(word, minor)| vec![(*word).to_owned(), money(*minor)]).collect();
    for text in columns(&sums, &[false, true]) {
        line(&format!("{text} {currency}"));
    }
    line(claimed.regime.law.citation());
    line(claimed.regime.law.reservation());
    for note in &claim.notes {
        line(&format!("· {}", note.code()));
    }
}

/// Runs `puntual rate`.
pub fn rate(common: &Common, command: &Rate) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    match &command.what {
        What::Load(load) => {
            let new = match &load.file {
                Some(file) => {
                    let text = std::fs::read_to_string(file)
                        .map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
                    interest_rates::load_file(&app, &ctx, &text)?
                }
                None => usize::from(load_one(&app, &ctx, load)?),
            };
            match common.json {
                true => json_line(&json!({ "loaded": new })),
                false => line(&format!("{new} tasas nuevas")),
            }
        }
        What::List => {
            for shown in interest_rates::list(&app, &ctx)? {
                if common.json {
                    json_line(&listed(&shown));
                    continue;
                }
                let (series, count) = (&shown.series, shown.rates.len());
                line(&format!("{} · {} · {count} tasas", series.id, series.law));
                line(&format!("  {}", series.publisher));
                for rate in &shown.rates {
                    let to = rate.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
                    let sure = rate.confidence.as_str();
                    line(&format!("  {} {to} {} % {} [{sure}]", rate.from, rate.rate, rate.source));
                }
            }
        }
    }
    Ok(Outcome::Done)
}

fn load_one(
    app: &puntual_service::App,
    ctx: &puntual_service::ctx::Ctx,
    load: &Load,
) -> Result<bool, Failure> {
    let (Some(series), Some(from), Some(percent), Some(source)) =
        (&load.series, load.from, &load.percent, &load.source)
    else {
        return Err(Failure::Usage("--series, --from, --percent and --source".to_owned()));
    };
    let command = LoadRate {
        id: InterestRateId(app.next_id()),
        series: series.clone(),
        from,
        to: load.to,
        percent: percent.clone(),
        source: source.clone(),
    };
    Ok(interest_rates::load(app, ctx, &command)?)
}

fn listed(shown: &interest_rates::ShownRate) -> serde_json::Value {
    let rates: Vec<serde_json::Value> = shown
        .rates
        .iter()
        .map(|rate| {
            json!({
                "from": rate.from.to_string(),
                "to": rate.to.map(|to| to.to_string()),
                "percent": rate.rate.to_string(),
                "source": rate.source,
                "verified_on": rate.verified_on.to_string(),
                "confidence": rate.confidence.as_str(),
            })
        })
        .collect();
    json!({
        "series": shown.series.id,
        "law": shown.series.law,
        "publisher": shown.series.publisher,
        "rates": rates,
    })
}
