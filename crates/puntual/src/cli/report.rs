//! `puntual report`: figures as of any day.

use super::output::{columns, json_line, line};
use super::{Common, Failure, Outcome, day};
use clap::{Args, Subcommand, ValueEnum};
use puntual_core::aging::{Basis, CreditPolicy};
use puntual_core::date::Day;
use puntual_core::history::Step;
use puntual_core::interest::AnnualRate;
use puntual_core::portfolio::{AsOf, Window};
use puntual_core::ratio::Ratio;
use puntual_service::buckets;
use puntual_service::provision;
use puntual_service::reports::{self, AgingQuestion, Grouping};
use serde_json::Value;

/// Figures as of any day.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual report aging --as-of 2026-06-30")]
pub struct Report {
    #[command(subcommand)]
    report: Which,
}

#[derive(Subcommand, Debug)]
enum Which {
    /// How old the open debt is.
    #[command(after_help = "Example: puntual report aging --as-of 2026-06-30 --by segment")]
    Aging(Aging),
    /// Every indicator by its id.
    #[command(after_help = "Example: puntual report indicators --as-of 2026-06-30")]
    Indicators(Indicators),
    /// Series of ageing and indicators.
    #[command(after_help = "Example: puntual report history --from 2025-07-01 --to 2026-06-30")]
    History(History),
    /// What is expected not to be collected, by age, with the matrix it rests on.
    #[command(after_help = "Example: puntual report provision --as-of 2026-06-30 --forward 1.10")]
    Provision(Provision),
    /// What the customers who pay late have in common.
    #[command(after_help = "Example: puntual report traits --as-of 2026-06-30")]
    Traits(Traits),
    /// Lapse or trend, score, signals and habits, customer by customer.
    #[command(after_help = "Example: puntual report behaviour --as-of 2026-06-30 --json")]
    Behaviour(Behaviour),
}

#[derive(Args, Debug)]
struct When {
    /// The day the figures are of.
    #[arg(long, value_parser = day)]
    as_of: Day,
    /// Only what was known on this day.
    #[arg(long, value_parser = day)]
    known_at: Option<Day>,
}

#[derive(Args, Debug)]
struct Aging {
    #[command(flatten)]
    when: When,
    /// How rows are grouped.
    #[arg(long, value_enum, default_value_t = By::Customer)]
    by: By,
    /// Age from the due date or from the issue date.
    #[arg(long, value_enum, default_value_t = BasisArg::Due)]
    basis: BasisArg,
    /// Upper bounds of the buckets in days; the creditor's own when absent, 30,60,90,120 unless
    /// changed.
    #[arg(long, value_delimiter = ',')]
    buckets: Option<Vec<i32>>,
    /// What becomes of unapplied credit.
    #[arg(long, value_enum, default_value_t = Credits::Separate)]
    credits: Credits,
}

#[derive(Args, Debug)]
struct Indicators {
    #[command(flatten)]
    when: When,
    /// First day of the window of payments and sales; 89 days before the last when absent.
    #[arg(long, value_parser = day)]
    from: Option<Day>,
    /// Last day of the window; the as-of day when absent.
    #[arg(long, value_parser = day)]
    to: Option<Day>,
    /// How rows are grouped.
    #[arg(long, value_enum, default_value_t = By::Currency)]
    by: By,
}

#[derive(Args, Debug)]
struct History {
    /// First day.
    #[arg(long, value_parser = day)]
    from: Day,
    /// Last day.
    #[arg(long, value_parser = day)]
    to: Day,
    /// One point per month, week or day.
    #[arg(long, value_enum, default_value_t = StepArg::Month)]
    step: StepArg,
    /// Only what was known on this day.
    #[arg(long, value_parser = day)]
    known_at: Option<Day>,
}

#[derive(Args, Debug)]
struct Provision {
    #[command(flatten)]
    when: When,
    /// First day of the sales whose payment gives the rates; two years before when absent.
    #[arg(long, value_parser = day, requires = "to")]
    from: Option<Day>,
    /// Last day of those sales.
    #[arg(long, value_parser = day, requires = "from")]
    to: Option<Day>,
    /// Forward-looking factor over the rates: 1.10 expects ten per cent more losses.
    #[arg(long, default_value = "1")]
    forward: String,
    /// ifrs9, nif-c16 or pgc.
    #[arg(long, default_value = "ifrs9")]
    view: String,
}

