//! An agreement as a PDF file, in the customer's language.
//!
//! Decides what the paper says: the debts, the instalments, what happens when one is not paid. How
//! it looks is [`crate::statement_pdf`]'s.

use crate::App;
use crate::agreements::{self, Detail};
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::render::{Language, Party};
use crate::statement_pdf::{AgreementPaper, agreement_pdf};
use crate::statements;
use puntual_core::agreement::Nature;
use puntual_core::id::AgreementId;
use puntual_core::interest::AnnualRate;
use puntual_core::tax_id;
use puntual_store::customer::{self, Customer};

/// The agreement as the bytes of a PDF file.
pub fn render(app: &App, ctx: &Ctx, id: AgreementId) -> Result<Vec<u8>, ServiceError> {
    let detail = agreements::detail(app, ctx, id)?;
    let whose = detail.followed.agreement.customer;
    let missing = || ServiceError::NotFound(whose.to_string());
    let owner = app.store.read(|tx| customer::get(tx, ctx.scope(), whose))?.ok_or_else(missing)?;
    let paper = paper(ctx, &owner, &detail);
    agreement_pdf(&paper).map_err(|error| ServiceError::Bug(error.to_string()))
}

fn paper(ctx: &Ctx, owner: &Customer, detail: &Detail) -> AgreementPaper {
    let tag = owner.locale.as_deref().unwrap_or(&ctx.creditor.locale);
    let language = statements::language(tag);
    let agreement = &detail.followed.agreement;
    let number = |minor: i64| language.number(minor.into(), agreement.currency);
    let rows = (1..).zip(&detail.followed.instalments).map(|(place, one): (usize, _)| {
        [
            place.to_string(),
            language.date(one.due),
            number(one.principal_minor),
            number(one.interest_minor),
            number(one.amount_minor()),
        ]
    });
    let heads = ["agreement.place", "agreement.due", "agreement.debt", "agreement.interest"];
    let [place, due, debt, interest] = heads.map(|key| language.word(key).to_owned());
    let amount = format!("{} {}", language.word("agreement.amount"), agreement.currency);
    let debts = detail.debts.iter().map(|(_, document, minor)| [document.clone(), number(*minor)]);
    let acceptance = agreement.accepted_on.map(|on| {
        let by = agreement.accepted_by.clone().unwrap_or_default();
        let evidence = agreement.evidence.clone().unwrap_or_default();
        let values = [("by", &*by), ("date", &*language.date(on)), ("evidence", &*evidence)];
        language.phrase("agreement.accepted", &values)
    });
    AgreementPaper {
        language,
        number: agreement.number.clone(),
        on: agreement.accepted_on.unwrap_or(agreement.proposed_on),
        creditor: Party {
            name: ctx.creditor.name.clone(),
            tax_id: Some(ctx.creditor.tax_id.clone()).filter(|id| !id.is_empty()),
            address: ctx.creditor.address.clone(),
            email: ctx.creditor.email.clone(),
            phone: ctx.creditor.phone.clone(),
        },
        customer: Party {
            name: owner.name.clone(),
            tax_id: owner
                .tax_id
                .as_deref()
                .map(|key| tax_id::printed(owner.country.as_deref().unwrap_or_default(), key)),
            address: owner.address.clone(),
            email: None,
            phone: None,
        },
        clauses: clauses(language, detail),
        debts: (language.word("agreement.covered").to_owned(), debts.collect()),
        instalments: ([place, due, debt, interest, amount], rows.collect()),
        acceptance,
    }
}

fn clauses(language: Language, detail: &Detail) -> Vec<String> {
    let agreement = &detail.followed.agreement;
    let amount = |minor: i64| language.amount(minor.into(), agreement.currency);
    let rest = agreement.debt_minor - agreement.discount_minor;
    let total = amount(rest + agreement.interest_minor);
    let debt = amount(agreement.debt_minor);
    let mut clauses =
        vec![language.phrase("agreement.owes", &[("debt", &debt), ("total", &total)])];
    if agreement.discount_minor > 0 {
        let discount = amount(agreement.discount_minor);
        clauses.push(language.phrase("agreement.forgiven", &[("discount", &discount)]));
    }
    if agreement.rate_ppm > 0 {
        let rate = AnnualRate { ppm: u32::try_from(agreement.rate_ppm).unwrap_or(0) }.to_string();
        clauses.push(language.phrase("agreement.rate", &[("rate", &rate)]));
    }
    let grace = agreement.grace_days.to_string();
    let broken = match Nature::parse(&agreement.nature) {
        Some(Nature::Forbearance) => "agreement.broken_forbearance",
        _ => "agreement.broken_novation",
    };
    clauses.push(language.phrase(broken, &[("days", &grace)]));
    clauses.extend(agreement.note.clone());
    clauses
}
