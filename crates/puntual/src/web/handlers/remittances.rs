//! Remesas: batches of direct debits and the mandates they are made by.

use super::typed::day;
use super::{amount, typed};
use crate::web::part::form::Typed;
use crate::web::view::CustomerRef;
use crate::web::view::remittances::{
    self as pages, BatchProposalView, BatchRow, BatchState, BatchView, LineRow, MandateRow,
    MandatesView, ProposedRow, RemittancesView,
};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::id::{MandateId, ReceivableId, RemittanceId};
use puntual_service::clock::day_in_zone;
use puntual_service::error::ServiceError;
use puntual_service::mandates::{self, NewMandate};
use puntual_service::remittances::{
    self, Collector, MakeRemittance, NOTICE_DAYS, Remittance, Shown,
};
use puntual_service::{remittance_file, remittance_results};

/// Days ahead a new batch is collected unless told otherwise: the notice and a day.
const AHEAD_DAYS: i32 = NOTICE_DAYS + 1;

/// `GET /remesas`.
pub fn list(visit: &Visit) -> Answer {
    listed(visit, None)
}

fn listed(visit: &Visit, refused: Option<[Typed; 3]>) -> Answer {
    let rows = remittances::list(visit.app(), &visit.ctx)?;
    let known = remittances::collector(visit.app(), &visit.ctx)?;
    let is_set = known.is_some();
    let own = known.unwrap_or_default();
    let said = [own.scheme_id, own.iban, own.bic.unwrap_or_default()].map(Typed::of);
    let today = visit.ctx.today;
    let calendar = Calendar::of_country(&visit.ctx.creditor.country);
    let collect_on = calendar.working_day_on_or_after(today + AHEAD_DAYS);
    let view = RemittancesView {
        rows: rows.iter().map(|row| batch_row(visit, row)).collect(),
        collector: refused.unwrap_or(said),
        is_set,
        days: [collect_on, collect_on].map(|day| Typed::of(day.to_string())),
    };
    visit.html(pages::remittances(&visit.frame(), &view))
}

fn batch_row(visit: &Visit, row: &Remittance) -> BatchRow {
    BatchRow {
        id: row.id.to_string(),
        message: row.message.clone(),
        made_on: day_in_zone(row.recorded_at, &visit.ctx.creditor.time_zone),
        collect_on: row.collect_on,
        notify_on: row.notify_on,
        lines: row.lines,
        total: amount(row.total_minor, Currency::EUR),
        state: match (row.credited_at, row.cancelled_at) {
            (Some(_), _) => BatchState::Credited,
            (None, Some(_)) => BatchState::Cancelled,
            (None, None) => BatchState::Made,
        },
    }
}

/// `POST /remesas/cuenta`.
pub fn save_collector(visit: &Visit) -> Answer {
    let own = Collector {
        scheme_id: visit.form.text("scheme_id").to_owned(),
        iban: visit.form.text("iban").to_owned(),
        bic: typed::text(visit, "bic"),
    };
    match remittances::set_collector(visit.app(), &visit.ctx, &own) {
        Ok(()) => visit.go("/remesas", Some(Told::done(visit.locale().t("flash.saved")))),
        Err(ServiceError::Invalid(invalid)) => {
            let fields = ["scheme_id", "iban", "bic"];
            let said = fields.map(|name| super::settings::typed(visit, &invalid, name));
            super::settings::unprocessable(listed(visit, Some(said)))
        }
        Err(error) => Err(error),
    }
}

