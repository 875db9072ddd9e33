//! Workspaces and creditors: making them, choosing one, changing what may change.

use crate::App;
use crate::clock;
use crate::contacts;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::{Deed, Role};
use puntual_core::currency::Currency;
use puntual_core::id::{CreditorId, WorkspaceId};
use puntual_core::tax_id::{self, TaxIdCheck, TaxIdKind};
use puntual_core::terms;
use puntual_store::Scope;
use puntual_store::creditor;
pub use puntual_store::creditor::Creditor;
use puntual_store::user::{self, User};

/// What making a creditor needs.
#[derive(Clone, Debug)]
pub struct NewCreditor {
    /// Short code; made from the name when absent.
    pub code: Option<String>,
    /// Legal name.
    pub name: String,
    /// Tax id in any usual writing.
    pub tax_id: String,
    /// ISO 3166 alpha-2.
    pub country: String,
    /// Own currency.
    pub currency: Currency,
    /// IANA zone; the country's capital when absent.
    pub time_zone: Option<String>,
}

/// What speaks against a tax id typed for a creditor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaxIdDoubt {
    /// It is not the shape of an id of the country. Refused.
    Malformed,
    /// The check digit does not agree; the id whose digit would, where there is one. Refused, but
    /// for an RFC: such ids were issued (formats reference §10).
    CheckDigit(Option<String>),
    /// Everybody's stand-in, nobody's own. Refused.
    Generic,
}

/// What speaks against a tax id of a country, if anything does. Countries whose rules are not known
/// raise no doubt.
pub fn tax_id_doubt(country: &str, text: &str) -> Option<TaxIdDoubt> {
    match tax_id::check(country, text) {
        TaxIdCheck::Valid(_) | TaxIdCheck::Unchecked(_) => None,
        TaxIdCheck::Malformed => Some(TaxIdDoubt::Malformed),
        TaxIdCheck::Generic(_) => Some(TaxIdDoubt::Generic),
        TaxIdCheck::BadCheckDigit(_) => {
            let right = tax_id::with_right_digit(country, text);
            Some(TaxIdDoubt::CheckDigit(right.map(|id| id.to_string())))
        }
    }
}

/// The tax id as printed, when a creditor may have it.
fn own_tax_id(country: &str, text: &str) -> Result<String, ServiceError> {
    let kind = TaxIdKind::of_country(country);
    let name = kind.map_or("tax id", TaxIdKind::name);
    let refused = |what: String| Err(ServiceError::invalid("tax_id", what));
    match tax_id_doubt(country, text) {
        Some(TaxIdDoubt::Malformed) => {
            refused(format!("{text:?} is not a {name}: write all of its digits, {}", sample(kind)))
        }
        Some(TaxIdDoubt::Generic) => {
            refused(format!("{text:?} is the {name} everybody may use: write the company's own"))
        }
        Some(TaxIdDoubt::CheckDigit(right)) if kind != Some(TaxIdKind::Rfc) => {
            let right = right.map(|id| format!(" (it would be {id})")).unwrap_or_default();
            refused(format!(
                "the check digit of {name} {text:?} does not agree{right}: look at the number and \
                 the digit on a printed invoice and correct what is wrong"
            ))
        }
        _ => {
            let checked = tax_id::check(country, text);
            Ok(checked.id().map_or_else(|| text.trim().to_owned(), ToString::to_string))
        }
    }
}

/// How an id of the kind is written.
fn sample(kind: Option<TaxIdKind>) -> &'static str {
    match kind {
        Some(TaxIdKind::Rut) => "as in 76.192.083-9",
        Some(TaxIdKind::Rfc) => "as in EKU9003173C9",
        Some(TaxIdKind::Nif) => "as in B12345674",
        Some(TaxIdKind::Nit) => "as in 800.197.268-4",
        Some(TaxIdKind::RucPe) => "as in 20131312955",
        Some(TaxIdKind::Cuit) => "as in 30-74686034-6",
        None => "as printed",
    }
}

