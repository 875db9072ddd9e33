//! Agreements from proposal to end, on both engines: whatever happens, the books stay right and no
//! money is made or lost.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::access::Role;
use puntual_core::agreement::{Every, Nature, Spread, State};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{AgreementId, CustomerId, DocumentId, EventId, PaymentId};
use puntual_core::interest::{AnnualRate, DayCount};
use puntual_core::ledger::Account;
use puntual_core::money::Money;
use puntual_core::portfolio::AsOf;
use puntual_service::agreements::{self, Accept, Agreement, Propose};
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use puntual_service::payments::{self, RecordPayment};
use puntual_service::{agreement_pdf, day as days};
use puntual_store::{audit, ledger};
use support::books::{Books, Place, at, day, places};

/// A customer that owes 100 000 since October and 50 000 since November 2026.
struct Scene {
    books: Books,
    customer: CustomerId,
    invoices: [DocumentId; 2],
}

impl Scene {
    fn new(place: &Place) -> Scene {
        let books = Books::open(place, at("2026-11-24", 12));
        let customer = books.customer("C1");
        let invoices = [
            books.invoice(customer, "F1", day("2026-10-20"), 100_000),
            books.invoice(customer, "F2", day("2026-11-10"), 50_000),
        ];
        Scene { books, customer, invoices }
    }

    fn proposal(&self) -> Propose {
        Propose {
            id: AgreementId(self.books.app.next_id()),
            customer: self.customer,
            documents: Vec::new(),
            currency: None,
            nature: Nature::Novation,
            discount_minor: 0,
            down_minor: 30_000,
            spread: Spread::Equal { count: 4, first: day("2026-12-24"), every: Every::Month },
            rate: AnnualRate::default(),
            day_count: DayCount::Actual365,
            note: None,
        }
    }

    fn propose(&self, command: &Propose) -> Result<Agreement, ServiceError> {
        agreements::propose(&self.books.app, &self.books.ctx, command)
    }

    fn accept(&self, agreement: AgreementId) -> Result<Agreement, ServiceError> {
        let command = Accept {
            id: EventId(self.books.app.next_id()),
            agreement,
            by: "Rosa Soto".into(),
            evidence: "correo del 24".into(),
        };
        agreements::accept(&self.books.app, &self.books.ctx, &command)
    }

    fn withdraw(&self, agreement: AgreementId) -> Result<Agreement, ServiceError> {
        let id = EventId(self.books.app.next_id());
        agreements::withdraw(&self.books.app, &self.books.ctx, id, agreement, "mal calculado")
    }

    fn agreed(&self, command: &Propose) -> Agreement {
        let made = self.propose(command).unwrap();
        self.accept(made.id).unwrap()
    }

    fn pay(&self, minor: i64) -> PaymentId {
        let command = RecordPayment {
            id: PaymentId(self.books.app.next_id()),
            customer: self.customer,
            amount: Money::new(minor, Currency::CLP),
            received_on: self.books.ctx.today,
            method: None,
            reference: None,
            indicated: Vec::new(),
        };
        payments::record(&self.books.app, &self.books.ctx, &command).unwrap().payment.id
    }

    fn open_minor(&self, on: Day) -> i64 {
        let view = self.books.app.portfolio(&self.books.ctx).unwrap();
        let positions = view.portfolio.position(self.customer, AsOf::day(on), &Default::default());
        positions.first().map_or(0, |position| position.open_minor)
    }

    fn state(&self, id: AgreementId) -> String {
        agreements::detail(&self.books.app, &self.books.ctx, id).unwrap().followed.agreement.state
    }

    /// What an account holds by the ledger.
    fn account(&self, account: Account) -> i64 {
        let mut sum = 0;
        self.books.write(|tx, scope, _| {
            ledger::for_each_after(tx, scope, 0, |stored| {
                sum += stored.entry.effect_on(account);
                Ok(())
            })
        });
        sum
    }

    fn run_day(&mut self, on: &str) {
        self.books.at(at(on, 12));
        days::run(&self.books.app, &self.books.ctx, day(on)).unwrap();
    }
}

impl Drop for Scene {
    /// Whatever a test did: the books are right, and nothing is left between debts.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let (app, ctx) = (&self.books.app, &self.books.ctx);
            for check in puntual_service::check::run(app, ctx).unwrap() {
                assert!(check.ok, "{}: {}", check.name, check.detail);
            }
            let stale = self.books.write(|tx, scope, _| audit::stale_caches(tx, scope, 10));
            assert_eq!(stale, []);
            assert_eq!(self.account(Account::Agreement), 0);
        }
    }
}

