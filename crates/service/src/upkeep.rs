//! Upkeep of an installation: backups, restores, and a doctor that says what is missing.

use crate::App;
use crate::creditors;
use crate::error::ServiceError;
use puntual_store::{Store, copy};
use std::path::Path;

/// Something the doctor looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What.
    pub name: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found, or what to do.
    pub detail: String,
}

/// A storage address fit to be shown.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((credentials, host)) => {
            let user = credentials.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:•••@{host}")
        }
        None => url.to_owned(),
    }
}

/// Writes a consistent copy of the storage into a new file while the program runs, whatever the
/// engine. Returns its size in bytes.
pub fn backup(app: &App, url: &str, file: &Path) -> Result<u64, ServiceError> {
    if file.exists() {
        return Err(ServiceError::invalid("file", format!("{} is already there", file.display())));
    }
    if url.strip_prefix("sqlite:").is_some_and(|path| Path::new(path) == file) {
        return Err(ServiceError::invalid("file", "the backup would overwrite the storage"));
    }
    let target = Store::open(&format!("sqlite:{}", file.display()))?;
    copy::copy(&app.store, &target)?;
    drop(target);
    let size = std::fs::metadata(file).map(|meta| meta.len());
    size.map_err(|error| ServiceError::Unavailable(error.to_string()))
}

/// Puts a copy back into an empty storage of either engine. Refuses to overwrite.
pub fn restore(url: &str, file: &Path) -> Result<u64, ServiceError> {
    if !file.is_file() {
        return Err(ServiceError::invalid("file", format!("{} is not there", file.display())));
    }
    let source = Store::open(&format!("sqlite:{}", file.display()))?;
    let target = Store::open(url)?;
    Ok(copy::copy(&source, &target)?)
}

/// Looks at the installation: storage, creditors, time zones.
pub fn doctor(app: &App) -> Result<Vec<Finding>, ServiceError> {
    let found =
        |name: &str, ok: bool, detail: String| Finding { name: name.to_owned(), ok, detail };
    let all = creditors::list(app)?;
    let mut findings = vec![
        found("storage", true, "the storage answers and is up to date".to_owned()),
        found(
            "creditors",
            !all.is_empty(),
            match all.len() {
                0 => "make one with `puntual init`".to_owned(),
                count => format!("{count}"),
            },
        ),
    ];
    for creditor in &all {
        let complete = creditor.email.is_some() && creditor.how_to_pay.is_some();
        findings.push(found(
            &format!("letters of {}", creditor.code),
            complete,
            match complete {
                true => "reply address and payment instructions are set".to_owned(),
                false => {
                    "letters print them: run `puntual init` again with --email and --how-to-pay"
                        .to_owned()
                }
            },
        ));
    }
    Ok(findings)
}