/// `GET /remesas/nueva`.
pub fn propose(visit: &Visit) -> Answer {
    let day_of = |name: &str| visit.param(name).and_then(|text| text.parse().ok());
    let wrong = |name| ServiceError::invalid(name, "not_a_date");
    let due_until = day_of("vence-hasta").ok_or_else(|| wrong("vence-hasta"))?;
    let calendar = Calendar::of_country(&visit.ctx.creditor.country);
    let asked = day_of("cobro").ok_or_else(|| wrong("cobro"))?;
    let collect_on = calendar.working_day_on_or_after(asked);
    let found = remittances::propose(visit.app(), &visit.ctx, due_until, collect_on)?;
    let words = visit.words();
    let left_out = found.left_out.iter().map(|(why, (count, minor))| {
        let key = match why.as_str() {
            "no_mandate" => "remit.left_no_mandate",
            "disputed" => "remit.left_disputed",
            "held" => "remit.left_held",
            "promised" => "remit.left_promised",
            _ => "remit.left_in_batch",
        };
        let (n, sum) = (count.to_string(), words.money(*minor, Currency::EUR));
        words.locale.fill(key, &[("n", n.as_str()), ("amount", sum.as_str())])
    });
    let rows = found.lines.iter().map(|line| {
        let one = &line.claim.receivable;
        ProposedRow {
            id: one.id.to_string(),
            customer: CustomerRef { id: one.customer, name: line.customer.clone() },
            number: line.claim.number.clone(),
            due_on: one.due_date,
            amount: amount(one.open_minor, one.currency),
            mandate: line.mandate.reference.clone(),
        }
    });
    let notify_on = collect_on - NOTICE_DAYS;
    let view = BatchProposalView {
        id: RemittanceId(visit.app().next_id()).to_string(),
        due_until,
        collect_on,
        notify_on: notify_on.max(visit.ctx.today),
        is_notice_late: notify_on < visit.ctx.today,
        rows: rows.collect(),
        total: amount(found.total_minor(), Currency::EUR),
        left_out: left_out.collect(),
    };
    visit.html(pages::batch_proposal(&visit.frame(), &view))
}

/// `POST /remesas`.
pub fn make(visit: &Visit) -> Answer {
    let missing = |name: &'static str| move || ServiceError::invalid(name, "missing");
    let chosen = visit.form.pairs().filter(|(name, _)| *name == "chosen");
    let chosen = chosen.filter_map(|(_, id)| id.parse::<ReceivableId>().ok()).collect();
    let unknown = |_| ServiceError::NotFound(visit.form.text("id").to_owned());
    let command = MakeRemittance {
        id: visit.form.text("id").parse().map_err(unknown)?,
        due_until: day(visit, "due_until")?.ok_or_else(missing("due_until"))?,
        collect_on: day(visit, "collect_on")?.ok_or_else(missing("collect_on"))?,
        chosen,
    };
    let again =
        format!("/remesas/nueva?vence-hasta={}&cobro={}", command.due_until, command.collect_on);
    match remittances::make(visit.app(), &visit.ctx, &command) {
        Ok(made) => {
            let told = Told::done(visit.locale().t("flash.remit_made"));
            visit.go(&format!("/remesas/{}", made.id), Some(told))
        }
        Err(ServiceError::Invalid(_) | ServiceError::Conflict(_)) => {
            visit.go(&again, Some(Told::problem(visit.locale().t("flash.remit_choose_again"))))
        }
        Err(error) => Err(error),
    }
}

/// `GET /remesas/{id}`.
pub fn show(visit: &Visit) -> Answer {
    let (found, lines) = remittances::show(visit.app(), &visit.ctx, visit.id()?)?;
    let view = BatchView {
        is_due: found.collect_on <= visit.ctx.today,
        batch: batch_row(visit, &found),
        rows: lines.iter().map(|line| line_row(visit, line)).collect(),
    };
    visit.html(pages::batch(&visit.frame(), &view))
}

fn line_row(visit: &Visit, shown: &Shown) -> LineRow {
    let remedy = shown.remedy.map(|remedy| match remedy.as_str() {
        "retry" => "remit.retry",
        "stop_mandate" => "remit.stop_mandate",
        "ask_debtor" => "remit.ask_debtor",
        "mend_order" => "remit.mend_order",
        _ => "remit.look",
    });
    LineRow {
        customer: CustomerRef { id: shown.line.customer, name: shown.customer.clone() },
        number: shown.number.clone(),
        end_to_end: shown.line.end_to_end.clone(),
        amount: amount(shown.line.amount_minor, Currency::EUR),
        result: shown.result.as_ref().map(|(outcome, reason, on)| {
            let said = reason.as_deref().map_or_else(String::new, |code| format!(" {code}"));
            (format!("{outcome}{said}"), *on)
        }),
        remedy: remedy.map(|key| visit.locale().t(key).to_owned()),
    }
}