/// Runs each of these on a fresh storage of each engine there is.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod on_both {
            $(#[test]
            fn $name() {
                for place in super::places() {
                    super::$name(super::Scene::new(&place));
                }
            })*
        }
    };
}

on_both! {
    a_novation_moves_what_is_owed_and_nothing_else
    discount_and_interest_are_told_apart
    a_proposal_is_made_once_and_within_the_policy
    what_exceeds_a_role_waits_for_another
    a_debt_that_changed_is_proposed_again
    an_agreement_is_taken_back_while_nothing_is_paid
    an_agreement_is_kept_instalment_by_instalment
    an_agreement_is_broken_after_its_grace
    what_waits_is_not_asked_for
    the_paper_is_a_pdf
}

fn a_novation_moves_what_is_owed_and_nothing_else(scene: Scene) {
    let before = scene.open_minor(day("2026-11-24"));
    let made = scene.agreed(&scene.proposal());
    assert_eq!((made.debt_minor, made.state.as_str()), (150_000, "accepted"));
    assert_eq!(scene.open_minor(day("2026-11-24")), before);
    assert_eq!(scene.open_minor(day("2026-11-23")), before, "the past stays as it was");
    let detail = agreements::detail(&scene.books.app, &scene.books.ctx, made.id).unwrap();
    let amounts: Vec<i64> =
        detail.followed.instalments.iter().map(|one| one.amount_minor()).collect();
    assert_eq!(amounts, [30_000; 5]);
    assert_eq!(detail.debts.iter().map(|(_, _, minor)| minor).sum::<i64>(), 150_000);
    assert_eq!(scene.account(Account::Sales), -150_000, "an agreement is no sale");
}

fn discount_and_interest_are_told_apart(scene: Scene) {
    let command = Propose {
        discount_minor: 10_001,
        rate: AnnualRate::parse("12").unwrap(),
        spread: Spread::Level { count: 4, first: day("2026-12-24"), every: Every::Month },
        ..scene.proposal()
    };
    let made = scene.agreed(&command);
    assert!(made.interest_minor > 0);
    assert_eq!(scene.account(Account::Discount), 10_001);
    assert_eq!(scene.account(Account::Interest), -made.interest_minor);
    let owed = 150_000 - 10_001 + made.interest_minor;
    assert_eq!(scene.open_minor(day("2026-11-24")), owed);
    assert_eq!(scene.account(Account::Receivable), owed);
}

fn a_proposal_is_made_once_and_within_the_policy(scene: Scene) {
    let command = scene.proposal();
    let made = scene.propose(&command).unwrap();
    assert_eq!(scene.propose(&command).unwrap(), made);
    let other = Propose { down_minor: 1, ..command.clone() };
    assert!(matches!(scene.propose(&other), Err(ServiceError::Conflict(_))));
    let id = AgreementId(scene.books.app.next_id());
    let first = day("2026-12-24");
    let spread = Spread::Equal { count: 37, first, every: Every::Month };
    let long = Propose { id, spread, ..command.clone() };
    let Err(ServiceError::Invalid(refused)) = scene.propose(&long) else { panic!("accepted") };
    assert_eq!(refused.fields[0], ("policy".into(), "too_many_instalments".into()));
    let spread = Spread::Equal { count: 0, first, every: Every::Month };
    let none = Propose { id, spread, ..command };
    assert!(matches!(scene.propose(&none), Err(ServiceError::Invalid(_))));
}

fn what_exceeds_a_role_waits_for_another(scene: Scene) {
    let (app, admin) = (&scene.books.app, &scene.books.ctx);
    let agent = Ctx { role: Role::Agent, actor: "agent".into(), ..admin.clone() };
    let command = Propose { discount_minor: 15_000, ..scene.proposal() };
    let made = agreements::propose(app, &agent, &command).unwrap();
    assert_eq!((made.least_role.as_str(), made.approved_by.as_deref()), ("supervisor", None));
    assert!(matches!(scene.accept(made.id), Err(ServiceError::Forbidden(_))));
    let event = || EventId(app.next_id());
    let own = agreements::approve(app, &agent, event(), made.id);
    assert!(matches!(own, Err(ServiceError::Forbidden(_))));
    agreements::approve(app, admin, event(), made.id).unwrap();
    let again = agreements::approve(app, admin, event(), made.id).unwrap();
    assert_eq!(again.approved_by.as_deref(), Some("test"));
    assert_eq!(scene.accept(made.id).unwrap().state, "accepted");
}

