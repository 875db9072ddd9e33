//! Signing in, on both engines: who may, for how long, and how guessing is slowed down.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::access::Role;
use puntual_core::id::UserId;
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use puntual_service::sessions::{self, SignIn, Welcome};
use puntual_service::users::{self, NewUser, UserChange};
use support::books::{Books, at, places};

const PASSWORD: &str = "una clave larga";
const MINUTE_MS: i64 = 60_000;

fn open(place: &support::books::Place) -> Books {
    let books = Books::open(place, at("2026-11-24", 9));
    assert!(users::is_empty(&books.app).unwrap());
    let ana =
        NewUser { name: "Ana".to_owned(), ..new_user(&books, " Ana@ACME.example ", Role::Admin) };
    users::create(&books.app, &books.ctx, ana).unwrap();
    assert!(!users::is_empty(&books.app).unwrap());
    books
}

fn sign_in(books: &Books, email: &str, password: &str, address: &str) -> SignIn {
    sessions::sign_in(&books.app, email, password, address).unwrap()
}

fn welcome(books: &Books) -> Welcome {
    match sign_in(books, "ana@acme.example", PASSWORD, "10.0.0.1") {
        SignIn::Welcome(welcome) => *welcome,
        other => panic!("{other:?}"),
    }
}

fn new_user(books: &Books, email: &str, role: Role) -> NewUser {
    NewUser {
        id: UserId(books.app.next_id()),
        email: email.into(),
        name: "Benito".into(),
        role,
        password: PASSWORD.into(),
        locale: "es-CL".into(),
        collector: None,
    }
}

#[test]
fn a_session_lasts_while_it_is_used_and_a_day_at_most() {
    for place in places() {
        let mut books = open(&place);
        let begin = books.ctx.now_ms;
        let welcome = welcome(&books);
        assert!(welcome.token.starts_with("wsp_"));
        assert!(!welcome.token.contains(&welcome.session.token_hash));
        let known = |books: &Books| sessions::authenticate(&books.app, &welcome.token).unwrap();
        let (user, session) = known(&books).unwrap();
        assert_eq!(user.email, "ana@acme.example");
        assert!(sessions::is_own_form(&session, &welcome.session.csrf));
        assert!(!sessions::is_own_form(&session, ""));
        for hour in [7, 14, 21] {
            books.at(begin + hour * 60 * MINUTE_MS);
            assert!(known(&books).is_some(), "used at hour {hour}");
        }
        books.at(begin + 24 * 60 * MINUTE_MS);
        assert!(known(&books).is_none(), "a day is over");
        let second = self::welcome(&books);
        books.at(books.ctx.now_ms + sessions::IDLE_MS);
        assert!(sessions::authenticate(&books.app, &second.token).unwrap().is_none(), "idle");
    }
}

#[test]
fn tokens_that_are_none_open_nothing() {
    for place in places() {
        let books = open(&place);
        let welcome = welcome(&books);
        let (workspace, secret) = welcome.token.split_once('.').unwrap();
        let forged = format!("{workspace}.{}", secret.replace(['a', 'b', 'c'], "d"));
        for token in ["", ".", "wsp_1.", "x", secret, forged.as_str(), &welcome.session.token_hash]
        {
            assert!(sessions::authenticate(&books.app, token).unwrap().is_none(), "{token:?}");
        }
        sessions::sign_out(&books.app, &welcome.token).unwrap();
        assert!(sessions::authenticate(&books.app, &welcome.token).unwrap().is_none());
        sessions::sign_out(&books.app, "nonsense").unwrap();
    }
}

#[test]
fn the_fifth_failure_closes_the_door_for_an_email_known_or_not() {
    for place in places() {
        let mut books = open(&place);
        for email in ["ana@acme.example", "nadie@acme.example"] {
            for guess in 0..5 {
                let from = format!("10.1.{}.{guess}", email.len());
                assert_eq!(sign_in(&books, email, "no es la clave", &from), SignIn::Wrong);
            }
            let waits = sign_in(&books, email, PASSWORD, "10.2.0.1");
            assert_eq!(waits, SignIn::Wait { minutes: 16 }, "{email}");
        }
        books.at(books.ctx.now_ms + 10 * MINUTE_MS);
        let waits = sign_in(&books, "ANA@acme.example", PASSWORD, "10.2.0.2");
        assert_eq!(waits, SignIn::Wait { minutes: 6 });
        books.at(books.ctx.now_ms + 5 * MINUTE_MS);
        assert!(matches!(
            sign_in(&books, "ana@acme.example", PASSWORD, "10.2.0.3"),
            SignIn::Welcome(_)
        ));
    }
}

