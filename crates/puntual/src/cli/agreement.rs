//! `puntual agreement`: proposed, accepted, followed, taken back.

use super::output::{columns, json_line, line};
use super::{Common, Failure, Outcome, day};
use clap::{Args, Subcommand};
use puntual_core::agreement::{Every, Nature, Spread, State};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{AgreementId, DocumentId, EventId};
use puntual_core::interest::{AnnualRate, DayCount};
use puntual_core::money::{Money, plain};
use puntual_service::App;
use puntual_service::agreements::{self, Accept, Followed, Propose};
use puntual_service::ctx::Ctx;
use puntual_service::{interest, messages};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Agreements: new due dates for old debts.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual agreement list --state accepted")]
pub struct Agreement {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Propose an agreement within the policy.
    #[command(after_help = "Example: puntual agreement propose --customer C-001 \
                            --instalments 6 --first 2026-12-31 --down 200000")]
    Propose(Box<Proposal>),
    /// Approve a proposal.
    #[command(after_help = "Example: puntual agreement approve agr_01h2")]
    Approve(Which),
    /// Record that the customer accepted.
    #[command(after_help = "Example: puntual agreement accept agr_01h2 --by \"Rosa Soto\" \
                            --evidence \"correo del 3 de mayo\"")]
    Accept(Acceptance),
    /// Withdraw a proposal, or take back an agreement of which nothing is paid.
    #[command(after_help = "Example: puntual agreement withdraw agr_01h2 --why \"mal calculado\"")]
    Withdraw(Withdrawal),
    /// Agreements and how they are going.
    #[command(after_help = "Example: puntual agreement list --state broken --json")]
    List(List),
    /// The agreement as PDF.
    #[command(after_help = "Example: puntual agreement print agr_01h2 --out convenio.pdf")]
    Print(Print),
    /// Show the policy, or change it.
    #[command(after_help = "Example: puntual agreement policy --file policy.json")]
    Policy(PolicyFile),
}

#[derive(Args, Debug)]
struct Proposal {
    /// Code or id of the customer.
    #[arg(long)]
    customer: String,
    /// Numbers or ids of the documents covered; all that is open when absent.
    #[arg(long, value_delimiter = ',')]
    documents: Vec<String>,
    /// Currency, where more than one is owed.
    #[arg(long)]
    currency: Option<String>,
    /// How many instalments after the down payment.
    #[arg(long)]
    instalments: u32,
    /// When the first of them is due.
    #[arg(long, value_parser = day)]
    first: Day,
    /// week, fortnight or month.
    #[arg(long, default_value = "month")]
    every: String,
    /// Equal amounts with the interest inside, instead of equal parts of the debt.
    #[arg(long)]
    level: bool,
    /// Down payment.
    #[arg(long)]
    down: Option<String>,
    /// Of the debt, forgiven.
    #[arg(long)]
    discount: Option<String>,
    /// Interest in per cent a year.
    #[arg(long, default_value = "0")]
    rate: String,
    /// How its days are counted: 365, 360, actual/actual or 30/360.
    #[arg(long, default_value = "365")]
    basis: String,
    /// novation replaces the debts; forbearance waits for them.
    #[arg(long, default_value = "novation")]
    nature: String,
    /// What else was said.
    #[arg(long)]
    note: Option<String>,
    /// Only show what it would come to.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args, Debug)]
struct Which {
    /// Id or number of the agreement.
    agreement: String,
}

#[derive(Args, Debug)]
struct Acceptance {
    /// Id or number of the agreement.
    agreement: String,
    /// Who accepted for the customer.
    #[arg(long)]
    by: String,
    /// What proves it.
    #[arg(long)]
    evidence: String,
}

#[derive(Args, Debug)]
struct Withdrawal {
    /// Id or number of the agreement.
    agreement: String,
    /// Why.
    #[arg(long)]
    why: String,
}

#[derive(Args, Debug)]
struct List {
    /// Code or id of one customer.
    #[arg(long)]
    customer: Option<String>,
    /// proposed, accepted, completed, broken or withdrawn.
    #[arg(long)]
    state: Option<String>,
}

#[derive(Args, Debug)]
struct Print {
    /// Id or number of the agreement.
    agreement: String,
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Args, Debug)]
struct PolicyFile {
    /// A file like what this command shows; an empty one brings the usual policy back.
    #[arg(long)]
    file: Option<PathBuf>,
}

