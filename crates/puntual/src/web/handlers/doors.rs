//! Ajustes, the doors: the mailbox, and the keys of programs.

use crate::web::part::form::{Choice, Typed};
use crate::web::view::doors::{
    ApiView, MailboxView, TokenRow, api as api_page, mailbox as mailbox_page,
};
use crate::web::visit::{Answer, Told, Visit};
use axum::http::StatusCode;
use puntual_core::access::Deed;
use puntual_core::id::UserId;
use puntual_service::api_tokens;
use puntual_service::channels::Security;
use puntual_service::clock::{civil_in_zone, day_in_zone};
use puntual_service::error::{Invalid, ServiceError};
use puntual_service::inbox::mail_settings::{self, MailboxSettings, ShownMailbox};
use puntual_service::smtp_settings::{security, security_word};
use puntual_service::users::{self, Listed};

/// `GET /ajustes/buzon`.
pub fn mailbox(visit: &Visit) -> Answer {
    let shown = mail_settings::show(visit.app(), &visit.ctx)?;
    let view = match shown {
        Some(shown) => filled(visit, shown),
        None => MailboxView {
            port: Typed::of("993"),
            security: "tls".to_owned(),
            folder: Typed::of("INBOX"),
            ..MailboxView::default()
        },
    };
    visit.html(mailbox_page(&visit.frame(), &view))
}

fn filled(visit: &Visit, shown: ShownMailbox) -> MailboxView {
    let locale = visit.locale();
    let read = shown.last_read_at.map(|at| {
        let (on, minute) = civil_in_zone(at, &visit.ctx.creditor.time_zone);
        let when = format!("{} {:02}:{:02}", visit.words().date(on), minute / 60, minute % 60);
        (true, locale.fill("settings.mailbox_read", &[("when", &when)]))
    });
    let wrong = shown
        .last_error
        .map(|why| (false, locale.fill("settings.mailbox_wrong", &[("why", &why)])));
    let settings = shown.settings;
    MailboxView {
        host: Typed::of(settings.host),
        port: Typed::of(settings.port.to_string()),
        security: security_word(settings.security).to_owned(),
        user: Typed::of(settings.user),
        has_password: shown.has_password,
        folder: Typed::of(settings.folder),
        done_folder: Typed::of(settings.done_folder.unwrap_or_default()),
        authority_file: Typed::of(settings.authority_file.unwrap_or_default()),
        is_set: true,
        last: wrong.or(read),
    }
}

fn typed_mailbox(visit: &Visit) -> Result<MailboxSettings, ServiceError> {
    let form = &visit.form;
    let text = |name: &str| form.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let needed = |name: &str| text(name).ok_or_else(|| ServiceError::invalid(name, "missing"));
    let port = form.text("port").parse();
    Ok(MailboxSettings {
        host: needed("host")?,
        port: port.map_err(|_| ServiceError::invalid("port", "not_a_number"))?,
        security: security(form.text("security")).unwrap_or(Security::Tls),
        user: needed("user")?,
        password: text("password"),
        folder: text("folder").unwrap_or_else(|| "INBOX".to_owned()),
        done_folder: text("done_folder"),
        authority_file: text("authority_file"),
    })
}

