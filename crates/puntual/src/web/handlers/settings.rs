//! Ajustes: creditors, outgoing mail, ageing buckets.

use super::shown_buckets;
use crate::web::part::form::{Choice, Typed};
use crate::web::view::settings::{
    BucketsView, CreditorForm, CreditorRow, CreditorsView, MailView, buckets as buckets_page,
    creditors as creditors_page, mail as mail_page,
};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::access::Deed;
use puntual_service::buckets as bucket_sets;
use puntual_service::channels::{EmailSettings, Security};
use puntual_service::creditors::{self, NewCreditor};
use puntual_service::ctx::Ctx;
use puntual_service::error::{Invalid, ServiceError};
use puntual_service::smtp_settings::{self, DEFAULT_TIMEOUT_SECONDS};

/// Countries offered first, with their currencies; any other is typed on the command line.
const COUNTRIES: [(&str, &str); 10] = [
    ("CL", "CLP"),
    ("MX", "MXN"),
    ("ES", "EUR"),
    ("CO", "COP"),
    ("PE", "PEN"),
    ("AR", "ARS"),
    ("UY", "UYU"),
    ("EC", "USD"),
    ("PA", "USD"),
    ("US", "USD"),
];

/// `GET /ajustes`.
pub fn creditors(visit: &Visit) -> Answer {
    creditor_list(visit, CreditorForm::default())
}