/// Runs `puntual agreement`.
pub fn agreement(common: &Common, command: &Agreement) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let event = EventId(app.next_id());
    let id = match &command.what {
        What::Propose(asked) => return propose(common, &app, &ctx, asked),
        What::List(asked) => return list(common, &app, &ctx, asked),
        What::Policy(asked) => return policy(&app, &ctx, asked),
        What::Print(asked) => return print(common, &app, &ctx, asked),
        What::Approve(asked) => {
            agreements::approve(&app, &ctx, event, find(&app, &ctx, &asked.agreement)?)?.id
        }
        What::Accept(asked) => {
            let command = Accept {
                id: event,
                agreement: find(&app, &ctx, &asked.agreement)?,
                by: asked.by.clone(),
                evidence: asked.evidence.clone(),
            };
            agreements::accept(&app, &ctx, &command)?.id
        }
        What::Withdraw(asked) => {
            let agreement = find(&app, &ctx, &asked.agreement)?;
            agreements::withdraw(&app, &ctx, event, agreement, &asked.why)?.id
        }
    };
    show(common, &agreements::detail(&app, &ctx, id)?.followed);
    Ok(Outcome::Done)
}

fn propose(common: &Common, app: &App, ctx: &Ctx, asked: &Proposal) -> Result<Outcome, Failure> {
    let command = command(app, ctx, asked)?;
    let preview = agreements::preview(app, ctx, &command)?;
    if asked.dry_run {
        let (currency, schedule) = (preview.currency, &preview.schedule);
        let money = |minor: i64| plain(minor.into(), currency);
        let rows: Vec<Value> = schedule
            .instalments
            .iter()
            .map(|one| {
                json!({
                    "due": one.due.to_string(),
                    "principal": money(one.principal_minor),
                    "interest": money(one.interest_minor),
                    "amount": money(one.amount_minor()),
                })
            })
            .collect();
        let excess: Vec<&str> = preview.permission.excess.iter().map(|one| one.code()).collect();
        let least = preview.permission.least_role.map(|role| role.as_str());
        let told = json!({
            "currency": currency.code(),
            "debt": money(preview.terms.debt_minor),
            "discount": money(preview.terms.discount_minor),
            "interest": money(schedule.interest_minor()),
            "total": money(schedule.total_minor()),
            "instalments": rows,
            "least_role": least,
            "excess": excess,
        });
        json_line(&told);
        return Ok(Outcome::Done);
    }
    let made = agreements::propose(app, ctx, &command)?;
    show(common, &agreements::detail(app, ctx, made.id)?.followed);
    Ok(Outcome::Done)
}

fn command(app: &App, ctx: &Ctx, asked: &Proposal) -> Result<Propose, Failure> {
    let usage = |what: String| Failure::Usage(what);
    let documents: Result<Vec<DocumentId>, _> =
        asked.documents.iter().map(|text| interest::find(app, ctx, text)).collect();
    let currency = asked.currency.as_deref().map(str::parse::<Currency>).transpose();
    let currency = currency.map_err(|error| usage(error.to_string()))?;
    let money = |text: &Option<String>| match text {
        None => Ok(0),
        Some(text) => Money::parse(text, currency.unwrap_or(ctx.creditor.currency))
            .map(|money| money.minor)
            .map_err(|error| usage(error.to_string())),
    };
    let every = Every::parse(&asked.every).ok_or_else(|| {
        usage(format!("--every {:?} is none of week, fortnight, month", asked.every))
    })?;
    let (count, first) = (asked.instalments, asked.first);
    Ok(Propose {
        id: AgreementId(app.next_id()),
        customer: messages::find_customer(app, ctx, &asked.customer)?,
        documents: documents?,
        currency,
        nature: Nature::parse(&asked.nature)
            .ok_or_else(|| usage("--nature novation or forbearance".to_owned()))?,
        discount_minor: money(&asked.discount)?,
        down_minor: money(&asked.down)?,
        spread: match asked.level {
            true => Spread::Level { count, first, every },
            false => Spread::Equal { count, first, every },
        },
        rate: AnnualRate::parse(&asked.rate).map_err(|error| usage(error.to_string()))?,
        day_count: DayCount::parse(&asked.basis)
            .ok_or_else(|| usage(format!("--basis {:?} is no day count", asked.basis)))?,
        note: asked.note.clone(),
    })
}