fn refused_mailbox(visit: &Visit, invalid: &Invalid, last: Option<String>) -> Answer {
    let shown = mail_settings::show(visit.app(), &visit.ctx)?;
    let typed = |name: &str| {
        let wrong = invalid.fields.iter().find(|(field, _)| field == name);
        let error = wrong.map(|(_, what)| visit.words().wrong(what));
        Typed { value: visit.form.text(name).to_owned(), error }
    };
    // What is wrong with a field that has no line of its own is said above the form.
    let above = |(field, what): &(String, String)| {
        let has_line = ["host", "port", "user", "folder", "done_folder", "authority_file"];
        (!has_line.contains(&field.as_str())).then(|| visit.words().wrong(what))
    };
    let last = last.or_else(|| invalid.fields.iter().find_map(above));
    let view = MailboxView {
        host: typed("host"),
        port: typed("port"),
        security: visit.form.text("security").to_owned(),
        user: typed("user"),
        has_password: shown.as_ref().is_some_and(|shown| shown.has_password),
        folder: typed("folder"),
        done_folder: typed("done_folder"),
        authority_file: typed("authority_file"),
        is_set: shown.is_some(),
        last: last.map(|why| (false, why)),
    };
    let mut response = visit.html(mailbox_page(&visit.frame(), &view))?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// `POST /ajustes/buzon`: saves, tries and saves, or takes the mailbox away.
pub fn save_mailbox(visit: &Visit) -> Answer {
    let (app, ctx) = (visit.app(), &visit.ctx);
    let deed = visit.form.text("do");
    if deed == "forget" {
        mail_settings::forget(app, ctx)?;
        return visit.go("/ajustes/buzon", Some(Told::done(visit.locale().t("flash.saved"))));
    }
    let saved = typed_mailbox(visit).and_then(|settings| {
        if deed == "try" {
            mail_settings::test_connection(app, ctx, settings.clone(), None)?;
        }
        mail_settings::save(app, ctx, settings)
    });
    let worked = match deed {
        "try" => visit.locale().t("flash.mail_works"),
        _ => visit.locale().t("flash.saved"),
    };
    match saved {
        Ok(()) => visit.go("/ajustes/buzon", Some(Told::done(worked))),
        Err(ServiceError::Invalid(invalid)) => refused_mailbox(visit, &invalid, None),
        Err(ServiceError::Unavailable(what)) => {
            refused_mailbox(visit, &Invalid::default(), Some(what))
        }
        Err(error) => Err(error),
    }
}

/// `GET /ajustes/programas`.
pub fn tokens(visit: &Visit) -> Answer {
    token_page(visit, Typed::default(), None)
}

fn token_page(visit: &Visit, name: Typed, made: Option<String>) -> Answer {
    let zone = &visit.ctx.creditor.time_zone;
    let known = api_tokens::list(visit.app(), &visit.ctx)?;
    let people = users::list(visit.app(), &visit.ctx)?;
    let rows = known.into_iter().map(|(token, user)| TokenRow {
        id: token.token_hash,
        name: token.name,
        start: token.start,
        user: user.map(|user| user.email).unwrap_or_default(),
        made_on: day_in_zone(token.created_at, zone),
        used_on: token.last_used_at.map(|at| day_in_zone(at, zone)),
        is_revoked: token.revoked_at.is_some(),
    });
    let active = people.iter().filter(|listed| listed.user.disabled_at.is_none());
    let view = ApiView {
        rows: rows.collect(),
        users: active
            .map(|Listed { user, .. }| {
                Choice::new(user.id.to_string(), format!("{} ({})", user.name, user.email))
            })
            .collect(),
        name,
        made,
    };
    visit.html(api_page(&visit.frame(), &view))
}

/// `POST /ajustes/programas`: the key is shown in this answer and never again.
pub fn add_token(visit: &Visit) -> Answer {
    visit.ctx.require(Deed::ManageUsers)?;
    let missing = |_| ServiceError::invalid("user", "missing");
    let whose: UserId = visit.form.text("user").parse().map_err(missing)?;
    let name = visit.form.text("name");
    match api_tokens::create(visit.app(), &visit.ctx, whose, name) {
        Ok(key) => token_page(visit, Typed::default(), Some(key)),
        Err(ServiceError::Invalid(_)) => {
            let error = Some(visit.words().wrong("missing"));
            let mut response = token_page(visit, Typed { value: name.to_owned(), error }, None)?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// `POST /ajustes/programas/{id}/revocar`.
pub fn revoke_token(visit: &Visit) -> Answer {
    api_tokens::revoke(visit.app(), &visit.ctx, visit.path_text("id"))?;
    let told = Told::done(visit.locale().t("flash.token_revoked"));
    visit.go("/ajustes/programas", Some(told))
}
