//! `puntual write-off`: the limit above which another person decides, what waits, and recoveries.

use super::output::{json_line, line};
use super::{Common, Failure, Outcome};
use clap::{Args, Subcommand};
use puntual_core::id::{EventId, PaymentId};
use puntual_core::money::{Money, plain};
use puntual_core::posting::Source;
use puntual_service::applications::{self, ApplyCredit};
use puntual_service::{interest, write_offs};
use serde_json::json;

/// Debts given up: limit, requests that wait, recoveries.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual write-off limit 500000")]
pub struct WriteOff {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Show the most one person may give up, or change it.
    #[command(after_help = "Example: puntual write-off limit 500000")]
    Limit {
        /// The amount in the creditor's currency; `none` takes the limit away.
        amount: Option<String>,
    },
    /// Requests that wait for another person; they are decided on the document's page.
    #[command(after_help = "Example: puntual write-off list --json")]
    List,
    /// Apply a payment on account to what was given up.
    #[command(after_help = "Example: puntual write-off recover --document F-1 --payment pay_01h2")]
    Recover {
        /// Number or id of the document.
        #[arg(long)]
        document: String,
        /// Id of the payment.
        #[arg(long)]
        payment: String,
        /// How much; as much as there is when absent.
        #[arg(long)]
        amount: Option<String>,
    },
}

/// Runs `puntual write-off`.
pub fn write_off(common: &Common, command: &WriteOff) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let parsed = |text: &str| {
        Money::parse(text, ctx.creditor.currency)
            .map(|money| money.minor)
            .map_err(|error| Failure::Usage(error.to_string()))
    };
    match &command.what {
        What::Limit { amount } => {
            match amount.as_deref() {
                None => {}
                Some("none") => write_offs::save_limit(&app, &ctx, None)?,
                Some(text) => write_offs::save_limit(&app, &ctx, Some(parsed(text)?))?,
            }
            let limit = write_offs::limit(&app, &ctx)?.map(Money::to_plain);
            json_line(&json!({ "limit": limit, "currency": ctx.creditor.currency.code() }));
        }
        What::List => {
            for request in write_offs::waiting(&app, &ctx, None)? {
                json_line(&json!({
                    "id": request.id.to_string(),
                    "document": request.document.to_string(),
                    "amount": plain(request.amount_minor.into(), request.currency),
                    "currency": request.currency.code(),
                    "why": request.why,
                    "asked_by": request.asked_by,
                    "asked_on": request.asked_on.to_string(),
                }));
            }
        }
        What::Recover { document, payment, amount } => {
            let unknown = || Failure::Usage(format!("--payment {payment:?} is no payment"));
            let payment: PaymentId = payment.parse().map_err(|_| unknown())?;
            let command = ApplyCredit {
                id: EventId(app.next_id()),
                source: Source::Payment(payment),
                document: interest::find(&app, &ctx, document)?,
                amount_minor: amount.as_deref().map(parsed).transpose()?,
                effective_on: None,
            };
            let recovered = applications::recover(&app, &ctx, &command)?;
            match common.json {
                true => json_line(&json!({ "recovered": recovered.to_plain() })),
                false => line(&recovered.to_string()),
            }
        }
    }
    Ok(Outcome::Done)
}