/// Time zone of each country's capital and the locale of its letters.
const COUNTRIES: [(&str, &str, &str); 20] = [
    ("AR", "America/Argentina/Buenos_Aires", "es-AR"),
    ("BO", "America/La_Paz", "es-BO"),
    ("CL", "America/Santiago", "es-CL"),
    ("CO", "America/Bogota", "es-CO"),
    ("CR", "America/Costa_Rica", "es-CR"),
    ("DO", "America/Santo_Domingo", "es-DO"),
    ("EC", "America/Guayaquil", "es-EC"),
    ("ES", "Europe/Madrid", "es-ES"),
    ("GT", "America/Guatemala", "es-GT"),
    ("HN", "America/Tegucigalpa", "es-HN"),
    ("MX", "America/Mexico_City", "es-MX"),
    ("NI", "America/Managua", "es-NI"),
    ("PA", "America/Panama", "es-PA"),
    ("PE", "America/Lima", "es-PE"),
    ("PR", "America/Puerto_Rico", "es-PR"),
    ("PY", "America/Asuncion", "es-PY"),
    ("SV", "America/El_Salvador", "es-SV"),
    ("US", "America/New_York", "en"),
    ("UY", "America/Montevideo", "es-UY"),
    ("VE", "America/Caracas", "es-VE"),
];

/// Number of the first workspace of a storage.
const FIRST: i64 = 1;

/// Days of credit assumed for a new creditor whose country's law names none.
const USUAL_TERMS_DAYS: i32 = 30;

/// Most days of credit a creditor may give by default: what is longer was mistyped.
const MOST_TERMS_DAYS: i64 = 365;

/// Makes a creditor, and the workspace if there is none yet. The first creditor is the default.
/// Making the same one again answers the existing one; the same code with other content is a
/// conflict.
pub fn create(app: &App, new: NewCreditor) -> Result<Creditor, ServiceError> {
    let wanted = describe(new)?;
    let now_ms = app.clock.now_ms();
    app.store.write(|tx| {
        let workspace = match creditor::workspaces(tx)?.first() {
            Some((workspace, _)) => *workspace,
            None => {
                let workspace = WorkspaceId(FIRST);
                creditor::insert_workspace(tx, workspace, &wanted.name, now_ms)?;
                workspace
            }
        };
        let existing = creditor::list(tx, workspace)?;
        if let Some(same) = existing.iter().find(|c| c.code == wanted.code) {
            let unchanged = same.tax_id == wanted.tax_id && same.currency == wanted.currency;
            return match unchanged {
                true => Ok(same.clone()),
                false => Err(ServiceError::Conflict(format!(
                    "creditor {} is already there with tax id {} and currency {}",
                    same.code, same.tax_id, same.currency
                ))),
            };
        }
        // Counted and not made of the clock: these two stand before every key of every row, and a
        // small number takes one byte there instead of eight.
        let last = existing.iter().map(|c| c.scope.creditor.0).max().unwrap_or(0);
        let scope = Scope { workspace, creditor: CreditorId(last + 1) };
        let made = Creditor { scope, is_default: existing.is_empty(), ..wanted };
        creditor::insert(tx, &made, now_ms)?;
        Ok(made)
    })
}

