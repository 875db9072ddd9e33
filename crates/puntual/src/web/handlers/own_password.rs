//! One's own password.

use crate::web::part::form::Typed;
use crate::web::view::own_password::{OwnPasswordView, own_password};
use crate::web::visit::{Answer, Told, Visit};
use axum::http::StatusCode;
use puntual_service::error::ServiceError;
use puntual_service::users;

/// `GET /contrasena`.
pub fn show(visit: &Visit) -> Answer {
    visit.html(own_password(&visit.frame(), &OwnPasswordView::default()))
}

/// `POST /contrasena`: ends one's sessions, this one too; the door says what happened.
pub fn change(visit: &Visit) -> Answer {
    let (present, wanted) = (visit.form.text("present"), visit.form.text("wanted"));
    match users::change_own_password(visit.app(), &visit.signed.user, present, wanted) {
        Ok(()) => visit.go("/", Some(Told::done(visit.locale().t("flash.password")))),
        Err(ServiceError::Invalid(invalid)) => {
            let typed = |name: &str| {
                let wrong = invalid.fields.iter().find(|(field, _)| field == name);
                let error = wrong.map(|(_, what)| visit.words().wrong(what));
                Typed { value: String::new(), error }
            };
            let view = OwnPasswordView { present: typed("present"), wanted: typed("password") };
            let mut response = visit.html(own_password(&visit.frame(), &view))?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(error),
    }
}