/// An agreement by its id or its number.
fn find(app: &App, ctx: &Ctx, text: &str) -> Result<AgreementId, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let all = agreements::list(app, ctx, None, None)?;
    let named = all.iter().find(|one| one.agreement.number.eq_ignore_ascii_case(text));
    named
        .map(|one| one.agreement.id)
        .ok_or_else(|| Failure::Usage(format!("no hay convenio {text} (no agreement {text})")))
}

fn list(common: &Common, app: &App, ctx: &Ctx, asked: &List) -> Result<Outcome, Failure> {
    let whose = asked.customer.as_deref().map(|text| messages::find_customer(app, ctx, text));
    let state = match &asked.state {
        Some(word) => Some(
            State::parse(word)
                .ok_or_else(|| Failure::Usage(format!("--state {word:?} is no state")))?,
        ),
        None => None,
    };
    for followed in agreements::list(app, ctx, whose.transpose()?, state)? {
        show(common, &followed);
    }
    Ok(Outcome::Done)
}

fn show(common: &Common, followed: &Followed) {
    let value = json(followed);
    if common.json {
        json_line(&value);
        return;
    }
    let word = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let head = ["number", "state", "customer", "total", "currency", "id"].map(word);
    line(&head.join("  "));
    let rows: Vec<Vec<String>> = value["instalments"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            ["due", "amount", "left"]
                .map(|name| one[name].as_str().unwrap_or_default().to_owned())
                .to_vec()
        })
        .collect();
    for text in columns(&rows, &[false, true, true]) {
        line(&format!("  {text}"));
    }
}

fn json(followed: &Followed) -> Value {
    let agreement = &followed.agreement;
    let money = |minor: i64| plain(minor.into(), agreement.currency);
    let instalments: Vec<Value> = followed
        .instalments
        .iter()
        .zip(&followed.verdict.progress)
        .map(|(one, progress)| {
            json!({
                "due": one.due.to_string(),
                "principal": money(one.principal_minor),
                "interest": money(one.interest_minor),
                "amount": money(one.amount_minor()),
                "left": money(progress.left_minor),
                "overdue_days": progress.overdue_days.max(0),
            })
        })
        .collect();
    json!({
        "id": agreement.id.to_string(),
        "number": agreement.number,
        "customer": followed.customer,
        "state": agreement.state,
        "nature": agreement.nature,
        "currency": agreement.currency.code(),
        "debt": money(agreement.debt_minor),
        "discount": money(agreement.discount_minor),
        "interest": money(agreement.interest_minor),
        "total": money(agreement.debt_minor - agreement.discount_minor + agreement.interest_minor),
        "paid": money(followed.paid_minor),
        "least_role": agreement.least_role,
        "approved_by": agreement.approved_by,
        "accepted_on": agreement.accepted_on.map(|day| day.to_string()),
        "instalments": instalments,
    })
}

fn print(common: &Common, app: &App, ctx: &Ctx, asked: &Print) -> Result<Outcome, Failure> {
    let id = find(app, ctx, &asked.agreement)?;
    let pdf = puntual_service::agreement_pdf::render(app, ctx, id)?;
    std::fs::write(&asked.out, &pdf)
        .map_err(|error| Failure::Cannot(format!("{}: {error}", asked.out.display())))?;
    match common.json {
        true => json_line(&json!({ "out": asked.out, "bytes": pdf.len() })),
        false => line(&format!("{}: {} bytes", asked.out.display(), pdf.len())),
    }
    Ok(Outcome::Done)
}

fn policy(app: &App, ctx: &Ctx, asked: &PolicyFile) -> Result<Outcome, Failure> {
    if let Some(file) = &asked.file {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
        agreements::save_policy(app, ctx, &text)?;
    }
    json_line(&agreements::policy(app, ctx)?);
    Ok(Outcome::Done)
}
