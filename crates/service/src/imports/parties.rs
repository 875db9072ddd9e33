//! Which customer a record is about: found by our code, then by tax id, else made. Names never
//! decide by themselves.

use super::keys;
use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::words;
use puntual_core::id::{ContactPointId, CustomerId};
use puntual_core::tax_id::{self, HolderHint, TaxIdCheck};
use puntual_formats::record::{CustomerRecord, PartyRecord};
use puntual_store::customer::{self, ContactPoint, Customer};
use puntual_store::{Scope, Tx};
use std::collections::HashMap;

/// What the import remembers of a customer.
#[derive(Clone, Debug)]
struct Known {
    id: CustomerId,
    terms_days: Option<i64>,
    /// Whether the code was made from the tax id, so that a real code may still take its place.
    code_is_made: bool,
}

/// The customers of the creditor, by code and tax id, and those this chunk adds.
#[derive(Debug, Default)]
pub struct Directory {
    by_code: HashMap<String, Known>,
    code_by_tax_id: HashMap<String, String>,
    added: Vec<Customer>,
    points: Vec<ContactPoint>,
    changed: Vec<Customer>,
}

/// The code of the customer that gathers consumer receipts without a name.
const ANONYMOUS: &str = "CONSUMIDOR-FINAL";

impl Directory {
    /// Every customer the creditor has.
    pub fn load(tx: &mut Tx<'_>, scope: Scope) -> Result<Directory, ServiceError> {
        let mut directory = Directory::default();
        customer::for_each::<ServiceError>(tx, scope, |c| {
            directory.remember(&c);
            Ok(())
        })?;
        Ok(directory)
    }

    fn remember(&mut self, c: &Customer) {
        let code_is_made = c.tax_id.as_deref() == Some(c.code.as_str());
        if let Some(tax_id) = &c.tax_id {
            self.code_by_tax_id.entry(tax_id.clone()).or_insert_with(|| c.code.clone());
        }
        let known = Known { id: c.id, terms_days: c.terms_days, code_is_made };
        self.by_code.insert(c.code.clone(), known);
    }

    /// The customer a document or payment names, made if new. `None` when the party says nothing
    /// that identifies it.
    pub fn resolve(
        &mut self,
        app: &App,
        ctx: &Ctx,
        party: &PartyRecord,
    ) -> Option<(CustomerId, Option<i64>)> {
        let tax_id = party.whole_tax_id().map(|text| identity(ctx, party, &text));
        let tax_key = tax_id.as_ref().and_then(|identity| identity.key.clone());
        let code = party.code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        let code = match (code, &tax_key) {
            (Some(code), _) => code.to_owned(),
            (None, Some(key)) => match self.code_by_tax_id.get(key) {
                Some(known) => known.clone(),
                None => key.clone(),
            },
            (None, None) => unidentified_code(party, tax_id.as_ref())?,
        };
        if keys::is_too_long(&code) || tax_key.as_deref().is_some_and(keys::is_too_long) {
            return None;
        }
        if let Some(known) = self.by_code.get(&code) {
            return Some((known.id, known.terms_days));
        }
        let id = CustomerId(app.next_id());
        let c = self.describe(ctx, id, code, party, tax_key, tax_id.as_ref());
        self.remember(&c);
        self.added.push(c);
        self.note_points(app, id, party);
        Some((id, None))
    }

    fn describe(
        &self,
        ctx: &Ctx,
        id: CustomerId,
        code: String,
        party: &PartyRecord,
        tax_id: Option<String>,
        identity: Option<&Identity>,
    ) -> Customer {
        let name = party.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let name = name.unwrap_or(&code).to_owned();
        let country = party.country.clone().or_else(|| identity.map(|i| i.country.clone()));
        Customer {
            id,
            search_text: words::searchable(&name, &code, tax_id.as_deref()),
            person_kind: identity.map_or("unknown", |i| i.person_kind).to_owned(),
            code,
            name,
            tax_id,
            country: country.or_else(|| Some(ctx.creditor.country.clone())),
            segment: None,
            collector: None,
            currency: None,
            terms_days: None,
            credit_limit_minor: None,
            locale: None,
            address: party.address.clone(),
            parent: None,
        }
    }