/// `GET /remesas/{id}/pain008.xml`.
pub fn file(visit: &Visit) -> Answer {
    let id: RemittanceId = visit.id()?;
    match remittance_file::file(visit.app(), &visit.ctx, id) {
        Ok((name, text)) => visit.file(&name, "application/xml", text.into_bytes()),
        Err(ServiceError::Conflict(faults)) => {
            visit.go(&format!("/remesas/{id}"), Some(Told::problem(faults)))
        }
        Err(error) => Err(error),
    }
}

/// `POST /remesas/{id}/abonada`.
pub fn credited(visit: &Visit) -> Answer {
    let id: RemittanceId = visit.id()?;
    remittance_results::credited(visit.app(), &visit.ctx, id)?;
    let told = Told::done(visit.locale().t("flash.remit_credited"));
    visit.go(&format!("/remesas/{id}"), Some(told))
}

/// `POST /remesas/{id}/anular`.
pub fn cancel(visit: &Visit) -> Answer {
    let id: RemittanceId = visit.id()?;
    remittances::cancel(visit.app(), &visit.ctx, id)?;
    let told = Told::done(visit.locale().t("flash.remit_cancelled"));
    visit.go(&format!("/remesas/{id}"), Some(told))
}

/// `GET /remesas/mandatos`.
pub fn mandates(visit: &Visit) -> Answer {
    mandate_page(visit, Default::default())
}

fn mandate_page(visit: &Visit, form: [Typed; 5]) -> Answer {
    let t = |key| visit.locale().t(key);
    let rows = mandates::list(visit.app(), &visit.ctx)?.into_iter().map(|(mandate, name)| {
        let scheme = if mandate.scheme == "b2b" { t("remit.b2b") } else { t("remit.core") };
        let once = if mandate.is_recurrent { t("remit.recurrent") } else { t("remit.once") };
        MandateRow {
            id: mandate.id.to_string(),
            customer: CustomerRef { id: mandate.customer, name },
            reference: mandate.reference,
            kind: format!("{scheme} · {once}"),
            signed_on: mandate.signed_on,
            account: ends_of(&mandate.iban),
            revoked: mandate.revoked_on.map(|on| (on, mandate.revoked_why.unwrap_or_default())),
        }
    });
    let view = MandatesView {
        rows: rows.collect(),
        new_id: MandateId(visit.app().next_id()).to_string(),
        form,
    };
    visit.html(pages::mandates(&visit.frame(), &view))
}

/// The ends of an account: enough to tell it, too little to use it.
fn ends_of(iban: &str) -> String {
    let start: String = iban.chars().take(4).collect();
    let end: String = iban.chars().skip(iban.chars().count().saturating_sub(4)).collect();
    format!("{start} … {end}")
}

/// `POST /remesas/mandatos`.
pub fn add_mandate(visit: &Visit) -> Answer {
    let added =
        new_mandate(visit).and_then(|new| mandates::add(visit.app(), &visit.ctx, &new).map(|_| ()));
    match added {
        Ok(()) => visit.go("/remesas/mandatos", Some(Told::done(visit.locale().t("flash.saved")))),
        Err(ServiceError::Invalid(invalid)) => {
            let fields = ["customer", "reference", "signed_on", "holder", "iban"];
            let said = fields.map(|name| super::settings::typed(visit, &invalid, name));
            super::settings::unprocessable(mandate_page(visit, said))
        }
        Err(error) => Err(error),
    }
}

fn new_mandate(visit: &Visit) -> Result<NewMandate, ServiceError> {
    let form = &visit.form;
    let unknown = |_| ServiceError::NotFound(form.text("id").to_owned());
    let missing = || ServiceError::invalid("signed_on", "missing");
    Ok(NewMandate {
        id: form.text("id").parse().map_err(unknown)?,
        customer_code: form.text("customer").to_owned(),
        reference: form.text("reference").to_owned(),
        is_b2b: form.text("scheme") == "b2b",
        is_recurrent: form.text("use") != "once",
        signed_on: day(visit, "signed_on")?.ok_or_else(missing)?,
        holder: form.text("holder").to_owned(),
        iban: form.text("iban").to_owned(),
    })
}

/// `POST /remesas/mandatos/{id}/revocar`.
pub fn revoke(visit: &Visit) -> Answer {
    let why = visit.locale().t("remit.by_hand");
    mandates::revoke(visit.app(), &visit.ctx, visit.id()?, why)?;
    visit.go("/remesas/mandatos", Some(Told::done(visit.locale().t("flash.saved"))))
}
