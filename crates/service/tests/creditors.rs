//! Creditors as people make and change them, and what a storage holds before a demo is made in it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::access::Role;
use puntual_core::aging::BucketSet;
use puntual_core::currency::Currency;
use puntual_core::id::{CreditorId, UserId};
use puntual_service::buckets;
use puntual_service::creditors::{self, Creditor, NewCreditor, TaxIdDoubt, tax_id_doubt};
use puntual_service::ctx::Ctx;
use puntual_service::demo_load::{self, Holding};
use puntual_service::error::ServiceError;
use puntual_service::users::{self, NewUser, UserChange};
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

    fn a_creditors_card_is_changed_and_what_no_letter_could_print_is_refused(place) {
        let books = Books::chile(place);
        let (app, ctx) = (&books.app, &books.ctx);
        let wanted = Creditor {
            email: Some("cobros@casa.example".to_owned()),
            phone: Some("+56 2 2345 6789".to_owned()),
            address: Some("Huérfanos 1160".to_owned()),
            how_to_pay: Some("Banco de Chile, cuenta 1-2".to_owned()),
            default_terms_days: 45,
            ..ctx.creditor.clone()
        };
        creditors::update(app, ctx, wanted.clone()).unwrap();
        assert_eq!(creditors::choose(app, None).unwrap(), wanted);
        let wrong = [
            Creditor { email: Some("cobros".to_owned()), ..wanted.clone() },
            Creditor { time_zone: "America/Nada".to_owned(), ..wanted.clone() },
            Creditor { default_terms_days: 400, ..wanted.clone() },
        ];
        for one in wrong {
            let said = creditors::update(app, ctx, one).unwrap_err();
            assert!(matches!(said, ServiceError::Invalid(_)), "{said}");
        }
        let agent = Ctx { role: Role::Supervisor, ..ctx.clone() };
        let said = creditors::update(app, &agent, wanted.clone()).unwrap_err();
        assert!(matches!(said, ServiceError::Forbidden(_)), "{said}");
        assert_eq!(creditors::choose(app, None).unwrap(), wanted);
    }

    fn the_buckets_of_a_creditor_are_its_own(place) {
        let books = Books::chile(place);
        let (app, ctx) = (&books.app, &books.ctx);
        assert_eq!(buckets::of(app, ctx).unwrap(), BucketSet::default());
        let set = buckets::save(app, ctx, " 15, 45;90 ").unwrap();
        assert_eq!(set.labels(), ["current", "1-15", "16-45", "46-90", "91+"]);
        assert_eq!(buckets::of(app, ctx).unwrap(), set);
        for wrong in ["30, 30", "60, 30", "0", "-5", "treinta", "99999", "1.5"] {
            let said = buckets::save(app, ctx, wrong).unwrap_err();
            assert!(matches!(said, ServiceError::Invalid(_)), "{wrong}: {said}");
        }
        assert_eq!(buckets::of(app, ctx).unwrap(), set, "what is refused changes nothing");
        let other = creditors::create(app, new("MX", "EKU9003173C9")).unwrap();
        let of_other = Ctx { creditor: other, ..ctx.clone() };
        assert_eq!(buckets::of(app, &of_other).unwrap(), BucketSet::default());
        assert_eq!(buckets::save(app, ctx, "").unwrap(), BucketSet::default());
        assert_eq!(buckets::of(app, ctx).unwrap(), BucketSet::default());
    }

    fn people_work_for_the_creditors_they_are_assigned_to(place) {
        let books = Books::chile(place);
        let (app, ctx) = (&books.app, &books.ctx);
        let other = creditors::create(app, new("MX", "EKU9003173C9")).unwrap();
        let id = UserId(app.next_id());
        let person = NewUser {
            id,
            email: "eva@casa.example".to_owned(),
            name: "Eva".to_owned(),
            role: Role::Agent,
            password: "una clave larga".to_owned(),
            locale: "es".to_owned(),
            collector: None,
        };
        let eva = users::create(app, ctx, person).unwrap();
        let codes = |user: &users::User| -> Vec<String> {
            creditors::of_user(app, user).unwrap().into_iter().map(|c| c.code).collect()
        };
        assert_eq!(codes(&eva), ["C1", "MX2"], "assigned to none: all");
        let assign = |list: Vec<CreditorId>| {
            let change = UserChange { creditors: Some(list), ..UserChange::default() };
            users::change(app, ctx, id, change)
        };
        assign(vec![other.scope.creditor]).unwrap();
        assert_eq!(codes(&eva), ["MX2"]);
        for asked in [Some("C1"), Some("MX2"), Some("nada"), None] {
            let (entered, own) = Ctx::of_user(app, &eva, asked).unwrap().unwrap();
            assert_eq!((entered.creditor.code.as_str(), own.len()), ("MX2", 1), "{asked:?}");
        }
        assert_eq!(users::list(app, ctx).unwrap()[0].creditors, [other.scope.creditor]);
        assert!(matches!(assign(vec![CreditorId(77)]), Err(ServiceError::NotFound(_))));
        let promoted = UserChange { role: Some(Role::Admin), ..UserChange::default() };
        let boss = users::change(app, ctx, id, promoted).unwrap();
        assert_eq!(codes(&boss), ["C1", "MX2"], "an administrator answers for all");
        assign(Vec::new()).unwrap();
        assert_eq!(codes(&eva), ["C1", "MX2"]);
    }
}