#[test]
fn an_address_that_guesses_is_refused_whatever_the_email() {
    for place in places() {
        let books = open(&place);
        for guess in 1..sessions::MOST_FAILURES_OF_ADDRESS {
            let email = format!("persona{guess}@acme.example");
            assert_eq!(sign_in(&books, &email, "adivino esto", "10.0.0.9"), SignIn::Wrong);
        }
        // A good sign-in does not buy new guesses.
        let good = sign_in(&books, "ana@acme.example", PASSWORD, "10.0.0.9");
        assert!(matches!(good, SignIn::Welcome(_)));
        assert_eq!(sign_in(&books, "otra@acme.example", "adivino esto", "10.0.0.9"), SignIn::Wrong);
        let refused = sign_in(&books, "ana@acme.example", PASSWORD, "10.0.0.9");
        assert!(matches!(refused, SignIn::Wait { .. }), "{refused:?}");
        assert!(matches!(
            sign_in(&books, "ana@acme.example", PASSWORD, "10.0.0.10"),
            SignIn::Welcome(_)
        ));
    }
}

#[test]
fn a_good_sign_in_forgives_the_email() {
    for place in places() {
        let books = open(&place);
        for round in 0..3 {
            for guess in 0..4 {
                let from = format!("10.{round}.{guess}.1");
                assert_eq!(
                    sign_in(&books, "ana@acme.example", "mal escrita", &from),
                    SignIn::Wrong
                );
            }
            assert!(matches!(
                sign_in(&books, "ana@acme.example", PASSWORD, "10.9.9.9"),
                SignIn::Welcome(_)
            ));
        }
    }
}

#[test]
fn people_are_made_once_and_the_last_administrator_stays() {
    for place in places() {
        let books = open(&place);
        let (app, ctx) = (&books.app, &books.ctx);
        let new = new_user(&books, "Benito@acme.example", Role::Agent);
        let made = users::create(app, ctx, new.clone()).unwrap();
        assert_eq!(users::create(app, ctx, new.clone()).unwrap(), made);
        let other = NewUser { role: Role::Admin, ..new.clone() };
        assert!(matches!(users::create(app, ctx, other), Err(ServiceError::Conflict(_))));
        let taken = new_user(&books, "ANA@acme.example", Role::Agent);
        assert!(matches!(users::create(app, ctx, taken), Err(ServiceError::Conflict(_))));
        for (email, password) in [("benito", PASSWORD), ("b@acme.example", "corta")] {
            let bad = NewUser { password: password.into(), ..new_user(&books, email, Role::Agent) };
            assert!(matches!(users::create(app, ctx, bad), Err(ServiceError::Invalid(_))));
        }
        let agent = Ctx { role: Role::Agent, ..ctx.clone() };
        assert!(matches!(users::list(app, &agent), Err(ServiceError::Forbidden(_))));
        let listed = users::list(app, ctx).unwrap();
        assert_eq!(
            listed.iter().map(|one| one.user.name.as_str()).collect::<Vec<_>>(),
            ["Ana", "Benito"]
        );
        let ana = listed[0].user.id;
        let demoted = UserChange { role: Some(Role::Agent), ..UserChange::default() };
        assert!(matches!(
            users::change(app, ctx, ana, demoted.clone()),
            Err(ServiceError::Conflict(_))
        ));
        let promoted = UserChange { role: Some(Role::Admin), ..UserChange::default() };
        users::change(app, ctx, made.id, promoted).unwrap();
        assert_eq!(users::change(app, ctx, ana, demoted).unwrap().role, "agent");
    }
}

#[test]
fn a_disabled_person_is_out_at_once_and_a_new_password_ends_sessions() {
    for place in places() {
        let books = open(&place);
        let (app, ctx) = (&books.app, &books.ctx);
        let new = new_user(&books, "benito@acme.example", Role::Agent);
        let benito = users::create(app, ctx, new).unwrap();
        let enter = |password: &str| sign_in(&books, "benito@acme.example", password, "10.0.0.3");
        let SignIn::Welcome(first) = enter(PASSWORD) else { panic!("not in") };
        users::change_own_password(app, &benito, "no es esta", "otra clave larga").unwrap_err();
        users::change_own_password(app, &benito, PASSWORD, "otra clave larga").unwrap();
        assert!(sessions::authenticate(app, &first.token).unwrap().is_none());
        assert_eq!(enter(PASSWORD), SignIn::Wrong);
        let SignIn::Welcome(second) = enter("otra clave larga") else { panic!("not in") };
        assert!(users::list(app, ctx).unwrap()[1].last_seen_at.is_some());
        let out = UserChange { disabled: Some(true), ..UserChange::default() };
        users::change(app, ctx, benito.id, out).unwrap();
        assert!(sessions::authenticate(app, &second.token).unwrap().is_none());
        assert_eq!(enter("otra clave larga"), SignIn::Wrong);
    }
}
