//! Upkeep: migrations, configuration, backups, users.

use super::output::{json_line, line, note};
use super::{Common, Failure, Outcome};
use clap::{Args, Subcommand};
use puntual_core::access::Role;
use puntual_core::id::UserId;
use puntual_service::upkeep;
use puntual_service::users::{self, NewUser};
use serde_json::json;
use std::path::PathBuf;

/// A consistent copy while running.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual backup copia.db")]
pub struct Backup {
    /// Where the copy goes; must not exist.
    file: PathBuf,
}

/// A copy back in place; refuses to overwrite.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual --db sqlite:nuevo.db restore copia.db")]
pub struct Restore {
    /// The copy.
    file: PathBuf,
}

/// Users.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual user list")]
pub struct User {
    #[command(subcommand)]
    action: UserAction,
}

#[derive(Subcommand, Debug)]
enum UserAction {
    /// Add a user; the password is asked for, or read from standard input.
    #[command(after_help = "Example: echo 'una frase larga' | puntual user add ana@empresa.cl \
                            --name \"Ana Soto\" --role supervisor")]
    Add {
        /// E-mail, what one signs in with.
        email: String,
        /// Name on screen.
        #[arg(long)]
        name: String,
        /// admin, supervisor, agent or viewer.
        #[arg(long, default_value = "agent")]
        role: String,
        /// Whose customers are this person's.
        #[arg(long)]
        collector: Option<String>,
    },
    /// The users there are.
    #[command(after_help = "Example: puntual user list --json")]
    List,
}

/// Runs `puntual migrate`: opening the storage brings it to the current shape.
pub fn migrate(common: &Common) -> Result<Outcome, Failure> {
    common.open()?;
    match common.json {
        true => json_line(&json!({ "migrated": true })),
        false => note("El almacenamiento está al día."),
    }
    Ok(Outcome::Done)
}

/// Runs `puntual config`.
pub fn config(common: &Common) -> Result<Outcome, Failure> {
    let value = json!({
        "db": upkeep::without_password(common.db()),
        "creditor": common.creditor,
        "now": common.now,
        "version": env!("CARGO_PKG_VERSION"),
    });
    match common.json {
        true => json_line(&value),
        false => line(&serde_json::to_string_pretty(&value).unwrap_or_default()),
    }
    Ok(Outcome::Done)
}

/// Runs `puntual doctor`.
pub fn doctor(common: &Common) -> Result<Outcome, Failure> {
    let findings = upkeep::doctor(&common.open()?)?;
    let ok = findings.iter().all(|finding| finding.ok);
    match common.json {
        true => json_line(&json!({ "ok": ok, "findings": findings })),
        false => {
            for finding in &findings {
                let sign = if finding.ok { "ok   " } else { "FALTA" };
                line(&format!("{sign}  {}: {}", finding.name, finding.detail));
            }
        }
    }
    Ok(if ok { Outcome::Done } else { Outcome::Refused })
}

/// Runs `puntual backup`.
pub fn backup(common: &Common, command: &Backup) -> Result<Outcome, Failure> {
    let bytes = upkeep::backup(&common.open()?, common.db(), &command.file)?;
    match common.json {
        true => json_line(&json!({ "file": command.file, "bytes": bytes })),
        false => note(&format!("{}: {bytes} bytes", command.file.display())),
    }
    Ok(Outcome::Done)
}

/// Runs `puntual restore`.
pub fn restore(common: &Common, command: &Restore) -> Result<Outcome, Failure> {
    let rows = upkeep::restore(common.db(), &command.file)?;
    if common.json {
        json_line(&json!({ "rows": rows }));
        return Ok(Outcome::Done);
    }
    note(&format!("Restaurado en {}", upkeep::without_password(common.db())));
    Ok(Outcome::Done)
}

/// Runs `puntual user`.
pub fn user(common: &Common, command: &User) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    match &command.action {
        UserAction::Add { email, name, role, collector } => {
            let role = Role::parse(role).ok_or_else(|| {
                Failure::Usage(format!("--role {role:?}: admin, supervisor, agent or viewer"))
            })?;
            let mut password = String::new();
            note("Contraseña (una línea):");
            std::io::stdin().read_line(&mut password)?;
            let new = NewUser {
                id: UserId(app.next_id()),
                email: email.clone(),
                name: name.clone(),
                role,
                password: password.trim_end_matches(['\r', '\n']).to_owned(),
                locale: ctx.creditor.locale.clone(),
                collector: collector.clone(),
            };
            let made = users::create(&app, &ctx, new)?;
            match common.json {
                true => json_line(&json!({ "user": made.id.to_string(), "email": made.email })),
                false => line(&format!("{}  {} ({})", made.email, made.name, made.role)),
            }
        }
        UserAction::List => {
            for user in users::list(&app, &ctx)?.into_iter().map(|listed| listed.user) {
                match common.json {
                    true => json_line(&json!({
                        "user": user.id.to_string(), "email": user.email, "name": user.name,
                        "role": user.role, "disabled": user.disabled_at.is_some(),
                    })),
                    false => line(&format!("{}  {} ({})", user.email, user.name, user.role)),
                }
            }
        }
    }
    Ok(Outcome::Done)
}
