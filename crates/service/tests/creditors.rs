//! Creditors as people make and change them, and what a storage holds before a demo is made in it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::access::Role;
use puntual_core::currency::Currency;
use puntual_core::id::UserId;
use puntual_service::creditors::{self, NewCreditor, TaxIdDoubt, tax_id_doubt};
use puntual_service::demo_load::{self, Holding};
use puntual_service::error::ServiceError;
use puntual_service::users::{self, NewUser};
use puntual_store::on_both_engines;

fn new(country: &str, tax_id: &str) -> NewCreditor {
    NewCreditor {
        code: Some(format!("{country}2")),
        name: "Otra casa".to_owned(),
        tax_id: tax_id.to_owned(),
        country: country.to_owned(),
        currency: Currency::USD,
        time_zone: Some("Etc/UTC".to_owned()),
    }
}

fn refused(books: &Books, country: &str, tax_id: &str) -> String {
    match creditors::create(&books.app, new(country, tax_id)) {
        Err(ServiceError::Invalid(invalid)) => invalid.to_string(),
        other => panic!("{country} {tax_id}: {other:?}"),
    }
}

on_both_engines! {
    fn a_tax_id_whose_digit_does_not_agree_is_refused_with_the_one_that_would(place) {
        let books = Books::chile(place);
        let said = refused(&books, "CL", "76.192.083-1");
        assert!(said.starts_with("tax_id: ") && said.contains("76.192.083-9"), "{said}");
        let said = refused(&books, "ES", "A28015866");
        assert!(said.contains("A28015865"), "{said}");
        assert!(refused(&books, "AR", "20-00000001-1").contains("does not agree:"));
        assert!(refused(&books, "CL", "66.666.666-6").contains("everybody"));
        assert!(refused(&books, "PE", "no es").contains("as in 20131312955"));
        let made = creditors::create(&books.app, new("CL", "76192083-9")).unwrap();
        assert_eq!(made.tax_id, "76.192.083-9");
        assert_eq!(tax_id_doubt("CL", &made.tax_id), None);
    }

    fn an_rfc_with_a_digit_that_does_not_agree_is_taken_and_doubted(place) {
        let books = Books::mexico(place);
        let made = creditors::create(&books.app, new("MX", "EKU9003173C1")).unwrap();
        let right = Some("EKU9003173C9".to_owned());
        assert_eq!(tax_id_doubt("MX", &made.tax_id), Some(TaxIdDoubt::CheckDigit(right)));
        assert!(refused(&books, "MX", "XAXX010101000").contains("everybody"));
    }

    fn a_country_without_known_rules_takes_the_id_as_written(place) {
        let books = Books::chile(place);
        let made = creditors::create(&books.app, new("EC", " 1790011674001 ")).unwrap();
        assert_eq!(made.tax_id, "1790011674001");
    }

    fn a_demo_is_told_from_books(place) {
        let app = puntual_service::App::open(&place.url, puntual_service::clock::Clock::Fixed(0), 1).unwrap();
        assert_eq!(demo_load::holding(&app).unwrap(), Holding::Nothing);
        drop(app);
        let books = Books::chile(place);
        assert_eq!(demo_load::holding(&books.app).unwrap(), Holding::Books);
        let admin = NewUser {
            id: UserId(books.app.next_id()),
            email: demo_load::ADMIN.to_owned(),
            name: "Dirección".to_owned(),
            role: Role::Admin,
            password: demo_load::PASSWORD.to_owned(),
            locale: "es".to_owned(),
            collector: None,
        };
        users::create(&books.app, &books.ctx, admin).unwrap();
        assert_eq!(demo_load::holding(&books.app).unwrap(), Holding::Demo);
    }
}
