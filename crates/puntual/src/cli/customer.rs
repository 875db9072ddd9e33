//! `puntual customer`: merging two customers that are one, taking that back, and groups of companies.

use super::output::{json_line, line};
use super::{Common, Failure, Outcome};
use clap::{Args, Subcommand};
use puntual_core::id::{CustomerId, EventId, MergeId};
use puntual_core::money::plain;
use puntual_core::portfolio::AsOf;
use puntual_service::App;
use puntual_service::buckets;
use puntual_service::ctx::Ctx;
use puntual_service::groups::{self, SetParent};
use puntual_service::merges::{self, Joined, MergeCustomers, MergeRow, UnmergeCustomers};
use puntual_service::messages;
use serde_json::json;

/// Customers: merge, take back, group.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual customer merge C-002 --into C-001 --why \"mismo RUT\"")]
pub struct Customer {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand, Debug)]
enum Deed {
    /// Merge a customer into another: everything of it counts as the other's.
    Merge {
        /// Code or id of the customer that is not counted by itself any more.
        customer: String,
        /// Code or id of the one it is.
        #[arg(long)]
        into: String,
        /// Why.
        #[arg(long)]
        why: String,
        /// The id the merge will have; made when absent. The same id merges once.
        #[arg(long)]
        id: Option<MergeId>,
    },
    /// Take a merge back: each customer has its own again.
    Unmerge {
        /// Code or id of the customer that is merged.
        customer: String,
        /// Why.
        #[arg(long)]
        why: String,
    },
    /// The companies a customer belongs with and what they owe; with an option, to whom it belongs.
    Group {
        /// Code or id of the customer.
        customer: String,
        /// Code or id of the company it belongs to.
        #[arg(long, conflicts_with = "leave")]
        parent: Option<String>,
        /// It belongs to nobody any more.
        #[arg(long)]
        leave: bool,
    },
}

/// Runs `puntual customer`.
pub fn customer(common: &Common, command: &Customer) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let id_of = |text: &str| Ok::<_, Failure>(messages::find_customer(&app, &ctx, text)?);
    match &command.deed {
        Deed::Merge { customer, into, why, id } => {
            let command = MergeCustomers {
                id: id.unwrap_or_else(|| MergeId(app.next_id())),
                customer: id_of(customer)?,
                into: id_of(into)?,
                why: why.clone(),
            };
            let row = merges::merge(&app, &ctx, &command)?;
            told(common, &row, &format!("{customer} cuenta ahora como {into}."));
        }
        Deed::Unmerge { customer, why } => {
            let joined = standing(&app, &ctx, id_of(customer)?)?;
            let joined = joined.ok_or_else(|| {
                Failure::Usage(format!("{customer} no está unido a otro cliente"))
            })?;
            let (id, merge) = (EventId(app.next_id()), joined.merge.id);
            let command = UnmergeCustomers { id, merge, why: why.clone() };
            let row = merges::unmerge(&app, &ctx, &command)?;
            told(common, &row, &format!("{customer} vuelve a contar por sí mismo."));
        }
        Deed::Group { customer, parent, leave } => {
            let id = id_of(customer)?;
            if *leave || parent.is_some() {
                let parent = parent.as_deref().map(id_of).transpose()?;
                let command = SetParent { id: EventId(app.next_id()), customer: id, parent };
                groups::set_parent(&app, &ctx, &command)?;
            }
            group(common, &app, &ctx, id)?;
        }
    }
    Ok(Outcome::Done)
}

/// The merge by which a customer counts as another.
fn standing(app: &App, ctx: &Ctx, id: CustomerId) -> Result<Option<Joined>, Failure> {
    let view = app.portfolio(ctx)?;
    let joined = merges::joined(app, ctx, view.names.survivor(id))?;
    Ok(joined.into_iter().find(|one| one.merge.merge.customer == id))
}

fn told(common: &Common, row: &MergeRow, text: &str) {
    match common.json {
        true => json_line(&json!({
            "merge": row.id.to_string(),
            "customer": row.merge.customer.to_string(),
            "into": row.merge.into.to_string(),
            "since": row.merge.since.to_string(),
            "until": row.merge.until.map(|day| day.to_string()),
            "why": row.why,
        })),
        false => line(&format!("{text} ({})", row.id)),
    }
}

fn group(common: &Common, app: &App, ctx: &Ctx, id: CustomerId) -> Result<(), Failure> {
    let set = buckets::of(app, ctx)?;
    let found = groups::of_customer(app, ctx, AsOf::day(ctx.today), &set, id)?;
    let plain = |minor: i64, currency| plain(minor.into(), currency);
    if common.json {
        let balance = |b: &puntual_service::balances::Balance| {
            json!({
                "currency": b.currency.code(),
                "open": plain(b.open_minor, b.currency),
                "overdue": plain(b.overdue_minor, b.currency),
                "unapplied": plain(b.unapplied_minor, b.currency),
            })
        };
        let members: Vec<_> = (found.members.iter())
            .map(|member| {
                json!({
                    "customer": member.customer.code,
                    "name": member.customer.name,
                    "depth": member.depth,
                    "balances": member.balances.iter().map(balance).collect::<Vec<_>>(),
                })
            })
            .collect();
        let totals: Vec<_> = (found.totals.iter())
            .map(|total| {
                json!({
                    "currency": total.currency.code(),
                    "open": plain(total.open_minor, total.currency),
                    "overdue": plain(total.overdue_minor, total.currency),
                    "unapplied": plain(total.unapplied_minor, total.currency),
                })
            })
            .collect();
        json_line(&json!({ "members": members, "totals": totals }));
        return Ok(());
    }
    for member in &found.members {
        let indent = "  ".repeat(member.depth);
        line(&format!("{indent}{} · {}", member.customer.code, member.customer.name));
    }
    for total in &found.totals {
        line(&format!(
            "{} abierto {} · vencido {}",
            total.currency,
            plain(total.open_minor, total.currency),
            plain(total.overdue_minor, total.currency)
        ));
    }
    Ok(())
}