fn describe(new: NewCreditor) -> Result<Creditor, ServiceError> {
    let country = new.country.trim().to_ascii_uppercase();
    let name = new.name.trim().to_owned();
    if name.is_empty() {
        return Err(ServiceError::invalid("name", "a creditor needs a name"));
    }
    let known = COUNTRIES.iter().find(|(code, _, _)| *code == country);
    let time_zone = match (new.time_zone, known) {
        (Some(zone), _) if clock::is_zone(&zone) => zone,
        (Some(zone), _) => {
            return Err(ServiceError::invalid("time_zone", format!("no such zone: {zone}")));
        }
        (None, Some((_, zone, _))) => (*zone).to_owned(),
        (None, None) => {
            return Err(ServiceError::invalid(
                "country",
                format!("{country:?} is not one of the countries known; give a time zone"),
            ));
        }
    };
    let tax_id = own_tax_id(&country, &new.tax_id)?;
    let code = new.code.unwrap_or_else(|| code_of(&name));
    Ok(Creditor {
        scope: Scope { workspace: WorkspaceId(0), creditor: CreditorId(0) },
        code,
        name,
        tax_id,
        locale: known.map_or("es", |(_, _, locale)| locale).to_owned(),
        default_terms_days: terms::legal_default_days(&country).unwrap_or(USUAL_TERMS_DAYS).into(),
        country,
        currency: new.currency,
        time_zone,
        email: None,
        phone: None,
        address: None,
        how_to_pay: None,
        is_default: false,
    })
}

/// A short code from a name: its first word in capitals without accents.
fn code_of(name: &str) -> String {
    let word = name.split_whitespace().next().unwrap_or("C");
    let code: String = crate::words::plain(word)
        .to_ascii_uppercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(12)
        .collect();
    if code.is_empty() { "C1".to_owned() } else { code }
}

/// The creditors of the (first) workspace, the default first. Empty before the first is made.
pub fn list(app: &App) -> Result<Vec<Creditor>, ServiceError> {
    app.store.read(|tx| match creditor::workspaces(tx)?.first() {
        Some((workspace, _)) => Ok(creditor::list(tx, *workspace)?),
        None => Ok(Vec::new()),
    })
}

/// The creditors somebody works for, the default first: those they are assigned to, all of the
/// workspace when they are assigned to none. An administrator answers for all of them.
pub fn of_user(app: &App, user: &User) -> Result<Vec<Creditor>, ServiceError> {
    app.store.read(|tx| {
        let mut all = creditor::list(tx, user.workspace)?;
        let assigned = user::creditors_of(tx, user.workspace, user.id)?;
        if !assigned.is_empty() && user.role != Role::Admin.as_str() {
            all.retain(|creditor| assigned.contains(&creditor.scope.creditor));
        }
        Ok(all)
    })
}

/// The creditor of this code; without a code the only one, or the default.
pub fn choose(app: &App, code: Option<&str>) -> Result<Creditor, ServiceError> {
    let all = list(app)?;
    let wanted = match code {
        Some(code) => all.iter().find(|c| c.code.eq_ignore_ascii_case(code)),
        None => all.first(),
    };
    wanted.cloned().ok_or_else(|| match code {
        Some(code) => {
            let known: Vec<&str> = all.iter().map(|c| c.code.as_str()).collect();
            ServiceError::NotFound(format!("creditor {code:?} (there are: {})", known.join(", ")))
        }
        None => ServiceError::NotFound(
            "a creditor: make one with `puntual init`, or look around with `puntual demo`;"
                .to_owned(),
        ),
    })
}

/// Changes what may change of a creditor: names, zone, contact data, how to pay, usual terms.
pub fn update(app: &App, ctx: &Ctx, changed: Creditor) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageCreditors)?;
    if changed.scope != ctx.scope() {
        return Err(ServiceError::Forbidden("another creditor".to_owned()));
    }
    if !clock::is_zone(&changed.time_zone) {
        return Err(ServiceError::invalid("time_zone", "no_such_zone"));
    }
    if changed.email.as_deref().is_some_and(|email| !contacts::is_email(email)) {
        return Err(ServiceError::invalid("email", "bad_email"));
    }
    if !(0..=MOST_TERMS_DAYS).contains(&changed.default_terms_days) {
        return Err(ServiceError::invalid("terms_days", "not_terms"));
    }
    app.store.write(|tx| Ok(creditor::update(tx, &changed)?))
}