    fn note_points(&mut self, app: &App, customer: CustomerId, party: &PartyRecord) {
        for (kind, value) in [("email", &party.email), ("phone", &party.phone)] {
            let Some(value) = value.as_deref().map(str::trim).filter(|v| !v.is_empty()) else {
                continue;
            };
            self.points.push(ContactPoint {
                id: ContactPointId(app.next_id()),
                customer,
                kind: kind.to_owned(),
                value: value.to_owned(),
                person: party.contact.clone(),
                state: "ok".to_owned(),
            });
        }
    }

    /// Takes in a row of a customers file. Answers the customer and whether anything changed.
    pub fn upsert(
        &mut self,
        app: &App,
        ctx: &Ctx,
        tx: &mut Tx<'_>,
        record: &CustomerRecord,
    ) -> Result<Option<(CustomerId, bool)>, ServiceError> {
        let named = [&record.party.code, &record.party.tax_id].into_iter().flatten();
        if named.into_iter().any(|text| keys::is_too_long(text)) {
            return Ok(None);
        }
        let before = self.added.len();
        let found = self.adopt_code(ctx, tx, record)?;
        let Some((id, _)) = found.or_else(|| self.resolve(app, ctx, &record.party)) else {
            return Ok(None);
        };
        let fresh = self.added.len() > before;
        let stored = match self.added.iter().rposition(|c| c.id == id) {
            Some(at) => Some(self.added[at].clone()),
            None => customer::get(tx, ctx.scope(), id)?,
        };
        let Some(old) = stored else { return Ok(None) };
        let new = with_record(ctx, &old, record);
        if new == old {
            return Ok(Some((id, fresh)));
        }
        self.remember(&new);
        match self.added.iter().rposition(|c| c.id == id) {
            Some(at) => self.added[at] = new,
            None => self.changed.push(new),
        }
        Ok(Some((id, true)))
    }

    /// A customer known only by its tax id takes the real code when a customers file brings it.
    fn adopt_code(
        &mut self,
        ctx: &Ctx,
        tx: &mut Tx<'_>,
        record: &CustomerRecord,
    ) -> Result<Option<(CustomerId, Option<i64>)>, ServiceError> {
        let party = &record.party;
        let (Some(code), Some(tax_id)) = (party.code.as_deref(), party.tax_id.as_deref()) else {
            return Ok(None);
        };
        let Some(key) = identity(ctx, party, tax_id).key else { return Ok(None) };
        let Some(made) = self.code_by_tax_id.get(&key).cloned() else { return Ok(None) };
        let known = self.by_code.get(&made).cloned();
        let Some(known) = known.filter(|k| k.code_is_made && made != code) else { return Ok(None) };
        if self.by_code.contains_key(code) {
            return Ok(None);
        }
        let stored = customer::get(tx, ctx.scope(), known.id)?;
        if let Some(old) = stored {
            let search_text = words::searchable(&old.name, code, Some(&key));
            let renamed = Customer { code: code.to_owned(), search_text, ..old };
            customer::update(tx, ctx.scope(), &renamed)?;
        } else if let Some(new) = self.added.iter_mut().find(|c| c.id == known.id) {
            new.code = code.to_owned();
        }
        self.by_code.remove(&made);
        self.code_by_tax_id.insert(key, code.to_owned());
        let known = Known { code_is_made: false, ..known };
        self.by_code.insert(code.to_owned(), known.clone());
        Ok(Some((known.id, known.terms_days)))
    }

    /// Writes the customers this chunk added or changed.
    pub fn write(
        &mut self,
        tx: &mut Tx<'_>,
        scope: Scope,
        now_ms: i64,
    ) -> Result<(), ServiceError> {
        customer::insert_many(tx, scope, &self.added, now_ms)?;
        customer::insert_contact_points(tx, scope, &self.points, now_ms)?;
        for changed in &self.changed {
            customer::update(tx, scope, changed)?;
        }
        self.added.clear();
        self.points.clear();
        self.changed.clear();
        Ok(())
    }
}

/// A tax id understood: its comparable form, unless it is one that many share.
struct Identity {
    key: Option<String>,
    country: String,
    person_kind: &'static str,
    is_generic: bool,
}