fn creditor_list(visit: &Visit, form: CreditorForm) -> Answer {
    visit.ctx.require(Deed::ManageCreditors)?;
    let row = |creditor: &creditors::Creditor| -> Result<CreditorRow, ServiceError> {
        let ctx = Ctx { creditor: creditor.clone(), ..visit.ctx.clone() };
        let view = visit.app().portfolio(&ctx)?;
        Ok(CreditorRow {
            code: creditor.code.clone(),
            name: creditor.name.clone(),
            tax_id: creditor.tax_id.clone(),
            country: creditor.country.clone(),
            currency: creditor.currency.code().to_owned(),
            zone: creditor.time_zone.clone(),
            customers: i64::try_from(view.names.iter().count()).unwrap_or(i64::MAX),
            is_default: creditor.is_default,
        })
    };
    let rows: Result<Vec<CreditorRow>, ServiceError> = visit.creditors.iter().map(row).collect();
    let mut currencies: Vec<&str> = COUNTRIES.iter().map(|(_, currency)| *currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let view = CreditorsView {
        rows: rows?,
        form,
        countries: COUNTRIES.iter().map(|(code, _)| Choice::new(*code, *code)).collect(),
        currencies: currencies.into_iter().map(|code| Choice::new(code, code)).collect(),
    };
    visit.html(creditors_page(&visit.frame(), &view))
}

/// `POST /ajustes/acreedores`.
pub fn add_creditor(visit: &Visit) -> Answer {
    visit.ctx.require(Deed::ManageCreditors)?;
    let form = &visit.form;
    let currency = form.text("currency").parse();
    let currency = currency.map_err(|_| ServiceError::invalid("currency", "missing"))?;
    let new = NewCreditor {
        code: form.get("code").filter(|code| !code.is_empty()).map(str::to_owned),
        name: form.text("name").to_owned(),
        tax_id: form.text("tax_id").to_owned(),
        country: form.text("country").to_owned(),
        currency,
        time_zone: None,
    };
    match creditors::create(visit.app(), new) {
        Ok(made) => {
            let text = visit.locale().fill("flash.creditor_added", &[("name", &made.name)]);
            let told = match creditors::tax_id_doubt(&made.country, &made.tax_id) {
                None => Told::done(text),
                Some(doubt) => Told::warning(format!("{text} {}", visit.words().tax_id(&doubt))),
            };
            visit.go("/ajustes", Some(told))
        }
        Err(ServiceError::Invalid(invalid)) => refused_creditor(visit, &invalid),
        Err(ServiceError::Conflict(_)) => {
            let taken = ("code".to_owned(), visit.locale().t("wrong.taken").to_owned());
            refused_creditor(visit, &Invalid { fields: vec![taken] })
        }
        Err(error) => Err(error),
    }
}

fn refused_creditor(visit: &Visit, invalid: &Invalid) -> Answer {
    let tax_id = typed(visit, invalid, "tax_id");
    let doubt = creditors::tax_id_doubt(visit.form.text("country"), &tax_id.value);
    let said = tax_id.error.as_ref().and(doubt).map(|doubt| visit.words().tax_id(&doubt));
    let form = CreditorForm {
        command_id: visit.form.text("id").to_owned(),
        name: typed(visit, invalid, "name"),
        tax_id: Typed { error: said.or(tax_id.error.clone()), ..tax_id },
        code: typed(visit, invalid, "code"),
        country: visit.form.text("country").to_owned(),
        currency: visit.form.text("currency").to_owned(),
    };
    unprocessable(creditor_list(visit, form))
}

/// What was typed into a field, with what is wrong with it.
pub(super) fn typed(visit: &Visit, invalid: &Invalid, name: &str) -> Typed {
    let wrong = invalid.fields.iter().find(|(field, _)| field == name);
    let error = wrong.map(|(_, what)| visit.words().wrong(what));
    Typed { value: visit.form.text(name).to_owned(), error }
}

/// The same page as the answer to a form that was refused.
pub(super) fn unprocessable(answer: Answer) -> Answer {
    let mut response = answer?;
    *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// `GET /ajustes/correo`.
pub fn mail(visit: &Visit) -> Answer {
    let shown = smtp_settings::show(visit.app(), &visit.ctx)?;
    let view = match shown {
        Some(shown) => MailView {
            host: Typed::of(shown.settings.host),
            port: Typed::of(shown.settings.port.to_string()),
            security: smtp_settings::security_word(shown.settings.security).to_owned(),
            user: Typed::of(shown.settings.user.unwrap_or_default()),
            has_password: shown.has_password,
            from: Typed::of(shown.settings.from),
            reply_to: Typed::of(shown.settings.reply_to.unwrap_or_default()),
            last_trial: None,
        },
        None => MailView {
            port: Typed::of("587"),
            security: "starttls".to_owned(),
            from: Typed::of(visit.ctx.creditor.email.clone().unwrap_or_default()),
            ..MailView::default()
        },
    };
    visit.html(mail_page(&visit.frame(), &view))
}

fn typed_mail(visit: &Visit) -> Result<EmailSettings, ServiceError> {
    let form = &visit.form;
    let text = |name: &str| form.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let port = form.text("port").parse();
    Ok(EmailSettings {
        host: text("host").ok_or_else(|| ServiceError::invalid("host", "missing"))?,
        port: port.map_err(|_| ServiceError::invalid("port", "not_a_number"))?,
        security: smtp_settings::security(form.text("security")).unwrap_or(Security::StartTls),
        user: text("user"),
        password: text("password"),
        from: text("from").ok_or_else(|| ServiceError::invalid("from", "missing"))?,
        reply_to: text("reply_to"),
        helo: None,
        timeout_seconds: DEFAULT_TIMEOUT_SECONDS,
    })
}

fn refused_mail(visit: &Visit, invalid: &Invalid, trial: Option<(bool, String)>) -> Answer {
    let had = smtp_settings::show(visit.app(), &visit.ctx)?.is_some_and(|s| s.has_password);
    let view = MailView {
        host: typed(visit, invalid, "host"),
        port: typed(visit, invalid, "port"),
        security: visit.form.text("security").to_owned(),
        user: typed(visit, invalid, "user"),
        has_password: had,
        from: typed(visit, invalid, "from"),
        reply_to: typed(visit, invalid, "reply_to"),
        last_trial: trial,
    };
    unprocessable(visit.html(mail_page(&visit.frame(), &view)))
}

/// `POST /ajustes/correo`.
pub fn save_mail(visit: &Visit) -> Answer {
    let saved = typed_mail(visit)
        .and_then(|settings| smtp_settings::save(visit.app(), &visit.ctx, settings));
    match saved {
        Ok(()) => visit.go("/ajustes/correo", Some(Told::done(visit.locale().t("flash.saved")))),
        Err(ServiceError::Invalid(invalid)) => refused_mail(visit, &invalid, None),
        Err(error) => Err(error),
    }
}

/// `POST /ajustes/correo/probar`: connects and signs in with what was typed, then saves it.
pub fn try_mail(visit: &Visit) -> Answer {
    let tried = typed_mail(visit).and_then(|settings| {
        smtp_settings::test_connection(visit.app(), &visit.ctx, settings.clone())?;
        smtp_settings::save(visit.app(), &visit.ctx, settings)
    });
    match tried {
        Ok(()) => {
            visit.go("/ajustes/correo", Some(Told::done(visit.locale().t("flash.mail_works"))))
        }
        Err(ServiceError::Invalid(invalid)) => refused_mail(visit, &invalid, None),
        Err(ServiceError::Unavailable(what)) => {
            refused_mail(visit, &Invalid::default(), Some((false, what)))
        }
        Err(error) => Err(error),
    }
}

/// `GET /ajustes/tramos`: the buckets in force.
pub fn buckets(visit: &Visit) -> Answer {
    visit.ctx.require(Deed::ManageSettings)?;
    let set = visit.buckets()?;
    let bounds: Vec<String> = bucket_sets::bounds(&set).iter().map(i32::to_string).collect();
    let view = BucketsView { buckets: shown_buckets(&set), bounds: Typed::of(bounds.join(", ")) };
    visit.html(buckets_page(&visit.frame(), &view))
}

/// `POST /ajustes/tramos`.
pub fn save_buckets(visit: &Visit) -> Answer {
    match bucket_sets::save(visit.app(), &visit.ctx, visit.form.text("buckets")) {
        Ok(_) => visit.go("/ajustes/tramos", Some(Told::done(visit.locale().t("flash.saved")))),
        Err(ServiceError::Invalid(invalid)) => {
            let bounds = typed(visit, &invalid, "buckets");
            let view = BucketsView { buckets: shown_buckets(&visit.buckets()?), bounds };
            unprocessable(visit.html(buckets_page(&visit.frame(), &view)))
        }
        Err(error) => Err(error),
    }
}
