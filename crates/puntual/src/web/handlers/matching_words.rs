//! What speaks for applying a bank line, and what against it, in the reader's words.

use crate::web::visit::Visit;
use puntual_core::currency::Currency;
use puntual_core::id::DocumentId;
use puntual_core::matching::{Adjustment, Doubt, Evidence};
use puntual_service::matching::Queue;

fn number(queue: &Queue, document: DocumentId) -> &str {
    queue.debt(document).map(|debt| debt.number.as_str()).unwrap_or("?")
}

/// An evidence.
pub fn evidence(visit: &Visit, queue: &Queue, one: &Evidence, currency: Currency) -> String {
    let locale = visit.locale();
    let named = |key, document: DocumentId, written: &str| {
        locale.fill(key, &[("number", number(queue, document)), ("written", written)])
    };
    let key = match one {
        Evidence::Reference(document, written) => {
            return named("matching.evidence.reference", *document, written);
        }
        Evidence::Order(document, written) => {
            return named("matching.evidence.order", *document, written);
        }
        Evidence::Number(document, written) => {
            return named("matching.evidence.number", *document, written);
        }
        Evidence::AmountExact => "matching.evidence.amount_exact",
        Evidence::TaxId => "matching.evidence.tax_id",
        Evidence::Account => "matching.evidence.account",
        Evidence::Alias => "matching.evidence.alias",
        Evidence::Name => "matching.evidence.name",
        Evidence::OtherPayer => "matching.evidence.other_payer",
        Evidence::OnlyDebt => "matching.evidence.only_debt",
        Evidence::LegalOrder => "matching.evidence.legal_order",
        counted => return figures(visit, counted, currency),
    };
    locale.t(key).to_owned()
}

/// An evidence that is a figure.
fn figures(visit: &Visit, one: &Evidence, currency: Currency) -> String {
    let (words, locale) = (visit.words(), visit.locale());
    let count = |key, n: usize| locale.fill(key, &[("n", &n.to_string())]);
    let of_money = |key, minor: i64| locale.fill(key, &[("amount", &words.money(minor, currency))]);
    let until = |key, minor: i64, day| {
        let amount = words.money(minor, currency);
        locale.fill(key, &[("amount", &amount), ("on", &words.date(day))])
    };
    let apart = |key, days: i32| locale.fill(key, &[("days", &words.days(i64::from(days)))]);
    match one {
        Evidence::SaidMore(n) => count("matching.evidence.said_more", *n),
        Evidence::SumExact(n) => count("matching.evidence.sum_exact", *n),
        Evidence::OnlySet(n, 0) => count("matching.evidence.a_set", *n),
        Evidence::OnlySet(n, sets) => {
            let sets = visit.numbers().integer(i128::from(*sets));
            locale.fill("matching.evidence.only_set", &[("n", &n.to_string()), ("sets", &sets)])
        }
        Evidence::Instalments(paid, of) => locale.fill(
            "matching.evidence.instalments",
            &[("paid", &paid.to_string()), ("of", &of.to_string())],
        ),
        Evidence::EqualPart(parts) => {
            locale.fill("matching.evidence.equal_part", &[("n", &parts.to_string())])
        }
        Evidence::NameLike(percent) => count("matching.evidence.name_like", (*percent).into()),
        Evidence::Partial(minor) => of_money("matching.evidence.partial", *minor),
        Evidence::Tolerance(minor) => of_money("matching.evidence.tolerance", *minor),
        Evidence::Overpaid(minor) => of_money("matching.evidence.overpaid", *minor),
        Evidence::Discount(minor, day) => until("matching.evidence.discount", *minor, *day),
        Evidence::DiscountLapsed(minor, day) => {
            until("matching.evidence.discount_lapsed", *minor, *day)
        }
        Evidence::CreditNotes(n, minor) => {
            let amount = words.money(*minor, currency);
            let arguments = [("n", &*n.to_string()), ("amount", &*amount)];
            locale.fill("matching.evidence.credit_notes", &arguments)
        }
        Evidence::AmountAlone(n) => count("matching.evidence.amount_alone", *n),
        Evidence::DaysFromDue(0) => locale.t("matching.evidence.on_due_day").to_owned(),
        Evidence::DaysFromDue(days) if *days < 0 => apart("matching.evidence.days_early", -days),
        Evidence::DaysFromDue(days) => apart("matching.evidence.days_late", *days),
        said => said.code().to_owned(),
    }
}

/// A doubt.
pub fn doubt(visit: &Visit, queue: &Queue, one: &Doubt) -> String {
    let locale = visit.locale();
    let of_document =
        |key, document: DocumentId| locale.fill(key, &[("number", number(queue, document))]);
    let of_customer = |key, customer| locale.fill(key, &[("name", queue.customer_name(customer))]);
    match one {
        Doubt::NotCredit => locale.t("matching.doubt.not_credit").to_owned(),
        Doubt::ComesBack => locale.t("matching.doubt.comes_back").to_owned(),
        Doubt::NothingKnown => locale.t("matching.doubt.nothing_known").to_owned(),
        Doubt::Disputed(document) => of_document("matching.doubt.disputed", *document),
        Doubt::Held(customer) => of_customer("matching.doubt.held", *customer),
        Doubt::SeveralCustomers => locale.t("matching.doubt.several_customers").to_owned(),
        Doubt::SeveralPayers => locale.t("matching.doubt.several_payers").to_owned(),
        Doubt::SeveralSets(n) => {
            locale.fill("matching.doubt.several_sets", &[("n", &n.to_string())])
        }
        Doubt::MayBeChance => locale.t("matching.doubt.may_be_chance").to_owned(),
        Doubt::AlreadyPaid(document) => of_document("matching.doubt.already_paid", *document),
        Doubt::OtherCurrency(document) => of_document("matching.doubt.other_currency", *document),
        Doubt::IssuedLater(document) => of_document("matching.doubt.issued_later", *document),
        Doubt::NothingOwed(customer) => of_customer("matching.doubt.nothing_owed", *customer),
        Doubt::OtherCompany(written) => {
            locale.fill("matching.doubt.other_company", &[("written", written)])
        }
        Doubt::NoRule => locale.t("matching.doubt.no_rule").to_owned(),
    }
}

/// What settles part of a document beside the money.
pub fn adjustment(
    visit: &Visit,
    queue: &Queue,
    document: DocumentId,
    how: &Adjustment,
    minor: i64,
    currency: Currency,
) -> String {
    let money = visit.words().money(minor, currency);
    let key = match how {
        Adjustment::Discount => "matching.adjustment.discount",
        Adjustment::SmallDifference => "matching.adjustment.difference",
        Adjustment::CreditNote(_) => "matching.adjustment.credit_note",
    };
    visit.locale().fill(key, &[("number", number(queue, document)), ("amount", &money)])
}