fn a_debt_that_changed_is_proposed_again(scene: Scene) {
    let made = scene.propose(&scene.proposal()).unwrap();
    let other = scene.propose(&scene.proposal()).unwrap();
    let paid = scene.pay(1_000);
    assert!(matches!(scene.accept(made.id), Err(ServiceError::Conflict(_))));
    payments::undo(&scene.books.app, &scene.books.ctx, paid, "de otro").unwrap();
    let command = Accept {
        id: EventId(scene.books.app.next_id()),
        agreement: made.id,
        by: "Rosa".into(),
        evidence: "correo".into(),
    };
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let first = agreements::accept(app, ctx, &command).unwrap();
    assert_eq!(agreements::accept(app, ctx, &command).unwrap(), first);
    assert!(matches!(scene.accept(other.id), Err(ServiceError::Conflict(_))), "it is covered");
    assert_eq!(scene.withdraw(other.id).unwrap().state, "withdrawn");
}

fn an_agreement_is_taken_back_while_nothing_is_paid(scene: Scene) {
    let command = Propose {
        discount_minor: 10_001,
        rate: AnnualRate::parse("12").unwrap(),
        ..scene.proposal()
    };
    let made = scene.agreed(&command);
    let paid = scene.pay(5_000);
    assert!(matches!(scene.withdraw(made.id), Err(ServiceError::Conflict(_))));
    payments::undo(&scene.books.app, &scene.books.ctx, paid, "de otro").unwrap();
    assert_eq!(scene.withdraw(made.id).unwrap().state, "withdrawn");
    assert_eq!(scene.withdraw(made.id).unwrap().state, "withdrawn");
    assert_eq!(scene.open_minor(day("2026-11-24")), 150_000);
    assert_eq!((scene.account(Account::Discount), scene.account(Account::Interest)), (0, 0));
    scene.agreed(&scene.proposal());
}

fn an_agreement_is_kept_instalment_by_instalment(mut scene: Scene) {
    let made = scene.agreed(&scene.proposal());
    scene.pay(30_000);
    scene.run_day("2026-12-01");
    assert_eq!(scene.state(made.id), "accepted");
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let followed = &agreements::list(app, ctx, None, Some(State::Accepted)).unwrap()[0];
    assert_eq!(followed.next().unwrap().1.due, day("2026-12-24"));
    scene.pay(120_000);
    scene.run_day("2026-12-02");
    assert_eq!(scene.state(made.id), "completed");
}

fn an_agreement_is_broken_after_its_grace(mut scene: Scene) {
    let made = scene.agreed(&scene.proposal());
    scene.pay(30_000);
    scene.run_day("2026-12-29");
    assert_eq!(scene.state(made.id), "accepted");
    scene.run_day("2026-12-30");
    assert_eq!(scene.state(made.id), "broken");
    scene.run_day("2026-12-31");
    assert_eq!(scene.state(made.id), "broken");
}

fn what_waits_is_not_asked_for(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let acts = || {
        let planned = days::plan(app, ctx, ctx.today).unwrap();
        planned.iter().filter(|one| one.verdict == "act").count()
    };
    assert!(acts() > 0, "overdue invoices are asked for");
    let discounted = Propose { nature: Nature::Forbearance, discount_minor: 1, ..scene.proposal() };
    assert!(matches!(scene.propose(&discounted), Err(ServiceError::Invalid(_))));
    let made = scene.agreed(&Propose { nature: Nature::Forbearance, ..scene.proposal() });
    assert_eq!(made.document, None);
    assert_eq!(scene.open_minor(ctx.today), 150_000);
    assert_eq!(acts(), 0, "while the agreement is kept nothing is asked for");
    scene.pay(30_000);
    let detail = agreements::detail(app, ctx, made.id).unwrap();
    assert_eq!(detail.followed.paid_minor, 30_000);
    assert!(matches!(scene.withdraw(made.id), Err(ServiceError::Conflict(_))));
    assert_eq!(scene.invoices.len(), 2);
}

fn the_paper_is_a_pdf(scene: Scene) {
    let made = scene.propose(&scene.proposal()).unwrap();
    let pdf = |id| agreement_pdf::render(&scene.books.app, &scene.books.ctx, id).unwrap();
    let first = pdf(made.id);
    assert!(first.starts_with(b"%PDF"));
    assert_eq!(first, pdf(made.id), "equal agreements give equal bytes");
    scene.accept(made.id).unwrap();
    assert_ne!(first, pdf(made.id), "the acceptance is on it");
}