/// The comparable form of a party's tax id; `None` without one, or with one that many share.
pub(super) fn tax_key(ctx: &Ctx, party: &PartyRecord) -> Option<String> {
    identity(ctx, party, &party.whole_tax_id()?).key
}

fn identity(ctx: &Ctx, party: &PartyRecord, text: &str) -> Identity {
    let country = party.country.clone().unwrap_or_else(|| ctx.creditor.country.clone());
    // "-", "0", "00000000": what programs write for want of an id.
    if text.chars().all(|c| c == '0' || !c.is_alphanumeric()) {
        return Identity { key: None, country, person_kind: "unknown", is_generic: true };
    }
    let checked = match tax_id::check(&country, text) {
        // A document that says the country of the party is not second-guessed.
        TaxIdCheck::Malformed if party.country.is_none() => match tax_id::guess_country(text) {
            Some(guessed) => tax_id::check(guessed, text),
            None => TaxIdCheck::Malformed,
        },
        checked => checked,
    };
    let is_generic = matches!(checked, TaxIdCheck::Generic(_));
    let person_kind = match checked.id().map(|id| id.holder()) {
        Some(HolderHint::Natural) => "consumer",
        Some(HolderHint::Legal) => "company",
        _ => "unknown",
    };
    let key = match &checked {
        TaxIdCheck::Unchecked(text) => (!text.is_empty()).then(|| text.clone()),
        TaxIdCheck::Valid(id) | TaxIdCheck::BadCheckDigit(id) => Some(id.key().to_owned()),
        TaxIdCheck::Generic(_) => None,
        TaxIdCheck::Malformed => {
            let squeezed = words::plain(text).replace(' ', "").to_uppercase();
            (!squeezed.is_empty()).then_some(squeezed)
        }
    };
    let country = checked.id().map_or(country, |id| id.country().to_owned());
    Identity { key, country, person_kind, is_generic }
}

/// The code of a party without code or tax id of its own: the shared anonymous consumer for
/// generic ids without a name, else the name itself.
fn unidentified_code(party: &PartyRecord, identity: Option<&Identity>) -> Option<String> {
    let name = party.name.as_deref().map(words::plain).unwrap_or_default();
    let name = name.split_whitespace().collect::<Vec<_>>().join("-").to_uppercase();
    let generic = identity.is_some_and(|identity| identity.is_generic);
    let says_nothing = [
        "",
        "CLIENTE",
        "CLIENTE-BOLETA",
        "CLIENTES-VARIOS",
        "CONSUMIDOR-FINAL",
        "CONSUMIDOR-O-USUARIO-FINAL",
        "PUBLICO-EN-GENERAL",
    ];
    match (generic, says_nothing.contains(&name.as_str())) {
        (true, true) => Some(ANONYMOUS.to_owned()),
        (_, false) => Some(format!("N-{name}")),
        (false, true) => None,
    }
}

/// The customer with what a customers file says laid over it; silence changes nothing.
fn with_record(ctx: &Ctx, old: &Customer, record: &CustomerRecord) -> Customer {
    let said = |text: &Option<String>, old: &Option<String>| text.clone().or_else(|| old.clone());
    let name = record.party.name.clone().unwrap_or_else(|| old.name.clone());
    let tax = record.party.tax_id.as_deref().map(|text| identity(ctx, &record.party, text));
    let tax_id = tax.as_ref().and_then(|t| t.key.clone()).or_else(|| old.tax_id.clone());
    let currency = record.currency.as_deref().and_then(|code| code.parse().ok()).or(old.currency);
    let limit = record.credit_limit.and_then(|limit| {
        super::amount::minor(limit, currency.unwrap_or(ctx.creditor.currency)).ok()
    });
    Customer {
        search_text: words::searchable(&name, &old.code, tax_id.as_deref()),
        person_kind: match &tax {
            Some(t) if old.person_kind == "unknown" => t.person_kind.to_owned(),
            _ => old.person_kind.clone(),
        },
        name,
        tax_id,
        currency,
        credit_limit_minor: limit.or(old.credit_limit_minor),
        segment: said(&record.segment, &old.segment),
        collector: said(&record.collector, &old.collector),
        terms_days: record.terms_days.map(i64::from).or(old.terms_days),
        address: said(&record.party.address, &old.address),
        ..old.clone()
    }
}
