//! Ajustes, people: who may sign in, and what they may do.

use crate::web::part::form::Typed;
use crate::web::view::settings::{UserForm, UserRow, UsersView, users};
use crate::web::visit::{Answer, Told, Visit, shown_role};
use puntual_core::access::Role;
use puntual_core::id::{CreditorId, UserId};
use puntual_service::clock::day_in_zone;
use puntual_service::creditors::Creditor;
use puntual_service::error::{Invalid, ServiceError};
use puntual_service::users::{self as service, NewUser, UserChange};

/// `GET /ajustes/usuarios`.
pub fn list(visit: &Visit) -> Answer {
    let id = UserId(visit.app().next_id()).to_string();
    page(visit, UserForm { command_id: id, role: "agent".to_owned(), ..UserForm::default() })
}

fn page(visit: &Visit, form: UserForm) -> Answer {
    let zone = &visit.ctx.creditor.time_zone;
    let people = service::list(visit.app(), &visit.ctx)?;
    let creditors = |listed: &service::Listed| -> Vec<(i64, String, bool)> {
        if visit.creditors.len() < 2 || listed.user.role == Role::Admin.as_str() {
            return Vec::new();
        }
        let shown = |creditor: &Creditor| {
            let id = creditor.scope.creditor;
            (id.0, creditor.name.clone(), listed.creditors.contains(&id))
        };
        visit.creditors.iter().map(shown).collect()
    };
    let row = |listed: &service::Listed| UserRow {
        creditors: creditors(listed),
        id: listed.user.id,
        name: listed.user.name.clone(),
        email: listed.user.email.clone(),
        role: shown_role(Role::parse(&listed.user.role).unwrap_or(Role::Viewer)),
        last_seen_on: listed.last_seen_at.map(|at| day_in_zone(at, zone)),
        is_active: listed.user.disabled_at.is_none(),
        is_self: listed.user.id == visit.signed.user.id,
    };
    let view = UsersView { rows: people.iter().map(row).collect(), form };
    visit.html(users(&visit.frame(), &view))
}

/// `POST /ajustes/usuarios`.
pub fn add(visit: &Visit) -> Answer {
    let form = &visit.form;
    let id = form.text("id").parse().map_err(|_| ServiceError::invalid("id", "missing"))?;
    let new = NewUser {
        id,
        email: form.text("email").to_owned(),
        name: form.text("name").to_owned(),
        role: Role::parse(form.text("role")).unwrap_or(Role::Viewer),
        password: form.text("password").to_owned(),
        locale: visit.signed.user.locale.clone(),
        collector: None,
    };
    match service::create(visit.app(), &visit.ctx, new) {
        Ok(made) => {
            let text = visit.locale().fill("flash.user_added", &[("name", &made.name)]);
            visit.go("/ajustes/usuarios", Some(Told::done(text)))
        }
        Err(ServiceError::Invalid(invalid)) => refused(visit, &invalid),
        Err(ServiceError::Conflict(_)) => {
            let taken = ("email".to_owned(), visit.locale().t("wrong.taken").to_owned());
            refused(visit, &Invalid { fields: vec![taken] })
        }
        Err(error) => Err(error),
    }
}

fn refused(visit: &Visit, invalid: &Invalid) -> Answer {
    let form = &visit.form;
    let typed = |name: &str| {
        let wrong = invalid.fields.iter().find(|(field, _)| field == name);
        let error = wrong.map(|(_, what)| visit.words().wrong(what));
        Typed { value: form.text(name).to_owned(), error }
    };
    let mut response = page(
        visit,
        UserForm {
            command_id: form.text("id").to_owned(),
            name: typed("name"),
            email: typed("email"),
            password: Typed { value: String::new(), ..typed("password") },
            role: form.text("role").to_owned(),
        },
    )?;
    *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

fn changed(visit: &Visit, change: UserChange) -> Answer {
    let id: UserId = visit.id()?;
    let told = match service::change(visit.app(), &visit.ctx, id, change) {
        Ok(_) => Told::done(visit.locale().t("flash.saved")),
        Err(ServiceError::Conflict(_)) => Told::problem(visit.locale().t("flash.last_admin")),
        Err(error) => return Err(error),
    };
    visit.go("/ajustes/usuarios", Some(told))
}

/// `POST /ajustes/usuarios/{id}/rol`.
pub fn set_role(visit: &Visit) -> Answer {
    let role = Role::parse(visit.form.text("role"));
    let role = role.ok_or_else(|| ServiceError::invalid("role", "missing"))?;
    changed(visit, UserChange { role: Some(role), ..UserChange::default() })
}

/// `POST /ajustes/usuarios/{id}/acreedores`.
pub fn assign(visit: &Visit) -> Answer {
    let chosen = visit.form.pairs().filter(|(name, _)| *name == "creditor");
    let creditors = chosen.filter_map(|(_, number)| number.parse().ok().map(CreditorId)).collect();
    changed(visit, UserChange { creditors: Some(creditors), ..UserChange::default() })
}

/// `POST /ajustes/usuarios/{id}/activo`.
pub fn set_active(visit: &Visit) -> Answer {
    let disabled = visit.form.text("active") != "1";
    changed(visit, UserChange { disabled: Some(disabled), ..UserChange::default() })
}
