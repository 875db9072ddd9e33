//! The file of a batch for the bank (pain.008), written from the lines as they were stored: asked for
//! twice it is the same.

use crate::App;
use crate::clock;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::remittances::{self, Line, euros, get};
use puntual_core::access::Deed;
use puntual_core::id::{MandateId, RemittanceId};
use puntual_formats::out::direct_debit::{
    self, Collection, DebitMandate, DebitScheme, DebitSequence, DebitVersion, DirectDebitOrder,
};
use puntual_formats::out::sepa::OrderParty;
use puntual_store::remittance::{self, Mandate};
use std::collections::HashMap;

/// Name and content of the file. Refused with everything the bank would refuse.
pub fn file(app: &App, ctx: &Ctx, id: RemittanceId) -> Result<(String, String), ServiceError> {
    ctx.require(Deed::CollectByDebit)?;
    let order = app.store.read(|tx| {
        let batch = get(tx, ctx, id)?;
        let lines = remittance::lines(tx, ctx.scope(), id)?;
        let mandates = remittance::mandates(tx, ctx.scope())?;
        let mandates: HashMap<MandateId, Mandate> =
            mandates.into_iter().map(|mandate| (mandate.id, mandate)).collect();
        let collector = remittances::collector_in(tx, ctx)?
            .ok_or_else(|| ServiceError::invalid("collector", "missing"))?;
        let zone = &ctx.creditor.time_zone;
        let (made_on, minute) = clock::civil_in_zone(batch.recorded_at, zone);
        let collections = lines.iter().filter_map(|line| {
            mandates.get(&line.mandate).map(|mandate| collection(&batch, line, mandate))
        });
        Ok::<_, ServiceError>(DirectDebitOrder {
            version: DebitVersion::V08,
            message_id: batch.message.clone(),
            created_at: format!("{made_on}T{:02}:{:02}:00", minute / 60, minute % 60),
            creditor: OrderParty {
                name: ctx.creditor.name.clone(),
                iban: collector.iban,
                bic: collector.bic,
                scheme_id: Some(collector.scheme_id),
            },
            books_batches: true,
            collections: collections.collect(),
        })
    })?;
    let name = format!("{}.xml", order.message_id);
    match direct_debit::write(&order) {
        Ok(text) => Ok((name, text)),
        Err(faults) => {
            let said = faults.iter().take(5).map(|fault| format!("{} {}", fault.place, fault.es));
            Err(ServiceError::Conflict(said.collect::<Vec<_>>().join("; ")))
        }
    }
}

fn collection(batch: &remittance::Remittance, line: &Line, mandate: &Mandate) -> Collection {
    Collection {
        end_to_end: line.end_to_end.clone(),
        amount: euros(line.amount_minor),
        scheme: if mandate.scheme == "b2b" { DebitScheme::B2b } else { DebitScheme::Core },
        sequence: match line.sequence.as_str() {
            "OOFF" => DebitSequence::OneOff,
            "FRST" => DebitSequence::First,
            "FNAL" => DebitSequence::Final,
            _ => DebitSequence::Recurrent,
        },
        due_on: batch.collect_on,
        mandate: DebitMandate {
            id: mandate.reference.clone(),
            signed_on: mandate.signed_on,
            previous_id: None,
            previous_iban: None,
        },
        debtor: mandate.holder.clone(),
        debtor_iban: mandate.iban.clone(),
        debtor_bic: None,
        debtor_address: None,
        text: Some(line.text.clone()),
    }
}
