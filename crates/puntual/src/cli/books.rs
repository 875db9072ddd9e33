//! `puntual init` and `puntual check`.

use super::output::{json_line, line, note};
use super::{Common, Failure, Outcome};
use clap::Args;
use puntual_core::access::Role;
use puntual_service::creditors::{self, Creditor, NewCreditor};
use puntual_service::ctx::Ctx;
use serde_json::json;

/// Make a creditor.
#[derive(Args, Debug)]
#[command(
    after_help = "Example: puntual init --name \"Comercial Ñandú Ltda.\" --tax-id 77.777.777-7 \
                        --country CL --currency CLP"
)]
pub struct Init {
    /// Legal name.
    #[arg(long)]
    name: String,
    /// RUT, RFC, NIF, NIT, RUC or CUIT.
    #[arg(long)]
    tax_id: String,
    /// ISO 3166 code: CL, MX, ES, CO, PE, AR…
    #[arg(long)]
    country: String,
    /// ISO 4217 code: CLP, MXN, EUR…
    #[arg(long)]
    currency: String,
    /// Short code; made from the name when absent.
    #[arg(long)]
    code: Option<String>,
    /// IANA time zone; that of the country's capital when absent.
    #[arg(long)]
    time_zone: Option<String>,
    /// Address that letters answer to; printed on them.
    #[arg(long)]
    email: Option<String>,
    /// Telephone printed on letters.
    #[arg(long)]
    phone: Option<String>,
    /// Postal address printed on letters.
    #[arg(long)]
    address: Option<String>,
    /// How customers pay, in words; printed on letters.
    #[arg(long)]
    how_to_pay: Option<String>,
}

/// Runs `puntual init`.
pub fn init(common: &Common, command: &Init) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let currency =
        command.currency.parse().map_err(|error: puntual_core::currency::UnknownCurrency| {
            Failure::Usage(error.to_string())
        })?;
    let made = creditors::create(
        &app,
        NewCreditor {
            code: command.code.clone(),
            name: command.name.clone(),
            tax_id: command.tax_id.clone(),
            country: command.country.clone(),
            currency,
            time_zone: command.time_zone.clone(),
        },
    )?;
    let complete = Creditor {
        email: command.email.clone().or(made.email.clone()),
        phone: command.phone.clone().or(made.phone.clone()),
        address: command.address.clone().or(made.address.clone()),
        how_to_pay: command.how_to_pay.clone().or(made.how_to_pay.clone()),
        ..made.clone()
    };
    if creditors::tax_id_doubt(&made.country, &made.tax_id).is_some() {
        note(&format!(
            "Aviso: el dígito verificador de {} no corresponde; se acepta porque hay RFC así. \
             Revíselo en una factura timbrada.",
            made.tax_id
        ));
    }
    if complete != made {
        let ctx = Ctx::new(&app, made.clone(), "cli", Role::Admin);
        creditors::update(&app, &ctx, complete)?;
    }
    match common.json {
        true => json_line(&json!({ "creditor": made.code })),
        false => {
            line(&format!("{}  {} ({}, {})", made.code, made.name, made.tax_id, made.currency))
        }
    }
    Ok(Outcome::Done)
}

/// Runs `puntual check` on every creditor, or the one chosen.
pub fn check(common: &Common) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let chosen = match &common.creditor {
        Some(code) => vec![creditors::choose(&app, Some(code))?],
        None => creditors::list(&app)?,
    };
    let several = chosen.len() > 1;
    let mut checks = Vec::new();
    for creditor in chosen {
        let code = creditor.code.clone();
        let ctx = Ctx::new(&app, creditor, "check", Role::Admin);
        for mut check in puntual_service::check::run(&app, &ctx)? {
            if several {
                check.name = format!("{code}/{}", check.name);
            }
            checks.push(check);
        }
    }
    let ok = checks.iter().all(|check| check.ok);
    match common.json {
        true => json_line(&json!({ "ok": ok, "checks": checks })),
        false => {
            for check in &checks {
                let sign = if check.ok { "ok   " } else { "WRONG" };
                line(&format!("{sign}  {}: {}", check.name, check.detail));
            }
        }
    }
    Ok(if ok { Outcome::Done } else { Outcome::Refused })
}