#[derive(Args, Debug)]
struct Behaviour {
    /// The day it is judged on; today when absent.
    #[arg(long, value_parser = day)]
    as_of: Option<Day>,
    /// Code or id of one customer.
    #[arg(long)]
    customer: Option<String>,
}

#[derive(Args, Debug)]
struct Traits {
    /// The day it is judged on; today when absent.
    #[arg(long, value_parser = day)]
    as_of: Option<Day>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum By {
    /// One row per customer.
    Customer,
    /// One row per segment.
    Segment,
    /// One row per collector.
    Agent,
    /// One row per currency.
    Currency,
    /// One row per creditor.
    Creditor,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum BasisArg {
    /// From the due date.
    Due,
    /// From the issue date.
    Issue,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Credits {
    /// In a column of its own.
    Separate,
    /// Used up against the oldest debt.
    Net,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StepArg {
    /// Month ends.
    Month,
    /// Sundays.
    Week,
    /// Every day.
    Day,
}

impl From<By> for Grouping {
    fn from(by: By) -> Grouping {
        match by {
            By::Customer => Grouping::Customer,
            By::Segment => Grouping::Segment,
            By::Agent => Grouping::Agent,
            By::Currency => Grouping::Currency,
            By::Creditor => Grouping::Creditor,
        }
    }
}

impl When {
    fn at(&self) -> AsOf {
        AsOf { as_of: self.as_of, known_at: self.known_at }
    }
}

/// Days of the usual window of payments and sales.
const WINDOW_DAYS: i32 = 90;

/// Runs `puntual report`.
pub fn report(common: &Common, command: &Report) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let value = match &command.report {
        Which::Aging(asked) => {
            let question = AgingQuestion {
                grouping: asked.by.into(),
                basis: match asked.basis {
                    BasisArg::Due => Basis::Due,
                    BasisArg::Issue => Basis::Issue,
                },
                bounds: match &asked.buckets {
                    Some(bounds) => bounds.clone(),
                    None => buckets::bounds(&buckets::of(&app, &ctx)?).to_vec(),
                },
                credits: match asked.credits {
                    Credits::Separate => CreditPolicy::Separate,
                    Credits::Net => CreditPolicy::NetOldestFirst,
                },
                ..AgingQuestion::new(asked.when.at())
            };
            reports::aging_json(&app, &ctx, &question)?
        }
        Which::Indicators(asked) => {
            let to = asked.to.unwrap_or(asked.when.as_of);
            let from = asked.from.unwrap_or(to - (WINDOW_DAYS - 1));
            if from > to {
                return Err(Failure::Usage("--from is after --to".to_owned()));
            }
            let window = Window { from, to };
            reports::indicators_json(&app, &ctx, asked.when.at(), window, asked.by.into())?
        }
        Which::History(asked) => {
            let step = match asked.step {
                StepArg::Month => Step::Month,
                StepArg::Week => Step::Week,
                StepArg::Day => Step::Day,
            };
            reports::history_json(&app, &ctx, (asked.from, asked.to, step), asked.known_at)?
        }
        Which::Provision(asked) => {
            let found = provision::report(&app, &ctx, &provision_question(asked)?)?;
            provision::report_json(&found)
        }
        Which::Traits(asked) => {
            let at = AsOf::day(asked.as_of.unwrap_or(ctx.today));
            puntual_service::traits::json(&app, &ctx, at)?
        }
        Which::Behaviour(asked) => return behaviour(common, &app, &ctx, asked),
    };
    match common.json {
        true => json_line(&value),
        false => print_table(&command.report, &value),
    }
    Ok(Outcome::Done)
}

fn provision_question(asked: &Provision) -> Result<provision::Question, Failure> {
    let forward = AnnualRate::parse(&asked.forward)
        .map_err(|_| Failure::Usage(format!("--forward {:?} is no factor", asked.forward)))?;
    let view = provision::View::parse(&asked.view).ok_or_else(|| {
        Failure::Usage(format!("--view {:?} is none of ifrs9, nif-c16, pgc", asked.view))
    })?;
    let cohort = asked.from.zip(asked.to).map(|(from, to)| Window { from, to });
    // A factor is read as a decimal of four places is, as a rate is.
    let forward = Ratio { num: forward.ppm.into(), den: 10_000 };
    Ok(provision::Question { at: asked.when.at(), cohort, forward, view })
}

fn behaviour(
    common: &Common,
    app: &puntual_service::App,
    ctx: &puntual_service::ctx::Ctx,
    asked: &Behaviour,
) -> Result<Outcome, Failure> {
    let as_of = asked.as_of.unwrap_or(ctx.today);
    let lines = puntual_service::behaviour::report(app, ctx, as_of, asked.customer.as_deref())?;
    for value in &lines {
        match common.json {
            true => json_line(value),
            false => line(&format!(
                "{:24} {} {}",
                text(&value["verdict"]),
                text(&value["customer"]),
                text(&value["since"])
            )),
        }
    }
    Ok(Outcome::Done)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "—".to_owned(),
        other => other.to_string(),
    }
}

/// What late payers have in common, one rule a row.
fn traits_rows(value: &Value) -> Vec<Vec<String>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let head = ["rasgos", "clientes", "con atraso", "veces lo usual"];
    let rule = |rule: &Value| {
        let traits = list(&rule["traits"]);
        let said =
            traits.iter().map(|one| format!("{}={}", text(&one["attribute"]), text(&one["value"])));
        let figures = ["n", "late", "lift"].map(|key| text(&rule[key]));
        [vec![said.collect::<Vec<_>>().join(" + ")], figures.to_vec()].concat()
    };
    let rules = list(&value["rules"]);
    std::iter::once(head.map(str::to_owned).to_vec()).chain(rules.iter().map(rule)).collect()
}

/// The same values as a table for people.
fn print_table(which: &Which, value: &Value) {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut rows: Vec<Vec<String>> = Vec::new();
    match which {
        Which::Aging(_) => {
            let buckets: Vec<String> = list(&value["buckets"]).iter().map(text).collect();
            rows.push(
                [
                    vec!["clave".into(), "nombre".into(), "moneda".into()],
                    buckets,
                    vec!["sin aplicar".into(), "saldo".into()],
                ]
                .concat(),
            );
            let total = list(&value["totals"]).into_iter().map(|mut total| {
                total["key"] = "TOTAL".into();
                total["name"] = "".into();
                total
            });
            for row in list(&value["rows"]).into_iter().chain(total) {
                let head = ["key", "name", "currency"].map(|name| text(&row[name])).to_vec();
                let amounts = list(&row["amounts"]).iter().map(text).collect();
                let tail = ["unapplied", "balance"].map(|name| text(&row[name])).to_vec();
                rows.push([head, amounts, tail].concat());
            }
        }
        Which::Indicators(_) => {
            rows.push(["clave", "moneda", "indicador", "valor", "n"].map(str::to_owned).to_vec());
            for row in list(&value["rows"]) {
                for (id, figure) in row["values"].as_object().into_iter().flatten() {
                    let (key, currency) = (text(&row["key"]), text(&row["currency"]));
                    rows.push(vec![key, currency, id.clone(), text(figure), text(&row["n"][id])]);
                }
            }
        }
        Which::Provision(_) => rows = provision_rows(value),
        Which::Traits(_) => rows = traits_rows(value),
        Which::History(_) | Which::Behaviour(_) => {
            let ids = ["ppc_weighted", "avg_debt_age", "dso_period", "cei", "past_due_pct"];
            let head = ["al", "moneda"].into_iter().chain(ids).map(str::to_owned).collect();
            rows.push(head);
            for point in list(&value["points"]) {
                let figures = ids.map(|id| text(&point["values"][id]));
                rows.push(
                    [vec![text(&point["as_of"]), text(&point["currency"])], figures.to_vec()]
                        .concat(),
                );
            }
        }
    }
    let first_number = match which {
        Which::Aging(_) => 3,
        Which::Traits(_) => 1,
        _ => 2,
    };
    let right: Vec<bool> = (0..20).map(|at| at >= first_number).collect();
    for text in columns(&rows, &right) {
        line(&text);
    }
}

/// A provision by age, with what is disputed and the total of each currency.
fn provision_rows(value: &Value) -> Vec<Vec<String>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let head = ["moneda", "tramo", "expuesto", "tasa", "pérdida"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for row in list(&value["rows"]) {
        let currency = text(&row["currency"]);
        for one in list(&row["lines"]) {
            let cells = ["bucket", "provided", "rate", "loss"].map(|name| text(&one[name]));
            rows.push([vec![currency.clone()], cells.to_vec()].concat());
        }
        let [exposure, disputed, loss] =
            ["exposure", "disputed", "loss"].map(|name| text(&row[name]));
        rows.push(vec![currency.clone(), "EN DISPUTA".to_owned(), disputed]);
        rows.push(vec![currency, "TOTAL".to_owned(), exposure, String::new(), loss]);
    }
    rows
}
